//! The life of one ticket, led through the same functions as any other: what the clock would have done is done, what a
//! person does is decided, and what is decided is folded in.

use super::material::Stock;
use super::papers;
use crate::calendar::Calendar;
use crate::domain::action::{Action, ActionKind};
use crate::domain::event::Recorded;
use crate::domain::ids::TicketNo;
use crate::domain::intake::Intake;
use crate::domain::moment::Moment;
use crate::domain::people::Actor;
use crate::domain::ticket::{Stage, Ticket};
use crate::flow::{Duty, assess, decide, evolve, take};
use crate::rules::{Finding, Rulebook};
use crate::server::store::apply::system;

/// So often papers are mended before an action counts as refused.
const TRIES: usize = 6;

/// What the rulebook would not let happen.
#[derive(Clone, Debug, PartialEq)]
pub struct Refused {
    pub no: TicketNo,
    /// Absent: the ticket could not even be taken down.
    pub action: Option<ActionKind>,
    pub findings: Vec<Finding>,
}

#[derive(Clone)]
pub struct Life<'a> {
    pub ticket: Ticket,
    pub history: Vec<Recorded>,
    pub refused: Vec<Refused>,
    stock: &'a Stock,
    book: &'a Rulebook,
    calendar: &'a Calendar,
    /// Until when the clock's duties are done.
    clock: Moment,
}

impl<'a> Life<'a> {
    pub fn new(intake: Intake, stock: &'a Stock, book: &'a Rulebook, calendar: &'a Calendar) -> Self {
        let refused = take(intake.clone(), book).err().map(|findings| Refused {
            no: intake.no.clone(),
            action: None,
            findings,
        });
        Self {
            clock: intake.received,
            ticket: Ticket::new(intake),
            history: Vec::new(),
            refused: refused.into_iter().collect(),
            stock,
            book,
            calendar,
        }
    }

    pub fn act(&mut self, when: Moment, actor: &Actor, mut action: Action) {
        self.run_clock(when);
        let stock = self.stock;
        let leaders = |role| stock.actor(role, &actor.unit).name;
        let mut tries = 0;
        loop {
            match decide(&self.ticket, &action, actor, self.book, self.calendar, when) {
                Ok(events) => {
                    for event in events {
                        self.record(Recorded::new(when, actor.clone(), event));
                    }
                    return;
                }
                Err(findings) if tries < TRIES && papers::mend(&mut action, &findings, when, &leaders) => tries += 1,
                Err(findings) => {
                    self.refused.push(Refused {
                        no: self.ticket.intake.no.clone(),
                        action: Some(action.kind()),
                        findings,
                    });
                    return;
                }
            }
        }
    }

    /// Does what the server does by itself at each moment up to `until`.
    pub fn run_clock(&mut self, until: Moment) {
        let mut at = self.clock;
        loop {
            self.tick(at);
            match self.next_duty(at).filter(|next| *next <= until) {
                Some(next) => at = next,
                None => break,
            }
        }
        self.clock = self.clock.max(until);
    }

    /// When the clock may ask for something again.
    fn next_duty(&self, at: Moment) -> Option<Moment> {
        let assessment = assess(&self.ticket, self.book, self.calendar, at);
        let silence = assessment
            .obligation(Duty::Accept)
            .filter(|_| self.ticket.stage == Stage::Dispatched)
            .and_then(|duty| duty.due)
            .map(Moment::just_after);
        [assessment.alert_changes, silence]
            .into_iter()
            .flatten()
            .filter(|next| *next > at)
            .min()
    }

    /// The same duties in the same order as the server's own.
    fn tick(&mut self, at: Moment) {
        let assessment = assess(&self.ticket, self.book, self.calendar, at);
        let silent = assessment
            .obligation(Duty::Accept)
            .is_some_and(|duty| duty.due.is_some_and(|due| at > due));
        let accept = silent.then_some(Action::Accept);
        let raise = (assessment.alert > self.ticket.alert).then_some(Action::RaiseAlert {
            level: Some(assessment.alert),
        });
        let by = system();
        for action in [accept, raise].into_iter().flatten() {
            // Where the clock asks for what the state does not allow, the server lets it be as well.
            if let Ok(events) = decide(&self.ticket, &action, &by, self.book, self.calendar, at) {
                for event in events {
                    self.record(Recorded::new(at, by.clone(), event));
                }
            }
        }
    }

    fn record(&mut self, recorded: Recorded) {
        let intake = self.ticket.intake.clone();
        let ticket = std::mem::replace(&mut self.ticket, Ticket::new(intake));
        self.ticket = evolve(ticket, &recorded);
        self.history.push(recorded);
    }
}
