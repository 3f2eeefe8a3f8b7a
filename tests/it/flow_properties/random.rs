//! Random tickets, people and actions. Most of what is made up is complete, and some of it is not.

use std::sync::{Arc, LazyLock};

use proptest::prelude::*;
use rexian::domain::action::*;
use rexian::domain::contact::{Attempt, FaceToFace, Outcome, Purpose, Way};
use rexian::domain::element::Attitude;
use rexian::domain::ids::UnitId;
use rexian::domain::intake::{Caller, Domain, Intake, Kind, Showing, Story, Urgency};
use rexian::domain::material::{Attachment, Material};
use rexian::domain::moment::Moment;
use rexian::domain::people::{Actor, Opinion, Role};
use rexian::domain::period::Period;
use rexian::domain::reply::{Reply, ReplyFields};
use rexian::domain::request::{ExemptionKind, ExemptionRequest, ExtensionRequest, SuspensionRequest};
use rexian::rules::{Rulebook, Shelf};

pub const UNITS: [&str; 3] = ["甲单位", "乙单位", "丙单位"];

pub fn one<T: Clone + std::fmt::Debug + 'static>(all: &'static [T]) -> impl Strategy<Value = T> {
    prop::sample::select(all)
}

pub fn books() -> &'static [Arc<Rulebook>] {
    static BOOKS: LazyLock<Vec<Arc<Rulebook>>> = LazyLock::new(|| {
        let shelf = Shelf::built_in();
        shelf.ids().filter_map(|id| shelf.latest(id)).collect()
    });
    &BOOKS
}

/// Mostly something, now and then nothing: a form that was left empty.
pub fn words() -> impl Strategy<Value = String> {
    prop_oneof![6 => Just("缘由".to_owned()), 1 => Just(String::new())]
}

pub fn unit() -> impl Strategy<Value = UnitId> {
    one(&UNITS).prop_map(UnitId::from)
}

pub fn period() -> impl Strategy<Value = Period> {
    prop_oneof![
        (1..12u32).prop_map(Period::WorkDays),
        (1..100u32).prop_map(Period::Days),
        (1..80u32).prop_map(Period::Hours),
        Just(Period::HalfWorkDay),
    ]
}

/// Everything that could be asked for, or nothing.
pub fn materials() -> impl Strategy<Value = Vec<Attachment>> {
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

pub fn opinions() -> impl Strategy<Value = Vec<Opinion>> {
    let all = Role::ALL.iter().map(|role| Opinion {
        role: *role,
        name: "王某".to_owned(),
        text: String::new(),
    });
    prop_oneof![5 => Just(all.collect()), 1 => Just(Vec::new())]
}

/// Complete by its fields, or nearly empty.
pub fn reply() -> impl Strategy<Value = Reply> {
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
pub fn attempt(now: Moment) -> impl Strategy<Value = Attempt> {
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

pub fn action(kind: ActionKind, now: Moment) -> BoxedStrategy<Action> {
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
        Do::ReleaseCoHandling => (prop::collection::vec(unit(), 1..2), words())
            .prop_map(|(units, reason)| Action::ReleaseCoHandling { units, reason })
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
        Do::DetermineRedo => words().prop_map(|reason| Action::DetermineRedo { reason }).boxed(),
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

pub fn actor() -> impl Strategy<Value = Actor> {
    (one(Role::ALL), unit()).prop_map(|(role, unit)| person(role, unit))
}

pub fn person(role: Role, unit: UnitId) -> Actor {
    Actor {
        id: "p".into(),
        name: "某".to_owned(),
        role,
        unit,
    }
}

pub fn day() -> Moment {
    "2026-03-02 09:00".parse().expect("a moment")
}

pub fn intake() -> impl Strategy<Value = Intake> {
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
pub enum Choice {
    Onward,
    Possible,
    Any,
}

/// What brings a ticket on its usual way.
pub const ONWARD: [ActionKind; 12] = [
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
pub struct Try {
    pub after: i64,
    /// Whoever the desk of the action asks for, or anybody.
    pub right_person: bool,
    pub anybody: Actor,
    /// Of the actions that bring a ticket on, of all that are possible then, or of all.
    pub choice: Choice,
    pub which: prop::sample::Index,
    pub seed: u64,
}

pub fn tries() -> impl Strategy<Value = Vec<Try>> {
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
