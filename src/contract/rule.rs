//! Rules: what a contract asks for and a schema cannot say, in code.

use std::{collections::HashMap, fmt, sync::Arc};

use serde_json::Value;

use super::{Aside, Operation, Outside};
use crate::{
    message::{Request, Response, StatusCode},
    pointer::Pointer,
    state::Transaction,
    violation::{RulePlace, Violation},
};

/// What an API does that its document cannot say: implement what applies, hand it to
/// [`Contract::with_rule`](crate::Contract::with_rule).
///
/// Steps are called in the order of the methods below. Whatever a rule does to an answer, the answer is still checked
/// against the contract before it leaves.
///
/// ```
/// use serde_json::{Value, json};
/// use standin::{Contract, Incoming, Place, Pointer, Rule, Step, Violation};
///
/// /// Names are trimmed, and "root" is taken.
/// struct Names;
///
/// impl Rule for Names {
///     fn prepare(&self, body: &mut Value) {
///         if let Some(Value::String(name)) = body.get_mut("name") {
///             *name = name.trim().to_owned();
///         }
///     }
///
///     fn check(&self, call: &Incoming<'_>) -> Vec<Violation> {
///         let taken = call.body().is_some_and(|body| body["name"] == "root");
///         let place = Place::Body(Pointer::parse("/name").unwrap());
///         let violation = || Violation::new(Step::Body, "name.taken", place, "a name that is free", "\"root\"");
///         taken.then(violation).into_iter().collect()
///     }
/// }
///
/// let document = json!({"openapi": "3.1.0", "paths": {"/users": {"post": {"operationId": "createUser", "responses": {}}}}});
/// let contract = Contract::from_value("users", document)?.with_rule("createUser", Names);
/// # Ok::<(), standin::Error>(())
/// ```
pub trait Rule: Send + Sync + 'static {
    /// The text of a query parameter as the API reads it, where that is not as its schema does: `0x10` for 16, say. The
    /// text is decoded; `None` leaves it as it is.
    fn prepare_parameter(&self, name: &str, text: &str) -> Option<String> {
        let _ = (name, text);
        None
    }

    /// Changes a decoded request body before it is checked: trimming, say.
    fn prepare(&self, body: &mut Value) {
        let _ = body;
    }

    /// Finds what is wrong with a request beside what its schemas say.
    ///
    /// Called for every request that reached the operation, also for one whose body breaks its schema.
    fn check(&self, call: &Incoming<'_>) -> Vec<Violation> {
        let _ = call;
        Vec::new()
    }

    /// Finds what is odd in a request and breaks nothing: it is told with the call ([`Call::remarks`](crate::Call::remarks)).
    fn remarks(&self, call: &Incoming<'_>) -> Vec<Violation> {
        let _ = call;
        Vec::new()
    }

    /// What [`answer`](Self::answer) changes. The less it is, the quicker are lists: what they show of a thing is made once
    /// where it depends on that thing alone. Default: [`Alters::Anything`].
    fn alters(&self) -> Alters {
        Alters::Anything
    }

    /// Changes the body of an answer to a request that is in order.
    fn answer(&self, call: &Incoming<'_>, body: &mut Value) {
        let _ = (call, body);
    }

    /// Answers a request that is in order, from what the server keeps; `None` leaves it to what the document tells.
    ///
    /// Called only where state is on. The answer is checked against the contract as any other; if it does not conform,
    /// everything that was done in the transaction is undone.
    fn serve(&self, call: &Incoming<'_>, state: &mut Transaction<'_>) -> Option<Served> {
        let _ = (call, state);
        None
    }

    /// Does what else there is to do once a request had its effect; `answer` is the body that it is answered with.
    ///
    /// Called only where state is on, and not for what [`serve`](Self::serve) answered.
    fn after(&self, call: &Incoming<'_>, answer: &Value, state: &mut Transaction<'_>) {
        let _ = (call, answer, state);
    }

    /// Does what was put off by [`Transaction::remind`]: the thing's resource and id, and the note. It is called at the next
    /// call after that time, and the transaction's time is the one that was asked for.
    ///
    /// Only rules [for all operations](crate::Contract::with_rule_everywhere) are asked.
    fn due(&self, resource: &str, id: &str, note: &str, state: &mut Transaction<'_>) {
        let _ = (resource, id, note, state);
    }

    /// Answers a request that no operation takes, in place of 404 or 405 with an explanation; `None` leaves it to that.
    ///
    /// Only rules [for all operations](crate::Contract::with_rule_everywhere) are asked, those of
    /// [joined](crate::Contract::and) contracts one after the other. `OPTIONS` for a path that has other methods is never a
    /// mistake, and the rules are not asked.
    ///
    /// ```
    /// use standin::{Aside, Contract, Method, MockServer, Outside, Request, Response, Rule};
    /// use serde_json::json;
    ///
    /// /// What load balancers ask for, and no document mentions.
    /// struct Health;
    ///
    /// impl Rule for Health {
    ///     fn outside(&self, visit: &Outside<'_>) -> Option<Aside> {
    ///         let is_it = visit.request().method() == Method::GET && visit.request().path() == "/healthz";
    ///         is_it.then(|| Aside::served(Response::default().with_json(&json!({"ok": true}))))
    ///     }
    /// }
    ///
    /// let document = json!({"openapi": "3.1.0", "paths": {}});
    /// let api = MockServer::start(&Contract::from_value("api", document)?.with_rule_everywhere(Health));
    /// assert_eq!(api.handle(Request::get("/healthz")).json()["ok"], true);
    /// # Ok::<(), standin::Error>(())
    /// ```
    fn outside(&self, visit: &Outside<'_>) -> Option<Aside> {
        let _ = visit;
        None
    }

    /// Answers a request that is not in order, in place of the contract's own answer; `None` leaves it to that.
    ///
    /// Such an answer shows what a real server does, and is not checked against the contract.
    fn refuse(&self, call: &Incoming<'_>, violations: &[Violation]) -> Option<Response> {
        let _ = (call, violations);
        None
    }
}

