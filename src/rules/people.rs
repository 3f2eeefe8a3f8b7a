//! `[people]`: liaison officers, secrecy, what a ticket must record, the knowledge base, dispatch rules. (RULES.md H)

use serde::{Deserialize, Serialize};

use super::clause::{Note, rule};
use super::finding::{Finding, finding};
use crate::domain::intake::Intake;
use crate::domain::named::named;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct People {
    pub liaison: Option<LiaisonRule>,
    pub secrecy: Option<Note>,
    pub intake: Option<IntakeRule>,
    pub knowledge: Vec<Note>,
    pub dispatch_rules: Option<Note>,
    pub notes: Vec<Note>,
}

rule! {
    /// How many named people answer for the hotline in each unit.
    pub struct LiaisonRule {
        at_least: u32,
    }
}

named! {
    /// Fields of a ticket that may be required.
    pub enum IntakeField {
        Kind = "诉求分类",
        Title = "诉求问题",
        Place = "发生地址",
        Content = "诉求内容",
        Channel = "诉求来源",
        Showing = "个人信息显示方式",
        Urgency = "紧急程度",
        Name = "姓名",
        Phone = "电话",
    }
}

rule! {
    /// What must be filled in when a ticket is taken down.
    pub struct IntakeRule {
        required: Vec<IntakeField>,
    }
}

impl People {
    pub fn judge_intake(&self, intake: &Intake) -> Vec<Finding> {
        let Some(rule) = &self.intake else { return Vec::new() };
        let missing = rule.required.iter().filter(|field| !filled(intake, **field));
        missing
            .map(|field| {
                finding!(refuse "people.intake")
                    .with("field", field.name())
                    .cited(&rule.cite)
                    .about("intake")
            })
            .collect()
    }
}

/// Kind, urgency and showing are closed lists and so are always there.
fn filled(intake: &Intake, field: IntakeField) -> bool {
    let text = match field {
        IntakeField::Kind | IntakeField::Urgency | IntakeField::Showing => return true,
        IntakeField::Title => &intake.title,
        IntakeField::Place => &intake.place,
        IntakeField::Content => &intake.content,
        IntakeField::Channel => &intake.channel,
        IntakeField::Name => &intake.caller.name,
        IntakeField::Phone => &intake.caller.phone,
    };
    !text.trim().is_empty()
}
