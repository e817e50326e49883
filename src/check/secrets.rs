//! The secrets of a message: what the contract declares to be one, and what says so by its name or its shape.

use std::collections::BTreeSet;

use serde_json::Value;

use super::parameters::cookies;
use crate::{
    codec::{self, decode_base64},
    contract::{Contract, Location, MediaType, Operation},
    mask::{self, Secrets},
    media,
    message::{Headers, Request, header_text},
    pointer::Pointer,
    schema::{Annotations, Meaning, Note},
    source::parse_json,
    text::percent_decode,
    violation::{Place, Violation},
};

/// What is said about a value, if anything is.
pub(crate) type Noted<'a> = Option<(&'a Annotations, &'a Note)>;

/// What the schema of a body says, of the first media type that it can be.
pub(crate) fn noted<'a>(declared: &'a [MediaType], content_type: &str) -> Noted<'a> {
    let fitting = declared.iter().filter(|media_type| media::fit(&media_type.range, content_type).is_some());
    let schema = fitting.min_by_key(|media_type| media_type.range.contains('*')).and_then(|media_type| media_type.schema.as_ref())?;
    Some((schema.annotations(), schema.annotations().root()))
}

fn member<'a>(noted: Noted<'a>, name: &str) -> Noted<'a> {
    noted.and_then(|(annotations, note)| Some((annotations, annotations.member(note, name)?)))
}

fn items(noted: Noted<'_>) -> Noted<'_> {
    noted.and_then(|(annotations, note)| Some((annotations, annotations.items(note)?)))
}

fn is_declared(noted: Noted<'_>) -> bool {
    noted.is_some_and(|(_, note)| note.meaning == Some(Meaning::Secret))
}

/// What is secret in values of one schema.
pub(crate) struct Veil<'a> {
    noted: Noted<'a>,
    /// The names of all members that are secrets somewhere: whoever sends one sends it in a wrong place, too.
    names: BTreeSet<&'a str>,
}

impl<'a> Veil<'a> {
    pub(crate) fn new(noted: Noted<'a>) -> Self {
        let mut veil = Self { noted, names: BTreeSet::new() };
        let (mut seen, mut open) = (BTreeSet::new(), Vec::from_iter(noted));
        while let Some((annotations, note)) = open.pop() {
            // Schemas that contain themselves come back to the same note.
            if !seen.insert(std::ptr::from_ref(note)) {
                continue;
            }
            for (name, note) in annotations.members(note) {
                if note.meaning == Some(Meaning::Secret) {
                    veil.names.insert(name);
                }
                open.push((annotations, note));
            }
            open.extend(annotations.items(note).map(|note| (annotations, note)));
        }
        veil
    }

    /// The names of the members that the contract declares to be secrets.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'a str> {
        self.names.iter().copied()
    }

    /// Whether a member of this name is a secret, wherever it stands.
    pub(crate) fn hides(&self, name: &str) -> bool {
        self.names.contains(name) || mask::is_telling(name)
    }

    /// Whether the value at a place, or one that it lies in, is a secret.
    pub(crate) fn hides_at(&self, place: &Pointer) -> bool {
        self.noted.is_some_and(|(annotations, _)| annotations.is_secret(place)) || place.tokens().any(|name| self.hides(&name))
    }

    /// Masks what is secret in a text of any kind.
    pub(crate) fn text(&self, text: &str) -> String {
        mask::text_but(text, &|name| self.hides(name) || mask::is_telling_parameter(name)).into_owned()
    }

    /// Masks what is secret in a value, and whether there was anything.
    pub(crate) fn hide(&self, value: &mut Value) -> bool {
        self.hide_in(value, self.noted)
    }

    fn hide_in(&self, value: &mut Value, noted: Noted<'_>) -> bool {
        if is_declared(noted) {
            return hide_whole(value);
        }
        match value {
            Value::String(text) => {
                let masked = mask::text(text);
                let changed = masked != text.as_str();
                if changed {
                    *text = masked.into_owned();
                }
                changed
            }
            Value::Array(list) => list.iter_mut().fold(false, |hidden, item| self.hide_in(item, items(noted)) | hidden),
            Value::Object(members) => members.iter_mut().fold(false, |hidden, (name, value)| {
                let now = if self.hides(name) { hide_whole(value) } else { self.hide_in(value, member(noted, name)) };
                now | hidden
            }),
            _ => false,
        }
    }

    /// Adds the secrets of a value.
    fn collect(&self, value: &Value, secrets: &mut Secrets) {
        self.collect_in(value, self.noted, secrets);
    }

    fn collect_in(&self, value: &Value, noted: Noted<'_>, secrets: &mut Secrets) {
        if is_declared(noted) {
            return collect_whole(value, secrets);
        }
        match value {
            Value::String(text) => secrets.add_from(text),
            Value::Array(list) => list.iter().for_each(|item| self.collect_in(item, items(noted), secrets)),
            Value::Object(members) => members.iter().for_each(|(name, value)| match self.hides(name) {
                true => collect_whole(value, secrets),
                false => self.collect_in(value, member(noted, name), secrets),
            }),
            _ => {}
        }
    }
}

