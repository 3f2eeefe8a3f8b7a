//! The knowledge base.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;

use super::json;
use super::tickets::trouble;
use crate::api::knowledge::{ArticleQuery, ArticleRequest, Articles};
use crate::api::limits;
use crate::server::ask::{Asked, By, Named, Sent, Told, texts_fit};
use crate::server::desk::{Counter, Desk};
use crate::server::store::apply::{Done, Kept, Order};
use crate::server::store::articles::Order as Change;
use crate::server::trouble::{Answer, Trouble};

/// Tags on one article.
const TAGS: usize = 20;

pub async fn list(State(desk): State<Desk>, By(_): By, Asked(query): Asked<ArticleQuery>) -> Answer {
    if query
        .text
        .as_ref()
        .is_some_and(|text| text.chars().count() > limits::WORDS)
    {
        return Err(Trouble::invalid("text", &[("most", &limits::WORDS.to_string())]));
    }
    let articles = desk.store.articles(query.text.as_deref()).await?;
    json(StatusCode::OK, &Articles { articles })
}

pub async fn get(State(desk): State<Desk>, By(_): By, Named(id): Named) -> Answer {
    json(StatusCode::OK, &desk.store.one_article(&id).await?)
}

pub async fn add(State(desk): State<Desk>, sent: Sent<ArticleRequest>) -> Answer {
    write(&desk, None, sent, StatusCode::CREATED).await
}

pub async fn change(State(desk): State<Desk>, Named(id): Named, sent: Sent<ArticleRequest>) -> Answer {
    write(&desk, Some(id), sent, StatusCode::OK).await
}

async fn write(desk: &Counter, id: Option<String>, sent: Sent<ArticleRequest>, status: StatusCode) -> Answer {
    let request = sent.value;
    texts_fit(&request)?;
    let title = request.title.chars().count();
    if request.title.trim().is_empty() || title > limits::WORDS || request.tags.len() > TAGS {
        let (most, tags) = (limits::WORDS.to_string(), TAGS.to_string());
        return Err(Trouble::invalid("article", &[("most", &most), ("tags", &tags)]));
    }
    let order = Change::Write {
        by: sent.by.actor(),
        id,
        request,
        key: sent.key,
    };
    match desk.store.write(Order::Article(order)).await? {
        Done::Article(article) | Done::Repeated(Kept::Article(article)) => json(status, &article),
        other => Err(trouble(desk, other)),
    }
}

pub async fn discard(State(desk): State<Desk>, Named(id): Named, told: Told) -> Answer {
    let order = Change::Drop {
        by: told.by.actor(),
        id,
        key: told.key,
    };
    match desk.store.write(Order::Article(order)).await? {
        Done::Nothing | Done::Repeated(Kept::Nothing) => Ok(StatusCode::NO_CONTENT.into_response()),
        other => Err(trouble(&desk, other)),
    }
}
