//! What all operations have in common: where they are, how they answer, whose things they see, and what their errors say.

mod kayle_common;

use std::collections::BTreeSet;

use kayle_common::*;
use serde_json::{Value, json};
use standin::{Method, MockServer, Operation, Request, kayle};

/// Method, path, and the status of success.
const OPERATIONS: [(&str, &str, u16); 24] = [
    ("GET", "/v1/webhooks/endpoints", 200),
    ("POST", "/v1/webhooks/endpoints", 200),
    ("GET", "/v1/webhooks/endpoints/{endpoint_id}", 200),
    ("PATCH", "/v1/webhooks/endpoints/{endpoint_id}", 200),
    ("DELETE", "/v1/webhooks/endpoints/{endpoint_id}", 200),
    ("POST", "/v1/webhooks/endpoints/{endpoint_id}/signing-secret/reveal", 200),
    ("POST", "/v1/webhooks/endpoints/{endpoint_id}/signing-secret/rotate", 200),
    ("POST", "/v1/webhooks/endpoints/{endpoint_id}/keys", 200),
    ("GET", "/v1/webhooks/endpoints/{endpoint_id}/keys", 200),
    ("POST", "/v1/webhooks/keys/{key_id}/deactivate", 200),
    ("POST", "/v1/webhooks/keys/{key_id}/reactivate", 200),
    ("GET", "/v1/webhooks/deliveries", 200),
    ("POST", "/v1/webhooks/deliveries/{delivery_id}/retry", 200),
    ("GET", "/v1/webhooks/events", 200),
    ("GET", "/v1/webhooks/events/{event_id}", 200),
    ("POST", "/v1/webhooks/events/{event_id}/replay", 202),
    ("GET", "/v1/events", 200),
    ("GET", "/v1/events/{event_id}", 200),
    ("POST", "/v1/events/{event_id}/replay", 202),
    ("GET", "/v1/sessions", 200),
    ("POST", "/v1/sessions", 200),
    ("GET", "/v1/sessions/{id}", 200),
    ("POST", "/v1/sessions/{id}/cancel", 204),
    ("GET", "/v1/sessions/attempts/attempts", 200),
];

