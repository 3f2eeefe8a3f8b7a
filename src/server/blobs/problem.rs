//! What can go wrong with blobs. The words are for logs; none carries a path or an address, those are in the sources.

use std::error::Error;

use super::kind::FileKind;

type Cause = Box<dyn Error + Send + Sync>;

#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    #[error("a file may have {most} bytes at most")]
    TooLarge { most: u64 },
    #[error("the file is none of these: {}", FileKind::names())]
    Kind,
    /// What had been received is thrown away: the next upload begins anew.
    #[error("the bytes received have another SHA-256 than announced")]
    Mismatch,
    #[error("the upload stands at {received} bytes; it goes on from there or from before")]
    Gap { received: u64 },
    #[error("more bytes came than the {size} announced")]
    Length { size: u64 },
    #[error("the range lies outside a file of {size} bytes")]
    Range { size: u64 },
    #[error("there is no such file")]
    Absent,
    /// Whoever sends stopped; what came before is kept.
    #[error("the upload broke off")]
    Client(#[source] Cause),
    #[error("the place where files are kept does not work")]
    Backend(#[source] Cause),
}

impl BlobError {
    pub(super) fn backend(cause: impl Into<Cause>) -> Self {
        Self::Backend(cause.into())
    }
}

/// Why a place for blobs cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("{scheme}:// is no place for files: give a folder or s3://BUCKET/PREFIX")]
    Scheme { scheme: String },
    #[error("s3:// needs the name of a bucket: s3://BUCKET/PREFIX")]
    NoBucket,
    #[error("{prefix:?} cannot stand after the bucket in s3://BUCKET/PREFIX")]
    Prefix {
        prefix: String,
        source: object_store::path::Error,
    },
    /// An address shows up in logs, and a password in it would as well.
    #[error("the S3 endpoint must not hold a user or password: give those as AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY")]
    SecretInEndpoint,
    #[error("the folder {folder} cannot be made or used")]
    Folder { folder: String, source: std::io::Error },
    #[error("the folder {folder} cannot be used")]
    Store {
        folder: String,
        source: object_store::Error,
    },
    #[error("the settings for S3 cannot be used")]
    S3(#[source] object_store::Error),
}

/// A store answered with fewer bytes than it had announced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a stored object is shorter than it is said to be")]
pub(super) struct Short;
