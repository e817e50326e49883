//! `x-standin-resource`: what a document says itself of what an operation does. It comes before what is inferred.

use std::collections::{BTreeMap, HashSet};

use serde_json::{Map, Value};

use super::{Action, Comparison, Filter, by_name, entity, paths::Way};
use crate::{
    contract::{Location, Operation},
    document::Document,
    error::{DefectKind, Error},
    pointer::Pointer,
    source::{describe, quote},
    text::{either, nearest},
};

pub(super) const KEYWORD: &str = "x-standin-resource";
const MEMBERS: [&str; 13] =
    ["name", "action", "id", "parameter", "entity", "sent", "within", "parents", "unique", "order", "after", "filters", "set"];
/// What any operation of a resource may say of it.
const FACTS: [&str; 5] = ["id", "parents", "unique", "order", "after"];

/// What is said of one operation.
#[derive(Debug, Clone, Default)]
pub(super) struct Said {
    pub(super) place: Pointer,
    /// Whether it belongs to no resource.
    pub(super) off: bool,
    pub(super) name: Option<String>,
    pub(super) action: Option<Action>,
    pub(super) parameter: Option<String>,
    /// Where the answer has the thing; nothing: it does not show it.
    pub(super) entity: Option<Option<Vec<String>>>,
    pub(super) sent: Option<Vec<String>>,
    pub(super) within: BTreeMap<String, Option<String>>,
    pub(super) filters: BTreeMap<String, Option<Filter>>,
    pub(super) set: Map<String, Value>,
    /// Facts about the resource: each with what is said.
    pub(super) facts: Vec<(&'static str, Value)>,
}

/// Reads what an operation, or else its path, says.
pub(super) fn said(operation: &Operation) -> Result<Option<Said>, Error> {
    let document = &operation.document;
    let places = [&operation.pointer].into_iter().chain(&operation.path_items).map(|place| place.join(KEYWORD));
    let Some((place, value)) = places.into_iter().find_map(|place| document.resolve(&place).map(|value| (place, value))) else {
        return Ok(None);
    };
    let reader = Reader { document, operation, place };
    reader.read(value).map(Some)
}

/// Checks that all that is said stands where somebody listens.
pub(super) fn heard<'o>(document: &Document, operations: impl Iterator<Item = &'o Operation>) -> Result<(), Error> {
    let places: HashSet<&Pointer> =
        operations.flat_map(|operation| [&operation.pointer].into_iter().chain(&operation.path_items)).collect();
    // Other files may be documents of their own, of which some part is used.
    for tokens in mentions(document.root()) {
        let holder = tokens.iter().rev().fold(Pointer::root(), |place, token| place.join(token));
        if !places.contains(&holder) {
            let expected = "it in an operation, or in the path item of one";
            return Err(document.defect(DefectKind::Structure, &holder.join(KEYWORD), expected, "it elsewhere"));
        }
    }
    Ok(())
}

/// Where something is said: what holds it, the innermost token first. Nothing is allocated on the way to nothing.
fn mentions(value: &Value) -> Vec<Vec<String>> {
    let below = |name: &dyn std::fmt::Display, value: &Value| {
        let mut found = mentions(value);
        found.iter_mut().for_each(|tokens| tokens.push(name.to_string()));
        found
    };
    match value {
        Value::Array(items) => items.iter().enumerate().flat_map(|(index, item)| below(&index, item)).collect(),
        Value::Object(members) => {
            let here = members.contains_key(KEYWORD).then(Vec::new);
            members.iter().flat_map(|(name, value)| below(name, value)).chain(here).collect()
        }
        _ => Vec::new(),
    }
}

struct Reader<'o> {
    document: &'o Document,
    operation: &'o Operation,
    place: Pointer,
}

