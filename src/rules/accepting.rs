//! `[accepting]`: passing a ticket on, taking it on, matters that are not taken, several units. (RULES.md A1, A2, A8–A10)

use serde::{Deserialize, Serialize};

use super::clause::{Note, rule};
use super::finding::{Arg, Finding, finding};
use crate::domain::material::{Attachment, Material};
use crate::domain::named::named;
use crate::domain::period::Period;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Accepting {
    pub pass_on: Option<PassOn>,
    pub confirm: Option<Confirm>,
    pub found_not_ours: Option<FoundNotOurs>,
    pub several: Option<Several>,
    pub not_accepted: Vec<Note>,
    pub notes: Vec<Note>,
}

rule! {
    /// A1: how fast the office passes a ticket on to the unit.
    pub struct PassOn {
        /// Absent: the same day.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        within: Option<Period>,
    }
}

rule! {
    /// A2: how the unit confirms that it takes the ticket.
    pub struct Confirm {
        /// Absent: at once, and no figure is given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        within: Option<Period>,
        #[serde(default)]
        silence_accepts: bool,
        /// The caller is to be asked first.
        #[serde(default)]
        contact_first: bool,
    }
}

rule! {
    /// A8: it turns out after acceptance that the matter is another unit's.
    pub struct FoundNotOurs {
        /// The unit keeps the ticket and sees to the answer itself.
        keeps: bool,
    }
}

named! {
    /// Who leads when several units are concerned.
    pub enum Lead {
        Duty = "承担主要责任的单位",
        LeaderRank = "排位靠前的班子领导所辖部门",
        FirstReceiver = "首接单位",
    }
}

rule! {
    /// A9: one answer from several units.
    pub struct Several {
        lead: Lead,
        /// The lead collects what the others did and gives one reply.
        #[serde(default)]
        joint_reply: bool,
        /// What the lead sends to the others.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sheet: Option<Material>,
    }
}

impl Accepting {
    /// May the unit confirm now?
    pub fn judge_accept(&self, caller_was_contacted: bool) -> Vec<Finding> {
        match &self.confirm {
            Some(confirm) if confirm.contact_first && !caller_was_contacted => {
                vec![
                    finding!(refuse "accepting.contact_first")
                        .cited(&confirm.cite)
                        .about("contact"),
                ]
            }
            _ => Vec::new(),
        }
    }

    /// May other units be asked to help, with these papers?
    pub fn judge_co_handling(&self, materials: &[Attachment]) -> Vec<Finding> {
        let Some(several) = &self.several else {
            return Vec::new();
        };
        match several.sheet {
            Some(sheet) if !materials.iter().any(|material| material.material == sheet) => {
                vec![
                    finding!(refuse "accepting.sheet")
                        .with("material", sheet.name())
                        .cited(&several.cite)
                        .about("materials"),
                ]
            }
            _ => Vec::new(),
        }
    }

    /// The lead answers for all: nobody may be left out.
    pub fn judge_joint_reply(&self, waiting_for: &[&str]) -> Vec<Finding> {
        match &self.several {
            Some(several) if several.joint_reply && !waiting_for.is_empty() => {
                vec![
                    finding!(refuse "accepting.joint_reply")
                        .with("units", Arg::list(waiting_for))
                        .cited(&several.cite),
                ]
            }
            _ => Vec::new(),
        }
    }
}
