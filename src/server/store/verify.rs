//! Holding what is stored against itself: every event, every chain of hashes, and that what lists, searches and the feed
//! read says what the log says.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use super::apply::{audience, link, whose};
use super::load::Loaded;
use super::projection::{self, Projection};
use super::rows::{self, Cell};
use super::walk::{self, Raw};
use super::{Dialect, Store, StoreError};
use crate::domain::event::Recorded;
use crate::domain::ids::UnitId;
use crate::domain::moment::Moment;
use crate::domain::named::named;
use crate::domain::ticket::Ticket;
use crate::flow::evolve;
use crate::server::blobs::{BlobError, Blobs, Received, Sha};
use crate::server::clock::seconds;

named! {
    /// What can be wrong.
    pub enum FlawKind {
        /// The log does not hold as many events as numbers were given out.
        Count = "count",
        /// The intake does not read, or is judged by a rulebook that is not here.
        Intake = "intake",
        /// The ticket's versions are not 1, 2, 3 ….
        Gap = "gap",
        /// An event's number was never given out, or does not come after the one before.
        Number = "number",
        /// An event does not read.
        Event = "event",
        /// An event is not the one that was written: its link does not fit.
        Chain = "chain",
        /// The feed would tell an event to others than those it concerns.
        Audience = "audience",
        /// Lists do not have the ticket.
        NoRow = "no_row",
        /// Lists say other things of the ticket than the log.
        Row = "row",
        /// Lists have other units helping with it than the log.
        Helpers = "helpers",
        /// Other files may be read by its units than the log names.
        Files = "files",
        /// The search does not find it by its words.
        Words = "words",
        /// A file that it names is not here.
        NoFile = "no_file",
        /// A file's bytes are not those that were sent.
        Bytes = "bytes",
    }
}

/// One thing that is wrong, and where. Nothing of what people wrote is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    pub kind: FlawKind,
    /// The ticket's number; empty where no ticket is concerned.
    pub no: String,
    /// Which version, columns, file; or how many.
    pub what: String,
}

/// What was looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    pub tickets: u64,
    pub events: u64,
    pub files: u64,
}

#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Files(#[from] BlobError),
}

impl From<sqlx::Error> for VerifyError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

/// What is told of, and to whom.
struct Report<'a> {
    tell: &'a mut (dyn FnMut(Flaw) + Send),
}

impl Report<'_> {
    fn add(&mut self, kind: FlawKind, no: &str, what: impl ToString) {
        (self.tell)(Flaw {
            kind,
            no: no.to_owned(),
            what: what.to_string(),
        });
    }
}

impl Store {
    /// Looks through everything as it is at one moment, while servers go on. `bytes`: the files are read and hashed, too.
    ///
    /// The projection is made by the laws that this program started with: after a calendar or a rulebook was loaded, it
    /// differs until it is rebuilt. Of the search's words on SQLite only those that are missing can be seen.
    pub async fn verify(
        &self,
        blobs: &Blobs,
        bytes: bool,
        tell: &mut (dyn FnMut(Flaw) + Send),
    ) -> Result<Verified, VerifyError> {
        let laws = self.laws();
        let mut report = Report { tell };
        let mut looked = Verified::default();
        let mut snapshot = self.snapshot().await?;
        let (head, tickets): (i64, i64) = sqlx::query_as("SELECT seq, ticket FROM head WHERE id = 1")
            .fetch_one(&mut *snapshot)
            .await?;
        let mut after = 0;
        loop {
            let stretch = walk::stretch(&mut snapshot, after).await?;
            let Some(last) = stretch.last().map(|ticket| ticket.id) else {
                break;
            };
            let kept = Kept::read(&mut snapshot, after, last).await?;
            // Taken anew for each stretch: clock duties may come meanwhile.
            let now = self.clock().now();
            for raw in &stretch {
                looked.tickets += 1;
                looked.events += raw.events.len() as u64;
                if raw.id > tickets {
                    report.add(FlawKind::Number, &raw.no, raw.id);
                }
                let sound = log(raw, head, &mut report);
                let Ok(loaded) = raw.load(&laws) else {
                    if sound {
                        report.add(FlawKind::Intake, &raw.no, raw.id);
                    }
                    continue;
                };
                heard(raw, &loaded, &mut report);
                let row = loaded.row(&laws.calendar, now);
                kept.compare(&loaded, &row, now, &mut report);
                if !finds(&mut snapshot, self.dialect(), &loaded).await? {
                    report.add(FlawKind::Words, &raw.no, "");
                }
                for name in &row.blobs {
                    if !is_here(blobs, name).await? {
                        report.add(FlawKind::NoFile, &raw.no, name);
                    }
                }
            }
            after = last;
        }
        if looked.events != u64::try_from(head).unwrap_or(0) {
            report.add(FlawKind::Count, "", format!("{} / {head}", looked.events));
        }
        snapshot.rollback().await?;
        if bytes {
            looked.files = read_all(blobs, &mut report).await?;
        }
        Ok(looked)
    }
}

