//! The Kayle ID webhooks API, version 1.2.1: the contract that comes with standin.
//!
//! An integrator registers an https endpoint and gets a signing secret once:
//!
//! ```
//! let api = standin::kayle::start();
//! # use std::io::{Read, Write};
//! # let body = r#"{"url": "https://example.com/webhooks/kayle"}"#;
//! # let mut client = std::net::TcpStream::connect(api.addr()).unwrap();
//! # write!(client, "POST /v1/webhooks/endpoints HTTP/1.1\r\nHost: k\r\nConnection: close\r\nAuthorization: Bearer {}\r\n\
//! #     Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}", standin::kayle::API_KEY, body.len()).unwrap();
//! # let mut answer = String::new();
//! # client.read_to_string(&mut answer).unwrap();
//! // … the program under test registers its webhook at api.url(), with the key kayle::API_KEY …
//!
//! let call = api.calls().to("createWebhookEndpoint").only();
//! assert_eq!(call.request().json()["url"], "https://example.com/webhooks/kayle");
//! assert!(call.response().json()["data"]["signing_secret"].as_str().unwrap().starts_with("whsec_"));
//! ```
//!
//! The document is `spec/kayle.openapi.yaml`. What it cannot say is here, as [`Rule`]s: which URLs are accepted, that names
//! are trimmed and counted in UTF-16 code units, that the bearer scheme is case-sensitive. The API is served as in its
//! development environment, where `http://localhost` is accepted as an endpoint.
//!
//! Every server knows a few test keys, one for each scope among them: see [`WEBHOOKS_READ_KEY`] and those beside it.

mod keys;
mod outside;
mod server_errors;
mod url;

use std::sync::LazyLock;

use serde_json::Value;

pub use self::{
    keys::{
        ANALYTICS_READ_KEY, API_KEY, DISABLED_KEY, FROZEN_KEY, FROZEN_ORGANIZATION, ORGANIZATION, OTHER_API_KEY, OTHER_ORGANIZATION,
        SESSIONS_READ_KEY, SESSIONS_WRITE_KEY, WEBHOOKS_READ_KEY, WEBHOOKS_WRITE_KEY,
    },
    server_errors::ServerErrors,
};
use crate::{Contract, Incoming, MockServer, MockServerBuilder, Place, Pointer, Request, Rule, Step, Violation};

/// The four event types that an endpoint can subscribe to, in their default order.
pub const EVENT_TYPES: [&str; 4] =
    ["verification.attempt.succeeded", "verification.attempt.failed", "verification.session.expired", "verification.session.cancelled"];

/// The longest name of an endpoint, in UTF-16 code units.
const MAX_NAME: usize = 120;

/// The document's name, in messages.
const NAME: &str = "kayle.openapi.yaml";

const TEXT: &str = include_str!("../../../spec/kayle.openapi.yaml");

static CONTRACT: LazyLock<Contract> = LazyLock::new(|| {
    // The same document twice: reading YAML takes ten times as long, and a process per test pays it in each test.
    let value = serde_json::from_str(outside::DOCUMENT).unwrap_or_default();
    match Contract::from_parsed(NAME, TEXT, value) {
        Ok(contract) => with_rules(contract),
        Err(error) => unreachable!("the bundled document is tested: {error}"),
    }
});

/// The rules of the operations that are there: an overlay may have taken some away.
fn with_rules(contract: Contract) -> Contract {
    let on = |contract: Contract, operation: &str, rule: fn(Contract, &str) -> Contract| match contract.find_operation(operation) {
        Some(_) => rule(contract, operation),
        None => contract,
    };
    let contract = contract.with_rule_everywhere(ExactBearer).with_rule_everywhere(outside::Beside);
    let contract = on(contract, "createWebhookEndpoint", |contract, operation| contract.with_rule(operation, Endpoint));
    let contract = on(contract, "updateWebhookEndpoint", |contract, operation| contract.with_rule(operation, Endpoint));
    on(contract, "createSession", |contract, operation| contract.with_rule(operation, Session))
}

/// The contract, with its rules. Loaded once per process.
///
/// Errors are answered as the published document says; the real server answers some of them otherwise, which
/// [`ServerErrors`] shows.
pub fn contract() -> Contract {
    CONTRACT.clone()
}

