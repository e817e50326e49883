//! What a contract promises, as a text and as a value: the difference of two of them is the change of the contract.
//!
//! - `graph`: which schemas refer to which, and which of them lead back to themselves.
//! - `words`: what a schema says by itself.
//! - `read`: schemas of a document to shapes, references followed, circles named.
//! - `shape`: shapes, each kept once, whatever it is called and however it is written.
//! - `text`: shapes as lines, and which of them have a name of their own at the foot.

mod graph;
mod read;
mod shape;
mod text;
mod words;

use std::{collections::BTreeMap, fmt, sync::Arc};

use serde::ser::{Serialize, Serializer};

use self::{
    read::Reader,
    shape::{Id, Shapes},
    text::{Text, Writer},
};
use super::{Contract, Location, MediaType, Operation, Parameter, Requirement, SchemeKind, SecurityScheme, Style, load};
use crate::{document::Document, pointer::Pointer};

/// Callbacks may have callbacks, and a reference may lead them in a circle.
const CALLBACK_DEPTH: usize = 3;

/// What a contract promises, without its prose: see [`Contract::snapshot`].
///
/// Its text has a paragraph for each operation and a line for each thing in it that can change. As a value it is a map of the
/// same, for `insta::assert_yaml_snapshot!` and `insta::assert_json_snapshot!`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digest {
    parts: Vec<(String, Text)>,
}

impl Digest {
    pub(super) fn of(contract: &Contract) -> Self {
        let outline = outline(contract);
        let mut shapes = Shapes::default();
        let mut sections = Vec::new();
        for document in &contract.inner.documents {
            let own: Vec<&(Arc<Document>, Section)> = outline.iter().filter(|(of, _)| Arc::ptr_eq(of, document)).collect();
            let places: Vec<Pointer> = own.iter().flat_map(|(_, section)| section.places()).collect();
            let reader = Reader::new(document, &places, &mut shapes);
            sections.extend(own.into_iter().map(|(_, section)| section.read(&reader)));
        }
        let roots = sections.iter().flat_map(|(_, _, facts)| facts).filter_map(|(_, fact)| fact.shape());
        let writer = Writer::new(&shapes, roots);
        let mut parts: BTreeMap<Part, Vec<(String, Text)>> = BTreeMap::new();
        for (part, name, facts) in sections {
            let facts = facts.into_iter().map(|(label, fact)| (label, fact.text(&writer))).collect();
            parts.entry(part).or_default().push((name, Text::Section(facts)));
        }
        parts.entry(Part::Security).or_default().extend(schemes(contract));
        parts.entry(Part::Shapes).or_default().extend(writer.named());
        let parts = parts.into_iter().filter(|(_, entries)| !entries.is_empty());
        Self { parts: parts.map(|(part, entries)| (part.name().to_owned(), Text::Section(entries))).collect() }
    }
}

/// As a map of maps, in the order of the text.
impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.parts.iter().map(|(name, text)| (name, text)))
    }
}

/// A paragraph for each operation, webhook and shared shape; parts other than the operations have a heading.
impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut first = true;
        for (name, part) in &self.parts {
            let Text::Section(entries) = part else { continue };
            if name != Part::Operations.name() {
                writeln!(f, "{}{name}", if first { "# " } else { "\n# " })?;
                first = false;
            }
            for (label, text) in entries {
                let apart = !first && matches!(text, Text::Section(_));
                first = false;
                write!(f, "{}{}", if apart { "\n" } else { "" }, text.labelled(label, 0))?;
            }
        }
        Ok(())
    }
}

/// The parts of a digest, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Operations,
    Webhooks,
    Security,
    Shapes,
}

impl Part {
    fn name(self) -> &'static str {
        match self {
            Self::Operations => "operations",
            Self::Webhooks => "webhooks",
            Self::Security => "security schemes",
            Self::Shapes => "shapes",
        }
    }
}

/// The security schemes that some operation asks for.
fn schemes(contract: &Contract) -> impl Iterator<Item = (String, Text)> {
    let asked = contract.operations().iter().flat_map(|operation| operation.security.iter().flatten());
    let asked: BTreeMap<&str, &SecurityScheme> = asked.map(|asked| (asked.scheme.name.as_str(), &*asked.scheme)).collect();
    asked.into_iter().map(|(name, scheme)| (name.to_owned(), Text::Line(kind(&scheme.kind))))
}

