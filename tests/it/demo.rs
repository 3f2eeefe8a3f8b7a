//! The demo office: lawful under every rulebook at any moment, and with a ticket in every state there is.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

use rexian::calendar::Calendar;
use rexian::domain::action::Alert;
use rexian::domain::event::Event;
use rexian::domain::ids::BookId;
use rexian::domain::intake::{Kind, Showing};
use rexian::domain::moment::Moment;
use rexian::domain::request::ExemptionKind;
use rexian::domain::ticket::{Stage, Ticket};
use rexian::flow::{assess, fold};
use rexian::rules::{Rulebook, Shelf};
use rexian::server::clock::Clock;
use rexian::server::demo::{Demo, office};
use rexian::server::run::{self, Settings};

/// A weekday, a Saturday, just after midnight, half an hour after opening, in Spring Festival, on another Saturday, at New Year.
const MOMENTS: [&str; 8] = [
    "2026-11-18 10:00",
    "2026-11-14 15:20",
    "2026-11-19 00:05",
    "2026-11-19 09:01",
    "2026-11-20 17:45",
    "2026-02-18 11:00",
    "2026-11-21 12:00",
    "2027-01-01 09:30",
];

fn at(text: &str) -> Moment {
    text.parse().expect("a moment")
}

/// Every rulebook at every moment; made once for all tests.
fn everywhere(mut check: impl FnMut(&Rulebook, Moment, &Demo)) {
    static ALL: LazyLock<Vec<(Arc<Rulebook>, Moment, Demo)>> = LazyLock::new(|| {
        let books = Shelf::built_in().ids().filter_map(|id| Shelf::built_in().latest(id));
        let made = |book: Arc<Rulebook>| {
            MOMENTS
                .map(at)
                .map(|now| (book.clone(), now, office(&book, Calendar::builtin(), now)))
        };
        books.flat_map(made).collect()
    });
    for (book, now, demo) in ALL.iter() {
        check(book, *now, demo);
    }
}

fn tickets(demo: &Demo) -> Vec<Ticket> {
    demo.tickets
        .iter()
        .map(|ticket| fold(ticket.intake.clone(), &ticket.history))
        .collect()
}

#[test]
fn no_rulebook_refuses_anything_in_it() {
    let mut wrong = BTreeSet::new();
    everywhere(|book, now, demo| {
        for refused in &demo.refused {
            let why: Vec<String> = refused
                .findings
                .iter()
                .map(|finding| format!("{:?}", finding.message))
                .collect();
            wrong.insert(format!(
                "{} {now} {} {:?}: {}",
                book.book.id,
                refused.no,
                refused.action,
                why.join("; ")
            ));
        }
    });
    assert!(
        wrong.is_empty(),
        "{}",
        wrong.into_iter().take(40).collect::<Vec<_>>().join("\n")
    );
}

#[test]
fn every_history_is_in_order_and_past() {
    everywhere(|book, now, demo| {
        let mut numbers = BTreeSet::new();
        for ticket in &demo.tickets {
            let no = &ticket.intake.no;
            assert!(numbers.insert(no.clone()), "{no} twice");
            let mut before = ticket.intake.received;
            for recorded in &ticket.history {
                assert!(
                    before <= recorded.at && recorded.at <= now,
                    "{} {now} {no}: {recorded:?}",
                    book.book.id
                );
                before = recorded.at;
            }
        }
    });
}

/// Where nobody has to sign, nothing waits for it.
fn stages_without_a_way(book: &Rulebook) -> &'static [Stage] {
    match book.book.id.as_str() {
        "haojiang" | "wuhai" => &[Stage::Signing, Stage::Signed],
        _ => &[],
    }
}

