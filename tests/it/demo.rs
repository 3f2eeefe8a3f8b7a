//! The demo office: lawful under every rulebook at any moment, and with a ticket in every state there is.

use std::collections::BTreeSet;

use rexian::calendar::Calendar;
use rexian::domain::action::Alert;
use rexian::domain::event::Event;
use rexian::domain::intake::{Kind, Showing};
use rexian::domain::material::Attachment;
use rexian::domain::moment::Moment;
use rexian::domain::request::ExemptionKind;
use rexian::domain::ticket::{Stage, Ticket};
use rexian::flow::{assess, fold};
use rexian::rules::{Rulebook, Shelf};
use rexian::server::demo::{Demo, office};

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

/// Every rulebook at every moment.
fn everywhere(check: impl Fn(&Rulebook, Moment, &Demo)) {
    for id in Shelf::built_in().ids() {
        let book = Shelf::built_in().latest(id).expect("a book");
        for now in MOMENTS.map(at) {
            check(&book, now, &office(&book, Calendar::builtin(), now));
        }
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
                "{} {now} {:?}: {}",
                book.book.id,
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
