//! A database that goes away: between two orders, in the middle of a commit, and for good.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rexian::server::store::{Dialect, Store, StoreError};
use sqlx::{Connection, Executor, PgConnection};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::home::{self, Home};
use super::town::{self, QINGLIU, act, clock, office, settle, taken, urge};

/// A way to the database that can be cut: when armed, at the next commit, after the database has done it and before its
/// answer comes back.
async fn way(to: String, armed: Arc<AtomicBool>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let Ok(server) = TcpStream::connect(&to).await else {
                return;
            };
            tokio::spawn(carry(client, server, armed.clone()));
        }
    });
    port
}

async fn carry(client: TcpStream, server: TcpStream, armed: Arc<AtomicBool>) {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let cut = Arc::new(AtomicBool::new(false));
    let back = {
        let cut = cut.clone();
        tokio::spawn(async move {
            let mut bytes = vec![0; 1 << 16];
            while let Ok(read) = from_server.read(&mut bytes).await {
                // What comes now is the answer to the commit.
                if read == 0 || cut.load(Ordering::SeqCst) || to_client.write_all(&bytes[..read]).await.is_err() {
                    return;
                }
            }
        })
    };
    let mut bytes = vec![0; 1 << 16];
    while let Ok(read) = from_client.read(&mut bytes).await {
        let commit = bytes[..read].windows(6).any(|word| word == b"COMMIT");
        if commit && armed.swap(false, Ordering::SeqCst) {
            cut.store(true, Ordering::SeqCst);
            if to_server.write_all(&bytes[..read]).await.is_ok() {
                // It goes on when the database has answered, which nobody hears.
                back.await.expect("carried");
            }
            return;
        }
        if read == 0 || to_server.write_all(&bytes[..read]).await.is_err() {
            return;
        }
    }
}

/// The same database by another port.
fn by(home: &Home, port: u16) -> (String, String) {
    let (front, name) = home.place.rsplit_once('/').expect("a name");
    let (scheme, authority) = front.split_once("://").expect("a scheme");
    let (user, host) = authority
        .rsplit_once('@')
        .map_or(("", authority), |(user, host)| (user, host));
    let host = if host.contains(':') {
        host.to_owned()
    } else {
        format!("{host}:5432")
    };
    let at = if user.is_empty() { "" } else { "@" };
    (format!("{scheme}://{user}{at}127.0.0.1:{port}/{name}"), host)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_commit_whose_answer_is_lost_is_neither_lost_nor_done_twice() {
    home::run(home::postgres().await, async |home: Arc<Home>| {
        let armed = Arc::new(AtomicBool::new(false));
        let (_, host) = by(&home, 0);
        let port = way(host, armed.clone()).await;
        let store = Store::open(&by(&home, port).0, clock()).await.expect("a store");
        settle(&store).await;
        taken(&store, "T1", QINGLIU).await;
        for round in 0..3 {
            armed.store(true, Ordering::SeqCst);
            // Without a key: nobody could tell it from another of the same words.
            let done = act(&store, office(), "T1", urge("同样的话")).await;
            assert!(!armed.load(Ordering::SeqCst), "the way was cut");
            assert_eq!(done.events.len(), round + 2);
        }
        assert_eq!(store.ticket("T1").await.expect("the ticket").events.len(), 4);
        assert_eq!(super::lives::sound(&home, &store).await, Vec::<String>::new());
        store.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_server_whose_connections_are_cut_goes_on() {
    home::run(home::postgres().await, async |home: Arc<Home>| {
        let (store, other) = (home.open(&clock()).await, home.open(&clock()).await);
        settle(&store).await;
        taken(&store, "T1", QINGLIU).await;
        let mut connection = PgConnection::connect(&home.place).await.expect("a connection");
        for round in 0..3 {
            connection
                .execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                     WHERE datname = current_database() AND pid <> pg_backend_pid()",
                )
                .await
                .expect("cut");
            let done = act(&store, office(), "T1", urge("补充")).await;
            assert_eq!(done.events.len(), round + 2);
            let mut head = other.head();
            head.wait_for(|head| *head >= done.seq)
                .await
                .expect("the other one hears of it");
        }
        connection.close().await.expect("closed");
        store.close().await;
        other.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn while_the_database_is_away_all_are_told_at_once_and_then_it_goes_on() {
    home::run(home::postgres().await, async |home: Arc<Home>| {
        assert_eq!(home.dialect(), Dialect::Postgres);
        let store = home.open(&clock()).await;
        settle(&store).await;
        taken(&store, "T1", QINGLIU).await;
        // Nobody may come in, and whoever is in is sent away.
        let name = home.place.rsplit_once('/').expect("a name").1;
        let name = name.split('?').next().expect("a name");
        let server = std::env::var("REXIAN_TEST_POSTGRES").expect("there is one");
        let mut connection = PgConnection::connect(&server).await.expect("a connection");
        let allow = |yes: bool| sqlx::AssertSqlSafe(format!("ALTER DATABASE {name} ALLOW_CONNECTIONS {yes}"));
        let cut = format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
        connection.execute(allow(false)).await.expect("shut");
        connection.execute(sqlx::AssertSqlSafe(cut)).await.expect("cut");
        let orders =
            (0..200).map(|number| store.write(town::acting(office(), "T1", urge(&format!("第{number}条")), None)));
        // Were each of them waited for in turn, it would take as many times the patience of one.
        let told = tokio::time::timeout(
            std::time::Duration::from_secs(60),
            futures_util::future::join_all(orders),
        );
        for told in told.await.expect("told at once") {
            assert!(matches!(told, Err(StoreError::Backend(_))), "{told:?}");
        }
        connection.execute(allow(true)).await.expect("open");
        let done = act(&store, office(), "T1", urge("又好了")).await;
        assert_eq!(done.events.len(), 2, "nothing was done meanwhile");
        connection.close().await.expect("closed");
        store.close().await;
    })
    .await;
}

/// A SQLite file whose disk is full: nothing is half there, and it goes on when there is room.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_full_database_refuses_and_goes_on_when_there_is_room() {
    let home = home::sqlite("full");
    home::run(Some(home), async |home: Arc<Home>| {
        let store = home.open(&clock()).await;
        settle(&store).await;
        taken(&store, "T1", QINGLIU).await;
        let (pages,): (i64,) = sqlx::query_as("PRAGMA page_count")
            .fetch_one(store.writes())
            .await
            .expect("pages");
        let most = format!("PRAGMA max_page_count = {}", pages + 2);
        sqlx::query(sqlx::AssertSqlSafe(most))
            .execute(store.writes())
            .await
            .expect("a limit");
        let long = "路灯不亮".repeat(4000);
        let mut done = 1;
        let refused = loop {
            match store.write(town::acting(office(), "T1", urge(&long), None)).await {
                Ok(_) => done += 1,
                Err(error) => break error,
            }
            assert!(done < 50, "it never fills up");
        };
        assert!(matches!(refused, StoreError::Backend(_)), "{refused:?}");
        assert_eq!(store.ticket("T1").await.expect("it can be read").events.len(), done);
        sqlx::query("PRAGMA max_page_count = 1000000")
            .execute(store.writes())
            .await
            .expect("room");
        act(&store, office(), "T1", urge(&long)).await;
        assert_eq!(super::lives::sound(&home, &store).await, Vec::<String>::new());
        store.close().await;
    })
    .await;
}
