//! Swagger 2.0: bodies and form fields among the parameters, media types apart from schemas, formats of collections.
//!
//! It is read into the same parts as OpenAPI 3, each at the place where it stands, so that rules keep their places. The
//! schema of a form, which Swagger has none of, is put beside its fields.

use serde_json::{Map, Value, json};

use super::{Found, Loader};
use crate::{
    contract::{Encoding, Example, Location, MediaType, RequestBody, Style, example},
    document::Document,
    pointer::Pointer,
    schema::{Direction, FORM},
};

/// Puts a schema beside the form fields of each operation.
pub(super) fn prepare(document: &mut Document) {
    let paths = document.root().get("paths").and_then(Value::as_object);
    let mut forms = Vec::new();
    for path in paths.into_iter().flatten().map(|(path, _)| Pointer::root().join("paths").join(path)) {
        let Ok((item, Value::Object(members))) = document.follow(&path) else { continue };
        for key in members.iter().filter(|(_, value)| value.is_object()).map(|(key, _)| key) {
            let operation = item.join(key);
            let fields = fields(document, &operation, &item);
            if !fields.is_empty() {
                forms.push((operation, form(&fields)));
            }
        }
    }
    for (place, form) in forms {
        document.insert(&place, FORM, form);
    }
}

/// The form fields of an operation: place and parameter.
fn fields<'d>(document: &'d Document, operation: &Pointer, item: &Pointer) -> Vec<(Pointer, &'d Map<String, Value>)> {
    let mut fields: Vec<(Pointer, &Map<String, Value>)> = Vec::new();
    for at in [operation.join("parameters"), item.join("parameters")] {
        for index in 0..document.resolve(&at).and_then(Value::as_array).map_or(0, Vec::len) {
            if let Ok((place, Value::Object(parameter))) = document.follow(&at.join(index))
                && parameter.get("in").and_then(Value::as_str) == Some("formData")
                && !fields.iter().any(|(_, known)| known.get("name") == parameter.get("name"))
            {
                fields.push((place, parameter));
            }
        }
    }
    fields
}

fn form(fields: &[(Pointer, &Map<String, Value>)]) -> Value {
    let name = |parameter: &Map<String, Value>| parameter.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
    let properties: Map<String, Value> =
        fields.iter().map(|(place, field)| (name(field), json!({"$ref": Document::reference(place)}))).collect();
    let required: Vec<String> =
        fields.iter().filter(|(_, field)| field.get("required") == Some(&Value::Bool(true))).map(|(_, field)| name(field)).collect();
    json!({"type": "object", "properties": properties, "required": required})
}

impl<'d> Loader<'d> {
    /// `collectionFormat`: `csv` unless it says otherwise.
    pub(super) fn collection_format(&mut self, found: &Found<'d>, location: Location) -> (Style, bool) {
        let delimited = match location {
            Location::Path | Location::Header => Style::Simple,
            _ => Style::Form,
        };
        match found.members.get("collectionFormat") {
            None => (delimited, false),
            Some(Value::String(format)) if format == "csv" => (delimited, false),
            Some(Value::String(format)) if format == "ssv" => (Style::SpaceDelimited, false),
            Some(Value::String(format)) if format == "tsv" => (Style::TabDelimited, false),
            Some(Value::String(format)) if format == "pipes" => (Style::PipeDelimited, false),
            Some(Value::String(format)) if format == "multi" => (Style::Form, true),
            Some(other) => {
                self.malformed(&found.place.join("collectionFormat"), "`csv`, `ssv`, `tsv`, `pipes` or `multi`", other);
                (delimited, false)
            }
        }
    }

    /// The body: the parameter that is it, or the form that the fields are.
    pub(super) fn swagger_body(&mut self, operation: &Found<'d>, item: &Found<'d>) -> Option<RequestBody> {
        let consumes = self.media_types(operation, "consumes");
        for at in [operation.place.join("parameters"), item.place.join("parameters")] {
            for index in 0..self.count_at(&at, "parameters") {
                let Some(found) = self.object(&at.join(index), "a parameter") else { continue };
                if found.members.get("in").and_then(Value::as_str) == Some("body") {
                    let schema = self.schema(found.place.join("schema"), Direction::Request);
                    let ranges = if consumes.is_empty() { vec!["application/json".to_owned()] } else { consumes };
                    let content = ranges.iter().map(|range| self.plain(range, Some(schema.clone()), Vec::new())).collect();
                    return Some(RequestBody { required: self.flag(&found, "required", false), content, pointer: found.place });
                }
            }
        }
        operation.members.contains_key(FORM).then(|| self.form(operation, item, consumes))
    }

    fn form(&mut self, operation: &Found<'d>, item: &Found<'d>, consumes: Vec<String>) -> RequestBody {
        const URL_ENCODED: &str = "application/x-www-form-urlencoded";
        const MULTIPART: &str = "multipart/form-data";
        let place = operation.place.join(FORM);
        let schema = self.schema(place.clone(), Direction::Request);
        let fields = fields(self.document, &operation.place, &item.place);
        let files = fields.iter().any(|(_, field)| field.get("type").and_then(Value::as_str) == Some("file"));
        let mut ranges: Vec<String> = consumes.into_iter().filter(|range| range == URL_ENCODED || range == MULTIPART).collect();
        if ranges.is_empty() {
            ranges.push(if files { MULTIPART } else { URL_ENCODED }.to_owned());
        }
        let mut encodings = Vec::new();
        for (place, members) in fields {
            let name = members.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
            let (style, explode) = self.collection_format(&Found { place, members }, Location::Query);
            encodings.push((name, Encoding { content_type: None, headers: Vec::new(), style: Some(style), explode: Some(explode) }));
        }
        let required = self.document.resolve(&place.join("required")).and_then(Value::as_array).is_some_and(|names| !names.is_empty());
        let content = ranges.into_iter().map(|range| {
            let mut media_type = self.plain(&range, Some(schema.clone()), Vec::new());
            media_type.encoding.clone_from(&encodings);
            media_type
        });
        RequestBody { required, content: content.collect(), pointer: operation.place.join("parameters") }
    }

    pub(super) fn swagger_content(&mut self, response: &Found<'d>, operation: &Found<'d>) -> Vec<MediaType> {
        if !response.members.contains_key("schema") {
            return Vec::new();
        }
        let schema = self.schema(response.place.join("schema"), Direction::Response);
        let mut ranges = self.media_types(operation, "produces");
        if ranges.is_empty() {
            ranges.push("application/json".to_owned());
        }
        ranges.iter().map(|range| self.plain(range, Some(schema.clone()), swagger_examples(response, range))).collect()
    }

    /// `consumes` or `produces` of the operation, else of the document.
    fn media_types(&self, operation: &Found<'d>, key: &str) -> Vec<String> {
        let list = operation.members.get(key).or_else(|| self.document.root().get(key));
        list.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
    }
}

/// The examples of a response that are of this media type, whatever their parameters are (Swagger 2.0, Example Object), and
/// those of the extensions, which know no media types.
fn swagger_examples(response: &Found<'_>, range: &str) -> Vec<Example> {
    let essence = |range: &str| range.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let at = response.place.join("examples");
    let ranges = response.members.get("examples").and_then(Value::as_object).into_iter().flat_map(|examples| examples.keys());
    let mut fitting: Vec<&String> = ranges.filter(|known| essence(known) == essence(range)).collect();
    // The very same comes first.
    fitting.sort_by_key(|known| *known != range);
    let own = fitting.into_iter().map(|known| Example::new(None, at.join(known)));
    own.chain(example::extensions(&response.place, response.members)).collect()
}
