//! Who sees and does what: everybody on every path, with tickets of their own, of others, and that they help with.

use rexian::domain::action::ActionKind;
use rexian::domain::people::Role;
use serde_json::{Value, json};

use crate::house::{House, PEOPLE, intake};

/// Two tickets of qingliu, of which the second needs high signatures; one of wanghe; one of wanghe with which qingliu
/// helps; and one that was given to nobody yet.
const TICKETS: &[&str] = &["Q1", "Q2", "W1", "C1", "T1"];

/// Who may know of which.
const SEES: &[(&str, &[&str])] = &[
    ("qing-li", &["C1", "Q1", "Q2"]),
    ("qing-sun", &["C1", "Q1", "Q2"]),
    ("qing-head", &["Q1", "Q2"]),
    ("qing-authorised", &[]),
    ("qing-deputy", &[]),
    ("qing-main", &["Q2"]),
    ("wang-li", &["C1", "W1"]),
    ("wang-head", &["C1", "W1"]),
    ("dist-deputy", &["Q2"]),
    ("dist-main", &[]),
    ("office", &["C1", "Q1", "Q2", "T1", "W1"]),
    ("office-2", &["C1", "Q1", "Q2", "T1", "W1"]),
    ("admin", &[]),
];

pub async fn with_tickets() -> House {
    let house = House::new().await;
    house.in_hand("Q1", "qingliu").await;
    let mut high = intake("Q2");
    high["channel"] = "人民网".into();
    let taken = house
        .post(
            "office",
            "/v1/tickets",
            json!({ "intake": high, "dispatch": { "unit": "qingliu" } }),
        )
        .await;
    assert_eq!(taken.status, 201, "{taken}");
    house.ticket("W1", "wanghe").await;
    house.in_hand("C1", "wanghe").await;
    let help = json!({ "action": "ask_co_handling", "units": ["qingliu"], "request": "一起查看路灯" });
    house.done("wang-li", "C1", help).await;
    let taken = house
        .post("office", "/v1/tickets", json!({ "intake": intake("T1") }))
        .await;
    assert_eq!(taken.status, 201, "{taken}");
    house
}

fn role(who: &str) -> Role {
    PEOPLE.iter().find(|(id, ..)| *id == who).expect("a person").2
}

