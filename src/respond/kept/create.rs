//! Creating a thing: the answer is made as it is without state, and what it shows is kept, together with what was sent.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::{Chosen, Site, Told, afterwards, chosen, finish, merge, refuse, tags, unabled};
use crate::{
    check,
    contract::{MediaType, at, at_mut},
    respond::{Answer, Answers, Scene, body},
    schema::{Given, Meaning},
    state::{Entity, Kind, Missed, Transaction},
};

/// How many ids are tried until one is free.
const TRIES: u64 = 32;

pub(super) fn create(site: &Site<'_>, state: &mut Transaction<'_>) -> Result<Answer, Box<Answer>> {
    if let Some(missing) = refuse::missing_whole_in(site, state.world()) {
        return Err(missing);
    }
    let chosen = chosen(site.scene)?;
    for attempt in 0..TRIES {
        let again = Scene {
            seed: if attempt == 0 { site.scene.seed } else { site.scene.seed.with(b"again").with_number(attempt) },
            // Whoever had the id of an example had it first.
            answers: Answers { dynamic: site.scene.answers.dynamic || attempt > 0, ..site.scene.answers },
            ..*site.scene
        };
        let site = Site { scene: &again, ..*site };
        let (answered, entity) = made(&site, &chosen, state)?;
        let is_chosen = is_chosen_by_client(&site, &entity);
        let id = entity.id.clone();
        match state.add(site.number, entity) {
            Ok(entity) => return told(&site, &chosen, state, &answered, &entity),
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

/// The answer's body, and the thing that it tells of.
fn made(site: &Site<'_>, chosen: &Chosen<'_>, state: &mut Transaction<'_>) -> Result<(Value, Entity), Box<Answer>> {
    let sent = merge::sent(site);
    let mut answered = match &chosen.form {
        Some((media_type, _)) => body::make(site.scene, media_type, chosen.status).map_err(unabled)?.0,
        None => Value::Null,
    };
    let mut members = match &chosen.form {
        Some((media_type, _)) => {
            place_in(site, media_type, &mut answered);
            shown(site, media_type, &mut answered, &sent.members)
        }
        None => Map::new(),
    };
    for (name, value) in sent.members {
        members.entry(name).or_insert(value);
    }
    let id = id(site, &members, state);
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

/// Lets the answer name what the thing is part of, as the path does.
fn place_in(site: &Site<'_>, media_type: &MediaType, answered: &mut Value) {
    let Some(place) = &site.used.shown else { return };
    for within in &site.used.within {
        let linked = site.links.iter().find(|(name, _)| *name == within.name);
        let (Some(member), Some((_, id))) = (&within.member, linked) else { continue };
        let mut next = answered.clone();
        let inner = at_mut(&mut next, &place.path).and_then(|value| if place.in_list { value.get_mut(0) } else { Some(value) });
        let Some(named) = inner.and_then(|thing| thing.get_mut(member)).filter(|named| Kind::text(named) != *id) else { continue };
        *named = super::parameter(site.scene, &within.parameter).cloned().unwrap_or_else(|| id.as_str().into());
        if check::answer(media_type, &next).is_empty() {
            *answered = next;
        }
    }
}

/// What the answer shows of the thing. What was sent under a name that is only written otherwise is put in its place.
fn shown(site: &Site<'_>, media_type: &MediaType, answered: &mut Value, sent: &Map<String, Value>) -> Map<String, Value> {
    let Some(place) = &site.used.shown else { return Map::new() };
    let thing = |body: &Value| {
        let value = at(body, &place.path)?;
        if place.in_list { value.get(0)?.as_object().cloned() } else { value.as_object().cloned() }
    };
    let Some(members) = thing(answered) else { return Map::new() };
    for (name, value) in sent.iter().filter(|(name, value)| members.get(*name).is_some_and(|shown| shown != *value)) {
        // A value that the server fills in, or that a rule has put there, stays.
        if !site.is_filled(name) && !site.was_echoed(name) {
            let mut next = answered.clone();
            let inner = at_mut(&mut next, &place.path).and_then(|value| if place.in_list { value.get_mut(0) } else { Some(value) });
            if let Some(Value::Object(inner)) = inner {
                inner.insert(name.clone(), value.clone());
            }
            if check::answer(media_type, &next).is_empty() {
                *answered = next;
            }
        }
    }
    // A secret that is shown once is not shown with the thing again.
    thing(answered).unwrap_or_default()
}

/// The id: as it is shown, else as it was sent, else as the path has it, else one that is made up.
fn id(site: &Site<'_>, members: &Map<String, Value>, state: &mut Transaction<'_>) -> Value {
    let named = site.used.identity.as_ref().and_then(|name| super::parameter(site.scene, name)).cloned();
    if let Some(id) = site.kind.id_of(members) {
        return id.clone();
    }
    named.or_else(|| drafted(site)).unwrap_or_else(|| state.draw("", 24).into())
}

/// An id as the schema of the things has it.
fn drafted(site: &Site<'_>) -> Option<Value> {
    let schema = site.kind.schema.as_ref()?;
    let draft = schema.draft(Given::default(), site.scene.seed, site.scene.setting())?;
    let id = site.kind.id_of(draft.as_object()?).cloned()?;
    let note = schema.annotations().member(schema.annotations().root(), site.kind.id.as_ref()?)?;
    (note.meaning != Some(Meaning::Secret)).then_some(id)
}

/// Whether the client said which id it has.
fn is_chosen_by_client(site: &Site<'_>, entity: &Entity) -> bool {
    let sent = site.kind.id.as_ref().and_then(|name| site.sent()?.get(name));
    site.used.identity.is_some() || sent == Some(&entity.id)
}
