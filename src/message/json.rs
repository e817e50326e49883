//! Bodies as JSON, for tests: as values, as a test's own types, and compared with what is expected.

use std::{error, fmt, sync::Arc};

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Bytes;
use crate::{
    diff::{self, Difference, Extent},
    mask,
    pointer::Pointer,
    text::percent_decode,
};

/// How much of a body a panic shows, in characters.
const SHOWN: usize = 400;
/// How many differences a panic shows.
const MOST_DIFFERENCES: usize = 50;

/// Why a body is no value of a type, and where.
///
/// ```
/// use standin::Request;
///
/// #[derive(Debug, serde::Deserialize)]
/// struct Thing {
///     #[allow(dead_code)]
///     sizes: Vec<u8>,
/// }
///
/// let request = Request::post("/things").with_json(&serde_json::json!({"sizes": [1, "two"]}));
/// let error = request.try_json_as::<Thing>().unwrap_err();
/// assert_eq!(error.pointer().as_str(), "/sizes/1");
/// assert_eq!(error.to_string(), r#"at /sizes/1: invalid type: string "two", expected u8"#);
/// ```
#[derive(Debug)]
pub struct JsonError {
    pointer: Pointer,
    reason: String,
    error: serde_json::Error,
}

impl JsonError {
    fn new(error: serde_json::Error, body: &[u8]) -> Self {
        let text = error.to_string();
        // The place is told by the pointer; line and column of a body on one line tell nobody anything.
        let reason = text.split(" at line ").next().unwrap_or_default();
        let reason = if error.is_data() { reason.to_owned() } else { text.clone() };
        let pointer = place_of(body, error.line(), error.column());
        Self { pointer, reason: mask::text(&reason).into_owned(), error }
    }

    /// The place in the body.
    pub fn pointer(&self) -> &Pointer {
        &self.pointer
    }

    /// Whether the body is no JSON at all, rather than JSON of another shape.
    pub fn is_syntax(&self) -> bool {
        !self.error.is_data()
    }
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.pointer.is_root() {
            write!(f, "at {}: ", self.pointer)?;
        }
        f.write_str(&self.reason)
    }
}

impl error::Error for JsonError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        Some(&self.error)
    }
}

/// Which message of which call a body belongs to, and which places in it hold secrets. Known once it is part of a call.
pub(crate) struct Context {
    pub(crate) title: String,
    pub(crate) hides: Box<dyn Fn(&Pointer) -> bool + Send + Sync>,
}

/// A body, and what is known of it.
pub(super) struct Body<'m> {
    pub(super) whose: &'static str,
    pub(super) bytes: &'m Bytes,
    pub(super) context: Option<&'m Arc<Context>>,
}

impl Body<'_> {
    pub(super) fn parse<T: DeserializeOwned>(&self) -> Result<T, JsonError> {
        serde_json::from_slice(self.bytes).map_err(|error| JsonError::new(error, self.bytes))
    }

    #[track_caller]
    pub(super) fn value(&self) -> Value {
        self.parse().unwrap_or_else(|error| panic!("standin: {} is not JSON: {error}; it begins {:?}", self.title(), self.beginning(200)))
    }

    #[track_caller]
    pub(super) fn typed<T: DeserializeOwned>(&self) -> T {
        self.parse().unwrap_or_else(|error| {
            let (name, title) = (std::any::type_name::<T>(), self.title());
            panic!("standin: {title} is no {name}\n  {error}\n  the body: {}", self.beginning(SHOWN))
        })
    }

    #[track_caller]
    pub(super) fn compare(&self, expected: &Value, extent: Extent) {
        let differences = diff::differences(expected, &self.value(), extent);
        if !differences.is_empty() {
            panic!("{}", self.report(&differences));
        }
    }

    fn report(&self, differences: &[Difference]) -> String {
        let differ = if differences.len() == 1 { "1 difference" } else { &format!("{} differences", differences.len()) };
        let mut text = format!("standin: {} is not as expected: {differ}\n", self.title());
        for difference in differences.iter().take(MOST_DIFFERENCES) {
            text += &difference.indented("  ", &|place| self.hides(place));
        }
        if differences.len() > MOST_DIFFERENCES {
            text += &format!("  and {} more\n", differences.len() - MOST_DIFFERENCES);
        }
        text
    }

    fn title(&self) -> String {
        match self.context {
            Some(context) => format!("the {}'s body of {}", self.whose, context.title),
            None => format!("the {}'s body", self.whose),
        }
    }

    /// A body that is no JSON, as text.
    fn text(&self) -> String {
        let hides = |name: &str| mask::is_telling_parameter(name) || self.hides(&Pointer::root().join(name));
        // A form hides its secrets from a reader of text.
        mask::text_but(&percent_decode(&String::from_utf8_lossy(self.bytes)), &hides).into_owned()
    }

    fn hides(&self, place: &Pointer) -> bool {
        self.context.is_some_and(|context| (context.hides)(place))
    }

    /// The beginning of the body, without its secrets.
    fn beginning(&self, length: usize) -> String {
        let text = match serde_json::from_slice::<Value>(self.bytes) {
            Ok(value) => diff::shown(&value, &Pointer::root(), &|place| self.hides(place)),
            // Which of its parts are secrets, their headers say, not their place.
            Err(_) if self.bytes.starts_with(b"--") => "(a multipart body)".into(),
            Err(_) => self.text(),
        };
        match text.char_indices().nth(length) {
            Some((cut, _)) => format!("{}… ({} bytes)", &text[..cut], self.bytes.len()),
            None => text,
        }
    }
}

