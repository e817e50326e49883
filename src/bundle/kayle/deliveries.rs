//! Deliveries: what becomes of an event at each endpoint. Sending them is not decided here.

use serde_json::{Map, Value, json};

use super::{
    encryption::{self, InUse},
    events,
    thing::{self, Members, members, named, not_found, now, served, text},
};
use crate::{Incoming, Rule, Served, Transaction};

pub(super) const RESOURCE: &str = "deliveries";

/// What an event shows of its deliveries.
const SUMMARY: [&str; 6] = ["id", "webhook_endpoint_id", "status", "last_status_code", "attempt_count", "last_attempt_at"];

/// Queueing one again, whatever became of it.
#[derive(Clone, Copy)]
pub(super) struct Retry;

impl Rule for Retry {
    fn serve(&self, call: &Incoming<'_>, tx: &mut Transaction<'_>) -> Option<Served> {
        let id = named(call, "delivery_id");
        Some(match change(tx, id, queue) {
            true => served(tx.find(RESOURCE, id).cloned().unwrap_or_default()),
            false => not_found("delivery", id),
        })
    }
}

/// Makes the deliveries of an event, one to each of these endpoints, and gives what the event shows of them.
pub(super) fn make(tx: &mut Transaction<'_>, event: &str, endpoints: &[String]) -> Result<Vec<Value>, String> {
    let keys = encryption::in_use(tx);
    endpoints.iter().map(|endpoint| make_one(tx, event, endpoint, keys.get(endpoint))).collect()
}

/// Queued if there is a key to encrypt it with, else failed for good.
fn make_one(tx: &mut Transaction<'_>, event: &str, endpoint: &str, key: Option<&InUse>) -> Result<Value, String> {
    let is_ready = key.is_some_and(|key| key.can_encrypt);
    let at = now(tx);
    let delivery = members(json!({
        "id": tx.draw("whd_", 64),
        "event_id": event,
        "webhook_endpoint_id": endpoint,
        "webhook_encryption_key_id": key.map(|key| &key.id),
        "status": if is_ready { "pending" } else { "failed" },
        "attempt_count": i32::from(!is_ready),
        "next_attempt_at": null,
        "last_status_code": null,
        "last_attempt_at": (!is_ready).then_some(&at),
        "created_at": at,
        "updated_at": at,
    }));
    let shown = summary(&delivery);
    tx.insert(RESOURCE, delivery)?;
    Ok(shown)
}

/// Queues all deliveries of an event again, and gives what the event shows of them.
pub(super) fn requeue_all(tx: &mut Transaction<'_>, event: &str) -> Vec<Value> {
    let of_event = tx.list(RESOURCE).filter(|delivery| text(delivery, "event_id") == event);
    let ids: Vec<String> = of_event.map(|delivery| text(delivery, "id").to_owned()).collect();
    for id in &ids {
        thing::change(tx, RESOURCE, id, queue);
    }
    ids.iter().filter_map(|id| tx.find(RESOURCE, id)).map(summary).collect()
}

/// What queueing does to a delivery.
fn queue(delivery: &mut Members) {
    delivery.insert("status".into(), "pending".into());
    delivery.insert("attempt_count".into(), 0.into());
    for name in ["last_attempt_at", "last_status_code", "next_attempt_at"] {
        delivery.insert(name.into(), Value::Null);
    }
}

/// Changes a delivery, and what its event shows of it. Whether there is one with this id.
pub(super) fn change(tx: &mut Transaction<'_>, id: &str, change: impl FnOnce(&mut Members)) -> bool {
    thing::change(tx, RESOURCE, id, change);
    let Some(delivery) = tx.find(RESOURCE, id) else { return false };
    let (event, shown) = (text(delivery, "event_id").to_owned(), summary(delivery));
    events::show(tx, &event, vec![shown]);
    true
}

fn summary(delivery: &Members) -> Value {
    let shown = |name: &str| (name.to_owned(), delivery.get(name).cloned().unwrap_or_default());
    SUMMARY.into_iter().map(shown).collect::<Map<_, _>>().into()
}
