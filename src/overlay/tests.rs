use serde_json::{Value, json};

use super::*;
use crate::pointer::Pointer;

const DOCUMENT: &str = r#"openapi: 3.1.0
info: {title: t, version: v}
paths:
  /a:
    get:
      summary: old
      tags: [one, two]
      parameters:
        - {name: filter, in: query}
        - {name: dummy, in: query}
        - {name: last, in: header}
      x-traits: [paged]
  /b:
    get: {summary: old}
servers: []
nothing:
"#;

fn text(name: &str, text: &str) -> Text {
    Source::read(name, text.to_owned()).unwrap()
}

/// An overlay of these actions, which begin at the fourth line.
fn overlay(actions: &str) -> String {
    format!("overlay: 1.0.0\ninfo: {{title: t, version: v}}\nactions:\n{actions}")
}

fn laid(overlays: &[&str]) -> Result<(Text, Vec<Remark>), Error> {
    let names = ["first.yaml", "second.yaml", "third.yaml"];
    lay(text("api.yaml", DOCUMENT), overlays.iter().zip(names).map(|(overlay, name)| text(name, overlay)).collect())
}

/// What an overlay makes of the document, at one place.
fn made(actions: &str, place: &str) -> Option<Value> {
    let ((_, value, _), remarks) = laid(&[&overlay(actions)]).unwrap_or_else(|error| panic!("{error}\n{actions}"));
    assert!(remarks.is_empty(), "{:?}", remarks.iter().map(|remark| &remark.text).collect::<Vec<_>>());
    value.pointer(place).cloned()
}

#[test]
fn actions_do_what_the_specification_says() {
    let parameters = "/paths/~1a/get/parameters";
    let cases = [
        // Members of objects are merged, however deep; what holds nothing is replaced.
        ("- {target: $, update: {info: {title: new, x-y: 1}}}", "/info", json!({"title": "new", "version": "v", "x-y": 1})),
        ("- {target: $.paths.*.get, update: {x-safe: true, summary: new}}", "/paths/~1b/get", json!({"x-safe": true, "summary": "new"})),
        ("- {target: \"$.paths['/b']\", update: {post: {x: [1]}}}", "/paths/~1b/post", json!({"x": [1]})),
        ("- {target: $.info, update: {title: null}}", "/info/title", json!(null)),
        ("- {target: $.info, update: {title: [a, b]}}", "/info/title", json!(["a", "b"])),
        ("- {target: $, update: {nothing: {a: 1}}}", "/nothing", json!({"a": 1})),
        // An array as a target gets an entry, or several.
        ("- {target: $.paths.*.get.tags, update: three}", "/paths/~1a/get/tags", json!(["one", "two", "three"])),
        ("- {target: $.servers, update: {url: /x}}", "/servers", json!([{"url": "/x"}])),
        ("- {target: $.servers, update: [{url: /x}, {url: /y}]}", "/servers", json!([{"url": "/x"}, {"url": "/y"}])),
        ("- {target: $.servers, update: [[1]]}", "/servers", json!([[1]])),
        ("- {target: \"$.paths['/a'].get\", update: {tags: [three]}}", "/paths/~1a/get/tags/2", json!("three")),
        // What is selected by a filter.
        (
            "- {target: \"$..parameters[?@.name=='filter' && @.in=='query']\", update: {schema: {}}}",
            "/paths/~1a/get/parameters/0/schema",
            json!({}),
        ),
        ("- {target: \"$.paths[?@.get['x-traits'][?@=='paged']].get\", update: {x: 1}}", "/paths/~1a/get/x", json!(1)),
        ("- {target: \"$.paths[?match(@.get.summary, 'o.d')]\", update: {x: 1}}", "/paths/~1b/x", json!(1)),
        ("- {target: \"$.paths[?length(@.get) > 2]\", update: {x: 1}}", "/paths/~1a/x", json!(1)),
        // What is removed is gone, in whatever order it was selected.
        (
            "- {target: \"$..parameters[?@.name=='dummy']\", remove: true}",
            parameters,
            json!([{"name": "filter", "in": "query"}, {"name": "last", "in": "header"}]),
        ),
        ("- {target: \"$..parameters[0,2,0]\", remove: true}", parameters, json!([{"name": "dummy", "in": "query"}])),
        ("- {target: \"$..parameters['x', -1, :]\", remove: true}", parameters, json!([])),
        ("- {target: \"$.paths['/a'].get.tags[0]\", remove: true}", "/paths/~1a/get/tags", json!(["two"])),
        // Actions see what those before them did.
        ("- {target: $.servers, remove: true}\n- {target: $, update: {servers: {a: 1}}}", "/servers", json!({"a": 1})),
        ("- {target: $.info, update: {x: {}}}\n- {target: $.info.x, update: {y: 1}}", "/info/x", json!({"y": 1})),
        ("- {target: $.info, update: {x: 1}, remove: false, description: why, x-z: 1}", "/info/x", json!(1)),
    ];
    for (actions, place, expected) in cases {
        assert_eq!(made(actions, place), Some(expected), "{actions}");
    }
    assert_eq!(made("- {target: $..*, remove: true}", ""), Some(json!({})));
    assert_eq!(made("- {target: \"$.paths['/a']\", remove: true}", "/paths/~1a"), None);
    assert_eq!(made("- {target: $..get, update: {x: {}}}", "/paths/~1a/get/tags/2"), None);
}

