//! Texts: JSON and YAML read into values under limits, and the line and column of any place in them.
//!
//! The only folder that names the YAML reader. What the values mean is for `contract` to say.

mod json;
#[cfg(feature = "overlay")]
mod origins;
mod places;
mod yaml;

use std::{
    borrow::Cow,
    fmt,
    sync::{Arc, OnceLock},
};

use serde_json::Value;

pub(crate) use self::json::{JsonDefect, parse as parse_json};
#[cfg(feature = "overlay")]
pub(crate) use self::origins::{Laid, Origin, Origins};
use self::places::Places;
use crate::{
    error::{Defect, DefectKind, Error, Position},
    pointer::Pointer,
};

/// How deep values may nest, in documents and in bodies alike; `serde_json` has the same limit built in.
pub(crate) const MAX_DEPTH: usize = 128;

/// How many values a document may hold, those that aliases repeat included. A 13 MB document holds about 400,000.
pub(crate) const MAX_VALUES: usize = 5_000_000;

/// The text of a document, with its name; finds the position of a place when somebody asks, not before.
pub(crate) struct Source {
    name: Arc<str>,
    text: Text,
    /// Found when the first one is asked for: loading pays nothing. Whoever asks meanwhile waits for a walk that it would have
    /// to take itself; nothing else waits.
    places: OnceLock<Places>,
    /// What overlays made of it.
    #[cfg(feature = "overlay")]
    laid: Option<Laid>,
}

