//! Whether an answer that somebody else made is one that the contract declares: its status, its body, its headers.
//!
//! Bodies are judged by their schema where they are JSON or text; of others the media type is.

use std::borrow::Cow;

use serde_json::Value;

use crate::{
    check,
    contract::{DeclaredResponse, DeclaredStatus, MediaType, Operation, for_status},
    media::{Kind, essence, kind},
    message::{Response, StatusCode},
    pointer::Pointer,
    source::{parse_json, quote},
    text::either,
    violation::{Place, Step, Violation},
};

/// Everything in which an answer breaks the contract.
pub(super) fn response(operation: &Operation, response: &Response) -> Vec<Violation> {
    // Nothing is promised, so nothing is broken; loading the document has warned of it.
    if operation.responses.is_empty() {
        return Vec::new();
    }
    let declared = match declared(operation, response.status()) {
        Ok(declared) => declared,
        Err(violation) => return vec![violation],
    };
    let mut violations = body(operation, declared, response);
    violations
        .extend(declared.headers.iter().flat_map(|parameter| check::response_header(operation, parameter, response, "script.header")));
    violations
}

/// The declared response of a status.
pub(super) fn declared(operation: &Operation, status: StatusCode) -> Result<&DeclaredResponse, Violation> {
    for_status(&operation.responses, status.as_u16()).ok_or_else(|| {
        let declared: Vec<String> = operation.responses.iter().map(|response| response.status.to_string()).collect();
        let expected = format!("a status that is declared: {}", either(&declared));
        let violation = whole("script.status", expected, status.as_u16().to_string());
        let violation = match nearest_status(operation, status.as_u16()) {
            Some(near) => violation.with_hint(format!("the nearest is {near}")),
            None => violation,
        };
        violation.with_rule(operation.place(&operation.pointer.join("responses")))
    })
}

/// A declared code of the same hundred, the nearest of them.
fn nearest_status(operation: &Operation, wanted: u16) -> Option<u16> {
    let codes = operation.responses.iter().filter_map(|response| match response.status {
        DeclaredStatus::Code(code) if code / 100 == wanted / 100 => Some(code),
        _ => None,
    });
    codes.min_by_key(|code| code.abs_diff(wanted))
}

/// A violation about an answer as a whole.
fn whole(code: &'static str, expected: impl Into<String>, found: impl Into<String>) -> Violation {
    Violation::new(Step::Answer, code, Place::Answer(Pointer::root()), expected, found)
}

fn body(operation: &Operation, declared: &DeclaredResponse, response: &Response) -> Vec<Violation> {
    let content = || operation.place(&declared.pointer.join("content"));
    let ranges: Vec<String> = declared.content.iter().map(|media_type| format!("`{}`", media_type.range)).collect();
    let bytes = response.body().len();
    // RFC 9110, sections 15.3.5 and 15.4.5: these have no content, whatever a document says.
    let bodiless = [StatusCode::NO_CONTENT, StatusCode::NOT_MODIFIED].contains(&response.status());
    if declared.content.is_empty() || bodiless {
        let found = format!("{bytes} bytes");
        let violation = || whole("script.body", "no body", found).with_rule(operation.place(&declared.pointer));
        return if bytes == 0 { Vec::new() } else { vec![violation()] };
    }
    let Some(content_type) = response.header("content-type") else {
        return vec![whole("script.body", format!("a body of {}", either(&ranges)), "none").with_rule(content())];
    };
    let Some(media_type) = fitting(&declared.content, content_type) else {
        let violation = whole("script.content-type", format!("a body of {}", either(&ranges)), quote(content_type));
        return vec![violation.with_rule(content())];
    };
    match value(content_type, response.body()) {
        Ok(Some(value)) => check::answer(media_type, &value),
        Ok(None) => Vec::new(),
        Err(violation) => vec![violation.with_rule(content())],
    }
}

/// The media type that a content type falls under: by the letter, else by its range.
fn fitting<'c>(content: &'c [MediaType], content_type: &str) -> Option<&'c MediaType> {
    let given = essence(content_type);
    let by = |fits: &dyn Fn(&str) -> bool| content.iter().find(|media_type| fits(&essence(&media_type.range)));
    let kind = given.split('/').next().unwrap_or_default();
    by(&|range| *range == *given).or_else(|| by(&|range| range.strip_suffix("/*") == Some(kind))).or_else(|| by(&|range| range == "*/*"))
}

