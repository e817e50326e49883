//! HAR 1.2 as messages (<http://www.softwareishard.com/blog/har-12-spec/>), as lenient as the tools that write it are.

use serde_json::Value;

use super::Recorded;
use crate::{
    codec::decode_base64,
    error::{Defect, DefectKind, Error},
    message::{Bytes, HeaderName, HeaderValue, Headers, Method, Request, Response, StatusCode, Uri},
    pointer::Pointer,
    source::{Source, describe, parse_json, quote},
    text::percent_encode,
};

/// The exchanges of a HAR, those that are no HTTP left out.
pub(super) fn read(name: &str, bytes: &[u8]) -> Result<Vec<Recorded>, Error> {
    let defect = |position, pointer, expected: String, found: String| {
        Error::from(Defect { kind: DefectKind::Syntax, document: name.into(), position, pointer: Some(pointer), expected, found })
    };
    let (value, _) = parse_json(bytes).map_err(|error| {
        let expected = format!("a HAR, or a JSON object on each line: {}", error.expected);
        defect(Some(error.position), error.pointer, expected, error.found)
    })?;
    // Only where something is wrong: to find the lines of a large text takes a while.
    let at = |pointer: &Pointer| Source::read_bytes(name, bytes.to_vec()).ok().and_then(|(source, ..)| source.locate(pointer));
    let place = Pointer::root().join("log").join("entries");
    let Some(Value::Array(entries)) = place.resolve(&value) else {
        let found = place.resolve(&value).map_or_else(|| "no such member".into(), describe);
        return Err(defect(at(&place), place, "the exchanges of a HAR: an array".into(), found));
    };
    let mut recorded = Vec::new();
    for (index, entry) in entries.iter().enumerate() {
        let wrong = |what: &str, found: String| {
            let place = place.join(index).join(what);
            defect(at(&place), place, "what HAR 1.2 has there".into(), found)
        };
        if let Some(exchange) = exchange(index + 1, entry).map_err(|(what, found)| wrong(what, found))? {
            recorded.push(exchange);
        }
    }
    Ok(recorded)
}

type Wrong = (&'static str, String);

/// `None` for what is no HTTP: `data:`, `blob:`, `ws:` and what extensions of browsers do.
fn exchange(number: usize, entry: &Value) -> Result<Option<Recorded>, Wrong> {
    let text = |pointer: &str| entry.pointer(pointer).and_then(Value::as_str);
    let url = text("/request/url").ok_or_else(|| ("request", "one without a `url`".to_owned()))?;
    let method = text("/request/method").unwrap_or("GET");
    let Some((scheme, rest)) = url.split_once("://") else { return Ok(None) };
    if !scheme.eq_ignore_ascii_case("http") && !scheme.eq_ignore_ascii_case("https") {
        return Ok(None);
    }
    let cut = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, target) = rest.split_at(cut);
    let host = authority.rsplit('@').next().unwrap_or_default().to_ascii_lowercase();
    let uri = self::target(target).ok_or_else(|| ("request", format!("the url {}", quote(url))))?;
    let method = method.parse::<Method>().map_err(|_| ("request", format!("the method {}", quote(method))))?;
    let headers = headers(entry.pointer("/request/headers"));
    let sent = body(entry.pointer("/request/postData"));
    // A size of -1 says that nobody knows.
    let size = |pointer: &str| entry.pointer(pointer).and_then(Value::as_i64).unwrap_or_default();
    let has_request_body = sent.is_some() || size("/request/bodySize") <= 0;
    let headers = with_type(headers, text("/request/postData/mimeType"), sent.is_some());
    let request = Request::new(method, uri, headers, sent.unwrap_or_default());
    let status = entry.pointer("/response/status").and_then(Value::as_u64).unwrap_or_default();
    // 0 is what browsers write for requests that were never answered.
    let status = u16::try_from(status).ok().and_then(|status| StatusCode::from_u16(status).ok());
    let answered = body(entry.pointer("/response/content"));
    let has_response_body = answered.is_some() || (size("/response/content/size") == 0 && size("/response/bodySize") == 0);
    let response = status.map(|status| {
        let headers = self::headers(entry.pointer("/response/headers"));
        let headers = with_type(headers, text("/response/content/mimeType"), answered.is_some());
        Response::from_parts(status, headers, answered.unwrap_or_default())
    });
    Ok(Some(Recorded { number, line: None, host, request, response, has_request_body, has_response_body }))
}

/// Path and query as a request has them; what may not stand in them as it is is percent-encoded.
pub(super) fn target(text: &str) -> Option<Uri> {
    let text = text.split('#').next().unwrap_or_default();
    let text = if text.starts_with('/') { text.to_owned() } else { format!("/{text}") };
    let unusual = |char: char| !char.is_ascii_graphic() || "\"<>\\^`{|}".contains(char);
    let clean = text.chars().map(|char| if unusual(char) { percent_encode(char.encode_utf8(&mut [0; 4])) } else { char.into() });
    clean.collect::<String>().parse().ok()
}

/// Headers without those of HTTP/2 that stand for the request line, and without those that speak of bytes on the wire:
/// recordings have bodies as they are once they are decoded.
fn headers(list: Option<&Value>) -> Headers {
    const WIRE: [&str; 3] = ["content-encoding", "content-length", "transfer-encoding"];
    let pairs = list.and_then(Value::as_array).map_or(&[][..], Vec::as_slice).iter();
    let named = pairs.filter_map(|pair| Some((pair.get("name")?.as_str()?, pair.get("value")?.as_str()?)));
    let known = named.filter_map(|(name, value)| {
        let name: HeaderName = name.trim().parse().ok()?;
        // Tools join repeated headers by line breaks, which no header may have.
        let value = HeaderValue::from_bytes(value.replace(['\r', '\n'], ", ").as_bytes()).ok()?;
        (!WIRE.contains(&name.as_str())).then_some((name, value))
    });
    known.collect()
}

/// The media type of a body, where no header says it.
fn with_type(headers: Headers, mime: Option<&str>, has_body: bool) -> Headers {
    let mime = mime.filter(|mime| mime.contains('/') && has_body && headers.get("content-type").is_none());
    match mime.and_then(|mime| HeaderValue::from_str(mime).ok()) {
        Some(value) => headers.into_iter().chain([(HeaderName::from_static("content-type"), value)]).collect(),
        None => headers,
    }
}

/// The bytes of `postData` or `content`, if the recording has them.
fn body(content: Option<&Value>) -> Option<Bytes> {
    let content = content?;
    let text = content.get("text").and_then(Value::as_str);
    match (text, content.get("encoding").and_then(Value::as_str)) {
        (Some(text), Some("base64")) => decode_base64(&text.replace(['\r', '\n'], "")).map(Bytes::from),
        // An empty text is also what is left of a body that was not kept.
        (Some(""), _) if content.get("size").and_then(Value::as_i64).unwrap_or_default() > 0 => None,
        (Some(text), _) => Some(Bytes::from(text.to_owned())),
        (None, _) => params(content.get("params")?),
    }
}

/// A form that was taken apart.
fn params(params: &Value) -> Option<Bytes> {
    let pairs = params.as_array().filter(|pairs| !pairs.is_empty())?;
    let mut text = Vec::new();
    for pair in pairs {
        // A file, or a part that was left out: the body cannot be had again.
        if pair.get("fileName").is_some() {
            return None;
        }
        text.push(format!("{}={}", percent_encode(pair.get("name")?.as_str()?), percent_encode(pair.get("value")?.as_str()?)));
    }
    Some(Bytes::from(text.join("&")))
}
