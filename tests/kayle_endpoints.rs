//! Webhook endpoints, from creation to deletion.

mod kayle_common;

use kayle_common::*;
use serde_json::{Value, json};
use standin::{Request, kayle};

#[test]
fn what_is_created_is_read_listed_changed_and_deleted() {
    let api = server();
    let created = data(post(&api, ENDPOINTS, &json!({"url": URL, "name": "Production"})));
    let endpoint = created["endpoint"].clone();
    assert!(is_random(&endpoint["id"], "whe_", 32) && is_random(&created["signing_secret"], "whsec_", 32), "{created}");
    assert_eq!(endpoint["organization_id"], kayle::ORGANIZATION);
    assert_eq!((&endpoint["created_at"], &endpoint["updated_at"]), (&json!(START), &json!(START)));
    let path = format!("{ENDPOINTS}/{}", text(&endpoint, "id"));
    assert_eq!(data(get(&api, &path)), endpoint);
    assert_eq!(list(&api, ENDPOINTS), [endpoint]);
    let changed = data(patch(&api, &path, &json!({"name": "Staging"})));
    assert_eq!(changed["name"], "Staging");
    assert_eq!(data(get(&api, &path)), changed);
    let gone = data(delete(&api, &path));
    assert_eq!((members(&gone), &gone["status"]), (vec!["message", "status"], &json!("success")));
    assert!(gone["message"].is_string());
    for answer in [delete(&api, &path), get(&api, &path), patch(&api, &path, &json!({"name": "x"}))] {
        assert_eq!(refused(answer), not_found());
    }
    assert_eq!(list(&api, ENDPOINTS).len(), 0);
    all_conform(&api);
}

#[test]
fn an_endpoint_has_nine_members_wherever_it_is_shown() {
    let expected = ["created_at", "disabled_at", "enabled", "id", "name", "organization_id", "subscribed_event_types", "updated_at", "url"];
    let api = server();
    let created = data(post(&api, ENDPOINTS, &json!({"url": URL})));
    assert_eq!(members(&created), ["endpoint", "signing_secret"]);
    let path = format!("{ENDPOINTS}/{}", text(&created["endpoint"], "id"));
    let listed = list(&api, ENDPOINTS).remove(0);
    for shown in [created["endpoint"].clone(), data(get(&api, &path)), listed, data(patch(&api, &path, &json!({"name": "n"})))] {
        assert_eq!(members(&shown), expected);
        assert!(is_random(&shown["id"], "whe_", 32) && is_uuid(&shown["organization_id"]), "{shown}");
        assert!(is_time(&shown["created_at"]) && is_time(&shown["updated_at"]), "{shown}");
        assert!(!shown.to_string().contains("whsec_"), "{shown}");
    }
}

#[test]
fn event_types_stay_in_the_order_and_as_often_as_they_were_sent() {
    let api = server();
    let [succeeded, failed, expired, cancelled] = kayle::EVENT_TYPES;
    assert_eq!(succeeded, "verification.attempt.succeeded", "the default order begins with it");
    let sent = json!([cancelled, failed, cancelled, succeeded, failed]);
    let created = data(post(&api, ENDPOINTS, &json!({"url": URL, "subscribed_event_types": sent})))["endpoint"].clone();
    let path = format!("{ENDPOINTS}/{}", text(&created, "id"));
    assert_eq!([&created["subscribed_event_types"], &data(get(&api, &path))["subscribed_event_types"]], [&sent, &sent]);
    let others = json!([expired, expired, cancelled, expired]);
    assert_eq!(data(patch(&api, &path, &json!({"subscribed_event_types": others})))["subscribed_event_types"], others);
    assert_eq!(list(&api, ENDPOINTS)[0]["subscribed_event_types"], others);
}

#[test]
fn a_name_is_not_null_at_first_and_may_be_later() {
    let api = server();
    assert_eq!(refused(post(&api, ENDPOINTS, &json!({"url": URL, "name": null}))), bad_request());
    assert_eq!(list(&api, ENDPOINTS).len(), 0);
    let path = format!("{ENDPOINTS}/{}", endpoint(&api));
    assert_eq!(data(patch(&api, &path, &json!({"name": "n"})))["name"], "n");
    assert_eq!(data(patch(&api, &path, &json!({"name": null})))["name"], Value::Null);
    assert_eq!(data(get(&api, &path))["name"], Value::Null);
    assert_eq!(issues(post(&as_server(), ENDPOINTS, &json!({"url": URL, "name": null})))[0]["code"], "invalid_type");
}

