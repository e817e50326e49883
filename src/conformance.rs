//! Real documents, where there is a folder of them: every operation is called, rightly and in each way wrongly that its
//! declaration names, and the verdicts are counted.
//!
//! `cargo test --release conformance -- --nocapture` prints the totals.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use serde_json::{Map, Value};

use crate::{
    clock::Timestamp,
    codec::{write_form, write_style},
    contract::{Contract, Location, MediaType, Operation, Parameter, SchemeKind, Style},
    media::{self, Kind},
    message::{Bytes, Headers, Method, Request},
    respond::Because,
    schema::{Schema, Setting, Types},
    seed::Seed,
    server::MockServer,
    violation::Step,
};

const SETTING: Setting = Setting { now: Timestamp::FIXED };

/// The documents; `None` if there is no such folder.
fn documents() -> Option<Vec<PathBuf>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/specs");
    let entries = std::fs::read_dir(folder).ok()?.filter_map(|entry| Some(entry.ok()?.path()));
    let is_document = |path: &PathBuf| path.extension().is_some_and(|end| ["json", "yaml", "yml"].iter().any(|known| end == *known));
    let mut documents: Vec<PathBuf> = entries.filter(is_document).collect();
    documents.sort();
    Some(documents)
}

/// A request in parts, so that each can be left out or spoilt.
#[derive(Clone, Default)]
struct Draft {
    path: String,
    query: Vec<(String, String)>,
    headers: Vec<(String, String)>,
    credentials: Vec<(Location, String, String)>,
    body: Option<(String, Bytes)>,
}

impl Draft {
    fn of(operation: &Operation) -> Option<Self> {
        let mut draft = Self { path: crate::router::path_of(operation.path()).to_owned(), ..Self::default() };
        for parameter in &operation.parameters {
            let value = parameter.any_schema().map_or_else(|| Some("x".into()), |schema| made(schema, &parameter.name))?;
            draft.put(parameter, &value);
        }
        for name in operation.path_parameters() {
            draft.path = draft.path.replace(&format!("{{{name}}}"), "x");
        }
        if let Some((_, fixed)) = operation.path().split_once('?') {
            let pairs = fixed.split(['&', '#']).filter_map(|pair| pair.split_once('='));
            draft.query.extend(pairs.map(|(name, value)| (format!("?{name}"), format!("{name}={value}"))));
        }
        for requirement in operation.security.first().into_iter().flatten() {
            let (location, name, value) = match &requirement.scheme.kind {
                SchemeKind::Bearer => (Location::Header, "authorization", "Bearer x".to_owned()),
                SchemeKind::Basic => (Location::Header, "authorization", "Basic dTpw".to_owned()),
                SchemeKind::Http(name) => (Location::Header, "authorization", format!("{name} username=,realm=,nonce=,uri=,response=")),
                SchemeKind::ApiKey(location, name) => (*location, name.as_str(), "k".to_owned()),
                SchemeKind::Other => continue,
            };
            draft.credentials.push((location, name.to_owned(), value));
        }
        if let Some(media_type) = body_type(operation) {
            draft.body = Some(written(media_type)?);
        }
        Some(draft)
    }

    fn put(&mut self, parameter: &Parameter, value: &Value) {
        let json = parameter.content.as_ref().is_some_and(|content| media::is_json(&content.range));
        let (style, explode, value) = match json {
            true => (Style::Form, true, Value::String(value.to_string())),
            false => (parameter.style, parameter.explode, value.clone()),
        };
        let text = write_style(style, explode, parameter.location, &parameter.name, &value);
        match parameter.location {
            Location::Path => self.path = self.path.replace(&format!("{{{}}}", parameter.name), if text.is_empty() { "x" } else { &text }),
            Location::Query => self.query.push((parameter.name.clone(), text)),
            Location::Header => self.headers.push((parameter.name.clone(), text)),
            Location::Cookie | Location::QueryString => {}
        }
    }

    fn request(&self, method: &Method) -> Option<Request> {
        let mut query: Vec<String> = self.query.iter().map(|(_, text)| text.clone()).filter(|text| !text.is_empty()).collect();
        let mut headers = self.headers.clone();
        for (location, name, value) in &self.credentials {
            match location {
                Location::Query => query.push(format!("{name}={value}")),
                Location::Cookie => headers.push(("cookie".into(), format!("{name}={value}"))),
                _ => headers.push((name.clone(), value.clone())),
            }
        }
        let target = if query.is_empty() { self.path.clone() } else { format!("{}?{}", self.path, query.join("&")) };
        headers.extend(self.body.as_ref().map(|(content_type, _)| ("content-type".to_owned(), content_type.clone())));
        let headers: Option<Headers> = headers.iter().map(|(name, value)| Some((name.parse().ok()?, value.parse().ok()?))).collect();
        let body = self.body.as_ref().map(|(_, body)| body.clone()).unwrap_or_default();
        Some(Request::new(method.clone(), target.parse().ok()?, headers?, body))
    }
}

