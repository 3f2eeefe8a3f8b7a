//! What happens in the demo, as a table: each row is the life of one ticket, told in working days before the last one.
//! Which rows there are follows from the rulebook: its channels, classes, signers, ways out and levels of alarm.

use super::diary::Diary;
use super::life::Life;
use super::material::{Matter, Stock};
use super::play::{Play, Step};
use super::story::{self, Came};
use crate::calendar::Calendar;
use crate::domain::action::{Alert, ProgressKind, UrgeWay};
use crate::domain::contact::Outcome;
use crate::domain::element::Attitude;
use crate::domain::intake::Kind;
use crate::domain::moment::Moment;
use crate::domain::people::Role;
use crate::domain::request::ExemptionKind;
use crate::flow::assess;
use crate::rules::Rulebook;
use Step as Do;

/// So many tickets there are at least; ordinary ones fill it up.
const TOTAL: usize = 80;
/// How far back a ticket is looked for that has a wanted level of alarm.
const ALERT_DAYS: u32 = 60;
/// One caller in so many asks for secrecy.
const SECRET: usize = 13;

type Steps = Vec<(u32, u32, Step)>;

#[derive(Clone, Default)]
struct Plot<'a> {
    kind: Option<Kind>,
    channel: Option<&'a str>,
    class: Option<&'a str>,
    /// In the hands of the unit that the demo is opened in.
    ours: bool,
    group: bool,
    secret: bool,
    /// Received on the first step's day.
    steps: Steps,
}

impl<'a> Plot<'a> {
    fn of(steps: Steps) -> Self {
        Self {
            steps,
            ..Self::default()
        }
    }

    fn ours(steps: Steps) -> Self {
        Self {
            ours: true,
            ..Self::of(steps)
        }
    }

    fn kind(self, kind: Kind) -> Self {
        Self {
            kind: Some(kind),
            ..self
        }
    }

    fn channel(self, channel: &'a str) -> Self {
        Self {
            channel: Some(channel),
            ..self
        }
    }
}

fn opened(day: u32) -> Steps {
    vec![(day, 25, Do::Dispatch), (day, 55, Do::Accept)]
}

fn called(day: u32) -> Steps {
    opened(day).and([(day, 130, Do::Call(Attitude::Understands))])
}

/// Drafted, signed by all who have to, and handed in.
fn reported(day: u32, attitude: Attitude) -> Steps {
    opened(day).and([(day, 130, Do::Call(attitude))]).and(handed_in(day))
}

fn handed_in(day: u32) -> Steps {
    vec![(day, 240, Do::Draft), (day, 280, Do::SignAll), (day, 320, Do::Submit)]
}

/// Passed by the office and called back.
fn called_back(day: u32, attitude: Attitude) -> Steps {
    reported(day, Attitude::Understands).and([(day, 380, Do::Pass), (day, 440, Do::CallBack(Some(attitude)))])
}

fn closed(day: u32) -> Steps {
    called_back(day, Attitude::Satisfied).and([(day, 470, Do::Close)])
}

/// One more round after a caller who was not satisfied.
fn redone(day: u32, attitude: Attitude) -> Steps {
    vec![(day, 20, Do::Redo), (day, 110, Do::Call(Attitude::Understands))]
        .and(handed_in(day))
        .and([(day, 380, Do::Pass), (day, 440, Do::CallBack(Some(attitude)))])
}

fn unreachable(day: u32) -> Steps {
    opened(day).and([
        (day, 80, Do::Miss(Outcome::NoAnswer)),
        (day, 190, Do::Miss(Outcome::Busy)),
        (day, 300, Do::Miss(Outcome::PoweredOff)),
    ])
}

trait And {
    fn and(self, more: impl IntoIterator<Item = (u32, u32, Step)>) -> Self;
}

impl And for Steps {
    fn and(mut self, more: impl IntoIterator<Item = (u32, u32, Step)>) -> Self {
        self.extend(more);
        self
    }
}

