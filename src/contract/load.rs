//! Document to contract: the only file, with `schema::dialect`, that knows versions of OpenAPI and their defaults.
//!
//! What stops a load is an error that says where; what is understood and not enforced is a warning that says where.

use std::sync::{Arc, OnceLock};

use serde_json::{Map, Value};

use super::{
    Contract, DeclaredResponse, DeclaredStatus, Inner, Location, MediaType, Operation, Parameter, RequestBody, Requirement, Rules,
    SchemeKind, SecurityScheme, Warning,
};
use crate::{
    error::{DefectKind, Error},
    message::Method,
    pointer::Pointer,
    schema::{Direction, Document, Schema, ValueRule},
    source::{Source, describe},
    text::{either, nearest},
    violation::RulePlace,
};

/// The fixed fields of a path item that are operations (OpenAPI 3.1, section 4.8.9).
const METHODS: [(&str, Method); 8] = [
    ("get", Method::GET),
    ("put", Method::PUT),
    ("post", Method::POST),
    ("delete", Method::DELETE),
    ("options", Method::OPTIONS),
    ("head", Method::HEAD),
    ("patch", Method::PATCH),
    ("trace", Method::TRACE),
];

/// Header parameters of these names "SHALL be ignored" (OpenAPI 3.1, section 4.8.12.2).
const IGNORED_HEADERS: [&str; 3] = ["accept", "content-type", "authorization"];

pub(super) fn load(source: Source, value: Value, duplicates: &[Pointer]) -> Result<Contract, Error> {
    let document = Arc::new(Document { value, source: Arc::new(source) });
    let mut loader = Loader { document: &document, schemes: Vec::new(), warnings: Vec::new() };
    loader.version()?;
    for pointer in duplicates {
        loader.warn("duplicate-member", pointer.clone(), "this member is given twice, and only the last counts");
    }
    if document.source.may_mention("x-standin-") {
        loader.extensions()?;
    }
    loader.schemes = loader.schemes()?;
    let operations = loader.operations()?;
    let info = |name: &str| document.value.pointer(&format!("/info/{name}")).and_then(Value::as_str).unwrap_or_default().to_owned();
    let Loader { schemes, warnings, .. } = loader;
    let inner = Inner {
        title: info("title"),
        version: info("version"),
        operations,
        schemes,
        bases: bases(&document.value),
        warnings,
        document,
        router: OnceLock::new(),
    };
    Ok(Contract { inner: Arc::new(inner), rules: Arc::new(Rules::default()) })
}

struct Loader<'d> {
    document: &'d Arc<Document>,
    schemes: Vec<SecurityScheme>,
    warnings: Vec<Warning>,
}

impl<'d> Loader<'d> {
    fn warn(&mut self, code: &'static str, pointer: Pointer, text: impl Into<String>) {
        let place = RulePlace::new(&self.document.source, pointer);
        self.warnings.push(Warning { code, text: text.into(), place });
    }

    fn wrong<T>(&self, pointer: &Pointer, expected: impl Into<String>, found: impl Into<String>) -> Result<T, Error> {
        Err(self.document.source.defect(DefectKind::Structure, pointer.clone(), expected, found))
    }

    fn version(&self) -> Result<(), Error> {
        const SUPPORTED: &str = "OpenAPI 3.0 or 3.1";
        let root = Pointer::root();
        let Value::Object(document) = &self.document.value else {
            return self.wrong(&root, "an OpenAPI document, which is an object", describe(&self.document.value));
        };
        let unsupported =
            |key: &str, found: String| Err(self.document.source.defect(DefectKind::Version, root.join(key), SUPPORTED, found));
        match (document.get("openapi"), document.get("swagger")) {
            (Some(Value::String(version)), _) if version.starts_with("3.0") || version.starts_with("3.1") => Ok(()),
            (Some(Value::String(version)), _) => unsupported("openapi", format!("OpenAPI {version}")),
            (Some(other), _) => self.wrong(&root.join("openapi"), "the version as a string, such as \"3.1.0\"", describe(other)),
            (None, Some(version)) => unsupported("swagger", format!("Swagger {}", version.as_str().unwrap_or("of another version"))),
            (None, None) => self.wrong(&root, "a member `openapi` with the version", "none"),
        }
    }