/// Ids of one thing of each kind, by the names that paths have for them.
type Ids = [(&'static str, String); 5];

/// A server with one thing of each kind.
fn filled() -> (MockServer, Ids) {
    let api = kayle::builder().lenient(true).start();
    let handle = kayle::handle(&api);
    let endpoint = handle.seed_endpoint(URL).id().to_owned();
    let key = handle.register_key(&endpoint, "mine", &jwk());
    let session = handle.seed_session();
    session.start_attempt();
    session.cancel();
    let session = session.id().to_owned();
    let id = |things: Vec<Value>| text(&things[0], "id").to_owned();
    let (delivery, event) = (id(handle.deliveries()), id(handle.events()));
    let ids = [("endpoint_id", endpoint), ("key_id", key), ("delivery_id", delivery), ("event_id", event), ("id", session)];
    (api, ids)
}

/// Ids that have the right shape, and that nobody has.
fn nobody_s() -> Ids {
    let others = ["endpoint_id", "key_id", "delivery_id", "event_id"].map(|name| (name, "x".to_owned()));
    let [endpoint, key, delivery, event] = others;
    [endpoint, key, delivery, event, ("id", unknown_session())]
}

/// A request for an operation that breaks nothing.
fn request(operation: &Operation, ids: &Ids) -> Request {
    let path = ids.iter().fold(operation.path().to_owned(), |path, (name, id)| path.replace(&format!("{{{name}}}"), id));
    let query = if path == ATTEMPTS { "?status=failed" } else { "" };
    let request = Request::with_method(operation.method().clone(), &format!("{path}{query}"));
    match operation.id() {
        Some("createWebhookEndpoint") => request.with_json(&json!({"url": URL})),
        Some("updateWebhookEndpoint") => request.with_json(&json!({"enabled": false})),
        Some("registerWebhookKey") => request.with_json(&key_body("mine", &jwk())),
        _ => request,
    }
}

fn is_list(operation: &Operation) -> bool {
    operation.id().is_some_and(|id| id.starts_with("list"))
}

#[test]
fn the_operations_are_these_24() {
    let contract = kayle::contract();
    let declared: BTreeSet<(&str, &str)> =
        contract.operations().iter().map(|operation| (operation.method().as_str(), operation.path())).collect();
    assert_eq!(declared, OPERATIONS.iter().map(|(method, path, _)| (*method, *path)).collect());
    for (method, path, _) in OPERATIONS {
        let tags = &contract.document()["paths"][path][method.to_ascii_lowercase()]["tags"];
        let expected = if path.starts_with(SESSIONS) { "Sessions" } else { "Webhooks" };
        assert_eq!(*tags, json!([expected]), "{method} {path}");
    }
}

#[test]
fn every_operation_answers_in_its_envelope() {
    for (method, path, status) in OPERATIONS {
        let contract = kayle::contract();
        let operation = contract.operation_for(&method.parse().unwrap(), path).unwrap();
        let (api, ids) = filled();
        let response = api.handle(with_key(request(operation, &ids)));
        let (found, body) = told(&response);
        assert_eq!(found, status, "{method} {path}: {body}");
        assert!(api.violations().is_empty(), "{method} {path}");
        if status == 204 {
            assert!(response.body().is_empty(), "{path}");
            continue;
        }
        let expected = if is_list(operation) { vec!["data", "error", "pagination"] } else { vec!["data", "error"] };
        assert_eq!((members(&body), &body["error"]), (expected, &Value::Null), "{method} {path}");
        assert_eq!(response.header("content-type"), Some("application/json"), "{method} {path}");
        if is_list(operation) {
            assert_eq!(body["data"].as_array().map(Vec::len), Some(1), "{path}: {body}");
            assert_eq!(body["pagination"], json!({"limit": 10, "has_more": false, "next_cursor": null}), "{path}");
        }
        all_conform(&api);
    }
}

#[test]
fn without_state_every_operation_answers_for_any_id() {
    for operation in kayle::contract().operations() {
        let api = kayle::builder().stateful(false).start();
        let ids = nobody_s().map(|(name, id)| (name, if name == "id" { id } else { format!("{name}_1") }));
        let status = api.handle(with_key(request(operation, &ids))).status();
        assert!(status.is_success(), "{}: {status}", operation.name());
        assert!(api.violations().is_empty());
    }
}

#[test]
fn an_id_of_any_shape_is_just_not_found() {
    let (api, _) = filled();
    let mut asked = 0;
    for operation in kayle::contract().operations().iter().filter(|operation| operation.path().contains("_id}")) {
        for id in ["x", "whe_", "evt_1", "%20", "%C3%A9", "..", "vs_no", &"9".repeat(300)] {
            let ids = nobody_s().map(|(name, _)| (name, id.to_owned()));
            let answer = told(&api.handle(with_key(request(operation, &ids))));
            // An endpoint that there is not has no keys, which is no error.
            if is_list(operation) {
                assert_eq!(data(answer), json!([]), "{id}");
            } else {
                assert_eq!(refused(answer), not_found(), "{} {id}", operation.name());
            }
        }
        asked += 1;
    }
    assert_eq!(asked, 14);
}

#[test]
fn the_id_of_a_session_has_a_shape() {
    let (api, _) = filled();
    let random = "a".repeat(63);
    for path in ["", "/cancel"] {
        let ask =
            |id: &str| if path.is_empty() { get(&api, &format!("{SESSIONS}/{id}")) } else { call(&api, &format!("{SESSIONS}/{id}{path}")) };
        for id in [format!("vs_{random}1"), format!("vs_{random}Z"), unknown_session()] {
            assert_eq!(refused(ask(&id)), not_found(), "{id}");
        }
        for id in ["x".to_owned(), format!("vs_{random}"), format!("vs_{random}11"), format!("va_{random}1"), format!("vs_{random}-")] {
            assert_eq!(refused(ask(&id)), bad_request(), "{id}");
        }
    }
}

#[test]
fn what_another_organization_has_is_not_there() {
    for operation in kayle::contract().operations() {
        let (api, ids) = filled();
        let before = api.state().as_json().clone();
        let theirs = told(&as_key(&api, kayle::OTHER_API_KEY, request(operation, &ids)));
        let unknown = told(&as_key(&api, kayle::OTHER_API_KEY, request(operation, &nobody_s())));
        if is_list(operation) {
            assert_eq!(data(theirs), json!([]), "{}", operation.name());
        } else if operation.path().contains('{') {
            assert_eq!(refused(theirs), refused(unknown), "{}: one as the other", operation.name());
            assert_eq!(*api.state().as_json(), before, "{}", operation.name());
        }
    }
}

#[test]
fn errors_lead_to_where_their_operation_is_explained() {
    let (api, ids) = filled();
    kayle::handle(&api).seed_session().cancel();
    let endpoint = &ids[0].1;
    data(delete(&api, &format!("{ENDPOINTS}/{endpoint}")));
    let event = &ids[3].1;
    let session = unknown_session();
    let (nothing, endpoint) = (json!({}), json!({"url": URL}));
    let key = key_body("k", &jwk());
    let claims = json!({"share_fields": 1});
    let url = json!({"redirect_url": "ftp://x"});
    let table: Vec<(&str, String, Option<&Value>, u16, &str)> = vec![
        ("POST", ENDPOINTS.into(), Some(&nothing), 400, "webhooks/endpoints#create"),
        ("GET", format!("{ENDPOINTS}/x"), None, 404, "webhooks/endpoints#get-by-id"),
        ("PATCH", format!("{ENDPOINTS}/x"), Some(&nothing), 400, "webhooks/endpoints#update"),
        ("PATCH", format!("{ENDPOINTS}/x"), Some(&endpoint), 404, "webhooks/endpoints#update"),
        ("DELETE", format!("{ENDPOINTS}/x"), None, 404, "webhooks/endpoints#delete"),
        ("POST", format!("{ENDPOINTS}/x/signing-secret/reveal"), None, 404, "webhooks/endpoints#reveal-signing-secret"),
        ("POST", format!("{ENDPOINTS}/x/signing-secret/rotate"), None, 404, "webhooks/endpoints#rotate-signing-secret"),
        ("POST", format!("{ENDPOINTS}/x/keys"), Some(&nothing), 400, "webhooks/keys#create"),
        ("POST", format!("{ENDPOINTS}/x/keys"), Some(&key), 404, "webhooks/keys#create"),
        ("POST", "/v1/webhooks/keys/x/deactivate".into(), None, 404, "webhooks/keys#deactivate"),
        ("POST", "/v1/webhooks/keys/x/reactivate".into(), None, 404, "webhooks/keys#reactivate"),
        ("POST", format!("{DELIVERIES}/x/retry"), None, 404, "webhooks/deliveries#retry"),
        ("GET", format!("{EVENTS}/x"), None, 404, "webhooks/events#get-by-id"),
        ("POST", format!("{EVENTS}/x/replay"), None, 404, "webhooks/events#replay"),
        ("POST", format!("{EVENTS}/{event}/replay"), None, 409, "webhooks/events#replay"),
        ("GET", "/v1/events/x".into(), None, 404, "webhooks/events#get-by-id"),
        ("POST", "/v1/events/x/replay".into(), None, 404, "webhooks/events#replay"),
        ("POST", format!("/v1/events/{event}/replay"), None, 409, "webhooks/events#replay"),
        ("POST", SESSIONS.into(), Some(&url), 400, "sessions#create"),
        ("POST", SESSIONS.into(), Some(&claims), 400, "sessions#create"),
        ("GET", format!("{SESSIONS}/x"), None, 400, "sessions#get-by-id"),
        ("GET", format!("{SESSIONS}/{session}"), None, 404, "sessions#get-by-id"),
        ("POST", format!("{SESSIONS}/x/cancel"), None, 400, "sessions#cancel-by-id"),
        ("POST", format!("{SESSIONS}/{session}/cancel"), None, 404, "sessions#cancel-by-id"),
        ("GET", ATTEMPTS.into(), None, 400, "sessions/attempts"),
    ];
    for (method, path, body, status, suffix) in table {
        let request = with_key(Request::with_method(method.parse().unwrap(), &path));
        let (found, answer) = told(&api.handle(body.into_iter().fold(request, Request::with_json)));
        let docs = answer["error"]["docs"].as_str();
        assert_eq!((found, docs), (status, Some(&*format!("https://kayle.id/docs/api/{suffix}"))), "{method} {path}: {answer}");
        refused((found, answer));
    }
}

#[test]
fn a_500_has_a_body_that_is_pinned() {
    let error = json!({
        "code": "INTERNAL_SERVER_ERROR", "message": "Internal server error.", "hint": "The server encountered an error.",
        "docs": "https://kayle.id/docs/api/errors"
    });
    let (api, ids) = filled();
    for operation in kayle::contract().operations().iter().filter(|operation| operation.method() != Method::HEAD) {
        let (status, body) = told(&api.handle(with_key(request(operation, &ids)).with_header("Prefer", "code=500")));
        let mut expected = json!({"data": null, "error": error});
        if is_list(operation) {
            expected["pagination"] = json!({"limit": 10, "has_more": false, "next_cursor": null});
        }
        assert_eq!((status, body), (500, expected), "{}", operation.name());
    }
    // Not only where it is asked for.
    let full = kayle::builder().state_limit(0).lenient(true).start();
    assert_eq!(call(&full, SESSIONS), (500, json!({"data": null, "error": error})));
}

#[test]
fn the_declared_statuses_are_those_that_can_be() {
    let contract = kayle::contract();
    for operation in contract.operations() {
        let statuses: BTreeSet<String> = operation.statuses().collect();
        let has = |status: &str| statuses.contains(status);
        let name = operation.name();
        assert!(["401", "403", "410", "500"].into_iter().all(has), "{name}: {statuses:?}");
        let is_on_one = operation.path().contains('{') && !is_list(operation);
        assert_eq!(has("404"), is_on_one, "{name}: {statuses:?}");
        assert_eq!(has("409"), operation.path().ends_with("/replay"), "{name}: {statuses:?}");
        let takes_body = ["createWebhookEndpoint", "updateWebhookEndpoint", "registerWebhookKey", "createSession"];
        let can_be_wrong = is_list(operation) || operation.path().contains("{id}") || takes_body.contains(&operation.id().unwrap());
        assert_eq!(has("400"), can_be_wrong, "{name}: {statuses:?}");
        assert!(!has("201") && !has("405") && !has("415") && !has("422") && !has("429"), "{name}: {statuses:?}");
    }
}
