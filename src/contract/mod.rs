//! The contract: what an OpenAPI document says, immutable, with its references resolved.
//!
//! Names are those of the specification. Reading is `load`'s business; what schemas mean is `schema`'s.

mod load;
mod rule;

use std::{
    fmt,
    path::Path,
    str::FromStr,
    sync::{Arc, OnceLock},
};

use serde_json::Value;

pub use self::rule::{Incoming, Rule};
pub(crate) use self::{load::is_json, rule::Rules};
use crate::{
    error::Error,
    message::Method,
    pointer::Pointer,
    router::Router,
    schema::{Document, Schema},
    source::Source,
    text::nearest,
    violation::RulePlace,
};

/// An API as its OpenAPI document describes it.
///
/// Immutable and cheap to clone: clones share everything, and whatever is worked out on first use is worked out once.
/// Load it once per test binary and start as many servers with it as there are tests.
///
/// ```
/// use standin::Contract;
///
/// let contract = Contract::from_text("pets.yaml", r#"
/// openapi: 3.1.0
/// info: {title: Pets, version: "1"}
/// paths:
///   /pets/{id}:
///     get:
///       operationId: getPet
///       responses: {"200": {description: a pet}}
/// "#)?;
/// assert_eq!(contract.title(), "Pets");
/// assert_eq!(contract.operation("getPet").name(), "GET /pets/{id}");
/// # Ok::<(), standin::Error>(())
/// ```
#[derive(Clone)]
pub struct Contract {
    inner: Arc<Inner>,
    rules: Arc<Rules>,
}

struct Inner {
    document: Arc<Document>,
    title: String,
    version: String,
    operations: Vec<Operation>,
    schemes: Vec<SecurityScheme>,
    bases: Vec<String>,
    warnings: Vec<Warning>,
    router: OnceLock<Router>,
}

impl Contract {
    /// Loads a document from a file, JSON or YAML.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, is neither JSON nor YAML, or is no OpenAPI 3.0 or 3.1 document. The error says where.
    pub fn from_path(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let bytes = std::fs::read(path).map_err(|error| Error::read(path, error))?;
        let text = String::from_utf8(bytes)
            .map_err(|error| Error::read(path, std::io::Error::new(std::io::ErrorKind::InvalidData, error.utf8_error())))?;
        Self::from_text(&path.display().to_string(), &text)
    }

    /// Loads a document from text, JSON or YAML; `name` stands for it in messages.
    ///
    /// # Errors
    ///
    /// If the text is neither JSON nor YAML, or no OpenAPI 3.0 or 3.1 document. The error says where.
    pub fn from_text(name: &str, text: &str) -> Result<Self, Error> {
        let (source, value, duplicates) = Source::read(name, text)?;
        load::load(source, value, &duplicates)
    }

    /// Loads a document from a value; `name` stands for it in messages.
    ///
    /// # Errors
    ///
    /// If the value is no OpenAPI 3.0 or 3.1 document. The error says where.
    pub fn from_value(name: &str, value: Value) -> Result<Self, Error> {
        load::load(Source::of_value(name), value, &[])
    }

    /// Loads a document from a value and the text that it was read from: the text gives the positions in messages.
    ///
    /// For documents that are read when a program is built. Nothing checks that the two belong together.
    ///
    /// # Errors
    ///
    /// If the value is no OpenAPI 3.0 or 3.1 document. The error says where.
    pub fn from_parsed(name: &str, text: &str, value: Value) -> Result<Self, Error> {
        load::load(Source::of_parsed(name, text), value, &[])
    }

    /// The same contract with a rule for one operation, named as in [`Contract::operation`].
    ///
    /// # Panics
    ///
    /// If there is no such operation.
    #[must_use]
    #[track_caller]
    pub fn with_rule(mut self, operation: &str, rule: impl Rule) -> Self {
        let number = self.operation(operation).number;
        Arc::make_mut(&mut self.rules).add(Some(number), Arc::new(rule));
        self
    }

