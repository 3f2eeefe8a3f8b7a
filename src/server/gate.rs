//! What every request passes on its way in and out: its number, the figures, the headers that keep a browser from
//! mischief, and the words for what went wrong.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{
    ACCEPT_LANGUAGE, ALLOW, CACHE_CONTROL, CONNECTION, CONTENT_LANGUAGE, CONTENT_RANGE, CONTENT_SECURITY_POLICY,
    CONTENT_TYPE, REFERRER_POLICY, RETRY_AFTER, STRICT_TRANSPORT_SECURITY, WWW_AUTHENTICATE, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt, stream};
use tokio::time::timeout;

use crate::api::REQUEST_ID;
use crate::api::problem::{FindingView, MEDIA_TYPE, Problem, ProblemKind};
use crate::api::routes::{ROUTES, Route, Verb};
use crate::locale::{Lang, Locale};
use crate::server::desk::Desk;
use crate::server::trouble::Trouble;

const REQUEST_ID_HEADER: HeaderName = HeaderName::from_static(REQUEST_ID);

/// Numbers the requests of this process; the start tells processes apart.
fn request_id() -> String {
    static START: std::sync::LazyLock<u32> = std::sync::LazyLock::new(|| getrandom::u32().unwrap_or_default());
    static NEXT: AtomicU64 = AtomicU64::new(1);
    format!("{:08x}-{:x}", *START, NEXT.fetch_add(1, Ordering::Relaxed))
}

#[expect(
    clippy::disallowed_methods,
    reason = "how long an answer took is measured, not judged"
)]
fn stopwatch() -> std::time::Instant {
    std::time::Instant::now()
}

pub async fn pass(State(desk): State<Desk>, request: Request, next: Next) -> Response {
    let began = stopwatch();
    let id = request_id();
    let path = request.extensions().get::<MatchedPath>().cloned();
    let method = request.method().clone();
    let locale = Locale::of(language(request.headers()));
    let path = path.as_ref().map(MatchedPath::as_str);
    let operation = ROUTES
        .iter()
        .position(|route| Some(route.path) == path && route.verb.name().eq_ignore_ascii_case(method.as_str()));
    let (request, read) = watched(request);
    // A database that is lost without a word would be waited for as long as its network keeps silent.
    let longest = longest(operation.map(|at| &ROUTES[at]));
    let mut response = match timeout(longest, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Trouble::new(ProblemKind::Unavailable).after(1).into_response(),
    };
    if !read.load(Ordering::Relaxed) {
        // What is still on its way would be taken for the next request: there is none on this connection.
        response
            .headers_mut()
            .insert(CONNECTION, HeaderValue::from_static("close"));
    }
    let status = response.status();
    let took = began.elapsed();
    desk.metrics.count(operation, status.as_u16(), took);
    // The path itself holds a ticket's number, and is not logged.
    let name = operation.map_or("none", |at| ROUTES[at].id);
    if status.is_server_error() {
        tracing::error!(request = %id, operation = name, status = status.as_u16(), ?took);
    } else {
        tracing::debug!(request = %id, operation = name, status = status.as_u16(), ?took);
    }
    if status.is_client_error() || status.is_server_error() {
        response = in_words(response, &method, path, locale, &id);
    }
    guard(response.headers_mut(), desk.tls);
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID_HEADER, id);
    }
    response
}

/// How long an answer may take until it begins. A stream and a file go on for as long as they last.
fn longest(route: Option<&Route>) -> Duration {
    let seconds = match route {
        // A file comes in piece by piece, each with a limit of its own.
        Some(route) if route.id == "upload" => 24 * 3600,
        Some(route) if matches!(route.verb, Verb::Get | Verb::Head) && route.id != "feed" => 30,
        // The wait that the contract allows; a body that comes slowly, and a batch before it and its own.
        _ => 180,
    };
    Duration::from_secs(seconds)
}

/// The request, and whether its body has been read to its end.
fn watched(request: Request) -> (Request, Arc<AtomicBool>) {
    let read = Arc::new(AtomicBool::new(request.body().is_end_stream()));
    if read.load(Ordering::Relaxed) {
        return (request, read);
    }
    let told = read.clone();
    let request = request.map(|body| {
        let end = stream::once(async move {
            told.store(true, Ordering::Relaxed);
            None
        });
        let pieces = body.into_data_stream().map(Some).chain(end);
        Body::from_stream(pieces.filter_map(std::future::ready))
    });
    (request, read)
}

