//! Operations by the collections that their paths belong to.

use std::{
    cell::OnceCell,
    collections::{HashMap, HashSet},
    rc::Rc,
    sync::Arc,
};

use super::{
    entity::{Answer, Wanted, answer, body, list},
    paths::{Step, Way},
    view::View,
    words::singulars,
};
use crate::{
    contract::{Contract, Operation},
    message::Method,
};

/// An operation, and the steps of its path.
#[derive(Clone)]
pub(super) struct Call<'c> {
    pub(super) operation: &'c Operation,
    pub(super) way: Rc<Way>,
    /// Tells the documents of a contract apart.
    pub(super) scope: usize,
    bodies: Rc<Bodies<'c>>,
}

/// What is sent and answered, which several ask for, and which takes time to read.
#[derive(Default)]
struct Bodies<'c> {
    answer: OnceCell<Answer<'c>>,
    sent: OnceCell<Option<View<'c>>>,
}

impl<'c> Call<'c> {
    /// What the operation answers where all is well.
    pub(super) fn answer(&self) -> &Answer<'c> {
        self.bodies.answer.get_or_init(|| answer(self.operation))
    }

    /// What the operation is sent.
    pub(super) fn body(&self) -> Option<&View<'c>> {
        self.bodies.sent.get_or_init(|| body(self.operation)).as_ref()
    }
}

/// The operations of one collection, or of one single thing.
#[derive(Default)]
pub(super) struct Group<'c> {
    pub(super) scope: usize,
    pub(super) way: Way,
    pub(super) is_single: bool,
    pub(super) on_collection: Vec<Call<'c>>,
    pub(super) on_item: Vec<Call<'c>>,
    pub(super) below_item: Vec<Call<'c>>,
    pub(super) below_collection: Vec<Call<'c>>,
}

type Key = (usize, String);

/// The operations of a contract whose paths can be read, without those that `skip` names.
pub(super) fn calls<'c>(contract: &'c Contract, skip: &HashSet<usize>) -> Vec<Call<'c>> {
    let documents = &contract.inner.documents;
    let scope =
        |operation: &Operation| documents.iter().position(|document| Arc::ptr_eq(document, &operation.document)).unwrap_or_default();
    let readable = || contract.operations().iter().filter(|operation| !skip.contains(&operation.number));
    // `/widget.json` beside `/widget` is something else.
    let plain: HashSet<Key> = readable().filter_map(|operation| Some((scope(operation), Way::read(operation.path())?.shape()))).collect();
    let way = |operation: &Operation| {
        let bare = Way::read_bare(operation.path()).filter(|way| !plain.contains(&(scope(operation), way.shape())));
        bare.or_else(|| Way::read(operation.path()))
    };
    let call = |operation| Some(Call { operation, way: Rc::new(way(operation)?), scope: scope(operation), bodies: Rc::default() });
    readable().filter_map(call).collect()
}

/// The groups, in the order of the first operation of each, and what belongs to none.
pub(super) fn groups<'c>(calls: &[Call<'c>]) -> (Vec<Group<'c>>, Vec<Call<'c>>) {
    let shapes = Shapes::of(calls);
    let mut gathered = Gathered::default();
    let mut loose = Vec::new();
    for call in calls {
        match shapes.place(call) {
            Some((way, place)) => {
                let group = gathered.group(call.scope, way);
                let calls = match place {
                    Place::Single => {
                        group.is_single = true;
                        &mut group.on_collection
                    }
                    Place::Collection => &mut group.on_collection,
                    Place::Item => &mut group.on_item,
                    Place::BelowItem => &mut group.below_item,
                    Place::BelowCollection => &mut group.below_collection,
                };
                calls.push(call.clone());
            }
            None => loose.push(call.clone()),
        }
    }
    (gathered.groups, loose)
}

#[derive(Default)]
struct Gathered<'c> {
    groups: Vec<Group<'c>>,
    known: HashMap<Key, usize>,
}

