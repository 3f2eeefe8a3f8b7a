//! What every handler reaches for: the store, the files, the clock, who is signed in, the figures.

use std::sync::Arc;

use tokio::sync::watch;

use crate::domain::moment::Moment;
use crate::server::blobs::Blobs;
use crate::server::clock::Clock;
use crate::server::metrics::Metrics;
use crate::server::password::Checker;
use crate::server::session::Sessions;
use crate::server::store::Store;

pub type Desk = Arc<Counter>;

/// The counter that requests come to.
pub struct Counter {
    pub store: Store,
    pub blobs: Blobs,
    pub clock: Arc<Clock>,
    pub sessions: Sessions,
    pub checker: Checker,
    pub metrics: Metrics,
    /// Set when the server stops: whoever waits for news is sent home.
    pub stopping: watch::Sender<bool>,
    /// The document of the contract, made once.
    pub contract: String,
    /// Answers are sent over TLS only.
    pub tls: bool,
}

impl Counter {
    pub fn now(&self) -> Moment {
        self.clock.now()
    }
}
