//! Who is who in these tests, their tickets and what they do with them. All of it is made up.

use std::sync::Arc;

use rexian::api::ticket::{DispatchTo, NewTicket};
use rexian::domain::action::{Action, UrgeWay};
use rexian::domain::ids::{BookId, PersonId, TicketNo, UnitId};
use rexian::domain::intake::{Caller, Domain, Intake, Kind, Showing, Story, Urgency};
use rexian::domain::moment::Moment;
use rexian::domain::people::{Actor, Person, Role, Unit};
use rexian::rules::Shelf;
use rexian::server::clock::Clock;
use rexian::server::demo::{self, Demo};
use rexian::server::sight::Sight;
use rexian::server::store::Store;
use rexian::server::store::account::Order as Account;
use rexian::server::store::answers::Key;
use rexian::server::store::apply::{Done, Order};
use rexian::server::store::articles::Order as Articles;
use rexian::server::store::load::Loaded;

/// Where the clock stands unless a test says otherwise: a Wednesday.
pub const NOW: &str = "2026-11-18 10:00";
pub const BOOK: &str = "haojiang";
pub const QINGLIU: &str = "qingliu";
pub const WANGHE: &str = "wanghe";
pub const HOTLINE: &str = "hotline";

pub fn at(text: &str) -> Moment {
    text.parse().expect("a moment")
}

pub fn clock() -> Arc<Clock> {
    Arc::new(Clock::standing_at(at(NOW)))
}

pub fn actor(role: Role, unit: &str) -> Actor {
    Actor {
        id: PersonId(format!("{unit}-{}", role.name())),
        name: "某人".to_owned(),
        role,
        unit: UnitId::from(unit),
    }
}

pub fn office() -> Actor {
    actor(Role::Office, HOTLINE)
}

pub fn liaison(unit: &str) -> Actor {
    actor(Role::Liaison, unit)
}

pub fn unit(id: &str) -> Unit {
    Unit {
        id: UnitId::from(id),
        name: format!("{id}办事处"),
        book: BookId::from(BOOK),
        phone: String::new(),
        address: String::new(),
        duties: String::new(),
    }
}

pub fn person(id: &str, role: Role, unit: &str) -> Person {
    Person {
        id: PersonId::from(id),
        name: "某人".to_owned(),
        role,
        unit: UnitId::from(unit),
        phone: String::new(),
        active: true,
    }
}

pub async fn account(store: &Store, order: Account) -> Done {
    store.write(Order::Account(order)).await.expect("written")
}

/// The units of these tests.
pub async fn settle(store: &Store) {
    for id in [QINGLIU, WANGHE, HOTLINE] {
        account(store, Account::PutUnit(unit(id))).await;
    }
}

pub fn intake(no: &str) -> Intake {
    Intake {
        no: TicketNo::from(no),
        book: BookId::from(BOOK),
        received: at("2026-11-18 09:00"),
        channel: "热线电话".to_owned(),
        kind: Kind::Help,
        domain: Domain::Construction,
        urgency: Urgency::Ordinary,
        classes: Vec::new(),
        title: "望河路路灯不亮".to_owned(),
        place: "望河路与青柳街路口".to_owned(),
        content: "来电人反映路口的路灯三天不亮，夜里看不清路，请尽快修好。".to_owned(),
        story: Story::default(),
        points: vec!["修好路灯".to_owned()],
        caller: Caller {
            name: "周女士".to_owned(),
            phone: "13900000000".to_owned(),
            address: "青柳街8号".to_owned(),
            showing: Showing::Open,
        },
        attachments: Vec::new(),
        stated_due: None,
        legal_limit: None,
    }
}

pub fn new_ticket(intake: Intake, unit: &str) -> NewTicket {
    NewTicket {
        intake,
        dispatch: Some(DispatchTo {
            unit: UnitId::from(unit),
            co_units: Vec::new(),
            note: String::new(),
        }),
    }
}

pub fn taking(new: NewTicket, key: Option<Key>) -> Order {
    Order::Take {
        by: office(),
        new: Box::new(new),
        key,
    }
}

pub fn acting(by: Actor, no: &str, action: Action, key: Option<Key>) -> Order {
    Order::Act {
        by,
        sight: Sight::All,
        no: no.to_owned(),
        seen: None,
        action: Box::new(action),
        key,
    }
}

/// A ticket on a unit's desk.
pub async fn taken(store: &Store, no: &str, unit: &str) -> Loaded {
    take(store, intake(no), unit).await
}

pub async fn take(store: &Store, intake: Intake, unit: &str) -> Loaded {
    match store
        .write(taking(new_ticket(intake, unit), None))
        .await
        .expect("written")
    {
        Done::Ticket(loaded) => *loaded,
        other => panic!("{other:?}"),
    }
}

pub async fn act(store: &Store, by: Actor, no: &str, action: Action) -> Loaded {
    match store.write(acting(by, no, action, None)).await.expect("written") {
        Done::Ticket(loaded) => *loaded,
        other => panic!("{other:?}"),
    }
}

/// What the office may do at any time before the end, as often as it likes: one event, and words that a search finds.
pub fn urge(text: &str) -> Action {
    Action::Urge {
        way: Some(UrgeWay::Phone),
        note: text.to_owned(),
    }
}

pub fn key(name: &str, request: &str) -> Option<Key> {
    Some(Key {
        person: "wangyi".to_owned(),
        key: name.to_owned(),
        request: request.to_owned(),
    })
}

/// Everything in the feed.
pub async fn whole_feed(store: &Store) -> Vec<i64> {
    let mut seqs = Vec::new();
    let mut after = 0;
    loop {
        let reading = store.read(&Sight::All, after, 500).await.expect("read");
        seqs.extend(reading.entries.iter().map(|entry| entry.seq));
        after = reading.next;
        if !reading.more {
            return seqs;
        }
    }
}

/// The demo office under a rulebook, as the server would fill itself with it.
pub async fn demo_town(store: &Store, book: &str) -> Demo {
    let book = Shelf::built_in().latest(&BookId::from(book)).expect("a book");
    let laws = store.laws();
    let demo = demo::office(&book, &laws.calendar, store.clock().now());
    for unit in demo.units.clone() {
        account(store, Account::PutUnit(unit)).await;
    }
    for person in demo.people.clone() {
        let id = person.id.clone();
        account(store, Account::PutPerson(person)).await;
        let hash = "not a hash that any password has".to_owned();
        account(store, Account::SetPassword { person: id, hash }).await;
    }
    for (person, unit) in demo.oversees.clone() {
        account(store, Account::Oversee { person, unit }).await;
    }
    for article in demo.articles.clone() {
        let order = Order::Article(Articles::Import(article));
        store.write(order).await.expect("written");
    }
    let orders = demo.tickets.iter().map(|ticket| {
        store.write(Order::Import {
            intake: Box::new(ticket.intake.clone()),
            history: ticket.history.clone(),
        })
    });
    for done in futures_util::future::join_all(orders).await {
        assert!(matches!(done, Ok(Done::Ticket(_))), "{done:?}");
    }
    demo
}

/// Every ticket, as it stands in the log.
pub async fn all_tickets(store: &Store) -> Vec<Loaded> {
    let rows: Vec<(String,)> = sqlx::query_as("SELECT no FROM intakes ORDER BY id")
        .fetch_all(store.reads())
        .await
        .expect("tickets");
    let mut tickets = Vec::new();
    for (no,) in rows {
        tickets.push(store.ticket(&no).await.expect("a ticket"));
    }
    tickets
}
