//! Resources: what an API keeps, as far as its document tells it. Collections of things that are created, read, listed,
//! changed and deleted, and single things that are there once.
//!
//! Read once per contract, on first use, from paths, methods and schemas. What a document says of it by `x-standin-resource`
//! comes before what is inferred. Keeping the things themselves is `state`'s business.

mod apply;
mod declared;
mod draft;
mod entity;
mod filters;
mod finish;
mod groups;
mod identity;
mod infer;
mod merge;
mod paths;
mod table;
#[cfg(test)]
mod tests;
mod view;
mod words;

use self::apply::AllSaid;
pub use self::table::ResourceTable;

use std::{fmt, sync::Arc};

use serde_json::{Map, Value};

use super::Contract;
use crate::{
    error::Error,
    state::{Kind, Kinds, Within},
};

/// Things of one kind that an API keeps: see [`Contract::resources`].
#[derive(Debug, Clone)]
pub struct Resource {
    pub(crate) kind: Kind,
    pub(crate) path: String,
    pub(crate) uses: Vec<Use>,
    pub(crate) why: String,
}

/// What one operation does with a resource.
#[derive(Debug, Clone)]
pub(crate) struct Use {
    /// The operation, by its number.
    pub(crate) operation: usize,
    pub(crate) action: Action,
    /// The path parameters that name what it is part of, the outermost first.
    pub(crate) within: Vec<Within>,
    /// The path parameter that names the thing.
    pub(crate) identity: Option<String>,
    /// Where the body of the request has the thing: the names that lead to it.
    pub(crate) sent: Vec<String>,
    /// Whether the value there is a list with it as its only item.
    pub(crate) sent_in_list: bool,
    /// Where the answer to success has it, or the list of them; none if it does not show it.
    pub(crate) shown: Option<Shown>,
    pub(crate) filters: Vec<Filter>,
    /// What it sets in the thing, whatever is sent.
    pub(crate) set: Map<String, Value>,
    pub(crate) why: String,
}

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    Create,
    List,
    Read,
    /// All of it is sent anew. With `creates`, what is not there comes to be.
    Replace {
        creates: bool,
    },
    /// Some of it is sent: members as they are to be; null takes one out or is the value, as the schema has it.
    Patch,
    /// By the operations of RFC 6902.
    JsonPatch,
    Delete,
    /// Something else is done with one of them: `POST /orders/{id}/cancel`.
    Act,
}

/// Where an answer has a thing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Shown {
    /// The names that lead to it.
    pub(crate) path: Vec<String>,
    /// Whether the value there is a list with it as its only item.
    pub(crate) in_list: bool,
}

/// A parameter of the query that chooses from a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Filter {
    pub(crate) parameter: String,
    /// The names that lead to the member.
    pub(crate) member: Vec<String>,
    pub(crate) comparison: Comparison,
}

/// How a filter compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    /// At least, times and numbers alike.
    From,
    /// At most.
    To,
    /// More than.
    After,
    /// Less than.
    Before,
}

impl Comparison {
    /// By the names that a document may give them.
    const NAMED: [(&str, Self); 5] =
        [("equal", Self::Equal), ("from", Self::From), ("to", Self::To), ("after", Self::After), ("before", Self::Before)];

    /// By a word in the name of a parameter: `created_from`, `min_price`, `created[gte]`.
    pub(crate) fn of_word(word: &str) -> Option<Self> {
        Some(match word {
            "from" | "gte" | "since" | "min" | "minimum" | "start" | "begin" => Self::From,
            "to" | "lte" | "until" | "till" | "max" | "maximum" | "end" => Self::To,
            "after" | "gt" => Self::After,
            "before" | "lt" => Self::Before,
            _ => return None,
        })
    }
}

impl Action {
    /// By the names that a document gives them, and a table.
    const NAMED: [(&str, Self); 9] = [
        ("create", Self::Create),
        ("list", Self::List),
        ("read", Self::Read),
        ("replace", Self::Replace { creates: false }),
        ("put", Self::Replace { creates: true }),
        ("patch", Self::Patch),
        ("json-patch", Self::JsonPatch),
        ("delete", Self::Delete),
        ("act", Self::Act),
    ];
}

/// What has a name among these.
fn by_name<T: Copy>(named: &[(&str, T)], wanted: &Value) -> Option<T> {
    named.iter().find(|(name, _)| wanted.as_str() == Some(name)).map(|(_, found)| *found)
}

