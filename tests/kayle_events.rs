//! Events: what is written when, how it is shown, and sending it again.

mod kayle_common;

use kayle_common::*;
use serde_json::{Value, json};
use standin::kayle;

#[test]
fn an_event_shows_what_happened_and_its_deliveries() {
    let api = server();
    let handle = kayle::handle(&api);
    let endpoint = handle.seed_endpoint(URL);
    let key = handle.register_key(endpoint.id(), "k", &jwk());
    let session = handle.seed_session();
    session.cancel();
    let event = list(&api, EVENTS).remove(0);
    assert!(is_random(&event["id"], "evt_", 64) && key.starts_with("whk_"));
    let delivery = &handle.deliveries()[0];
    let expected = json!({
        "id": event["id"], "type": "verification.session.cancelled", "trigger_type": "verification_session", "trigger_id": session.id(),
        "created_at": START,
        "deliveries": [{
            "id": delivery["id"], "webhook_endpoint_id": endpoint.id(), "status": "pending", "last_status_code": null,
            "attempt_count": 0, "last_attempt_at": null
        }]
    });
    assert_eq!(event, expected);
    for path in [EVENTS, "/v1/events"] {
        assert_eq!(list(&api, path), std::slice::from_ref(&expected), "{path}");
        assert_eq!(data(get(&api, &format!("{path}/{}", text(&event, "id")))), expected, "{path}");
        assert_eq!(refused(get(&api, &format!("{path}/evt_no"))), not_found());
    }
    all_conform(&api);
}

#[test]
fn lists_are_filtered_by_type_and_time() {
    let api = server();
    let handle = kayle::handle(&api);
    handle.seed_session().cancel();
    api.clock().advance(minutes(1));
    handle.seed_session().succeed();
    let count = |query: &str| list(&api, &format!("{EVENTS}?{query}")).len();
    assert_eq!(count("type=verification.session.cancelled"), 1);
    assert_eq!(count("type=verification.session.completed"), 1);
    assert_eq!(count("type=no"), 0);
    assert_eq!(count("created_from=2026-01-01T00:01Z"), 2);
    assert_eq!(count("created_from=2026-01-01T00:01:00.001Z"), 0);
    assert_eq!(count("created_to=2026-01-01T00:00:00Z"), 1);
    assert_eq!(count("created_to=2026-01-01T00:00:59.9Z&type=verification.attempt.succeeded"), 0);
    assert_eq!(count("created_from=2026-01-01T00:00:00.000Z&created_to=2026-01-01T00:01:00Z"), 3);
}

#[test]
fn replaying_queues_all_deliveries_again() {
    let api = server();
    let handle = kayle::handle(&api);
    let (first, second) = (handle.seed_endpoint(URL), handle.seed_endpoint(URL));
    handle.seed_session().cancel();
    let event = handle.events()[0].clone();
    handle.seed_endpoint(URL);
    for delivery in handle.deliveries() {
        assert_eq!(delivery["status"], "failed", "there is no key");
    }
    for path in [EVENTS, "/v1/events"] {
        let (status, body) = call(&api, &format!("{path}/{}/replay", text(&event, "id")));
        assert_eq!(status, 202);
        let shown = body["data"]["deliveries"].as_array().unwrap();
        assert_eq!(shown.len(), 2, "endpoints that came later get nothing");
        for delivery in shown {
            assert_eq!((&delivery["status"], &delivery["attempt_count"]), (&json!("pending"), &json!(0)));
            assert_eq!(delivery["last_attempt_at"], Value::Null);
        }
        assert_eq!(refused(call(&api, &format!("{path}/evt_no/replay"))), not_found());
    }
    assert_eq!(handle.deliveries().iter().filter(|delivery| delivery["status"] == "pending").count(), 2);
    for endpoint in [first, second] {
        data(delete(&api, &format!("{ENDPOINTS}/{}", endpoint.id())));
    }
    let conflict = refused(call(&api, &format!("{EVENTS}/{}/replay", text(&event, "id"))));
    assert_eq!(conflict, (409, "CONFLICT".into()));
    all_conform(&api);
}

#[test]
fn replaying_resets_each_delivery_as_retrying_does() {
    let api = server();
    let handle = kayle::handle(&api);
    handle.seed_endpoint(URL);
    handle.seed_session().cancel();
    let id = text(&handle.deliveries()[0], "id").to_owned();
    let spent = json!({
        "status": "succeeded", "attempt_count": 3, "last_status_code": 200, "last_attempt_at": START, "next_attempt_at": START
    });
    let spend = || handle.change_delivery(&id, |delivery| delivery.extend(spent.as_object().unwrap().clone()));
    spend();
    let retried = data(call(&api, &format!("{DELIVERIES}/{id}/retry")));
    spend();
    let event = text(&handle.events()[0], "id").to_owned();
    let shown = call(&api, &format!("{EVENTS}/{event}/replay")).1["data"].clone();
    assert_eq!(list(&api, DELIVERIES), [retried]);
    assert_eq!(data(get(&api, &format!("{EVENTS}/{event}"))), shown);
}

