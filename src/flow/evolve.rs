//! What an event makes of a ticket. Nothing is judged here: an event has happened, whatever the rules say today.

use crate::domain::action::Alert;
use crate::domain::contact::Attempt;
use crate::domain::event::{Event, Recorded};
use crate::domain::ids::UnitId;
use crate::domain::intake::Intake;
use crate::domain::moment::Moment;
use crate::domain::reply::Reply;
use crate::domain::request::{Decided, Requested};
use crate::domain::ticket::{
    Accepted, Callback, CoHandling, Dispute, Progress, Redo, ReplyVersion, ReturnRecord, Signature, Stage, Ticket,
};

/// A ticket from its intake and all that happened since.
pub fn fold<'a>(intake: Intake, events: impl IntoIterator<Item = &'a Recorded>) -> Ticket {
    events.into_iter().fold(Ticket::new(intake), evolve)
}

pub fn evolve(mut ticket: Ticket, recorded: &Recorded) -> Ticket {
    let at = recorded.at;
    ticket.version += 1;
    match &recorded.event {
        Event::Dispatched { unit, co_units, .. } => {
            hand_to(&mut ticket, unit, at, at);
            ask_others(&mut ticket, co_units, at);
        }
        Event::AnsweredDirectly { .. } => {
            ticket.stage = Stage::Passed;
            ticket.passed = Some(at);
            ticket.finished = Some(at);
        }
        Event::Accepted { by_silence, since } => {
            ticket.accepted = Some(Accepted {
                at: *since,
                by_silence: *by_silence,
            });
            ticket.stage = Stage::Handling;
        }
        Event::ReturnAsked(request) => {
            let unit = ticket.unit.clone().unwrap_or_else(|| recorded.by.unit.clone());
            ticket.returns.push(ReturnRecord {
                unit,
                asked: at,
                request: request.clone(),
                decided: None,
            });
            ticket.stage = Stage::ReturnAsked;
        }
        Event::ReturnApproved { reason, .. } => {
            decide_return(&mut ticket, at, true, reason);
            lapse_requests(&mut ticket, at);
            ticket.unit = None;
            ticket.accepted = None;
            ticket.clock_start = None;
            ticket.stage = Stage::Taken;
        }
        Event::ReturnRefused { reason } => {
            decide_return(&mut ticket, at, false, reason);
            ticket.stage = if ticket.accepted.is_some() {
                Stage::Handling
            } else {
                Stage::Dispatched
            };
        }
        Event::DisputeOpened { .. } => {
            ticket.dispute = Some(Dispute {
                opened: at,
                evidence: Vec::new(),
            })
        }
        Event::EvidenceHandedIn { .. } => {
            if let Some(dispute) = &mut ticket.dispute {
                dispute.evidence.push((recorded.by.unit.clone(), at));
            }
        }
        Event::Designated {
            unit,
            clock_start,
            reason,
            ..
        } => {
            if ticket.stage == Stage::ReturnAsked {
                decide_return(&mut ticket, at, false, reason);
            }
            hand_to(&mut ticket, unit, at, *clock_start);
            ticket.designated = true;
        }
        Event::Claimed {
            unit,
            note,
            clock_start,
        } => {
            if ticket.stage == Stage::ReturnAsked {
                let another = ticket.unit.as_ref() != Some(unit);
                decide_return(&mut ticket, at, another, note);
            }
            hand_to(&mut ticket, unit, at, *clock_start);
            ticket.accepted = Some(Accepted { at, by_silence: false });
            ticket.stage = Stage::Handling;
        }
        Event::BuckPassingMarked { .. } => ticket.buck_passing += 1,
        Event::ContactTried(attempt) => log_attempt(&mut ticket, attempt),
        Event::UnreachableReported { .. } => ticket.unreachable_reported = Some(at),
        Event::CoHandlingAsked { units, .. } => ask_others(&mut ticket, units, at),
        Event::CoHandlingAnswered { unit, .. } => {
            for other in ticket
                .co_handling
                .iter_mut()
                .filter(|other| other.unit == *unit && other.open())
            {
                other.answered = Some(at);
            }
        }
        Event::CoHandlingReleased { units, .. } => {
            for other in ticket
                .co_handling
                .iter_mut()
                .filter(|other| units.contains(&other.unit) && other.open())
            {
                other.released = Some(at);
            }
        }
        Event::ProgressReported { kind, text } => {
            ticket.progress.push(Progress {
                at,
                kind: *kind,
                text: text.clone(),
            });
        }
        Event::Escalated { .. } => ticket.escalated = Some(at),
        Event::ExtensionAsked(request) => ticket.extensions.push(asked(request, at)),
        Event::ExtensionGranted { reason, due } => {
            settle(&mut ticket.extensions, at, true, reason);
            ticket.granted_due = Some(*due);
        }
        Event::ExtensionRefused { reason } => settle(&mut ticket.extensions, at, false, reason),
        Event::SuspensionAsked(request) => ticket.suspensions.push(asked(request, at)),
        Event::SuspensionGranted { reason, until } => {
            settle(&mut ticket.suspensions, at, true, reason);
            ticket.granted_due = Some(*until);
        }
        Event::SuspensionRefused { reason } => settle(&mut ticket.suspensions, at, false, reason),
        Event::ExemptionAsked(request) => ticket.exemptions.push(asked(request, at)),
        Event::ExemptionGranted { reason, until } => {
            settle(&mut ticket.exemptions, at, true, reason);
            ticket.granted_due = until.or(ticket.granted_due);
            end(&mut ticket, Stage::Exempted, at);
        }
        Event::ExemptionRefused { reason } => settle(&mut ticket.exemptions, at, false, reason),
        Event::CaseFiled { .. } => end(&mut ticket, Stage::CaseFiled, at),
        Event::ReplySentForSigning { reply } => {
            put_forward(&mut ticket, reply, at);
            ticket.stage = Stage::Signing;
        }
        Event::ReplySigned { last, .. } => {
            if let Some(version) = ticket.current_reply.and_then(|index| ticket.replies.get_mut(index)) {
                version.signed.push(Signature {
                    role: recorded.by.role,
                    name: recorded.by.name.clone(),
                    at,
                });
            }
            if *last {
                ticket.stage = Stage::Signed;
            }
        }
        Event::SigningRefused { reason } => {
            if let Some(version) = ticket.current_reply.and_then(|index| ticket.replies.get_mut(index)) {
                version.refused = Some(reason.clone());
            }
            ticket.current_reply = None;
            ticket.stage = if ticket.sent_back.is_some() {
                Stage::SentBack
            } else if ticket.finished.is_some() {
                Stage::Exempted
            } else {
                Stage::Handling
            };
        }
        Event::ReplySubmitted { reply } => {
            if ticket.reply().is_none_or(|version| version.reply != *reply) {
                put_forward(&mut ticket, reply, at);
            }
            ticket.submitted = Some(at);
            ticket.first_submitted = ticket.first_submitted.or(Some(at));
            ticket.sent_back = None;
            ticket.stage = Stage::Submitted;
        }
        Event::ReplyPassed { .. } => {
            ticket.passed = Some(at);
            ticket.finished = ticket.finished.or(ticket.submitted).or(Some(at));
            ticket.stage = Stage::Passed;
        }
        Event::ReplySentBack { .. } => {
            ticket.sent_back = Some(at);
            ticket.times_sent_back += 1;
            ticket.submitted = None;
            ticket.current_reply = None;
            ticket.stage = Stage::SentBack;
        }
        Event::CalledBack { reached, rating, .. } => {
            ticket.callbacks.push(Callback {
                at,
                reached: *reached,
                rating: *rating,
            });
        }
        Event::RatingCorrected { rating, .. } => {
            if let Some(callback) = ticket
                .callbacks
                .iter_mut()
                .rev()
                .find(|callback| callback.rating.is_some())
            {
                callback.rating = Some(*rating);
            }
        }
        Event::RedoOrdered { reason, due } => {
            ticket.redos.push(Redo {
                at,
                reason: reason.clone(),
                due: *due,
            });
            begin_round(&mut ticket, at);
        }
        Event::RedoDetermined { .. } => ticket.redo_determined = Some(at),
        Event::Urged { way, .. } => ticket.urgings.push((at, *way)),
        Event::Supervised { .. } => ticket.supervised = Some(at),
        Event::FactsAdded { .. } => ticket.facts_added += 1,
        Event::ClockRestarted { .. } => {
            ticket.clock_start = Some(at);
            ticket.granted_due = None;
            ticket.restarts += 1;
            ticket.alert = Alert::None;
        }
        Event::Withdrawn { .. } => {
            ticket.withdrawn = Some(at);
            end(&mut ticket, Stage::Withdrawn, at);
        }
        Event::CommendationClaimed { .. } => ticket.commendation_claimed = Some(at),
        Event::Revealed { .. } => ticket.reveals += 1,
        Event::Closed { .. } => {
            ticket.closed = Some(at);
            ticket.finished = ticket.finished.or(Some(at));
            ticket.stage = Stage::Closed;
        }
        Event::AlertRaised { level } => ticket.alert = *level,
    }
    ticket
}

