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
