//! Which days are working days: one table a year, built when it is first asked for, so that a limit is a look-up and
//! not a walk from day to day. The hours of a day are not here but in `hours`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use chrono::{Datelike, NaiveDate, Weekday};

use super::statutory::Rule;
use crate::domain::moment::YEARS;

/// A year beyond each end of what a moment can be, and room for the longest period after the last.
const FIRST: i32 = *YEARS.start() - 1;
const LAST: i32 = *YEARS.end() + 20;

/// Why a day is not what its weekday says.
#[derive(Debug)]
pub(super) struct Occasion {
    pub name: String,
    pub notice: Option<Arc<str>>,
}

/// One day as a notice has it.
#[derive(Clone, Debug)]
pub(super) struct Mark {
    pub occasion: Arc<Occasion>,
    /// A weekend day worked for the holiday; otherwise a day off.
    pub makeup: bool,
}

pub(super) struct Days {
    /// The years arranged by a notice, and its number where it is known.
    notices: BTreeMap<i32, Option<Arc<str>>>,
    marks: BTreeMap<NaiveDate, Mark>,
    statutory: Vec<Rule>,
    years: Box<[OnceLock<Box<Year>>]>,
    /// How many years without a notice lie before each year, so that a span of years is asked in two look-ups.
    unpublished_before: Box<[u32]>,
}

struct Year {
    /// How many working days lie before each day, and at the end how many there are.
    before: [u16; 367],
    workdays: Box<[NaiveDate]>,
    marks: BTreeMap<u32, Mark>,
}

/// What the tables know of a day.
pub(super) struct Entry<'a> {
    pub workday: bool,
    pub mark: Option<&'a Mark>,
    pub published: bool,
    pub notice: Option<&'a Arc<str>>,
}

impl Days {
    pub(super) fn new(
        notices: BTreeMap<i32, Option<Arc<str>>>,
        marks: BTreeMap<NaiveDate, Mark>,
        statutory: Vec<Rule>,
    ) -> Self {
        let mut unpublished = 0;
        let unpublished_before = (FIRST..=LAST + 1)
            .map(|year| {
                let before = unpublished;
                unpublished += u32::from(!notices.contains_key(&year));
                before
            })
            .collect();
        Self {
            notices,
            marks,
            statutory,
            years: (FIRST..=LAST).map(|_| OnceLock::new()).collect(),
            unpublished_before,
        }
    }

    pub(super) fn entry(&self, date: NaiveDate) -> Entry<'_> {
        if clamp(date) != date {
            // Beyond any moment there can be: weekends are all that is known.
            return Entry {
                workday: !is_weekend(date),
                mark: None,
                published: false,
                notice: None,
            };
        }
        let mark = self.year(date.year()).marks.get(&date.ordinal0());
        let notice = self.notices.get(&date.year());
        Entry {
            workday: self.is_workday(date),
            mark,
            published: notice.is_some(),
            notice: match mark {
                Some(mark) => mark.occasion.notice.as_ref(),
                None => notice.and_then(Option::as_ref),
            },
        }
    }

    pub(super) fn is_workday(&self, date: NaiveDate) -> bool {
        if clamp(date) != date {
            return !is_weekend(date);
        }
        let day = date.ordinal0() as usize;
        let before = &self.year(date.year()).before;
        before[day + 1] > before[day]
    }

    /// The `n`th working day after `date`; the last one there is where `n` leads beyond all years. `n` of 0 is read
    /// as 1, because the day a count starts on never counts.
    pub(super) fn nth_after(&self, date: NaiveDate, n: u32) -> NaiveDate {
        let date = clamp(date);
        let mut number = date.year();
        let mut year = self.year(number);
        let mut rank = u64::from(year.before[date.ordinal0() as usize + 1]) + u64::from(n.max(1)) - 1;
        loop {
            match year.workdays.get(rank as usize) {
                Some(found) => return *found,
                None if number < LAST => rank -= year.workdays.len() as u64,
                None => return year.workdays.last().copied().unwrap_or(date),
            }
            number += 1;
            year = self.year(number);
        }
    }

    /// The nearest working day before `date`.
    pub(super) fn last_before(&self, date: NaiveDate) -> NaiveDate {
        let date = clamp(date);
        let year = self.year(date.year());
        let rank = usize::from(year.before[date.ordinal0() as usize]);
        if let Some(found) = rank.checked_sub(1).and_then(|last| year.workdays.get(last)) {
            return *found;
        }
        (FIRST..date.year())
            .rev()
            .find_map(|earlier| self.year(earlier).workdays.last().copied())
            .unwrap_or(date)
    }

    /// How many working days lie from `first` up to, but not including, `end`.
    pub(super) fn count(&self, first: NaiveDate, end: NaiveDate) -> i64 {
        let (first, end) = (clamp(first), clamp(end));
        let before = |date: NaiveDate| i64::from(self.year(date.year()).before[date.ordinal0() as usize]);
        let whole: i64 = (first.year()..end.year())
            .map(|year| self.year(year).workdays.len() as i64)
            .sum();
        whole + before(end) - before(first)
    }

    /// Whether any year from `first`'s to `last`'s has no notice.
    pub(super) fn any_unpublished(&self, first: NaiveDate, last: NaiveDate) -> bool {
        let before = |year: i32| self.unpublished_before[(year.clamp(FIRST, LAST + 1) - FIRST) as usize];
        before(last.year().saturating_add(1)) > before(first.year()) || first.year() < FIRST || last.year() > LAST
    }

    fn year(&self, number: i32) -> &Year {
        let number = number.clamp(FIRST, LAST);
        self.years[(number - FIRST) as usize].get_or_init(|| Box::new(self.build(number)))
    }

    fn build(&self, number: i32) -> Year {
        let in_year = |date: &NaiveDate| date.year() == number;
        let mut marks: BTreeMap<u32, Mark> = first_of(number)
            .map(|first| self.marks.range(first..))
            .into_iter()
            .flatten()
            .take_while(|(date, _)| in_year(date))
            .map(|(date, mark)| (date.ordinal0(), mark.clone()))
            .collect();
        if !self.notices.contains_key(&number) {
            for (day, occasion) in self.statutory_days(number) {
                // The notice of the next year may already have spoken for a day in December.
                marks.entry(day).or_insert(Mark {
                    occasion,
                    makeup: false,
                });
            }
        }
        let mut before = [0; 367];
        let mut workdays = Vec::with_capacity(262);
        for date in first_of(number)
            .into_iter()
            .flat_map(|first| first.iter_days().take_while(in_year))
        {
            let day = date.ordinal0();
            if marks.get(&day).map_or(!is_weekend(date), |mark| mark.makeup) {
                workdays.push(date);
            }
            before[day as usize + 1] = workdays.len() as u16;
        }
        // Day 366 of a year that has 365 is asked for by nobody, but must not look like a step down.
        before[366] = workdays.len() as u16;
        Year {
            before,
            workdays: workdays.into(),
            marks,
        }
    }

    /// The statutory days of a year, those that two holidays share under both names.
    fn statutory_days(&self, number: i32) -> BTreeMap<u32, Arc<Occasion>> {
        let mut names: BTreeMap<u32, BTreeSet<usize>> = BTreeMap::new();
        for (place, rule) in self.statutory.iter().enumerate() {
            for date in rule.dates_in(number) {
                names.entry(date.ordinal0()).or_default().insert(place);
            }
        }
        names
            .into_iter()
            .map(|(day, places)| {
                let names: Vec<&str> = places
                    .iter()
                    .map(|place| self.statutory[*place].name.as_str())
                    .collect();
                (
                    day,
                    Arc::new(Occasion {
                        name: names.join("、"),
                        notice: None,
                    }),
                )
            })
            .collect()
    }
}

