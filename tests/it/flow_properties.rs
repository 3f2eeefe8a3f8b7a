//! Random people doing random things to a ticket in random order: nothing panics, nothing leads to an illegal state, and
//! what is done is what the assessment allowed.

use std::sync::{Arc, LazyLock};

use proptest::prelude::*;
use rexian::calendar::Calendar;
use rexian::domain::action::*;
use rexian::domain::contact::{Attempt, FaceToFace, Outcome, Purpose, Way};
use rexian::domain::element::Attitude;
use rexian::domain::event::Recorded;
use rexian::domain::ids::UnitId;
use rexian::domain::intake::{Caller, Domain, Intake, Kind, Showing, Story, Urgency};
use rexian::domain::material::{Attachment, Material};
use rexian::domain::moment::Moment;
use rexian::domain::people::{Actor, Opinion, Role};
use rexian::domain::period::Period;
use rexian::domain::reply::{Reply, ReplyFields};
use rexian::domain::request::{ExemptionKind, ExemptionRequest, ExtensionRequest, SuspensionRequest};
use rexian::domain::ticket::Ticket;
use rexian::flow::{assess, decide, evolve, fold};
use rexian::rules::{Rulebook, Shelf};

use crate::invariants;

const UNITS: [&str; 3] = ["甲单位", "乙单位", "丙单位"];

fn one<T: Clone + std::fmt::Debug + 'static>(all: &'static [T]) -> impl Strategy<Value = T> {
    prop::sample::select(all)
}

fn books() -> &'static [Arc<Rulebook>] {
    static BOOKS: LazyLock<Vec<Arc<Rulebook>>> = LazyLock::new(|| {
        let shelf = Shelf::built_in();
        shelf.ids().filter_map(|id| shelf.latest(id)).collect()
    });
    &BOOKS
}

/// Mostly something, now and then nothing: a form that was left empty.
fn words() -> impl Strategy<Value = String> {
    prop_oneof![6 => Just("缘由".to_owned()), 1 => Just(String::new())]
}

fn unit() -> impl Strategy<Value = UnitId> {
    one(&UNITS).prop_map(UnitId::from)
}

fn period() -> impl Strategy<Value = Period> {
    prop_oneof![
        (1..12u32).prop_map(Period::WorkDays),
        (1..100u32).prop_map(Period::Days),
        (1..80u32).prop_map(Period::Hours),
        Just(Period::HalfWorkDay),
    ]
}

/// Everything that could be asked for, or nothing.
fn materials() -> impl Strategy<Value = Vec<Attachment>> {
    let full = || {
        let all = Material::ALL.iter().map(|material| Attachment {
            seconds: Some(90),
            shows: Some(day().date()),
            sealed: true,
            ..Attachment::of(*material)
        });
        all.collect::<Vec<_>>()
    };
    prop_oneof![5 => Just(full()), 1 => Just(Vec::new())]
}

fn opinions() -> impl Strategy<Value = Vec<Opinion>> {
    let all = Role::ALL.iter().map(|role| Opinion {
        role: *role,
        name: "王某".to_owned(),
        text: String::new(),
    });
    prop_oneof![5 => Just(all.collect()), 1 => Just(Vec::new())]
}

/// Complete by its fields, or nearly empty.
fn reply() -> impl Strategy<Value = Reply> {
    let fields = ReplyFields {
        time: Some(day()),
        time_to_the_hour: true,
        unit: "城管科".to_owned(),
        handler: "科长王某".to_owned(),
        basis: "《城市道路照明管理规定》".to_owned(),
        process: "现场查看".to_owned(),
        result: "已修复".to_owned(),
        satisfaction: None,
        contact: "电话".to_owned(),
        phone: "0631-5200000".to_owned(),
        plan: "定期巡查".to_owned(),
        remedy: "行政复议".to_owned(),
    };
    let satisfaction =
        prop_oneof![4 => Just(Some(Attitude::Satisfied)), 1 => Just(None), 1 => Just(Some(Attitude::Dissatisfied))];
    let attached = materials().prop_map(|all| {
        let photos = all.into_iter().filter(|item| item.material != Material::Photo);
        photos.collect::<Vec<_>>()
    });
    let answered_by = prop::option::of(one(Role::ALL));
    (satisfaction, attached, answered_by, prop::bool::weighted(0.9)).prop_map(
        move |(satisfaction, attachments, answered_by, complete)| Reply {
            fields: if complete {
                ReplyFields {
                    satisfaction,
                    ..fields.clone()
                }
            } else {
                ReplyFields::default()
            },
            answered_by,
            attachments,
            ..Reply::of("已办。")
        },
    )
}

