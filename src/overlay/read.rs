//! An overlay, read and judged: what each action is about. What the actions do is for `merge`.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::{Remark, select::Selector};
use crate::{
    error::{DefectKind, Error},
    pointer::Pointer,
    source::{Remarks, Source, describe, quote},
};

/// An overlay: a text and its actions.
pub(super) struct Overlay {
    pub(super) source: Arc<Source>,
    pub(super) actions: Vec<Action>,
}

pub(super) struct Action {
    pub(super) place: Pointer,
    /// The expression, as it is written.
    pub(super) target: String,
    pub(super) selector: Selector,
    pub(super) change: Change,
}

pub(super) enum Change {
    Update(Value),
    Remove,
}

/// Reads an overlay (Overlay Specification 1.0.0, section 4.4). What is odd about it, and stops nothing, is among the remarks.
pub(super) fn read(source: Source, value: Value, found: &Remarks, remarks: &mut Vec<Remark>) -> Result<Overlay, Error> {
    let mut reading = Reading { source: Arc::new(source), remarks };
    for (code, place, text) in found.told() {
        reading.tell(code, place.clone(), text);
    }
    let actions = reading.overlay(value)?;
    Ok(Overlay { source: reading.source, actions })
}

struct Reading<'r> {
    source: Arc<Source>,
    remarks: &'r mut Vec<Remark>,
}

impl Reading<'_> {
    fn overlay(&mut self, value: Value) -> Result<Vec<Action>, Error> {
        let root = Pointer::root();
        let mut members = self.object(value, &root, "an overlay, which is an object")?;
        self.version(members.get("overlay"))?;
        self.unknown(&members, &root, &["overlay", "info", "extends", "actions"]);
        self.info(members.remove("info"))?;
        if let Some(extends) = members.get("extends").filter(|extends| !extends.is_string()) {
            return self.wrong(root.join("extends"), "a reference to the document, which is a string", &describe(extends));
        }
        let place = root.join("actions");
        let items = match members.remove("actions") {
            Some(Value::Array(items)) if !items.is_empty() => items,
            Some(other) => return self.wrong(place, "an array of at least one action", &describe(&other)),
            None => return self.wrong(root, "a member `actions` with what is to be done", "none"),
        };
        let actions = items.into_iter().enumerate().map(|(index, item)| self.action(item, place.join(index)));
        Ok(actions.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
    }

    /// Patches of a version make no difference (section 4.1).
    fn version(&self, version: Option<&Value>) -> Result<(), Error> {
        const SUPPORTED: &str = "Overlay 1.0";
        let place = Pointer::root().join("overlay");
        match version {
            Some(Value::String(text)) if text.strip_prefix("1.0.").is_some_and(is_number) => Ok(()),
            Some(Value::String(text)) => Err(self.source.defect(DefectKind::Version, place, SUPPORTED, quote(text))),
            Some(other) => self.wrong(place, "the version as a string, such as \"1.0.0\"", &describe(other)),
            None => self.wrong(Pointer::root(), "a member `overlay` with the version, such as 1.0.0", "none"),
        }
    }

    fn info(&mut self, info: Option<Value>) -> Result<(), Error> {
        let place = Pointer::root().join("info");
        let Some(info) = info else {
            return self.wrong(Pointer::root(), "a member `info` with title and version", "none");
        };
        let members = self.object(info, &place, "an object with title and version")?;
        self.unknown(&members, &place, &["title", "version"]);
        for name in ["title", "version"] {
            match members.get(name) {
                Some(Value::String(_)) => {}
                Some(other) => return self.wrong(place.join(name), "a string", &describe(other)),
                None => return self.wrong(place, &format!("a member `{name}`"), "none"),
            }
        }
        Ok(())
    }

    /// `None` for one that does nothing.
    fn action(&mut self, value: Value, place: Pointer) -> Result<Option<Action>, Error> {
        let mut members = self.object(value, &place, "an action, which is an object")?;
        self.unknown(&members, &place, &["target", "description", "update", "remove"]);
        if let Some(other) = members.get("description").filter(|text| !text.is_string()) {
            return self.wrong(place.join("description"), "a string", &describe(other));
        }
        let (target, selector) = self.target(members.get("target"), &place)?;
        let change = match (self.removes(members.get("remove"), &place)?, members.remove("update")) {
            (true, Some(_)) => {
                self.tell("overlay.no-effect", place.join("update"), "the action removes its targets, so that `update` has no effect");
                Change::Remove
            }
            (true, None) => Change::Remove,
            (false, Some(update)) => Change::Update(update),
            (false, None) => {
                self.tell("overlay.no-effect", place, "the action has neither `update` nor `remove: true`, and does nothing");
                return Ok(None);
            }
        };
        Ok(Some(Action { place, target, selector, change }))
    }

    fn target(&self, target: Option<&Value>, action: &Pointer) -> Result<(String, Selector), Error> {
        const EXPECTED: &str = "a JSONPath (RFC 9535), such as $.paths['/things'].get";
        let place = action.join("target");
        match target {
            Some(Value::String(text)) => match Selector::parse(text) {
                Ok(selector) => Ok((text.clone(), selector)),
                Err(why) => self.wrong(place, EXPECTED, &format!("{}, {why}", quote(text))),
            },
            Some(other) => self.wrong(place, EXPECTED, &describe(other)),
            None => self.wrong(action.clone(), "a member `target` with a JSONPath", "none"),
        }
    }

    fn removes(&self, remove: Option<&Value>, action: &Pointer) -> Result<bool, Error> {
        match remove {
            None => Ok(false),
            Some(Value::Bool(remove)) => Ok(*remove),
            Some(other) => self.wrong(action.join("remove"), "true or false", &describe(other)),
        }
    }

    fn object(&self, value: Value, place: &Pointer, expected: &str) -> Result<Map<String, Value>, Error> {
        match value {
            Value::Object(members) => Ok(members),
            other => self.wrong(place.clone(), expected, &describe(&other)),
        }
    }

    /// Tells of members that the specification does not have; those that begin with `x-` are anybody's (section 4.6).
    fn unknown(&mut self, members: &Map<String, Value>, place: &Pointer, known: &[&str]) {
        for name in members.keys().filter(|name| !name.starts_with("x-") && !known.contains(&name.as_str())) {
            let text = format!("{} is no member that Overlay 1.0 has here: it is ignored", quote(name));
            self.tell("overlay.unknown-member", place.join(name), text);
        }
    }

    fn tell(&mut self, code: &'static str, place: Pointer, text: impl Into<String>) {
        self.remarks.push(Remark { code, source: Arc::clone(&self.source), place, text: text.into() });
    }

    fn wrong<T>(&self, place: Pointer, expected: &str, found: &str) -> Result<T, Error> {
        Err(self.source.defect(DefectKind::Structure, place, expected, found))
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
