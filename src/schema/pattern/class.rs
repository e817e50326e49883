//! Sets of characters: the named ones of ECMA-262, and which of a set's characters a person likes to read.
//!
//! `regex-syntax` knows Unicode's properties and does the arithmetic of sets.

use regex_syntax::hir::{Class as Parsed, ClassUnicode, ClassUnicodeRange, HirKind};

pub(super) type Class = ClassUnicode;

/// Blanks of ECMA-262: white space and line terminators.
const BLANKS: [(char, char); 10] = [
    ('\t', '\r'),
    (' ', ' '),
    ('\u{a0}', '\u{a0}'),
    ('\u{1680}', '\u{1680}'),
    ('\u{2000}', '\u{200a}'),
    ('\u{2028}', '\u{2029}'),
    ('\u{202f}', '\u{202f}'),
    ('\u{205f}', '\u{205f}'),
    ('\u{3000}', '\u{3000}'),
    ('\u{feff}', '\u{feff}'),
];

/// From this size on, a set is one of what is left out (`.`, `[^,]`): its capitals and signs say nothing.
const LARGE: usize = 100;

/// The most characters of another script that are drawn from.
const MOST_FOREIGN: usize = 32;

/// The most characters of one range of another script that are looked at.
const MOST_LOOKED_AT: usize = 512;

pub(super) fn of(ranges: &[(char, char)]) -> Class {
    Class::new(ranges.iter().map(|&(start, end)| ClassUnicodeRange::new(start, end)))
}

pub(super) fn one(char: char) -> Class {
    of(&[(char, char)])
}

pub(super) fn any() -> Class {
    of(&[('\0', char::MAX)])
}

/// What the escape of one letter stands for; `\d` and `\w` are ASCII.
pub(super) fn named(letter: char) -> Option<Class> {
    let mut class = match letter.to_ascii_lowercase() {
        'd' => of(&[('0', '9')]),
        'w' => word(),
        's' => of(&BLANKS),
        _ => return None,
    };
    if letter.is_ascii_uppercase() {
        class.negate();
    }
    Some(class)
}

pub(super) fn word() -> Class {
    of(&[('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')])
}

/// `.`: everything on the same line, or everything under the flag `s`.
pub(super) fn dot(with_line_ends: bool) -> Class {
    let mut class = of(&[('\n', '\n'), ('\r', '\r'), ('\u{2028}', '\u{2029}')]);
    class.negate();
    if with_line_ends { any() } else { class }
}

/// A property of Unicode by its name: what stands between the braces of `\p{…}`.
pub(super) fn property(name: &str, negated: bool) -> Option<Class> {
    let plain = |char: char| char.is_ascii_alphanumeric() || matches!(char, '_' | '=' | ' ' | '-');
    if name.is_empty() || !name.chars().all(plain) {
        return None;
    }
    let parsed = regex_syntax::parse(&format!(r"\{}{{{name}}}", if negated { 'P' } else { 'p' })).ok()?;
    match parsed.kind() {
        HirKind::Class(Parsed::Unicode(class)) => Some(class.clone()),
        _ => None,
    }
}

/// The set with capitals and small letters taken as the same.
pub(super) fn folded(mut class: Class) -> Option<Class> {
    class.try_case_fold_simple().ok()?;
    Some(class)
}

pub(super) fn holds(class: &Class, char: char) -> bool {
    let ranges = class.ranges();
    let after = ranges.partition_point(|range| range.start() <= char);
    after.checked_sub(1).is_some_and(|at| ranges[at].end() >= char)
}

/// How well a person reads the characters of an alphabet, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    Alphanumeric,
    Printable,
    Foreign,
    Odd,
}

