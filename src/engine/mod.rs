//! The life of a request, top to bottom. Synchronous; knows no socket: every decision has a line to point at.

mod cors;
mod cue;
mod explain;
mod kept;
pub(crate) mod unused;

use std::{
    collections::HashMap,
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

pub(crate) use self::cue::Mischief;
pub use self::explain::{Passed, RouteReport, Why};
use crate::{
    check::{self, Judgement, Policy},
    clock::{Clock, Timestamp},
    contract::{Aside, Asks, Contract, Incoming, Operation, Outside, SecurityScheme},
    coverage::Recorder,
    journal::{Call, Entry, Exchange, Journal, Remember},
    message::{HeaderValue, Method, Request, Response, StatusCode, header},
    pointer::Pointer,
    respond::{self, Answer, Answers, Because, Scene},
    router::{BasePath, Found, Missed},
    script::{self, Fault, Performed, Scripts, Stage},
    seed::Seed,
    state::Store,
    text::either,
    violation::{Place, Step, Violation},
};

/// How many different requests are counted, to tell the n-th identical one; further ones count as first ones.
const MOST_COUNTED: usize = 1_000_000;

/// What is told of each call.
pub(crate) type Observer = dyn Fn(&Call) + Send + Sync;

/// How a server judges and answers.
pub(crate) struct Settings {
    pub(crate) policy: Policy,
    pub(crate) base_path: BasePath,
    /// Whether browsers on other origins may call.
    pub(crate) cors: bool,
    pub(crate) answers: Answers,
    pub(crate) seed: u64,
    pub(crate) clock: Clock,
    pub(crate) mischief: Mischief,
    /// Whether calls that no script is for are violations.
    pub(crate) only_scripted: bool,
    pub(crate) remember: Remember,
    /// Whether things are kept; `None` is what the contract asks for.
    pub(crate) stateful: Option<bool>,
    /// How many things are kept at most.
    pub(crate) state_limit: usize,
}

/// An answer on its way, and what goes wrong with it there.
pub(crate) struct Sent {
    pub(crate) response: Response,
    pub(crate) fault: Option<Fault>,
}

/// What answers: a contract, and all that one server does with it.
pub(crate) struct Engine {
    pub(crate) contract: Contract,
    pub(crate) settings: Settings,
    pub(crate) journal: Journal,
    pub(crate) observer: Option<Box<Observer>>,
    pub(crate) scripts: Arc<Scripts>,
    /// There if coverage is asked for.
    pub(crate) recorder: Option<Recorder>,
    /// How often each request came.
    counts: Mutex<HashMap<u64, u64>>,
    /// When it was made.
    since: Timestamp,
    /// What is kept, made on first use: who asks for nothing pays for nothing.
    store: OnceLock<Option<Store>>,
}

impl Engine {
    pub(crate) fn new(contract: Contract, settings: Settings, observer: Option<Box<Observer>>) -> Self {
        let since = settings.clock.now();
        let (contract_of, clock) = (contract.clone(), settings.clock.clone());
        let stage = Stage { contract: contract_of, seed: Seed::new(settings.seed), clock, since, answers: settings.answers };
        let scripts = Arc::new(Scripts::new(stage));
        let journal = Journal::new(settings.remember);
        Self { contract, settings, journal, observer, scripts, recorder: None, counts: Mutex::default(), since, store: OnceLock::new() }
    }

    /// Answers a request, and remembers both.
    pub(crate) fn handle(&self, request: Request) -> Sent {
        // A rule is code of a test's author: its panic must fail the call, not the server.
        let entry = catch_unwind(AssertUnwindSafe(|| self.decide(&request)));
        let decision = entry.unwrap_or_else(|panic| Decision::of(respond::unable(vec![panicked(&*panic)])));
        let fault = decision.fault;
        Sent { response: self.remember(request, decision), fault }
    }

    /// Answers a request that could not be read, and remembers it as far as it was.
    pub(crate) fn refuse(&self, request: Request, status: StatusCode, violation: Violation) -> Response {
        let response = respond::unread(status, &violation);
        let decision = Decision { response, because: Because::Problem, violations: vec![violation], ..Decision::default() };
        self.remember(request, decision)
    }

    /// Forgets all calls and scripts, so that the next call is the first.
    pub(crate) fn reset(&self) {
        self.scripts.clear();
        self.journal.clear();
        if let Some(store) = self.store.get().and_then(Option::as_ref) {
            store.reset();
        }
        self.counts.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn decide(&self, request: &Request) -> Decision {
        self.run_due();
        let found = match self.contract.router().find(request.method(), request.path(), self.settings.base_path) {
            Ok(found) => found,
            Err(missed) => return self.miss(request, missed),
        };
        let (operation, mut judgement) = choose(&self.contract, &self.settings.policy, &found, request);
        let incoming = Incoming { request, operation, parameters: &judgement.parameters, body: judgement.body.as_ref() };
        let (cue, mut odd) = self.cue(&incoming);
        // A fault that there is not is answered as what it is: a mistake in the request.
        if let Some(violation) = odd.take_if(|violation| violation.step() == Step::Parameters) {
            judgement.violations.push(violation);
            judgement.violations.sort_by_key(Violation::step);
        }
        if self.settings.mischief.headers {
            cue::accept_header(&mut judgement);
        }
        let scene = Scene {
            contract: &self.contract,
            operation,
            request,
            judgement: &judgement,
            seed: self.seed_of(operation, request),
            world: Seed::new(self.settings.seed),
            now: self.settings.clock.now(),
            since: self.since,
            answers: self.settings.answers,
            store: self.store(),
            told: None,
        };
        let Performed { answer, fault } = match &cue {
            Some(cue) => script::perform(&scene, cue),
            None => Performed { answer: respond::respond(&scene), fault: None },
        };
        let Answer { mut response, because, violations } = answer;
        if request.method() == Method::HEAD {
            response = bodiless(response);
        }
        let mut all = judgement.violations;
        for violation in violations {
            if !all.iter().any(|known| known.code() == violation.code() && known.place() == violation.place()) {
                all.push(violation);
            }
        }
        all.extend(odd);
        Decision {
            response,
            because,
            operation: Some(operation.number),
            parameters: judgement.parameters,
            violations: all,
            remarks: judgement.remarks,
            fault,
        }
    }

    fn miss(&self, request: &Request, missed: Missed) -> Decision {
        let method = request.method();
        let violation = missing(&self.contract, request, &missed, self.settings.base_path);
        let violation = check::secrets::without(&check::secrets::of_request(&self.contract, None, request, &[], None), violation);
        let allowed = match missed {
            Missed::OtherMethods(allowed) if method == Method::OPTIONS => {
                let cors = if self.settings.cors { cors::preflight(request, &allowed) } else { None };
                let response = cors.unwrap_or_else(|| respond::options(&allowed));
                return Decision::of(Answer { response, because: Because::Options, violations: Vec::new() });
            }
            Missed::OtherMethods(allowed) => allowed,
            Missed::Nothing => Vec::new(),
        };
        if let Some(aside) = self.outside(request, &allowed) {
            let mut decision = Decision::of(respond::outside(aside, violation));
            if method == Method::HEAD {
                decision.response = bodiless(decision.response);
            }
            return decision;
        }
        Decision {
            response: respond::no_operation(&violation, &allowed),
            because: Because::Problem,
            violations: vec![violation],
            ..Decision::default()
        }
    }

    /// What the contract's rules make of a request that no operation takes.
    fn outside(&self, request: &Request, allowed: &[Method]) -> Option<Aside> {
        let judge = |scheme: &SecurityScheme| check::standing(scheme, request, &self.settings.policy.access);
        let visit = Outside { contract: &self.contract, request, allowed, judge: &judge };
        self.contract.rules().general().find_map(|rule| rule.outside(&visit))
    }

    /// value = f(seed, operation, request, n-th identical request); status and place come in further down.
    ///
    /// Reading twice gives the same (RFC 9110, section 9.2.1), and so does asking for more or fewer items of a list.
    fn seed_of(&self, operation: &Operation, request: &Request) -> Seed {
        let mut seed = Seed::new(self.settings.seed).with(operation.name().as_bytes()).with(request.path().as_bytes());
        let query = request.query().unwrap_or_default();
        if request.method().is_safe() {
            let is_size = |pair: &&str| operation.asks_by(pair.split('=').next().unwrap_or_default()) == Asks::Limit;
            for pair in query.split('&').filter(|pair| !pair.is_empty() && !is_size(pair)) {
                seed = seed.with(pair.as_bytes());
            }
            return seed;
        }
        seed = seed.with(query.as_bytes()).with(request.body());
        seed.with_number(self.count(seed))
    }

    fn count(&self, request: Seed) -> u64 {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= MOST_COUNTED && !counts.contains_key(&request.bits()) {
            return 0;
        }
        let count = counts.entry(request.bits()).or_default();
        *count += 1;
        *count - 1
    }

    fn remember(&self, request: Request, decision: Decision) -> Response {
        let Decision { mut response, because, operation, parameters, violations, remarks, fault: _ } = decision;
        if self.settings.cors {
            response = cors::allow(&request, response);
        }
        let at = self.settings.clock.now();
        let entry = Entry { request, response: response.clone(), operation, parameters, violations, remarks, because, at };
        let exchange: Arc<Exchange> = self.journal.add(entry);
        if let Some(recorder) = &self.recorder {
            recorder.add(&self.contract, &exchange);
        }
        if let Some(observer) = &self.observer {
            observer(&Call::new(exchange, self.contract.clone()));
        }
        response
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine").field("contract", &self.contract).field("seed", &self.settings.seed).finish_non_exhaustive()
    }
}

/// What is done with a request.
#[derive(Default)]
struct Decision {
    response: Response,
    because: Because,
    operation: Option<usize>,
    parameters: Vec<(String, serde_json::Value)>,
    violations: Vec<Violation>,
    remarks: Vec<Violation>,
    fault: Option<Fault>,
}

impl Decision {
    fn of(answer: Answer) -> Self {
        let Answer { response, because, violations } = answer;
        Self { response, because, violations, ..Self::default() }
    }
}

/// Of several operations for one method and path: the first that the request is in order for, else the one that it is
/// nearest to. Those whose template fixes a query come first; one that the request contradicts in that was not meant,
/// however little else is wrong.
fn choose<'c>(contract: &'c Contract, policy: &Policy, found: &Found<'_>, request: &Request) -> (&'c Operation, Judgement) {
    let operations = contract.operations();
    let judge = |number: usize| {
        let operation = &operations[number];
        (operation, check::request(contract, operation, &found.values, request, policy))
    };
    let [first, others @ ..] = found.numbers else { unreachable!("a route leads to an operation") };
    if others.is_empty() {
        return judge(*first);
    }
    let mut numbers = found.numbers.to_vec();
    numbers.sort_by_key(|number| !operations[*number].path().contains('?'));
    let distance = |judgement: &Judgement| (contradiction(judgement).is_some(), judgement.violations.len());
    let mut nearest: Option<(&Operation, Judgement)> = None;
    for number in numbers {
        let judged = judge(number);
        if judged.1.violations.is_empty() {
            return judged;
        }
        if nearest.as_ref().is_none_or(|nearest| distance(&judged.1) < distance(&nearest.1)) {
            nearest = Some(judged);
        }
    }
    nearest.unwrap_or_else(|| judge(*first))
}

/// Judges a request as a server does, without answering it. `None` is one that asks what methods a path has.
pub(crate) fn judge<'c>(
    contract: &'c Contract,
    policy: &Policy,
    request: &Request,
) -> Option<Result<(&'c Operation, Judgement), Violation>> {
    match contract.router().find(request.method(), request.path(), BasePath::Optional) {
        Ok(found) => Some(Ok(choose(contract, policy, &found, request))),
        Err(Missed::OtherMethods(_)) if request.method() == Method::OPTIONS => None,
        Err(missed) => Some(Err(missing(contract, request, &missed, BasePath::Optional))),
    }
}

