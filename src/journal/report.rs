//! Calls as text: one wording for panics and for the program. Nothing here prints a credential.

use std::fmt::{self, Write};

use serde_json::Value;

use super::calls::{Call, number_of_calls};
use crate::{
    contract::Location,
    media::is_json,
    message::{MASK, Request, header_text, is_secret_header},
    schema::{Annotations, Meaning, Note},
    source::parse_json,
    text::percent_decode,
};

/// How many calls a report lists.
const SHOWN: usize = 10;
/// How much of a body a report shows, in bytes.
const BODY_SHOWN: usize = 2_000;

/// `call #1  POST /v1/things -> 400, 2 violations`
pub(super) fn line(call: &Call, f: &mut impl Write) -> fmt::Result {
    let request = call.request();
    write!(f, "call #{}  {} {} -> {}", call.number(), request.method(), target(call), call.response().status().as_u16())?;
    match call.violations().len() {
        0 => Ok(()),
        1 => f.write_str(", 1 violation"),
        count => write!(f, ", {count} violations"),
    }
}

/// A call and what is wrong with it, two blanks in.
fn indented(call: &Call) -> String {
    let mut text = format!("  {call}\n");
    for violation in call.violations() {
        // Writing to a `String` cannot fail.
        let _ = writeln!(text, "    {}", violation.brief());
        if let Some(edit) = violation.edit() {
            let _ = writeln!(text, "      mend: {edit}");
        }
        if let Some(rule) = violation.rule() {
            let _ = writeln!(text, "      rule: {rule}");
        }
    }
    text
}

/// What a failed count says.
pub(super) fn miscounted(expected: &str, what: &str, chosen: &[Call], others: &[Call]) -> String {
    let seen = match chosen.len() {
        0 => "none".to_owned(),
        count => count.to_string(),
    };
    let mut text = format!("standin: expected {expected}{what}, saw {seen}\n");
    list(&mut text, chosen);
    if !others.is_empty() {
        let _ = writeln!(text, "other calls to this server:");
        list(&mut text, others);
    } else if chosen.is_empty() {
        let _ = writeln!(text, "this server saw no call at all; is the client told its url()?");
    }
    text
}

fn list(text: &mut String, calls: &[Call]) {
    calls.iter().take(SHOWN).for_each(|call| text.push_str(&indented(call)));
    if calls.len() > SHOWN {
        let _ = writeln!(text, "  and {} more", number_of_calls(calls.len() - SHOWN));
    }
}

/// What is said about calls that broke the contract when nobody expected it. `base` is the server's address.
pub(crate) fn unexpected(calls: &[Call], unmet: &[String], base: &str) -> String {
    let mut text = String::new();
    if let Some(first) = calls.first() {
        let contract = &first.contract;
        let verb = if calls.len() == 1 { "call" } else { "calls" };
        let _ = writeln!(
            text,
            "standin: {} {verb} broke the contract ({} {}, {})",
            calls.len(),
            contract.title(),
            contract.version(),
            contract.name()
        );
        for call in calls.iter().take(SHOWN) {
            text.push('\n');
            text.push_str(&indented(call));
            let _ = writeln!(text, "    reproduce: {}", curl(call, base));
        }
        if calls.len() > SHOWN {
            let _ = writeln!(text, "\nand {} more", number_of_calls(calls.len() - SHOWN));
        }
        if let Some(violation) = first.violations().first() {
            let _ = writeln!(text, "\nIf the test means this, let it say so: expect_violation({:?})", violation.place().to_string());
        }
    }
    for expected in unmet {
        let _ = writeln!(text, "standin: expect_violation({expected:?}) was never met");
    }
    text
}

