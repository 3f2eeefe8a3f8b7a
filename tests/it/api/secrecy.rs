//! A caller who asked for secrecy: nothing of them leaves the server but by a reveal, and each reveal is an event.

use serde_json::{Value, json};

use crate::house::{House, contact, intake, reply};

const NAME: &str = "暮云深";
const PHONE: &str = "13911112222";
const ADDRESS: &str = "静水巷九号院";
/// However it is written.
const SECRETS: &[&str] = &[
    NAME,
    PHONE,
    "139-1111-2222",
    "139 1111 2222",
    "１３９１１１１２２２２",
    ADDRESS,
];

/// Everything about them at once, as a careless hand writes it.
fn all() -> String {
    format!("{NAME}，{PHONE}，139-1111-2222，139 1111 2222，１３９１１１１２２２２，住{ADDRESS}")
}

fn secret_intake(no: &str) -> Value {
    let mut intake = intake(no);
    for field in ["title", "place", "content"] {
        intake[field] = format!("{}：{}", intake[field].as_str().expect("text"), all()).into();
    }
    intake["story"] = json!({ "time": all(), "people": all(), "cause": all(), "course": all(), "demand": all() });
    intake["points"] = json!([all()]);
    intake["attachments"] = json!([{ "material": "照片", "name": all() }]);
    intake["caller"] = json!({ "name": NAME, "phone": PHONE, "address": ADDRESS, "showing": "保密" });
    intake
}

/// A house with the ticket S1, from now on told of in no answer.
async fn with_secret() -> House {
    let house = House::new().await;
    house.keep_secret(SECRETS);
    let body = json!({ "intake": secret_intake("S1"), "dispatch": { "unit": "qingliu" } });
    let taken = house.post("office", "/v1/tickets", body).await;
    assert_eq!(taken.status, 201, "{taken}");
    assert_eq!(taken.json()["summary"]["secret"], true);
    house
}

