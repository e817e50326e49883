//! Judging a value: every violation, in the order of its places.
//!
//! `jsonschema` finds; `explain` and `union` see to it that a union is told by the branch that was meant, `words` has the
//! wording.

use std::sync::Arc;

use jsonschema::{Draft, ValidationError, ValidationOptions, Validator, error::ValidationErrorKind as Kind};
use serde_json::Value;

use super::{
    Direction, SchemaDefect,
    annotations::Annotations,
    dialect,
    explain::{self, Explainer, Judge, is_union},
    formats,
    union::{Broken, Told},
    words::{hint, words},
};
use crate::{
    document::Document,
    pointer::Pointer,
    source::describe,
    text::nearest,
    violation::{Edit, Place, Step, Violation},
};

/// A schema, compiled.
pub(super) struct Compiled {
    pub(super) validator: Validator,
    /// Whether it has unions, which take more to explain.
    pub(super) has_unions: bool,
    /// Keywords of the extract that cannot be compiled, and count for nothing: patterns, most of all.
    pub(super) unusable: Vec<Pointer>,
}

impl Compiled {
    /// The places that are refused in a value that is not valid; not all of them if there are very many.
    pub(super) fn refused(&self, value: &Value) -> Vec<Pointer> {
        let places = self.validator.iter_errors(value).take(MOST_VIOLATIONS);
        let places: Vec<Pointer> = places.filter_map(|error| Pointer::parse(error.instance_path().as_str())).collect();
        if places.is_empty() { vec![Pointer::root()] } else { places }
    }
}

/// How many keywords of a schema may be left out because they cannot be compiled.
const MOST_UNUSABLE: usize = 1_000;

/// How many members are looked at for a misspelt one.
const MOST_COMPARED: usize = 500;

/// The base URI of extracts: nothing is ever fetched from it.
pub(super) const BASE: &str = "standin:contract";

/// No message has more violations than this: an array of a million wrong items needs no million explanations.
pub(crate) const MOST_VIOLATIONS: usize = 200;

