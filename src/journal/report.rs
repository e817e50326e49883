//! Calls as text: one wording for panics and for the program. Nothing here prints a credential.
//!
//! Short unless the environment says `STANDIN_REPORT=full`: then nothing is left out, and headers and bodies are told too.

use std::fmt::{self, Write};

use super::{
    Call, Calls, Journal, Shown,
    count::number_of_calls,
    curl,
    shown::{Body, Side, body, name},
};
use crate::{
    text::{WIDTH, distance, wrapped},
    violation::Violation,
};

/// How many calls a short report lists.
const SHOWN: usize = 10;
/// How many other calls a short report lists, which are not what was looked for.
const OTHERS_SHOWN: usize = 5;
/// How much of a body a short report shows, in characters.
const BODY_SHOWN: usize = 2_000;

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
        text += &told(violation);
        if let Some(mend) = violation.mend() {
            text += &wrapped(&mend, "      ", "        ");
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

/// What is wrong; what would have been right has a line of its own where one is not enough for both.
fn told(violation: &Violation) -> String {
    let brief = violation.brief().to_string();
    let Some(hint) = violation.hint().filter(|_| brief.chars().count() + 4 > WIDTH) else {
        return wrapped(&brief, "    ", "      ");
    };
    wrapped(brief.strip_suffix(hint).unwrap_or(&brief).trim_end(), "    ", "      ") + &wrapped(hint, "      ", "      ")
}

/// The line that sends a call again, in several if it is long.
fn reproduce(title: &str, call: &Call, base: &str, extent: Extent) -> String {
    let words = curl::words(call, base, extent.body());
    let line = format!("    {title}: {}\n", words.join(" "));
    if line.chars().count() <= WIDTH { line } else { format!("    {title}: {}\n", words.join(" \\\n      ")) }
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

/// What a failed assertion about the number of calls says. `head` is what was expected, and how many there were.
pub(super) fn miscounted(head: &str, calls: &Calls) -> String {
    let mut text = wrapped(&format!("standin: {head}"), "", "  ");
    let extent = Extent::from_environment();
    let again = |call: &Call| reproduce(&format!("reproduce #{}", call.number()), call, calls.journal().url(), extent);
    let chosen: Vec<Call> = calls.iter().collect();
    list(&mut text, &chosen);
    if chosen.len() > 1 && chosen.iter().all(|call| call.request().is_same(chosen[0].request())) {
        text += "  these requests are the same: is one a retry, or the same thing done twice?\n";
    }
    text += &chosen.last().map_or_else(String::new, again);
    let mut others: Vec<Call> = calls.others().collect();
    if !others.is_empty() {
        text += nearest(calls.what(), &mut others, extent);
        list(&mut text, &others);
    } else if chosen.is_empty() {
        nowhere(&mut text, calls.journal());
    }
    if chosen.is_empty() {
        // The one that went wrong may have been meant.
        let broken = others.iter().rev().find(|call| !call.violations().is_empty());
        text += &broken.or(others.last()).map_or_else(String::new, again);
    }
    text
}

/// What is said where nothing came: what came to the other servers that the same test has started.
fn nowhere(text: &mut String, journal: &Journal) {
    const SERVERS: usize = 2;
    const CALLS: usize = 3;
    let at = |journal: &Journal| journal.started().map_or_else(String::new, |at| format!(", started at {at},"));
    *text += &wrapped(&format!("this server{} saw no call at all; is the client told its url()?", at(journal)), "", "  ");
    for other in journal.siblings().into_iter().filter(|calls| !calls.is_empty()).take(SERVERS) {
        *text += &wrapped(&format!("another server of this test{} saw:", at(other.journal())), "", "  ");
        let latest: Vec<Call> = other.iter().skip(other.len().saturating_sub(CALLS)).collect();
        list(text, &latest);
    }
}

/// Of many other calls, those that are most like what was looked for; in the order in which they came.
fn nearest(wanted: &str, others: &mut Vec<Call>, extent: Extent) -> &'static str {
    if others.len() <= extent.others() {
        return "other calls to this server:\n";
    }
    let unlike = |call: &Call| {
        let name = name(call);
        let short: String = name.chars().take(200).collect();
        distance(wanted.trim_start().trim_start_matches("to "), &short)
    };
    others.sort_by_cached_key(unlike);
    others.truncate(extent.others());
    others.sort_by_key(Call::number);
    "the most alike of the other calls to this server:\n"
}

pub(super) fn list(text: &mut String, calls: &[Call]) {
    let extent = Extent::from_environment();
    calls.iter().take(extent.calls()).for_each(|call| text.push_str(&indented(call, extent)));
    if calls.len() > extent.calls() {
        let _ = writeln!(text, "  and {} more", number_of_calls(calls.len() - extent.calls()));
    }
}

/// What is said about calls that broke the contract when nobody expected it. `unmet` says which expectations were not met,
/// and where they stand.
pub(crate) fn unexpected(calls: &[Call], unmet: &[String], journal: &Journal) -> String {
    worded(calls, unmet, journal, Extent::from_environment())
}

fn worded(calls: &[Call], unmet: &[String], journal: &Journal, extent: Extent) -> String {
    let mut text = String::new();
    if let Some(first) = calls.first() {
        let (contract, verb) = (&first.contract, if calls.len() == 1 { "call" } else { "calls" });
        let (count, title, version, name) = (calls.len(), contract.title(), contract.version(), contract.name());
        let _ = writeln!(text, "standin: {count} {verb} broke the contract ({title} {version}, {name})");
        if let Some(at) = journal.started() {
            let _ = writeln!(text, "the server was started at {at}");
        }
        for call in calls.iter().take(extent.calls()) {
            text.push('\n');
            text.push_str(&indented(call, extent));
            text.push_str(&reproduce("reproduce", call, journal.url(), extent));
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
