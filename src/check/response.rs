//! Answers that somebody else gave: the body as its media type reads it, and the headers that a response declares.

use super::{Findings, body, body_violations};
use crate::{
    codec::{self, Given, style_readings},
    contract::{DeclaredResponse, Operation, Parameter, RequestBody},
    media::is_json,
    message::{Method, Request, Response, StatusCode, Uri, header_text},
    pointer::Pointer,
    source::parse_json,
    text::either,
    violation::{Place, Step, Violation},
};

/// How many bytes a compressed body may stand for.
const LARGEST: usize = 64 << 20;

/// Judges an answer by the response that is declared for its status. `bodiless` is one whose body nobody knows, or that has
/// none whatever is declared.
pub(crate) fn response(operation: &Operation, declared: &DeclaredResponse, response: &Response, bodiless: bool) -> Vec<Violation> {
    let mut violations = Vec::new();
    // RFC 9110, sections 15.3.5 and 15.4.5: these have no content, whatever a document says.
    let empty = [StatusCode::NO_CONTENT, StatusCode::NOT_MODIFIED].contains(&response.status());
    let unjudged = bodiless || (empty && response.body().is_empty());
    if !unjudged {
        violations = content(operation, declared, response);
    }
    violations.extend(declared.headers.iter().flat_map(|parameter| header(operation, parameter, response, "answer.header")));
    violations.into_iter().map(Violation::of_answer).collect()
}

fn content(operation: &Operation, declared: &DeclaredResponse, response: &Response) -> Vec<Violation> {
    let whole = |code: &'static str, expected: String, found: String| Violation::new(Step::Answer, code, Place::BODY, expected, found);
    if declared.content.is_empty() {
        if response.body().is_empty() {
            return Vec::new();
        }
        let found = format!("one of {} bytes", response.body().len());
        return vec![whole("answer.undeclared-body", "no body".into(), found).with_rule(operation.place(&declared.pointer))];
    }
    if response.body().is_empty() {
        let ranges: Vec<String> = declared.content.iter().map(|media_type| format!("`{}`", media_type.range)).collect();
        let missing = whole("answer.no-body", format!("a body of {}", either(&ranges)), "none".into());
        return vec![missing.with_rule(operation.place(&declared.pointer.join("content")))];
    }
    // Reading a body is the same both ways.
    let wanted = RequestBody { required: false, content: declared.content.clone(), pointer: declared.pointer.clone() };
    let message = Request::new(Method::POST, Uri::default(), response.headers().clone(), response.body().clone());
    let mut findings = Findings { violations: Vec::new(), remarks: Vec::new(), strict: false, strict_bodies: false };
    let decoded = body::decode_as(operation, &wanted, &message, LARGEST, &mut findings);
    let judged = decoded.map(|decoded| body_violations(&decoded)).unwrap_or_default();
    findings.violations.into_iter().chain(judged).collect()
}

/// What is wrong with a declared header (OpenAPI 3.1, section 4.8.21). `code` is for what is wrong with it as a whole.
pub(crate) fn header(operation: &Operation, parameter: &Parameter, response: &Response, code: &'static str) -> Vec<Violation> {
    let place = |inner: Pointer| Place::Header(parameter.name.to_ascii_lowercase(), inner);
    let whole = |expected: &str, found: &str| {
        let violation = Violation::new(Step::Answer, code, place(Pointer::root()), expected, found);
        violation.with_rule(operation.place(&parameter.pointer))
    };
    // OpenAPI has no say in this one.
    if parameter.name.eq_ignore_ascii_case("content-type") {
        return Vec::new();
    }
    let values: Vec<&str> = response.headers().get_all(&parameter.name).filter_map(header_text).collect();
    if values.is_empty() {
        return if parameter.required { vec![whole("this required header", "none")] } else { Vec::new() };
    }
    let text = values.join(", ");
    let Some(schema) = parameter.any_schema() else { return Vec::new() };
    let value = match &parameter.content {
        Some(content) if is_json(&content.range) => parse_json(text.as_bytes()).map_or_else(|_| text.clone().into(), |(value, _)| value),
        Some(_) => text.into(),
        None => match style_readings(parameter, &Given::Text(&text)) {
            Ok(readings) => {
                let cut = |reading| codec::settled(schema, &codec::cut_items(schema.document(), schema.pointer(), reading));
                let settled = readings.into_iter().map(cut);
                settled.reduce(|best, next| if best.1 { best } else { next }).unwrap_or_default().0
            }
            Err(unreadable) => return vec![whole(&unreadable.expected, &unreadable.found)],
        },
    };
    schema.check(&value, Step::Answer, place)
}
