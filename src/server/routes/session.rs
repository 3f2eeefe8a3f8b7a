//! Signing in and out.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::json;
use crate::api::limits;
use crate::api::problem::ProblemKind;
use crate::api::session::{Login, Me, Session};
use crate::domain::people::{Person, Unit};
use crate::server::ask::{By, Open};
use crate::server::clock::{machine_time, moment};
use crate::server::desk::{Counter, Desk};
use crate::server::session::{self, counted, delays, fresh};
use crate::server::store::StoreError;
use crate::server::store::account::Order as Account;
use crate::server::store::apply::Order;
use crate::server::trouble::{Answer, Trouble};

pub async fn login(
    State(desk): State<Desk>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    Open(login): Open<Login>,
) -> Answer {
    let too_long = |text: &str| text.is_empty() || text.chars().count() > limits::WORDS;
    if too_long(&login.person) || too_long(&login.password) {
        return Err(Trouble::new(ProblemKind::WrongPassword));
    }
    let names = counted(&login.person, from.ip());
    // Whoever has to wait anyway takes nobody's turn.
    guesses(&desk, &names).await?;
    let turn = desk.checker.turn().await;
    let (now, guesses) = guesses(&desk, &names).await?;
    let found = match desk.store.person(&login.person).await {
        Ok(found) => Some(found),
        Err(StoreError::NotFound) => None,
        Err(error) => return Err(error.into()),
    };
    let hash = found
        .as_ref()
        .filter(|(person, hash)| person.active && !hash.is_empty())
        .map(|(_, hash)| hash.clone());
    let right = turn.check(login.password, hash).await;
    let Some((person, _)) = found.filter(|_| right) else {
        let wrong: [i64; 3] = std::array::from_fn(|at| guesses.get(at).map_or(0, |(wrong, _)| wrong + 1));
        let counts = std::iter::zip(names, std::iter::zip(wrong, delays(wrong)))
            .map(|(name, (wrong, delay))| (name, wrong, now + delay))
            .collect();
        desk.store.write(Order::Account(Account::Guessed(counts))).await?;
        return Err(Trouble::new(ProblemKind::WrongPassword));
    };
    if guesses.iter().any(|(wrong, _)| *wrong > 0) {
        desk.store
            .write(Order::Account(Account::Forgive(names.to_vec())))
            .await?;
    }
    drop(turn);
    let (token, hash) = fresh()?;
    let expires = now + session::SECONDS;
    let order = Account::SignIn {
        token: hash,
        person: person.id.clone(),
        expires,
    };
    desk.store.write(Order::Account(order)).await?;
    let session = Session {
        token,
        expires: moment(expires),
        me: who(&desk, person).await?,
    };
    json(StatusCode::CREATED, &session)
}

/// The time, and the wrong passwords so far; or how long to wait.
async fn guesses(desk: &Counter, names: &[String]) -> Result<(i64, Vec<(i64, i64)>), Trouble> {
    let now = machine_time().timestamp();
    let guesses = desk.store.guesses(names).await?;
    let wait = guesses.iter().map(|(_, until)| until - now).max().unwrap_or(0);
    match u64::try_from(wait) {
        Ok(seconds @ 1..) => Err(Trouble::new(ProblemKind::TooMany).after(seconds)),
        _ => Ok((now, guesses)),
    }
}

pub async fn me(State(desk): State<Desk>, By(signed): By) -> Answer {
    json(StatusCode::OK, &who(&desk, signed.person.clone()).await?)
}

pub async fn logout(State(desk): State<Desk>, By(signed): By) -> Result<Response, Trouble> {
    let order = Account::SignOut {
        token: signed.token.clone(),
    };
    desk.store.write(Order::Account(order)).await?;
    desk.sessions.forget(&signed.token);
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn who(desk: &Counter, person: Person) -> Result<Me, Trouble> {
    let unit: Unit = desk.store.unit(&person.unit).await?;
    Ok(Me {
        person,
        unit,
        now: desk.now(),
        head: *desk.store.head().borrow(),
    })
}
