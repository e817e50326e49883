//! Lists and what is said about them: pages, counts, filters, and what the request named.

use serde_json::{Value, json};
use standin::{Contract, MockServer, Request, kayle};

const DOCUMENT: &str = r##"
openapi: 3.1.0
info: {title: Pages, version: "1"}
paths:
  /apps/{app_id}/things:
    get:
      parameters:
        - {name: app_id, in: path, required: true, schema: {type: string}}
        - {name: limit, in: query, schema: {type: integer, minimum: 0, default: 20}}
        - {name: page, in: query, schema: {type: integer, minimum: 1}}
        - {name: status, in: query, schema: {type: array, items: {type: string}}, explode: false}
        - {name: sort, in: query, schema: {type: string}}
        - {name: token, in: query, schema: {type: string}}
      responses:
        "200": {description: d, content: {application/json: {schema: {$ref: "#/components/schemas/Things"}}}}
  /offsets:
    get:
      parameters:
        - {name: per_page, in: query, schema: {type: integer}}
        - {name: offset, in: query, schema: {type: integer}}
      responses:
        "200":
          description: d
          content:
            application/json:
              schema:
                type: object
                required: [results, count, next, previous, nextPageToken, size, total, totalPages]
                properties:
                  results: {type: array, minItems: 2, items: {$ref: "#/components/schemas/Thing"}}
                  count: {type: integer}
                  next: {type: [string, "null"], format: uri}
                  previous: {type: [string, "null"], format: uri}
                  nextPageToken: {type: string}
                  size: {type: integer}
                  total: {type: string}
                  totalPages: {type: number}
  /bare:
    get:
      parameters: [{name: limit, in: query, schema: {type: integer}}]
      responses: {"200": {description: d, content: {application/json: {schema: {type: array, minItems: 2, items: {$ref: "#/components/schemas/Thing"}}}}}}
  /stubborn:
    get:
      parameters: [{name: limit, in: query, schema: {type: integer}}]
      responses:
        "200":
          description: d
          content:
            application/json:
              schema:
                type: object
                required: [items, has_more, next_cursor, total_count]
                properties:
                  items: {type: array, minItems: 2, maxItems: 3, items: {type: integer}}
                  has_more: {const: true}
                  next_cursor: {type: string, minLength: 3}
                  total_count: {type: integer}
  /orders/{id}:
    get:
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses:
        "200":
          description: d
          content:
            application/json:
              schema:
                type: object
                required: [id, items, total, buyer]
                properties:
                  id: {type: string}
                  items: {type: array, minItems: 1, items: {$ref: "#/components/schemas/Thing"}}
                  total: {type: integer, minimum: 1000}
                  buyer: {type: object, required: [id], properties: {id: {type: string}}}
  /users/{login}:
    get:
      parameters: [{name: login, in: path, required: true, schema: {type: string}}]
      responses: {"200": {description: d, content: {application/json: {schema: {type: object, required: [id, login], properties: {id: {type: string}, login: {type: string}}}}}}}
  /devices/{device}:
    get:
      parameters: [{name: device, in: path, required: true, schema: {type: string}}, {name: city, in: query, schema: {type: string, default: Bonn}}]
      responses: {"200": {description: d, content: {application/json: {schema: {type: object, required: [uuid, city], properties: {uuid: {type: string}, city: {type: string}}}}}}}
  /numbers/{number_id}:
    get:
      parameters: [{name: number_id, in: path, required: true, schema: {type: string}}]
      responses: {"200": {description: d, content: {application/json: {schema: {type: object, required: [id], properties: {id: {type: integer}}}}}}}
components:
  schemas:
    Thing:
      type: object
      required: [id, appId, status]
      properties: {id: {type: string}, appId: {type: string}, status: {enum: [active, ended]}, limit: {type: integer}, token: {type: string}}
    Things:
      type: object
      required: [data, meta, links]
      properties:
        data: {type: array, minItems: 0, items: {$ref: "#/components/schemas/Thing"}}
        links: {type: object, required: [next], properties: {next: {type: [string, "null"]}}}
        status: {type: string}
        meta:
          type: object
          required: [limit, page, total, hasNextPage, nextPage, first]
          properties:
            limit: {type: integer}
            page: {type: integer}
            total: {type: integer}
            total_pages: {type: integer}
            sort: {type: string}
            hasNextPage: {type: boolean}
            first: {type: boolean}
            nextPage: {type: integer}
            prevPage: {type: [integer, "null"]}
"##;

fn server(seed: u64) -> MockServer {
    MockServer::builder(&Contract::from_text("pages.yaml", DOCUMENT).unwrap()).seed(seed).start()
}

fn ask(api: &MockServer, target: &str) -> Value {
    let response = api.handle(Request::get(target));
    assert_eq!(response.status(), 200, "{target}: {:?}", api.violations());
    response.json()
}

#[test]
fn what_is_shown_is_the_whole_list() {
    for seed in 0..20 {
        let body = ask(&server(seed), "/apps/a1/things");
        let shown = body["data"].as_array().unwrap().len();
        let meta = &body["meta"];
        assert_eq!((&meta["total"], &meta["limit"], &meta["page"]), (&json!(shown), &json!(20), &json!(1)), "{body}");
        assert_eq!((&meta["hasNextPage"], &meta["first"]), (&json!(false), &json!(true)), "{body}");
        assert!(meta.get("nextPage").is_some() && meta["prevPage"].is_null(), "{body}");
        assert!(meta.get("total_pages").is_none_or(|pages| *pages == 1), "{body}");
    }
}

