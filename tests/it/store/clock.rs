//! What the clock asks for by itself: done once, also by several, and also late.

use std::sync::Arc;

use rexian::domain::action::{Action, Alert};
use rexian::domain::event::Event;
use rexian::domain::people::Role;
use rexian::domain::ticket::Stage;
use rexian::server::duties::catch_up;
use rexian::server::store::load::Loaded;

use super::home::Home;
use super::town::{self, QINGLIU, act, at, clock, liaison, settle, taken};

/// By silence, and every alert, in the order they came.
fn done_by_itself(loaded: &Loaded) -> (usize, Vec<Alert>) {
    let own = loaded.events.iter().filter(|event| event.by.role == Role::System);
    let accepted = own
        .clone()
        .filter(|event| matches!(event.event, Event::Accepted { .. }))
        .count();
    let alerts = own.filter_map(|event| match &event.event {
        Event::AlertRaised { level, .. } => Some(*level),
        _ => None,
    });
    (accepted, alerts.collect())
}

pub async fn two_servers_that_tick_at_once_do_a_duty_once(home: Arc<Home>) {
    let clock = clock();
    let stores = [home.open(&clock).await, home.open(&clock).await];
    settle(&stores[0]).await;
    for number in 0..20 {
        taken(&stores[number % 2], &format!("T{number}"), QINGLIU).await;
    }
    assert_eq!(catch_up(&stores[0]).await.expect("nothing to do"), 0);
    let mut before = 0;
    for when in ["2026-11-20 12:00", "2026-11-24 12:00", "2026-12-10 12:00"] {
        clock.set(at(when));
        let (one, other) = tokio::join!(catch_up(&stores[0]), catch_up(&stores[1]));
        assert!(one.expect("done") + other.expect("done") > 0, "{when}");
        assert!(
            stores[0].due_duties().await.expect("duties").is_empty(),
            "{when}: all is done"
        );
        for loaded in town::all_tickets(&stores[1]).await {
            let (accepted, alerts) = done_by_itself(&loaded);
            assert_eq!(accepted, 1, "{when}: silence accepts once");
            assert!(
                alerts.windows(2).all(|two| two[0] < two[1]),
                "{when}: each alert once: {alerts:?}"
            );
        }
        let events = town::whole_feed(&stores[0]).await.len();
        assert!(events > before, "{when}");
        before = events;
    }
    assert_eq!(catch_up(&stores[1]).await.expect("nothing to do"), 0);
    assert_eq!(town::whole_feed(&stores[0]).await.len(), before);
    for store in stores {
        store.close().await;
    }
}

pub async fn a_server_that_was_down_catches_up(home: Arc<Home>) {
    let store = home.open(&clock()).await;
    settle(&store).await;
    taken(&store, "T1", QINGLIU).await;
    store.close().await;

    // Weeks later: both the acceptance and the alert are past due.
    let later = at("2026-12-21 10:00");
    let store = home
        .open(&Arc::new(rexian::server::clock::Clock::standing_at(later)))
        .await;
    assert_eq!(catch_up(&store).await.expect("done"), 1);
    let loaded = store.ticket("T1").await.expect("the ticket");
    let (accepted, alerts) = done_by_itself(&loaded);
    assert_eq!(accepted, 1);
    assert!(
        loaded
            .ticket
            .accepted
            .as_ref()
            .is_some_and(|accepted| accepted.by_silence)
    );
    assert_eq!(loaded.ticket.stage, Stage::Handling);
    let assessed = rexian::flow::assess(&loaded.ticket, &loaded.book, &store.laws().calendar, later);
    assert_eq!(
        alerts,
        [assessed.alert],
        "the alert of today, and not one after another"
    );
    assert!(assessed.alert > Alert::None);
    assert!(loaded.events.iter().skip(1).all(|event| event.at == later));
    let overdue = rexian::api::query::ListQuery {
        view: Some(rexian::api::query::View::Overdue),
        ..Default::default()
    };
    let listed = store
        .list(&rexian::server::sight::Sight::All, &overdue, 10, later)
        .await;
    assert_eq!(listed.expect("a list").summaries.len(), 1);
    store.close().await;
}

pub async fn silence_accepts_and_a_reply_after_it_counts(home: Arc<Home>) {
    let clock = clock();
    let store = home.open(&clock).await;
    settle(&store).await;
    taken(&store, "T1", QINGLIU).await;
    taken(&store, "T2", QINGLIU).await;
    act(&store, liaison(QINGLIU), "T2", Action::Accept).await;
    clock.set(at("2026-11-20 12:00"));
    catch_up(&store).await.expect("done");
    let [silent, said] = [store.ticket("T1").await, store.ticket("T2").await].map(|one| one.expect("a ticket"));
    assert!(
        silent
            .ticket
            .accepted
            .as_ref()
            .is_some_and(|accepted| accepted.by_silence)
    );
    assert!(
        said.ticket
            .accepted
            .as_ref()
            .is_some_and(|accepted| !accepted.by_silence)
    );
    let late = town::acting(liaison(QINGLIU), "T1", Action::Accept, None);
    let late = store.write(late).await;
    assert!(
        matches!(late, Ok(rexian::server::store::apply::Done::Refused(_))),
        "{late:?}"
    );
    let progress = Action::ReportProgress {
        kind: Some(rexian::domain::action::ProgressKind::Stage),
        text: "已派人查看".to_owned(),
    };
    act(&store, liaison(QINGLIU), "T1", progress).await;
    store.close().await;
}
