//! Messages as they may be told: without what the contract declares to be secret, and without what says so by its name or its
//! shape. Every text about calls is made from these.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Call;
use crate::{
    check::secrets::{self, Noted, Veil},
    codec,
    contract::{Contract, Location, MediaType, Operation, SchemeKind, for_status},
    mask::{self, Secrets},
    media::is_json,
    message::{Bytes, Context, HeaderValue, Headers, Request, header_text, shown_header},
    pointer::Pointer,
    source::parse_json,
    text::percent_decode,
};

/// One of the two messages of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Request,
    Response,
}

/// What a message must know of its call to tell what is wrong with its body.
pub(super) fn context(call: &Call, side: Side) -> Context {
    let title = format!("call #{} ({})", call.number(), call.operation().map_or("no operation", |operation| operation.name()));
    // Not the call itself: the message is a part of it.
    let (contract, entry) = (call.contract.clone(), &call.exchange.entry);
    let (number, status, content_type) = (entry.operation, entry.response.status().as_u16(), content_type(call, side).to_owned());
    let hides = move |place: &Pointer| {
        let operation = number.map(|number| &contract.operations()[number]);
        let noted = secrets::noted(declared(operation, side, status), &content_type);
        Veil::new(noted).hides_at(place)
    };
    Context { title, hides: Box::new(hides) }
}

/// A body as it may be told.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Body {
    Nothing,
    /// JSON, as a value and as it was written; a text that had secrets is written anew.
    Json(Value, String),
    Text(String),
    Parts(Vec<Part>),
    /// Bytes that are no text: their number.
    Bytes(usize),
}

/// A part of a multipart body.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Part {
    pub(super) name: String,
    /// `None` for bytes that are no text.
    pub(super) text: Option<String>,
    pub(super) bytes: usize,
}

/// The names under which a contract has its credentials, in lower case.
pub(crate) struct Shown {
    keys: BTreeSet<(&'static str, String)>,
}

impl Shown {
    pub(crate) fn of(contract: &Contract) -> Self {
        let asked = contract.operations().iter().flat_map(|operation| operation.security.iter().flatten());
        let key = |kind: &SchemeKind| match kind {
            SchemeKind::ApiKey(location, name) => Some((place(*location), name.to_ascii_lowercase())),
            _ => None,
        };
        Self { keys: asked.filter_map(|requirement| key(&requirement.scheme.kind)).collect() }
    }

    fn declares(&self, location: Location, name: &str) -> bool {
        !self.keys.is_empty() && self.keys.contains(&(place(location), name.to_ascii_lowercase()))
    }

    /// Path and query as they were sent.
    pub(super) fn target(&self, call: &Call) -> String {
        self.target_of(&call.contract, call.request())
    }

    fn target_of(&self, contract: &Contract, request: &Request) -> String {
        let path = path_of(contract, request);
        match request.query() {
            Some(query) => format!("{path}?{}", pairs(query, |name| self.hides_query(name))),
            None => path,
        }
    }

    fn hides_query(&self, name: &str) -> bool {
        mask::is_telling_parameter(name) || self.declares(Location::Query, name)
    }

    /// The pairs of the query, decoded.
    pub(super) fn query(&self, request: &Request) -> Vec<(String, String)> {
        let shown = |name: &str, value: &str| {
            let value = percent_decode(&value.replace('+', " ")).into_owned();
            if self.hides_query(name) { mask::secret(&value) } else { mask::text(&value).into_owned() }
        };
        codec::pairs(request.query().unwrap_or_default()).into_iter().map(|(name, value)| (name.to_string(), shown(&name, value))).collect()
    }

    /// The value of a header.
    pub(super) fn header(&self, name: &str, value: &HeaderValue) -> String {
        match header_text(value) {
            Some(text) if self.declares(Location::Header, name) => mask::secret(text),
            _ => shown_header(name, value),
        }
    }

