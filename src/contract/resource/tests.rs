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
    assert!(!contract.kept().stateful);
    let text = format!("x-standin-stateful: true\n{}", document("", "", ""));
    assert!(Contract::from_text("api.yaml", &text).unwrap().kept().stateful);
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
