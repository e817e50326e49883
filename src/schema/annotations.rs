//! What a schema says about a value beyond whether it is valid: defaults, secrets, ids, times, values the server fills.
//!
//! Read from the document once per schema, through everything that speaks about the same value; recursion comes back to the
//! same note. JSON Schema validation, section 9, and standin's own `x-standin-…` keywords.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{check, dialect, faker::Faker, generate::Occasion, names::Name, pattern};
use crate::{
    clock::Timestamp,
    document::{Document, Version},
    pointer::Pointer,
    seed::Seed,
};

type NoteId = usize;

/// The notes of one schema and of all that it reaches.
pub(crate) struct Annotations {
    notes: Vec<Note>,
    remarkable: bool,
}

/// What is said about one value.
#[derive(Default)]
pub(crate) struct Note {
    pub(crate) default: Option<Value>,
    /// What it documents as examples.
    pub(crate) examples: Vec<Value>,
    /// What makes its values (`x-faker`).
    pub(super) faker: Option<Faker>,
    pub(crate) meaning: Option<Meaning>,
    /// What the server fills in.
    pub(crate) value: Option<ValueRule>,
    /// The client may not set it (`readOnly`).
    pub(crate) read_only: bool,
    /// The server never shows it (`writeOnly`).
    pub(crate) write_only: bool,
    /// Whether `null` is among the values that the schema speaks of.
    pub(crate) nullable: bool,
    pub(crate) deprecated: bool,
    /// How the value is written as XML.
    pub(crate) xml: Xml,
    /// The name of the component that the value is one of.
    pub(crate) component: Option<String>,
    /// What that name tells.
    pub(super) reading: Option<Name>,
    /// The types that its values may have; none if the schema does not say.
    pub(crate) types: Types,
    /// Whether anything is said about members at all: an object of any shape declares none.
    pub(crate) declares_members: bool,
    members: BTreeMap<String, NoteId>,
    /// Members whose names match a pattern.
    matching: Vec<(NamePattern, NoteId)>,
    additional: Option<NoteId>,
    items: Option<NoteId>,
    /// Whether this note or one below it fills something in.
    fills: bool,
}

/// The `xml` keyword (OpenAPI 3.1, section 4.8.26).
#[derive(Debug, Default)]
pub(crate) struct Xml {
    pub(crate) name: Option<String>,
    pub(crate) namespace: Option<String>,
    pub(crate) prefix: Option<String>,
    pub(crate) attribute: bool,
    pub(crate) wrapped: bool,
}

impl Xml {
    /// Takes over what one schema says; what was said first stays.
    fn say(&mut self, said: &Value) {
        let text = |key: &str| said.get(key).and_then(Value::as_str).map(str::to_owned);
        let is = |key: &str| said.get(key) == Some(&Value::Bool(true));
        self.name = self.name.take().or_else(|| text("name"));
        self.namespace = self.namespace.take().or_else(|| text("namespace"));
        self.prefix = self.prefix.take().or_else(|| text("prefix"));
        self.attribute |= is("attribute") || text("nodeType").as_deref() == Some("attribute");
        self.wrapped |= is("wrapped");
    }
}

/// A set of types. `integer` is one of its own beside `number`.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Types(u8);

impl Types {
    pub(crate) const NULL: Self = Self(1);
    pub(crate) const BOOLEAN: Self = Self(2);
    pub(crate) const INTEGER: Self = Self(4);
    pub(crate) const NUMBER: Self = Self(8);
    pub(crate) const STRING: Self = Self(16);
    pub(crate) const ARRAY: Self = Self(32);
    pub(crate) const OBJECT: Self = Self(64);

    pub(crate) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether any of `others` is in it.
    pub(crate) const fn has(self, others: Self) -> bool {
        self.0 & others.0 != 0
    }

    pub(crate) const fn is_empty(self) -> bool {
        self.0 == 0
    }

    fn named(name: &str) -> Self {
        match name {
            "null" => Self::NULL,
            "boolean" => Self::BOOLEAN,
            "integer" => Self::INTEGER,
            "number" => Self::NUMBER,
            "string" => Self::STRING,
            "array" => Self::ARRAY,
            "object" => Self::OBJECT,
            _ => Self::default(),
        }
    }