fn made(schema: &Schema, name: &str) -> Option<Value> {
    schema.generate(Seed::new(1).with(name.as_bytes()), SETTING).ok()
}

/// The media type whose bodies can be written here, JSON first.
fn body_type(operation: &Operation) -> Option<&MediaType> {
    let content = &operation.request_body.as_ref()?.content;
    let of = |kind: Kind| content.iter().find(|media_type| media::kind(&media_type.range) == kind && !media_type.range.contains('*'));
    of(Kind::Json).or_else(|| of(Kind::Form)).or_else(|| of(Kind::Multipart)).or_else(|| of(Kind::Text)).or_else(|| of(Kind::Binary))
}

fn written(media_type: &MediaType) -> Option<(String, Bytes)> {
    let value = media_type.schema.as_ref().map_or(Some(Value::Object(Map::new())), |schema| made(schema, "body"))?;
    let range = media_type.range.clone();
    Some(match media::kind(&range) {
        Kind::Json => (range, value.to_string().into()),
        Kind::Form => (range, write_form(&value, media_type).into()),
        Kind::Multipart => (format!("{range}; boundary=standin"), multipart(&value).into()),
        _ => (range, value.as_str().map_or_else(|| value.to_string(), str::to_owned).into()),
    })
}

fn multipart(value: &Value) -> String {
    let mut text = String::new();
    for (name, value) in value.as_object().into_iter().flatten() {
        let values = if let Value::Array(items) = value { items.as_slice() } else { std::slice::from_ref(value) };
        for value in values {
            let (kind, value) = match value {
                Value::String(text) => ("", text.clone()),
                Value::Object(_) | Value::Array(_) => ("\r\nContent-Type: application/json", value.to_string()),
                other => ("", other.to_string()),
            };
            text += &format!("--standin\r\nContent-Disposition: form-data; name=\"{name}\"{kind}\r\n\r\n{value}\r\n");
        }
    }
    text + "--standin--\r\n"
}

/// Each way in which a request can be spoilt: what it is called, the spoilt request, and the step that must find it.
fn spoilt(operation: &Operation, draft: &Draft) -> Vec<(&'static str, Draft, Step)> {
    let mut spoilt = Vec::new();
    let optional = operation.security.is_empty() || operation.security.iter().any(Vec::is_empty);
    let enforced = operation.security.iter().all(|all| all.iter().any(|one| one.scheme.kind != SchemeKind::Other));
    if !optional && enforced {
        spoilt.push(("credentials", Draft { credentials: Vec::new(), ..draft.clone() }, Step::Credentials));
    }
    for parameter in operation.parameters.iter().filter(|parameter| matches!(parameter.location, Location::Query | Location::Header)) {
        let own = |(name, _): &(String, String)| *name == parameter.name;
        let without = || {
            let mut draft = draft.clone();
            draft.query.retain(|pair| !own(pair));
            draft.headers.retain(|pair| !own(pair));
            draft
        };
        let key = draft.credentials.iter().any(|(_, name, _)| name.eq_ignore_ascii_case(&parameter.name));
        if parameter.required && !key {
            spoilt.push(("missing parameter", without(), Step::Parameters));
        }
        let types = parameter.schema.as_ref().map(|schema| schema.annotations().root().types).unwrap_or_default();
        const EXACT: Types = Types::INTEGER.and(Types::NUMBER).and(Types::BOOLEAN);
        if types.has(EXACT) && !types.has(Types::STRING.and(Types::OBJECT)) {
            let mut draft = without();
            draft.put(parameter, &"certainly-not".into());
            spoilt.push(("parameter type", draft, Step::Parameters));
        }
        let members = parameter.schema.as_ref().and_then(|schema| Some(operation.document.follow(schema.pointer()).ok()?.1));
        if members.is_some_and(|schema| schema.get("enum").is_some()) {
            let mut draft = without();
            draft.put(parameter, &"certainly-not".into());
            spoilt.push(("parameter enum", draft, Step::Parameters));
        }
    }
    let Some((content_type, body)) = &draft.body else { return spoilt };
    let with = |content_type: &str, body: Bytes| Draft { body: Some((content_type.to_owned(), body)), ..draft.clone() };
    let any = operation.request_body.iter().flat_map(|body| &body.content).any(|media_type| media_type.range.starts_with('*'));
    if !any && !body.is_empty() {
        spoilt.push(("content type", with("application/x-unheard-of", body.clone()), Step::MediaType));
    }
    if !media::is_json(content_type) {
        return spoilt;
    }
    spoilt.push(("malformed body", with(content_type, "{\"a\": ".into()), Step::Body));
    let Some(schema) = body_type(operation).and_then(|media_type| media_type.schema.as_ref()) else { return spoilt };
    let types = schema.annotations().root().types;
    if !types.is_empty() && !types.has(Types::STRING) {
        spoilt.push(("body type", with(content_type, "\"certainly not\"".into()), Step::Body));
    }
    let members = operation.document.follow(schema.pointer()).map_or(&Value::Null, |(_, members)| members);
    let required = members.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let writable = |name: &&str| schema.annotations().member(schema.annotations().root(), name).is_none_or(|note| !note.read_only);
    if let (Ok(Value::Object(whole)), Some(name)) = (serde_json::from_slice(body), required.into_iter().find(writable)) {
        let mut whole: Map<String, Value> = whole;
        whole.remove(name);
        spoilt.push(("missing member", with(content_type, Value::Object(whole).to_string().into()), Step::Body));
    }
    spoilt
}