    /// Checks standin's own keywords wherever they stand: one that is not understood must not be ignored.
    fn extensions(&self) -> Result<(), Error> {
        match misused_extension(&self.document.value) {
            None => Ok(()),
            Some((place, expected, found)) => {
                let place = place.iter().rev().fold(Pointer::root(), |place, token| place.join(token));
                self.wrong(&place, expected, found)
            }
        }
    }

    /// The object at a place, through references.
    fn object(&self, at: &Pointer, what: &str) -> Result<(Pointer, &'d Map<String, Value>), Error> {
        let document: &'d Document = self.document;
        match document.follow(at) {
            Ok((place, Value::Object(members))) => Ok((place, members)),
            Ok((place, other)) => self.wrong(&place, format!("{what}, which is an object"), describe(other)),
            Err(place) => {
                let found = place.resolve(&document.value).map_or_else(|| "nothing".into(), describe);
                self.wrong(&place, format!("a reference inside this document that leads to {what}"), found)
            }
        }
    }

    /// The members of an object that may be missing.
    fn members(&self, holder: &Map<String, Value>, at: &Pointer, key: &str, what: &str) -> Result<Vec<String>, Error> {
        match holder.get(key) {
            None => Ok(Vec::new()),
            Some(Value::Object(members)) => Ok(members.keys().cloned().collect()),
            Some(other) => self.wrong(&at.join(key), format!("{what}, which is an object"), describe(other)),
        }
    }

    /// The number of items of an array that may be missing.
    fn count(&self, holder: &Map<String, Value>, at: &Pointer, key: &str) -> Result<usize, Error> {
        match holder.get(key) {
            None => Ok(0),
            Some(Value::Array(items)) => Ok(items.len()),
            Some(other) => self.wrong(&at.join(key), "an array", describe(other)),
        }
    }

    fn string(&self, holder: &Map<String, Value>, at: &Pointer, key: &str, what: &str) -> Result<String, Error> {
        match holder.get(key) {
            Some(Value::String(text)) => Ok(text.clone()),
            Some(other) => self.wrong(&at.join(key), what, describe(other)),
            None => self.wrong(at, format!("a member `{key}`, {what}"), "none"),
        }
    }

    fn flag(&self, holder: &Map<String, Value>, at: &Pointer, key: &str, default: bool) -> Result<bool, Error> {
        match holder.get(key) {
            None => Ok(default),
            Some(Value::Bool(truth)) => Ok(*truth),
            Some(other) => self.wrong(&at.join(key), "true or false", describe(other)),
        }
    }

    fn schemes(&mut self) -> Result<Vec<SecurityScheme>, Error> {
        let at = Pointer::root().join("components");
        let document = self.document;
        let Some(Value::Object(components)) = document.value.get("components") else { return Ok(Vec::new()) };
        let names = self.members(components, &at, "securitySchemes", "security schemes")?;
        names.into_iter().map(|name| self.scheme(&at.join("securitySchemes").join(&name), name)).collect()
    }

    fn scheme(&mut self, at: &Pointer, name: String) -> Result<SecurityScheme, Error> {
        let (place, scheme) = self.object(at, "a security scheme")?;
        let text = |key: &str, what: &str| self.string(scheme, &place, key, what);
        let kind = match text("type", "the kind of security scheme")?.as_str() {
            "http" => match text("scheme", "the HTTP authentication scheme")?.to_ascii_lowercase().as_str() {
                "bearer" => SchemeKind::Bearer,
                "basic" => SchemeKind::Basic,
                _ => SchemeKind::Other,
            },
            "apiKey" => {
                let location = text("in", "the key's location")?;
                let location = match location.as_str() {
                    "query" => Location::Query,
                    "header" => Location::Header,
                    "cookie" => Location::Cookie,
                    other => return self.wrong(&place.join("in"), "`query`, `header` or `cookie`", format!("{other:?}")),
                };
                SchemeKind::ApiKey(location, text("name", "the key's name")?)
            }
            "oauth2" | "openIdConnect" => SchemeKind::Bearer,
            _ => SchemeKind::Other,
        };
        if kind == SchemeKind::Other {
            let warning = format!("the security scheme `{name}` is of a kind that is not enforced: every request passes it");
            self.warn("not-enforced.security-scheme", place.clone(), warning);
        }
        Ok(SecurityScheme { name, kind, pointer: place })
    }

