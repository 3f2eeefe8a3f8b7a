//! A moment in Beijing time (UTC+8), whatever the machine's time zone. Reading the clock is not here:
//! the present always arrives as an argument.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, Days, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

const BEIJING_SECONDS_EAST: i32 = 8 * 3600;
/// The years a moment may lie in: wide enough for any ticket, narrow enough that no arithmetic can overflow.
pub const YEARS: std::ops::RangeInclusive<i32> = 1900..=2999;

/// Beijing wall-clock time, to the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(NaiveDateTime);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a moment such as 2026-11-20 09:30")]
pub struct NotAMoment {
    pub text: String,
}

impl Moment {
    pub fn new(date: NaiveDate, time: NaiveTime) -> Self {
        Self(date.and_time(time))
    }

    /// 00:00 of `date`, which is also 24:00 of the day before.
    pub fn midnight(date: NaiveDate) -> Self {
        Self(date.and_time(NaiveTime::MIN))
    }

    /// 24:00 of `date`.
    pub fn end_of(date: NaiveDate) -> Self {
        Self::midnight(date).plus_days(1)
    }

    pub fn from_utc(at: DateTime<Utc>) -> Self {
        let east = FixedOffset::east_opt(BEIJING_SECONDS_EAST).expect("eight hours is a valid offset");
        let local = at.with_timezone(&east).naive_local();
        // To the second: what is finer would make two writings of one moment differ.
        Self(local.with_nanosecond(0).unwrap_or(local))
    }

    pub fn to_utc(self) -> DateTime<Utc> {
        (self.0 - TimeDelta::seconds(BEIJING_SECONDS_EAST.into())).and_utc()
    }

    pub fn date(self) -> NaiveDate {
        self.0.date()
    }

    pub fn time(self) -> NaiveTime {
        self.0.time()
    }

    pub fn year(self) -> i32 {
        self.0.year()
    }

    pub fn minute_of_day(self) -> u32 {
        self.0.hour() * 60 + self.0.minute()
    }

    pub fn plus_minutes(self, minutes: i64) -> Self {
        Self(self.0.checked_add_signed(TimeDelta::minutes(minutes)).unwrap_or(self.0))
    }

    pub fn plus_days(self, days: u32) -> Self {
        Self(self.0.checked_add_days(Days::new(days.into())).unwrap_or(self.0))
    }

    pub fn minutes_since(self, earlier: Self) -> i64 {
        (self.0 - earlier.0).num_minutes()
    }

    /// The first moment at which a limit that ends now has passed.
    pub fn just_after(self) -> Self {
        Self(self.0 + TimeDelta::seconds(1))
    }
}

/// `2026-11-20 09:30`, for people.
impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.format("%Y-%m-%d %H:%M"))
    }
}

/// Reads `2026-11-20 09:30`, with seconds too, and RFC 3339 with any offset.
impl FromStr for Moment {
    type Err = NotAMoment;

    fn from_str(text: &str) -> Result<Self, NotAMoment> {
        let not = || NotAMoment { text: text.to_owned() };
        let trimmed = text.trim();
        let naive = [
            "%Y-%m-%d %H:%M",
            "%Y-%m-%dT%H:%M",
            "%Y-%m-%d %H:%M:%S",
            "%Y-%m-%dT%H:%M:%S",
        ]
        .iter()
        .find_map(|form| NaiveDateTime::parse_from_str(trimmed, form).ok());
        let at = match naive {
            Some(at) => Self(at),
            None => Self::from_utc(DateTime::parse_from_rfc3339(trimmed).map_err(|_| not())?.to_utc()),
        };
        if YEARS.contains(&at.year()) { Ok(at) } else { Err(not()) }
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{}", self.0.format("%Y-%m-%dT%H:%M:%S+08:00")))
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl schemars::JsonSchema for Moment {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Moment".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "format": "date-time", "pattern": "^(19|2[0-9])[0-9]{2}-" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Moment {
        text.parse().expect("a moment")
    }

    #[test]
    fn any_offset_is_brought_to_beijing() {
        assert_eq!(at("2026-11-20T01:30:00Z"), at("2026-11-20 09:30"));
        assert_eq!(at("2026-11-19T20:30:00-05:00"), at("2026-11-20 09:30"));
        assert_eq!(
            at("2026-11-20 09:30").to_utc().to_rfc3339(),
            "2026-11-20T01:30:00+00:00"
        );
    }

    #[test]
    fn impossible_dates_are_refused_not_rounded() {
        for text in [
            "2026-02-29 09:00",
            "2026-13-01 09:00",
            "2026-11-20 24:01",
            "2026-11-20",
            "yesterday",
            "9999-01-01 00:00",
            "",
        ] {
            assert_eq!(
                text.parse::<Moment>(),
                Err(NotAMoment { text: text.to_owned() }),
                "{text}"
            );
        }
    }

    #[test]
    fn the_end_of_a_day_is_written_as_the_next_midnight() {
        let end = Moment::end_of(at("2026-12-31 10:00").date());
        assert_eq!(
            serde_json::to_string(&end).expect("json"),
            "\"2027-01-01T00:00:00+08:00\""
        );
    }

    #[test]
    fn json_round_trips() {
        let there = serde_json::to_string(&at("2026-11-20 09:30")).expect("json");
        assert_eq!(
            serde_json::from_str::<Moment>(&there).expect("moment"),
            at("2026-11-20 09:30")
        );
    }
}
