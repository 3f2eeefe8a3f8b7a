//! Taking a file in: parts as they arrive, then the whole.

use std::error::Error;
use std::future::Future;

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt, TryStreamExt, stream};
use object_store::buffered::BufWriter;
use object_store::path::Path;
use object_store::{Error as StoreError, ObjectStoreExt};
use sha2::{Digest, Sha256};
use tokio::io::AsyncWriteExt;

use super::kind::Inspection;
use super::parts::{self, Part, Taken};
use super::problem::Short;
use super::{BlobError, Blobs, FileKind, Received, Sha};

/// S3 takes no smaller pieces than this of a file that is sent in pieces. What is smaller is sent in one.
const PIECE: usize = 5 * 1024 * 1024;

impl Blobs {
    /// How far an upload is, to go on from there.
    pub async fn received(&self, sha: &Sha) -> Result<Received, BlobError> {
        if let Some(whole) = self.known(sha).await? {
            return Ok(whole);
        }
        let chain = parts::chain(self.parts_of(sha).await?, u64::MAX);
        Ok(standing(parts::reach(&chain)))
    }

    /// Takes in what `body` brings of the file `sha` from `offset` on; `size` is that of the whole file.
    ///
    /// A file that is here already is answered at once, with `body` unread. A body that ends early is no error: the
    /// answer says how far the file has come. One that breaks off is, and what came of it is kept all the same.
    /// Where every byte has come and the file is not whole, as when a server was killed at that moment, an empty body
    /// at the very end makes it so.
    pub async fn put<S, E>(&self, sha: &Sha, size: u64, offset: u64, body: S) -> Result<Received, BlobError>
    where
        S: Stream<Item = Result<Bytes, E>> + Unpin,
        E: Into<Box<dyn Error + Send + Sync>>,
    {
        if size > self.most {
            return Err(BlobError::TooLarge { most: self.most });
        }
        if let Some(whole) = self.known(sha).await? {
            return Ok(whole);
        }
        if offset > 0 {
            let chain = parts::chain(self.parts_of(sha).await?, u64::MAX);
            let received = parts::reach(&chain);
            if offset > received {
                return Err(BlobError::Gap { received });
            }
        }
        self.take_in(sha, size, offset, body).await?;
        unless_dropped(self.clone().finish(*sha, size)).await
    }

    /// The file, where it may be known without bringing it.
    async fn known(&self, sha: &Sha) -> Result<Option<Received>, BlobError> {
        match self.sender {
            None => self.whole(sha).await,
            Some(_) => Ok(None),
        }
    }

    async fn finish(self, sha: Sha, size: u64) -> Result<Received, BlobError> {
        let _turn = self.joining.acquire().await.map_err(BlobError::backend)?;
        let chain = parts::chain(self.parts_of(&sha).await?, size);
        let reach = parts::reach(&chain);
        if reach == size {
            return self.join(&sha, size, &chain).await;
        }
        // Somebody else may have sent the same file, and its parts are gone because it is whole.
        match self.known(&sha).await? {
            Some(whole) => {
                self.clear_away(&sha).await;
                Ok(whole)
            }
            None => Ok(standing(reach)),
        }
    }

    /// Writes the body down part by part; never more than one part of it is in memory.
    async fn take_in<S, E>(&self, sha: &Sha, size: u64, offset: u64, mut body: S) -> Result<(), BlobError>
    where
        S: Stream<Item = Result<Bytes, E>> + Unpin,
        E: Into<Box<dyn Error + Send + Sync>>,
    {
        let mut at = offset;
        let mut part = BytesMut::new();
        while let Some(next) = body.next().await {
            let mut bytes = match next {
                Ok(bytes) => bytes,
                Err(cause) => {
                    self.keep(sha, at, part).await?;
                    return Err(BlobError::Client(cause.into()));
                }
            };
            while !bytes.is_empty() {
                let room = parts::end_of_part(at, size).saturating_sub(at) as usize;
                if room == 0 {
                    return Err(BlobError::Length { size });
                }
                part.reserve(room - part.len());
                part.extend_from_slice(&bytes.split_to(bytes.len().min(room - part.len())));
                if part.len() == room {
                    self.keep(sha, at, std::mem::take(&mut part)).await?;
                    at += room as u64;
                }
            }
        }
        self.keep(sha, at, part).await
    }

    async fn keep(&self, sha: &Sha, offset: u64, bytes: BytesMut) -> Result<(), BlobError> {
        if bytes.is_empty() {
            return Ok(());
        }
        let length = bytes.len() as u64;
        // A film of the wrong kind is not first received to the end. The last word is spoken over the whole file.
        if offset == 0 {
            let mut inspection = Inspection::new();
            inspection.see(&bytes);
            if inspection.is_hopeless() {
                return Err(BlobError::Kind);
            }
        }
        let path = part_path(&self.upload_of(sha), Part { offset, length });
        let parts = self.parts.clone();
        unless_dropped(async move {
            let put = parts.put(&path, bytes.freeze().into()).await;
            put.map(drop).map_err(BlobError::backend)
        })
        .await
    }

