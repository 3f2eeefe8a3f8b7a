//! Moments in working time, told backwards from the present: the demo is as old as the day it is opened on.

use chrono::NaiveDate;

use crate::calendar::Calendar;
use crate::domain::moment::Moment;

/// The office must have been open for so long, or its last day is an earlier one.
const MORNING: i64 = 30;
/// The lunch break of an office: nothing happens in it.
const NOON: u32 = 12 * 60;
const LUNCH: i64 = 90;
/// A day of the demo ends after so many minutes of work, whatever the office's hours.
pub const DAY: u32 = 480;

pub struct Diary<'a> {
    calendar: &'a Calendar,
    now: Moment,
    /// The last day on which the office was open before now.
    last: NaiveDate,
}

impl<'a> Diary<'a> {
    pub fn new(calendar: &'a Calendar, now: Moment) -> Self {
        let today = now.date();
        let open = calendar.is_workday(today) && now.minutes_since(calendar.opening(today)) >= MORNING;
        let last = if open { today } else { calendar.workday_before(today) };
        Self { calendar, now, last }
    }

    /// The working day so many working days before the last one, so many minutes into its work. What has been of the
    /// present day is spread over the time that has been.
    pub fn at(&self, days_before: u32, minute: u32) -> Moment {
        let date = (0..days_before).fold(self.last, |date, _| self.calendar.workday_before(date));
        let opening = self.calendar.opening(date);
        let close = self.calendar.close_of(date);
        let worked = |minute: u32| {
            let at = opening.plus_minutes(minute.into());
            if at.minute_of_day() >= NOON {
                at.plus_minutes(LUNCH)
            } else {
                at
            }
            .min(close)
        };
        if date != self.now.date() || self.now >= close {
            return worked(minute);
        }
        let so_far = self.now.minutes_since(opening).max(0);
        let minute = i64::from(minute.min(DAY)) * so_far / i64::from(DAY);
        opening.plus_minutes(minute).min(self.now)
    }
}