/// What [`Rule::answer`] changes in answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Alters {
    /// Nothing: the rule is about something else.
    Nothing,
    /// How each thing is shown, by what that thing is: whatever was asked, and whatever stands beside it. Where a list shows
    /// what is kept, [`Rule::answer`] is asked once for each thing, with an answer that has those which it was not asked for
    /// yet, as many as they are, and again once a thing changed.
    EachThing,
    /// Anything, by whatever it looks at.
    Anything,
}

/// What a [`Rule`] answers from what the server keeps.
#[derive(Debug, Clone)]
pub struct Served {
    /// `None` is the one that the contract has for success.
    pub(crate) status: Option<StatusCode>,
    pub(crate) body: Option<Value>,
    /// Why it is an error.
    pub(crate) why: Option<String>,
    /// What is merged into the body of the declared error.
    pub(crate) patch: Option<Value>,
}

impl Served {
    /// The declared answer to success, with this body.
    pub fn body(body: Value) -> Self {
        Self { status: None, body: Some(body), why: None, patch: None }
    }

    /// The declared answer to success, without a body.
    pub fn empty() -> Self {
        Self { status: None, body: None, why: None, patch: None }
    }

    /// The error that the contract declares for a status, with its own body: the example if there is one, and the reason
    /// where that has a place for it.
    pub fn error(status: StatusCode, why: impl Into<String>) -> Self {
        Self { status: Some(status), body: None, why: Some(why.into()), patch: None }
    }

    /// Merges members into the body, be it of success or of an error (RFC 7396: null takes one out). Of several calls the
    /// last counts.
    #[must_use]
    pub fn with(mut self, patch: Value) -> Self {
        self.patch = Some(patch);
        self
    }
}