/// The contract, with its rules, as a loader's overlays make it. With the feature `overlay`.
///
/// ```
/// use standin::{Loader, MockServer, Request, kayle};
///
/// let overlay = r#"
/// overlay: 1.0.0
/// info: {title: The API is to get a health check, version: "1"}
/// actions:
///   - target: $.paths
///     update: {/healthz: {get: {security: [], responses: {"204": {description: well}}}}}
/// "#;
/// let contract = kayle::contract_with(&Loader::new().overlay_text("health.overlay.yaml", overlay))?;
/// let api = MockServer::start(&contract);
/// assert_eq!(api.handle(Request::get("/healthz")).status(), 204);
/// # Ok::<(), standin::Error>(())
/// ```
///
/// # Errors
///
/// If an overlay cannot be read, is none, or does not fit the document. The error says where.
#[cfg(feature = "overlay")]
pub fn contract_with(loader: &crate::Loader) -> Result<Contract, crate::Error> {
    loader.load_text(NAME, TEXT).map(with_rules)
}

/// Starts a server for the contract, with the defaults of [`MockServer::start`].
///
/// # Panics
///
/// If no port can be had.
#[track_caller]
pub fn start() -> MockServer {
    MockServer::start(&CONTRACT)
}

/// Prepares a server for the contract: see [`MockServer::builder`].
pub fn builder() -> MockServerBuilder {
    MockServer::builder(&CONTRACT)
}

fn at(member: &str) -> Place {
    Place::Body(Pointer::root().join(member))
}

/// The server tests for the exact text `Bearer `, where HTTP would take any case, and more blanks.
struct ExactBearer;

impl Rule for ExactBearer {
    fn check(&self, call: &Incoming<'_>) -> Vec<Violation> {
        let Some((expected, found)) = inexact_bearer(call.request()) else { return Vec::new() };
        let place = Place::Header("authorization".into(), Pointer::root());
        vec![Violation::new(Step::Credentials, "kayle.bearer", place, expected, found)]
    }
}

/// What was expected of the scheme, and what was found, if a bearer token is given in another way than the server takes.
fn inexact_bearer(request: &Request) -> Option<(&'static str, &'static str)> {
    let given = request.header("authorization")?;
    let (scheme, after) = given.split_at_checked(7).unwrap_or((given, ""));
    match scheme {
        "Bearer " if after.starts_with(' ') => Some(("one blank after `Bearer`", "more")),
        "Bearer " => None,
        scheme if scheme.eq_ignore_ascii_case("bearer ") => Some(("the scheme spelt `Bearer`", "another case")),
        _ => None,
    }
}

/// What create and update ask of an endpoint beside their schemas.
struct Endpoint;

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

    /// An empty list of event types is stored, and shown as all of them.
    fn answer(&self, _: &Incoming<'_>, body: &mut Value) {
        let Some(data) = body.get_mut("data") else { return };
        // Create answers with the endpoint beside its secret, update with the endpoint alone.
        let endpoint = if data.get("endpoint").is_some() { data.get_mut("endpoint") } else { Some(data) };
        if let Some(Value::Array(types)) = endpoint.and_then(|endpoint| endpoint.get_mut("subscribed_event_types"))
            && types.is_empty()
        {
            types.extend(EVENT_TYPES.map(Value::from));
        }
    }
}

/// What creating a session asks of its `redirect_url`.
struct Session;

impl Rule for Session {
    fn check(&self, call: &Incoming<'_>) -> Vec<Violation> {
        let text = call.body().and_then(|body| body.get("redirect_url")).and_then(Value::as_str);
        text.and_then(|text| refused_url(call, "redirect_url", text, url::Hosts::Any)).into_iter().collect()
    }
}

/// White space as JavaScript trims it: what Unicode calls so and the byte order mark, but not U+0085.
fn trimmed(text: &str) -> &str {
    text.trim_matches(|char: char| (char.is_whitespace() && char != '\u{85}') || char == '\u{feff}')
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
    let violation = Violation::new(Step::Body, "kayle.name", at("name"), expected, units.to_string());
    Some(declared(violation, call, "name"))
}

fn refused_url(call: &Incoming<'_>, member: &str, text: &str, hosts: url::Hosts) -> Option<Violation> {
    let refusal = url::judge(text, hosts).err()?;
    let violation = Violation::new(Step::Body, refusal.code(), at(member), refusal.expected(), url::shown(text));
    Some(declared(violation, call, member))
}

fn declared(violation: Violation, call: &Incoming<'_>, member: &str) -> Violation {
    match call.declaration(member) {
        Some(rule) => violation.with_rule(rule),
        None => violation,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_trimmed_as_javascript_does() {
        assert_eq!(trimmed(" \u{a0}\u{feff}a b\u{2003}\n"), "a b");
        assert_eq!(trimmed("\u{85}a"), "\u{85}a");
    }
}
