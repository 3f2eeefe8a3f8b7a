//! The OpenAPI document: what it has to be by the standard, and whether it and the server speak of the same paths.

use std::collections::BTreeSet;

use rexian::api::openapi::document;
use rexian::api::routes::{ROUTES, Verb};
use serde_json::{Value, json};

use crate::house::House;

/// Every `$ref`, wherever it stands.
fn references(value: &Value, into: &mut BTreeSet<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| references(item, into)),
        Value::Object(fields) => {
            for (key, value) in fields {
                match value.as_str().filter(|_| key == "$ref") {
                    Some(reference) => drop(into.insert(reference.to_owned())),
                    None => references(value, into),
                }
            }
        }
        _ => {}
    }
}

#[test]
fn it_is_an_openapi_document_of_3_1() {
    let document = document();
    assert!(
        document["openapi"]
            .as_str()
            .is_some_and(|version| version.starts_with("3.1."))
    );
    for field in [
        "/info/title",
        "/info/version",
        "/info/license/name",
        "/jsonSchemaDialect",
    ] {
        assert!(document.pointer(field).is_some_and(Value::is_string), "{field}");
    }
    assert_eq!(
        document["components"]["securitySchemes"]["bearer"],
        json!({ "type": "http", "scheme": "bearer" })
    );
    let mut all = BTreeSet::new();
    references(&document, &mut all);
    for reference in &all {
        let pointer = reference
            .strip_prefix('#')
            .unwrap_or_else(|| panic!("{reference} leads out"));
        assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
    }
    let schemas = document["components"]["schemas"].as_object().expect("schemas");
    let unused: Vec<_> = schemas
        .keys()
        .filter(|name| !all.contains(&format!("#/components/schemas/{name}")))
        .collect();
    assert!(unused.is_empty(), "nothing refers to {unused:?}");
}

#[test]
fn every_operation_says_all_that_it_has_to() {
    let document = document();
    let mut ids = BTreeSet::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        assert!(path.starts_with('/'), "{path}");
        for (method, operation) in item.as_object().expect("operations") {
            let what = format!("{method} {path}");
            let id = operation["operationId"].as_str().expect("an id");
            assert!(ids.insert(id.to_owned()), "{id} stands twice");
            assert!(
                operation["summary"].as_str().is_some_and(|summary| !summary.is_empty()),
                "{what}"
            );
            assert!(operation["security"].is_array(), "{what}");
            let mut named = BTreeSet::new();
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                let name = parameter["name"].as_str().expect("a name");
                let place = parameter["in"].as_str().expect("a place");
                assert!(matches!(place, "path" | "query" | "header"), "{what} {name}");
                assert!(named.insert((place, name)), "{what}: {name} stands twice");
                assert!(parameter["schema"].is_object(), "{what} {name}");
                assert!(place != "path" || parameter["required"] == true, "{what} {name}");
            }
            for part in path
                .split('/')
                .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
            {
                assert!(named.contains(&("path", part)), "{what}: nothing is said of {part}");
            }
            let answers = operation["responses"].as_object().expect("answers");
            assert!(answers.keys().any(|status| status.starts_with('2')), "{what}");
            for (status, answer) in answers {
                assert!(
                    status.parse::<u16>().is_ok_and(|status| (200..600).contains(&status)),
                    "{what} {status}"
                );
                assert!(answer["description"].is_string(), "{what} {status}");
                assert!(answer["headers"]["x-request-id"].is_object(), "{what} {status}");
                if status.starts_with(['4', '5']) {
                    assert!(
                        answer["content"]["application/problem+json"].is_object(),
                        "{what} {status}"
                    );
                }
            }
            if operation["requestBody"].is_object() {
                assert!(
                    operation["requestBody"]["content"]
                        .as_object()
                        .is_some_and(|all| !all.is_empty()),
                    "{what}"
                );
            }
        }
    }
    assert_eq!(ids.len(), ROUTES.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_server_mounts_what_the_document_names_and_nothing_else() {
    let house = House::new().await;
    let served = house.get("", "/v1/openapi.json").await.json();
    assert_eq!(served, document());
    let methods = ["get", "head", "post", "put", "delete", "patch", "options", "trace"];
    for (path, item) in served["paths"].as_object().expect("paths") {
        let asked = path
            .replace("{no}", "NONE")
            .replace("{id}", "none")
            .replace("{sha}", &"a".repeat(64));
        for method in methods {
            let answer = house.ask("", &method.to_uppercase(), &asked).send().await;
            let named = item.get(method).is_some() || method == "head" && item.get("get").is_some();
            assert_eq!(answer.status != 405, named, "{method} {path}: {answer}");
            if named {
                let open = item
                    .get(method)
                    .or(item.get("get"))
                    .is_some_and(|said| said["security"] == json!([]));
                assert_eq!(answer.status == 401, !open, "{method} {path}: {answer}");
            }
        }
    }
    for route in ROUTES {
        assert!(
            served["paths"][route.path][route.verb.name()].is_object(),
            "{}",
            route.id
        );
        assert!(Verb::ALL.contains(&route.verb));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_answer_that_goes_well_is_as_promised() {
    let house = House::new().await;
    house.in_hand("O1", "qingliu").await;
    let article = json!({ "title": "路灯", "body": "怎么报修", "tags": ["路灯"] });
    assert_eq!(house.post("qing-li", "/v1/articles", article).await.status, 201);
    // The house holds each against the document.
    for path in [
        "/v1/session",
        "/v1/units",
        "/v1/people",
        "/v1/tickets",
        "/v1/tickets?fields=title,due",
        "/v1/tickets?fields=",
        "/v1/tickets?view=to_sign&sort=changed&limit=1&alert=none&kind=投诉&stage=handling&due_from=2026-01-01 00:00",
        "/v1/tickets/counts",
        "/v1/tickets/O1",
        "/v1/feed",
        "/v1/feed?after=0&limit=1&wait=0",
        "/v1/articles",
        "/v1/articles?text=路灯",
        "/v1/statistics",
        "/v1/statistics?by=week&from=2026-01-01&until=2026-12-31&unit=qingliu",
        "/v1/rulebooks",
        "/v1/calendar",
        "/v1/openapi.json",
        "/healthz",
        "/readyz",
        "/metrics",
    ] {
        assert_eq!(house.get("office", path).await.status, 200, "{path}");
    }
    let submit = json!({ "action": "submit_for_signing", "reply": crate::house::reply() });
    house.done("qing-li", "O1", submit).await;
    assert_eq!(
        house.get("qing-head", "/v1/tickets?view=to_sign").await.numbers(),
        ["O1"]
    );
    house.done("qing-head", "O1", json!({ "action": "sign" })).await;
    house.done("qing-li", "O1", json!({ "action": "submit" })).await;
    house.done("office", "O1", json!({ "action": "pass" })).await;
    house
        .done(
            "office",
            "O1",
            json!({ "action": "call_back", "reached": true, "rating": "满意" }),
        )
        .await;
    house.done("office", "O1", json!({ "action": "close" })).await;
    let over = house.get("office", "/v1/tickets?view=over").await;
    assert_eq!(over.numbers(), ["O1"]);
    assert_eq!(over.json()["tickets"][0]["stage"], "closed");
    let rates = house.get("office", "/v1/statistics").await.json();
    assert_eq!(rates["rows"][0]["satisfied_rate"], 1.0, "{rates}");
}
