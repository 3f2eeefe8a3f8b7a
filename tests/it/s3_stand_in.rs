//! A stand-in for S3 on a loopback port: as much of its protocol as keeping files takes, everything in memory, no
//! signature looked at. It deals out lists in short pages, as S3 does with long ones.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard};

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Query, Request, State};
use axum::http::{HeaderMap, Method, Response, StatusCode, header};
use chrono::{DateTime, Utc};

const PAGE: usize = 2;
const LARGEST: usize = 64 * 1024 * 1024;
/// S3 refuses smaller pieces, but for the last.
const SMALLEST_PIECE: usize = 5 * 1024 * 1024;

pub struct Object {
    pub bytes: Bytes,
    pub changed: DateTime<Utc>,
}

#[derive(Default)]
pub struct Shelf {
    /// By `/bucket/key`.
    pub objects: BTreeMap<String, Object>,
    pieces: HashMap<String, BTreeMap<usize, Bytes>>,
    uploads_begun: usize,
    /// What is put from now on was put then.
    pub today: DateTime<Utc>,
    pub refuses: bool,
    pub requests: Vec<String>,
}

impl Shelf {
    pub fn unfinished_uploads(&self) -> usize {
        self.pieces.len()
    }
}

#[derive(Clone)]
pub struct StandIn {
    address: String,
    shelf: Arc<Mutex<Shelf>>,
}

impl StandIn {
    /// Lives as long as the test's runtime.
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let stand_in = Self {
            address: format!("http://{}", listener.local_addr().expect("an address")),
            shelf: Arc::default(),
        };
        let app = Router::new().fallback(answer).with_state(stand_in.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        stand_in
    }

    pub fn setting(&self, name: &str) -> Option<String> {
        match name {
            "AWS_ENDPOINT_URL" => Some(self.address.clone()),
            "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" => Some("test".to_owned()),
            _ => None,
        }
    }

    pub fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.shelf.lock().expect("no test panics with the shelf in hand")
    }
}

type Parameters = HashMap<String, String>;

async fn answer(State(stand_in): State<StandIn>, Query(query): Query<Parameters>, request: Request) -> Response<Body> {
    let (head, body) = request.into_parts();
    let path = head.uri.path().to_owned();
    let body = to_bytes(body, LARGEST).await.expect("a body");
    let mut shelf = stand_in.shelf();
    shelf.requests.push(format!("{} {}", head.method, head.uri));
    if shelf.refuses {
        return reply(StatusCode::FORBIDDEN, "<Error><Code>AccessDenied</Code></Error>");
    }
    match (head.method, query.get("uploadId")) {
        (Method::GET, _) if query.contains_key("list-type") => list(&shelf, &path, &query),
        (Method::GET, _) => get(&shelf, &path, &head.headers),
        (Method::PUT, Some(upload)) => put_piece(&mut shelf, upload, &query, body),
        (Method::PUT, None) => {
            let changed = shelf.today;
            shelf.objects.insert(path, Object { bytes: body, changed });
            stored()
        }
        (Method::POST, None) if query.contains_key("uploads") => {
            shelf.uploads_begun += 1;
            let upload = shelf.uploads_begun.to_string();
            shelf.pieces.insert(upload.clone(), BTreeMap::new());
            let told = format!("<UploadId>{upload}</UploadId>");
            reply(
                StatusCode::OK,
                format!("<InitiateMultipartUploadResult>{told}</InitiateMultipartUploadResult>"),
            )
        }
        (Method::POST, Some(upload)) => complete(&mut shelf, path, upload),
        (Method::DELETE, Some(upload)) => {
            shelf.pieces.remove(upload);
            reply(StatusCode::NO_CONTENT, "")
        }
        (Method::DELETE, None) => {
            shelf.objects.remove(&path);
            reply(StatusCode::NO_CONTENT, "")
        }
        (method, _) => panic!("{method} {path} {query:?} is not what this stand-in knows"),
    }
}

