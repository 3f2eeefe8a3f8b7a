//! The statutory holidays as rules (全国年节及纪念日放假办法) and the dates they come to in a given year. Only for years
//! the State Council has not arranged yet; what it arranged is in `days`.

use chrono::{Datelike, Days, NaiveDate};
use tyme4rs::tyme::lunar::LunarDay;
use tyme4rs::tyme::solar::{SOLAR_TERM_NAMES, SolarDay, SolarTerm};

/// No holiday is longer; keeps a slip of the finger from closing the office for a year.
pub(super) const MOST_DAYS: u32 = 10;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rule {
    pub name: String,
    pub begins: Begins,
    /// How many days off, from the day it begins.
    pub days: u32,
    /// The day before is off as well (除夕).
    pub eve: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Begins {
    Solar {
        month: u32,
        day: u32,
    },
    /// Never in a leap month: a festival keeps to the month that bears the number first.
    Lunar {
        month: u32,
        day: u32,
    },
    /// A solar term by name, such as 清明.
    Term(String),
}

impl Begins {
    pub(super) fn is_possible(&self) -> bool {
        match self {
            // 2000 was a leap year: 29 February is a day in some years.
            Self::Solar { month, day } => NaiveDate::from_ymd_opt(2000, *month, *day).is_some(),
            Self::Lunar { month, day } => (1..=12).contains(month) && (1..=30).contains(day),
            Self::Term(name) => SOLAR_TERM_NAMES.contains(&name.as_str()),
        }
    }

    /// The day itself. A lunar year runs into the next solar one, and a solar term is numbered from the winter
    /// solstice, so `year` is the year of the lunar or term calendar here. None where that year has no such day.
    fn in_year(&self, year: i32) -> Option<NaiveDate> {
        match self {
            Self::Solar { month, day } => NaiveDate::from_ymd_opt(year, *month, *day),
            Self::Lunar { month, day } => {
                let lunar = LunarDay::new(year as isize, *month as isize, *day as usize).ok()?;
                civil(lunar.get_solar_day())
            }
            Self::Term(name) => {
                let term = SolarTerm::new(year as isize, name).ok()?;
                civil(term.get_solar_day())
            }
        }
    }
}

impl Rule {
    /// Every day off that falls in `year`.
    pub(super) fn dates_in(&self, year: i32) -> impl Iterator<Item = NaiveDate> + '_ {
        let eve = u32::from(self.eve);
        [year - 1, year, year + 1]
            .into_iter()
            .filter_map(|around| self.begins.in_year(around))
            .filter_map(move |begins| begins.checked_sub_days(Days::new(eve.into())))
            .flat_map(move |first| first.iter_days().take((self.days + eve) as usize))
            .filter(move |date| date.year() == year)
    }
}

fn civil(day: SolarDay) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(
        i32::try_from(day.get_year()).ok()?,
        u32::try_from(day.get_month()).ok()?,
        u32::try_from(day.get_day()).ok()?,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(begins: Begins, eve: bool, year: i32) -> String {
        let rule = Rule {
            name: "节".to_owned(),
            begins,
            days: 1,
            eve,
        };
        let dates: Vec<_> = rule.dates_in(year).map(|date| date.to_string()).collect();
        dates.first().cloned().unwrap_or_default()
    }

    #[test]
    fn lunar_days_and_terms_fall_where_the_almanac_has_them() {
        let lunar = |month, day| Begins::Lunar { month, day };
        for (year, spring, qingming, dragon_boat, mid_autumn) in [
            (2000, "2000-02-05", "2000-04-04", "2000-06-06", "2000-09-12"),
            (2020, "2020-01-25", "2020-04-04", "2020-06-25", "2020-10-01"), // 闰四月
            (2025, "2025-01-29", "2025-04-04", "2025-05-31", "2025-10-06"), // 闰六月
            (2026, "2026-02-17", "2026-04-05", "2026-06-19", "2026-09-25"),
            (2027, "2027-02-06", "2027-04-05", "2027-06-09", "2027-09-15"),
            (2028, "2028-01-26", "2028-04-04", "2028-05-28", "2028-10-03"), // 闰五月
            (2033, "2033-01-31", "2033-04-04", "2033-06-01", "2033-09-08"), // 闰十一月
            (2034, "2034-02-19", "2034-04-05", "2034-06-20", "2034-09-27"),
        ] {
            assert_eq!(first(lunar(1, 1), false, year), spring);
            assert_eq!(first(Begins::Term("清明".to_owned()), false, year), qingming);
            assert_eq!(first(lunar(5, 5), false, year), dragon_boat);
            assert_eq!(first(lunar(8, 15), false, year), mid_autumn);
        }
        assert_eq!(first(lunar(1, 1), true, 2027), "2027-02-05");
        assert_eq!(first(lunar(1, 1), true, 2028), "2028-01-25");
    }

    #[test]
    fn a_lunar_day_late_in_the_year_is_found_in_the_solar_year_it_falls_in() {
        // 腊八 (12-8) of the lunar year 2026 is in January 2027.
        assert_eq!(first(Begins::Lunar { month: 12, day: 8 }, false, 2027), "2027-01-15");
    }

    #[test]
    fn a_day_that_a_year_lacks_is_simply_not_off() {
        assert_eq!(first(Begins::Solar { month: 2, day: 29 }, false, 2027), "");
        assert_eq!(first(Begins::Solar { month: 2, day: 29 }, false, 2028), "2028-02-29");
    }

    #[test]
    fn no_possible_rule_panics_in_any_year() {
        let lunar = (1..=12).flat_map(|month| [1, 15, 30].map(|day| Begins::Lunar { month, day }));
        let terms = SOLAR_TERM_NAMES.iter().map(|name| Begins::Term((*name).to_owned()));
        for begins in lunar.chain(terms) {
            assert!(begins.is_possible());
            for year in (1890..3030).step_by(19) {
                let _ = begins.in_year(year);
            }
        }
    }
}
