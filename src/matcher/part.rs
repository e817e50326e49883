//! Parts of JSON values: whether a value holds them, and where it does not.

use serde_json::Value;

use crate::pointer::Pointer;

/// How much of a value an explanation shows, in characters.
const MOST_SHOWN: usize = 120;

/// A place at which a value is not what it should be.
pub(super) struct Difference {
    pub(super) place: Pointer,
    pub(super) expected: String,
    pub(super) found: String,
}

/// The first place at which a value does not hold what a part of it should be.
pub(super) fn difference(part: &Value, whole: &Value, place: &Pointer) -> Option<Difference> {
    let differ = |expected: String, found: String| Some(Difference { place: place.clone(), expected, found });
    match (part, whole) {
        (Value::Object(members), Value::Object(found)) => members.iter().find_map(|(name, member)| match found.get(name) {
            Some(found) => difference(member, found, &place.join(name)),
            None => Some(Difference { place: place.join(name), expected: shown(member), found: "none".to_owned() }),
        }),
        (Value::Array(items), Value::Array(found)) if items.len() == found.len() => {
            items.iter().zip(found).enumerate().find_map(|(at, (item, found))| difference(item, found, &place.join(at)))
        }
        (Value::Array(items), Value::Array(found)) => differ(number_of(items.len(), "item"), found.len().to_string()),
        (part, whole) if same(part, whole) => None,
        (part, whole) => differ(shown(part), kind(whole)),
    }
}

/// Whether two values are the same in the sense of JSON Schema: 1 and 1.0 are.
pub(super) fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => {
            left == right || left.as_f64() == right.as_f64() && (left.is_f64() || right.is_f64())
        }
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len() && left.iter().all(|(name, left)| right.get(name).is_some_and(|right| same(left, right)))
        }
        (left, right) => left == right,
    }
}

/// How many values without values in them a value has.
pub(super) fn leaves(value: &Value) -> u32 {
    match value {
        Value::Object(members) => members.values().map(leaves).fold(0, u32::saturating_add).max(1),
        Value::Array(items) => items.iter().map(leaves).fold(0, u32::saturating_add).max(1),
        _ => 1,
    }
}

/// What was found, for a message: only what is one value, because members may be secret.
pub(super) fn kind(value: &Value) -> String {
    match value {
        Value::Object(members) => format!("an object with {}", number_of(members.len(), "member")),
        Value::Array(items) => format!("an array of {}", number_of(items.len(), "item")),
        other => shown(other),
    }
}

fn number_of(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

/// A value for a message: a line at most.
pub(super) fn shown(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(MOST_SHOWN) {
        None => text,
        Some((cut, _)) => format!("{}… ({} characters)", &text[..cut], text.chars().count()),
    }
}
