//! Judging a value: `jsonschema` finds, this file says what was expected and what was found.

use jsonschema::{
    Draft, JsonType, ValidationError, ValidationOptions, Validator,
    error::{TypeKind, ValidationErrorKind},
};
use serde_json::Value;

use super::{SchemaDefect, dialect, formats};
use crate::{
    document::Document,
    pointer::Pointer,
    source::{describe, quote},
    text::{either, nearest},
    violation::{Place, Step, Violation},
};

/// A schema, compiled.
pub(super) struct Compiled {
    pub(super) validator: Validator,
    /// Keywords of the extract that cannot be compiled, and count for nothing: patterns, most of all.
    pub(super) unusable: Vec<Pointer>,
}

/// How many keywords of a schema may be left out because they cannot be compiled.
const MOST_UNUSABLE: usize = 1_000;

/// The base URI of extracts: nothing is ever fetched from it.
pub(super) const BASE: &str = "standin:contract";

/// No message has more violations than this: an array of a million wrong items needs no million explanations.
pub(crate) const MOST_VIOLATIONS: usize = 200;

/// Compiles an extract. A keyword that cannot be compiled is left out.
pub(super) fn compile(document: &Document, pointer: &Pointer, mut extract: Value) -> Result<Compiled, SchemaDefect> {
    let options = options();
    let mut unusable = Vec::new();
    loop {
        let error = match options.build(&extract) {
            Ok(validator) => return Ok(Compiled { validator, unusable }),
            Err(error) => error,
        };
        let place = Pointer::parse(error.instance_path().as_str()).unwrap_or_default();
        if unusable.len() >= MOST_UNUSABLE || !dialect::prune(&mut extract, &place) {
            let pointer = if place.is_root() { pointer.clone() } else { dialect::origin(document, place.as_str()) };
            return Err(SchemaDefect { pointer, problem: error.to_string() });
        }
        unusable.push(place);
    }
}

/// Formats are asserted, and nothing outside the extract is ever looked for.
fn options<'o>() -> ValidationOptions<'o> {
    let mut options = jsonschema::options()
        .with_draft(Draft::Draft202012)
        .offline()
        .with_base_uri(BASE)
        .should_validate_formats(true)
        .should_ignore_unknown_formats(true);
    for (name, check) in formats::extra_checks() {
        options = options.with_format(name, check);
    }
    options
}

/// Why a pattern cannot be compiled, if it cannot.
pub(crate) fn pattern_defect(pattern: &str) -> Option<String> {
    options().build(&serde_json::json!({ "pattern": pattern })).err().map(|error| error.to_string())
}

/// Everything that is wrong with a value, in the order of its places.
pub(super) fn violations(
    validator: &Validator,
    document: &Document,
    value: &Value,
    step: Step,
    at: impl Fn(Pointer) -> Place,
    secret: impl Fn(&Pointer) -> bool,
) -> Vec<Violation> {
    // The usual case costs one walk and no allocation.
    if validator.is_valid(value) {
        return Vec::new();
    }
    let mut findings = Vec::new();
    validator.iter_errors(value).take(MOST_VIOLATIONS + 1).for_each(|error| collect(&error, document, &mut findings));
    findings.sort_by(|a, b| (&a.place, &a.rule).cmp(&(&b.place, &b.rule)));
    findings.dedup_by(|a, b| a.place == b.place && a.rule == b.rule);
    let violations = findings.into_iter().map(|finding| {
        let hidden = secret(&finding.place);
        let violation = finding.into_violation(document, step, &at);
        if hidden { violation.masked() } else { violation }
    });
    violations.collect()
}

/// One thing that is wrong, before it is known which message the value stands in.
struct Finding {
    keyword: String,
    place: Pointer,
    rule: Pointer,
    expected: String,
    found: String,
    hint: Option<String>,
}

impl Finding {
    fn into_violation(self, document: &Document, step: Step, at: &impl Fn(Pointer) -> Place) -> Violation {
        let rule = dialect::origin(document, self.rule.as_str());
        let code = format!("schema.{}", self.keyword);
        let violation = Violation::new(step, code, at(self.place), self.expected, self.found).with_rule(document.place(&rule));
        match self.hint {
            Some(hint) => violation.with_hint(hint),
            None => violation,
        }
    }
}

