//! What is found in files with every kind of mistake.

use super::*;

const HEAD: &str = "[book]\nid = \"x\"\nplace = \"某地\"\ndocument = \"某办〔2026〕1号\"\ntitle = \"办法\"\n\
                    in_force = 2026-01-01\nchannels = [\"热线\"]\nclasses = [\"紧急\"]\n";

/// Line and kind of everything that is found in the head and these lines; the head has eight.
fn found(lines: &str) -> Vec<String> {
    let text = format!("{HEAD}{lines}");
    let kind = |fault: &Fault| {
        let shown = match fault {
            Fault::Unread(problem) => format!("{problem:?}"),
            fault => format!("{fault:?}"),
        };
        shown.split(' ').next().unwrap_or_default().to_owned()
    };
    check(&text, "x.toml", Shelf::built_in())
        .iter()
        .map(|mistake| format!("{} {}", mistake.line, kind(&mistake.fault)))
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
                "9 NoLength",
                "10 MissingKey",
                "10 MissingKey",
                "10 Repeated",
                "11 BadValue",
            ],
        ),
        ("a = \nb = = 3\n", &["9 Syntax", "10 Syntax"]),
    ];
    for (lines, expected) in cases {
        assert_eq!(found(lines), expected, "{lines}");
    }
}

/// A row of `[limits]` with these conditions.
fn row(list: &str, asks: &str) -> String {
    format!("[[limits.{list}]]\n{asks}\ncite = \"某办〔2026〕1号 二\"\ntext = \"甲\"\n")
}

#[test]
fn a_limit_that_no_ticket_ever_gets_is_told() {
    // The first row begins in line 9 with its header, its conditions are in line 10; the second begins in line 14.
    let cases: [(&str, &str, &[&str]); 12] = [
        ("kinds = [\"咨询\"]", "", &[]),
        ("", "kinds = [\"咨询\"]", &["14 Unreachable"]),
        ("", "", &["14 Repeated"]),
        (
            "kinds = [\"咨询\", \"求助\"]",
            "kinds = [\"求助\", \"咨询\"]",
            &["14 Repeated"],
        ),
        (
            "kinds = [\"咨询\", \"求助\"]",
            "kinds = [\"求助\"]",
            &["14 Unreachable"],
        ),
        ("kinds = [\"求助\"]", "kinds = [\"咨询\", \"求助\"]", &["15 Taken"]),
        ("classes = [\"紧急\"]", "channels = [\"热线\"]", &[]),
        (
            "classes = [\"紧急\"]",
            "classes = [\"紧急\"]\nkinds = [\"咨询\"]",
            &["14 Unreachable"],
        ),
        ("classes = [\"紧急\"]", "", &[]),
        // All kinds, or all channels, are every ticket.
        (
            "kinds = [\"咨询\", \"求助\", \"投诉\", \"举报\", \"建议\", \"表扬\", \"无效\"]",
            "",
            &["14 Repeated"],
        ),
        ("channels = [\"热线\"]", "kinds = [\"咨询\"]", &["14 Unreachable"]),
        // What is empty is told as such, and not for what follows from it.
        ("kinds = []", "kinds = [\"咨询\"]", &["10 EmptyList"]),
    ];
    for list in ["finish", "answer", "on_site", "report"] {
        for (first, second, expected) in cases {
            let timed = |asks: &str| row(list, &format!("{asks}\nwithin = \"3wd\""));
            let text = timed(first) + &timed(second);
            assert_eq!(found(&text), expected, "{list}: {first} / {second}");
        }
    }
}

#[test]
fn a_limit_without_a_length_is_only_for_what_states_its_own() {
    for (list, asks, expected) in [
        ("finish", "kinds = [\"咨询\"]", &["9 NoLength"][..]),
        ("finish", "channels = [\"热线\"]", &[]),
        ("finish", "classes = [\"紧急\"]", &[]),
        ("on_site", "classes = [\"紧急\"]", &["9 MissingKey"]),
        ("answer", "channels = [\"热线\"]", &["9 MissingKey"]),
        ("report", "kinds = [\"咨询\"]", &["9 MissingKey"]),
    ] {
        assert_eq!(found(&row(list, asks)), expected, "{list} {asks}");
    }
}

