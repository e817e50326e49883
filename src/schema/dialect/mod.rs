//! OpenAPI schema text to clean JSON Schema 2020-12, one schema with all that it reaches.
//!
//! The extract is a sparse copy of the document: each schema stands at its own place, so what the validator says about a
//! rule's place is true of the document ([`origin`] knows the few exceptions). Nothing is inlined; recursion stays
//! recursion. What is malformed is left out, and what a reference to nowhere stands for is open: the contract's warnings
//! say so.

mod discriminator;
mod origin;

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

pub(crate) use self::origin::FORM;
pub(super) use self::{discriminator::chooses_heirs, origin::origin};
use super::{
    Direction, formats,
    keywords::{self, PROSE, Shape},
};
use crate::{
    document::{Document, META_SCHEMA, Version},
    pointer::Pointer,
    text::percent_encode_pointer,
};

/// A schema that cannot be used, and where it lies.
#[derive(Debug, Clone)]
pub(crate) struct SchemaDefect {
    pub(crate) pointer: Pointer,
    pub(crate) problem: String,
}

/// For what an extract is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// To judge by: what authors mean counts.
    Judge,
    /// To make values from: only what every reading of the document allows is made.
    Make,
}

/// The schema at `pointer` with all that it reaches, as a JSON Schema document whose root refers to it.
pub(super) fn extract(document: &Document, pointer: &Pointer, direction: Direction, purpose: Purpose) -> Value {
    let mut root = reached(document, vec![pointer.clone()], direction, purpose);
    root.insert("$ref".into(), reference(pointer).into());
    Value::Object(root)
}

/// The schemas at some places with all that they reach, each a property of the root's.
pub(super) fn extract_all(document: &Document, places: &[Pointer], direction: Direction) -> Value {
    let mut root = reached(document, places.to_vec(), direction, Purpose::Judge);
    let references = places.iter().map(|place| (place.to_string(), json!({"$ref": reference(place)})));
    root.insert("properties".into(), references.collect());
    Value::Object(root)
}

fn reached(document: &Document, wanted: Vec<Pointer>, direction: Direction, purpose: Purpose) -> Map<String, Value> {
    let dialect = document.root().get("jsonSchemaDialect").and_then(Value::as_str);
    let old = document.version <= Version::V3_0 || dialect.is_some_and(keywords::is_old_dialect);
    let mut extract = Extract { document, direction, purpose, wanted, seen: BTreeSet::new() };
    let mut root = Map::new();
    while let Some(place) = extract.wanted.pop() {
        if !extract.seen.insert(place.clone()) {
            continue;
        }
        let converted = match discriminator::parent(&place) {
            Some(parent) => extract.heirs(&parent),
            None => document.resolve(&place).map_or(Value::Bool(true), |schema| extract.convert(schema, &place, Context::top(old))),
        };
        put(&mut root, &place, converted);
    }
    root
}

/// Takes a keyword out of an extract; whether it was there.
pub(super) fn prune(extract: &mut Value, place: &Pointer) -> bool {
    let Some(last) = place.last() else { return false };
    match extract.pointer_mut(place.parent().as_str()) {
        Some(Value::Object(members)) => members.remove(&last).is_some(),
        _ => false,
    }
}

struct Extract<'d> {
    document: &'d Document,
    direction: Direction,
    purpose: Purpose,
    wanted: Vec<Pointer>,
    seen: BTreeSet<Pointer>,
}

/// Where a schema stands.
#[derive(Clone, Copy)]
struct Context<'c> {
    /// Whether what stands beside a `$ref` counts for nothing by the letter: before OpenAPI 3.1, and in drafts up to 7.
    old: bool,
    /// Whether another schema extends this one.
    in_all_of: bool,
    /// The schemas round it that speak about the same value.
    around: Option<&'c Around<'c>>,
}

struct Around<'c> {
    members: &'c Map<String, Value>,
    place: &'c Pointer,
    further: Option<&'c Around<'c>>,
}

impl Context<'_> {
    fn top(old: bool) -> Self {
        Self { old, in_all_of: false, around: None }
    }
}