    fn operations(&mut self) -> Result<Vec<Operation>, Error> {
        let root = Pointer::root();
        let document = self.document;
        let Value::Object(top) = &document.value else { return Ok(Vec::new()) };
        let mut operations = Vec::new();
        for path in self.members(top, &root, "paths", "paths")? {
            let at = root.join("paths").join(&path);
            if path.starts_with("x-") {
                continue;
            }
            if !path.starts_with('/') {
                return self.wrong(&at, "a path that begins with `/`", format!("{path:?}"));
            }
            let (place, item) = self.object(&at, "a path item")?;
            for (key, method) in &METHODS {
                if item.contains_key(*key) {
                    let operation = self.operation(operations.len(), method.clone(), &path, (&place, item), key)?;
                    operations.push(operation);
                }
            }
        }
        Ok(operations)
    }

    fn operation(
        &mut self,
        number: usize,
        method: Method,
        path: &str,
        item: (&Pointer, &Map<String, Value>),
        key: &str,
    ) -> Result<Operation, Error> {
        let (place, operation) = self.object(&item.0.join(key), "an operation")?;
        if operation.contains_key("callbacks") {
            self.warn("not-enforced.callbacks", place.join("callbacks"), "callbacks are not sent");
        }
        let id = match operation.get("operationId") {
            None => None,
            Some(_) => Some(self.string(operation, &place, "operationId", "the operation's id")?),
        };
        let parameters = self.parameters([(&place, operation), item])?;
        Ok(Operation {
            number,
            name: format!("{method} {path}"),
            id,
            method,
            path: path.to_owned(),
            parameters,
            request_body: self.request_body(&place, operation)?,
            responses: self.responses(&place, operation)?,
            security: self.security(&place, operation)?,
            pointer: place,
            document: Arc::clone(self.document),
        })
    }

    /// Parameters of the path item, unless the operation has one of the same name and location.
    fn parameters(&mut self, holders: [(&Pointer, &Map<String, Value>); 2]) -> Result<Vec<Parameter>, Error> {
        let mut parameters: Vec<Parameter> = Vec::new();
        for (at, holder) in holders {
            for index in 0..self.count(holder, at, "parameters")? {
                let Some(parameter) = self.parameter(&at.join("parameters").join(index))? else { continue };
                let known = |other: &Parameter| other.location == parameter.location && other.name == parameter.name;
                if !parameters.iter().any(known) {
                    parameters.push(parameter);
                }
            }
        }
        Ok(parameters)
    }

    fn parameter(&mut self, at: &Pointer) -> Result<Option<Parameter>, Error> {
        let (place, parameter) = self.object(at, "a parameter")?;
        let name = self.string(parameter, &place, "name", "the parameter's name")?;
        let location = match self.string(parameter, &place, "in", "the parameter's location")?.as_str() {
            "path" => Location::Path,
            "query" => Location::Query,
            "header" if IGNORED_HEADERS.contains(&name.to_ascii_lowercase().as_str()) => return Ok(None),
            "header" => Location::Header,
            "cookie" => Location::Cookie,
            other => return self.wrong(&place.join("in"), "`path`, `query`, `header` or `cookie`", format!("{other:?}")),
        };
        // OpenAPI 3.1, section 4.8.12.2.1: `simple` and `form` are the defaults; `form` explodes by default.
        let default = if matches!(location, Location::Path | Location::Header) { "simple" } else { "form" };
        let style = parameter.get("style").and_then(Value::as_str).unwrap_or(default);
        if style != default {
            let text = format!("the style `{style}` is not decoded yet: the parameter `{name}` is read as `{default}`");
            self.warn("not-enforced.style", place.join("style"), text);
        }
        if parameter.contains_key("content") {
            self.warn("not-enforced.content", place.join("content"), format!("the content of parameter `{name}` is not checked yet"));
        }
        if location == Location::Cookie {
            self.warn("not-enforced.cookie", place.clone(), format!("the cookie `{name}` is not checked yet"));
        }
        Ok(Some(Parameter {
            required: location == Location::Path || self.flag(parameter, &place, "required", false)?,
            explode: self.flag(parameter, &place, "explode", default == "form")?,
            schema: parameter.contains_key("schema").then(|| Schema::new(self.document, place.join("schema"), Direction::Request)),
            name,
            location,
            pointer: place,
        }))
    }

