//! Attachments, kept by the SHA-256 of their bytes in a folder or in S3, for as many servers as share the place.
//!
//! An upload arrives as parts, `parts/<upload>/<offset>-<length>`, which any of the servers can go on with after asking
//! how far they reach. When they reach the announced size they are joined, checked against the hash and the kinds that
//! are let in, and only then does `blobs/<first two>/<sha>` appear, all at once. What lies there is never changed.

mod download;
mod kind;
mod parts;
mod place;
mod problem;
mod sha;
mod sweep;
mod text;
mod upload;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use object_store::ObjectStore;
use object_store::path::Path;
use tokio::sync::Semaphore;

pub use self::download::Blob;
pub use self::kind::FileKind;
pub use self::problem::{BlobError, OpenError};
pub use self::sha::{NotASha, Sha};

/// The size of a file that may be uploaded, unless set otherwise: 50 MiB.
pub const USUAL_LIMIT: u64 = 50 * 1024 * 1024;

/// Joining an upload takes up to some 11 MiB of memory, taking one in about 1 MiB: the first is done in turn.
const JOINED_AT_ONCE: usize = 8;

/// The place where attachments are kept. Clones share it.
#[derive(Clone)]
pub struct Blobs {
    parts: Arc<dyn ObjectStore>,
    whole: Arc<dyn ObjectStore>,
    folder: Option<PathBuf>,
    /// Whose parts these are; see [`Self::of_sender`].
    sender: Option<String>,
    most: u64,
    joining: Arc<Semaphore>,
}

/// How much of a file is here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Received {
    Nothing,
    /// An upload goes on from here.
    Part {
        bytes: u64,
    },
    Whole {
        size: u64,
        kind: FileKind,
    },
}

impl Blobs {
    /// `place` is a folder, which is made where there is none, or `s3://BUCKET/PREFIX` with the usual `AWS_…`
    /// variables. Nothing is asked over the network yet; see [`Self::ready`].
    ///
    /// A server that is killed while it joins an upload in S3 leaves an unfinished multipart upload there, which only
    /// a lifecycle rule of the bucket removes (`AbortIncompleteMultipartUpload`).
    pub fn open(place: &str) -> Result<Self, OpenError> {
        Self::open_with(place, |name| std::env::var(name).ok())
    }

    /// As [`Self::open`], with settings from elsewhere than the environment.
    pub fn open_with(place: &str, setting: impl Fn(&str) -> Option<String>) -> Result<Self, OpenError> {
        let place = place::open(place, setting)?;
        Ok(Self {
            parts: place.parts,
            whole: place.whole,
            folder: place.folder,
            sender: None,
            most: USUAL_LIMIT,
            joining: Arc::new(Semaphore::new(JOINED_AT_ONCE)),
        })
    }

    /// The same place for one sender, whose parts lie apart: they learn of nobody else's uploads, finish none that
    /// others began, and are told that a file is whole only after they brought every byte of it themselves.
    #[must_use]
    pub fn of_sender(&self, sender: &str) -> Self {
        Self {
            sender: Some(sender.to_owned()),
            ..self.clone()
        }
    }

    /// Under which name the parts of a file lie.
    fn upload_of(&self, sha: &Sha) -> Sha {
        match &self.sender {
            None => *sha,
            Some(sender) => Sha::of(format!("{sender}\n{sha}").as_bytes()),
        }
    }

    /// A file of more bytes than `most` is refused.
    #[must_use]
    pub fn with_limit(self, most: u64) -> Self {
        Self { most, ..self }
    }

    pub fn limit(&self) -> u64 {
        self.most
    }
}

impl fmt::Debug for Blobs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Blobs")
            .field("most", &self.most)
            .finish_non_exhaustive()
    }
}

/// Where a whole file lies. Two digits of a hash ahead keep folders small.
fn path_of(sha: &Sha) -> Path {
    let name = sha.to_string();
    Path::from_iter([&name[..2], &name])
}
