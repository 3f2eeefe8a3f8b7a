//! Drafts of replies, shared within a unit.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::ids::PersonId;
use crate::domain::moment::Moment;
use crate::domain::reply::Reply;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DraftRequest {
    /// The version that this one was written over; absent for a first one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 9_007_199_254_740_991_i64))]
    pub seen: Option<i64>,
    pub reply: Reply,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Draft {
    pub version: i64,
    pub by: PersonId,
    pub by_name: String,
    pub at: Moment,
    pub reply: Reply,
}

/// The draft is kept. Where somebody else had written since, their words come back, so that none are lost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DraftKept {
    pub version: i64,
    #[serde(default)]
    pub overwrote: Option<Draft>,
}
