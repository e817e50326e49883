//! `application/x-www-form-urlencoded`: queries and bodies as pairs (WHATWG URL, section 5.1), and as values.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::{
    Unreadable,
    nested::{Key, Nested, Noted, below, cut, member},
    style::cut_items,
};
use crate::{
    contract::{Encoding, MediaType, Style},
    schema::Types,
    source::parse_json,
    text::percent_decode,
};

/// The pairs of a query: decoded names with texts that are still encoded.
pub(crate) fn pairs(query: &str) -> Vec<(Cow<'_, str>, &str)> {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs.map(|pair| pair.split_once('=').unwrap_or((pair, ""))).map(|(name, value)| (decode(name), value)).collect()
}

pub(crate) fn decode(text: &str) -> Cow<'_, str> {
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
        if let Some(object) = holder(media_type, whole, stem) {
            let keys: Vec<Key> = [Some(stem.to_owned())].into_iter().chain(keys).collect();
            nested.add(object, &keys, decode(value).into_owned())?;
            continue;
        }
        match media_type.encoding_of(stem).and_then(delimiting).filter(|_| keys.is_empty()) {
            Some(style) => delimited(&mut nested, stem, value, style, member(whole, stem))?,
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
        let value = inner_lists(media_type, &name, value);
        members.insert(name, value);
    }
    Ok(Value::Object(members))
}

/// A member of a form whose lists may be cut in their own way.
pub(crate) fn inner_lists(media_type: &MediaType, name: &str, value: Value) -> Value {
    match &media_type.schema {
        Some(schema) => cut_items(schema.document(), &schema.pointer().join("properties").join(name), value),
        None => value,
    }
}

/// The style by which one text holds all that is in a member: only `form` explodes unless it is told not to (OpenAPI 3.1,
/// section 4.8.15.1).
pub(crate) fn delimiting(encoding: &Encoding) -> Option<Style> {
    let style = encoding.style.unwrap_or(Style::Form);
    let explode = encoding.explode.unwrap_or(style == Style::Form || style == Style::DeepObject);
    (!explode).then_some(style)
}

/// The object whose members are fields of their own, this one among them (the style `form`, exploded).
fn holder<'m>(media_type: &'m MediaType, whole: Noted<'_>, name: &str) -> Option<&'m str> {
    let declared = whole.is_some_and(|(annotations, note)| annotations.members(note).any(|(known, _)| known == name));
    let spreads = |encoding: &Encoding| {
        let says = encoding.style == Some(Style::Form) || encoding.style.is_none() && encoding.explode.is_some();
        says && delimiting(encoding).is_none()
    };
    let holds = |object: &str| {
        let noted = member(whole, object);
        noted.is_some_and(|(_, note)| note.types.has(Types::OBJECT)) && member(noted, name).is_some()
    };
    let mut encodings = media_type.encoding.iter().filter(|_| !declared);
    encodings.find(|(object, encoding)| spreads(encoding) && holds(object)).map(|(object, _)| object.as_str())
}

/// Adds what one text holds: items, or names and values by turns. What it cannot be cut into is left as it is.
fn delimited(nested: &mut Nested, name: &str, text: &str, style: Style, noted: Noted<'_>) -> Result<(), Unreadable> {
    let types = noted.map(|(_, note)| note.types).unwrap_or_default();
    let pieces = split(text, style);
    let whole = decode(text);
    if whole.starts_with(['{', '[']) && parse_json(whole.as_bytes()).is_ok() {
        return nested.add(name, &[], whole.into_owned());
    }
    if types.has(Types::ARRAY) {
        let items = below(noted, &[None]).map(|(_, note)| note.types).unwrap_or_default();
        // As in a query: an empty text is an item only where it may be one.
        if text.is_empty() && !items.is_empty() && !items.has(Types::STRING) {
            return nested.add(name, &[], Value::Array(Vec::new()));
        }
        return pieces.into_iter().try_for_each(|piece| nested.add(name, &[None], decode(piece).into_owned()));
    }
    if types.has(Types::OBJECT) && text.is_empty() {
        return nested.add(name, &[], Map::new());
    }
    if types.has(Types::OBJECT) && pieces.len().is_multiple_of(2) {
        let by_turns = pieces.chunks(2).filter_map(|pair| Some((pair.first()?, pair.get(1)?)));
        return by_turns.into_iter().try_for_each(|(key, piece)| {
            let key = decode(key).into_owned();
            nested.add(name, &[Some(key)], decode(piece).into_owned())
        });
    }
    nested.add(name, &[], whole.into_owned())
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
        _ => value.split(',').flat_map(|piece| piece.split("%2C")).flat_map(|piece| piece.split("%2c")).collect(),
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
