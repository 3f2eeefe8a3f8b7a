//! `[bulletin]`: key tickets, bulletins, commendation, group complaints and the rates that units are measured by.
//! (RULES.md G)

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use super::clause::{Note, rule};
use super::finding::{Finding, finding};
use crate::domain::action::CommendationGround;
use crate::domain::material::{Attachment, Material};
use crate::domain::moment::Moment;
use crate::domain::named::named;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Bulletin {
    pub key: Vec<KeyClass>,
    pub bad: Vec<BadTickets>,
    pub rates: Vec<RateRule>,
    pub commendation: Option<Commendation>,
    pub group: Option<Note>,
    pub notes: Vec<Note>,
}

named! {
    pub enum Weekday {
        Monday = "周一",
        Tuesday = "周二",
        Wednesday = "周三",
        Thursday = "周四",
        Friday = "周五",
        Saturday = "周六",
        Sunday = "周日",
    }
}

rule! {
    /// 区级重点工单: a special class with reports and targets of its own.
    pub struct KeyClass {
        class: String,
        /// Mornings on which progress is reported.
        #[serde(default)]
        reports: Vec<Weekday>,
        /// Finished within the week of receipt.
        #[serde(default)]
        within_the_week: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        satisfaction_percent: Option<u32>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        completion_percent: Option<u32>,
    }
}

named! {
    /// What puts a ticket on the list of bad ones.
    pub enum Fault {
        BuckPassing = "推诿",
        Overdue = "超期",
        RedoneOften = "多次重办",
        Supervised = "督办",
        NoCallRecord = "无通话记录",
        Yellow = "黄牌",
        Red = "红牌",
    }
}

named! {
    pub enum Every {
        Week = "每周",
        Month = "每月",
        Quarter = "每季度",
        /// Whenever it happens.
        Time = "及时",
    }
}

rule! {
    /// A bulletin of bad tickets.
    pub struct BadTickets {
        every: Every,
        faults: Vec<Fault>,
        /// So many in a row, and a leader has to explain.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        in_a_row: Option<u32>,
    }
}

named! {
    pub enum Rate {
        Response = "响应率",
        Solved = "解决率",
        Satisfied = "满意率",
        Overdue = "超期率",
        Redone = "重办率",
    }
}

rule! {
    /// Rates that are published, and what follows when they stay low.
    pub struct RateRule {
        every: Every,
        rates: Vec<Rate>,
        /// So many periods in a row below the line.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        in_a_row: Option<u32>,
    }
}

rule! {
    /// Extra credit that a unit may claim.
    pub struct Commendation {
        grounds: Vec<CommendationGround>,
        months: u32,
        materials: Vec<Material>,
    }
}

impl Bulletin {
    pub fn key_class(&self, classes: &[String]) -> Option<&KeyClass> {
        self.key.iter().find(|rule| classes.contains(&rule.class))
    }

    /// On one of its grounds, with its material. Whether it is solved, and in time, is asked before.
    pub fn judge_commendation(&self, ground: CommendationGround, materials: &[Attachment]) -> Vec<Finding> {
        let Some(rule) = &self.commendation else {
            return Vec::new();
        };
        let mut findings = Vec::new();
        if !rule.grounds.contains(&ground) {
            findings.push(finding!(refuse "bulletin.ground").cited(&rule.cite).about("ground"));
        }
        for material in &rule.materials {
            if !materials.iter().any(|attachment| attachment.material == *material) {
                findings.push(
                    finding!(refuse "bulletin.material")
                        .with("material", material.name())
                        .cited(&rule.cite)
                        .about("materials"),
                );
            }
        }
        findings
    }
}

impl KeyClass {
    /// The noon by which the next report is due, or the oldest that was not given: a report serves the first report
    /// morning from its own moment on.
    pub fn next_report(&self, start: Moment, last_report: Option<Moment>) -> Option<Moment> {
        match last_report {
            None => self.report_noon(start),
            Some(report) => self.report_noon(self.report_noon(report)?.just_after()),
        }
    }

    /// Noon of the first report day that is not over before `from`.
    fn report_noon(&self, from: Moment) -> Option<Moment> {
        let days = (0..8).map(|ahead| Moment::midnight(from.date()).plus_days(ahead));
        let mut noons = days
            .filter(|day| self.reports.iter().any(|weekday| weekday.is(day.date())))
            .map(|day| day.plus_minutes(NOON));
        noons.find(|noon| *noon >= from)
    }

    /// 24:00 of the Sunday of the week in which it was received.
    pub fn end_of_week(&self, start: Moment) -> Option<Moment> {
        let ahead = 6 - start.date().weekday().num_days_from_monday();
        self.within_the_week
            .then(|| Moment::end_of(Moment::midnight(start.date()).plus_days(ahead).date()))
    }
}

const NOON: i64 = 12 * 60;

impl Weekday {
    fn is(self, date: NaiveDate) -> bool {
        Self::ALL[date.weekday().num_days_from_monday() as usize] == self
    }
}

impl Commendation {
    /// 24:00 of the same day so many months later.
    pub fn last_day(&self, solved: Moment) -> Moment {
        let months = chrono::Months::new(self.months);
        Moment::end_of(solved.date().checked_add_months(months).unwrap_or(solved.date()))
    }
}
