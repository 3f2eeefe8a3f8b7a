//! Whether an action is possible for a ticket as it stands now, whoever asks: the state it is in, the clock, and what
//! the rulebook refuses outright. What an action must carry is not here but in `decide`.

use crate::domain::action::ActionKind as Do;
use crate::domain::intake::Showing;
use crate::domain::moment::Moment;
use crate::domain::request::{ExemptionRequest, ExtensionRequest, Requested, SuspensionRequest};
use crate::domain::ticket::{CoHandling, Stage, Ticket};
use crate::flow::assess::signed;
use crate::flow::clock::{Finish, running_for_extension};
use crate::rules::Rulebook;
use crate::rules::clause::Cite;
use crate::rules::finding::{Finding, finding};
use crate::rules::signing::Chain;

/// May it be done now? Small and without allocations, because every action of a ticket is asked at every key.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Permission<'b> {
    Yes,
    /// Possible with a reason; the office decides. This document does not regulate it.
    Unregulated,
    No {
        why: Why,
        cite: Option<&'b Cite>,
    },
}

impl Permission<'_> {
    pub fn allows(&self) -> bool {
        !matches!(self, Self::No { .. })
    }
}

fn no<'b>(why: Why) -> Permission<'b> {
    Permission::No { why, cite: None }
}

fn against<'b>(why: Why, cite: &'b Cite) -> Permission<'b> {
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

/// A refusal by state, as a finding.
pub(super) fn refusal(why: Why, cite: Option<&Cite>) -> Finding {
    Finding {
        cite: cite.cloned(),
        ..why.finding()
    }
}

/// Declares why an action may not be done now: the rule that stands against it, which also names the two messages.
macro_rules! whys {
    ($($why:ident = $rule:literal,)+) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Why { $($why,)+ }

        impl Why {
            pub fn rule(self) -> &'static str {
                match self { $(Self::$why => $rule,)+ }
            }

            fn finding(self) -> Finding {
                match self { $(Self::$why => finding!(refuse $rule),)+ }
            }
        }
    };
}

whys! {
    NotTaken = "flow.not_taken",
    NotDispatched = "flow.not_dispatched",
    NotInHand = "flow.not_in_hand",
    NotWithTheUnit = "flow.not_with_the_unit",
    NoReturnAsked = "flow.no_return_asked",
    NoDispute = "flow.no_dispute",
    InDispute = "flow.in_dispute",
    NotReturnedYet = "flow.not_returned_yet",
    Over = "flow.over",
    NoAttempts = "flow.no_attempts",
    NoCoHandling = "flow.no_co_handling",
    Pending = "flow.pending",
    NothingPending = "flow.nothing_pending",
    NoSignatureNeeded = "flow.no_signature_needed",
    NotInSigning = "flow.not_in_signing",
    Unsigned = "flow.unsigned",
    NotSubmitted = "flow.not_submitted",
    NotPassed = "flow.not_passed",
    NoRating = "flow.no_rating",
    Submitted = "flow.submitted",
    NotFinished = "flow.not_finished",
    NotSecret = "flow.not_secret",
    NotClosable = "flow.not_closable",
    ClaimedAlready = "flow.claimed_already",
    AcceptFirst = "flow.accept_first",
    SomeoneHasIt = "flow.someone_has_it",
    WindowClosed = "returning.window_closed",
    Designated = "returning.designated",
    Keeps = "accepting.keeps",
    NotAfterRedo = "extension.not_after_redo",
    ExtensionsUsedUp = "extension.most_reached",
    NoMomentToAsk = "extension.no_moment",
    ExtensionTooLate = "extension.too_late",
    RedosUsedUp = "redo.most_reached",
    NotOverdue = "alerts.not_overdue",
    NotRedoneOften = "redo.not_often",
    NoCommendation = "bulletin.no_commendation",
    CommendationTooLate = "bulletin.too_late",
}

