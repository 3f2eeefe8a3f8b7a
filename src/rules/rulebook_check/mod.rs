//! Everything that is wrong with a rulebook file, at once, each with its line. Reading a sound one is `rulebook`'s, and
//! what a mistake is called on screen is said at the edge. A file that passes here says what its writer meant, as far as
//! that can be told: no list that silently holds for everything, no limit that no ticket ever gets.

mod rows;
mod schema;
mod sense;
mod shape;

use toml::Spanned;
use toml::de::{DeTable, DeValue, Error};

use super::Shelf;
use super::rulebook::{Problem, line_of};

/// A mistake and the byte at which it stands.
type Found = (usize, Fault);

/// What is wrong with a rulebook file, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {fault}")]
pub struct Mistake {
    pub file: String,
    pub line: usize,
    pub fault: Fault,
}

/// What a file can have wrong: what the reader itself stops at, and what it would take in silence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    #[error(transparent)]
    Unread(#[from] Problem),
    #[error("the key {key:?} stands twice, first in line {first:?}")]
    DuplicateKey { key: String, first: Option<usize> },
    #[error("[{path}] is one of several: [[{path}]]")]
    WantsTables { path: String },
    #[error("[[{path}]] is there once only: [{path}]")]
    WantsOneTable { path: String },
    #[error("{id:?} is no id: lower-case letters, digits and hyphens")]
    BadId { id: String },
    #[error("the book lists no channel")]
    NoChannels,
    #[error("{key} is written out empty and would hold for everything")]
    EmptyList { key: String },
    #[error("{key} is empty")]
    Blank { key: String },
    #[error("{written:?} in this text is no blank")]
    BadBlank { written: String },
    #[error("the id {id:?} stands in this section already, in line {first}")]
    SameId { id: String, first: usize },
    #[error("no ticket ever gets this limit: all are taken by the row in line {first}")]
    Unreachable { first: usize },
    #[error("this limit is for the same tickets as the row in line {first}")]
    Repeated { first: usize },
    #[error("{name:?} is taken by the row in line {first} already")]
    Taken { name: String, first: usize },
    #[error("this limit has no length, and is for no channel or class that would state its own")]
    NoLength,
}

/// Reads the file as `Rulebook::parse` does, and looks at what it says besides.
pub fn check(text: &str, file: &str, shelf: &Shelf) -> Vec<Mistake> {
    let (mut tree, broken) = DeTable::parse_recoverable(text);
    let mut found: Vec<Found> = if broken.is_empty() {
        let mut found = shape::straighten(tree.get_mut());
        let unread = schema::schema(text, &tree);
        found.extend(unread.into_iter().map(|(at, problem)| (at, problem.into())));
        found.extend(sense::sense(text, tree.get_ref(), shelf));
        found.extend(rows::rows(text, tree.get_ref()));
        found
    } else {
        // What was recovered from broken text would only give follow-up mistakes.
        broken.iter().map(|error| syntax(text, tree.get_ref(), error)).collect()
    };
    found.sort_by_key(|(at, _)| *at);
    // An empty word that is wrong for a better reason has been told.
    let told: Vec<usize> = found
        .iter()
        .filter(|(_, fault)| !is_blank(fault))
        .map(|(at, _)| *at)
        .collect();
    found.retain(|(at, fault)| !(is_blank(fault) && told.contains(at)));
    let mut mistakes: Vec<Mistake> = found
        .into_iter()
        .map(|(at, fault)| Mistake {
            file: file.to_owned(),
            line: line_of(text, at),
            fault,
        })
        .collect();
    // Of the follow-up mistakes on a line of broken syntax the first is enough.
    let syntax = |mistake: &Mistake| matches!(mistake.fault, Fault::Unread(Problem::Syntax { .. }));
    mistakes.dedup_by(|next, before| next == before || next.line == before.line && syntax(next) && syntax(before));
    mistakes
}

fn is_blank(fault: &Fault) -> bool {
    matches!(fault, Fault::Blank { .. })
}

fn syntax(text: &str, tree: &DeTable<'_>, error: &Error) -> Found {
    let message = error.message().replace('\n', ", ");
    let span = error.span().unwrap_or(0..0);
    if message.starts_with("duplicate key") {
        let key = text.get(span.clone()).unwrap_or_default().trim_matches('"').to_owned();
        let first = first_of(text, tree, &key, span.start).map(|at| line_of(text, at));
        return (span.start, Fault::DuplicateKey { key, first });
    }
    (span.start, Problem::Syntax { message }.into())
}

/// Where a key that stands twice stands first. A header names its whole path; any other key is the nearest of its name
/// before, because tables do not run into one another.
fn first_of(text: &str, tree: &DeTable<'_>, key: &str, at: usize) -> Option<usize> {
    let mut lines = text[..at].split_inclusive('\n');
    let here = text[at..].lines().next().unwrap_or_default();
    let begun = lines
        .clone()
        .next_back()
        .filter(|line| !line.ends_with('\n'))
        .unwrap_or_default();
    if let Some(path) = header(&format!("{begun}{here}")) {
        let mut place = 0;
        return lines.find_map(|line| {
            let start = place;
            place += line.len();
            (header(line).as_ref() == Some(&path)).then_some(start)
        });
    }
    let mut before = Vec::new();
    keys(tree, &mut |name| {
        if name.get_ref() == key && name.span().start < at {
            before.push(name.span().start);
        }
    });
    before.into_iter().max()
}

/// The path that a line's brackets hold, single or double.
fn header(line: &str) -> Option<String> {
    let inside = line.trim_start().strip_prefix('[')?.trim_start_matches('[');
    let (path, _) = inside.split_once(']')?;
    Some(path.replace([' ', '"'], ""))
}

fn keys<'t>(table: &'t DeTable<'_>, look: &mut dyn FnMut(&'t Spanned<std::borrow::Cow<'_, str>>)) {
    fn inside<'t>(value: &'t DeValue<'_>, look: &mut dyn FnMut(&'t Spanned<std::borrow::Cow<'_, str>>)) {
        match value {
            DeValue::Table(table) => keys(table, look),
            DeValue::Array(items) => items.iter().for_each(|item| inside(item.get_ref(), look)),
            _ => {}
        }
    }
    for (name, value) in table {
        look(name);
        inside(value.get_ref(), look);
    }
}

/// A string, or a list of them, each with where it stands.
fn strings<'v>(value: &'v Spanned<DeValue<'_>>) -> Vec<(usize, &'v str)> {
    match value.get_ref() {
        DeValue::Array(items) => items.iter().flat_map(strings).collect(),
        DeValue::String(text) => vec![(value.span().start, text)],
        _ => Vec::new(),
    }
}

/// A list of the head, such as its channels.
fn listed(tree: &DeTable<'_>, key: &str) -> Vec<String> {
    let Some(DeValue::Table(header)) = tree.get("book").map(Spanned::get_ref) else {
        return Vec::new();
    };
    let list = header.get(key).map(strings).unwrap_or_default();
    list.into_iter().map(|(_, name)| name.to_owned()).collect()
}

#[cfg(test)]
mod tests;
