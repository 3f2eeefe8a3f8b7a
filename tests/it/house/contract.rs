//! Whether an answer is what the OpenAPI document promises: its status, its type, and its body against the schema. The
//! validator knows the keywords that the document uses and no more; a keyword that it does not know is a failure.

use std::sync::OnceLock;

use regex::Regex;
use rexian::api::openapi;
use serde_json::{Map, Value};

use super::Answer;

pub fn document() -> &'static Value {
    static DOCUMENT: OnceLock<Value> = OnceLock::new();
    DOCUMENT.get_or_init(openapi::document)
}

/// The operation that a request meant, if there is one.
fn operation(method: &str, path: &str) -> Option<&'static Value> {
    let path = path.split('?').next().unwrap_or_default();
    let parts: Vec<&str> = path.split('/').collect();
    let paths = document()["paths"].as_object().expect("paths");
    let fits = |template: &&String| {
        let template: Vec<&str> = template.split('/').collect();
        template.len() == parts.len()
            && template
                .iter()
                .zip(&parts)
                .all(|(template, part)| template.starts_with('{') && !part.is_empty() || template == part)
    };
    // A path written out goes before one with a name in braces.
    let template = paths
        .keys()
        .filter(fits)
        .min_by_key(|template| template.contains('{'))?;
    paths[template].get(method.to_ascii_lowercase())
}

const GUARDS: &[(&str, &str)] = &[
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "no-referrer"),
    ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
];

/// What holds of every answer.
pub fn hold(method: &str, path: &str, answer: &Answer) {
    let what = format!("{method} {path}: {answer}");
    for (name, value) in GUARDS {
        assert_eq!(answer.header(name), *value, "{name}; {what}");
    }
    assert!(!answer.header("cache-control").is_empty(), "no cache-control; {what}");
    let request = answer.header("x-request-id");
    assert!(!request.is_empty(), "no request id; {what}");
    let kind = answer.header("content-type");
    let bad = answer.status >= 400;
    if bad && method != "HEAD" {
        assert_eq!(kind, "application/problem+json", "{what}");
        let problem = answer.json();
        assert_eq!(problem["status"], answer.status, "{what}");
        assert_eq!(problem["request_id"], request, "{what}");
        assert!(
            problem["type"]
                .as_str()
                .is_some_and(|kind| kind.starts_with("/problems/")),
            "{what}"
        );
        assert!(
            problem["title"].as_str().is_some_and(|title| !title.is_empty()),
            "{what}"
        );
        valid(&problem, &document()["components"]["schemas"]["Problem"], &what);
    }
    let Some(operation) = operation(method, path) else {
        assert!(bad || method == "HEAD", "nothing promises {what}");
        return;
    };
    let status = answer.status.to_string();
    let promised = operation["responses"].get(&status);
    let promised = promised.unwrap_or_else(|| panic!("{} promises no {status}; {what}", operation["operationId"]));
    let contents = promised.get("content").and_then(Value::as_object);
    let Some(contents) = contents.filter(|_| method != "HEAD") else {
        assert!(answer.body.is_empty(), "no body is promised; {what}");
        return;
    };
    let essence = kind.split(';').next().unwrap_or_default();
    let content = contents.get(essence).or_else(|| contents.get("*/*"));
    let content = content.unwrap_or_else(|| panic!("{kind} is not promised; {what}"));
    if essence.ends_with("json") {
        valid(&answer.json(), &content["schema"], &what);
    }
}

pub fn valid(value: &Value, schema: &Value, what: &str) {
    if let Err(wrong) = check(value, schema, "") {
        panic!("{wrong}; {what}");
    }
}

/// Says nothing about a value.
const SAYS_NOTHING: &[&str] = &["description", "title", "default", "format", "$schema", "discriminator"];

fn check(value: &Value, schema: &Value, at: &str) -> Result<(), String> {
    let schema = match schema {
        Value::Bool(true) => return Ok(()),
        Value::Bool(false) => return Err(format!("{at}: nothing is allowed here")),
        Value::Object(schema) => schema,
        other => panic!("no schema: {other}"),
    };
    for (keyword, said) in schema {
        keyword_holds(value, schema, keyword, said, at)?;
    }
    Ok(())
}

