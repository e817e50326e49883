//! Recorded traffic, judged: what standin has written itself, and what browsers and proxies leave behind.

use serde_json::{Value, json};
use standin::{Clock, Contract, MockServer, Request, Timestamp, Traffic, TrafficCheck, check_traffic, kayle};

const DOCUMENT: &str = r#"
openapi: 3.1.0
info: {title: Things, version: "1"}
servers: [{url: https://api.example.com/v1}]
components:
  securitySchemes: {key: {type: http, scheme: bearer}}
security: [{key: []}]
paths:
  /things:
    get:
      parameters: [{name: limit, in: query, schema: {type: integer, maximum: 100}}]
      responses:
        "200":
          description: d
          headers: {X-Total: {required: true, schema: {type: integer}}}
          content:
            application/json: {schema: {type: array, items: {type: object, required: [name], properties: {name: {type: string}}}}}
        "404": {description: d}
    post:
      requestBody:
        required: true
        content:
          application/json: {schema: {type: object, required: [name], properties: {name: {type: string}, password: {type: string, minLength: 12}}}}
          application/x-www-form-urlencoded: {schema: {type: object, properties: {size: {type: integer}}}}
      responses: {"201": {description: d, content: {text/csv: {schema: {type: string, maxLength: 10}}}}, "204": {description: d}}
"#;

fn contract() -> Contract {
    Contract::from_text("things.yaml", DOCUMENT).unwrap()
}

fn judged(text: &str) -> Traffic {
    check_traffic(&contract(), text.as_bytes()).unwrap_or_else(|error| panic!("{error}"))
}

fn har(entries: &[Value]) -> String {
    json!({"log": {"version": "1.2", "entries": entries}}).to_string()
}

/// An entry in order: each test takes something away from it, or puts something else there.
fn entry() -> Value {
    json!({
        "request": {
            "method": "GET",
            "url": "https://api.example.com/v1/things?limit=3",
            "headers": [
                {"name": ":method", "value": "GET"},
                {"name": ":authority", "value": "api.example.com"},
                {"name": ":path", "value": "/v1/things?limit=3"},
                {"name": "Authorization", "value": "Bearer abc"},
                {"name": "accept-encoding", "value": "gzip, br"},
            ],
            "bodySize": 0,
        },
        "response": {
            "status": 200,
            "headers": [
                {"name": "X-Total", "value": "1"},
                {"name": "content-type", "value": "application/json"},
                {"name": "content-encoding", "value": "br"},
                {"name": "content-length", "value": "7"},
            ],
            "content": {"size": 14, "mimeType": "application/json", "text": r#"[{"name":"a"}]"#},
        },
    })
}

fn with(place: &str, value: Value) -> Value {
    let mut entry = entry();
    let (parent, name) = place.rsplit_once('/').unwrap();
    entry.pointer_mut(parent).unwrap()[name] = value;
    entry
}

/// What is wrong, as `side place code`.
fn codes(traffic: &Traffic) -> Vec<String> {
    let of = |side: &str, violations: &[standin::Violation]| {
        violations.iter().map(|violation| format!("{side} {} {}", violation.place(), violation.code())).collect::<Vec<_>>()
    };
    let both = |exchange: &standin::Exchange| [of("<", exchange.request_violations()), of(">", exchange.response_violations())].concat();
    traffic.exchanges().iter().flat_map(both).collect()
}

#[test]
fn each_exchange_is_judged_by_what_the_contract_declares() {
    let header = |name: &str, value: &str| json!([{"name": name, "value": value}, {"name": "content-type", "value": "application/json"}]);
    let base64 = json!({"size": 9, "mimeType": "application/json", "text": "W3sibmFt\nZSI6IDF9XQ==", "encoding": "base64"});
    let table: Vec<(&str, Value, &[&str])> = vec![
        ("as it should be", entry(), &[]),
        ("a query", with("/request/url", "http://api.example.com/v1/things?limit=500".into()), &["< query limit schema.maximum"]),
        ("without the base path", with("/request/url", "http://api.example.com/things".into()), &[]),
        ("no such path", with("/request/url", "https://api.example.com/v1/thing".into()), &["< route route.unknown-path"]),
        ("a url as browsers show it", with("/request/url", "https://user:pw@api.example.com/v1/things?q=ü {x}#top".into()), &[]),
        ("another status", with("/response/status", 500.into()), &["> answer answer.status"]),
        ("never answered", with("/response/status", 0.into()), &[]),
        ("a body", with("/response/content/text", r#"[{"nam":1}]"#.into()), &["> answer /0/name schema.required"]),
        ("a body in base64", with("/response/content", base64), &["> answer /0/name schema.type"]),
        ("no JSON", with("/response/content/text", "<html>".into()), &["> answer body.syntax"]),
        ("a body that was not kept", with("/response/content", json!({"size": 14, "mimeType": "application/json"})), &[]),
        ("a body that was emptied", with("/response/content", json!({"size": 14, "mimeType": "application/json", "text": ""})), &[]),
        ("a body that is not there", with("/response/content", json!({"size": 0, "mimeType": "x-unknown"})), &["> answer answer.no-body"]),
        ("a header that is not there", with("/response/headers", header("x-other", "1")), &["> header x-total answer.header"]),
        ("a header", with("/response/headers", header("x-total", "many")), &["> header x-total schema.type"]),
        ("a masked body", with("/response/content/text", r#"[{"name":"***"}]"#.into()), &[]),
    ];
    for (what, entry, expected) in table {
        assert_eq!(codes(&judged(&har(&[entry]))), expected, "{what}");
    }
}

#[test]
fn what_was_sent_is_judged_too() {
    let post = |data: Value| {
        let mut entry = with("/request/method", "POST".into());
        entry["request"]["postData"] = data;
        entry["response"] = json!({"status": 204, "headers": [], "content": {"size": 0}});
        judged(&har(&[entry]))
    };
    let json = |text: &str| json!({"mimeType": "application/json", "text": text});
    assert_eq!(codes(&post(json(r#"{"name": "a"}"#))), [""; 0]);
    assert_eq!(codes(&post(json(r#"{"nam": "a"}"#))), ["< body /name schema.required"]);
    assert_eq!(codes(&post(json(r#"{"name": "a", "password": "short"}"#))), ["< body /password schema.minLength"]);
    assert_eq!(codes(&post(json(r#"{"name": "a", "password": "***"}"#))), [""; 0], "nobody knows what was masked");
    let form = json!({"mimeType": "application/x-www-form-urlencoded", "params": [{"name": "size", "value": "a b"}]});
    assert_eq!(codes(&post(form)), ["< body /size schema.type"]);
    assert_eq!(codes(&post(json!({"mimeType": "text/plain", "text": "x"}))), ["< header content-type body.content-type"]);
    let secret = post(json(r#"{"name": 5, "password": "canary"}"#)).to_string();
    assert!(!secret.contains("canary"), "{secret}");
}

#[test]
fn answers_of_other_kinds_are_read_as_what_they_are() {
    let mut entry = with("/request/method", "POST".into());
    entry["request"]["postData"] = json!({"mimeType": "application/json", "text": "{\"name\":\"a\"}"});
    let answer = |text: &str, mime: &str| json!({"status": 201, "headers": [], "content": {"size": 1, "mimeType": mime, "text": text}});
    entry["response"] = answer("a,b", "text/csv; charset=utf-8");
    assert_eq!(codes(&judged(&har(std::slice::from_ref(&entry)))), [""; 0]);
    entry["response"] = answer("a,b,c,d,e,f,g", "text/csv");
    assert_eq!(codes(&judged(&har(std::slice::from_ref(&entry)))), ["> answer schema.maxLength"]);
    entry["response"] = answer("a", "text/html");
    assert_eq!(codes(&judged(&har(&[entry]))), ["> header content-type body.content-type"]);
}

#[test]
fn hosts_that_have_nothing_of_the_api_are_skipped_and_named() {
    let entries = [
        entry(),
        with("/request/url", "https://fonts.example.net/a.css".into()),
        with("/request/url", "https://fonts.example.net/b.css".into()),
        with("/request/url", "data:image/png;base64,AA==".into()),
        with("/request/url", "wss://api.example.com/v1/things".into()),
        with("/request/method", "OPTIONS".into()),
    ];
    let traffic = judged(&har(&entries));
    assert_eq!((traffic.exchanges().len(), traffic.skipped(), traffic.is_conforming()), (1, 3, true));
    insta::assert_snapshot!(traffic.notes().join("\n"));
    let chosen = TrafficCheck::new(&contract()).host("FONTS.example.net").read("x.har", har(&entries).as_bytes()).unwrap();
    assert_eq!((chosen.exchanges().len(), chosen.skipped()), (2, 2));
    assert_eq!(chosen.exchanges()[0].operation(), None);
}

#[test]
fn credentials_that_browsers_leave_out_are_not_missed() {
    let bare = with("/request/headers", json!([]));
    let traffic = judged(&har(std::slice::from_ref(&bare)));
    assert!(traffic.is_conforming() && traffic.notes()[0].contains("no request has credentials"), "{traffic}");
    // Where one request has some, another that has none is a mistake of the client.
    assert_eq!(codes(&judged(&har(&[entry(), bare]))), ["< header authorization security.missing"]);
}

#[test]
fn what_cannot_be_read_is_told_with_its_line() {
    let error = |text: &str| TrafficCheck::new(&contract()).read("traffic.har", text.as_bytes()).unwrap_err().to_string();
    let line = r#"{"request": {"method": "GET", "target": "/things"}, "response": {"status": 404}}"#;
    insta::assert_snapshot!(
        [
            error("{\n  \"log\": {\n    \"entries\": [\n"),
            error("{\"log\": {}}"),
            error("<html>"),
            error(""),
            error(&har(&[json!({"request": {"method": "GET"}})])),
            error(&har(&[with("/request/method", "GE T".into())])),
            error(&format!("{line}\n{{\"request\": \n{line}\n")),
            error(&format!("{line}\n\n{{\"request\": {{\"method\": \"GET\"}}}}\n")),
            error(&format!("{line}\n{}", line.replace("404", "99999"))),
        ]
        .join("\n")
    );
}

#[test]
fn lines_of_json_are_judged_with_their_lines() {
    let text = "\n{\"request\": {\"method\": \"GET\", \"target\": \"/things?limit=x\", \"headers\": {\"authorization\": \"Bearer a\"}}}\n";
    let traffic = judged(text);
    assert_eq!(traffic.exchanges()[0].line(), Some(2));
    assert_eq!(codes(&traffic), ["< query limit schema.type"]);
}

fn conversation() -> MockServer {
    let api = kayle::builder().clock(Clock::fixed(Timestamp::FIXED)).lenient(true).start();
    let with_key = |request: Request| request.with_header("authorization", "Bearer kk_secret_canary");
    let created =
        api.handle(with_key(Request::post("/v1/webhooks/endpoints")).with_json(&json!({"url": "https://example.com/hook?token=canary"})));
    let id = created.json()["data"]["endpoint"]["id"].as_str().unwrap().to_owned();
    api.handle(with_key(Request::get(&format!("/v1/webhooks/endpoints/{id}"))));
    api.handle(with_key(Request::post(&format!("/v1/webhooks/endpoints/{id}/signing-secret/rotate"))));
    api.handle(with_key(Request::post("/v1/sessions")).with_json(&json!({})));
    api.handle(with_key(Request::get("/v1/events?limit=7")));
    api
}

#[test]
fn what_standin_writes_itself_conforms_though_its_secrets_are_masked() {
    let calls = conversation().calls();
    let har = calls.to_har().to_string();
    assert!(!har.contains("canary") && !calls.to_ndjson().contains("canary"));
    for text in [har, calls.to_ndjson()] {
        let traffic = check_traffic(&kayle::contract(), text.as_bytes()).unwrap();
        let broken: Vec<String> =
            traffic.exchanges().iter().filter(|exchange| exchange.operation().is_some()).map(ToString::to_string).collect();
        assert_eq!(broken.len(), 5, "{broken:?}");
        let theirs: Vec<String> = codes(&traffic);
        let ours: Vec<String> = calls
            .clone()
            .violating()
            .iter()
            .flat_map(|call| {
                call.violations().iter().map(|violation| format!("< {} {}", violation.place(), violation.code())).collect::<Vec<_>>()
            })
            .collect();
        assert_eq!(theirs, ours, "{traffic}");
    }
}

#[test]
fn the_text_for_people_reads_well() {
    let entries = [
        entry(),
        with("/request/url", "https://api.example.com/v1/things?limit=500&api_key=canary".into()),
        with("/response/content/text", r#"[{"nam":1}]"#.into()),
        with("/request/url", "https://fonts.example.net/a.css".into()),
    ];
    insta::assert_snapshot!(judged(&har(&entries)));
}
