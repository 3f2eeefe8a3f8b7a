//! What an order does within a transaction: look whether it was done before, load, decide, append, project.

use std::collections::BTreeSet;
use std::sync::Arc;

use sha2::{Digest, Sha256};
use sqlx::{Any, AnyConnection, Transaction};

use super::answers::{self, Before, Key};
use super::load::{self, Loaded};
use super::projection;
use super::{Inner, StoreError, rows};
use crate::api::draft::DraftKept;
use crate::api::ticket::NewTicket;
use crate::domain::action::{Action, ActionKind};
use crate::domain::event::{Event, Recorded};
use crate::domain::ids::{PersonId, UnitId};
use crate::domain::intake::Intake;
use crate::domain::knowledge::Article;
use crate::domain::moment::Moment;
use crate::domain::people::{Actor, Role};
use crate::domain::ticket::Ticket;
use crate::flow::{Duty, assess, collides, decide, evolve, take};
use crate::rules::Finding;
use crate::rules::finding::finding;
use crate::server::clock::seconds;
use crate::server::laws::Laws;
use crate::server::sight::Sight;
use crate::server::store::Dialect;

/// What can be written. A closed list: nothing else changes the database while a server runs.
pub enum Order {
    Take {
        by: Actor,
        new: Box<NewTicket>,
        key: Option<Key>,
    },
    Act {
        by: Actor,
        sight: Sight,
        no: String,
        seen: Option<u64>,
        action: Box<Action>,
        key: Option<Key>,
    },
    /// Keeps a key for what is asked for under it, before its parts are ordered under keys of their own.
    Claim(Key),
    /// The clock has come to a moment at which this ticket asks for something.
    Tick {
        ticket: i64,
    },
    /// A ticket with its history, as a demo or a restored backup brings it.
    Import {
        intake: Box<Intake>,
        history: Vec<Recorded>,
    },
    Draft(super::drafts::Order),
    Article(super::articles::Order),
    Account(super::account::Order),
}

/// What came of an order.
#[derive(Debug)]
pub enum Done {
    /// The ticket as it is now.
    Ticket(Box<Loaded>),
    /// It was done before, under the same key; this is what was kept of the answer.
    Repeated(Kept),
    Refused(Vec<Finding>),
    /// Somebody was first: the newer ticket.
    Conflict(Box<Loaded>),
    NotFound,
    /// The number is taken.
    Taken,
    /// The key came before, with another request.
    KeyReused,
    Draft(Box<DraftKept>),
    Article(Box<Article>),
    /// It is not this person's to do.
    Forbidden,
    Nothing,
}

/// What is kept under a key: enough to give the same answer again, and nothing of the caller.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kept {
    Ticket { no: String, seq: i64, version: u64 },
    Draft { version: i64 },
    Article(Box<Article>),
    Nothing,
}

/// The server itself, as an actor.
pub fn system() -> Actor {
    Actor {
        id: PersonId::from("system"),
        name: "系统".to_owned(),
        role: Role::System,
        unit: UnitId::from("system"),
    }
}

/// Stands before the name of a unit in an event's audience that answered for the ticket. No name begins with it.
pub const LEAD: char = '!';

/// How much of the projection is old.
#[derive(Clone, Copy, Debug)]
pub(super) enum Since {
    /// Nothing of it is there yet.
    New,
    /// It stands as it was after so many events.
    Event(usize),
}

/// One transaction being written.
pub struct Page<'a, 't> {
    pub(super) transaction: &'a mut Transaction<'t, Any>,
    dialect: Dialect,
    laws: Arc<Laws>,
    pub(super) now: Moment,
    seq: i64,
    ticket: i64,
    last_link: String,
}

impl<'a, 't> Page<'a, 't> {
    pub(super) fn new(store: &Inner, transaction: &'a mut Transaction<'t, Any>, seq: i64, ticket: i64) -> Self {
        Self {
            transaction,
            dialect: store.dialect,
            laws: store.laws(),
            now: store.clock.now(),
            seq,
            ticket,
            last_link: String::new(),
        }
    }

