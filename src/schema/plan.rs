//! A schema's canonical form as a plan for making values: one node per canonical node, references by number.
//!
//! `jsonschema::canonical` folds `allOf`, `$ref`, `not`, bounds and types; what it leaves is what there is to choose.
//! Everything that is the same for every value is worked out here, once.

use std::{
    collections::{HashMap, HashSet},
    sync::OnceLock,
};

use jsonschema::{
    Draft, JsonType,
    canonical::{self, ArrayView, CanonicalSchema, CanonicalView, Distinctness, IntegerView, NumberView, ObjectView, StringView},
};
use serde_json::{Number, Value};

use super::{SchemaDefect, check::BASE, formats, generate::Setting, names::Name, pattern::Patterns, random::Random};
use crate::{clock::Timestamp, pointer::Pointer, seed::Seed};

pub(super) type NodeId = usize;

/// How values of one schema are made.
pub(super) struct Plan {
    pub(super) nodes: Vec<Node>,
    pub(super) root: NodeId,
}

pub(super) struct Node {
    pub(super) kind: Kind,
    /// How deep its smallest value is; `UNBOUNDED` if it has no finite one that this plan knows.
    pub(super) height: u32,
}

pub(super) const UNBOUNDED: u32 = u32::MAX;

pub(super) enum Kind {
    Null,
    Boolean,
    Any,
    Never,
    OneOf(Vec<Value>),
    String(Box<Text>),
    Integer {
        low: i64,
        high: i64,
        steps: Vec<i64>,
    },
    Number {
        low: f64,
        high: f64,
        steps: Vec<f64>,
    },
    Array(Box<Array>),
    Object(Box<Object>),
    /// A value of one of these; whether it fits the whole is checked afterwards.
    Choice(Vec<NodeId>),
    /// A value of all of these: objects are laid over each other, for the rest the first is tried.
    Both(Vec<NodeId>),
    Reference(NodeId),
}

pub(super) struct Text {
    pub(super) min: usize,
    pub(super) max: usize,
    pub(super) formats: Vec<String>,
    pub(super) patterns: Option<Patterns>,
    /// Whether the pattern is the better guide where there is a format as well: `password` says less than its pattern.
    pub(super) pattern_first: bool,
    /// The schema, where construction alone cannot promise that a candidate fits.
    judged_by: Option<CanonicalSchema>,
    /// That schema, compiled when somebody first asks.
    judge: OnceLock<Option<jsonschema::Validator>>,
}

impl Text {
    /// Whether a candidate fits; one that nobody can judge fits.
    pub(super) fn accepts(&self, candidate: &Value) -> bool {
        let judge = self.judge.get_or_init(|| self.judged_by.as_ref().and_then(judge));
        judge.as_ref().is_none_or(|judge| judge.is_valid(candidate))
    }

    /// Whether what the format makes is what the pattern asks for, by a few samples.
    fn format_fits(&self) -> bool {
        let setting = Setting { now: Timestamp::FIXED, required_only: false };
        let sample = |number: u64| formats::make(self.formats.first()?, &mut Random::new(Seed::new(number)), setting);
        (0..4).all(|number| sample(number).is_some_and(|text| self.accepts(&Value::String(text))))
    }
}

pub(super) struct Array {
    pub(super) min: usize,
    pub(super) max: usize,
    pub(super) unique: bool,
    pub(super) prefix: Vec<NodeId>,
    pub(super) items: NodeId,
    /// Schemas that so many items must fit.
    pub(super) contains: Vec<(usize, NodeId)>,
}

pub(super) struct Object {
    pub(super) min: usize,
    pub(super) max: usize,
    pub(super) properties: Vec<Property>,
    /// The schema of names that are not declared.
    pub(super) names: Option<NodeId>,
    pub(super) patterns: Vec<(Patterns, NodeId)>,
    /// The schema of members that are not declared; `Never` closes the object.
    pub(super) additional: NodeId,
}