/// Rows that every rulebook has.
fn everywhere<'a>() -> Vec<Plot<'a>> {
    use Attitude::{Dissatisfied, Satisfied, Understands};
    vec![
        // Taken down, and nobody has it yet.
        Plot::of(vec![(0, 40, Do::Arrive)]),
        Plot::of(vec![(0, 200, Do::Arrive)]),
        // To be accepted, in hand, called.
        Plot::ours(vec![(0, 60, Do::Dispatch)]),
        Plot::ours(vec![(0, 150, Do::Dispatch)]),
        Plot::of(vec![(0, 240, Do::Dispatch)]),
        Plot::ours(opened(0)),
        Plot::ours(opened(1)).kind(Kind::Complaint),
        Plot::of(opened(0)),
        Plot::ours(called(0)),
        Plot::ours(called(1)).kind(Kind::Help),
        Plot::ours(called(1).and([(0, 60, Do::Progress(ProgressKind::Stage))])).kind(Kind::Complaint),
        Plot::of(called(1)).kind(Kind::Complaint),
        // Nobody answers the telephone.
        Plot::ours(opened(0).and([(0, 120, Do::Miss(Outcome::NoAnswer))])),
        Plot::ours(unreachable(1)).kind(Kind::Complaint),
        Plot::ours(unreachable(2).and([(2, 400, Do::ReportUnreachable)])).kind(Kind::Complaint),
        Plot::ours(unreachable(4).and([(4, 400, Do::ReportUnreachable)]).and(handed_in(3))).kind(Kind::Complaint),
        // Several units.
        Plot::ours(called(1).and([(1, 200, Do::AskHelp)])).kind(Kind::Complaint),
        Plot::ours(called(2).and([(2, 200, Do::AskHelp), (1, 90, Do::AnswerHelp)])).kind(Kind::Help),
        Plot::ours(
            vec![
                (5, 25, Do::DispatchJoint),
                (5, 55, Do::Accept),
                (5, 130, Do::Call(Satisfied)),
            ]
            .and([(5, 200, Do::AnswerHelp)])
            .and(handed_in(4)),
        )
        .kind(Kind::Complaint),
        // Another's.
        Plot::ours(vec![(0, 25, Do::Dispatch), (0, 100, Do::AskReturn)]).kind(Kind::Complaint),
        Plot::ours(vec![
            (2, 25, Do::DispatchWrong),
            (2, 100, Do::AskReturn),
            (2, 200, Do::DecideReturn(true)),
            (1, 40, Do::Accept),
        ])
        .kind(Kind::Complaint),
        Plot::ours(vec![
            (2, 25, Do::Dispatch),
            (2, 100, Do::AskReturn),
            (2, 200, Do::DecideReturn(false)),
            (1, 40, Do::Accept),
        ])
        .kind(Kind::Help),
        // More time.
        Plot::ours(called(1).and([(0, 40, Do::AskExtension)])).kind(Kind::Complaint),
        Plot::ours(called(2).and([(1, 60, Do::AskExtension), (1, 200, Do::DecideExtension(true))]))
            .kind(Kind::Complaint),
        Plot::ours(called(2).and([(1, 60, Do::AskExtension), (1, 200, Do::DecideExtension(false))]))
            .kind(Kind::Complaint),
        // Handed in, sent back, passed.
        Plot::ours(reported(0, Understands)),
        Plot::ours(reported(1, Satisfied)).kind(Kind::Complaint),
        Plot::of(reported(1, Dissatisfied)).kind(Kind::Complaint),
        Plot::ours(reported(1, Understands).and([(0, 30, Do::SendBack)])).kind(Kind::Help),
        Plot::ours(
            reported(3, Understands)
                .and([(2, 30, Do::SendBack)])
                .and(handed_in(2))
                .and([(2, 400, Do::Pass)]),
        )
        .kind(Kind::Complaint),
        Plot::ours(reported(1, Understands).and([(0, 90, Do::Pass)])),
        Plot::of(reported(2, Satisfied).and([(1, 90, Do::Pass), (1, 300, Do::CallBack(None))])),
        // Called back.
        Plot::ours(called_back(2, Satisfied)),
        Plot::ours(called_back(2, Dissatisfied)).kind(Kind::Complaint),
        // Done again.
        Plot::ours(called_back(6, Dissatisfied).and([(1, 20, Do::Redo)])).kind(Kind::Complaint),
        Plot::ours(
            called_back(9, Dissatisfied)
                .and(redone(6, Satisfied))
                .and([(5, 30, Do::Close)]),
        )
        .kind(Kind::Complaint),
        // The office steps in.
        Plot::ours(called(1).and([(0, 60, Do::Urge(UrgeWay::Phone))])).kind(Kind::Complaint),
        Plot::ours(called(16).and([
            (3, 60, Do::Urge(UrgeWay::Phone)),
            (2, 60, Do::Urge(UrgeWay::Phone)),
            (1, 60, Do::Supervise),
        ]))
        .kind(Kind::Complaint),
        Plot::ours(called(1).and([(1, 300, Do::AddFacts)])).kind(Kind::Complaint),
        // Other ends.
        Plot::ours(called(2).and([(1, 60, Do::Withdraw)])),
        Plot::of(called(5).and([(4, 60, Do::Withdraw), (4, 100, Do::Close)])),
        Plot::of(called(3).and([(2, 60, Do::FileAsCase)])).kind(Kind::Report),
        Plot::of(vec![
            (4, 60, Do::AnswerDirectly),
            (4, 90, Do::CallBack(Some(Satisfied))),
            (4, 120, Do::Close),
        ])
        .kind(Kind::Consult),
        Plot {
            group: true,
            ..Plot::ours(called(1).and([(1, 200, Do::Escalate), (0, 50, Do::Progress(ProgressKind::OnSite))]))
        },
        Plot {
            secret: true,
            ..Plot::ours(called(1).and([(1, 300, Do::Reveal)]))
        }
        .kind(Kind::Report),
        Plot {
            secret: true,
            ..Plot::ours(opened(0))
        }
        .kind(Kind::Complaint),
    ]
}

