//! Calls as lines of JSON, one object each, for programs and for `jq`. Secrets are masked.

use serde_json::{Map, Value, json};

use super::{
    Call, Shown,
    shown::{Body, Side, body},
};
use crate::{contract::Contract, message::Headers};

pub(super) fn text(contract: &Contract, calls: impl Iterator<Item = Call>) -> String {
    let view = Shown::of(contract);
    calls.map(|call| format!("{}\n", line(&view, &call))).collect()
}

fn line(view: &Shown, call: &Call) -> Value {
    json!({
        "number": call.number(),
        "time": call.exchange.entry.at.to_string(),
        "operation": call.operation().map(|operation| operation.name()),
        "because": call.because().to_string(),
        "request": {
            "method": call.request().method().as_str(),
            "target": view.target(call),
            "headers": headers(view, call.request().headers()),
            "body": value(&body(call, Side::Request)),
        },
        "response": {
            "status": call.response().status().as_u16(),
            "headers": headers(view, call.response().headers()),
            "body": value(&body(call, Side::Response)),
        },
        "violations": call.violations(),
        "remarks": call.remarks(),
    })
}

/// The values of each header, in their order.
fn headers(view: &Shown, headers: &Headers) -> Value {
    let mut members = Map::new();
    for (name, value) in view.headers(headers) {
        if let Value::Array(values) = members.entry(name).or_insert_with(|| json!([])) {
            values.push(value.into());
        }
    }
    Value::Object(members)
}

/// JSON as it is, another text in `text`, and of other bytes their number.
fn value(body: &Body) -> Value {
    match body {
        Body::Nothing => Value::Null,
        Body::Json(value, _) => json!({"json": value}),
        Body::Text(text) => json!({"text": text}),
        Body::Parts(parts) => {
            let part = |part: &super::shown::Part| json!({"name": part.name, "text": part.text, "bytes": part.bytes});
            json!({"parts": parts.iter().map(part).collect::<Vec<_>>()})
        }
        Body::Bytes(bytes) => json!({"bytes": bytes}),
    }
}
