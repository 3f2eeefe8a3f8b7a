//! The handlers, one file a subject, and the table that mounts each path of the contract.

mod articles;
mod blobs;
mod contact_book;
mod drafts;
mod feed;
mod house;
mod session;
mod statistics;
mod test_clock;
mod tickets;

use axum::Router;
use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, delete, get, post, put};
use serde::Serialize;

use crate::api::routes::ROUTES;
use crate::server::desk::Desk;
use crate::server::gate;
use crate::server::trouble::Trouble;

/// The handler of each operation of the contract.
fn handler(id: &str) -> Option<MethodRouter<Desk>> {
    Some(match id {
        "login" => post(session::login),
        "me" => get(session::me),
        "logout" => delete(session::logout),
        "units" => get(contact_book::units),
        "people" => get(contact_book::people),
        "list_tickets" => get(tickets::list),
        "take_ticket" => post(tickets::take),
        "take_tickets" => post(tickets::take_many),
        "count_views" => get(tickets::counts),
        "get_ticket" => get(tickets::get),
        "act" => post(tickets::act),
        "get_draft" => get(drafts::get),
        "keep_draft" => put(drafts::keep),
        "drop_draft" => delete(drafts::discard),
        "feed" => get(feed::page),
        "feed_stream" => get(feed::stream),
        "received_upload" => get(blobs::received),
        "upload" => put(blobs::upload),
        "download" => get(blobs::download),
        "blob_head" => axum::routing::head(blobs::head),
        "list_articles" => get(articles::list),
        "get_article" => get(articles::get),
        "add_article" => post(articles::add),
        "change_article" => put(articles::change),
        "drop_article" => delete(articles::discard),
        "statistics" => get(statistics::rates),
        "rulebooks" => get(house::rulebooks),
        "calendar" => get(house::calendar),
        "openapi" => get(house::contract),
        "healthz" => get(house::healthz),
        "readyz" => get(house::readyz),
        "metrics" => get(house::metrics),
        _ => return None,
    })
}

/// Every path of the contract, behind the gate. `test_clock`: also the one that sets the clock.
pub fn router(desk: Desk, test_clock: bool) -> Router {
    let mut router = Router::new();
    for route in ROUTES {
        // A test holds that every operation has its handler.
        if let Some(handler) = handler(route.id) {
            router = router.route(route.path, handler);
        }
    }
    if test_clock {
        router = router.route("/v1/test/clock", post(test_clock::set));
    }
    router
        .fallback(|| async { Trouble::not_found() })
        .layer(axum::middleware::from_fn_with_state(desk.clone(), gate::pass))
        .with_state(desk)
}

pub(crate) fn json(status: StatusCode, value: &impl Serialize) -> Result<Response, Trouble> {
    let body = serde_json::to_vec(value).map_err(|error| {
        tracing::error!(%error, "an answer cannot be written");
        Trouble::new(crate::api::problem::ProblemKind::Internal)
    })?;
    Ok(json_bytes(status, body))
}

pub(crate) fn json_bytes(status: StatusCode, body: impl Into<Body>) -> Response {
    let mut response = (status, body.into()).into_response();
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_of_the_contract_has_its_handler() {
        for route in ROUTES {
            assert!(handler(route.id).is_some(), "{}", route.id);
        }
    }
}
