//! Schemas of a document to shapes. References are followed; schemas that lead back to themselves are told by name.
//!
//! What is malformed says nothing here, as it does where values are judged; the contract's warnings tell of it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::{Map, Value};

use super::{
    graph::{Graph, below, is_alone, targets},
    shape::{Id, Kind, Shape, Shapes},
    words::{bare, dependent, discriminator, meant, numbers, range, texts, texts_of},
};
use crate::{
    document::{Document, Version},
    pointer::Pointer,
    schema::{Shape as Form, shape as form},
};

/// The shapes of the schemas at some places of a document.
pub(super) struct Reader<'d> {
    document: &'d Document,
    known: HashMap<Pointer, Id>,
}

impl<'d> Reader<'d> {
    pub(super) fn new(document: &'d Document, places: &[Pointer], shapes: &mut Shapes) -> Self {
        // The first of all shapes: what is not known is open.
        shapes.plain("any");
        let graph = Graph::of(document, places);
        let mut reader = Self { document, known: HashMap::new() };
        let mut numbers = Vec::new();
        for place in &graph.circles {
            let (number, id) = shapes.circle(graph.names[place].clone());
            numbers.push(number);
            reader.known.insert(place.clone(), id);
        }
        // Whatever a schema refers to is read before it, so nothing here goes deeper than a text can nest.
        for place in &graph.order {
            let id = reader.read(place, shapes);
            let is_alias = document.resolve(place).is_some_and(|schema| schema.get("$ref").is_some());
            if let Some(name) = graph.names.get(place).filter(|_| !(is_alias && shapes.names().contains_key(&id))) {
                shapes.call(id, name);
            }
            reader.known.insert(place.clone(), id);
        }
        for (place, number) in graph.circles.iter().zip(numbers) {
            let body = reader.read(place, shapes);
            shapes.close(number, body);
        }
        reader
    }

    /// The shape of the schema at one of the places.
    pub(super) fn shape(&self, place: &Pointer) -> Id {
        self.known.get(place).copied().unwrap_or_default()
    }

    fn read(&self, place: &Pointer, shapes: &mut Shapes) -> Id {
        let schema = self.document.resolve(place).unwrap_or(&Value::Bool(true));
        Schema { reader: self, shapes }.read(schema, place)
    }
}

/// A schema while it is read.
struct Schema<'r, 's> {
    reader: &'r Reader<'r>,
    shapes: &'s mut Shapes,
}

impl Schema<'_, '_> {
    fn read(&mut self, schema: &Value, at: &Pointer) -> Id {
        let document = self.reader.document;
        let members = match schema {
            Value::Object(members) => members,
            Value::Bool(false) => return self.shapes.plain("never"),
            _ => return self.shapes.plain("any"),
        };
        let mut parts: Vec<(String, Id)> = Vec::new();
        for target in targets(document, members, at) {
            let known = self.reader.known.get(&target).copied();
            parts.push((String::new(), known.unwrap_or_else(|| self.shapes.plain("any"))));
        }
        if !is_alone(document, members) {
            parts.extend(self.own(members, at).map(|id| (String::new(), id)));
            self.combined(members, at, &mut parts);
        }
        let any = self.shapes.plain("any");
        parts.retain(|(label, id)| !label.is_empty() || *id != any);
        let whole = self.shapes.group(Kind::AllOf, parts, String::new());
        let is = |keyword: &str| members.get(keyword) == Some(&Value::Bool(true));
        let nullable = is("nullable") || (document.version == Version::V2 && is("x-nullable"));
        let whole = if nullable && whole != any { self.or_null(whole) } else { whole };
        match members.get("default") {
            Some(default) => self.with_default(whole, default),
            None => whole,
        }
    }

    fn or_null(&mut self, id: Id) -> Id {
        let null = self.shapes.plain("null");
        self.shapes.union(Kind::AnyOf, [id, null], String::new())
    }

    fn with_default(&mut self, id: Id, default: &Value) -> Id {
        match self.shapes.get(id).clone() {
            Shape::Plain(text) => self.shapes.plain(format!("{text} = {default}")),
            _ => self.shapes.id(Shape::Group { kind: Kind::AllOf, parts: vec![(String::new(), id)], after: format!(" = {default}") }),
        }
    }

