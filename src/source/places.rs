//! Where each value of a text begins: found for all of them by one walk, when somebody asks for the first.
//!
//! A document of several megabytes may have thousands of warnings, and each report names rules. Sixteen bytes for each value
//! are less than one percent of what a document needs otherwise, and the walk takes no longer than a search for one place.

use std::collections::HashMap;

use crate::{error::Position, pointer::Pointer};

/// Marks a name that is the index of an item; all others are numbers of keys.
const ITEM: u32 = 1 << 31;

/// The values of a text in their order, each before what it holds.
#[derive(Default)]
pub(super) struct Places {
    nodes: Vec<Node>,
    keys: HashMap<String, u32>,
}

struct Node {
    /// The number of the key that it stands behind, or its index with [`ITEM`].
    name: u32,
    line: u32,
    column: u32,
    /// The node after the last one that it holds.
    end: u32,
}

impl Places {
    /// Where the value that `pointer` names begins; for a member of an object, where its name begins. If there is no such
    /// value, the place of the nearest one that would hold it: a missing member has no place of its own, nor has what came
    /// by an alias, which has one. `None` if there is no value at all.
    pub(super) fn nearest(&self, pointer: &Pointer) -> Option<Position> {
        let mut here = 0;
        for token in pointer.tokens() {
            match self.child(here, &token) {
                Some(child) => here = child,
                None => break,
            }
        }
        let node = self.nodes.get(here)?;
        Some(Position { line: node.line as usize, column: node.column as usize })
    }

    /// Of members of the same name, the last one counts.
    fn child(&self, parent: usize, token: &str) -> Option<usize> {
        let key = self.keys.get(token).copied();
        let item = token.parse::<u32>().ok().filter(|index| *index < ITEM).map(|index| index | ITEM);
        let end = self.nodes.get(parent)?.end as usize;
        let children = std::iter::successors(Some(parent + 1), |child| Some(self.nodes.get(*child)?.end as usize));
        let named = |child: &usize| [key, item].contains(&Some(self.nodes[*child].name));
        children.take_while(|child| *child < end).filter(named).last()
    }
}

/// Puts places together from what a walk meets, in the order of the text.
#[derive(Default)]
pub(super) struct Walked {
    places: Places,
    /// The collections that are open.
    open: Vec<Open>,
}

struct Open {
    node: usize,
    /// The index of the next item.
    next: u32,
    /// What stands before the value that comes next, in a mapping.
    key: Option<(u32, Position)>,
}

impl Walked {
    /// The name of a member.
    pub(super) fn key(&mut self, name: &str, at: Position) {
        let new = u32::try_from(self.places.keys.len()).unwrap_or(ITEM - 1);
        let number = match self.places.keys.get(name) {
            Some(known) => *known,
            None => *self.places.keys.entry(name.to_owned()).or_insert(new),
        };
        if let Some(open) = self.open.last_mut() {
            open.key = Some((number, at));
        }
    }

    /// A value that holds nothing, or, in front of [`open`](Self::open), one that does.
    pub(super) fn value(&mut self, at: Position) {
        let (name, at) = match self.open.last_mut() {
            None => (0, at),
            Some(open) => open.key.take().unwrap_or_else(|| {
                open.next += 1;
                ((open.next - 1) | ITEM, at)
            }),
        };
        let number = |size: usize| u32::try_from(size).unwrap_or(u32::MAX);
        let end = number(self.places.nodes.len() + 1);
        self.places.nodes.push(Node { name, line: number(at.line), column: number(at.column), end });
    }

    /// An object or an array begins.
    pub(super) fn open(&mut self, at: Position) {
        let node = self.places.nodes.len();
        self.value(at);
        self.open.push(Open { node, next: 0, key: None });
    }

    /// The innermost one ends.
    pub(super) fn close(&mut self) {
        let end = self.places.nodes.len();
        if let Some(open) = self.open.pop() {
            self.places.nodes[open.node].end = u32::try_from(end).unwrap_or(u32::MAX);
        }
    }

    /// Whether the walk is through with the value that it began with.
    pub(super) fn is_done(&self) -> bool {
        self.open.is_empty() && !self.places.nodes.is_empty()
    }

    pub(super) fn finish(mut self) -> Places {
        while !self.open.is_empty() {
            self.close();
        }
        self.places
    }
}
