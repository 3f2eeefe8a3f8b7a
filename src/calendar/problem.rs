//! What can be wrong with a calendar file: data, so that the edge can put it into words. The English here is for logs.

use chrono::NaiveDate;

/// A calendar file that cannot be used, on one line: where and what.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}{}: {problem}", line.map(|line| format!(":{line}")).unwrap_or_default())]
pub struct CalendarError {
    pub file: String,
    pub line: Option<usize>,
    pub problem: CalendarProblem,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CalendarProblem {
    #[error("not TOML: {message}")]
    Syntax { message: String },
    #[error("{key:?} stands twice")]
    DuplicateKey { key: String },
    #[error("unknown key {key:?}; possible here: {}", choices.join(", "))]
    UnknownKey { key: String, choices: Vec<String> },
    #[error("the key {key:?} is missing here")]
    MissingKey { key: String },
    #[error("{given:?} is none of: {}", choices.join(", "))]
    UnknownChoice { given: String, choices: Vec<String> },
    #[error("a date stands without quotes")]
    QuotedDate,
    #[error("a whole number stands without quotes")]
    NoNumber,
    #[error("{message}")]
    WrongType { message: String },
    #[error(transparent)]
    Hours(#[from] HoursProblem),
    #[error("{name:?} needs month and day, and no term")]
    NoMonthAndDay { name: String },
    #[error("{name:?} needs a solar term, and neither month nor day")]
    NoTerm { name: String },
    #[error("{name:?} begins on a day that does not exist")]
    ImpossibleDay { name: String },
    #[error("{name:?} lasts {days} days: 1 to {most}")]
    ImpossibleLength { name: String, days: u32, most: u32 },
    #[error("a holiday without a name")]
    NoName,
    #[error("an empty notice number")]
    EmptyNotice,
    #[error("{given:?} is no year from {first} to {last}")]
    NotAYear { given: String, first: i32, last: i32 },
    #[error("{given} is no day")]
    NotADay { given: String },
    #[error("{day} does not belong to the notice for {year}")]
    OtherYear { day: NaiveDate, year: i32 },
    #[error("{name} ends on {last}, before it begins on {first}")]
    EndsFirst {
        name: String,
        first: NaiveDate,
        last: NaiveDate,
    },
    #[error("{one} and {other} both have {day}")]
    TwoHolidays { one: String, other: String, day: NaiveDate },
    #[error("the make-up day {day} is a working day as it is")]
    MakeUpOnWorkday { day: NaiveDate },
    #[error("the make-up day {day} is written twice")]
    MakeUpTwice { day: NaiveDate },
    #[error("the make-up day {day} is a day off for {name}")]
    MakeUpOnHoliday { day: NaiveDate, name: String },
}

/// What is wrong with opening hours.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HoursProblem {
    #[error("{text:?} is no pair of times such as 08:30-12:00")]
    NotAPair { text: String },
    #[error("{text:?} closes before it opens")]
    ClosesFirst { text: String },
    /// `from`: where the hours ahead of it end.
    #[error("{text:?} begins before {from}, when the hours ahead of it end")]
    Overlap { text: String, from: String },
    #[error("no opening hours")]
    NoHours,
    #[error("half a day is {minutes} minutes: 1 to {most}")]
    HalfDay { minutes: u32, most: u32 },
}
