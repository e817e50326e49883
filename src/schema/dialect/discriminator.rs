//! Discriminators: the branch that a member names is the one that counts (OpenAPI 3.1, section 4.8.25).
//!
//! JSON Schema knows none. What is meant is said in its words: each branch of a `oneOf` or `anyOf` is joined with what the
//! naming member must be for it. A schema with a discriminator and no such list chooses among the schemas that extend it by
//! `allOf`: wherever it is referred to, other than by them, a choice that is made up here takes its place.

use serde_json::{Map, Value, json};

use super::{Extract, declared, reference};
use crate::{document::Document, pointer::Pointer};

/// The member, below a schema that others extend, where the choice among them is put.
const HEIRS: &str = "x-standin-heirs";

/// Where the choice among a schema's heirs is put.
pub(super) fn below(schema: &Pointer) -> Pointer {
    schema.join(HEIRS)
}

/// The schema whose heirs a place is the choice of.
pub(super) fn parent(place: &Pointer) -> Option<Pointer> {
    place.as_str().strip_suffix(HEIRS)?.strip_suffix('/').and_then(Pointer::parse)
}

/// Whether the schema at a place has a discriminator that chooses among those that extend it.
pub(in crate::schema) fn chooses_heirs(document: &Document, place: &Pointer) -> bool {
    let schema = document.resolve(place).and_then(Value::as_object);
    schema.is_some_and(|schema| property(schema).is_some() && !schema.contains_key("oneOf") && !schema.contains_key("anyOf"))
}

/// The member that names a branch. Swagger 2.0 writes its name alone.
fn property(schema: &Map<String, Value>) -> Option<&str> {
    match schema.get("discriminator")? {
        Value::String(name) => Some(name),
        Value::Object(discriminator) => discriminator.get("propertyName")?.as_str(),
        _ => None,
    }
}

/// What names the schema at `target`: the keys of the mapping that lead to it, else its own name.
fn names(document: &Document, holder: &Map<String, Value>, at: &Pointer, target: &Pointer) -> Vec<String> {
    let mapping = holder.get("discriminator").and_then(|discriminator| discriminator.get("mapping")?.as_object());
    let leads = |value: &str| {
        let named = || target.last().as_deref() == Some(value) && !value.contains('/');
        named() || document.target(&at.join("discriminator"), value).as_ref() == Some(target)
    };
    let mapped = mapping.into_iter().flatten().filter(|(_, value)| value.as_str().is_some_and(leads));
    let mapped: Vec<String> = mapped.map(|(name, _)| name.clone()).collect();
    if mapped.is_empty() { target.last().into_iter().collect() } else { mapped }
}

/// What the naming member must be.
fn pin(property: &str, names: &[String]) -> Value {
    let wanted = match names {
        [name] => json!({ "const": name }),
        names => json!({ "enum": names }),
    };
    json!({"required": [property], "properties": {property: wanted}})
}

impl Extract<'_> {
    /// Joins each branch that is a reference with the names that choose it.
    pub(super) fn discriminate(&mut self, members: &Map<String, Value>, at: &Pointer, out: &mut Map<String, Value>) {
        let Some(property) = property(members) else { return };
        for keyword in ["oneOf", "anyOf"] {
            let (Some(Value::Array(branches)), Some(Value::Array(converted))) = (members.get(keyword), out.get_mut(keyword)) else {
                continue;
            };
            let targets: Vec<Option<Pointer>> = branches
                .iter()
                .enumerate()
                .map(|(index, branch)| self.document.target(&at.join(keyword).join(index), branch.get("$ref")?.as_str()?))
                .collect();
            let named: Vec<Vec<String>> = targets
                .iter()
                .map(|target| target.as_ref().map_or_else(Vec::new, |target| names(self.document, members, at, target)))
                .collect();
            let default = members.get("discriminator").and_then(|discriminator| discriminator.get("defaultMapping")?.as_str());
            for ((target, names_of), branch) in targets.iter().zip(&named).zip(converted) {
                let Some(target) = target.as_ref().filter(|target| !pins(self.document, target, property, names_of)) else { continue };
                let is_default = default
                    .is_some_and(|name| target.last().as_deref() == Some(name) || self.document.target(at, name).as_ref() == Some(target));
                // OpenAPI 3.2, section 4.25.4: what names no other branch, or nothing at all.
                let chosen = if is_default {
                    let others: Vec<&String> = named.iter().flatten().filter(|name| !names_of.contains(name)).collect();
                    json!({"properties": {property: {"not": {"enum": others}}}})
                } else {
                    pin(property, names_of)
                };
                *branch = json!({"allOf": [branch.take(), chosen]});
            }
        }
    }

    /// The choice among a schema's heirs: one of them by its name, or the schema itself by its own. Another name is that of
    /// no schema (OpenAPI 3.1, section 4.8.25; Swagger 2.0, Schema Object, `discriminator`).
    pub(super) fn heirs(&mut self, parent: &Pointer) -> Value {
        let schema = self.document.resolve(parent).and_then(Value::as_object);
        let Some((schema, property)) = schema.and_then(|schema| Some((schema, property(schema)?))) else { return Value::Bool(true) };
        let mut heirs: Vec<Pointer> = Vec::new();
        let mut next: Vec<Pointer> = self.document.heirs(parent).to_vec();
        while let Some(heir) = next.pop() {
            if !heirs.contains(&heir) && heir != *parent {
                next.extend_from_slice(self.document.heirs(&heir));
                heirs.push(heir);
            }
        }
        heirs.sort();
        let named: Vec<Vec<String>> = heirs.iter().map(|heir| names(self.document, schema, parent, heir)).collect();
        let mut own = pin(property, &names(self.document, schema, parent, parent));
        // Whether the member must be there is for the schema to say.
        own.as_object_mut().and_then(|own| own.remove("required"));
        let itself = json!({"allOf": [{"$ref": reference(parent)}, own]});
        let choices = heirs.iter().zip(&named).map(|(heir, names)| json!({"allOf": [{"$ref": reference(heir)}, pin(property, names)]}));
        let choices: Vec<Value> = choices.chain([itself]).collect();
        self.wanted.push(parent.clone());
        self.wanted.extend(heirs);
        json!({ "oneOf": choices })
    }
}

