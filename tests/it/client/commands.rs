//! `rexian login | list | show | act | watch` through the real binary: exit codes, words, JSON.

use std::io::Write;
use std::process::{Command, Stdio};

use rexian::client::Key;
use rexian::domain::ids::UnitId;
use rexian::domain::intake::Showing;
use serde_json::Value;
use unicode_width::UnicodeWidthStr;

use crate::cli::{Ran, rexian};
use crate::client_house::{House, PASSWORD, act, facts, new_ticket};

/// The program with an environment of its own.
fn command(house: &House, args: &[&str]) -> Command {
    let mut command = rexian(&house.folder, args);
    command
        .env("REXIAN_STATE_DIR", house.folder.path().join("state"))
        .env_remove("REXIAN_SERVER")
        .env_remove("REXIAN_TOKEN");
    command
}

/// Somebody who says all by the environment.
struct Desk<'h> {
    house: &'h House,
    token: String,
}

impl<'h> Desk<'h> {
    async fn of(house: &'h House, person: &str) -> Self {
        Self {
            house,
            token: house.token(person).await,
        }
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = command(self.house, args);
        command
            .env("REXIAN_SERVER", self.house.url())
            .env("REXIAN_TOKEN", &self.token);
        command
    }

    fn run(&self, args: &[&str]) -> Ran {
        self.command(args).output().expect("the program runs").into()
    }
}

fn said(house: &House, args: &[&str], input: &str) -> Ran {
    with_input(command(house, args), input)
}

