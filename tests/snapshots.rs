//! What people read: held by snapshots.

use std::panic::{AssertUnwindSafe, catch_unwind};

use serde_json::json;
use standin::{Clock, MockServer, Request, Timestamp, kayle};

fn create(body: &serde_json::Value) -> Request {
    Request::post("/v1/webhooks/endpoints").with_header("Authorization", "Bearer canary-token").with_json(body)
}

fn server() -> MockServer {
    kayle::builder().clock(Clock::fixed(Timestamp::FIXED)).lenient(true).start()
}

/// The text of a panic, with the port made stable.
fn panic_of(api: &MockServer, act: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(act)).expect_err("a panic was expected");
    let text = panic.downcast_ref::<String>().cloned().unwrap_or_default();
    without_start(&text.replace(&api.addr().to_string(), "127.0.0.1:PORT"))
}

#[test]
fn the_view_of_passing_calls() {
    let api = server();
    let created = api.handle(create(&json!({"url": "https://example.com/hook", "name": "Main"})));
    let id = created.json()["data"]["endpoint"]["id"].as_str().unwrap().to_owned();
    let read = Request::get(&format!("/v1/webhooks/endpoints/{id}")).with_header("Authorization", "Bearer canary-token");
    api.handle(read);
    let rotate = Request::post(&format!("/v1/webhooks/endpoints/{id}/signing-secret/rotate"));
    api.handle(rotate.with_header("Authorization", "Bearer canary-token"));
    insta::assert_yaml_snapshot!(api.calls().snapshot());
}

#[test]
fn the_report_of_a_broken_call() {
    let api = server();
    api.handle(create(&json!({"url": "http://example.com/hook", "enabld": true})));
    api.handle(create(&json!({"uri": "https://example.com/it's", "subscribed_event_types": ["verification.attempt.succeded"]})));
    api.handle(Request::post("/v1/webhooks/endpoint").with_header("Authorization", "Bearer canary-token"));
    api.handle(Request::get("/v1/webhooks/endpoints?limit=500"));
    let line = line!() + 1;
    api.expect_violation("query starting_after");
    let report = panic_of(&api, || api.verify()).replace(&format!("snapshots.rs:{line}:"), "snapshots.rs:LINE:");
    assert!(!report.contains("canary"), "{report}");
    insta::assert_snapshot!(report);
}

#[test]
fn the_panic_of_a_failed_only() {
    let api = server();
    let none = panic_of(&api, || drop(api.calls().to("createWebhookEndpoint").only()));
    api.handle(create(&json!({"url": "https://example.com/1"})));
    api.handle(create(&json!({"name": "no url"})));
    api.handle(Request::get("/v1/events").with_header("Authorization", "Bearer canary-token"));
    let two = panic_of(&api, || drop(api.calls().to("createWebhookEndpoint").only()));
    let name = panic_of(&api, || drop(api.calls().to("createWebhookEndpoints")));
    let count = panic_of(&api, || api.calls().to("listEvents").assert_count(2..));
    insta::assert_snapshot!([none, two, name, count].join("\n---\n"));
}

#[test]
fn a_panic_carries_the_line_of_the_test() {
    use std::sync::{Arc, Mutex};
    let place: Arc<Mutex<Option<(String, u32)>>> = Arc::default();
    let seen = Arc::clone(&place);
    let before = std::panic::take_hook();
    // The hook is the whole process's: other tests panic meanwhile, on threads of their own.
    let here = std::thread::current().id();
    std::panic::set_hook(Box::new(move |info| {
        if std::thread::current().id() == here {
            *seen.lock().unwrap() = info.location().map(|place| (place.file().to_owned(), place.line()));
        }
    }));
    let api = server();
    let line = line!() + 1;
    let result = catch_unwind(AssertUnwindSafe(|| drop(api.calls().to("createWebhookEndpoint").only())));
    std::panic::set_hook(before);
    assert!(result.is_err());
    let (file, at) = place.lock().unwrap().clone().unwrap();
    assert!(file.ends_with("snapshots.rs"), "{file}");
    assert_eq!(at, line);
}

/// The text without the line of this file that starts the server.
fn without_start(text: &str) -> String {
    let mut parts = text.split("started at tests/snapshots.rs:");
    let first = parts.next().unwrap_or_default().to_owned();
    let is_number = |c: char| c.is_ascii_digit() || c == ':';
    parts.fold(first, |text, part| text + "started at tests/snapshots.rs:START" + part.trim_start_matches(is_number))
}