/// Those characters of a set that are drawn: of the best rank that the set has.
#[derive(Debug)]
pub(super) struct Alphabet {
    pub(super) chars: Box<[char]>,
    pub(super) rank: Rank,
    /// All that are printable in ASCII, for when the readable ones alone do not fit; perhaps none.
    pub(super) wide: Box<[char]>,
    /// Consonants and vowels, where all letters are there and syllables can be made.
    pub(super) syllables: Option<[&'static [u8]; 2]>,
}

const SMALL: [&[u8]; 2] = [b"bcdfghjklmnprstvwz", b"aeiou"];
const CAPITAL: [&[u8]; 2] = [b"BCDFGHJKLMNPRSTVWZ", b"AEIOU"];

/// `None` for the empty set.
pub(super) fn readable(class: &Class) -> Option<Alphabet> {
    let holds_all = |letters: &[&[u8]; 2]| letters.concat().iter().all(|letter| holds(class, char::from(*letter)));
    let syllables = [SMALL, CAPITAL].into_iter().find(holds_all);
    let wide: Vec<char> = ('!'..='~').filter(|char| holds(class, *char)).collect();
    let alphabet = |rank, chars: Vec<char>| Alphabet { chars: chars.into(), rank, wide: wide.clone().into(), syllables };
    let found = |rank, chars: Vec<char>| (!chars.is_empty()).then(|| alphabet(rank, chars));
    found(Rank::Alphanumeric, alphanumerics(class))
        .or_else(|| found(Rank::Printable, wide.clone()))
        .or_else(|| found(Rank::Odd, vec![' ']).filter(|_| holds(class, ' ')))
        .or_else(|| found(Rank::Foreign, foreign(class, char::is_lowercase)))
        .or_else(|| found(Rank::Foreign, foreign(class, char::is_alphabetic)))
        .or_else(|| found(Rank::Foreign, foreign(class, |char| !char.is_control() && !char.is_whitespace() && !is_private(char))))
        .or_else(|| found(Rank::Odd, foreign(class, |_| true)))
}

/// Letters and digits of ASCII. A capital is left out where its small letter is there as well: mixed case is hard to read.
fn alphanumerics(class: &Class) -> Vec<char> {
    let large = class.iter().map(ClassUnicodeRange::len).sum::<usize>() > LARGE;
    let small = ('a'..='z').filter(|char| holds(class, *char));
    let capital = ('A'..='Z').filter(|char| holds(class, *char) && !holds(class, char.to_ascii_lowercase()));
    let digit = ('0'..='9').filter(|char| holds(class, *char));
    let mut chars: Vec<char> = small.chain(digit).collect();
    if chars.is_empty() || !large {
        chars.extend(capital);
    }
    chars
}

/// The first characters that are fit, beyond ASCII as well. A script's longest range is that of its common letters; of each
/// range only the beginning is looked at.
fn foreign(class: &Class, fit: impl Fn(char) -> bool) -> Vec<char> {
    let mut ranges: Vec<&ClassUnicodeRange> = class.iter().collect();
    ranges.sort_by_key(|range| (range.start() > '\u{ffff}', std::cmp::Reverse(range.len())));
    let begin = |range: &ClassUnicodeRange| (range.start()..=range.end()).take(MOST_LOOKED_AT);
    ranges.into_iter().flat_map(begin).filter(|char| fit(*char)).take(MOST_FOREIGN).collect()
}

/// Private use and the code points that are set aside: nothing shows them.
fn is_private(char: char) -> bool {
    matches!(u32::from(char), 0xE000..=0xF8FF | 0xF_0000..) || u32::from(char) & 0xFFFE == 0xFFFE
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(class: &Class) -> String {
        readable(class).map_or(String::new(), |alphabet| alphabet.chars.iter().collect())
    }

    #[test]
    fn readable_characters_come_first() {
        let letters = "abcdefghijklmnopqrstuvwxyz";
        let table = [
            (of(&[('0', '9'), ('A', 'F'), ('a', 'f')]), "abcdef0123456789".to_owned()),
            (of(&[('A', 'C'), ('-', '-'), ('b', 'b')]), "bAC".to_owned()),
            (dot(false), format!("{letters}0123456789")),
            (named('W').unwrap(), "!\"#$%&'()*+,-./:;<=>?@[\\]^`{|}~".to_owned()),
            (named('s').unwrap(), " ".to_owned()),
            (property("Lu", false).unwrap(), letters.to_ascii_uppercase()),
            (property("L", false).unwrap(), letters.to_owned()),
            (one('\u{1F600}'), "\u{1F600}".to_owned()),
            (one('\n'), "\n".to_owned()),
            (of(&[]), String::new()),
        ];
        for (class, expected) in table {
            assert_eq!(drawn(&class), expected, "{class:?}");
        }
        let greek = drawn(&property("Script=Greek", false).unwrap());
        assert!(greek.chars().all(char::is_lowercase) && greek.contains("αβγδεζηθικλμνξοπρςστυφχψω"), "{greek}");
    }

    #[test]
    fn properties_are_those_of_unicode() {
        for name in ["L", "Letter", "Script=Greek", "sc=Cyrl", "Alphabetic", "Emoji", "gc=Nd"] {
            assert!(property(name, false).is_some(), "{name}");
            assert!(property(name, true).is_some(), "{name}");
        }
        assert!(property("NoSuchThing", false).is_none());
        assert!(property("L}|.{", false).is_none());
    }
}
