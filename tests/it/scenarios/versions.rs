//! A rulebook has versions by the day it came into force: a ticket is judged by the one in force when it was received,
//! and a new version never moves an old limit.

use rexian::calendar::Calendar;
use rexian::domain::event::{Event, Recorded};
use rexian::domain::moment::Moment;
use rexian::flow::{assess, fold};
use rexian::rules::{Rulebook, Shelf};

use super::file::Scenario;
use super::run;

/// Songshan as it might be from June 2026 on: five working days instead of three.
fn shelf() -> Shelf {
    let mut shelf = Shelf::built_in().clone();
    let (_, text) = Shelf::sources()
        .find(|(file, _)| *file == "songshan.toml")
        .expect("songshan");
    let newer = text
        .replacen("in_force = 2023-06-09", "in_force = 2026-06-01", 1)
        .replacen("within = \"3wd\"", "within = \"5wd\"", 1);
    assert_eq!(newer.matches("5wd").count(), 1, "the limit was replaced");
    let newer = Rulebook::parse(&newer, "songshan-2026.toml", &shelf).expect("a sound book");
    shelf.add(newer);
    shelf
}

/// The limit of a complaint received at `received`, looked at `now`.
fn due(received: &str, now: &str) -> String {
    let at = |text: &str| text.parse::<Moment>().expect(text);
    let scenario: Scenario = toml::from_str(&format!(
        "name = 'a complaint'\nrow = 'D1'\nintake = {{ received = '{received}' }}"
    ))
    .expect("toml");
    let intake = run::intake(&scenario, "songshan");
    let book = shelf()
        .in_force(&intake.book, intake.received.date())
        .expect("a version");
    let dispatched = Event::Dispatched {
        unit: run::UNIT.into(),
        co_units: Vec::new(),
        note: String::new(),
    };
    let event = Recorded::new(at(received), run::actor("office"), dispatched);
    let ticket = fold(intake, [&event]);
    let due = assess(&ticket, &book, Calendar::builtin(), at(now)).due();
    due.expect("a limit").to_string()
}

#[test]
fn a_new_version_is_for_tickets_received_from_its_day_on() {
    assert_eq!(due("2026-06-01 08:00", "2026-06-01 09:00"), "2026-06-08 17:30");
    assert_eq!(due("2026-05-31 23:59", "2026-05-31 23:59"), "2026-06-03 17:30");
}

#[test]
fn a_new_version_never_moves_an_old_limit() {
    assert_eq!(due("2026-05-29 10:00", "2026-05-29 10:00"), "2026-06-03 17:30");
    assert_eq!(due("2026-05-29 10:00", "2026-07-01 10:00"), "2026-06-03 17:30");
}

#[test]
fn a_ticket_from_before_the_first_version_is_judged_by_the_first() {
    assert_eq!(due("2020-03-02 10:00", "2020-03-02 10:00"), "2020-03-05 17:30");
}

#[test]
fn a_version_of_the_same_day_takes_the_place_of_the_old_one() {
    let mut shelf = shelf();
    assert_eq!(shelf.versions(&"songshan".into()).len(), 2);
    let again = shelf.latest(&"songshan".into()).expect("a version");
    shelf.add((*again).clone());
    assert_eq!(shelf.versions(&"songshan".into()).len(), 2);
}
