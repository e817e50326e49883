//! A walk through all schemas and examples of a document, for the warnings that loading has no need of.
//!
//! It starts where schemas stand and follows what they reach, each place once; nothing that it works out is kept.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::{
    Example, MediaType, Operation, Warning,
    example::{self, Worth},
};
use crate::{
    document::{Document, Kind, Problem, UNRESOLVED, Version},
    pointer::Pointer,
    schema::{Direction, Faker, Schema, Shape, is_known_dialect, is_known_format, pattern_defect, shape},
    source::{describe, quote},
    text::nearest,
};

/// Keywords that OpenAPI and the older drafts have beside those that judge values, for the nearest to a misspelt one.
const COMMON: [&str; 24] = [
    "type",
    "properties",
    "required",
    "items",
    "enum",
    "format",
    "pattern",
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "uniqueItems",
    "additionalProperties",
    "description",
    "example",
    "default",
    "nullable",
    "allOf",
    "anyOf",
    "oneOf",
    "title",
    "multipleOf",
];

/// What looks wrong about the schemas and examples of these documents.
pub(super) fn survey(documents: &[std::sync::Arc<Document>], operations: &[Operation]) -> Vec<Warning> {
    let mut warnings = Vec::new();
    for document in documents {
        let mut survey = Survey::of(document);
        document.roots().enumerate().for_each(|(number, root)| survey.find(number, &root));
        let own = operations.iter().filter(|operation| std::sync::Arc::ptr_eq(&operation.document, document));
        own.for_each(|operation| survey.examples(operation));
        survey.problems.sort_by(|a, b| a.place.cmp(&b.place));
        warnings.extend(survey.problems.into_iter().map(|problem| Warning::of(problem, document)));
    }
    warnings
}

/// The places of all schemas of a document.
pub(super) fn schemas(document: &Document) -> Vec<Pointer> {
    let mut survey = Survey::of(document);
    document.roots().enumerate().for_each(|(number, root)| survey.find(number, &root));
    survey.schemas
}

struct Survey<'d> {
    document: &'d Document,
    /// Schemas and examples that were looked at.
    seen: HashSet<Pointer>,
    /// The schemas among them, in the order in which they were found.
    schemas: Vec<Pointer>,
    patterns: HashSet<&'d str>,
    problems: Vec<Problem>,
}

impl<'d> Survey<'d> {
    fn of(document: &'d Document) -> Self {
        Self { document, seen: HashSet::new(), schemas: Vec::new(), patterns: HashSet::new(), problems: Vec::new() }
    }

    fn warn(&mut self, code: &'static str, place: Pointer, text: String) {
        self.problems.push(Problem { code, place, text });
    }

    /// Looks for schemas in all of a file: below `schema`, and among the components.
    fn find(&mut self, number: usize, root: &Pointer) {
        let document = self.document;
        let Some(value) = document.resolve(root) else { return };
        for holder in [root.join("components").join("schemas"), root.join("definitions")] {
            for name in document.resolve(&holder).and_then(Value::as_object).into_iter().flat_map(Map::keys) {
                self.schema(&holder.join(name));
            }
        }
        self.walk(value, root, Kind::of_file(number, value));
    }

    fn walk(&mut self, value: &'d Value, at: &Pointer, kind: Kind) {
        match value {
            _ if kind == Kind::Data => {}
            Value::Array(items) => items.iter().enumerate().for_each(|(index, item)| self.walk(item, &at.join(index), kind.item())),
            Value::Object(members) => {
                self.reference(members, at);
                for (name, value) in members.iter().filter(|(_, value)| value.is_object() || value.is_array()) {
                    match (kind, name.as_str()) {
                        (Kind::Fields, "schema" | "itemSchema") if value.is_object() => self.schema(&at.join(name)),
                        // Found above.
                        (Kind::Fields, "definitions") | (Kind::Components, "schemas") => {}
                        _ => self.walk(value, &at.join(name), kind.member(name, value)),
                    }
                }
            }
            _ => {}
        }
    }

