//! Tickets: lists, one ticket, taking one down, and acting.

use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use serde_json::value::RawValue;

use super::{json, json_bytes};
use crate::api::limits;
use crate::api::problem::ProblemKind;
use crate::api::query::ListQuery;
use crate::api::ticket::{ActionRequest, Count, Counts, NewTicket, NewTickets, SUMMARY_FIELDS, Taken, TakenOne};
use crate::domain::action::ActionKind;
use crate::domain::intake::{Caller, Showing};
use crate::domain::people::Role;
use crate::locale::Locale;
use crate::rules::finding::finding;
use crate::server::ask::{Asked, By, Named, Sent, texts_fit};
use crate::server::blobs::{Received, Sha};
use crate::server::desk::{Counter, Desk};
use crate::server::gate::words_of;
use crate::server::session::Signed;
use crate::server::store::answers::Key;
use crate::server::store::apply::{Done, Kept, Order};
use crate::server::store::list::ListError;
use crate::server::store::load::Loaded;
use crate::server::store::projection::Projection;
use crate::server::trouble::{Answer, Trouble};
use crate::server::view;

pub async fn list(State(desk): State<Desk>, By(signed): By, Asked(query): Asked<ListQuery>) -> Answer {
    let limit = query.limit.unwrap_or(limits::PAGE_USUAL);
    if !(1..=limits::PAGE).contains(&limit) {
        return Err(Trouble::invalid("limit", &[("most", &limits::PAGE.to_string())]));
    }
    let texts = [
        &query.unit,
        &query.channel,
        &query.text,
        &query.related,
        &query.cursor,
        &query.fields,
    ];
    if texts
        .into_iter()
        .flatten()
        .any(|text| text.chars().count() > limits::WORDS)
    {
        return Err(Trouble::invalid("text", &[("most", &limits::WORDS.to_string())]));
    }
    let fields: Option<Vec<&str>> = query.fields.as_ref().map(|fields| fields.split(',').collect());
    let mut asked = fields.iter().flatten();
    if let Some(unknown) = asked.find(|field| !SUMMARY_FIELDS.contains(field)) {
        return Err(Trouble::invalid("field", &[("field", unknown)]));
    }
    let rows = desk.store.list(&signed.sight, &query, limit, desk.now()).await;
    let rows = rows.map_err(|error| match error {
        ListError::Cursor(_) => Trouble::invalid("cursor", &[]),
        ListError::Store(error) => error.into(),
    })?;
    let mut body = String::with_capacity(rows.summaries().map(|summary| summary.len() + 1).sum::<usize>() + 64);
    body.push_str("{\"tickets\":[");
    for (at, summary) in rows.summaries().enumerate() {
        if at > 0 {
            body.push(',');
        }
        match &fields {
            Some(fields) => body.push_str(&sparse(summary, fields)?),
            None => body.push_str(summary),
        }
    }
    body.push_str("],\"next\":");
    match &rows.next {
        // A cursor is letters, digits and dots.
        Some(next) => body.push_str(&format!("\"{next}\"}}")),
        None => body.push_str("null}"),
    }
    Ok(json_bytes(StatusCode::OK, body))
}

/// The summary with only the fields that were asked for.
fn sparse(summary: &str, asked: &[&str]) -> Result<String, Trouble> {
    let mut summary: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(summary).map_err(|_| Trouble::new(ProblemKind::Internal))?;
    summary.retain(|name, _| matches!(name.as_str(), "no" | "version") || asked.contains(&name.as_str()));
    serde_json::to_string(&summary).map_err(|_| Trouble::new(ProblemKind::Internal))
}

pub async fn counts(State(desk): State<Desk>, By(signed): By) -> Answer {
    let counts = desk.store.counts(&signed.sight, desk.now()).await?;
    let views = counts
        .into_iter()
        .map(|(view, tickets, more)| Count { view, tickets, more })
        .collect();
    json(StatusCode::OK, &Counts { views })
}

pub async fn get(State(desk): State<Desk>, By(signed): By, Named(no): Named) -> Answer {
    let loaded = seen(&desk, &signed, &no).await?;
    Ok(json_bytes(StatusCode::OK, whole(&desk, &loaded)?.get().to_owned()))
}

