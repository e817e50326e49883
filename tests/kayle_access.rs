//! Who may ask the Kayle API, and what it has beside its operations. The names say which fact is held: `s1_…` is of the section
//! on servers and transport, `s2_…` of that on keys and scopes, `s3_…` of that on the order of checks.

use serde_json::{Value, json};
use standin::{ApiKey, Contract, Method, MockServer, Request, Response, Step, Violation, kayle};

const ENDPOINTS: &str = "/v1/webhooks/endpoints";

fn lenient() -> MockServer {
    kayle::builder().lenient(true).start()
}

/// A server that knows the keys that the document lists and this one, and no others.
fn closed(key: impl Into<ApiKey>) -> MockServer {
    kayle::builder().api_key(key).lenient(true).start()
}

fn with(method: &str, target: &str, authorization: &str) -> Request {
    Request::with_method(method.parse().unwrap(), target).with_header("authorization", authorization)
}

fn keyed(method: &str, target: &str, key: &str) -> Request {
    with(method, target, &format!("Bearer {key}"))
}

fn ask(api: &MockServer, method: &str, target: &str, key: &str) -> Response {
    api.handle(keyed(method, target, key))
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
    let api = lenient();
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
    let api = lenient();
    for (key, expected) in [(kayle::WEBHOOKS_READ_KEY, 200), (kayle::WEBHOOKS_WRITE_KEY, 200), (kayle::SESSIONS_WRITE_KEY, 403)] {
        let head = ask(&api, "HEAD", ENDPOINTS, key);
        assert_eq!((head.status().as_u16(), head.body().len()), (expected, 0), "{key}");
    }
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
fn s2_each_scope_opens_its_area() {
    let api = lenient();
    let one = "vs_0000000000000000000000000000000000000000000000000000000000000000";
    let session = format!("/v1/sessions/{one}");
    let cancel = format!("/v1/sessions/{one}/cancel");
    // Of each: who passes the check of scopes, of those that may only read and those that may write.
    let (webhooks, sessions) =
        ([kayle::WEBHOOKS_READ_KEY, kayle::WEBHOOKS_WRITE_KEY], [kayle::SESSIONS_READ_KEY, kayle::SESSIONS_WRITE_KEY]);
    let table: [(&str, &str, [&str; 2], bool); 15] = [
        ("GET", ENDPOINTS, webhooks, true),
        ("POST", ENDPOINTS, webhooks, false),
        ("GET", "/v1/webhooks/endpoints/whe_1", webhooks, true),
        ("PATCH", "/v1/webhooks/endpoints/whe_1", webhooks, false),
        ("DELETE", "/v1/webhooks/endpoints/whe_1", webhooks, false),
        ("POST", "/v1/webhooks/endpoints/whe_1/signing-secret/reveal", webhooks, false),
        ("POST", "/v1/webhooks/endpoints/whe_1/signing-secret/rotate", webhooks, false),
        ("POST", "/v1/webhooks/deliveries/whd_1/retry", webhooks, false),
        ("POST", "/v1/webhooks/events/evt_1/replay", webhooks, false),
        ("GET", "/v1/events", webhooks, true),
        ("POST", "/v1/events/evt_1/replay", webhooks, false),
        ("GET", "/v1/sessions", sessions, true),
        ("POST", "/v1/sessions", sessions, false),
        ("GET", &session, sessions, true),
        ("POST", &cancel, sessions, false),
    ];
    let scoped = [webhooks, sessions].concat();
    for (method, path, [reads, writes], is_read) in table {
        for key in scoped.iter().copied().chain([kayle::ANALYTICS_READ_KEY]) {
            let may = key == writes || (is_read && key == reads);
            let answer = ask(&api, method, path, key);
            assert_eq!(answer.status() != 403, may, "{method} {path} with {key}: {}", answer.status());
            if !may {
                assert_eq!(answer.json(), forbidden(), "{method} {path} with {key}");
            }
        }
        for key in [kayle::API_KEY, kayle::OTHER_API_KEY] {
            assert_ne!(status(&api, method, path, key), 403, "{method} {path} with {key}");
        }
    }
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
    let api = lenient();
    for (method, path) in [("GET", ENDPOINTS), ("POST", "/v1/sessions"), ("GET", "/v1/nothing"), ("PUT", ENDPOINTS)] {
        let answer = ask(&api, method, path, kayle::FROZEN_KEY);
        let message = "This organization is about to be deleted.";
        assert_eq!(
            (answer.status().as_u16(), answer.json()["error"]["code"].clone()),
            (410, "ORGANIZATION_FROZEN".into()),
            "{method} {path}"
        );
        let told = answer.json()["error"]["message"].as_str().unwrap().to_owned();
        assert!(told == message || told.contains("a key whose owner is gone"), "{told}");
        assert_eq!(answer.json().as_object().unwrap().len(), 1, "neither data nor pagination");
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
    let api = lenient();
    let broken = format!("{ENDPOINTS}?limit=0");
    assert_eq!(status(&api, "GET", &broken, kayle::SESSIONS_READ_KEY), 403);
    assert_eq!(status(&api, "GET", &broken, kayle::WEBHOOKS_READ_KEY), 400);
    let create = |key: &str| api.handle(keyed("POST", ENDPOINTS, key).with_json(&json!({"url": 5}))).status().as_u16();
    assert_eq!([create(kayle::WEBHOOKS_READ_KEY), create(kayle::WEBHOOKS_WRITE_KEY)], [403, 400]);
}

#[test]
fn s3_parameters_come_before_bodies() {
    // No operation has a body and a parameter that can be wrong: what is told first is the parameter, whatever is sent beside it.
    let api = lenient();
    let answer = api.handle(keyed("POST", "/v1/sessions/short/cancel", kayle::API_KEY).with_json(&json!({"url": 5})));
    assert_eq!(answer.status(), 400);
    assert_eq!(api.calls().last().violations().first().map(Violation::step), Some(Step::Parameters));
    assert!(answer.json()["error"]["message"].as_str().unwrap().starts_with("path id"));
}
