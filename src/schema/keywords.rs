//! The keywords that a schema may have, and what their values must be: one table for bringing schemas to one dialect and
//! for saying what is wrong with them.
//!
//! JSON Schema 2020-12 (core and validation), the drafts before it as far as they differ, and the Schema Object of OpenAPI.

use serde_json::Value;

/// What the value of a keyword must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Schema,
    Schemas,
    NamedSchemas,
    /// One schema; a list of them is a tuple of the drafts before 2020-12.
    Items,
    /// Schemas or lists of names, by name: `dependencies` of the drafts before 2019-09.
    Dependencies,
    Text,
    Flag,
    Count,
    Number,
    Positive,
    /// A number, or the flag that it was before draft 6.
    Bound,
    Types,
    NamesByName,
    /// A list of names; on a property, a flag of draft 3 that says nothing now.
    Required,
    List,
    Object,
    Any,
}

/// Keywords that say nothing about which values are valid.
pub(super) const PROSE: [&str; 21] = [
    "title",
    "description",
    "summary",
    "example",
    "examples",
    "default",
    "deprecated",
    "externalDocs",
    "xml",
    "discriminator",
    "readOnly",
    "writeOnly",
    "nullable",
    "$comment",
    "$id",
    "id",
    "$schema",
    "$anchor",
    "$dynamicAnchor",
    "$recursiveAnchor",
    "$vocabulary",
];

/// What the value of a keyword must be; `None` for what is no keyword.
pub(crate) fn shape(keyword: &str) -> Option<Shape> {
    Some(match keyword {
        "additionalProperties"
        | "not"
        | "contains"
        | "propertyNames"
        | "if"
        | "then"
        | "else"
        | "unevaluatedProperties"
        | "unevaluatedItems"
        | "additionalItems"
        | "contentSchema" => Shape::Schema,
        "allOf" | "anyOf" | "oneOf" | "prefixItems" => Shape::Schemas,
        "properties" | "patternProperties" | "dependentSchemas" | "$defs" | "definitions" => Shape::NamedSchemas,
        "items" => Shape::Items,
        "dependencies" => Shape::Dependencies,
        "$ref" | "$dynamicRef" | "$recursiveRef" | "$id" | "id" | "$schema" | "$anchor" | "$dynamicAnchor" | "$comment" | "title"
        | "description" | "summary" | "format" | "pattern" | "contentEncoding" | "contentMediaType" => Shape::Text,
        "uniqueItems" | "nullable" | "readOnly" | "writeOnly" | "deprecated" | "$recursiveAnchor" => Shape::Flag,
        "minLength" | "maxLength" | "minItems" | "maxItems" | "minProperties" | "maxProperties" | "minContains" | "maxContains" => {
            Shape::Count
        }
        "minimum" | "maximum" => Shape::Number,
        "multipleOf" => Shape::Positive,
        "exclusiveMinimum" | "exclusiveMaximum" => Shape::Bound,
        "type" => Shape::Types,
        "required" => Shape::Required,
        "dependentRequired" => Shape::NamesByName,
        "enum" | "examples" => Shape::List,
        "externalDocs" | "xml" | "discriminator" | "$vocabulary" => Shape::Object,
        "const" | "default" | "example" => Shape::Any,
        _ => return None,
    })
}