#[test]
fn the_rules_of_urls_hold_when_creating_and_changing() {
    let refused_ones = [
        ("", "invalid"),
        ("/relative", "invalid"),
        ("example.com", "invalid"),
        ("https://", "invalid"),
        ("https://user:pw@example.com", "credentials"),
        ("https://user@example.com", "credentials"),
        ("ftp://user@example.com", "credentials"),
        ("ftp://example.com", "scheme"),
        ("file:///etc/passwd", "scheme"),
        ("javascript:alert(1)", "scheme"),
        ("data:text/plain,x", "scheme"),
        ("http://example.com", "http"),
        ("http://10.0.0.1", "http"),
        ("http://localhost.", "http"),
        ("https://10.0.0.1/", "ipv4"),
        ("https://8.8.8.8/", "ipv4"),
        ("https://10.1/", "ipv4"),
        ("https://[::1]/", "ipv6"),
        ("https://[2001:db8::1]/", "ipv6"),
    ];
    let api = server();
    let path = format!("{ENDPOINTS}/{}", endpoint(&api));
    for (url, reason) in refused_ones {
        let body = json!({"url": url});
        for answer in [post(&api, ENDPOINTS, &body), patch(&api, &path, &body)] {
            assert_eq!(refused(answer), bad_request(), "{url}");
            assert_eq!(api.calls().last().violations()[0].code(), format!("kayle.url.{reason}"), "{url}");
        }
        let issue = issues(post(&as_server(), ENDPOINTS, &body)).remove(0);
        assert_eq!((&issue["code"], &issue["path"]), (&json!("custom"), &json!(["url"])), "{url}");
    }
    let taken = [
        "https://example.com:8443/a?b#c",
        "https://EXAMPLE.com",
        " https://example.com ",
        "https:example.com",
        "https:///x",
        "http://localhost:3000/hook",
        "http://127.0.0.1/",
        "https://localhost/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://127.0.0.1./",
        "https://bücher.example/",
        "https://host.internal/",
        "https://intranet/",
        "https://localhost./",
    ];
    for url in taken {
        let body = json!({"url": url});
        assert_eq!(data(post(&api, ENDPOINTS, &body))["endpoint"]["url"], url);
        assert_eq!(data(patch(&api, &path, &body))["url"], url);
    }
    let long = format!("https://example.com/{}", "x".repeat(10_000));
    assert_eq!(data(post(&api, ENDPOINTS, &json!({"url": long})))["endpoint"]["url"], long, "no length is too long");
}

#[test]
fn another_url_leaves_deliveries_queued() {
    let api = server();
    let handle = kayle::handle(&api);
    let hook = handle.seed_endpoint(URL);
    handle.register_key(hook.id(), "k", &jwk());
    handle.seed_session().cancel();
    let before = (list(&api, DELIVERIES), list(&api, EVENTS));
    assert_eq!(before.0[0]["status"], "pending");
    api.clock().advance(minutes(1));
    data(patch(&api, &format!("{ENDPOINTS}/{}", hook.id()), &json!({"url": "https://other.example"})));
    assert_eq!((list(&api, DELIVERIES), list(&api, EVENTS)), before);
}

#[test]
fn nothing_need_be_unique() {
    let api = server();
    let body = json!({"url": URL, "name": "twice"});
    let first = data(post(&api, ENDPOINTS, &body));
    let second = data(post(&api, ENDPOINTS, &body));
    assert_ne!(first["endpoint"]["id"], second["endpoint"]["id"]);
    assert_ne!(first["signing_secret"], second["signing_secret"]);
    assert_eq!(list(&api, ENDPOINTS).len(), 2);
}

#[test]
fn what_is_absent_stays_and_what_is_null_is_cleared() {
    let api = server();
    let before = data(post(&api, ENDPOINTS, &json!({"url": URL, "name": "n", "subscribed_event_types": ["verification.session.expired"]})));
    let before = before["endpoint"].clone();
    let path = format!("{ENDPOINTS}/{}", text(&before, "id"));
    api.clock().advance(minutes(1));
    let types = json!(["verification.attempt.failed", "verification.attempt.failed"]);
    let sent = json!({"subscribed_event_types": types, "id": "mine", "created_at": "x", "colour": "mauve"});
    let after = data(patch(&api, &path, &sent));
    let mut expected = before;
    expected["subscribed_event_types"] = types;
    expected["updated_at"] = "2026-01-01T00:01:00.000Z".into();
    assert_eq!(after, expected);
    assert_eq!(data(patch(&api, &path, &json!({"name": null})))["name"], Value::Null);
    assert_eq!(data(patch(&api, &path, &json!({"name": "  trimmed "})))["name"], "trimmed");
    assert_eq!(data(patch(&api, &path, &json!({"url": "https://other.example"})))["url"], "https://other.example");
    all_conform(&api);
}

