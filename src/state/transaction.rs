//! What is done with the things of a server, as a whole or not at all.

use std::{fmt, sync::Arc};

use serde_json::{Map, Value};

use super::{
    kind::Kind,
    store::{Kinds, Occasion},
    world::{self, Entity, Missed, Reminder, Repeat, Wanted, World},
};
use crate::{
    clock::Timestamp,
    schema::{self, Filling, Given, Setting},
    seed::Seed,
    text::nearest,
    violation::{Place, Step},
};

/// What a server keeps, for the time of one call: a [`Rule`](crate::Rule) changes it here, and so does a test
/// (`MockServer::change`).
///
/// Resources go by their names, as [`Contract::resources`](crate::Contract::resources) has them, and their things by their
/// ids. Only what belongs to the tenant who calls is seen. All of it is undone if the answer turns out not to conform.
pub struct Transaction<'t> {
    world: &'t mut World,
    kinds: &'t Kinds,
    limit: usize,
    occasion: Occasion,
    setting: Setting,
    drawn: u64,
    /// What was there before each change, the first change first.
    before: Vec<(usize, Arc<str>, Option<Arc<Entity>>)>,
    reminded: Vec<(Timestamp, u64)>,
    popped: Vec<((Timestamp, u64), Reminder)>,
    /// Whether what was done is to stay.
    stays: bool,
}

impl<'t> Transaction<'t> {
    pub(super) fn new(world: &'t mut World, kinds: &'t Kinds, limit: usize, occasion: Occasion, setting: Setting) -> Self {
        let (before, reminded, popped) = (Vec::new(), Vec::new(), Vec::new());
        Self { world, kinds, limit, occasion, setting, drawn: 0, before, reminded, popped, stays: false }
    }

    /// The time on the server's clock.
    pub fn now(&self) -> Timestamp {
        self.occasion.now
    }

    /// Whose things these are: what the key says that was sent, else nothing.
    pub fn tenant(&self) -> &str {
        &self.occasion.tenant
    }

    /// The thing with an id.
    ///
    /// # Panics
    ///
    /// If there is no such resource, as all methods do that name one.
    #[track_caller]
    pub fn find(&self, resource: &str, id: &str) -> Option<&Map<String, Value>> {
        self.entity(self.kind(resource), id).map(|entity| &entity.members)
    }

    /// All things of a resource, in the order of its list.
    #[track_caller]
    pub fn list(&self, resource: &str) -> impl DoubleEndedIterator<Item = &Map<String, Value>> {
        let wanted = Wanted { kind: self.kind(resource), tenant: &self.occasion.tenant, links: &[] };
        self.world.list(self.kinds, &wanted).after(None).map(|entity| &entity.members)
    }

    /// Keeps a new thing, and gives its id. Members that it lacks are made up, its id among them.
    ///
    /// # Errors
    ///
    /// If there is one with the same id, or with the same value of a member that is unique; if too much is kept already; if
    /// its schema refuses it. The text says which.
    #[track_caller]
    pub fn insert(&mut self, resource: &str, members: Map<String, Value>) -> Result<String, String> {
        let kind = self.kind(resource);
        self.load(kind, Entity { tenant: Arc::clone(&self.occasion.tenant), members, ..Entity::default() })
    }

    /// Changes a thing. Whether there is one with this id.
    #[track_caller]
    pub fn update(&mut self, resource: &str, id: &str, change: impl FnOnce(&mut Map<String, Value>)) -> bool {
        self.change(resource, id, |entity| {
            let before: Vec<String> = entity.members.keys().cloned().collect();
            change(&mut entity.members);
            // What was taken out is not made up again.
            let Entity { members, absent, .. } = entity;
            absent.retain(|name| !members.contains_key(name));
            absent.extend(before.into_iter().filter(|name| !members.contains_key(name)));
        })
    }

    /// Takes a thing out, and what is part of it. Whether there was one with this id.
    #[track_caller]
    pub fn remove(&mut self, resource: &str, id: &str) -> bool {
        let kind = self.kind(resource);
        let Some(entity) = self.entity(kind, id).cloned() else { return false };
        self.delete(kind, &entity);
        true
    }

    /// What is kept beside a thing, and shown with it by no answer.
    #[track_caller]
    pub fn hidden(&self, resource: &str, id: &str, name: &str) -> Option<&Value> {
        self.entity(self.kind(resource), id)?.hidden.get(name)
    }

    /// Keeps something beside a thing. Whether there is one with this id.
    #[track_caller]
    pub fn hide(&mut self, resource: &str, id: &str, name: &str, value: impl Into<Value>) -> bool {
        self.change(resource, id, |entity| {
            entity.hidden.insert(name.to_owned(), value.into());
        })
    }

