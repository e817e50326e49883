//! Calls as HAR 1.2 (<http://www.softwareishard.com/blog/har-12-spec/>), which browsers and proxies read. Secrets are masked.

use serde_json::{Map, Value, json};

use super::{
    Call, Shown,
    shown::{Body, Side, body},
};
use crate::{
    contract::Contract,
    message::{Headers, header_text},
};

pub(super) fn value(contract: &Contract, calls: impl Iterator<Item = Call>) -> Value {
    let view = Shown::of(contract);
    json!({
        "log": {
            "version": "1.2",
            "creator": {"name": "standin", "version": env!("CARGO_PKG_VERSION")},
            "comment": format!("{} {}", contract.title(), contract.version()),
            "entries": calls.map(|call| entry(&view, &call)).collect::<Vec<_>>(),
        }
    })
}

fn entry(view: &Shown, call: &Call) -> Value {
    let mut entry = json!({
        "startedDateTime": call.exchange.entry.at.to_string(),
        // Nothing is sent here, and what a connection takes is not known.
        "time": 0,
        "request": request(view, call),
        "response": response(view, call),
        "cache": {},
        "timings": {"send": 0, "wait": 0, "receive": 0},
        "comment": call.operation().map_or("no operation", |operation| operation.name()),
    });
    if !call.violations().is_empty() {
        // Names of one's own begin with an underscore.
        entry["_violations"] = json!(call.violations());
    }
    entry
}

fn request(view: &Shown, call: &Call) -> Value {
    let request = call.request();
    let host = request.header("host").unwrap_or("localhost");
    let mut value = json!({
        "method": request.method().as_str(),
        "url": format!("http://{host}{}", view.target(call)),
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": pairs(view.headers(request.headers())),
        "queryString": pairs(view.query(request)),
        "headersSize": -1,
        "bodySize": request.body().len(),
    });
    let content = content(&body(call, Side::Request), request.headers());
    if let Some(mut content) = content {
        content.remove("size");
        value["postData"] = Value::Object(content);
    }
    value
}

fn response(view: &Shown, call: &Call) -> Value {
    let response = call.response();
    let nothing = || Map::from_iter([("size".to_owned(), json!(0)), ("mimeType".to_owned(), json!("x-unknown"))]);
    json!({
        "status": response.status().as_u16(),
        "statusText": response.status().canonical_reason().unwrap_or_default(),
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": pairs(view.headers(response.headers())),
        "content": content(&body(call, Side::Response), response.headers()).unwrap_or_else(nothing),
        "redirectURL": response.header("location").map(|to| crate::mask::text(to).into_owned()).unwrap_or_default(),
        "headersSize": -1,
        "bodySize": response.body().len(),
    })
}

fn pairs(pairs: Vec<(String, String)>) -> Vec<Value> {
    pairs.into_iter().map(|(name, value)| json!({"name": name, "value": value})).collect()
}

fn content(body: &Body, headers: &Headers) -> Option<Map<String, Value>> {
    let mime = headers.get("content-type").and_then(header_text).unwrap_or("x-unknown");
    let mut content = Map::from_iter([("mimeType".to_owned(), json!(mime))]);
    let (size, text) = match body {
        Body::Nothing => return None,
        Body::Json(_, text) | Body::Text(text) => (text.len(), Some(text)),
        Body::Parts(parts) => {
            let params = parts.iter().map(|part| json!({"name": part.name, "value": part.text}));
            content.insert("params".into(), params.collect());
            (parts.iter().map(|part| part.bytes).sum(), None)
        }
        Body::Bytes(bytes) => {
            content.insert("comment".into(), json!(format!("{bytes} bytes that are no text")));
            (*bytes, None)
        }
    };
    content.insert("size".into(), size.into());
    if let Some(text) = text {
        content.insert("text".into(), json!(text));
    }
    Some(content)
}
