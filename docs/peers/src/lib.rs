//! The program under test: the same client as in standin's `tests/failing/cases.rs`.

use serde_json::{Value, json};

/// An order that is in order.
pub fn order() -> Value {
    json!({"article": "chair", "quantity": 2})
}

/// Reads something.
pub fn get(url: &str, path: &str) {
    ureq::get(format!("{url}{path}")).config().http_status_as_error(false).build().call().unwrap();
}

/// Sends something.
pub fn post(url: &str, path: &str, body: &Value) {
    let request = ureq::post(format!("{url}{path}")).config().http_status_as_error(false).build();
    request.header("idempotency-key", "7b0a9a3e-6d0c-4a52-9d5a-3f6d5a3c1b11").send_json(body).unwrap();
}