/// Whether the ticket's part of the log is whole. Tells what is not.
fn log(raw: &Raw, head: i64, report: &mut Report<'_>) -> bool {
    let mut sound = true;
    let mut flaw = |kind, version: i64| {
        sound = false;
        report.add(kind, &raw.no, version);
    };
    let (mut chain, mut seq) = (String::new(), 0);
    for (event, version) in raw.events.iter().zip(1..) {
        if event.version != version {
            // Everything after it would differ as well.
            flaw(FlawKind::Gap, event.version);
            break;
        }
        if event.seq <= seq || event.seq > head {
            flaw(FlawKind::Number, version);
        }
        if serde_json::from_str::<Recorded>(&event.body).is_err() {
            flaw(FlawKind::Event, version);
        }
        if link(&chain, &event.body) != event.chain {
            flaw(FlawKind::Chain, version);
        }
        seq = event.seq;
        // What is written, so that one changed event is told once.
        chain.clone_from(&event.chain);
    }
    sound
}

/// Whether every event is told to those it concerns.
fn heard(raw: &Raw, loaded: &Loaded, report: &mut Report<'_>) {
    let mut ticket = Ticket::new(loaded.ticket.intake.clone());
    for (recorded, written) in loaded.events.iter().zip(&raw.events) {
        let before = whose(&ticket);
        ticket = evolve(ticket, recorded);
        if audience(before, whose(&ticket)) != written.audience {
            report.add(FlawKind::Audience, &raw.no, written.version);
        }
    }
}

/// What is kept of the tickets of a stretch, beside the log.
struct Kept {
    rows: BTreeMap<i64, AnyRow>,
    helpers: BTreeMap<i64, BTreeSet<(UnitId, bool)>>,
    files: BTreeMap<i64, BTreeSet<String>>,
}

impl Kept {
    async fn read(connection: &mut AnyConnection, after: i64, last: i64) -> Result<Self, StoreError> {
        let rows = sqlx::query("SELECT * FROM tickets WHERE id > $1 AND id <= $2")
            .bind(after)
            .bind(last)
            .fetch_all(&mut *connection)
            .await?;
        let rows = rows
            .into_iter()
            .map(|row| Ok((row.try_get("id")?, row)))
            .collect::<Result<_, sqlx::Error>>()?;
        let mut helpers: BTreeMap<i64, BTreeSet<(UnitId, bool)>> = BTreeMap::new();
        let read: Vec<(i64, String, i64)> =
            sqlx::query_as("SELECT ticket, unit, open FROM co_units WHERE ticket > $1 AND ticket <= $2")
                .bind(after)
                .bind(last)
                .fetch_all(&mut *connection)
                .await?;
        for (ticket, unit, open) in read {
            helpers.entry(ticket).or_default().insert((UnitId(unit), open != 0));
        }
        let mut files: BTreeMap<i64, BTreeSet<String>> = BTreeMap::new();
        let read: Vec<(i64, String)> =
            sqlx::query_as("SELECT ticket, sha256 FROM ticket_blobs WHERE ticket > $1 AND ticket <= $2")
                .bind(after)
                .bind(last)
                .fetch_all(connection)
                .await?;
        for (ticket, sha256) in read {
            files.entry(ticket).or_default().insert(sha256);
        }
        Ok(Self { rows, helpers, files })
    }

