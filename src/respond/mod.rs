//! Answering: which response, with which body, and why that one.
//!
//! The order of answering: what is wrong with the request; else the declared answer, from an example or generated. Echo,
//! rules and values that the server fills in come after, and the whole is checked against the contract last: an answer
//! that would break it is never sent.

mod accept;
mod body;
mod echo;
mod headers;
mod kept;
mod page;
pub(crate) use self::kept::{Told, run_due};
mod problem;
mod scripted;
mod write;

use std::{borrow::Cow, fmt, sync::Arc};

use serde_json::Value;

pub(crate) use self::scripted::{Reply, Written, scripted};
use crate::{
    check::{self, Judgement, Preferences},
    clock::Timestamp,
    contract::{Action, Aside, Contract, DeclaredResponse, Incoming, MediaType, Operation, Rule, for_status, success},
    message::{HeaderName, HeaderValue, Method, Request, Response, StatusCode, header},
    pointer::Pointer,
    schema::{Filling, Locale, Occasion, Setting},
    seed::Seed,
    source::quote,
    state::Store,
    text::{either, nearest},
    violation::{Place, Step, Violation},
};

const PREFERENCE_APPLIED: HeaderName = HeaderName::from_static("preference-applied");

/// Why a call was answered as it was.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Because {
    /// The request broke the contract; this is the answer that the contract declares for that.
    Declared,
    /// The request broke the contract, and the contract declares no answer for that: a problem document (RFC 9457).
    #[default]
    Problem,
    /// A [`Rule`](crate::Rule) answered the broken request.
    Rule,
    /// A [`Rule`](crate::Rule) answered what no operation takes.
    Outside,
    /// The contract's own example.
    Example,
    /// A body was generated from the schema.
    Generated,
    /// The declared answer has no body.
    Empty,
    /// The contract declares no answer at all for the operation: 200, without a body.
    Undeclared,
    /// The methods that a path has: `OPTIONS` where the contract declares none, or a browser's preflight.
    Options,
    /// No conforming answer could be made. The mock's fault or the contract's, never the client's.
    Unable,
    /// From what the server keeps, which was created, seeded or changed before.
    Kept,
    /// What the server keeps does not allow it: there is nothing with this id, say.
    Refused {
        /// The reason.
        why: Arc<str>,
    },
    /// A script answered: see [`MockServer::on`](crate::MockServer::on).
    Script {
        /// The file and line that scripts it.
        at: Arc<str>,
    },
    /// The answer failed on its way: a [`Fault`](crate::Fault) was made of it.
    Fault {
        /// The fault's name.
        fault: Arc<str>,
        /// What asked for it: a script's file and line, the server's chaos, a header of the request.
        by: Arc<str>,
    },
}

impl fmt::Display for Because {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Script { at } => return write!(f, "scripted at {at}"),
            Self::Fault { fault, by } => return write!(f, "the fault {fault}, by {by}"),
            Self::Refused { why } => return write!(f, "refused: {why}"),
            Self::Kept => "from what is kept",
            Self::Declared => "the declared answer to a broken request",
            Self::Problem => "a problem document: no answer to a broken request is declared",
            Self::Rule => "a rule's answer to a broken request",
            Self::Outside => "a rule's answer to what no operation takes",
            Self::Example => "the contract's example",
            Self::Generated => "generated from the schema",
            Self::Empty => "the declared answer has no body",
            Self::Undeclared => "the contract declares no answer",
            Self::Options => "the methods of the path",
            Self::Unable => "no conforming answer could be made",
        })
    }
}

/// An answer, and what is wrong with the contract or with us if it is none that was declared.
pub(crate) struct Answer {
    pub(crate) response: Response,
    pub(crate) because: Because,
    pub(crate) violations: Vec<Violation>,
}

/// What an answer depends on.
#[derive(Clone, Copy)]
pub(crate) struct Scene<'a> {
    pub(crate) contract: &'a Contract,
    pub(crate) operation: &'a Operation,
    pub(crate) request: &'a Request,
    pub(crate) judgement: &'a Judgement,
    pub(crate) seed: Seed,
    /// What entities are drawn from, whichever operation shows them.
    pub(crate) world: Seed,
    pub(crate) now: Timestamp,
    /// When the server started.
    pub(crate) since: Timestamp,
    pub(crate) answers: Answers,
    /// What the server keeps, where it does.
    pub(crate) store: Option<&'a Store>,
    /// What is known of the answer beside its body, once it is made from what is kept.
    pub(crate) told: Option<&'a Told>,
}

