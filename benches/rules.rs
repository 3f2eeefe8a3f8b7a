//! How fast the rules core is, on one core: assessing a desk full of tickets, checking a reply, computing a limit.
//! `cargo bench --bench rules`

use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use rexian::calendar::Calendar;
use rexian::domain::action::{ReturnRequest, ReturnScope};
use rexian::domain::contact::{Attempt, Outcome, Purpose, Way};
use rexian::domain::event::{Event, Recorded};
use rexian::domain::ids::{BookId, PersonId, TicketNo, UnitId};
use rexian::domain::intake::{Caller, Domain, Intake, Kind, Showing, Story, Urgency};
use rexian::domain::moment::Moment;
use rexian::domain::people::{Actor, Role};
use rexian::domain::period::Period;
use rexian::domain::reply::{Reply, ReplyFields};
use rexian::domain::request::ExtensionRequest;
use rexian::domain::ticket::Ticket;
use rexian::flow::{assess, fold};
use rexian::rules::contact::Standing;
use rexian::rules::elements;
use rexian::rules::reply::Draft;
use rexian::rules::{Rulebook, Shelf};

const TICKETS: usize = 100_000;

fn at(text: &str) -> Moment {
    text.parse().expect("a moment")
}

/// One ticket, its book and state chosen by its number: all books, kinds and channels, and lives of every length.
fn ticket(number: usize, book: &Rulebook) -> Ticket {
    let received = at("2026-02-02 09:00").plus_minutes((number as i64 * 37) % (30 * 24 * 60));
    let channels = &book.book.channels;
    let intake = Intake {
        no: TicketNo(format!("WH{number:010}")),
        book: book.book.id.clone(),
        received,
        channel: channels[number % channels.len()].clone(),
        kind: Kind::ALL[number % 5],
        domain: Domain::ALL[number % 12],
        urgency: Urgency::Ordinary,
        classes: book
            .book
            .classes
            .iter()
            .filter(|_| number.is_multiple_of(11))
            .take(1)
            .cloned()
            .collect(),
        title: "夜间施工噪声扰民".to_owned(),
        place: "海埠路与嵩山路交叉口".to_owned(),
        content: "夜间23时后仍在施工".to_owned(),
        story: Story::default(),
        points: vec!["停止夜间施工".to_owned()],
        caller: Caller {
            name: "王某".to_owned(),
            phone: "13800000000".to_owned(),
            address: String::new(),
            showing: Showing::Open,
        },
        attachments: Vec::new(),
        stated_due: None,
        legal_limit: None,
    };
    let actor = Actor {
        id: PersonId::from("p"),
        name: "李某".to_owned(),
        role: Role::Liaison,
        unit: UnitId::from("城管科"),
    };
    let attempt = |minutes: i64, outcome| {
        Event::ContactTried(Attempt {
            at: received.plus_minutes(minutes),
            way: Way::Phone,
            purpose: Purpose::First,
            outcome,
            from_number: Some("0631-5200000".to_owned()),
            by: "李某".to_owned(),
            by_role: Some(Role::SectionHead),
            seconds: Some(75),
            attitude: None,
            face_to_face: None,
            told: "已告知承办机构和电话".to_owned(),
            evidence: Vec::new(),
        })
    };
    let life = [
        Event::Dispatched {
            unit: UnitId::from("城管科"),
            co_units: Vec::new(),
            note: String::new(),
        },
        Event::Accepted {
            by_silence: false,
            since: received,
        },
        attempt(30, Outcome::NoAnswer),
        attempt(50, Outcome::NoAnswer),
        attempt(80, Outcome::Reached),
        Event::ExtensionAsked(ExtensionRequest {
            period: Some(Period::WorkDays(1)),
            reason: "天气".to_owned(),
            facts: String::new(),
            stage_result: String::new(),
            plan: String::new(),
            caller_consents: true,
            caller_told: true,
            opinions: Vec::new(),
        }),
        Event::ExtensionGranted {
            reason: String::new(),
            due: received.plus_days(9),
        },
        Event::ReplySubmitted {
            reply: Reply::of("已责令停止夜间施工"),
        },
        Event::ReplyPassed { note: String::new() },
        Event::RedoOrdered {
            reason: "不满意".to_owned(),
            due: None,
        },
    ];
    let mut events: Vec<Event> = life[..1 + number % life.len()].to_vec();
    if number.is_multiple_of(13) {
        events.truncate(1);
        events.push(Event::ReturnAsked(ReturnRequest {
            reason: "非本单位职责".to_owned(),
            basis: "三定方案".to_owned(),
            suggested_unit: "住建局".to_owned(),
            scope: ReturnScope::Outside,
            verified: "已核实".to_owned(),
            site_check: false,
            materials: Vec::new(),
            opinions: Vec::new(),
        }));
    }
    let recorded: Vec<Recorded> = events
        .into_iter()
        .enumerate()
        .map(|(index, event)| Recorded::new(received.plus_minutes(index as i64 * 20), actor.clone(), event))
        .collect();
    fold(intake, &recorded)
}

