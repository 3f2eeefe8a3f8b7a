//! Writing down everything that is not made from something else: one file of lines as it is at one moment, and the
//! attachments beside it.
//!
//! The first line says what the file is, each line after it is a row (its table, then its columns), the last one counts
//! them and holds the SHA-256 of all before it. A file under its final name is whole.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use futures_util::{StreamExt, TryStreamExt, stream};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Row};

use super::apply::hex;
use super::{Store, StoreError};
use crate::server::blobs::{BlobError, Blobs, OpenError, Sha};
use crate::server::clock::machine_time;

/// The file of rows, in the folder of a backup.
pub const FILE: &str = "rexian.jsonl";
/// What this program writes and reads.
pub const FORMAT: u32 = 1;

#[derive(Clone, Copy)]
pub(super) enum Sort {
    Number,
    Text,
}

pub(super) struct Table {
    pub name: &'static str,
    pub columns: &'static [(&'static str, Sort)],
    /// What its rows stand in the order of.
    order: &'static str,
}

use Sort::{Number, Text};

/// What is kept, each table after those that it leans on. Sessions and counts of wrong passwords are left to pass.
pub(super) const TABLES: &[Table] = &[
    Table {
        name: "texts",
        columns: &[("name", Text), ("body", Text)],
        order: "name",
    },
    Table {
        name: "units",
        columns: &[("id", Text), ("body", Text)],
        order: "id",
    },
    Table {
        name: "people",
        columns: &[("id", Text), ("unit", Text), ("body", Text), ("password", Text)],
        order: "id",
    },
    Table {
        name: "oversees",
        columns: &[("person", Text), ("unit", Text)],
        order: "person, unit",
    },
    Table {
        name: "articles",
        columns: &[
            ("id", Text),
            ("unit", Text),
            ("updated", Number),
            ("body", Text),
            ("words", Text),
        ],
        order: "id",
    },
    Table {
        name: "senders",
        columns: &[("sha256", Text), ("unit", Text)],
        order: "sha256, unit",
    },
    Table {
        name: "answers",
        columns: &[
            ("person", Text),
            ("key", Text),
            ("request", Text),
            ("body", Text),
            ("at", Number),
        ],
        order: "person, key",
    },
    Table {
        name: "intakes",
        columns: &[
            ("id", Number),
            ("no", Text),
            ("body", Text),
            ("taken_by", Text),
            ("taken_at", Number),
        ],
        order: "id",
    },
    Table {
        name: "events",
        columns: &[
            ("seq", Number),
            ("ticket", Number),
            ("version", Number),
            ("body", Text),
            ("audience", Text),
            ("chain", Text),
        ],
        order: "seq",
    },
    Table {
        name: "drafts",
        columns: &[("ticket", Number), ("unit", Text), ("version", Number), ("body", Text)],
        order: "ticket, unit",
    },
];

/// The first line.
#[derive(Serialize, Deserialize)]
pub(super) struct Opening {
    pub rexian_backup: u32,
    pub taken: String,
    pub seq: i64,
    pub ticket: i64,
}

/// The last one.
#[derive(Serialize, Deserialize)]
pub(super) struct Closing {
    pub rows: BTreeMap<String, u64>,
    pub files: u64,
    pub sha256: String,
}

/// What was written or read back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub tickets: u64,
    pub events: u64,
    pub files: u64,
    /// Files that were in the backup when it was made, and are not now.
    pub missing: u64,
    /// Files that could not be taken along: their bytes are no longer those that were sent.
    pub broken: Vec<Sha>,
}

#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Files(#[from] BlobError),
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error("{path} cannot be written")]
    Write { path: PathBuf, source: io::Error },
}

impl From<sqlx::Error> for BackupError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

/// Lines on their way to a file, with the hash of all of them.
struct Lines {
    out: BufWriter<File>,
    hash: Sha256,
    buffer: Vec<u8>,
}

impl Lines {
    fn write(&mut self, line: &impl Serialize) -> io::Result<()> {
        self.buffer.clear();
        serde_json::to_writer(&mut self.buffer, line)?;
        self.buffer.push(b'\n');
        self.hash.update(&self.buffer);
        self.out.write_all(&self.buffer)
    }
}

impl Store {
    /// Writes everything into a folder, while servers go on. The attachments of an earlier backup in the same folder are
    /// not copied again.
    pub async fn backup(&self, folder: &Path, blobs: &Blobs) -> Result<Counts, BackupError> {
        // The place for the files makes the folder, for nobody else to read.
        let copies = Blobs::open(&folder.to_string_lossy())?;
        let path = folder.join(format!("{FILE}.part"));
        let written = self.write_all(&path, folder, blobs, &copies).await;
        if written.is_err() {
            // What is not whole is of no use; the error says what happened.
            let _ = std::fs::remove_file(&path);
        }
        written
    }

