//! Lists, counts and figures, held against what the tickets themselves say.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rexian::api::query::{ListQuery, Sort, View};
use rexian::api::statistics::Span;
use rexian::api::ticket::Summary;
use rexian::domain::action::{ActionKind, Alert};
use rexian::domain::element::Attitude;
use rexian::domain::ids::UnitId;
use rexian::domain::intake::Kind;
use rexian::domain::moment::Moment;
use rexian::domain::people::Role;
use rexian::domain::ticket::Stage;
use rexian::flow::{Duty, assess};
use rexian::server::duties::catch_up;
use rexian::server::sight::Sight;
use rexian::server::store::Store;
use rexian::server::store::load::Loaded;
use rexian::server::store::statistics::Asked;

use super::home::Home;
use super::town::{self, act, at, clock, office, urge};

async fn page(store: &Store, sight: &Sight, query: &ListQuery, limit: u32) -> (Vec<Summary>, Option<String>) {
    let now = store.clock().now();
    let rows = store.list(sight, query, limit, now).await.expect("a page");
    let summaries = rows.summaries();
    let read = summaries.map(|summary| serde_json::from_str(summary).expect("a summary"));
    (read.collect(), rows.next)
}

async fn all(store: &Store, sight: &Sight, query: &ListQuery) -> Vec<Summary> {
    let (all, more) = page(store, sight, query, 200).await;
    assert!(more.is_none(), "there are more than 200");
    all
}

fn names(summaries: &[Summary]) -> BTreeSet<String> {
    let names: BTreeSet<String> = summaries.iter().map(|one| one.no.0.clone()).collect();
    assert_eq!(names.len(), summaries.len(), "a ticket comes once");
    names
}

/// Whether a ticket is in a view, told from the ticket alone.
fn belongs(view: View, loaded: &Loaded, sight: &Sight, store: &Store) -> bool {
    let (ticket, now) = (&loaded.ticket, store.clock().now());
    let laws = store.laws();
    let assessment = assess(ticket, &loaded.book, &laws.calendar, now);
    let live = !ticket.stage.over() || ticket.planned();
    let running = live && ticket.submitted.is_none() && ticket.finished.is_none();
    let due = assessment.due();
    let waits = |unit: Option<&UnitId>| {
        let mut others = ticket.co_handling.iter();
        others.any(|other| other.open() && unit.is_none_or(|unit| other.unit == *unit))
    };
    match view {
        View::ToAccept => ticket.stage == Stage::Dispatched,
        View::InHand => live && ticket.stage.in_hand(),
        View::DueToday => running && due.is_some_and(|due| due >= now && due <= Moment::end_of(now.date())),
        View::ReturnWindow => {
            ticket.stage.with_the_unit()
                && assessment.may(ActionKind::Return).allows()
                && assessment
                    .obligation(Duty::Return)
                    .is_some_and(|duty| duty.due.is_some_and(|due| due >= now))
        }
        View::ToReportAgain => ticket.stage == Stage::SentBack,
        View::Redo => running && ticket.redo_count() > 0,
        View::ToSign => {
            ticket.stage == Stage::Signing
                && match sight {
                    Sight::Signer { role, .. } => assessment.chain.next(assessment.signed) == Some(*role),
                    _ => true,
                }
        }
        View::Submitted | View::ToReview => ticket.stage == Stage::Submitted,
        View::Overdue => running && due.is_some_and(|due| due < now),
        View::Key => {
            live && (loaded.book.bulletin.key_class(&ticket.intake.classes).is_some() || ticket.supervised.is_some())
        }
        View::CoHandling => {
            live && match sight {
                Sight::Unit(unit) => ticket.unit.as_ref() != Some(unit) && waits(Some(unit)),
                _ => waits(None),
            }
        }
        View::ToDispatch => ticket.stage == Stage::Taken,
        View::ToDecide => {
            live && (ticket.stage == Stage::ReturnAsked
                || ticket.extensions.last().is_some_and(|asked| asked.pending())
                || ticket.suspensions.last().is_some_and(|asked| asked.pending())
                || ticket.exemptions.last().is_some_and(|asked| asked.pending()))
        }
        View::ToCallBack => ticket.stage == Stage::Passed,
        View::Live => live,
        View::Over => !live,
        View::All => true,
    }
}