/// An attempt made a little before `now`; `ago` may reach to before the ticket came in.
fn attempt(now: Moment) -> impl Strategy<Value = Attempt> {
    (
        0..90i64,
        one(Way::ALL),
        one(Purpose::ALL),
        prop_oneof![Just(Outcome::Reached), one(Outcome::ALL)],
        materials(),
        prop::option::weighted(0.8, one(FaceToFace::ALL)),
        words(),
        prop::option::of(one(Role::ALL)),
    )
        .prop_map(
            move |(ago, way, purpose, outcome, evidence, face_to_face, told, by_role)| Attempt {
                at: now.plus_minutes(-ago),
                way,
                purpose,
                outcome,
                from_number: Some("0631-5200000".to_owned()),
                by: "李某".to_owned(),
                by_role,
                seconds: None,
                attitude: None,
                face_to_face,
                told,
                evidence,
            },
        )
}

fn action(kind: ActionKind, now: Moment) -> BoxedStrategy<Action> {
    use ActionKind as Do;
    let some = |share: f64| prop::bool::weighted(share);
    match kind {
        Do::Dispatch => (
            prop::option::weighted(0.9, unit()),
            prop::collection::vec(unit(), 0..2),
            words(),
        )
            .prop_map(|(unit, co_units, note)| Action::Dispatch { unit, co_units, note })
            .boxed(),
        Do::AnswerDirectly => words().prop_map(|text| Action::AnswerDirectly { text }).boxed(),
        Do::Accept => Just(Action::Accept).boxed(),
        Do::Return => (
            words(),
            words(),
            one(ReturnScope::ALL),
            some(0.5),
            materials(),
            opinions(),
        )
            .prop_map(|(reason, basis, scope, site_check, materials, opinions)| {
                Action::Return(ReturnRequest {
                    reason,
                    basis,
                    suggested_unit: "乙单位".to_owned(),
                    scope,
                    verified: "已核实".to_owned(),
                    site_check,
                    materials,
                    opinions,
                })
            })
            .boxed(),
        Do::DecideReturn => (some(0.5), words(), prop::option::of(unit()))
            .prop_map(|(approve, reason, next_unit)| Action::DecideReturn {
                approve,
                reason,
                next_unit,
            })
            .boxed(),
        Do::OpenDispute => words().prop_map(|reason| Action::OpenDispute { reason }).boxed(),
        Do::HandInEvidence => (words(), materials())
            .prop_map(|(note, materials)| Action::HandInEvidence { note, materials })
            .boxed(),
        Do::Designate => (
            prop::option::weighted(0.9, unit()),
            prop::option::weighted(0.9, one(DesignatedBy::ALL)),
            words(),
        )
            .prop_map(|(unit, by, reason)| Action::Designate { unit, by, reason })
            .boxed(),
        Do::Claim => words().prop_map(|note| Action::Claim { note }).boxed(),
        Do::MarkBuckPassing => words().prop_map(|reason| Action::MarkBuckPassing { reason }).boxed(),
        Do::Contact => attempt(now).prop_map(Action::Contact).boxed(),
        Do::ReportUnreachable => (words(), materials())
            .prop_map(|(summary, materials)| Action::ReportUnreachable { summary, materials })
            .boxed(),
        Do::AskCoHandling => (prop::collection::vec(unit(), 0..3), words(), materials())
            .prop_map(|(units, request, materials)| Action::AskCoHandling {
                units,
                request,
                materials,
            })
            .boxed(),
        Do::AnswerCoHandling => (words(), materials())
            .prop_map(|(text, materials)| Action::AnswerCoHandling { text, materials })
            .boxed(),
        Do::ReportProgress => (prop::option::weighted(0.9, one(ProgressKind::ALL)), words())
            .prop_map(|(kind, text)| Action::ReportProgress { kind, text })
            .boxed(),
        Do::Escalate => (0..20u32, words())
            .prop_map(|(callers, reason)| Action::Escalate { callers, reason })
            .boxed(),
        Do::AskExtension => (prop::option::weighted(0.9, period()), words(), some(0.9), opinions())
            .prop_map(|(period, reason, told, opinions)| {
                Action::AskExtension(ExtensionRequest {
                    period,
                    reason,
                    facts: "断供".to_owned(),
                    stage_result: "临时照明".to_owned(),
                    plan: "到货即装".to_owned(),
                    caller_consents: told,
                    caller_told: told,
                    opinions,
                })
            })
            .boxed(),
        Do::DecideExtension => (some(0.7), words())
            .prop_map(|(approve, reason)| Action::DecideExtension { approve, reason })
            .boxed(),
        Do::AskSuspension => (period(), words(), words())
            .prop_map(|(period, reason, basis)| Action::AskSuspension(SuspensionRequest { period, reason, basis }))
            .boxed(),
        Do::DecideSuspension => (some(0.7), words())
            .prop_map(|(approve, reason)| Action::DecideSuspension { approve, reason })
            .boxed(),
        Do::AskExemption => {
            let grounds: Vec<(ExemptionKind, String)> = books()
                .iter()
                .flat_map(|book| &book.exemption.kinds)
                .flat_map(|rule| rule.grounds.iter().map(|ground| (rule.kind, ground.clone())))
                .collect();
            (
                prop::sample::select(grounds),
                words(),
                materials(),
                some(0.9),
                prop::option::of(period()),
            )
                .prop_map(|((kind, ground), reason, materials, explained, period)| {
                    Action::AskExemption(ExemptionRequest {
                        kind,
                        ground,
                        reason,
                        materials,
                        explained,
                        period,
                    })
                })
                .boxed()
        }
        Do::DecideExemption => (some(0.5), words())
            .prop_map(|(approve, reason)| Action::DecideExemption { approve, reason })
            .boxed(),
        Do::FileAsCase => (prop::option::weighted(0.9, one(CaseKind::ALL)), materials())
            .prop_map(|(kind, materials)| Action::FileAsCase { kind, materials })
            .boxed(),
        Do::SubmitForSigning => prop::option::weighted(0.95, reply())
            .prop_map(|reply| Action::SubmitForSigning { reply })
            .boxed(),
        Do::Sign => words().prop_map(|note| Action::Sign { note }).boxed(),
        Do::RefuseToSign => words().prop_map(|reason| Action::RefuseToSign { reason }).boxed(),
        Do::Submit => prop::option::weighted(0.5, reply())
            .prop_map(|reply| Action::Submit { reply })
            .boxed(),
        Do::Pass => words().prop_map(|note| Action::Pass { note }).boxed(),
        Do::SendBack => words().prop_map(|reason| Action::SendBack { reason }).boxed(),
        Do::CallBack => (some(0.8), prop::option::weighted(0.8, one(Attitude::ALL)), words())
            .prop_map(|(reached, rating, note)| Action::CallBack { reached, rating, note })
            .boxed(),
        Do::CorrectRating => (prop::option::weighted(0.9, one(Attitude::ALL)), words())
            .prop_map(|(rating, reason)| Action::CorrectRating { rating, reason })
            .boxed(),
        Do::Redo => (words(), prop::option::weighted(0.3, -100..5000i64))
            .prop_map(move |(reason, ahead)| Action::Redo {
                reason,
                due: ahead.map(|ahead| now.plus_minutes(ahead)),
            })
            .boxed(),
        Do::Urge => (prop::option::weighted(0.9, one(UrgeWay::ALL)), words())
            .prop_map(|(way, note)| Action::Urge { way, note })
            .boxed(),
        Do::Supervise => (prop::option::weighted(0.9, one(SupervisionForm::ALL)), words())
            .prop_map(|(form, reason)| Action::Supervise { form, reason })
            .boxed(),
        Do::AddFacts => words().prop_map(|text| Action::AddFacts { text }).boxed(),
        Do::RestartClock => (prop::option::weighted(0.9, one(RestartGround::ALL)), words())
            .prop_map(|(ground, reason)| Action::RestartClock { ground, reason })
            .boxed(),
        Do::Withdraw => (prop::option::weighted(0.9, one(WithdrawnAt::ALL)), words())
            .prop_map(|(at, reason)| Action::Withdraw { at, reason })
            .boxed(),
        Do::ClaimCommendation => (prop::option::weighted(0.9, one(CommendationGround::ALL)), materials())
            .prop_map(|(ground, materials)| Action::ClaimCommendation { ground, materials })
            .boxed(),
        Do::Reveal => words().prop_map(|reason| Action::Reveal { reason }).boxed(),
        Do::Close => words().prop_map(|note| Action::Close { note }).boxed(),
        Do::RaiseAlert => prop::option::weighted(0.9, one(Alert::ALL))
            .prop_map(|level| Action::RaiseAlert { level })
            .boxed(),
    }
}

