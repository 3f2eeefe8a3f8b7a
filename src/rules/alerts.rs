//! `[alerts]`: how loud the clock becomes as a limit nears and passes, and who is called then. (RULES.md D5)

use serde::{Deserialize, Serialize};

use super::clause::{Cite, Note, rule};
use super::finding::{Finding, finding};
use crate::calendar::Calendar;
use crate::domain::action::{Alert, SupervisionForm};
use crate::domain::moment::Moment;
use crate::domain::period::Period;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Alerts {
    pub remind: Option<Remind>,
    pub ladder: Option<Ladder>,
    pub supervision: Option<SupervisionRule>,
    pub overdue: Option<Note>,
    pub notes: Vec<Note>,
}

rule! {
    /// 催单提醒
    pub struct Remind {
        /// Counted from receipt, for the general limit.
        after: Period,
        /// Counted back from a limit that the ticket states.
        before_stated_days: u32,
    }
}

rule! {
    /// 预警、黄牌、红牌
    pub struct Ladder {
        /// 预警: so many working days before the limit, from close of business.
        warning_before: u32,
        /// 红牌: from the start of this working day after the limit; 黄牌 begins with the limit itself.
        red_on: u32,
    }
}

rule! {
    /// 督办 comes after so many calls were in vain.
    pub struct SupervisionRule {
        calls_first: u32,
        forms: Vec<SupervisionForm>,
    }
}

impl Alerts {
    /// When the reminder falls due; `stated`: the limit is one that the ticket states itself.
    pub fn remind_at(&self, start: Moment, due: Option<Moment>, stated: bool, calendar: &Calendar) -> Option<Moment> {
        let rule = self.remind.as_ref()?;
        if stated {
            return due.map(|due| due.plus_minutes(-i64::from(rule.before_stated_days) * 24 * 60));
        }
        Some(calendar.due(start, rule.after).at)
    }

    pub fn warning_at(&self, due: Moment, calendar: &Calendar) -> Option<Moment> {
        self.ladder
            .as_ref()
            .map(|ladder| calendar.close_before(due, ladder.warning_before))
    }

    pub fn red_at(&self, due: Moment, calendar: &Calendar) -> Option<Moment> {
        let ladder = self.ladder.as_ref()?;
        Some(Moment::midnight(
            calendar.nth_workday_after(calendar.last_day(due), ladder.red_on),
        ))
    }

    /// The level at `now`, and the next moment at which it changes.
    pub fn level(
        &self,
        start: Moment,
        due: Moment,
        stated: bool,
        now: Moment,
        calendar: &Calendar,
    ) -> (Alert, Option<&Cite>, Option<Moment>) {
        if let Some(ladder) = &self.ladder {
            let cite = Some(&ladder.cite);
            if now < due {
                let warning = calendar.close_before(due, ladder.warning_before);
                return if now >= warning {
                    (Alert::Warning, cite, Some(due))
                } else {
                    (Alert::None, None, Some(warning))
                };
            }
            let red = Moment::midnight(calendar.nth_workday_after(calendar.last_day(due), ladder.red_on));
            return if now >= red {
                (Alert::Red, cite, None)
            } else {
                (Alert::Yellow, cite, Some(red))
            };
        }
        if now >= due {
            return (Alert::Overdue, self.overdue.as_ref().map(|rule| &rule.cite), None);
        }
        match (&self.remind, self.remind_at(start, Some(due), stated, calendar)) {
            (Some(rule), Some(remind)) if now >= remind => (Alert::Remind, Some(&rule.cite), Some(due)),
            (_, remind) => (Alert::None, None, remind.or(Some(due))),
        }
    }

    /// May the ticket be supervised now?
    pub fn judge_supervision(&self, overdue: bool, calls: usize, form: SupervisionForm) -> Vec<Finding> {
        let Some(rule) = &self.supervision else {
            return Vec::new();
        };
        let mut findings = Vec::new();
        if !overdue || calls < rule.calls_first as usize {
            findings.push(
                finding!(refuse "alerts.supervision")
                    .with("calls", calls)
                    .with("need", rule.calls_first)
                    .cited(&rule.cite),
            );
        }
        if !rule.forms.contains(&form) {
            findings.push(
                finding!(refuse "alerts.form")
                    .with(
                        "forms",
                        rule.forms.iter().map(|form| form.name()).collect::<Vec<_>>().join("、"),
                    )
                    .cited(&rule.cite)
                    .about("form"),
            );
        }
        findings
    }
}
