//! Real documents, where there is a folder of them: every operation is called, rightly and in each way wrongly that its
//! declaration names, and the verdicts are counted.
//!
//! `cargo test --release conformance -- --nocapture` prints the totals.

mod round_trips;

use std::{
    borrow::Cow,
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use serde_json::{Map, Value};

use crate::{
    clock::Timestamp,
    codec::{write_form, write_style},
    contract::{Contract, DeclaredStatus, Location, MediaType, Operation, Parameter, SchemeKind, Style},
    document::Document,
    journal::Call,
    media::{self, Kind},
    message::{Bytes, Headers, Method, Request},
    pointer::Pointer,
    respond::Because,
    router::path_of,
    schema::{Schema, Setting},
    seed::Seed,
    server::MockServer,
    violation::{Place, Step, Violation},
};

const SETTING: Setting = Setting::at(Timestamp::FIXED);

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
        let mut draft = Self { path: path_of(operation.path()).to_owned(), ..Self::default() };
        for parameter in &operation.parameters {
            match parameter.any_schema().map_or_else(|| Some("x".into()), |schema| made(schema, &parameter.name)) {
                // One of its members has the name of another parameter, and would be taken for that.
                Some(Value::Object(members))
                    if parameter.explode && members.keys().any(|name| operation.parameters.iter().any(|other| other.name == *name)) => {}
                // Null has no text of its own: it is what is not sent (RFC 6570, section 2.3).
                Some(Value::Null) if !parameter.required => {}
                Some(value) => draft.put(parameter, &value),
                None if parameter.required => return None,
                None => {}
            }
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
        let (style, explode, mut value) = match json {
            true => (Style::Form, true, Value::String(value.to_string())),
            false => (parameter.style, parameter.explode, value.clone()),
        };
        if style == Style::SpaceDelimited {
            without_blanks(&mut value);
        }
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

/// No blank of a value can be told from one that delimits.
fn without_blanks(value: &mut Value) {
    match value {
        Value::String(text) => *text = text.replace(' ', "-"),
        Value::Array(items) => items.iter_mut().for_each(without_blanks),
        Value::Object(members) => members.values_mut().for_each(without_blanks),
        _ => {}
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
    let generated = || media_type.schema.as_ref().map_or(Some(Value::Object(Map::new())), |schema| made(schema, "body"));
    let value = generated().or_else(|| media_type.first_example(Seed::new(1), SETTING).map(Cow::into_owned))?;
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

/// One way in which a request can be spoilt.
struct Spoilt {
    kind: &'static str,
    draft: Draft,
    step: Step,
    /// Where that must be found, if it is one place.
    place: Option<Place>,
}

impl Spoilt {
    fn is_found(&self, call: &Call) -> bool {
        let found = |violation: &Violation| {
            violation.step() == self.step
                && self.place.as_ref().is_none_or(|place| violation.place().to_string().eq_ignore_ascii_case(&place.to_string()))
        };
        call.response().status().is_client_error() && call.violations().iter().any(found)
    }
}

/// Values that a schema's own keywords refuse, each with the keyword.
///
/// `text` says whether values are sent as text, which has no type.
fn refused(members: &Value, text: bool) -> Vec<(&'static str, Value)> {
    let number = |keyword: &str| members.get(keyword).and_then(Value::as_f64);
    let count = |keyword: &str| members.get(keyword).and_then(Value::as_u64).filter(|count| *count < 10_000);
    let is = |name: &str| members["type"] == name;
    let nullable = members["nullable"] == true;
    let mut values: Vec<(&'static str, Value)> = Vec::new();
    match members["type"].as_str() {
        Some("integer" | "number" | "boolean") => values.push(("type", "certainly-not".into())),
        Some("object" | "array") if !text => values.push(("type", "certainly-not".into())),
        Some("string") if !text => values.push(("type", 12.into())),
        _ => {}
    }
    if members.get("enum").and_then(Value::as_array).is_some_and(|all| all.iter().all(Value::is_string) && !all.is_empty()) && !nullable {
        values.push(("enum", "certainly-not".into()));
    }
    if is("string") {
        values.extend(count("maxLength").map(|most| ("maxLength", "x".repeat(most as usize + 1).into())));
        values.extend(count("minLength").filter(|least| *least > 1).map(|least| ("minLength", "x".repeat(least as usize - 1).into())));
        let anchored = members.get("pattern").and_then(Value::as_str).is_some_and(|pattern| pattern.starts_with("^["));
        values.extend(anchored.then(|| ("pattern", "\u{a7}\u{a7}".into())));
    }
    if is("integer") {
        values.extend(number("maximum").filter(|most| *most < 1e15).map(|most| ("maximum", (most as i64 + 1).into())));
        values.extend(number("minimum").filter(|least| *least > -1e15).map(|least| ("minimum", (least as i64 - 1).into())));
    }
    values
}

/// The members of a body that can be spoilt on their own: those of plain objects.
fn places(document: &Document, schema: &Pointer, value: &Value, at: &Pointer, found: &mut Vec<(Pointer, Pointer)>) {
    let Ok((schema, members)) = document.follow(schema) else { return };
    found.push((at.clone(), schema.clone()));
    if at.tokens().count() > 4 || ["oneOf", "anyOf", "not", "if"].iter().any(|union| members.get(union).is_some()) {
        return;
    }
    for (name, value) in value.as_object().into_iter().flatten() {
        let member = schema.join("properties").join(name);
        if document.resolve(&member).is_some_and(|member| member["readOnly"] != true) {
            places(document, &member, value, &at.join(name), found);
        }
    }
    if let (Some(first), Some(_)) = (value.get(0), members.get("items")) {
        places(document, &schema.join("items"), first, &at.join("0"), found);
    }
}

fn spoilt(operation: &Operation, draft: &Draft) -> Vec<Spoilt> {
    let mut spoilt = Vec::new();
    let optional = operation.security.is_empty() || operation.security.iter().any(Vec::is_empty);
    let enforced = operation.security.iter().all(|all| all.iter().any(|one| one.scheme.kind != SchemeKind::Other));
    if !optional && enforced {
        let draft = Draft { credentials: Vec::new(), ..draft.clone() };
        spoilt.push(Spoilt { kind: "credentials", draft, step: Step::Credentials, place: None });
    }
    for parameter in operation.parameters.iter().filter(|parameter| matches!(parameter.location, Location::Query | Location::Header)) {
        spoil_parameter(operation, parameter, draft, &mut spoilt);
    }
    spoil_body(operation, draft, &mut spoilt);
    spoilt
}

fn spoil_parameter(operation: &Operation, parameter: &Parameter, draft: &Draft, spoilt: &mut Vec<Spoilt>) {
    let own = |(name, _): &(String, String)| *name == parameter.name;
    let mut without = draft.clone();
    without.query.retain(|pair| !own(pair));
    without.headers.retain(|pair| !own(pair));
    let place = match parameter.location {
        Location::Query => Place::Query(parameter.name.clone(), Pointer::root()),
        _ => Place::Header(parameter.name.clone(), Pointer::root()),
    };
    let place = Some(place);
    let is_key = draft.credentials.iter().any(|(_, name, _)| name.eq_ignore_ascii_case(&parameter.name));
    if parameter.required && !is_key {
        spoilt.push(Spoilt { kind: "missing parameter", draft: without.clone(), step: Step::Parameters, place: place.clone() });
    }
    let schema = parameter.schema.as_ref().and_then(|schema| operation.document.follow(schema.pointer()).ok());
    let Some((_, members)) = schema.filter(|_| !is_key) else { return };
    for (kind, value) in refused(members, true) {
        let mut draft = without.clone();
        draft.put(parameter, &value);
        spoilt.push(Spoilt { kind, draft, step: Step::Parameters, place: place.clone() });
    }
}

fn spoil_body(operation: &Operation, draft: &Draft, spoilt: &mut Vec<Spoilt>) {
    let Some((content_type, body)) = &draft.body else { return };
    let with = |content_type: &str, body: Bytes| Draft { body: Some((content_type.to_owned(), body)), ..draft.clone() };
    let any = operation.request_body.iter().flat_map(|body| &body.content).any(|media_type| media_type.range.starts_with('*'));
    if !any && !body.is_empty() {
        let draft = with("application/x-unheard-of", body.clone());
        spoilt.push(Spoilt { kind: "content type", draft, step: Step::MediaType, place: None });
    }
    if !media::is_json(content_type) {
        return;
    }
    let draft = with(content_type, "{\"a\": ".into());
    spoilt.push(Spoilt { kind: "malformed body", draft, step: Step::Body, place: None });
    let Some(schema) = body_type(operation).and_then(|media_type| media_type.schema.as_ref()) else { return };
    let Ok(whole) = serde_json::from_slice::<Value>(body) else { return };
    let mut found = Vec::new();
    places(&operation.document, schema.pointer(), &whole, &Pointer::root(), &mut found);
    for (at, schema) in found {
        let Some(members) = operation.document.resolve(&schema) else { continue };
        let place = Some(Place::Body(at.clone()));
        for (kind, value) in refused(members, false) {
            let mut whole = whole.clone();
            let Some(slot) = whole.pointer_mut(at.as_str()) else { continue };
            *slot = value;
            let draft = with(content_type, whole.to_string().into());
            spoilt.push(Spoilt { kind, draft, step: Step::Body, place: place.clone() });
        }
        let required = members.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        let mut written = required.filter(|name| {
            let member = operation.document.follow(&schema.join("properties").join(name));
            member.is_ok_and(|(_, member)| member["readOnly"] != true)
        });
        let mut whole = whole.clone();
        if let (Some(name), Some(Value::Object(holder))) = (written.next(), whole.pointer_mut(at.as_str())) {
            holder.remove(name);
            let draft = with(content_type, whole.to_string().into());
            spoilt.push(Spoilt { kind: "missing member", draft, step: Step::Body, place: Some(Place::Body(at.join(name))) });
        }
    }
}

#[derive(Default)]
struct Totals {
    documents: usize,
    operations: usize,
    accepted: usize,
    answered: usize,
    by_kind: BTreeMap<&'static str, (usize, usize)>,
    /// Asked for by `Prefer`, and had.
    statuses: (usize, usize),
    /// The same, and those that are refused because they break their schema.
    examples: (usize, usize, usize),
    explained: Vec<String>,
    unexplained: Vec<String>,
}

impl Totals {
    fn tell(&mut self, text: &str, why: Option<&str>) {
        let text: String = text.chars().take(600).collect();
        match why {
            Some(why) => self.explained.push(format!("{text} [{why}]")),
            None => self.unexplained.push(text),
        }
    }

    fn run(&mut self, path: &Path) {
        let contract = Contract::from_path(path).unwrap_or_else(|error| panic!("{error}"));
        let api = MockServer::builder(&contract).lenient(true).start();
        self.documents += 1;
        for operation in contract.operations() {
            self.operations += 1;
            let name = format!("{} {}", path.file_name().unwrap_or_default().to_string_lossy(), operation.name());
            // Several operations for one method and path: what one of them refuses, another may take.
            let same = |other: &&Operation| other.method() == operation.method() && path_of(other.path()) == path_of(operation.path());
            let shared = contract.operations().iter().filter(same).count() > 1;
            let shared = shared.then_some("another operation of the same method and path takes it");
            let Some((draft, request)) = Draft::of(operation).and_then(|draft| Some((draft.clone(), draft.request(operation.method())?)))
            else {
                self.tell(&format!("{name}: no request can be made"), None);
                continue;
            };
            self.call(&api, &name, request.clone());
            self.prefer(&api, operation, (&name, shared), &request);
            for spoilt in spoilt(operation, &draft) {
                let Some(request) = spoilt.draft.request(operation.method()) else { continue };
                let counts = self.by_kind.entry(spoilt.kind).or_default();
                counts.0 += 1;
                api.handle(request);
                let call = api.calls().last();
                if spoilt.is_found(&call) {
                    counts.1 += 1;
                    continue;
                }
                let place = spoilt.place.map_or_else(String::new, |place| format!(" at {place}"));
                let text = format!("{name}: wrong {}{place}: {} {:?}", spoilt.kind, call.response().status(), call.violations());
                self.tell(&text, shared);
            }
            api.reset();
        }
    }

    /// Each declared status, and each example by its name.
    fn prefer(&mut self, api: &MockServer, operation: &Operation, (name, shared): (&str, Option<&str>), request: &Request) {
        for declared in &operation.responses {
            let code = match declared.status {
                DeclaredStatus::Code(code) => code,
                DeclaredStatus::Range(hundreds) => hundreds * 100 + 7,
                DeclaredStatus::Default => 418,
            };
            self.statuses.0 += 1;
            let response = api.handle(request.clone().with_header("prefer", &format!("code={code}")));
            let call = api.calls().last();
            let broken =
                call.violations().iter().find(|violation| violation.step() == Step::Answer || violation.code().starts_with("prefer."));
            match broken {
                None if response.status().as_u16() == code && call.because() != &Because::Unable => self.statuses.1 += 1,
                _ => self.tell(&format!("{name}: no {code}: {} {:?}", response.status(), call.violations()), shared),
            }
            for (media_type, example) in
                declared.content.iter().flat_map(|content| content.examples().iter().map(move |example| (content, example)))
            {
                let Some(example) = example.name.as_deref() else { continue };
                self.examples.0 += 1;
                let text = format!("code={code}, example=\"{}\"", example.replace('\\', "\\\\").replace('"', "\\\""));
                let request = request.clone().with_header("prefer", &text).with_header("accept", &media_type.range);
                let response = api.handle(request);
                let call = api.calls().last();
                let refused = call.violations().iter().find(|violation| violation.code() == "prefer.example");
                match refused {
                    None if response.status().as_u16() == code && call.because() == &Because::Example => self.examples.1 += 1,
                    Some(refused) if refused.to_string().contains("breaks its schema") => self.examples.2 += 1,
                    _ => self
                        .tell(&format!("{name}: no example {example:?} of {code}: {} {:?}", response.status(), call.violations()), shared),
                }
            }
        }
    }

    /// A request that is in order.
    fn call(&mut self, api: &MockServer, name: &str, request: Request) {
        api.handle(request);
        let call = api.calls().last();
        match call.because() {
            Because::Unable => {
                self.tell(&format!("{name}: unanswered: {:?}", call.violations()), None);
            }
            _ => self.answered += 1,
        }
        match call.violations().iter().any(|violation| violation.step() != Step::Answer) {
            true => self.tell(&format!("{name}: refused: {:?} {:?}", call.request().query(), call.violations()), None),
            false => self.accepted += 1,
        }
    }
}

#[test]
#[cfg_attr(debug_assertions, ignore = "takes minutes where nothing is optimised: run it with --release")]
fn real_documents_are_judged_rightly() {
    let say = |text: &str| drop(std::io::Write::write_all(&mut std::io::stderr(), text.as_bytes()));
    let Some(documents) = documents() else {
        // Nothing is asserted without the documents, and the test says so.
        say("skipped: there are no documents in ../shared/specs\n");
        return;
    };
    let mut totals = Totals::default();
    let chosen = std::env::var("STANDIN_DOCUMENT").unwrap_or_default();
    for path in documents.iter().filter(|path| path.to_string_lossy().contains(&chosen)) {
        totals.run(path);
    }
    let Totals { documents, operations, accepted, answered, by_kind, statuses, examples, explained, unexplained } = totals;
    let (spoilt, refused) = by_kind.values().fold((0, 0), |sum, count| (sum.0 + count.0, sum.1 + count.1));
    say(&format!("{documents} documents, {operations} operations: {accepted} right requests accepted, {answered} answered\n"));
    say(&format!("{refused} of {spoilt} wrong requests refused where they are wrong:\n"));
    by_kind.iter().for_each(|(kind, (all, refused))| say(&format!("  {kind}: {refused} of {all}\n")));
    say(&format!("{} of {} declared statuses had by `Prefer: code=`\n", statuses.1, statuses.0));
    let (asked, had, broken) = examples;
    say(&format!("{had} of {asked} named examples had by `Prefer: example=`, {broken} refused because they break their schema\n"));
    say(&format!("{} exceptions:\n  {}\n", explained.len(), explained.join("\n  ")));
    assert!(unexplained.is_empty(), "{} without an explanation:\n{}", unexplained.len(), unexplained.join("\n"));
    assert!(answered * 1000 >= operations * 999, "{answered} of {operations} operations answered");
    assert!(refused * 100 >= spoilt * 99, "{refused} of {spoilt} wrong requests refused");
}
