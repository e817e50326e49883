//! Reads a pattern: ECMA-262 with the `u` flag, and what authors write all the same.
//!
//! Needless escapes mean the character itself. Of Rust's syntax, flags and `(?P<name>…)` are read as well, because the
//! engine that judges takes them. What is read leniently makes the pattern `odd`: a text made for it is judged.

mod set;

use std::ops::Range;

use super::{
    class::{self, Class},
    part::{ENDLESS, Kind, Part},
};

/// How deep groups may nest.
const DEEPEST: usize = 100;

pub(super) struct Read {
    pub(super) part: Part,
    pub(super) odd: bool,
    /// The pattern with numbers for the names of back-references, which the judge does not know.
    pub(super) numbered: String,
}

/// `None` for what is no pattern.
pub(super) fn read(pattern: &str) -> Option<Read> {
    let mut parser = Parser { chars: pattern.chars().collect(), ..Parser::default() };
    let part = parser.choice()?;
    (parser.at == parser.chars.len()).then(|| Read { part, odd: parser.odd, numbered: parser.numbered() })
}

#[derive(Clone, Copy, Default)]
struct Flags {
    either_case: bool,
    dot_takes_all: bool,
}

#[derive(Default)]
struct Parser {
    chars: Vec<char>,
    at: usize,
    depth: usize,
    flags: Flags,
    odd: bool,
    /// The lengths of each group's texts, in the order in which the groups open; an open one can have any.
    groups: Vec<(usize, usize)>,
    names: Vec<(String, usize)>,
    /// Where names of groups are referred to, and the numbers of the groups.
    named: Vec<(Range<usize>, usize)>,
}

impl Parser {
    fn numbered(&self) -> String {
        let (mut text, mut at) = (String::new(), 0);
        for (range, number) in &self.named {
            text.extend(&self.chars[at..range.start]);
            text += &format!(r"(?:\{number})");
            at = range.end;
        }
        text.extend(&self.chars[at..]);
        text
    }

    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn next(&mut self) -> Option<char> {
        let char = self.peek()?;
        self.at += 1;
        Some(char)
    }

    /// Goes past a text, if it stands here.
    fn eat(&mut self, text: &str) -> bool {
        let end = self.at + text.chars().count();
        let stands = self.chars.get(self.at..end).is_some_and(|chars| chars.iter().copied().eq(text.chars()));
        if stands {
            self.at = end;
        }
        stands
    }

    /// The text up to an end, which is gone past.
    fn until(&mut self, end: char) -> Option<String> {
        let length = self.chars[self.at..].iter().position(|char| *char == end)?;
        let text = self.chars[self.at..self.at + length].iter().collect();
        self.at += length + 1;
        Some(text)
    }

    /// Alternatives, up to the end or a `)`.
    fn choice(&mut self) -> Option<Part> {
        let mut alternatives = vec![self.sequence()?];
        while self.eat("|") {
            alternatives.push(self.sequence()?);
        }
        Some(Part::choice(alternatives))
    }

    fn sequence(&mut self) -> Option<Part> {
        let mut parts = Vec::new();
        while self.peek().is_some_and(|char| char != '|' && char != ')') {
            let Some(part) = self.atom()? else { continue };
            parts.push(self.repeated(part)?);
        }
        Some(Part::sequence(parts))
    }

    /// One part without its repetition; `Some(None)` for flags, which are no part.
    fn atom(&mut self) -> Option<Option<Part>> {
        Some(Some(match self.next()? {
            '^' => Part::place(Kind::Start),
            '$' => Part::place(Kind::End),
            '(' => return self.group(),
            '[' => Part::class(self.class()?),
            '.' => Part::class(class::dot(self.flags.dot_takes_all)),
            '\\' => self.escape()?,
            '*' | '+' | '?' => return None,
            char => {
                self.odd |= matches!(char, '{' | '}' | ']');
                self.char(char)?
            }
        }))
    }

    fn char(&self, char: char) -> Option<Part> {
        self.cased(class::one(char)).map(Part::class)
    }

    fn cased(&self, class: Class) -> Option<Class> {
        if self.flags.either_case { class::folded(class) } else { Some(class) }
    }

    /// The part with the quantifier that follows it. Lazy and possessive ones match the same texts, or some of them.
    fn repeated(&mut self, part: Part) -> Option<Part> {
        let (least, most) = match self.peek() {
            Some('*') => (0, ENDLESS),
            Some('+') => (1, ENDLESS),
            Some('?') => (0, 1),
            Some('{') => match self.bounds() {
                Some(bounds) => bounds,
                None => return Some(part),
            },
            _ => return Some(part),
        };
        self.at += 1;
        if most < least {
            return None;
        }
        self.odd |= !self.eat("?") && self.eat("+");
        // A second quantifier is none of ECMA-262; Rust takes it as a repetition of the repetition.
        if matches!(self.peek(), Some('*' | '+' | '?')) {
            return None;
        }
        Some(Part::repeat(part, least, most))
    }

    /// `{n}`, `{n,}`, `{n,m}`, left at the closing brace; `None` where the brace is only a character.
    fn bounds(&mut self) -> Option<(usize, usize)> {
        let rest = &self.chars[self.at + 1..];
        let inner: String = rest[..rest.iter().position(|char| *char == '}')?].iter().collect();
        if inner.contains('+') {
            return None;
        }
        let (least, most) = inner.split_once(',').unwrap_or((&inner, &inner));
        let least = least.parse().ok()?;
        let most = if most.is_empty() { ENDLESS } else { most.parse().ok()? };
        self.at += inner.len() + 1;
        Some((least, most))
    }

