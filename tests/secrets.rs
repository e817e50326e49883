//! Twelve secrets are planted wherever a client can have one. None of them turns up in anything that standin prints: not in
//! texts for people, not in snapshots, not in exports, not in what it answers by itself. What a test is handed stays whole.

use std::{
    fmt::Debug,
    panic::{AssertUnwindSafe, catch_unwind},
    process::Command,
};

use serde_json::{Value, json};
use standin::{Call, Contract, Method, MockServer, Request};

const BEARER: &str = "canary-bearer-0123456789";
/// `user:canary-basic-password`
const BASIC: &str = "dXNlcjpjYW5hcnktYmFzaWMtcGFzc3dvcmQ=";
const COOKIE: &str = "canary-cookie-0123456789";
const KEY_IN_QUERY: &str = "canary-query-0123456789";
const KEY_IN_HEADER: &str = "canary-header-0123456789";
const WEBHOOK: &str = "whsec_canaryCanaryCanaryCanaryCanary12";
const PEM: &str = "-----BEGIN PRIVATE KEY-----\nMIIcanaryPEMcanaryPEM\n-----END PRIVATE KEY-----\n";
const PASSWORD: &str = "canary-password";
const URL: &str = "https://user:canary-userinfo@example.com/hook?token=canary-in-url";
const CANCEL: &str = "canary-cancel-token";
const CLIENT: &str = "canary-client-secret";
const JWT: &str = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.Y2FuYXJ5LWp3dC1zaWduYXR1cmU";
/// What the contract alone knows to be a secret.
const DECLARED: &str = "canary-declared-pin";

/// What must not be seen: the secrets, and what is left of them when they are encoded or cut.
const TRACES: [&str; 4] = ["canary", "dXNlcjpjYW5", "eyJhbGciOiJ", "Y2FuYXJ5"];

const DOCUMENT: &str = r#"
openapi: 3.1.0
info: {title: Secrets, version: "1"}
components:
  securitySchemes:
    bearer: {type: http, scheme: bearer}
    account: {type: apiKey, in: query, name: account}
    caller: {type: apiKey, in: header, name: X-Caller}
    visit: {type: apiKey, in: cookie, name: visit}
paths:
  /things/{token}:
    post:
      operationId: make
      security: [{bearer: []}, {account: []}, {caller: []}, {visit: []}]
      parameters:
        - {name: token, in: path, required: true, schema: {type: string, maxLength: 3}}
        - {name: limit, in: query, schema: {type: integer}}
      requestBody:
        content:
          application/json: {schema: {$ref: '#/components/schemas/Thing'}}
          application/x-www-form-urlencoded: {schema: {$ref: '#/components/schemas/Thing'}}
          multipart/form-data: {schema: {$ref: '#/components/schemas/Thing'}}
          application/xml: {schema: {$ref: '#/components/schemas/Thing'}}
      responses:
        "200": {description: d, content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}
"#;

const SCHEMA: &str = r"
  schemas:
    Thing:
      type: object
      required: [missing]
      properties:
        password: {type: string, maxLength: 5}
        pin: {type: string, maxLength: 5, writeOnly: true}
        cancel_token: {type: string, pattern: '^[0-9]+$'}
        client_secret: {type: integer}
        hook: {type: string, maxLength: 5}
        note: {type: string, maxLength: 5}
        missing: {type: string}
";

fn server() -> MockServer {
    let document = DOCUMENT.replace("paths:", &format!("{}paths:", SCHEMA.trim_start_matches('\n')));
    MockServer::builder(&Contract::from_text("secrets.yaml", &document).unwrap()).lenient(true).start()
}

fn thing() -> Value {
    json!({
        "password": PASSWORD, "pin": DECLARED, "cancel_token": CANCEL, "client_secret": CLIENT, "hook": URL,
        "note": format!("{WEBHOOK} {JWT} {PEM}"), "private_key": PEM, "list": [JWT, WEBHOOK], "Token": JWT,
    })
}

fn planted(request: Request) -> Request {
    request
        .with_header("authorization", &format!("Bearer {BEARER}"))
        .with_header("proxy-authorization", &format!("Basic {BASIC}"))
        .with_header("cookie", &format!("visit={COOKIE}; theme=dark"))
        .with_header("x-caller", KEY_IN_HEADER)
        .with_header("x-signing-key", WEBHOOK)
        .with_header("referer", URL)
        .with_header("x-note", JWT)
}

/// Every way to send them: in order, broken, to nowhere, and in each kind of body.
fn requests() -> Vec<Request> {
    let target = format!("/things/{CANCEL}?account={KEY_IN_QUERY}&limit=many&next={JWT}&access_token={KEY_IN_QUERY}");
    let post = || planted(Request::post(&target));
    let typed = |content_type: &str, body: String| post().with_header("content-type", content_type).with_body(body);
    let form = format!("client_secret={CLIENT}&password={PASSWORD}&pin={DECLARED}&hook=https%3A%2F%2Fu%3Acanary-form%40example.com");
    let part = |name: &str, value: &str| format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    let parts = format!("{}{}{}--b--", part("password", PASSWORD), part("pin", DECLARED), part("note", WEBHOOK));
    let long = json!({"password": "canary-long-".repeat(1_000), "note": format!("{}{PEM}", "x".repeat(50))});
    vec![
        post().with_json(&thing()),
        post().with_json(&json!([thing()])),
        post().with_json(&long),
        typed("application/json", thing().to_string().trim_end_matches('}').to_owned()),
        typed("application/json", format!("{{\"password\": \"{PASSWORD}\", \"password\": \"{PASSWORD}\"}}")),
        typed("application/json", format!("\"{JWT}\"")),
        typed("application/x-www-form-urlencoded", form),
        typed("multipart/form-data; boundary=b", parts),
        typed("application/xml", format!("<Thing><password>{PASSWORD}</password><note>{JWT}</note></Thing>")),
        typed("text/plain", format!("password: {PASSWORD}\nAuthorization: Bearer {BEARER}\n{PEM}")),
        planted(Request::get(&format!("/elsewhere/{WEBHOOK}?token={CANCEL}"))),
        planted(Request::with_method(Method::DELETE, &target)),
        // Another scheme than the contract asks for.
        Request::post(&target.replace("account=", "password=")).with_header("authorization", &format!("Basic {BASIC}")).with_json(&thing()),
    ]
}

