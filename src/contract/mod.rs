//! The contract: what an OpenAPI document says, immutable, with its references resolved.
//!
//! Names are those of the specification. Reading is `load`'s business; what schemas mean is `schema`'s.

mod apart;
mod code;
mod digest;
mod example;
mod key;
mod lint;
mod load;
mod loader;
mod model;
mod outside;
#[cfg(feature = "overlay")]
mod overlays;
mod page;
mod resource;
mod rule;
mod statuses;
mod survey;

use std::{
    any::Any,
    borrow::Cow,
    collections::HashSet,
    fmt,
    path::Path,
    str::FromStr,
    sync::{Arc, OnceLock},
};

use serde_json::Value;

pub use self::{
    code::{Level, WarningCode},
    digest::Digest,
    key::{ApiKey, Standing},
    loader::Loader,
    outside::{Aside, Outside},
    resource::{Resource, ResourceTable},
    rule::{Alters, Incoming, Rule, Served},
};
pub(crate) use self::{
    example::{Example, documented},
    key::{refusal, refusing_status},
    model::{
        DeclaredResponse, DeclaredStatus, Encoding, Location, MediaType, Parameter, RequestBody, Requirement, SchemeKind, SecurityScheme,
        Style,
    },
    page::{Asks, Ending, Layout, Member, Role, at, at_mut, thing_at, thing_at_mut},
    resource::{Action, Comparison, Filter, Resources, Use},
    rule::Rules,
    statuses::{for_status, success},
};
use crate::{
    document::{Document, Problem, Reach, UNREAD, UNRESOLVED},
    error::Error,
    message::Method,
    pointer::Pointer,
    router::{BasePath, Router},
    source::Remarks,
    source::Source,
    text::{either, nearest},
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
    /// One for most contracts; several for those that were [joined](Contract::and).
    documents: Vec<Arc<Document>>,
    title: String,
    version: String,
    operations: Vec<Operation>,
    /// What was found while loading.
    problems: Vec<Warning>,
    /// That, and what a walk through all schemas and examples finds.
    warnings: OnceLock<Vec<Warning>>,
    router: OnceLock<Router>,
    resources: OnceLock<Resources>,
    tenant: OnceLock<Arc<str>>,
    /// What a later stage has worked out of it.
    companion: OnceLock<Companion>,
}

/// Something that belongs to a contract, and that only another stage understands.
type Companion = Arc<dyn Any + Send + Sync>;

impl Contract {
    /// Loads a document from a file, JSON or YAML, and the files in its folder that it refers to.
    ///
    /// [`Loader`] has more: references to other places, and overlays.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, is neither JSON nor YAML, or is no OpenAPI document. The error says where. What is only
    /// odd about a document is among its [`warnings`](Self::warnings).
    pub fn from_path(path: impl AsRef<Path>) -> Result<Self, Error> {
        Loader::new().load(path)
    }

    /// Loads a document from text, JSON or YAML; `name` stands for it in messages. It can refer to no other file.
    ///
    /// # Errors
    ///
    /// If the text is neither JSON nor YAML, or no OpenAPI document. The error says where.
    pub fn from_text(name: &str, text: &str) -> Result<Self, Error> {
        let (source, value, remarks) = Source::read(name, text.to_owned())?;
        load::load(source, value, &remarks, &Reach::default())
    }

    /// Loads a document from a value; `name` stands for it in messages.
    ///
    /// # Errors
    ///
    /// If the value is no OpenAPI document. The error says where.
    pub fn from_value(name: &str, value: Value) -> Result<Self, Error> {
        load::load(Source::of_value(name), value, &Remarks::default(), &Reach::default())
    }

    /// Loads a document from a value and the text that it was read from: the text gives the positions in messages.
    ///
    /// For documents that are read when a program is built. Nothing checks that the two belong together.
    ///
    /// # Errors
    ///
    /// If the value is no OpenAPI document. The error says where.
    pub fn from_parsed(name: &str, text: impl Into<Cow<'static, str>>, value: Value) -> Result<Self, Error> {
        load::load(Source::of_parsed(name, text.into()), value, &Remarks::default(), &Reach::default())
    }

