//! A grammar of schemas: all keywords of JSON Schema 2020-12 that constrain a value, with small arguments, so that keywords meet.

use proptest::{collection::vec, prelude::*, sample::select};
use serde_json::{Map, Value, json};

/// How deep schemas stand in each other.
const DEPTH: u32 = 4;
/// The names of the definitions that `$ref` leads to.
const DEFINITIONS: [&str; 3] = ["a", "b", "c"];
const TYPES: [&str; 7] = ["null", "boolean", "integer", "number", "string", "array", "object"];
/// The names of members: few, so that keywords speak of the same ones.
pub(super) const NAMES: [&str; 5] = ["a", "b", "c", "x-1", "id"];
/// Patterns that every engine reads alike, each with texts that fit.
pub(super) const PATTERNS: [(&str, &[&str]); 11] = [
    ("^a", &["a", "ab", "a1"]),
    ("b$", &["b", "ab", "x-b"]),
    ("^[a-c]+$", &["a", "b", "c", "abc", "aabbcc"]),
    ("^x-", &["x-1", "x-", "x-b"]),
    ("[0-9]", &["1", "a1", "x-1", "2026"]),
    ("^.{2,3}$", &["ab", "id", "x-1", "abc"]),
    ("^(id|ab)$", &["id", "ab"]),
    ("^[A-Z]{2}[0-9]{3}$", &["AB123"]),
    ("^\\d{4}-\\d{2}$", &["2026-01"]),
    ("^[^a]*$", &["", "b", "x-1", "id"]),
    ("^$", &[""]),
];
/// Formats of the specification, each with texts that fit.
pub(super) const FORMATS: [(&str, &[&str]); 10] = [
    ("date", &["2026-01-31"]),
    ("date-time", &["2026-01-31T12:00:00Z"]),
    ("time", &["12:00:00Z"]),
    ("email", &["a@b.cd", "a.long.name@example.com"]),
    ("uuid", &["71ebcad0-948f-442a-965e-59cf1c3d6c0d"]),
    ("ipv4", &["127.0.0.1"]),
    ("ipv6", &["::1", "2001:db8::1"]),
    ("hostname", &["a", "ab", "example.com"]),
    ("uri", &["a:b", "https://example.com/a"]),
    ("duration", &["P1D", "PT36H"]),
];

