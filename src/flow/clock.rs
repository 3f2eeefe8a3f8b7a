//! Which limit runs now, and from when: the first one, a redo's, or the one that an extension, a suspension or a plan
//! gave in its place.

use crate::calendar::Calendar;
use crate::domain::moment::Moment;
use crate::domain::period::Period;
use crate::domain::ticket::{Redo, Ticket};
use crate::rules::Rulebook;
use crate::rules::clause::Cite;
use crate::rules::extension::Running;
use crate::rules::limits::Matter;

/// The limit by which a matter has to be finished.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Finish<'b> {
    pub start: Moment,
    /// Absent: the document leaves it to the ticket, and the ticket does not say.
    pub due: Option<Moment>,
    /// The limit before an extension, a suspension or a plan took its place.
    pub first_due: Option<Moment>,
    pub provisional: bool,
    /// The ticket states the limit itself.
    pub stated: bool,
    /// The limit's length, where it has one.
    pub period: Option<Period>,
    pub cite: &'b Cite,
}

/// The limit that follows from what a ticket is, counted from `start`.
pub fn first_limit<'b>(
    book: &'b Rulebook,
    calendar: &Calendar,
    matter: &Matter<'_>,
    start: Moment,
    stated_due: Option<Moment>,
    legal_limit: Option<Period>,
) -> Option<Finish<'b>> {
    let rule = book.limits.finish_for(matter)?;
    let mut finish = match rule.within {
        Some(period) => {
            let due = calendar.due(start, period);
            let (due, provisional) = (Some(due.at), due.provisional);
            Finish {
                start,
                due,
                first_due: due,
                provisional,
                stated: false,
                period: Some(period),
                cite: &rule.cite,
            }
        }
        None => {
            let provisional = stated_due.is_some_and(|due| calendar.provisional_between(start.date(), due.date()));
            Finish {
                start,
                due: stated_due,
                first_due: stated_due,
                provisional,
                stated: true,
                period: None,
                cite: &rule.cite,
            }
        }
    };
    if let (Some(note), Some(period)) = (&book.limits.legal, legal_limit) {
        let legal = calendar.due(start, period);
        if finish.due.is_none_or(|due| legal.at < due) {
            finish = Finish {
                due: Some(legal.at),
                first_due: Some(legal.at),
                provisional: legal.provisional,
                stated: false,
                period: Some(period),
                cite: &note.cite,
                ..finish
            };
        }
    }
    // 当周办结: the end of the week where that comes first.
    if let Some(rule) = book.bulletin.key_class(matter.classes)
        && let Some(end) = rule.end_of_week(start)
        && finish.due.is_none_or(|due| end < due)
    {
        finish = Finish {
            due: Some(end),
            first_due: Some(end),
            provisional: calendar.provisional_between(start.date(), calendar.last_day(end)),
            stated: false,
            period: None,
            cite: &rule.cite,
            ..finish
        };
    }
    Some(finish)
}

/// The limit that runs for this ticket now; none while nobody has it, or where the document sets none.
pub fn running<'b>(ticket: &Ticket, book: &'b Rulebook, calendar: &Calendar) -> Option<Finish<'b>> {
    let start = ticket.clock_start?;
    let intake = &ticket.intake;
    let first = first_limit(
        book,
        calendar,
        &intake.into(),
        start,
        intake.stated_due,
        intake.legal_limit,
    )?;
    let finish = match ticket.redos.last() {
        None => first,
        // A redo whose clock started again has its limit anew, whatever the office stated with the order.
        Some(redo) => match (
            &book.redo.limit,
            redo.due.filter(|_| redo_keeps_its_due(book, redo, start)),
        ) {
            (_, Some(due)) => Finish {
                due: Some(due),
                first_due: Some(due),
                provisional: calendar.provisional_between(start.date(), due.date()),
                stated: true,
                ..first
            },
            (Some(rule), None) if rule.same_as_first => Finish {
                cite: &rule.cite,
                ..first
            },
            // The document sets no limit for a redo, and the office named none: none is invented.
            _ => Finish {
                due: None,
                provisional: false,
                stated: true,
                period: None,
                ..first
            },
        },
    };
    Some(match ticket.granted_due {
        Some(due) => Finish {
            due: Some(due),
            provisional: calendar.provisional_between(start.date(), calendar.last_day(due)),
            ..finish
        },
        None => finish,
    })
}

/// Without a limit of its own a redo has only the one that was stated.
fn redo_keeps_its_due(book: &Rulebook, redo: &Redo, start: Moment) -> bool {
    let limit = book.redo.limit.as_ref().is_some_and(|rule| rule.same_as_first);
    !limit || start <= redo.at
}

/// What the rules on extensions want to know of a ticket.
pub fn running_for_extension(ticket: &Ticket, finish: Option<&Finish<'_>>, now: Moment) -> Running {
    let start = ticket.clock_start.unwrap_or(now);
    let granted = ticket
        .granted_extensions()
        .filter(|extension| extension.asked >= start)
        .count();
    Running {
        start,
        due: finish.and_then(|finish| finish.due),
        first_due: finish.and_then(|finish| finish.first_due),
        first_limit: finish.and_then(|finish| finish.period),
        granted_before: u32::try_from(granted).unwrap_or(u32::MAX),
        in_redo: !ticket.redos.is_empty(),
    }
}
