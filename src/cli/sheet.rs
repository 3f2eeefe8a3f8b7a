//! A rulebook as a page to read: every rule with its clause, by section. Generic: it walks what serde makes of the book
//! and knows no section by name, so that a new section is shown without a line here.

use anyhow::Result;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use super::Desk;
use super::deadline::clause;
use super::layout::{hanging, pad, width};
use crate::domain::period::Period;
use crate::locale::{Lang, Locale, fill};
use crate::rules::Rulebook;

/// Any value, its keys in the order in which they were written: the order of the schema is the order of reading.
enum Tree {
    Nothing,
    Word(String),
    List(Vec<Tree>),
    Table(Vec<(String, Tree)>),
}

/// One rule ready for the page.
struct Entry {
    clause: String,
    text: String,
    interpretation: Option<String>,
}

/// A clause longer than this stands on a line of its own.
const LONGEST_CLAUSE: usize = 20;

impl Desk {
    /// The whole book.
    pub fn book_sheet(&self, book: &Rulebook, source: &str) -> Result<String> {
        let tree: Tree = serde_json::from_str(&serde_json::to_string(book)?)?;
        let Tree::Table(sections) = tree else {
            return Ok(String::new());
        };
        let mut page = self.book_head(book, source);
        for (name, section) in &sections {
            let mut entries = Vec::new();
            collect(section, book, &mut entries);
            if !entries.is_empty() {
                page.push('\n');
                page.push_str(&self.section(name, &entries));
            }
        }
        Ok(page)
    }

    fn book_head(&self, book: &Rulebook, source: &str) -> String {
        let header = &book.book;
        let in_force = header.in_force.to_string();
        let channels = self.locale.join(&header.channels);
        let classes = self.locale.join(&header.classes);
        let base = header.base.as_ref().map(|base| base.as_str()).unwrap_or_default();
        let rows = [
            ("id", header.id.as_str()),
            ("place", &header.place),
            ("document", &header.document),
            ("in_force", &in_force),
            ("source", source),
            ("base", base),
            ("channels", &channels),
            ("classes", &classes),
        ];
        let label = |name: &str| self.locale.term("cli.book.head", name);
        let widest = rows.iter().map(|(name, _)| width(&label(name))).max().unwrap_or(0);
        let mut page = hanging("", &header.title, self.width);
        for (name, value) in rows.into_iter().filter(|(_, value)| !value.is_empty()) {
            let head = format!("  {}  ", pad(&label(name), widest));
            page.push_str(&hanging(&head, value, self.width));
            if name == "in_force"
                && let Some(reading) = &header.interpretation
            {
                page.push_str(&self.reading(reading, widest + 4));
            }
        }
        page
    }

    fn section(&self, name: &str, entries: &[Entry]) -> String {
        let title = self.locale.term("section", name);
        let mut page = self.say("cli.book.section", &[("title", &title)]);
        page.push('\n');
        let clauses = entries.iter().map(|entry| width(&entry.clause));
        let column = clauses.filter(|cells| *cells <= LONGEST_CLAUSE).max().unwrap_or(0);
        for entry in entries {
            let head = if width(&entry.clause) > column {
                page.push_str(&hanging("  ", &entry.clause, self.width));
                " ".repeat(column + 4)
            } else {
                format!("  {}  ", pad(&entry.clause, column))
            };
            page.push_str(&hanging(&head, &entry.text, self.width));
            if let Some(reading) = &entry.interpretation {
                page.push_str(&self.reading(reading, column + 4));
            }
        }
        page
    }

    /// What is not the document's word but our understanding of it.
    fn reading(&self, text: &str, indent: usize) -> String {
        let head = format!("{}{}", " ".repeat(indent), self.word("cli.book.reading"));
        hanging(&head, text, self.width)
    }
}

/// Every table with a clause, wherever it stands.
fn collect(tree: &Tree, book: &Rulebook, into: &mut Vec<Entry>) {
    match tree {
        Tree::List(items) => items.iter().for_each(|item| collect(item, book, into)),
        Tree::Table(entries) => {
            let word = |key: &str| match entries.iter().find(|(name, _)| name == key) {
                Some((_, Tree::Word(word))) => Some(word.as_str()),
                _ => None,
            };
            match (word("cite"), word("text")) {
                (Some(cite), Some(text)) => into.push(Entry {
                    clause: clause(cite, book).to_owned(),
                    text: fill(text, &|name| {
                        let value = entries.iter().find(|(key, _)| key == name);
                        value.map(|(_, value)| words(value))
                    }),
                    interpretation: word("interpretation").map(str::to_owned),
                }),
                _ => entries.iter().for_each(|(_, value)| collect(value, book, into)),
            }
        }
        Tree::Nothing | Tree::Word(_) => {}
    }
}

/// A value as it stands in a sentence. The books are Chinese in any language of the program, and so are these words.
fn words(value: &Tree) -> String {
    let locale = Locale::of(Lang::Chinese);
    match value {
        Tree::Nothing => String::new(),
        Tree::Word(word) => {
            if let Ok(period) = word.parse::<Period>() {
                return locale.period(period);
            }
            let label = ["element", "role"]
                .iter()
                .find_map(|prefix| locale.get(&format!("{prefix}.{word}")));
            label.unwrap_or(word).to_owned()
        }
        Tree::List(items) => locale.join(&items.iter().map(words).collect::<Vec<_>>()),
        Tree::Table(_) => String::new(),
    }
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Tree;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<Tree, E> {
        Ok(Tree::Nothing)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Tree, E> {
        Ok(Tree::Word(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Tree, E> {
        Ok(Tree::Word(value.to_string()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Tree, E> {
        Ok(Tree::Word(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Tree, E> {
        Ok(Tree::Word(value.to_string()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Tree, E> {
        Ok(Tree::Word(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Tree, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Tree::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Tree, A::Error> {
        let mut table = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            table.push(entry);
        }
        Ok(Tree::Table(table))
    }
}
