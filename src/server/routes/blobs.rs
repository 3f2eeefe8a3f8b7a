//! Files, streamed up and down. An upload is resumed by asking first how much has arrived.

use axum::body::{Body, BodyDataStream};
use axum::extract::{Request, State};
use axum::http::header::{ACCEPT_RANGES, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, RANGE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use futures_util::StreamExt;
use sha2::{Digest, Sha256};

use super::json;
use crate::api::blob::{Upload, UploadQuery};
use crate::api::limits;
use crate::api::problem::ProblemKind;
use crate::domain::people::Role;
use crate::server::ask::{Asked, By, Named};
use crate::server::blobs::{BlobError, Received, Sha};
use crate::server::desk::{Counter, Desk};
use crate::server::session::Signed;
use crate::server::store::account::Order as Account;
use crate::server::store::apply::{Order, hex};
use crate::server::trouble::{Answer, Trouble, chain};

fn sha(name: &str) -> Result<Sha, Trouble> {
    name.parse().map_err(|_| Trouble::invalid("sha", &[]))
}

/// A blob's error as the problem that it is.
pub fn trouble(error: BlobError) -> Trouble {
    match error {
        BlobError::TooLarge { most } => {
            Trouble::new(ProblemKind::TooLarge).because("body", &[("most", &most.to_string())])
        }
        BlobError::Kind => Trouble::new(ProblemKind::MediaType).because("blob_kind", &[]),
        BlobError::Mismatch => Trouble::new(ProblemKind::Refused).because("blob_mismatch", &[]),
        BlobError::Gap { received } => Trouble {
            received: Some(received),
            ..Trouble::new(ProblemKind::Offset)
        },
        BlobError::Length { size } => {
            Trouble::new(ProblemKind::Refused).because("blob_length", &[("size", &size.to_string())])
        }
        BlobError::Range { .. } => Trouble::new(ProblemKind::Range),
        BlobError::Absent => Trouble::not_found(),
        BlobError::Client(_) => Trouble::invalid("broken_off", &[]),
        BlobError::Backend(source) => {
            tracing::error!(error = %chain(&*source), "the place of the files does not work");
            Trouble::new(ProblemKind::Unavailable).after(1)
        }
    }
}

pub async fn received(State(desk): State<Desk>, By(signed): By, Named(name): Named) -> Answer {
    let sha = sha(&name)?;
    // Whether somebody else has such a file is nobody's to know; their own parts tell a sender where to go on.
    let may = desk.store.may_read(&name, &signed.sight).await?;
    let upload = match desk.blobs.received(&sha).await.map_err(trouble)? {
        Received::Whole { size, kind } if may => Upload {
            received: size,
            whole: true,
            media_type: Some(kind.media_type().to_owned()),
        },
        Received::Part { bytes } => Upload {
            received: bytes,
            whole: false,
            media_type: None,
        },
        Received::Whole { .. } | Received::Nothing => Upload {
            received: 0,
            whole: false,
            media_type: None,
        },
    };
    json(StatusCode::OK, &upload)
}

pub async fn upload(
    State(desk): State<Desk>,
    By(signed): By,
    Named(name): Named,
    Asked(query): Asked<UploadQuery>,
    request: Request,
) -> Answer {
    let sha = sha(&name)?;
    if signed.is(Role::Admin) {
        return Err(Trouble::new(ProblemKind::Forbidden));
    }
    let body = request.into_body().into_data_stream();
    let known = matches!(
        desk.blobs.received(&sha).await.map_err(trouble)?,
        Received::Whole { .. }
    );
    let received = if known && !desk.store.may_read(&name, &signed.sight).await? {
        prove(&desk, &sha, &query, body).await
    } else {
        desk.blobs.put(&sha, query.size, query.offset, body).await
    };
    let upload = match received.map_err(trouble)? {
        Received::Whole { size, kind } => {
            let order = Account::Sent {
                sha256: name,
                unit: signed.person.unit.clone(),
            };
            desk.store.write(Order::Account(order)).await?;
            Upload {
                received: size,
                whole: true,
                media_type: Some(kind.media_type().to_owned()),
            }
        }
        Received::Part { bytes } => Upload {
            received: bytes,
            whole: false,
            media_type: None,
        },
        Received::Nothing => Upload {
            received: 0,
            whole: false,
            media_type: None,
        },
    };
    json(StatusCode::OK, &upload)
}

/// Somebody else has sent the same file: this sender has to bring its bytes all the same before it is theirs, too.
async fn prove(
    desk: &Counter,
    sha: &Sha,
    query: &UploadQuery,
    mut body: BodyDataStream,
) -> Result<Received, BlobError> {
    if query.offset != 0 {
        return Err(BlobError::Gap { received: 0 });
    }
    let (mut hash, mut bytes) = (Sha256::new(), 0_u64);
    while let Some(piece) = body.next().await {
        let piece = piece.map_err(|error| BlobError::Client(error.into()))?;
        bytes += piece.len() as u64;
        if bytes > query.size.min(limits::BLOB) {
            return Err(BlobError::Length { size: query.size });
        }
        hash.update(&piece);
    }
    if hex(&hash.finalize()) == sha.to_string() {
        desk.blobs.received(sha).await
    } else {
        Err(BlobError::Mismatch)
    }
}

async fn readable(desk: &Counter, signed: &Signed, name: &str) -> Result<Sha, Trouble> {
    let sha = sha(name)?;
    if desk.store.may_read(name, &signed.sight).await? {
        Ok(sha)
    } else {
        Err(Trouble::not_found())
    }
}

pub async fn head(State(desk): State<Desk>, By(signed): By, Named(name): Named) -> Answer {
    let sha = readable(&desk, &signed, &name).await?;
    match desk.blobs.received(&sha).await.map_err(trouble)? {
        Received::Whole { size, kind } => {
            let mut response = StatusCode::OK.into_response();
            let headers = response.headers_mut();
            headers.insert(CONTENT_LENGTH, HeaderValue::from(size));
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind.media_type()));
            headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
            Ok(response)
        }
        _ => Err(Trouble::not_found()),
    }
}