#[test]
fn replaying_goes_by_the_deliveries_and_not_by_what_the_event_shows() {
    let api = server();
    let handle = kayle::handle(&api);
    handle.seed_endpoint(URL);
    handle.seed_session().cancel();
    let id = text(&handle.deliveries()[0], "id").to_owned();
    let event = text(&handle.events()[0], "id").to_owned();
    assert!(api.change_as(kayle::ORGANIZATION, |tx| tx.remove("deliveries", &id)));
    assert_eq!(refused(call(&api, &format!("{EVENTS}/{event}/replay"))), (409, "CONFLICT".into()));
}

#[test]
fn nothing_goes_with_time() {
    let api = server();
    let handle = kayle::handle(&api);
    let endpoint = handle.seed_endpoint(URL);
    handle.register_key(endpoint.id(), "k", &jwk());
    handle.seed_session().succeed();
    let keys = format!("{ENDPOINTS}/{}/keys", endpoint.id());
    let all = || [ENDPOINTS, &keys, DELIVERIES, EVENTS, SESSIONS].map(|target| list(&api, target));
    let payloads = || handle.events().iter().filter_map(|event| handle.payload(text(event, "id"))).collect::<Vec<_>>();
    let before = (all(), payloads());
    assert!(before.0.iter().all(|things| !things.is_empty()) && before.1.len() == 1);
    api.clock().advance(minutes(366 * 24 * 60));
    assert_eq!((all(), payloads()), before);
}

#[test]
fn completed_is_listed_and_sent_to_nobody() {
    let api = server();
    let handle = kayle::handle(&api);
    handle.seed_endpoint(URL);
    let session = handle.seed_session();
    session.succeed();
    let completed = list(&api, &format!("{EVENTS}?type=verification.session.completed")).remove(0);
    assert_eq!((&completed["trigger_type"], &completed["trigger_id"]), (&json!("verification_session"), &json!(session.id())));
    assert_eq!(completed["deliveries"], json!([]));
    assert_eq!(handle.payload(text(&completed, "id")), None);
    let refused = refused(call(&api, &format!("{EVENTS}/{}/replay", text(&completed, "id"))));
    assert_eq!(refused.0, 409);
    let subscription = json!({"url": URL, "subscribed_event_types": ["verification.session.completed"]});
    assert_eq!(post(&api, ENDPOINTS, &subscription).0, 400);
}

#[test]
fn what_is_sent_is_known_before_it_is_encrypted() {
    let api = server();
    let handle = kayle::handle(&api);
    let fields = json!({
        "family_name": {"required": true, "reason": "r"}, "age_over_18": {"required": false, "reason": "r"},
        "document_photo": {"required": false, "reason": "r"}, "kayle_human_id": {"required": false, "reason": "r"}
    });
    let session = handle.seed_session_for(&fields);
    session.fail("selfie_face_mismatch");
    session.succeed_with(&json!({"age_over_18": false}));
    handle.seed_session().cancel();
    handle.seed_session().expire();
    let payloads: Vec<Value> = handle.events().iter().filter_map(|event| handle.payload(text(event, "id"))).collect();
    let types: Vec<&str> = payloads.iter().map(|payload| text(payload, "type")).collect();
    let expected =
        ["verification.attempt.failed", "verification.attempt.succeeded", "verification.session.cancelled", "verification.session.expired"];
    assert_eq!(types, expected);
    let attempts = session.read()["attempts"].clone();
    assert_eq!(payloads[0]["data"], json!({"failure_code": "selfie_face_mismatch"}));
    assert_eq!(payloads[0]["metadata"]["verification_attempt_id"], attempts[0]["id"]);
    let metadata = json!({
        "contract_version": 1, "event_id": handle.events()[1]["id"], "verification_session_id": session.id(),
        "verification_attempt_id": attempts[1]["id"]
    });
    assert_eq!(payloads[1]["metadata"], metadata);
    let shared = &payloads[1]["data"];
    assert_eq!(shared["selected_field_keys"], json!(["age_over_18", "family_name", "kayle_document_id"]));
    let claims = shared["claims"].as_object().unwrap();
    assert_eq!(claims.len(), 5, "{claims:?}");
    assert_eq!((&claims["age_over_18"], &claims["document_photo"], &claims["kayle_human_id"]), (&json!(false), &Value::Null, &Value::Null));
    assert!(claims["family_name"].is_string());
    let document = claims["kayle_document_id"].as_str().unwrap();
    assert!(document.len() == 64 && document.bytes().all(|byte| byte.is_ascii_hexdigit()));
    assert_eq!((&payloads[2]["data"], payloads[2]["metadata"].as_object().unwrap().len()), (&json!({}), 3));
    let again = handle.seed_session();
    again.succeed();
    let last = handle.events().into_iter().filter_map(|event| handle.payload(text(&event, "id"))).next_back().unwrap();
    assert_eq!(last["data"]["claims"]["kayle_document_id"], document, "the same document, the same id");
    assert_eq!(last["data"]["selected_field_keys"].as_array().unwrap().len(), 13);
}