pub(super) struct Property {
    pub(super) name: String,
    /// What the name tells.
    pub(super) reading: Name,
    pub(super) required: bool,
    pub(super) node: NodeId,
}

impl Plan {
    /// Plans the schema that an extract refers to.
    pub(super) fn of(extract: &Value, pointer: &Pointer) -> Result<Self, SchemaDefect> {
        let canonical = canonical::options()
            .with_draft(Draft::Draft202012)
            .with_base_uri(BASE)
            .offline()
            .should_validate_formats(true)
            .canonicalize(extract)
            .map_err(|error| SchemaDefect { pointer: pointer.clone(), problem: error.to_string() })?;
        let mut builder = Builder { nodes: Vec::new(), references: HashMap::new() };
        let root = builder.add(&canonical);
        let mut plan = Self { nodes: builder.nodes, root };
        plan.measure();
        Ok(plan)
    }

    /// Heights by fixed point: each round settles at least one more level.
    fn measure(&mut self) {
        loop {
            let mut changed = false;
            for id in 0..self.nodes.len() {
                let height = self.height(&self.nodes[id].kind);
                changed |= height < self.nodes[id].height;
                self.nodes[id].height = height;
            }
            if !changed {
                return;
            }
        }
    }

    fn height(&self, kind: &Kind) -> u32 {
        let of = |id: &NodeId| self.nodes[*id].height;
        let above = |height: u32| if height == UNBOUNDED { UNBOUNDED } else { height + 1 };
        match kind {
            Kind::Never => UNBOUNDED,
            Kind::Array(array) => {
                let prefix = array.prefix.iter().take(array.min).map(of).max().unwrap_or(0);
                let contains = array.contains.iter().map(|(_, id)| of(id)).max().unwrap_or(0);
                let items = if array.min > array.prefix.len() { of(&array.items) } else { 0 };
                above(prefix.max(contains).max(items))
            }
            Kind::Object(object) => {
                let required = object.properties.iter().filter(|property| property.required);
                above(required.map(|property| of(&property.node)).max().unwrap_or(0))
            }
            Kind::Choice(branches) => branches.iter().map(of).min().unwrap_or(UNBOUNDED),
            Kind::Both(branches) => branches.iter().map(of).max().unwrap_or(0),
            Kind::Reference(target) => of(target),
            _ => 0,
        }
    }
}

struct Builder {
    nodes: Vec<Node>,
    references: HashMap<String, NodeId>,
}

impl Builder {
    fn push(&mut self, kind: Kind) -> NodeId {
        self.nodes.push(Node { kind, height: UNBOUNDED });
        self.nodes.len() - 1
    }

    fn add_all(&mut self, schemas: &[CanonicalSchema]) -> Vec<NodeId> {
        schemas.iter().map(|schema| self.add(schema)).collect()
    }

    fn add(&mut self, schema: &CanonicalSchema) -> NodeId {
        let kind = match schema.view() {
            CanonicalView::Reference(uri) => return self.reference(schema, uri),
            CanonicalView::True => Kind::Any,
            CanonicalView::False => Kind::Never,
            CanonicalView::Const(value) => Kind::OneOf(vec![value]),
            CanonicalView::Enum(values) => Kind::OneOf(values),
            CanonicalView::MultiType(types) => Kind::Choice(types.iter().map(|name| self.of_type(name)).collect()),
            // The body holds finitely many values; those of the type are the group.
            CanonicalView::TypedGroup(group) => match group.body.view() {
                CanonicalView::Enum(values) => Kind::OneOf(values.into_iter().filter(|value| is_of(group.ty, value)).collect()),
                _ => Kind::Choice(vec![self.add(&group.body)]),
            },
            CanonicalView::String(text) => Kind::String(Box::new(self.text(schema, &text))),
            CanonicalView::Integer(integer) => integer_kind(&integer),
            CanonicalView::Number(number) => number_kind(&number),
            CanonicalView::Array(array) => Kind::Array(Box::new(self.array(&array))),
            CanonicalView::Object(object) => Kind::Object(Box::new(self.object(&object))),
            CanonicalView::AnyOf(branches) | CanonicalView::OneOf(branches) => Kind::Choice(self.add_all(&branches)),
            CanonicalView::AllOf(branches) => Kind::Both(self.add_all(&branches)),
            // Nothing to build on: any value is tried, and the check decides.
            CanonicalView::Not(_) | CanonicalView::Raw(_) => Kind::Any,
        };
        self.push(kind)
    }