    pub(super) fn of(value: &Value) -> Self {
        match value {
            Value::Null => Self::NULL,
            Value::Bool(_) => Self::BOOLEAN,
            Value::Number(_) => Self::NUMBER,
            Value::String(_) => Self::STRING,
            Value::Array(_) => Self::ARRAY,
            Value::Object(_) => Self::OBJECT,
        }
    }

    /// What one schema says: by `type`, else by what its values are, else by what it says about their parts.
    pub(crate) fn said(schema: &Map<String, Value>) -> Self {
        let all = |types: &mut dyn Iterator<Item = Self>| types.fold(Self::default(), Self::and);
        let has = |keywords: &[&str]| keywords.iter().any(|keyword| schema.contains_key(*keyword));
        match (schema.get("type"), schema.get("enum"), schema.get("const")) {
            (Some(Value::String(name)), ..) => Self::named(name),
            (Some(Value::Array(names)), ..) => all(&mut names.iter().filter_map(Value::as_str).map(Self::named)),
            (_, Some(Value::Array(values)), _) => all(&mut values.iter().map(Self::of)),
            (_, _, Some(value)) => Self::of(value),
            _ if has(&["properties", "additionalProperties", "patternProperties"]) => Self::OBJECT,
            _ if has(&["items", "prefixItems"]) => Self::ARRAY,
            _ => Self::default(),
        }
    }
}

/// What kind of thing a text is: snapshots put stable names in the place of these.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// `format: date-time`.
    Time,
    /// `format: password`, `writeOnly` or `x-standin-secret`.
    Secret,
    /// Something that names an entity: `format: uuid`, a pattern that leaves much open, or `x-standin-alias`. With the
    /// entity's name, if the schema says it.
    Id(Option<String>),
}

/// `x-standin-value`: a value that the server fills in, which a schema cannot say.
///
/// `now` is the time on the server's clock. `created` is that time when the thing came to be, and stays; `changed` is that
/// time whenever it is written. `tenant` is who it belongs to. `{"null-when": {"enabled": true}, "else": "now"}` is null
/// exactly when the members beside it have these values.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ValueRule {
    what: What,
    null_when: Option<Map<String, Value>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    Now,
    Created,
    Changed,
    Tenant,
    /// The tenant, where only a UUID may stand.
    TenantId,
}

/// What a server knows of a value that it fills members into.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Filling<'f> {
    pub(crate) now: Timestamp,
    /// Who asks; empty where nothing says so.
    pub(crate) tenant: &'f str,
    pub(crate) occasion: Occasion,
    /// Of a value that is kept and changes: what is written into it now. `None` where nothing is kept.
    pub(crate) written: Option<&'f Value>,
}

impl<'f> Filling<'f> {
    /// For a part of the value.
    fn below(&self, part: impl Fn(&'f Value) -> Option<&'f Value>) -> Self {
        Self { written: self.written.map(|written| part(written).unwrap_or(&Value::Null)), ..*self }
    }
}

impl ValueRule {
    pub(crate) const FORMS: &str =
        "`now`, `created`, `changed`, `tenant`, or an object with `null-when` (members and their values) and `else: now`";

    pub(crate) fn read(value: &Value) -> Option<Self> {
        let simple = |what| Some(Self { what, null_when: None });
        match value {
            Value::String(name) => match name.as_str() {
                "now" => simple(What::Now),
                "created" => simple(What::Created),
                "changed" => simple(What::Changed),
                "tenant" => simple(What::Tenant),
                _ => None,
            },
            Value::Object(rule) => {
                let known = rule.keys().all(|key| key == "null-when" || key == "else");
                let null_when = rule.get("null-when")?.as_object()?.clone();
                (known && rule.get("else")? == "now").then_some(Self { what: What::Now, null_when: Some(null_when) })
            }
            _ => None,
        }
    }

    /// The rule of a schema, which may say what form its value has.
    fn of(schema: &Map<String, Value>) -> Option<Self> {
        let mut rule = Self::read(schema.get("x-standin-value")?)?;
        if rule.what == What::Tenant && schema.get("format").is_some_and(|format| format == "uuid") {
            rule.what = What::TenantId;
        }
        Some(rule)
    }

