//! `Idempotency-Key`: the same request under the same key is done once, for every write of the contract.

use rexian::api::routes::ROUTES;
use serde_json::{Value, json};

use crate::house::{Answer, House, intake};

/// Two different requests of a keyed operation, each of which would be done by itself.
struct Twice {
    id: &'static str,
    who: &'static str,
    /// Somebody else who may do the same.
    other: &'static str,
    path: String,
    bodies: [Value; 2],
    /// Whether `other` finds nothing left to do.
    gone: bool,
}

fn twice(id: &'static str, article: &str) -> Twice {
    let urge = |note: &str| json!({ "action": { "action": "urge", "way": "电话", "note": note } });
    let draft = |text: &str| json!({ "reply": { "text": text } });
    let words = |title: &str| json!({ "title": title, "body": "正文" });
    let (who, other, path, bodies) = match id {
        "take_ticket" => (
            "office",
            "office-2",
            "/v1/tickets".to_owned(),
            [json!({ "intake": intake("N1") }), json!({ "intake": intake("N2") })],
        ),
        "take_tickets" => (
            "office",
            "office-2",
            "/v1/tickets/batch".to_owned(),
            [
                json!({ "tickets": [{ "intake": intake("M1") }, { "intake": intake("M2") }] }),
                json!({ "tickets": [{ "intake": intake("M1") }, { "intake": intake("M2") }, { "intake": intake("M3") }] }),
            ],
        ),
        "act" => (
            "office",
            "office-2",
            "/v1/tickets/K1/actions".to_owned(),
            [urge("一"), urge("二")],
        ),
        "keep_draft" => (
            "qing-li",
            "qing-sun",
            "/v1/tickets/K1/draft".to_owned(),
            [draft("一"), draft("二")],
        ),
        "drop_draft" => (
            "qing-li",
            "qing-sun",
            "/v1/tickets/K1/draft".to_owned(),
            [Value::Null, json!("x")],
        ),
        "add_article" => (
            "qing-li",
            "office",
            "/v1/articles".to_owned(),
            [words("一"), words("二")],
        ),
        "change_article" => (
            "qing-li",
            "office",
            format!("/v1/articles/{article}"),
            [words("一"), words("二")],
        ),
        "drop_article" => (
            "qing-li",
            "office",
            format!("/v1/articles/{article}"),
            [Value::Null, json!("x")],
        ),
        other => panic!("say how {other} is tried"),
    };
    Twice {
        id,
        who,
        other,
        path,
        bodies,
        gone: matches!(id, "take_ticket" | "drop_article"),
    }
}

