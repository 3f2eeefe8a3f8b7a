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

/// What stands in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cell<'r> {
    Number(i64),
    Perhaps(Option<i64>),
    Text(&'r str),
}

/// The columns of `tickets` after `id`, in the order of the statements above.
pub(super) fn cells(row: &Projection) -> [(&'static str, Cell<'_>); 32] {
    use Cell::{Number, Perhaps, Text};
    let yes = |value: bool| Number(i64::from(value));
    let figures = &row.figures;
    [
        ("no", Text(&row.no)),
        ("version", Number(row.version)),
        ("seq", Number(row.seq)),
        ("unit", Text(&row.unit)),
        ("stage", Text(row.stage.name())),
        ("live", yes(row.live)),
        ("kind", Text(row.kind)),
        ("channel", Text(&row.channel)),
        ("alert", Number(loudness(row.alert))),
        ("received", Number(row.received)),
        ("due", Number(row.due)),
        ("return_until", Perhaps(row.return_until)),
        ("runs", yes(row.runs)),
        ("secret", yes(row.secret)),
        ("redos", Number(row.redos)),
        ("key", yes(row.key)),
        ("pending", Text(row.pending.map_or("", |pending| pending.name()))),
        ("signers", Number(row.signers)),
        ("next_signer", Text(row.next_signer)),
        ("caller", Text(&row.caller)),
        ("place", Text(&row.place)),
        ("wakes", Perhaps(row.wakes)),
        ("week", Text(&row.week)),
        ("month", Text(&row.month)),
        ("responded", yes(figures.responded)),
        ("finished", yes(figures.finished)),
        ("overdue", yes(figures.overdue)),
        ("redone", yes(figures.redone)),
        ("rated", yes(figures.rated)),
        ("solved", yes(figures.solved)),
        ("satisfied", yes(figures.satisfied)),
        ("summary", Text(&row.summary)),
    ]
}

pub async fn write(connection: &mut AnyConnection, id: i64, row: &Projection, new: bool) -> Result<(), StoreError> {
    let mut query = sqlx::query(if new { INSERT } else { UPDATE }).bind(id);
    for (_, cell) in cells(row) {
        query = match cell {
            Cell::Number(number) => query.bind(number),
            Cell::Perhaps(number) => query.bind(number),
            Cell::Text(text) => query.bind(text),
        };
    }
    query.execute(&mut *connection).await?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::Calendar;
    use crate::domain::moment::Moment;
    use crate::rules::Shelf;
    use crate::server::demo;

    #[test]
    fn every_cell_goes_into_its_column() {
        let now: Moment = "2026-11-18 10:00".parse().expect("a moment");
        let book = Shelf::built_in().latest(&"songshan".into()).expect("a book");
        let demo = demo::office(&book, Calendar::builtin(), now);
        let one = demo.tickets.first().expect("a ticket");
        let ticket = crate::flow::fold(one.intake.clone(), &one.history);
        let row = Projection::of(&ticket, 1, &book, Calendar::builtin(), now);
        let names: Vec<&str> = cells(&row).map(|(name, _)| name).to_vec();
        let listed = INSERT.split(['(', ')']).nth(1).expect("columns");
        let inserted: Vec<&str> = listed.split(',').map(str::trim).skip(1).collect();
        assert_eq!(inserted, names);
        let set = UPDATE.split_once("SET").and_then(|(_, rest)| rest.split_once("WHERE"));
        for (at, part) in set.expect("columns").0.split(',').enumerate() {
            let words: Vec<&str> = part.split_whitespace().collect();
            assert_eq!(words, [names[at], "=", &format!("${}", at + 2)]);
        }
    }
}
