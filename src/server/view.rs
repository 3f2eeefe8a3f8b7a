//! A ticket as it goes out: its summary, its intake and events without a secret caller, and what they come to by the
//! server's clock.

use serde::Serialize;
use serde_json::value::RawValue;

use crate::api::ticket::{AssessmentView, ObligationView, PermissionView};
use crate::calendar::Calendar;
use crate::domain::event::Recorded;
use crate::domain::intake::Intake;
use crate::domain::moment::Moment;
use crate::flow::{Assessment, Permission, assess};
use crate::server::mask::Mask;
use crate::server::store::StoreError;
use crate::server::store::load::Loaded;
use crate::server::store::projection::Projection;

/// The same form as `api::ticket::TicketView`, with the parts that are JSON already left as they are.
#[derive(Serialize)]
struct View<'a> {
    summary: &'a RawValue,
    intake: &'a Intake,
    events: Events<'a>,
    assessment: AssessmentView,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Events<'a> {
    Open(&'a [Recorded]),
    Masked(Vec<serde_json::Value>),
}

/// JSON of a `TicketView`.
pub fn ticket(loaded: &Loaded, calendar: &Calendar, now: Moment) -> Result<Box<RawValue>, StoreError> {
    let what = || format!("ticket {}", loaded.id);
    let unreadable = |error| StoreError::unreadable(what(), error);
    let summary = Projection::of(&loaded.ticket, loaded.seq, &loaded.book, calendar, now).summary;
    let summary = RawValue::from_string(summary).map_err(unreadable)?;
    let mask = Mask::of(&loaded.ticket.intake);
    let masked;
    let (intake, events) = if loaded.ticket.intake.caller.showing == crate::domain::intake::Showing::Open {
        (&loaded.ticket.intake, Events::Open(&loaded.events))
    } else {
        masked = mask.intake(&loaded.ticket.intake);
        let events = loaded.events.iter().map(|event| mask.event(event)).collect();
        (&masked, Events::Masked(events))
    };
    let assessment = assess(&loaded.ticket, &loaded.book, calendar, now);
    let view = View {
        summary: &summary,
        intake,
        events,
        assessment: judged(&assessment, now),
    };
    serde_json::value::to_raw_value(&view).map_err(unreadable)
}

fn judged(assessment: &Assessment<'_, '_>, now: Moment) -> AssessmentView {
    AssessmentView {
        now,
        alert: assessment.alert,
        alert_cite: assessment.alert_cite.map(ToString::to_string),
        alert_changes: assessment.alert_changes,
        obligations: assessment
            .obligations
            .iter()
            .map(|owed| ObligationView {
                duty: owed.duty,
                due: owed.due,
                state: owed.state,
                provisional: owed.provisional,
                cite: owed.cite.to_string(),
            })
            .collect(),
        chain: assessment.chain.roles().collect(),
        signed: assessment.signed.roles().collect(),
        weight: assessment.weight,
        actions: assessment
            .allowed()
            .map(|(action, permission)| {
                let (rule, cite) = match permission {
                    Permission::No { why, cite } => (Some(why.rule().to_owned()), cite.map(ToString::to_string)),
                    _ => (None, None),
                };
                PermissionView {
                    action,
                    allowed: permission.allows(),
                    unregulated: permission == Permission::Unregulated,
                    rule,
                    cite,
                }
            })
            .collect(),
    }
}
