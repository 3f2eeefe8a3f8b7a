//! What lists, searches and statistics read of a ticket. All of it follows from the intake, the events and the laws, so
//! it can be made anew at any time.

use chrono::{Datelike, Weekday};

use crate::api::ticket::{Pending, Summary};
use crate::calendar::Calendar;
use crate::domain::action::{ActionKind, Alert};
use crate::domain::contact::Attempt;
use crate::domain::element::Attitude;
use crate::domain::event::{Event, Recorded};
use crate::domain::ids::UnitId;
use crate::domain::intake::Showing;
use crate::domain::material::Attachment;
use crate::domain::moment::Moment;
use crate::domain::ticket::{Stage, Ticket};
use crate::flow::{Assessment, Duty, assess};
use crate::rules::Rulebook;
use crate::server::clock::seconds;
use crate::server::mask::Mask;
use crate::server::store::tokens;

/// Where a ticket without a limit stands in the order of limits: last.
pub const NEVER: i64 = i64::MAX;

/// One row of `tickets`, with what belongs to it in the tables beside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Projection {
    pub no: String,
    pub version: i64,
    pub seq: i64,
    pub unit: String,
    pub stage: Stage,
    pub live: bool,
    pub kind: &'static str,
    pub channel: String,
    pub alert: Alert,
    pub received: i64,
    pub due: i64,
    pub return_until: Option<i64>,
    pub runs: bool,
    pub secret: bool,
    pub redos: i64,
    pub key: bool,
    pub pending: Option<Pending>,
    pub signers: i64,
    pub next_signer: &'static str,
    pub caller: String,
    pub place: String,
    /// When the server itself has something to do next.
    pub wakes: Option<i64>,
    pub week: String,
    pub month: String,
    pub figures: Figures,
    pub co_units: Vec<(UnitId, bool)>,
    pub blobs: Vec<String>,
    pub summary: String,
}

/// What the rates are counted from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    pub responded: bool,
    pub finished: bool,
    pub overdue: bool,
    pub redone: bool,
    pub rated: bool,
    pub solved: bool,
    pub satisfied: bool,
}

impl Projection {
    pub fn of(ticket: &Ticket, seq: i64, book: &Rulebook, calendar: &Calendar, now: Moment) -> Self {
        let assessment = assess(ticket, book, calendar, now);
        let intake = &ticket.intake;
        let mask = Mask::of(intake);
        let due = assessment.due();
        let runs = ticket.submitted.is_none() && ticket.finished.is_none();
        let returnable = assessment.may(ActionKind::Return).allows();
        let return_until = assessment
            .obligation(Duty::Return)
            .and_then(|duty| duty.due)
            .filter(|_| returnable && ticket.stage.with_the_unit());
        let next_signer = (ticket.stage == Stage::Signing)
            .then(|| assessment.chain.next(assessment.signed))
            .flatten();
        let co_units: Vec<(UnitId, bool)> = co_units(ticket);
        let open = intake.caller.showing == Showing::Open;
        let key = book.bulletin.key_class(&intake.classes).is_some() || ticket.supervised.is_some();
        let summary = Summary {
            no: intake.no.clone(),
            version: ticket.version,
            seq,
            book: intake.book.clone(),
            unit: ticket.unit.clone(),
            co_units: co_units.iter().map(|(unit, _)| unit.clone()).collect(),
            stage: ticket.stage,
            kind: intake.kind,
            channel: intake.channel.clone(),
            urgency: intake.urgency,
            classes: intake.classes.clone(),
            title: mask.text(&intake.title),
            place: mask.text(&intake.place),
            received: intake.received,
            due,
            provisional: assessment.obligation(Duty::Finish).is_some_and(|duty| duty.provisional),
            return_until,
            alert: ticket.alert,
            redos: ticket.redo_count(),
            key,
            secret: !open,
            attempts: u32::try_from(ticket.attempts_now().len()).unwrap_or(u32::MAX),
            pending: pending(ticket),
            next_signer,
            submitted: ticket.submitted,
            finished: ticket.finished,
        };
        Self {
            no: intake.no.0.clone(),
            version: i64::try_from(ticket.version).unwrap_or(i64::MAX),
            seq,
            unit: ticket.unit.as_ref().map_or_else(String::new, |unit| unit.0.clone()),
            stage: ticket.stage,
            live: !ticket.stage.over() || ticket.planned(),
            kind: intake.kind.name(),
            channel: intake.channel.clone(),
            alert: ticket.alert,
            received: seconds(intake.received),
            due: due.map_or(NEVER, seconds),
            return_until: return_until.map(seconds),
            runs,
            secret: !open,
            redos: i64::from(ticket.redo_count()),
            key,
            pending: summary.pending,
            signers: i64::from(assessment.chain.bits()),
            next_signer: next_signer.map_or("", |role| role.name()),
            caller: if open {
                digits(&intake.caller.phone)
            } else {
                String::new()
            },
            // Where it is the caller's own it is no place that others share.
            place: Some(mask.text(&intake.place))
                .filter(|place| *place == intake.place)
                .unwrap_or_default(),
            wakes: wakes(ticket, &assessment, book, calendar).map(seconds),
            week: week(intake.received),
            month: intake.received.date().format("%Y-%m").to_string(),
            figures: figures(ticket, due),
            co_units,
            blobs: blobs(ticket),
            summary: serde_json::to_string(&summary).unwrap_or_default(),
        }
    }
}

