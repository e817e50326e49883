//! Document to contract: the only folder, with `schema::dialect`, that knows versions of OpenAPI and their defaults.
//!
//! Documents are sloppy. What cannot be understood at all stops a load; anything else is a warning that says where, and
//! affects only what needs it.

mod keys;
mod others;
mod parts;
mod security;
mod servers;
mod swagger;

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::{Arc, OnceLock},
};

use serde_json::{Map, Value};

use self::keys::Misuse;
pub(super) use self::others::{callbacks, webhooks};
use super::{Contract, Inner, Operation, Resources, Rules, SecurityScheme, Warning};
use crate::{
    document::{self, Document, Problem, Reach, UNREAD, UNRESOLVED, Version},
    error::{DefectKind, Error},
    message::Method,
    pointer::Pointer,
    router,
    schema::{Direction, Schema, ValueRule},
    source::{Remarks, Source, describe, quote},
};

/// The fixed fields of a path item that are operations (OpenAPI 3.1, section 4.8.9; 3.2, section 4.9).
const METHODS: [(&str, &str); 9] = [
    ("get", "GET"),
    ("put", "PUT"),
    ("post", "POST"),
    ("delete", "DELETE"),
    ("options", "OPTIONS"),
    ("head", "HEAD"),
    ("patch", "PATCH"),
    ("trace", "TRACE"),
    ("query", "QUERY"),
];

pub(super) fn load(source: Source, value: Value, remarks: &Remarks, reach: &Reach) -> Result<Contract, Error> {
    let (mut document, problems) = document::read(source, value, remarks, reach)?;
    if document.version == Version::V2 {
        swagger::prepare(&mut document);
    }
    let document = Arc::new(document);
    if document.may_mention("x-standin-") {
        extensions(&document)?;
    }
    let mut loader = Loader::new(&document, problems);
    loader.head();
    loader.schemes = loader.schemes();
    let operations = loader.operations();
    let info = |name: &str| document.root().pointer(&format!("/info/{name}")).map(text_of).unwrap_or_default();
    let problems = distinct(loader.problems).into_iter().map(|problem| Warning::of(problem, &document)).collect();
    let inner = Inner {
        title: info("title"),
        version: info("version"),
        operations,
        problems,
        warnings: OnceLock::new(),
        documents: vec![document],
        router: OnceLock::new(),
        resources: OnceLock::new(),
        tenant: OnceLock::new(),
        companion: OnceLock::new(),
    };
    let contract = Contract { inner: Arc::new(inner), rules: Arc::new(Rules::default()) };
    Resources::understood(&contract)?;
    Ok(contract)
}

/// Each problem once: what several operations refer to is looked at for each of them, and a reference that was not read leads
/// nowhere, of course.
fn distinct(mut problems: Vec<Problem>) -> Vec<Problem> {
    let unread = problems.iter().filter(|problem| problem.code == UNREAD).map(|problem| problem.place.clone());
    let unread: HashSet<Pointer> = unread.collect();
    let mut told = HashSet::new();
    problems.retain(|problem| {
        let follows = problem.code == UNRESOLVED && unread.contains(&problem.place);
        !follows && told.insert((problem.code, problem.place.clone(), problem.text.clone()))
    });
    problems
}

fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    }
}

struct Loader<'d> {
    document: &'d Arc<Document>,
    schemes: Vec<Arc<SecurityScheme>>,
    /// The base paths of the document's own servers.
    bases: Arc<[String]>,
    problems: Vec<Problem>,
    /// Paths by their shape: without the names of parameters.
    shapes: HashMap<String, Pointer>,
    ids: BTreeMap<String, Pointer>,
    schemas: HashMap<(Pointer, Direction), Schema>,
}

/// An object of the document, through references.
struct Found<'d> {
    place: Pointer,
    members: &'d Map<String, Value>,
}