#[test]
fn every_stage_kind_channel_class_and_alert_is_there() {
    everywhere(|book, now, demo| {
        let tickets = tickets(demo);
        let is_there = |what: String, found: bool| assert!(found, "{} {now}: {what}", book.book.id);
        for stage in Stage::ALL {
            let wanted = !stages_without_a_way(book).contains(stage);
            let found = tickets.iter().any(|ticket| ticket.stage == *stage);
            is_there(format!("{stage}: {found}"), found == wanted);
        }
        for kind in Kind::ALL {
            is_there(
                kind.to_string(),
                tickets.iter().any(|ticket| ticket.intake.kind == *kind),
            );
        }
        for channel in &book.book.channels {
            is_there(
                channel.clone(),
                tickets.iter().any(|ticket| ticket.intake.channel == *channel),
            );
        }
        for class in &book.book.classes {
            is_there(
                class.clone(),
                tickets.iter().any(|ticket| ticket.intake.classes.contains(class)),
            );
        }
        let levels: &[Alert] = match book.book.id.as_str() {
            "haojiang" => &[Alert::None, Alert::Warning, Alert::Yellow, Alert::Red],
            "xinqiao" => &[Alert::None, Alert::Remind, Alert::Overdue],
            _ => &[Alert::None, Alert::Overdue],
        };
        for level in levels {
            let open = |ticket: &&Ticket| ticket.stage.with_the_unit();
            is_there(
                level.to_string(),
                tickets.iter().filter(open).any(|ticket| ticket.alert == *level),
            );
        }
        for kind in ExemptionKind::ALL
            .iter()
            .filter(|kind| book.exemption.knows(**kind).is_some())
        {
            let asked = |pending: bool| {
                let of_the_kind = move |ticket: &Ticket| {
                    ticket
                        .exemptions
                        .iter()
                        .any(|asked| asked.request.kind == *kind && asked.pending() == pending)
                };
                tickets.iter().any(of_the_kind)
            };
            is_there(format!("{kind} pending"), asked(true));
            is_there(format!("{kind} decided"), asked(false));
        }
    });
}

#[test]
fn the_special_stories_are_told() {
    everywhere(|book, now, demo| {
        let happened = |what: &str, is: fn(&Event) -> bool| {
            let found = demo
                .tickets
                .iter()
                .flat_map(|ticket| &ticket.history)
                .any(|recorded| is(&recorded.event));
            assert!(found, "{} {now}: {what}", book.book.id);
        };
        happened("group complaint", |event| matches!(event, Event::Escalated { .. }));
        happened("joint handling", |event| {
            matches!(event, Event::CoHandlingAnswered { .. })
        });
        happened("unreachable", |event| {
            matches!(event, Event::UnreachableReported { .. })
        });
        happened("return refused", |event| matches!(event, Event::ReturnRefused { .. }));
        happened("return approved", |event| matches!(event, Event::ReturnApproved { .. }));
        happened("extension granted", |event| {
            matches!(event, Event::ExtensionGranted { .. })
        });
        happened("extension refused", |event| {
            matches!(event, Event::ExtensionRefused { .. })
        });
        happened("supervision", |event| matches!(event, Event::Supervised { .. }));
        happened("facts", |event| matches!(event, Event::FactsAdded { .. }));
        happened("reveal", |event| matches!(event, Event::Revealed { .. }));
        let most = tickets(demo).iter().map(Ticket::redo_count).max();
        let redos = match book.book.id.as_str() {
            "haojiang" => 1,
            "songshan" => 3,
            _ => 2,
        };
        assert_eq!(most, Some(redos), "{} {now}", book.book.id);
        if book.book.id == BookId::from("songshan") {
            happened("commendation", |event| {
                matches!(event, Event::CommendationClaimed { .. })
            });
            happened("meeting", |event| matches!(event, Event::RedoDetermined { .. }));
            happened("dispute", |event| matches!(event, Event::DisputeOpened { .. }));
        }
    });
}

/// As many as an officer has, most of them the officer's own, some callers secret, all in words of one's own.
#[test]
fn there_are_about_eighty_tickets_and_half_are_the_officers_unit_s() {
    everywhere(|book, now, demo| {
        let place = format!("{} {now}", book.book.id);
        assert!(
            (75..=90).contains(&demo.tickets.len()),
            "{place}: {}",
            demo.tickets.len()
        );
        let own = &demo.people[0].unit;
        let ours = tickets(demo)
            .iter()
            .filter(|ticket| ticket.unit.as_ref() == Some(own))
            .count();
        assert!(ours * 2 >= demo.tickets.len(), "{place}: {ours}");
        let secret = demo
            .tickets
            .iter()
            .filter(|ticket| ticket.intake.caller.showing == Showing::Secret)
            .count();
        assert!((4..=20).contains(&secret), "{place}: {secret}");
        let titles: BTreeSet<&str> = demo.tickets.iter().map(|ticket| ticket.intake.title.as_str()).collect();
        assert!(titles.len() * 10 >= demo.tickets.len() * 9, "{place}: {}", titles.len());
        assert_eq!(demo.articles.len(), 6);
    });
}