    /// The value to fill in; `None` leaves what is there.
    pub(crate) fn value(&self, beside: &Map<String, Value>, old: &Value, filling: &Filling<'_>) -> Option<Value> {
        let now = || Some(filling.now.to_string().into());
        match (&self.null_when, self.what) {
            (Some(when), _) if when.iter().all(|(name, value)| beside.get(name) == Some(value)) => Some(Value::Null),
            (Some(when), _) => {
                // What did not become so now has been so since the time that is there.
                let is_written = |written: &Value| when.keys().any(|name| written.get(name).is_some());
                let stays = filling.written.is_some_and(|written| !is_written(written)) && !old.is_null();
                if stays { None } else { now() }
            }
            (None, What::Created) if filling.occasion != Occasion::Create => None,
            (None, What::Changed) if filling.occasion == Occasion::Read => None,
            (None, What::Now | What::Created | What::Changed) => now(),
            (None, What::Tenant | What::TenantId) if filling.tenant.is_empty() || filling.written.is_some() => None,
            (None, What::Tenant) => Some(filling.tenant.into()),
            (None, What::TenantId) => Some(uuid_of(filling.tenant).into()),
        }
    }
}

/// A text that is a UUID, else one that is made from it and from nothing else (RFC 9562, section 5.8).
fn uuid_of(text: &str) -> String {
    let groups: Vec<&str> = text.split('-').collect();
    let is_hex = |group: &&str| group.bytes().all(|byte| byte.is_ascii_hexdigit());
    if groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12]) && groups.iter().all(is_hex) {
        return text.to_owned();
    }
    let seed = Seed::new(0).with(b"tenant").with(text.as_bytes());
    let (high, low) = (seed.with_number(0).bits(), seed.with_number(1).bits());
    let (a, b, c) = (high >> 32, (high >> 16) & 0xffff, 0x8000 | (high & 0x0fff));
    let (d, e) = (0x8000 | ((low >> 48) & 0x3fff), low & 0xffff_ffff_ffff);
    format!("{a:08x}-{b:04x}-{c:04x}-{d:04x}-{e:012x}")
}

impl Annotations {
    pub(super) fn read(document: &Document, pointer: &Pointer) -> Self {
        let mut reader = Reader { document, notes: Vec::new(), known: BTreeMap::new() };
        reader.note(std::slice::from_ref(pointer));
        let remarkable = reader.notes.iter().any(|note| note.read_only || note.deprecated);
        let mut annotations = Self { notes: reader.notes, remarkable };
        annotations.mark_filling();
        annotations
    }

    /// Whether some member is one that only the server sets, or that should no longer be used.
    pub(crate) fn is_remarkable(&self) -> bool {
        self.remarkable
    }

    /// What is said about the value itself.
    pub(crate) fn root(&self) -> &Note {
        &self.notes[0]
    }

    /// The members that are declared, each with what is said about it.
    pub(crate) fn members<'a>(&'a self, note: &'a Note) -> impl Iterator<Item = (&'a str, &'a Note)> {
        note.members.iter().map(|(name, id)| (name.as_str(), &self.notes[*id]))
    }

    /// What is said about a member.
    pub(crate) fn member(&self, note: &Note, name: &str) -> Option<&Note> {
        let matching = || note.matching.iter().find(|(pattern, _)| pattern.matches(name)).map(|(_, id)| id);
        note.members.get(name).or_else(matching).or(note.additional.as_ref()).map(|id| &self.notes[*id])
    }

    /// What is said about the items of an array.
    pub(crate) fn items(&self, note: &Note) -> Option<&Note> {
        note.items.map(|id| &self.notes[id])
    }

    /// Whether a member of this name is declared, rather than any.
    pub(crate) fn declares(&self, note: &Note, name: &str) -> bool {
        note.members.contains_key(name) || note.matching.iter().any(|(pattern, _)| pattern.matches(name))
    }

    /// Whether a place, or one that it lies in, holds a secret.
    pub(crate) fn is_secret(&self, place: &Pointer) -> bool {
        self.way(place).any(|note| note.is_some_and(|note| note.meaning == Some(Meaning::Secret)))
    }

    /// What is said about the value at a place.
    pub(crate) fn at(&self, place: &Pointer) -> Option<&Note> {
        self.way(place).last().flatten()
    }

    /// What is said about the values on the way to a place, from the root to the place itself.
    fn way<'a>(&'a self, place: &Pointer) -> impl Iterator<Item = Option<&'a Note>> {
        let mut notes = vec![Some(self.root())];
        for token in place.tokens() {
            let here = notes.last().copied().flatten();
            notes.push(here.and_then(|note| self.member(note, &token).or_else(|| self.items(note))));
        }
        notes.into_iter()
    }

    /// Fills in what the server fills in, all over a value.
    pub(crate) fn fill(&self, value: &mut Value, filling: &Filling<'_>) {
        self.fill_at(self.root(), value, filling);
    }

    fn fill_at(&self, note: &Note, value: &mut Value, filling: &Filling<'_>) {
        if !note.fills {
            return;
        }
        match value {
            Value::Array(items) => {
                if let Some(note) = self.items(note) {
                    for (index, item) in items.iter_mut().enumerate() {
                        self.fill_at(note, item, &filling.below(|written| written.get(index)));
                    }
                }
            }
            Value::Object(members) => {
                for (name, note) in self.members(note).filter(|(_, note)| note.fills) {
                    let Some(old) = members.get(name) else { continue };
                    if let Some(rule) = note.value.as_ref() {
                        if let Some(filled) = rule.value(members, old, filling) {
                            members.insert(name.to_owned(), filled);
                        }
                    } else if let Some(member) = members.get_mut(name) {
                        self.fill_at(note, member, &filling.below(|written| written.get(name)));
                    }
                }
            }
            _ => {}
        }
    }

    /// By fixed point, because notes may lie in circles.
    fn mark_filling(&mut self) {
        loop {
            let mut changed = false;
            for id in 0..self.notes.len() {
                let note = &self.notes[id];
                let below = note.members.values().chain(&note.items).any(|id| self.notes[*id].fills);
                let fills = note.value.is_some() || below;
                changed |= fills != note.fills;
                self.notes[id].fills = fills;
            }
            if !changed {
                return;
            }
        }
    }
}