    /// Makes one file of the parts. It appears under its name when all is checked, or not at all.
    async fn join(&self, sha: &Sha, size: u64, chain: &[Taken]) -> Result<Received, BlobError> {
        let mut writer =
            BufWriter::with_capacity(self.whole.clone(), super::path_of(sha), PIECE).with_max_concurrency(1);
        let refusal = match self.copy(sha, chain, &mut writer).await {
            Ok((found, Some(kind))) if found == *sha => {
                writer.shutdown().await.map_err(BlobError::backend)?;
                self.clear_away(sha).await;
                return Ok(Received::Whole { size, kind });
            }
            Ok((found, _)) if found == *sha => BlobError::Kind,
            Ok(_) => BlobError::Mismatch,
            Err(error) => {
                give_up(&mut writer).await;
                return match error {
                    // Another upload of the same file was joined, or refused, in the meantime.
                    StoreError::NotFound { .. } => self.received(sha).await,
                    error => Err(BlobError::backend(error)),
                };
            }
        };
        give_up(&mut writer).await;
        self.remove_parts(&self.upload_of(sha)).await?;
        Err(refusal)
    }

    /// The hash and the kind are those of the very bytes that were written.
    async fn copy(
        &self,
        sha: &Sha,
        chain: &[Taken],
        writer: &mut BufWriter,
    ) -> Result<(Sha, Option<FileKind>), StoreError> {
        let mut hasher = Sha256::new();
        let mut inspection = Inspection::new();
        for Taken { part, bytes } in chain {
            let content = self
                .parts
                .get(&part_path(&self.upload_of(sha), *part))
                .await?
                .bytes()
                .await?;
            if content.len() as u64 != part.length {
                return Err(StoreError::Generic {
                    store: "blobs",
                    source: Box::new(Short),
                });
            }
            // Both ends lie within the part, so within memory.
            let content = content.slice(bytes.start as usize..bytes.end as usize);
            hasher.update(&content);
            inspection.see(&content);
            writer.put(content).await?;
        }
        let digest: [u8; 32] = hasher.finalize().into();
        Ok((Sha::from(digest), inspection.kind()))
    }

    async fn parts_of(&self, sha: &Sha) -> Result<Vec<Part>, BlobError> {
        let folder = Path::from(self.upload_of(sha).to_string());
        self.parts
            .list(Some(&folder))
            .try_filter_map(async |object| {
                let part = object.location.filename().and_then(Part::named);
                // A machine that lost its power may have kept the name and lost the bytes.
                Ok(part.filter(|part| part.length == object.size))
            })
            .try_collect()
            .await
            .map_err(BlobError::backend)
    }

    /// Parts that are no longer wanted stay at worst until the next sweep.
    async fn clear_away(&self, sha: &Sha) {
        if let Err(error) = self.remove_parts(&self.upload_of(sha)).await {
            tracing::warn!(%sha, error = &error as &dyn Error, "the parts of a finished upload are still there");
        }
    }

    pub(super) async fn remove_parts(&self, upload: &Sha) -> Result<(), BlobError> {
        let folder = Path::from(upload.to_string());
        let found: Vec<_> = self.parts.list(Some(&folder)).collect().await;
        let paths = stream::iter(found).map_ok(|object| object.location).boxed();
        let mut removals = self.parts.delete_stream(paths);
        let mut outcome = Ok(());
        while let Some(removal) = removals.next().await {
            match removal {
                // Somebody else removed it first.
                Ok(_) | Err(StoreError::NotFound { .. }) => {}
                Err(error) => outcome = Err(BlobError::backend(error)),
            }
        }
        outcome
    }
}

fn part_path(upload: &Sha, part: Part) -> Path {
    Path::from_iter([upload.to_string(), part.name()])
}

fn standing(bytes: u64) -> Received {
    match bytes {
        0 => Received::Nothing,
        bytes => Received::Part { bytes },
    }
}

async fn give_up(writer: &mut BufWriter) {
    if let Err(error) = writer.abort().await {
        tracing::warn!(
            error = &error as &dyn Error,
            "an unfinished file could not be taken back"
        );
    }
}

/// Runs to its end even if the one who waits goes away, as happens to a request whose client hangs up.
async fn unless_dropped<T: Send + 'static>(
    work: impl Future<Output = Result<T, BlobError>> + Send + 'static,
) -> Result<T, BlobError> {
    match tokio::spawn(work).await {
        Ok(result) => result,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(cancelled) => Err(BlobError::backend(cancelled)),
        },
    }
}
