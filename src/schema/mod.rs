//! Schemas: judging a value and making one. The only folder that names `jsonschema`, `fake`, `rand` and `regex-syntax`.
//!
//! A [`Schema`] is a place in a document. What judging and making need is compiled on first use, once, and shared by
//! everybody who holds the contract.

mod annotations;
mod check;
mod dialect;
mod empty;
mod explain;
mod faker;
mod formats;
mod generate;
mod keywords;
mod names;
mod pattern;
mod plan;
mod random;
#[cfg(test)]
mod random_schemas;
#[cfg(test)]
mod suite;
mod union;
mod words;

use std::{
    fmt,
    sync::{Arc, OnceLock},
};

use serde_json::Value;

pub use self::names::Locale;
pub(crate) use self::names::{tells_change, tells_of_errors};
pub(crate) use self::{
    annotations::{Annotations, Filling, Meaning, Note, Types, ValueRule},
    check::{MOST_VIOLATIONS, pattern_defect},
    dialect::{FORM, SchemaDefect},
    empty::unsatisfiable,
    faker::Faker,
    formats::is_known as is_known_format,
    generate::{Given, Occasion, Setting, says_nothing},
    keywords::{Shape, is_known_dialect, shape},
};
use self::{dialect::Purpose, generate::NotFound};
use crate::{
    clock::Timestamp,
    document::Document,
    pointer::Pointer,
    seed::Seed,
    violation::{Place, Step, Violation},
};

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
    validator: OnceLock<Result<check::Compiled, SchemaDefect>>,
    /// Built when a value is refused whose schema has unions; `None` if that cannot be done.
    explainer: OnceLock<Option<explain::Explainer>>,
    plan: OnceLock<Result<plan::Plan, SchemaDefect>>,
    /// Built when no value is found by the other.
    exclusive: OnceLock<Option<plan::Plan>>,
    annotations: OnceLock<Annotations>,
}

impl Schema {
    pub(crate) fn new(document: &Arc<Document>, pointer: Pointer, direction: Direction) -> Self {
        Self(Arc::new(Inner {
            document: Arc::clone(document),
            pointer,
            direction,
            validator: OnceLock::new(),
            explainer: OnceLock::new(),
            plan: OnceLock::new(),
            exclusive: OnceLock::new(),
            annotations: OnceLock::new(),
        }))
    }

    /// Whether both are of the same place, and mean the same there.
    pub(crate) fn is(&self, other: &Self) -> bool {
        let (one, other) = (&self.0, &other.0);
        let same = || Arc::ptr_eq(&one.document, &other.document) && one.direction == other.direction && one.pointer == other.pointer;
        Arc::ptr_eq(one, other) || same()
    }

    pub(crate) fn pointer(&self) -> &Pointer {
        &self.0.pointer
    }

    pub(crate) fn document(&self) -> &Arc<Document> {
        &self.0.document
    }

    /// Everything that is wrong with a value, in the order of its places; empty if it is valid.
    ///
    /// `at` turns a place in the value into a place in the message. A schema that cannot be compiled is a violation of
    /// its own: a value that nobody can judge must not pass.
    pub(crate) fn check(&self, value: &Value, step: Step, at: impl Fn(Pointer) -> Place) -> Vec<Violation> {
        match self.validator() {
            Ok(compiled) if compiled.validator.is_valid(value) => Vec::new(),
            Ok(compiled) => self.rules(compiled).violations(value, step, at, |place| self.annotations().is_secret(place)),
            Err(defect) => vec![self.unusable(&defect)],
        }
    }

    /// Whether a value is valid; no value is valid against a schema that cannot be compiled.
    pub(crate) fn accepts(&self, value: &Value) -> bool {
        self.validator().is_ok_and(|compiled| compiled.validator.is_valid(value))
    }

    /// The places in a value that are refused, each with what refuses it.
    pub(crate) fn refusals(&self, value: &Value) -> Vec<(Pointer, Refusal<'_>)> {
        let (Ok(compiled), Some(explainer)) = (self.validator(), self.explainer()) else { return Vec::new() };
        let broken = self.rules(compiled).broken(value).into_iter();
        broken.map(|(place, keyword)| (place, Refusal { explainer, schema: keyword.parent() })).collect()
    }

    /// Makes a value that is most often valid: for callers who go on with it and check the whole afterwards.
    ///
    /// The caller puts its own values into the members that `given` names.
    pub(crate) fn draft(&self, given: Given<'_>, seed: Seed, setting: Setting) -> Option<Value> {
        let plan = self.plan().ok()?;
        generate::draft(&generate::Source { plan, annotations: self.annotations(), given, setting }, seed)
    }

    /// What every [draft](Self::draft) is that [has all](Setting::has_all), but for the members that `is_own` tells by the names
    /// that lead to them; `None` if that differs from draft to draft.
    pub(crate) fn frame(&self, given: Given<'_>, is_own: &dyn Fn(&[&str]) -> bool) -> Option<Value> {
        let plan = self.plan().ok()?;
        let setting = Setting::at(Timestamp::FIXED);
        generate::frame(&generate::Source { plan, annotations: self.annotations(), given, setting }, is_own)
    }

