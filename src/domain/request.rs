//! What a unit asks of the hotline office and the office grants or refuses: more time, a suspension, or that a
//! ticket need not be handled any further.

use serde::{Deserialize, Serialize};

use super::material::Attachment;
use super::moment::Moment;
use super::named::named;
use super::people::Opinion;
use super::period::Period;

named! {
    /// 不再办理、备案、解释说明、列入计划、不在受理范围、不属实: ways a ticket ends, or rests, without being solved now.
    pub enum ExemptionKind {
        NoFurther = "不再办理",
        Filing = "备案",
        Explanation = "解释说明",
        Plan = "列入计划",
        OutOfScope = "不在受理范围",
        Untrue = "不属实",
        /// 简易流程: the caller wants nothing done, or the centre answers from a template.
        Simple = "简易流程",
    }
}

/// 延期
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExtensionRequest {
    /// How much more time; absent where the rulebook fixes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<Period>,
    #[serde(default)]
    pub reason: String,
    #[serde(default)]
    pub facts: String,
    #[serde(default)]
    pub stage_result: String,
    #[serde(default)]
    pub plan: String,
    /// The caller agreed to it.
    #[serde(default)]
    pub caller_consents: bool,
    /// The caller was told of it.
    #[serde(default)]
    pub caller_told: bool,
    #[serde(default)]
    pub opinions: Vec<Opinion>,
}

/// 挂单
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SuspensionRequest {
    pub period: Period,
    #[serde(default)]
    pub reason: String,
    #[serde(default)]
    pub basis: String,
}

/// 不再办理、备案、解释说明、列入计划 …
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExemptionRequest {
    pub kind: ExemptionKind,
    /// One of the grounds that the rulebook names for this kind.
    pub ground: String,
    #[serde(default)]
    pub reason: String,
    #[serde(default)]
    pub materials: Vec<Attachment>,
    /// The matter was explained to the caller.
    #[serde(default)]
    pub explained: bool,
    /// How long a planned matter may take.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<Period>,
}

/// A request with what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Requested<T> {
    pub request: T,
    pub asked: Moment,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided: Option<Decided>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Decided {
    pub at: Moment,
    pub granted: bool,
    #[serde(default)]
    pub reason: String,
}

impl<T> Requested<T> {
    pub fn pending(&self) -> bool {
        self.decided.is_none()
    }

    pub fn granted(&self) -> bool {
        self.decided.as_ref().is_some_and(|decided| decided.granted)
    }
}