impl Extract<'_> {
    fn convert(&mut self, schema: &Value, at: &Pointer, context: Context<'_>) -> Value {
        let Value::Object(members) = schema else { return Value::Bool(*schema != Value::Bool(false)) };
        let dialect = members.get("$schema").and_then(Value::as_str);
        let old = dialect.map_or(context.old, keywords::is_old_dialect);
        let context = Context { old, ..context };
        let references = self.references(members, at, context);
        // Readings differ on what stands beside a `$ref`: a request need not obey it, an answer does.
        let alone = old && self.direction == Direction::Request && members.contains_key("$ref");
        let mut out = Map::new();
        for (keyword, value) in members.iter().filter(|_| !alone) {
            let shape = keywords::shape(keyword).filter(|shape| shape.fits(value));
            if let Some(shape) = shape.filter(|_| !PROSE.contains(&keyword.as_str()) && !keyword.ends_with("Ref") && keyword != "$ref") {
                self.keyword(keyword, shape, value, (members, at), context, &mut out);
            }
        }
        self.relax_required(members, at, context, &mut out);
        bounds(&mut out);
        refer(&mut out, references);
        if !alone {
            self.discriminate(members, at, &mut out);
        }
        let is = |keyword: &str| members.get(keyword) == Some(&Value::Bool(true));
        let nullable = is("nullable") || (self.document.version == Version::V2 && is("x-nullable"));
        // Beside a `$ref` of those versions only a request may rely on it.
        let doubtful = old && members.contains_key("$ref") && self.direction == Direction::Response;
        let made = self.purpose == Purpose::Judge || is_nullable(self.document.version, members);
        if nullable && made && !doubtful { or_null(out) } else { Value::Object(out) }
    }

    fn keyword(
        &mut self,
        keyword: &str,
        shape: Shape,
        value: &Value,
        (members, at): (&Map<String, Value>, &Pointer),
        context: Context<'_>,
        out: &mut Map<String, Value>,
    ) {
        let place = at.join(keyword);
        let below = Context::top(context.old);
        let converted = match (shape, value) {
            (Shape::Schema, _) if keyword == "additionalItems" => {
                // Beside a tuple it is what `items` is now; elsewhere it says nothing.
                if members.get("items").is_some_and(Value::is_array) {
                    let items = self.convert(value, &place, below);
                    out.insert("items".into(), items);
                }
                return;
            }
            (Shape::Items, Value::Array(schemas)) => {
                if !schemas.is_empty() {
                    out.insert("prefixItems".into(), self.all(schemas, &place, below));
                }
                return;
            }
            (Shape::Dependencies, Value::Object(dependencies)) => return self.dependencies(dependencies, &place, below, out),
            (Shape::Schema | Shape::Items, _) => self.convert(value, &place, below),
            (Shape::Schemas, Value::Array(schemas)) => {
                let around = Around { members, place: at, further: context.around };
                let same = keyword != "prefixItems";
                let inner = Context { old: context.old, in_all_of: keyword == "allOf", around: same.then_some(&around) };
                self.all(schemas, &place, inner)
            }
            (Shape::NamedSchemas, Value::Object(schemas)) => {
                let converted = schemas.iter().map(|(name, schema)| {
                    let place = place.join(name);
                    (name.clone(), self.property(keyword, schema, &place, below))
                });
                Value::Object(converted.collect())
            }
            (Shape::Required, Value::Bool(_)) => return,
            (Shape::Required | Shape::Types, Value::Array(names)) => distinct(names),
            (Shape::NamesByName, Value::Object(lists)) => {
                lists.iter().map(|(name, names)| (name.clone(), names.as_array().map_or(Value::Null, |names| distinct(names)))).collect()
            }
            _ => value.clone(),
        };
        out.insert(keyword.to_owned(), converted);
    }

    fn all(&mut self, schemas: &[Value], place: &Pointer, context: Context<'_>) -> Value {
        schemas.iter().enumerate().map(|(index, schema)| self.convert(schema, &place.join(index), context)).collect()
    }

    /// `dependencies` is two keywords since draft 2019-09.
    fn dependencies(&mut self, dependencies: &Map<String, Value>, place: &Pointer, context: Context<'_>, out: &mut Map<String, Value>) {
        let (mut schemas, mut names) = (Map::new(), Map::new());
        for (name, dependency) in dependencies {
            match dependency {
                Value::Array(required) => names.insert(name.clone(), distinct(required)),
                schema => {
                    let schema = self.convert(schema, &place.join(name), context);
                    schemas.insert(name.clone(), schema)
                }
            };
        }
        for (keyword, members) in [("dependentSchemas", schemas), ("dependentRequired", names)] {
            if !members.is_empty() {
                out.insert(keyword.into(), Value::Object(members));
            }
        }
    }

    /// A `writeOnly` property is not part of an answer (OpenAPI 3.1, section 4.8.24; JSON Schema validation, 9.4).
    fn property(&mut self, keyword: &str, schema: &Value, place: &Pointer, context: Context<'_>) -> Value {
        if keyword == "properties" && self.direction == Direction::Response && flag(self.document, schema, place, "writeOnly") {
            return Value::Bool(false);
        }
        self.convert(schema, place, context)
    }

    /// What the references of a schema refer to. One that leads nowhere, or in a circle, says nothing.
    fn references(&mut self, members: &Map<String, Value>, at: &Pointer, context: Context<'_>) -> Vec<Value> {
        let mut references = Vec::new();
        // Dynamic references are followed as plain ones are: the contract's warnings say so.
        for keyword in ["$ref", "$dynamicRef", "$recursiveRef"] {
            let Some(target) = members.get(keyword).and_then(Value::as_str) else { continue };
            let recursive = if keyword == "$recursiveRef" { self.recursive_anchor(at) } else { None };
            if target.trim_end_matches('#') == META_SCHEMA {
                // The validator brings it along.
                references.push(META_SCHEMA.into());
                continue;
            }
            let target = recursive.or_else(|| self.document.target(at, target));
            let Some(target) = target.filter(|target| self.document.follow(target).is_ok()) else { continue };
            let target = match self.document.heirs(&target) {
                [_, ..] if !context.in_all_of && discriminator::chooses_heirs(self.document, &target) => discriminator::below(&target),
                _ => target,
            };
            references.push(reference(&target).into());
            self.wanted.push(target);
        }
        references
    }

    /// The nearest schema round a place that says `$recursiveAnchor`: what `$recursiveRef` means wherever no other schema
    /// extends it (draft 2019-09, section 8.2.4.2).
    fn recursive_anchor(&self, at: &Pointer) -> Option<Pointer> {
        let mut place = at.clone();
        loop {
            if self.document.resolve(&place)?.get("$recursiveAnchor") == Some(&Value::Bool(true)) {
                return Some(place);
            }
            if place.is_root() {
                return None;
            }
            place.pop();
        }
    }

    /// `readOnly` members are not required of a request, `writeOnly` ones not of an answer (OpenAPI 3.0.3, section
    /// 4.7.24.2: "If the property … is in the `required` list, the `required` will take effect on the … only"), wherever
    /// among the schemas that speak of one value the property is declared.
    fn relax_required(&mut self, members: &Map<String, Value>, at: &Pointer, context: Context<'_>, out: &mut Map<String, Value>) {
        let Some(Value::Array(required)) = out.get_mut("required") else { return };
        let other_way = match self.direction {
            Direction::Request => "readOnly",
            Direction::Response => "writeOnly",
        };
        if !self.document.may_mention(other_way) {
            return;
        }
        let own = Around { members, place: at, further: context.around };
        required.retain(|name| {
            let Some(name) = name.as_str() else { return true };
            let mut around = Some(&own);
            while let Some(here) = around {
                if let Some((property, place)) = declared(self.document, here.members, here.place, name, 0) {
                    return !flag(self.document, property, &place, other_way);
                }
                around = here.further;
            }
            true
        });
    }
}

