//! Sessions: creating, reading and cancelling them, their attempts, and how they end.

mod kayle_common;

use kayle_common::*;
use serde_json::{Value, json};
use standin::{Clock, MockServer, Request, Timestamp, kayle};

const SESSIONS: &str = "/v1/sessions";
const ATTEMPTS: &str = "/v1/sessions/attempts/attempts";

fn field(reason: &str) -> Value {
    json!({"required": true, "reason": reason})
}

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
    let server_errors = kayle::contract().with_rule_everywhere(kayle::ServerErrors);
    let as_server = MockServer::builder(&server_errors).lenient(true).start();
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
    for content_type in [Some("text/plain"), Some("application/x-www-form-urlencoded"), None] {
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
    assert_eq!(call(&api, &format!("{SESSIONS}/{}/cancel", completed.id())).0, 204);
    assert_eq!(completed.read()["status"], "completed");
    let unknown = format!("vs_{}", "A".repeat(64));
    assert_eq!(refused(call(&api, &format!("{SESSIONS}/{unknown}/cancel"))), not_found());
    assert_eq!(refused(get(&api, &format!("{SESSIONS}/{unknown}"))), not_found());
    for malformed in ["vs_no", "attempts"] {
        assert_eq!(refused(get(&api, &format!("{SESSIONS}/{malformed}"))), bad_request());
    }
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
    handle.seed_session().cancel();
    api.clock().advance(minutes(59));
    assert_eq!(session.read()["status"], "in_progress");
    api.clock().advance(minutes(61));
    let read = data(get(&api, &format!("{SESSIONS}/{id}?include_attempts=1")));
    assert_eq!((&read["status"], &read["completed_at"]), (&json!("expired"), &json!("2026-01-01T01:00:00.000Z")));
    assert_eq!((&read["attempts"][0]["status"], &read["attempts"][0]["failure_code"]), (&json!("failed"), &json!("session_expired")));
    let expired = list(&api, "/v1/events?type=verification.session.expired");
    assert_eq!((expired.len(), expired[0]["deliveries"].as_array().unwrap().len()), (1, 1));
    api.clock().advance(minutes(600));
    assert_eq!(list(&api, "/v1/events?type=verification.session.expired").len(), 1);
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
    let told: Vec<(&str, &str)> = events.iter().map(|event| (text(event, "type"), text(event, "trigger_id"))).collect();
    assert_eq!(told, [("verification.attempt.succeeded", attempt.as_str()), ("verification.session.completed", session.id())]);
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
    for limit in ["5", "10", "x", ""] {
        assert_eq!(refused(get(&api, &format!("{ATTEMPTS}?status=failed&limit={limit}"))), bad_request(), "{limit}");
    }
    assert_eq!(refused(get(&api, &format!("{ATTEMPTS}?status=bogus"))), bad_request());
    all_conform(&api);
    let as_server = kayle::contract().with_rule_everywhere(kayle::ServerErrors);
    let as_server = MockServer::builder(&as_server).clock(Clock::fixed(Timestamp::FIXED)).lenient(true).start();
    assert_eq!(refused(get(&as_server, ATTEMPTS)), bad_request());
    assert_eq!(get(&as_server, &format!("{ATTEMPTS}?status=failed&limit=5")).1["success"], false);
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
