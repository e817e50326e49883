//! What is kept, as a value: to be written, read, and started from.
//!
//! Resources by their names, each a list of its things as answers show them. What is not seen of a thing is in a member of
//! its own, `$standin`: what is kept beside it, what it is part of, whose it is.

use std::{collections::HashMap, path::Path, sync::Arc};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{
    kind::Kind,
    store::{Occasion, Store},
    transaction::near,
    world::{Entity, Reminder},
};
use crate::{
    clock::Timestamp,
    error::{Defect, DefectKind, Error},
    pointer::Pointer,
    seed::Seed,
    source::{Source, describe},
};

/// What is not seen of a thing.
const ASIDE: &str = "$standin";

/// What a server keeps, as JSON: resources by their names, each a list of its things, the eldest first.
///
/// A thing need not be whole: what it lacks is made up from its schema, its id too.
///
/// ```
/// use standin::{Request, State, kayle};
///
/// let state = State::from_json("seeds", r#"{"endpoints": [{"url": "https://example.com/hook"}]}"#)?;
/// let api = kayle::builder().with_state(state).start();
/// let list = Request::get("/v1/webhooks/endpoints").with_header("authorization", "Bearer any");
/// assert_eq!(api.handle(list).json()["data"][0]["url"], "https://example.com/hook");
/// # Ok::<(), standin::Error>(())
/// ```
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct State {
    /// What it is called in messages.
    #[serde(skip)]
    name: Option<Arc<str>>,
    things: Map<String, Value>,
}

/// Where it was read from does not matter.
impl PartialEq for State {
    fn eq(&self, other: &Self) -> bool {
        self.things == other.things
    }
}

impl State {
    /// Reads it from text; `name` stands for it in messages.
    ///
    /// # Errors
    ///
    /// If the text is no JSON object. Whether it fits a contract, the server says that is started with it.
    pub fn from_json(name: &str, text: &str) -> Result<Self, Error> {
        let (source, value, _) = Source::read(name, text.to_owned())?;
        match value {
            Value::Object(things) => Ok(Self { name: Some(Arc::clone(source.name())), things }),
            other => {
                Err(source.defect(DefectKind::Structure, Pointer::root(), "an object with a list for each resource", describe(&other)))
            }
        }
    }

    /// Reads it from a file.
    ///
    /// # Errors
    ///
    /// If it cannot be read, or is no JSON object.
    pub fn from_path(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let text = std::fs::read_to_string(path).map_err(|error| Error::read(path, error))?;
        Self::from_json(&path.display().to_string(), &text)
    }

    /// Whether nothing is kept.
    pub fn is_empty(&self) -> bool {
        self.things.values().all(|things| things.as_array().is_some_and(Vec::is_empty))
    }

    fn defect(&self, place: &Pointer, expected: &str, found: impl Into<String>) -> Error {
        let document = self.name.clone().unwrap_or_else(|| Arc::from("the state"));
        let (pointer, expected) = (Some(place.clone()), expected.to_owned());
        Defect { kind: DefectKind::Structure, document, position: None, pointer, expected, found: found.into() }.into()
    }

    /// As a value.
    pub fn as_json(&self) -> &Map<String, Value> {
        &self.things
    }
}

impl From<Map<String, Value>> for State {
    fn from(things: Map<String, Value>) -> Self {
        Self { name: None, things }
    }
}

impl Store {
    /// Everything that is kept.
    pub(crate) fn save(&self) -> State {
        let world = self.now();
        let mut saved: Map<String, Value> = self.kinds.iter().map(|kind| (kind.name.clone(), Value::Array(Vec::new()))).collect();
        let mut reminders: HashMap<(usize, &str, &str), Reminded<'_>> = HashMap::new();
        for ((at, _), reminder) in &world.reminders {
            reminders.entry((reminder.kind, &*reminder.tenant, &*reminder.id)).or_default().push((*at, reminder));
        }
        for (kind, entity) in world.everything() {
            let id = Kind::text(&entity.id);
            let of_it = reminders.get(&(kind, &*entity.tenant, id.as_str()));
            let written = written(entity, &self.tenant, of_it.map(Vec::as_slice).unwrap_or_default());
            if let Some(Value::Array(things)) = saved.get_mut(&self.kinds[kind].name) {
                things.push(written);
            }
        }
        State::from(saved)
    }

