//! `rexian calendar`: every day of a range, worked or not, and why. Which days are worked is the calendar's to say.

use anyhow::Result;
use chrono::{Datelike, NaiveDate};
use clap::Args;
use serde::Serialize;

use super::input::half_width;
use super::layout::{columns, hanging};
use super::{Desk, Outcome};
use crate::calendar::Day;
use crate::domain::moment::YEARS;

/// Enough for any plan, and little enough to print.
const MOST_YEARS: i32 = 40;

#[derive(Args)]
pub struct Calendar {
    #[arg(value_name = "RANGE")]
    range: Option<String>,
    #[arg(long)]
    json: bool,
}

/// One day as it is written in JSON: other programs rely on this form.
#[derive(Serialize)]
struct Row<'a> {
    date: String,
    workday: bool,
    holiday: Option<&'a str>,
    makeup: bool,
    provisional: bool,
    notice: Option<&'a str>,
}

impl Calendar {
    pub fn run(&self, desk: &Desk) -> Result<Outcome> {
        let Some(range) = &self.range else {
            return Err(desk.refuse("cli.calendar.absent", &[]));
        };
        let (first, last) = read_range(range).ok_or_else(|| desk.refuse("cli.calendar.range", &[("given", range)]))?;
        if first > last {
            return Err(desk.refuse("cli.calendar.reversed", &[("given", range)]));
        }
        if last.years_since(first).is_some_and(|years| years >= MOST_YEARS as u32) {
            return Err(desk.refuse("cli.calendar.long", &[("most", &MOST_YEARS.to_string())]));
        }
        let calendar = desk.calendar()?;
        let days = first
            .iter_days()
            .take_while(|date| *date <= last)
            .map(|date| calendar.day(date));
        if self.json {
            let rows: Vec<Row> = days.map(|day| Row::from(&day)).collect();
            desk.print_json(&rows)?;
            return Ok(Outcome::Yes);
        }
        let rows: Vec<Vec<String>> = days.map(|day| desk.calendar_row(&day)).collect();
        let mut text = columns(&rows, 0);
        if calendar.provisional_between(first, last) {
            text.push_str(&desk.provisional_note(&calendar));
        }
        desk.print(&text)?;
        Ok(Outcome::Yes)
    }
}

impl<'a> From<&Day<'a>> for Row<'a> {
    fn from(day: &Day<'a>) -> Self {
        Self {
            date: day.date.to_string(),
            workday: day.workday,
            holiday: day.holiday,
            makeup: day.makeup,
            provisional: day.provisional,
            notice: day.notice,
        }
    }
}

impl Desk {
    fn calendar_row(&self, day: &Day<'_>) -> Vec<String> {
        let mark = if day.workday {
            "cli.calendar.on"
        } else {
            "cli.calendar.off"
        };
        let why = match (day.holiday, day.makeup_for) {
            (Some(holiday), _) => holiday.to_owned(),
            (None, Some(holiday)) => self.say("cli.calendar.makeup", &[("holiday", holiday)]),
            (None, None) => String::new(),
        };
        let notice = day.notice.filter(|_| !why.is_empty()).unwrap_or_default();
        let beside = if day.provisional {
            self.word("cli.provisional")
        } else {
            notice
        };
        vec![self.day(day.date), self.word(mark).to_owned(), why, beside.to_owned()]
    }

    /// What is meant by provisional, and by which law it was reckoned.
    pub fn provisional_note(&self, calendar: &crate::calendar::Calendar) -> String {
        let note = self.say("cli.calendar.provisional", &[("law", calendar.law())]);
        hanging("", &note, self.width)
    }

    /// `2026-09-20 周日`
    pub fn day(&self, date: NaiveDate) -> String {
        format!("{date} {}", self.weekday(date))
    }

    pub fn weekday(&self, date: NaiveDate) -> String {
        let number = date.weekday().number_from_monday().to_string();
        self.locale.term("weekday", &number)
    }
}

/// `2026-09-20..2026-10-12`, one day, a month `2026-09`, or a year.
fn read_range(text: &str) -> Option<(NaiveDate, NaiveDate)> {
    let text = half_width(text);
    let (first, last) = text.split_once("..").unwrap_or((&text, &text));
    Some((bounds(first)?.0, bounds(last)?.1))
}

/// The first and the last day of a date, a month or a year.
fn bounds(text: &str) -> Option<(NaiveDate, NaiveDate)> {
    let parts: Vec<&str> = text.trim().split('-').collect();
    let number = |part: &str, longest: usize| {
        let digits = !part.is_empty() && part.len() <= longest && part.bytes().all(|b| b.is_ascii_digit());
        digits.then(|| part.parse::<u32>().ok()).flatten()
    };
    let year = i32::try_from(number(parts.first()?, 4)?)
        .ok()
        .filter(|year| YEARS.contains(year))?;
    match parts[1..] {
        [] => Some((
            NaiveDate::from_ymd_opt(year, 1, 1)?,
            NaiveDate::from_ymd_opt(year, 12, 31)?,
        )),
        [month] => {
            let first = NaiveDate::from_ymd_opt(year, number(month, 2)?, 1)?;
            let next = first.checked_add_months(chrono::Months::new(1))?;
            Some((first, next.pred_opt()?))
        }
        [month, day] => {
            let date = NaiveDate::from_ymd_opt(year, number(month, 2)?, number(day, 2)?)?;
            Some((date, date))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_days_months_and_years() {
        for (text, range) in [
            ("2026-09-20..2026-10-12", Some(("2026-09-20", "2026-10-12"))),
            ("2026-02-01", Some(("2026-02-01", "2026-02-01"))),
            ("2024-02", Some(("2024-02-01", "2024-02-29"))),
            ("2026", Some(("2026-01-01", "2026-12-31"))),
            ("2999-12..2999", Some(("2999-12-01", "2999-12-31"))),
            ("２０２６－０２－０１", Some(("2026-02-01", "2026-02-01"))),
            ("2026-02-30", None),
            ("1899", None),
            ("3000", None),
            ("2026-", None),
            ("..", None),
            ("+2026", None),
            ("2026-1-1-1", None),
            ("明天", None),
        ] {
            let read = read_range(text).map(|(first, last)| (first.to_string(), last.to_string()));
            assert_eq!(read, range.map(|(a, b)| (a.to_owned(), b.to_owned())), "{text}");
        }
    }
}
