//! The settings of a server, and its start.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    panic::Location,
    sync::{Arc, Mutex},
};

use super::{MockServer, port::Port};
use crate::{
    check::Policy,
    clock::{Clock, Timestamp},
    contract::{ApiKey, Contract},
    coverage::Recorder,
    engine::{Engine, Mischief, Observer, Settings},
    error::Error,
    journal::{Call, Remember},
    respond::Answers,
    router::BasePath,
    schema::Locale,
    state::{MOST_KEPT, State},
};

/// A server that is not started yet: see [`MockServer::builder`].
#[must_use = "a builder does nothing until it is started"]
pub struct MockServerBuilder {
    contract: Contract,
    addr: SocketAddr,
    policy: Policy,
    base_path: BasePath,
    cors: bool,
    answers: Answers,
    seed: Option<u64>,
    clock: Option<Clock>,
    lenient: bool,
    unused_scripts: bool,
    only_scripted: bool,
    mischief: Mischief,
    remember: Remember,
    stateful: Option<bool>,
    state: Option<State>,
    state_limit: usize,
    coverage: Option<bool>,
    observer: Option<Box<Observer>>,
}

impl MockServerBuilder {
    pub(super) fn new(contract: &Contract) -> Self {
        Self {
            contract: contract.clone(),
            addr: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0),
            policy: Policy::default(),
            base_path: BasePath::default(),
            cors: false,
            answers: Answers::default(),
            seed: None,
            clock: None,
            lenient: false,
            unused_scripts: true,
            only_scripted: false,
            mischief: Mischief::default(),
            remember: Remember::new(),
            stateful: None,
            state: None,
            state_limit: MOST_KEPT,
            coverage: None,
            observer: None,
        }
    }

    /// The seed of everything that is made up. Default: 0. The same seed, contract and calls give the same bytes.
    ///
    /// With a seed, the clock stands at [`Timestamp::FIXED`] unless [`clock`](Self::clock) says otherwise: who asks for
    /// the same bytes again asks for the same times.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// The clock that answers read. Default: the machine's, or a fixed one if there is a seed.
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = Some(clock);
        self
    }

    /// The address to listen on. Default: a free port of 127.0.0.1.
    pub fn bind(mut self, addr: impl Into<SocketAddr>) -> Self {
        self.addr = addr.into();
        self
    }

    /// Knows this key, and from now on accepts no others than those named so and those that the document lists under
    /// `x-standin-keys`. Default: what is not listed there is accepted too, if it has the right form, and may do everything.
    pub fn api_key(mut self, key: impl Into<ApiKey>) -> Self {
        self.policy.access.keys.push(key.into());
        self
    }

    /// With `true`, dropping the server never fails the test; [`MockServer::verify`] still does. Default: `false`.
    pub fn lenient(mut self, lenient: bool) -> Self {
        self.lenient = lenient;
        self
    }

    /// The largest request body in bytes, as it is sent and once it is decoded; a larger one is answered 413. Default: 10 MiB.
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.policy.body_limit = bytes;
        self
    }

    /// With `true`, query parameters, headers and cookies that the contract does not declare are violations, and so is a body
    /// where it declares none. Default: `false`, they are [remarks](Call::remarks).
    ///
    /// Headers that clients send of their own accord, those of HTTP, browsers, proxies and tracing, need no declaration.
    pub fn strict(mut self, strict: bool) -> Self {
        self.policy.strict = strict;
        self
    }

    /// With `true`, members of request bodies that the contract does not declare are violations, also where the schema
    /// leaves its objects open. Default: `false`.
    pub fn strict_bodies(mut self, strict: bool) -> Self {
        self.policy.strict_bodies = strict;
        self
    }

    /// With `true`, an operation whose servers have a base path is found below that alone: `/v1/things` and not `/things`.
    /// Default: `false`, both are accepted.
    pub fn require_base_path(mut self, require: bool) -> Self {
        self.base_path = if require { BasePath::Required } else { BasePath::Optional };
        self
    }

    /// With `true`, browsers on any origin may call: preflights are answered, and answers carry the headers that let them be
    /// read. Default: `false`.
    pub fn cors(mut self, cors: bool) -> Self {
        self.cors = cors;
        self
    }

    /// With `true`, bodies are generated even where the contract has examples. Default: `false`, an example comes first.
    ///
    /// A request that prefers it otherwise (`Prefer: dynamic=false`) is answered so.
    pub fn dynamic(mut self, dynamic: bool) -> Self {
        self.answers.dynamic = dynamic;
        self
    }

    /// With `true`, what is generated has no more members and items than it must have. Default: `false`.
    ///
    /// The same as [`optional_members(0)`](Self::optional_members).
    pub fn required_only(self, required_only: bool) -> Self {
        self.optional_members(if required_only { 0 } else { 100 })
    }

    /// How many of a hundred members that need not be there are generated; above 100 counts as 100. Default: 100.
    ///
    /// Which they are depends on the seed and on their names, never on their siblings. With 0, lists have no more items than
    /// they must have either.
    pub fn optional_members(mut self, percent: u8) -> Self {
        self.answers.optional = percent.min(100);
        self
    }

    /// How many items generated lists have, as far as their schemas allow. Default: two or three, and as many as were asked
    /// for where the request limits them.
    pub fn list_items(mut self, items: u32) -> Self {
        self.answers.items = Some(items);
        self
    }

    /// Whose names of people, addresses and companies are made up. Default: [`Locale::En`].
    pub fn locale(mut self, locale: Locale) -> Self {
        self.answers.locale = locale;
        self
    }

    /// With `false`, requests that break the contract are answered as if they did not. Their violations are remembered all
    /// the same, and fail the test. Default: `true`, they get the contract's own error.
    pub fn errors(mut self, errors: bool) -> Self {
        self.answers.errors = errors;
        self
    }

    /// With `false`, [scripts](MockServer::on) that were never used fail no test. Default: `true`, they do when the server is
    /// verified.
    pub fn unused_scripts(mut self, fail: bool) -> Self {
        self.unused_scripts = fail;
        self
    }

    /// With `true`, a call that no [script](MockServer::on) answers is a violation, `script.unexpected`; it is answered all the
    /// same. Default: `false`.
    ///
    /// ```
    /// use standin::{Request, kayle};
    ///
    /// let api = kayle::builder().only_scripted(true).start();
    /// api.expect_violation("script.unexpected");
    /// api.handle(Request::get("/v1/webhooks/endpoints").with_header("authorization", "Bearer any"));
    /// assert_eq!(api.violations()[0].code(), "script.unexpected");
    /// ```
    pub fn only_scripted(mut self, only: bool) -> Self {
        self.only_scripted = only;
        self
    }

    /// Lets such a share of all calls, from 0 to 1, meet one of the errors that the contract declares for the operation, a
    /// delay of up to two seconds, or a [`Fault`](crate::Fault) of the connection. Default: 0.
    ///
    /// Which calls meet what depends on the [`seed`](Self::seed), the operation, the path, and how many calls there were to
    /// that. Scripts come first. [`Because::Fault`](crate::Because::Fault) tells what a call has met.
    ///
    /// ```
    /// use standin::{Because, Request, kayle};
    ///
    /// let api = kayle::builder().chaos(0.5).seed(1).start();
    /// for _ in 0..20 {
    ///     api.handle(Request::get("/v1/webhooks/endpoints").with_header("authorization", "Bearer any"));
    /// }
    /// assert!(api.calls().iter().any(|call| matches!(call.because(), Because::Fault { .. })));
    /// ```
    ///
    /// # Panics
    ///
    /// If it is no share.
    #[track_caller]
    pub fn chaos(mut self, share: f64) -> Self {
        assert!((0.0..=1.0).contains(&share), "standin: expected a share of calls from 0 to 1, found {share}");
        self.mischief.chaos = share;
        self
    }

    /// With `true`, a request may ask for a [`Fault`](crate::Fault) by its name, in the header `standin-fault`:
    /// `standin-fault: reset-before-headers`, `standin-fault: slow-body=50`. Default: `false`.
    pub fn fault_headers(mut self, allow: bool) -> Self {
        self.mischief.headers = allow;
        self
    }

    /// With `true`, what is created is kept: it can be read, listed, changed and deleted, and what was never created is not
    /// there. Default: `false`, unless the document asks for it (`x-standin-stateful: true`), as Kayle's does.
    ///
    /// What is kept of an API, and which operation does what with it, [`Contract::resources`] tells.
    ///
    /// ```
    /// use serde_json::json;
    /// use standin::{Contract, MockServer, Request};
    ///
    /// let contract = Contract::from_text("pets.yaml", r#"
    /// openapi: 3.1.0
    /// paths:
    ///   /pets:
    ///     post:
    ///       requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}}
    ///       responses: {"201": {content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}}}
    ///   /pets/{id}:
    ///     get:
    ///       parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    ///       responses:
    ///         "200": {content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}}
    ///         "404": {description: no such pet}
    /// components:
    ///   schemas:
    ///     Pet: {type: object, required: [id, name], properties: {id: {type: string, readOnly: true}, name: {type: string}}}
    /// "#)?;
    /// let api = MockServer::builder(&contract).stateful(true).start();
    ///
    /// let created = api.handle(Request::post("/pets").with_json(&json!({"name": "Ada"}))).json();
    /// let id = created["id"].as_str().unwrap();
    /// assert_eq!(api.handle(Request::get(&format!("/pets/{id}"))).json(), created);
    /// assert_eq!(api.handle(Request::get("/pets/nobody")).status(), 404);
    /// # Ok::<(), standin::Error>(())
    /// ```
    pub fn stateful(mut self, stateful: bool) -> Self {
        self.stateful = Some(stateful);
        self
    }

    /// Starts with these things, and comes back to them with [`MockServer::reset`]. Turns state on.
    ///
    /// [`start`](Self::start) fails if there is no such resource or one of the things does not conform.
    pub fn with_state(mut self, state: State) -> Self {
        self.state = Some(state);
        self
    }

    /// How many things are kept at most; creating one more is answered 500, and fails the test. Default: 200,000.
    pub fn state_limit(mut self, things: usize) -> Self {
        self.state_limit = things;
        self
    }

    /// How much it remembers. Default: 10,000 calls and 64 MiB of messages.
    pub fn remember(mut self, remember: Remember) -> Self {
        self.remember = remember;
        self
    }

    /// With `true`, [`MockServer::coverage`] is of all calls since the start, over resets and however many there are. With
    /// `false`, nothing is kept or written.
    ///
    /// Default: `true` if the environment variable `STANDIN_COVERAGE` names a folder. What was reached is written there when
    /// the server is dropped; [`CoverageFolder`](crate::CoverageFolder) puts together what all servers of all processes wrote.
    pub fn coverage(mut self, coverage: bool) -> Self {
        self.coverage = Some(coverage);
        self
    }

    /// Calls a function after each call, on the server's thread: keep it short.
    pub fn on_call(mut self, observer: impl Fn(&Call) + Send + Sync + 'static) -> Self {
        self.observer = Some(Box::new(observer));
        self
    }

    /// Starts it.
    ///
    /// # Panics
    ///
    /// If it cannot listen on the address.
    #[track_caller]
    pub fn start(self) -> MockServer {
        match self.try_start() {
            Ok(server) => server,
            Err(error) => panic!("standin: {error}"),
        }
    }

    /// Starts it.
    ///
    /// # Errors
    ///
    /// If it cannot listen on the address.
    #[track_caller]
    pub fn try_start(self) -> Result<MockServer, Error> {
        let clock = self.clock.unwrap_or_else(|| if self.seed.is_some() { Clock::fixed(Timestamp::FIXED) } else { Clock::system() });
        let body_limit = self.policy.body_limit;
        let settings = Settings {
            policy: self.policy,
            base_path: self.base_path,
            cors: self.cors,
            answers: self.answers,
            seed: self.seed.unwrap_or_default(),
            clock,
            mischief: self.mischief,
            remember: self.remember,
            only_scripted: self.only_scripted,
            stateful: self.stateful,
            state_limit: self.state_limit,
        };
        let mut engine = Engine::new(self.contract, settings, self.observer);
        if let Some(state) = &self.state {
            engine.begin_with(state)?;
        }
        engine.recorder = Recorder::from_environment(self.coverage);
        let engine = Arc::new(engine);
        let port = Port::listen(Arc::clone(&engine), self.addr, body_limit)?;
        let url = format!("http://{}", port.addr());
        engine.journal.started_at(&url, Location::caller(), &engine.contract);
        Ok(MockServer {
            engine,
            url,
            port,
            lenient: self.lenient,
            unused_scripts: self.unused_scripts,
            expected: Mutex::default(),
            told: Mutex::default(),
        })
    }
}

impl fmt::Debug for MockServerBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MockServerBuilder").field("contract", &self.contract).field("addr", &self.addr).finish_non_exhaustive()
    }
}
