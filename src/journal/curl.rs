//! The line for the shell that sends a request again.

use std::borrow::Cow;

use super::{
    Call, Shown,
    shown::{Body, Part, Side, body},
};
use crate::message::Method;

/// Headers that curl sends of its own accord.
const OWN: [&str; 6] = ["host", "content-length", "user-agent", "accept", "connection", "transfer-encoding"];

/// The line, with at most so many characters of the body; secrets are masked.
pub(super) fn line(call: &Call, base: &str, shown: usize) -> String {
    words(call, base, shown).join(" ")
}

/// The parts of the line: it may be broken between them.
pub(super) fn words(call: &Call, base: &str, shown: usize) -> Vec<String> {
    let request = call.request();
    let view = Shown::of(&call.contract);
    // `--request HEAD` would wait for a body.
    let method = if request.method() == Method::HEAD { "--head".to_owned() } else { format!("--request {}", request.method()) };
    let mut words = vec![format!("curl {method} {}", quoted(&format!("{base}{}", view.target(call))))];
    let body = body(call, Side::Request);
    for (name, value) in view.headers(request.headers()) {
        // curl makes a boundary of its own.
        let is_boundary = matches!(body, Body::Parts(_)) && name == "content-type";
        if !OWN.contains(&name.as_str()) && !is_boundary {
            words.push(format!("--header {}", quoted(&format!("{name}: {value}"))));
        }
    }
    words.extend(data(&body, request.body().len(), shown));
    words
}

fn data(body: &Body, bytes: usize, shown: usize) -> Vec<String> {
    match body {
        Body::Nothing => Vec::new(),
        Body::Json(_, text) => vec![format!("--data {}", quoted(&cut(&on_one_line(text), bytes, shown)))],
        Body::Text(text) => {
            // `--data @name` would read a file.
            let option = if text.starts_with('@') { "--data-raw" } else { "--data" };
            vec![format!("{option} {}", quoted(&cut(text, bytes, shown)))]
        }
        Body::Parts(parts) => parts.iter().map(|part| format!("--form-string {}", quoted(&form(part, shown)))).collect(),
        Body::Bytes(bytes) => vec![format!("--data-binary @body  # {bytes} bytes that are no text")],
    }
}

/// JSON without the blanks between its parts, if it has lines of its own. It says the same, to the last digit.
fn on_one_line(text: &str) -> Cow<'_, str> {
    if !text.contains('\n') {
        return text.into();
    }
    let (mut is_string, mut is_escaped) = (false, false);
    let stays = |char: &char| {
        let stays = is_string || !char.is_ascii_whitespace();
        is_string = if is_string { is_escaped || *char != '"' } else { *char == '"' };
        is_escaped = is_string && *char == '\\' && !is_escaped;
        stays
    };
    text.chars().filter(stays).collect()
}

fn form(part: &Part, shown: usize) -> String {
    let text = part.text.as_ref().map_or_else(|| format!("({} bytes)", part.bytes), |text| cut(text, part.bytes, shown));
    format!("{}={text}", part.name)
}

/// Text that is not too long.
pub(super) fn cut(text: &str, bytes: usize, shown: usize) -> String {
    match text.char_indices().nth(shown) {
        Some((cut, _)) => format!("{}… ({bytes} bytes)", &text[..cut]),
        None => text.to_owned(),
    }
}

/// Text as one word of a POSIX shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Contract, MockServer, Request};

    #[test]
    fn words_of_the_shell_are_quoted() {
        assert_eq!(quoted("it's"), r"'it'\''s'");
    }

    #[test]
    fn json_is_put_on_one_line() {
        assert_eq!(on_one_line("{\n  \"a b\": [1.50, \"x \\\" y\\\\\"],\n  \"c\": 1e400\n}\n"), r#"{"a b":[1.50,"x \" y\\"],"c":1e400}"#);
        assert_eq!(on_one_line("[1, 2]"), "[1, 2]", "as it was sent");
    }

    #[test]
    fn every_kind_of_body_can_be_sent_again() {
        let contract = Contract::from_text("x", "openapi: 3.1.0\npaths: {/a: {post: {responses: {}}}}").unwrap();
        let api = MockServer::builder(&contract).lenient(true).start();
        let post = |content_type: &str, body: &'static [u8]| {
            api.handle(Request::post("/a").with_header("content-type", content_type).with_body(body));
            let line = api.calls().last().curl("");
            line.split_once(" '/a' ").unwrap().1.split_once("content-type: ").map_or(line.clone(), |(_, rest)| rest.to_owned())
        };
        assert_eq!(post("application/json", b"{\"a\":\"it's\"}"), r#"application/json' --data '{"a":"it'\''s"}'"#);
        assert_eq!(
            post("application/x-www-form-urlencoded", b"a=1&password=x"),
            "application/x-www-form-urlencoded' --data 'a=1&password=***'"
        );
        assert_eq!(post("text/plain", b"@file"), "text/plain' --data-raw '@file'");
        assert_eq!(post("image/png", b"\xff\xd8"), "image/png' --data-binary @body  # 2 bytes that are no text");
        let parts = b"--b\r\nContent-Disposition: form-data; name=\"pwd\"\r\n\r\nx\r\n--b\r\nContent-Disposition: form-data; name=\"n\"\r\n\r\nv\r\n--b--";
        let line = post("multipart/form-data; boundary=b", parts);
        assert!(line.ends_with("'/a' --form-string 'pwd=***' --form-string 'n=v'"), "{line}");
        api.handle(Request::with_method(Method::HEAD, "/a"));
        assert_eq!(api.calls().last().curl(""), "curl --head '/a'");
    }
}
