//! What is wrong with a document and takes longer to find than those want to wait who only serve it.
//!
//! Nothing is told that is not sure: a schema that is not understood, a default beside a `$ref` that may not count, an example
//! that one of two readings accepts.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::{Contract, Operation, Warning, survey};
use crate::{
    document::{Document, Problem, Version},
    error::Position,
    pointer::Pointer,
    router::{self, BasePath},
    schema::{Direction, Schema, unsatisfiable},
    violation::{Place, Step, Violation},
};

pub(super) fn lint(documents: &[Arc<Document>], contract: &Contract) -> Vec<Warning> {
    let mut warnings: Vec<Warning> = contract.operations().iter().filter_map(|operation| unreachable(contract, operation)).collect();
    for document in documents {
        let schemas = survey::schemas(document);
        let empty = unsatisfiable(document, &schemas).into_iter();
        let mut problems: Vec<Problem> =
            empty.map(|empty| Problem { code: "schema.unsatisfiable", place: empty.place, text: empty.why }).collect();
        for place in &schemas {
            values(document, place, &mut problems);
        }
        warnings.extend(problems.into_iter().map(|problem| Warning::of(problem, document)));
    }
    warnings
}

/// By document, line, column and code; what has no position comes first.
pub(super) fn in_order(warnings: Vec<Warning>) -> Vec<Warning> {
    type Key = (String, Option<(usize, usize)>, &'static str, Pointer);
    let key = |warning: &Warning| {
        let position = warning.place.position().map(|Position { line, column, .. }| (line, column));
        (warning.place.document().to_owned(), position, warning.code, warning.place.pointer().clone())
    };
    let mut keyed: Vec<(Key, Warning)> = warnings.into_iter().map(|warning| (key(&warning), warning)).collect();
    keyed.sort_by(|a, b| a.0.cmp(&b.0));
    keyed.into_iter().map(|(_, warning)| warning).collect()
}

/// An operation that another one always wins over, whatever stands for its parameters.
fn unreachable(contract: &Contract, operation: &Operation) -> Option<Warning> {
    // Letters and digits alone: text of a template in the middle of a parameter's value is no reason. Two values, as one may be
    // what another path has there, and one of a single character, which two parameters cannot share.
    const VALUES: [&str; 2] = ["q7w3", "8"];
    let winner = |value: &str| {
        let found = contract.router().find(&operation.method, &filled(&operation.path, value), BasePath::Optional).ok()?;
        let taken = !found.numbers.contains(&operation.number);
        taken.then(|| contract.operations().get(*found.numbers.first()?)).flatten()
    };
    let [one, other] = VALUES.map(winner);
    let (one, other) = (one?, other?);
    (one.number == other.number).then(|| {
        let text = format!("every request for {} is taken by {}", operation.name, one.name);
        Warning::of(Problem { code: "path.unreachable", place: operation.pointer.clone(), text }, &operation.document)
    })
}

/// A path with a value for each parameter.
fn filled(template: &str, value: &str) -> String {
    let path = router::path_of(template);
    router::parameters(path).fold(path.to_owned(), |path, name| path.replacen(&format!("{{{name}}}"), value, 1))
}

/// The default and the examples of a schema that it refuses.
fn values(document: &Arc<Document>, place: &Pointer, problems: &mut Vec<Problem>) {
    let Some(Value::Object(members)) = document.resolve(place) else { return };
    // Before 3.1 nothing counts that stands beside a `$ref`.
    if document.version < Version::V3_1 && members.contains_key("$ref") {
        return;
    }
    let places = places(members, place);
    if places.is_empty() {
        return;
    }
    let judges = [Direction::Request, Direction::Response].map(|direction| Schema::new(document, place.clone(), direction));
    let whole = whole(place);
    let whole = (whole != *place).then(|| Schema::new(document, whole, Direction::Request));
    for (code, place) in places {
        let Some(value) = document.resolve(&place) else { continue };
        let Some(violation) = refused(&judges, value) else { continue };
        if whole.as_ref().is_some_and(|whole| whole.accepts(value)) {
            continue;
        }
        let what = if code == "default.invalid" { "default" } else { "example" };
        problems.push(Problem { code, place, text: format!("the {what} breaks its schema: {}", told(&violation)) });
    }
}

/// The schema that a branch of a union is a part of: `default: null` in one branch is meant for all of them.
fn whole(place: &Pointer) -> Pointer {
    let mut whole = place.clone();
    while ["allOf", "anyOf", "oneOf"].iter().any(|keyword| !whole.is_root() && whole.parent().last().as_deref() == Some(*keyword)) {
        whole = whole.parent().parent();
    }
    whole
}

/// Where the values of a schema stand that it should accept itself.
fn places(members: &Map<String, Value>, at: &Pointer) -> Vec<(&'static str, Pointer)> {
    let mut places = Vec::new();
    if members.contains_key("default") {
        places.push(("default.invalid", at.join("default")));
    }
    if members.contains_key("example") {
        places.push(("example.invalid", at.join("example")));
    }
    let examples = members.get("examples").and_then(Value::as_array).map_or(0, Vec::len);
    places.extend((0..examples).map(|index| ("example.invalid", at.join("examples").join(index))));
    places
}

/// What is wrong with a value, if it is wrong in requests and in responses.
fn refused(judges: &[Schema; 2], value: &Value) -> Option<Violation> {
    let [request, response] = judges;
    let first = request.check(value, Step::Body, Place::Body).into_iter().next()?;
    // A schema that cannot be used says nothing about the value.
    (first.step() == Step::Body && !response.accepts(value)).then_some(first)
}

/// `at /name: expected …, found …`: the value stands in no message.
fn told(violation: &Violation) -> String {
    let at = match violation.place() {
        Place::Body(place) if !place.is_root() => format!("at {place}, "),
        _ => String::new(),
    };
    let hint = violation.hint().map(|hint| format!("; {hint}")).unwrap_or_default();
    format!("{at}expected {}, found {}{hint}", violation.expected(), violation.found())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::Contract;

    /// Codes and places of what lint finds and the warnings do not have.
    fn found(version: &str, paths: Value, schemas: Value) -> Vec<String> {
        let document =
            json!({"openapi": version, "info": {"title": "t", "version": "v"}, "paths": paths, "components": {"schemas": schemas}});
        let contract = Contract::from_value("api.json", document).unwrap();
        let known: Vec<String> = contract.warnings().iter().map(ToString::to_string).collect();
        let found = contract.lint().into_iter().filter(|warning| !known.contains(&warning.to_string()));
        found.map(|warning| format!("{} {}", warning.code(), warning.place().pointer())).collect()
    }

    #[test]
    fn values_of_schemas_are_judged_by_them() {
        let schemas = json!({
            "A": {"type": "integer", "default": "five", "example": 5, "examples": [1, "two"]},
            "B": {"anyOf": [{"type": "string", "default": null}, {"type": "null"}]},
            "C": {"properties": {"id": {"readOnly": true}, "key": {"writeOnly": true}}, "required": ["id", "key"], "example": {"id": 1}},
            "D": {"$ref": "#/components/schemas/A", "default": "six"}
        });
        let a = ["default.invalid /components/schemas/A/default", "example.invalid /components/schemas/A/examples/1"];
        assert_eq!(found("3.0.3", json!({}), schemas.clone()), a);
        assert_eq!(found("3.1.0", json!({}), schemas), [a[0], "default.invalid /components/schemas/D/default", a[1]]);
    }

    #[test]
    fn operations_that_another_wins_over_are_told() {
        let answers = json!({"responses": {"200": {"description": "d"}}});
        let cases = [
            (vec![("/a/{x}", "get"), ("/a/{x}{y}", "get")], 1),
            (vec![("/a/{x}{y}", "get"), ("/a/{z}", "get")], 0),
            (vec![("/a/{x}", "get"), ("/a/b", "get")], 0),
            (vec![("/a/{x}", "get"), ("/a/{x}.json", "get")], 0),
            (vec![("/a/{x}", "get"), ("/{y}/b", "get")], 0),
            (vec![("/a?x=1", "get"), ("/a?x=2", "get")], 0),
            (vec![("/a/{x}", "get"), ("/a/b", "post")], 0),
        ];
        for (paths, count) in cases {
            let items: serde_json::Map<String, Value> =
                paths.iter().map(|(path, method)| ((*path).to_owned(), json!({*method: answers}))).collect();
            let found = found("3.1.0", items.into(), json!({}));
            assert_eq!(found.iter().filter(|found| found.starts_with("path.unreachable")).count(), count, "{paths:?}: {found:?}");
        }
    }
}