async fn state(house: &House) -> Value {
    let mut articles = house.get("office", "/v1/articles").await.json();
    let articles = articles["articles"].take();
    let feed = house.get("office", "/v1/feed?limit=500").await.json();
    json!({
        "tickets": house.get("office", "/v1/tickets?view=all&limit=200").await.numbers(),
        "events": feed["news"].as_array().map(Vec::len),
        "articles": articles,
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_keyed_write_is_done_once() {
    for route in ROUTES.iter().filter(|route| route.keyed()) {
        let house = House::new().await;
        house.in_hand("K1", "qingliu").await;
        let words = json!({ "title": "旧", "body": "旧" });
        let article = house.post("qing-li", "/v1/articles", words).await.json();
        let twice = twice(route.id, article["id"].as_str().expect("an id"));
        let draft = json!({ "reply": { "text": "草稿" } });
        let kept = house
            .ask("qing-li", "PUT", "/v1/tickets/K1/draft")
            .json(draft)
            .send()
            .await;
        assert_eq!(kept.status, 200);
        let send = async |who: &str, body: &Value, key: &str| -> Answer {
            let mut ask = house.ask(who, &route.verb.name().to_uppercase(), &twice.path).key(key);
            if !body.is_null() {
                ask = ask.json(body.clone());
            }
            ask.send().await
        };
        let first = send(twice.who, &twice.bodies[0], "key-1").await;
        assert_eq!(first.status, route.good.0, "{}: {first}", twice.id);
        let after = state(&house).await;
        // Sent again at once and many times together: the same answer, and nothing is done.
        let again = futures_util::future::join_all((0..8).map(|_| send(twice.who, &twice.bodies[0], "key-1"))).await;
        for again in again {
            assert_eq!(again.status, first.status, "{}: {again}", twice.id);
            assert_eq!(same(&again), same(&first), "{}", twice.id);
        }
        assert_eq!(state(&house).await, after, "{} was done twice", twice.id);
        // A write without a body has no other body: there it is the path that differs.
        if route.body.is_some() {
            let reused = send(twice.who, &twice.bodies[1], "key-1").await;
            assert_eq!(
                (reused.status, &*reused.problem()),
                (422, "key_reused"),
                "{}: {reused}",
                twice.id
            );
            assert_eq!(state(&house).await, after, "{}: another body was done", twice.id);
        }
        let reused = house.ask(twice.who, "POST", "/v1/articles").key("key-1");
        let reused = reused.json(json!({ "title": "别的", "body": "" })).send().await;
        assert!(matches!(reused.status, 403 | 422), "{}: {reused}", twice.id);
        // Whoever else has a key of this name has a key of their own.
        let other = send(twice.other, &twice.bodies[0], "key-1").await;
        let expected: &[u16] = if twice.gone { &[404, 409] } else { &[route.good.0] };
        assert!(expected.contains(&other.status), "{}: {other}", twice.id);
    }
}

/// What has to be the same when it is told again.
fn same(answer: &Answer) -> Value {
    if answer.body.is_empty() {
        return Value::Null;
    }
    let mut body = answer.json();
    if let Some(fields) = body.as_object_mut() {
        fields.remove("repeated");
        fields.remove("overwrote");
    }
    body
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_request_leaves_its_key_free() {
    let house = House::new().await;
    house.ticket("K1", "qingliu").await;
    let path = "/v1/tickets/K1/actions";
    let early = json!({ "action": { "action": "submit_for_signing", "reply": crate::house::reply() } });
    let refused = house.ask("qing-li", "POST", path).json(early).key("later").send().await;
    assert_eq!((refused.status, &*refused.problem()), (422, "refused"), "{refused}");
    assert!(!refused.findings().is_empty());
    let accept = json!({ "action": { "action": "accept" } });
    let call = json!({ "action": crate::house::contact("首次联系") });
    assert_eq!(house.ask("qing-li", "POST", path).json(call).send().await.status, 200);
    let done = house
        .ask("qing-li", "POST", path)
        .json(accept)
        .key("later")
        .send()
        .await;
    assert_eq!(done.status, 200, "{done}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_comes_second_gets_the_newer_ticket() {
    let house = House::new().await;
    house.ticket("K1", "qingliu").await;
    let seen = house.get("office", "/v1/tickets/K1").await.json()["summary"]["version"].clone();
    house.done("qing-li", "K1", crate::house::contact("首次联系")).await;
    house.done("qing-li", "K1", json!({ "action": "accept" })).await;
    let path = "/v1/tickets/K1/actions";
    let late = json!({ "seen": seen, "action": { "action": "withdraw", "at": "热线", "reason": "重复" } });
    let conflict = house.post("office", path, late.clone()).await;
    assert_eq!((conflict.status, &*conflict.problem()), (409, "conflict"), "{conflict}");
    let newer = conflict.json()["ticket"].clone();
    assert_eq!(newer["summary"]["version"], 3);
    let now = house.get("office", "/v1/tickets/K1").await.json();
    assert_eq!((&newer["events"], &newer["summary"]), (&now["events"], &now["summary"]));
    // Having looked at it, they may.
    let mut looked = late;
    looked["seen"] = newer["summary"]["version"].clone();
    assert_eq!(house.post("office", path, looked).await.status, 200);
    // The same number a second time is taken, whoever brings it.
    let again = house
        .post("office-2", "/v1/tickets", json!({ "intake": intake("K1") }))
        .await;
    assert_eq!((again.status, &*again.problem()), (409, "taken"), "{again}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_who_do_the_same_at_once_one_is_first() {
    let house = House::new().await;
    house.ticket("K1", "qingliu").await;
    house.done("qing-li", "K1", crate::house::contact("首次联系")).await;
    let accept = json!({ "seen": 2, "action": { "action": "accept" } });
    let path = "/v1/tickets/K1/actions";
    let who = ["qing-li", "qing-sun"];
    let all = (0..16).map(|at| house.post(who[at % 2], path, accept.clone()));
    let answers = futures_util::future::join_all(all).await;
    let done = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!(done, 1);
    assert!(answers.iter().all(|answer| matches!(answer.status, 200 | 409 | 422)));
    let ticket = house.get("office", "/v1/tickets/K1").await.json();
    assert_eq!(ticket["summary"]["version"], 3, "{ticket}");
}
