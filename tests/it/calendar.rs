//! Limits on the real calendar, each checked by hand against the State Council's notices.

use chrono::NaiveDate;
use rexian::calendar::{Calendar, Hours, MakeUp, Standing};
use rexian::domain::moment::Moment;
use rexian::domain::period::Period;

fn at(text: &str) -> Moment {
    text.parse().expect(text)
}

fn on(text: &str) -> NaiveDate {
    text.parse().expect(text)
}

fn period(text: &str) -> Period {
    text.parse().expect(text)
}

const PUBLISHED: bool = false;
const PROVISIONAL: bool = true;

#[rustfmt::skip] // A row is a case.
/// Begins, period, ends, and whether a year without a notice is touched.
const LIMITS: &[(&str, &str, &str, bool)] = &[
    // An ordinary week: the hour a ticket comes in makes no difference, nor does a weekend.
    ("2026-11-20 09:30", "1wd", "2026-11-23 17:30", PUBLISHED),
    ("2026-11-20 00:00", "1wd", "2026-11-23 17:30", PUBLISHED),
    ("2026-11-20 23:59", "1wd", "2026-11-23 17:30", PUBLISHED),
    ("2026-11-21 10:00", "1wd", "2026-11-23 17:30", PUBLISHED),
    ("2026-11-22 23:59", "1wd", "2026-11-23 17:30", PUBLISHED),
    ("2026-11-23 00:00", "1wd", "2026-11-24 17:30", PUBLISHED),
    ("2026-11-20 09:30", "3wd", "2026-11-25 17:30", PUBLISHED),
    ("2026-11-20 09:30", "5wd", "2026-11-27 17:30", PUBLISHED),
    ("2026-11-20 09:30", "7wd", "2026-12-01 17:30", PUBLISHED),
    ("2026-11-20 09:30", "10wd", "2026-12-04 17:30", PUBLISHED),
    // Spring Festival 2026: Saturdays 14 and 28 February worked, 15 to 23 off.
    ("2026-02-13 16:00", "1wd", "2026-02-14 17:30", PUBLISHED),
    ("2026-02-13 16:00", "3wd", "2026-02-25 17:30", PUBLISHED),
    ("2026-02-14 09:00", "1wd", "2026-02-24 17:30", PUBLISHED),
    ("2026-02-14 09:00", "5wd", "2026-02-28 17:30", PUBLISHED),
    ("2026-02-14 09:00", "6wd", "2026-03-02 17:30", PUBLISHED),
    ("2026-02-16 12:00", "1wd", "2026-02-24 17:30", PUBLISHED),
    ("2026-02-23 23:59", "1wd", "2026-02-24 17:30", PUBLISHED),
    ("2026-02-27 17:31", "1wd", "2026-02-28 17:30", PUBLISHED),
    ("2026-02-28 10:00", "1wd", "2026-03-02 17:30", PUBLISHED),
    // New Year 2026: 1 to 3 January off, Sunday 4 worked.
    ("2025-12-31 15:00", "1wd", "2026-01-04 17:30", PUBLISHED),
    ("2026-01-01 00:00", "1wd", "2026-01-04 17:30", PUBLISHED),
    ("2026-01-03 20:00", "2wd", "2026-01-05 17:30", PUBLISHED),
    ("2026-01-04 09:00", "1wd", "2026-01-05 17:30", PUBLISHED),
    // National Day and Mid-Autumn 2025 in one: Sunday 28 September and Saturday 11 October worked, 1 to 8 October off.
    ("2025-09-26 17:00", "1wd", "2025-09-28 17:30", PUBLISHED),
    ("2025-09-28 11:00", "1wd", "2025-09-29 17:30", PUBLISHED),
    ("2025-09-30 17:30", "1wd", "2025-10-09 17:30", PUBLISHED),
    ("2025-09-30 09:00", "3wd", "2025-10-11 17:30", PUBLISHED),
    ("2025-09-30 09:00", "5wd", "2025-10-14 17:30", PUBLISHED),
    ("2025-10-06 08:00", "1wd", "2025-10-09 17:30", PUBLISHED),
    ("2025-10-10 09:00", "1wd", "2025-10-11 17:30", PUBLISHED),
    ("2025-10-11 09:00", "1wd", "2025-10-13 17:30", PUBLISHED),
    // The other holidays of 2026.
    ("2026-04-03 10:00", "1wd", "2026-04-07 17:30", PUBLISHED),
    ("2026-04-30 10:00", "1wd", "2026-05-06 17:30", PUBLISHED),
    ("2026-04-30 10:00", "4wd", "2026-05-09 17:30", PUBLISHED),
    ("2026-06-18 10:00", "1wd", "2026-06-22 17:30", PUBLISHED),
    ("2026-09-18 10:00", "1wd", "2026-09-20 17:30", PUBLISHED),
    ("2026-09-24 10:00", "1wd", "2026-09-28 17:30", PUBLISHED),
    ("2026-09-24 10:00", "5wd", "2026-10-09 17:30", PUBLISHED),
    ("2026-09-30 18:00", "3wd", "2026-10-10 17:30", PUBLISHED),
    // Leap days.
    ("2024-02-28 10:00", "1wd", "2024-02-29 17:30", PUBLISHED),
    ("2024-02-29 10:00", "1wd", "2024-03-01 17:30", PUBLISHED),
    ("2024-02-28 10:00", "1d", "2024-03-01 00:00", PUBLISHED),
    ("2023-02-28 10:00", "1d", "2023-03-02 00:00", PUBLISHED),
    ("2024-02-28 23:00", "2h", "2024-02-29 01:00", PUBLISHED),
    ("2024-02-29 23:00", "24h", "2024-03-01 23:00", PUBLISHED),
    // Notices that changed a year already arranged.
    ("2020-01-31 10:00", "1wd", "2020-02-03 17:30", PUBLISHED),
    ("2020-01-23 10:00", "2wd", "2020-02-04 17:30", PUBLISHED),
    ("2019-04-26 10:00", "1wd", "2019-04-28 17:30", PUBLISHED),
    ("2019-04-30 10:00", "1wd", "2019-05-05 17:30", PUBLISHED),
    ("2015-09-02 10:00", "1wd", "2015-09-06 17:30", PUBLISHED),
    // Notices that reach back into December.
    ("2018-12-28 10:00", "1wd", "2018-12-29 17:30", PUBLISHED),
    ("2018-12-29 10:00", "1wd", "2019-01-02 17:30", PUBLISHED),
    ("2005-12-30 10:00", "1wd", "2005-12-31 17:30", PUBLISHED),
    // Natural time: nights and holidays run on, and a day ends at 24:00.
    ("2026-02-15 23:30", "2h", "2026-02-16 01:30", PUBLISHED),
    ("2026-11-20 16:30", "24h", "2026-11-21 16:30", PUBLISHED),
    ("2026-11-20 22:00", "2h", "2026-11-21 00:00", PUBLISHED),
    ("2026-11-20 09:30", "1d", "2026-11-22 00:00", PUBLISHED),
    ("2026-11-20 00:00", "1d", "2026-11-22 00:00", PUBLISHED),
    // The end of what is published: 24:00 of 31 December still belongs to 2026.
    ("2026-12-30 10:00", "1wd", "2026-12-31 17:30", PUBLISHED),
    ("2026-10-02 09:30", "90d", "2027-01-01 00:00", PUBLISHED),
    ("2026-10-03 00:00", "90d", "2027-01-02 00:00", PROVISIONAL),
    ("2026-11-20 09:30", "90d", "2027-02-19 00:00", PROVISIONAL),
    ("2026-12-31 22:00", "2h", "2027-01-01 00:00", PUBLISHED),
    ("2026-12-31 22:00", "3h", "2027-01-01 01:00", PROVISIONAL),
    // 2027, computed: statutory days off, no make-up days.
    ("2026-12-31 10:00", "1wd", "2027-01-04 17:30", PROVISIONAL),
    ("2027-02-04 10:00", "1wd", "2027-02-09 17:30", PROVISIONAL),
    ("2027-04-02 10:00", "1wd", "2027-04-06 17:30", PROVISIONAL),
    ("2027-04-30 10:00", "1wd", "2027-05-03 17:30", PROVISIONAL),
    ("2027-06-08 10:00", "1wd", "2027-06-10 17:30", PROVISIONAL),
    ("2027-09-14 10:00", "1wd", "2027-09-16 17:30", PROVISIONAL),
    ("2027-09-30 10:00", "1wd", "2027-10-04 17:30", PROVISIONAL),
    // Before the first notice.
    ("2003-12-31 10:00", "1wd", "2004-01-02 17:30", PROVISIONAL),
    // Half a working day is four hours along the working hours.
    ("2026-11-20 09:30", "0.5wd", "2026-11-20 15:00", PUBLISHED),
    ("2026-11-20 08:00", "0.5wd", "2026-11-20 14:00", PUBLISHED),
    ("2026-11-20 12:30", "0.5wd", "2026-11-20 17:30", PUBLISHED),
    ("2026-11-20 13:30", "0.5wd", "2026-11-20 17:30", PUBLISHED),
    ("2026-11-20 13:31", "0.5wd", "2026-11-23 08:31", PUBLISHED),
    ("2026-11-20 17:30", "0.5wd", "2026-11-23 14:00", PUBLISHED),
    ("2026-11-20 20:00", "0.5wd", "2026-11-23 14:00", PUBLISHED),
    ("2026-11-21 10:00", "0.5wd", "2026-11-23 14:00", PUBLISHED),
    ("2026-11-20 09:30:20", "0.5wd", "2026-11-20 15:00:20", PUBLISHED),
    ("2026-02-13 15:00", "0.5wd", "2026-02-14 10:00", PUBLISHED),
    ("2026-02-14 16:30", "0.5wd", "2026-02-24 11:30", PUBLISHED),
    ("2026-12-31 16:00", "0.5wd", "2027-01-04 11:00", PROVISIONAL),
];

