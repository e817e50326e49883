//! Events: what happened, to whom it is sent, and sending it again.

use serde_json::{Value, json};

use super::{
    EVENT_TYPES, deliveries, endpoints,
    thing::{self, Members, members, named, not_found, now, served, text},
};
use crate::{Incoming, Rule, Served, StatusCode, Transaction};

pub(super) const RESOURCE: &str = "events";
/// Listed, and sent to nobody.
pub(super) const SESSION_COMPLETED: &str = "verification.session.completed";
/// What is sent is kept beside the event, as this.
const PAYLOAD: &str = "payload";

/// What an event is about.
pub(super) struct Trigger<'t> {
    pub(super) session: &'t str,
    /// There if it is about one of its attempts.
    pub(super) attempt: Option<&'t str>,
}

/// Notes that something happened, and makes the deliveries: one for each endpoint that is enabled now and wants the type.
pub(super) fn happen(tx: &mut Transaction<'_>, event_type: &str, trigger: &Trigger<'_>, data: &Value) -> Result<String, String> {
    let event = members(json!({
        "id": tx.draw("evt_", 64),
        "type": event_type,
        "trigger_type": if trigger.attempt.is_some() { "verification_attempt" } else { "verification_session" },
        "trigger_id": trigger.attempt.unwrap_or(trigger.session),
        "created_at": now(tx),
        "deliveries": [],
    }));
    let id = tx.insert(RESOURCE, event)?;
    if !EVENT_TYPES.contains(&event_type) {
        return Ok(id);
    }
    let payload = json!({"type": event_type, "metadata": metadata(&id, trigger), "data": data});
    tx.hide(RESOURCE, &id, PAYLOAD, payload);
    let shown = deliveries::make(tx, &id, &endpoints::subscribed(tx, event_type))?;
    show(tx, &id, shown);
    Ok(id)
}

fn metadata(id: &str, trigger: &Trigger<'_>) -> Value {
    let mut metadata = json!({"contract_version": 1, "event_id": id, "verification_session_id": trigger.session});
    if let Some(attempt) = trigger.attempt {
        metadata["verification_attempt_id"] = attempt.into();
    }
    metadata
}

/// What is sent of an event, before it is encrypted.
pub(super) fn payload<'t>(tx: &'t Transaction<'_>, id: &str) -> Option<&'t Value> {
    tx.hidden(RESOURCE, id, PAYLOAD)
}

/// Lets an event show some of its deliveries as they are now. All at once where there are several: each time the event is
/// copied.
pub(super) fn show(tx: &mut Transaction<'_>, event: &str, deliveries: Vec<Value>) {
    tx.update(RESOURCE, event, |event| thing::put(event, "deliveries", deliveries));
}

/// Lets no event show deliveries to an endpoint that is gone.
pub(super) fn forget_endpoint(tx: &mut Transaction<'_>, endpoint: &str) {
    let is_to = |delivery: &Value| delivery["webhook_endpoint_id"] == endpoint;
    let shows = |event: &&Members| event.get("deliveries").and_then(Value::as_array).is_some_and(|all| all.iter().any(is_to));
    let shown: Vec<String> = tx.list(RESOURCE).filter(shows).map(|event| text(event, "id").to_owned()).collect();
    for id in shown {
        tx.update(RESOURCE, &id, |event| {
            if let Some(Value::Array(deliveries)) = event.get_mut("deliveries") {
                deliveries.retain(|delivery| !is_to(delivery));
            }
        });
    }
}

/// Queues every delivery of an event again.
#[derive(Clone, Copy)]
pub(super) struct Replay;

impl Rule for Replay {
    fn serve(&self, call: &Incoming<'_>, tx: &mut Transaction<'_>) -> Option<Served> {
        let id = named(call, "event_id");
        Some(match replay(tx, id) {
            None => not_found("event", id),
            Some(0) => Served::error(StatusCode::CONFLICT, format!("The event {id:?} has no delivery.")),
            Some(_) => served(tx.find(RESOURCE, id).cloned().unwrap_or_default()),
        })
    }
}

/// How many deliveries were queued again; `None` if there is no such event.
fn replay(tx: &mut Transaction<'_>, id: &str) -> Option<usize> {
    tx.find(RESOURCE, id)?;
    let queued = deliveries::requeue_all(tx, id);
    let count = queued.len();
    show(tx, id, queued);
    Some(count)
}
