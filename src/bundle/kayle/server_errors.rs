//! The 400 that the real server sends, where the published document promises another.

use serde_json::{Value, json};

use super::{attempts, endpoints, media, sessions, thing::is_for};
use crate::{Alters, Incoming, Place, Pointer, Response, Rule, Step, Violation};

/// Answers broken requests as the server of version 1.2.1 does, not as its document says.
///
/// The document promises the error envelope with `BAD_REQUEST`; the server's framework sends a list of issues of its own,
/// as text inside JSON, or plain text for what is no JSON. Where the server would fail with 500, for a body that is not
/// called JSON, the contract's 400 stays.
///
/// ```
/// use standin::{MockServer, kayle};
///
/// let contract = kayle::contract().with_rule_everywhere(kayle::ServerErrors);
/// let api = MockServer::start(&contract);
/// ```
#[derive(Debug, Clone, Copy)]
pub struct ServerErrors;

impl Rule for ServerErrors {
    fn alters(&self) -> Alters {
        Alters::Nothing
    }

    fn refuse(&self, call: &Incoming<'_>, violations: &[Violation]) -> Option<Response> {
        let first = violations.first()?;
        if is_told_by_the_handler(call, violations) {
            return None;
        }
        match (first.step(), first.code()) {
            (Step::Body, "body.syntax" | "body.missing") => {
                let text = "text/plain; charset=UTF-8".parse().ok()?;
                Some(Response::new(http_400()).with_body(text, "Malformed JSON in request body"))
            }
            (Step::Body | Step::Parameters, _) => {
                let message = format!("{:#}", Value::Array(issues(call, violations)));
                let body = json!({"success": false, "error": {"name": "ZodError", "message": message}});
                Some(Response::new(http_400()).with_json(&body))
            }
            _ => None,
        }
    }
}

/// Whether it is code of the operation that finds what is wrong, and answers as the document says.
fn is_told_by_the_handler(call: &Incoming<'_>, violations: &[Violation]) -> bool {
    let only = |code: &str| violations.iter().all(|violation| violation.code() == code);
    let any = |code: &str| violations.iter().any(|violation| violation.code() == code);
    only("kayle.jwk")
        || only(attempts::UNFILTERED)
        || any(media::INEXACT)
        || (is_for(call, &["createSession"]) && sessions::deciding(call, violations).is_some())
}

const fn http_400() -> crate::StatusCode {
    crate::StatusCode::BAD_REQUEST
}

/// What the framework tells: of the first that is broken of query, path and body. What code of the operation would find,
/// it does not come to.
fn issues(call: &Incoming<'_>, violations: &[Violation]) -> Vec<Value> {
    let stage = |violation: &&Violation| match violation.place() {
        Place::Query(..) => 0,
        Place::Path(..) => 1,
        _ => 2,
    };
    let first = violations.iter().map(|violation| stage(&violation)).min();
    let mut told: Vec<&Violation> = violations.iter().filter(|violation| Some(stage(violation)) == first).collect();
    told.retain(|violation| violation.code() != attempts::UNFILTERED);
    told.sort_by_key(|violation| rank(violation));
    let mut issues: Vec<Value> = told.into_iter().map(|violation| issue(call, violation)).collect();
    // A value that must be this one is of its type, too: that is one thing.
    issues.dedup_by(|one, other| one["path"] == other["path"] && one["code"] == other["code"]);
    issues
}

/// Issues come in the order of the schema's fields.
fn rank(violation: &Violation) -> usize {
    // Of endpoints, then of keys.
    const FIELDS: [&str; 8] = ["name", "url", "enabled", "subscribed_event_types", "key_id", "jwk", "algorithm", "key_type"];
    let field = path(violation).first().and_then(Value::as_str).map(str::to_owned);
    FIELDS.iter().position(|known| Some(*known) == field.as_deref()).unwrap_or(FIELDS.len())
}

fn issue(call: &Incoming<'_>, violation: &Violation) -> Value {
    let rule = call.rule_of(violation);
    let mut issue = match violation.code() {
        "schema.required" | "schema.type" => mistyped(schema(call, violation)),
        "schema.minLength" => json!({"origin": "string", "code": "too_small", "minimum": rule, "inclusive": true}),
        "schema.maxLength" => json!({"origin": "string", "code": "too_big", "maximum": rule, "inclusive": true}),
        "kayle.name" => json!({"origin": "string", "code": "too_big", "maximum": endpoints::MAX_NAME, "inclusive": true}),
        "schema.minimum" => json!({"origin": "number", "code": "too_small", "minimum": rule, "inclusive": true}),
        "schema.maximum" => json!({"origin": "number", "code": "too_big", "maximum": rule, "inclusive": true}),
        "schema.enum" => json!({"code": "invalid_value", "values": rule}),
        "schema.const" => json!({"code": "invalid_value", "values": [rule]}),
        "schema.pattern" => json!({"origin": "string", "code": "invalid_format", "format": "regex", "pattern": rule}),
        attempts::LIMITED => json!({"expected": "number", "code": "invalid_type"}),
        _ => json!({"code": "custom"}),
    };
    issue["path"] = path(violation).into();
    issue["message"] = format!("Expected {}", violation.expected()).into();
    issue
}

/// The schema of what is missing, or of what is of another type.
fn schema<'c>(call: &Incoming<'c>, violation: &Violation) -> Option<&'c Value> {
    let place = match (violation.code(), violation.place()) {
        ("schema.required", Place::Body(pointer)) => call.declaration(&pointer.last()?)?.pointer().clone(),
        _ => violation.rule()?.pointer().parent(),
    };
    call.operation().document.follow(&place).ok().map(|(_, schema)| schema)
}

/// What is told of a value of another type, and of none.
fn mistyped(schema: Option<&Value>) -> Value {
    let says = |keyword: &str| schema.and_then(|schema| schema.get(keyword));
    if let Some(only) = says("const") {
        return json!({"code": "invalid_value", "values": [only]});
    }
    if let Some(values) = says("enum") {
        return json!({"code": "invalid_value", "values": values});
    }
    let name = match says("type") {
        Some(Value::Array(names)) => names.first(),
        other => other,
    };
    let expected = match name.and_then(Value::as_str) {
        // What may have any members has a name of its own in the framework.
        Some("object") if says("properties").is_none() => "record",
        name => name.unwrap_or("string"),
    };
    json!({"expected": expected, "code": "invalid_type"})
}

/// The place as a list of names and indices.
fn path(violation: &Violation) -> Vec<Value> {
    let tokens = |pointer: &Pointer| -> Vec<Value> {
        pointer.tokens().map(|token| token.parse::<usize>().map_or_else(|_| token.into(), Value::from)).collect()
    };
    match violation.place() {
        Place::Body(pointer) => tokens(pointer),
        Place::Path(name, _) | Place::Query(name, _) | Place::Header(name, _) => vec![name.as_str().into()],
        _ => Vec::new(),
    }
}