#[test]
fn limits_end_where_a_person_with_the_notice_would_say() {
    for (from, length, ends, provisional) in LIMITS {
        let due = Calendar::builtin().due(at(from), period(length));
        assert_eq!(
            (due.at, due.provisional),
            (at(ends), *provisional),
            "{length} from {from}"
        );
    }
}

#[test]
fn every_published_year_has_as_many_working_days_as_its_notice_leaves() {
    // 2005 has one more than the lists in circulation say: 国办发明电〔2005〕35号 has Saturday 31 December worked.
    let counts = [
        252, 251, 251, 249, 251, 250, 250, 250, 249, 250, 250, 249, 250, 249, 250, 250, 249, 250, 249, 249, 251, 248,
        248,
    ];
    for (year, count) in (2004..).zip(counts) {
        assert_eq!(workdays_in(year), count, "{year}");
    }
}

#[test]
fn a_year_without_a_notice_is_weekends_and_statutory_days() {
    // 261 weekdays, less 元旦, 除夕, 正月初三, 清明, 端午, 中秋 and 1 October.
    assert_eq!(workdays_in(2027), 254);
    for (date, name) in [
        ("2027-01-01", "元旦"),
        ("2027-02-05", "春节"),
        ("2027-02-06", "春节"),
        ("2027-02-08", "春节"),
        ("2027-04-05", "清明节"),
        ("2027-05-01", "劳动节"),
        ("2027-05-02", "劳动节"),
        ("2027-06-09", "端午节"),
        ("2027-09-15", "中秋节"),
        ("2027-10-03", "国庆节"),
        ("2028-01-25", "春节"),
        ("2028-01-26", "春节"),
        ("2028-01-28", "春节"),
        // Both at once.
        ("2031-10-01", "中秋节、国庆节"),
    ] {
        let day = Calendar::builtin().day(on(date));
        assert_eq!(
            (day.holiday, day.workday, day.provisional),
            (Some(name), false, true),
            "{date}"
        );
        assert_eq!(day.notice, None, "{date}");
    }
    for date in ["2027-02-04", "2027-02-09", "2027-05-03", "2027-10-04", "2028-01-24"] {
        assert!(Calendar::builtin().is_workday(on(date)), "{date}");
    }
}

