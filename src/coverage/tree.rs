//! The members and values that bodies can have, by the places of their schemas; and which of them a value has.
//!
//! A schema that is referred to from many places is here once for requests and once for answers, so that the tree is no
//! larger than the document, and circles in it are no trouble.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use serde_json::Value;

use super::{CoverageKind, catalogue::ElementId};
use crate::{
    document::{Document, Version},
    pointer::Pointer,
    violation::RulePlace,
};

pub(super) type NodeId = usize;

/// How many steps one value may take: combined schemas could otherwise be looked at in all their combinations.
const MOST_STEPS: usize = 100_000;

/// How many schemas in a row may speak about the same value.
const MOST_SAME: usize = 64;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Side {
    Request,
    Response,
}

impl Side {
    fn word(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Response => "response",
        }
    }

    /// The flag of members that messages of this direction do not have.
    fn other_way(self) -> &'static str {
        match self {
            Self::Request => "readOnly",
            Self::Response => "writeOnly",
        }
    }
}

/// What is known about a value that some schema describes.
#[derive(Default)]
struct Node {
    members: BTreeMap<String, (Option<ElementId>, NodeId)>,
    others: Option<NodeId>,
    items: Option<NodeId>,
    /// The values that it may have; `const` is one that is no element.
    values: Vec<(Value, Option<ElementId>)>,
    required: Vec<String>,
    /// Schemas that speak about the same value.
    same: Vec<NodeId>,
    /// Those of which it is one or another.
    branches: Vec<NodeId>,
}

/// A schema that is still to be read.
struct Wanted {
    id: NodeId,
    document: Arc<Document>,
    place: Pointer,
    side: Side,
    name: String,
}

#[derive(Default)]
pub(super) struct Tree {
    nodes: Vec<Node>,
    known: HashMap<(usize, Pointer, Side), NodeId>,
    wanted: Vec<Wanted>,
}

/// Lists an element, and gives its number.
type List<'l> = dyn FnMut(CoverageKind, String, RulePlace) -> ElementId + 'l;

impl Tree {
    /// The node of a schema. `name` is what it is called if it is no component.
    pub(super) fn node(&mut self, document: &Arc<Document>, place: Pointer, side: Side, name: &str) -> NodeId {
        let key = (Arc::as_ptr(document) as usize, place, side);
        if let Some(id) = self.known.get(&key) {
            return *id;
        }
        let id = self.nodes.len();
        self.nodes.push(Node::default());
        let place = key.1.clone();
        self.known.insert(key, id);
        let name = component(&place).unwrap_or_else(|| name.to_owned());
        self.wanted.push(Wanted { id, document: Arc::clone(document), place, side, name });
        id
    }

    /// Reads all schemas that were asked for, and all that they reach.
    pub(super) fn finish(&mut self, list: &mut List<'_>) {
        while !self.wanted.is_empty() {
            for wanted in std::mem::take(&mut self.wanted) {
                self.read(&wanted, list);
            }
        }
        self.known = HashMap::new();
    }

    fn read(&mut self, wanted: &Wanted, list: &mut List<'_>) {
        let Wanted { id, document, place, side, name } = wanted;
        let Some(Value::Object(schema)) = document.resolve(place) else { return };
        let mut node = Node::default();
        if let Some(target) = schema.get("$ref").and_then(Value::as_str).and_then(|reference| document.target(place, reference)) {
            node.same.push(self.node(document, target, *side, name));
        }
        let is_alone = document.version < Version::V3_1 && schema.contains_key("$ref");
        if !is_alone {
            self.members(wanted, schema, &mut node, list);
            self.values(wanted, schema, &mut node, list);
            for keyword in ["allOf", "anyOf", "oneOf"] {
                let count = schema.get(keyword).and_then(Value::as_array).map_or(0, Vec::len);
                for index in 0..count {
                    // Members of one name in several branches are several members.
                    let name = if keyword == "allOf" || count == 1 { name.clone() } else { format!("{name}({})", index + 1) };
                    let branch = self.node(document, place.join(keyword).join(index), *side, &name);
                    if keyword == "allOf" { node.same.push(branch) } else { node.branches.push(branch) }
                }
            }
            for keyword in ["then", "else"].into_iter().filter(|keyword| schema.get(*keyword).is_some_and(Value::is_object)) {
                let branch = self.node(document, place.join(keyword), *side, name);
                node.branches.push(branch);
            }
        }
        self.nodes[*id] = node;
    }

