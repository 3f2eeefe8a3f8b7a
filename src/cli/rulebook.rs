//! `rexian rulebook list | show | check`: which books there are, one as a page, and what is wrong with a file. What is
//! wrong is found in `rules::rulebook_check` and put into words by the locale.

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, Subcommand};
use serde::Serialize;

use super::layout::columns;
use super::library::Library;
use super::{Desk, Outcome};
use crate::rules::Rulebook as Book;
use crate::rules::rulebook_check;

#[derive(Subcommand)]
pub enum Rulebook {
    List(List),
    Show(Show),
    Check(Check),
}

#[derive(Args)]
pub struct List {
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub struct Show {
    #[arg(value_name = "ID")]
    id: Option<String>,
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub struct Check {
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
}

/// One version of a book in the list.
#[derive(Serialize)]
struct Row<'a> {
    id: &'a str,
    place: &'a str,
    document: &'a str,
    title: &'a str,
    in_force: String,
    /// Absent: it comes with the program.
    file: Option<String>,
}

impl Rulebook {
    pub fn run(&self, desk: &Desk) -> Result<Outcome> {
        match self {
            Self::List(list) => desk.list_books(list.json),
            Self::Show(show) => desk.show_book(show),
            Self::Check(check) => desk.check_book(check),
        }
    }
}

impl Desk {
    fn list_books(&self, json: bool) -> Result<Outcome> {
        let library = self.library()?;
        let versions = library.shelf.ids().flat_map(|id| library.shelf.versions(id));
        let rows: Vec<Row> = versions
            .map(|book| Row {
                id: book.book.id.as_str(),
                place: &book.book.place,
                document: &book.book.document,
                title: &book.book.title,
                in_force: book.book.in_force.to_string(),
                file: library.file_of(book).map(|path| path.display().to_string()),
            })
            .collect();
        if json {
            self.print_json(&rows)?;
            return Ok(Outcome::Yes);
        }
        let head = ["id", "place", "document", "in_force", "source"];
        let mut table = vec![head.map(|name| self.locale.term("cli.book.head", name)).to_vec()];
        table.extend(rows.into_iter().map(|row| {
            let source = row.file.unwrap_or_else(|| self.word("cli.book.built_in").to_owned());
            vec![
                row.id.to_owned(),
                row.place.to_owned(),
                row.document.to_owned(),
                row.in_force,
                source,
            ]
        }));
        self.print(&columns(&table, 0))?;
        Ok(Outcome::Yes)
    }

    fn show_book(&self, show: &Show) -> Result<Outcome> {
        let library = self.library()?;
        let book = self.asked_book(&library, show.id.as_deref(), None)?;
        if show.json {
            self.print_json(&*book)?;
        } else {
            let source = self.source(&library, &book);
            self.print(&self.book_sheet(&book, &source)?)?;
        }
        Ok(Outcome::Yes)
    }

    fn source(&self, library: &Library, book: &Book) -> String {
        match library.file_of(book) {
            Some(path) => path.display().to_string(),
            None => self.word("cli.book.built_in").to_owned(),
        }
    }

    fn check_book(&self, check: &Check) -> Result<Outcome> {
        let Some(file) = &check.file else {
            return Err(self.refuse("cli.book.no_file", &[]));
        };
        let text = self.read_text(Some(file))?;
        let name = self.name_of(Some(file));
        // The folder's own books may be what this one stands on; their mistakes are told too.
        let library = self.library()?;
        let mistakes = rulebook_check::check(&text, &name, &library.shelf);
        if mistakes.is_empty() {
            self.print(&self.say("cli.book.sound", &[("file", &name)]))?;
            return Ok(Outcome::Yes);
        }
        let lines: Vec<String> = mistakes
            .iter()
            .map(|mistake| self.locale.rulebook_mistake(mistake))
            .collect();
        self.print(&lines.join("\n"))?;
        Ok(Outcome::No)
    }
}
