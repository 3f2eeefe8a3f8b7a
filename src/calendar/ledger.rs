//! How a limit was counted, day by day, so that a person can check it. Facts only; the words for them are at the edge.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{Calendar, Day, Due};
use crate::domain::moment::Moment;
use crate::domain::period::Period;

/// Every day from the start of a period to its last day, and when it ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    pub from: Moment,
    pub period: Period,
    pub days: Vec<LedgerDay>,
    pub due: Due,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerDay {
    #[serde(with = "iso_date")]
    pub date: NaiveDate,
    #[serde(flatten)]
    pub standing: Standing,
    /// 调休上班: a weekend day that is worked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub makeup: Option<MakeUp>,
    /// Lies in a year without a notice.
    pub provisional: bool,
}

/// What a day is to the count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "standing", rename_all = "snake_case")]
pub enum Standing {
    /// The day on which a period of days begins does not count (民法典 201).
    FirstDay,
    /// Counts as the `number`th day.
    Counted {
        number: u32,
    },
    /// Time runs: so many minutes of the period fall on this day.
    Running {
        minutes: u32,
    },
    /// A working day of which no working hours are left, or none are needed.
    OutsideHours,
    Weekend,
    Holiday {
        name: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        notice: Option<String>,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MakeUp {
    /// The holiday that the day is worked for.
    pub holiday: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<String>,
}

impl Calendar {
    /// How `due` comes to its answer.
    pub fn ledger(&self, from: Moment, period: Period) -> Ledger {
        let due = self.due(from, period);
        let first = from.date();
        let last = due.last_day(from);
        let mut number = 0;
        let days = first
            .iter_days()
            .take_while(|date| *date <= last)
            .map(|date| {
                let day = self.day(date);
                let standing = match period {
                    Period::WorkDays(_) | Period::Days(_) if date == first => Standing::FirstDay,
                    Period::WorkDays(_) if !day.workday => off(&day),
                    Period::WorkDays(_) | Period::Days(_) => {
                        number += 1;
                        Standing::Counted { number }
                    }
                    Period::HalfWorkDay if !day.workday => off(&day),
                    Period::HalfWorkDay | Period::Hours(_) => {
                        let minutes = |until: Moment| match period {
                            Period::Hours(_) => until.minutes_since(from).max(0),
                            _ => self.working_minutes_between(from, until),
                        };
                        // By difference of totals, so that the days add up whatever seconds they begin with.
                        let until = Moment::end_of(date).min(due.at);
                        match minutes(until) - minutes(Moment::midnight(date)) {
                            0 => Standing::OutsideHours,
                            spent => Standing::Running {
                                minutes: u32::try_from(spent).unwrap_or(0),
                            },
                        }
                    }
                };
                LedgerDay {
                    date,
                    standing,
                    makeup: makeup(&day),
                    provisional: day.provisional,
                }
            })
            .collect();
        Ledger {
            from,
            period,
            days,
            due,
        }
    }
}

fn off(day: &Day<'_>) -> Standing {
    match day.holiday {
        Some(name) => Standing::Holiday {
            name: name.to_owned(),
            notice: day.notice.map(str::to_owned),
        },
        None => Standing::Weekend,
    }
}

fn makeup(day: &Day<'_>) -> Option<MakeUp> {
    let holiday = day.makeup_for?.to_owned();
    Some(MakeUp {
        holiday,
        notice: day.notice.map(str::to_owned),
    })
}

/// `2026-11-20`, as `chrono` writes and reads it; its own serde support would bring it in for every build.
mod iso_date {
    use chrono::NaiveDate;
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(date: &NaiveDate, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(date)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NaiveDate, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}
