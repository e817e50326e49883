//! What a document declares, part by part. Names are those of OpenAPI 3.1; other versions are brought to it by `load`.

use std::{
    fmt,
    sync::{Arc, OnceLock},
};

use serde_json::Value;

use crate::{document::Document, pointer::Pointer, schema::Schema};

/// A parameter (OpenAPI 3.1, section 4.8.12), or a header of a response or of a part of a body (section 4.8.21).
#[derive(Debug, Clone)]
pub(crate) struct Parameter {
    pub(crate) name: String,
    pub(crate) location: Location,
    pub(crate) required: bool,
    pub(crate) deprecated: bool,
    /// Whether an empty value stands for itself, whatever the schema says.
    pub(crate) allow_empty: bool,
    pub(crate) style: Style,
    pub(crate) explode: bool,
    pub(crate) schema: Option<Schema>,
    /// For a parameter whose text is a document of its own: JSON, say.
    pub(crate) content: Option<MediaType>,
    pub(crate) pointer: Pointer,
}

impl Parameter {
    /// The schema of its value, however it is written.
    pub(crate) fn any_schema(&self) -> Option<&Schema> {
        self.schema.as_ref().or_else(|| self.content.as_ref()?.schema.as_ref())
    }
}

/// Where a parameter stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Location {
    Path,
    Query,
    /// The whole query (OpenAPI 3.2, section 4.12.1).
    QueryString,
    Header,
    Cookie,
}

/// How a value is written as text (OpenAPI 3.1, section 4.8.12.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    Simple,
    Label,
    Matrix,
    Form,
    SpaceDelimited,
    PipeDelimited,
    /// `collectionFormat: tsv` of Swagger 2.0.
    TabDelimited,
    DeepObject,
}

/// A request body (OpenAPI 3.1, section 4.8.13).
#[derive(Debug, Clone)]
pub(crate) struct RequestBody {
    pub(crate) required: bool,
    pub(crate) content: Vec<MediaType>,
    pub(crate) pointer: Pointer,
}

/// A media type and what a body of it looks like (OpenAPI 3.1, section 4.8.14).
#[derive(Debug, Clone)]
pub(crate) struct MediaType {
    /// As it is written in the document: `application/json`, `text/*`.
    pub(crate) range: String,
    pub(crate) schema: Option<Schema>,
    /// Each item of a body that is a sequence (OpenAPI 3.2, section 4.14).
    pub(crate) item_schema: Option<Schema>,
    /// How members of a form are written.
    pub(crate) encoding: Vec<(String, Encoding)>,
    document: Arc<Document>,
    /// Those of `example` or `examples`, in the order of their names.
    examples: Vec<Example>,
}

/// An example of a body (OpenAPI 3.1, section 4.8.19).
#[derive(Debug, Clone)]
pub(crate) struct Example {
    /// `None` for the one that is the only one.
    pub(crate) name: Option<String>,
    /// Where its value stands.
    pub(crate) pointer: Pointer,
    /// Examples lie, so each is judged, once.
    conforms: OnceLock<bool>,
}

impl Example {
    pub(super) fn new(name: Option<String>, pointer: Pointer) -> Self {
        Self { name, pointer, conforms: OnceLock::new() }
    }
}

impl MediaType {
    pub(crate) fn new(range: impl Into<String>, document: &Arc<Document>) -> Self {
        Self {
            range: range.into(),
            schema: None,
            item_schema: None,
            encoding: Vec::new(),
            document: Arc::clone(document),
            examples: Vec::new(),
        }
    }

    pub(super) fn with_schema(mut self, schema: Option<Schema>) -> Self {
        self.schema = schema;
        self
    }

    pub(super) fn with_examples(mut self, examples: Vec<Example>) -> Self {
        self.examples = examples;
        self
    }

    /// All examples, those that break the schema too.
    pub(crate) fn examples(&self) -> &[Example] {
        &self.examples
    }

    /// The value of one of the examples.
    pub(crate) fn value_of(&self, example: &Example) -> Option<&Value> {
        self.document.resolve(&example.pointer)
    }

    /// The examples that conform to the schema, with their values.
    pub(crate) fn valid_examples(&self) -> impl Iterator<Item = (&Example, &Value)> {
        let valued = self.examples.iter().filter_map(|example| Some((example, self.value_of(example)?)));
        let conforms = |value: &Value| self.schema.as_ref().is_none_or(|schema| schema.accepts(value));
        valued.filter(move |(example, value)| *example.conforms.get_or_init(|| conforms(value)))
    }

    /// The first example that conforms to the schema.
    pub(crate) fn valid_example(&self) -> Option<&Value> {
        self.valid_examples().next().map(|(_, value)| value)
    }

    /// How a member of a form is written, if the document says so.
    pub(crate) fn encoding_of(&self, member: &str) -> Option<&Encoding> {
        self.encoding.iter().find(|(name, _)| name == member).map(|(_, encoding)| encoding)
    }
}

/// How one member of a form is written (OpenAPI 3.1, section 4.8.15).
#[derive(Debug, Clone)]
pub(crate) struct Encoding {
    pub(crate) content_type: Option<String>,
    pub(crate) headers: Vec<Parameter>,
    pub(crate) style: Option<Style>,
    pub(crate) explode: Option<bool>,
}

/// A response that an operation declares (OpenAPI 3.1, sections 4.8.16 and 4.8.17).
#[derive(Debug, Clone)]
pub(crate) struct DeclaredResponse {
    pub(crate) status: DeclaredStatus,
    pub(crate) headers: Vec<Parameter>,
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

/// As it is written in a document.
impl fmt::Display for DeclaredStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(code) => write!(f, "{code}"),
            Self::Range(hundreds) => write!(f, "{hundreds}XX"),
            Self::Default => f.write_str("default"),
        }
    }
}

/// One scheme of one alternative of a security requirement, with the scopes or roles that it asks for.
#[derive(Debug, Clone)]
pub(crate) struct Requirement {
    pub(crate) scheme: Arc<SecurityScheme>,
    pub(crate) scopes: Vec<String>,
}

/// A security scheme (OpenAPI 3.1, section 4.8.27).
#[derive(Debug)]
pub(crate) struct SecurityScheme {
    pub(crate) name: String,
    pub(crate) kind: SchemeKind,
    pub(crate) document: Arc<Document>,
    pub(crate) pointer: Pointer,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SchemeKind {
    /// `Authorization: Bearer …`; OAuth 2 and OpenID Connect tokens come the same way.
    Bearer,
    Basic,
    /// Another scheme of the HTTP authentication scheme registry, by its name: `digest`, `hoba`.
    Http(String),
    ApiKey(Location, String),
    /// Any other: not enforced, and a warning says so.
    Other,
}
