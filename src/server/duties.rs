//! What the server does by itself when a moment comes: alerts, and silence that counts as acceptance. It looks for
//! tickets whose moment has passed, so it catches up after it was down; what is done is decided again within the
//! transaction, so several servers do it once.

use std::time::Duration;

use super::clock::machine_time;
use super::desk::{Counter, Desk};
use super::store::apply::Order;
use super::store::{Store, StoreError};
use super::trouble::chain;

/// How often it looks.
const LOOK: Duration = Duration::from_secs(1);
/// How often what is out of date is thrown away.
const TIDY_EVERY: u32 = 3600;
/// An upload that nobody goes on with is kept for so long.
const PARTS_STAY: chrono::Days = chrono::Days::new(7);

/// Does everything that is due by now. Returns how many tickets it was.
pub async fn catch_up(store: &Store) -> Result<usize, StoreError> {
    let mut done = 0;
    let mut last: Vec<i64> = Vec::new();
    loop {
        let due = store.due_duties().await?;
        // What does not go away by being done is not tried without end.
        if due.is_empty() || due == last {
            return Ok(done);
        }
        let orders = due.iter().map(|ticket| store.write(Order::Tick { ticket: *ticket }));
        for answer in futures_util::future::join_all(orders).await {
            answer?;
        }
        done += due.len();
        last = due;
    }
}

/// Throws away what nobody will ask for again.
async fn tidy(desk: &Counter) {
    if let Err(error) = desk.store.tidy().await {
        tracing::warn!(error = %chain(&error), "old keys and sessions stay for now");
    }
    let old = machine_time() - PARTS_STAY;
    match desk.blobs.sweep(old).await {
        Ok(0) => {}
        Ok(uploads) => tracing::info!(uploads, "uploads that nobody went on with are removed"),
        Err(error) => tracing::warn!(error = %chain(&error), "old uploads stay for now"),
    }
}

/// Runs until the server stops.
pub async fn run(desk: Desk) {
    let mut stopping = desk.stopping.subscribe();
    let mut looks = 0_u32;
    loop {
        match catch_up(&desk.store).await {
            Ok(0) => {}
            Ok(tickets) => tracing::info!(tickets, "clock duties done"),
            Err(error) => tracing::warn!(error = %chain(&error), "clock duties wait for the store"),
        }
        if looks.is_multiple_of(TIDY_EVERY) {
            tidy(&desk).await;
        }
        looks = looks.wrapping_add(1);
        tokio::select! {
            () = tokio::time::sleep(LOOK) => {}
            _ = stopping.changed() => return,
        }
    }
}
