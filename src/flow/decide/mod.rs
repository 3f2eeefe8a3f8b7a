//! Turns what a person wants to do into events, or into findings that say everything that stands against it at once.
//! First who may, then whether it is possible now, then what the action must carry.

mod office;
mod replying;
mod taking;
mod working;

use crate::calendar::Calendar;
use crate::domain::action::{Action, ActionKind};
use crate::domain::event::Event;
use crate::domain::intake::Intake;
use crate::domain::moment::Moment;
use crate::domain::people::{Actor, Role};
use crate::domain::ticket::Ticket;
use crate::flow::assess;
use crate::flow::permit::{Case, Permission, Why, refusal};
use crate::rules::finding::{Arg, Finding, finding};
use crate::rules::{Rulebook, returning::roles};

/// What every decision looks at.
struct Matter<'a> {
    ticket: &'a Ticket,
    actor: &'a Actor,
    book: &'a Rulebook,
    calendar: &'a Calendar,
    case: Case<'a, 'a>,
    now: Moment,
}

type Decision = Result<Vec<Event>, Vec<Finding>>;

/// Takes a ticket down: what the office or a gateway hands in becomes a ticket, if its form is complete.
pub fn take(intake: Intake, book: &Rulebook) -> Result<Ticket, Vec<Finding>> {
    let mut findings = book.people.judge_intake(&intake);
    if !book.knows_channel(&intake.channel) {
        findings.push(
            finding!(refuse "intake.channel")
                .with("channel", intake.channel.as_str())
                .with("choices", Arg::list(&book.book.channels))
                .about("channel"),
        );
    }
    for class in intake.classes.iter().filter(|class| !book.knows_class(class)) {
        findings.push(
            finding!(refuse "intake.class")
                .with("class", class.as_str())
                .with("choices", Arg::list(&book.book.classes))
                .about("classes"),
        );
    }
    if findings.is_empty() {
        Ok(Ticket::new(intake))
    } else {
        Err(findings)
    }
}

