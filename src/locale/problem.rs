//! What is wrong with a rulebook or a calendar file, in words: what it is, and after a semicolon how to mend it.

use super::Locale;
use crate::calendar::{CalendarError, CalendarProblem, HoursProblem};
use crate::rules::rulebook::Problem;
use crate::rules::rulebook_check::{Fault, Mistake};

/// What the TOML reader says, by its beginnings, and which of our sentences says it.
const SYNTAX: [(&str, &str); 27] = [
    ("string values must be quoted", "problem.toml.unquoted"),
    ("invalid basic string", "problem.toml.open_quote"),
    ("invalid literal string", "problem.toml.open_quote"),
    ("invalid multi-line", "problem.toml.open_quote"),
    ("missing opening quote", "problem.toml.open_quote"),
    ("missing escaped value", "problem.toml.escape"),
    ("missing comma", "problem.toml.comma"),
    ("extra comma", "problem.toml.extra_comma"),
    ("unclosed", "problem.toml.open_bracket"),
    ("missing array opening", "problem.toml.open_bracket"),
    ("missing inline table opening", "problem.toml.open_bracket"),
    ("missing table open", "problem.toml.open_bracket"),
    ("key with no value", "problem.toml.no_value"),
    ("missing value", "problem.toml.no_value"),
    ("invalid value", "problem.toml.no_value"),
    ("unquoted keys cannot be empty", "problem.toml.no_key"),
    ("missing key", "problem.toml.no_key"),
    ("invalid key-value pair", "problem.toml.no_key"),
    ("invalid unquoted key", "problem.toml.bad_key"),
    ("extra `=`", "problem.toml.equals"),
    ("unexpected `=`", "problem.toml.equals"),
    ("unexpected key or value", "problem.toml.rest_of_line"),
    ("unexpected content", "problem.toml.rest_of_line"),
    ("invalid date", "problem.toml.date"),
    ("invalid boolean", "problem.toml.boolean"),
    ("unexpected leading zero", "problem.toml.zero"),
    ("cannot extend", "problem.toml.extend"),
];

impl Locale {
    /// `FILE:LINE: problem；how to mend`
    pub fn rulebook_mistake(&self, mistake: &Mistake) -> String {
        let Mistake { file, line, fault } = mistake;
        format!("{file}:{line}: {}", self.fault(fault))
    }

    pub fn calendar_error(&self, error: &CalendarError) -> String {
        let line = error.line.map(|line| format!(":{line}")).unwrap_or_default();
        format!("{}{line}: {}", error.file, self.calendar_problem(&error.problem))
    }

    fn fault(&self, fault: &Fault) -> String {
        match fault {
            Fault::Unread(problem) => self.problem(problem),
            Fault::DuplicateKey { key, first } => {
                let first = first.map(|line| line.to_string()).unwrap_or_default();
                self.say("problem.duplicate_key", &[("key", key), ("first", &first)])
            }
            Fault::WantsTables { path } => {
                // As an argument, because brackets around a blank mean something else in a message.
                self.say(
                    "problem.wants_tables",
                    &[("path", path), ("header", &format!("[[{path}]]"))],
                )
            }
            Fault::WantsOneTable { path } => self.say(
                "problem.wants_one_table",
                &[("path", path), ("header", &format!("[{path}]"))],
            ),
            Fault::BadId { id } => self.say("problem.bad_id", &[("id", id)]),
            Fault::NoChannels => self.word("problem.no_channels").to_owned(),
            Fault::EmptyList { key } => self.say("problem.empty_list", &[("key", key)]),
            Fault::Blank { key } => self.say("problem.blank", &[("key", key)]),
            Fault::BadBlank { written } => self.say("problem.bad_blank", &[("written", written)]),
            Fault::SameId { id, first } => self.say("problem.same_id", &[("id", id), ("first", &first.to_string())]),
            Fault::Unreachable { first } => self.say("problem.unreachable", &[("first", &first.to_string())]),
            Fault::Repeated { first } => self.say("problem.repeated", &[("first", &first.to_string())]),
            Fault::Taken { name, first } => self.say("problem.taken", &[("name", name), ("first", &first.to_string())]),
            Fault::NoLength => self.word("problem.no_length").to_owned(),
        }
    }

