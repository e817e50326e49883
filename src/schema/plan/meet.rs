//! What must hold at once, laid together: two objects become one with the members of both, two ranges the narrower.
//!
//! The canonical form has done most of this; what is left are parts that refer to each other, and what `written` plans.

use std::{collections::HashMap, sync::OnceLock};

use super::{Array, Bound, Branch, Kind, Node, NodeId, Object, Property, Real, Text, Whole, push, resolve};

/// How many nodes may come of laying together; what is left stays `Both`, and is tried and judged.
const MOST_NODES: usize = 20_000;

/// How many branches a choice may have that comes of two.
const MOST_BRANCHES: usize = 256;

/// Lays together whatever must hold at once, all over a plan.
pub(super) fn settle(nodes: &mut Vec<Node>) {
    let most = nodes.len() + MOST_NODES;
    let mut known = HashMap::new();
    let mut at = 0;
    while at < nodes.len() && nodes.len() < most {
        if let Kind::Both(branches) = &nodes[at].kind {
            let branches = branches.clone();
            let mut meeting = Meeting { nodes, known: &mut known };
            if let Some(met) = branches.into_iter().map(Some).reduce(|a, b| meeting.meet(a?, b?)).flatten()
                && met != at
            {
                nodes[at].kind = Kind::Reference(met);
            }
        }
        at += 1;
    }
}

struct Meeting<'p> {
    nodes: &'p mut Vec<Node>,
    known: &'p mut HashMap<(NodeId, NodeId), NodeId>,
}

impl Meeting<'_> {
    /// What is both; `None` if that is too much to work out.
    fn meet(&mut self, a: NodeId, b: NodeId) -> Option<NodeId> {
        let (a, b) = (resolve(self.nodes, a), resolve(self.nodes, b));
        if a == b {
            return Some(a);
        }
        let pair = (a.min(b), a.max(b));
        if let Some(known) = self.known.get(&pair) {
            return Some(*known);
        }
        // The pair gets its number before its parts are laid together: recursion comes back to it.
        let id = push(self.nodes, Kind::Both(vec![a, b]));
        self.known.insert(pair, id);
        if let Some(kind) = self.kind(a, b) {
            self.nodes[id].kind = kind;
        }
        Some(id)
    }

    fn kind(&mut self, a: NodeId, b: NodeId) -> Option<Kind> {
        let (left, right) = (self.nodes[a].kind.clone(), self.nodes[b].kind.clone());
        Some(match (left, right) {
            (Kind::Never, _) | (_, Kind::Never) => Kind::Never,
            (Kind::Any, _) => Kind::Reference(b),
            (_, Kind::Any) => Kind::Reference(a),
            // Both of them may stand for more than they say now: they are tried and judged.
            (Kind::Both(_) | Kind::Reference(_), _) | (_, Kind::Both(_) | Kind::Reference(_)) => return None,
            (Kind::Choice(branches), _) => self.choice(&branches, b)?,
            (_, Kind::Choice(branches)) => self.choice(&branches, a)?,
            (Kind::Open(_), _) | (_, Kind::Open(_)) => return None,
            (Kind::OneOf(values), other) | (other, Kind::OneOf(values)) => {
                let fits = |value: &serde_json::Value| is_of_kind(&other, value);
                Kind::OneOf(values.into_iter().filter(fits).collect()).or_both(&other)?
            }
            (Kind::Null, Kind::Null) => Kind::Null,
            (Kind::Boolean, Kind::Boolean) => Kind::Boolean,
            (Kind::String(a), Kind::String(b)) => Kind::String(Box::new(text(&a, &b))),
            (Kind::Integer(a), Kind::Integer(b)) => Kind::Integer(Box::new(whole(&a, &b))),
            (Kind::Number(a), Kind::Number(b)) => Kind::Number(Box::new(real(&a, &b))),
            (Kind::Integer(a), Kind::Number(b)) | (Kind::Number(b), Kind::Integer(a)) => Kind::Integer(Box::new(whole(&a, &of_real(&b)))),
            (Kind::Array(a), Kind::Array(b)) => Kind::Array(Box::new(self.array(&a, &b)?)),
            (Kind::Object(a), Kind::Object(b)) => Kind::Object(Box::new(self.object(&a, &b)?)),
            _ => Kind::Never,
        })
    }

    fn choice(&mut self, branches: &[Branch], other: NodeId) -> Option<Kind> {
        if branches.len() > MOST_BRANCHES {
            return None;
        }
        let mut met = Vec::with_capacity(branches.len());
        for branch in branches {
            met.push(Branch { node: self.meet(branch.node, other)?, key: branch.key });
        }
        Some(Kind::Choice(met))
    }

    fn array(&mut self, a: &Array, b: &Array) -> Option<Array> {
        let at = |array: &Array, index: usize| array.prefix.get(index).copied().unwrap_or(array.items);
        let mut prefix = Vec::new();
        for index in 0..a.prefix.len().max(b.prefix.len()) {
            prefix.push(self.meet(at(a, index), at(b, index))?);
        }
        Some(Array {
            min: a.min.max(b.min),
            max: a.max.min(b.max),
            unique: a.unique || b.unique,
            repeated: a.repeated || b.repeated,
            prefix,
            items: self.meet(a.items, b.items)?,
            unevaluated: self.both(a.unevaluated, b.unevaluated)?,
            contains: a.contains.iter().chain(&b.contains).copied().collect(),
        })
    }

    /// `None` if it is too much to work out; else what there is of the two.
    fn both(&mut self, a: Option<NodeId>, b: Option<NodeId>) -> Option<Option<NodeId>> {
        match (a, b) {
            (Some(a), Some(b)) => self.meet(a, b).map(Some),
            (a, b) => Some(a.or(b)),
        }
    }

    fn object(&mut self, a: &Object, b: &Object) -> Option<Object> {
        let mut properties = Vec::with_capacity(a.properties.len() + b.properties.len());
        for (one, other) in [(a, b), (b, a)] {
            for property in &one.properties {
                let node = match other.property(&property.name) {
                    // Both declare it: it is met once.
                    Some(_) if std::ptr::eq(one, b) => continue,
                    Some(twin) => {
                        let node = self.meet(property.node, twin.node)?;
                        properties.push(Property { required: property.required || twin.required, node, ..property.clone() });
                        continue;
                    }
                    None => {
                        let mut node = property.node;
                        for beside in undeclared(other, &property.name) {
                            node = self.meet(node, beside)?;
                        }
                        node
                    }
                };
                properties.push(Property { node, ..property.clone() });
            }
        }
        let met = Object {
            min: a.min.max(b.min),
            max: a.max.min(b.max),
            properties,
            names: self.both(a.names, b.names)?,
            patterns: a.patterns.iter().chain(&b.patterns).cloned().collect(),
            additional: self.meet(a.additional, b.additional)?,
            unevaluated: self.both(a.unevaluated, b.unevaluated)?,
            demands: a.demands.iter().chain(&b.demands).copied().collect(),
            identity: None,
        };
        Some(met.sorted())
    }
}

