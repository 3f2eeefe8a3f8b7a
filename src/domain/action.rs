//! What a person can do to a ticket. An action is a wish: `flow::decide` turns it into events or into findings.

use serde::{Deserialize, Serialize};

use super::contact::Attempt;
use super::element::Attitude;
use super::ids::UnitId;
use super::material::Attachment;
use super::moment::Moment;
use super::named::named;
use super::people::Opinion;
use super::reply::Reply;
use super::request::{ExemptionRequest, ExtensionRequest, SuspensionRequest};

named! {
    /// Where the matter belongs, in the eyes of the unit that returns it.
    pub enum ReturnScope {
        /// Another department of the same office.
        Inside = "本级其他部门",
        /// Outside the office altogether.
        Outside = "本级范围以外",
    }
}

/// 退回
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReturnRequest {
    #[serde(default)]
    pub reason: String,
    /// Law or policy the return rests on.
    #[serde(default)]
    pub basis: String,
    #[serde(default)]
    pub suggested_unit: String,
    pub scope: ReturnScope,
    /// What the unit found when it looked into the matter first.
    #[serde(default)]
    pub verified: String,
    /// Responsibility had to be settled by a check on site.
    #[serde(default)]
    pub site_check: bool,
    #[serde(default)]
    pub materials: Vec<Attachment>,
    #[serde(default)]
    pub opinions: Vec<Opinion>,
}

named! {
    /// How a disputed ticket found its unit.
    pub enum DesignatedBy {
        JointMeeting = "联席会议",
        StudyGroup = "分析研判小组",
        LeaderRank = "班子排名",
        HotlineCentre = "热线机构",
        DistrictDeputy = "区分管领导",
    }
}

named! {
    pub enum ProgressKind {
        /// 到场
        OnSite = "到场",
        /// 阶段性情况或结果
        Stage = "阶段情况",
        /// 双城创建 and the like: the weekly report.
        Weekly = "每周进展",
        /// 班子会说明
        Meeting = "班子会说明",
    }
}

named! {
    pub enum UrgeWay {
        Phone = "电话",
        System = "系统",
        Message = "短信",
    }
}

named! {
    /// 督办的方式
    pub enum SupervisionForm {
        System = "智能督办",
        Phone = "电话督办",
        Message = "短信督办",
        Meeting = "联席会议等",
    }
}

named! {
    /// Why a limit may start again, besides the caller's adding facts.
    pub enum RestartGround {
        ForceMajeure = "不可抗力",
        LawChanged = "依据调整",
        Other = "其他",
    }
}

named! {
    pub enum WithdrawnAt {
        Hotline = "热线",
        Unit = "承办单位",
    }
}

named! {
    pub enum CaseKind {
        Administrative = "行政案件立案",
        Judicial = "移交司法机关",
    }
}

named! {
    pub enum CommendationGround {
        /// Led the units responsible although the matter was not its own.
        LedOthers = "主动担当",
        /// Claimed a hard case that nobody was responsible for.
        ClaimedHardCase = "认领复杂难点件",
    }
}

named! {
    /// How loud the clock is.
    pub enum Alert {
        None = "none",
        /// 催单提醒
        Remind = "remind",
        /// 预警
        Warning = "warning",
        /// Past the limit, where the book knows no 黄牌.
        Overdue = "overdue",
        /// 黄牌
        Yellow = "yellow",
        /// 红牌
        Red = "red",
    }
}

