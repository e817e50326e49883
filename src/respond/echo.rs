//! Echo: what was sent comes back, where the answer has a member of the same name that takes the value, at any depth.
//!
//! Only what the request's schema declares is taken over: unknown members are dropped, as a server drops them. A member
//! that the client could have set and did not takes its declared default, or null where the answer allows null. A path that
//! ends in a parameter names one entity, so the parameter is that entity's `id`.

use serde_json::Value;

use super::Scene;
use crate::{
    check::Judgement,
    contract::{MediaType, Operation},
    pointer::Pointer,
    schema::{Annotations, Note},
};

/// A member to take over.
#[derive(Clone, Copy)]
pub(super) struct Echo<'a> {
    name: &'a str,
    value: &'a Value,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A member of the body.
    Sent,
    /// A path parameter: it names what is answered with, also where the client may not set it.
    Path,
    /// Not sent: null, but only where the answer's schema speaks of null.
    Absent,
    /// The id of the entity that the path names: for the outermost `id` alone.
    Identity,
}

/// What the request gives to take over: members of its body first, then path parameters.
pub(super) fn echoes<'a>(scene: &Scene<'a>) -> Vec<Echo<'a>> {
    let sent = |name: &'a str, value: &'a Value| Echo { name, value, kind: Kind::Sent };
    let judgement: &'a Judgement = scene.judgement;
    let mut echoes = Vec::new();
    if let Some(Value::Object(body)) = &judgement.body {
        match declared(scene) {
            Some((annotations, note)) => {
                for (name, member) in annotations.members(note).filter(|(_, member)| !member.read_only) {
                    echoes.push(match (body.get(name), &member.default) {
                        (Some(value), _) | (None, Some(value)) => sent(name, value),
                        (None, None) => Echo { name, value: &Value::Null, kind: Kind::Absent },
                    });
                }
            }
            None => echoes.extend(body.iter().map(|(name, value)| sent(name, value))),
        }
    }
    for (name, value) in &judgement.parameters {
        let in_path = scene.operation.path_parameters().any(|parameter| parameter == name);
        if in_path && !echoes.iter().any(|echo| echo.name == name) {
            echoes.push(Echo { name, value, kind: Kind::Path });
        }
    }
    if let Some(value) = identity(scene.operation, judgement) {
        echoes.push(Echo { name: "id", value, kind: Kind::Identity });
    }
    echoes
}

/// The value of the path parameter that the path ends in.
pub(super) fn identity<'a>(operation: &Operation, judgement: &'a Judgement) -> Option<&'a Value> {
    let name = operation.path().rsplit('/').next()?.strip_prefix('{')?.strip_suffix('}')?;
    judgement.parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value)
}

/// What the request's schema declares; `None` if it declares nothing, and any member is as good as another.
fn declared<'a>(scene: &Scene<'a>) -> Option<(&'a Annotations, &'a Note)> {
    let body = scene.operation.request_body.as_ref()?;
    let schema = body.content.iter().find_map(|media_type| media_type.schema.as_ref())?;
    let annotations = schema.annotations();
    annotations.root().declares_members.then(|| (annotations, annotations.root()))
}

impl<'a> Echo<'a> {
    /// The name, if there is a value that takes the place of whatever the answer has there.
    pub(super) fn given(&self) -> Option<&'a str> {
        matches!(self.kind, Kind::Sent | Kind::Path).then_some(self.name)
    }
}

/// Takes over all that the answer has a member for. Items of arrays are other entities, and stay as they are.
///
/// The flag says whether every member that was sent and has its name in the answer was taken over.
pub(super) fn apply(body: &mut Value, annotations: Option<&Annotations>, echoes: &[Echo<'_>]) -> bool {
    if let Some(echo) = echoes.iter().find(|echo| echo.kind == Kind::Identity) {
        let place = outermost(body, echo.name);
        if let Some(id) = place.and_then(|place| body.pointer_mut(place.as_str())) {
            *id = echo.value.clone();
        }
    }
    let noted = annotations.map(|annotations| (annotations, annotations.root()));
    echoes.is_empty() || apply_at(body, noted, echoes)
}

/// How much of what was sent an example says already: the members of the same name and value.
pub(super) fn agreement(example: &Value, echoes: &[Echo<'_>]) -> usize {
    let says = |echo: &&Echo<'_>| {
        let place = outermost(example, echo.name);
        echo.kind != Kind::Absent && place.and_then(|place| place.resolve(example)).is_some_and(|value| value == echo.value)
    };
    echoes.iter().filter(says).count()
}

/// The place of the outermost member of this name: level by level, so that the entity's comes before those of its parts.
fn outermost(body: &Value, name: &str) -> Option<Pointer> {
    let mut level = vec![(Pointer::root(), body)];
    while !level.is_empty() {
        if let Some((place, _)) = level.iter().find(|(_, value)| value.get(name).is_some()) {
            return Some(place.join(name));
        }
        let below = level.iter().filter_map(|(place, value)| Some((place, value.as_object()?)));
        let below = below.flat_map(|(place, members)| members.iter().map(move |(name, value)| (place.join(name), value)));
        level = below.collect();
    }
    None
}

fn apply_at(body: &mut Value, noted: Option<(&Annotations, &Note)>, echoes: &[Echo<'_>]) -> bool {
    let Value::Object(members) = body else { return true };
    let mut all_taken = true;
    for (name, member) in members {
        let below = noted.and_then(|(annotations, note)| Some((annotations, annotations.member(note, name)?)));
        match echoes.iter().find(|echo| echo.name == name && echo.kind != Kind::Identity) {
            Some(echo) if takes(echo, below.map(|(_, note)| note)) => *member = echo.value.clone(),
            Some(echo) => all_taken &= echo.kind == Kind::Absent,
            None => all_taken &= apply_at(member, below, echoes),
        }
    }
    all_taken
}

/// Whether a member may be taken over at all; whether the value fits is for the check of the whole.
fn takes(echo: &Echo<'_>, note: Option<&Note>) -> bool {
    let filled = note.is_some_and(|note| note.value.is_some());
    let read_only = note.is_some_and(|note| note.read_only);
    match echo.kind {
        _ if filled => false,
        Kind::Path => true,
        Kind::Sent => !read_only,
        Kind::Absent => !read_only && note.is_some_and(|note| note.nullable),
        Kind::Identity => false,
    }
}

/// Those members that can be taken over, each beside those before it, without breaking the schema.
pub(super) fn fitting<'a>(base: &Value, echoes: &[Echo<'a>], media_type: &MediaType, is_valid: impl Fn(&Value) -> bool) -> Vec<Echo<'a>> {
    let annotations = media_type.schema.as_ref().map(|schema| schema.annotations());
    let mut body = base.clone();
    let mut fitting: Vec<Echo<'a>> = Vec::new();
    for echo in echoes {
        let mut next = body.clone();
        apply(&mut next, annotations, std::slice::from_ref(echo));
        if is_valid(&next) {
            body = next;
            fitting.push(*echo);
        }
    }
    fitting
}
