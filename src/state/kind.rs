//! A kind of things: what the store must know of them to find them and to put them in order.

use serde_json::{Map, Value};

use crate::schema::{Note, Schema};

/// Things of one kind.
#[derive(Debug, Clone, Default)]
pub(crate) struct Kind {
    pub(crate) name: String,
    /// Whether there is one of it, and not a collection.
    pub(crate) is_single: bool,
    /// What describes one of them, as an answer shows it.
    pub(crate) schema: Option<Schema>,
    /// The member that names one of them; none for what is there once, and where answers do not show it.
    pub(crate) id: Option<String>,
    /// What else its id depends on: `{user}` in `/users/{user}/keys/{key}`. Empty where a path leads to it by its id alone.
    pub(crate) within: Vec<Within>,
    /// The lists that there are of them, by what they are part of; none of it is the list of all.
    pub(crate) lists: Vec<Vec<Within>>,
    /// What they are part of: deleting that deletes them.
    pub(crate) parents: Vec<Link>,
    /// Members that no two of them have with the same value.
    pub(crate) unique: Vec<String>,
    /// The member by which lists are ordered; none is the order in which they came to be.
    pub(crate) order: Option<String>,
    /// The member that a cursor is compared with, whatever the order; none: a cursor is the id of a thing in the list.
    pub(crate) after: Option<String>,
}

/// Something that a thing is part of, as a path names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Within {
    /// The path parameter, as the operation calls it.
    pub(crate) parameter: String,
    /// The same for all operations, whatever they call it.
    pub(crate) name: String,
    /// The member of the thing that has the same value, if there is one.
    pub(crate) member: Option<String>,
}

/// What joins a thing to another that it is part of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Link {
    /// The kind of the other, by its number.
    pub(crate) kind: usize,
    /// What paths call it: the [`Within::name`].
    pub(crate) name: String,
    /// The member that names the other, if there is one.
    pub(crate) member: Option<String>,
}

impl Kind {
    /// The text that an id is known by: `7` and `"7"` are the same in a path.
    pub(crate) fn text(id: &Value) -> String {
        match id {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        }
    }

    /// What is said about a member, as answers show it.
    pub(crate) fn note(&self, name: &str) -> Option<&Note> {
        let annotations = self.schema.as_ref()?.annotations();
        annotations.member(annotations.root(), name)
    }

    /// Whether a member is declared by its name.
    pub(crate) fn declares(&self, name: &str) -> bool {
        self.schema.as_ref().is_some_and(|schema| schema.annotations().declares(schema.annotations().root(), name))
    }

    /// Whether the server alone says what a member is.
    pub(crate) fn is_server_s(&self, name: &str) -> bool {
        self.note(name).is_some_and(|note| note.read_only || note.value.is_some())
    }

    /// The id that a thing has.
    pub(crate) fn id_of<'v>(&self, members: &'v Map<String, Value>) -> Option<&'v Value> {
        members.get(self.id.as_ref()?).filter(|id| !id.is_null())
    }
}
