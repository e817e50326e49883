//! What schemas document of their values: `example`, `examples`, `default`, and what `x-faker` asks for.
//!
//! A documented value describes one thing. The thing that it describes is shown by it; others (a second item of a list, an
//! entity with another id) take from it only what tells nothing about whose it is.

use serde_json::Value;

use super::{Maker, Place};
use crate::schema::{
    annotations::Note,
    plan::{Kind, NodeId, Property},
    random::Random,
};

/// Which documented values a place may show.
#[derive(Clone, Copy)]
pub(super) struct Shown<'p> {
    by: By,
    /// The part of a documented value round it that is this place's.
    part: Option<&'p Value>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    /// The place is of what is documented.
    Own,
    /// It is of something else of that kind.
    Other,
    /// Nothing is shown.
    Nothing,
}

impl<'p> Shown<'p> {
    pub(super) fn by(documented: bool) -> Self {
        Self { by: if documented { By::Own } else { By::Nothing }, part: None }
    }

    pub(super) fn nothing(self) -> Self {
        Self { by: By::Nothing, part: None }
    }

    /// The place is of something else than what is documented.
    pub(super) fn other(self) -> Self {
        if self.by == By::Nothing { self } else { Self { by: By::Other, part: None } }
    }

    /// An object that is documented as a whole shows its parts.
    pub(super) fn within(self, note: Option<&'p Note>) -> Self {
        let whole = || note.and_then(|note| note.examples.iter().find(|example| example.is_object()));
        match (self.by, self.part) {
            (By::Own, None) => Self { part: whole(), ..self },
            _ => self,
        }
    }

    pub(super) fn member(self, name: &str) -> Self {
        Self { part: self.part.and_then(|part| part.get(name)), ..self }
    }

    /// Of several items only the first is what is documented.
    pub(super) fn item(self, index: usize) -> Self {
        match self.part.and_then(|part| part.get(index)) {
            Some(part) => Self { part: Some(part), ..self },
            None if index == 0 => Self { part: None, ..self },
            None => self.other(),
        }
    }
}

impl<'p> Maker<'p> {
    /// What is documented for a place, if it fits there.
    pub(super) fn documented(&self, id: NodeId, place: Place<'p>) -> Option<Value> {
        let note = place.note?;
        let fits = |value: &&Value| self.plan.admits(id, value);
        match place.shown.by {
            By::Nothing => None,
            By::Own => {
                // An empty default says what is there when nothing is: it shows nothing.
                let default = note.default.iter().filter(|default| !says_nothing(default));
                let documented = place.shown.part.into_iter().chain(&note.examples).chain(default);
                documented.filter(|value| !value.is_object()).find(fits).cloned()
            }
            By::Other => {
                let telling = matches!(self.plan.nodes[self.plan.resolve(id)].kind, Kind::String(_)) && place.name.is_telling();
                if note.examples.is_empty() || telling {
                    return None;
                }
                let scalar = |value: &&Value| !value.is_object() && !value.is_array();
                let fitting: Vec<&Value> = note.examples.iter().filter(scalar).filter(fits).collect();
                Random::new(place.seed.with(b"\0example")).pick(&fitting).map(|value| (*value).clone())
            }
        }
    }

    /// What `x-faker` asks for, if it fits.
    pub(super) fn faked(&self, id: NodeId, place: Place<'p>) -> Option<Value> {
        let faker = place.note?.faker.as_ref()?;
        let made = faker.make(&mut Random::new(place.seed.with(b"\0faker")), self.background(place))?;
        self.plan.admits(id, &made).then_some(made)
    }

    /// Whether an entity of this id is the one that is documented.
    pub(super) fn shows(&self, property: &Property, place: Place<'p>, id: &Value) -> bool {
        let note = place.note.and_then(|note| self.annotations.member(note, &property.name));
        let part = place.shown.part.and_then(|part| part.get(&property.name));
        part.into_iter().chain(note.into_iter().flat_map(|note| &note.examples)).any(|known| known == id)
    }
}

/// Whether a value is empty: what documents write where they have nothing to show.
pub(crate) fn says_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}