type Keyword = BoxedStrategy<(&'static str, Value)>;
type Part = BoxedStrategy<Value>;

/// A schema with its definitions, which lead to each other, but never to themselves without a member or item between.
pub(super) fn documents() -> impl Strategy<Value = Value> {
    let inner = schema(DEPTH - 1);
    (schema(DEPTH), [inner.clone(), inner.clone(), inner]).prop_map(|(mut root, definitions)| {
        untangle(&mut root, Some(0));
        let mut named = Map::new();
        for (number, (name, mut definition)) in DEFINITIONS.iter().zip(definitions).enumerate() {
            untangle(&mut definition, Some(number + 1));
            named.insert((*name).to_owned(), definition);
        }
        if let Value::Object(members) = &mut root {
            members.insert("$defs".to_owned(), named.into());
        }
        root
    })
}

/// Removes references to what does not come after the place that they stand for: what asks for itself alone asks for
/// nothing, and validators differ in how they end. `least` is the first definition that may be named; `None` where any may.
fn untangle(schema: &mut Value, least: Option<usize>) {
    let Value::Object(members) = schema else { return };
    let target = |text: &Value| DEFINITIONS.iter().position(|name| text.as_str().is_some_and(|text| text.ends_with(&format!("/{name}"))));
    if let (Some(least), Some(reference)) = (least, members.get("$ref"))
        && target(reference).is_none_or(|target| target < least)
    {
        members.remove("$ref");
    }
    for (keyword, argument) in members {
        // What these hold speaks of the same value as the schema that they stand in.
        let below = match keyword.as_str() {
            "allOf" | "anyOf" | "oneOf" | "not" | "if" | "then" | "else" | "dependentSchemas" => least,
            _ => None,
        };
        match (keyword.as_str(), argument) {
            ("allOf" | "anyOf" | "oneOf" | "prefixItems", Value::Array(all)) => all.iter_mut().for_each(|one| untangle(one, below)),
            ("properties" | "patternProperties" | "dependentSchemas", Value::Object(all)) => {
                all.values_mut().for_each(|one| untangle(one, below));
            }
            ("enum" | "const" | "required" | "dependentRequired" | "type", _) => {}
            (_, argument) => untangle(argument, below),
        }
    }
}

fn schema(depth: u32) -> Part {
    if depth == 0 {
        return leaf();
    }
    let inner = prop_oneof![3 => leaf(), 3 => schema(depth - 1)].boxed();
    prop_oneof![
        2 => of("string", text(), 1..4),
        1 => of("integer", number(), 1..4),
        1 => of("number", number(), 1..4),
        4 => of("array", array(&inner), 1..5),
        6 => of("object", object(&inner), 1..6),
        3 => members(prop_oneof![3 => union(&inner), 1 => object(&inner), 1 => array(&inner), 1 => text(), 1 => number()].boxed(), 1..4),
    ]
    .boxed()
}

fn leaf() -> Part {
    prop_oneof![
        2 => select(vec![json!(true), json!({}), json!(true), json!(false)]),
        3 => types().prop_map(|types| json!({ "type": types })),
        2 => scalar().prop_map(|value| json!({ "const": value })),
        2 => vec(scalar(), 1..4).prop_map(|values| json!({ "enum": values })),
        2 => of("string", text(), 0..3),
        2 => of("integer", number(), 0..3),
        2 => reference().prop_map(|target| json!({ "$ref": target })),
    ]
    .boxed()
}

/// Keywords of one type, most often with the type itself.
fn of(kind: &'static str, keywords: Keyword, count: std::ops::Range<usize>) -> Part {
    let typed = prop_oneof![7 => Just(Some(json!(kind))), 1 => Just(Some(json!([kind, "null"]))), 1 => Just(None)];
    (typed, members(keywords, count))
        .prop_map(|(kind, mut schema)| {
            if let (Some(kind), Value::Object(members)) = (kind, &mut schema) {
                members.insert("type".to_owned(), kind);
            }
            schema
        })
        .boxed()
}

fn members(keywords: Keyword, count: std::ops::Range<usize>) -> Part {
    let named = |pairs: Vec<(&str, Value)>| pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<Map<_, _>>();
    vec(keywords, count).prop_map(move |pairs| Value::Object(named(pairs))).boxed()
}

fn types() -> impl Strategy<Value = Value> {
    prop_oneof![
        3 => select(&TYPES[..]).prop_map(Value::from),
        1 => proptest::sample::subsequence(&TYPES[..], 1..4).prop_map(Value::from),
    ]
}

fn scalar() -> impl Strategy<Value = Value> {
    select(vec![
        json!(null),
        json!(true),
        json!(false),
        json!(0),
        json!(1),
        json!(2.0),
        json!(-3),
        json!(0.5),
        json!(12),
        json!(""),
        json!("a"),
        json!("b"),
        json!("ab"),
        json!("x-1"),
        json!([]),
        json!([1]),
        json!({}),
        json!({"a": 1}),
        json!({"a": "a", "b": null}),
    ])
}

fn reference() -> impl Strategy<Value = String> {
    prop_oneof![5 => select(&DEFINITIONS[..]).prop_map(|name| format!("#/$defs/{name}")), 1 => Just("#".to_owned())]
}

fn name() -> impl Strategy<Value = String> {
    select(&NAMES[..]).prop_map(str::to_owned)
}

fn names(count: std::ops::Range<usize>) -> impl Strategy<Value = Value> {
    proptest::sample::subsequence(&NAMES[..], count).prop_map(Value::from)
}

fn pattern() -> impl Strategy<Value = &'static str> {
    select(PATTERNS.map(|(pattern, _)| pattern).to_vec())
}

fn keyword(name: &'static str, argument: impl Strategy<Value = Value> + 'static) -> Keyword {
    argument.prop_map(move |argument| (name, argument)).boxed()
}

fn small(most: u64) -> impl Strategy<Value = Value> {
    (0..=most).prop_map(Value::from)
}

