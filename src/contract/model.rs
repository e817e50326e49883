//! What a document declares, part by part. Names are those of OpenAPI 3.1; other versions are brought to it by `load`.

use std::{
    borrow::Cow,
    fmt,
    sync::{Arc, OnceLock},
};

use serde_json::Value;

use super::{
    ApiKey, apart,
    example::{self, Example},
    page::{Asks, Layout},
};
use crate::{
    document::Document,
    pointer::Pointer,
    schema::{Given, Schema, Setting},
    seed::Seed,
};

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
    /// What a parameter of the query asks of a list, unless it is a secret.
    pub(crate) asks: Option<Asks>,
    /// For a parameter whose text is a document of its own: JSON, say.
    pub(crate) content: Option<MediaType>,
    pub(crate) pointer: Pointer,
    /// The text of the first value that the document shows for a header and that conforms, once it was looked for.
    pub(crate) documented: OnceLock<Option<String>>,
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
    /// Those of the schema, which come after them.
    of_schema: OnceLock<Vec<Example>>,
    /// Where its bodies have their list, if they are answers with one.
    layout: OnceLock<Option<Layout>>,
    /// What each item of that list is, where nothing is said of the list as a whole.
    items: OnceLock<Option<Schema>>,
    /// What stands around the value at the end of a path, where all of it is known.
    frame: OnceLock<(Vec<String>, Option<Value>)>,
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
            of_schema: OnceLock::new(),
            layout: OnceLock::new(),
            items: OnceLock::new(),
            frame: OnceLock::new(),
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

    /// The examples of the media type itself, those that break the schema too.
    pub(crate) fn examples(&self) -> &[Example] {
        &self.examples
    }

    /// The value of one of the examples, as it stands.
    pub(crate) fn value_of(&self, example: &Example) -> Option<&Value> {
        self.document.resolve(&example.pointer)
    }

    /// The examples that conform or can be mended, each with what it says; those of the schema come last.
    pub(crate) fn usable_examples(&self) -> impl Iterator<Item = (&Example, &Value)> {
        let of_schema = || self.of_schema.get_or_init(|| self.schema.as_ref().map(example::of_schema).unwrap_or_default());
        // The schema is looked at only if it is asked for: most answers have an example of their own.
        let all = self.examples.iter().chain(std::iter::once_with(of_schema).flatten());
        all.filter_map(|example| {
            let value = self.value_of(example)?;
            Some((example, example.worth(self.schema.as_ref(), value).said(value)?))
        })
    }

    /// A conforming value of an example: its gaps are filled with what the seed gives. `None` if it is broken.
    pub(crate) fn conforming<'a>(&'a self, example: &'a Example, seed: Seed, setting: Setting) -> Option<Cow<'a, Value>> {
        let value = self.value_of(example)?;
        example.worth(self.schema.as_ref(), value).value(value, self.schema.as_ref(), seed, setting)
    }

    /// The first example that conforms or can be mended, as a conforming value.
    pub(crate) fn first_example(&self, seed: Seed, setting: Setting) -> Option<Cow<'_, Value>> {
        let (example, _) = self.usable_examples().next()?;
        self.conforming(example, seed, setting)
    }

    /// Where a body of it has its list, if it is an answer with one.
    pub(crate) fn layout(&self) -> Option<&Layout> {
        self.layout.get_or_init(|| Layout::of(self.schema.as_ref()?)).as_ref()
    }

    /// The schema of the items of the list at the end of this path, if its bodies are right wherever they are right around an
    /// empty list and each item is right.
    pub(crate) fn items_of(&self, path: &[String]) -> Option<&Schema> {
        self.layout().filter(|layout| layout.list == path)?;
        self.items.get_or_init(|| apart::items(self.schema.as_ref()?, path).filter(|_| self.item_schema.is_none())).as_ref()
    }

    /// What stands around the value at the end of a path, before it is said which page it is, if it is the answer's list; `None`
    /// if anything in it differs from answer to answer. It is that of drafts that [have all](Setting::has_all).
    ///
    /// It is known for one path, the first that is asked for: answers of one media type show one thing.
    pub(crate) fn frame_of(&self, path: &[String]) -> Option<&Value> {
        let (known, frame) = self.frame.get_or_init(|| (path.to_vec(), self.find_frame(path)));
        frame.as_ref().filter(|_| known == path)
    }

    fn find_frame(&self, path: &[String]) -> Option<Value> {
        let given = Given { members: &[path.last()?], identity: None };
        let layout = self.layout().filter(|layout| layout.list == path);
        let of_page =
            |path: &[&str]| layout.is_some_and(|layout| layout.members(false).any(|member| member.is_settled() && member.path == path));
        self.schema.as_ref()?.frame(given, &of_page)
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
    /// Those that the document lists: every server knows them.
    pub(crate) keys: Vec<ApiKey>,
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    #[test]
    fn what_the_bundled_contract_shows_has_the_same_around_it_always() {
        let contract = crate::kayle::contract();
        let frame = |operation: &str, path: &[&str]| {
            let path: Vec<String> = path.iter().map(|&name| name.to_owned()).collect();
            contract.operation(operation).responses[0].content[0].frame_of(&path).cloned()
        };
        let page = json!({"limit": null, "has_more": null, "next_cursor": null});
        let list = frame("GET /v1/webhooks/endpoints", &["data"]);
        assert_eq!(list, Some(json!({"data": null, "error": null, "pagination": page})));
        assert_eq!(frame("GET /v1/webhooks/endpoints/{endpoint_id}", &["data"]), Some(json!({"data": null, "error": null})));
        assert_eq!(frame("GET /v1/webhooks/endpoints/{endpoint_id}", &["error"]), None, "one path is known");
    }
}