/// How a request contradicts the query that an operation's template fixes, if it does.
fn contradiction(judgement: &Judgement) -> Option<&Violation> {
    judgement.violations.iter().find(|violation| violation.code() == "parameter.fixed")
}

/// The answer to `HEAD` (RFC 9110, section 8.6): the length that `GET` would have sent.
fn bodiless(response: Response) -> Response {
    let length = HeaderValue::from(response.body().len());
    response.with_header(header::CONTENT_LENGTH, length).without_body()
}

/// What is wrong with a request that no operation takes.
fn missing(contract: &Contract, request: &Request, missed: &Missed, base_path: BasePath) -> Violation {
    let method = request.method();
    if let Missed::OtherMethods(allowed) = missed {
        let names: Vec<String> = allowed.iter().map(ToString::to_string).collect();
        let expected = format!("{} for {}", either(&names), shortened(request.path()));
        return Violation::new(Step::Route, "route.unknown-method", Place::Route, expected, method.to_string());
    }
    let found = format!("{method} {}", shortened(request.path()));
    let expected = format!("a path of {}", contract.names());
    let violation = Violation::new(Step::Route, "route.unknown-path", Place::Route, expected, found);
    let near = contract.router().near(method, request.path(), base_path);
    if near.is_empty() { violation } else { violation.with_hint(format!("did you mean {}?", near.join(" or "))) }
}

