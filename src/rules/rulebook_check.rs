//! Everything that is wrong with a rulebook file, at once, each with its line. Reading a sound one is `rulebook`'s, and
//! what a mistake is called on screen is said at the edge.

use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue, Deserializer, Error};

use super::Shelf;
use super::clause::blanks;
use super::rulebook::{File, Problem, RulebookError, line_of, problem};
use crate::domain::ids::BookId;

/// A mistake and the byte at which it stands.
type Found = (usize, Problem);

/// Reads the file as `Rulebook::parse` does, and looks at what its words name besides.
pub fn check(text: &str, file: &str, shelf: &Shelf) -> Vec<RulebookError> {
    let (tree, broken) = DeTable::parse_recoverable(text);
    let mut found: Vec<Found> = if broken.is_empty() {
        let mut found = schema(text, &tree);
        found.extend(words(text, tree.get_ref(), shelf));
        found
    } else {
        // What was recovered from broken text would only give follow-up mistakes.
        broken.iter().map(syntax).collect()
    };
    found.sort_by_key(|(at, _)| *at);
    let mut errors: Vec<RulebookError> = found
        .into_iter()
        .map(|(at, problem)| RulebookError {
            file: file.to_owned(),
            line: line_of(text, at),
            problem,
        })
        .collect();
    // Of the follow-up mistakes on a line of broken syntax the first is enough.
    let syntax = |error: &RulebookError| matches!(error.problem, Problem::Syntax { .. });
    errors.dedup_by(|next, before| next == before || next.line == before.line && syntax(next) && syntax(before));
    errors
}

fn syntax(error: &Error) -> Found {
    let message = error.message().replace('\n', ", ");
    (error.span().map_or(0, |span| span.start), Problem::Syntax { message })
}

