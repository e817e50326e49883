//! Schemas: judging a value and making one. The only folder that names `jsonschema`, `fake`, `rand` and `regex-syntax`.
//!
//! A [`Schema`] is a place in a document. What judging and making need is compiled on first use, once, and shared by
//! everybody who holds the contract.

mod annotations;
mod check;
mod dialect;
mod formats;
mod generate;
mod names;
mod pattern;
mod plan;
mod random;

use std::{
    fmt,
    sync::{Arc, OnceLock},
};

use serde_json::Value;

pub(crate) use self::{
    annotations::{Annotations, Meaning, Note, ValueRule},
    check::MOST_VIOLATIONS,
    dialect::SchemaDefect,
    generate::Setting,
};
use crate::{
    pointer::Pointer,
    seed::Seed,
    source::Source,
    violation::{Place, RulePlace, Step, Violation},
};

/// The document that schemas lie in.
#[derive(Debug)]
pub(crate) struct Document {
    pub(crate) value: Value,
    pub(crate) source: Arc<Source>,
}

impl Document {
    #[cfg(test)]
    pub(crate) fn of_value(value: Value) -> Self {
        Self { value, source: Arc::new(Source::of_value("test")) }
    }

    /// The place that a `$ref` inside this document names; `None` if it leads out of it.
    ///
    /// Both spellings of a name with a blank are accepted: percent-encoded, as RFC 6901 (section 6) has it, and raw.
    pub(crate) fn local(reference: &str) -> Option<Pointer> {
        let fragment = reference.strip_prefix('#')?;
        Pointer::parse(&crate::text::percent_decode(fragment))
    }

    /// Follows `$ref`s from a place to the first value that is none.
    ///
    /// `Err` is the place of a reference that leads nowhere, out of the document, or in a circle.
    pub(crate) fn follow(&self, from: &Pointer) -> Result<(Pointer, &Value), Pointer> {
        let mut place = from.clone();
        for _ in 0..100 {
            let value = place.resolve(&self.value).ok_or_else(|| place.clone())?;
            let Some(Value::String(reference)) = value.get("$ref") else {
                return Ok((place, value));
            };
            let here = place.join("$ref");
            place = Self::local(reference).filter(|target| target.resolve(&self.value).is_some()).ok_or(here)?;
        }
        Err(place.join("$ref"))
    }

    /// Whether a schema, or the one it refers to, sets a boolean keyword.
    fn flag(&self, schema: &Value, keyword: &str) -> bool {
        if schema.get(keyword) == Some(&Value::Bool(true)) {
            return true;
        }
        let target = schema.get("$ref").and_then(Value::as_str).and_then(Self::local);
        let target = target.and_then(|pointer| self.follow(&pointer).ok());
        target.is_some_and(|(_, schema)| schema.get(keyword) == Some(&Value::Bool(true)))
    }
}

/// Which way a message goes: `readOnly` and `writeOnly` mean something else each way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Direction {
    Request,
    Response,
}

/// A schema of the contract.
#[derive(Clone)]
pub(crate) struct Schema(Arc<Inner>);

struct Inner {
    document: Arc<Document>,
    pointer: Pointer,
    direction: Direction,
    validator: OnceLock<Result<check::Validator, SchemaDefect>>,
    plan: OnceLock<Result<plan::Plan, SchemaDefect>>,
    annotations: OnceLock<Annotations>,
}

impl Schema {
    pub(crate) fn new(document: &Arc<Document>, pointer: Pointer, direction: Direction) -> Self {
        Self(Arc::new(Inner {
            document: Arc::clone(document),
            pointer,
            direction,
            validator: OnceLock::new(),
            plan: OnceLock::new(),
            annotations: OnceLock::new(),
        }))
    }

    pub(crate) fn pointer(&self) -> &Pointer {
        &self.0.pointer
    }

    /// Everything that is wrong with a value, in the order of its places; empty if it is valid.
    ///
    /// `at` turns a place in the value into a place in the message. A schema that cannot be compiled is a violation of
    /// its own: a value that nobody can judge must not pass.
    pub(crate) fn check(&self, value: &Value, step: Step, at: impl Fn(Pointer) -> Place) -> Vec<Violation> {
        match self.validator() {
            Ok(validator) => {
                let secret = |place: &Pointer| self.annotations().is_secret(place);
                check::violations(validator, &self.0.document, value, step, at, secret)
            }
            Err(defect) => vec![self.unusable(&defect)],
        }
    }

    /// Whether a value is valid; no value is valid against a schema that cannot be compiled.
    pub(crate) fn accepts(&self, value: &Value) -> bool {
        self.validator().is_ok_and(|validator| validator.is_valid(value))
    }

    /// Makes a value that is most often valid: for callers who go on with it and check the whole afterwards.
    ///
    /// Members that `given` names are null, wherever they stand but in arrays: the caller puts its own values there.
    pub(crate) fn draft(&self, given: &[&str], seed: Seed, setting: Setting) -> Option<Value> {
        self.plan().ok().and_then(|plan| generate::draft(plan, given, seed, setting))
    }

    /// Makes a value, which is valid.
    pub(crate) fn generate(&self, seed: Seed, setting: Setting) -> Result<Value, Violation> {
        let made = self.plan().and_then(|plan| {
            let validator = self.validator()?;
            generate::valid_value(plan, |value| validator.is_valid(value), seed, setting).ok_or_else(|| SchemaDefect {
                pointer: self.0.pointer.clone(),
                problem: format!("one that no value was found for in {} tries", generate::TRIES),
            })
        });
        made.map_err(|defect| self.unusable(&defect))
    }

    /// What the schema says about values beyond whether they are valid.
    pub(crate) fn annotations(&self) -> &Annotations {
        self.0.annotations.get_or_init(|| Annotations::read(&self.0.document, &self.0.pointer))
    }

    fn validator(&self) -> Result<&check::Validator, SchemaDefect> {
        let compiled = self.0.validator.get_or_init(|| check::compile(&self.0.document, &self.extract()?));
        compiled.as_ref().map_err(Clone::clone)
    }

    fn plan(&self) -> Result<&plan::Plan, SchemaDefect> {
        let planned = self.0.plan.get_or_init(|| plan::Plan::of(&self.extract()?, &self.0.pointer));
        planned.as_ref().map_err(Clone::clone)
    }

    fn extract(&self) -> Result<Value, SchemaDefect> {
        dialect::extract(&self.0.document, &self.0.pointer, self.0.direction)
    }

    /// A schema that cannot be used is no fault of the caller's: it is the step of our own answer.
    fn unusable(&self, defect: &SchemaDefect) -> Violation {
        let place = Place::Answer(Pointer::root());
        Violation::new(Step::Answer, "contract.schema", place, "a schema that standin can use", defect.problem.clone())
            .with_rule(RulePlace::new(&self.0.document.source, defect.pointer.clone()))
    }
}

impl fmt::Debug for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Schema({})", self.0.pointer)
    }
}
