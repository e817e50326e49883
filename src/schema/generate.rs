//! Making values from a plan. A value is a function of its seed and its place; what leaves is always valid.

use serde_json::{Map, Number, Value};

use super::{
    formats,
    names::{Name, Tense},
    plan::{Array, Kind, NodeId, Object, Plan, Text, UNBOUNDED},
    random::Random,
};
use crate::{clock::Timestamp, seed::Seed};

/// What a value may depend on beside its seed and place.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Setting {
    /// The time on the server's clock.
    pub(crate) now: Timestamp,
    /// Whether what need not be there is left out.
    pub(crate) required_only: bool,
}

/// How many whole values are tried before it is said that none was found.
pub(super) const TRIES: u64 = 50;
/// From this depth on, only what must be there is made.
const DEEP: u32 = 6;
/// No value is deeper than this.
const DEEPEST: u32 = 64;
/// No value has more parts than this.
const MOST_NODES: usize = 10_000;
/// No text is made longer than this, in characters.
const LONGEST: usize = 1 << 20;
/// How many texts are tried for one place.
const TEXTS: u64 = 40;

/// The first try: most often valid, and cheap. Nothing in it is judged on the way.
///
/// Members that `given` names are null, wherever they stand but in arrays: the caller puts its own values there.
pub(super) fn draft(plan: &Plan, given: &[&str], seed: Seed, setting: Setting) -> Option<Value> {
    let mut maker = Maker { plan, setting, given, nodes: 0, lean: false, judging: false };
    maker.make(plan.root, seed, Name::read(""), 0)
}

/// The first value made from the plan that is valid.
pub(super) fn valid_value(plan: &Plan, is_valid: impl Fn(&Value) -> bool, seed: Seed, setting: Setting) -> Option<Value> {
    draft(plan, &[], seed, setting).filter(&is_valid).or_else(|| {
        (0..TRIES).find_map(|attempt| {
            // The first of these takes the seed as it is; later ones leave more and more out.
            let seed = if attempt == 0 { seed } else { seed.with_number(attempt) };
            let mut maker = Maker { plan, setting, given: &[], nodes: 0, lean: attempt > TRIES / 2, judging: true };
            maker.make(plan.root, seed, Name::read(""), 0).filter(&is_valid)
        })
    })
}

struct Maker<'p> {
    plan: &'p Plan,
    setting: Setting,
    /// Members that somebody else makes.
    given: &'p [&'p str],
    nodes: usize,
    /// Leave out whatever may be left out.
    lean: bool,
    /// Judge each text on its own, where its schema asks for more than construction can promise.
    judging: bool,
}

