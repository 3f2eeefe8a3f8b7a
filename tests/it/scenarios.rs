//! Every row of the rules digest, tried as data: `tests/fixtures/rules/<book>/*.toml`.

mod coverage;
mod file;
mod run;
mod versions;

use std::path::PathBuf;

use file::{File, Scenario};

pub fn fixtures() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/rules"))
}

pub fn read<T: serde::de::DeserializeOwned>(path: &std::path::Path) -> T {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Book, file and what stands in it, in the order of their names.
pub fn files() -> Vec<(String, String, Vec<Scenario>)> {
    let mut found = Vec::new();
    for book in rexian::rules::Shelf::built_in().ids() {
        let folder = fixtures().join(book.as_str());
        let entries = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        for entry in entries {
            let path = entry.expect("an entry").path();
            let file: File = read(&path);
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            found.push((book.to_string(), name, file.scenario));
        }
    }
    found.sort_by(|a, b| (&a.0, &a.1).cmp(&(&b.0, &b.1)));
    found
}

#[test]
fn every_scenario_comes_out_as_it_says() {
    let replies: toml::Table = read(&fixtures().join("replies.toml"));
    let mut wrong = Vec::new();
    let mut played = 0;
    for (book, file, scenarios) in files() {
        for scenario in &scenarios {
            played += 1;
            let result = std::panic::catch_unwind(|| run::play(scenario, &book, &replies));
            let problems = result.unwrap_or_else(|panic| vec![words(&*panic)]);
            wrong.extend(
                problems
                    .into_iter()
                    .map(|text| format!("{book}/{file}: {}\n    {text}", scenario.name)),
            );
        }
    }
    println!("{played} scenarios, {} wrong", wrong.len());
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

fn words(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or(panic.downcast_ref::<&str>().map(ToString::to_string))
        .unwrap_or_else(|| "a panic without words".to_owned())
}
