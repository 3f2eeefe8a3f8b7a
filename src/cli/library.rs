//! The rulebooks and the calendar at hand: the built-in ones, and over them those of the config folder. A broken file
//! there is told and left out; only a command that needs that very one fails.

use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;
use chrono::{NaiveDate, Utc};
use toml::de::DeTable;

use super::Desk;
use crate::calendar::Calendar;
use crate::domain::ids::BookId;
use crate::domain::moment::Moment;
use crate::rules::rulebook::line_of;
use crate::rules::{Rulebook, Shelf, rulebook_check};

pub struct Library {
    pub shelf: Shelf,
    /// Which version comes from which file; the others are built in.
    files: BTreeMap<(BookId, NaiveDate), PathBuf>,
    /// The books that the broken files were meant to be, as far as it can be told.
    broken: BTreeSet<String>,
}

/// A file of the folder before it is known whether it is any good.
struct Waiting {
    path: PathBuf,
    text: String,
    head: Head,
}

/// What a file says of itself, as far as it can be read.
#[derive(Default)]
struct Head {
    id: Option<String>,
    base: Option<String>,
    base_line: usize,
    in_force: String,
}

/// So many mistakes of one file are told where the file is only met; `rulebook check` tells them all.
const MOST_TOLD: usize = 5;

impl Library {
    pub fn file_of(&self, book: &Rulebook) -> Option<&Path> {
        let key = (book.book.id.clone(), book.book.in_force);
        self.files.get(&key).map(PathBuf::as_path)
    }

    /// What is wrong with the file, or nothing: then it stands on the shelf.
    fn take_in(&mut self, desk: &Desk, file: &Waiting) -> Vec<String> {
        let name = file.path.display().to_string();
        if let Some(base) = &file.head.base
            && file.head.id.as_ref() != Some(base)
            && self.broken.contains(base)
        {
            // What is built in under that name is not what the office has made of it.
            let line = file.head.base_line.to_string();
            return vec![desk.say(
                "cli.book.broken_base",
                &[("file", &name), ("line", &line), ("base", base)],
            )];
        }
        let mistakes = rulebook_check::check(&file.text, &name, &self.shelf);
        if !mistakes.is_empty() {
            return mistakes
                .iter()
                .map(|mistake| desk.locale.rulebook_mistake(mistake))
                .collect();
        }
        let book = match Rulebook::parse(&file.text, &name, &self.shelf) {
            Ok(book) => book,
            // The check reads it in the same way, so this is never come to.
            Err(error) => return vec![error.to_string()],
        };
        let key = (book.book.id.clone(), book.book.in_force);
        if let Some(other) = self.files.get(&key) {
            let (id, other) = (key.0.as_str(), other.display().to_string());
            let day = key.1.to_string();
            let args = [("file", name.as_str()), ("id", id), ("day", &day), ("other", &other)];
            return vec![desk.say("cli.book.same_version", &args)];
        }
        self.files.insert(key, file.path.clone());
        self.shelf.add(book);
        Vec::new()
    }
}

impl Desk {
    /// All rulebooks, the broken ones told on stderr.
    pub fn library(&self) -> Result<Library> {
        let mut library = Library {
            shelf: Shelf::built_in().clone(),
            files: BTreeMap::new(),
            broken: BTreeSet::new(),
        };
        let mut waiting = self.rulebook_files(&mut library)?;
        // The earlier version first, because the later one may stand on it.
        waiting.sort_by(|a, b| (&a.head.in_force, &a.path).cmp(&(&b.head.in_force, &b.path)));
        while !waiting.is_empty() {
            // A book may stand on another one of the folder, whatever their names: that one comes first. Where they
            // stand on each other none is free, and the check tells which base is missing.
            let free = waiting.iter().position(|file| !stands_on_one_of(file, &waiting));
            let file = waiting.remove(free.unwrap_or(0));
            let told = library.take_in(self, &file);
            if told.is_empty() {
                continue;
            }
            for line in told.iter().take(MOST_TOLD) {
                self.note(line);
            }
            if let Some(more) = told.len().checked_sub(MOST_TOLD).filter(|more| *more > 0) {
                let (name, more) = (file.path.display().to_string(), more.to_string());
                self.note(&self.say("cli.book.more", &[("file", &name), ("more", &more)]));
            }
            library.broken.extend(meant_ids(&file.head, &file.path));
        }
        Ok(library)
    }