fn reply(status: StatusCode, body: impl Into<Body>) -> Response<Body> {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response
}

fn stored() -> Response<Body> {
    let mut response = reply(StatusCode::OK, "");
    response
        .headers_mut()
        .insert(header::ETAG, "\"e\"".parse().expect("a tag"));
    response
}

fn get(shelf: &Shelf, path: &str, headers: &HeaderMap) -> Response<Body> {
    let Some(object) = shelf.objects.get(path) else {
        return reply(StatusCode::NOT_FOUND, "<Error><Code>NoSuchKey</Code></Error>");
    };
    let size = object.bytes.len();
    let Some(range) = headers.get(header::RANGE) else {
        return reply(StatusCode::OK, object.bytes.clone());
    };
    let range = range.to_str().expect("text").strip_prefix("bytes=").expect("bytes");
    let (first, last) = range.split_once('-').expect("two ends");
    let first: usize = first.parse().expect("a number");
    let last: usize = last.parse().expect("a number");
    if first >= size {
        return reply(StatusCode::RANGE_NOT_SATISFIABLE, "");
    }
    let last = last.min(size - 1);
    let mut response = reply(StatusCode::PARTIAL_CONTENT, object.bytes.slice(first..=last));
    response.headers_mut().insert(
        header::CONTENT_RANGE,
        format!("bytes {first}-{last}/{size}").parse().expect("a range"),
    );
    response
}

fn list(shelf: &Shelf, bucket: &str, query: &Parameters) -> Response<Body> {
    let bucket = format!("{}/", bucket.trim_end_matches('/'));
    let prefix = query.get("prefix").map_or("", String::as_str);
    let after = query.get("continuation-token").map_or("", String::as_str);
    let mut found = shelf
        .objects
        .iter()
        .filter_map(|(path, object)| Some((path.strip_prefix(&bucket)?, object)))
        .filter(|(key, _)| key.starts_with(prefix) && *key > after);
    let mut page = String::new();
    let mut last = "";
    for (key, object) in found.by_ref().take(PAGE) {
        let changed = object.changed.to_rfc3339();
        let size = object.bytes.len();
        page +=
            &format!("<Contents><Key>{key}</Key><LastModified>{changed}</LastModified><Size>{size}</Size></Contents>");
        last = key;
    }
    if found.next().is_some() {
        page += &format!("<NextContinuationToken>{last}</NextContinuationToken>");
    }
    reply(StatusCode::OK, format!("<ListBucketResult>{page}</ListBucketResult>"))
}

fn put_piece(shelf: &mut Shelf, upload: &str, query: &Parameters, body: Bytes) -> Response<Body> {
    let number = query["partNumber"].parse().expect("a number");
    match shelf.pieces.get_mut(upload) {
        Some(pieces) => {
            pieces.insert(number, body);
            stored()
        }
        None => reply(StatusCode::NOT_FOUND, "<Error><Code>NoSuchUpload</Code></Error>"),
    }
}

fn complete(shelf: &mut Shelf, path: String, upload: &str) -> Response<Body> {
    let Some(pieces) = shelf.pieces.remove(upload) else {
        return reply(StatusCode::NOT_FOUND, "<Error><Code>NoSuchUpload</Code></Error>");
    };
    let last = pieces.len();
    let mut whole = Vec::new();
    for (number, piece) in pieces {
        if number < last && piece.len() < SMALLEST_PIECE {
            return reply(StatusCode::BAD_REQUEST, "<Error><Code>EntityTooSmall</Code></Error>");
        }
        whole.extend_from_slice(&piece);
    }
    let changed = shelf.today;
    shelf.objects.insert(
        path,
        Object {
            bytes: whole.into(),
            changed,
        },
    );
    reply(
        StatusCode::OK,
        "<CompleteMultipartUploadResult><ETag>\"e\"</ETag></CompleteMultipartUploadResult>",
    )
}
