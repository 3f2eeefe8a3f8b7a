//! The made-up town that is served: a hundred units and as many tickets as are asked for, brought in by the store's own
//! code, the old ones closed and the newest in every stage. Nobody in it exists.

use std::sync::Arc;

use rexian::domain::action::Action;
use rexian::domain::contact::{Attempt, Outcome, Purpose, Way};
use rexian::domain::element::Attitude;
use rexian::domain::event::{Event, Recorded};
use rexian::domain::ids::{BookId, PersonId, TicketNo, UnitId};
use rexian::domain::intake::{Caller, Domain, Intake, Kind, Showing, Story, Urgency};
use rexian::domain::moment::Moment;
use rexian::domain::people::{Actor, Person, Role, Unit};
use rexian::domain::period::Period;
use rexian::domain::reply::Reply;
use rexian::domain::request::ExtensionRequest;
use rexian::server::clock::{Clock, machine_time};
use rexian::server::password;
use rexian::server::store::Store;
use rexian::server::store::account::Order as Account;
use rexian::server::store::apply::{Done, Order, hex};
use sha2::{Digest, Sha256};

pub const UNITS: usize = 100;
pub const PASSWORD: &str = "a made-up password";
/// Changes whenever what is seeded does: kept data of another form is not used.
pub const FORM: u32 = 1;
/// Orders handed in together.
const TOGETHER: usize = 256;

const STREETS: [&str; 12] = [
    "海埠路",
    "青柳街",
    "望河路",
    "锦程大道",
    "荷塘巷",
    "文津街",
    "松涛路",
    "北苑街",
    "石桥路",
    "澄江路",
    "柏树巷",
    "灵山街",
];
const PLACES: [&str; 10] = [
    "菜市场东门",
    "小学门口",
    "锦绣家园3号楼",
    "公交站旁",
    "望河社区",
    "地下车库",
    "幼儿园北侧",
    "桥头",
    "滨河公园",
    "农贸市场",
];
const MATTERS: [(&str, &str, Domain); 12] = [
    (
        "夜间施工噪声扰民",
        "连续多日夜间23时后仍有渣土车进出和机械作业，影响居民休息",
        Domain::Environment,
    ),
    (
        "路灯不亮",
        "入夜后整段道路没有照明，老人小孩出行不安全",
        Domain::Construction,
    ),
    (
        "占道经营堵塞通道",
        "摊贩每天早上占用人行道和半幅车道，行人只能走机动车道",
        Domain::Construction,
    ),
    (
        "电梯频繁停运",
        "本月已停运四次，物业称等配件，至今没有明确说法",
        Domain::Housing,
    ),
    (
        "拖欠工资",
        "班组七人两个月的工资没有结清，包工头电话不接",
        Domain::Livelihood,
    ),
    (
        "自来水压力不足",
        "早晚用水高峰时六楼以上没有水，已持续一周",
        Domain::PublicService,
    ),
    (
        "污水井盖破损",
        "井盖开裂下沉，车辆驶过响声很大，存在安全隐患",
        Domain::Construction,
    ),
    (
        "供暖温度不达标",
        "室内温度只有十五度，多次报修没有结果",
        Domain::Livelihood,
    ),
    (
        "预付卡门店关门",
        "充值两千元后门店转让，新店主不认账，要求退款",
        Domain::Economy,
    ),
    (
        "行道树遮挡信号灯",
        "路口西侧树枝遮住信号灯，司机看不清",
        Domain::Traffic,
    ),
    (
        "油烟直排",
        "楼下烧烤店油烟直接排向居民楼，不敢开窗",
        Domain::Environment,
    ),
    (
        "咨询医保补缴办法",
        "断缴三个月，想知道如何补缴，等待期怎么算",
        Domain::Health,
    ),
];
const NAMES: [&str; 8] = ["王某", "李某", "张某", "刘某", "陈某", "赵某", "孙某", "周某"];

/// How the tickets are spread over the stages, the oldest first.
#[derive(Clone, Copy, Debug)]
pub struct Town {
    pub tickets: usize,
}

/// How far a ticket has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Life {
    Closed,
    Passed,
    Submitted,
    Asking,
    Handling,
    Dispatched,
}

impl Town {
    /// Tickets that units have in hand: what any office has, however long its history.
    pub fn in_hand(self) -> usize {
        (self.tickets * 6 / 10).min(20_000)
    }

    fn live(self) -> usize {
        (self.in_hand() * 3 / 2).min(self.tickets)
    }

    fn life(self, number: usize) -> Life {
        let live = self.live();
        if number < self.tickets - live {
            return Life::Closed;
        }
        // Mixed all over, as the days bring them.
        match mixed(number) % 30 {
            0..=19 => Life::Handling,
            20..=23 => Life::Dispatched,
            24..=25 => Life::Submitted,
            26..=27 => Life::Asking,
            _ => Life::Passed,
        }
    }