    /// The same with warnings about what was done to the document before it was read.
    #[cfg(feature = "overlay")]
    fn with_warnings(mut self, mut warnings: Vec<Warning>) -> Self {
        if let Some(inner) = Arc::get_mut(&mut self.inner) {
            warnings.append(&mut inner.problems);
            inner.problems = warnings;
        }
        self
    }

    /// One contract of two documents, for one server that stands in for both.
    ///
    /// Where both have the same method and path, the base paths of their servers tell them apart; without a base path this
    /// contract's operation comes first. Names and titles are this contract's.
    ///
    /// ```
    /// use standin::Contract;
    /// use serde_json::json;
    ///
    /// let document = |path: &str| json!({"openapi": "3.1.0", "paths": {path: {"get": {}}}});
    /// let both = Contract::from_value("pets", document("/pets"))?.and(&Contract::from_value("toys", document("/toys"))?);
    /// assert_eq!(both.operations().len(), 2);
    /// # Ok::<(), standin::Error>(())
    /// ```
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        let shift = self.operations().len();
        let shifted = other.operations().iter().map(|operation| Operation { number: operation.number + shift, ..operation.clone() });
        let inner = Inner {
            documents: self.inner.documents.iter().chain(&other.inner.documents).cloned().collect(),
            title: self.inner.title.clone(),
            version: self.inner.version.clone(),
            operations: self.operations().iter().cloned().chain(shifted).collect(),
            problems: self.inner.problems.iter().chain(&other.inner.problems).cloned().collect(),
            warnings: OnceLock::new(),
            router: OnceLock::new(),
            resources: OnceLock::new(),
            tenant: OnceLock::new(),
            companion: OnceLock::new(),
        };
        Self { inner: Arc::new(inner), rules: Arc::new(self.rules.and(shift, &other.rules, other.operations().len())) }
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
        self.inner.documents[0].source().name()
    }

    /// The names of all its documents, for a message.
    pub(crate) fn names(&self) -> String {
        let names: Vec<String> = self.inner.documents.iter().map(|document| document.source().name().to_string()).collect();
        either(&names)
    }

    /// The document as it was read, with what overlays changed of it.
    pub fn document(&self) -> &Value {
        self.inner.documents[0].root()
    }

    /// All operations, in the order of their paths.
    pub fn operations(&self) -> &[Operation] {
        &self.inner.operations
    }

    /// What the document uses and standin does not enforce, and what in it looks like a mistake.
    ///
    /// Loading finds what concerns operations. The first call of this looks at all schemas and examples as well, which takes
    /// a second or so for a document of several megabytes.
    pub fn warnings(&self) -> &[Warning] {
        self.inner.warnings.get_or_init(|| {
            let mut warnings = self.inner.problems.clone();
            let known: HashSet<_> = warnings.iter().map(Warning::key).collect();
            let found = survey::survey(&self.inner.documents, self.operations());
            warnings.extend(found.into_iter().filter(|warning| !known.contains(&warning.key())));
            warnings
        })
    }

    /// All that can be said about the document: its [`warnings`](Self::warnings), schemas that nothing satisfies, examples and
    /// defaults of schemas that break them, and operations that no request reaches. In the order of document, line and column.
    ///
    /// It is worked out at each call, and takes longer than the warnings do. What is not sure is not told.
    ///
    /// ```
    /// use standin::Contract;
    ///
    /// let contract = Contract::from_text("pets.yaml", r#"
    /// openapi: 3.1.0
    /// info: {title: Pets, version: "1"}
    /// components:
    ///   schemas:
    ///     Name: {type: string, minLength: 5, maxLength: 3}
    /// "#)?;
    /// assert_eq!(contract.lint()[0].code(), "schema.unsatisfiable");
    /// # Ok::<(), standin::Error>(())
    /// ```
    pub fn lint(&self) -> Vec<Warning> {
        let mut warnings = self.warnings().to_vec();
        warnings.extend(lint::lint(&self.inner.documents, self));
        lint::in_order(warnings)
    }

    /// What it promises, without its prose, for a snapshot test: the difference of two snapshots is the change of the contract.
    ///
    /// A paragraph for each operation, each parameter, media type, status, header and member on a line of its own, with its
    /// type and all its constraints. Descriptions and examples are not in it, and it does not matter in which order things
    /// are declared, nor whether a schema is written in place or referred to. A schema that is used in several places and is
    /// not short stands at the foot, by the name of its component.
    ///
    /// ```
    /// use standin::Contract;
    ///
    /// let contract = Contract::from_text("pets.yaml", r#"
    /// openapi: 3.1.0
    /// paths:
    ///   /pets/{id}:
    ///     get:
    ///       parameters:
    ///         - {name: id, in: path, required: true, schema: {type: string, pattern: '^pet_'}}
    ///         - {name: limit, in: query, schema: {type: integer, minimum: 1, maximum: 100, default: 20}}
    ///       responses:
    ///         "200": {description: a pet, content: {application/json: {schema: {required: [name], properties: {
    ///           name: {type: string, maxLength: 80}, tags: {type: array, items: {type: string}, uniqueItems: true}}, type: object}}}}
    /// "#)?;
    /// assert_eq!(contract.snapshot().to_string(), "\
    /// GET /pets/{id}
    ///   path id: string /^pet_/
    ///   query limit?: integer 1..=100 = 20
    ///   200 application/json: { name: string ..=80, tags?: [string] unique }
    /// ");
    /// # Ok::<(), standin::Error>(())
    /// ```
    pub fn snapshot(&self) -> Digest {
        Digest::of(self)
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

    /// The operation that takes a request with this method and path, if there is one. The path may have the base path of one
    /// of the operation's servers before it. Where several share method and path, it is the first.
    ///
    /// ```
    /// use standin::{Method, kayle};
    ///
    /// let contract = kayle::contract();
    /// let operation = contract.operation_for(&Method::GET, "/v1/webhooks/endpoints/whe_1").unwrap();
    /// assert_eq!(operation.name(), "GET /v1/webhooks/endpoints/{endpoint_id}");
    /// ```
    pub fn operation_for(&self, method: &Method, path: &str) -> Option<&Operation> {
        let found = self.router().find(method, path, BasePath::Optional).ok()?;
        found.numbers.first().map(|number| &self.operations()[*number])
    }

    fn no_operation(&self, name: &str) -> String {
        let names = self.operations().iter().flat_map(|operation| [Some(operation.name()), operation.id()]).flatten();
        let near = nearest(name, names).map(|near| format!("; did you mean {near:?}?")).unwrap_or_default();
        format!("{} has no operation {name:?}{near}", self.name())
    }

    /// Whether a security scheme that some operation asks for has its key in a place of this name.
    pub(crate) fn declares_key(&self, location: Location, name: &str) -> bool {
        let asked = self.operations().iter().flat_map(|operation| operation.security.iter().flatten());
        asked.into_iter().any(|requirement| match &requirement.scheme.kind {
            SchemeKind::ApiKey(at, known) => *at == location && known.eq_ignore_ascii_case(name),
            _ => false,
        })
    }

    pub(crate) fn rules(&self) -> &Rules {
        &self.rules
    }

    /// What another stage works out of the contract, once for all who hold it.
    pub(crate) fn companion(&self, make: impl FnOnce() -> Companion) -> Companion {
        Arc::clone(self.inner.companion.get_or_init(make))
    }

    /// The webhooks of all documents, read anew at each call.
    pub(crate) fn webhooks(&self) -> Vec<Operation> {
        self.inner.documents.iter().flat_map(load::webhooks).collect()
    }

    /// What the API keeps, as far as its document tells it: collections and single things, each with the operations that
    /// create, read, list, change and delete them. In the order of their names.
    ///
    /// ```
    /// use standin::Contract;
    ///
    /// let contract = Contract::from_text("pets.yaml", r#"
    /// openapi: 3.1.0
    /// paths:
    ///   /pets:
    ///     post:
    ///       requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}}
    ///       responses: {"201": {description: created}}
    ///   /pets/{petId}:
    ///     get:
    ///       responses: {"200": {content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}}}
    /// components:
    ///   schemas:
    ///     Pet: {type: object, properties: {id: {type: string}, name: {type: string}}}
    /// "#)?;
    /// let [pets] = contract.resources() else { panic!("one, found {:?}", contract.resources()) };
    /// assert_eq!((pets.name(), pets.id_member()), ("/pets", Some("id")));
    /// assert!(pets.operations(&contract).eq([("POST /pets", "create".to_owned()), ("GET /pets/{petId}", "read".to_owned())]));
    /// # Ok::<(), standin::Error>(())
    /// ```
    pub fn resources(&self) -> &[Resource] {
        &self.kept().all
    }

    /// Whether the document asks servers to keep things (`x-standin-stateful: true` at its root).
    pub(crate) fn is_stateful(&self) -> bool {
        self.inner.documents.iter().any(|document| document.root().get("x-standin-stateful") == Some(&Value::Bool(true)))
    }

    /// Whose things are those of keys that name no tenant: `x-standin-tenant` at the document's root, else nothing.
    pub(crate) fn tenant(&self) -> &Arc<str> {
        self.inner.tenant.get_or_init(|| {
            let said = self.inner.documents.iter().find_map(|document| document.root().get("x-standin-tenant")?.as_str());
            said.unwrap_or_default().into()
        })
    }

    /// The same, by operations.
    pub(crate) fn kept(&self) -> &Resources {
        self.inner.resources.get_or_init(|| Resources::of(self))
    }

    /// The router, built on first use.
    pub(crate) fn router(&self) -> &Router {
        self.inner.router.get_or_init(|| {
            let mut router = Router::new();
            for operation in &self.inner.operations {
                router.add(&operation.method, &operation.path, &operation.bases, operation.number);
            }
            router
        })
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
#[derive(Clone)]
pub struct Operation {
    pub(crate) number: usize,
    name: String,
    id: Option<String>,
    method: Method,
    path: String,
    path_parameters: Vec<String>,
    pub(crate) pointer: Pointer,
    /// Its path item: as it stands among the paths, and where that refers to, which are mostly the same.
    pub(crate) path_items: [Pointer; 2],
    pub(crate) document: Arc<Document>,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) request_body: Option<RequestBody>,
    pub(crate) responses: Vec<DeclaredResponse>,
    /// Alternatives, one of which is enough; none at all means that nothing is asked for.
    pub(crate) security: Vec<Vec<Requirement>>,
    /// The base paths of its servers, without the slash at the end.
    pub(crate) bases: Arc<[String]>,
    /// Whether the document says that it should no longer be used.
    pub(crate) deprecated: bool,
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

    /// Whether the document says that it should no longer be used.
    pub fn is_deprecated(&self) -> bool {
        self.deprecated
    }

    /// Its place in the document.
    pub fn pointer(&self) -> &Pointer {
        &self.pointer
    }

    /// The same, with the document's name, line and column.
    pub fn declared_at(&self) -> RulePlace {
        self.place(&self.pointer)
    }

    /// The security requirements: alternatives, one of which is enough, each of them schemes that are needed together, by
    /// their names and with the scopes or roles that they ask for (OpenAPI 3.1, section 4.8.30). No alternative at all means
    /// that nothing is asked for, and an empty one that nothing need be given.
    ///
    /// ```
    /// let contract = standin::kayle::contract();
    /// let operation = contract.operation("POST /v1/webhooks/endpoints");
    /// assert_eq!(operation.security().collect::<Vec<_>>(), [[("bearerAuth", ["webhooks:write".to_owned()].as_slice())]]);
    /// ```
    pub fn security(&self) -> impl Iterator<Item = Vec<(&str, &[String])>> {
        fn named(requirement: &Requirement) -> (&str, &[String]) {
            (&requirement.scheme.name, &requirement.scopes)
        }
        self.security.iter().map(|alternative| alternative.iter().map(named).collect())
    }

    /// The declared statuses as a document writes them, in the order of their codes: `200`, `4XX`, `default` (OpenAPI 3.1,
    /// section 4.8.16).
    ///
    /// ```
    /// let contract = standin::kayle::contract();
    /// let statuses = contract.operation("GET /v1/webhooks/endpoints").statuses();
    /// assert_eq!(statuses.collect::<Vec<_>>()[..2], ["200", "400"]);
    /// ```
    pub fn statuses(&self) -> impl Iterator<Item = String> {
        self.responses.iter().map(|response| response.status.to_string())
    }

    /// The media types or ranges of the request body, in the document's words: `application/json`, `image/*` (OpenAPI 3.1,
    /// section 4.8.13). None at all means that no body is declared.
    pub fn request_media_types(&self) -> impl Iterator<Item = &str> {
        self.request_body.iter().flat_map(|body| &body.content).map(|media_type| media_type.range.as_str())
    }

    /// The media types of all declared responses, each once, those of the lowest status first.
    pub fn response_media_types(&self) -> impl Iterator<Item = &str> {
        let ranges = self.responses.iter().flat_map(|response| &response.content).map(|media_type| media_type.range.as_str());
        let mut known = HashSet::new();
        ranges.filter(move |range| known.insert(*range))
    }

    /// The paths of its servers' URLs, without the slash at the end (OpenAPI 3.1, section 4.8.5); none if no server has one.
    pub fn base_paths(&self) -> &[String] {
        &self.bases
    }

    /// Whether a name means this operation: method and path, or the `operationId`.
    pub(crate) fn is_called(&self, name: &str) -> bool {
        self.name == name || self.id.as_deref() == Some(name)
    }

    /// The names of the path parameters, in the order of the template.
    pub(crate) fn path_parameters(&self) -> impl Iterator<Item = &str> {
        self.path_parameters.iter().map(String::as_str)
    }

    /// What a parameter of the query asks of a list, by its name; also one that is not declared.
    pub(crate) fn asks_by(&self, name: &str) -> Asks {
        let declared = self.parameters.iter().find(|parameter| parameter.location == Location::Query && parameter.name == name);
        declared.and_then(|parameter| parameter.asks).unwrap_or_else(|| Asks::read(name))
    }

    /// A place in the document, for a violation to point to.
    pub(crate) fn place(&self, pointer: &Pointer) -> RulePlace {
        self.document.place(pointer)
    }
}

impl fmt::Debug for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Operation").field("name", &self.name).field("id", &self.id).finish_non_exhaustive()
    }
}

/// Something about a document that its user should know.
#[derive(Debug, Clone)]
pub struct Warning {
    code: &'static str,
    text: String,
    place: RulePlace,
}

impl Warning {
    fn of(problem: Problem, document: &Document) -> Self {
        debug_assert!(WarningCode::named(problem.code).is_some(), "{} is not in the table of codes", problem.code);
        Self { code: problem.code, text: problem.text, place: document.place(&problem.place) }
    }

    /// What tells warnings apart. A reference that was not read is known to lead nowhere.
    fn key(&self) -> (&'static str, String, Pointer) {
        let code = if self.code == UNREAD { UNRESOLVED } else { self.code };
        (code, self.place.document().to_owned(), self.place.pointer().clone())
    }

    /// What it is about, without its place and code.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// How much it weighs, which its kind decides.
    pub fn level(&self) -> Level {
        WarningCode::named(self.code).map_or(Level::Warning, WarningCode::level)
    }

    /// A short, stable name of the kind of warning, one of [`WarningCode::all`]: `not-enforced.callbacks`.
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