/// How deep schemas are searched that are combined from others.
const DEEP: usize = 8;

/// The property of a name, in a schema or in those that it is made of.
fn declared<'v>(
    document: &'v Document,
    members: &'v Map<String, Value>,
    at: &Pointer,
    name: &str,
    depth: usize,
) -> Option<(&'v Value, Pointer)> {
    if let Some(property) = members.get("properties").and_then(|properties| properties.get(name)) {
        return Some((property, at.join("properties").join(name)));
    }
    if depth > DEEP {
        return None;
    }
    let referred = members.get("$ref").and_then(Value::as_str).and_then(|target| document.target(at, target));
    let parts = ["allOf", "oneOf", "anyOf"].into_iter().flat_map(|keyword| {
        let count = members.get(keyword).and_then(Value::as_array).map_or(0, Vec::len);
        (0..count).map(move |index| at.join(keyword).join(index))
    });
    referred.into_iter().chain(parts).find_map(|place| declared(document, document.resolve(&place)?.as_object()?, &place, name, depth + 1))
}

/// Whether a schema, or one that it refers to or extends, sets a boolean keyword.
fn flag(document: &Document, schema: &Value, at: &Pointer, keyword: &str) -> bool {
    fn look(document: &Document, schema: &Value, at: &Pointer, keyword: &str, depth: usize) -> bool {
        if schema.get(keyword) == Some(&Value::Bool(true)) {
            return true;
        }
        if depth > DEEP {
            return false;
        }
        let referred = schema.get("$ref").and_then(Value::as_str).and_then(|target| document.target(at, target));
        let parts = schema.get("allOf").and_then(Value::as_array).map_or(0, Vec::len);
        let parts = (0..parts).map(|index| at.join("allOf").join(index));
        let mut below = referred.into_iter().chain(parts);
        below.any(|place| document.resolve(&place).is_some_and(|schema| look(document, schema, &place, keyword, depth + 1)))
    }
    document.may_mention(keyword) && look(document, schema, at, keyword, 0)
}

