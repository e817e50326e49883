//! Patterns that nobody thought of: what is made matches, and where nothing is made no short text matches.

use proptest::{prelude::*, sample::select};

use super::*;

/// A pattern over a few characters, so that all short texts can be tried.
fn any_pattern() -> impl Strategy<Value = String> {
    let leaves = vec!["a", "b", "1", "-", ".", r"\d", r"\w", r"\W", "[ab]", "[^a]", "[a-b-]", "^", "$", r"\b", r"\B", ""];
    select(leaves).prop_map(str::to_owned).prop_recursive(4, 24, 4, |inner| {
        let quantifiers = vec!["*", "+", "?", "{2}", "{1,3}", "{0,2}?", "*?"];
        prop_oneof![
            4 => prop::collection::vec(inner.clone(), 1..4).prop_map(|parts| parts.concat()),
            2 => (inner.clone(), inner.clone()).prop_map(|(one, other)| format!("(?:{one}|{other})")),
            2 => (inner.clone(), select(quantifiers)).prop_map(|(part, often)| format!("(?:{part}){often}")),
            1 => inner.clone().prop_map(|part| format!("({part})")),
            1 => (select(vec!["?=", "?!", "?<=", "?<!"]), inner).prop_map(|(look, part)| format!("({look}{part})")),
        ]
    })
}

/// All texts of up to four of the characters.
fn short_texts() -> impl Iterator<Item = String> {
    let longer = |texts: &Vec<String>| texts.iter().flat_map(|text| ["a", "b", "1", "-"].map(|char| format!("{text}{char}"))).collect();
    std::iter::successors(Some(vec![String::new()]), move |texts| Some(longer(texts))).take(5).flatten()
}

fn mixes_directions(pattern: &str) -> bool {
    let behind = |kind: &Kind| matches!(kind, Kind::Look { behind: true, body, .. } if body.any(&|kind| matches!(kind, Kind::Look { behind: false, .. })));
    parse::read(pattern).is_none_or(|read| read.part.any(&behind))
}

fn compiled(schema: &Value) -> Option<jsonschema::Validator> {
    jsonschema::validator_for(schema).ok()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_made_matches_and_nothing_is_missed(pattern in any_pattern(), other in any_pattern(), seed: u64, exclude: bool) {
        let none = if exclude { vec![other.clone()] } else { Vec::new() };
        let other_schema = if exclude { json!({ "not": { "pattern": other } }) } else { json!({ "pattern": other }) };
        let both = json!({ "allOf": [{ "pattern": pattern }, other_schema] });
        let alone = (json!({ "pattern": pattern }), vec![pattern.clone()], Vec::new());
        let all = if exclude { vec![pattern] } else { vec![pattern, other] };
        for (schema, all, none) in [alone, (both, all, none)] {
            let Some(judge) = compiled(&schema) else { continue };
            match Patterns::read(&all, &none).make(&mut Random::new(Seed::new(seed)), 0..=usize::MAX) {
                Some(made) => prop_assert!(judge.is_valid(&json!(made)), "{:?} {:?}: {:?}", all, none, made),
                // Look-ahead within look-behind is left to luck.
                None if all.iter().chain(&none).any(|text| mixes_directions(text)) => {}
                None => {
                    let missed = short_texts().find(|text| judge.is_valid(&json!(text)));
                    prop_assert!(missed.is_none(), "{:?} {:?}: {:?} was missed", all, none, missed);
                }
            }
        }
    }
}
