//! A request is done once, however often and by whichever way it comes; and what cannot be done harms nothing beside it.

use std::sync::Arc;

use rexian::domain::action::Action;
use rexian::domain::ids::{PersonId, UnitId};
use rexian::domain::people::{Actor, Role};
use rexian::server::store::account::Order as Account;
use rexian::server::store::apply::{Done, Kept, Order};
use rexian::server::store::{Store, StoreError};

use super::home::Home;
use super::town::{self, QINGLIU, WANGHE, act, acting, clock, intake, key, liaison, office, settle, taken, urge};

async fn urged_under(store: &Store, name: &str, text: &str) -> Done {
    let order = acting(office(), "T1", urge(text), key(name, text));
    store.write(order).await.expect("written")
}

/// The version that a key is remembered with.
fn version(done: &Done) -> u64 {
    match done {
        Done::Ticket(loaded) => loaded.ticket.version,
        Done::Repeated(Kept::Ticket { version, .. }) => *version,
        other => panic!("{other:?}"),
    }
}

async fn events(store: &Store) -> usize {
    store.ticket("T1").await.expect("the ticket").events.len()
}

pub async fn the_same_request_is_done_once(home: Arc<Home>) {
    let store = home.open(&clock()).await;
    settle(&store).await;
    let take = || town::taking(town::new_ticket(intake("T1"), QINGLIU), key("take", "T1"));
    let first = store.write(take()).await.expect("written");
    assert!(matches!(first, Done::Ticket(_)), "{first:?}");
    let second = store.write(take()).await.expect("written");
    assert!(matches!(second, Done::Repeated(_)), "{second:?}");
    assert_eq!(version(&first), version(&second));

    let first = urged_under(&store, "k1", "补充一").await;
    let again = urged_under(&store, "k1", "补充一").await;
    assert!(matches!(again, Done::Repeated(_)), "{again:?}");
    assert_eq!(version(&first), version(&again));
    let other = urged_under(&store, "k1", "补充二").await;
    assert!(matches!(other, Done::KeyReused), "{other:?}");
    assert_eq!(events(&store).await, 2);
    // Another person's key of the same name is another key.
    let mut theirs = key("k1", "补充二");
    theirs.as_mut().expect("a key").person = "zhaoer".to_owned();
    let done = store.write(acting(office(), "T1", urge("补充二"), theirs)).await;
    assert!(matches!(done, Ok(Done::Ticket(_))), "{done:?}");
    // A refusal is not kept: what was refused once may be possible later.
    let again = || acting(liaison(WANGHE), "T1", Action::Accept, key("k2", "accept"));
    for _ in 0..2 {
        let refused = store.write(again()).await;
        assert!(matches!(refused, Ok(Done::Refused(_))), "{refused:?}");
    }
    assert_eq!(events(&store).await, 3);
    store.close().await;
}

pub async fn a_key_is_remembered_after_a_restart(home: Arc<Home>) {
    let store = home.open(&clock()).await;
    settle(&store).await;
    taken(&store, "T1", QINGLIU).await;
    let first = urged_under(&store, "k1", "补充一").await;
    store.close().await;

    let store = home.open(&clock()).await;
    let again = urged_under(&store, "k1", "补充一").await;
    assert!(matches!(again, Done::Repeated(_)), "{again:?}");
    assert_eq!(version(&first), version(&again));
    assert!(matches!(urged_under(&store, "k1", "补充二").await, Done::KeyReused));
    assert_eq!(events(&store).await, 2);
    store.close().await;
}

pub async fn two_servers_know_of_each_others_keys(home: Arc<Home>) {
    let (one, other) = (home.open(&clock()).await, home.open(&clock()).await);
    settle(&one).await;
    taken(&one, "T1", QINGLIU).await;
    urged_under(&one, "k1", "补充一").await;
    let again = urged_under(&other, "k1", "补充一").await;
    assert!(matches!(again, Done::Repeated(_)), "{again:?}");
    assert!(matches!(urged_under(&other, "k1", "补充二").await, Done::KeyReused));
    assert_eq!(events(&one).await, 2);
    one.close().await;
    other.close().await;
}

