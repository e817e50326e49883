//! Looking for a valid value without the generator: values of a schema's own constants are put together at random, and
//! changed where a validator finds fault, for a bounded number of tries.

use serde_json::{Map, Value, json};

use super::grammar::{FORMATS, NAMES, PATTERNS};
use crate::seed::Seed;

/// How many changes are made to one value before another is begun.
const CHANGES: u64 = 40;
/// How deep values are begun; changes may lead deeper.
const DEPTH: u32 = 2;
/// No value grows larger than this, in bytes of its text.
const LARGEST: usize = 4_000;

/// A value that is valid, if one is found in so many tries.
pub(super) fn witness(judge: &jsonschema::Validator, schema: &Value, tries: u64) -> Option<Value> {
    let mut pool = Pool::of(schema);
    for start in 0..tries / CHANGES {
        pool.draws = Seed::new(start);
        let mut value = pool.value(DEPTH);
        for _ in 0..CHANGES {
            let faults: Vec<(String, Vec<String>)> = judge.iter_errors(&value).take(8).map(|error| fault(&error)).collect();
            if faults.is_empty() {
                return Some(value);
            }
            let (place, missing) = &faults[pool.below(faults.len())];
            let at = if value.to_string().len() > LARGEST { "" } else { place };
            if let Some(part) = value.pointer_mut(at) {
                pool.change(part, missing);
            }
        }
    }
    None
}

/// The place of a fault, and the names that are missing there.
fn fault(error: &jsonschema::ValidationError<'_>) -> (String, Vec<String>) {
    let missing = match error.kind() {
        jsonschema::error::ValidationErrorKind::Required { property } => property.as_str().map(str::to_owned).into_iter().collect(),
        _ => Vec::new(),
    };
    (error.instance_path().as_str().to_owned(), missing)
}

/// What values are made of.
struct Pool {
    scalars: Vec<Value>,
    names: Vec<String>,
    draws: Seed,
}

impl Pool {
    fn of(schema: &Value) -> Self {
        let mut pool = Self { scalars: Vec::new(), names: NAMES.map(str::to_owned).to_vec(), draws: Seed::new(0) };
        pool.scalars.extend([
            json!(null),
            json!(true),
            json!(false),
            json!(0),
            json!(1),
            json!("a"),
            json!("ab"),
            json!("xyz"),
            json!(2.5),
        ]);
        pool.gather(schema);
        let mut known = std::collections::HashSet::new();
        pool.scalars.retain(|value| known.insert(value.to_string()));
        pool.names.sort();
        pool.names.dedup();
        pool
    }

    /// The constants of a schema, and the texts that are known to fit its patterns, formats and lengths.
    fn gather(&mut self, schema: &Value) {
        match schema {
            Value::Array(all) => all.iter().for_each(|one| self.gather(one)),
            Value::Object(members) => {
                members.iter().for_each(|(keyword, argument)| self.gather_keyword(keyword, argument));
                members.values().for_each(|argument| self.gather(argument));
            }
            _ => {}
        }
    }

    fn gather_keyword(&mut self, keyword: &str, argument: &Value) {
        let texts = |table: &[(&str, &'static [&'static str])], key: &str| {
            table.iter().find(|(name, _)| *name == key).map_or(&[][..], |(_, texts)| *texts).iter().map(|text| Value::from(*text))
        };
        match (keyword, argument) {
            ("const", value) => self.scalars.push(value.clone()),
            ("enum", Value::Array(values)) => self.scalars.extend(values.iter().cloned()),
            ("pattern", Value::String(pattern)) => {
                self.scalars.extend(texts(&PATTERNS, pattern));
                self.names.extend(texts(&PATTERNS, pattern).filter_map(|text| Some(text.as_str()?.to_owned())));
            }
            ("format", Value::String(format)) => self.scalars.extend(texts(&FORMATS, format)),
            ("patternProperties", Value::Object(all)) => {
                let names = all.keys().flat_map(|pattern| texts(&PATTERNS, pattern)).filter_map(|text| Some(text.as_str()?.to_owned()));
                self.names.extend(names);
            }
            ("minLength" | "maxLength", Value::Number(length)) => {
                let length = length.as_u64().unwrap_or_default() as usize;
                self.scalars.extend(["a", "b", "1"].map(|text| Value::from(text.repeat(length))));
            }
            (_, Value::Number(number)) => {
                let number = number.as_f64().unwrap_or_default();
                let near = [number, number + 1.0, number - 1.0, number + 0.5, number * 2.0, number * 6.0];
                self.scalars.extend(near.into_iter().map(plain));
            }
            _ => {}
        }
    }

    fn draw(&mut self) -> u64 {
        self.draws = self.draws.with_number(1);
        self.draws.bits()
    }

    fn below(&mut self, count: usize) -> usize {
        (self.draw() % count as u64) as usize
    }

    fn value(&mut self, depth: u32) -> Value {
        match self.below(if depth == 0 { 4 } else { 8 }) {
            4 | 5 => (0..self.below(4)).map(|_| self.value(depth - 1)).collect(),
            6 | 7 => Value::Object((0..self.below(4)).map(|_| (self.name(), self.value(depth - 1))).collect()),
            0 => [json!([]), json!({})][self.below(2)].clone(),
            _ => {
                let chosen = self.below(self.scalars.len());
                self.scalars[chosen].clone()
            }
        }
    }

    fn name(&mut self) -> String {
        let chosen = self.below(self.names.len());
        self.names[chosen].clone()
    }

    /// Replaces a part, or adds to it or takes from it.
    fn change(&mut self, part: &mut Value, missing: &[String]) {
        let choice = self.below(4);
        match part {
            Value::Object(members) if !missing.is_empty() && choice > 0 => {
                missing.iter().for_each(|name| _ = members.insert(name.clone(), self.value(1)));
            }
            Value::Object(members) if choice > 1 => self.change_object(members),
            Value::Array(items) if choice > 1 => {
                if choice == 2 || items.is_empty() {
                    let item = if items.is_empty() || self.below(2) == 0 { self.value(1) } else { items[0].clone() };
                    items.insert(self.below(items.len() + 1), item);
                } else {
                    items.remove(self.below(items.len()));
                }
            }
            part => *part = self.value(1),
        }
    }

    fn change_object(&mut self, members: &mut Map<String, Value>) {
        let known: Vec<String> = members.keys().cloned().collect();
        match self.below(3) {
            0 if !known.is_empty() => _ = members.remove(&known[self.below(known.len())]),
            1 if !known.is_empty() => _ = members.insert(known[self.below(known.len())].clone(), self.value(1)),
            _ => _ = members.insert(self.name(), self.value(1)),
        }
    }
}

/// A number as documents write it: without a fraction where there is none.
fn plain(number: f64) -> Value {
    if number.fract() == 0.0 { json!(number as i64) } else { json!(number) }
}