/// Masks every text and number of a secret: its shape is no secret, and what is null or a flag is none.
fn hide_whole(value: &mut Value) -> bool {
    match value {
        Value::Null | Value::Bool(_) => false,
        Value::String(text) if text.is_empty() => false,
        Value::String(text) => {
            *text = mask::secret(text);
            true
        }
        Value::Number(_) => {
            *value = mask::MASK.into();
            true
        }
        Value::Array(items) => items.iter_mut().fold(false, |hidden, item| hide_whole(item) | hidden),
        Value::Object(members) => members.values_mut().fold(false, |hidden, member| hide_whole(member) | hidden),
    }
}

fn collect_whole(value: &Value, secrets: &mut Secrets) {
    match value {
        Value::String(text) => secrets.add(text),
        Value::Number(number) => secrets.add(&number.to_string()),
        Value::Array(items) => items.iter().for_each(|item| collect_whole(item, secrets)),
        Value::Object(members) => members.values().for_each(|member| collect_whole(member, secrets)),
        _ => {}
    }
}

/// Everything secret in a request. `parameters` are those that could be decoded, and `body` is the body if it could be.
pub(crate) fn of_request(
    contract: &Contract,
    operation: Option<&Operation>,
    request: &Request,
    parameters: &[(String, Value)],
    body: Option<&Value>,
) -> Secrets {
    let mut secrets = Secrets::default();
    of_headers(contract, request.headers(), &mut secrets);
    of_pairs(contract, request, &mut secrets);
    for (_, value) in parameters.iter().filter(|(name, _)| mask::is_telling(name)) {
        collect_whole(value, &mut secrets);
    }
    of_path(contract, request.path(), &mut secrets);
    let content_type = request.header("content-type").unwrap_or_default();
    let content = operation.and_then(|operation| operation.request_body.as_ref()).map_or(&[][..], |body| &body.content);
    let veil = Veil::new(noted(content, content_type));
    match body {
        Some(body) => veil.collect(body, &mut secrets),
        None => of_bytes(request.body(), content_type, &veil, &mut secrets),
    }
    secrets
}

/// The secrets of a body of which nothing is known but its bytes.
fn of_bytes(body: &[u8], content_type: &str, veil: &Veil<'_>, secrets: &mut Secrets) {
    let text = String::from_utf8_lossy(body);
    match parse_json(body) {
        Ok((value, _)) => veil.collect(&value, secrets),
        Err(_) if content_type.starts_with("application/x-www-form-urlencoded") => {
            for (name, value) in codec::pairs(&text) {
                let value = percent_decode(value);
                if veil.hides(&name) { secrets.add(&value) } else { secrets.add_from(&value) }
            }
        }
        Err(_) => secrets.add_from_but(&text, &|name| veil.hides(name) || mask::is_telling_parameter(name)),
    }
}

/// Those of a path that leads to no operation: what stands where the path of an operation has a secret.
pub(crate) fn of_path(contract: &Contract, path: &str, secrets: &mut Secrets) {
    secrets.add_from(&percent_decode(path));
    let sent: Vec<&str> = path.split('/').collect();
    for operation in contract.operations() {
        if !operation.path_parameters().any(mask::is_telling) {
            continue;
        }
        // A base path may stand before it.
        let template: Vec<&str> = operation.path().trim_start_matches('/').split('/').collect();
        let tail = &sent[sent.len().saturating_sub(template.len())..];
        let is_open = |part: &str| part.contains('{');
        if tail.len() == template.len() && template.iter().zip(tail).all(|(part, text)| is_open(part) || part == text) {
            let telling = |part: &str| is_open(part) && mask::is_telling(part);
            template.iter().zip(tail).filter(|(part, _)| telling(part)).for_each(|(_, text)| {
                secrets.add(text);
                secrets.add(&percent_decode(text));
            });
        }
    }
}

