//! From the canonical form to a plan: every view becomes a node, references become numbers.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, OnceLock},
};

use jsonschema::{
    JsonType,
    canonical::{
        ArrayView, CanonicalSchema, CanonicalView, Distinctness, IntegerView, NumberView, ObjectView, ObjectViolationView, StringView,
    },
};
use serde_json::{Number, Value};

use super::{
    Array, Asked, Bound, Branch, Builder, Contains, Demand, Judge, Kind, Matching, NamePattern, NodeId, Object, Property, Real, Text,
    Whole, matching,
};
use crate::{
    clock::Timestamp,
    schema::{
        formats,
        names::{Background, Name},
        random::Random,
    },
    seed::Seed,
};

/// Adds the nodes of canonical schemas that share their definitions.
pub(super) struct Canonical<'b> {
    pub(super) builder: &'b mut Builder,
    references: HashMap<String, NodeId>,
    /// Whether each branch of a `oneOf` is planned without what the others allow.
    exclusive: bool,
}

impl<'b> Canonical<'b> {
    pub(super) fn new(builder: &'b mut Builder) -> Self {
        let exclusive = builder.exclusive;
        Self { builder, references: HashMap::new(), exclusive }
    }

    pub(super) fn add(&mut self, schema: &CanonicalSchema) -> NodeId {
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
                _ => {
                    let typed = self.of_type(group.ty).node;
                    Kind::Both(vec![typed, self.add(&group.body)])
                }
            },
            CanonicalView::String(text) => Kind::String(Box::new(self.text(schema, &text))),
            CanonicalView::Integer(integer) => Kind::Integer(Box::new(whole_of(&integer))),
            CanonicalView::Number(number) => Kind::Number(Box::new(real_of(&number))),
            CanonicalView::Array(array) => Kind::Array(Box::new(self.array(&array))),
            CanonicalView::Object(object) => Kind::Object(Box::new(self.object(&object))),
            CanonicalView::OneOf(branches) if self.exclusive => Kind::Choice(self.branches(&apart(&branches))),
            CanonicalView::AnyOf(branches) | CanonicalView::OneOf(branches) => Kind::Choice(self.branches(&branches)),
            CanonicalView::AllOf(branches) => Kind::Both(branches.iter().map(|branch| self.add(branch)).collect()),
            CanonicalView::Not(_) | CanonicalView::Raw(_) => Kind::Open(Judge::of(schema)),
        };
        self.builder.push(kind)
    }

    /// A reference gets its number before its target is planned: recursion comes back to it.
    fn reference(&mut self, schema: &CanonicalSchema, uri: String) -> NodeId {
        if let Some(id) = self.references.get(&uri) {
            return *id;
        }
        let id = self.builder.push(Kind::Any);
        let target = schema.definition(&uri);
        self.references.insert(uri, id);
        if let Some(target) = target {
            self.builder.nodes[id].kind = Kind::Reference(self.add(&target));
        }
        id
    }

    fn branches(&mut self, schemas: &[CanonicalSchema]) -> Vec<Branch> {
        let mut keys = HashMap::new();
        let branches = schemas.iter().map(|schema| {
            let name = key(schema);
            let number: &mut u64 = keys.entry(name.clone()).or_default();
            *number += 1;
            Branch { node: self.add(schema), key: Seed::new(*number).with(name.as_bytes()).bits() }
        });
        branches.collect()
    }

    fn of_type(&mut self, name: JsonType) -> Branch {
        let kind = match name {
            JsonType::Null => Kind::Null,
            JsonType::Boolean => Kind::Boolean,
            JsonType::String => Kind::String(Box::new(Text {
                min: 0,
                max: usize::MAX,
                formats: Vec::new(),
                asked: None,
                pattern_first: false,
                judge: None,
                shaped: OnceLock::new(),
                barren: OnceLock::new(),
            })),
            JsonType::Integer => Kind::Integer(Box::default()),
            JsonType::Number => Kind::Number(Box::default()),
            JsonType::Array => Kind::Array(Box::new(self.builder.any_array())),
            JsonType::Object => Kind::Object(Box::new(self.builder.any_object())),
        };
        Branch { node: self.builder.push(kind), key: Seed::new(0).with(name.as_str().as_bytes()).bits() }
    }

    fn text(&mut self, schema: &CanonicalSchema, view: &StringView) -> Text {
        let plain = view.patterns.is_empty()
            && view.formats.is_empty()
            && view.excluded_patterns.is_empty()
            && view.excluded_formats.is_empty()
            && view.excluded.is_empty();
        let mut text = Text {
            min: count(view.min_length.as_ref()).unwrap_or(0),
            max: count(view.max_length.as_ref()).unwrap_or(usize::MAX),
            formats: view.formats.clone(),
            asked: Asked::of(view.patterns.clone(), view.excluded_patterns.clone()),
            pattern_first: false,
            judge: (!plain).then(|| Judge::of(schema)),
            shaped: OnceLock::new(),
            barren: OnceLock::new(),
        };
        text.pattern_first = !view.patterns.is_empty() && !format_fits(&text);
        text
    }

    fn array(&mut self, view: &ArrayView) -> Array {
        let items = match &view.items {
            Some(items) => self.add(items),
            None => self.builder.push(Kind::Any),
        };
        let prefix = view.prefix_items.iter().map(|schema| self.add(schema)).collect();
        let contains = view.contains.iter().map(|contains| {
            let node = self.add(&contains.schema);
            // What is contained is an item as well.
            let node = if view.items.is_some() { self.builder.push(Kind::Both(vec![node, items])) } else { node };
            Contains {
                min: count(contains.min_contains.as_ref()).unwrap_or(1),
                max: count(contains.max_contains.as_ref()).unwrap_or(usize::MAX),
                node,
            }
        });
        Array {
            contains: contains.collect(),
            min: count(view.min_items.as_ref()).unwrap_or(0),
            max: count(view.max_items.as_ref()).unwrap_or(usize::MAX),
            unique: view.distinctness == Distinctness::AllDistinct,
            repeated: view.distinctness == Distinctness::SomeRepeated,
            prefix,
            items,
            unevaluated: None,
        }
    }

    fn object(&mut self, view: &ObjectView) -> Object {
        let additional = match &view.additional_properties {
            Some(additional) => self.add(additional),
            None => self.builder.push(Kind::Any),
        };
        let patterns: Vec<Matching> =
            view.pattern_properties.iter().map(|(pattern, schema)| by_pattern(pattern, self.add(schema))).collect();
        let required: HashSet<&String> = view.required.iter().collect();
        let declared: Vec<Property> = view
            .properties
            .iter()
            .map(|(name, schema)| {
                let node = self.add(schema);
                Property::new(name, required.contains(name), self.builder.member(Some(node), &patterns, additional, name))
            })
            .collect();
        let undeclared = view.required.iter().filter(|name| !view.properties.contains_key(*name));
        let undeclared: Vec<Property> = undeclared
            .map(|name| {
                let node = self.builder.member(None, &patterns, additional, name);
                Property::new(name, true, node)
            })
            .collect();
        let demands = view.violations.iter().filter_map(|violation| self.demand(violation, additional)).collect();
        let object = Object {
            min: count(view.min_properties.as_ref()).unwrap_or(0),
            max: count(view.max_properties.as_ref()).unwrap_or(usize::MAX),
            properties: declared.into_iter().chain(undeclared).collect(),
            names: view.property_names.as_ref().map(|names| self.add(names)),
            patterns,
            additional,
            unevaluated: None,
            demands,
            identity: None,
        };
        object.sorted()
    }

    /// The member that breaks a rule which must be broken.
    fn demand(&mut self, violation: &ObjectViolationView, additional: NodeId) -> Option<Demand> {
        let fails = |schema: &CanonicalSchema| schema.negate().ok();
        Some(match violation {
            ObjectViolationView::NameFails(names) => {
                let string = self.of_type(JsonType::String).node;
                let other = self.add(&fails(names)?);
                Demand { name: self.builder.push(Kind::Both(vec![other, string])), value: additional }
            }
            ObjectViolationView::UndeclaredValueFails { additional: rule, .. } => {
                let other = self.add(&fails(rule)?);
                let value = self.builder.push(Kind::Both(vec![other, additional]));
                Demand { name: self.of_type(JsonType::String).node, value }
            }
            ObjectViolationView::PatternValueFails { pattern, schema } => {
                let text = Text {
                    min: 0,
                    max: usize::MAX,
                    formats: Vec::new(),
                    asked: Asked::of(vec![pattern.clone()], Vec::new()),
                    pattern_first: true,
                    judge: None,
                    shaped: OnceLock::new(),
                    barren: OnceLock::new(),
                };
                Demand { name: self.builder.push(Kind::String(Box::new(text))), value: self.add(&fails(schema)?) }
            }
        })
    }
}

