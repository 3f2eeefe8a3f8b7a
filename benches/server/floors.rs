//! What the machine gives at most: an axum server that says hello, one durable row a time, and the disk's own promise.

use std::fs::OpenOptions;
use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::PgPoolOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{PgPool, SqlitePool};

use crate::stopwatch;
use crate::wire::{Pressed, figures};

/// As long as a contact is in the log.
const ROW: &str = "{\"v\":1,\"at\":\"2026-03-02T09:00:00+08:00\",\"by\":{\"id\":\"person000\",\"name\":\"王某\",\"role\":\"liaison\",\
    \"unit\":\"unit000\"},\"event\":{\"event\":\"contact_tried\",\"at\":\"2026-03-02T09:30:00+08:00\",\"way\":\"电话\",\"purpose\":\
    \"跟进\",\"outcome\":\"已接通\",\"from_number\":\"0631-5200000\",\"by\":\"王某\",\"seconds\":95,\"told\":\"已告知承办科室、办理进度和下次联系时间\",\
    \"evidence\":[]}}";

/// A process of its own, on the runtime that `rexian serve` has; says its address and serves until it is killed.
pub fn hello() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address: SocketAddr = listener.local_addr().expect("its address");
        println!("http://{address}");
        let app = axum::Router::new().route("/", axum::routing::get(|| async { "hello" }));
        axum::serve(listener, app).await.expect("it serves");
    });
}

/// Where rows are put: the very database that the server has, by the pool that an ordinary server would have.
#[derive(Clone)]
pub enum Rows {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

const TABLE: &str = "CREATE TABLE IF NOT EXISTS bench_rows (id BIGINT PRIMARY KEY, body TEXT NOT NULL)";
const INSERT: &str = "INSERT INTO bench_rows (id, body) VALUES ($1, $2)";

impl Rows {
    pub async fn open(db: &str, connections: usize) -> Self {
        let connections = u32::try_from(connections).expect("not that many");
        if let Some(path) = db.strip_prefix("sqlite:") {
            let options = SqliteConnectOptions::from_str(path)
                .expect("a path")
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full)
                .busy_timeout(Duration::from_secs(5))
                .pragma("cache_size", "-4000");
            // SQLite has one writer; a second connection would only wait for it.
            let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await;
            let pool = pool.expect("the database");
            sqlx::query("DROP TABLE IF EXISTS bench_rows")
                .execute(&pool)
                .await
                .expect("an old table");
            sqlx::query(TABLE).execute(&pool).await.expect("a table");
            return Self::Sqlite(pool);
        }
        let pool = PgPoolOptions::new().max_connections(connections).connect(db).await;
        let pool = pool.expect("the database");
        sqlx::query("DROP TABLE IF EXISTS bench_rows")
            .execute(&pool)
            .await
            .expect("an old table");
        sqlx::query(TABLE).execute(&pool).await.expect("a table");
        Self::Postgres(pool)
    }

    async fn insert(&self, id: i64) {
        match self {
            Self::Sqlite(pool) => sqlx::query(INSERT).bind(id).bind(ROW).execute(pool).await.map(|_| ()),
            Self::Postgres(pool) => sqlx::query(INSERT).bind(id).bind(ROW).execute(pool).await.map(|_| ()),
        }
        .expect("a row is taken");
    }

    pub async fn close(&self) {
        match self {
            Self::Sqlite(pool) => {
                sqlx::query("DROP TABLE bench_rows")
                    .execute(pool)
                    .await
                    .expect("the table goes");
                pool.close().await;
            }
            Self::Postgres(pool) => {
                sqlx::query("DROP TABLE bench_rows")
                    .execute(pool)
                    .await
                    .expect("the table goes");
                pool.close().await;
            }
        }
    }
}

/// As many who insert one row after another, each durable before the next.
pub async fn inserts(db: &str, connections: usize, time: Duration) -> Pressed {
    let rows = Rows::open(db, connections).await;
    let began = stopwatch() + time / 5;
    let ends = began + time;
    let mut tasks = Vec::with_capacity(connections);
    for connection in 0..connections {
        let rows = rows.clone();
        tasks.push(tokio::spawn(async move {
            let mut times = Vec::new();
            for count in 0.. {
                let sent = stopwatch();
                if sent >= ends {
                    break;
                }
                rows.insert(count * 1000 + i64::try_from(connection).expect("a small number"))
                    .await;
                if sent >= began {
                    times.push(u32::try_from(sent.elapsed().as_micros()).unwrap_or(u32::MAX));
                }
            }
            times
        }));
    }
    let mut times = Vec::new();
    for task in tasks {
        times.extend(task.await.expect("an inserter that lasts"));
    }
    let pressed = figures(times, began.elapsed());
    rows.close().await;
    pressed
}

/// How long the disk takes to promise that a page is safe: the middle of two hundred.
pub fn sync(folder: &Path) -> Duration {
    let path = folder.join("sync");
    let mut file = OpenOptions::new()
        .create(true)
        .append(true)
        .open(&path)
        .expect("a file beside the data");
    let mut times: Vec<Duration> = (0..200)
        .map(|_| {
            file.write_all(&[7; 4096]).expect("a page");
            let began = stopwatch();
            file.sync_data().expect("a disk that syncs");
            began.elapsed()
        })
        .collect();
    std::fs::remove_file(&path).expect("the file goes");
    times.sort();
    times[times.len() / 2]
}