/// Texts are megabytes: they are taken over, not copied.
enum Text {
    Json(Cow<'static, str>),
    Yaml(Cow<'static, str>),
    /// Made from a value, not from a text: nothing has a position.
    None,
}

impl Text {
    /// Text that begins with `{` or `[` is JSON, if it is sound.
    fn of(text: Cow<'static, str>) -> Self {
        if text.trim_start().starts_with(['{', '[']) { Self::Json(text) } else { Self::Yaml(text) }
    }

    fn may_refer_outside(&self) -> bool {
        let text = match self {
            Self::Json(text) | Self::Yaml(text) => text,
            Self::None => return true,
        };
        text.match_indices("$ref").any(|(at, word)| {
            let after = text[at + word.len()..].trim_start_matches(['"', '\'', ' ', ':', '\t']);
            !after.starts_with('#')
        }) || text.contains("propertyName") && text.contains("mapping") && [".json", ".yaml", ".yml"].iter().any(|end| text.contains(end))
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

impl Remarks {
    /// What is to be told of them: the code of a warning, the place, and the text.
    pub(crate) fn told(&self) -> impl Iterator<Item = (&'static str, &Pointer, &'static str)> {
        let twice = "this member is given twice, and only the last counts";
        let number = "the status is written as a number, and keys are text: it is read as one";
        let statuses = self.numeric.iter().filter(|pointer| pointer.parent().last().as_deref() == Some("responses"));
        let duplicates = self.duplicates.iter().map(move |pointer| ("duplicate-member", pointer, twice));
        duplicates.chain(statuses.map(move |pointer| ("status.numeric", pointer, number)))
    }
}

/// A place in a JSON or YAML text that could not be read.
pub(crate) struct SyntaxDefect {
    pub(crate) position: Position,
    pub(crate) pointer: Option<Pointer>,
    pub(crate) expected: String,
    pub(crate) found: String,
}

impl Source {
    /// Reads the bytes of a file.
    pub(crate) fn read_bytes(name: &str, bytes: Vec<u8>) -> Result<(Self, Value, Remarks), Error> {
        let text = decoded(bytes).map_err(|(position, expected, found)| Defect {
            kind: DefectKind::Syntax,
            document: name.into(),
            position: Some(position),
            pointer: None,
            expected: expected.into(),
            found,
        })?;
        Self::read(name, text)
    }

    /// Reads a text as JSON if it begins with `{` or `[` and is JSON, else as YAML, which has flow collections that JSON has not:
    /// with comments, or with a comma after the last item (YAML 1.2, section 7.4). Whoever writes neither meant JSON.
    ///
    /// Members given twice are named beside the value, which holds the last one.
    pub(crate) fn read(name: &str, mut text: String) -> Result<(Self, Value, Remarks), Error> {
        if text.starts_with('\u{feff}') {
            text.remove(0);
        }
        let as_yaml = |text: String| yaml::parse(&text).map(|(value, remarks)| (Text::Yaml(text.into()), value, remarks));
        let read = match Text::of(text.into()) {
            Text::Json(text) => match json::parse(text.as_bytes()) {
                Ok((value, duplicates)) => Ok((Text::Json(text), value, Remarks { duplicates, ..Remarks::default() })),
                Err(defect) => as_yaml(text.into_owned()).map_err(|_| defect.into_syntax()),
            },
            Text::Yaml(text) => as_yaml(text.into_owned()),
            Text::None => Ok((Text::None, Value::Null, Remarks::default())),
        };
        match read {
            Ok((text, value, remarks)) => Ok((Self::new(name, text), value, remarks)),
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
        Self {
            name: name.into(),
            text,
            places: OnceLock::new(),
            #[cfg(feature = "overlay")]
            laid: None,
        }
    }

    /// The same text, over which overlays were laid.
    #[cfg(feature = "overlay")]
    pub(crate) fn overlaid(self, laid: Laid) -> Self {
        Self { laid: Some(laid), ..self }
    }

    /// The text that a value stands in, and its place there: another one if an overlay brought it.
    #[cfg(feature = "overlay")]
    fn origin<'p>(&self, pointer: &'p Pointer) -> (&Self, Cow<'p, Pointer>) {
        let Some(laid) = &self.laid else { return (self, Cow::Borrowed(pointer)) };
        let (overlay, pointer) = laid.origin(pointer);
        (overlay.unwrap_or(self), Cow::Owned(pointer))
    }

    #[cfg(not(feature = "overlay"))]
    fn origin<'p>(&self, pointer: &'p Pointer) -> (&Self, Cow<'p, Pointer>) {
        (self, Cow::Borrowed(pointer))
    }

    /// This text, and those of its overlays.
    fn texts(&self) -> impl Iterator<Item = &Text> {
        #[cfg(feature = "overlay")]
        let overlays = self.laid.iter().flat_map(|laid| laid.overlays().map(|overlay| &overlay.text));
        #[cfg(not(feature = "overlay"))]
        let overlays = std::iter::empty();
        std::iter::once(&self.text).chain(overlays)
    }

    /// The document's name, as it was given: usually a path.
    pub(crate) fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// The name of the text that a value stands in: the document's, or that of the overlay that brought it.
    pub(crate) fn name_at(&self, pointer: &Pointer) -> &Arc<str> {
        &self.origin(pointer).0.name
    }

    /// Whether a word may stand somewhere in the document: a quick no saves a walk through all of it.
    pub(crate) fn may_mention(&self, word: &str) -> bool {
        self.texts().any(|text| match text {
            Text::Json(text) | Text::Yaml(text) => text.contains(word),
            Text::None => true,
        })
    }

    /// Whether a `$ref` may lead out of this text: one look at the text, no walk through the value.
    pub(crate) fn may_refer_outside(&self) -> bool {
        self.texts().any(Text::may_refer_outside)
    }

    /// Where the value that `pointer` names begins, or the nearest that would hold it; for a member of an object, where its
    /// name begins. In the text that [`name_at`](Self::name_at) names. `None` if there is no text.
    pub(crate) fn locate(&self, pointer: &Pointer) -> Option<Position> {
        let (source, pointer) = self.origin(pointer);
        source.places().nearest(&pointer)
    }

    fn places(&self) -> &Places {
        self.places.get_or_init(|| match &self.text {
            Text::Json(text) => json::places(text),
            Text::Yaml(text) => yaml::places(text),
            Text::None => Places::default(),
        })
    }

    /// An error about a place in this document.
    pub(crate) fn defect(&self, kind: DefectKind, pointer: Pointer, expected: impl Into<String>, found: impl Into<String>) -> Error {
        Error::from(Defect {
            kind,
            document: Arc::clone(self.name_at(&pointer)),
            position: self.locate(&pointer),
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

/// The text of a file: UTF-8, or UTF-16, which the first two bytes tell (YAML 1.2, section 5.2) as a document begins with a
/// character of ASCII or with a byte order mark.
fn decoded(bytes: Vec<u8>) -> Result<String, (Position, &'static str, String)> {
    match bytes.as_slice() {
        [0xFE, 0xFF, ..] | [0, 1..=255, ..] => utf16(&bytes, u16::from_be_bytes),
        [0xFF, 0xFE, ..] | [1..=255, 0, ..] => utf16(&bytes, u16::from_le_bytes),
        _ => String::from_utf8(bytes).map_err(|error| {
            let (offset, bytes) = (error.utf8_error().valid_up_to(), error.as_bytes());
            (position_of(bytes, offset), "UTF-8 text", format!("the byte 0x{:02X}", bytes[offset]))
        }),
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, (Position, &'static str, String)> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let mut text = String::with_capacity(pairs.len());
    let wrong = |text: &str, found: &str| Err((position_of(text.as_bytes(), text.len()), "UTF-16 text", found.to_owned()));
    for char in char::decode_utf16(pairs.iter().map(|pair| unit(*pair))) {
        match char {
            Ok(char) => text.push(char),
            Err(_) => return wrong(&text, "half of a surrogate pair"),
        }
    }
    if rest.is_empty() { Ok(text) } else { wrong(&text, "half of a unit at its end") }
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
        let json = "{\n  \"a\": [1, {\"b/c\": null}],\n  \"d\": \"é:\\\"\", \"e\": 1, \"\\u0066\": {}}";
        let (source, from_json, _) = Source::read("x.json", json.into()).unwrap();
        assert_eq!(at(&source, ""), Some((1, 1)));
        assert_eq!(at(&source, "/a"), Some((2, 3)));
        assert_eq!(at(&source, "/a/0"), Some((2, 9)));
        assert_eq!(at(&source, "/a/1/b~1c"), Some((2, 13)));
        assert_eq!(at(&source, "/e"), Some((3, 16)));
        assert_eq!(at(&source, "/f"), Some((3, 24)));

        let yaml = "a:\n  - 1\n  - b/c:\nd: é:\"\ne: 1\nf: {}\n";
        let (source, from_yaml, _) = Source::read("x.yaml", yaml.into()).unwrap();
        assert_eq!(from_json, from_yaml);
        assert_eq!(at(&source, "/a"), Some((1, 1)));
        assert_eq!(at(&source, "/a/0"), Some((2, 5)));
        assert_eq!(at(&source, "/a/1/b~1c"), Some((3, 5)));
        assert_eq!(at(&source, "/e"), Some((5, 1)));
        assert_eq!(at(&Source::of_value("x"), ""), None);
    }

    #[test]
    fn what_begins_as_json_does_may_be_yaml() {
        for text in ["{a: [1, 2], 'b': no}", "{\"a\": [1, 2,],\n# why\n\"b\": \"no\",}", "{\"a\": [1, 2], \"b\": \"no\"} # end\n"] {
            let (source, value, _) = Source::read("x", text.into()).unwrap();
            assert_eq!(value, serde_json::json!({"a": [1, 2], "b": "no"}), "{text}");
            assert!(at(&source, "/b").unwrap() > at(&source, "/a").unwrap(), "{text}");
        }
        let cases = [
            ("{\"a\": 1} {\"b\": 2}", "x:1:10: at the top level: expected valid JSON, found trailing characters"),
            ("{\"a\": 1}\nb: 2", "x:2:1: at the top level: expected valid JSON, found trailing characters"),
            ("{\"a\": [1, 2", "x:1:12: at /a/2: expected the rest of a list, found the end of the text"),
        ];
        for (text, expected) in cases {
            assert_eq!(Source::read("x", text.into()).unwrap_err().to_string(), expected);
        }
    }

    #[test]
    fn files_are_utf_8_or_utf_16() {
        let text = "a: é😀\n";
        let units: Vec<u16> = text.encode_utf16().collect();
        let (big, little): (Vec<u8>, Vec<u8>) =
            (units.iter().flat_map(|unit| unit.to_be_bytes()).collect(), units.iter().flat_map(|unit| unit.to_le_bytes()).collect());
        let read =
            |bytes: Vec<u8>| Source::read_bytes("x", bytes).map(|(_, value, _)| value["a"].clone()).map_err(|error| error.to_string());
        let marked = |mark: [u8; 2], bytes: &[u8]| [mark.as_slice(), bytes].concat();
        for bytes in [
            text.as_bytes().to_vec(),
            [b"\xEF\xBB\xBF", text.as_bytes()].concat(),
            big.clone(),
            little.clone(),
            marked([0xFE, 0xFF], &big),
            marked([0xFF, 0xFE], &little),
        ] {
            assert_eq!(read(bytes.clone()), Ok("é😀".into()), "{bytes:?}");
        }
        let refused = [
            (b"a: \xFF".to_vec(), "x:1:4: expected UTF-8 text, found the byte 0xFF"),
            (little[..little.len() - 1].to_vec(), "x:1:6: expected UTF-16 text, found half of a unit at its end"),
            ([&little[..10], b"\n\0"].concat(), "x:1:5: expected UTF-16 text, found half of a surrogate pair"),
        ];
        for (bytes, expected) in refused {
            assert_eq!(read(bytes), Err(expected.into()));
        }
    }

    #[test]
    fn what_has_no_place_has_that_of_the_nearest_that_would_hold_it() {
        let cases = [
            ("{\"a\": {\n\"b\": []}}", "/a/b/0", (2, 1)),
            ("{\"a\": {\n\"b\": []}}", "/a/c/d", (1, 2)),
            ("a:\n  b: []\n", "/a/c/d", (1, 1)),
            ("a: &a\n  x: 1\nb:\n  c: *a\n", "/b/c/x", (4, 3)),
            ("a: &a\n  x: 1\nb:\n  y: 2\n  <<: *a\n", "/b/x", (3, 1)),
            ("- - 1\n  - 2\n- 3\n", "/0/1", (2, 5)),
            ("- - 1\n  - 2\n- 3\n", "/2", (1, 1)),
        ];
        for (text, place, expected) in cases {
            let (source, ..) = Source::read("x", text.into()).unwrap();
            assert_eq!(at(&source, place), Some(expected), "{place} in {text:?}");
        }
    }

    #[test]
    fn of_copies_of_a_member_the_last_one_counts() {
        for text in ["{\"a\": 1,\n\"b\": 0,\n\"a\": {\"c\":\n2}}", "a: 1\nb: 0\na:\n  c: 2\n"] {
            let (source, value, remarks) = Source::read("x", text.into()).unwrap();
            assert_eq!(value["a"]["c"], 2);
            assert_eq!(remarks.duplicates, [pointer("/a")]);
            assert_eq!(at(&source, "/a").unwrap().0, 3, "{text:?}");
            assert!(at(&source, "/a/c").unwrap().0 >= 3, "{text:?}");
        }
    }

    /// Nothing checks that a text is the one that a value was read from.
    #[test]
    fn texts_that_were_never_read_end_the_walk() {
        for text in ["{\"a\": \"\\", "{\"a\"", "}", "[\u{1}", "{x y: 2", "[[[[", "é", "{\"a\": [1}, 2]", "a: [", "a: *b"] {
            at(&Source::of_parsed("x", text.into()), "/a/0/b");
        }
    }

    #[test]
    fn thousands_of_places_take_one_walk() {
        let items: String = (0..20_000).map(|number| format!("  k{number}: {{v: {number}}}\n")).collect();
        let (source, ..) = Source::read("x.yaml", format!("all:\n{items}")).unwrap();
        let begun = std::time::Instant::now();
        for number in (0..20_000).step_by(10) {
            assert_eq!(at(&source, &format!("/all/k{number}/v")).unwrap().0, number + 2);
        }
        // One walk takes some 100 ms without optimization, 2,000 would take minutes.
        assert!(begun.elapsed().as_secs() < 60, "{:?}", begun.elapsed());
    }

    #[test]
    fn long_texts_are_cut_in_messages() {
        let text = quote(&"é".repeat(100_000));
        assert!(text.len() < 200, "{text}");
        assert!(text.ends_with("… (100000 characters)"), "{text}");
    }
}
