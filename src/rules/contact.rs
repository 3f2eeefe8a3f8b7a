//! `[contact]`: when the caller must be called, what counts as having tried, what must be kept as proof.
//! (RULES.md B1–B5)

use serde::{Deserialize, Serialize};

use super::clause::{Cite, Note, rule};
use super::finding::{Arg, Finding, finding};
use crate::calendar::Calendar;
use crate::domain::contact::{Attempt, Outcome, Purpose, Way};
use crate::domain::element::Attitude;
use crate::domain::material::{Attachment, Material};
use crate::domain::moment::Moment;
use crate::domain::named::named;
use crate::domain::period::Period;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Contact {
    pub first: Option<First>,
    pub face_to_face: Option<Note>,
    pub on_result: Option<OnResult>,
    pub unreachable: Option<Unreachable>,
    pub after_redo: Option<Note>,
    pub details: Option<Details>,
    pub evidence: Option<EvidenceRule>,
    pub not_needed: Option<NotNeeded>,
    pub notes: Vec<Note>,
}

named! {
    pub enum Since {
        Dispatch = "交办",
        Acceptance = "受理",
    }
}

rule! {
    /// B1: the first contact.
    pub struct First {
        since: Since,
        /// Absent: at once, and no figure is given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        within: Option<Period>,
        /// What the caller must be told then; empty where the document does not say.
        #[serde(default)]
        tells: Vec<String>,
    }
}

rule! {
    /// B1: telling the caller what came of it.
    pub struct OnResult {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        within: Option<Period>,
    }
}

named! {
    /// What makes two attempts fall into different periods.
    pub enum Apart {
        /// So many minutes between them.
        Minutes = "间隔",
        /// 上午、下午、晚间
        DayPart = "上午下午晚间",
    }
}

rule! {
    /// B2: when a caller counts as unreachable.
    pub struct Unreachable {
        attempts: u32,
        apart: Apart,
        #[serde(default)]
        minutes: u32,
        within: Period,
        /// What goes to the hotline office with the write-up.
        #[serde(default)]
        materials: Vec<Material>,
    }
}

named! {
    pub enum Detail {
        Who = "何人",
        When = "何时",
        Number = "何电话号码",
    }
}

rule! {
    /// B4: what every record of a contact must say.
    pub struct Details {
        items: Vec<Detail>,
    }
}

rule! {
    /// B4: what must be kept as proof of a contact.
    pub struct EvidenceRule {
        any: Vec<Material>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        min_seconds: Option<u32>,
        /// The day must be seen on it.
        #[serde(default)]
        dated: bool,
        /// Without it the caller counts as not contacted.
        #[serde(default)]
        or_not_contacted: bool,
    }
}

rule! {
    /// B5: no contact is owed.
    pub struct NotNeeded {
        outcomes: Vec<Outcome>,
    }
}

/// What the contact log amounts to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// No log is at hand: a text is checked by itself.
    Unknown,
    NotTried,
    Reached {
        attitude: Option<Attitude>,
    },
    /// Tried as often as the rule asks.
    Unreachable,
    /// Tried, not reached, and not yet often enough. `next` is the earliest moment at which another try counts.
    Trying {
        have: u32,
        need: u32,
        next: Option<Moment>,
    },
    /// The caller wants no contact.
    Declined,
}

impl Contact {
    pub fn standing(&self, attempts: &[Attempt], calendar: &Calendar) -> Standing {
        let mut reached = None;
        for attempt in attempts
            .iter()
            .filter(|attempt| attempt.reached() && self.proves_contact(attempt))
        {
            if self
                .not_needed
                .as_ref()
                .is_some_and(|rule| rule.outcomes.contains(&attempt.outcome))
            {
                return Standing::Declined;
            }
            reached = Some(attempt.attitude.or(reached.flatten()));
        }
        if let Some(attitude) = reached {
            return Standing::Reached { attitude };
        }
        if attempts.is_empty() {
            return Standing::NotTried;
        }
        let Some(rule) = &self.unreachable else {
            return Standing::Trying {
                have: u32::try_from(attempts.len()).unwrap_or(u32::MAX),
                need: 0,
                next: None,
            };
        };
        let mut failed: Vec<Moment> = attempts
            .iter()
            .filter(|attempt| attempt.failed() && self.proves_contact(attempt))
            .map(|attempt| attempt.at)
            .collect();
        failed.sort_unstable();
        let (have, last) = rule.counted(&failed, calendar);
        if have >= rule.attempts {
            return Standing::Unreachable;
        }
        let next = last.map(|last| match rule.apart {
            Apart::Minutes => last.plus_minutes(rule.minutes.into()),
            Apart::DayPart => next_day_part(last),
        });
        Standing::Trying {
            have,
            need: rule.attempts,
            next,
        }
    }

