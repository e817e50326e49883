//! What of a contract calls reach, seen through the engine, without a socket.

#![allow(clippy::print_stdout, reason = "a measurement, for people")]

use std::time::Instant;

use serde_json::{Value, json};
use standin::{Contract, Coverage, CoverageKind, MockServer, Request, kayle};

/// Two operations with something of everything.
fn contract() -> Contract {
    let text = r#"
openapi: 3.1.0
info: {title: Pets, version: "1"}
security: [{key: []}]
paths:
  /pets/{id}:
    parameters:
    - {name: id, in: path, required: true, schema: {type: string}}
    - {name: id, in: query, schema: {type: string}}
    - {name: kind, in: query, schema: {enum: [cat, dog]}}
    get:
      responses:
        '200': {description: A pet., content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}}
        '404': {description: None., content: {application/json: {schema: {type: object, properties: {error: {const: none}}}}}}
    put:
      security: [{token: []}]
      requestBody:
        content:
          application/json: {schema: {$ref: '#/components/schemas/Pet'}}
          application/x-www-form-urlencoded: {schema: {$ref: '#/components/schemas/Pet'}}
      responses:
        '204': {description: Done.}
        4XX: {description: Wrong.}
webhooks:
  born: {post: {responses: {'204': {description: Thanks.}}}}
components:
  securitySchemes:
    key: {type: apiKey, in: header, name: X-Key}
    token: {type: http, scheme: bearer}
  schemas:
    Pet:
      type: object
      required: [name]
      properties:
        id: {type: string, readOnly: true}
        name: {type: string, example: Ada}
        parent: {$ref: '#/components/schemas/Pet'}
        owner:
          oneOf:
          - {type: object, required: [kind], properties: {kind: {const: person}, age: {type: integer}}}
          - {type: object, required: [kind], properties: {kind: {const: firm}, age: {type: integer}, size: {enum: [small, large]}}}
"#;
    Contract::from_text("pets.yaml", text).unwrap()
}

fn server() -> MockServer {
    MockServer::builder(&contract()).lenient(true).required_only(true).start()
}

/// The names of what was reached, but for the kinds that every call reaches.
fn reached(coverage: &Coverage) -> Vec<String> {
    let plain = [CoverageKind::Operation, CoverageKind::Status];
    let reached = coverage.elements().filter(|(element, hits)| *hits > 0 && !plain.contains(&element.kind()));
    reached.map(|(element, _)| element.name().to_owned()).collect()
}

fn put(content_type: &str, body: impl Into<String>) -> Request {
    let request = Request::with_method("PUT".parse().unwrap(), "/pets/1");
    request.with_header("authorization", "Bearer x").with_header("content-type", content_type).with_body(body.into())
}

#[test]
fn what_calls_reach_reads_well() {
    let api = server();
    api.handle(Request::get("/pets/1?kind=dog").with_header("x-key", "k"));
    api.handle(put("application/json", json!({"name": "Ada", "owner": {"kind": "firm", "size": "small"}}).to_string()));
    insta::assert_snapshot!(api.coverage());
}

#[test]
fn nothing_is_reached_before_the_first_call_and_nothing_by_a_path_that_is_unknown() {
    let api = server();
    assert_eq!(reached(&api.coverage()), [""; 0]);
    api.handle(Request::get("/nowhere"));
    assert_eq!(api.coverage().missing().count(), api.coverage().elements().count());
    assert_eq!(api.coverage().percent(CoverageKind::Operation), 0.0);
}

#[test]
fn parameters_of_one_name_are_told_apart_and_their_values_are_told() {
    let api = server();
    api.handle(Request::get("/pets/1").with_header("x-key", "k"));
    assert!(reached(&api.coverage()).contains(&"GET /pets/{id} path id".into()));
    assert!(!reached(&api.coverage()).contains(&"GET /pets/{id} query id".into()));
    api.handle(Request::get("/pets/1?id=2&kind=cat").with_header("x-key", "k"));
    for name in ["GET /pets/{id} query id", "GET /pets/{id} query kind", "GET /pets/{id} query kind = \"cat\" (request)"] {
        assert!(reached(&api.coverage()).contains(&name.into()), "{name}: {:?}", reached(&api.coverage()));
    }
    assert!(!reached(&api.coverage()).contains(&"GET /pets/{id} query kind = \"dog\" (request)".into()));
}

