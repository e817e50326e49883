//! JSON (RFC 8259) text to value. Members given twice are found, not swallowed; a defect says where it lies.

use std::{borrow::Cow, cell::RefCell, fmt};

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::{
    SyntaxDefect,
    places::{Places, Walked},
    position_of,
};
use crate::{error::Position, pointer::Pointer};

/// A place in a JSON text that could not be read.
pub(crate) struct JsonDefect {
    pub(crate) position: Position,
    /// The value that was being read.
    pub(crate) pointer: Pointer,
    pub(crate) expected: String,
    pub(crate) found: String,
}

impl JsonDefect {
    pub(super) fn into_syntax(self) -> SyntaxDefect {
        SyntaxDefect { position: self.position, pointer: Some(self.pointer), expected: self.expected, found: self.found }
    }
}

/// Reads JSON. Members given twice are named beside the value, which holds the last of them.
///
/// RFC 8259, section 4, leaves repeated names undefined; what they mean is for the caller to judge.
pub(crate) fn parse(text: &[u8]) -> Result<(Value, Vec<Pointer>), JsonDefect> {
    let utf8 = std::str::from_utf8(text).map_err(|error| {
        let offset = error.valid_up_to();
        JsonDefect {
            position: position_of(text, offset),
            pointer: Pointer::root(),
            expected: "UTF-8 text".into(),
            found: format!("the byte 0x{:02X} at offset {offset}", text[offset]),
        }
    })?;
    let trail = Trail { text: utf8, ..Trail::default() };
    let mut reader = serde_json::Deserializer::from_str(utf8);
    let read = Reader(&trail).deserialize(&mut reader).and_then(|value| reader.end().map(|()| value));
    match read {
        Ok(value) => Ok((value, trail.duplicates())),
        Err(error) => Err(defect(utf8, &error, &trail)),
    }
}

/// Rewords what `serde_json` says into expected and found.
fn defect(text: &str, error: &serde_json::Error, trail: &Trail<'_>) -> JsonDefect {
    let offset = if error.is_eof() { text.len() } else { offset_of(text, error.line(), error.column()) };
    let mut pointer = Pointer::root();
    for token in trail.failed.borrow().iter().rev() {
        pointer.push(token);
    }
    let full = error.to_string();
    let said = full.rsplit_once(" at line ").map_or(full.as_str(), |(said, _)| said);
    let (expected, found) = if said.starts_with("recursion limit") {
        // The place would be as long as it is deep.
        pointer = Pointer::root();
        (format!("fewer than {} levels", super::MAX_DEPTH), "more".into())
    } else if text.trim().is_empty() {
        ("a JSON value".into(), "no text".into())
    } else if error.is_eof() {
        let unfinished = said.strip_prefix("EOF while parsing ").unwrap_or("a value");
        (format!("the rest of {unfinished}"), "the end of the text".into())
    } else if let Some(expected) = said.strip_prefix("expected ") {
        let expected = if expected == "value" { "a value" } else { expected };
        (expected.to_owned(), here(text, offset))
    } else {
        ("valid JSON".into(), said.to_owned())
    };
    JsonDefect { position: position_of(text.as_bytes(), offset), pointer, expected, found }
}

fn here(text: &str, offset: usize) -> String {
    match text.get(offset..).and_then(|rest| rest.chars().next()) {
        Some(char) => format!("`{}`", char.escape_debug()),
        None => "the end of the text".into(),
    }
}

/// `serde_json` counts columns in bytes, and counts the offending byte itself.
fn offset_of(text: &str, line: usize, column: usize) -> usize {
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let mut offset = (start + column.saturating_sub(1)).min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

/// The least integer of 64 bits. A float holds it exactly.
const I64_LEAST: f64 = i64::MIN as f64;

/// How many repeated members are named.
const MOST_DUPLICATES: usize = 100;

/// What the reader notes on its way: places are put together on the way back, so that good input pays nothing.
#[derive(Default)]
struct Trail<'t> {
    text: &'t str,
    /// Tokens of each repeated member, innermost first.
    duplicates: RefCell<Vec<Vec<String>>>,
    /// Tokens of the value that failed, innermost first.
    failed: RefCell<Vec<String>>,
}

