//! What is owed by when: the duties that follow from receipt alone, and those that a ticket's life adds.

use crate::calendar::Calendar;
use crate::domain::action::ProgressKind;
use crate::domain::contact::{Outcome, Purpose};
use crate::domain::moment::Moment;
use crate::domain::named::named;
use crate::domain::period::Period;
use crate::domain::ticket::{Stage, Ticket};
use crate::flow::clock::{Finish, first_limit, running_for_extension};
use crate::rules::Rulebook;
use crate::rules::clause::Cite;
use crate::rules::contact::{Since, Standing};
use crate::rules::extension::Running;
use crate::rules::limits::{Limit, Matter};

named! {
    pub enum Duty {
        Accept = "accept",
        Return = "return",
        Answer = "answer",
        Finish = "finish",
        OnSite = "on_site",
        Report = "report",
        Remind = "remind",
        Warning = "warning",
        Yellow = "yellow",
        Red = "red",
        AskExtension = "ask_extension",
        /// 交办
        PassOn = "pass_on",
        /// 首次联系
        FirstContact = "first_contact",
        /// 再次联系: when the next try counts.
        RetryContact = "retry_contact",
        /// 办结后告知
        TellResult = "tell_result",
        /// 提交佐证材料
        HandInEvidence = "hand_in_evidence",
        /// 重新报送
        ReportAgain = "report_again",
        /// 回访
        CallBack = "call_back",
        /// 重点工单的每周进展
        WeeklyReport = "weekly_report",
        /// 班子会说明
        Meeting = "meeting",
        /// 重复交办的督办
        Supervise = "supervise",
        /// 列入计划的期限
        Plan = "plan",
        /// 申请加分
        ClaimCommendation = "claim_commendation",
    }
}

named! {
    pub enum State {
        /// Still to be done, or a moment still to come.
        Open = "open",
        /// Done in time, or in time enough.
        Met = "met",
        /// The moment has passed and it was not done.
        Missed = "missed",
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Obligation<'b> {
    pub duty: Duty,
    /// Absent: owed, and the document names no figure.
    pub due: Option<Moment>,
    pub state: State,
    pub provisional: bool,
    pub cite: &'b Cite,
    /// What the limit is counted from and how long it is, where it is counted at all: the ledger explains it.
    pub counted: Option<(Moment, Period)>,
}

/// What is known when a ticket comes in, before anybody has done anything.
#[derive(Clone, Copy, Debug)]
pub struct Receipt<'a> {
    pub received: Moment,
    pub matter: Matter<'a>,
    pub stated_due: Option<Moment>,
    pub legal_limit: Option<Period>,
}

/// The duties that follow from receipt alone.
pub fn duties<'b>(book: &'b Rulebook, calendar: &Calendar, receipt: &Receipt<'_>) -> Vec<Obligation<'b>> {
    let Receipt { received, matter, .. } = receipt;
    let mut owed = Owed {
        calendar,
        now: *received,
        list: Vec::with_capacity(12),
    };
    owed.taking_on(book, matter.classes, *received, *received);
    let finish = first_limit(
        book,
        calendar,
        matter,
        *received,
        receipt.stated_due,
        receipt.legal_limit,
    );
    owed.limits(book, matter, *received);
    if let Some(finish) = &finish {
        let running = Running {
            start: *received,
            due: finish.due,
            first_due: finish.first_due,
            first_limit: finish.period,
            granted_before: 0,
            in_redo: false,
        };
        owed.finish(book, finish, &running, None);
    }
    owed.list
}