    /// Reached, and provably so where the document asks for proof.
    pub fn reached(&self, attempt: &Attempt) -> bool {
        attempt.reached() && self.proves_contact(attempt)
    }

    /// The caller said, in the words that the document accepts, that no contact is needed.
    pub fn declined(&self, attempts: &[Attempt]) -> bool {
        let rule = self.not_needed.as_ref();
        let accepted = |attempt: &Attempt| rule.is_some_and(|rule| rule.outcomes.contains(&attempt.outcome));
        attempts
            .iter()
            .any(|attempt| accepted(attempt) && self.proves_contact(attempt))
    }

    /// Where a rule says that a contact without proof is no contact, it must have proof.
    fn proves_contact(&self, attempt: &Attempt) -> bool {
        match &self.evidence {
            Some(rule) if rule.or_not_contacted => {
                attempt.evidence.iter().any(|proof| rule.any.contains(&proof.material))
            }
            _ => true,
        }
    }

    /// Is this record of an attempt complete?
    pub fn judge_attempt(&self, attempt: &Attempt, received: Moment, now: Moment) -> Vec<Finding> {
        let mut findings = Vec::new();
        if attempt.at > now || attempt.at < received {
            findings.push(
                finding!(refuse "contact.time")
                    .with("at", attempt.at)
                    .with("received", received)
                    .with("now", now)
                    .about("at"),
            );
        }
        if attempt.by.trim().is_empty() {
            let refusal = finding!(refuse "contact.details")
                .with("item", Detail::Who.name())
                .about("by");
            findings.push(match &self.details {
                Some(rule) => refusal.cited(&rule.cite),
                None => refusal,
            });
        }
        if let Some(rule) = &self.details {
            let number = attempt
                .from_number
                .as_ref()
                .is_some_and(|number| !number.trim().is_empty());
            // A visit has no number.
            let called = matches!(attempt.way, Way::Phone | Way::Message);
            if called && rule.items.contains(&Detail::Number) && !number {
                findings.push(
                    finding!(refuse "contact.details")
                        .with("item", Detail::Number.name())
                        .cited(&rule.cite)
                        .about("from_number"),
                );
            }
        }
        if let Some(first) = &self.first {
            let must_tell = attempt.purpose == Purpose::First && attempt.outcome == Outcome::Reached;
            if must_tell && !first.tells.is_empty() && attempt.told.trim().is_empty() {
                findings.push(
                    finding!(refuse "contact.tells")
                        .with("items", Arg::list(&first.tells))
                        .cited(&first.cite)
                        .about("told"),
                );
            }
        }
        findings
    }

    /// The proof kept for a contact that was made.
    pub fn judge_evidence(&self, attempts: &[Attempt]) -> Vec<Finding> {
        let Some(rule) = &self.evidence else { return Vec::new() };
        let Some(reached) = attempts
            .iter()
            .rev()
            .find(|attempt| attempt.outcome == Outcome::Reached)
        else {
            return Vec::new();
        };
        let proof: Vec<&Attachment> = attempts
            .iter()
            .flat_map(|attempt| &attempt.evidence)
            .filter(|proof| rule.any.contains(&proof.material))
            .collect();
        if proof.is_empty() {
            return vec![
                finding!(refuse "contact.evidence")
                    .with("materials", Arg::list(&rule.any))
                    .with("at", reached.at)
                    .cited(&rule.cite)
                    .about("evidence"),
            ];
        }
        judge_proof(&proof, rule.min_seconds, rule.dated, &rule.cite)
    }

    /// Sending the write-up of a caller who cannot be reached.
    pub fn judge_unreachable(&self, standing: &Standing, summary: &str, materials: &[Attachment]) -> Vec<Finding> {
        let mut findings = Vec::new();
        let Some(rule) = &self.unreachable else {
            if summary.trim().is_empty() {
                findings.push(finding!(refuse "flow.reason").about("summary"));
            }
            return findings;
        };
        if *standing != Standing::Unreachable {
            findings.push(self.not_tried_enough(standing, rule));
        }
        if summary.trim().is_empty() {
            findings.push(finding!(refuse "contact.write_up").cited(&rule.cite).about("summary"));
        }
        for material in &rule.materials {
            if !materials.iter().any(|attachment| attachment.material == *material) {
                findings.push(
                    finding!(refuse "contact.unreachable_material")
                        .with("material", material.name())
                        .cited(&rule.cite)
                        .about("materials"),
                );
            }
        }
        findings
    }