    fn problem(&self, problem: &Problem) -> String {
        match problem {
            Problem::UnknownKey { key, choices } => self.unknown_key(key, choices),
            Problem::MissingKey { key } => self.say("problem.missing_key", &[("key", key)]),
            Problem::BadValue { message } => self.bad_value(message),
            Problem::Syntax { message } => self.syntax(message),
            Problem::UnknownBase { base, known } => {
                let args = [("base", base.as_str()), ("known", &self.join(known))];
                self.say("problem.unknown_base", &args)
            }
            Problem::UnknownBlank { blank, keys } => {
                let nearest = nearest(blank, keys).unwrap_or_default();
                let args = [
                    ("blank", blank.as_str()),
                    ("nearest", nearest),
                    ("keys", &self.join(keys)),
                ];
                self.say("problem.unknown_blank", &args)
            }
            Problem::Unlisted { name, listed } => {
                let nearest = nearest(name, listed).unwrap_or_default();
                let args = [
                    ("name", name.as_str()),
                    ("nearest", nearest),
                    ("listed", &self.join(listed)),
                ];
                self.say("problem.unlisted", &args)
            }
            Problem::ForeignCite { cite, document } => {
                let args = [("cite", cite.as_str()), ("document", document.as_str())];
                self.say("problem.foreign_cite", &args)
            }
        }
    }

    fn unknown_key(&self, key: &str, choices: &[String]) -> String {
        let nearest = nearest(key, choices).unwrap_or_default();
        let args = [("key", key), ("nearest", nearest), ("choices", &self.join(choices))];
        self.say("problem.unknown_key", &args)
    }

    fn unknown_choice(&self, given: &str, choices: &[String]) -> String {
        let nearest = nearest(given, choices).unwrap_or_default();
        let args = [("given", given), ("nearest", nearest), ("choices", &self.join(choices))];
        self.say("problem.choice", &args)
    }

    /// The reader's own words stand behind ours: they are what a search finds.
    fn syntax(&self, message: &str) -> String {
        let known = SYNTAX.iter().find(|(beginning, _)| message.starts_with(beginning));
        let key = known.map_or("problem.toml.other", |(_, key)| key);
        self.say("problem.syntax", &[("said", self.word(key)), ("message", message)])
    }

    /// The readers of values speak English; what they say most often has words here, the rest is shown as it is.
    fn bad_value(&self, message: &str) -> String {
        let given = message.split('"').nth(1).unwrap_or_default();
        if let Some((_, choices)) = message.split_once("choose one of ") {
            let all: Vec<String> = choices.split('、').map(str::to_owned).collect();
            return self.unknown_choice(given, &all);
        }
        if message.contains("is not a period") {
            return self.say("problem.period", &[("given", given)]);
        }
        for (expected, key) in [
            ("a TOML datetime", "problem.day"),
            ("is not a day", "problem.day"),
            ("expected a sequence", "problem.list"),
            ("expected a boolean", "problem.boolean"),
            ("expected u32", "problem.number"),
            ("expected a string", "problem.string"),
            ("expected struct", "problem.table"),
        ] {
            if message.contains(expected) {
                return self.word(key).to_owned();
            }
        }
        self.say("problem.other", &[("message", message)])
    }