#[test]
fn a_page_has_no_more_than_was_asked_for_and_comes_after_those_before_it() {
    for seed in 0..20 {
        let api = server(seed);
        let body = ask(&api, "/apps/a1/things?limit=1&page=3&sort=name");
        let shown = body["data"].as_array().unwrap().len();
        assert!(shown <= 1);
        let meta = &body["meta"];
        assert_eq!((&meta["total"], &meta["limit"], &meta["page"]), (&json!(2 + shown), &json!(1), &json!(3)), "{body}");
        assert_eq!(meta["first"], json!(false));
        assert!(meta.get("sort").is_none_or(|sort| sort == "name"), "{body}");
        assert!(meta.get("total_pages").is_none_or(|pages| *pages == 3), "{body}");
        assert_eq!(ask(&api, "/apps/a1/things?limit=0")["data"], json!([]));

        let body = ask(&api, "/offsets?per_page=2&offset=4");
        assert_eq!(body["results"].as_array().unwrap().len(), 2);
        let said = ["size", "count", "total", "totalPages", "next", "nextPageToken"].map(|name| &body[name]);
        assert_eq!(said, [&json!(2), &json!(2), &json!("6"), &json!(3), &Value::Null, &json!("")]);
        let first = ask(&api, "/offsets?per_page=2");
        assert_eq!((&first["previous"], &first["count"], &first["totalPages"]), (&Value::Null, &json!(2), &json!(1)));
        assert_eq!(ask(&api, "/bare?limit=2").as_array().unwrap().len(), 2);
        assert!(ask(&api, "/bare?limit=1").as_array().unwrap().len() >= 2, "the schema asks for more than the request");
    }
}

#[test]
fn what_the_schema_does_not_allow_is_left_and_the_rest_agrees() {
    let body = ask(&server(1), "/stubborn?limit=1");
    let shown = body["items"].as_array().unwrap().len();
    assert_eq!((&body["has_more"], &body["total_count"]), (&json!(true), &json!(shown)));
    assert!(body["next_cursor"].as_str().unwrap().len() >= 3);
}

#[test]
fn a_thing_with_a_list_is_no_list() {
    let body = ask(&server(1), "/orders/o7");
    assert!(body["total"].as_u64().unwrap() >= 1000);
    assert_eq!(body["id"], "o7");
    assert_ne!(body["buyer"]["id"], "o7", "the id is that of the thing, and of none of its parts");
}

#[test]
fn what_a_list_is_asked_by_is_true_of_its_items() {
    let mut others = 0;
    for seed in 0..20 {
        let api = server(seed);
        let body = ask(&api, "/apps/a1/things?status=active&token=secret&limit=9");
        for item in body["data"].as_array().unwrap() {
            assert_eq!((&item["status"], &item["appId"]), (&json!("active"), &json!("a1")), "{body}");
            assert!(item.get("limit").is_none_or(|limit| *limit != 9), "{body}");
        }
        others += usize::from(body.get("status").is_some_and(|status| status != "active"));
        assert!(!body.to_string().contains("secret"));
        let both = ask(&api, "/apps/a1/things?status=active,ended");
        for (item, expected) in both["data"].as_array().unwrap().iter().zip(["active", "ended"].iter().cycle()) {
            assert_eq!(item["status"], *expected, "each in turn");
        }
        // No item can have this status: the list is as it would be without.
        ask(&api, "/apps/a1/things?status=lost");
    }
    assert!(others > 10, "a filter says nothing about the answer, but {others} times");
}

#[test]
fn the_path_names_the_thing_whatever_its_id_is_called() {
    let api = server(1);
    let user = ask(&api, "/users/ada");
    assert_eq!(user["login"], "ada");
    assert_ne!(user["id"], "ada");
    assert_eq!(ask(&api, "/devices/d1?city=Rome"), json!({"uuid": "d1", "city": "Rome"}));
    assert_eq!(ask(&api, "/devices/d1"), json!({"uuid": "d1", "city": "Bonn"}));
    assert_eq!(ask(&api, "/numbers/42")["id"], 42);
    assert!(ask(&api, "/numbers/many")["id"].is_number());
}

#[test]
fn the_list_of_webhook_endpoints_is_one_page() {
    for seed in 0..10 {
        let api = kayle::builder().seed(seed).start();
        let list = |target: &str| api.handle(Request::get(target).with_header("authorization", "Bearer kk")).json();
        let page = json!({"limit": 10, "has_more": false, "next_cursor": null});
        assert_eq!(list("/v1/webhooks/endpoints")["pagination"], page);
        let two = list("/v1/webhooks/endpoints?limit=2&enabled=false");
        assert_eq!(two["pagination"], json!({"limit": 2, "has_more": false, "next_cursor": null}));
        let items = two["data"].as_array().unwrap();
        assert!(items.len() <= 2);
        assert!(items.iter().all(|item| item["enabled"] == false), "{two}");
    }
}
