//! The patterns of real documents and of the official JSON Schema suite, where they lie beside the project.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use super::*;
use crate::source::Source;

/// Patterns for which nothing can be made, and why.
const EXPLAINED: &[(&str, &str)] = &[(".^", "the beginning of a text has nothing before it")];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared")
}

/// The documents and the suite's file; none if they are not there.
fn files() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder().join("specs")).into_iter().flatten();
    let mut files: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.retain(|path| path.extension().is_some_and(|end| ["json", "yaml", "yml"].iter().any(|known| end == *known)));
    files.push(folder().join("json-schema-test-suite/tests/draft2020-12/optional/ecmascript-regex.json"));
    files.retain(|path| path.exists());
    files.sort();
    files
}

/// Counts the patterns of `pattern` and `patternProperties` in a value.
fn gather(value: &Value, found: &mut BTreeMap<String, usize>) {
    match value {
        Value::Object(members) => {
            let names = members.get("patternProperties").and_then(Value::as_object).into_iter().flat_map(|below| below.keys());
            for pattern in members.get("pattern").and_then(Value::as_str).into_iter().chain(names.map(String::as_str)) {
                *found.entry(pattern.to_owned()).or_default() += 1;
            }
            members.values().for_each(|member| gather(member, found));
        }
        Value::Array(items) => items.iter().for_each(|item| gather(item, found)),
        _ => {}
    }
}

/// What is wrong with the texts that are made for a pattern, if anything is.
fn failure(pattern: &str) -> Option<String> {
    let judge = match jsonschema::validator_for(&json!({ "type": "string", "pattern": pattern })) {
        Ok(judge) => judge,
        Err(error) => return Some(error.to_string()),
    };
    let patterns = patterns(pattern);
    (0..20).find_map(|seed| match patterns.make(&mut Random::new(Seed::new(seed)), 0..=usize::MAX) {
        Some(made) if judge.is_valid(&json!(made)) => None,
        Some(made) => Some(format!("{made:?} does not match")),
        None => Some("nothing made".to_owned()),
    })
}

#[test]
fn patterns_of_real_documents_are_met() {
    let mut found = BTreeMap::new();
    for path in files() {
        let bytes = std::fs::read(&path).unwrap();
        let (_, value, _) = Source::read_bytes(&path.display().to_string(), bytes).unwrap_or_else(|error| panic!("{error}"));
        gather(&value, &mut found);
    }
    if found.is_empty() {
        say(&format!("skipped: no documents in {}", folder().display()));
        return;
    }
    let failures: Vec<(&String, String)> = found.keys().filter_map(|pattern| Some((pattern, failure(pattern)?))).collect();
    let uses: usize = found.values().sum();
    say(&format!("{} of {} patterns ({uses} uses) are met", found.len() - failures.len(), found.len()));
    failures.iter().for_each(|(pattern, failure)| say(&format!("{pattern}: {failure}")));
    let failed: Vec<&str> = failures.iter().map(|(pattern, _)| pattern.as_str()).collect();
    let explained: Vec<&str> = EXPLAINED.iter().map(|(pattern, _)| *pattern).collect();
    assert_eq!(failed, explained);
}