fn kind(kind: &SchemeKind) -> String {
    match kind {
        SchemeKind::Bearer => "bearer".into(),
        SchemeKind::Basic => "basic".into(),
        SchemeKind::Http(name) => format!("http {name}"),
        SchemeKind::ApiKey(location, name) => format!("{} {name}", place(*location)),
        SchemeKind::Other => "other".into(),
    }
}

fn place(location: Location) -> &'static str {
    match location {
        Location::Path => "path",
        Location::Query => "query",
        Location::QueryString => "query string",
        Location::Header => "header",
        Location::Cookie => "cookie",
    }
}

/// Everything that is told, with the places of schemas instead of their shapes.
fn outline(contract: &Contract) -> Vec<(Arc<Document>, Section)> {
    let operations = contract.operations().iter().map(|operation| section(Part::Operations, operation, 0));
    let webhooks = contract.webhooks();
    operations.chain(webhooks.iter().map(|operation| section(Part::Webhooks, operation, 0))).collect()
}

/// An operation, or a webhook.
struct Section {
    part: Part,
    name: String,
    facts: Vec<(String, Fact)>,
}

/// Something that an operation says.
enum Fact {
    Words(String),
    /// A schema: its place.
    Schema(Pointer),
}

/// The same, once schemas are read.
enum Known {
    Words(String),
    Shape(Id),
}

impl Known {
    fn shape(&self) -> Option<Id> {
        match self {
            Self::Words(_) => None,
            Self::Shape(id) => Some(*id),
        }
    }

    fn text(self, writer: &Writer<'_>) -> Text {
        match self {
            Self::Words(words) => Text::Line(words),
            Self::Shape(id) => writer.text(id),
        }
    }
}

impl Section {
    fn places(&self) -> impl Iterator<Item = Pointer> {
        self.facts.iter().filter_map(|(_, fact)| if let Fact::Schema(place) = fact { Some(place.clone()) } else { None })
    }

    fn read(&self, reader: &Reader<'_>) -> (Part, String, Vec<(String, Known)>) {
        let known = |fact: &Fact| match fact {
            Fact::Words(words) => Known::Words(words.clone()),
            Fact::Schema(place) => Known::Shape(reader.shape(place)),
        };
        (self.part, self.name.clone(), self.facts.iter().map(|(label, fact)| (label.clone(), known(fact))).collect())
    }
}

fn section(part: Part, operation: &Operation, depth: usize) -> (Arc<Document>, Section) {
    (Arc::clone(&operation.document), Section { part, name: operation.name.clone(), facts: facts(operation, depth) })
}

fn facts(operation: &Operation, depth: usize) -> Vec<(String, Fact)> {
    let mut facts = Vec::new();
    let mut words = |label: &str, words: String| facts.push((label.to_owned(), Fact::Words(words)));
    if let Some(id) = operation.id() {
        words("operationId", id.to_owned());
    }
    if operation.deprecated {
        words("deprecated", String::new());
    }
    if !operation.bases.is_empty() {
        words("base path", operation.bases.join(" or "));
    }
    if !operation.security.is_empty() {
        words("security", security(&operation.security));
    }
    let mut parameters: Vec<_> = operation.parameters.iter().map(|parameter| fact(place(parameter.location), parameter)).collect();
    parameters.sort_by(|a, b| a.0.cmp(&b.0));
    facts.extend(parameters);
    if let Some(body) = &operation.request_body {
        let label = if body.required { "body" } else { "body?" };
        facts.extend(contents(label, &body.content, "anything"));
    }
    for response in &operation.responses {
        let status = response.status.to_string();
        let mut headers: Vec<_> = response.headers.iter().map(|header| fact(&format!("{status} header"), header)).collect();
        headers.sort_by(|a, b| a.0.cmp(&b.0));
        facts.extend(headers);
        facts.extend(contents(&status, &response.content, "no body"));
    }
    if depth < CALLBACK_DEPTH {
        for (name, operation) in load::callbacks(operation) {
            let label = format!("callback {name} {}", operation.name);
            let below = self::facts(&operation, depth + 1);
            // A line even if nothing is said about it.
            facts.push((label.clone(), Fact::Words(String::new())));
            facts.extend(below.into_iter().map(|(fact, value)| (format!("{label} {fact}"), value)));
        }
    }
    facts
}

