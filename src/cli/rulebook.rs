//! `rexian rulebook list | show | check`: which books there are, one as a page, and what is wrong with a file. What is
//! wrong is found in `rules::rulebook_check`; here it becomes words.

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, Subcommand};
use serde::Serialize;

use super::layout::columns;
use super::library::Library;
use super::{Desk, Outcome};
use crate::rules::Rulebook as Book;
use crate::rules::rulebook::Problem;
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
        let problems = rulebook_check::check(&text, &name, &library.shelf);
        if problems.is_empty() {
            self.print(&self.say("cli.book.sound", &[("file", &name)]))?;
            return Ok(Outcome::Yes);
        }
        let lines: Vec<String> = problems.iter().map(|problem| self.problem_line(problem)).collect();
        self.print(&lines.join("\n"))?;
        Ok(Outcome::No)
    }
}

/// A mistake in a rulebook, and how to mend it.
pub fn words(desk: &Desk, problem: &Problem) -> String {
    let join = |names: &[String]| desk.locale.join(names);
    match problem {
        Problem::UnknownKey { key, choices } => {
            let nearest = nearest(key, choices).unwrap_or_default();
            let args = [("key", key.as_str()), ("nearest", nearest), ("choices", &join(choices))];
            desk.say("cli.problem.unknown_key", &args)
        }
        Problem::MissingKey { key } => desk.say("cli.problem.missing_key", &[("key", key)]),
        Problem::BadValue { message } => bad_value(desk, message),
        Problem::Syntax { message } => desk.say("cli.problem.syntax", &[("message", message)]),
        Problem::UnknownBase { base, known } => {
            let args = [("base", base.as_str()), ("known", &join(known))];
            desk.say("cli.problem.unknown_base", &args)
        }
        Problem::UnknownBlank { blank, keys } => {
            let nearest = nearest(blank, keys).unwrap_or_default();
            let args = [("blank", blank.as_str()), ("nearest", nearest), ("keys", &join(keys))];
            desk.say("cli.problem.unknown_blank", &args)
        }
        Problem::Unlisted { name, listed } => {
            let args = [("name", name.as_str()), ("listed", &join(listed))];
            desk.say("cli.problem.unlisted", &args)
        }
        Problem::ForeignCite { cite, document } => {
            let args = [("cite", cite.as_str()), ("document", document.as_str())];
            desk.say("cli.problem.foreign_cite", &args)
        }
    }
}

/// The readers of values speak English; what they say most often has words here, the rest is shown as it is.
fn bad_value(desk: &Desk, message: &str) -> String {
    let given = message.split('"').nth(1).unwrap_or_default();
    if let Some((_, choices)) = message.split_once("choose one of ") {
        let all: Vec<String> = choices.split('、').map(str::to_owned).collect();
        let nearest = nearest(given, &all).unwrap_or_default();
        return desk.say(
            "cli.problem.choice",
            &[
                ("given", given),
                ("nearest", nearest),
                ("choices", &desk.locale.join(&all)),
            ],
        );
    }
    if message.contains("is not a period") {
        return desk.say("cli.problem.period", &[("given", given)]);
    }
    for (expected, key) in [
        ("a TOML datetime", "cli.problem.day"),
        ("is not a day", "cli.problem.day"),
        ("expected a sequence", "cli.problem.list"),
        ("expected a boolean", "cli.problem.boolean"),
        ("expected u32", "cli.problem.number"),
        ("expected a string", "cli.problem.string"),
        ("expected struct", "cli.problem.table"),
    ] {
        if message.contains(expected) {
            return desk.word(key).to_owned();
        }
    }
    desk.say("cli.problem.other", &[("message", message)])
}

/// The choice that a misspelt word most likely was; none where nothing is near.
fn nearest<'a>(given: &str, choices: &'a [String]) -> Option<&'a str> {
    let length = given.chars().count();
    let scored = choices.iter().map(|choice| (distance(given, choice), choice));
    let (steps, choice) = scored.min_by_key(|(steps, _)| *steps)?;
    (steps * 2 <= length.max(2)).then_some(choice.as_str())
}

/// How many letters must be put in, taken out or changed to make one word of the other.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (at, a) in one.chars().enumerate() {
        let mut corner = row[0];
        row[0] = at + 1;
        for (place, b) in other.iter().enumerate() {
            let step = (corner + usize::from(a != *b))
                .min(row[place] + 1)
                .min(row[place + 1] + 1);
            corner = row[place + 1];
            row[place + 1] = step;
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_is_offered_and_nothing_far_fetched() {
        let choices: Vec<String> = ["within", "kinds", "cite", "text"].map(str::to_owned).to_vec();
        for (given, near) in [
            ("withn", Some("within")),
            ("kind", Some("kinds")),
            ("cite", Some("cite")),
            ("limit_of_days", None),
            ("x", None),
        ] {
            assert_eq!(nearest(given, &choices), near, "{given}");
        }
    }
}