fn actor() -> impl Strategy<Value = Actor> {
    (one(Role::ALL), unit()).prop_map(|(role, unit)| person(role, unit))
}

fn person(role: Role, unit: UnitId) -> Actor {
    Actor {
        id: "p".into(),
        name: "某".to_owned(),
        role,
        unit,
    }
}

fn day() -> Moment {
    "2026-03-02 09:00".parse().expect("a moment")
}

fn intake() -> impl Strategy<Value = Intake> {
    let book = prop::sample::select(books());
    (
        book,
        any::<prop::sample::Index>(),
        any::<prop::sample::Index>(),
        one(Kind::ALL),
        one(Showing::ALL),
        prop::option::of(0..20_000i64),
        prop::option::of(period()),
        0..500_000i64,
    )
        .prop_map(|(book, channel, class, kind, showing, stated, legal_limit, minutes)| {
            let received = day().plus_minutes(minutes);
            let channel = channel.get(&book.book.channels).clone();
            let classes = [None, None, Some(())];
            let classes = classes[class.index(3)]
                .and_then(|()| (!book.book.classes.is_empty()).then(|| class.get(&book.book.classes).clone()));
            Intake {
                no: "T1".into(),
                book: book.book.id.clone(),
                received,
                channel,
                kind,
                domain: Domain::Construction,
                urgency: Urgency::Ordinary,
                classes: classes.into_iter().collect(),
                title: "路灯不亮".to_owned(),
                place: "某路".to_owned(),
                content: "路灯不亮".to_owned(),
                story: Story::default(),
                points: Vec::new(),
                caller: Caller {
                    name: "赵某".to_owned(),
                    phone: "13800000000".to_owned(),
                    address: String::new(),
                    showing,
                },
                attachments: Vec::new(),
                stated_due: stated.map(|ahead| received.plus_minutes(ahead)),
                legal_limit,
            }
        })
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Choice {
    Onward,
    Possible,
    Any,
}

/// What brings a ticket on its usual way.
const ONWARD: [ActionKind; 12] = [
    ActionKind::Dispatch,
    ActionKind::Contact,
    ActionKind::Accept,
    ActionKind::SubmitForSigning,
    ActionKind::Sign,
    ActionKind::RefuseToSign,
    ActionKind::Submit,
    ActionKind::Pass,
    ActionKind::SendBack,
    ActionKind::CallBack,
    ActionKind::Redo,
    ActionKind::Close,
];

/// One thing that somebody tries: what, who, and how long after the last.
#[derive(Clone, Debug)]
struct Try {
    after: i64,
    /// Whoever the desk of the action asks for, or anybody.
    right_person: bool,
    anybody: Actor,
    /// Of the actions that bring a ticket on, of all that are possible then, or of all.
    choice: Choice,
    which: prop::sample::Index,
    seed: u64,
}

fn tries() -> impl Strategy<Value = Vec<Try>> {
    let after = prop_oneof![4 => 0..120i64, 2 => 120..3000i64, 1 => 3000..40_000i64];
    let one_try = (
        after,
        prop::bool::weighted(0.9),
        actor(),
        prop_oneof![6 => Just(Choice::Onward), 4 => Just(Choice::Possible), 1 => Just(Choice::Any)],
        any::<prop::sample::Index>(),
        any::<u64>(),
    )
        .prop_map(|(after, right_person, anybody, choice, which, seed)| Try {
            after,
            right_person,
            anybody,
            choice,
            which,
            seed,
        });
    prop::collection::vec(one_try, 1..50)
}

/// Somebody who could do it, as far as the ticket tells.
fn right_person(kind: ActionKind, ticket: &Ticket, book: &Rulebook) -> Actor {
    use ActionKind as Do;
    let unit = ticket.unit.clone().unwrap_or_else(|| UNITS[0].into());
    match kind {
        Do::Accept
        | Do::Return
        | Do::Contact
        | Do::ReportUnreachable
        | Do::AskCoHandling
        | Do::ReportProgress
        | Do::AskExtension
        | Do::AskSuspension
        | Do::AskExemption
        | Do::FileAsCase
        | Do::SubmitForSigning
        | Do::Submit
        | Do::ClaimCommendation
        | Do::Claim
        | Do::HandInEvidence => person(Role::Liaison, unit),
        Do::AnswerCoHandling => {
            let asked = ticket.co_handling.iter().find(|other| other.answered.is_none());
            person(Role::Liaison, asked.map_or(unit, |other| other.unit.clone()))
        }
        Do::Sign | Do::RefuseToSign => {
            let signed = ticket.reply().map_or(&[][..], |version| &version.signed);
            let chain = book.signing.chain(&ticket.intake.channel, ticket.redo_count());
            let next = chain
                .roles()
                .find(|role| signed.iter().all(|signature| signature.role != *role));
            person(next.unwrap_or(Role::SectionHead), unit)
        }
        Do::RaiseAlert => person(Role::System, unit),
        _ => person(Role::Office, unit),
    }
}

fn sample<T: std::fmt::Debug>(strategy: &BoxedStrategy<T>, seed: u64) -> T {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    strategy.new_tree(&mut runner).expect("a value").current()
}

/// Plays the tries and holds every state that they lead to against the invariants.
fn play(intake: &Intake, tries: &[Try]) -> (Ticket, Vec<Recorded>) {
    let book = Shelf::built_in().latest(&intake.book).expect("a built-in book");
    let calendar = Calendar::builtin();
    let mut ticket = Ticket::new(intake.clone());
    let mut events: Vec<Recorded> = Vec::new();
    let mut now = intake.received;
    for one in tries {
        now = now.plus_minutes(one.after);
        let assessment = assess(&ticket, &book, calendar, now);
        let possible: Vec<ActionKind> = ActionKind::ALL
            .iter()
            .copied()
            .filter(|kind| one.choice == Choice::Any || assessment.may(*kind).allows())
            .filter(|kind| one.choice != Choice::Onward || ONWARD.contains(kind))
            .collect();
        let Some(kind) = (!possible.is_empty()).then(|| *one.which.get(&possible)) else {
            continue;
        };
        let action = sample(&action(kind, now), one.seed);
        let actor = if one.right_person {
            right_person(kind, &ticket, &book)
        } else {
            one.anybody.clone()
        };
        let decision = decide(&ticket, &action, &actor, &book, calendar, now);
        assert_eq!(
            decision,
            decide(&ticket, &action, &actor, &book, calendar, now),
            "asked twice, the same answer"
        );
        match decision {
            Err(findings) => {
                assert!(!findings.is_empty(), "{action:?}: a refusal says why");
                assert!(
                    findings.iter().all(|finding| finding.refuses()),
                    "{action:?}: a refusal refuses"
                );
            }
            Ok(done) => {
                assert!(
                    assessment.may(kind).allows(),
                    "{kind} was done at {now} although it is not allowed"
                );
                assert!(!done.is_empty(), "{action:?}: what is done has happened");
                let before = ticket.clone();
                for event in done {
                    let recorded = Recorded::new(now, actor.clone(), event);
                    ticket = evolve(ticket, &recorded);
                    events.push(recorded);
                }
                let context = format!("after {kind}");
                let held = std::panic::catch_unwind(|| {
                    invariants::hold(&before, &ticket, &events, &book, calendar, now);
                });
                if let Err(panic) = held {
                    println!("{context}: {:?}", events.iter().map(|e| &e.event).collect::<Vec<_>>());
                    std::panic::resume_unwind(panic);
                }
            }
        }
    }
    (ticket, events)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_sequence_of_actions_leads_to_an_illegal_state(intake in intake(), tries in tries()) {
        let (ticket, events) = play(&intake, &tries);
        prop_assert_eq!(&fold(intake, &events), &ticket, "folding the events again gives the same ticket");
        let written: Vec<String> = events.iter().map(|event| serde_json::to_string(event).expect("json")).collect();
        let read: Vec<Recorded> = written.iter().map(|line| serde_json::from_str(line).expect("json")).collect();
        prop_assert_eq!(read, events);
    }

    #[test]
    fn any_assessment_is_the_same_twice_and_never_panics(intake in intake(), tries in tries(), later in 0..2_000_000i64) {
        let (ticket, events) = play(&intake, &tries);
        let book = Shelf::built_in().latest(&intake.book).expect("a built-in book");
        let last = events.last().map_or(intake.received, |event| event.at);
        let now = last.plus_minutes(later);
        let once = assess(&ticket, &book, Calendar::builtin(), now);
        let again = assess(&ticket, &book, Calendar::builtin(), now);
        prop_assert_eq!(once.obligations, again.obligations);
        prop_assert_eq!((once.alert, once.alert_changes), (again.alert, again.alert_changes));
    }
}

/// The random walk is worth something only if it comes far: some tickets must be closed, some signed, some redone.
#[test]
fn the_random_walk_gets_about() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let mut kinds = std::collections::BTreeSet::new();
    for _ in 0..400 {
        let intake = intake().new_tree(&mut runner).expect("an intake").current();
        let tries = tries().new_tree(&mut runner).expect("tries").current();
        let (_, events) = play(&intake, &tries);
        for recorded in events {
            let written = serde_json::to_value(&recorded.event).expect("json");
            kinds.insert(written["event"].as_str().expect("a name").to_owned());
        }
    }
    let seldom: Vec<&&str> = crate::stored_events::NAMES
        .iter()
        .filter(|name| !kinds.contains(**name))
        .collect();
    assert!(seldom.is_empty(), "never happened in 400 walks: {seldom:?}");
}
