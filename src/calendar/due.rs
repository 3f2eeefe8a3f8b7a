//! When a period ends, and working time between moments. How the count went day by day is not here but in `ledger`.

use chrono::{NaiveDate, Timelike};
use serde::{Deserialize, Serialize};

use super::Calendar;
use crate::domain::moment::Moment;
use crate::domain::period::Period;

/// Longer than all the years a moment can lie in: a period beyond this ends here, instead of overflowing.
const MOST_DAYS: u32 = 400_000;
const MOST_HOURS: u32 = MOST_DAYS * 24;

/// When a period ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Due {
    pub at: Moment,
    /// Some day on the way lies in a year that has no notice yet (暂按法定节假日推算).
    pub provisional: bool,
}

impl Due {
    /// The last day that counts: a limit that ends at 24:00 ends on that day, not on the next.
    pub(super) fn last_day(&self, from: Moment) -> NaiveDate {
        let date = self.at.date();
        if self.at > from && self.at.time().num_seconds_from_midnight() == 0 {
            date.pred_opt().unwrap_or(date)
        } else {
            date
        }
    }
}

impl Calendar {
    /// When `period`, begun at `from`, ends.
    pub fn due(&self, from: Moment, period: Period) -> Due {
        let at = match period {
            Period::WorkDays(n) => self.close_of(self.days.nth_after(from.date(), n)),
            Period::HalfWorkDay => self.plus_working_minutes(from, self.hours.half_day_minutes()),
            Period::Hours(n) => from.plus_minutes(i64::from(n.min(MOST_HOURS)) * 60),
            Period::Days(n) => Moment::end_of(Moment::midnight(from.date()).plus_days(n.min(MOST_DAYS)).date()),
        };
        let due = Due { at, provisional: false };
        Due {
            provisional: self.provisional_between(from.date(), due.last_day(from)),
            ..due
        }
    }

    /// The moment by which `minutes` of work are done when work on it begins at `from`, or at the next opening where
    /// the office is closed then. Work that fills a day is done at its close, not at the next opening.
    pub fn plus_working_minutes(&self, from: Moment, minutes: u32) -> Moment {
        if minutes == 0 {
            return from;
        }
        let day = u64::from(self.hours.day_seconds());
        // Counted from the opening of the day `from` lies on; a day off has no work behind it and lends none.
        let begins_today = self.days.is_workday(from.date());
        let done = if begins_today {
            u64::from(self.hours.worked_by(second_of_day(from)))
        } else {
            0
        };
        let target = done + u64::from(minutes) * 60;
        let whole = (target - 1) / day;
        let date = match u32::try_from(whole).unwrap_or(u32::MAX) {
            0 if begins_today => from.date(),
            whole if begins_today => self.days.nth_after(from.date(), whole),
            whole => self.days.nth_after(from.date(), whole.saturating_add(1)),
        };
        // What is left is at most a day's seconds.
        Moment::new(date, self.hours.time_after((target - whole * day) as u32))
    }

    /// Close of business `days` working days before the day on which `due` falls.
    pub fn close_before(&self, due: Moment, days: u32) -> Moment {
        let mut date = self.last_day(due);
        for _ in 0..days {
            date = self.workday_before(date);
        }
        self.close_of(date)
    }

    /// The day on which a limit ends: 24:00 belongs to the day that ends.
    pub fn last_day(&self, due: Moment) -> NaiveDate {
        let date = due.date();
        if second_of_day(due) == 0 {
            date.pred_opt().unwrap_or(date)
        } else {
            date
        }
    }

    /// How many minutes of work a whole day has.
    pub fn day_minutes(&self) -> u32 {
        self.hours.day_seconds() / 60
    }

    /// Whole minutes of work between two moments; none where `b` is not after `a`.
    pub fn working_minutes_between(&self, a: Moment, b: Moment) -> i64 {
        if b <= a {
            return 0;
        }
        let worked = |at: Moment| {
            if self.days.is_workday(at.date()) {
                i64::from(self.hours.worked_by(second_of_day(at)))
            } else {
                0
            }
        };
        let days = self.days.count(a.date(), b.date());
        (days * i64::from(self.hours.day_seconds()) + worked(b) - worked(a)).max(0) / 60
    }
}

fn second_of_day(at: Moment) -> u32 {
    at.time().num_seconds_from_midnight()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Moment {
        text.parse().expect(text)
    }

    #[test]
    fn a_limit_that_ends_at_24_00_ends_on_the_day_before_that_midnight() {
        let from = at("2026-11-20 09:00");
        for (ends, day) in [
            ("2026-11-22 00:00", "2026-11-21"),
            ("2026-11-22 00:01", "2026-11-22"),
            ("2026-11-21 23:59", "2026-11-21"),
        ] {
            let due = Due {
                at: at(ends),
                provisional: false,
            };
            assert_eq!(due.last_day(from).to_string(), day, "{ends}");
        }
        // Nothing has passed yet: the midnight it begins at is its own day.
        let nothing = Due {
            at: at("2026-11-22 00:00"),
            provisional: false,
        };
        assert_eq!(nothing.last_day(nothing.at).to_string(), "2026-11-22");
    }

    #[test]
    fn no_work_takes_no_time_even_at_night() {
        let night = at("2026-11-21 03:00");
        assert_eq!(Calendar::builtin().plus_working_minutes(night, 0), night);
    }

    #[test]
    fn work_that_fills_whole_days_is_done_at_close_of_business() {
        let calendar = Calendar::builtin();
        let opening = at("2026-11-20 08:30");
        assert_eq!(calendar.plus_working_minutes(opening, 450), at("2026-11-20 17:30"));
        assert_eq!(calendar.plus_working_minutes(opening, 900), at("2026-11-23 17:30"));
        assert_eq!(calendar.plus_working_minutes(opening, 451), at("2026-11-23 08:31"));
    }
}
