//! Parameters, bodies and responses of OpenAPI 3 (3.1, sections 4.8.12 to 4.8.17 and 4.8.21).

use std::sync::{Arc, OnceLock};

use serde_json::Value;

use super::{Found, Loader};
use crate::{
    contract::{Asks, DeclaredResponse, DeclaredStatus, Encoding, Example, Location, MediaType, Parameter, RequestBody, Style, example},
    document::Version,
    message::is_secret_header,
    pointer::Pointer,
    router,
    schema::{Direction, Schema},
    source::quote,
};

/// Header parameters of these names "SHALL be ignored" (OpenAPI 3.1, section 4.8.12.2).
const IGNORED_HEADERS: [&str; 3] = ["accept", "content-type", "authorization"];

impl<'d> Loader<'d> {
    /// The schema at a place: one for all that refer to it, so that it is compiled and kept once.
    pub(super) fn schema(&mut self, place: Pointer, direction: Direction) -> Schema {
        let document = self.document;
        let known = self.schemas.entry((place, direction));
        known.or_insert_with_key(|(place, _)| Schema::new(document, place.clone(), direction)).clone()
    }

    /// Parameters of the operation, and those of the path item unless the operation has one of the same name and location.
    pub(super) fn parameters(&mut self, operation: &Found<'d>, item: &Found<'d>) -> Vec<Parameter> {
        let mut parameters: Vec<Parameter> = Vec::new();
        for holder in [operation, item] {
            let at = holder.place.join("parameters");
            let before = parameters.len();
            for index in 0..self.count_at(&at, "parameters") {
                let Some(parameter) = self.parameter(&at.join(index)) else { continue };
                let same = |other: &Parameter| other.location == parameter.location && other.name == parameter.name;
                match parameters.iter().position(same) {
                    None => parameters.push(parameter),
                    Some(known) if known >= before => {
                        let text = format!("the parameter `{}` is declared twice, and only the first counts", parameter.name);
                        self.warn("parameter.duplicate", &at.join(index), text);
                    }
                    Some(_) => {}
                }
            }
        }
        parameters
    }

    /// Those parameters that the template has, if they are path parameters.
    pub(super) fn fitting(&mut self, mut parameters: Vec<Parameter>, path: &str, place: &Pointer) -> Vec<Parameter> {
        let template: Vec<&str> = router::parameters(path).collect();
        for parameter in parameters.iter().filter(|parameter| parameter.location == Location::Path) {
            if !template.contains(&parameter.name.as_str()) {
                let text = format!("the path {} has no parameter `{}`: it is ignored", quote(path), parameter.name);
                self.warn("parameter.not-in-path", &parameter.pointer, text);
            }
        }
        for name in &template {
            let declared = |parameter: &Parameter| parameter.location == Location::Path && parameter.name == *name;
            if !parameters.iter().any(declared) {
                self.warn("parameter.undeclared", place, format!("the path's parameter `{name}` is not declared: any text is accepted"));
            }
        }
        parameters.retain(|parameter| parameter.location != Location::Path || template.contains(&parameter.name.as_str()));
        parameters
    }

    fn parameter(&mut self, at: &Pointer) -> Option<Parameter> {
        let found = self.object(at, "a parameter")?;
        let place_of_value = found.members.get("in").and_then(Value::as_str).map(str::trim);
        // Swagger 2.0 has bodies and form fields among the parameters; they are read with the body.
        if self.document.version == Version::V2 && matches!(place_of_value, Some("body" | "formData")) {
            return None;
        }
        let name = self.text(&found, "name", "the parameter's name")?;
        let location = match place_of_value {
            Some("path") => Location::Path,
            Some("query") => Location::Query,
            Some("querystring") if self.document.version >= Version::V3_2 => Location::QueryString,
            Some("header") if IGNORED_HEADERS.contains(&name.to_ascii_lowercase().as_str()) => return None,
            Some("header") => Location::Header,
            Some("cookie") => Location::Cookie,
            _ => {
                let given = found.members.get("in").unwrap_or(&Value::Null);
                self.malformed(&found.place.join("in"), "`path`, `query`, `header` or `cookie`", given);
                return None;
            }
        };
        if location == Location::Path && found.members.get("required") != Some(&Value::Bool(true)) {
            let text = format!("the path's parameter `{name}` is required, and does not say so");
            self.warn("parameter.path-not-required", &found.place, text);
        }
        Some(self.parameter_of(found, name, location))
    }

