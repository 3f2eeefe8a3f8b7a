//! Rulebooks and calendars as clients take them from the server: the texts of the files.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::ids::BookId;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Rulebooks {
    pub rulebooks: Vec<RulebookEntry>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RulebookEntry {
    pub id: BookId,
    pub name: String,
    /// The day it came into force.
    pub in_force: String,
    /// The SHA-256 of `text`: a client that has it need not ask again.
    pub sha256: String,
    /// TOML.
    pub text: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CalendarEntry {
    pub sha256: String,
    /// TOML.
    pub text: String,
}
