//! Random people doing random things to a ticket in random order: nothing panics, nothing leads to an illegal state, and
//! what is done is what the assessment allowed.

pub mod random;

use proptest::prelude::*;
use rexian::calendar::Calendar;
use rexian::domain::action::ActionKind;
use rexian::domain::event::Recorded;
use rexian::domain::intake::Intake;
use rexian::domain::people::{Actor, Role};
use rexian::domain::ticket::Ticket;
use rexian::flow::{assess, decide, evolve, fold};
use rexian::rules::{Rulebook, Shelf};

use crate::invariants;
use random::{Choice, ONWARD, Try, UNITS, action, intake, person, tries};

/// Somebody who could do it, as far as the ticket tells.
pub fn right_person(kind: ActionKind, ticket: &Ticket, book: &Rulebook) -> Actor {
    use ActionKind as Do;
    let unit = ticket.unit.clone().unwrap_or_else(|| UNITS[0].into());
    match kind {
        Do::Accept
        | Do::Return
        | Do::Contact
        | Do::ReportUnreachable
        | Do::AskCoHandling
        | Do::ReleaseCoHandling
        | Do::ReportProgress
        | Do::AskExtension
        | Do::AskSuspension
        | Do::AskExemption
        | Do::FileAsCase
        | Do::SubmitForSigning
        | Do::Submit
        | Do::ClaimCommendation
        | Do::Claim
        | Do::HandInEvidence => person(Role::Liaison, unit),
        Do::AnswerCoHandling => {
            let asked = ticket.co_handling.iter().find(|other| other.answered.is_none());
            person(Role::Liaison, asked.map_or(unit, |other| other.unit.clone()))
        }
        Do::Sign | Do::RefuseToSign => {
            let signed = ticket.reply().map_or(&[][..], |version| &version.signed);
            let chain = book.signing.chain(&ticket.intake.channel, ticket.redo_count());
            let next = chain
                .roles()
                .find(|role| signed.iter().all(|signature| signature.role != *role));
            person(next.unwrap_or(Role::SectionHead), unit)
        }
        Do::RaiseAlert => person(Role::System, unit),
        _ => person(Role::Office, unit),
    }
}

pub fn sample<T: std::fmt::Debug>(strategy: &BoxedStrategy<T>, seed: u64) -> T {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    strategy.new_tree(&mut runner).expect("a value").current()
}

/// Plays the tries and holds every state that they lead to against the invariants.
fn play(intake: &Intake, tries: &[Try]) -> (Ticket, Vec<Recorded>) {
    let book = Shelf::built_in().latest(&intake.book).expect("a built-in book");
    let calendar = Calendar::builtin();
    let mut ticket = Ticket::new(intake.clone());
    let mut events: Vec<Recorded> = Vec::new();
    let mut now = intake.received;
    for one in tries {
        now = now.plus_minutes(one.after);
        let assessment = assess(&ticket, &book, calendar, now);
        let possible: Vec<ActionKind> = ActionKind::ALL
            .iter()
            .copied()
            .filter(|kind| one.choice == Choice::Any || assessment.may(*kind).allows())
            .filter(|kind| one.choice != Choice::Onward || ONWARD.contains(kind))
            .collect();
        let Some(kind) = (!possible.is_empty()).then(|| *one.which.get(&possible)) else {
            continue;
        };
        let action = sample(&action(kind, now), one.seed);
        let actor = if one.right_person {
            right_person(kind, &ticket, &book)
        } else {
            one.anybody.clone()
        };
        let decision = decide(&ticket, &action, &actor, &book, calendar, now);
        assert_eq!(
            decision,
            decide(&ticket, &action, &actor, &book, calendar, now),
            "asked twice, the same answer"
        );
        match decision {
            Err(findings) => {
                assert!(!findings.is_empty(), "{action:?}: a refusal says why");
                assert!(
                    findings.iter().all(|finding| finding.refuses()),
                    "{action:?}: a refusal refuses"
                );
            }
            Ok(done) => {
                assert!(
                    assessment.may(kind).allows(),
                    "{kind} was done at {now} although it is not allowed"
                );
                assert!(!done.is_empty(), "{action:?}: what is done has happened");
                let before = ticket.clone();
                for event in done {
                    let recorded = Recorded::new(now, actor.clone(), event);
                    ticket = evolve(ticket, &recorded);
                    events.push(recorded);
                }
                let context = format!("after {kind}");
                let held = std::panic::catch_unwind(|| {
                    invariants::hold(&before, &ticket, &events, &book, calendar, now);
                });
                if let Err(panic) = held {
                    println!("{context}: {:?}", events.iter().map(|e| &e.event).collect::<Vec<_>>());
                    std::panic::resume_unwind(panic);
                }
            }
        }
    }
    (ticket, events)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_sequence_of_actions_leads_to_an_illegal_state(intake in intake(), tries in tries()) {
        let (ticket, events) = play(&intake, &tries);
        prop_assert_eq!(&fold(intake, &events), &ticket, "folding the events again gives the same ticket");
        let written: Vec<String> = events.iter().map(|event| serde_json::to_string(event).expect("json")).collect();
        let read: Vec<Recorded> = written.iter().map(|line| serde_json::from_str(line).expect("json")).collect();
        prop_assert_eq!(read, events);
    }

    #[test]
    fn any_assessment_is_the_same_twice_and_never_panics(intake in intake(), tries in tries(), later in 0..2_000_000i64) {
        let (ticket, events) = play(&intake, &tries);
        let book = Shelf::built_in().latest(&intake.book).expect("a built-in book");
        let last = events.last().map_or(intake.received, |event| event.at);
        let now = last.plus_minutes(later);
        let once = assess(&ticket, &book, Calendar::builtin(), now);
        let again = assess(&ticket, &book, Calendar::builtin(), now);
        prop_assert_eq!(once.obligations, again.obligations);
        prop_assert_eq!((once.alert, once.alert_changes), (again.alert, again.alert_changes));
    }
}

/// The random walk is worth something only if it comes far: some tickets must be closed, some signed, some redone.
#[test]
fn the_random_walk_gets_about() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let mut kinds = std::collections::BTreeSet::new();
    for _ in 0..400 {
        let intake = intake().new_tree(&mut runner).expect("an intake").current();
        let tries = tries().new_tree(&mut runner).expect("tries").current();
        let (_, events) = play(&intake, &tries);
        for recorded in events {
            let written = serde_json::to_value(&recorded.event).expect("json");
            kinds.insert(written["event"].as_str().expect("a name").to_owned());
        }
    }
    let seldom: Vec<&&str> = crate::stored_events::NAMES
        .iter()
        .filter(|name| !kinds.contains(**name))
        .collect();
    assert!(seldom.is_empty(), "never happened in 400 walks: {seldom:?}");
}
