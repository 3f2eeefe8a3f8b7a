//! Giving a file out again, whole or in part, and checking what is kept.

use std::ops::Range;

use bytes::Bytes;
use futures_util::stream::BoxStream;
use futures_util::{Stream, StreamExt, TryStreamExt, stream};
use object_store::{Error as StoreError, GetOptions, GetRange, ObjectStore, ObjectStoreExt};
use sha2::{Digest, Sha256};

use super::kind::HEAD;
use super::place::{PARTS, WHOLE};
use super::problem::Short;
use super::{BlobError, Blobs, FileKind, Received, Sha};

/// A file is read in pieces of this size, each with a request of its own: a slow reader holds no more than one of
/// them, and no connection to the store that would run out of time.
const PIECE: u64 = 1024 * 1024;

/// A file on its way out.
pub struct Blob {
    /// Of the whole file, whatever part of it was asked for.
    pub size: u64,
    pub kind: FileKind,
    /// The part that `bytes` brings.
    pub range: Range<u64>,
    pub bytes: BoxStream<'static, Result<Bytes, BlobError>>,
}

impl Blobs {
    /// The file, or a part of it; a range that goes past the end stops there.
    pub async fn get(&self, sha: &Sha, range: Option<Range<u64>>) -> Result<Blob, BlobError> {
        let wanted = range.unwrap_or(0..u64::MAX);
        // Most files are small: one request then brings all there is to know of them.
        let first = if wanted.start == 0 {
            wanted.end.clamp(HEAD, PIECE)
        } else {
            HEAD
        };
        let (size, mut beginning) = self.beginning(sha, first).await?.ok_or(BlobError::Absent)?;
        let kind = FileKind::of_stored(&beginning);
        let range = wanted.start..wanted.end.min(size);
        if range.is_empty() {
            return Err(BlobError::Range { size });
        }
        let known = if range.start == 0 {
            beginning.truncate(usize::try_from(range.end).unwrap_or(usize::MAX));
            beginning
        } else {
            Bytes::new()
        };
        let rest = range.start + known.len() as u64..range.end;
        let known = stream::iter((!known.is_empty()).then_some(Ok(known)));
        Ok(Blob {
            size,
            kind,
            range,
            bytes: known.chain(self.pieces(sha, rest)).boxed(),
        })
    }

    /// Whether the bytes that are kept are still those that came.
    pub async fn verify(&self, sha: &Sha) -> Result<bool, BlobError> {
        let mut blob = self.get(sha, None).await?;
        let mut hasher = Sha256::new();
        while let Some(bytes) = blob.bytes.try_next().await? {
            hasher.update(&bytes);
        }
        let digest: [u8; 32] = hasher.finalize().into();
        Ok(Sha::from(digest) == *sha)
    }

    /// Every whole file and its size, in no particular order.
    pub fn all(&self) -> impl Stream<Item = Result<(Sha, u64), BlobError>> + Send + use<> {
        self.whole
            .list(None)
            .map_err(BlobError::backend)
            .try_filter_map(async |object| {
                // What else lies in the folder is none of ours.
                let sha = object.location.filename().and_then(|name| name.parse().ok());
                Ok(sha.map(|sha| (sha, object.size)))
            })
    }

    /// Whether the place answers at all. A folder that is gone, as when its disk is not mounted, would otherwise look
    /// like one in which nothing is kept.
    pub async fn ready(&self) -> Result<(), BlobError> {
        if let Some(folder) = &self.folder {
            for half in [PARTS, WHOLE] {
                if let Err(error) = tokio::fs::read_dir(folder.join(half)).await {
                    return Err(BlobError::backend(error));
                }
            }
            return Ok(());
        }
        match self.parts.list(None).next().await {
            Some(Err(error)) => Err(BlobError::backend(error)),
            _ => Ok(()),
        }
    }

    pub(super) async fn whole(&self, sha: &Sha) -> Result<Option<Received>, BlobError> {
        let found = self.beginning(sha, HEAD).await?;
        Ok(found.map(|(size, head)| Received::Whole {
            size,
            kind: FileKind::of_stored(&head),
        }))
    }

    /// The size of a file and its first bytes, `most` of them.
    async fn beginning(&self, sha: &Sha, most: u64) -> Result<Option<(u64, Bytes)>, BlobError> {
        let options = GetOptions {
            range: Some(GetRange::Bounded(0..most)),
            ..GetOptions::default()
        };
        let found = match self.whole.get_opts(&super::path_of(sha), options).await {
            Ok(found) => found,
            Err(StoreError::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(BlobError::backend(error)),
        };
        let size = found.meta.size;
        let bytes = found.bytes().await.map_err(BlobError::backend)?;
        if bytes.len() as u64 != size.min(most) {
            return Err(BlobError::backend(Short));
        }
        Ok(Some((size, bytes)))
    }

    fn pieces(&self, sha: &Sha, range: Range<u64>) -> impl Stream<Item = Result<Bytes, BlobError>> + Send + use<> {
        let store = self.whole.clone();
        let path = super::path_of(sha);
        stream::try_unfold(range, move |rest| {
            let store = store.clone();
            let path = path.clone();
            async move {
                if rest.is_empty() {
                    return Ok(None);
                }
                let end = rest.end.min(rest.start + PIECE);
                let bytes = store
                    .get_range(&path, rest.start..end)
                    .await
                    .map_err(BlobError::backend)?;
                if bytes.len() as u64 != end - rest.start {
                    return Err(BlobError::backend(Short));
                }
                Ok(Some((bytes, end..rest.end)))
            }
        })
    }
}
