//! Who answers a call instead of the server: a script, a fault that the request asks for, or chaos. In this order.

use super::Engine;
use crate::{
    check::Judgement,
    contract::{Incoming, Operation},
    pointer::Pointer,
    script::{self, Cue, Fault},
    seed::Seed,
    source::quote,
    text::either,
    violation::{Place, Step, Violation},
};

/// The header by which a request asks for a fault.
const FAULT: &str = "standin-fault";

/// What goes wrong without a script.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Mischief {
    /// The share of calls that meet chaos.
    pub(crate) chaos: f64,
    /// Whether requests may ask for faults.
    pub(crate) headers: bool,
}

impl Engine {
    /// Who answers instead of the server: a script, a fault that the request asks for, chaos. And what is wrong with that.
    pub(super) fn cue(&self, call: &Incoming<'_>) -> (Option<Cue>, Option<Violation>) {
        let Mischief { chaos, headers } = self.settings.mischief;
        if let Some(cue) = self.scripts.cue(call) {
            return (Some(cue), None);
        }
        let unscripted = self.settings.only_scripted.then(|| self.unscripted(call));
        if headers && let Some(text) = call.request().header(FAULT) {
            return match asked_fault(text, call.operation()) {
                Ok(fault) => (Some(script::asked(fault, self.chance(call))), unscripted),
                Err(violation) => (None, Some(violation)),
            };
        }
        let met = if chaos > 0.0 { script::draw(chaos, call.operation(), self.chance(call)) } else { None };
        (met, unscripted)
    }

    /// What chance draws from: another for each call of the same kind, and none of it by the order of other calls.
    fn chance(&self, call: &Incoming<'_>) -> Seed {
        let seed = Seed::new(self.settings.seed).with(b"chance").with(call.operation().name().as_bytes());
        let seed = seed.with(call.request().path().as_bytes());
        seed.with_number(self.count(seed))
    }

    /// What is wrong with a call that no script is for, where there should be one.
    fn unscripted(&self, call: &Incoming<'_>) -> Violation {
        let found = format!("{} without one", call.operation().name());
        let violation = Violation::new(Step::Route, "script.unexpected", Place::Route, "a call that a script answers", found);
        match self.scripts.nearest(call) {
            Some((at, reasons)) if reasons.is_empty() => violation.with_hint(format!("the one at {at} is spent")),
            Some((at, reasons)) => violation.with_hint(format!("the nearest, at {at}, is not for it: {}", reasons.join("; "))),
            None => violation,
        }
    }
}

/// The header that asks for a fault is nobody's parameter, and none that nobody declared.
pub(super) fn accept_header(judgement: &mut Judgement) {
    let name = format!("header {FAULT}");
    let is_ours = |violation: &Violation| violation.code() == "parameter.undeclared" && violation.place().to_string() == name;
    judgement.violations.retain(|violation| !is_ours(violation));
    judgement.remarks.retain(|remark| !is_ours(remark));
}

/// The fault that a request asks for.
fn asked_fault(text: &str, operation: &Operation) -> Result<Fault, Violation> {
    let place = || Place::Header(FAULT.to_owned(), Pointer::root());
    let wrong = |expected: String| Violation::new(Step::Parameters, "fault.unknown", place(), expected, quote(text));
    match Fault::named(text) {
        Some(Fault::DeclaredError) if !script::can_fail(operation) => Err(wrong("a fault that is no error: none is declared here".into())),
        Some(fault) => Ok(fault),
        None => {
            let names: Vec<String> = Fault::names().map(|name| format!("`{name}`")).collect();
            let violation = wrong(format!("the name of a fault: {}", either(&names)));
            Err(match Fault::meant(text) {
                Some(near) => violation.with_hint(format!("did you mean `{near}`?")),
                None => violation,
            })
        }
    }
}
