//! What is wrong with a value, where unions are closed boxes.
//!
//! The validator itself tells everything about every branch of every union inside of every branch, which grows with the
//! power of their depth: a request of 300 bytes could fill all memory. Here a union that nothing fits is one problem, told
//! without looking into it; who wants to know more asks for the problems of its branches. Whether a union is met is judged
//! by the validator of the union alone, which remembers what it judged before.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
};

use jsonschema::{Draft, Keyword, Registry, ValidationError, ValidationOptions, Validator, error::ValidationErrorKind, paths::Location};
use serde_json::{Value, json};

use super::{check, dialect};
use crate::pointer::Pointer;

/// The keywords whose branches exclude each other in the mind of their author.
const UNIONS: [&str; 2] = ["oneOf", "anyOf"];

/// Keywords that need to know what a union's branches looked at. In front of a closed box they would tell nonsense.
const UNEVALUATED: [&str; 2] = ["unevaluatedProperties", "unevaluatedItems"];

/// How many problems of one schema are kept: enough to compare branches by.
const MOST_PROBLEMS: usize = 1_000;

/// Judges any schema of an extract on its own.
pub(super) struct Explainer {
    shared: Arc<Shared>,
    judges: Mutex<HashMap<Pointer, Option<Arc<Judge>>>>,
}

struct Shared {
    registry: Registry<'static>,
    /// Whether a keyword counts somewhere that the problems leave out.
    unevaluated: bool,
    /// By the place of the keyword.
    unions: Mutex<HashMap<String, Arc<Union>>>,
}

struct Union {
    keyword: &'static str,
    place: Pointer,
    branches: usize,
    validator: OnceLock<Option<Validator>>,
}

/// A schema of an extract.
pub(super) struct Judge {
    place: Pointer,
    problems: Validator,
    /// With the keywords that the problems leave out, where there are any.
    whole: Option<Validator>,
}

impl Explainer {
    /// For an extract that compiles.
    pub(super) fn new(extract: Value) -> Option<Self> {
        let unevaluated = UNEVALUATED.iter().any(|keyword| mentions(&extract, keyword));
        let registry = Registry::new().draft(Draft::Draft202012).add(check::BASE, extract).ok()?.prepare().ok()?;
        Some(Self { shared: Arc::new(Shared { registry, unevaluated, unions: Mutex::default() }), judges: Mutex::default() })
    }

    /// The judge of the schema at a place of the extract. `None` if it cannot be compiled on its own.
    pub(super) fn judge(&self, place: &Pointer) -> Option<Arc<Judge>> {
        if let Some(known) = held(&self.judges).get(place) {
            return known.clone();
        }
        // Compiled without the lock: other requests may be explained meanwhile.
        let judge = self.compile(place).map(Arc::new);
        held(&self.judges).entry(place.clone()).or_insert(judge).clone()
    }

    fn compile(&self, place: &Pointer) -> Option<Judge> {
        let schema = json!({ "$ref": reference(place) });
        let mut options = self.shared.options();
        for keyword in UNIONS {
            let shared = Arc::clone(&self.shared);
            options = options.with_keyword(keyword, move |_, branches, path| {
                let branches = branches.as_array().map_or(0, Vec::len);
                Ok(Box::new(Closed { union: shared.union(keyword, &path, branches), shared: Arc::clone(&shared) }))
            });
        }
        for keyword in UNEVALUATED.into_iter().filter(|_| self.shared.unevaluated) {
            options = options.with_keyword(keyword, |_, _, _| Ok(Box::new(LeftOut)));
        }
        let problems = options.build(&schema).ok()?;
        let whole = if self.shared.unevaluated { Some(self.shared.options().build(&schema).ok()?) } else { None };
        Some(Judge { place: place.clone(), problems, whole })
    }

