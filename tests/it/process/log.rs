//! What the server logs, at its most talkative: nothing of anybody who called, no password, no token.

use serde_json::json;

use super::{Process, answered, furnished, long_ago, serve};
use crate::house::{PASSWORD, token};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_caller_password_or_token_is_in_the_log() {
    let folder = furnished("log").await;
    let mut command = serve(&folder);
    command.env("REXIAN_LOG", "trace");
    let server = Process::start(command);
    let mut intake = long_ago("秘-2025-77");
    intake["caller"] =
        json!({ "name": "暮云深", "phone": "13911112222", "address": "静水巷九号院", "showing": "保密" });
    let body = json!({ "intake": intake, "dispatch": { "unit": "qingliu" } });
    let path = "/v1/tickets/%E7%A7%98-2025-77/actions";
    let act = |body| answered(server.ask("qing-li", "POST", path).json(&body));
    let taken = answered(server.ask("office", "POST", "/v1/tickets").json(&body))
        .await
        .expect("an answer");
    assert_eq!(taken.0, 201, "{}", taken.1);
    let revealed = act(json!({ "action": { "action": "reveal", "reason": "核实暮云深" } }))
        .await
        .expect("an answer");
    assert_eq!(
        (revealed.0, &revealed.1["caller"]["phone"]),
        (200, &json!("13911112222"))
    );
    for wrong in [
        json!({ "action": { "action": "reveal", "reason": "", "暮云深": 1 } }),
        json!({ "action": { "action": "暮云深13911112222" } }),
    ] {
        assert_eq!(act(wrong).await.expect("an answer").0, 400);
    }
    for path in [
        "/v1/tickets?text=13911112222",
        "/v1/tickets?sort=13911112222",
        "/v1/tickets/13911112222",
    ] {
        server.get("qing-li", path).await;
    }
    for password in [PASSWORD, "a wrong password 99"] {
        let login = json!({ "person": "office", "password": password });
        let request = server.http.post(format!("{}/v1/session", server.url)).json(&login);
        answered(request).await.expect("an answer");
    }
    let figures = server
        .ask("office", "GET", "/metrics")
        .send()
        .await
        .expect("an answer")
        .text()
        .await
        .expect("text");
    server.terminate();
    let (code, log) = server.ended();
    assert_eq!(code, Some(0), "{log}");
    assert!(log.contains("operation=\"act\""), "it is not talkative: {log}");
    for (what, text) in [("the log", &log), ("the metrics", &figures)] {
        for secret in [
            "暮云深",
            "13911112222",
            "静水巷",
            "秘-2025-77",
            "%E7%A7%98",
            "田某",
            "13900000001",
            PASSWORD,
            "wrong password 99",
            &token("office"),
            &token("qing-li"),
        ] {
            assert!(!text.contains(secret), "{secret} is in {what}: {text}");
        }
    }
}
