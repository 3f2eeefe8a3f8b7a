//! A hotline server in the test's own process, with units and people of every role, and clients signed in as them.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

use rexian::api::ticket::{ActionAnswer, ActionRequest, DispatchTo, NewTicket, TicketView};
use rexian::client::http::Token;
use rexian::client::{Address, Client, Key, Patience, Settings};
use rexian::domain::action::Action;
use rexian::domain::ids::{BookId, PersonId, TicketNo, UnitId};
use rexian::domain::intake::{Caller, Domain, Intake, Kind, Showing, Story, Urgency};
use rexian::domain::moment::Moment;
use rexian::domain::people::{Person, Role, Unit};
use rexian::locale::Lang;
use rexian::server::clock::Clock;
use rexian::server::password;
use rexian::server::run::{self, Running};
use rexian::server::store::account::Order as Account;
use rexian::server::store::apply::Order;
use sha2::{Digest, Sha256};

use crate::cli::Folder;

/// The server's clock stands here.
pub const NOW: &str = "2026-11-20 09:30";
pub const PASSWORD: &str = "deng-hong-2026";

/// Who is who: id, name, role, unit.
pub const PEOPLE: [(&str, &str, Role, &str); 7] = [
    ("bangong", "何办", Role::Office, "hotline"),
    ("wangyi", "王一", Role::Liaison, "qingliu"),
    ("zhaoer", "赵二", Role::Liaison, "wanghe"),
    ("lisan", "李三", Role::SectionHead, "qingliu"),
    ("chensi", "陈四", Role::DeputyLeader, "qingliu"),
    ("liuwu", "刘五", Role::MainLeader, "qingliu"),
    ("guanli", "管理", Role::Admin, "hotline"),
];

/// Hashing is slow on purpose: once is enough.
static HASH: LazyLock<String> = LazyLock::new(|| password::hash(PASSWORD).expect("a hash"));

/// Waits that a test does not have to sit through; as many tries as any case needs.
pub const HASTE: Patience = Patience {
    first: std::time::Duration::ZERO,
    longest: std::time::Duration::ZERO,
    total: std::time::Duration::from_secs(60),
    tries: 6,
};

pub fn at(text: &str) -> Moment {
    text.parse().expect("a moment")
}

/// What is asked of a client in a test.
pub fn settings() -> Settings {
    Settings {
        lang: Lang::Chinese,
        patience: HASTE,
        timeout: std::time::Duration::from_secs(60),
    }
}

pub fn client_at(address: SocketAddr, token: Option<&str>) -> Client {
    let address: Address = format!("http://{address}").parse().expect("an address");
    Client::new(address, token.map(Token::new), settings()).expect("a client")
}

pub struct House {
    pub folder: Folder,
    pub address: SocketAddr,
    running: Option<Running>,
}

impl House {
    pub async fn new(name: &str) -> Self {
        let folder = Folder::new(&format!("client-{name}"));
        let mut house = Self {
            folder,
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            running: None,
        };
        house.start().await;
        for (id, name) in [
            ("qingliu", "青柳街道办事处"),
            ("wanghe", "望河街道办事处"),
            ("hotline", "热线办"),
        ] {
            house
                .order(Account::PutUnit(Unit {
                    id: UnitId::from(id),
                    name: name.to_owned(),
                    book: BookId::from("songshan"),
                    phone: String::new(),
                    address: String::new(),
                    duties: String::new(),
                }))
                .await;
        }
        for (id, name, role, unit) in PEOPLE {
            let person = PersonId::from(id);
            house
                .order(Account::PutPerson(Person {
                    id: person.clone(),
                    name: name.to_owned(),
                    role,
                    unit: UnitId::from(unit),
                    phone: String::new(),
                    active: true,
                }))
                .await;
            let hash = HASH.clone();
            house.order(Account::SetPassword { person, hash }).await;
        }
        house
    }

    /// Starts where it stopped: the same port, the same data.
    pub async fn start(&mut self) {
        let place = |name: &str| self.folder.path().join(name).display().to_string();
        let settings = run::Settings {
            listen: self.address,
            db: format!("sqlite:{}", place("server.db")),
            blobs: place("blobs"),
            tls: None,
            test_clock: false,
        };
        let clock = Arc::new(Clock::standing_at(at(NOW)));
        let running = run::start(&settings, clock).await.expect("a server");
        self.address = running.address;
        self.running = Some(running);
    }

    pub async fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            running.stop().await;
        }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    async fn order(&self, order: Account) {
        let running = self.running.as_ref().expect("it runs");
        running.desk.store.write(Order::Account(order)).await.expect("written");
    }

    /// A token for somebody, without the slow way over their password.
    pub async fn token(&self, person: &str) -> String {
        let token = Key::fresh().to_string();
        let hash = Sha256::digest(token.as_bytes());
        self.order(Account::SignIn {
            token: hash.iter().map(|byte| format!("{byte:02x}")).collect(),
            person: PersonId::from(person),
            expires: i64::from(u32::MAX),
        })
        .await;
        token
    }

    pub async fn client(&self, person: &str) -> Client {
        client_at(self.address, Some(&self.token(person).await))
    }

    /// The same person by another way to the server.
    pub async fn client_by(&self, way: SocketAddr, person: &str) -> Client {
        client_at(way, Some(&self.token(person).await))
    }

    /// A ticket taken down by the office and passed on to a street office.
    pub async fn take(&self, no: &str, unit: &str) -> TicketView {
        let office = self.client("bangong").await;
        office
            .take(&new_ticket(no, unit), &Key::fresh())
            .await
            .expect("a ticket")
    }

    pub fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        self.folder.file(name, bytes)
    }
}

pub fn new_ticket(no: &str, unit: &str) -> NewTicket {
    NewTicket {
        intake: intake(no),
        dispatch: Some(DispatchTo {
            unit: UnitId::from(unit),
            co_units: Vec::new(),
            note: String::new(),
        }),
    }
}

pub fn intake(no: &str) -> Intake {
    Intake {
        no: TicketNo::from(no),
        book: BookId::from("songshan"),
        received: at("2026-11-20 09:00"),
        channel: "热线电话".to_owned(),
        kind: Kind::Help,
        domain: Domain::Construction,
        urgency: Urgency::Ordinary,
        classes: Vec::new(),
        title: "望河路路灯不亮".to_owned(),
        place: "望河路与青柳街路口".to_owned(),
        content: "来电人反映路口的路灯三天不亮，夜里看不清路，请尽快修好。".to_owned(),
        story: Story::default(),
        points: vec!["修好路灯".to_owned(), "答复何时修好".to_owned()],
        caller: Caller {
            name: "周女士".to_owned(),
            phone: "13900000000".to_owned(),
            address: "青柳街8号".to_owned(),
            showing: Showing::Open,
        },
        attachments: Vec::new(),
        stated_due: None,
        legal_limit: None,
    }
}

pub async fn act(client: &Client, no: &str, action: Action) -> ActionAnswer {
    let request = ActionRequest { seen: None, action };
    client.act(no, &request, &Key::fresh()).await.expect("done")
}

pub fn facts(text: &str) -> Action {
    Action::AddFacts { text: text.to_owned() }
}
