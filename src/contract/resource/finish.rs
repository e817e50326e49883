//! From drafts to resources: their names, what their things are part of, and the lists that there are of them.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::{
    Action, Filter, Resource, Use,
    draft::{Draft, Draws},
    filters::filters,
    identity::link_member,
    paths::Way,
};
use crate::{
    error::{DefectKind, Error},
    pointer::Pointer,
    source::quote,
    state::{Kind, Link, Within},
    text::nearest,
};

/// The resources of drafts, in the order of their names.
pub(super) fn finished(drafts: Vec<Draft<'_>>) -> Result<Vec<Resource>, Error> {
    let mut named: Vec<(String, Draft<'_>)> = named(drafts);
    named.sort_by(|(one, _), (other, _)| one.cmp(other));
    let names = Names::of(&named);
    named.iter().map(|(name, draft)| names.resource(name, draft)).collect()
}

/// Each draft with a name of its own: what the document calls it, or its path, and a number behind it if another document has the same.
fn named(drafts: Vec<Draft<'_>>) -> Vec<(String, Draft<'_>)> {
    let mut taken = HashSet::new();
    let mut names = Vec::new();
    for draft in drafts {
        let name = own_name(&draft);
        let free = (2..).map(|number| format!("{name} ({number})"));
        let name = std::iter::once(name.clone()).chain(free).find(|name| !taken.contains(name)).unwrap_or_default();
        taken.insert(name.clone());
        names.push((name, draft));
    }
    names
}

fn own_name(draft: &Draft<'_>) -> String {
    draft.name.clone().unwrap_or_else(|| draft.way.to_string())
}

/// The resources by the paths that lead to their things.
struct Names<'n> {
    names: Vec<&'n str>,
    /// What each is called in its own document, and which that is.
    said: Vec<(usize, String)>,
    of_items: HashMap<(usize, String), usize>,
}

impl<'n> Names<'n> {
    fn of(named: &'n [(String, Draft<'_>)]) -> Self {
        let mut of_items = HashMap::new();
        for (number, (_, draft)) in named.iter().enumerate().filter(|(_, (_, draft))| !draft.is_single) {
            of_items.extend(draft.items.iter().map(|way| ((draft.scope, way.shape()), number)));
        }
        let said = named.iter().map(|(_, draft)| (draft.scope, own_name(draft))).collect();
        Self { names: named.iter().map(|(name, _)| name.as_str()).collect(), said, of_items }
    }

    /// The resource that a path up to a parameter leads to.
    fn whole(&self, scope: usize, way: &Way) -> Option<usize> {
        self.of_items.get(&(scope, way.shape())).copied()
    }

    /// What a path says that a thing is part of: every parameter but the one that names the thing itself.
    fn within(&self, draft: &Draft<'_>, draws: &Draws<'_>) -> Vec<(Within, Option<usize>)> {
        let mut parameters: Vec<(&str, Way)> = draws.call.way.parameters().collect();
        if let Some(identity) = &draws.identity
            && let Some(at) = parameters.iter().rposition(|(name, _)| name == identity)
        {
            parameters.remove(at);
        }
        parameters.into_iter().map(|(parameter, way)| self.part_of(draft, parameter, &way)).collect()
    }

    fn part_of(&self, draft: &Draft<'_>, parameter: &str, way: &Way) -> (Within, Option<usize>) {
        let whole = self.whole(draft.scope, way);
        let above = way.parent();
        let name = match whole {
            Some(number) => self.names[number].to_owned(),
            None if above.last_parameter().is_none() && !above.steps.is_empty() => above.shape(),
            None => parameter.to_owned(),
        };
        let inferred = || draft.thing.as_ref().and_then(|thing| link_member(thing, parameter, way.noun(), draft.id.as_deref()));
        let said = draft.uses.iter().find_map(|draws| draws.within.get(parameter));
        let member = said.cloned().unwrap_or_else(inferred);
        (Within { parameter: parameter.to_owned(), name, member }, whole)
    }

    fn resource(&self, name: &str, draft: &Draft<'_>) -> Result<Resource, Error> {
        let within: Vec<_> = draft.uses.iter().map(|draws| self.within(draft, draws)).collect();
        let text = |fact: &str| draft.facts.get(fact).and_then(|(value, _)| value.as_str()).map(str::to_owned);
        let unique = draft.facts.get("unique").and_then(|(value, _)| value.as_array()).into_iter().flatten();
        let uses = draft.uses.iter().zip(&within).map(|(draws, within)| used(draft, draws, within)).collect();
        let kind = Kind {
            name: name.to_owned(),
            is_single: draft.is_single,
            schema: draft.thing.as_ref().and_then(super::view::View::schema),
            id: draft.id.clone(),
            within: least(draft, &within),
            lists: lists(draft, &within),
            parents: self.parents(draft, &within)?,
            unique: unique.filter_map(Value::as_str).map(str::to_owned).collect(),
            order: text("order"),
            after: text("after"),
        };
        Ok(Resource { kind, path: path(draft), uses, why: why(draft) })
    }

    /// What they are part of: what the document says, beside what paths tell of others.
    fn parents(&self, draft: &Draft<'_>, within: &[Vec<(Within, Option<usize>)>]) -> Result<Vec<Link>, Error> {
        let mut links = parents(draft, within);
        let Some((Value::Object(said), place)) = draft.facts.get("parents") else { return Ok(links) };
        for (member, resource) in said {
            let resource = resource.as_str().unwrap_or_default();
            let Some(kind) = self.said.iter().position(|(scope, name)| *scope == draft.scope && name == resource) else {
                return Err(self.unknown(draft, &place.join("parents").join(member), resource));
            };
            links.retain(|link| link.kind != kind);
            links.push(Link { kind, name: self.names[kind].to_owned(), member: Some(member.clone()) });
        }
        Ok(links)
    }

    fn unknown(&self, draft: &Draft<'_>, at: &Pointer, resource: &str) -> Error {
        let own = self.said.iter().filter(|(scope, _)| *scope == draft.scope).map(|(_, name)| name.as_str());
        let known = nearest(resource, own).map(|near| format!(", such as {near:?}")).unwrap_or_default();
        draft.uses[0].call.operation.document.defect(DefectKind::Structure, at, format!("the name of a resource{known}"), quote(resource))
    }
}

