//! What is about the server itself: what it judges by, its contract, whether it is well.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

use super::{json, json_bytes};
use crate::api::problem::ProblemKind;
use crate::api::rules::{CalendarEntry, RulebookEntry, Rulebooks};
use crate::server::ask::By;
use crate::server::desk::Desk;
use crate::server::store::apply::hex;
use crate::server::trouble::{Answer, Trouble};

pub async fn rulebooks(State(desk): State<Desk>, By(_): By) -> Answer {
    let laws = desk.store.laws();
    let rulebooks = laws.books.iter().map(|entry| RulebookEntry {
        id: entry.book.book.id.clone(),
        name: entry.book.book.title.clone(),
        in_force: entry.book.book.in_force.to_string(),
        sha256: hex(&Sha256::digest(entry.text.as_bytes())),
        text: entry.text.clone(),
    });
    let rulebooks = rulebooks.collect();
    json(StatusCode::OK, &Rulebooks { rulebooks })
}

pub async fn calendar(State(desk): State<Desk>, By(_): By) -> Answer {
    let laws = desk.store.laws();
    let entry = CalendarEntry {
        sha256: hex(&Sha256::digest(laws.calendar_text.as_bytes())),
        text: laws.calendar_text.clone(),
    };
    json(StatusCode::OK, &entry)
}

pub async fn contract(State(desk): State<Desk>) -> Response {
    json_bytes(StatusCode::OK, desk.contract.clone())
}

pub async fn healthz() -> &'static str {
    "ok\n"
}

pub async fn readyz(State(desk): State<Desk>) -> Answer {
    if *desk.stopping.borrow() {
        return Err(Trouble::new(ProblemKind::Unavailable).because("stopping", &[]));
    }
    desk.store.answers().await?;
    desk.blobs.ready().await.map_err(super::blobs::trouble)?;
    Ok("ready\n".into_response())
}

pub async fn metrics(State(desk): State<Desk>) -> String {
    let up = desk.store.answers().await.is_ok();
    let head = *desk.store.head().borrow();
    desk.metrics.text(head, up)
}
