//! From a text to a document: the files that it refers to, and what is named by `$id` and `$anchor`.
//!
//! Files are read while loading, because operations may lie in them. What cannot be read is a problem of the places that
//! refer to it, never of the whole.

use std::{
    fmt, fs, io,
    path::{self, PathBuf},
    sync::Arc,
};

use serde_json::{Map, Value};

use super::{Document, File, Index, Kind, Version, file_root, uri};
use crate::{
    error::{DefectKind, Error},
    pointer::Pointer,
    source::{Remarks, Source, describe},
};

/// How many files a document may be made of.
const MOST_FILES: usize = 10_000;

/// The schema of schemas (JSON Schema 2020-12, core, section 8.1.1).
pub(crate) const META_SCHEMA: &str = "https://json-schema.org/draft/2020-12/schema";

/// The code of a reference to a file that could not be read.
pub(crate) const UNREAD: &str = "reference.unread";

/// The code of a reference that leads nowhere.
pub(crate) const UNRESOLVED: &str = "reference.unresolved";

/// Reads a remote text.
pub(crate) type Fetch = dyn Fn(&str) -> io::Result<String> + Send + Sync;

/// Where references may lead: nowhere but into the document itself, unless something more is allowed.
#[derive(Default, Clone)]
pub(crate) struct Reach {
    /// The root file; `None` for a document that did not come from a file.
    pub(crate) path: Option<PathBuf>,
    /// The address of the root document, if it was fetched.
    pub(crate) url: Option<String>,
    /// Whether files outside the root file's folder may be read.
    pub(crate) outside: bool,
    pub(crate) fetch: Option<Arc<Fetch>>,
}

/// What looks wrong about a document and does not stop it from being loaded.
pub(crate) struct Problem {
    pub(crate) code: &'static str,
    pub(crate) place: Pointer,
    pub(crate) text: String,
}

/// Reads the root file, which was parsed already, and all that it refers to.
pub(crate) fn read(source: Source, value: Value, remarks: &Remarks, reach: &Reach) -> Result<(Document, Vec<Problem>), Error> {
    let version = version(&source, &value)?;
    let name = source.name().to_string();
    // Relative to the name that the file was asked for by (RFC 3986, section 5.1.3), even if that is a link to another.
    let file = || uri::of_path(&path::absolute(reach.path.as_deref()?).ok()?);
    let uri = reach.url.clone().or_else(file).unwrap_or_else(|| "standin:/document".to_owned());
    let mut reading = Reading {
        files: Vec::new(),
        index: Index::default(),
        problems: Vec::new(),
        reach,
        folder: folder(&name),
        folders: real_folders(reach),
    };
    let own = value.get("$self").and_then(Value::as_str).and_then(|own| uri::resolve(&uri, own));
    if let Some(own) = &own {
        reading.index.resources.insert(own.clone(), Pointer::root());
    }
    reading.add(own.unwrap_or_else(|| uri.clone()), uri, source, value, remarks);
    let mut next = 0;
    while next < reading.files.len() {
        reading.visit(next);
        next += 1;
    }
    let Reading { files, index, problems, .. } = reading;
    Ok((Document::new(version, files, index), problems))
}

/// The folder that the names of other files begin with.
fn folder(name: &str) -> String {
    name.rfind('/').map_or_else(String::new, |end| name[..=end].to_owned())
}

/// Where the files of a document may lie: the folder of the root file, and the one where it really is if it is a link. Without
/// links in their paths, so that no link leads out. None for a document that did not come from a file.
fn real_folders(reach: &Reach) -> Vec<PathBuf> {
    let Some(absolute) = reach.path.as_deref().and_then(|path| path::absolute(path).ok()) else { return Vec::new() };
    let given = absolute.parent().and_then(|folder| fs::canonicalize(folder).ok());
    let real = fs::canonicalize(&absolute).ok().and_then(|path| Some(path.parent()?.to_owned()));
    given.into_iter().chain(real).collect()
}

