//! What is true of every ticket, whatever was done to it. Scenarios and random actions are held against the same list.

use rexian::calendar::Calendar;
use rexian::domain::action::ActionKind as Do;
use rexian::domain::event::Recorded;
use rexian::domain::moment::Moment;
use rexian::domain::request::Requested;
use rexian::domain::ticket::{Stage, Ticket};
use rexian::flow::{Duty, State, assess};
use rexian::rules::Rulebook;

/// Panics with the invariant's own words when one does not hold.
pub fn hold(before: &Ticket, ticket: &Ticket, events: &[Recorded], book: &Rulebook, calendar: &Calendar, now: Moment) {
    counts(before, ticket, events);
    stages(ticket);
    requests(before, ticket, book, calendar);
    assessment(ticket, book, calendar, now);
}

fn counts(before: &Ticket, ticket: &Ticket, events: &[Recorded]) {
    assert_eq!(
        ticket.version,
        events.len() as u64,
        "the version is the number of events"
    );
    assert!(
        ticket.earlier_attempts <= ticket.attempts.len(),
        "attempts of earlier rounds are among all"
    );
    let index_ok = ticket.current_reply.is_none_or(|index| index < ticket.replies.len());
    assert!(index_ok, "the current reply is one of the replies");
    let new = usize::try_from(before.version).expect("a count")..;
    for recorded in &events[new] {
        let line = serde_json::to_string(recorded).expect("an event is written");
        let read: Recorded = serde_json::from_str(&line).expect("and read again");
        assert_eq!(&read, recorded, "an event survives being written");
    }
}

fn stages(ticket: &Ticket) {
    let stage = ticket.stage;
    let has_unit = ticket.unit.is_some();
    if stage.with_the_unit() || stage == Stage::ReturnAsked {
        assert!(has_unit, "{stage}: a ticket on somebody's desk has a unit");
        assert!(ticket.clock_start.is_some(), "{stage}: and its clock runs");
    }
    if stage == Stage::Taken {
        assert!(!has_unit, "a ticket that nobody has got has no unit");
        assert!(ticket.clock_start.is_none(), "and no clock");
    }
    if stage.in_hand() {
        assert!(ticket.accepted.is_some(), "{stage}: what is worked at was accepted");
    }
    if let Some(unit) = &ticket.unit {
        let received = ticket.receipts.iter().any(|(receiver, _)| receiver == unit);
        assert!(received, "who has a ticket has received it");
    }
    if matches!(stage, Stage::Signing | Stage::Signed | Stage::Submitted) {
        assert!(ticket.reply().is_some(), "{stage}: there is a reply");
    }
    let submitted = matches!(
        stage,
        Stage::Submitted | Stage::Passed | Stage::Closed | Stage::Withdrawn
    );
    assert!(
        ticket.submitted.is_none() || submitted,
        "{stage}: only what was submitted says so"
    );
    if stage == Stage::Submitted {
        assert!(ticket.submitted.is_some(), "what is submitted says when");
    }
    assert_eq!(
        stage == Stage::Closed,
        ticket.closed.is_some(),
        "closed, and only then, says when"
    );
    assert!(
        !stage.over() || ticket.finished.is_some(),
        "{stage}: what is over has finished"
    );
    let unfinished = stage.with_the_unit() || matches!(stage, Stage::Taken | Stage::ReturnAsked | Stage::Submitted);
    assert!(
        !unfinished || ticket.finished.is_none() || ticket.was_planned(),
        "{stage}: what goes on has not finished"
    );
    let sent_back = matches!(stage, Stage::SentBack | Stage::Signing | Stage::Signed) || stage.over();
    assert!(
        ticket.sent_back.is_none() || sent_back,
        "{stage}: only what was sent back has to be reported again"
    );
    assert!(
        stage != Stage::SentBack || ticket.sent_back.is_some(),
        "sent back says when"
    );
    let asked = ticket.returns.last().is_some_and(|record| record.decided.is_none());
    let waits = stage == Stage::ReturnAsked;
    assert!(
        if waits { asked } else { !asked || stage.over() },
        "{stage}: a return waits while it is asked, or for ever where the matter is over"
    );
    let open_returns = ticket.returns.iter().filter(|record| record.decided.is_none()).count();
    assert!(open_returns <= 1, "one return at a time");
}