    fn not_tried_enough(&self, standing: &Standing, rule: &Unreachable) -> Finding {
        let (have, next) = match standing {
            Standing::Trying { have, next, .. } => (*have, *next),
            _ => (0, None),
        };
        finding!(refuse "contact.unreachable")
            .with("have", have)
            .with("need", rule.attempts)
            .with("next", next.map_or_else(String::new, |next| next.to_string()))
            .cited(&rule.cite)
            .about("contact")
    }

    /// Before a reply goes out the caller must have been reached, or tried as the rule asks, or have declined.
    pub fn judge_before_reply(&self, standing: &Standing, redo: bool, write_up_sent: bool) -> Vec<Finding> {
        match standing {
            Standing::Unknown | Standing::Reached { .. } | Standing::Declined => Vec::new(),
            Standing::Unreachable => match (&self.after_redo, &self.unreachable) {
                (Some(rule), _) if redo => {
                    vec![finding!(refuse "contact.after_redo").cited(&rule.cite).about("contact")]
                }
                (_, Some(rule)) if !write_up_sent => {
                    vec![finding!(refuse "contact.report").cited(&rule.cite).about("contact")]
                }
                _ => Vec::new(),
            },
            Standing::NotTried | Standing::Trying { .. } => match (&self.after_redo, &self.unreachable) {
                (Some(rule), _) if redo => {
                    vec![finding!(refuse "contact.after_redo").cited(&rule.cite).about("contact")]
                }
                (_, Some(rule)) => vec![self.not_tried_enough(standing, rule)],
                // No rule on when a caller counts as unreachable: it is told with its reason, and the office decides.
                (_, None) if write_up_sent => Vec::new(),
                (_, None) => match self.asks_for_contact() {
                    Some(cite) => vec![finding!(refuse "contact.none").cited(cite).about("contact")],
                    None => Vec::new(),
                },
            },
        }
    }

    /// The clause, if any, by which the caller has to be contacted at all.
    fn asks_for_contact(&self) -> Option<&Cite> {
        let first = self.first.as_ref().map(|rule| &rule.cite);
        first
            .or(self.on_result.as_ref().map(|rule| &rule.cite))
            .or(self.details.as_ref().map(|rule| &rule.cite))
    }
}

impl Unreachable {
    /// The most attempts that count together, and the last of them. `failed` is in order of time.
    fn counted(&self, failed: &[Moment], calendar: &Calendar) -> (u32, Option<Moment>) {
        let mut best = (0, None);
        for (start, &first) in failed.iter().enumerate() {
            let mut last = first;
            let mut parts = 1 << day_part(first);
            let mut have = 1;
            for &at in failed[start + 1..]
                .iter()
                .take_while(|at| self.together(first, **at, calendar))
            {
                let part: u8 = 1 << day_part(at);
                let other_period = match self.apart {
                    Apart::Minutes => at.minutes_since(last) >= i64::from(self.minutes),
                    Apart::DayPart => parts & part == 0,
                };
                if other_period {
                    have += 1;
                    last = at;
                    parts |= part;
                }
            }
            if have > best.0 {
                best = (have, Some(last));
            }
        }
        best
    }

    /// From the first to the last no more working time than `within` comes to.
    fn together(&self, first: Moment, at: Moment, calendar: &Calendar) -> bool {
        match self.within {
            Period::WorkDays(days) => {
                calendar.working_minutes_between(first, at) <= i64::from(days) * i64::from(calendar.day_minutes())
            }
            other => at <= calendar.due(first, other).at,
        }
    }
}

/// A recording or a screenshot of a call: long enough, and with its day.
pub fn judge_proof(proof: &[&Attachment], min_seconds: Option<u32>, dated: bool, cite: &Cite) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some(min) = min_seconds {
        let longest = proof.iter().filter_map(|item| item.seconds).max();
        if longest.is_none_or(|longest| longest < min) {
            findings.push(
                finding!(refuse "contact.too_short")
                    .with("seconds", longest.unwrap_or(0))
                    .with("min", min)
                    .cited(cite)
                    .about("evidence"),
            );
        }
    }
    if dated && proof.iter().all(|item| item.shows.is_none()) {
        findings.push(finding!(refuse "contact.undated").cited(cite).about("evidence"));
    }
    findings
}

const NOON: u32 = 12 * 60;
const EVENING: u32 = 18 * 60;

/// 上午、下午、晚间
fn day_part(at: Moment) -> u8 {
    match at.minute_of_day() {
        minute if minute < NOON => 0,
        minute if minute < EVENING => 1,
        _ => 2,
    }
}

fn next_day_part(at: Moment) -> Moment {
    let midnight = Moment::midnight(at.date());
    match day_part(at) {
        0 => midnight.plus_minutes(NOON.into()),
        1 => midnight.plus_minutes(EVENING.into()),
        _ => Moment::end_of(at.date()),
    }
}
