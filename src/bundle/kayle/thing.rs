//! What all kinds of things have in common: ids, times, and the answers that show them.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use crate::{Incoming, Served, StatusCode, Transaction};

/// The members of a thing.
pub(super) type Members = Map<String, Value>;

/// How many ids a message lists.
const MOST_LISTED: usize = 10;

/// A member that is text; empty if it is none.
pub(super) fn text<'m>(members: &'m Members, name: &str) -> &'m str {
    members.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// The time, as the API writes it.
pub(super) fn now(tx: &Transaction<'_>) -> Value {
    tx.now().to_string().into()
}

/// The value of an object, as its members.
pub(super) fn members(value: Value) -> Members {
    match value {
        Value::Object(members) => members,
        _ => Members::new(),
    }
}

/// Changes a thing, and says when. Whether there is one with this id.
pub(super) fn change(tx: &mut Transaction<'_>, resource: &str, id: &str, change: impl FnOnce(&mut Members)) -> bool {
    let now = now(tx);
    tx.update(resource, id, |members| {
        change(members);
        members.insert("updated_at".into(), now);
    })
}

/// Puts things into a list that another shows of them, each in the place of the one with the same id.
pub(super) fn put(whole: &mut Members, name: &str, parts: Vec<Value>) {
    let Some(Value::Array(shown)) = whole.get_mut(name) else { return };
    let id = |part: &Value| part["id"].as_str().unwrap_or_default().to_owned();
    let places: HashMap<String, usize> = shown.iter().enumerate().map(|(place, part)| (id(part), place)).collect();
    for part in parts {
        match places.get(&id(&part)) {
            Some(place) => shown[*place] = part,
            None => shown.push(part),
        }
    }
}

/// The text of a path parameter.
pub(super) fn named<'c>(call: &Incoming<'c>, parameter: &str) -> &'c str {
    call.parameter(parameter).and_then(Value::as_str).unwrap_or_default()
}

/// Whether a request is for one of these operations.
pub(super) fn is_for(call: &Incoming<'_>, operations: &[&str]) -> bool {
    call.operation().id().is_some_and(|id| operations.contains(&id))
}

/// The answer to success, with this in its envelope.
pub(super) fn served(data: impl Into<Value>) -> Served {
    Served::body(json!({"data": data.into(), "error": null}))
}

/// The answer where there is no such thing, or it is somebody else's.
pub(super) fn not_found(noun: &str, id: &str) -> Served {
    Served::error(StatusCode::NOT_FOUND, format!("There is no {noun} {id:?}."))
}

/// The answer where something could not be kept.
pub(super) fn failed(why: String) -> Served {
    Served::error(StatusCode::INTERNAL_SERVER_ERROR, why)
}

/// What to say to the author of a test who named a thing that there is not.
pub(super) fn unknown(tx: &Transaction<'_>, resource: &str, noun: &str, id: &str) -> String {
    let state = |members: &Members| match text(members, "status") {
        "" => String::new(),
        status => format!(" ({status})"),
    };
    let all: Vec<String> = tx.list(resource).map(|members| format!("{}{}", text(members, "id"), state(members))).collect();
    let listed = all.iter().take(MOST_LISTED).map(String::as_str).collect::<Vec<_>>().join(", ");
    match all.len() {
        0 => format!("there is no {noun} {id:?}, and no other either"),
        count if count > MOST_LISTED => format!("there is no {noun} {id:?}; there are {count}: {listed}, …"),
        _ => format!("there is no {noun} {id:?}; there is {listed}"),
    }
}
