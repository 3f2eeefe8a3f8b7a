//! Reading a backup into an empty database of either kind: also the way from SQLite to PostgreSQL. The file is read twice,
//! first to see that it is whole; then all of it goes in by one transaction, or nothing.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use serde_json::Value;
use sha2::{Digest, Sha256};
use sqlx::{AnyConnection, AssertSqlSafe};

use super::apply::hex;
use super::backup::{Closing, Counts, FILE, FORMAT, Opening, Sort, TABLES, Table, copy_files};
use super::{Store, StoreError, rebuild, scribe, texts};
use crate::server::blobs::{BlobError, Blobs, OpenError};
use crate::server::laws::{BrokenText, Laws};

/// So many rows, or so many bytes of them, go in by one statement.
const ROWS: usize = 100;
const BYTES: usize = 1 << 20;

#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Files(#[from] BlobError),
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error(transparent)]
    Laws(#[from] BrokenText),
    #[error("{path} cannot be read")]
    Read { path: PathBuf, source: io::Error },
    /// The line does not read, or is not as it was written, or the end is missing.
    #[error("line {line} of the backup is not as it was written")]
    Broken { line: u64 },
    #[error("the backup is of format {found}, and this rexian knows {FORMAT}")]
    Newer { found: u32 },
    #[error("there is something in the database already: {table}")]
    NotEmpty { table: &'static str },
}

impl From<sqlx::Error> for RestoreError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl Store {
    /// Takes in a backup. The laws that came with it are those of the next start.
    pub async fn restore(&self, folder: &Path, blobs: &Blobs) -> Result<Counts, RestoreError> {
        let path = folder.join(FILE);
        // Before a word is read of a backup that has nowhere to go.
        let mut transaction = self.writes().begin().await?;
        empty(&mut transaction).await?;
        transaction.rollback().await?;
        let (opening, closing) = whole(&path)?;
        let (files, broken) = copy_files(&Blobs::open(&folder.to_string_lossy())?, blobs).await?;

        let mut transaction = self.writes().begin().await?;
        empty(&mut transaction).await?;
        put_rows(&mut transaction, &path).await?;
        scribe::put_head(&mut transaction, opening.seq, opening.ticket).await?;
        let laws = Laws::with(&texts(&mut *transaction).await?)?;
        let mut after = 0;
        loop {
            let now = self.clock().now();
            match rebuild::stretch(&mut transaction, self.dialect(), &laws, now, after).await? {
                Some((last, _)) => after = last,
                None => break,
            }
        }
        transaction.commit().await?;
        let count = |table: &str| closing.rows.get(table).copied().unwrap_or_default();
        Ok(Counts {
            tickets: count("intakes"),
            events: count("events"),
            files,
            missing: closing.files.saturating_sub(files),
            broken,
        })
    }
}

/// Takes the head, so that nobody fills the database meanwhile, and looks whether there is anything.
async fn empty(connection: &mut AnyConnection) -> Result<(), RestoreError> {
    scribe::take_head(connection).await?;
    for table in TABLES {
        let sql = format!("SELECT CAST(1 AS BIGINT) FROM {} LIMIT 1", table.name);
        let found: Option<(i64,)> = sqlx::query_as(AssertSqlSafe(sql))
            .fetch_optional(&mut *connection)
            .await?;
        if found.is_some() {
            return Err(RestoreError::NotEmpty { table: table.name });
        }
    }
    Ok(())
}

/// The lines of a file, one at a time, with their numbers.
struct Lines<'p> {
    path: &'p Path,
    file: BufReader<File>,
    line: Vec<u8>,
    number: u64,
}

impl<'p> Lines<'p> {
    fn open(path: &'p Path) -> Result<Self, RestoreError> {
        let file = File::open(path).map_err(|source| RestoreError::Read {
            path: path.to_owned(),
            source,
        })?;
        Ok(Self {
            path,
            file: BufReader::new(file),
            line: Vec::new(),
            number: 0,
        })
    }

    /// The next line with its end; nothing when there are no more.
    fn next(&mut self) -> Result<Option<&[u8]>, RestoreError> {
        self.line.clear();
        self.file
            .read_until(b'\n', &mut self.line)
            .map_err(|source| RestoreError::Read {
                path: self.path.to_owned(),
                source,
            })?;
        self.number += 1;
        Ok(Some(self.line.as_slice()).filter(|line| !line.is_empty()))
    }

