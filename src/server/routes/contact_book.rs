//! Units and people.

use axum::extract::State;
use axum::http::StatusCode;

use super::json;
use crate::api::people::{People, Units};
use crate::server::ask::By;
use crate::server::desk::Desk;
use crate::server::trouble::Answer;

pub async fn units(State(desk): State<Desk>, By(_): By) -> Answer {
    let units = desk.store.units().await?;
    json(StatusCode::OK, &Units { units })
}

pub async fn people(State(desk): State<Desk>, By(_): By) -> Answer {
    let people = desk.store.people().await?;
    json(StatusCode::OK, &People { people })
}
