//! The conversation as text: what was asked after `>`, what was answered after `<`.

use std::fmt::Write;

use serde_json::Value;

use super::{
    Call, Shown,
    names::{Names, body, parameters},
    shown::Side,
};
use crate::{mask, message::Headers, text::percent_decode};

/// Headers that are about this one message and connection, or that every client sends; they tell nothing about the conversation.
const SILENT: [&str; 14] = [
    "host",
    "content-length",
    "user-agent",
    "accept",
    "accept-encoding",
    "accept-language",
    "connection",
    "keep-alive",
    "transfer-encoding",
    "date",
    "traceparent",
    "tracestate",
    "x-request-id",
    "server",
];

pub(super) fn text(calls: impl Iterator<Item = Call>) -> String {
    let mut names = Names::default();
    calls.map(|call| one(&call, &mut names)).collect::<Vec<_>>().join("\n")
}

fn one(call: &Call, names: &mut Names) -> String {
    let view = Shown::of(&call.contract);
    // The answer first: what it calls an id is one in the request's path, too.
    let response = body(call, Side::Response, names);
    let request = body(call, Side::Request, names);
    // Parameters have ids too.
    parameters(call, names);
    let mut text = format!("#{}\n> {} {}\n", call.number(), call.request().method(), target(call, &view, names));
    headers('>', call.request().headers(), &view, names, &mut text);
    lines(&request, &mut text);
    let status = call.response().status();
    let reason = status.canonical_reason().map(|reason| format!(" {reason}")).unwrap_or_default();
    // Writing to a `String` cannot fail.
    let _ = writeln!(text, "< {}{reason}", status.as_u16());
    headers('<', call.response().headers(), &view, names, &mut text);
    lines(&response, &mut text);
    for violation in call.violations() {
        let _ = writeln!(text, "! {}", violation.brief());
    }
    text
}

/// Path and query, with the names of what has one.
fn target(call: &Call, view: &Shown, names: &Names) -> String {
    let target = view.target(call);
    let named = |text: &str| match names.known(&percent_decode(text)) {
        Some(name) => name.to_owned(),
        None => text.to_owned(),
    };
    let (path, query) = target.split_once('?').map_or((target.as_str(), None), |(path, query)| (path, Some(query)));
    let path = path.split('/').map(named).collect::<Vec<_>>().join("/");
    let pair = |pair: &str| pair.split_once('=').map_or_else(|| pair.to_owned(), |(name, value)| format!("{name}={}", named(value)));
    match query {
        Some(query) => format!("{path}?{}", query.split('&').map(pair).collect::<Vec<_>>().join("&")),
        None => path,
    }
}

fn headers(mark: char, headers: &Headers, view: &Shown, names: &Names, text: &mut String) {
    for (name, value) in headers.iter().filter(|(name, _)| !SILENT.contains(&name.as_str())) {
        let shown = view.header(name.as_str(), value);
        let shown = names.known(&shown).map_or_else(|| stable(&shown), str::to_owned);
        let _ = writeln!(text, "{mark} {name}: {shown}");
    }
}

/// Secrets have one name, however long they are.
fn stable(shown: &str) -> String {
    match shown.split_once(' ') {
        Some((scheme, rest)) if mask::is_masked(rest) => format!("{scheme} [secret]"),
        _ if mask::is_masked(shown) => "[secret]".into(),
        _ => shown.to_owned(),
    }
}

fn lines(body: &Value, text: &mut String) {
    let body = match body {
        Value::Null => return,
        Value::String(body) => body.clone(),
        body => format!("{body:#}"),
    };
    for line in body.lines() {
        let _ = writeln!(text, "{}", format!("  {line}").trim_end());
    }
}