impl std::fmt::Debug for Days {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The year tables follow from these and would fill a screen each.
        f.debug_struct("Days")
            .field("notices", &self.notices)
            .field("statutory", &self.statutory)
            .finish_non_exhaustive()
    }
}

pub(super) fn is_weekend(date: NaiveDate) -> bool {
    matches!(date.weekday(), Weekday::Sat | Weekday::Sun)
}

fn first_of(year: i32) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(year, 1, 1)
}

/// The nearest date the tables reach.
fn clamp(date: NaiveDate) -> NaiveDate {
    match date.year() {
        year if year < FIRST => first_of(FIRST).unwrap_or(date),
        year if year > LAST => first_of(LAST + 1).and_then(|next| next.pred_opt()).unwrap_or(date),
        _ => date,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::statutory::Begins;

    fn on(text: &str) -> NaiveDate {
        text.parse().expect(text)
    }

    fn holiday(name: &str) -> Mark {
        Mark {
            occasion: Arc::new(Occasion {
                name: name.to_owned(),
                notice: None,
            }),
            makeup: false,
        }
    }

    /// 2026 and 2028 have notices, 2027 has none; the notice for 2028 gives 31 December 2027 off.
    fn days() -> Days {
        let notices = BTreeMap::from([(2026, None), (2028, None)]);
        let marks = BTreeMap::from([(on("2027-12-31"), holiday("元旦")), (on("2028-01-03"), holiday("元旦"))]);
        let new_year = Rule {
            name: "元旦".to_owned(),
            begins: Begins::Solar { month: 1, day: 1 },
            days: 1,
            eve: false,
        };
        Days::new(notices, marks, vec![new_year])
    }

    #[test]
    fn a_notice_is_heard_in_a_december_that_is_otherwise_computed() {
        assert!(!days().is_workday(on("2027-12-31")));
        assert!(!days().is_workday(on("2027-01-01")));
        assert_eq!(days().nth_after(on("2027-12-30"), 1), on("2028-01-04"));
        // Statutory days are for years without a notice: Thursday 1 January 2026 is not in this one's.
        assert!(days().is_workday(on("2026-01-01")));
    }

    #[test]
    fn a_span_is_unpublished_if_any_year_in_it_is() {
        for (first, last, unpublished) in [
            ("2026-01-01", "2026-12-31", false),
            ("2026-12-31", "2027-01-01", true),
            ("2027-06-01", "2027-06-01", true),
            ("2026-06-01", "2028-06-01", true),
            ("2028-01-01", "2028-12-31", false),
            ("2028-12-31", "2029-01-01", true),
        ] {
            assert_eq!(
                days().any_unpublished(on(first), on(last)),
                unpublished,
                "{first} to {last}"
            );
        }
    }

    #[test]
    fn counting_and_walking_agree_over_year_ends_and_leap_years() {
        let days = days();
        let (first, end) = (on("2026-12-20"), on("2029-03-01"));
        let walked = first
            .iter_days()
            .take_while(|date| *date < end)
            .filter(|date| days.is_workday(*date))
            .count();
        assert_eq!(days.count(first, end), walked as i64);
    }

    #[test]
    fn beyond_all_years_the_count_stays_at_the_last_day_instead_of_failing() {
        let last = days().nth_after(on("2999-12-31"), u32::MAX);
        assert_eq!(last.year(), LAST);
        assert!(days().is_workday(last));
        assert_eq!(
            days().last_before(NaiveDate::MIN),
            NaiveDate::from_ymd_opt(FIRST, 1, 1).expect("a date")
        );
    }
}
