//! YAML 1.2 (core schema) text to the JSON values that OpenAPI documents are made of, under limits.
//!
//! Keys are text whatever they look like (`200:`), dates and `no` stay text. Merge keys (`<<`) are resolved, because
//! documents written for older readers use them.

use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span, SpannedEventReceiver, StrInput, Tag};
use serde_json::{Map, Number, Value};

use super::{
    MAX_DEPTH, MAX_VALUES, Remarks, SyntaxDefect,
    places::{Places, Walked},
    position_of,
};
use crate::{error::Position, pointer::Pointer};

type Events<'t> = Parser<'t, StrInput<'t>>;

/// Reads the first document of a YAML text. Keys given twice are named beside the value, which holds the last.
pub(super) fn parse(text: &str) -> Result<(Value, Remarks), SyntaxDefect> {
    let events = Parser::new_from_str(text);
    let mut reader = Reader { events, anchors: HashMap::new(), nodes: 0, path: Pointer::root(), remarks: Remarks::default() };
    let value = reader.document().map_err(|defect| within(text, defect))?;
    Ok((value, reader.remarks))
}

/// The parser takes the end of a text for the end of a line, which begins another one.
fn within(text: &str, defect: SyntaxDefect) -> SyntaxDefect {
    let end = position_of(text.as_bytes(), text.len());
    if defect.position.line > end.line { SyntaxDefect { position: end, ..defect } } else { defect }
}

struct Reader<'t> {
    events: Events<'t>,
    /// Anchored values, each with its number of nodes.
    anchors: HashMap<usize, (Value, usize)>,
    nodes: usize,
    path: Pointer,
    remarks: Remarks,
}

impl<'t> Reader<'t> {
    fn document(&mut self) -> Result<Value, SyntaxDefect> {
        loop {
            match self.next()? {
                (Event::StreamStart | Event::DocumentStart(_) | Event::Nothing, _) => {}
                (Event::StreamEnd, span) => {
                    return Err(self.defect(&span, "a document", "an empty text"));
                }
                (event, span) => {
                    let value = self.value(event, &span, 0)?;
                    return self.end().map(|()| value);
                }
            }
        }
    }

    /// What follows the value must begin another document, or be nothing.
    fn end(&mut self) -> Result<(), SyntaxDefect> {
        while !matches!(self.next()?.0, Event::DocumentStart(_) | Event::StreamEnd) {}
        Ok(())
    }

    fn next(&mut self) -> Result<(Event<'t>, Span), SyntaxDefect> {
        match self.events.next_event() {
            Some(Ok(event)) => Ok(event),
            Some(Err(error)) => Err(self.syntax(&error)),
            None => Ok((Event::StreamEnd, Span::default())),
        }
    }

    fn syntax(&self, error: &ScanError) -> SyntaxDefect {
        let marker = error.marker();
        SyntaxDefect {
            position: Position { line: marker.line(), column: marker.col() + 1 },
            pointer: Some(self.path.clone()),
            expected: "valid YAML".into(),
            found: error.info().to_owned(),
        }
    }

    fn defect(&self, span: &Span, expected: &str, found: impl Into<String>) -> SyntaxDefect {
        SyntaxDefect { position: position(span), pointer: Some(self.path.clone()), expected: expected.to_owned(), found: found.into() }
    }

    fn count(&mut self, nodes: usize, span: &Span) -> Result<(), SyntaxDefect> {
        self.nodes += nodes;
        if self.nodes > MAX_VALUES {
            let expected = format!("at most {MAX_VALUES} values, those that aliases repeat included");
            return Err(self.defect(span, &expected, "more"));
        }
        Ok(())
    }

    fn value(&mut self, event: Event<'t>, span: &Span, depth: usize) -> Result<Value, SyntaxDefect> {
        if depth > MAX_DEPTH {
            // The place would be as long as it is deep.
            self.path = Pointer::root();
            return Err(self.defect(span, &format!("at most {MAX_DEPTH} levels"), "more"));
        }
        self.count(1, span)?;
        let before = self.nodes;
        let (value, anchor) = match event {
            Event::Alias(id) => return self.alias(id, span),
            Event::Scalar(text, style, anchor, tag) => (scalar(&text, style, tag.as_deref()), anchor),
            Event::SequenceStart(anchor, _) => (self.sequence(depth)?, anchor),
            Event::MappingStart(anchor, _) => (self.mapping(depth)?, anchor),
            other => return Err(self.defect(span, "a value", format!("{other:?}"))),
        };
        if anchor != 0 {
            self.anchors.insert(anchor, (value.clone(), self.nodes - before + 1));
        }
        Ok(value)
    }