fn text() -> Keyword {
    prop_oneof![
        keyword("minLength", small(6)),
        keyword("maxLength", small(12)),
        keyword("pattern", pattern().prop_map(Value::from)),
        keyword("format", select(FORMATS.map(|(format, _)| format).to_vec()).prop_map(Value::from)),
        keyword("enum", vec(scalar(), 1..4).prop_map(Value::from)),
        keyword("not", pattern().prop_map(|pattern| json!({ "pattern": pattern }))),
    ]
    .boxed()
}

fn number() -> Keyword {
    let bound = || select(vec![json!(-5), json!(0), json!(1), json!(1.5), json!(3), json!(7), json!(10), json!(100)]);
    prop_oneof![
        keyword("minimum", bound()),
        keyword("maximum", bound()),
        keyword("exclusiveMinimum", bound()),
        keyword("exclusiveMaximum", bound()),
        keyword("multipleOf", select(vec![json!(1), json!(2), json!(3), json!(5), json!(0.5), json!(0.1), json!(1.5)])),
        keyword("enum", vec(scalar(), 1..4).prop_map(Value::from)),
        keyword("not", select(vec![json!({"const": 0}), json!({"multipleOf": 2}), json!({"minimum": 3}), json!({"enum": [1, 2, 3]})])),
    ]
    .boxed()
}

fn array(inner: &Part) -> Keyword {
    prop_oneof![
        3 => keyword("items", inner.clone()),
        2 => keyword("prefixItems", vec(inner.clone(), 1..3).prop_map(Value::from)),
        2 => keyword("contains", inner.clone()),
        1 => keyword("minContains", small(3)),
        1 => keyword("maxContains", small(3)),
        2 => keyword("minItems", small(4)),
        2 => keyword("maxItems", small(5)),
        1 => keyword("uniqueItems", any::<bool>().prop_map(Value::from)),
        1 => keyword("unevaluatedItems", inner.clone()),
        1 => union(inner),
    ]
    .boxed()
}

fn object(inner: &Part) -> Keyword {
    let by = |keys: BoxedStrategy<String>, values: Part, count: std::ops::Range<usize>| {
        vec((keys, values), count).prop_map(|pairs| Value::Object(pairs.into_iter().collect()))
    };
    let patterns = pattern().prop_map(str::to_owned).boxed();
    prop_oneof![
        5 => keyword("properties", by(name().boxed(), inner.clone(), 1..4)),
        4 => keyword("required", names(1..4)),
        2 => keyword("additionalProperties", prop_oneof![1 => Just(json!(false)).boxed(), 1 => inner.clone()]),
        1 => keyword("patternProperties", by(patterns, inner.clone(), 1..3)),
        1 => keyword("propertyNames", prop_oneof![2 => of("string", text(), 1..3), 1 => names(1..4).prop_map(|names| json!({ "enum": names }))]),
        1 => keyword("minProperties", small(4)),
        1 => keyword("maxProperties", small(4)),
        1 => keyword("dependentRequired", by(name().boxed(), names(1..3).boxed(), 1..3)),
        1 => keyword("dependentSchemas", by(name().boxed(), inner.clone(), 1..3)),
        1 => keyword("unevaluatedProperties", prop_oneof![2 => Just(json!(false)).boxed(), 1 => inner.clone()]),
        2 => union(inner),
    ]
    .boxed()
}

fn union(inner: &Part) -> Keyword {
    let several = || vec(inner.clone(), 1..4).prop_map(Value::from);
    prop_oneof![
        3 => keyword("allOf", several()),
        3 => keyword("anyOf", several()),
        3 => keyword("oneOf", several()),
        1 => keyword("not", inner.clone()),
        1 => keyword("if", inner.clone()),
        1 => keyword("then", inner.clone()),
        1 => keyword("else", inner.clone()),
        2 => keyword("$ref", reference().prop_map(Value::from)),
        1 => keyword("type", types()),
        1 => keyword("const", scalar()),
        1 => keyword("enum", vec(scalar(), 1..4).prop_map(Value::from)),
    ]
    .boxed()
}
