//! The knowledge base. Every desk reads it; a unit's liaisons write what their unit answers for, the office everything.

use super::answers::Key;
use super::apply::{Done, Kept, Page, hex};
use super::tokens::{asked, words};
use super::{Store, StoreError};
use crate::api::knowledge::ArticleRequest;
use crate::domain::knowledge::Article;
use crate::domain::people::{Actor, Role};
use crate::server::clock::seconds;

/// So many come back of a search.
const MOST: usize = 200;

pub enum Order {
    Write {
        by: Actor,
        /// Absent: a new one.
        id: Option<String>,
        request: ArticleRequest,
        key: Option<Key>,
    },
    Drop {
        by: Actor,
        id: String,
        key: Option<Key>,
    },
    /// As a demo or a backup brings it.
    Import(Article),
}

impl Page<'_, '_> {
    pub(super) async fn article(&mut self, order: &Order) -> Result<Done, StoreError> {
        match order {
            Order::Import(article) => {
                self.put_article(article).await?;
                Ok(Done::Nothing)
            }
            Order::Write { by, id, request, key } => {
                if let Some(done) = self.before(key.as_ref()).await? {
                    return Ok(done);
                }
                let mut unit = by.unit.clone();
                if let Some(id) = id {
                    let Some(old) = self.old_article(id).await? else {
                        return Ok(Done::NotFound);
                    };
                    unit = old.unit;
                }
                if !may_write(by, &unit) {
                    return Ok(Done::Forbidden);
                }
                let id = match id {
                    Some(id) => id.clone(),
                    None => fresh()?,
                };
                let article = Article {
                    id,
                    title: request.title.clone(),
                    body: request.body.clone(),
                    tags: request.tags.clone(),
                    unit,
                    updated: self.now,
                };
                self.put_article(&article).await?;
                self.remember(key.as_ref(), &Kept::Article(Box::new(article.clone())))
                    .await?;
                Ok(Done::Article(Box::new(article)))
            }
            Order::Drop { by, id, key } => {
                if let Some(done) = self.before(key.as_ref()).await? {
                    return Ok(done);
                }
                let Some(old) = self.old_article(id).await? else {
                    return Ok(Done::NotFound);
                };
                if !may_write(by, &old.unit) {
                    return Ok(Done::Forbidden);
                }
                sqlx::query("DELETE FROM articles WHERE id = $1")
                    .bind(id)
                    .execute(self.connection())
                    .await?;
                self.remember(key.as_ref(), &Kept::Nothing).await?;
                Ok(Done::Nothing)
            }
        }
    }

    async fn old_article(&mut self, id: &str) -> Result<Option<Article>, StoreError> {
        let row: Option<(String,)> = sqlx::query_as("SELECT body FROM articles WHERE id = $1")
            .bind(id)
            .fetch_optional(self.connection())
            .await?;
        row.map(|(body,)| read(&body)).transpose()
    }

    async fn put_article(&mut self, article: &Article) -> Result<(), StoreError> {
        let body = serde_json::to_string(article).map_err(|error| StoreError::unreadable("an article", error))?;
        let text = format!("{}\n{}\n{}", article.title, article.tags.join("\n"), article.body);
        // With a blank before and after, so that a word is looked for as ` word`.
        let words = format!(" {} ", words(&text).join(" "));
        sqlx::query(
            "INSERT INTO articles (id, unit, updated, body, words) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (id) DO UPDATE SET updated = excluded.updated, body = excluded.body, words = excluded.words",
        )
        .bind(&article.id)
        .bind(article.unit.as_str())
        .bind(seconds(article.updated))
        .bind(body)
        .bind(words)
        .execute(self.connection())
        .await?;
        Ok(())
    }
}

fn may_write(by: &Actor, unit: &crate::domain::ids::UnitId) -> bool {
    by.role == Role::Office || by.role == Role::Liaison && by.unit == *unit
}

fn fresh() -> Result<String, StoreError> {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).map_err(|error| StoreError::Backend(Box::new(error)))?;
    Ok(hex(&bytes))
}

fn read(body: &str) -> Result<Article, StoreError> {
    serde_json::from_str(body).map_err(|error| StoreError::unreadable("an article", error))
}

impl Store {
    pub async fn one_article(&self, id: &str) -> Result<Article, StoreError> {
        let (body,): (String,) = sqlx::query_as("SELECT body FROM articles WHERE id = $1")
            .bind(id)
            .fetch_one(self.reads())
            .await?;
        read(&body)
    }

    /// The articles that hold all these words, the newest first; all of them without words. A knowledge base is some
    /// thousands of articles: they are looked through.
    pub async fn articles(&self, text: Option<&str>) -> Result<Vec<Article>, StoreError> {
        let rows: Vec<(String, String)> = sqlx::query_as("SELECT body, words FROM articles ORDER BY updated DESC, id")
            .fetch_all(self.reads())
            .await?;
        let wanted = text.map(asked);
        if wanted.as_ref().is_some_and(Vec::is_empty) {
            return Ok(Vec::new());
        }
        let wanted = wanted.unwrap_or_default();
        rows.iter()
            .filter(|(_, words)| {
                wanted.iter().all(|asked| {
                    let end = if asked.beginning { "" } else { " " };
                    words.contains(&format!(" {}{end}", asked.word))
                })
            })
            .take(MOST)
            .map(|(body, _)| read(body))
            .collect()
    }
}
