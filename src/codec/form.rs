//! `application/x-www-form-urlencoded`: queries and bodies as pairs (WHATWG URL, section 5.1), and as values.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::{
    Unreadable,
    nested::{Nested, cut, member},
};
use crate::{
    contract::{MediaType, Style},
    schema::Types,
    source::parse_json,
    text::percent_decode,
};

/// The pairs of a query: decoded names with texts that are still encoded.
pub(crate) fn pairs(query: &str) -> Vec<(Cow<'_, str>, &str)> {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs.map(|pair| pair.split_once('=').unwrap_or((pair, ""))).map(|(name, value)| (decode(name), value)).collect()
}

pub(super) fn decode(text: &str) -> Cow<'_, str> {
    if text.contains('+') { Cow::Owned(percent_decode(&text.replace('+', " ")).into_owned()) } else { percent_decode(text) }
}

/// The object that a form stands for, with texts at its leaves, by what the media type says of its members.
pub(crate) fn read(body: &[u8], media_type: &MediaType) -> Result<Value, Unreadable> {
    let text = std::str::from_utf8(body).map_err(|error| {
        let at = error.valid_up_to();
        Unreadable::new("UTF-8 text", format!("the byte 0x{:02X} at offset {at}", body[at]))
    })?;
    let whole = media_type.schema.as_ref().map(|schema| (schema.annotations(), schema.annotations().root()));
    let mut nested = Nested::default();
    for (name, value) in pairs(text) {
        let (stem, keys) = cut(&name, whole);
        let encoding = media_type.encoding_of(stem);
        let delimited = encoding.filter(|encoding| encoding.explode == Some(false) && keys.is_empty());
        match delimited.filter(|_| member(whole, stem).is_some_and(|(_, note)| note.types.has(Types::ARRAY))) {
            Some(encoding) => {
                for piece in split(value, encoding.style.unwrap_or(Style::Form)) {
                    nested.add(stem, &[None], decode(piece).into_owned())?;
                }
            }
            None => nested.add(stem, &keys, decode(value).into_owned())?,
        }
    }
    let mut members = Map::new();
    for (name, mut value) in nested.into_members(whole) {
        let structured = member(whole, &name).is_some_and(|(_, note)| note.types.has(Types::OBJECT.and(Types::ARRAY)));
        let is_json =
            media_type.encoding_of(&name).and_then(|encoding| encoding.content_type.as_deref()).is_some_and(crate::media::is_json);
        if let Some(text) = json_text(&value).filter(|_| structured || is_json)
            && let Ok((parsed, _)) = parse_json(text.as_bytes())
        {
            // Objects in forms are JSON by OpenAPI 3.1 (section 4.8.14.3), and by many clients.
            value = parsed;
        }
        members.insert(name, value);
    }
    Ok(Value::Object(members))
}

/// A text that looks like a JSON object or array.
fn json_text(value: &Value) -> Option<&str> {
    let text = match value {
        Value::String(text) => text,
        Value::Array(items) => match items.as_slice() {
            [Value::String(text)] => text,
            _ => return None,
        },
        _ => return None,
    };
    text.starts_with(['{', '[']).then_some(text)
}

fn split(value: &str, style: Style) -> Vec<&str> {
    match style {
        Style::SpaceDelimited => value.split(['+', ' ']).flat_map(|piece| piece.split("%20")).collect(),
        Style::PipeDelimited => value.split('|').flat_map(|piece| piece.split("%7C")).flat_map(|piece| piece.split("%7c")).collect(),
        Style::TabDelimited => value.split("%09").collect(),
        _ => value.split(',').flat_map(|piece| piece.split("%2C")).collect(),
    }
}

/// An object as a form: for the client of the tests.
#[cfg(test)]
pub(crate) fn write(value: &Value, media_type: &MediaType) -> String {
    let members = value.as_object().into_iter().flatten();
    let parts = members.map(|(name, value)| {
        let encoding = media_type.encoding_of(name);
        let (style, explode) = encoding.map_or((None, None), |encoding| (encoding.style, encoding.explode));
        match value {
            Value::Array(items) if items.iter().all(|item| !item.is_object() && !item.is_array()) => {
                let style = style.filter(|style| *style != Style::DeepObject).unwrap_or(Style::Form);
                super::style::write(style, explode.unwrap_or(true), crate::contract::Location::Query, name, value)
            }
            other => super::style::bracketed(&crate::text::percent_encode(name), other),
        }
    });
    parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join("&")
}
