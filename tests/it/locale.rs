//! The words: everything that the program says has words in both languages, and nothing has words that is never said.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use regex::Regex;
use rexian::api::problem::ProblemKind;
use rexian::api::query::{Sort, View};
use rexian::domain::action::{ActionKind, Alert};
use rexian::domain::element::Element;
use rexian::domain::event::Event;
use rexian::domain::people::Role;
use rexian::domain::ticket::Stage;
use rexian::flow::{Duty, State};
use rexian::locale::{Lang, Locale};
use rexian::rules::Shelf;
use rexian::rules::clause::blanks;
use rexian::server::store::verify::FlawKind;

/// Every source file of the crate as one text.
fn sources() -> String {
    fn read(folder: &Path, into: &mut String) {
        let mut paths: Vec<_> = std::fs::read_dir(folder)
            .expect("a folder of sources")
            .map(|entry| entry.expect("an entry").path())
            .collect();
        paths.sort();
        for path in paths {
            if path.is_dir() {
                read(&path, into);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                into.push_str(&std::fs::read_to_string(&path).expect("a source file"));
            }
        }
    }
    let mut all = String::new();
    read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut all);
    all
}

fn captured(pattern: &str, text: &str) -> BTreeSet<String> {
    let pattern = Regex::new(pattern).expect("a pattern");
    pattern.captures_iter(text).map(|found| found[1].to_owned()).collect()
}