    pub fn handling(self, number: usize) -> bool {
        self.life(number) == Life::Handling
    }

    /// Fills an empty database. Returns nothing before all of it is durable.
    pub async fn build(self, place: &str) {
        let store = Store::open(place, Arc::new(Clock::running()))
            .await
            .expect("an empty database");
        for unit in 0..=UNITS {
            order(&store, Account::PutUnit(house(unit))).await;
            order(&store, Account::PutPerson(person(unit))).await;
        }
        let hash = password::hash(PASSWORD).expect("a long enough password");
        let person = person(UNITS).id;
        order(&store, Account::SetPassword { person, hash }).await;
        let now = Moment::from_utc(machine_time());
        let mut number = 0;
        while number < self.tickets {
            let end = (number + TOGETHER).min(self.tickets);
            let orders = (number..end).map(|number| {
                let (intake, history) = self.ticket(number, now);
                store.write(Order::Import {
                    intake: Box::new(intake),
                    history,
                })
            });
            for done in futures_util::future::join_all(orders).await {
                let done = done.expect("a database that takes it");
                assert!(matches!(done, Done::Ticket(_)), "an import is taken: {done:?}");
            }
            if number % 100_000 < TOGETHER && number >= TOGETHER {
                eprintln!("  {number} tickets brought in");
            }
            number = end;
        }
        settle(&store).await;
        store.close().await;
    }

    /// A ticket and what happened to it, by its number alone.
    fn ticket(self, number: usize, now: Moment) -> (Intake, Vec<Recorded>) {
        let life = self.life(number);
        let left = self.tickets - number;
        // The live ones came in within the last nine days, the closed ones before, every four minutes.
        let minutes = match life {
            Life::Closed => 9 * 24 * 60 + left * 4,
            Life::Dispatched => 60 + left % 600,
            _ => 120 + left * (9 * 24 * 60 - 200) / self.live(),
        };
        let received = now.plus_minutes(-(minutes as i64));
        let (matter, told, domain) = MATTERS[mixed(number) % MATTERS.len()];
        let street = STREETS[mixed(number + 1) % STREETS.len()];
        let place = PLACES[mixed(number + 2) % PLACES.len()];
        let caller = NAMES[mixed(number + 3) % NAMES.len()];
        let classes = if number.is_multiple_of(40) {
            vec!["突发".to_owned()]
        } else {
            Vec::new()
        };
        let intake = Intake {
            no: TicketNo(no(number)),
            book: BookId::from("songshan"),
            received,
            channel: ["热线电话", "微平台", "人民网", "网格员"][mixed(number + 4) % 4].to_owned(),
            kind: Kind::ALL[mixed(number + 5) % 5],
            domain,
            urgency: Urgency::Ordinary,
            classes,
            title: format!("{street}{place}{matter}"),
            place: format!("嵩山街道{street}{}号{place}", number % 400 + 1),
            content: format!(
                "来电人{caller}反映：{street}{place}附近{told}。此前曾向社区反映，未见改善，希望有关部门到现场查看并尽快处理，给予答复。"
            ),
            story: Story::default(),
            points: vec![format!("尽快处理{matter}的问题")],
            caller: Caller {
                name: caller.to_owned(),
                phone: format!("1380{:07}", mixed(number + 6) % 10_000_000),
                address: String::new(),
                showing: if number.is_multiple_of(20) {
                    Showing::Secret
                } else {
                    Showing::Open
                },
            },
            attachments: Vec::new(),
            stated_due: None,
            legal_limit: None,
        };
        let mut history = Vec::new();
        let mut add = |minutes: i64, by: usize, event: Event| {
            history.push(Recorded::new(received.plus_minutes(minutes), actor(by), event));
        };
        let unit = unit(number);
        let note = "请按时办理".to_owned();
        let (to, co_units) = (unit_id(unit), Vec::new());
        add(
            20,
            UNITS,
            Event::Dispatched {
                unit: to,
                co_units,
                note,
            },
        );
        if life == Life::Dispatched {
            return (intake, history);
        }
        let since = received.plus_minutes(40);
        add(
            40,
            unit,
            Event::Accepted {
                by_silence: false,
                since,
            },
        );
        add(
            60,
            unit,
            Event::ContactTried(attempt(received.plus_minutes(55), Purpose::First, &person(unit).name)),
        );
        match life {
            Life::Dispatched | Life::Handling => return (intake, history),
            Life::Asking => {
                add(
                    80,
                    unit,
                    Event::ExtensionAsked(ExtensionRequest {
                        period: Some(Period::WorkDays(1)),
                        reason: "配件在途".to_owned(),
                        facts: "已到现场核实".to_owned(),
                        stage_result: "已设临时警示".to_owned(),
                        plan: "到货即装".to_owned(),
                        caller_consents: true,
                        caller_told: true,
                        opinions: Vec::new(),
                    }),
                );
                return (intake, history);
            }
            Life::Closed | Life::Passed | Life::Submitted => {}
        }
        add(
            90,
            unit,
            Event::ReplySubmitted {
                reply: Reply::of(format!(
                    "经{}工作人员到{street}{place}现场核实，来电人反映的{matter}情况属实。已责成责任单位整改，当日处理完毕，并电话告知来电人，来电人表示满意。",
                    person(unit).name
                )),
            },
        );
        if life == Life::Submitted {
            return (intake, history);
        }
        add(95, UNITS, Event::ReplyPassed { note: String::new() });
        if life == Life::Passed {
            return (intake, history);
        }
        let rating = Some(if number.is_multiple_of(7) {
            Attitude::Dissatisfied
        } else {
            Attitude::Satisfied
        });
        add(
            100,
            UNITS,
            Event::CalledBack {
                reached: true,
                rating,
                note: String::new(),
            },
        );
        add(110, UNITS, Event::Closed { note: String::new() });
        (intake, history)
    }
}