#[test]
fn an_update_must_change_something_and_keep_the_rules() {
    let api = server();
    let path = format!("{ENDPOINTS}/{}", endpoint(&api));
    let broken = [
        json!({}),
        json!({"colour": "mauve"}),
        json!({"url": "http://example.com"}),
        json!({"url": null}),
        json!({"name": " "}),
        json!({"name": "x".repeat(121)}),
        json!({"enabled": null}),
        json!({"subscribed_event_types": ["verification.session.completed"]}),
    ];
    for body in broken {
        assert_eq!(refused(patch(&api, &path, &body)), bad_request(), "{body}");
    }
}

#[test]
fn disabled_at_is_the_time_of_the_last_disabling() {
    let api = server();
    let created = data(post(&api, ENDPOINTS, &json!({"url": URL, "enabled": false})))["endpoint"].clone();
    assert_eq!(created["disabled_at"], START);
    let path = format!("{ENDPOINTS}/{}", text(&created, "id"));
    let steps = [
        (json!({"name": "n"}), json!(START)),
        (json!({"enabled": false}), json!("2026-01-01T00:02:00.000Z")),
        (json!({"enabled": true}), Value::Null),
        (json!({"name": "m"}), Value::Null),
        (json!({"enabled": false, "name": "o"}), json!("2026-01-01T00:05:00.000Z")),
    ];
    for (body, expected) in steps {
        api.clock().advance(minutes(1));
        let changed = data(patch(&api, &path, &body));
        assert_eq!(changed["disabled_at"], expected, "{body}");
        assert_eq!((&changed["created_at"], &changed["updated_at"]), (&json!(START), &json!(api.clock().now().to_string())), "{body}");
        assert_eq!(data(get(&api, &path)), changed);
    }
}

#[test]
fn the_secret_is_revealed_and_replaced() {
    let api = server();
    let created = data(post(&api, ENDPOINTS, &json!({"url": URL, "enabled": false})));
    let id = text(&created["endpoint"], "id");
    let path = format!("{ENDPOINTS}/{id}/signing-secret");
    assert_eq!(data(call(&api, &format!("{path}/reveal"))), json!({"endpoint_id": id, "signing_secret": created["signing_secret"]}));
    api.clock().advance(minutes(1));
    let rotated = data(call(&api, &format!("{path}/rotate")));
    assert!(is_random(&rotated["signing_secret"], "whsec_", 32));
    assert_ne!(rotated["signing_secret"], created["signing_secret"]);
    assert_eq!(data(call(&api, &format!("{path}/reveal"))), rotated);
    let read = data(get(&api, &format!("{ENDPOINTS}/{id}")));
    assert_eq!(read["updated_at"], "2026-01-01T00:01:00.000Z");
    assert!(!read.to_string().contains("whsec_") && read["disabled_at"] == START);
    assert_eq!(data(patch(&api, &format!("{ENDPOINTS}/{id}"), &json!({"name": "n"})))["name"], "n");
    assert_eq!(data(call(&api, &format!("{path}/reveal"))), rotated, "an update leaves the secret alone");
    assert_eq!(refused(call(&api, &format!("{ENDPOINTS}/whe_no/signing-secret/reveal"))), not_found());
    assert_eq!(refused(call(&api, &format!("{ENDPOINTS}/whe_no/signing-secret/rotate"))), not_found());
    all_conform(&api);
}

#[test]
fn an_empty_subscription_is_shown_as_all_and_gets_nothing() {
    let api = server();
    let created = data(post(&api, ENDPOINTS, &json!({"url": URL, "subscribed_event_types": []})))["endpoint"].clone();
    let path = format!("{ENDPOINTS}/{}", text(&created, "id"));
    let all = json!(kayle::EVENT_TYPES);
    assert_eq!(created["subscribed_event_types"], all);
    assert_eq!(data(get(&api, &path))["subscribed_event_types"], all);
    assert_eq!(list(&api, ENDPOINTS)[0]["subscribed_event_types"], all);
    let handle = kayle::handle(&api);
    handle.seed_session().cancel();
    assert_eq!(handle.deliveries().len(), 0);
    data(patch(&api, &path, &json!({"subscribed_event_types": ["verification.session.cancelled"]})));
    handle.seed_session().cancel();
    assert_eq!(handle.deliveries().len(), 1);
    assert_eq!(data(patch(&api, &path, &json!({"subscribed_event_types": []})))["subscribed_event_types"], all);
    handle.seed_session().cancel();
    assert_eq!(handle.deliveries().len(), 1);
    all_conform(&api);
}