/// Whether a branch says itself which names choose it: one alone, or several of which none is the name that it would have
/// otherwise.
fn pins(document: &Document, branch: &Pointer, property: &str, names: &[String]) -> bool {
    let Some(members) = document.resolve(branch).and_then(Value::as_object) else { return true };
    let Some((found, place)) = declared(document, members, branch, property, 0) else { return false };
    let (_, found) = document.follow(&place).unwrap_or((place, found));
    let values = found.get("enum").and_then(Value::as_array);
    let excluded = |values: &Vec<Value>| !values.iter().any(|value| names.iter().any(|name| value == name));
    found.get("const").is_some() || values.is_some_and(|values| values.len() == 1 || excluded(values))
}

#[cfg(test)]
mod tests {
    use super::super::{super::Direction, extract};
    use super::*;

    fn extracted(document: Value) -> Value {
        extract(&Document::of_value(document), &Pointer::parse("/s").unwrap(), Direction::Request, crate::schema::dialect::Purpose::Judge)
    }

    #[test]
    fn branches_are_joined_with_their_names() {
        let cat = json!({"type": "object", "properties": {"kind": {"type": "string"}}});
        let dog = json!({"type": "object", "properties": {"kind": {"const": "dog"}}});
        let choice = json!({
            "oneOf": [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}],
            "discriminator": {"propertyName": "kind", "mapping": {"cat": "#/components/schemas/Cat", "kitten": "Cat"}}
        });
        let found = extracted(json!({"s": choice, "components": {"schemas": {"Cat": cat, "Dog": dog}}}));
        let pinned = json!({"required": ["kind"], "properties": {"kind": {"enum": ["cat", "kitten"]}}});
        assert_eq!(found["s"]["oneOf"][0], json!({"allOf": [{"$ref": "#/components/schemas/Cat"}, pinned]}));
        assert_eq!(found["s"]["oneOf"][1], json!({"$ref": "#/components/schemas/Dog"}), "it pins its name itself");
    }

    #[test]
    fn a_branch_that_lists_its_names_has_no_other() {
        let kind = |values: Value| json!({"properties": {"kind": {"enum": values}}});
        let choice = |mapping: Value| {
            json!({
                "oneOf": [{"$ref": "#/components/schemas/A"}, {"$ref": "#/components/schemas/B"}],
                "discriminator": {"propertyName": "kind", "mapping": mapping}
            })
        };
        let of = |mapping: Value| {
            let schemas = json!({"A": kind(json!(["a1", "a2"])), "B": kind(json!(["B", "b2"]))});
            extracted(json!({"s": choice(mapping), "components": {"schemas": schemas}}))["s"]["oneOf"].take()
        };
        let pinned = |schema: &str, names: Value| json!({"allOf": [{"$ref": format!("#/components/schemas/{schema}")}, names]});
        let one = |name: &str| json!({"required": ["kind"], "properties": {"kind": {"const": name}}});
        assert_eq!(of(json!({})), json!([{"$ref": "#/components/schemas/A"}, pinned("B", one("B"))]));
        assert_eq!(of(json!({"a1": "A", "b2": "B"})), json!([pinned("A", one("a1")), pinned("B", one("b2"))]));
    }

    #[test]
    fn a_parent_chooses_among_its_heirs() {
        let pet = json!({"type": "object", "required": ["kind"], "properties": {"kind": {"type": "string"}}, "discriminator": {"propertyName": "kind"}});
        let cat = json!({"allOf": [{"$ref": "#/components/schemas/Pet"}, {"required": ["lives"]}]});
        let found = extracted(json!({"s": {"$ref": "#/components/schemas/Pet"}, "components": {"schemas": {"Pet": pet, "Cat": cat}}}));
        assert_eq!(found["s"], json!({"$ref": "#/components/schemas/Pet/x-standin-heirs"}));
        let choices = &found["components"]["schemas"]["Pet"]["x-standin-heirs"]["oneOf"];
        let named = json!({"required": ["kind"], "properties": {"kind": {"const": "Cat"}}});
        assert_eq!(choices[0], json!({"allOf": [{"$ref": "#/components/schemas/Cat"}, named]}));
        assert_eq!(choices[1], json!({"allOf": [{"$ref": "#/components/schemas/Pet"}, {"properties": {"kind": {"const": "Pet"}}}]}));
        assert_eq!(found["components"]["schemas"]["Cat"]["allOf"][0], json!({"$ref": "#/components/schemas/Pet"}));
    }
}