fn sees(sight: &Sight, loaded: &Loaded) -> bool {
    let chain = loaded
        .book
        .signing
        .chain(&loaded.ticket.intake.channel, loaded.ticket.redo_count());
    sight.sees(&loaded.ticket, chain)
}

/// The demo office and everybody who looks at it.
async fn office_at(home: &Home, when: &str) -> (Store, Vec<Loaded>, Vec<Sight>) {
    let store = home.open(&clock()).await;
    let demo = town::demo_town(&store, "songshan").await;
    store.clock().set(at(when));
    catch_up(&store).await.expect("done");
    let mut sights = vec![Sight::All, Sight::Nothing];
    for person in &demo.people {
        let oversees: Vec<UnitId> = demo
            .oversees
            .iter()
            .filter(|(leader, _)| *leader == person.id)
            .map(|(_, unit)| unit.clone())
            .collect();
        let sight = Sight::of(person, &oversees);
        if !sights.contains(&sight) {
            sights.push(sight);
        }
    }
    let tickets = town::all_tickets(&store).await;
    assert!(
        tickets.len() > 60 && sights.len() > 6,
        "{} {}",
        tickets.len(),
        sights.len()
    );
    (store, tickets, sights)
}

pub async fn every_view_holds_what_it_says(home: Arc<Home>) {
    let mut seen = BTreeSet::new();
    let (store, _, sights) = office_at(&home, town::NOW).await;
    for when in [town::NOW, "2026-11-19 08:40"] {
        store.clock().set(at(when));
        catch_up(&store).await.expect("done");
        let tickets = town::all_tickets(&store).await;
        for sight in &sights {
            for view in View::ALL.iter().copied() {
                let query = ListQuery {
                    view: Some(view),
                    ..ListQuery::default()
                };
                let listed = names(&all(&store, sight, &query).await);
                let meant: BTreeSet<String> = tickets
                    .iter()
                    .filter(|loaded| sees(sight, loaded) && belongs(view, loaded, sight, &store))
                    .map(|loaded| loaded.ticket.intake.no.0.clone())
                    .collect();
                assert_eq!(listed, meant, "{view} for {sight:?} at {when}");
                if !listed.is_empty() {
                    seen.insert(view);
                }
            }
        }
    }
    let empty: Vec<_> = View::ALL.iter().filter(|view| !seen.contains(view)).collect();
    assert!(empty.is_empty(), "nothing was ever in {empty:?}");
    store.close().await;
}

pub async fn counts_are_the_lengths_of_the_lists(home: Arc<Home>) {
    let (store, _, sights) = office_at(&home, town::NOW).await;
    let now = store.clock().now();
    for sight in &sights {
        let counts = store.counts(sight, now).await.expect("counts");
        assert_eq!(counts.len(), View::ALL.len());
        for (view, count, more) in counts {
            let query = ListQuery {
                view: Some(view),
                ..ListQuery::default()
            };
            let listed = all(&store, sight, &query).await.len();
            assert_eq!((count as usize, more), (listed, false), "{view} for {sight:?}");
        }
    }
    store.close().await;
}

/// A filter, and whether it lets a summary through.
type Case = (ListQuery, Box<dyn Fn(&Summary) -> bool + Send>);

