//! `[limits.finish]` where `[[limits.finish]]` is meant, and the other way round. The reader itself would speak of maps
//! and sequences, or take the rows of an array for the fields of a rule.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Fault, Found};
use crate::rules::rulebook::File;

/// What a key of a section holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Holds {
    OneTable,
    Tables,
}

/// Tells what has the wrong brackets, and puts it right in the tree so that what stands inside is looked at too.
pub(super) fn straighten(tree: &mut DeTable<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for (name, section) in tree.iter_mut() {
        let name = name.get_ref().to_string();
        if unwrap(section) {
            found.push((section.span().start, Fault::WantsOneTable { path: name.clone() }));
        }
        if name == "book" {
            continue;
        }
        let DeValue::Table(rules) = section.get_mut() else {
            continue;
        };
        for (key, value) in rules.iter_mut() {
            let is_table = matches!(value.get_ref(), DeValue::Table(_));
            let is_tables = first_table(value.get_ref()).is_some();
            let at = value.span().start;
            let path = || format!("{name}.{}", key.get_ref());
            match (is_table || is_tables).then(|| holds(&name, key.get_ref())).flatten() {
                Some(Holds::Tables) if is_table => {
                    found.push((at, Fault::WantsTables { path: path() }));
                    wrap(value);
                }
                Some(Holds::OneTable) if unwrap(value) => found.push((at, Fault::WantsOneTable { path: path() })),
                _ => {}
            }
        }
    }
    found
}

/// Asked of the reader, so that the schema stands in one place only: an empty list is a fine list of rows, and too
/// short for a rule.
fn holds(section: &str, key: &str) -> Option<Holds> {
    const HEAD: &str = "[book]\nid = \"x\"\nplace = \"x\"\ndocument = \"x\"\ntitle = \"x\"\nin_force = 2000-01-01\n\
                        channels = [\"x\"]\n";
    let read = |value: &str| toml::from_str::<File>(&format!("{HEAD}[{section:?}]\n{key:?} = {value}\n"));
    match read("[]") {
        // A list of words would take a word.
        Ok(_) => read("[\"\"]").is_err().then_some(Holds::Tables),
        Err(error) if error.message().starts_with("invalid length") => Some(Holds::OneTable),
        Err(_) => None,
    }
}

fn first_table<'v, 't>(value: &'v DeValue<'t>) -> Option<&'v Spanned<DeValue<'t>>> {
    let DeValue::Array(items) = value else { return None };
    items
        .iter()
        .next()
        .filter(|item| matches!(item.get_ref(), DeValue::Table(_)))
}

/// The first of several tables in their place.
fn unwrap(value: &mut Spanned<DeValue<'_>>) -> bool {
    let Some(first) = first_table(value.get_ref()).cloned() else {
        return false;
    };
    *value = first;
    true
}

fn wrap(value: &mut Spanned<DeValue<'_>>) {
    let mut rows = toml::de::DeArray::new();
    rows.push(value.clone());
    *value = Spanned::new(value.span(), DeValue::Array(rows));
}
