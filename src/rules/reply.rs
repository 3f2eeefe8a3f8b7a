//! `[reply]`: what a reply must contain, attach and be backed by, and the verdict on a drafted one. Finding the
//! elements in its words is `elements`' work; this file only judges. (RULES.md C1–C4, C6, C8)

use serde::{Deserialize, Serialize};

use super::clause::{Cite, Note, rule};
use super::contact::{Standing, judge_proof};
use super::elements::{FlagKind, Reading, Span};
use super::finding::{Arg, Finding, finding};
use crate::domain::element::{Attitude, Element};
use crate::domain::intake::Kind;
use crate::domain::material::{Attachment, Material};
use crate::domain::reply::ReplyFields;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ReplyRules {
    pub elements: Vec<Required>,
    pub emergency_hour: Option<EmergencyHour>,
    pub unfinished: Option<Unfinished>,
    pub points: Option<Note>,
    pub attachments: Vec<AttachmentRule>,
    pub documents: Vec<DocumentRule>,
    pub evasive: Option<Note>,
    pub consistent: Option<Note>,
    pub notes: Vec<Note>,
}

rule! {
    /// One element that a reply must have.
    pub struct Required {
        /// The name the document gives it, where that is not the element's own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        label: Option<String>,
        /// Any one of these will do.
        any: Vec<Element>,
        /// Empty: tickets of every kind.
        #[serde(default)]
        kinds: Vec<Kind>,
    }
}

rule! {
    /// In an emergency the time is given to the hour.
    pub struct EmergencyHour {
        /// Special classes that count as emergencies; the ticket's urgency may make it one too.
        #[serde(default)]
        classes: Vec<String>,
    }
}

rule! {
    /// C2: what a reply must say of a matter that is not finished.
    pub struct Unfinished {
        elements: Vec<Element>,
    }
}

rule! {
    /// C4: what goes with every reply.
    pub struct AttachmentRule {
        any: Vec<Material>,
        least: u32,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        most: Option<u32>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        min_seconds: Option<u32>,
        #[serde(default)]
        dated: bool,
        /// Only where the caller was reached; otherwise the write-up takes its place.
        #[serde(default)]
        when_reached: bool,
    }
}

rule! {
    /// C6: a formal document that a channel asks for.
    pub struct DocumentRule {
        material: Material,
        #[serde(default)]
        channels: Vec<String>,
        #[serde(default)]
        sealed: bool,
    }
}

/// A reply and what is known around it.
#[derive(Clone, Copy, Debug)]
pub struct Draft<'a> {
    pub text: &'a str,
    pub reading: &'a Reading,
    pub fields: &'a ReplyFields,
    pub attachments: &'a [Attachment],
    pub kind: Option<Kind>,
    pub channel: Option<&'a str>,
    pub emergency: bool,
    pub finished: bool,
    /// The caller's demands, and which of them the officer ticked off.
    pub points: &'a [String],
    pub answered: &'a [usize],
    pub standing: &'a Standing,
    /// The caller's own number, which must not stand in a text that goes round.
    pub caller_phone: Option<&'a str>,
}

/// One element of the gauge beside the draft.
#[derive(Clone, Debug, PartialEq)]
pub struct ElementState<'a> {
    pub element: Element,
    pub found: bool,
    pub required: bool,
    pub cite: Option<&'a Cite>,
    pub evidence: &'a [Span],
}

/// The checker's answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict<'a> {
    pub elements: Vec<ElementState<'a>>,
    pub findings: Vec<Finding>,
}

impl Verdict<'_> {
    pub fn ok(&self) -> bool {
        !self.findings.iter().any(Finding::refuses)
    }
}

impl Required {
    fn is_for(&self, kind: Option<Kind>) -> bool {
        self.kinds.is_empty() || kind.is_some_and(|kind| self.kinds.contains(&kind))
    }

    /// Whether the rule wants this very element: not where another one, or the write-up, already serves.
    fn asks(&self, element: Element, draft: &Draft<'_>, stands_in: bool) -> bool {
        let served = stands_in && self.is_replaced() || self.any.iter().any(|other| draft.gives(*other));
        self.is_for(draft.kind) && self.any.contains(&element) && (draft.gives(element) || !served)
    }