    /// A reference that leads nowhere.
    fn reference(&mut self, members: &Map<String, Value>, at: &Pointer) -> bool {
        let Some(Value::String(reference)) = members.get("$ref") else { return true };
        if self.document.target(at, reference).is_some_and(|target| self.document.follow(&target).is_ok()) {
            return true;
        }
        if self.seen.insert(at.join("$ref")) {
            let text = format!("the reference {} leads nowhere: what it stands for is open", quote(reference));
            self.warn(UNRESOLVED, at.join("$ref"), text);
        }
        false
    }

    fn schema(&mut self, at: &Pointer) {
        if !self.seen.insert(at.clone()) {
            return;
        }
        let document = self.document;
        let members = match document.resolve(at) {
            Some(Value::Object(members)) => members,
            None | Some(Value::Bool(_)) => return,
            Some(other) => {
                return self.warn(
                    "schema.malformed",
                    at.clone(),
                    format!("expected a schema, found {}: any value is accepted", describe(other)),
                );
            }
        };
        self.schemas.push(at.clone());
        self.reference(members, at);
        self.siblings(members, at);
        for (keyword, value) in members {
            self.keyword(keyword, value, members, at);
        }
    }

    fn keyword(&mut self, keyword: &'d str, value: &'d Value, members: &'d Map<String, Value>, at: &Pointer) {
        let place = at.join(keyword);
        let old = self.document.version == Version::V2;
        if keyword == "x-faker"
            && let Err(wrong) = Faker::is_known(value)
        {
            return self.warn("faker.unknown", place, format!("{wrong}: values are made up as if it said nothing"));
        }
        let Some(shape) = shape(keyword) else {
            return self.unknown_keyword(keyword, value, place);
        };
        if old && (keyword == "type" && value == "file" || keyword == "discriminator" && value.is_string()) {
            return;
        }
        if !shape.fits(value) {
            let text = format!("expected {}, found {}: `{keyword}` is ignored", shape.noun(), describe(value));
            return self.warn("schema.malformed", place, text);
        }
        match (shape, value) {
            (Shape::Schema | Shape::Items, Value::Object(_)) => self.schema(&place),
            (Shape::Schemas | Shape::Items, Value::Array(schemas)) => (0..schemas.len()).for_each(|index| self.schema(&place.join(index))),
            (Shape::NamedSchemas, Value::Object(schemas)) => {
                if keyword == "patternProperties" {
                    schemas.keys().for_each(|pattern| self.pattern(pattern, &place.join(pattern)));
                }
                schemas.keys().for_each(|name| self.schema(&place.join(name)));
            }
            (Shape::Dependencies, Value::Object(dependencies)) => {
                let schemas = dependencies.iter().filter(|(_, dependency)| dependency.is_object());
                schemas.for_each(|(name, _)| self.schema(&place.join(name)));
            }
            _ => {}
        }
        match (keyword, value) {
            ("pattern", Value::String(pattern)) => self.pattern(pattern, &place),
            ("format", Value::String(format))
                if !is_known_format(format) && self.seen.insert(Pointer::root().join("format").join(format)) =>
            {
                self.warn("not-enforced.format", place, format!("the format {} is not known, and not checked", quote(format)));
            }
            ("nullable", _) if self.document.version >= Version::V3_1 => {
                let text = "`nullable` is no keyword of OpenAPI 3.1: it is read as if it were".to_owned();
                self.warn("schema.nullable", place, text);
            }
            ("exclusiveMinimum" | "exclusiveMaximum", Value::Bool(_))
                if self.document.version >= Version::V3_1 && !self.dialect(at).is_some_and(has_exclusive_flags) =>
            {
                let text = format!("`{keyword}` is a number since OpenAPI 3.1: it is read as the flag that it was");
                self.warn("schema.old-keyword", place, text);
            }
            ("$schema", Value::String(dialect)) if !is_known_dialect(dialect) => {
                let text = format!("the schema is of the dialect {}, and is read as JSON Schema 2020-12", quote(dialect));
                self.warn("not-enforced.dialect", place, text);
            }
            ("$dynamicRef" | "$recursiveRef", _) => {
                let text = format!("`{keyword}` is followed as `$ref` is, whatever refers to its schema");
                self.warn("not-enforced.dynamic-reference", place, text);
            }
            ("if", _) if !members.contains_key("then") && !members.contains_key("else") => {
                self.warn("schema.no-effect", place, "`if` without `then` or `else` says nothing".to_owned());
            }
            _ => {}
        }
    }