fn keyword_holds(
    value: &Value,
    schema: &Map<String, Value>,
    keyword: &str,
    said: &Value,
    at: &str,
) -> Result<(), String> {
    let wrong = |why: &str| Err(format!("{at}: {value} {why} {said}"));
    let list = || said.as_array().expect("a list").iter();
    let number = || said.as_f64().expect("a number");
    let holds = match keyword {
        "$ref" => {
            let pointer = said.as_str().expect("a reference").trim_start_matches('#');
            let target = document()
                .pointer(pointer)
                .unwrap_or_else(|| panic!("{pointer} leads nowhere"));
            return check(value, target, at);
        }
        "type" => match said {
            Value::Array(names) => names.iter().any(|name| is(value, name)),
            name => is(value, name),
        },
        "const" => value == said,
        "enum" => list().any(|one| one == value),
        "anyOf" => {
            let tried: Vec<String> = list().filter_map(|one| check(value, one, at).err()).collect();
            if tried.len() == list().count() {
                return Err(format!("{at}: none of anyOf: {tried:?}"));
            }
            true
        }
        "oneOf" => {
            let tried: Vec<Result<(), String>> = list().map(|one| check(value, one, at)).collect();
            let good = tried.iter().filter(|one| one.is_ok()).count();
            if good != 1 {
                return Err(format!("{at}: {good} of oneOf hold for {value}: {tried:?}"));
            }
            true
        }
        "allOf" => return list().try_for_each(|one| check(value, one, at)),
        "properties" => {
            for (name, schema) in said.as_object().expect("properties") {
                if let Some(value) = value.get(name) {
                    check(value, schema, &format!("{at}/{name}"))?;
                }
            }
            true
        }
        "required" => value
            .as_object()
            .is_none_or(|fields| list().all(|name| fields.contains_key(name.as_str().expect("a name")))),
        "additionalProperties" | "unevaluatedProperties" => {
            assert_eq!(*said, Value::Bool(false), "only false is known here");
            let named = |name: &String| schema.get("properties").is_some_and(|all| all.get(name).is_some());
            value.as_object().is_none_or(|fields| fields.keys().all(named))
        }
        "items" => {
            for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                check(item, said, &format!("{at}/{index}"))?;
            }
            true
        }
        "prefixItems" => value
            .as_array()
            .into_iter()
            .flatten()
            .zip(list())
            .all(|(item, schema)| check(item, schema, at).is_ok()),
        "minItems" => value.as_array().is_none_or(|items| items.len() as f64 >= number()),
        "maxItems" => value.as_array().is_none_or(|items| items.len() as f64 <= number()),
        "minLength" => value
            .as_str()
            .is_none_or(|text| text.chars().count() as f64 >= number()),
        "maxLength" => value
            .as_str()
            .is_none_or(|text| text.chars().count() as f64 <= number()),
        "minimum" => value.as_f64().is_none_or(|given| given >= number()),
        "maximum" => value.as_f64().is_none_or(|given| given <= number()),
        "pattern" => {
            let pattern = Regex::new(said.as_str().expect("a pattern")).expect("a pattern");
            value.as_str().is_none_or(|text| pattern.is_match(text))
        }
        keyword if SAYS_NOTHING.contains(&keyword) => true,
        keyword => panic!("the validator does not know {keyword:?}: {said}"),
    };
    if holds { Ok(()) } else { wrong(keyword) }
}

fn is(value: &Value, name: &Value) -> bool {
    match name.as_str().expect("a type") {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "number" => value.is_number(),
        "integer" => value.is_i64() || value.is_u64(),
        other => panic!("no type: {other}"),
    }
}

/// Every keyword of every schema in the document is one that the validator knows, also where no answer leads.
#[test]
fn the_validator_knows_every_keyword_of_the_document() {
    fn walk(schema: &Value) {
        match schema {
            Value::Object(fields) => {
                for (keyword, said) in fields {
                    match keyword.as_str() {
                        "properties" => said.as_object().expect("properties").values().for_each(walk),
                        "items" => walk(said),
                        "anyOf" | "oneOf" | "allOf" | "prefixItems" => {
                            said.as_array().expect("a list").iter().for_each(walk);
                        }
                        // A value of no type: only whether the keyword is known at all.
                        "$ref" => assert!(said.as_str().is_some_and(|to| to.starts_with("#/components/schemas/"))),
                        _ => {
                            let _known = keyword_holds(&Value::Null, fields, keyword, said, "");
                        }
                    }
                }
            }
            other => assert!(other.is_boolean(), "{other}"),
        }
    }
    let schemas = document()["components"]["schemas"].as_object().expect("schemas");
    assert!(schemas.len() > 30);
    schemas.values().for_each(walk);
}

#[test]
fn the_validator_sees_what_is_wrong() {
    let schema = serde_json::json!({
        "type": "object", "required": ["a"], "additionalProperties": false,
        "properties": { "a": { "type": "integer", "minimum": 1 }, "b": { "type": ["string", "null"], "maxLength": 2 } },
    });
    for good in [serde_json::json!({ "a": 1 }), serde_json::json!({ "a": 1, "b": null })] {
        check(&good, &schema, "").expect("good");
    }
    for bad in [
        "[]",
        "{}",
        r#"{"a":0}"#,
        r#"{"a":1.5}"#,
        r#"{"a":1,"b":"xyz"}"#,
        r#"{"a":1,"c":1}"#,
    ] {
        let bad: Value = serde_json::from_str(bad).expect("json");
        check(&bad, &schema, "").expect_err("bad");
    }
}