    fn is_replaced(&self) -> bool {
        self.any.iter().any(|element| replaced_by_write_up(*element))
    }
}

impl Draft<'_> {
    fn gives(&self, element: Element) -> bool {
        self.reading.has(element) || self.fields.gives(element)
    }

    fn has(&self, materials: &[Material]) -> usize {
        self.attachments
            .iter()
            .filter(|item| materials.contains(&item.material))
            .count()
    }

    /// The matter is open: the officer says so, or the words do.
    fn unfinished(&self) -> bool {
        !self.finished || self.reading.says_unfinished().is_some()
    }
}

impl ReplyRules {
    /// Is everything there that the document asks of this reply?
    pub fn judge<'a>(&'a self, draft: &Draft<'a>) -> Verdict<'a> {
        let mut findings = Vec::new();
        let stands_in = stands_in(draft, &mut findings);
        findings.extend(self.judge_elements(draft, stands_in));
        findings.extend(self.judge_precision(draft));
        findings.extend(self.judge_points(draft));
        findings.extend(self.contradictions(draft));
        findings.extend(self.judge_flags(draft));
        Verdict {
            elements: self.gauge(draft, stands_in),
            findings,
        }
    }

    /// What must be attached; apart from the words, because the text alone can be checked too.
    pub fn judge_attachments(&self, draft: &Draft<'_>) -> Vec<Finding> {
        let mut findings = Vec::new();
        let reached = matches!(draft.standing, Standing::Reached { .. });
        for rule in self.attachments.iter().filter(|rule| reached || !rule.when_reached) {
            let have = draft.has(&rule.any);
            if have < rule.least as usize {
                findings.push(
                    finding!(refuse "reply.attachment")
                        .with("materials", Arg::list(&rule.any))
                        .with("least", rule.least)
                        .with("have", have)
                        .cited(&rule.cite)
                        .about("attachments"),
                );
                continue;
            }
            if let Some(most) = rule.most.filter(|most| have > *most as usize) {
                findings.push(
                    finding!(refuse "reply.too_many_attachments")
                        .with("materials", Arg::list(&rule.any))
                        .with("most", most)
                        .with("have", have)
                        .cited(&rule.cite)
                        .about("attachments"),
                );
            }
            let proof: Vec<&Attachment> = draft
                .attachments
                .iter()
                .filter(|item| rule.any.contains(&item.material))
                .collect();
            findings.extend(judge_proof(&proof, rule.min_seconds, rule.dated, &rule.cite));
        }
        for rule in &self.documents {
            let concerned = rule.channels.is_empty()
                || draft
                    .channel
                    .is_some_and(|channel| rule.channels.iter().any(|name| name == channel));
            let there = draft.attachments.iter().find(|item| item.material == rule.material);
            let refusal = match there {
                None => finding!(refuse "reply.document"),
                Some(document) if rule.sealed && !document.sealed => finding!(refuse "reply.seal"),
                Some(_) => continue,
            };
            if concerned {
                findings.push(
                    refusal
                        .with("material", rule.material.name())
                        .cited(&rule.cite)
                        .about("attachments"),
                );
            }
        }
        findings
    }

    fn gauge<'a>(&'a self, draft: &Draft<'a>, stands_in: bool) -> Vec<ElementState<'a>> {
        let state = |element: Element| {
            let by_rule = self.elements.iter().find(|rule| rule.asks(element, draft, stands_in));
            let unfinished = self
                .unfinished
                .as_ref()
                .filter(|rule| draft.unfinished() && rule.elements.contains(&element));
            ElementState {
                element,
                found: draft.gives(element),
                required: by_rule.is_some() || unfinished.is_some(),
                cite: by_rule.map(|rule| &rule.cite).or(unfinished.map(|rule| &rule.cite)),
                evidence: draft.reading.evidence(element),
            }
        };
        Element::ALL.iter().copied().map(state).collect()
    }