/// A server that loads the demo has nothing to catch up with, and shows the level that the clock shows.
#[test]
fn the_alerts_are_those_of_the_moment() {
    everywhere(|book, now, demo| {
        for ticket in tickets(demo) {
            let assessed = assess(&ticket, book, Calendar::builtin(), now).alert;
            let no = &ticket.intake.no;
            assert!(
                ticket.alert >= assessed,
                "{} {now} {no}: {:?} {assessed:?}",
                book.book.id,
                ticket.alert
            );
            // What was raised stays written on a ticket whose clock has stopped since.
            if ticket.submitted.is_none() && ticket.finished.is_none() {
                assert_eq!(ticket.alert, assessed, "{} {now} {no} {:?}", book.book.id, ticket.stage);
            }
        }
    });
}

#[test]
fn the_same_moment_makes_the_same_demo() {
    let book = Shelf::built_in().latest(&BookId::from("songshan")).expect("songshan");
    let now = at(MOMENTS[0]);
    let once = office(&book, Calendar::builtin(), now);
    assert_eq!(once, office(&book, Calendar::builtin(), now));
    assert_ne!(once, office(&book, Calendar::builtin(), at(MOMENTS[6])));
}

/// Every file named anywhere in a ticket, its own and its events'.
fn files_named(value: &serde_json::Value, found: &mut BTreeSet<String>) {
    match value {
        serde_json::Value::Object(fields) => {
            for (name, value) in fields {
                match value.as_str().filter(|_| name == "blob") {
                    Some(sha) => {
                        found.insert(sha.to_owned());
                    }
                    None => files_named(value, found),
                }
            }
        }
        serde_json::Value::Array(items) => items.iter().for_each(|item| files_named(item, found)),
        _ => {}
    }
}

#[test]
fn every_file_that_is_named_comes_with_it() {
    everywhere(|_, _, demo| {
        let there: BTreeSet<String> = demo.blobs.iter().map(|blob| blob.sha256.clone()).collect();
        let mut named = BTreeSet::new();
        for ticket in &demo.tickets {
            files_named(&serde_json::to_value(&ticket.intake).expect("json"), &mut named);
            files_named(&serde_json::to_value(&ticket.history).expect("json"), &mut named);
        }
        assert_eq!(named, there);
        assert!(demo.blobs.iter().all(|blob| blob.bytes.len() <= 25 * 1024));
    });
}

/// A folder that goes away with its test.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let path = std::env::temp_dir().join(format!("rexian-demo-{}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a temporary folder");
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed is the system's to clean.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[tokio::test]
async fn a_server_with_the_demo_shows_it_to_the_officer() {
    let folder = Folder::new();
    let settings = Settings {
        listen: "127.0.0.1:0".parse().expect("an address"),
        db: format!("sqlite:{}", folder.0.join("demo.db").display()),
        blobs: folder.0.join("blobs").display().to_string(),
        tls: None,
        test_clock: false,
    };
    let clock = Arc::new(Clock::standing_at(at(MOMENTS[0])));
    let desk = run::open(&settings, clock).await.expect("a database");
    let book = BookId::from("songshan");
    let filled = run::fill_with_demo(&desk, &book)
        .await
        .expect("filled")
        .expect("an empty database");
    assert!(
        run::fill_with_demo(&desk, &book).await.expect("looked at").is_none(),
        "filled twice"
    );
    let running = run::serve(&settings, desk).await.expect("a port");
    run::install_crypto();
    let client = reqwest::Client::new();
    let url = format!("http://{}/v1", running.address);
    let login = serde_json::json!({ "person": filled.first, "password": run::DEMO_PASSWORD });
    let answer = client
        .post(format!("{url}/session"))
        .json(&login)
        .send()
        .await
        .expect("an answer");
    assert_eq!(answer.status(), 201);
    let session: serde_json::Value = answer.json().await.expect("json");
    let token = session["token"].as_str().expect("a token");
    let mut listed = BTreeSet::new();
    let mut next: Option<String> = None;
    loop {
        let after = next.map_or_else(String::new, |cursor| format!("&cursor={cursor}"));
        let answer = client
            .get(format!("{url}/tickets?limit=50{after}"))
            .bearer_auth(token)
            .send()
            .await;
        let page: serde_json::Value = answer.expect("an answer").json().await.expect("json");
        let tickets = page["tickets"].as_array().unwrap_or_else(|| panic!("no list: {page}"));
        listed.extend(
            tickets
                .iter()
                .map(|ticket| ticket["no"].as_str().expect("a number").to_owned()),
        );
        next = page["next"].as_str().map(str::to_owned);
        if next.is_none() {
            break;
        }
    }
    assert!(
        listed.len() * 2 >= filled.tickets && listed.len() < filled.tickets,
        "{}",
        listed.len()
    );
    running.stop().await;
}
