//! `[alerts]`: how loud the clock becomes as a limit nears and passes, and who is called then. (RULES.md D5)

use serde::{Deserialize, Serialize};

use super::clause::{Cite, Note, rule};
use super::finding::{Arg, Finding, finding};
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
    /// 督办
    pub struct SupervisionRule {
        /// So many calls about the overdue ticket were in vain before.
        #[serde(default)]
        calls_first: u32,
        /// Only a ticket that is overdue is supervised.
        #[serde(default)]
        overdue_only: bool,
        /// Empty: the document names no forms.
        #[serde(default)]
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

    /// The level at `now`, and the next moment at which it changes. A limit has passed once its moment is over.
    pub fn level(
        &self,
        start: Moment,
        due: Moment,
        stated: bool,
        now: Moment,
        calendar: &Calendar,
    ) -> (Alert, Option<&Cite>, Option<Moment>) {
        let passes = due.just_after();
        match &self.ladder {
            Some(ladder) if now < passes => {
                let warning = calendar.close_before(due, ladder.warning_before);
                if now < warning {
                    (Alert::None, None, Some(warning))
                } else {
                    (Alert::Warning, Some(&ladder.cite), Some(passes))
                }
            }
            Some(ladder) => match self.red_at(due, calendar) {
                Some(red) if now < red => (Alert::Yellow, Some(&ladder.cite), Some(red)),
                _ => (Alert::Red, Some(&ladder.cite), None),
            },
            None if now >= passes => (Alert::Overdue, self.overdue.as_ref().map(|rule| &rule.cite), None),
            None => match (&self.remind, self.remind_at(start, Some(due), stated, calendar)) {
                (Some(rule), Some(remind)) if now >= remind => (Alert::Remind, Some(&rule.cite), Some(passes)),
                (_, remind) => (Alert::None, None, remind.or(Some(passes))),
            },
        }
    }

    /// In this form, after so many calls? Whether it is overdue is asked before.
    pub fn judge_supervision(&self, calls: usize, form: SupervisionForm) -> Vec<Finding> {
        let Some(rule) = &self.supervision else {
            return Vec::new();
        };
        let mut findings = Vec::new();
        if calls < rule.calls_first as usize {
            findings.push(
                finding!(refuse "alerts.supervision")
                    .with("calls", calls)
                    .with("need", rule.calls_first)
                    .cited(&rule.cite),
            );
        }
        if !rule.forms.is_empty() && !rule.forms.contains(&form) {
            findings.push(
                finding!(refuse "alerts.form")
                    .with("forms", Arg::list(rule.forms.iter().map(|form| form.name())))
                    .cited(&rule.cite)
                    .about("form"),
            );
        }
        findings
    }
}
