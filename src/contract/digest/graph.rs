//! Which schemas refer to which: the order in which they can be read, and those that lead back to themselves.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::{
    document::{Document, Version},
    pointer::Pointer,
    schema::{Shape as Form, shape as form},
};

/// Which schemas refer to which.
pub(super) struct Graph {
    /// Those without circles, each after what it refers to.
    pub(super) order: Vec<Pointer>,
    /// Those that lead back to themselves, and those between two of them.
    pub(super) circles: Vec<Pointer>,
    /// What is referred to, by a name that no other has.
    pub(super) names: BTreeMap<Pointer, String>,
}

impl Graph {
    pub(super) fn of(document: &Document, places: &[Pointer]) -> Self {
        let mut edges: BTreeMap<Pointer, BTreeSet<Pointer>> = BTreeMap::new();
        let mut targets = BTreeSet::new();
        let mut wanted: Vec<Pointer> = places.to_vec();
        while let Some(place) = wanted.pop() {
            if edges.contains_key(&place) {
                continue;
            }
            let mut found = BTreeSet::new();
            references(document, document.resolve(&place).unwrap_or(&Value::Null), &place, &mut found);
            wanted.extend(found.iter().cloned());
            targets.extend(found.iter().cloned());
            edges.insert(place, found);
        }
        let (mut order, rest) = peeled(edges);
        let (above, circles) = peeled(reversed(rest));
        order.extend(above.into_iter().rev());
        Self { order, circles: circles.into_keys().collect(), names: names(&targets) }
    }
}

type Edges = BTreeMap<Pointer, BTreeSet<Pointer>>;

/// What leads to nothing but what was taken before, in that order; and the rest.
fn peeled(mut edges: Edges) -> (Vec<Pointer>, Edges) {
    let back = reversed(edges.clone());
    let mut free: Vec<Pointer> = edges.iter().filter(|(_, to)| to.is_empty()).map(|(place, _)| place.clone()).collect();
    let mut order = Vec::new();
    while let Some(place) = free.pop() {
        edges.remove(&place);
        for from in back.get(&place).into_iter().flatten() {
            if let Some(to) = edges.get_mut(from)
                && to.remove(&place)
                && to.is_empty()
            {
                free.push(from.clone());
            }
        }
        order.push(place);
    }
    (order, edges)
}

fn reversed(edges: Edges) -> Edges {
    let mut back: Edges = edges.keys().map(|place| (place.clone(), BTreeSet::new())).collect();
    for (from, to) in edges {
        for place in to {
            back.entry(place).or_default().insert(from.clone());
        }
    }
    back
}

/// The last part of a place that is a name, with a number if another place has it too.
fn names(places: &BTreeSet<Pointer>) -> BTreeMap<Pointer, String> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut named = BTreeMap::new();
    // Components first: theirs are the names that people know.
    let is_component = |place: &Pointer| place.as_str().contains("/components/schemas/") || place.as_str().starts_with("/definitions/");
    let (first, then): (Vec<&Pointer>, Vec<&Pointer>) = places.iter().partition(|place| is_component(place));
    for place in first.into_iter().chain(then) {
        let is_name = |token: &String| form(token).is_none() && token != "schema" && token.parse::<usize>().is_err();
        let tokens: Vec<String> = place.tokens().collect();
        let name = tokens.into_iter().rev().find(is_name).unwrap_or_else(|| "Shape".into());
        let count = counts.entry(name.clone()).or_default();
        *count += 1;
        named.insert(place.clone(), if *count > 1 { format!("{name} ({count})") } else { name });
    }
    named
}

/// Whether only the reference of a schema counts (OpenAPI 3.0.3, section 4.7.23.1).
pub(super) fn is_alone(document: &Document, members: &Map<String, Value>) -> bool {
    document.version < Version::V3_1 && members.contains_key("$ref")
}

/// The schemas right below a schema, each with its place after the schema's own.
pub(super) fn below<'v>(members: &'v Map<String, Value>, mut found: impl FnMut(&'v str, Option<String>, &'v Value)) {
    for (keyword, value) in members {
        let Some(form) = form(keyword).filter(|form| form.fits(value)) else { continue };
        match (form, value) {
            _ if keyword == "$defs" || keyword == "definitions" || keyword == "contentSchema" => {}
            (Form::Schema | Form::Items, Value::Object(_) | Value::Bool(_)) => found(keyword, None, value),
            (Form::Schemas | Form::Items, Value::Array(schemas)) => {
                schemas.iter().enumerate().for_each(|(index, schema)| found(keyword, Some(index.to_string()), schema));
            }
            (Form::NamedSchemas | Form::Dependencies, Value::Object(schemas)) => {
                schemas
                    .iter()
                    .filter(|(_, schema)| !schema.is_array())
                    .for_each(|(name, schema)| found(keyword, Some(name.clone()), schema));
            }
            _ => {}
        }
    }
}

fn references(document: &Document, schema: &Value, at: &Pointer, found: &mut BTreeSet<Pointer>) {
    let Value::Object(members) = schema else { return };
    found.extend(targets(document, members, at));
    if !is_alone(document, members) {
        below(members, |keyword, name, schema| {
            let place = at.join(keyword);
            references(document, schema, &name.map_or(place.clone(), |name| place.join(name)), found);
        });
    }
}

/// What the references of a schema lead to. One that leads nowhere says nothing.
pub(super) fn targets(document: &Document, members: &Map<String, Value>, at: &Pointer) -> Vec<Pointer> {
    let references = ["$ref", "$dynamicRef", "$recursiveRef"].into_iter().filter_map(|keyword| members.get(keyword)?.as_str());
    let found = references.filter_map(|reference| document.target(at, reference));
    found.filter(|place| document.follow(place).is_ok()).collect()
}