#[derive(Default)]
struct Totals {
    documents: usize,
    operations: usize,
    accepted: usize,
    answered: usize,
    spoilt: usize,
    refused: usize,
    by_kind: BTreeMap<&'static str, (usize, usize)>,
    told: Vec<String>,
}

impl Totals {
    fn tell(&mut self, text: String) {
        self.told.push(text.chars().take(300).collect());
    }

    fn run(&mut self, path: &Path) {
        let contract = Contract::from_path(path).unwrap_or_else(|error| panic!("{error}"));
        let api = MockServer::builder(&contract).lenient(true).start();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        self.documents += 1;
        for operation in contract.operations() {
            self.operations += 1;
            let Some((draft, request)) = Draft::of(operation).and_then(|draft| Some((draft.clone(), draft.request(operation.method())?)))
            else {
                self.tell(format!("{name} {}: no request can be made", operation.name()));
                continue;
            };
            api.handle(request);
            let call = api.calls().last();
            match call.because() {
                Because::Unable => self.tell(format!("{name} {}: unanswered: {:?}", operation.name(), call.violations())),
                _ => self.answered += 1,
            }
            let blamed = call.violations().iter().any(|violation| violation.step() != Step::Answer);
            match blamed {
                true => self.tell(format!("{name} {}: refused: {:?}", operation.name(), call.violations())),
                false => self.accepted += 1,
            }
            for (kind, draft, step) in spoilt(operation, &draft) {
                let Some(request) = draft.request(operation.method()) else { continue };
                self.spoilt += 1;
                let counts = self.by_kind.entry(kind).or_default();
                counts.0 += 1;
                api.handle(request);
                let call = api.calls().last();
                if call.violations().iter().any(|violation| violation.step() == step) && call.response().status().as_u16() >= 400 {
                    self.refused += 1;
                    counts.1 += 1;
                } else {
                    self.tell(format!("{name} {}: accepted with a wrong {kind}", operation.name()));
                }
            }
            api.reset();
        }
    }
}

#[test]
fn real_documents_are_judged_rightly() {
    let Some(documents) = documents() else {
        // Nothing is asserted without the documents, and the test says so.
        let _ = std::io::Write::write_all(&mut std::io::stderr(), b"skipped: there are no documents in ../shared/specs\n");
        return;
    };
    let mut totals = Totals::default();
    for path in &documents {
        totals.run(path);
    }
    let Totals { documents, operations, accepted, answered, spoilt, refused, by_kind, told } = totals;
    let summary = format!(
        "{documents} documents, {operations} operations, {accepted} accepted, {answered} answered; {refused} of {spoilt} wrong requests refused: {by_kind:?}"
    );
    let _ = std::io::Write::write_all(&mut std::io::stderr(), format!("{summary}\n{}\n", told.join("\n")).as_bytes());
    assert!(accepted * 100 >= operations * 99, "{summary}");
    assert!(answered * 100 >= operations * 97, "{summary}");
    assert!(refused * 100 >= spoilt * 99, "{summary}");
}