/// A request that found its operation, as a [`Rule`] sees it.
#[derive(Clone, Copy)]
pub struct Incoming<'a> {
    pub(crate) request: &'a Request,
    pub(crate) operation: &'a Operation,
    pub(crate) parameters: &'a [(String, Value)],
    pub(crate) body: Option<&'a Value>,
}

impl<'a> Incoming<'a> {
    /// The request as it was sent.
    pub fn request(&self) -> &'a Request {
        self.request
    }

    /// The operation that it is for.
    pub fn operation(&self) -> &'a Operation {
        self.operation
    }

    /// A decoded parameter; if it was not sent, its default.
    pub fn parameter(&self, name: &str) -> Option<&'a Value> {
        let sent = self.parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value);
        sent.or_else(|| {
            let declared = self.operation.parameters.iter().find(|parameter| parameter.name == name)?;
            declared.any_schema()?.annotations().root().default.as_ref()
        })
    }

    /// The decoded body; `None` if there is none or it could not be decoded.
    pub fn body(&self) -> Option<&'a Value> {
        self.body
    }

    /// What the contract says at a place.
    pub fn value_at(&self, place: &RulePlace) -> Option<&'a Value> {
        self.operation.document.value_at(place)
    }

    /// The value of the keyword that a violation breaks: 120 for a `maxLength` of 120.
    pub fn rule_of(&self, violation: &Violation) -> Option<&'a Value> {
        violation.rule().and_then(|place| self.value_at(place))
    }

    /// The place in the contract where a member of the request body is declared.
    pub fn declaration(&self, member: &str) -> Option<RulePlace> {
        let body = self.operation.request_body.as_ref()?;
        let schema = body.content.iter().find_map(|media_type| media_type.schema.as_ref())?;
        let (place, _) = self.operation.document.follow(schema.pointer()).ok()?;
        let place: Pointer = place.join("properties").join(member);
        self.operation.document.resolve(&place)?;
        Some(self.operation.place(&place))
    }
}

impl fmt::Debug for Incoming<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Incoming").field("operation", &self.operation.name()).field("request", &self.request).finish_non_exhaustive()
    }
}

/// The rules of a contract.
#[derive(Clone, Default)]
pub(crate) struct Rules {
    everywhere: Vec<Arc<dyn Rule>>,
    by_operation: HashMap<usize, Vec<Arc<dyn Rule>>>,
    /// Those for all operations of any contract that is part of it: for what belongs to no operation.
    general: Vec<Arc<dyn Rule>>,
}

impl Rules {
    pub(super) fn add(&mut self, operation: Option<usize>, rule: Arc<dyn Rule>) {
        match operation {
            Some(number) => self.by_operation.entry(number).or_default().push(rule),
            None => {
                self.general.push(Arc::clone(&rule));
                self.everywhere.push(rule);
            }
        }
    }

    /// The rules of two contracts with so many operations. Rules for all operations of one are none of the other's.
    pub(super) fn and(&self, count: usize, other: &Self, others: usize) -> Self {
        let general = self.general.iter().chain(&other.general).cloned().collect();
        let mut rules = Self { general, ..Self::default() };
        for number in 0..count {
            rules.by_operation.insert(number, self.of_number(number).cloned().collect());
        }
        for number in 0..others {
            rules.by_operation.insert(count + number, other.of_number(number).cloned().collect());
        }
        rules
    }

    /// The rules for what belongs to no operation.
    pub(crate) fn general(&self) -> impl Iterator<Item = &dyn Rule> {
        self.general.iter().map(|rule| &**rule)
    }

    fn of_number(&self, number: usize) -> impl Iterator<Item = &Arc<dyn Rule>> {
        self.everywhere.iter().chain(self.by_operation.get(&number).into_iter().flatten())
    }

    /// The rules for an operation: those of all operations first.
    pub(crate) fn of(&self, operation: &Operation) -> impl Iterator<Item = &dyn Rule> {
        self.of_number(operation.number).map(|rule| &**rule)
    }
}

impl fmt::Debug for Rules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Rules({} everywhere, {} operations)", self.everywhere.len(), self.by_operation.len())
    }
}