impl Shape {
    /// Whether a value is of this shape.
    pub(crate) fn fits(self, value: &Value) -> bool {
        let is_schema = |value: &Value| value.is_object() || value.is_boolean();
        let is_names = |value: &Value| value.as_array().is_some_and(|names| names.iter().all(Value::is_string));
        match self {
            Self::Schema => is_schema(value),
            Self::Schemas => value.as_array().is_some_and(|schemas| !schemas.is_empty() && schemas.iter().all(is_schema)),
            Self::NamedSchemas => value.as_object().is_some_and(|schemas| schemas.values().all(is_schema)),
            Self::Items => is_schema(value) || value.as_array().is_some_and(|schemas| schemas.iter().all(is_schema)),
            Self::Dependencies => {
                value.as_object().is_some_and(|members| members.values().all(|value| is_schema(value) || is_names(value)))
            }
            Self::Text => value.is_string(),
            Self::Flag => value.is_boolean(),
            Self::Count => value.is_u64() || value.as_f64().is_some_and(|number| number >= 0.0 && number.fract() == 0.0),
            Self::Number => value.is_number(),
            Self::Positive => value.as_f64().is_some_and(|number| number > 0.0),
            Self::Bound => value.is_number() || value.is_boolean(),
            Self::Types => match value {
                Value::String(name) => is_type(name),
                Value::Array(names) => !names.is_empty() && names.iter().all(|name| name.as_str().is_some_and(is_type)),
                _ => false,
            },
            Self::Required => is_names(value) || value.is_boolean(),
            Self::NamesByName => value.as_object().is_some_and(|members| members.values().all(is_names)),
            Self::List => value.is_array(),
            Self::Object => value.is_object(),
            Self::Any => true,
        }
    }

    /// What it is called in a message.
    pub(crate) fn noun(self) -> &'static str {
        match self {
            Self::Schema => "a schema",
            Self::Schemas => "a list of at least one schema",
            Self::NamedSchemas => "schemas by name",
            Self::Items => "a schema, or a list of schemas",
            Self::Dependencies => "schemas or lists of names, by name",
            Self::Text => "a string",
            Self::Flag => "true or false",
            Self::Count => "a number from 0 on without a fraction",
            Self::Number => "a number",
            Self::Positive => "a number above 0",
            Self::Bound => "a number, or true or false",
            Self::Types => "`null`, `boolean`, `object`, `array`, `number`, `string`, `integer`, or a list of these",
            Self::Required => "a list of names",
            Self::NamesByName => "lists of names, by name",
            Self::List => "a list",
            Self::Object => "an object",
            Self::Any => "any value",
        }
    }
}

fn is_type(name: &str) -> bool {
    matches!(name, "null" | "boolean" | "object" | "array" | "number" | "string" | "integer")
}

/// Dialects that are brought to 2020-12, and whose schemas are read as they mean them.
pub(crate) fn is_known_dialect(uri: &str) -> bool {
    let uri = uri.trim_end_matches('#');
    is_old_dialect(uri)
        || matches!(uri, "https://json-schema.org/draft/2019-09/schema" | "https://json-schema.org/draft/2020-12/schema")
        || uri.starts_with("https://spec.openapis.org/oas/3.1/dialect/")
        || uri.starts_with("https://spec.openapis.org/oas/3.2/dialect/")
}

/// Drafts up to 7: what stands beside a `$ref` counts for nothing.
pub(super) fn is_old_dialect(uri: &str) -> bool {
    let uri = uri.trim_end_matches('#');
    let version = uri.strip_prefix("http://json-schema.org/draft-").or_else(|| uri.strip_prefix("https://json-schema.org/draft-"));
    matches!(version, Some("03/schema" | "04/schema" | "06/schema" | "07/schema"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn shapes_are_told_apart() {
        let fits = |keyword: &str, value: Value| shape(keyword).unwrap().fits(&value);
        assert!(
            fits("maxLength", json!(5)) && fits("maxLength", json!(5.0)) && !fits("maxLength", json!(-1)) && !fits("maxLength", json!("5"))
        );
        assert!(fits("type", json!(["string", "null"])) && !fits("type", json!("file")) && !fits("type", json!([])));
        assert!(fits("items", json!([{}])) && fits("items", json!(false)) && !fits("items", json!("x")));
        assert!(fits("exclusiveMinimum", json!(true)) && fits("exclusiveMinimum", json!(0)));
        assert!(fits("allOf", json!([{}])) && !fits("allOf", json!([])) && !fits("allOf", json!([1])));
        assert_eq!(shape("maxlength"), None);
    }

    #[test]
    fn dialects_are_told_apart() {
        assert!(is_old_dialect("http://json-schema.org/draft-07/schema#"));
        assert!(is_known_dialect("https://json-schema.org/draft/2020-12/schema"));
        assert!(is_known_dialect("https://spec.openapis.org/oas/3.1/dialect/base"));
        assert!(!is_known_dialect("https://example.com/dialect"));
    }
}
