//! How fast the server is, beside what the machine gives: `cargo bench --bench server`.
//!
//! The server is a process of its own on loopback; list-50, get-one and a durable contact record are asked for over 8 and 32
//! connections, with 10,000 and with 1,000,000 tickets. In every round, before and after the server's turn, the same load is
//! put on a bare axum hello, and rows are put durably into the same database one at a time. What counts are the ratios:
//!
//! | work | beside | at least |
//! |---|---|---|
//! | list-50 | hello | 0.12 |
//! | get-one | hello | 0.25 |
//! | contact | inserts, at 32 connections | 0.5, within 20 % of that with 1,000,000 tickets |
//!
//! p99 below 10 ms at 32 connections, the server's memory below 60 MiB.
//!
//! `-- --tickets 10000 --connections 8,32 --seconds 3 --rounds 3 --postgres URL --only list-50,get-one,contact --folder target/bench-data`

mod data;
mod floors;
mod house;
mod report;
mod town;
mod wire;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use house::House;
use report::{Report, Work};
use rexian::api::ticket::ActionRequest;
use rexian::domain::moment::Moment;
use rexian::server::clock::machine_time;
use town::{Town, mixed};
use wire::{Ask, Line, press};

/// So many tickets are written to in turn, with any number of them in the database.
const WRITTEN: usize = 4000;

#[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
pub fn stopwatch() -> Instant {
    Instant::now()
}

struct Plan {
    tickets: Vec<usize>,
    connections: Vec<usize>,
    time: Duration,
    rounds: usize,
    postgres: Option<String>,
    only: Vec<Work>,
    /// Where the data is built and served from.
    folder: PathBuf,
}

impl Plan {
    fn read(mut words: impl Iterator<Item = String>) -> Self {
        let mut plan = Self {
            tickets: vec![10_000, 1_000_000],
            connections: vec![8, 32],
            time: Duration::from_secs(3),
            rounds: 3,
            postgres: std::env::var("REXIAN_TEST_POSTGRES").ok(),
            only: Work::ALL.to_vec(),
            folder: PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("../bench-data"),
        };
        let numbers = |text: &str| -> Vec<usize> {
            let number = |part: &str| part.parse().unwrap_or_else(|_| panic!("{part:?} is no number"));
            text.split(',').map(number).collect()
        };
        while let Some(word) = words.next() {
            // What cargo says to every benchmark.
            if word == "--bench" {
                continue;
            }
            let value = words.next().unwrap_or_else(|| panic!("{word} wants a value"));
            match word.as_str() {
                "--tickets" => plan.tickets = numbers(&value),
                "--connections" => plan.connections = numbers(&value),
                "--seconds" => plan.time = Duration::from_secs_f64(value.parse().expect("seconds")),
                "--rounds" => plan.rounds = numbers(&value)[0].max(1),
                "--postgres" => plan.postgres = Some(value),
                "--folder" => plan.folder = PathBuf::from(value),
                "--only" => plan.only = value.split(',').map(Work::named).collect(),
                _ => panic!("{word} is not known here; the head of benches/server/main.rs says what is"),
            }
        }
        plan
    }
}

fn main() {
    let mut words = std::env::args().skip(1).peekable();
    if words.peek().is_some_and(|word| word == "hello") {
        floors::hello();
        return;
    }
    let plan = Plan::read(words);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(run(&plan));
}

async fn run(plan: &Plan) {
    let folder = &plan.folder;
    std::fs::create_dir_all(folder).expect("the folder for data");
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    println!("load average before: {}", load.trim());
    println!("a synced page takes the disk {:?}", floors::sync(folder));
    for &tickets in &plan.tickets {
        let db = data::sqlite(folder, tickets).await;
        measure(plan, "SQLite", &db, folder, tickets).await;
    }
    for &tickets in &plan.tickets {
        if let Some(url) = &plan.postgres {
            let db = data::postgres(url, tickets).await;
            measure(plan, "PostgreSQL", &db, folder, tickets).await;
        }
    }
}

