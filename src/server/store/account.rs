//! Units, people and what they sign in with. Passwords and tokens are kept as hashes only.

use std::collections::BTreeMap;

use super::apply::{Done, Page};
use super::{Store, StoreError};
use crate::domain::ids::{PersonId, UnitId};
use crate::domain::people::{Person, Unit};
use crate::server::sight::Sight;

const OF_UNIT: &str = "\
    SELECT CAST(1 AS BIGINT) FROM senders WHERE sha256 = $1 AND unit = $2 \
    UNION ALL SELECT CAST(1 AS BIGINT) FROM ticket_blobs b JOIN tickets t ON t.id = b.ticket \
        WHERE b.sha256 = $1 AND t.unit = $2 \
    UNION ALL SELECT CAST(1 AS BIGINT) FROM ticket_blobs b JOIN co_units c ON c.ticket = b.ticket \
        WHERE b.sha256 = $1 AND c.unit = $2 LIMIT 1";
const OF_SIGNER: &str = "\
    SELECT CAST(1 AS BIGINT) FROM ticket_blobs b JOIN tickets t ON t.id = b.ticket \
    WHERE b.sha256 = $1 AND t.unit = $2 AND (t.signers & $3) <> 0 LIMIT 1";

pub enum Order {
    PutUnit(Unit),
    PutPerson(Person),
    /// An Argon2id hash. Every session of the person ends.
    SetPassword {
        person: PersonId,
        hash: String,
    },
    Oversee {
        person: PersonId,
        unit: UnitId,
    },
    SignIn {
        token: String,
        person: PersonId,
        expires: i64,
    },
    SignOut {
        token: String,
    },
    /// Wrong passwords so far, and until when the next try has to wait; for each of the names it is counted under.
    Guessed(Vec<(String, i64, i64)>),
    /// The right one: the count is forgotten.
    Forgive(Vec<String>),
    /// A unit has sent this file, and may read it.
    Sent {
        sha256: String,
        unit: UnitId,
    },
    /// A loaded calendar or rulebook.
    PutText {
        name: String,
        text: String,
    },
}

impl Page<'_, '_> {
    pub(super) async fn account(&mut self, order: &Order) -> Result<Done, StoreError> {
        let connection = self.connection();
        match order {
            Order::PutUnit(unit) => {
                sqlx::query(
                    "INSERT INTO units (id, body) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET body = excluded.body",
                )
                .bind(unit.id.as_str())
                .bind(json(unit)?)
                .execute(connection)
                .await?;
            }
            Order::PutPerson(person) => {
                sqlx::query(
                    "INSERT INTO people (id, unit, body, password) VALUES ($1, $2, $3, '') \
                     ON CONFLICT (id) DO UPDATE SET unit = excluded.unit, body = excluded.body",
                )
                .bind(person.id.as_str())
                .bind(person.unit.as_str())
                .bind(json(person)?)
                .execute(&mut *connection)
                .await?;
                if !person.active {
                    end_sessions(connection, &person.id).await?;
                }
            }
            Order::SetPassword { person, hash } => {
                let changed = sqlx::query("UPDATE people SET password = $2 WHERE id = $1")
                    .bind(person.as_str())
                    .bind(hash)
                    .execute(&mut *connection)
                    .await?;
                if changed.rows_affected() == 0 {
                    return Ok(Done::NotFound);
                }
                end_sessions(connection, person).await?;
            }
            Order::Oversee { person, unit } => {
                sqlx::query(
                    "INSERT INTO oversees (person, unit) VALUES ($1, $2) ON CONFLICT (person, unit) DO NOTHING",
                )
                .bind(person.as_str())
                .bind(unit.as_str())
                .execute(connection)
                .await?;
            }
            Order::SignIn { token, person, expires } => {
                sqlx::query("INSERT INTO sessions (token, person, expires) VALUES ($1, $2, $3)")
                    .bind(token)
                    .bind(person.as_str())
                    .bind(*expires)
                    .execute(connection)
                    .await?;
            }
            Order::SignOut { token } => {
                sqlx::query("DELETE FROM sessions WHERE token = $1")
                    .bind(token)
                    .execute(connection)
                    .await?;
            }
            Order::Guessed(names) => {
                for (who, wrong, until) in names {
                    sqlx::query(
                        "INSERT INTO guesses (who, wrong, until) VALUES ($1, $2, $3) \
                         ON CONFLICT (who) DO UPDATE SET wrong = excluded.wrong, until = excluded.until",
                    )
                    .bind(who)
                    .bind(*wrong)
                    .bind(*until)
                    .execute(&mut *connection)
                    .await?;
                }
            }
            Order::Forgive(names) => {
                for who in names {
                    sqlx::query("DELETE FROM guesses WHERE who = $1")
                        .bind(who)
                        .execute(&mut *connection)
                        .await?;
                }
            }
            Order::Sent { sha256, unit } => {
                sqlx::query("INSERT INTO senders (sha256, unit) VALUES ($1, $2) ON CONFLICT (sha256, unit) DO NOTHING")
                    .bind(sha256)
                    .bind(unit.as_str())
                    .execute(connection)
                    .await?;
            }
            Order::PutText { name, text } => {
                sqlx::query("INSERT INTO texts (name, body) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET body = excluded.body")
                    .bind(name)
                    .bind(text)
                    .execute(connection)
                    .await?;
            }
        }
        Ok(Done::Nothing)
    }
}