fn digits(phone: &str) -> String {
    phone.chars().filter(char::is_ascii_digit).collect()
}

/// `2026-W47`.
fn week(at: Moment) -> String {
    let week = at.date().week(Weekday::Mon).first_day().iso_week();
    format!("{}-W{:02}", week.year(), week.week())
}

fn co_units(ticket: &Ticket) -> Vec<(UnitId, bool)> {
    let mut units: Vec<(UnitId, bool)> = Vec::new();
    for other in ticket.co_handling.iter().filter(|other| other.released.is_none()) {
        match units.iter_mut().find(|(unit, _)| *unit == other.unit) {
            Some((_, open)) => *open |= other.open(),
            None => units.push((other.unit.clone(), other.open())),
        }
    }
    units
}

fn pending(ticket: &Ticket) -> Option<Pending> {
    if ticket.stage == Stage::ReturnAsked {
        return Some(Pending::Return);
    }
    [
        (
            Pending::Extension,
            ticket.extensions.last().is_some_and(|asked| asked.pending()),
        ),
        (
            Pending::Suspension,
            ticket.suspensions.last().is_some_and(|asked| asked.pending()),
        ),
        (
            Pending::Exemption,
            ticket.exemptions.last().is_some_and(|asked| asked.pending()),
        ),
    ]
    .into_iter()
    .find_map(|(pending, waits)| waits.then_some(pending))
}

/// The next moment at which the clock itself does something: an alert, or silence that counts as acceptance.
fn wakes(ticket: &Ticket, assessment: &Assessment<'_, '_>, book: &Rulebook, calendar: &Calendar) -> Option<Moment> {
    let alert = if assessment.alert > ticket.alert {
        // Reached and not raised yet: as soon as may be.
        ticket.clock_start
    } else {
        assessment.alert_changes
    };
    let silence = book
        .accepting
        .confirm
        .as_ref()
        .filter(|rule| rule.silence_accepts && ticket.stage == Stage::Dispatched)
        .and_then(|rule| Some(calendar.due(ticket.clock_start?, rule.within?).at.just_after()));
    [alert, silence].into_iter().flatten().min()
}

fn figures(ticket: &Ticket, due: Option<Moment>) -> Figures {
    let rating = ticket.rating();
    let done = ticket.submitted.or(ticket.finished);
    Figures {
        responded: !ticket.attempts.is_empty() || ticket.submitted.is_some() || ticket.first_submitted.is_some(),
        finished: ticket.finished.is_some(),
        overdue: done.is_some_and(|done| due.is_some_and(|due| done > due)),
        redone: !ticket.redos.is_empty(),
        rated: rating.is_some_and(|rating| rating != Attitude::Unsaid),
        solved: ticket.finished.is_some() && ticket.reply().is_some_and(|version| version.reply.finished),
        satisfied: rating
            .is_some_and(|rating| matches!(rating, Attitude::Satisfied | Attitude::Fair | Attitude::Understands)),
    }
}