impl<'d> Loader<'d> {
    fn new(document: &'d Arc<Document>, problems: Vec<Problem>) -> Self {
        let root = document.root();
        let bases = match document.version {
            Version::V2 => servers::base_path(root.get("basePath")),
            _ => servers::bases(root.get("servers").unwrap_or(&Value::Null)),
        };
        Self { document, schemes: Vec::new(), bases, problems, shapes: HashMap::new(), ids: BTreeMap::new(), schemas: HashMap::new() }
    }

    fn warn(&mut self, code: &'static str, place: &Pointer, text: impl Into<String>) {
        self.problems.push(Problem { code, place: place.clone(), text: text.into() });
    }

    /// Says that something has another form than it must have, and that it is ignored.
    fn malformed(&mut self, place: &Pointer, expected: &str, found: &Value) {
        self.warn("malformed", place, format!("expected {expected}, found {}: it is ignored", describe(found)));
    }

    /// The object at a place, through references. What is none is ignored, with a warning.
    fn object(&mut self, at: &Pointer, what: &str) -> Option<Found<'d>> {
        let document: &'d Document = self.document;
        match document.follow(at) {
            Ok((place, Value::Object(members))) => Some(Found { place, members }),
            Ok((place, other)) => {
                self.malformed(&place, &format!("{what}, which is an object"), other);
                None
            }
            Err(place) => {
                let found = document.resolve(&place).map_or_else(|| "nothing".into(), describe);
                let text = format!("expected a reference that leads to {what}, found {found}: it is ignored");
                self.warn(UNRESOLVED, &place, text);
                None
            }
        }
    }

    /// The names of a map that may be missing. They are the author's, and may begin with `x-`, as names of headers do.
    fn names_at(&mut self, at: &Pointer, what: &str) -> Vec<String> {
        match self.document.resolve(at) {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Object(members)) => members.keys().cloned().collect(),
            Some(other) => {
                self.malformed(at, &format!("{what}, which is an object"), other);
                Vec::new()
            }
        }
    }

    /// The names of an object that has extensions beside them: `paths` (OpenAPI 3.1, section 4.8.8) or `responses` (4.8.16).
    fn names_beside_extensions(&mut self, at: &Pointer, what: &str) -> Vec<String> {
        let mut names = self.names_at(at, what);
        names.retain(|name| !name.starts_with("x-"));
        names
    }

    /// The number of items of an array that may be missing.
    fn count_at(&mut self, at: &Pointer, what: &str) -> usize {
        match self.document.resolve(at) {
            None | Some(Value::Null) => 0,
            Some(Value::Array(items)) => items.len(),
            Some(other) => {
                self.malformed(at, &format!("{what}, which is an array"), other);
                0
            }
        }
    }

    fn flag(&mut self, found: &Found<'_>, key: &str, default: bool) -> bool {
        match found.members.get(key) {
            None | Some(Value::Null) => default,
            Some(Value::Bool(truth)) => *truth,
            Some(other) => {
                self.malformed(&found.place.join(key), "true or false", other);
                default
            }
        }
    }

    /// A text that must be there; blanks around it are none of it.
    fn text(&mut self, found: &Found<'d>, key: &str, what: &str) -> Option<String> {
        match found.members.get(key) {
            Some(Value::String(text)) => {
                if text.trim() != text {
                    self.warn("blank", &found.place.join(key), format!("{} has blanks around it, which are ignored", quote(text)));
                }
                Some(text.trim().to_owned())
            }
            Some(other) => {
                self.malformed(&found.place.join(key), what, other);
                None
            }
            None => {
                self.warn("malformed", &found.place, format!("expected a member `{key}`, {what}, found none: it is ignored"));
                None
            }
        }
    }

    /// What a document should have at its top.
    fn head(&mut self) {
        let root = Pointer::root();
        let top = self.document.root();
        match top.get("info") {
            Some(Value::Object(info)) => {
                for name in ["title", "version"].into_iter().filter(|name| !info.contains_key(*name)) {
                    self.warn("info.missing", &root.join("info"), format!("expected a member `{name}`, found none"));
                }
            }
            Some(other) => self.malformed(&root.join("info"), "an object", other),
            None => self.warn("info.missing", &root, "expected a member `info`, found none"),
        }
        let optional = self.document.version >= Version::V3_1 && ["webhooks", "components"].iter().any(|name| top.get(name).is_some());
        if top.get("paths").is_none() && !optional {
            self.warn("paths.missing", &root, "expected a member `paths`, found none: there are no operations");
        }
        if let Some(Value::String(dialect)) = top.get("jsonSchemaDialect")
            && !crate::schema::is_known_dialect(dialect)
        {
            let text = format!("schemas of the dialect {} are read as JSON Schema 2020-12", quote(dialect));
            self.warn("not-enforced.dialect", &root.join("jsonSchemaDialect"), text);
        }
    }

    fn operations(&mut self) -> Vec<Operation> {
        let at = Pointer::root().join("paths");
        let mut operations = Vec::new();
        for path in self.names_beside_extensions(&at, "paths") {
            let place = at.join(&path);
            let first = operations.len();
            let path = self.path(&place, &path);
            self.template(&place, &path);
            // What stands beside a `$ref` is part of the path item too, as far as it can be.
            let beside = self.document.resolve(&place).and_then(Value::as_object).filter(|item| item.contains_key("$ref"));
            if let Some(members) = beside {
                self.path_item(&path, &Found { place: place.clone(), members }, &mut operations);
            }
            if let Some(item) = self.object(&place, "a path item") {
                self.same_shape(&path, &place);
                self.path_item(&path, &item, &mut operations);
            }
            operations[first..].iter_mut().for_each(|operation| operation.path_items[0] = place.clone());
        }
        operations
    }

    /// A path as it is meant.
    fn path(&mut self, place: &Pointer, path: &str) -> String {
        let trimmed = path.trim();
        if trimmed != path {
            self.warn("blank", place, format!("the path {} has blanks around it, which are ignored", quote(path)));
        }
        if trimmed.starts_with('/') {
            return trimmed.to_owned();
        }
        self.warn("path.no-slash", place, format!("expected a path that begins with `/`, found {}: it is read as if it did", quote(path)));
        format!("/{trimmed}")
    }

    /// Braces that do not enclose a name, and a name given twice (OpenAPI 3.2, sections 4.8.2 and 4.8.1).
    fn template(&mut self, place: &Pointer, path: &str) {
        if !router::is_template(path) {
            let text = format!("expected braces around the names of parameters, found {}: what is no parameter is text", quote(path));
            self.warn("path.braces", place, text);
        }
        let mut names = HashSet::new();
        for name in router::parameters(path).filter(|name| !names.insert(*name)) {
            self.warn("path.parameter-twice", place, format!("the path has the parameter `{name}` twice, and only the first is judged"));
        }
    }

    /// Paths that differ in the names of their parameters alone are one path (OpenAPI 3.1, section 4.8.8.2).
    fn same_shape(&mut self, path: &str, place: &Pointer) {
        let names: Vec<&str> = router::parameters(path).collect();
        let shape = names.iter().fold(path.to_owned(), |shape, name| shape.replacen(&format!("{{{name}}}"), "{}", 1));
        match self.shapes.get(&shape).and_then(Pointer::last) {
            Some(other) => {
                let text = format!("this path and {} differ in the names of parameters alone: they are one path", quote(&other));
                self.warn("path.same", place, text);
            }
            None => {
                self.shapes.insert(shape, place.clone());
            }
        }
    }

    fn path_item(&mut self, path: &str, item: &Found<'d>, operations: &mut Vec<Operation>) {
        for (key, method) in METHODS {
            // `query` is an operation in 3.2 only.
            if item.members.contains_key(key)
                && (key != "query" || self.document.version >= Version::V3_2)
                && let Ok(method) = method.parse()
            {
                operations.extend(self.operation(operations.len(), method, path, item, &item.place.join(key)));
            }
        }
        let more = item.place.join("additionalOperations");
        for key in self.names_at(&more, "operations by method") {
            match key.parse::<Method>() {
                Ok(method) => operations.extend(self.operation(operations.len(), method, path, item, &more.join(&key))),
                Err(_) => self.warn("malformed", &more.join(&key), format!("expected a method, found {}: it is ignored", quote(&key))),
            }
        }
    }

    fn operation(&mut self, number: usize, method: Method, path: &str, item: &Found<'d>, at: &Pointer) -> Option<Operation> {
        let found = self.object(at, "an operation")?;
        let (place, members) = (&found.place, found.members);
        if members.get("callbacks").and_then(Value::as_object).is_some_and(|callbacks| !callbacks.is_empty()) {
            self.warn("not-enforced.callbacks", &place.join("callbacks"), "callbacks are not sent");
        }
        let id = if members.contains_key("operationId") { self.text(&found, "operationId", "the operation's id") } else { None };
        if let Some(id) = &id {
            self.same_id(id, place);
        }
        let declared = self.parameters(&found, item);
        let parameters = self.fitting(declared, path, place);
        let (request_body, responses) = match self.document.version {
            Version::V2 => (self.swagger_body(&found, item), self.responses(&found)),
            _ => (self.request_body(&found), self.responses(&found)),
        };
        Some(Operation {
            number,
            name: format!("{method} {path}"),
            id,
            method,
            path: path.to_owned(),
            path_parameters: router::parameters(path).map(str::to_owned).collect(),
            parameters,
            request_body,
            responses,
            security: self.security(place, members),
            bases: self.bases(members, item.members),
            deprecated: self.flag(&found, "deprecated", false),
            document: Arc::clone(self.document),
            pointer: found.place,
            path_items: [item.place.clone(), item.place.clone()],
        })
    }

    fn same_id(&mut self, id: &str, place: &Pointer) {
        match self.ids.get(id) {
            Some(other) => {
                // Document and pointer: line and column would cost a walk through the text while loading.
                let text =
                    format!("expected an `operationId` of its own, found {}, which is that of {:?}", quote(id), self.document.place(other));
                self.warn("operation-id.duplicate", &place.join("operationId"), text);
            }
            None => {
                self.ids.insert(id.to_owned(), place.clone());
            }
        }
    }

    /// The servers of the operation, else of its path, else of the document (OpenAPI 3.1, sections 4.8.9 and 4.8.10).
    fn bases(&self, operation: &Map<String, Value>, item: &Map<String, Value>) -> Arc<[String]> {
        let own = [operation, item].into_iter().find_map(|holder| holder.get("servers"));
        own.map_or_else(|| Arc::clone(&self.bases), servers::bases)
    }
}