    fn request_body(&mut self, place: &Pointer, operation: &Map<String, Value>) -> Result<Option<RequestBody>, Error> {
        if !operation.contains_key("requestBody") {
            return Ok(None);
        }
        let (place, body) = self.object(&place.join("requestBody"), "a request body")?;
        let content = self.content(&place, body, Direction::Request)?;
        for media_type in content.iter().filter(|media_type| !is_json(&media_type.range)) {
            let text = format!("bodies of `{}` are accepted and not checked yet", media_type.range);
            self.warn("not-enforced.media-type", place.join("content").join(&media_type.range), text);
        }
        Ok(Some(RequestBody { required: self.flag(body, &place, "required", false)?, content, pointer: place }))
    }

    fn responses(&mut self, place: &Pointer, operation: &Map<String, Value>) -> Result<Vec<DeclaredResponse>, Error> {
        let mut responses = Vec::new();
        for key in self.members(operation, place, "responses", "responses")? {
            if key.starts_with("x-") {
                continue;
            }
            let at = place.join("responses").join(&key);
            let Some(status) = status(&key) else {
                return self.wrong(&at, "a status such as 200, a range such as 4XX, or `default`", format!("{key:?}"));
            };
            let (place, response) = self.object(&at, "a response")?;
            if response.contains_key("headers") {
                self.warn("not-enforced.headers", place.join("headers"), "response headers are not sent yet");
            }
            let content = self.content(&place, response, Direction::Response)?;
            responses.push(DeclaredResponse { status, content, pointer: place });
        }
        responses.sort_by_key(|response| response.status);
        Ok(responses)
    }

    /// A `$ref` in the place of the whole content is none of the specification's, and some documents have it.
    fn content(&self, place: &Pointer, holder: &Map<String, Value>, direction: Direction) -> Result<Vec<MediaType>, Error> {
        if !holder.contains_key("content") {
            return Ok(Vec::new());
        }
        let (at, content) = self.object(&place.join("content"), "content")?;
        content.keys().map(|range| self.media_type(&at.join(range), range.clone(), direction)).collect()
    }

    fn media_type(&self, at: &Pointer, range: String, direction: Direction) -> Result<MediaType, Error> {
        let (place, media_type) = self.object(at, "a media type")?;
        let mut examples: Vec<Value> = media_type.get("example").cloned().into_iter().collect();
        for name in self.members(media_type, &place, "examples", "examples")? {
            let (_, example) = self.object(&place.join("examples").join(&name), "an example")?;
            examples.extend(example.get("value").cloned());
        }
        let schema = media_type.contains_key("schema").then(|| Schema::new(self.document, place.join("schema"), direction));
        Ok(MediaType::new(range, schema, examples))
    }

    /// An operation's own requirements, else the document's (OpenAPI 3.1, section 4.8.10.1).
    fn security(&self, place: &Pointer, operation: &Map<String, Value>) -> Result<Vec<Vec<Requirement>>, Error> {
        let (at, holder) = match &self.document.value {
            Value::Object(top) if !operation.contains_key("security") => (Pointer::root(), top),
            _ => (place.clone(), operation),
        };
        let count = self.count(holder, &at, "security")?;
        (0..count).map(|index| self.alternative(&at.join("security").join(index))).collect()
    }