impl Builder {
    /// What a member of a name must fit: what is declared for it and what patterns say of it, else what is said of the rest.
    pub(super) fn member(&mut self, declared: Option<NodeId>, patterns: &[Matching], additional: NodeId, name: &str) -> NodeId {
        let further = matching(patterns, name).into_iter().filter(|id| Some(*id) != declared);
        let all: Vec<NodeId> = declared.into_iter().chain(further).collect();
        match all.as_slice() {
            [] => additional,
            [one] => *one,
            _ => self.push(Kind::Both(all)),
        }
    }

    pub(super) fn any_array(&mut self) -> Array {
        let items = self.push(Kind::Any);
        Array {
            min: 0,
            max: usize::MAX,
            unique: false,
            repeated: false,
            prefix: Vec::new(),
            items,
            unevaluated: None,
            contains: Vec::new(),
        }
    }

    pub(super) fn any_object(&mut self) -> Object {
        Object {
            min: 0,
            max: usize::MAX,
            properties: Vec::new(),
            names: None,
            patterns: Vec::new(),
            additional: self.push(Kind::Any),
            unevaluated: None,
            demands: Vec::new(),
            identity: None,
        }
    }
}

/// Each branch without what the others allow; as it is where that cannot be told.
fn apart(branches: &[CanonicalSchema]) -> Vec<CanonicalSchema> {
    let apart = branches.iter().enumerate().map(|(index, branch)| {
        let mut others = branches.iter().enumerate().filter(|(other, _)| *other != index).map(|(_, other)| other);
        others.try_fold(branch.clone(), |rest, other| rest.subtract(other)).unwrap_or_else(|_| branch.clone())
    });
    apart.collect()
}

