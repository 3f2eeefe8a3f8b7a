//! The feed: one order, nothing skipped, and to each only what is theirs.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use rexian::domain::action::{Action, ReturnRequest, ReturnScope};
use rexian::domain::event::{Event, Recorded};
use rexian::domain::ids::UnitId;
use rexian::domain::people::Role;
use rexian::server::sight::Sight;
use rexian::server::store::apply::link;
use rexian::server::store::{Dialect, Store};
use sqlx::any::AnyPoolOptions;
use sqlx::postgres::PgListener;
use sqlx::{AnyPool, AssertSqlSafe, Row};
use tokio::sync::oneshot;

use super::home::Home;
use super::town::{self, QINGLIU, WANGHE, act, at, clock, liaison, office, settle, taken, urge};

const WRITERS: usize = 16;
const EACH: usize = 12;
/// Longer than any machine takes; reached only where something is broken.
const NEVER: Duration = Duration::from_secs(60);

/// A connection of the test's own, beside all stores.
async fn beside(home: &Home) -> AnyPool {
    sqlx::any::install_default_drivers();
    let url = match home.dialect() {
        Dialect::Postgres => home.place.clone(),
        Dialect::Sqlite => format!("sqlite://{}", home.file("rexian.db").display()),
    };
    AnyPoolOptions::new()
        .max_connections(2)
        .connect(&url)
        .await
        .expect("a connection")
}

/// Writes an event the slow way: takes its number as the scribe does, and commits only when others wait in line.
async fn write_slowly(home: &Home, held: oneshot::Sender<()>, queued: &AtomicUsize) -> i64 {
    let pool = beside(home).await;
    let mut slow = pool.begin().await.expect("a transaction");
    let (seq,): (i64,) = sqlx::query_as("UPDATE head SET seq = seq + 1 WHERE id = 1 RETURNING seq")
        .fetch_one(&mut *slow)
        .await
        .expect("the head");
    let (ticket, version, chain): (i64, i64, String) = sqlx::query_as(
        "SELECT e.ticket, e.version, e.chain FROM events e JOIN intakes i ON i.id = e.ticket \
         WHERE i.no = 'SLOW' ORDER BY e.version DESC LIMIT 1",
    )
    .fetch_one(&mut *slow)
    .await
    .expect("the slow one's ticket");
    let event = Event::FactsAdded {
        text: "慢慢写".to_owned(),
    };
    let body = serde_json::to_string(&Recorded::new(at(town::NOW), office(), event)).expect("json");
    sqlx::query("INSERT INTO events (seq, ticket, version, body, audience, chain) VALUES ($1, $2, $3, $4, $5, $6)")
        .bind(seq)
        .bind(ticket)
        .bind(version + 1)
        .bind(&body)
        .bind(format!("|{QINGLIU}|"))
        .bind(link(&chain, &body))
        .execute(&mut *slow)
        .await
        .expect("the event");
    held.send(()).expect("the writers wait");
    // Every writer has something to hand in, and on PostgreSQL, where it can be seen, stores wait for the head.
    while queued.load(Ordering::SeqCst) < WRITERS {
        tokio::task::yield_now().await;
    }
    if home.dialect() == Dialect::Postgres {
        let waiting = "SELECT count(*) AS waiting FROM pg_stat_activity \
            WHERE datname = current_database() AND wait_event_type = 'Lock'";
        while sqlx::query(waiting)
            .fetch_one(&pool)
            .await
            .expect("who waits")
            .get::<i64, _>("waiting")
            < 2
        {
            tokio::task::yield_now().await;
        }
    }
    slow.commit().await.expect("committed");
    pool.close().await;
    seq
}

/// Reads on until `last`, and returns the numbers as they came.
async fn read_until(store: Store, last: i64) -> Vec<i64> {
    let mut head = store.head();
    let (mut seqs, mut after) = (Vec::new(), 0);
    while after < last {
        let reading = store.read(&Sight::All, after, 7).await.expect("read");
        seqs.extend(reading.entries.iter().map(|entry| entry.seq));
        after = reading.next;
        if !reading.more {
            let moved = tokio::time::timeout(NEVER, head.wait_for(|head| *head > after));
            if after < last {
                moved.await.expect("news").expect("the store is open");
            }
        }
    }
    seqs
}

