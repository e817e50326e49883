//! Whether a value is one that a node of a plan describes: a quick answer for examples and for parts that must fit more than
//! one node. The whole is checked against the schema in any case.

use serde_json::Value;

use super::{Array, Kind, NodeId, Object, Plan, Real, Text, Whole};

/// How deep a value is looked into.
const DEEPEST: u32 = 64;

impl Plan {
    /// Whether a value fits a node, as far as the plan can tell.
    pub(in crate::schema) fn admits(&self, id: NodeId, value: &Value) -> bool {
        self.admits_at(id, value, 0)
    }

    fn admits_at(&self, id: NodeId, value: &Value, depth: u32) -> bool {
        if depth > DEEPEST {
            return false;
        }
        match (&self.nodes[id].kind, value) {
            (Kind::Any, _) | (Kind::Null, Value::Null) | (Kind::Boolean, Value::Bool(_)) => true,
            (Kind::Open(judge), value) => judge.accepts(value),
            (Kind::OneOf(values), value) => values.iter().any(|known| same(known, value)),
            (Kind::String(text), Value::String(found)) => text.admits(found, value),
            (Kind::Integer(whole), Value::Number(number)) => exact(number).is_some_and(|number| whole.admits(number)),
            (Kind::Number(real), Value::Number(number)) => number.as_f64().is_some_and(|number| real.admits(number)),
            (Kind::Array(array), Value::Array(items)) => self.admits_items(array, items, depth),
            (Kind::Object(object), Value::Object(members)) => {
                (object.min..=object.max).contains(&members.len())
                    && object.properties.iter().all(|property| !property.required || members.contains_key(&property.name))
                    && members.iter().all(|(name, value)| self.admits_member(object, name, value, depth))
            }
            (Kind::Choice(branches), value) => branches.iter().any(|branch| self.admits_at(branch.node, value, depth + 1)),
            (Kind::Both(branches), value) => branches.iter().all(|branch| self.admits_at(*branch, value, depth + 1)),
            (Kind::Reference(target), value) => self.admits_at(*target, value, depth + 1),
            _ => false,
        }
    }

    fn admits_items(&self, array: &Array, items: &[Value], depth: u32) -> bool {
        let node = |index: usize| array.prefix.get(index).copied().unwrap_or(array.items);
        let distinct = || items.iter().enumerate().all(|(index, item)| !items[..index].contains(item));
        let counted = || {
            array.contains.iter().all(|contains| {
                let count = items.iter().filter(|item| self.admits_at(contains.node, item, depth + 1)).count();
                (contains.min..=contains.max).contains(&count)
            })
        };
        (array.min..=array.max).contains(&items.len())
            && items.iter().enumerate().all(|(index, item)| self.admits_at(node(index), item, depth + 1))
            && (!array.unique || distinct())
            && counted()
    }

    fn admits_member(&self, object: &Object, name: &str, value: &Value, depth: u32) -> bool {
        match object.property(name) {
            Some(property) => self.admits_at(property.node, value, depth + 1),
            None => self.undeclared(object, name).into_iter().all(|node| self.admits_at(node, value, depth + 1)),
        }
    }

    /// The nodes that a member without a declared name must fit.
    pub(in crate::schema) fn undeclared(&self, object: &Object, name: &str) -> Vec<NodeId> {
        let matching = object.matching(name);
        if matching.is_empty() { [object.additional].into_iter().chain(object.unevaluated).collect() } else { matching }
    }
}

impl Text {
    pub(in crate::schema) fn admits(&self, text: &str, value: &Value) -> bool {
        self.fits(text) && self.judge.as_ref().is_none_or(|judge| judge.accepts(value))
    }

    /// Whether a text has the right length.
    pub(in crate::schema) fn fits(&self, text: &str) -> bool {
        // Only what may be too short or too long is counted.
        let bounded = self.min > 0 || self.max < usize::MAX;
        !bounded || (self.min..=self.max).contains(&text.chars().count())
    }
}

impl Whole {
    pub(in crate::schema) fn admits(&self, number: i64) -> bool {
        self.low.is_none_or(|low| number >= low)
            && self.high.is_none_or(|high| number <= high)
            && self.steps.iter().all(|step| number.checked_rem(*step) == Some(0))
            && self.barred.iter().all(|step| number.checked_rem(*step) != Some(0))
    }
}

impl Real {
    pub(in crate::schema) fn admits(&self, number: f64) -> bool {
        let multiple = |step: f64| {
            let times = number / step;
            (times - times.round()).abs() < 1e-9
        };
        self.low.is_none_or(|low| number > low.limit || (number == low.limit && !low.exclusive))
            && self.high.is_none_or(|high| number < high.limit || (number == high.limit && !high.exclusive))
            && self.steps.iter().all(|step| multiple(*step))
            && !self.barred.iter().any(|step| multiple(*step))
    }
}

/// A number as an integer, also where it is written with a fraction of zero.
fn exact(number: &serde_json::Number) -> Option<i64> {
    number.as_i64().or_else(|| {
        let float = number.as_f64().filter(|float| float.fract() == 0.0 && float.abs() < 9.2e18)?;
        Some(float as i64)
    })
}

/// JSON Schema core, section 4.2.2: numbers are equal by value.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a == b || (a.is_f64() != b.is_f64() && a.as_f64() == b.as_f64()),
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(a), Value::Object(b)) => a.len() == b.len() && a.iter().all(|(name, a)| b.get(name).is_some_and(|b| same(a, b))),
        (a, b) => a == b,
    }
}
