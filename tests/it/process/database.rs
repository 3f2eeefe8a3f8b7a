//! A database that goes away: 503 while it is gone, and all is well when it is back, without a restart.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use sqlx::{Connection, Executor, PgConnection};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::timeout;

use crate::house::House;

/// A line to the database that can be cut.
struct Line {
    port: u16,
    up: Arc<AtomicBool>,
    silent: Arc<AtomicBool>,
    cuts: watch::Sender<u32>,
}

impl Line {
    async fn to(address: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let line = Self {
            port: listener.local_addr().expect("an address").port(),
            up: Arc::new(AtomicBool::new(true)),
            silent: Arc::new(AtomicBool::new(false)),
            cuts: watch::Sender::new(0),
        };
        let (up, silent, cuts) = (line.up.clone(), line.silent.clone(), line.cuts.clone());
        tokio::spawn(async move {
            loop {
                let (mut near, _) = listener.accept().await.expect("a connection");
                if !up.load(Ordering::SeqCst) {
                    continue;
                }
                let (address, mut cut, silent) = (address.clone(), cuts.subscribe(), silent.clone());
                tokio::spawn(async move {
                    if silent.load(Ordering::SeqCst) {
                        return cut.changed().await.expect("the line outlives the test");
                    }
                    let mut far = TcpStream::connect(address).await.expect("the database");
                    tokio::select! {
                        _ = tokio::io::copy_bidirectional(&mut near, &mut far) => {}
                        _ = cut.changed() => {}
                    }
                    // Silent: both ends stand, and nothing passes any more.
                    if silent.load(Ordering::SeqCst) {
                        cut.changed().await.expect("the line outlives the test");
                    }
                });
            }
        });
        line
    }

    fn cut(&self) {
        self.up.store(false, Ordering::SeqCst);
        self.cuts.send_modify(|cuts| *cuts += 1);
    }

    /// As a machine that lost its power does: nobody says that the line is dead.
    fn fall_silent(&self) {
        self.silent.store(true, Ordering::SeqCst);
        self.cuts.send_modify(|cuts| *cuts += 1);
    }

    fn restore(&self) {
        self.silent.store(false, Ordering::SeqCst);
        self.up.store(true, Ordering::SeqCst);
    }
}

/// A database of this test's own on the server that `REXIAN_TEST_POSTGRES` names.
struct Database {
    server: String,
    name: String,
}

impl Database {
    async fn new(server: String) -> Self {
        let name = format!("rexian_lost_{}", std::process::id());
        let database = Self { server, name };
        let (name, mut admin) = (&database.name, database.admin().await);
        let create = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE); CREATE DATABASE {name}");
        for statement in create.split(';') {
            admin
                .execute(sqlx::AssertSqlSafe(statement.to_owned()))
                .await
                .expect("a database");
        }
        database
    }

    async fn admin(&self) -> PgConnection {
        PgConnection::connect(&self.server).await.expect("the database server")
    }

    async fn drop(self) {
        let drop = format!("DROP DATABASE {} WITH (FORCE)", self.name);
        self.admin()
            .await
            .execute(sqlx::AssertSqlSafe(drop))
            .await
            .expect("it is gone");
    }

    /// Host and port of the server, and the database's address over another port.
    fn through(&self, port: u16) -> (String, String) {
        let mut url = reqwest::Url::parse(&self.server).expect("an address");
        let host = url.host_str().expect("a host").to_owned();
        let far = format!("{host}:{}", url.port().unwrap_or(5432));
        url.set_host(Some("127.0.0.1")).expect("a host");
        url.set_port(Some(port)).expect("a port");
        url.set_path(&self.name);
        (far, url.to_string())
    }
}