struct Reader<'d> {
    document: &'d Document,
    notes: Vec<Note>,
    /// Notes by the schemas that they are read from.
    known: BTreeMap<Vec<Pointer>, NoteId>,
}

impl Reader<'_> {
    /// The note of a value that all these schemas speak about.
    fn note(&mut self, places: &[Pointer]) -> NoteId {
        let mut schemas = Vec::new();
        places.iter().for_each(|place| self.flatten(place, false, &mut schemas));
        if let Some(id) = self.known.get(&schemas) {
            return *id;
        }
        let id = self.notes.len();
        self.notes.push(Note::default());
        self.known.insert(schemas.clone(), id);

        let mut note = Note::default();
        let mut below: Below = Below::default();
        for place in &schemas {
            if let Some(Value::Object(schema)) = self.document.resolve(place) {
                note.say(schema, place, self.document.version);
                below.gather(schema, place);
            }
        }
        note.read_texts();
        note.declares_members = !below.members.is_empty() || !below.matching.is_empty();
        let matching = below.matching.into_iter().filter_map(|(pattern, places)| Some((NamePattern::read(&pattern)?, places)));
        note.matching = matching.map(|(pattern, places)| (pattern, self.note(&places))).collect();
        note.members = below.members.into_iter().map(|(name, places)| (name, self.note(&places))).collect();
        note.items = (!below.items.is_empty()).then(|| self.note(&below.items));
        note.additional = (!below.additional.is_empty()).then(|| self.note(&below.additional));
        self.notes[id] = note;
        id
    }

    /// The schema at a place and all that speaks about the same value: what it refers to, is combined from, depends on, and
    /// those that extend it, unless it is one of them that asks.
    fn flatten(&self, place: &Pointer, extended: bool, schemas: &mut Vec<Pointer>) {
        if schemas.contains(place) {
            return;
        }
        schemas.push(place.clone());
        let Some(Value::Object(schema)) = self.document.resolve(place) else { return };
        if let Some(target) = schema.get("$ref").and_then(Value::as_str).and_then(|target| self.document.target(place, target)) {
            self.flatten(&target, extended, schemas);
        }
        for keyword in ["allOf", "anyOf", "oneOf"] {
            for index in 0..schema.get(keyword).and_then(Value::as_array).map_or(0, Vec::len) {
                self.flatten(&place.join(keyword).join(index), keyword == "allOf", schemas);
            }
        }
        for keyword in ["if", "then", "else"].into_iter().filter(|keyword| schema.contains_key(*keyword)) {
            self.flatten(&place.join(keyword), false, schemas);
        }
        for keyword in ["dependentSchemas", "dependencies"] {
            for name in schema.get(keyword).and_then(Value::as_object).into_iter().flat_map(Map::keys) {
                self.flatten(&place.join(keyword).join(name), false, schemas);
            }
        }
        if !extended && dialect::chooses_heirs(self.document, place) {
            self.document.heirs(place).iter().for_each(|heir| self.flatten(heir, false, schemas));
        }
    }
}