impl Maker<'_> {
    /// Makes a value for a place; `name` is the property that it is for.
    fn make(&mut self, id: NodeId, seed: Seed, name: Name, depth: u32) -> Option<Value> {
        self.nodes += 1;
        if depth > DEEPEST || self.nodes > MOST_NODES {
            return None;
        }
        match &self.plan.nodes[id].kind {
            Kind::Null => Some(Value::Null),
            Kind::Boolean => Some(Value::Bool(Random::new(seed).coin())),
            Kind::Any => Some(Value::String(name.text(&mut Random::new(seed)))),
            Kind::Never => None,
            Kind::OneOf(values) => Random::new(seed).pick(values).cloned(),
            Kind::String(text) => self.text(text, seed, name),
            Kind::Integer { low, high, steps } => integer(*low, *high, steps, &mut Random::new(seed)),
            Kind::Number { low, high, steps } => number(*low, *high, steps, &mut Random::new(seed)),
            Kind::Array(array) => self.array(array, seed, name, depth),
            Kind::Object(object) => self.object(object, seed, depth),
            Kind::Choice(branches) => self.choice(branches, seed, name, depth),
            Kind::Both(branches) => self.both(branches, seed, name, depth),
            Kind::Reference(target) => self.make(*target, seed, name, depth),
        }
    }

    fn finite(&self, id: NodeId) -> bool {
        self.plan.nodes[id].height != UNBOUNDED
    }

    fn sparing(&self, depth: u32) -> bool {
        self.lean || self.setting.required_only || depth >= DEEP
    }

    fn text(&self, text: &Text, seed: Seed, name: Name) -> Option<Value> {
        if text.min > LONGEST {
            return None;
        }
        (0..TEXTS).find_map(|attempt| {
            let mut random = Random::new(seed.with_number(attempt));
            let candidate = self.candidate(text, &mut random, name, attempt);
            // Only what may be too short or too long is counted.
            let bounded = text.min > 0 || text.max < usize::MAX;
            let fits = !bounded || (text.min..=text.max).contains(&candidate.chars().count());
            let candidate = Value::String(candidate);
            let judged = !self.judging || text.accepts(&candidate);
            (fits && judged).then_some(candidate)
        })
    }

    /// A text that may fit: by format, by pattern, by name, in this order, then mixed as attempts go on.
    fn candidate(&self, text: &Text, random: &mut Random, name: Name, attempt: u64) -> String {
        let format_now = text.patterns.is_none() || attempt.is_multiple_of(2) != text.pattern_first;
        let by_format = text.formats.first().filter(|_| format_now);
        if let Some(format) = by_format {
            if format == "date-time" {
                return self.moment(random, name);
            }
            if let Some(made) = formats::make(format, random, self.setting) {
                return made;
            }
        }
        if let Some(made) = text.patterns.as_ref().and_then(|patterns| patterns.make(random, text.min..=text.max)) {
            return made;
        }
        cut(padded(name.text(random), text.min), text.max)
    }

    fn moment(&self, random: &mut Random, name: Name) -> String {
        let past = formats::moment(random, self.setting);
        match name.tense {
            Tense::Now => self.setting.now.to_string(),
            Tense::Past => past.to_string(),
            Tense::Future => {
                let distance = self.setting.now.as_millis() - past.as_millis() + 60_000;
                self.setting.now.plus_millis(distance).to_string()
            }
        }
    }

    fn array(&mut self, array: &Array, seed: Seed, name: Name, depth: u32) -> Option<Value> {
        let given = std::mem::take(&mut self.given);
        let made = self.items(array, seed, name, depth);
        self.given = given;
        made
    }

    fn items(&mut self, array: &Array, seed: Seed, name: Name, depth: u32) -> Option<Value> {
        let mut random = Random::new(seed);
        let wanted = if self.sparing(depth) || !self.finite(array.items) { 0 } else { random.within(1..=3) as usize };
        let needed: usize = array.contains.iter().map(|(count, _)| count).sum();
        let len = wanted.max(array.min).max(needed).min(array.max);
        let mut places = array.contains.iter().flat_map(|(count, id)| std::iter::repeat_n(*id, *count));
        let mut items: Vec<Value> = Vec::with_capacity(len.min(1000));
        for index in 0..len {
            let node = array.prefix.get(index).copied().or_else(|| places.next()).unwrap_or(array.items);
            let place = seed.with_number(index as u64);
            match self.item(node, place, name, depth, if array.unique { &items } else { &[] }) {
                Some(item) => items.push(item),
                None if items.len() >= array.min => break,
                None => return None,
            }
        }
        Some(Value::Array(items))
    }

    /// One item, different from those it must differ from.
    fn item(&mut self, node: NodeId, seed: Seed, name: Name, depth: u32, others: &[Value]) -> Option<Value> {
        (0..TEXTS).find_map(|attempt| {
            let seed = if attempt == 0 { seed } else { seed.with(b"again").with_number(attempt) };
            self.make(node, seed, name.item(), depth + 1).filter(|item| !others.contains(item))
        })
    }

    fn object(&mut self, object: &Object, seed: Seed, depth: u32) -> Option<Value> {
        let mut members = Map::new();
        let mut room = object.max.saturating_sub(object.properties.iter().filter(|property| property.required).count());
        for property in &object.properties {
            let wanted = !self.sparing(depth) && self.finite(property.node) && room > 0;
            if !property.required && !wanted {
                continue;
            }
            if self.given.contains(&property.name.as_str()) {
                room -= usize::from(!property.required);
                members.insert(property.name.clone(), Value::Null);
                continue;
            }
            match self.make(property.node, seed.with(property.name.as_bytes()), property.reading, depth + 1) {
                Some(value) => {
                    room -= usize::from(!property.required);
                    members.insert(property.name.clone(), value);
                }
                None if property.required => return None,
                None => {}
            }
        }
        self.undeclared(object, &mut members, seed, depth)?;
        Some(Value::Object(members))
    }

    /// Members without a declared name: what a map is made of, or what the least number of members asks for.
    fn undeclared(&mut self, object: &Object, members: &mut Map<String, Value>, seed: Seed, depth: u32) -> Option<()> {
        let typed = !matches!(self.plan.nodes[object.additional].kind, Kind::Any | Kind::Never);
        let is_map = object.properties.is_empty() && (typed || !object.patterns.is_empty());
        let wanted = if is_map && !self.sparing(depth) { 2 } else { 0 }.max(object.min).min(object.max);
        for attempt in 0..TEXTS {
            if members.len() >= wanted {
                return Some(());
            }
            let place = seed.with(b"\0undeclared").with_number(attempt);
            let Some((name, node)) = self.undeclared_name(object, place, depth) else { continue };
            if members.contains_key(&name) || object.properties.iter().any(|property| property.name == name) {
                continue;
            }
            if let Some(value) = self.make(node, place, Name::read(&name), depth + 1) {
                members.insert(name, value);
            }
        }
        (members.len() >= object.min).then_some(())
    }

    fn undeclared_name(&mut self, object: &Object, seed: Seed, depth: u32) -> Option<(String, NodeId)> {
        let mut random = Random::new(seed);
        if let Some((pattern, node)) = random.pick(&object.patterns) {
            return Some((pattern.make(&mut random, 0..=usize::MAX)?, *node));
        }
        let name = match object.names {
            Some(names) => self.make(names, seed.with(b"\0name"), Name::read("key"), depth + 1)?.as_str()?.to_owned(),
            None => random.text(b"abcdefghijklmnopqrstuvwxyz", 6),
        };
        Some((name, object.additional))
    }

    /// One branch: any that is finite, the shallowest when deep, `null` seldom.
    fn choice(&mut self, branches: &[NodeId], seed: Seed, name: Name, depth: u32) -> Option<Value> {
        let finite: Vec<NodeId> = branches.iter().copied().filter(|id| self.finite(*id)).collect();
        if self.sparing(depth) {
            let shallowest = finite.iter().copied().min_by_key(|id| self.plan.nodes[*id].height)?;
            return self.make(shallowest, seed, name, depth);
        }
        let mut random = Random::new(seed.with(b"\0choice"));
        let telling: Vec<NodeId> = finite.iter().copied().filter(|id| !self.is_null(*id)).collect();
        let null_this_time = telling.len() < finite.len() && random.within(0..=7) == 0;
        let from = if telling.is_empty() || null_this_time { &finite } else { &telling };
        let first = random.index(from.len().max(1));
        (0..from.len()).find_map(|turn| self.make(from[(first + turn) % from.len()], seed, name, depth))
    }

    fn is_null(&self, id: NodeId) -> bool {
        match &self.plan.nodes[id].kind {
            Kind::Null => true,
            Kind::OneOf(values) => values.as_slice() == [Value::Null],
            Kind::Choice(branches) => branches.iter().all(|branch| self.is_null(*branch)),
            _ => false,
        }
    }

    fn both(&mut self, branches: &[NodeId], seed: Seed, name: Name, depth: u32) -> Option<Value> {
        let mut whole: Option<Value> = None;
        for branch in branches {
            let part = self.make(*branch, seed, name, depth)?;
            match (&mut whole, part) {
                (None, part) => whole = Some(part),
                (Some(Value::Object(members)), Value::Object(more)) => members.extend(more),
                (Some(_), _) => {}
            }
        }
        whole
    }
}

