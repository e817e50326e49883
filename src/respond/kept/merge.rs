//! What a request says of a thing, and what becomes of the thing by it.
//!
//! Only members that the request's schema declares are taken, none that are `readOnly`; those that are `writeOnly` are kept
//! beside the thing. A name that is only written otherwise (`FriendlyName`, `friendly_name`) is the same member.

use serde_json::{Map, Value};

use super::Site;
use crate::{
    respond::{echo::alike, scripted::merged},
    schema::{Annotations, Filling, Note, Occasion, ValueRule},
    state::{Entity, Kind},
};

/// What was sent of a thing.
#[derive(Debug, Default)]
pub(super) struct Sent {
    pub(super) members: Map<String, Value>,
    /// What is accepted and never shown.
    pub(super) hidden: Map<String, Value>,
    /// Members that could have been sent and were not, by their names in the thing, with their defaults.
    unsent: Vec<(String, Option<Value>)>,
}

/// What the body says of the thing.
pub(super) fn sent(site: &Site<'_>) -> Sent {
    let mut sent = Sent::default();
    let body = site.sent();
    let declared = declared(site);
    for (name, value) in body.into_iter().flatten() {
        let member = declared.and_then(|(annotations, note)| annotations.member(note, name));
        if declared.is_some() && member.is_none() || member.is_some_and(|member| member.read_only) || site.kind.is_server_s(name) {
            continue;
        }
        let is_hidden = member.is_some_and(|member| member.write_only) || site.kind.note(name).is_some_and(|note| note.write_only);
        let name = name_in_thing(site.kind, name);
        if is_hidden { &mut sent.hidden } else { &mut sent.members }.insert(name, value.clone());
    }
    for (name, member) in declared.into_iter().flat_map(|(annotations, note)| annotations.members(note)) {
        if !member.read_only && !member.write_only && body.and_then(|body| body.get(name)).is_none() && !site.kind.is_server_s(name) {
            sent.unsent.push((name_in_thing(site.kind, name), member.default.clone()));
        }
    }
    sent
}

/// What the request's schema declares of the thing; `None` if it declares nothing, and any member is as good as another.
fn declared<'s>(site: &Site<'s>) -> Option<(&'s Annotations, &'s Note)> {
    let body = site.scene.operation.request_body.as_ref()?;
    let sent = site.scene.request.header("content-type").unwrap_or_default().split(';').next().unwrap_or_default().trim();
    let own = body.content.iter().find(|media_type| media_type.range.eq_ignore_ascii_case(sent));
    let schema = own.into_iter().chain(&body.content).find_map(|media_type| media_type.schema.as_ref())?;
    let annotations = schema.annotations();
    let note = site.used.sent.iter().try_fold(annotations.root(), |note, name| annotations.member(note, name))?;
    let note = if site.used.sent_in_list { annotations.items(note)? } else { note };
    note.declares_members.then_some((annotations, note))
}

/// How the thing calls what the request calls so.
fn name_in_thing(kind: &Kind, name: &str) -> String {
    let Some(schema) = &kind.schema else { return name.to_owned() };
    let annotations = schema.annotations();
    if annotations.declares(annotations.root(), name) {
        return name.to_owned();
    }
    let members = annotations.members(annotations.root());
    members.map(|(known, _)| known).find(|known| alike(known, name)).unwrap_or(name).to_owned()
}

/// A thing after some of it was sent (RFC 7396): null takes a member out, or is its value where it may be null.
pub(super) fn patched(site: &Site<'_>, entity: &Entity) -> Entity {
    let sent = sent(site);
    let changes = sent.members.into_iter().map(|(name, value)| {
        let is_nullable = site.kind.note(&name).is_none_or(|note| note.nullable || note.types.is_empty());
        let change = match (value, entity.members.get(&name)) {
            (Value::Null, _) if !is_nullable => None,
            (value @ Value::Object(_), Some(before @ Value::Object(_))) => Some(merged(before.clone(), &value)),
            (value, _) => Some(value),
        };
        (name, change)
    });
    let mut next = taken_over(site.kind, entity, &changes.collect::<Vec<_>>());
    next.hidden.extend(sent.hidden);
    next
}

/// A thing after all of it was sent anew: what was left out has its default, or is null, or is gone.
pub(super) fn replaced(site: &Site<'_>, entity: &Entity) -> Entity {
    let sent = sent(site);
    let is_nullable = |name: &str| site.kind.note(name).is_some_and(|note| note.nullable);
    let left_out = sent.unsent.into_iter().filter(|(name, _)| site.kind.id.as_ref() != Some(name)).map(|(name, default)| {
        let value = default.or_else(|| is_nullable(&name).then_some(Value::Null));
        (name, value)
    });
    let changes = left_out.chain(sent.members.into_iter().map(|(name, value)| (name, Some(value)))).collect::<Vec<_>>();
    let mut next = taken_over(site.kind, entity, &changes);
    next.hidden.extend(sent.hidden);
    next
}

/// The thing with all changes; where its schema then refuses it, with those that it takes.
pub(super) fn taken_over(kind: &Kind, entity: &Entity, changes: &[(String, Option<Value>)]) -> Entity {
    let mut whole = entity.clone();
    changes.iter().for_each(|(name, value)| change(kind, &mut whole, name, value.as_ref()));
    let accepts = |entity: &Entity| kind.schema.as_ref().is_none_or(|schema| schema.accepts(&Value::Object(entity.members.clone())));
    // A thing that lacks what is made up later conforms to nothing yet.
    if accepts(&whole) || !accepts(entity) {
        return whole;
    }
    let mut next = entity.clone();
    for (name, value) in changes {
        let mut one = next.clone();
        change(kind, &mut one, name, value.as_ref());
        if accepts(&one) {
            next = one;
        }
    }
    next
}

fn change(kind: &Kind, entity: &mut Entity, name: &str, value: Option<&Value>) {
    // Who a thing is never changes.
    if kind.id.as_deref() == Some(name) {
        return;
    }
    entity.absent.retain(|absent| absent != name);
    match value {
        Some(value) => {
            entity.members.insert(name.to_owned(), value.clone());
        }
        None => {
            entity.members.remove(name);
            entity.absent.push(name.to_owned());
        }
    }
}

/// The members that are written by this request: those that were sent, and those that the operation sets.
pub(super) fn written(site: &Site<'_>) -> Value {
    let mut written = sent(site).members;
    written.extend(site.used.set.clone());
    written.into()
}

/// What the operation sets, whatever was sent.
pub(super) fn set(site: &Site<'_>, entity: &mut Entity) {
    for (name, value) in &site.used.set {
        let rule = value.as_object().filter(|said| said.len() == 1).and_then(|said| said.get("x-standin-value")).and_then(ValueRule::read);
        let value = match rule {
            Some(rule) => {
                let old = entity.members.get(name).unwrap_or(&Value::Null);
                rule.value(&entity.members, old, &Filling { occasion: Occasion::Change, ..site.scene.filling() }).unwrap_or(old.clone())
            }
            None => value.clone(),
        };
        entity.absent.retain(|absent| absent != name);
        entity.members.insert(name.clone(), value);
    }
}
