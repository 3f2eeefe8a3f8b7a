//! Mistakes in a calendar file: each is named with its line and, in either language, with what would be right.

use rexian::calendar::Calendar;
use rexian::locale::{Lang, Locale};

const SOUND: &str = r#"[hours]
open = ["08:30-12:00", "13:30-17:30"]
half_day = 240

[statutory]
law = "办法"
days = [
  { name = "元旦", kind = "solar", month = 1, day = 1 },
  { name = "春节", kind = "lunar", month = 1, day = 1, days = 3, eve = true },
  { name = "清明节", kind = "term", term = "清明" },
]

[years.2026]
notice = "国办发明电〔2025〕7号"
holidays = [
  { name = "元旦", from = 2026-01-01, to = 2026-01-03, make_up = [2026-01-04] },
  { name = "春节", from = 2026-02-15, to = 2026-02-23, make_up = [
    2026-02-14,
    2026-02-28,
  ] },
]

[years.2027]
holidays = [
  { name = "元旦", from = 2026-12-31, to = 2027-01-02 },
]
"#;

#[rustfmt::skip] // A row is a case.
/// What is replaced by what, the line of the mistake, what a log says of it, and what a reader must see of the
/// remedy in any language.
const MISTAKES: &[(&str, &str, usize, &str, &str)] = &[
    // TOML and its keys.
    ("half_day = 240", "half_day =", 3, "not TOML", "TOML"),
    ("half_day = 240", "half_day = \"4h\"", 3, "whole number", "0"),
    ("half_day = 240", "halfday = 240", 3, "unknown key \"halfday\"", "half_day"),
    ("half_day = 240\n", "", 1, "\"half_day\" is missing", "half_day"),
    ("[hours]", "[opening]", 1, "unknown key \"opening\"", "hours"),
    ("make_up = [2026-01-04]", "makeup = [2026-01-04]", 16, "unknown key \"makeup\"", "make_up"),
    ("law = \"办法\"\n", "", 5, "\"law\" is missing", "law"),
    ("[years.2027]", "[years.2026]", 23, "\"2026\" stands twice", "2026"),
    ("from = 2026-01-01", "from = \"2026-01-01\"", 16, "without quotes", "2023-06-09"),
    ("name = \"春节\", from = 2026-02-15", "from = 2026-02-15", 17, "\"name\" is missing", "name"),
    // Hours.
    ("08:30-12:00", "8.30-12.00", 2, "no pair of times", "08:30-12:00"),
    ("13:30-17:30", "11:30-17:30", 2, "begins before", "12:00"),
    ("13:30-17:30", "13:30-24:00", 2, "no pair of times", "23:59"),
    ("13:30-17:30", "17:30-13:30", 2, "closes before it opens", "08:30-12:00"),
    ("[\"08:30-12:00\", \"13:30-17:30\"]", "[]", 2, "no opening hours", "08:30-12:00"),
    ("half_day = 240", "half_day = 451", 3, "451 minutes", "450"),
    // Statutory days.
    ("kind = \"solar\"", "kind = \"civil\"", 8, "\"civil\" is none of", "lunar"),
    ("kind = \"solar\", month = 1, day = 1", "kind = \"solar\", month = 2, day = 30", 8, "does not exist", "12"),
    ("kind = \"lunar\", month = 1", "kind = \"lunar\", month = 13", 9, "does not exist", "12"),
    ("kind = \"lunar\", month = 1, day = 1", "kind = \"lunar\", month = 1", 9, "needs month and day", "day = 1"),
    ("days = 3", "days = 30", 9, "lasts 30 days", "10"),
    ("term = \"清明\"", "term = \"清名\"", 10, "does not exist", "12"),
    ("term = \"清明\"", "month = 4", 10, "needs a solar term", "term = \"清明\""),
    // Years and dates.
    ("[years.2026]", "[years.26]", 13, "\"26\" is no year", "[years.2026]"),
    ("[years.2026]", "[years.next]", 13, "\"next\" is no year", "2999"),
    ("notice = \"国办发明电〔2025〕7号\"", "notice = \"\"", 14, "empty notice", "notice"),
    ("name = \"春节\", from", "name = \" \", from", 17, "without a name", "name ="),
    ("to = 2026-01-03", "to = 2027-01-03", 16, "does not belong to the notice for 2026", "2025"),
    ("from = 2026-12-31", "from = 2026-11-30", 25, "does not belong to the notice for 2027", "2027"),
    ("to = 2026-02-23", "to = 2026-02-30", 17, "invalid date", "2026-01-01"),
    ("to = 2026-01-03", "to = 2026-01-03T08:00:00", 16, "is no day", "2026-01-01"),
    ("to = 2026-02-23", "to = 2026-02-14", 17, "before it begins", "2026-02-15"),
    ("to = 2026-01-03", "to = 2026-02-15", 17, "元旦 and 春节 both have 2026-02-15", "国庆节、中秋节"),
    // Make-up days.
    ("    2026-02-28,", "    2026-02-27,", 19, "2026-02-27 is a working day", "2026-02-27"),
    ("    2026-02-14,", "    2026-02-15,", 18, "day off for 春节", "春节"),
    ("    2026-02-14,", "    2026-01-03,", 18, "day off for 元旦", "元旦"),
    ("    2026-02-28,", "    2026-02-14,", 19, "written twice", "2026-02-14"),
    ("    2026-02-28,", "    2027-02-27,", 19, "does not belong to the notice for 2026", "2026"),
];

#[test]
fn the_sound_file_is_read() {
    Calendar::parse(SOUND, "office.toml").expect("a sound file");
}

#[test]
fn every_mistake_names_its_line_and_what_would_be_right() {
    for (right, wrong, line, problem, fix) in MISTAKES {
        assert!(SOUND.contains(right), "{right} is not in the sound file");
        let text = SOUND.replacen(right, wrong, 1);
        let error = Calendar::parse(&text, "office.toml").expect_err(wrong);
        let shown = error.to_string();
        assert_eq!(error.line, Some(*line), "{wrong}: {shown}");
        assert!(shown.contains(problem), "{wrong}: {shown}");
        let said = Lang::ALL.map(|lang| Locale::of(lang).calendar_error(&error));
        for shown in said.iter().chain([&shown]) {
            assert!(shown.starts_with(&format!("office.toml:{line}: ")), "{shown}");
            assert!(!shown.contains('\n'), "{shown}");
        }
        for shown in &said {
            assert!(shown.contains(fix), "{wrong}: {shown}");
        }
        let [chinese, english] = said;
        assert!(
            chinese.contains('；') || chinese.contains("TOML：") || chinese.contains("写错"),
            "{chinese}"
        );
        assert!(english.contains("; ") || english.contains("TOML: "), "{english}");
        assert_ne!(chinese, english);
    }
}