fn urge(words: &str) -> Value {
    json!({ "action": { "action": "urge", "way": "电话", "note": words } })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_database_is_told_and_found_again() {
    let Ok(server) = std::env::var("REXIAN_TEST_POSTGRES") else {
        println!("skipped: REXIAN_TEST_POSTGRES names no database server");
        return;
    };
    let database = Database::new(server).await;
    let (far, _) = database.through(0);
    let line = Line::to(far).await;
    let (_, url) = database.through(line.port);
    let mut house = House::with(|settings| settings.db = url).await;
    house.ticket("L1", "qingliu").await;
    let path = "/v1/tickets/L1/actions";
    let done = house
        .ask("office", "POST", path)
        .key("before")
        .json(urge("以前"))
        .send()
        .await;
    assert_eq!(done.status, 200, "{done}");

    line.cut();
    for (method, path, body) in [
        ("GET", "/v1/tickets", None),
        ("GET", "/v1/tickets/L1", None),
        ("GET", "/v1/feed", None),
        ("GET", "/readyz", None),
        ("POST", path, Some(urge("其间"))),
        (
            "POST",
            "/v1/session",
            Some(json!({ "person": "office", "password": "x" })),
        ),
    ] {
        let mut ask = house.ask("office", method, path).key("meanwhile");
        if let Some(body) = body {
            ask = ask.json(body);
        }
        let answer = timeout(Duration::from_secs(30), ask.send())
            .await
            .expect("it does not hang");
        assert_eq!(
            (answer.status, &*answer.problem()),
            (503, "unavailable"),
            "{method} {path}: {answer}"
        );
        assert_eq!(answer.header("retry-after"), "1");
    }
    assert_eq!(house.get("", "/healthz").await.status, 200, "the process lives");
    assert!(
        house
            .get("", "/metrics")
            .await
            .to_string()
            .contains("rexian_store_up 0")
    );

    line.restore();
    let back = async { while house.get("", "/readyz").await.status != 200 {} };
    timeout(Duration::from_secs(30), back)
        .await
        .expect("it finds the database again");
    for (key, words, repeated) in [
        ("before", "以前", Some(true)),
        ("meanwhile", "其间", None),
        ("after", "以后", Some(false)),
    ] {
        let answer = house
            .ask("office", "POST", path)
            .key(key)
            .json(urge(words))
            .send()
            .await;
        assert_eq!(answer.status, 200, "{answer}");
        if let Some(repeated) = repeated {
            assert_eq!(answer.json()["repeated"], repeated, "{key}");
        }
    }
    let ticket = house.get("office", "/v1/tickets/L1").await.json();
    let events = ticket["events"].as_array().expect("events");
    let words: Vec<&str> = events
        .iter()
        .filter_map(|event| event["event"]["note"].as_str())
        .collect();
    assert_eq!(words, ["", "以前", "其间", "以后"]);
    // Also who waits for news hears of it again.
    let head = ticket["summary"]["seq"].as_i64().expect("a number");
    let news = format!("/v1/feed?after={head}&wait=30");
    let (news, _) = tokio::join!(
        house.get("qing-li", &news),
        house.act("office", "L1", urge("再催")["action"].clone())
    );
    assert_eq!(news.json()["news"].as_array().map(Vec::len), Some(1), "{news}");

    // The same without a word: it is not waited for without end, and found again by new connections.
    line.fall_silent();
    for (method, path, body) in [("GET", "/v1/tickets/L1", None), ("POST", path, Some(urge("无声")))] {
        let mut ask = house.ask("office", method, path).key("silent");
        if let Some(body) = body {
            ask = ask.json(body);
        }
        let answer = timeout(Duration::from_secs(60), ask.send())
            .await
            .expect("it does not hang");
        assert_eq!(answer.status, 503, "{method} {path}: {answer}");
    }
    line.restore();
    let again = async {
        loop {
            let answer = house
                .ask("office", "POST", path)
                .key("silent")
                .json(urge("无声"))
                .send()
                .await;
            if answer.status == 200 {
                return answer;
            }
            assert_eq!(answer.status, 503, "{answer}");
        }
    };
    timeout(Duration::from_secs(90), again)
        .await
        .expect("it finds the database again");
    let ticket = house.get("office", "/v1/tickets/L1").await.json();
    let told = ticket["events"].to_string().matches("无声").count();
    assert_eq!(told, 1, "{ticket}");
    house.stop().await;
    database.drop().await;
}
