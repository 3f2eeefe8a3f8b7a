//! What can be attached to a return, a contact, a request or a reply.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::named::named;

named! {
    /// The kinds of material that the regulations tell apart.
    pub enum Material {
        SitePhoto = "现场照片",
        HandlingPhoto = "处置照片",
        CallScreenshot = "通话记录截图",
        CallVideo = "致电视频",
        CallRecord = "通讯记录",
        Photo = "照片",
        Video = "视频",
        Audio = "音频",
        SupportingMaterial = "佐证材料",
        PolicyDocument = "政策法规依据文件",
        LegalProvision = "法律法规规定",
        SiteCheckRecord = "现场核查材料",
        OutOfScopeStatement = "不在受理范围情况说明",
        UntrueProof = "不属实证明材料",
        WrittenStatement = "正式书面说明",
        FilingStatement = "备案说明材料",
        CasePapers = "立案或移送资料",
        ClosingSheet = "结案签批表",
        CoHandlingSheet = "办理联系单",
        NationalReport = "网民留言办理情况的报告",
        ProvincialStatement = "省级接诉即办单情况说明",
        ProvincialSheet = "省接诉即办承办单",
        CommendationMaterial = "主动担当申报材料",
        Other = "其他",
    }
}

/// One file, or the record that one was handed in on paper.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Attachment {
    pub material: Material,
    pub name: String,
    /// SHA-256 of the bytes where they are stored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blob: Option<String>,
    /// How long a recording, or the call that a screenshot shows, lasted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<u32>,
    /// The day a screenshot or photo shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shows: Option<NaiveDate>,
    /// Whether the seal that a formal document needs is on it.
    #[serde(default)]
    pub sealed: bool,
}

impl Attachment {
    pub fn of(material: Material) -> Self {
        Self {
            material,
            name: material.name().to_owned(),
            blob: None,
            seconds: None,
            shows: None,
            sealed: false,
        }
    }
}
