//! Texts to what their schema asks for: text has no type of its own.
//!
//! Each text takes the type that the schema says for its place. Where the schema leaves a choice, the value as a whole
//! decides: what is refused is read otherwise, as long as that mends it.

use std::collections::HashSet;

use serde_json::Value;

use crate::schema::{Annotations, Note, Schema, Types};

/// How often a value is looked at again before what is wrong is told as it is.
const MOST_ROUNDS: usize = 8;

/// The value that texts stand for, by their schema.
pub(crate) fn settle(schema: &Schema, texts: &Value) -> Value {
    settled(schema, texts).0
}

/// The same, and whether the schema accepts it.
pub(crate) fn settled(schema: &Schema, texts: &Value) -> (Value, bool) {
    let annotations = schema.annotations();
    let mut value = texts.clone();
    give_types(&mut value, annotations, annotations.root());
    if schema.accepts(&value) {
        return (value, true);
    }
    mend(schema, value, texts)
}

fn give_types(value: &mut Value, annotations: &Annotations, note: &Note) {
    match value {
        Value::String(text) => {
            let open = note.types.is_empty() || note.types.has(Types::STRING);
            let reading = if open { None } else { readings(text, note.types).next() };
            if let Some(reading) = reading {
                *value = reading;
            }
        }
        Value::Array(items) => {
            if let Some(note) = annotations.items(note) {
                items.iter_mut().for_each(|item| give_types(item, annotations, note));
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                if let Some(note) = annotations.member(note, name) {
                    give_types(member, annotations, note);
                }
            }
        }
        _ => {}
    }
}

/// What a text may be other than a text, of these types.
fn readings(text: &str, types: Types) -> impl Iterator<Item = Value> {
    let number = if types.has(Types::INTEGER.and(Types::NUMBER)) { number(text) } else { None };
    let truth = match text {
        "true" if types.has(Types::BOOLEAN) => Some(Value::Bool(true)),
        "false" if types.has(Types::BOOLEAN) => Some(Value::Bool(false)),
        _ => None,
    };
    let null = (types.has(Types::NULL) && (text.is_empty() || text == "null")).then_some(Value::Null);
    number.into_iter().chain(truth).chain(null).chain(json(text, types))
}

/// No style says how to write what is nested deeper; most clients write JSON.
fn json(text: &str, types: Types) -> Option<Value> {
    let begun = match text.as_bytes().first()? {
        b'{' => types.has(Types::OBJECT),
        b'[' => types.has(Types::ARRAY),
        _ => false,
    };
    if begun { serde_json::from_str(text).ok() } else { None }
}

fn number(text: &str) -> Option<Value> {
    // What JSON calls a number: no blanks, no plus, no leading zeros.
    if !text.starts_with(|first: char| first == '-' || first.is_ascii_digit()) || text.ends_with(char::is_whitespace) {
        return None;
    }
    let number = serde_json::from_str::<Value>(text).ok().filter(Value::is_number)?;
    Some(beyond(text, number))
}

/// An integer that is too large for 64 bits, as a float that is no nearer to zero: rounded towards zero, one just outside a
/// bound would stand on it.
fn beyond(text: &str, number: Value) -> Value {
    let (Ok(exact), Some(float)) = (text.parse::<i128>(), number.as_f64().filter(|_| number.is_f64())) else { return number };
    let outer = match exact {
        exact if exact > 0 && (float as i128) < exact => float.next_up(),
        exact if exact < 0 && (float as i128) > exact => float.next_down(),
        _ => float,
    };
    outer.into()
}

