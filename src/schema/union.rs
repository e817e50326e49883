//! A union that a value does not fit: what to tell of it.
//!
//! The value was meant for one of the branches. Which one shows in this order: branches for another type of value, or for
//! other values than this, were not meant; nor is one that a member (`kind: cat`) names otherwise; of what is left, the one
//! with the least problems was, where members that only other branches declare are problems, too. If that is not clear, but
//! all of them have their problems with the same member, one stands for all; else all are told.

use std::sync::Arc;

use jsonschema::{ValidationError, error::ValidationErrorKind as Kind};
use serde_json::{Map, Value};

use super::{
    check::Finding,
    dialect,
    explain::{Explainer, Judge, is_union},
    words::{choices, words},
};
use crate::{
    document::Document,
    pointer::Pointer,
    source::describe,
    text::{either, nearest},
    violation::Edit,
};

/// How many branches are looked at, those of unions that are branches themselves included.
const MOST_BRANCHES: usize = 200;
/// How many alternatives are told one by one.
const TOLD: usize = 6;
/// How many members are.
const MOST_NAMES: usize = 20;
/// How many members of a value tell for which branch it was meant.
const MOST_COMPARED: usize = 100;

/// A union, and the value that does not fit it.
pub(super) struct Broken<'a> {
    pub(super) document: &'a Document,
    pub(super) explainer: &'a Explainer,
    /// The keyword's place in the extract.
    pub(super) keyword: &'a Pointer,
    pub(super) value: &'a Value,
    /// The value's place in the message.
    pub(super) place: &'a Pointer,
}

/// What to tell.
pub(super) enum Told<'e> {
    /// The branch that was meant: its problems are those to tell.
    Branch(&'e Judge),
    /// What is wrong with the choice.
    Choice(Vec<Finding>),
    /// Nothing is wrong with several of the branches, where one alone should fit.
    Several(Finding),
}