    /// What follows a `(`.
    fn group(&mut self) -> Option<Option<Part>> {
        let outer = self.flags;
        let number = if self.eat("?") { self.extension()? } else { Opened::Group(self.open_group()) };
        if matches!(number, Opened::Flags) {
            return Some(None);
        }
        self.depth += 1;
        let body = (self.depth <= DEEPEST).then(|| self.choice())??;
        self.depth -= 1;
        self.flags = outer;
        if !self.eat(")") {
            return None;
        }
        Some(Some(match number {
            Opened::Group(number) => {
                self.groups[number - 1] = (body.min, body.max);
                Part::group(number, body)
            }
            Opened::Look { behind, negated } => Part::place(Kind::Look { behind, negated, body: Box::new(body) }),
            Opened::Plain | Opened::Flags => body,
        }))
    }

    /// What follows a `(?`.
    fn extension(&mut self) -> Option<Opened> {
        for (mark, behind, negated) in [("=", false, false), ("!", false, true), ("<=", true, false), ("<!", true, true)] {
            if self.eat(mark) {
                return Some(Opened::Look { behind, negated });
            }
        }
        if self.eat("<") || self.eat("P<") {
            let name = self.until('>')?;
            let number = self.open_group();
            self.names.push((name, number));
            return Some(Opened::Group(number));
        }
        if self.eat(":") { Some(Opened::Plain) } else { self.flags() }
    }

    /// Flags, for the rest of the group around them (`(?i)`) or for a group of their own (`(?i:…)`).
    fn flags(&mut self) -> Option<Opened> {
        let mut on = true;
        self.odd = true;
        loop {
            match self.next()? {
                '-' => on = false,
                'i' => self.flags.either_case = on,
                's' => self.flags.dot_takes_all = on,
                'm' | 'u' | 'U' => {}
                ':' => return Some(Opened::Plain),
                ')' => return Some(Opened::Flags),
                _ => return None,
            }
        }
    }

    fn open_group(&mut self) -> usize {
        self.groups.push((0, ENDLESS));
        self.groups.len()
    }

    /// What follows a backslash outside a set.
    fn escape(&mut self) -> Option<Part> {
        let char = self.peek()?;
        let part = match char {
            'b' | 'B' => Part::place(Kind::Boundary { negated: char == 'B' }),
            'A' | 'z' => Part::place(if char == 'A' { Kind::Start } else { Kind::End }),
            'k' => {
                self.at += 1;
                return self.named_back();
            }
            '1'..='9' => return self.numbered_back(),
            _ => return self.set_or_char().and_then(|class| self.cased(class)).map(Part::class),
        };
        self.odd |= matches!(char, 'A' | 'z');
        self.at += 1;
        Some(part)
    }

    fn named_back(&mut self) -> Option<Part> {
        let start = self.at - 2;
        let name = self.eat("<").then(|| self.until('>'))??;
        let number = self.names.iter().find(|(known, _)| *known == name)?.1;
        self.named.push((start..self.at, number));
        self.back(number)
    }

    fn numbered_back(&mut self) -> Option<Part> {
        let digits = self.chars[self.at..].iter().take(3).take_while(|char| char.is_ascii_digit()).count();
        let number: String = self.chars[self.at..self.at + digits].iter().collect();
        self.at += digits;
        self.back(number.parse().ok()?)
    }

    fn back(&self, number: usize) -> Option<Part> {
        let (min, max) = *self.groups.get(number - 1)?;
        Some(Part::back(number, min, max))
    }
}

/// What a `(` opens.
enum Opened {
    Group(usize),
    Plain,
    Look { behind: bool, negated: bool },
    Flags,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_known() {
        let table = [
            ("^whe_[a-z0-9]{32}$", 36, 36),
            ("", 0, 0),
            ("a|bcd", 1, 3),
            ("(ab){2,3}c?", 4, 7),
            (r"(?<y>\d{2})-\k<y>\1", 7, 7),
            ("a*", 0, ENDLESS),
            ("(^$)*", 0, 0),
            ("(?=abc)a", 1, 1),
            (r"\u0041\x41\u{1F600}\uD83D\uDE00\cA\0", 6, 6),
            ("x{,3}", 5, 5),
            ("a{2}?b+?", 3, ENDLESS),
        ];
        for (pattern, min, max) in table {
            let part = read(pattern).unwrap().part;
            assert_eq!((part.min, part.max), (min, max), "{pattern}");
        }
    }

    #[test]
    fn names_are_numbered_for_the_judge() {
        assert_eq!(read(r"(?<a>x)(?<b>y)\k<b>-\k<a>1\2").unwrap().numbered, r"(?<a>x)(?<b>y)(?:\2)-(?:\1)1\2");
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        let deep = "(".repeat(5000) + &")".repeat(5000);
        for pattern in ["(", ")", "a**", "*", "[a", "[z-a]", "(?<n", r"\", r"\x", r"\p{Nope}", r"\1", "a{3,2}", "(?~a)", deep.as_str()] {
            assert!(read(pattern).is_none(), "{pattern}");
        }
    }
}
