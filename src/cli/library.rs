//! The rulebooks and the calendar at hand: the built-in ones, and over them those of the config folder. A broken file
//! there is told and left out; only a command that needs that very one fails.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;
use chrono::NaiveDate;

use super::Desk;
use crate::calendar::Calendar;
use crate::domain::ids::BookId;
use crate::rules::rulebook::{Problem, RulebookError};
use crate::rules::{Rulebook, Shelf};

pub struct Library {
    pub shelf: Shelf,
    /// Which version comes from which file; the others are built in.
    files: BTreeMap<(BookId, NaiveDate), PathBuf>,
    /// What each broken file would have been called, as far as it can be told.
    broken: Vec<Broken>,
}

struct Broken {
    id: String,
    line: String,
}

impl Library {
    pub fn file_of(&self, book: &Rulebook) -> Option<&Path> {
        let key = (book.book.id.clone(), book.book.in_force);
        self.files.get(&key).map(PathBuf::as_path)
    }
}

impl Desk {
    /// All rulebooks, the broken ones told on stderr.
    pub fn library(&self) -> Result<Library> {
        let mut library = Library {
            shelf: Shelf::built_in().clone(),
            files: BTreeMap::new(),
            broken: Vec::new(),
        };
        let mut waiting = self.rulebook_files(&mut library);
        // A book may stand on another one of the folder, whatever their names: those that wait are tried again for as
        // long as that finds new ones.
        loop {
            let before = waiting.len();
            let mut still = Vec::new();
            for (path, text) in waiting {
                match Rulebook::parse(&text, &path.display().to_string(), &library.shelf) {
                    Ok(book) => {
                        library.files.insert((book.book.id.clone(), book.book.in_force), path);
                        library.shelf.add(book);
                    }
                    Err(error) => still.push((path, text, error)),
                }
            }
            let stuck = still.len() == before;
            let (again, failed): (Vec<_>, Vec<_>) = still
                .into_iter()
                .partition(|(_, _, error)| !stuck && matches!(error.problem, Problem::UnknownBase { .. }));
            for (path, text, error) in failed {
                library.broken.push(Broken {
                    id: id_of(&text, &path),
                    line: self.problem_line(&error),
                });
            }
            waiting = again.into_iter().map(|(path, text, _)| (path, text)).collect();
            if waiting.is_empty() {
                break;
            }
        }
        for broken in &library.broken {
            self.note(&broken.line);
        }
        Ok(library)
    }

    fn rulebook_files(&self, library: &mut Library) -> Vec<(PathBuf, String)> {
        // No folder, no files: nothing was set up there yet.
        let entries = self
            .config
            .as_ref()
            .and_then(|config| std::fs::read_dir(config.rulebooks()).ok());
        let mut paths: Vec<PathBuf> = entries
            .into_iter()
            .flatten()
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
            .collect();
        paths.sort();
        let mut files = Vec::new();
        for path in paths {
            match self.read_text(Some(&path)) {
                Ok(text) => files.push((path, text)),
                Err(error) => library.broken.push(Broken {
                    id: id_of("", &path),
                    line: error.to_string(),
                }),
            }
        }
        files
    }

    /// The version of a book that was in force on a day, or the latest.
    pub fn book(&self, library: &Library, id: &str, on: Option<NaiveDate>) -> Result<Arc<Rulebook>> {
        // Its own version of the book is what the office wants; the built-in one would be a silent stand-in.
        if library.broken.iter().any(|broken| broken.id == id) {
            return Err(self.refuse("cli.book.broken", &[("id", id)]));
        }
        let key = BookId::from(id);
        let book = match on {
            Some(day) => library.shelf.in_force(&key, day),
            None => library.shelf.latest(&key),
        };
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
        let path = self.config.as_ref().map(|config| config.calendar());
        match path.filter(|path| path.exists()) {
            None => Ok(Calendar::builtin().clone()),
            Some(path) => {
                let text = self.read_text(Some(&path))?;
                let calendar = Calendar::parse(&text, &path.display().to_string());
                calendar.map_err(|error| self.refuse("cli.calendar.broken", &[("error", &error.to_string())]))
            }
        }
    }

    /// A rulebook's mistake as `FILE:LINE: problem；how to mend`.
    pub fn problem_line(&self, error: &RulebookError) -> String {
        let line = error.line.to_string();
        let problem = super::rulebook::words(self, &error.problem);
        format!("{}:{line}: {problem}", error.file)
    }
}

fn ids(library: &Library) -> Vec<&str> {
    library.shelf.ids().map(BookId::as_str).collect()
}

/// The id that a broken file was meant to have: what it says, or else its name.
fn id_of(text: &str, path: &Path) -> String {
    let said = text.lines().find_map(|line| {
        let (key, value) = line.split_once('=')?;
        (key.trim() == "id").then(|| value.trim().trim_matches('"').to_owned())
    });
    let stem = || path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    said.unwrap_or_else(stem)
}