/// What a body says, where that can be judged.
fn value<'b>(content_type: &str, body: &'b [u8]) -> Result<Option<Value>, Violation> {
    match kind(content_type) {
        Kind::Json => parse_json(body).map(|(value, _)| Some(value)).map_err(|defect| {
            let found = format!("{} at line {}, column {}", defect.found, defect.position.line, defect.position.column);
            whole("script.syntax", format!("JSON: {}", defect.expected), found)
        }),
        Kind::Text => {
            let text: Cow<'b, str> = String::from_utf8_lossy(body);
            Ok(Some(Value::String(text.into_owned())))
        }
        _ => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{contract::Contract, message::HeaderName};

    const DOCUMENT: &str = r#"
openapi: 3.1.0
paths:
  /a:
    get:
      responses:
        '200':
          headers:
            X-Left: {required: true, schema: {type: integer, maximum: 9}}
            X-Tags: {schema: {type: array, items: {enum: [a, b]}}}
          content:
            application/json: {schema: {type: object, required: [n], properties: {n: {type: integer}}}}
            text/*: {schema: {type: string, maxLength: 5}}
        '204': {content: {application/json: {}}}
        4XX: {}
"#;

    fn told(made: Response) -> String {
        let contract = Contract::from_text("a.yaml", DOCUMENT).unwrap();
        let violations = response(contract.operation("GET /a"), &made);
        violations.iter().map(|violation| violation.brief().to_string()).collect::<Vec<_>>().join("; ")
    }

    fn made(status: u16, headers: &[(&str, &str)], body: &str) -> Response {
        let response = Response::new(StatusCode::from_u16(status).unwrap());
        let content_type = headers.iter().find(|(name, _)| *name == "content-type");
        let response = match content_type {
            Some((_, value)) => response.with_body(value.parse().unwrap(), body.to_owned()),
            None => response,
        };
        let others = headers.iter().filter(|(name, _)| *name != "content-type");
        others.fold(response, |response, (name, value)| response.with_header(name.parse::<HeaderName>().unwrap(), value.parse().unwrap()))
    }

    #[test]
    fn status_body_and_headers_are_judged() {
        let json = ("content-type", "application/json; charset=utf-8");
        let left = ("x-left", "3");
        let cases = [
            (made(200, &[json, left], &json!({"n": 1}).to_string()), ""),
            (made(200, &[json, left, ("x-tags", "a,b")], r#"{"n":1}"#), ""),
            (made(200, &[json, left, ("x-tags", "a,c")], r#"{"n":1}"#), "header x-tags /1: expected \"a\" or \"b\", found \"c\""),
            (made(200, &[json], r#"{"n":1}"#), "header x-left: expected this required header, found none"),
            (made(200, &[json, ("x-left", "10")], r#"{"n":1}"#), "header x-left: expected at most 9, found the number 10"),
            (made(200, &[json, left], r#"{"n":"1"}"#), "answer /n: expected an integer, found \"1\""),
            (made(200, &[json, left], "{"), "answer: expected JSON: "),
            (made(200, &[left], ""), "answer: expected a body of `application/json` or `text/*`, found none"),
            (
                made(200, &[("content-type", "image/png"), left], "x"),
                "answer: expected a body of `application/json` or `text/*`, found \"image/png\"",
            ),
            (made(200, &[("content-type", "text/csv"), left], "a,b"), ""),
            (made(200, &[("content-type", "text/csv"), left], "a,b,c,d"), "answer: expected at most 5 characters, found "),
            (made(204, &[], ""), ""),
            (made(204, &[json], "{}"), "answer: expected no body, found 2 bytes"),
            (made(418, &[], ""), ""),
            (made(418, &[json], "{}"), "answer: expected no body, found 2 bytes"),
            (made(201, &[], ""), "answer: expected a status that is declared: 200, 204 or 4XX, found 201; the nearest is 200"),
            (made(500, &[], ""), "answer: expected a status that is declared: 200, 204 or 4XX, found 500"),
        ];
        for (response, expected) in cases {
            let said = told(response);
            assert!(if expected.is_empty() { said.is_empty() } else { said.starts_with(expected) }, "{expected:?}: {said:?}");
        }
    }
}
