//! Tickets from their beginning to their end, and what is read of them on the way.

use std::sync::Arc;

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use rexian::domain::action::{Action, ActionKind};
use rexian::domain::contact::{Attempt, Outcome, Purpose, Way};
use rexian::domain::element::Attitude;
use rexian::domain::ids::TicketNo;
use rexian::domain::intake::Intake;
use rexian::domain::material::{Attachment, Material};
use rexian::domain::reply::{Reply, ReplyFields};
use rexian::domain::ticket::Stage;
use rexian::flow::assess;
use rexian::server::store::apply::{Done, Order};
use rexian::server::store::{Dialect, Store};
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Column, Row};

use super::home::Home;
use super::town::{self, QINGLIU, act, at, clock, intake, liaison, new_ticket, office, settle, taking};
use crate::flow_properties::random::{self, Choice, ONWARD, Try, UNITS};
use crate::flow_properties::{right_person, sample};

fn reply() -> Reply {
    Reply {
        fields: ReplyFields {
            time: Some(at("2026-11-19 10:00")),
            time_to_the_hour: true,
            unit: "青柳街道城管科".to_owned(),
            handler: "科长王某".to_owned(),
            basis: "《城市道路照明设施管理规定》".to_owned(),
            process: "到现场查看，更换灯头".to_owned(),
            result: "路灯已修复".to_owned(),
            satisfaction: Some(Attitude::Satisfied),
            contact: "已电话告知".to_owned(),
            phone: "0631-5200000".to_owned(),
            plan: "每周巡查".to_owned(),
            remedy: "可依法申请行政复议".to_owned(),
        },
        ..Reply::of("经查，路灯灯头损坏，11月19日已更换修复，已电话告知来电人，来电人表示满意。")
    }
}

fn call() -> Attempt {
    Attempt {
        at: at("2026-11-19 09:50"),
        way: Way::Phone,
        purpose: Purpose::Answer,
        outcome: Outcome::Reached,
        from_number: Some("0631-5200000".to_owned()),
        by: "王某".to_owned(),
        by_role: None,
        seconds: Some(120),
        attitude: Some(Attitude::Satisfied),
        face_to_face: None,
        told: "已修好".to_owned(),
        evidence: vec![Attachment {
            seconds: Some(120),
            shows: Some(at("2026-11-19 09:50").date()),
            ..Attachment::of(Material::CallScreenshot)
        }],
    }
}

pub async fn a_ticket_lives_from_the_call_to_the_end(home: Arc<Home>) {
    let clock = clock();
    let store = home.open(&clock).await;
    settle(&store).await;
    let taken = store.write(taking(new_ticket(intake("T1"), QINGLIU), None)).await;
    let Ok(Done::Ticket(loaded)) = taken else {
        panic!("{taken:?}")
    };
    assert_eq!(loaded.ticket.stage, Stage::Dispatched);
    assert_eq!((loaded.seq, loaded.ticket.version), (1, 1));
    let mut seq = loaded.seq;
    for (when, by, action, stage) in [
        ("2026-11-18 10:30", liaison(QINGLIU), Action::Accept, Stage::Handling),
        (
            "2026-11-19 09:55",
            liaison(QINGLIU),
            Action::Contact(call()),
            Stage::Handling,
        ),
        (
            "2026-11-19 10:30",
            liaison(QINGLIU),
            Action::Submit { reply: Some(reply()) },
            Stage::Submitted,
        ),
        (
            "2026-11-19 11:00",
            office(),
            Action::Pass { note: String::new() },
            Stage::Passed,
        ),
        (
            "2026-11-19 14:00",
            office(),
            Action::CallBack {
                reached: true,
                rating: Some(Attitude::Satisfied),
                note: String::new(),
            },
            Stage::Passed,
        ),
        (
            "2026-11-19 15:00",
            office(),
            Action::Close { note: String::new() },
            Stage::Closed,
        ),
    ] {
        clock.set(at(when));
        let kind = action.kind();
        let loaded = act(&store, by, "T1", action).await;
        assert_eq!(loaded.ticket.stage, stage, "after {kind}");
        assert!(loaded.seq > seq, "{kind} is in the log");
        seq = loaded.seq;
        let stored = store.ticket("T1").await.expect("the ticket");
        assert_eq!(stored.events, loaded.events, "what is answered is what is stored");
        assert_eq!((stored.ticket, stored.chain), (loaded.ticket, loaded.chain));
    }
    assert_eq!(town::whole_feed(&store).await, (1..=seq).collect::<Vec<_>>());
    // The number is taken, and a ticket that is not there is not found.
    let again = store.write(taking(new_ticket(intake("T1"), QINGLIU), None)).await;
    assert!(matches!(again, Ok(Done::Taken)), "{again:?}");
    let nobody = store.write(town::acting(office(), "T2", town::urge("。"), None)).await;
    assert!(matches!(nobody, Ok(Done::NotFound)), "{nobody:?}");
    // What is refused leaves nothing behind.
    let late = store
        .write(town::acting(liaison(QINGLIU), "T1", Action::Accept, None))
        .await;
    assert!(matches!(late, Ok(Done::Refused(_))), "{late:?}");
    assert_eq!(store.ticket("T1").await.expect("the ticket").seq, seq);
    assert_eq!(sound(&home, &store).await, Vec::<String>::new());
    store.close().await;
}