    /// The last numbers given out.
    pub(super) fn end(&self) -> (i64, i64) {
        (self.seq, self.ticket)
    }

    pub(super) fn connection(&mut self) -> &mut AnyConnection {
        self.transaction
    }

    /// The chain of the last event that was appended.
    pub(super) fn last_link(&self) -> &str {
        &self.last_link
    }

    pub async fn apply(&mut self, order: &Order) -> Result<Result<Done, StoreError>, StoreError> {
        let before = self.end();
        let done = match order {
            Order::Take { by, new, key } => self.take(by, new, key.as_ref()).await,
            Order::Act {
                by,
                sight,
                no,
                seen,
                action,
                key,
            } => self.act(by, sight, no, *seen, action, key.as_ref()).await,
            Order::Claim(key) => self.claim(key).await,
            Order::Tick { ticket } => self.tick(*ticket).await,
            Order::Import { intake, history } => self.import(intake, history).await,
            Order::Draft(order) => self.draft(order).await,
            Order::Article(order) => self.article(order).await,
            Order::Account(order) => self.account(order).await,
        };
        match done {
            // A broken database breaks the transaction; anything else concerns this order alone.
            Err(error @ StoreError::Backend(_)) => Err(error),
            // It stopped halfway, and half of it must not be committed with the others.
            Err(error) if self.end() != before => Err(error),
            other => Ok(other),
        }
    }

    async fn claim(&mut self, key: &Key) -> Result<Done, StoreError> {
        if let Some(done) = self.before(Some(key)).await? {
            return Ok(done);
        }
        self.remember(Some(key), &Kept::Nothing).await?;
        Ok(Done::Nothing)
    }

    async fn take(&mut self, by: &Actor, new: &NewTicket, key: Option<&Key>) -> Result<Done, StoreError> {
        if let Some(done) = self.before(key).await? {
            return Ok(done);
        }
        if by.role != Role::Office {
            return Ok(Done::Forbidden);
        }
        let mut intake = new.intake.clone();
        if self.id_of(intake.no.as_str()).await?.is_some() {
            return Ok(Done::Taken);
        }
        if intake.received > self.now {
            return Ok(Done::Refused(vec![finding!(refuse "server.future").about("received")]));
        }
        if let (true, Some(to)) = (intake.book.as_str().is_empty(), &new.dispatch)
            && let Some(unit) = self.unit(&to.unit).await?
        {
            intake.book = unit.book;
        }
        let Some(book) = self.laws.book_of(&intake) else {
            let known: Vec<&str> = self.laws.shelf.ids().map(|id| id.as_str()).collect();
            let finding = finding!(refuse "server.unknown_book")
                .with("given", intake.book.as_str())
                .with("choices", crate::rules::finding::Arg::list(known))
                .about("book");
            return Ok(Done::Refused(vec![finding]));
        };
        let ticket = match take(intake.clone(), &book) {
            Ok(ticket) => ticket,
            Err(findings) => return Ok(Done::Refused(findings)),
        };
        let mut loaded = Loaded {
            id: 0,
            events: Vec::new(),
            seq: 0,
            chain: String::new(),
            ticket,
            book,
        };
        let mut events = Vec::new();
        if let Some(to) = &new.dispatch {
            let action = Action::Dispatch {
                unit: Some(to.unit.clone()),
                co_units: to.co_units.clone(),
                note: to.note.clone(),
            };
            match self.decide(&loaded, &action, by).await? {
                Ok(decided) => events = decided,
                Err(findings) => return Ok(Done::Refused(findings)),
            }
        }
        loaded.id = self.file(&intake, by).await?;
        self.append(&mut loaded, by, self.now, events).await?;
        self.project(&loaded, Since::New).await?;
        self.keep(key, &loaded).await?;
        Ok(Done::Ticket(Box::new(loaded)))
    }

