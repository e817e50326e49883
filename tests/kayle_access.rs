//! Who may ask the Kayle API, and what it has beside its operations. The names say which fact is held: `s1_…` is of the section
//! on servers and transport, `s2_…` of that on keys and scopes, `s3_…` of that on the order of checks.

mod kayle_common;

use std::collections::BTreeSet;

use kayle_common::*;
use serde_json::{Value, json};
use standin::{ApiKey, Contract, Method, MockServer, Request, Response, Step, kayle};

/// A server that knows the keys that the document lists and this one, and no others.
fn closed(key: impl Into<ApiKey>) -> MockServer {
    kayle::builder().api_key(key).lenient(true).start()
}

fn with(method: &str, target: &str, authorization: &str) -> Request {
    Request::with_method(method.parse().unwrap(), target).with_header("authorization", authorization)
}

fn ask(api: &MockServer, method: &str, target: &str, key: &str) -> Response {
    as_key(api, key, Request::with_method(method.parse().unwrap(), target))
}

fn status(api: &MockServer, method: &str, target: &str, key: &str) -> u16 {
    ask(api, method, target, key).status().as_u16()
}

fn unauthorized() -> Value {
    json!({"error": {"code": "UNAUTHORIZED", "message": "Unauthorized"}})
}

fn forbidden() -> Value {
    json!({"error": {"code": "FORBIDDEN", "message": "Forbidden"}})
}

fn seen(response: &Response) -> (u16, Option<&str>, String) {
    (response.status().as_u16(), response.header("content-type"), String::from_utf8_lossy(response.body()).into_owned())
}

fn explanation(response: &Response) -> &str {
    response.header("standin-explanation").unwrap_or_default()
}

#[test]
fn s1_three_routes_need_no_key() {
    let api = kayle::start();
    let health = api.handle(Request::get("/"));
    assert_eq!(health.status(), 200);
    let body = health.json();
    assert!(body["data"]["message"].is_string());
    assert_eq!(
        body,
        json!({"data": {"message": body["data"]["message"], "docs": "https://docs.kayle.id", "status": "healthy"}, "error": null})
    );
    let document = api.handle(Request::get("/openapi"));
    assert_eq!((document.status().as_u16(), document.json()), (200, kayle::contract().document().clone()));
    assert!(Contract::from_value("live", document.json()).is_ok());
    let reference = api.handle(Request::get("/reference"));
    let (status, media_type, page) = seen(&reference);
    assert_eq!((status, media_type), (200, Some("text/html; charset=UTF-8")));
    assert!(page.contains("<h1>Kayle ID API</h1>"));
    for path in ["/", "/openapi", "/reference"] {
        let head = api.handle(Request::with_method(Method::HEAD, path));
        let length = api.handle(Request::get(path)).body().len().to_string();
        assert_eq!((head.status().as_u16(), head.body().len(), head.header("content-length")), (200, 0, Some(&*length)), "{path}");
    }
    // Dropped: none of it was a violation.
    assert!(api.violations().is_empty());
}

#[test]
fn s1_unknown_paths_and_methods_are_404_in_plain_text() {
    let api = server();
    let nothing = (404, Some("text/plain; charset=UTF-8"), "404 Not Found".to_owned());
    let table = [
        ("GET", "/nowhere", "route.unknown-path"),
        ("POST", "/", "route.unknown-path"),
        ("GET", "/v1/webhooks/endpoint", "route.unknown-path"),
        ("GET", "/v1/webhooks/endpoints/", "route.unknown-path"),
        ("GET", "/v1", "route.unknown-path"),
        ("PUT", ENDPOINTS, "route.unknown-method"),
        ("DELETE", "/v1/sessions/vs_1/cancel", "route.unknown-method"),
    ];
    for (method, path, code) in table {
        let answer = ask(&api, method, path, kayle::API_KEY);
        assert_eq!(seen(&answer), nothing, "{method} {path}");
        assert!(explanation(&answer).starts_with("route: expected "), "{method} {path}");
        assert_eq!(api.calls().last().violations()[0].code(), code, "{method} {path}");
    }
    assert!(explanation(&ask(&api, "GET", "/v1/webhooks/endpoint", kayle::API_KEY)).contains("did you mean GET /v1/webhooks/endpoints"));
    assert_eq!(seen(&api.handle(Request::get("/nowhere"))), nothing, "above /v1 no key is asked for");
    let head = ask(&api, "HEAD", "/nowhere", kayle::API_KEY);
    assert_eq!((head.status().as_u16(), head.body().len(), head.header("content-length")), (404, 0, Some("13")));
}

#[test]
fn s1_a_mistaken_path_fails_the_test_all_the_same() {
    let api = kayle::start();
    api.expect_violation("route.unknown-path");
    ask(&api, "GET", "/v1/webhooks", kayle::API_KEY);
    assert_eq!(api.violations().len(), 1);
}