pub(super) fn by_pattern(pattern: &str, node: NodeId) -> Matching {
    let text = Asked { patterns: vec![pattern.to_owned()], excluded: Vec::new(), read: OnceLock::new() };
    Matching { pattern: NamePattern::read(pattern).map(Arc::new), text: Arc::new(text), node }
}

/// What a branch is called by: what it refers to, else what tells it from its siblings, else its type.
fn key(schema: &CanonicalSchema) -> String {
    match schema.view() {
        CanonicalView::Reference(uri) => uri,
        CanonicalView::Const(value) => value.to_string(),
        CanonicalView::TypedGroup(group) => group.ty.as_str().to_owned(),
        CanonicalView::Object(object) => {
            let fixed = object.properties.iter().filter_map(|(name, schema)| match schema.view() {
                CanonicalView::Const(value) => Some(format!("{name}={value}")),
                _ => None,
            });
            format!("object {}", fixed.collect::<Vec<_>>().join(" "))
        }
        _ => schema.kind().as_str().to_owned(),
    }
}

/// Whether what the format makes is what the pattern asks for, by a few samples.
fn format_fits(text: &Text) -> bool {
    let background = Background::at(Timestamp::FIXED);
    let sample = |number: u64| formats::make(text.formats.first()?, &mut Random::new(Seed::new(number)), background, Name::read(""));
    let fits = |sample: String| text.judge.as_ref().is_none_or(|judge| judge.accepts(&Value::String(sample)));
    (0..4).all(|number| sample(number).is_some_and(fits))
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

fn count(number: Option<&Number>) -> Option<usize> {
    number.and_then(Number::as_u64).map(|number| usize::try_from(number).unwrap_or(usize::MAX))
}

fn whole_of(view: &IntegerView) -> Whole {
    let exact = |number: &Number| number.as_i64().or_else(|| number.as_f64().map(|float| float as i64));
    let steps = |numbers: &[Number]| numbers.iter().filter_map(step).filter(|step| *step != 0).collect();
    Whole {
        low: view.minimum.as_ref().and_then(exact),
        high: view.maximum.as_ref().and_then(exact),
        steps: steps(&view.multiple_of),
        barred: steps(&view.not_multiple_of),
    }
}

/// The integers among the multiples of a number are the multiples of another: three for one and a half.
fn step(number: &Number) -> Option<i64> {
    const MOST_DECIMALS: u32 = 9;
    if let Some(step) = number.as_i64() {
        return Some(step);
    }
    let float = number.as_f64().filter(|float| float.abs() < 1e9)?;
    (0..=MOST_DECIMALS).find_map(|decimals| {
        let scale = 10_i64.pow(decimals);
        let scaled = float * scale as f64;
        let whole = scaled.round() as i64;
        ((scaled - scaled.round()).abs() < 1e-9 && whole != 0).then(|| whole / common_divisor(whole, scale))
    })
}

fn common_divisor(a: i64, b: i64) -> i64 {
    if b == 0 { a.abs() } else { common_divisor(b, a % b) }
}

fn real_of(view: &NumberView) -> Real {
    let bound = |limit: Option<&Number>, exclusive: bool| limit.and_then(Number::as_f64).map(|limit| Bound { limit, exclusive });
    let steps = |numbers: &[Number]| numbers.iter().filter_map(Number::as_f64).filter(|step| *step != 0.0).collect();
    let mut barred: Vec<f64> = steps(&view.not_multiple_of);
    barred.extend(view.excludes_integers.then_some(1.0));
    Real {
        low: bound(view.minimum.as_ref(), view.exclusive_minimum),
        high: bound(view.maximum.as_ref(), view.exclusive_maximum),
        steps: steps(&view.multiple_of),
        barred,
    }
}
