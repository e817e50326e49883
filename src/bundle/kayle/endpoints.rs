//! Webhook endpoints: what is asked of them, their signing secrets, and what goes with them.

use serde_json::Value;

use super::{
    EVENT_TYPES, declared, events, is_blank, refused_url,
    thing::{self, Members, is_for, named, not_found, served, text},
    url,
};
use crate::{Alters, Incoming, Place, Pointer, Rule, Served, Step, Transaction, Violation};

pub(super) const RESOURCE: &str = "endpoints";
/// What the signing secret is kept as, beside the endpoint.
const SECRET: &str = "signing_secret";

/// The longest name of an endpoint, in UTF-16 code units.
pub(super) const MAX_NAME: usize = 120;

/// What create and update ask of an endpoint beside their schemas.
#[derive(Clone, Copy)]
pub(super) struct Endpoint;

impl Rule for Endpoint {
    fn prepare(&self, body: &mut Value) {
        if let Some(Value::String(name)) = body.get_mut("name") {
            *name = trimmed(name).to_owned();
        }
    }

    fn check(&self, call: &Incoming<'_>) -> Vec<Violation> {
        let member = |name: &str| call.body().and_then(|body| body.get(name)).and_then(Value::as_str);
        let name = member("name").and_then(|name| long_name(call, name));
        let url = member("url").and_then(|text| refused_url(call, "url", text, url::Hosts::NamesOnly));
        name.into_iter().chain(url).collect()
    }

    fn after(&self, call: &Incoming<'_>, answer: &Value, tx: &mut Transaction<'_>) {
        let created = &answer["data"];
        if let (Some(id), Some(secret)) = (created["endpoint"]["id"].as_str(), created[SECRET].as_str()) {
            tx.hide(RESOURCE, id, SECRET, secret);
            // It is kept as it was sent, and not as it is shown.
            if call.body().is_some_and(|body| body["subscribed_event_types"] == Value::Array(Vec::new())) {
                tx.update(RESOURCE, id, |endpoint| drop(endpoint.insert("subscribed_event_types".into(), Value::Array(Vec::new()))));
            }
        }
    }
}

/// An empty list of event types is kept as it is, and shown as all of them.
#[derive(Clone, Copy)]
pub(super) struct Shown;

impl Rule for Shown {
    fn alters(&self) -> Alters {
        Alters::EachThing
    }

    fn answer(&self, _: &Incoming<'_>, body: &mut Value) {
        match body.get_mut("data") {
            Some(Value::Array(endpoints)) => endpoints.iter_mut().for_each(show),
            // Create answers with the endpoint beside its secret, the others with the endpoint alone.
            Some(data) if data.get("endpoint").is_some() => data.get_mut("endpoint").into_iter().for_each(show),
            Some(data) => show(data),
            None => {}
        }
    }
}

fn show(endpoint: &mut Value) {
    if let Some(Value::Array(types)) = endpoint.get_mut("subscribed_event_types")
        && types.is_empty()
    {
        types.extend(EVENT_TYPES.map(Value::from));
    }
}

/// Reveals the secret, and replaces it.
#[derive(Clone, Copy)]
pub(super) struct Secret;

impl Rule for Secret {
    fn serve(&self, call: &Incoming<'_>, tx: &mut Transaction<'_>) -> Option<Served> {
        let id = named(call, "endpoint_id");
        let reveals = is_for(call, &["revealWebhookSigningSecret"]);
        Some(match if reveals { secret(tx, id) } else { new_secret(tx, id) } {
            Some(secret) => served(serde_json::json!({"endpoint_id": id, SECRET: secret})),
            None => not_found("webhook endpoint", id),
        })
    }
}

/// The secret in force; `None` if there is no such endpoint. What was begun with may have none yet: then its first one comes
/// to be when it is asked for, which changes nothing that anybody has seen.
pub(super) fn secret(tx: &mut Transaction<'_>, id: &str) -> Option<String> {
    tx.find(RESOURCE, id)?;
    let kept = tx.hidden(RESOURCE, id, SECRET).and_then(Value::as_str).map(str::to_owned);
    Some(kept.unwrap_or_else(|| keep_secret(tx, id)))
}

/// Replaces the secret; `None` if there is no such endpoint.
fn new_secret(tx: &mut Transaction<'_>, id: &str) -> Option<String> {
    thing::change(tx, RESOURCE, id, |_| {}).then(|| keep_secret(tx, id))
}

pub(super) fn keep_secret(tx: &mut Transaction<'_>, id: &str) -> String {
    let secret = tx.draw("whsec_", 32);
    tx.hide(RESOURCE, id, SECRET, secret.clone());
    secret
}

/// Keys and deliveries go with their endpoint; events stay, and no longer show them.
#[derive(Clone, Copy)]
pub(super) struct Deleted;

impl Rule for Deleted {
    fn after(&self, call: &Incoming<'_>, _: &Value, tx: &mut Transaction<'_>) {
        events::forget_endpoint(tx, named(call, "endpoint_id"));
    }
}

/// The ids of the endpoints that get an event of this type, as they are now.
pub(super) fn subscribed(tx: &Transaction<'_>, event_type: &str) -> Vec<String> {
    let wants = |endpoint: &&Members| {
        let types = endpoint.get("subscribed_event_types").and_then(Value::as_array);
        endpoint.get("enabled") == Some(&Value::Bool(true)) && types.is_some_and(|types| types.iter().any(|known| known == event_type))
    };
    tx.list(RESOURCE).filter(wants).map(|endpoint| text(endpoint, "id").to_owned()).collect()
}

/// A name as it is kept.
pub(super) fn trimmed(name: &str) -> &str {
    name.trim_matches(is_blank)
}

/// What a name must be and what it is, if it is none that an endpoint can have.
pub(super) fn name_defect(name: &str) -> Option<(String, String)> {
    let units = name.encode_utf16().count();
    (!(1..=MAX_NAME).contains(&units)).then(|| (format!("1 to {MAX_NAME} UTF-16 code units"), units.to_string()))
}

/// The schema counts characters, the server UTF-16 code units. What the schema refuses needs no second word.
fn long_name(call: &Incoming<'_>, name: &str) -> Option<Violation> {
    // No text has more code units than bytes.
    if name.len() <= MAX_NAME {
        return None;
    }
    let units = name.encode_utf16().count();
    if units <= MAX_NAME || name.chars().count() > MAX_NAME {
        return None;
    }
    let expected = format!("at most {MAX_NAME} UTF-16 code units");
    let place = Place::Body(Pointer::root().join("name"));
    let violation = Violation::new(Step::Body, "kayle.name", place, expected, units.to_string());
    Some(declared(violation, call, "name"))
}
