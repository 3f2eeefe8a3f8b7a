//! `rexian deadline`: what is owed by when after a ticket came in, and day by day why. The reckoning is `flow::duties`'
//! and the calendar's; here it is only asked for and written down.

use anyhow::Result;
use clap::Args;
use serde::Serialize;

use super::input::half_width;
use super::layout::{columns, hanging, pad};
use super::{Desk, Outcome};
use crate::calendar::{Calendar, LedgerDay, Standing};
use crate::domain::intake::Kind;
use crate::domain::moment::{Moment, YEARS};
use crate::domain::period::Period;
use crate::flow::{Duty, Obligation, Receipt, duties};
use crate::rules::Rulebook;
use crate::rules::clause::Note;
use crate::rules::limits::Matter;

#[derive(Args)]
pub struct Deadline {
    #[arg(long, value_name = "ID")]
    rulebook: Option<String>,
    #[arg(long, value_name = "YYYY-MM-DD HH:MM")]
    received: Option<String>,
    #[arg(long, value_name = "KIND")]
    kind: Option<String>,
    #[arg(long, value_name = "NAME")]
    channel: Option<String>,
    #[arg(long, value_name = "NAME")]
    class: Vec<String>,
    #[arg(long, value_name = "YYYY-MM-DD HH:MM")]
    stated_due: Option<String>,
    // A minus sign is a mistake of the period, not an option that nobody knows.
    #[arg(long, value_name = "PERIOD", allow_hyphen_values = true)]
    legal_limit: Option<String>,
    #[arg(long)]
    json: bool,
    #[arg(long)]
    explain: bool,
}

/// The form in JSON: other programs rely on it.
#[derive(Serialize)]
struct Answer<'a> {
    rulebook: &'a str,
    received: Moment,
    obligations: Vec<Owed<'a>>,
}

#[derive(Serialize)]
struct Owed<'a> {
    duty: Duty,
    due: Moment,
    provisional: bool,
    cite: &'a str,
    /// With `--explain`; empty for a moment that is not counted but follows from another.
    #[serde(skip_serializing_if = "Option::is_none")]
    ledger: Option<Vec<LedgerDay>>,
}

impl Deadline {
    pub fn run(&self, desk: &Desk) -> Result<Outcome> {
        let library = desk.library()?;
        // First of all, because the book is chosen by it.
        let received = match &self.received {
            Some(text) => desk.moment("--received", text)?,
            None => {
                desk.asked_book(&library, self.rulebook.as_deref(), None)?;
                return Err(desk.refuse("cli.deadline.received", &[]));
            }
        };
        let book = desk.asked_book(&library, self.rulebook.as_deref(), Some(received.date()))?;
        let kind = desk.kind(self.kind.as_deref())?;
        desk.known_channel(&book, self.channel.as_deref())?;
        desk.known_classes(&book, &self.class)?;
        let stated_due = match &self.stated_due {
            Some(text) => Some(desk.moment("--stated-due", text)?),
            None => None,
        };
        if stated_due.is_some_and(|due| due < received) {
            return Err(desk.refuse("cli.deadline.stated_before", &[]));
        }
        let legal_limit = match &self.legal_limit {
            Some(text) => Some(desk.period("--legal-limit", text)?),
            None => None,
        };
        let receipt = Receipt {
            received,
            matter: Matter {
                kind,
                channel: self.channel.as_deref(),
                classes: &self.class,
            },
            stated_due,
            legal_limit,
        };
        let calendar = desk.calendar()?;
        let mut owed = duties(&book, &calendar, &receipt);
        owed.retain(|obligation| obligation.due.is_some());
        owed.sort_by_key(|obligation| obligation.duty);
        for note in desk.deadline_notes(&book, &receipt, &owed) {
            desk.note(&note);
        }
        if self.json {
            desk.print_json(&self.answer(&book, received, &owed, &calendar))?;
        } else {
            desk.print(&self.sheet(desk, &book, &receipt, &owed, &calendar))?;
        }
        Ok(Outcome::Yes)
    }

