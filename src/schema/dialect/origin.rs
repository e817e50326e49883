//! From a place in an extract back to the document.

use serde_json::Value;

use crate::{document::Document, pointer::Pointer};

/// Where the schema of a form is put, beside the fields of an operation of Swagger 2.0, which has none of its own.
pub(crate) const FORM: &str = "x-standin-form";

/// The place in the document that a place in an extract stands for.
///
/// They differ where a keyword was made up on the way: a choice with `null` for `nullable`, what a discriminator means, the
/// range of `int32`, keywords that had another name in older drafts.
pub(in crate::schema) fn origin(document: &Document, place: &str) -> Pointer {
    let tokens: Vec<String> = Pointer::parse(place).unwrap_or_default().tokens().collect();
    // A place of another file begins with a token that is no member of the root.
    let mut found = Pointer::root();
    let mut rest = tokens.iter().peekable();
    while let Some(token) = rest.next() {
        let here = found.join(token);
        let is_tuple = |keyword: &str| document.resolve(&found.join(keyword)).is_some_and(Value::is_array);
        match token.as_str() {
            // Each field says itself that it is required, in the list of parameters.
            FORM if rest.peek().is_some_and(|next| *next == "required") => return found.join("parameters"),
            "items" if is_tuple("items") => found.push("additionalItems"),
            _ if document.resolve(&here).is_some() => found = here,
            // `anyOf/0` that was put round a nullable schema.
            "anyOf" => {
                rest.next();
            }
            // `allOf/0` is the branch, `allOf/1` what its name must be.
            "allOf" => {
                if rest.next().is_some_and(|index| index != "0") {
                    return discriminator(document, found);
                }
            }
            "x-standin-heirs" => return discriminator(document, found),
            "prefixItems" if is_tuple("items") => found.push("items"),
            "dependentSchemas" | "dependentRequired" => found.push("dependencies"),
            "minimum" | "maximum" if document.resolve(&found.join("format")).is_some() => found.push("format"),
            _ => break,
        }
    }
    found
}

/// The discriminator of the schema at a place, or of the one that it is a branch of.
fn discriminator(document: &Document, mut place: Pointer) -> Pointer {
    let outer = place.clone();
    for _ in 0..3 {
        let found = place.join("discriminator");
        if document.resolve(&found).is_some() {
            return found;
        }
        place.pop();
    }
    outer
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn made_up_places_lead_back_to_the_document() {
        let document = Document::of_value(json!({
            "s": {"nullable": true, "allOf": [{"minLength": 1}]},
            "f": {"x-standin-form": {"required": ["a"], "properties": {"a": {}}}, "parameters": []},
            "n": {"format": "int32"},
            "t": {"items": [{}], "additionalItems": {"type": "string"}},
            "d": {"oneOf": [{"$ref": "#/s"}], "discriminator": {"propertyName": "kind"}},
        }));
        let origin = |place: &str| origin(&document, place).to_string();
        assert_eq!(origin("/s/anyOf/0/allOf/0/minLength"), "/s/allOf/0/minLength");
        assert_eq!(origin("/f/x-standin-form/required"), "/f/parameters");
        assert_eq!(origin("/f/x-standin-form/properties/a"), "/f/x-standin-form/properties/a");
        assert_eq!(origin("/s/anyOf/1/type"), "/s");
        assert_eq!(origin("/n/minimum"), "/n/format");
        assert_eq!(origin("/t/prefixItems/0"), "/t/items/0");
        assert_eq!(origin("/t/items/type"), "/t/additionalItems/type");
        assert_eq!(origin("/d/oneOf/0/allOf/0/$ref"), "/d/oneOf/0/$ref");
        assert_eq!(origin("/d/oneOf/0/allOf/1/properties/kind/const"), "/d/discriminator");
        assert_eq!(origin("/d/x-standin-heirs/oneOf/0/allOf/1/required"), "/d/discriminator");
    }
}
