//! What must hold for every moment and every period, whatever the notices say.

use chrono::{Days, NaiveDate, NaiveTime};
use proptest::prelude::*;
use rexian::calendar::{Calendar, Standing};
use rexian::domain::moment::{Moment, YEARS};
use rexian::domain::period::Period;

fn first_of(year: i32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, 1, 1).expect("a year")
}

/// Any day a moment can lie on, mostly near the published years, where the interesting days are.
fn date() -> impl Strategy<Value = NaiveDate> {
    let between = |first: i32, end: i32| {
        let first = first_of(first);
        let days = (first_of(end) - first).num_days() as u64;
        (0..days).prop_map(move |day| first + Days::new(day))
    };
    prop_oneof![4 => between(2003, 2029), 1 => between(*YEARS.start(), *YEARS.end() + 1)]
}

fn moment() -> impl Strategy<Value = Moment> {
    (date(), 0u32..86_400).prop_map(|(date, second)| {
        Moment::new(
            date,
            NaiveTime::from_num_seconds_from_midnight_opt(second, 0).expect("a second of the day"),
        )
    })
}

fn period() -> impl Strategy<Value = Period> {
    prop_oneof![
        (1u32..60).prop_map(Period::WorkDays),
        Just(Period::HalfWorkDay),
        (1u32..500).prop_map(Period::Hours),
        (1u32..200).prop_map(Period::Days),
    ]
}

proptest! {
    #[test]
    fn who_begins_later_is_never_due_earlier(a in moment(), b in moment(), period in period()) {
        let (a, b) = if a <= b { (a, b) } else { (b, a) };
        let calendar = Calendar::builtin();
        prop_assert!(calendar.due(a, period).at <= calendar.due(b, period).at);
    }

    #[test]
    fn a_longer_period_never_ends_earlier(from in moment(), n in 1u32..3650) {
        let calendar = Calendar::builtin();
        for unit in [Period::WorkDays, Period::Hours, Period::Days] {
            prop_assert!(calendar.due(from, unit(n)).at < calendar.due(from, unit(n + 1)).at);
        }
    }

    #[test]
    fn a_period_ends_after_it_begins(from in moment(), period in period()) {
        prop_assert!(Calendar::builtin().due(from, period).at > from);
    }

    #[test]
    fn the_nth_working_day_is_the_one_found_by_walking(date in date(), n in 1u32..40) {
        let calendar = Calendar::builtin();
        let walked = date
            .iter_days()
            .skip(1)
            .filter(|day| calendar.is_workday(*day))
            .nth(n as usize - 1)
            .expect("days go on");
        prop_assert_eq!(calendar.nth_workday_after(date, n), walked);
        prop_assert!(calendar.is_workday(walked));
        prop_assert_eq!(calendar.workday_before(calendar.nth_workday_after(date, n + 1)), walked);
        prop_assert!(calendar.workday_before(calendar.nth_workday_after(date, 1)) <= date);
    }

    #[test]
    fn a_day_and_the_count_agree(date in date()) {
        let calendar = Calendar::builtin();
        let day = calendar.day(date);
        prop_assert_eq!(day.workday, calendar.is_workday(date));
        prop_assert_eq!(day.provisional, calendar.provisional_between(date, date));
        prop_assert!(day.holiday.is_none() || !day.workday);
        prop_assert_eq!(day.makeup, day.makeup_for.is_some());
    }

    #[test]
    fn adding_working_minutes_and_counting_them_are_inverse(from in moment(), minutes in 1u32..20_000) {
        let calendar = Calendar::builtin();
        let done = calendar.plus_working_minutes(from, minutes);
        prop_assert_eq!(calendar.working_minutes_between(from, done), i64::from(minutes));
        // And it is the first such moment.
        prop_assert!(calendar.working_minutes_between(from, done.plus_minutes(-1)) < i64::from(minutes));
    }

    #[test]
    fn a_ledger_counts_exactly_its_period(from in moment(), period in period()) {
        let calendar = Calendar::builtin();
        let ledger = calendar.ledger(from, period);
        let counted = ledger.days.iter().filter(|day| matches!(day.standing, Standing::Counted { .. })).count();
        let running: u32 = ledger
            .days
            .iter()
            .map(|day| if let Standing::Running { minutes } = day.standing { minutes } else { 0 })
            .sum();
        let expected = match period {
            Period::WorkDays(n) | Period::Days(n) => (n as usize, 0),
            Period::Hours(n) => (0, n * 60),
            Period::HalfWorkDay => (0, calendar.hours().half_day_minutes()),
        };
        prop_assert_eq!((counted, running), expected);
        prop_assert_eq!(ledger.due, calendar.due(from, period));
        prop_assert_eq!(ledger.due.provisional, ledger.days.iter().any(|day| day.provisional));
        prop_assert_eq!(ledger.days.first().map(|day| day.date), Some(from.date()));
    }
}

#[test]
fn no_year_and_no_period_panics() {
    let calendar = Calendar::builtin();
    let periods = [
        Period::WorkDays(1),
        Period::WorkDays(3650),
        Period::WorkDays(0),
        Period::WorkDays(u32::MAX),
        Period::HalfWorkDay,
        Period::Hours(u32::MAX),
        Period::Days(3650),
        Period::Days(u32::MAX),
    ];
    for year in YEARS {
        let first = Moment::midnight(first_of(year));
        let last = Moment::midnight(first_of(year + 1)).plus_minutes(-1);
        for from in [first, last] {
            for period in periods {
                assert!(calendar.due(from, period).at >= from, "{period} from {from}");
            }
            let before = calendar.workday_before(from.date());
            assert!(before < from.date(), "{from}");
        }
        assert!(calendar.working_minutes_between(first, last) > 0, "{year}");
    }
    // Dates no moment read from text can have, but a moment may be built on.
    for date in [NaiveDate::MIN, NaiveDate::MAX, first_of(5000), first_of(1000)] {
        let from = Moment::midnight(date);
        for period in periods {
            calendar.due(from, period);
        }
        calendar.day(date);
        calendar.workday_before(date);
        assert!(calendar.provisional_between(date, date), "{date}");
    }
}
