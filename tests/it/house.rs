//! A hotline server in the test's own process, with two street offices, the hotline, the district, and somebody of every
//! role in them. All of them are made up. Every answer that comes through here is held against the contract.

pub mod contract;

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use futures_util::future::join_all;
use reqwest::header::HeaderMap;
use reqwest::{Method, RequestBuilder};
use rexian::domain::ids::{BookId, PersonId, UnitId};
use rexian::domain::people::{Person, Role, Unit};
use rexian::server::clock::Clock;
use rexian::server::run::{self, Running, Settings};
use rexian::server::store::Store;
use rexian::server::store::account::Order as Account;
use rexian::server::store::apply::Order;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::cli::Folder;

/// Monday's ticket is looked at on Tuesday.
pub const RECEIVED: &str = "2026-03-02T09:00:00+08:00";
pub const NOW: &str = "2026-03-03 10:00";
pub const PASSWORD: &str = "made-up password 7";

/// The units, all under the rulebook of songshan.
pub const UNITS: &[(&str, &str)] = &[
    ("qingliu", "青柳街道"),
    ("wanghe", "望河街道"),
    ("hotline", "热线办"),
    ("district", "区政府"),
];

/// Somebody of every role: id, name, role, unit. The district's two leaders oversee qingliu.
pub const PEOPLE: &[(&str, &str, Role, &str)] = &[
    ("qing-li", "李青", Role::Liaison, "qingliu"),
    ("qing-sun", "孙柳", Role::Liaison, "qingliu"),
    ("qing-head", "赵科", Role::SectionHead, "qingliu"),
    ("qing-authorised", "钱权", Role::Authorised, "qingliu"),
    ("qing-deputy", "周分管", Role::DeputyLeader, "qingliu"),
    ("qing-main", "吴主要", Role::MainLeader, "qingliu"),
    ("wang-li", "郑望", Role::Liaison, "wanghe"),
    ("wang-head", "王河", Role::SectionHead, "wanghe"),
    ("dist-deputy", "冯区", Role::DistrictDeputy, "district"),
    ("dist-main", "陈区", Role::DistrictMain, "district"),
    ("office", "褚热", Role::Office, "hotline"),
    ("office-2", "卫线", Role::Office, "hotline"),
    ("admin", "蒋管", Role::Admin, "hotline"),
];

pub struct House {
    pub url: String,
    pub folder: Folder,
    pub http: reqwest::Client,
    running: Option<Running>,
    /// What must never be in an answer, from here on.
    secrets: Mutex<Vec<String>>,
}

impl House {
    pub async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// With other settings than usual.
    pub async fn with(change: impl FnOnce(&mut Settings)) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        run::install_crypto();
        let folder = Folder::new(&format!("house-{}", COUNT.fetch_add(1, Ordering::Relaxed)));
        let mut settings = settings(&folder);
        change(&mut settings);
        let clock = Arc::new(Clock::standing_at(NOW.parse().expect("a moment")));
        let running = run::start(&settings, clock).await.expect("the server starts");
        furnish(&running.desk.store).await;
        let scheme = if settings.tls.is_some() { "https" } else { "http" };
        Self {
            url: format!("{scheme}://{}", running.address),
            folder,
            http: client(),
            running: Some(running),
            secrets: Mutex::default(),
        }
    }

    pub fn store(&self) -> &Store {
        &self.running.as_ref().expect("it runs").desk.store
    }

    pub async fn account(&self, order: Account) {
        self.store()
            .write(Order::Account(order))
            .await
            .expect("the order is written");
    }

    /// Waits until so many wait for news.
    pub async fn until_listening(&self, listeners: usize) {
        let stopping = &self.running.as_ref().expect("it runs").desk.stopping;
        // The clock's duties wait as well.
        while stopping.receiver_count() < listeners + 1 {
            tokio::task::yield_now().await;
        }
    }

    /// Stops in an orderly way.
    pub async fn stop(&mut self) {
        self.running.take().expect("it runs").stop().await;
    }

    /// A request to begin with, as somebody who is signed in; `""`: as nobody.
    pub fn ask(&self, who: &str, method: &str, path: &str) -> Ask<'_> {
        let verb: Method = method.parse().expect("a method");
        let mut request = self.http.request(verb, format!("{}{path}", self.url));
        if !who.is_empty() {
            request = request.bearer_auth(token(who));
        }
        Ask {
            house: self,
            method: method.to_owned(),
            path: path.to_owned(),
            request,
        }
    }

    pub async fn get(&self, who: &str, path: &str) -> Answer {
        self.ask(who, "GET", path).send().await
    }

    pub async fn post(&self, who: &str, path: &str, body: Value) -> Answer {
        self.ask(who, "POST", path).json(body).send().await
    }

    pub async fn act(&self, who: &str, no: &str, action: Value) -> Answer {
        self.post(who, &format!("/v1/tickets/{no}/actions"), json!({ "action": action }))
            .await
    }

    /// Acts, and it has to be done.
    pub async fn done(&self, who: &str, no: &str, action: Value) -> Value {
        let answer = self.act(who, no, action.clone()).await;
        assert_eq!(answer.status, 200, "{who} {action}: {answer}");
        answer.json()
    }

    /// A ticket that the office takes down and gives to `unit` at once.
    pub async fn ticket(&self, no: &str, unit: &str) -> Value {
        let body = json!({ "intake": intake(no), "dispatch": { "unit": unit } });
        let answer = self.post("office", "/v1/tickets", body).await;
        assert_eq!(answer.status, 201, "{answer}");
        answer.json()
    }

    /// The same, taken on by a liaison who reached the caller.
    pub async fn in_hand(&self, no: &str, unit: &str) {
        self.ticket(no, unit).await;
        let who = liaison(unit);
        self.done(who, no, contact("首次联系")).await;
        self.done(who, no, json!({ "action": "accept" })).await;
    }

    /// From now on none of these may be in any answer.
    pub fn keep_secret(&self, words: &[&str]) {
        let mut secrets = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        secrets.extend(words.iter().map(|word| (*word).to_owned()));
    }

    pub fn assert_nothing_secret(&self, what: &str, text: &str) {
        let secrets = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        for secret in secrets.iter() {
            assert!(!text.contains(secret.as_str()), "{what} gives the secret away: {text}");
        }
    }
}

