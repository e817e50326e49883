//! Stable names for what differs from run to run: ids, times and secrets.
//!
//! What is an id, a time or a secret is read from the contract's schemas, not from a list of names; only what calls itself a
//! secret is one without them. Equal values have equal names, so that relations stay visible.

use std::{
    borrow::Cow,
    collections::{BTreeSet, HashMap},
};

use serde_json::{Map, Value};

use super::{
    Call,
    shown::{self, Body, Side},
};
use crate::{
    check::secrets::Veil,
    contract::Location,
    mask,
    media::is_json,
    message::header_text,
    schema::{Annotations, Meaning, Note},
    source::parse_json,
};

/// Declared parameters, credentials apart.
pub(super) fn parameters(call: &Call, names: &mut Names) -> Value {
    let places = [Location::Header, Location::Query, Location::Cookie];
    let secret = |name: &str| mask::is_telling(name) || places.iter().any(|at| call.contract.declares_key(*at, name));
    let declared = call.operation().map(|operation| operation.parameters.as_slice()).unwrap_or_default();
    let mut view = Map::new();
    for (name, value) in call.exchange.entry.parameters.iter().filter(|(name, _)| !secret(name)) {
        let parameter = declared.iter().find(|parameter| parameter.name == *name && parameter.location != Location::Cookie);
        let mut value = value.clone();
        match parameter.and_then(|parameter| parameter.schema.as_ref()) {
            Some(schema) => names.replace(&mut value, name, "", Some((schema.annotations(), schema.annotations().root()))),
            None => names.replace(&mut value, name, "", None),
        }
        view.insert(name.clone(), value);
    }
    if view.is_empty() { Value::Null } else { Value::Object(view) }
}

/// A body: JSON with names put in, text as it may be told, other bytes as their number.
pub(super) fn body(call: &Call, side: Side, names: &mut Names) -> Value {
    let (bytes, headers) = match side {
        Side::Request => (call.request().body(), call.request().headers()),
        Side::Response => (call.response().body(), call.response().headers()),
    };
    let content_type = headers.get("content-type").and_then(header_text).unwrap_or_default();
    let json = if is_json(content_type) { parse_json(bytes).ok() } else { None };
    if let Some((mut value, _)) = json {
        let noted = shown::noted(call, side);
        names.secret = Veil::new(noted).names().map(str::to_owned).collect();
        names.replace(&mut value, "", "", noted);
        return value;
    }
    match shown::body(call, side) {
        Body::Nothing => Value::Null,
        Body::Json(value, _) => value,
        Body::Text(text) => text.into(),
        Body::Parts(parts) => parts.into_iter().map(|part| (part.name, part.text.unwrap_or_else(|| in_bytes(part.bytes)))).collect(),
        Body::Bytes(bytes) => in_bytes(bytes).into(),
    }
}

fn in_bytes(bytes: usize) -> String {
    format!("[{bytes} bytes]")
}

/// The names given so far.
#[derive(Default)]
pub(super) struct Names {
    given: HashMap<String, String>,
    counts: HashMap<String, usize>,
    /// The members that are secrets, wherever they stand.
    secret: BTreeSet<String>,
}

impl Names {
    /// Puts names in the place of ids, times and secrets. `name` and `holder` are the member that the value is, and the
    /// one that holds it.
    pub(super) fn replace(&mut self, value: &mut Value, name: &str, holder: &str, noted: Option<(&Annotations, &Note)>) {
        match value {
            Value::String(text) => {
                if let Some(given) = self.name(text, name, holder, noted.and_then(|(_, note)| note.meaning.as_ref())) {
                    *text = given;
                }
            }
            Value::Array(items) => {
                let below = noted.and_then(|(annotations, note)| Some((annotations, annotations.items(note)?)));
                items.iter_mut().for_each(|item| self.replace(item, name, holder, below));
            }
            Value::Object(members) => {
                let within = if name.is_empty() { holder } else { name };
                for (member, value) in members {
                    let below = noted.and_then(|(annotations, note)| Some((annotations, annotations.member(note, member)?)));
                    // All that a secret is made of is one.
                    let member = if self.hides(name) { name } else { member.as_str() };
                    self.replace(value, member, within, below);
                }
            }
            Value::Number(_) if self.hides(name) => *value = "[secret]".into(),
            _ => {}
        }
    }

    fn hides(&self, name: &str) -> bool {
        self.secret.contains(name) || mask::is_telling(name)
    }

    /// The name of a text that stands somewhere else, if it has one.
    pub(super) fn known(&self, text: &str) -> Option<&str> {
        self.given.get(text).map(String::as_str)
    }

    fn name(&mut self, text: &str, name: &str, holder: &str, meaning: Option<&Meaning>) -> Option<String> {
        match meaning {
            Some(Meaning::Time) => Some("[time]".into()),
            Some(Meaning::Secret) => Some("[secret]".into()),
            Some(Meaning::Id(entity)) => {
                if let Some(given) = self.given.get(text) {
                    return Some(given.clone());
                }
                let entity = entity.clone().unwrap_or_else(|| entity_of(name, holder));
                let count = self.counts.entry(entity.clone()).or_default();
                *count += 1;
                let given = format!("[{entity}#{count}]");
                self.given.insert(text.to_owned(), given.clone());
                Some(given)
            }
            // The same id where no schema says that it is one.
            None if self.given.contains_key(text) => self.given.get(text).cloned(),
            None if self.hides(name) && !text.is_empty() => Some("[secret]".into()),
            None => match mask::text(text) {
                Cow::Owned(masked) => Some(masked),
                Cow::Borrowed(_) => None,
            },
        }
    }
}

/// `organization_id` names organizations, the `id` of an `endpoint` names endpoints.
fn entity_of(name: &str, holder: &str) -> String {
    let stem = name.strip_suffix("_id").or_else(|| name.strip_suffix("Id")).or_else(|| name.strip_suffix("ID"));
    match stem.or((!holder.is_empty() && name == "id").then_some(holder)) {
        Some(stem) if !stem.is_empty() => stem.to_lowercase(),
        _ if name.is_empty() => "id".into(),
        _ => name.to_lowercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entities_are_named_by_their_members() {
        assert_eq!(entity_of("organization_id", "endpoint"), "organization");
        assert_eq!(entity_of("userId", ""), "user");
        assert_eq!(entity_of("id", "endpoint"), "endpoint");
        assert_eq!(entity_of("id", ""), "id");
        assert_eq!(entity_of("reference", "x"), "reference");
    }
}
