//! The knowledge base.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::knowledge::Article;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ArticleQuery {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 200))]
    pub text: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Articles {
    pub articles: Vec<Article>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ArticleRequest {
    #[schemars(length(min = 1, max = 200), regex(pattern = r"\S"))]
    pub title: String,
    #[schemars(length(max = 20_000))]
    pub body: String,
    #[serde(default)]
    #[schemars(length(max = 20))]
    pub tags: Vec<String>,
}
