//! Files up and down. Both go on where they were cut: an upload asks first how much has arrived, a download asks for the
//! bytes that it lacks and believes a file only by its hash.

use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream;
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE, RANGE};
use reqwest::{Body, Response, StatusCode};
use sha2::{Digest, Sha256};
use tokio::fs::{File, OpenOptions};
use tokio::io::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt, SeekFrom};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use super::error::ApiError;
use super::http::{Call, Client, read, refusal};
use crate::api::blob::{Upload, UploadQuery};
use crate::api::limits;
use crate::api::problem::ProblemKind;
use crate::api::routes::{Route, operation};

const RECEIVED: &Route = operation("received_upload");
const UPLOAD: &Route = operation("upload");
const DOWNLOAD: &Route = operation("download");
const HEAD: &Route = operation("blob_head");

const PIECE: u64 = 64 * 1024;

#[derive(Debug, thiserror::Error)]
pub enum TransferError {
    /// The file on this machine.
    #[error("the file cannot be read or written")]
    File(#[from] io::Error),
    #[error(transparent)]
    Api(#[from] ApiError),
    #[error("the file is empty")]
    Empty,
    #[error("the file has more than {most} bytes")]
    TooLarge { most: u64 },
    #[error("the file was changed while it was sent")]
    Changed,
    /// What came down is not what was asked for.
    #[error("the bytes do not have the hash that was asked for")]
    Mismatch,
    /// The server takes bytes in and never has the whole.
    #[error("the server does not get the file together")]
    Stuck,
}

/// A file that is on the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    pub sha256: String,
    pub size: u64,
    pub media_type: Option<String>,
}

impl Client {
    /// How much of a file has arrived.
    pub async fn received(&self, sha256: &str) -> Result<Upload, ApiError> {
        self.ask(&Call::to(RECEIVED).named(sha256)).await
    }

    /// Brings a file to the server, or what it lacks of it. `progress` hears how many bytes are there.
    pub async fn upload(&self, path: &Path, mut progress: impl FnMut(u64)) -> Result<Sent, TransferError> {
        let size = tokio::fs::metadata(path).await?.len();
        match size {
            0 => return Err(TransferError::Empty),
            size if size > limits::BLOB => return Err(TransferError::TooLarge { most: limits::BLOB }),
            _ => {}
        }
        let sha256 = hash(path.to_owned()).await?;
        let mut tries = self.settings().patience.begin();
        let mut best = 0;
        loop {
            if tokio::fs::metadata(path).await?.len() != size {
                return Err(TransferError::Changed);
            }
            let outcome = self.send_rest(path, &sha256, size, &mut best, &mut progress).await;
            let wait = match outcome {
                Ok(Round { upload, .. }) if upload.whole => {
                    return Ok(Sent {
                        sha256,
                        size,
                        media_type: upload.media_type,
                    });
                }
                Ok(Round { got_on: true, .. }) => {
                    tries.got_on();
                    continue;
                }
                // All of it was sent and not all of it is there: somebody else's upload of the same file came between.
                Ok(_) => tries.again(None).ok_or(TransferError::Stuck)?,
                Err(TransferError::Api(error)) => match tries.after(&error) {
                    Some(wait) => wait,
                    None => return Err(error.into()),
                },
                Err(error) => return Err(error),
            };
            sleep(wait).await;
        }
    }

    /// Asks what is there and sends what is not. `best` is the most that ever was.
    async fn send_rest(
        &self,
        path: &Path,
        sha256: &str,
        size: u64,
        best: &mut u64,
        progress: &mut impl FnMut(u64),
    ) -> Result<Round, TransferError> {
        let there: Upload = self.ask_once(&Call::to(RECEIVED).named(sha256)).await?;
        let before = *best;
        *best = before.max(there.received);
        if there.whole {
            progress(size);
            return Ok(Round::of(there, true));
        }
        progress(there.received);
        let upload = match self.put(path, sha256, size, there.received.min(size), progress).await {
            // The question is asked anew, and the answer is where to go on.
            Err(TransferError::Api(ApiError::Refused(problem))) if problem.kind() == Some(ProblemKind::Offset) => {
                return Ok(Round::of(there, *best > before));
            }
            other => other?,
        };
        *best = (*best).max(upload.received);
        Ok(Round::of(upload, *best > before))
    }

