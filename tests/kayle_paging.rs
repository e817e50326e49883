//! Lists: how they are ordered and cut into pages, and how their queries are read.

mod kayle_common;

use std::collections::BTreeSet;

use kayle_common::*;
use serde_json::{Value, json};
use standin::{MockServer, kayle};

fn filled(count: usize) -> MockServer {
    let api = server();
    let handle = kayle::handle(&api);
    for _ in 0..count {
        handle.seed_endpoint(URL);
    }
    api
}

#[test]
fn pages_follow_one_another_in_the_order_of_ids() {
    let api = filled(25);
    let (mut target, mut seen, mut sizes) = (ENDPOINTS.to_owned(), Vec::new(), Vec::new());
    loop {
        let (status, page) = get(&api, &target);
        assert_eq!(status, 200);
        let items = page["data"].as_array().unwrap();
        sizes.push(items.len());
        seen.extend(items.iter().map(|item| text(item, "id").to_owned()));
        assert_eq!(page["pagination"]["limit"], 10);
        let next = &page["pagination"]["next_cursor"];
        assert_eq!(page["pagination"]["has_more"], !next.is_null());
        let Some(next) = next.as_str() else { break };
        assert_eq!(next, seen.last().unwrap());
        target = format!("{ENDPOINTS}?starting_after={next}");
    }
    assert_eq!(sizes, [10, 10, 5]);
    let sorted: Vec<String> = seen.iter().cloned().collect::<BTreeSet<_>>().into_iter().collect();
    assert_eq!(seen, sorted);
    all_conform(&api);
}

#[test]
fn a_page_that_holds_just_all_is_the_last() {
    let api = filled(3);
    let (_, page) = get(&api, &format!("{ENDPOINTS}?limit=3"));
    assert_eq!(page["pagination"], json!({"limit": 3, "has_more": false, "next_cursor": null}));
    let (_, page) = get(&api, &format!("{ENDPOINTS}?limit=2"));
    assert_eq!(page["pagination"], json!({"limit": 2, "has_more": true, "next_cursor": page["data"][1]["id"]}));
}

#[test]
fn any_text_is_a_cursor() {
    let api = filled(3);
    let all = list(&api, ENDPOINTS);
    let after = |cursor: &str| list(&api, &format!("{ENDPOINTS}?starting_after={cursor}")).len();
    assert_eq!([after(""), after("a"), after("whe_"), after("zzz")], [3, 3, 3, 0]);
    assert_eq!(after(text(&all[0], "id")), 2);
    assert_eq!(after(&format!("{}0", text(&all[0], "id"))), 2);
    let (_, page) = get(&api, &format!("{ENDPOINTS}?starting_after=zzz"));
    assert_eq!(page, json!({"data": [], "error": null, "pagination": {"limit": 10, "has_more": false, "next_cursor": null}}));
}

#[test]
fn filters_combine_with_the_cursor() {
    let api = filled(4);
    let all = list(&api, ENDPOINTS);
    data(patch(&api, &format!("{ENDPOINTS}/{}", text(&all[2], "id")), &json!({"enabled": false})));
    let found = list(&api, &format!("{ENDPOINTS}?enabled=true&starting_after={}", text(&all[0], "id")));
    assert_eq!(ids(&found), [text(&all[1], "id"), text(&all[3], "id")]);
    let (_, page) = get(&api, &format!("{ENDPOINTS}?enabled=true&limit=2"));
    assert_eq!(page["pagination"], json!({"limit": 2, "has_more": true, "next_cursor": all[1]["id"]}));
}

#[test]
fn the_limit_is_what_javascript_takes_for_a_number() {
    let api = filled(12);
    for (limit, expected) in [("5", 5), ("1e1", 10), ("0x10", 16), ("100", 100), ("%205", 5)] {
        let (status, page) = get(&api, &format!("{ENDPOINTS}?limit={limit}"));
        assert_eq!((status, &page["pagination"]["limit"]), (200, &json!(expected)), "{limit}");
        assert_eq!(page["data"].as_array().unwrap().len(), expected.min(12), "{limit}");
    }
    let keys = format!("{ENDPOINTS}/x/keys");
    for target in [ENDPOINTS, &keys, DELIVERIES, EVENTS, "/v1/events", SESSIONS] {
        for limit in ["", "0", "101", "1.5", "abc", "-1", "5&limit=6"] {
            assert_eq!(refused(get(&api, &format!("{target}?limit={limit}"))), bad_request(), "{target} {limit}");
        }
    }
}

