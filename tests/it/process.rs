//! The server as a process of its own: killed, told to stop, on a full disk, cut off from its database, behind TLS.

mod database;
mod disk;
mod drain;
mod kill;
mod log;
mod tls;

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread::JoinHandle;

use reqwest::Method;
use rexian::server::clock::Clock;
use rexian::server::store::Store;
use serde_json::{Value, json};

use crate::cli::{self, Folder};
use crate::house::{client, furnish, intake, settings, token};

/// A database with people in it, and nobody serving it.
pub async fn furnished(name: &str) -> Folder {
    let folder = Folder::new(name);
    let store = Store::open(&settings(&folder).db, Arc::new(Clock::running())).await;
    let store = store.expect("the store opens");
    furnish(&store).await;
    store.close().await;
    folder
}

/// `rexian serve` over a folder.
pub fn serve(folder: &Folder) -> Command {
    let settings = settings(folder);
    cli::rexian(
        folder,
        &[
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--db",
            &settings.db,
            "--blobs",
            &settings.blobs,
        ],
    )
}

/// A server that runs.
pub struct Process {
    pub url: String,
    pub http: reqwest::Client,
    child: Child,
    log: Option<JoinHandle<String>>,
}

impl Process {
    /// Starts it, and returns when it has its port.
    pub fn start(mut command: Command) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program runs");
        let mut stderr = child.stderr.take().expect("a pipe");
        // Read all the while, or a full pipe would hold it up.
        let log = std::thread::spawn(move || {
            let mut text = Vec::new();
            stderr.read_to_end(&mut text).expect("what it logs");
            String::from_utf8_lossy(&text).into_owned()
        });
        let mut line = String::new();
        let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        stdout.read_line(&mut line).expect("its first line");
        // The pipe stays open, so that nothing it says later is lost on the way.
        std::thread::spawn(move || std::io::copy(&mut stdout, &mut std::io::sink()));
        let at = line
            .find("http")
            .unwrap_or_else(|| panic!("it does not listen: {line:?}"));
        let url: String = line[at..].chars().take_while(|c| c.is_ascii_graphic()).collect();
        Self {
            url,
            http: client(),
            child,
            log: Some(log),
        }
    }

    pub fn pid(&self) -> String {
        self.child.id().to_string()
    }

    pub fn address(&self) -> &str {
        self.url.split_once("://").expect("a scheme").1
    }

    /// As `kill -9` does.
    pub fn kill(&mut self) {
        self.child.kill().expect("it is killed");
        self.child.wait().expect("it is gone");
    }

    /// As a service manager does.
    pub fn terminate(&self) {
        let told = Command::new("kill").args(["-TERM", &self.pid()]).status();
        assert!(told.expect("kill runs").success());
    }

    /// Its exit code, and what it had logged.
    pub fn ended(mut self) -> (Option<i32>, String) {
        let status = self.child.wait().expect("an end");
        let log = self.log.take().expect("once").join().expect("its log");
        (status.code(), log)
    }

    pub fn ask(&self, who: &str, method: &str, path: &str) -> reqwest::RequestBuilder {
        let method: Method = method.parse().expect("a method");
        self.http
            .request(method, format!("{}{path}", self.url))
            .bearer_auth(token(who))
    }

    /// The status, and the body where there is one.
    pub async fn get(&self, who: &str, path: &str) -> (u16, Value) {
        answered(self.ask(who, "GET", path)).await.expect("an answer")
    }

    pub async fn take(&self, no: &str) {
        let body = json!({ "intake": long_ago(no), "dispatch": { "unit": "qingliu" } });
        let (status, body) = answered(self.ask("office", "POST", "/v1/tickets").json(&body))
            .await
            .expect("an answer");
        assert_eq!(status, 201, "{body}");
    }

    /// Something that can be done any number of times, found again by its words.
    pub fn urge(&self, no: &str, words: &str, key: &str) -> reqwest::RequestBuilder {
        let body = json!({ "action": { "action": "urge", "way": "电话", "note": words } });
        self.ask("office", "POST", &format!("/v1/tickets/{no}/actions"))
            .header("idempotency-key", key)
            .json(&body)
    }

    /// The words of all that was urged, in the order of the log.
    pub async fn urged(&self) -> Vec<String> {
        let (mut after, mut words) = (0, Vec::new());
        loop {
            let (status, page) = self.get("office", &format!("/v1/feed?limit=500&after={after}")).await;
            assert_eq!(status, 200, "{page}");
            let news = page["news"].as_array().expect("news");
            words.extend(
                news.iter()
                    .filter_map(|news| Some(news["event"]["event"]["note"].as_str()?.to_owned())),
            );
            after = page["next"].as_i64().expect("a number");
            if page["more"] == false {
                words.retain(|words| !words.is_empty());
                return words;
            }
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // A test that failed leaves nothing running; otherwise it is gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub async fn answered(request: reqwest::RequestBuilder) -> reqwest::Result<(u16, Value)> {
    let response = request.send().await?;
    let status = response.status().as_u16();
    let bytes = response.bytes().await?;
    Ok((status, serde_json::from_slice(&bytes).unwrap_or_default()))
}

/// Before any clock that a machine may have.
pub fn long_ago(no: &str) -> Value {
    let mut intake = intake(no);
    intake["received"] = "2025-01-02T09:00:00+08:00".into();
    intake
}
