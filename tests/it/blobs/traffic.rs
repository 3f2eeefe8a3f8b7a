//! Files to send, and the ways in which a network brings them.

use std::io;

use bytes::Bytes;
use futures_util::{Stream, TryStreamExt, stream};
use rexian::server::blobs::{BlobError, Blobs, FileKind, Received, Sha};

pub const MIB: u64 = 1024 * 1024;

/// Bytes that begin as a photo does and repeat nowhere.
pub fn photo(size: u64) -> Bytes {
    let mut state = 0x2545_f491_4f6c_dd1d_u64 ^ size;
    let mut bytes: Vec<u8> = b"\xff\xd8\xff\xe0".to_vec();
    while (bytes.len() as u64) < size {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(usize::try_from(size).expect("a size"));
    bytes.into()
}

pub fn from(bytes: &Bytes, offset: u64) -> Bytes {
    bytes.slice(usize::try_from(offset).expect("an offset")..)
}

pub fn to(bytes: &Bytes, end: u64) -> Bytes {
    bytes.slice(..usize::try_from(end).expect("an end"))
}

/// As the network brings it.
pub fn body(bytes: &Bytes, step: usize) -> impl Stream<Item = io::Result<Bytes>> + Unpin + Send + use<> {
    let pieces: Vec<_> = bytes
        .chunks(step)
        .map(|piece| Ok(Bytes::copy_from_slice(piece)))
        .collect();
    stream::iter(pieces)
}

pub fn broken_body(bytes: &Bytes) -> impl Stream<Item = io::Result<Bytes>> + Unpin + Send + use<> {
    let gone = io::Error::new(io::ErrorKind::ConnectionReset, "gone");
    futures_util::StreamExt::chain(body(bytes, 60_000), stream::iter([Err(gone)]))
}

pub fn nobody_reads() -> impl Stream<Item = io::Result<Bytes>> + Unpin + Send {
    stream::poll_fn(|_| panic!("the body is read"))
}

pub async fn upload(blobs: &Blobs, bytes: &Bytes) -> Result<Received, BlobError> {
    blobs
        .put(&Sha::of(bytes), bytes.len() as u64, 0, body(bytes, 60_000))
        .await
}

pub async fn read(blobs: &Blobs, sha: &Sha) -> Bytes {
    let blob = blobs.get(sha, None).await.expect("a file");
    let pieces: Vec<Bytes> = blob.bytes.try_collect().await.expect("its bytes");
    assert!(
        pieces.iter().all(|piece| piece.len() as u64 <= MIB),
        "more in memory than need be"
    );
    pieces.concat().into()
}

pub fn whole(bytes: &Bytes) -> Received {
    Received::Whole {
        size: bytes.len() as u64,
        kind: FileKind::Jpeg,
    }
}
