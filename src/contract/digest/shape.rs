//! Shapes: what a schema accepts, in a form that is the same however the schema is written.
//!
//! Each shape is kept once and known by its number, so that a copy and a reference to the same are one shape.

use std::collections::{BTreeMap, HashMap};

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
        self.known.push(shape.clone());
        self.ids.insert(shape, id);
        id
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
        let id = self.id(Shape::Circle(number));
        self.circles.push((name, id));
        (number, id)
    }

    /// What a shape that contains itself is.
    pub(super) fn close(&mut self, number: usize, body: Id) {
        self.circles[number].1 = body;
    }

    pub(super) fn circles(&self) -> &[(String, Id)] {
        &self.circles
    }

    /// One of several: without those given twice, `null` last, unions in it that have no name opened. None of them comes first.
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
    pub(super) fn group(&mut self, kind: Kind, mut parts: Vec<(String, Id)>, after: String) -> Id {
        let mut keyed: Vec<(bool, String, String, Id)> =
            parts.drain(..).map(|(label, id)| (self.is_plain(id, "null"), label, self.key(id), id)).collect();
        keyed.sort();
        if kind != Kind::OneOf {
            keyed.dedup();
        }
        let parts: Vec<(String, Id)> = keyed.into_iter().map(|(_, label, _, id)| (label, id)).collect();
        match parts.as_slice() {
            [] => self.plain("any"),
            [(label, only)] if label.is_empty() && after.is_empty() => *only,
            _ => self.id(Shape::Group { kind, parts, after }),
        }
    }

    /// A text to sort by that does not depend on what was read before.
    fn key(&self, id: Id) -> String {
        const LONG: usize = 400;
        let mut key = String::new();
        self.put_key(id, &mut key, LONG);
        key
    }

    fn put_key(&self, id: Id, key: &mut String, long: usize) {
        if key.len() > long {
            return;
        }
        match self.get(id) {
            Shape::Plain(text) => key.push_str(text),
            Shape::Circle(number) => key.push_str(&self.circles[*number].0),
            Shape::Group { kind, parts, after } => {
                key.push_str(match kind {
                    Kind::Object => "{",
                    Kind::Array => "[",
                    Kind::OneOf => "(1",
                    Kind::AnyOf => "(",
                    Kind::AllOf => "(&",
                });
                for (label, id) in parts {
                    key.push_str(label);
                    key.push(' ');
                    self.put_key(*id, key, long);
                    key.push(',');
                }
                key.push_str(after);
            }
        }
    }
}
