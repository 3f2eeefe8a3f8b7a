//! A full disk: writes are told to come again, reads go on, and all is well once there is room.

use std::process::{Command, Stdio};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{Process, answered, furnished, long_ago, serve};

/// The server where no file may grow beyond so many blocks of 512 bytes: to it, the disk is full.
fn on_a_small_disk(folder: &crate::cli::Folder, blocks: usize) -> Command {
    let whole = serve(folder);
    let mut small = shell(&format!("trap '' XFSZ; ulimit -S -f {blocks}; exec \"$0\" \"$@\""));
    small.arg(whole.get_program()).args(whole.get_args());
    small.current_dir(folder.path()).stdin(Stdio::null());
    for (name, value) in whole.get_envs() {
        match value {
            Some(value) => small.env(name, value),
            None => small.env_remove(name),
        };
    }
    small
}

fn shell(script: &str) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", script]);
    command
}

fn make_room(server: &Process) {
    let lifted = Command::new("prlimit")
        .args(["--pid", &server.pid(), "--fsize=unlimited"])
        .status();
    assert!(lifted.expect("prlimit runs").success());
}

fn there_is_no_prlimit() -> bool {
    let absent = Command::new("prlimit")
        .arg("--version")
        .stdout(Stdio::null())
        .status()
        .is_err();
    if absent {
        println!("skipped: there is no prlimit to take the limit away with");
    }
    absent
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_refuses_writes_until_there_is_room() {
    if there_is_no_prlimit() {
        return;
    }
    let folder = furnished("full").await;
    // A little more than the schema and the people take.
    let server = Process::start(on_a_small_disk(&folder, 1600));
    server.take("D1").await;
    let mut answers: Vec<(String, u16, Value)> = Vec::new();
    let refused = loop {
        let at = answers.len();
        assert!(at < 2000, "the disk is never full");
        let words = format!("{at} {}", "请尽快办理。".repeat(400));
        let (status, body) = answered(server.urge("D1", &words, &format!("key-{at}")))
            .await
            .expect("an answer");
        answers.push((words, status, body.clone()));
        if status != 200 {
            break body;
        }
    };
    assert_eq!(answers.last().expect("one").1, 503, "{refused}");
    assert_eq!(
        (&refused["type"], &refused["retry_after"]),
        (&json!("/problems/unavailable"), &json!(1))
    );
    // A whole new ticket is refused as well, and reading goes on.
    let new = json!({ "intake": long_ago("D2"), "dispatch": { "unit": "qingliu" } });
    let mut large = new.clone();
    large["intake"]["content"] = "长".repeat(20_000).into();
    let (status, body) = answered(server.ask("office", "POST", "/v1/tickets").json(&large))
        .await
        .expect("an answer");
    assert_eq!(status, 503, "{body}");
    assert_eq!(
        server.get("office", "/v1/tickets/D2").await.0,
        404,
        "half a ticket is none"
    );
    let (status, ticket) = server.get("office", "/v1/tickets/D1").await;
    assert_eq!(status, 200);
    let done = answers.len() - 1;
    assert_eq!(ticket["summary"]["version"], done + 1);
    make_room(&server);
    // By itself, and under the same key once.
    let (words, _, _) = answers.last().expect("one").clone();
    let again = || server.urge("D1", &words, &format!("key-{done}"));
    let (status, body) = answered(again()).await.expect("an answer");
    assert_eq!((status, &body["repeated"]), (200, &json!(false)), "{body}");
    assert_eq!(answered(again()).await.expect("an answer").1["repeated"], true);
    let (status, body) = answered(server.ask("office", "POST", "/v1/tickets").json(&new))
        .await
        .expect("an answer");
    assert_eq!(status, 201, "{body}");
    let urged = server.urged().await;
    assert_eq!(urged.len(), done + 1);
    assert!(urged.iter().zip(&answers).all(|(there, (sent, ..))| there == sent));
    server.terminate();
    let (code, log) = server.ended();
    assert_eq!(code, Some(0), "{log}");
    println!("the disk was full after {done} writes");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_finds_no_room_is_sent_again_later() {
    if there_is_no_prlimit() {
        return;
    }
    let folder = furnished("full-files").await;
    let server = Process::start(on_a_small_disk(&folder, 4096));
    let bytes = b"made-up words of a long text\n".repeat(100_000);
    let sha: String = Sha256::digest(&bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let send = |from: usize| {
        let path = format!("/v1/blobs/{sha}?size={}&offset={from}", bytes.len());
        answered(server.ask("qing-li", "PUT", &path).body(bytes[from..].to_vec()))
    };
    let (status, body) = send(0).await.expect("an answer");
    assert_eq!(status, 503, "{body}");
    make_room(&server);
    let (_, received) = server.get("qing-li", &format!("/v1/blobs/{sha}/upload")).await;
    let from = usize::try_from(received["received"].as_u64().expect("a number")).expect("a size");
    let (status, body) = send(from).await.expect("an answer");
    assert_eq!((status, &body["whole"]), (200, &json!(true)), "{body}");
}
