//! Chaos: a share of all calls meets one of the errors that the contract declares, a delay, or a fault of the connection.

use std::{sync::Arc, time::Duration};

use super::{
    Cue, Delay, Fault, Step,
    delay::share,
    perform::{can_fail, pick},
};
use crate::{contract::Operation, seed::Seed};

/// How long an answer is held back, if it is that.
const SHORTEST: Duration = Duration::from_millis(50);
const LONGEST: Duration = Duration::from_secs(2);

/// What a call meets; most meet nothing. The same seed gives the same.
pub(crate) fn draw(chance: f64, operation: &Operation, seed: Seed) -> Option<Cue> {
    if share(seed.with(b"chaos")) >= chance {
        return None;
    }
    let mut step = Step::new(Arc::from("chaos"), false);
    let has_errors = can_fail(operation);
    let faults: Vec<Fault> = Fault::sudden().collect();
    // The three kinds come as often as each other, as far as there are errors.
    match seed.with(b"kind").bits() % 3 {
        0 if has_errors => step.fault = Some(Fault::DeclaredError),
        1 => step.delay = Some(Delay::uniform(SHORTEST..LONGEST)),
        _ => step.fault = pick(&faults, seed.with(b"fault")).copied(),
    }
    Some(Cue { step: Arc::new(step), seed })
}

/// What a request asks for by a header.
pub(crate) fn asked(fault: Fault, seed: Seed) -> Cue {
    let mut step = Step::new(Arc::from("the request's header standin-fault"), false);
    step.fault = Some(fault);
    Cue { step: Arc::new(step), seed }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::contract::Contract;

    #[test]
    fn a_share_of_calls_meets_each_kind() {
        let contract =
            Contract::from_text("a.yaml", "openapi: 3.1.0\npaths: {/a: {get: {responses: {200: {}, 404: {}, 503: {}}}}}").unwrap();
        let operation = contract.operation("GET /a");
        let drawn = || {
            let mut kinds: BTreeMap<String, u32> = BTreeMap::new();
            for number in 0..10_000 {
                let cue = draw(0.3, operation, Seed::new(7).with_number(number));
                let kind = cue.map(|cue| cue.step.fault.map_or_else(|| "delay".to_owned(), |fault| fault.to_string()));
                *kinds.entry(kind.unwrap_or_default()).or_default() += 1;
            }
            kinds
        };
        let kinds = drawn();
        assert!((6_800..7_200).contains(&kinds[""]), "{kinds:?}");
        assert!((900..1_100).contains(&kinds["delay"]) && (900..1_100).contains(&kinds["declared-error"]), "{kinds:?}");
        assert_eq!(kinds.len(), 3 + Fault::sudden().count());
        assert_eq!(drawn(), kinds);
    }
}
