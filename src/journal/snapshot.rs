//! Calls as values that are the same in every run: ids, times and secrets have stable names in them.
//!
//! What is an id, a time or a secret is read from the contract's schemas, not from a list of names. Equal values have
//! equal names, so that relations stay visible: the id of an answer and the same id in a later path.

use std::{collections::HashMap, fmt};

use serde::ser::{Serialize, Serializer};
use serde_json::{Map, Value, json};

use super::calls::Call;
use crate::{
    contract::{Contract, Location, MediaType},
    media::is_json,
    message::{Bytes, Headers, header_text},
    schema::{Annotations, Meaning, Note},
    source::parse_json,
};

/// Calls in a form for snapshot tests, to be handed to `insta::assert_yaml_snapshot!` or `insta::assert_json_snapshot!`.
///
/// Credentials are not in it: of the request's headers it holds those that the contract declares, and the content type.
#[derive(Debug, Clone, PartialEq)]
pub struct Snapshot(Vec<Value>);

impl Snapshot {
    pub(super) fn of(calls: &[Call], contract: &Contract) -> Self {
        let mut names = Names::default();
        Self(calls.iter().map(|call| entry(call, contract, &mut names)).collect())
    }
}

impl Serialize for Snapshot {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

/// As indented JSON.
impl fmt::Display for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#}", json!(self.0))
    }
}

fn entry(call: &Call, contract: &Contract, names: &mut Names) -> Value {
    let operation = call.operation();
    let request_types = operation.and_then(|operation| operation.request_body.as_ref()).map(|body| body.content.as_slice());
    let response_types = operation.and_then(|operation| {
        let code = call.response().status().as_u16();
        crate::respond::for_status(&operation.responses, code).map(|response| response.content.as_slice())
    });
    // The answer first: what it calls an id is one in the request's path, too.
    let response = body(call.response().body(), call.response().headers(), response_types, names);
    let request = body(call.request().body(), call.request().headers(), request_types, names);

    let mut view = Map::new();
    let mut put = |name: &str, value: Value| {
        if !value.is_null() {
            view.insert(name.into(), value);
        }
    };
    match operation {
        Some(operation) => put("call", operation.name().into()),
        None => put("call", format!("{} {}", call.request().method(), call.request().path()).into()),
    }
    put("parameters", parameters(call, names));
    put("request", request);
    put("status", call.response().status().as_u16().into());
    put("response", response);
    let _ = contract;
    if !call.violations().is_empty() {
        put("violations", call.violations().iter().map(|violation| violation.brief().to_string()).collect());
    }
    Value::Object(view)
}

/// Declared parameters, credentials apart.
fn parameters(call: &Call, names: &mut Names) -> Value {
    let secret = |name: &str| [Location::Header, Location::Query, Location::Cookie].iter().any(|at| call.contract.declares_key(*at, name));
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

/// A body: JSON with names put in, text as it is, other bytes as their number.
fn body(bytes: &Bytes, headers: &Headers, declared: Option<&[MediaType]>, names: &mut Names) -> Value {
    if bytes.is_empty() {
        return Value::Null;
    }
    let content_type = headers.get("content-type").and_then(header_text).unwrap_or_default();
    let json = if is_json(content_type) { parse_json(bytes).ok() } else { None };
    let Some((mut value, _)) = json else {
        return match std::str::from_utf8(bytes) {
            Ok(text) => text.into(),
            Err(_) => format!("[{} bytes]", bytes.len()).into(),
        };
    };
    let problem = content_type.starts_with("application/problem+json");
    let described = declared.unwrap_or_default().iter().find(|media_type| is_json(&media_type.range) && !problem);
    match described.and_then(|media_type| media_type.schema.as_ref()) {
        Some(schema) => names.replace(&mut value, "", "", Some((schema.annotations(), schema.annotations().root()))),
        None => names.replace(&mut value, "", "", None),
    }
    value
}

/// The names given so far.
#[derive(Default)]
struct Names {
    given: HashMap<String, String>,
    counts: HashMap<String, usize>,
}

impl Names {
    /// Puts names in the place of ids, times and secrets. `name` and `holder` are the member that the value is, and the
    /// one that holds it.
    fn replace(&mut self, value: &mut Value, name: &str, holder: &str, noted: Option<(&Annotations, &Note)>) {
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
                let holder = if name.is_empty() { holder } else { name };
                for (member, value) in members {
                    let below = noted.and_then(|(annotations, note)| Some((annotations, annotations.member(note, member)?)));
                    self.replace(value, member, holder, below);
                }
            }
            _ => {}
        }
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
            None => self.given.get(text).cloned(),
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
