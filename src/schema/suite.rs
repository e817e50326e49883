//! The official JSON-Schema-Test-Suite (draft 2020-12, the required part), where there is a folder of it: twenty values for
//! each schema that has one, judged by a validator of the schema as the suite writes it.
//!
//! `cargo test --release suite -- --nocapture` prints the totals.

#![allow(clippy::print_stdout, reason = "the totals are for whoever runs it")]

use std::{fs, path::Path, sync::Arc};

use serde_json::{Value, json};

use super::{Direction, Schema, Setting};
use crate::{
    clock::Timestamp,
    document,
    pointer::Pointer,
    seed::Seed,
    source::{Remarks, Source},
};

/// How many values are made for each schema.
const VALUES: u64 = 20;

/// The schemas for which not every value is valid, each with the reason.
const EXCEPTIONS: &[(&str, &str)] = &[
    ("dynamicRef: multiple dynamic paths to the $dynamicRef keyword", DYNAMIC),
    ("dynamicRef: after leaving a dynamic scope, it is not used by a $dynamicRef", DYNAMIC),
    ("dynamicRef: $dynamicRef avoids the root of each schema, but scopes are still registered", DYNAMIC),
];
const DYNAMIC: &str = "dynamic references are followed as plain ones are; loading a document warns of it";

/// A schema of the suite with its name.
struct Case {
    name: String,
    schema: Value,
}

/// The schemas that have a value, by the tests beside them; `None` if there is no suite.
fn cases() -> Option<Vec<Case>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/json-schema-test-suite/tests/draft2020-12");
    let mut files: Vec<_> = fs::read_dir(folder).ok()?.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.retain(|file| file.extension().is_some_and(|end| end == "json"));
    files.sort();
    let mut cases = Vec::new();
    for file in files {
        let stem = file.file_stem().unwrap().to_string_lossy().into_owned();
        let groups: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
        for group in groups.as_array().unwrap() {
            let satisfiable = group["tests"].as_array().unwrap().iter().any(|test| test["valid"] == true);
            if satisfiable {
                let name = format!("{stem}: {}", group["description"].as_str().unwrap());
                cases.push(Case { name, schema: group["schema"].clone() });
            }
        }
    }
    Some(cases)
}

/// The schema as one of an OpenAPI document, a resource of its own.
fn schema(mut written: Value) -> Schema {
    if let Value::Object(members) = &mut written {
        members.entry("$id").or_insert_with(|| "https://example.com/schema".into());
    }
    let root = json!({"openapi": "3.1.0", "components": {"schemas": {"S": written}}});
    let (document, _) = document::read(Source::of_value("suite"), root, &Remarks::default(), &document::Reach::default()).unwrap();
    Schema::new(&Arc::new(document), Pointer::parse("/components/schemas/S").unwrap(), Direction::Response)
}

#[test]
fn every_schema_of_the_suite_gets_valid_values() {
    let Some(cases) = cases() else {
        return println!("skipped: no ../shared/json-schema-test-suite");
    };
    let setting = Setting::at(Timestamp::FIXED);
    let (mut judged, mut failed) = (0, Vec::new());
    for case in &cases {
        // What refers to other files has no judge here, nor anything to generate from.
        let Ok(judge) = jsonschema::options().with_draft(jsonschema::Draft::Draft202012).offline().build(&case.schema) else {
            println!("refers to other files: {}", case.name);
            continue;
        };
        judged += 1;
        let schema = schema(case.schema.clone());
        let wrong = (0..VALUES).find_map(|seed| match schema.generate(Seed::new(seed), setting) {
            Ok(value) if judge.is_valid(&value) => None,
            Ok(value) => Some(format!("{value} is invalid")),
            Err(violation) => Some(violation.found().to_string()),
        });
        failed.extend(wrong.map(|wrong| (case.name.as_str(), format!("{wrong}\n    {}", case.schema))));
    }
    println!("{judged} schemas, {} without {VALUES} valid values", failed.len());
    failed.iter().for_each(|(name, wrong)| println!("{name}: {wrong}"));
    let failed: Vec<&str> = failed.into_iter().map(|(name, _)| name).collect();
    let explained: Vec<&str> = EXCEPTIONS.iter().map(|(name, _)| *name).collect();
    assert_eq!(failed, explained);
    assert!(judged >= 335, "the suite is not whole: {judged}");
}