impl Trail<'_> {
    /// Whether the text writes an integer just below the least of 64 bits, which a float rounds onto that least.
    fn has_integer_below_i64(&self) -> bool {
        const SHARED_DIGITS: &str = "-92233720368547758";
        self.text.match_indices(SHARED_DIGITS).any(|(at, _)| {
            let rest = &self.text.as_bytes()[at + SHARED_DIGITS.len()..];
            let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
            digits == 2 && &rest[..2] > b"08".as_slice() && !matches!(rest.get(2), Some(b'.' | b'e' | b'E'))
        })
    }

    fn duplicates(&self) -> Vec<Pointer> {
        let reversed = self.duplicates.borrow();
        let pointers = reversed.iter().map(|tokens| {
            let mut pointer = Pointer::root();
            tokens.iter().rev().for_each(|token| pointer.push(token));
            pointer
        });
        pointers.collect()
    }

    fn repeated(&self, name: &str) {
        let mut duplicates = self.duplicates.borrow_mut();
        // Members of the object at hand have no other token yet.
        let told = duplicates.iter().any(|tokens| tokens.as_slice() == [name]);
        if !told && duplicates.len() < MOST_DUPLICATES {
            duplicates.push(vec![name.to_owned()]);
        }
    }

    /// Runs the reading of one child, and names the child in whatever it noted.
    fn child<T, E>(&self, name: impl Fn() -> String, read: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        let before = self.duplicates.borrow().len();
        let result = read();
        let mut duplicates = self.duplicates.borrow_mut();
        for tokens in &mut duplicates[before..] {
            tokens.push(name());
        }
        if result.is_err() {
            self.failed.borrow_mut().push(name());
        }
        result
    }
}

#[derive(Clone, Copy)]
struct Reader<'t>(&'t Trail<'t>);

