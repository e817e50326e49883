//! Every text is judged by `jsonschema`, apart from the judge that the patterns themselves may have asked.

mod documents;
mod property;

use std::time::{Duration, Instant};

use super::*;

/// Patterns of the kinds that documents have, and a few that only the specification has.
const SOUND: &[&str] = &[
    // Identifiers, codes and the like.
    "^whe_[a-z0-9]{32}$",
    "^[A-Z]{2}[0-9a-fA-F]{32}$",
    "^(SM|MM)[0-9a-f]{8}$",
    r"^[a-zA-Z0-9\-_.]+$",
    "^[a-zA-Z_][-a-zA-Z0-9_]*$",
    "^(key_)?[a-zA-Z0-9+/=]{32,100}$",
    r"^([\w.-]+:)?[\w.-]{1,60}$",
    "^(0|[1-9][0-9]*)$",
    "^#(([0-9a-fA-F]{2}){3}|([0-9a-fA-F]){3})$",
    r"^\d{5}(-\d{4})?$",
    r"^\d{5}((-)?\d{4})?$",
    r"^[^,\s]+$",
    r"^[a-z]([a-z0-9_-]*[a-z0-9])?$",
    r"^https:\/\/.{5,247}$",
    "^https://[-a-zA-Z0-9@:%._+~#=/]{1,256}.(png|jpe?g)$",
    r"^[^@\s]+@[^@\s]+\.[a-z]{2,}$",
    r"^\+?[1-9]\d{1,14}$",
    r"^(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d)?$",
    r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$",
    r"^v?(\d+)\.(\d+)\.(\d+)(?:-[0-9A-Za-z.-]+)?$",
    r"^([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})$",
    r"^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$",
    // Not anchored, or on one side only.
    r"\S+",
    r"\d{5}",
    "<",
    "walk|run_fast",
    "",
    "^x-",
    "Z$",
    "^",
    "$",
    r#"[^"\\]{0,500}"#,
    r"(\{a\}[\s\S]*?\{b\}|\{b\}[\s\S]*?\{a\})",
    // Anchors in odd places.
    "^a|b$",
    "(^a|b$)",
    "(^|,)x(,|$)",
    "^(^a$)$",
    "(a|^)b",
    "x*^y",
    "a$b*",
    // Borders of words.
    r"\bcat\b",
    r"^\w+\b-\b\w+$",
    r"\Bx\B",
    r"^\ba",
    r"^a\b.+",
    r"^\B$",
    // Sets and escapes.
    r"^\D\W\S$",
    r"^\s$",
    r"^[^\w\s]{3}$",
    r"^[\d\-.,]+$",
    r"^\/\-\_\@\:\!\%$",
    r"^\u0041\u{1F600}\x42$",
    r"^\t\n\r\v\f$",
    r"^\cA\ca$",
    "^[[a]$",
    r"^[a\]b]$",
    r"^[\w-]+$",
    r"^[a-z--/]+$",
    r"^[&&~~]+$",
    r"^\p{L}+$",
    r"^\p{Lu}\p{Ll}+$",
    r"^\p{Script=Greek}+$",
    r"^\P{L}{3}$",
    r"^[\p{L}\p{N} '-]+$",
    r"^[^\p{L}]$",
    "^.$",
    "^[é-ü]{4}$",
    "^[\u{3041}-\u{3096}]{3}$",
    // Quantifiers.
    "^a{0}b{2,}c{3}d{1,2}e?f*g+$",
    "^a+?b*?c??d{2}?$",
    "^((ab){2,3}-){2}$",
    "^(a?){5}$",
    "^(a*)*$",
    "^(a|b*)+c$",
    "^[a-z]{1000}$",
    "^(x{100}){10}$",
    "^[ab]{0,5000}$",
    "^(?:ab|abcd|abcdef)$",
    "^()$",
    "^(a|)$",
    // Back-references.
    r"^(\w+)-\1$",
    r#"^(['"])\w+\1$"#,
    r"^(a)(b)\2\1$",
    r#"^(?=.*[A-Z])(?=.*\d)(['"]).+\1$"#,
    r"^(?=\d)(\w+)-\1$",
    r"^(.)(?!\1).$",
    // Look-around.
    r"^(?!\s*$).+",
    r"^(?=.*[a-z])(?=.*\d)(?=.*[@$!%*?&]).{8,}$",
    r"^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)(?=.*[^A-Za-z0-9]).{12,64}$",
    r"^(?!.*--)[a-z0-9-]+$",
    "(?<!x)y",
    "(?<=x)y",
    "(?<=ab|c)d",
    r"(?<!\d)\d{3}(?!\d)",
    r"^(?!(foo|bar)$)\w+$",
    "^(?!https://)[a-z@:%._+~#=/]{1,256}.(html?|pdf)$",
    "^((?!--).)*$",
    "^(?:(?!foo)[a-z])+$",
    "^(?!-)[a-z-]{1,63}(?<!-)$",
    "^(?=[a-f]+$)[d-z]+$",
    "^(?=.{10,20}$)[a-z]+(-[a-z]+)*$",
    "^(?=(..)+$)(?=(...)+$)a+$",
    "^(?!0+$)[0-9]{4}$",
    "^(?!a)(?!b)[a-c]$",
    r"^(?=.*\d)(?!.*\s).{6,}$",
    r"^(?![_.])(?!.*[_.]{2})[a-zA-Z0-9._]+(?<![_.])$",
    r"(?=a)\w{3}",
    "^(?:(?=a)a|(?=b)b)+$",
    // Flags as in Rust.
    "(?i)^abc$",
    "^(?i:abc)D$",
    "^(?P<year>[0-9]{4})$",
];

