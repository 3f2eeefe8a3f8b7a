//! What the program and its READMEs say about its use: in one language, within 80 columns, and true.

use unicode_width::UnicodeWidthStr;

use crate::cli::{Folder, Ran, rexian, run};

#[test]
fn without_arguments_it_says_what_it_can_do_in_the_language_asked_for() {
    let folder = Folder::new("hello");
    for (args, env, says) in [
        (&[][..], None, "收到工单后"),
        (&["--lang", "en"], None, "what is owed by when"),
        (&[], Some("en"), "what is owed by when"),
        (&["--lang", "zh-CN"], Some("en"), "收到工单后"),
        (&["--help"], None, "命令：\n"),
        (&["deadline", "--help"], None, "逐日说明"),
        (&["deadline", "--help", "--lang", "en"], None, "day by day"),
        (&["rulebook", "check", "--help"], None, "怎么改"),
        (&["--version"], None, "rexian 0."),
    ] {
        let mut command = rexian(&folder, args);
        if let Some(lang) = env {
            command.env("REXIAN_LANG", lang);
        }
        let ran = Ran::from(command.output().expect("the program runs"));
        assert_eq!(ran.code, 0, "{args:?}: {}", ran.err);
        assert!(ran.out.contains(says), "{args:?} {env:?}: {}", ran.out);
        assert_eq!(ran.err, "", "{args:?}");
    }
}

#[test]
fn help_has_no_word_left_in_another_language() {
    let folder = Folder::new("help");
    for args in [
        &["--help"][..],
        &["calendar", "--help"],
        &["deadline", "--help"],
        &["check", "--help"],
        &["rulebook", "--help"],
        &["rulebook", "list", "--help"],
        &["rulebook", "show", "--help"],
        &["rulebook", "check", "--help"],
        &["serve", "--help"],
        &["admin", "--help"],
        &["admin", "unit", "--help"],
        &["admin", "unit", "add", "--help"],
        &["admin", "unit", "list", "--help"],
        &["admin", "unit", "rulebook", "--help"],
        &["admin", "user", "--help"],
        &["admin", "user", "add", "--help"],
        &["admin", "user", "list", "--help"],
        &["admin", "user", "password", "--help"],
        &["admin", "user", "leave", "--help"],
        &["admin", "user", "oversee", "--help"],
        &["admin", "calendar", "--help"],
        &["admin", "rulebook", "--help"],
        &["admin", "backup", "--help"],
        &["admin", "restore", "--help"],
        &["admin", "verify", "--help"],
        &["admin", "rebuild", "--help"],
        &["login", "--help"],
        &["logout", "--help"],
        &["list", "--help"],
        &["show", "--help"],
        &["act", "--help"],
        &["watch", "--help"],
    ] {
        let chinese = run(&folder, args).out;
        for word in [
            "Usage",
            "Options",
            "Arguments",
            "Commands",
            "help.",
            "default:",
            "Print",
        ] {
            assert!(!chinese.contains(word), "{args:?}: {word} in {chinese}");
        }
        assert!(
            !chinese.contains(":\n"),
            "{args:?}: a colon of another language in {chinese}"
        );
        let english = run(&folder, &[args, &["--lang", "en"]].concat()).out;
        for word in ["用法", "选项", "命令", "参数", "help."] {
            assert!(!english.contains(word), "{args:?}: {word} in {english}");
        }
        for line in chinese.lines().chain(english.lines()) {
            // How long the path of the folder is, is not ours to say.
            let ours = line.replace(folder.path().to_str().expect("UTF-8"), "");
            assert!(ours.width() <= 80, "{args:?}: {line}");
        }
    }
}

/// The commands of a README with what they print: a line that begins with `$`, and the lines below it.
fn shown_in(readme: &str) -> Vec<(Vec<String>, String)> {
    let mut shown = Vec::new();
    for block in readme.split("```console\n").skip(1) {
        let block = block.split("```").next().unwrap_or_default();
        let (command, output) = block.split_once('\n').expect("a command");
        let Some(command) = command.strip_prefix("$ rexian ") else {
            continue;
        };
        if output.is_empty() || output.starts_with('$') {
            continue;
        }
        // Every other part of it stands in quotes.
        let parts = command.split('\'').enumerate().flat_map(|(number, part)| {
            let words: Vec<String> = match number % 2 {
                0 => part.split_whitespace().map(str::to_owned).collect(),
                _ => vec![part.to_owned()],
            };
            words
        });
        shown.push((parts.collect(), output.to_owned()));
    }
    shown
}

#[test]
fn what_the_readmes_show_is_what_is_printed() {
    let folder = Folder::new("readme");
    for readme in [include_str!("../../README.md"), include_str!("../../README.zh-CN.md")] {
        let shown = shown_in(readme);
        assert!(!shown.is_empty());
        for (args, output) in shown {
            let args: Vec<&str> = args.iter().map(String::as_str).collect();
            assert_eq!(run(&folder, &args).out, output, "{args:?}");
        }
    }
}
