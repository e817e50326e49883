//! What documents say themselves, and what is wrong about it.

use crate::contract::Contract;

/// Notes of users; the keyword stands where `SAID` is.
const DOCUMENT: &str = "\
openapi: 3.1.0
info: {title: t, version: v}
paths:
  /users/{user}/notes:
    get:
      x-standin-resource: LIST
      parameters:
        - {name: text, in: query, schema: {type: string}}
        - {name: newer, in: query, schema: {type: string}}
      responses: {'200': {description: d, content: {application/json: {schema: {type: object, properties: {odd: {type: array, items: {$ref: '#/components/schemas/Note'}}, a: {type: string}, b: {type: string}}}}}}}
    post:
      x-standin-resource: MAKE
      requestBody: {content: {application/json: {schema: {type: object, properties: {wrapped: {$ref: '#/components/schemas/Note'}}}}}}
      responses: {'201': {description: d, content: {application/json: {schema: {$ref: '#/components/schemas/Note'}}}}}
  /notes/archive/{number}:
    post:
      x-standin-resource: ARCHIVE
      responses: {'200': {description: d, content: {application/json: {schema: {$ref: '#/components/schemas/Note'}}}}}
components:
  schemas:
    Note: {type: object, properties: {number: {type: integer}, text: {type: string}, author: {type: string}, at: {type: string}, archived: {type: boolean}}}
";

fn document(list: &str, make: &str, archive: &str) -> String {
    let said = [("LIST", list), ("MAKE", make), ("ARCHIVE", archive)];
    said.iter().fold(DOCUMENT.to_owned(), |text, (place, said)| match said.is_empty() {
        true => text.replace(&format!("      x-standin-resource: {place}\n"), ""),
        false => text.replace(place, said),
    })
}

#[test]
fn what_a_document_says_comes_before_what_is_inferred() {
    let text = document(
        "{name: notes, action: list, entity: /odd, within: {user: author}, order: number, after: number, filters: {newer: {member: at, is: after}, text: false}}",
        "{name: notes, id: number, sent: /wrapped, unique: [text]}",
        "{name: notes, action: act, parameter: number, set: {archived: true, at: {x-standin-value: now}}}",
    );
    let contract = Contract::from_text("api.yaml", &text).unwrap();
    let kept = contract.kept();
    assert_eq!(kept.all.len(), 1, "{}", contract.resource_table());
    let kind = &kept.all[0].kind;
    assert_eq!((kind.name.as_str(), kind.id.as_deref()), ("notes", Some("number")));
    assert_eq!(
        (kind.order.as_deref(), kind.after.as_deref(), kind.unique.as_slice()),
        (Some("number"), Some("number"), ["text".to_owned()].as_slice())
    );
    assert_eq!(kind.lists.len(), 1);
    assert_eq!(kind.lists[0][0].member.as_deref(), Some("author"));
    assert!(kind.within.is_empty(), "a path leads to it by its number alone: {:?}", kind.within);
    let facts = contract.resource_table().facts();
    let operations = facts["resources"][0]["operations"].as_array().unwrap();
    let of = |name: &str| operations.iter().find(|used| used["operation"] == name).unwrap();
    let list = of("GET /users/{user}/notes");
    assert_eq!(
        (&list["shown"], &list["filters"]),
        (&"/odd".into(), &serde_json::json!([{"parameter": "newer", "member": "/at", "is": "after"}]))
    );
    assert_eq!(of("POST /users/{user}/notes")["sent"], "/wrapped");
    let archive = of("POST /notes/archive/{number}");
    assert_eq!((&archive["action"], &archive["parameter"], &archive["set"]["archived"]), (&"act".into(), &"number".into(), &true.into()));
}

#[test]
fn nothing_is_kept_where_the_document_says_so() {
    let contract = Contract::from_text("api.yaml", &document("false", "{action: none}", "")).unwrap();
    assert!(contract.resources().is_empty(), "{}", contract.resource_table());
    assert!(!contract.is_stateful());
    let text = format!("x-standin-stateful: true\n{}", document("", "", ""));
    assert!(Contract::from_text("api.yaml", &text).unwrap().is_stateful());
}