/// Rows that follow from what this rulebook knows.
fn of_the_book(book: &Rulebook) -> Vec<Plot<'_>> {
    use Attitude::{Dissatisfied, Satisfied};
    let mut plots = Vec::new();
    for kind in Kind::ALL {
        plots.push(Plot::of(closed(7)).kind(*kind));
    }
    for channel in &book.book.channels {
        plots.push(Plot::ours(closed(10)).channel(channel));
    }
    for class in &book.book.classes {
        let progress = vec![
            (3, 25, Do::Dispatch),
            (3, 30, Do::Accept),
            (3, 50, Do::Progress(ProgressKind::OnSite)),
        ];
        let steps = progress.and([
            (3, 70, Do::Call(Satisfied)),
            (3, 90, Do::Draft),
            (3, 95, Do::SignAll),
            (3, 100, Do::Submit),
        ]);
        plots.push(Plot {
            class: Some(class),
            ..Plot::ours(steps)
        });
    }
    plots.extend(at_the_signers(book));
    if book.returning.dispute.is_some() {
        let disputed = vec![(1, 25, Do::Dispatch), (1, 120, Do::Dispute), (1, 200, Do::Evidence)];
        plots.push(Plot::ours(disputed.clone()).kind(Kind::Complaint));
        let named = disputed.and([(0, 30, Do::Designate), (0, 60, Do::Accept)]);
        plots.push(Plot::ours(named).kind(Kind::Help));
    }
    if book.extension.suspension.is_some() {
        let asked = called(3).and([(2, 60, Do::AskSuspension)]);
        plots.push(Plot::ours(asked.clone()).kind(Kind::Complaint));
        plots.push(Plot::ours(asked.and([(2, 200, Do::DecideSuspension(true))])).kind(Kind::Complaint));
    }
    let known: Vec<ExemptionKind> = ExemptionKind::ALL
        .iter()
        .copied()
        .filter(|kind| book.exemption.knows(*kind).is_some())
        .collect();
    for kind in &known {
        plots.push(Plot::ours(called(1).and([(0, 80, Do::AskExemption(*kind))])).kind(Kind::Complaint));
    }
    for kind in &known {
        let decided = called(3).and([(2, 80, Do::AskExemption(*kind)), (2, 300, Do::DecideExemption(true))]);
        plots.push(Plot::ours(decided).kind(Kind::Complaint));
    }
    if let Some(kind) = known.first() {
        let refused = called(2).and([(1, 80, Do::AskExemption(*kind)), (1, 300, Do::DecideExemption(false))]);
        plots.push(Plot::ours(refused).kind(Kind::Complaint));
    }
    let most = book.redo.most.as_ref().map_or(u32::MAX, |rule| rule.times);
    if most >= 2 {
        let twice = called_back(14, Dissatisfied)
            .and(redone(11, Dissatisfied))
            .and(redone(8, Satisfied));
        plots.push(Plot::ours(twice.clone()).kind(Kind::Complaint));
        plots.push(
            Plot::ours(
                called_back(8, Dissatisfied)
                    .and(redone(5, Dissatisfied))
                    .and([(1, 20, Do::Redo)]),
            )
            .kind(Kind::Complaint),
        );
    }
    if let Some(rule) = book.redo.meeting.as_ref().filter(|rule| most >= rule.from) {
        let often = (1..rule.from).fold(called_back(18, Dissatisfied), |steps, round| {
            steps.and(redone(18 - 3 * round, Dissatisfied))
        });
        let last = [
            (1, 20, Do::Redo),
            (1, 60, Do::DetermineRedo),
            (0, 60, Do::Progress(ProgressKind::Meeting)),
        ];
        plots.push(Plot::ours(often.and(last)).kind(Kind::Complaint));
    }
    if book.bulletin.commendation.is_some() {
        plots.push(Plot::ours(called_back(5, Satisfied).and([(3, 60, Do::Commend)])).kind(Kind::Complaint));
    }
    plots
}

