//! Working days, working hours and what a period comes to on a real calendar (Beijing time). Neither the clock nor the
//! disk is read here: the present and the text of a calendar file arrive as arguments. What a day is called on screen
//! and how a ledger reads is not here either, but at the edge.

mod days;
mod due;
mod file;
mod hours;
mod ledger;
mod problem;
mod statutory;

use std::sync::{Arc, LazyLock};

use chrono::NaiveDate;

use crate::domain::moment::Moment;
use days::Days;

pub use due::Due;
pub use hours::{Hours, NotHours};
pub use ledger::{Ledger, LedgerDay, MakeUp, Standing};
pub use problem::{CalendarError, CalendarProblem, HoursProblem};

/// The working days of a country and the working hours of one office. Cheap to clone: the days are shared.
#[derive(Clone, Debug)]
pub struct Calendar {
    days: Arc<Days>,
    hours: Hours,
    law: Arc<str>,
}

/// One day as the calendar has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day<'a> {
    pub date: NaiveDate,
    pub workday: bool,
    /// The holiday this day is off for, weekends inside the holiday included.
    pub holiday: Option<&'a str>,
    /// 调休上班: a weekend day that is worked.
    pub makeup: bool,
    /// The holiday a make-up day is worked for.
    pub makeup_for: Option<&'a str>,
    /// No notice for this year yet: computed from weekends and statutory holidays.
    pub provisional: bool,
    /// The notice that decides this day, where its number is known.
    pub notice: Option<&'a str>,
}

impl Calendar {
    /// The file that comes with the program.
    pub const BUILT_IN: &'static str = include_str!("../../assets/calendars/cn.toml");

    /// The calendar that comes with the program.
    pub fn builtin() -> &'static Calendar {
        static CALENDAR: LazyLock<Calendar> = LazyLock::new(|| {
            // The file is part of the program, and a test reads it.
            Calendar::parse(Calendar::BUILT_IN, "cn.toml")
                .unwrap_or_else(|error| panic!("the built-in calendar: {error}"))
        });
        &CALENDAR
    }

    /// Reads a calendar file; `file` is what it is called in an error.
    pub fn parse(text: &str, file: &str) -> Result<Calendar, CalendarError> {
        file::parse(text, file)
    }

    /// The same days at an office with other hours.
    pub fn with_hours(&self, hours: Hours) -> Calendar {
        Calendar { hours, ..self.clone() }
    }

    pub fn hours(&self) -> &Hours {
        &self.hours
    }

    /// The law that provisional years are computed from.
    pub fn law(&self) -> &str {
        &self.law
    }

    pub fn day(&self, date: NaiveDate) -> Day<'_> {
        let entry = self.days.entry(date);
        let name = entry.mark.map(|mark| (mark.occasion.name.as_str(), mark.makeup));
        Day {
            date,
            workday: entry.workday,
            holiday: name.and_then(|(name, makeup)| (!makeup).then_some(name)),
            makeup: name.is_some_and(|(_, makeup)| makeup),
            makeup_for: name.and_then(|(name, makeup)| makeup.then_some(name)),
            provisional: !entry.published,
            notice: entry.notice.map(|notice| &**notice),
        }
    }

    pub fn is_workday(&self, date: NaiveDate) -> bool {
        self.days.is_workday(date)
    }

    /// The `n`th working day after `date`, which itself never counts; `n` is 1 at least.
    pub fn nth_workday_after(&self, date: NaiveDate, n: u32) -> NaiveDate {
        self.days.nth_after(date, n)
    }

    /// The nearest working day strictly before `date`.
    pub fn workday_before(&self, date: NaiveDate) -> NaiveDate {
        self.days.last_before(date)
    }

    /// When the office opens on `date`, were it a working day.
    pub fn opening(&self, date: NaiveDate) -> Moment {
        Moment::new(date, self.hours.opening())
    }

    /// Close of business on `date`, were it a working day.
    pub fn close_of(&self, date: NaiveDate) -> Moment {
        Moment::new(date, self.hours.close())
    }

    /// Whether any day from `first` to `last`, both included, lies in a year without a notice.
    pub fn provisional_between(&self, first: NaiveDate, last: NaiveDate) -> bool {
        self.days.any_unpublished(first, last)
    }
}
