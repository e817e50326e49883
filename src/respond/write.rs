//! Writing the body of an answer as its media type asks for.

use serde_json::Value;

use crate::{
    codec,
    contract::MediaType,
    media::{self, Kind},
    message::{HeaderValue, Response, StatusCode},
    pointer::Pointer,
    schema::Types,
    source::quote,
    violation::{Place, Step, Violation},
};

/// A response with a body as its media type has it; of a range, the type that is named.
pub(super) fn body(media_type: &MediaType, named: Option<&str>, status: StatusCode, body: &Value) -> Result<Response, Violation> {
    let content_type = content_type(named.unwrap_or(&media_type.range), body);
    let text = bytes(media_type, content_type, body);
    written(content_type, status, text)
}

/// A response with a body that was written as its media type has it.
pub(super) fn written(content_type: &str, status: StatusCode, text: Vec<u8>) -> Result<Response, Violation> {
    match HeaderValue::from_str(content_type) {
        Ok(header) => Ok(Response::new(status).with_body(header, text)),
        Err(_) => {
            let place = Place::Answer(Pointer::root());
            Err(Violation::new(Step::Answer, "contract.media-type", place, "a media type", quote(content_type)))
        }
    }
}

/// A range is no media type: what fits it, and the body.
fn content_type<'r>(range: &'r str, body: &Value) -> &'r str {
    match (range.split_once('/'), body) {
        _ if !range.contains('*') && range.contains('/') => range,
        (Some(("text", _)), _) => "text/plain",
        (Some(("image", _)), _) => "image/png",
        (_, Value::String(_)) if range != "*/*" => "application/octet-stream",
        _ => "application/json",
    }
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

pub(super) fn json(body: &Value) -> Vec<u8> {
    let mut text = Vec::with_capacity(512);
    json_into(body, &mut text);
    text
}

pub(super) fn json_into<T: serde::Serialize + ?Sized>(value: &T, text: &mut Vec<u8>) {
    // Writing a value into memory cannot fail.
    let _ = serde_json::to_writer(text, value);
}

/// The items of a sequence: those of an array, unless the schema is that of one item.
fn items(media_type: &MediaType, body: &Value) -> Vec<Value> {
    let types = media_type.schema.as_ref().map(|schema| schema.annotations().root().types).unwrap_or_default();
    match body {
        Value::Array(items) if media_type.item_schema.is_some() || types.has(Types::ARRAY) => items.clone(),
        one => vec![one.clone()],
    }
}
