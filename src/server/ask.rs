//! Reading a request: who asks, what they send, under which key. What is malformed is told, never guessed at.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequest, FromRequestParts, Path, RawQuery, Request};
use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::request::Parts;
use futures_util::{Stream, StreamExt, stream};
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use tokio::time::timeout;

use crate::api::problem::ProblemKind;
use crate::api::{IDEMPOTENCY_KEY, limits};
use crate::locale::Lang;
use crate::server::desk::Desk;
use crate::server::gate::language;
use crate::server::session::Signed;
use crate::server::store::answers::Key;
use crate::server::store::apply::hex;
use crate::server::trouble::Trouble;

/// How long a body may stand still.
pub const STILL: Duration = Duration::from_secs(30);
/// How long a JSON body may take in all: whoever sends it letter by letter holds nothing for ever.
const WHOLE: Duration = Duration::from_secs(60);

/// Whoever is signed in.
pub struct By(pub Arc<Signed>);

impl FromRequestParts<Desk> for By {
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, desk: &Desk) -> Result<Self, Trouble> {
        let signed_out = || Trouble::new(ProblemKind::SignedOut);
        let token = bearer(&parts.headers).ok_or_else(signed_out)?;
        let signed = desk.sessions.who(&desk.store, token).await?;
        signed.map(Self).ok_or_else(signed_out)
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty() && token.len() <= limits::WORDS).then_some(token)
}

/// The query's parameters.
pub struct Asked<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<Desk> for Asked<T> {
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, desk: &Desk) -> Result<Self, Trouble> {
        let RawQuery(query) = RawQuery::from_request_parts(parts, desk)
            .await
            .unwrap_or(RawQuery(None));
        let query = query.unwrap_or_default();
        if query.contains("%00") {
            return Err(Trouble::invalid("nul", &[]));
        }
        let uri = axum::http::Uri::builder().path_and_query(format!("/?{query}")).build();
        let uri = uri.map_err(|_| Trouble::invalid("query", &[("problem", "")]))?;
        axum::extract::Query::try_from_uri(&uri)
            .map(|query| Self(query.0))
            .map_err(|error| Trouble::invalid("query", &[("problem", &error.body_text())]))
    }
}

/// The one name in braces of a path.
pub struct Named(pub String);

impl FromRequestParts<Desk> for Named {
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, desk: &Desk) -> Result<Self, Trouble> {
        let name: Result<Path<String>, PathRejection> = Path::from_request_parts(parts, desk).await;
        match name {
            Ok(Path(name)) if name.contains('\0') || name.chars().count() > limits::WORDS => Err(Trouble::not_found()),
            Ok(Path(name)) => Ok(Self(name)),
            Err(_) => Err(Trouble::not_found()),
        }
    }
}

/// A write: who, what, and the key under which it is done once.
pub struct Sent<T> {
    pub by: Arc<Signed>,
    pub value: T,
    pub key: Option<Key>,
    /// In which they read what went wrong.
    pub lang: Lang,
}

impl<T: DeserializeOwned> FromRequest<Desk> for Sent<T> {
    type Rejection = Trouble;

    async fn from_request(request: Request, desk: &Desk) -> Result<Self, Trouble> {
        let (mut parts, body) = request.into_parts();
        let By(by) = By::from_request_parts(&mut parts, desk).await?;
        let bytes = json_bytes(&parts.headers, body).await?;
        let key = key(&parts, &by, &bytes)?;
        let value = read(&bytes)?;
        let lang = language(&parts.headers);
        Ok(Self { by, value, key, lang })
    }
}

/// A write without a body.
pub struct Told {
    pub by: Arc<Signed>,
    pub key: Option<Key>,
}

impl FromRequestParts<Desk> for Told {
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, desk: &Desk) -> Result<Self, Trouble> {
        let By(by) = By::from_request_parts(parts, desk).await?;
        let key = key(parts, &by, &[])?;
        Ok(Self { by, key })
    }
}

/// A body from somebody who is not signed in yet.
pub struct Open<T>(pub T);

impl<T: DeserializeOwned> FromRequest<Desk> for Open<T> {
    type Rejection = Trouble;

    async fn from_request(request: Request, _: &Desk) -> Result<Self, Trouble> {
        let (parts, body) = request.into_parts();
        let bytes = json_bytes(&parts.headers, body).await?;
        read(&bytes).map(Self)
    }
}

async fn json_bytes(headers: &HeaderMap, body: Body) -> Result<Bytes, Trouble> {
    let kind = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("application/json") {
        return Err(Trouble::new(ProblemKind::MediaType).because("json", &[]));
    }
    let announced = headers
        .get(CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|bytes| bytes > limits::BODY) {
        return Err(too_large());
    }
    timeout(WHOLE, gather(pieces(body, STILL)))
        .await
        .unwrap_or_else(|_| Err(Trouble::new(ProblemKind::Slow)))
}

