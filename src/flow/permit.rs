//! Whether an action is possible for a ticket as it stands now, whoever asks: the state it is in, the clock, and what
//! the rulebook refuses outright. What an action must carry is not here but in `decide`.

use crate::domain::action::ActionKind as Do;
use crate::domain::intake::Showing;
use crate::domain::moment::Moment;
use crate::domain::request::{ExemptionRequest, ExtensionRequest, Requested, SuspensionRequest};
use crate::domain::ticket::{Stage, Ticket};
use crate::flow::assess::signed;
use crate::flow::clock::{Finish, running_for_extension};
use crate::rules::Rulebook;
use crate::rules::clause::Cite;
use crate::rules::finding::{Finding, Message, Severity};
use crate::rules::signing::Chain;

/// May it be done now? Small and without allocations: every ticket of a list is asked for every action.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Permission<'b> {
    Yes,
    /// Possible with a reason; the office decides. This document does not regulate it.
    Unregulated,
    /// `why` is the rule that stands against it, and names the message.
    No {
        why: &'static str,
        cite: Option<&'b Cite>,
    },
}

impl Permission<'_> {
    pub fn allows(&self) -> bool {
        !matches!(self, Self::No { .. })
    }
}

fn no<'b>(why: &'static str) -> Permission<'b> {
    Permission::No { why, cite: None }
}

fn against<'b>(why: &'static str, cite: &'b Cite) -> Permission<'b> {
    Permission::No { why, cite: Some(cite) }
}

/// Possible under a rule, or possible because no rule speaks.
fn ruled<'b>(regulated: bool) -> Permission<'b> {
    if regulated {
        Permission::Yes
    } else {
        Permission::Unregulated
    }
}

/// A refusal by state, as a finding. The keys are `finding.<why>` and `fix.<why>`.
pub(super) fn refusal(why: &'static str, cite: Option<&Cite>) -> Finding {
    let (message, fix) = WHYS
        .iter()
        .find(|(rule, _, _)| *rule == why)
        .map_or(("finding.flow.state", "fix.flow.state"), |(_, message, fix)| {
            (*message, *fix)
        });
    Finding {
        rule: why,
        cite: cite.cloned(),
        severity: Severity::Refuse,
        field: None,
        message: Message::new(message),
        fix: Message::new(fix),
        span: None,
    }
}

/// Lists every reason a state can give, with its two message keys.
macro_rules! whys {
    ($($why:literal),+ $(,)?) => {
        const WHYS: &[(&str, &str, &str)] = &[$(($why, concat!("finding.", $why), concat!("fix.", $why)),)+];
    };
}

whys![
    "flow.not_taken",
    "flow.not_dispatched",
    "flow.not_in_hand",
    "flow.not_with_the_unit",
    "flow.no_return_asked",
    "flow.no_dispute",
    "flow.not_returned_yet",
    "flow.over",
    "flow.no_attempts",
    "flow.no_co_handling",
    "flow.pending",
    "flow.nothing_pending",
    "flow.no_signature_needed",
    "flow.not_in_signing",
    "flow.unsigned",
    "flow.not_submitted",
    "flow.not_passed",
    "flow.no_rating",
    "flow.submitted",
    "flow.not_finished",
    "flow.not_secret",
    "flow.not_closable",
    "flow.claimed_already",
    "flow.accept_first",
    "flow.someone_has_it",
    "returning.window_closed",
    "returning.designated",
    "accepting.keeps",
    "extension.not_after_redo",
    "extension.most_reached",
    "extension.no_moment",
    "extension.too_late",
    "redo.most_reached",
    "alerts.not_overdue",
    "bulletin.no_commendation",
    "bulletin.too_late",
];

