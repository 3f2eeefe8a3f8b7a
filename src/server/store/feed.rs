//! Reading the log in its order, and hearing of what is new: from this server at once, from another one by PostgreSQL's
//! notifications, from another process by looking now and then.

use std::sync::Weak;
use std::time::Duration;

use sqlx::postgres::PgListener;
use sqlx::{AnyConnection, AnyPool};
use tokio::sync::watch;

use super::apply::LEAD;
use super::{Dialect, Inner, Store, StoreError};
use crate::domain::event::Recorded;
use crate::server::mask::Mask;
use crate::server::sight::Sight;

const CHANNEL: &str = "rexian_log";
/// How often the head is looked at, should a notification be lost or another process write.
const LOOK: Duration = Duration::from_secs(1);
/// One reading looks at no more of the log than this; what comes back says how far it came.
const STRIDE: i64 = 20_000;

pub(super) async fn head(pool: &AnyPool) -> Result<i64, StoreError> {
    let (seq,): (i64,) = sqlx::query_as("SELECT seq FROM head WHERE id = 1")
        .fetch_one(pool)
        .await?;
    Ok(seq)
}

pub(super) async fn announce(dialect: Dialect, connection: &mut AnyConnection, seq: i64) -> Result<(), StoreError> {
    if dialect == Dialect::Postgres {
        sqlx::query("SELECT pg_notify('rexian_log', $1)")
            .bind(seq.to_string())
            .execute(connection)
            .await?;
    }
    Ok(())
}

/// Keeps the head up to date as long as the store lives.
pub(super) async fn listen(store: Weak<Inner>) {
    let mut listener = None;
    loop {
        let Some(inner) = store.upgrade() else { return };
        if inner.reads.is_closed() {
            return;
        }
        if inner.dialect == Dialect::Postgres && listener.is_none() {
            listener = subscribe(&inner.url).await;
        }
        // Away for a moment: it is looked at again after a while.
        if let Ok(seq) = head(&inner.reads).await {
            inner.head.send_if_modified(|head| {
                let newer = seq > *head;
                *head = seq.max(*head);
                newer
            });
        }
        drop(inner);
        match &mut listener {
            Some(heard) => {
                if let Ok(Err(error)) = tokio::time::timeout(LOOK, heard.recv()).await {
                    tracing::warn!(%error, "notifications of the database are lost; subscribing again");
                    listener = None;
                    tokio::time::sleep(LOOK).await;
                }
            }
            None => tokio::time::sleep(LOOK).await,
        }
    }
}

async fn subscribe(url: &str) -> Option<PgListener> {
    let mut listener = PgListener::connect(url).await.ok()?;
    listener.listen(CHANNEL).await.ok()?;
    Some(listener)
}

/// One event of the log as a person may see it.
#[derive(Clone, Debug)]
pub struct Entry {
    pub seq: i64,
    pub no: String,
    pub version: i64,
    /// JSON of a `Recorded`.
    pub event: String,
    /// JSON of a `Summary`, where the ticket is still this person's.
    pub summary: Option<String>,
}

#[derive(Clone, Debug, Default)]
pub struct Reading {
    pub entries: Vec<Entry>,
    pub next: i64,
    pub more: bool,
}

const READ: &str = "\
    SELECT e.seq, t.no, e.version, e.body, e.audience, t.unit, t.signers, t.summary, \
        CASE WHEN t.secret = 1 THEN i.body ELSE '' END AS intake \
    FROM events e JOIN tickets t ON t.id = e.ticket JOIN intakes i ON i.id = e.ticket \
    WHERE e.seq > $1 AND e.seq <= $2 AND e.audience LIKE $3 ORDER BY e.seq LIMIT $4";

type Row = (i64, String, i64, String, String, String, i64, String, String);

impl Store {
    /// The head of the log, and a wake-up when it moves.
    pub fn head(&self) -> watch::Receiver<i64> {
        self.inner.head.subscribe()
    }

    /// What happened after `after` that this person may see.
    pub async fn read(&self, sight: &Sight, after: i64, limit: u32) -> Result<Reading, StoreError> {
        let head = head(self.reads()).await?;
        let until = head.min(after.saturating_add(STRIDE));
        if *sight == Sight::Nothing || until <= after {
            return Ok(Reading {
                next: after.max(until.min(head)),
                more: until < head,
                ..Reading::default()
            });
        }
        let audience = match sight {
            Sight::Unit(unit) => format!("%|{}|%", like(unit.as_str())),
            _ => "%".to_owned(),
        };
        let rows: Vec<Row> = sqlx::query_as(READ)
            .bind(after)
            .bind(until)
            .bind(audience)
            .bind(i64::from(limit))
            .fetch_all(self.reads())
            .await?;
        let full = rows.len() >= limit as usize;
        let next = if full {
            rows.last().map_or(until, |row| row.0)
        } else {
            until
        };
        let mut entries = Vec::with_capacity(rows.len());
        for row in rows {
            if let Some(entry) = entry(sight, row)? {
                entries.push(entry);
            }
        }
        Ok(Reading {
            entries,
            next,
            more: next < head,
        })
    }
}

/// A unit's name as a pattern that means just itself. Names hold no backslash, and neither database gives it a meaning
/// that would let a name match another: `%` and `_` match more, so the row is looked at again.
fn like(name: &str) -> String {
    name.replace(['%', '\\'], "_")
}

fn entry(sight: &Sight, row: Row) -> Result<Option<Entry>, StoreError> {
    let (seq, no, version, event, audience, unit, signers, summary, intake) = row;
    let names = |name: &str| audience.split('|').any(|one| one == name);
    let still = match sight {
        Sight::All => true,
        Sight::Nothing => false,
        Sight::Unit(own) if !names(own.as_str()) => return Ok(None),
        Sight::Unit(own) => still_of(own.as_str(), &unit, &summary),
        Sight::Signer { role, units } => {
            if !units.iter().any(|unit| names(&format!("{LEAD}{unit}"))) || signers & Sight::bit(*role) == 0 {
                return Ok(None);
            }
            units.iter().any(|own| own.as_str() == unit)
        }
    };
    let event = if intake.is_empty() {
        event
    } else {
        let what = || format!("event {seq}");
        let recorded: Recorded = serde_json::from_str(&event).map_err(|error| StoreError::unreadable(what(), error))?;
        let intake = serde_json::from_str(&intake).map_err(|error| StoreError::unreadable(what(), error))?;
        Mask::of(&intake).event(&recorded).to_string()
    };
    Ok(Some(Entry {
        seq,
        no,
        version,
        event,
        summary: still.then_some(summary),
    }))
}

/// Whether the ticket is the unit's now, as lead or as helper.
fn still_of(own: &str, unit: &str, summary: &str) -> bool {
    #[derive(serde::Deserialize)]
    struct Helpers {
        co_units: Vec<String>,
    }
    unit == own
        || serde_json::from_str::<Helpers>(summary).is_ok_and(|helpers| helpers.co_units.iter().any(|unit| unit == own))
}
