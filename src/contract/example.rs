//! Examples of bodies and headers, and what each is worth: many that documents have break their own schema.
//!
//! Two mistakes are common enough, and plain enough, to be mended. A text that holds JSON, where the schema asks for an
//! object or an array, is read as the JSON that it holds. An example that leaves out members which must be there is shown
//! with them filled in. Whatever else breaks the schema is not used.

use std::{borrow::Cow, sync::OnceLock};

use serde_json::{Map, Value};

use super::Parameter;
use crate::{
    clock::Timestamp,
    document::Document,
    pointer::Pointer,
    schema::{Annotations, Note, Schema, Setting, says_nothing},
    seed::Seed,
    source::parse_json,
};

/// How many generated values are tried to fill in what an example lacks.
const TRIES: u64 = 4;

/// An example (OpenAPI 3.1, section 4.8.19).
#[derive(Debug, Clone)]
pub(crate) struct Example {
    /// `None` for the one that is the only one.
    pub(crate) name: Option<String>,
    /// Where its value stands.
    pub(crate) pointer: Pointer,
    /// Examples lie, so each is judged, once.
    worth: OnceLock<Worth>,
}

/// What an example is worth.
#[derive(Debug, Clone)]
pub(crate) enum Worth {
    /// It conforms as it stands.
    Whole,
    /// It is a text, and the JSON in it conforms.
    Text(Value),
    /// It conforms once the members that it lacks are filled in.
    Partial {
        said: Value,
        filled: Value,
    },
    Broken,
}

impl Example {
    pub(super) fn new(name: Option<String>, pointer: Pointer) -> Self {
        Self { name, pointer, worth: OnceLock::new() }
    }

    /// What it is worth to this schema, which is always the same one.
    pub(super) fn worth(&self, schema: Option<&Schema>, value: &Value) -> &Worth {
        self.worth.get_or_init(|| schema.map_or(Worth::Whole, |schema| judge(schema, value)))
    }
}

impl Worth {
    /// What the example says, of whatever conforms or can be mended.
    pub(super) fn said<'a>(&'a self, value: &'a Value) -> Option<&'a Value> {
        match self {
            Self::Whole => Some(value),
            Self::Text(said) | Self::Partial { said, .. } => Some(said),
            Self::Broken => None,
        }
    }

    /// A value that conforms: gaps are filled with what the seed gives.
    pub(super) fn value<'a>(&'a self, value: &'a Value, schema: Option<&Schema>, seed: Seed, setting: Setting) -> Option<Cow<'a, Value>> {
        match (self, schema) {
            (Self::Partial { said, filled }, Some(schema)) => {
                let fresh = complete(schema, said, seed, setting);
                Some(fresh.map_or(Cow::Borrowed(filled), Cow::Owned))
            }
            _ => self.said(value).map(Cow::Borrowed),
        }
    }
}

/// What an example is worth to a schema.
pub(super) fn judge(schema: &Schema, value: &Value) -> Worth {
    if schema.accepts(value) {
        return Worth::Whole;
    }
    let parsed = value.as_str().and_then(json_in);
    if let Some(parsed) = parsed.as_ref().filter(|parsed| schema.accepts(parsed)) {
        return Worth::Text(parsed.clone());
    }
    let said = parsed.as_ref().unwrap_or(value);
    let setting = Setting::at(Timestamp::FIXED);
    match complete(schema, said, Seed::new(0), setting) {
        Some(filled) => Worth::Partial { said: said.clone(), filled },
        None => Worth::Broken,
    }
}

/// The object or array that a text holds.
fn json_in(text: &str) -> Option<Value> {
    let structured = text.trim_start().starts_with(['{', '[']);
    let parsed = if structured { parse_json(text.as_bytes()).ok() } else { None };
    parsed.map(|(value, _)| value)
}

/// The example with what it lacks, if it conforms then.
fn complete(schema: &Schema, said: &Value, seed: Seed, setting: Setting) -> Option<Value> {
    if !is_telling(said) {
        return None;
    }
    let annotations = schema.annotations();
    (0..TRIES).find_map(|attempt| {
        // What must be there comes first. All that may be there comes next, as a part that need not be there may lack something.
        let setting = Setting { optional: if attempt % 2 == 0 { 0 } else { setting.optional }, ..setting };
        let made = schema.generate(seed.with_number(attempt), setting).ok()?;
        let mut whole = said.clone();
        fill(&mut whole, &made, annotations, Some(annotations.root()));
        schema.accepts(&whole).then_some(whole)
    })
}

