//! Parameters: from the text of path, query and headers to values, judged by their schemas.
//!
//! The styles `simple` (path, header) and `form` (query) of OpenAPI 3.1, section 4.8.12.3, for single values and arrays.
//! Other styles are read as these, and the contract's warnings say so.

use serde_json::Value;

use super::whole;
use crate::{
    contract::{Contract, Location, Operation, Parameter},
    message::{Request, is_secret_header},
    schema::Schema,
    text::percent_decode,
    violation::{Place, Step, Violation},
};

/// Decodes and judges all parameters; what could not be decoded is left out.
pub(super) fn parameters(
    contract: &Contract,
    operation: &Operation,
    captured: &[String],
    request: &Request,
    violations: &mut Vec<Violation>,
) -> Vec<(String, Value)> {
    let mut decoded = Vec::new();
    for parameter in &operation.parameters {
        let place = place(parameter);
        let texts = match parameter.location {
            Location::Path => {
                let at = operation.path_parameters().position(|name| name == parameter.name);
                at.and_then(|at| captured.get(at)).cloned().into_iter().collect()
            }
            Location::Query => query_values(request, &parameter.name),
            Location::Header => header_values(request, &parameter.name),
            Location::Cookie => continue,
        };
        match value(parameter, &texts) {
            Some(value) => {
                if let Some(schema) = &parameter.schema {
                    let found = schema.check(&value, Step::Parameters, |inner| within(&place, inner));
                    // The name of a parameter may say that it is a secret, where its schema does not.
                    let secret = parameter.name.parse().is_ok_and(|name| is_secret_header(&name));
                    violations.extend(found.into_iter().map(|violation| if secret { violation.masked() } else { violation }));
                }
                decoded.push((parameter.name.clone(), value));
            }
            None if parameter.required => {
                let rule = contract.place(parameter.pointer.clone());
                let missing = Violation::new(Step::Parameters, "parameter.missing", place, "this required parameter", "none");
                violations.push(missing.with_rule(rule));
            }
            None => {}
        }
    }
    // Path parameters that are in the template and not declared still name something.
    for (name, text) in operation.path_parameters().zip(captured) {
        if !decoded.iter().any(|(known, _)| known == name) {
            decoded.push((name.to_owned(), text.as_str().into()));
        }
    }
    decoded
}

/// The decoded values of a query parameter: one for each time it is given (`application/x-www-form-urlencoded`).
pub(super) fn query_values(request: &Request, name: &str) -> Vec<String> {
    let decode = |text: &str| percent_decode(&text.replace('+', " ")).into_owned();
    let pairs = request.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
    let pairs = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    pairs.filter(|(known, _)| decode(known) == name).map(|(_, value)| decode(value)).collect()
}

/// Several headers of one name are one list (RFC 9110, section 5.3).
fn header_values(request: &Request, name: &str) -> Vec<String> {
    let values: Vec<&str> = request.headers().get_all(name).filter_map(|value| value.to_str().ok()).collect();
    if values.is_empty() { Vec::new() } else { vec![values.join(", ")] }
}

/// The value that the texts stand for: the first reading that the schema accepts, else the one it would judge best.
///
/// Text has no type of its own. Reading it in every way and asking the schema needs no knowledge of how the schema says
/// its types, through `$ref` and `anyOf` or not.
fn value(parameter: &Parameter, texts: &[String]) -> Option<Value> {
    let first = texts.first()?;
    let Some(schema) = &parameter.schema else { return Some(first.as_str().into()) };
    let listed: Vec<&str> = if parameter.explode && parameter.location == Location::Query {
        texts.iter().map(String::as_str).collect()
    } else {
        first.split(',').map(str::trim).collect()
    };
    // A parameter given several times is no single value, whatever the first one is.
    let single =
        if texts.len() == 1 { scalar(schema, first) } else { Value::Array(texts.iter().map(|text| text.as_str().into()).collect()) };
    if schema.accepts(&single) {
        return Some(single);
    }
    let items = listed.iter().flat_map(|text| readings(text)).collect::<Vec<_>>();
    let array = array(schema, &listed);
    Some(if schema.accepts(&array) || wants_array(schema, &items) { array } else { single })
}

/// The ways to read a text, the most telling first.
fn readings(text: &str) -> impl Iterator<Item = Value> {
    let number = serde_json::from_str::<Value>(text).ok().filter(Value::is_number).map(|number| beyond(text, number));
    let truth = match text {
        "true" => Some(Value::Bool(true)),
        "false" => Some(Value::Bool(false)),
        _ => None,
    };
    number.into_iter().chain(truth).chain(std::iter::once(Value::String(text.to_owned())))
}

/// An integer that is too large for 64 bits, as a float that is no nearer to zero: rounded towards zero, one just outside a
/// bound would stand on it.
fn beyond(text: &str, number: Value) -> Value {
    let (Ok(exact), Some(float)) = (text.parse::<i128>(), number.as_f64().filter(|_| number.is_f64())) else { return number };
    let outer = match exact {
        exact if exact > 0 && (float as i128) < exact => float.next_up(),
        exact if exact < 0 && (float as i128) > exact => float.next_down(),
        _ => float,
    };
    outer.into()
}

