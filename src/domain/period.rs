//! A length of time as the regulations write it: working days, natural hours, natural days. What such a length
//! comes to on a real calendar is not here but in `calendar`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// No regulation grants more than this many of any unit; it keeps every sum inside `moment::YEARS`.
const MOST: u32 = 3650;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Period {
    /// 工作日: ends at close of business of the Nth working day after.
    WorkDays(u32),
    /// 0.5 个工作日: half a day's working hours, counted along the working hours.
    HalfWorkDay,
    /// 小时: natural time, nights and holidays included.
    Hours(u32),
    /// 天、自然日: ends at 24:00 of the Nth day after.
    Days(u32),
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a period: write 3wd, 0.5wd, 2h or 90d")]
pub struct NotAPeriod {
    pub text: String,
}

impl FromStr for Period {
    type Err = NotAPeriod;

    fn from_str(text: &str) -> Result<Self, NotAPeriod> {
        let not = || NotAPeriod { text: text.to_owned() };
        if text == "0.5wd" {
            return Ok(Self::HalfWorkDay);
        }
        let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (number, unit) = text.split_at(digits);
        let number: u32 = number.parse().map_err(|_| not())?;
        if number == 0 || number > MOST {
            return Err(not());
        }
        match unit {
            "wd" => Ok(Self::WorkDays(number)),
            "h" => Ok(Self::Hours(number)),
            "d" => Ok(Self::Days(number)),
            _ => Err(not()),
        }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WorkDays(n) => write!(f, "{n}wd"),
            Self::HalfWorkDay => f.write_str("0.5wd"),
            Self::Hours(n) => write!(f, "{n}h"),
            Self::Days(n) => write!(f, "{n}d"),
        }
    }
}

impl Serialize for Period {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Period {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

impl schemars::JsonSchema for Period {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Period".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "pattern": "^(0\\.5wd|[1-9][0-9]{0,2}(wd|h|d))$" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_reads_and_writes_itself() {
        for text in ["1wd", "0.5wd", "10wd", "2h", "24h", "1d", "90d"] {
            assert_eq!(text.parse::<Period>().expect(text).to_string(), text);
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "wd",
            "0wd",
            "-1wd",
            "1.5wd",
            "3",
            "3 wd",
            "3WD",
            "5000d",
            "99999999999h",
            "三wd",
            "１wd",
        ] {
            assert!(text.parse::<Period>().is_err(), "{text}");
        }
    }
}
