//! The calendar file: its schema, and the checks that a year's dates make sense. Every mistake is told with its
//! line. What the dates come to is not here but in `days`.

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
use super::problem::{CalendarError, CalendarProblem as Problem};
use super::statutory::{Begins, MOST_DAYS, Rule};
use crate::domain::moment::YEARS;

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
    problem: Problem,
}

fn mistake<T>(at: &Range<usize>, problem: Problem) -> Result<T, Mistake> {
    Err(Mistake {
        at: Some(at.clone()),
        problem,
    })
}

pub(super) fn parse(text: &str, file: &str) -> Result<Calendar, CalendarError> {
    read(text).map_err(|Mistake { at, problem }| CalendarError {
        file: file.to_owned(),
        line: at.map(|at| 1 + text.bytes().take(at.start).filter(|byte| *byte == b'\n').count()),
        problem,
    })
}

fn read(text: &str) -> Result<Calendar, Mistake> {
    let file: File = toml::from_str(text).map_err(|error| not_the_schema(text, &error))?;
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

/// What `toml` says, sorted into kinds that can be put into words of any language.
fn not_the_schema(text: &str, error: &toml::de::Error) -> Mistake {
    let message = error.message().replace('\n', ", ");
    let quoted: Vec<String> = message.split('`').skip(1).step_by(2).map(str::to_owned).collect();
    let (first, rest) = match quoted.split_first() {
        Some((first, rest)) => (first.clone(), rest.to_vec()),
        None => (String::new(), Vec::new()),
    };
    let at = error.span();
    let problem = if message.starts_with("unknown field") {
        Problem::UnknownKey {
            key: first,
            choices: rest,
        }
    } else if message.starts_with("unknown variant") {
        Problem::UnknownChoice {
            given: first,
            choices: rest,
        }
    } else if message.starts_with("missing field") {
        Problem::MissingKey { key: first }
    } else if message.starts_with("duplicate key") {
        let key = at.clone().and_then(|at| text.get(at)).unwrap_or_default();
        Problem::DuplicateKey {
            key: key.trim_matches('"').to_owned(),
        }
    } else if message.contains("string") && message.contains("datetime") {
        Problem::QuotedDate
    } else if message.ends_with("expected u32") {
        Problem::NoNumber
    } else if text.parse::<toml::Table>().is_ok() {
        Problem::WrongType { message }
    } else {
        Problem::Syntax { message }
    };
    Mistake { at, problem }
}

fn hours(table: &Spanned<HoursTable>) -> Result<Hours, Mistake> {
    let HoursTable { open, half_day } = table.get_ref();
    let spans: Vec<&str> = open.get_ref().iter().map(|span| span.get_ref().as_str()).collect();
    Hours::new(&spans, *half_day.get_ref()).map_err(|NotHours { span, problem }| {
        let at = match span.and_then(|place| open.get_ref().get(place)) {
            Some(span) => span.span(),
            None if spans.is_empty() => open.span(),
            None => half_day.span(),
        };
        Mistake {
            at: Some(at),
            problem: problem.into(),
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
        (Kind::Solar | Kind::Lunar, ..) => return mistake(&at, Problem::NoMonthAndDay { name: name.clone() }),
        (Kind::Term, ..) => return mistake(&at, Problem::NoTerm { name: name.clone() }),
    };
    if name.trim().is_empty() {
        return mistake(&at, Problem::NoName);
    }
    if !begins.is_possible() {
        return mistake(&at, Problem::ImpossibleDay { name: name.clone() });
    }
    if !(1..=MOST_DAYS).contains(days) {
        let (name, days, most) = (name.clone(), *days, MOST_DAYS);
        return mistake(&at, Problem::ImpossibleLength { name, days, most });
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
            Problem::NotAYear {
                given: key.get_ref().clone(),
                first: *YEARS.start(),
                last: *YEARS.end(),
            },
        ),
    }
}

fn name(name: &Spanned<String>) -> Result<String, Mistake> {
    match name.get_ref().trim() {
        "" => mistake(&name.span(), Problem::NoName),
        name => Ok(name.to_owned()),
    }
}

fn notice(notice: Option<&Spanned<String>>) -> Result<Option<Arc<str>>, Mistake> {
    match notice {
        Some(notice) if notice.get_ref().trim().is_empty() => mistake(&notice.span(), Problem::EmptyNotice),
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
        Some(day) => mistake(&written.span(), Problem::OtherYear { day, year }),
        None => mistake(
            &written.span(),
            Problem::NotADay {
                given: shown.to_string(),
            },
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
        let name = occasion.name.clone();
        return mistake(&last_written.span(), Problem::EndsFirst { name, first, last });
    }
    for day in first.iter_days().take_while(|day| *day <= last) {
        let mark = Mark {
            occasion: Arc::clone(occasion),
            makeup: false,
        };
        if let Some(other) = marks.insert(day, mark) {
            let (one, other) = (other.occasion.name.clone(), occasion.name.clone());
            return mistake(&holiday.from.span(), Problem::TwoHolidays { one, other, day });
        }
    }
    Ok(())
}

fn makeup(
    day: NaiveDate,
    at: &Range<usize>,
    occasion: Arc<Occasion>,
    marks: &mut BTreeMap<NaiveDate, Mark>,
) -> Result<(), Mistake> {
    if !is_weekend(day) {
        return mistake(at, Problem::MakeUpOnWorkday { day });
    }
    match marks.insert(day, Mark { occasion, makeup: true }) {
        None => Ok(()),
        Some(Mark { makeup: true, .. }) => mistake(at, Problem::MakeUpTwice { day }),
        Some(Mark { occasion, .. }) => {
            let name = occasion.name.clone();
            mistake(at, Problem::MakeUpOnHoliday { day, name })
        }
    }
}
