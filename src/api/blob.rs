//! Files by the SHA-256 of their bytes.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UploadQuery {
    /// How many bytes the whole file has.
    #[schemars(range(min = 1, max = 52_428_800))]
    pub size: u64,
    /// Where this part begins: what `received` said.
    #[serde(default)]
    #[schemars(range(min = 0, max = 52_428_800))]
    pub offset: u64,
}

/// How much of a file is there: an upload goes on from `received`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Upload {
    pub received: u64,
    pub whole: bool,
    /// The media type, once it is whole.
    #[serde(default)]
    pub media_type: Option<String>,
}