/// The path and query as they were sent, with secrets masked.
fn target(call: &Call) -> String {
    let request = call.request();
    let Some(query) = request.query() else { return request.path().to_owned() };
    let secret = |name: &str| {
        let name = percent_decode(name);
        let declared = call.contract.declares_key(Location::Query, &name);
        declared || name.parse().is_ok_and(|name| is_secret_header(&name))
    };
    let pairs = query.split('&').map(|pair| match pair.split_once('=') {
        Some((name, _)) if secret(name) => format!("{name}={MASK}"),
        _ => pair.to_owned(),
    });
    format!("{}?{}", request.path(), pairs.collect::<Vec<_>>().join("&"))
}

/// A line for the shell that sends the request again, with secrets masked.
pub(super) fn curl(call: &Call, base: &str) -> String {
    let request = call.request();
    let mut line = format!("curl --request {} {}", request.method(), shell(&format!("{base}{}", target(call))));
    for (name, value) in request.headers().iter() {
        if ["host", "content-length", "user-agent", "accept", "connection", "transfer-encoding"].contains(&name.as_str()) {
            continue;
        }
        let value =
            if is_declared_secret(call, name.as_str()) || is_secret_header(name) { MASK } else { header_text(value).unwrap_or("…") };
        let _ = write!(line, " --header {}", shell(&format!("{name}: {value}")));
    }
    if !request.body().is_empty() {
        let _ = write!(line, " --data {}", shell(&shown_body(call, request)));
    }
    line
}

fn is_declared_secret(call: &Call, header: &str) -> bool {
    call.contract.declares_key(Location::Header, header)
}

fn shown_body(call: &Call, request: &Request) -> String {
    let schema = call.operation().and_then(|operation| {
        let body = operation.request_body.as_ref()?;
        body.content.iter().filter(|media_type| is_json(&media_type.range)).find_map(|media_type| media_type.schema.as_ref())
    });
    let text = match (schema, parse_json(request.body())) {
        (Some(schema), Ok((mut value, _))) => {
            let annotations = schema.annotations();
            if mask(&mut value, annotations, annotations.root()) {
                value.to_string()
            } else {
                String::from_utf8_lossy(request.body()).into_owned()
            }
        }
        _ => String::from_utf8_lossy(request.body()).into_owned(),
    };
    let text = without_passwords(&text);
    match text.char_indices().find(|(at, _)| *at >= BODY_SHOWN) {
        Some((cut, _)) => format!("{}… ({} bytes)", &text[..cut], request.body().len()),
        None => text,
    }
}

/// Text in which the user names and passwords of URLs are masked: `https://***@example.com`.
fn without_passwords(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("://") {
        masked.push_str(before);
        masked.push_str("://");
        let authority = after.find(|char: char| char.is_whitespace() || "/?#\"'\\".contains(char)).unwrap_or(after.len());
        rest = after;
        if let Some(at) = after[..authority].rfind('@') {
            masked.push_str(MASK);
            rest = &after[at..];
        }
    }
    masked.push_str(rest);
    masked
}

/// Masks what the schema calls secret; whether there was anything.
pub(super) fn mask(value: &mut Value, annotations: &Annotations, note: &Note) -> bool {
    if note.meaning == Some(Meaning::Secret) && !value.is_null() {
        *value = MASK.into();
        return true;
    }
    let mut masked = false;
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                if let Some(note) = annotations.member(note, name) {
                    masked |= mask(member, annotations, note);
                }
            }
        }
        Value::Array(items) => {
            if let Some(note) = annotations.items(note) {
                items.iter_mut().for_each(|item| masked |= mask(item, annotations, note));
            }
        }
        _ => {}
    }
    masked
}

/// Text as one word of a POSIX shell.
fn shell(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_shown_without_their_passwords() {
        let shown = without_passwords(r#"{"a":"https://user:canary@example.com/@x","b":"http://c@d","c":"https://e.f/g@h","d":"://"}"#);
        assert_eq!(shown, r#"{"a":"https://***@example.com/@x","b":"http://***@d","c":"https://e.f/g@h","d":"://"}"#);
    }

    #[test]
    fn words_of_the_shell_are_quoted() {
        assert_eq!(shell("it's"), r"'it'\''s'");
    }
}
