//! What goes wrong is told as a problem document, in the asker's language, with the status that the contract names.

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::house::{House, intake, token};

/// Method, path, headers, body; the status and the problem that they come to.
type Mistake<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)], &'a str, u16, &'a str);

/// As nobody's client sends it; `TOKEN` stands for a token of the office. Returns what came back until the end.
async fn raw(house: &House, request: &str) -> String {
    let address = house.url.trim_start_matches("http://");
    let mut stream = tokio::net::TcpStream::connect(address).await.expect("a connection");
    let request = request.replace("TOKEN", &token("office"));
    stream.write_all(request.as_bytes()).await.expect("it is sent");
    let mut answer = Vec::new();
    // A connection that the server breaks off has said what it had to say.
    let _ended = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_mistake_of_a_request_has_its_status() {
    let house = House::new().await;
    house.ticket("P1", "qingliu").await;
    let long = "长".repeat(201);
    let key = "k".repeat(129);
    let act = "/v1/tickets/P1/actions";
    let json = "application/json";
    let deep = format!("{}1{}", "[".repeat(1000), "]".repeat(1000));
    let table: &[Mistake] = &[
        // There is no such path.
        ("GET", "/", &[], "", 404, "not_found"),
        ("GET", "/v1", &[], "", 404, "not_found"),
        ("GET", "/v1/nothing", &[], "", 404, "not_found"),
        ("GET", "/v1/tickets/", &[], "", 404, "not_found"),
        ("GET", "/v1//tickets", &[], "", 404, "not_found"),
        ("GET", "/v1/test/clock", &[], "", 404, "not_found"),
        ("GET", "/v1/tickets/NONE", &[], "", 404, "not_found"),
        ("GET", "/v1/tickets/a%00b", &[], "", 404, "not_found"),
        ("GET", "/v1/tickets/%ff", &[], "", 404, "not_found"),
        ("GET", "/v1/tickets/%2e%2e", &[], "", 404, "not_found"),
        ("GET", &format!("/v1/tickets/{long}"), &[], "", 404, "not_found"),
        ("GET", "/v1/articles/none", &[], "", 404, "not_found"),
        ("GET", "/v1/tickets?related=NONE", &[], "", 404, "not_found"),
        // The path is there, the method is not.
        ("POST", "/v1/units", &[], "", 405, "method_not_allowed"),
        ("DELETE", "/v1/tickets", &[], "", 405, "method_not_allowed"),
        ("PATCH", "/v1/tickets/P1", &[], "", 405, "method_not_allowed"),
        ("GET", act, &[], "", 405, "method_not_allowed"),
        ("OPTIONS", "/v1/session", &[], "", 405, "method_not_allowed"),
        // Parameters.
        ("GET", "/v1/tickets?limit=0", &[], "", 400, "invalid"),
        ("GET", "/v1/tickets?limit=201", &[], "", 400, "invalid"),
        ("GET", "/v1/tickets?limit=-1", &[], "", 400, "invalid"),
        ("GET", "/v1/tickets?limit=", &[], "", 400, "invalid"),
        ("GET", "/v1/tickets?limit=99999999999999999999", &[], "", 400, "invalid"),
        ("GET", "/v1/tickets?view=all&view=live", &[], "", 400, "invalid"),
        ("GET", "/v1/tickets?view=everything", &[], "", 400, "invalid"),
        ("GET", "/v1/tickets?colour=red", &[], "", 400, "invalid"),
        ("GET", "/v1/tickets?text=a%00b", &[], "", 400, "invalid"),
        ("GET", &format!("/v1/tickets?text={long}"), &[], "", 400, "invalid"),
        ("GET", "/v1/tickets?cursor=x", &[], "", 400, "invalid"),
        (
            "GET",
            "/v1/tickets?sort=due&cursor=changed.1.1",
            &[],
            "",
            400,
            "invalid",
        ),
        ("GET", "/v1/tickets?cursor=due.zz.1", &[], "", 400, "invalid"),
        ("GET", "/v1/tickets?fields=caller", &[], "", 400, "invalid"),
        (
            "GET",
            "/v1/tickets?due_from=2026-02-30T00:00:00Z",
            &[],
            "",
            400,
            "invalid",
        ),
        ("GET", "/v1/tickets?fields=", &[], "", 400, "invalid"),
        ("GET", "/v1/tickets?fields=no,,due", &[], "", 400, "invalid"),
        ("GET", "/v1/feed?after=-1", &[], "", 400, "invalid"),
        ("GET", "/v1/feed?after=9007199254740992", &[], "", 400, "invalid"),
        ("GET", &format!("/v1/statistics?unit={long}"), &[], "", 400, "invalid"),
        ("GET", "/v1/feed?limit=0", &[], "", 400, "invalid"),
        ("GET", "/v1/feed?wait=56", &[], "", 400, "invalid"),
        ("GET", "/v1/feed?after=1&after=2", &[], "", 400, "invalid"),
        ("GET", "/v1/feed/stream?limit=501", &[], "", 400, "invalid"),
        ("GET", "/v1/statistics?by=year", &[], "", 400, "invalid"),
        ("GET", "/v1/statistics?from=2026-13-01", &[], "", 400, "invalid"),
        ("GET", "/v1/blobs/ABC", &[], "", 400, "invalid"),
        ("GET", "/v1/blobs/ABC/upload", &[], "", 400, "invalid"),
        // Bodies.
        ("POST", "/v1/session", &[("content-type", json)], "{", 400, "invalid"),
        ("POST", act, &[("content-type", json)], "", 400, "invalid"),
        ("POST", act, &[("content-type", json)], "{\"action\":", 400, "invalid"),
        ("POST", act, &[("content-type", json)], "{} {}", 400, "invalid"),
        ("POST", act, &[("content-type", json)], "null", 400, "invalid"),
        ("POST", act, &[("content-type", json)], &deep, 400, "invalid"),
        (
            "POST",
            act,
            &[("content-type", json)],
            "{\"action\":{\"action\":\"fly\"}}",
            400,
            "invalid",
        ),
        (
            "POST",
            act,
            &[("content-type", json)],
            "{\"action\":{\"action\":\"accept\"},\"more\":1}",
            400,
            "invalid",
        ),
        (
            "POST",
            act,
            &[("content-type", json)],
            "{\"action\":{\"action\":\"accept\",\"action\":\"sign\"}}",
            400,
            "invalid",
        ),
        (
            "POST",
            act,
            &[("content-type", json)],
            "{\"action\":{\"action\":\"sign\",\"note\":\"a\\u0000b\"}}",
            400,
            "invalid",
        ),
        (
            "POST",
            act,
            &[("content-type", json)],
            "{\"seen\":-1,\"action\":{\"action\":\"accept\"}}",
            400,
            "invalid",
        ),
        (
            "POST",
            act,
            &[("content-type", json), ("idempotency-key", "")],
            "{}",
            400,
            "invalid",
        ),
        (
            "POST",
            act,
            &[("content-type", json), ("idempotency-key", "a b")],
            "{}",
            400,
            "invalid",
        ),
        (
            "POST",
            act,
            &[("content-type", json), ("idempotency-key", &key)],
            "{}",
            400,
            "invalid",
        ),
        ("POST", act, &[("content-type", "text/plain")], "{}", 415, "media_type"),
        (
            "POST",
            act,
            &[("content-type", "application/jsonx")],
            "{}",
            415,
            "media_type",
        ),
        ("POST", act, &[], "{}", 415, "media_type"),
        (
            "POST",
            "/v1/session",
            &[("content-type", "application/xml")],
            "<a/>",
            415,
            "media_type",
        ),
        (
            "POST",
            "/v1/tickets/batch",
            &[("content-type", json)],
            "{\"tickets\":[]}",
            400,
            "invalid",
        ),
    ];
    for (method, path, headers, body, status, problem) in table {
        let mut ask = house.ask("office", method, path);
        for (name, value) in *headers {
            ask = ask.header(name, value);
        }
        let answer = ask.body((*body).to_owned()).send().await;
        assert_eq!(answer.status, *status, "{method} {path} {body}: {answer}");
        assert_eq!(answer.problem(), *problem, "{method} {path} {body}: {answer}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_too_long_is_refused() {
    let house = House::new().await;
    let too_large = format!("{{\"title\":\"{}\"}}", "x".repeat(1 << 20));
    for headers in [&[][..], &[("transfer-encoding", "chunked")]] {
        let mut ask = house
            .ask("office", "POST", "/v1/articles")
            .header("content-type", "application/json");
        for (name, value) in headers {
            ask = ask.header(name, value);
        }
        let answer = ask.body(too_large.clone()).send().await;
        assert_eq!((answer.status, &*answer.problem()), (413, "too_large"), "{answer}");
    }
    let article = json!({ "title": "路灯", "body": "长".repeat(20_001) });
    let answer = house.post("office", "/v1/articles", article).await;
    assert_eq!(answer.status, 400, "{answer}");
    let mut intake = intake("L1");
    intake["content"] = "长".repeat(20_001).into();
    let answer = house.post("office", "/v1/tickets", json!({ "intake": intake })).await;
    assert_eq!(answer.status, 400, "{answer}");
    let batch: Vec<_> = (0..201)
        .map(|at| json!({ "intake": crate::house::intake(&format!("L{at}")) }))
        .collect();
    let answer = house
        .post("office", "/v1/tickets/batch", json!({ "tickets": batch }))
        .await;
    assert_eq!(answer.status, 400, "{answer}");
    assert_eq!(house.get("office", "/v1/tickets?view=all").await.numbers(), [""; 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_number_that_no_address_could_hold_is_refused() {
    let house = House::new().await;
    for no in ["", "  ", ".", "..", "... .", "a/b", "a\nb", &"长".repeat(201)] {
        let answer = house
            .post("office", "/v1/tickets", json!({ "intake": intake(no) }))
            .await;
        assert_eq!(
            (answer.status, &*answer.problem()),
            (400, "invalid"),
            "{no:?}: {answer}"
        );
    }
    for no in ["工单 2026-1", "a.b", "..1", "%2e", "a?b#c&d=e+f", "😀"] {
        let taken = house
            .post("office", "/v1/tickets", json!({ "intake": intake(no) }))
            .await;
        assert_eq!(taken.status, 201, "{no}: {taken}");
        let mut url = reqwest::Url::parse(&house.url).expect("an address");
        url.path_segments_mut().expect("a path").extend(["v1", "tickets", no]);
        let found = house.get("office", url.path()).await;
        assert_eq!(found.json()["summary"]["no"], no);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_problem_speaks_the_language_that_is_asked_for() {
    let house = House::new().await;
    for (asked, lang, title) in [
        ("", "zh-CN", "没有，或不归您看"),
        ("zh-CN,en;q=0.5", "zh-CN", "没有，或不归您看"),
        ("en-GB,en;q=0.9", "en", "There is none, or it is not yours to see"),
        ("tlh, en", "en", "There is none, or it is not yours to see"),
        ("tlh", "zh-CN", "没有，或不归您看"),
        ("\u{1}", "zh-CN", "没有，或不归您看"),
    ] {
        let mut ask = house.ask("office", "GET", "/v1/tickets/NONE");
        if !asked.is_empty() && asked != "\u{1}" {
            ask = ask.header("accept-language", asked);
        }
        let answer = ask.send().await;
        assert_eq!(answer.header("content-language"), lang, "{asked}");
        assert_eq!(answer.json()["title"], title, "{asked}");
    }
    // Also what was wrong with one of many, and what a rule says.
    let mut unknown = intake("B1");
    unknown["book"] = "nowhere".into();
    let batch = json!({ "tickets": [{ "intake": unknown }] });
    for (asked, word) in [("en", "rules"), ("zh", "规定")] {
        let ask = house
            .ask("office", "POST", "/v1/tickets/batch")
            .header("accept-language", asked);
        let answer = ask.json(batch.clone()).send().await.json();
        let title = answer["results"][0]["problem"]["title"]
            .as_str()
            .expect("a title")
            .to_owned();
        assert!(title.contains(word), "{asked}: {title}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_method_that_a_path_does_not_know_is_told_which_it_knows() {
    let house = House::new().await;
    for (method, path, allowed) in [
        ("DELETE", "/v1/tickets", &["GET", "HEAD", "POST"][..]),
        ("POST", "/v1/units", &["GET", "HEAD"]),
        ("GET", "/v1/tickets/x/actions", &["POST"]),
        ("PATCH", "/v1/session", &["DELETE", "GET", "HEAD", "POST"]),
        ("PUT", "/healthz", &["GET", "HEAD"]),
    ] {
        let answer = house.ask("office", method, path).send().await;
        assert_eq!(answer.status, 405, "{method} {path}");
        let mut told: Vec<&str> = answer.header("allow").split(',').map(str::trim).collect();
        told.sort_unstable();
        assert_eq!(told, allowed, "{method} {path}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_head_is_answered_as_a_get_without_its_body() {
    let house = House::new().await;
    house.ticket("H1", "qingliu").await;
    for (path, status) in [
        ("/healthz", 200),
        ("/readyz", 200),
        ("/metrics", 200),
        ("/v1/openapi.json", 200),
        ("/v1/tickets", 200),
        ("/v1/tickets/H1", 200),
        ("/v1/tickets/NONE", 404),
        ("/v1/tickets?limit=0", 400),
    ] {
        let answer = house.ask("office", "HEAD", path).send().await;
        assert_eq!((answer.status, answer.body.len()), (status, 0), "{path}");
    }
}

/// What no well-behaved client sends. However it is answered, the server lives and serves the next one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn broken_http_is_turned_away() {
    let house = House::new().await;
    let head = "Host: x\r\nAuthorization: Bearer TOKEN\r\nConnection: close\r\n";
    for (request, statuses) in [
        ("nonsense\r\n\r\n".to_owned(), &["400"][..]),
        ("GET / HTTP/9.9\r\n\r\n".to_owned(), &["400", "505"]),
        // A connection is given up on a header that is longer than any.
        (
            format!("GET /healthz HTTP/1.1\r\n{head}X: {}\r\n\r\n", "x".repeat(1 << 20)),
            &["431", ""],
        ),
        (
            format!("GET /healthz HTTP/1.1\r\n{head}{}\r\n", "X: y\r\n".repeat(500)),
            &["431"],
        ),
        (
            format!("GET /{} HTTP/1.1\r\n{head}\r\n", "x".repeat(60_000)),
            &["404", "414"],
        ),
        (
            format!(
                "POST /v1/articles HTTP/1.1\r\n{head}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"
            ),
            &["400"],
        ),
        (
            format!(
                "POST /v1/articles HTTP/1.1\r\n{head}Content-Type: application/json\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n{{}}"
            ),
            &["400"],
        ),
        (
            format!("POST /v1/articles HTTP/1.1\r\n{head}Content-Type: application/json\r\nContent-Length: -1\r\n\r\n"),
            &["400"],
        ),
        (
            format!("GET /v1/tickets/../../healthz HTTP/1.1\r\n{head}\r\n"),
            &["404"],
        ),
        (
            format!("GET /v1/tickets/%2e%2e%2fhealthz HTTP/1.1\r\n{head}\r\n"),
            &["404"],
        ),
        (
            format!("GET /v1/tickets?text=\u{ff} HTTP/1.1\r\n{head}\r\n"),
            &["400", "200"],
        ),
        (format!("GET http://elsewhere/healthz HTTP/1.1\r\n{head}\r\n"), &["200"]),
        (
            format!("GET /healthz HTTP/1.1\r\n{head}Accept-Language: \u{1}\r\n\r\n"),
            &["400"],
        ),
        (
            format!(
                "POST /v1/articles HTTP/1.1\r\n{head}Content-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n{{}}"
            ),
            &["100"],
        ),
        ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_owned(), &["400", "505", ""]),
    ] {
        let answer = raw(&house, &request).await;
        let status = answer.split(' ').nth(1).unwrap_or_default();
        let begin: String = request.chars().take(90).collect();
        assert!(statuses.contains(&status), "{begin:?}: {answer}");
    }
    // One after another on one connection, all sent before the first is answered.
    let one = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
    let last = "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    let answer = raw(&house, &(one.repeat(20) + last)).await;
    assert_eq!(answer.matches("HTTP/1.1 200 OK").count(), 21, "{answer}");
    assert_eq!(house.get("", "/healthz").await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_idle_connections_keep_nobody_out() {
    let house = House::new().await;
    let address = house.url.trim_start_matches("http://");
    let mut idle = Vec::new();
    for _ in 0..400 {
        idle.push(tokio::net::TcpStream::connect(address).await.expect("a connection"));
    }
    assert_eq!(house.get("office", "/v1/tickets").await.status, 200);
    drop(idle);
}