/// Adds references to what a schema says itself.
fn refer(out: &mut Map<String, Value>, references: Vec<Value>) {
    let mut references = references.into_iter();
    if let Some(first) = references.next() {
        out.insert("$ref".into(), first);
    }
    let more: Vec<Value> = references.map(|reference| json!({ "$ref": reference })).collect();
    if !more.is_empty()
        && let Value::Array(all) = out.entry("allOf").or_insert_with(|| Value::Array(Vec::new()))
    {
        all.extend(more);
    }
}

/// Names, each once: the meta-schema asks for it, and documents repeat some.
fn distinct(names: &[Value]) -> Value {
    let mut distinct: Vec<Value> = Vec::with_capacity(names.len());
    names.iter().for_each(|name| {
        if !distinct.contains(name) {
            distinct.push(name.clone());
        }
    });
    Value::Array(distinct)
}

/// Boolean exclusive bounds of OpenAPI 3.0, and the ranges that the formats of numbers stand for.
fn bounds(out: &mut Map<String, Value>) {
    for (flag, bound) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")] {
        if let Some(Value::Bool(exclusive)) = out.get(flag).cloned() {
            out.remove(flag);
            if exclusive && let Some(limit) = out.remove(bound) {
                out.insert(flag.into(), limit);
            }
        }
    }
    let Some((least, greatest)) = out.get("format").and_then(Value::as_str).and_then(formats::range) else { return };
    // What the schema says itself stays where it asks for more.
    let limit = |limit: &str| out.get(limit).and_then(Value::as_f64);
    let (low, high) = (limit("minimum"), limit("maximum"));
    if low.is_none_or(|low| low <= least as f64) {
        out.insert("minimum".into(), least.into());
    }
    if let Some(greatest) = greatest.filter(|greatest| high.is_none_or(|high| high >= *greatest as f64)) {
        out.insert("maximum".into(), greatest.into());
    }
}

/// Whether a schema says by the letter that its values may be null (OpenAPI 3.0.3, section 4.7.24.1: beside a `type` alone, and
/// not against an `enum`).
pub(super) fn is_nullable(version: Version, schema: &Map<String, Value>) -> bool {
    let is = |keyword: &str| schema.get(keyword) == Some(&Value::Bool(true));
    let said = match version {
        Version::V2 => is("x-nullable"),
        Version::V3_0 => is("nullable"),
        Version::V3_1 | Version::V3_2 => false,
    };
    let listed = schema.get("enum").and_then(Value::as_array).is_none_or(|values| values.contains(&Value::Null));
    said && schema.contains_key("type") && listed
}

