//! A document: one file or several, with every place in them named by one JSON Pointer.
//!
//! Places of the root file are named as they stand. Those of another file begin with a token that stands for the file, so
//! that a schema and all that it reaches, in whatever file, is one tree to all later stages. Nothing is inlined: a
//! reference stays a reference, and is followed when somebody asks.

mod kind;
mod read;
mod uri;

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use serde_json::Value;

pub(crate) use self::{
    kind::Kind,
    read::{META_SCHEMA, Problem, Reach, UNREAD, UNRESOLVED, read},
};
use crate::{
    error::{DefectKind, Error},
    pointer::{self, Pointer},
    source::Source,
    text::percent_decode,
    violation::RulePlace,
};

/// What the first token of a place in another file begins with; the file's number follows.
const FILE: &str = "file:";

/// A reference that standin wrote itself, to a place in whatever file, begins so.
const PLACE: &str = "standin:place";

/// Which specification a document follows. Schemas and operations mean different things in each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Version {
    /// Swagger 2.0.
    V2,
    V3_0,
    V3_1,
    V3_2,
}

pub(crate) struct Document {
    pub(crate) version: Version,
    /// The first is the root.
    files: Vec<File>,
    index: Index,
    heirs: OnceLock<HashMap<Pointer, Vec<Pointer>>>,
    /// Words that were asked for: each schema asks for the same few, and a search reads all of the text.
    mentions: Mutex<BTreeMap<String, bool>>,
}

struct File {
    /// The absolute URI that its references are relative to.
    uri: String,
    value: Value,
    source: Arc<Source>,
}

/// What is named otherwise than by its place: `$id`, `$anchor`, `$self`. Empty for most documents.
#[derive(Default)]
struct Index {
    /// Files and embedded resources by their absolute URI.
    resources: BTreeMap<String, Pointer>,
    /// Where an embedded resource begins, and the URI that references below it are relative to.
    bases: BTreeMap<Pointer, String>,
    /// Anchors by the resource that they stand in.
    anchors: BTreeMap<(Pointer, String), Pointer>,
}

impl Document {
    fn new(version: Version, files: Vec<File>, index: Index) -> Self {
        Self { version, files, index, heirs: OnceLock::new(), mentions: Mutex::default() }
    }

    #[cfg(test)]
    pub(crate) fn of_value(value: Value) -> Self {
        let file = File { uri: "standin:/test".into(), value, source: Arc::new(Source::of_value("test")) };
        let version = match file.value.get("openapi").and_then(Value::as_str) {
            Some("3.0.0") => Version::V3_0,
            _ => Version::V3_1,
        };
        Self::new(version, vec![file], Index::default())
    }

    /// The root file's value.
    pub(crate) fn root(&self) -> &Value {
        &self.files[0].value
    }

    /// The root file's text.
    pub(crate) fn source(&self) -> &Source {
        &self.files[0].source
    }

    /// The places where files begin.
    pub(crate) fn roots(&self) -> impl Iterator<Item = Pointer> {
        (0..self.files.len()).map(file_root)
    }

    /// Whether a word may stand somewhere: a quick no saves a walk through all of it.
    pub(crate) fn may_mention(&self, word: &str) -> bool {
        let mut mentions = self.mentions.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = mentions.get(word) {
            return *known;
        }
        let mentioned = self.files.iter().any(|file| file.source.may_mention(word));
        mentions.insert(word.to_owned(), mentioned);
        mentioned
    }

    /// The value at a place.
    pub(crate) fn resolve(&self, place: &Pointer) -> Option<&Value> {
        let (file, rest) = self.split(place);
        pointer::resolve(rest, &file.value)
    }

    /// A place as a message names it: file, line, column and the pointer inside the file.
    pub(crate) fn place(&self, place: &Pointer) -> RulePlace {
        let (file, rest) = self.split(place);
        RulePlace::new(&file.source, Pointer::parse(rest).unwrap_or_default())
    }

    /// The value that a message's place names.
    pub(crate) fn value_at(&self, place: &RulePlace) -> Option<&Value> {
        let file = self.files.iter().find(|file| place.is_of(&file.source))?;
        place.pointer().resolve(&file.value)
    }

    /// An error about a place.
    pub(crate) fn defect(&self, kind: DefectKind, place: &Pointer, expected: impl Into<String>, found: impl Into<String>) -> Error {
        let (file, rest) = self.split(place);
        file.source.defect(kind, Pointer::parse(rest).unwrap_or_default(), expected, found)
    }

    /// A reference to a place, wherever it stands.
    pub(crate) fn reference(place: &Pointer) -> String {
        format!("{PLACE}#{place}")
    }

    /// Puts a member beside what an object has.
    pub(crate) fn insert(&mut self, place: &Pointer, name: &str, value: Value) {
        let (number, rest) = split(place.as_str());
        if let Some(Value::Object(members)) = self.files.get_mut(number).and_then(|file| file.value.pointer_mut(rest)) {
            members.insert(name.to_owned(), value);
        }
    }

