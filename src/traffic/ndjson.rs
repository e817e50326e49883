//! The lines of JSON that standin writes, as messages.

use serde_json::Value;

use super::{Recorded, har::target};
use crate::{
    error::{Defect, DefectKind, Error, Position},
    message::{Bytes, HeaderName, HeaderValue, Headers, Method, Request, Response, StatusCode},
    pointer::Pointer,
    source::{describe, parse_json},
};

/// Whether a recording has an exchange on each line: whether the first line is a whole one.
pub(super) fn is_it(bytes: &[u8]) -> bool {
    let first = bytes.split(|byte| *byte == b'\n').find(|line| !line.trim_ascii().is_empty()).unwrap_or_default();
    serde_json::from_slice::<Value>(first).is_ok_and(|value| value.get("request").is_some() && value.get("log").is_none())
}

pub(super) fn read(name: &str, bytes: &[u8]) -> Result<Vec<Recorded>, Error> {
    let lines = bytes.split(|byte| *byte == b'\n').enumerate().filter(|(_, line)| !line.trim_ascii().is_empty());
    let one = |(number, (index, line)): (usize, (usize, &[u8]))| {
        let defect = |column: usize, pointer: Pointer, expected: String, found: String| {
            let position = Some(Position { line: index + 1, column });
            Error::from(Defect { kind: DefectKind::Syntax, document: name.into(), position, pointer: Some(pointer), expected, found })
        };
        let (value, _) = parse_json(line).map_err(|error| defect(error.position.column, error.pointer, error.expected, error.found))?;
        exchange(number + 1, index + 1, &value).map_err(|(place, expected, found)| defect(1, place, expected.into(), found))
    };
    lines.enumerate().map(one).collect()
}

type Wrong = (Pointer, &'static str, String);

fn exchange(number: usize, line: usize, value: &Value) -> Result<Recorded, Wrong> {
    let at = |text: &str| Pointer::parse(text).unwrap_or_default();
    let found = |text: &str| value.pointer(text).map_or_else(|| "no such member".to_owned(), describe);
    let wrong = |place: &'static str, expected: &'static str| (at(place), expected, found(place));
    let text = |place: &str| value.pointer(place).and_then(Value::as_str);
    let method =
        text("/request/method").and_then(|method| method.parse::<Method>().ok()).ok_or_else(|| wrong("/request/method", "a method"))?;
    let uri = text("/request/target").and_then(target).ok_or_else(|| wrong("/request/target", "a path, with or without a query"))?;
    let request_headers = headers(value.pointer("/request/headers"));
    let host = request_headers.get("host").and_then(|host| host.to_str().ok()).unwrap_or("localhost").to_ascii_lowercase();
    let (sent, has_request_body) = body(value.pointer("/request/body"));
    let response = match value.pointer("/response/status") {
        None | Some(Value::Null) => None,
        Some(status) => {
            let code = status.as_u64().and_then(|code| u16::try_from(code).ok()).and_then(|code| StatusCode::from_u16(code).ok());
            Some(code.ok_or_else(|| wrong("/response/status", "a status of three digits"))?)
        }
    };
    let (answered, has_response_body) = body(value.pointer("/response/body"));
    let response = response.map(|status| Response::from_parts(status, headers(value.pointer("/response/headers")), answered));
    let request = Request::new(method, uri, request_headers, sent);
    let has_response_body = has_response_body && value.pointer("/response").is_some_and(|response| response.get("body").is_some());
    Ok(Recorded { number, line: Some(line), host, request, response, has_request_body, has_response_body })
}

/// Each header with one text, or with an array of them.
fn headers(members: Option<&Value>) -> Headers {
    let members = members.and_then(Value::as_object).into_iter().flatten();
    let texts = members.flat_map(|(name, value)| match value {
        Value::Array(values) => values.iter().filter_map(|value| Some((name.as_str(), value.as_str()?))).collect(),
        value => value.as_str().map(|value| (name.as_str(), value)).into_iter().collect::<Vec<_>>(),
    });
    texts.filter_map(|(name, value)| Some((name.parse::<HeaderName>().ok()?, HeaderValue::from_bytes(value.as_bytes()).ok()?))).collect()
}

/// The bytes, and whether they are all that there were.
fn body(body: Option<&Value>) -> (Bytes, bool) {
    let body = match body {
        None | Some(Value::Null) => return (Bytes::new(), true),
        Some(body) => body,
    };
    match (body.get("json"), body.get("text").and_then(Value::as_str)) {
        (Some(json), _) => (Bytes::from(json.to_string()), true),
        (None, Some(text)) => (Bytes::from(text.to_owned()), true),
        (None, None) => (Bytes::new(), false),
    }
}