fn requests(before: &Ticket, ticket: &Ticket, book: &Rulebook, calendar: &Calendar) {
    fn open<T>(requests: &[Requested<T>]) -> usize {
        requests.iter().filter(|request| request.pending()).count()
    }
    assert!(open(&ticket.extensions) <= 1, "one extension is asked for at a time");
    assert!(open(&ticket.suspensions) <= 1, "one suspension is asked for at a time");
    assert!(open(&ticket.exemptions) <= 1, "one exemption is asked for at a time");
    if let Some(most) = &book.extension.most {
        let start = ticket.clock_start;
        let granted = ticket
            .granted_extensions()
            .filter(|one| start.is_some_and(|start| one.asked > start));
        assert!(
            granted.count() <= most.times as usize,
            "no more extensions than the document allows"
        );
    }
    if let Some(most) = &book.redo.most {
        assert!(
            ticket.redo_count() <= most.times,
            "no more redos than the document allows"
        );
    }
    let same_clock = before.clock_start == ticket.clock_start && before.unit == ticket.unit;
    if let (true, Some(was), Some(is)) = (same_clock, before.granted_due, ticket.granted_due) {
        assert!(is >= was, "a grant never takes time away: {was} became {is}");
    }
    if let (true, None, Some(is)) = (same_clock, before.granted_due, ticket.granted_due) {
        let first = assess(before, book, calendar, ticket.clock_start.unwrap_or(is)).due();
        assert!(
            first.is_none_or(|first| is >= first),
            "a grant never shortens the first limit: {is}"
        );
    }
}

fn assessment(ticket: &Ticket, book: &Rulebook, calendar: &Calendar, now: Moment) {
    let assessment = assess(ticket, book, calendar, now);
    for signature in ticket.reply().map_or(&[][..], |version| &version.signed) {
        assert!(
            assessment.chain.contains(signature.role),
            "only who is in the chain has signed: {}",
            signature.role
        );
    }
    let complete = assessment.chain.next(assessment.signed).is_none();
    assert!(
        ticket.stage != Stage::Signed || complete,
        "signed by all before it is signed"
    );
    assert!(
        ticket.stage != Stage::Submitted || complete,
        "signed by all before it is submitted"
    );
    if let Some(changes) = assessment.alert_changes {
        assert!(changes > now, "the alert's next change lies ahead: {changes} at {now}");
        let then = assess(ticket, book, calendar, changes);
        assert_ne!(then.alert, assessment.alert, "and then it does change, at {changes}");
    }
    for owed in &assessment.obligations {
        let late = owed.due.is_some_and(|due| now > due);
        // Not a limit: the first moment at which another try counts.
        let from = owed.duty == Duty::RetryContact;
        assert!(
            owed.state != State::Open || !late || from,
            "{}: what is past is not open",
            owed.duty
        );
    }
    if ticket.stage == Stage::Closed {
        let open = [
            Do::Redo,
            Do::CallBack,
            Do::Contact,
            Do::Reveal,
            Do::CorrectRating,
            Do::ClaimCommendation,
            Do::MarkBuckPassing,
            Do::ReportUnreachable,
        ];
        for action in Do::ALL.iter().filter(|action| !open.contains(action)) {
            assert!(
                !assessment.may(*action).allows(),
                "a closed ticket does not take {action}"
            );
        }
    }
    if ticket.stage.over() && !ticket.planned() {
        for action in [
            Do::Accept,
            Do::Return,
            Do::Sign,
            Do::Submit,
            Do::AskExtension,
            Do::Designate,
            Do::Claim,
            Do::Withdraw,
        ] {
            assert!(
                !assessment.may(action).allows(),
                "{}: what is over does not take {action}",
                ticket.stage
            );
        }
    }
}