/// Declares `Action` and, from the same list, the fieldless `ActionKind` with its written name.
macro_rules! actions {
    ($($(#[$doc:meta])* $variant:ident $( ( $payload:ty ) )? $( { $($field:ident : $type:ty),* $(,)? } )? = $name:literal,)+) => {
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
        #[serde(tag = "action", deny_unknown_fields)]
        pub enum Action {
            $($(#[$doc])* #[serde(rename = $name)] $variant $( ( $payload ) )? $( { $(#[serde(default)] $field: $type),* } )?,)+
        }

        named! {
            /// An action without its content.
            pub enum ActionKind { $($(#[$doc])* $variant = $name,)+ }
        }

        impl Action {
            pub fn kind(&self) -> ActionKind {
                match self { $(Self::$variant { .. } => ActionKind::$variant,)+ }
            }
        }
    };
}

/// A field that must be given even though `Action`'s fields default one by one: absent is refused by `decide`.
pub type Given<T> = Option<T>;

actions! {
    /// 交办
    Dispatch { unit: Given<UnitId>, co_units: Vec<UnitId>, note: String } = "dispatch",
    /// 直办: the hotline answers by itself.
    AnswerDirectly { text: String } = "answer_directly",
    /// 签收、受理
    Accept = "accept",
    /// 退回
    Return(ReturnRequest) = "return",
    /// 退回审核
    DecideReturn { approve: bool, reason: String, next_unit: Given<UnitId> } = "decide_return",
    /// 争议协调
    OpenDispute { reason: String } = "open_dispute",
    /// 提交佐证材料
    HandInEvidence { note: String, materials: Vec<Attachment> } = "hand_in_evidence",
    /// 指定承办单位
    Designate { unit: Given<UnitId>, by: Given<DesignatedBy>, reason: String } = "designate",
    /// 主动认领
    Claim { note: String } = "claim",
    /// 推诿件
    MarkBuckPassing { reason: String } = "mark_buck_passing",
    /// 联系来电人
    Contact(Attempt) = "contact",
    /// 告知热线无法联系
    ReportUnreachable { summary: String, materials: Vec<Attachment> } = "report_unreachable",
    /// 协办
    AskCoHandling { units: Vec<UnitId>, request: String, materials: Vec<Attachment> } = "ask_co_handling",
    /// 协办答复
    AnswerCoHandling { text: String, materials: Vec<Attachment> } = "answer_co_handling",
    /// 撤回协办请求
    ReleaseCoHandling { units: Vec<UnitId>, reason: String } = "release_co_handling",
    /// 报送进展
    ReportProgress { kind: Given<ProgressKind>, text: String } = "report_progress",
    /// 上报群体性投诉
    Escalate { callers: u32, reason: String } = "escalate",
    /// 延期
    AskExtension(ExtensionRequest) = "ask_extension",
    DecideExtension { approve: bool, reason: String } = "decide_extension",
    /// 挂单
    AskSuspension(SuspensionRequest) = "ask_suspension",
    DecideSuspension { approve: bool, reason: String } = "decide_suspension",
    /// 不再办理、备案、解释说明、列入计划
    AskExemption(ExemptionRequest) = "ask_exemption",
    DecideExemption { approve: bool, reason: String } = "decide_exemption",
    /// 立案或移送
    FileAsCase { kind: Given<CaseKind>, materials: Vec<Attachment> } = "file_as_case",
    /// 送审
    SubmitForSigning { reply: Given<Reply> } = "submit_for_signing",
    /// 审签
    Sign { note: String } = "sign",
    RefuseToSign { reason: String } = "refuse_to_sign",
    /// 提交: the signed version, or a reply where nobody has to sign.
    Submit { reply: Given<Reply> } = "submit",
    /// 审核通过
    Pass { note: String } = "pass",
    /// 审核退回
    SendBack { reason: String } = "send_back",
    /// 回访
    CallBack { reached: bool, rating: Given<Attitude>, note: String } = "call_back",
    /// 核改评价
    CorrectRating { rating: Given<Attitude>, reason: String } = "correct_rating",
    /// 重办
    Redo { reason: String, due: Given<Moment> } = "redo",
    /// 热线办认定多次重办
    DetermineRedo { reason: String } = "determine_redo",
    /// 催办
    Urge { way: Given<UrgeWay>, note: String } = "urge",
    /// 督办
    Supervise { form: Given<SupervisionForm>, reason: String } = "supervise",
    /// 来电人补充新情况
    AddFacts { text: String } = "add_facts",
    /// 重新计时
    RestartClock { ground: Given<RestartGround>, reason: String } = "restart_clock",
    /// 撤销
    Withdraw { at: Given<WithdrawnAt>, reason: String } = "withdraw",
    /// 申请加分
    ClaimCommendation { ground: Given<CommendationGround>, materials: Vec<Attachment> } = "claim_commendation",
    /// 查看保密信息
    Reveal { reason: String } = "reveal",
    /// 结案
    Close { note: String } = "close",
    /// The clock's own duty: an alert level has been reached.
    RaiseAlert { level: Given<Alert> } = "raise_alert",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_is_written_with_the_name_of_its_kind() {
        for (json, kind) in [
            (r#"{"action":"accept"}"#, ActionKind::Accept),
            (
                r#"{"action":"withdraw","at":"热线","reason":"已解决"}"#,
                ActionKind::Withdraw,
            ),
            (
                r#"{"action":"return","reason":"非本街道","scope":"本级范围以外"}"#,
                ActionKind::Return,
            ),
        ] {
            let action: Action = serde_json::from_str(json).expect(json);
            assert_eq!(action.kind(), kind);
            let written: serde_json::Value = serde_json::to_value(&action).expect("json");
            assert_eq!(written["action"], kind.name());
        }
    }

    #[test]
    fn a_misspelt_field_is_refused() {
        for json in [
            r#"{"action":"withdraw","reasn":"x"}"#,
            r#"{"action":"return","scope":"本级范围以外","basys":"x"}"#,
        ] {
            assert!(serde_json::from_str::<Action>(json).is_err(), "{json}");
        }
    }
}