/// Compiles an extract. A keyword that cannot be compiled is left out.
pub(super) fn compile(document: &Document, pointer: &Pointer, mut extract: Value) -> Result<Compiled, SchemaDefect> {
    let options = options().with_base_uri(BASE);
    let mut unusable = Vec::new();
    loop {
        let error = match options.build(&extract) {
            Ok(validator) => return Ok(Compiled { validator, has_unions: explain::has_unions(&extract), unusable }),
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
pub(super) fn options<'o>() -> ValidationOptions<'o> {
    let mut options =
        jsonschema::options().with_draft(Draft::Draft202012).offline().should_validate_formats(true).should_ignore_unknown_formats(true);
    for (name, check) in formats::extra_checks() {
        options = options.with_format(name, check);
    }
    options
}

/// Why a pattern cannot be compiled, if it cannot.
pub(crate) fn pattern_defect(pattern: &str) -> Option<String> {
    options().build(&serde_json::json!({ "pattern": pattern })).err().map(|error| error.to_string())
}

/// What a value is judged by.
pub(super) struct Rules<'s> {
    pub(super) document: &'s Document,
    /// The schema's place in its extract.
    pub(super) pointer: &'s Pointer,
    pub(super) compiled: &'s Compiled,
    pub(super) annotations: &'s Annotations,
    pub(super) direction: Direction,
    /// `None` if the schema has no unions.
    pub(super) explainer: Option<&'s Explainer>,
}

impl Rules<'_> {
    /// Everything that is wrong with a value that is not valid.
    fn judge<'r>(&'r self, value: &'r Value) -> Teller<'r> {
        let mut teller =
            Teller { rules: self, whole: value, findings: Vec::new(), unions: Vec::new(), opened: Vec::new(), undecided: false };
        let judge: Option<Arc<Judge>> = self.explainer.and_then(|explainer| explainer.judge(self.pointer));
        match &judge {
            Some(judge) => teller.tell(judge.problems(value), &Pointer::root()),
            None => teller.tell(self.compiled.validator.iter_errors(value), &Pointer::root()),
        }
        teller.open_unions();
        teller
    }

    /// The same, in the order of its places.
    fn findings(&self, value: &Value) -> Vec<Finding> {
        let Teller { mut findings, undecided, .. } = self.judge(value);
        if findings.is_empty() && !undecided {
            findings.push(self.whole(value));
        }
        findings.sort_by(|a, b| (&a.place, &a.rule).cmp(&(&b.place, &b.rule)));
        findings.dedup_by(|a, b| a.place == b.place && a.rule == b.rule);
        findings
    }

    /// What is always true of a value that is refused.
    fn whole(&self, value: &Value) -> Finding {
        Finding::new("schema", Pointer::root(), self.pointer.clone(), "a value that fits its schema".into(), describe(value))
    }

    /// The places of what is wrong with a value: in the value, and of the broken keywords in the extract. A union comes
    /// before what is wrong with its branches.
    pub(super) fn broken(&self, value: &Value) -> Vec<(Pointer, Pointer)> {
        let Teller { findings, opened, .. } = self.judge(value);
        let unions = opened.into_iter().map(|(keyword, place)| (place, keyword));
        unions.chain(findings.into_iter().map(|finding| (finding.place, finding.rule))).collect()
    }

    /// The same as violations.
    pub(super) fn violations(
        &self,
        value: &Value,
        step: Step,
        at: impl Fn(Pointer) -> Place,
        secret: impl Fn(&Pointer) -> bool,
    ) -> Vec<Violation> {
        let violations = self.findings(value).into_iter().map(|finding| {
            let hidden = secret(&finding.place);
            let violation = finding.into_violation(self.document, step, &at);
            if hidden { violation.masked() } else { violation }
        });
        violations.collect()
    }
}

/// One thing that is wrong, before it is known which message the value stands in.
pub(super) struct Finding {
    pub(super) keyword: String,
    /// In the value.
    pub(super) place: Pointer,
    /// In the extract.
    pub(super) rule: Pointer,
    pub(super) expected: String,
    pub(super) found: String,
    pub(super) hint: Option<String>,
    pub(super) edit: Option<Edit>,
}

impl Finding {
    pub(super) fn new(keyword: impl Into<String>, place: Pointer, rule: Pointer, expected: String, found: String) -> Self {
        Self { keyword: keyword.into(), place, rule, expected, found, hint: None, edit: None }
    }

    fn into_violation(self, document: &Document, step: Step, at: &impl Fn(Pointer) -> Place) -> Violation {
        let rule = dialect::origin(document, self.rule.as_str());
        let code = format!("schema.{}", self.keyword);
        let violation = Violation::new(step, code, at(self.place), self.expected, self.found).with_rule(document.place(&rule));
        let violation = match self.hint {
            Some(hint) => violation.with_hint(hint),
            None => violation,
        };
        match self.edit {
            Some(edit) => violation.with_edit(edit),
            None => violation,
        }
    }
}

/// Turns problems into findings.
struct Teller<'r> {
    rules: &'r Rules<'r>,
    whole: &'r Value,
    findings: Vec<Finding>,
    /// Unions that nothing fits, to be opened: the keyword's place in the extract, and the place in the value.
    unions: Vec<(Pointer, Pointer)>,
    /// Those that were.
    opened: Vec<(Pointer, Pointer)>,
    /// Whether something could not be judged.
    undecided: bool,
}