/// What the questions below have in common.
pub(super) struct Case<'t, 'b> {
    pub ticket: &'t Ticket,
    pub book: &'b Rulebook,
    pub finish: Option<Finish<'b>>,
    /// When the return window closes, where there is one.
    pub return_until: Option<(Moment, &'b Cite)>,
    /// The latest moment to ask for more time; see `Extension::latest`.
    pub extend_until: Option<(Option<Moment>, &'b Cite)>,
    pub chain: Chain,
    pub now: Moment,
}

impl<'b> Case<'_, 'b> {
    /// A quarrel over whose it is ends with the reply, or with the ticket.
    fn disputed(&self) -> bool {
        let ticket = self.ticket;
        ticket.dispute.is_some() && ticket.submitted.is_none() && ticket.finished.is_none()
    }

    pub fn overdue(&self) -> bool {
        let due = self.finish.and_then(|finish| finish.due);
        self.ticket.submitted.is_none() && self.ticket.finished.is_none() && due.is_some_and(|due| self.now > due)
    }

    pub fn permit(&self, action: Do) -> Permission<'b> {
        let ticket = self.ticket;
        let stage = ticket.stage;
        let when = |right: bool, why: &'static str| if right { Permission::Yes } else { no(why) };
        match action {
            Do::Dispatch | Do::AnswerDirectly => when(stage == Stage::Taken, "flow.not_taken"),
            Do::Accept => when(stage == Stage::Dispatched, "flow.not_dispatched"),
            Do::Return => self.permit_return(),
            Do::DecideReturn => when(stage == Stage::ReturnAsked, "flow.no_return_asked"),
            Do::OpenDispute | Do::Designate => {
                if ticket.finished.is_some() || ticket.submitted.is_some() {
                    return no("flow.over");
                }
                ruled(self.book.returning.dispute.is_some())
            }
            Do::HandInEvidence => when(self.disputed(), "flow.no_dispute"),
            Do::Claim => when(stage == Stage::Taken || self.disputed(), "flow.someone_has_it"),
            Do::MarkBuckPassing => {
                if ticket.returns.is_empty() {
                    return no("flow.not_returned_yet");
                }
                ruled(
                    self.book
                        .returning
                        .refused
                        .as_ref()
                        .is_some_and(|rule| rule.buck_passing),
                )
            }
            Do::Contact => when(
                ticket.unit.is_some() && !matches!(stage, Stage::Closed | Stage::Withdrawn),
                "flow.not_with_the_unit",
            ),
            Do::ReportUnreachable => {
                if ticket.attempts_now().is_empty() {
                    return no("flow.no_attempts");
                }
                ruled(self.book.contact.unreachable.is_some())
            }
            Do::AskCoHandling => self.in_hand(self.book.accepting.several.is_some()),
            Do::AnswerCoHandling => when(
                ticket.co_handling.iter().any(|other| other.answered.is_none()),
                "flow.no_co_handling",
            ),
            Do::ReportProgress => when(ticket.unit.is_some() && !stage.over(), "flow.not_with_the_unit"),
            Do::Escalate => {
                if stage.over() {
                    return no("flow.over");
                }
                ruled(self.book.bulletin.group.is_some())
            }
            Do::AskExtension => self.permit_extension(),
            Do::DecideExtension => self.pending(
                ticket
                    .extensions
                    .last()
                    .is_some_and(Requested::<ExtensionRequest>::pending),
            ),
            Do::AskSuspension => match ticket
                .suspensions
                .last()
                .is_some_and(Requested::<SuspensionRequest>::pending)
            {
                true => no("flow.pending"),
                false => self.in_hand(self.book.extension.suspension.is_some()),
            },
            Do::DecideSuspension => self.pending(
                ticket
                    .suspensions
                    .last()
                    .is_some_and(Requested::<SuspensionRequest>::pending),
            ),
            Do::AskExemption => match ticket
                .exemptions
                .last()
                .is_some_and(Requested::<ExemptionRequest>::pending)
            {
                true => no("flow.pending"),
                false => self.in_hand(!self.book.exemption.kinds.is_empty()),
            },
            Do::DecideExemption => self.pending(
                ticket
                    .exemptions
                    .last()
                    .is_some_and(Requested::<ExemptionRequest>::pending),
            ),
            Do::FileAsCase => self.in_hand(self.book.limits.case.is_some()),
            Do::SubmitForSigning => match stage {
                Stage::Handling | Stage::SentBack if self.chain.is_empty() => no("flow.no_signature_needed"),
                Stage::Handling | Stage::SentBack => Permission::Yes,
                Stage::Dispatched => no("flow.accept_first"),
                _ => no("flow.not_in_hand"),
            },
            Do::Sign | Do::RefuseToSign => when(stage == Stage::Signing, "flow.not_in_signing"),
            Do::Submit => self.permit_submit(),
            Do::Pass | Do::SendBack => when(stage == Stage::Submitted, "flow.not_submitted"),
            Do::CallBack => when(matches!(stage, Stage::Submitted | Stage::Passed), "flow.not_passed"),
            Do::CorrectRating => {
                if ticket.rating().is_none() {
                    return no("flow.no_rating");
                }
                ruled(self.book.redo.correction.is_some())
            }
            Do::Redo => match &self.book.redo.most {
                _ if !matches!(stage, Stage::Submitted | Stage::Passed | Stage::Closed) => no("flow.not_passed"),
                // A direct answer: there is no unit that could do it again.
                _ if ticket.unit.is_none() => no("flow.not_with_the_unit"),
                Some(rule) if ticket.redo_count() >= rule.times => against("redo.most_reached", &rule.cite),
                _ => Permission::Yes,
            },
            Do::Urge => when(stage.with_the_unit(), "flow.not_with_the_unit"),
            Do::Supervise => match &self.book.alerts.supervision {
                _ if !stage.with_the_unit() => no("flow.not_with_the_unit"),
                Some(rule) if !self.overdue() => against("alerts.not_overdue", &rule.cite),
                Some(_) => Permission::Yes,
                None => Permission::Unregulated,
            },
            Do::AddFacts | Do::RestartClock => {
                if ticket.submitted.is_some() || ticket.finished.is_some() {
                    return no("flow.submitted");
                }
                if action == Do::RestartClock && ticket.clock_start.is_none() {
                    return no("flow.not_with_the_unit");
                }
                ruled(!self.book.limits.restarts.is_empty())
            }
            Do::Withdraw => when(ticket.finished.is_none() && !stage.over(), "flow.over"),
            Do::ClaimCommendation => self.permit_commendation(),
            Do::Reveal => when(ticket.intake.caller.showing == Showing::Secret, "flow.not_secret"),
            Do::Close => when(
                matches!(
                    stage,
                    Stage::Passed | Stage::Exempted | Stage::CaseFiled | Stage::Withdrawn
                ),
                "flow.not_closable",
            ),
            Do::RaiseAlert => when(
                stage.with_the_unit() || stage == Stage::ReturnAsked,
                "flow.not_with_the_unit",
            ),
        }
    }