#[test]
fn s1_head_is_get_without_a_body_and_needs_the_read_scope() {
    let api = server();
    for (key, expected) in [(kayle::WEBHOOKS_READ_KEY, 200), (kayle::WEBHOOKS_WRITE_KEY, 200), (kayle::SESSIONS_WRITE_KEY, 403)] {
        let (head, get) = (ask(&api, "HEAD", ENDPOINTS, key), ask(&api, "GET", ENDPOINTS, key));
        assert_eq!((head.status().as_u16(), head.body().len()), (expected, 0), "{key}");
        assert_eq!(head.header("content-length"), Some(&*get.body().len().to_string()), "{key}");
        assert_eq!(head.header("content-type"), get.header("content-type"), "{key}");
    }
}

#[cfg(feature = "overlay")]
#[test]
fn s1_the_document_is_shown_with_what_overlays_changed() {
    let overlay = r#"{"overlay": "1.0.0", "info": {"title": "o", "version": "1"},
        "actions": [{"target": "$.info", "update": {"title": "Ours"}}, {"target": "$.paths['/v1/events']", "remove": true}]}"#;
    let contract = kayle::contract_with(&standin::Loader::new().overlay_text("ours.json", overlay)).unwrap();
    let shown = |contract: &Contract| MockServer::start(contract).handle(Request::get("/openapi")).json();
    assert_eq!(shown(&contract), *contract.document());
    assert_eq!((&shown(&contract)["info"]["title"], shown(&contract)["paths"].get("/v1/events")), (&json!("Ours"), None));
    let other =
        Contract::from_value("other", json!({"openapi": "3.1.0", "info": {"title": "Other", "version": "1"}, "paths": {}})).unwrap();
    assert_eq!(shown(&other.and(&kayle::contract())), *kayle::contract().document(), "beside another contract");
}

#[test]
fn s2_without_a_good_key_it_is_401_with_the_exact_body() {
    let api = closed(kayle::API_KEY);
    let unknown = format!("Bearer kk_{}", "x".repeat(32));
    let (key, disabled) = (kayle::API_KEY, format!("Bearer {}", kayle::DISABLED_KEY));
    let basic = "Basic a2s6eA==".to_owned();
    let table = [
        basic,
        unknown,
        disabled,
        "Bearer ".to_owned(),
        format!("bearer {key}"),
        format!("BEARER {key}"),
        format!("Bearer  {key}"),
        key.to_owned(),
        format!("Token {key}"),
        format!("Bearer {}", &key[3..]),
    ];
    // A list, a change, and what there is not.
    for (method, path) in [("GET", ENDPOINTS), ("POST", ENDPOINTS), ("GET", "/v1/nothing")] {
        let answers = table.iter().map(|authorization| (authorization.as_str(), api.handle(with(method, path, authorization))));
        let none = ("none", api.handle(Request::with_method(method.parse().unwrap(), path)));
        for (sent, answer) in answers.chain([none]) {
            assert_eq!((answer.status().as_u16(), answer.json()), (401, unauthorized()), "{method} {path} with {sent}");
            assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
        }
    }
}

#[test]
fn s2_the_key_ends_at_the_next_space() {
    let api = closed("kk_mine");
    assert_eq!(api.handle(with("GET", ENDPOINTS, "Bearer kk_mine and more")).status(), 200);
}

#[test]
fn s2_the_format_of_a_key_is_not_checked() {
    let api = closed("any text");
    assert_eq!(status(&api, "GET", ENDPOINTS, "any"), 401);
    assert_eq!(status(&closed("any"), "GET", ENDPOINTS, "any"), 200);
}

#[test]
fn s2_the_scheme_is_named_and_test_keys_look_like_keys() {
    let scheme = kayle::contract().document()["components"]["securitySchemes"]["bearerAuth"].clone();
    assert_eq!((&scheme["type"], &scheme["scheme"]), (&json!("http"), &json!("bearer")));
    let keys = scheme["x-standin-keys"].as_array().unwrap();
    assert!(keys.len() > 5 && keys.iter().all(|key| is_random(&key["key"], "kk_", 32)), "{keys:?}");
}

#[test]
fn s2_each_scope_opens_its_area() {
    let api = server();
    let (webhooks, sessions) =
        ([kayle::WEBHOOKS_READ_KEY, kayle::WEBHOOKS_WRITE_KEY], [kayle::SESSIONS_READ_KEY, kayle::SESSIONS_WRITE_KEY]);
    for operation in kayle::contract().operations() {
        let path = operation.path().replace("{id}", &unknown_session()).replace(['{', '}'], "");
        let [reads, writes] = if path.starts_with(SESSIONS) { sessions } else { webhooks };
        let method = operation.method().as_str();
        let methods = if method == "GET" { vec!["GET", "HEAD"] } else { vec![method] };
        for (method, key) in methods.iter().flat_map(|method| [webhooks, sessions].concat().into_iter().map(move |key| (*method, key))) {
            let may = key == writes || (method != "POST" && method != "PATCH" && method != "DELETE" && key == reads);
            let answer = ask(&api, method, &path, key);
            assert_eq!(answer.status() != 403, may, "{method} {path} with {key}: {}", answer.status());
            if !may && method != "HEAD" {
                assert_eq!(answer.json(), forbidden(), "{method} {path} with {key}");
            }
        }
        assert_eq!(status(&api, method, &path, kayle::ANALYTICS_READ_KEY), 403, "{method} {path}");
        for key in [kayle::API_KEY, kayle::OTHER_API_KEY] {
            assert_ne!(status(&api, method, &path, key), 403, "{method} {path} with {key}");
        }
    }
}

