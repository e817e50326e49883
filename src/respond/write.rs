//! Writing an answer: its body as the media type asks for, and the headers that its response declares.

use serde_json::Value;

use super::Scene;
use crate::{
    codec,
    contract::{DeclaredResponse, MediaType, Parameter},
    media::{self, Kind},
    message::{HeaderName, HeaderValue, Response, StatusCode, header},
    pointer::Pointer,
    schema::Types,
    seed::Seed,
    source::quote,
    violation::{Place, Step, Violation},
};

/// A response with a body as its media type has it; of a range, the type that is named.
pub(super) fn body(media_type: &MediaType, named: Option<&str>, status: StatusCode, body: &Value) -> Result<Response, Violation> {
    let range = named.unwrap_or(media_type.range.as_str());
    // A range is no media type: what fits it, and the body.
    let content_type = match (range.split_once('/'), body) {
        _ if !range.contains('*') && range.contains('/') => range,
        (Some(("text", _)), _) => "text/plain",
        (Some(("image", _)), _) => "image/png",
        (_, Value::String(_)) if range != "*/*" => "application/octet-stream",
        _ => "application/json",
    };
    let Ok(header) = HeaderValue::from_str(content_type) else {
        let place = Place::Answer(Pointer::root());
        return Err(Violation::new(Step::Answer, "contract.media-type", place, "a media type", quote(range)));
    };
    Ok(Response::new(status).with_body(header, bytes(media_type, content_type, body)))
}

fn bytes(media_type: &MediaType, content_type: &str, body: &Value) -> Vec<u8> {
    match (media::kind(content_type), body) {
        (Kind::Json, body) => json(body),
        (Kind::Xml, body) if cfg!(feature = "xml") && !body.is_string() => codec::write_xml(body, media_type.schema.as_ref()).into_bytes(),
        (Kind::JsonLines, body) => codec::write_lines(&items(media_type, body), content_type),
        (Kind::Events, body) if media_type.item_schema.is_some() || !body.is_string() => codec::events(&items(media_type, body)),
        (_, Value::String(text)) => text.clone().into_bytes(),
        // Text and bytes that a document describes as something else: JSON is the one way to write that.
        (_, body) => json(body),
    }
}

fn json(body: &Value) -> Vec<u8> {
    let mut text = Vec::with_capacity(512);
    // Writing a value into memory cannot fail.
    serde_json::to_writer(&mut text, body).map(|()| text).unwrap_or_default()
}

/// The items of a sequence: those of an array, unless the schema is that of one item.
fn items(media_type: &MediaType, body: &Value) -> Vec<Value> {
    let types = media_type.schema.as_ref().map(|schema| schema.annotations().root().types).unwrap_or_default();
    match body {
        Value::Array(items) if media_type.item_schema.is_some() || types.has(Types::ARRAY) => items.clone(),
        one => vec![one.clone()],
    }
}

/// The headers that a response declares (OpenAPI 3.1, section 4.8.21), and those that tell of a deprecated operation.
pub(super) fn headers(scene: &Scene<'_>, declared: &DeclaredResponse, seed: Seed, mut response: Response) -> Result<Response, Violation> {
    for parameter in &declared.headers {
        let Ok(name) = parameter.name.parse::<HeaderName>() else { continue };
        if is_ours(&name) {
            continue;
        }
        match value(scene, parameter, seed.with(parameter.name.as_bytes())) {
            Some(value) => response = response.with_header(name, value),
            None if parameter.required => {
                let place = Place::Header(parameter.name.to_ascii_lowercase(), Pointer::root());
                let violation = Violation::new(Step::Answer, "answer.header", place, "a value for this required header", "none");
                return Err(violation.with_rule(scene.operation.place(&parameter.pointer)));
            }
            None => {}
        }
    }
    Ok(deprecated(scene, response))
}

/// Headers that say how a message is sent: a document has no say in them.
fn is_ours(name: &HeaderName) -> bool {
    [header::CONTENT_TYPE, header::CONTENT_LENGTH, header::CONTENT_ENCODING, header::TRANSFER_ENCODING, header::CONNECTION].contains(name)
}

fn value(scene: &Scene<'_>, parameter: &Parameter, seed: Seed) -> Option<HeaderValue> {
    let schema = parameter.any_schema();
    let made = match schema {
        Some(schema) => schema.generate(seed, scene.setting()).ok()?,
        None => return None,
    };
    let text = match &parameter.content {
        Some(content) if media::is_json(&content.range) => made.to_string(),
        _ => codec::write_simple(&made, parameter.explode),
    };
    HeaderValue::from_str(&text).ok()
}

/// `Deprecation` (RFC 9745) and `Sunset` (RFC 8594). OpenAPI has no date for either: without `x-sunset` only the first is
/// sent, as of the beginning of time.
fn deprecated(scene: &Scene<'_>, mut response: Response) -> Response {
    if !scene.operation.is_deprecated() {
        return response;
    }
    let has = |response: &Response, name: &str| response.headers().get(name).is_some();
    if !has(&response, "deprecation") {
        response = response.with_header(HeaderName::from_static("deprecation"), HeaderValue::from_static("@0"));
    }
    let sunset = scene.operation.document.resolve(&scene.operation.pointer.join("x-sunset")).and_then(Value::as_str);
    let date = sunset.and_then(crate::clock::http_date).and_then(|date| HeaderValue::from_str(&date).ok());
    match date {
        Some(date) if !has(&response, "sunset") => response.with_header(HeaderName::from_static("sunset"), date),
        _ => response,
    }
}
