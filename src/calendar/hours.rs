//! The opening hours of an office: when a working day begins, pauses and ends. Which days are working days is not
//! here but in `days`.

use std::sync::Arc;

use chrono::NaiveTime;

use super::problem::HoursProblem;

const MINUTE: u32 = 60;
const HOUR: u32 = 60 * MINUTE;

/// Opening hours, the same on every working day, and how long half a working day is. Always valid: one span at least,
/// in order, not overlapping, and half a day no longer than the day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hours {
    spans: Arc<[Span]>,
    half_day_minutes: u32,
    /// Kept because a limit asks for them many thousand times over.
    opening: NaiveTime,
    close: NaiveTime,
    day_seconds: u32,
}

/// Seconds of the day, because a moment is exact to the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Span {
    open: u32,
    close: u32,
}

/// Opening hours that cannot be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub struct NotHours {
    /// The place of the wrong span in the list; none where the length of half a day is wrong.
    pub span: Option<usize>,
    pub problem: HoursProblem,
}

impl Hours {
    /// `spans` such as `["08:30-12:00", "13:30-17:30"]`, `half_day` in minutes.
    pub fn new<S: AsRef<str>>(spans: &[S], half_day: u32) -> Result<Self, NotHours> {
        let mut read: Vec<Span> = Vec::with_capacity(spans.len());
        for (place, text) in spans.iter().enumerate() {
            let text = text.as_ref();
            let not = |problem: HoursProblem| NotHours {
                span: Some(place),
                problem,
            };
            let span = Span::read(text).map_err(not)?;
            if let Some(before) = read.last()
                && span.open < before.close
            {
                return Err(not(HoursProblem::Overlap {
                    text: text.to_owned(),
                    from: clock(before.close),
                }));
            }
            read.push(span);
        }
        let (Some(first), Some(last)) = (read.first(), read.last()) else {
            return Err(NotHours {
                span: None,
                problem: HoursProblem::NoHours,
            });
        };
        let day_seconds = read.iter().map(Span::seconds).sum();
        if half_day == 0 || half_day > day_seconds / MINUTE {
            return Err(NotHours {
                span: None,
                problem: HoursProblem::HalfDay {
                    minutes: half_day,
                    most: day_seconds / MINUTE,
                },
            });
        }
        Ok(Self {
            opening: time(first.open),
            close: time(last.close),
            spans: read.into(),
            half_day_minutes: half_day,
            day_seconds,
        })
    }

    pub fn opening(&self) -> NaiveTime {
        self.opening
    }

    /// Close of business.
    pub fn close(&self) -> NaiveTime {
        self.close
    }

    /// How many minutes 0.5 个工作日 is.
    pub fn half_day_minutes(&self) -> u32 {
        self.half_day_minutes
    }

    pub(super) fn day_seconds(&self) -> u32 {
        self.day_seconds
    }

    /// How many seconds of work of its day lie before `second`.
    pub(super) fn worked_by(&self, second: u32) -> u32 {
        self.spans
            .iter()
            .map(|span| second.clamp(span.open, span.close) - span.open)
            .sum()
    }

    /// The time of day by which `seconds` of work are done: at the end of the morning 12:00, not 13:30. More than a
    /// day's work is done at close of business.
    pub(super) fn time_after(&self, seconds: u32) -> NaiveTime {
        let mut left = seconds;
        for span in self.spans.iter() {
            if left <= span.seconds() {
                return time(span.open + left);
            }
            left -= span.seconds();
        }
        self.close
    }
}

impl Span {
    fn seconds(&self) -> u32 {
        self.close - self.open
    }

    fn read(text: &str) -> Result<Self, HoursProblem> {
        let not = || HoursProblem::NotAPair { text: text.to_owned() };
        // An en dash is what a Chinese input method makes of a range.
        let (open, close) = text.split_once(['-', '–']).ok_or_else(not)?;
        let open = second_of_day(open).ok_or_else(not)?;
        let close = second_of_day(close).ok_or_else(not)?;
        if open < close {
            Ok(Self { open, close })
        } else {
            Err(HoursProblem::ClosesFirst { text: text.to_owned() })
        }
    }
}

fn second_of_day(text: &str) -> Option<u32> {
    let (hour, minute) = text.trim().split_once(':')?;
    let number = |digits: &str| match digits.len() {
        2 if digits.bytes().all(|b| b.is_ascii_digit()) => digits.parse::<u32>().ok(),
        _ => None,
    };
    let (hour, minute) = (number(hour)?, number(minute)?);
    (hour < 24 && minute < 60).then_some(hour * HOUR + minute * MINUTE)
}

fn time(second: u32) -> NaiveTime {
    // Every span lies within one day, so the fallback is never taken.
    NaiveTime::from_num_seconds_from_midnight_opt(second, 0).unwrap_or(NaiveTime::MIN)
}

fn clock(second: u32) -> String {
    format!("{:02}:{:02}", second / HOUR, second % HOUR / MINUTE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> u32 {
        second_of_day(text).expect(text)
    }

    fn usual() -> Hours {
        Hours::new(&["08:30-12:00", "13:30-17:30"], 240).expect("hours")
    }

    #[test]
    fn work_is_counted_along_the_hours_only() {
        for (by, minutes) in [
            ("00:00", 0),
            ("08:30", 0),
            ("08:31", 1),
            ("12:00", 210),
            ("12:45", 210),
            ("13:30", 210),
            ("17:30", 450),
            ("23:59", 450),
        ] {
            assert_eq!(usual().worked_by(at(by)), minutes * 60, "{by}");
        }
    }

    #[test]
    fn work_that_fills_the_morning_is_done_at_noon() {
        for (minutes, by) in [
            (1, "08:31"),
            (210, "12:00"),
            (211, "13:31"),
            (450, "17:30"),
            (999, "17:30"),
        ] {
            assert_eq!(usual().time_after(minutes * 60), time(at(by)), "{minutes}");
        }
    }

    #[test]
    fn wrong_hours_say_which_and_what_is_wrong() {
        let cases: &[(&[&str], u32, Option<usize>, &str)] = &[
            (&["8:30-12:00"], 240, Some(0), "no pair of times"),
            (&["08:30-12:00", "13:30"], 240, Some(1), "no pair of times"),
            (&["08:30-24:00"], 240, Some(0), "no pair of times"),
            (&["12:00-08:30"], 240, Some(0), "closes before it opens"),
            (&["08:30-12:00", "11:30-17:30"], 240, Some(1), "before 12:00"),
            (&["13:30-17:30", "08:30-12:00"], 240, Some(1), "before 17:30"),
            (&[], 240, None, "no opening hours"),
            (&["08:30-12:00"], 240, None, "1 to 210"),
            (&["08:30-12:00"], 0, None, "1 to 210"),
        ];
        for (spans, half_day, place, says) in cases {
            let wrong = Hours::new(spans, *half_day).expect_err("wrong hours");
            assert_eq!(wrong.span, *place, "{spans:?}");
            assert!(wrong.to_string().contains(says), "{wrong}");
        }
    }
}
