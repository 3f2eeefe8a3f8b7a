//! Drafts of replies.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;

use super::json;
use super::tickets::{seen, trouble};
use crate::api::draft::{DraftKept, DraftRequest};
use crate::api::limits;
use crate::api::problem::ProblemKind;
use crate::domain::people::Role;
use crate::server::ask::{By, Named, Sent, Told, texts_fit};
use crate::server::desk::Desk;
use crate::server::mask::Mask;
use crate::server::store::apply::{Done, Kept, Order};
use crate::server::store::drafts::Order as Drafts;
use crate::server::trouble::{Answer, Trouble};

pub async fn get(State(desk): State<Desk>, By(signed): By, Named(no): Named) -> Answer {
    let loaded = seen(&desk, &signed, &no).await?;
    if !signed.is(Role::Liaison) {
        return Err(Trouble::new(ProblemKind::Forbidden));
    }
    let draft = desk.store.draft_of(loaded.id, signed.person.unit.as_str()).await?;
    let own = draft.by == signed.person.id;
    let mut value = serde_json::to_value(&draft).map_err(|_| Trouble::new(ProblemKind::Internal))?;
    if !own {
        // Whoever wrote it gets their own words back, to the letter; a colleague may not have asked for the caller yet.
        Mask::of(&loaded.ticket.intake).value(&mut value["reply"]);
    }
    json(StatusCode::OK, &value)
}

pub async fn keep(State(desk): State<Desk>, Named(no): Named, sent: Sent<DraftRequest>) -> Answer {
    texts_fit(&sent.value)?;
    if sent
        .value
        .seen
        .is_some_and(|seen| !(0..=limits::NUMBER).contains(&seen))
    {
        return Err(Trouble::invalid("query", &[("problem", "seen")]));
    }
    let order = Drafts::Keep {
        by: sent.by.actor(),
        sight: sent.by.sight.clone(),
        no: no.clone(),
        request: Box::new(sent.value),
        key: sent.key,
    };
    match desk.store.write(Order::Draft(order)).await? {
        Done::Draft(kept) => {
            let mut value = serde_json::to_value(&kept).map_err(|_| Trouble::new(ProblemKind::Internal))?;
            if kept.overwrote.is_some() {
                let loaded = desk.store.ticket(&no).await?;
                Mask::of(&loaded.ticket.intake).value(&mut value["overwrote"]["reply"]);
            }
            json(StatusCode::OK, &value)
        }
        Done::Repeated(Kept::Draft { version }) => json(
            StatusCode::OK,
            &DraftKept {
                version,
                overwrote: None,
            },
        ),
        other => Err(trouble(&desk, other)),
    }
}

pub async fn discard(State(desk): State<Desk>, Named(no): Named, told: Told) -> Answer {
    let order = Drafts::Drop {
        by: told.by.actor(),
        sight: told.by.sight.clone(),
        no,
        key: told.key,
    };
    match desk.store.write(Order::Draft(order)).await? {
        Done::Nothing | Done::Repeated(Kept::Nothing) => Ok(StatusCode::NO_CONTENT.into_response()),
        other => Err(trouble(&desk, other)),
    }
}