/// How a server answers, as far as requests leave it open.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Answers {
    /// Whether bodies are generated even where there are examples.
    pub(crate) dynamic: bool,
    /// How many of a hundred members that need not be there are made.
    pub(crate) optional: u8,
    /// How many items lists have, where the contract leaves it open.
    pub(crate) items: Option<u32>,
    /// Whose names of people and places are made up.
    pub(crate) locale: Locale,
    /// Whether broken requests are answered with errors.
    pub(crate) errors: bool,
}

impl Default for Answers {
    fn default() -> Self {
        Self { dynamic: false, optional: 100, items: None, locale: Locale::En, errors: true }
    }
}

impl<'a> Scene<'a> {
    fn setting(&self) -> Setting {
        let preferred = |seed: &String| Seed::new(0).with(seed.as_bytes());
        Setting {
            now: self.now,
            since: self.since,
            occasion: self.occasion(),
            world: self.preferences().seed.as_ref().map_or(self.world, preferred),
            optional: self.answers.optional,
            items: self.answers.items,
            failure: false,
            documented: self.wants_examples(),
            locale: self.answers.locale,
        }
    }

    fn setting_for(&self, status: StatusCode) -> Setting {
        Setting { failure: status.is_client_error() || status.is_server_error(), ..self.setting() }
    }

    /// What is known where members are filled in.
    fn filling(&self) -> Filling<'a> {
        Filling { now: self.now, tenant: &self.judgement.tenant, occasion: self.occasion(), written: None }
    }

    /// What the contract tells of what is answered with, else the method (RFC 9110, section 9.3).
    fn occasion(&self) -> Occasion {
        let used = self.store.and_then(|_| self.contract.kept().of_operation(self.operation.number));
        if used.is_some_and(|(_, _, used)| used.action == Action::Create) {
            return Occasion::Create;
        }
        let names_one = || echo::entity(self.operation, self.judgement).is_some();
        match *self.request.method() {
            ref method if method.is_safe() => Occasion::Read,
            Method::POST if !names_one() => Occasion::Create,
            _ => Occasion::Change,
        }
    }

    fn preferences(&self) -> &'a Preferences {
        &self.judgement.preferences
    }

    /// Whether an example comes before what can be generated.
    fn wants_examples(&self) -> bool {
        !self.preferences().dynamic.unwrap_or(self.answers.dynamic)
    }

    fn incoming(&self) -> Incoming<'a> {
        Incoming {
            request: self.request,
            operation: self.operation,
            parameters: &self.judgement.parameters,
            body: self.judgement.body.as_ref(),
        }
    }

    fn rules(&self) -> impl Iterator<Item = &'a dyn Rule> {
        self.contract.rules().of(self.operation)
    }
}

/// Answers a request that found its operation.
pub(crate) fn respond(scene: &Scene<'_>) -> Answer {
    // A schema that cannot be used is found while the request is judged, and is no fault of the request.
    if scene.judgement.violations.iter().any(|violation| violation.step() == Step::Answer) {
        return unable(scene.judgement.violations.iter().filter(|violation| violation.step() == Step::Answer).cloned().collect());
    }
    if scene.judgement.violations.is_empty() || !scene.answers.errors { prefer(scene, succeed(scene)) } else { refuse(scene) }
}

/// What was preferred and done is told (RFC 7240, section 3).
fn prefer(scene: &Scene<'_>, mut answer: Answer) -> Answer {
    let preferences = scene.preferences();
    if let Some(applied) = preferences.applied().filter(|_| answer.violations.is_empty()) {
        answer.response = answer.response.with_header(PREFERENCE_APPLIED, applied);
    }
    if let Some(wait) = preferences.wait {
        answer.response = answer.response.with_delay(wait);
    }
    answer
}

/// A rule's answer to a request that leads to no operation. Its body is the real server's, so that the explanation has its place
/// beside it.
pub(crate) fn outside(aside: Aside, violation: Violation) -> Answer {
    let Aside { response, is_broken } = aside;
    let response = if is_broken { problem::with_explanation(response, &violation.to_string()) } else { response };
    Answer { response, because: Because::Outside, violations: if is_broken { vec![violation] } else { Vec::new() } }
}

