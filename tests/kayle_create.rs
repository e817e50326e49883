//! `POST /v1/webhooks/endpoints`, exactly: through the engine, without a socket.

mod kayle_common;

use kayle_common::*;
use serde_json::{Value, json};
use standin::{ApiKey, MockServer, Request, Response, kayle};

fn authorised() -> Request {
    with_key(Request::post(ENDPOINTS))
}

fn create(body: &Value) -> Response {
    server().handle(authorised().with_json(body))
}

fn created(body: &Value) -> Value {
    let response = create(body);
    assert_eq!(response.status(), 200, "{}", response.json());
    response.json()["data"]["endpoint"].clone()
}

#[test]
fn what_was_sent_comes_back() {
    let api = server();
    let sent = json!({"url": URL, "name": "<string>", "enabled": true, "subscribed_event_types": ["verification.attempt.succeeded"]});
    let response = api.handle(authorised().with_json(&sent));
    assert_eq!(response.status(), 200);
    assert_eq!(response.header("content-type"), Some("application/json"));
    let body = response.json();
    assert_eq!(body["error"], Value::Null);
    assert_eq!(body.as_object().unwrap().len(), 2);
    let endpoint = &body["data"]["endpoint"];
    for name in ["url", "name", "enabled", "subscribed_event_types"] {
        assert_eq!(endpoint[name], sent[name], "{name}");
    }
    assert!(is_random(&endpoint["id"], "whe_", 32), "{endpoint}");
    assert!(is_random(&body["data"]["signing_secret"], "whsec_", 32), "{body}");
    assert_eq!(endpoint["organization_id"].as_str().unwrap().len(), 36);
    assert_eq!(endpoint["created_at"], "2026-01-01T00:00:00.000Z");
    assert_eq!(endpoint["updated_at"], endpoint["created_at"]);
    assert_eq!(endpoint["disabled_at"], Value::Null);
    assert_eq!(endpoint.as_object().unwrap().len(), 9);
    assert_eq!(api.calls().to("createWebhookEndpoint").only().violations().len(), 0);
}

#[test]
fn what_was_not_sent_has_its_default() {
    let endpoint = created(&json!({"url": URL}));
    assert_eq!(endpoint["enabled"], true);
    assert_eq!(endpoint["name"], Value::Null);
    assert_eq!(endpoint["subscribed_event_types"], json!(kayle::EVENT_TYPES));
}

#[test]
fn a_disabled_endpoint_says_since_when() {
    let endpoint = created(&json!({"url": URL, "enabled": false}));
    assert_eq!(endpoint["enabled"], false);
    assert_eq!(endpoint["disabled_at"], "2026-01-01T00:00:00.000Z");
}

#[test]
fn names_are_trimmed_and_counted_in_utf_16() {
    let named = |name: &str| create(&json!({"url": URL, "name": name}));
    let name_of = |response: &Response| response.json()["data"]["endpoint"]["name"].clone();
    assert_eq!(name_of(&named("  a b \n")), "a b");
    assert_eq!(name_of(&named(&format!(" {} ", "x".repeat(120)))), "x".repeat(120));
    // An emoji outside the basic plane counts two.
    assert_eq!(name_of(&named(&"😀".repeat(60))), "😀".repeat(60));
    assert_eq!(named(&"😀".repeat(61)).status(), 400);
}

#[test]
fn an_empty_list_of_event_types_is_shown_as_all_and_repeated_ones_as_sent() {
    assert_eq!(created(&json!({"url": URL, "subscribed_event_types": []}))["subscribed_event_types"], json!(kayle::EVENT_TYPES));
    let twice = json!(["verification.session.expired", "verification.session.expired"]);
    assert_eq!(created(&json!({"url": URL, "subscribed_event_types": twice}))["subscribed_event_types"], twice);
}

#[test]
fn unknown_members_are_dropped() {
    let sent = json!({"url": URL, "colour": "mauve", "id": "mine", "created_at": "2020-01-01T00:00:00.000Z", "signing_secret": "mine"});
    let response = create(&sent);
    assert_eq!(response.status(), 200);
    let text = String::from_utf8(response.body().to_vec()).unwrap();
    assert!(!text.contains("mauve") && !text.contains("mine") && !text.contains("2020"), "{text}");
}

#[test]
fn urls_come_back_as_they_were_sent() {
    for url in
        ["https:example.com", " https://EXAMPLE.com ", "http://localhost:3000/a?b#c", "https://2130706433/", "https://bücher.example/"]
    {
        assert_eq!(created(&json!({"url": url}))["url"], url);
    }
}