    /// A text that nobody has yet: the prefix, and so many lower-case letters and digits.
    pub fn draw(&mut self, prefix: &str, length: usize) -> String {
        const LETTERS: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";
        let seed = self.next_seed();
        let letter = |at: usize| {
            let bits = seed.with_number(at as u64).bits();
            char::from(LETTERS[((u128::from(bits) * LETTERS.len() as u128) >> 64) as usize])
        };
        prefix.chars().chain((0..length).map(letter)).collect()
    }

    /// Lets [`Rule::due`](crate::Rule::due) be called once the clock shows this time, with this note.
    #[track_caller]
    pub fn remind(&mut self, at: Timestamp, resource: &str, id: &str, note: &str) {
        let reminder =
            Reminder { tenant: Arc::clone(&self.occasion.tenant), kind: self.kind(resource), id: id.to_owned(), note: note.to_owned() };
        self.world.serial += 1;
        let place = (at, self.world.serial);
        self.world.reminders.insert(place, reminder);
        self.reminded.push(place);
    }

    #[track_caller]
    fn kind(&self, resource: &str) -> usize {
        let found = self.kinds.iter().position(|kind| kind.name == resource);
        found.unwrap_or_else(|| panic!("standin: there is no resource {resource:?}{}", near(self.kinds, resource)))
    }

    fn entity(&self, kind: usize, id: &str) -> Option<&Arc<Entity>> {
        let wanted = Wanted { kind, tenant: &self.occasion.tenant, links: &[] };
        let direct = self.world.find(self.kinds, &wanted, id);
        // Where the id alone does not tell, any that has it will do.
        direct.or_else(|| match self.kinds[kind].within.is_empty() {
            true => None,
            false => self.world.all(kind, &self.occasion.tenant).find(|entity| Kind::text(&entity.id) == id),
        })
    }

    #[track_caller]
    fn change(&mut self, resource: &str, id: &str, change: impl FnOnce(&mut Entity)) -> bool {
        let kind = self.kind(resource);
        let Some(mut entity) = self.entity(kind, id).map(|entity| Entity::clone(entity)) else { return false };
        change(&mut entity);
        self.replace(kind, entity).is_ok()
    }

    /// What members a thing lacks, its schema makes up; and it must then conform.
    fn completed(&mut self, kind: usize, mut entity: Entity) -> Result<Entity, String> {
        let described = &self.kinds[kind];
        let Some(schema) = &described.schema else { return Ok(entity) };
        let identity = Some(entity.id.clone()).filter(|id| !id.is_null());
        let (seed, setting) = (self.next_seed(), Setting { now: self.occasion.now, ..self.setting });
        let draft = schema.draft(Given { members: &[], identity: identity.as_ref() }, seed, setting);
        let kind = &self.kinds[kind];
        if let Some(Value::Object(mut draft)) = draft {
            draft.extend(entity.members.clone());
            let mut draft = Value::Object(draft);
            let filling =
                Filling { now: self.occasion.now, tenant: &self.occasion.tenant, occasion: schema::Occasion::Create, written: None };
            schema.annotations().fill(&mut draft, &filling);
            for (name, value) in draft.as_object().into_iter().flatten().map(|(name, value)| (name.clone(), value.clone())) {
                let is_id = identity.is_some() && kind.id.as_ref() == Some(&name);
                if !is_id && !entity.absent.contains(&name) {
                    entity.members.entry(name).or_insert(value);
                }
            }
        }
        if entity.id.is_null() {
            entity.id = kind.id_of(&entity.members).cloned().unwrap_or_default();
        }
        let shown = Value::Object(std::mem::take(&mut entity.members));
        let broken = schema.check(&shown, Step::Answer, Place::Answer);
        if let Some(violation) = broken.first() {
            let place = match violation.place() {
                Place::Answer(place) if !place.is_root() => format!("{place}: "),
                _ => String::new(),
            };
            return Err(format!("one that breaks its schema: {place}expected {}, found {}", violation.expected(), violation.found()));
        }
        if let Value::Object(members) = shown {
            entity.members = members;
        }
        Ok(entity)
    }

    fn next_seed(&mut self) -> Seed {
        self.drawn += 1;
        self.occasion.seed.with(b"state").with_number(self.drawn)
    }
}