    fn answer<'a>(
        &self,
        book: &'a Rulebook,
        received: Moment,
        owed: &[Obligation<'a>],
        calendar: &Calendar,
    ) -> Answer<'a> {
        let ledger = |obligation: &Obligation<'_>| {
            self.explain.then(|| match obligation.counted {
                Some((from, period)) => calendar.ledger(from, period).days,
                None => Vec::new(),
            })
        };
        let row = |obligation: &Obligation<'a>| {
            Some(Owed {
                duty: obligation.duty,
                due: obligation.due?,
                provisional: obligation.provisional,
                cite: obligation.cite.as_str(),
                ledger: ledger(obligation),
            })
        };
        Answer {
            rulebook: book.book.id.as_str(),
            received,
            obligations: owed.iter().filter_map(row).collect(),
        }
    }

    fn sheet(
        &self,
        desk: &Desk,
        book: &Rulebook,
        receipt: &Receipt<'_>,
        owed: &[Obligation<'_>],
        calendar: &Calendar,
    ) -> String {
        let header = &book.book;
        let received = desk.moment_words(receipt.received);
        let mut text = format!("{} {}\n", header.place, header.document);
        text.push_str(&desk.say("cli.deadline.from", &[("received", &received)]));
        text.push('\n');
        if owed.is_empty() {
            text.push_str(desk.word("cli.deadline.nothing"));
            text.push('\n');
        }
        let rows: Vec<Vec<String>> = owed
            .iter()
            .map(|obligation| {
                let mark = if obligation.provisional {
                    desk.word("cli.provisional")
                } else {
                    ""
                };
                vec![
                    desk.locale.term("duty", obligation.duty.name()),
                    desk.due_words(obligation),
                    clause(obligation.cite.as_str(), book).to_owned(),
                    mark.to_owned(),
                ]
            })
            .collect();
        text.push_str(&columns(&rows, 2));
        if owed.iter().any(|obligation| obligation.provisional) {
            text.push_str(&desk.provisional_note(calendar));
        }
        if self.explain {
            for obligation in owed {
                text.push('\n');
                text.push_str(&desk.explained(obligation, book, receipt, calendar));
            }
        }
        text
    }
}

/// The clause alone: the document stands in the heading.
pub fn clause<'a>(cite: &'a str, book: &Rulebook) -> &'a str {
    cite.strip_prefix(book.book.document.as_str())
        .unwrap_or(cite)
        .trim_start()
}

impl Desk {
    pub fn moment(&self, option: &str, text: &str) -> Result<Moment> {
        let typed = half_width(text);
        typed.parse().map_err(|_| self.not_a_moment(option, text, typed.trim()))
    }

    /// The two mistakes that are none of the form say what they are.
    fn not_a_moment(&self, option: &str, given: &str, typed: &str) -> anyhow::Error {
        let args = [("option", option), ("given", given)];
        if let Ok(midnight) = typed.replacen("24:00", "00:00", 1).parse::<Moment>() {
            let next = midnight.plus_days(1).to_string();
            return self.refuse("cli.moment_midnight", &[args[0], args[1], ("next", &next)]);
        }
        let digits = typed.bytes().take_while(u8::is_ascii_digit).count();
        let other_year = format!("2000{}", &typed[digits..]);
        let beyond = typed[..digits]
            .parse()
            .is_ok_and(|year: i64| !YEARS.contains(&i32::try_from(year).unwrap_or(0)));
        if digits >= 4 && beyond && other_year.parse::<Moment>().is_ok() {
            let (first, last) = (YEARS.start().to_string(), YEARS.end().to_string());
            return self.refuse(
                "cli.moment_year",
                &[args[0], args[1], ("first", &first), ("last", &last)],
            );
        }
        self.refuse("cli.moment", &args)
    }

    fn period(&self, option: &str, text: &str) -> Result<Period> {
        let typed = half_width(text);
        let nothing = typed.starts_with('-') || typed.starts_with('0');
        let key = if nothing { "cli.period_nothing" } else { "cli.period" };
        typed
            .parse()
            .map_err(|_| self.refuse(key, &[("option", option), ("given", text)]))
    }

    pub fn kind(&self, name: Option<&str>) -> Result<Option<Kind>> {
        let Some(name) = name else { return Ok(None) };
        let choices: Vec<&str> = Kind::ALL.iter().map(|kind| kind.name()).collect();
        let kind = name
            .parse()
            .map_err(|_| self.refuse_choice("cli.kind", name, &choices))?;
        Ok(Some(kind))
    }

    pub fn known_channel(&self, book: &Rulebook, name: Option<&str>) -> Result<()> {
        match name {
            Some(name) if !book.knows_channel(name) => {
                let choices: Vec<&str> = book.book.channels.iter().map(String::as_str).collect();
                Err(self.refuse_choice("cli.channel", name, &choices))
            }
            _ => Ok(()),
        }
    }

    fn known_classes(&self, book: &Rulebook, names: &[String]) -> Result<()> {
        let choices: Vec<&str> = book.book.classes.iter().map(String::as_str).collect();
        match names.iter().find(|name| !book.knows_class(name)) {
            Some(name) if choices.is_empty() => Err(self.refuse("cli.no_class", &[("given", name)])),
            Some(name) => Err(self.refuse_choice("cli.class", name, &choices)),
            None => Ok(()),
        }
    }

