//! `Idempotency-Key`: the same request with the same key gets the same answer, and is done once.

use super::{Answer, Because, Site, refuse};
use crate::{
    contract::Location,
    seed::Seed,
    state::{Repeat, Transaction},
};

/// What the key stands for, if the operation declares it and the client sends one.
fn key(site: &Site<'_>) -> Option<String> {
    let is_key = |name: &str| name.to_ascii_lowercase().replace('_', "-").trim_start_matches("x-") == "idempotency-key";
    let scene = site.scene;
    let declared = scene.operation.parameters.iter().find(|parameter| parameter.location == Location::Header && is_key(&parameter.name))?;
    let sent = scene.request.header(&declared.name.to_ascii_lowercase()).filter(|key| !key.is_empty())?;
    Some(format!("{}\u{1f}{}\u{1f}{sent}", scene.judgement.tenant, scene.operation.number))
}

fn request(site: &Site<'_>) -> u64 {
    let request = site.scene.request;
    Seed::new(0).with(request.path().as_bytes()).with(request.query().unwrap_or_default().as_bytes()).with(request.body()).bits()
}

/// The answer that the key was given before.
pub(super) fn answered(site: &Site<'_>, state: &Transaction<'_>) -> Option<Result<Answer, Box<Answer>>> {
    let repeat = state.repeat(&key(site)?)?;
    if repeat.request != request(site) {
        return Some(Err(refuse::key_used(site)));
    }
    Some(Ok(Answer { response: repeat.response.clone(), because: Because::Kept, violations: Vec::new() }))
}

/// Keeps the answer for the next time.
pub(super) fn remember(site: &Site<'_>, state: &mut Transaction<'_>, answer: &Answer) -> Result<(), Box<Answer>> {
    let Some(key) = key(site) else { return Ok(()) };
    let repeat = Repeat { request: request(site), response: answer.response.clone() };
    state.keep_repeat(key, repeat).map_err(|missed| refuse::missed(site, &missed, &serde_json::Value::Null))
}