impl Broken<'_> {
    /// The branches that a value may have been meant for: those of a union in the place of a branch are branches too.
    pub(super) fn judges(&self) -> Vec<Arc<Judge>> {
        let mut judges = Vec::new();
        // Each once: a union may be a branch of itself.
        let mut unions = vec![self.keyword.clone()];
        let mut next = 0;
        while let Some(union) = unions.get(next).cloned() {
            next += 1;
            for judge in self.explainer.branches(&union) {
                match judge.problems(self.value).as_slice() {
                    [only] if is_union(only) && is_here(only) && unions.len() < MOST_BRANCHES => {
                        let inner = path(only.schema_path());
                        if !unions.contains(&inner) {
                            unions.push(inner);
                        }
                    }
                    _ => judges.push(judge),
                }
                if judges.len() >= MOST_BRANCHES {
                    return judges;
                }
            }
        }
        judges
    }

    /// What to tell; `judges` are those that [`judges`](Self::judges) gives.
    pub(super) fn tell<'e>(&'e self, judges: &'e [Arc<Judge>]) -> Told<'e> {
        let fitting = || judges.iter().filter(|judge| judge.accepts(self.value));
        if self.keyword.last().as_deref() == Some("oneOf") && fitting().count() > 1 {
            let names: Vec<String> = fitting().take(TOLD).map(|judge| self.name(judge.place())).collect();
            let found = format!("one that fits several: {}", either(&names).replace(" or ", " and "));
            let expected = "a value that fits exactly one of the alternatives".to_owned();
            return Told::Several(Finding::new("oneOf", self.place.clone(), self.keyword.clone(), expected, found));
        }
        let branches: Vec<Branch<'e>> = judges.iter().map(|judge| Branch { judge, problems: judge.problems(self.value) }).collect();
        if let Some(mut names) = one_of_each(&branches) {
            if names.len() > MOST_NAMES {
                let more = names.len() - (MOST_NAMES - 1);
                names.truncate(MOST_NAMES - 1);
                names.push(format!("{more} more"));
            }
            return self.choice(format!("at least one of the members {}", either(&names)), describe(self.value));
        }
        let meant: Vec<&Branch<'e>> = branches.iter().filter(|branch| !branch.is_for_others()).collect();
        if let Some(missing) = self.missing_name(&meant) {
            return Told::Choice(vec![missing]);
        }
        // Where one branch alone may have been meant, it was.
        if let [only] = meant.as_slice() {
            return Told::Branch(only.judge);
        }
        let names: Vec<&str> = meant.iter().flat_map(|branch| branch.names()).collect();
        let named: Vec<&Branch<'e>> = meant.iter().filter(|branch| !branch.is_named_otherwise(&names)).copied().collect();
        if let Some(unknown) = self.unknown_name(&meant) {
            return Told::Choice(vec![unknown]);
        }
        let weights = self.weights(&named);
        let least = weights.iter().min();
        let nearest: Vec<&Branch<'e>> =
            named.iter().zip(&weights).filter(|(_, weight)| Some(*weight) == least).map(|(branch, _)| *branch).collect();
        let clear = match nearest.as_slice() {
            [only] => Some(*only),
            [first, others @ ..] if first.member().is_some_and(|member| others.iter().all(|other| other.member() == Some(member))) => {
                Some(*first)
            }
            _ => None,
        };
        if let Some(clear) = clear {
            return Told::Branch(clear.judge);
        }
        let missing = self.missing_everywhere(&nearest);
        if missing.is_empty() { self.alternatives(&branches) } else { Told::Choice(missing) }
    }

    /// How far the value is from each branch.
    fn weights(&self, branches: &[&Branch<'_>]) -> Vec<usize> {
        let declared: Option<Vec<&Map<String, Value>>> = branches.iter().map(|branch| self.members(branch)).collect();
        let (Some(declared), Some(value)) = (declared, self.value.as_object()) else {
            return branches.iter().map(|branch| branch.weight()).collect();
        };
        let is_declared = |name: &&String| declared.iter().any(|known| known.contains_key(*name));
        let telling: Vec<&String> = value.keys().take(MOST_COMPARED).filter(is_declared).collect();
        let strangers = |known: &Map<String, Value>| telling.iter().filter(|name| !known.contains_key(**name)).count();
        branches.iter().zip(&declared).map(|(branch, known)| branch.weight() + 2 * strangers(known)).collect()
    }

    /// The members that a branch declares, where they are all that it says of members, and others are allowed.
    fn members(&self, branch: &Branch<'_>) -> Option<&Map<String, Value>> {
        const MORE: [&str; 6] = ["allOf", "anyOf", "oneOf", "patternProperties", "additionalProperties", "unevaluatedProperties"];
        let (_, schema) = self.document.follow(&dialect::origin(self.document, branch.judge.place().as_str())).ok()?;
        let says_more = MORE.iter().any(|keyword| schema.get(*keyword).is_some());
        schema.get("properties")?.as_object().filter(|_| !says_more)
    }

    /// What a branch is called: the schema that it refers to, else its number.
    fn name(&self, branch: &Pointer) -> String {
        let place = dialect::origin(self.document, branch.as_str());
        let reference = self.document.resolve(&place).and_then(|branch| branch.get("$ref")?.as_str());
        let target = reference.and_then(|reference| self.document.target(&place, reference));
        let number = || place.last().and_then(|last| last.parse::<usize>().ok()).map_or(0, |index| index + 1);
        target.and_then(|target| target.last()).map_or_else(|| format!("alternative {}", number()), |name| format!("`{name}`"))
    }

    /// Whether a discriminator chooses among the branches.
    pub(super) fn is_discriminated(&self) -> bool {
        let place = dialect::origin(self.document, self.keyword.as_str()).parent();
        self.document.resolve(&place).is_some_and(|holder| holder.get("discriminator").is_some())
    }

    fn choice<'e>(&self, expected: String, found: String) -> Told<'e> {
        let keyword = self.keyword.last().unwrap_or_default();
        Told::Choice(vec![Finding::new(keyword, self.place.clone(), self.keyword.clone(), expected, found)])
    }

    fn alternatives<'e>(&self, branches: &[Branch<'_>]) -> Told<'e> {
        let mut expected: Vec<String> = Vec::new();
        for told in branches.iter().filter_map(|branch| branch.problems.first()).map(|error| words(error).0) {
            if !expected.contains(&told) {
                expected.push(told);
            }
        }
        if expected.len() > TOLD {
            let more = expected.len() - (TOLD - 1);
            expected.truncate(TOLD - 1);
            expected.push(format!("{more} more alternatives"));
        }
        if expected.is_empty() {
            expected.push("a value that fits one of the alternatives".into());
        }
        self.choice(either(&expected), describe(self.value))
    }

    /// The member that names the branch, where a discriminator says that there must be one and there is none.
    fn missing_name(&self, branches: &[&Branch<'_>]) -> Option<Finding> {
        let first = branches.first()?;
        let pinned = |error: &&ValidationError<'_>| self.is_pinned(error) && missing(error).is_some();
        let error = first.problems.iter().find(pinned)?;
        let name = missing(error)?;
        branches.iter().all(|branch| branch.lacks(name)).then(|| {
            let mut finding = self.missing_member(name, error);
            finding.keyword = "discriminator".into();
            finding
        })
    }

    /// The members that every one of these branches lacks.
    fn missing_everywhere(&self, branches: &[&Branch<'_>]) -> Vec<Finding> {
        let Some(first) = branches.first() else { return Vec::new() };
        let names = first.problems.iter().filter_map(|error| Some((missing(error)?, error)));
        let everywhere = names.filter(|(name, _)| branches.iter().all(|branch| branch.lacks(name)));
        everywhere.map(|(name, error)| self.missing_member(name, error)).collect()
    }

    fn missing_member(&self, name: &str, error: &ValidationError<'_>) -> Finding {
        let (expected, found) = ("this required member".to_owned(), "no such member".to_owned());
        Finding::new(error.kind().keyword(), self.place.join(name), path(error.schema_path()), expected, found)
    }

    /// What is said where each branch is named by a member, and the value names none of them.
    fn unknown_name(&self, branches: &[&Branch<'_>]) -> Option<Finding> {
        let naming: Vec<&ValidationError<'_>> = branches.iter().filter_map(|branch| branch.other_values().next()).collect();
        let first = naming.first()?;
        if branches.len() < 2 || naming.len() < branches.len() || naming.iter().any(|other| other.instance_path() != first.instance_path())
        {
            return None;
        }
        let mut names: Vec<Value> = Vec::new();
        for error in &naming {
            match error.kind() {
                Kind::Enum { options } => names.extend(options.as_array().into_iter().flatten().cloned()),
                Kind::Constant { expected_value } => names.push(Value::clone(expected_value)),
                _ => {}
            }
        }
        names.dedup();
        let near = first.instance().as_str().and_then(|given| nearest(given, names.iter().filter_map(Value::as_str))).map(str::to_owned);
        let hint = near.as_ref().map(|meant| format!("did you mean {meant:?}?"));
        let edit = Some(Edit::Replace(near.map_or_else(|| names.clone(), |near| vec![near.into()])));
        let place = self.place.concat(&path(first.instance_path()));
        let (keyword, rule) = match self.is_pinned(first) {
            true => ("discriminator".to_owned(), path(first.schema_path())),
            false => (self.keyword.last().unwrap_or_default(), self.keyword.clone()),
        };
        Some(Finding { hint, edit, ..Finding::new(keyword, place, rule, choices(&Value::Array(names)), describe(first.instance())) })
    }

    /// Whether a discriminator asks for this.
    fn is_pinned(&self, error: &ValidationError<'_>) -> bool {
        dialect::origin(self.document, error.schema_path().as_str()).last().as_deref() == Some("discriminator")
    }
}

/// What is wrong with the value as one of a branch.
struct Branch<'e> {
    judge: &'e Judge,
    problems: Vec<ValidationError<'e>>,
}

impl Branch<'_> {
    /// Whether the branch is for values of another type, or for others than this one.
    fn is_for_others(&self) -> bool {
        self.problems.iter().any(|error| is_here(error) && (is_name(error) || matches!(error.kind(), Kind::Type { .. })))
    }

    /// A member of the value that is none of those that the branch may have there.
    fn other_values(&self) -> impl Iterator<Item = &ValidationError<'_>> {
        self.problems.iter().filter(|error| {
            let member = error.instance_path().as_str().strip_prefix('/');
            let is_scalar = !error.instance().is_object() && !error.instance().is_array();
            is_name(error) && is_scalar && member.is_some_and(|member| !member.contains('/'))
        })
    }

    /// The members that are names in this branch, and name another: it takes one value only for them.
    fn names(&self) -> impl Iterator<Item = &str> {
        let single = |error: &&ValidationError<'_>| match error.kind() {
            Kind::Enum { options } => options.as_array().is_some_and(|options| options.len() == 1),
            _ => true,
        };
        self.other_values().filter(single).map(|error| error.instance_path().as_str())
    }

    /// Whether a member that is a name, in this branch or in another, names another branch than this.
    fn is_named_otherwise(&self, names: &[&str]) -> bool {
        self.other_values().any(|error| names.contains(&error.instance_path().as_str()))
    }

    /// The one member of the value that all problems lie in.
    fn member(&self) -> Option<&str> {
        let mut members = self.problems.iter().map(|error| error.instance_path().as_str().split('/').nth(1));
        let first = members.next()??;
        members.all(|member| member == Some(first)).then_some(first)
    }

    fn lacks(&self, name: &str) -> bool {
        self.problems.iter().any(|error| missing(error) == Some(name))
    }

    /// How far the value is from the branch, by what is wrong with it. Other types and missing members tell more of another branch than wrong values.
    fn weight(&self) -> usize {
        let of = |error: &ValidationError<'_>| match error.kind() {
            Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => 2 * unexpected.len(),
            Kind::Type { .. } => 3,
            Kind::Required { .. } if is_here(error) => 2,
            Kind::Enum { .. } | Kind::Constant { .. } => 2,
            _ => 1,
        };
        self.problems.iter().map(of).sum()
    }
}