fn hand_to(ticket: &mut Ticket, unit: &UnitId, at: Moment, clock_start: Moment) {
    let had_it = ticket
        .unit
        .as_ref()
        .or(ticket.returns.last().map(|record| &record.unit));
    if had_it != Some(unit) {
        // What another unit tried proves nothing of this one.
        ticket.earlier_attempts = ticket.attempts.len();
        ticket.unreachable_reported = None;
        ticket.first_submitted = None;
    }
    lapse_requests(ticket, at);
    if ticket.unit.as_ref() != Some(unit) {
        // Whom an earlier lead asked owes the new one nothing.
        for other in ticket.co_handling.iter_mut().filter(|other| other.open()) {
            other.released = Some(at);
        }
    }
    ticket.current_reply = None;
    ticket.sent_back = None;
    ticket.designated = false;
    ticket.dispute = None;
    if !ticket.receipts.iter().any(|(receiver, _)| receiver == unit) {
        ticket.receipts.push((unit.clone(), at));
    }
    // Named for what it has, with the same clock: the time it was granted stays.
    let same_clock = ticket.unit.as_ref() == Some(unit) && ticket.clock_start == Some(clock_start);
    ticket.granted_due = ticket.granted_due.filter(|_| same_clock);
    ticket.unit = Some(unit.clone());
    ticket.clock_start = Some(clock_start);
    ticket.accepted = None;
    ticket.alert = Alert::None;
    ticket.stage = Stage::Dispatched;
}

