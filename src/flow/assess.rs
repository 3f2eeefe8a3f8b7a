//! What a ticket owes by when, how loud its clock is, whose signatures it needs, and what may be done with it now.

use crate::calendar::Calendar;
use crate::domain::action::{ActionKind, Alert};
use crate::domain::moment::Moment;
use crate::domain::ticket::Ticket;
use crate::flow::clock::{self, running_for_extension};
use crate::flow::duties::{self, Duty, Obligation};
use crate::flow::permit::{Case, Permission};
use crate::rules::Rulebook;
use crate::rules::clause::Cite;
use crate::rules::contact::Standing;
use crate::rules::signing::Chain;

/// The clocks of one ticket. It borrows ticket and rulebook: a list of a hundred thousand is assessed in less than a
/// tenth of a second. What may be done is worked out when it is asked, since a list shows clocks and only the ticket that
/// is open shows actions.
#[derive(Clone, Debug)]
pub struct Assessment<'t, 'b> {
    pub obligations: Vec<Obligation<'b>>,
    pub alert: Alert,
    pub alert_cite: Option<&'b Cite>,
    /// The next moment at which the alert level changes by itself.
    pub alert_changes: Option<Moment>,
    /// Whose signatures the reply needs, by channel and by how often it was redone.
    pub chain: Chain,
    /// Those that the current version has.
    pub signed: Chain,
    /// How many ordinary tickets it counts for when the unit is judged.
    pub weight: u32,
    /// What the contact log amounts to, where it matters.
    pub standing: Option<Standing>,
    case: Case<'t, 'b>,
}

impl<'b> Assessment<'_, 'b> {
    /// Whether this may be done now, and if not, why not.
    pub fn may(&self, action: ActionKind) -> Permission<'b> {
        self.case.permit(action)
    }

    /// The same for every action there is.
    pub fn allowed(&self) -> impl Iterator<Item = (ActionKind, Permission<'b>)> {
        ActionKind::ALL.iter().map(|action| (*action, self.may(*action)))
    }

    pub fn obligation(&self, duty: Duty) -> Option<&Obligation<'b>> {
        self.obligations.iter().find(|obligation| obligation.duty == duty)
    }

    /// The limit by which it has to be finished.
    pub fn due(&self) -> Option<Moment> {
        self.obligation(Duty::Finish).and_then(|obligation| obligation.due)
    }
}

pub fn assess<'t, 'b>(ticket: &'t Ticket, book: &'b Rulebook, calendar: &Calendar, now: Moment) -> Assessment<'t, 'b> {
    let case = case(ticket, book, calendar, now);
    let standing = (ticket.finished.is_none() && !ticket.attempts_now().is_empty())
        .then(|| book.contact.standing(ticket.attempts_now(), calendar));
    let (alert, alert_cite, alert_changes) = alert(&case, calendar);
    Assessment {
        obligations: duties::of_ticket(ticket, book, calendar, case.finish.as_ref(), standing.as_ref(), now),
        alert,
        alert_cite,
        alert_changes,
        chain: case.chain,
        signed: signed(ticket),
        weight: book.signing.weight(&ticket.intake.channel),
        standing,
        case,
    }
}

pub(super) fn case<'t, 'b>(ticket: &'t Ticket, book: &'b Rulebook, calendar: &Calendar, now: Moment) -> Case<'t, 'b> {
    let finish = clock::running(ticket, book, calendar);
    let running = running_for_extension(ticket, finish.as_ref(), now);
    Case {
        ticket,
        book,
        finish,
        // Whether a check on site is needed shows only in the return itself: the longer window is the outer bound.
        return_until: return_until(ticket, book, calendar, true),
        extend_until: book.extension.latest(&running, calendar),
        chain: book.signing.chain(&ticket.intake.channel, ticket.redo_count()),
        now,
    }
}

/// When the return window of the unit that has it closes.
pub(super) fn return_until<'b>(
    ticket: &Ticket,
    book: &'b Rulebook,
    calendar: &Calendar,
    site_check: bool,
) -> Option<(Moment, &'b Cite)> {
    let receipt = ticket.first_receipt()?;
    let (within, cite) = book.returning.window_for(site_check, &ticket.intake.classes)?;
    Some((calendar.due(receipt, within).at, cite))
}

pub(super) fn signed(ticket: &Ticket) -> Chain {
    ticket.reply().map_or(Chain::default(), |version| {
        version.signed.iter().fold(Chain::default(), |chain, signature| {
            chain.with(Chain::of(&[signature.role]))
        })
    })
}

fn alert<'b>(case: &Case<'_, 'b>, calendar: &Calendar) -> (Alert, Option<&'b Cite>, Option<Moment>) {
    let over = case.ticket.submitted.is_some() || case.ticket.finished.is_some();
    match case.finish {
        Some(finish) if !over => match finish.due {
            Some(due) => case
                .book
                .alerts
                .level(finish.start, due, finish.stated, case.now, calendar),
            None => (Alert::None, None, None),
        },
        _ => (Alert::None, None, None),
    }
}