#[test]
fn overlays_may_be_json_extend_something_and_be_of_any_patch() {
    let json = r#"{"overlay": "1.0.17", "x-a": 1, "extends": "https://example.com/api.yaml", "info": {"title": "t", "version": "v", "x-b": 1},
        "actions": [{"target": "$.info", "update": {"title": "new"}}]}"#;
    let again = overlay("- {target: '$.info[?@ == 1]', remove: true}\n- {target: $.info, update: {title: newer, x: 2}}");
    let ((_, value, _), remarks) = laid(&[json, &again]).unwrap();
    assert_eq!(value["info"], json!({"title": "newer", "version": "v", "x": 2}));
    assert_eq!(remarks.iter().map(|remark| remark.code).collect::<Vec<_>>(), ["overlay.no-target"]);
}

#[test]
fn what_is_no_overlay_is_told_with_its_place() {
    let expected = "at /actions/0/target: expected a JSONPath (RFC 9535), such as $.paths['/things'].get, found";
    let cases = [
        ("5".to_owned(), "1:1: at the top level: expected an overlay, which is an object, found the number 5".to_owned()),
        ("info: {}".into(), "1:1: at the top level: expected a member `overlay` with the version, such as 1.0.0, found none".into()),
        ("overlay: 1.0".into(), "1:1: at /overlay: expected the version as a string, such as \"1.0.0\", found the number 1.0".into()),
        ("overlay: 1.1.0".into(), "1:1: at /overlay: expected Overlay 1.0, found \"1.1.0\"".into()),
        ("overlay: 1.0.x".into(), "1:1: at /overlay: expected Overlay 1.0, found \"1.0.x\"".into()),
        ("overlay: 1.0.0".into(), "1:1: at the top level: expected a member `info` with title and version, found none".into()),
        ("overlay: 1.0.0\ninfo: {title: t}".into(), "2:1: at /info: expected a member `version`, found none".into()),
        ("overlay: 1.0.0\ninfo: {title: t, version: 1.0}".into(), "2:18: at /info/version: expected a string, found the number 1.0".into()),
        (
            "overlay: 1.0.0\ninfo: {title: t, version: v}".into(),
            "1:1: at the top level: expected a member `actions` with what is to be done, found none".into(),
        ),
        (overlay("  []"), "3:1: at /actions: expected an array of at least one action, found an empty array".into()),
        (
            format!("extends: 5\n{}", overlay("- {}")),
            "1:1: at /extends: expected a reference to the document, which is a string, found the number 5".into(),
        ),
        (overlay("- $.info"), "4:3: at /actions/0: expected an action, which is an object, found \"$.info\"".into()),
        (overlay("- {update: {}}"), "4:3: at /actions/0: expected a member `target` with a JSONPath, found none".into()),
        (overlay("- {target: $, description: 5}"), "4:15: at /actions/0/description: expected a string, found the number 5".into()),
        (overlay("- {target: $, remove: yes}"), "4:15: at /actions/0/remove: expected true or false, found \"yes\"".into()),
        (overlay("- {target: [$]}"), format!("4:4: {expected} an array of 1")),
        (overlay("- {target: info}"), format!("4:4: {expected} \"info\", which is none from its character 1 on, \"info\"")),
        (overlay("- {target: $.x-y}"), format!("4:4: {expected} \"$.x-y\", which is none from its character 4 on, \"-y\"")),
        (overlay("- {target: '$.é['}"), format!("4:4: {expected} \"$.é[\", which is none from its character 4 on, \"[\"")),
        (
            overlay("- {target: '$.paths./a'}"),
            format!(
                "4:4: {expected} \"$.paths./a\", which is none from its character 9 on, \"/a\": in dot member name, must start with lowercase alpha or '_'"
            ),
        ),
        (
            overlay("- {target: $.info.title, update: {}}"),
            "4:4: at /actions/0/target: expected a target that selects objects or arrays alone, found \"t\" at /info/title".into(),
        ),
        (
            overlay("- {target: $, remove: true}"),
            "4:4: at /actions/0/target: expected a target inside the document to remove, found the whole document".into(),
        ),
        (
            overlay("- {target: $.info, update: new}"),
            "4:20: at /actions/0/update: expected an object, because /info is one, found \"new\"".into(),
        ),
        (
            overlay("- {target: $, update: [new]}"),
            "4:15: at /actions/0/update: expected an object, because the document is one, found an array of 1".into(),
        ),
        (
            overlay("- target: $\n  update:\n    paths:\n      /b: null\n"),
            "7:7: at /actions/0/update/paths/~1b: expected an object, because /paths/~1b is one, found null".into(),
        ),
        (
            overlay("- {target: $, update: {servers: {}}}"),
            "4:24: at /actions/0/update/servers: expected an array, because /servers is one, found an empty object".into(),
        ),
    ];
    for (overlay, expected) in cases {
        let error = laid(&[&overlay]).map(|_| ()).expect_err(&overlay);
        assert_eq!(error.to_string(), format!("first.yaml:{expected}"));
        assert!(error.is_structure() || error.is_version(), "{error}");
    }
}