/// A reply waiting at each leader who may ever have to sign one, one that was refused, and one signed by all.
fn at_the_signers(book: &Rulebook) -> Vec<Plot<'_>> {
    let mut plots = Vec::new();
    let mut seen = Vec::new();
    for redos in 0..2 {
        for channel in &book.book.channels {
            let chain: Vec<Role> = book.signing.chain(channel, redos).roles().collect();
            for (signed, _) in chain.iter().enumerate().filter(|(_, role)| !seen.contains(*role)) {
                let before = match redos {
                    0 => called(1),
                    _ => called_back(5, Attitude::Dissatisfied)
                        .and([(1, 20, Do::Redo), (1, 110, Do::Call(Attitude::Understands))]),
                };
                let signatures = (0..signed).map(|_| (1, 300, Do::Sign));
                let steps = before.and([(1, 240, Do::Draft)]).and(signatures);
                plots.push(Plot::ours(steps).kind(Kind::Complaint).channel(channel));
                if redos == 0 && signed == 0 {
                    let refused = called(1).and([(1, 240, Do::Draft), (0, 30, Do::RefuseToSign)]);
                    plots.push(Plot::ours(refused).kind(Kind::Complaint).channel(channel));
                    let all = called(1).and([(1, 240, Do::Draft), (1, 300, Do::SignAll)]);
                    plots.push(Plot::ours(all).kind(Kind::Complaint).channel(channel));
                }
            }
            seen.extend(chain);
        }
    }
    plots
}