/// Reads texts otherwise where that mends something: each text that is refused is read as the schema that refuses it takes
/// it. What is mended may show what else is refused, a few times over. The flag says whether nothing is refused in the end.
fn mend(schema: &Schema, mut value: Value, texts: &Value) -> (Value, bool) {
    const SCALAR: Types = Types::NULL.and(Types::BOOLEAN).and(Types::NUMBER).and(Types::INTEGER);
    const ANY: Types = SCALAR.and(Types::ARRAY).and(Types::OBJECT);
    for _ in 0..MOST_ROUNDS {
        let mut mended = HashSet::new();
        for (place, refusal) in schema.refusals(&value) {
            // The first to refuse a text is the outermost that does.
            let Some(Value::String(text)) = place.resolve(texts).filter(|_| !mended.contains(&place)) else { continue };
            let Some(slot) = value.pointer_mut(place.as_str()) else { continue };
            // Nothing is null only where no text may stand: else it is a text, if a wrong one.
            let others = readings(text, ANY).filter(|reading| !(text.is_empty() && reading.is_null()));
            let mut others = others.chain([Value::String(text.clone())]).filter(|reading| reading != slot);
            if let Some(reading) = others.find(|reading| refusal.is_lifted_by(reading)) {
                *slot = reading;
                mended.insert(place);
            }
        }
        if mended.is_empty() {
            break;
        }
        if schema.accepts(&value) {
            return (value, true);
        }
    }
    (value, false)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;
    use crate::{document::Document, pointer::Pointer, schema::Direction};

    fn settled(schema: Value, texts: Value) -> Value {
        let document = Arc::new(Document::of_value(json!({"s": schema, "t": {"type": "integer"}})));
        settle(&Schema::new(&document, Pointer::parse("/s").unwrap(), Direction::Request), &texts)
    }

    #[test]
    fn texts_take_the_types_of_their_places() {
        let schema = json!({"properties": {
            "n": {"type": "integer"}, "b": {"type": "boolean"}, "s": {"type": "string"}, "x": {"type": ["number", "null"]},
            "l": {"items": {"$ref": "#/t"}}, "a": {"allOf": [{"$ref": "#/t"}, {"minimum": 0}]}
        }, "additionalProperties": {"type": "number"}});
        let texts = json!({"n": "5", "b": "true", "s": "5", "x": "", "l": ["1", "x"], "a": "7", "other": "1.5"});
        assert_eq!(settled(schema, texts), json!({"n": 5, "b": true, "s": "5", "x": null, "l": [1, "x"], "a": 7, "other": 1.5}));
    }

    #[test]
    fn a_choice_is_decided_by_what_is_accepted() {
        let schema = json!({"anyOf": [{"type": "string", "maxLength": 3}, {"type": "integer", "minimum": 5000}]});
        assert_eq!(settled(schema.clone(), json!("9000")), json!(9000));
        assert_eq!(settled(schema.clone(), json!("12")), json!("12"));
        assert_eq!(settled(schema, json!("words")), json!("words"));
        assert_eq!(settled(json!({"enum": [1, "auto", null]}), json!("1")), json!(1));
        assert_eq!(settled(json!({"enum": [1, "auto"]}), json!("auto")), json!("auto"));
        assert_eq!(settled(json!({"oneOf": [{"const": true}, {"const": "x"}]}), json!("true")), json!(true));
        assert_eq!(settled(json!({"type": ["string", "null"], "minLength": 1}), json!("")), json!(""));
        assert_eq!(settled(json!({"type": ["integer", "null"]}), json!("")), json!(null));
    }

    #[test]
    fn a_long_list_of_choices_is_settled_as_a_short_one_is() {
        let schema = json!({"items": {"oneOf": [{"type": "string", "enum": ["auto"]}, {"type": "integer"}]}});
        let texts: Vec<String> = (0..1_000).map(|number| number.to_string()).collect();
        assert_eq!(settled(schema, json!(texts)), (0..1_000).collect::<Value>());
        let names = json!({"patternProperties": {"^n": {"type": "integer"}}, "additionalProperties": false});
        assert_eq!(settled(names, json!({"n1": "1", "n2": "2"})), json!({"n1": 1, "n2": 2}));
        let branches = json!({"oneOf": [
            {"properties": {"t": {"const": "a"}, "n": {"type": "integer"}}}, {"properties": {"t": {"const": "b"}, "n": {"type": "string"}}}
        ]});
        assert_eq!(settled(branches.clone(), json!({"t": "a", "n": "5"})), json!({"t": "a", "n": 5}));
        assert_eq!(settled(branches, json!({"t": "b", "n": "5"})), json!({"t": "b", "n": "5"}));
    }

    #[test]
    fn what_is_nested_deeper_than_a_style_is_json() {
        let schema = json!({"items": {"type": "object", "properties": {"n": {"type": "integer"}}}});
        assert_eq!(settled(schema.clone(), json!(["{\"n\":5}"])), json!([{"n": 5}]));
        assert_eq!(settled(schema, json!(["{\"n\":"])), json!(["{\"n\":"]));
        assert_eq!(settled(json!({"type": "string"}), json!("{}")), json!("{}"));
        assert_eq!(settled(json!({"anyOf": [{"type": "array"}, {"enum": ["a"]}]}), json!("[1]")), json!([1]));
    }

    #[test]
    fn integers_stay_exact() {
        let big = |text: &str| settled(json!({"type": "integer"}), json!(text));
        assert_eq!(big("9223372036854775807"), json!(9_223_372_036_854_775_807_i64));
        assert_eq!(big("18446744073709551615"), json!(18_446_744_073_709_551_615_u64));
        assert_eq!(big("007"), json!("007"), "JSON has no leading zeros");
        assert_eq!(big("5 "), json!("5 "));
    }
}
