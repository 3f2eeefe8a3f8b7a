//! The rows of `[limits]`: the first that matches a ticket is its limit, so a row can be there in vain. A limit that the
//! document sets must not get lost in that way, nor by a length that was forgotten.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Fault, Found, listed, strings};
use crate::domain::intake::Kind;
use crate::rules::rulebook::{Problem, line_of};

const LISTS: [&str; 4] = ["finish", "answer", "on_site", "report"];
const CONDITIONS: [&str; 3] = ["kinds", "channels", "classes"];

/// The tickets that a row is for: per condition the names with their places; none asks for nothing.
struct Row<'v> {
    at: usize,
    asks: [Option<Vec<(usize, &'v str)>>; 3],
    has_length: bool,
}

pub(super) fn rows(text: &str, tree: &DeTable<'_>) -> Vec<Found> {
    let Some(DeValue::Table(limits)) = tree.get("limits").map(Spanned::get_ref) else {
        return Vec::new();
    };
    let kinds: Vec<String> = Kind::ALL.iter().map(|kind| kind.name().to_owned()).collect();
    let channels = listed(tree, "channels");
    let mut found = Vec::new();
    for list in LISTS {
        let Some(DeValue::Array(items)) = limits.get(list).map(Spanned::get_ref) else {
            continue;
        };
        let mut before: Vec<Row<'_>> = Vec::new();
        for item in items {
            let DeValue::Table(table) = item.get_ref() else {
                continue;
            };
            let row = Row::read(item.span().start, table, [&kinds, &channels, &[]]);
            let names = |key: &str| table.get(key).is_some_and(|names| !strings(names).is_empty());
            let own = names("channels") || names("classes");
            if !row.has_length && list != "finish" {
                let within = "within".to_owned();
                found.push((row.at, Problem::MissingKey { key: within }.into()));
            } else if !row.has_length && !own {
                found.push((row.at, Fault::NoLength));
            }
            found.extend(row.in_vain(&before, text));
            // What is written out empty is told as such, and not for what follows from it.
            let empty = |key: &str| matches!(table.get(key).map(Spanned::get_ref), Some(DeValue::Array(names)) if names.is_empty());
            if !CONDITIONS.into_iter().any(empty) {
                before.push(row);
            }
        }
    }
    found
}

impl<'v> Row<'v> {
    /// `all`: the names that together ask for nothing, because every ticket has one of them.
    fn read(at: usize, table: &'v DeTable<'_>, all: [&[String]; 3]) -> Self {
        let mut asks = CONDITIONS.map(|key| table.get(key).map(strings).filter(|names| !names.is_empty()));
        for (names, all) in asks.iter_mut().zip(all) {
            let has = |name: &String| {
                names
                    .as_ref()
                    .is_some_and(|names| names.iter().any(|(_, other)| other == name))
            };
            if !all.is_empty() && all.iter().all(has) {
                *names = None;
            }
        }
        Self {
            at,
            asks,
            has_length: table.contains_key("within"),
        }
    }

    fn in_vain(&self, before: &[Self], text: &str) -> Vec<Found> {
        let line = |row: &Self| line_of(text, row.at);
        if let Some(same) = before
            .iter()
            .find(|row| row.covers(&self.asks) && self.covers(&row.asks))
        {
            return vec![(self.at, Fault::Repeated { first: line(same) })];
        }
        if let Some(wider) = before.iter().find(|row| row.covers(&self.asks)) {
            return vec![(self.at, Fault::Unreachable { first: line(wider) })];
        }
        let mut found = Vec::new();
        for (place, names) in self.asks.iter().enumerate() {
            for (at, name) in names.iter().flatten() {
                let mut alone = self.asks.clone();
                alone[place] = Some(vec![(*at, name)]);
                if let Some(taker) = before.iter().find(|row| row.covers(&alone)) {
                    let name = (*name).to_owned();
                    found.push((
                        *at,
                        Fault::Taken {
                            name,
                            first: line(taker),
                        },
                    ));
                }
            }
        }
        found
    }

    /// Whether every ticket that is asked for so is for this row.
    fn covers(&self, asks: &[Option<Vec<(usize, &str)>>; 3]) -> bool {
        self.asks.iter().zip(asks).all(|(wide, narrow)| match (wide, narrow) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(wide), Some(narrow)) => {
                let has = |name: &str| wide.iter().any(|(_, other)| *other == name);
                narrow.iter().all(|(_, name)| has(name))
            }
        })
    }
}
