//! Encryption keys: registering them, taking them out of use, and which could never be used.

mod kayle_common;

use kayle_common::*;
use serde_json::{Value, json};
use standin::{Clock, MockServer, Request, Timestamp, kayle};

fn register(api: &MockServer, endpoint: &str, key_id: &str, jwk: &Value) -> Value {
    data(post(api, &format!("{ENDPOINTS}/{endpoint}/keys"), &key_body(key_id, jwk)))
}

fn keys(api: &MockServer, endpoint: &str) -> Vec<Value> {
    list(api, &format!("{ENDPOINTS}/{endpoint}/keys"))
}

#[test]
fn a_new_key_is_the_one_in_use_and_the_others_are_not() {
    let api = server();
    let (endpoint, other) = (endpoint(&api), endpoint(&api));
    let elsewhere = register(&api, &other, "other", &jwk());
    let first = register(&api, &endpoint, "first", &jwk());
    assert!(is_random(&first["id"], "whk_", 32), "{first}");
    assert_eq!(first.as_object().unwrap().len(), 10);
    let expected = json!({
        "id": first["id"], "webhook_endpoint_id": endpoint, "key_id": "first", "algorithm": "RSA-OAEP-256", "key_type": "RSA",
        "jwk": jwk(), "is_active": true, "created_at": START, "updated_at": START, "disabled_at": null
    });
    assert_eq!(first, expected);
    api.clock().advance(minutes(1));
    let second = register(&api, &endpoint, "first", &jwk());
    let find = |id: &Value| keys(&api, &endpoint).into_iter().find(|key| key["id"] == *id).unwrap();
    let at = "2026-01-01T00:01:00.000Z";
    let old = find(&first["id"]);
    assert_eq!((&old["is_active"], &old["disabled_at"], &old["updated_at"]), (&json!(false), &json!(at), &json!(at)));
    assert_eq!(find(&second["id"]), second);
    api.clock().advance(minutes(1));
    register(&api, &endpoint, "", &jwk());
    assert_eq!(find(&first["id"])["disabled_at"], "2026-01-01T00:02:00.000Z", "an older time is overwritten");
    assert_eq!(keys(&api, &other), [elsewhere]);
    all_conform(&api);
}

#[test]
fn keys_are_put_out_of_use_and_into_it() {
    let api = server();
    let endpoint = endpoint(&api);
    let key = register(&api, &endpoint, "k", &jwk());
    let path = format!("/v1/webhooks/keys/{}", text(&key, "id"));
    for expected in ["2026-01-01T00:01:00.000Z", "2026-01-01T00:02:00.000Z"] {
        api.clock().advance(minutes(1));
        let off = data(call(&api, &format!("{path}/deactivate")));
        assert_eq!((&off["is_active"], &off["disabled_at"], &off["updated_at"]), (&json!(false), &json!(expected), &json!(expected)));
        assert_eq!(off["created_at"], START);
    }
    let on = data(call(&api, &format!("{path}/reactivate")));
    assert_eq!((&on["is_active"], &on["disabled_at"]), (&json!(true), &Value::Null));
    assert_eq!(keys(&api, &endpoint), [on]);
    for action in ["deactivate", "reactivate"] {
        assert_eq!(refused(call(&api, &format!("/v1/webhooks/keys/whk_no/{action}"))), not_found());
    }
    all_conform(&api);
}

#[test]
fn putting_a_key_into_use_leaves_the_others_in_use() {
    let api = server();
    let endpoint = endpoint(&api);
    let first = register(&api, &endpoint, "a", &jwk());
    register(&api, &endpoint, "b", &jwk());
    data(call(&api, &format!("/v1/webhooks/keys/{}/reactivate", text(&first, "id"))));
    let active = list(&api, &format!("{ENDPOINTS}/{endpoint}/keys?is_active=true"));
    assert_eq!(active.len(), 2);
    assert_eq!(list(&api, &format!("{ENDPOINTS}/{endpoint}/keys?is_active=false")).len(), 0);
}

#[test]
fn keys_are_listed_by_whether_they_are_in_use() {
    let api = server();
    let endpoint = endpoint(&api);
    let (first, second) = (register(&api, &endpoint, "a", &jwk()), register(&api, &endpoint, "b", &jwk()));
    let listed = |query: &str| list(&api, &format!("{ENDPOINTS}/{endpoint}/keys?{query}"));
    assert_eq!(ids(&listed("is_active=false")), [text(&first, "id")]);
    assert_eq!(listed("is_active=true"), [second]);
    assert_eq!(listed("").len(), 2);
}

#[test]
fn a_key_goes_by_its_own_id_and_not_by_the_name_that_the_client_chose() {
    let api = server();
    let endpoint = endpoint(&api);
    let key = register(&api, &endpoint, "main-2026", &jwk());
    for action in ["deactivate", "reactivate"] {
        assert_eq!(refused(call(&api, &format!("/v1/webhooks/keys/main-2026/{action}"))), not_found());
        assert_eq!(data(call(&api, &format!("/v1/webhooks/keys/{}/{action}", text(&key, "id"))))["key_id"], "main-2026");
    }
}

