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
        (
            "[book\n",
            1,
            &["x.toml:1: 不是合格的 TOML：括号没有配对（unclosed table"],
        ),
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

/// A row of limits for everything, behind the own window.
const LIMIT: &str = "\n[[limits.finish]]\nwithin = \"2wd\"\ncite = \"某办〔2026〕1号 三\"\ntext = \"{within}办结。\"\n";

#[test]
fn a_book_that_says_other_than_it_means_is_refused_wherever_it_is_needed() {
    let whole = format!("{OWN}{LIMIT}");
    let row = |asks: &str| LIMIT.replace("within =", &format!("{asks}\nwithin ="));
    // What is wrong, the line, and what is said of it.
    let cases: [(String, usize, &str); 12] = [
        (
            whole.replace(
                "\"2wd\"\ncite = \"某办〔2026〕1号 三",
                "\"2wk\"\ncite = \"某办〔2026〕1号 三",
            ),
            18,
            "“2wk”不是时长",
        ),
        (
            format!("{OWN}{}", row("classes = [\"紧 急\"]")),
            18,
            "是不是“紧急”；已列：紧急",
        ),
        (
            format!("{OWN}{}", row("channels = [\"热线电花\"]")),
            18,
            "是不是“热线电话”；已列：热线电话",
        ),
        (format!("{OWN}{}", row("kinds = []")), 18, "会变成对所有工单都适用"),
        (
            format!("{whole}{}", row("kinds = [\"咨询\"]")),
            22,
            "第 17 行那条先把这些工单都占了",
        ),
        (format!("{whole}{LIMIT}"), 22, "和第 17 行那条的条件相同"),
        (
            whole.replace(
                "within = \"2wd\"\ncite = \"某办〔2026〕1号 三",
                "kinds = [\"咨询\"]\ncite = \"某办〔2026〕1号 三",
            ),
            17,
            "没有 within，等于不设时限",
        ),
        (
            whole.replace("[[limits.finish]]", "[limits.finish]"),
            17,
            "写成 [[limits.finish]]",
        ),
        (
            whole.replace("{within}办结", "{}办结"),
            20,
            "text 里的 {} 不是完整的空格",
        ),
        (whole.replace("id = \"own\"", "id = \"Own\""), 2, "只用小写英文字母"),
        (whole.replace("[\"热线电话\"]", "[]"), 8, "没有列出诉求来源"),
        (
            format!("{whole}within = \"3wd\"\n"),
            21,
            "within 写了两次，第一次在第 18 行",
        ),
    ];
    for (text, line, says) in cases {
        let folder = Folder::new("other-than-meant");
        let path = folder.file("rulebooks/own.toml", &text);
        let config = folder.path().to_str().expect("UTF-8");
        let told = format!("{}:{line}: ", path.display());
        let checked = run(&folder, &["rulebook", "check", path.to_str().expect("UTF-8")]);
        assert_eq!(checked.code, 1, "{says}: {}{}", checked.out, checked.err);
        let received = ["--received", "2026-11-20 09:30", "--config-dir", config];
        let needed = run(&folder, &[&["deadline", "--rulebook", "own"], &received[..]].concat());
        assert_eq!((needed.code, needed.out.as_str()), (2, ""), "{says}: {}", needed.err);
        let other = run(&folder, &[&["deadline", "--rulebook", "wuhai"], &received[..]].concat());
        assert_eq!(other.code, 0, "{says}: {}", other.err);
        for shown in [&checked.out, &needed.err, &other.err] {
            assert!(
                shown
                    .lines()
                    .any(|shown| shown.starts_with(&told) && shown.contains(says)),
                "no {told}{says}: {shown}"
            );
        }
    }
}

#[test]
fn what_stands_on_a_broken_book_is_not_put_on_the_built_in_one_instead() {
    let folder = Folder::new("broken-base");
    folder.file("rulebooks/a.toml", OWN);
    let broken = OWN.replace("\"own\"", "\"songshan\"").replace("within =", "withn =");
    folder.file("rulebooks/b.toml", &broken);
    let config = folder.path().to_str().expect("UTF-8");
    let args = ["rulebook", "show", "own", "--config-dir", config];
    let ran = run(&folder, &args);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{}", ran.err);
    assert!(
        ran.err.contains("a.toml:7: 所沿用的办法 songshan 的文件有误"),
        "{}",
        ran.err
    );

    // Sound, and read after the one that stands on it: it is still the one that is stood on.
    folder.file(
        "rulebooks/b.toml",
        format!("{}{LIMIT}", OWN.replace("\"own\"", "\"songshan\"")),
    );
    let page = run(&folder, &args);
    assert!(page.out.contains("2个工作日办结。"), "{}{}", page.out, page.err);
}

#[test]
fn two_files_for_one_version_are_told_and_neither_is_taken_by_chance() {
    let folder = Folder::new("same-version");
    folder.file("rulebooks/a.toml", OWN);
    folder.file("rulebooks/b.toml", OWN.replace("\"2wd\"", "\"3wd\""));
    let config = folder.path().to_str().expect("UTF-8");
    let ran = run(&folder, &["rulebook", "show", "own", "--config-dir", config]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{}", ran.err);
    assert!(
        ran.err.contains("b.toml: 和 ") && ran.err.contains("2026-01-01"),
        "{}",
        ran.err
    );
}