fn of_headers(contract: &Contract, headers: &Headers, secrets: &mut Secrets) {
    for (name, value) in headers.iter() {
        let Some(text) = header_text(value) else { continue };
        if name == "cookie" {
            continue;
        }
        if !mask::is_telling_header(name.as_str()) && !contract.declares_key(Location::Header, name.as_str()) {
            secrets.add_from(text);
            continue;
        }
        let credential = text.split_once(' ').map_or(text, |(_, credential)| credential);
        secrets.add(credential);
        secrets.add(text);
        let pair = decode_base64(credential).and_then(|bytes| String::from_utf8(bytes).ok());
        if let Some((_, password)) = pair.as_deref().and_then(|pair| pair.split_once(':')) {
            secrets.add(password);
        }
    }
}

/// Those of the query and of cookies. A cookie that nobody declared may be anything, a session too.
fn of_pairs(contract: &Contract, request: &Request, secrets: &mut Secrets) {
    for (name, value) in codec::pairs(request.query().unwrap_or_default()) {
        let decoded = percent_decode(value);
        if mask::is_telling_parameter(&name) || contract.declares_key(Location::Query, &name) {
            secrets.add(value);
            secrets.add(&decoded);
        } else {
            secrets.add_from(&decoded);
        }
    }
    for (name, value) in cookies(request) {
        if mask::is_telling_parameter(&name) || contract.declares_key(Location::Cookie, &name) {
            secrets.add(value);
        } else {
            secrets.add_from(value);
        }
    }
}

/// The violation without any of the secrets.
pub(crate) fn without(secrets: &Secrets, violation: Violation) -> Violation {
    let is_telling = match violation.place() {
        Place::Query(name, _) | Place::Cookie(name, _) => mask::is_telling_parameter(name),
        Place::Path(name, _) => mask::is_telling(name),
        Place::Header(name, _) => mask::is_telling_header(name) && violation.found().contains('"'),
        Place::Body(place) | Place::Answer(place) => place.tokens().any(|token| mask::is_telling(&token)),
        Place::Route => false,
    };
    let is_value = violation.found().starts_with(['"', '[', '{']) || violation.found().starts_with("the number");
    let violation = if is_telling && is_value { violation.masked() } else { violation };
    if secrets.is_empty() { violation } else { violation.scrubbed(secrets) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_hidden_by_name_and_shape() {
        let mut value = json!({
            "name": "n", "password": "canary", "pin": 1, "token": 123_456, "secrets": {"a": ["canary"], "on": true},
            "hook": "https://u:canary@x.y/?token=canary",
        });
        assert!(Veil::new(None).hide(&mut value));
        let hidden = json!({
            "name": "n", "password": "***", "pin": 1, "token": "***", "secrets": {"a": ["***"], "on": true},
            "hook": "https://***@x.y/?token=***",
        });
        assert_eq!(value, hidden);
        assert!(!Veil::new(None).hide(&mut json!({"name": "n", "password": null})));
    }

    #[test]
    fn the_secrets_of_a_request_are_known_wherever_they_are() {
        let contract = Contract::from_text("x", "openapi: 3.1.0").unwrap();
        let request = Request::post("/x?api_key=canary%2D1&limit=3")
            .with_header("authorization", "Basic dXNlcjpjYW5hcnktMg==")
            .with_header("cookie", "theme=dark; sid=canary-3")
            .with_header("content-type", "application/x-www-form-urlencoded")
            .with_body("client_secret=canary-4&a=https://u:canary-5@x.y");
        let secrets = of_request(&contract, None, &request, &[], None);
        let told = "canary-1 canary%2D1 canary-2 dXNlcjpjYW5hcnktMg== canary-3 canary-4 u:canary-5 dark 3";
        let clean = secrets.scrub(told);
        assert!(!clean.contains("canary") && !clean.contains("dXN") && clean.ends_with("dark 3"), "{clean}");
    }
}
