//! State from the document alone: what is created can be read, listed, changed and deleted.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use serde_json::{Value, json};
use standin::{
    Alters, Because, Clock, Contract, Incoming, Method, MockServer, Request, Response, Rule, Served, State, StatusCode, Timestamp,
    Transaction,
};

const DOCUMENT: &str = r##"
openapi: 3.1.0
info: {title: Shop, version: "1"}
paths:
  /shops:
    post:
      parameters: [{name: Idempotency-Key, in: header, schema: {type: string}}]
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Shop"}}}}
      responses:
        "201":
          headers: {Location: {schema: {type: string}}, ETag: {schema: {type: string}}}
          content: {application/json: {schema: {$ref: "#/components/schemas/Shop"}}}
        "409": {content: {application/json: {schema: {$ref: "#/components/schemas/Error"}}}}
    get:
      parameters:
        - {name: limit, in: query, schema: {type: integer, minimum: 1, maximum: 100, default: 20}}
        - {name: starting_after, in: query, schema: {type: string}}
        - {name: ending_before, in: query, schema: {type: string}}
        - {name: city, in: query, schema: {type: string}}
        - {name: created_from, in: query, schema: {type: string, format: date-time}}
        - {name: created_at, in: query, style: deepObject, explode: true, schema: {type: object, properties: {gte: {type: string}, lt: {type: string}}}}
      responses:
        "200":
          content:
            application/json:
              schema:
                type: object
                required: [object, data, has_more, total_count]
                properties:
                  object: {const: list}
                  has_more: {type: boolean}
                  total_count: {type: integer}
                  next_cursor: {type: [string, "null"]}
                  data: {type: array, items: {$ref: "#/components/schemas/Shop"}}
  /shops/{shop_id}:
    parameters: [{name: shop_id, in: path, required: true, schema: {type: string}}]
    get:
      responses:
        "200":
          headers: {ETag: {schema: {type: string}}}
          content: {application/json: {schema: {$ref: "#/components/schemas/Shop"}}}
        "304": {description: as it was}
        "404": {content: {application/json: {schema: {$ref: "#/components/schemas/Error"}}}}
    put:
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Shop"}}}}
      responses: {"200": {content: {application/json: {schema: {$ref: "#/components/schemas/Shop"}}}}}
    patch:
      parameters: [{name: If-Match, in: header, schema: {type: string}}]
      requestBody:
        content:
          application/merge-patch+json: {schema: {$ref: "#/components/schemas/ShopPatch"}}
          application/json-patch+json: {schema: {type: array}}
      responses:
        "200": {content: {application/json: {schema: {$ref: "#/components/schemas/Shop"}}}}
        "412": {description: changed}
    delete:
      responses: {"204": {description: gone}, "410": {description: it was never there}}
  /shops/{shop_id}/close:
    post:
      parameters: [{name: shop_id, in: path, required: true, schema: {type: string}}]
      x-standin-resource: {action: act, set: {open: false}}
      responses: {"200": {content: {application/json: {schema: {$ref: "#/components/schemas/Shop"}}}}}
  /shops/{shopId}/items:
    parameters: [{name: shopId, in: path, required: true, schema: {type: string}}]
    post:
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Item"}}}}
      responses:
        "201": {content: {application/json: {schema: {$ref: "#/components/schemas/Item"}}}}
        "404": {description: no such shop}
    get:
      parameters: [{name: page, in: query, schema: {type: integer}}, {name: per_page, in: query, schema: {type: integer, default: 2}}]
      responses:
        "200":
          headers: {Link: {schema: {type: string}}, X-Total-Count: {schema: {type: integer}}}
          content: {application/json: {schema: {type: array, items: {$ref: "#/components/schemas/Item"}}}}
        "404": {description: no such shop}
  /shops/{shop_id}/items/{sku}:
    parameters:
      - {name: shop_id, in: path, required: true, schema: {type: string}}
      - {name: sku, in: path, required: true, schema: {type: integer}}
    get:
      responses: {"200": {content: {application/json: {schema: {$ref: "#/components/schemas/Item"}}}}, "404": {description: no such item}}
  /orders:
    post:
      x-standin-resource: {unique: [reference]}
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Order"}}}}
      responses: {"201": {content: {application/json: {schema: {$ref: "#/components/schemas/Order"}}}}, "409": {description: taken}}
    get:
      parameters:
        - {name: offset, in: query, schema: {type: integer}}
        - {name: limit, in: query, schema: {type: integer, default: 2}}
        - {name: page_token, in: query, schema: {type: string}}
      responses:
        "200":
          content:
            application/json:
              schema:
                type: object
                required: [items, total]
                properties:
                  items: {type: array, items: {$ref: "#/components/schemas/Order"}}
                  total: {type: integer}
                  next_page_token: {type: string}
  /orders/{id}:
    get:
      parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
      responses: {"200": {content: {application/json: {schema: {$ref: "#/components/schemas/Order"}}}}, "404": {description: none}}
  /settings:
    get: {responses: {"200": {content: {application/json: {schema: {$ref: "#/components/schemas/Settings"}}}}}}
    patch:
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Settings"}}}}
      responses: {"200": {content: {application/json: {schema: {$ref: "#/components/schemas/Settings"}}}}}