pub fn settings(folder: &Folder) -> Settings {
    Settings {
        listen: "127.0.0.1:0".parse().expect("an address"),
        db: format!("sqlite:{}", folder.path().join("log.db").display()),
        blobs: folder.path().join("blobs").display().to_string(),
        tls: None,
        test_clock: false,
    }
}

/// Straight to the loopback, whatever the machine's settings say of proxies.
pub fn client() -> reqwest::Client {
    run::install_crypto();
    reqwest::Client::builder().no_proxy().build().expect("a client")
}

/// A session that is there from the beginning, so that signing in costs nothing where it is not what is tried.
pub fn token(who: &str) -> String {
    format!("token-of-{who}")
}

pub fn liaison(unit: &str) -> &'static str {
    match unit {
        "qingliu" => "qing-li",
        "wanghe" => "wang-li",
        other => panic!("{other} has no liaison"),
    }
}

/// Hashing is slow by design: once is enough.
pub fn password_hash() -> String {
    static HASH: OnceLock<String> = OnceLock::new();
    HASH.get_or_init(|| rexian::server::password::hash(PASSWORD).expect("a hash"))
        .clone()
}

pub fn person(id: &str, name: &str, role: Role, unit: &str) -> Person {
    Person {
        id: PersonId::from(id),
        name: name.to_owned(),
        role,
        unit: UnitId::from(unit),
        phone: String::new(),
        active: true,
    }
}

/// Until when the sessions that are there from the beginning last.
const FAR: i64 = 4_000_000_000;

/// Units, people, their passwords and their sessions.
pub async fn furnish(store: &Store) {
    let units = UNITS.iter().map(|(id, name)| {
        Account::PutUnit(Unit {
            id: UnitId::from(*id),
            name: (*name).to_owned(),
            book: BookId::from("songshan"),
            phone: String::new(),
            address: String::new(),
            duties: String::new(),
        })
    });
    let people = PEOPLE
        .iter()
        .map(|(id, name, role, unit)| Account::PutPerson(person(id, name, *role, unit)));
    let passwords = PEOPLE.iter().map(|(id, ..)| Account::SetPassword {
        person: PersonId::from(*id),
        hash: password_hash(),
    });
    let sessions = PEOPLE.iter().map(|(id, ..)| signed_in(id, &token(id), FAR));
    let overseers = ["dist-deputy", "dist-main"].map(|id| Account::Oversee {
        person: PersonId::from(id),
        unit: UnitId::from("qingliu"),
    });
    for orders in [
        units.chain(people).collect::<Vec<_>>(),
        passwords.collect(),
        sessions.chain(overseers).collect(),
    ] {
        for done in join_all(orders.into_iter().map(|order| store.write(Order::Account(order)))).await {
            done.expect("the order is written");
        }
    }
}

