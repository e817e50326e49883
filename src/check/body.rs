//! Request bodies: media type, presence, syntax. What a decoded body must look like is for its schema.

use serde_json::Value;

use super::whole;
use crate::{
    contract::{Contract, MediaType, Operation, RequestBody, is_json},
    message::Request,
    source::{parse_json, quote},
    text::either,
    violation::{Place, Step, Violation},
};

/// Decodes the body of a request, with the media type that describes it.
///
/// `None` if there is none, or it cannot be decoded, which is then among the violations.
pub(super) fn decode<'c>(
    contract: &Contract,
    operation: &'c Operation,
    request: &Request,
    violations: &mut Vec<Violation>,
) -> Option<(Value, &'c MediaType)> {
    let declared = operation.request_body.as_ref()?;
    let content_type = request.headers().get("content-type").map(|value| String::from_utf8_lossy(value.as_bytes()));
    if request.body().is_empty() && (content_type.is_none() || !declared.required) {
        if declared.required {
            violations.push(missing(contract, declared));
        }
        return None;
    }
    let Some(media_type) = content_type.as_deref().and_then(|given| find(&declared.content, given)) else {
        // A declared body without any media type says nothing about bodies.
        if !declared.content.is_empty() {
            violations.push(other_type(contract, declared, content_type.as_deref()));
        }
        return None;
    };
    // What is not JSON is accepted unread; the contract's warnings say so.
    if !is_json(content_type.as_deref().unwrap_or_default()) {
        return None;
    }
    if request.body().is_empty() {
        violations.push(missing(contract, declared));
        return None;
    }
    match parse_json(request.body()) {
        Ok((value, duplicates)) => {
            // RFC 8259, section 4: what repeated names mean differs from reader to reader, so none is let through.
            violations.extend(duplicates.into_iter().map(|pointer| {
                Violation::new(Step::Body, "body.duplicate-member", Place::Body(pointer), "this member once", "it several times")
            }));
            Some((value, media_type))
        }
        Err(defect) => {
            let found = format!("{} at line {}, column {}", defect.found, defect.position.line, defect.position.column);
            violations.push(Violation::new(Step::Body, "body.syntax", Place::Body(defect.pointer), defect.expected, found));
            None
        }
    }
}

fn missing(contract: &Contract, declared: &RequestBody) -> Violation {
    let members = required_members(contract, declared);
    let expected = if members.is_empty() {
        "a body".to_owned()
    } else {
        format!("a body with the required {}", either(&members).replace(" or ", " and "))
    };
    Violation::new(Step::Body, "body.missing", Place::BODY, expected, "none").with_rule(contract.place(declared.pointer.clone()))
}

/// What a body needs at least, so that the answer to a missing one names it.
fn required_members(contract: &Contract, declared: &RequestBody) -> Vec<String> {
    let schema = declared.content.iter().find_map(|media_type| media_type.schema.as_ref());
    let required = schema.and_then(|schema| contract.look(schema.pointer())).and_then(|schema| schema.get("required"));
    let names = required.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    names.map(|name| format!("`{name}`")).collect()
}

fn other_type(contract: &Contract, declared: &RequestBody, given: Option<&str>) -> Violation {
    let known: Vec<String> = declared.content.iter().map(|media_type| format!("`{}`", media_type.range)).collect();
    let place = Place::Header("content-type".into(), whole());
    let found = given.map_or_else(|| "none".to_owned(), quote);
    Violation::new(Step::MediaType, "body.content-type", place, either(&known), found)
        .with_rule(contract.place(declared.pointer.join("content")))
}

/// The media type that describes a body: the same one, else the same without parameters, else a range that holds it
/// (OpenAPI 3.1, section 4.8.13.1: "the most specific key").
fn find<'c>(content: &'c [MediaType], given: &str) -> Option<&'c MediaType> {
    let essence = |text: &str| text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let wanted = essence(given);
    let by = |fits: &dyn Fn(&str) -> bool| content.iter().find(|media_type| fits(&media_type.range));
    by(&|range| range.eq_ignore_ascii_case(given.trim()))
        .or_else(|| by(&|range| essence(range) == wanted))
        .or_else(|| by(&|range| essence(range) == "application/json" && is_json(&wanted)))
        .or_else(|| by(&|range| essence(range).strip_suffix("/*").is_some_and(|kind| wanted.split('/').next() == Some(kind))))
        .or_else(|| by(&|range| essence(range) == "*/*"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: &str = r#"
openapi: 3.1.0
paths:
  /x:
    post:
      requestBody:
        required: true
        content:
          application/json: {schema: {type: object, required: [url, name]}}
          text/*: {}
    put: {requestBody: {content: {application/json: {}}}}
"#;

    fn says(operation: &str, request: Request) -> String {
        let contract = Contract::from_text("api.yaml", DOCUMENT).unwrap();
        let mut violations = Vec::new();
        let decoded = decode(&contract, contract.operation(operation), &request, &mut violations);
        let said: Vec<String> = violations.iter().map(|violation| format!("{} {}", violation.code(), violation.brief())).collect();
        decoded.map(|(value, _)| value.to_string()).into_iter().chain(said).collect::<Vec<_>>().join("; ")
    }

    fn post(content_type: &str, body: &'static [u8]) -> String {
        says("POST /x", Request::post("/x").with_header("content-type", content_type).with_body(body))
    }

    #[test]
    fn bodies_are_decoded_by_media_type() {
        assert_eq!(post("application/json", b"[1]"), "[1]");
        assert_eq!(post("Application/JSON; charset=utf-8", b"[1]"), "[1]");
        assert_eq!(post("application/vnd.x+json", b"[1]"), "[1]");
        assert_eq!(post("text/csv", b"a,b"), "");
        assert_eq!(
            post("application/xml", b"<a/>"),
            "body.content-type header content-type: expected `application/json` or `text/*`, found \"application/xml\""
        );
        assert_eq!(
            says("POST /x", Request::post("/x").with_body("[1]")),
            "body.content-type header content-type: expected `application/json` or `text/*`, found none"
        );
    }

    #[test]
    fn missing_and_malformed_bodies_are_told_apart() {
        let missing = "body.missing body: expected a body with the required `url` and `name`, found none";
        assert_eq!(says("POST /x", Request::post("/x")), missing);
        assert_eq!(post("application/json", b""), missing);
        assert_eq!(says("PUT /x", Request::post("/x")), "");
        assert_eq!(
            post("application/json", b"{"),
            "body.syntax body: expected the rest of an object, found the end of the text at line 1, column 2"
        );
        assert_eq!(
            post("application/json", b"\xff"),
            "body.syntax body: expected UTF-8 text, found the byte 0xFF at offset 0 at line 1, column 1"
        );
        assert_eq!(
            post("application/json", br#"{"a":1,"a":2}"#),
            r#"{"a":2}; body.duplicate-member body /a: expected this member once, found it several times"#
        );
    }
}
