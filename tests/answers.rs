//! Which answer comes: by status, by example, by what the request prefers.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use standin::{Because, Contract, MockServer, Request, Response};

const DOCUMENT: &str = r##"
openapi: 3.1.0
info: {title: Answers, version: "1"}
paths:
  /pets/{id}:
    get:
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses:
        "200":
          description: a pet
          content:
            application/json:
              schema: {$ref: "#/components/schemas/Pet"}
              examples:
                ada: {value: {id: "1", kind: cat, name: Ada}}
                bob: {value: {id: "2", kind: dog, name: Bob}}
                liar: {value: {id: 3}}
        "404": {description: none, content: {application/json: {schema: {$ref: "#/components/schemas/Error"}, example: {message: No such pet}}}}
        "5XX": {description: broken, content: {application/json: {schema: {$ref: "#/components/schemas/Error"}}}}
        default: {description: other}
  /pets:
    post:
      requestBody: {required: true, content: {application/json: {schema: {type: object, required: [kind], properties: {kind: {enum: [cat, dog]}}}}}}
      responses:
        "202": {description: later}
        "201":
          description: a pet
          content:
            application/json:
              schema: {$ref: "#/components/schemas/Pet"}
              examples: {ada: {value: {id: "1", kind: cat, name: Ada}}, bob: {value: {id: "2", kind: dog, name: Bob}}}
        "422": {description: refused, content: {application/json: {schema: {$ref: "#/components/schemas/Error"}}}}
  /range: {get: {responses: {2XX: {description: fine}, "404": {description: none}}}}
  /default: {get: {parameters: [{name: n, in: query, schema: {type: integer}}], responses: {default: {description: any, content: {application/json: {schema: {$ref: "#/components/schemas/Error"}}}}}}}
  /moved: {get: {responses: {"302": {description: there, headers: {Location: {required: true, schema: {type: string, format: uri}}}}, "404": {description: none}}}}
  /errors: {get: {responses: {"404": {description: none}, "400": {description: bad}}}}
  /nothing: {get: {parameters: [{name: n, in: query, schema: {type: integer}}], responses: {"200": {description: fine}}}}
components:
  schemas:
    Pet: {type: object, required: [id, kind], properties: {id: {type: string}, kind: {enum: [cat, dog]}, name: {type: string}}, additionalProperties: false}
    Error: {type: object, required: [message], properties: {message: {type: string}}, additionalProperties: false}
"##;

fn contract() -> Contract {
    Contract::from_text("answers.yaml", DOCUMENT).unwrap()
}

fn server() -> MockServer {
    MockServer::builder(&contract()).seed(1).lenient(true).start()
}

fn ask(api: &MockServer, target: &str, prefer: &str) -> Response {
    let request = Request::get(target);
    api.handle(if prefer.is_empty() { request } else { request.with_header("Prefer", prefer) })
}

#[test]
fn the_status_is_the_lowest_for_success_or_the_one_that_is_preferred() {
    let api = server();
    let cases = [
        ("/pets/1", "", 200),
        ("/range", "", 200),
        ("/default", "", 200),
        ("/moved", "", 302),
        ("/errors", "", 400),
        ("/pets/1", "code=404", 404),
        ("/pets/1", "code=503", 503),
        ("/pets/1", "code=418", 418),
        ("/range", "code=206", 206),
        ("/pets/1?__code=404", "", 404),
        ("/pets/1?__code=404", "code=500", 500),
        ("/range", "code=500", 422),
        ("/range", "code=many", 422),
    ];
    for (target, prefer, expected) in cases {
        assert_eq!(ask(&api, target, prefer).status().as_u16(), expected, "{target} {prefer}");
    }
    assert!(ask(&api, "/moved", "").header("location").is_some_and(|location| location.starts_with("https://")));
}

#[test]
fn what_was_preferred_and_done_is_told() {
    let api = server();
    let cases = [
        ("/pets/1", "code=404", Some("code=404")),
        ("/pets/1", "example=bob", Some("example=bob")),
        ("/pets/1", "dynamic", Some("dynamic=true")),
        ("/pets/1", "seed=x, code=200", Some("code=200, seed=x")),
        ("/pets/1", "respond-async", None),
        ("/pets/1", "", None),
        ("/pets/1", "example=nobody", None),
        ("/pets/1?__dynamic=true&__seed=7", "", Some("dynamic=true, seed=7")),
    ];
    for (target, prefer, expected) in cases {
        assert_eq!(ask(&api, target, prefer).header("preference-applied"), expected, "{target} {prefer}");
    }
    assert!(api.calls().iter().all(|call| call.remarks().is_empty()), "a preference in the query is not undeclared");
}