fn too_large() -> Trouble {
    Trouble::new(ProblemKind::TooLarge).because("body", &[("most", &limits::BODY.to_string())])
}

async fn gather(mut pieces: impl Stream<Item = Result<Bytes, axum::Error>> + Unpin) -> Result<Bytes, Trouble> {
    let mut whole = Vec::new();
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|error| broken_off(&error))?;
        if whole.len() + piece.len() > limits::BODY {
            return Err(too_large());
        }
        whole.extend_from_slice(&piece);
    }
    Ok(whole.into())
}

/// Nothing more came of a body.
#[derive(Debug, thiserror::Error)]
#[error("nothing more came for too long")]
struct StoodStill;

/// A body's pieces, for as long as they keep coming.
pub fn pieces(body: Body, still: Duration) -> impl Stream<Item = Result<Bytes, axum::Error>> + Send + Unpin {
    Box::pin(stream::unfold(Some(body.into_data_stream()), move |body| async move {
        let mut body = body?;
        match timeout(still, body.next()).await {
            Ok(piece) => piece.map(|piece| (piece, Some(body))),
            Err(_) => Some((Err(axum::Error::new(StoodStill)), None)),
        }
    }))
}

/// A body that did not come to its end.
pub fn broken_off(error: &(dyn Error + 'static)) -> Trouble {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.is::<StoodStill>() {
            return Trouble::new(ProblemKind::Slow);
        }
        cause = error.source();
    }
    Trouble::invalid("broken_off", &[])
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Trouble> {
    // A NUL has no meaning in any text here, and PostgreSQL takes none.
    if bytes.windows(6).any(|six| six.eq_ignore_ascii_case(b"\\u0000")) {
        return Err(Trouble::invalid("nul", &[]));
    }
    let value: T =
        serde_json::from_slice(bytes).map_err(|error| Trouble::invalid("body", &[("problem", &error.to_string())]))?;
    Ok(value)
}

fn key(parts: &Parts, by: &Signed, bytes: &[u8]) -> Result<Option<Key>, Trouble> {
    let Some(value) = parts.headers.get(IDEMPOTENCY_KEY) else {
        return Ok(None);
    };
    let text = value
        .to_str()
        .ok()
        .filter(|text| {
            !text.is_empty() && text.len() <= limits::KEY && text.bytes().all(|byte| byte.is_ascii_graphic())
        })
        .ok_or_else(|| Trouble::invalid("key", &[("most", &limits::KEY.to_string())]))?;
    let mut request = Sha256::new();
    for part in [parts.method.as_str().as_bytes(), parts.uri.path().as_bytes(), bytes] {
        request.update(part.len().to_le_bytes());
        request.update(part);
    }
    Ok(Some(Key {
        person: by.person.id.0.clone(),
        key: text.to_owned(),
        request: hex(&request.finalize()),
    }))
}

/// Longer texts than anybody writes are refused, wherever in a value they stand.
pub fn texts_fit(value: &impl serde::Serialize) -> Result<(), Trouble> {
    fn longest(value: &serde_json::Value) -> usize {
        match value {
            serde_json::Value::String(text) => text.chars().count(),
            serde_json::Value::Array(items) => items.iter().map(longest).max().unwrap_or(0),
            serde_json::Value::Object(fields) => fields.values().map(longest).max().unwrap_or(0),
            _ => 0,
        }
    }
    let value =
        serde_json::to_value(value).map_err(|error| Trouble::invalid("body", &[("problem", &error.to_string())]))?;
    if longest(&value) > limits::TEXT {
        return Err(Trouble::invalid("text", &[("most", &limits::TEXT.to_string())]));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_body_that_stands_still_is_waited_for_no_longer() {
        let begun = stream::iter([Ok::<_, std::io::Error>(Bytes::from_static(b"{\"action\""))]);
        let body = Body::from_stream(begun.chain(stream::pending()));
        let refused = gather(pieces(body, Duration::from_millis(5))).await;
        assert_eq!(refused.expect_err("no end").kind, ProblemKind::Slow);
    }

    #[tokio::test]
    async fn a_body_that_breaks_off_is_not_called_too_large() {
        let broken = stream::iter([Ok(Bytes::from_static(b"{")), Err(std::io::Error::other("gone"))]);
        let refused = gather(pieces(Body::from_stream(broken), STILL)).await;
        assert_eq!(refused.expect_err("no end").kind, ProblemKind::Invalid);
        let long = stream::repeat_with(|| Ok::<_, std::io::Error>(Bytes::from(vec![b' '; 1 << 16])));
        let refused = gather(pieces(Body::from_stream(long), STILL)).await;
        assert_eq!(refused.expect_err("too long").kind, ProblemKind::TooLarge);
    }
}