    fn rulebook_files(&self, library: &mut Library) -> Result<Vec<Waiting>> {
        let mut paths: Vec<PathBuf> = Vec::new();
        if let Some(config) = &self.config {
            let folder = config.rulebooks();
            match std::fs::read_dir(&folder).and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect()) {
                Ok(found) => paths = found,
                // No folder, no files: nothing was set up there yet.
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                // What an office wrote there may be other than what is built in: it is not passed over.
                Err(error) => return Err(self.not_passed_over(&folder, &error)),
            }
        }
        let mut paths: Vec<PathBuf> = paths
            .into_iter()
            .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
            .collect();
        paths.sort();
        let mut files = Vec::new();
        for path in paths {
            match self.read_text(Some(&path)) {
                Ok(text) => {
                    let head = Head::of(&text);
                    files.push(Waiting { path, text, head });
                }
                Err(error) => {
                    self.note(&error.to_string());
                    library.broken.extend(meant_ids(&Head::default(), &path));
                }
            }
        }
        Ok(files)
    }

    fn not_passed_over(&self, path: &Path, error: &std::io::Error) -> anyhow::Error {
        let (path, error) = (path.display().to_string(), error.to_string());
        self.refuse("cli.config.unreadable", &[("path", &path), ("error", &error)])
    }

    /// The version of a book that was in force on a day, or is today.
    pub fn book(&self, library: &Library, id: &str, on: Option<NaiveDate>) -> Result<Arc<Rulebook>> {
        // Its own version of the book is what the office wants; the built-in one would be a silent stand-in.
        if library.broken.contains(id) {
            return Err(self.refuse("cli.book.broken", &[("id", id)]));
        }
        let key = BookId::from(id);
        let book = library.shelf.in_force(&key, on.unwrap_or_else(today));
        book.ok_or_else(|| self.refuse_choice("cli.book.unknown", id, &ids(library)))
    }

    /// The book that an option names; where none is named, the choices are said.
    pub fn asked_book(&self, library: &Library, id: Option<&str>, on: Option<NaiveDate>) -> Result<Arc<Rulebook>> {
        match id {
            Some(id) => self.book(library, id, on),
            None => Err(self.refuse_choice("cli.book.absent", "", &ids(library))),
        }
    }

    pub fn calendar(&self) -> Result<Calendar> {
        let Some(path) = self.config.as_ref().map(|config| config.calendar()) else {
            return Ok(Calendar::builtin().clone());
        };
        match path.try_exists() {
            Err(error) => Err(self.not_passed_over(&path, &error)),
            Ok(false) => Ok(Calendar::builtin().clone()),
            Ok(true) => {
                let text = self.read_text(Some(&path))?;
                let calendar = Calendar::parse(&text, &path.display().to_string());
                calendar.map_err(|error| {
                    self.refuse("cli.calendar.broken", &[("error", &self.locale.calendar_error(&error))])
                })
            }
        }
    }
}

/// The day in Beijing: a text that is checked without a ticket is judged by the rules of today.
#[expect(
    clippy::disallowed_methods,
    reason = "the command line is the edge at which the clock is read"
)]
fn today() -> NaiveDate {
    Moment::from_utc(Utc::now()).date()
}

fn ids(library: &Library) -> Vec<&str> {
    library.shelf.ids().map(BookId::as_str).collect()
}

fn stands_on_one_of(file: &Waiting, waiting: &[Waiting]) -> bool {
    let Some(base) = &file.head.base else { return false };
    // A version of the same book stands on the one before it, and that comes first as it is.
    file.head.id.as_ref() != Some(base) && waiting.iter().any(|other| other.head.id.as_ref() == Some(base))
}

/// The books that a broken file was meant to be: what it says, or else its name.
fn meant_ids(head: &Head, path: &Path) -> Vec<String> {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    match &head.id {
        Some(id) => {
            let meant = id.trim().to_lowercase();
            if meant == *id {
                vec![meant]
            } else {
                vec![meant, id.clone(), stem]
            }
        }
        None => vec![stem],
    }
}

impl Head {
    fn of(text: &str) -> Self {
        let (tree, _) = DeTable::parse_recoverable(text);
        let Some(book) = tree.get_ref().get("book").and_then(|book| book.get_ref().as_table()) else {
            return Self::default();
        };
        let word = |key: &str| {
            book.get(key)
                .and_then(|value| value.get_ref().as_str())
                .map(str::to_owned)
        };
        let base_at = book.get("base").map_or(0, |value| value.span().start);
        let in_force = book.get("in_force").and_then(|day| day.get_ref().as_datetime());
        Self {
            id: word("id"),
            base: word("base"),
            base_line: line_of(text, base_at),
            in_force: in_force.map(ToString::to_string).unwrap_or_default(),
        }
    }
}
