//! Schemas that nothing satisfies, with the reason that `jsonschema`'s canonical module gives.
//!
//! Read as leniently as the document can be: as a request's, which need not obey what stands beside a `$ref` of the versions
//! before 3.1, nor send what is `readOnly`. What has no value even so has none at all.

use std::collections::{BTreeMap, HashSet};

use jsonschema::canonical::{self, CanonicalizationError, Cause, UnsatisfiableReason};
use serde_json::Value;

use super::{
    Direction, dialect,
    plan::{canonical_options, is_hazardous},
};
use crate::{document::Document, pointer::Pointer};

/// How many keywords are left out that cannot be read, and how many schemas may stand together that one of them hinders.
const MOST_UNUSABLE: usize = 1_000;

/// How often a document is cut in halves because something in it is not understood.
const MOST_CUTS: usize = 16;

/// A schema that no value satisfies.
#[derive(Debug)]
pub(crate) struct Empty {
    pub(crate) place: Pointer,
    pub(crate) why: String,
}

/// Those of some schemas, and of what they reach, that no value satisfies; each once, and only where the contradiction lies.
pub(crate) fn unsatisfiable(document: &Document, places: &[Pointer]) -> Vec<Empty> {
    let mut reasons = BTreeMap::new();
    let mut cuts = 0;
    let outermost = outermost(places);
    let mut parts = vec![&*outermost];
    while let Some(part) = parts.pop() {
        let Some(extract) = readable(document, part) else { continue };
        match found(&extract) {
            Some(found) => reasons.extend(found),
            // Something in it is not understood, and then nothing is told of all the rest.
            None if part.len() > 1 && cuts < MOST_CUTS => {
                cuts += 1;
                let (left, right) = part.split_at(part.len() / 2);
                parts.extend([right, left]);
            }
            None => {}
        }
    }
    let told = reasons.iter().filter_map(|(place, reason)| {
        let place = Pointer::parse(place)?;
        let why = why(document, &place, reason, &reasons)?;
        Some(Empty { place, why })
    });
    told.collect()
}

/// The places that lie in none of the others: what lies in one is read with it.
fn outermost(places: &[Pointer]) -> Vec<Pointer> {
    let known: HashSet<&Pointer> = places.iter().collect();
    let above = |place: &Pointer| std::iter::successors(Some(place.clone()), |place| (!place.is_root()).then(|| place.parent())).skip(1);
    places.iter().filter(|place| !above(place).any(|place| known.contains(&place))).cloned().collect()
}

/// An extract without what cannot be read: patterns, most of all.
fn readable(document: &Document, places: &[Pointer]) -> Option<Value> {
    let mut extract = dialect::extract_all(document, places, Direction::Request);
    if is_hazardous(&extract, "") {
        return None;
    }
    for _ in 0..MOST_UNUSABLE {
        let pruned = match canonical_options().prepare(&extract).and_then(|prepared| prepared.canonicalize()).err() {
            None => return Some(extract),
            Some(CanonicalizationError::ValidationError(error)) => {
                dialect::prune(&mut extract, &Pointer::parse(error.instance_path().as_str())?)
            }
            Some(CanonicalizationError::InvalidPattern { pattern }) => prune_pattern(&mut extract, &pattern),
            Some(_) => false,
        };
        if !pruned {
            return None;
        }
    }
    None
}

/// Takes a pattern out wherever it stands; whether it stood anywhere.
fn prune_pattern(value: &mut Value, pattern: &str) -> bool {
    match value {
        Value::Object(members) => {
            let before = members.len();
            members.retain(|name, value| name != "pattern" || value != pattern);
            let matching = members.get_mut("patternProperties").and_then(Value::as_object_mut);
            let named = matching.is_some_and(|matching| matching.remove(pattern).is_some());
            let pruned = named || members.len() < before;
            members.values_mut().fold(pruned, |pruned, value| prune_pattern(value, pattern) || pruned)
        }
        // Every one of them, not up to the first that has it.
        Value::Array(items) => items.iter_mut().filter_map(|value| prune_pattern(value, pattern).then_some(())).count() > 0,
        _ => false,
    }
}

/// The reasons by place; `None` if the whole is not understood.
fn found(extract: &Value) -> Option<BTreeMap<String, UnsatisfiableReason>> {
    let prepared = canonical_options().prepare(extract).ok()?;
    let found = prepared.unsatisfiable().ok()?;
    let understood = !found.is_empty() || prepared.canonicalize().is_ok_and(|whole| !is_raw(&whole));
    understood.then_some(found)
}

