//! Changing and deleting a thing that is there.

use std::sync::Arc;

use serde_json::Value;

use super::{Chosen, Site, Told, afterwards, chosen, create, finish, json_patch, merge, refuse, show, tags, unabled};
use crate::{
    contract::Action,
    respond::{Answer, body},
    schema::{Filling, Given, Occasion, Setting, tells_change},
    state::{Entity, Kind, Transaction},
};

pub(super) fn change(site: &Site<'_>, state: &mut Transaction<'_>) -> Result<Answer, Box<Answer>> {
    let Some(entity) = found(site, state) else {
        return match site.used.action {
            Action::Replace { creates: true } => create::create(site, state),
            _ => Err(refuse::missing_in(site, state.world())),
        };
    };
    tags::check(site.scene, &entity)?;
    let mut next = match site.used.action {
        Action::Replace { .. } => merge::replaced(site, &entity),
        _ if json_patch::is_meant(site) => json_patch::patched(site, &entity)?,
        _ => merge::patched(site, &entity),
    };
    stay(site, &mut next);
    merge::set(site, &mut next);
    touch(site, &mut next);
    let id = next.id.clone();
    let next = state.replace(site.number, next).map_err(|missed| refuse::missed(site, &missed, &id))?;
    answered(site, state, &next, true)
}

/// A thing stays part of what the path says, whatever is sent or left out.
fn stay(site: &Site<'_>, entity: &mut Entity) {
    for (member, value) in site.said_by_path() {
        if entity.members.get(member).is_none_or(|known| Kind::text(known) != Kind::text(value)) {
            entity.members.insert(member.to_owned(), value.clone());
            entity.absent.retain(|absent| absent != member);
        }
    }
}

/// Takes a thing out, and what is part of it.
pub(super) fn delete(site: &Site<'_>, state: &mut Transaction<'_>) -> Result<Answer, Box<Answer>> {
    let Some(entity) = found(site, state) else { return Err(refuse::missing_in(site, state.world())) };
    tags::check(site.scene, &entity)?;
    state.delete(site.number, &entity);
    answered(site, state, &entity, false)
}

/// The thing that the path names; what there is once is there.
fn found(site: &Site<'_>, state: &mut Transaction<'_>) -> Option<Arc<Entity>> {
    let found = state.world().find(state.kinds(), &site.wanted(), &site.id()).cloned();
    found.or_else(|| if site.is_always_there() { state.add(site.number, show::single(site)).ok() } else { None })
}

/// The answer, which shows the thing if the operation does, and is made up otherwise.
fn answered(site: &Site<'_>, state: &mut Transaction<'_>, entity: &Arc<Entity>, stays: bool) -> Result<Answer, Box<Answer>> {
    let chosen = chosen(site.scene)?;
    let body = match (&chosen.form, &site.used.shown) {
        (None, _) => Value::Null,
        (Some(_), Some(_)) => shown(site, &chosen, state, entity, stays)?,
        (Some((media_type, _)), None) => body::make(site.scene, media_type, chosen.status).map_err(unabled)?.0,
    };
    afterwards(site.scene, &body, state);
    let told = Told { tag: stays.then(|| tags::of(entity)), ..Told::default() };
    finish(site.scene, &chosen, &told, &body)
}

fn shown(
    site: &Site<'_>,
    chosen: &Chosen<'_>,
    state: &mut Transaction<'_>,
    entity: &Arc<Entity>,
    stays: bool,
) -> Result<Value, Box<Answer>> {
    let (body, made) = show::shown(site, chosen, entity)?;
    if let Some(made) = made.filter(|_| stays) {
        state.complete(site.number, made.into(entity));
    }
    Ok(body)
}

/// What the server notes when a thing changes: values that it fills in, and the time of the last change.
fn touch(site: &Site<'_>, entity: &mut Entity) {
    let Some(schema) = &site.kind.schema else { return };
    let annotations = schema.annotations();
    let mut members = Value::Object(std::mem::take(&mut entity.members));
    let written = merge::written(site);
    annotations.fill(&mut members, &Filling { occasion: Occasion::Change, written: Some(&written), ..site.scene.filling() });
    if let Value::Object(filled) = members {
        entity.members = filled;
    }
    let is_time = |name: &str| tells_change(name) && site.kind.note(name).is_some_and(|note| note.value.is_none());
    let times: Vec<String> = entity.members.keys().filter(|name| is_time(name)).cloned().collect();
    if times.is_empty() {
        return;
    }
    let setting = Setting { occasion: Occasion::Change, ..site.scene.setting() };
    let identity = site.kind.id.as_ref().map(|_| &entity.id);
    let drafted = schema.draft(Given { members: &[], identity }, site.scene.seed, setting).unwrap_or_default();
    for name in times {
        if let Some(time) = drafted.get(&name).filter(|time| !time.is_null()) {
            entity.members.insert(name, time.clone());
        }
    }
}