pub async fn sixteen_who_send_the_same_at_once_do_it_once(home: Arc<Home>) {
    let stores = [home.open(&clock()).await, home.open(&clock()).await];
    settle(&stores[0]).await;
    taken(&stores[0], "T1", QINGLIU).await;
    let all = (0..16).map(|number| urged_under(&stores[number % 2], "k1", "补充一"));
    let done = futures_util::future::join_all(all).await;
    let first = done.iter().filter(|done| matches!(done, Done::Ticket(_))).count();
    let repeated = done.iter().filter(|done| matches!(done, Done::Repeated(_))).count();
    assert_eq!((first, repeated), (1, 15), "{done:?}");
    assert_eq!(events(&stores[1]).await, 2);
    for store in stores {
        store.close().await;
    }
}

pub async fn an_order_that_cannot_be_written_does_not_take_the_others_with_it(home: Arc<Home>) {
    let store = home.open(&clock()).await;
    settle(&store).await;
    taken(&store, "T1", QINGLIU).await;
    // The database itself refuses a session of nobody, and a person of no unit.
    let orders = (0..40).map(|number| match number {
        7 => Order::Account(Account::SignIn {
            token: "token".to_owned(),
            person: PersonId::from("nobody"),
            expires: 0,
        }),
        23 => Order::Account(Account::PutPerson(town::person("somebody", Role::Liaison, "nowhere"))),
        number => acting(office(), "T1", urge(&format!("补充{number}")), None),
    });
    let done = futures_util::future::join_all(orders.map(|order| store.write(order))).await;
    for (number, done) in done.iter().enumerate() {
        match number {
            7 | 23 => assert!(matches!(done, Err(StoreError::Backend(_))), "{number}: {done:?}"),
            _ => assert!(matches!(done, Ok(Done::Ticket(_))), "{number}: {done:?}"),
        }
    }
    assert_eq!(events(&store).await, 39);
    assert_eq!(town::whole_feed(&store).await, (1..=39).collect::<Vec<_>>());
    store.close().await;
}

pub async fn of_two_who_act_at_once_the_second_is_told(home: Arc<Home>) {
    let stores = [home.open(&clock()).await, home.open(&clock()).await];
    settle(&stores[0]).await;
    taken(&stores[0], "T1", QINGLIU).await;
    let colleague = |name: &str| Actor {
        id: PersonId::from(name),
        ..liaison(QINGLIU)
    };
    let orders = ["wangyi", "zhaoer"].into_iter().zip(&stores).map(|(name, store)| {
        let order = Order::Act {
            by: colleague(name),
            sight: rexian::server::sight::Sight::Unit(UnitId::from(QINGLIU)),
            no: "T1".to_owned(),
            seen: Some(1),
            action: Box::new(Action::Accept),
            key: None,
        };
        store.write(order)
    });
    let done = futures_util::future::join_all(orders).await;
    let accepted = done.iter().filter(|done| matches!(done, Ok(Done::Ticket(_)))).count();
    let newer = done.iter().find_map(|done| match done {
        Ok(Done::Conflict(newer)) => Some(newer),
        _ => None,
    });
    assert_eq!(accepted, 1, "{done:?}");
    assert_eq!(newer.expect("the newer ticket").ticket.version, 2);
    // What stands side by side is done by both.
    for name in ["wangyi", "zhaoer"] {
        act(&stores[0], office(), "T1", urge(name)).await;
    }
    // To a unit that has nothing to do with it the ticket is not there.
    let stranger = Order::Act {
        by: liaison(WANGHE),
        sight: rexian::server::sight::Sight::Unit(UnitId::from(WANGHE)),
        no: "T1".to_owned(),
        seen: None,
        action: Box::new(Action::Accept),
        key: None,
    };
    let done = stores[1].write(stranger).await;
    assert!(matches!(done, Ok(Done::NotFound)), "{done:?}");
    for store in stores {
        store.close().await;
    }
}