components:
  schemas:
    Shop:
      type: object
      required: [id, name, created_at, updated_at]
      properties:
        id: {type: string, readOnly: true, pattern: "^shp_[a-z0-9]{16}$"}
        name: {type: string}
        city: {type: string}
        open: {type: boolean, default: true}
        motto: {type: [string, "null"]}
        tags: {type: object, additionalProperties: {type: string}}
        pin: {type: string, writeOnly: true}
        created_at: {type: string, format: date-time, readOnly: true}
        updated_at: {type: string, format: date-time, readOnly: true}
    ShopPatch:
      type: object
      properties: {name: {type: string}, city: {type: [string, "null"]}, open: {type: boolean}, motto: {type: [string, "null"]}, tags: {type: object}}
    Item:
      type: object
      required: [sku]
      properties: {sku: {type: integer, minimum: 1}, title: {type: string}, shop_id: {type: string, readOnly: true}}
    Order:
      type: object
      required: [id, reference]
      properties: {id: {type: integer, readOnly: true, minimum: 1}, reference: {type: string}}
    Settings: {type: object, required: [theme], properties: {theme: {type: string}, size: {type: integer}}}
    Error: {type: object, required: [message], properties: {message: {type: string}}}
"##;

fn contract() -> Contract {
    Contract::from_text("shop.yaml", DOCUMENT).unwrap()
}

fn start() -> MockServer {
    MockServer::builder(&contract()).stateful(true).seed(1).start()
}

fn post(api: &MockServer, path: &str, body: &Value) -> Response {
    api.handle(Request::post(path).with_json(body))
}

fn get(api: &MockServer, path: &str) -> Response {
    api.handle(Request::get(path))
}

fn send(api: &MockServer, method: Method, path: &str, content_type: &str, body: &Value) -> Response {
    api.handle(Request::with_method(method, path).with_header("content-type", content_type).with_body(body.to_string()))
}

fn shop(api: &MockServer, name: &str) -> Value {
    let created = post(api, "/shops", &json!({"name": name}));
    assert_eq!(created.status(), 201, "{created:?}");
    created.json()
}

fn path(shop: &Value) -> String {
    format!("/shops/{}", shop["id"].as_str().unwrap())
}

