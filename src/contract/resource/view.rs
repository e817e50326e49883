//! What a schema says of the value itself and of its members, level by level.
//!
//! Reading [`Annotations`](crate::schema::Annotations) follows everything that a schema reaches, which is more than most
//! answers need to be told apart: here nothing is read before it is asked for.

use std::{collections::HashSet, sync::Arc};

use serde_json::{Map, Value};

use crate::{
    document::Document,
    pointer::Pointer,
    schema::{Direction, Schema, Types},
};

/// A value of an answer or of a body, as everything together describes it that speaks of it.
#[derive(Clone)]
pub(super) struct View<'d> {
    document: &'d Arc<Document>,
    parts: Vec<Part<'d>>,
    /// How many kinds of values there are to choose from, if there is a choice.
    pub(super) branches: usize,
}

/// One schema that speaks of it.
#[derive(Clone)]
struct Part<'d> {
    place: Pointer,
    schema: &'d Map<String, Value>,
}

/// References are not followed further than this.
const DEEPEST: usize = 40;

impl<'d> View<'d> {
    pub(super) fn of(schema: &'d Schema) -> Self {
        Self::at(schema.document(), schema.pointer())
    }

    pub(super) fn at(document: &'d Arc<Document>, place: &Pointer) -> Self {
        let mut view = Self { document, parts: Vec::new(), branches: 0 };
        if let Some(schema) = document.resolve(place) {
            view.take(place, schema, DEEPEST);
        }
        view
    }

    /// Takes a schema, and all that it refers to and is combined from.
    fn take(&mut self, place: &Pointer, schema: &'d Value, depth: usize) {
        let Value::Object(schema) = schema else { return };
        if depth == 0 || self.parts.iter().any(|part| std::ptr::eq(part.schema, schema)) {
            return;
        }
        let reference = schema.get("$ref").and_then(Value::as_str);
        let target = reference.and_then(|reference| self.document.target(place, reference));
        self.parts.push(Part { place: place.clone(), schema });
        if let Some(target) = target
            && let Some(schema) = self.document.resolve(&target)
        {
            self.take(&target, schema, depth - 1);
        }
        for keyword in ["allOf", "anyOf", "oneOf"] {
            let Some(Value::Array(branches)) = schema.get(keyword) else { continue };
            let some = branches.iter().filter(|branch| branch.get("type") != Some(&Value::from("null"))).count();
            if keyword != "allOf" && some > 1 {
                self.branches += some;
            }
            for (index, branch) in branches.iter().enumerate() {
                self.take(&place.join(keyword).join(index), branch, depth - 1);
            }
        }
    }

    /// The schema of it, the one that is named if there is one.
    pub(super) fn schema(&self) -> Option<Schema> {
        let mut place = &self.parts.first()?.place;
        if self.parts[0].schema.len() == 1
            && self.parts[0].schema.contains_key("$ref")
            && let Some(target) = self.parts.get(1)
        {
            place = &target.place;
        }
        Some(Schema::new(self.document, place.clone(), Direction::Response))
    }

    /// The names of the components that describe it, the nearest first.
    pub(super) fn components(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| component(&part.place))
    }

    /// The component that it is one of.
    pub(super) fn component(&self) -> Option<&str> {
        self.components().next()
    }

    pub(super) fn types(&self) -> Types {
        self.parts.iter().fold(Types::default(), |types, part| types.and(Types::said(part.schema)))
    }

    /// The members that are declared, in the order of the document, each once.
    pub(super) fn names(&self) -> impl Iterator<Item = &'d str> {
        let mut known = HashSet::new();
        let all = self.parts.iter().filter_map(|part| part.schema.get("properties")?.as_object()).flat_map(Map::keys);
        all.map(String::as_str).filter(move |name| known.insert(*name))
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.parts.iter().any(|part| part.schema.get("properties").and_then(|properties| properties.get(name)).is_some())
    }

    pub(super) fn member(&self, name: &str) -> Option<Self> {
        self.below(|part| Some((part.place.join("properties").join(name), part.schema.get("properties")?.get(name)?)))
    }

    pub(super) fn items(&self) -> Option<Self> {
        self.below(|part| Some((part.place.join("items"), part.schema.get("items")?)))
    }

    fn below(&self, find: impl Fn(&Part<'d>) -> Option<(Pointer, &'d Value)>) -> Option<Self> {
        let mut view = Self { document: self.document, parts: Vec::new(), branches: 0 };
        for (place, schema) in self.parts.iter().filter_map(find) {
            view.take(&place, schema, DEEPEST);
        }
        (!view.parts.is_empty()).then_some(view)
    }

    /// The value at the end of a path of members.
    pub(super) fn reach(&self, path: &[String]) -> Option<Self> {
        path.iter().try_fold(self.clone(), |view, name| view.member(name))
    }

    pub(super) fn is_array(&self) -> bool {
        self.types().has(Types::ARRAY)
    }

    /// Whether it has members that are declared.
    pub(super) fn is_thing(&self) -> bool {
        self.parts.iter().any(|part| part.schema.get("properties").and_then(Value::as_object).is_some_and(|members| !members.is_empty()))
    }

    /// Whether it can name something: a text or a number.
    pub(super) fn is_plain(&self) -> bool {
        let types = self.types();
        let other = Types::OBJECT.and(Types::ARRAY).and(Types::BOOLEAN);
        !self.is_thing() && (types.is_empty() || types.has(Types::STRING.and(Types::NUMBER).and(Types::INTEGER)) && !types.has(other))
    }

    /// Whether both are of one kind: the component of one is among those of the other.
    pub(super) fn is_kin(&self, other: &View<'_>) -> bool {
        if (self.branches > 0) != (other.branches > 0) {
            return false;
        }
        let among = |one: &View<'_>, all: &View<'_>| one.component().is_some_and(|name| all.components().any(|known| known == name));
        among(self, other) || among(other, self)
    }

    /// Whether the members of the one with fewer are for the greater part members of the other.
    pub(super) fn resembles(&self, other: &View<'_>) -> bool {
        let (few, many) = if self.names().count() <= other.names().count() { (self, other) } else { (other, self) };
        let count = few.names().count();
        count > 1 && few.names().filter(|name| many.has(name)).count() * 3 >= count * 2
    }
}

/// The name of the component that a place is.
fn component(place: &Pointer) -> Option<&str> {
    let place = place.as_str();
    let (_, name) = place.rsplit_once("/components/schemas/").or_else(|| place.rsplit_once("/definitions/"))?;
    (!name.is_empty() && !name.contains('/')).then_some(name)
}
