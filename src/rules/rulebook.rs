//! A rulebook: one regulation as data, and the shelf of all versions of all of them. Reading a file is not here; texts
//! are handed in with their names.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::accepting::Accepting;
use super::alerts::Alerts;
use super::bulletin::Bulletin;
use super::contact::Contact;
use super::exemption::Exemption;
use super::extension::Extension;
use super::limits::Limits;
use super::people::People;
use super::redo::Redo;
use super::reply::ReplyRules;
use super::returning::Returning;
use super::signing::Signing;
use crate::domain::ids::BookId;

/// `[book]`: what the regulation is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    pub id: BookId,
    pub place: String,
    /// Document number, with which every clause is cited.
    pub document: String,
    pub title: String,
    /// A ticket is judged by the version that was in force when it was received.
    #[serde(deserialize_with = "day")]
    pub in_force: NaiveDate,
    /// Set where the day itself is our reading.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interpretation: Option<String>,
    /// Another book whose sections serve where this one has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<BookId>,
    pub channels: Vec<String>,
    #[serde(default)]
    pub classes: Vec<String>,
}

/// A day as TOML writes it, without quotes.
fn day<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<NaiveDate, D::Error> {
    let written = toml::value::Datetime::deserialize(deserializer)?;
    let date = written.date.filter(|_| written.time.is_none());
    let date = date.and_then(|date| NaiveDate::from_ymd_opt(date.year.into(), date.month.into(), date.day.into()));
    date.ok_or_else(|| serde::de::Error::custom(format!("{written} is not a day such as 2023-06-09")))
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Rulebook {
    pub book: Header,
    pub accepting: Accepting,
    pub returning: Returning,
    pub contact: Contact,
    pub reply: ReplyRules,
    pub limits: Limits,
    pub extension: Extension,
    pub signing: Signing,
    pub redo: Redo,
    pub exemption: Exemption,
    pub alerts: Alerts,
    pub bulletin: Bulletin,
    pub people: People,
}

/// A rulebook as it is written: a section that is absent is silent, or is its base's.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    book: Header,
    accepting: Option<Accepting>,
    returning: Option<Returning>,
    contact: Option<Contact>,
    reply: Option<ReplyRules>,
    limits: Option<Limits>,
    extension: Option<Extension>,
    signing: Option<Signing>,
    redo: Option<Redo>,
    exemption: Option<Exemption>,
    alerts: Option<Alerts>,
    bulletin: Option<Bulletin>,
    people: Option<People>,
}

/// What is wrong with a rulebook file, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {problem}")]
pub struct RulebookError {
    pub file: String,
    pub line: usize,
    pub problem: Problem,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    #[error("unknown key {key:?}; possible here: {}", choices.join(", "))]
    UnknownKey { key: String, choices: Vec<String> },
    #[error("the key {key:?} is missing here")]
    MissingKey { key: String },
    #[error("{message}")]
    BadValue { message: String },
    #[error("not TOML: {message}")]
    Syntax { message: String },
    #[error("base {base:?} is no rulebook known here; known: {}", known.join(", "))]
    UnknownBase { base: String, known: Vec<String> },
    #[error("{{{blank}}} in this text names no key beside it; there are: {}", keys.join(", "))]
    UnknownBlank { blank: String, keys: Vec<String> },
    #[error("channel or class {name:?} is not listed under [book]; listed: {}", listed.join("、"))]
    Unlisted { name: String, listed: Vec<String> },
    #[error("the clause {cite:?} does not begin with the document it is of, {document:?}")]
    ForeignCite { cite: String, document: String },
}

impl Rulebook {
    /// Reads one file. `shelf` is where a base is looked for.
    pub fn parse(text: &str, file: &str, shelf: &Shelf) -> Result<Self, RulebookError> {
        let read: File = toml::from_str(text).map_err(|error| RulebookError {
            file: file.to_owned(),
            line: line_of(text, error.span().map_or(0, |span| span.start)),
            problem: problem(text, &error),
        })?;
        let base = match &read.book.base {
            None => None,
            Some(id) => Some(shelf.latest(id).ok_or_else(|| {
                RulebookError {
                    file: file.to_owned(),
                    line: text
                        .lines()
                        .position(|line| line.trim_start().starts_with("base"))
                        .map_or(1, |line| line + 1),
                    problem: Problem::UnknownBase {
                        base: id.0.clone(),
                        known: shelf.ids().map(|id| id.0.clone()).collect(),
                    },
                }
            })?),
        };
        macro_rules! section {
            ($name:ident) => {
                read.$name
                    .or_else(|| base.as_ref().map(|base| base.$name.clone()))
                    .unwrap_or_default()
            };
        }
        Ok(Self {
            accepting: section!(accepting),
            returning: section!(returning),
            contact: section!(contact),
            reply: section!(reply),
            limits: section!(limits),
            extension: section!(extension),
            signing: section!(signing),
            redo: section!(redo),
            exemption: section!(exemption),
            alerts: section!(alerts),
            bulletin: section!(bulletin),
            people: section!(people),
            book: read.book,
        })
    }

