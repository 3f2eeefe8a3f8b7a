//! The calendar file: its schema, and the checks that a year's dates make sense. Every mistake names its line and what
//! would be right. What the dates come to is not here but in `days`.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use chrono::{Datelike, NaiveDate};
use serde::Deserialize;
use toml::Spanned;
use toml::value::Datetime;

use super::Calendar;
use super::days::{Days, Mark, Occasion, is_weekend};
use super::hours::{Hours, NotHours};
use super::statutory::{Begins, MOST_DAYS, Rule};
use crate::domain::moment::YEARS;

/// A calendar file that cannot be used, on one line: where, what, and what would be right.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}{}: {problem}; {fix}", line.map(|line| format!(":{line}")).unwrap_or_default())]
pub struct CalendarError {
    pub file: String,
    pub line: Option<usize>,
    pub problem: String,
    pub fix: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    hours: Spanned<HoursTable>,
    statutory: StatutoryTable,
    years: BTreeMap<Spanned<String>, YearTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HoursTable {
    open: Spanned<Vec<Spanned<String>>>,
    half_day: Spanned<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StatutoryTable {
    law: String,
    days: Vec<Spanned<StatutoryDay>>,
}

/// One shape for the three kinds; which keys go with which kind is checked by `rule`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StatutoryDay {
    name: String,
    kind: Kind,
    month: Option<u32>,
    day: Option<u32>,
    term: Option<String>,
    #[serde(default = "one")]
    days: u32,
    #[serde(default)]
    eve: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Solar,
    Lunar,
    Term,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct YearTable {
    notice: Option<Spanned<String>>,
    holidays: Vec<Spanned<Holiday>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Holiday {
    name: Spanned<String>,
    from: Spanned<Datetime>,
    to: Option<Spanned<Datetime>>,
    #[serde(default)]
    make_up: Vec<Spanned<Datetime>>,
    notice: Option<Spanned<String>>,
}

fn one() -> u32 {
    1
}

/// A mistake before it is known which line it is on.
struct Mistake {
    at: Option<Range<usize>>,
    problem: String,
    fix: String,
}

fn mistake<T>(at: &Range<usize>, problem: impl Into<String>, fix: impl Into<String>) -> Result<T, Mistake> {
    Err(Mistake {
        at: Some(at.clone()),
        problem: problem.into(),
        fix: fix.into(),
    })
}

pub(super) fn parse(text: &str, file: &str) -> Result<Calendar, CalendarError> {
    read(text).map_err(|Mistake { at, problem, fix }| CalendarError {
        file: file.to_owned(),
        line: at.map(|at| 1 + text.bytes().take(at.start).filter(|byte| *byte == b'\n').count()),
        problem,
        fix,
    })
}

fn read(text: &str) -> Result<Calendar, Mistake> {
    let file: File = toml::from_str(text).map_err(not_the_schema)?;
    let hours = hours(&file.hours)?;
    let statutory = file.statutory.days.iter().map(rule).collect::<Result<Vec<_>, _>>()?;
    let mut notices = BTreeMap::new();
    let mut marks = BTreeMap::new();
    let mut makeups = Vec::new();
    for (key, table) in &file.years {
        let year = year(key)?;
        let notice = notice(table.notice.as_ref())?;
        for holiday in &table.holidays {
            let holiday = holiday.get_ref();
            let occasion = Arc::new(Occasion {
                name: name(&holiday.name)?,
                notice: self::notice(holiday.notice.as_ref())?.or_else(|| notice.clone()),
            });
            days_off(year, holiday, &occasion, &mut marks)?;
            for day in &holiday.make_up {
                makeups.push((date(year, day)?, day.span(), Arc::clone(&occasion)));
            }
        }
        notices.insert(year, notice);
    }
    // After all holidays, because a make-up day may collide with one that is written further down.
    for (date, span, occasion) in makeups {
        makeup(date, &span, occasion, &mut marks)?;
    }
    Ok(Calendar {
        days: Arc::new(Days::new(notices, marks, statutory)),
        hours,
        law: file.statutory.law.into(),
    })
}

const EXAMPLE: &str = "write TOML such as { name = \"元旦\", from = 2026-01-01, to = 2026-01-03 }";

/// What `toml` says, split into what is wrong and what it expected, on one line.
fn not_the_schema(error: toml::de::Error) -> Mistake {
    let message = error.message().replace('\n', ", ");
    let (problem, fix) = match message.split_once(", expected ") {
        Some((problem, expected)) if problem.contains("string") && expected.contains("date") => {
            (problem, "write a date without quotes, such as 2026-01-01".to_owned())
        }
        Some((problem, expected)) if problem.starts_with("unknown") => (problem, format!("write {expected}")),
        Some((problem, "u32")) => (problem, "write a whole number without quotes".to_owned()),
        Some((problem, expected)) if problem.starts_with("invalid") => (problem, format!("write {expected}")),
        // What the grammar expected next is seldom what the writer meant.
        Some((problem, _)) => (problem, EXAMPLE.to_owned()),
        None if message.starts_with("missing field") => (&*message, "add it to this table".to_owned()),
        None if message.starts_with("duplicate") => (&*message, "write each key and each year once".to_owned()),
        None => (&*message, EXAMPLE.to_owned()),
    };
    let problem = problem.to_owned();
    Mistake {
        at: error.span(),
        problem,
        fix,
    }
}

fn hours(table: &Spanned<HoursTable>) -> Result<Hours, Mistake> {
    let HoursTable { open, half_day } = table.get_ref();
    let spans: Vec<&str> = open.get_ref().iter().map(|span| span.get_ref().as_str()).collect();
    Hours::new(&spans, *half_day.get_ref()).map_err(|NotHours { span, problem, fix }| {
        let at = match span.and_then(|place| open.get_ref().get(place)) {
            Some(span) => span.span(),
            None if spans.is_empty() => open.span(),
            None => half_day.span(),
        };
        Mistake {
            at: Some(at),
            problem,
            fix,
        }
    })
}

fn rule(day: &Spanned<StatutoryDay>) -> Result<Rule, Mistake> {
    let at = day.span();
    let StatutoryDay {
        name,
        kind,
        month,
        day,
        term,
        days,
        eve,
    } = day.get_ref();
    let begins = match (kind, month, day, term) {
        (Kind::Solar, Some(month), Some(day), None) => Begins::Solar {
            month: *month,
            day: *day,
        },
        (Kind::Lunar, Some(month), Some(day), None) => Begins::Lunar {
            month: *month,
            day: *day,
        },
        (Kind::Term, None, None, Some(term)) => Begins::Term(term.clone()),
        (Kind::Solar | Kind::Lunar, ..) => {
            return mistake(
                &at,
                format!("{name:?} lacks a day, or has a term too"),
                "write month = 1, day = 1",
            );
        }
        (Kind::Term, ..) => {
            return mistake(
                &at,
                format!("{name:?} lacks a solar term, or has a day too"),
                "write term = \"清明\" alone",
            );
        }
    };
    if name.trim().is_empty() {
        return mistake(&at, "a statutory holiday without a name", "write name = \"元旦\"");
    }
    if !begins.is_possible() {
        return mistake(
            &at,
            format!("{name:?} begins on a day that does not exist"),
            "write a month of 1 to 12 and a day it has (lunar: 1 to 30), or one of the 24 solar terms",
        );
    }
    if !(1..=MOST_DAYS).contains(days) {
        return mistake(
            &at,
            format!("{name:?} cannot last {days} days"),
            format!("write 1 to {MOST_DAYS}"),
        );
    }
    Ok(Rule {
        name: name.clone(),
        begins,
        days: *days,
        eve: *eve,
    })
}

fn year(key: &Spanned<String>) -> Result<i32, Mistake> {
    match key.get_ref().parse() {
        Ok(year) if YEARS.contains(&year) && key.get_ref().len() == 4 => Ok(year),
        _ => mistake(
            &key.span(),
            format!("{:?} is not a year", key.get_ref()),
            format!(
                "write a year from {} to {}, such as [years.2026]",
                YEARS.start(),
                YEARS.end()
            ),
        ),
    }
}

fn name(name: &Spanned<String>) -> Result<String, Mistake> {
    match name.get_ref().trim() {
        "" => mistake(&name.span(), "a holiday without a name", "write name = \"元旦\""),
        name => Ok(name.to_owned()),
    }
}

fn notice(notice: Option<&Spanned<String>>) -> Result<Option<Arc<str>>, Mistake> {
    match notice {
        Some(notice) if notice.get_ref().trim().is_empty() => mistake(
            &notice.span(),
            "an empty notice number",
            "write the number, or leave `notice` out",
        ),
        notice => Ok(notice.map(|notice| notice.get_ref().trim().into())),
    }
}

/// A date that a year's notice may speak of: in that year, or in December before it, for 元旦.
fn date(year: i32, written: &Spanned<Datetime>) -> Result<NaiveDate, Mistake> {
    let shown = written.get_ref();
    let date = match (shown.date, shown.time, shown.offset) {
        (Some(date), None, None) => NaiveDate::from_ymd_opt(date.year.into(), date.month.into(), date.day.into()),
        _ => None,
    };
    match date {
        Some(date) if date.year() == year || (date.year() == year - 1 && date.month() == 12) => Ok(date),
        Some(date) => mistake(
            &written.span(),
            format!("{date} does not belong to the notice for {year}"),
            format!("write a date in {year}, or in December {}", year - 1),
        ),
        None => mistake(
            &written.span(),
            format!("{shown} is not a date"),
            "write a day that exists, without a time, such as 2026-01-01",
        ),
    }
}

fn days_off(
    year: i32,
    holiday: &Holiday,
    occasion: &Arc<Occasion>,
    marks: &mut BTreeMap<NaiveDate, Mark>,
) -> Result<(), Mistake> {
    let first = date(year, &holiday.from)?;
    let last_written = holiday.to.as_ref().unwrap_or(&holiday.from);
    let last = date(year, last_written)?;
    if last < first {
        return mistake(
            &last_written.span(),
            format!("{} ends on {last}, before it begins", occasion.name),
            format!("write a last day from {first} on"),
        );
    }
    for day in first.iter_days().take_while(|day| *day <= last) {
        let mark = Mark {
            occasion: Arc::clone(occasion),
            makeup: false,
        };
        if let Some(other) = marks.insert(day, mark) {
            return mistake(
                &holiday.from.span(),
                format!("{} and {} both have {day}", other.occasion.name, occasion.name),
                "give each day to one holiday, named for both where they share it (国庆节、中秋节)",
            );
        }
    }
    Ok(())
}

fn makeup(
    date: NaiveDate,
    at: &Range<usize>,
    occasion: Arc<Occasion>,
    marks: &mut BTreeMap<NaiveDate, Mark>,
) -> Result<(), Mistake> {
    if !is_weekend(date) {
        return mistake(
            at,
            format!(
                "the make-up day {date} is a {}, a working day as it is",
                date.format("%A")
            ),
            "write the Saturday or Sunday that is worked",
        );
    }
    match marks.insert(date, Mark { occasion, makeup: true }) {
        None => Ok(()),
        Some(Mark { makeup: true, .. }) => {
            mistake(at, format!("the make-up day {date} is written twice"), "write it once")
        }
        Some(Mark { occasion, .. }) => mistake(
            at,
            format!("the make-up day {date} is a day off for {}", occasion.name),
            "write a Saturday or Sunday outside the holidays",
        ),
    }
}
