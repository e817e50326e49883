//! What is kept at a moment: tables of things, each with the orders in which its lists show it.

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    ops::Bound,
    sync::{Arc, OnceLock},
};

use serde_json::{Map, Value};

use super::{
    kind::{Kind, Within},
    store::Kinds,
};
use crate::{clock::Timestamp, message::Response, schema::Schema};

/// Separates the parts of a key. No text of a path has it.
const SEPARATOR: char = '\u{1f}';

/// A thing that is kept.
#[derive(Debug, Clone, PartialEq)]
#[repr(C)]
pub(crate) struct Entity {
    /// How lists show it. It comes first in memory, since lists need nothing else.
    pub(crate) written: Written,
    /// Its id, as its own member has it where there is one.
    pub(crate) id: Value,
    /// Whose it is: nobody else sees it.
    pub(crate) tenant: Arc<str>,
    /// What it is part of, as the path said that led to it when it came to be, by [`Within::name`].
    pub(crate) links: Vec<(String, String)>,
    /// Counts up with everything that is written.
    pub(crate) version: u64,
    /// The place in the order of creation.
    pub(crate) serial: u64,
    pub(crate) members: Map<String, Value>,
    /// Members that were taken out: they are not made up again.
    pub(crate) absent: Vec<String>,
    /// What is kept beside it and never shown with it: secrets, say.
    pub(crate) hidden: Map<String, Value>,
}

/// What lists show of a thing, as it was written. It is no part of the thing: a copy that is to be changed has none of it.
///
/// There is room for one: most things are shown by one kind of list.
#[derive(Default)]
pub(crate) struct Written(OnceLock<(Form, Box<[u8]>)>);

/// What a thing is written as.
#[derive(Debug, Clone)]
pub(crate) struct Form {
    pub(crate) schema: Schema,
    /// The operation, by its number, whose rules had their say.
    pub(crate) ruled_by: Option<usize>,
}

impl Form {
    fn is(&self, other: &Self) -> bool {
        self.ruled_by == other.ruled_by && self.schema.is(&other.schema)
    }
}

impl Written {
    pub(crate) fn get(&self, form: &Form) -> Option<&[u8]> {
        self.0.get().filter(|(known, _)| known.is(form)).map(|(_, text)| &**text)
    }

    /// Keeps it, if there is room; else it is given back.
    pub(crate) fn keep(&self, form: &Form, text: Box<[u8]>) -> Result<&[u8], Box<[u8]>> {
        let mut text = Some(text);
        // Another call may have been quicker, or another list.
        let (known, kept) = self.0.get_or_init(|| (form.clone(), text.take().unwrap_or_default()));
        match text {
            Some(text) if !known.is(form) => Err(text),
            _ => Ok(kept),
        }
    }
}

impl Clone for Written {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl PartialEq for Written {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl fmt::Debug for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Written")
    }
}

impl Default for Entity {
    fn default() -> Self {
        Self {
            id: Value::Null,
            tenant: Arc::from(""),
            links: Vec::new(),
            version: 0,
            serial: 0,
            members: Map::new(),
            absent: Vec::new(),
            hidden: Map::new(),
            written: Written::default(),
        }
    }
}

impl Entity {
    /// What names the other that it is part of.
    pub(crate) fn link(&self, within: &Within) -> Option<String> {
        self.joined(&within.name, within.member.as_deref())
    }

    fn joined(&self, name: &str, member: Option<&str>) -> Option<String> {
        let said = member.and_then(|member| self.members.get(member)).filter(|value| !value.is_null());
        let linked = || self.links.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
        said.map(Kind::text).or_else(linked)
    }
}

/// A place in the order of a list.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Rank(Text, u64);

/// Numbers come in their order, and before texts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Text {
    None,
    Number(i64),
    Words(Words),
}

/// A text that is compared by its beginning first, which tells nearly all: the rest lies elsewhere in memory, and looking
/// there is what finding a place in a long list would take its time for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Words {
    /// The first bytes; zeros where there are none, which come before all others.
    beginning: [u8; 16],
    whole: Arc<str>,
}

impl From<&str> for Words {
    fn from(text: &str) -> Self {
        let mut beginning = [0; 16];
        let bytes = text.as_bytes();
        let count = bytes.len().min(beginning.len());
        beginning[..count].copy_from_slice(&bytes[..count]);
        Self { beginning, whole: text.into() }
    }
}

impl Text {
    fn of(value: Option<&Value>) -> Self {
        match value {
            Some(Value::Number(number)) if number.is_i64() => Self::Number(number.as_i64().unwrap_or_default()),
            Some(Value::String(text)) => Self::Words(text.as_str().into()),
            Some(other) if !other.is_null() => Self::Words(other.to_string().as_str().into()),
            _ => Self::None,
        }
    }
}

type Key = Arc<str>;
type Scope = Arc<str>;

#[derive(Debug, Clone, Default)]
struct Table {
    things: HashMap<Key, Arc<Entity>>,
    /// What lists show, in their orders.
    lists: HashMap<Scope, BTreeMap<Rank, Arc<Entity>>>,
    /// What has a value that no other may have.
    unique: HashMap<Key, Key>,
}