/// The answer to a request that leads to no operation.
pub(crate) fn no_operation(violation: &Violation, allowed: &[Method]) -> Response {
    if allowed.is_empty() {
        return problem::document(StatusCode::NOT_FOUND, std::slice::from_ref(violation));
    }
    // RFC 9110, section 15.5.6: a 405 names the methods that there are.
    allowing(problem::document(StatusCode::METHOD_NOT_ALLOWED, std::slice::from_ref(violation)), allowed)
}

/// The answer to `OPTIONS` where the contract declares none (RFC 9110, section 9.3.7).
pub(crate) fn options(allowed: &[Method]) -> Response {
    allowing(Response::new(StatusCode::NO_CONTENT), allowed)
}

fn allowing(response: Response, allowed: &[Method]) -> Response {
    let names = allowed.iter().map(Method::as_str).collect::<Vec<_>>().join(", ");
    match HeaderValue::from_str(&names) {
        Ok(names) => response.with_header(header::ALLOW, names),
        Err(_) => response,
    }
}

/// The answer to a request that was not read to its end.
pub(crate) fn unread(status: StatusCode, violation: &Violation) -> Response {
    problem::document(status, std::slice::from_ref(violation))
}

/// An answer that says that there is none, and why.
pub(crate) fn unable(violations: Vec<Violation>) -> Answer {
    let response = problem::document(StatusCode::INTERNAL_SERVER_ERROR, &violations);
    Answer { response, because: Because::Unable, violations }
}

fn refuse(scene: &Scene<'_>) -> Answer {
    let incoming = scene.incoming();
    let violations = &scene.judgement.violations;
    if let Some(response) = scene.rules().find_map(|rule| rule.refuse(&incoming, violations)) {
        return Answer { response, because: Because::Rule, violations: Vec::new() };
    }
    let (response, because) = match problem::declared(scene) {
        Some(response) => (response, Because::Declared),
        None => (problem::document(problem::status(&violations[0]), violations), Because::Problem),
    };
    let response = match problem::way_out(scene, response.status()) {
        Some((name, value)) if response.headers().get(name.as_str()).is_none() => response.with_header(name, value),
        _ => response,
    };
    Answer { response, because, violations: Vec::new() }
}

fn succeed(scene: &Scene<'_>) -> Answer {
    // Nothing is promised, so nothing is broken; loading the document has warned of it.
    if scene.operation.responses.is_empty() {
        return Answer { response: Response::new(StatusCode::OK), because: Because::Undeclared, violations: Vec::new() };
    }
    if let Some(answer) = kept::serve(scene) {
        return answer;
    }
    let Chosen { declared, status, form } = match chosen(scene) {
        Ok(chosen) => chosen,
        Err(answer) => return *answer,
    };
    let Some((media_type, named)) = form else {
        return with_headers(scene, declared, status, Response::new(status), Because::Empty);
    };
    match named_example(scene, media_type, status) {
        Some(Ok(example)) => {
            return match write::body(media_type, named.as_deref(), status, &example) {
                Ok(response) => with_headers(scene, declared, status, response, Because::Example),
                Err(violation) => unable(vec![violation]),
            };
        }
        Some(Err(violation)) => return not_preferred(violation),
        None => {}
    }
    match body::make(scene, media_type, status) {
        Ok((body, because)) => match write::body(media_type, named.as_deref(), status, &body) {
            Ok(response) => with_headers(scene, declared, status, response, because),
            Err(violation) => unable(vec![violation]),
        },
        Err(violations) => unable(violations),
    }
}

/// The declared response to success, and the form of its body if it has one.
struct Chosen<'a> {
    declared: &'a DeclaredResponse,
    status: StatusCode,
    /// The media type; of a range, the type that is named.
    form: Option<(&'a MediaType, Option<String>)>,
}

/// What a request that is in order is answered with; an error where that cannot be had.
fn chosen<'a>(scene: &Scene<'a>) -> Result<Chosen<'a>, Box<Answer>> {
    let (declared, status) = preferred(scene).map_err(|violation| Box::new(not_preferred(violation)))?;
    // RFC 9110, sections 15.3.5 and 15.4.5: these have no content, whatever a document says.
    if declared.content.is_empty() || status == StatusCode::NO_CONTENT || status == StatusCode::NOT_MODIFIED {
        return Ok(Chosen { declared, status, form: None });
    }
    match accept::choose(&declared.content, scene.request) {
        Some(accept::Chosen { media_type, named }) => Ok(Chosen { declared, status, form: Some((media_type, named)) }),
        None => Err(Box::new(not_acceptable(scene, declared))),
    }
}

