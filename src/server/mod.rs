//! The server that a test starts: one engine behind one port, verified when it is dropped.

mod wire;

use std::{
    fmt,
    io::{self, Write},
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::Duration,
};

use crate::{
    check::{ApiKey, Policy},
    clock::{Clock, Timestamp},
    contract::Contract,
    coverage::{Coverage, Recorder},
    engine::{Engine, Observer, Settings},
    error::Error,
    journal::{Call, Calls, unexpected},
    message::{Request, Response},
    respond::Answers,
    router::BasePath,
    violation::Violation,
};

/// A running stand-in for an API.
///
/// It listens on a free port of 127.0.0.1 from [`start`](Self::start) until it is dropped. Starting costs no thread: one
/// background runtime carries all servers of a process. It works in `#[test]`, in `#[tokio::test]` of both flavours and
/// outside any runtime, because nothing about it needs awaiting.
///
/// When it is dropped, it fails the test if a call broke the contract and the test did not say that it would: see
/// [`verify`](Self::verify).
///
/// ```
/// use std::io::{Read, Write};
/// use standin::{Contract, MockServer};
///
/// let contract = Contract::from_text("pets.yaml", r#"
/// openapi: 3.1.0
/// paths:
///   /pets/{name}:
///     get:
///       responses:
///         "200":
///           content:
///             application/json:
///               schema: {type: object, required: [name], properties: {name: {type: string}}}
/// "#)?;
/// let api = MockServer::start(&contract);
///
/// let mut client = std::net::TcpStream::connect(api.addr())?;
/// client.write_all(b"GET /pets/Ada HTTP/1.1\r\nHost: pets\r\nConnection: close\r\n\r\n")?;
/// let mut answer = String::new();
/// client.read_to_string(&mut answer)?;
/// assert!(answer.ends_with(r#"{"name":"Ada"}"#));
///
/// let call = api.calls().to("GET /pets/{name}").only();
/// assert_eq!(call.response().status(), 200);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use = "a server stops when it is dropped"]
pub struct MockServer {
    engine: Arc<Engine>,
    wire: wire::Wire,
    url: String,
    lenient: bool,
    expected: Mutex<Vec<Expected>>,
    /// The last call that was part of a failed verification: it fails no second one.
    told: Mutex<u64>,
}

/// A violation that a test expects.
struct Expected {
    what: String,
    met: bool,
}

impl MockServer {
    /// Starts a server for a contract, on a free port of 127.0.0.1.
    ///
    /// # Panics
    ///
    /// If no port can be had. [`MockServerBuilder::try_start`] gives an error instead.
    #[track_caller]
    pub fn start(contract: &Contract) -> Self {
        Self::builder(contract).start()
    }