    async fn act(
        &mut self,
        by: &Actor,
        sight: &Sight,
        no: &str,
        seen: Option<u64>,
        action: &Action,
        key: Option<&Key>,
    ) -> Result<Done, StoreError> {
        if let Some(done) = self.before(key).await? {
            return Ok(done);
        }
        let Some(mut loaded) = self.load(no).await? else {
            return Ok(Done::NotFound);
        };
        if !self.may_act(sight, by, &loaded, action.kind()) {
            return Ok(Done::NotFound);
        }
        if let Some(seen) = seen.and_then(|seen| usize::try_from(seen).ok())
            && let Some(unseen) = loaded.events.get(seen..)
            && unseen
                .iter()
                .any(|event| event.by.id != by.id && collides(action.kind(), &event.event))
        {
            return Ok(Done::Conflict(Box::new(loaded)));
        }
        let events = match self.decide(&loaded, action, by).await? {
            Ok(events) => events,
            Err(findings) => return Ok(Done::Refused(findings)),
        };
        let old = loaded.events.len();
        self.append(&mut loaded, by, self.now, events).await?;
        self.project(&loaded, Since::Event(old)).await?;
        self.keep(key, &loaded).await?;
        Ok(Done::Ticket(Box::new(loaded)))
    }

    /// Claiming a ticket that nobody answers for is open to units that cannot see it otherwise.
    fn may_act(&self, sight: &Sight, by: &Actor, loaded: &Loaded, action: ActionKind) -> bool {
        let chain = loaded
            .book
            .signing
            .chain(&loaded.ticket.intake.channel, loaded.ticket.redo_count());
        let disputed = loaded.ticket.dispute.is_some() || loaded.ticket.unit.is_none();
        sight.sees(&loaded.ticket, chain)
            || by.role == Role::Liaison
                && match action {
                    ActionKind::Claim => loaded.ticket.unit.is_none(),
                    ActionKind::HandInEvidence => {
                        disputed && loaded.ticket.receipts.iter().any(|(unit, _)| *unit == by.unit)
                    }
                    _ => false,
                }
    }

    /// What the clock asks for, by the server's own hand: silence that counts as acceptance first, then the alert.
    async fn tick(&mut self, id: i64) -> Result<Done, StoreError> {
        let laws = self.laws.clone();
        let Some(mut loaded) = load::by_id(&mut **self.transaction, id, &laws).await? else {
            return Ok(Done::NotFound);
        };
        let by = system();
        let old = loaded.events.len();
        for action in self.clock_duties(&loaded) {
            if let Ok(events) = decide(&loaded.ticket, &action, &by, &loaded.book, &laws.calendar, self.now) {
                self.append(&mut loaded, &by, self.now, events).await?;
            }
        }
        self.project(&loaded, Since::Event(old)).await?;
        Ok(Done::Ticket(Box::new(loaded)))
    }

    fn clock_duties(&self, loaded: &Loaded) -> Vec<Action> {
        let assessment = assess(&loaded.ticket, &loaded.book, &self.laws.calendar, self.now);
        let silent = assessment
            .obligation(Duty::Accept)
            .is_some_and(|duty| duty.due.is_some_and(|due| self.now > due));
        let mut actions = Vec::new();
        if silent {
            actions.push(Action::Accept);
        }
        if assessment.alert > loaded.ticket.alert {
            actions.push(Action::RaiseAlert {
                level: Some(assessment.alert),
            });
        }
        actions
    }

    async fn import(&mut self, intake: &Intake, history: &[Recorded]) -> Result<Done, StoreError> {
        if self.id_of(intake.no.as_str()).await?.is_some() {
            return Ok(Done::Taken);
        }
        let Some(book) = self.laws.book_of(intake) else {
            return Ok(Done::NotFound);
        };
        let mut loaded = Loaded {
            id: 0,
            events: Vec::new(),
            seq: 0,
            chain: String::new(),
            ticket: Ticket::new(intake.clone()),
            book,
        };
        let by = history.first().map_or_else(system, |recorded| recorded.by.clone());
        loaded.id = self.file(intake, &by).await?;
        for recorded in history {
            self.record(&mut loaded, recorded.clone()).await?;
        }
        self.project(&loaded, Since::New).await?;
        Ok(Done::Ticket(Box::new(loaded)))
    }

