//! OpenAPI schema text to clean JSON Schema 2020-12, one schema with all that it reaches.
//!
//! The extract is a sparse copy of the document: each schema stands at its own JSON Pointer, so what the validator says
//! about a rule's place is true of the document. Nothing is inlined; recursion stays recursion.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::{Direction, Document};
use crate::pointer::Pointer;

/// Keywords whose value is one schema.
const ONE: [&str; 12] = [
    "items",
    "additionalProperties",
    "not",
    "contains",
    "propertyNames",
    "if",
    "then",
    "else",
    "unevaluatedProperties",
    "unevaluatedItems",
    "additionalItems",
    "contentSchema",
];
/// Keywords whose value is a list of schemas.
const LIST: [&str; 4] = ["allOf", "anyOf", "oneOf", "prefixItems"];
/// Keywords whose value is an object of schemas.
const NAMED: [&str; 5] = ["properties", "patternProperties", "dependentSchemas", "$defs", "definitions"];
/// Keywords that say nothing about which values are valid.
const PROSE: [&str; 14] = [
    "title",
    "description",
    "summary",
    "example",
    "examples",
    "default",
    "deprecated",
    "externalDocs",
    "xml",
    "discriminator",
    "readOnly",
    "writeOnly",
    "nullable",
    "$comment",
];

/// A schema that cannot be used, and where it lies.
#[derive(Debug, Clone)]
pub(crate) struct SchemaDefect {
    pub(crate) pointer: Pointer,
    pub(crate) problem: String,
}

/// The schema at `pointer` with all that it reaches, as a JSON Schema document whose root refers to it.
pub(super) fn extract(document: &Document, pointer: &Pointer, direction: Direction) -> Result<Value, SchemaDefect> {
    let mut extract = Extract { document, direction, wanted: vec![pointer.clone()], seen: BTreeSet::new() };
    let mut root = Map::new();
    while let Some(place) = extract.wanted.pop() {
        if !extract.seen.insert(place.clone()) {
            continue;
        }
        let schema = place
            .resolve(&document.value)
            .ok_or_else(|| SchemaDefect { pointer: place.clone(), problem: "nothing stands here, and a `$ref` points to it".into() })?;
        let converted = extract.convert(schema, &place)?;
        put(&mut root, &place, converted);
    }
    root.insert("$ref".into(), reference(pointer).into());
    Ok(Value::Object(root))
}

/// The place in the document that a place in an extract stands for.
///
/// They differ where a keyword was made up on the way, `null` beside a reference for `nullable` say.
pub(super) fn origin(document: &Document, place: &str) -> Pointer {
    let mut found = Pointer::root();
    let mut value = &document.value;
    let tokens: Vec<String> = Pointer::parse(place).unwrap_or_default().tokens().collect();
    let mut rest = tokens.iter();
    while let Some(token) = rest.next() {
        let child = Pointer::root().join(token);
        match value.pointer(child.as_str()) {
            Some(next) => {
                found.push(token);
                value = next;
            }
            // `anyOf/0` that was put round a nullable schema.
            None if token == "anyOf" => {
                rest.next();
            }
            None => break,
        }
    }
    found
}

struct Extract<'d> {
    document: &'d Document,
    direction: Direction,
    wanted: Vec<Pointer>,
    seen: BTreeSet<Pointer>,
}