/// Turns one error into findings: one for each member that it is about, or those of the branch that was meant.
fn collect(error: &ValidationError<'_>, document: &Document, findings: &mut Vec<Finding>) {
    match error.kind() {
        ValidationErrorKind::Required { property: Value::String(name) } => {
            findings.push(required(error, document, name));
        }
        ValidationErrorKind::AdditionalProperties { unexpected } | ValidationErrorKind::UnevaluatedProperties { unexpected } => {
            for name in unexpected {
                findings.push(undeclared(error, document, name));
            }
        }
        ValidationErrorKind::AnyOf { context } | ValidationErrorKind::OneOfNotValid { context } => {
            union(error, context, document, findings);
        }
        ValidationErrorKind::PropertyNames { error: inner } => {
            let (expected, found) = words(inner);
            findings.push(finding(error, format!("member names that are {expected}"), found));
        }
        _ => {
            let (expected, found) = words(error);
            findings.push(Finding { hint: hint(error), ..finding(error, expected, found) });
        }
    }
}

fn finding(error: &ValidationError<'_>, expected: String, found: String) -> Finding {
    Finding {
        keyword: error.kind().keyword().to_owned(),
        place: Pointer::parse(error.instance_path().as_str()).unwrap_or_default(),
        rule: Pointer::parse(error.schema_path().as_str()).unwrap_or_default(),
        expected,
        found,
        hint: None,
    }
}

/// A missing member is reported at its own place, so that the text names it.
fn required(error: &ValidationError<'_>, document: &Document, name: &str) -> Finding {
    let mut missing = finding(error, "this required member".into(), "no such member".into());
    missing.place.push(name);
    if let Some(similar) = misspelt(error, document, name) {
        missing.hint = Some(format!("{similar:?} is there: did you mean {name:?}?"));
    }
    missing
}

/// A member that is there, is not declared, and looks like the one that is missing.
fn misspelt(error: &ValidationError<'_>, document: &Document, name: &str) -> Option<String> {
    let declared = declared(error, document);
    let present = error.instance().as_object()?;
    let undeclared = present.keys().map(String::as_str).filter(|present| !declared.iter().any(|known| known == present));
    nearest(name, undeclared).map(str::to_owned)
}

fn undeclared(error: &ValidationError<'_>, document: &Document, name: &str) -> Finding {
    let mut extra = finding(error, "no member of this name".into(), "one".into());
    extra.place.push(name);
    let declared = declared(error, document);
    if let Some(meant) = nearest(name, declared.iter().map(String::as_str)) {
        extra.hint = Some(format!("did you mean {meant:?}?"));
    }
    extra
}

/// The properties that stand beside the broken keyword.
fn declared(error: &ValidationError<'_>, document: &Document) -> Vec<String> {
    let rule = dialect::origin(document, error.schema_path().as_str());
    let properties = document.resolve(&rule.parent()).and_then(|schema| schema.get("properties"));
    properties.and_then(Value::as_object).map(|members| members.keys().cloned().collect()).unwrap_or_default()
}

/// `anyOf` and `oneOf`: the violations of the branch that was most likely meant, or the choice itself.
fn union(error: &ValidationError<'_>, branches: &[Vec<ValidationError<'static>>], document: &Document, findings: &mut Vec<Finding>) {
    let here = error.instance_path();
    let only_missing = |branch: &&Vec<ValidationError<'static>>| {
        branch.iter().all(|error| error.instance_path() == here && matches!(error.kind(), ValidationErrorKind::Required { .. }))
    };
    if branches.len() > 1 && branches.iter().all(|branch| only_missing(&branch)) {
        let mut names: Vec<String> = branches.iter().flatten().filter_map(missing_name).collect();
        names.dedup();
        let expected = format!("at least one of the members {}", either(&names));
        findings.push(finding(error, expected, describe(error.instance())));
        return;
    }
    // A branch whose very type or constant does not fit was not meant; nor is one that a member names otherwise.
    let fitting: Vec<&Vec<ValidationError<'static>>> =
        branches.iter().filter(|branch| !branch.iter().any(|error| error.instance_path() == here && is_choice(error))).collect();
    let named = |branch: &&&Vec<ValidationError<'static>>| !branch.iter().any(|error| names_otherwise(error, here.as_str()));
    let named: Vec<&Vec<ValidationError<'static>>> = fitting.iter().filter(named).copied().collect();
    if named.is_empty()
        && let Some(finding) = unknown_name(error, &fitting, document)
    {
        findings.push(finding);
        return;
    }
    let mut meant = named;
    meant.sort_by_key(|branch| branch.len());
    let clear = match meant.as_slice() {
        [only] => Some(*only),
        [first, second, ..] if first.len() < second.len() => Some(*first),
        _ => None,
    };
    match clear {
        Some(branch) => branch.iter().for_each(|error| collect(error, document, findings)),
        None => {
            let mut expected: Vec<String> = branches.iter().filter_map(|branch| branch.first()).map(|error| words(error).0).collect();
            expected.dedup();
            findings.push(finding(error, either(&expected), describe(error.instance())));
        }
    }
}

