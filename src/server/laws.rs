//! What the server judges by: the rulebooks and the calendar, the built-in ones and those that an office loaded.

use std::sync::Arc;

use crate::calendar::Calendar;
use crate::domain::intake::Intake;
use crate::rules::{Rulebook, Shelf};

#[derive(Clone, Debug)]
pub struct Laws {
    pub shelf: Shelf,
    /// The texts behind the shelf, so that clients can take them over.
    pub books: Vec<BookText>,
    pub calendar: Calendar,
    pub calendar_text: String,
}

#[derive(Clone, Debug)]
pub struct BookText {
    pub book: Arc<Rulebook>,
    pub text: String,
}

/// A text that an office loaded and that does not read.
#[derive(Debug, thiserror::Error)]
#[error("{name}: {problem}")]
pub struct BrokenText {
    pub name: String,
    pub problem: String,
}

impl Laws {
    pub fn built_in() -> Self {
        let shelf = Shelf::built_in().clone();
        let books = Shelf::sources()
            .filter_map(|(file, text)| {
                let id = file.trim_end_matches(".toml");
                let book = shelf.latest(&id.into())?;
                Some(BookText {
                    book,
                    text: text.to_owned(),
                })
            })
            .collect();
        Self {
            shelf,
            books,
            calendar: Calendar::builtin().clone(),
            calendar_text: Calendar::BUILT_IN.to_owned(),
        }
    }

    /// Takes in a loaded text: `calendar`, or `rulebook:…`.
    pub fn load(&mut self, name: &str, text: &str) -> Result<(), BrokenText> {
        let broken = |problem: String| BrokenText {
            name: name.to_owned(),
            problem,
        };
        if name == "calendar" {
            self.calendar = Calendar::parse(text, name).map_err(|error| broken(error.to_string()))?;
            text.clone_into(&mut self.calendar_text);
            return Ok(());
        }
        let book = Rulebook::parse(text, name, &self.shelf).map_err(|error| broken(error.to_string()))?;
        let (id, day) = (book.book.id.clone(), book.book.in_force);
        self.shelf.add(book);
        self.books
            .retain(|other| (&other.book.book.id, other.book.book.in_force) != (&id, day));
        if let Some(book) = self.shelf.in_force(&id, day) {
            self.books.push(BookText {
                book,
                text: text.to_owned(),
            });
        }
        Ok(())
    }

    /// The version of its rulebook that a ticket is judged by.
    pub fn book_of(&self, intake: &Intake) -> Option<Arc<Rulebook>> {
        self.shelf.in_force(&intake.book, intake.received.date())
    }
}
