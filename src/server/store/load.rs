//! One ticket from the log: its intake, its events, and what they fold to.

use std::sync::Arc;

use sqlx::{Any, Executor};

use super::projection::{self, Projection};
use super::{Store, StoreError};
use crate::calendar::Calendar;
use crate::domain::event::Recorded;
use crate::domain::intake::Intake;
use crate::domain::moment::Moment;
use crate::domain::ticket::Ticket;
use crate::flow::fold;
use crate::rules::Rulebook;
use crate::server::clock::seconds;
use crate::server::laws::Laws;

/// A ticket as it stands in the log.
#[derive(Clone, Debug)]
pub struct Loaded {
    pub id: i64,
    pub events: Vec<Recorded>,
    /// The number of the last event; 0 before the first.
    pub seq: i64,
    /// The chain's end, which the next event is joined to.
    pub chain: String,
    pub ticket: Ticket,
    pub book: Arc<Rulebook>,
}

impl Loaded {
    /// What lists, searches and statistics read of it.
    pub fn row(&self, calendar: &Calendar, now: Moment) -> Projection {
        let mut row = Projection::of(&self.ticket, self.seq, &self.book, calendar, now);
        row.blobs.extend(self.events.iter().flat_map(projection::blobs_in));
        row.blobs.sort_unstable();
        row.blobs.dedup();
        row
    }

    /// As it stood after so many events, the last of which had this number.
    pub fn as_of(mut self, version: u64, seq: i64) -> Self {
        self.events.truncate(usize::try_from(version).unwrap_or(usize::MAX));
        self.ticket = fold(self.ticket.intake, &self.events);
        self.seq = seq;
        self
    }
}

// One statement, so that what is read is of one moment.
const BY_NO: &str = "\
    SELECT id, CAST(0 AS BIGINT) AS version, CAST(0 AS BIGINT) AS seq, body, '' AS chain FROM intakes WHERE no = $1 \
    UNION ALL \
    SELECT e.ticket, e.version, e.seq, e.body, e.chain FROM events e JOIN intakes i ON i.id = e.ticket WHERE i.no = $1 \
    ORDER BY 2";
const BY_ID: &str = "\
    SELECT id, CAST(0 AS BIGINT) AS version, CAST(0 AS BIGINT) AS seq, body, '' AS chain FROM intakes WHERE id = $1 \
    UNION ALL \
    SELECT e.ticket, e.version, e.seq, e.body, e.chain FROM events e WHERE e.ticket = $1 \
    ORDER BY 2";

type Row = (i64, i64, i64, String, String);

pub async fn by_no<'c>(
    from: impl Executor<'c, Database = Any>,
    no: &str,
    laws: &Laws,
) -> Result<Option<Loaded>, StoreError> {
    let rows: Vec<Row> = sqlx::query_as(BY_NO).bind(no).fetch_all(from).await?;
    together(rows, laws)
}

pub async fn by_id<'c>(
    from: impl Executor<'c, Database = Any>,
    id: i64,
    laws: &Laws,
) -> Result<Option<Loaded>, StoreError> {
    let rows: Vec<Row> = sqlx::query_as(BY_ID).bind(id).fetch_all(from).await?;
    together(rows, laws)
}

fn together(rows: Vec<Row>, laws: &Laws) -> Result<Option<Loaded>, StoreError> {
    let Some(((id, _, _, intake, _), events)) = rows.split_first() else {
        return Ok(None);
    };
    let events = events
        .iter()
        .map(|(_, _, seq, body, chain)| (*seq, body.as_str(), chain.as_str()));
    fold_together(*id, intake, events, laws).map(Some)
}

/// A ticket out of what is written of it: its intake, and of each event the number, the body and the link.
pub(super) fn fold_together<'e>(
    id: i64,
    intake: &str,
    written: impl ExactSizeIterator<Item = (i64, &'e str, &'e str)>,
    laws: &Laws,
) -> Result<Loaded, StoreError> {
    let what = || format!("ticket {id}");
    let intake: Intake = serde_json::from_str(intake).map_err(|error| StoreError::unreadable(what(), error))?;
    let book = laws
        .book_of(&intake)
        .ok_or_else(|| StoreError::unreadable(what(), format!("no rulebook {}", intake.book)))?;
    let mut events: Vec<Recorded> = Vec::with_capacity(written.len());
    let mut end = (0, "");
    for (seq, body, chain) in written {
        events.push(serde_json::from_str(body).map_err(|error| StoreError::unreadable(what(), error))?);
        end = (seq, chain);
    }
    Ok(Loaded {
        id,
        ticket: fold(intake, &events),
        events,
        seq: end.0,
        chain: end.1.to_owned(),
        book,
    })
}

impl Store {
    /// Tickets for which a moment has come, the earliest first.
    pub async fn due_duties(&self) -> Result<Vec<i64>, StoreError> {
        let rows: Vec<(i64,)> = sqlx::query_as("SELECT id FROM tickets WHERE wakes <= $1 ORDER BY wakes, id LIMIT 256")
            .bind(seconds(self.clock().now()))
            .fetch_all(self.reads())
            .await?;
        Ok(rows.into_iter().map(|row| row.0).collect())
    }

    /// When the last event of the log happened.
    pub async fn last_moment(&self) -> Result<Option<Moment>, StoreError> {
        let row: Option<(String,)> = sqlx::query_as("SELECT body FROM events ORDER BY seq DESC LIMIT 1")
            .fetch_optional(self.reads())
            .await?;
        row.map(|(body,)| serde_json::from_str::<Recorded>(&body).map(|recorded| recorded.at))
            .transpose()
            .map_err(|error| StoreError::unreadable("the last event", error))
    }

    pub async fn ticket(&self, no: &str) -> Result<Loaded, StoreError> {
        by_no(self.reads(), no, &self.laws()).await?.ok_or(StoreError::NotFound)
    }
}