fn integer(low: i64, high: i64, steps: &[i64], random: &mut Random) -> Option<Value> {
    let span = high.abs_diff(low);
    if high < low {
        return None;
    }
    let drawn = low.wrapping_add_unsigned(random.within(0..=span));
    let Some(step) = steps.iter().copied().reduce(common_multiple) else { return Some(drawn.into()) };
    let down = drawn.div_euclid(step).checked_mul(step)?;
    let fitting = [down, down.checked_add(step)?].into_iter().find(|number| (low..=high).contains(number));
    // The range that is drawn from is narrowed; a step may be wider than that.
    Some(fitting.unwrap_or(step).into())
}

fn common_multiple(a: i64, b: i64) -> i64 {
    let (mut x, mut y) = (a.abs(), b.abs());
    while y != 0 {
        (x, y) = (y, x % y);
    }
    (a.abs() / x.max(1)).saturating_mul(b.abs())
}

fn number(low: f64, high: f64, steps: &[f64], random: &mut Random) -> Option<Value> {
    let share = random.within(1..=9_999) as f64 / 10_000.0;
    let drawn = low + (high - low) * share;
    let value = match steps.first() {
        Some(step) => (drawn / step).round() * step,
        // Two decimals where they fit: amounts read better than noise.
        None => Some((drawn * 100.0).round() / 100.0).filter(|rounded| *rounded > low && *rounded < high).unwrap_or(drawn),
    };
    Number::from_f64(value).map(Value::Number)
}

fn padded(mut text: String, min: usize) -> String {
    let len = text.chars().count();
    if len < min {
        // A text of this length is asked for, so it is made, within reason.
        text.extend("abcdefghij".chars().cycle().take((min - len).min(LONGEST)));
    }
    text
}

