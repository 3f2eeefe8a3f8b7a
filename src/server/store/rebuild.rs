//! Making anew what is read of the log: the rows of lists and statistics, who helps with what, which files are named, and
//! the search's words.

use std::time::Duration;

use sqlx::AnyConnection;

use super::{Dialect, Store, StoreError, projection, rows, scribe, walk};
use crate::domain::moment::Moment;
use crate::server::laws::Laws;

/// What other programs that write to the same SQLite file are left between two transactions.
const BREATH: Duration = Duration::from_millis(5);

impl Store {
    /// Makes all of it anew, some hundred tickets in each transaction, while servers go on. Returns how many tickets there
    /// are.
    pub async fn rebuild(&self) -> Result<u64, StoreError> {
        let laws = self.laws();
        let (mut after, mut tickets) = (0, 0);
        loop {
            let mut transaction = self.writes().begin().await?;
            // Whoever holds it is alone: no ticket changes while it is written down.
            scribe::take_head(&mut transaction).await?;
            let now = self.clock().now();
            let made = stretch(&mut transaction, self.dialect(), &laws, now, after).await?;
            transaction.commit().await?;
            let Some((last, count)) = made else { return Ok(tickets) };
            after = last;
            tickets += count;
            tokio::time::sleep(BREATH).await;
        }
    }
}

/// Makes anew what belongs to the tickets after this one. Returns the last of them and how many they are; nothing at the
/// end of the log.
pub(super) async fn stretch(
    connection: &mut AnyConnection,
    dialect: Dialect,
    laws: &Laws,
    now: Moment,
    after: i64,
) -> Result<Option<(i64, u64)>, StoreError> {
    let tickets = walk::stretch(connection, after).await?;
    let last = tickets.last().map(|ticket| ticket.id);
    for sql in [
        "DELETE FROM co_units WHERE ticket > $1 AND ticket <= $2",
        "DELETE FROM ticket_blobs WHERE ticket > $1 AND ticket <= $2",
        "DELETE FROM words WHERE rowid > $1 AND rowid <= $2",
        "DELETE FROM tickets WHERE id > $1 AND id <= $2",
    ] {
        // After the last ticket there should be nothing: whatever there is goes.
        sqlx::query(sql)
            .bind(after)
            .bind(last.unwrap_or(i64::MAX))
            .execute(&mut *connection)
            .await?;
    }
    for ticket in &tickets {
        let loaded = ticket.load(laws)?;
        let row = loaded.row(&laws.calendar, now);
        rows::write(connection, loaded.id, &row, true).await?;
        rows::write_helpers(connection, loaded.id, &row).await?;
        rows::write_blobs(connection, loaded.id, &row).await?;
        let words = projection::words(&loaded.ticket, &loaded.events);
        rows::write_words(connection, dialect, loaded.id, &words, true).await?;
    }
    Ok(last.map(|last| (last, tickets.len() as u64)))
}