#[test]
fn expressions_are_bounded() {
    let long = format!("$.{}", "a".repeat(5_000));
    let deep = format!("$[?{}@.a{}]", "@[?".repeat(30), "]".repeat(30));
    let begun = std::time::Instant::now();
    for (target, expected) in [(long, "5002 bytes"), (deep, "brackets and parentheses in each other at its character 38")] {
        let error = laid(&[&overlay(&format!("- {{target: '{target}'}}"))]).map(|_| ()).unwrap_err().to_string();
        assert!(error.contains(expected) && error.len() < 400, "{error}");
    }
    assert!(begun.elapsed().as_secs() < 5);
    assert!(laid(&[&overlay("- {target: '$[\"((((((((((((((((((((\"]', remove: true}")]).is_ok());
}

#[test]
fn documents_stay_under_their_limits() {
    let deeper = "- {target: $, update: {z: {}}}\n".to_owned() + &"- {target: $..z, update: {z: {}}}\n".repeat(130);
    let error = laid(&[&overlay(&deeper)]).map(|_| ()).unwrap_err().to_string();
    assert!(error.contains("expected a document of fewer than 128 levels, found more at /z/z/z/z/"), "{error}");
    // Each action doubles the document.
    let many: String = (0..26).map(|number| format!("- {{target: $..*, update: {{x{number}: {{}}}}}}\n")).collect();
    let given = overlay(&format!("- {{target: $.*, remove: true}}\n- {{target: $, update: {{a: {{}}}}}}\n{many}"));
    let laid = lay_at_most(1_000, text("api.yaml", DOCUMENT), vec![text("first.yaml", &given)]);
    let error = laid.map(|_| ()).unwrap_err().to_string();
    assert!(error.contains("expected no more than 1000 values that overlays add, found more at /a/"), "{error}");
}

