//! Drafts of replies, one for each unit that works at a ticket. The last writer's stands, and is told what it overwrote.

use super::answers::Key;
use super::apply::{Done, Kept, Page};
use super::{Store, StoreError};
use crate::api::draft::{Draft, DraftKept, DraftRequest};
use crate::domain::people::{Actor, Role};
use crate::server::sight::Sight;

pub enum Order {
    Keep {
        by: Actor,
        sight: Sight,
        no: String,
        request: Box<DraftRequest>,
        key: Option<Key>,
    },
    Drop {
        by: Actor,
        sight: Sight,
        no: String,
        key: Option<Key>,
    },
}

impl Page<'_, '_> {
    pub(super) async fn draft(&mut self, order: &Order) -> Result<Done, StoreError> {
        let (Order::Keep { by, sight, no, key, .. } | Order::Drop { by, sight, no, key }) = order;
        if let Some(done) = self.before(key.as_ref()).await? {
            return Ok(done);
        }
        if by.role != Role::Liaison {
            return Ok(Done::Forbidden);
        }
        let Some(loaded) = self.load(no).await? else {
            return Ok(Done::NotFound);
        };
        let chain = loaded
            .book
            .signing
            .chain(&loaded.ticket.intake.channel, loaded.ticket.redo_count());
        if !sight.sees(&loaded.ticket, chain) {
            return Ok(Done::NotFound);
        }
        let old: Option<(String,)> = sqlx::query_as("SELECT body FROM drafts WHERE ticket = $1 AND unit = $2")
            .bind(loaded.id)
            .bind(by.unit.as_str())
            .fetch_optional(self.connection())
            .await?;
        let old: Option<Draft> = old.map(|(body,)| read(&body)).transpose()?;
        sqlx::query("DELETE FROM drafts WHERE ticket = $1 AND unit = $2")
            .bind(loaded.id)
            .bind(by.unit.as_str())
            .execute(self.connection())
            .await?;
        let Order::Keep { request, .. } = order else {
            self.remember(key.as_ref(), &Kept::Nothing).await?;
            return Ok(Done::Nothing);
        };
        // Versions never go back, so that a draft that was dropped and begun anew is not taken for the old one.
        let version = self.now_seconds().max(old.as_ref().map_or(0, |old| old.version + 1));
        let draft = Draft {
            version,
            by: by.id.clone(),
            by_name: by.name.clone(),
            at: self.now,
            reply: request.reply.clone(),
        };
        let body = serde_json::to_string(&draft).map_err(|error| StoreError::unreadable("a draft", error))?;
        sqlx::query("INSERT INTO drafts (ticket, unit, version, body) VALUES ($1, $2, $3, $4)")
            .bind(loaded.id)
            .bind(by.unit.as_str())
            .bind(version)
            .bind(body)
            .execute(self.connection())
            .await?;
        self.remember(key.as_ref(), &Kept::Draft { version }).await?;
        let unseen = old.filter(|old| request.seen != Some(old.version) && old.by != by.id);
        Ok(Done::Draft(Box::new(DraftKept {
            version,
            overwrote: unseen,
        })))
    }

    fn now_seconds(&self) -> i64 {
        crate::server::clock::seconds(self.now)
    }
}

fn read(body: &str) -> Result<Draft, StoreError> {
    serde_json::from_str(body).map_err(|error| StoreError::unreadable("a draft", error))
}

impl Store {
    /// The unit's draft, whoever of it wrote it.
    pub async fn draft_of(&self, ticket: i64, unit: &str) -> Result<Draft, StoreError> {
        let (body,): (String,) = sqlx::query_as("SELECT body FROM drafts WHERE ticket = $1 AND unit = $2")
            .bind(ticket)
            .bind(unit)
            .fetch_one(self.reads())
            .await?;
        read(&body)
    }
}