    fn compare(&self, loaded: &Loaded, row: &Projection, now: Moment, report: &mut Report<'_>) {
        let no = loaded.ticket.intake.no.as_str();
        match self.rows.get(&loaded.id) {
            None => report.add(FlawKind::NoRow, no, ""),
            Some(kept) => {
                let different = different(kept, row, now);
                if !different.is_empty() {
                    report.add(FlawKind::Row, no, different.join(", "));
                }
            }
        }
        let (no_helpers, no_files) = (BTreeSet::new(), BTreeSet::new());
        let helpers = self.helpers.get(&loaded.id).unwrap_or(&no_helpers);
        if *helpers != row.co_units.iter().cloned().collect() {
            report.add(FlawKind::Helpers, no, "");
        }
        let files = self.files.get(&loaded.id).unwrap_or(&no_files);
        if *files != row.blobs.iter().cloned().collect() {
            report.add(FlawKind::Files, no, "");
        }
    }
}

/// The columns in which a stored row differs from the one made anew.
///
/// Two things depend on when a row was written: until when the ticket may be returned is forgotten once that has passed,
/// and the clock's next duty stands there until it is done. A stored moment that has passed agrees with any.
fn different(kept: &AnyRow, row: &Projection, now: Moment) -> Vec<&'static str> {
    let now = seconds(now);
    let mut names = Vec::new();
    for (name, cell) in rows::cells(row) {
        let same = match cell {
            Cell::Number(number) => kept.try_get::<i64, _>(name).is_ok_and(|kept| kept == number),
            Cell::Perhaps(number) => kept
                .try_get::<Option<i64>, _>(name)
                .is_ok_and(|kept| kept == number || kept.is_some_and(|at| at <= now)),
            Cell::Text(text) if name == "summary" => {
                let until = kept.try_get::<Option<i64>, _>("return_until").ok().flatten();
                kept.try_get::<String, _>(name)
                    .is_ok_and(|kept| same_summary(&kept, text, until))
            }
            Cell::Text(text) => kept.try_get::<String, _>(name).is_ok_and(|kept| kept == text),
        };
        if !same {
            names.push(name);
        }
    }
    names
}

/// Until when it may be returned agrees with its column, the rest with what is made anew.
fn same_summary(kept: &str, made: &str, return_until: Option<i64>) -> bool {
    let read = |text| serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(text).ok();
    let (Some(mut kept), Some(mut made)) = (read(kept), read(made)) else {
        return false;
    };
    made.remove("return_until");
    let until = kept
        .remove("return_until")
        .and_then(|until| serde_json::from_value::<Option<Moment>>(until).ok())
        .flatten();
    until.map(seconds) == return_until && kept == made
}

/// Whether the search finds the ticket by every word that it holds.
async fn finds(connection: &mut AnyConnection, dialect: Dialect, loaded: &Loaded) -> Result<bool, StoreError> {
    let words = projection::words(&loaded.ticket, &loaded.events);
    let found = async |connection: &mut AnyConnection, sql: &'static str, words: &str| {
        let (count,): (i64,) = sqlx::query_as(sql)
            .bind(loaded.id)
            .bind(words)
            .fetch_one(connection)
            .await?;
        Ok::<_, StoreError>(count == 1)
    };
    match dialect {
        Dialect::Postgres => {
            let sql =
                "SELECT count(*) FROM words WHERE rowid = $1 AND body = array_to_tsvector(string_to_array($2, ' '))";
            found(connection, sql, &words).await
        }
        Dialect::Sqlite => {
            let words: Vec<String> = words.split_whitespace().map(|word| format!("\"{word}\"")).collect();
            if words.is_empty() {
                let sql = "SELECT count(*) FROM words WHERE rowid = $1 AND $2 = ''";
                return found(connection, sql, "").await;
            }
            for some in words.chunks(64) {
                let sql = "SELECT count(*) FROM words WHERE rowid = $1 AND words MATCH $2";
                if !found(connection, sql, &some.join(" AND ")).await? {
                    return Ok(false);
                }
            }
            Ok(true)
        }
    }
}

async fn is_here(blobs: &Blobs, name: &str) -> Result<bool, BlobError> {
    // What is no name of a file cannot be here.
    let Ok(sha) = name.parse::<Sha>() else { return Ok(false) };
    Ok(matches!(blobs.received(&sha).await?, Received::Whole { .. }))
}

async fn read_all(blobs: &Blobs, report: &mut Report<'_>) -> Result<u64, BlobError> {
    use futures_util::TryStreamExt;
    let mut files = 0;
    let mut all = std::pin::pin!(blobs.all());
    while let Some((sha, _)) = all.try_next().await? {
        files += 1;
        if !blobs.verify(&sha).await? {
            report.add(FlawKind::Bytes, "", sha);
        }
    }
    Ok(files)
}