fn filters(everything: &[Summary]) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    let usual = ListQuery::default;
    let units: BTreeSet<UnitId> = everything.iter().filter_map(|one| one.unit.clone()).collect();
    for unit in units {
        let query = ListQuery {
            unit: Some(unit.0.clone()),
            ..usual()
        };
        cases.push((query, Box::new(move |one| one.unit.as_ref() == Some(&unit))));
    }
    for stage in Stage::ALL.iter().copied() {
        let query = ListQuery {
            stage: Some(stage),
            ..usual()
        };
        cases.push((query, Box::new(move |one| one.stage == stage)));
    }
    for kind in Kind::ALL.iter().copied() {
        let query = ListQuery {
            kind: Some(kind),
            ..usual()
        };
        cases.push((query, Box::new(move |one| one.kind == kind)));
    }
    let channels: BTreeSet<String> = everything.iter().map(|one| one.channel.clone()).collect();
    for channel in channels {
        let query = ListQuery {
            channel: Some(channel.clone()),
            ..usual()
        };
        cases.push((query, Box::new(move |one| one.channel == channel)));
    }
    for alert in Alert::ALL.iter().copied() {
        let query = ListQuery {
            alert: Some(alert),
            ..usual()
        };
        cases.push((query, Box::new(move |one| one.alert >= alert)));
    }
    let [from, until] = ["2026-11-18 00:00", "2026-11-25 00:00"].map(at);
    for (due_from, due_until) in [(Some(from), None), (None, Some(until)), (Some(from), Some(until))] {
        let query = ListQuery {
            due_from,
            due_until,
            ..usual()
        };
        // What has no limit is due at no time, and so after every moment.
        cases.push((
            query,
            Box::new(move |one| {
                due_from.is_none_or(|from| one.due.is_none_or(|due| due >= from))
                    && due_until.is_none_or(|until| one.due.is_some_and(|due| due < until))
            }),
        ));
    }
    cases.push((
        ListQuery {
            view: Some(View::Live),
            kind: Some(Kind::Complaint),
            channel: Some("热线电话".to_owned()),
            ..usual()
        },
        Box::new(|one| {
            let open = !one.stage.over() || one.due.is_some_and(|_| one.finished.is_none());
            open && one.kind == Kind::Complaint && one.channel == "热线电话"
        }),
    ));
    cases
}

pub async fn every_filter_lets_through_what_it_says(home: Arc<Home>) {
    let (store, _, sights) = office_at(&home, town::NOW).await;
    let (mut some, mut none) = (0, 0);
    for sight in &sights {
        let everything = all(&store, sight, &ListQuery::default()).await;
        for (query, lets_through) in filters(&everything) {
            let listed = names(&all(&store, sight, &query).await);
            let base: Vec<Summary> = everything.iter().filter(|one| lets_through(one)).cloned().collect();
            let meant = if query.view.is_some() {
                let view = ListQuery {
                    view: query.view,
                    ..ListQuery::default()
                };
                let in_view = names(&all(&store, sight, &view).await);
                base.into_iter().filter(|one| in_view.contains(&one.no.0)).collect()
            } else {
                base
            };
            assert_eq!(listed, names(&meant), "{query:?} for {sight:?}");
            if listed.is_empty() { none += 1 } else { some += 1 }
        }
    }
    assert!(some > 50 && none > 0, "{some} {none}");
    store.close().await;
}

fn value(sort: Sort, one: &Summary) -> i64 {
    let seconds = |at: Moment| at.to_utc().timestamp();
    match sort {
        Sort::Due => one.due.map_or(i64::MAX, seconds),
        Sort::Received => -seconds(one.received),
        Sort::Changed => -one.seq,
    }
}

pub async fn pages_are_stable_while_tickets_change(home: Arc<Home>) {
    let (store, tickets, sights) = office_at(&home, town::NOW).await;
    let lead = sights
        .iter()
        .filter(|sight| matches!(sight, Sight::Unit(_)))
        .max_by_key(|sight| tickets.iter().filter(|loaded| sees(sight, loaded)).count())
        .expect("a unit");
    for sight in [&Sight::All, lead] {
        for sort in Sort::ALL.iter().copied() {
            let mut query = ListQuery {
                sort: Some(sort),
                ..ListQuery::default()
            };
            let before = all(&store, sight, &query).await;
            assert!(before.is_sorted_by_key(|one| value(sort, one)), "{sort}");
            let (mut got, mut changed): (Vec<String>, BTreeSet<String>) = (Vec::new(), BTreeSet::new());
            let mut untouched = before.iter().filter(|one| one.stage.with_the_unit()).rev();
            loop {
                let (some, next) = page(&store, sight, &query, 7).await;
                got.extend(some.iter().map(|one| one.no.0.clone()));
                // Between two pages somebody writes to a ticket near the end, and to one that was shown.
                for one in untouched
                    .next()
                    .into_iter()
                    .chain(some.iter().find(|one| one.stage.with_the_unit()))
                {
                    act(&store, office(), one.no.as_str(), urge("又来电补充")).await;
                    changed.insert(one.no.0.clone());
                }
                match next {
                    Some(next) => query.cursor = Some(next),
                    None => break,
                }
            }
            let once: BTreeSet<&String> = got.iter().collect();
            assert_eq!(once.len(), got.len(), "{sort}: none comes twice");
            for one in &before {
                // What changed on the way moves to the front of the latest changes, which was passed already.
                let moved = sort == Sort::Changed && changed.contains(&one.no.0);
                assert!(moved || once.contains(&one.no.0), "{sort}: {} is left out", one.no);
            }
            assert!(got.len() > 14, "{sort}: several pages");
        }
    }
    let query = ListQuery {
        cursor: Some("due.1.1'--".to_owned()),
        ..ListQuery::default()
    };
    let now = store.clock().now();
    assert!(store.list(&Sight::All, &query, 7, now).await.is_err());
    store.close().await;
}

