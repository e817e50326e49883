//! The server that a test starts: one engine behind one port, verified when it is dropped.

mod builder;
mod port;
mod rigged;
mod wire;

use std::{
    fmt,
    io::{self, Write},
    net::SocketAddr,
    panic::Location,
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::Duration,
};

pub use self::builder::MockServerBuilder;
use crate::{
    clock::Clock,
    contract::Contract,
    coverage::Coverage,
    engine::{Engine, unused},
    journal::{Call, Calls, forgotten, unexpected},
    message::{Request, Response},
    script::Script,
    state::{State, Transaction},
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
    port: port::Port,
    url: String,
    lenient: bool,
    /// Whether scripts that were not used fail the test.
    unused_scripts: bool,
    expected: Mutex<Vec<Expected>>,
    /// The last call that was part of a failed verification, and how many broken ones were let go by then: they fail no
    /// second one.
    told: Mutex<(u64, u64)>,
}

/// A violation that a test expects.
struct Expected {
    what: String,
    /// Where the test says so.
    at: &'static Location<'static>,
    met: bool,
}

impl Expected {
    fn in_words(&self) -> String {
        format!("expect_violation({:?}) was never met (said at {})", self.what, self.at)
    }
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
        MockServerBuilder::new(contract)
    }

    /// Where it listens: `http://127.0.0.1:49152`, without a slash at the end.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The address that it listens on.
    pub fn addr(&self) -> SocketAddr {
        self.port.addr()
    }

    /// The contract that it serves.
    pub fn contract(&self) -> &Contract {
        &self.engine.contract
    }

    /// The clock that its answers read. A test may [stop it](Clock::freeze), [move it](Clock::advance) and
    /// [let it run](Clock::resume).
    pub fn clock(&self) -> &Clock {
        &self.engine.settings.clock
    }

    /// The calls so far, oldest first.
    pub fn calls(&self) -> Calls {
        self.engine.journal.calls(&self.engine.contract)
    }

    /// The conversation so far as text: see [`Calls::transcript`].
    pub fn transcript(&self) -> String {
        self.calls().transcript()
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
        self.engine.handle(request).response
    }

    /// Scripts what is answered to calls of an operation, by method and path (`POST /v1/things`) or `operationId`: see
    /// [`Script`].
    ///
    /// ```
    /// use standin::{Because, Match, Request, kayle};
    ///
    /// let api = kayle::start();
    /// api.on("GET /v1/webhooks/endpoints/{endpoint_id}").when(Match::path("endpoint_id", "whe_gone")).reply(404);
    ///
    /// let read = Request::get("/v1/webhooks/endpoints/whe_gone").with_header("authorization", "Bearer any");
    /// assert_eq!(api.handle(read).status(), 404);
    /// assert!(matches!(api.calls().last().because(), Because::Script { .. }));
    /// ```
    ///
    /// # Panics
    ///
    /// If the contract has no such operation; the message names the nearest.
    #[track_caller]
    pub fn on(&self, operation: &str) -> Script {
        self.engine.scripts.begin(operation)
    }

    /// Stops listening, as a server does that has gone down: who connects is refused, and connections that are open are closed
    /// once they have got the answer that they wait for. The port stays this server's.
    ///
    /// ```
    /// use std::net::TcpStream;
    ///
    /// let api = standin::kayle::start();
    /// api.pause();
    /// assert_eq!(TcpStream::connect(api.addr()).unwrap_err().kind(), std::io::ErrorKind::ConnectionRefused);
    /// api.resume();
    /// assert!(TcpStream::connect(api.addr()).is_ok());
    /// ```
    pub fn pause(&self) {
        self.port.pause();
    }

    /// Listens again after a [`pause`](Self::pause), on the same port.
    ///
    /// # Panics
    ///
    /// If it cannot.
    #[track_caller]
    pub fn resume(&self) {
        if let Err(error) = self.port.resume() {
            panic!("standin: {error}");
        }
    }

    /// Everything in which the calls so far break the contract, expected or not.
    pub fn violations(&self) -> Vec<Violation> {
        self.calls().violating().iter().flat_map(|call| call.violations().to_vec()).collect()
    }

    /// What the server keeps now: to be looked at, written to a file, or [started with](MockServerBuilder::with_state).
    /// Nothing, where state is off.
    pub fn state(&self) -> State {
        self.engine.state()
    }

    /// Looks at what the server keeps, or changes it, as a whole: no call comes between.
    ///
    /// ```
    /// use standin::kayle;
    ///
    /// let api = kayle::start();
    /// assert_eq!(api.change(|state| state.list("endpoints").count()), 0);
    /// ```
    ///
    /// # Panics
    ///
    /// If state is off.
    #[track_caller]
    pub fn change<R>(&self, change: impl FnOnce(&mut Transaction<'_>) -> R) -> R {
        self.changed(None, change)
    }

    /// The same for what belongs to another tenant than that of keys that name none: see [`ApiKey`](crate::ApiKey).
    ///
    /// # Panics
    ///
    /// If state is off.
    #[track_caller]
    pub fn change_as<R>(&self, tenant: &str, change: impl FnOnce(&mut Transaction<'_>) -> R) -> R {
        self.changed(Some(tenant), change)
    }

    #[track_caller]
    fn changed<R>(&self, tenant: Option<&str>, change: impl FnOnce(&mut Transaction<'_>) -> R) -> R {
        let changed = self.engine.change(tenant, change);
        changed.unwrap_or_else(|| panic!("standin: this server keeps nothing: start it with MockServerBuilder::stateful(true)"))
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
    #[track_caller]
    pub fn expect_violation(&self, what: &str) {
        self.expected().push(Expected { what: what.to_owned(), at: Location::caller(), met: false });
    }

    /// Fails the test if a call broke the contract unexpectedly, if a violation was expected that never came, or if a
    /// [script](Self::on) was never used.
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

    /// Forgets all calls, all scripts, all that was expected and all that was kept, however much that is. Afterwards the server answers as a new one would.
    pub fn reset(&self) {
        self.engine.reset();
        self.expected().clear();
        *self.told.lock().unwrap_or_else(PoisonError::into_inner) = (0, 0);
    }

    /// Stops listening, lets the requests under way finish, and waits for them. Whether they did within that time.
    ///
    /// Dropping does the same without waiting.
    pub fn shutdown(self, within: Duration) -> bool {
        self.port.stop(within)
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
            if unexpected > 0 && call.number() > told.0 {
                broken.push(call);
            }
        }
        let unmet: Vec<String> = expected.iter().filter(|expected| !expected.met).map(Expected::in_words).collect();
        // What was missed is told; what was met stays expected.
        expected.retain(|expected| expected.met);
        let calls = self.calls();
        // Whether what was let go was expected, nobody can tell.
        let let_go = if expected.is_empty() { calls.dropped_violating().saturating_sub(told.1) } else { 0 };
        *told = (calls.iter().last().map_or(told.0, |call| call.number()), calls.dropped_violating());
        let unused = if self.unused_scripts { unused::report(&self.engine) } else { None };
        let failed = !broken.is_empty() || !unmet.is_empty() || let_go > 0;
        let broken = failed.then(|| unexpected(&broken, &unmet, &self.engine.journal) + &forgotten(let_go));
        match (broken, unused) {
            (Some(broken), Some(unused)) => Some(format!("{broken}\n{unused}")),
            (broken, unused) => broken.or(unused),
        }
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
