//! News: waited for, streamed, taken up again where it broke off, and over when the server stops.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::timeout;

use crate::house::{House, token};

const LONG: Duration = Duration::from_secs(20);

fn urge() -> Value {
    json!({ "action": "urge", "way": "电话", "note": "请尽快" })
}

/// A stream of server-sent events, read one by one.
struct Stream {
    response: reqwest::Response,
    text: String,
}

impl Stream {
    async fn open(house: &House, who: &str, path: &str, last: Option<i64>) -> Self {
        let mut ask = house.ask(who, "GET", path);
        if let Some(last) = last {
            ask = ask.header("last-event-id", &last.to_string());
        }
        let response = ask.begin().await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self {
            response,
            text: String::new(),
        }
    }

    /// The next event's id and what it says; nothing when the stream has ended.
    async fn next(&mut self) -> Option<(i64, Value)> {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let field = |name: &str| event.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
                let found = field("id:").zip(field("data:")).map(|(id, data)| {
                    let id = id.parse().expect("a number");
                    (id, serde_json::from_str(data).expect("json"))
                });
                self.text = rest.to_owned();
                if found.is_some() {
                    return found;
                }
                continue;
            }
            let piece = timeout(LONG, self.response.chunk()).await.expect("news in time");
            match piece.expect("the stream goes on") {
                Some(piece) => self.text.push_str(&String::from_utf8_lossy(&piece)),
                None => return None,
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_of_news_come_to_all_of_it_without_a_gap() {
    let house = House::new().await;
    house.ticket("F1", "qingliu").await;
    house.ticket("F2", "wanghe").await;
    for _ in 0..4 {
        house.done("office", "F1", urge()).await;
        house.done("office", "F2", urge()).await;
    }
    for (who, expected) in [("office", 10), ("qing-li", 5), ("admin", 0)] {
        let (mut after, mut seqs) = (0, Vec::new());
        loop {
            let page = house.get(who, &format!("/v1/feed?after={after}&limit=3")).await.json();
            let news = page["news"].as_array().expect("news").clone();
            seqs.extend(news.iter().map(|news| news["seq"].as_i64().expect("a number")));
            let next = page["next"].as_i64().expect("a number");
            assert!(next >= after, "{page}");
            after = next;
            if page["more"] == false {
                break;
            }
        }
        assert!(seqs.is_sorted_by(|a, b| a < b), "{who}: {seqs:?}");
        assert_eq!(seqs.len(), expected, "{who}");
        assert_eq!(house.get(who, "/v1/session").await.json()["head"], after);
    }
    // A number that lies ahead is waited for, not fallen back from.
    let ahead = house.get("office", "/v1/feed?after=9007199254740991").await.json();
    assert_eq!(
        (&ahead["next"], &ahead["more"]),
        (&json!(9_007_199_254_740_991_i64), &json!(false))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_waits_is_woken_by_their_own_news_alone() {
    let house = House::new().await;
    house.ticket("F1", "qingliu").await;
    house.ticket("F2", "wanghe").await;
    let head = house.get("qing-li", "/v1/session").await.json()["head"]
        .as_i64()
        .expect("a number");
    let path = format!("/v1/feed?after={head}&wait=50");
    let (woken, ()) = tokio::join!(timeout(LONG, house.get("qing-li", &path)), async {
        house.done("office", "F2", urge()).await;
        house.done("office", "F1", urge()).await;
    });
    let woken = woken.expect("woken in time").json();
    let news = woken["news"].as_array().expect("news");
    assert_eq!(news.len(), 1, "{woken}");
    assert_eq!(
        (&news[0]["no"], &news[0]["event"]["event"]["event"]),
        (&json!("F1"), &json!("urged"))
    );
    assert_eq!(news[0]["ticket"]["no"], "F1");
    // Nothing to tell: it says so after the wait, and moves on past what others see.
    let waited = house
        .get("wang-li", &format!("/v1/feed?after={}&wait=1", woken["next"]))
        .await
        .json();
    assert_eq!(waited["news"], json!([]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_that_broke_off_goes_on_after_the_last_event() {
    let house = House::new().await;
    house.ticket("F1", "qingliu").await;
    for _ in 0..3 {
        house.done("office", "F1", urge()).await;
    }
    let mut stream = Stream::open(&house, "qing-li", "/v1/feed/stream?after=0&limit=2", None).await;
    let first = stream.next().await.expect("news");
    let second = stream.next().await.expect("news");
    assert!(first.0 < second.0);
    drop(stream);
    let mut stream = Stream::open(&house, "qing-li", "/v1/feed/stream?after=0", Some(second.0)).await;
    let mut rest = Vec::new();
    for _ in 0..2 {
        rest.push(stream.next().await.expect("news").0);
    }
    house.done("office", "F1", urge()).await;
    house.ticket("F2", "wanghe").await;
    house.done("office", "F1", urge()).await;
    for _ in 0..2 {
        let (seq, news) = stream.next().await.expect("news");
        assert_eq!((&news["no"], &news["seq"]), (&json!("F1"), &json!(seq)));
        rest.push(seq);
    }
    let page = house
        .get("qing-li", &format!("/v1/feed?after={}", second.0))
        .await
        .json();
    let listed: Vec<i64> = page["news"]
        .as_array()
        .expect("news")
        .iter()
        .filter_map(|news| news["seq"].as_i64())
        .collect();
    assert_eq!(rest, listed);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_signs_out_hears_no_more() {
    let house = House::new().await;
    house.ticket("F1", "qingliu").await;
    let head = house.get("qing-li", "/v1/session").await.json()["head"]
        .as_i64()
        .expect("a number");
    let mut stream = Stream::open(&house, "qing-li", &format!("/v1/feed/stream?after={head}"), None).await;
    let waiting = house.ask("qing-li", "GET", &format!("/v1/feed?after={head}&wait=50"));
    let signs_out = async {
        house.until_listening(2).await;
        assert_eq!(house.ask("qing-li", "DELETE", "/v1/session").send().await.status, 204);
        house.done("office", "F1", urge()).await;
    };
    let (waited, ()) = tokio::join!(timeout(LONG, waiting.send()), signs_out);
    assert_eq!(waited.expect("in time").status, 401);
    assert_eq!(stream.next().await, None);
    assert!(!stream.text.contains("F1"));
    let after = house
        .ask("", "GET", "/v1/feed")
        .header("authorization", &format!("Bearer {}", token("qing-li")));
    assert_eq!(after.send().await.status, 401);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_stops_sends_everybody_home() {
    let mut house = House::new().await;
    house.ticket("F1", "qingliu").await;
    let head = house.get("qing-li", "/v1/session").await.json()["head"]
        .as_i64()
        .expect("a number");
    let mut stream = Stream::open(&house, "qing-li", "/v1/feed/stream?after=0", None).await;
    stream.next().await.expect("news");
    let ask = house.http.get(format!("{}/v1/feed?after={head}&wait=50", house.url));
    let waiting = tokio::spawn(ask.bearer_auth(token("wang-li")).send());
    house.until_listening(2).await;
    timeout(LONG, house.stop())
        .await
        .expect("it does not wait for listeners");
    assert_eq!(stream.next().await, None);
    assert_eq!(waiting.await.expect("no panic").expect("an answer").status(), 200);
    let refused = house.http.get(format!("{}/healthz", house.url)).send().await;
    assert!(refused.is_err(), "nobody listens any more");
}