    async fn put(
        &self,
        path: &Path,
        sha256: &str,
        size: u64,
        offset: u64,
        progress: &mut impl FnMut(u64),
    ) -> Result<Upload, TransferError> {
        let mut file = File::open(path).await?;
        file.seek(SeekFrom::Start(offset)).await?;
        let (moved, mut heard) = watch::channel(offset);
        let query = UploadQuery { size, offset };
        let rest = (size - offset).to_string();
        let call = Call::to(UPLOAD)
            .named(sha256)
            .asking(&query)?
            .header(CONTENT_TYPE, "application/octet-stream".to_owned())
            .header(CONTENT_LENGTH, rest);
        let mut sending = std::pin::pin!(self.send(&call, Some(body(file, offset, size, moved))));
        let patience = self.settings().timeout;
        let mut response = loop {
            let next = timeout(patience, heard.changed());
            tokio::select! {
                answer = &mut sending => break answer?,
                moved = next => match moved {
                    Ok(Ok(())) => progress(*heard.borrow_and_update()),
                    // Everything is on its way, or the server wants no more of it.
                    Ok(Err(_)) => break timeout(patience, &mut sending).await.map_err(|_| ApiError::Timeout)??,
                    Err(_) => return Err(ApiError::Timeout.into()),
                },
            }
        };
        if response.status().as_u16() != UPLOAD.good.0 {
            return Err(refusal(response).await.into());
        }
        let request_id = super::error::request_id(response.headers());
        let bytes = within(patience, read(&mut response)).await?;
        serde_json::from_slice(&bytes).map_err(|source| {
            ApiError::Decode {
                request_id,
                source: Some(source),
            }
            .into()
        })
    }

    /// Whether a file is there for this person, and how long it is.
    pub async fn blob_size(&self, sha256: &str) -> Result<Option<u64>, ApiError> {
        let call = Call::to(HEAD).named(sha256);
        let mut tries = self.settings().patience.begin();
        loop {
            let error = match within(self.settings().timeout, self.send(&call, None)).await {
                Ok(response) if response.status() == StatusCode::OK => return Ok(length(&response)),
                // An answer to this question has no body to say more in.
                Ok(response) if response.status() == StatusCode::NOT_FOUND => return Ok(None),
                Ok(response) => refusal(response).await,
                Err(error) => error,
            };
            let Some(wait) = tries.after(&error) else {
                return Err(error);
            };
            sleep(wait).await;
        }
    }