#[test]
fn a_day_knows_its_holiday_and_the_notice_behind_it() {
    let day = |date| Calendar::builtin().day(on(date));

    let extended = day("2020-02-01");
    assert_eq!(
        (extended.holiday, extended.notice),
        (Some("春节"), Some("国办发明电〔2020〕1号"))
    );
    assert!(!extended.workday && !extended.makeup);

    let makeup = day("2026-02-14");
    assert!(makeup.workday && makeup.makeup && makeup.holiday.is_none());
    assert_eq!(
        (makeup.makeup_for, makeup.notice),
        (Some("春节"), Some("国办发明电〔2025〕7号"))
    );

    // The notice for 2019 decides the last days of 2018.
    assert_eq!(day("2018-12-31").notice, Some("国办发明电〔2018〕15号"));
    assert_eq!(day("2018-12-28").notice, Some("国办发明电〔2017〕12号"));

    let plain_weekend = day("2026-11-21");
    assert_eq!((plain_weekend.workday, plain_weekend.holiday), (false, None));
}

#[test]
fn the_working_day_before_skips_what_is_off() {
    for (date, before) in [
        ("2026-11-23", "2026-11-20"),
        ("2026-11-22", "2026-11-20"),
        ("2026-02-24", "2026-02-14"),
        ("2026-03-02", "2026-02-28"),
        ("2026-01-04", "2025-12-31"),
        ("2019-01-02", "2018-12-29"),
    ] {
        assert_eq!(Calendar::builtin().workday_before(on(date)), on(before), "{date}");
    }
}

