//! Setting the clock by hand. The path exists only with `--test-clock`, on loopback.

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use super::json;
use crate::domain::moment::Moment;
use crate::server::ask::Open;
use crate::server::desk::Desk;
use crate::server::duties;
use crate::server::trouble::{Answer, Trouble};

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Clock {
    now: Moment,
}

/// Answers when everything that falls due by then has been done.
pub async fn set(State(desk): State<Desk>, Open(clock): Open<Clock>) -> Answer {
    if desk.store.last_moment().await?.is_some_and(|last| clock.now < last) {
        return Err(Trouble::invalid("clock", &[]));
    }
    tracing::warn!(now = %clock.now, "the test clock is set");
    desk.clock.set(clock.now);
    duties::catch_up(&desk.store).await?;
    json(StatusCode::OK, &clock)
}
