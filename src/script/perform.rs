//! Answering by a step. What it answers is held to the contract, unless the script says that it is off it.

use super::{Cue, Fault, Step, judge, step::Say};
use crate::{
    contract::{DeclaredStatus, Incoming, Operation},
    message::{Response, StatusCode},
    pointer::Pointer,
    respond::{self, Answer, Because, Reply, Scene, scripted},
    seed::Seed,
    violation::{Place, Step as Judged, Violation},
};

/// An answer, and the fault that the wire makes of it.
pub(crate) struct Performed {
    pub(crate) answer: Answer,
    pub(crate) fault: Option<Fault>,
}

/// Answers a call by the step that it was given.
pub(crate) fn perform(scene: &Scene<'_>, cue: &Cue) -> Performed {
    let Cue { step, seed } = cue;
    let fault = step.fault.filter(|fault| fault.is_of_connection());
    let mut answer = said(scene, step, *seed);
    if let Some(delay) = step.delay {
        answer.response = answer.response.with_delay(delay.draw(seed.with(b"delay")));
    }
    // That no answer could be made is more to know than who asked for it.
    if answer.because != Because::Unable {
        let by = step.by.clone();
        answer.because = match step.fault {
            Some(fault) => Because::Fault { fault: fault.to_string().into(), by },
            None => Because::Script { at: by },
        };
    }
    Performed { answer, fault }
}

fn said(scene: &Scene<'_>, step: &Step, seed: Seed) -> Answer {
    let because = Because::Script { at: step.by.clone() };
    let drawn = (step.fault == Some(Fault::DeclaredError)).then(|| declared_error(scene.operation, seed)).flatten();
    let reply = match (&step.say, drawn) {
        (Say::Reply(reply), None) => reply,
        (_, Some(status)) => &Reply { status: Some(status), ..Reply::default() },
        (Say::AsEver, None) => return respond::respond(scene),
        (Say::Function(function), None) => {
            let response = function(&incoming(scene));
            let violations = if step.off_contract { Vec::new() } else { judge::response(scene.operation, &response) };
            return match violations.is_empty() {
                true => Answer { response, because, violations },
                false => respond::unable(violations.into_iter().map(|violation| at_line(violation, step)).collect()),
            };
        }
    };
    match conforming(scene, step, reply) {
        Ok(response) => Answer { response, because, violations: Vec::new() },
        Err(violations) => respond::unable(violations.into_iter().map(|violation| at_line(violation, step)).collect()),
    }
}

/// The reply to this request; where it does not conform because of what was sent, the one to no request in particular.
fn conforming(scene: &Scene<'_>, step: &Step, reply: &Reply) -> Result<Response, Vec<Violation>> {
    let made = scripted(scene, reply).and_then(|response| {
        let violations = if step.off_contract { Vec::new() } else { judge::response(scene.operation, &response) };
        if violations.is_empty() { Ok(response) } else { Err(violations) }
    });
    made.or_else(|violations| step.conforming.clone().ok_or(violations))
}

fn incoming<'a>(scene: &Scene<'a>) -> Incoming<'a> {
    let Scene { request, operation, judgement, .. } = *scene;
    Incoming { request, operation, parameters: &judgement.parameters, body: judgement.body.as_ref() }
}

/// The same violation with the line to blame.
fn at_line(violation: Violation, step: &Step) -> Violation {
    let hint = match violation.hint() {
        Some(hint) => format!("{hint}; scripted at {}", step.by),
        None => format!("scripted at {}", step.by),
    };
    violation.with_hint(hint)
}

/// The statuses of errors that an operation declares, a range by its lowest; `default`, where it is all there is, is 500.
pub(super) fn declared_errors(operation: &Operation) -> Vec<StatusCode> {
    let codes = operation.responses.iter().filter_map(|response| match response.status {
        DeclaredStatus::Code(code) => Some(code),
        DeclaredStatus::Range(hundreds) => Some(hundreds * 100),
        DeclaredStatus::Default => None,
    });
    let errors: Vec<StatusCode> =
        codes.filter(|code| (400..600).contains(code)).filter_map(|code| StatusCode::from_u16(code).ok()).collect();
    let has_default = operation.responses.iter().any(|response| response.status == DeclaredStatus::Default);
    if errors.is_empty() && has_default { vec![StatusCode::INTERNAL_SERVER_ERROR] } else { errors }
}

/// Whether an operation declares an error.
pub(crate) fn can_fail(operation: &Operation) -> bool {
    !declared_errors(operation).is_empty()
}

fn declared_error(operation: &Operation, seed: Seed) -> Option<StatusCode> {
    pick(&declared_errors(operation), seed.with(b"error")).copied()
}

/// One of several, each with the same chance.
pub(super) fn pick<T>(items: &[T], seed: Seed) -> Option<&T> {
    let at = (u128::from(seed.bits()) * items.len() as u128) >> 64;
    items.get(at as usize)
}

/// What an operation lacks that a script wants an error of.
pub(super) fn no_error(operation: &Operation) -> Violation {
    let place = Place::Answer(Pointer::root());
    Violation::new(Judged::Answer, "script.no-error", place, "an operation that declares an error", "one that declares none")
        .with_rule(operation.place(&operation.pointer.join("responses")))
}