    /// The same contract with a rule for all operations; such rules come before those of one operation.
    #[must_use]
    pub fn with_rule_everywhere(mut self, rule: impl Rule) -> Self {
        Arc::make_mut(&mut self.rules).add(None, Arc::new(rule));
        self
    }

    /// `info.title`, or nothing.
    pub fn title(&self) -> &str {
        &self.inner.title
    }

    /// `info.version`, or nothing.
    pub fn version(&self) -> &str {
        &self.inner.version
    }

    /// The document's name, as it was given: usually its path.
    pub fn name(&self) -> &str {
        self.inner.document.source.name()
    }

    /// The document as it was read.
    pub fn document(&self) -> &Value {
        &self.inner.document.value
    }

    /// All operations, in the order of their paths.
    pub fn operations(&self) -> &[Operation] {
        &self.inner.operations
    }

    /// What the document uses and standin does not enforce, and what in it looks like a mistake.
    pub fn warnings(&self) -> &[Warning] {
        &self.inner.warnings
    }

    /// An operation by method and path (`POST /v1/things`) or by its `operationId`.
    ///
    /// # Panics
    ///
    /// If there is none; the message names the nearest.
    #[track_caller]
    pub fn operation(&self, name: &str) -> &Operation {
        match self.find_operation(name) {
            Some(operation) => operation,
            None => panic!("standin: {}", self.no_operation(name)),
        }
    }

    /// The same, without a panic.
    pub fn find_operation(&self, name: &str) -> Option<&Operation> {
        self.operations().iter().find(|operation| operation.is_called(name))
    }

    fn no_operation(&self, name: &str) -> String {
        let names = self.operations().iter().flat_map(|operation| [Some(operation.name()), operation.id()]).flatten();
        let near = nearest(name, names).map(|near| format!("; did you mean {near:?}?")).unwrap_or_default();
        format!("{} has no operation {name:?}{near}", self.name())
    }

    pub(crate) fn rules(&self) -> &Rules {
        &self.rules
    }

    pub(crate) fn schemes(&self) -> &[SecurityScheme] {
        &self.inner.schemes
    }

    /// The router, built on first use.
    pub(crate) fn router(&self) -> &Router {
        self.inner.router.get_or_init(|| {
            let mut router = Router::new(self.inner.bases.clone());
            for operation in &self.inner.operations {
                router.add(&operation.method, &operation.path, operation.number);
            }
            router
        })
    }

    /// The value at a place, through references.
    pub(crate) fn look(&self, pointer: &Pointer) -> Option<&Value> {
        self.inner.document.follow(pointer).ok().map(|(_, value)| value)
    }

    /// A place in the document, for a violation to point to.
    pub(crate) fn place(&self, pointer: Pointer) -> RulePlace {
        RulePlace::new(&self.inner.document.source, pointer)
    }
}

impl FromStr for Contract {
    type Err = Error;

    /// Loads a document from text, JSON or YAML, that messages call "the document".
    fn from_str(text: &str) -> Result<Self, Error> {
        Self::from_text("the document", text)
    }
}

impl fmt::Debug for Contract {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Contract")
            .field("name", &self.name())
            .field("title", &self.title())
            .field("version", &self.version())
            .field("operations", &self.operations().len())
            .field("rules", &self.rules)
            .finish()
    }
}

/// An operation of the API: a method on a path.
pub struct Operation {
    pub(crate) number: usize,
    name: String,
    id: Option<String>,
    method: Method,
    path: String,
    pub(crate) pointer: Pointer,
    pub(crate) document: Arc<Document>,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) request_body: Option<RequestBody>,
    pub(crate) responses: Vec<DeclaredResponse>,
    /// Alternatives, one of which is enough; none at all means that nothing is asked for.
    pub(crate) security: Vec<Vec<Requirement>>,
}

impl Operation {
    /// Method and path: `POST /v1/things`. This is what an operation is called everywhere.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The `operationId`, if the document gives one.
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// The method.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// The path's template.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Its place in the document.
    pub fn pointer(&self) -> &Pointer {
        &self.pointer
    }