pub fn signed_in(who: &str, token: &str, expires: i64) -> Account {
    let hash = Sha256::digest(token.as_bytes());
    Account::SignIn {
        token: hash.iter().map(|byte| format!("{byte:02x}")).collect(),
        person: PersonId::from(who),
        expires,
    }
}

pub fn intake(no: &str) -> Value {
    json!({
        "no": no,
        "book": "songshan",
        "received": RECEIVED,
        "channel": "热线电话",
        "kind": "投诉",
        "domain": "城乡建设",
        "urgency": "一般",
        "title": "路灯不亮",
        "place": format!("某路{no}号"),
        "content": "门前路灯不亮，夜里看不清路。",
        "points": ["修好路灯"],
        "caller": { "name": "田某", "phone": "13900000001", "showing": "公开" },
    })
}

/// A call that reached the caller, on Tuesday morning.
pub fn contact(purpose: &str) -> Value {
    json!({
        "action": "contact",
        "at": "2026-03-03T10:00:00+08:00",
        "way": "电话",
        "outcome": "已接通",
        "purpose": purpose,
        "by": "李青",
        "from_number": "0631-5200000",
        "by_role": "deputy_leader",
        "face_to_face": "已提出",
        "told": "承办机构、联系电话、办理进度、再次联系时间",
        "evidence": [{ "material": "通话记录截图", "name": "截图", "seconds": 90, "shows": "2026-03-03" }],
    })
}

/// A reply with which the rulebook is content.
pub fn reply() -> Value {
    json!({
        "text": "2026年3月3日，青柳街道城管科科长王某前往某路12号现场查看，情况属实。依据《城市道路照明管理规定》，\
            已更换损坏的路灯，路灯恢复照明。已电话联系来电人告知处理结果，来电人表示满意。",
        "attachments": [
            { "material": "通话记录截图", "name": "截图", "seconds": 90, "shows": "2026-03-03" },
            { "material": "处置照片", "name": "处置照片" },
        ],
    })
}

/// A request on its way.
pub struct Ask<'a> {
    house: &'a House,
    method: String,
    path: String,
    request: RequestBuilder,
}

impl Ask<'_> {
    pub fn json(self, body: Value) -> Self {
        self.header("content-type", "application/json").body(body.to_string())
    }

    pub fn body(mut self, body: impl Into<reqwest::Body>) -> Self {
        self.request = self.request.body(body);
        self
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.request = self.request.header(name, value);
        self
    }

    pub fn key(self, key: &str) -> Self {
        self.header("idempotency-key", key)
    }

    /// Before its body has come.
    pub async fn begin(self) -> reqwest::Response {
        self.request.send().await.expect("an answer")
    }

    pub async fn send(self) -> Answer {
        let response = self.request.send().await.expect("an answer");
        let answer = Answer {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body: response.bytes().await.expect("the whole answer").to_vec(),
        };
        contract::hold(&self.method, &self.path, &answer);
        let text = String::from_utf8_lossy(&answer.body);
        self.house
            .assert_nothing_secret(&format!("{} {}", self.method, self.path), &text);
        answer
    }
}

pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self}"))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().expect("a readable header"))
    }

    /// The name of the problem: `not_found`.
    pub fn problem(&self) -> String {
        let problem = self.json();
        let kind = problem["type"].as_str().unwrap_or_default();
        kind.trim_start_matches("/problems/").to_owned()
    }

    /// The rules of the findings.
    pub fn findings(&self) -> Vec<String> {
        let problem = self.json();
        let findings = problem["findings"].as_array().cloned().unwrap_or_default();
        findings
            .iter()
            .map(|finding| finding["rule"].as_str().expect("a rule").to_owned())
            .collect()
    }

    /// The numbers of the tickets on a page.
    pub fn numbers(&self) -> Vec<String> {
        let page = self.json();
        let tickets = page["tickets"].as_array().unwrap_or_else(|| panic!("no page: {page}"));
        let mut numbers: Vec<String> = tickets
            .iter()
            .map(|ticket| ticket["no"].as_str().expect("a number").to_owned())
            .collect();
        numbers.sort();
        numbers
    }
}

impl std::fmt::Display for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.status, String::from_utf8_lossy(&self.body))
    }
}
