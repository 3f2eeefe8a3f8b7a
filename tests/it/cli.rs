//! The command line as other programs and people use it: the real binary, a config folder of the test's own, arguments
//! in, exit code and text out.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// A config folder that goes away with the test.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("rexian-cli-{}-{name}", std::process::id()));
        // What an interrupted run left behind.
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }

    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.join(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        std::fs::write(&path, content).expect("a file");
        path
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The program, away from the user's own settings.
pub fn rexian(folder: &Folder, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rexian"));
    command
        .args(args)
        .current_dir(folder.path())
        .env_remove("REXIAN_LANG")
        .env("HOME", folder.path())
        .env("XDG_CONFIG_HOME", folder.path().join("nowhere"))
        .env("APPDATA", folder.path().join("nowhere"))
        .env("COLUMNS", "80")
        .stdin(Stdio::null());
    command
}

pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Ran {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}{}", self.out, self.err))
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().expect("an exit code"),
            out: String::from_utf8(output.stdout).expect("UTF-8 on stdout"),
            err: String::from_utf8(output.stderr).expect("UTF-8 on stderr"),
        }
    }
}

pub fn run(folder: &Folder, args: &[&str]) -> Ran {
    rexian(folder, args).output().expect("the program runs").into()
}

pub fn run_with(folder: &Folder, args: &[&str], input: &[u8]) -> Ran {
    let mut child = rexian(folder, args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs");
    let mut stdin = child.stdin.take().expect("a pipe");
    let input = input.to_vec();
    // Apart, because a long input fills the pipe before the output is read.
    let writer = std::thread::spawn(move || {
        let _ = stdin.write_all(&input);
    });
    let output = child.wait_with_output().expect("an end");
    writer.join().expect("the input is written");
    output.into()
}

/// Every mistake of use: exit 2, nothing on stdout, one line on stderr that names what would be right.
#[test]
fn wrong_use_is_told_in_one_line_with_the_choices() {
    let folder = Folder::new("wrong-use");
    folder.file("picture.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR");
    folder.file("latin.txt", b"caf\xE9 au lait");
    folder.file("large.txt", vec![b'a'; 4 * 1024 * 1024 + 1]);
    let received = "2026-02-13 16:00";
    let deadline = |more: &[&'static str]| -> Vec<&'static str> {
        [
            &["deadline", "--rulebook", "laishan", "--received", "2026-02-13 16:00"],
            more,
        ]
        .concat()
    };
    let cases: Vec<(Vec<&str>, &[&str])> = vec![
        (vec!["calender"], &["calender", "calendar、deadline、check、rulebook"]),
        (vec!["calendar"], &["2026-09-20..2026-10-12"]),
        (
            vec!["calendar", "2026-10-12..2026-09-20"],
            &["颠倒", "2026-10-12..2026-09-20"],
        ),
        (vec!["calendar", "2026-02-30"], &["2026-02-30", "1900 至 2999"]),
        (vec!["calendar", "3000"], &["3000", "1900 至 2999"]),
        (vec!["calendar", "1990..2031"], &["40"]),
        (vec!["calendar", "2026", "2027"], &["2027"]),
        (vec!["calendar", "2026", "--jsn"], &["--jsn", "--json"]),
        (
            vec!["deadline", "--rulebook", "songshan"],
            &["--received '2026-11-20 09:30'"],
        ),
        (
            vec!["deadline", "--received", received],
            &["haojiang、laishan、songshan、wuhai、xinqiao"],
        ),
        (
            vec!["deadline", "--rulebook", "songshen", "--received", received],
            &["songshen", "haojiang、laishan、songshan、wuhai、xinqiao"],
        ),
        (
            vec!["deadline", "--rulebook", "songshan", "--received", "2026-02-29 10:00"],
            &["--received", "2026-02-29 10:00", "2026-11-20 09:30"],
        ),
        (vec!["deadline", "--rulebook"], &["--rulebook", "值"]),
        (
            deadline(&["--kind", "吐槽"]),
            &["吐槽", "咨询、求助、投诉、举报、建议、表扬、无效"],
        ),
        (deadline(&["--channel", "电报"]), &["电报", "省接诉即办"]),
        (deadline(&["--class", "加急"]), &["加急", "民生紧急"]),
        (
            deadline(&["--stated-due", "2026-13-01 09:00"]),
            &["--stated-due", "2026-13-01"],
        ),
        (
            deadline(&["--stated-due", "2026-02-12 09:00"]),
            &["--stated-due", "早于"],
        ),
        (deadline(&["--legal-limit", "3周"]), &["--legal-limit", "3周", "3wd"]),
        (
            deadline(&["--legal-limit", "-3wd"]),
            &["--legal-limit", "-3wd", "大于 0"],
        ),
        (deadline(&["--legal-limit", "0wd"]), &["--legal-limit", "0wd", "大于 0"]),
        (
            deadline(&["--stated-due", "1899-12-31 09:00"]),
            &["--stated-due", "1899-12-31 09:00", "1900 至 2999"],
        ),
        (
            vec!["deadline", "--rulebook", "songshan", "--received", "3000-01-01 10:00"],
            &["--received", "3000-01-01 10:00", "1900 至 2999"],
        ),
        (
            vec!["deadline", "--rulebook", "songshan", "--received", "10000-01-01 10:00"],
            &["--received", "1900 至 2999"],
        ),
        (
            vec!["deadline", "--rulebook", "songshan", "--received", "2026-12-31 24:00"],
            &["24:00", "'2027-01-01 00:00'"],
        ),
        (vec!["rulebook"], &["list、show、check", "rexian rulebook --help"]),
        (
            vec!["rulebook", "--config-dir", "."],
            &["list、show、check", "rexian rulebook --help"],
        ),
        (vec!["check", "gone.txt"], &["gone.txt"]),
        (vec!["check", "."], &["文件夹"]),
        (vec!["check", "picture.png"], &["picture.png", "UTF-8", "GBK"]),
        (vec!["check", "latin.txt"], &["latin.txt", "UTF-8", "GBK"]),
        (vec!["check", "large.txt"], &["large.txt", "4 MiB"]),
        (vec!["check", "--rulebook", "nowhere"], &["nowhere", "songshan"]),
        (vec!["check", "--kind", "吐槽"], &["吐槽", "咨询"]),
        (
            vec!["check", "--rulebook", "songshan", "--channel", "电报"],
            &["电报", "人民网"],
        ),
        (vec!["check", "a.txt", "--jsonl", "b.txt"], &["--jsonl"]),
        (vec!["rulebook", "show"], &["songshan"]),
        (vec!["rulebook", "show", "nowhere"], &["nowhere", "songshan"]),
        (vec!["rulebook", "check"], &["FILE"]),
        (vec!["rulebook", "print"], &["print", "list、show、check"]),
        (vec!["--lang", "fr", "calendar", "2026"], &["fr", "zh-CN、en"]),
    ];
    for (args, says) in cases {
        let ran = run(&folder, &args);
        assert_eq!(ran.code, 2, "{args:?}: {}{}", ran.out, ran.err);
        assert_eq!(ran.out, "", "{args:?}");
        assert_eq!(ran.err.lines().count(), 1, "{args:?}: {}", ran.err);
        for word in says {
            assert!(ran.err.contains(word), "{args:?} does not say {word}: {}", ran.err);
        }
    }
}

#[test]
fn a_calendar_says_of_every_day_whether_it_is_worked_and_why() {
    let folder = Folder::new("calendar");
    let days = run(&folder, &["calendar", "2026-09-20..2026-10-12", "--json"]).json();
    let days = days.as_array().expect("an array");
    assert_eq!(days.len(), 23);
    let day = |date: &str| days.iter().find(|day| day["date"] == date).expect(date);
    let notice = "国办发明电〔2025〕7号";
    for (date, expected) in [
        (
            "2026-09-20",
            serde_json::json!({"workday": true, "holiday": null, "makeup": true, "notice": notice}),
        ),
        (
            "2026-09-25",
            serde_json::json!({"workday": false, "holiday": "中秋节", "makeup": false, "notice": notice}),
        ),
        (
            "2026-10-10",
            serde_json::json!({"workday": true, "holiday": null, "makeup": true, "notice": notice}),
        ),
        (
            "2026-10-11",
            serde_json::json!({"workday": false, "holiday": null, "makeup": false, "notice": notice}),
        ),
    ] {
        let mut expected = expected;
        expected["date"] = date.into();
        expected["provisional"] = false.into();
        assert_eq!(day(date), &expected);
    }
    let provisional = run(&folder, &["calendar", "2999", "--json"]).json();
    assert!(
        provisional
            .as_array()
            .expect("an array")
            .iter()
            .all(|day| day["provisional"] == true)
    );
    let table = run(&folder, &["calendar", "2026-09-19..2026-09-21"]).out;
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines.len(), 3, "{table}");
    assert!(
        lines[1].contains("周日  上班  国庆节调休上班  国办发明电〔2025〕7号"),
        "{table}"
    );
}

#[test]
fn a_calendar_of_the_offices_own_takes_the_place_of_the_built_in_one() {
    let folder = Folder::new("own-calendar");
    let own = "[hours]\nopen = [\"09:00-12:00\", \"14:00-18:00\"]\nhalf_day = 210\n\n[statutory]\nlaw = \"某法\"\ndays = []\n\n[years]\n";
    folder.file("calendars/cn.toml", own);
    let config = folder.path().to_str().expect("UTF-8").to_owned();
    let args = [
        "deadline",
        "--rulebook",
        "songshan",
        "--received",
        "2026-02-13 16:00",
        "--json",
        "--config-dir",
        &config,
    ];
    let owed = run(&folder, &args).json();
    assert_eq!(owed["obligations"][0]["due"], "2026-02-16T18:00:00+08:00", "{owed}");
    assert_eq!(owed["obligations"][0]["provisional"], true);

    folder.file("calendars/cn.toml", own.replace("09:00-12:00", "9点到12点"));
    let ran = run(&folder, &args);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{}", ran.err);
    assert!(ran.err.contains("cn.toml:2"), "{}", ran.err);
    // Judging a text needs no calendar.
    assert_eq!(
        run_with(&folder, &["check", "--config-dir", &config], "你好".as_bytes()).code,
        0
    );
}

#[test]
fn deadlines_are_written_in_the_agreed_form_and_order() {
    let folder = Folder::new("deadline");
    let all = "汕濠府办〔2022〕22号";
    let args = [
        "deadline",
        "--rulebook",
        "haojiang",
        "--received",
        "2026-02-13 16:00",
        "--kind",
        "投诉",
        "--class",
        "公共卫生",
        "--json",
    ];
    let owed = run(&folder, &args).json();
    assert_eq!(owed["rulebook"], "haojiang");
    assert_eq!(owed["received"], "2026-02-13T16:00:00+08:00");
    let rows: Vec<(&str, &str, bool, &str)> = owed["obligations"]
        .as_array()
        .expect("an array")
        .iter()
        .map(|row| {
            let text = |key: &str| row[key].as_str().expect(key);
            assert_eq!(row.as_object().expect("an object").len(), 4, "{row}");
            (
                text("duty"),
                text("due"),
                row["provisional"].as_bool().expect("a flag"),
                text("cite"),
            )
        })
        .collect();
    let duties: Vec<&str> = rows.iter().map(|row| row.0).collect();
    assert_eq!(
        duties,
        [
            "accept",
            "return",
            "finish",
            "on_site",
            "report",
            "warning",
            "yellow",
            "red",
            "ask_extension"
        ]
    );
    // 2 月 14 日调休上班，15 日至 23 日春节。
    assert_eq!(rows[0].1, "2026-02-14T17:30:00+08:00");
    assert_eq!(rows[2].1, "2026-03-02T17:30:00+08:00");
    assert_eq!(rows[3].1, "2026-02-13T18:00:00+08:00");
    assert_eq!(rows[4].1, "2026-02-14T16:00:00+08:00");
    assert_eq!(rows[7].1, "2026-03-04T00:00:00+08:00");
    assert!(rows.iter().all(|row| !row.2 && row.3.starts_with(all)), "{rows:?}");
}

#[test]
fn a_limit_is_explained_day_by_day() {
    let folder = Folder::new("explain");
    let args = [
        "deadline",
        "--rulebook",
        "songshan",
        "--received",
        "2026-02-13 16:00",
        "--kind",
        "投诉",
        "--explain",
    ];
    let page = run(&folder, &args);
    assert_eq!((page.code, page.err.as_str()), (0, ""));
    for line in [
        "办结：自 2026-02-13 周五 16:00 起3个工作日，到 2026-02-25 周三 17:30",
        "2026-02-13 周五  起算日不计入（民法典第二百零一条）",
        "2026-02-14 周六  第1个工作日 · 春节调休上班（国办发明电〔2025〕7号）",
        "2026-02-15 周日  不计：春节（国办发明电〔2025〕7号）",
        "2026-02-25 周三  第3个工作日",
    ] {
        assert!(page.out.contains(line), "no {line}: {}", page.out);
    }
    let owed = run(&folder, &[&args[..], &["--json"]].concat()).json();
    let finish = &owed["obligations"][1];
    assert_eq!(finish["duty"], "finish");
    let ledger = finish["ledger"].as_array().expect("a ledger");
    assert_eq!(ledger.len(), 13);
    assert_eq!(ledger[0]["standing"], "first_day");
    assert_eq!(ledger[1]["number"], 1);
    assert_eq!(ledger[1]["makeup"]["holiday"], "春节");
    assert_eq!(ledger[2]["name"], "春节");
    assert_eq!(ledger[12]["number"], 3);

    // What follows from the limit says how, and what begins at midnight is no 24:00.
    let args = [
        "deadline",
        "--rulebook",
        "haojiang",
        "--received",
        "2026-11-20 08:00",
        "--kind",
        "求助",
        "--explain",
    ];
    let page = run(&folder, &args).out.replace("\n", "");
    for words in [
        "红牌：2026-11-27 周五 00:00，从办结到期日后第2个工作日零时起",
        "预警：2026-11-24 周二 17:30",
    ] {
        assert!(page.contains(words), "no {words}: {page}");
    }
}

#[test]
fn what_a_limit_depends_on_is_said_where_it_was_not_given() {
    let folder = Folder::new("notes");
    let received = ["--received", "2026-11-20 09:30"];
    let cases: [(&[&str], &str); 10] = [
        // What was given in vain.
        (
            &["--rulebook", "songshan", "--kind", "投诉", "--legal-limit", "2wd"],
            "--legal-limit 没有用上：本办法没有",
        ),
        (
            &["--rulebook", "haojiang", "--kind", "投诉", "--legal-limit", "9wd"],
            "--legal-limit 没有用上：法定时限不比",
        ),
        (
            &["--rulebook", "haojiang", "--kind", "投诉", "--legal-limit", "2wd"],
            "",
        ),
        (
            &[
                "--rulebook",
                "songshan",
                "--kind",
                "投诉",
                "--stated-due",
                "2026-11-30 12:00",
            ],
            "--stated-due 没有用上：这类工单",
        ),
        (
            &["--rulebook", "songshan"],
            "咨询：1个工作日；求助、投诉、举报、建议、表扬、无效：3个工作日",
        ),
        (&["--rulebook", "haojiang"], "没有给 --kind。"),
        (&["--rulebook", "haojiang", "--kind", "投诉"], ""),
        (&["--rulebook", "haojiang", "--kind", "表扬"], "没有规定"),
        (&["--rulebook", "xinqiao", "--channel", "随申拍"], "--stated-due"),
        (
            &[
                "--rulebook",
                "xinqiao",
                "--channel",
                "随申拍",
                "--stated-due",
                "2026-11-30 12:00",
            ],
            "",
        ),
    ];
    for (args, says) in cases {
        let ran = run(&folder, &[&["deadline", "--json"], &received[..], args].concat());
        assert_eq!(ran.code, 0, "{args:?}: {}", ran.err);
        if says.is_empty() {
            assert_eq!(ran.err, "", "{args:?}");
        } else {
            assert_eq!(ran.err.lines().count(), 1, "{args:?}: {}", ran.err);
            assert!(ran.err.contains(says), "{args:?}: {}", ran.err);
        }
    }
    let ran = run(
        &folder,
        &[
            "deadline",
            "--rulebook",
            "songshan",
            "--kind",
            "投诉",
            "--received",
            "2020-11-20 09:30",
        ],
    );
    assert!(ran.err.contains("尚未施行（2023-06-09 起）"), "{}", ran.err);
}

#[test]
fn what_an_input_method_typed_in_full_width_is_understood() {
    let folder = Folder::new("full-width");
    let args = |received: &'static str| {
        [
            "deadline",
            "--rulebook",
            "songshan",
            "--kind",
            "投诉",
            "--json",
            "--received",
            received,
        ]
    };
    let typed = run(&folder, &args("２０２６－０２－１３　１６：００"));
    assert_eq!(
        (typed.code, typed.out),
        (0, run(&folder, &args("2026-02-13 16:00")).out),
        "{}",
        typed.err
    );
}