#[test]
fn keys_and_deliveries_go_with_their_endpoint_and_events_stay() {
    let api = server();
    let handle = kayle::handle(&api);
    let (gone, other) = (handle.seed_endpoint(URL), handle.seed_endpoint(URL));
    let key = handle.register_key(gone.id(), "k", &jwk());
    handle.seed_session().cancel();
    assert_eq!(handle.deliveries().len(), 2);
    data(delete(&api, &format!("{ENDPOINTS}/{}", gone.id())));
    let left = list(&api, "/v1/webhooks/deliveries");
    assert_eq!((left.len(), text(&left[0], "webhook_endpoint_id")), (1, other.id()));
    let events = list(&api, "/v1/events");
    assert_eq!((events.len(), events[0]["deliveries"].as_array().unwrap().len()), (1, 1));
    assert_eq!(refused(call(&api, &format!("/v1/webhooks/keys/{key}/deactivate"))), not_found());
    assert_eq!(list(&api, &format!("{ENDPOINTS}/{}/keys", gone.id())).len(), 0);
    all_conform(&api);
}

#[test]
fn lists_are_filtered_by_whether_endpoints_are_enabled() {
    let api = server();
    let handle = kayle::handle(&api);
    let on = handle.seed_endpoint(URL);
    let off = handle.seed_endpoint(kayle::NewEndpoint::to(URL).named("off").disabled());
    for (query, expected) in [("enabled=true", on.id()), ("enabled=false", off.id())] {
        assert_eq!(ids(&list(&api, &format!("{ENDPOINTS}?{query}"))), [expected], "{query}");
    }
}

#[test]
fn the_body_is_judged_before_the_thing_is_looked_for() {
    let api = server();
    assert_eq!(refused(patch(&api, &format!("{ENDPOINTS}/whe_no"), &json!({}))), bad_request());
    assert_eq!(refused(patch(&api, &format!("{ENDPOINTS}/whe_no"), &json!({"name": "n"}))), not_found());
    assert_eq!(refused(post(&api, &format!("{ENDPOINTS}/whe_no/keys"), &json!({}))), bad_request());
}

#[test]
fn each_organization_has_its_own() {
    let api = server();
    let mine = endpoint(&api);
    let others = |request: Request| as_key(&api, kayle::OTHER_API_KEY, request).json()["data"].clone();
    let theirs = others(Request::post(ENDPOINTS).with_json(&json!({"url": URL})))["endpoint"].clone();
    assert_eq!(theirs["organization_id"], kayle::OTHER_ORGANIZATION);
    assert_eq!(others(Request::get(ENDPOINTS)), json!([theirs]));
    assert_eq!(ids(&list(&api, ENDPOINTS)), [mine]);
    kayle::handle(&api).seed_session().cancel();
    assert_eq!(kayle::handle(&api).of_organization(kayle::OTHER_ORGANIZATION).events().len(), 0);
}

#[test]
fn revealing_changes_nothing() {
    let api = server();
    // It came to be without a secret: its first one is made when it is asked for.
    let bare = json!({"id": format!("whe_{}", "b".repeat(32)), "url": URL, "created_at": START, "updated_at": START});
    let id = api.change_as(kayle::ORGANIZATION, |tx| tx.insert("endpoints", bare.as_object().unwrap().clone())).unwrap();
    for id in [id, endpoint(&api)] {
        let path = format!("{ENDPOINTS}/{id}");
        let before = data(get(&api, &path));
        api.clock().advance(minutes(1));
        let first = data(call(&api, &format!("{path}/signing-secret/reveal")));
        assert_eq!(members(&first), ["endpoint_id", "signing_secret"]);
        assert!(is_random(&first["signing_secret"], "whsec_", 32), "{first}");
        assert_eq!(data(call(&api, &format!("{path}/signing-secret/reveal"))), first);
        assert_eq!(kayle::handle(&api).signing_secret(&id), text(&first, "signing_secret"));
        assert_eq!(data(get(&api, &path)), before);
    }
}