/// The reasons that a ticket's state can give.
fn whys(sources: &str) -> BTreeSet<String> {
    let lists = captured(r"(?s)\nwhys! \{(.*?)\n\}", sources);
    assert_eq!(lists.len(), 1, "the reasons of state are listed in one place");
    lists.iter().flat_map(|list| captured(r#""([^"]+)""#, list)).collect()
}

/// The rules that can speak: the macro's literals, the reasons of state, and keys written out.
fn rules(sources: &str) -> BTreeSet<String> {
    let mut rules = captured(r#"finding!\(\s*(?:refuse|warn)\s+"([^"]+)"\s*\)"#, sources);
    rules.extend(whys(sources));
    rules.extend(captured(r#""finding\.([a-z_]+\.[a-z_]+)""#, sources));
    assert!(rules.len() > 80, "the sources were not read: {rules:?}");
    rules
}

fn both() -> [&'static Locale; 2] {
    Lang::ALL.map(Locale::of)
}

#[test]
fn every_rule_that_can_speak_has_its_words_and_no_words_are_left_over() {
    let rules = rules(&sources());
    for locale in both() {
        for prefix in ["finding", "fix"] {
            let head = format!("{prefix}.");
            let worded: BTreeSet<String> = locale
                .messages()
                .filter_map(|(key, _)| key.strip_prefix(&head))
                .map(str::to_owned)
                .collect();
            let without: Vec<_> = rules.difference(&worded).collect();
            let unused: Vec<_> = worded.difference(&rules).collect();
            assert!(without.is_empty(), "{:?}: no {prefix} for {without:?}", locale.lang());
            assert!(
                unused.is_empty(),
                "{:?}: nobody says {prefix} of {unused:?}",
                locale.lang()
            );
        }
    }
}

#[test]
fn both_languages_have_the_same_keys_and_blanks() {
    let [chinese, english] = both().map(|locale| {
        let of = |(key, text): (&str, &str)| (key.to_owned(), blanks(text).map(str::to_owned).collect());
        locale
            .messages()
            .map(of)
            .collect::<BTreeMap<String, BTreeSet<String>>>()
    });
    for (key, names) in &chinese {
        assert_eq!(english.get(key), Some(names), "{key}");
    }
    let only_english: Vec<_> = english.keys().filter(|key| !chinese.contains_key(*key)).collect();
    assert!(only_english.is_empty(), "{only_english:?}");
}

#[test]
fn every_blank_of_a_finding_is_filled_somewhere() {
    let sources = sources();
    let mut given = captured(r#"\.with\(\s*"([a-z_]+)""#, &sources);
    given.extend(captured(r#"fix\.args\.push\(\(\s*"([a-z_]+)""#, &sources));
    for (key, text) in Locale::of(Lang::Chinese).messages() {
        if key.starts_with("finding.") || key.starts_with("fix.") {
            for blank in blanks(text) {
                assert!(given.contains(blank), "{key}: nothing is ever put into {{{blank}}}");
            }
        }
    }
}

/// Every key of a JSON value with what it holds.
fn walk(value: &serde_json::Value, see: &mut impl FnMut(&str, &serde_json::Value)) {
    match value {
        serde_json::Value::Array(items) => items.iter().for_each(|item| walk(item, see)),
        serde_json::Value::Object(fields) => {
            for (key, value) in fields {
                see(key, value);
                walk(value, see);
            }
        }
        _ => {}
    }
}

#[test]
fn every_member_of_a_list_that_is_shown_has_a_label() {
    let sources = sources();
    let mut fields = captured(r#"\.about\("([a-z_]+)"\)"#, &sources);
    fields.extend(captured(r#"missing\("([a-z_]+)"\)"#, &sources));
    fields.extend(Element::ALL.iter().map(|element| element.name().to_owned()));
    let book = Shelf::built_in()
        .ids()
        .next()
        .and_then(|id| Shelf::built_in().latest(id))
        .expect("a book");
    let book = serde_json::to_value(&*book).expect("json");
    let sections: Vec<String> = book.as_object().expect("sections").keys().cloned().collect();
    fn names<T: Copy>(all: &[T], name: fn(T) -> &'static str) -> Vec<String> {
        all.iter().map(|member| name(*member).to_owned()).collect()
    }
    // What a sheet shows of an event are its fields, whatever they are.
    let events = serde_json::to_value(schemars::schema_for!(Event)).expect("json");
    let mut happened = Vec::new();
    walk(&events, &mut |key, value| match key {
        "const" => happened.extend(value.as_str().map(str::to_owned)),
        "properties" => fields.extend(value.as_object().into_iter().flatten().map(|(name, _)| name.clone())),
        _ => {}
    });
    // The items of lists are shown by their words, without labels.
    for name in ["event", "fields", "material", "name", "blob", "shows", "sealed", "role"] {
        fields.remove(name);
    }
    assert!(happened.len() > 30, "{happened:?}");
    let lists = [
        ("event", happened),
        ("view", names(View::ALL, View::name)),
        ("sort", names(Sort::ALL, Sort::name)),
        ("element", names(Element::ALL, Element::name)),
        ("skeleton", names(Element::ALL, Element::name)),
        ("role", names(Role::ALL, Role::name)),
        ("duty", names(Duty::ALL, Duty::name)),
        ("state", names(State::ALL, State::name)),
        ("stage", names(Stage::ALL, Stage::name)),
        ("action", names(ActionKind::ALL, ActionKind::name)),
        ("alert", names(Alert::ALL, Alert::name)),
        ("field", fields.into_iter().collect()),
        ("section", sections),
    ];
    for locale in both() {
        for (prefix, names) in &lists {
            for name in names {
                let label = locale.get(&format!("{prefix}.{name}"));
                assert!(
                    label.is_some_and(|label| !label.is_empty()),
                    "{:?}: {prefix}.{name}",
                    locale.lang()
                );
            }
        }
    }
}

#[test]
fn every_key_that_the_command_line_names_has_words() {
    let named = captured(r#""((?:cli|help|list|period|problem)\.[a-z_.]+)""#, &sources());
    assert!(named.len() > 50, "{named:?}");
    for key in named.iter().filter(|key| !key.ends_with(".head")) {
        assert!(Locale::of(Lang::Chinese).get(key).is_some(), "{key}");
    }
}

#[test]
fn every_flaw_that_a_check_finds_has_words() {
    for locale in both() {
        for kind in FlawKind::ALL {
            assert!(locale.get(&format!("cli.admin.flaw.{kind}")).is_some(), "{kind}");
        }
    }
}

#[test]
fn every_problem_of_the_server_has_words_in_both_languages() {
    let sources = sources();
    let mut details = captured(r#"because\(\s*"([a-z_]+)""#, &sources);
    details.extend(captured(r#"Trouble::invalid\(\s*"([a-z_]+)""#, &sources));
    assert!(details.len() > 15, "{details:?}");
    for locale in both() {
        for kind in ProblemKind::ALL {
            assert!(locale.get(&format!("trouble.{}", kind.name())).is_some(), "{kind}");
        }
        for detail in &details {
            assert!(locale.get(&format!("trouble_detail.{detail}")).is_some(), "{detail}");
        }
        let worded = locale
            .messages()
            .filter_map(|(key, _)| key.strip_prefix("trouble_detail."));
        let unused: Vec<_> = worded.filter(|key| !details.contains(*key)).collect();
        assert!(unused.is_empty(), "nobody says {unused:?}");
    }
}

/// A greyed action says why by the rule's name alone: the sentence must stand without its figures.
#[test]
fn reasons_read_well_without_their_figures() {
    for rule in whys(&sources()) {
        for locale in both() {
            let (message, fix) = locale.why(&rule);
            for text in [message, fix] {
                let odd = ["（）", "()", "，，", "  ", "：，", "{", "}", "[", "]", "“”"];
                assert!(!odd.iter().any(|odd| text.contains(odd)), "{rule}: {text}");
                assert!(
                    !text.is_empty() && !text.ends_with(['：', ':', '，', ',', '、', ' ']),
                    "{rule}: {text}"
                );
            }
        }
    }
}

#[test]
fn every_message_is_one_string_and_its_brackets_close() {
    for locale in both() {
        for (key, text) in locale.messages() {
            let count = |mark| text.matches(mark).count();
            assert_eq!(count('['), count(']'), "{key}: {text}");
            assert_eq!(count('{'), count('}'), "{key}: {text}");
            assert!(!text.trim().is_empty(), "{key}");
        }
    }
}
