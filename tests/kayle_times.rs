//! When things came to be and last changed.

mod kayle_common;

use kayle_common::*;
use serde_json::{Value, json};
use standin::kayle;

const CREATED: &str = "2026-01-01T00:01:00.000Z";

/// Created at that time, and not changed since.
#[track_caller]
fn is_new(thing: &Value) {
    assert!(is_time(&thing["created_at"]), "{thing}");
    assert_eq!((&thing["created_at"], &thing["updated_at"]), (&json!(CREATED), &json!(CREATED)), "{thing}");
}

#[test]
fn what_is_created_was_changed_when_it_was_created() {
    let api = server();
    api.clock().advance(minutes(1));
    let endpoint = data(post(&api, ENDPOINTS, &json!({"url": URL})))["endpoint"].clone();
    is_new(&endpoint);
    is_new(&data(post(&api, &format!("{ENDPOINTS}/{}/keys", text(&endpoint, "id")), &key_body("k", &jwk()))));
    let session = data(call(&api, SESSIONS));
    is_new(&session);
    assert_eq!(session["expires_at"], "2026-01-01T01:01:00.000Z");
    let session = kayle::handle(&api).session(text(&session, "id"));
    session.start_attempt();
    is_new(&session.read()["attempts"][0]);
    session.cancel();
    is_new(&list(&api, DELIVERIES)[0]);
    let event = &list(&api, EVENTS)[0];
    assert_eq!((&event["created_at"], event.get("updated_at")), (&json!(CREATED), None));
    let handle = kayle::handle(&api);
    let seeded = handle.seed_endpoint(URL);
    is_new(&data(get(&api, &format!("{ENDPOINTS}/{}", seeded.id()))));
    handle.register_key(seeded.id(), "k", &jwk());
    is_new(&list(&api, &format!("{ENDPOINTS}/{}/keys", seeded.id()))[0]);
    is_new(&handle.seed_session().read());
}

#[test]
fn every_write_is_told_by_updated_at() {
    let api = server();
    let handle = kayle::handle(&api);
    let hook = handle.seed_endpoint(URL);
    let (endpoint, keys) = (format!("{ENDPOINTS}/{}", hook.id()), format!("{ENDPOINTS}/{}/keys", hook.id()));
    let key = handle.register_key(hook.id(), "k", &jwk());
    let session = handle.seed_session();
    handle.seed_session().cancel();
    let delivery = text(&handle.deliveries()[0], "id").to_owned();
    let find = |target: &str, id: &str| list(&api, target).into_iter().find(|thing| thing["id"] == id).unwrap();
    let read = |what: &str| match what {
        "endpoint" => data(get(&api, &endpoint)),
        "key" => find(&keys, &key),
        "delivery" => find(DELIVERIES, &delivery),
        "attempt" => session.read()["attempts"][0].clone(),
        _ => session.read(),
    };
    let writes: [(&str, &dyn Fn()); 13] = [
        ("endpoint", &|| drop(data(patch(&api, &endpoint, &json!({"name": "n"}))))),
        ("endpoint", &|| drop(data(patch(&api, &endpoint, &json!({"name": "n"}))))),
        ("endpoint", &|| drop(data(patch(&api, &endpoint, &json!({"enabled": false}))))),
        ("endpoint", &|| drop(data(call(&api, &format!("{endpoint}/signing-secret/rotate"))))),
        ("key", &|| drop(data(call(&api, &format!("/v1/webhooks/keys/{key}/deactivate"))))),
        ("key", &|| drop(data(call(&api, &format!("/v1/webhooks/keys/{key}/reactivate"))))),
        ("key", &|| drop(data(post(&api, &keys, &key_body("another", &jwk()))))),
        ("delivery", &|| drop(data(call(&api, &format!("{DELIVERIES}/{delivery}/retry"))))),
        ("delivery", &|| drop(data(call(&api, &format!("{EVENTS}/{}/replay", text(&handle.events()[0], "id")))))),
        ("session", &|| drop(session.start_attempt())),
        ("attempt", &|| session.fail("selfie_face_mismatch")),
        ("session", &|| session.fail("selfie_face_mismatch")),
        ("session", &|| session.cancel()),
    ];
    for (number, (what, write)) in writes.into_iter().enumerate() {
        api.clock().advance(minutes(1));
        write();
        let after = read(what);
        assert!(is_time(&after["created_at"]) && after["created_at"] != after["updated_at"], "{number} {what}");
        assert_eq!(after["updated_at"], api.clock().now().to_string(), "{number} {what}");
    }
    let reads = [endpoint.as_str(), ENDPOINTS, &keys, DELIVERIES, EVENTS, SESSIONS];
    let before = reads.map(|target| data(get(&api, target)));
    api.clock().advance(minutes(1));
    assert_eq!(reads.map(|target| data(get(&api, target))), before, "reading is no writing");
}
