//! `[limits]`: how long a unit has, by kind, channel and special class; what shortens, restarts or ends the limit.
//! (RULES.md D1, D2, D4, D6, D7)

use serde::{Deserialize, Serialize};

use super::clause::{Cite, Note, rule};
use crate::domain::intake::{Intake, Kind};
use crate::domain::material::Material;
use crate::domain::named::named;
use crate::domain::period::Period;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// The first row that matches a ticket is its limit.
    pub finish: Vec<Limit>,
    /// 省接诉即办: the enterprise is answered before the matter is finished.
    pub answer: Vec<Limit>,
    pub on_site: Vec<Limit>,
    pub report: Vec<Limit>,
    pub legal: Option<Note>,
    pub restarts: Vec<Restart>,
    pub case: Option<CaseRule>,
    pub withdrawal: Option<Withdrawal>,
    pub notes: Vec<Note>,
}

rule! {
    /// A limit and the tickets it is for; an empty list asks for nothing.
    pub struct Limit {
        #[serde(default)]
        kinds: Vec<Kind>,
        #[serde(default)]
        channels: Vec<String>,
        #[serde(default)]
        classes: Vec<String>,
        /// Absent: the ticket itself states its limit.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        within: Option<Period>,
    }
}

named! {
    pub enum RestartCause {
        /// The caller adds facts before completion.
        FactsAdded = "来电人补充新情况",
        ForceMajeure = "不可抗力",
        LawChanged = "依据调整",
    }
}

rule! {
    /// D4: the limit starts again.
    pub struct Restart {
        when: RestartCause,
    }
}

rule! {
    /// D6: an administrative case, or handing over to justice, counts as done.
    pub struct CaseRule {
        /// Any of these papers will do.
        materials: Vec<Material>,
    }
}

rule! {
    /// D7: where a caller withdraws.
    pub struct Withdrawal {
        only_at_hotline: bool,
    }
}

/// What of a ticket a limit depends on.
#[derive(Clone, Copy, Debug)]
pub struct Matter<'a> {
    /// Absent: not known, as on the command line.
    pub kind: Option<Kind>,
    pub channel: Option<&'a str>,
    pub classes: &'a [String],
}

impl<'a> From<&'a Intake> for Matter<'a> {
    fn from(intake: &'a Intake) -> Self {
        Self {
            kind: Some(intake.kind),
            channel: Some(&intake.channel),
            classes: &intake.classes,
        }
    }
}

impl Limit {
    fn is_for(&self, matter: &Matter<'_>) -> bool {
        let kind = self.kinds.is_empty() || matter.kind.is_some_and(|kind| self.kinds.contains(&kind));
        let channel = self.channels.is_empty()
            || matter
                .channel
                .is_some_and(|channel| self.channels.iter().any(|name| name == channel));
        let class = self.classes.is_empty() || self.classes.iter().any(|class| matter.classes.contains(class));
        kind && channel && class
    }
}

impl Limits {
    pub fn finish_for(&self, matter: &Matter<'_>) -> Option<&Limit> {
        first(&self.finish, matter)
    }

    pub fn answer_for(&self, matter: &Matter<'_>) -> Option<&Limit> {
        first(&self.answer, matter)
    }

    pub fn on_site_for(&self, matter: &Matter<'_>) -> Option<&Limit> {
        first(&self.on_site, matter)
    }

    pub fn report_for(&self, matter: &Matter<'_>) -> Option<&Limit> {
        first(&self.report, matter)
    }

    pub fn restart(&self, cause: RestartCause) -> Option<&Cite> {
        self.restarts
            .iter()
            .find(|rule| rule.when == cause)
            .map(|rule| &rule.cite)
    }
}

fn first<'a>(rows: &'a [Limit], matter: &Matter<'_>) -> Option<&'a Limit> {
    rows.iter().find(|row| row.is_for(matter))
}
