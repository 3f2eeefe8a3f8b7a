//! Deciding what the hotline office does: grants, review, callback, redo, urging, supervision, closing. The system's
//! clock duties are here too.

use super::{Decision, Matter, missing, settle};
use crate::domain::action::{Alert, RestartGround, SupervisionForm, UrgeWay};
use crate::domain::element::Attitude;
use crate::domain::event::Event;
use crate::domain::moment::Moment;
use crate::domain::request::ExemptionKind;
use crate::flow::assess::assess;
use crate::flow::clock::{first_limit, running_for_extension};
use crate::rules::finding::{Arg, Finding, finding};
use crate::rules::limits::RestartCause;

impl Matter<'_> {
    pub(super) fn decide_extension(&self, approve: bool, reason: &str) -> Decision {
        if !approve {
            return self.with_reason(
                reason,
                "reason",
                Event::ExtensionRefused {
                    reason: reason.to_owned(),
                },
            );
        }
        let running = running_for_extension(self.ticket, self.case.finish.as_ref(), self.now);
        let asked = self.ticket.extensions.last();
        let due = asked.and_then(|asked| self.book.extension.new_due(&asked.request, &running, self.calendar));
        match due {
            Some(due) => Ok(vec![Event::ExtensionGranted {
                reason: reason.to_owned(),
                due,
            }]),
            None => Err(vec![finding!(refuse "extension.period").about("period")]),
        }
    }

    pub(super) fn decide_suspension(&self, approve: bool, reason: &str) -> Decision {
        if !approve {
            return self.with_reason(
                reason,
                "reason",
                Event::SuspensionRefused {
                    reason: reason.to_owned(),
                },
            );
        }
        let Some(asked) = self.ticket.suspensions.last() else {
            return Err(vec![missing("period")]);
        };
        let until = self.calendar.due(self.now, asked.request.period).at;
        // However late it is granted: all suspensions together keep to the longest.
        let longest = self.book.extension.suspension.as_ref().map(|rule| rule.longest);
        let cap = longest.map(|longest| {
            self.calendar
                .due(self.suspended_since().unwrap_or(self.now), longest)
                .at
        });
        let until = cap.map_or(until, |cap| until.min(cap));
        Ok(vec![Event::SuspensionGranted {
            reason: reason.to_owned(),
            until: self.no_earlier(until),
        }])
    }

    pub(super) fn decide_exemption(&self, approve: bool, reason: &str) -> Decision {
        if !approve {
            return self.with_reason(
                reason,
                "reason",
                Event::ExemptionRefused {
                    reason: reason.to_owned(),
                },
            );
        }
        let asked = self.ticket.exemptions.last();
        let planned = asked.filter(|asked| asked.request.kind == ExemptionKind::Plan);
        let until = planned.and_then(|asked| Some(self.calendar.due(asked.asked, asked.request.period?).at));
        let until = until.map(|until| self.no_earlier(until));
        Ok(vec![Event::ExemptionGranted {
            reason: reason.to_owned(),
            until,
        }])
    }

    /// What is granted never takes time away that the unit has already.
    fn no_earlier(&self, until: Moment) -> Moment {
        let due = self.case.finish.and_then(|finish| finish.due);
        due.map_or(until, |due| until.max(due))
    }

    pub(super) fn call_back(&self, reached: bool, rating: Option<Attitude>, note: &str) -> Decision {
        if reached && rating.is_none() {
            return Err(vec![missing("rating")]);
        }
        if !reached && rating.is_some() {
            return Err(vec![finding!(refuse "redo.rating_unreached").about("rating")]);
        }
        Ok(vec![Event::CalledBack {
            reached,
            rating,
            note: note.to_owned(),
        }])
    }

    pub(super) fn correct_rating(&self, rating: Option<Attitude>, reason: &str) -> Decision {
        let Some(rating) = rating else {
            return Err(vec![missing("rating")]);
        };
        self.with_reason(
            reason,
            "reason",
            Event::RatingCorrected {
                rating,
                reason: reason.to_owned(),
            },
        )
    }

    pub(super) fn redo(&self, reason: &str, due: Option<Moment>) -> Decision {
        let mut findings = self.book.redo.judge_order(self.ticket.rating());
        if reason.trim().is_empty() {
            findings.push(finding!(refuse "flow.reason").about("reason"));
        }
        if due.is_some_and(|due| due <= self.now) {
            findings.push(finding!(refuse "redo.due").about("due"));
        }
        findings.extend(due.and_then(|due| self.later_than_the_first(due)));
        settle(findings, || {
            vec![Event::RedoOrdered {
                reason: reason.to_owned(),
                due,
            }]
        })
    }

    /// Where a redo has the same limit as the first, the office cannot state a later one.
    fn later_than_the_first(&self, due: Moment) -> Option<Finding> {
        let rule = self.book.redo.limit.as_ref().filter(|rule| rule.same_as_first)?;
        let intake = &self.ticket.intake;
        let limit = first_limit(
            self.book,
            self.calendar,
            &intake.into(),
            self.now,
            None,
            intake.legal_limit,
        )?
        .due?;
        (due > limit).then(|| {
            finding!(refuse "redo.due_later")
                .with("limit", limit)
                .cited(&rule.cite)
                .about("due")
        })
    }

    pub(super) fn urge(&self, way: Option<UrgeWay>, note: &str) -> Decision {
        let Some(way) = way else {
            return Err(vec![missing("way")]);
        };
        Ok(vec![Event::Urged {
            way,
            note: note.to_owned(),
        }])
    }

    pub(super) fn supervise(&self, form: Option<SupervisionForm>, reason: &str) -> Decision {
        let Some(form) = form else {
            return Err(vec![missing("form")]);
        };
        let due = self.case.finish.and_then(|finish| finish.due);
        let of_overdue = |at: Moment| due.is_some_and(|due| at > due);
        let calls = self
            .ticket
            .urgings
            .iter()
            .filter(|(at, way)| *way == UrgeWay::Phone && of_overdue(*at))
            .count();
        let mut findings = self.book.alerts.judge_supervision(calls, form);
        if reason.trim().is_empty() {
            findings.push(finding!(refuse "flow.reason").about("reason"));
        }
        settle(findings, || {
            vec![Event::Supervised {
                form,
                reason: reason.to_owned(),
            }]
        })
    }

    pub(super) fn add_facts(&self, text: &str) -> Decision {
        let mut events = self.with_reason(text, "text", Event::FactsAdded { text: text.to_owned() })?;
        let running = self.ticket.clock_start.is_some();
        if let Some(cite) = self.book.limits.restart(RestartCause::FactsAdded).filter(|_| running) {
            events.push(Event::ClockRestarted {
                ground: None,
                reason: cite.to_string(),
            });
        }
        Ok(events)
    }

    pub(super) fn restart_clock(&self, ground: Option<RestartGround>, reason: &str) -> Decision {
        let Some(ground) = ground else {
            return Err(vec![missing("ground")]);
        };
        let cause = match ground {
            RestartGround::ForceMajeure => Some(RestartCause::ForceMajeure),
            RestartGround::LawChanged => Some(RestartCause::LawChanged),
            RestartGround::Other => None,
        };
        let rules = &self.book.limits.restarts;
        let known = rules.is_empty() || cause.is_some_and(|cause| self.book.limits.restart(cause).is_some());
        if !known {
            let finding = finding!(refuse "limits.restart")
                .with("grounds", Arg::list(rules.iter().map(|rule| rule.when)))
                .about("ground");
            return Err(vec![
                rules.first().map_or(finding.clone(), |rule| finding.cited(&rule.cite)),
            ]);
        }
        let event = Event::ClockRestarted {
            ground: Some(ground),
            reason: reason.to_owned(),
        };
        self.with_reason(reason, "reason", event)
    }

    pub(super) fn close(&self, note: &str) -> Decision {
        let direct = self.ticket.unit.is_none() && self.ticket.receipts.is_empty();
        let exempt = self.ticket.passed.is_none();
        let called = |submitted| self.ticket.callbacks.iter().any(|callback| callback.at >= submitted);
        let called_back = exempt || self.ticket.submitted.map_or(!self.ticket.callbacks.is_empty(), called);
        let findings = self.book.redo.judge_close(direct, called_back);
        settle(findings, || vec![Event::Closed { note: note.to_owned() }])
    }

    /// The level is what the clock says, never what was asked for.
    pub(super) fn raise_alert(&self, level: Option<Alert>) -> Decision {
        let Some(level) = level else {
            return Err(vec![missing("level")]);
        };
        let reached = assess(self.ticket, self.book, self.calendar, self.now).alert;
        if level == Alert::None || level > reached || level <= self.ticket.alert {
            return Err(vec![finding!(refuse "alerts.not_reached").with(
                "level",
                Arg::Term {
                    prefix: "alert",
                    name: reached.name(),
                },
            )]);
        }
        Ok(vec![Event::AlertRaised { level }])
    }
}