    fn split<'p>(&self, place: &'p Pointer) -> (&File, &'p str) {
        let (number, rest) = split(place.as_str());
        self.files.get(number).map_or((&self.files[0], place.as_str()), |file| (file, rest))
    }

    /// The place that a `$ref` standing at or below `from` names; `None` if there is nothing there.
    ///
    /// Both spellings of a name with a blank are accepted: percent-encoded, as RFC 6901 (section 6) has it, and raw.
    pub(crate) fn target(&self, from: &Pointer, reference: &str) -> Option<Pointer> {
        let reference = reference.trim();
        let (before, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        if before == PLACE {
            return Pointer::parse(fragment);
        }
        let resource = self.resource(from, before)?;
        let found = match fragment.is_empty() || fragment.starts_with('/') {
            true => resource.concat(&Pointer::parse(&percent_decode(fragment))?),
            false => self.index.anchors.get(&(resource, fragment.to_owned()))?.clone(),
        };
        self.resolve(&found).is_some().then_some(found)
    }

    /// Where the resource begins that a reference without its fragment names.
    fn resource(&self, from: &Pointer, reference: &str) -> Option<Pointer> {
        let embedded = self.embedded(from);
        if reference.is_empty() {
            return Some(embedded.map_or_else(|| file_root(split(from.as_str()).0), |(place, _)| place.clone()));
        }
        let base = embedded.map_or_else(|| self.split(from).0.uri.as_str(), |(_, uri)| uri);
        self.index.resources.get(&uri::resolve(base, reference)?).cloned()
    }

    /// The innermost embedded resource that a place lies in.
    fn embedded(&self, place: &Pointer) -> Option<(&Pointer, &str)> {
        let mut here = (!self.index.bases.is_empty()).then(|| place.clone())?;
        loop {
            if let Some((found, uri)) = self.index.bases.get_key_value(&here) {
                return Some((found, uri));
            }
            if here.is_root() {
                return None;
            }
            here.pop();
        }
    }

    /// Follows `$ref`s from a place to the first value that is none.
    ///
    /// `Err` is the place of a reference that leads nowhere, or in a circle.
    pub(crate) fn follow(&self, from: &Pointer) -> Result<(Pointer, &Value), Pointer> {
        let mut place = from.clone();
        for _ in 0..100 {
            let value = self.resolve(&place).ok_or_else(|| place.clone())?;
            let Some(Value::String(reference)) = value.get("$ref") else {
                return Ok((place, value));
            };
            place = self.target(&place, reference).ok_or_else(|| place.join("$ref"))?;
        }
        Err(place.join("$ref"))
    }

    /// The schemas that extend another one by `allOf`, for those that do: what a discriminator without `oneOf` chooses from
    /// (OpenAPI 3.1, section 4.8.25). Found by one walk over the named schemas, when first asked.
    pub(crate) fn heirs(&self, of: &Pointer) -> &[Pointer] {
        let heirs = self.heirs.get_or_init(|| self.find_heirs());
        heirs.get(of).map_or(&[], Vec::as_slice)
    }

    fn find_heirs(&self) -> HashMap<Pointer, Vec<Pointer>> {
        let mut heirs: HashMap<Pointer, Vec<Pointer>> = HashMap::new();
        if !self.may_mention("discriminator") {
            return heirs;
        }
        for root in self.roots() {
            for holder in [root.join("components").join("schemas"), root.join("definitions")] {
                for (name, schema) in self.resolve(&holder).and_then(Value::as_object).into_iter().flatten() {
                    let place = holder.join(name);
                    let parents = schema.get("allOf").and_then(Value::as_array).into_iter().flatten();
                    for reference in parents.filter_map(|parent| parent.get("$ref")?.as_str()) {
                        if let Some(parent) = self.target(&place, reference) {
                            heirs.entry(parent).or_default().push(place.clone());
                        }
                    }
                }
            }
        }
        heirs
    }
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.files.iter().map(|file| &**file.source.name()).collect();
        f.debug_struct("Document").field("version", &self.version).field("files", &names).finish_non_exhaustive()
    }
}

/// Where a file begins.
fn file_root(number: usize) -> Pointer {
    if number == 0 { Pointer::root() } else { Pointer::root().join(format_args!("{FILE}{number}")) }
}

/// The number of the file that a place lies in, and the pointer inside that file.
fn split(place: &str) -> (usize, &str) {
    let Some(rest) = place.strip_prefix('/').and_then(|rest| rest.strip_prefix(FILE)) else { return (0, place) };
    let end = rest.find('/').unwrap_or(rest.len());
    rest[..end].parse().map_or((0, place), |number| (number, &rest[end..]))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn references_are_followed_and_circles_are_found() {
        let document = Document::of_value(json!({"a": {"$ref": "#/b c"}, "b c": {"$ref": "#/d"}, "d": 1, "e": {"$ref": "#/e"}}));
        let follow = |text: &str| document.follow(&Pointer::parse(text).unwrap());
        assert_eq!(follow("/a"), Ok((Pointer::parse("/d").unwrap(), &json!(1))));
        assert_eq!(follow("/e"), Err(Pointer::parse("/e/$ref").unwrap()));
        assert_eq!(document.target(&Pointer::root(), "#/b%20c"), Pointer::parse("/b c"));
        assert_eq!(document.target(&Pointer::root(), "other.yaml#/b"), None);
        assert_eq!(document.target(&Pointer::root(), "#nowhere"), None);
    }

    #[test]
    fn places_of_other_files_begin_with_the_file() {
        assert_eq!(split("/file:2/a/b"), (2, "/a/b"));
        assert_eq!(split("/file:2"), (2, ""));
        assert_eq!(split("/paths/file:2"), (0, "/paths/file:2"));
        assert_eq!(split("/file:x/a"), (0, "/file:x/a"));
        assert_eq!(file_root(2).as_str(), "/file:2");
    }
}