/// What the clock asks for of the tickets as they were brought in, done by the orders that the server gives itself.
async fn settle(store: &Store) {
    loop {
        let due = store.due_duties().await.expect("a database that answers");
        if due.is_empty() {
            return;
        }
        let orders = due.into_iter().map(|ticket| store.write(Order::Tick { ticket }));
        for done in futures_util::future::join_all(orders).await {
            done.expect("a database that takes it");
        }
    }
}

async fn order(store: &Store, order: Account) {
    let done = store
        .write(Order::Account(order))
        .await
        .expect("a database that takes it");
    assert!(matches!(done, Done::Nothing), "an entry is taken: {done:?}");
}

/// Signs everybody in by the store, so that a hundred passwords need not be checked; the token of each.
pub async fn sign_in(place: &str) -> Vec<String> {
    let store = Store::open(place, Arc::new(Clock::running()))
        .await
        .expect("the built database");
    let mut tokens = Vec::with_capacity(UNITS + 1);
    let expires = machine_time().timestamp() + 24 * 3600;
    for unit in 0..=UNITS {
        let token = hex(&Sha256::digest(format!("{expires} {unit} {place}")));
        let sign_in = Account::SignIn {
            token: hex(&Sha256::digest(token.as_bytes())),
            person: person(unit).id,
            expires,
        };
        order(&store, sign_in).await;
        tokens.push(token);
    }
    store.close().await;
    tokens
}

pub fn no(number: usize) -> String {
    format!("SS{number:09}")
}

pub fn unit(number: usize) -> usize {
    mixed(number + 7) % UNITS
}

fn unit_id(unit: usize) -> UnitId {
    UnitId(format!("unit{unit:03}"))
}

fn house(unit: usize) -> Unit {
    Unit {
        id: unit_id(unit),
        name: if unit == UNITS {
            "热线办".to_owned()
        } else {
            format!("第{unit}承办单位")
        },
        book: BookId::from("songshan"),
        phone: String::new(),
        address: String::new(),
        duties: String::new(),
    }
}

pub fn person(unit: usize) -> Person {
    Person {
        id: PersonId(format!("person{unit:03}")),
        name: NAMES[unit % NAMES.len()].to_owned(),
        role: if unit == UNITS { Role::Office } else { Role::Liaison },
        unit: unit_id(unit),
        phone: String::new(),
        active: true,
    }
}

fn actor(unit: usize) -> Actor {
    person(unit).actor()
}

fn attempt(at: Moment, purpose: Purpose, by: &str) -> Attempt {
    Attempt {
        at,
        way: Way::Phone,
        purpose,
        outcome: Outcome::Reached,
        from_number: Some("0631-5200000".to_owned()),
        by: by.to_owned(),
        by_role: None,
        seconds: Some(95),
        attitude: None,
        face_to_face: None,
        told: "已告知承办科室、办理进度和下次联系时间".to_owned(),
        evidence: Vec::new(),
    }
}

/// The record that the benchmark writes.
pub fn contact(unit: usize, now: Moment) -> Action {
    Action::Contact(attempt(now.plus_minutes(-1), Purpose::Follow, &person(unit).name))
}

/// Spreads numbers about, always the same way.
pub fn mixed(number: usize) -> usize {
    let mut x = (number as u64).wrapping_add(0x9E37_79B9_7F4A_7C15);
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    (x ^ (x >> 31)) as usize >> 1
}