/// The ticket, if it is this person's to see.
pub async fn seen(desk: &Counter, signed: &Signed, no: &str) -> Result<Loaded, Trouble> {
    let loaded = desk.store.ticket(no).await?;
    if sees(signed, &loaded) {
        Ok(loaded)
    } else {
        Err(Trouble::not_found())
    }
}

fn sees(signed: &Signed, loaded: &Loaded) -> bool {
    let chain = loaded
        .book
        .signing
        .chain(&loaded.ticket.intake.channel, loaded.ticket.redo_count());
    signed.sight.sees(&loaded.ticket, chain)
}

fn whole(desk: &Counter, loaded: &Loaded) -> Result<Box<RawValue>, Trouble> {
    Ok(view::ticket(loaded, &desk.store.laws().calendar, desk.now())?)
}

pub async fn take(State(desk): State<Desk>, sent: Sent<NewTicket>) -> Answer {
    let done = take_one(&desk, &sent.by, sent.value, sent.key).await?;
    let loaded = match done {
        Done::Ticket(loaded) => *loaded,
        Done::Repeated(kept) => again(&desk, &sent.by, kept).await?.0,
        other => return Err(trouble(&desk, other)),
    };
    Ok(json_bytes(StatusCode::CREATED, whole(&desk, &loaded)?.get().to_owned()))
}

async fn take_one(desk: &Counter, by: &Signed, new: NewTicket, key: Option<Key>) -> Result<Done, Trouble> {
    if !by.is(Role::Office) {
        return Err(Trouble::new(ProblemKind::Forbidden));
    }
    texts_fit(&new)?;
    let no = new.intake.no.as_str();
    // The same as the pattern of `Intake::no`. Addresses that hold `.` or `..` are tidied by whoever writes them.
    let unwritable = !no.contains(|c: char| c != '.' && !c.is_whitespace());
    if unwritable || no.chars().count() > limits::WORDS || no.contains(|c: char| c.is_control() || c == '/') {
        return Err(Trouble::invalid("no", &[("most", &limits::WORDS.to_string())]));
    }
    check_blobs(desk, by, &new).await?;
    let order = Order::Take {
        by: by.actor(),
        new: Box::new(new),
        key,
    };
    Ok(desk.store.write(order).await?)
}

pub async fn take_many(State(desk): State<Desk>, sent: Sent<NewTickets>) -> Answer {
    if !sent.by.is(Role::Office) {
        return Err(Trouble::new(ProblemKind::Forbidden));
    }
    let tickets = sent.value.tickets;
    if tickets.is_empty() || tickets.len() > limits::BATCH {
        return Err(Trouble::invalid("batch", &[("most", &limits::BATCH.to_string())]));
    }
    if let Some(key) = &sent.key {
        match desk.store.write(Order::Claim(key.clone())).await? {
            Done::Nothing | Done::Repeated(Kept::Nothing) => {}
            other => return Err(trouble(&desk, other)),
        }
    }
    // Ordered all at once, so that they are written together.
    let orders = tickets.into_iter().enumerate().map(|(at, new)| {
        let key = sent.key.as_ref().map(|key| Key {
            key: format!("{}#{at}", key.key),
            ..key.clone()
        });
        let no = new.intake.no.clone();
        let (desk, by) = (&desk, &sent.by);
        async move { (no, take_one(desk, by, new, key).await) }
    });
    let locale = Locale::of(sent.lang);
    let mut results = Vec::new();
    for (no, done) in futures_util::future::join_all(orders).await {
        let done = match done {
            Ok(Done::Ticket(loaded)) => Ok(*loaded),
            Ok(Done::Repeated(kept)) => again(&desk, &sent.by, kept).await.map(|again| again.0),
            Ok(other) => Err(trouble(&desk, other)),
            Err(trouble) => Err(trouble),
        };
        let (ticket, problem) = match done {
            Ok(loaded) => {
                let laws = desk.store.laws();
                let row = Projection::of(&loaded.ticket, loaded.seq, &loaded.book, &laws.calendar, desk.now());
                (serde_json::from_str(&row.summary).ok(), None)
            }
            // The store is away: nothing more will come of the others either.
            Err(trouble) if trouble.kind == ProblemKind::Unavailable => return Err(trouble),
            Err(trouble) => (None, Some(words_of(&trouble, locale, ""))),
        };
        results.push(TakenOne { no, ticket, problem });
    }
    json(StatusCode::OK, &Taken { results })
}