    /// Prepares a server with other settings than the defaults.
    pub fn builder(contract: &Contract) -> MockServerBuilder {
        MockServerBuilder {
            contract: contract.clone(),
            addr: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0),
            policy: Policy::default(),
            base_path: BasePath::default(),
            cors: false,
            answers: Answers::default(),
            seed: None,
            clock: None,
            lenient: false,
            observer: None,
            coverage: None,
        }
    }

    /// Where it listens: `http://127.0.0.1:49152`, without a slash at the end.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The address that it listens on.
    pub fn addr(&self) -> SocketAddr {
        self.wire.addr()
    }

    /// The contract that it serves.
    pub fn contract(&self) -> &Contract {
        &self.engine.contract
    }

    /// The clock that its answers read.
    pub fn clock(&self) -> &Clock {
        &self.engine.settings.clock
    }

    /// The calls so far, oldest first.
    pub fn calls(&self) -> Calls {
        self.engine.journal.calls(&self.engine.contract)
    }

    /// Answers a request without a socket, and remembers it as any other call.
    ///
    /// ```
    /// use standin::{Request, kayle};
    ///
    /// let api = kayle::start();
    /// let request = Request::post("/v1/webhooks/endpoints")
    ///     .with_header("authorization", "Bearer any")
    ///     .with_json(&serde_json::json!({"url": "https://example.com/hook"}));
    /// assert_eq!(api.handle(request).json()["data"]["endpoint"]["url"], "https://example.com/hook");
    /// ```
    pub fn handle(&self, request: Request) -> Response {
        self.engine.handle(request)
    }

    /// Everything in which the calls so far break the contract, expected or not.
    pub fn violations(&self) -> Vec<Violation> {
        self.calls().violating().iter().flat_map(|call| call.violations().to_vec()).collect()
    }

    /// What of the contract the calls have reached: those that the server remembers, or, with
    /// [`MockServerBuilder::coverage`], all since it started.
    ///
    /// A call reaches its operation, the parameters, members and values that it sends, the security scheme that lets it in,
    /// and the status, media type, members and values that it is answered with, as far as the contract declares them.
    pub fn coverage(&self) -> Coverage {
        match &self.engine.recorder {
            Some(recorder) => recorder.coverage(&self.engine.contract),
            None => Coverage::of_calls(&self.engine.contract, &self.calls()),
        }
    }

    /// Says that this test breaks the contract on purpose.
    ///
    /// `what` is a place (`body /name`, `query limit`, `header authorization`, `route`), a code (`schema.maxLength`,
    /// `security.missing`), or an operation (`POST /v1/things` or its `operationId`). Any number of violations, but at
    /// least one, must then be like that: [`verify`](Self::verify) fails if none came.
    pub fn expect_violation(&self, what: &str) {
        self.expected().push(Expected { what: what.to_owned(), met: false });
    }

    /// Fails the test if a call broke the contract unexpectedly, or if a violation was expected that never came.
    ///
    /// Dropping the server does the same, except while the thread is panicking already.
    ///
    /// # Panics
    ///
    /// With a report: the calls, what is wrong with each, the rules' places in the contract, and a `curl` line for each
    /// that sends it again.
    #[track_caller]
    pub fn verify(&self) {
        if let Some(report) = self.failure() {
            panic!("{report}");
        }
    }

    /// Forgets all calls and all that was expected. Afterwards the server answers as a new one would.
    pub fn reset(&self) {
        self.engine.reset();
        self.expected().clear();
        *self.told.lock().unwrap_or_else(PoisonError::into_inner) = 0;
    }

    /// Stops listening, lets the requests under way finish, and waits for them. Whether they did within that time.
    ///
    /// Dropping does the same without waiting.
    pub fn shutdown(self, within: Duration) -> bool {
        self.wire.stop(within)
    }

    fn expected(&self) -> std::sync::MutexGuard<'_, Vec<Expected>> {
        // Pushing and clearing cannot leave it half changed.
        self.expected.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The report of a failed verification. What was told once is not told again.
    fn failure(&self) -> Option<String> {
        let mut expected = self.expected();
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let mut broken = Vec::new();
        for call in self.calls().violating() {
            let unexpected = call.violations().iter().filter(|violation| !meets(&mut expected, &call, violation)).count();
            if unexpected > 0 && call.number() > *told {
                broken.push(call);
            }
        }
        let unmet: Vec<String> = expected.iter().filter(|expected| !expected.met).map(|expected| expected.what.clone()).collect();
        // What was missed is told; what was met stays expected.
        expected.retain(|expected| expected.met);
        *told = self.calls().iter().last().map_or(*told, |call| call.number());
        (!broken.is_empty() || !unmet.is_empty()).then(|| unexpected(&broken, &unmet, &self.url))
    }
}

/// Whether a violation is expected; notes what it meets.
fn meets(expected: &mut [Expected], call: &Call, violation: &Violation) -> bool {
    let place = violation.place().to_string();
    let mut met = false;
    for expected in expected {
        let what = expected.what.as_str();
        let same = what == place || what == violation.code() || call.operation().is_some_and(|operation| operation.is_called(what));
        expected.met |= same;
        met |= same;
    }
    met
}

impl Drop for MockServer {
    fn drop(&mut self) {
        let saved = self.engine.recorder.as_ref().map_or(Ok(()), |recorder| recorder.save(&self.engine.contract));
        if let Err(error) = saved {
            // A test is no worse for it, and nobody is left to tell if this cannot be written.
            let _ = writeln!(io::stderr(), "standin: coverage cannot be written: {error}");
        }
        // A second panic would end the process and hide the first, which is the one that matters.
        if self.lenient || thread::panicking() {
            return;
        }
        if let Some(report) = self.failure() {
            panic!("{report}");
        }
    }
}

impl fmt::Debug for MockServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MockServer").field("url", &self.url).field("contract", &self.engine.contract).finish_non_exhaustive()
    }
}

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
    observer: Option<Box<Observer>>,
    coverage: Option<bool>,
}

impl MockServerBuilder {
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

    /// Accepts this key, and from now on no other than those named so. Default: any credential of the right form.
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

    /// With `false`, requests that break the contract are answered as if they did not. Their violations are remembered all
    /// the same, and fail the test. Default: `true`, they get the contract's own error.
    pub fn errors(mut self, errors: bool) -> Self {
        self.answers.errors = errors;
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
        };
        let mut engine = Engine::new(self.contract, settings, self.observer);
        engine.recorder = Recorder::from_environment(self.coverage);
        let engine = Arc::new(engine);
        let wire = wire::Wire::listen(Arc::clone(&engine), self.addr, body_limit)?;
        Ok(MockServer {
            engine,
            url: format!("http://{}", wire.addr()),
            wire,
            lenient: self.lenient,
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