#[test]
fn a_broken_key_is_told_in_the_words_of_the_real_server() {
    let api = as_server();
    let path = format!("{ENDPOINTS}/{}/keys", endpoint(&api));
    let told = |body: Value| -> Vec<(Value, Value)> {
        let what = |issue: &Value| issue.get("expected").or(issue.get("values")).cloned().unwrap_or_default();
        issues(post(&api, &path, &body)).iter().map(|issue| (issue["path"][0].clone(), what(issue))).collect()
    };
    let all = [
        (json!("key_id"), json!("string")),
        (json!("jwk"), json!("record")),
        (json!("algorithm"), json!(["RSA-OAEP-256"])),
        (json!("key_type"), json!(["RSA"])),
    ];
    assert_eq!(told(json!({})), all);
    assert_eq!(told(json!({"key_id": 1, "jwk": [], "algorithm": "ECDH-ES", "key_type": "EC"})), all);
    for jwk in [json!("text"), json!(5), Value::Null] {
        assert_eq!(told(key_body("k", &jwk)), [(json!("jwk"), json!("record"))], "{jwk}");
    }
    let codes: Vec<Value> = issues(post(&api, &path, &json!({}))).iter().map(|issue| issue["code"].clone()).collect();
    assert_eq!(codes, ["invalid_type", "invalid_type", "invalid_value", "invalid_value"]);
}

#[test]
fn an_unknown_endpoint_has_no_keys_and_takes_none() {
    let api = server();
    let page = get(&api, &format!("{ENDPOINTS}/whe_no/keys"));
    assert_eq!(page, (200, json!({"data": [], "error": null, "pagination": {"limit": 10, "has_more": false, "next_cursor": null}})));
    assert_eq!(refused(post(&api, &format!("{ENDPOINTS}/whe_no/keys"), &key_body("k", &jwk()))), not_found());
}

#[test]
fn what_is_asked_of_a_key_is_little() {
    let api = server();
    let path = format!("{ENDPOINTS}/{}/keys", endpoint(&api));
    for name in ["key_id", "jwk", "algorithm", "key_type"] {
        let mut body = key_body("k", &jwk());
        body.as_object_mut().unwrap().remove(name);
        assert_eq!(refused(post(&api, &path, &body)), bad_request(), "{name}");
    }
    for (name, value) in [
        ("jwk", json!([])),
        ("jwk", json!("text")),
        ("jwk", Value::Null),
        ("algorithm", json!("ECDH-ES")),
        ("key_type", json!("EC")),
        ("key_id", json!(1)),
    ] {
        let mut body = key_body("k", &jwk());
        body[name] = value;
        assert_eq!(refused(post(&api, &path, &body)), bad_request(), "{body}");
    }
}

#[test]
fn a_key_that_cannot_encrypt_is_taken_and_told_of() {
    let api = server();
    let endpoint = endpoint(&api);
    let unusable = [json!({}), json!({"kty": "EC"}), json!({"kty": "RSA", "n": "AQAB", "e": "AQAB"}), json!({"kty": "RSA", "d": "x"})];
    for jwk in unusable {
        assert_eq!(register(&api, &endpoint, "k", &jwk)["jwk"], jwk);
        let call = api.calls().to("registerWebhookKey").last();
        let remarks: Vec<&str> = call.remarks().iter().map(standin::Violation::code).collect();
        assert_eq!(remarks, ["kayle.jwk.unusable"], "{jwk}");
    }
    register(&api, &endpoint, "k", &jwk());
    assert_eq!(api.calls().to("registerWebhookKey").last().remarks().len(), 0);
    all_conform(&api);
}

#[test]
fn strict_keys_are_judged_and_reduced() {
    let contract = kayle::contract().with_rule("registerWebhookKey", kayle::StrictKeys).with_rule_everywhere(kayle::ServerErrors);
    let api = MockServer::builder(&contract).clock(Clock::fixed(Timestamp::FIXED)).lenient(true).start();
    let path = format!("{ENDPOINTS}/{}/keys", endpoint(&api));
    let with = |name: &str, value: Value| {
        let mut jwk = jwk();
        jwk[name] = value;
        jwk
    };
    let refused_ones = [
        json!({}),
        with("kty", json!("EC")),
        with("n", json!("")),
        with("n", json!("AQAB")),
        with("e", json!("")),
        with("alg", json!("RS256")),
        with("use", json!("sig")),
        with("d", json!("x")),
        with("key_ops", json!("encrypt")),
        with("key_ops", json!(["encrypt", "decrypt"])),
    ];
    for jwk in refused_ones {
        assert_eq!(refused(post(&api, &path, &key_body("k", &jwk))), bad_request(), "{jwk}");
    }
    let mut generous = with("key_ops", json!(["encrypt", "wrapKey"]));
    generous["alg"] = "RSA-OAEP-256".into();
    generous["use"] = "enc".into();
    generous["kid"] = "mine".into();
    let reduced = json!({"alg": "RSA-OAEP-256", "e": "AQAB", "key_ops": ["encrypt"], "kty": "RSA", "n": jwk()["n"]});
    assert_eq!(data(post(&api, &path, &key_body("k", &generous)))["jwk"], reduced);
    assert_eq!(list(&api, &path)[0]["jwk"], reduced);
    // What is wrong with the schema is told by the framework, as ever.
    assert_eq!(post(&api, &path, &json!({})).1["success"], false);
    assert_eq!(api.handle(with_key(Request::get(&path))).status(), 200);
    all_conform(&api);
}