    /// What parameters and headers have in common.
    fn parameter_of(&mut self, found: Found<'d>, name: String, location: Location) -> Parameter {
        let old = self.document.version == Version::V2;
        let (style, explode) = if old { self.collection_format(&found, location) } else { self.style(&found, location) };
        let content =
            if old || !found.members.contains_key("content") { None } else { self.content(&found, Direction::Request).into_iter().next() };
        let schema = match (old, found.members.contains_key("schema")) {
            // In Swagger 2.0 the parameter is its own schema.
            (true, false) => Some(found.place.clone()),
            (_, true) => Some(found.place.join("schema")),
            (false, false) => None,
        };
        if schema.is_none() && content.is_none() {
            self.warn("parameter.no-schema", &found.place, format!("`{name}` has no schema: any value is accepted"));
        }
        // `page_token` is no secret.
        let asks = (location == Location::Query).then(|| Asks::read(&name));
        let asks = asks.filter(|asks| *asks != Asks::Filter || !is_secret(&name));
        Parameter {
            required: location == Location::Path || self.flag(&found, "required", false),
            deprecated: self.flag(&found, "deprecated", false),
            allow_empty: self.flag(&found, "allowEmptyValue", false),
            style,
            explode,
            schema: schema.map(|place| self.schema(place, Direction::Request)),
            asks,
            content,
            name,
            location,
            pointer: found.place,
            documented: OnceLock::new(),
        }
    }

    /// The style and whether it explodes: `simple` and `form` are the defaults, and `form` explodes by default.
    fn style(&mut self, found: &Found<'d>, location: Location) -> (Style, bool) {
        let default = default_style(location);
        let style = match found.members.get("style") {
            None => default,
            Some(given) => given.as_str().and_then(|name| style_named(name, location)).unwrap_or_else(|| {
                self.malformed(&found.place.join("style"), "a style that parameters of this location have", given);
                default
            }),
        };
        (style, self.flag(found, "explode", style == Style::Form))
    }

    pub(super) fn request_body(&mut self, operation: &Found<'d>) -> Option<RequestBody> {
        if !operation.members.contains_key("requestBody") {
            return None;
        }
        let found = self.object(&operation.place.join("requestBody"), "a request body")?;
        let content = self.content(&found, Direction::Request);
        if content.is_empty() {
            self.warn("body.no-content", &found.place, "the body has no media types: any body is accepted");
        }
        Some(RequestBody { required: self.flag(&found, "required", false), content, pointer: found.place })
    }

    pub(super) fn responses(&mut self, operation: &Found<'d>) -> Vec<DeclaredResponse> {
        let at = operation.place.join("responses");
        let mut responses = Vec::new();
        let names = match self.document.resolve(&at) {
            // A `$ref` in the place of all responses is none of the specification's, and some documents have it.
            Some(Value::Object(members)) if members.contains_key("$ref") => {
                let Some(found) = self.object(&at, "responses") else { return Vec::new() };
                found.members.keys().filter(|key| !key.starts_with("x-")).map(|key| (key.clone(), found.place.join(key))).collect()
            }
            _ => self.names_beside_extensions(&at, "responses").into_iter().map(|key| (key.clone(), at.join(key))).collect::<Vec<_>>(),
        };
        if names.is_empty() {
            self.warn(
                "responses.missing",
                &operation.place,
                "expected a member `responses` with at least one, found none: the answer is 200 without a body",
            );
        }
        let mut known: Vec<(DeclaredStatus, String)> = Vec::new();
        for (key, place) in names {
            let Some(status) = self.response_status(&key, &place, &known) else { continue };
            known.push((status, key));
            let Some(found) = self.object(&place, "a response") else { continue };
            if !found.members.contains_key("description") && self.document.version < Version::V3_2 {
                self.warn("response.no-description", &found.place, "expected a member `description`, found none");
            }
            if found.members.get("links").and_then(Value::as_object).is_some_and(|links| !links.is_empty()) {
                self.warn(
                    "not-enforced.links",
                    &found.place.join("links"),
                    "links say how a client may go on; no answer is made to follow from them",
                );
            }
            let content = match self.document.version {
                Version::V2 => self.swagger_content(&found, operation),
                _ => self.content(&found, Direction::Response),
            };
            responses.push(DeclaredResponse { status, headers: self.headers(&found), content, pointer: found.place });
        }
        responses.sort_by_key(|response| response.status);
        responses
    }

    /// The status that a key means; `None` if it means none, or what a key before it meant.
    fn response_status(&mut self, key: &str, place: &Pointer, known: &[(DeclaredStatus, String)]) -> Option<DeclaredStatus> {
        let Some(status) = status(key.trim()) else {
            let text = format!("expected a status such as 200, a range such as 4XX, or `default`, found {}: it is ignored", quote(key));
            self.warn("response.status", place, text);
            return None;
        };
        if key.trim() != key {
            self.warn("blank", place, format!("the status {} has blanks around it, which are ignored", quote(key)));
        }
        if let Some((_, other)) = known.iter().find(|(known, _)| *known == status) {
            let text = format!("this response is for the same status as {}, and only that one counts", quote(other));
            self.warn("response.duplicate", place, text);
            return None;
        }
        Some(status)
    }

    /// Headers of a response or of a part of a body. `Content-Type` has a place of its own (section 4.8.17.1).
    fn headers(&mut self, holder: &Found<'d>) -> Vec<Parameter> {
        let at = holder.place.join("headers");
        let names = self.names_at(&at, "headers");
        let mut headers = Vec::new();
        for name in names.into_iter().filter(|name| !name.eq_ignore_ascii_case("content-type")) {
            if let Some(found) = self.object(&at.join(&name), "a header") {
                headers.push(self.parameter_of(found, name, Location::Header));
            }
        }
        headers
    }

