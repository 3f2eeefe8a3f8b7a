//! The reply (答复) as it is drafted: its text, the structured fields beside it, and what goes with it.

use serde::{Deserialize, Serialize};

use super::element::{Attitude, Element};
use super::material::Attachment;
use super::moment::Moment;
use super::people::Role;

/// What the officer may give as fields of the draft instead of, or besides, in words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ReplyFields {
    pub time: Option<Moment>,
    /// Whether `time` is meant to the hour or only to the day.
    pub time_to_the_hour: bool,
    pub unit: String,
    pub handler: String,
    pub basis: String,
    pub process: String,
    pub result: String,
    pub satisfaction: Option<Attitude>,
    /// How the caller was contacted.
    pub contact: String,
    pub phone: String,
    pub plan: String,
    pub remedy: String,
}

impl ReplyFields {
    pub fn gives(&self, element: Element) -> bool {
        let filled = |text: &str| !text.trim().is_empty();
        match element {
            Element::Time => self.time.is_some(),
            Element::Unit => filled(&self.unit),
            Element::Handler => filled(&self.handler),
            Element::Basis => filled(&self.basis),
            Element::Process => filled(&self.process),
            Element::Result => filled(&self.result),
            Element::Satisfaction => self.satisfaction.is_some(),
            Element::Phone => filled(&self.phone),
            Element::Plan => filled(&self.plan),
            Element::Contact => filled(&self.contact),
            Element::Remedy => filled(&self.remedy),
        }
    }
}

/// One version of a reply.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reply {
    pub text: String,
    #[serde(default)]
    pub fields: ReplyFields,
    /// Indexes of the caller's points that the officer ticked off as answered.
    #[serde(default)]
    pub answered: Vec<usize>,
    /// Whether everything that was asked has been done; if not, a stage result and a plan are owed.
    #[serde(default = "yes")]
    pub finished: bool,
    /// Who answered the caller; a redo may ask for a leader.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_by: Option<Role>,
    #[serde(default)]
    pub attachments: Vec<Attachment>,
}

fn yes() -> bool {
    true
}

impl Reply {
    pub fn of(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            fields: ReplyFields::default(),
            answered: Vec::new(),
            finished: true,
            answered_by: None,
            attachments: Vec::new(),
        }
    }
}
