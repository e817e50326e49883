//! Deliveries: what becomes of an event at each endpoint. Sending them is not decided here.

use serde_json::{Map, Value, json};

use super::{
    encryption, events,
    thing::{self, Members, members, named, now},
};
use crate::{Incoming, Rule, Transaction};

pub(super) const RESOURCE: &str = "deliveries";

/// What an event shows of its deliveries.
const SUMMARY: [&str; 6] = ["id", "webhook_endpoint_id", "status", "last_status_code", "attempt_count", "last_attempt_at"];

/// Queueing one again is told with its event as well.
#[derive(Clone, Copy)]
pub(super) struct Retried;

impl Rule for Retried {
    fn after(&self, call: &Incoming<'_>, _: &Value, tx: &mut Transaction<'_>) {
        let delivery = tx.find(RESOURCE, named(call, "delivery_id")).cloned();
        delivery.iter().for_each(|delivery| events::show(tx, delivery));
    }
}

/// Makes the delivery of an event to an endpoint: queued if there is a key to encrypt it with, else failed for good.
pub(super) fn make(tx: &mut Transaction<'_>, event: &str, endpoint: &str) -> Result<String, String> {
    let key = encryption::active(tx, endpoint);
    let is_ready = key.as_ref().is_some_and(|key| encryption::defect(&key["jwk"]).is_none());
    let at = now(tx);
    let delivery = members(json!({
        "id": tx.draw("whd_", 64),
        "event_id": event,
        "webhook_endpoint_id": endpoint,
        "webhook_encryption_key_id": key.map_or(Value::Null, |key| key["id"].clone()),
        "status": if is_ready { "pending" } else { "failed" },
        "attempt_count": i32::from(!is_ready),
        "next_attempt_at": null,
        "last_status_code": null,
        "last_attempt_at": (!is_ready).then_some(&at),
        "created_at": at,
        "updated_at": at,
    }));
    let id = tx.insert(RESOURCE, delivery.clone())?;
    events::show(tx, &delivery);
    Ok(id)
}

/// Queues one again, whatever became of it. Whether there is one with this id.
pub(super) fn requeue(tx: &mut Transaction<'_>, id: &str) -> bool {
    let queued = |delivery: &mut Members| {
        delivery.insert("status".into(), "pending".into());
        delivery.insert("attempt_count".into(), 0.into());
        for name in ["last_attempt_at", "last_status_code", "next_attempt_at"] {
            delivery.insert(name.into(), Value::Null);
        }
    };
    change(tx, id, queued)
}

/// Changes a delivery, and what its event shows of it. Whether there is one with this id.
pub(super) fn change(tx: &mut Transaction<'_>, id: &str, change: impl FnOnce(&mut Members)) -> bool {
    let changed = thing::change(tx, RESOURCE, id, change);
    changed.iter().for_each(|delivery| events::show(tx, delivery));
    changed.is_some()
}

pub(super) fn summary(delivery: &Members) -> Value {
    let shown = |name: &str| (name.to_owned(), delivery.get(name).cloned().unwrap_or_default());
    SUMMARY.into_iter().map(shown).collect::<Map<_, _>>().into()
}
