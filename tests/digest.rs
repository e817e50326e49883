//! The digest of a contract: what is in it, what changes it, and what does not.

#![allow(clippy::print_stdout, reason = "sizes and times, for people")]

use std::{fmt::Write as _, time::Instant};

use serde_json::{Value, json};

use standin::{Contract, kayle};

#[test]
fn the_bundled_contract_reads_well() {
    insta::assert_snapshot!(kayle::contract().snapshot());
}

/// With something of everything, and a circle.
fn pets() -> Value {
    json!({
        "openapi": "3.1.0",
        "info": {"title": "Pets", "version": "1"},
        "paths": {
            "/pets": {
                "get": {
                    "operationId": "listPets",
                    "security": [{"key": []}, {"token": ["pets:read"]}],
                    "parameters": [
                        {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 100, "default": 20}},
                        {"name": "kind", "in": "query", "style": "pipeDelimited", "explode": false, "schema": {"type": "array", "items": {"enum": ["dog", "cat"]}}}
                    ],
                    "responses": {
                        "200": {
                            "description": "Pets.",
                            "headers": {"X-Total": {"required": true, "schema": {"type": "integer"}}},
                            "content": {"application/json": {"schema": {"type": "array", "maxItems": 100, "items": {"$ref": "#/components/schemas/Pet"}}}}
                        },
                        "default": {"$ref": "#/components/responses/Error"}
                    }
                },
                "post": {
                    "security": [{"token": ["pets:write"]}],
                    "requestBody": {"required": true, "content": {
                        "application/json": {"schema": {"$ref": "#/components/schemas/Pet"}},
                        "multipart/form-data": {
                            "schema": {"type": "object", "properties": {"photo": {"type": "string"}}},
                            "encoding": {"photo": {"contentType": "image/png"}}
                        }
                    }},
                    "responses": {"201": {"description": "It.", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Pet"}}}},
                                  "default": {"$ref": "#/components/responses/Error"}},
                    "callbacks": {"onSold": {"{$request.body#/hook}": {"post": {
                        "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Pet"}}}},
                        "responses": {"2XX": {"description": "Thanks."}}
                    }}}}
                }
            }
        },
        "webhooks": {"born": {"post": {
            "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Pet"}}}},
            "responses": {"204": {"description": "Thanks."}}
        }}},
        "components": {
            "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}, "token": {"type": "http", "scheme": "bearer"}},
            "responses": {"Error": {"description": "No.", "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}},
            "schemas": {
                "Pet": {
                    "type": "object",
                    "required": ["id", "name"],
                    "properties": {
                        "id": {"type": "string", "pattern": "^pet_[a-z0-9]{8}$", "readOnly": true},
                        "name": {"type": "string", "minLength": 1, "maxLength": 80, "description": "As it is called."},
                        "nick": {"type": ["string", "null"], "maxLength": 20},
                        "tags": {"type": "array", "items": {"type": "string"}, "maxItems": 10, "uniqueItems": true},
                        "status": {"enum": ["sold", "available", "pending"]},
                        "owner": {"$ref": "#/components/schemas/Owner"}
                    },
                    "additionalProperties": false
                },
                "Owner": {"oneOf": [{"$ref": "#/components/schemas/Person"}, {"$ref": "#/components/schemas/Firm"}],
                          "discriminator": {"propertyName": "kind"}},
                "Person": {"type": "object", "required": ["kind"], "properties": {
                    "kind": {"const": "Person"}, "friends": {"type": "array", "items": {"$ref": "#/components/schemas/Person"}}}},
                "Firm": {"type": "object", "required": ["kind"], "properties": {"kind": {"const": "Firm"}, "size": {"type": "integer", "exclusiveMinimum": 0}}},
                "Problem": {"type": "object", "properties": {"title": {"type": "string"}, "status": {"type": "integer"}, "detail": {"type": "string"}}}
            }
        }
    })
}

/// What is changed, and how.
type Change<'c> = (&'c str, &'c dyn Fn(&mut Value));

