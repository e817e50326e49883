//! Creating a thing: the answer is made as it is without state, and what it shows is kept, together with what was sent.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::{Chosen, Site, Told, afterwards, chosen, finish, merge, refuse, show::View, tags, unabled};
use crate::{
    check::{self, Judgement},
    contract::{MediaType, at_mut, thing_at, thing_at_mut},
    respond::{Answer, Answers, Scene, body},
    schema::{Given, Meaning, Schema, Setting},
    state::{Entity, Kind, Missed, Transaction},
};

/// How many ids are tried until one is free.
const TRIES: u64 = 32;

pub(super) fn create(site: &Site<'_>, state: &mut Transaction<'_>) -> Result<Answer, Box<Answer>> {
    if let Some(missing) = refuse::missing_whole_in(site, state.world()) {
        return Err(missing);
    }
    let chosen = chosen(site.scene)?;
    match site.sent_list() {
        Some(items) if items.len() != 1 => create_all(site, &chosen, state, items),
        _ => {
            let (answered, created) = add(site, &chosen, state)?;
            told(site, &chosen, state, &answered, &created)
        }
    }
}

/// Creates all that are sent at once, or, if one cannot be created, none.
fn create_all(site: &Site<'_>, chosen: &Chosen<'_>, state: &mut Transaction<'_>, items: &[Value]) -> Result<Answer, Box<Answer>> {
    let mut around = site.scene.judgement.body.clone().unwrap_or_default();
    if let Some(list) = at_mut(&mut around, &site.used.sent) {
        *list = Value::Array(Vec::new());
    }
    let (mut first, mut shown) = (None, Vec::new());
    for (number, item) in items.iter().enumerate() {
        let judgement = Judgement { body: Some(with_only(&around, &site.used.sent, item)), ..site.scene.judgement.without_body() };
        let seed = if number == 0 { site.scene.seed } else { site.scene.seed.with(b"item").with_number(number as u64) };
        let scene = Scene { judgement: &judgement, seed, ..*site.scene };
        let (answered, created) = add(&Site { scene: &scene, ..*site }, chosen, state)?;
        shown.push(shown_in(site, chosen, &answered, &created));
        first.get_or_insert((answered, created));
    }
    match first {
        Some((mut answered, created)) => {
            show_all(site, chosen, &mut answered, shown)?;
            told(site, chosen, state, &answered, &created)
        }
        None => {
            let mut answered = made_up(site, chosen)?;
            show_all(site, chosen, &mut answered, shown)?;
            finish(site.scene, chosen, &Told::default(), &answered)
        }
    }
}

/// A thing as the answer shows it, or, if that has no room for it, as it would be read.
fn shown_in(site: &Site<'_>, chosen: &Chosen<'_>, answered: &Value, created: &Entity) -> Value {
    let place = site.used.shown.as_ref();
    let there = place.and_then(|place| thing_at(answered, &place.path, place.in_list)).cloned();
    let members = || chosen.form.as_ref().map(|(media_type, _)| View::of(site, media_type).project(created).0);
    there.unwrap_or_else(|| Value::Object(members().unwrap_or_default()))
}

/// A body in which one of several things is alone.
fn with_only(around: &Value, path: &[String], item: &Value) -> Value {
    let mut body = around.clone();
    if let Some(list) = at_mut(&mut body, path) {
        *list = Value::Array(vec![item.clone()]);
    }
    body
}

/// Lets the answer show all that were created, where it shows a list.
fn show_all(site: &Site<'_>, chosen: &Chosen<'_>, answered: &mut Value, shown: Vec<Value>) -> Result<(), Box<Answer>> {
    let (Some(place), Some((media_type, _))) = (&site.used.shown, &chosen.form) else { return Ok(()) };
    let Some(list) = at_mut(answered, &place.path).filter(|_| place.in_list) else { return Ok(()) };
    *list = Value::Array(shown);
    let violations = check::answer(media_type, answered);
    if violations.is_empty() { Ok(()) } else { Err(unabled(violations)) }
}

