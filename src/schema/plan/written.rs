//! From the keywords as they stand to a plan, where the canonical form gives up: at `unevaluated…`, at numbers beyond 64 bits,
//! or because there is too much to fold.
//!
//! A schema without a canonical form is taken apart: what can be folded of its parts is, and the parts are laid together. What
//! this leaves out (`not`, that only one of `oneOf` may hold) is left to the check of the whole.

use std::collections::{BTreeMap, HashMap};

use jsonschema::{
    Draft,
    canonical::{self, CanonicalView, PreparedDocument},
};
use serde_json::{Map, Value, json};

use super::{
    Branch, Builder, Contains, Kind, NodeId, Object, Property,
    canonical::{Canonical, by_pattern},
    hazard::is_hazardous,
};
use crate::{
    pointer::Pointer,
    schema::{
        SchemaDefect,
        check::BASE,
        keywords::{self, Shape},
    },
    seed::Seed,
    text::percent_decode,
};

/// Schemas that lie deeper below one without a canonical form are not taken apart.
const DEEPEST: u32 = 200;

/// Plans the schema that an extract refers to.
pub(super) fn plan(extract: &Value, pointer: &Pointer, exclusive: bool) -> Result<Builder, SchemaDefect> {
    let defect = |error: canonical::CanonicalizationError| SchemaDefect { pointer: pointer.clone(), problem: error.to_string() };
    let prepared = canonical_options().prepare(extract).map_err(defect)?;
    let whole = if is_hazardous(extract, "") { None } else { Some(prepared.canonicalize().map_err(defect)?) };
    let mut builder = Builder { exclusive, ..Builder::default() };
    builder.root = match whole.filter(|whole| !matches!(whole.view(), CanonicalView::Raw(_))) {
        Some(whole) => Canonical::new(&mut builder).add(&whole),
        None => Written { extract, prepared: &prepared, builder: &mut builder, known: HashMap::new(), depth: 0 }.at(""),
    };
    Ok(builder)
}

/// How canonical forms are made: formats count, and nothing outside is looked for.
pub(in crate::schema) fn canonical_options() -> canonical::CanonicalizeOptions<'static> {
    canonical::options().with_draft(Draft::Draft202012).with_base_uri(BASE).offline().should_validate_formats(true)
}

struct Written<'w> {
    extract: &'w Value,
    prepared: &'w PreparedDocument<'w>,
    builder: &'w mut Builder,
    known: HashMap<String, NodeId>,
    depth: u32,
}

