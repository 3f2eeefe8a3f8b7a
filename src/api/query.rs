//! What may be asked of the list of tickets.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::action::Alert;
use crate::domain::intake::Kind;
use crate::domain::moment::Moment;
use crate::domain::named::named;
use crate::domain::ticket::Stage;

named! {
    /// The lists that a desk works from.
    pub enum View {
        /// 待签收
        ToAccept = "to_accept",
        /// 在办
        InHand = "in_hand",
        /// 今日到期
        DueToday = "due_today",
        /// 退回窗口: what may still be returned.
        ReturnWindow = "return_window",
        /// 待重报
        ToReportAgain = "to_report_again",
        /// 重办
        Redo = "redo",
        /// 待审签
        ToSign = "to_sign",
        /// 已提交
        Submitted = "submitted",
        /// 超期
        Overdue = "overdue",
        /// 重点
        Key = "key",
        /// 协办: other units' tickets that wait for this unit's word.
        CoHandling = "co_handling",
        /// 待交办
        ToDispatch = "to_dispatch",
        /// 待审批: returns, extensions, suspensions and exemptions that wait for the office.
        ToDecide = "to_decide",
        /// 待审核
        ToReview = "to_review",
        /// 待回访
        ToCallBack = "to_call_back",
        /// 未结
        Live = "live",
        /// 已结
        Over = "over",
        /// 全部
        All = "all",
    }
}

named! {
    pub enum Sort {
        /// What is due first comes first; what has no limit comes last.
        Due = "due",
        /// The newest first.
        Received = "received",
        /// What changed last comes first.
        Changed = "changed",
    }
}

/// The list's parameters. Absent: not asked about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ListQuery {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub view: Option<View>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 200))]
    pub unit: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<Stage>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<Kind>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 200))]
    pub channel: Option<String>,
    /// At least this loud.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alert: Option<Alert>,
    /// Due at or after.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_from: Option<Moment>,
    /// Due before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_until: Option<Moment>,
    /// Words that the ticket, its contacts or its replies hold, all of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 200))]
    pub text: Option<String>,
    /// Other tickets of the same caller or place as this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 200))]
    pub related: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sort: Option<Sort>,
    /// Where the page before this one ended: its `next`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(
        length(max = 200),
        regex(pattern = r"^(due|received|changed)\.[0-9a-f]{1,16}\.[0-9a-f]{1,16}$")
    )]
    pub cursor: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 200))]
    pub limit: Option<u32>,
    /// Only these fields of each summary, comma-separated; `no` and `version` always come.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 200), regex(pattern = super::ticket::SUMMARY_FIELDS_PATTERN))]
    pub fields: Option<String>,
}
