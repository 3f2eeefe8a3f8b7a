//! What is owed by when: the duties that follow from receipt alone, and those that a ticket's life adds.

use crate::calendar::Calendar;
use crate::domain::action::ProgressKind;
use crate::domain::contact::{Outcome, Purpose};
use crate::domain::moment::Moment;
use crate::domain::named::named;
use crate::domain::period::Period;
use crate::domain::request::ExemptionKind;
use crate::domain::ticket::{Progress, Stage, Ticket};
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
        /// A moment that has come, or a window that has closed: nobody's fault.
        Past = "past",
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
    owed.taking_on(book, matter.classes, *received, *received, None);
    let finish = first_limit(
        book,
        calendar,
        matter,
        *received,
        receipt.stated_due,
        receipt.legal_limit,
    );
    owed.answer(book, matter, finish.as_ref(), *received, None);
    owed.limit(Duty::OnSite, book.limits.on_site_for(matter), *received, None);
    owed.limit(Duty::Report, book.limits.report_for(matter), *received, None);
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
    owed.pass_on(book, ticket);
    if let Some(start) = ticket.clock_start {
        // A planned matter counts as done before its reply is in, a withdrawn one after it.
        let done = [ticket.submitted, ticket.finished].into_iter().flatten().min();
        if ticket.redos.is_empty() {
            let receipt = ticket.first_receipt().unwrap_or(start);
            let accepted = ticket.accepted.as_ref().map(|accepted| accepted.at);
            owed.taking_on(book, &ticket.intake.classes, start, receipt, accepted);
            owed.first_contact(book, ticket, start);
            owed.on_the_spot(book, ticket, finish, start);
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

    /// A duty whose moment is not counted from another one.
    fn by(&mut self, duty: Duty, from: Moment, due: Moment, cite: &'b Cite, done: Option<Moment>) {
        let provisional = self
            .calendar
            .provisional_between(from.date(), self.calendar.last_day(due));
        self.at(duty, Some(due), provisional, cite, done);
    }

    /// What the last entry says has come, or has closed, when its moment is past: it is no duty.
    fn no_duty(&mut self) {
        if let Some(last) = self.list.last_mut().filter(|last| last.state == State::Missed) {
            last.state = State::Past;
        }
    }

    /// The office hands it on: from receipt, or from the return that it approved.
    fn pass_on(&mut self, book: &'b Rulebook, ticket: &Ticket) {
        let Some(rule) = book.accepting.pass_on.as_ref().filter(|_| ticket.stage == Stage::Taken) else {
            return;
        };
        let returned = ticket.returns.last().and_then(|record| record.decided.as_ref());
        let from = returned.map_or(ticket.intake.received, |decided| decided.at);
        match rule.within {
            Some(within) => self.counted(Duty::PassOn, from, within, &rule.cite, None),
            // 当天: what comes in after hours has until midnight too.
            None => self.by(Duty::PassOn, from, Moment::end_of(from.date()), &rule.cite, None),
        }
    }

    /// Accept it or give it back. A unit that gets a ticket again has no second return window.
    fn taking_on(
        &mut self,
        book: &'b Rulebook,
        classes: &[String],
        start: Moment,
        receipt: Moment,
        accepted: Option<Moment>,
    ) {
        if let Some(rule) = &book.accepting.confirm
            && let Some(within) = rule.within
        {
            self.counted(Duty::Accept, start, within, &rule.cite, accepted);
        }
        if let Some((within, cite)) = book.returning.window_for(false, classes) {
            self.counted(Duty::Return, receipt, within, cite, None);
            self.no_duty();
        }
    }

    /// The enterprise is answered before the matter is finished, and so never later than that.
    fn answer(
        &mut self,
        book: &'b Rulebook,
        matter: &Matter<'_>,
        finish: Option<&Finish<'b>>,
        start: Moment,
        done: Option<Moment>,
    ) {
        self.limit(Duty::Answer, book.limits.answer_for(matter), start, done);
        let Some(finish) = finish else { return };
        let answer = self.list.last_mut().filter(|last| last.duty == Duty::Answer);
        if let Some(answer) = answer
            && finish.due < answer.due
            && let Some(due) = finish.due
        {
            let counted = finish.period.map(|period| (finish.start, period));
            self.list.pop();
            self.at(Duty::Answer, Some(due), finish.provisional, finish.cite, done);
            if let Some(last) = self.list.last_mut() {
                last.counted = counted;
            }
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
    fn on_the_spot(&mut self, book: &'b Rulebook, ticket: &Ticket, finish: Option<&Finish<'b>>, start: Moment) {
        let matter = Matter::from(&ticket.intake);
        // What an earlier unit did is not this one's.
        let receipt = ticket.first_receipt().unwrap_or(start);
        let answered = |purpose: Purpose| {
            let attempt = ticket.attempts.iter().find(|attempt| {
                attempt.outcome == Outcome::Reached && attempt.purpose == purpose && attempt.at >= receipt
            });
            attempt.map(|attempt| attempt.at)
        };
        let reported = |kind: ProgressKind| {
            ticket
                .progress
                .iter()
                .find(|progress| progress.kind == kind && progress.at >= receipt)
                .map(|progress| progress.at)
        };
        let answered = answered(Purpose::Answer).or(answered(Purpose::Result));
        self.answer(book, &matter, finish, start, answered);
        self.limit(
            Duty::OnSite,
            book.limits.on_site_for(&matter),
            start,
            reported(ProgressKind::OnSite),
        );
        self.limit(
            Duty::Report,
            book.limits.report_for(&matter),
            start,
            reported(ProgressKind::Stage).or(ticket.first_submitted),
        );
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
            let provisional = if finish.stated {
                finish.provisional
            } else {
                self.calendar.provisional_between(finish.start.date(), remind.date())
            };
            self.at(Duty::Remind, Some(remind), provisional, &rule.cite, done);
            self.no_duty();
        }
        if let Some(rule) = &book.alerts.ladder {
            if let Some(warning) = book.alerts.warning_at(due, self.calendar) {
                self.at(Duty::Warning, Some(warning), finish.provisional, &rule.cite, done);
                self.no_duty();
            }
            self.at(Duty::Yellow, Some(due), finish.provisional, &rule.cite, done);
            self.no_duty();
            if let Some(red) = book.alerts.red_at(due, self.calendar) {
                let provisional =
                    finish.provisional || self.calendar.provisional_between(finish.start.date(), red.date());
                self.at(Duty::Red, Some(red), provisional, &rule.cite, done);
                self.no_duty();
            }
        }
        let over = done.is_some() || running.in_redo && book.extension.not_after_redo.is_some();
        if !over && let Some((Some(latest), cite)) = book.extension.latest(running, self.calendar) {
            self.at(Duty::AskExtension, Some(latest), finish.provisional, cite, None);
            self.no_duty();
        }
    }

    fn first_contact(&mut self, book: &'b Rulebook, ticket: &Ticket, start: Moment) {
        let Some(rule) = &book.contact.first else { return };
        let since = match rule.since {
            // A clock that starts again does not undo the contact.
            Since::Dispatch => ticket.first_receipt().or(Some(start)),
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
        if done.is_none() && ticket.withdrawn.is_some() {
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
            let own = dispute
                .evidence
                .iter()
                .find(|(unit, _)| Some(unit) == ticket.unit.as_ref());
            let done = own.or(dispute.evidence.first().filter(|_| ticket.unit.is_none()));
            self.counted(
                Duty::HandInEvidence,
                dispute.opened,
                within,
                &rule.cite,
                done.map(|(_, at)| *at),
            );
        }
        if let (Some(sent_back), Some(rule)) = (ticket.sent_back, &book.redo.sent_back) {
            match rule.within {
                Some(within) => self.counted(Duty::ReportAgain, sent_back, within, &rule.cite, None),
                None => self.at(Duty::ReportAgain, None, false, &rule.cite, None),
            }
        }
        let no_contact = ticket.withdrawn.is_some() || book.contact.declined(ticket.attempts_now());
        if let (Some(finished), Some(rule), false) = (ticket.submitted, &book.contact.on_result, no_contact) {
            // Where the document names no time after completion, having told the result before serves as well.
            let since = rule.within.map(|_| finished);
            let told = ticket.attempts_now().iter().find(|attempt| {
                book.contact.reached(attempt)
                    && since.is_none_or(|since| attempt.at >= since)
                    && matches!(attempt.purpose, Purpose::Result | Purpose::Answer)
            });
            let told = told.map(|attempt| attempt.at).or(ticket.unreachable_reported);
            match rule.within {
                Some(within) => self.counted(Duty::TellResult, finished, within, &rule.cite, told),
                None => self.at(Duty::TellResult, None, false, &rule.cite, told),
            }
        }
        if let (Some(submitted), Some(rule), None) = (ticket.submitted, &book.redo.callback, ticket.withdrawn) {
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
        let last_redo = ticket.redos.last().map(|redo| redo.at);
        let since_redo = |at: &Moment| last_redo.is_none_or(|redo| *at >= redo);
        if let (Some(rule), Some(_)) = (&book.redo.meeting, ticket.redo_determined.filter(since_redo)) {
            let meeting = |progress: &&Progress| progress.kind == ProgressKind::Meeting && since_redo(&progress.at);
            let done = ticket.progress.iter().find(meeting).map(|progress| progress.at);
            self.at(Duty::Meeting, None, false, &rule.cite, done);
        }
        if let Some(rule) = book
            .redo
            .escalation
            .as_ref()
            .filter(|rule| ticket.redo_count() > rule.more_than)
        {
            let done = ticket.supervised.filter(since_redo);
            self.at(Duty::Supervise, None, false, &rule.cite, done);
        }
        self.plan(book, ticket);
    }

    /// 列入计划: it counts as dealt with; its own limit still runs until the reply is in.
    fn plan(&mut self, book: &'b Rulebook, ticket: &Ticket) {
        let granted = ticket.exemptions.iter().rev().find(|asked| asked.granted());
        let planned = granted.filter(|asked| asked.request.kind == ExemptionKind::Plan);
        let this_round = planned.filter(|asked| ticket.clock_start.is_some_and(|start| asked.asked >= start));
        if let (Some(asked), Some(until)) = (this_round, ticket.granted_due)
            && let Some(rule) = book.exemption.knows(ExemptionKind::Plan)
        {
            self.by(Duty::Plan, asked.asked, until, &rule.cite, ticket.submitted);
        }
    }

    /// Key tickets report on their mornings.
    fn key_ticket(&mut self, book: &'b Rulebook, ticket: &Ticket) {
        let open = ticket.finished.is_none() && ticket.submitted.is_none();
        let Some(rule) = book.bulletin.key_class(&ticket.intake.classes).filter(|_| open) else {
            return;
        };
        let Some(start) = ticket.clock_start else { return };
        let weekly = |progress: &&Progress| progress.kind == ProgressKind::Weekly && progress.at >= start;
        let last = ticket.progress.iter().rev().find(weekly).map(|progress| progress.at);
        if let Some(due) = rule.next_report(start, last) {
            self.by(Duty::WeeklyReport, start, due, &rule.cite, None);
        }
    }
}