fn digest(document: Value) -> String {
    Contract::from_value("pets.json", document).unwrap().snapshot().to_string()
}

#[test]
fn everything_that_can_be_declared_is_told() {
    let contract = Contract::from_value("pets.json", pets()).unwrap();
    insta::assert_snapshot!(contract.snapshot());
    insta::assert_yaml_snapshot!("as_a_value", contract.snapshot());
}

#[test]
fn what_does_not_change_the_contract_changes_nothing() {
    let before = digest(pets());
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut document = pets();
        change(&mut document);
        digest(document)
    };
    let pet = "/components/schemas/Pet";
    let person: Value = pets()["components"]["schemas"]["Person"].clone();
    let changes: [Change<'_>; 8] = [
        ("the order of names and values", &|document| {
            document.pointer_mut(&format!("{pet}/required")).unwrap().as_array_mut().unwrap().reverse();
            document.pointer_mut(&format!("{pet}/properties/status/enum")).unwrap().as_array_mut().unwrap().reverse();
            document.pointer_mut("/components/schemas/Owner/oneOf").unwrap().as_array_mut().unwrap().reverse();
        }),
        ("the order of parameters and alternatives", &|document| {
            document.pointer_mut("/paths/~1pets/get/parameters").unwrap().as_array_mut().unwrap().reverse();
            document.pointer_mut("/paths/~1pets/get/security").unwrap().as_array_mut().unwrap().reverse();
        }),
        ("prose", &|document| {
            document["info"] = json!({"title": "Other", "version": "2", "description": "More."});
            document.pointer_mut(pet).unwrap()["example"] = json!({"id": 1});
            document.pointer_mut(&format!("{pet}/properties/name")).unwrap()["description"] = "Its name.".into();
        }),
        ("a copy in the place of a reference", &|document| {
            let copy = document.pointer(pet).unwrap().clone();
            *document.pointer_mut("/paths/~1pets/get/responses/200/content/application~1json/schema/items").unwrap() = copy;
        }),
        ("a copy of what refers to itself", &|document| {
            *document.pointer_mut("/components/schemas/Owner/oneOf/0").unwrap() = person.clone();
        }),
        ("a reference to a reference", &|document| {
            document["components"]["schemas"]["Alias"] = json!({"$ref": "#/components/schemas/Pet"});
            document["webhooks"]["born"]["post"]["requestBody"]["content"]["application/json"]["schema"]["$ref"] =
                "#/components/schemas/Alias".into();
        }),
        ("the name of a component that is used once", &|document| {
            let owner = document["components"]["schemas"].as_object_mut().unwrap().remove("Owner").unwrap();
            document["components"]["schemas"]["Keeper"] = owner;
            document.pointer_mut(&format!("{pet}/properties/owner")).unwrap()["$ref"] = "#/components/schemas/Keeper".into();
        }),
        ("another spelling of the same types", &|document| {
            document.pointer_mut(&format!("{pet}/properties")).unwrap()["nick"] =
                json!({"oneOf": [{"type": "null"}, {"type": "string", "maxLength": 20}]});
        }),
    ];
    for (what, change) in changes {
        let after = changed(change);
        assert!(before == after, "{what} makes a difference:\n{}", difference(&before, &after));
    }
}