/// The reader stops at the first mistake. So each one is mended in the tree and the reading begun again, until it is
/// sound: what was put in to mend it has a span beyond the text, and its own mistakes are not the writer's.
fn schema(text: &str, tree: &Spanned<DeTable<'_>>) -> Vec<Found> {
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

/// What a rule's words and lists name must be there: its own keys, the channels and classes of the book, the document.
fn words(text: &str, tree: &DeTable<'_>, shelf: &Shelf) -> Vec<Found> {
    let Some(DeValue::Table(header)) = tree.get("book").map(Spanned::get_ref) else {
        return Vec::new();
    };
    let listed = |key: &str| -> Vec<String> {
        let list = header.get(key).map(strings).unwrap_or_default();
        list.into_iter().map(|(_, name)| name.to_owned()).collect()
    };
    let names = Names {
        text,
        document: header
            .get("document")
            .and_then(|value| value.get_ref().as_str())
            .unwrap_or_default(),
        channels: listed("channels"),
        classes: listed("classes"),
    };
    let mut found = Vec::new();
    if let Some(base) = header.get("base")
        && let Some(id) = base.get_ref().as_str()
        && shelf.latest(&BookId::from(id)).is_none()
    {
        let base_problem = Problem::UnknownBase {
            base: id.to_owned(),
            known: shelf.ids().map(|id| id.0.clone()).collect(),
        };
        found.push((base.span().start, base_problem));
    }
    for (name, section) in tree {
        if name.get_ref() != "book" {
            names.look(section.get_ref(), &mut found);
        }
    }
    found
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
                found.push((at, unlisted));
            }
        }
        if let Some((at, cite)) = table.get("cite").map(strings).unwrap_or_default().first()
            && !cite.starts_with(self.document)
        {
            let foreign = Problem::ForeignCite {
                cite: (*cite).to_owned(),
                document: self.document.to_owned(),
            };
            found.push((*at, foreign));
        }
        self.blanks(table, found);
    }

    fn blanks(&self, table: &DeTable<'_>, found: &mut Vec<Found>) {
        let Some(value) = table.get("text") else { return };
        let Some(text) = value.get_ref().as_str() else { return };
        let keys: Vec<String> = table
            .keys()
            .map(|key| key.get_ref().to_string())
            .filter(|key| !matches!(key.as_str(), "cite" | "text" | "interpretation"))
            .collect();
        for blank in blanks(text).filter(|blank| !keys.iter().any(|key| key == blank)) {
            let written = self
                .text
                .get(value.span())
                .and_then(|written| written.find(&format!("{{{blank}}}")));
            let unknown = Problem::UnknownBlank {
                blank: blank.to_owned(),
                keys: keys.clone(),
            };
            found.push((value.span().start + written.unwrap_or(0), unknown));
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "[book]\nid = \"x\"\nplace = \"某地\"\ndocument = \"某办〔2026〕1号\"\ntitle = \"办法\"\n\
                        in_force = 2026-01-01\nchannels = [\"热线\"]\nclasses = [\"紧急\"]\n";

    /// Line and kind of everything that is found in the head and these lines; the head has eight.
    fn found(lines: &str) -> Vec<String> {
        let text = format!("{HEAD}{lines}");
        check(&text, "x.toml", Shelf::built_in())
            .into_iter()
            .map(|error| {
                format!(
                    "{} {}",
                    error.line,
                    format!("{:?}", error.problem).split(' ').next().unwrap_or("")
                )
            })
            .collect()
    }

    #[test]
    fn the_built_in_books_are_sound() {
        for (file, text) in Shelf::sources() {
            assert_eq!(check(text, file, Shelf::built_in()), Vec::new(), "{file}");
        }
    }

    #[test]
    fn every_kind_of_mistake_is_found_on_its_line() {
        let sound = "[returning.window]\nwithin = \"1wd\"\ncite = \"某办〔2026〕1号 二\"\ntext = \"{within}内\"\n";
        let cases: [(&str, &[&str]); 12] = [
            (sound, &[]),
            ("[returnin.window]\n", &["9 UnknownKey"]),
            (
                "[returning.window]\nwithn = \"1wd\"\n",
                &["9 MissingKey", "9 MissingKey", "9 MissingKey", "10 UnknownKey"],
            ),
            (
                "[returning.window]\nwithin = \"1wk\"\ncite = \"某办〔2026〕1号 二\"\ntext = \"甲\"\n",
                &["10 BadValue"],
            ),
            (
                "[returning.window]\nwithin = \"1wd\"\ncite = \"别办 二\"\ntext = \"甲\n",
                &["12 Syntax"],
            ),
            (
                "[returning.window]\nwithin = \"1wd\"\ncite = \"别办 二\"\ntext = \"甲\"\n",
                &["11 ForeignCite"],
            ),
            (
                "[returning.window]\nwithin = \"1wd\"\ncite = \"某办〔2026〕1号 二\"\ntext = \"\"\"甲\n{witin}\"\"\"\n",
                &["13 UnknownBlank"],
            ),
            (
                "[[signing.chains]]\nsigners = [\"section_head\", \"main_leadr\"]\nchannels = [\n\"热线\",\n\"网\"]\n\
                 cite = \"某办〔2026〕1号 二\"\ntext = \"甲\"\n",
                &["10 BadValue", "13 Unlisted"],
            ),
            (
                "[[bulletin.key]]\nclass = \"慢\"\nwithin_the_week = 1\ncite = \"某办〔2026〕1号 二\"\ntext = \"甲\"\n",
                &["10 Unlisted", "11 BadValue"],
            ),
            ("[limits]\nfinish = 3\n", &["10 BadValue"]),
            (
                "[[limits.finish]]\n[[limits.finish]]\nwithin = 3\n",
                &[
                    "9 MissingKey",
                    "9 MissingKey",
                    "10 MissingKey",
                    "10 MissingKey",
                    "11 BadValue",
                ],
            ),
            ("a = \nb = = 3\n", &["9 Syntax", "10 Syntax"]),
        ];
        for (lines, expected) in cases {
            assert_eq!(found(lines), expected, "{lines}");
        }
    }

    #[test]
    fn a_file_without_its_head_is_told_once() {
        let errors = check("", "x.toml", Shelf::built_in());
        let problems: Vec<&Problem> = errors.iter().map(|error| &error.problem).collect();
        assert_eq!(problems, [&Problem::MissingKey { key: "book".to_owned() }]);
    }

    #[test]
    fn a_base_must_be_there() {
        let text = format!("{HEAD}base = \"nowhere\"\n");
        let errors = check(&text, "x.toml", Shelf::built_in());
        assert!(
            matches!(
                &errors[..],
                [RulebookError {
                    line: 9,
                    problem: Problem::UnknownBase { .. },
                    ..
                }]
            ),
            "{errors:?}"
        );
    }
}
