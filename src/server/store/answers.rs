//! Doing a thing once: what was answered under a person's key is kept with the transaction that did it, so that the same
//! request is never done twice, after a restart and through another server alike.

use sqlx::AnyConnection;

use super::{Store, StoreError};
use crate::server::clock::machine_time;

/// How long a key is remembered. An outbox that waits longer than this for its network has been forgotten by its owner.
const DAYS: i64 = 90;

/// The key of one request.
#[derive(Clone, Debug)]
pub struct Key {
    pub person: String,
    pub key: String,
    /// SHA-256 of what was asked for.
    pub request: String,
}

#[derive(Debug)]
pub enum Before {
    Nothing,
    /// What was answered then.
    Answered(String),
    /// Something else came under this key.
    Other,
}

pub async fn before(connection: &mut AnyConnection, key: Option<&Key>) -> Result<Before, StoreError> {
    let Some(key) = key else { return Ok(Before::Nothing) };
    let row: Option<(String, String)> =
        sqlx::query_as("SELECT request, body FROM answers WHERE person = $1 AND key = $2")
            .bind(&key.person)
            .bind(&key.key)
            .fetch_optional(connection)
            .await?;
    Ok(match row {
        None => Before::Nothing,
        Some((request, body)) if request == key.request => Before::Answered(body),
        Some(_) => Before::Other,
    })
}

pub async fn keep(connection: &mut AnyConnection, key: Option<&Key>, body: &str) -> Result<(), StoreError> {
    let Some(key) = key else { return Ok(()) };
    sqlx::query("INSERT INTO answers (person, key, request, body, at) VALUES ($1, $2, $3, $4, $5)")
        .bind(&key.person)
        .bind(&key.key)
        .bind(&key.request)
        .bind(body)
        .bind(machine_time().timestamp())
        .execute(connection)
        .await?;
    Ok(())
}

impl Store {
    /// Forgets the keys that nobody will send again, and sessions that have run out.
    pub async fn tidy(&self) -> Result<(), StoreError> {
        let now = machine_time().timestamp();
        for (sql, limit) in [
            ("DELETE FROM answers WHERE at < $1", now - DAYS * 24 * 3600),
            ("DELETE FROM sessions WHERE expires < $1", now),
            ("DELETE FROM guesses WHERE until < $1", now - 24 * 3600),
        ] {
            sqlx::query(sql).bind(limit).execute(self.writes()).await?;
        }
        Ok(())
    }
}