#[test]
fn each_kind_of_change_is_a_small_difference() {
    let pet = "/components/schemas/Pet";
    let changes: [Change<'_>; 14] = [
        ("an operation more", &|document| {
            document["paths"]["/pets/{id}"] = json!({"get": {"parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}],
                "responses": {"200": {"description": "It.", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Pet"}}}}}}});
        }),
        ("an operation less", &|document| {
            document["paths"]["/pets"].as_object_mut().unwrap().remove("post");
        }),
        ("a member more", &|document| {
            document.pointer_mut(&format!("{pet}/properties")).unwrap()["born"] = json!({"type": "string", "format": "date"})
        }),
        ("a member that must be there", &|document| {
            document.pointer_mut(&format!("{pet}/required")).unwrap().as_array_mut().unwrap().push("tags".into())
        }),
        ("a longer name", &|document| document.pointer_mut(&format!("{pet}/properties/name")).unwrap()["maxLength"] = 120.into()),
        ("another type", &|document| document.pointer_mut(&format!("{pet}/properties/name")).unwrap()["type"] = json!(["string", "null"])),
        ("a value more", &|document| {
            document.pointer_mut(&format!("{pet}/properties/status/enum")).unwrap().as_array_mut().unwrap().push("lost".into())
        }),
        ("an open object", &|document| {
            document.pointer_mut(pet).unwrap().as_object_mut().unwrap().remove("additionalProperties");
        }),
        ("a parameter's default", &|document| {
            document.pointer_mut("/paths/~1pets/get/parameters/0/schema").unwrap()["default"] = 50.into()
        }),
        ("a parameter that must be there", &|document| {
            document.pointer_mut("/paths/~1pets/get/parameters/0").unwrap()["required"] = true.into()
        }),
        ("another status", &|document| {
            let responses = document.pointer_mut("/paths/~1pets/post/responses").unwrap().as_object_mut().unwrap();
            let created = responses.remove("201").unwrap();
            responses.insert("202".into(), created);
        }),
        ("another scope", &|document| document.pointer_mut("/paths/~1pets/post/security").unwrap()[0] = json!({"token": ["pets:admin"]})),
        ("another media type", &|document| {
            let content = document.pointer_mut("/components/responses/Error/content").unwrap().as_object_mut().unwrap();
            let problem = content.remove("application/problem+json").unwrap();
            content.insert("application/json".into(), problem);
        }),
        ("a deprecation", &|document| document.pointer_mut("/paths/~1pets/get").unwrap()["deprecated"] = true.into()),
    ];
    let before = digest(pets());
    let mut told = String::new();
    for (what, change) in changes {
        let mut document = pets();
        change(&mut document);
        writeln!(told, "## {what}\n{}", difference(&before, &digest(document))).unwrap();
    }
    insta::assert_snapshot!(told);
}

/// The lines that differ, by the longest sequence that both have.
fn difference(before: &str, after: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let mut lengths = vec![vec![0_usize; new.len() + 1]; old.len() + 1];
    for a in (0..old.len()).rev() {
        for b in (0..new.len()).rev() {
            lengths[a][b] = if old[a] == new[b] { lengths[a + 1][b + 1] + 1 } else { lengths[a + 1][b].max(lengths[a][b + 1]) };
        }
    }
    let (mut a, mut b, mut told) = (0, 0, String::new());
    while a < old.len() || b < new.len() {
        if a < old.len() && b < new.len() && old[a] == new[b] {
            (a, b) = (a + 1, b + 1);
        } else if b == new.len() || a < old.len() && lengths[a + 1][b] >= lengths[a][b + 1] {
            writeln!(told, "- {}", old[a]).unwrap();
            a += 1;
        } else {
            writeln!(told, "+ {}", new[b]).unwrap();
            b += 1;
        }
    }
    told
}

#[test]
fn older_versions_say_the_same_in_their_words() {
    let schema = |version: &str, schema: Value| {
        let paths = json!({"/a": {"get": {"responses": {"200": {"description": "d", "content": {"a/b": {"schema": schema}}}}}}});
        let digest = digest(json!({"openapi": version, "paths": paths}));
        digest.lines().last().unwrap().trim().trim_start_matches("200 a/b: ").to_owned()
    };
    let cases = [
        ("3.0.0", json!({"type": "string", "nullable": true}), "string | null"),
        ("3.0.0", json!({"type": "integer", "minimum": 0, "exclusiveMinimum": true, "format": "int32"}), "integer<int32> >0"),
        ("3.1.0", json!({"type": "number", "exclusiveMinimum": 0, "maximum": 1, "multipleOf": 0.5}), "number >0 ..=1 step 0.5"),
        ("3.1.0", json!({}), "any"),
        ("3.1.0", json!(false), "never"),
        ("3.1.0", json!({"const": {"a": 1}}), "{\"a\":1}"),
        ("3.1.0", json!({"type": "object", "additionalProperties": {"type": "string"}, "minProperties": 1}), "{ ...: string } 1.. members"),
        ("3.1.0", json!({"type": "array", "prefixItems": [{"type": "string"}], "items": false}), "[0: string, ...: never]"),
        ("3.1.0", json!({"type": "array", "items": {"type": ["integer", "string"]}, "minItems": 2, "maxItems": 2}), "[integer | string] 2"),
        ("3.1.0", json!({"type": "string", "not": {"enum": ["", "x"]}}), "string & not (\"\" | \"x\")"),
        ("3.1.0", json!({"minLength": 3}), "untyped string 3.."),
        ("3.1.0", json!({"required": ["a"]}), "untyped { a: any }"),
        ("3.1.0", json!({"enum": ["b", "a"], "default": "a"}), "(\"a\" | \"b\") = \"a\""),
        ("3.1.0", json!({"oneOf": [{"type": "string"}, {"type": "integer"}]}), "one of (integer | string)"),
        ("3.1.0", json!({"type": "string", "minLength": "x", "enum": 5}), "string"),
        ("3.1.0", json!({"$ref": "#/nowhere"}), "any"),
    ];
    for (version, value, expected) in cases {
        assert_eq!(schema(version, value.clone()), expected, "{value}");
    }
}

#[test]
fn chains_of_references_are_followed_however_long() {
    let mut schemas = serde_json::Map::new();
    for number in 0..5_000 {
        let next = json!({"$ref": format!("#/components/schemas/S{}", number + 1)});
        schemas.insert(format!("S{number}"), json!({"type": "object", "properties": {"next": next}}));
    }
    let schema = json!({"$ref": "#/components/schemas/S0"});
    let paths = json!({"/a": {"get": {"responses": {"200": {"description": "d", "content": {"a/b": {"schema": schema}}}}}}});
    let digest = digest(json!({"openapi": "3.1.0", "paths": paths, "components": {"schemas": schemas}}));
    assert!(digest.lines().all(|line| line.len() < 200), "{}", &digest[..2_000]);
    assert!(digest.lines().count() > 5_000);
}

/// Whatever documents are beside the project: sizes and times, for people.
#[test]
fn real_documents_have_digests_of_a_bearable_size() {
    let Some(folder) = std::env::var_os("STANDIN_DOCUMENTS") else {
        println!("skipped: STANDIN_DOCUMENTS names no folder");
        return;
    };
    for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        let Ok(contract) = Contract::from_path(&entry) else { continue };
        let start = Instant::now();
        let text = contract.snapshot().to_string();
        let (lines, bytes) = (text.lines().count(), std::fs::metadata(&entry).unwrap().len());
        println!(
            "{:?} {bytes} -> {} bytes, {lines} lines, longest {}, {:?}",
            entry.file_name().unwrap(),
            text.len(),
            text.lines().map(str::len).max().unwrap_or(0),
            start.elapsed()
        );
        assert_same_when_turned(&contract);
        let start = Instant::now();
        let all = standin::Coverage::none(&contract).elements().count();
        println!("  {all} things to reach, listed in {:?}", start.elapsed());
    }
}

#[test]
fn no_order_in_the_bundled_contract_matters() {
    assert_same_when_turned(&kayle::contract());
}

fn assert_same_when_turned(contract: &Contract) {
    let mut turned = contract.document().clone();
    turn(&mut turned);
    let (before, after) = (contract.snapshot().to_string(), Contract::from_value("turned", turned).unwrap().snapshot().to_string());
    let first = before.lines().zip(after.lines()).find(|(old, new)| old != new);
    assert!(before == after, "{}: the order of lists makes a difference: {first:?}", contract.name());
}

/// Puts lists that have no order the other way round.
fn turn(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(turn),
        Value::Object(members) => {
            for (name, value) in members {
                turn(value);
                if let Value::Array(items) = value
                    && ["required", "enum", "oneOf", "anyOf", "allOf", "parameters", "security", "type"].contains(&name.as_str())
                {
                    items.reverse();
                }
            }
        }
        _ => {}
    }
}
