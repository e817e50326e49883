//! What a schema says by itself, in the words of a digest: types, bounds, formats, and what tells branches apart.

use serde_json::{Map, Value};

use crate::{
    document::Document,
    pointer::Pointer,
    schema::{Shape as Form, shape as form},
};

/// The types that a schema without `type` speaks about.
pub(super) fn meant(members: &Map<String, Value>) -> Vec<&'static str> {
    const BY_KEYWORD: [(&str, &[&str]); 4] = [
        ("array", &["items", "prefixItems", "minItems", "maxItems", "uniqueItems", "contains"]),
        ("number", &["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"]),
        (
            "object",
            &[
                "properties",
                "additionalProperties",
                "patternProperties",
                "propertyNames",
                "unevaluatedProperties",
                "minProperties",
                "maxProperties",
                "dependentRequired",
            ],
        ),
        ("string", &["minLength", "maxLength", "pattern", "format", "contentEncoding", "contentMediaType"]),
    ];
    let says = |keyword: &&str| members.get(*keyword).is_some_and(|value| form(keyword).is_some_and(|form| form.fits(value)));
    let required = |name: &str| name == "object" && members.get("required").is_some_and(Value::is_array);
    BY_KEYWORD.into_iter().filter(|(name, keywords)| keywords.iter().any(says) || required(name)).map(|(name, _)| name).collect()
}

/// The label of a member without what is said about it.
pub(super) fn bare(label: &str) -> &str {
    let words = ["readonly ", "writeonly ", "deprecated "];
    words.iter().fold(label, |label, word| label.strip_prefix(word).unwrap_or(label))
}

pub(super) fn texts_of(value: Option<&Value>) -> impl Iterator<Item = &str> {
    value.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

/// `<uuid> 1..=80 /^[a-z]+$/`
pub(super) fn texts(members: &Map<String, Value>) -> String {
    let text = |keyword: &str| members.get(keyword).and_then(Value::as_str);
    let mut words = format(members);
    words += &range(members, "minLength", "maxLength", "");
    if let Some(pattern) = text("pattern") {
        words += &format!(" /{pattern}/");
    }
    for keyword in ["contentEncoding", "contentMediaType"] {
        words += &text(keyword).map(|value| format!(" {value}")).unwrap_or_default();
    }
    words
}

fn format(members: &Map<String, Value>) -> String {
    members.get("format").and_then(Value::as_str).map(|format| format!("<{format}>")).unwrap_or_default()
}

/// `<int32> 1..=100 step 5`
pub(super) fn numbers(members: &Map<String, Value>) -> String {
    let number = |keyword: &str| members.get(keyword).filter(|value| value.is_number());
    let flag = |keyword: &str| members.get(keyword) == Some(&Value::Bool(true));
    let below = |keyword: &str, bound: Option<&Value>| match (number(keyword), bound) {
        (Some(limit), _) => Some(limit.to_string()),
        (None, Some(bound)) if flag(keyword) => Some(bound.to_string()),
        _ => None,
    };
    let (low, high) = (number("minimum"), number("maximum"));
    let above = below("exclusiveMinimum", low);
    let under = below("exclusiveMaximum", high);
    let low = if flag("exclusiveMinimum") { None } else { low };
    let high = if flag("exclusiveMaximum") { None } else { high };
    let mut words = format(members);
    words += &above.map(|above| format!(" >{above}")).unwrap_or_default();
    words += &bounds(low.map(ToString::to_string), high.map(ToString::to_string));
    words += &under.map(|under| format!(" <{under}")).unwrap_or_default();
    words += &number("multipleOf").map(|step| format!(" step {step}")).unwrap_or_default();
    words
}

/// ` 1..=80`, ` 1..`, ` ..=80`, and the word after it; nothing if neither is said. At least 0 says nothing.
pub(super) fn range(members: &Map<String, Value>, least: &str, most: &str, word: &str) -> String {
    let count = |keyword: &str| members.get(keyword).filter(|value| Form::Count.fits(value)).map(ToString::to_string);
    let least = count(least).filter(|least| least != "0");
    let words = bounds(least, count(most));
    if words.is_empty() { words } else { format!("{words}{word}") }
}

fn bounds(low: Option<String>, high: Option<String>) -> String {
    match (low, high) {
        (None, None) => String::new(),
        (Some(low), Some(high)) if low == high => format!(" {low}"),
        (low, high) => {
            format!(" {}..{}", low.unwrap_or_default(), high.map(|high| format!("={high}")).unwrap_or_default())
        }
    }
}

/// Members that ask for others.
pub(super) fn dependent(members: &Map<String, Value>) -> String {
    let mut words = String::new();
    for keyword in ["dependentRequired", "dependencies"] {
        for (name, others) in members.get(keyword).and_then(Value::as_object).into_iter().flatten() {
            let mut others: Vec<&str> = texts_of(Some(others)).collect();
            others.sort_unstable();
            if !others.is_empty() {
                words += &format!(", {name} needs {}", others.join(", "));
            }
        }
    }
    words
}

/// ` by kind (cat, dog)`: what tells branches apart, and the values that do, as far as the branches do not say them.
pub(super) fn discriminator(members: &Map<String, Value>, document: &Document, at: &Pointer) -> String {
    let Some(discriminator) = members.get("discriminator") else { return String::new() };
    let name = discriminator.get("propertyName").and_then(Value::as_str).unwrap_or_default();
    let mut values: Vec<&str> = match discriminator.get("mapping") {
        Some(Value::Object(mapping)) => mapping.keys().map(String::as_str).collect(),
        // The names of the components are the values (OpenAPI 3.1, section 4.8.25).
        _ => {
            let branches = ["oneOf", "anyOf"].into_iter().filter_map(|keyword| members.get(keyword)?.as_array()).flatten();
            let references = branches.filter_map(|branch| branch.get("$ref")?.as_str());
            references
                .filter(|reference| !says_value(document, at, reference, name))
                .filter_map(|reference| reference.rsplit('/').next())
                .collect()
        }
    };
    values.sort_unstable();
    if values.is_empty() { format!(" by {name}") } else { format!(" by {name} ({})", values.join(", ")) }
}

/// Whether a schema says itself which values of a property are its own.
fn says_value(document: &Document, at: &Pointer, reference: &str, name: &str) -> bool {
    let schema = document.target(at, reference).and_then(|place| document.follow(&place).ok()).map(|(_, schema)| schema);
    let property = schema.and_then(|schema| schema.get("properties")?.get(name));
    property.is_some_and(|property| property.get("const").is_some() || property.get("enum").is_some())
}