fn assessing(c: &mut Criterion) {
    let calendar = Calendar::builtin();
    let shelf = Shelf::built_in();
    let ids: Vec<BookId> = shelf.ids().cloned().collect();
    let day = at("2026-02-02 09:00").date();
    let books: Vec<Arc<Rulebook>> = ids
        .iter()
        .map(|id| shelf.in_force(id, day).expect("a built-in book"))
        .collect();
    let desk: Vec<(usize, Ticket)> = (0..TICKETS)
        .map(|number| (number % books.len(), ticket(number, &books[number % books.len()])))
        .collect();
    let now = at("2026-02-25 10:30");
    let mut group = c.benchmark_group("assess");
    group.throughput(Throughput::Elements(TICKETS as u64)).sample_size(20);
    group.bench_function("100,000 tickets of five books", |b| {
        b.iter(|| {
            for (book, ticket) in &desk {
                black_box(assess(ticket, &books[*book], calendar, now));
            }
        });
    });
    group.bench_function(
        "100,000 tickets of five books, and whether each action is allowed",
        |b| {
            b.iter(|| {
                for (book, ticket) in &desk {
                    let assessment = assess(ticket, &books[*book], calendar, now);
                    black_box(
                        assessment
                            .allowed()
                            .filter(|(_, permission)| permission.allows())
                            .count(),
                    );
                }
            });
        },
    );
    group.finish();
}

/// Made up; 500 characters, as officials write them.
const REPLY: &str = include_str!("reply-500.txt");

fn checking(c: &mut Criterion) {
    assert_eq!(
        REPLY.trim_end().chars().count(),
        500,
        "the reply is 500 characters long"
    );
    let book = Shelf::built_in()
        .latest(&BookId::from("songshan"))
        .expect("a built-in book");
    let fields = ReplyFields::default();
    let points = vec![
        "停止夜间施工".to_owned(),
        "渣土车要覆盖".to_owned(),
        "公示施工许可".to_owned(),
    ];
    c.bench_function("check a reply of 500 characters", |b| {
        b.iter(|| {
            let text = black_box(REPLY);
            let reading = elements::read(text);
            let draft = Draft {
                text,
                reading: &reading,
                fields: &fields,
                attachments: &[],
                kind: Some(Kind::Complaint),
                channel: None,
                emergency: false,
                finished: true,
                points: &points,
                answered: &[],
                standing: &Standing::Unknown,
                caller_phone: None,
            };
            black_box(book.reply.judge(&draft));
        });
    });
}

/// Texts without a mark, or of nothing but marks and one word: nothing in them stops a reader from looking on and on.
const ENDLESS: &[&str] = &[
    "2026年11月19日甲街道办事处到现场查看",
    "居民反映甲街道办事处科长王某",
    "这事不归我们管",
    "来电人表示满意、",
    "您，我局将",
    "《关于",
];

fn checking_at_length(c: &mut Criterion) {
    const SIZE: usize = 1 << 20;
    let book = Shelf::built_in()
        .latest(&BookId::from("songshan"))
        .expect("a built-in book");
    let fields = ReplyFields::default();
    let points = vec!["停止夜间施工".to_owned()];
    let mut group = c.benchmark_group("check a text of 1 MB without punctuation");
    group.sample_size(10);
    for piece in ENDLESS {
        let text = piece.repeat(SIZE / piece.len());
        group.bench_function(*piece, |b| {
            b.iter(|| {
                let text = black_box(text.as_str());
                let reading = elements::read(text);
                let draft = Draft {
                    text,
                    reading: &reading,
                    fields: &fields,
                    attachments: &[],
                    kind: Some(Kind::Complaint),
                    channel: None,
                    emergency: false,
                    finished: true,
                    points: &points,
                    answered: &[],
                    standing: &Standing::Unknown,
                    caller_phone: None,
                };
                black_box(book.reply.judge(&draft));
            });
        });
    }
    group.finish();
}

fn limits(c: &mut Criterion) {
    let calendar = Calendar::builtin();
    let before_spring_festival = at("2026-02-12 16:40");
    c.bench_function("a limit of 5 working days across a Spring Festival", |b| {
        b.iter(|| black_box(calendar.due(black_box(before_spring_festival), Period::WorkDays(5))));
    });
}

criterion_group!(benches, assessing, checking, checking_at_length, limits);
criterion_main!(benches);