fn version(source: &Source, value: &Value) -> Result<Version, Error> {
    const SUPPORTED: &str = "OpenAPI 3.0, 3.1 or 3.2, or Swagger 2.0";
    let root = Pointer::root();
    let wrong = |kind: DefectKind, place: Pointer, expected: &str, found: String| Err(source.defect(kind, place, expected, found));
    let Value::Object(members) = value else {
        return wrong(DefectKind::Structure, root, "an OpenAPI document, which is an object", describe(value));
    };
    let (key, name) = if members.contains_key("openapi") { ("openapi", "OpenAPI") } else { ("swagger", "Swagger") };
    // People write `3.0` and `2.0` without quotes, which makes them numbers.
    let given = match members.get(key) {
        Some(Value::String(text)) => text.trim().to_owned(),
        Some(Value::Number(number)) => number.to_string(),
        Some(other) => return wrong(DefectKind::Structure, root.join(key), "the version as a string, such as \"3.1.0\"", describe(other)),
        None => return wrong(DefectKind::Structure, root, "a member `openapi` with the version", "none".into()),
    };
    let is = |version: &str| given == version || given.strip_prefix(version).is_some_and(|rest| rest.starts_with(['.', '-']));
    match key {
        "swagger" if is("2.0") || given == "2" => Ok(Version::V2),
        "openapi" if is("3.0") || given == "3" => Ok(Version::V3_0),
        "openapi" if is("3.1") => Ok(Version::V3_1),
        "openapi" if is("3.2") => Ok(Version::V3_2),
        _ => wrong(DefectKind::Version, root.join(key), SUPPORTED, format!("{name} {given}")),
    }
}

struct Reading<'r> {
    files: Vec<File>,
    index: Index,
    problems: Vec<Problem>,
    reach: &'r Reach,
    folder: String,
    folders: Vec<PathBuf>,
}

impl Reading<'_> {
    fn add(&mut self, base: String, uri: String, source: Source, value: Value, remarks: &Remarks) {
        let place = file_root(self.files.len());
        for (code, pointer, text) in remarks.told() {
            self.problems.push(Problem { code, place: place.concat(pointer), text: text.to_owned() });
        }
        self.index.resources.insert(uri, place);
        self.files.push(File { uri: base, value, source: Arc::new(source) });
    }

    /// Finds what a file names and what it refers to, and reads that. Most files need no walk.
    fn visit(&mut self, number: usize) {
        let source = Arc::clone(&self.files[number].source);
        let names = ["\"$id\"", "$id:", "$anchor", "$dynamicAnchor"].iter().any(|word| source.may_mention(word));
        if !names && !source.may_refer_outside() {
            return;
        }
        // The value is put back: the walk changes the index, never the value.
        let value = std::mem::take(&mut self.files[number].value);
        let mut walk =
            Walk { resource: file_root(number), base: self.files[number].uri.clone(), place: file_root(number), found: Vec::new() };
        walk.value(&value, Kind::of_file(number, &value), &mut self.index);
        self.files[number].value = value;
        for (base, reference, place) in walk.found {
            self.fetch(&base, &reference, place);
        }
    }

    fn fetch(&mut self, base: &str, reference: &str, place: Pointer) {
        // Whoever judges by it has it.
        if reference.trim_end_matches('#') == META_SCHEMA {
            return;
        }
        let read = match uri::resolve(base, reference) {
            None => Err("which is no URI reference".to_owned()),
            Some(uri) if self.index.resources.contains_key(&uri) => return,
            Some(_) if self.files.len() >= MOST_FILES => Err(format!("and no more than {MOST_FILES} files are read")),
            Some(uri) => self.bytes(&uri).and_then(|(name, bytes)| {
                let (source, value, remarks) =
                    Source::read_bytes(&name, bytes).map_err(|error| format!("which cannot be read: {error}"))?;
                self.add(uri.clone(), uri, source, value, &remarks);
                Ok(())
            }),
        };
        if let Err(why) = read {
            let text = format!("the reference leads to {reference:?}, {why}; whatever it stands for is not known here");
            self.problems.push(Problem { code: UNREAD, place, text });
        }
    }

    /// A file's name and what it holds.
    fn bytes(&self, uri: &str) -> Result<(String, Vec<u8>), String> {
        if uri::is_remote(uri) {
            let fetch = self.reach.fetch.as_ref().ok_or("which is remote, and fetching was not allowed")?;
            return fetch(uri).map(|text| (uri.to_owned(), text.into_bytes())).map_err(|error| format!("which cannot be fetched: {error}"));
        }
        let path = uri::to_path(uri).filter(|_| !self.folders.is_empty());
        let path = path.ok_or("and a document that did not come from a file refers to no other files")?;
        let path = fs::canonicalize(path).map_err(|error| format!("which cannot be read: {error}"))?;
        let inside = self.folders.iter().find_map(|folder| path.strip_prefix(folder).ok());
        if inside.is_none() && !self.reach.outside {
            return Err("which lies outside the folder of the document, and that was not allowed".into());
        }
        let name = inside.map_or_else(|| path.display().to_string(), |inside| format!("{}{}", self.folder, inside.display()));
        fs::read(&path).map(|bytes| (name, bytes)).map_err(|error| format!("which cannot be read: {error}"))
    }
}