    /// What a schema says by itself about types and values.
    fn own(&mut self, members: &Map<String, Value>, at: &Pointer) -> Option<Id> {
        let fit = |keyword: &str| members.get(keyword).filter(|value| form(keyword).is_some_and(|form| form.fits(value)));
        if let Some(value) = fit("const") {
            return Some(self.shapes.plain(value.to_string()));
        }
        if let Some(Value::Array(values)) = fit("enum") {
            let ids: Vec<Id> = values.iter().map(|value| self.shapes.plain(value.to_string())).collect();
            return Some(self.shapes.union(Kind::AnyOf, ids, String::new()));
        }
        let given: Vec<&str> = match members.get("type") {
            Some(Value::String(name)) => vec![name],
            Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        let (types, before) = if given.is_empty() { (meant(members), "untyped ") } else { (given, "") };
        let ids: Vec<Id> = types.into_iter().map(|name| self.of_type(name, before, members, at)).collect();
        (!ids.is_empty()).then(|| self.shapes.union(Kind::AnyOf, ids, String::new()))
    }

    fn of_type(&mut self, name: &str, before: &str, members: &Map<String, Value>, at: &Pointer) -> Id {
        match name {
            "object" => self.object(before, members, at),
            "array" => self.array(before, members, at),
            "string" => self.shapes.plain(format!("{before}string{}", texts(members))),
            "number" | "integer" => self.shapes.plain(format!("{before}{name}{}", numbers(members))),
            other => self.shapes.plain(other),
        }
    }

    fn object(&mut self, before: &str, members: &Map<String, Value>, at: &Pointer) -> Id {
        let required: BTreeSet<&str> = texts_of(members.get("required")).collect();
        let mut parts = Vec::new();
        let properties = members.get("properties").and_then(Value::as_object).into_iter().flatten();
        let mut declared = BTreeSet::new();
        for (name, schema) in properties.filter(|(_, schema)| schema.is_object() || schema.is_boolean()) {
            declared.insert(name.as_str());
            let id = self.read(schema, &at.join("properties").join(name));
            let optional = if required.contains(name.as_str()) { "" } else { "?" };
            parts.push((format!("{}{name}{optional}", self.flags(schema, at)), id));
        }
        let any = self.shapes.plain("any");
        parts.extend(required.iter().filter(|name| !declared.contains(*name)).map(|name| ((*name).to_owned(), any)));
        parts.sort_by(|a, b| bare(&a.0).cmp(bare(&b.0)));
        for (pattern, schema) in members.get("patternProperties").and_then(Value::as_object).into_iter().flatten() {
            let id = self.read(schema, &at.join("patternProperties").join(pattern));
            parts.push((format!("/{pattern}/"), id));
        }
        for (keyword, label) in [("propertyNames", "...names"), ("unevaluatedProperties", "...others"), ("additionalProperties", "...")] {
            let Some(schema) = members.get(keyword).filter(|schema| Form::Schema.fits(schema)) else { continue };
            let id = self.read(schema, &at.join(keyword));
            // That there may be others is the rule.
            if id != any {
                parts.push((label.to_owned(), id));
            }
        }
        let after = format!("{}{}", range(members, "minProperties", "maxProperties", " members"), dependent(members));
        let label = before.trim_end();
        let id = self.shapes.id(Shape::Group { kind: Kind::Object, parts, after });
        if label.is_empty() {
            id
        } else {
            self.shapes.id(Shape::Group { kind: Kind::AllOf, parts: vec![(label.to_owned(), id)], after: String::new() })
        }
    }

    /// What the contract says about who may set a member, and whether anybody should.
    fn flags(&self, schema: &Value, at: &Pointer) -> String {
        let document = self.reader.document;
        let referred = schema.get("$ref").and_then(Value::as_str).and_then(|reference| document.target(at, reference));
        let referred = referred.and_then(|place| document.follow(&place).ok()).map(|(_, schema)| schema);
        let says =
            |keyword: &str| [Some(schema), referred].into_iter().flatten().any(|schema| schema.get(keyword) == Some(&Value::Bool(true)));
        let flags = [("readOnly", "readonly "), ("writeOnly", "writeonly "), ("deprecated", "deprecated ")];
        flags.iter().filter(|(keyword, _)| says(keyword)).map(|(_, word)| *word).collect()
    }

    fn array(&mut self, before: &str, members: &Map<String, Value>, at: &Pointer) -> Id {
        let mut parts = Vec::new();
        let tuple = ["prefixItems", "items"].into_iter().find(|keyword| members.get(*keyword).is_some_and(Value::is_array));
        if let Some(keyword) = tuple {
            for (index, schema) in members[keyword].as_array().into_iter().flatten().enumerate() {
                parts.push((index.to_string(), self.read(schema, &at.join(keyword).join(index))));
            }
        }
        let rest = if tuple == Some("items") { "additionalItems" } else { "items" };
        let items = self.read(members.get(rest).unwrap_or(&Value::Bool(true)), &at.join(rest));
        parts.push((if tuple.is_some() { "...".to_owned() } else { String::new() }, items));
        for (keyword, label) in [("contains", "containing"), ("unevaluatedItems", "...others")] {
            if let Some(schema) = members.get(keyword).filter(|schema| Form::Schema.fits(schema)) {
                parts.push((label.to_owned(), self.read(schema, &at.join(keyword))));
            }
        }
        let unique = if members.get("uniqueItems") == Some(&Value::Bool(true)) { " unique" } else { "" };
        let contained = range(members, "minContains", "maxContains", " contained");
        let after = format!("{}{unique}{contained}", range(members, "minItems", "maxItems", ""));
        let id = self.shapes.id(Shape::Group { kind: Kind::Array, parts, after });
        let label = before.trim_end();
        if label.is_empty() {
            id
        } else {
            self.shapes.id(Shape::Group { kind: Kind::AllOf, parts: vec![(label.to_owned(), id)], after: String::new() })
        }
    }

    /// `allOf`, `anyOf`, `oneOf`, `not`, `if` and what depends on members.
    fn combined(&mut self, members: &Map<String, Value>, at: &Pointer, parts: &mut Vec<(String, Id)>) {
        let mut branches: BTreeMap<&str, Vec<Id>> = BTreeMap::new();
        below(members, |keyword, name, schema| {
            let place = name.iter().fold(at.join(keyword), |place, name| place.join(name));
            match keyword {
                "allOf" | "anyOf" | "oneOf" => {
                    let id = self.read(schema, &place);
                    branches.entry(keyword).or_default().push(id);
                }
                "not" | "if" | "then" | "else" => parts.push((keyword.to_owned(), self.read(schema, &place))),
                "dependentSchemas" | "dependencies" => {
                    parts.push((format!("with {}", name.unwrap_or_default()), self.read(schema, &place)));
                }
                _ => {}
            }
        });
        parts.extend(branches.remove("allOf").into_iter().flatten().map(|id| (String::new(), id)));
        let after = discriminator(members, self.reader.document, at);
        for (keyword, ids) in branches {
            let kind = if keyword == "oneOf" && !self.are_apart(&ids) { Kind::OneOf } else { Kind::AnyOf };
            let id = self.shapes.union(kind, ids, after.clone());
            parts.push((String::new(), id));
        }
    }

    /// Whether no value can be of two of these, as far as that is plain: different values, or something and `null`.
    fn are_apart(&self, ids: &[Id]) -> bool {
        let is_value = |id: &Id| match self.shapes.get(*id) {
            Shape::Plain(text) => text.starts_with('"') || text == "null" || text.parse::<f64>().is_ok(),
            _ => false,
        };
        let takes_null = |id: &Id| match self.shapes.get(*id) {
            Shape::Plain(text) => text == "null" || text == "any",
            Shape::Circle(_) => true,
            Shape::Group { kind, .. } => !matches!(kind, Kind::Object | Kind::Array),
        };
        let distinct = ids.iter().collect::<BTreeSet<_>>().len() == ids.len();
        distinct
            && (ids.iter().all(is_value)
                || ids.len() == 2
                    && ids.iter().filter(|id| takes_null(id)).count() == 1
                    && ids.iter().any(|id| self.shapes.is_plain(*id, "null")))
    }
}
