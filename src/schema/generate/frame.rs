//! What is the same in all drafts of a schema: the envelope of a list, most often, of which nothing but the list and what is
//! said of its page differs from answer to answer. It is made once, and each answer begins with a copy.

use serde_json::{Map, Value};

use super::{DEEPEST, Maker, Place, Source};
use crate::{
    schema::{
        annotations::Types,
        plan::{Kind, NodeId, Object, Property},
    },
    seed::Seed,
};

/// What every draft is, but for the members that the caller puts its own values into; `None` if that differs by seed, time or
/// anything else.
///
/// `is_own` tells such members by the names that lead to them. Of these the caller must need no more than that they are there.
pub(in crate::schema) fn frame(source: &Source<'_>, is_own: &dyn Fn(&[&str]) -> bool) -> Option<Value> {
    let maker = Maker::new(source, false);
    let root = maker.root(Seed::new(0));
    Framer { maker, is_own }.frame(source.plan.root, root, &mut Vec::new())
}

struct Framer<'p, 'f> {
    maker: Maker<'p>,
    is_own: &'f dyn Fn(&[&str]) -> bool,
}

impl<'p> Framer<'p, '_> {
    fn frame(&self, id: NodeId, place: Place<'p>, path: &mut Vec<&'p str>) -> Option<Value> {
        let id = self.maker.plan.resolve(id);
        if place.depth > DEEPEST {
            return None;
        }
        if (self.is_own)(path) {
            return self.placeholder(id);
        }
        match &self.maker.plan.nodes[id].kind {
            Kind::Null => Some(Value::Null),
            Kind::OneOf(values) if values.len() == 1 => values.first().cloned(),
            Kind::Object(object) if is_plain(object) => {
                let mut members = Map::new();
                for property in &object.properties {
                    if property.required || self.maker.wants(property, place) {
                        members.insert(property.name.clone(), self.member(property, place, path)?);
                    }
                }
                (members.len() >= object.min).then_some(Value::Object(members))
            }
            _ => None,
        }
    }

    fn member(&self, property: &'p Property, place: Place<'p>, path: &mut Vec<&'p str>) -> Option<Value> {
        if self.maker.given.has(&property.name) {
            return Some(Value::Null);
        }
        path.push(&property.name);
        let made = self.frame(property.node, self.maker.member_place(&property.name, property.reading, place), path);
        path.pop();
        made
    }

    /// A value of a member that another takes the place of. What an object is shapes what is put into it.
    fn placeholder(&self, id: NodeId) -> Option<Value> {
        let types = match &self.maker.plan.nodes[id].kind {
            Kind::OneOf(values) => values.iter().map(Types::of).fold(Types::default(), Types::and),
            _ => self.maker.types(id, 0)?,
        };
        if types.has(Types::OBJECT.and(Types::ARRAY)) {
            return None;
        }
        Some(if types.has(Types::STRING) && !types.has(Types::NULL) { "".into() } else { Value::Null })
    }
}

/// Whether an object has the members that it declares, and no others.
fn is_plain(object: &Object) -> bool {
    let declared = object.properties.len();
    object.identity.is_none() && object.demands.is_empty() && declared > 0 && object.max >= declared
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;
    use crate::{
        clock::Timestamp,
        document::Document,
        pointer::Pointer,
        schema::{Direction, Given, Setting},
    };

    /// The frame of an object with these properties, of which `data` is the caller's, and `page.next` and `page.limit` are.
    fn frame(properties: Value, required: &[&str]) -> Option<Value> {
        let page = json!({"type": "object", "required": ["limit", "next"], "properties": {
            "limit": {"type": "integer"}, "next": {"type": ["string", "null"]}
        }});
        let mut all = json!({"data": {"type": "array", "items": {"type": "object"}}, "error": {"type": "null"}, "page": page});
        all.as_object_mut().unwrap().extend(properties.as_object().unwrap().clone());
        let required = [&["data", "error", "page"], required].concat();
        let schema = json!({"type": "object", "required": required, "properties": all});
        let document = Arc::new(Document::of_value(json!({"s": schema, "self": {"type": "object", "required": ["self"], "properties": {
            "self": {"$ref": "#/self"}
        }}})));
        let schema = super::super::super::Schema::new(&document, Pointer::parse("/s").unwrap(), Direction::Response);
        let given = Given { members: &["data"], identity: None };
        let own = |path: &[&str]| path == ["page", "next"] || path == ["page", "limit"];
        let frame = schema.frame(given, &own)?;
        for seed in 0..20 {
            let mut draft = schema.draft(given, Seed::new(seed), Setting::at(Timestamp::FIXED)).unwrap();
            draft["page"]["next"] = Value::Null;
            draft["page"]["limit"] = Value::Null;
            assert_eq!(draft, frame);
        }
        Some(frame)
    }

    #[test]
    fn what_is_the_same_in_all_drafts_is_found_once() {
        let plain = json!({"data": null, "error": null, "page": {"limit": null, "next": null}});
        assert_eq!(frame(json!({}), &[]), Some(plain.clone()));
        // What tells of an error is left out of drafts of success, and what is the same always is as good as null.
        assert_eq!(frame(json!({"errors": {"type": "array"}}), &[]), Some(plain));
        let listed =
            frame(json!({"object": {"const": "list"}, "more": {"type": "object", "properties": {"v": {"enum": [1]}}}}), &["object"]);
        assert_eq!(
            listed,
            Some(json!({"data": null, "error": null, "more": {"v": 1}, "object": "list", "page": {"limit": null, "next": null}}))
        );
        for property in [
            json!({"type": "string"}),
            json!({"type": "string", "format": "date-time"}),
            json!({"type": "boolean"}),
            json!({"enum": ["a", "b"]}),
            json!({"type": "array", "items": {"type": "null"}}),
            json!({"type": "object"}),
            json!({"type": "object", "properties": {"id": {"const": "x"}}}),
            json!({"type": "object", "properties": {"a": {"const": 1}}, "minProperties": 2}),
            json!({"type": "object", "properties": {"a": {"const": 1}, "b": {"const": 1}}, "maxProperties": 1}),
            json!({"anyOf": [{"type": "null"}, {"type": "object", "properties": {"a": {"const": 1}}}]}),
            json!({"$ref": "#/self"}),
            json!({}),
        ] {
            assert_eq!(frame(json!({"other": property}), &["other"]), None, "{property}");
        }
    }
}
