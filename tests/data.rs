//! Made-up data, seen through the engine: what agrees with what, and what never changes.

use serde_json::{Value, json};
use standin::{Contract, Locale, MockServer, Request};

/// A shop: customers, each with orders; `more` stands where a document may grow.
fn shop(more_paths: &Value, more_properties: &Value) -> Value {
    let list = |name: &str| {
        json!({"type": "object", "required": ["data", "has_more"], "properties": {
            "data": {"type": "array", "items": {"$ref": format!("#/components/schemas/{name}")}}, "has_more": {"type": "boolean"}
        }})
    };
    let answer = |schema: Value| json!({"responses": {"200": {"description": "d", "content": {"application/json": {"schema": schema}}}}});
    let one = |name: &str| answer(json!({"$ref": format!("#/components/schemas/{name}")}));
    let id = json!([{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}]);
    let mut paths = json!({
        "/customers": {"get": answer(list("Customer")), "post": one("Customer")},
        "/customers/{id}": {"parameters": id, "get": one("Customer"), "patch": one("Customer")},
        "/orders/{id}": {"parameters": id, "get": one("Order")},
    });
    paths.as_object_mut().unwrap().extend(more_paths.as_object().unwrap().clone());
    let time = json!({"type": "string", "format": "date-time"});
    let mut customer = json!({"id": {"type": "string"}, "name": {"type": "string"}, "email": {"type": "string", "format": "email"},
        "created_at": time, "updated_at": time, "balance": {"type": "integer"},
        "tier": {"enum": ["free", "paid", "trial"]}, "contact": {"oneOf": [{"$ref": "#/components/schemas/Phone"}, {"$ref": "#/components/schemas/Post"}]}});
    customer.as_object_mut().unwrap().extend(more_properties.as_object().unwrap().clone());
    json!({"openapi": "3.1.0", "info": {"title": "Shop", "version": "1"}, "paths": paths, "components": {"schemas": {
        "Customer": {"type": "object", "required": ["id", "name"], "properties": customer},
        "Order": {"type": "object", "required": ["id", "customer"], "properties": {
            "id": {"type": "string"}, "customer": {"$ref": "#/components/schemas/Customer"}, "total": {"type": "number", "multipleOf": 0.01}
        }},
        "Phone": {"type": "object", "required": ["phone"], "properties": {"phone": {"type": "string"}}},
        "Post": {"type": "object", "required": ["street"], "properties": {"street": {"type": "string"}}},
    }}})
}

fn server(document: &Value) -> MockServer {
    MockServer::builder(&Contract::from_value("shop", document.clone()).unwrap()).seed(5).start()
}

fn get(api: &MockServer, path: &str) -> Value {
    let answer = api.handle(Request::get(path));
    assert_eq!(answer.status(), 200, "{path}");
    answer.json()
}

#[test]
fn an_entity_looks_the_same_wherever_it_is_shown() {
    let api = server(&shop(&json!({}), &json!({})));
    let list = get(&api, "/customers");
    let shown = list["data"].as_array().unwrap();
    assert!(shown.len() >= 2, "{list}");
    for customer in shown {
        let path = format!("/customers/{}", customer["id"].as_str().unwrap());
        assert_eq!(&get(&api, &path), customer, "{path}");
    }
    let order = get(&api, "/orders/ord_0123456789");
    assert_eq!(order["id"], "ord_0123456789");
    let path = format!("/customers/{}", order["customer"]["id"].as_str().unwrap());
    assert_eq!(get(&api, &path), order["customer"], "also where it is a part of another");
}