#[test]
fn s2_the_scopes_are_these() {
    let contract = kayle::contract();
    let asked = contract.operations().iter().flat_map(|operation| {
        let scopes = operation.security().flat_map(|one| one.into_iter().flat_map(|(_, scopes)| scopes.to_vec()).collect::<Vec<_>>());
        scopes.collect::<Vec<_>>()
    });
    let expected = ["sessions:read", "sessions:write", "webhooks:read", "webhooks:write"];
    assert_eq!(asked.collect::<BTreeSet<String>>(), expected.map(str::to_owned).into());
}

#[test]
fn s2_unknown_scopes_are_ignored_and_without_any_it_is_403_everywhere() {
    let odd = closed(ApiKey::new("odd").with_scopes(["webhooks:fly", "sessions:read"]));
    assert_eq!([status(&odd, "GET", ENDPOINTS, "odd"), status(&odd, "GET", "/v1/sessions", "odd")], [403, 200]);
    let none = closed(ApiKey::new("none").with_scopes([""; 0]));
    for operation in kayle::contract().operations() {
        assert_eq!(status(&none, operation.method().as_str(), operation.path(), "none"), 403, "{}", operation.name());
    }
}

#[test]
fn s2_a_frozen_organization_is_410() {
    let api = server();
    for (method, path) in [("GET", ENDPOINTS), ("POST", "/v1/sessions"), ("GET", "/v1/nothing"), ("PUT", ENDPOINTS)] {
        let answer = ask(&api, method, path, kayle::FROZEN_KEY);
        let (status, body) = told(&answer);
        assert_eq!((status, &body["error"]["code"]), (410, &json!("ORGANIZATION_FROZEN")), "{method} {path}");
        assert_eq!(members(&body), ["error"], "{method} {path}: neither data nor pagination");
        assert_eq!(members(&body["error"]), ["code", "message"], "{method} {path}: neither hint nor docs");
        assert!(!text(&body["error"], "message").is_empty());
    }
}

#[test]
fn s3_the_key_comes_before_the_route_below_v1() {
    let api = closed(kayle::API_KEY);
    assert_eq!(status(&api, "GET", "/v1/nothing", "kk_unknown"), 401);
    assert_eq!(status(&api, "PUT", ENDPOINTS, kayle::DISABLED_KEY), 401);
    assert_eq!(status(&api, "GET", "/v1/nothing", kayle::FROZEN_KEY), 410);
    assert_eq!(status(&api, "GET", "/v1/nothing", kayle::ANALYTICS_READ_KEY), 404);
    assert_eq!(status(&api, "GET", "/v2/nothing", "kk_unknown"), 404);
}

#[test]
fn s3_a_frozen_organization_comes_before_scopes() {
    let api = closed(ApiKey::new("k").with_scopes(["sessions:read"]).refused(410));
    assert_eq!([status(&api, "GET", ENDPOINTS, "k"), status(&api, "POST", "/v1/sessions", "k")], [410, 410]);
}

#[test]
fn s3_scopes_come_before_parameters_and_bodies() {
    let api = server();
    let broken = format!("{ENDPOINTS}?limit=0");
    assert_eq!(status(&api, "GET", &broken, kayle::SESSIONS_READ_KEY), 403);
    assert_eq!(status(&api, "GET", &broken, kayle::WEBHOOKS_READ_KEY), 400);
    let create = |key: &str| as_key(&api, key, Request::post(ENDPOINTS).with_json(&json!({"url": 5}))).status().as_u16();
    assert_eq!([create(kayle::WEBHOOKS_READ_KEY), create(kayle::WEBHOOKS_WRITE_KEY)], [403, 400]);
}

#[test]
fn s3_parameters_come_before_bodies() {
    // The only parameter beside a body that can be wrong: by being given twice.
    let target = format!("{SESSIONS}?include_attempts=1&include_attempts=2");
    for body in ["{", r#"{"redirect_url": 5}"#, r#"{"share_fields": 5}"#, r#"{"redirect_url": "ftp://x"}"#] {
        let request = || with_key(Request::post(&target)).with_header("Content-Type", "application/json").with_body(body);
        let api = server();
        let answer = told(&api.handle(request()));
        assert_eq!(api.calls().last().violations().first().map(standin::Violation::step), Some(Step::Parameters), "{body}");
        assert!(text(&answer.1["error"], "message").starts_with("query include_attempts"), "{body}: {}", answer.1);
        assert_eq!(refused(answer), bad_request(), "{body}");
        let issues = issues(told(&as_server().handle(request())));
        assert_eq!(issues.iter().map(|issue| &issue["path"]).collect::<Vec<_>>(), [&json!(["include_attempts"])], "{body}");
    }
}
