//! Calls as text: one wording for panics and for the program. Nothing here prints a credential.
//!
//! Short unless the environment says `STANDIN_REPORT=full`: then nothing is left out, and headers and bodies are told too.

use std::fmt::{self, Write};

use super::{
    Call, Calls, Shown,
    count::number_of_calls,
    curl,
    shown::{Body, Side, body, name},
};
use crate::text::distance;

/// How many calls a short report lists.
const SHOWN: usize = 10;
/// How many other calls a short report lists, which are not what was looked for.
const OTHERS_SHOWN: usize = 5;
/// How much of a body a short report shows, in characters.
const BODY_SHOWN: usize = 2_000;
/// How wide a report is, in characters. What is to be copied into a shell stays on one line.
const WIDTH: usize = 100;

/// How much is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    Short,
    Full,
}

impl Extent {
    fn from_environment() -> Self {
        if std::env::var_os("STANDIN_REPORT").is_some_and(|value| value == "full") { Self::Full } else { Self::Short }
    }

    fn calls(self) -> usize {
        if self == Self::Full { usize::MAX } else { SHOWN }
    }

    fn others(self) -> usize {
        if self == Self::Full { usize::MAX } else { OTHERS_SHOWN }
    }

    fn body(self) -> usize {
        if self == Self::Full { usize::MAX } else { BODY_SHOWN }
    }
}

/// `call #1  POST /v1/things -> 400, 2 violations`
pub(super) fn line(call: &Call, f: &mut impl Write) -> fmt::Result {
    let target = Shown::of(&call.contract).target(call);
    write!(f, "call #{}  {} {target} -> {}", call.number(), call.request().method(), call.response().status().as_u16())?;
    match call.violations().len() {
        0 => Ok(()),
        1 => f.write_str(", 1 violation"),
        count => write!(f, ", {count} violations"),
    }
}

/// A call and what is wrong with it, two blanks in.
fn indented(call: &Call, extent: Extent) -> String {
    let mut text = format!("  {call}\n");
    for violation in call.violations() {
        text += &wrapped(&violation.brief().to_string(), "    ", "      ");
        if let Some(edit) = violation.edit() {
            text += &wrapped(&format!("mend: {edit}"), "      ", "        ");
        }
        if let Some(rule) = violation.rule() {
            // Writing to a `String` cannot fail.
            let _ = writeln!(text, "      rule: {rule}");
        }
    }
    if extent == Extent::Full {
        full(call, &mut text);
    }
    text
}

/// Both messages, and why the call was answered so.
fn full(call: &Call, text: &mut String) {
    let view = Shown::of(&call.contract);
    for remark in call.remarks() {
        *text += &wrapped(&format!("note: {remark}"), "    ", "      ");
    }
    for (mark, headers, side) in [('>', call.request().headers(), Side::Request), ('<', call.response().headers(), Side::Response)] {
        for (name, value) in view.headers(headers) {
            let _ = writeln!(text, "    {mark} {name}: {value}");
        }
        for line in body_text(&body(call, side)).lines() {
            let _ = writeln!(text, "    {mark} {line}");
        }
    }
    let _ = writeln!(text, "    because: {}", call.because());
}

/// A body for people: JSON with a line for each member.
pub(super) fn body_text(body: &Body) -> String {
    match body {
        Body::Nothing => String::new(),
        Body::Json(value, _) => format!("{value:#}"),
        Body::Text(text) => text.clone(),
        Body::Parts(parts) => {
            let shown = |part: &super::shown::Part| match &part.text {
                Some(text) => format!("{}: {text}", part.name),
                None => format!("{}: ({} bytes)", part.name, part.bytes),
            };
            parts.iter().map(shown).collect::<Vec<_>>().join("\n")
        }
        Body::Bytes(bytes) => format!("({bytes} bytes)"),
    }
}

/// Text in lines that are not too wide, broken between words.
fn wrapped(text: &str, first: &str, others: &str) -> String {
    let mut lines = String::from(first);
    let mut width = first.chars().count();
    let mut is_first = true;
    for word in text.split(' ') {
        let length = word.chars().count();
        if !is_first && width + 1 + length > WIDTH {
            lines += "\n";
            lines += others;
            width = others.chars().count();
            is_first = true;
        }
        if !is_first {
            lines += " ";
            width += 1;
        }
        lines += word;
        width += length;
        is_first = false;
    }
    lines + "\n"
}

