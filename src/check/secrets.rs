//! The secrets of a message: what the contract declares to be one, and what says so by its name or its shape.

use serde_json::Value;

use super::parameters::cookies;
use crate::{
    codec::{self, decode_base64},
    contract::{Contract, Location, MediaType, Operation},
    mask::{self, Secrets},
    media,
    message::{Headers, Request, header_text},
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

/// Masks what is secret in a value, and whether there was anything.
pub(crate) fn hide(value: &mut Value, noted: Noted<'_>) -> bool {
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
        Value::Array(list) => list.iter_mut().fold(false, |hidden, item| hide(item, items(noted)) | hidden),
        Value::Object(members) => members.iter_mut().fold(false, |hidden, (name, value)| {
            let now = if mask::is_telling(name) { hide_whole(value) } else { hide(value, member(noted, name)) };
            now | hidden
        }),
        _ => false,
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

/// Adds the secrets of a value.
pub(crate) fn collect(value: &Value, noted: Noted<'_>, secrets: &mut Secrets) {
    if is_declared(noted) {
        return collect_whole(value, secrets);
    }
    match value {
        Value::String(text) => secrets.add_from(text),
        Value::Array(list) => list.iter().for_each(|item| collect(item, items(noted), secrets)),
        Value::Object(members) => members.iter().for_each(|(name, value)| match mask::is_telling(name) {
            true => collect_whole(value, secrets),
            false => collect(value, member(noted, name), secrets),
        }),
        _ => {}
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
    secrets.add_from(&percent_decode(request.path()));
    let content_type = request.header("content-type").unwrap_or_default();
    let content = operation.and_then(|operation| operation.request_body.as_ref()).map_or(&[][..], |body| &body.content);
    match body {
        Some(body) => collect(body, noted(content, content_type), &mut secrets),
        None => of_bytes(request.body(), content_type, noted(content, content_type), &mut secrets),
    }
    secrets
}

/// The secrets of a body of which nothing is known but its bytes.
pub(crate) fn of_bytes(body: &[u8], content_type: &str, noted: Noted<'_>, secrets: &mut Secrets) {
    let text = String::from_utf8_lossy(body);
    match parse_json(body) {
        Ok((value, _)) => collect(&value, noted, secrets),
        Err(_) if content_type.starts_with("application/x-www-form-urlencoded") => {
            for (name, value) in codec::pairs(&text) {
                let value = percent_decode(value);
                if mask::is_telling(&name) { secrets.add(&value) } else { secrets.add_from(&value) }
            }
        }
        Err(_) => secrets.add_from(&text),
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
        assert!(hide(&mut value, None));
        let hidden = json!({
            "name": "n", "password": "***", "pin": 1, "token": "***", "secrets": {"a": ["***"], "on": true},
            "hook": "https://***@x.y/?token=***",
        });
        assert_eq!(value, hidden);
        assert!(!hide(&mut json!({"name": "n", "password": null}), None));
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