    fn judge_elements(&self, draft: &Draft<'_>, stands_in: bool) -> Vec<Finding> {
        let mut findings = Vec::new();
        for rule in self.elements.iter().filter(|rule| rule.is_for(draft.kind)) {
            if stands_in && rule.is_replaced() || rule.any.iter().any(|element| draft.gives(*element)) {
                continue;
            }
            findings.push(missing(&rule.any, rule.label.as_deref()).cited(&rule.cite));
        }
        if let Some(rule) = self.unfinished.as_ref().filter(|_| draft.unfinished()) {
            for element in rule.elements.iter().filter(|element| !draft.gives(**element)) {
                let already = self
                    .elements
                    .iter()
                    .any(|required| required.is_for(draft.kind) && required.any == [*element]);
                if !already {
                    findings.push(
                        finding!(refuse "reply.unfinished")
                            .with(
                                "element",
                                Arg::Term {
                                    prefix: "element",
                                    name: element.name(),
                                },
                            )
                            .cited(&rule.cite)
                            .about(element.name()),
                    );
                }
            }
        }
        findings
    }

    fn judge_precision(&self, draft: &Draft<'_>) -> Option<Finding> {
        let rule = self.emergency_hour.as_ref().filter(|_| draft.emergency)?;
        let by_field = draft.fields.time.is_some() && draft.fields.time_to_the_hour;
        let vague = draft.gives(Element::Time) && !draft.reading.time_to_the_hour() && !by_field;
        vague.then(|| finding!(refuse "reply.emergency_hour").cited(&rule.cite).about("time"))
    }

    fn judge_points(&self, draft: &Draft<'_>) -> Vec<Finding> {
        let open = super::elements::unanswered(draft.text, draft.points);
        let open = open.into_iter().filter(|point| !draft.answered.contains(point));
        open.map(|point| {
            let demand = draft.points.get(point).cloned().unwrap_or_default();
            match &self.points {
                Some(rule) => finding!(refuse "reply.points").cited(&rule.cite),
                None => finding!(warn "reply.points"),
            }
            .with("number", point + 1)
            .with("demand", demand)
            .about("points")
        })
        .collect()
    }

    /// Fields, log and words must not say different things.
    fn contradictions(&self, draft: &Draft<'_>) -> Vec<Finding> {
        let mut findings = Vec::new();
        let said = draft.reading.attitude();
        if let (Some(field), Some(said)) = (draft.fields.satisfaction, said)
            && !field.agrees_with(said)
        {
            findings.push(differs(finding!(refuse "reply.field_attitude"), field, said));
        }
        let stated = said.or(draft.fields.satisfaction);
        match (draft.standing, stated) {
            (Standing::Reached { attitude: Some(logged) }, Some(stated)) if !logged.agrees_with(stated) => {
                findings.push(differs(finding!(refuse "reply.log_attitude"), *logged, stated));
            }
            (Standing::NotTried | Standing::Trying { .. } | Standing::Unreachable, Some(stated))
                if stated != Attitude::Unsaid =>
            {
                findings.push(
                    finding!(refuse "reply.log_no_contact")
                        .with("words", stated.name())
                        .about("satisfaction"),
                );
            }
            (Standing::Reached { .. }, None) => {
                if let Some(span) = draft.reading.says_unreachable() {
                    findings.push(
                        finding!(refuse "reply.log_reached")
                            .about("contact")
                            .at(span.start, span.end),
                    );
                }
            }
            _ => {}
        }
        findings.extend(field_against_words(draft));
        match &self.consistent {
            Some(rule) => findings.into_iter().map(|finding| finding.cited(&rule.cite)).collect(),
            None => findings,
        }
    }

