//! Puts what a document says of its resources in the place of what was inferred.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    Action, Shown,
    declared::{KEYWORD, Said},
    draft::{Draft, Draws},
    entity::Answer,
    groups::Call,
    identity::id_member,
    merge::join,
    view::View,
};
use crate::{
    document::Document,
    error::{DefectKind, Error},
    source::quote,
};

/// What is said, by operation.
pub(super) type AllSaid = BTreeMap<usize, Said>;

pub(super) fn apply<'c>(drafts: &mut Vec<Draft<'c>>, calls: &[Call<'c>], said: &AllSaid) -> Result<(), Error> {
    for call in calls {
        let Some(said) = said.get(&call.operation.number).filter(|said| !said.off) else { continue };
        let at = placed(drafts, call, said)?;
        let document = &call.operation.document;
        state_facts(&mut drafts[at], said, document)?;
        override_use(&mut drafts[at], call, said);
    }
    drafts.iter().try_for_each(|draft| check(draft, said))
}

/// The draft that has the operation as a use, which is made where there is none.
fn placed<'c>(drafts: &mut Vec<Draft<'c>>, call: &Call<'c>, said: &Said) -> Result<usize, Error> {
    let number = call.operation.number;
    let uses = |draft: &Draft<'_>| draft.uses.iter().any(|draws| draws.call.operation.number == number);
    let refused = |draft: &Draft<'_>| draft.refused.iter().any(|(call, _)| call.operation.number == number);
    let here = drafts.iter().position(uses);
    let near = here.or_else(|| drafts.iter().position(refused));
    let at = match &said.name {
        Some(name) => named(drafts, near, call, name),
        None => near.unwrap_or_else(|| begin(drafts, call)),
    };
    let here = drafts.iter().position(uses);
    if here == Some(at) {
        return Ok(at);
    }
    let draws = match here {
        Some(here) => {
            let place = drafts[here].uses.iter().position(|draws| draws.call.operation.number == number).unwrap_or_default();
            drafts[here].uses.remove(place)
        }
        None => {
            let Some(action) = said.action.or_else(|| usual(&drafts[at], call)) else {
                let expected = "a member `action`: nothing else tells what the operation does";
                return Err(call.operation.document.defect(DefectKind::Structure, &said.place, expected, "none"));
            };
            drafts[at].drawn(call, action)
        }
    };
    for draft in drafts.iter_mut() {
        draft.refused.retain(|(call, _)| call.operation.number != number);
    }
    drafts[at].uses.push(draws);
    Ok(at)
}

/// What an operation does by its method alone, where the document says no more than what it does that with.
fn usual(draft: &Draft<'_>, call: &Call<'_>) -> Option<Action> {
    let names_one = call.way.last_parameter().is_some();
    let of_all = call.way.shape() == draft.way.shape();
    match (call.operation.method().as_str(), names_one) {
        ("GET", true) => Some(Action::Read),
        ("PUT", true) => Some(Action::Replace { creates: false }),
        ("PATCH", true) => Some(Action::Patch),
        ("DELETE", true) => Some(Action::Delete),
        ("GET", false) if of_all => Some(Action::List),
        ("POST", false) if of_all => Some(Action::Create),
        _ => None,
    }
}

/// The draft of a name: the one that has it, with the one that the operation is in, unless that has a name of its own.
fn named<'c>(drafts: &mut Vec<Draft<'c>>, near: Option<usize>, call: &Call<'c>, name: &str) -> usize {
    // Another document of the contract may call something else so.
    let known = drafts.iter().position(|draft| draft.scope == call.scope && draft.name.as_deref() == Some(name));
    let free = near.filter(|at| drafts[*at].name.is_none());
    match (known, free) {
        (Some(known), Some(free)) if known != free => {
            join(drafts, known, free, "is said to be the same");
            if free < known { known - 1 } else { known }
        }
        (Some(known), _) => known,
        (None, free) => {
            let at = free.unwrap_or_else(|| begin(drafts, call));
            drafts[at].name = Some(name.to_owned());
            at
        }
    }
}

fn begin<'c>(drafts: &mut Vec<Draft<'c>>, call: &Call<'c>) -> usize {
    drafts.push(Draft::empty(call));
    drafts.len() - 1
}