/// The same form as `api::ticket::ActionAnswer`.
#[derive(Serialize)]
struct Acted<'a> {
    seq: i64,
    version: u64,
    repeated: bool,
    ticket: &'a RawValue,
    #[serde(skip_serializing_if = "Option::is_none")]
    caller: Option<&'a Caller>,
}

pub async fn act(State(desk): State<Desk>, Named(no): Named, sent: Sent<ActionRequest>) -> Answer {
    let ActionRequest { seen, action } = sent.value;
    texts_fit(&action)?;
    check_blobs(&desk, &sent.by, &action).await?;
    let reveals = action.kind() == ActionKind::Reveal;
    let order = Order::Act {
        by: sent.by.actor(),
        sight: sent.by.sight.clone(),
        no,
        seen,
        action: Box::new(action),
        key: sent.key,
    };
    let (loaded, seq, version, repeated) = match desk.store.write(order).await? {
        Done::Ticket(loaded) => {
            let (seq, version) = (loaded.seq, loaded.ticket.version);
            (*loaded, seq, version, false)
        }
        Done::Repeated(kept) => {
            let (loaded, seq, version) = again(&desk, &sent.by, kept).await?;
            (loaded, seq, version, true)
        }
        other => return Err(trouble(&desk, other)),
    };
    let intake = &loaded.ticket.intake;
    let answer = Acted {
        seq,
        version,
        repeated,
        ticket: &whole(&desk, &loaded)?,
        caller: (reveals && intake.caller.showing == Showing::Secret).then_some(&intake.caller),
    };
    json(StatusCode::OK, &answer)
}

/// A ticket that an order was done to before, and the numbers that were answered then.
async fn again(desk: &Counter, by: &Signed, kept: Kept) -> Result<(Loaded, i64, u64), Trouble> {
    let Kept::Ticket { no, seq, version } = kept else {
        return Err(Trouble::new(ProblemKind::KeyReused));
    };
    let loaded = desk.store.ticket(&no).await?;
    // Somebody else's by now: as they left it, and nothing of what happened since.
    let loaded = if sees(by, &loaded) {
        loaded
    } else {
        loaded.as_of(version, seq)
    };
    Ok((loaded, seq, version))
}

/// What an order came to, where it was not done.
pub fn trouble(desk: &Counter, done: Done) -> Trouble {
    match done {
        Done::Refused(findings) => Trouble::refused(findings),
        Done::Conflict(loaded) => Trouble {
            ticket: whole(desk, &loaded).ok(),
            ..Trouble::new(ProblemKind::Conflict)
        },
        Done::NotFound => Trouble::not_found(),
        Done::Taken => Trouble::new(ProblemKind::Taken),
        Done::KeyReused | Done::Repeated(_) => Trouble::new(ProblemKind::KeyReused),
        Done::Forbidden => Trouble::new(ProblemKind::Forbidden),
        Done::Ticket(_) | Done::Draft(_) | Done::Article(_) | Done::Nothing => Trouble::new(ProblemKind::Internal),
    }
}

/// Every file that is named has to be there, and to be this person's to show.
async fn check_blobs(desk: &Counter, by: &Signed, value: &impl Serialize) -> Result<(), Trouble> {
    fn named(value: &serde_json::Value, into: &mut Vec<String>) {
        match value {
            serde_json::Value::Array(items) => items.iter().for_each(|item| named(item, into)),
            serde_json::Value::Object(fields) => fields.iter().for_each(|(key, value)| match value {
                serde_json::Value::String(text) if key == "blob" => into.push(text.clone()),
                value => named(value, into),
            }),
            _ => {}
        }
    }
    let mut names = Vec::new();
    named(&serde_json::to_value(value).unwrap_or_default(), &mut names);
    for name in names {
        let there = match name.parse::<Sha>() {
            Ok(sha) => {
                let received = desk.blobs.received(&sha).await.map_err(super::blobs::trouble)?;
                matches!(received, Received::Whole { .. }) && desk.store.may_read(&name, &by.sight).await?
            }
            Err(_) => false,
        };
        if !there {
            return Err(Trouble::refused(vec![
                finding!(refuse "server.unknown_blob").about("blob"),
            ]));
        }
    }
    Ok(())
}