fn names(list: &Response) -> Vec<String> {
    list.json()["data"].as_array().unwrap().iter().map(|shop| shop["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn what_is_created_can_be_read() {
    let api = start();
    let created = post(&api, "/shops", &json!({"name": "Books", "city": "Ulm", "pin": "1234"}));
    let shop = created.json();
    assert_eq!((created.status().as_u16(), &shop["name"], &shop["city"]), (201, &json!("Books"), &json!("Ulm")));
    assert_eq!(shop.get("pin"), None, "what is writeOnly is never shown");
    let location = created.header("location").unwrap();
    assert_eq!(location, path(&shop));
    assert_eq!(get(&api, location).json(), shop);
    assert_eq!(*api.calls().last().because(), Because::Kept);
    assert_eq!(names(&get(&api, "/shops")), ["Books"]);
    let missing = get(&api, "/shops/shp_0");
    assert_eq!(missing.status(), 404);
    assert!(
        missing.json()["message"].as_str().unwrap().contains("expected the id of one of /shops, found \"shp_0\""),
        "{:?}",
        missing.json()
    );
    assert!(matches!(api.calls().last().because(), Because::Refused { .. }));
    assert!(api.violations().is_empty(), "an id that is not there breaks no contract");
}

#[test]
fn without_state_nothing_is_kept() {
    let api = MockServer::start(&contract());
    let shop = shop(&api, "Books");
    assert_eq!(get(&api, "/shops/shp_0000000000000000").status(), 200);
    assert_ne!(names(&get(&api, "/shops")), [shop["name"].as_str().unwrap()]);
    assert!(api.state().is_empty());
}

#[test]
fn patches_change_what_they_say() {
    let clock = Clock::fixed(Timestamp::FIXED);
    let api = MockServer::builder(&contract()).stateful(true).clock(clock.clone()).start();
    let before = post(&api, "/shops", &json!({"name": "Books", "city": "Ulm", "motto": "read", "tags": {"a": "1", "b": "2"}})).json();
    assert_eq!(before["tags"], json!({"a": "1", "b": "2"}));
    clock.advance(Duration::from_secs(5));
    let patch = json!({"motto": null, "city": null, "tags": {"a": null, "c": "3"}, "unknown": 1});
    let after = send(&api, Method::PATCH, &path(&before), "application/merge-patch+json", &patch).json();
    assert_eq!(after["motto"], Value::Null, "null is a value where there may be one");
    assert_eq!(after.get("city"), None, "and takes out what may not be null");
    assert_eq!(after["tags"], json!({"b": "2", "c": "3"}));
    assert_eq!((&after["name"], &after["id"], &after["created_at"]), (&before["name"], &before["id"], &before["created_at"]));
    assert_eq!(after["updated_at"], "2026-01-01T00:00:05.000Z");
    assert_eq!(after.get("unknown"), None);
    assert_eq!(get(&api, &path(&before)).json(), after);
}

#[test]
fn json_patches_are_operations() {
    let api = start();
    let shop = shop(&api, "Books");
    let patch = |operations: Value| send(&api, Method::PATCH, &path(&shop), "application/json-patch+json", &operations);
    let after = patch(json!([{"op": "replace", "path": "/name", "value": "Maps"}, {"op": "replace", "path": "/id", "value": "x"}])).json();
    assert_eq!((&after["name"], &after["id"]), (&json!("Maps"), &shop["id"]));
    assert_eq!(patch(json!([{"op": "test", "path": "/name", "value": "Books"}])).status(), 409);
    assert_eq!(patch(json!([{"op": "remove", "path": "/nothing"}])).status(), 409);
    assert_eq!(get(&api, &path(&shop)).json()["name"], "Maps");
}

#[test]
fn put_leaves_nothing_of_what_was() {
    let api = start();
    let before = post(&api, "/shops", &json!({"name": "Books", "city": "Ulm", "motto": "read", "open": false})).json();
    let after = send(&api, Method::PUT, &path(&before), "application/json", &json!({"name": "Maps"})).json();
    assert_eq!((&after["name"], &after["motto"], &after["open"]), (&json!("Maps"), &Value::Null, &json!(true)));
    assert_eq!(after.get("city"), None);
    assert_eq!((&after["id"], &after["created_at"]), (&before["id"], &before["created_at"]));
    assert_eq!(get(&api, &path(&before)).json(), after);
    assert_eq!(send(&api, Method::PUT, "/shops/shp_0000000000000000", "application/json", &json!({"name": "x"})).status(), 404);
}

#[test]
fn deleting_takes_the_parts_along() {
    let api = start();
    let (one, other) = (shop(&api, "One"), shop(&api, "Other"));
    for shop in [&one, &other] {
        let item = post(&api, &format!("{}/items", path(shop)), &json!({"sku": 7, "title": "Atlas"}));
        assert_eq!((item.status().as_u16(), &item.json()["shop_id"]), (201, &shop["id"]), "the same sku in two shops");
    }
    assert_eq!(post(&api, &format!("{}/items", path(&one)), &json!({"sku": 7})).status(), 409);
    assert_eq!(get(&api, &format!("{}/items/7", path(&one))).json()["title"], "Atlas");
    assert_eq!(api.handle(Request::with_method(Method::DELETE, &path(&one))).status(), 204);
    assert_eq!(get(&api, &path(&one)).status(), 404);
    assert_eq!(api.handle(Request::with_method(Method::DELETE, &path(&one))).status(), 410);
    assert_eq!(get(&api, &format!("{}/items/7", path(&one))).status(), 404);
    assert_eq!(get(&api, &format!("{}/items", path(&one))).status(), 404);
    assert_eq!(post(&api, &format!("{}/items", path(&one)), &json!({"sku": 8})).status(), 404);
    assert_eq!(get(&api, &format!("{}/items/7", path(&other))).status(), 200);
}

#[test]
fn lists_come_in_pages_by_cursor() {
    let api = start();
    for name in ["a", "b", "c", "d", "e"] {
        shop(&api, name);
    }
    let mut cursor = String::new();
    let mut pages = Vec::new();
    loop {
        let page = get(&api, &format!("/shops?limit=2&starting_after={cursor}"));
        let body = page.json();
        assert_eq!(body["total_count"], 5);
        pages.push(names(&page));
        match (&body["next_cursor"], &body["has_more"]) {
            (Value::String(next), Value::Bool(true)) => cursor.clone_from(next),
            (Value::Null, Value::Bool(false)) => break,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(pages, [vec!["a", "b"], vec!["c", "d"], vec!["e"]]);
    let back = get(&api, &format!("/shops?limit=2&ending_before={cursor}"));
    assert_eq!(names(&back), ["b", "c"]);
    assert_eq!(names(&get(&api, "/shops?starting_after=nobody")), [""; 0]);
}

#[test]
fn lists_come_in_pages_by_number_with_links() {
    let api = start();
    let items = format!("{}/items", path(&shop(&api, "Books")));
    for sku in 1..=5 {
        post(&api, &items, &json!({"sku": sku}));
    }
    let skus = |page: &Response| -> Vec<u64> { page.json().as_array().unwrap().iter().map(|item| item["sku"].as_u64().unwrap()).collect() };
    let second = get(&api, &format!("{items}?page=2"));
    assert_eq!(skus(&second), [3, 4]);
    assert_eq!(second.header("x-total-count"), Some("5"));
    assert_eq!(second.header("link").unwrap(), format!("<{items}?page=1>; rel=\"prev\", <{items}?page=3>; rel=\"next\""));
    assert_eq!(skus(&get(&api, &format!("{items}?page=3"))), [5]);
    assert_eq!(skus(&get(&api, &format!("{items}?page=9"))), [0; 0]);
}

#[test]
fn lists_come_in_pages_by_offset_and_by_token() {
    let api = start();
    for reference in ["a", "b", "c", "d", "e"] {
        assert_eq!(post(&api, "/orders", &json!({"reference": reference})).status(), 201);
    }
    let page = |query: &str| {
        let page = get(&api, &format!("/orders?{query}")).json();
        let of = |order: &Value| order["reference"].as_str().unwrap().to_owned();
        (
            page["items"].as_array().unwrap().iter().map(of).collect::<String>(),
            page["next_page_token"].as_str().unwrap_or_default().to_owned(),
        )
    };
    assert_eq!(page("limit=18446744073709551615").0, "abcde");
    assert_eq!([page("offset=0").0, page("offset=3").0, page("offset=4&limit=9").0, page("offset=9").0], ["ab", "de", "e", ""]);
    let (first, token) = page("");
    let (second, token) = page(&format!("page_token={token}"));
    let (third, token) = page(&format!("page_token={token}"));
    assert_eq!((first + &second + &third, token.as_str()), ("abcde".into(), ""));
    assert_eq!(get(&api, "/orders?offset=3").json()["total"], 5);
}

#[test]
fn what_is_unique_is_there_once() {
    let api = start();
    let create = |reference: &str| post(&api, "/orders", &json!({"reference": reference})).status().as_u16();
    assert_eq!((create("a"), create("a"), create("b")), (201, 409, 201));
    assert_eq!(get(&api, "/orders").json()["total"], 2);
}

#[test]
fn filters_let_through_what_they_say() {
    let clock = Clock::fixed(Timestamp::FIXED);
    let api = MockServer::builder(&contract()).stateful(true).clock(clock.clone()).start();
    for (name, city) in [("a", "Ulm"), ("b", "Bonn"), ("c", "Ulm")] {
        post(&api, "/shops", &json!({"name": name, "city": city}));
        clock.advance(Duration::from_secs(60));
    }
    let list = |query: &str| get(&api, &format!("/shops?{query}"));
    assert_eq!(names(&list("city=Ulm")), ["a", "c"]);
    assert_eq!(list("city=Ulm&limit=1").json()["total_count"], 2);
    assert_eq!(names(&list("city=nowhere")), [""; 0]);
    assert_eq!(names(&list("created_from=2026-01-01T00:01:00Z")), ["b", "c"]);
    assert_eq!(names(&list("created_from=2026-01-01T00:01:00Z&city=Ulm")), ["c"]);
    assert_eq!(names(&list("created_at[gte]=2026-01-01T00:00:00Z&created_at[lt]=2026-01-01T00:02:00Z")), ["a", "b"]);
}

#[test]
fn marks_keep_changes_from_getting_lost() {
    let api = start();
    let shop = post(&api, "/shops", &json!({"name": "Books"}));
    let (mark, shop) = (shop.header("etag").unwrap().to_owned(), shop.json());
    assert_eq!(get(&api, &path(&shop)).header("etag"), Some(mark.as_str()), "reading changes nothing");
    let patch = |mark: &str| {
        let request = Request::with_method(Method::PATCH, &path(&shop)).with_header("if-match", mark);
        api.handle(request.with_header("content-type", "application/merge-patch+json").with_body(r#"{"name": "Maps"}"#)).status().as_u16()
    };
    assert_eq!((patch("\"other\""), patch(&mark), patch(&mark), patch("*")), (412, 200, 412, 200));
    let now = get(&api, &path(&shop)).header("etag").unwrap().to_owned();
    let read = |mark: &str| api.handle(Request::get(&path(&shop)).with_header("if-none-match", mark)).status().as_u16();
    assert_eq!((read(&mark), read(&now)), (200, 304));
}

#[test]
fn the_same_key_is_the_same_request() {
    let api = start();
    let create =
        |key: &str, name: &str| api.handle(Request::post("/shops").with_header("idempotency-key", key).with_json(&json!({"name": name})));
    let (first, again) = (create("k1", "Books"), create("k1", "Books"));
    assert_eq!(first.json(), again.json());
    assert_eq!(create("k1", "Maps").status(), 409);
    assert_ne!(create("k2", "Books").json()["id"], first.json()["id"]);
    assert_eq!(names(&get(&api, "/shops")), ["Books", "Books"]);
}

#[test]
fn single_things_are_there_from_the_beginning() {
    let api = start();
    let before = get(&api, "/settings").json();
    assert_eq!(get(&api, "/settings").json(), before);
    let after = send(&api, Method::PATCH, "/settings", "application/json", &json!({"theme": "dark"})).json();
    assert_eq!((&after["theme"], &after["size"]), (&json!("dark"), &before["size"]));
    assert_eq!(get(&api, "/settings").json(), after);
}

#[test]
fn actions_do_what_the_document_says() {
    let api = start();
    let shop = shop(&api, "Books");
    let closed = api.handle(Request::post(&format!("{}/close", path(&shop)))).json();
    assert_eq!((&closed["open"], &closed["name"]), (&json!(false), &json!("Books")));
    assert_eq!(get(&api, &path(&shop)).json()["open"], false);
    assert_eq!(api.handle(Request::post("/shops/shp_0/close")).status(), 404);
}

#[test]
fn scripts_and_preferences_come_before_state() {
    let api = start();
    let shop = shop(&api, "Books");
    api.on("POST /shops").reply(409).times(1);
    assert_eq!(post(&api, "/shops", &json!({"name": "Maps"})).status(), 409);
    assert_eq!(names(&get(&api, "/shops")), ["Books"]);
    let preferred = api.handle(Request::get(&path(&shop)).with_header("prefer", "code=404"));
    assert_eq!(preferred.status(), 404);
    assert_eq!(get(&api, &path(&shop)).status(), 200);
}

#[test]
fn state_is_written_read_and_reset() {
    let api = start();
    let kept = post(&api, "/shops", &json!({"name": "Books", "pin": "1234"})).json();
    post(&api, &format!("{}/items", path(&kept)), &json!({"sku": 1, "title": "Atlas"}));
    let text = serde_json::to_string_pretty(&api.state()).unwrap();
    let again = MockServer::builder(&contract()).with_state(State::from_json("state.json", &text).unwrap()).seed(1).start();
    assert_eq!(get(&again, &path(&kept)).json(), kept);
    assert_eq!(get(&again, &format!("{}/items/1", path(&kept))).json()["title"], "Atlas");
    assert_eq!(again.state(), api.state());
    shop(&again, "Maps");
    again.reset();
    assert_eq!(names(&get(&again, "/shops")), ["Books"], "what it started with");
    api.reset();
    assert_eq!(names(&get(&api, "/shops")), [""; 0]);
}

#[test]
fn seeds_need_not_be_whole_and_must_conform() {
    let seeded = |state: Value| {
        let state = State::from_json("state.json", &state.to_string()).unwrap();
        MockServer::builder(&contract())
            .with_state(state)
            .try_start()
            .map(|api| names(&get(&api, "/shops")))
            .map_err(|error| error.to_string())
    };
    assert_eq!(seeded(json!({"/shops": [{"name": "a"}, {"name": "b"}]})), Ok(vec!["a".into(), "b".into()]));
    let told = |state: Value| seeded(state).unwrap_err();
    insta::assert_snapshot!(
        [
            told(json!({"/shop": []})),
            told(json!({"/shops": {}})),
            told(json!({"/shops": [{"name": "a"}, 7]})),
            told(json!({"/shops": [{"name": 7}]})),
            told(json!({"/shops": [{"id": "shp_0000000000000000"}, {"id": "shp_0000000000000000"}]})),
            told(json!({"/shops": [{"$standin": {"whatever": 1}}]})),
            State::from_json("state.json", "[]").unwrap_err().to_string(),
            State::from_json("state.json", "{").unwrap_err().to_string(),
        ]
        .join("\n")
    );
}

#[test]
fn what_does_not_fit_is_refused_loudly() {
    let api = MockServer::builder(&contract()).stateful(true).state_limit(2).start();
    shop(&api, "a");
    shop(&api, "b");
    api.expect_violation("state.full");
    assert_eq!(post(&api, "/shops", &json!({"name": "c"})).status(), 500);
    assert!(api.violations()[0].to_string().contains("2 things are kept"), "{}", api.violations()[0]);
    assert_eq!(names(&get(&api, "/shops")), ["a", "b"]);
}

#[test]
fn ids_are_never_given_twice() {
    let api = start();
    let ids: BTreeSet<String> = (0..200).map(|_| shop(&api, "the same")["id"].as_str().unwrap().to_owned()).collect();
    assert_eq!(ids.len(), 200);
}

#[test]
fn tests_look_at_what_is_kept_and_change_it() {
    let api = start();
    let shop = shop(&api, "Books");
    let id = shop["id"].as_str().unwrap();
    assert_eq!(api.change(|state| state.find("/shops", id).map(|shop| shop["name"].clone())), Some(json!("Books")));
    let other = api.change(|state| state.insert("/shops", json!({"name": "Maps"}).as_object().unwrap().clone())).unwrap();
    assert_eq!(get(&api, &format!("/shops/{other}")).json()["name"], "Maps");
    assert!(api.change(|state| state.update("/shops", &other, |shop| drop(shop.insert("name".into(), "Globes".into())))));
    assert!(api.change(|state| state.remove("/shops", id)));
    assert_eq!(names(&get(&api, "/shops")), ["Globes"]);
}

#[test]
#[should_panic(expected = "there is no resource \"/shop\"; did you mean \"/shops\"?")]
fn a_wrong_name_of_a_resource_panics() {
    start().change(|state| state.list("/shop").count());
}

/// A rule that takes everything away, and then fails.
struct Clumsy;

impl Rule for Clumsy {
    fn after(&self, _: &Incoming<'_>, _: &Value, state: &mut Transaction<'_>) {
        let ids: Vec<String> = state.list("/shops").map(|shop| shop["id"].as_str().unwrap().to_owned()).collect();
        assert!(ids.iter().all(|id| state.remove("/shops", id)), "each is there to be taken away");
        panic!("the rule fails");
    }
}

#[test]
fn what_a_rule_did_before_it_panicked_is_undone() {
    let contract = contract().with_rule("DELETE /shops/{shop_id}", Clumsy);
    let api = MockServer::builder(&contract).stateful(true).start();
    let (one, _) = (shop(&api, "One"), shop(&api, "Other"));
    api.expect_violation("answer.panic");
    assert_eq!(api.handle(Request::with_method(Method::DELETE, &path(&one))).status(), 500);
    assert_eq!(names(&get(&api, "/shops")), ["One", "Other"]);
}

/// A rule that answers by itself: with the thing and more beside it, or with an error and more in it.
struct Greets;

impl Rule for Greets {
    fn serve(&self, call: &Incoming<'_>, state: &mut Transaction<'_>) -> Option<Served> {
        let id = call.parameter("shop_id")?.as_str()?;
        Some(match state.find("/shops", id) {
            Some(shop) => Served::body(Value::Object(shop.clone())).with(json!({"motto": "Hello!", "city": null})),
            None => Served::error(StatusCode::NOT_FOUND, "Nobody is here.").with(json!({"code": "nobody"})),
        })
    }
}

#[test]
fn a_rule_answers_with_members_put_together() {
    let contract = contract().with_rule("GET /shops/{shop_id}", Greets);
    let api = MockServer::builder(&contract).stateful(true).start();
    let one = shop(&api, "One");
    let greeted = get(&api, &path(&one)).json();
    assert_eq!((&greeted["name"], &greeted["motto"], greeted.get("city")), (&json!("One"), &json!("Hello!"), None));
    let nobody = get(&api, "/shops/shp_0000000000000000");
    assert_eq!((nobody.status().as_u16(), &nobody.json()["code"]), (404, &json!("nobody")));
}

/// Tags, which are created by `post` and listed by `get`; `more` are other paths.
fn tags(post: &str, get: &str, more: &str) -> Contract {
    let text = r##"
openapi: 3.1.0
info: {title: t, version: v}
paths:
  /tags:
    post: POST
    get: GET
MORE
  /tags/{id}:
    get:
      parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
      responses: {"200": {content: {application/json: {schema: {$ref: "#/components/schemas/Tag"}}}}, "404": {description: none}}
components:
  schemas:
    Tag: {type: object, required: [id, name], properties: {id: {type: integer, readOnly: true}, name: {type: string}, key: {type: string, writeOnly: true}}}
    Tags: {type: array, items: {$ref: "#/components/schemas/Tag"}}
    Envelope: {type: object, properties: {tags: {$ref: "#/components/schemas/Tags"}}}
"##;
    let text = text.replace("POST", post).replace("GET", get).replace("MORE", more);
    Contract::from_text("api.yaml", &text).unwrap()
}

/// A body of JSON of a schema.
fn json_of(schema: &str) -> String {
    format!("{{content: {{application/json: {{schema: {{$ref: \"#/components/schemas/{schema}\"}}}}}}}}")
}

#[test]
fn several_that_are_sent_at_once_are_all_created() {
    let list = json_of("Tags");
    let contract =
        tags(&format!("{{requestBody: {list}, responses: {{\"201\": {list}}}}}"), &format!("{{responses: {{\"200\": {list}}}}}"), "");
    let api = MockServer::builder(&contract).stateful(true).start();
    let none = post(&api, "/tags", &json!([]));
    assert_eq!((none.status().as_u16(), none.json()), (201, json!([])));
    assert_eq!(get(&api, "/tags").json(), json!([]), "nothing was sent");
    let one = post(&api, "/tags", &json!([{"name": "a"}])).json();
    assert_eq!((one.as_array().unwrap().len(), &one[0]["name"]), (1, &json!("a")));
    assert_eq!(get(&api, "/tags").json(), one);
    let several = post(&api, "/tags", &json!([{"name": "b"}, {"name": "c"}, {"name": "b"}])).json();
    let names: Vec<&Value> = several.as_array().unwrap().iter().map(|tag| &tag["name"]).collect();
    assert_eq!(names, ["b", "c", "b"]);
    for tag in several.as_array().unwrap() {
        assert_eq!(get(&api, &format!("/tags/{}", tag["id"])).json(), *tag);
    }
    assert_eq!(get(&api, "/tags").json().as_array().unwrap().len(), 4);
    let few = MockServer::builder(&contract).stateful(true).state_limit(2).start();
    few.expect_violation("state.full");
    assert_eq!(post(&few, "/tags", &json!([{"name": "b"}, {"name": "c"}, {"name": "d"}])).status(), 500);
    assert_eq!(get(&few, "/tags").json(), json!([]), "all of them, or none");
}

#[test]
fn a_list_in_an_envelope_is_sent_where_the_document_says_so() {
    let (list, envelope) = (json_of("Tags"), json_of("Envelope"));
    let said = "x-standin-resource: {name: tags, action: create, sent: /tags, entity: /tags}";
    let create = format!("{{{said}, requestBody: {envelope}, responses: {{\"201\": {envelope}}}}}");
    let contract = tags(&create, &format!("{{responses: {{\"200\": {list}}}}}"), "");
    let api = MockServer::builder(&contract).stateful(true).start();
    let made = post(&api, "/tags", &json!({"tags": [{"name": "a"}, {"name": "b"}]})).json();
    let names: Vec<&Value> = made["tags"].as_array().unwrap().iter().map(|tag| &tag["name"]).collect();
    assert_eq!(names, ["a", "b"]);
    assert_eq!(get(&api, "/tags").json(), made["tags"]);
    assert_eq!(get(&api, &format!("/tags/{}", made["tags"][1]["id"])).json(), made["tags"][1]);
}

/// Writes names in capitals, and counts how often it was asked to.
struct Capitals {
    alters: Alters,
    asked: Arc<AtomicUsize>,
}

impl Rule for Capitals {
    fn alters(&self) -> Alters {
        self.alters
    }

    fn answer(&self, call: &Incoming<'_>, body: &mut Value) {
        self.asked.fetch_add(1, Ordering::Relaxed);
        let mark = if self.alters == Alters::Anything { call.request().query().unwrap_or_default() } else { "" };
        let list = if body.get("tags").is_some() { "tags" } else { "data" };
        for shop in body[list].as_array_mut().into_iter().flatten() {
            shop["name"] = format!("{}{mark}", shop["name"].as_str().unwrap().to_uppercase()).into();
        }
    }
}

#[test]
fn what_depends_on_a_thing_alone_is_made_once_and_again_when_it_changes() {
    let asked = Arc::new(AtomicUsize::new(0));
    let start = |alters| {
        let contract = contract().with_rule("GET /shops", Capitals { alters, asked: Arc::clone(&asked) });
        MockServer::builder(&contract).stateful(true).start()
    };
    let api = start(Alters::EachThing);
    let (one, _) = (shop(&api, "One"), shop(&api, "Other"));
    for query in ["", "?limit=2", "?city=", ""] {
        assert_eq!(names(&get(&api, &format!("/shops{query}"))), ["ONE", "OTHER"]);
    }
    assert_eq!(asked.load(Ordering::Relaxed), 1, "once, for both");
    assert_eq!(send(&api, Method::PATCH, &path(&one), "application/merge-patch+json", &json!({"name": "First"})).status(), 200);
    assert_eq!(names(&get(&api, "/shops")), ["FIRST", "OTHER"]);
    assert_eq!(asked.load(Ordering::Relaxed), 2, "once more, for the one that was changed");
    assert_eq!(get(&api, &path(&one)).json()["name"], "First", "the rule is for the list alone");

    let api = start(Alters::Anything);
    shop(&api, "One");
    assert_eq!(names(&get(&api, "/shops?limit=1")), ["ONElimit=1"]);
    assert_eq!(names(&get(&api, "/shops?limit=2")), ["ONElimit=2"]);
}

/// Answers with errors beside their lists, of which each is left out where the other is there.
#[test]
fn pages_follow_one_another_beside_a_list_of_errors() {
    let thing = "{type: object, required: [id], properties: {id: {type: string}}}";
    let errors = "{type: array, items: {type: object, properties: {code: {type: string}}}}";
    let answer = |name: &str, schema: &str| {
        let properties = format!("{{errors: {errors}, {name}: {schema}, cursor: {{type: string}}}}");
        format!("{{'200': {{description: d, content: {{application/json: {{schema: {{type: object, properties: {properties}}}}}}}}}}}")
    };
    let parameters = "[{name: cursor, in: query, schema: {type: string}}, {name: limit, in: query, schema: {type: integer}}]";
    let text = format!(
        "openapi: 3.1.0
paths:
  /customers:
    post: {{requestBody: {{content: {{application/json: {{schema: {thing}}}}}}}, responses: {one}}}
    get: {{parameters: {parameters}, responses: {list}}}
  /customers/{{customer_id}}:
    parameters: [{{name: customer_id, in: path, required: true, schema: {{type: string}}}}]
    get: {{responses: {one}}}
",
        one = answer("customer", thing),
        list = answer("customers", &format!("{{type: array, items: {thing}}}")),
    );
    let api = MockServer::builder(&Contract::from_text("customers.yaml", &text).unwrap()).stateful(true).start();
    for id in ["a", "b", "c", "d", "e"] {
        assert_eq!(post(&api, "/customers", &json!({"id": id})).status(), 200);
    }
    let (mut pages, mut path) = (Vec::new(), "/customers?limit=2".to_owned());
    for _ in 0..3 {
        let page = get(&api, &path).json();
        path = format!("/customers?limit=2&cursor={}", page["cursor"].as_str().unwrap_or_default());
        pages.push(page);
    }
    let ids: Vec<&Value> = pages.iter().flat_map(|page| page["customers"].as_array().unwrap()).map(|customer| &customer["id"]).collect();
    assert_eq!(ids, ["a", "b", "c", "d", "e"]);
    assert_eq!(pages[2], json!({"customers": [{"id": "e"}]}));
}

/// What examples show of a thing that there is once is the thing of somebody else: whose it is, the path says.
#[test]
fn what_there_is_once_is_of_what_the_path_names() {
    let settings = "{type: object, properties: {user_id: {type: string}, theme: {type: string}, since: {type: string, readOnly: true}}}";
    let shown = |user: &str, since: &str| {
        let example = format!("{{user_id: {user}, theme: dark, since: '{since}'}}");
        format!("{{description: d, content: {{application/json: {{schema: {settings}, example: {example}}}}}}}")
    };
    let user = "{type: object, required: [id], properties: {id: {type: string}}}";
    let content = format!("content: {{application/json: {{schema: {user}}}}}");
    let parameter = "parameters: [{name: user_id, in: path, required: true, schema: {type: string}}]";
    let text = format!(
        "openapi: 3.1.0
paths:
  /users:
    post: {{requestBody: {{{content}}}, responses: {{'201': {{description: d, {content}}}}}}}
  /users/{{user_id}}:
    {parameter}
    get: {{responses: {{'200': {{description: d, {content}}}}}}}
  /users/{{user_id}}/settings:
    {parameter}
    get: {{responses: {{'200': {read}}}}}
    put: {{requestBody: {{content: {{application/json: {{schema: {settings}}}}}}}, responses: {{'200': {written}}}}}
",
        read = shown("ana", "2020"),
        written = shown("bob", "2019"),
    );
    let api = MockServer::builder(&Contract::from_text("users.yaml", &text).unwrap()).stateful(true).start();
    for id in ["u1", "u2"] {
        assert_eq!(post(&api, "/users", &json!({"id": id})).status(), 201);
        let path = format!("/users/{id}/settings");
        assert_eq!(get(&api, &path).json()["user_id"], id, "as nobody has changed it yet");
        for sent in [json!({"theme": "light"}), json!({"theme": "dim", "user_id": "cid"})] {
            let put = send(&api, Method::PUT, &path, "application/json", &sent).json();
            assert_eq!((&put["user_id"], &put["theme"]), (&json!(id), &sent["theme"]), "{put}");
            assert_eq!(get(&api, &path).json(), put);
        }
    }
}

/// The same things in two lists, of which a rule changes one.
#[test]
fn lists_of_the_same_things_are_shown_each_by_its_own_rules() {
    let (one, list, envelope) = (json_of("Tag"), json_of("Tags"), json_of("Envelope"));
    let create = format!("{{requestBody: {one}, responses: {{\"201\": {one}}}}}");
    let search = format!("  /tags/search:\n    get: {{responses: {{\"200\": {list}}}}}");
    let contract = tags(&create, &format!("{{responses: {{\"200\": {envelope}}}}}"), &search);
    for (first, second) in [("/tags", "/tags/search"), ("/tags/search", "/tags")] {
        let rule = Capitals { alters: Alters::EachThing, asked: Arc::default() };
        let contract = contract.clone().with_rule("GET /tags", rule);
        let api = MockServer::builder(&contract).stateful(true).start();
        let mut tag = post(&api, "/tags", &json!({"name": "a", "key": "canary"})).json();
        let plain = tag.clone();
        assert!(plain.get("key").is_none(), "it is never shown");
        tag["name"] = tag["name"].as_str().unwrap().to_uppercase().into();
        assert_ne!(tag, plain);
        for path in [first, second, first, second] {
            let expected = if path == "/tags" { json!({"tags": [tag]}) } else { json!([plain]) };
            assert_eq!(get(&api, path).json(), expected, "{path} of {first} and {second}");
        }
    }
}
