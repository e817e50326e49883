//! Reading resources from paths, methods and schemas: what each group of operations is about, which groups are about the
//! same, and what they are part of.

use std::collections::HashSet;

use super::{
    Action, Refused, Resources,
    draft::Draft,
    finish::finished,
    groups::{Call, calls, groups},
    merge::merge,
};
use crate::{contract::Contract, message::Method};

pub(super) fn infer(contract: &Contract) -> Resources {
    let calls = calls(contract, &HashSet::new());
    let (groups, loose) = groups(&calls);
    let drafts = merge(groups.into_iter().map(Draft::of).collect());
    let mut refused: Vec<Refused> =
        loose.iter().filter(|call| changes(call)).map(|call| refusal(call, "no path lists or reads what it is about")).collect();
    let mut kept = Vec::new();
    for mut draft in drafts {
        if let Some(why) = lacking(&draft) {
            refused.extend(std::mem::take(&mut draft.uses).iter().map(|draws| refusal(&draws.call, why)));
        }
        refused.extend(draft.refused.iter().map(|(call, why)| refusal(call, why)));
        if !draft.uses.is_empty() {
            kept.push(draft);
        }
    }
    refused.sort_by_key(|refused| refused.operation);
    Resources { all: finished(kept), refused, ..Resources::default() }
}

fn changes(call: &Call<'_>) -> bool {
    [Method::POST, Method::PUT, Method::PATCH, Method::DELETE].contains(call.operation.method())
}

fn refusal(call: &Call<'_>, why: &str) -> Refused {
    Refused { operation: call.operation.number, why: format!("{}: {why}", call.operation.name()) }
}

/// What keeps a draft from being a resource: things that nothing shows, or that nothing names or makes.
fn lacking(draft: &Draft<'_>) -> Option<&'static str> {
    let has = |fits: fn(Action) -> bool| draft.uses.iter().any(|draws| fits(draws.action));
    let lists = has(|action| action == Action::List);
    let reads = has(|action| action == Action::Read);
    let makes = has(|action| matches!(action, Action::Create | Action::Replace { .. }));
    let several = draft.thing.as_ref().is_some_and(|thing| thing.branches > 0);
    if draft.is_single {
        return (!reads).then_some("nothing reads it");
    }
    match (lists, reads, makes) {
        (false, false, _) => Some("nothing lists or reads such things"),
        (_, _, true) => None,
        (false, true, false) if draft.id.is_none() => Some("nothing makes or lists such things, and no member names one"),
        (true, false, false) if draft.id.is_none() => Some("nothing makes or reads such things, and no member names one"),
        (true, false, false) if several => Some("nothing makes or reads such things, and they are of several kinds"),
        _ => None,
    }
}
