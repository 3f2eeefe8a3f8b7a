//! Tickets: lists page by page, one ticket, taking them down, and the one way to change one.

use std::collections::VecDeque;

use super::error::ApiError;
use super::http::{Call, Client};
use super::key::Key;
use crate::api::query::ListQuery;
use crate::api::routes::{Route, operation};
use crate::api::ticket::{
    ActionAnswer, ActionRequest, Counts, NewTicket, NewTickets, Page, Summary, Taken, TicketView,
};

const LIST: &Route = operation("list_tickets");
const COUNT: &Route = operation("count_views");
const GET: &Route = operation("get_ticket");
const TAKE: &Route = operation("take_ticket");
const TAKE_MANY: &Route = operation("take_tickets");
const ACT: &Route = operation("act");

impl Client {
    /// One page. `query.fields` must be absent: a summary here is a whole one.
    pub async fn page(&self, query: &ListQuery) -> Result<Page, ApiError> {
        self.ask(&Call::to(LIST).asking(query)?).await
    }

    /// All that the query finds, fetched page by page as they are taken.
    pub fn list(&self, query: ListQuery) -> List {
        List {
            client: self.clone(),
            waiting: VecDeque::new(),
            query: Some(query),
        }
    }

    pub async fn counts(&self) -> Result<Counts, ApiError> {
        self.ask(&Call::to(COUNT)).await
    }

    pub async fn ticket(&self, no: &str) -> Result<TicketView, ApiError> {
        self.ask(&Call::to(GET).named(no)).await
    }

    pub async fn take(&self, new: &NewTicket, key: &Key) -> Result<TicketView, ApiError> {
        self.ask(&Call::to(TAKE).with(new)?.under(key)).await
    }

    /// Many at once; each has a result of its own, in the same order.
    pub async fn take_many(&self, new: &NewTickets, key: &Key) -> Result<Taken, ApiError> {
        self.ask(&Call::to(TAKE_MANY).with(new)?.under(key)).await
    }

    pub async fn act(&self, no: &str, request: &ActionRequest, key: &Key) -> Result<ActionAnswer, ApiError> {
        self.ask(&Call::to(ACT).named(no).with(request)?.under(key)).await
    }
}

/// A list that is read on as it is needed.
pub struct List {
    client: Client,
    waiting: VecDeque<Summary>,
    /// The next page; none after the last one.
    query: Option<ListQuery>,
}

impl List {
    /// The next ticket; none at the end. After an error it may be asked again and goes on where it stood.
    pub async fn next(&mut self) -> Result<Option<Summary>, ApiError> {
        while self.waiting.is_empty() {
            let Some(query) = &self.query else { return Ok(None) };
            let page = self.client.page(query).await?;
            self.waiting = page.tickets.into();
            self.query = page.next.and_then(|cursor| {
                let mut next = self.query.take()?;
                next.cursor = Some(cursor);
                Some(next)
            });
        }
        Ok(self.waiting.pop_front())
    }

    /// Up to `most` of them, and whether there are more.
    pub async fn first(&mut self, most: usize) -> Result<(Vec<Summary>, bool), ApiError> {
        let mut tickets = Vec::new();
        while tickets.len() < most {
            match self.next().await? {
                Some(ticket) => tickets.push(ticket),
                None => return Ok((tickets, false)),
            }
        }
        Ok((tickets, !self.waiting.is_empty() || self.query.is_some()))
    }
}