#[test]
fn a_config_folder_that_cannot_be_read_stops_the_program() {
    let folder = Folder::new("no-folder");
    let ran = run(&folder, &["rulebook", "list", "--config-dir", "gone"]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{}", ran.err);
    assert_eq!(ran.err.lines().count(), 1, "{}", ran.err);
    assert!(ran.err.contains("gone"), "{}", ran.err);
    // A file where the folder of rulebooks should be: there is something, and it cannot be read.
    folder.file("rulebooks", "not a folder");
    let config = folder.path().to_str().expect("UTF-8");
    let args = ["rulebook", "show", "songshan", "--config-dir", config];
    let ran = run(&folder, &args);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{}", ran.err);
    assert!(ran.err.contains("rulebooks"), "{}", ran.err);
}

/// Without a ticket there is no day of receipt: the version of today is meant, not one that is still to come.
#[test]
fn a_version_that_is_not_in_force_yet_judges_nothing() {
    let folder = Folder::new("to-come");
    folder.file(
        "rulebooks/next.toml",
        "[book]\nid = \"songshan\"\nbase = \"songshan\"\nplace = \"新地方\"\ndocument = \"威环嵩办发〔2023〕10号\"\n\
         title = \"新办法\"\nin_force = 2999-01-01\nchannels = [\"热线电话\", \"人民网\", \"问政山东\", \"爱山东\", \"微平台\"]\n\
         classes = [\"突发\", \"清零\", \"双城创建\"]\n",
    );
    let config = folder.path().to_str().expect("UTF-8");
    let page = run(&folder, &["rulebook", "show", "songshan", "--config-dir", config]);
    assert_eq!(page.code, 0, "{}", page.err);
    assert!(
        page.out.contains("嵩山街道12345") && !page.out.contains("新地方"),
        "{}",
        page.out
    );
}

#[test]
fn a_closed_pipe_is_no_failure() {
    let folder = Folder::new("pipe");
    let mut child = rexian(&folder, &["calendar", "1990..2029"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("an end");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert!(output.status.success(), "{:?}", output.status);
}