pub fn decide(
    ticket: &Ticket,
    action: &Action,
    actor: &Actor,
    book: &Rulebook,
    calendar: &Calendar,
    now: Moment,
) -> Decision {
    let kind = action.kind();
    let matter = Matter {
        ticket,
        actor,
        book,
        calendar,
        case: assess::case(ticket, book, calendar, now),
        now,
    };
    if let Some(finding) = matter.who(kind) {
        return Err(vec![finding]);
    }
    if let Permission::No { why, cite } = matter.case.permit(kind) {
        return Err(vec![matter.explain(why, refusal(why, cite))]);
    }
    match action {
        Action::Dispatch { unit, co_units, note } => matter.dispatch(unit.as_ref(), co_units, note),
        Action::AnswerDirectly { text } => {
            matter.with_reason(text, "text", Event::AnsweredDirectly { text: text.clone() })
        }
        Action::Accept => matter.accept(),
        Action::Return(request) => matter.return_it(request),
        Action::DecideReturn {
            approve,
            reason,
            next_unit,
        } => matter.decide_return(*approve, reason, next_unit.as_ref()),
        Action::OpenDispute { reason } => {
            matter.with_reason(reason, "reason", Event::DisputeOpened { reason: reason.clone() })
        }
        Action::HandInEvidence { note, materials } => matter.hand_in_evidence(note, materials),
        Action::Designate { unit, by, reason } => matter.designate(unit.as_ref(), *by, reason),
        Action::Claim { note } => matter.claim(note),
        Action::MarkBuckPassing { reason } => {
            matter.with_reason(reason, "reason", Event::BuckPassingMarked { reason: reason.clone() })
        }
        Action::Contact(attempt) => matter.contact(attempt),
        Action::ReportUnreachable { summary, materials } => matter.report_unreachable(summary, materials),
        Action::AskCoHandling {
            units,
            request,
            materials,
        } => matter.ask_co_handling(units, request, materials),
        Action::AnswerCoHandling { text, materials } => matter.answer_co_handling(text, materials),
        Action::ReleaseCoHandling { units, reason } => matter.release_co_handling(units, reason),
        Action::ReportProgress { kind, text } => matter.report_progress(*kind, text),
        Action::Escalate { callers, reason } => matter.escalate(*callers, reason),
        Action::AskExtension(request) => matter.ask_extension(request),
        Action::DecideExtension { approve, reason } => matter.decide_extension(*approve, reason),
        Action::AskSuspension(request) => matter.ask_suspension(request),
        Action::DecideSuspension { approve, reason } => matter.decide_suspension(*approve, reason),
        Action::AskExemption(request) => matter.ask_exemption(request),
        Action::DecideExemption { approve, reason } => matter.decide_exemption(*approve, reason),
        Action::FileAsCase { kind, materials } => matter.file_as_case(*kind, materials),
        Action::SubmitForSigning { reply } => matter.submit_for_signing(reply.as_ref()),
        Action::Sign { note } => matter.sign(note),
        Action::RefuseToSign { reason } => matter.refuse_to_sign(reason),
        Action::Submit { reply } => matter.submit(reply.as_ref()),
        Action::Pass { note } => Ok(vec![Event::ReplyPassed { note: note.clone() }]),
        Action::SendBack { reason } => {
            matter.with_reason(reason, "reason", Event::ReplySentBack { reason: reason.clone() })
        }
        Action::CallBack { reached, rating, note } => matter.call_back(*reached, *rating, note),
        Action::CorrectRating { rating, reason } => matter.correct_rating(*rating, reason),
        Action::Redo { reason, due } => matter.redo(reason, *due),
        Action::DetermineRedo { reason } => {
            matter.with_reason(reason, "reason", Event::RedoDetermined { reason: reason.clone() })
        }
        Action::Urge { way, note } => matter.urge(*way, note),
        Action::Supervise { form, reason } => matter.supervise(*form, reason),
        Action::AddFacts { text } => matter.add_facts(text),
        Action::RestartClock { ground, reason } => matter.restart_clock(*ground, reason),
        Action::Withdraw { at, reason } => matter.withdraw(*at, reason),
        Action::ClaimCommendation { ground, materials } => matter.claim_commendation(*ground, materials),
        Action::Reveal { reason } => matter.with_reason(reason, "reason", Event::Revealed { reason: reason.clone() }),
        Action::Close { note } => matter.close(note),
        Action::RaiseAlert { level } => matter.raise_alert(*level),
    }
}

/// Which desk an action belongs to.
#[derive(Clone, Copy, PartialEq)]
enum Desk {
    /// The liaison of the unit that has the ticket.
    Unit,
    /// The liaison of any unit.
    AnyUnit,
    CoUnit,
    Signer,
    Office,
    UnitOrOffice,
    System,
}

fn desk(action: ActionKind) -> Desk {
    use ActionKind as Do;
    match action {
        Do::Accept
        | Do::Return
        | Do::Contact
        | Do::ReportUnreachable
        | Do::AskCoHandling
        | Do::ReleaseCoHandling
        | Do::ReportProgress
        | Do::AskExtension
        | Do::AskSuspension
        | Do::AskExemption
        | Do::FileAsCase
        | Do::SubmitForSigning
        | Do::Submit
        | Do::ClaimCommendation => Desk::Unit,
        Do::Claim | Do::HandInEvidence => Desk::AnyUnit,
        Do::AnswerCoHandling => Desk::CoUnit,
        Do::Sign | Do::RefuseToSign => Desk::Signer,
        Do::Withdraw | Do::Reveal | Do::Escalate => Desk::UnitOrOffice,
        Do::RaiseAlert => Desk::System,
        Do::Dispatch
        | Do::AnswerDirectly
        | Do::DecideReturn
        | Do::OpenDispute
        | Do::Designate
        | Do::MarkBuckPassing
        | Do::DecideExtension
        | Do::DecideSuspension
        | Do::DecideExemption
        | Do::Pass
        | Do::SendBack
        | Do::CallBack
        | Do::CorrectRating
        | Do::Redo
        | Do::DetermineRedo
        | Do::Urge
        | Do::Supervise
        | Do::AddFacts
        | Do::RestartClock
        | Do::Close => Desk::Office,
    }
}