    /// `2026-02-24 周二 17:30`
    pub fn moment_words(&self, at: Moment) -> String {
        format!("{} {}", self.day(at.date()), at.time().format("%H:%M"))
    }

    /// As above, and where something ends at midnight 24:00 of the day that ends, which is how people say it.
    fn due_words(&self, obligation: &Obligation<'_>) -> String {
        let Some(due) = obligation.due else {
            return String::new();
        };
        // The red card does not end but begins then.
        if obligation.duty == Duty::Red {
            self.moment_words(due)
        } else {
            self.end_words(due)
        }
    }

    /// When something ends.
    pub fn end_words(&self, end: Moment) -> String {
        match end.date().pred_opt().filter(|_| end == Moment::midnight(end.date())) {
            Some(day) => format!("{} 24:00", self.day(day)),
            None => self.moment_words(end),
        }
    }

    /// What the reader should know about the limit: what it depends on and was not said, and which version was used.
    fn deadline_notes(&self, book: &Rulebook, receipt: &Receipt<'_>, owed: &[Obligation<'_>]) -> Vec<String> {
        let mut notes = Vec::new();
        if book.book.in_force > receipt.received.date() {
            let in_force = book.book.in_force.to_string();
            notes.push(self.say("cli.deadline.before_force", &[("in_force", &in_force)]));
        }
        let finish = book.limits.finish_for(&receipt.matter);
        let has_limit = owed.iter().any(|obligation| obligation.duty == Duty::Finish);
        let by_kind = limits_by_kind(book, &receipt.matter);
        if receipt.matter.kind.is_none() && by_kind.len() > 1 {
            let groups: Vec<String> = by_kind
                .iter()
                .map(|(within, kinds)| {
                    let within = match within {
                        Some(Some(period)) => self.locale.period(*period),
                        Some(None) => self.word("cli.deadline.its_own").to_owned(),
                        None => self.word("cli.deadline.unregulated").to_owned(),
                    };
                    let kinds: Vec<&str> = kinds.iter().map(|kind| kind.name()).collect();
                    self.say(
                        "cli.deadline.group",
                        &[("kinds", &self.locale.join(&kinds)), ("within", &within)],
                    )
                })
                .collect();
            let groups = groups.join(self.word("list.semicolon"));
            let used = finish
                .and_then(|limit| limit.within)
                .map(|period| self.locale.period(period));
            notes.push(self.say(
                "cli.deadline.no_kind",
                &[("groups", &groups), ("used", &used.unwrap_or_default())],
            ));
        } else if !has_limit {
            notes.push(match finish {
                Some(_) => self.word("cli.deadline.no_stated").to_owned(),
                None => self.word("cli.deadline.no_limit").to_owned(),
            });
        }
        notes.extend(self.unused_options(book, receipt, owed));
        notes
    }

    /// What was given and plays no part: silence would look like consent.
    fn unused_options(&self, book: &Rulebook, receipt: &Receipt<'_>, owed: &[Obligation<'_>]) -> Vec<String> {
        let finish = book.limits.finish_for(&receipt.matter);
        let mut notes = Vec::new();
        if receipt.stated_due.is_some() {
            let why = match finish {
                None => Some("cli.deadline.stated_without_limit"),
                Some(limit) => limit.within.map(|_| "cli.deadline.stated_unused"),
            };
            notes.extend(why.map(|key| self.word(key).to_owned()));
        }
        if receipt.legal_limit.is_some() {
            let used = |rule: &Note| {
                let by_law = |obligation: &Obligation<'_>| {
                    obligation.duty == Duty::Finish && *obligation.cite == rule.cite && obligation.counted.is_some()
                };
                owed.iter().any(by_law)
            };
            let why = match (&book.limits.legal, finish) {
                (None, _) => Some("cli.deadline.legal_unknown"),
                (Some(_), None) => Some("cli.deadline.legal_without_limit"),
                (Some(rule), Some(_)) if !used(rule) => Some("cli.deadline.legal_longer"),
                _ => None,
            };
            notes.extend(why.map(|key| self.word(key).to_owned()));
        }
        notes
    }

    fn explained(
        &self,
        obligation: &Obligation<'_>,
        book: &Rulebook,
        receipt: &Receipt<'_>,
        calendar: &Calendar,
    ) -> String {
        let duty = self.locale.term("duty", obligation.duty.name());
        let due = self.due_words(obligation);
        let cite = obligation.cite.as_str();
        let Some((from, period)) = obligation.counted else {
            let how = self.derived(obligation.duty, book, receipt);
            let args = [("duty", duty.as_str()), ("due", &due), ("how", &how), ("cite", cite)];
            return hanging("", &self.say("cli.ledger.derived", &args), self.width);
        };
        let args = [
            ("duty", duty.as_str()),
            ("period", &self.locale.period(period)),
            ("from", &self.moment_words(from)),
            ("due", &due),
            ("cite", cite),
        ];
        let mut text = hanging("", &self.say("cli.ledger.counted", &args), self.width);
        for day in calendar.ledger(from, period).days {
            let head = format!("  {}  ", pad(&self.day(day.date), 14));
            text.push_str(&hanging(&head, &self.ledger_day(&day, period), self.width));
        }
        text
    }

    /// What one day is to the count.
    fn ledger_day(&self, day: &LedgerDay, period: Period) -> String {
        let mut words = match &day.standing {
            Standing::FirstDay => self.word("cli.ledger.first_day").to_owned(),
            Standing::Counted { number } => {
                let natural = matches!(period, Period::Days(_));
                let key = if natural {
                    "cli.ledger.day"
                } else {
                    "cli.ledger.work_day"
                };
                self.say(key, &[("n", &number.to_string())])
            }
            Standing::Running { minutes } => {
                let hours = minutes / 60;
                let hours = if hours > 0 { hours.to_string() } else { String::new() };
                let rest = minutes % 60;
                let rest = if rest > 0 { rest.to_string() } else { String::new() };
                self.say("cli.ledger.running", &[("hours", &hours), ("minutes", &rest)])
            }
            Standing::OutsideHours => self.word("cli.ledger.outside_hours").to_owned(),
            Standing::Weekend => self.word("cli.ledger.weekend").to_owned(),
            Standing::Holiday { name, notice } => {
                let notice = notice.as_deref().unwrap_or_default();
                self.say("cli.ledger.holiday", &[("name", name), ("notice", notice)])
            }
        };
        if let Some(makeup) = &day.makeup {
            let notice = makeup.notice.as_deref().unwrap_or_default();
            words.push_str(&self.say("cli.ledger.makeup", &[("name", &makeup.holiday), ("notice", notice)]));
        }
        if day.provisional {
            words.push_str(self.word("cli.ledger.provisional"));
        }
        words
    }

    /// How a moment follows that no period was counted for.
    fn derived(&self, duty: Duty, book: &Rulebook, receipt: &Receipt<'_>) -> String {
        let ladder = book.alerts.ladder.as_ref();
        let number = |number: Option<u32>| number.map(|number| number.to_string()).unwrap_or_default();
        match duty {
            Duty::Finish => self.word("cli.derived.finish").to_owned(),
            Duty::Warning => {
                let days = number(ladder.map(|rule| rule.warning_before));
                self.say("cli.derived.warning", &[("days", &days)])
            }
            Duty::Red => self.say("cli.derived.red", &[("days", &number(ladder.map(|rule| rule.red_on)))]),
            Duty::Remind => {
                let stated = book
                    .limits
                    .finish_for(&receipt.matter)
                    .is_some_and(|limit| limit.within.is_none());
                let rule = book.alerts.remind.as_ref();
                if stated {
                    let days = number(rule.map(|rule| rule.before_stated_days));
                    self.say("cli.derived.remind_stated", &[("days", &days)])
                } else {
                    let after = rule.map(|rule| self.locale.period(rule.after)).unwrap_or_default();
                    self.say("cli.derived.remind", &[("after", &after)])
                }
            }
            Duty::AskExtension => {
                let rule = book.extension.ask_before.as_ref();
                let before = rule.map(|rule| self.locale.period(rule.before)).unwrap_or_default();
                self.say("cli.derived.ask_extension", &[("before", &before)])
            }
            _ => self.word("cli.derived.with_limit").to_owned(),
        }
    }
}

type Within = Option<Option<Period>>;

/// Which kinds have which limit, in the order of the kinds: none where the book has no row for them.
fn limits_by_kind(book: &Rulebook, matter: &Matter<'_>) -> Vec<(Within, Vec<Kind>)> {
    let mut groups: Vec<(Within, Vec<Kind>)> = Vec::new();
    for kind in Kind::ALL {
        let matter = Matter {
            kind: Some(*kind),
            ..*matter
        };
        let within = book.limits.finish_for(&matter).map(|limit| limit.within);
        match groups.iter_mut().find(|(other, _)| *other == within) {
            Some((_, kinds)) => kinds.push(*kind),
            None => groups.push((within, vec![*kind])),
        }
    }
    groups
}