/// Checks standin's own keywords wherever they stand: one that is not understood must not be ignored.
fn extensions(document: &Document) -> Result<(), Error> {
    for root in document.roots() {
        let value = document.resolve(&root).unwrap_or(&Value::Null);
        // Another file may be a document of its own, and say at its top what is true of that.
        let at_top = if root.is_root() { misused_at_top(value) } else { None };
        if let Some((place, expected, found)) = at_top.or_else(|| misused_extension(value)) {
            let place = place.iter().rev().fold(root, |place, token| place.join(token));
            return Err(document.defect(DefectKind::Structure, &place, expected, found));
        }
    }
    Ok(())
}

/// What is said of the whole is said at the top, and nowhere else.
const OF_WHOLE: [Said; 2] =
    [("x-standin-stateful", "true or false", Value::is_boolean), ("x-standin-tenant", "the tenant's name, as a string", Value::is_string)];
/// A keyword, what is expected of its value, and whether a value is that.
type Said = (&'static str, &'static str, fn(&Value) -> bool);

fn misused_at_top(document: &Value) -> Option<Misuse> {
    OF_WHOLE.into_iter().find_map(|(name, expected, fits)| {
        let value = document.get(name).filter(|value| !fits(value))?;
        Some((vec![name.to_owned()], expected, describe(value)))
    })
}