/// The pattern of a member's name.
pub(super) struct NamePattern(jsonschema::Validator);

impl NamePattern {
    /// `None` for one that cannot be compiled.
    pub(super) fn read(pattern: &str) -> Option<Self> {
        check::options().build(&json!({ "pattern": pattern })).ok().map(Self)
    }

    pub(super) fn matches(&self, name: &str) -> bool {
        self.0.is_valid(&Value::String(name.to_owned()))
    }
}

/// The places of the schemas that speak about the parts of a value.
#[derive(Default)]
struct Below {
    members: BTreeMap<String, Vec<Pointer>>,
    matching: BTreeMap<String, Vec<Pointer>>,
    additional: Vec<Pointer>,
    items: Vec<Pointer>,
}

impl Below {
    fn gather(&mut self, schema: &Map<String, Value>, place: &Pointer) {
        for (keyword, by_name) in [("properties", &mut self.members), ("patternProperties", &mut self.matching)] {
            for name in schema.get(keyword).and_then(Value::as_object).into_iter().flat_map(Map::keys) {
                by_name.entry(name.clone()).or_default().push(place.join(keyword).join(name));
            }
        }
        if schema.get("additionalProperties").is_some_and(Value::is_object) {
            self.additional.push(place.join("additionalProperties"));
        }
        match schema.get("items") {
            Some(Value::Object(_)) => self.items.push(place.join("items")),
            Some(Value::Array(tuple)) => self.items.extend((0..tuple.len()).map(|index| place.join("items").join(index))),
            _ => {}
        }
        let tuple = schema.get("prefixItems").and_then(Value::as_array).map_or(0, Vec::len);
        self.items.extend((0..tuple).map(|index| place.join("prefixItems").join(index)));
    }
}

impl Note {
    /// Takes over what one schema says; what was said first stays.
    fn say(&mut self, schema: &Map<String, Value>, place: &Pointer, version: Version) {
        let is = |keyword: &str| schema.get(keyword) == Some(&Value::Bool(true));
        self.read_only |= is("readOnly");
        self.write_only |= is("writeOnly");
        let null = |keyword: &str| match schema.get(keyword) {
            Some(Value::Array(values)) => values.iter().any(|value| value.is_null() || value == "null"),
            Some(value) => value == "null",
            None => false,
        };
        self.nullable |= dialect::is_nullable(version, schema) || null("type") || null("enum");
        self.deprecated |= is("deprecated");
        if let Some(said) = schema.get("xml") {
            self.xml.say(said);
        }
        self.component = self.component.take().or_else(|| component(place).map(str::to_owned));
        self.reading = self.reading.or_else(|| self.component.as_deref().map(Name::read));
        self.types = self.types.and(Types::said(schema)).and(if self.nullable { Types::NULL } else { Types::default() });
        self.default = self.default.take().or_else(|| schema.get("default").cloned());
        self.show(schema);
        self.faker = self.faker.take().or_else(|| schema.get("x-faker").and_then(Faker::read));
        self.value = self.value.take().or_else(|| ValueRule::of(schema));
        let format = schema.get("format").and_then(Value::as_str);
        let alias = schema.get("x-standin-alias").and_then(Value::as_str);
        let said = if is("x-standin-secret") || is("writeOnly") || format == Some("password") {
            Some(Meaning::Secret)
        } else if format == Some("date-time") {
            Some(Meaning::Time)
        } else if alias.is_some() || format == Some("uuid") || is_opaque(schema) {
            Some(Meaning::Id(alias.map(str::to_owned).or_else(|| named_by_component(place))))
        } else {
            None
        };
        // A secret is one whatever else is said.
        if self.meaning.is_none() || said == Some(Meaning::Secret) {
            self.meaning = said.or(self.meaning.take());
        }
    }
}

