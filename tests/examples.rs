//! Documented examples: which are used, which are mended, and what is told of them.

use serde_json::json;
use standin::{Because, Contract, MockServer, Request, Response};

const DOCUMENT: &str = r##"
openapi: 3.1.0
info: {title: Examples, version: "1"}
paths:
  /text:
    get: {responses: {"200": {description: d, content: {application/json: {schema: {$ref: "#/components/schemas/Pet"}, example: '{"id": 7, "name": "Ada", "kind": "cat"}'}}}}}
  /partial:
    get:
      responses:
        "200":
          description: d
          content:
            application/json:
              schema: {$ref: "#/components/schemas/Pet"}
              examples:
                broken: {value: {id: seven}}
                partial: {value: {name: Ada}}
        "404": {description: none, content: {application/json: {schema: {$ref: "#/components/schemas/Pet"}, example: {kind: dog}}}}
  /broken:
    get: {responses: {"200": {description: d, content: {application/json: {schema: {$ref: "#/components/schemas/Pet"}, example: {id: seven}}}}}}
  /schema:
    get: {responses: {"200": {description: d, content: {application/json: {schema: {$ref: "#/components/schemas/Shown"}}}}}}
  /extension:
    get: {responses: {"200": {description: d, content: {application/json: {schema: {$ref: "#/components/schemas/Pet"}, x-examples: {ada: {id: 3, name: Ada, kind: cat}}}}}}}
  /list:
    get:
      parameters: [{name: kind, in: query, schema: {type: string}}, {name: limit, in: query, schema: {type: integer, default: 50}}]
      responses:
        "200":
          description: d
          content:
            application/json:
              schema: {type: object, properties: {limit: {type: integer}, items: {type: array, items: {$ref: "#/components/schemas/Pet"}}}}
              examples:
                cats: {value: {limit: 5, items: [{id: 1, name: Ada, kind: cat}]}}
                dogs: {value: {limit: 5, items: [{id: 2, name: Bob, kind: dog}]}}
components:
  schemas:
    Pet: {type: object, required: [id, name, kind], properties: {id: {type: integer}, name: {type: string}, kind: {enum: [cat, dog]}}, additionalProperties: false}
    Shown: {allOf: [{$ref: "#/components/schemas/Pet"}], examples: [{id: 1, name: Eve, kind: dog}]}
"##;

fn server() -> MockServer {
    MockServer::builder(&Contract::from_text("examples.yaml", DOCUMENT).unwrap()).seed(1).lenient(true).start()
}

fn ask(api: &MockServer, target: &str, prefer: &str) -> (Response, Because) {
    let request = Request::get(target);
    let response = api.handle(if prefer.is_empty() { request } else { request.with_header("Prefer", prefer) });
    (response, api.calls().last().because().clone())
}

#[test]
fn examples_are_used_as_far_as_they_can_be_mended() {
    let api = server();
    let body = |target: &str, prefer: &str| {
        let (response, because) = ask(&api, target, prefer);
        (response.json(), because)
    };
    assert_eq!(body("/text", ""), (json!({"id": 7, "name": "Ada", "kind": "cat"}), Because::Example));
    assert_eq!(body("/schema", ""), (json!({"id": 1, "name": "Eve", "kind": "dog"}), Because::Example));
    assert_eq!(body("/extension", "example=ada"), (json!({"id": 3, "name": "Ada", "kind": "cat"}), Because::Example));
    assert_eq!(body("/broken", "").1, Because::Generated);
    let (partial, because) = body("/partial", "");
    assert_eq!((&partial["name"], because), (&json!("Ada"), Because::Example));
    assert!(partial["id"].is_i64() && partial["kind"].is_string());
    assert_eq!(body("/partial", "example=partial").0["name"], "Ada");
    assert_eq!(body("/partial", "code=404").0["kind"], "dog");
    assert_eq!(body("/partial", "dynamic").1, Because::Generated);
    // Gaps are filled as everything is made: the same again from the same seed.
    assert_eq!(body("/partial", "seed=a"), body("/partial", "seed=a"));
    assert_ne!(body("/partial", "seed=a"), body("/partial", "seed=b"));
    assert!(api.violations().is_empty(), "{:?}", api.violations());
    assert_eq!(ask(&api, "/partial", "example=broken").0.status(), 422);
}

#[test]
fn the_example_of_what_was_asked_for_stands_as_its_author_wrote_it() {
    let api = server();
    assert_eq!(ask(&api, "/list?kind=dog", "").0.json(), json!({"limit": 5, "items": [{"id": 2, "name": "Bob", "kind": "dog"}]}));
    assert_eq!(ask(&api, "/list?limit=9", "").0.json(), json!({"limit": 9, "items": [{"id": 1, "name": "Ada", "kind": "cat"}]}));
}

#[test]
fn what_was_mended_is_told() {
    let contract = Contract::from_text("examples.yaml", DOCUMENT).unwrap();
    let told: Vec<String> = contract.warnings().iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn examples_of_swagger_are_those_of_their_media_type() {
    let text = r##"
swagger: "2.0"
info: {title: Swagger, version: "1"}
produces: [application/json; charset=utf-8, text/plain]
paths:
  /a: {get: {responses: {"200": {description: d, schema: {type: object, required: [n], properties: {n: {type: integer}}}, examples: {application/json: {n: 5}}}}}}
  /b: {get: {responses: {"200": {description: d, schema: {$ref: "#/definitions/B"}}}}}
definitions:
  B: {type: object, required: [n], properties: {n: {type: integer}}, example: {n: 6}}
"##;
    let api = MockServer::builder(&Contract::from_text("swagger.yaml", text).unwrap()).start();
    assert_eq!(ask(&api, "/a", "").0.json(), json!({"n": 5}));
    assert_eq!(ask(&api, "/b", "").0.json(), json!({"n": 6}));
}
