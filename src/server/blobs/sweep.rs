//! Removing what uploads left behind that nobody went on with.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;
use std::time::SystemTime;

use chrono::{DateTime, Utc};
use futures_util::TryStreamExt;
use object_store::ObjectMeta;

use super::place::{PARTS, WHOLE};
use super::{BlobError, Blobs, Sha};

impl Blobs {
    /// Removes the parts of every upload whose newest part is older than that; says how many uploads that were.
    pub async fn sweep(&self, older_than: DateTime<Utc>) -> Result<usize, BlobError> {
        let mut newest: BTreeMap<Sha, DateTime<Utc>> = BTreeMap::new();
        let mut parts = self.parts.list(None);
        while let Some(part) = parts.try_next().await.map_err(BlobError::backend)? {
            let Some(sha) = upload_of(&part) else { continue };
            let latest = newest.entry(sha).or_insert(part.last_modified);
            *latest = part.last_modified.max(*latest);
        }
        newest.retain(|_, latest| *latest < older_than);
        for sha in newest.keys() {
            self.remove_parts(sha).await?;
        }
        if let Some(folder) = self.folder.clone() {
            tokio::task::spawn_blocking(move || remove_unfinished(&folder, older_than.into()))
                .await
                .map_err(BlobError::backend)?
                .map_err(BlobError::backend)?;
        }
        Ok(newest.len())
    }
}

fn upload_of(part: &ObjectMeta) -> Option<Sha> {
    let folder = part.location.parts().next()?;
    folder.as_ref().parse().ok()
}

/// A server that is killed in the middle of writing leaves `<name>#<number>` in the folder, which is never listed.
fn remove_unfinished(folder: &Path, older_than: SystemTime) -> io::Result<()> {
    for half in [PARTS, WHOLE] {
        for inner in unless_gone(fs::read_dir(folder.join(half)))?.into_iter().flatten() {
            let inner = inner?.path();
            if !inner.is_dir() {
                continue;
            }
            for file in unless_gone(fs::read_dir(&inner))?.into_iter().flatten() {
                let file = file?;
                let is_old = unless_gone(file.metadata())?
                    .map(|known| known.modified())
                    .transpose()?
                    .is_some_and(|modified| modified < older_than);
                if is_old && is_unfinished(&file.file_name().to_string_lossy()) {
                    unless_gone(fs::remove_file(file.path()))?;
                }
            }
            if half == PARTS {
                // Refused, as it should be, when something lies in it.
                let _ = fs::remove_dir(&inner);
            }
        }
    }
    Ok(())
}

fn is_unfinished(name: &str) -> bool {
    name.rsplit_once('#')
        .is_some_and(|(_, number)| !number.is_empty() && number.bytes().all(|digit| digit.is_ascii_digit()))
}

/// Another server may sweep the same folder.
fn unless_gone<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