#[test]
fn working_time_passes_only_while_the_office_is_open() {
    for (from, until, minutes) in [
        ("2026-11-20 08:30", "2026-11-20 17:30", 450),
        ("2026-11-20 11:59", "2026-11-20 13:31", 2),
        ("2026-11-20 17:00", "2026-11-23 09:00", 60),
        ("2026-02-14 17:00", "2026-02-24 09:00", 60),
        ("2026-11-21 00:00", "2026-11-23 00:00", 0),
        ("2026-11-23 09:00", "2026-11-20 09:00", 0),
        ("2026-11-20 09:00:30", "2026-11-20 09:01:29", 0),
        ("2026-01-01 00:00", "2027-01-01 00:00", 248 * 450),
    ] {
        let passed = Calendar::builtin().working_minutes_between(at(from), at(until));
        assert_eq!(passed, minutes, "{from} to {until}");
    }
}

#[test]
fn an_office_may_keep_other_hours() {
    let hours = Hours::new(&["09:00-17:00"], 240).expect("hours");
    let office = Calendar::builtin().with_hours(hours);
    assert_eq!(
        office.due(at("2026-11-20 09:30"), period("1wd")).at,
        at("2026-11-23 17:00")
    );
    assert_eq!(
        office.due(at("2026-11-20 11:00"), period("0.5wd")).at,
        at("2026-11-20 15:00")
    );
    assert_eq!(office.opening(on("2026-11-20")), at("2026-11-20 09:00"));
    assert_eq!(office.close_of(on("2026-11-20")), at("2026-11-20 17:00"));
}

#[test]
fn the_ledger_of_a_limit_across_the_spring_festival_accounts_for_every_day() {
    let ledger = Calendar::builtin().ledger(at("2026-02-13 16:00"), period("3wd"));
    let notice = Some("国办发明电〔2025〕7号".to_owned());
    let standings: Vec<_> = ledger.days.iter().map(|day| day.standing.clone()).collect();
    let mut expected = vec![Standing::FirstDay, Standing::Counted { number: 1 }];
    expected.extend(vec![
        Standing::Holiday {
            name: "春节".to_owned(),
            notice: notice.clone()
        };
        9
    ]);
    expected.extend([Standing::Counted { number: 2 }, Standing::Counted { number: 3 }]);
    assert_eq!(standings, expected);
    assert_eq!(
        ledger.days[1].makeup,
        Some(MakeUp {
            holiday: "春节".to_owned(),
            notice
        })
    );
    assert_eq!(ledger.due.at, at("2026-02-25 17:30"));
}

#[test]
fn the_ledger_of_hours_says_how_much_ran_on_each_day() {
    let spent = |from: &str, length: &str| -> Vec<Standing> {
        let ledger = Calendar::builtin().ledger(at(from), period(length));
        ledger.days.into_iter().map(|day| day.standing).collect()
    };
    let running = |minutes| Standing::Running { minutes };
    assert_eq!(
        spent("2026-11-20 20:00", "0.5wd"),
        [
            Standing::OutsideHours,
            Standing::Weekend,
            Standing::Weekend,
            running(240)
        ]
    );
    assert_eq!(spent("2026-02-13 15:00", "0.5wd"), [running(150), running(90)]);
    assert_eq!(spent("2026-11-20 23:00", "2h"), [running(60), running(60)]);
    // Ends at 24:00: the next day has no part in it.
    assert_eq!(spent("2026-11-20 22:00", "2h"), [running(120)]);
    assert_eq!(
        spent("2026-11-20 09:30", "2d"),
        [
            Standing::FirstDay,
            Standing::Counted { number: 1 },
            Standing::Counted { number: 2 }
        ]
    );
}

#[test]
fn a_ledger_crosses_the_wire_whole() {
    let ledger = Calendar::builtin().ledger(at("2026-12-31 10:00"), period("1wd"));
    let wire = serde_json::to_string(&ledger).expect("json");
    assert!(
        wire.contains(r#"{"date":"2027-01-01","standing":"holiday","name":"元旦","provisional":true}"#),
        "{wire}"
    );
    assert_eq!(
        serde_json::from_str::<rexian::calendar::Ledger>(&wire).expect("ledger"),
        ledger
    );
}

fn workdays_in(year: i32) -> usize {
    let first = NaiveDate::from_ymd_opt(year, 1, 1).expect("a year");
    let end = NaiveDate::from_ymd_opt(year + 1, 1, 1).expect("a year");
    first
        .iter_days()
        .take_while(|date| *date < end)
        .filter(|date| Calendar::builtin().is_workday(*date))
        .count()
}
