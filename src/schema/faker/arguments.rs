//! The arguments of a method, by position and by name.

use serde_json::{Map, Value};

/// No text or list is longer than this, whatever its arguments say.
const MOST: u64 = 10_000;

#[derive(Debug, Clone, Default)]
pub(super) struct Arguments {
    by_position: Vec<Value>,
    by_name: Map<String, Value>,
}

impl Arguments {
    pub(super) fn read(value: &Value) -> Self {
        let by_position = match value {
            Value::Null => Vec::new(),
            Value::Array(values) => values.clone(),
            other => vec![other.clone()],
        };
        let by_name = by_position.iter().find_map(Value::as_object).cloned().unwrap_or_default();
        Self { by_position, by_name }
    }

    /// A number: by its name, else by its position.
    pub(super) fn number(&self, name: &str, position: usize) -> Option<f64> {
        self.by_name.get(name).or_else(|| self.by_position.get(position)).and_then(Value::as_f64)
    }

    pub(super) fn integer(&self, name: &str, position: usize) -> Option<i64> {
        self.number(name, position).map(|number| number as i64)
    }

    /// How long something is to be: a number, or the least and the greatest.
    pub(super) fn length(&self, names: &[&str], usual: u64) -> (u64, u64) {
        let told =
            names.iter().find_map(|name| self.by_name.get(*name)).or_else(|| self.by_position.iter().find(|value| value.is_number()));
        let bound = |value: Option<&Value>| value.and_then(Value::as_f64).map(|number| (number as u64).min(MOST));
        match told {
            Some(Value::Object(range)) => {
                let (min, max) = (bound(range.get("min")).unwrap_or(1), bound(range.get("max")).unwrap_or(usual));
                (min, max.max(min))
            }
            told => bound(told).map_or((usual, usual), |length| (length, length)),
        }
    }

    pub(super) fn text(&self, name: &str, position: usize) -> Option<&str> {
        self.by_name.get(name).or_else(|| self.by_position.get(position)).and_then(Value::as_str)
    }

    /// What is chosen from: the first argument, or all of them if that is no list.
    pub(super) fn list(&self) -> &[Value] {
        match self.by_position.as_slice() {
            [Value::Array(list), ..] => list,
            all => all,
        }
    }
}