    fn broken(&self) -> RestoreError {
        RestoreError::Broken { line: self.number }
    }
}

/// The first and the last line of a file that is as it was written.
fn whole(path: &Path) -> Result<(Opening, Closing), RestoreError> {
    #[derive(serde::Deserialize)]
    struct Format {
        rexian_backup: u32,
    }
    let mut lines = Lines::open(path)?;
    let first = lines.next()?.unwrap_or_default().to_vec();
    match serde_json::from_slice::<Format>(&first) {
        Ok(format) if format.rexian_backup != FORMAT => {
            return Err(RestoreError::Newer {
                found: format.rexian_backup,
            });
        }
        Ok(_) => {}
        Err(_) => return Err(lines.broken()),
    }
    let opening: Opening = serde_json::from_slice(&first).map_err(|_| lines.broken())?;
    let mut hash = Sha256::new();
    hash.update(&first);
    loop {
        let Some(line) = lines.next()? else {
            return Err(lines.broken());
        };
        // Rows are lists; the one other line is the last.
        if line.starts_with(b"[") {
            hash.update(line);
            continue;
        }
        let closing: Option<Closing> = serde_json::from_slice(line).ok();
        let closing = closing.filter(|closing| closing.sha256 == hex(&hash.finalize()));
        let closing = closing.ok_or_else(|| lines.broken())?;
        return match lines.next()? {
            None => Ok((opening, closing)),
            Some(_) => Err(lines.broken()),
        };
    }
}

/// Rows of one table on their way into it.
struct Load {
    table: &'static Table,
    rows: Vec<Vec<Value>>,
    bytes: usize,
}

async fn put_rows(connection: &mut AnyConnection, path: &Path) -> Result<(), RestoreError> {
    let mut lines = Lines::open(path)?;
    let mut load: Option<Load> = None;
    lines.next()?;
    while let Some(line) = lines.next()? {
        if !line.starts_with(b"[") {
            break;
        }
        let bytes = line.len();
        let row = serde_json::from_slice::<Vec<Value>>(line).ok();
        let (table, row) = row.and_then(row_of).ok_or_else(|| lines.broken())?;
        let full = load
            .as_ref()
            .is_some_and(|load| load.table.name != table.name || load.rows.len() >= ROWS || load.bytes + bytes > BYTES);
        if full && let Some(load) = load.take() {
            put(connection, &load).await?;
        }
        let load = load.get_or_insert_with(|| Load {
            table,
            rows: Vec::with_capacity(ROWS),
            bytes: 0,
        });
        load.rows.push(row);
        load.bytes += bytes;
    }
    match load {
        Some(load) => put(connection, &load).await,
        None => Ok(()),
    }
}

/// The table of a line and what goes into its columns; nothing where they do not fit.
fn row_of(line: Vec<Value>) -> Option<(&'static Table, Vec<Value>)> {
    let mut values = line.into_iter();
    let name = values.next()?;
    let table = TABLES.iter().find(|table| name == table.name)?;
    let row: Vec<Value> = values.collect();
    let fits = row.len() == table.columns.len()
        && row.iter().zip(table.columns).all(|(value, (_, sort))| match sort {
            Sort::Number => value.is_i64(),
            Sort::Text => value.is_string(),
        });
    fits.then_some((table, row))
}

async fn put(connection: &mut AnyConnection, load: &Load) -> Result<(), RestoreError> {
    let columns: Vec<&str> = load.table.columns.iter().map(|(name, _)| *name).collect();
    let mut place = 0;
    let rows: Vec<String> = load
        .rows
        .iter()
        .map(|row| {
            let places: Vec<String> = row
                .iter()
                .map(|_| {
                    place += 1;
                    format!("${place}")
                })
                .collect();
            format!("({})", places.join(", "))
        })
        .collect();
    let sql = format!(
        "INSERT INTO {} ({}) VALUES {}",
        load.table.name,
        columns.join(", "),
        rows.join(", ")
    );
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for value in load.rows.iter().flatten() {
        query = match value {
            Value::String(text) => query.bind(text.as_str()),
            number => query.bind(number.as_i64().unwrap_or_default()),
        };
    }
    query.execute(connection).await?;
    Ok(())
}
