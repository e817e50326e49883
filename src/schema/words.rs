//! What was expected and what was found, in words.

use jsonschema::{
    JsonType, ValidationError,
    error::{TypeKind, ValidationErrorKind as Kind},
};
use serde_json::Value;

use super::{explain, formats};
use crate::{
    source::{describe, quote},
    text::{either, nearest},
};

/// To finish the sentence "expected …, found …".
pub(super) fn words(error: &ValidationError<'_>) -> (String, String) {
    let value = error.instance().as_ref();
    let found = describe(value);
    match error.kind() {
        Kind::Type { kind } => (types(kind), found),
        Kind::Enum { options } => (choices(options), found),
        Kind::Constant { expected_value } => (code(expected_value), found),
        Kind::MinLength { limit } => (format!("at least {}", counted(*limit, "character")), length(value)),
        Kind::MaxLength { limit } => (format!("at most {}", counted(*limit, "character")), length(value)),
        Kind::Pattern { pattern } => (format!("text that matches {}", quote(pattern)), found),
        Kind::Format { format } => (formats::noun(format), found),
        Kind::Minimum { limit } => (format!("at least {limit}"), found),
        Kind::Maximum { limit } => (format!("at most {limit}"), found),
        Kind::ExclusiveMinimum { limit } => (format!("more than {limit}"), found),
        Kind::ExclusiveMaximum { limit } => (format!("less than {limit}"), found),
        Kind::MultipleOf { multiple_of } => (format!("a multiple of {multiple_of}"), found),
        Kind::MinItems { limit } => (format!("at least {}", counted(*limit, "item")), size(value)),
        Kind::MaxItems { limit } => (format!("at most {}", counted(*limit, "item")), size(value)),
        Kind::AdditionalItems { limit } => (format!("at most {}", counted(*limit as u64, "item")), size(value)),
        Kind::UniqueItems => ("items that all differ".into(), "some that are equal".into()),
        Kind::Contains => contains(error),
        Kind::MinProperties { limit } => (format!("at least {}", counted(*limit, "member")), size(value)),
        Kind::MaxProperties { limit } => (format!("at most {}", counted(*limit, "member")), size(value)),
        Kind::FalseSchema => ("nothing here".into(), found),
        Kind::Not { .. } => ("a value that the schema under `not` refuses".into(), found),
        Kind::Required { property } => (format!("the member {}", code(property)), found),
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
            const TOLD: usize = 5;
            let mut names: Vec<String> = unexpected.iter().take(TOLD).map(|name| quote(name)).collect();
            if unexpected.len() > TOLD {
                names.push(format!("{} more", unexpected.len() - TOLD));
            }
            (format!("no member {}", either(&names)), found)
        }
        Kind::UnevaluatedItems { .. } => ("no further items".into(), found),
        Kind::AnyOf { .. } | Kind::OneOfNotValid { .. } => ("a value that fits one of the alternatives".into(), found),
        Kind::OneOfMultipleValid { .. } => ("a value that fits exactly one of the alternatives".into(), found),
        _ if explain::is_union(error) => ("a value that fits one of the alternatives".into(), found),
        _ => (format!("what `{}` asks for", error.kind().keyword()), error.masked_with("a value").to_string()),
    }
}

/// `contains` alone asks for one item; `minContains` and `maxContains` beside it for so many.
fn contains(error: &ValidationError<'_>) -> (String, String) {
    let path = error.schema_path().as_str();
    match path.rsplit('/').next() {
        Some("minContains") => ("more items as `contains` asks for (`minContains`)".into(), "too few of them".into()),
        Some("maxContains") => ("fewer items as `contains` asks for (`maxContains`)".into(), "too many of them".into()),
        _ => ("an item as `contains` asks for".into(), "none".into()),
    }
}

/// The nearest of the values that there may be.
pub(super) fn hint(error: &ValidationError<'_>) -> Option<String> {
    let Kind::Enum { options } = error.kind() else { return None };
    let (given, options) = (error.instance().as_str()?, options.as_array()?);
    nearest(given, options.iter().filter_map(Value::as_str)).map(|meant| format!("did you mean {meant:?}?"))
}

fn types(kind: &TypeKind) -> String {
    let names: Vec<String> = match kind {
        TypeKind::Single(name) => vec![type_name(*name).into()],
        // `null` is the exception, so it comes last.
        TypeKind::Multiple(names) => {
            let (null, others): (Vec<_>, Vec<_>) = names.iter().partition(|name| *name == JsonType::Null);
            others.into_iter().chain(null).map(|name| type_name(name).into()).collect()
        }
    };
    either(&names)
}

fn type_name(name: JsonType) -> &'static str {
    match name {
        JsonType::Array => "an array",
        JsonType::Boolean => "true or false",
        JsonType::Integer => "an integer",
        JsonType::Null => "null",
        JsonType::Number => "a number",
        JsonType::Object => "an object",
        JsonType::String => "a string",
    }
}

/// The values that there may be, the first of them if there are many.
pub(super) fn choices(options: &Value) -> String {
    const SHOWN: usize = 20;
    let Value::Array(options) = options else { return code(options) };
    let mut shown: Vec<String> = options.iter().take(SHOWN).map(code).collect();
    if options.len() > SHOWN {
        shown.push(format!("{} more", options.len() - SHOWN));
    }
    either(&shown)
}

fn code(value: &Value) -> String {
    match value {
        Value::String(text) => quote(text),
        Value::Object(_) | Value::Array(_) => quote(&value.to_string()),
        other => other.to_string(),
    }
}

fn counted(number: u64, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

fn length(value: &Value) -> String {
    match value {
        Value::String(text) if text.is_empty() => "an empty string".into(),
        Value::String(text) => counted(text.chars().count() as u64, "character"),
        other => describe(other),
    }
}

fn size(value: &Value) -> String {
    match value {
        Value::Array(items) => (items.len() as u64).to_string(),
        Value::Object(members) => (members.len() as u64).to_string(),
        other => describe(other),
    }
}