    fn judge_flags(&self, draft: &Draft<'_>) -> Vec<Finding> {
        let mut findings = Vec::new();
        let flags = draft.reading.flags();
        // Spans count characters; a text full of flags must not be walked from its start for each.
        let characters: Vec<char> = match flags {
            [] => Vec::new(),
            _ => draft.text.chars().collect(),
        };
        for flag in flags {
            let words: String = characters[flag.span.start..flag.span.end].iter().collect();
            let finding = match flag.kind {
                FlagKind::Placeholder => finding!(refuse "reply.placeholder").with("words", words),
                FlagKind::Evasive => match &self.evasive {
                    Some(rule) => finding!(refuse "reply.evasive").with("words", words).cited(&rule.cite),
                    None => finding!(warn "reply.evasive").with("words", words),
                },
                FlagKind::Rude => finding!(warn "reply.rude").with("words", words),
                // What leaked is never repeated in the message.
                FlagKind::LeakedId => finding!(refuse "reply.leaked_id"),
                FlagKind::LeakedPhone if is_callers(&words, draft.caller_phone) => {
                    finding!(refuse "reply.leaked_phone")
                }
                FlagKind::LeakedPhone => finding!(warn "reply.leaked_phone"),
            };
            findings.push(finding.about("text").at(flag.span.start, flag.span.end));
        }
        findings
    }
}

fn is_callers(words: &str, caller: Option<&str>) -> bool {
    caller.is_some_and(|caller| !digits(caller).is_empty() && digits(words).contains(&digits(caller)))
}

fn missing(any: &[Element], label: Option<&str>) -> Finding {
    let refusal = finding!(refuse "reply.element");
    let field = any.first().map_or("text", |element| element.name());
    let refusal = match label {
        Some(label) => refusal.with("element", label),
        None => refusal.with(
            "element",
            Arg::Terms {
                prefix: "element",
                names: any.iter().map(|element| element.name()).collect(),
            },
        ),
    };
    let mut refusal = refusal.about(field);
    // The mend is the element's own: a skeleton sentence to start from.
    if let Some(element) = any.first() {
        refusal.fix.args.push((
            "skeleton",
            Arg::Term {
                prefix: "skeleton",
                name: element.name(),
            },
        ));
    }
    refusal
}

fn replaced_by_write_up(element: Element) -> bool {
    matches!(element, Element::Satisfaction | Element::Contact)
}

/// Whether the write-up of a caller who was not to be reached, or wanted no contact, takes the place of their opinion.
/// Where there is no log to prove it, the words are believed and the officer is told what the log will have to show.
fn stands_in(draft: &Draft<'_>, findings: &mut Vec<Finding>) -> bool {
    match draft.standing {
        Standing::Unreachable | Standing::Declined => true,
        Standing::Unknown => {
            let said = draft.reading.says_unreachable().or(draft.reading.says_declined());
            if let Some(span) = said {
                findings.push(
                    finding!(warn "reply.not_reached")
                        .about("contact")
                        .at(span.start, span.end),
                );
            }
            said.is_some()
        }
        Standing::NotTried | Standing::Reached { .. } | Standing::Trying { .. } => false,
    }
}

/// What was typed into a field against what the words say of the same thing.
fn field_against_words(draft: &Draft<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some(time) = draft.fields.time {
        let dates: Vec<_> = draft.reading.times().iter().filter_map(|time| time.date).collect();
        if !dates.is_empty() && !dates.contains(&time.date()) {
            findings.push(
                finding!(refuse "reply.field_time")
                    .with("field", time.date().to_string())
                    .with("words", Arg::list(&dates))
                    .about("time"),
            );
        }
    }
    let number = digits(&draft.fields.phone);
    let phones = draft.reading.phones();
    if number.len() >= SHORTEST_PHONE && !phones.is_empty() && !phones.iter().any(|phone| phone.number == number) {
        findings.push(finding!(warn "reply.field_phone").about("phone"));
    }
    let names: Vec<&str> = draft
        .reading
        .handlers()
        .iter()
        .filter_map(|handler| handler.name.as_deref())
        .collect();
    let field = &draft.fields.handler;
    if !field.trim().is_empty() && !names.is_empty() && !names.iter().any(|name| field.contains(name)) {
        findings.push(
            finding!(warn "reply.field_handler")
                .with("field", field.as_str())
                .with("words", Arg::list(&names))
                .about("handler"),
        );
    }
    findings
}

const SHORTEST_PHONE: usize = 7;

fn differs(finding: Finding, one: Attitude, other: Attitude) -> Finding {
    finding
        .with("one", one.name())
        .with("other", other.name())
        .about("satisfaction")
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}