#[track_caller]
fn assert_clean(what: &str, text: &str) {
    for trace in TRACES {
        if let Some(at) = text.find(trace) {
            let around: String = text[..at].chars().rev().take(80).collect::<Vec<_>>().into_iter().rev().collect();
            let around = around + &text[at..].chars().take(60).collect::<String>();
            panic!("{what} tells a secret: …{around}…");
        }
    }
}

fn panic_of<T>(act: impl FnOnce() -> T) -> String {
    let panic = catch_unwind(AssertUnwindSafe(act)).err().expect("a panic was expected");
    panic.downcast_ref::<String>().cloned().unwrap_or_default()
}

fn debug(value: &impl Debug) -> String {
    format!("{value:?} {value:#?}")
}

#[test]
fn no_text_about_a_call_tells_a_secret() {
    let api = server();
    for request in requests() {
        assert_clean("Debug of a request", &debug(&request));
        let answer = api.handle(request);
        assert_clean("Debug of a response", &debug(&answer));
        assert_clean("an answer", &String::from_utf8_lossy(answer.body()));
        let headers: String =
            answer.headers().iter().map(|(name, value)| format!("{name}: {}\n", String::from_utf8_lossy(value.as_bytes()))).collect();
        assert_clean("a header of an answer", &headers);
    }
    let mut told = 0;
    for call in api.calls().iter() {
        assert_clean("Display of a call", &call.to_string());
        assert_clean("Debug of a call", &debug(&call));
        assert_clean("the curl line", &call.curl(api.url()));
        for violation in call.violations().iter().chain(call.remarks()) {
            told += 1;
            assert_clean("Display of a violation", &violation.to_string());
            assert_clean("Debug of a violation", &debug(violation));
            assert_clean("a violation as JSON", &serde_json::to_string(violation).unwrap());
        }
        assert_clean("a failed comparison", &comparisons(&call));
    }
    assert!(told > 80, "only {told} violations and remarks: the requests are too well-behaved");
}

/// What is said when bodies are not as expected.
fn comparisons(call: &Call) -> String {
    let request = || call.request();
    let json = request().try_json_as::<Value>().is_ok();
    let mut texts = vec![panic_of(|| request().json_as::<u8>()), request().try_json_as::<u8>().unwrap_err().to_string()];
    texts.push(panic_of(|| call.response().json_as::<u8>()));
    if json {
        texts.push(panic_of(|| request().assert_json(&json!({"nothing": 1}))));
        texts.push(panic_of(|| request().assert_json(&json!({"password": "canary-other", "pin": "canary-other"}))));
    }
    texts.join("\n")
}

#[test]
fn no_report_snapshot_or_export_tells_a_secret() {
    let api = server();
    requests().into_iter().for_each(|request| drop(api.handle(request)));
    let calls = api.calls();
    let outputs = [
        ("the report of a failed test", panic_of(|| api.verify())),
        ("a failed count", panic_of(|| api.calls().to("make").assert_none())),
        ("a failed sequence", panic_of(|| calls.assert_sequence(["make"]))),
        ("waiting in vain", panic_of(|| api.calls().to("make").wait_for(1_000).within(std::time::Duration::ZERO).block())),
        ("Debug of the calls", debug(&calls)),
        ("Debug of the server", debug(&api)),
        ("Debug of the violations", debug(&api.violations())),
        ("the snapshot", calls.snapshot().to_string()),
        ("Debug of the snapshot", debug(&calls.snapshot())),
        ("the snapshot as YAML", insta_yaml(&calls.snapshot())),
        ("the transcript", api.transcript()),
        ("the archive", calls.to_har().to_string()),
        ("the lines of JSON", calls.to_ndjson()),
    ];
    for (what, text) in &outputs {
        assert!(text.len() > 50, "{what} says too little to show anything: {text}");
        assert_clean(what, text);
    }
}

fn insta_yaml(snapshot: &standin::Snapshot) -> String {
    // What insta makes YAML of.
    serde_json::to_string_pretty(snapshot).unwrap()
}

#[test]
fn the_full_report_tells_more_and_no_secret() {
    let full = "STANDIN_REPORT";
    if std::env::var_os(full).is_some() {
        let api = server();
        requests().into_iter().for_each(|request| drop(api.handle(request)));
        // Told on standard error, where the one that started this looks for it.
        api.verify();
        return;
    }
    let name = "the_full_report_tells_more_and_no_secret";
    let output = Command::new(std::env::current_exe().unwrap()).args(["--exact", name, "--nocapture"]).env(full, "full").output().unwrap();
    assert!(!output.status.success());
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(text.contains("> x-caller: ***") && text.contains("because: ") && text.contains("call #13"), "{text}");
    assert_clean("the full report", &text);
}

#[test]
fn what_a_test_is_handed_is_whole() {
    let api = server();
    api.handle(requests().swap_remove(0));
    let call = api.calls().only();
    assert_eq!(call.request().json(), thing());
    assert_eq!(call.request().header("x-caller"), Some(KEY_IN_HEADER));
    assert!(call.request().query().unwrap().contains(KEY_IN_QUERY));
}