#[test]
fn what_is_not_understood_stops_the_load() {
    let cases = [
        ("5", "", ""),
        ("{nam: notes}", "", ""),
        ("{name: ''}", "", ""),
        ("{action: make}", "", ""),
        ("{parameter: note}", "", ""),
        ("{entity: /data}", "", ""),
        ("{entity: odd}", "", ""),
        ("{within: {owner: author}}", "", ""),
        ("{within: {user: writer}, name: notes, action: list, entity: /odd}", "", ""),
        ("{filters: {colour: {member: text}}}", "", ""),
        ("{filters: {text: {member: text, is: like}}}", "", ""),
        ("{filters: {text: {member: texts}}, name: notes, action: list, entity: /odd}", "", ""),
        ("", "{sent: /note}", ""),
        ("", "{unique: text, name: n}", ""),
        ("", "", "{name: notes}"),
        ("{name: notes, id: number, action: list, entity: /odd}", "{name: notes, id: text}", ""),
        ("{name: notes, action: list, entity: /odd, parents: {author: users}}", "", ""),
    ];
    let failure = |(list, make, archive): &(&str, &str, &str)| {
        let said = [*list, *make, *archive].concat();
        let failed = Contract::from_text("api.yaml", &document(list, make, archive)).map(|contract| contract.resource_table().to_string());
        format!("{said}\n  {}\n", failed.map_or_else(|error| error.to_string(), |table| format!("loads:\n{table}")))
    };
    insta::assert_snapshot!(cases.iter().map(failure).collect::<String>());
}

/// Where nobody listens, what is said would be ignored.
#[test]
fn what_stands_elsewhere_stops_the_load() {
    let responses = "responses: {'200': {description: d}}";
    let cases = [
        "x-standin-resource: false\npaths: {}".to_owned(),
        "paths: {/a: {get: {responses: {'200': {x-standin-resource: {action: read}, description: d}}}}}".to_owned(),
        format!("paths: {{/a: {{get: {{{responses}}}}}}}\ncomponents: {{schemas: {{A: {{x-standin-resource: {{id: a}}}}}}}}"),
        format!("paths: {{'/{{a}}-{{b}}': {{get: {{x-standin-resource: {{action: read}}, {responses}}}}}}}"),
    ];
    let failure = |rest: &String| {
        let loaded = Contract::from_text("api.yaml", &format!("openapi: 3.1.0\ninfo: {{title: t, version: v}}\n{rest}\n"));
        loaded.map_or_else(|error| format!("{error}\n"), |_| format!("{rest}: loads\n"))
    };
    insta::assert_snapshot!(cases.iter().map(failure).collect::<String>());
    let off = format!(
        "openapi: 3.1.0\ninfo: {{title: t, version: v}}\npaths: {{'/{{a}}-{{b}}': {{x-standin-resource: false, get: {{{responses}}}}}}}\n"
    );
    assert!(Contract::from_text("api.yaml", &off).is_ok(), "nothing is said of it that could be ignored");
}

/// Each document names its own resources, also where another calls something else so.
#[test]
fn documents_of_one_contract_name_resources_by_themselves() {
    let text = document(
        "{name: notes, action: list, entity: /odd, within: {user: author}, parents: {author: notes}}",
        "{name: notes, id: number, sent: /wrapped}",
        "",
    );
    let one = |name: &str| Contract::from_text(name, &text).unwrap();
    let both = one("a.yaml").and(&one("b.yaml"));
    let names: Vec<&str> = both.resources().iter().map(super::Resource::name).collect();
    assert_eq!(names, ["notes", "notes (2)"], "{}", both.resource_table());
    let parents: Vec<Vec<&str>> =
        both.resources().iter().map(|resource| resource.parents(&both).map(super::Resource::name).collect()).collect();
    assert_eq!(parents, [["notes"], ["notes (2)"]]);
}