#[test]
fn members_are_reached_in_every_media_type_and_only_those_of_the_branch_that_is_meant() {
    let cases = [
        ("application/json", json!({"name": "a", "parent": {"name": "b"}}).to_string(), vec!["name", "parent"]),
        ("application/x-www-form-urlencoded", "name=a".into(), vec!["name"]),
        (
            "application/json",
            json!({"name": "a", "owner": {"kind": "person", "age": 5}}).to_string(),
            vec!["name", "owner", "owner(1).age", "owner(1).kind"],
        ),
        ("application/json", json!({"name": "a", "id": "1", "other": 1}).to_string(), vec!["name"]),
        ("application/json", "{".into(), vec![]),
    ];
    for (content_type, body, expected) in cases {
        let api = server();
        api.handle(put(content_type, body.clone()));
        let members: Vec<String> = reached(&api.coverage()).into_iter().filter(|name| name.starts_with("Pet.")).collect();
        let expected: Vec<String> = expected.into_iter().map(|name| format!("Pet.{name} (request)")).collect();
        assert_eq!(members, expected, "{body}");
    }
}

#[test]
fn a_credential_that_is_refused_reaches_no_scheme() {
    let api = server();
    api.handle(Request::get("/pets/1"));
    api.handle(Request::get("/pets/1").with_header("authorization", "Bearer x"));
    assert_eq!(api.coverage().count(CoverageKind::Security), (0, 2));
    api.handle(Request::get("/pets/1").with_header("x-key", "k"));
    assert_eq!(api.coverage().count(CoverageKind::Security), (1, 2));
}

#[test]
fn an_answer_that_is_not_declared_reaches_no_status() {
    let api = server();
    api.handle(Request::get("/pets/1"));
    assert_eq!(api.coverage().count(CoverageKind::Status), (0, 4), "401 is not declared");
    api.handle(put("application/json", "5"));
    let reached: Vec<String> =
        api.coverage().elements().filter(|(_, hits)| *hits > 0).map(|(element, _)| element.name().to_owned()).collect();
    assert!(reached.contains(&"PUT /pets/{id} 4XX".into()), "{reached:?}");
}

#[test]
fn a_reset_forgets_calls_and_not_what_they_reached_if_that_is_asked_for() {
    for (keeps, expected) in [(false, 0), (true, 1)] {
        let api = MockServer::builder(&kayle::contract()).coverage(keeps).start();
        api.handle(Request::get("/v1/events").with_header("authorization", "Bearer x"));
        api.reset();
        assert_eq!(api.coverage().count(CoverageKind::Operation).0, expected);
    }
}

#[test]
fn coverage_is_a_value_for_programs() {
    let api = server();
    api.handle(Request::get("/pets/1").with_header("x-key", "k"));
    let value: Value = serde_json::to_value(api.coverage()).unwrap();
    assert_eq!(value["counts"]["operations"], json!({"reached": 1, "all": 2, "percent": 50.0}));
    let missing = &value["missing"][0];
    assert_eq!((&missing["kind"], &missing["document"]), (&json!("parameters"), &json!("pets.yaml")));
    assert!(missing["line"].as_u64().is_some() && missing["pointer"].as_str().is_some());
}

#[test]
fn only_coverage_of_the_same_contract_is_added() {
    let (one, other) = (server(), kayle::start());
    one.handle(Request::get("/pets/1").with_header("x-key", "k"));
    let mut coverage = one.coverage();
    assert!(!coverage.merge(&other.coverage()));
    assert!(coverage.merge(&one.coverage()));
    assert_eq!(coverage.elements().map(|(_, hits)| hits).max(), Some(2));
}

/// What recording costs a call, for people: the difference of two medians, which the machine blurs.
#[test]
#[ignore = "a measurement"]
fn recording_costs_little() {
    let took = |keeps: bool| {
        let api = MockServer::builder(&kayle::contract()).coverage(keeps).lenient(true).start();
        let mut times: Vec<u128> = (0..900)
            .map(|_| {
                let request = Request::get("/v1/webhooks/endpoints/whe_1").with_header("authorization", "Bearer x");
                let start = Instant::now();
                api.handle(request);
                start.elapsed().as_nanos()
            })
            .collect();
        times.sort_unstable();
        let start = Instant::now();
        api.coverage();
        (times[450], start.elapsed())
    };
    took(false);
    println!("without {:?}, with {:?}: a call in ns, and coverage of 900 calls", took(false), took(true));
}
