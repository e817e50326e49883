//! What tests do with calls: count them, take them apart, wait for them, hand them on. And what is said when it does not hold.

use std::{
    future::IntoFuture,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
    thread,
    time::{Duration, Instant},
};

use serde::Deserialize;
use serde_json::{Value, json};
use standin::{Clock, Contract, MockServer, Remember, Request, Timestamp, kayle};

const SHORT: Duration = Duration::from_millis(60);
const LONG: Duration = Duration::from_secs(30);

fn server() -> MockServer {
    kayle::builder().clock(Clock::fixed(Timestamp::FIXED)).lenient(true).start()
}

fn with_key(request: Request) -> Request {
    request.with_header("authorization", "Bearer kk_test")
}

fn create(name: &str) -> Request {
    with_key(Request::post("/v1/webhooks/endpoints")).with_json(&json!({"url": "https://example.com/hook", "name": name}))
}

fn events() -> Request {
    with_key(Request::get("/v1/events"))
}

fn panic_of<T>(act: impl FnOnce() -> T) -> String {
    let Err(panic) = catch_unwind(AssertUnwindSafe(act)) else { panic!("a panic was expected") };
    let text = panic.downcast_ref::<String>().cloned().or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string));
    without_ports(&text.unwrap_or_default())
}

fn without_ports(text: &str) -> String {
    let mut parts = text.split("127.0.0.1:");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + "127.0.0.1:PORT" + part.trim_start_matches(|c: char| c.is_ascii_digit()))
}

#[test]
fn calls_are_picked_by_operation_condition_and_place() {
    let api = server();
    for name in ["a", "b", "c"] {
        api.handle(create(name));
        api.handle(events());
    }
    let created = api.calls().to("createWebhookEndpoint");
    let numbers = |calls: &standin::Calls| calls.iter().map(|call| call.number()).collect::<Vec<_>>();
    assert_eq!(numbers(&created), [1, 3, 5]);
    assert_eq!((created.first().number(), created.nth(1).number(), created.last().number()), (1, 3, 5));
    let late = created.matching(|call| call.number() > 1);
    assert_eq!(numbers(&late), [3, 5]);
    late.assert_count(1..=2);
    assert_eq!(late.matching(|call| call.request().json()["name"] == "c").only().number(), 5);
    api.calls().violating().assert_none();
    assert_eq!(api.calls().iter().len(), 6);
    assert_eq!(api.calls().into_iter().count(), 6);
}

#[test]
fn a_view_does_not_change() {
    let api = server();
    api.handle(events());
    let before = api.calls();
    api.handle(events());
    api.reset();
    assert_eq!((before.len(), api.calls().len()), (1, 0));
    assert_eq!(before.only().response().status(), 200);
}

#[derive(Debug, Deserialize)]
struct Endpoint {
    url: String,
    #[serde(default)]
    name: Option<String>,
}

#[derive(Debug, Deserialize)]
#[allow(dead_code, reason = "never made")]
struct Named {
    name: u32,
}

#[test]
fn bodies_are_read_as_types_of_the_test() {
    let api = server();
    api.handle(create("Main"));
    let call = api.calls().only();
    let endpoint: Endpoint = call.request().json_as();
    assert_eq!((endpoint.url.as_str(), endpoint.name.as_deref()), ("https://example.com/hook", Some("Main")));
    let error = call.request().try_json_as::<Named>().unwrap_err();
    assert_eq!((error.pointer().as_str(), error.is_syntax()), ("/name", false));
    insta::assert_snapshot!(panic_of(|| call.request().json_as::<Named>()));
}

#[test]
fn bodies_are_compared_by_what_differs() {
    let api = server();
    api.handle(create("Main"));
    let call = api.calls().only();
    call.request().assert_json(&json!({"name": "Main", "url": "https://example.com/hook"}));
    call.response().assert_json_subset(&json!({"data": {"endpoint": {"name": "Main"}}, "error": null}));
    let request = panic_of(|| call.request().assert_json(&json!({"name": "main", "url": "https://example.com/hook", "enabled": true})));
    let response = panic_of(|| {
        let expected = json!({"data": {"endpoint": {"enabled": false, "subscribed_event_types": ["a"]}, "signing_secret": "whsec_other"}});
        call.response().assert_json_subset(&expected)
    });
    let alone = panic_of(|| Request::post("/x").with_body("[1").assert_json(&json!([1])));
    insta::assert_snapshot!([request, response, alone].join("\n---\n"));
}