fn scalar(schema: &Schema, text: &str) -> Value {
    let string = Value::String(text.to_owned());
    // A text that the schema takes as text stays text: `007` is no number for it.
    if schema.accepts(&string) {
        return string;
    }
    let mut others = readings(text);
    let first = others.next().unwrap_or_else(|| string.clone());
    if schema.accepts(&first) {
        return first;
    }
    if let Some(fitting) = others.find(|reading| schema.accepts(reading)) {
        return fitting;
    }
    // Nothing fits. What at least has the right type is told about, else what the text looks like.
    let wrong_type =
        |reading: &Value| schema.check(reading, Step::Parameters, Place::Body).iter().any(|violation| violation.code() == "schema.type");
    if wrong_type(&string) { first } else { string }
}

/// An array of the items, in the reading that the schema accepts: all as text, or each as what it looks like.
fn array(schema: &Schema, texts: &[&str]) -> Value {
    let as_text = Value::Array(texts.iter().map(|text| (*text).into()).collect());
    if schema.accepts(&as_text) {
        return as_text;
    }
    Value::Array(texts.iter().filter_map(|text| readings(text).next()).collect())
}

/// Whether the schema takes arrays at all: an array of the right items, or none, is enough to tell.
fn wants_array(schema: &Schema, items: &[Value]) -> bool {
    schema.accepts(&Value::Array(Vec::new())) || items.iter().any(|item| schema.accepts(&Value::Array(vec![item.clone()])))
}

fn place(parameter: &Parameter) -> Place {
    let name = parameter.name.clone();
    match parameter.location {
        Location::Path => Place::Path(name, whole()),
        Location::Query => Place::Query(name, whole()),
        Location::Header => Place::Header(name.to_ascii_lowercase(), whole()),
        Location::Cookie => Place::Cookie(name, whole()),
    }
}

fn within(place: &Place, inner: crate::pointer::Pointer) -> Place {
    match place {
        Place::Path(name, _) => Place::Path(name.clone(), inner),
        Place::Query(name, _) => Place::Query(name.clone(), inner),
        Place::Header(name, _) => Place::Header(name.clone(), inner),
        Place::Cookie(name, _) => Place::Cookie(name.clone(), inner),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const DOCUMENT: &str = r#"
openapi: 3.1.0
paths:
  /x/{id}:
    get:
      parameters:
        - {name: id, in: path, required: true, schema: {type: string}}
        - {name: limit, in: query, schema: {type: integer, minimum: 1, maximum: 100}}
        - {name: enabled, in: query, schema: {type: boolean}}
        - {name: tags, in: query, schema: {type: array, items: {type: string}}}
        - {name: ids, in: query, explode: false, schema: {type: array, items: {type: integer}}}
        - {name: code, in: query, schema: {anyOf: [{type: string, maxLength: 3}, {type: integer, minimum: 5000}]}}
        - {name: big, in: query, schema: {type: integer, format: int64}}
        - {name: X-Version, in: header, required: true, schema: {type: string, pattern: '^\d+$'}}
"#;

    fn judged(target: &str, headers: &[(&str, &str)]) -> (Value, Vec<String>) {
        let contract = Contract::from_text("api.yaml", DOCUMENT).unwrap();
        let operation = contract.operation("GET /x/{id}");
        let request = headers.iter().fold(Request::get(target), |request, (name, value)| request.with_header(name, value));
        let mut violations = Vec::new();
        let decoded = parameters(&contract, operation, &["7".to_owned()], &request, &mut violations);
        (Value::Object(decoded.into_iter().collect()), violations.iter().map(|violation| violation.brief().to_string()).collect())
    }

    #[test]
    fn texts_become_what_the_schema_asks_for() {
        let target = "/x/7?limit=5&enabled=true&tags=a+b&tags=%32&ids=1,2&code=9000";
        let (decoded, violations) = judged(target, &[("x-version", "007")]);
        assert_eq!(violations, [""; 0]);
        let expected =
            json!({"id": "7", "limit": 5, "enabled": true, "tags": ["a b", "2"], "ids": [1, 2], "code": 9000, "X-Version": "007"});
        assert_eq!(decoded, expected);
        assert_eq!(judged("/x/7?code=abc&tags=one", &[("x-version", "1")]).0["tags"], json!(["one"]));
    }

    #[test]
    fn what_does_not_fit_is_told() {
        let told = |target: &str| judged(target, &[("x-version", "1")]).1;
        assert_eq!(told("/x/7?limit=101"), ["query limit: expected at most 100, found the number 101"]);
        for (number, told_of) in
            [("9223372036854775807", 0), ("-9223372036854775808", 0), ("9223372036854775808", 1), ("-9223372036854775809", 1)]
        {
            assert_eq!(told(&format!("/x/7?big={number}")).len(), told_of, "{number}");
        }
        assert_eq!(told("/x/7?limit=abc"), ["query limit: expected an integer, found \"abc\""]);
        assert_eq!(told("/x/7?limit="), ["query limit: expected an integer, found \"\""]);
        assert_eq!(told("/x/7?limit=1&limit=2"), ["query limit: expected an integer, found an array of 2"]);
        assert_eq!(told("/x/7?enabled=TRUE"), ["query enabled: expected true or false, found \"TRUE\""]);
        assert_eq!(told("/x/7?ids=1,x"), ["query ids /1: expected an integer, found \"x\""]);
        assert_eq!(judged("/x/7", &[]).1, ["header x-version: expected this required parameter, found none"]);
    }
}