/// Every stored file that the ticket itself names, each once; what else events name is in `blobs_in`.
fn blobs(ticket: &Ticket) -> Vec<String> {
    let in_attempts = ticket.attempts.iter().flat_map(|attempt: &Attempt| &attempt.evidence);
    let in_replies = ticket.replies.iter().flat_map(|version| &version.reply.attachments);
    let in_returns = ticket.returns.iter().flat_map(|record| &record.request.materials);
    let in_exemptions = ticket.exemptions.iter().flat_map(|asked| &asked.request.materials);
    let mut blobs: Vec<String> = ticket
        .intake
        .attachments
        .iter()
        .chain(in_attempts)
        .chain(in_replies)
        .chain(in_returns)
        .chain(in_exemptions)
        .filter_map(|attachment: &Attachment| attachment.blob.clone())
        .collect();
    blobs.sort_unstable();
    blobs.dedup();
    blobs
}

/// Every stored file that an event names.
pub fn blobs_in(recorded: &Recorded) -> Vec<String> {
    let attachments: &[Attachment] = match &recorded.event {
        Event::EvidenceHandedIn { materials, .. }
        | Event::UnreachableReported { materials, .. }
        | Event::CoHandlingAsked { materials, .. }
        | Event::CoHandlingAnswered { materials, .. }
        | Event::CaseFiled { materials, .. }
        | Event::CommendationClaimed { materials, .. } => materials,
        _ => &[],
    };
    attachments
        .iter()
        .filter_map(|attachment| attachment.blob.clone())
        .collect()
}

/// What a search finds a ticket by: what was taken down and what was written since, without a secret caller.
pub fn words(ticket: &Ticket, events: &[Recorded]) -> String {
    let intake = &ticket.intake;
    let mask = Mask::of(intake);
    let mut texts: Vec<&str> = vec![&intake.no.0, &intake.title, &intake.place, &intake.content];
    texts.extend([
        &*intake.story.people,
        &intake.story.cause,
        &intake.story.course,
        &intake.story.demand,
    ]);
    texts.extend(intake.points.iter().map(String::as_str));
    if intake.caller.showing == Showing::Open {
        texts.extend([&*intake.caller.name, &intake.caller.phone, &intake.caller.address]);
    }
    let mut text = texts.join("\n");
    for recorded in events {
        if let Ok(event) = serde_json::to_value(&recorded.event) {
            written(&event, "", &mut text);
        }
    }
    tokens::words(&mask.text(&text)).join(" ")
}

/// The keys under which people write freely; the others hold names out of closed lists, numbers and moments.
const WRITTEN: &[&str] = &[
    "text",
    "reason",
    "note",
    "summary",
    "told",
    "request",
    "facts",
    "stage_result",
    "plan",
    "basis",
    "process",
    "result",
    "handler",
    "verified",
    "suggested_unit",
    "remedy",
];

/// Whether an event holds words that a search should find.
pub fn is_written(recorded: &Recorded) -> bool {
    let mut text = String::new();
    if let Ok(event) = serde_json::to_value(&recorded.event) {
        written(&event, "", &mut text);
    }
    text.chars().any(|c| !c.is_whitespace())
}

/// Whether an event may change which units help.
pub fn moves_helpers(recorded: &Recorded) -> bool {
    matches!(
        recorded.event,
        Event::Dispatched { .. }
            | Event::CoHandlingAsked { .. }
            | Event::CoHandlingAnswered { .. }
            | Event::CoHandlingReleased { .. }
            | Event::ReturnApproved { .. }
            | Event::Designated { .. }
            | Event::Claimed { .. }
    )
}

fn written(value: &serde_json::Value, key: &str, into: &mut String) {
    match value {
        serde_json::Value::String(text) if WRITTEN.contains(&key) => {
            into.push('\n');
            into.push_str(text);
        }
        serde_json::Value::Array(items) => items.iter().for_each(|item| written(item, key, into)),
        serde_json::Value::Object(fields) => fields.iter().for_each(|(key, value)| written(value, key, into)),
        _ => {}
    }
}