#[test]
fn sequences_are_told_side_by_side() {
    let api = server();
    api.handle(create("a"));
    api.handle(with_key(Request::get("/v1/event")));
    api.handle(events());
    api.handle(create("b"));
    let (post, get) = ("createWebhookEndpoint", "GET /v1/events");
    let other = panic_of(|| api.calls().assert_sequence([post, "listWebhookEndpoints", get, post, get]));
    let none = panic_of(|| api.calls().to(get).assert_sequence([""; 0]));
    let missing = panic_of(|| api.calls().matching(|_| false).assert_sequence([get]));
    insta::assert_snapshot!([other, none, missing].join("\n---\n"));
    api.calls().matching(|call| call.operation().is_some()).assert_sequence([post, get, post]);
    let unknown = panic_of(|| api.calls().assert_sequence(["GET /v1/event"]));
    assert!(unknown.contains("did you mean \"GET /v1/events\"?"), "{unknown}");
}

#[test]
fn many_calls_are_told_by_the_most_alike() {
    let api = server();
    for number in 0..12 {
        api.handle(with_key(Request::get(&format!("/v1/sessions/{number}"))));
    }
    api.handle(with_key(Request::get("/v1/webhooks/endpoint")));
    insta::assert_snapshot!(panic_of(|| api.calls().to("GET /v1/webhooks/endpoints").only()));
}

#[test]
fn nothing_is_claimed_about_calls_that_were_let_go() {
    let contract = Contract::from_text("api.yaml", "openapi: 3.1.0\npaths: {/a: {get: {operationId: a}}, /b: {get: {}}}").unwrap();
    let api = MockServer::builder(&contract).remember(Remember::new().calls(3)).lenient(true).start();
    (0..5).for_each(|_| drop(api.handle(Request::get("/a"))));
    let calls = api.calls();
    assert_eq!((calls.len(), calls.dropped(), calls.last().number()), (3, 2, 5));
    calls.to("a").assert_count(2..);
    let claims: Vec<String> = [
        panic_of(|| api.calls().to("GET /b").assert_none()),
        panic_of(|| api.calls().to("a").assert_count(3)),
        panic_of(|| api.calls().to("a").assert_count(4..)),
        panic_of(|| api.calls().to("a").first()),
        panic_of(|| api.calls().assert_sequence(["a"])),
    ]
    .into();
    insta::assert_snapshot!(claims.join("---\n"));
    api.reset();
    api.calls().assert_none();
}

#[test]
fn broken_calls_that_were_let_go_still_fail_the_test() {
    let contract = Contract::from_text("api.yaml", "openapi: 3.1.0\npaths: {/a: {get: {}}}").unwrap();
    let api = MockServer::builder(&contract).remember(Remember::new().calls(2)).lenient(true).start();
    api.handle(Request::get("/nowhere"));
    (0..2).for_each(|_| drop(api.handle(Request::get("/a"))));
    let report = panic_of(|| api.verify());
    assert!(report.contains("1 call that broke the contract was let go"), "{report}");
    api.verify();
}

#[test]
fn a_thread_waits_for_calls() {
    let api = server();
    api.handle(create("early"));
    let calls = thread::scope(|scope| {
        scope.spawn(|| {
            for name in ["late", "later"] {
                thread::sleep(Duration::from_millis(10));
                api.handle(events());
                api.handle(create(name));
            }
        });
        api.calls().to("createWebhookEndpoint").wait_for(3).within(LONG).block()
    });
    assert_eq!(calls.len(), 3);
    // What is there already needs no waiting.
    assert_eq!(calls.wait_for(0).within(Duration::ZERO).block().len(), 3);
    assert_eq!(calls.wait_for(3).within(Duration::ZERO).block().len(), 3);
}

#[test]
fn who_waits_in_vain_is_told_what_came() {
    let api = server();
    api.handle(create("a"));
    api.handle(with_key(Request::get("/v1/event")));
    let begun = Instant::now();
    let line = line!() + 1;
    let text = panic_of(|| api.calls().to("createWebhookEndpoint").wait_for(2).within(SHORT).block());
    assert!(begun.elapsed() >= SHORT);
    insta::assert_snapshot!(text.replace(&format!("tests/calls.rs:{line}:"), "tests/calls.rs:LINE:"));
}