fn cut(text: String, max: usize) -> String {
    match text.char_indices().nth(max) {
        Some((end, _)) => text[..end].trim_end().to_owned(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::super::{Direction, Document, Schema};
    use super::*;
    use crate::pointer::Pointer;

    fn schema(value: Value) -> Schema {
        let document = Arc::new(Document::of_value(json!({"s": value})));
        Schema::new(&document, Pointer::parse("/s").unwrap(), Direction::Response)
    }

    const SETTING: Setting = Setting { now: Timestamp::FIXED, required_only: false };

    #[test]
    fn every_kind_of_schema_gives_valid_values() {
        let schemas = [
            json!(true),
            json!({"type": "string", "minLength": 50}),
            json!({"type": "string", "maxLength": 3}),
            json!({"type": "string", "pattern": "^[A-Z]{3}-[0-9]+$", "minLength": 12, "maxLength": 12}),
            json!({"type": "string", "format": "date-time", "pattern": "Z$"}),
            json!({"type": "string", "not": {"enum": ["a", "b"]}}),
            json!({"type": "integer", "minimum": -7, "exclusiveMaximum": 0, "multipleOf": 3}),
            json!({"type": "integer", "multipleOf": 5000}),
            json!({"type": "number", "exclusiveMinimum": 0, "maximum": 0.001}),
            json!({"type": "array", "minItems": 2, "uniqueItems": true, "items": {"enum": [1, 2, 3]}}),
            json!({"type": "array", "contains": {"const": "x"}, "minContains": 2, "prefixItems": [{"type": "null"}]}),
            json!({"type": "object", "minProperties": 3, "additionalProperties": {"type": "boolean"}}),
            json!({"type": "object", "propertyNames": {"pattern": "^k[0-9]$"}, "minProperties": 2}),
            json!({"type": "object", "patternProperties": {"^x-": {"type": "integer"}}, "additionalProperties": false}),
            json!({"oneOf": [{"type": "integer"}, {"type": "string", "maxLength": 2}, {"type": "null"}]}),
            json!({"allOf": [{"required": ["a"]}, {"properties": {"a": {"const": 1}, "b": {"type": "string"}}}], "type": "object"}),
            json!({"not": {"type": "string"}}),
            json!({"if": {"required": ["a"]}, "then": {"required": ["b"]}, "type": "object", "properties": {"a": {}, "b": {"type": "integer"}}}),
            json!({"type": ["string", "null"], "format": "uuid"}),
            json!({"type": "integer", "format": "int32"}),
        ];
        for value in schemas {
            let schema = schema(value.clone());
            for seed in 0..50 {
                if let Err(violation) = schema.generate(Seed::new(seed), SETTING) {
                    panic!("{value}: {violation}");
                }
            }
        }
    }

    #[test]
    fn recursion_ends() {
        let tree = json!({"type": "object", "required": ["kids", "next"], "properties": {
            "kids": {"type": "array", "items": {"$ref": "#/s"}},
            "next": {"anyOf": [{"$ref": "#/s"}, {"type": "null"}]}
        }});
        let made = schema(tree).generate(Seed::new(1), SETTING).unwrap();
        assert!(made["kids"].is_array(), "{made}");
    }

    #[test]
    fn an_impossible_schema_is_an_honest_error() {
        let violation = schema(json!({"type": "string", "pattern": "^a$", "minLength": 5})).generate(Seed::new(1), SETTING).unwrap_err();
        assert!(violation.to_string().contains("one that no value was found for"), "{violation}");
        let violation = schema(json!({"type": "integer", "minimum": 2, "maximum": 1})).generate(Seed::new(1), SETTING).unwrap_err();
        assert!(violation.to_string().contains("rule: test /s"), "{violation}");
    }

    #[test]
    fn a_new_property_changes_no_other_value() {
        let before = schema(json!({"type": "object", "properties": {"b": {"type": "string"}, "c": {"type": "integer"}}}));
        let after =
            schema(json!({"type": "object", "properties": {"a": {"type": "string"}, "c": {"type": "integer"}, "b": {"type": "string"}}}));
        let (before, after) = (before.generate(Seed::new(9), SETTING).unwrap(), after.generate(Seed::new(9), SETTING).unwrap());
        assert_eq!((&before["b"], &before["c"]), (&after["b"], &after["c"]));
    }

    #[test]
    fn times_follow_the_clock() {
        let time = json!({"type": "string", "format": "date-time"});
        let made =
            schema(json!({"type": "object", "properties": {"created_at": time, "updated_at": time, "expires_at": time, "seen_at": time}}))
                .generate(Seed::new(2), SETTING)
                .unwrap();
        assert_eq!(made["created_at"], "2026-01-01T00:00:00.000Z");
        assert_eq!(made["created_at"], made["updated_at"]);
        assert!(made["expires_at"].as_str() > made["created_at"].as_str(), "{made}");
        assert!(made["seen_at"].as_str() <= made["created_at"].as_str(), "{made}");
    }
}