/// What has an id and is something else is not listed among the things that are kept.
#[test]
fn lists_below_a_collection_are_of_its_things_or_of_nothing_that_is_kept() {
    let list = |schema: &str| {
        format!(
            "{{description: d, content: {{application/json: {{schema: {{type: array, items: {{$ref: '#/components/schemas/{schema}'}}}}}}}}}}"
        )
    };
    let one = "{description: d, content: {application/json: {schema: {$ref: '#/components/schemas/Card'}}}}";
    let text = format!(
        "\
openapi: 3.1.0
info: {{title: t, version: v}}
paths:
  /cards:
    post: {{responses: {{'201': {one}}}}}
  /cards/{{id}}:
    get: {{responses: {{'200': {one}}}}}
  /cards/search:
    get: {{responses: {{'200': {card}}}}}
  /cards/allowed:
    get: {{responses: {{'200': {card}}}}}
  /cards/activities:
    get: {{parameters: [{{name: card_id, in: query, schema: {{type: string}}}}], responses: {{'200': {activity}}}}}
components:
  schemas:
    Card: {{type: object, properties: {{id: {{type: string}}, state: {{type: string}}, balance: {{type: integer}}}}}}
    Activity: {{type: object, properties: {{id: {{type: string}}, card_id: {{type: string}}, amount: {{type: integer}}}}}}
",
        card = list("Card"),
        activity = list("Activity")
    );
    let contract = Contract::from_text("api.yaml", &text).unwrap();
    let facts = contract.resource_table().facts();
    let lists: Vec<_> = facts["resources"][0]["operations"].as_array().unwrap().iter().filter(|used| used["action"] == "list").collect();
    assert_eq!(lists.len(), 1, "{facts:#}");
    assert_eq!(lists[0]["operation"], "GET /cards/search");
    let refused: Vec<&str> = facts["refused"].as_array().unwrap().iter().map(|refused| refused["why"].as_str().unwrap()).collect();
    assert_eq!(
        refused,
        ["GET /cards/activities: it lists things of another kind", "GET /cards/allowed: nothing says which of them it lists"]
    );
}

/// Notes, told of by what `SAID` stands for: it must be heard, wherever it stands.
#[test]
fn what_is_said_is_heard_wherever_a_path_item_can_say_it() {
    const LIST: &str = "responses: {'200': {description: d, content: {application/json: {schema: {type: array, items: {$ref: '#/components/schemas/Note'}}}}}}";
    const NOTE: &str = "components: {schemas: {Note: {type: object, properties: {id: {type: string}}}}}";
    const SAID: &str = "x-standin-resource: {name: notes, action: list}";
    let cases = [
        format!("paths: {{/notes: {{{SAID}, get: {{{LIST}}}}}}}\n{NOTE}"),
        format!("paths: {{/notes: {{$ref: '#/x-items/notes', {SAID}}}}}\nx-items: {{notes: {{get: {{{LIST}}}}}}}\n{NOTE}"),
        format!("paths: {{/notes: {{$ref: '#/x-items/notes'}}}}\nx-items: {{notes: {{{SAID}, get: {{{LIST}}}}}}}\n{NOTE}"),
        format!("paths: {{/notes: {{{SAID}, additionalOperations: {{LIST: {{{LIST}}}}}}}}}\n{NOTE}"),
    ];
    for rest in cases {
        let loaded = Contract::from_text("api.yaml", &format!("openapi: 3.2.0\ninfo: {{title: t, version: v}}\n{rest}\n"));
        let names: Vec<String> = loaded.unwrap().resources().iter().map(|resource| resource.name().to_owned()).collect();
        assert_eq!(names, ["notes"], "{rest}");
    }
}

/// Paths of one document are none of another's.
#[test]
fn what_is_inferred_of_a_document_does_not_depend_on_what_it_is_joined_with() {
    let text = |end: &str| {
        let one = "responses: {'200': {description: d, content: {application/json: {schema: {type: object, properties: {id: {type: string}, name: {type: string}}}}}}}";
        format!(
            "openapi: 3.1.0\ninfo: {{title: t, version: v}}\npaths: {{'/owners{end}': {{post: {{{one}}}}}, '/owners/{{id}}{end}': {{get: {{{one}}}}}}}\n"
        )
    };
    let (bare, json) = (Contract::from_text("a", &text("")).unwrap(), Contract::from_text("b", &text(".json")).unwrap());
    for both in [bare.and(&json), json.and(&bare)] {
        let counts: Vec<usize> = both.resources().iter().map(|resource| resource.operations(&both).count()).collect();
        assert_eq!(counts, [2, 2], "{}", both.resource_table());
    }
}
