//! Reaching the caller: one attempt and what came of it.

use serde::{Deserialize, Serialize};

use super::element::Attitude;
use super::material::Attachment;
use super::moment::Moment;
use super::named::named;
use super::people::Role;

named! {
    pub enum Way {
        Phone = "电话",
        Visit = "面对面",
        Message = "短信",
        Online = "网络",
    }
}

named! {
    pub enum Outcome {
        Reached = "已接通",
        NoAnswer = "无人接听",
        Busy = "占线",
        PoweredOff = "关机",
        OutOfService = "停机或空号",
        /// The caller said that no contact is needed.
        Declined = "无需联系",
        /// The caller said that nothing needs to be handled.
        NothingNeeded = "无需办理",
    }
}

named! {
    /// What the attempt was for. A regulation may ask for more than one.
    pub enum Purpose {
        /// 受理前核实
        Verify = "核实",
        /// 首次联系
        First = "首次联系",
        /// 办理中沟通
        Follow = "跟进",
        /// 答复诉求人
        Answer = "答复",
        /// 办结后告知
        Result = "告知结果",
    }
}

named! {
    /// Whether meeting the caller face to face was proposed, and what came of it.
    pub enum FaceToFace {
        Met = "已见面",
        Proposed = "已提出",
        Impossible = "无法见面",
    }
}

/// One attempt to reach the caller.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Attempt {
    pub at: Moment,
    pub way: Way,
    pub purpose: Purpose,
    pub outcome: Outcome,
    /// The number the unit called from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_number: Option<String>,
    /// Who called.
    pub by: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by_role: Option<Role>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attitude: Option<Attitude>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub face_to_face: Option<FaceToFace>,
    /// What the caller was told: responsible office and phone, progress, next contact, result.
    #[serde(default)]
    pub told: String,
    #[serde(default)]
    pub evidence: Vec<Attachment>,
}

impl Attempt {
    pub fn reached(&self) -> bool {
        matches!(
            self.outcome,
            Outcome::Reached | Outcome::Declined | Outcome::NothingNeeded
        )
    }

    pub fn failed(&self) -> bool {
        !self.reached()
    }
}
