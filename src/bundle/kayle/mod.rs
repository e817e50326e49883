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

mod attempts;
mod claims;
mod deliveries;
mod encryption;
mod endpoints;
mod events;
mod handle;
mod keys;
mod media;
mod outside;
mod query;
mod server_errors;
mod sessions;
mod share_fields;
mod thing;
mod url;

use std::sync::LazyLock;

pub use self::{
    encryption::StrictKeys,
    handle::{Handle, NewEndpoint, SeededEndpoint, Session, handle},
    keys::{
        ANALYTICS_READ_KEY, API_KEY, DISABLED_KEY, FROZEN_KEY, FROZEN_ORGANIZATION, ORGANIZATION, OTHER_API_KEY, OTHER_ORGANIZATION,
        SESSIONS_READ_KEY, SESSIONS_WRITE_KEY, WEBHOOKS_READ_KEY, WEBHOOKS_WRITE_KEY,
    },
    server_errors::ServerErrors,
};
use crate::{Alters, Contract, Incoming, MockServer, MockServerBuilder, Place, Pointer, Request, Rule, Step, Violation};

/// The four event types that an endpoint can subscribe to, in their default order.
pub const EVENT_TYPES: [&str; 4] =
    ["verification.attempt.succeeded", "verification.attempt.failed", "verification.session.expired", "verification.session.cancelled"];

/// The document's name, in messages.
const NAME: &str = "kayle.openapi.yaml";

const TEXT: &str = include_str!("../../../spec/kayle.openapi.yaml");
/// The same document once more: reading YAML takes ten times as long, and a process per test pays it in each test.
const AS_JSON: &str = include_str!("../../../spec/kayle.openapi.json");

static CONTRACT: LazyLock<Contract> = LazyLock::new(|| {
    let value = serde_json::from_str(AS_JSON).unwrap_or_default();
    match Contract::from_parsed(NAME, TEXT, value) {
        Ok(contract) => with_rules(contract),
        Err(error) => unreachable!("the bundled document is tested: {error}"),
    }
});

/// The rules of the operations that are there: an overlay may have taken some away.
fn with_rules(contract: Contract) -> Contract {
    let beside = outside::Beside { contract: contract.clone() };
    let contract = contract
        .with_rule_everywhere(ExactBearer)
        .with_rule_everywhere(beside)
        .with_rule_everywhere(query::Reading)
        .with_rule_everywhere(sessions::Expiry);
    let shown = ["listWebhookEndpoints", "createWebhookEndpoint", "getWebhookEndpoint", "updateWebhookEndpoint"];
    let contract = with_rule(contract, endpoints::Shown, &shown);
    let contract = with_rule(contract, endpoints::Endpoint, &["createWebhookEndpoint", "updateWebhookEndpoint"]);
    let contract = with_rule(contract, media::ExactJson, &["createWebhookEndpoint", "updateWebhookEndpoint", "registerWebhookKey"]);
    let contract = with_rule(contract, endpoints::Secret, &["revealWebhookSigningSecret", "rotateWebhookSigningSecret"]);
    let contract = with_rule(contract, endpoints::Deleted, &["deleteWebhookEndpoint"]);
    let contract = with_rule(contract, encryption::Registered, &["registerWebhookKey"]);
    let contract = with_rule(contract, deliveries::Retry, &["retryWebhookDelivery"]);
    let contract = with_rule(contract, events::Replay, &["replayWebhookEvent", "replayEvent"]);
    let contract = with_rule(contract, sessions::Shown, &["listSessions", "createSession", "getSession"]);
    let contract = with_rule(contract, sessions::Create, &["createSession"]);
    let contract = with_rule(contract, sessions::Cancel, &["cancelSession"]);
    with_rule(contract, attempts::List, &["listAttempts"])
}

fn with_rule(contract: Contract, rule: impl Rule + Copy, operations: &[&str]) -> Contract {
    operations.iter().fold(contract, |contract, operation| match contract.find_operation(operation) {
        Some(_) => contract.with_rule(operation, rule),
        None => contract,
    })
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

/// The server tests for the exact text `Bearer `, where HTTP would take any case, and more blanks.
struct ExactBearer;

impl Rule for ExactBearer {
    fn alters(&self) -> Alters {
        Alters::Nothing
    }

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

/// White space as JavaScript trims it: what Unicode calls so and the byte order mark, but not U+0085.
fn is_blank(char: char) -> bool {
    (char.is_whitespace() && char != '\u{85}') || char == '\u{feff}'
}

fn refused_url(call: &Incoming<'_>, member: &str, text: &str, hosts: url::Hosts) -> Option<Violation> {
    let refusal = url::judge(text, hosts).err()?;
    let violation =
        Violation::new(Step::Body, refusal.code(), Place::Body(Pointer::root().join(member)), refusal.expected(), url::shown(text));
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
        assert_eq!(" \u{a0}\u{feff}a b\u{2003}\n".trim_matches(is_blank), "a b");
        assert_eq!("\u{85}a".trim_matches(is_blank), "\u{85}a");
    }
}