/// A walk over one file.
struct Walk {
    /// The resource at hand, and the URI that references are relative to.
    resource: Pointer,
    base: String,
    place: Pointer,
    /// References that lead out of the resource at hand: base, reference, place.
    found: Vec<(String, String, Pointer)>,
}

impl Walk {
    fn value(&mut self, value: &Value, kind: Kind, index: &mut Index) {
        match value {
            Value::Array(items) => items.iter().enumerate().for_each(|(number, item)| self.child(number, item, kind.item(), index)),
            Value::Object(members) => self.object(members, kind, index),
            _ => {}
        }
    }

    fn child(&mut self, token: impl fmt::Display, value: &Value, kind: Kind, index: &mut Index) {
        if kind != Kind::Data && (value.is_object() || value.is_array()) {
            self.place.push(token);
            self.value(value, kind, index);
            self.place.pop();
        }
    }

    fn object(&mut self, members: &Map<String, Value>, kind: Kind, index: &mut Index) {
        let outer = self.enter(members, index);
        for keyword in ["$anchor", "$dynamicAnchor"] {
            if let Some(Value::String(name)) = members.get(keyword) {
                index.anchors.insert((self.resource.clone(), name.clone()), self.place.clone());
            }
        }
        if let Some(Value::String(reference)) = members.get("$ref")
            && !reference.trim().starts_with('#')
        {
            self.found.push((self.base.clone(), reference.trim().to_owned(), self.place.join("$ref")));
        }
        // Values of a discriminator's mapping are references too, or names.
        if let Some(Value::Object(mapping)) = members.get("mapping")
            && members.get("propertyName").is_some_and(Value::is_string)
        {
            for (name, target) in mapping {
                let leads_out = |target: &&str| {
                    (target.contains('/') || target.ends_with(".json") || target.ends_with(".yaml")) && !target.starts_with('#')
                };
                if let Some(target) = target.as_str().filter(leads_out) {
                    self.found.push((self.base.clone(), target.to_owned(), self.place.join("mapping").join(name)));
                }
            }
        }
        members.iter().for_each(|(name, value)| self.child(name, value, kind.member(name, value), index));
        if let Some((resource, base)) = outer {
            self.resource = resource;
            self.base = base;
        }
    }

    /// Enters an embedded resource, if one begins here; gives what to go back to.
    fn enter(&mut self, members: &Map<String, Value>, index: &mut Index) -> Option<(Pointer, String)> {
        let id = members.get("$id")?.as_str()?;
        let uri = uri::resolve(&self.base, id)?;
        // Draft 7 and before name anchors so.
        if let Some(name) = id.strip_prefix('#') {
            index.anchors.insert((self.resource.clone(), name.to_owned()), self.place.clone());
            return None;
        }
        index.resources.insert(uri.clone(), self.place.clone());
        index.bases.insert(self.place.clone(), uri.clone());
        Some((std::mem::replace(&mut self.resource, self.place.clone()), std::mem::replace(&mut self.base, uri)))
    }
}
