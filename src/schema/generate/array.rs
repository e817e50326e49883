//! Items: as many as there must be, and a few more; different where they must be; those that must be contained.

use serde_json::Value;

use super::{AGAIN, Given, Maker, Place};
use crate::schema::{
    plan::{Array, Kind, NodeId},
    random::Random,
};

/// How many items lists have, where nothing says otherwise.
const FEW: std::ops::RangeInclusive<u64> = 2..=3;
/// How often another item is tried that differs from those before, where it need not.
const DULL: u64 = 4;
/// Lists that must be longer than this have items with no more in them than there must be.
const MANY: usize = 100;

impl<'p> Maker<'p> {
    pub(super) fn array(&mut self, array: &Array, place: Place<'p>) -> Option<Value> {
        // What the caller gives is for the outermost entity; items are others.
        let given = std::mem::take(&mut self.given);
        let lean = self.lean;
        self.lean |= array.min > MANY;
        let made = self.items(array, place);
        (self.given, self.lean) = (given, lean);
        made
    }

    fn items(&mut self, array: &Array, place: Place<'p>) -> Option<Value> {
        let rest = if array.unevaluated.is_some() && matches!(self.plan.nodes[self.plan.resolve(array.items)].kind, Kind::Any) {
            array.unevaluated.unwrap_or(array.items)
        } else {
            array.items
        };
        let len = self.length(array, rest, place);
        let mut contained = array.contains.iter().flat_map(|contains| std::iter::repeat_n(contains.node, contains.min));
        let mut items: Vec<Value> = Vec::with_capacity(len.min(1000));
        for index in 0..len {
            let node = array.prefix.get(index).copied().or_else(|| contained.next()).unwrap_or(rest);
            let back = self.enter(index);
            let item = self.item(array, node, self.item_place(place, index), &items);
            self.leave(back);
            match item {
                Some(item) => items.push(item),
                None if items.len() >= array.min && contained.next().is_none() => break,
                None => return None,
            }
        }
        if array.repeated {
            self.repeat(array, &mut items)?;
        }
        Some(Value::Array(items))
    }

    fn length(&self, array: &Array, rest: NodeId, place: Place<'p>) -> usize {
        let needed: usize = array.contains.iter().map(|contains| contains.min).sum();
        let needed = if needed > 0 { needed + array.prefix.len() } else { 0 };
        let wanted = match self.setting.items {
            _ if self.sparing(place.depth) => 0,
            _ if !self.finite(rest) => array.prefix.iter().take_while(|node| self.finite(**node)).count(),
            Some(items) => items as usize,
            None => (Random::new(place.seed).within(FEW) as usize).max(array.prefix.len()),
        };
        wanted.max(array.min).max(needed).min(array.max)
    }

    fn item_place(&self, place: Place<'p>, index: usize) -> Place<'p> {
        let seed = place.seed.with_number(index as u64);
        Place {
            seed,
            name: place.name.item(),
            note: place.note.and_then(|note| self.annotations.items(note)),
            depth: place.depth + 1,
            shown: place.shown.item(index),
            times: self.times(seed, true),
            way: None,
            in_list: true,
            varied: false,
        }
    }

    /// One item, different from those it must differ from, and none too many of what may be contained.
    fn item(&mut self, array: &Array, node: NodeId, place: Place<'p>, others: &[Value]) -> Option<Value> {
        let plan = self.plan;
        let full = |item: &Value| {
            array.contains.iter().any(|contains| {
                let count = || others.iter().filter(|other| plan.admits(contains.node, other)).count();
                contains.max < usize::MAX && plan.admits(contains.node, item) && count() >= contains.max
            })
        };
        let mut twin = None;
        for attempt in 0..AGAIN {
            let seed = if attempt == 0 { place.seed } else { place.seed.with(b"again").with_number(attempt) };
            let shown = if attempt == 0 { place.shown } else { place.shown.other() };
            let Some(item) = self.make(node, Place { seed, shown, varied: attempt >= DULL, ..place }) else { continue };
            if full(&item) {
                continue;
            }
            if !others.contains(&item) {
                return Some(item);
            }
            // Items that say the same read badly even where they may.
            twin = (!array.unique).then_some(item);
            if !array.unique && attempt >= DULL {
                break;
            }
        }
        twin
    }

    /// Two items that are the same.
    fn repeat(&self, array: &Array, items: &mut Vec<Value>) -> Option<()> {
        let node = |index: usize| array.prefix.get(index).copied().unwrap_or(array.items);
        let twins = |items: &[Value]| items.iter().enumerate().any(|(index, item)| items[..index].contains(item));
        if twins(items) {
            return Some(());
        }
        let pairs = (1..items.len()).flat_map(|later| (0..later).map(move |earlier| (earlier, later)));
        for (earlier, later) in pairs.take(1000) {
            if self.plan.admits(node(later), &items[earlier]) {
                items[later] = items[earlier].clone();
                return Some(());
            }
        }
        let last = items.last()?.clone();
        (items.len() < array.max && self.plan.admits(node(items.len()), &last)).then(|| items.push(last))
    }
}

impl Given<'_> {
    /// Whether the caller puts its own value into a member of this name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.members.contains(&name)
    }
}