/// Whether an error says that a value is none of those, or not of the type, that there may be.
fn is_choice(error: &ValidationError<'_>) -> bool {
    is_name(error) || matches!(error.kind(), ValidationErrorKind::Type { .. })
}

fn is_name(error: &ValidationError<'_>) -> bool {
    matches!(error.kind(), ValidationErrorKind::Enum { .. } | ValidationErrorKind::Constant { .. })
}

/// Whether a member of the value at `here` names another branch.
fn names_otherwise(error: &ValidationError<'_>, here: &str) -> bool {
    let member = error.instance_path().as_str().strip_prefix(here).and_then(|rest| rest.strip_prefix('/'));
    is_name(error) && error.instance().is_string() && member.is_some_and(|member| !member.contains('/'))
}

/// What is said where each branch is named by a member, and the value names none of them.
fn unknown_name<'b>(error: &ValidationError<'_>, branches: &[&'b Vec<ValidationError<'static>>], document: &Document) -> Option<Finding> {
    let here = error.instance_path();
    let naming = |branch: &'b Vec<ValidationError<'static>>| branch.iter().find(|error| names_otherwise(error, here.as_str()));
    let naming: Vec<&ValidationError<'static>> = branches.iter().copied().filter_map(naming).collect();
    let first = naming.first()?;
    if naming.len() < branches.len() || naming.iter().any(|other| other.instance_path() != first.instance_path()) {
        return None;
    }
    let mut names: Vec<Value> = Vec::new();
    for error in &naming {
        match error.kind() {
            ValidationErrorKind::Enum { options } => names.extend(options.as_array().into_iter().flatten().cloned()),
            ValidationErrorKind::Constant { expected_value } => names.push(Value::clone(expected_value)),
            _ => {}
        }
    }
    names.dedup();
    let hint = first.instance().as_str().and_then(|given| nearest(given, names.iter().filter_map(Value::as_str)));
    let hint = hint.map(|meant| format!("did you mean {meant:?}?"));
    let pinned = dialect::origin(document, first.schema_path().as_str()).last().as_deref() == Some("discriminator");
    let rule: &ValidationError<'_> = if pinned { first } else { error };
    Some(Finding {
        keyword: if pinned { "discriminator".into() } else { error.kind().keyword().to_owned() },
        place: Pointer::parse(first.instance_path().as_str()).unwrap_or_default(),
        rule: Pointer::parse(rule.schema_path().as_str()).unwrap_or_default(),
        expected: choices(&Value::Array(names)),
        found: describe(first.instance()),
        hint,
    })
}

fn missing_name(error: &ValidationError<'_>) -> Option<String> {
    match error.kind() {
        ValidationErrorKind::Required { property: Value::String(name) } => Some(format!("`{name}`")),
        _ => None,
    }
}

/// What was expected and what was found, to finish the sentence "expected …, found …".
fn words(error: &ValidationError<'_>) -> (String, String) {
    use ValidationErrorKind as Kind;
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
        Kind::Contains => ("an item as `contains` asks for".into(), "none".into()),
        Kind::MinProperties { limit } => (format!("at least {}", counted(*limit, "member")), size(value)),
        Kind::MaxProperties { limit } => (format!("at most {}", counted(*limit, "member")), size(value)),
        Kind::FalseSchema => ("nothing here".into(), found),
        Kind::Not { .. } => ("a value that the schema under `not` refuses".into(), found),
        Kind::OneOfMultipleValid { .. } => ("a value that fits exactly one of the alternatives".into(), "one that fits several".into()),
        Kind::AnyOf { .. } | Kind::OneOfNotValid { .. } => ("a value that fits one of the alternatives".into(), found),
        _ => (format!("what `{}` asks for", error.kind().keyword()), error.masked_with("a value").to_string()),
    }
}