    /// A `$ref` in the place of the whole content is none of the specification's, and some documents have it.
    fn content(&mut self, holder: &Found<'d>, direction: Direction) -> Vec<MediaType> {
        if !holder.members.contains_key("content") {
            return Vec::new();
        }
        let Some(content) = self.object(&holder.place.join("content"), "content") else { return Vec::new() };
        content.members.keys().filter_map(|range| self.media_type(&content.place.join(range), range, direction)).collect()
    }

    fn media_type(&mut self, at: &Pointer, range: &str, direction: Direction) -> Option<MediaType> {
        if !range.contains('/') {
            self.warn("media-type.malformed", at, format!("expected a media type such as application/json, found {}", quote(range)));
        }
        let found = self.object(at, "a media type")?;
        let schema = found.members.contains_key("schema").then(|| self.schema(found.place.join("schema"), direction));
        let mut media_type = MediaType::new(range.trim(), self.document).with_schema(schema).with_examples(self.examples(&found));
        if found.members.contains_key("itemSchema") {
            media_type.item_schema = Some(self.schema(found.place.join("itemSchema"), direction));
        }
        for keyword in ["prefixEncoding", "itemEncoding"].into_iter().filter(|keyword| found.members.contains_key(*keyword)) {
            self.warn("not-enforced.encoding", &found.place.join(keyword), format!("`{keyword}` is not applied"));
        }
        let at = found.place.join("encoding");
        for name in self.names_at(&at, "encodings") {
            if let Some(encoding) = self.encoding(&at.join(&name)) {
                media_type.encoding.push((name, encoding));
            }
        }
        Some(media_type)
    }

    fn encoding(&mut self, at: &Pointer) -> Option<Encoding> {
        let found = self.object(at, "an encoding")?;
        let style = found.members.get("style").and_then(Value::as_str).and_then(|name| style_named(name, Location::Query));
        Some(Encoding {
            content_type: found.members.get("contentType").and_then(Value::as_str).map(str::to_owned),
            headers: self.headers(&found),
            style,
            explode: found.members.get("explode").and_then(Value::as_bool),
        })
    }

    fn examples(&mut self, found: &Found<'d>) -> Vec<Example> {
        let only = found.members.contains_key("example").then(|| Example::new(None, found.place.join("example")));
        let mut examples: Vec<Example> = only.into_iter().collect();
        let at = found.place.join("examples");
        for name in self.names_at(&at, "examples") {
            let Some(example) = self.object(&at.join(&name), "an example") else { continue };
            let value = ["value", "dataValue"].into_iter().find(|key| example.members.contains_key(*key));
            examples.extend(value.map(|key| Example::new(Some(name), example.place.join(key))));
        }
        examples.extend(example::extensions(&found.place, found.members));
        examples
    }

    /// A body or response without any structure of its own: Swagger 2.0 has media types apart from schemas.
    pub(super) fn plain(&self, range: &str, schema: Option<Schema>, examples: Vec<Example>) -> MediaType {
        MediaType::new(range, &Arc::clone(self.document)).with_schema(schema).with_examples(examples)
    }
}

/// What says who the client is must not come back.
fn is_secret(name: &str) -> bool {
    name.parse().is_ok_and(|name| is_secret_header(&name))
}

fn default_style(location: Location) -> Style {
    match location {
        Location::Path | Location::Header => Style::Simple,
        Location::Query | Location::QueryString | Location::Cookie => Style::Form,
    }
}

/// The table of OpenAPI 3.1, section 4.8.12.3: which style may stand where. `cookie` of 3.2 is `form` with one difference,
/// that nothing is percent-encoded; texts without an escape read the same.
fn style_named(name: &str, location: Location) -> Option<Style> {
    Some(match (name.trim(), location) {
        ("simple", Location::Path | Location::Header) => Style::Simple,
        ("label", Location::Path) => Style::Label,
        ("matrix", Location::Path) => Style::Matrix,
        ("form", Location::Query | Location::Cookie) | ("cookie", Location::Cookie) => Style::Form,
        ("spaceDelimited", Location::Query) => Style::SpaceDelimited,
        ("pipeDelimited", Location::Query) => Style::PipeDelimited,
        ("deepObject", Location::Query) => Style::DeepObject,
        _ => return None,
    })
}

fn status(key: &str) -> Option<DeclaredStatus> {
    if key == "default" {
        return Some(DeclaredStatus::Default);
    }
    let range = key.strip_suffix("XX").or_else(|| key.strip_suffix("xx"));
    match range.map(str::parse) {
        Some(Ok(hundreds @ 1..=5)) => return Some(DeclaredStatus::Range(hundreds)),
        Some(_) => return None,
        None => {}
    }
    key.parse().ok().filter(|code| (100..=599).contains(code)).map(DeclaredStatus::Code)
}
