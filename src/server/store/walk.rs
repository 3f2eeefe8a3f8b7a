//! Going through the whole log ticket by ticket, a stretch at a time, so that a million of them need no more memory than a
//! few hundred.

use sqlx::{Any, AnyConnection, Transaction};

use super::load::{self, Loaded};
use super::{Dialect, Store, StoreError};
use crate::server::laws::Laws;

/// So many tickets at a time.
const STRETCH: i64 = 200;

/// A ticket as it is written in the log, whether it reads or not.
pub(super) struct Raw {
    pub id: i64,
    pub no: String,
    pub intake: String,
    pub events: Vec<RawEvent>,
}

pub(super) struct RawEvent {
    pub seq: i64,
    pub version: i64,
    pub body: String,
    pub audience: String,
    pub chain: String,
}

impl Raw {
    pub fn load(&self, laws: &Laws) -> Result<Loaded, StoreError> {
        let events = self
            .events
            .iter()
            .map(|event| (event.seq, event.body.as_str(), event.chain.as_str()));
        load::fold_together(self.id, &self.intake, events, laws)
    }
}

/// The tickets that come after the one with this number, each with its events in their order; none at the end.
pub(super) async fn stretch(connection: &mut AnyConnection, after: i64) -> Result<Vec<Raw>, StoreError> {
    let rows: Vec<(i64, String, String)> =
        sqlx::query_as("SELECT id, no, body FROM intakes WHERE id > $1 ORDER BY id LIMIT $2")
            .bind(after)
            .bind(STRETCH)
            .fetch_all(&mut *connection)
            .await?;
    let mut tickets: Vec<Raw> = rows
        .into_iter()
        .map(|(id, no, intake)| Raw {
            id,
            no,
            intake,
            events: Vec::new(),
        })
        .collect();
    let Some(last) = tickets.last().map(|ticket| ticket.id) else {
        return Ok(tickets);
    };
    let events: Vec<(i64, i64, i64, String, String, String)> = sqlx::query_as(
        "SELECT ticket, seq, version, body, audience, chain FROM events \
         WHERE ticket > $1 AND ticket <= $2 ORDER BY ticket, version",
    )
    .bind(after)
    .bind(last)
    .fetch_all(connection)
    .await?;
    let mut at = 0;
    for (ticket, seq, version, body, audience, chain) in events {
        // Both run in the order of the tickets.
        while tickets.get(at).is_some_and(|one| one.id < ticket) {
            at += 1;
        }
        if let Some(one) = tickets.get_mut(at).filter(|one| one.id == ticket) {
            one.events.push(RawEvent {
                seq,
                version,
                body,
                audience,
                chain,
            });
        }
    }
    Ok(tickets)
}

impl Store {
    /// The database as it is at this moment, while others go on writing.
    pub(super) async fn snapshot(&self) -> Result<Transaction<'static, Any>, StoreError> {
        Ok(match self.dialect() {
            // In WAL mode what a transaction has begun to read does not change under it.
            Dialect::Sqlite => self.reads().begin().await?,
            Dialect::Postgres => {
                self.reads()
                    .begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                    .await?
            }
        })
    }
}