/// Whether a value says anything that could be completed.
fn is_telling(value: &Value) -> bool {
    match value {
        Value::Object(members) => !members.is_empty(),
        Value::Array(items) => items.iter().any(is_telling),
        _ => false,
    }
}

/// Adds the declared members that a value lacks, at any depth. What it has stays as it is.
fn fill(value: &mut Value, made: &Value, annotations: &Annotations, note: Option<&Note>) {
    match (value, made) {
        (Value::Object(members), Value::Object(made)) => {
            for (name, made) in made {
                let below = note.and_then(|note| annotations.member(note, name));
                match members.get_mut(name) {
                    Some(member) => fill(member, made, annotations, below),
                    // Names that nobody declared are made up, and say nothing about an example.
                    None if note.is_some_and(|note| annotations.declares(note, name)) => {
                        members.insert(name.clone(), made.clone());
                    }
                    None => {}
                }
            }
        }
        (Value::Array(items), Value::Array(made)) if !made.is_empty() => {
            let below = note.and_then(|note| annotations.items(note));
            items.iter_mut().zip(made.iter().cycle()).for_each(|(item, made)| fill(item, made, annotations, below));
        }
        _ => {}
    }
}

/// The examples that a schema has for the whole value (JSON Schema validation, sections 9.2 and 9.5): beside a `$ref`, and
/// where it leads to. One that is empty says nothing: many are left from a tool that wrote them.
pub(super) fn of_schema(schema: &Schema) -> Vec<Example> {
    let document = schema.document();
    let own = document.resolve(schema.pointer()).map(|value| (schema.pointer().clone(), value));
    let referred = document.follow(schema.pointer()).ok().filter(|(place, _)| place != schema.pointer());
    let holders = || own.iter().chain(&referred).filter_map(|(place, value)| Some((place, value.as_object()?)));
    let mut examples: Vec<Example> = holders().flat_map(|(place, members)| in_schema(place, members)).collect();
    examples.extend(holders().filter_map(|(place, members)| members.get("default").map(|_| Example::new(None, place.join("default")))));
    examples.retain(|example| document.resolve(&example.pointer).is_some_and(|value| !says_nothing(value)));
    examples
}

fn in_schema(place: &Pointer, members: &Map<String, Value>) -> Vec<Example> {
    let at = place.join("examples");
    let listed = members.get("examples").and_then(Value::as_array).map_or(0, Vec::len);
    let single = members.contains_key("example").then(|| place.join("example"));
    let places = (0..listed).map(|index| at.join(index)).chain(single);
    places.map(|place| Example::new(None, place)).chain(extensions(place, members)).collect()
}

/// `x-example`, and `x-examples`, which tools write as a list, as values by name, or as Example Objects by name.
pub(super) fn extensions(place: &Pointer, members: &Map<String, Value>) -> Vec<Example> {
    const OF_AN_EXAMPLE: [&str; 4] = ["value", "summary", "description", "externalValue"];
    let single = members.contains_key("x-example").then(|| Example::new(None, place.join("x-example")));
    let mut examples: Vec<Example> = single.into_iter().collect();
    let at = place.join("x-examples");
    match members.get("x-examples") {
        Some(Value::Array(items)) => examples.extend((0..items.len()).map(|index| Example::new(None, at.join(index)))),
        Some(Value::Object(named)) => examples.extend(named.iter().map(|(name, value)| {
            let is_example = |value: &Map<String, Value>| value.keys().all(|key| OF_AN_EXAMPLE.contains(&key.as_str()));
            let wrapped = value.as_object().is_some_and(|value| value.contains_key("value") && is_example(value));
            let place = at.join(name);
            Example::new(Some(name.clone()), if wrapped { place.join("value") } else { place })
        })),
        _ => {}
    }
    examples
}

/// `example` and the values of `examples` of a parameter or a header, which Swagger 2.0 does not have, and the extensions
/// that it has instead.
pub(super) fn of_parameter(document: &Document, parameter: &Pointer) -> Vec<Example> {
    let Some(Value::Object(members)) = document.resolve(parameter) else { return Vec::new() };
    let single = members.contains_key("example").then(|| Example::new(None, parameter.join("example")));
    let at = parameter.join("examples");
    let named = members.get("examples").and_then(Value::as_object).into_iter().flat_map(Map::keys).filter_map(|name| {
        let (place, example) = document.follow(&at.join(name)).ok()?;
        let key = ["value", "dataValue"].into_iter().find(|key| example.get(*key).is_some())?;
        Some(Example::new(Some(name.clone()), place.join(key)))
    });
    single.into_iter().chain(named).chain(extensions(parameter, members)).collect()
}

