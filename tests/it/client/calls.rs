//! One call at a time: what comes through as what, and what is asked again.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use axum::routing::post;
use rexian::api::draft::DraftRequest;
use rexian::api::knowledge::{ArticleQuery, ArticleRequest};
use rexian::api::problem::ProblemKind;
use rexian::api::query::{ListQuery, View};
use rexian::api::statistics::StatisticsQuery;
use rexian::api::ticket::{ActionRequest, NewTickets};
use rexian::client::http::Token;
use rexian::client::session::{Saved, SessionFile};
use rexian::client::{ApiError, Client, Key, Patience};
use rexian::domain::action::Action;
use rexian::domain::event::Event;
use rexian::domain::ids::PersonId;
use rexian::domain::reply::Reply;
use rexian::domain::ticket::Stage;
use rexian::rules::finding::Severity;

use super::line::{Cut, Line};
use crate::cli::Folder;
use crate::client_house::{House, PASSWORD, act, at, client_at, facts, new_ticket, settings};

fn times(ticket: &rexian::api::ticket::TicketView, is: fn(&Event) -> bool) -> usize {
    ticket.events.iter().filter(|recorded| is(&recorded.event)).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_is_asked_again_under_the_same_key_and_done_once() {
    let house = House::new("lost-answer").await;
    house.take("T-1", "qingliu").await;
    let line = Line::to(house.address).await;
    line.cut_next(&[Cut::Answer, Cut::Answer]);
    let office = house.client_by(line.address, "bangong").await;
    let request = ActionRequest {
        seen: None,
        action: facts("路口两盏都不亮"),
    };
    let answer = office.act("T-1", &request, &Key::fresh()).await.expect("done");
    assert!(answer.repeated, "the answer that came through was to a repetition");
    assert_eq!(
        times(&answer.ticket, |event| matches!(event, Event::FactsAdded { .. })),
        1
    );
    // Under another key it is another wish.
    let answer = office.act("T-1", &request, &Key::fresh()).await.expect("done");
    assert!(!answer.repeated);
    assert_eq!(
        times(&answer.ticket, |event| matches!(event, Event::FactsAdded { .. })),
        2
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn taking_down_and_signing_in_survive_a_lost_answer_too() {
    let house = House::new("lost-taking").await;
    let line = Line::to(house.address).await;
    line.cut_next(&[Cut::Answer]);
    let office = house.client_by(line.address, "bangong").await;
    let ticket = office.take(&new_ticket("T-1", "qingliu"), &Key::fresh()).await;
    assert_eq!(ticket.expect("a ticket").summary.stage, Stage::Dispatched);

    line.cut_next(&[Cut::Answer]);
    let nobody = client_at(line.address, None);
    let session = nobody.login("wangyi", PASSWORD).await.expect("a session");
    let me = nobody.signed(Token::new(session.token)).me().await.expect("me");
    assert_eq!(me.person.id, PersonId::from("wangyi"));
}

/// A server that says 503 so often before it does what it is asked.
async fn unready(refusals: usize, seen: Arc<Mutex<Vec<String>>>) -> std::net::SocketAddr {
    let handler = move |headers: HeaderMap| {
        let seen = seen.clone();
        async move {
            let key = headers["idempotency-key"].to_str().expect("a key").to_owned();
            let mut seen = seen.lock().expect("a lock");
            seen.push(key);
            if seen.len() <= refusals {
                return (StatusCode::SERVICE_UNAVAILABLE, [("retry-after", "0")]).into_response();
            }
            let article = r#"{"id":"1","title":"a","body":"","unit":"hotline","updated":"2026-11-20T09:30:00+08:00"}"#;
            (StatusCode::CREATED, article).into_response()
        }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let router = Router::new().route("/v1/articles", post(handler));
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

fn article(title: &str) -> ArticleRequest {
    ArticleRequest {
        title: title.to_owned(),
        body: "路灯报修电话".to_owned(),
        tags: Vec::new(),
    }
}

#[tokio::test]
async fn a_server_that_is_not_ready_is_asked_again_until_it_is() {
    let seen: Arc<Mutex<Vec<String>>> = Arc::default();
    let client = client_at(unready(3, seen.clone()).await, Some("token"));
    let key = Key::fresh();
    let added = client.add_article(&article("a"), &key).await.expect("added");
    assert_eq!(added.id, "1");
    assert_eq!(*seen.lock().expect("a lock"), vec![key.to_string(); 4]);
}

#[tokio::test]
async fn patience_ends() {
    let seen: Arc<Mutex<Vec<String>>> = Arc::default();
    let client = client_at(unready(usize::MAX, seen.clone()).await, Some("token"));
    let error = client.add_article(&article("a"), &Key::fresh()).await.expect_err("503");
    assert!(matches!(error, ApiError::Busy { status: 503, .. }), "{error:?}");
    assert_eq!(seen.lock().expect("a lock").len(), settings().patience.tries as usize);
}

#[tokio::test]
async fn nobody_there_is_offline() {
    // A port that was free a moment ago.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    let error = client_at(address, Some("token")).me().await.expect_err("nobody");
    assert!(
        matches!(error, ApiError::Offline(_)) && error.is_retryable(),
        "{error:?}"
    );
    assert!(!format!("{error:?}").contains("/v1/"), "{error:?}");
}

#[tokio::test]
async fn an_answer_that_never_comes_is_a_timeout() {
    // It takes the connection and says nothing.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    let settings = rexian::client::Settings {
        patience: Patience::NONE,
        timeout: std::time::Duration::from_millis(50),
        ..settings()
    };
    let client = Client::new(address.parse().expect("an address"), None, settings).expect("a client");
    let error = client.login("wangyi", PASSWORD).await.expect_err("silence");
    assert!(matches!(error, ApiError::Timeout), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_not_signed_in_is_told_so() {
    let house = House::new("signed-out").await;
    for token in [None, Some("of nobody"), Some("with\na break")] {
        let error = client_at(house.address, token).me().await.expect_err("401");
        assert!(matches!(error, ApiError::Unauthorized), "{token:?}: {error:?}");
    }
    let error = client_at(house.address, None).login("wangyi", "wrong-password").await;
    let error = error.expect_err("401");
    assert_eq!(
        error.problem().and_then(|problem| problem.kind()),
        Some(ProblemKind::WrongPassword)
    );
    assert!(!error.is_retryable());

    let wangyi = house.client("wangyi").await;
    wangyi.logout().await.expect("signed out");
    assert!(matches!(wangyi.me().await, Err(ApiError::Unauthorized)));
    wangyi.logout().await.expect("signed out already");
}

#[tokio::test(flavor = "multi_thread")]
async fn findings_come_with_clause_words_and_mend() {
    let house = House::new("findings").await;
    house.take("T-1", "qingliu").await;
    let request = ActionRequest {
        seen: None,
        action: serde_json::from_str(r#"{"action":"return","scope":"本级范围以外","reason":""}"#).expect("an action"),
    };
    let error = house.client("wangyi").await.act("T-1", &request, &Key::fresh()).await;
    let Err(ApiError::Rejected(findings)) = error else {
        panic!("{error:?}");
    };
    assert!(
        findings.iter().any(|finding| finding.rule == "returning.carries"),
        "{findings:?}"
    );
    for finding in &findings {
        assert!(!finding.message.is_empty() && !finding.fix.is_empty(), "{finding:?}");
        assert_eq!(finding.severity, Severity::Refuse);
    }
    // Somebody else's ticket is not there at all.
    let error = house
        .client("zhaoer")
        .await
        .act("T-1", &request, &Key::fresh())
        .await
        .expect_err("404");
    assert_eq!(
        error.problem().and_then(|problem| problem.kind()),
        Some(ProblemKind::NotFound)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_was_second_gets_the_newer_ticket() {
    let house = House::new("conflict").await;
    let ticket = house.take("T-1", "qingliu").await;
    let seen = Some(ticket.summary.version);
    let office = house.client("bangong").await;
    act(&office, "T-1", facts("路口两盏都不亮")).await;
    let wangyi = house.client("wangyi").await;
    let request = ActionRequest {
        seen,
        action: Action::Accept,
    };
    let error = wangyi.act("T-1", &request, &Key::fresh()).await;
    let Err(ApiError::Conflict(newer)) = error else {
        panic!("{error:?}");
    };
    assert_eq!(times(&newer, |event| matches!(event, Event::FactsAdded { .. })), 1);
    let request = ActionRequest {
        seen: Some(newer.summary.version),
        ..request
    };
    let answer = wangyi.act("T-1", &request, &Key::fresh()).await.expect("done");
    assert_eq!(answer.ticket.summary.stage, Stage::Handling);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_read_page_by_page_to_its_end() {
    let house = House::new("pages").await;
    let office = house.client("bangong").await;
    let tickets = (0..7)
        .map(|number| new_ticket(&format!("T-{number}"), "qingliu"))
        .collect();
    let taken = office
        .take_many(&NewTickets { tickets }, &Key::fresh())
        .await
        .expect("taken");
    assert!(taken.results.iter().all(|one| one.problem.is_none()), "{taken:?}");
    let query = ListQuery {
        view: Some(View::ToAccept),
        limit: Some(3),
        ..ListQuery::default()
    };
    let mut list = house.client("wangyi").await.list(query);
    let mut numbers = std::collections::BTreeSet::new();
    while let Some(ticket) = list.next().await.expect("a page") {
        assert!(numbers.insert(ticket.no.to_string()), "{} came twice", ticket.no);
    }
    assert_eq!(numbers.len(), 7);
    let counts = office.counts().await.expect("counts");
    let to_accept = counts
        .views
        .iter()
        .find(|count| count.view == View::ToAccept)
        .expect("a view");
    assert_eq!(to_accept.tickets, 7);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_other_subject_has_its_calls() {
    let house = House::new("subjects").await;
    house.take("工单 1?#%", "qingliu").await;
    let wangyi = house.client("wangyi").await;
    // A number is one step of the path, whatever is in it.
    assert_eq!(
        wangyi.ticket("工单 1?#%").await.expect("a ticket").summary.stage,
        Stage::Dispatched
    );
    for no in ["", ".", "..", "none"] {
        let error = wangyi.ticket(no).await.expect_err("404");
        assert_eq!(
            error.problem().and_then(|problem| problem.kind()),
            Some(ProblemKind::NotFound),
            "{no:?}"
        );
    }

    let no = "工单 1?#%";
    assert_eq!(wangyi.draft(no).await.expect("no draft"), None);
    let draft = DraftRequest {
        seen: None,
        reply: Reply::of("经查，路灯已修好。"),
    };
    let kept = wangyi.keep_draft(no, &draft, &Key::fresh()).await.expect("kept");
    let there = wangyi.draft(no).await.expect("an answer").expect("a draft");
    assert_eq!((there.version, there.reply), (kept.version, draft.reply));
    wangyi.drop_draft(no, &Key::fresh()).await.expect("dropped");
    assert_eq!(wangyi.draft(no).await.expect("no draft"), None);

    let added = wangyi
        .add_article(&article("路灯"), &Key::fresh())
        .await
        .expect("added");
    let changed = wangyi
        .change_article(&added.id, &article("路灯报修"), &Key::fresh())
        .await
        .expect("changed");
    assert_eq!(wangyi.article(&added.id).await.expect("an article"), changed);
    let words = ArticleQuery {
        text: Some("报修".to_owned()),
    };
    assert_eq!(wangyi.articles(&words).await.expect("articles"), [changed]);
    wangyi.drop_article(&added.id, &Key::fresh()).await.expect("dropped");
    assert!(wangyi.articles(&words).await.expect("articles").is_empty());

    let asked = StatisticsQuery {
        by: None,
        from: None,
        until: None,
        unit: None,
    };
    let rows = wangyi.statistics(&asked).await.expect("rates");
    assert_eq!(
        rows.iter()
            .map(|row| (row.unit.as_str(), row.received))
            .collect::<Vec<_>>(),
        [("qingliu", 1)]
    );
    assert!(
        wangyi
            .rulebooks()
            .await
            .expect("books")
            .iter()
            .any(|book| book.id.as_str() == "songshan")
    );
    assert!(wangyi.calendar().await.expect("a calendar").text.contains("2026"));
    assert_eq!(wangyi.units().await.expect("units").len(), 3);
    assert_eq!(
        wangyi.people().await.expect("people").len(),
        crate::client_house::PEOPLE.len()
    );
}

#[test]
fn a_session_is_kept_where_nobody_else_reads_it() {
    let folder = Folder::new("client-session");
    let file = SessionFile::at(folder.path().join("new").join("session.json"));
    assert_eq!(file.load().expect("nothing"), None);
    let saved = |token: &str| Saved {
        server: "https://12345.example.cn/hot".parse().expect("an address"),
        person: PersonId::from("wangyi"),
        token: Token::new(token),
        expires: at("2026-11-21 09:30"),
    };
    for token in ["one", "two"] {
        file.keep(&saved(token)).expect("kept");
        assert_eq!(file.load().expect("a session"), Some(saved(token)));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode =
                |path: &std::path::Path| std::fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
            assert_eq!(mode(file.path()), 0o600);
            assert_eq!(mode(file.path().parent().expect("a folder")), 0o700);
        }
    }
    let left = std::fs::read_dir(file.path().parent().expect("a folder"))
        .expect("a folder")
        .count();
    assert_eq!(left, 1, "nothing half-written is left");
    assert!(!format!("{:?}", saved("geheim")).contains("geheim"));
    std::fs::write(file.path(), "{").expect("written");
    assert_eq!(
        file.load().expect_err("broken").kind(),
        std::io::ErrorKind::UnexpectedEof
    );
    file.forget().expect("forgotten");
    file.forget().expect("forgotten already");
    assert_eq!(file.load().expect("nothing"), None);
}
