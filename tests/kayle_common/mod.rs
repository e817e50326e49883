//! What the tests of the Kayle bundle have in common: a server at a fixed time, requests with a key, and keys to encrypt with.
#![allow(dead_code, reason = "each test uses some of it")]

use std::time::Duration;

use serde_json::{Value, json};
use standin::{Clock, Method, MockServer, Request, Response, Timestamp, kayle};

pub(crate) const URL: &str = "https://example.com/webhooks/kayle";
pub(crate) const ENDPOINTS: &str = "/v1/webhooks/endpoints";
pub(crate) const DELIVERIES: &str = "/v1/webhooks/deliveries";
pub(crate) const EVENTS: &str = "/v1/webhooks/events";
pub(crate) const SESSIONS: &str = "/v1/sessions";
pub(crate) const ATTEMPTS: &str = "/v1/sessions/attempts/attempts";
pub(crate) const START: &str = "2026-01-01T00:00:00.000Z";

pub(crate) fn server() -> MockServer {
    kayle::builder().clock(Clock::fixed(Timestamp::FIXED)).lenient(true).start()
}

pub(crate) fn minutes(minutes: u64) -> Duration {
    Duration::from_secs(60 * minutes)
}

pub(crate) fn with_key(request: Request) -> Request {
    request.with_header("Authorization", &format!("Bearer {}", kayle::API_KEY))
}

/// The answer to a request with this key.
pub(crate) fn as_key(api: &MockServer, key: &str, request: Request) -> Response {
    api.handle(request.with_header("Authorization", &format!("Bearer {key}")))
}

/// Status and body of an answer that is JSON, or has no body.
#[track_caller]
pub(crate) fn told(response: &Response) -> (u16, Value) {
    let (status, body) = (response.status().as_u16(), response.body());
    let value = if body.is_empty() { Ok(Value::Null) } else { serde_json::from_slice(body) };
    (status, value.unwrap_or_else(|error| panic!("{status} with a body that is no JSON ({error}): {}", String::from_utf8_lossy(body))))
}

/// The server of the contract that answers broken requests as the real one does.
pub(crate) fn as_server() -> MockServer {
    let contract = kayle::contract().with_rule_everywhere(kayle::ServerErrors);
    MockServer::builder(&contract).clock(Clock::fixed(Timestamp::FIXED)).lenient(true).start()
}

/// What the real server's framework finds wrong.
#[track_caller]
pub(crate) fn issues((status, body): (u16, Value)) -> Vec<Value> {
    assert_eq!((status, &body["success"], &body["error"]["name"]), (400, &json!(false), &json!("ZodError")), "{body}");
    serde_json::from_str(text(&body["error"], "message")).expect("a list of issues, as text")
}

#[track_caller]
pub(crate) fn get(api: &MockServer, target: &str) -> (u16, Value) {
    told(&api.handle(with_key(Request::get(target))))
}

#[track_caller]
pub(crate) fn post(api: &MockServer, target: &str, body: &Value) -> (u16, Value) {
    told(&api.handle(with_key(Request::post(target).with_json(body))))
}

/// A request without a body.
#[track_caller]
pub(crate) fn call(api: &MockServer, target: &str) -> (u16, Value) {
    told(&api.handle(with_key(Request::post(target))))
}

#[track_caller]
pub(crate) fn patch(api: &MockServer, target: &str, body: &Value) -> (u16, Value) {
    told(&api.handle(with_key(Request::with_method(Method::PATCH, target).with_json(body))))
}

#[track_caller]
pub(crate) fn delete(api: &MockServer, target: &str) -> (u16, Value) {
    told(&api.handle(with_key(Request::with_method(Method::DELETE, target))))
}

/// The data of an answer that must be a success.
#[track_caller]
pub(crate) fn data((status, body): (u16, Value)) -> Value {
    assert!((200..300).contains(&status), "{status}: {body}");
    assert_eq!(body["error"], Value::Null);
    body["data"].clone()
}