impl Extract<'_> {
    fn convert(&mut self, schema: &Value, at: &Pointer) -> Result<Value, SchemaDefect> {
        let members = match schema {
            Value::Bool(truth) => return Ok(Value::Bool(*truth)),
            Value::Object(members) => members,
            other => {
                let problem = format!("expected a schema (an object or a boolean), found {}", crate::source::describe(other));
                return Err(SchemaDefect { pointer: at.clone(), problem });
            }
        };
        let mut out = Map::new();
        for (keyword, value) in members {
            if PROSE.contains(&keyword.as_str()) || keyword.starts_with("x-") {
                continue;
            }
            let place = at.join(keyword);
            let converted = self.keyword(keyword, value, &place)?;
            out.insert(keyword.clone(), converted);
        }
        self.relax_required(members, &mut out);
        bounds(&mut out);
        if members.get("nullable") == Some(&Value::Bool(true)) {
            return Ok(nullable(out));
        }
        Ok(Value::Object(out))
    }

    fn keyword(&mut self, keyword: &str, value: &Value, place: &Pointer) -> Result<Value, SchemaDefect> {
        match (keyword, value) {
            ("$ref", Value::String(target)) => self.reference(target, place),
            (_, Value::Object(_) | Value::Bool(_)) if ONE.contains(&keyword) => self.convert(value, place),
            (_, Value::Array(schemas)) if LIST.contains(&keyword) => {
                let converted = schemas.iter().enumerate().map(|(index, schema)| self.convert(schema, &place.join(index)));
                Ok(Value::Array(converted.collect::<Result<_, _>>()?))
            }
            (_, Value::Object(schemas)) if NAMED.contains(&keyword) => {
                let converted = schemas.iter().map(|(name, schema)| {
                    let converted = self.property(keyword, schema, &place.join(name))?;
                    Ok((name.clone(), converted))
                });
                Ok(Value::Object(converted.collect::<Result<_, _>>()?))
            }
            _ => Ok(value.clone()),
        }
    }

    /// A `writeOnly` property is not part of an answer (OpenAPI 3.1, section 4.8.24; JSON Schema validation, 9.4).
    fn property(&mut self, keyword: &str, schema: &Value, place: &Pointer) -> Result<Value, SchemaDefect> {
        if keyword == "properties" && self.direction == Direction::Response && self.document.flag(schema, "writeOnly") {
            return Ok(Value::Bool(false));
        }
        self.convert(schema, place)
    }

    fn reference(&mut self, target: &str, place: &Pointer) -> Result<Value, SchemaDefect> {
        let pointer = Document::local(target).ok_or_else(|| SchemaDefect {
            pointer: place.clone(),
            problem: format!("the reference {target:?} leads out of the document, which is not supported yet"),
        })?;
        if pointer.resolve(&self.document.value).is_none() {
            let problem = format!("the reference {target:?} leads nowhere");
            return Err(SchemaDefect { pointer: place.clone(), problem });
        }
        let text = reference(&pointer);
        self.wanted.push(pointer);
        Ok(text.into())
    }

    /// `readOnly` members are not required of a request, `writeOnly` ones not of an answer (OpenAPI 3.0.3, section
    /// 4.7.24.2: "If the property … is in the `required` list, the `required` will take effect on the … only").
    fn relax_required(&self, members: &Map<String, Value>, out: &mut Map<String, Value>) {
        let Some(Value::Array(required)) = out.get_mut("required") else {
            // A boolean here is a remnant of draft 3 that says nothing now.
            out.remove("required");
            return;
        };
        let other_way = match self.direction {
            Direction::Request => "readOnly",
            Direction::Response => "writeOnly",
        };
        let properties = members.get("properties");
        required.retain(|name| {
            let property = name.as_str().and_then(|name| properties?.get(name));
            !property.is_some_and(|schema| self.document.flag(schema, other_way))
        });
    }
}

/// Boolean exclusive bounds of OpenAPI 3.0, and the ranges that the formats `int32` and `int64` stand for.
fn bounds(out: &mut Map<String, Value>) {
    for (flag, bound) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")] {
        if let Some(Value::Bool(exclusive)) = out.get(flag).cloned() {
            out.remove(flag);
            if exclusive && let Some(limit) = out.remove(bound) {
                out.insert(flag.into(), limit);
            }
        }
    }
    let range = match out.get("format").and_then(Value::as_str) {
        Some("int32") => (i64::from(i32::MIN), i64::from(i32::MAX)),
        Some("int64") => (i64::MIN, i64::MAX),
        _ => return,
    };
    let tighter = |limit: Option<&Value>, than: i64, minimum: bool| {
        limit.and_then(Value::as_f64).is_some_and(|limit| if minimum { limit > than as f64 } else { limit < than as f64 })
    };
    if !tighter(out.get("minimum"), range.0, true) {
        out.insert("minimum".into(), range.0.into());
    }
    if !tighter(out.get("maximum"), range.1, false) {
        out.insert("maximum".into(), range.1.into());
    }
}

/// OpenAPI 3.0's `nullable`. In a 3.1 document it has no meaning by the letter, but its authors mean it.
fn nullable(mut out: Map<String, Value>) -> Value {
    if let Some(Value::Array(allowed)) = out.get_mut("enum")
        && !allowed.contains(&Value::Null)
    {
        allowed.push(Value::Null);
    }
    let alone = out.is_empty();
    match out.get_mut("type") {
        Some(Value::String(name)) => {
            let name = std::mem::take(name);
            out.insert("type".into(), json!([name, "null"]));
        }
        Some(Value::Array(names)) if !names.contains(&json!("null")) => names.push("null".into()),
        Some(_) => {}
        None if alone => {}
        None => return json!({"anyOf": [out, {"type": "null"}]}),
    }
    Value::Object(out)
}