    /// Whether a name means this operation: method and path, or the `operationId`.
    pub(crate) fn is_called(&self, name: &str) -> bool {
        self.name == name || self.id.as_deref() == Some(name)
    }

    /// The names of the path parameters, in the order of the template.
    pub(crate) fn path_parameters(&self) -> impl Iterator<Item = &str> {
        self.path.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name)
    }
}

impl fmt::Debug for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Operation").field("name", &self.name).field("id", &self.id).finish_non_exhaustive()
    }
}

/// A parameter (OpenAPI 3.1, section 4.8.12).
#[derive(Debug)]
pub(crate) struct Parameter {
    pub(crate) name: String,
    pub(crate) location: Location,
    pub(crate) required: bool,
    pub(crate) explode: bool,
    pub(crate) schema: Option<Schema>,
    pub(crate) pointer: Pointer,
}

/// Where a parameter stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Location {
    Path,
    Query,
    Header,
    Cookie,
}

/// A request body (OpenAPI 3.1, section 4.8.13).
#[derive(Debug)]
pub(crate) struct RequestBody {
    pub(crate) required: bool,
    pub(crate) content: Vec<MediaType>,
    pub(crate) pointer: Pointer,
}

/// A media type and what a body of it looks like (OpenAPI 3.1, section 4.8.14).
#[derive(Debug)]
pub(crate) struct MediaType {
    /// As it is written in the document: `application/json`, `text/*`.
    pub(crate) range: String,
    pub(crate) schema: Option<Schema>,
    /// The values of `example` or `examples`, in the order of their names.
    pub(crate) examples: Vec<Value>,
    /// Which of the examples is the first that conforms: examples lie, so each is judged, once.
    valid: OnceLock<Option<usize>>,
}

impl MediaType {
    pub(crate) fn new(range: impl Into<String>, schema: Option<Schema>, examples: Vec<Value>) -> Self {
        Self { range: range.into(), schema, examples, valid: OnceLock::new() }
    }

    /// The first example that conforms to the schema.
    pub(crate) fn valid_example(&self) -> Option<&Value> {
        let conforms = |example: &Value| self.schema.as_ref().is_none_or(|schema| schema.accepts(example));
        let valid = self.valid.get_or_init(|| self.examples.iter().position(conforms));
        valid.map(|at| &self.examples[at])
    }
}

/// A response that an operation declares (OpenAPI 3.1, sections 4.8.16 and 4.8.17).
#[derive(Debug)]
pub(crate) struct DeclaredResponse {
    pub(crate) status: DeclaredStatus,
    pub(crate) content: Vec<MediaType>,
    pub(crate) pointer: Pointer,
}

/// The key of a declared response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum DeclaredStatus {
    Code(u16),
    /// `4XX` is 4.
    Range(u16),
    Default,
}

/// One scheme of one alternative of a security requirement, with the scopes or roles that it asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Requirement {
    /// The number of the scheme.
    pub(crate) scheme: usize,
    pub(crate) scopes: Vec<String>,
}

/// A security scheme (OpenAPI 3.1, section 4.8.27).
#[derive(Debug)]
pub(crate) struct SecurityScheme {
    pub(crate) name: String,
    pub(crate) kind: SchemeKind,
    pub(crate) pointer: Pointer,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SchemeKind {
    /// `Authorization: Bearer …`; OAuth 2 and OpenID Connect tokens come the same way.
    Bearer,
    Basic,
    ApiKey(Location, String),
    /// Any other: not enforced, and a warning says so.
    Other,
}

/// Something about a document that its user should know.
#[derive(Debug, Clone)]
pub struct Warning {
    code: &'static str,
    text: String,
    place: RulePlace,
}

impl Warning {
    /// A short, stable name of the kind of warning: `not-enforced.callbacks`.
    pub fn code(&self) -> &str {
        self.code
    }

    /// The place in the document.
    pub fn place(&self) -> &RulePlace {
        &self.place
    }
}

/// `api.yaml:12:7 /paths/…: callbacks are not sent`
impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} [{}]", self.place, self.text, self.code)
    }
}
