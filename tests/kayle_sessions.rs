//! Sessions: creating, reading and cancelling them, their attempts, and how they end.

mod kayle_common;

use kayle_common::*;
use serde_json::{Value, json};
use standin::{Request, kayle};

#[test]
fn a_session_without_a_body_offers_all_claims() {
    let api = server();
    let created = data(call(&api, SESSIONS));
    let id = text(&created, "id").to_owned();
    assert!(is_random(&created["id"], "vs_", 64) && is_random(&created["cancel_token"], "", 48), "{created}");
    let url = format!("http://localhost:2999/{id}");
    assert_eq!(created["verification_url"], format!("{url}?cancel_token={}", text(&created, "cancel_token")));
    let fields = created["share_fields"].as_object().unwrap();
    assert_eq!(fields.len(), 13);
    let required: Vec<&String> = fields.iter().filter(|(_, field)| field["required"] == true).map(|(key, _)| key).collect();
    assert_eq!(required, ["kayle_document_id"]);
    assert_eq!(fields["mrz_optional_data"], json!({"required": false, "reason": "Sharing \"MRZ Optional Data\"", "source": "default"}));
    let read = data(get(&api, &format!("{SESSIONS}/{id}")));
    let expected = json!({
        "id": id, "status": "created", "contract_version": 1, "share_fields": fields, "redirect_url": null, "verification_url": url,
        "expires_at": "2026-01-01T01:00:00.000Z", "completed_at": null, "created_at": START, "updated_at": START
    });
    assert_eq!(read, expected);
    assert_eq!(list(&api, SESSIONS), [expected]);
    all_conform(&api);
}

/// The claims that there are, beside those of age.
const CLAIMS: [&str; 13] = [
    "date_of_birth",
    "document_expiry_date",
    "document_number",
    "document_photo",
    "document_type_code",
    "family_name",
    "given_names",
    "issuing_country_code",
    "kayle_document_id",
    "kayle_human_id",
    "mrz_optional_data",
    "nationality_code",
    "sex_marker",
];

#[test]
fn every_claim_that_there_is_can_be_asked_for() {
    let api = server();
    assert_eq!(members(&data(call(&api, SESSIONS))["share_fields"]), CLAIMS);
    let asked: serde_json::Map<String, Value> = CLAIMS.iter().map(|claim| ((*claim).to_owned(), field("r"))).collect();
    let created = data(post(&api, SESSIONS, &json!({"share_fields": asked})));
    assert_eq!(members(&created["share_fields"]), CLAIMS);
    assert!(created["share_fields"].as_object().unwrap().values().all(|field| field["source"] == "rc"));
    for gate in ["age_over_12", "age_over_18", "age_over_99", "age_over_130"] {
        let created = data(post(&api, SESSIONS, &json!({"share_fields": {gate: field("r")}})));
        assert_eq!(members(&created["share_fields"]), [gate, "kayle_document_id"]);
    }
}

