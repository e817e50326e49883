//! Reading resources from paths, methods and schemas: what each group of operations is about, which groups are about the
//! same, and what they are part of.

use std::sync::Arc;

use super::{
    Action, Refused, Resources,
    apply::{AllSaid, apply},
    declared::{KEYWORD, heard, said},
    draft::Draft,
    finish::finished,
    groups::{Call, calls, groups},
    merge::merge,
};
use crate::{contract::Contract, error::Error, message::Method};

/// The resources of a contract.
///
/// # Errors
///
/// If its document says of them what cannot be.
pub(super) fn infer(contract: &Contract, said: &AllSaid) -> Result<Resources, Error> {
    let off = said.iter().filter(|(_, said)| said.off).map(|(number, _)| *number).collect();
    let calls = calls(contract, &off);
    let (groups, loose) = groups(&calls);
    let mut drafts = merge(groups.into_iter().map(Draft::of).collect());
    apply(&mut drafts, &calls, said)?;
    drafts.iter_mut().filter(|draft| !draft.is_single).for_each(Draft::settle);
    let mut refused: Vec<Refused> = loose
        .iter()
        .filter(|call| changes(call) && !said.contains_key(&call.operation.number))
        .map(|call| refusal(call, "no path lists or reads what it is about"))
        .collect();
    let mut kept = Vec::new();
    for mut draft in drafts {
        if let Some(why) = lacking(&draft).filter(|_| !draft.is_said) {
            refused.extend(std::mem::take(&mut draft.uses).iter().map(|draws| refusal(&draws.call, why)));
        }
        refused.extend(draft.refused.iter().map(|(call, why)| refusal(call, why)));
        if !draft.uses.is_empty() {
            kept.push(draft);
        }
    }
    refused.sort_by_key(|refused| refused.operation);
    Ok(Resources { all: finished(kept)?, refused, ..Resources::default() })
}

/// What documents say of their resources. Most say nothing.
///
/// # Errors
///
/// If that cannot be understood, or stands where it would be ignored.
pub(super) fn all_said(contract: &Contract) -> Result<AllSaid, Error> {
    let mut all = AllSaid::new();
    for document in contract.inner.documents.iter().filter(|document| document.may_mention(KEYWORD)) {
        let operations = || contract.operations().iter().filter(|operation| Arc::ptr_eq(&operation.document, document));
        heard(document, operations())?;
        for operation in operations() {
            if let Some(said) = said(operation)? {
                all.insert(operation.number, said);
            }
        }
    }
    Ok(all)
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
        let changes = draft.uses.iter().any(|draws| !matches!(draws.action, Action::Read | Action::Delete));
        return (!reads || !changes).then_some("nothing reads it and changes it");
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