/// What a failed assertion about the number of calls says. `head` is what was expected, and how many there were.
pub(super) fn miscounted(head: &str, calls: &Calls) -> String {
    let mut text = wrapped(&format!("standin: {head}"), "", "  ");
    let chosen: Vec<Call> = calls.iter().collect();
    list(&mut text, &chosen);
    let others: Vec<Call> = calls.others().collect();
    if !others.is_empty() {
        let (title, others) = nearest(calls.what(), others, Extent::from_environment());
        text += title;
        list(&mut text, &others);
    } else if chosen.is_empty() {
        text += "this server saw no call at all; is the client told its url()?\n";
    }
    text
}

/// Of many other calls, those that are most like what was looked for; in the order in which they came.
fn nearest(wanted: &str, mut others: Vec<Call>, extent: Extent) -> (&'static str, Vec<Call>) {
    if others.len() <= extent.others() {
        return ("other calls to this server:\n", others);
    }
    let unlike = |call: &Call| {
        let name = name(call);
        let short: String = name.chars().take(200).collect();
        distance(wanted.trim_start().trim_start_matches("to "), &short)
    };
    others.sort_by_cached_key(unlike);
    others.truncate(extent.others());
    others.sort_by_key(Call::number);
    ("the most alike of the other calls to this server:\n", others)
}

pub(super) fn list(text: &mut String, calls: &[Call]) {
    let extent = Extent::from_environment();
    calls.iter().take(extent.calls()).for_each(|call| text.push_str(&indented(call, extent)));
    if calls.len() > extent.calls() {
        let _ = writeln!(text, "  and {} more", number_of_calls(calls.len() - extent.calls()));
    }
}

/// What is said about calls that broke the contract when nobody expected it. `unmet` says which expectations were not met,
/// and where they stand; `base` is the server's address.
pub(crate) fn unexpected(calls: &[Call], unmet: &[String], base: &str) -> String {
    worded(calls, unmet, base, Extent::from_environment())
}

fn worded(calls: &[Call], unmet: &[String], base: &str, extent: Extent) -> String {
    let mut text = String::new();
    if let Some(first) = calls.first() {
        let (contract, verb) = (&first.contract, if calls.len() == 1 { "call" } else { "calls" });
        let (count, title, version, name) = (calls.len(), contract.title(), contract.version(), contract.name());
        let _ = writeln!(text, "standin: {count} {verb} broke the contract ({title} {version}, {name})");
        for call in calls.iter().take(extent.calls()) {
            text.push('\n');
            text.push_str(&indented(call, extent));
            let _ = writeln!(text, "    reproduce: {}", curl::line(call, base, extent.body()));
        }
        if calls.len() > extent.calls() {
            let _ = writeln!(text, "\nand {} more; STANDIN_REPORT=full shows all", number_of_calls(calls.len() - extent.calls()));
        }
        if let Some(violation) = first.violations().first() {
            let _ = writeln!(text, "\nIf the test means this, let it say so: expect_violation({:?})", violation.place().to_string());
        }
    }
    for expected in unmet {
        let _ = writeln!(text, "standin: {expected}");
    }
    text
}

/// What is said about broken calls that are not remembered any more.
pub(crate) fn forgotten(count: u64) -> String {
    match count {
        0 => String::new(),
        1 => format!("standin: 1 call that broke the contract was let go before anybody looked at it; {MORE}\n"),
        _ => format!("standin: {count} calls that broke the contract were let go before anybody looked at them; {MORE}\n"),
    }
}

/// How more calls are remembered.
pub(super) const MORE: &str = "remember more: MockServer::builder(..).remember(Remember::new().calls(..).bytes(..))";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_broken_between_words() {
        let long = "word ".repeat(30);
        let text = wrapped(long.trim_end(), "  ", "    ");
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH), "{text}");
        assert_eq!(text.lines().count(), 2);
        assert!(text.lines().nth(1).unwrap().starts_with("    word"));
        let unbroken = "x".repeat(300);
        assert_eq!(wrapped(&unbroken, "  ", "    "), format!("  {unbroken}\n"));
        assert_eq!(wrapped("a  b", "", ""), "a  b\n");
    }
}
