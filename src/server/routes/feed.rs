//! The feed: a page of it, waiting for news where there are none, and the same as a stream.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use tokio::time::timeout;

use super::json_bytes;
use crate::api::feed::FeedQuery;
use crate::api::limits;
use crate::api::problem::ProblemKind;
use crate::server::ask::{Asked, By};
use crate::server::desk::{Counter, Desk};
use crate::server::session::Signed;
use crate::server::sight::Sight;
use crate::server::store::feed::{Entry, Reading};
use crate::server::trouble::{Answer, Trouble};

const USUAL: u32 = 100;
/// A comment every so often, so that whatever stands between sees that the line lives.
const ALIVE: Duration = Duration::from_secs(15);

struct Limits {
    page: u32,
    wait: Duration,
}

fn checked(query: &FeedQuery) -> Result<Limits, Trouble> {
    let page = query.limit.unwrap_or(USUAL);
    let wait = query.wait.unwrap_or(0);
    if !(0..=limits::NUMBER).contains(&query.after)
        || !(1..=limits::FEED_PAGE).contains(&page)
        || wait > limits::FEED_WAIT
    {
        let (page, wait) = (limits::FEED_PAGE.to_string(), limits::FEED_WAIT.to_string());
        return Err(Trouble::invalid("feed", &[("most", &page), ("wait", &wait)]));
    }
    Ok(Limits {
        page,
        wait: Duration::from_secs(wait.into()),
    })
}

pub async fn page(State(desk): State<Desk>, By(signed): By, Asked(query): Asked<FeedQuery>) -> Answer {
    let limits = checked(&query)?;
    let waited = timeout(limits.wait, news(&desk, &signed.sight, query.after, limits.page)).await;
    // Whoever signed out while waiting hears no more, and nobody more than they may see by now.
    let still = still(&desk, &signed)
        .await?
        .ok_or(Trouble::new(ProblemKind::SignedOut))?;
    let reading = match waited {
        Ok(reading) if still.sight == signed.sight => reading?,
        _ => desk.store.read(&still.sight, query.after, limits.page).await?,
    };
    let mut body = "{\"news\":[".to_owned();
    for (at, entry) in reading.entries.iter().enumerate() {
        if at > 0 {
            body.push(',');
        }
        body.push_str(&written(entry));
    }
    body.push_str(&format!("],\"next\":{},\"more\":{}}}", reading.next, reading.more));
    Ok(json_bytes(StatusCode::OK, body))
}

/// The same person, if they are still signed in.
async fn still(desk: &Counter, signed: &Signed) -> Result<Option<Arc<Signed>>, Trouble> {
    Ok(desk.sessions.of(&desk.store, signed.token.clone()).await?)
}

/// Reads on until there is something to tell, or the server stops.
async fn news(desk: &Counter, sight: &Sight, after: i64, page: u32) -> Result<Reading, Trouble> {
    let mut head = desk.store.head();
    let mut stopping = desk.stopping.subscribe();
    let mut from = after;
    loop {
        head.borrow_and_update();
        let reading = desk.store.read(sight, from, page).await?;
        if !reading.entries.is_empty() || *stopping.borrow_and_update() {
            return Ok(reading);
        }
        from = reading.next;
        if reading.more {
            continue;
        }
        tokio::select! {
            moved = head.changed() => if moved.is_err() { return Ok(reading) },
            _ = stopping.changed() => return Ok(reading),
        }
    }
}

/// JSON of one `News`; event and summary are JSON already.
fn written(entry: &Entry) -> String {
    let no = serde_json::Value::from(entry.no.as_str());
    let ticket = entry.summary.as_deref().unwrap_or("null");
    format!(
        "{{\"seq\":{},\"no\":{no},\"version\":{},\"event\":{},\"ticket\":{ticket}}}",
        entry.seq, entry.version, entry.event
    )
}

pub async fn stream(
    State(desk): State<Desk>,
    By(signed): By,
    headers: HeaderMap,
    Asked(query): Asked<FeedQuery>,
) -> Result<Response, Trouble> {
    let limits = checked(&query)?;
    let last = headers
        .get("last-event-id")
        .and_then(|id| id.to_str().ok()?.parse::<i64>().ok());
    let begin = Line {
        desk,
        signed,
        after: last.filter(|last| *last >= 0).unwrap_or(query.after),
        page: limits.page,
        waiting: Vec::new().into_iter(),
    };
    let events = futures_util::stream::unfold(begin, |mut line| async move {
        loop {
            if let Some(entry) = line.waiting.next() {
                let event = Event::default().id(entry.seq.to_string()).data(written(&entry));
                return Some((Ok::<_, Infallible>(event), line));
            }
            if *line.desk.stopping.borrow() {
                return None;
            }
            let heard = timeout(ALIVE, news(&line.desk, &line.signed.sight, line.after, line.page)).await;
            // Whoever has signed out hears no more; a store that is away ends the stream, and the client comes again.
            let still = still(&line.desk, &line.signed).await.ok().flatten()?;
            let same = still.sight == line.signed.sight;
            line.signed = still;
            let Ok(heard) = heard else { continue };
            let reading = heard.ok()?;
            // What was read for eyes that see otherwise by now is read again.
            if !same {
                continue;
            }
            line.after = reading.next;
            line.waiting = reading.entries.into_iter();
        }
    });
    Ok(Sse::new(events)
        .keep_alive(KeepAlive::new().interval(ALIVE))
        .into_response())
}

/// One client that listens.
struct Line {
    desk: Desk,
    signed: Arc<Signed>,
    after: i64,
    page: u32,
    waiting: std::vec::IntoIter<Entry>,
}
