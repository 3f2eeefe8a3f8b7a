//! `rexian rulebook` and the rulebooks of a config folder.

use unicode_width::UnicodeWidthStr;

use crate::cli::{Folder, run};

const OWN: &str = r#"[book]
id = "own"
place = "某街道"
document = "某办〔2026〕1号"
title = "某街道办理办法"
in_force = 2026-01-01
base = "songshan"
channels = ["热线电话"]
classes = ["紧急"]

[returning.window]
within = "2wd"
cite = "某办〔2026〕1号 二"
text = "应在{within}内退回。"
interpretation = "按工作日理解。"
"#;

#[test]
fn every_built_in_book_is_listed_and_shown() {
    let folder = Folder::new("show");
    let list = run(&folder, &["rulebook", "list", "--json"]).json();
    let ids: Vec<&str> = list
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|book| book["id"].as_str())
        .collect();
    assert_eq!(ids, ["haojiang", "laishan", "songshan", "wuhai", "xinqiao"]);
    let table = run(&folder, &["rulebook", "list"]).out;
    assert!(
        table.contains("威环嵩办发〔2023〕10号") && table.contains("2023-06-09"),
        "{table}"
    );
    for id in ids {
        for columns in ["60", "80", "120"] {
            let output = crate::cli::rexian(&folder, &["rulebook", "show", id])
                .env("COLUMNS", columns)
                .output();
            let page = String::from_utf8(output.expect("the program runs").stdout).expect("UTF-8");
            let wide: usize = columns.parse().expect("a number");
            assert!(page.lines().count() > 60, "{id}: {page}");
            for line in page.lines() {
                // Two cells over: a closing mark is never pushed to the next line.
                assert!(line.width() <= wide + 2, "{id} {columns}: {line}");
                assert!(
                    !line
                        .trim_start()
                        .starts_with(['。', '，', '、', '；', '：', '）', '》', '”']),
                    "{id}: {line}"
                );
            }
            assert!(!page.contains('{') && !page.contains('}'), "{id}: a blank is left open");
        }
        let json = run(&folder, &["rulebook", "show", id, "--json"]).json();
        assert_eq!(json["book"]["id"], id);
    }
    let page = run(&folder, &["rulebook", "show", "songshan"]).out;
    for words in [
        "【退回】",
        "应在1个工作日内回退",
        "〔解读〕原文",
        "【时限】",
        "另须主要领导、区分管领导审核签字",
        "三.3(1)",
    ] {
        assert!(page.contains(words), "no {words}: {page}");
    }
}

#[test]
fn a_book_of_the_offices_own_is_added_and_may_stand_on_another() {
    let folder = Folder::new("own");
    // Read before the one it stands on.
    folder.file(
        "rulebooks/a.toml",
        OWN.replace("\"own\"", "\"first\"").replace("\"songshan\"", "\"own\""),
    );
    let path = folder.file("rulebooks/own.toml", OWN);
    let config = folder.path().to_str().expect("UTF-8");
    let list = run(&folder, &["rulebook", "list", "--json", "--config-dir", config]);
    assert_eq!(list.err, "");
    let list = list.json();
    let own = list
        .as_array()
        .expect("a list")
        .iter()
        .find(|book| book["id"] == "own")
        .expect("the new book");
    assert_eq!(own["file"], path.to_str().expect("UTF-8"));
    let page = run(&folder, &["rulebook", "show", "first", "--config-dir", config]).out;
    assert!(
        page.contains("应在2个工作日内退回。") && page.contains("〔解读〕按工作日理解。"),
        "{page}"
    );
    let args = [
        "deadline",
        "--rulebook",
        "own",
        "--received",
        "2026-11-20 09:30",
        "--kind",
        "投诉",
        "--json",
    ];
    let owed = run(&folder, &[&args[..], &["--config-dir", config]].concat()).json();
    // Its own window, its base's limit.
    assert_eq!(owed["obligations"][0]["due"], "2026-11-24T17:30:00+08:00", "{owed}");
    assert_eq!(owed["obligations"][1]["due"], "2026-11-25T17:30:00+08:00", "{owed}");
}

#[test]
fn a_broken_book_is_told_and_only_stops_what_needs_it() {
    let folder = Folder::new("broken");
    folder.file(
        "rulebooks/mine.toml",
        OWN.replace("within =", "withn =").replace("\"own\"", "\"songshan\""),
    );
    let config = folder.path().to_str().expect("UTF-8");
    let received = [
        "--received",
        "2026-11-20 09:30",
        "--kind",
        "投诉",
        "--config-dir",
        config,
    ];
    for (args, code) in [
        (&["rulebook", "list", "--config-dir", config][..], 0),
        (&[&["deadline", "--rulebook", "wuhai"], &received[..]].concat(), 0),
        (&[&["deadline", "--rulebook", "songshan"], &received[..]].concat(), 2),
        (&["rulebook", "show", "songshan", "--config-dir", config], 2),
    ] {
        let ran = run(&folder, args);
        assert_eq!(ran.code, code, "{args:?}: {}", ran.err);
        assert!(
            ran.err.contains("mine.toml:12: 不认识的键 withn，是不是 within；"),
            "{args:?}: {}",
            ran.err
        );
        assert_eq!(ran.out.is_empty(), code == 2, "{args:?}");
    }
    let calendar = run(&folder, &["calendar", "2026-11-20", "--config-dir", config]);
    assert_eq!((calendar.code, calendar.err.as_str()), (0, ""));
}

#[test]
fn checking_a_file_tells_every_mistake_with_its_line_and_its_mend() {
    let folder = Folder::new("check");
    let wrong = OWN
        .replace(
            "within = \"2wd\"",
            "withn = \"2wd\"\nsite_check_within = \"两天\"\nsite_check_class = \"慢\"",
        )
        .replace("某办〔2026〕1号 二", "别办 二")
        .replace("[book]", "[book]\ncolour = 1");
    let cases: [(&str, i32, &[&str]); 4] = [
        (OWN, 0, &["没有发现问题"]),
        (
            &wrong,
            1,
            &[
                "x.toml:2: 不认识的键 colour；",
                "x.toml:12: 这里缺 within；补上",
                "x.toml:13: 不认识的键 withn，是不是 within；",
                "x.toml:14: “两天”不是时长；写成 3wd",
                "x.toml:15: “慢”没有列在 [book] 的 channels 或 classes 里；已列：紧急",
                "x.toml:16: 条款“别办 二”不是以本办法的文号“某办〔2026〕1号”开头；",
                "x.toml:17: text 里的 {within} 在本条没有对应的键，是不是 withn；",
            ],
        ),
        ("[book\n", 1, &["x.toml:1: 不是合格的 TOML："]),
        ("", 1, &["x.toml:1: 这里缺 book；"]),
    ];
    for (text, code, lines) in cases {
        folder.file("x.toml", text);
        let ran = run(&folder, &["rulebook", "check", "x.toml"]);
        assert_eq!(ran.code, code, "{}{}", ran.out, ran.err);
        assert_eq!(ran.out.lines().count(), lines.len(), "{}", ran.out);
        for (line, expected) in ran.out.lines().zip(lines) {
            assert!(line.contains(expected), "no {expected}: {line}");
        }
    }
    folder.file("x.toml", &wrong);
    let english = run(&folder, &["rulebook", "check", "x.toml", "--lang", "en"]);
    assert!(
        english
            .out
            .contains("x.toml:13: unknown key withn; did you mean within; possible here: "),
        "{}",
        english.out
    );
}