    /// Whether it was done before.
    pub(super) async fn before(&mut self, key: Option<&Key>) -> Result<Option<Done>, StoreError> {
        match answers::before(self.transaction, key).await? {
            Before::Nothing => Ok(None),
            Before::Other => Ok(Some(Done::KeyReused)),
            Before::Answered(body) => {
                let kept = serde_json::from_str(&body).map_err(|error| StoreError::unreadable("an answer", error))?;
                Ok(Some(Done::Repeated(kept)))
            }
        }
    }

    pub(super) async fn remember(&mut self, key: Option<&Key>, kept: &Kept) -> Result<(), StoreError> {
        let body = serde_json::to_string(kept).map_err(|error| StoreError::unreadable("an answer", error))?;
        answers::keep(self.transaction, key, &body).await
    }

    async fn keep(&mut self, key: Option<&Key>, loaded: &Loaded) -> Result<(), StoreError> {
        let kept = Kept::Ticket {
            no: loaded.ticket.intake.no.0.clone(),
            seq: loaded.seq,
            version: loaded.ticket.version,
        };
        self.remember(key, &kept).await
    }

    /// The ticket of this number, as this transaction sees it.
    pub(super) async fn load(&mut self, no: &str) -> Result<Option<Loaded>, StoreError> {
        let laws = self.laws.clone();
        load::by_no(&mut **self.transaction, no, &laws).await
    }

    async fn decide(
        &mut self,
        loaded: &Loaded,
        action: &Action,
        by: &Actor,
    ) -> Result<Result<Vec<Event>, Vec<Finding>>, StoreError> {
        let decided = decide(&loaded.ticket, action, by, &loaded.book, &self.laws.calendar, self.now);
        if decided.is_err() {
            return Ok(decided);
        }
        for unit in units_named(action) {
            if self.unit(unit).await?.is_none() {
                let finding = finding!(refuse "server.unknown_unit")
                    .with("unit", unit.as_str())
                    .about("unit");
                return Ok(Err(vec![finding]));
            }
        }
        Ok(decided)
    }

    async fn id_of(&mut self, no: &str) -> Result<Option<i64>, StoreError> {
        let row: Option<(i64,)> = sqlx::query_as("SELECT id FROM intakes WHERE no = $1")
            .bind(no)
            .fetch_optional(self.connection())
            .await?;
        Ok(row.map(|row| row.0))
    }

    async fn unit(&mut self, id: &UnitId) -> Result<Option<crate::domain::people::Unit>, StoreError> {
        let row: Option<(String,)> = sqlx::query_as("SELECT body FROM units WHERE id = $1")
            .bind(id.as_str())
            .fetch_optional(self.connection())
            .await?;
        row.map(|(body,)| {
            serde_json::from_str(&body).map_err(|error| StoreError::unreadable(format!("unit {id}"), error))
        })
        .transpose()
    }

    async fn file(&mut self, intake: &Intake, by: &Actor) -> Result<i64, StoreError> {
        self.ticket += 1;
        let body = serde_json::to_string(intake).map_err(|error| StoreError::unreadable("an intake", error))?;
        sqlx::query("INSERT INTO intakes (id, no, body, taken_by, taken_at) VALUES ($1, $2, $3, $4, $5)")
            .bind(self.ticket)
            .bind(intake.no.as_str())
            .bind(body)
            .bind(by.id.as_str())
            .bind(seconds(self.now))
            .execute(&mut **self.transaction)
            .await?;
        Ok(self.ticket)
    }