impl Reader<'_> {
    fn wrong<T>(&self, place: &Pointer, expected: impl Into<String>, found: &Value) -> Result<T, Error> {
        Err(self.document.defect(DefectKind::Structure, place, expected, describe(found)))
    }

    fn read(&self, value: &Value) -> Result<Said, Error> {
        let mut said = Said { place: self.place.clone(), ..Said::default() };
        let members = match value {
            Value::Bool(false) => {
                said.off = true;
                return Ok(said);
            }
            Value::Object(members) => members,
            other => return self.wrong(&self.place, "false, or an object that says what the operation does with a resource", other),
        };
        for (name, value) in members {
            self.member(name, value, &mut said)?;
        }
        let path = self.operation.path();
        if !said.off && Way::read_bare(path).or_else(|| Way::read(path)).is_none() {
            let expected = "it on a path whose segments are texts or parameters, one by one";
            return Err(self.document.defect(DefectKind::Structure, &self.place, expected, quote(path)));
        }
        Ok(said)
    }

    fn member(&self, name: &str, value: &Value, said: &mut Said) -> Result<(), Error> {
        let place = self.place.join(name);
        match name {
            "name" => said.name = Some(self.text(&place, value, "the resource's name, as a string")?),
            "action" => self.action(&place, value, said)?,
            "parameter" => said.parameter = Some(self.parameter(&place, value)?),
            "entity" if *value == Value::Bool(false) => said.entity = Some(None),
            "entity" => {
                let path = self.pointer(&place, value)?;
                let shown = entity::answer(self.operation);
                let leads = matches!(&shown, entity::Answer::Json(view) if view.reach(&path).is_some());
                self.leads(leads, &place, value, "the answer to success")?;
                said.entity = Some(Some(path));
            }
            "sent" => {
                let path = self.pointer(&place, value)?;
                let leads = entity::body(self.operation).is_some_and(|body| body.reach(&path).is_some());
                self.leads(leads, &place, value, "the body of the request")?;
                said.sent = Some(path);
            }
            "within" => said.within = self.within(&place, value)?,
            "filters" => said.filters = self.filters(&place, value)?,
            "set" => said.set = self.object(&place, value, "members and what they are set to")?.clone(),
            "id" | "order" | "after" => {
                self.text(&place, value, "the name of a member, as a string")?;
                said.facts.push((fact(name), value.clone()));
            }
            "unique" => {
                let texts = value.as_array().is_some_and(|names| names.iter().all(Value::is_string));
                if !texts {
                    return self.wrong(&place, "the names of members, as an array of strings", value);
                }
                said.facts.push((fact(name), value.clone()));
            }
            "parents" => {
                for (member, resource) in self.object(&place, value, "members and the resources that they name")? {
                    self.text(&place.join(member), resource, "the name of a resource, as a string")?;
                }
                said.facts.push((fact(name), value.clone()));
            }
            other => {
                let near = nearest(other, MEMBERS).map(|near| format!("; did you mean {near:?}?")).unwrap_or_default();
                let expected = format!("one of {}", MEMBERS.join(", "));
                let found = format!("a member {}{near}", quote(other));
                return Err(self.document.defect(DefectKind::Structure, &place, expected, found));
            }
        }
        Ok(())
    }

    fn text(&self, place: &Pointer, value: &Value, expected: &str) -> Result<String, Error> {
        match value {
            Value::String(text) if !text.is_empty() => Ok(text.clone()),
            other => self.wrong(place, expected, other),
        }
    }

    fn object<'v>(&self, place: &Pointer, value: &'v Value, expected: &str) -> Result<&'v Map<String, Value>, Error> {
        value.as_object().map_or_else(|| self.wrong(place, format!("an object: {expected}"), value), Ok)
    }

    fn action(&self, place: &Pointer, value: &Value, said: &mut Said) -> Result<(), Error> {
        said.action = by_name(&Action::NAMED, value);
        said.off = value == "none";
        if said.action.is_some() || said.off {
            return Ok(());
        }
        self.wrong(place, format!("one of {} or none", Action::NAMED.map(|(name, _)| name).join(", ")), value)
    }

    fn parameter(&self, place: &Pointer, value: &Value) -> Result<String, Error> {
        let name = self.text(place, value, "the name of a path parameter, as a string")?;
        self.has_parameter(place, &name)?;
        Ok(name)
    }

    fn has_parameter(&self, place: &Pointer, name: &str) -> Result<(), Error> {
        let known: Vec<&str> = self.operation.path_parameters().collect();
        if known.contains(&name) {
            return Ok(());
        }
        let expected = match known.is_empty() {
            true => format!("a parameter of the path {}, which has none", self.operation.path()),
            false => format!("a parameter of the path: {}", known.join(" or ")),
        };
        Err(self.document.defect(DefectKind::Structure, place, expected, quote(name)))
    }

    fn pointer(&self, place: &Pointer, value: &Value) -> Result<Vec<String>, Error> {
        let pointer = value.as_str().and_then(Pointer::parse);
        let Some(pointer) = pointer else { return self.wrong(place, "a JSON Pointer, such as \"/data\"", value) };
        Ok(pointer.tokens().collect())
    }

    fn leads(&self, leads: bool, place: &Pointer, value: &Value, to: &str) -> Result<(), Error> {
        if leads { Ok(()) } else { self.wrong(place, format!("a JSON Pointer to something that {to} declares"), value) }
    }

    fn within(&self, place: &Pointer, value: &Value) -> Result<BTreeMap<String, Option<String>>, Error> {
        let mut within = BTreeMap::new();
        for (parameter, member) in self.object(place, value, "path parameters and the members with the same values")? {
            let at = place.join(parameter);
            self.has_parameter(&at, parameter)?;
            let member = match member {
                Value::Null => None,
                member => Some(self.text(&at, member, "the name of a member, as a string, or null")?),
            };
            within.insert(parameter.clone(), member);
        }
        Ok(within)
    }

    fn filters(&self, place: &Pointer, value: &Value) -> Result<BTreeMap<String, Option<Filter>>, Error> {
        let mut filters = BTreeMap::new();
        for (parameter, said) in self.object(place, value, "query parameters and how they choose")? {
            let at = place.join(parameter);
            let asked = |known: &&crate::contract::Parameter| known.location == Location::Query && known.name == *parameter;
            if !self.operation.parameters.iter().any(|known| asked(&known)) {
                return Err(self.document.defect(DefectKind::Structure, &at, "a query parameter of the operation", quote(parameter)));
            }
            let filter = if *said == Value::Bool(false) { None } else { Some(self.filter(&at, parameter, said)?) };
            filters.insert(parameter.clone(), filter);
        }
        Ok(filters)
    }

    fn filter(&self, place: &Pointer, parameter: &str, said: &Value) -> Result<Filter, Error> {
        let members = self.object(place, said, "`member`, and `is`: equal, from, to, after or before")?;
        if let Some(other) = members.keys().find(|name| !["member", "is"].contains(&name.as_str())) {
            return Err(self.document.defect(DefectKind::Structure, &place.join(other), "`member` or `is`", quote(other)));
        }
        let at = place.join("member");
        let member = self.text(&at, members.get("member").unwrap_or(&Value::Null), "the name of a member, or a JSON Pointer to it")?;
        let member = match Pointer::parse(&member) {
            Some(pointer) => pointer.tokens().collect(),
            None => vec![member],
        };
        let comparison = match members.get("is") {
            None => Comparison::Equal,
            Some(is) => match by_name(&Comparison::NAMED, is) {
                Some(comparison) => comparison,
                None => return self.wrong(&place.join("is"), either(&Comparison::NAMED.map(|(name, _)| name.to_owned())), is),
            },
        };
        Ok(Filter { parameter: parameter.to_owned(), member, comparison })
    }
}

/// The name of a fact, for good.
fn fact(name: &str) -> &'static str {
    FACTS.into_iter().find(|known| *known == name).unwrap_or_default()
}