fn guard(headers: &mut HeaderMap, tls: bool) {
    for (name, value) in [
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
        (REFERRER_POLICY, "no-referrer"),
        (CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    // Citizens' data stays in nobody's cache.
    headers
        .entry(CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    if tls {
        headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
}

/// The first language asked for that there are words in.
pub fn language(headers: &HeaderMap) -> Lang {
    let asked = headers
        .get(ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    asked
        .split(',')
        .find_map(|tag| Lang::of(tag.split(';').next().unwrap_or_default().trim()))
        .unwrap_or(Lang::Chinese)
}

/// What axum itself refuses has a status and no more.
fn unspoken(status: StatusCode, path: Option<&str>) -> Trouble {
    Trouble::new(match status {
        StatusCode::NOT_FOUND => ProblemKind::NotFound,
        StatusCode::METHOD_NOT_ALLOWED => ProblemKind::Method,
        StatusCode::PAYLOAD_TOO_LARGE => ProblemKind::TooLarge,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => ProblemKind::MediaType,
        status if status.is_server_error() => ProblemKind::Internal,
        _ if path.is_none() => ProblemKind::NotFound,
        _ => ProblemKind::Invalid,
    })
}

fn in_words(mut response: Response, method: &Method, path: Option<&str>, locale: &Locale, id: &str) -> Response {
    let said = response.extensions_mut().remove::<Trouble>();
    if said.is_none()
        && response
            .headers()
            .get(CONTENT_TYPE)
            .is_some_and(|kind| kind == MEDIA_TYPE)
    {
        return response;
    }
    let trouble = said.unwrap_or_else(|| unspoken(response.status(), path));
    let mut problem = words_of(&trouble, locale, id);
    let size = if trouble.kind == ProblemKind::Range {
        problem.received.take()
    } else {
        None
    };
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let body = if method == Method::HEAD {
        Body::empty()
    } else {
        let body = with_ticket(&problem, trouble.ticket.as_deref());
        Body::from(body)
    };
    let mut answer = Response::new(body);
    *answer.status_mut() = status;
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
    headers.insert(CONTENT_LANGUAGE, HeaderValue::from_static(locale.lang().tag()));
    if status == StatusCode::UNAUTHORIZED {
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    for name in [ALLOW, CONNECTION] {
        if let Some(value) = response.headers_mut().remove(&name) {
            headers.insert(name, value);
        }
    }
    if let Some(range) = size.and_then(|size| HeaderValue::from_str(&format!("bytes */{size}")).ok()) {
        headers.insert(CONTENT_RANGE, range);
    }
    if let Some(seconds) = problem.retry_after {
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    answer
}

/// A problem document.
pub fn words_of(trouble: &Trouble, locale: &Locale, id: &str) -> Problem {
    let mut problem = Problem::new(trouble.kind, locale);
    if let Some((key, args)) = &trouble.detail {
        let args: Vec<(&str, &str)> = args.iter().map(|(name, value)| (*name, value.as_str())).collect();
        problem.detail = locale.say(&format!("trouble_detail.{key}"), &args);
    }
    id.clone_into(&mut problem.request_id);
    problem.findings = trouble
        .findings
        .iter()
        .map(|finding| FindingView::of(finding, locale))
        .collect();
    problem.received = trouble.received;
    problem.retry_after = trouble.retry_after;
    problem
}

/// The ticket is JSON already.
fn with_ticket(problem: &Problem, ticket: Option<&serde_json::value::RawValue>) -> Vec<u8> {
    #[derive(serde::Serialize)]
    struct Whole<'a> {
        #[serde(flatten)]
        problem: &'a Problem,
        #[serde(skip_serializing_if = "Option::is_none")]
        ticket: Option<serde_json::Value>,
    }
    let ticket = ticket.and_then(|ticket| serde_json::from_str(ticket.get()).ok());
    serde_json::to_vec(&Whole { problem, ticket }).unwrap_or_default()
}