    /// The judges of the branches of the union whose keyword stands at a place.
    pub(super) fn branches(&self, union: &Pointer) -> Vec<Arc<Judge>> {
        let branches = held(&self.shared.unions).get(union.as_str()).map_or(0, |union| union.branches);
        (0..branches).filter_map(|index| self.judge(&union.join(index))).collect()
    }
}

impl Judge {
    /// The schema's place in the extract.
    pub(super) fn place(&self) -> &Pointer {
        &self.place
    }

    /// What is wrong with a value, each union that nothing fits as one problem; of many problems the first.
    pub(super) fn problems<'v>(&'v self, value: &'v Value) -> Vec<ValidationError<'v>> {
        let problems: Vec<_> = self.problems.iter_errors(value).take(MOST_PROBLEMS).collect();
        match &self.whole {
            // All unions are met, so the validator has no branches to tell of.
            Some(whole) if problems.is_empty() => whole.iter_errors(value).take(MOST_PROBLEMS).collect(),
            _ => problems,
        }
    }

    pub(super) fn accepts(&self, value: &Value) -> bool {
        self.whole.as_ref().unwrap_or(&self.problems).is_valid(value)
    }
}

impl Shared {
    fn options(&self) -> ValidationOptions<'_> {
        check::options().with_registry(&self.registry)
    }

    fn union(&self, keyword: &'static str, path: &Location, branches: usize) -> Arc<Union> {
        let mut unions = held(&self.unions);
        let new = || {
            let place = Pointer::parse(path.as_str()).unwrap_or_default();
            Arc::new(Union { keyword, place, branches, validator: OnceLock::new() })
        };
        Arc::clone(unions.entry(path.as_str().to_owned()).or_insert_with(new))
    }
}

/// `oneOf` or `anyOf`, met or not.
struct Closed {
    union: Arc<Union>,
    shared: Arc<Shared>,
}

impl Closed {
    fn validator(&self) -> Option<&Validator> {
        let Union { keyword, place, branches, validator } = &*self.union;
        let build = || {
            let branches: Vec<Value> = (0..*branches).map(|index| json!({ "$ref": reference(&place.join(index)) })).collect();
            self.shared.options().build(&json!({ *keyword: branches })).ok()
        };
        validator.get_or_init(build).as_ref()
    }
}

impl<'i> Keyword<'i> for Closed {
    fn validate(&self, value: &'i Value) -> Result<(), ValidationError<'i>> {
        if self.is_valid(value) { Ok(()) } else { Err(ValidationError::custom("a union that nothing fits")) }
    }

    fn is_valid(&self, value: &'i Value) -> bool {
        // What compiled as a part of the whole compiles on its own; if not, nothing can be said against the value.
        self.validator().is_none_or(|validator| validator.is_valid(value))
    }
}

/// A keyword that counts elsewhere.
struct LeftOut;

impl<'i> Keyword<'i> for LeftOut {
    fn validate(&self, _: &'i Value) -> Result<(), ValidationError<'i>> {
        Ok(())
    }

    fn is_valid(&self, _: &'i Value) -> bool {
        true
    }
}

/// Whether a problem is a union that nothing fits.
pub(super) fn is_union(error: &ValidationError<'_>) -> bool {
    matches!(error.kind(), ValidationErrorKind::Custom { keyword, .. } if UNIONS.contains(&keyword.as_str()))
}

/// Whether an extract has unions. A member of that name is one too many, which costs nothing but time.
pub(super) fn has_unions(extract: &Value) -> bool {
    UNIONS.iter().any(|keyword| mentions(extract, keyword))
}

fn mentions(value: &Value, name: &str) -> bool {
    match value {
        Value::Object(members) => members.contains_key(name) || members.values().any(|member| mentions(member, name)),
        Value::Array(items) => items.iter().any(|item| mentions(item, name)),
        _ => false,
    }
}

fn reference(place: &Pointer) -> String {
    format!("{}{}", check::BASE, dialect::reference(place))
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // An insertion that panicked has inserted nothing.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
