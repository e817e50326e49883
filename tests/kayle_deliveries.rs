//! Deliveries: who gets one, with which status, and queueing it again.

mod kayle_common;

use kayle_common::*;
use serde_json::{Value, json};
use standin::{MockServer, kayle};

fn only(api: &MockServer) -> Value {
    let mut all = list(api, DELIVERIES);
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0)
}

#[test]
fn each_endpoint_that_is_enabled_and_wants_the_type_gets_one() {
    let api = server();
    let handle = kayle::handle(&api);
    let wants = |types: &[&'static str]| kayle::NewEndpoint::to(URL).subscribed_to(types.iter().copied());
    let all = handle.seed_endpoint(URL);
    let twice = handle.seed_endpoint(wants(&["verification.session.cancelled", "verification.session.cancelled"]));
    let others = handle.seed_endpoint(wants(&["verification.session.expired"]));
    let off = handle.seed_endpoint(kayle::NewEndpoint::to(URL).disabled());
    handle.seed_session().cancel();
    let path = format!("{ENDPOINTS}/{}", off.id());
    data(patch(&api, &path, &json!({"enabled": true})));
    let deliveries = list(&api, DELIVERIES);
    let mut got: Vec<&str> = deliveries.iter().map(|delivery| text(delivery, "webhook_endpoint_id")).collect();
    got.sort_unstable();
    let mut expected = [all.id(), twice.id()];
    expected.sort_unstable();
    assert_eq!(got, expected);
    handle.seed_session().expire();
    let to = |id: &str| list(&api, &format!("{DELIVERIES}?endpoint_id={id}")).len();
    assert_eq!([to(all.id()), to(twice.id()), to(others.id()), to(off.id())], [2, 1, 1, 1]);
    all_conform(&api);
}

#[test]
fn with_a_key_it_is_queued_and_without_one_it_has_failed() {
    let unusable = json!({"kty": "RSA", "e": "AQAB"});
    let queued = ("pending", 0, Value::Null);
    let failed = ("failed", 1, json!(START));
    for (key, (status, count, last)) in [(Some(jwk()), queued), (None, failed.clone()), (Some(unusable), failed)] {
        let api = server();
        let handle = kayle::handle(&api);
        let endpoint = handle.seed_endpoint(URL);
        let key = key.map(|jwk| handle.register_key(endpoint.id(), "k", &jwk));
        handle.seed_session().cancel();
        let delivery = only(&api);
        assert!(is_random(&delivery["id"], "whd_", 64));
        let expected = json!({
            "id": delivery["id"], "event_id": handle.events()[0]["id"], "webhook_endpoint_id": endpoint.id(),
            "webhook_encryption_key_id": key, "status": status, "attempt_count": count, "next_attempt_at": null,
            "last_status_code": null, "last_attempt_at": last, "created_at": START, "updated_at": START
        });
        assert_eq!(delivery, expected);
        assert_eq!(handle.deliveries(), [delivery]);
        all_conform(&api);
    }
}

#[test]
fn a_key_out_of_use_encrypts_nothing_more() {
    let api = server();
    let handle = kayle::handle(&api);
    let endpoint = handle.seed_endpoint(URL);
    let key = handle.register_key(endpoint.id(), "k", &jwk());
    handle.seed_session().cancel();
    let before = only(&api);
    assert_eq!((&before["status"], &before["webhook_encryption_key_id"]), (&json!("pending"), &json!(key)));
    api.clock().advance(minutes(1));
    data(call(&api, &format!("/v1/webhooks/keys/{key}/deactivate")));
    assert_eq!(only(&api), before, "what is encrypted stays so");
    handle.seed_session().cancel();
    let statuses: Vec<usize> =
        ["pending", "failed"].iter().map(|status| list(&api, &format!("{DELIVERIES}?status={status}")).len()).collect();
    assert_eq!(statuses, [1, 1]);
}

#[test]
fn of_several_keys_in_use_the_last_is_taken_and_each_endpoint_has_its_own() {
    let api = server();
    let handle = kayle::handle(&api);
    let mut expected = Vec::new();
    for _ in 0..3 {
        let endpoint = handle.seed_endpoint(URL);
        let keys: Vec<String> = ["a", "b", "c"].iter().map(|name| handle.register_key(endpoint.id(), name, &jwk())).collect();
        for key in &keys[..2] {
            data(call(&api, &format!("/v1/webhooks/keys/{key}/reactivate")));
        }
        expected.push((endpoint.id().to_owned(), keys.into_iter().max().unwrap()));
    }
    handle.seed_session().cancel();
    let pair =
        |delivery: &Value| (text(delivery, "webhook_endpoint_id").to_owned(), text(delivery, "webhook_encryption_key_id").to_owned());
    let mut used: Vec<(String, String)> = list(&api, DELIVERIES).iter().map(pair).collect();
    used.sort();
    expected.sort();
    assert_eq!(used, expected);
}

#[test]
fn an_event_for_very_many_endpoints_is_made_and_replayed() {
    let api = server();
    let handle = kayle::handle(&api);
    for _ in 0..1_000 {
        handle.seed_endpoint(URL);
    }
    handle.seed_session().cancel();
    let event = handle.events()[0].clone();
    assert_eq!(event["deliveries"].as_array().unwrap().len(), 1_000);
    let (status, replayed) = call(&api, &format!("{EVENTS}/{}/replay", text(&event, "id")));
    assert_eq!(status, 202);
    let replayed = replayed["data"]["deliveries"].as_array().unwrap();
    assert_eq!(ids(replayed), ids(event["deliveries"].as_array().unwrap()), "in the order in which they were");
    assert!(replayed.iter().all(|delivery| delivery["status"] == "pending"));
}

#[test]
fn lists_are_filtered() {
    let api = server();
    let handle = kayle::handle(&api);
    let endpoint = handle.seed_endpoint(URL);
    handle.seed_session().cancel();
    handle.seed_session().expire();
    let event = handle.events()[0].clone();
    let count = |query: &str| list(&api, &format!("{DELIVERIES}?{query}")).len();
    assert_eq!(count(&format!("event_id={}", text(&event, "id"))), 1);
    assert_eq!(count(&format!("event_id={}&status=failed&endpoint_id={}", text(&event, "id"), endpoint.id())), 1);
    assert_eq!(count(&format!("event_id={}&status=pending", text(&event, "id"))), 0);
    assert_eq!([count("event_id=no"), count("endpoint_id=no"), count("status=delivering")], [0, 0, 0]);
    assert_eq!(refused(get(&api, &format!("{DELIVERIES}?status=bogus"))), bad_request());
}

#[test]
fn one_is_queued_again_whatever_became_of_it() {
    let api = server();
    let handle = kayle::handle(&api);
    handle.seed_endpoint(URL);
    handle.seed_session().cancel();
    let id = text(&only(&api), "id").to_owned();
    for status in ["failed", "pending", "delivering", "succeeded"] {
        handle.change_delivery(&id, |delivery| {
            delivery.insert("status".into(), status.into());
            delivery.insert("attempt_count".into(), 2.into());
            delivery.insert("last_status_code".into(), 503.into());
            delivery.insert("last_attempt_at".into(), START.into());
            delivery.insert("next_attempt_at".into(), START.into());
        });
        assert_eq!(list(&api, "/v1/events")[0]["deliveries"][0]["status"], status);
        api.clock().advance(minutes(1));
        let queued = data(call(&api, &format!("{DELIVERIES}/{id}/retry")));
        let expected =
            json!({"status": "pending", "attempt_count": 0, "last_status_code": null, "last_attempt_at": null, "next_attempt_at": null});
        for (name, value) in expected.as_object().unwrap() {
            assert_eq!(queued[name], *value, "{status} {name}");
        }
        assert_eq!((&queued["created_at"], &queued["updated_at"]), (&json!(START), &json!(api.clock().now().to_string())));
        assert_eq!(only(&api), queued);
        let summary = &list(&api, "/v1/events")[0]["deliveries"][0];
        assert_eq!(
            (&summary["status"], &summary["attempt_count"], &summary["last_status_code"]),
            (&json!("pending"), &json!(0), &Value::Null)
        );
    }
    assert_eq!(refused(call(&api, &format!("{DELIVERIES}/whd_no/retry"))), not_found());
    all_conform(&api);
}