    /// A reference gets its number before its target is planned: recursion comes back to it.
    fn reference(&mut self, schema: &CanonicalSchema, uri: String) -> NodeId {
        if let Some(id) = self.references.get(&uri) {
            return *id;
        }
        let id = self.push(Kind::Any);
        let target = schema.definition(&uri);
        self.references.insert(uri, id);
        if let Some(target) = target {
            self.nodes[id].kind = Kind::Reference(self.add(&target));
        }
        id
    }

    fn of_type(&mut self, name: JsonType) -> NodeId {
        let anything = |builder: &mut Self| builder.push(Kind::Any);
        let kind = match name {
            JsonType::Null => Kind::Null,
            JsonType::Boolean => Kind::Boolean,
            JsonType::String => Kind::String(Box::new(Text {
                min: 0,
                max: usize::MAX,
                formats: Vec::new(),
                patterns: None,
                pattern_first: false,
                judged_by: None,
                judge: OnceLock::new(),
            })),
            JsonType::Integer => Kind::Integer { low: 1, high: 1000, steps: Vec::new() },
            JsonType::Number => Kind::Number { low: 0.0, high: 1000.0, steps: Vec::new() },
            JsonType::Array => {
                let items = anything(self);
                Kind::Array(Box::new(Array { min: 0, max: usize::MAX, unique: false, prefix: Vec::new(), items, contains: Vec::new() }))
            }
            JsonType::Object => {
                let additional = anything(self);
                Kind::Object(Box::new(Object {
                    min: 0,
                    max: usize::MAX,
                    properties: Vec::new(),
                    names: None,
                    patterns: Vec::new(),
                    additional,
                }))
            }
        };
        self.push(kind)
    }

    fn text(&mut self, schema: &CanonicalSchema, view: &StringView) -> Text {
        let plain = view.patterns.is_empty()
            && view.formats.is_empty()
            && view.excluded_patterns.is_empty()
            && view.excluded_formats.is_empty()
            && view.excluded.is_empty();
        let mut text = Text {
            min: whole(view.min_length.as_ref()).unwrap_or(0),
            max: whole(view.max_length.as_ref()).unwrap_or(usize::MAX),
            formats: view.formats.clone(),
            patterns: (!view.patterns.is_empty()).then(|| Patterns::read(&view.patterns, &view.excluded_patterns)),
            pattern_first: false,
            judged_by: (!plain).then(|| schema.clone()),
            judge: OnceLock::new(),
        };
        text.pattern_first = text.patterns.is_some() && !text.format_fits();
        text
    }

    fn array(&mut self, view: &ArrayView) -> Array {
        let items = match &view.items {
            Some(items) => self.add(items),
            None => self.push(Kind::Any),
        };
        let prefix = self.add_all(&view.prefix_items);
        let contains: Vec<(usize, NodeId)> =
            view.contains.iter().map(|contains| (whole(contains.min_contains.as_ref()).unwrap_or(1), self.add(&contains.schema))).collect();
        Array {
            min: whole(view.min_items.as_ref()).unwrap_or(0),
            max: whole(view.max_items.as_ref()).unwrap_or(usize::MAX),
            unique: view.distinctness == Distinctness::AllDistinct,
            prefix,
            items,
            contains,
        }
    }