#[test]
fn pages_hold_ten_where_nobody_says_how_many() {
    let api = filled(12);
    let handle = kayle::handle(&api);
    let endpoint = text(&list(&api, ENDPOINTS)[0], "id").to_owned();
    for number in 0..12 {
        handle.register_key(&endpoint, &number.to_string(), &jwk());
        let session = handle.seed_session();
        session.start_attempt();
        session.cancel();
    }
    let (keys, attempts) = (format!("{ENDPOINTS}/{endpoint}/keys"), format!("{ATTEMPTS}?status=failed"));
    // Of the deliveries there are twelve times as many; events are in another order than their ids.
    let left = [
        (ENDPOINTS, Some(2)),
        (&keys, Some(2)),
        (DELIVERIES, Some(10)),
        (SESSIONS, Some(2)),
        (&attempts, Some(2)),
        (EVENTS, None),
        ("/v1/events", None),
    ];
    for (target, left) in left {
        let (status, page) = get(&api, target);
        let items = page["data"].as_array().unwrap();
        assert_eq!((status, items.len()), (200, 10), "{target}");
        assert_eq!(page["pagination"], json!({"limit": 10, "has_more": true, "next_cursor": items[9]["id"]}), "{target}");
        let cursor = text(&items[9], "id");
        let mark = if target.contains('?') { '&' } else { '?' };
        let rest = list(&api, &format!("{target}{mark}starting_after={cursor}"));
        assert!(ids(&rest).iter().all(|id| *id > cursor), "{target}");
        assert!(left.is_none_or(|left| rest.len() == left), "{target}: {}", rest.len());
    }
}

#[test]
fn truths_are_spelt_in_one_way() {
    let api = filled(1);
    let keys = format!("{ENDPOINTS}/x/keys");
    for (path, name) in [(ENDPOINTS, "enabled"), (keys.as_str(), "is_active")] {
        for text in ["true", "false"] {
            assert_eq!(get(&api, &format!("{path}?{name}={text}")).0, 200);
        }
        for wrong in ["TRUE", "1", "yes", "", &format!("true&{name}=true")] {
            assert_eq!(refused(get(&api, &format!("{path}?{name}={wrong}"))), bad_request(), "{name}={wrong}");
        }
    }
}

#[test]
fn times_are_in_utc_with_a_final_z() {
    let api = server();
    for path in ["/v1/webhooks/events", "/v1/events", "/v1/sessions"] {
        for name in ["created_from", "created_to"] {
            for fine in
                ["2026-01-01T00:00Z", "2024-02-29T00:00Z", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00.5Z", "2026-01-01T00:00:00.123456Z"]
            {
                assert_eq!(get(&api, &format!("{path}?{name}={fine}")).0, 200, "{fine}");
            }
            for wrong in [
                "2026-01-01",
                "2026-01-01T00:00:00%2B01:00",
                "2026-01-01T00:00:00",
                "2026-13-01T00:00Z",
                "2026-02-30T00:00Z",
                "2026-02-29T00:00Z",
                "2026-01-01T24:00Z",
                "2026-01-01T00:00:00.Z",
                "2026-01-01t00:00:00z",
                "now",
                "",
            ] {
                assert_eq!(refused(get(&api, &format!("{path}?{name}={wrong}"))), bad_request(), "{wrong}");
            }
        }
    }
}

#[test]
fn unknown_parameters_are_ignored() {
    let api = filled(2);
    assert_eq!(list(&api, &format!("{ENDPOINTS}?colour=mauve&page=7")).len(), 2);
}

#[test]
fn events_come_by_time_and_are_cut_by_id() {
    let api = server();
    let handle = kayle::handle(&api);
    for _ in 0..6 {
        handle.seed_session().cancel();
        api.clock().advance(minutes(1));
    }
    for path in ["/v1/webhooks/events", "/v1/events"] {
        let all = list(&api, path);
        assert!(all.is_sorted_by_key(|event| text(event, "created_at").to_owned()));
        assert!(!all.is_sorted_by_key(|event| text(event, "id").to_owned()), "ids are random");
        for cursor in &all {
            let cursor = text(cursor, "id");
            let expected: Vec<&str> = ids(&all).into_iter().filter(|id| *id > cursor).collect();
            assert_eq!(ids(&list(&api, &format!("{path}?starting_after={cursor}"))), expected, "{path}");
        }
    }
}

#[test]
fn pages_of_attempts_hold_ten() {
    let api = server();
    let handle = kayle::handle(&api);
    for _ in 0..12 {
        handle.seed_session().start_attempt();
    }
    let path = "/v1/sessions/attempts/attempts?status=in_progress";
    let (_, first) = get(&api, path);
    let cursor = first["data"][9]["id"].clone();
    assert_eq!(first["pagination"], json!({"limit": 10, "has_more": true, "next_cursor": cursor}));
    let (_, second) = get(&api, &format!("{path}&starting_after={}", cursor.as_str().unwrap()));
    assert_eq!(second["pagination"], json!({"limit": 10, "has_more": false, "next_cursor": Value::Null}));
    assert_eq!(second["data"].as_array().unwrap().len(), 2);
    all_conform(&api);
}

#[test]
fn every_list_is_in_the_order_of_ids_but_that_of_events() {
    let api = server();
    let handle = kayle::handle(&api);
    for _ in 0..4 {
        let endpoint = handle.seed_endpoint(URL);
        handle.register_key(endpoint.id(), "k", &jwk());
        handle.seed_session().start_attempt();
    }
    handle.seed_session().cancel();
    let endpoint = handle.seed_endpoint(URL);
    for _ in 0..4 {
        handle.register_key(endpoint.id(), "k", &jwk());
    }
    let keys = format!("{ENDPOINTS}/{}/keys", endpoint.id());
    for target in [ENDPOINTS, &keys, "/v1/webhooks/deliveries", "/v1/sessions", "/v1/sessions/attempts/attempts?status=in_progress"] {
        let all = list(&api, target);
        assert!(all.len() >= 4 && ids(&all).is_sorted(), "{target}: {:?}", ids(&all));
    }
}