impl Teller<'_> {
    fn is_full(&self) -> bool {
        self.findings.len() + self.unions.len() > MOST_VIOLATIONS
    }

    /// Problems of the value at a place.
    fn tell<'e>(&mut self, problems: impl IntoIterator<Item = ValidationError<'e>>, base: &Pointer) {
        for problem in problems {
            if self.is_full() {
                return;
            }
            if is_union(&problem) {
                self.unions.push((pointer(problem.schema_path()), base.concat(&pointer(problem.instance_path()))));
            } else {
                self.add(&problem, base);
            }
        }
    }

    /// One finding for each member that a problem is about.
    fn add(&mut self, problem: &ValidationError<'_>, base: &Pointer) {
        match problem.kind() {
            Kind::Required { property: Value::String(name) } => self.findings.push(self.required(problem, base, name)),
            Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
                for name in unexpected.iter().take(MOST_VIOLATIONS + 1) {
                    self.findings.push(self.undeclared(problem, base, name));
                }
            }
            Kind::PropertyNames { error } => {
                let (expected, found) = words(error);
                self.findings.push(finding(problem, base, format!("member names that are {expected}"), found));
            }
            // The search was cut off: whether the text matches is not known, and what is not known is no violation.
            Kind::BacktrackLimitExceeded { .. } | Kind::RegexEngineFailure { .. } => self.undecided = true,
            _ => {
                let (expected, found) = words(problem);
                self.findings.push(Finding { hint: hint(problem), edit: edit(problem), ..finding(problem, base, expected, found) });
            }
        }
    }

    /// Tells each union by the branch that was meant, and the unions in that branch by theirs.
    fn open_unions(&mut self) {
        while let Some((keyword, place)) = self.unions.pop() {
            let (Some(explainer), Some(value)) = (self.rules.explainer, place.resolve(self.whole)) else { continue };
            let broken = Broken { document: self.rules.document, explainer, keyword: &keyword, value, place: &place };
            let judges = broken.judges();
            match broken.tell(&judges) {
                Told::Branch(judge) => self.tell(judge.problems(value), &place),
                Told::Choice(findings) => self.findings.extend(findings),
                // A discriminator chooses one of them: that others fit as well is the document's fault, not the client's.
                Told::Several(_) if self.rules.direction == Direction::Request && broken.is_discriminated() => self.undecided = true,
                Told::Several(finding) => self.findings.push(finding),
            }
            self.opened.push((keyword, place));
        }
    }

    /// A missing member is reported at its own place, so that the text names it.
    fn required(&self, problem: &ValidationError<'_>, base: &Pointer, name: &str) -> Finding {
        let mut missing = finding(problem, base, "this required member".into(), "no such member".into());
        missing.place.push(name);
        missing.edit = Some(match self.misspelt(problem, base, name) {
            Some(similar) => {
                missing.hint = Some(format!("{similar:?} is there: did you mean {name:?}?"));
                Edit::Rename { from: similar, to: name.to_owned() }
            }
            None => Edit::Add(self.sample(problem, name)),
        });
        missing
    }

    /// A member that is there, that no schema of this value declares, and that looks like the one that is missing.
    fn misspelt(&self, problem: &ValidationError<'_>, base: &Pointer, name: &str) -> Option<String> {
        // So many members are not compared with each that is missing.
        let present = problem.instance().as_object().filter(|present| present.len() <= MOST_COMPARED)?;
        let place = base.concat(&pointer(problem.instance_path()));
        let known = self.rules.annotations.at(&place);
        let declared = |present: &str| known.is_some_and(|note| self.rules.annotations.declares(note, present));
        nearest(name, present.keys().map(String::as_str).filter(|present| !declared(present))).map(str::to_owned)
    }

    fn undeclared(&self, problem: &ValidationError<'_>, base: &Pointer, name: &str) -> Finding {
        let mut extra = finding(problem, base, "no member of this name".into(), "one".into());
        extra.place.push(name);
        let declared = self.declared(problem);
        let present = |name: &str| problem.instance().get(name).is_some();
        let meant = nearest(name, declared.iter().map(String::as_str).filter(|name| !present(name)));
        extra.hint = meant.map(|meant| format!("did you mean {meant:?}?"));
        extra.edit = Some(meant.map_or(Edit::Remove, |meant| Edit::Rename { from: name.to_owned(), to: meant.to_owned() }));
        extra
    }

    /// A value for a member, as the schema beside the broken keyword shows it.
    fn sample(&self, problem: &ValidationError<'_>, name: &str) -> Value {
        let document = self.rules.document;
        let rule = dialect::origin(document, problem.schema_path().as_str());
        let member = document.follow(&rule.parent().join("properties").join(name)).ok();
        member.map_or(Value::Null, |(_, schema)| sample(schema))
    }

    /// The properties that stand beside the broken keyword.
    fn declared(&self, problem: &ValidationError<'_>) -> Vec<String> {
        let document = self.rules.document;
        let rule = dialect::origin(document, problem.schema_path().as_str());
        let properties = document.resolve(&rule.parent()).and_then(|schema| schema.get("properties"));
        properties.and_then(Value::as_object).map(|members| members.keys().cloned().collect()).unwrap_or_default()
    }
}

/// A value that a schema names itself, else one of its type.
fn sample(schema: &Value) -> Value {
    let first = |keyword: &str| schema.get(keyword).and_then(|values| values.get(0)).cloned();
    let named = ["example", "default", "const", "x-example"].iter().find_map(|keyword| schema.get(*keyword).cloned());
    let named = named.or_else(|| first("examples")).or_else(|| first("enum"));
    let kind = schema.get("type").and_then(|kind| kind.as_str().or_else(|| kind.get(0)?.as_str()));
    named.unwrap_or_else(|| match kind {
        Some("string") => "text".into(),
        Some("integer" | "number") => schema.get("minimum").cloned().unwrap_or_else(|| 1.into()),
        Some("boolean") => true.into(),
        Some("array") => Value::Array(Vec::new()),
        Some("object") => Value::Object(serde_json::Map::new()),
        _ => Value::Null,
    })
}

/// The values that there may be, the nearest alone if one is near.
fn edit(problem: &ValidationError<'_>) -> Option<Edit> {
    const MOST: usize = 20;
    match problem.kind() {
        Kind::Constant { expected_value } => Some(Edit::Replace(vec![Value::clone(expected_value)])),
        Kind::Enum { options } => {
            let options = options.as_array()?;
            let near = problem.instance().as_str().and_then(|given| nearest(given, options.iter().filter_map(Value::as_str)));
            Some(Edit::Replace(near.map_or_else(|| options.iter().take(MOST).cloned().collect(), |near| vec![near.into()])))
        }
        _ => None,
    }
}