#[test]
fn an_example_is_chosen_by_its_name_or_by_what_the_request_says() {
    let api = server();
    let name = |response: Response| response.json()["name"].clone();
    assert_eq!(name(ask(&api, "/pets/1", "")), "Ada");
    assert_eq!(name(ask(&api, "/pets/2", "")), "Bob");
    assert_eq!(
        ask(&api, "/pets/9", "").json(),
        json!({"id": "9", "kind": "cat", "name": "Ada"}),
        "the first, with the id that was asked for"
    );
    assert_eq!(ask(&api, "/pets/1", "example=bob").json()["id"], "2", "as it stands");
    let post = |kind: &str| name(api.handle(Request::post("/pets").with_json(&json!({"kind": kind}))));
    assert_eq!((post("cat"), post("dog")), ("Ada".into(), "Bob".into()));
    assert_eq!(ask(&api, "/pets/1", "code=404").json(), json!({"message": "No such pet"}));
    assert!(api.violations().is_empty());
}

#[test]
fn what_cannot_be_had_is_told_and_fails_the_test() {
    let api = server();
    let told = |prefer: &str, target: &str| {
        let response = ask(&api, target, prefer);
        assert_eq!(response.status(), 422, "{prefer}");
        api.calls().last().violations().iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
    };
    insta::assert_snapshot!(
        [
            told("example=bobb", "/pets/1"),
            told("example=liar", "/pets/1"),
            told("example=x", "/pets/1?__code=503"),
            told("code=500", "/range"),
            told("", "/range?__code=abc"),
            told("", "/range?__dynamic=maybe&__wait=1h"),
        ]
        .join("\n")
    );
    assert_eq!(api.violations().len(), 7);
}

#[test]
fn generated_bodies_can_be_had_where_there_are_examples() {
    let api = server();
    let because = |prefer: &str| {
        ask(&api, "/pets/1", prefer);
        api.calls().last().because().clone()
    };
    assert_eq!((because(""), because("dynamic=true"), because("dynamic=false")), (Because::Example, Because::Generated, Because::Example));
    let dynamic = MockServer::builder(&contract()).dynamic(true).lenient(true).start();
    ask(&dynamic, "/pets/1", "");
    assert_eq!(*dynamic.calls().last().because(), Because::Generated);
    ask(&dynamic, "/pets/1", "dynamic=false");
    assert_eq!(*dynamic.calls().last().because(), Because::Example);

    let required = MockServer::builder(&contract()).dynamic(true).required_only(true).start();
    let members: Vec<String> = ask(&required, "/pets/1", "").json().as_object().unwrap().keys().cloned().collect();
    assert_eq!(members, ["id", "kind"]);
}

#[test]
fn a_seed_that_is_preferred_gives_the_same_again_on_any_server() {
    let of = |api: &MockServer, prefer: &str| ask(api, "/pets/1", prefer).body().clone();
    let (api, other) = (server(), MockServer::builder(&contract()).seed(99).lenient(true).start());
    let seeded = of(&api, "dynamic, seed=a");
    assert_eq!(seeded, of(&api, "dynamic, seed=a"));
    assert_eq!(seeded, of(&other, "dynamic, seed=a"));
    assert_ne!(seeded, of(&api, "dynamic, seed=b"));
    assert_eq!(of(&api, "dynamic"), of(&api, "dynamic"), "reading changes nothing");
}

#[tokio::test]
async fn an_answer_waits_as_long_as_is_preferred_and_holds_up_no_other() {
    let api = server();
    let client = reqwest::Client::new();
    let slow = client.get(format!("{}/range", api.url())).header("Prefer", "wait=0.3").send();
    let slow = tokio::spawn(slow);
    let start = Instant::now();
    client.get(format!("{}/range", api.url())).send().await.unwrap();
    let quick = start.elapsed();
    let slow = slow.await.unwrap().unwrap();
    assert_eq!(slow.headers()["preference-applied"], "wait=0.3");
    assert!(start.elapsed() >= Duration::from_millis(250) && quick < Duration::from_millis(250), "{quick:?}");
}

#[test]
fn broken_requests_are_answered_as_if_they_were_not_where_errors_are_off() {
    let api = MockServer::builder(&contract()).errors(false).lenient(true).start();
    let response = api.handle(Request::post("/pets").with_json(&json!({})));
    assert_eq!(response.status(), 201);
    assert_eq!(api.violations().len(), 1);
    assert_eq!(api.handle(Request::get("/nowhere")).status(), 404, "there is nothing to answer with");
}

#[test]
fn a_refusal_is_what_the_document_declares_for_it() {
    let api = server();
    let mut said = Vec::new();
    for request in [Request::post("/pets").with_json(&json!({"kind": "cow"})), Request::get("/default?n=x"), Request::get("/nothing?n=x")] {
        let path = request.path().to_owned();
        let response = api.handle(request);
        let body: Value = response.json();
        let content_type = response.header("content-type").unwrap();
        // A problem document carries the facts; what is declared has its own shape, held to its schema by the engine.
        if content_type == "application/json" {
            assert_eq!(body.as_object().map(serde_json::Map::len), Some(1), "{body}");
        }
        said.push(format!("{path} -> {} {content_type}\n{}", response.status().as_u16(), serde_json::to_string_pretty(&body).unwrap()));
    }
    insta::assert_snapshot!(said.join("\n\n"));
}
