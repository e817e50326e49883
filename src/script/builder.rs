//! How a test writes a script. What the contract does not allow panics at the line that says it.

use std::{fmt, sync::Arc};

use serde_json::Value;

use super::{
    Delay, Entry, Fault, Scripts, judge, perform,
    step::{Say, Step},
};
use crate::{
    check::Judgement,
    contract::{Incoming, Operation},
    matcher::Match,
    message::{Bytes, HeaderName, HeaderValue, Request, Response, StatusCode},
    respond::{Scene, Written, scripted},
    text::wrapped,
    violation::Violation,
};

/// What a test wants answered: see [`MockServer::on`](crate::MockServer::on).
///
/// A script is in force as soon as it says something, and every further word refines it; there is nothing to call at the
/// end. It ends with the server, at [`MockServer::reset`](crate::MockServer::reset), or with the guard of
/// [`scoped`](Self::scoped).
///
/// ```
/// use serde_json::json;
/// use standin::{Match, Request, kayle};
///
/// let api = kayle::start();
/// let create = || {
///     Request::post("/v1/webhooks/endpoints")
///         .with_header("authorization", "Bearer any")
///         .with_json(&json!({"url": "https://example.com/hook"}))
/// };
///
/// // Twice it fails, then it works, and the endpoint is disabled.
/// api.on("POST /v1/webhooks/endpoints")
///     .reply(500).times(2)
///     .then().reply(200).with(json!({"data": {"endpoint": {"enabled": false}}}));
///
/// assert_eq!(api.handle(create()).status(), 500);
/// assert_eq!(api.handle(create()).status(), 500);
/// assert_eq!(api.handle(create()).json()["data"]["endpoint"]["enabled"], false);
/// ```
///
/// # Which script answers
///
/// Of the scripts of an operation that accept a call, the one that asks for most: each exact value counts 3 (each value in a
/// JSON body for itself), a text in a body 2, a function 1. Of those that ask for as much, the one that was begun last. One
/// whose steps are all spent lets the next answer, and at last the server, as if there were no script.
///
/// # Held to the contract
///
/// A script that the contract does not allow panics at its line: a status that is not declared, a body that breaks the
/// schema, an example that there is not, a header that breaks its schema. [`off_contract`](Self::off_contract) lifts that.
///
/// ```should_panic
/// # let api = standin::kayle::start();
/// api.on("POST /v1/webhooks/endpoints").reply(418);     // … expected a status that is declared: 200, 400, …, found 418
/// ```
///
/// A script that was never used fails the test when the server is verified: see [`optional`](Self::optional).
#[derive(Clone)]
pub struct Script {
    scripts: Arc<Scripts>,
    entry: Arc<Entry>,
}

impl Script {
    pub(super) fn new(scripts: Arc<Scripts>, entry: Arc<Entry>) -> Self {
        Self { scripts, entry }
    }

    /// Is for such calls only. Several matchers must all accept a call.
    ///
    /// Say it before what is answered, if calls may come meanwhile: what is answered is in force at once.
    ///
    /// # Panics
    ///
    /// If no call to the operation can be such: it has no path parameter of that name.
    #[track_caller]
    pub fn when(self, matcher: Match) -> Self {
        if let Some(misfit) = matcher.misfit(self.operation()) {
            self.refuse(&format!("standin: {misfit}"));
        }
        let mut state = self.entry.state();
        state.matchers = state.matchers.iter().cloned().chain([matcher]).collect();
        drop(state);
        self.scripts.arrange(self.entry.operation, None);
        self
    }

    /// Answers with the declared response of this status: its example, or a generated one.
    ///
    /// # Panics
    ///
    /// If the contract does not declare it, by its code, its range or `default`.
    #[track_caller]
    pub fn reply(self, status: u16) -> Self {
        let Some(status) = StatusCode::from_u16(status).ok().filter(|status| !status.is_informational()) else {
            self.refuse(&format!("standin: {status} is no status that ends a call: expected one from 200 to 999"))
        };
        self.refine(|step| step.reply().status = Some(status))
    }

    /// Answers with the example of this name, in the place of any body that was said before.
    ///
    /// # Panics
    ///
    /// If there is none for this status, or if it breaks its schema.
    #[track_caller]
    pub fn example(self, name: &str) -> Self {
        self.refine(|step| {
            let reply = step.reply();
            (reply.example, reply.body) = (Some(name.to_owned()), None);
        })
    }

    /// Merges this into the body that would be answered otherwise (RFC 7396): members of objects are put in, null takes one
    /// out, all else is replaced.
    ///
    /// # Panics
    ///
    /// If the body then breaks its schema (members that are right together only belong into one call of this), or if the body
    /// is given as bytes.
    #[track_caller]
    pub fn with(self, part: Value) -> Self {
        self.refine(|step| step.merge(part))
    }

