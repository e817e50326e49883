//! JSON Patch (RFC 6902): a list of operations on the thing.

use serde_json::Value;

use super::{Site, merge, refuse};
use crate::{respond::Answer, state::Entity};

/// Whether the request's body is one.
pub(super) fn is_meant(site: &Site<'_>) -> bool {
    let content_type = site.scene.request.header("content-type").unwrap_or_default();
    content_type.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json-patch+json"))
}

/// The thing after it. What the client may not change stays as it was.
pub(super) fn patched(site: &Site<'_>, entity: &Entity) -> Result<Entity, Box<Answer>> {
    let body = site.scene.judgement.body.clone().unwrap_or_default();
    let patch: json_patch::Patch =
        serde_json::from_value(body).map_err(|error| refuse::patch(site, "a list of operations (RFC 6902)", &error.to_string()))?;
    let mut members = Value::Object(entity.members.clone());
    json_patch::patch(&mut members, &patch).map_err(|error| refuse::patch(site, "operations that can be done", &error.to_string()))?;
    let Value::Object(members) = members else { return Err(refuse::patch(site, "a patch that leaves an object", "another value")) };
    let changed = members.iter().filter(|(name, value)| entity.members.get(*name) != Some(value));
    let mut changes: Vec<(String, Option<Value>)> = changed.map(|(name, value)| (name.clone(), Some(value.clone()))).collect();
    changes.extend(entity.members.keys().filter(|name| !members.contains_key(*name)).map(|name| (name.clone(), None)));
    changes.retain(|(name, _)| !site.kind.is_server_s(name));
    Ok(merge::taken_over(site.kind, entity, &changes))
}