fn is_raw(schema: &canonical::CanonicalSchema) -> bool {
    matches!(schema.view(), canonical::CanonicalView::Raw(_))
}

/// The reason in words. `None` for a schema that is meant to have no value (`false`, `not: {}`), for one that has none because
/// a part of it has none, which is told of the part, and for what was made up on the way from the document.
fn why(
    document: &Document,
    place: &Pointer,
    reason: &UnsatisfiableReason,
    known: &BTreeMap<String, UnsatisfiableReason>,
) -> Option<String> {
    let written = document.resolve(place).is_some_and(Value::is_object);
    let causes = match reason {
        UnsatisfiableReason::Literal => return None,
        UnsatisfiableReason::Empty(cause) => std::slice::from_ref(cause),
        UnsatisfiableReason::Conflict(causes) => causes,
    };
    let told = causes.iter().map(|cause| named(document, place, cause)).collect::<Option<Vec<_>>>()?;
    match reason {
        UnsatisfiableReason::Empty(cause) => {
            let elsewhere = cause.keywords.is_empty() || cause.keywords.iter().any(|keyword| keyword == "$ref" || keyword == "not");
            let below = |keyword: &String| {
                let at = format!("{}/", place.join(keyword));
                known.range(at.clone()..).next().is_some_and(|(known, _)| known.starts_with(&at))
            };
            let parts = cause.keywords.iter().any(below);
            (written && !elsewhere && !parts).then(|| format!("no value satisfies the schema: {} leave none", told.concat()))
        }
        _ => written.then(|| format!("no value satisfies the schema: {} exclude each other", told.join(" and "))),
    }
}

/// A part of a schema, as the document has it; `None` if it does not.
fn named(document: &Document, place: &Pointer, cause: &Cause) -> Option<String> {
    let at = Pointer::parse(&cause.pointer)?;
    let schema = document.resolve(&at)?;
    let keywords: Vec<String> =
        cause.keywords.iter().filter(|keyword| schema.get(keyword.as_str()).is_some()).map(|keyword| format!("`{keyword}`")).collect();
    // A keyword that the document does not have was made up for what it does have: a format's range, a discriminator.
    if keywords.len() < cause.keywords.len() {
        return None;
    }
    let of = match at.as_str().strip_prefix(place.as_str()) {
        Some("") => String::new(),
        Some(below) if below.starts_with('/') => below.to_owned(),
        _ => document.place(&at).pointer().to_string(),
    };
    Some(match (keywords.is_empty(), of.is_empty()) {
        (false, true) => keywords.join(", "),
        (false, false) => format!("{} of {of}", keywords.join(", ")),
        (true, _) => of,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Places below `/s` of the schemas that nothing satisfies, each with the reason.
    fn empty(schema: Value) -> Vec<String> {
        let document = Document::of_value(json!({"s": schema}));
        let found = unsatisfiable(&document, &[Pointer::parse("/s").unwrap()]);
        found.iter().map(|empty| format!("{} {}", empty.place, empty.why.replace("no value satisfies the schema: ", ""))).collect()
    }

    #[test]
    fn contradictions_are_told_where_they_lie() {
        let cases = [
            (json!({"type": "integer", "enum": ["a"]}), "/s `type`, `enum` leave none"),
            (json!({"type": "string", "minLength": 5, "maxLength": 3}), "/s `type` and `minLength`, `maxLength` exclude each other"),
            (json!({"properties": {"a": {"type": "integer", "enum": ["a"]}}}), "/s/properties/a `type`, `enum` leave none"),
            (
                json!({"allOf": [{"type": "string"}, {"type": "integer"}]}),
                "/s `type` of /allOf/0 and `type` of /allOf/1 exclude each other",
            ),
        ];
        for (schema, expected) in cases {
            assert_eq!(empty(schema.clone()), [expected], "{schema}");
        }
    }

    #[test]
    fn what_is_meant_to_be_empty_or_may_not_be_is_not_told() {
        let cases = [
            json!({"properties": {"a": false, "b": {"not": {}}}, "additionalProperties": false}),
            json!({"allOf": [false]}),
            json!({"properties": {"a": {"type": "integer", "minimum": 1}}}),
            json!({"type": "string", "pattern": "["}),
        ];
        for schema in cases {
            assert_eq!(empty(schema.clone()), [""; 0], "{schema}");
        }
    }

    #[test]
    fn a_pattern_that_cannot_be_compiled_hides_nothing() {
        let schema = json!({"properties": {"a": {"pattern": "["}, "b": {"type": "array", "minItems": 2, "maxItems": 1}}});
        assert_eq!(empty(schema).len(), 1);
    }
}