/// What a check finds wrong.
pub async fn sound(home: &Home, store: &Store) -> Vec<String> {
    let mut flaws = Vec::new();
    let mut tell = |flaw: rexian::server::store::verify::Flaw| {
        flaws.push(format!("{} {} {}", flaw.no, flaw.kind, flaw.what));
    };
    store
        .verify(&home.blobs(), false, &mut tell)
        .await
        .expect("looked through");
    flaws
}

/// Plays the tries on a stored ticket, as people at several desks would.
async fn play(store: &Store, intake: Intake, tries: &[Try]) -> usize {
    let laws = store.laws();
    let no = intake.no.0.clone();
    let mut now = intake.received;
    store.clock().set(now);
    let new = rexian::api::ticket::NewTicket { intake, dispatch: None };
    match store.write(taking(new, None)).await.expect("written") {
        Done::Ticket(_) => {}
        // Random papers may be such that no hotline takes them.
        Done::Refused(_) => return 0,
        other => panic!("{other:?}"),
    }
    let mut done = 0;
    for one in tries {
        now = now.plus_minutes(one.after);
        store.clock().set(now);
        let loaded = store.ticket(&no).await.expect("the ticket");
        let assessment = assess(&loaded.ticket, &loaded.book, &laws.calendar, now);
        let possible: Vec<ActionKind> = ActionKind::ALL
            .iter()
            .copied()
            .filter(|kind| one.choice == Choice::Any || assessment.may(*kind).allows())
            .filter(|kind| one.choice != Choice::Onward || ONWARD.contains(kind))
            .collect();
        if possible.is_empty() {
            continue;
        }
        let kind = *one.which.get(&possible);
        let action = sample(&random::action(kind, now), one.seed);
        let actor = if one.right_person {
            right_person(kind, &loaded.ticket, &loaded.book)
        } else {
            one.anybody.clone()
        };
        match store
            .write(town::acting(actor, &no, action, None))
            .await
            .expect("written")
        {
            Done::Ticket(_) => done += 1,
            Done::Refused(_) => {}
            other => panic!("{other:?}"),
        }
    }
    done
}

