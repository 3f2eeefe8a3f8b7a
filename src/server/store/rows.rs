//! Writing the projection: the row of a ticket, its helpers, its files and its search words.

use sqlx::AnyConnection;

use super::projection::Projection;
use super::{Dialect, StoreError};
use crate::domain::action::Alert;

const INSERT: &str = "\
    INSERT INTO tickets (id, no, version, seq, unit, stage, live, kind, channel, alert, received, due, \
    return_until, runs, secret, redos, key, pending, signers, next_signer, caller, place, wakes, week, \
    month, responded, finished, overdue, redone, rated, solved, satisfied, summary) VALUES ($1, $2, $3, $4, \
    $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, \
    $27, $28, $29, $30, $31, $32, $33)";
// Statements of fixed form are prepared once; a database touches only the indexes whose columns change.
const UPDATE: &str = "\
    UPDATE tickets SET no = $2, version = $3, seq = $4, unit = $5, stage = $6, live = $7, kind = $8, channel \
    = $9, alert = $10, received = $11, due = $12, return_until = $13, runs = $14, secret = $15, redos = $16, \
    key = $17, pending = $18, signers = $19, next_signer = $20, caller = $21, place = $22, wakes = $23, week \
    = $24, month = $25, responded = $26, finished = $27, overdue = $28, redone = $29, rated = $30, solved = \
    $31, satisfied = $32, summary = $33 WHERE id = $1";

/// How loud, as a number: alerts stand in their order.
pub fn loudness(alert: Alert) -> i64 {
    Alert::ALL
        .iter()
        .position(|one| *one == alert)
        .map_or(0, |at| at as i64)
}

pub async fn write(connection: &mut AnyConnection, id: i64, row: &Projection, new: bool) -> Result<(), StoreError> {
    let yes = |value: bool| i64::from(value);
    let figures = &row.figures;
    sqlx::query(if new { INSERT } else { UPDATE })
        .bind(id)
        .bind(&row.no)
        .bind(row.version)
        .bind(row.seq)
        .bind(&row.unit)
        .bind(row.stage.name())
        .bind(yes(row.live))
        .bind(row.kind)
        .bind(&row.channel)
        .bind(loudness(row.alert))
        .bind(row.received)
        .bind(row.due)
        .bind(row.return_until)
        .bind(yes(row.runs))
        .bind(yes(row.secret))
        .bind(row.redos)
        .bind(yes(row.key))
        .bind(row.pending.map_or("", |pending| pending.name()))
        .bind(row.signers)
        .bind(row.next_signer)
        .bind(&row.caller)
        .bind(&row.place)
        .bind(row.wakes)
        .bind(&row.week)
        .bind(&row.month)
        .bind(yes(figures.responded))
        .bind(yes(figures.finished))
        .bind(yes(figures.overdue))
        .bind(yes(figures.redone))
        .bind(yes(figures.rated))
        .bind(yes(figures.solved))
        .bind(yes(figures.satisfied))
        .bind(&row.summary)
        .execute(&mut *connection)
        .await?;
    Ok(())
}

/// Which other units help with it.
pub async fn write_helpers(connection: &mut AnyConnection, id: i64, row: &Projection) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM co_units WHERE ticket = $1")
        .bind(id)
        .execute(&mut *connection)
        .await?;
    for (unit, open) in &row.co_units {
        sqlx::query("INSERT INTO co_units (unit, ticket, open) VALUES ($1, $2, $3)")
            .bind(unit.as_str())
            .bind(id)
            .bind(i64::from(*open))
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// Which stored files it names.
pub async fn write_blobs(connection: &mut AnyConnection, id: i64, row: &Projection) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM ticket_blobs WHERE ticket = $1")
        .bind(id)
        .execute(&mut *connection)
        .await?;
    for sha256 in &row.blobs {
        sqlx::query("INSERT INTO ticket_blobs (sha256, ticket) VALUES ($1, $2)")
            .bind(sha256)
            .bind(id)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// What it is found by. `words` are separated by blanks.
pub async fn write_words(
    connection: &mut AnyConnection,
    dialect: Dialect,
    id: i64,
    words: &str,
    new: bool,
) -> Result<(), StoreError> {
    if dialect == Dialect::Sqlite && !new {
        sqlx::query("DELETE FROM words WHERE rowid = $1")
            .bind(id)
            .execute(&mut *connection)
            .await?;
    }
    let sql = match dialect {
        Dialect::Sqlite => "INSERT INTO words (rowid, body) VALUES ($1, $2)",
        Dialect::Postgres => {
            "INSERT INTO words (rowid, body) VALUES ($1, array_to_tsvector(string_to_array($2, ' '))) \
             ON CONFLICT (rowid) DO UPDATE SET body = excluded.body"
        }
    };
    sqlx::query(sql).bind(id).bind(words).execute(&mut *connection).await?;
    Ok(())
}