const UNSATISFIABLE: &[&str] = &[
    "a^b",
    "a$b",
    "^(?!a)a",
    r"[^\s\S]",
    r"^(?=\d)[a-z]$",
    r"a\bb",
    "^(?!x*$)x+$",
    "^(?=a{3}$)a{5}$",
    "(?<=a)^b",
    "^(?!)",
    "(",
    r"^(a)\1$(?!)",
    r"^[a-z]+(?=\d)$",
];

fn patterns(pattern: &str) -> Patterns {
    Patterns::read(&[pattern.to_owned()], &[])
}

fn say(text: &str) {
    drop(std::io::Write::write_all(&mut std::io::stderr(), format!("{text}\n").as_bytes()));
}

/// A judge for patterns of which all or none must match.
fn judge(patterns: &[&str], excluded: &[&str]) -> jsonschema::Validator {
    let all = patterns.iter().map(|pattern| json!({ "pattern": pattern }));
    let none = excluded.iter().map(|pattern| json!({ "not": { "pattern": pattern } }));
    let all: Vec<Value> = all.chain(none).chain([json!({ "type": "string" })]).collect();
    jsonschema::validator_for(&json!({ "allOf": all })).unwrap_or_else(|error| panic!("{patterns:?}: {error}"))
}

#[test]
fn every_text_matches() {
    for pattern in SOUND {
        let (patterns, judge) = (patterns(pattern), judge(&[pattern], &[]));
        for seed in 0..50 {
            let made = patterns.make(&mut Random::new(Seed::new(seed)), 0..=usize::MAX);
            let Some(made) = made else { panic!("{pattern}: nothing made") };
            assert!(judge.is_valid(&json!(made)), "{pattern}: {made:?}");
        }
    }
}

#[test]
fn nothing_is_made_where_nothing_can_match() {
    for pattern in UNSATISFIABLE {
        let start = Instant::now();
        let made = patterns(pattern).make(&mut Random::new(Seed::new(1)), 0..=usize::MAX);
        assert_eq!(made, None, "{pattern}");
        assert!(start.elapsed() < Duration::from_secs(60), "{pattern} took {:?}", start.elapsed());
    }
}

#[test]
fn several_patterns_and_excluded_ones_are_met_together() {
    let table: &[(&[&str], &[&str])] = &[
        (&["^[a-z]+$", "x"], &[]),
        (&["foo", "bar"], &[]),
        (&["^a", "z$", r"\d"], &[]),
        (&["^[a-m]+$", "^[k-z]+$"], &[]),
        (&["^(..)+$", "^(.....)+$"], &[]),
        (&[r"^\w+$"], &["^foo", r"\d"]),
        (&[], &["^[a-z]"]),
        (&["^(a|b|c)$"], &["a", "b"]),
        (&["."], &["^.{0,5}$"]),
        (&[], &[]),
        (&["^[a-z]{3}$"], &[r"^(\w)\1"]),
    ];
    for (all, none) in table {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<String>>();
        let (patterns, judge) = (Patterns::read(&owned(all), &owned(none)), judge(all, none));
        for seed in 0..50 {
            let made = patterns.make(&mut Random::new(Seed::new(seed)), 0..=100).unwrap_or_else(|| panic!("{all:?} {none:?}"));
            assert!(judge.is_valid(&json!(made)), "{all:?} {none:?}: {made:?}");
        }
    }
}

#[test]
fn lengths_are_kept() {
    let table: &[(&str, RangeInclusive<usize>)] = &[
        ("^[a-z]+$", 20..=20),
        ("^[A-Z]{2}(-[a-z]+)*$", 30..=usize::MAX),
        ("^[A-Z]{2}(-[a-z]+)*$", 30..=30),
        ("^[A-Z]{3}-[0-9]+$", 12..=12),
        (r"^\d{5}(-\d{4})?$", 6..=10),
        (r"^\d{5}(-\d{4})?$", 0..=9),
        ("^(ab|abcd|abcdefgh)$", 3..=5),
        ("^(a{3}|b{5})*$", 11..=11),
        ("abc", 10..=12),
        ("^abc", 10..=12),
        ("abc$", 10..=10),
        ("^a?b?c?$", 3..=3),
        ("^[ab]{0,5000}$", 5000..=5000),
        ("^[a-z]*$", 20_000..=20_001),
        (r"^(?=.*\d)(?=.*[a-z]).+$", 2..=2),
        (r"^(?=.*\d)(?=.*[a-z]).+$", 300..=300),
        ("^(?!.*--)[a-z-]+$", 63..=63),
        (r"^(\w+)-\1$", 9..=9),
        ("^((?!--).)*$", 200..=200),
        (r"^[^@\s]+@[^@\s]+\.[a-z]{2,}$", 0..=6),
        ("^.+$", 1..=1),
        ("[a-z]", 0..=1),
    ];
    for (pattern, length) in table {
        let (patterns, judge) = (patterns(pattern), judge(&[pattern], &[]));
        for seed in 0..50 {
            let made = patterns.make(&mut Random::new(Seed::new(seed)), length.clone());
            let made = made.unwrap_or_else(|| panic!("{pattern} {length:?}: nothing made"));
            assert!(length.contains(&made.chars().count()) && judge.is_valid(&json!(made)), "{pattern} {length:?}: {made:?}");
        }
    }
}

