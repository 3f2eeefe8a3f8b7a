//! Where everything is kept: an append-only log of events and what is read from it, on SQLite or PostgreSQL by the same
//! statements. Every write goes through the scribe, in batches that are durable before they are answered.

pub mod account;
pub mod answers;
pub mod apply;
pub mod articles;
pub mod backup;
pub mod drafts;
pub mod feed;
pub mod list;
pub mod load;
pub mod projection;
mod rebuild;
pub mod restore;
pub mod rows;
pub mod schema;
pub mod scribe;
pub mod statistics;
pub mod tokens;
pub mod verify;
mod walk;

use std::sync::{Arc, RwLock};
use std::time::Duration;

use sqlx::any::AnyPoolOptions;
use sqlx::{Any, AnyPool, Connection, Executor};
use tokio::sync::watch;

use crate::server::clock::Clock;
use crate::server::laws::Laws;

pub use schema::Dialect;

/// Reading connections. SQLite's readers never wait for the writer.
const READERS: u32 = 4;
/// How long a request waits for a connection before it is told that the store is away.
const PATIENCE: Duration = Duration::from_secs(3);
/// What each writing connection to PostgreSQL begins with: a server that vanished with the head of the log in its hand
/// does not keep the others from it for ever.
const POSTGRES_START: &str = "SET lock_timeout = '20s'; SET idle_in_transaction_session_timeout = '60s'";
/// What each connection to SQLite begins with: the log is on disk before a write is answered.
const SQLITE_START: &str = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000; \
    PRAGMA foreign_keys = ON; PRAGMA cache_size = -4000; PRAGMA temp_store = MEMORY; PRAGMA journal_size_limit = 67108864";

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("no such thing")]
    NotFound,
    /// It is there already, with something else in it.
    #[error("taken already")]
    Taken,
    /// The database is away, full or broken; nothing was done.
    #[error("the database does not answer")]
    Backend(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// It was lost while it wrote: the order may have been done or not. Under the same key it is not done twice.
    #[error("the database did not say whether it was written")]
    Unsure(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// What is stored does not read: somebody changed it by hand.
    #[error("what is stored about {what} cannot be read")]
    Unreadable {
        what: String,
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    #[error("{0}")]
    Schema(#[from] schema::SchemaError),
    #[error("{0}")]
    Laws(#[from] crate::server::laws::BrokenText),
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::RowNotFound => Self::NotFound,
            error => Self::Backend(Box::new(error)),
        }
    }
}

impl StoreError {
    pub fn unreadable(what: impl Into<String>, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Unreadable {
            what: what.into(),
            source: source.into(),
        }
    }
}

/// Cheap to clone.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    dialect: Dialect,
    reads: AnyPool,
    writes: AnyPool,
    url: String,
    laws: RwLock<Arc<Laws>>,
    clock: Arc<Clock>,
    scribe: scribe::Desk,
    /// The last number of the log that this server knows of.
    head: watch::Sender<i64>,
}

impl Store {
    /// Opens the database that `place` names (`sqlite:PATH`, `postgres://…`), making or bringing up its schema.
    pub async fn open(place: &str, clock: Arc<Clock>) -> Result<Self, StoreError> {
        let (dialect, url) = schema::place(place)?;
        let pools = connect(dialect, &url).await?;
        schema::bring_up(dialect, &pools.0).await?;
        let laws = Laws::with(&texts(&pools.0).await?)?;
        let head = feed::head(&pools.0).await?;
        let (scribe, orders) = scribe::Desk::new();
        let store = Self {
            inner: Arc::new(Inner {
                dialect,
                reads: pools.0,
                writes: pools.1,
                url,
                laws: RwLock::new(Arc::new(laws)),
                clock,
                scribe,
                head: watch::Sender::new(head),
            }),
        };
        tokio::spawn(scribe::run(Arc::downgrade(&store.inner), orders));
        tokio::spawn(feed::listen(Arc::downgrade(&store.inner)));
        Ok(store)
    }

    pub fn dialect(&self) -> Dialect {
        self.inner.dialect
    }

    pub fn clock(&self) -> &Clock {
        &self.inner.clock
    }

    pub fn laws(&self) -> Arc<Laws> {
        self.inner.laws()
    }

    pub fn reads(&self) -> &AnyPool {
        &self.inner.reads
    }

    /// The calendar and the rulebooks that an office loaded, by their names.
    pub async fn texts(&self) -> Result<Vec<(String, String)>, StoreError> {
        texts(self.reads()).await
    }

    /// For the maintenance that `admin` does, while no server writes.
    pub fn writes(&self) -> &AnyPool {
        &self.inner.writes
    }

    /// Lets what was ordered be written, and closes the database.
    pub async fn close(&self) {
        self.inner.scribe.finish().await;
        self.inner.writes.close().await;
        self.inner.reads.close().await;
    }

    /// Whether the database answers.
    pub async fn answers(&self) -> Result<(), StoreError> {
        sqlx::query("SELECT seq FROM head").fetch_one(&self.inner.reads).await?;
        Ok(())
    }
}

impl Inner {
    fn laws(&self) -> Arc<Laws> {
        // A lock is poisoned only by a panic while it was held, and nothing panics there.
        self.laws
            .read()
            .map_or_else(|poisoned| poisoned.into_inner().clone(), |laws| laws.clone())
    }
}

async fn texts(from: impl Executor<'_, Database = Any>) -> Result<Vec<(String, String)>, StoreError> {
    Ok(sqlx::query_as("SELECT name, body FROM texts ORDER BY name")
        .fetch_all(from)
        .await?)
}

/// One pool to read from and one to write to.
async fn connect(dialect: Dialect, url: &str) -> Result<(AnyPool, AnyPool), StoreError> {
    sqlx::any::install_default_drivers();
    let options = |most: u32, writes: bool| {
        AnyPoolOptions::new()
            .max_connections(most)
            .min_connections(0)
            .acquire_timeout(PATIENCE)
            // One whose rollback failed, as on a full disk, still stands within its old transaction: whatever it
            // wrote from now on would be answered and never be committed.
            .before_acquire(|connection, _| Box::pin(async move { Ok(!connection.is_in_transaction()) }))
            .after_connect(move |connection, _| {
                Box::pin(async move {
                    match dialect {
                        Dialect::Sqlite => connection.execute(SQLITE_START).await?,
                        Dialect::Postgres if writes => connection.execute(POSTGRES_START).await?,
                        Dialect::Postgres => return Ok(()),
                    };
                    Ok(())
                })
            })
    };
    match dialect {
        Dialect::Sqlite => Ok((
            options(READERS, false).connect(url).await?,
            options(1, true).connect(url).await?,
        )),
        Dialect::Postgres => Ok((
            options(READERS * 2, false).connect(url).await?,
            options(3, true).connect(url).await?,
        )),
    }
}