    /// Answers with this body, written as the declared media type has it; JSON, if it is among several. It takes the place of
    /// any body, example or part that was said before.
    ///
    /// # Panics
    ///
    /// If it breaks its schema, or if no body is declared.
    #[track_caller]
    pub fn body(self, body: impl Into<Value>) -> Self {
        let body = Written::Json(body.into());
        self.refine(|step| step.reply().write(body))
    }

    /// Answers with these bytes. Of JSON and text the schema is held, of all else the media type.
    ///
    /// # Panics
    ///
    /// If the contract does not allow it, or if the content type is none.
    #[track_caller]
    pub fn body_bytes(self, content_type: &str, bytes: impl Into<Bytes>) -> Self {
        let content_type = header_value("content-type", content_type);
        let body = Written::Bytes(content_type, bytes.into());
        self.refine(|step| step.reply().write(body))
    }

    /// Answers with this header, in the place of all of its name.
    ///
    /// # Panics
    ///
    /// If it breaks its schema, or if name or value are not allowed in a header. Headers that are not declared may be sent.
    #[track_caller]
    pub fn header(self, name: &str, value: &str) -> Self {
        let Ok(parsed) = name.parse::<HeaderName>() else { panic!("standin: {name:?} is no header name") };
        let value = header_value(name, value);
        self.refine(|step| {
            let headers = &mut step.reply().headers;
            headers.retain(|(known, _)| *known != parsed);
            headers.push((parsed, value));
        })
    }