/// The answer to a client that accepts no media type that is declared.
fn not_acceptable(scene: &Scene<'_>, declared: &DeclaredResponse) -> Answer {
    let known: Vec<String> = declared.content.iter().map(|media_type| format!("`{}`", media_type.range)).collect();
    let place = Place::Header("accept".into(), Pointer::root());
    let found = quote(scene.request.header("accept").unwrap_or_default());
    let violation = Violation::new(Step::Parameters, "answer.not-acceptable", place, either(&known), found)
        .with_rule(scene.operation.place(&declared.pointer.join("content")));
    let response = problem::document(StatusCode::NOT_ACCEPTABLE, std::slice::from_ref(&violation));
    Answer { response, because: Because::Problem, violations: Vec::new() }
}

/// The response that is preferred, else the one for success, else the first there is.
fn preferred<'a>(scene: &Scene<'a>) -> Result<(&'a DeclaredResponse, StatusCode), Violation> {
    let responses = &scene.operation.responses;
    let preferences = scene.preferences();
    let rule = || scene.operation.place(&scene.operation.pointer.join("responses"));
    let Some(code) = preferences.code else {
        // A declared response of an impossible status is none, and loading has warned of it.
        let none = || Violation::new(Step::Answer, "contract.no-response", Place::Answer(Pointer::root()), "a declared response", "none");
        return success(responses).ok_or_else(|| none().with_rule(rule()));
    };
    let status = StatusCode::from_u16(code).ok();
    for_status(responses, code).zip(status).ok_or_else(|| {
        let declared: Vec<String> = responses.iter().map(|response| response.status.to_string()).collect();
        let expected = format!("a status that is declared: {}", either(&declared));
        check::refused("code", preferences.place("code"), expected, code.to_string()).with_rule(rule())
    })
}

/// A preference that cannot be met is a mistake of the test's author, so it is told as one.
fn not_preferred(violation: Violation) -> Answer {
    let response = problem::document(problem::status(&violation), std::slice::from_ref(&violation));
    Answer { response, because: Because::Problem, violations: vec![violation] }
}

/// The example that is preferred by its name, as it stands or mended.
fn named_example<'a>(scene: &Scene<'a>, media_type: &'a MediaType, status: StatusCode) -> Option<Result<Cow<'a, Value>, Violation>> {
    let preferences = scene.preferences();
    let name = preferences.example.as_deref()?;
    let named = media_type.examples().iter().find(|example| example.name.as_deref() == Some(name));
    let Some(example) = named else {
        let names = || media_type.examples().iter().filter_map(|example| example.name.as_deref());
        let quoted: Vec<String> = names().map(quote).collect();
        let expected = match quoted.is_empty() {
            true => format!("no example by name: `{}` has none", media_type.range),
            false => format!("the name of an example: {}", either(&quoted)),
        };
        let refused = check::refused("example", preferences.place("example"), expected, quote(name));
        let refused = match nearest(name, names()) {
            Some(near) => refused.with_hint(format!("did you mean {near:?}?")),
            None => refused,
        };
        return Some(Err(refused.with_rule(scene.operation.place(&scene.operation.pointer.join("responses")))));
    };
    let value = match media_type.conforming(example, seed(scene, status), scene.setting()) {
        Some(value) => value,
        None => Cow::Borrowed(media_type.value_of(example)?),
    };
    let broken = check::answer(media_type, &value).into_iter().next();
    Some(match broken {
        None => Ok(value),
        Some(broken) => {
            let found = format!("one that breaks its schema: {}", broken.brief());
            let rule = scene.operation.place(&example.pointer);
            Err(check::refused("example", preferences.place("example"), "an example that conforms", found).with_rule(rule))
        }
    })
}

fn with_headers(scene: &Scene<'_>, declared: &DeclaredResponse, status: StatusCode, response: Response, because: Because) -> Answer {
    match headers::write(scene, declared, seed(scene, status), response) {
        Ok(response) => Answer { response, because, violations: Vec::new() },
        Err(violation) => unable(vec![violation]),
    }
}

/// A seed that is preferred stands for the request, and for how often it came.
fn seed(scene: &Scene<'_>, status: StatusCode) -> Seed {
    let preferred =
        |seed: &String| Seed::new(0).with(seed.as_bytes()).with(scene.operation.name().as_bytes()).with(scene.request.path().as_bytes());
    scene.preferences().seed.as_ref().map_or(scene.seed, preferred).with_number(u64::from(status.as_u16()))
}
