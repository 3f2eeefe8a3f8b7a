//! Files, streamed up and down. An upload is resumed by asking first how much has arrived.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{ACCEPT_RANGES, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, RANGE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use super::json;
use crate::api::blob::{Upload, UploadQuery};
use crate::api::problem::ProblemKind;
use crate::domain::people::Role;
use crate::server::ask::{Asked, By, Named, STILL, broken_off, pieces};
use crate::server::blobs::{BlobError, Blobs, Received, Sha};
use crate::server::desk::{Counter, Desk};
use crate::server::session::Signed;
use crate::server::store::account::Order as Account;
use crate::server::store::apply::Order;
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
        BlobError::Range { size } => Trouble {
            received: Some(size),
            ..Trouble::new(ProblemKind::Range)
        },
        BlobError::Absent => Trouble::not_found(),
        BlobError::Client(source) => broken_off(&*source),
        BlobError::Backend(source) => {
            tracing::error!(error = %chain(&*source), "the place of the files does not work");
            Trouble::new(ProblemKind::Unavailable).after(1)
        }
    }
}

pub async fn received(State(desk): State<Desk>, By(signed): By, Named(name): Named) -> Answer {
    let sha = sha(&name)?;
    // Whether somebody else has such a file is nobody's to know; a sender's own parts tell where to go on.
    let received = match whole(&desk, &signed, &name, &sha).await? {
        Some(whole) => whole,
        None => sender(&desk, &signed).received(&sha).await.map_err(trouble)?,
    };
    json(StatusCode::OK, &said(received))
}

pub async fn upload(
    State(desk): State<Desk>,
    By(signed): By,
    Named(name): Named,
    Asked(query): Asked<UploadQuery>,
    request: Request,
) -> Answer {
    let sha = sha(&name)?;
    if query.size == 0 {
        return Err(Trouble::invalid("query", &[("problem", "size < 1")]));
    }
    if signed.is(Role::Admin) {
        return Err(Trouble::new(ProblemKind::Forbidden));
    }
    let received = match whole(&desk, &signed, &name, &sha).await? {
        Some(whole) => whole,
        None => {
            let body = pieces(request.into_body(), STILL);
            let put = sender(&desk, &signed).put(&sha, query.size, query.offset, body).await;
            put.map_err(trouble)?
        }
    };
    if matches!(received, Received::Whole { .. }) {
        let order = Account::Sent {
            sha256: name,
            unit: signed.person.unit.clone(),
        };
        desk.store.write(Order::Account(order)).await?;
    }
    json(StatusCode::OK, &said(received))
}

/// The file, where it is there and this person may read it.
async fn whole(desk: &Counter, signed: &Signed, name: &str, sha: &Sha) -> Result<Option<Received>, Trouble> {
    if !desk.store.may_read(name, &signed.sight).await? {
        return Ok(None);
    }
    let received = desk.blobs.received(sha).await.map_err(trouble)?;
    Ok(matches!(received, Received::Whole { .. }).then_some(received))
}

/// The place of the files as this person's unit sends to it.
fn sender(desk: &Counter, signed: &Signed) -> Blobs {
    desk.blobs.of_sender(signed.person.unit.as_str())
}

fn said(received: Received) -> Upload {
    let (received, media_type) = match received {
        Received::Nothing => (0, None),
        Received::Part { bytes } => (bytes, None),
        Received::Whole { size, kind } => (size, Some(kind.media_type().to_owned())),
    };
    Upload {
        received,
        whole: media_type.is_some(),
        media_type,
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