#[track_caller]
pub(crate) fn list(api: &MockServer, target: &str) -> Vec<Value> {
    data(get(api, target)).as_array().expect("a list").clone()
}

/// Status and code of an error in the API's envelope: `data` is null, and of the error there are four texts.
#[track_caller]
pub(crate) fn refused((status, body): (u16, Value)) -> (u16, String) {
    assert!(body.get("data").is_some_and(Value::is_null), "{body}");
    assert!(body.as_object().unwrap().keys().all(|name| ["data", "error", "pagination"].contains(&name.as_str())), "{body}");
    assert_eq!(members(&body["error"]), ["code", "docs", "hint", "message"], "{status}");
    for member in members(&body["error"]) {
        assert!(body["error"][member].as_str().is_some_and(|text| !text.is_empty()), "{status} {member}: {body}");
    }
    assert!(text(&body["error"], "docs").starts_with("https://kayle.id/docs/api/"), "{body}");
    (status, body["error"]["code"].as_str().unwrap().to_owned())
}

/// The names of an object's members, in their order.
#[track_caller]
pub(crate) fn members(value: &Value) -> Vec<&str> {
    value.as_object().unwrap_or_else(|| panic!("no object: {value}")).keys().map(String::as_str).collect()
}

pub(crate) fn not_found() -> (u16, String) {
    (404, "NOT_FOUND".to_owned())
}

pub(crate) fn bad_request() -> (u16, String) {
    (400, "BAD_REQUEST".to_owned())
}

#[track_caller]
pub(crate) fn text<'v>(value: &'v Value, member: &str) -> &'v str {
    value[member].as_str().unwrap_or_else(|| panic!("no text `{member}` in {value}"))
}

pub(crate) fn ids(things: &[Value]) -> Vec<&str> {
    things.iter().map(|thing| text(thing, "id")).collect()
}

/// A new endpoint by the API: its id.
pub(crate) fn endpoint(api: &MockServer) -> String {
    text(&data(post(api, ENDPOINTS, &json!({"url": URL})))["endpoint"], "id").to_owned()
}

/// A public key of 2048 bits.
pub(crate) fn jwk() -> Value {
    json!({"kty": "RSA", "e": "AQAB", "n": format!("w{}", "x".repeat(341))})
}

pub(crate) fn key_body(key_id: &str, jwk: &Value) -> Value {
    json!({"key_id": key_id, "jwk": jwk, "algorithm": "RSA-OAEP-256", "key_type": "RSA"})
}

pub(crate) fn is_random(value: &Value, prefix: &str, length: usize) -> bool {
    let random = value.as_str().and_then(|text| text.strip_prefix(prefix));
    random.is_some_and(|random| random.len() == length && random.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()))
}

/// `2026-01-01T00:00:00.000Z`
pub(crate) fn is_time(value: &Value) -> bool {
    let text = value.as_str().unwrap_or_default();
    let shape: String = text.chars().map(|char| if char.is_ascii_digit() { '0' } else { char }).collect();
    shape == "0000-00-00T00:00:00.000Z" && text.parse::<Timestamp>().is_ok()
}

pub(crate) fn is_uuid(value: &Value) -> bool {
    let groups: Vec<&str> = value.as_str().unwrap_or_default().split('-').collect();
    let is_hex = groups.iter().all(|group| group.bytes().all(|byte| byte.is_ascii_hexdigit() && !byte.is_ascii_uppercase()));
    is_hex && groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
}

/// What a session asks for of one claim.
pub(crate) fn field(reason: &str) -> Value {
    json!({"required": true, "reason": reason})
}

/// A session id that nobody has.
pub(crate) fn unknown_session() -> String {
    format!("vs_{}", "A".repeat(64))
}

/// Nothing that was answered broke the contract.
#[track_caller]
pub(crate) fn all_conform(api: &MockServer) {
    let broken: Vec<String> =
        api.violations().iter().filter(|found| found.step() == standin::Step::Answer).map(ToString::to_string).collect();
    assert_eq!(broken, [""; 0]);
}