    /// The dialect of a schema: its own, that of the nearest schema around it that states one, or that of the document
    /// (OpenAPI 3.1, section 4.8.24.5).
    fn dialect(&self, at: &Pointer) -> Option<&'d str> {
        let document = self.document;
        let around = std::iter::successors(Some(at.clone()), |place| (!place.is_root()).then(|| place.parent()));
        let stated = around.filter_map(|place| document.resolve(&place)?.get("$schema")?.as_str()).next();
        stated.or_else(|| document.root().get("jsonSchemaDialect")?.as_str())
    }

    fn unknown_keyword(&mut self, keyword: &str, value: &Value, place: Pointer) {
        const PARAMETER: [&str; 6] = ["name", "in", "collectionFormat", "allowEmptyValue", "schema", "file"];
        if keyword.starts_with("x-") || (self.document.version == Version::V2 && PARAMETER.contains(&keyword)) {
            return;
        }
        let near = nearest(keyword, COMMON).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        let text = format!("`{}` is no keyword, and its value, {}, says nothing{near}", keyword, describe(value));
        self.warn("schema.unknown-keyword", place, text);
    }

    fn pattern(&mut self, pattern: &'d str, place: &Pointer) {
        if self.patterns.insert(pattern)
            && let Some(why) = pattern_defect(pattern)
        {
            let why = why.lines().next().unwrap_or_default().to_owned();
            self.warn("not-enforced.pattern", place.clone(), format!("the pattern cannot be compiled, and is not checked: {why}"));
        }
    }

    /// Keywords beside a `$ref`, which the versions before 3.1 tell to ignore.
    fn siblings(&mut self, members: &Map<String, Value>, at: &Pointer) {
        const HARMLESS: [&str; 5] = ["description", "summary", "title", "example", "default"];
        if self.document.version > Version::V3_0 || !members.contains_key("$ref") {
            return;
        }
        let telling = |keyword: &&String| *keyword != "$ref" && !keyword.starts_with("x-") && !HARMLESS.contains(&keyword.as_str());
        let beside: Vec<String> = members.keys().filter(telling).map(|keyword| format!("`{keyword}`")).collect();
        if !beside.is_empty() {
            let text = format!("beside a `$ref`, {} counts by OpenAPI 3.1 only: requests need not obey it, answers do", beside.join(", "));
            self.warn("schema.ref-siblings", at.clone(), text);
        }
    }

    fn examples(&mut self, operation: &Operation) {
        let bodies = operation.request_body.iter().flat_map(|body| &body.content).map(|content| (content, Direction::Request));
        let answers = operation.responses.iter().flat_map(|response| &response.content).map(|content| (content, Direction::Response));
        for (media_type, direction) in bodies.chain(answers) {
            self.examples_of(media_type, direction);
        }
        let parameters = operation.parameters.iter().map(|parameter| (parameter, Direction::Request));
        let headers = operation.responses.iter().flat_map(|response| &response.headers).map(|header| (header, Direction::Response));
        for (parameter, direction) in parameters.chain(headers) {
            match (&parameter.schema, &parameter.content) {
                (Some(schema), _) => {
                    let examples = example::of_parameter(self.document, &parameter.pointer);
                    self.examples_at(places(&examples), schema, direction);
                }
                (None, Some(media_type)) => self.examples_of(media_type, direction),
                (None, None) => {}
            }
        }
    }

    fn examples_of(&mut self, media_type: &MediaType, direction: Direction) {
        if let Some(schema) = &media_type.schema {
            self.examples_at(places(media_type.examples()), schema, direction);
        }
    }

    fn examples_at(&mut self, places: Vec<Pointer>, schema: &Schema, direction: Direction) {
        let fresh: Vec<Pointer> = places.into_iter().filter(|place| self.seen.insert(place.clone())).collect();
        if fresh.is_empty() {
            return;
        }
        // Schemas that are shared, or compiled for a survey alone, would stay in memory for nobody.
        let schema = Schema::new(schema.document(), schema.pointer().clone(), direction);
        for place in fresh {
            let Some(example) = self.document.resolve(&place) else { continue };
            let found = schema.check(example, crate::violation::Step::Body, crate::violation::Place::Body);
            if let Some(first) = found.first() {
                // What clients send is their own: no example is used for it, and none is mended.
                let answered = direction == Direction::Response;
                let worth = if answered { example::judge(&schema, example) } else { Worth::Broken };
                let what = match worth {
                    Worth::Text(_) => "the example is a text with JSON in it, and is used as that JSON",
                    Worth::Partial { .. } => "the example breaks its schema, and is used with what it lacks filled in",
                    Worth::Whole | Worth::Broken => "the example breaks its schema, and is not used",
                };
                let text = format!("{what}: {}", first.brief());
                self.warn("example.invalid", place, text);
            }
        }
    }
}

