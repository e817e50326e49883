//! What must not be handed to the canonical form: its search for what `unevaluated…` leaves open does not end where references
//! lead in a circle, and takes the stack with it.

use std::collections::HashSet;

use serde_json::Value;

use crate::text::percent_decode;

/// Whether a part of an extract reaches both an `unevaluated…` keyword and a circle of references.
pub(in crate::schema) fn is_hazardous(extract: &Value, place: &str) -> bool {
    let mut walk = Walk { extract, open: Vec::new(), seen: HashSet::new(), unevaluated: false, circle: false };
    if let Some(schema) = extract.pointer(place) {
        // The root of an extract lies round everything: only what it refers to is part of it.
        match (place, schema) {
            ("", Value::Object(members)) => {
                for keyword in ["$ref", "properties"] {
                    members.get(keyword).into_iter().for_each(|value| walk.member(keyword, value));
                }
            }
            _ => walk.value(schema),
        }
    }
    walk.unevaluated && walk.circle
}

struct Walk<'e> {
    extract: &'e Value,
    /// The references on the way here.
    open: Vec<String>,
    seen: HashSet<String>,
    unevaluated: bool,
    circle: bool,
}

impl Walk<'_> {
    fn value(&mut self, value: &Value) {
        match value {
            Value::Object(members) => members.iter().for_each(|(name, value)| self.member(name, value)),
            Value::Array(items) => items.iter().for_each(|item| self.value(item)),
            _ => {}
        }
    }

    fn member(&mut self, name: &str, value: &Value) {
        self.unevaluated |= name.starts_with("unevaluated");
        match value {
            Value::String(target) if name == "$ref" => self.follow(target),
            value => self.value(value),
        }
    }

    fn follow(&mut self, target: &str) {
        let Some(place) = target.strip_prefix('#') else { return };
        let place = percent_decode(place).into_owned();
        self.circle |= self.open.contains(&place);
        if self.seen.insert(place.clone())
            && let Some(schema) = self.extract.pointer(&place)
        {
            self.open.push(place);
            self.value(schema);
            self.open.pop();
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_both_together_are_a_hazard() {
        let extract = json!({
            "$ref": "#/both",
            "both": {"unevaluatedItems": false, "items": {"$ref": "#/both"}},
            "circle": {"items": {"$ref": "#/circle"}},
            "open": {"unevaluatedProperties": {"type": "string"}, "allOf": [{"$ref": "#/plain"}]},
            "plain": {"type": "object"},
            "outside": {"anyOf": [{"$ref": "#/both"}]}
        });
        let found = ["", "/both", "/outside", "/circle", "/open", "/plain"].map(|place| is_hazardous(&extract, place));
        assert_eq!(found, [true, true, true, false, false, false]);
    }
}