#[test]
fn what_a_reader_would_take_in_silence_is_told() {
    let note = "id = \"a\"\ncite = \"某办〔2026〕1号 二\"\ntext = \"甲\"\n";
    let window = "[returning.window]\nwithin = \"1wd\"\ncite = \"某办〔2026〕1号 二\"\n";
    let cases: [(String, &[&str]); 14] = [
        (
            format!("[[limits.notes]]\n{note}[[limits.notes]]\n{note}"),
            &["14 SameId"],
        ),
        (
            format!("[limits.legal]\n{note}[[limits.notes]]\n{note}"),
            &["14 SameId"],
        ),
        (format!("[[limits.notes]]\n{note}[[redo.notes]]\n{note}"), &[]),
        (format!("[limits.notes]\n{note}"), &["9 WantsTables"]),
        (format!("[[limits.legal]]\n{note}"), &["9 WantsOneTable"]),
        (
            format!("[[limits.legal]]\n{note}\n[[limits.legal]]\n{note}"),
            &["9 WantsOneTable"],
        ),
        (format!("[[returning]]\n{window}text = \"甲\"\n"), &["9 WantsOneTable"]),
        (
            format!("[limits.notes]\n{note}colour = 1\n"),
            &["9 WantsTables", "13 UnknownKey"],
        ),
        (format!("{window}text = \"{{}}内\"\n"), &["12 BadBlank"]),
        (format!("{window}text = \"{{within内\"\n"), &["12 BadBlank"]),
        (format!("{window}text = \" \"\n"), &["12 Blank"]),
        (
            window.replace("某办〔2026〕1号 二", "　") + "text = \"甲\"\n",
            &["11 Blank"],
        ),
        (format!("{window}cite = \"某办〔2026〕1号 三\"\n"), &["12 DuplicateKey"]),
        (
            "[[reply.documents]]\nmaterial = \"红头文件\"\nchannels = []\n".to_owned(),
            &["9 MissingKey", "9 MissingKey", "10 BadValue", "11 EmptyList"],
        ),
    ];
    for (lines, expected) in cases {
        assert_eq!(found(&lines), expected, "{lines}");
    }
}

#[test]
fn the_head_is_looked_at_too() {
    for (right, wrong, expected) in [
        ("id = \"x\"", "id = \"My_Office\"", &["2 BadId"][..]),
        ("id = \"x\"", "id = \"\"", &["2 BadId"]),
        ("id = \"x\"", "id = \"x-2\"", &[]),
        ("[\"热线\"]", "[]", &["7 NoChannels"]),
        ("\"某办〔2026〕1号\"", "\" \"", &["4 Blank"]),
        ("classes = [\"紧急\"]", "classes = []", &[]),
        ("classes = [\"紧急\"]", "base = \"x\"", &["8 UnknownBase"]),
        ("classes = [\"紧急\"]", "base = \"songshan\"", &[]),
    ] {
        let text = HEAD.replace(right, wrong);
        let kinds: Vec<String> = check(&text, "x.toml", Shelf::built_in())
            .iter()
            .map(|mistake| match &mistake.fault {
                Fault::Unread(problem) => format!("{} {problem:?}", mistake.line),
                fault => format!("{} {fault:?}", mistake.line),
            })
            .collect();
        assert_eq!(kinds.len(), expected.len(), "{wrong}: {kinds:?}");
        for (kind, expected) in kinds.iter().zip(expected) {
            assert!(kind.starts_with(expected), "{wrong}: {kinds:?}");
        }
    }
}

#[test]
fn a_key_that_stands_twice_is_told_with_its_first_line() {
    for (text, key, first) in [
        ("a = 1\nb = 2\na = 3\n", "a", 1),
        ("[a.w]\n[b.w]\n[a.w]\n", "w", 1),
        ("[[a]]\nx = 1\n[[a]]\nx = 1\nx = 2\n", "x", 4),
        ("[a]\n[[a]]\n", "a", 1),
        ("t = { b = 1,\nb = 2 }\n", "b", 1),
    ] {
        let mistakes = check(text, "x.toml", Shelf::built_in());
        let key = key.to_owned();
        let first = Some(first);
        assert_eq!(mistakes[0].fault, Fault::DuplicateKey { key, first }, "{text}");
    }
}

#[test]
fn a_file_without_its_head_is_told_once() {
    let mistakes = check("", "x.toml", Shelf::built_in());
    let faults: Vec<&Fault> = mistakes.iter().map(|mistake| &mistake.fault).collect();
    let key = "book".to_owned();
    assert_eq!(faults, [&Fault::Unread(Problem::MissingKey { key })]);
}

#[test]
fn a_base_must_be_there() {
    let text = format!("{HEAD}base = \"nowhere\"\n");
    let mistakes = check(&text, "x.toml", Shelf::built_in());
    assert!(
        matches!(
            &mistakes[..],
            [Mistake {
                line: 9,
                fault: Fault::Unread(Problem::UnknownBase { .. }),
                ..
            }]
        ),
        "{mistakes:?}"
    );
}