pub async fn statistics_count_what_happened(home: Arc<Home>) {
    let (store, tickets, _) = office_at(&home, town::NOW).await;
    let now = store.clock().now();
    let laws = store.laws();
    for by in [None, Some(Span::Week), Some(Span::Month)] {
        // Received, responded, finished, overdue, redone, rated, solved, satisfied.
        let mut meant: BTreeMap<(String, Option<String>), [i64; 8]> = BTreeMap::new();
        for loaded in &tickets {
            let ticket = &loaded.ticket;
            let Some(unit) = &ticket.unit else { continue };
            let received = ticket.intake.received.date();
            let span = by.map(|by| match by {
                Span::Week => received.format("%G-W%V").to_string(),
                Span::Month => received.format("%Y-%m").to_string(),
            });
            let due = assess(ticket, &loaded.book, &laws.calendar, now).due();
            let live = !ticket.stage.over() || ticket.planned();
            let done = ticket.submitted.or(ticket.finished);
            let late = match done {
                Some(done) => due.is_some_and(|due| done > due),
                None => live && due.is_some_and(|due| due < now),
            };
            let rating = ticket.rating().filter(|rating| *rating != Attitude::Unsaid);
            let good =
                rating.is_some_and(|one| matches!(one, Attitude::Satisfied | Attitude::Fair | Attitude::Understands));
            let finished = ticket.finished.is_some();
            let answered =
                !ticket.attempts.is_empty() || ticket.submitted.is_some() || ticket.first_submitted.is_some();
            let solved = finished && ticket.reply().is_some_and(|version| version.reply.finished);
            let counts = meant.entry((unit.0.clone(), span)).or_default();
            for (count, yes) in counts.iter_mut().zip([
                true,
                answered,
                finished,
                late,
                !ticket.redos.is_empty(),
                rating.is_some(),
                solved,
                good,
            ]) {
                *count += i64::from(yes);
            }
        }
        let asked = Asked { by, ..Asked::default() };
        let rows = store.statistics(&asked, now).await.expect("statistics");
        let counted: BTreeMap<(String, Option<String>), [i64; 8]> = rows
            .iter()
            .map(|row| {
                let counts = [
                    row.received,
                    row.responded,
                    row.finished,
                    row.overdue,
                    row.redone,
                    row.rated,
                    row.solved,
                    row.satisfied,
                ];
                ((row.unit.0.clone(), row.span.clone()), counts)
            })
            .collect();
        assert_eq!(counted, meant, "by {by:?}");
        for row in &rows {
            let rate = row.responded as f64 / row.received as f64;
            assert!((row.response_rate.expect("a rate") - rate).abs() < 0.000_06);
            assert_eq!(
                row.satisfied_rate.is_none(),
                row.rated == 0,
                "a rate of nothing is none"
            );
        }
    }
    // One unit, and a time before the demo.
    let unit = tickets
        .iter()
        .find_map(|loaded| loaded.ticket.unit.clone())
        .expect("a unit");
    let mut asked = Asked {
        units: Some(vec![unit.clone()]),
        ..Asked::default()
    };
    let rows = store.statistics(&asked, now).await.expect("statistics");
    assert!(rows.len() == 1 && rows[0].unit == unit, "{rows:?}");
    asked.until = Some(at("2001-01-01 00:00").date());
    assert!(store.statistics(&asked, now).await.expect("statistics").is_empty());
    asked = Asked {
        units: Some(Vec::new()),
        ..Asked::default()
    };
    assert!(store.statistics(&asked, now).await.expect("statistics").is_empty());
    let signer = Sight::bit(Role::SectionHead);
    assert_ne!(signer, 0);
    store.close().await;
}