impl Written<'_> {
    /// The schema at a place of the extract.
    fn at(&mut self, place: &str) -> NodeId {
        if let Some(id) = self.known.get(place) {
            return *id;
        }
        // The place gets its number before its parts are planned: recursion comes back to it.
        let id = self.builder.push(Kind::Any);
        self.known.insert(place.to_owned(), id);
        self.depth += 1;
        let planned = if self.depth > DEEPEST { None } else { self.folded(place).or_else(|| self.apart(place)) };
        self.depth -= 1;
        if let Some(planned) = planned {
            self.builder.nodes[id].kind = Kind::Reference(planned);
        }
        id
    }

    /// Its canonical form, if it has one.
    fn folded(&mut self, place: &str) -> Option<NodeId> {
        // The root of an extract is not the schema, it refers to it.
        if place.is_empty() || is_hazardous(self.extract, place) {
            return None;
        }
        let schema = self.prepared.canonicalize_at(place).ok()?;
        match schema.view() {
            CanonicalView::Raw(_) => None,
            _ => Some(Canonical::new(self.builder).add(&schema)),
        }
    }

    /// Its parts, each planned on its own, all of which must hold.
    fn apart(&mut self, place: &str) -> Option<NodeId> {
        let extract = self.extract;
        let members = match extract.pointer(place)? {
            Value::Object(members) => members,
            Value::Bool(false) => return Some(self.builder.push(Kind::Never)),
            _ => return None,
        };
        let mut parts: Vec<NodeId> = self.assertions(members).into_iter().collect();
        if let Some(Value::String(target)) = members.get("$ref") {
            let target = target.strip_prefix('#').map(percent_decode);
            parts.extend(target.map(|target| self.at(&target)));
        }
        // Beside the root of an extract lies the whole document.
        if !place.is_empty() {
            parts.extend(self.of_type(members, place, "object", Self::object));
            parts.extend(self.of_type(members, place, "array", Self::array));
            parts.extend(self.combined(members, place));
        }
        match parts.as_slice() {
            [] => None,
            [one] => Some(*one),
            _ => Some(self.builder.push(Kind::Both(parts))),
        }
    }

    /// What the keywords say that hold no schemas.
    fn assertions(&mut self, members: &Map<String, Value>) -> Option<NodeId> {
        // What is excluded can be folded if it refers to nothing.
        let plain = |keyword: &str, value: &Value| keyword == "not" && !value.to_string().contains("$ref");
        let asserts = |keyword: &str| {
            let holds_schemas = matches!(
                keywords::shape(keyword),
                None | Some(Shape::Schema | Shape::Schemas | Shape::NamedSchemas | Shape::Items | Shape::Dependencies)
            );
            !holds_schemas && !keywords::PROSE.contains(&keyword) && !keyword.starts_with('$')
        };
        let schema: Map<String, Value> = members
            .iter()
            .filter(|(keyword, value)| asserts(keyword) || plain(keyword, value))
            .map(|(keyword, value)| (keyword.clone(), value.clone()))
            .collect();
        if schema.is_empty() {
            return None;
        }
        let schema = Value::Object(schema);
        let folded = canonical_options().prepare(&schema).ok()?.canonicalize().ok()?;
        match folded.view() {
            CanonicalView::Raw(_) => self.beyond(&schema),
            _ => Some(Canonical::new(self.builder).add(&folded)),
        }
    }

    /// What has numbers beyond 64 bits, without those.
    fn beyond(&mut self, schema: &Value) -> Option<NodeId> {
        let small = |value: &Value| !value.as_f64().is_some_and(|number| number.abs() >= 9.2e18);
        let members: Map<String, Value> =
            schema.as_object()?.iter().filter(|(_, value)| small(value)).map(|(name, value)| (name.clone(), value.clone())).collect();
        let folded = canonical_options().prepare(&Value::Object(members)).ok()?.canonicalize().ok()?;
        (!matches!(folded.view(), CanonicalView::Raw(_))).then(|| Canonical::new(self.builder).add(&folded))
    }

    /// What is said of values of one type; those of others are free, unless the schema has none of them.
    fn of_type(
        &mut self,
        members: &Map<String, Value>,
        place: &str,
        name: &str,
        plan: fn(&mut Self, &Map<String, Value>, &str) -> Option<Kind>,
    ) -> Option<NodeId> {
        let typed = plan(self, members, place)?;
        let typed = self.builder.push(typed);
        if members.get("type").is_some_and(|types| types == name) {
            return Some(typed);
        }
        let others = canonical_options().canonicalize(&json!({"not": {"type": name}})).ok()?;
        let others = Canonical::new(self.builder).add(&others);
        Some(self.builder.push(Kind::Choice(vec![branch(typed, name), branch(others, "other")])))
    }

    fn object(&mut self, members: &Map<String, Value>, place: &str) -> Option<Kind> {
        let says = ["properties", "patternProperties", "additionalProperties", "propertyNames", "unevaluatedProperties", "required"];
        if !says.iter().any(|keyword| members.contains_key(*keyword)) {
            return None;
        }
        let mut object: Object = self.builder.any_object();
        if members.contains_key("additionalProperties") {
            object.additional = self.at(&format!("{place}/additionalProperties"));
        } else if members.contains_key("unevaluatedProperties") {
            object.unevaluated = Some(self.at(&format!("{place}/unevaluatedProperties")));
        }
        object.names = members.contains_key("propertyNames").then(|| self.at(&format!("{place}/propertyNames")));
        for pattern in names(members, "patternProperties") {
            let node = self.at(&below(place, "patternProperties", pattern));
            object.patterns.push(by_pattern(pattern, node));
        }
        let required: Vec<&str> =
            members.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
        let mut declared: BTreeMap<&str, Option<NodeId>> = required.iter().map(|name| (*name, None)).collect();
        for name in names(members, "properties") {
            declared.insert(name, Some(self.at(&below(place, "properties", name))));
        }
        let properties = declared.into_iter().map(|(name, node)| {
            let node = self.builder.member(node, &object.patterns, object.additional, name);
            Property::new(name, required.contains(&name), node)
        });
        object.properties = properties.collect();
        Some(Kind::Object(Box::new(object.sorted())))
    }

    fn array(&mut self, members: &Map<String, Value>, place: &str) -> Option<Kind> {
        let says = ["items", "prefixItems", "contains", "unevaluatedItems"];
        if !says.iter().any(|keyword| members.contains_key(*keyword)) {
            return None;
        }
        let mut array = self.builder.any_array();
        if members.contains_key("items") {
            array.items = self.at(&format!("{place}/items"));
        } else if members.contains_key("unevaluatedItems") {
            array.unevaluated = Some(self.at(&format!("{place}/unevaluatedItems")));
        }
        let tuple = members.get("prefixItems").and_then(Value::as_array).map_or(0, Vec::len);
        array.prefix = (0..tuple).map(|index| self.at(&format!("{place}/prefixItems/{index}"))).collect();
        if members.contains_key("contains") {
            let count = |keyword: &str| members.get(keyword).and_then(Value::as_u64).and_then(|count| usize::try_from(count).ok());
            let node = self.at(&format!("{place}/contains"));
            array.contains.push(Contains { min: count("minContains").unwrap_or(1), max: count("maxContains").unwrap_or(usize::MAX), node });
        }
        Some(Kind::Array(Box::new(array)))
    }

    /// `allOf`, `anyOf`, `oneOf`, `if` and `dependentSchemas`.
    fn combined(&mut self, members: &Map<String, Value>, place: &str) -> Vec<NodeId> {
        let count = |keyword: &str| members.get(keyword).and_then(Value::as_array).map_or(0, Vec::len);
        let mut parts: Vec<NodeId> = (0..count("allOf")).map(|index| self.at(&format!("{place}/allOf/{index}"))).collect();
        for keyword in ["anyOf", "oneOf"].into_iter().filter(|keyword| count(keyword) > 0) {
            let branches = (0..count(keyword)).map(|index| {
                let name = members[keyword][index]["$ref"].as_str().map_or_else(|| index.to_string(), str::to_owned);
                branch(self.at(&format!("{place}/{keyword}/{index}")), &name)
            });
            let branches = branches.collect();
            parts.push(self.builder.push(Kind::Choice(branches)));
        }
        if members.contains_key("if") {
            let then: Vec<NodeId> = ["if", "then"]
                .iter()
                .filter(|keyword| members.contains_key(**keyword))
                .map(|keyword| self.at(&format!("{place}/{keyword}")))
                .collect();
            let then = self.builder.push(Kind::Both(then));
            let other = if members.contains_key("else") { self.at(&format!("{place}/else")) } else { self.builder.push(Kind::Any) };
            parts.push(self.builder.push(Kind::Choice(vec![branch(then, "then"), branch(other, "else")])));
        }
        for name in names(members, "dependentSchemas") {
            let with = self.at(&below(place, "dependentSchemas", name));
            let without = self.builder.push(Kind::Never);
            let mut object = self.builder.any_object();
            object.properties = vec![Property::new(name, false, without)];
            let without = self.builder.push(Kind::Object(Box::new(object)));
            parts.push(self.builder.push(Kind::Choice(vec![branch(with, "with"), branch(without, "without")])));
        }
        parts
    }
}

fn names<'m>(members: &'m Map<String, Value>, keyword: &str) -> Vec<&'m str> {
    members.get(keyword).and_then(Value::as_object).into_iter().flat_map(Map::keys).map(String::as_str).collect()
}

fn below(place: &str, keyword: &str, name: &str) -> String {
    format!("{place}{}", Pointer::root().join(keyword).join(name))
}

fn branch(node: NodeId, name: &str) -> Branch {
    Branch { node, key: Seed::new(0).with(name.as_bytes()).bits() }
}