#[test]
fn the_handle_seeds_what_the_api_would_take() {
    let api = server();
    let handle = kayle::handle(&api);
    let seeded = handle.seed_endpoint(kayle::NewEndpoint::to(URL).named("n").subscribed_to(["verification.session.expired"]));
    let read = data(get(&api, &format!("{ENDPOINTS}/{}", seeded.id())));
    assert_eq!((&read["name"], &read["subscribed_event_types"]), (&json!("n"), &json!(["verification.session.expired"])));
    assert_eq!(handle.signing_secret(seeded.id()), seeded.signing_secret());
    let revealed = data(call(&api, &format!("{ENDPOINTS}/{}/signing-secret/reveal", seeded.id())));
    assert_eq!(revealed["signing_secret"], seeded.signing_secret());
    all_conform(&api);
}

#[test]
fn the_handle_judges_endpoints_as_the_api_does() {
    let api = server();
    let handle = kayle::handle(&api);
    let named = |name: &str| handle.seed_endpoint(kayle::NewEndpoint::to(URL).named(name));
    let longest = "x".repeat(120);
    for (name, kept) in [("  a b \n", "a b"), (&*format!("\t{longest} "), &longest)] {
        assert_eq!(data(get(&api, &format!("{ENDPOINTS}/{}", named(name).id())))["name"], kept);
    }
    let line = line!() + 1;
    let seed = |endpoint: kayle::NewEndpoint| handle.seed_endpoint(endpoint);
    let cases = [
        (kayle::NewEndpoint::to(URL).named(" \t"), "name: expected 1 to 120 UTF-16 code units, found 0"),
        (kayle::NewEndpoint::to(URL).named("😀".repeat(61)), "name: expected 1 to 120 UTF-16 code units, found 122"),
        (kayle::NewEndpoint::to("ftp://x").named(""), "name: expected 1 to 120 UTF-16 code units, found 0"),
        (kayle::NewEndpoint::to("ftp://x"), "url: expected an https URL, found \"ftp://x\""),
        (
            kayle::NewEndpoint::to(URL).subscribed_to([kayle::EVENT_TYPES[3], "verification.session.completed"]),
            "subscribed_event_types/1: expected verification.attempt.succeeded, verification.attempt.failed, verification.session.expired \
             or verification.session.cancelled, found \"verification.session.completed\"",
        ),
    ];
    for (endpoint, expected) in cases {
        let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| seed(endpoint.clone()))).unwrap_err();
        let told = panic.downcast_ref::<String>().unwrap();
        assert!(told.starts_with(&format!("standin: at {}:{line}:", file!())), "{told}");
        assert!(told.ends_with(&format!(": {expected}")), "{told}");
    }
    assert_eq!(list(&api, ENDPOINTS).len(), 2);
}

#[test]
#[should_panic(expected = "there is no endpoint \"whe_no\"; there is whe_")]
fn the_handle_tells_which_endpoints_there_are() {
    let api = server();
    let handle = kayle::handle(&api);
    handle.seed_endpoint(URL);
    handle.register_key("whe_no", "k", &jwk());
}

#[test]
fn a_key_that_nobody_knows_is_of_the_usual_organization() {
    let api = server();
    let created = as_key(&api, "kk_mine", Request::post(ENDPOINTS).with_json(&json!({"url": URL}))).json()["data"]["endpoint"].clone();
    assert_eq!(created["organization_id"], kayle::ORGANIZATION);
    assert_eq!(list(&api, ENDPOINTS), [created]);
    let own = kayle::builder().api_key("kk_mine").lenient(true).start();
    let seeded = kayle::handle(&own).seed_endpoint(URL);
    let read = as_key(&own, "kk_mine", Request::get(&format!("{ENDPOINTS}/{}", seeded.id())));
    assert_eq!(read.status(), 200);
    let theirs = kayle::builder().api_key(standin::ApiKey::new("kk_acme").with_tenant("acme")).lenient(true).start();
    let endpoint = as_key(&theirs, "kk_acme", Request::post(ENDPOINTS).with_json(&json!({"url": URL}))).json()["data"]["endpoint"].clone();
    assert!(is_uuid(&endpoint["organization_id"]), "a name that is no UUID stands for one: {endpoint}");
    assert_eq!(kayle::handle(&theirs).of_organization("acme").seed_session().read()["status"], "created");
    all_conform(&theirs);
}