pub async fn download(
    State(desk): State<Desk>,
    By(signed): By,
    Named(name): Named,
    headers: HeaderMap,
) -> Result<Response, Trouble> {
    let sha = readable(&desk, &signed, &name).await?;
    let range = headers
        .get(RANGE)
        .and_then(|range| range.to_str().ok())
        .and_then(asked_range);
    let blob = desk.blobs.get(&sha, range.clone()).await.map_err(trouble)?;
    let (size, kind) = (blob.size, blob.kind);
    let (status, length, said) = match range {
        None => (StatusCode::OK, size, None),
        Some(range) => {
            let end = range.end.min(size);
            let said = format!("bytes {}-{}/{size}", range.start, end.saturating_sub(1));
            (StatusCode::PARTIAL_CONTENT, end.saturating_sub(range.start), Some(said))
        }
    };
    let mut response = (status, Body::from_stream(blob.bytes)).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind.media_type()));
    headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
    headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    // A file that somebody sent is saved, never shown as a page of this server.
    headers.insert(CONTENT_DISPOSITION, HeaderValue::from_static("attachment"));
    if let Some(said) = said.and_then(|said| HeaderValue::from_str(&said).ok()) {
        headers.insert(CONTENT_RANGE, said);
    }
    Ok(response)
}

/// `bytes=a-b` and `bytes=a-`; anything else is left aside, as a server may.
fn asked_range(text: &str) -> Option<std::ops::Range<u64>> {
    let (start, end) = text.strip_prefix("bytes=")?.split_once('-')?;
    let start: u64 = start.parse().ok()?;
    let end = if end.is_empty() {
        u64::MAX
    } else {
        end.parse::<u64>().ok()?.checked_add(1)?
    };
    (start < end).then_some(start..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_range_is_read_and_anything_else_left_aside() {
        assert_eq!(asked_range("bytes=0-9"), Some(0..10));
        assert_eq!(asked_range("bytes=5-"), Some(5..u64::MAX));
        for text in ["bytes=-5", "bytes=9-0", "bytes=0-1,3-4", "lines=0-1", "bytes=a-b", ""] {
            assert_eq!(asked_range(text), None, "{text}");
        }
    }
}