/// What is said of the whole below its top, where nobody listens.
fn misplaced(value: &Value) -> Option<Misuse> {
    let (name, ..) = OF_WHOLE.into_iter().find(|(name, ..)| value.get(name).is_some())?;
    Some((vec![name.to_owned()], "it at the top of the document", "it elsewhere".to_owned()))
}

/// The first of standin's own keywords that is not as it must be: its place, innermost token first, what was expected, and
/// what was found. Nothing is allocated where all is well, which is everywhere in most documents.
fn misused_extension(value: &Value) -> Option<Misuse> {
    let below = |name: &dyn std::fmt::Display, value: &Value| {
        let mut misused = misused_extension(value).or_else(|| misplaced(value))?;
        misused.0.push(name.to_string());
        Some(misused)
    };
    match value {
        Value::Array(items) => items.iter().enumerate().find_map(|(index, item)| below(&index, item)),
        Value::Object(members) => members.iter().find_map(|(name, value)| {
            let expected = match name.as_str() {
                "x-standin-value" if ValueRule::read(value).is_none() => ValueRule::FORMS,
                "x-standin-keys" => {
                    let mut misused = keys::misused(members, value)?;
                    misused.0.push(name.clone());
                    return Some(misused);
                }
                "x-standin-alias" if !value.is_string() => "a name, as a string",
                "x-standin-secret" if !value.is_boolean() => "true or false",
                _ => return below(name, value),
            };
            Some((vec![name.clone()], expected, describe(value)))
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(text: &str) -> String {
        Contract::from_text("api.yaml", text).unwrap_err().to_string()
    }

    fn warnings(text: &str) -> Vec<String> {
        let contract = Contract::from_text("api.yaml", text).unwrap();
        contract.warnings().iter().map(|warning| warning.to_string().trim_start_matches("api.yaml:").to_owned()).collect()
    }

    const HEAD: &str = "openapi: 3.1.0\ninfo: {title: t, version: v}\npaths:\n  /a:\n    get:\n";
    const RESPONSES: &str = "      responses: {'200': {description: d}}\n";

    #[test]
    fn what_cannot_be_understood_at_all_says_where_and_what() {
        let cases = [
            ("", "api.yaml:1:1: at the top level: expected a document, found an empty text"),
            ("[1]", "api.yaml:1:1: at the top level: expected an OpenAPI document, which is an object, found an array of 1"),
            ("a: 1", "api.yaml:1:1: at the top level: expected a member `openapi` with the version, found none"),
            ("swagger: '1.2'", "api.yaml:1:1: at /swagger: expected OpenAPI 3.0, 3.1 or 3.2, or Swagger 2.0, found Swagger 1.2"),
            ("openapi: 4.0.0", "api.yaml:1:1: at /openapi: expected OpenAPI 3.0, 3.1 or 3.2, or Swagger 2.0, found OpenAPI 4.0.0"),
            ("openapi: []", "api.yaml:1:1: at /openapi: expected the version as a string, such as \"3.1.0\", found an empty array"),
        ];
        for (text, expected) in cases {
            assert_eq!(failure(text), expected);
        }
    }

    #[test]
    fn own_keywords_that_are_not_understood_stop_the_load() {
        let text = "openapi: 3.1.0\ncomponents:\n  schemas:\n    A:\n      x-standin-value: later\n";
        assert!(failure(text).starts_with("api.yaml:5:7: at /components/schemas/A/x-standin-value: expected `now`"), "{}", failure(text));
        let cases = [
            ("x-standin-tenant: 5", "2:1: at /x-standin-tenant: expected the tenant's name, as a string, found the number 5"),
            ("x-standin-stateful: 'yes'", "2:1: at /x-standin-stateful: expected true or false, found \"yes\""),
            (
                "info: {x-standin-stateful: true}",
                "2:8: at /info/x-standin-stateful: expected it at the top of the document, found it elsewhere",
            ),
            (
                "tags: [{x-standin-tenant: t}]",
                "2:9: at /tags/0/x-standin-tenant: expected it at the top of the document, found it elsewhere",
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(failure(&format!("openapi: 3.1.0\n{text}\n")), format!("api.yaml:{expected}"));
        }
    }

    #[test]
    fn sloppy_documents_load_with_a_warning_for_each_thing() {
        let documents = [
            "openapi: 3.0.0",
            "openapi: 3.1.0\npaths: 5",
            "openapi: 3.1.0\ninfo: {title: t}\npaths:\n  a: {}\n  ' /b ': {}\n  /x/{a}: {}\n  /x/{b}: {}\n  /c:\n    $ref: '#/nope'",
            &format!(
                "{HEAD}{RESPONSES}      callbacks: {{a: {{}}}}\n      parameters: [{{name: q, in: query}}, {{in: query}}, 5, {{name: q, in: query, schema: {{}}}}]\n"
            ),
            &format!("{HEAD}      responses: {{20: {{}}, 200: {{description: d}}, '201': {{}}}}\n"),
            &format!("{HEAD}{RESPONSES}      security: [{{key: []}}]\n      operationId: ' a'\n    put:\n      operationId: a\n"),
            &format!(
                "{HEAD}{RESPONSES}      parameters: [{{name: id, in: path, schema: {{}}}}, {{name: q, in: query, style: simple, schema: {{}}}}, {{name: r, in: body, required: 1}}]\n"
            ),
            &format!(
                "{HEAD}{RESPONSES}      requestBody: {{content: {{json: {{}}}}}}\n  /b/{{id}}/{{id}}: {{get: {{responses: {{'200': {{description: d}}}}}}}}\n"
            ),
        ];
        let said: Vec<String> = documents.iter().map(|text| format!("{}\n", warnings(text).join("\n"))).collect();
        insta::assert_snapshot!(said.join("\n"));
    }

    #[test]
    fn schemas_are_looked_at_whatever_they_are_called() {
        let wrong = "{schema: {type: 5}}";
        let text = format!(
            "{HEAD}      responses:\n        default:\n          description: d\n          headers: {{x-rate: {wrong}}}\n          \
             content: {{application/json: {wrong}}}\n        x-a: {wrong}\n"
        );
        let said = warnings(&text);
        let place = "/paths/~1a/get/responses/default";
        let expected = [format!("{place}/content/application~1json/schema/type"), format!("{place}/headers/x-rate/schema/type")];
        assert_eq!(said.len(), 2, "{said:?}");
        assert!(said.iter().zip(expected).all(|(said, place)| said.contains(&format!("{place}: "))), "{said:?}");
    }

    #[test]
    fn names_in_maps_may_begin_as_extensions_do() {
        let text = "openapi: 3.2.0\ninfo: {title: t, version: v}\ncomponents: {securitySchemes: {x-api-key: {type: http, scheme: bearer}}}\n\
            paths:\n  x-note: 1\n  /a:\n    additionalOperations: {x-link: {responses: {'200': {description: d}}}}\n    put:\n      \
            security: [{x-api-key: []}]\n      requestBody: {content: {multipart/form-data: {encoding: {x-part: {contentType: a/b}}}}}\n      \
            responses:\n        x-note: 1\n        '200':\n          description: d\n          headers: {x-rate: {schema: {}}}\n          \
            content: {text/plain: {examples: {x-good: {value: fine}}}}\n";
        assert_eq!(warnings(text), [""; 0]);
        let contract = Contract::from_text("api.yaml", text).unwrap();
        let names: Vec<&str> = contract.operations().iter().map(Operation::name).collect();
        assert_eq!(names, ["PUT /a", "x-link /a"]);
        let operation = contract.operation("PUT /a");
        let body = operation.request_body.as_ref().unwrap();
        let response = &operation.responses[0];
        assert_eq!(operation.security[0][0].scheme.name, "x-api-key");
        assert!(body.content[0].encoding_of("x-part").is_some());
        assert_eq!(response.headers[0].name, "x-rate");
        assert_eq!(response.content[0].usable_examples().next().unwrap().1, "fine");
    }

    #[test]
    fn templates_and_statuses_that_cannot_be_meant_are_told() {
        let answers = |responses: &str| format!("{{get: {{responses: {responses}}}}}");
        let one = answers("{'200': {description: d}}");
        let cases = [
            ("/e/{x", one.clone(), "path.braces"),
            ("/e/x}", one.clone(), "path.braces"),
            ("/e/{}", one.clone(), "path.braces"),
            ("/e/{x{y}}", one.clone(), "path.braces"),
            ("/g/{x}/{x}", one, "path.parameter-twice"),
            ("/h", answers("{2XX: {description: d}, 2xx: {description: d}}"), "response.duplicate"),
            ("/h", answers("{'200': {description: d}, '200 ': {description: d}}"), "response.duplicate"),
            ("/h", answers("{' 2XX': {description: d}}"), "blank"),
        ];
        for (path, item, code) in cases {
            let contract =
                Contract::from_text("api.yaml", &format!("openapi: 3.1.0\ninfo: {{title: t, version: v}}\npaths: {{'{path}': {item}}}"));
            let contract = contract.unwrap();
            assert!(contract.warnings().iter().any(|warning| warning.code() == code), "{path} {item}: {:?}", contract.warnings());
        }
    }

    #[test]
    fn what_many_refer_to_is_compiled_and_kept_once() {
        let shared = "{'200': {description: d, headers: {x-a: {$ref: '#/components/headers/H'}}}}";
        let text = format!(
            "openapi: 3.1.0\ncomponents: {{headers: {{H: {{schema: {{type: string}}}}}}}}\npaths: {{/a: {{get: {{responses: {shared}}}, put: {{responses: {shared}}}}}}}\n"
        );
        let contract = Contract::from_text("api.yaml", &text).unwrap();
        let [one, other] = ["GET /a", "PUT /a"].map(|name| contract.operation(name).responses[0].headers[0].schema.as_ref().unwrap());
        assert!(std::ptr::eq(one.annotations(), other.annotations()));
    }

    #[test]
    fn what_many_refer_to_is_warned_of_once() {
        let use_it = "parameters: [{$ref: '#/components/parameters/P'}, {$ref: 'far.yaml#/Q'}]";
        let operations = ["get", "put", "post"].map(|method| format!("    {method}:\n      {use_it}\n{RESPONSES}"));
        let text = format!(
            "openapi: 3.1.0\ninfo: {{}}\ncomponents: {{parameters: {{P: {{name: p, in: query}}}}}}\npaths:\n  /a:\n{}",
            operations.concat()
        );
        let contract = Contract::from_text("api.yaml", &text).unwrap();
        let codes: Vec<&str> = contract.warnings().iter().map(Warning::code).collect();
        let unread = ["reference.unread"; 3];
        assert_eq!(codes, [&unread[..], &["info.missing", "info.missing", "parameter.no-schema"]].concat());
    }

    #[test]
    fn servers_of_operation_and_path_come_before_those_of_the_document() {
        let text = "openapi: 3.1.0\nservers: [{url: /top}]\npaths:\n  /a:\n    servers: [{url: /path}]\n    get: {servers: [{url: /own}]}\n    put: {}\n  /b: {get: {}}\n";
        let contract = Contract::from_text("api.yaml", text).unwrap();
        let bases = |name: &str| contract.operation(name).bases.to_vec();
        assert_eq!((bases("GET /a"), bases("PUT /a"), bases("GET /b")), (vec!["/own".into()], vec!["/path".into()], vec!["/top".into()]));
    }

    #[test]
    fn methods_of_3_2_are_operations() {
        let paths = "paths:\n  /a:\n    query: {operationId: q}\n    additionalOperations: {LINK: {operationId: l}, 'no method': {}}\n";
        let contract = Contract::from_text("api.yaml", &format!("openapi: 3.2.0\n{paths}")).unwrap();
        assert_eq!(contract.operation("q").name(), "QUERY /a");
        assert_eq!(contract.operation("l").name(), "LINK /a");
        assert_eq!(contract.operations().len(), 2);
        assert!(Contract::from_text("api.yaml", &format!("openapi: 3.1.0\n{paths}")).unwrap().find_operation("q").is_none());
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