#[test]
fn lengths_that_cannot_be_give_nothing() {
    for (pattern, length) in
        [("^a{5}$", 0..=4), ("^a{5}$", 6..=9), ("^(ab)+$", 7..=7), ("a", RangeInclusive::new(2, 1)), ("^a*$", LONGEST + 1..=usize::MAX)]
    {
        assert_eq!(patterns(pattern).make(&mut Random::new(Seed::new(1)), length.clone()), None, "{pattern} {length:?}");
    }
}

#[test]
fn vast_patterns_end() {
    for pattern in [
        "^(((a{1000}){1000}){1000}){1000}$",
        "^((((a?){1000}){1000}){1000}){1000}$",
        "(((x*)*)*)*y",
        "^((){9999}){9999}$",
        "^(?:(?:(?=x)a?|b?)(?:(?=y)a?|b?))*c$",
        "^(?!.*(foo|bar)).{0,500}[a-z]{0,500}x$",
        "^(?=(.*a){40}$)(.*b){40}$",
        "^(?!(a|aa|aaa)*$)(a*)*$",
    ] {
        let start = Instant::now();
        let made = patterns(pattern).make(&mut Random::new(Seed::new(1)), 0..=usize::MAX);
        assert!(made.is_none_or(|text| text.len() <= LONGEST), "{pattern}");
        assert!(start.elapsed() < Duration::from_secs(60), "{pattern} took {:?}", start.elapsed());
    }
}

/// `jsonschema` refuses names in back-references, so nobody else can judge.
#[test]
fn named_back_references_are_met() {
    for (pattern, middle) in [(r"^(?<word>[a-z]+)-\k<word>$", '-'), (r"^(?=.*a)(?<word>[a-z]+)!\k<word>$", '!')] {
        let patterns = patterns(pattern);
        for seed in 0..50 {
            let made = patterns.make(&mut Random::new(Seed::new(seed)), 3..=40).unwrap_or_else(|| panic!("{pattern}"));
            let (before, behind) = made.split_once(middle).unwrap();
            assert!(!before.is_empty() && before == behind, "{pattern}: {made}");
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_text() {
    for pattern in SOUND {
        let made = |seed| patterns(pattern).make(&mut Random::new(Seed::new(seed)), 0..=usize::MAX);
        let shared = patterns(pattern);
        for seed in 0..5 {
            assert_eq!(made(seed), shared.make(&mut Random::new(Seed::new(seed)), 0..=usize::MAX), "{pattern}");
        }
    }
}

#[test]
fn freedom_is_what_the_pattern_leaves_open() {
    assert_eq!(freedom("^whe_[a-z0-9]{32}$"), 32);
    assert_eq!(freedom("^(a|[bc])x*$"), 0);
    assert_eq!(freedom("("), 0);
}

/// `cargo test --release pattern -- --nocapture --ignored` prints examples and the time that one text takes.
#[test]
#[ignore = "prints what a person should look at"]
fn examples() {
    for pattern in SOUND {
        let patterns = patterns(pattern);
        let made: Vec<_> = (0..4).filter_map(|seed| patterns.make(&mut Random::new(Seed::new(seed)), 0..=usize::MAX)).collect();
        let made: Vec<String> = made.iter().map(|text| text.chars().take(60).collect()).collect();
        say(&format!("{pattern}\n    {made:?}"));
    }
    for pattern in ["^whe_[a-z0-9]{32}$", r"^(?=.*[a-z])(?=.*\d)(?=.*[@$!%*?&]).{8,}$", "^(?!.*--)[a-z0-9-]+$"] {
        let start = Instant::now();
        let patterns = patterns(pattern);
        patterns.make(&mut Random::new(Seed::new(0)), 0..=usize::MAX);
        let first = start.elapsed();
        let start = Instant::now();
        let made = (0..10_000).filter_map(|seed| patterns.make(&mut Random::new(Seed::new(seed)), 0..=usize::MAX)).count();
        say(&format!("{pattern}: the first {first:?}, then {} ns each", start.elapsed().as_nanos() / made.max(1) as u128));
    }
}
