//! What the tests of the Kayle bundle have in common: a server at a fixed time, requests with a key, and keys to encrypt with.
#![allow(dead_code, reason = "each test uses some of it")]

use std::time::Duration;

use serde_json::{Value, json};
use standin::{Clock, Method, MockServer, Request, Response, Timestamp, kayle};

pub(crate) const URL: &str = "https://example.com/webhooks/kayle";
pub(crate) const ENDPOINTS: &str = "/v1/webhooks/endpoints";
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

fn told(response: &Response) -> (u16, Value) {
    let body = if response.body().is_empty() { Value::Null } else { serde_json::from_slice(response.body()).unwrap_or_default() };
    (response.status().as_u16(), body)
}

pub(crate) fn get(api: &MockServer, target: &str) -> (u16, Value) {
    told(&api.handle(with_key(Request::get(target))))
}

pub(crate) fn post(api: &MockServer, target: &str, body: &Value) -> (u16, Value) {
    told(&api.handle(with_key(Request::post(target).with_json(body))))
}

/// A request without a body.
pub(crate) fn call(api: &MockServer, target: &str) -> (u16, Value) {
    told(&api.handle(with_key(Request::post(target))))
}

pub(crate) fn patch(api: &MockServer, target: &str, body: &Value) -> (u16, Value) {
    told(&api.handle(with_key(Request::with_method(Method::PATCH, target).with_json(body))))
}

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

/// Status and code of an error in the API's envelope.
#[track_caller]
pub(crate) fn refused((status, body): (u16, Value)) -> (u16, String) {
    assert_eq!(body["data"], Value::Null, "{body}");
    for member in ["code", "message", "hint", "docs"] {
        assert!(body["error"][member].as_str().is_some_and(|text| !text.is_empty()), "{status} {member}: {body}");
    }
    (status, body["error"]["code"].as_str().unwrap().to_owned())
}

pub(crate) fn not_found() -> (u16, String) {
    (404, "NOT_FOUND".to_owned())
}

pub(crate) fn bad_request() -> (u16, String) {
    (400, "BAD_REQUEST".to_owned())
}

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

/// Nothing that was answered broke the contract.
#[track_caller]
pub(crate) fn all_conform(api: &MockServer) {
    let broken: Vec<String> =
        api.violations().iter().filter(|found| found.step() == standin::Step::Answer).map(ToString::to_string).collect();
    assert_eq!(broken, [""; 0]);
}