    fn alias(&mut self, id: usize, span: &Span) -> Result<Value, SyntaxDefect> {
        let Some((value, nodes)) = self.anchors.get(&id) else {
            return Err(self.defect(span, "an alias of a finished value", "an alias inside the value that it names"));
        };
        let nodes = *nodes;
        // Counted before it is copied: a few lines of aliases can stand for more than any memory holds.
        let value = if self.nodes + nodes > MAX_VALUES { Value::Null } else { value.clone() };
        self.count(nodes, span)?;
        Ok(value)
    }

    fn sequence(&mut self, depth: usize) -> Result<Value, SyntaxDefect> {
        let mut items = Vec::new();
        loop {
            let (event, span) = self.next()?;
            if matches!(event, Event::SequenceEnd) {
                return Ok(Value::Array(items));
            }
            self.path.push(items.len());
            items.push(self.value(event, &span, depth + 1)?);
            self.path.pop();
        }
    }

    fn mapping(&mut self, depth: usize) -> Result<Value, SyntaxDefect> {
        let mut members = Map::new();
        let mut merged = Vec::new();
        loop {
            let (event, span) = self.next()?;
            let (key, plain) = match event {
                Event::MappingEnd => break,
                Event::Scalar(text, style, _, _) => (text.into_owned(), style == ScalarStyle::Plain),
                other => (self.odd_key(other, &span, depth)?, false),
            };
            let (event, span) = self.next()?;
            self.path.push(&key);
            let value = self.value(event, &span, depth + 1)?;
            if plain && key == "<<" && !matches!(value, Value::String(_)) {
                merged.push(value);
            } else {
                if members.contains_key(&key) {
                    self.remarks.duplicates.push(self.path.clone());
                }
                if plain && key.len() == 3 && key.bytes().all(|byte| byte.is_ascii_digit()) {
                    self.remarks.numeric.push(self.path.clone());
                }
                members.insert(key, value);
            }
            self.path.pop();
        }
        merged.into_iter().for_each(|value| merge(&mut members, value));
        Ok(Value::Object(members))
    }

    /// A key that is no scalar: an alias of one is fine, anything else is no JSON.
    fn odd_key(&mut self, event: Event<'t>, span: &Span, depth: usize) -> Result<String, SyntaxDefect> {
        match self.value(event, span, depth + 1)? {
            Value::String(text) => Ok(text),
            other @ (Value::Null | Value::Bool(_) | Value::Number(_)) => Ok(other.to_string()),
            other => Err(self.defect(span, "a key that is text", super::describe(&other))),
        }
    }
}

/// Merge keys add what is not there yet.
fn merge(members: &mut Map<String, Value>, value: Value) {
    match value {
        Value::Object(more) => more.into_iter().for_each(|(key, value)| {
            members.entry(key).or_insert(value);
        }),
        Value::Array(values) => values.into_iter().for_each(|value| merge(members, value)),
        _ => {}
    }
}

fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Value {
    match tag {
        Some(tag) if tag.is_yaml_core_schema() && tag.suffix != "str" => plain(text),
        Some(_) => Value::String(text.to_owned()),
        None if style == ScalarStyle::Plain => plain(text),
        None => Value::String(text.to_owned()),
    }
}

/// YAML 1.2, section 10.3.2: the core schema. What JSON cannot hold (`.nan`, `.inf`) stays text.
fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ => number(text).map_or_else(|| Value::String(text.to_owned()), Value::Number),
    }
}