fn finding(problem: &ValidationError<'_>, base: &Pointer, expected: String, found: String) -> Finding {
    let place = base.concat(&pointer(problem.instance_path()));
    Finding::new(problem.kind().keyword(), place, pointer(problem.schema_path()), expected, found)
}

fn pointer(location: &jsonschema::paths::Location) -> Pointer {
    Pointer::parse(location.as_str()).unwrap_or_default()
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

        let nullable = json!({"anyOf": [{"type": "object", "properties": {"field": {"enum": ["ONE"]}}}, {"type": "null"}]});
        let said = says(nullable, json!({"field": "TWO"}));
        assert!(said[0].contains(r#"body /field: expected "ONE", found "TWO""#), "{said:?}");

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

    /// What is said of values by a schema of a document with these components.
    fn told(components: &Value, schema: &str, values: &[Value]) -> Vec<String> {
        let document = Arc::new(Document::of_value(json!({"components": {"schemas": components}})));
        let pointer = Pointer::parse("/components/schemas").unwrap().join(schema);
        let schema = Schema::new(&document, pointer, Direction::Request);
        let of = |value: &Value| {
            let violations = schema.check(value, Step::Body, Place::Body);
            violations.iter().map(|violation| violation.to_string().replace("/components/schemas/", "")).collect::<Vec<_>>().join("; ")
        };
        values.iter().map(of).collect()
    }

    #[test]
    fn every_kind_of_union_is_told_by_what_was_meant() {
        let pin = |name: &str| json!({"const": name});
        let components = json!({
            "Named": {"oneOf": [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}], "discriminator": {"propertyName": "kind"}},
            "Cat": {"type": "object", "required": ["kind", "lives"], "properties": {"kind": {"type": "string"}, "lives": {"type": "integer"}}},
            "Dog": {"type": "object", "required": ["kind"], "properties": {"kind": {"type": "string"}}},
            "Vehicle": {"type": "object", "required": ["type"], "properties": {"type": {"type": "string"}}, "discriminator": {"propertyName": "type"}},
            "Car": {"allOf": [{"$ref": "#/components/schemas/Vehicle"}, {"required": ["doors"]}]},
            "Truck": {"allOf": [{"$ref": "#/components/schemas/Vehicle"}, {"required": ["load"]}]},
            "User": {"properties": {"vehicle": {"$ref": "#/components/schemas/Vehicle"}}},
            "Needs": {"oneOf": [{"required": ["t", "x"]}, {"required": ["t", "y"]}]},
            "Nested": {"oneOf": [
                {"anyOf": [
                    {"required": ["x"], "properties": {"t": pin("a")}}, {"required": ["y"], "properties": {"t": pin("b")}}]},
                {"required": ["z"], "properties": {"t": pin("c")}}
            ]},
            "Closed": {"oneOf": [
                {"additionalProperties": false, "properties": {"a": {}, "b": {}}},
                {"additionalProperties": false, "properties": {"c": {}}}
            ]},
            "Several": {"oneOf": [{"type": "integer"}, {"minimum": 5}]}
        });
        let cases = [
            ("Named", json!({}), "body /kind: expected this required member, found no such member (rule: test Named/discriminator)"),
            ("Named", json!({"kind": 5}), "body /kind: expected \"Cat\" or \"Dog\", found the number 5 (rule: test Named/discriminator)"),
            (
                "User",
                json!({"vehicle": {"type": "Car"}}),
                "body /vehicle/doors: expected this required member, found no such member (rule: test Car/allOf/1/required)",
            ),
            (
                "User",
                json!({"vehicle": {"type": "Truck", "doors": 2}}),
                "body /vehicle/load: expected this required member, found no such member (rule: test Truck/allOf/1/required)",
            ),
            (
                "User",
                json!({"vehicle": {"type": "Boat"}}),
                "body /vehicle/type: expected \"Car\", \"Truck\" or \"Vehicle\", found \"Boat\" (rule: test Vehicle/discriminator)",
            ),
            ("Needs", json!({"x": 1}), "body /t: expected this required member, found no such member (rule: test Needs/oneOf/0/required)"),
            ("Needs", json!({}), "body /t: expected this required member, found no such member (rule: test Needs/oneOf/0/required)"),
            (
                "Nested",
                json!({"t": "b"}),
                "body /y: expected this required member, found no such member (rule: test Nested/oneOf/0/anyOf/1/required)",
            ),
            (
                "Closed",
                json!({"a": 1, "b": 1, "c": 1}),
                "body /c: expected no member of this name, found one (rule: test Closed/oneOf/0/additionalProperties)",
            ),
            (
                "Several",
                json!(7),
                "body: expected a value that fits exactly one of the alternatives, found one that fits several: alternative 1 and alternative 2 (rule: test Several/oneOf)",
            ),
        ];
        for (schema, value, expected) in cases {
            assert_eq!(told(&components, schema, std::slice::from_ref(&value)), [expected], "{schema} {value}");
        }
    }

    #[test]
    fn unions_in_unions_are_told_in_time_and_memory_that_grow_with_the_value() {
        let node = |more: &str| {
            json!({"type": "object", "required": ["op", more], "properties": {
                "op": {"type": "string"}, "args": {"type": "array", "items": {"$ref": "#/components/schemas/Expr"}}
            }})
        };
        let names = ["And", "Or", "Not", "Eq"];
        let branches: Vec<Value> = names.iter().map(|name| json!({"$ref": format!("#/components/schemas/{name}")})).collect();
        let mut components = json!({
            "Expr": {"oneOf": branches, "discriminator": {"propertyName": "op"}},
            "Free": {"anyOf": [
                {"type": "object", "properties": {"x": {"$ref": "#/components/schemas/Free"}, "p": {"type": "string"}}},
                {"type": "object", "required": ["q"], "properties": {"x": {"$ref": "#/components/schemas/Free"}}}
            ]},
            "Eq": {"type": "object", "required": ["op", "value"], "properties": {"value": {"type": "string"}}}
        });
        for name in &names[..3] {
            components[*name] = node("args");
        }
        let deep = |depth: usize, leaf: Value| (0..depth).fold(leaf, |inner, level| json!({"op": names[level % 3], "args": [inner]}));
        let said = told(&components, "Expr", &[deep(40, json!({"op": "Eq", "value": 5}))]);
        assert!(said[0].ends_with("/value: expected a string, found the number 5 (rule: test Eq/properties/value/type)"), "{said:?}");
        let free = (0..60).fold(json!(1), |inner, _| json!({ "x": inner }));
        let said = told(&components, "Free", &[free]);
        assert!(said[0].starts_with("body /x/x/x/x") && said[0].contains("expected an object, found the number 1"), "{said:?}");
    }

    #[test]
    fn several_branches_that_fit_are_no_fault_of_a_client_whose_document_says_how_to_choose() {
        let choice = json!([{"$ref": "#/components/schemas/Easy"}, {"$ref": "#/components/schemas/Item"}]);
        let components = json!({
            "Easy": {"properties": {"type": {"enum": ["message"]}, "role": {"type": "string"}}},
            "Item": {"oneOf": [{"properties": {"type": {"const": "message"}}}, {"required": ["x"], "properties": {"type": {"const": "y"}}}]},
            "Chosen": {"oneOf": choice, "discriminator": {"propertyName": "type"}},
            "Plain": {"oneOf": choice}
        });
        assert_eq!(told(&components, "Chosen", &[json!({"type": "message", "role": "user"})]), [""]);
        let plain = told(&components, "Plain", &[json!({"type": "message", "role": "user"})]);
        assert!(plain[0].contains("found one that fits several: `Easy` and `Item`"), "{plain:?}");
        assert!(!told(&components, "Chosen", &[json!({"type": "z"})])[0].is_empty());
    }

    #[test]
    fn a_union_that_is_a_branch_of_itself_ends() {
        let itself = json!({"$ref": "#/components/schemas/A"});
        let alone = json!({"A": {"anyOf": [itself]}});
        let beside = json!({"A": {"oneOf": [itself, {"type": "string"}]}});
        assert_eq!(
            [told(&alone, "A", &[json!(5)]), told(&beside, "A", &[json!(5)])],
            [[""], [""]],
            "what asks for itself alone asks for nothing"
        );
    }

    #[test]
    fn what_looks_at_the_branches_of_a_union_is_told_too() {
        let schema = json!({"anyOf": [{"properties": {"a": {"type": "integer"}}}, {"properties": {"b": {}}, "required": ["b"]}], "unevaluatedProperties": false});
        assert_eq!(says(schema.clone(), json!({"a": 1})), [""; 0]);
        let said = says(schema, json!({"a": 1, "c": 1}));
        assert_eq!(
            said,
            ["[schema.unevaluatedProperties] body /c: expected no member of this name, found one (rule: test /s/unevaluatedProperties)"]
        );
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