/// What the engine does: by numbers of kinds, and with whole things.
impl Transaction<'_> {
    pub(crate) fn kinds(&self) -> &Kinds {
        self.kinds
    }

    /// Keeps a thing that may lack members, and gives its id.
    pub(crate) fn load(&mut self, kind: usize, mut entity: Entity) -> Result<String, String> {
        if entity.id.is_null() {
            entity.id = self.kinds[kind].id_of(&entity.members).cloned().unwrap_or_default();
        }
        let entity = self.completed(kind, entity)?;
        let id = Kind::text(&entity.id);
        self.add(kind, entity).map_err(|missed| missed.in_words(&self.kinds[kind], &id))?;
        Ok(id)
    }

    pub(crate) fn world(&self) -> &World {
        self.world
    }

    /// Adds a thing that is not there yet.
    pub(crate) fn add(&mut self, kind: usize, mut entity: Entity) -> Result<Arc<Entity>, Missed> {
        if self.world.has(kind, &world::key_of(&self.kinds[kind], &entity)) {
            return Err(Missed::Taken);
        }
        if self.world.count >= self.limit {
            return Err(Missed::Full(self.limit));
        }
        self.world.serial += 1;
        entity.serial = self.world.serial;
        self.replace(kind, entity)
    }

    /// Puts a thing in the place of the one with the same id.
    pub(crate) fn replace(&mut self, kind: usize, mut entity: Entity) -> Result<Arc<Entity>, Missed> {
        self.world.serial += 1;
        entity.version = self.world.serial;
        self.put(kind, entity)
    }

    /// Keeps what was made up for a thing with it: that changes nothing that anybody has seen.
    pub(crate) fn complete(&mut self, kind: usize, entity: Entity) {
        // It was there, and has no other unique members: nothing can be in its way.
        let _ = self.put(kind, entity);
    }

    fn put(&mut self, kind: usize, entity: Entity) -> Result<Arc<Entity>, Missed> {
        let entity = Arc::new(entity);
        let (key, before) = self.world.put(self.kinds, kind, Arc::clone(&entity))?;
        self.before.push((kind, key, before));
        Ok(entity)
    }

    /// Takes a thing out, and all that is part of it.
    pub(crate) fn delete(&mut self, kind: usize, entity: &Entity) {
        let mut doomed = vec![(kind, Arc::<str>::from(world::key_of(&self.kinds[kind], entity)))];
        while let Some((kind, key)) = doomed.pop() {
            let Some(gone) = self.world.take(self.kinds, kind, &key) else { continue };
            doomed.extend(self.world.parts(self.kinds, kind, &gone));
            self.before.push((kind, key, Some(gone)));
        }
    }

    /// The answer that a key was given.
    pub(crate) fn repeat(&self, key: &str) -> Option<&Repeat> {
        self.world.answers.get(key)
    }

    /// Keeps an answer for whoever sends the key again.
    pub(crate) fn keep_repeat(&mut self, key: String, repeat: Repeat) -> Result<(), Missed> {
        if self.world.answers.len() >= self.limit {
            return Err(Missed::Full(self.limit));
        }
        self.world.answers.insert(key, repeat);
        Ok(())
    }

    /// What is due by a time, the earliest first; it will not be due again.
    pub(crate) fn due(&mut self, now: Timestamp) -> Option<(Timestamp, Reminder)> {
        let place = *self.world.reminders.first_key_value().filter(|((at, _), _)| *at <= now)?.0;
        let reminder = self.world.reminders.remove(&place)?;
        self.popped.push((place, reminder.clone()));
        Some((place.0, reminder))
    }

    /// Acts as of another time, for another tenant.
    pub(crate) fn act_as(&mut self, now: Timestamp, tenant: Arc<str>) {
        self.occasion.now = now;
        self.occasion.tenant = tenant;
    }

    /// Lets all that was done stay.
    pub(super) fn commit(mut self) {
        self.stays = true;
    }

    /// Takes everything back.
    fn undo(&mut self) {
        while let Some((kind, key, before)) = self.before.pop() {
            self.world.take(self.kinds, kind, &key);
            if let Some(entity) = before {
                // It was there: nothing can be in its way.
                let _ = self.world.put(self.kinds, kind, entity);
            }
        }
        for place in self.reminded.drain(..) {
            self.world.reminders.remove(&place);
        }
        self.world.reminders.extend(self.popped.drain(..));
    }
}

/// What was not committed is undone, whatever ends it: an answer that does not conform, or a rule that panics.
impl Drop for Transaction<'_> {
    fn drop(&mut self) {
        if !self.stays {
            self.undo();
        }
    }
}

impl fmt::Debug for Transaction<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transaction").field("now", &self.occasion.now).field("changes", &self.before.len()).finish_non_exhaustive()
    }
}

impl Missed {
    /// The reason, for the author of a test.
    pub(crate) fn in_words(&self, kind: &Kind, id: &str) -> String {
        match self {
            Self::Taken => format!("{} has one with the id {id:?} already", kind.name),
            Self::NotUnique(member) => format!("{} has one with the same `{member}` already", kind.name),
            Self::Full(limit) => format!("{limit} things are kept, and no more can be: see MockServerBuilder::state_limit"),
        }
    }
}

/// The name that was meant, for a message about a resource that there is not.
pub(super) fn near(kinds: &[Kind], name: &str) -> String {
    let near = nearest(name, kinds.iter().map(|kind| kind.name.as_str()));
    near.map(|near| format!("; did you mean {near:?}?")).unwrap_or_default()
}
