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

/// What a rulebook says of itself, as far as it can be read.
#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct Head {
    id: String,
    base: Option<String>,
    in_force: Option<toml::value::Datetime>,
}

impl Head {
    fn of(text: &str) -> Self {
        #[derive(serde::Deserialize)]
        struct File {
            book: Head,
        }
        // What does not read is told when it is loaded.
        toml::from_str(text).map_or_else(|_| Self::default(), |file: File| file.book)
    }
}

/// The name under which a version of a rulebook is kept.
pub fn name_of(book: &Rulebook) -> String {
    format!("rulebook:{}@{}", book.book.id, book.book.in_force)
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

    /// The built-in ones with the texts that an office loaded, by their names, over them.
    pub fn with(texts: &[(String, String)]) -> Result<Self, BrokenText> {
        let mut laws = Self::built_in();
        let mut waiting: Vec<(Head, &str, &str)> = texts
            .iter()
            .map(|(name, text)| (Head::of(text), name.as_str(), text.as_str()))
            .collect();
        // The earlier version first, because the later one may stand on it.
        waiting.sort_by(|a, b| (&a.0.in_force, a.1).cmp(&(&b.0.in_force, b.1)));
        while !waiting.is_empty() {
            // A book may stand on another one, whatever their names: that one comes first.
            let stands = |head: &Head| {
                let base = head.base.as_ref().filter(|base| **base != head.id);
                base.is_some_and(|base| waiting.iter().any(|(other, ..)| other.id == *base))
            };
            let free = waiting.iter().position(|(head, ..)| !stands(head));
            let (_, name, text) = waiting.remove(free.unwrap_or(0));
            laws.load(name, text)?;
        }
        Ok(laws)
    }

    /// Takes in a loaded text: `calendar`, or `rulebook:…`.
    fn load(&mut self, name: &str, text: &str) -> Result<(), BrokenText> {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn book(id: &str, base: &str, in_force: &str) -> (String, String) {
        let text = format!(
            "[book]\nid = \"{id}\"\nbase = \"{base}\"\nplace = \"青柳街道\"\ndocument = \"青街办〔2026〕1号\"\n\
             title = \"青柳街道办理办法\"\nin_force = {in_force}\nchannels = [\"热线电话\"]\n"
        );
        (format!("rulebook:{id}@{in_force}"), text)
    }

    #[test]
    fn a_book_is_loaded_after_the_one_it_stands_on_whatever_their_names() {
        let texts = [book("a", "b", "2026-01-01"), book("b", "songshan", "2026-06-01")];
        let laws = Laws::with(&texts).expect("both");
        assert!(laws.shelf.latest(&"a".into()).is_some() && laws.shelf.latest(&"b".into()).is_some());
        assert_eq!(laws.books.len(), Laws::built_in().books.len() + 2);
    }

    #[test]
    fn books_that_stand_on_each_other_are_told_and_not_loaded_for_ever() {
        let texts = [book("a", "b", "2026-01-01"), book("b", "a", "2026-06-01")];
        let broken = Laws::with(&texts).expect_err("neither");
        assert_eq!(broken.name, "rulebook:a@2026-01-01");
    }
}