/// OpenAPI 3.0's `nullable`. In a 3.1 document it has no meaning by the letter, but its authors mean it.
fn or_null(mut out: Map<String, Value>) -> Value {
    if let Some(Value::Array(allowed)) = out.get_mut("enum")
        && !allowed.contains(&Value::Null)
    {
        allowed.push(Value::Null);
    }
    let whole = ["const", "allOf", "anyOf", "oneOf", "$ref", "not", "if"].iter().any(|keyword| out.contains_key(*keyword));
    if out.is_empty() {
        return Value::Bool(true);
    }
    match out.get_mut("type").filter(|_| !whole) {
        Some(Value::String(name)) => {
            let name = std::mem::take(name);
            out.insert("type".into(), json!([name, "null"]));
        }
        Some(Value::Array(names)) if !names.contains(&json!("null")) => names.push("null".into()),
        Some(_) => {}
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
    match (here.get_mut(&last), schema) {
        // Places further in that were put first, beside what the schema itself has.
        (Some(Value::Object(known)), Value::Object(members)) => known.extend(members),
        (_, schema) => {
            here.insert(last, schema);
        }
    }
}

/// A pointer as the fragment of a URI reference (RFC 6901, section 6): component names may hold blanks.
pub(super) fn reference(pointer: &Pointer) -> String {
    format!("#{}", percent_encode_pointer(pointer.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn extracted(value: Value, at: &str, direction: Direction) -> Value {
        extract(&Document::of_value(value), &Pointer::parse(at).unwrap(), direction, Purpose::Judge)
    }

    fn schema(schema: Value, direction: Direction) -> Value {
        extracted(json!({"openapi": "3.0.0", "s": schema}), "/s", direction)["s"].take()
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
        let value = json!({
            "type": "object",
            "required": ["id", "secret", "id"],
            "properties": {
                "id": {"type": "string", "readOnly": true},
                "secret": {"type": "string", "writeOnly": true},
                "n": {"type": "integer", "format": "int32", "minimum": 0, "exclusiveMinimum": true, "nullable": true},
                "e": {"type": "string", "enum": ["a"], "nullable": true},
                "r": {"allOf": [{"type": "string"}], "nullable": true}
            }
        });
        let request = schema(value.clone(), Direction::Request);
        assert_eq!(request["required"], json!(["secret"]));
        let response = schema(value, Direction::Response);
        assert_eq!(response["required"], json!(["id"]));
        assert_eq!(response["properties"]["secret"], json!(false));
        assert_eq!(
            response["properties"]["n"],
            json!({"type": ["integer", "null"], "format": "int32", "exclusiveMinimum": 0, "minimum": i32::MIN, "maximum": i32::MAX})
        );
        assert_eq!(response["properties"]["e"], json!({"type": ["string", "null"], "enum": ["a", null]}));
        assert_eq!(response["properties"]["r"], json!({"anyOf": [{"allOf": [{"type": "string"}]}, {"type": "null"}]}));
    }

    #[test]
    fn required_is_relaxed_wherever_the_property_is_declared() {
        let value = json!({
            "required": ["a", "b", "c"],
            "allOf": [{"properties": {"a": {"readOnly": true}}}, {"required": ["b"]}, {"$ref": "#/t"}],
            "properties": {"b": {"allOf": [{"readOnly": true}]}}
        });
        let either = json!({"required": ["id"], "oneOf": [{"properties": {"id": {"readOnly": true}}}, {"type": "null"}]});
        assert_eq!(schema(either, Direction::Request)["required"], json!([]));
        let document = json!({"s": value, "t": {"properties": {"c": {}}}});
        let request = extracted(document, "/s", Direction::Request);
        assert_eq!(request["s"]["required"], json!(["c"]));
        assert_eq!(request["s"]["allOf"][1]["required"], json!([]));
    }

    #[test]
    fn a_recursive_reference_leads_to_the_anchor_round_it() {
        let filter = json!({"$recursiveAnchor": true, "properties": {"filters": {"items": {"$recursiveRef": "#"}}}});
        let found = extracted(json!({"openapi": "3.1.0", "s": {"properties": {"f": filter}}}), "/s", Direction::Request);
        assert_eq!(found["s"]["properties"]["f"]["properties"]["filters"]["items"], json!({"$ref": "#/s/properties/f"}));
    }

    #[test]
    fn older_drafts_mean_what_they_meant() {
        let value = json!({
            "items": [{"type": "string"}], "additionalItems": false,
            "dependencies": {"a": ["b"], "c": {"minProperties": 3}},
            "required": true
        });
        let expected = json!({
            "prefixItems": [{"type": "string"}], "items": false,
            "dependentRequired": {"a": ["b"]}, "dependentSchemas": {"c": {"minProperties": 3}}
        });
        assert_eq!(schema(value, Direction::Request), expected);
    }

    #[test]
    fn what_is_malformed_or_leads_nowhere_says_nothing() {
        let value =
            json!({"maxLength": "5", "type": "file", "allOf": [], "items": {"$ref": "#/t"}, "properties": {"a": 5}, "minLenght": 1});
        assert_eq!(schema(value, Direction::Request), json!({"items": {}}));
        assert_eq!(schema(json!(5), Direction::Request), json!(true));
        assert_eq!(schema(json!({"$ref": "#/s"}), Direction::Request), json!({}));
    }

    #[test]
    fn what_stands_beside_a_reference_counts_by_version_and_direction() {
        let sibling = |version: &str, direction| {
            let value = json!({"openapi": version, "s": {"$ref": "#/t", "maxLength": 5, "nullable": true}, "t": {"type": "string"}});
            extract(&Document::of_value(value), &Pointer::parse("/s").unwrap(), direction, Purpose::Judge)["s"].take()
        };
        let both = json!({"$ref": "#/t", "maxLength": 5});
        assert_eq!(sibling("3.1.0", Direction::Request), json!({"anyOf": [both, {"type": "null"}]}));
        assert_eq!(sibling("3.0.0", Direction::Request), json!({"anyOf": [{"$ref": "#/t"}, {"type": "null"}]}));
        assert_eq!(sibling("3.0.0", Direction::Response), both);
    }
}