async fn end_sessions(connection: &mut sqlx::AnyConnection, person: &PersonId) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM sessions WHERE person = $1")
        .bind(person.as_str())
        .execute(connection)
        .await?;
    Ok(())
}

fn json<T: serde::Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::unreadable("an entry of the contact book", error))
}

fn read<T: serde::de::DeserializeOwned>(body: &str) -> Result<T, StoreError> {
    serde_json::from_str(body).map_err(|error| StoreError::unreadable("an entry of the contact book", error))
}

impl Store {
    pub async fn units(&self) -> Result<Vec<Unit>, StoreError> {
        let rows: Vec<(String,)> = sqlx::query_as("SELECT body FROM units ORDER BY id")
            .fetch_all(self.reads())
            .await?;
        rows.iter().map(|(body,)| read(body)).collect()
    }

    pub async fn unit(&self, id: &UnitId) -> Result<Unit, StoreError> {
        let (body,): (String,) = sqlx::query_as("SELECT body FROM units WHERE id = $1")
            .bind(id.as_str())
            .fetch_one(self.reads())
            .await?;
        read(&body)
    }

    pub async fn people(&self) -> Result<Vec<Person>, StoreError> {
        let rows: Vec<(String,)> = sqlx::query_as("SELECT body FROM people ORDER BY id")
            .fetch_all(self.reads())
            .await?;
        rows.iter().map(|(body,)| read(body)).collect()
    }

    /// A person and their password's hash.
    pub async fn person(&self, id: &str) -> Result<(Person, String), StoreError> {
        let (body, password): (String, String) = sqlx::query_as("SELECT body, password FROM people WHERE id = $1")
            .bind(id)
            .fetch_one(self.reads())
            .await?;
        Ok((read(&body)?, password))
    }

    /// The units that each leader above them oversees.
    pub async fn overseen(&self) -> Result<BTreeMap<String, Vec<UnitId>>, StoreError> {
        let rows: Vec<(String, String)> = sqlx::query_as("SELECT person, unit FROM oversees ORDER BY person, unit")
            .fetch_all(self.reads())
            .await?;
        let mut overseen: BTreeMap<String, Vec<UnitId>> = BTreeMap::new();
        for (person, unit) in rows {
            overseen.entry(person).or_default().push(UnitId(unit));
        }
        Ok(overseen)
    }

    /// Whose session this is, until when, and which units they oversee.
    pub async fn session(&self, token: &str) -> Result<(Person, i64, Vec<UnitId>), StoreError> {
        let (body, expires): (String, i64) = sqlx::query_as(
            "SELECT p.body, s.expires FROM sessions s JOIN people p ON p.id = s.person WHERE s.token = $1",
        )
        .bind(token)
        .fetch_one(self.reads())
        .await?;
        let person: Person = read(&body)?;
        let units: Vec<(String,)> = sqlx::query_as("SELECT unit FROM oversees WHERE person = $1 ORDER BY unit")
            .bind(person.id.as_str())
            .fetch_all(self.reads())
            .await?;
        Ok((person, expires, units.into_iter().map(|(unit,)| UnitId(unit)).collect()))
    }

    /// Wrong passwords counted under these names, and until when the next try waits.
    pub async fn guesses(&self, names: &[String]) -> Result<Vec<(i64, i64)>, StoreError> {
        let mut counts = Vec::with_capacity(names.len());
        for name in names {
            let row: Option<(i64, i64)> = sqlx::query_as("SELECT wrong, until FROM guesses WHERE who = $1")
                .bind(name)
                .fetch_optional(self.reads())
                .await?;
            counts.push(row.unwrap_or((0, 0)));
        }
        Ok(counts)
    }

    /// Whether this person may read the file: their unit sent it, or a ticket that they see names it.
    pub async fn may_read(&self, sha256: &str, sight: &Sight) -> Result<bool, StoreError> {
        let (units, signs) = match sight {
            Sight::All => return Ok(true),
            Sight::Nothing => return Ok(false),
            Sight::Unit(unit) => (std::slice::from_ref(unit), None),
            Sight::Signer { role, units } => (&units[..], Some(Sight::bit(*role))),
        };
        for unit in units {
            let query = match signs {
                None => sqlx::query_as(OF_UNIT).bind(sha256).bind(unit.as_str()),
                Some(bit) => sqlx::query_as(OF_SIGNER).bind(sha256).bind(unit.as_str()).bind(bit),
            };
            let found: Option<(i64,)> = query.fetch_optional(self.reads()).await?;
            if found.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