/// A call that was made before the round began is kept with the rounds before it, whenever it is written down.
fn log_attempt(ticket: &mut Ticket, attempt: &Attempt) {
    let round = ticket.redos.last().map(|redo| redo.at);
    if round.is_some_and(|round| attempt.at < round) {
        ticket
            .attempts
            .insert(ticket.earlier_attempts.min(ticket.attempts.len()), attempt.clone());
        ticket.earlier_attempts += 1;
    } else {
        ticket.attempts.push(attempt.clone());
    }
}

fn ask_others(ticket: &mut Ticket, units: &[UnitId], at: Moment) {
    for unit in units {
        ticket.co_handling.push(CoHandling {
            unit: unit.clone(),
            asked: at,
            answered: None,
            released: None,
        });
    }
}

fn decide_return(ticket: &mut Ticket, at: Moment, granted: bool, reason: &str) {
    if let Some(last) = ticket.returns.last_mut() {
        last.decided = Some(Decided {
            at,
            granted,
            reason: reason.to_owned(),
        });
    }
}

fn asked<T: Clone>(request: &T, at: Moment) -> Requested<T> {
    Requested {
        request: request.clone(),
        asked: at,
        decided: None,
    }
}

fn settle<T>(requests: &mut [Requested<T>], at: Moment, granted: bool, reason: &str) {
    if let Some(last) = requests.last_mut() {
        last.decided = Some(Decided {
            at,
            granted,
            reason: reason.to_owned(),
        });
    }
}

/// What was asked in an earlier round, or by another unit, is not granted any more.
fn lapse_requests(ticket: &mut Ticket, at: Moment) {
    fn lapse<T>(requests: &mut [Requested<T>], at: Moment) {
        if requests.last().is_some_and(Requested::pending) {
            settle(requests, at, false, "");
        }
    }
    lapse(&mut ticket.extensions, at);
    lapse(&mut ticket.suspensions, at);
    lapse(&mut ticket.exemptions, at);
}

fn put_forward(ticket: &mut Ticket, reply: &Reply, at: Moment) {
    ticket.current_reply = Some(ticket.replies.len());
    ticket.replies.push(ReplyVersion {
        at,
        reply: reply.clone(),
        signed: Vec::new(),
        refused: None,
    });
}

fn end(ticket: &mut Ticket, stage: Stage, at: Moment) {
    ticket.stage = stage;
    ticket.finished = Some(at);
}

/// A redo: the same unit, a new limit, and the caller to be contacted again.
fn begin_round(ticket: &mut Ticket, at: Moment) {
    lapse_requests(ticket, at);
    ticket.stage = Stage::Handling;
    ticket.clock_start = Some(at);
    ticket.granted_due = None;
    ticket.earlier_attempts = ticket.attempts.len();
    ticket.unreachable_reported = None;
    ticket.current_reply = None;
    ticket.submitted = None;
    ticket.sent_back = None;
    ticket.passed = None;
    ticket.finished = None;
    ticket.closed = None;
    ticket.alert = Alert::None;
    if ticket.accepted.is_none() {
        ticket.accepted = Some(Accepted { at, by_silence: false });
    }
}
