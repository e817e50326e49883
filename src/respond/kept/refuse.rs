//! What the server keeps does not allow it: the declared error, with the reason in it.

use std::sync::Arc;

use serde_json::Value;

use super::{Answer, Because, Scene, Site, unabled};
use crate::{
    check::secrets,
    contract::DeclaredStatus,
    message::StatusCode,
    pointer::Pointer,
    respond::problem,
    source::quote,
    state::{Kind, Missed, Wanted, World},
    text::nearest,
    violation::{Place, Step, Violation},
};

/// Among more ids than this, none is looked for that was meant.
const MOST_NEAR: usize = 50;

/// The thing that the path names is not there.
pub(super) fn missing(site: &Site<'_>) -> Box<Answer> {
    site.store.look(|world, _| missing_in(site, world))
}

pub(super) fn missing_in(site: &Site<'_>, world: &World) -> Box<Answer> {
    let parameter = site.used.identity.clone().unwrap_or_default();
    not_there(site, site.number, site.kind, &parameter, &site.id(), world)
}

fn not_there(site: &Site<'_>, number: usize, kind: &Kind, parameter: &str, id: &str, world: &World) -> Box<Answer> {
    let tenant = &site.scene.judgement.tenant;
    let known: Vec<String> = world.all(number, tenant).take(MOST_NEAR + 1).map(|entity| Kind::text(&entity.id)).collect();
    let place = Place::Path(parameter.to_owned(), Pointer::root());
    let violation = Violation::new(Step::State, "state.missing", place, format!("the id of one of {}", kind.name), quote(id));
    let near = if known.len() > MOST_NEAR { None } else { nearest(id, known.iter().map(String::as_str)) };
    let violation = match near {
        Some(near) => violation.with_hint(format!("did you mean {near:?}?")),
        None if known.is_empty() => violation.with_hint("nothing of this kind is kept"),
        None => violation,
    };
    refused(site.scene, &[404, 410], &violation)
}

/// Something that the thing is part of is not there, and the operation has an answer for that.
pub(super) fn missing_whole(site: &Site<'_>) -> Option<Box<Answer>> {
    // 410 alone is said of other things than one that never was.
    if !site.scene.operation.responses.iter().any(|response| response.status == DeclaredStatus::Code(404)) {
        return None;
    }
    site.store.look(|world, _| missing_whole_in(site, world))
}

/// The same for what is created: it cannot be part of what is not there.
pub(super) fn missing_whole_in(site: &Site<'_>, world: &World) -> Option<Box<Answer>> {
    let kinds = &site.scene.contract.kept().kinds;
    for within in &site.used.within {
        let Some(link) = site.kind.parents.iter().find(|link| link.name == within.name) else { continue };
        let (_, id) = site.links.iter().find(|(name, _)| *name == within.name)?;
        if !site.scene.contract.kept().can_create(link.kind) {
            continue;
        }
        let links: Vec<_> = site.links.iter().filter(|(name, _)| *name != within.name).cloned().collect();
        let wanted = Wanted { kind: link.kind, tenant: &site.scene.judgement.tenant, links: &links };
        if world.find(kinds, &wanted, id).is_none() {
            return Some(not_there(site, link.kind, &kinds[link.kind], &within.parameter, id, world));
        }
    }
    None
}

/// It cannot be kept beside what is kept.
pub(super) fn missed(site: &Site<'_>, missed: &Missed, id: &Value) -> Box<Answer> {
    let member = match missed {
        Missed::Full(_) => {
            let why = missed.in_words(site.kind, &Kind::text(id));
            let place = Place::Answer(Pointer::root());
            return unabled(vec![Violation::new(Step::Answer, "state.full", place, "room for one more thing", why)]);
        }
        Missed::Taken => site.kind.id.clone().unwrap_or_default(),
        Missed::NotUnique(member) => member.clone(),
    };
    let place = site.used.sent.iter().fold(Pointer::root(), |place, name| place.join(name)).join(&member);
    let expected = format!("a `{member}` that none of {} has", site.kind.name);
    let found = site.scene.judgement.body.as_ref().and_then(|body| place.resolve(body)).unwrap_or(id).to_string();
    refused(site.scene, &[409, 422, 400], &Violation::new(Step::State, "state.taken", Place::Body(place), expected, found))
}

/// The thing is not any more as the client knows it (RFC 9110, section 15.5.13).
pub(super) fn changed(scene: &Scene<'_>, wanted: &str, tag: &str) -> Box<Answer> {
    let place = Place::Header("if-match".into(), Pointer::root());
    let violation = Violation::new(Step::State, "state.changed", place, tag.to_owned(), wanted.to_owned());
    refused(scene, &[412, 409], &violation)
}

/// The key stands for another request.
pub(super) fn key_used(site: &Site<'_>) -> Box<Answer> {
    let place = Place::Header("idempotency-key".into(), Pointer::root());
    let violation = Violation::new(Step::State, "state.key-used", place, "a key that was sent with no other request", "one that was");
    refused(site.scene, &[409, 422, 400], &violation)
}

/// A JSON Patch that cannot be done.
pub(super) fn patch(site: &Site<'_>, expected: &str, found: &str) -> Box<Answer> {
    let violation = Violation::new(Step::State, "state.patch", Place::Body(Pointer::root()), expected, found.to_owned());
    refused(site.scene, &[409, 422, 400], &violation)
}

/// The first of these statuses that the contract declares, with the reason in its body; else a problem document.
fn refused(scene: &Scene<'_>, statuses: &[u16], violation: &Violation) -> Box<Answer> {
    let (parameters, body) = (&scene.judgement.parameters, scene.judgement.body.as_ref());
    let secrets = secrets::of_request(scene.contract, Some(scene.operation), scene.request, parameters, body);
    let violation = secrets::without(&secrets, violation.clone());
    let why: Arc<str> = violation.to_string().into();
    let declared = problem::declared_as(scene, statuses, &why, None);
    let status = StatusCode::from_u16(statuses[0]).unwrap_or(StatusCode::CONFLICT);
    let response = declared.unwrap_or_else(|| problem::document(status, std::slice::from_ref(&violation)));
    Box::new(Answer { response, because: Because::Refused { why }, violations: Vec::new() })
}

/// The error of a status, as a rule gives it.
pub(super) fn as_status(scene: &Scene<'_>, status: StatusCode, why: &str, patch: Option<&Value>) -> Answer {
    let declared = problem::declared_as(scene, &[status.as_u16()], why, patch);
    let violation = || Violation::new(Step::State, "state.refused", Place::Route, "what the server keeps to allow it", why.to_owned());
    let response = declared.unwrap_or_else(|| problem::document(status, &[violation()]));
    Answer { response, because: Because::Refused { why: why.into() }, violations: Vec::new() }
}