fn state_facts(draft: &mut Draft<'_>, said: &Said, document: &Document) -> Result<(), Error> {
    draft.is_said = true;
    for (fact, value) in &said.facts {
        match draft.facts.get(fact) {
            Some((known, other)) if known != value => {
                let expected = format!("what is said at {}: {known}", document.place(other));
                return Err(document.defect(DefectKind::Structure, &said.place.join(fact), expected, value.to_string()));
            }
            _ => {
                draft.facts.insert(fact, (value.clone(), said.place.clone()));
            }
        }
    }
    if let Some((Value::String(id), _)) = draft.facts.get("id") {
        draft.id = Some(id.clone());
    }
    Ok(())
}

fn override_use(draft: &mut Draft<'_>, call: &Call<'_>, said: &Said) {
    let Some(at) = draft.uses.iter().position(|draws| draws.call.operation.number == call.operation.number) else { return };
    let draws = &mut draft.uses[at];
    draws.action = said.action.unwrap_or(draws.action);
    draws.is_said |= said.action.is_some();
    // What is listed or made is no single thing, whatever its path looks like.
    draft.is_single &= !said.action.is_some_and(|action| matches!(action, Action::List | Action::Create));
    if matches!(draws.action, Action::List | Action::Create) {
        draws.identity = None;
    } else if draws.identity.is_none() && !draft.is_single {
        draws.identity = draws.call.way.to_parameter().and_then(|way| way.last_parameter().map(str::to_owned));
    }
    if said.parameter.is_some() {
        draws.identity.clone_from(&said.parameter);
    }
    if let Some(sent) = &said.sent {
        let is_list = draws.call.body().and_then(|body| body.reach(sent)).is_some_and(|there| there.is_array());
        (draws.sent, draws.sent_in_list) = (sent.clone(), is_list);
    }
    draws.within.clone_from(&said.within);
    draws.filters.clone_from(&said.filters);
    draws.set.clone_from(&said.set);
    draws.why = format!("{}: as {KEYWORD} says", draws.call.operation.name());
    let view = said.entity.as_ref().and_then(|path| shown(draws, path.as_deref()));
    let action = draws.action;
    let shows = action == Action::Read || draft.thing.is_none() || draft.uses.iter().all(|draws| draws.action != Action::Read);
    if let Some(view) = view.filter(|view| shows && view.is_thing()) {
        if draft.id.is_none() {
            let parameter = draft.uses[at].identity.clone().unwrap_or_else(|| "id".to_owned());
            draft.id = id_member(&view, &parameter, draft.way.noun()).map(|(name, _)| name);
        }
        draft.thing = Some(view);
    }
}

/// Takes over where the answer shows the thing, and gives what is there.
fn shown<'c>(draws: &mut Draws<'c>, path: Option<&[String]>) -> Option<View<'c>> {
    let Some(path) = path else {
        draws.shown = None;
        return None;
    };
    let Answer::Json(view) = draws.call.answer() else { return None };
    let there = view.reach(path)?;
    let is_list = draws.action == Action::List;
    draws.shown = Some(Shown { path: path.to_vec(), in_list: there.is_array() && !is_list });
    let one = if there.is_array() { there.items()? } else { there };
    if is_list {
        draws.item = Some(one.clone());
    }
    Some(one)
}

/// Whether the members that are named are members.
fn check(draft: &Draft<'_>, said: &AllSaid) -> Result<(), Error> {
    let Some(thing) = draft.thing.as_ref().filter(|thing| thing.is_thing()) else { return Ok(()) };
    let own = draft.uses.iter().filter_map(|draws| Some((&draws.call.operation.document, said.get(&draws.call.operation.number)?)));
    for (document, said) in own {
        let wrong = |place: &str, name: &str| {
            let expected = match crate::text::nearest(name, thing.names()) {
                Some(near) => format!("a member of the thing, such as {near:?}"),
                None => "a member of the thing".to_owned(),
            };
            Err(document.defect(DefectKind::Structure, &said.place.join(place), expected, quote(name)))
        };
        for (fact, value) in &said.facts {
            let names: Vec<&str> = match value {
                Value::String(name) => vec![name],
                Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
                Value::Object(members) => members.keys().map(String::as_str).collect(),
                _ => Vec::new(),
            };
            if let Some(name) = names.into_iter().find(|name| !thing.has(name)) {
                return wrong(fact, name);
            }
        }
        if let Some(name) = said.within.values().flatten().find(|name| !thing.has(name)) {
            return wrong("within", name);
        }
        if let Some(filter) = said.filters.values().flatten().find(|filter| thing.reach(&filter.member).is_none()) {
            return wrong("filters", &filter.member.join("/"));
        }
        if let Some(name) = said.set.keys().find(|name| !thing.has(name)) {
            return wrong("set", name);
        }
    }
    Ok(())
}
