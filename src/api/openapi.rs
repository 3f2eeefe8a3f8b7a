//! The OpenAPI 3.1 document, made from the table of routes and the types of the bodies.

use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use super::problem::{MEDIA_TYPE, Problem};
use super::routes::{Content, ROUTES, Route};
use super::{IDEMPOTENCY_KEY, REQUEST_ID, limits};

const SCHEMAS: &str = "/components/schemas";

/// Any request may be malformed, or come while the store is away.
const ALWAYS: [u16; 2] = [400, 503];

/// The whole document.
pub fn document() -> Value {
    let mut generator = SchemaSettings::draft2020_12()
        .with(|settings| {
            settings.definitions_path = SCHEMAS.into();
            settings.meta_schema = None;
        })
        .into_generator();
    let mut paths: Map<String, Value> = Map::new();
    for route in ROUTES {
        let operation = operation(route, &mut generator);
        let path = paths.entry(route.path).or_insert_with(|| json!({}));
        path[route.verb.name()] = operation;
    }
    generator.subschema_for::<Problem>();
    let schemas = generator.take_definitions(true);
    let mut document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "rexian: a hotline server",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Tickets of a 12345 hotline, their events, and what is owed by when. Moments are Beijing time. \
                No text holds a NUL, and whole numbers are written without a fraction. Problems are RFC 9457 documents in the language that `Accept-Language` asks for.",
            "license": { "name": "MIT OR Apache-2.0" },
        },
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": { "bearer": { "type": "http", "scheme": "bearer" } },
        },
    });
    bound(&mut document);
    document
}

/// Says how large a number may be, which its format alone does not.
fn bound(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(bound),
        Value::Object(fields) => {
            let most = match fields.get("format").and_then(Value::as_str) {
                Some("uint32") => Some(u64::from(u32::MAX)),
                Some("uint" | "uint64") => Some(u64::MAX),
                _ => None,
            };
            if let Some(most) = most.filter(|_| !fields.contains_key("maximum")) {
                fields.insert("maximum".to_owned(), most.into());
            }
            fields.values_mut().for_each(bound);
        }
        _ => {}
    }
}

fn operation(route: &Route, generator: &mut SchemaGenerator) -> Value {
    let mut parameters: Vec<Value> = route.parameters().map(path_parameter).collect();
    if let Some(query) = route.query {
        parameters.extend(query_parameters(query, generator));
    }
    if route.keyed() {
        parameters.push(json!({
            "name": IDEMPOTENCY_KEY,
            "in": "header",
            "required": false,
            "description": "The same key with the same request is done once, however often it is sent.",
            "schema": { "type": "string", "minLength": 1, "maxLength": limits::KEY, "pattern": "^[!-~]+$" },
        }));
    }
    let mut operation = json!({
        "operationId": route.id,
        "summary": route.about,
        "security": if route.session { json!([{ "bearer": [] }]) } else { json!([]) },
        "responses": answers(route, generator),
    });
    if !parameters.is_empty() {
        operation["parameters"] = Value::Array(parameters);
    }
    if let Some(body) = route.body {
        operation["requestBody"] = json!({ "required": true, "content": content(body, generator) });
    }
    operation
}

fn path_parameter(name: &str) -> Value {
    let schema = match name {
        "sha" => json!({ "type": "string", "pattern": "^[0-9a-f]{64}$" }),
        _ => json!({ "type": "string", "minLength": 1, "maxLength": limits::WORDS }),
    };
    json!({ "name": name, "in": "path", "required": true, "schema": schema })
}

/// The fields of a query's struct, one parameter each.
fn query_parameters(query: super::routes::Shape, generator: &mut SchemaGenerator) -> Vec<Value> {
    let reference = query(generator);
    let name = reference
        .get("$ref")
        .and_then(Value::as_str)
        .and_then(|reference| reference.rsplit('/').next())
        .unwrap_or_default();
    let Some(schema) = generator.definitions_mut().remove(name) else {
        return Vec::new();
    };
    let required: Vec<&str> = schema["required"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let properties = schema["properties"].as_object().cloned().unwrap_or_default();
    properties
        .into_iter()
        .map(|(name, mut schema)| {
            let description = schema.as_object_mut().and_then(|schema| schema.remove("description"));
            let mut parameter = json!({
                "name": name,
                "in": "query",
                "required": required.contains(&name.as_str()),
                "schema": without_null(schema),
            });
            if let Some(description) = description {
                parameter["description"] = description;
            }
            parameter
        })
        .collect()
}

/// A parameter is given or left out; there is no null in a query.
fn without_null(mut schema: Value) -> Value {
    if let Some(types) = schema["type"].as_array() {
        let types: Vec<Value> = types.iter().filter(|name| *name != "null").cloned().collect();
        if let [only] = &types[..] {
            schema["type"] = only.clone();
        }
    }
    if let Some(any) = schema["anyOf"].as_array() {
        let rest: Vec<Value> = any.iter().filter(|one| one["type"] != "null").cloned().collect();
        if let [only] = &rest[..] {
            return only.clone();
        }
    }
    if let Some(fields) = schema.as_object_mut() {
        fields.remove("default");
    }
    schema
}

fn content(content: Content, generator: &mut SchemaGenerator) -> Value {
    match content {
        Content::Json(shape) => json!({ "application/json": { "schema": shape(generator) } }),
        Content::Bytes => json!({ "application/octet-stream": { "schema": { "type": "string", "format": "binary" } } }),
        Content::EventStream => json!({ "text/event-stream": { "schema": { "type": "string" } } }),
        Content::Text => json!({ "text/plain": { "schema": { "type": "string" } } }),
        Content::Nothing => json!({}),
    }
}

fn answers(route: &Route, generator: &mut SchemaGenerator) -> Value {
    let headers =
        json!({ REQUEST_ID: { "schema": { "type": "string" }, "description": "Names this answer in the log." } });
    let mut answers = Map::new();
    let (status, good) = route.good;
    let mut answer = json!({ "description": "Done", "headers": headers });
    let body = content(good, generator);
    if body != json!({}) {
        answer["content"] = if matches!(good, Content::Bytes) {
            json!({ "*/*": body["application/octet-stream"] })
        } else {
            body
        };
    }
    answers.insert(status.to_string(), answer);
    let mut problems: Vec<u16> = ALWAYS.iter().chain(route.problems).copied().collect();
    if route.session {
        problems.push(401);
    }
    if route.body.is_some() {
        problems.extend([408, 413, 415]);
    }
    if route.keyed() {
        problems.push(422);
    }
    problems.sort_unstable();
    problems.dedup();
    let problem = generator.subschema_for::<Problem>();
    for status in problems {
        let answer = match status {
            206 => json!({
                "description": "The range that was asked for",
                "headers": headers,
                "content": { "*/*": { "schema": { "type": "string", "format": "binary" } } },
            }),
            _ => json!({
                "description": title(status),
                "headers": headers,
                "content": { MEDIA_TYPE: { "schema": problem } },
            }),
        };
        answers.insert(status.to_string(), answer);
    }
    Value::Object(answers)
}

fn title(status: u16) -> &'static str {
    match status {
        400 => "The request is not of this form",
        401 => "Nobody is signed in, or the password is wrong",
        403 => "Not this person's to do",
        404 => "No such thing for this person",
        408 => "The body did not come in time",
        409 => "Somebody was first, or the number is taken",
        413 => "Too long",
        415 => "Not a kind of body that is taken",
        416 => "No such range",
        422 => "Refused, with the reasons",
        429 => "Too many wrong passwords; try again after a while",
        503 => "The store is away; try again with the same key",
        _ => "A problem",
    }
}