    pub fn knows_channel(&self, name: &str) -> bool {
        self.book.channels.iter().any(|channel| channel == name)
    }

    pub fn knows_class(&self, name: &str) -> bool {
        self.book.classes.iter().any(|class| class == name)
    }
}

/// The line, from 1, on which byte `at` stands.
pub fn line_of(text: &str, at: usize) -> usize {
    text.as_bytes()[..at.min(text.len())]
        .iter()
        .filter(|byte| **byte == b'\n')
        .count()
        + 1
}

/// What the TOML reader found, sorted into kinds that can be put into words of any language.
pub(super) fn problem(text: &str, error: &toml::de::Error) -> Problem {
    let message = error.message().lines().next().unwrap_or_default();
    let quoted: Vec<String> = message.split('`').skip(1).step_by(2).map(str::to_owned).collect();
    if message.starts_with("unknown field") && !quoted.is_empty() {
        return Problem::UnknownKey {
            key: quoted[0].clone(),
            choices: quoted[1..].to_vec(),
        };
    }
    if message.starts_with("missing field") && !quoted.is_empty() {
        return Problem::MissingKey { key: quoted[0].clone() };
    }
    match text.parse::<toml::Table>() {
        Ok(_) => Problem::BadValue {
            message: message.to_owned(),
        },
        Err(_) => Problem::Syntax {
            message: message.to_owned(),
        },
    }
}

/// All rulebooks at hand, each with its versions by the day they came into force.
#[derive(Clone, Debug, Default)]
pub struct Shelf {
    books: BTreeMap<BookId, Vec<Arc<Rulebook>>>,
}

const BUILT_IN: [(&str, &str); 5] = [
    ("songshan.toml", include_str!("../../assets/rulebooks/songshan.toml")),
    ("laishan.toml", include_str!("../../assets/rulebooks/laishan.toml")),
    ("xinqiao.toml", include_str!("../../assets/rulebooks/xinqiao.toml")),
    ("wuhai.toml", include_str!("../../assets/rulebooks/wuhai.toml")),
    ("haojiang.toml", include_str!("../../assets/rulebooks/haojiang.toml")),
];

impl Shelf {
    /// The five books that come with the program.
    pub fn built_in() -> &'static Self {
        static SHELF: LazyLock<Shelf> = LazyLock::new(|| {
            let mut shelf = Shelf::default();
            for (file, text) in BUILT_IN {
                let book = Rulebook::parse(text, file, &shelf);
                shelf.add(book.unwrap_or_else(|error| panic!("a built-in rulebook is broken: {error}")));
            }
            shelf
        });
        &SHELF
    }

    /// The texts of the built-in books, by file name.
    pub fn sources() -> impl Iterator<Item = (&'static str, &'static str)> {
        BUILT_IN.into_iter()
    }

    /// A book with the same id and day takes the place of the one that was there; another day is another version.
    pub fn add(&mut self, book: Rulebook) {
        let versions = self.books.entry(book.book.id.clone()).or_default();
        versions.retain(|version| version.book.in_force != book.book.in_force);
        versions.push(Arc::new(book));
        versions.sort_by_key(|version| version.book.in_force);
    }

    pub fn ids(&self) -> impl Iterator<Item = &BookId> {
        self.books.keys()
    }

    pub fn versions(&self, id: &BookId) -> &[Arc<Rulebook>] {
        self.books.get(id).map_or(&[], Vec::as_slice)
    }

    /// The version in force on the day a ticket was received; before the first one, the first.
    pub fn in_force(&self, id: &BookId, received: NaiveDate) -> Option<Arc<Rulebook>> {
        let versions = self.books.get(id)?;
        let version = versions
            .iter()
            .rev()
            .find(|version| version.book.in_force <= received)
            .or(versions.first());
        version.cloned()
    }

    pub fn latest(&self, id: &BookId) -> Option<Arc<Rulebook>> {
        self.books.get(id)?.last().cloned()
    }
}
