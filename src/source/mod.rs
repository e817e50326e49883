//! Texts: JSON and YAML read into values under limits, and the line and column of any place in them.
//!
//! The only folder that names the YAML reader. What the values mean is for `contract` to say.

mod json;
mod yaml;

use std::{
    borrow::Cow,
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use serde_json::Value;

pub(crate) use self::json::{JsonDefect, parse as parse_json};
use crate::{
    error::{Defect, DefectKind, Error, Position},
    pointer::Pointer,
};

/// How deep values may nest, in documents and in bodies alike; `serde_json` has the same limit built in.
pub(crate) const MAX_DEPTH: usize = 128;

/// The text of a document, with its name; finds the position of a place when somebody asks, not before.
pub(crate) struct Source {
    name: Arc<str>,
    text: Text,
    /// Places already looked up: reports repeat the same few rules.
    found: Mutex<HashMap<Pointer, Option<Position>>>,
}

/// Texts are megabytes: they are taken over, not copied.
enum Text {
    Json(Cow<'static, str>),
    Yaml(Cow<'static, str>),
    /// Made from a value, not from a text: nothing has a position.
    None,
}

impl Text {
    /// Text that begins with `{` or `[` is JSON: YAML would read it just so.
    fn of(text: Cow<'static, str>) -> Self {
        if text.trim_start().starts_with(['{', '[']) { Self::Json(text) } else { Self::Yaml(text) }
    }
}

/// What is odd about a text that was read.
#[derive(Debug, Default)]
pub(crate) struct Remarks {
    /// Members given twice.
    pub(crate) duplicates: Vec<Pointer>,
    /// YAML keys of three digits without quotes: the status that they mean is text.
    pub(crate) numeric: Vec<Pointer>,
}

/// A place in a JSON or YAML text that could not be read.
pub(crate) struct SyntaxDefect {
    pub(crate) position: Position,
    pub(crate) pointer: Option<Pointer>,
    pub(crate) expected: String,
    pub(crate) found: String,
}

impl Source {
    /// Reads the bytes of a file: UTF-8 (RFC 8259, section 8.1), and nothing but.
    pub(crate) fn read_bytes(name: &str, bytes: Vec<u8>) -> Result<(Self, Value, Remarks), Error> {
        let text = String::from_utf8(bytes).map_err(|error| {
            let (offset, bytes) = (error.utf8_error().valid_up_to(), error.as_bytes());
            Defect {
                kind: DefectKind::Syntax,
                document: name.into(),
                position: Some(position_of(bytes, offset)),
                pointer: None,
                expected: "UTF-8 text".into(),
                found: format!("the byte 0x{:02X}", bytes[offset]),
            }
        })?;
        Self::read(name, text)
    }

    /// Reads a text as JSON if it begins with `{` or `[`, else as YAML, which has no other spelling of those.
    ///
    /// Members given twice are named beside the value, which holds the last one.
    pub(crate) fn read(name: &str, mut text: String) -> Result<(Self, Value, Remarks), Error> {
        if text.starts_with('\u{feff}') {
            text.remove(0);
        }
        let text = Text::of(text.into());
        let read = match &text {
            Text::Json(text) => json::parse(text.as_bytes())
                .map(|(value, duplicates)| (value, Remarks { duplicates, ..Remarks::default() }))
                .map_err(JsonDefect::into_syntax),
            Text::Yaml(text) => yaml::parse(text),
            Text::None => Ok((Value::Null, Remarks::default())),
        };
        match read {
            Ok((value, remarks)) => Ok((Self::new(name, text), value, remarks)),
            Err(defect) => Err(Error::from(Defect {
                kind: DefectKind::Syntax,
                document: name.into(),
                position: Some(defect.position),
                pointer: defect.pointer,
                expected: defect.expected,
                found: defect.found,
            })),
        }
    }

    /// The source of a document that was read before, from this text.
    pub(crate) fn of_parsed(name: &str, text: Cow<'static, str>) -> Self {
        Self::new(name, Text::of(text))
    }

    /// The source of a document that came as a value.
    pub(crate) fn of_value(name: &str) -> Self {
        Self::new(name, Text::None)
    }

    fn new(name: &str, text: Text) -> Self {
        Self { name: name.into(), text, found: Mutex::default() }
    }

    /// The document's name, as it was given: usually a path.
    pub(crate) fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// Whether a word may stand somewhere in the document: a quick no saves a walk through all of it.
    pub(crate) fn may_mention(&self, word: &str) -> bool {
        match &self.text {
            Text::Json(text) | Text::Yaml(text) => text.contains(word),
            Text::None => true,
        }
    }

    /// Whether a `$ref` may lead out of this text: one look at the text, no walk through the value.
    pub(crate) fn may_refer_outside(&self) -> bool {
        let text = match &self.text {
            Text::Json(text) | Text::Yaml(text) => text,
            Text::None => return true,
        };
        text.match_indices("$ref").any(|(at, word)| {
            let after = text[at + word.len()..].trim_start_matches(['"', '\'', ' ', ':', '\t']);
            !after.starts_with('#')
        }) || text.contains("propertyName") && text.contains("mapping") && [".json", ".yaml", ".yml"].iter().any(|end| text.contains(end))
    }

    /// Where the value that `pointer` names begins; for a member of an object, where its name begins.
    pub(crate) fn locate(&self, pointer: &Pointer) -> Option<Position> {
        // A panic while the map was held cannot have left it half changed.
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(position) = found.get(pointer) {
            return *position;
        }
        let tokens: Vec<String> = pointer.tokens().collect();
        let position = match &self.text {
            Text::Json(text) => json::locate(text, &tokens),
            Text::Yaml(text) => yaml::locate(text, &tokens),
            Text::None => None,
        };
        found.insert(pointer.clone(), position);
        position
    }

    /// An error about a place in this document.
    pub(crate) fn defect(&self, kind: DefectKind, pointer: Pointer, expected: impl Into<String>, found: impl Into<String>) -> Error {
        // The nearest place that exists: a missing member has no position of its own.
        let mut nearest = pointer.clone();
        let mut position = self.locate(&nearest);
        while position.is_none() && !nearest.is_root() {
            nearest.pop();
            position = self.locate(&nearest);
        }
        Error::from(Defect {
            kind,
            document: Arc::clone(&self.name),
            position,
            pointer: Some(pointer),
            expected: expected.into(),
            found: found.into(),
        })
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Line and column of a byte offset.
fn position_of(text: &[u8], offset: usize) -> Position {
    let before = &text[..offset.min(text.len())];
    let line_start = before.iter().rposition(|&byte| byte == b'\n').map_or(0, |newline| newline + 1);
    let line = before.iter().filter(|&&byte| byte == b'\n').count() + 1;
    let column = String::from_utf8_lossy(&before[line_start..]).chars().count() + 1;
    Position { line, column }
}

/// What a value is, in the words of a message: `an object`, `the number 5`, `"text"`.
pub(crate) fn describe(value: &Value) -> String {
    match value {
        Value::Null => "null".into(),
        Value::Bool(truth) => truth.to_string(),
        Value::Number(number) => format!("the number {number}"),
        Value::String(text) => quote(text),
        Value::Array(items) if items.is_empty() => "an empty array".into(),
        Value::Array(items) => format!("an array of {}", items.len()),
        Value::Object(members) if members.is_empty() => "an empty object".into(),
        Value::Object(_) => "an object".into(),
    }
}

/// Text in quotes, cut after 60 characters: a message must not carry megabytes.
pub(crate) fn quote(text: &str) -> String {
    const SHOWN: usize = 60;
    match text.char_indices().nth(SHOWN) {
        None => format!("{text:?}"),
        Some((cut, _)) => format!("{:?}… ({} characters)", &text[..cut], text.chars().count()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pointer(text: &str) -> Pointer {
        Pointer::parse(text).unwrap()
    }

    fn at(source: &Source, place: &str) -> Option<(usize, usize)> {
        source.locate(&pointer(place)).map(|position| (position.line, position.column))
    }

    #[test]
    fn json_and_yaml_give_the_same_value_and_positions_of_their_own() {
        let json = "{\n  \"a\": [1, {\"b/c\": null}],\n  \"d\": \"é\", \"e\": 1\n}";
        let (source, from_json, _) = Source::read("x.json", json.into()).unwrap();
        assert_eq!(at(&source, ""), Some((1, 1)));
        assert_eq!(at(&source, "/a"), Some((2, 3)));
        assert_eq!(at(&source, "/a/0"), Some((2, 9)));
        assert_eq!(at(&source, "/a/1/b~1c"), Some((2, 13)));
        assert_eq!(at(&source, "/e"), Some((3, 13)));
        assert_eq!(at(&source, "/f"), None);

        let yaml = "a:\n  - 1\n  - b/c:\nd: é\ne: 1\n";
        let (source, from_yaml, _) = Source::read("x.yaml", yaml.into()).unwrap();
        assert_eq!(from_json, from_yaml);
        assert_eq!(at(&source, "/a"), Some((1, 1)));
        assert_eq!(at(&source, "/a/0"), Some((2, 5)));
        assert_eq!(at(&source, "/a/1/b~1c"), Some((3, 5)));
        assert_eq!(at(&source, "/e"), Some((5, 1)));
        assert_eq!(at(&source, "/a/2"), None);
    }

    #[test]
    fn long_texts_are_cut_in_messages() {
        let text = quote(&"é".repeat(100_000));
        assert!(text.len() < 200, "{text}");
        assert!(text.ends_with("… (100000 characters)"), "{text}");
    }
}