fn used(draft: &Draft<'_>, draws: &Draws<'_>, within: &[(Within, Option<usize>)]) -> Use {
    let item = draws.item.as_ref().filter(|_| draws.action == Action::List);
    // What lists show of a thing may be less than there is of it.
    let chosen_by = draft.thing.as_ref().filter(|thing| item.is_some_and(|item| item.names().count() < thing.names().count())).or(item);
    Use {
        operation: draws.call.operation.number,
        action: draws.action,
        within: within.iter().map(|(within, _)| within.clone()).collect(),
        identity: draws.identity.clone(),
        sent: draws.sent.clone(),
        sent_in_list: draws.sent_in_list,
        shown: draws.shown.clone(),
        filters: chosen(chosen_by.map(|item| filters(draws.call.operation, item)).unwrap_or_default(), draws),
        set: draws.set.clone(),
        why: draws.why.clone(),
    }
}

/// What chooses from a list: what the document says comes before what names tell.
fn chosen(inferred: Vec<Filter>, draws: &Draws<'_>) -> Vec<Filter> {
    let others = inferred.into_iter().filter(|filter| !draws.filters.contains_key(&filter.parameter));
    others.chain(draws.filters.values().flatten().cloned()).collect()
}

/// What the id depends on: the least that a path says which leads to one of them, or, if none does, to all.
fn least(draft: &Draft<'_>, within: &[Vec<(Within, Option<usize>)>]) -> Vec<Within> {
    let of = |one: bool| draft.uses.iter().zip(within).filter(move |(draws, _)| draws.is_one() == one).map(|(_, within)| within);
    let least = of(true).min_by_key(|within| within.len()).or_else(|| of(false).min_by_key(|within| within.len()));
    least.into_iter().flatten().map(|(within, _)| within.clone()).collect()
}

fn lists(draft: &Draft<'_>, within: &[Vec<(Within, Option<usize>)>]) -> Vec<Vec<Within>> {
    let mut lists: Vec<Vec<Within>> = Vec::new();
    for (_, within) in draft.uses.iter().zip(within).filter(|(draws, _)| draws.action == Action::List) {
        let list: Vec<Within> = within.iter().map(|(within, _)| within.clone()).collect();
        let same = |known: &Vec<Within>| known.iter().map(|within| &within.name).eq(list.iter().map(|within| &within.name));
        if !lists.iter().any(same) {
            lists.push(list);
        }
    }
    lists
}

/// What they are part of. A path that lists some of them, and that nothing is made at, says so only if a member does, too.
fn parents(draft: &Draft<'_>, within: &[Vec<(Within, Option<usize>)>]) -> Vec<Link> {
    let mut parents: Vec<Link> = Vec::new();
    let makes = |within: &Within, at: usize| within.member.is_some() || draft.uses[at].action != Action::List || alone(draft);
    let all = within.iter().enumerate().flat_map(|(at, within)| within.iter().map(move |one| (at, one)));
    for (_, (within, whole)) in all.filter(|(at, (within, _))| makes(within, *at)) {
        let Some(kind) = *whole else { continue };
        match parents.iter_mut().find(|link| link.name == within.name) {
            Some(link) => link.member = link.member.take().or_else(|| within.member.clone()),
            None => parents.push(Link { kind, name: within.name.clone(), member: within.member.clone() }),
        }
    }
    parents
}

/// Whether all paths to them are the same but for what names one.
fn alone(draft: &Draft<'_>) -> bool {
    draft.items.len() == 1
}

/// The path of the collection as the document writes it, if it has an operation.
fn path(draft: &Draft<'_>) -> String {
    let shape = draft.way.shape();
    let written = draft.uses.iter().find(|draws| draws.call.way.shape() == shape).map(|draws| draws.call.operation.path().to_owned());
    written.unwrap_or_else(|| draft.way.to_string())
}

fn why(draft: &Draft<'_>) -> String {
    let kind = match draft.thing.as_ref().and_then(|thing| thing.component()) {
        Some(component) => format!("{component}: "),
        None => String::new(),
    };
    let id = match (&draft.id, draft.is_single) {
        (_, true) => "one, and no collection".to_owned(),
        (Some(id), _) => format!("each is named by its `{id}`"),
        (None, _) => "no member shows what names one".to_owned(),
    };
    let joined: String = draft.joined.iter().map(|joined| format!("; {joined}")).collect();
    format!("{kind}{id}{joined}")
}