    /// All headers, in their order.
    pub(super) fn headers(&self, headers: &Headers) -> Vec<(String, String)> {
        headers.iter().map(|(name, value)| (name.as_str().to_owned(), self.header(name.as_str(), value))).collect()
    }
}

/// Method, path and query of a request that is no part of a call.
pub(crate) fn exchange_name(contract: &Contract, request: &Request) -> String {
    format!("{} {}", request.method(), Shown::of(contract).target_of(contract, request))
}

/// The path as it was sent.
fn path_of(contract: &Contract, request: &Request) -> String {
    let mut secrets = Secrets::default();
    secrets::of_path(contract, request.path(), &mut secrets);
    secrets.scrub(request.path()).into_owned()
}

/// The name of the operation, or what was asked for where there is none.
pub(super) fn name(call: &Call) -> String {
    match call.operation() {
        Some(operation) => operation.name().to_owned(),
        None => format!("{} {}", call.request().method(), path_of(&call.contract, call.request())),
    }
}

fn place(location: Location) -> &'static str {
    match location {
        Location::Header => "header",
        Location::Cookie => "cookie",
        Location::Path => "path",
        Location::Query | Location::QueryString => "query",
    }
}

/// Pairs as they are written, with the values of some masked.
fn pairs(text: &str, hides: impl Fn(&str) -> bool) -> String {
    let shown = |pair: &str| match pair.split_once('=') {
        Some((name, value)) if hides(&percent_decode(name)) => format!("{name}={}", mask::secret(value)),
        Some((name, value)) => {
            let decoded = percent_decode(value);
            let masked = mask::text(&decoded);
            if masked == decoded { pair.to_owned() } else { format!("{name}={masked}") }
        }
        None => mask::text(pair).into_owned(),
    };
    text.split('&').map(shown).collect::<Vec<_>>().join("&")
}

/// The body of one of the messages.
pub(super) fn body(call: &Call, side: Side) -> Body {
    let (bytes, headers) = match side {
        Side::Request => (call.request().body(), call.request().headers()),
        Side::Response => (call.response().body(), call.response().headers()),
    };
    if bytes.is_empty() {
        return Body::Nothing;
    }
    let header = |name: &str| headers.get(name).and_then(header_text).unwrap_or_default();
    if !matches!(header("content-encoding"), "" | "identity") {
        return Body::Bytes(bytes.len());
    }
    told(bytes, header("content-type"), &Veil::new(noted(call, side)))
}

fn told(bytes: &Bytes, content_type: &str, veil: &Veil<'_>) -> Body {
    if (is_json(content_type) || content_type.is_empty())
        && let Ok((mut value, _)) = parse_json(bytes)
    {
        let hidden = veil.hide(&mut value);
        let text = if hidden { value.to_string() } else { String::from_utf8_lossy(bytes).into_owned() };
        return Body::Json(value, text);
    }
    if content_type.starts_with("multipart/")
        && let Ok(parts) = codec::read_parts(bytes, content_type)
    {
        return Body::Parts(parts.iter().map(|part| self::part(part, veil)).collect());
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return Body::Bytes(bytes.len()) };
    if content_type.starts_with("application/x-www-form-urlencoded") {
        return Body::Text(pairs(text, |name| veil.hides(name)));
    }
    Body::Text(veil.text(text))
}

fn part(part: &codec::Part, veil: &Veil<'_>) -> Part {
    let name = part.name.clone().unwrap_or_default();
    let text = std::str::from_utf8(&part.body).ok().map(|text| match veil.hides(&name) {
        true => mask::secret(text),
        false => mask::text(text).into_owned(),
    });
    Part { name, text, bytes: part.body.len() }
}

/// What the contract says about the body of one of the messages.
pub(super) fn noted(call: &Call, side: Side) -> Noted<'_> {
    let status = call.exchange.entry.response.status().as_u16();
    secrets::noted(declared(call.operation(), side, status), content_type(call, side))
}

fn content_type(call: &Call, side: Side) -> &str {
    let headers = match side {
        Side::Request => call.exchange.entry.request.headers(),
        Side::Response => call.exchange.entry.response.headers(),
    };
    headers.get("content-type").and_then(header_text).unwrap_or("application/json")
}

/// The media types that the contract declares for one of the messages.
fn declared(operation: Option<&Operation>, side: Side, status: u16) -> &[MediaType] {
    match (operation, side) {
        (None, _) => &[],
        (Some(operation), Side::Request) => operation.request_body.as_ref().map_or(&[], |body| body.content.as_slice()),
        (Some(operation), Side::Response) => for_status(&operation.responses, status).map_or(&[], |response| response.content.as_slice()),
    }
}
