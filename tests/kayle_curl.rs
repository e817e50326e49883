//! A client that knows nothing of us, over a socket: the life of two endpoints, by curl. The conversation is a snapshot.

mod kayle_common;

use std::process::Command;

use kayle_common::*;
use serde_json::{Value, json};
use standin::{MockServer, kayle};

/// Status and body of what curl gets.
fn curl(api: &MockServer, method: &str, path: &str, body: Option<&Value>) -> (u16, Value) {
    let mut command = Command::new("curl");
    command.args(["--silent", "--show-error", "--request", method, "--write-out", "\n%{http_code}"]);
    command.args(["--header", &format!("Authorization: Bearer {}", kayle::API_KEY)]);
    if let Some(body) = body {
        command.args(["--header", "Content-Type: application/json", "--data", &body.to_string()]);
    }
    let output = command.arg(format!("{}{path}", api.url())).output().expect("curl is needed, as it is for the checks of the project");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let (body, status) = text.rsplit_once('\n').unwrap();
    (status.parse().unwrap(), serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {body}")))
}

fn ok(api: &MockServer, method: &str, path: &str, body: Option<&Value>) -> Value {
    data(curl(api, method, path, body))
}

#[test]
fn the_life_of_two_endpoints() {
    let api = kayle::builder().seed(1).start();
    let create = |url: &str| ok(&api, "POST", ENDPOINTS, Some(&json!({"url": url, "name": "Main"})));
    let (one, other) = (create("https://example.com/one"), create("https://example.com/other"));
    let (one_id, other_id) = (text(&one["endpoint"], "id"), text(&other["endpoint"], "id"));

    // All of them, one by one.
    let mut listed = Vec::new();
    let mut cursor = String::new();
    loop {
        let (status, page) = curl(&api, "GET", &format!("{ENDPOINTS}?limit=1&starting_after={cursor}"), None);
        assert_eq!((status, &page["pagination"]["limit"]), (200, &json!(1)));
        listed.extend(page["data"].as_array().unwrap().iter().map(|endpoint| text(endpoint, "id").to_owned()));
        match page["pagination"]["next_cursor"].as_str() {
            Some(next) => next.clone_into(&mut cursor),
            None => break,
        }
    }
    let mut expected = [one_id.to_owned(), other_id.to_owned()];
    expected.sort();
    assert_eq!(listed, expected);

    let path = format!("{ENDPOINTS}/{one_id}");
    assert_eq!(ok(&api, "GET", &path, None), one["endpoint"]);
    api.clock().advance(std::time::Duration::from_secs(60));
    let patched = ok(&api, "PATCH", &path, Some(&json!({"name": null, "url": "https://example.com/moved"})));
    assert_eq!((&patched["name"], &patched["url"]), (&Value::Null, &json!("https://example.com/moved")));
    let disabled = ok(&api, "PATCH", &path, Some(&json!({"enabled": false})));
    assert_eq!(disabled["disabled_at"], "2026-01-01T00:01:00.000Z");

    let rotated = ok(&api, "POST", &format!("{path}/signing-secret/rotate"), None);
    assert_ne!(rotated["signing_secret"], one["signing_secret"]);
    assert_eq!(ok(&api, "POST", &format!("{path}/signing-secret/reveal"), None), rotated);

    let key = |key_id: &str| json!({"key_id": key_id, "algorithm": "RSA-OAEP-256", "key_type": "RSA", "jwk": {"kty": "RSA", "n": "x", "e": "AQAB"}});
    let keys = format!("{path}/keys");
    let first = ok(&api, "POST", &keys, Some(&key("first")));
    let second = ok(&api, "POST", &keys, Some(&key("second")));
    let active = ok(&api, "GET", &format!("{keys}?is_active=true"), None);
    assert_eq!(active, json!([second]));
    assert_eq!(ok(&api, "GET", &format!("{keys}?is_active=false"), None)[0]["id"], first["id"]);

    assert_eq!(ok(&api, "DELETE", &path, None)["status"], "success");
    for (method, path) in [("GET", path.clone()), ("DELETE", path.clone()), ("POST", format!("{path}/signing-secret/reveal"))] {
        assert_eq!(curl(&api, method, &path, None).0, 404, "{method} {path}");
    }
    assert_eq!(ok(&api, "GET", &keys, None), json!([]));
    assert_eq!(ok(&api, "GET", &format!("{ENDPOINTS}/{other_id}"), None), other["endpoint"]);
    insta::assert_snapshot!(api.transcript());
}