    fn in_hand(&self, regulated: bool) -> Permission<'b> {
        match self.ticket.stage {
            Stage::Dispatched => no("flow.accept_first"),
            stage if !stage.in_hand() => no("flow.not_in_hand"),
            _ => ruled(regulated),
        }
    }

    /// A request can be decided while the unit still works at the ticket: behind a reply that is in, or behind the end
    /// of the matter, it decides nothing any more.
    fn pending(&self, pending: bool) -> Permission<'b> {
        if !pending {
            return no("flow.nothing_pending");
        }
        if self.ticket.finished.is_some() {
            return no("flow.over");
        }
        if self.ticket.submitted.is_some() {
            return no("flow.submitted");
        }
        Permission::Yes
    }

    fn permit_return(&self) -> Permission<'b> {
        let rules = &self.book.returning;
        match self.ticket.stage {
            Stage::Dispatched | Stage::Handling => {}
            _ => return no("flow.not_with_the_unit"),
        }
        if let Some(rule) = rules.designated.as_ref().filter(|_| self.ticket.designated) {
            return against("returning.designated", &rule.cite);
        }
        if self.ticket.stage == Stage::Handling
            && let Some(rule) = self.book.accepting.found_not_ours.as_ref().filter(|rule| rule.keeps)
        {
            return against("accepting.keeps", &rule.cite);
        }
        match self.return_until {
            Some((until, cite)) if self.now > until => against(
                "returning.window_closed",
                rules.late.as_ref().map_or(cite, |late| &late.cite),
            ),
            Some(_) => Permission::Yes,
            None => Permission::Unregulated,
        }
    }

    fn permit_extension(&self) -> Permission<'b> {
        let rules = &self.book.extension;
        let running = running_for_extension(self.ticket, self.finish.as_ref(), self.now);
        match self.ticket.stage {
            Stage::Dispatched => return no("flow.accept_first"),
            stage if !stage.in_hand() => return no("flow.not_in_hand"),
            _ => {}
        }
        if self
            .ticket
            .extensions
            .last()
            .is_some_and(Requested::<ExtensionRequest>::pending)
        {
            return no("flow.pending");
        }
        if let Some(rule) = rules.not_after_redo.as_ref().filter(|_| running.in_redo) {
            return against("extension.not_after_redo", &rule.cite);
        }
        if let Some(rule) = rules.most.as_ref().filter(|rule| running.granted_before >= rule.times) {
            return against("extension.most_reached", &rule.cite);
        }
        match self.extend_until {
            Some((None, cite)) => against("extension.no_moment", cite),
            Some((Some(latest), cite)) if self.now > latest => against("extension.too_late", cite),
            _ => ruled(!rules.rounds.is_empty()),
        }
    }

    fn permit_submit(&self) -> Permission<'b> {
        match self.ticket.stage {
            Stage::Signed => Permission::Yes,
            Stage::Handling | Stage::SentBack if self.chain.is_empty() => Permission::Yes,
            Stage::Handling | Stage::SentBack | Stage::Signing => {
                let redos = self.ticket.redo_count();
                let next = self.chain.next(signed(self.ticket));
                let cite = next.and_then(|role| self.book.signing.why(role, &self.ticket.intake.channel, redos));
                Permission::No {
                    why: "flow.unsigned",
                    cite,
                }
            }
            Stage::Dispatched => no("flow.accept_first"),
            _ => no("flow.not_in_hand"),
        }
    }

    fn permit_commendation(&self) -> Permission<'b> {
        let Some(rule) = &self.book.bulletin.commendation else {
            return no("bulletin.no_commendation");
        };
        if self.ticket.commendation_claimed.is_some() {
            return no("flow.claimed_already");
        }
        match self.ticket.finished {
            None => against("flow.not_finished", &rule.cite),
            Some(solved) if self.now >= rule.last_day(solved) => against("bulletin.too_late", &rule.cite),
            Some(_) => Permission::Yes,
        }
    }
}