/// All duties of a ticket as it stands.
pub(super) fn of_ticket<'b>(
    ticket: &Ticket,
    book: &'b Rulebook,
    calendar: &Calendar,
    finish: Option<&Finish<'b>>,
    standing: Option<&Standing>,
    now: Moment,
) -> Vec<Obligation<'b>> {
    let mut owed = Owed {
        calendar,
        now,
        list: Vec::with_capacity(12),
    };
    if ticket.stage == Stage::Taken
        && let Some(rule) = &book.accepting.pass_on
    {
        match rule.within {
            Some(within) => owed.counted(Duty::PassOn, ticket.intake.received, within, &rule.cite, None),
            None => {
                // 当天: what comes in after hours has until midnight too.
                let today = Moment::end_of(ticket.intake.received.date());
                owed.at(Duty::PassOn, Some(today), false, &rule.cite, None);
            }
        }
    }
    if ticket.stage == Stage::Dispatched
        && let Some(start) = ticket.clock_start
    {
        let receipt = ticket.first_receipt().unwrap_or(start);
        owed.taking_on(book, &ticket.intake.classes, start, receipt);
    }
    if let Some(start) = ticket.clock_start {
        let done = ticket.submitted.or(ticket.finished);
        if ticket.redos.is_empty() {
            owed.first_contact(book, ticket, start);
            owed.on_the_spot(book, ticket, start);
        }
        if let Some(finish) = finish {
            let running = running_for_extension(ticket, Some(finish), now);
            owed.finish(book, finish, &running, done);
        }
    }
    owed.later(book, ticket, standing);
    owed.list
}

struct Owed<'c, 'b> {
    calendar: &'c Calendar,
    now: Moment,
    list: Vec<Obligation<'b>>,
}

