//! What differs between two JSON values: only that, each by its place.

use std::fmt::Write;

use serde_json::{Number, Value};

use crate::{mask, pointer::Pointer};

/// How much of a value is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// All of it.
    Whole,
    /// The members that are expected; others may be there.
    Subset,
}

/// One place in which two values differ. `None` is nothing at all.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Difference {
    pub(crate) pointer: Pointer,
    pub(crate) expected: Option<Value>,
    pub(crate) found: Option<Value>,
}

/// How long a value may be that is shown, in characters.
const SHOWN: usize = 300;

impl Difference {
    /// Two lines: what was expected, and what was found. Secrets are masked.
    pub(crate) fn indented(&self, indent: &str, hides: &dyn Fn(&Pointer) -> bool) -> String {
        let place = match self.pointer.is_root() {
            true => "the whole".to_owned(),
            false => mask::text(self.pointer.as_str()).into_owned(),
        };
        let show = |value: &Option<Value>| match value {
            None => "nothing".to_owned(),
            Some(value) => cut(&shown(value, &self.pointer, hides)),
        };
        let mut text = String::new();
        let blanks = " ".repeat(place.chars().count());
        // Writing to a `String` cannot fail.
        let _ = writeln!(text, "{indent}- {place}  expected {}", show(&self.expected));
        let _ = writeln!(text, "{indent}+ {blanks}  found    {}", show(&self.found));
        text
    }
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((cut, _)) => format!("{}… ({} characters)", &text[..cut], text.chars().count()),
        None => text.to_owned(),
    }
}

/// A value as text, without what is secret by its name, by its shape, or by `hides`.
pub(crate) fn shown(value: &Value, place: &Pointer, hides: &dyn Fn(&Pointer) -> bool) -> String {
    let mut value = value.clone();
    veil(&mut value, &mut place.clone(), hides);
    value.to_string()
}

fn veil(value: &mut Value, place: &mut Pointer, hides: &dyn Fn(&Pointer) -> bool) {
    let is_secret = hides(place) || place.tokens().any(|name| mask::is_telling(&name));
    match value {
        Value::String(text) if is_secret => *text = mask::secret(text),
        Value::String(text) => *text = mask::text(text).into_owned(),
        Value::Number(_) if is_secret => *value = mask::MASK.into(),
        Value::Array(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                place.push(index);
                veil(item, place, hides);
                place.pop();
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                place.push(name);
                veil(member, place, hides);
                place.pop();
            }
        }
        _ => {}
    }
}

/// What differs, in the order of places. Numbers are equal if they are as numbers: `1` and `1.0`.
pub(crate) fn differences(expected: &Value, found: &Value, extent: Extent) -> Vec<Difference> {
    let mut differences = Vec::new();
    compare(expected, found, extent, &mut Pointer::root(), &mut differences);
    differences
}

fn compare(expected: &Value, found: &Value, extent: Extent, place: &mut Pointer, differences: &mut Vec<Difference>) {
    match (expected, found) {
        (Value::Object(left), Value::Object(right)) => {
            for (name, expected) in left {
                place.push(name);
                match right.get(name) {
                    Some(found) => compare(expected, found, extent, place, differences),
                    None => differences.push(Difference { pointer: place.clone(), expected: Some(expected.clone()), found: None }),
                }
                place.pop();
            }
            for (name, found) in right.iter().filter(|(name, _)| extent == Extent::Whole && !left.contains_key(*name)) {
                differences.push(Difference { pointer: place.join(name), expected: None, found: Some(found.clone()) });
            }
        }
        (Value::Array(left), Value::Array(right)) => compare_items(left, right, extent, place, differences),
        (Value::Number(left), Value::Number(right)) if same_number(left, right) => {}
        _ if expected == found => {}
        _ => differences.push(Difference { pointer: place.clone(), expected: Some(expected.clone()), found: Some(found.clone()) }),
    }
}

/// Item by item. One that was put in or left out does not make all that follow differ: what is the same at both ends is
/// left out first.
fn compare_items(left: &[Value], right: &[Value], extent: Extent, place: &mut Pointer, differences: &mut Vec<Difference>) {
    let same = |(left, right): &(&Value, &Value)| matches(left, right, extent);
    let head = left.iter().zip(right).take_while(same).count();
    let (left, right) = (&left[head..], &right[head..]);
    let tail = left.iter().rev().zip(right.iter().rev()).take_while(same).count();
    let (left, right) = (&left[..left.len() - tail], &right[..right.len() - tail]);
    for index in 0..left.len().max(right.len()) {
        place.push(head + index);
        match (left.get(index), right.get(index)) {
            (Some(expected), Some(found)) => compare(expected, found, extent, place, differences),
            (expected, found) => {
                differences.push(Difference { pointer: place.clone(), expected: expected.cloned(), found: found.cloned() });
            }
        }
        place.pop();
    }
}

/// Whether there is no difference at all.
pub(crate) fn matches(expected: &Value, found: &Value, extent: Extent) -> bool {
    differences(expected, found, extent).is_empty()
}

fn same_number(left: &Number, right: &Number) -> bool {
    left == right || (left.as_f64() == right.as_f64() && (left.is_f64() || right.is_f64()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(expected: &Value, found: &Value, extent: Extent) -> String {
        differences(expected, found, extent).iter().map(|difference| difference.indented("", &|_| false)).collect()
    }

    #[test]
    fn only_what_differs_is_told() {
        let expected = json!({"name": "a", "tags": [1, 2, 3], "deep": {"same": true, "x": null}, "gone": 1});
        let found = json!({"name": "b", "tags": [1, 3], "deep": {"same": true, "x": []}, "new": 2.0});
        let whole = "- /deep/x  expected null\n+          found    []\n\
                     - /gone  expected 1\n+        found    nothing\n\
                     - /name  expected \"a\"\n+        found    \"b\"\n\
                     - /tags/1  expected 2\n+          found    nothing\n\
                     - /new  expected nothing\n+       found    2.0\n";
        assert_eq!(told(&expected, &found, Extent::Whole), whole);
        assert!(!told(&expected, &found, Extent::Subset).contains("/new"));
    }

    #[test]
    fn what_is_the_same_is_no_difference() {
        let table = [
            (json!(1), json!(1.0), Extent::Whole),
            (json!({"a": {"b": 1}}), json!({"a": {"b": 1, "c": 2}, "d": 3}), Extent::Subset),
            (json!([{"a": 1}]), json!([{"a": 1, "b": 2}]), Extent::Subset),
        ];
        for (expected, found, extent) in table {
            assert!(matches(&expected, &found, extent), "{expected} {found}");
        }
        for (expected, found) in [(json!(9_007_199_254_740_993_u64), json!(9_007_199_254_740_992_u64)), (json!([1]), json!([1, 2]))] {
            assert!(!matches(&expected, &found, Extent::Subset), "{expected} {found}");
        }
    }

    #[test]
    fn secrets_differ_without_being_told() {
        let text =
            told(&json!({"password": "canary-1", "u": 1}), &json!({"password": "canary-2", "u": {"token": "canary"}}), Extent::Whole);
        assert!(!text.contains("canary") && text.contains("- /password  expected \"***\""), "{text}");
    }
}
