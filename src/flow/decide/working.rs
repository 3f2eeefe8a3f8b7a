//! Deciding what a unit does while it has a ticket: calls, help from others, more time, other ways to end it.

use super::{Decision, Matter, missing, settle};
use crate::domain::action::{CaseKind, CommendationGround, ProgressKind, WithdrawnAt};
use crate::domain::contact::Attempt;
use crate::domain::event::Event;
use crate::domain::ids::UnitId;
use crate::domain::material::Attachment;
use crate::domain::moment::Moment;
use crate::domain::people::Role;
use crate::domain::request::{ExemptionRequest, ExtensionRequest, Requested, SuspensionRequest};
use crate::domain::ticket::CoHandling;
use crate::flow::clock::running_for_extension;
use crate::rules::finding::{Arg, finding};

/// One caller is no group.
const SEVERAL: u32 = 2;

impl Matter<'_> {
    pub(super) fn contact(&self, attempt: &Attempt) -> Decision {
        let received = self.ticket.intake.received;
        let findings = self.book.contact.judge_attempt(attempt, received, self.now);
        settle(findings, || vec![Event::ContactTried(attempt.clone())])
    }

    pub(super) fn report_unreachable(&self, summary: &str, materials: &[Attachment]) -> Decision {
        // After completion it is the result that could not be told, whoever was reached before.
        let since = self.ticket.submitted.filter(|_| self.book.contact.on_result.is_some());
        let attempts = self.ticket.attempts_now().iter();
        let attempts: Vec<Attempt> = attempts
            .filter(|attempt| since.is_none_or(|since| attempt.at >= since))
            .cloned()
            .collect();
        let standing = self.book.contact.standing(&attempts, self.calendar);
        let findings = self.book.contact.judge_unreachable(&standing, summary, materials);
        settle(findings, || {
            vec![Event::UnreachableReported {
                summary: summary.to_owned(),
                materials: materials.to_vec(),
            }]
        })
    }

    pub(super) fn ask_co_handling(&self, units: &[UnitId], request: &str, materials: &[Attachment]) -> Decision {
        let mut findings = self.book.accepting.judge_co_handling(materials);
        if units.is_empty() {
            findings.push(missing("units"));
        }
        if units.iter().any(|unit| Some(unit) == self.ticket.unit.as_ref()) {
            findings.push(finding!(refuse "flow.own_unit").about("units"));
        }
        settle(findings, || {
            vec![Event::CoHandlingAsked {
                units: units.to_vec(),
                request: request.to_owned(),
                materials: materials.to_vec(),
            }]
        })
    }

    pub(super) fn release_co_handling(&self, units: &[UnitId], reason: &str) -> Decision {
        let asked = |unit: &&UnitId| {
            self.ticket
                .co_handling
                .iter()
                .any(|other| other.unit == **unit && other.open())
        };
        if units.is_empty() || !units.iter().all(|unit| asked(&unit)) {
            return Err(vec![missing("units")]);
        }
        let event = Event::CoHandlingReleased {
            units: units.to_vec(),
            reason: reason.to_owned(),
        };
        self.with_reason(reason, "reason", event)
    }

    pub(super) fn escalate(&self, callers: u32, reason: &str) -> Decision {
        if callers < SEVERAL {
            let finding = finding!(refuse "bulletin.callers")
                .with("least", SEVERAL)
                .about("callers");
            return Err(vec![match &self.book.bulletin.group {
                Some(rule) => finding.cited(&rule.cite),
                None => finding,
            }]);
        }
        let event = Event::Escalated {
            callers,
            reason: reason.to_owned(),
        };
        self.with_reason(reason, "reason", event)
    }

    pub(super) fn answer_co_handling(&self, text: &str, materials: &[Attachment]) -> Decision {
        let waits = |other: &CoHandling| other.unit == self.actor.unit && other.open();
        if !self.ticket.co_handling.iter().any(waits) {
            return Err(vec![finding!(refuse "flow.no_co_handling")]);
        }
        let event = Event::CoHandlingAnswered {
            unit: self.actor.unit.clone(),
            text: text.to_owned(),
            materials: materials.to_vec(),
        };
        self.with_reason(text, "text", event)
    }

    pub(super) fn report_progress(&self, kind: Option<ProgressKind>, text: &str) -> Decision {
        let Some(kind) = kind else {
            return Err(vec![missing("kind")]);
        };
        self.with_reason(
            text,
            "text",
            Event::ProgressReported {
                kind,
                text: text.to_owned(),
            },
        )
    }

    pub(super) fn ask_extension(&self, request: &ExtensionRequest) -> Decision {
        let running = running_for_extension(self.ticket, self.case.finish.as_ref(), self.now);
        let findings = self.book.extension.judge(request, &running, self.calendar);
        settle(findings, || vec![Event::ExtensionAsked(request.clone())])
    }

    pub(super) fn ask_suspension(&self, request: &SuspensionRequest) -> Decision {
        let findings = self
            .book
            .extension
            .judge_suspension(request, self.suspended_since(), self.now, self.calendar);
        settle(findings, || vec![Event::SuspensionAsked(request.clone())])
    }

    /// When the first suspension of this round began: the longest is counted from there, however often it is asked.
    pub(super) fn suspended_since(&self) -> Option<Moment> {
        let start = self.ticket.clock_start?;
        let granted = |asked: &&Requested<SuspensionRequest>| asked.granted() && asked.asked >= start;
        let first = self.ticket.suspensions.iter().find(granted)?;
        first.decided.as_ref().map(|decided| decided.at)
    }

    pub(super) fn ask_exemption(&self, request: &ExemptionRequest) -> Decision {
        let findings = self.book.exemption.judge(
            request,
            self.book.contact.declined(self.ticket.attempts_now()),
            self.now,
            self.calendar,
        );
        settle(findings, || vec![Event::ExemptionAsked(request.clone())])
    }

    pub(super) fn file_as_case(&self, kind: Option<CaseKind>, materials: &[Attachment]) -> Decision {
        let mut findings = Vec::new();
        if kind.is_none() {
            findings.push(missing("kind"));
        }
        match &self.book.limits.case {
            Some(rule)
                if !materials
                    .iter()
                    .any(|material| rule.materials.contains(&material.material)) =>
            {
                findings.push(
                    finding!(refuse "limits.case")
                        .with("materials", Arg::list(&rule.materials))
                        .cited(&rule.cite)
                        .about("materials"),
                );
            }
            None if materials.is_empty() => findings.push(missing("materials")),
            _ => {}
        }
        let Some(kind) = kind else { return Err(findings) };
        settle(findings, || {
            vec![Event::CaseFiled {
                kind,
                materials: materials.to_vec(),
            }]
        })
    }

    pub(super) fn withdraw(&self, at: Option<WithdrawnAt>, reason: &str) -> Decision {
        let Some(at) = at else { return Err(vec![missing("at")]) };
        let rule = self.book.limits.withdrawal.as_ref().filter(|rule| rule.only_at_hotline);
        if let Some(rule) = rule
            && (at == WithdrawnAt::Unit || self.actor.role != Role::Office)
        {
            return Err(vec![finding!(refuse "limits.withdrawal").cited(&rule.cite).about("at")]);
        }
        self.with_reason(
            reason,
            "reason",
            Event::Withdrawn {
                at,
                reason: reason.to_owned(),
            },
        )
    }

    pub(super) fn claim_commendation(&self, ground: Option<CommendationGround>, materials: &[Attachment]) -> Decision {
        let Some(ground) = ground else {
            return Err(vec![missing("ground")]);
        };
        let findings = self.book.bulletin.judge_commendation(ground, materials);
        settle(findings, || {
            vec![Event::CommendationClaimed {
                ground,
                materials: materials.to_vec(),
            }]
        })
    }
}
