//! All that the reader of a rulebook would stop at, in one go: each mistake is mended and the reading begun again.

use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue, Deserializer};

use crate::rules::rulebook::{File, Problem, problem};

/// The reader stops at the first mistake. So each one is mended in the tree and the reading begun again, until it is
/// sound: what was put in to mend it has a span beyond the text, and its own mistakes are not the writer's.
pub(super) fn schema(text: &str, tree: &Spanned<DeTable<'_>>) -> Vec<(usize, Problem)> {
    const MOST: usize = 1000;
    let mut mender = Mender {
        tree: tree.clone(),
        beyond: text.len() + 1,
        tried: Vec::new(),
    };
    let mut found = Vec::new();
    for _ in 0..MOST {
        let Err(error) = File::deserialize(Deserializer::from(mender.tree.clone())) else {
            break;
        };
        let at = error.span().map_or(0, |span| span.start);
        let problem = problem(text, &error);
        let mended = mender.mend(at, &problem);
        if at <= text.len() {
            found.push((at, problem));
        }
        if !mended {
            break;
        }
    }
    found
}

struct Mender<'t> {
    tree: Spanned<DeTable<'t>>,
    /// The first byte that no writer can have written; each value put in has its own.
    beyond: usize,
    /// How many stand-ins were tried at each of those.
    tried: Vec<usize>,
}

/// Stand-ins of every type a key may want.
const STAND_INS: [&str; 6] = ["\"1wd\"", "0", "true", "[]", "2000-01-01", "{}"];

impl<'t> Mender<'t> {
    fn mend(&mut self, at: usize, problem: &Problem) -> bool {
        match problem {
            Problem::UnknownKey { key, .. } => self.take_out(at, key),
            Problem::MissingKey { key } => self.put_in(at, key),
            Problem::BadValue { message } => self.replace(at, message),
            _ => false,
        }
    }

    fn take_out(&mut self, at: usize, key: &str) -> bool {
        let mut taken = false;
        tables(self.tree.get_mut(), &mut |table| {
            let here = table
                .get_key_value(key)
                .is_some_and(|(name, _)| name.span().start == at);
            taken |= here && table.remove(key).is_some();
            taken
        });
        taken
    }

    fn put_in(&mut self, at: usize, key: &str) -> bool {
        let Some(value) = self.stand_in(0, "") else {
            return false;
        };
        let name = || Spanned::new(value.span(), key.to_owned().into());
        let mut put = false;
        values(self.tree.get_mut(), &mut |node| {
            if let (true, DeValue::Table(table)) = (node.span().start == at, node.get_mut()) {
                table.insert(name(), value.clone());
                put = true;
            }
            put
        });
        if !put {
            // Missing in the file itself.
            self.tree.get_mut().insert(name(), value.clone());
        }
        true
    }

    fn replace(&mut self, at: usize, message: &str) -> bool {
        let step = at
            .checked_sub(self.beyond)
            .and_then(|nth| self.tried.get(nth))
            .map_or(0, |tried| tried + 1);
        let Some(value) = self.stand_in(step, message) else {
            return false;
        };
        let mut replaced = false;
        values(self.tree.get_mut(), &mut |node| {
            if node.span().start == at {
                *node = value.clone();
                replaced = true;
            }
            replaced
        });
        replaced
    }

    /// The next value to try; where the reader named its choices, the first of them.
    fn stand_in(&mut self, step: usize, message: &str) -> Option<Spanned<DeValue<'t>>> {
        let value = match message.split_once("choose one of ") {
            Some((_, choices)) => DeValue::String(choices.split('、').next()?.to_owned().into()),
            None => DeValue::parse(STAND_INS.get(step)?).ok()?.into_inner(),
        };
        let at = self.beyond + self.tried.len();
        self.tried.push(step);
        Some(Spanned::new(at..at, value))
    }
}

/// Every table, the innermost first, until `look` says that it is done.
fn tables<'t>(table: &mut DeTable<'t>, look: &mut dyn FnMut(&mut DeTable<'t>) -> bool) -> bool {
    let inside = |value: &mut DeValue<'t>, look: &mut dyn FnMut(&mut DeTable<'t>) -> bool| in_tables(value, look);
    table.iter_mut().any(|(_, value)| inside(value.get_mut(), look)) || look(table)
}

fn in_tables<'t>(value: &mut DeValue<'t>, look: &mut dyn FnMut(&mut DeTable<'t>) -> bool) -> bool {
    match value {
        DeValue::Table(table) => tables(table, look),
        DeValue::Array(items) => items.iter_mut().any(|item| in_tables(item.get_mut(), look)),
        _ => false,
    }
}

/// Every value, the innermost first, until `look` says that it is done.
fn values<'t>(table: &mut DeTable<'t>, look: &mut dyn FnMut(&mut Spanned<DeValue<'t>>) -> bool) -> bool {
    table.iter_mut().any(|(_, value)| in_values(value, look))
}

fn in_values<'t>(node: &mut Spanned<DeValue<'t>>, look: &mut dyn FnMut(&mut Spanned<DeValue<'t>>) -> bool) -> bool {
    let inside = match node.get_mut() {
        DeValue::Table(table) => values(table, look),
        DeValue::Array(items) => items.iter_mut().any(|item| in_values(item, look)),
        _ => false,
    };
    inside || look(node)
}