/// What the questions below have in common.
#[derive(Clone, Debug)]
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

    /// Closed on review alone, while the unit still has to tell the caller what came of it.
    fn result_to_tell(&self) -> bool {
        let owed_for_a_time = self
            .book
            .contact
            .on_result
            .as_ref()
            .is_some_and(|rule| rule.within.is_some());
        self.ticket.passed.is_some() && owed_for_a_time
    }

    pub fn overdue(&self) -> bool {
        let due = self.finish.and_then(|finish| finish.due);
        self.ticket.submitted.is_none() && self.ticket.finished.is_none() && due.is_some_and(|due| self.now > due)
    }

    pub fn permit(&self, action: Do) -> Permission<'b> {
        let ticket = self.ticket;
        let stage = ticket.stage;
        let when = |right: bool, why: Why| if right { Permission::Yes } else { no(why) };
        match action {
            Do::Dispatch | Do::AnswerDirectly => when(stage == Stage::Taken, Why::NotTaken),
            Do::Accept => when(stage == Stage::Dispatched, Why::NotDispatched),
            Do::Return => self.permit_return(),
            Do::DecideReturn => when(stage == Stage::ReturnAsked, Why::NoReturnAsked),
            Do::OpenDispute | Do::Designate => {
                if ticket.finished.is_some() || ticket.submitted.is_some() {
                    return no(Why::Over);
                }
                if action == Do::OpenDispute && self.disputed() {
                    return no(Why::InDispute);
                }
                ruled(self.book.returning.dispute.is_some())
            }
            Do::HandInEvidence => when(self.disputed(), Why::NoDispute),
            Do::Claim => when(stage == Stage::Taken || self.disputed(), Why::SomeoneHasIt),
            Do::MarkBuckPassing => {
                if ticket.returns.is_empty() {
                    return no(Why::NotReturnedYet);
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
                ticket.unit.is_some() && (stage != Stage::Closed || self.result_to_tell()) && stage != Stage::Withdrawn,
                Why::NotWithTheUnit,
            ),
            Do::ReportUnreachable => {
                if ticket.attempts_now().is_empty() {
                    return no(Why::NoAttempts);
                }
                ruled(self.book.contact.unreachable.is_some())
            }
            Do::AskCoHandling => self.in_hand(self.book.accepting.several.is_some()),
            Do::AnswerCoHandling | Do::ReleaseCoHandling if stage.over() => no(Why::Over),
            Do::AnswerCoHandling | Do::ReleaseCoHandling => {
                when(ticket.co_handling.iter().any(CoHandling::open), Why::NoCoHandling)
            }
            Do::ReportProgress => when(
                ticket.unit.is_some() && (!stage.over() || ticket.planned()),
                Why::NotWithTheUnit,
            ),
            Do::Escalate => {
                if stage.over() {
                    return no(Why::Over);
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
                true => no(Why::Pending),
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
                true => no(Why::Pending),
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
                Stage::Dispatched => no(Why::AcceptFirst),
                _ if !stage.in_hand() && !ticket.planned() => no(Why::NotInHand),
                _ if self.chain.is_empty() => no(Why::NoSignatureNeeded),
                // A version that is being signed, or was, can be replaced: its signatures go with it.
                _ => Permission::Yes,
            },
            Do::Sign | Do::RefuseToSign => when(stage == Stage::Signing, Why::NotInSigning),
            Do::Submit => self.permit_submit(),
            Do::Pass | Do::SendBack => when(stage == Stage::Submitted, Why::NotSubmitted),
            // A ticket closed on review alone is still called back.
            Do::CallBack => when(
                matches!(stage, Stage::Submitted | Stage::Passed) || stage == Stage::Closed && ticket.passed.is_some(),
                Why::NotPassed,
            ),
            Do::CorrectRating => {
                if ticket.rating().is_none() {
                    return no(Why::NoRating);
                }
                ruled(self.book.redo.correction.is_some())
            }
            Do::Redo => match &self.book.redo.most {
                _ if !matches!(stage, Stage::Submitted | Stage::Passed | Stage::Closed) => no(Why::NotPassed),
                // Withdrawn, exempted or filed: no reply was passed that could be done again.
                _ if stage == Stage::Closed && ticket.passed.is_none() => no(Why::NotPassed),
                // A direct answer: there is no unit that could do it again.
                _ if ticket.unit.is_none() => no(Why::NotWithTheUnit),
                Some(rule) if ticket.redo_count() >= rule.times => against(Why::RedosUsedUp, &rule.cite),
                _ => Permission::Yes,
            },
            Do::Urge => when(stage.with_the_unit(), Why::NotWithTheUnit),
            Do::Supervise => match &self.book.alerts.supervision {
                _ if !stage.with_the_unit() => no(Why::NotWithTheUnit),
                Some(rule) if rule.overdue_only && !self.overdue() => against(Why::NotOverdue, &rule.cite),
                Some(_) => Permission::Yes,
                None => Permission::Unregulated,
            },
            Do::AddFacts | Do::RestartClock => {
                if ticket.submitted.is_some() || ticket.finished.is_some() {
                    let cite = self.book.limits.restarts.first().map(|rule| &rule.cite);
                    return Permission::No {
                        why: Why::Submitted,
                        cite,
                    };
                }
                if action == Do::RestartClock && ticket.clock_start.is_none() {
                    return no(Why::NotWithTheUnit);
                }
                ruled(!self.book.limits.restarts.is_empty())
            }
            Do::Withdraw if ticket.finished.is_some() || stage.over() => {
                let cite = self.book.limits.withdrawal.as_ref().map(|rule| &rule.cite);
                Permission::No { why: Why::Over, cite }
            }
            Do::Withdraw => Permission::Yes,
            Do::DetermineRedo => match &self.book.redo.meeting {
                _ if stage.over() => no(Why::Over),
                Some(rule) if ticket.redo_count() < rule.from => against(Why::NotRedoneOften, &rule.cite),
                _ if ticket.redos.is_empty() => no(Why::NotRedoneOften),
                rule => ruled(rule.is_some()),
            },
            Do::ClaimCommendation => self.permit_commendation(),
            Do::Reveal if ticket.intake.caller.showing != Showing::Secret => no(Why::NotSecret),
            Do::Reveal => ruled(self.book.people.secrecy.is_some()),
            // What is planned is still to be answered.
            Do::Close if ticket.planned() => no(Why::NotClosable),
            Do::Close => when(
                matches!(
                    stage,
                    Stage::Passed | Stage::Exempted | Stage::CaseFiled | Stage::Withdrawn
                ),
                Why::NotClosable,
            ),
            Do::RaiseAlert => when(
                stage.with_the_unit() || stage == Stage::ReturnAsked,
                Why::NotWithTheUnit,
            ),
        }
    }

    fn in_hand(&self, regulated: bool) -> Permission<'b> {
        match self.ticket.stage {
            Stage::Dispatched => no(Why::AcceptFirst),
            stage if !stage.in_hand() => no(Why::NotInHand),
            _ if self.ticket.finished.is_some() => no(Why::Over),
            _ => ruled(regulated),
        }
    }

    /// A request can be decided while the unit still works at the ticket: behind a reply that is in, or behind the end
    /// of the matter, it decides nothing any more.
    fn pending(&self, pending: bool) -> Permission<'b> {
        if !pending {
            return no(Why::NothingPending);
        }
        if self.ticket.finished.is_some() {
            return no(Why::Over);
        }
        if self.ticket.submitted.is_some() {
            return no(Why::Submitted);
        }
        Permission::Yes
    }

    fn permit_return(&self) -> Permission<'b> {
        let rules = &self.book.returning;
        match self.ticket.stage {
            Stage::Dispatched | Stage::Handling => {}
            _ => return no(Why::NotWithTheUnit),
        }
        if let Some(rule) = rules.designated.as_ref().filter(|_| self.ticket.designated) {
            return against(Why::Designated, &rule.cite);
        }
        if self.ticket.stage == Stage::Handling
            && let Some(rule) = self.book.accepting.found_not_ours.as_ref().filter(|rule| rule.keeps)
        {
            return against(Why::Keeps, &rule.cite);
        }
        match self.return_until {
            Some((until, cite)) if self.now > until => {
                against(Why::WindowClosed, rules.late.as_ref().map_or(cite, |late| &late.cite))
            }
            Some(_) => Permission::Yes,
            None => Permission::Unregulated,
        }
    }

    fn permit_extension(&self) -> Permission<'b> {
        let rules = &self.book.extension;
        let running = running_for_extension(self.ticket, self.finish.as_ref(), self.now);
        match self.ticket.stage {
            Stage::Dispatched => return no(Why::AcceptFirst),
            stage if !stage.in_hand() => return no(Why::NotInHand),
            _ if self.ticket.finished.is_some() => return no(Why::Over),
            _ => {}
        }
        if self
            .ticket
            .extensions
            .last()
            .is_some_and(Requested::<ExtensionRequest>::pending)
        {
            return no(Why::Pending);
        }
        if let Some(rule) = rules.not_after_redo.as_ref().filter(|_| running.in_redo) {
            return against(Why::NotAfterRedo, &rule.cite);
        }
        if let Some(rule) = rules.most.as_ref().filter(|rule| running.granted_before >= rule.times) {
            return against(Why::ExtensionsUsedUp, &rule.cite);
        }
        match self.extend_until {
            Some((None, cite)) => against(Why::NoMomentToAsk, cite),
            Some((Some(latest), cite)) if self.now > latest => against(Why::ExtensionTooLate, cite),
            _ => ruled(!rules.rounds.is_empty()),
        }
    }

    fn permit_submit(&self) -> Permission<'b> {
        match self.ticket.stage {
            Stage::Signed => Permission::Yes,
            Stage::Dispatched => no(Why::AcceptFirst),
            stage if !stage.in_hand() && !self.ticket.planned() => no(Why::NotInHand),
            _ if self.chain.is_empty() => Permission::Yes,
            _ => {
                let redos = self.ticket.redo_count();
                let next = self.chain.next(signed(self.ticket));
                let cite = next.and_then(|role| self.book.signing.why(role, &self.ticket.intake.channel, redos));
                Permission::No {
                    why: Why::Unsigned,
                    cite,
                }
            }
        }
    }

    fn permit_commendation(&self) -> Permission<'b> {
        let Some(rule) = &self.book.bulletin.commendation else {
            return no(Why::NoCommendation);
        };
        if self.ticket.commendation_claimed.is_some() {
            return no(Why::ClaimedAlready);
        }
        match self.ticket.finished {
            None => against(Why::NotFinished, &rule.cite),
            Some(solved) if self.now >= rule.last_day(solved) => against(Why::CommendationTooLate, &rule.cite),
            Some(_) => Permission::Yes,
        }
    }
}
