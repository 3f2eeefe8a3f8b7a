//! The clock that is set by hand: on loopback, with `--test-clock`, and nowhere else.

use rexian::server::clock::Clock;
use rexian::server::run::{self, StartError};
use serde_json::json;

use crate::cli::Folder;
use crate::house::{House, settings};

const PATH: &str = "/v1/test/clock";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_working_days_pass_at_one_word_and_leave_what_they_would_have_left() {
    let house = House::with(|settings| settings.test_clock = true).await;
    house.ticket("D1", "qingliu").await;
    let before = house.get("office", "/v1/tickets/D1").await.json();
    assert_eq!(before["summary"]["alert"], "none", "{before}");
    let due = before["summary"]["due"].as_str().expect("a limit").to_owned();
    let ask = house
        .http
        .post(format!("{}{PATH}", house.url))
        .json(&json!({ "now": "2026-03-17 10:00" }));
    let set = ask.send().await.expect("an answer");
    assert_eq!(set.status(), 200);
    assert_eq!(
        house.get("office", "/v1/session").await.json()["now"],
        "2026-03-17T10:00:00+08:00"
    );
    // What fell due by then has been done when the answer comes.
    let after = house.get("office", "/v1/tickets/D1").await.json();
    assert!(due.as_str() < "2026-03-17", "{due}");
    assert_ne!(after["summary"]["alert"], "none", "{after}");
    let raised: Vec<_> = after["events"]
        .as_array()
        .expect("events")
        .iter()
        .filter(|event| event["event"]["event"] == "alert_raised")
        .collect();
    assert_eq!(raised.len(), 1, "{after}");
    assert_eq!(raised[0]["by"]["role"], "system");
    assert_eq!(house.get("qing-li", "/v1/tickets?view=overdue").await.numbers(), ["D1"]);
    // The same word again leaves nothing more.
    let again = house
        .http
        .post(format!("{}{PATH}", house.url))
        .json(&json!({ "now": "2026-03-17 10:00" }));
    assert_eq!(again.send().await.expect("an answer").status(), 200);
    assert_eq!(
        house.get("office", "/v1/tickets/D1").await.json()["events"],
        after["events"]
    );
    // Nothing has happened after it.
    let back = house
        .http
        .post(format!("{}{PATH}", house.url))
        .json(&json!({ "now": "2026-03-01 10:00" }));
    let back = back.send().await.expect("an answer");
    assert_eq!(back.status(), 400);
    assert_eq!(back.headers()["content-type"], "application/problem+json");
    let nonsense = house
        .http
        .post(format!("{}{PATH}", house.url))
        .json(&json!({ "now": "soon" }));
    assert_eq!(nonsense.send().await.expect("an answer").status(), 400);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_flag_there_is_no_such_path() {
    let house = House::new().await;
    let answer = house.post("office", PATH, json!({ "now": "2026-03-17 10:00" })).await;
    assert_eq!(answer.status, 404, "{answer}");
    assert_eq!(
        house.get("office", "/v1/session").await.json()["now"],
        "2026-03-03T10:00:00+08:00"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_others_could_reach_it_the_server_does_not_start() {
    let folder = Folder::new("test-clock-open");
    let mut settings = settings(&folder);
    settings.test_clock = true;
    for listen in ["0.0.0.0:0", "[::]:0"] {
        settings.listen = listen.parse().expect("an address");
        let started = run::start(&settings, Clock::running().into()).await;
        assert!(matches!(started.err(), Some(StartError::TestClock { .. })), "{listen}");
    }
}
