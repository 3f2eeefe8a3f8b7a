//! The contact book: units and the people in them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::people::{Person, Unit};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Units {
    pub units: Vec<Unit>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct People {
    pub people: Vec<Person>,
}