    async fn write_all(
        &self,
        path: &Path,
        folder: &Path,
        blobs: &Blobs,
        copies: &Blobs,
    ) -> Result<Counts, BackupError> {
        let failed = |source| BackupError::Write {
            path: path.to_owned(),
            source,
        };
        let mut lines = Lines {
            out: BufWriter::new(private(path).map_err(failed)?),
            hash: Sha256::new(),
            buffer: Vec::new(),
        };
        let mut rows = BTreeMap::new();
        let mut snapshot = self.snapshot().await?;
        let (seq, ticket): (i64, i64) = sqlx::query_as("SELECT seq, ticket FROM head WHERE id = 1")
            .fetch_one(&mut *snapshot)
            .await?;
        let opening = Opening {
            rexian_backup: FORMAT,
            taken: machine_time().to_rfc3339(),
            seq,
            ticket,
        };
        lines.write(&opening).map_err(failed)?;
        for table in TABLES {
            let count = copy_rows(&mut snapshot, table, &mut lines, &failed).await?;
            rows.insert(table.name.to_owned(), count);
        }
        snapshot.rollback().await?;
        // After the rows: whatever they name was stored before they named it.
        let (files, broken) = copy_files(blobs, copies).await?;
        let count = |table: &str| rows.get(table).copied().unwrap_or_default();
        let counts = Counts {
            tickets: count("intakes"),
            events: count("events"),
            files,
            missing: 0,
            broken,
        };
        let closing = Closing {
            sha256: hex(&lines.hash.clone().finalize()),
            rows,
            files,
        };
        lines.write(&closing).map_err(failed)?;
        let file = lines.out.into_inner().map_err(|error| failed(error.into_error()))?;
        file.sync_all().map_err(failed)?;
        std::fs::rename(path, folder.join(FILE)).map_err(failed)?;
        // The new name has to outlive a power cut as well.
        #[cfg(unix)]
        File::open(folder)
            .and_then(|folder| folder.sync_all())
            .map_err(failed)?;
        Ok(counts)
    }
}

/// Readable by nobody else: it holds people's complaints and the hashes of passwords.
fn private(path: &Path) -> io::Result<File> {
    // Made anew, so that an old one's permissions do not stay.
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

async fn copy_rows(
    snapshot: &mut AnyConnection,
    table: &Table,
    lines: &mut Lines,
    failed: &(impl Fn(io::Error) -> BackupError + Sync),
) -> Result<u64, BackupError> {
    let columns: Vec<&str> = table.columns.iter().map(|(name, _)| *name).collect();
    let sql = format!(
        "SELECT {} FROM {} ORDER BY {}",
        columns.join(", "),
        table.name,
        table.order
    );
    let mut rows = sqlx::query(AssertSqlSafe(sql)).fetch(snapshot);
    let mut count = 0;
    while let Some(row) = rows.try_next().await? {
        lines.write(&line(table, &row)?).map_err(failed)?;
        count += 1;
    }
    Ok(count)
}

fn line(table: &Table, row: &AnyRow) -> Result<Vec<serde_json::Value>, sqlx::Error> {
    let mut line = vec![serde_json::Value::from(table.name)];
    for (at, (_, sort)) in table.columns.iter().enumerate() {
        line.push(match sort {
            Number => row.try_get::<i64, _>(at)?.into(),
            Text => row.try_get::<String, _>(at)?.into(),
        });
    }
    Ok(line)
}

/// Copies every file that is not there yet. Returns how many there are, and those whose bytes are not theirs.
pub(super) async fn copy_files(from: &Blobs, to: &Blobs) -> Result<(u64, Vec<Sha>), BlobError> {
    // What was let in once is not refused for a limit that was set since.
    let to = to.clone().with_limit(u64::MAX);
    let (mut files, mut broken) = (0, Vec::new());
    let mut all = std::pin::pin!(from.all());
    while let Some((sha, size)) = all.try_next().await? {
        let bytes = match size {
            0 => stream::empty().boxed(),
            _ => from.get(&sha, None).await?.bytes,
        };
        match to.put(&sha, size, 0, bytes).await {
            Ok(_) => files += 1,
            Err(BlobError::Mismatch | BlobError::Kind | BlobError::Length { .. }) => broken.push(sha),
            Err(error) => return Err(error),
        }
    }
    Ok((files, broken))
}