    pub fn calendar_problem(&self, problem: &CalendarProblem) -> String {
        use CalendarProblem as P;
        let holiday = |key: &str, name: &str| self.say(key, &[("name", name)]);
        match problem {
            P::Syntax { message } => self.syntax(message),
            P::DuplicateKey { key } => self.say("problem.duplicate_key", &[("key", key)]),
            P::UnknownKey { key, choices } => self.unknown_key(key, choices),
            P::MissingKey { key } => self.say("problem.missing_key", &[("key", key)]),
            P::UnknownChoice { given, choices } => self.unknown_choice(given, choices),
            P::QuotedDate => self.word("problem.day").to_owned(),
            P::NoNumber => self.word("problem.number").to_owned(),
            P::WrongType { message } => self.bad_value(message),
            P::Hours(problem) => self.hours_problem(problem),
            P::NoMonthAndDay { name } => holiday("problem.calendar.no_month_and_day", name),
            P::NoTerm { name } => holiday("problem.calendar.no_term", name),
            P::ImpossibleDay { name } => holiday("problem.calendar.impossible_day", name),
            P::ImpossibleLength { name, days, most } => {
                let (days, most) = (days.to_string(), most.to_string());
                let args = [("name", name.as_str()), ("days", &days), ("most", &most)];
                self.say("problem.calendar.impossible_length", &args)
            }
            P::NoName => self.word("problem.calendar.no_name").to_owned(),
            P::EmptyNotice => self.word("problem.calendar.empty_notice").to_owned(),
            P::NotAYear { given, first, last } => {
                let (first, last) = (first.to_string(), last.to_string());
                let args = [("given", given.as_str()), ("first", &first), ("last", &last)];
                self.say("problem.calendar.not_a_year", &args)
            }
            P::NotADay { given } => self.say("problem.calendar.not_a_day", &[("given", given)]),
            P::OtherYear { day, year } => {
                let (day, before) = (day.to_string(), (year - 1).to_string());
                let args = [("day", day.as_str()), ("year", &year.to_string()), ("before", &before)];
                self.say("problem.calendar.other_year", &args)
            }
            P::EndsFirst { name, first, last } => {
                let (first, last) = (first.to_string(), last.to_string());
                let args = [("name", name.as_str()), ("first", &first), ("last", &last)];
                self.say("problem.calendar.ends_first", &args)
            }
            P::TwoHolidays { one, other, day } => {
                let args = [("one", one.as_str()), ("other", other), ("day", &day.to_string())];
                self.say("problem.calendar.two_holidays", &args)
            }
            P::MakeUpOnWorkday { day } => self.say("problem.calendar.make_up_on_workday", &[("day", &day.to_string())]),
            P::MakeUpTwice { day } => self.say("problem.calendar.make_up_twice", &[("day", &day.to_string())]),
            P::MakeUpOnHoliday { day, name } => {
                let args = [("day", &*day.to_string()), ("name", name.as_str())];
                self.say("problem.calendar.make_up_on_holiday", &args)
            }
        }
    }

    fn hours_problem(&self, problem: &HoursProblem) -> String {
        match problem {
            HoursProblem::NotAPair { text } => self.say("problem.hours.not_a_pair", &[("text", text)]),
            HoursProblem::ClosesFirst { text } => self.say("problem.hours.closes_first", &[("text", text)]),
            HoursProblem::Overlap { text, from } => {
                self.say("problem.hours.overlap", &[("text", text), ("from", from)])
            }
            HoursProblem::NoHours => self.word("problem.hours.none").to_owned(),
            HoursProblem::HalfDay { minutes, most } => {
                let (minutes, most) = (minutes.to_string(), most.to_string());
                self.say("problem.hours.half_day", &[("minutes", &minutes), ("most", &most)])
            }
        }
    }
}

/// The choice that a misspelt word most likely was; none where nothing is near.
fn nearest<'a>(given: &str, choices: &'a [String]) -> Option<&'a str> {
    let length = given.chars().count();
    let scored = choices.iter().map(|choice| (distance(given, choice), choice));
    let (steps, choice) = scored.min_by_key(|(steps, _)| *steps)?;
    (steps * 2 <= length.max(2)).then_some(choice.as_str())
}

/// How many letters must be put in, taken out or changed to make one word of the other.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (at, a) in one.chars().enumerate() {
        let mut corner = row[0];
        row[0] = at + 1;
        for (place, b) in other.iter().enumerate() {
            let step = (corner + usize::from(a != *b))
                .min(row[place] + 1)
                .min(row[place + 1] + 1);
            corner = row[place + 1];
            row[place + 1] = step;
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_is_offered_and_nothing_far_fetched() {
        let choices: Vec<String> = ["within", "kinds", "cite", "text"].map(str::to_owned).to_vec();
        for (given, near) in [
            ("withn", Some("within")),
            ("kind", Some("kinds")),
            ("cite", Some("cite")),
            ("limit_of_days", None),
            ("x", None),
        ] {
            assert_eq!(nearest(given, &choices), near, "{given}");
        }
    }
}