/// The resources of a contract.
#[derive(Debug)]
pub(crate) struct Resources {
    pub(crate) all: Vec<Resource>,
    /// The kinds of things, by the numbers of the resources.
    pub(crate) kinds: Kinds,
    /// For each operation the resource and the place of its use.
    by_operation: Vec<Option<(usize, usize)>>,
    /// What has the shape of a resource and is none, and why.
    pub(crate) refused: Vec<Refused>,
}

/// An operation that looks as if it did something with a resource, and why nothing is kept of it.
#[derive(Debug, Clone)]
pub(crate) struct Refused {
    pub(crate) operation: usize,
    pub(crate) why: String,
}

impl Default for Resources {
    fn default() -> Self {
        Self { all: Vec::new(), kinds: Arc::new([]), by_operation: Vec::new(), refused: Vec::new() }
    }
}

impl Resources {
    /// Reads at once what the document says of them, if it says anything: that must not be misunderstood. What is inferred
    /// alone can wait until somebody asks, and is never wrong about the document.
    ///
    /// # Errors
    ///
    /// If what is said cannot be.
    pub(super) fn understood(contract: &Contract) -> Result<(), Error> {
        let said = infer::all_said(contract)?;
        if !said.is_empty() {
            let resources = Self::read(contract, &said)?;
            contract.inner.resources.get_or_init(|| resources);
        }
        Ok(())
    }

    /// What a contract keeps. What each of its documents says of that was understood when it was loaded.
    pub(super) fn of(contract: &Contract) -> Self {
        let read = infer::all_said(contract).and_then(|said| Self::read(contract, &said));
        debug_assert!(read.is_ok(), "{read:?}");
        read.unwrap_or_default()
    }

    fn read(contract: &Contract, said: &AllSaid) -> Result<Self, Error> {
        let mut resources = infer::infer(contract, said)?;
        resources.kinds = resources.all.iter().map(|resource| resource.kind.clone()).collect();
        resources.by_operation = vec![None; contract.operations().len()];
        for (number, resource) in resources.all.iter().enumerate() {
            for (place, used) in resource.uses.iter().enumerate() {
                resources.by_operation[used.operation] = Some((number, place));
            }
        }
        Ok(resources)
    }

    /// What an operation does, and with which resource.
    pub(crate) fn of_operation(&self, operation: usize) -> Option<(usize, &Resource, &Use)> {
        let (number, place) = self.by_operation.get(operation).copied().flatten()?;
        let resource = &self.all[number];
        Some((number, resource, &resource.uses[place]))
    }

    /// Whether some operation creates things of a kind.
    pub(crate) fn can_create(&self, kind: usize) -> bool {
        self.all[kind].uses.iter().any(|used| matches!(used.action, Action::Create | Action::Replace { creates: true }))
    }

    /// Whether what there is once can be made and taken away.
    pub(crate) fn comes_and_goes(&self, kind: usize) -> bool {
        self.can_create(kind) && self.all[kind].uses.iter().any(|used| used.action == Action::Delete)
    }
}

impl Resource {
    /// What it is called: the path of its collection, unless the document gives it another name.
    pub fn name(&self) -> &str {
        &self.kind.name
    }

    /// The path of the collection, or of the single thing.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Whether there is one of it, and not a collection.
    pub fn is_single(&self) -> bool {
        self.kind.is_single
    }

    /// The operations that do something with it, by their names, and what they do: `create`, `list`, `read`, `replace`, `put`
    /// (replace or create), `patch`, `json-patch`, `delete` or `act`.
    pub fn operations<'c>(&'c self, contract: &'c Contract) -> impl Iterator<Item = (&'c str, String)> {
        self.uses.iter().map(|used| (contract.operations()[used.operation].name(), used.action.to_string()))
    }

    /// The resources that it is part of: deleting what it is part of deletes it.
    pub fn parents<'c>(&'c self, contract: &'c Contract) -> impl Iterator<Item = &'c Resource> {
        self.kind.parents.iter().map(|link| &contract.resources()[link.kind])
    }

    /// Why standin takes it for one.
    pub fn why(&self) -> &str {
        &self.why
    }

    /// The member that names one of them.
    pub fn id_member(&self) -> Option<&str> {
        self.kind.id.as_deref()
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = Self::NAMED.iter().find(|(_, action)| action == self);
        f.write_str(named.map_or("", |(name, _)| name))
    }
}
