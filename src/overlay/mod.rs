//! Overlays: documents of changes (Overlay Specification 1.0.0), laid over a document before anybody reads it as a contract.
//!
//! What comes out is a document like any other. Each value in it knows the text that it stands in.

mod merge;
mod read;
mod select;

use std::sync::Arc;

use serde_json::Value;

use self::{
    merge::{Ground, pointer},
    read::{Action, Change, Overlay},
};
use crate::{
    error::{DefectKind, Error},
    pointer::Pointer,
    source::{Laid, MAX_VALUES, Origin, Remarks, Source, describe},
};

/// A text that was read: a document, or an overlay.
pub(crate) type Text = (Source, Value, Remarks);

/// Something odd about an overlay.
pub(crate) struct Remark {
    pub(crate) code: &'static str,
    pub(crate) source: Arc<Source>,
    pub(crate) place: Pointer,
    pub(crate) text: String,
}

/// Lays overlays over a document, one after the other.
pub(crate) fn lay(document: Text, overlays: Vec<Text>) -> Result<(Text, Vec<Remark>), Error> {
    lay_at_most(MAX_VALUES, document, overlays)
}

/// The same, adding so many values at most.
fn lay_at_most(most: usize, (source, value, remarks): Text, overlays: Vec<Text>) -> Result<(Text, Vec<Remark>), Error> {
    let mut told = Vec::new();
    let mut ground = Ground::new(value, most);
    let mut sources = Vec::new();
    for (number, (text, value, found)) in overlays.into_iter().enumerate() {
        let overlay = read::read(text, value, &found, &mut told)?;
        for action in &overlay.actions {
            act(&mut ground, &overlay, action, number + 1, source.name(), &mut told)?;
        }
        sources.push(overlay.source);
    }
    let Ground { value, origins, .. } = ground;
    let now = |places: Vec<Pointer>| places.iter().filter_map(|place| origins.now(place)).collect();
    let remarks = Remarks { duplicates: now(remarks.duplicates), numeric: now(remarks.numeric) };
    Ok(((source.overlaid(Laid::new(origins, sources)), value, remarks), told))
}

fn act(ground: &mut Ground, overlay: &Overlay, action: &Action, layer: usize, document: &str, told: &mut Vec<Remark>) -> Result<(), Error> {
    let targets = action.selector.select(&ground.value);
    let target = || action.place.join("target");
    let wrong = |place, expected: String, found: String| Err(overlay.source.defect(DefectKind::Structure, place, expected, found));
    if targets.is_empty() {
        let text = format!("{} selects nothing in {document}", action.target);
        told.push(Remark { code: "overlay.no-target", source: Arc::clone(&overlay.source), place: target(), text });
    }
    match &action.change {
        Change::Remove if targets.contains(&Vec::new()) => {
            wrong(target(), "a target inside the document to remove".into(), "the whole document".into())
        }
        // From the end, so that what goes first moves nothing that goes later.
        Change::Remove => {
            targets.iter().rev().for_each(|target| ground.remove(target));
            Ok(())
        }
        Change::Update(update) => targets.iter().try_for_each(|steps| {
            let place = pointer(steps);
            match place.resolve(&ground.value) {
                Some(value) if !value.is_object() && !value.is_array() => {
                    wrong(target(), "a target that selects objects or arrays alone".into(), format!("{} at {place}", describe(value)))
                }
                _ => {
                    let from = Origin { layer, pointer: action.place.join("update") };
                    ground.update(steps, update, from).or_else(|clash| wrong(clash.pointer, clash.expected, clash.found))
                }
            }
        }),
    }
}

#[cfg(test)]
mod tests;