pub async fn a_reader_never_skips_an_event(home: Arc<Home>) {
    let clock = clock();
    let mut stores = Vec::new();
    for _ in 0..4 {
        stores.push(home.open(&clock).await);
    }
    settle(&stores[0]).await;
    taken(&stores[0], "SLOW", QINGLIU).await;
    for writer in 0..WRITERS {
        taken(&stores[0], &format!("W{writer}"), QINGLIU).await;
    }
    let last = (1 + WRITERS + WRITERS * EACH + 1) as i64;
    // The readers are there from the beginning, one at each store.
    let readers: Vec<_> = stores
        .iter()
        .map(|store| tokio::spawn(read_until(store.clone(), last)))
        .collect();
    let queued = Arc::new(AtomicUsize::new(0));
    let (held, taking) = oneshot::channel();
    let slow = {
        let (home, queued) = (home.clone(), queued.clone());
        tokio::spawn(async move { write_slowly(&home, held, &queued).await })
    };
    taking.await.expect("the head is held");
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let (store, queued) = (stores[writer % stores.len()].clone(), queued.clone());
            tokio::spawn(async move {
                queued.fetch_add(1, Ordering::SeqCst);
                for number in 0..EACH {
                    act(&store, office(), &format!("W{writer}"), urge(&format!("第{number}条"))).await;
                }
            })
        })
        .collect();
    for writer in writers {
        tokio::time::timeout(NEVER, writer)
            .await
            .expect("in time")
            .expect("written");
    }
    let slow = tokio::time::timeout(NEVER, slow)
        .await
        .expect("in time")
        .expect("written");
    assert!(slow > 0);
    for reader in readers {
        let seqs = tokio::time::timeout(NEVER, reader)
            .await
            .expect("in time")
            .expect("read");
        assert_eq!(seqs, (1..=last).collect::<Vec<_>>(), "every number once, in order");
    }
    for store in stores {
        store.close().await;
    }
}

pub async fn what_one_server_writes_the_other_hears(home: Arc<Home>) {
    let (one, other) = (home.open(&clock()).await, home.open(&clock()).await);
    settle(&one).await;
    let mut heard = other.head();
    let mut listener = match home.dialect() {
        Dialect::Sqlite => None,
        Dialect::Postgres => {
            let mut listener = PgListener::connect(&home.place).await.expect("a listener");
            listener.listen("rexian_log").await.expect("listening");
            Some(listener)
        }
    };
    let mut seq = taken(&one, "T1", QINGLIU).await.seq;
    for round in 0..5 {
        tokio::time::timeout(NEVER, heard.wait_for(|head| *head >= seq))
            .await
            .expect("heard")
            .expect("the store is open");
        if let Some(listener) = &mut listener {
            let notice = tokio::time::timeout(NEVER, listener.recv()).await.expect("told");
            assert_eq!(notice.expect("a notice").payload(), seq.to_string());
        }
        let read = other.read(&Sight::All, seq - 1, 10).await.expect("read");
        assert_eq!(read.entries.len(), 1, "what is heard of can be read");
        seq = act(&one, office(), "T1", urge(&format!("第{round}次"))).await.seq;
    }
    one.close().await;
    other.close().await;
}

fn returned() -> Action {
    Action::Return(ReturnRequest {
        reason: "路灯属望河街道管养".to_owned(),
        basis: "《城市道路照明设施管理规定》".to_owned(),
        suggested_unit: "望河街道".to_owned(),
        scope: ReturnScope::Inside,
        verified: "已到现场核实".to_owned(),
        site_check: false,
        materials: Vec::new(),
        opinions: Role::ALL
            .iter()
            .map(|role| rexian::domain::people::Opinion {
                role: *role,
                name: "王某".to_owned(),
                text: "同意退回".to_owned(),
            })
            .collect(),
    })
}

async fn heard_by(store: &Store, sight: &Sight) -> Vec<(i64, bool)> {
    let reading = store.read(sight, 0, 100).await.expect("read");
    assert!(!reading.more);
    let entries = reading.entries.iter();
    entries.map(|entry| (entry.seq, entry.summary.is_some())).collect()
}

