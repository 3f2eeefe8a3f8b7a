//! An article of the knowledge base (知识库): what units tell citizens, kept by those who answer for it.

use serde::{Deserialize, Serialize};

use super::ids::UnitId;
use super::moment::Moment;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Article {
    pub id: String,
    pub title: String,
    pub body: String,
    #[serde(default)]
    pub tags: Vec<String>,
    /// The unit that answers for it.
    pub unit: UnitId,
    pub updated: Moment,
}
