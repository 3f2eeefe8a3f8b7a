//! The house itself: layers point one way, every file says what it is, no file outgrows its room.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// From the bottom up. A layer may use those before it, and itself.
const LAYERS: &[&[&str]] = &[
    &["domain"],
    &["calendar"],
    &["rules"],
    &["flow"],
    &["locale"],
    &["config"],
    &["api"],
    // These never use one another.
    &["server", "client", "app"],
    &["ui"],
    &["tui"],
    &["documents"],
    &["cli"],
];

/// Where a file wants a second room.
const MOST_LINES: usize = 600;

const NO_NAMES: &[&str] = &[
    "utils", "util", "common", "helpers", "helper", "manager", "types", "misc",
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).expect("a folder of the project") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

fn sources() -> Vec<(PathBuf, String)> {
    let mut files = Vec::new();
    for folder in ["src", "tests", "benches"] {
        files.extend(rust_files(&root().join(folder)));
    }
    assert!(files.len() > 30, "the sources were not found");
    files
        .into_iter()
        .map(|path| (path.clone(), fs::read_to_string(&path).expect("a source file")))
        .collect()
}

/// The layer that a file of `src` belongs to; none for `main.rs` and `lib.rs`.
fn layer_of(path: &Path) -> Option<String> {
    let inside = path.strip_prefix(root().join("src")).ok()?;
    let first = inside.components().next()?.as_os_str().to_str()?;
    let name = first.strip_suffix(".rs").unwrap_or(first);
    (!matches!(name, "main" | "lib")).then(|| name.to_owned())
}

fn height(layer: &str) -> Option<usize> {
    LAYERS.iter().position(|names| names.contains(&layer))
}

/// Every layer that a text names by `crate::layer`, and by a grouped `use crate::{…}`.
fn layers_used(text: &str) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    for (at, _) in text.match_indices("crate::") {
        let rest = &text[at + "crate::".len()..];
        if let Some(group) = rest.strip_prefix('{') {
            let group = &group[..group.find("};").unwrap_or(group.len())];
            let mut depth = 0;
            for part in group.split_inclusive([',', '{', '}']) {
                if depth == 0 {
                    used.extend(first_word(part.trim_start()));
                }
                depth += part.matches('{').count();
                depth = depth.saturating_sub(part.matches('}').count());
            }
        } else {
            used.extend(first_word(rest));
        }
    }
    used
}

fn first_word(text: &str) -> Option<String> {
    let word: String = text
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
        .collect();
    (!word.is_empty()).then_some(word)
}

/// What a file of `layer` may not use, of what it uses.
fn upward(layer: &str, used: &BTreeSet<String>) -> Vec<String> {
    let own = height(layer).unwrap_or_else(|| panic!("src/{layer} is in no layer: add it to LAYERS"));
    used.iter()
        .filter(|other| *other != layer)
        .filter(|other| height(other).is_some_and(|height| height >= own))
        .cloned()
        .collect()
}

#[test]
fn layers_are_used_one_way_only() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let Some(layer) = layer_of(&path) else { continue };
        for other in upward(&layer, &layers_used(&text)) {
            wrong.push(format!("{} uses crate::{other}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_layer_test_sees_an_upward_use() {
    let text = "use crate::{domain::ids::UnitId, flow::{decide, evolve}};\nfn f() { crate::cli::run() }";
    let used = layers_used(text);
    assert_eq!(
        used.iter().map(String::as_str).collect::<Vec<_>>(),
        ["cli", "domain", "flow"]
    );
    assert_eq!(upward("rules", &used), ["cli", "flow"]);
    assert_eq!(upward("server", &BTreeSet::from(["client".to_owned()])), ["client"]);
    assert!(upward("cli", &used).is_empty());
}

#[test]
fn every_file_opens_by_saying_what_lives_in_it() {
    let silent: Vec<String> = sources()
        .into_iter()
        .filter(|(_, text)| !text.starts_with("//! "))
        .map(|(path, _)| path.display().to_string())
        .collect();
    assert!(silent.is_empty(), "no //! at the top of:\n{}", silent.join("\n"));
}

#[test]
fn no_file_outgrows_its_room_or_has_a_name_that_says_nothing() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let lines = text.lines().count();
        if lines > MOST_LINES {
            wrong.push(format!("{}: {lines} lines", path.display()));
        }
        let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        if NO_NAMES.contains(&stem) {
            wrong.push(format!("{}: this name says nothing", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Time and the terminal arrive as arguments; only the edges touch the real ones, and the lower layers never.
#[test]
fn the_lower_layers_do_no_input_or_output() {
    const BANNED: &[&str] = &[
        "std::fs",
        "std::net",
        "std::env",
        "std::process",
        "println!",
        "eprintln!",
        "std::time::",
    ];
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let Some(layer) = layer_of(&path) else { continue };
        if height(&layer) > height("flow") {
            continue;
        }
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for banned in BANNED.iter().filter(|banned| code.contains(**banned)) {
            wrong.push(format!("{} uses {banned}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// `.ci/run` and the README speak of one test command.
#[test]
fn ci_runs_the_test_command_of_the_readme() {
    let readme = fs::read_to_string(root().join("README.md")).expect("README.md");
    let ci = fs::read_to_string(root().join(".ci/run")).expect(".ci/run");
    let command = readme
        .lines()
        .skip_while(|line| !line.contains("<!-- test command -->"))
        .map(|line| line.trim_start_matches("$ ").trim())
        .find(|line| line.starts_with("cargo test"))
        .expect("README.md names a test command after <!-- test command -->");
    assert!(
        ci.lines().any(|line| line.trim() == command),
        "{command:?} is not a line of .ci/run"
    );
}