fn places(examples: &[Example]) -> Vec<Pointer> {
    examples.iter().map(|example| example.pointer.clone()).collect()
}

/// Whether `exclusiveMinimum` is a flag beside `minimum`: up to draft 4 of JSON Schema (draft-zyp-json-schema-04, section 5.1.3).
fn has_exclusive_flags(dialect: &str) -> bool {
    ["draft-03/", "draft-04/"].iter().any(|draft| dialect.contains(draft))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::Contract;

    /// Codes and places of the warnings, below `/components` and `/paths/~1a/get`.
    fn warnings(dialect: &str, schemas: serde_json::Value, operation: serde_json::Value) -> Vec<String> {
        let document = json!({
            "openapi": "3.1.0", "info": {"title": "t", "version": "v"}, "jsonSchemaDialect": dialect,
            "components": {"schemas": schemas}, "paths": {"/a": {"get": operation}},
        });
        let contract = Contract::from_value("api.json", document).unwrap();
        let told = contract.warnings().iter().map(|warning| format!("{} {}", warning.code(), warning.place().pointer()));
        told.map(|told| told.replace("/paths/~1a/get", "").replace("/components/schemas", "")).collect()
    }

    const NOW: &str = "https://json-schema.org/draft/2020-12/schema";
    const DRAFT_4: &str = "http://json-schema.org/draft-04/schema#";

    #[test]
    fn a_flag_of_an_old_dialect_is_odd_elsewhere_only() {
        let flag = json!({"properties": {"n": {"minimum": 1, "exclusiveMinimum": true}}});
        let mut stated = flag.clone();
        stated["$schema"] = DRAFT_4.into();
        let operation = json!({"responses": {"200": {"description": "d"}}});
        let odd = "schema.old-keyword /A/properties/n/exclusiveMinimum";
        assert_eq!(warnings(NOW, json!({"A": flag, "B": stated}), operation.clone()), [odd]);
        assert_eq!(warnings(DRAFT_4, json!({"A": flag}), operation.clone()), [""; 0]);
        assert_eq!(warnings(NOW, json!({"A": {"$schema": "https://example.com/own"}}), operation), ["not-enforced.dialect /A/$schema"]);
    }

    #[test]
    fn examples_of_parameters_and_headers_are_judged() {
        let operation = json!({
            "parameters": [
                {"name": "n", "in": "query", "schema": {"type": "integer"}, "example": "five"},
                {"name": "m", "in": "query", "schema": {"type": "integer"}, "examples": {"a": {"value": 5}, "b": {"value": 5.5}}},
                {"name": "j", "in": "query", "content": {"application/json": {"schema": {"type": "object"}, "example": []}}}
            ],
            "responses": {"200": {"description": "d", "headers": {"x-rate": {"schema": {"maximum": 5}, "example": 6}}}}
        });
        let expected = [
            "/parameters/0/example",
            "/parameters/1/examples/b/value",
            "/parameters/2/content/application~1json/example",
            "/responses/200/headers/x-rate/example",
        ];
        assert_eq!(warnings(NOW, json!({}), operation), expected.map(|place| format!("example.invalid {place}")));
    }
}