impl Kind {
    /// A choice of values stands for both only if the other kind can be told by its values.
    fn or_both(self, other: &Self) -> Option<Self> {
        let told = matches!(other, Self::Null | Self::Boolean | Self::OneOf(_) | Self::String(_) | Self::Integer(_) | Self::Number(_));
        told.then_some(self)
    }
}

/// What one of two objects says about a member that only the other declares. `unevaluatedProperties` says nothing: the other
/// has evaluated it.
fn undeclared(object: &Object, name: &str) -> Vec<NodeId> {
    let matching = object.matching(name);
    if matching.is_empty() { vec![object.additional] } else { matching }
}

fn is_of_kind(kind: &Kind, value: &serde_json::Value) -> bool {
    use serde_json::Value;
    match (kind, value) {
        (Kind::Null, Value::Null) | (Kind::Boolean, Value::Bool(_)) => true,
        (Kind::OneOf(values), value) => values.contains(value),
        (Kind::String(text), Value::String(found)) => text.admits(found, value),
        (Kind::Integer(whole), Value::Number(number)) => number.as_i64().is_some_and(|number| whole.admits(number)),
        (Kind::Number(real), Value::Number(number)) => number.as_f64().is_some_and(|number| real.admits(number)),
        (Kind::Array(_), Value::Array(_)) | (Kind::Object(_), Value::Object(_)) => true,
        _ => false,
    }
}

fn text(a: &Text, b: &Text) -> Text {
    let mut formats = a.formats.clone();
    formats.extend(b.formats.iter().filter(|format| !a.formats.contains(format)).cloned());
    let judge = match (&a.judge, &b.judge) {
        (Some(a), Some(b)) => Some(a.and(b)),
        (a, b) => a.clone().or_else(|| b.clone()),
    };
    let asked = match (&a.asked, &b.asked) {
        (Some(a), Some(b)) => a.and(b),
        (a, b) => a.clone().or_else(|| b.clone()),
    };
    Text {
        min: a.min.max(b.min),
        max: a.max.min(b.max),
        formats,
        asked,
        pattern_first: a.pattern_first || b.pattern_first,
        judge,
        shaped: OnceLock::new(),
        barren: OnceLock::new(),
    }
}

fn whole(a: &Whole, b: &Whole) -> Whole {
    Whole {
        low: a.low.max(b.low),
        high: match (a.high, b.high) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        },
        steps: a.steps.iter().chain(&b.steps).copied().collect(),
        barred: a.barred.iter().chain(&b.barred).copied().collect(),
    }
}

fn real(a: &Real, b: &Real) -> Real {
    let tighter = |a: Option<Bound>, b: Option<Bound>, is_tighter: fn(f64, f64) -> bool| match (a, b) {
        (Some(a), Some(b)) if a.limit == b.limit => Some(Bound { limit: a.limit, exclusive: a.exclusive || b.exclusive }),
        (Some(a), Some(b)) => Some(if is_tighter(a.limit, b.limit) { a } else { b }),
        (a, b) => a.or(b),
    };
    Real {
        low: tighter(a.low, b.low, |a, b| a > b),
        high: tighter(a.high, b.high, |a, b| a < b),
        steps: a.steps.iter().chain(&b.steps).copied().collect(),
        barred: a.barred.iter().chain(&b.barred).copied().collect(),
    }
}

/// The integers of a range of numbers.
fn of_real(real: &Real) -> Whole {
    let low = |bound: Bound| if bound.exclusive { bound.limit.floor() + 1.0 } else { bound.limit.ceil() };
    let high = |bound: Bound| if bound.exclusive { bound.limit.ceil() - 1.0 } else { bound.limit.floor() };
    let steps = |steps: &[f64]| steps.iter().filter(|step| step.fract() == 0.0 && **step != 0.0).map(|step| *step as i64).collect();
    Whole {
        low: real.low.map(|bound| low(bound) as i64),
        high: real.high.map(|bound| high(bound) as i64),
        steps: steps(&real.steps),
        barred: steps(&real.barred),
    }
}