/// Puts a converted schema at its pointer. What is there already holds what lay below it.
fn put(root: &mut Map<String, Value>, place: &Pointer, schema: Value) {
    let mut tokens: Vec<String> = place.tokens().collect();
    let Some(last) = tokens.pop() else { return };
    let mut here = root;
    for token in tokens {
        let next = here.entry(token).or_insert_with(|| Value::Object(Map::new()));
        let Value::Object(members) = next else { return };
        here = members;
    }
    here.insert(last, schema);
}

/// A pointer as the fragment of a URI reference (RFC 6901, section 6): component names may hold blanks.
fn reference(pointer: &Pointer) -> String {
    use std::fmt::Write;
    let mut text = String::from("#");
    for byte in pointer.as_str().bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/?".contains(&byte) {
            text.push(char::from(byte));
        } else {
            // Writing to a `String` cannot fail.
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(value: Value) -> Document {
        Document::of_value(value)
    }

    fn extracted(value: Value, at: &str, direction: Direction) -> Value {
        extract(&document(value), &Pointer::parse(at).unwrap(), direction).unwrap()
    }

    #[test]
    fn copies_what_is_reached_and_nothing_else() {
        let value = json!({
            "components": {"schemas": {
                "A b": {"type": "object", "properties": {"next": {"$ref": "#/components/schemas/A b"}}, "description": "x"},
                "Other": {"type": "string"}
            }},
            "paths": {"/x": {"schema": {"$ref": "#/components/schemas/A%20b", "maxProperties": 2}}}
        });
        assert_eq!(
            extracted(value, "/paths/~1x/schema", Direction::Request),
            json!({
                "$ref": "#/paths/~1x/schema",
                "paths": {"/x": {"schema": {"$ref": "#/components/schemas/A%20b", "maxProperties": 2}}},
                "components": {"schemas": {
                    "A b": {"type": "object", "properties": {"next": {"$ref": "#/components/schemas/A%20b"}}}
                }}
            })
        );
    }

    #[test]
    fn brings_openapi_3_0_to_one_dialect() {
        let value = json!({"s": {
            "type": "object",
            "required": ["id", "secret"],
            "properties": {
                "id": {"type": "string", "readOnly": true},
                "secret": {"type": "string", "writeOnly": true},
                "n": {"type": "integer", "format": "int32", "minimum": 0, "exclusiveMinimum": true, "nullable": true},
                "e": {"type": "string", "enum": ["a"], "nullable": true},
                "r": {"allOf": [{"type": "string"}], "nullable": true}
            }
        }});
        let request = extracted(value.clone(), "/s", Direction::Request);
        assert_eq!(request["s"]["required"], json!(["secret"]));
        let response = extracted(value, "/s", Direction::Response);
        assert_eq!(response["s"]["required"], json!(["id"]));
        assert_eq!(response["s"]["properties"]["secret"], json!(false));
        assert_eq!(
            response["s"]["properties"]["n"],
            json!({"type": ["integer", "null"], "format": "int32", "exclusiveMinimum": 0, "minimum": i32::MIN, "maximum": i32::MAX})
        );
        assert_eq!(response["s"]["properties"]["e"], json!({"type": ["string", "null"], "enum": ["a", null]}));
        assert_eq!(response["s"]["properties"]["r"], json!({"anyOf": [{"allOf": [{"type": "string"}]}, {"type": "null"}]}));
    }

    #[test]
    fn made_up_places_lead_back_to_the_document() {
        let document = document(json!({"s": {"nullable": true, "allOf": [{"minLength": 1}]}}));
        assert_eq!(origin(&document, "/s/anyOf/0/allOf/0/minLength").as_str(), "/s/allOf/0/minLength");
        assert_eq!(origin(&document, "/s/anyOf/1/type").as_str(), "/s");
    }

    #[test]
    fn a_reference_that_leads_nowhere_is_named() {
        let document = document(json!({"s": {"items": {"$ref": "#/t"}}}));
        let defect = extract(&document, &Pointer::parse("/s").unwrap(), Direction::Request).unwrap_err();
        assert_eq!(defect.pointer.as_str(), "/s/items/$ref");
        assert!(defect.problem.contains("\"#/t\" leads nowhere"), "{}", defect.problem);
    }
}
