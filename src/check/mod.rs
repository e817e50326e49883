//! Judging a request that found its operation, and an answer before it leaves: every violation, never just the first.
//!
//! The order of judgement: credentials, permission, parameters, media type, body. How each is read is for the files
//! beside this one.

mod body;
mod security;
mod style;

use serde_json::Value;

pub(crate) use self::security::Access;
pub use self::security::ApiKey;
use crate::{
    contract::{Contract, Incoming, MediaType, Operation},
    message::Request,
    pointer::Pointer,
    schema::MOST_VIOLATIONS,
    violation::{Place, Step, Violation},
};

/// A request, judged.
pub(crate) struct Judgement {
    /// Everything that is wrong, in the order of judgement.
    pub(crate) violations: Vec<Violation>,
    /// The parameters that could be decoded, by name.
    pub(crate) parameters: Vec<(String, Value)>,
    /// The body, if there is one that could be decoded.
    pub(crate) body: Option<Value>,
}

/// Judges a request. `captured` are the decoded values of the path parameters, in the order of the template.
pub(crate) fn request(contract: &Contract, operation: &Operation, captured: &[String], request: &Request, access: &Access) -> Judgement {
    let mut violations = security::violations(contract, operation, request, access);
    let parameters = style::parameters(contract, operation, captured, request, &mut violations);
    let mut body = body::decode(contract, operation, request, &mut violations);
    if let Some((value, media_type)) = &mut body {
        for rule in contract.rules().of(operation) {
            rule.prepare(value);
        }
        if let Some(schema) = &media_type.schema {
            violations.extend(schema.check(value, Step::Body, Place::Body));
        }
    }
    let body = body.map(|(value, _)| value);
    let incoming = Incoming { request, operation, parameters: &parameters, body: body.as_ref() };
    for rule in contract.rules().of(operation) {
        violations.extend(rule.check(&incoming));
    }
    // Stable: within a step, the order in which they were found is the order of places.
    violations.sort_by_key(Violation::step);
    if violations.len() > MOST_VIOLATIONS {
        violations.truncate(MOST_VIOLATIONS);
        let found = format!("more than {MOST_VIOLATIONS}, and the rest is not told");
        violations.push(Violation::new(Step::Body, "body.many", Place::BODY, "fewer violations", found));
    }
    Judgement { violations, parameters, body }
}

/// Judges the body of an answer against the media type that it claims to be.
pub(crate) fn answer(media_type: &MediaType, body: &Value) -> Vec<Violation> {
    media_type.schema.as_ref().map_or_else(Vec::new, |schema| schema.check(body, Step::Answer, Place::Answer))
}

/// A whole parameter or header.
fn whole() -> Pointer {
    Pointer::root()
}
