//! Judging a request that found its operation, and an answer before it leaves: every violation, never just the first.
//!
//! The order of judgement: credentials, permission, parameters, media type, body. How each is read is for the files
//! beside this one.

mod body;
mod parameters;
mod prefer;
mod response;
pub(crate) mod secrets;
mod security;

use std::sync::Arc;

use serde_json::Value;

pub(crate) use self::{
    prefer::{Preferences, refused},
    response::{header as response_header, response},
    security::{Access, standing},
};
use crate::{
    contract::{Contract, Incoming, MediaType, Operation},
    message::Request,
    pointer::Pointer,
    schema::MOST_VIOLATIONS,
    violation::{Place, Step, Violation},
};

/// How strictly requests are judged.
#[derive(Debug, Clone)]
pub(crate) struct Policy {
    pub(crate) access: Access,
    /// Whether what nobody declared is a violation, in query, headers and cookies.
    pub(crate) strict: bool,
    /// Whether members that nobody declared are violations, also where the schema is open.
    pub(crate) strict_bodies: bool,
    /// How many bytes a compressed body may stand for.
    pub(crate) body_limit: usize,
}

impl Default for Policy {
    fn default() -> Self {
        Self { access: Access::default(), strict: false, strict_bodies: false, body_limit: 10 << 20 }
    }
}

/// What is found while a request is judged.
struct Findings {
    violations: Vec<Violation>,
    /// What is odd, and breaks nothing.
    remarks: Vec<Violation>,
    strict: bool,
    strict_bodies: bool,
}

impl Findings {
    /// Notes what nobody declared: a violation or a remark, as the policy has it.
    fn odd(&mut self, violation: Violation) {
        if self.strict { self.violations.push(violation) } else { self.remarks.push(violation) }
    }

    #[cfg(test)]
    fn new(strict: bool) -> Self {
        Self { violations: Vec::new(), remarks: Vec::new(), strict, strict_bodies: strict }
    }
}

/// A request, judged.
#[derive(Default)]
pub(crate) struct Judgement {
    /// Everything that is wrong, in the order of judgement.
    pub(crate) violations: Vec<Violation>,
    /// What is odd, and breaks nothing.
    pub(crate) remarks: Vec<Violation>,
    /// The parameters that could be decoded, by name.
    pub(crate) parameters: Vec<(String, Value)>,
    /// The body, if there is one that could be decoded.
    pub(crate) body: Option<Value>,
    /// What the client prefers of the answer.
    pub(crate) preferences: Preferences,
    /// Whose things the request is about, as far as its key says.
    pub(crate) tenant: Arc<str>,
}

impl Judgement {
    /// The same of a request that is in order, without its body.
    pub(crate) fn without_body(&self) -> Self {
        Self {
            parameters: self.parameters.clone(),
            preferences: self.preferences.clone(),
            tenant: Arc::clone(&self.tenant),
            ..Self::default()
        }
    }
}

/// Judges a request. `captured` are the values of the path parameters as they were sent, in the order of the template.
pub(crate) fn request(contract: &Contract, operation: &Operation, captured: &[String], request: &Request, policy: &Policy) -> Judgement {
    let mut findings = Findings { violations: Vec::new(), remarks: Vec::new(), strict: policy.strict, strict_bodies: policy.strict_bodies };
    let security::Asked { tenant, violations: refused } = security::judge(operation, request, &policy.access);
    findings.violations.extend(refused);
    if operation.is_deprecated() {
        let odd =
            Violation::new(Step::Route, "operation.deprecated", Place::Route, "an operation that is not deprecated", operation.name());
        findings.remarks.push(odd.with_rule(operation.place(&operation.pointer)));
    }
    let parameters = parameters::judge(contract.rules(), operation, (captured, request), &mut findings);
    let preferences = Preferences::read(operation, request, &mut findings);
    let mut decoded = body::decode(operation, request, policy.body_limit, &mut findings);
    if let Some(decoded) = &mut decoded {
        for rule in contract.rules().of(operation) {
            rule.prepare(&mut decoded.value);
        }
        findings.violations.extend(body_violations(decoded));
        body::remark(operation, decoded, &mut findings);
    }
    let body = decoded.map(|decoded| decoded.value);
    let incoming = Incoming { request, operation, parameters: &parameters, body: body.as_ref() };
    for rule in contract.rules().of(operation) {
        findings.violations.extend(rule.check(&incoming));
        findings.remarks.extend(rule.remarks(&incoming));
    }
    let Findings { mut violations, remarks, .. } = findings;
    // Stable: within a step, the order in which they were found is the order of places.
    violations.sort_by_key(Violation::step);
    if violations.len() > MOST_VIOLATIONS {
        violations.truncate(MOST_VIOLATIONS);
        let found = format!("more than {MOST_VIOLATIONS}, and the rest is not told");
        violations.push(Violation::new(Step::Body, "body.many", Place::BODY, "fewer violations", found));
    }
    let (violations, remarks) = untold(contract, operation, request, &parameters, body.as_ref(), (violations, remarks));
    let tenant = if tenant.is_empty() { Arc::clone(contract.tenant()) } else { tenant };
    Judgement { violations, remarks, parameters, body, preferences, tenant }
}

/// What was found, without the secrets of the request. They are looked for only if there is anything to tell.
fn untold(
    contract: &Contract,
    operation: &Operation,
    request: &Request,
    parameters: &[(String, Value)],
    body: Option<&Value>,
    (violations, remarks): (Vec<Violation>, Vec<Violation>),
) -> (Vec<Violation>, Vec<Violation>) {
    if violations.is_empty() && remarks.is_empty() {
        return (violations, remarks);
    }
    let secrets = secrets::of_request(contract, Some(operation), request, parameters, body);
    let untold = |violations: Vec<Violation>| violations.into_iter().map(|violation| secrets::without(&secrets, violation)).collect();
    (untold(violations), untold(remarks))
}

/// What is wrong with a decoded body: as a whole, or item by item.
fn body_violations(decoded: &body::Decoded<'_>) -> Vec<Violation> {
    let body::Decoded { value, media_type, by_item } = decoded;
    let mut violations = Vec::new();
    if let Some(schema) = media_type.schema.as_ref().filter(|_| !by_item || media_type.item_schema.is_some()) {
        let found = schema.check(value, Step::Body, Place::Body);
        violations.extend(found.into_iter().filter(|violation| !body::may_be_empty(schema, value, violation.place())));
    }
    if let (true, Value::Array(items), Some(schema)) = (by_item, value, media_type.item_schema.as_ref().or(media_type.schema.as_ref())) {
        for (index, item) in items.iter().enumerate() {
            violations.extend(schema.check(item, Step::Body, |place| Place::Body(Pointer::root().join(index).concat(&place))));
        }
    }
    violations
}

/// Judges the body of an answer against the media type that it claims to be.
pub(crate) fn answer(media_type: &MediaType, body: &Value) -> Vec<Violation> {
    let whole = media_type.schema.as_ref().map_or_else(Vec::new, |schema| schema.check(body, Step::Answer, Place::Answer));
    let (Some(schema), Value::Array(items)) = (&media_type.item_schema, body) else { return whole };
    let of_item = |(index, item): (usize, &Value)| {
        schema.check(item, Step::Answer, |place| Place::Answer(Pointer::root().join(index).concat(&place)))
    };
    whole.into_iter().chain(items.iter().enumerate().flat_map(of_item)).collect()
}

/// A whole parameter or header.
fn whole() -> Pointer {
    Pointer::root()
}