/// `bearerAuth(webhooks:read) | none`: alternatives in the order of their texts, none of which comes first.
fn security(alternatives: &[Vec<Requirement>]) -> String {
    let scheme = |requirement: &Requirement| match requirement.scopes.as_slice() {
        [] => requirement.scheme.name.clone(),
        scopes => {
            let mut scopes = scopes.to_vec();
            scopes.sort();
            format!("{}({})", requirement.scheme.name, scopes.join(" "))
        }
    };
    let alternative = |requirements: &Vec<Requirement>| match requirements.as_slice() {
        [] => "none".to_owned(),
        requirements => requirements.iter().map(scheme).collect::<Vec<_>>().join(" + "),
    };
    let mut alternatives: Vec<String> = alternatives.iter().map(alternative).collect();
    alternatives.sort();
    alternatives.dedup();
    alternatives.join(" | ")
}

/// A parameter or header.
fn fact(place: &str, parameter: &Parameter) -> (String, Fact) {
    let mut notes = Vec::new();
    let default = match parameter.location {
        Location::Path | Location::Header => Style::Simple,
        _ => Style::Form,
    };
    if parameter.style != default {
        notes.push(style(parameter.style).to_owned());
    }
    if parameter.explode != (parameter.style == Style::Form) {
        notes.push(if parameter.explode { "explode" } else { "explode false" }.to_owned());
    }
    notes.extend(parameter.content.iter().map(|content| content.range.clone()));
    notes.extend(parameter.allow_empty.then(|| "may be empty".to_owned()));
    notes.extend(parameter.deprecated.then(|| "deprecated".to_owned()));
    let notes = if notes.is_empty() { String::new() } else { format!(" ({})", notes.join(", ")) };
    let optional = if parameter.required { "" } else { "?" };
    let schema = parameter.any_schema().map(|schema| Fact::Schema(schema.pointer().clone()));
    (format!("{place} {}{optional}{notes}", parameter.name), schema.unwrap_or_else(|| Fact::Words("any".into())))
}

fn style(style: Style) -> &'static str {
    match style {
        Style::Simple => "simple",
        Style::Label => "label",
        Style::Matrix => "matrix",
        Style::Form => "form",
        Style::SpaceDelimited => "spaceDelimited",
        Style::PipeDelimited => "pipeDelimited",
        Style::TabDelimited => "tabDelimited",
        Style::DeepObject => "deepObject",
    }
}

fn contents(label: &str, content: &[MediaType], nothing: &str) -> Vec<(String, Fact)> {
    let mut facts = Vec::new();
    if content.is_empty() {
        facts.push((label.to_owned(), Fact::Words(nothing.to_owned())));
    }
    let mut content: Vec<&MediaType> = content.iter().collect();
    content.sort_by(|a, b| a.range.cmp(&b.range));
    for media_type in content {
        let label = format!("{label} {}", media_type.range);
        match (&media_type.schema, &media_type.item_schema) {
            (None, None) => facts.push((label.clone(), Fact::Words("any".into()))),
            (schema, items) => {
                facts.extend(schema.iter().map(|schema| (label.clone(), Fact::Schema(schema.pointer().clone()))));
                facts.extend(items.iter().map(|schema| (format!("{label} items"), Fact::Schema(schema.pointer().clone()))));
            }
        }
        for (member, encoding) in &media_type.encoding {
            let type_of = encoding.content_type.iter().cloned();
            let style = encoding.style.iter().map(|known| style(*known).to_owned());
            let explode = encoding.explode.iter().map(|explode| format!("explode {explode}"));
            let words: Vec<String> = type_of.chain(style).chain(explode).collect();
            facts.push((format!("{label} encoding {member}"), Fact::Words(words.join(", "))));
            facts.extend(encoding.headers.iter().map(|header| fact(&format!("{label} encoding {member} header"), header)));
        }
    }
    facts
}
