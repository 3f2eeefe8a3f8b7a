//! Signing in and out.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::moment::Moment;
use crate::domain::people::{Person, Unit};

#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Login {
    #[schemars(length(min = 1, max = 200))]
    pub person: String,
    #[schemars(length(min = 1, max = 200))]
    pub password: String,
}

// A password is never printed, not even by a careless `{:?}`.
impl std::fmt::Debug for Login {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Login")
            .field("person", &self.person)
            .finish_non_exhaustive()
    }
}

#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct Session {
    /// Sent back as `Authorization: Bearer …`.
    pub token: String,
    pub expires: Moment,
    pub me: Me,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session")
            .field("expires", &self.expires)
            .field("me", &self.me)
            .finish_non_exhaustive()
    }
}

/// Who is signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Me {
    pub person: Person,
    pub unit: Unit,
    /// The server's clock, which is the only one that judges.
    pub now: Moment,
    /// The feed's last number: whoever lists tickets now reads the feed on after it.
    pub head: i64,
}
