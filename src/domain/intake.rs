//! What the hotline took down: the fields of the electronic ticket (wuhai 6.1) before anybody handles it.

use serde::{Deserialize, Serialize};

use super::ids::{BookId, TicketNo};
use super::material::Attachment;
use super::moment::Moment;
use super::named::named;
use super::period::Period;

named! {
    /// 诉求类型
    pub enum Kind {
        Consult = "咨询",
        Help = "求助",
        Complaint = "投诉",
        Report = "举报",
        Suggestion = "建议",
        Praise = "表扬",
        Void = "无效",
    }
}

named! {
    /// 诉求事项归口, the twelve domains.
    pub enum Domain {
        PublicSafety = "公共安全",
        Construction = "城乡建设",
        Housing = "住房保障",
        Environment = "环境保护",
        Traffic = "交通出行",
        Culture = "科教文旅",
        Health = "医疗卫生",
        Economy = "经济综合",
        Livelihood = "民生保障",
        PublicService = "公共服务",
        Farming = "农林水土",
        Party = "党务政务",
    }
}

named! {
    pub enum Urgency {
        Ordinary = "一般",
        Urgent = "紧急",
        VeryUrgent = "非常紧急",
    }
}

named! {
    /// 个人信息显示方式: how the caller's data may be shown.
    pub enum Showing {
        Open = "公开",
        /// The caller asked for secrecy: name, phone and address are masked, and every look is logged.
        Secret = "保密",
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Caller {
    pub name: String,
    pub phone: String,
    #[serde(default)]
    pub address: String,
    pub showing: Showing,
}

/// 时间、地点、人物、起因、经过、诉求.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Story {
    pub time: String,
    pub people: String,
    pub cause: String,
    pub course: String,
    pub demand: String,
}

/// A ticket as taken down. It never changes afterwards: everything later is an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Intake {
    // It stands in addresses.
    #[schemars(
        with = "String",
        length(min = 1, max = 200),
        regex(pattern = r"^[^/\x00-\x1f\x7f-\x9f]*[^/\x00-\x1f\x7f-\x9f\s.][^/\x00-\x1f\x7f-\x9f]*$")
    )]
    pub no: TicketNo,
    pub book: BookId,
    pub received: Moment,
    /// 诉求来源, as the rulebooks name channels: 热线电话, 人民网, 省接诉即办 …
    pub channel: String,
    pub kind: Kind,
    pub domain: Domain,
    pub urgency: Urgency,
    /// Special classes of the rulebook: 民生紧急, 公共卫生, 清零 …
    #[serde(default)]
    pub classes: Vec<String>,
    pub title: String,
    /// 发生地址
    pub place: String,
    pub content: String,
    #[serde(default)]
    pub story: Story,
    /// The caller's demands, numbered.
    #[serde(default)]
    pub points: Vec<String>,
    pub caller: Caller,
    #[serde(default)]
    pub attachments: Vec<Attachment>,
    /// A limit that the ticket itself states, where the rulebook leaves it to the ticket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stated_due: Option<Moment>,
    /// A limit set by a law for this matter; the shorter one wins where the rulebook says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub legal_limit: Option<Period>,
}
