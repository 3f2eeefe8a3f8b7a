//! Whether every cell of the rules digest is tried: by a scenario, or, where a document only states something, by a
//! rule or note of its book that rests on that clause.

use std::collections::{BTreeMap, BTreeSet};

use super::files;
use rexian::rules::Shelf;

/// A cell of the digest's tables.
#[derive(Clone, Copy)]
enum Cell {
    /// Some mechanism enforces it: a scenario names the row.
    Tried,
    /// The document says it and nothing is to be decided by it: the book has it, with this clause.
    Stated(&'static str),
    /// The document says nothing. Where an action belongs to the row, a scenario shows that nothing is invented.
    Silent,
}

use Cell::{Silent, Stated, Tried};

const BOOKS: [&str; 5] = ["songshan", "laishan", "xinqiao", "wuhai", "haojiang"];

/// In the order of `BOOKS`.
const CELLS: [(&str, [Cell; 5]); 34] = [
    ("A1", [Stated("一.1"), Tried, Tried, Tried, Stated("一(三)")]),
    ("A2", [Tried, Tried, Tried, Tried, Tried]),
    ("A3", [Tried, Tried, Tried, Silent, Tried]),
    ("A4", [Tried, Tried, Tried, Silent, Tried]),
    ("A5", [Tried, Silent, Tried, Silent, Tried]),
    ("A6", [Tried, Tried, Tried, Silent, Tried]),
    ("A7", [Tried, Tried, Tried, Silent, Tried]),
    ("A8", [Silent, Tried, Tried, Silent, Tried]),
    ("A9", [Tried, Tried, Tried, Silent, Tried]),
    ("A10", [Tried, Tried, Tried, Stated("5.3 a)"), Tried]),
    ("B1", [Tried, Tried, Tried, Tried, Tried]),
    ("B2", [Tried, Silent, Silent, Silent, Tried]),
    ("B3", [Tried, Silent, Silent, Silent, Silent]),
    ("B4", [Tried, Tried, Silent, Stated("6.4.3 b)"), Tried]),
    ("B5", [Silent, Silent, Tried, Silent, Tried]),
    ("C1", [Tried, Tried, Tried, Tried, Tried]),
    ("C2", [Tried, Tried, Tried, Silent, Tried]),
    ("C3", [Tried, Silent, Tried, Silent, Silent]),
    ("C4", [Tried, Tried, Tried, Silent, Tried]),
    ("C5", [Tried, Tried, Tried, Silent, Silent]),
    ("C6", [Silent, Tried, Tried, Tried, Stated("三(七)")]),
    ("C7", [Tried, Tried, Tried, Tried, Tried]),
    ("C8", [Tried, Stated("四(一)"), Silent, Tried, Silent]),
    ("D1", [Tried, Tried, Tried, Tried, Tried]),
    ("D2", [Silent, Tried, Silent, Tried, Tried]),
    ("D3", [Tried, Tried, Silent, Tried, Tried]),
    ("D4", [Silent, Silent, Silent, Silent, Tried]),
    ("D5", [Silent, Tried, Tried, Tried, Tried]),
    ("D6", [Silent, Tried, Tried, Tried, Tried]),
    ("D7", [Silent, Silent, Tried, Silent, Tried]),
    ("E", [Tried, Tried, Tried, Tried, Tried]),
    ("F", [Tried, Tried, Tried, Tried, Tried]),
    ("G", [Tried, Tried, Tried, Tried, Tried]),
    ("H", [Stated("一.1"), Stated("四(一)"), Tried, Tried, Stated("六")]),
];

/// What is stated and belongs to no cell of the tables above: sections E to H of the digest, by book and clause.
const STATED: &[(&str, &str)] = &[
    ("songshan", "七.1"),
    ("songshan", "八.1"),
    ("songshan", "八.2"),
    ("songshan", "八.3"),
    ("songshan", "八.4"),
    ("laishan", "三.2"),
    ("laishan", "三.4"),
    ("laishan", "三.5"),
    ("laishan", "三.6"),
    ("laishan", "四(二)"),
    ("xinqiao", "二(六)"),
    ("xinqiao", "二(七)"),
    ("xinqiao", "二(八)"),
    ("xinqiao", "二(九)"),
    ("xinqiao", "二(十)"),
    ("xinqiao", "三(八)"),
    ("xinqiao", "四"),
    ("wuhai", "4.2 c)"),
    ("wuhai", "5.4.2"),
    ("wuhai", "6.1.7"),
    ("wuhai", "6.5 b)"),
    ("haojiang", "三(八)"),
    ("haojiang", "五(四)"),
    ("haojiang", "六(五)"),
];

/// How many scenarios each row has in each book.
fn counts() -> BTreeMap<(String, String), usize> {
    let mut counts = BTreeMap::new();
    for (book, _, scenarios) in files() {
        for scenario in scenarios {
            for row in scenario.row.split(", ") {
                *counts.entry((row.to_owned(), book.clone())).or_default() += 1;
            }
        }
    }
    counts
}

/// The clauses that a book's rules and notes rest on, without the document's number.
fn clauses(book: &str) -> BTreeSet<String> {
    fn collect(value: &serde_json::Value, found: &mut Vec<String>) {
        match value {
            serde_json::Value::Object(fields) => {
                found.extend(fields.get("cite").and_then(|cite| cite.as_str()).map(str::to_owned));
                fields.values().for_each(|field| collect(field, found));
            }
            serde_json::Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
            _ => {}
        }
    }
    let book = Shelf::built_in().latest(&book.into()).expect("a built-in book");
    let mut cites = Vec::new();
    collect(&serde_json::to_value(&*book).expect("json"), &mut cites);
    let document = format!("{} ", book.book.document);
    cites
        .iter()
        .filter_map(|cite| cite.strip_prefix(&document))
        .flat_map(|clause| clause.split('、').map(str::to_owned).chain([clause.to_owned()]))
        .collect()
}

#[test]
fn every_cell_of_the_rules_is_tried_or_stated() {
    let counts = counts();
    let mut missing = Vec::new();
    println!("{:<5}{}", "row", BOOKS.map(|book| format!("{book:>10}")).concat());
    for (row, cells) in CELLS {
        let mut line = format!("{row:<5}");
        for (book, cell) in BOOKS.into_iter().zip(cells) {
            let have = counts.get(&(row.to_owned(), book.to_owned())).copied().unwrap_or(0);
            let mark = match cell {
                Tried => "",
                Stated(_) => "s",
                Silent => "—",
            };
            line += &format!("{:>10}", format!("{mark}{have}"));
            match cell {
                Tried if have == 0 => missing.push(format!("{row} of {book} has no scenario")),
                Stated(clause) if !clauses(book).contains(clause) => {
                    missing.push(format!("{row} of {book}: no rule or note rests on {clause}"));
                }
                _ => {}
            }
        }
        println!("{line}");
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn what_is_only_stated_stands_in_its_book() {
    let known: BTreeMap<&str, BTreeSet<String>> = BOOKS.map(|book| (book, clauses(book))).into();
    let absent: Vec<String> = STATED
        .iter()
        .filter(|(book, clause)| !known[book].contains(*clause))
        .map(|(book, clause)| format!("{book}: {clause}"))
        .collect();
    assert!(absent.is_empty(), "no rule or note rests on\n{}", absent.join("\n"));
}

#[test]
fn no_scenario_names_a_row_that_does_not_exist() {
    let rows: BTreeSet<&str> = CELLS.map(|(row, _)| row).into();
    for (row, book) in counts().keys() {
        assert!(rows.contains(row.as_str()), "{book}: {row:?}");
    }
}

#[test]
fn every_file_has_something_that_passes_and_something_that_fails() {
    let mut one_sided = Vec::new();
    for (book, file, scenarios) in files() {
        let steps = || scenarios.iter().flat_map(|scenario| &scenario.step);
        let points = || scenarios.iter().flat_map(|scenario| &scenario.assess);
        let state = |name: &str| points().any(|point| point.state.values().any(|state| state == name));
        let passes = steps().any(|step| step.expect.is_some()) || state("met") || state("open");
        let refused = steps().any(|step| !step.refused.is_empty());
        let fails = refused || state("missed") || scenarios.iter().any(|scenario| !scenario.not_taken.is_empty());
        if !passes || !fails {
            one_sided.push(format!("{book}/{file}"));
        }
    }
    assert!(one_sided.is_empty(), "{one_sided:?}");
}