/// The one member that each branch lacks, where that is all that is wrong and they differ.
fn one_of_each(branches: &[Branch<'_>]) -> Option<Vec<String>> {
    let only = |branch: &Branch<'_>| if let [only] = branch.problems.as_slice() { missing(only).map(str::to_owned) } else { None };
    let names: Vec<String> = branches.iter().map(only).collect::<Option<_>>()?;
    let differ = names.iter().enumerate().all(|(at, name)| !names[..at].contains(name));
    (names.len() > 1 && differ).then(|| names.iter().map(|name| format!("`{name}`")).collect())
}

/// The name of a member that the value itself lacks.
fn missing<'e>(error: &'e ValidationError<'_>) -> Option<&'e str> {
    match error.kind() {
        Kind::Required { property: Value::String(name) } if is_here(error) => Some(name),
        _ => None,
    }
}

/// Whether a problem is one of the value as a whole.
fn is_here(error: &ValidationError<'_>) -> bool {
    error.instance_path().as_str().is_empty()
}

fn is_name(error: &ValidationError<'_>) -> bool {
    matches!(error.kind(), Kind::Enum { .. } | Kind::Constant { .. })
}

fn path(location: &jsonschema::paths::Location) -> Pointer {
    Pointer::parse(location.as_str()).unwrap_or_default()
}
