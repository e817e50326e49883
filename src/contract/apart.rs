//! Lists that can be judged item by item: an answer is right if it is right around an empty list, and each item is right.
//!
//! That is so where nothing on the way to the list says more than which members there are, and nothing about the list says
//! more than what its items are. What is not known to be so is not taken to be so.

use serde_json::{Map, Value};

use crate::{
    pointer::Pointer,
    schema::{Direction, Schema},
};

/// Keywords that judge no value (JSON Schema 2020-12, Validation, section 9; OpenAPI 3.0 and 3.1, section 4.8.24).
const SILENT: [&str; 13] = [
    "title",
    "description",
    "default",
    "example",
    "examples",
    "deprecated",
    "readOnly",
    "writeOnly",
    "nullable",
    "externalDocs",
    "xml",
    "$comment",
    "type",
];
/// What an object may say beside that, if the list is a member that it declares.
const OF_OBJECTS: [&str; 5] = ["properties", "required", "additionalProperties", "minProperties", "maxProperties"];
/// No chain of references is followed further than this.
const DEEPEST: usize = 16;

/// The schema of the items of the list at the end of this path, if the list can be judged so.
pub(super) fn items(schema: &Schema, path: &[String]) -> Option<Schema> {
    let document = schema.document();
    let mut place = schema.pointer().clone();
    for name in path {
        let holder = followed(schema, &mut place)?;
        says_only(holder, &OF_OBJECTS)?;
        holder.get("properties")?.get(name)?;
        place = place.join("properties").join(name);
    }
    says_only(followed(schema, &mut place)?, &["items"])?;
    let mut place = place.join("items");
    // Lists that show the same things refer to the same schema.
    if document.resolve(&place)?.as_object()?.contains_key("$ref") {
        followed(schema, &mut place);
    }
    Some(Schema::new(document, place, Direction::Response))
}

/// The schema at a place, which becomes that of what is referred to there, if nothing is said beside the reference.
fn followed<'s>(schema: &'s Schema, place: &mut Pointer) -> Option<&'s Map<String, Value>> {
    let document = schema.document();
    for _ in 0..DEEPEST {
        let here = document.resolve(place)?.as_object()?;
        let Some(reference) = here.get("$ref") else { return Some(here) };
        says_only(here, &["$ref"])?;
        *place = document.target(place, reference.as_str()?)?;
    }
    None
}

fn says_only(schema: &Map<String, Value>, keywords: &[&str]) -> Option<()> {
    let is_known = |name: &str| SILENT.contains(&name) || keywords.contains(&name) || name.starts_with("x-");
    schema.keys().all(|name| is_known(name)).then_some(())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;
    use crate::document::Document;

    fn found(list: &Value, envelope: &Value) -> Option<String> {
        let mut answer =
            json!({"type": "object", "required": ["data"], "properties": {"data": {"$ref": "#/list"}, "error": {"type": "null"}}});
        answer.as_object_mut().unwrap().extend(envelope.as_object().unwrap().clone());
        let document = json!({"openapi": "3.1.0", "answer": {"$ref": "#/inner", "description": "d"}, "inner": answer, "list": list});
        let document = Arc::new(Document::of_value(document));
        let schema = Schema::new(&document, Pointer::parse("/answer").unwrap(), Direction::Response);
        items(&schema, &["data".to_owned()]).map(|items| items.pointer().to_string())
    }

    #[test]
    fn lists_are_judged_item_by_item_where_nothing_is_said_of_the_whole() {
        let plain = json!({"type": "array", "items": {"type": "string"}, "description": "d", "x-note": 1});
        assert_eq!(found(&plain, &json!({"additionalProperties": false})).as_deref(), Some("/list/items"));
        for (list, envelope) in [
            (json!({"type": "array"}), json!({})),
            (json!({"type": "array", "items": false}), json!({})),
            (json!({"items": {}, "uniqueItems": true}), json!({})),
            (json!({"items": {}, "minItems": 1}), json!({})),
            (json!({"items": {}, "maxItems": 1}), json!({})),
            (json!({"items": {}, "contains": {}}), json!({})),
            (json!({"items": {}, "prefixItems": []}), json!({})),
            (json!({"items": {}, "const": []}), json!({})),
            (json!({"items": {}, "allOf": []}), json!({})),
            (json!({"items": {}, "$ref": "#/inner"}), json!({})),
            (plain.clone(), json!({"allOf": []})),
            (plain.clone(), json!({"if": {}})),
            (plain.clone(), json!({"patternProperties": {"^d": {}}})),
            (plain.clone(), json!({"dependentSchemas": {}})),
            (plain.clone(), json!({"unevaluatedProperties": false})),
            (plain, json!({"properties": {"list": {}}})),
        ] {
            assert_eq!(found(&list, &envelope), None, "{list} {envelope}");
        }
    }
}