    fn members(&mut self, wanted: &Wanted, schema: &serde_json::Map<String, Value>, node: &mut Node, list: &mut List<'_>) {
        let Wanted { document, place, side, name, .. } = wanted;
        for (member, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
            let at = place.join("properties").join(member);
            if property.as_bool() == Some(false) || says(document, &at, side.other_way()) {
                continue;
            }
            let label = format!("{name}.{member}");
            let element = list(CoverageKind::Member, format!("{label} ({})", side.word()), document.place(&at));
            let below = self.node(document, at, *side, &label);
            node.members.insert(member.clone(), (Some(element), below));
        }
        if schema.get("additionalProperties").is_some_and(Value::is_object) {
            node.others = Some(self.node(document, place.join("additionalProperties"), *side, &format!("{name}.*")));
        }
        if schema.get("items").is_some_and(Value::is_object) {
            node.items = Some(self.node(document, place.join("items"), *side, &format!("{name}[]")));
        }
        let required = schema.get("required").and_then(Value::as_array).into_iter().flatten();
        node.required = required.filter_map(Value::as_str).map(str::to_owned).collect();
    }

    fn values(&mut self, wanted: &Wanted, schema: &serde_json::Map<String, Value>, node: &mut Node, list: &mut List<'_>) {
        let Wanted { document, place, side, name, .. } = wanted;
        for (index, value) in schema.get("enum").and_then(Value::as_array).into_iter().flatten().enumerate() {
            let label = format!("{name} = {value} ({})", side.word());
            let element = list(CoverageKind::Value, label, document.place(&place.join("enum").join(index)));
            node.values.push((value.clone(), Some(element)));
        }
        node.values.extend(schema.get("const").map(|value| (value.clone(), None)));
    }

    /// Tells each element that a value has.
    pub(super) fn walk(&self, node: NodeId, value: &Value, reach: &mut dyn FnMut(ElementId)) {
        Walk { tree: self, steps: MOST_STEPS, reach }.at(node, value, 0);
    }

    /// Whether a value can be of a branch, as far as that is quick to see: it has what must be there, and values that tell
    /// branches apart are right.
    fn may_be(&self, node: NodeId, value: &Value, same: usize) -> bool {
        let here = &self.nodes[node];
        if same > MOST_SAME || !here.values.is_empty() && !here.values.iter().any(|(known, _)| known == value) {
            return same > MOST_SAME;
        }
        if let Value::Object(members) = value {
            let is_right = |(name, value): (&String, &Value)| {
                let values = here.members.get(name).map_or(&[][..], |(_, below)| self.values_of(*below));
                values.is_empty() || values.iter().any(|(known, _)| known == value)
            };
            let there = here.required.iter().all(|name| members.contains_key(name)) && members.iter().all(is_right);
            if !there {
                return false;
            }
        }
        here.same.iter().all(|id| self.may_be(*id, value, same + 1))
    }

    /// The values of a schema, or of the one that it refers to.
    fn values_of(&self, node: NodeId) -> &[(Value, Option<ElementId>)] {
        let here = &self.nodes[node];
        match here.same.as_slice() {
            [only] if here.values.is_empty() => &self.nodes[*only].values,
            _ => &here.values,
        }
    }
}

struct Walk<'t, 'r> {
    tree: &'t Tree,
    steps: usize,
    reach: &'r mut dyn FnMut(ElementId),
}

impl Walk<'_, '_> {
    fn at(&mut self, node: NodeId, value: &Value, same: usize) {
        if self.steps == 0 || same > MOST_SAME {
            return;
        }
        self.steps -= 1;
        let here = &self.tree.nodes[node];
        here.values.iter().filter(|(known, _)| known == value).filter_map(|(_, element)| *element).for_each(&mut *self.reach);
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    match (here.members.get(name), here.others) {
                        (Some((element, below)), _) => {
                            element.iter().copied().for_each(&mut *self.reach);
                            self.at(*below, value, 0);
                        }
                        (None, Some(others)) => self.at(others, value, 0),
                        (None, None) => {}
                    }
                }
            }
            Value::Array(items) => {
                if let Some(below) = here.items {
                    items.iter().for_each(|item| self.at(below, item, 0));
                }
            }
            _ => {}
        }
        here.same.iter().for_each(|id| self.at(*id, value, same + 1));
        for id in here.branches.iter().filter(|id| self.tree.may_be(**id, value, 0)) {
            self.at(*id, value, same + 1);
        }
    }
}

/// The name of a component's schema.
fn component(place: &Pointer) -> Option<String> {
    let tokens: Vec<String> = place.tokens().collect();
    match tokens.as_slice() {
        [.., holder, kind, name] if holder == "components" && kind == "schemas" => Some(name.clone()),
        [kind, name] if kind == "definitions" => Some(name.clone()),
        _ => None,
    }
}

/// Whether a schema, or the one that it refers to, has a flag.
fn says(document: &Document, place: &Pointer, keyword: &str) -> bool {
    let has = |schema: Option<&Value>| schema.is_some_and(|schema| schema.get(keyword) == Some(&Value::Bool(true)));
    document.may_mention(keyword) && (has(document.resolve(place)) || has(document.follow(place).ok().map(|(_, schema)| schema)))
}