    /// Answers with what a function makes of each call.
    ///
    /// It is checked when it answers. One that breaks the contract is not sent; the violation is on the call, names the line of
    /// this script, and fails the test.
    ///
    /// ```
    /// use serde_json::json;
    /// use standin::{Request, Response, StatusCode, kayle};
    ///
    /// let api = kayle::start();
    /// api.on("listWebhookEndpoints").off_contract().respond_with(|call| {
    ///     Response::new(StatusCode::OK).with_json(&json!({"operation": call.operation().name()}))
    /// });
    /// let list = Request::get("/v1/webhooks/endpoints").with_header("authorization", "Bearer any");
    /// assert_eq!(api.handle(list).json()["operation"], "GET /v1/webhooks/endpoints");
    /// ```
    ///
    /// # Panics
    ///
    /// If the step has another answer already: two of them belong into two steps.
    #[track_caller]
    pub fn respond_with(self, answer: impl Fn(&Incoming<'_>) -> Response + Send + Sync + 'static) -> Self {
        self.refine(|step| step.answer_by(Arc::new(answer)))
    }

    /// Holds the answer back: for so long, or for a [`Delay`] that is drawn for each call. Alone, it delays the usual answer.
    #[track_caller]
    pub fn delay(self, delay: impl Into<Delay>) -> Self {
        let delay = delay.into();
        self.refine(|step| step.delay = Some(delay))
    }

    /// Lets the answer fail on its way.
    ///
    /// # Panics
    ///
    /// If it is [`Fault::DeclaredError`] and the contract declares no error for the operation.
    #[track_caller]
    pub fn fault(self, fault: Fault) -> Self {
        if fault == Fault::DeclaredError && !perform::can_fail(self.operation()) {
            self.refuse(&broken(self.operation(), &[perform::no_error(self.operation())], false));
        }
        self.refine(|step| step.fault = Some(fault))
    }

    /// Answers so many calls, and no more: then the next step does, or the server as ever.
    ///
    /// # Panics
    ///
    /// If it is none.
    #[track_caller]
    pub fn times(self, times: u64) -> Self {
        if times == 0 {
            self.refuse("standin: a script that answers 0 times answers nothing: expected at least 1");
        }
        self.refine(|step| step.times = Some(times))
    }

    /// Answers such a share of the calls, from 0 to 1; the others are answered as if this script were not there. Which ones,
    /// the server's seed decides.
    ///
    /// # Panics
    ///
    /// If it is no share.
    #[track_caller]
    pub fn chance(self, share: f64) -> Self {
        if !(0.0..=1.0).contains(&share) {
            self.refuse(&format!("standin: expected a share from 0 to 1, found {share}"));
        }
        self.refine(|step| step.chance = Some(share))
    }

    /// Begins the next step. The one before answers one call if it does not say how many [`times`](Self::times); the last one
    /// all that come.
    #[must_use]
    #[track_caller]
    pub fn then(self) -> Self {
        let off_contract = self.entry.state().off_contract;
        self.entry.push(Step::new(super::entry::line(std::panic::Location::caller()), off_contract));
        self
    }

    /// What follows is not held to the contract: to play a server that breaks it.
    #[must_use]
    #[track_caller]
    pub fn off_contract(self) -> Self {
        self.entry.state().off_contract = true;
        self.refine(|step| step.off_contract = true)
    }

    /// May stay unused. Without this, a script, or a step of it, that answered no call fails the test when the server is
    /// verified: what was scripted and never happened is most often a mistake.
    pub fn optional(self) -> Self {
        self.entry.state().optional = true;
        self
    }

    /// Ends with the guard that this gives.
    ///
    /// ```
    /// use standin::{Request, kayle};
    ///
    /// let api = kayle::start();
    /// let list = || api.handle(Request::get("/v1/webhooks/endpoints").with_header("authorization", "Bearer any")).status();
    /// {
    ///     let _outage = api.on("listWebhookEndpoints").reply(500).scoped();
    ///     assert_eq!(list(), 500);
    /// }
    /// assert_eq!(list(), 200);
    /// ```
    #[must_use = "the script ends when the guard is dropped"]
    pub fn scoped(self) -> Scoped {
        Scoped { script: self }
    }

    fn operation(&self) -> &Operation {
        &self.scripts.stage.contract.operations()[self.entry.operation]
    }

    /// Panics at the line that says what cannot be. A script that has said nothing else is not missed later.
    #[track_caller]
    fn refuse(&self, text: &str) -> ! {
        self.entry.forgive();
        panic!("{text}")
    }

    /// Changes the last step, if what it then answers is as the contract has it.
    #[track_caller]
    fn refine(self, change: impl FnOnce(&mut Step)) -> Self {
        let mut step = self.entry.state().steps.last().map(|step| Step::clone(step)).unwrap_or_else(|| unreachable!("a script has a step"));
        change(&mut step);
        if let Some(mistake) = step.mistake {
            self.refuse(mistake);
        }
        if let Say::Reply(_) = &step.say {
            match self.sample(&step) {
                Ok(sample) => step.conforming = Some(sample),
                Err(violations) => {
                    // An example that there is not cannot be had off the contract either.
                    let can_be_lifted = !step.off_contract && violations.iter().all(|violation| violation.code() != "script.example");
                    self.refuse(&broken(self.operation(), &violations, can_be_lifted))
                }
            }
        }
        if let Some(last) = self.entry.state().steps.last_mut() {
            *last = Arc::new(step);
        }
        self
    }

    /// What a step answers to no request in particular.
    fn sample(&self, step: &Step) -> Result<Response, Vec<Violation>> {
        let Say::Reply(reply) = &step.say else { return Ok(Response::default()) };
        let operation = self.operation();
        let stage = &self.scripts.stage;
        let scene = Scene {
            contract: &stage.contract,
            operation,
            request: &Request::new(operation.method().clone(), "/".parse().unwrap_or_default(), Default::default(), Bytes::new()),
            judgement: &Judgement::default(),
            seed: stage.seed.with(operation.name().as_bytes()),
            world: stage.seed,
            now: stage.clock.now(),
            since: stage.since,
            answers: stage.answers,
            store: None,
            told: None,
        };
        let response = scripted(&scene, reply)?;
        let violations = if step.off_contract { Vec::new() } else { judge::response(operation, &response) };
        if violations.is_empty() { Ok(response) } else { Err(violations) }
    }
}

#[track_caller]
fn header_value(name: &str, value: &str) -> HeaderValue {
    match HeaderValue::from_str(value) {
        Ok(value) => value,
        Err(error) => panic!("standin: the value for header {name:?} is not allowed: {error}"),
    }
}

/// What a panic says of a script that the contract does not allow.
#[track_caller]
fn broken(operation: &Operation, violations: &[Violation], can_be_lifted: bool) -> String {
    const SHOWN: usize = 5;
    let at = super::entry::line(std::panic::Location::caller());
    let head = format!("standin: the contract does not allow what is scripted at {at} for {}", operation.name());
    let mut text = wrapped(&head, "", "  ");
    for violation in violations.iter().take(SHOWN) {
        text += &format!("\n{}", wrapped(&violation.brief().to_string(), "  ", "    "));
        if let Some(mend) = violation.mend() {
            text += &wrapped(&mend, "    ", "      ");
        }
        if let Some(rule) = violation.rule() {
            text += &format!("    rule: {rule}\n");
        }
    }
    if violations.len() > SHOWN {
        text += &format!("\n  and {} more\n", violations.len() - SHOWN);
    }
    if can_be_lifted {
        text += "\nIf the test means this, let it say so first: .off_contract()\n";
    }
    text
}

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Script").field("operation", &self.operation().name()).field("at", &self.entry.at()).finish_non_exhaustive()
    }
}

/// Keeps a script in force until it is dropped: see [`Script::scoped`].
#[derive(Debug)]
#[must_use = "the script ends when the guard is dropped"]
pub struct Scoped {
    script: Script,
}

impl Drop for Scoped {
    fn drop(&mut self) {
        self.script.entry.end();
        self.script.scripts.arrange(self.script.entry.operation, None);
    }
}