impl Note {
    /// Takes over the examples of one schema: `example` of OpenAPI, `examples` of JSON Schema, and `x-example`.
    fn show(&mut self, schema: &Map<String, Value>) {
        let one = |keyword: &str| schema.get(keyword).filter(|example| !example.is_null()).cloned();
        let several = schema.get("examples").and_then(Value::as_array).into_iter().flatten().cloned();
        self.examples.extend(one("example").into_iter().chain(several).chain(one("x-example")));
    }

    /// JSON text in a string, where no string is meant, stands for what it says.
    fn read_texts(&mut self) {
        if self.types.has(Types::STRING) || self.types.is_empty() {
            return;
        }
        for example in &mut self.examples {
            if let Some(read) = example.as_str().and_then(|text| serde_json::from_str(text).ok()) {
                *example = read;
            }
        }
    }
}

/// Whether a pattern leaves so much open that its texts can only be names of things: `^whe_[a-z0-9]{32}$`.
fn is_opaque(schema: &Map<String, Value>) -> bool {
    const OPEN: usize = 12;
    let pattern = schema.get("pattern").and_then(Value::as_str);
    pattern.is_some_and(|pattern| pattern::freedom(pattern) >= OPEN)
}

/// The name of the component that a place is.
fn component(place: &Pointer) -> Option<&str> {
    let place = place.as_str();
    let name = place.strip_prefix("/components/schemas/").or_else(|| place.strip_prefix("/definitions/"))?;
    (!name.is_empty() && !name.contains('/')).then_some(name)
}