/// Creates one, with an id that nobody has: the answer that shows it, and the thing.
fn add(site: &Site<'_>, chosen: &Chosen<'_>, state: &mut Transaction<'_>) -> Result<(Value, Arc<Entity>), Box<Answer>> {
    for attempt in 0..TRIES {
        let again = Scene {
            seed: if attempt == 0 { site.scene.seed } else { site.scene.seed.with(b"again").with_number(attempt) },
            // Whoever had the id of an example had it first.
            answers: Answers { dynamic: site.scene.answers.dynamic || attempt > 0, ..site.scene.answers },
            ..*site.scene
        };
        let site = Site { scene: &again, ..*site };
        let (answered, entity) = made(&site, chosen, state)?;
        let is_chosen = is_chosen_by_client(&site, &entity);
        let id = entity.id.clone();
        match state.add(site.number, entity) {
            Ok(entity) => return Ok((answered, entity)),
            Err(Missed::Taken) if !is_chosen => {}
            Err(missed) => return Err(refuse::missed(&site, &missed, &id)),
        }
    }
    Err(refuse::missed(site, &Missed::Taken, &Value::Null))
}

fn told(site: &Site<'_>, chosen: &Chosen<'_>, state: &mut Transaction<'_>, body: &Value, entity: &Entity) -> Result<Answer, Box<Answer>> {
    afterwards(site.scene, body, state);
    let told = Told { id: Some(Kind::text(&entity.id)), tag: Some(tags::of(entity)), page: None };
    finish(site.scene, chosen, &told, body)
}

/// The answer's body as it is without state.
fn made_up(site: &Site<'_>, chosen: &Chosen<'_>) -> Result<Value, Box<Answer>> {
    let Some((media_type, _)) = &chosen.form else { return Ok(Value::Null) };
    body::make(site.scene, media_type, chosen.status).map(|(body, _)| body).map_err(unabled)
}

/// The answer's body, and the thing that it tells of.
fn made(site: &Site<'_>, chosen: &Chosen<'_>, state: &mut Transaction<'_>) -> Result<(Value, Entity), Box<Answer>> {
    let sent = merge::sent(site);
    let mut answered = made_up(site, chosen)?;
    let mut members = match &chosen.form {
        Some((media_type, _)) => {
            only_one(site, media_type, &mut answered);
            place_in(site, media_type, &mut answered);
            shown(site, media_type, &mut answered, &sent.members)
        }
        None => Map::new(),
    };
    members.extend(unshown(site, &members, sent.members));
    let id = id(site, &members, state);
    if let Some(member) = site.kind.id.as_ref().filter(|member| site.kind.declares(member)) {
        members.entry(member.clone()).or_insert_with(|| id.clone());
    }
    for (member, value) in site.said_by_path() {
        members.entry(member).or_insert_with(|| value.clone());
    }
    let entity = Entity {
        id,
        tenant: Arc::clone(&site.scene.judgement.tenant),
        links: site.links.to_vec(),
        members,
        hidden: sent.hidden,
        ..Entity::default()
    };
    Ok((answered, entity))
}

/// Changes the thing in an answer, if the whole still conforms.
fn alter(site: &Site<'_>, media_type: &MediaType, answered: &mut Value, change: impl FnOnce(&mut Map<String, Value>)) {
    let Some(place) = &site.used.shown else { return };
    alter_body(media_type, answered, |body| {
        if let Some(Value::Object(thing)) = thing_at_mut(body, &place.path, place.in_list) {
            change(thing);
        }
    });
}

/// Changes an answer, if it still conforms.
fn alter_body(media_type: &MediaType, answered: &mut Value, change: impl FnOnce(&mut Value)) {
    let mut next = answered.clone();
    change(&mut next);
    if next != *answered && check::answer(media_type, &next).is_empty() {
        *answered = next;
    }
}

/// Lets a list in the answer have the one thing that was created, and none that was made up beside it.
fn only_one(site: &Site<'_>, media_type: &MediaType, answered: &mut Value) {
    let Some(place) = site.used.shown.as_ref().filter(|place| place.in_list) else { return };
    alter_body(media_type, answered, |body| {
        if let Some(Value::Array(items)) = at_mut(body, &place.path) {
            items.truncate(1);
        }
    });
}

/// Lets the answer name what the thing is part of, as the path does.
fn place_in(site: &Site<'_>, media_type: &MediaType, answered: &mut Value) {
    for (member, value) in site.wholes() {
        alter(site, media_type, answered, |thing| {
            if let Some(named) = thing.get_mut(member).filter(|named| Kind::text(named) != Kind::text(value)) {
                *named = value.clone();
            }
        });
    }
}