/// Ordinary tickets, older and newer, until there are enough.
fn ordinary<'a>(number: usize) -> Plot<'a> {
    let day = 4 + u32::try_from(number).unwrap_or(0) * 3 % 26;
    match number % 4 {
        0 => Plot::of(closed(day)),
        1 => Plot::ours(closed(day)),
        2 => Plot::ours(reported(day, Attitude::Satisfied).and([(day - 1, 60, Do::Pass)])),
        _ => Plot::ours(called(day % 2)).kind(Kind::Complaint),
    }
}

/// The levels of alarm that this rulebook has.
fn levels(book: &Rulebook) -> Vec<Alert> {
    match (&book.alerts.ladder, &book.alerts.remind) {
        (Some(_), _) => vec![Alert::Warning, Alert::Yellow, Alert::Red],
        (None, Some(_)) => vec![Alert::Remind, Alert::Overdue],
        (None, None) => vec![Alert::Overdue],
    }
}

struct Stage<'a> {
    book: &'a Rulebook,
    calendar: &'a Calendar,
    stock: &'a Stock,
    diary: &'a Diary<'a>,
    now: Moment,
}

pub fn all<'a>(
    book: &'a Rulebook,
    calendar: &'a Calendar,
    stock: &'a Stock,
    diary: &'a Diary<'a>,
    now: Moment,
) -> Vec<Life<'a>> {
    let stage = Stage {
        book,
        calendar,
        stock,
        diary,
        now,
    };
    let mut lives: Vec<Life<'_>> = Vec::new();
    for plot in everywhere().iter().chain(&of_the_book(book)) {
        lives.push(stage.play(plot, lives.len()));
    }
    for level in levels(book) {
        let number = lives.len();
        let reaches = |life: &Life<'_>| assess(&life.ticket, book, calendar, now).alert == level;
        let tried = (0..ALERT_DAYS).map(|day| stage.play(&Plot::ours(called(day)).kind(Kind::Complaint), number));
        lives.extend(tried.into_iter().find(reaches));
    }
    for number in 0.. {
        if lives.len() >= TOTAL {
            break;
        }
        lives.push(stage.play(&ordinary(number), lives.len()));
    }
    lives
}

impl<'a> Stage<'a> {
    fn play(&self, plot: &Plot<'_>, number: usize) -> Life<'a> {
        let matter = self.matter(plot, number);
        let unit = matter.unit.as_ref().unwrap_or(&self.stock.main).clone();
        let (day, first) = plot.steps.first().map_or((0, 0), |(day, minute, _)| (*day, *minute));
        let usual = self.book.book.channels.iter().find(|channel| *channel == "热线电话");
        let came = Came {
            received: self.diary.at(day, first.saturating_sub(20)),
            channel: plot.channel.or(usual.map(String::as_str)).unwrap_or_default(),
            class: plot.class,
            secret: plot.secret || number % SECRET == 5,
        };
        let intake = story::intake(number, matter, &came, self.stock, self.book, self.calendar);
        let mut play = Play {
            life: Life::new(intake, self.stock, self.book, self.calendar),
            stock: self.stock,
            matter,
            unit,
            book: self.book,
            calendar: self.calendar,
        };
        for (day, minute, step) in &plot.steps {
            play.step(self.diary.at(*day, *minute), *step);
        }
        play.life.run_clock(self.now);
        play.life
    }

    /// What it is about: the matters in turn, as far as they fit.
    fn matter(&self, plot: &Plot<'_>, number: usize) -> &'a Matter {
        let fits = |matter: &&Matter| {
            let usual = !matches!(matter.kind, Kind::Void | Kind::Praise);
            plot.kind.map_or(usual, |kind| matter.kind == kind)
                && (!plot.ours || matter.unit.is_none())
                && matter.group == plot.group
        };
        let fitting: Vec<&Matter> = self.stock.matters.iter().filter(fits).collect();
        match fitting.get(number % fitting.len().max(1)) {
            Some(matter) => matter,
            // No matter of this kind is the main unit's own.
            None => &self.stock.matters[number % self.stock.matters.len()],
        }
    }
}