/// The values that a document shows for a parameter or a header: its own, then those of its schema.
pub(crate) fn documented<'d>(document: &'d Document, parameter: &Parameter) -> Vec<&'d Value> {
    let mut examples = of_parameter(document, &parameter.pointer);
    if let Some(content) = &parameter.content {
        examples.extend_from_slice(content.examples());
    }
    examples.extend(parameter.any_schema().map(of_schema).unwrap_or_default());
    examples.iter().filter_map(|example| document.resolve(&example.pointer)).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Whether an example conforms as it stands, and what it is mended to.
    fn worth(schema: Value, example: Value) -> (&'static str, Value) {
        let document = std::sync::Arc::new(Document::of_value(json!({"openapi": "3.1.0", "schema": schema})));
        let schema = Schema::new(&document, Pointer::parse("/schema").unwrap(), crate::schema::Direction::Response);
        match judge(&schema, &example) {
            Worth::Whole => ("whole", example),
            Worth::Text(said) => ("text", said),
            Worth::Partial { filled, .. } => ("partial", filled),
            Worth::Broken => ("broken", example),
        }
    }

    fn pet() -> Value {
        json!({"type": "object", "required": ["id", "owner"], "properties": {
            "id": {"const": 7}, "name": {"type": "string"},
            "owner": {"type": "object", "required": ["city"], "properties": {"city": {"const": "Bonn"}, "age": {"type": "integer"}}},
            "toys": {"type": "array", "items": {"type": "object", "required": ["kind"], "properties": {"kind": {"const": "ball"}, "size": {"type": "integer"}}}},
        }})
    }

    #[test]
    fn what_an_example_is_worth() {
        let whole = json!({"id": 7, "owner": {"city": "Bonn"}});
        let cases = [
            (pet(), whole.clone(), "whole", whole.clone()),
            (pet(), json!(whole.to_string()), "text", whole),
            (json!({"type": "string"}), json!("{}"), "whole", json!("{}")),
            (pet(), json!({"name": "Ada"}), "partial", json!({"name": "Ada", "id": 7, "owner": {"city": "Bonn"}})),
            (pet(), json!("{\"owner\": {\"age\": 3}}"), "partial", json!({"id": 7, "owner": {"city": "Bonn", "age": 3}})),
            (json!({"type": "array", "items": pet()}), json!([{"id": 7}]), "partial", json!([{"id": 7, "owner": {"city": "Bonn"}}])),
            (pet(), json!({"id": 8}), "broken", json!({"id": 8})),
            (pet(), json!({}), "broken", json!({})),
            (pet(), json!("{\"id\": 7"), "broken", json!("{\"id\": 7")),
            (pet(), json!("id: 7"), "broken", json!("id: 7")),
        ];
        for (schema, example, expected, value) in cases {
            let (worth, mended) = worth(schema, example.clone());
            assert_eq!(worth, expected, "{example}");
            // An array shows parts that need not be there, which are not filled in by a value without them.
            if example.is_array() {
                assert_eq!((&mended[0]["id"], &mended[0]["owner"]["city"]), (&value[0]["id"], &value[0]["owner"]["city"]));
            } else {
                assert_eq!(mended, value, "{example}");
            }
        }
        let (_, toys) = worth(pet(), json!({"id": 7, "owner": {"city": "Bonn"}, "toys": [{"size": 3}]}));
        assert_eq!(toys["toys"][0], json!({"size": 3, "kind": "ball"}));
    }

    #[test]
    fn schemas_have_examples_of_the_whole_value() {
        let document = json!({"openapi": "3.1.0", "a": {"$ref": "#/b", "example": {"n": 0}}, "b": {
            "examples": [{"n": 1}, {}], "example": {"n": 2}, "default": {"n": 5},
            "x-example": {"n": 3}, "x-examples": {"one": {"n": 4}, "two": {"summary": "s", "value": {"n": 6}}},
        }});
        let document = std::sync::Arc::new(Document::of_value(document));
        let schema = Schema::new(&document, Pointer::parse("/a").unwrap(), crate::schema::Direction::Response);
        let values = of_schema(&schema).into_iter().map(|example| document.resolve(&example.pointer).unwrap()["n"].clone());
        assert_eq!(values.collect::<Value>(), json!([0, 1, 2, 3, 4, 6, 5]));
    }
}