impl<'b> Owed<'_, 'b> {
    fn at(&mut self, duty: Duty, due: Option<Moment>, provisional: bool, cite: &'b Cite, done: Option<Moment>) {
        let state = match (done, due) {
            (Some(done), Some(due)) if done > due => State::Missed,
            (Some(_), _) => State::Met,
            (None, Some(due)) if self.now > due => State::Missed,
            (None, _) => State::Open,
        };
        self.list.push(Obligation {
            duty,
            due,
            state,
            provisional,
            cite,
            counted: None,
        });
    }

    fn counted(&mut self, duty: Duty, from: Moment, period: Period, cite: &'b Cite, done: Option<Moment>) {
        let due = self.calendar.due(from, period);
        self.at(duty, Some(due.at), due.provisional, cite, done);
        if let Some(last) = self.list.last_mut() {
            last.counted = Some((from, period));
        }
    }

    /// Accept it or give it back. A unit that gets a ticket again has no second return window.
    fn taking_on(&mut self, book: &'b Rulebook, classes: &[String], start: Moment, receipt: Moment) {
        if let Some(rule) = &book.accepting.confirm
            && let Some(within) = rule.within
        {
            self.counted(Duty::Accept, start, within, &rule.cite, None);
        }
        if let Some((within, cite)) = book.returning.window_for(false, classes) {
            self.counted(Duty::Return, receipt, within, cite, None);
        }
    }

    fn limit(&mut self, duty: Duty, limit: Option<&'b Limit>, start: Moment, done: Option<Moment>) {
        if let Some(limit) = limit
            && let Some(within) = limit.within
        {
            self.counted(duty, start, within, &limit.cite, done);
        }
    }

    /// Answering, being on site and reporting, as far as the matter asks for them.
    fn limits(&mut self, book: &'b Rulebook, matter: &Matter<'_>, start: Moment) {
        self.limit(Duty::Answer, book.limits.answer_for(matter), start, None);
        self.limit(Duty::OnSite, book.limits.on_site_for(matter), start, None);
        self.limit(Duty::Report, book.limits.report_for(matter), start, None);
    }

    fn on_the_spot(&mut self, book: &'b Rulebook, ticket: &Ticket, start: Moment) {
        let matter = Matter::from(&ticket.intake);
        let answered = |purpose: Purpose| {
            let attempt = ticket
                .attempts
                .iter()
                .find(|attempt| attempt.outcome == Outcome::Reached && attempt.purpose == purpose);
            attempt.map(|attempt| attempt.at)
        };
        let reported = |kind: ProgressKind| {
            ticket
                .progress
                .iter()
                .find(|progress| progress.kind == kind)
                .map(|progress| progress.at)
        };
        if let limit @ Some(_) = book.limits.answer_for(&matter) {
            self.limit(
                Duty::Answer,
                limit,
                start,
                answered(Purpose::Answer).or(answered(Purpose::Result)),
            );
        }
        if let limit @ Some(_) = book.limits.on_site_for(&matter) {
            self.limit(Duty::OnSite, limit, start, reported(ProgressKind::OnSite));
        }
        if let limit @ Some(_) = book.limits.report_for(&matter) {
            self.limit(
                Duty::Report,
                limit,
                start,
                reported(ProgressKind::Stage).or(ticket.submitted),
            );
        }
    }

    /// The limit itself and all that hangs on it.
    fn finish(&mut self, book: &'b Rulebook, finish: &Finish<'b>, running: &Running, done: Option<Moment>) {
        self.at(Duty::Finish, finish.due, finish.provisional, finish.cite, done);
        if let (Some(last), Some(period)) = (self.list.last_mut(), finish.period) {
            last.counted = Some((finish.start, period));
        }
        let Some(due) = finish.due else { return };
        if let Some(rule) = &book.alerts.remind
            && let Some(remind) = book
                .alerts
                .remind_at(finish.start, Some(due), finish.stated, self.calendar)
        {
            self.at(
                Duty::Remind,
                Some(remind),
                self.provisional(finish, remind),
                &rule.cite,
                done,
            );
        }
        if let Some(rule) = &book.alerts.ladder {
            if let Some(warning) = book.alerts.warning_at(due, self.calendar) {
                self.at(Duty::Warning, Some(warning), finish.provisional, &rule.cite, done);
            }
            self.at(Duty::Yellow, Some(due), finish.provisional, &rule.cite, done);
            if let Some(red) = book.alerts.red_at(due, self.calendar) {
                self.at(Duty::Red, Some(red), self.provisional(finish, red), &rule.cite, done);
            }
        }
        let over = done.is_some() || running.in_redo && book.extension.not_after_redo.is_some();
        if !over && let Some((Some(latest), cite)) = book.extension.latest(running, self.calendar) {
            self.at(Duty::AskExtension, Some(latest), finish.provisional, cite, None);
        }
    }

    fn provisional(&self, finish: &Finish<'_>, until: Moment) -> bool {
        finish.provisional || self.calendar.provisional_between(finish.start.date(), until.date())
    }

    fn first_contact(&mut self, book: &'b Rulebook, ticket: &Ticket, start: Moment) {
        let Some(rule) = &book.contact.first else { return };
        let since = match rule.since {
            Since::Dispatch => Some(start),
            Since::Acceptance => ticket.accepted.as_ref().map(|accepted| accepted.at),
        };
        let Some(since) = since else { return };
        let reached = ticket
            .attempts_now()
            .iter()
            .find(|attempt| attempt.at >= since && book.contact.reached(attempt))
            .map(|attempt| attempt.at);
        // Tried as the document asks, and the hotline told.
        let done = reached.or(ticket.unreachable_reported);
        if done.is_none() && ticket.stage == Stage::Withdrawn {
            return;
        }
        match rule.within {
            Some(within) => self.counted(Duty::FirstContact, since, within, &rule.cite, done),
            None => self.at(Duty::FirstContact, None, false, &rule.cite, done),
        }
    }

    /// What the further life of the ticket adds.
    fn later(&mut self, book: &'b Rulebook, ticket: &Ticket, standing: Option<&Standing>) {
        if let (Some(Standing::Trying { next: Some(next), .. }), Some(rule)) = (standing, &book.contact.unreachable) {
            self.list.push(Obligation {
                duty: Duty::RetryContact,
                due: Some(*next),
                state: State::Open,
                provisional: false,
                cite: &rule.cite,
                counted: None,
            });
        }
        if let (Some(dispute), Some(rule)) = (&ticket.dispute, &book.returning.dispute)
            && let Some(within) = rule.evidence_within
        {
            self.counted(
                Duty::HandInEvidence,
                dispute.opened,
                within,
                &rule.cite,
                dispute.evidence,
            );
        }
        if let (Some(sent_back), Some(rule)) = (ticket.sent_back, &book.redo.sent_back) {
            match rule.within {
                Some(within) => self.counted(Duty::ReportAgain, sent_back, within, &rule.cite, None),
                None => self.at(Duty::ReportAgain, None, false, &rule.cite, None),
            }
        }
        let no_contact = ticket.stage == Stage::Withdrawn || book.contact.declined(ticket.attempts_now());
        if let (Some(finished), Some(rule), false) = (ticket.submitted, &book.contact.on_result, no_contact) {
            let told = ticket.attempts.iter().find(|attempt| {
                book.contact.reached(attempt)
                    && attempt.at >= finished
                    && matches!(attempt.purpose, Purpose::Result | Purpose::Answer)
            });
            let told = told.map(|attempt| attempt.at);
            match rule.within {
                Some(within) => self.counted(Duty::TellResult, finished, within, &rule.cite, told),
                None => self.at(Duty::TellResult, None, false, &rule.cite, told),
            }
        }
        if let (Some(submitted), Some(rule)) = (ticket.submitted, &book.redo.callback)
            && ticket.closed.is_none()
        {
            let called = ticket
                .callbacks
                .iter()
                .find(|callback| callback.at >= submitted)
                .map(|callback| callback.at);
            match rule.within {
                Some(within) => self.counted(Duty::CallBack, submitted, within, &rule.cite, called),
                None => self.at(Duty::CallBack, None, false, &rule.cite, called),
            }
        }
        self.key_ticket(book, ticket);
        if let Some(cite) = book.redo.meeting_owed(ticket.redo_count()) {
            let last_redo = ticket.redos.last().map(|redo| redo.at);
            let explained = ticket
                .progress
                .iter()
                .rev()
                .find(|progress| progress.kind == ProgressKind::Meeting);
            let done = explained
                .map(|progress| progress.at)
                .filter(|at| last_redo.is_none_or(|redo| *at >= redo));
            self.at(Duty::Meeting, None, false, cite, done);
        }
        if let Some(rule) = book
            .redo
            .escalation
            .as_ref()
            .filter(|rule| ticket.redo_count() > rule.more_than)
        {
            let last_redo = ticket.redos.last().map(|redo| redo.at);
            let done = ticket.supervised.filter(|at| last_redo.is_none_or(|redo| *at >= redo));
            self.at(Duty::Supervise, None, false, &rule.cite, done);
        }
        if ticket.stage == Stage::Exempted
            && let (Some(until), Some(exemption)) = (ticket.granted_due, ticket.exemptions.last())
            && let Some(rule) = book.exemption.knows(exemption.request.kind)
        {
            self.at(Duty::Plan, Some(until), false, &rule.cite, ticket.closed);
        }
    }

    /// Key tickets report on their mornings, and some must be finished within the week.
    fn key_ticket(&mut self, book: &'b Rulebook, ticket: &Ticket) {
        let Some(rule) = book.bulletin.key_class(&ticket.intake.classes) else {
            return;
        };
        let Some(start) = ticket.clock_start.filter(|_| ticket.finished.is_none()) else {
            return;
        };
        let reported = |since: Moment| {
            let weekly = ticket
                .progress
                .iter()
                .find(|progress| progress.kind == ProgressKind::Weekly && progress.at >= since);
            weekly.map(|progress| progress.at)
        };
        if let Some((from, due)) = rule.next_report(start, self.now) {
            self.at(Duty::WeeklyReport, Some(due), false, &rule.cite, reported(from));
        }
        if let Some(end) = rule.end_of_week(start) {
            self.at(Duty::Finish, Some(end), false, &rule.cite, ticket.submitted);
        }
    }
}
