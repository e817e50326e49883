//! A stand-in for an HTTP API that has an OpenAPI document.
//!
//! In a test it starts in microseconds, checks every request against the document, answers with realistic data that
//! conforms, and remembers every call. A call that breaks the contract gets the contract's own error answer *and* fails
//! the test, with a report that says what was expected, what was found, and where the rule stands.
//!
//! ```no_run
//! use standin::{Contract, MockServer};
//!
//! # fn main() -> Result<(), standin::Error> {
//! let contract = Contract::from_path("openapi.yaml")?;         // once per test binary; cheap to clone
//! let api = MockServer::start(&contract);                      // a free port; no await, no thread
//!
//! // … run the program under test against api.url() …
//!
//! let call = api.calls().to("POST /v1/things").only();         // exactly one, else a panic that shows what came
//! assert_eq!(call.request().json()["name"], "a thing");
//! # Ok(())
//! # }                                                           // dropped: any broken call fails the test here
//! ```
//!
//! The Kayle ID webhooks API comes with it: see [`kayle`].
//!
//! # What is what
//!
//! - [`Contract`]: an OpenAPI document, loaded. [`Contract::warnings`] lists what it uses and standin does not
//!   enforce; [`Contract::lint`] looks for mistakes in it.
//! - [`MockServer`]: a running server; [`MockServer::builder`] has the settings.
//! - [`Calls`] and [`Call`]: what came, for assertions and, by [`Calls::snapshot`], for snapshot tests.
//! - [`check_traffic`]: what was recorded elsewhere, judged by a contract.
//! - [`Digest`]: what a contract promises, for a snapshot test; [`Coverage`]: what of it a test run has reached.
//! - [`Violation`]: one way in which a message breaks the contract. Facts first; its text is the same everywhere.
//! - [`Script`]: what a test wants answered, [on](MockServer::on) which calls ([`Match`]), how late ([`Delay`]) and what goes
//!   wrong with it ([`Fault`]).
//! - [`Rule`]: what an API asks for and its document cannot say, in code.
//!
//! # Promises
//!
//! - Every answer is checked against the contract before it leaves. One that would break it is replaced by a 500 that
//!   says why, and fails the test.
//! - The same seed, contract and calls give the same bytes, on every machine. Other calls do not matter.
//! - It listens on loopback unless told otherwise, reads no file that it was not given, and prints no credential.

#![cfg_attr(test, allow(clippy::needless_pass_by_value, reason = "tests hand over what they make in place"))]

mod bundle;
mod check;
mod clock;
mod codec;
#[cfg(test)]
mod conformance;
mod contract;
mod coverage;
mod diff;
mod document;
mod engine;
mod error;
mod journal;
mod mask;
mod matcher;
mod media;
mod message;
#[cfg(feature = "overlay")]
mod overlay;
mod pointer;
mod respond;
mod router;
mod schema;
mod script;
mod seed;
mod server;
mod source;
mod state;
mod text;
mod traffic;
mod violation;

pub use self::{
    bundle::kayle,
    clock::{Clock, Timestamp, TimestampError},
    contract::{
        Alters, ApiKey, Aside, Contract, Digest, Incoming, Level, Loader, Operation, Outside, Resource, ResourceTable, Rule, Served,
        Standing, Warning, WarningCode,
    },
    coverage::{Coverage, CoverageElement, CoverageFolder, CoverageKind},
    engine::{Passed, RouteReport, Why},
    error::{Error, Position},
    journal::{Call, Calls, Count, Remember, Snapshot, Wait, Waiting},
    matcher::Match,
    message::{Bytes, HeaderName, HeaderValue, Headers, JsonError, Method, Request, Response, StatusCode, Uri},
    pointer::Pointer,
    respond::Because,
    schema::Locale,
    script::{Delay, Fault, Scoped, Script},
    server::{MockServer, MockServerBuilder},
    state::{State, Transaction},
    traffic::{Exchange, Traffic, TrafficCheck, check_traffic},
    violation::{Edit, Place, RulePlace, Step, Violation},
};