pub async fn a_unit_hears_that_a_ticket_left_it_and_no_more(home: Arc<Home>) {
    let store = home.open(&clock()).await;
    settle(&store).await;
    // A name that is another's pattern, and one that is another's beginning.
    for id in ["qing_iu", "qing"] {
        town::account(&store, rexian::server::store::account::Order::PutUnit(town::unit(id))).await;
    }
    let [qingliu, wanghe] = [QINGLIU, WANGHE].map(|unit| Sight::Unit(UnitId::from(unit)));
    taken(&store, "T1", QINGLIU).await;
    assert_eq!(heard_by(&store, &qingliu).await, [(1, true)]);
    assert_eq!(heard_by(&store, &wanghe).await, []);
    act(&store, liaison(QINGLIU), "T1", returned()).await;
    let to = Action::DecideReturn {
        approve: true,
        reason: "同意".to_owned(),
        next_unit: Some(UnitId::from(WANGHE)),
    };
    let moved = act(&store, office(), "T1", to).await;
    assert_eq!(moved.ticket.unit, Some(UnitId::from(WANGHE)));
    let moved_at = moved.seq;
    let later = act(&store, office(), "T1", urge("又来电催问")).await.seq;
    let left = heard_by(&store, &qingliu).await;
    assert!(
        left.iter().all(|(_, summary)| !summary),
        "it is theirs no longer: {left:?}"
    );
    assert!(left.iter().any(|(seq, _)| *seq > 2), "they hear that it went: {left:?}");
    assert!(
        left.iter().all(|(seq, _)| *seq <= moved_at),
        "and nothing after: {left:?}"
    );
    let got = heard_by(&store, &wanghe).await;
    assert!(got.iter().all(|(seq, summary)| *seq > 2 && *summary), "{got:?}");
    assert_eq!(got.last(), Some(&(later, true)));
    for other in ["qing_iu", "qing", "QINGLIU"] {
        assert_eq!(heard_by(&store, &Sight::Unit(UnitId::from(other))).await, [], "{other}");
    }
    assert_eq!(heard_by(&store, &Sight::Nothing).await, []);
    let page = rexian::api::query::ListQuery::default();
    let listed = store.list(&qingliu, &page, 10, at(town::NOW)).await.expect("a list");
    assert!(listed.summaries().next().is_none());
    store.close().await;
}

pub async fn a_signer_hears_of_their_own_units_alone(home: Arc<Home>) {
    let store = home.open(&clock()).await;
    let demo = town::demo_town(&store, "songshan").await;
    let tickets = town::all_tickets(&store).await;
    let mut heard = 0;
    for person in demo.people.iter().filter(|person| person.role.signs()) {
        let oversees: Vec<UnitId> = demo
            .oversees
            .iter()
            .filter(|(leader, _)| *leader == person.id)
            .map(|(_, unit)| unit.clone())
            .collect();
        let sight = Sight::of(person, &oversees);
        let reading = store.read(&sight, 0, 10_000).await.expect("read");
        for entry in &reading.entries {
            heard += 1;
            let ticket = tickets
                .iter()
                .find(|one| one.ticket.intake.no.0 == entry.no)
                .expect("a ticket");
            let chain = ticket
                .book
                .signing
                .chain(&ticket.ticket.intake.channel, ticket.ticket.redo_count());
            assert_eq!(
                entry.summary.is_some(),
                sight.sees(&ticket.ticket, chain),
                "{} of {}",
                entry.no,
                person.id
            );
            let written = sqlx::query(AssertSqlSafe(format!(
                "SELECT audience FROM events WHERE seq = {}",
                entry.seq
            )))
            .fetch_one(store.reads())
            .await
            .expect("an event")
            .get::<String, _>("audience");
            let own = |unit: &UnitId| written.contains(&format!("|{unit}|"));
            assert!(
                own(&person.unit) || oversees.iter().any(own),
                "{written} to {}",
                person.id
            );
        }
    }
    assert!(heard > 0, "nobody who signs heard anything");
    store.close().await;
}