/// The value that the reader stood in when it gave up at this line and column.
fn place_of(body: &[u8], line: usize, column: usize) -> Pointer {
    let start = body.split_inclusive(|byte| *byte == b'\n').take(line.saturating_sub(1)).map(<[u8]>::len).sum::<usize>();
    let end = (start + column.saturating_sub(1)).min(body.len());
    let mut open: Vec<Option<usize>> = Vec::new();
    let mut pointer = Pointer::root();
    let mut at = 0;
    while at < end {
        let length = match body[at] {
            b'"' => string_length(&body[at..]),
            _ => 1,
        };
        match body[at] {
            b'[' => {
                open.push(Some(0));
                pointer.push(0);
            }
            b'{' => open.push(None),
            b'"' if matches!(open.last(), Some(None)) && is_name(&body[(at + length).min(body.len())..]) => {
                let name = serde_json::from_slice::<String>(&body[at..(at + length).min(body.len())]);
                pointer.push(name.unwrap_or_default());
            }
            b',' => match open.last_mut() {
                Some(Some(index)) => {
                    *index += 1;
                    let index = *index;
                    pointer.pop();
                    pointer.push(index);
                }
                Some(None) => pointer.pop(),
                None => {}
            },
            b']' | b'}' => {
                let was_empty = matches!(open.pop(), Some(None)) && is_empty_object(body, at);
                if !was_empty {
                    pointer.pop();
                }
            }
            _ => {}
        }
        at += length.max(1);
    }
    // A member that is missing, or one too many, is told at the end of its object.
    if body.get(end) == Some(&b'}') && matches!(open.last(), Some(None)) && !is_empty_object(body, end) {
        pointer.pop();
    }
    pointer
}

fn is_empty_object(body: &[u8], closing: usize) -> bool {
    body[..closing].iter().rev().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{')
}

/// How many bytes a string takes with its quotes.
fn string_length(text: &[u8]) -> usize {
    let mut escaped = false;
    for (at, byte) in text.iter().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

fn is_name(after: &[u8]) -> bool {
    after.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b':')
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code, reason = "only read by serde")]
    struct Thing {
        name: String,
        #[serde(default)]
        sizes: Vec<u8>,
        #[serde(default)]
        inner: BTreeMap<String, Thing>,
    }

    #[test]
    fn the_place_of_an_error_is_told() {
        let table = [
            (r#"{"name": 1}"#, "/name"),
            (r#"{"name": "a", "sizes": [1, 2, "x", 3]}"#, "/sizes/2"),
            (r#"{"name": "a", "sizes": [1, 2, 300]}"#, "/sizes/2"),
            (r#"{"sizes": []}"#, ""),
            (r#"{"name": "a", "inner": {"b/c": {"name": "{[,"}, "d": {"sizes": [1]}}}"#, "/inner/d"),
            (r#"{"name": "a", "inner": {"d": {}}}"#, "/inner/d"),
            ("{\n  \"name\": \"a\",\n  \"sizes\": {}\n}", "/sizes"),
            (r#"{"name": "a", "sizes": [1, tru]}"#, "/sizes/1"),
            ("", ""),
        ];
        for (body, place) in table {
            let error = Body { whose: "request", bytes: &Bytes::from_static(body.as_bytes()), context: None }.parse::<Thing>().unwrap_err();
            assert_eq!(error.pointer().as_str(), place, "{body}: {error}");
        }
    }
}