/// Every answer of a house is looked through for what it keeps secret; here it only has to be asked for them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_answer_of_a_whole_life_names_them() {
    let house = with_secret().await;
    let mut call = contact("首次联系");
    for field in ["told", "by", "from_number"] {
        call[field] = all().into();
    }
    call["evidence"] = json!([{ "material": "通话记录截图", "name": all(), "seconds": 90, "shows": "2026-03-03" }]);
    house.done("qing-li", "S1", call).await;
    house.done("qing-li", "S1", json!({ "action": "accept" })).await;
    let progress = json!({ "action": "report_progress", "kind": "阶段情况", "text": all() });
    house.done("qing-li", "S1", progress).await;
    let help = json!({ "action": "ask_co_handling", "units": ["wanghe"], "request": all(),
        "materials": [{ "material": "照片", "name": all() }] });
    house.done("qing-li", "S1", help).await;
    house
        .done(
            "wang-li",
            "S1",
            json!({ "action": "answer_co_handling", "text": all() }),
        )
        .await;
    house
        .done(
            "office",
            "S1",
            json!({ "action": "urge", "way": "电话", "note": all() }),
        )
        .await;
    // A reply that names them is refused, and the refusal does not repeat it; one that does not goes its way.
    let mut careless = reply();
    careless["text"] = format!("{}{}", careless["text"].as_str().expect("text"), all()).into();
    let refused = house
        .act(
            "qing-li",
            "S1",
            json!({ "action": "submit_for_signing", "reply": careless }),
        )
        .await;
    assert_eq!(refused.status, 422, "{refused}");
    let mut good = reply();
    good["fields"] = json!({ "unit": NAME, "plan": all(), "contact": all(), "remedy": all() });
    let sent = house
        .act(
            "qing-li",
            "S1",
            json!({ "action": "submit_for_signing", "reply": good }),
        )
        .await;
    assert!([200, 422].contains(&sent.status), "{sent}");
    // Conflict: somebody else was first.
    let late = json!({ "seen": 0, "action": { "action": "withdraw", "at": "热线", "reason": all() } });
    let conflict = house.post("office-2", "/v1/tickets/S1/actions", late).await;
    assert_eq!(conflict.status, 409, "{conflict}");
    assert_eq!(conflict.json()["ticket"]["intake"]["caller"]["name"], "〔保密〕");
    for who in ["qing-li", "wang-li", "office", "qing-head"] {
        for path in [
            "/v1/tickets/S1",
            "/v1/tickets?view=all",
            "/v1/tickets?fields=title,place",
            "/v1/tickets?text=路灯",
            "/v1/tickets?related=S1",
            "/v1/feed?limit=500",
            "/metrics",
        ] {
            let answer = house.get(who, path).await;
            assert_eq!(answer.status, 200, "{who} {path}: {answer}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_search_and_no_relation_finds_them() {
    let house = with_secret().await;
    house
        .done(
            "office",
            "S1",
            json!({ "action": "urge", "way": "电话", "note": all() }),
        )
        .await;
    let mut other = intake("O1");
    other["caller"] = json!({ "name": NAME, "phone": PHONE, "address": ADDRESS, "showing": "公开" });
    // Not looked through: this ticket's caller is open.
    let body = json!({ "intake": other, "dispatch": { "unit": "qingliu" } });
    let taken = house.ask("office", "POST", "/v1/tickets").json(body).begin().await;
    assert_eq!(taken.status(), 201);
    for text in [
        NAME,
        "暮云",
        "云深",
        PHONE,
        "1391111",
        "139",
        "静水",
        "水巷",
        "九号院",
        "１３９１１１１２２２２",
    ] {
        let found = house.get("office", &format!("/v1/tickets?text={text}")).await.numbers();
        assert!(!found.contains(&"S1".to_owned()), "{text} finds it");
    }
    assert_eq!(house.get("office", "/v1/tickets?related=O1").await.numbers(), [""; 0]);
    assert_eq!(house.get("office", "/v1/tickets?related=S1").await.numbers(), [""; 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_secret_callers_are_not_related_by_what_hides_them() {
    let house = House::new().await;
    for (no, address) in [("S1", "静水巷九号院"), ("S2", "晚风里二号楼")] {
        let mut intake = intake(no);
        intake["place"] = address.into();
        intake["caller"] = json!({ "name": "某某", "phone": "13911112222", "address": address, "showing": "保密" });
        let taken = house.post("office", "/v1/tickets", json!({ "intake": intake })).await;
        assert_eq!(taken.status, 201, "{taken}");
    }
    assert_eq!(house.get("office", "/v1/tickets?related=S1").await.numbers(), [""; 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_stream_does_not_name_them() {
    let house = with_secret().await;
    house
        .done(
            "office",
            "S1",
            json!({ "action": "urge", "way": "电话", "note": all() }),
        )
        .await;
    let mut stream = house.ask("qing-li", "GET", "/v1/feed/stream?after=0").begin().await;
    let mut text = String::new();
    while !text.contains("urged") {
        let piece = stream.chunk().await.expect("the stream goes on").expect("more of it");
        text.push_str(&String::from_utf8_lossy(&piece));
    }
    assert!(text.contains("〔保密〕"), "{text}");
    house.assert_nothing_secret("the stream", &text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_draft_shows_a_colleague_nothing_of_them_and_its_writer_everything() {
    let house = with_secret().await;
    let path = "/v1/tickets/S1/draft";
    let draft = json!({ "reply": { "text": all(), "fields": { "unit": NAME, "plan": all() } } });
    assert_eq!(house.ask("qing-li", "PUT", path).json(draft).send().await.status, 200);
    assert_eq!(house.get("qing-sun", path).await.status, 200);
    let own: Value = house
        .ask("qing-li", "GET", path)
        .begin()
        .await
        .json()
        .await
        .expect("json");
    assert_eq!(own["reply"]["text"], all());
    let over = json!({ "reply": { "text": "另写" } });
    let kept = house.ask("qing-sun", "PUT", path).json(over).send().await;
    assert_eq!(kept.status, 200, "{kept}");
    assert!(
        kept.json()["overwrote"]["reply"]["text"]
            .as_str()
            .expect("words")
            .contains("〔保密〕")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reveal_tells_once_and_is_an_event_with_who_and_when() {
    let house = with_secret().await;
    let body = json!({ "action": { "action": "reveal", "reason": "上门前核实" } });
    let path = "/v1/tickets/S1/actions";
    let ask = || house.ask("qing-li", "POST", path).json(body.clone()).key("reveal-1");
    // Not looked through: telling is what it is for.
    let first: Value = ask().begin().await.json().await.expect("json");
    assert_eq!(
        first["caller"],
        json!({ "name": NAME, "phone": PHONE, "address": ADDRESS, "showing": "保密" })
    );
    let beside = json!({ "ticket": first["ticket"] }).to_string();
    house.assert_nothing_secret("what comes beside the caller", &beside);
    let again: Value = ask().begin().await.json().await.expect("json");
    assert_eq!(
        (&again["caller"], &again["repeated"], &again["seq"]),
        (&first["caller"], &json!(true), &first["seq"])
    );
    let ticket = house.get("office", "/v1/tickets/S1").await.json();
    let reveals: Vec<&Value> = ticket["events"]
        .as_array()
        .expect("events")
        .iter()
        .filter(|event| event["event"]["event"] == "revealed")
        .collect();
    assert_eq!(reveals.len(), 1, "asked twice under one key, done once");
    assert_eq!(reveals[0]["by"]["id"], "qing-li");
    assert_eq!(reveals[0]["at"], "2026-03-03T10:00:00+08:00");
    // Somebody else's key of the same name is none; an act that is no reveal tells nothing.
    house.done("qing-sun", "S1", contact("首次联系")).await;
    // No reason, no reveal.
    let refused = house
        .act("qing-li", "S1", json!({ "action": "reveal", "reason": " " }))
        .await;
    assert_eq!(refused.status, 422, "{refused}");
    // Another unit learns nothing, not even that there is something to reveal.
    let body = json!({ "action": { "action": "reveal", "reason": "好奇" } });
    assert_eq!(house.post("wang-li", path, body).await.status, 404);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_problem_of_a_batch_does_not_name_them() {
    let house = with_secret().await;
    let mut wrong = secret_intake("S2");
    wrong["book"] = "nowhere".into();
    let mut future = secret_intake("S3");
    future["received"] = "2999-01-01T00:00:00+08:00".into();
    let tickets: Vec<Value> = [secret_intake("S1"), wrong, future, secret_intake("S4")]
        .into_iter()
        .map(|intake| json!({ "intake": intake, "dispatch": { "unit": "qingliu" } }))
        .collect();
    let answer = house
        .post("office", "/v1/tickets/batch", json!({ "tickets": tickets }))
        .await;
    assert_eq!(answer.status, 200, "{answer}");
    let statuses: Vec<Value> = answer.json()["results"]
        .as_array()
        .expect("results")
        .iter()
        .map(|result| result["problem"]["status"].clone())
        .collect();
    assert_eq!(statuses, [json!(409), json!(422), json!(422), Value::Null]);
}
