//! Sets of characters as patterns write them: `[…]`, and what a backslash stands for, in a set or outside.

use super::{
    super::class::{self, Class},
    Parser,
};

impl Parser {
    /// What follows a `[`: a set, up to its `]`. A bare `[` in it is a character.
    pub(super) fn class(&mut self) -> Option<Class> {
        let negated = self.eat("^");
        let mut class = class::of(&[]);
        self.odd |= self.peek() == Some(']');
        while !self.eat("]") {
            let first = self.member()?;
            let range = self.peek() == Some('-') && self.chars.get(self.at + 1).is_some_and(|char| *char != ']');
            match (sole(&first), range) {
                (Some(start), true) => {
                    self.at += 1;
                    let last = self.member()?;
                    match sole(&last) {
                        Some(end) if start <= end => class.union(&class::of(&[(start, end)])),
                        Some(_) => return None,
                        // A range up to a set (`[a-\d]`) is none: all three are members.
                        None => [first, class::one('-'), last].iter().for_each(|member| class.union(member)),
                    }
                }
                _ => class.union(&first),
            }
        }
        let mut class = self.cased(class)?;
        if negated {
            class.negate();
        }
        Some(class)
    }

    /// A member of a set: a character, or a set that an escape names.
    fn member(&mut self) -> Option<Class> {
        match self.next()? {
            '\\' if self.eat("b") => Some(class::one('\u{8}')),
            '\\' => self.set_or_char(),
            char => Some(class::one(char)),
        }
    }

    /// What follows a backslash, where it stands for a set or a character.
    pub(super) fn set_or_char(&mut self) -> Option<Class> {
        let char = self.next()?;
        if let Some(class) = class::named(char) {
            return Some(class);
        }
        Some(class::one(match char {
            'p' | 'P' => return self.property(char == 'P'),
            't' => '\t',
            'n' => '\n',
            'r' => '\r',
            'v' => '\u{b}',
            'f' => '\u{c}',
            '0' => '\0',
            'c' => self.next().filter(char::is_ascii_alphabetic).map(|letter| char::from(letter as u8 % 32))?,
            'x' => char::from_u32(self.braced().or_else(|| self.hex(2))?)?,
            'u' => match self.unit()? {
                Some(char) => char,
                // Half a pair alone is in no text.
                None => return Some(class::of(&[])),
            },
            char => {
                // The engine that judges takes these for the beginning and the end of a word, or refuses them.
                self.odd |= char.is_alphanumeric() || matches!(char, '<' | '>');
                char
            }
        }))
    }

    fn property(&mut self, negated: bool) -> Option<Class> {
        let name = if self.eat("{") { self.until('}')? } else { self.next()?.to_string() };
        class::property(&name, negated)
    }

    /// What follows `\u`: four digits, two halves of a pair, or digits in braces. `Some(None)` for half a pair alone.
    fn unit(&mut self) -> Option<Option<char>> {
        let first = self.braced().or_else(|| self.hex(4))?;
        let after = self.at;
        if (0xD800..0xDC00).contains(&first) && self.eat("\\u") {
            match self.hex(4) {
                Some(second @ 0xDC00..0xE000) => {
                    self.odd = true;
                    return Some(char::from_u32(0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00)));
                }
                _ => self.at = after,
            }
        }
        Some(char::from_u32(first))
    }

    fn hex(&mut self, digits: usize) -> Option<u32> {
        let text: String = self.chars.get(self.at..self.at + digits)?.iter().collect();
        let number = text.chars().all(|char| char.is_ascii_hexdigit()).then(|| u32::from_str_radix(&text, 16).ok())??;
        self.at += digits;
        Some(number)
    }

    fn braced(&mut self) -> Option<u32> {
        let start = self.at;
        let number = self.eat("{").then(|| self.until('}')).flatten().and_then(|text| u32::from_str_radix(&text, 16).ok());
        if number.is_none() {
            self.at = start;
        }
        number
    }
}

/// The character of a set of one.
fn sole(class: &Class) -> Option<char> {
    match class.ranges() {
        [range] if range.start() == range.end() => Some(range.start()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{super::part::Kind, read},
        *,
    };

    #[test]
    fn sets_hold_what_they_say() {
        let table = [
            (r"[\w-]", "a-_", "é."),
            (r"[a-c-]", "a-c", "d"),
            (r"[a-\d]", "a-7", "b"),
            ("[[a]", "[a", "]b"),
            (r"[^\d\s]", "a-", "1 "),
            (r"[\]\-\\/]", r"]-\/", "a"),
            ("(?i:[a-c])", "aC", "d"),
            (r"[\b]", "\u{8}", "b"),
            (r"\D", "aé", "1"),
            ("[&&~~]", "&~", "a"),
        ];
        for (pattern, within, without) in table {
            let part = read(pattern).unwrap().part;
            let Kind::Class(class, _) = &part.kind else { panic!("{pattern}: {part:?}") };
            assert!(within.chars().all(|char| class::holds(class, char)), "{pattern}");
            assert!(!without.chars().any(|char| class::holds(class, char)), "{pattern}");
        }
    }
}
