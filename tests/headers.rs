//! Headers of answers: shown by the document, true of the call, or generated; always what their schema takes.

use serde_json::json;
use standin::{Contract, MockServer, Request, Response};

const DOCUMENT: &str = r##"
openapi: 3.1.0
info: {title: Headers, version: "1"}
paths:
  /things:
    get:
      parameters: [{name: limit, in: query, schema: {type: integer, default: 30}}, {name: page, in: query, schema: {type: integer}}]
      responses:
        "200":
          description: d
          headers:
            X-Total-Count: {schema: {type: integer}}
            X-Total-Pages: {schema: {type: integer}}
            X-Per-Page: {schema: {type: string}}
            ETag: {schema: {type: string}}
            Link: {schema: {type: string}}
            X-Request-Id: {schema: {type: string, format: uuid}}
            X-Shown: {schema: {type: integer}, example: "12"}
            X-Named: {schema: {type: array, items: {type: integer}}, examples: {broken: {value: [one]}, right: {value: [1, 2]}}}
            X-Default: {schema: {type: string, default: calm, enum: [calm, wild]}}
            X-Broken: {schema: {type: integer, minimum: 5, maximum: 5}, example: 4}
            X-Json: {content: {application/json: {schema: {type: object, required: [n], properties: {n: {const: 1}}}}}}
            X-Object: {explode: true, schema: {type: object, required: [a], properties: {a: {const: 1}}, additionalProperties: false}}
          content: {application/json: {schema: {type: array, maxItems: 5, items: {$ref: "#/components/schemas/Thing"}}}}
        "429":
          description: slow
          headers:
            Retry-After: {schema: {type: integer}}
            X-RateLimit-Limit: {schema: {type: integer}}
            X-RateLimit-Remaining: {schema: {type: integer}}
            X-RateLimit-Reset: {schema: {type: integer}}
            RateLimit-Reset: {schema: {type: integer, minimum: 1, maximum: 60}}
    post:
      responses:
        "201":
          description: d
          headers: {Location: {required: true, schema: {type: string, format: uri-reference}}}
          content: {application/json: {schema: {$ref: "#/components/schemas/Thing"}}}
  /things/{id}:
    get: {parameters: [{name: id, in: path, required: true, schema: {type: string}}], responses: {"200": {description: d}}}
  /absolute:
    post:
      responses:
        "201":
          description: d
          headers: {Location: {schema: {type: string, format: uri}}}
          content: {application/json: {schema: {$ref: "#/components/schemas/Thing"}}}
  /absolute/{id}:
    get: {responses: {"200": {description: d}}}
  /elsewhere:
    post:
      responses:
        "201":
          description: d
          headers: {Location: {schema: {type: string, const: /somewhere}}}
          content: {application/json: {schema: {$ref: "#/components/schemas/Thing"}}}
  /impossible:
    get: {responses: {"200": {description: d, headers: {X-None: {required: true, schema: {type: string, const: "two\nlines"}}}}}}
components:
  schemas:
    Thing: {type: object, required: [id], properties: {id: {type: string}}}
"##;

fn server() -> MockServer {
    MockServer::builder(&Contract::from_text("headers.yaml", DOCUMENT).unwrap()).seed(1).lenient(true).start()
}

fn get(api: &MockServer, target: &str) -> Response {
    api.handle(Request::get(target).with_header("host", "mock.test").with_header("x-request-id", "not a uuid"))
}

#[test]
fn headers_are_those_that_the_document_shows_if_they_conform() {
    let api = server();
    let response = get(&api, "/things");
    let shown = ["x-shown", "x-named", "x-default", "x-broken", "x-json", "x-object"].map(|name| response.header(name).unwrap());
    assert_eq!(shown, ["12", "1,2", "calm", "5", "{\"n\":1}", "a=1"]);
    let dynamic = api.handle(Request::get("/things").with_header("prefer", "dynamic"));
    assert_ne!(dynamic.header("x-shown"), Some("12"));
    assert!(api.violations().is_empty(), "{:?}", api.violations());
}

#[test]
fn headers_are_true_of_the_call() {
    let api = server();
    let response = get(&api, "/things?limit=2&page=2");
    let items = response.json().as_array().unwrap().len();
    let said = ["x-total-count", "x-total-pages", "x-per-page", "link"].map(|name| response.header(name).unwrap());
    assert_eq!(said, [&*(2 + items).to_string(), "2", "2", "</things>; rel=\"self\""]);
    let tag = |response: &Response| response.header("etag").unwrap().to_owned();
    assert_eq!((tag(&response).len(), tag(&response).matches('"').count()), (18, 2));
    assert_ne!(tag(&response), tag(&get(&api, "/things?limit=3")), "another body has another mark");
    let id = "0f8b2f6e-5d7b-4b52-9d0b-0c1ad0a6a111";
    let echoed = api.handle(Request::get("/things").with_header("x-request-id", id));
    assert_eq!(echoed.header("x-request-id"), Some(id));
    assert_ne!(response.header("x-request-id"), Some("not a uuid"));
}

#[test]
fn the_location_is_that_of_what_was_created() {
    let api = server();
    let created = |path: &str| {
        let response = api.handle(Request::post(path).with_header("host", "mock.test"));
        let id = response.json()["id"].as_str().unwrap().to_owned();
        (response.header("location").unwrap().to_owned(), id)
    };
    let (location, id) = created("/things");
    assert_eq!(location, format!("/things/{id}"));
    assert_eq!(api.handle(Request::get(&location)).status(), 200);
    let (location, id) = created("/absolute");
    assert_eq!(location, format!("http://mock.test/absolute/{id}"));
    assert_eq!(created("/elsewhere").0, "/somewhere");
}

#[test]
fn limits_look_like_limits() {
    let api = server();
    let response = api.handle(Request::get("/things").with_header("prefer", "code=429"));
    let number = |name: &str| response.header(name).unwrap().parse::<u64>().unwrap();
    assert_eq!((number("retry-after"), number("x-ratelimit-limit"), number("x-ratelimit-remaining")), (30, 1000, 0));
    assert!(number("x-ratelimit-reset") > 1_700_000_000);
    assert!(number("ratelimit-reset") <= 60, "the schema has the last word");
}

#[test]
fn a_required_header_without_any_value_is_told() {
    let api = server();
    assert_eq!(get(&api, "/impossible").status(), 500);
    insta::assert_snapshot!(api.violations()[0].to_string());
}

#[test]
fn headers_of_swagger_are_their_own_schemas() {
    let text = r##"
swagger: "2.0"
info: {title: Swagger, version: "1"}
paths:
  /a: {get: {responses: {"200": {description: d, headers: {X-A: {type: integer, default: 5}, X-B: {type: array, items: {type: string}, x-example: [p, q]}}}}}}
"##;
    let api = MockServer::builder(&Contract::from_text("swagger.yaml", text).unwrap()).start();
    let response = api.handle(Request::get("/a"));
    assert_eq!(json!([response.header("x-a"), response.header("x-b")]), json!(["5", "p,q"]));
}