fn with_input(mut command: Command, input: &str) -> Ran {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs");
    // A mistake of use is told before anything is read.
    let _ = child.stdin.take().expect("a pipe").write_all(input.as_bytes());
    child.wait_with_output().expect("an end").into()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_lasts_from_login_to_logout() {
    let house = House::new("cli-login").await;
    house.take("T-1", "qingliu").await;
    let url = house.url();
    let ran = said(&house, &["list", "--server", &url], "");
    assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{}", ran.err);
    assert!(ran.err.contains("rexian login"), "{}", ran.err);

    let login = ["login", "--server", &url, "--user", "wangyi"];
    let ran = said(&house, &login, "wrong-password\n");
    assert_eq!((ran.code, ran.err.as_str()), (1, "名字或密码不对\n"));
    let ran = said(&house, &login, "");
    assert_eq!(ran.code, 2, "{}", ran.err);
    let ran = said(&house, &["login", "--server", &url], "x\n");
    assert_eq!(ran.code, 2, "{}", ran.err);

    let ran = said(&house, &login, &format!("{PASSWORD}\n"));
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("王一（联络员，青柳街道办事处）已登录"), "{}", ran.out);
    let kept = house.folder.path().join("state").join("session.json");
    let token = std::fs::read_to_string(&kept).expect("a session");
    let token: Value = serde_json::from_str(&token).expect("json");
    let token = token["token"].as_str().expect("a token");
    assert!(!ran.out.contains(token) && !ran.err.contains(token));

    // The server is remembered; the token goes to no other.
    let ran = said(&house, &["list", "--json"], "");
    assert_eq!(
        (ran.code, ran.json()[0]["no"].as_str()),
        (0, Some("T-1")),
        "{}",
        ran.err
    );
    let other = House::new("cli-login-other").await;
    let ran = said(&house, &["list", "--server", &other.url()], "");
    assert_eq!(ran.code, 1, "{}", ran.err);

    let ran = said(&house, &["logout"], "");
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(!kept.exists());
    let me = crate::client_house::client_at(house.address, Some(token)).me().await;
    assert!(me.is_err(), "the token is worth nothing any more");
    let ran = said(&house, &["logout"], "");
    assert_eq!((ran.code, ran.err.as_str()), (0, "没有人登录\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_a_table_of_eighty_columns_or_json() {
    let house = House::new("cli-list").await;
    let office = house.client("bangong").await;
    for (number, unit) in [(1, "qingliu"), (2, "wanghe"), (3, "qingliu")] {
        let mut new = new_ticket(&format!("SS20261120-00{number}"), unit);
        new.intake.title = format!("望河路与青柳街路口的路灯三天不亮，夜里看不清路，请尽快修好（第{number}次来电）");
        office.take(&new, &Key::fresh()).await.expect("taken");
    }
    let desk = Desk::of(&house, "bangong").await;
    let ran = desk.run(&["list"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    assert_eq!(ran.out.lines().count(), 4, "{}", ran.out);
    for line in ran.out.lines() {
        assert!(line.width() <= 80, "{}: {line}", line.width());
    }
    for word in [
        "编号",
        "2026年期限",
        "SS20261120-002",
        "待签收",
        "青柳街道办…",
        "望河路与青柳街路口的路…",
    ] {
        assert!(ran.out.contains(word), "{word}: {}", ran.out);
    }

    for (args, numbers) in [
        (&["--unit", "wanghe"][..], &["SS20261120-002"][..]),
        (&["--view", "in_hand"], &[]),
        (
            &["--view", "待签收", "--sort", "received", "--limit", "1"],
            &["SS20261120-003"],
        ),
        (&["--text", "第2次来电"], &["SS20261120-002"]),
        (&["--kind", "投诉"], &[]),
        (&["--channel", "人民网"], &[]),
        (&["--alert", "red"], &[]),
        (&["--due-until", "2026-11-20"], &[]),
        (&["--due-from", "2026-11-20", "--unit", "wanghe"], &["SS20261120-002"]),
    ] {
        let ran = desk.run(&[&["list", "--json"], args].concat());
        assert_eq!(ran.code, 0, "{args:?}: {}", ran.err);
        let listed: Vec<String> = serde_json::from_str::<Vec<Value>>(&ran.out)
            .expect("one array")
            .iter()
            .map(|ticket| ticket["no"].as_str().expect("a number").to_owned())
            .collect();
        assert_eq!(listed, numbers, "{args:?}");
        assert_eq!(ran.err.contains("--all"), args.contains(&"--limit"), "{}", ran.err);
    }
    let ran = desk.run(&["list", "--json", "--all"]);
    let lines: Vec<Value> = ran
        .out
        .lines()
        .map(|line| serde_json::from_str(line).expect("json"))
        .collect();
    assert_eq!(lines.len(), 3);
    assert!(
        lines.iter().all(|ticket| ticket["stage"] == "dispatched"),
        "{}",
        ran.out
    );
    let ran = desk.run(&["list", "--view", "over"]);
    assert_eq!(
        (ran.code, ran.out.as_str(), ran.err.as_str()),
        (0, "", "没有符合的工单\n")
    );

    for args in [
        &["list", "--view", "nothing"][..],
        &["list", "--kind", "抱怨"],
        &["list", "--alert", "loud"],
        &["list", "--sort", "title"],
        &["list", "--limit", "0"],
        &["list", "--limit", "5", "--all"],
        &["list", "--due-from", "tomorrow"],
        &["list", "--server", "127.0.0.1:7345"],
        &["watch", "--after", "-1"],
        &["show"],
    ] {
        let ran = desk.run(args);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{args:?}: {}", ran.err);
        assert_eq!(ran.err.lines().count(), 1, "{args:?}: {}", ran.err);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_is_shown_as_a_sheet_with_what_is_masked() {
    let house = House::new("cli-show").await;
    let mut new = new_ticket("T-1", "qingliu");
    new.dispatch.as_mut().expect("to whom").co_units = vec![UnitId::from("wanghe")];
    new.intake.caller.showing = Showing::Secret;
    new.intake.content = "周女士（13900000000）反映路灯不亮。".to_owned();
    house
        .client("bangong")
        .await
        .take(&new, &Key::fresh())
        .await
        .expect("taken");
    act(&house.client("bangong").await, "T-1", facts("又来电催促")).await;
    let desk = Desk::of(&house, "wangyi").await;
    let ran = desk.run(&["show", "T-1"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    for line in ran.out.lines() {
        assert!(line.width() <= 80, "{}: {line}", line.width());
    }
    for words in [
        "望河路路灯不亮",
        "待签收",
        "青柳街道办事处",
        "〔保密〕",
        "（要求保密）",
        "1. 修好路灯",
        "【时限】",
        "办结",
        "〔",
        "【经过】",
        "交办  何办（热线办）\n      单位：青柳街道办事处\n      协办单位：望河街道办事处\n",
        "补充情况  何办（热线办）",
        "正文：又来电催促",
        "【现在可以办】",
        "签收 accept",
        "【现在不能办】",
        "submit_for_signing",
    ] {
        assert!(ran.out.contains(words), "{words}: {}", ran.out);
    }
    for secret in ["周女士", "13900000000", "青柳街8号"] {
        assert!(!ran.out.contains(secret), "{}", ran.out);
    }
    let english = desk.run(&["show", "T-1", "--lang", "en"]);
    for words in [
        "What may be done now",
        "accept (accept)",
        "facts added",
        "text: 又来电催促",
    ] {
        assert!(english.out.contains(words), "{words}: {}", english.out);
    }
    let json = desk.run(&["show", "T-1", "--json"]);
    assert_eq!(json.json()["intake"]["caller"]["name"], "〔保密〕");
    assert_eq!(json.out.lines().count(), 1);

    let ran = Desk::of(&house, "guanli").await.run(&["show", "T-1"]);
    assert_eq!(
        (ran.code, ran.out.as_str(), ran.err.as_str()),
        (1, "", "没有，或不归您看\n")
    );

    // The reveal tells who it is, and everybody sees that it was looked at.
    let ran = desk.run(&["act", "T-1", "reveal", "--set", "reason=联系来电人"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("周女士 13900000000 青柳街8号"), "{}", ran.out);
    let ran = desk.run(&["show", "T-1"]);
    assert!(
        ran.out.contains("查看保密信息") && !ran.out.contains("周女士"),
        "{}",
        ran.out
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn acting_says_done_refused_too_late_or_wrong() {
    let house = House::new("cli-act").await;
    house.take("T-1", "qingliu").await;
    let desk = Desk::of(&house, "wangyi").await;
    let office = Desk::of(&house, "bangong").await;

    // Refused: every reason with its mend.
    let ran = desk.run(&[
        "act",
        "T-1",
        "return",
        "--set",
        "scope=本级范围以外",
        "--set",
        "reason=",
    ]);
    assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{}", ran.err);
    assert!(
        ran.err.contains("按规定不能退回") && ran.err.contains("✗ 〔") && ran.err.contains("→ "),
        "{}",
        ran.err
    );
    let ran = desk.run(&["act", "T-1", "return", "--set", "scope=本级范围以外", "--json"]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.json()["findings"]
            .as_array()
            .is_some_and(|findings| !findings.is_empty())
    );

    // Done, and done once under one key.
    let accept = ["act", "T-1", "accept", "--key", "mine-1"];
    let ran = desk.run(&accept);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    assert!(ran.out.contains("签收：T-1 办好了，现在在办"), "{}", ran.out);
    let ran = desk.run(&accept);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("没有再办一次"), "{}", ran.out);

    // Somebody was first.
    house.take("T-2", "qingliu").await;
    act(&house.client("bangong").await, "T-2", facts("又来电")).await;
    let late = ["act", "T-2", "accept", "--seen", "1"];
    let ran = desk.run(&late);
    assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{}", ran.err);
    assert!(
        ran.err.contains("--seen 2") && ran.err.contains("补充情况  何办"),
        "{}",
        ran.err
    );
    let ran = desk.run(&[&late[..], &["--json"]].concat());
    assert_eq!(ran.json()["conflict"]["summary"]["version"], 2);

    // By a body, from a file and from standard input.
    let body = house.file("urge.json", r#"{"way":"电话","note":"12345"}"#);
    let body = body.to_str().expect("UTF-8");
    let ran = office.run(&["act", "T-1", "urge", "--body", body, "--json"]);
    assert_eq!(
        ran.json()["ticket"]["events"][2]["event"]["note"],
        "12345",
        "{}",
        ran.err
    );
    let ran = office.run(&[
        "act",
        "T-1",
        "urge",
        "--set",
        "way=电话",
        "--set",
        "note=12345",
        "--json",
    ]);
    assert_eq!(
        ran.json()["ticket"]["events"][3]["event"]["note"],
        "12345",
        "{}",
        ran.err
    );
    let ran = with_input(
        office.command(&["act", "T-1", "add_facts", "--body", "-"]),
        r#"{"action":"add_facts","text":"又来电"}"#,
    );
    assert_eq!(ran.code, 0, "{}", ran.err);

    for args in [
        &["act", "T-1", "acept"][..],
        &["act", "T-1", "urge", "--set", "way"],
        &["act", "T-1", "urge", "--set", "way=喊"],
        &["act", "T-1", "urge", "--set", "nte=x"],
        &["act", "T-1", "urge", "--set", "note=x", "--set", "note.a=x"],
        &["act", "T-1", "accept", "--seen", "x"],
        &["act", "T-1", "accept", "--key", "两个字"],
        &["act", "T-1", "accept", "--body", body],
        &["act", "T-1", "pass", "--body", "none.json"],
        &["act", "T-1", "urge", "--body", body, "--set", "note=x"],
    ] {
        let ran = desk.run(args);
        // What the last but one of them holds is no field of an acceptance, which has none.
        let code = if args[2..] == ["accept", "--body", body] { 1 } else { 2 };
        assert_eq!((ran.code, ran.out.as_str()), (code, ""), "{args:?}: {}", ran.err);
    }
    let other = house.file("other.json", r#"{"action":"close"}"#);
    let ran = office.run(&["act", "T-1", "urge", "--body", other.to_str().expect("UTF-8")]);
    assert_eq!(ran.code, 2, "{}", ran.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_not_there_is_exit_three() {
    let mut house = House::new("cli-offline").await;
    let token = house.token("wangyi").await;
    house.stop().await;
    let url = house.url();
    let mut acting = command(&house, &["act", "T-1", "accept", "--key", "k-1"]);
    acting.env("REXIAN_SERVER", &url).env("REXIAN_TOKEN", &token);
    let ran = Ran::from(acting.output().expect("the program runs"));
    assert_eq!((ran.code, ran.out.as_str()), (3, ""), "{}", ran.err);
    assert!(
        ran.err.contains("连不上") && ran.err.contains("--key k-1"),
        "{}",
        ran.err
    );
    assert!(!ran.err.contains(&token));
}

#[cfg(unix)]
mod watching {
    use std::io::{BufRead, BufReader};
    use std::process::{Child, ChildStderr, ChildStdout};

    use super::*;
    use crate::client::line::Line;

    struct Watch {
        child: Child,
        out: BufReader<ChildStdout>,
        err: BufReader<ChildStderr>,
    }

    impl Watch {
        fn start(mut command: Command) -> Self {
            let mut child = command
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .expect("the program runs");
            let out = BufReader::new(child.stdout.take().expect("a pipe"));
            let err = BufReader::new(child.stderr.take().expect("a pipe"));
            Self { child, out, err }
        }

        fn hears(&mut self) -> String {
            let mut line = String::new();
            self.out.read_line(&mut line).expect("a line");
            line
        }

        fn says(&mut self) -> String {
            let mut line = String::new();
            self.err.read_line(&mut line).expect("a line");
            line
        }

        fn interrupt(mut self) -> i32 {
            let pid = self.child.id().to_string();
            let killed = Command::new("kill").args(["-INT", &pid]).status().expect("kill");
            assert!(killed.success());
            self.child.wait().expect("an end").code().expect("an exit code")
        }
    }

    impl Drop for Watch {
        fn drop(&mut self) {
            // It has ended already unless the test failed.
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn every_event_is_a_line_over_a_lost_line_too() {
        let house = House::new("cli-watch").await;
        house.take("T-1", "qingliu").await;
        let office = house.client("bangong").await;
        let line = Line::to(house.address).await;
        let desk = Desk::of(&house, "wangyi").await;
        let mut command = desk.command(&["watch"]);
        command.env("REXIAN_SERVER", format!("http://{}", line.address));
        let mut watch = Watch::start(command);
        assert!(watch.says().contains("在听"));
        let seq = act(&office, "T-1", facts("一")).await.seq;
        let heard = watch.hears();
        assert_eq!(
            heard,
            format!("{seq}  2026-11-20 09:30  T-1  补充情况  何办（热线办）  望河路路灯不亮\n")
        );
        line.lose();
        assert!(watch.says().contains("连不上"));
        assert!(watch.says().contains("线断了"));
        let seq = act(&office, "T-1", facts("二")).await.seq;
        line.mend();
        assert!(watch.says().contains("线接上了"));
        assert!(watch.hears().starts_with(&format!("{seq}  ")));
        assert_eq!(watch.interrupt(), 0);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_script_reads_json_from_where_it_stopped_until_it_is_signed_out() {
        let house = House::new("cli-watch-json").await;
        house.take("T-1", "qingliu").await;
        let office = house.client("bangong").await;
        let second = act(&office, "T-1", facts("一")).await.seq;
        let desk = Desk::of(&house, "wangyi").await;
        let mut watch = Watch::start(desk.command(&["watch", "--json", "--after", "0"]));
        let seqs: Vec<i64> = (0..2)
            .map(|_| {
                serde_json::from_str::<Value>(&watch.hears()).expect("json")["seq"]
                    .as_i64()
                    .expect("a number")
            })
            .collect();
        assert_eq!(seqs.last(), Some(&second));
        assert_eq!(watch.interrupt(), 0);

        crate::client_house::client_at(house.address, Some(&desk.token))
            .logout()
            .await
            .expect("signed out");
        let ran = desk.run(&["watch"]);
        assert_eq!(ran.code, 1, "{}", ran.err);
        assert!(ran.err.contains("rexian login"), "{}", ran.err);
    }
}