    /// Keeps all that a state has.
    pub(crate) fn load(&self, state: &State, now: Timestamp) -> Result<(), Error> {
        for (name, things) in &state.things {
            let place = Pointer::root().join(name);
            let Some(kind) = self.kinds.iter().position(|kind| kind.name == *name) else {
                return Err(state.defect(&place, "the name of a resource", format!("{name:?}{}", near(&self.kinds, name))));
            };
            let Value::Array(things) = things else { return Err(state.defect(&place, "a list of things", describe(things))) };
            for (index, thing) in things.iter().enumerate() {
                let place = place.join(index);
                let seed = Seed::new(0).with(name.as_bytes()).with_number(index as u64);
                self.load_one(kind, thing, now, seed).map_err(|why| state.defect(&place, "a thing that can be kept", why))?;
            }
        }
        Ok(())
    }

    fn load_one(&self, kind: usize, thing: &Value, now: Timestamp, seed: Seed) -> Result<(), String> {
        let Value::Object(members) = thing else { return Err(describe(thing)) };
        let mut members = members.clone();
        let aside = members.remove(ASIDE).unwrap_or_default();
        let (entity, reminders) = read(members, &aside, &self.tenant)?;
        let occasion = Occasion { now, tenant: Arc::clone(&entity.tenant), seed };
        self.transact(occasion, |state| {
            let id = state.load(kind, entity)?;
            let name = self.kinds[kind].name.clone();
            reminders.iter().for_each(|(at, note)| state.remind(*at, &name, &id, note));
            Ok(())
        })
    }
}

/// What is to be done with a thing, and when.
type Reminded<'r> = Vec<(Timestamp, &'r Reminder)>;

fn written(entity: &Entity, tenant: &str, reminders: &[(Timestamp, &Reminder)]) -> Value {
    let mut aside = Map::new();
    let mut say = |name: &str, value: Value| aside.insert(name.to_owned(), value);
    if &*entity.tenant != tenant {
        say("tenant", (*entity.tenant).into());
    }
    if !entity.links.is_empty() {
        say("within", entity.links.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str()))).collect());
    }
    if !entity.hidden.is_empty() {
        say("hidden", Value::Object(entity.hidden.clone()));
    }
    if !entity.absent.is_empty() {
        say("absent", entity.absent.clone().into());
    }
    let shown = |value: &Value| entity.members.values().any(|member| member == value);
    if !shown(&entity.id) {
        say("id", entity.id.clone());
    }
    let reminders: Vec<Value> = reminders.iter().map(|(at, reminder)| json!({"at": at.to_string(), "note": reminder.note})).collect();
    if !reminders.is_empty() {
        say("reminders", reminders.into());
    }
    let mut members = entity.members.clone();
    if !aside.is_empty() {
        members.insert(ASIDE.to_owned(), Value::Object(aside));
    }
    Value::Object(members)
}

type Reminders = Vec<(Timestamp, String)>;

/// A thing as it was written, and what is to be done with it.
fn read(members: Map<String, Value>, aside: &Value, tenant: &Arc<str>) -> Result<(Entity, Reminders), String> {
    let texts =
        |value: &Value| -> Vec<String> { value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect() };
    let mut entity = Entity { members, tenant: Arc::clone(tenant), ..Entity::default() };
    let mut reminders = Vec::new();
    let said = match aside {
        Value::Null => Map::new(),
        Value::Object(said) => said.clone(),
        other => return Err(format!("{} in `{ASIDE}`", describe(other))),
    };
    for (name, value) in said {
        match (name.as_str(), value) {
            ("tenant", Value::String(tenant)) => entity.tenant = tenant.into(),
            ("within", Value::Object(links)) => {
                entity.links = links.into_iter().map(|(name, value)| (name, Kind::text(&value))).collect();
            }
            ("hidden", Value::Object(hidden)) => entity.hidden = hidden,
            ("absent", value @ Value::Array(_)) => entity.absent = texts(&value),
            ("id", id) => entity.id = id,
            ("reminders", Value::Array(told)) => {
                for reminder in told {
                    let at = reminder["at"].as_str().and_then(|at| at.parse().ok());
                    let at = at.ok_or_else(|| format!("a reminder without a time: {reminder}"))?;
                    reminders.push((at, reminder["note"].as_str().unwrap_or_default().to_owned()));
                }
            }
            (name, value) => {
                return Err(format!("`{name}`: {value} in `{ASIDE}`, which has `tenant`, `within`, `hidden`, `absent`, `id`, `reminders`"));
            }
        }
    }
    Ok((entity, reminders))
}