#[test]
fn claims_are_written_in_the_order_of_their_names() {
    let api = server();
    let fine = field("r");
    let body = format!(r#"{{"share_fields": {{"sex_marker": {fine}, "given_names": {fine}, "age_over_18": {fine}}}}}"#);
    let response = api.handle(with_key(Request::post(SESSIONS)).with_header("Content-Type", "application/json").with_body(body));
    let text = std::str::from_utf8(response.body()).unwrap();
    let places = ["age_over_18", "given_names", "kayle_document_id", "sex_marker"].map(|name| text.find(&format!("\"{name}\"")).unwrap());
    assert!(places.is_sorted(), "{text}");
}

#[test]
fn the_redirect_url_has_rules_of_its_own() {
    let api = server();
    for url in [
        "https://example.com/done?a=b#c",
        "https://10.0.0.1/",
        "https://8.8.8.8/",
        "https://[::1]/",
        "http://localhost:3000/done",
        "http://127.0.0.1/",
        " https://EXAMPLE.com ",
    ] {
        let created = data(post(&api, SESSIONS, &json!({"redirect_url": url})));
        assert_eq!(data(get(&api, &format!("{SESSIONS}/{}", text(&created, "id"))))["redirect_url"], url);
    }
    for (url, reason) in [
        ("", "invalid"),
        ("/done", "invalid"),
        ("https://", "invalid"),
        ("https://user:pw@example.com", "credentials"),
        ("ftp://example.com", "scheme"),
        ("kayle://done", "scheme"),
        ("http://example.com", "http"),
        ("http://10.0.0.1/", "http"),
        ("http://[::1]/", "http"),
    ] {
        let body = json!({"redirect_url": url});
        assert_eq!(refused(post(&api, SESSIONS, &body)), bad_request(), "{url}");
        assert_eq!(api.calls().last().violations()[0].code(), format!("kayle.url.{reason}"), "{url}");
        assert_eq!(issues(post(&as_server(), SESSIONS, &body))[0]["path"], json!(["redirect_url"]), "{url}");
    }
    for wrong in [json!(5), Value::Null, json!([])] {
        assert_eq!(refused(post(&api, SESSIONS, &json!({"redirect_url": wrong}))), bad_request(), "{wrong}");
    }
}

#[test]
fn very_many_claims_are_refused() {
    let many: serde_json::Map<String, Value> = (0..50_000).map(|number| (format!("k{number}"), field("r"))).collect();
    let api = server();
    let answer = post(&api, SESSIONS, &json!({"share_fields": many}));
    assert_eq!(refused(answer), (400, "TOO_MANY_SHARE_FIELDS".to_owned()));
}

#[test]
fn what_is_asked_for_is_kept_in_order() {
    let api = server();
    let body = json!({"redirect_url": "https://10.0.0.1/done", "share_fields": {
        "family_name": {"required": true, "reason": "  to \n greet  you "}, "age_over_18": {"required": false, "reason": "r"}
    }});
    let created = data(post(&api, SESSIONS, &body));
    assert_eq!(created["redirect_url"], "https://10.0.0.1/done");
    let expected = json!({
        "age_over_18": {"required": false, "reason": "r", "source": "rc"},
        "family_name": {"required": true, "reason": "to greet you", "source": "rc"},
        "kayle_document_id": {"required": true, "reason": "Sharing \"Kayle Document ID\"", "source": "default"}
    });
    assert_eq!(created["share_fields"], expected);
    let own = json!({"share_fields": {"kayle_document_id": {"required": false, "reason": "mine"}}});
    let own = data(post(&api, SESSIONS, &own))["share_fields"].clone();
    assert_eq!(own, json!({"kayle_document_id": {"required": true, "reason": "mine", "source": "rc"}}));
    all_conform(&api);
}

#[test]
fn each_problem_of_the_claims_has_a_code() {
    let entry = |key: &str, entry: Value| json!({"share_fields": {key: entry}}).to_string();
    let fine = field("r").to_string();
    let many: Vec<String> = (0..33).map(|number| format!(r#""age_over_{}": {fine}"#, number + 12)).collect();
    let of = |entries: &str| format!(r#"{{"share_fields": {{{entries}}}}}"#);
    let cases = [
        (r#"{"share_fields": []}"#.to_owned(), "INVALID_SHARE_FIELDS"),
        (r#"{"share_fields": null}"#.to_owned(), "INVALID_SHARE_FIELDS"),
        (entry("family_name", json!(true)), "INVALID_SHARE_FIELDS"),
        (entry("family_name", json!({"reason": "r"})), "INVALID_SHARE_FIELDS"),
        (entry("family_name", json!({"required": "yes", "reason": "r"})), "INVALID_SHARE_FIELDS"),
        (entry("family_name", json!({"required": true})), "REASON_REQUIRED"),
        (entry("family_name", json!({"required": true, "reason": 1})), "REASON_REQUIRED"),
        (entry("family_name", field("")), "REASON_REQUIRED"),
        (entry("family_name", field(" \t")), "REASON_REQUIRED"),
        (entry("family_name", field(&"x".repeat(201))), "REASON_TOO_LONG"),
        (entry("family_name", field(&"😀".repeat(101))), "REASON_TOO_LONG"),
        (entry("age_over_11", field("r")), "INVALID_AGE_GATE_KEY"),
        (entry("age_over_", field("r")), "INVALID_AGE_GATE_KEY"),
        (entry("age_over_131", field("r")), "INVALID_AGE_GATE_KEY"),
        (entry("shoe_size", field("r")), "UNKNOWN_CLAIM_KEY"),
        (of(&many.join(",")), "TOO_MANY_SHARE_FIELDS"),
        (of(&format!(r#""age_over_18": {fine}, "age_over_21": {fine}"#)), "MULTIPLE_AGE_GATES_NOT_ALLOWED"),
        (of(&format!(r#""age_over_18": {fine}, "date_of_birth": {fine}"#)), "DOB_AND_AGE_GATE_CONFLICT"),
        // The first that was sent decides, whatever its name.
        (of(&format!(r#""zzz": {fine}, "age_over_11": {fine}"#)), "UNKNOWN_CLAIM_KEY"),
        (of(&format!(r#""age_over_11": {fine}, "aaa": {fine}"#)), "INVALID_AGE_GATE_KEY"),
        // Types come before meanings, and the redirect URL between them.
        (of(&format!(r#""zzz": {fine}, "family_name": 1"#)), "INVALID_SHARE_FIELDS"),
        (r#"{"redirect_url": "ftp://x", "share_fields": 1}"#.to_owned(), "INVALID_SHARE_FIELDS"),
        (format!(r#"{{"redirect_url": "ftp://x", "share_fields": {{"zzz": {fine}}}}}"#), "BAD_REQUEST"),
        (r#"{"redirect_url": "ftp://x"}"#.to_owned(), "BAD_REQUEST"),
        (r#"{"redirect_url": "http://example.com"}"#.to_owned(), "BAD_REQUEST"),
        ("[]".to_owned(), "BAD_REQUEST"),
        ("{".to_owned(), "BAD_REQUEST"),
    ];
    let as_server = as_server();
    for (body, code) in cases {
        let request = || with_key(Request::post(SESSIONS)).with_header("Content-Type", "application/json").with_body(body.clone());
        let api = server();
        let response = api.handle(request());
        assert_eq!(refused((response.status().as_u16(), response.json())), (400, code.to_owned()), "{body}");
        assert!(is_as_declared(&response.json()), "{}", response.json());
        let told = as_server.handle(request());
        assert_eq!(told.status(), 400);
        if code != "BAD_REQUEST" {
            assert_eq!(told.json()["error"]["code"], code, "{body}");
        } else if body != "{" {
            assert_eq!(told.json()["success"], false, "{body}");
        }
    }
}

/// A rule's refusal is not judged on its way out: here it is.
fn is_as_declared(body: &Value) -> bool {
    let document = kayle::contract().document().clone();
    let declared =
        document["components"]["schemas"]["CreateSessionError"]["properties"]["error"]["allOf"][1]["properties"]["code"]["enum"].clone();
    declared.as_array().unwrap().contains(&body["error"]["code"]) && body.as_object().unwrap().len() == 2
}

#[test]
fn a_body_that_is_not_called_json_is_not_read() {
    let api = server();
    let body = json!({"redirect_url": "ftp://x"}).to_string();
    for content_type in [Some("text/plain"), Some("application/x-www-form-urlencoded"), Some("Application/JSON"), None] {
        let request = with_key(Request::post(SESSIONS));
        let request = content_type.into_iter().fold(request, |request, name| request.with_header("Content-Type", name));
        let response = api.handle(request.with_body(body.clone()));
        assert_eq!(response.status(), 200, "{content_type:?}: {}", response.json());
        assert_eq!(response.json()["data"]["redirect_url"], Value::Null);
        let call = api.calls().last();
        assert!(call.remarks().iter().any(|remark| remark.code() == "kayle.body-not-read"), "{content_type:?}");
    }
    for content_type in ["application/json; charset=utf-8", "application/merge-patch+json"] {
        let request = with_key(Request::post(SESSIONS)).with_header("Content-Type", content_type).with_body(body.clone());
        assert_eq!(api.handle(request).status(), 400, "{content_type}");
    }
}

#[test]
fn attempts_are_shown_to_whoever_asks_with_any_text() {
    let api = server();
    let created = data(call(&api, &format!("{SESSIONS}?include_attempts=true")));
    assert_eq!(created["attempts"], json!([]));
    assert!(data(call(&api, SESSIONS)).get("attempts").is_none());
    let session = kayle::handle(&api).session(text(&created, "id"));
    let attempt = session.start_attempt();
    let path = format!("{SESSIONS}/{}", session.id());
    for query in ["include_attempts=true", "include_attempts=false", "include_attempts=0", "include_attempts=x"] {
        assert_eq!(data(get(&api, &format!("{path}?{query}")))["attempts"][0]["id"], attempt, "{query}");
        let listed = list(&api, &format!("{SESSIONS}?{query}"));
        assert!(listed.iter().all(|session| session["attempts"].is_array()), "{query}");
    }
    for query in ["", "include_attempts="] {
        assert!(data(get(&api, &format!("{path}?{query}"))).get("attempts").is_none(), "{query}");
        assert!(list(&api, &format!("{SESSIONS}?{query}")).iter().all(|session| session.get("attempts").is_none()), "{query}");
    }
    all_conform(&api);
}

#[test]
fn the_token_is_in_the_answer_to_creating_only() {
    let api = server();
    let created = data(call(&api, SESSIONS));
    let token = text(&created, "cancel_token").to_owned();
    for target in [SESSIONS.to_owned(), format!("{SESSIONS}/{}?include_attempts=1", text(&created, "id"))] {
        let (_, body) = get(&api, &target);
        assert!(!body.to_string().contains(&token) && !body.to_string().contains("cancel_token"), "{body}");
    }
}

#[test]
fn lists_are_filtered_by_status_and_time() {
    let api = server();
    let handle = kayle::handle(&api);
    handle.seed_session().cancel();
    api.clock().advance(minutes(1));
    let open = handle.seed_session();
    let count = |query: &str| list(&api, &format!("{SESSIONS}?{query}")).len();
    assert_eq!(ids(&list(&api, &format!("{SESSIONS}?status=created"))), [open.id()]);
    assert_eq!([count("status=cancelled"), count("status=expired")], [1, 0]);
    assert_eq!([count("created_from=2026-01-01T00:01Z"), count("created_to=2026-01-01T00:00Z")], [1, 1]);
    assert_eq!(refused(get(&api, &format!("{SESSIONS}?status=bogus"))), bad_request());
}

#[test]
fn cancelling_ends_what_has_not_ended() {
    let api = server();
    let handle = kayle::handle(&api);
    let session = handle.seed_session();
    session.start_attempt();
    api.clock().advance(minutes(1));
    let path = format!("{SESSIONS}/{}/cancel", session.id());
    assert_eq!(call(&api, &path), (204, Value::Null));
    let read = session.read();
    let at = "2026-01-01T00:01:00.000Z";
    assert_eq!((&read["status"], &read["completed_at"], &read["updated_at"]), (&json!("cancelled"), &json!(at), &json!(at)));
    let attempt = &read["attempts"][0];
    assert_eq!(
        (&attempt["status"], &attempt["failure_code"], &attempt["completed_at"]),
        (&json!("failed"), &json!("session_cancelled"), &json!(at))
    );
    assert_eq!(handle.events().len(), 1);
    api.clock().advance(minutes(1));
    assert_eq!(call(&api, &path), (204, Value::Null));
    assert_eq!((session.read(), handle.events().len()), (read, 1));
    let completed = handle.seed_session();
    completed.succeed();
    let expired = handle.seed_session();
    expired.expire();
    let before = (completed.read(), expired.read(), handle.events());
    api.clock().advance(minutes(1));
    for ended in [&completed, &expired] {
        assert_eq!(call(&api, &format!("{SESSIONS}/{}/cancel", ended.id())), (204, Value::Null));
    }
    assert_eq!((completed.read(), expired.read(), handle.events()), before);
    let unknown = unknown_session();
    assert_eq!(refused(call(&api, &format!("{SESSIONS}/{unknown}/cancel"))), not_found());
    assert_eq!(refused(get(&api, &format!("{SESSIONS}/{unknown}"))), not_found());
    assert_eq!(refused(get(&api, &format!("{SESSIONS}/vs_no"))), bad_request());
    assert_eq!(refused(call(&api, &format!("{SESSIONS}/vs_no/cancel"))), bad_request());
    all_conform(&api);
}

#[test]
fn a_session_expires_when_its_hour_is_over() {
    let api = server();
    let handle = kayle::handle(&api);
    handle.seed_endpoint(URL);
    let id = text(&data(call(&api, SESSIONS)), "id").to_owned();
    let session = handle.session(&id);
    session.start_attempt();
    let idle = handle.seed_session();
    handle.seed_session().cancel();
    api.clock().advance(minutes(59));
    assert_eq!((&session.read()["status"], &idle.read()["status"]), (&json!("in_progress"), &json!("created")));
    api.clock().advance(minutes(61));
    assert_eq!((&idle.read()["status"], &idle.read()["attempts"]), (&json!("expired"), &json!([])));
    let read = data(get(&api, &format!("{SESSIONS}/{id}?include_attempts=1")));
    assert_eq!((&read["status"], &read["completed_at"]), (&json!("expired"), &json!("2026-01-01T01:00:00.000Z")));
    assert_eq!((&read["attempts"][0]["status"], &read["attempts"][0]["failure_code"]), (&json!("failed"), &json!("session_expired")));
    let expired = list(&api, "/v1/events?type=verification.session.expired");
    let about = |event: &Value| (text(event, "trigger_type").to_owned(), text(event, "trigger_id").to_owned());
    let mut told: Vec<(String, String)> = expired.iter().map(about).collect();
    told.sort();
    let mut sessions = [session.id(), idle.id()].map(|id| ("verification_session".to_owned(), id.to_owned()));
    sessions.sort();
    assert_eq!(told, sessions);
    assert!(expired.iter().all(|event| event["deliveries"].as_array().unwrap().len() == 1));
    api.clock().advance(minutes(600));
    assert_eq!(list(&api, "/v1/events?type=verification.session.expired").len(), 2, "once for each");
    all_conform(&api);
}

#[test]
fn an_attempt_that_succeeds_completes_the_session() {
    let api = server();
    let handle = kayle::handle(&api);
    let session = handle.seed_session();
    let attempt = session.start_attempt();
    assert!(is_random(&json!(attempt), "va_", 64));
    assert_eq!(session.read()["status"], "in_progress");
    api.clock().advance(minutes(1));
    session.succeed();
    let read = session.read();
    assert_eq!((&read["status"], &read["completed_at"]), (&json!("completed"), &json!("2026-01-01T00:01:00.000Z")));
    let shown = &read["attempts"][0];
    assert_eq!((&shown["status"], &shown["failure_code"], &shown["id"]), (&json!("succeeded"), &Value::Null, &json!(attempt)));
    assert!((0.0..=1.0).contains(&shown["risk_score"].as_f64().unwrap()));
    let events = handle.events();
    let told = |event: &Value| [text(event, "type"), text(event, "trigger_type"), text(event, "trigger_id")].map(str::to_owned);
    let expected = [
        ["verification.attempt.succeeded", "verification_attempt", &attempt],
        ["verification.session.completed", "verification_session", session.id()],
    ];
    assert_eq!(events.iter().map(told).collect::<Vec<_>>(), expected.map(|event| event.map(str::to_owned)));
}

#[test]
fn an_attempt_has_eight_members_wherever_it_is_shown() {
    let expected = ["completed_at", "created_at", "failure_code", "id", "risk_score", "session_id", "status", "updated_at"];
    let api = server();
    let handle = kayle::handle(&api);
    let (open, won, lost) = (handle.seed_session(), handle.seed_session(), handle.seed_session());
    open.start_attempt();
    won.succeed();
    lost.fail("selfie_face_mismatch");
    for (session, status) in [(&open, "in_progress"), (&won, "succeeded"), (&lost, "failed")] {
        let listed = list(&api, &format!("{ATTEMPTS}?session_id={}", session.id())).remove(0);
        let shown = data(get(&api, &format!("{SESSIONS}/{}?include_attempts=1", session.id())))["attempts"][0].clone();
        assert_eq!(listed, shown, "{status}");
        assert_eq!(members(&shown), expected, "{status}");
        assert!(is_random(&shown["id"], "va_", 64), "{shown}");
        assert_eq!((&shown["session_id"], &shown["status"]), (&json!(session.id()), &json!(status)));
        assert_eq!((shown["completed_at"].is_null(), shown["failure_code"].is_null()), (status == "in_progress", status != "failed"));
        assert!((0.0..=1.0).contains(&shown["risk_score"].as_f64().unwrap()), "{shown}");
        assert!(is_time(&shown["created_at"]) && is_time(&shown["updated_at"]), "{shown}");
    }
    all_conform(&api);
}

#[test]
fn attempts_fail_for_six_reasons() {
    let api = server();
    let handle = kayle::handle(&api);
    let told = [
        "passport_authenticity_failed",
        "passport_active_authentication_failed",
        "passport_chip_authentication_failed",
        "selfie_face_mismatch",
    ];
    let code = |session: &kayle::Session<'_>| session.read()["attempts"][0]["failure_code"].clone();
    for expected in told {
        let session = handle.seed_session();
        session.fail(expected);
        assert_eq!(code(&session), expected);
    }
    let (cancelled, expired) = (handle.seed_session(), handle.seed_session());
    cancelled.start_attempt();
    expired.start_attempt();
    cancelled.cancel();
    expired.expire();
    assert_eq!([code(&cancelled), code(&expired)], ["session_cancelled", "session_expired"]);
    let declared = kayle::contract().document()["components"]["schemas"]["Attempt"]["properties"]["failure_code"]["enum"].clone();
    let mut all: Vec<Value> =
        told.iter().map(|code| json!(code)).chain([json!("session_cancelled"), json!("session_expired"), Value::Null]).collect();
    let mut declared = declared.as_array().unwrap().clone();
    all.sort_by_key(Value::to_string);
    declared.sort_by_key(Value::to_string);
    assert_eq!(declared, all);
}

#[test]
fn attempts_are_counted_by_their_list_and_not_by_what_the_session_shows() {
    let api = server();
    let session = kayle::handle(&api).seed_session();
    let first = session.start_attempt();
    session.fail("selfie_face_mismatch");
    session.fail("selfie_face_mismatch");
    assert!(api.change_as(kayle::ORGANIZATION, |tx| tx.remove("attempts", &first)));
    session.fail("selfie_face_mismatch");
    assert_eq!(session.read()["status"], "created", "of those that there are it is the second");
}

#[test]
fn the_path_of_attempts_is_doubled() {
    let api = server();
    assert_eq!(refused(get(&api, "/v1/sessions/attempts")), bad_request());
    assert_eq!(refused(get(&api, "/v1/sessions/attempts?status=failed")), bad_request());
    let issue = issues(get(&as_server(), "/v1/sessions/attempts")).remove(0);
    assert_eq!((&issue["code"], &issue["path"]), (&json!("invalid_format"), &json!(["id"])));
    assert_eq!(list(&api, &format!("{ATTEMPTS}?status=failed")).len(), 0);
}

#[test]
fn the_third_attempt_that_fails_completes_the_session() {
    let api = server();
    let handle = kayle::handle(&api);
    let session = handle.seed_session();
    for (code, expected) in [
        ("selfie_face_mismatch", "created"),
        ("passport_authenticity_failed", "created"),
        ("passport_chip_authentication_failed", "completed"),
    ] {
        session.fail(code);
        assert_eq!(session.read()["status"], expected, "{code}");
    }
    let events = handle.events();
    let types: Vec<&str> = events.iter().map(|event| text(event, "type")).collect();
    let failed = "verification.attempt.failed";
    assert_eq!(types, [failed, failed, failed, "verification.session.completed"]);
    let codes: Vec<Value> = session.read()["attempts"].as_array().unwrap().iter().map(|attempt| attempt["failure_code"].clone()).collect();
    assert_eq!(codes, ["selfie_face_mismatch", "passport_authenticity_failed", "passport_chip_authentication_failed"]);
}

#[test]
fn the_list_of_attempts_must_be_told_what_to_list() {
    let api = server();
    let handle = kayle::handle(&api);
    let session = handle.seed_session();
    session.fail("selfie_face_mismatch");
    let attempt = session.start_attempt();
    handle.seed_session().start_attempt();
    let count = |query: &str| list(&api, &format!("{ATTEMPTS}?{query}")).len();
    assert_eq!(count(&format!("session_id={}", session.id())), 2);
    assert_eq!([count("status=in_progress"), count("status=failed"), count("status=cancelled"), count("session_id=no")], [2, 1, 0, 0]);
    let mine = list(&api, &format!("{ATTEMPTS}?status=in_progress&session_id={}", session.id()));
    assert_eq!(ids(&mine), [attempt.as_str()]);
    let unfiltered = get(&api, ATTEMPTS);
    assert_eq!(unfiltered.1["pagination"], json!({"limit": 10, "has_more": false, "next_cursor": null}));
    assert_eq!(refused(unfiltered), bad_request());
    for limit in ["limit=5", "limit=10", "limit=x", "limit=", "limit", "%6cimit=5", "l%69mit", "x=1&lim%69t=10"] {
        assert_eq!(refused(get(&api, &format!("{ATTEMPTS}?status=failed&{limit}"))), bad_request(), "{limit}");
    }
    assert_eq!(count("status=failed&limits=5&x=limit"), 1);
    assert_eq!(refused(get(&api, &format!("{ATTEMPTS}?status=bogus"))), bad_request());
    all_conform(&api);
    let as_server = as_server();
    assert_eq!(refused(get(&as_server, ATTEMPTS)), bad_request());
    for query in ["status=failed&limit=5", "limit=5"] {
        let issues = issues(get(&as_server, &format!("{ATTEMPTS}?{query}")));
        assert_eq!(issues.iter().map(|issue| &issue["path"]).collect::<Vec<_>>(), [&json!(["limit"])], "{query}");
    }
}

#[test]
#[should_panic(expected = "is completed: no attempt can begin")]
fn a_session_that_has_ended_takes_no_attempt() {
    let api = server();
    let session = kayle::handle(&api).seed_session();
    session.succeed();
    session.start_attempt();
}

#[test]
#[should_panic(expected = "there is no session \"vs_no\"; there is vs_")]
fn the_handle_tells_which_sessions_there_are() {
    let api = server();
    kayle::handle(&api).seed_session();
    kayle::handle(&api).session("vs_no");
}

#[test]
#[should_panic(expected = "an attempt cannot fail with \"bad_hair_day\", but with passport_authenticity_failed")]
fn attempts_fail_with_known_codes() {
    let api = server();
    kayle::handle(&api).seed_session().fail("bad_hair_day");
}

#[test]
#[should_panic(expected = "UNKNOWN_CLAIM_KEY: /shoe_size: expected a claim that there is")]
fn the_handle_asks_for_claims_that_there_are() {
    let api = server();
    kayle::handle(&api).seed_session_for(&json!({"shoe_size": field("r")}));
}