/// Things in the order in which a list shows them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct List<'w>(Option<&'w BTreeMap<Rank, Arc<Entity>>>);

impl<'w> List<'w> {
    pub(crate) fn len(self) -> usize {
        self.0.map_or(0, BTreeMap::len)
    }

    /// All of it, or what comes after a place in it.
    pub(crate) fn after(self, place: Option<Rank>) -> impl DoubleEndedIterator<Item = &'w Arc<Entity>> + use<'w> {
        let from = place.map_or(Bound::Unbounded, Bound::Excluded);
        self.0.map(|list| list.range((from, Bound::Unbounded))).into_iter().flatten().map(|(_, entity)| entity)
    }
}

/// Everything that is kept.
#[derive(Debug, Clone, Default)]
pub(crate) struct World {
    tables: Vec<Table>,
    pub(super) count: usize,
    /// How much was written, ever.
    pub(super) serial: u64,
    /// What is to be done at which time.
    pub(super) reminders: BTreeMap<(Timestamp, u64), Reminder>,
    /// Answers that are given again, by what was sent to ask for that.
    pub(super) answers: HashMap<String, Repeat>,
}

/// Something that is to be done with a thing later.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Reminder {
    pub(crate) tenant: Arc<str>,
    pub(crate) kind: usize,
    pub(crate) id: String,
    pub(crate) note: String,
}

/// An answer that is given again to the same request.
#[derive(Debug, Clone)]
pub(crate) struct Repeat {
    /// Tells requests apart.
    pub(crate) request: u64,
    pub(crate) response: Response,
}

/// Where a thing is looked for.
#[derive(Debug, Clone)]
pub(crate) struct Wanted<'w> {
    pub(crate) kind: usize,
    pub(crate) tenant: &'w str,
    /// What the path says that it is part of, by [`Within::name`].
    pub(crate) links: &'w [(String, String)],
}

/// Why something cannot be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Missed {
    /// There is one with this id.
    Taken,
    /// Another has the value of a member that none may have twice.
    NotUnique(String),
    /// So many things are kept that no more can be.
    Full(usize),
}

impl World {
    pub(super) fn new(kinds: &[Kind]) -> Self {
        Self { tables: vec![Table::default(); kinds.len()], ..Self::default() }
    }

    /// The thing with an id, if it is part of what the path says.
    pub(crate) fn find(&self, kinds: &[Kind], wanted: &Wanted<'_>, id: &str) -> Option<&Arc<Entity>> {
        let found = self.tables[wanted.kind].things.get(key(&kinds[wanted.kind], wanted, id).as_str())?;
        let agrees = |(name, value): &(String, String)| {
            let lists = kinds[wanted.kind].lists.iter().flatten();
            let within = lists.chain(&kinds[wanted.kind].within).find(|within| within.name == *name);
            // What nobody told of it speaks against nothing.
            within.and_then(|within| found.link(within)).is_none_or(|known| known == *value)
        };
        wanted.links.iter().all(agrees).then_some(found)
    }

    /// All of a kind that a tenant has, in their order.
    pub(crate) fn all(&self, kind: usize, tenant: &str) -> impl Iterator<Item = &Arc<Entity>> {
        let all = scope(tenant, &[], |_| None).and_then(|scope| self.tables[kind].lists.get(&scope));
        all.into_iter().flat_map(BTreeMap::values)
    }

    /// Everything, in the order in which it came to be.
    pub(super) fn everything(&self) -> Vec<(usize, &Arc<Entity>)> {
        let mut all: Vec<_> =
            self.tables.iter().enumerate().flat_map(|(kind, table)| table.things.values().map(move |entity| (kind, entity))).collect();
        all.sort_by_key(|(_, entity)| entity.serial);
        all
    }