    fn alternative(&self, at: &Pointer) -> Result<Vec<Requirement>, Error> {
        let (place, schemes) = self.object(at, "a security requirement")?;
        let requirement = |(name, scopes): (&String, &Value)| {
            let Some(scheme) = self.schemes.iter().position(|scheme| scheme.name == *name) else {
                let near = nearest(name, self.schemes.iter().map(|scheme| scheme.name.as_str()));
                let known: Vec<String> = self.schemes.iter().map(|scheme| format!("`{}`", scheme.name)).collect();
                let expected = match near {
                    Some(near) => format!("the name of a security scheme (did you mean `{near}`?)"),
                    None if known.is_empty() => "the name of a security scheme; none is declared".into(),
                    None => format!("the name of a security scheme: {}", either(&known)),
                };
                return self.wrong(&place.join(name), expected, format!("{name:?}"));
            };
            let scopes = scopes.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
            Ok(Requirement { scheme, scopes })
        };
        schemes.iter().map(requirement).collect()
    }
}

/// The first of standin's own keywords that is not as it must be: its place, innermost token first, what was expected, and
/// what was found. Nothing is allocated where all is well, which is everywhere in most documents.
fn misused_extension(value: &Value) -> Option<(Vec<String>, &'static str, String)> {
    let below = |name: &dyn std::fmt::Display, value: &Value| {
        let mut misused = misused_extension(value)?;
        misused.0.push(name.to_string());
        Some(misused)
    };
    match value {
        Value::Array(items) => items.iter().enumerate().find_map(|(index, item)| below(&index, item)),
        Value::Object(members) => members.iter().find_map(|(name, value)| {
            let expected = match name.as_str() {
                "x-standin-value" if ValueRule::read(value).is_none() => ValueRule::FORMS,
                "x-standin-alias" if !value.is_string() => "a name, as a string",
                "x-standin-secret" if !value.is_boolean() => "true or false",
                _ => return below(name, value),
            };
            Some((vec![name.clone()], expected, describe(value)))
        }),
        _ => None,
    }
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

/// Whether bodies of a media type are JSON (RFC 6839, section 3.1 for `+json`).
pub(crate) fn is_json(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    let ends = |end: &str| {
        essence.len() >= end.len()
            && essence.is_char_boundary(essence.len() - end.len())
            && essence[essence.len() - end.len()..].eq_ignore_ascii_case(end)
    };
    essence.eq_ignore_ascii_case("application/json") || essence.eq_ignore_ascii_case("text/json") || ends("+json")
}

/// The paths of the declared servers, without the slash at the end; variables take their defaults.
fn bases(document: &Value) -> Vec<String> {
    let servers = document.get("servers").and_then(Value::as_array).into_iter().flatten();
    let mut bases: Vec<String> = servers.filter_map(base).filter(|base| !base.is_empty()).collect();
    bases.sort();
    bases.dedup();
    bases
}

fn base(server: &Value) -> Option<String> {
    let mut url = server.get("url")?.as_str()?.to_owned();
    for (name, variable) in server.get("variables").and_then(Value::as_object).into_iter().flatten() {
        let default = variable.get("default").and_then(Value::as_str).unwrap_or_default();
        url = url.replace(&format!("{{{name}}}"), default);
    }
    let path = match url.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("", |slash| &rest[slash..]),
        None => url.as_str(),
    };
    let path = path.split(['?', '#']).next().unwrap_or_default();
    Some(path.trim_end_matches('/').to_owned()).filter(|path| path.is_empty() || path.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(text: &str) -> String {
        Contract::from_text("api.yaml", text).unwrap_err().to_string()
    }

    const HEAD: &str = "openapi: 3.1.0\npaths:\n  /a:\n    get:\n";

    #[test]
    fn a_broken_document_says_where_and_what() {
        let cases = [
            ("", "api.yaml:1:1: at the top level: expected a document, found an empty text"),
            ("[1]", "api.yaml:1:1: at the top level: expected an OpenAPI document, which is an object, found an array of 1"),
            ("a: 1", "api.yaml:1:1: at the top level: expected a member `openapi` with the version, found none"),
            ("swagger: '2.0'", "api.yaml:1:1: at /swagger: expected OpenAPI 3.0 or 3.1, found Swagger 2.0"),
            ("openapi: 4.0.0", "api.yaml:1:1: at /openapi: expected OpenAPI 3.0 or 3.1, found OpenAPI 4.0.0"),
            ("openapi: 3.1", "api.yaml:1:1: at /openapi: expected the version as a string, such as \"3.1.0\", found the number 3.1"),
            ("openapi: 3.1.0\npaths: 5", "api.yaml:2:1: at /paths: expected paths, which is an object, found the number 5"),
            ("openapi: 3.1.0\npaths:\n  a: {}", "api.yaml:3:3: at /paths/a: expected a path that begins with `/`, found \"a\""),
            (
                "openapi: 3.1.0\npaths:\n  /a:\n    $ref: '#/nope'",
                "api.yaml:4:5: at /paths/~1a/$ref: expected a reference inside this document that leads to a path item, found \"#/nope\"",
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(failure(text), expected);
        }
        let in_operation = [
            (
                "      parameters: [{in: query}]",
                "api.yaml:5:20: at /paths/~1a/get/parameters/0: expected a member `name`, the parameter's name, found none",
            ),
            (
                "      responses: {20: {}}",
                "api.yaml:5:19: at /paths/~1a/get/responses/20: expected a status such as 200, a range such as 4XX, or `default`, found \"20\"",
            ),
            (
                "      security: [{key: []}]",
                "api.yaml:5:19: at /paths/~1a/get/security/0/key: expected the name of a security scheme; none is declared, found \"key\"",
            ),
        ];
        for (text, expected) in in_operation {
            assert_eq!(failure(&format!("{HEAD}{text}\n")), expected);
        }
    }

    #[test]
    fn own_keywords_that_are_not_understood_stop_the_load() {
        let text = "openapi: 3.1.0\ncomponents:\n  schemas:\n    A:\n      x-standin-value: later\n";
        assert!(failure(text).starts_with("api.yaml:5:7: at /components/schemas/A/x-standin-value: expected `now`"), "{}", failure(text));
    }

    #[test]
    fn what_is_not_enforced_is_a_warning() {
        let text = format!("{HEAD}      callbacks: {{}}\n      parameters: [{{name: q, in: query, style: pipeDelimited}}]\n");
        let contract = Contract::from_text("api.yaml", &text).unwrap();
        let warnings: Vec<String> = contract.warnings().iter().map(ToString::to_string).collect();
        assert_eq!(
            warnings,
            [
                "api.yaml:5:7 /paths/~1a/get/callbacks: callbacks are not sent [not-enforced.callbacks]",
                "api.yaml:6:41 /paths/~1a/get/parameters/0/style: the style `pipeDelimited` is not decoded yet: the parameter `q` is read as `form` [not-enforced.style]",
            ]
        );
    }

    #[test]
    fn servers_give_base_paths() {
        let document = serde_json::json!({"servers": [
            {"url": "https://api.example.com/v2/"},
            {"url": "/v2"},
            {"url": "https://{host}/{base}", "variables": {"host": {"default": "h"}, "base": {"default": "b"}}},
            {"url": "http://127.0.0.1:8787"}
        ]});
        assert_eq!(bases(&document), ["/b", "/v2"]);
    }

    #[test]
    fn operations_have_two_names_and_a_wrong_one_is_answered_with_the_nearest() {
        let contract = Contract::from_text("api.yaml", &format!("{HEAD}      operationId: getA\n")).unwrap();
        assert_eq!(contract.operation("GET /a").id(), Some("getA"));
        assert_eq!(contract.operation("getA").name(), "GET /a");
        assert!(contract.find_operation("getB").is_none());
        assert_eq!(contract.no_operation("getB"), "api.yaml has no operation \"getB\"; did you mean \"getA\"?");
    }
}