    /// Appends what was decided.
    async fn append(
        &mut self,
        loaded: &mut Loaded,
        by: &Actor,
        at: Moment,
        events: Vec<Event>,
    ) -> Result<(), StoreError> {
        for event in events {
            self.record(loaded, Recorded::new(at, by.clone(), event)).await?;
        }
        Ok(())
    }

    async fn record(&mut self, loaded: &mut Loaded, recorded: Recorded) -> Result<(), StoreError> {
        let body = serde_json::to_string(&recorded).map_err(|error| StoreError::unreadable("an event", error))?;
        let before = whose(&loaded.ticket);
        let intake = loaded.ticket.intake.clone();
        let ticket = std::mem::replace(&mut loaded.ticket, Ticket::new(intake));
        loaded.ticket = evolve(ticket, &recorded);
        let audience = audience(before, whose(&loaded.ticket));
        self.seq += 1;
        loaded.seq = self.seq;
        loaded.chain = link(&loaded.chain, &body);
        self.last_link.clone_from(&loaded.chain);
        loaded.events.push(recorded);
        sqlx::query("INSERT INTO events (seq, ticket, version, body, audience, chain) VALUES ($1, $2, $3, $4, $5, $6)")
            .bind(self.seq)
            .bind(loaded.id)
            .bind(i64::try_from(loaded.events.len()).unwrap_or(i64::MAX))
            .bind(body)
            .bind(audience)
            .bind(&loaded.chain)
            .execute(&mut **self.transaction)
            .await?;
        Ok(())
    }

    /// Writes what is read of the ticket, as far as the events since then may have changed it.
    pub(super) async fn project(&mut self, loaded: &Loaded, since: Since) -> Result<(), StoreError> {
        let row = loaded.row(&self.laws.calendar, self.now);
        let (id, dialect) = (loaded.id, self.dialect);
        let new = matches!(since, Since::New);
        let events = match since {
            Since::New => &loaded.events[..],
            Since::Event(old) => loaded.events.get(old..).unwrap_or_default(),
        };
        rows::write(self.connection(), id, &row, new).await?;
        if !row.co_units.is_empty() || events.iter().any(projection::moves_helpers) {
            rows::write_helpers(self.connection(), id, &row).await?;
        }
        if !row.blobs.is_empty() {
            rows::write_blobs(self.connection(), id, &row).await?;
        }
        if new || events.iter().any(projection::is_written) {
            let words = projection::words(&loaded.ticket, &loaded.events);
            rows::write_words(self.connection(), dialect, id, &words, new).await?;
        }
        Ok(())
    }
}

/// The next link of a ticket's chain.
pub fn link(chain: &str, body: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(chain.as_bytes());
    hash.update(body.as_bytes());
    hex(&hash.finalize())
}

pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            // Writing to a string does not fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}

/// Who hears of an event: those who had the ticket before it, and those who have it after.
pub(super) fn audience(mut before: BTreeSet<String>, after: BTreeSet<String>) -> String {
    before.extend(after);
    before.iter().fold("|".to_owned(), |all, name| all + name + "|")
}

/// The units that have the ticket on their desks; the one that answers for it also under `LEAD`, because its signers
/// see what a helper's do not.
pub(super) fn whose(ticket: &Ticket) -> BTreeSet<String> {
    let helpers = ticket.co_handling.iter().filter(|other| other.released.is_none());
    let lead = ticket.unit.iter().map(|unit| format!("{LEAD}{unit}"));
    ticket
        .unit
        .iter()
        .chain(helpers.map(|other| &other.unit))
        .map(|unit| unit.0.clone())
        .chain(lead)
        .collect()
}

fn units_named(action: &Action) -> Vec<&UnitId> {
    match action {
        Action::Dispatch { unit, co_units, .. } => unit.iter().chain(co_units).collect(),
        Action::DecideReturn { next_unit: unit, .. } | Action::Designate { unit, .. } => unit.iter().collect(),
        Action::AskCoHandling { units, .. } => units.iter().collect(),
        _ => Vec::new(),
    }
}
