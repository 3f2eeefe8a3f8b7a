//! Deciding who gets a ticket: dispatch, acceptance, return, dispute, designation.

use super::{Decision, Matter, missing, settle};
use crate::domain::action::{DesignatedBy, ReturnRequest};
use crate::domain::event::Event;
use crate::domain::ids::UnitId;
use crate::domain::material::Attachment;
use crate::domain::moment::Moment;
use crate::domain::people::Role;
use crate::domain::ticket::{ReturnRecord, Stage};
use crate::flow::assess::return_until;
use crate::rules::finding::finding;

impl Matter<'_> {
    pub(super) fn dispatch(&self, unit: Option<&UnitId>, co_units: &[UnitId], note: &str) -> Decision {
        let Some(unit) = unit else {
            return Err(vec![missing("unit")]);
        };
        if co_units.contains(unit) {
            return Err(vec![finding!(refuse "flow.own_unit").about("units")]);
        }
        let mut events = vec![Event::Dispatched {
            unit: unit.clone(),
            co_units: co_units.to_vec(),
            note: note.to_owned(),
        }];
        events.extend(self.sent_again_to_the_same(unit));
        Ok(events)
    }

    /// A unit that gave the ticket back gets it again: where the rules call that buck-passing, it is marked.
    fn sent_again_to_the_same(&self, unit: &UnitId) -> Option<Event> {
        let rule = self.book.returning.refused.as_ref().filter(|rule| rule.buck_passing)?;
        let returned = self.ticket.returns.iter().any(|record| record.unit == *unit);
        // Named where it is already, it does not come back to anybody.
        let stays = self.ticket.unit.as_ref() == Some(unit) && self.ticket.stage != Stage::ReturnAsked;
        (returned && !stays).then(|| Event::BuckPassingMarked {
            reason: rule.cite.to_string(),
        })
    }

    pub(super) fn accept(&self) -> Decision {
        if self.actor.role == Role::System {
            return self.accept_by_silence();
        }
        let contacted = !self.ticket.attempts_now().is_empty();
        settle(self.book.accepting.judge_accept(contacted), || {
            // Silence had accepted already: a late word does not move the moment.
            let silent_since = self.silence_ended().filter(|end| self.now > *end);
            vec![Event::Accepted {
                by_silence: silent_since.is_some(),
                since: silent_since.unwrap_or(self.now),
            }]
        })
    }

    /// Until when the unit could speak, where its silence accepts.
    fn silence_ended(&self) -> Option<Moment> {
        let rule = self
            .book
            .accepting
            .confirm
            .as_ref()
            .filter(|rule| rule.silence_accepts)?;
        Some(self.calendar.due(self.ticket.clock_start?, rule.within?).at)
    }

    fn accept_by_silence(&self) -> Decision {
        let rule = self.book.accepting.confirm.as_ref().filter(|rule| rule.silence_accepts);
        let Some(rule) = rule else {
            return Err(vec![finding!(refuse "accepting.silence")]);
        };
        match self.silence_ended() {
            Some(end) if self.now > end => Ok(vec![Event::Accepted {
                by_silence: true,
                since: end,
            }]),
            _ => Err(vec![finding!(refuse "accepting.not_silent_yet").cited(&rule.cite)]),
        }
    }

    pub(super) fn return_it(&self, request: &ReturnRequest) -> Decision {
        let mut findings = Vec::new();
        // The outer bound was checked already; without a check on site the window is shorter.
        if let Some((until, _)) = return_until(self.ticket, self.book, self.calendar, request.site_check)
            && self.now > until
        {
            findings.push(self.book.returning.too_late(until.to_string()));
        }
        findings.extend(self.book.returning.judge_papers(request));
        settle(findings, || vec![Event::ReturnAsked(request.clone())])
    }

    pub(super) fn decide_return(&self, approve: bool, reason: &str, next: Option<&UnitId>) -> Decision {
        if !approve {
            let event = Event::ReturnRefused {
                reason: reason.to_owned(),
            };
            let mut events = self.with_reason(reason, "reason", event)?;
            if let Some(rule) = self.book.returning.refused.as_ref().filter(|rule| rule.buck_passing) {
                events.push(Event::BuckPassingMarked {
                    reason: rule.cite.to_string(),
                });
            }
            return Ok(events);
        }
        let findings = self.book.returning.judge_times(self.times_returned());
        settle(findings, || {
            let mut events = vec![Event::ReturnApproved {
                reason: reason.to_owned(),
                next_unit: next.cloned(),
            }];
            if let Some(unit) = next {
                events.push(Event::Dispatched {
                    unit: unit.clone(),
                    co_units: Vec::new(),
                    note: reason.to_owned(),
                });
                events.extend(self.sent_again_to_the_same(unit));
            }
            events
        })
    }

    pub(super) fn hand_in_evidence(&self, note: &str, materials: &[Attachment]) -> Decision {
        if materials.is_empty() && note.trim().is_empty() {
            return Err(vec![missing("materials")]);
        }
        Ok(vec![Event::EvidenceHandedIn {
            note: note.to_owned(),
            materials: materials.to_vec(),
        }])
    }

    pub(super) fn designate(&self, unit: Option<&UnitId>, by: Option<DesignatedBy>, reason: &str) -> Decision {
        let (Some(unit), Some(by)) = (unit, by) else {
            let absent = [unit.is_none().then_some("unit"), by.is_none().then_some("by")];
            return Err(absent.into_iter().flatten().map(missing).collect());
        };
        let mut findings = self.book.returning.judge_designation(by, self.times_returned());
        if reason.trim().is_empty() {
            findings.push(finding!(refuse "flow.reason").about("reason"));
        }
        settle(findings, || {
            let mut events = vec![Event::Designated {
                unit: unit.clone(),
                by,
                reason: reason.to_owned(),
                clock_start: self.clock_after_a_dispute(unit),
            }];
            events.extend(self.sent_again_to_the_same(unit));
            events
        })
    }

    pub(super) fn claim(&self, note: &str) -> Decision {
        let unit = &self.actor.unit;
        if self.ticket.unit.as_ref() == Some(unit) {
            return Err(vec![finding!(refuse "flow.own_ticket")]);
        }
        Ok(vec![Event::Claimed {
            unit: unit.clone(),
            note: note.to_owned(),
            clock_start: self.clock_after_a_dispute(unit),
        }])
    }

    /// The unit's first receipt where the rules count from that, otherwise now.
    fn clock_after_a_dispute(&self, unit: &UnitId) -> Moment {
        let from_first = self
            .book
            .returning
            .dispute
            .as_ref()
            .is_some_and(|rule| rule.from_first_receipt);
        let first = self.ticket.receipts.iter().find(|(receiver, _)| receiver == unit);
        first.filter(|_| from_first).map_or(self.now, |(_, at)| *at)
    }

    /// How often it went from one unit to the next, the return that is asked for now included.
    fn times_returned(&self) -> usize {
        let refused = |record: &&ReturnRecord| record.decided.as_ref().is_some_and(|decided| !decided.granted);
        self.ticket.returns.iter().filter(|record| !refused(record)).count()
    }
}