    /// The list that a path asks for; an empty one, where nothing was ever in it.
    pub(crate) fn list(&self, kinds: &[Kind], wanted: &Wanted<'_>) -> List<'_> {
        List(self.tables[wanted.kind].lists.get(&list_of(&kinds[wanted.kind], wanted)))
    }

    /// The place of a thing in the orders of its kind.
    pub(crate) fn rank(kind: &Kind, entity: &Entity) -> Rank {
        match &kind.order {
            Some(member) => Rank(Text::of(entity.members.get(member)), entity.serial),
            None => Rank(Text::None, entity.serial),
        }
    }

    /// The place right after everything whose order member has this text.
    pub(crate) fn after_text(text: &str) -> Rank {
        Rank(Text::Words(text.into()), u64::MAX)
    }

    /// Keeps a thing, in the place of the one with the same id if there is one, which it gives back.
    pub(super) fn put(&mut self, kinds: &Kinds, number: usize, entity: Arc<Entity>) -> Result<(Key, Option<Arc<Entity>>), Missed> {
        let kind = &kinds[number];
        let key: Key = key_of(kind, &entity).into();
        for member in &kind.unique {
            let taken = unique_key(member, &entity).and_then(|unique| self.tables[number].unique.get(unique.as_str()));
            if taken.is_some_and(|other| *other != key) {
                return Err(Missed::NotUnique(member.clone()));
            }
        }
        let before = self.take(kinds, number, &key);
        let table = &mut self.tables[number];
        for unique in kind.unique.iter().filter_map(|member| unique_key(member, &entity)) {
            table.unique.insert(unique.into(), Arc::clone(&key));
        }
        let rank = Self::rank(kind, &entity);
        for scope in lists_of(kind, &entity) {
            table.lists.entry(scope).or_default().insert(rank.clone(), Arc::clone(&entity));
        }
        table.things.insert(Arc::clone(&key), entity);
        self.count += 1;
        Ok((key, before))
    }

    /// Takes a thing out.
    pub(super) fn take(&mut self, kinds: &Kinds, number: usize, key: &str) -> Option<Arc<Entity>> {
        let kind = &kinds[number];
        let table = &mut self.tables[number];
        let entity = table.things.remove(key)?;
        let rank = Self::rank(kind, &entity);
        for scope in lists_of(kind, &entity) {
            if let Some(list) = table.lists.get_mut(&scope) {
                list.remove(&rank);
                if list.is_empty() {
                    table.lists.remove(&scope);
                }
            }
        }
        for unique in kind.unique.iter().filter_map(|member| unique_key(member, &entity)) {
            table.unique.remove(unique.as_str());
        }
        self.count -= 1;
        Some(entity)
    }

    /// The parts of a thing: of which kind, and their keys.
    pub(super) fn parts(&self, kinds: &Kinds, number: usize, whole: &Entity) -> Vec<(usize, Key)> {
        let id = Kind::text(&whole.id);
        let mut parts = Vec::new();
        for (part, kind) in kinds.iter().enumerate() {
            for link in kind.parents.iter().filter(|link| link.kind == number) {
                let of = |entity: &&Arc<Entity>| {
                    entity.tenant == whole.tenant && entity.joined(&link.name, link.member.as_deref()).as_deref() == Some(&id)
                };
                parts.extend(self.tables[part].things.values().filter(of).map(|entity| (part, Key::from(key_of(kind, entity)))));
            }
        }
        parts
    }

    /// Whether something is to be done by now.
    pub(crate) fn is_due(&self, now: Timestamp) -> bool {
        self.reminders.first_key_value().is_some_and(|((at, _), _)| *at <= now)
    }

    pub(super) fn has(&self, number: usize, key: &str) -> bool {
        self.tables[number].things.contains_key(key)
    }
}

/// The key of what is looked for.
fn key(kind: &Kind, wanted: &Wanted<'_>, id: &str) -> String {
    let value = |within: &Within| wanted.links.iter().find(|(name, _)| *name == within.name).map(|(_, value)| value.clone());
    joined(wanted.tenant, kind.within.iter().map(value), id)
}

pub(super) fn key_of(kind: &Kind, entity: &Entity) -> String {
    joined(&entity.tenant, kind.within.iter().map(|within| entity.link(within)), &Kind::text(&entity.id))
}

fn joined(tenant: &str, within: impl Iterator<Item = Option<String>>, id: &str) -> String {
    let mut key = String::with_capacity(tenant.len() + id.len() + 8);
    key.push_str(tenant);
    for value in within {
        key.push(SEPARATOR);
        key.push_str(value.as_deref().unwrap_or_default());
    }
    key.push(SEPARATOR);
    key.push_str(id);
    key
}

/// The list that a path asks for: the one of what it names, else that of all.
fn list_of(kind: &Kind, wanted: &Wanted<'_>) -> Scope {
    let value = |within: &Within| wanted.links.iter().find(|(name, _)| *name == within.name).map(|(_, value)| value.clone());
    let fits = |list: &&Vec<Within>| list.len() == wanted.links.len() && list.iter().all(|within| value(within).is_some());
    let list = kind.lists.iter().find(fits).map(Vec::as_slice).unwrap_or_default();
    scope(wanted.tenant, list, value).unwrap_or_else(|| "".into())
}

/// The lists that show a thing.
fn lists_of(kind: &Kind, entity: &Entity) -> Vec<Scope> {
    let all = scope(&entity.tenant, &[], |_| None);
    let parts =
        kind.lists.iter().filter(|list| !list.is_empty()).filter_map(|list| scope(&entity.tenant, list, |within| entity.link(within)));
    let mut scopes: Vec<Scope> = all.into_iter().chain(parts).collect();
    scopes.sort_unstable();
    scopes.dedup();
    scopes
}

/// Lists are told apart by what they are part of: its names and its values.
fn scope(tenant: &str, list: &[Within], value: impl Fn(&Within) -> Option<String>) -> Option<Scope> {
    let mut text = format!("{tenant}{SEPARATOR}");
    for within in list {
        text.push_str(&within.name);
        text.push(SEPARATOR);
        text.push_str(&value(within)?);
        text.push(SEPARATOR);
    }
    Some(text.into())
}

fn unique_key(member: &str, entity: &Entity) -> Option<String> {
    let value = entity.members.get(member).filter(|value| !value.is_null())?;
    Some(format!("{}{SEPARATOR}{member}{SEPARATOR}{}", entity.tenant, Kind::text(value)))
}