    /// Brings a file down to `path`. Until it is whole its bytes are in a file beside it, from which an interrupted
    /// download goes on. `progress` hears how many bytes are there.
    pub async fn download(
        &self,
        sha256: &str,
        path: &Path,
        mut progress: impl FnMut(u64),
    ) -> Result<u64, TransferError> {
        let part = beside(path);
        let mut tries = self.settings().patience.begin();
        let mut anew = false;
        loop {
            let before = present(&part).await?;
            match self.fetch_rest(sha256, &part, before, &mut progress).await {
                Ok(()) if hash(part.clone()).await? == sha256 => {
                    tokio::fs::rename(&part, path).await?;
                    return present(path).await.map_err(TransferError::File);
                }
                // What an earlier run left was not the beginning of this file.
                Ok(()) if before > 0 && !anew => {
                    tokio::fs::remove_file(&part).await?;
                    anew = true;
                }
                Ok(()) => {
                    tokio::fs::remove_file(&part).await?;
                    return Err(TransferError::Mismatch);
                }
                Err(TransferError::Api(error)) => {
                    if present(&part).await? > before {
                        tries.got_on();
                    }
                    let Some(wait) = tries.after(&error) else {
                        return Err(error.into());
                    };
                    sleep(wait).await;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Adds to `part` what it lacks.
    async fn fetch_rest(
        &self,
        sha256: &str,
        part: &Path,
        have: u64,
        progress: &mut impl FnMut(u64),
    ) -> Result<(), TransferError> {
        let patience = self.settings().timeout;
        let mut call = Call::to(DOWNLOAD).named(sha256);
        if have > 0 {
            call = call.header(RANGE, format!("bytes={have}-"));
        }
        let mut response = within(patience, self.send(&call, None)).await?;
        let from = match response.status() {
            StatusCode::OK => 0,
            StatusCode::PARTIAL_CONTENT => have,
            // There is no more of it.
            StatusCode::RANGE_NOT_SATISFIABLE => return Ok(()),
            _ => return Err(refusal(response).await.into()),
        };
        let mut file = OpenOptions::new()
            .create(true)
            .write(true)
            .truncate(false)
            .open(part)
            .await?;
        file.set_len(from).await?;
        file.seek(SeekFrom::Start(from)).await?;
        let mut at = from;
        progress(at);
        let outcome = loop {
            let piece = within(patience, async { response.chunk().await.map_err(ApiError::of_sending) }).await;
            match piece {
                Ok(Some(piece)) => {
                    file.write_all(&piece).await?;
                    at += piece.len() as u64;
                    progress(at);
                }
                Ok(None) => break Ok(()),
                Err(error) => break Err(error.into()),
            }
        };
        // What has come is kept, however it ended.
        file.flush().await?;
        file.sync_all().await?;
        outcome
    }
}

/// What one question and one sending came to.
struct Round {
    upload: Upload,
    got_on: bool,
}

impl Round {
    fn of(upload: Upload, got_on: bool) -> Self {
        Self { upload, got_on }
    }
}

async fn within<T>(patience: Duration, work: impl Future<Output = Result<T, ApiError>>) -> Result<T, ApiError> {
    timeout(patience, work).await.unwrap_or(Err(ApiError::Timeout))
}

fn length(response: &Response) -> Option<u64> {
    response.headers().get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// The bytes of a file from `offset` up to `size`, telling how far it is.
fn body(file: File, offset: u64, size: u64, moved: watch::Sender<u64>) -> Body {
    let pieces = stream::try_unfold((file, offset, moved), move |(mut file, at, moved)| async move {
        if at == size {
            return Ok::<_, io::Error>(None);
        }
        let mut piece = vec![0; usize::try_from(PIECE.min(size - at)).unwrap_or(usize::MAX)];
        file.read_exact(&mut piece).await?;
        let at = at + piece.len() as u64;
        moved.send_replace(at);
        Ok(Some((Bytes::from(piece), (file, at, moved))))
    });
    Body::wrap_stream(pieces)
}

/// The SHA-256 of a file, as it is written in addresses.
async fn hash(path: PathBuf) -> io::Result<String> {
    let hashed = tokio::task::spawn_blocking(move || {
        let mut file = std::fs::File::open(path)?;
        let mut hasher = Sha256::new();
        let mut piece = vec![0; 1 << 20];
        loop {
            match file.read(&mut piece)? {
                0 => break,
                read => hasher.update(&piece[..read]),
            }
        }
        let digest = hasher.finalize();
        Ok(digest.iter().map(|byte| format!("{byte:02x}")).collect())
    });
    hashed.await.map_err(io::Error::other)?
}

/// How much of a file is there.
async fn present(path: &Path) -> io::Result<u64> {
    match tokio::fs::metadata(path).await {
        Ok(about) => Ok(about.len()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
        Err(error) => Err(error),
    }
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    path.with_file_name(name)
}
