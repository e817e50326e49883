//! Scripts that were never used, and why not: what the calls that came were like instead.

use std::fmt::Write;

use super::{Engine, choose};
use crate::{
    contract::{Incoming, Operation},
    journal::Call,
    matcher,
    script::{Entry, Unused},
    text::wrapped,
};

/// How many scripts a report tells of.
const SHOWN: usize = 10;
/// How many calls are looked at for the nearest, the last first.
const MOST_CALLS: usize = 1_000;

/// What is said of scripts that were not used; `None` if all were. Each is told once.
pub(crate) fn report(engine: &Engine) -> Option<String> {
    let unused: Vec<_> = engine.scripts.all().into_iter().filter_map(|entry| entry.unused().map(|unused| (entry, unused))).collect();
    if unused.is_empty() {
        return None;
    }
    let mut text = match unused.len() {
        1 => "standin: 1 script was not used\n".to_owned(),
        count => format!("standin: {count} scripts were not used\n"),
    };
    for (entry, unused) in unused.iter().take(SHOWN) {
        // Writing to a `String` cannot fail.
        let _ = writeln!(text);
        for line in told(engine, entry, unused).lines() {
            let indent = &line[..line.len() - line.trim_start().len()];
            text += &wrapped(line.trim_start(), &format!("  {indent}"), &format!("    {indent}"));
        }
    }
    if unused.len() > SHOWN {
        let _ = writeln!(text, "\nand {} more", unused.len() - SHOWN);
    }
    text += "\nIf the test means this, let it say so: .optional(), or unused_scripts(false) for the whole server\n";
    unused.iter().for_each(|(entry, _)| entry.tell());
    Some(text)
}

fn told(engine: &Engine, entry: &Entry, unused: &Unused) -> String {
    let operation = &engine.contract.operations()[entry.operation];
    if let Unused::Silent = unused {
        return format!("scripted at {} for {}: it says nothing to answer with", entry.at(), operation.name());
    }
    if let Unused::From { step, by, used } = unused {
        let calls = number_of_calls(*used as usize);
        return format!("scripted at {} for {}: {calls} used it, and none came to step {step}, at {by}", entry.at(), operation.name());
    }
    let calls: Vec<Call> = engine.journal.calls(&engine.contract).to(operation.name()).iter().collect();
    let scripted = format!("scripted at {} for {}, never used", entry.at(), operation.name());
    match calls.len() {
        0 => format!("{scripted}: no call reached the operation{}", elsewhere(engine)),
        count => format!("{scripted}: {} reached the operation\n{}", number_of_calls(count), nearest(engine, entry, operation, &calls)),
    }
}

/// The calls that there were instead: the last few of them.
fn elsewhere(engine: &Engine) -> String {
    const LAST: usize = 3;
    let calls: Vec<Call> = engine.journal.calls(&engine.contract).iter().collect();
    let told: Vec<String> = calls.iter().rev().take(LAST).map(|call| format!("\n  there was {call}")).collect();
    told.concat()
}

/// The call that was most like what the script is for, and what it lacked.
fn nearest(engine: &Engine, entry: &Entry, operation: &Operation, calls: &[Call]) -> String {
    let matchers = entry.matchers();
    let judged = calls.iter().rev().take(MOST_CALLS).filter_map(|call| Some((call, reasons(engine, &matchers, operation, call)?)));
    let Some((call, reasons)) = judged.min_by_key(|(_, reasons)| reasons.len()) else { return String::new() };
    if reasons.is_empty() {
        return format!("  {call} is what it is for, and was answered otherwise: {}", call.because());
    }
    let reasons: Vec<String> = reasons.iter().map(|reason| format!("    {reason}")).collect();
    format!("  the nearest is {call}, which it is not for:\n{}", reasons.join("\n"))
}

/// Judges a call once more: what was decoded of it is not kept.
fn reasons(engine: &Engine, matchers: &[matcher::Match], operation: &Operation, call: &Call) -> Option<Vec<String>> {
    let request = call.request();
    let found = engine.contract.router().find(request.method(), request.path(), engine.settings.base_path).ok()?;
    let (_, judgement) = choose(&engine.contract, &engine.settings.policy, &found, request);
    let incoming = Incoming { request, operation, parameters: &judgement.parameters, body: judgement.body.as_ref() };
    Some(matcher::reasons(matchers, &incoming))
}

fn number_of_calls(count: usize) -> String {
    if count == 1 { "1 call".to_owned() } else { format!("{count} calls") }
}