impl<'de> DeserializeSeed<'de> for Reader<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reader<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Value, E> {
        Ok(Value::Bool(truth))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Number(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(Value::Number(number.into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        // Or a bound of 64 bits would accept what is beyond it.
        let number = if number == I64_LEAST && self.0.has_integer_below_i64() { number.next_down() } else { number };
        Ok(Number::from_f64(number).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::String(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(Value::String(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut array = Vec::new();
        while let Some(item) = self.0.child(|| array.len().to_string(), || items.next_element_seed(self))? {
            array.push(item);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let value = self.0.child(|| name.clone(), || members.next_value_seed(self))?;
            if object.contains_key(&name) {
                self.0.repeated(&name);
            }
            object.insert(name, value);
        }
        Ok(Value::Object(object))
    }
}

/// Where each value begins. `text` is known to be valid JSON; what is not ends the walk.
pub(super) fn places(text: &str) -> Places {
    let mut walked = Walked::default();
    let mut scan = Scan { text: text.as_bytes(), offset: 0, seen: 0, line: 1, column: 1 };
    while !walked.is_done()
        && let Some(byte) = scan.peek()
    {
        match byte {
            b'{' | b'[' => {
                walked.open(scan.position());
                scan.offset += 1;
            }
            b'}' | b']' => {
                walked.close();
                scan.offset += 1;
            }
            b'"' => scan.string(&mut walked),
            b',' | b':' => scan.offset += 1,
            blank if blank.is_ascii_whitespace() => scan.offset += 1,
            _ => {
                walked.value(scan.position());
                scan.skip_literal();
            }
        }
    }
    walked.finish()
}

/// A walk over valid JSON.
struct Scan<'t> {
    text: &'t [u8],
    offset: usize,
    /// Up to where lines and columns are counted.
    seen: usize,
    line: usize,
    column: usize,
}

impl Scan<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.offset).copied()
    }

    /// Line and column here. Counted on from the place before: a text may be one line of megabytes.
    fn position(&mut self) -> Position {
        for &byte in &self.text[self.seen..self.offset] {
            match byte {
                b'\n' => (self.line, self.column) = (self.line + 1, 1),
                // The bytes of a character after its first.
                0x80..=0xBF => {}
                _ => self.column += 1,
            }
        }
        self.seen = self.offset;
        Position { line: self.line, column: self.column }
    }

    /// A text: a name if a colon follows, else a value.
    fn string(&mut self, walked: &mut Walked) {
        let (at, start) = (self.position(), self.offset);
        self.skip_string();
        let blanks = self.text[self.offset..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        if self.text.get(self.offset + blanks) != Some(&b':') {
            return walked.value(at);
        }
        let name: Result<Cow<'_, str>, _> = serde_json::from_slice(&self.text[start..self.offset]);
        walked.key(&name.unwrap_or_default(), at);
    }

    fn skip_string(&mut self) {
        self.offset += 1;
        while let Some(byte) = self.peek() {
            self.offset += if byte == b'\\' { 2 } else { 1 };
            if byte == b'"' {
                break;
            }
        }
        // A text that ends with a backslash is none of valid JSON.
        self.offset = self.offset.min(self.text.len());
    }

    fn skip_literal(&mut self) {
        while self.peek().is_some_and(|byte| !matches!(byte, b',' | b'}' | b']' | b':' | b'"') && !byte.is_ascii_whitespace()) {
            self.offset += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn duplicates(text: &str) -> Vec<String> {
        let (_, duplicates) = parse(text.as_bytes()).ok().unwrap();
        duplicates.iter().map(ToString::to_string).collect()
    }

    fn failure(text: &[u8]) -> String {
        let defect = parse(text).err().unwrap();
        format!("{} {:?}: expected {}, found {}", defect.position, defect.pointer.as_str(), defect.expected, defect.found)
    }

    #[test]
    fn an_integer_just_below_64_bits_stays_below() {
        let read = |text: &str| parse(text.as_bytes()).ok().unwrap().0.as_f64().unwrap();
        assert!(read("-9223372036854775809") < I64_LEAST);
        assert!(read("-9223372036854775899") < I64_LEAST);
        assert_eq!(read("-9223372036854775808.0"), I64_LEAST);
        assert_eq!(read("-9.223372036854775808e18"), I64_LEAST);
        assert_eq!(parse(b"-9223372036854775808").ok().unwrap().0, i64::MIN);
    }

    #[test]
    fn names_members_that_are_given_twice() {
        assert_eq!(duplicates(r#"{"a":1,"b":{"c":1,"c":2}}"#), ["/b/c"]);
        assert_eq!(duplicates(r#"[{"a":1,"a":2,"a":3}]"#), ["/0/a"]);
        assert_eq!(duplicates(r#"{"a":{"a":1}}"#), [""; 0]);
        let (value, _) = parse(br#"{"a":1,"a":2}"#).ok().unwrap();
        assert_eq!(value["a"], 2);
    }

    #[test]
    fn a_defect_says_where_and_what() {
        assert_eq!(failure(b""), r#"1:1 "": expected a JSON value, found no text"#);
        assert_eq!(failure(b"{"), r#"1:2 "": expected the rest of an object, found the end of the text"#);
        assert_eq!(failure(b"{\"a\":[1,\n 2 3]}"), r#"2:4 "/a/2": expected `,` or `]`, found `3`"#);
        assert_eq!(failure(b"{\"a\": nope}"), r#"1:8 "/a": expected ident, found `o`"#);
        assert_eq!(failure(b"{\"a\":\"\xff\"}"), r#"1:7 "": expected UTF-8 text, found the byte 0xFF at offset 6"#);
        assert_eq!(failure(b"{} x"), r#"1:4 "": expected valid JSON, found trailing characters"#);
    }

    #[test]
    fn depth_is_limited() {
        let deep = "[".repeat(100_000);
        assert_eq!(failure(deep.as_bytes()), r#"1:128 "": expected fewer than 128 levels, found more"#);
    }
}