#[test]
fn waiting_goes_on_when_calls_are_forgotten_meanwhile() {
    let api = server();
    api.handle(events());
    let calls = thread::scope(|scope| {
        scope.spawn(|| {
            api.handle(events());
            api.reset();
            api.handle(events());
            thread::sleep(Duration::from_millis(20));
            api.handle(events());
            api.handle(events());
        });
        api.calls().to("GET /v1/events").wait_for(3).within(LONG).block()
    });
    assert!(calls.len() >= 3);
}

#[test]
fn many_wait_at_once_and_nobody_misses_a_call() {
    let api = server();
    let woken = AtomicUsize::new(0);
    thread::scope(|scope| {
        for number in 1..=20 {
            let (api, woken) = (&api, &woken);
            scope.spawn(move || {
                api.calls().to("GET /v1/events").wait_for(number * 5).within(LONG).block();
                woken.fetch_add(1, Ordering::Relaxed);
            });
        }
        for _ in 0..4 {
            scope.spawn(|| (0..25).for_each(|_| drop(api.handle(events()))));
        }
    });
    assert_eq!(woken.load(Ordering::Relaxed), 20);
}

#[tokio::test]
async fn a_task_of_tokio_waits_for_calls() {
    let api = server();
    let late = async {
        tokio::task::yield_now().await;
        api.handle(events());
    };
    let wait = api.calls().to("GET /v1/events").wait_for(1).within(LONG).into_future();
    let (calls, ()) = tokio::join!(wait, late);
    assert_eq!(calls.only().number(), 1);
}

#[tokio::test]
async fn a_call_over_a_socket_wakes_a_task() {
    let api = Arc::new(server());
    let url = format!("{}/v1/events", api.url());
    let client = tokio::spawn(async move { reqwest::Client::new().get(url).header("authorization", "Bearer any").send().await.unwrap() });
    let calls = api.calls().wait_for(1).within(LONG).await;
    assert_eq!(calls.only().operation().unwrap().name(), "GET /v1/events");
    assert_eq!(client.await.unwrap().status(), 200);
}

/// Runs a future without any runtime: it is polled when it asks for it, and only then.
fn run<T>(future: impl Future<Output = T>) -> (T, usize) {
    struct Unpark(thread::Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut future = pin!(future);
    let mut polls = 0;
    loop {
        polls += 1;
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(value) => return (value, polls),
            Poll::Pending => thread::park(),
        }
    }
}

#[test]
fn no_runtime_is_needed_and_nobody_polls() {
    let api = server();
    thread::scope(|scope| {
        scope.spawn(|| {
            thread::sleep(SHORT);
            api.handle(create("a"));
        });
        let (calls, polls) = run(api.calls().wait_for(1).within(LONG).into_future());
        assert_eq!(calls.len(), 1);
        assert!(polls <= 3, "{polls} polls for one call");
    });
    let text = panic_of(|| run(api.calls().wait_for(2).within(SHORT).into_future()));
    assert!(text.starts_with("standin: waited 60ms for at least 2 calls, saw 1 (at tests/calls.rs:"), "{text}");
    // A future that nobody needs any more leaves nothing behind that would keep it.
    drop(api.calls().wait_for(2).within(LONG).into_future());
}

fn conversation() -> MockServer {
    let api = server();
    let created = api.handle(create("Main").with_header("user-agent", "test/1"));
    let id = created.json()["data"]["endpoint"]["id"].as_str().unwrap().to_owned();
    api.handle(with_key(Request::get(&format!("/v1/webhooks/endpoints/{id}"))));
    api.handle(with_key(Request::get("/v1/webhooks/endpoints?limit=1000&api_key=canary")));
    api
}

#[test]
fn the_conversation_as_a_transcript() {
    let api = conversation();
    assert_eq!(api.transcript(), api.calls().transcript());
    insta::assert_snapshot!(api.transcript());
}

#[test]
fn the_conversation_as_har() {
    let mut har = conversation().calls().to_har();
    har["log"]["creator"]["version"] = "VERSION".into();
    insta::assert_json_snapshot!(har);
}

#[test]
fn the_conversation_as_lines_of_json() {
    let lines = conversation().calls().to_ndjson();
    assert_eq!(lines.lines().count(), 3);
    let values: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    insta::assert_json_snapshot!(values[2]);
}