    fn object(&mut self, view: &ObjectView) -> Object {
        let additional = match &view.additional_properties {
            Some(additional) => self.add(additional),
            None => self.push(Kind::Any),
        };
        let required: HashSet<&String> = view.required.iter().collect();
        let mut properties: Vec<Property> = view
            .properties
            .iter()
            .map(|(name, schema)| Property {
                name: name.clone(),
                reading: Name::read(name),
                required: required.contains(name),
                node: self.add(schema),
            })
            .collect();
        let undeclared = view.required.iter().filter(|name| !view.properties.contains_key(*name));
        properties.extend(undeclared.map(|name| Property {
            name: name.clone(),
            reading: Name::read(name),
            required: true,
            node: additional,
        }));
        // Members are made in the order of their names, which is that of every other object that standin writes.
        properties.sort_by(|a, b| a.name.cmp(&b.name));
        Object {
            min: whole(view.min_properties.as_ref()).unwrap_or(0),
            max: whole(view.max_properties.as_ref()).unwrap_or(usize::MAX),
            properties,
            names: view.property_names.as_ref().map(|names| self.add(names)),
            patterns: view
                .pattern_properties
                .iter()
                .map(|(pattern, schema)| (Patterns::read(std::slice::from_ref(pattern), &[]), self.add(schema)))
                .collect(),
            additional,
        }
    }
}

fn judge(schema: &CanonicalSchema) -> Option<jsonschema::Validator> {
    let mut options = jsonschema::options().with_draft(Draft::Draft202012).offline().should_validate_formats(true);
    for (name, check) in formats::extra_checks() {
        options = options.with_format(name, check);
    }
    options.should_ignore_unknown_formats(true).build(&schema.to_json_schema()).ok()
}

fn is_of(name: JsonType, value: &Value) -> bool {
    match value {
        Value::Null => name == JsonType::Null,
        Value::Bool(_) => name == JsonType::Boolean,
        Value::String(_) => name == JsonType::String,
        Value::Array(_) => name == JsonType::Array,
        Value::Object(_) => name == JsonType::Object,
        Value::Number(number) => {
            let integer = number.is_i64() || number.is_u64() || number.as_f64().is_some_and(|number| number.fract() == 0.0);
            name == JsonType::Number || (name == JsonType::Integer && integer)
        }
    }
}

fn whole(number: Option<&Number>) -> Option<usize> {
    number.and_then(Number::as_u64).map(|number| usize::try_from(number).unwrap_or(usize::MAX))
}

/// How far from its only bound, or from zero, a number is drawn.
const SPAN: i64 = 1000;

fn integer_kind(view: &IntegerView) -> Kind {
    let exact = |number: &Number| number.as_i64().or_else(|| number.as_f64().map(|float| float as i64));
    let (low, high) = (view.minimum.as_ref().and_then(exact), view.maximum.as_ref().and_then(exact));
    let (low, high) = match (low, high) {
        // A range as wide as a format is no wish for numbers of that size.
        (Some(low), Some(high)) if low < 0 && high > SPAN => (0, high.min(SPAN)),
        (Some(low), Some(high)) => (low, high.min(low.saturating_add(SPAN))),
        (Some(low), None) => (low, low.saturating_add(SPAN)),
        (None, Some(high)) => (high.saturating_sub(SPAN), high),
        (None, None) => (1, SPAN),
    };
    Kind::Integer { low, high, steps: view.multiple_of.iter().filter_map(exact).filter(|step| *step != 0).collect() }
}

fn number_kind(view: &NumberView) -> Kind {
    let low = view.minimum.as_ref().and_then(Number::as_f64);
    let high = view.maximum.as_ref().and_then(Number::as_f64);
    let span = SPAN as f64;
    let (low, high) = match (low, high) {
        (Some(low), Some(high)) => (low, high.min(low + span)),
        (Some(low), None) => (low, low + span),
        (None, Some(high)) => (high - span, high),
        (None, None) => (0.0, span),
    };
    Kind::Number { low, high, steps: view.multiple_of.iter().filter_map(Number::as_f64).filter(|step| *step > 0.0).collect() }
}
