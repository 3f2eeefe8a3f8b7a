//! The feed: everything that happened, in one order, for those who may see it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ticket::Summary;
use crate::domain::event::Recorded;
use crate::domain::ids::TicketNo;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct FeedQuery {
    /// The last sequence number that was read; 0 for the beginning.
    #[schemars(range(min = 0, max = 9_007_199_254_740_991_i64))]
    pub after: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 500))]
    pub limit: Option<u32>,
    /// Seconds to wait for news when there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 55))]
    pub wait: Option<u32>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Feed {
    pub news: Vec<News>,
    /// What to read on after. It moves on past what others alone may see.
    pub next: i64,
    /// There is more at once.
    pub more: bool,
}

/// One event, with the ticket as it is by now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct News {
    pub seq: i64,
    pub no: TicketNo,
    /// The ticket's version with this event.
    pub version: u64,
    pub event: Recorded,
    /// Absent: the ticket is no longer this desk's.
    #[serde(default)]
    pub ticket: Option<Summary>,
}