#[test]
fn reading_changes_nothing_and_creating_makes_something_new() {
    let api = server(&shop(&json!({}), &json!({})));
    assert_eq!(get(&api, "/customers"), get(&api, "/customers"));
    let create = || api.handle(Request::post("/customers")).json();
    let (first, second) = (create(), create());
    assert_ne!(first["id"], second["id"]);
    assert_eq!(first["created_at"], "2026-01-01T00:00:00.000Z", "it comes to be now");
    let read = get(&api, &format!("/customers/{}", first["id"].as_str().unwrap()));
    assert_eq!((&read["name"], &read["email"]), (&first["name"], &first["email"]), "what was created is what is read");
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_gives_others() {
    let document = shop(&json!({}), &json!({}));
    let bytes = |seed: u64| {
        let api = MockServer::builder(&Contract::from_value("shop", document.clone()).unwrap()).seed(seed).start();
        ["/customers", "/customers/a", "/orders/b"].map(|path| api.handle(Request::get(path)).body().clone())
    };
    assert_eq!(bytes(1), bytes(1));
    assert!(bytes(1).iter().zip(bytes(2)).all(|(one, other)| *one != other));
}

#[test]
fn what_is_added_to_a_document_changes_nothing_else() {
    let before = server(&shop(&json!({}), &json!({})));
    let more_paths = json!({"/a-first": {"get": {"responses": {"204": {"description": "d"}}}}, "/orders": {"get": {"responses": {}}}});
    let more = json!({"aaa": {"type": "string"}, "nickname": {"type": "string"}, "zzz": {"type": "integer"}});
    let mut grown = shop(&more_paths, &more);
    // The members stand in another order, too.
    let schemas = grown["components"]["schemas"].as_object_mut().unwrap();
    let reversed = schemas.clone().into_iter().rev().collect();
    *schemas = reversed;
    let after = server(&grown);
    for path in ["/customers", "/customers/some-customer", "/orders/some-order"] {
        let mut later = get(&after, path);
        without(&mut later, &["aaa", "nickname", "zzz"]);
        assert_eq!(get(&before, path), later, "{path}");
    }
}

fn without(value: &mut Value, names: &[&str]) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| without(item, names)),
        Value::Object(members) => {
            members.retain(|name, _| !names.contains(&name.as_str()));
            members.values_mut().for_each(|member| without(member, names));
        }
        _ => {}
    }
}

#[test]
fn how_much_is_made_can_be_said() {
    let contract = Contract::from_value("shop", shop(&json!({}), &json!({}))).unwrap();
    let members = |api: &MockServer| get(api, "/customers/c").as_object().unwrap().len();
    let builder = || MockServer::builder(&contract).seed(3);
    assert_eq!(members(&builder().start()), 8);
    assert_eq!(members(&builder().required_only(true).start()), 2);
    let some: Vec<usize> = (0..20).map(|seed| members(&builder().seed(seed).optional_members(50).start())).collect();
    assert!(some.iter().all(|count| (2..=8).contains(count)) && some.iter().sum::<usize>().abs_diff(100) < 30, "{some:?}");
    assert_eq!(get(&builder().list_items(7).start(), "/customers")["data"].as_array().unwrap().len(), 7);
    assert_eq!(get(&builder().list_items(0).start(), "/customers")["data"], json!([]));
}

#[test]
fn people_have_names_of_the_language_that_is_asked_for() {
    let contract = Contract::from_value("shop", shop(&json!({}), &json!({"first_name": {"type": "string"}}))).unwrap();
    let name = |locale: Locale| get(&MockServer::builder(&contract).seed(3).locale(locale).start(), "/customers/c")["first_name"].clone();
    assert_ne!(name(Locale::Ja), name(Locale::En));
    assert!(!name(Locale::Ja).as_str().unwrap().is_ascii());
}

#[test]
fn what_x_faker_names_is_made_by_it_where_it_fits() {
    let faked = |schema: Value| {
        let document = shop(&json!({}), &json!({"x": schema}));
        get(&server(&document), "/customers/c")["x"].clone()
    };
    let price = faked(json!({"type": "number", "x-faker": {"number.int": {"min": 5, "max": 6}}}));
    assert!(price == 5 || price == 6, "{price}");
    assert!(faked(json!({"type": "string", "x-faker": "internet.email"})).as_str().unwrap().contains('@'));
    assert!(faked(json!({"type": "integer", "x-faker": "internet.email"})).is_i64(), "what does not fit is not taken");
    let contract = Contract::from_value("shop", shop(&json!({}), &json!({"x": {"x-faker": "internet.emial"}}))).unwrap();
    let warning = contract.warnings().iter().find(|warning| warning.code() == "faker.unknown").unwrap().to_string();
    assert!(warning.contains("did you mean `internet.email`"), "{warning}");
}