#[test]
fn what_has_no_effect_is_told() {
    let given = "z: 1\noverlay: 1.0.0\ninfo: {title: t, version: v, more: 1}\nactions:\n  - target: $.paths['/c']\n    update: {}\n    \
                 replace: {}\n  - target: $.servers\n    update: {}\n    remove: true\n  - target: $\n    remove: false\n  - {target: $.info, update: {a: 1, a: 2}}\n";
    let (_, remarks) = laid(&[given]).unwrap();
    let line = |remark: &Remark| {
        let position = remark.source.locate(&remark.place).unwrap();
        format!("{}:{position} {}: {} [{}]", remark.source.name(), remark.place, remark.text, remark.code)
    };
    let told = [
        "first.yaml:13:37 /actions/3/update/a: this member is given twice, and only the last counts [duplicate-member]",
        "first.yaml:1:1 /z: \"z\" is no member that Overlay 1.0 has here: it is ignored [overlay.unknown-member]",
        "first.yaml:3:30 /info/more: \"more\" is no member that Overlay 1.0 has here: it is ignored [overlay.unknown-member]",
        "first.yaml:7:5 /actions/0/replace: \"replace\" is no member that Overlay 1.0 has here: it is ignored [overlay.unknown-member]",
        "first.yaml:9:5 /actions/1/update: the action removes its targets, so that `update` has no effect [overlay.no-effect]",
        "first.yaml:11:5 /actions/2: the action has neither `update` nor `remove: true`, and does nothing [overlay.no-effect]",
        "first.yaml:5:5 /actions/0/target: $.paths['/c'] selects nothing in api.yaml [overlay.no-target]",
    ];
    assert_eq!(remarks.iter().map(line).collect::<Vec<_>>(), told);
}

#[test]
fn every_value_knows_the_text_that_it_stands_in() {
    let first = overlay(
        "- {target: \"$..parameters[1]\", remove: true}\n\
         - {target: $.servers, update: {url: /x,\n   description: d}}\n\
         - {target: $, update: {info: {title: new}}}\n\
         - {target: $..summary, remove: true}\n",
    );
    let second = overlay("- {target: \"$.servers[0]\", update: {x: 1}}\n- {target: $..get, update: {tags: [three]}}\n");
    let ((source, value, _), _) = laid(&[&first, &second]).unwrap();
    let at = |place: &str| {
        let place = Pointer::parse(place).unwrap();
        format!("{}:{}", source.name_at(&place), source.locate(&place).unwrap())
    };
    let cases = [
        ("", "api.yaml:1:1"),
        ("/info", "api.yaml:2:1"),
        ("/info/version", "api.yaml:2:18"),
        ("/info/title", "first.yaml:7:31"),
        ("/paths/~1a/get/parameters/0/name", "api.yaml:9:12"),
        ("/paths/~1a/get/parameters/1/name", "api.yaml:11:12"),
        ("/paths/~1a/get/parameters/2", "api.yaml:8:7"),
        ("/paths/~1a/get/summary", "api.yaml:5:5"),
        ("/paths/~1a/get/tags/1", "api.yaml:7:19"),
        ("/paths/~1a/get/tags/2", "second.yaml:5:36"),
        ("/servers/0", "first.yaml:5:23"),
        ("/servers/0/description", "first.yaml:6:4"),
        ("/servers/0/x", "second.yaml:4:37"),
        ("/paths/~1b/get/tags", "second.yaml:5:29"),
    ];
    for (place, expected) in cases {
        assert_eq!(at(place), expected, "{place}");
    }
    assert_eq!(value.pointer("/paths/~1a/get/parameters/1/name"), Some(&json!("last")));
    assert!(source.may_mention("description: d") && source.may_mention("openapi") && !source.may_mention("nowhere"));
}

#[test]
fn remarks_about_the_document_move_with_what_they_are_about() {
    let document = "a: [{b: 1}, {c: 1, c: 2}, {d: 1, d: 2}]\ne: {f: 1, f: 2}\n";
    let given = overlay("- {target: \"$.a[0]\", remove: true}\n- {target: \"$.a[1]\", remove: true}\n");
    let ((source, _, remarks), _) = lay(text("api.yaml", document), vec![text("x", &given)]).unwrap();
    assert_eq!(remarks.duplicates.iter().map(Pointer::as_str).collect::<Vec<_>>(), ["/a/0/c", "/e/f"]);
    assert_eq!(source.locate(&remarks.duplicates[0]).unwrap().column, 20);
}