/// `#/components/schemas/OrderId` names orders.
fn named_by_component(place: &Pointer) -> Option<String> {
    let name = component(place)?.strip_suffix("Id")?;
    (!name.is_empty()).then(|| name.to_lowercase())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn annotations(schema: Value) -> Annotations {
        let document = Document::of_value(json!({"s": schema, "components": {"schemas": {
            "OrderId": {"type": "string", "pattern": "^ord_[a-z0-9]{16}$"},
            "Vehicle": {"properties": {"type": {}}, "discriminator": {"propertyName": "type"}},
            "Car": {"allOf": [{"$ref": "#/components/schemas/Vehicle"}, {"properties": {"doors": {}}}]},
            "Node": {"properties": {"next": {"$ref": "#/components/schemas/Node"}, "at": {"x-standin-value": "now"}}}
        }}}));
        Annotations::read(&document, &Pointer::parse("/s").unwrap())
    }

    fn meaning(schema: Value) -> Option<Meaning> {
        annotations(schema).root().meaning.clone()
    }

    #[test]
    fn meanings_come_from_the_contract() {
        assert_eq!(meaning(json!({"format": "date-time"})), Some(Meaning::Time));
        assert_eq!(meaning(json!({"format": "password", "pattern": "^whsec_[a-z0-9]{32}$"})), Some(Meaning::Secret));
        assert_eq!(meaning(json!({"allOf": [{"format": "uuid"}, {"writeOnly": true}]})), Some(Meaning::Secret));
        assert_eq!(meaning(json!({"format": "uuid"})), Some(Meaning::Id(None)));
        assert_eq!(meaning(json!({"x-standin-alias": "pet"})), Some(Meaning::Id(Some("pet".into()))));
        assert_eq!(meaning(json!({"$ref": "#/components/schemas/OrderId"})), Some(Meaning::Id(Some("order".into()))));
        assert_eq!(meaning(json!({"pattern": "^[a-z]+$"})), None);
    }

    #[test]
    fn values_are_filled_in_beside_what_they_depend_on() {
        let rule = json!({"null-when": {"enabled": true}, "else": "now"});
        let schema = json!({"properties": {"list": {"items": {"properties": {"enabled": {}, "disabled_at": {"x-standin-value": rule}}}}}});
        let mut value = json!({"list": [{"enabled": true, "disabled_at": "x"}, {"enabled": false, "disabled_at": null}, {}]});
        annotations(schema).fill(&mut value, &shown(Occasion::Read));
        let expected = json!({"list": [
            {"enabled": true, "disabled_at": null},
            {"enabled": false, "disabled_at": "2026-01-01T00:00:00.000Z"},
            {}
        ]});
        assert_eq!(value, expected);
    }

    fn shown(occasion: Occasion) -> Filling<'static> {
        Filling { now: Timestamp::FIXED, tenant: "", occasion, written: None }
    }

    #[test]
    fn what_is_kept_is_filled_in_by_what_happens_to_it() {
        let rule = json!({"null-when": {"on": true}, "else": "now"});
        let schema = json!({"properties": {
            "made": {"x-standin-value": "created"}, "touched": {"x-standin-value": "changed"}, "off": {"x-standin-value": rule},
            "of": {"x-standin-value": "tenant"}, "uuid": {"format": "uuid", "x-standin-value": "tenant"}
        }});
        let (old, now) = ("2020-01-01T00:00:00.000Z", "2026-01-01T00:00:00.000Z");
        let kept = |on: bool, off: Value| json!({"on": on, "made": old, "touched": old, "off": off, "of": "x", "uuid": "x"});
        let change = |value: Value, written: Value| {
            let mut value = value;
            let filling = Filling { tenant: "acme", written: Some(&written), ..shown(Occasion::Change) };
            annotations(schema.clone()).fill(&mut value, &filling);
            assert_eq!((&value["made"], &value["touched"], &value["of"]), (&json!(old), &json!(now), &json!("x")));
            value["off"].clone()
        };
        assert_eq!(change(kept(false, json!(old)), json!({"name": 1})), old, "it was off before");
        assert_eq!(change(kept(false, json!(old)), json!({"on": false})), now, "it is put off once more");
        assert_eq!(change(kept(false, Value::Null), json!({})), now);
        assert_eq!(change(kept(true, json!(old)), json!({"on": true})), Value::Null);
        let create = |tenant: &str| {
            let mut value = kept(true, json!(old));
            annotations(schema.clone()).fill(&mut value, &Filling { tenant, ..shown(Occasion::Create) });
            assert_eq!((&value["made"], &value["touched"]), (&json!(now), &json!(now)));
            (value["of"].clone(), value["uuid"].clone())
        };
        let (of, uuid) = create("acme");
        assert_eq!(of, "acme");
        assert_eq!((uuid.as_str().unwrap().len(), uuid == create("acme").1, uuid == create("acne").1), (36, true, false));
        let own = "11111111-2222-4333-8444-555555555555";
        assert_eq!(create(own).1, own);
        assert_eq!(create("").0, "x", "nothing says whose it is");
        let mut read = kept(false, json!(old));
        annotations(schema.clone()).fill(&mut read, &shown(Occasion::Read));
        assert_eq!((&read["made"], &read["touched"], &read["off"]), (&json!(old), &json!(old), &json!(now)));
    }

    #[test]
    fn recursion_comes_back_to_the_same_note() {
        let annotations = annotations(json!({"$ref": "#/components/schemas/Node"}));
        let mut value = json!({"at": "", "next": {"at": "", "next": {"at": ""}}});
        annotations.fill(&mut value, &shown(Occasion::Read));
        assert_eq!(value["next"]["next"]["at"], "2026-01-01T00:00:00.000Z");
    }

    #[test]
    fn members_are_declared_by_everything_that_speaks_of_the_value() {
        let schema = json!({
            "properties": {"a": {}}, "patternProperties": {"^x-": {"type": "integer"}, "[": {}},
            "if": {"properties": {"b": {}}}, "then": {"properties": {"c": {}}}, "else": {"properties": {"d": {}}},
            "dependentSchemas": {"a": {"properties": {"e": {}}}},
            "allOf": [{"$ref": "#/components/schemas/Vehicle"}]
        });
        let found = annotations(schema);
        for name in ["a", "b", "c", "d", "e", "x-1", "type"] {
            assert!(found.declares(found.root(), name), "{name}");
        }
        assert!(!found.declares(found.root(), "doors"), "what extends a part says nothing about the whole");
        assert!(found.member(found.root(), "x-1").is_some_and(|note| note.types.has(Types::INTEGER)));
        let heirs = annotations(json!({"properties": {"v": {"$ref": "#/components/schemas/Vehicle"}}}));
        let vehicle = heirs.at(&Pointer::parse("/v").unwrap()).unwrap();
        assert!(heirs.declares(vehicle, "doors") && !heirs.declares(vehicle, "wheels"));
    }

    #[test]
    fn other_forms_of_the_keyword_are_not_understood() {
        for wrong in [json!("then"), json!({"null-when": {}}), json!({"null-when": {}, "else": "now", "or": 1}), json!(1)] {
            assert_eq!(ValueRule::read(&wrong), None, "{wrong}");
        }
    }
}