/// Whose an action is, by role alone: which of them depends on the ticket.
pub fn whose(action: ActionKind) -> &'static [Role] {
    match desk(action) {
        Desk::Unit | Desk::AnyUnit | Desk::CoUnit => &[Role::Liaison],
        Desk::Signer => &[Role::SectionHead, Role::DeputyLeader, Role::MainLeader],
        Desk::Office => &[Role::Office],
        Desk::UnitOrOffice => &[Role::Liaison, Role::Office],
        Desk::System => &[Role::System],
    }
}

impl Matter<'_> {
    /// Is it this person's to do?
    fn who(&self, action: ActionKind) -> Option<Finding> {
        let role = self.actor.role;
        let of_the_unit = self.ticket.unit.as_ref() == Some(&self.actor.unit);
        let desk = desk(action);
        let right = match desk {
            Desk::Unit => role == Role::Liaison && of_the_unit || self.accepts_by_silence(action),
            Desk::AnyUnit => role == Role::Liaison,
            Desk::CoUnit => {
                role == Role::Liaison
                    && self
                        .ticket
                        .co_handling
                        .iter()
                        .any(|other| other.unit == self.actor.unit)
            }
            Desk::Signer => role.signs() && (of_the_unit || self.book.signing.is_above_the_unit(role)),
            Desk::Office => role == Role::Office,
            Desk::UnitOrOffice => role == Role::Office || role == Role::Liaison && of_the_unit,
            Desk::System => role == Role::System,
        };
        if right {
            return None;
        }
        let other_unit = role == Role::Liaison && matches!(desk, Desk::Unit | Desk::CoUnit | Desk::UnitOrOffice);
        let finding = if other_unit {
            finding!(refuse "flow.other_unit")
        } else {
            finding!(refuse "flow.who")
        };
        Some(finding.with("roles", roles(whose(action))))
    }

    /// The server accepts in the unit's name when it kept silent.
    fn accepts_by_silence(&self, action: ActionKind) -> bool {
        action == ActionKind::Accept && self.actor.role == Role::System
    }

    /// Puts the figures into a refusal by state.
    fn explain(&self, why: Why, finding: Finding) -> Finding {
        match why {
            Why::WindowClosed => {
                let until = self
                    .case
                    .return_until
                    .map_or_else(String::new, |(until, _)| until.to_string());
                let consequence = self
                    .book
                    .returning
                    .late
                    .as_ref()
                    .map_or_else(String::new, |late| late.text.clone());
                finding.with("due", until).with("consequence", consequence)
            }
            Why::ExtensionTooLate => {
                let latest = self.case.extend_until.and_then(|(latest, _)| latest);
                finding.with("latest", latest.map_or_else(String::new, |latest| latest.to_string()))
            }
            Why::ExtensionsUsedUp => {
                finding.with("times", self.book.extension.most.as_ref().map_or(0, |rule| rule.times))
            }
            Why::RedosUsedUp => finding.with("times", self.book.redo.most.as_ref().map_or(0, |rule| rule.times)),
            Why::Unsigned => {
                let next = self.case.chain.next(assess::signed(self.ticket));
                finding.with("roles", roles(&next.into_iter().collect::<Vec<_>>()))
            }
            _ => finding,
        }
    }

    /// For actions that need a word of why and nothing else.
    fn with_reason(&self, reason: &str, field: &'static str, event: Event) -> Decision {
        if reason.trim().is_empty() {
            return Err(vec![finding!(refuse "flow.reason").about(field)]);
        }
        Ok(vec![event])
    }
}

fn settle(findings: Vec<Finding>, events: impl FnOnce() -> Vec<Event>) -> Decision {
    if findings.is_empty() {
        Ok(events())
    } else {
        Err(findings)
    }
}

/// A choice that the form leaves empty.
fn missing(field: &'static str) -> Finding {
    finding!(refuse "flow.missing")
        .with(
            "field",
            Arg::Term {
                prefix: "field",
                name: field,
            },
        )
        .about(field)
}