/// An answer as somebody sees it who compares two of them.
fn seen(answer: &crate::house::Answer) -> (u16, Value) {
    let mut problem = answer.json();
    problem.as_object_mut().expect("a problem").remove("request_id");
    (answer.status, problem)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_is_asked_about() {
    let mut asked: Vec<&str> = SEES.iter().map(|(who, _)| *who).collect();
    let mut all: Vec<&str> = PEOPLE.iter().map(|(who, ..)| *who).collect();
    asked.sort_unstable();
    all.sort_unstable();
    assert_eq!(asked, all);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lists_searches_counts_and_the_feed_show_each_their_own_tickets_only() {
    let house = with_tickets().await;
    for (who, sees) in SEES {
        for path in [
            "/v1/tickets?view=all",
            "/v1/tickets?text=路灯",
            "/v1/tickets?sort=changed&limit=200",
        ] {
            assert_eq!(house.get(who, path).await.numbers(), *sees, "{who} {path}");
        }
        for unit in ["qingliu", "wanghe"] {
            let listed = house.get(who, &format!("/v1/tickets?unit={unit}")).await.numbers();
            assert!(
                listed.iter().all(|no| sees.contains(&no.as_str())),
                "{who} {unit}: {listed:?}"
            );
        }
        let counts = house.get(who, "/v1/tickets/counts").await.json();
        let all = counts["views"]
            .as_array()
            .expect("views")
            .iter()
            .find(|view| view["view"] == "all");
        assert_eq!(all.expect("a view")["tickets"], sees.len(), "{who}");
        let feed = house.get(who, "/v1/feed?after=0&limit=500").await.json();
        let mut told: Vec<&str> = feed["news"]
            .as_array()
            .expect("news")
            .iter()
            .filter_map(|news| news["no"].as_str())
            .collect();
        told.sort_unstable();
        told.dedup();
        // Nothing has happened to T1.
        let expected: Vec<&str> = sees.iter().copied().filter(|no| *no != "T1").collect();
        assert_eq!(told, expected, "{who}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_may_not_know_of_is_not_there() {
    let house = with_tickets().await;
    for (who, sees) in SEES {
        let liaison = role(who) == Role::Liaison;
        for no in TICKETS {
            let sees = sees.contains(no);
            let path = format!("/v1/tickets/{no}");
            let draft = format!("{path}/draft");
            let words = json!({ "reply": { "text": "草稿" } });
            let reveal = json!({ "action": { "action": "reveal", "reason": "核实" } });
            let writes = |status: u16| match (liaison, sees) {
                (false, _) => 403,
                (true, false) => 404,
                (true, true) => status,
            };
            let table: &[(&str, &str, Option<&Value>, u16)] = &[
                ("GET", &path, None, if sees { 200 } else { 404 }),
                ("HEAD", &path, None, if sees { 200 } else { 404 }),
                (
                    "GET",
                    &format!("/v1/tickets?related={no}"),
                    None,
                    if sees { 200 } else { 404 },
                ),
                (
                    "POST",
                    &format!("{path}/actions"),
                    Some(&reveal),
                    if sees { 422 } else { 404 },
                ),
                ("PUT", &draft, Some(&words), writes(200)),
                (
                    "GET",
                    &draft,
                    None,
                    match (liaison, sees) {
                        (_, false) => 404,
                        (false, true) => 403,
                        (true, true) => 200,
                    },
                ),
                ("DELETE", &draft, None, writes(204)),
            ];
            for (method, path, body, status) in table {
                let mut ask = house.ask(who, method, path);
                if let Some(body) = body {
                    ask = ask.json((*body).clone());
                }
                let answer = ask.send().await;
                assert_eq!(answer.status, *status, "{who} {method} {path}: {answer}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hidden_ticket_answers_every_action_as_one_that_does_not_exist() {
    let house = with_tickets().await;
    let actions: Vec<Value> = ActionKind::ALL.iter().map(|kind| least(*kind)).collect();
    for (who, sees) in SEES {
        for no in TICKETS.iter().filter(|no| !sees.contains(no)) {
            for action in &actions {
                // Whoever wants a ticket that nobody answers for may ask for it by its number.
                if role(who) == Role::Liaison && *no == "T1" && action["action"] == "claim" {
                    continue;
                }
                let hidden = house.act(who, no, action.clone()).await;
                let absent = house.act(who, "NONE", action.clone()).await;
                assert_eq!(hidden.status, 404, "{who} {no} {action}: {hidden}");
                assert_eq!(seen(&hidden), seen(&absent), "{who} {no} {action}");
            }
        }
    }
    let before = house.get("office", "/v1/tickets/T1").await.json();
    assert_eq!(before["events"], json!([]));
}

/// An action with what its form asks for and no more.
fn least(kind: ActionKind) -> Value {
    let mut action = json!({ "action": kind.name() });
    let more = match kind {
        ActionKind::Return => json!({ "scope": "本级范围以外" }),
        ActionKind::Contact => crate::house::contact("跟进"),
        ActionKind::AskSuspension => json!({ "period": "3wd" }),
        ActionKind::AskExemption => json!({ "kind": "备案", "ground": "其他" }),
        _ => json!({}),
    };
    for (name, value) in more.as_object().expect("fields") {
        action[name] = value.clone();
    }
    action
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_gets_anything_without_a_session() {
    let house = with_tickets().await;
    for route in rexian::api::routes::ROUTES.iter().filter(|route| route.session) {
        let path = route
            .path
            .replace("{no}", "Q1")
            .replace("{id}", "x")
            .replace("{sha}", &"a".repeat(64));
        for token in [
            "",
            "Bearer",
            "Bearer ",
            "Bearer wrong",
            "Basic cWluZy1saTp4",
            "token-of-office",
        ] {
            let mut ask = house.ask("", route.verb.name().to_uppercase().as_str(), &path);
            if !token.is_empty() {
                ask = ask.header("authorization", token);
            }
            let answer = ask.send().await;
            assert_eq!(answer.status, 401, "{} with {token:?}: {answer}", route.id);
            assert_eq!(answer.header("www-authenticate"), "Bearer");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn taking_down_writing_and_counting_are_for_those_whose_work_it_is() {
    let house = with_tickets().await;
    for (at, (who, ..)) in PEOPLE.iter().enumerate() {
        let role = role(who);
        let new = json!({ "intake": intake(&format!("N{at}")) });
        let batch = json!({ "tickets": [{ "intake": intake(&format!("B{at}")) }] });
        let article = json!({ "title": "路灯", "body": "怎么报修" });
        let office = role == Role::Office;
        let writes = office || role == Role::Liaison;
        for (path, body, status) in [
            ("/v1/tickets", new, if office { 201 } else { 403 }),
            ("/v1/tickets/batch", batch, if office { 200 } else { 403 }),
            ("/v1/articles", article, if writes { 201 } else { 403 }),
        ] {
            let answer = house.post(who, path, body).await;
            assert_eq!(answer.status, status, "{who} {path}: {answer}");
        }
        for path in [
            "/v1/units",
            "/v1/people",
            "/v1/rulebooks",
            "/v1/calendar",
            "/v1/articles",
            "/v1/session",
        ] {
            assert_eq!(house.get(who, path).await.status, 200, "{who} {path}");
        }
    }
    assert_eq!(
        house.get("office", "/v1/tickets/N0").await.status,
        404,
        "a refused ticket is not there"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_article_is_changed_by_its_own_unit_and_the_office() {
    let house = House::new().await;
    let body = json!({ "title": "路灯", "body": "怎么报修", "tags": ["路灯"] });
    let added = house.post("qing-li", "/v1/articles", body.clone()).await.json();
    let path = format!("/v1/articles/{}", added["id"].as_str().expect("an id"));
    for (who, status) in [
        ("wang-li", 403),
        ("qing-head", 403),
        ("admin", 403),
        ("qing-sun", 200),
        ("office", 200),
    ] {
        let changed = house.ask(who, "PUT", &path).json(body.clone()).send().await;
        assert_eq!(changed.status, status, "{who}: {changed}");
    }
    for (who, status) in [("wang-li", 403), ("qing-main", 403), ("qing-li", 204), ("qing-li", 404)] {
        assert_eq!(house.ask(who, "DELETE", &path).send().await.status, status, "{who}");
    }
    assert_eq!(house.get("office", &path).await.status, 404);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn statistics_are_of_ones_own_unit() {
    let house = with_tickets().await;
    for (who, own) in [
        ("qing-li", &["qingliu"][..]),
        ("qing-head", &["qingliu"]),
        ("wang-li", &["wanghe"]),
        ("dist-deputy", &["qingliu"]),
        ("office", &["qingliu", "wanghe"]),
    ] {
        let rows = house.get(who, "/v1/statistics").await.json();
        let rows = rows["rows"].as_array().expect("rows").clone();
        let units: Vec<&str> = rows.iter().filter_map(|row| row["unit"].as_str()).collect();
        assert_eq!(units, own, "{who}");
        for unit in ["qingliu", "wanghe"] {
            let status = house
                .get(who, &format!("/v1/statistics?unit={unit}&by=month"))
                .await
                .status;
            assert_eq!(status, if own.contains(&unit) { 200 } else { 403 }, "{who} {unit}");
        }
    }
    assert_eq!(house.get("admin", "/v1/statistics").await.status, 403);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn relatives_are_shown_to_those_who_see_them() {
    let house = with_tickets().await;
    // All have the same caller.
    for (who, of, relatives) in [
        ("office", "Q1", &["C1", "Q2", "T1", "W1"][..]),
        ("qing-li", "Q1", &["C1", "Q2"]),
        ("wang-li", "W1", &["C1"]),
        ("qing-head", "Q1", &["Q2"]),
        ("dist-deputy", "Q2", &[]),
    ] {
        let answer = house.get(who, &format!("/v1/tickets?related={of}")).await;
        assert_eq!(answer.numbers(), relatives, "{who} {of}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_draft_is_its_units_alone() {
    let house = with_tickets().await;
    let keep = |text: &str| json!({ "reply": { "text": text } });
    let path = "/v1/tickets/C1/draft";
    for (who, text) in [("qing-li", "青柳的话"), ("wang-li", "望河的话")] {
        assert_eq!(house.ask(who, "PUT", path).json(keep(text)).send().await.status, 200);
    }
    for (who, text) in [("qing-sun", "青柳的话"), ("wang-li", "望河的话")] {
        assert_eq!(house.get(who, path).await.json()["reply"]["text"], text, "{who}");
    }
    // The last writer is told what they wrote over, unless they had seen it.
    let kept = house
        .ask("qing-sun", "PUT", path)
        .json(keep("新的话"))
        .send()
        .await
        .json();
    assert_eq!(kept["overwrote"]["reply"]["text"], "青柳的话");
    let mut seen = keep("更新的话");
    seen["seen"] = kept["version"].clone();
    let kept = house.ask("qing-li", "PUT", path).json(seen).send().await.json();
    assert_eq!(kept["overwrote"], Value::Null);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ticket_that_went_to_another_unit_is_the_former_ones_no_longer() {
    let house = House::new().await;
    house.ticket("R1", "qingliu").await;
    let give_back = json!({
        "action": "return", "scope": "本级其他部门", "reason": "属望河辖区", "basis": "辖区划分", "suggested_unit": "望河街道",
        "materials": [{ "material": "现场照片", "name": "现场照片" }],
        "opinions": [{ "role": "deputy_leader", "name": "周分管", "text": "同意" }],
    });
    house.done("qing-li", "R1", crate::house::contact("首次联系")).await;
    let body = json!({ "action": give_back });
    let ask = || {
        house
            .ask("qing-li", "POST", "/v1/tickets/R1/actions")
            .json(body.clone())
            .key("give-back")
    };
    let first = ask().send().await;
    assert_eq!(first.status, 200, "{first}");
    let decide = json!({ "action": "decide_return", "approve": true, "reason": "属实", "next_unit": "wanghe" });
    house.done("office", "R1", decide).await;
    house.done("wang-li", "R1", crate::house::contact("首次联系")).await;
    assert_eq!(house.get("qing-li", "/v1/tickets/R1").await.status, 404);
    // The answer that was lost is given again, and tells nothing of what happened since.
    let again = ask().send().await;
    assert_eq!(again.status, 200, "{again}");
    let (first, again) = (first.json(), again.json());
    assert_eq!(again["repeated"], true);
    for field in [
        "/seq",
        "/version",
        "/ticket/summary",
        "/ticket/events",
        "/ticket/intake",
    ] {
        assert_eq!(again.pointer(field), first.pointer(field), "{field}");
    }
    // The feed says that it is gone, and no more after that.
    let feed = house.get("qing-li", "/v1/feed?limit=500").await.json();
    let news = feed["news"].as_array().expect("news").clone();
    assert!(news.iter().all(|news| news["ticket"].is_null()), "{feed}");
    assert!(news.iter().all(|news| news["event"]["by"]["id"] != "wang-li"), "{feed}");
}