pub async fn what_is_made_anew_from_the_log_is_what_was_kept(home: Arc<Home>) {
    let clock = clock();
    let store = home.open(&clock).await;
    for id in UNITS {
        town::account(&store, rexian::server::store::account::Order::PutUnit(town::unit(id))).await;
    }
    let mut runner = TestRunner::deterministic();
    let (mut last, mut done) = (at("2026-01-01 00:00"), 0);
    for number in 0..60 {
        let mut intake = random::intake().new_tree(&mut runner).expect("an intake").current();
        intake.no = TicketNo(format!("R{number}"));
        let tries = random::tries().new_tree(&mut runner).expect("tries").current();
        done += play(&store, intake, &tries).await;
        last = last.max(clock.now());
    }
    assert!(done > 300, "the walk got nowhere: {done} actions");
    clock.set(last.plus_days(1));
    // A kept row may be older than the check: what has passed by then agrees.
    assert_eq!(sound(&home, &store).await, Vec::<String>::new());
    // Written once more at this moment, so that both are of the same one.
    for loaded in town::all_tickets(&store).await {
        store.write(Order::Tick { ticket: loaded.id }).await.expect("ticked");
    }
    let kept = projection(&store).await;
    assert!(kept.len() > 100, "{}", kept.len());
    let tickets = store.rebuild().await.expect("made anew");
    assert_eq!(tickets, town::all_tickets(&store).await.len() as u64);
    same(&kept, &projection(&store).await);
    store.close().await;
}

pub async fn the_demo_office_reads_as_it_was_written(home: Arc<Home>) {
    let store = home.open(&clock()).await;
    let demo = town::demo_town(&store, "songshan").await;
    for ticket in &demo.tickets {
        let loaded = store.ticket(ticket.intake.no.as_str()).await.expect("a ticket");
        assert_eq!(loaded.ticket.intake, ticket.intake);
        assert_eq!(loaded.events, ticket.history);
    }
    let kept = projection(&store).await;
    store.rebuild().await.expect("made anew");
    same(&kept, &projection(&store).await);
    // The files are not there in this test: that, and nothing else, is wrong.
    let flaws = sound(&home, &store).await;
    assert!(
        !flaws.is_empty() && flaws.iter().all(|flaw| flaw.contains(" no_file ")),
        "{flaws:?}"
    );
    store.close().await;
}

fn same(kept: &[String], made: &[String]) {
    for (kept, made) in kept.iter().zip(made) {
        assert_eq!(kept, made);
    }
    assert_eq!(kept.len(), made.len());
}

/// Everything that is read of the log, as lines.
pub async fn projection(store: &Store) -> Vec<String> {
    let mut lines = Vec::new();
    for sql in [
        "SELECT * FROM tickets ORDER BY id",
        "SELECT * FROM co_units ORDER BY ticket, unit",
        "SELECT * FROM ticket_blobs ORDER BY ticket, sha256",
    ] {
        let rows = sqlx::query(sql).fetch_all(store.reads()).await.expect(sql);
        lines.extend(rows.iter().map(line));
    }
    let words = match store.dialect() {
        Dialect::Postgres => "SELECT rowid, CAST(body AS TEXT) AS body FROM words ORDER BY rowid",
        Dialect::Sqlite => {
            let list = "CREATE VIRTUAL TABLE IF NOT EXISTS temp.listed USING fts5vocab(main, words, instance)";
            // The one writing connection has it from now on.
            sqlx::query(list)
                .execute(store.writes())
                .await
                .expect("a list of words");
            "SELECT CAST(doc AS BIGINT) AS doc, CAST(term AS TEXT) AS term FROM temp.listed ORDER BY 1, 2"
        }
    };
    let rows = sqlx::query(AssertSqlSafe(words))
        .fetch_all(store.writes())
        .await
        .expect(words);
    lines.extend(rows.iter().map(line));
    lines
}

fn line(row: &AnyRow) -> String {
    let cells = row.columns().iter().map(|column| {
        let name = column.name();
        let cell = row
            .try_get::<Option<i64>, _>(name)
            .map(|number| format!("{number:?}"))
            .or_else(|_| row.try_get::<Option<String>, _>(name).map(Option::unwrap_or_default))
            .expect("a number or a text");
        format!("{name}={cell}")
    });
    cells.collect::<Vec<_>>().join(" ")
}