#[test]
fn every_broken_request_is_a_400_that_names_the_field_and_the_rule() {
    let json = |body: &str| authorised().with_header("Content-Type", "application/json").with_body(body.to_owned());
    let with = |name: &str, value: Value| {
        let mut body = json!({"url": URL});
        body[name] = value;
        authorised().with_json(&body)
    };
    let huge = format!("https://{}@example.com/{}", "u".repeat(1_000_000), "x".repeat(2_000_000));
    let cases = [
        ("no body", "url", authorised()),
        ("empty body", "url", json("")),
        ("half an object", "body", json("{")),
        ("an array", "body", json("[]")),
        ("null", "body", json("null")),
        ("no url", "url", json("{}")),
        ("url is a number", "url", with("url", json!(5))),
        ("http to a public host", "url", with("url", json!("http://example.com"))),
        ("user and password", "url", with("url", json!("https://user:pw@example.com"))),
        ("private IPv4", "url", with("url", json!("https://10.0.0.1/"))),
        ("3 MB of url", "url", with("url", json!(huge))),
        ("no URL at all", "url", with("url", json!("x".repeat(3_000_000)))),
        ("empty name", "name", with("name", json!(""))),
        ("blank name", "name", with("name", json!(" \t"))),
        ("name of 121", "name", with("name", json!("x".repeat(121)))),
        ("name of 61 emoji", "name", with("name", json!("😀".repeat(61)))),
        ("name is null", "name", with("name", Value::Null)),
        ("enabled is text", "enabled", with("enabled", json!("true"))),
        ("enabled is null", "enabled", with("enabled", Value::Null)),
        ("unknown event type", "subscribed_event_types/0", with("subscribed_event_types", json!(["verification.attempt.succeded"]))),
        ("event types are text", "subscribed_event_types", with("subscribed_event_types", json!("all"))),
        ("url twice", "url", json(r#"{"url": "https://a.example", "url": "https://b.example"}"#)),
        (
            "content type of a form",
            "content-type",
            authorised().with_header("Content-Type", "application/x-www-form-urlencoded").with_body("url=x"),
        ),
        ("no content type", "content-type", authorised().with_body(r#"{"url": "https://a.example"}"#)),
        ("invalid UTF-8", "body", authorised().with_header("Content-Type", "application/json").with_body(&b"{\"url\": \"\xff\"}"[..])),
        ("everything wrong", "url", authorised().with_json(&json!({"name": "", "enabled": 1, "subscribed_event_types": {}}))),
    ];
    let mut said = Vec::new();
    for (case, field, request) in cases {
        let api = server();
        let response = api.handle(request);
        assert_eq!(response.status(), 400, "{case}");
        let body = response.json();
        assert_eq!(body["data"], Value::Null, "{case}");
        assert_eq!(body["error"]["code"], "BAD_REQUEST", "{case}");
        let message = body["error"]["message"].as_str().unwrap();
        assert!(message.contains(field), "{case}: {message}");
        assert!(message.len() < 2_000, "{case}: {} bytes", message.len());
        assert!(!api.violations().is_empty(), "{case}");
        said.push(format!("{case}\n  {}", message.replace("; body", ";\n  body")));
    }
    insta::assert_snapshot!(said.join("\n"));
}

#[test]
fn without_a_token_it_is_401_with_the_documented_body() {
    let body = json!({"error": {"code": "UNAUTHORIZED", "message": "Unauthorized"}});
    let plain = || Request::post(ENDPOINTS).with_json(&json!({"url": URL}));
    let with = |value: &str| plain().with_header("Authorization", value);
    for request in [
        plain(),
        with(""),
        with("Bearer"),
        with("Bearer "),
        with("bearer x"),
        with("Bearer  x"),
        with("Basic dXNlcjpwdw=="),
        with("kk_key"),
    ] {
        let response = server().handle(request);
        assert_eq!(response.status(), 401);
        assert_eq!(response.json(), body);
    }
    assert_eq!(server().handle(with("Bearer <token>")).status(), 200);
}

#[test]
fn keys_can_be_named_and_limited() {
    let body = json!({"url": URL});
    let api =
        kayle::builder().api_key(kayle::API_KEY).api_key(ApiKey::new("kk_reader").with_scopes(["webhooks:read"])).lenient(true).start();
    let with = |key: &str, request: Request| as_key(&api, key, request);
    assert_eq!(with(kayle::API_KEY, Request::post(ENDPOINTS).with_json(&body)).status(), 200);
    assert_eq!(with("kk_unknown", Request::post(ENDPOINTS).with_json(&body)).status(), 401);
    let forbidden = with("kk_reader", Request::post(ENDPOINTS).with_json(&body));
    assert_eq!(forbidden.status(), 403);
    assert_eq!(forbidden.json(), json!({"error": {"code": "FORBIDDEN", "message": "Forbidden"}}));
    assert_eq!(with("kk_reader", Request::get(ENDPOINTS)).status(), 200);
    // Credentials come before the body in the order of checks.
    assert_eq!(with("kk_reader", Request::post(ENDPOINTS).with_json(&json!({}))).status(), 403);
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_every_request_its_own_ids() {
    let started = || kayle::builder().seed(7).lenient(true).start();
    let body = |number: u32| json!({"url": format!("https://example.com/{number}")});
    let (one, two) = (started(), started());
    let first: Vec<Response> = [1, 2, 1].iter().map(|number| one.handle(authorised().with_json(&body(*number)))).collect();
    // Another order, and other calls between.
    two.handle(Request::get(ENDPOINTS).with_header("Authorization", "Bearer x"));
    let second: Vec<Response> = [2, 1, 1].iter().map(|number| two.handle(authorised().with_json(&body(*number)))).collect();
    assert_eq!(first[0].body(), second[1].body());
    assert_eq!(first[1].body(), second[0].body());
    assert_eq!(first[2].body(), second[2].body());
    let ids: std::collections::BTreeSet<String> =
        first.iter().map(|response| response.json()["data"]["endpoint"]["id"].to_string()).collect();
    assert_eq!(ids.len(), 3, "the third request repeats the first, and makes an endpoint of its own");
    let other = kayle::builder().seed(8).lenient(true).start().handle(authorised().with_json(&body(1)));
    assert_ne!(other.body(), first[0].body());
}

#[test]
fn json_that_is_called_so_in_capitals_is_not_read() {
    let key = key_body("k", &jwk());
    for content_type in ["Application/JSON", "application/JSON; charset=utf-8", "APPLICATION/JSON", "application/vnd.Mine+json"] {
        let api = server();
        let path = format!("{ENDPOINTS}/{}", endpoint(&api));
        let keys = format!("{path}/keys");
        let requests = [
            (Request::post(ENDPOINTS), json!({"url": URL})),
            (Request::with_method(standin::Method::PATCH, &path), json!({"name": "n"})),
            (Request::post(&keys), key.clone()),
        ];
        for (request, body) in requests {
            let sent = with_key(request).with_header("Content-Type", content_type).with_body(body.to_string());
            let answer = told(&api.handle(sent.clone()));
            assert!(text(&answer.1["error"], "message").starts_with("header content-type: expected"), "{content_type}: {}", answer.1);
            assert_eq!(refused(answer), bad_request(), "{content_type} {}", sent.path());
            let real = as_server();
            assert_eq!(refused(told(&real.handle(sent))), bad_request(), "in the envelope of the real server, too");
        }
        assert_eq!((list(&api, ENDPOINTS).len(), list(&api, &keys).len()), (1, 0), "nothing was done");
    }
    for content_type in ["application/json; charset=utf-8", "application/json;charset=UTF-8", "application/merge-patch+json"] {
        let sent = with_key(Request::post(ENDPOINTS)).with_header("Content-Type", content_type);
        data(told(&server().handle(sent.with_body(json!({"url": URL}).to_string()))));
    }
}

#[test]
fn the_real_servers_400_can_be_had() {
    let api = as_server();
    let refused = api.handle(authorised().with_json(&json!({"name": "", "enabled": "x", "subscribed_event_types": ["y"]})));
    assert_eq!(refused.status(), 400);
    let body = refused.json();
    assert_eq!((&body["success"], &body["error"]["name"]), (&json!(false), &json!("ZodError")));
    let message = body["error"]["message"].as_str().unwrap();
    insta::assert_snapshot!(message);

    assert_eq!(api.handle(Request::post(ENDPOINTS)).status(), 401);
}

#[test]
fn the_real_server_tells_each_case_in_its_own_words() {
    let with = |name: &str, value: Value| {
        let mut body = json!({"url": URL});
        body[name] = value;
        body
    };
    let types = |items: Value| with("subscribed_event_types", items);
    let cases = [
        (Value::Null, "invalid_type", json!([]), json!({"expected": "object"})),
        (json!([]), "invalid_type", json!([]), json!({"expected": "object"})),
        (json!("text"), "invalid_type", json!([]), json!({"expected": "object"})),
        (json!(5), "invalid_type", json!([]), json!({"expected": "object"})),
        (json!({}), "invalid_type", json!(["url"]), json!({"expected": "string"})),
        (with("url", json!(5)), "invalid_type", json!(["url"]), json!({"expected": "string"})),
        (with("url", json!("")), "custom", json!(["url"]), json!({})),
        (with("url", json!("http://example.com")), "custom", json!(["url"]), json!({})),
        (with("name", json!("")), "too_small", json!(["name"]), json!({"origin": "string", "minimum": 1, "inclusive": true})),
        (with("name", json!(" \t")), "too_small", json!(["name"]), json!({"origin": "string", "minimum": 1, "inclusive": true})),
        (with("name", json!("x".repeat(121))), "too_big", json!(["name"]), json!({"origin": "string", "maximum": 120, "inclusive": true})),
        (with("name", json!("😀".repeat(61))), "too_big", json!(["name"]), json!({"origin": "string", "maximum": 120, "inclusive": true})),
        (with("name", Value::Null), "invalid_type", json!(["name"]), json!({"expected": "string"})),
        (with("enabled", json!("true")), "invalid_type", json!(["enabled"]), json!({"expected": "boolean"})),
        (with("enabled", json!(1)), "invalid_type", json!(["enabled"]), json!({"expected": "boolean"})),
        (with("enabled", Value::Null), "invalid_type", json!(["enabled"]), json!({"expected": "boolean"})),
        (types(json!("all")), "invalid_type", json!(["subscribed_event_types"]), json!({"expected": "array"})),
        (
            types(json!([kayle::EVENT_TYPES[0], "no"])),
            "invalid_value",
            json!(["subscribed_event_types", 1]),
            json!({"values": kayle::EVENT_TYPES}),
        ),
    ];
    let api = as_server();
    for (body, code, path, more) in cases {
        let issues = issues(post(&api, ENDPOINTS, &body));
        let mut issue = issues[0].clone();
        assert!(issue.as_object_mut().unwrap().remove("message").is_some_and(|message| message.is_string()));
        let mut expected = more;
        expected["code"] = code.into();
        expected["path"] = path;
        assert_eq!((issues.len(), issue), (1, expected), "{body}");
    }
    let plain = |body: &'static str| authorised().with_header("Content-Type", "application/json").with_body(body);
    for body in ["{", "", "{\"url\": }"] {
        let malformed = api.handle(plain(body));
        assert_eq!((malformed.status().as_u16(), malformed.header("content-type")), (400, Some("text/plain; charset=UTF-8")), "{body}");
        assert_eq!(malformed.body(), "Malformed JSON in request body", "{body}");
    }
    let path = format!("{ENDPOINTS}/{}", endpoint(&api));
    for body in [json!({}), json!({"colour": "mauve"})] {
        let issues = issues(patch(&api, &path, &body));
        assert_eq!((issues.len(), &issues[0]["code"], &issues[0]["path"]), (1, &json!("custom"), &json!([])), "{body}");
    }
    assert_eq!(data(patch(&api, &path, &json!({"name": null})))["name"], Value::Null);
    let unread = Request::with_method(standin::Method::PATCH, &path).with_body(r#"{"name": "n"}"#);
    assert_eq!(refused(told(&api.handle(with_key(unread)))), bad_request(), "what is not read changes nothing");
    let bogus = issues(get(&api, &format!("{DELIVERIES}?status=bogus")));
    assert_eq!((&bogus[0]["code"], &bogus[0]["path"]), (&json!("invalid_value"), &json!(["status"])));
}

#[test]
fn a_flood_of_violations_is_told_in_part() {
    let api = server();
    let types: Vec<Value> = (0..100_000).map(Value::from).collect();
    let response = api.handle(authorised().with_json(&json!({"url": URL, "subscribed_event_types": types})));
    assert_eq!(response.status(), 400);
    assert_eq!(api.violations().len(), 201);
    let repeated = format!("{{{}\"url\": \"{URL}\"}}", "\"url\": 1,".repeat(100_000));
    api.reset();
    assert_eq!(api.handle(authorised().with_header("Content-Type", "application/json").with_body(repeated)).status(), 400);
    assert_eq!(api.violations().len(), 1, "one member is one violation, however often it is given");
}

#[test]
fn no_secret_is_told_back() {
    let document = json!({"openapi": "3.1.0", "paths": {"/login": {"post": {
        "parameters": [{"name": "token", "in": "query", "schema": {"type": "string", "maxLength": 3}}],
        "requestBody": {"content": {"application/json": {"schema": {"type": "object", "properties": {
            "password": {"type": "string", "format": "password", "pattern": "^[0-9]+$"},
            "keys": {"type": "array", "items": {"type": "integer", "writeOnly": true}}
        }}}}}
    }}}});
    let api = MockServer::builder(&standin::Contract::from_value("login", document).unwrap()).lenient(true).start();
    let response = api.handle(Request::post("/login?token=canary-1").with_json(&json!({"password": "canary-2", "keys": ["canary-3"]})));
    assert_eq!((response.status().as_u16(), api.violations().len()), (422, 3));
    let report = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| api.verify())).unwrap_err();
    let text = format!("{:?} {} {:?}", api.violations(), report.downcast_ref::<String>().unwrap(), response.json());
    assert!(!text.contains("canary"), "{text}");
}