/// A path for a message: a line or two at most.
fn shortened(path: &str) -> String {
    const SHOWN: usize = 200;
    match path.char_indices().nth(SHOWN) {
        None => path.to_owned(),
        Some((cut, _)) => format!("{}… ({} bytes)", &path[..cut], path.len()),
    }
}

fn panicked(panic: &(dyn std::any::Any + Send)) -> Violation {
    let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    let found = format!("a panic: {}", crate::source::quote(text.unwrap_or("without a text")));
    Violation::new(Step::Answer, "answer.panic", Place::Answer(Pointer::root()), "an answer", found)
}

#[cfg(test)]
mod tests {
    use crate::{Contract, MockServer, Request};

    #[test]
    fn an_operation_whose_fixed_query_is_contradicted_is_not_meant() {
        let strict = "{requestBody: {content: {application/json: {schema: {required: [a, b, c]}}}}, responses: {'200': {description: d}}}";
        let text = format!("openapi: 3.1.0\npaths:\n  /r: {{post: {strict}}}\n  /r?beta=true: {{post: {{responses: {{}}}}}}\n");
        let api = MockServer::builder(&Contract::from_text("api.yaml", &text).unwrap()).lenient(true).start();
        for (target, operation) in [("/r", "POST /r"), ("/r?beta=false", "POST /r"), ("/r?beta=true", "POST /r?beta=true")] {
            api.handle(Request::post(target).with_json(&serde_json::json!({})));
            assert_eq!(api.calls().last().operation().unwrap().name(), operation, "{target}");
        }
    }
    #[test]
    fn a_path_that_is_unknown_names_all_documents_and_the_base_path_that_it_lacks() {
        let document = |name: &str, path: &str| {
            let text = format!("openapi: 3.1.0\nservers: [{{url: /v1}}]\npaths: {{{path}: {{get: {{}}}}}}\n");
            Contract::from_text(name, &text).unwrap()
        };
        let both = document("s1.yaml", "/a").and(&document("s2.yaml", "/b"));
        let api = MockServer::builder(&both).lenient(true).require_base_path(true).start();
        api.handle(Request::get("/b"));
        let said = api.violations()[0].to_string();
        let hint = "did you mean GET /v1/b (the base path `/v1` before it)?";
        assert_eq!(said, format!("route: expected a path of s1.yaml or s2.yaml, found GET /b; {hint}"));
    }
}
