//! What a book's words and lists say: they name what is there (the rule's own keys, the channels and classes of the
//! book, its document, its base), nothing is blank, nothing is named twice.

use std::collections::BTreeMap;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Fault, Found, listed, strings};
use crate::domain::ids::BookId;
use crate::rules::Shelf;
use crate::rules::clause::blanks;
use crate::rules::rulebook::{Problem, line_of};

pub(super) fn sense(text: &str, tree: &DeTable<'_>, shelf: &Shelf) -> Vec<Found> {
    let mut found = Vec::new();
    blank_words(tree, &mut found);
    let Some(DeValue::Table(header)) = tree.get("book").map(Spanned::get_ref) else {
        return found;
    };
    head(header, shelf, &mut found);
    let names = Names {
        text,
        document: header
            .get("document")
            .and_then(|value| value.get_ref().as_str())
            .unwrap_or_default(),
        channels: listed(tree, "channels"),
        classes: listed(tree, "classes"),
    };
    for (name, section) in tree {
        if name.get_ref() != "book" {
            names.look(section.get_ref(), &mut found);
            same_ids(text, section.get_ref(), &mut BTreeMap::new(), &mut found);
        }
    }
    found
}

fn head(header: &DeTable<'_>, shelf: &Shelf, found: &mut Vec<Found>) {
    let word = |key: &str| {
        let value = header.get(key)?;
        Some((value.span().start, value.get_ref().as_str()?))
    };
    let letter = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    if let Some((at, id)) = word("id")
        && (id.is_empty() || !id.bytes().all(letter))
    {
        found.push((at, Fault::BadId { id: id.to_owned() }));
    }
    if let Some(channels) = header.get("channels")
        && matches!(channels.get_ref(), DeValue::Array(items) if items.is_empty())
    {
        found.push((channels.span().start, Fault::NoChannels));
    }
    if let Some((at, base)) = word("base") {
        // On the shelf this very version may stand already, and nothing stands on itself.
        let day = header.get("in_force").and_then(|day| day.get_ref().as_datetime());
        let own = |day_there: String| {
            let same_id = word("id").is_some_and(|(_, id)| id == base);
            same_id && day.is_some_and(|day| day.to_string() == day_there)
        };
        let versions = shelf.versions(&BookId::from(base));
        if versions.iter().all(|version| own(version.book.in_force.to_string())) {
            let unknown = Problem::UnknownBase {
                base: base.to_owned(),
                known: shelf.ids().map(|id| id.0.clone()).collect(),
            };
            found.push((at, unknown.into()));
        }
    }
}

/// Every string that is empty or only blanks.
fn blank_words(table: &DeTable<'_>, found: &mut Vec<Found>) {
    for (key, value) in table {
        for (at, word) in strings(value) {
            if word.trim().is_empty() {
                let key = key.get_ref().to_string();
                found.push((at, Fault::Blank { key }));
            }
        }
        match value.get_ref() {
            DeValue::Table(table) => blank_words(table, found),
            DeValue::Array(items) => items.iter().for_each(|item| {
                if let DeValue::Table(table) = item.get_ref() {
                    blank_words(table, found);
                }
            }),
            _ => {}
        }
    }
}

/// A condition that is written out and asks for nothing: it would hold for every ticket.
fn empty_lists(table: &DeTable<'_>, found: &mut Vec<Found>) {
    for key in ["kinds", "channels", "classes"] {
        if let Some(list) = table.get(key)
            && matches!(list.get_ref(), DeValue::Array(items) if items.is_empty())
        {
            let key = key.to_owned();
            found.push((list.span().start, Fault::EmptyList { key }));
        }
    }
}

/// The rules of one section that carry an id: a second one of the same name would be taken for the first.
fn same_ids(text: &str, value: &DeValue<'_>, seen: &mut BTreeMap<String, usize>, found: &mut Vec<Found>) {
    match value {
        DeValue::Table(table) => {
            if table.contains_key("cite")
                && let Some(id) = table.get("id")
                && let Some(name) = id.get_ref().as_str()
            {
                let at = id.span().start;
                match seen.get(name) {
                    None => {
                        seen.insert(name.to_owned(), line_of(text, at));
                    }
                    Some(first) => {
                        let id = name.to_owned();
                        found.push((at, Fault::SameId { id, first: *first }));
                    }
                }
            }
            // In the order of the file, whatever the names.
            let mut inside: Vec<_> = table.values().collect();
            inside.sort_by_key(|value| value.span().start);
            inside
                .into_iter()
                .for_each(|value| same_ids(text, value.get_ref(), seen, found));
        }
        DeValue::Array(items) => items
            .iter()
            .for_each(|item| same_ids(text, item.get_ref(), seen, found)),
        _ => {}
    }
}

