//! Files over HTTP: sent, taken up again, read whole and in part, and nobody else's to know of.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::house::{Answer, House, contact};

fn name(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A picture of so many bytes, each file another one.
fn photo(size: usize, seed: u8) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    bytes.extend((bytes.len()..size).map(|at| (at as u8).wrapping_mul(31).wrapping_add(seed)));
    bytes
}

async fn send(house: &House, who: &str, bytes: &[u8]) -> Answer {
    part(house, who, &name(bytes), bytes.len(), 0, bytes).await
}

async fn part(house: &House, who: &str, sha: &str, size: usize, offset: usize, bytes: &[u8]) -> Answer {
    let path = format!("/v1/blobs/{sha}?size={size}&offset={offset}");
    house.ask(who, "PUT", &path).body(bytes.to_vec()).send().await
}

async fn received(house: &House, who: &str, sha: &str) -> Value {
    house.get(who, &format!("/v1/blobs/{sha}/upload")).await.json()
}

fn attached(sha: &str) -> Value {
    let mut call = contact("首次联系");
    call["evidence"][0]["blob"] = sha.into();
    call
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_goes_up_and_comes_down_as_it_was() {
    let house = House::new().await;
    let bytes = photo(3_000_000, 1);
    let sha = name(&bytes);
    let path = format!("/v1/blobs/{sha}");
    assert_eq!(house.get("qing-li", &path).await.status, 404);
    let sent = send(&house, "qing-li", &bytes).await;
    assert_eq!(
        sent.json(),
        json!({ "received": bytes.len(), "whole": true, "media_type": "image/png" })
    );
    let down = house.get("qing-li", &path).await;
    assert_eq!((down.status, down.body == bytes), (200, true));
    assert_eq!(down.header("content-type"), "image/png");
    assert_eq!(down.header("content-disposition"), "attachment");
    assert_eq!(down.header("accept-ranges"), "bytes");
    let head = house.ask("qing-li", "HEAD", &path).send().await;
    assert_eq!((head.status, head.header("content-length")), (200, "3000000"));
    // Sent once more, it is there already.
    assert_eq!(send(&house, "qing-sun", &bytes).await.json(), sent.json());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upload_that_broke_off_goes_on_where_it_stands() {
    let house = House::new().await;
    let bytes = photo(2_500_000, 2);
    let (sha, size) = (name(&bytes), bytes.len());
    assert_eq!(received(&house, "qing-li", &sha).await["received"], 0);
    let first = part(&house, "qing-li", &sha, size, 0, &bytes[..1_200_000]).await;
    assert_eq!(
        first.json(),
        json!({ "received": 1_200_000, "whole": false, "media_type": null })
    );
    assert_eq!(
        received(&house, "qing-sun", &sha).await["received"],
        1_200_000,
        "a colleague may go on"
    );
    let gap = part(&house, "qing-li", &sha, size, 2_000_000, &bytes[2_000_000..]).await;
    assert_eq!((gap.status, &*gap.problem()), (409, "offset"), "{gap}");
    assert_eq!(gap.json()["received"], 1_200_000);
    let rest = part(&house, "qing-li", &sha, size, 1_200_000, &bytes[1_200_000..]).await;
    assert_eq!(rest.json()["whole"], true, "{rest}");
    assert!(house.get("qing-li", &format!("/v1/blobs/{sha}")).await.body == bytes);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_wrong_with_a_file_is_told() {
    let house = House::new().await;
    let bytes = photo(5000, 3);
    let sha = name(&bytes);
    let wrong = part(&house, "qing-li", &name(b"another"), 5000, 0, &bytes).await;
    assert_eq!((wrong.status, &*wrong.problem()), (422, "refused"), "{wrong}");
    let more = part(&house, "qing-li", &sha, 4000, 0, &bytes).await;
    assert_eq!(more.status, 422, "{more}");
    let script = b"#!/bin/sh\nrm -rf /\n".repeat(100);
    let film = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0".repeat(100);
    for bytes in [film] {
        let kind = send(&house, "qing-li", &bytes).await;
        assert_eq!((kind.status, &*kind.problem()), (415, "media_type"), "{kind}");
    }
    // Text is taken as text, and given out as nothing that a browser would run.
    let text = send(&house, "qing-li", &script).await;
    if text.status == 200 {
        let down = house.get("qing-li", &format!("/v1/blobs/{}", name(&script))).await;
        assert!(
            down.header("content-type").starts_with("text/plain"),
            "{}",
            down.header("content-type")
        );
    }
    let large = part(&house, "qing-li", &sha, (50 << 20) + 1, 0, &bytes).await;
    assert_eq!(large.status, 413, "{large}");
    for query in [
        "",
        "size=0",
        "size=-1",
        "size=x",
        "size=5000&offset=-1",
        "size=5000&size=5000",
        "size=5000&more=1",
    ] {
        let bad = house
            .ask("qing-li", "PUT", &format!("/v1/blobs/{sha}?{query}"))
            .body(bytes.clone())
            .send()
            .await;
        assert_eq!(bad.status, 400, "{query}: {bad}");
    }
    for bad in [
        sha.to_uppercase(),
        sha[1..].to_owned(),
        format!("{sha}0"),
        "..%2f..%2fetc%2fpasswd".to_owned(),
    ] {
        assert_eq!(
            house.get("qing-li", &format!("/v1/blobs/{bad}")).await.status,
            400,
            "{bad}"
        );
    }
    assert_eq!(send(&house, "admin", &bytes).await.status, 403);
    assert_eq!(
        house.get("qing-li", &format!("/v1/blobs/{sha}")).await.status,
        404,
        "none of it was kept"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_part_of_a_file_is_read() {
    let house = House::new().await;
    let bytes = photo(10_000, 4);
    let path = format!("/v1/blobs/{}", name(&bytes));
    send(&house, "qing-li", &bytes).await;
    for (range, from, to) in [
        ("bytes=0-99", 0, 100),
        ("bytes=100-199", 100, 200),
        ("bytes=9990-", 9990, 10_000),
        ("bytes=9990-99999999", 9990, 10_000),
        ("bytes=0-0", 0, 1),
        ("bytes=9999-9999", 9999, 10_000),
    ] {
        let answer = house.ask("qing-li", "GET", &path).header("range", range).send().await;
        assert_eq!((answer.status, answer.body == bytes[from..to]), (206, true), "{range}");
        assert_eq!(answer.header("content-range"), format!("bytes {from}-{}/10000", to - 1));
        assert_eq!(answer.header("content-length"), (to - from).to_string());
    }
    let none = house
        .ask("qing-li", "GET", &path)
        .header("range", "bytes=10000-")
        .send()
        .await;
    assert_eq!((none.status, &*none.problem()), (416, "range"), "{none}");
    assert_eq!(none.header("content-range"), "bytes */10000");
    for range in ["bytes=-5", "bytes=5-1", "lines=1-2", "bytes=0-1,5-6", "x"] {
        let answer = house.ask("qing-li", "GET", &path).header("range", range).send().await;
        assert_eq!((answer.status, answer.body.len()), (200, 10_000), "{range}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_unit_learns_nothing_of_a_file_and_gets_it_only_by_bringing_it() {
    let house = House::new().await;
    let bytes = photo(2_000_000, 5);
    let (sha, size) = (name(&bytes), bytes.len());
    let path = format!("/v1/blobs/{sha}");
    // While it is under way …
    part(&house, "qing-li", &sha, size, 0, &bytes[..size - 1]).await;
    assert_eq!(
        received(&house, "wang-li", &sha).await,
        json!({ "received": 0, "whole": false, "media_type": null })
    );
    let last = part(&house, "wang-li", &sha, size, size - 1, &bytes[size - 1..]).await;
    assert_eq!(
        (last.status, &last.json()["received"]),
        (409, &json!(0)),
        "nobody finishes what others began: {last}"
    );
    // … and when it is there.
    part(&house, "qing-li", &sha, size, size - 1, &bytes[size - 1..]).await;
    assert_eq!(
        received(&house, "wang-li", &sha).await,
        json!({ "received": 0, "whole": false, "media_type": null })
    );
    for (who, status) in [
        ("wang-li", 404),
        ("wang-head", 404),
        ("admin", 404),
        ("qing-head", 404),
        ("qing-sun", 200),
        ("office", 200),
    ] {
        assert_eq!(house.get(who, &path).await.status, status, "{who}");
        assert_eq!(house.ask(who, "HEAD", &path).send().await.status, status, "{who}");
    }
    let empty = part(&house, "wang-li", &sha, size, 0, &[]).await;
    assert_eq!(
        empty.json()["whole"],
        false,
        "to know its name is not to have it: {empty}"
    );
    assert_eq!(house.get("wang-li", &path).await.status, 404);
    let brought = send(&house, "wang-li", &bytes).await;
    assert_eq!(brought.json()["whole"], true, "{brought}");
    assert!(house.get("wang-li", &path).await.body == bytes);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_goes_with_the_ticket_that_names_it() {
    let house = House::new().await;
    for (no, channel) in [("Q1", "热线电话"), ("Q2", "人民网")] {
        let mut intake = crate::house::intake(no);
        intake["channel"] = channel.into();
        let body = json!({ "intake": intake, "dispatch": { "unit": "qingliu" } });
        assert_eq!(house.post("office", "/v1/tickets", body).await.status, 201);
    }
    let ordinary = photo(4000, 6);
    let high = photo(4000, 7);
    let shared = photo(4000, 8);
    for bytes in [&ordinary, &high, &shared] {
        send(&house, "qing-li", bytes).await;
    }
    house.done("qing-li", "Q1", attached(&name(&ordinary))).await;
    house.done("qing-li", "Q2", attached(&name(&high))).await;
    house.done("qing-li", "Q1", json!({ "action": "accept" })).await;
    let help = json!({ "action": "ask_co_handling", "units": ["wanghe"], "request": "一起查看",
        "materials": [{ "material": "照片", "name": "现场", "blob": name(&shared) }] });
    house.done("qing-li", "Q1", help).await;
    for (who, reads) in [
        ("qing-sun", [200, 200, 200]),
        ("qing-head", [200, 200, 200]),
        ("qing-main", [404, 200, 404]),
        ("qing-deputy", [404, 404, 404]),
        ("dist-deputy", [404, 200, 404]),
        ("wang-li", [200, 404, 200]),
        ("wang-head", [404, 404, 404]),
        ("office", [200, 200, 200]),
        ("admin", [404, 404, 404]),
    ] {
        for (bytes, status) in [&ordinary, &high, &shared].iter().zip(reads) {
            let answer = house.get(who, &format!("/v1/blobs/{}", name(bytes))).await;
            assert_eq!(answer.status, status, "{who}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ticket_names_no_file_that_is_not_there_or_not_its_writers() {
    let house = House::new().await;
    house.ticket("Q1", "qingliu").await;
    house.ticket("W1", "wanghe").await;
    let theirs = photo(4000, 9);
    send(&house, "wang-li", &theirs).await;
    let half = photo(4000, 10);
    part(&house, "qing-li", &name(&half), half.len(), 0, &half[..100]).await;
    let mut answers = Vec::new();
    for sha in [
        name(&theirs),
        name(&half),
        name(b"nothing"),
        "../x".to_owned(),
        String::new(),
    ] {
        let refused = house.act("qing-li", "Q1", attached(&sha)).await;
        assert_eq!(
            (refused.status, refused.findings()),
            (422, vec!["server.unknown_blob".to_owned()]),
            "{refused}"
        );
        let mut said = refused.json();
        said.as_object_mut().expect("fields").remove("request_id");
        answers.push(said);
    }
    assert!(
        answers.windows(2).all(|two| two[0] == two[1]),
        "what others have is told apart: {answers:?}"
    );
    let mut intake = crate::house::intake("N1");
    intake["attachments"] = json!([{ "material": "照片", "name": "x", "blob": name(b"nothing") }]);
    let refused = house.post("office", "/v1/tickets", json!({ "intake": intake })).await;
    assert_eq!(refused.status, 422, "{refused}");
    let draft = json!({ "reply": { "text": "x", "attachments": [{ "material": "照片", "name": "x", "blob": name(&theirs) }] } });
    // A draft is a thought: it may name what is still on its way. It shows nothing of the file.
    let kept = house
        .ask("qing-li", "PUT", "/v1/tickets/Q1/draft")
        .json(draft)
        .send()
        .await;
    assert_eq!(kept.status, 200, "{kept}");
    assert_eq!(
        house
            .get("qing-li", &format!("/v1/blobs/{}", name(&theirs)))
            .await
            .status,
        404
    );
}