async fn measure(plan: &Plan, dialect: &str, db: &str, folder: &std::path::Path, tickets: usize) {
    let tokens = town::sign_in(db).await;
    let hello = House::hello();
    let house = House::serve(db, &folder.join("blobs"));
    if std::env::var_os("REXIAN_BENCH_PID").is_some() {
        eprintln!("the server is process {}", house.id());
    }
    log_in(&house).await;
    let asks = Asks::new(Town { tickets }, tokens);
    let mut report = Report::new(dialect, tickets);
    for _ in 0..plan.rounds {
        for &connections in &plan.connections {
            let floor = || Arc::new(|_, _, into: &mut Vec<u8>| into.extend(wire::get("/", None)));
            for work in &plan.only {
                let before = beside(*work, &hello, db, connections, plan.time, floor()).await;
                let pressed = press(house.address, connections, plan.time, asks.of(*work)).await;
                let after = beside(*work, &hello, db, connections, plan.time, floor()).await;
                report.add(*work, connections, pressed, [before, after]);
            }
        }
    }
    report.memory(house.memory());
    report.print();
}

/// The floor under a work.
async fn beside(work: Work, hello: &House, db: &str, connections: usize, time: Duration, ask: Ask) -> wire::Pressed {
    let time = time / 2;
    match work {
        Work::Contact => floors::inserts(db, connections, time).await,
        _ => press(hello.address, connections, time, ask).await,
    }
}

/// By password, as people do, so that what it takes is in the server's memory.
async fn log_in(house: &House) {
    let mut line = Line::open(house.address).await;
    let login = serde_json::json!({ "person": town::person(town::UNITS).id, "password": town::PASSWORD });
    for _ in 0..3 {
        let mut request = Vec::new();
        wire::post("/v1/session", None, None, &login.to_string(), &mut request);
        line.answer(&request).await;
    }
}

/// What is asked, ready to be sent.
struct Asks {
    town: Town,
    tokens: Arc<Vec<String>>,
    /// Tickets in hand, spread over all of them.
    written: Arc<Vec<usize>>,
    next: Arc<AtomicUsize>,
}

impl Asks {
    fn new(town: Town, tokens: Vec<String>) -> Self {
        let handling: Vec<usize> = (0..town.tickets).filter(|number| town.handling(*number)).collect();
        let step = (handling.len() / WRITTEN).max(1);
        Self {
            town,
            tokens: Arc::new(tokens),
            written: Arc::new(handling.into_iter().step_by(step).take(WRITTEN).collect()),
            next: Arc::default(),
        }
    }

    fn of(&self, work: Work) -> Ask {
        let tokens = self.tokens.clone();
        let tickets = self.town.tickets;
        let office = tokens[town::UNITS].clone();
        match work {
            // A liaison's desk.
            Work::List => Arc::new(move |connection, count, into| {
                let unit = mixed(connection * 1_000_003 + count) % town::UNITS;
                into.extend(wire::get("/v1/tickets?view=in_hand&limit=50", Some(&tokens[unit])));
            }),
            Work::Get => Arc::new(move |connection, count, into| {
                let no = town::no(mixed(connection * 1_000_003 + count) % tickets);
                into.extend(wire::get(&format!("/v1/tickets/{no}"), Some(&office)));
            }),
            Work::Contact => {
                let now = Moment::from_utc(machine_time());
                let bodies: Vec<String> = (0..town::UNITS)
                    .map(|unit| {
                        let request = ActionRequest {
                            seen: Some(3),
                            action: town::contact(unit, now),
                        };
                        serde_json::to_string(&request).expect("a request is written")
                    })
                    .collect();
                let (written, next) = (self.written.clone(), self.next.clone());
                Arc::new(move |connection, count, into| {
                    let turn = next.fetch_add(1, Ordering::Relaxed);
                    let number = written[turn % written.len()];
                    let unit = town::unit(number);
                    let path = format!("/v1/tickets/{}/actions", town::no(number));
                    let key = format!("bench-{}-{turn}-{connection}-{count}", now.minute_of_day());
                    wire::post(&path, Some(&tokens[unit]), Some(&key), &bodies[unit], into);
                })
            }
            Work::All => every("/v1/tickets?view=all&limit=50", &office),
            Work::Overdue => every("/v1/tickets?view=overdue&limit=50", &office),
            Work::Counts => every("/v1/tickets/counts", &office),
            Work::Search => every("/v1/tickets?text=%E5%99%AA%E5%A3%B0&limit=50", &office),
            Work::SearchUnit => every(
                "/v1/tickets?text=%E5%99%AA%E5%A3%B0%E6%89%B0%E6%B0%91&limit=50",
                &self.tokens[0],
            ),
            Work::Seldom => every("/v1/tickets?text=SS000000042&limit=50", &office),
            Work::Statistics => every("/v1/statistics", &office),
        }
    }
}

/// The same, again and again.
fn every(path: &str, token: &str) -> Ask {
    let request = wire::get(path, Some(token));
    Arc::new(move |_, _, into| into.extend(&request))
}
