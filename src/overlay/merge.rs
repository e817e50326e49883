//! What an action does to a value: merging and removing, with account of where everything is from.

use serde_json::Value;

use super::select::Step;
use crate::{
    pointer::Pointer,
    source::{MAX_DEPTH, Origin, Origins, describe},
};

/// The document while overlays are laid over it.
pub(super) struct Ground {
    pub(super) value: Value,
    pub(super) origins: Origins,
    /// How many values may still be added: an action can double a document, and so can the next.
    budget: usize,
    most: usize,
}

/// What cannot be merged: the place in the overlay, what was expected there, and what was found.
#[derive(Debug)]
pub(super) struct Clash {
    pub(super) pointer: Pointer,
    pub(super) expected: String,
    pub(super) found: String,
}

impl Ground {
    /// `most` is how many values overlays may add.
    pub(super) fn new(value: Value, most: usize) -> Self {
        Self { value, origins: Origins::default(), budget: most, most }
    }

    /// Merges a value that stands at `from` into the one at a place.
    pub(super) fn update(&mut self, steps: &[Step], update: &Value, from: Origin) -> Result<(), Clash> {
        let place = pointer(steps);
        let Self { value, origins, budget, most } = self;
        // What was selected is still there: merging takes nothing away.
        let Some(target) = value.pointer_mut(place.as_str()) else { return Ok(()) };
        let mut merging = Merging { origins, budget, most: *most, layer: from.layer };
        match target {
            // An entry, where a list of entries would be one, too.
            Value::Array(items) if !update.is_array() => merging.push(items, update, &place, from.pointer),
            target => merging.merge(target, update, &place, &from.pointer),
        }
    }

    /// Removes what stands at a place.
    pub(super) fn remove(&mut self, steps: &[Step]) {
        let Some((step, holder)) = steps.split_last() else { return };
        let place = pointer(holder);
        match (self.value.pointer_mut(place.as_str()), step) {
            (Some(Value::Object(members)), Step::Name(name)) => {
                // `remove` would put the last one into its place where the order of members is kept.
                members.retain(|member, _| member != name);
                self.origins.remove_member(&place, name);
            }
            (Some(Value::Array(items)), Step::Index(index)) if *index < items.len() => {
                self.origins.remove_item(&place, *index, items.len());
                items.remove(*index);
            }
            _ => {}
        }
    }
}

/// The place that steps lead to.
pub(super) fn pointer(steps: &[Step]) -> Pointer {
    let mut pointer = Pointer::root();
    for step in steps {
        match step {
            Step::Name(name) => pointer.push(name),
            Step::Index(index) => pointer.push(index),
        }
    }
    pointer
}

struct Merging<'g> {
    origins: &'g mut Origins,
    budget: &'g mut usize,
    most: usize,
    layer: usize,
}

impl Merging<'_> {
    /// Members of objects are merged one by one, items of arrays come behind those that are there, and what holds nothing is
    /// replaced. An object or an array is never lost to something else: whoever means that removes it first.
    fn merge(&mut self, target: &mut Value, update: &Value, place: &Pointer, from: &Pointer) -> Result<(), Clash> {
        match (target, update) {
            (Value::Object(members), Value::Object(updates)) => {
                for (name, update) in updates {
                    let (place, from) = (place.join(name), from.join(name));
                    match members.get_mut(name) {
                        Some(member) => self.merge(member, update, &place, &from)?,
                        None => {
                            let added = self.take(update, &place, from)?;
                            members.insert(name.clone(), added);
                        }
                    }
                }
                Ok(())
            }
            (Value::Array(items), Value::Array(updates)) => {
                updates.iter().enumerate().try_for_each(|(index, update)| self.push(items, update, place, from.join(index)))
            }
            (Value::Object(_), update) => Err(clash("an object", update, place, from)),
            (Value::Array(_), update) => Err(clash("an array", update, place, from)),
            (target, update) => {
                *target = self.take(update, place, from.clone())?;
                Ok(())
            }
        }
    }

    fn push(&mut self, items: &mut Vec<Value>, item: &Value, place: &Pointer, from: Pointer) -> Result<(), Clash> {
        let added = self.take(item, &place.join(items.len()), from)?;
        items.push(added);
        Ok(())
    }

    /// A copy for the document, under its limits.
    fn take(&mut self, value: &Value, place: &Pointer, from: Pointer) -> Result<Value, Clash> {
        let over = |expected: String, found: &str| Clash { pointer: from.clone(), expected, found: format!("{found} at {place}") };
        let (count, depth) = extent(value);
        if place.tokens().count() + depth >= MAX_DEPTH {
            return Err(over(format!("a document of fewer than {MAX_DEPTH} levels"), "more"));
        }
        let Some(left) = self.budget.checked_sub(count) else {
            return Err(over(format!("no more than {} values that overlays add", self.most), "more"));
        };
        *self.budget = left;
        self.origins.put(place, Origin { layer: self.layer, pointer: from });
        Ok(value.clone())
    }
}

fn clash(kind: &str, update: &Value, place: &Pointer, from: &Pointer) -> Clash {
    let target = if place.is_root() { "the document".to_owned() } else { place.to_string() };
    Clash { pointer: from.clone(), expected: format!("{kind}, because {target} is one"), found: describe(update) }
}

/// How many values there are in a value, and how many levels of them below it.
fn extent(value: &Value) -> (usize, usize) {
    let sum = |(count, depth): (usize, usize), held: &Value| {
        let (more, below) = extent(held);
        (count + more, depth.max(below + 1))
    };
    match value {
        Value::Object(members) => members.values().fold((1, 0), sum),
        Value::Array(items) => items.iter().fold((1, 0), sum),
        _ => (1, 0),
    }
}