/// What the answer shows of the thing. What was sent under a name that is only written otherwise is put in its place.
fn shown(site: &Site<'_>, media_type: &MediaType, answered: &mut Value, sent: &Map<String, Value>) -> Map<String, Value> {
    let members = thing(site, answered);
    // What was sent comes back where it has its place, but items of lists are left as they are.
    let in_list = site.used.shown.as_ref().is_some_and(|place| place.in_list);
    let differs = |name: &str, value: &Value| match members.get(name) {
        Some(shown) => shown != value,
        None => in_list && site.kind.declares(name),
    };
    for (name, value) in sent.iter().filter(|(name, value)| differs(name, value)) {
        // A value that the server fills in, or that a rule has put there, stays.
        if !site.kind.is_server_s(name) && (in_list || !site.was_echoed(name)) {
            alter(site, media_type, answered, |thing| drop(thing.insert(name.clone(), value.clone())));
        }
    }
    identify(site, media_type, answered);
    thing(site, answered)
}

fn thing(site: &Site<'_>, answered: &Value) -> Map<String, Value> {
    let place = site.used.shown.as_ref();
    let value = place.and_then(|place| thing_at(answered, &place.path, place.in_list));
    value.and_then(Value::as_object).cloned().unwrap_or_default()
}

/// Lets the thing have an id that paths can name it by: what a parameter asks for, the member often does not.
fn identify(site: &Site<'_>, media_type: &MediaType, answered: &mut Value) {
    let Some(member) = &site.kind.id else { return };
    let shown = thing(site, answered);
    let Some(id) = shown.get(member) else { return };
    if site.names().all(|schema| names(schema, id)) {
        return;
    }
    if let Some(id) = named(site) {
        alter(site, media_type, answered, |thing| drop(thing.insert(member.clone(), id)));
    }
}

/// Whether a parameter of this schema can name what has this id.
fn names(schema: &Schema, id: &Value) -> bool {
    !id.is_null() && (schema.accepts(id) || schema.accepts(&Value::String(Kind::text(id))))
}

/// An id that paths can name a thing by.
fn named(site: &Site<'_>) -> Option<Value> {
    let setting = Setting { documented: false, ..site.scene.setting() };
    let made = |schema: &Schema| schema.generate(site.scene.seed.with(b"id"), setting).ok();
    site.names().filter_map(made).find(|id| site.names().all(|schema| names(schema, id)))
}

/// The id: as it is shown, else as it was sent, else as the path has it, else one that is made up.
fn id(site: &Site<'_>, members: &Map<String, Value>, state: &mut Transaction<'_>) -> Value {
    if site.kind.is_single {
        return Value::String(String::new());
    }
    let sent = site.used.identity.as_ref().and_then(|name| super::parameter(site.scene, name)).cloned();
    if let Some(id) = site.kind.id_of(members) {
        return id.clone();
    }
    let id = sent.or_else(|| drafted(site)).filter(|id| site.names().all(|schema| names(schema, id)));
    id.or_else(|| named(site)).unwrap_or_else(|| state.draw("", 24).into())
}

/// An id as the schema of the things has it.
fn drafted(site: &Site<'_>) -> Option<Value> {
    let schema = site.kind.schema.as_ref()?;
    let setting = Setting { documented: false, ..site.scene.setting() };
    let draft = schema.draft(Given::default(), site.scene.seed, setting)?;
    let id = site.kind.id_of(draft.as_object()?).cloned()?;
    let note = site.kind.note(site.kind.id.as_ref()?)?;
    (note.meaning != Some(Meaning::Secret)).then_some(id)
}

/// What was sent and the answer does not show, as far as it can be a part of the thing.
fn unshown(site: &Site<'_>, members: &Map<String, Value>, sent: Map<String, Value>) -> Map<String, Value> {
    let unshown = sent.into_iter().filter(|(name, _)| !members.contains_key(name));
    let Some(schema) = &site.kind.schema else { return unshown.collect() };
    let mut unshown = unshown.peekable();
    if unshown.peek().is_none() {
        return Map::new();
    }
    let Ok(Value::Object(mut whole)) = schema.generate(site.scene.seed, site.scene.setting()) else { return unshown.collect() };
    let mut fitting = Map::new();
    for (name, value) in unshown {
        // One where several may stand is a list of one.
        for value in [value.clone(), Value::Array(vec![value])] {
            let before = whole.insert(name.clone(), value.clone());
            if schema.accepts(&Value::Object(whole.clone())) {
                fitting.insert(name, value);
                break;
            }
            match before {
                Some(before) => whole.insert(name.clone(), before),
                None => whole.remove(&name),
            };
        }
    }
    fitting
}

/// Whether the client said which id it has.
fn is_chosen_by_client(site: &Site<'_>, entity: &Entity) -> bool {
    let sent = site.kind.id.as_ref().and_then(|name| site.sent()?.get(name));
    site.used.identity.is_some() || sent == Some(&entity.id)
}