    /// Makes a value, which is valid.
    pub(crate) fn generate(&self, seed: Seed, setting: Setting) -> Result<Value, Violation> {
        self.generate_for(None, seed, setting)
    }

    /// Makes a value, which is valid, of the entity that has an id.
    pub(crate) fn generate_for(&self, identity: Option<&Value>, seed: Seed, setting: Setting) -> Result<Value, Violation> {
        let made = self.plan().and_then(|plan| {
            let compiled = self.validator()?;
            let given = Given { members: &[], identity };
            let source = |plan| generate::Source { plan, annotations: self.annotations(), given, setting };
            let refused = &|value: &Value| match compiled.validator.is_valid(value) {
                true => Vec::new(),
                false => compiled.refused(value),
            };
            generate::valid_value(&source(plan), seed, refused).or_else(|why| {
                let exclusive = self.exclusive().and_then(|plan| generate::valid_value(&source(plan), seed, refused).ok());
                exclusive.ok_or_else(|| self.nothing_found(&why))
            })
        });
        made.map_err(|defect| self.unusable(&defect))
    }

    /// Why there is no value: the contradiction, if there is one that can be named; else what kept it from being made.
    fn nothing_found(&self, why: &NotFound) -> SchemaDefect {
        if let Some(empty::Empty { place, why }) = unsatisfiable(&self.0.document, std::slice::from_ref(&self.0.pointer)).into_iter().next()
        {
            return SchemaDefect { pointer: place, problem: format!("one without any: {why}") };
        }
        let none = format!("one that no value was found for in {} tries", generate::TRIES);
        let problem = match why {
            NotFound::None => "one without any value: what it requires excludes itself, or requires itself again without end".to_owned(),
            NotFound::TooLarge => format!("{none}: they are larger than {}", generate::LARGEST),
            NotFound::Refused(places) => match places.first() {
                Some(place) if !place.is_root() => format!("{none}; the last was refused at {place}"),
                _ => none,
            },
        };
        SchemaDefect { pointer: self.0.pointer.clone(), problem }
    }

    /// What the schema says about values beyond whether they are valid.
    pub(crate) fn annotations(&self) -> &Annotations {
        self.0.annotations.get_or_init(|| Annotations::read(&self.0.document, &self.0.pointer))
    }

    fn rules<'s>(&'s self, compiled: &'s check::Compiled) -> check::Rules<'s> {
        let explainer = if compiled.has_unions { self.explainer() } else { None };
        check::Rules {
            document: &self.0.document,
            pointer: &self.0.pointer,
            compiled,
            annotations: self.annotations(),
            direction: self.0.direction,
            explainer,
        }
    }

    fn explainer(&self) -> Option<&explain::Explainer> {
        self.0.explainer.get_or_init(|| self.usable_extract(Purpose::Judge).ok().and_then(explain::Explainer::new)).as_ref()
    }

    fn validator(&self) -> Result<&check::Compiled, SchemaDefect> {
        let compiled = self.0.validator.get_or_init(|| check::compile(&self.0.document, &self.0.pointer, self.extract(Purpose::Judge)));
        compiled.as_ref().map_err(Clone::clone)
    }

    fn plan(&self) -> Result<&plan::Plan, SchemaDefect> {
        let planned = self.0.plan.get_or_init(|| plan::Plan::of(&self.usable_extract(Purpose::Make)?, &self.0.pointer, false));
        planned.as_ref().map_err(Clone::clone)
    }

    fn exclusive(&self) -> Option<&plan::Plan> {
        let planned = || plan::Plan::of(&self.usable_extract(Purpose::Make).ok()?, &self.0.pointer, true).ok();
        self.0.exclusive.get_or_init(planned).as_ref()
    }

    /// The extract without what cannot be compiled.
    fn usable_extract(&self, purpose: Purpose) -> Result<Value, SchemaDefect> {
        let mut extract = self.extract(purpose);
        for unusable in &self.validator()?.unusable {
            dialect::prune(&mut extract, unusable);
        }
        Ok(extract)
    }

    fn extract(&self, purpose: Purpose) -> Value {
        dialect::extract(&self.0.document, &self.0.pointer, self.0.direction, purpose)
    }

    /// A schema that cannot be used is no fault of the caller's: it is the step of our own answer.
    fn unusable(&self, defect: &SchemaDefect) -> Violation {
        let place = Place::Answer(Pointer::root());
        Violation::new(Step::Answer, "contract.schema", place, "a schema that standin can use", defect.problem.clone())
            .with_rule(self.0.document.place(&defect.pointer))
    }
}

/// A schema that refuses a part of a value.
pub(crate) struct Refusal<'s> {
    explainer: &'s explain::Explainer,
    /// In the extract.
    schema: Pointer,
}

impl Refusal<'_> {
    /// Whether it would take this in the place of the part.
    pub(crate) fn is_lifted_by(&self, value: &Value) -> bool {
        self.explainer.judge(&self.schema).is_some_and(|judge| judge.accepts(value))
    }
}

impl fmt::Debug for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Schema({})", self.0.pointer)
    }
}