fn hint(error: &ValidationError<'_>) -> Option<String> {
    let ValidationErrorKind::Enum { options } = error.kind() else { return None };
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

fn choices(options: &Value) -> String {
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::super::{Direction, Schema};
    use super::*;

    fn says(schema: Value, value: Value) -> Vec<String> {
        let document = Arc::new(Document::of_value(json!({"s": schema})));
        let schema = Schema::new(&document, Pointer::parse("/s").unwrap(), Direction::Request);
        let violations = schema.check(&value, Step::Body, Place::Body);
        violations.iter().map(|violation| format!("[{}] {}", violation.code(), violation)).collect()
    }

    #[test]
    fn every_violation_names_its_place_its_rule_and_both_sides() {
        let schema = json!({
            "type": "object",
            "required": ["url"],
            "additionalProperties": false,
            "properties": {
                "url": {"type": "string"},
                "name": {"type": "string", "minLength": 1, "maxLength": 3},
                "kind": {"enum": ["alpha", "beta"]},
                "tags": {"type": "array", "items": {"type": "integer", "minimum": 5}, "uniqueItems": true},
                "when": {"type": "string", "format": "date-time"},
                "maybe": {"type": ["string", "null"]}
            }
        });
        let value = json!({"uri": 1, "name": "abcd", "kind": "alpa", "tags": [1, 1], "when": "now", "maybe": 1});
        let expected = [
            r#"[schema.enum] body /kind: expected "alpha" or "beta", found "alpa"; did you mean "alpha"? (rule: test /s/properties/kind/enum)"#,
            "[schema.type] body /maybe: expected a string or null, found the number 1 (rule: test /s/properties/maybe/type)",
            "[schema.maxLength] body /name: expected at most 3 characters, found 4 characters (rule: test /s/properties/name/maxLength)",
            "[schema.uniqueItems] body /tags: expected items that all differ, found some that are equal (rule: test /s/properties/tags/uniqueItems)",
            "[schema.minimum] body /tags/0: expected at least 5, found the number 1 (rule: test /s/properties/tags/items/minimum)",
            "[schema.minimum] body /tags/1: expected at least 5, found the number 1 (rule: test /s/properties/tags/items/minimum)",
            r#"[schema.additionalProperties] body /uri: expected no member of this name, found one; did you mean "url"? (rule: test /s/additionalProperties)"#,
            r#"[schema.required] body /url: expected this required member, found no such member; "uri" is there: did you mean "url"? (rule: test /s/required)"#,
            r#"[schema.format] body /when: expected a date and time such as 2026-01-31T12:00:00Z (format `date-time`), found "now" (rule: test /s/properties/when/format)"#,
        ];
        assert_eq!(says(schema, value), expected);
    }

    #[test]
    fn a_union_is_explained_by_the_branch_that_was_meant() {
        let pets = json!({"oneOf": [
            {"type": "object", "required": ["kind", "barks"], "properties": {"kind": {"const": "dog"}, "barks": {"type": "boolean"}}},
            {"type": "object", "required": ["kind"], "properties": {"kind": {"const": "cat"}, "lives": {"type": "integer"}}},
            {"type": "string"}
        ]});
        let said = says(pets, json!({"kind": "cat", "lives": "nine"}));
        assert_eq!(said.len(), 1, "{said:?}");
        assert!(said[0].contains("body /lives: expected an integer"), "{said:?}");

        let any = json!({"anyOf": [{"required": ["a"]}, {"required": ["b"]}]});
        let said = says(any, json!({}));
        assert!(said[0].contains("expected at least one of the members `a` or `b`, found an empty object"), "{said:?}");

        let scalar = json!({"anyOf": [{"type": "integer"}, {"type": "boolean"}]});
        let said = says(scalar, json!("x"));
        assert!(said[0].contains(r#"expected an integer or true or false, found "x""#), "{said:?}");
    }

    #[test]
    fn a_discriminator_names_the_branch_to_judge_by() {
        let document = json!({
            "s": {"oneOf": [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}], "discriminator": {"propertyName": "kind"}},
            "components": {"schemas": {
                "Cat": {"type": "object", "properties": {"kind": {"type": "string"}, "lives": {"type": "integer"}}},
                "Dog": {"type": "object", "required": ["barks"], "properties": {"kind": {"type": "string"}}}
            }}
        });
        let schema = Schema::new(&Arc::new(Document::of_value(document)), Pointer::parse("/s").unwrap(), Direction::Request);
        let says = |value: Value| schema.check(&value, Step::Body, Place::Body).iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(says(json!({"kind": "Cat", "barks": true})), [""; 0]);
        let lives = "body /lives: expected an integer, found \"nine\" (rule: test /components/schemas/Cat/properties/lives/type)";
        assert_eq!(says(json!({"kind": "Cat", "lives": "nine"})), [lives]);
        let barks = "body /barks: expected this required member, found no such member (rule: test /components/schemas/Dog/required)";
        assert_eq!(says(json!({"kind": "Dog"})), [barks]);
        let kind = "body /kind: expected \"Cat\" or \"Dog\", found \"Dig\"; did you mean \"Dog\"? (rule: test /s/discriminator)";
        assert_eq!(says(json!({"kind": "Dig"})), [kind]);
    }

    #[test]
    fn keywords_that_do_not_compile_count_for_nothing() {
        let schema = json!({"pattern": "(", "minLength": 2, "properties": {"a": {"patternProperties": {"[": {}}}}});
        assert_eq!(says(schema.clone(), json!("xy")), [""; 0]);
        assert_eq!(says(schema, json!("x")).len(), 1);
        assert!(pattern_defect("(").is_some());
        assert!(pattern_defect("^(?!a)\\p{L}+$").is_none());
    }
}
