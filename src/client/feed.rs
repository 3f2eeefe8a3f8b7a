//! Hearing what happens: the feed read on and on, over lost lines too. No event comes twice and none is left out, because
//! the next question always begins after the last event that was handed over.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::error::ApiError;
use super::http::{Call, Client};
use crate::api::feed::{Feed, FeedQuery, News};
use crate::api::limits;
use crate::api::routes::{Route, operation};

const FEED: &Route = operation("feed");

/// How long the server holds a question while there is nothing to tell: less than what stands between usually bears.
const HELD: u32 = 25;
/// So much later than that the answer is overdue.
const GRACE: Duration = Duration::from_secs(10);
/// An empty answer that comes sooner than this was not worth a new question at once: the server is stopping.
const TOO_SOON: Duration = Duration::from_secs(1);

impl Client {
    /// One page of what happened after a number, without waiting for more.
    pub async fn feed(&self, query: &FeedQuery) -> Result<Feed, ApiError> {
        let held = Duration::from_secs(query.wait.unwrap_or(0).into());
        self.ask(&Call::to(FEED).asking(query)?.within(held + GRACE)).await
    }

    /// What happens after a number: 0 for the beginning, `Me::head` for now.
    pub fn subscribe(&self, after: i64) -> Subscription {
        Subscription {
            client: self.clone(),
            after,
            waiting: VecDeque::new(),
            failures: 0,
            not_before: None,
        }
    }
}

/// What a subscription hears.
#[derive(Debug)]
pub enum Tiding {
    News(Box<News>),
    /// The line is lost; it is being tried again all the time. Said once.
    Lost(ApiError),
    /// And found again; what happened meanwhile follows.
    Found,
}

pub struct Subscription {
    client: Client,
    /// Everything up to here has been handed over, or is for others.
    after: i64,
    /// What has come and is not handed over yet.
    waiting: VecDeque<News>,
    /// How often on end the line was not there.
    failures: u32,
    not_before: Option<Instant>,
}

impl Subscription {
    /// The number to go on after, in another run too.
    pub fn after(&self) -> i64 {
        self.after
    }

    /// Waits for whatever comes next. Whoever stops waiting in the middle loses nothing and may wait again. An error
    /// is one that waiting does not mend: signed out, or no hotline server.
    pub async fn next(&mut self) -> Result<Tiding, ApiError> {
        loop {
            if let Some(news) = self.waiting.pop_front() {
                self.after = news.seq;
                return Ok(Tiding::News(Box::new(news)));
            }
            if let Some(moment) = self.not_before {
                sleep_until(moment).await;
                self.not_before = None;
            }
            // The first answer over a new line is wanted at once, to know that it is there.
            let wait = if self.failures == 0 { HELD } else { 0 };
            let asked = Instant::now();
            let held = Duration::from_secs(wait.into());
            let query = FeedQuery {
                after: self.after,
                limit: Some(limits::FEED_PAGE),
                wait: Some(wait),
            };
            let call = Call::to(FEED).asking(&query)?.within(held + GRACE);
            match self.client.ask_once::<Feed>(&call).await {
                Ok(feed) => {
                    let nothing = feed.news.is_empty() && !feed.more;
                    self.take(feed);
                    if std::mem::take(&mut self.failures) > 0 {
                        return Ok(Tiding::Found);
                    }
                    if nothing && asked.elapsed() < TOO_SOON {
                        self.not_before = Some(asked + TOO_SOON);
                    }
                }
                Err(error) if error.is_retryable() => {
                    self.failures = self.failures.saturating_add(1);
                    let wait = self.client.settings().patience.wait(self.failures);
                    let wait = wait.max(error.retry_after().unwrap_or_default());
                    self.not_before = Some(Instant::now() + wait);
                    if self.failures == 1 {
                        return Ok(Tiding::Lost(error));
                    }
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Whatever a server sends, what was handed over once is not handed over again.
    fn take(&mut self, feed: Feed) {
        let mut last = self.after;
        for news in feed.news {
            if news.seq > last {
                last = news.seq;
                self.waiting.push_back(news);
            }
        }
        // Where nothing waits, all up to `next` is for others. Otherwise the last of what waits leads there as well.
        if self.waiting.is_empty() {
            self.after = self.after.max(feed.next);
        }
    }
}