impl<'c> Gathered<'c> {
    fn group(&mut self, scope: usize, way: Way) -> &mut Group<'c> {
        let number = *self.known.entry((scope, way.shape())).or_insert_with(|| {
            self.groups.push(Group { scope, way, ..Group::default() });
            self.groups.len() - 1
        });
        &mut self.groups[number]
    }
}

enum Place {
    Single,
    Collection,
    Item,
    BelowItem,
    BelowCollection,
}

/// What paths there are.
struct Shapes {
    /// Those that something with a parameter lies right below.
    collections: HashSet<Key>,
    /// Those whose GET answers a list.
    lists: HashSet<Key>,
    singles: HashSet<Key>,
    /// What the things are called that paths lead to by their ids alone.
    nouns: HashSet<Key>,
}

impl Shapes {
    fn of(calls: &[Call<'_>]) -> Self {
        let mut collections = HashSet::new();
        for call in calls {
            collections.extend(call.way.parameters().map(|(_, way)| (call.scope, way.parent().shape())));
        }
        let get = |call: &&Call<'_>| call.operation.method() == Method::GET && call.way.last_parameter().is_none();
        let (mut lists, mut objects) = (HashSet::new(), HashSet::new());
        for call in calls.iter().filter(get) {
            let Answer::Json(view) = call.answer() else { continue };
            let wanted = Wanted { noun: call.way.noun(), parameter: None, kin: None };
            let key = (call.scope, call.way.shape());
            if list(view, wanted).is_some() {
                lists.insert(key);
            } else if view.is_thing() {
                objects.insert(key);
            }
        }
        let changes = |call: &&Call<'_>| [Method::PUT, Method::PATCH, Method::POST].contains(call.operation.method());
        let changed: HashSet<Key> = calls.iter().filter(changes).map(|call| (call.scope, call.way.shape())).collect();
        let singles = objects.intersection(&changed).cloned().collect();
        let flat = calls.iter().filter(|call| call.way.last_parameter().is_some() && !call.way.parent().has_parameters());
        let nouns = flat.map(|call| (call.scope, singulars(call.way.noun()).concat())).collect();
        Self { collections, lists, singles, nouns }
    }

    /// Where an operation belongs: to the collection, or the single thing, of this way.
    fn place(&self, call: &Call<'_>) -> Option<(Way, Place)> {
        let way = &*call.way;
        let key = |way: &Way| (call.scope, way.shape());
        if matches!(way.steps.last()?, Step::Parameter(_)) {
            return Some((way.parent(), Place::Item));
        }
        // A single thing may have parts that are named right below it.
        let is_single = self.singles.contains(&key(way)) && !self.lists.contains(&key(way));
        if is_single && !(self.collections.contains(&key(way)) && *call.operation.method() == Method::POST) {
            return Some((way.clone(), Place::Single));
        }
        if self.collections.contains(&key(way)) && !is_single || self.lists.contains(&key(way)) {
            let above = way.parent();
            // `/things/search` lists what `/things` keeps.
            let searches = *call.operation.method() == Method::GET
                && !self.collections.contains(&key(way))
                && above.last_parameter().is_none()
                && self.collections.contains(&key(&above));
            return Some(if searches { (above, Place::BelowCollection) } else { (way.clone(), Place::Collection) });
        }
        let above = way.parent();
        if above.last_parameter().is_none() && (self.collections.contains(&key(&above)) || self.lists.contains(&key(&above))) {
            return Some((above, Place::BelowCollection));
        }
        // `POST /projects/{project}/briefs` makes one of `/briefs/{brief}`.
        let made = *call.operation.method() == Method::POST && above.last_parameter().is_some();
        if made && self.nouns.contains(&(call.scope, singulars(way.noun()).concat())) {
            return Some((way.clone(), Place::Collection));
        }
        let item = way.to_parameter()?;
        Some((item.parent(), Place::BelowItem))
    }
}