fn number(text: &str) -> Option<Number> {
    if let Some(digits) = text.strip_prefix("0x") {
        return u64::from_str_radix(digits, 16).ok().map(Number::from);
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return u64::from_str_radix(digits, 8).ok().map(Number::from);
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let starts_right = unsigned.starts_with(|char: char| char.is_ascii_digit())
        || unsigned.strip_prefix('.').is_some_and(|rest| rest.starts_with(|char: char| char.is_ascii_digit()));
    let only_number_signs = unsigned.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-'));
    if !starts_right || !only_number_signs {
        return None;
    }
    if unsigned.bytes().all(|byte| byte.is_ascii_digit()) {
        let exact = text.strip_prefix('+').unwrap_or(text);
        if let Ok(number) = exact.parse::<u64>() {
            return Some(number.into());
        }
        if let Ok(number) = exact.parse::<i64>() {
            return Some(number.into());
        }
    }
    text.parse::<f64>().ok().and_then(Number::from_f64)
}

fn position(span: &Span) -> Position {
    Position { line: span.start.line(), column: span.start.col() + 1 }
}

/// Where each value of the first document begins. What an alias or a merge key stands for has no place of its own.
pub(super) fn places(text: &str) -> Places {
    let mut finder = Finder::default();
    let mut events: Events<'_> = Parser::new_from_str(text);
    while !finder.walked.is_done()
        && let Some(Ok((event, span))) = events.next_event()
    {
        finder.on_event(event, span);
    }
    finder.walked.finish()
}

/// Tells keys from values among the events of one document.
#[derive(Default)]
struct Finder {
    walked: Walked,
    /// The collections that are open.
    open: Vec<Open>,
}

#[derive(PartialEq)]
enum Open {
    Sequence,
    /// A key comes next.
    Mapping,
    /// The value of a key comes next.
    Member,
}

impl<'t> SpannedEventReceiver<'t> for Finder {
    fn on_event(&mut self, event: Event<'t>, span: Span) {
        let at = position(&span);
        match event {
            Event::Scalar(text, ..) => self.scalar(&text, at),
            Event::Alias(_) => self.scalar("*", at),
            Event::SequenceStart(..) => self.start(Open::Sequence, at),
            Event::MappingStart(..) => self.start(Open::Mapping, at),
            Event::SequenceEnd | Event::MappingEnd => {
                self.open.pop();
                self.walked.close();
            }
            _ => {}
        }
    }
}

impl Finder {
    fn scalar(&mut self, text: &str, at: Position) {
        if self.turn() { self.walked.key(text, at) } else { self.walked.value(at) }
    }

    fn start(&mut self, collection: Open, at: Position) {
        // As a key, a collection is nothing that a pointer could name, and the reader refuses it.
        self.turn();
        self.walked.open(at);
        self.open.push(collection);
    }

    /// Whether a key is at hand; in a mapping, keys and values take turns.
    fn turn(&mut self) -> bool {
        let Some(open) = self.open.last_mut() else { return false };
        let is_key = *open == Open::Mapping;
        match open {
            Open::Sequence => {}
            Open::Mapping => *open = Open::Member,
            Open::Member => *open = Open::Mapping,
        }
        is_key
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn value(text: &str) -> Value {
        match parse(text) {
            Ok((value, _)) => value,
            Err(defect) => panic!("{}: {}", defect.position, defect.found),
        }
    }

    fn failure(text: &str) -> String {
        let defect = parse(text).err().unwrap();
        let pointer = defect.pointer.map(|pointer| pointer.to_string());
        format!("{} {:?}: expected {}, found {}", defect.position, pointer, defect.expected, defect.found)
    }

    #[test]
    fn reads_the_core_schema_and_nothing_more() {
        let text = "{a: no, b: 2024-01-01, c: 12:30, d: 0x1F, e: 0o17, f: -7, g: 1.5e3, h: ~, i: TRUE, j: .nan, k: '1',
                     l: 18446744073709551615, m: 1_000, n: +5, o: !!str 5, p: 1.2.3, q: 0123}";
        assert_eq!(
            value(text),
            json!({"a": "no", "b": "2024-01-01", "c": "12:30", "d": 31, "e": 15, "f": -7, "g": 1500.0, "h": null,
                   "i": true, "j": ".nan", "k": "1", "l": u64::MAX, "m": "1_000", "n": 5, "o": "5", "p": "1.2.3", "q": 123})
        );
        assert_eq!(value("200: ok\ntrue: x\n"), json!({"200": "ok", "true": "x"}));
    }

    #[test]
    fn aliases_and_merge_keys_are_resolved() {
        let text = "base: &b {x: 1, y: 2}\nuse:\n  <<: *b\n  y: 3\nlist: [*b, *b]\n";
        assert_eq!(value(text)["use"], json!({"x": 1, "y": 3}));
        assert_eq!(value(text)["list"][1], json!({"x": 1, "y": 2}));
    }

    #[test]
    fn a_billion_laughs_are_refused_at_once() {
        let mut text = String::from("a0: &a0 [1,1,1,1,1,1,1,1,1,1]\n");
        for level in 1..12 {
            let line = vec![format!("*a{}", level - 1); 10].join(",");
            text += &format!("a{level}: &a{level} [{line}]\n");
        }
        assert!(failure(&text).contains("at most 5000000 values"), "{}", failure(&text));
    }

    #[test]
    fn depth_is_limited_and_cycles_are_refused() {
        // The parser has a limit of its own for flow collections, ours holds for all.
        assert_eq!(failure(&"[".repeat(5_000)), r#"1:256 Some(""): expected valid YAML, found recursion limit exceeded"#);
        let block: String = (0..300).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
        assert_eq!(failure(&block), r#"130:130 Some(""): expected at most 128 levels, found more"#);
        assert!(failure("a: &a [*a]").contains("inside the value that it names"), "{}", failure("a: &a [*a]"));
    }

    #[test]
    fn a_defect_says_where() {
        assert!(failure("a:\n  b: [1, 2\nc: 3\n").starts_with("3:"), "{}", failure("a:\n  b: [1, 2\nc: 3\n"));
        assert_eq!(failure("# nothing\n"), r#"2:1 Some(""): expected a document, found an empty text"#);
        let (_, remarks) = parse("a: {b: 1, b: 2, 200: 3, '300': 4}").ok().unwrap();
        assert_eq!(remarks.duplicates[0].as_str(), "/a/b");
        assert_eq!(remarks.numeric, [Pointer::parse("/a/200").unwrap()]);
    }
}
