//! What a place of a document may hold, for walks that know no more of it than the names on the way.
//!
//! `default` is data where it is a keyword, and an answer where it is a status: a name means something only together with
//! the kind of object that it stands in.

use serde_json::Value;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// An object whose members have fixed names, and extensions: most objects of OpenAPI, and schemas.
    Fields,
    /// A map: the names of its members are the author's, whatever they are.
    Names,
    /// A map that may have extensions beside (OpenAPI 3.1, sections 4.8.8 and 4.8.16).
    NamesAndExtensions,
    /// `components` (section 4.8.7): whatever it holds is a map.
    Components,
    /// A value of whatever form: what looks like a reference or a schema in it is none.
    Data,
}

impl Kind {
    /// What the root of a file is. One that is referred to holds one object, or objects by name and nothing else.
    pub(crate) fn of_file(number: usize, value: &Value) -> Self {
        let named = |value: &Value| value.as_object().is_some_and(|members| members.values().all(Value::is_object));
        if number > 0 && named(value) { Self::Names } else { Self::Fields }
    }

    /// What a member of an object of this kind is.
    pub(crate) fn member(self, name: &str, value: &Value) -> Self {
        match self {
            Self::Data => Self::Data,
            Self::Fields | Self::NamesAndExtensions | Self::Components if name.starts_with("x-") => Self::Data,
            Self::Names | Self::NamesAndExtensions => Self::Fields,
            Self::Components => Self::Names,
            Self::Fields => field(name, value),
        }
    }

    /// What an item of an array of this kind is.
    pub(crate) fn item(self) -> Self {
        if self == Self::Data { Self::Data } else { Self::Fields }
    }
}

fn field(name: &str, value: &Value) -> Kind {
    match name {
        // Keywords of schemas, parameters and media types, and `value` and `dataValue` of examples (OpenAPI 3.2, section 4.19).
        "default" | "example" | "const" | "enum" | "value" | "dataValue" => Kind::Data,
        // A list of values in schemas, examples by name elsewhere.
        "examples" if value.is_array() => Kind::Data,
        "paths" | "responses" => Kind::NamesAndExtensions,
        "components" => Kind::Components,
        // Schemas: `properties` and what is like it.
        "properties" | "patternProperties" | "dependentSchemas" | "dependencies" | "$defs" | "definitions" | "schemas" => Kind::Names,
        // OpenAPI.
        "additionalOperations"
        | "callbacks"
        | "content"
        | "encoding"
        | "examples"
        | "headers"
        | "links"
        | "parameters"
        | "variables"
        | "webhooks" => Kind::Names,
        // Swagger 2.0.
        "securityDefinitions" => Kind::Names,
        _ => Kind::Fields,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::pointer::Pointer;

    /// The kind of the value that is called `here`.
    fn kind(place: &str, value: &Value) -> Kind {
        let mut kind = Kind::Fields;
        let mut at = Pointer::root();
        for token in Pointer::parse(place).unwrap().tokens() {
            let inside_array = at.resolve(value).is_some_and(Value::is_array);
            at.push(&token);
            kind = if inside_array { kind.item() } else { kind.member(&token, at.resolve(value).unwrap_or(&Value::Null)) };
        }
        kind
    }

    #[test]
    fn a_name_means_something_in_its_object_only() {
        let cases = [
            ("/components/schemas/default", Kind::Fields),
            ("/components/schemas/x-a", Kind::Fields),
            ("/components/securitySchemes/x-key", Kind::Fields),
            ("/components/x-a", Kind::Data),
            ("/components/schemas/A/default", Kind::Data),
            ("/components/schemas/A/properties/default", Kind::Fields),
            ("/components/schemas/A/properties/enum/enum", Kind::Data),
            ("/components/schemas/A/properties/properties/x-a", Kind::Data),
            ("/components/schemas/A/$defs/const/const/deep", Kind::Data),
            ("/components/schemas/A/allOf/0/example", Kind::Data),
            ("/components/responses/x-a", Kind::Fields),
            ("/components/examples/example/value", Kind::Data),
            ("/paths/~1a/get/responses/default", Kind::Fields),
            ("/paths/~1a/get/responses/x-a", Kind::Data),
            ("/paths/x-a", Kind::Data),
            ("/paths/~1a/get/responses/200/headers/x-rate", Kind::Fields),
            ("/paths/~1a/get/responses/200/headers/x-rate/example", Kind::Data),
            ("/paths/~1a/get/parameters/0/example", Kind::Data),
            ("/paths/~1a/get/parameters/0/examples/default", Kind::Fields),
            ("/paths/~1a/get/parameters/0/examples/default/dataValue", Kind::Data),
        ];
        let value = json!({
            "components": {"schemas": {"A": {"allOf": [{}]}}},
            "paths": {"/a": {"get": {"parameters": [{}]}}},
        });
        for (place, expected) in cases {
            assert_eq!(kind(place, &value), expected, "{place}");
        }
        assert_eq!(Kind::Fields.member("examples", &json!([{"$ref": "a"}])).item(), Kind::Data);
    }

    #[test]
    fn a_file_holds_one_object_or_objects_by_name() {
        assert_eq!(Kind::of_file(1, &json!({"default": {}, "x-a": {}})), Kind::Names);
        assert_eq!(Kind::of_file(1, &json!({"type": "object", "default": {}})), Kind::Fields);
        assert_eq!(Kind::of_file(0, &json!({"info": {}, "paths": {}})), Kind::Fields);
    }
}