struct Names<'a> {
    text: &'a str,
    document: &'a str,
    channels: Vec<String>,
    classes: Vec<String>,
}

impl Names<'_> {
    fn look(&self, value: &DeValue<'_>, found: &mut Vec<Found>) {
        match value {
            DeValue::Table(table) => {
                empty_lists(table, found);
                if table.contains_key("cite") {
                    self.rule(table, found);
                }
                table.values().for_each(|value| self.look(value.get_ref(), found));
            }
            DeValue::Array(items) => items.iter().for_each(|item| self.look(item.get_ref(), found)),
            _ => {}
        }
    }

    fn rule(&self, table: &DeTable<'_>, found: &mut Vec<Found>) {
        for (key, listed) in [
            ("channels", &self.channels),
            ("classes", &self.classes),
            ("class", &self.classes),
            ("site_check_class", &self.classes),
        ] {
            let named = table.get(key).map(strings).unwrap_or_default();
            for (at, name) in named
                .into_iter()
                .filter(|(_, name)| !listed.iter().any(|other| other == name))
            {
                let unlisted = Problem::Unlisted {
                    name: name.to_owned(),
                    listed: listed.clone(),
                };
                found.push((at, unlisted.into()));
            }
        }
        if let Some((at, cite)) = table.get("cite").map(strings).unwrap_or_default().first()
            && !cite.trim().is_empty()
            && !cite.starts_with(self.document)
        {
            let foreign = Problem::ForeignCite {
                cite: (*cite).to_owned(),
                document: self.document.to_owned(),
            };
            found.push((*at, foreign.into()));
        }
        self.blanks(table, found);
    }

    fn blanks(&self, table: &DeTable<'_>, found: &mut Vec<Found>) {
        let Some(value) = table.get("text") else { return };
        let Some(text) = value.get_ref().as_str() else { return };
        // Where it stands in the file; a string with escapes is found at its beginning.
        let place = |part: &str| {
            let written = self.text.get(value.span()).and_then(|written| written.find(part));
            value.span().start + written.unwrap_or(0)
        };
        for written in no_blanks(text) {
            let written = written.to_owned();
            found.push((place(&written), Fault::BadBlank { written }));
        }
        let keys: Vec<String> = table
            .keys()
            .map(|key| key.get_ref().to_string())
            .filter(|key| !matches!(key.as_str(), "cite" | "text" | "interpretation"))
            .collect();
        for blank in blanks(text).filter(|blank| !keys.iter().any(|key| key == blank)) {
            let unknown = Problem::UnknownBlank {
                blank: blank.to_owned(),
                keys: keys.clone(),
            };
            found.push((place(&format!("{{{blank}}}")), unknown.into()));
        }
    }
}

/// Braces that no figure will ever be put into: empty, unclosed, unopened, or around what is no key.
fn no_blanks(text: &str) -> Vec<&str> {
    let mut bad = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        let from = &rest[at..];
        let inner = from[1..].find(['{', '}']).map(|end| end + 1);
        let closed = inner.filter(|end| from.starts_with('{') && from[*end..].starts_with('}'));
        let taken = match closed {
            Some(end) => {
                let written = &from[..=end];
                if blanks(written).next().is_none() {
                    bad.push(written);
                }
                end + 1
            }
            None => {
                bad.push(&from[..1]);
                1
            }
        };
        rest = &from[taken..];
    }
    bad
}

#[cfg(test)]
mod tests {
    use super::no_blanks;

    #[test]
    fn only_braces_around_a_key_are_blanks() {
        for (text, bad) in [
            ("{within}内办结", &[][..]),
            ("{}内办结", &["{}"]),
            ("{ within }内", &["{ within }"]),
            ("{within内", &["{"]),
            ("within}内", &["}"]),
            ("{{within}}", &["{", "}"]),
        ] {
            assert_eq!(no_blanks(text), bad, "{text}");
        }
    }
}
