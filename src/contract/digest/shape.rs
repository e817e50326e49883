//! Shapes: what a schema accepts, in a form that is the same however the schema is written.
//!
//! Each shape is kept once and known by its number, so that a copy and a reference to the same are one shape.

use std::collections::{BTreeMap, HashMap};

use crate::seed::Seed;

/// The number of a shape.
pub(super) type Id = usize;

/// A shape, its parts by their numbers.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Shape {
    /// `string 1..=80`, `"active"`, `any`.
    Plain(String),
    /// One of those that contain themselves, by its number among them.
    Circle(usize),
    Group {
        kind: Kind,
        parts: Vec<(String, Id)>,
        after: String,
    },
}

/// How the parts of a shape belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    Object,
    Array,
    /// Exactly one.
    OneOf,
    /// At least one.
    AnyOf,
    AllOf,
}

/// All shapes of a contract.
#[derive(Default)]
pub(super) struct Shapes {
    known: Vec<Shape>,
    ids: HashMap<Shape, Id>,
    /// A number for each that depends on what it is alone, not on what was read before.
    orders: Vec<u64>,
    /// What documents call them: of several names the first in the alphabet.
    names: BTreeMap<Id, String>,
    /// Those that contain themselves, each with its name.
    circles: Vec<(String, Id)>,
}

impl Shapes {
    pub(super) fn id(&mut self, shape: Shape) -> Id {
        if let Some(id) = self.ids.get(&shape) {
            return *id;
        }
        let id = self.known.len();
        let order = self.order(&shape);
        self.orders.push(order);
        self.known.push(shape.clone());
        self.ids.insert(shape, id);
        id
    }

    fn order(&self, shape: &Shape) -> u64 {
        let seed = match shape {
            Shape::Plain(text) => Seed::new(0).with(text.as_bytes()),
            Shape::Circle(number) => Seed::new(1).with(self.circles[*number].0.as_bytes()),
            Shape::Group { kind, parts, after } => {
                let start = Seed::new(2).with_number(*kind as u64).with(after.as_bytes());
                parts.iter().fold(start, |seed, (label, id)| seed.with(label.as_bytes()).with_number(self.orders[*id]))
            }
        };
        seed.bits()
    }

    pub(super) fn plain(&mut self, text: impl Into<String>) -> Id {
        self.id(Shape::Plain(text.into()))
    }

    pub(super) fn get(&self, id: Id) -> &Shape {
        &self.known[id]
    }

    pub(super) fn len(&self) -> usize {
        self.known.len()
    }

    pub(super) fn is_plain(&self, id: Id, text: &str) -> bool {
        matches!(self.get(id), Shape::Plain(plain) if plain == text)
    }

    /// A name that a document has for a shape.
    pub(super) fn call(&mut self, id: Id, name: &str) {
        match self.names.get_mut(&id) {
            Some(known) if known.as_str() <= name => {}
            Some(known) => *known = name.to_owned(),
            None => {
                self.names.insert(id, name.to_owned());
            }
        }
    }

    pub(super) fn names(&self) -> &BTreeMap<Id, String> {
        &self.names
    }

    /// A shape that contains itself: its number among those, and what it is where it is referred to.
    pub(super) fn circle(&mut self, name: String) -> (usize, Id) {
        let number = self.circles.len();
        self.circles.push((name, Id::default()));
        let id = self.id(Shape::Circle(number));
        (number, id)
    }

    /// What a shape that contains itself is.
    pub(super) fn close(&mut self, number: usize, body: Id) {
        self.circles[number].1 = body;
    }

    pub(super) fn circles(&self) -> &[(String, Id)] {
        &self.circles
    }

    /// One of several: without those given twice, unions in it that have no name opened. None of them comes first.
    pub(super) fn union(&mut self, kind: Kind, parts: impl IntoIterator<Item = Id>, after: String) -> Id {
        let mut opened = Vec::new();
        for id in parts {
            match self.get(id) {
                Shape::Group { kind: Kind::AnyOf, parts, after }
                    if kind == Kind::AnyOf && after.is_empty() && !self.names.contains_key(&id) =>
                {
                    opened.extend(parts.iter().map(|(_, id)| *id));
                }
                _ => opened.push(id),
            }
        }
        self.group(kind, opened.into_iter().map(|id| (String::new(), id)).collect(), after)
    }

    /// Parts that have no order among them.
    pub(super) fn group(&mut self, kind: Kind, parts: Vec<(String, Id)>, after: String) -> Id {
        let mut parts = parts;
        parts.sort_by(|a, b| (&a.0, self.orders[a.1]).cmp(&(&b.0, self.orders[b.1])));
        if kind != Kind::OneOf {
            parts.dedup();
        }
        match parts.as_slice() {
            [] => self.plain("any"),
            [(label, only)] if label.is_empty() && after.is_empty() => *only,
            _ => self.id(Shape::Group { kind, parts, after }),
        }
    }
}
