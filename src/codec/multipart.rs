//! `multipart/form-data` (RFC 7578) and other multipart bodies (RFC 2046, section 5.1): cut into parts, which share the
//! body's memory.

use super::{
    Unreadable,
    transfer::{undo, unfold},
};
use crate::{
    media,
    message::{Bytes, HeaderName, HeaderValue, Headers, header_text},
};

/// How many parts a body may have.
const MOST_PARTS: usize = 10_000;
/// How many headers a part may have.
const MOST_HEADERS: usize = 100;

/// One part.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    /// The name of the form's field; `None` outside of forms.
    pub(crate) name: Option<String>,
    pub(crate) headers: Headers,
    pub(crate) body: Bytes,
}

impl Part {
    /// The same part without its `Content-Transfer-Encoding`.
    pub(crate) fn decoded(mut self) -> Result<Self, Unreadable> {
        if let Some(encoding) = self.headers.get("content-transfer-encoding").and_then(header_text) {
            self.body = undo(&self.body, encoding.trim())?;
        }
        Ok(self)
    }
}

/// Cuts a body into its parts.
pub(crate) fn read(body: &Bytes, content_type: &str) -> Result<Vec<Part>, Unreadable> {
    let boundary = media::parameter(content_type, "boundary").filter(|boundary| !boundary.is_empty());
    let boundary = boundary.ok_or_else(|| Unreadable::new("a media type with a `boundary`", crate::source::quote(content_type)))?;
    let delimiter = format!("--{boundary}");
    let expected = format!("a part after {}", crate::source::quote(&delimiter));
    let mut at = first(body, delimiter.as_bytes()).ok_or_else(|| Unreadable::new(&expected, "no such line"))?;
    let inner = format!("\r\n{delimiter}");
    let mut parts = Vec::new();
    loop {
        let rest = &body[at..];
        if rest.starts_with(b"--") {
            return Ok(parts);
        }
        if parts.len() >= MOST_PARTS {
            return Err(Unreadable::new(format!("at most {MOST_PARTS} parts"), "more"));
        }
        // Blanks may follow the delimiter.
        let blanks = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let start = rest[blanks..].strip_prefix(b"\r\n").map(|_| at + blanks + 2);
        let start = start.ok_or_else(|| Unreadable::new("a line end after the boundary", "something else"))?;
        let length = find(&body[start - 2..], inner.as_bytes());
        let end = length.map(|length| start - 2 + length).ok_or_else(|| {
            let closing = format!("{delimiter}--");
            Unreadable::new(format!("a last line {}", crate::source::quote(&closing)), "the end of the body")
        })?;
        parts.push(part(&body.slice(start..end.max(start)))?);
        at = end + inner.len();
    }
}

/// Where the text after the first delimiter begins: at the start of the body, or of a line.
fn first(body: &[u8], delimiter: &[u8]) -> Option<usize> {
    if body.starts_with(delimiter) {
        return Some(delimiter.len());
    }
    let line = [b"\r\n", delimiter].concat();
    find(body, &line).map(|at| at + line.len())
}

fn find(body: &[u8], text: &[u8]) -> Option<usize> {
    let first = *text.first()?;
    let mut from = 0;
    // By the first byte: a boundary is rare, and so is its carriage return.
    while let Some(at) = body[from..].iter().position(|byte| *byte == first) {
        if body[from + at..].starts_with(text) {
            return Some(from + at);
        }
        from += at + 1;
    }
    None
}

fn part(bytes: &Bytes) -> Result<Part, Unreadable> {
    let (head, body) = match (bytes.starts_with(b"\r\n"), find(bytes, b"\r\n\r\n")) {
        (true, _) => (Bytes::new(), bytes.slice(2..)),
        (false, Some(at)) => (bytes.slice(..at), bytes.slice(at + 4..)),
        (false, None) => return Err(Unreadable::new("an empty line after the headers of a part", "none")),
    };
    let mut headers = Vec::new();
    let mut disposition = None;
    for line in unfold(&head).split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty()) {
        let text = String::from_utf8_lossy(line);
        let (name, value) = header(line)
            .ok_or_else(|| Unreadable::new("a header of a part, such as `Content-Type: text/plain`", crate::source::quote(&text)))?;
        if name == "content-disposition" {
            disposition = Some(String::from_utf8_lossy(value).into_owned());
        }
        // A form's field may have control characters in its name; they are no header of HTTP, and nothing else reads them.
        headers.extend(HeaderValue::from_bytes(value).ok().map(|value| (name, value)));
        if headers.len() > MOST_HEADERS {
            return Err(Unreadable::new(format!("at most {MOST_HEADERS} headers in a part"), "more"));
        }
    }
    let name = disposition.as_deref().and_then(|disposition| media::parameter(disposition, "name"));
    Ok(Part { name, headers: headers.into_iter().collect(), body })
}

fn header(line: &[u8]) -> Option<(HeaderName, &[u8])> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let name = HeaderName::from_bytes(line[..colon].trim_ascii()).ok()?;
    Some((name, line[colon + 1..].trim_ascii()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(body: &str, content_type: &str) -> Result<Vec<(Option<String>, String)>, Unreadable> {
        let read = read(&Bytes::from(body.to_owned()), content_type)?;
        Ok(read.into_iter().map(|part| (part.name, String::from_utf8(part.body.to_vec()).unwrap())).collect())
    }

    const TYPE: &str = "multipart/form-data; boundary=\"x y\"";

    #[test]
    fn parts_are_cut_at_the_boundary() {
        let body = "preamble\r\n--x y\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--x\r\n\r\n--x y  \r\ncontent-disposition: form-data; name=f; filename=\"a;b.txt\"\r\nContent-Type: text/plain\r\n\r\n\r\n--x y\r\n\r\nno head\r\n--x y--\r\nepilogue";
        let some = |text: &str| Some(text.to_owned());
        let expected = vec![(some("a"), "1\r\n--x\r\n".to_owned()), (some("f"), String::new()), (None, "no head".to_owned())];
        assert_eq!(parts(body, TYPE), Ok(expected));
        assert_eq!(parts("--x y--", TYPE), Ok(Vec::new()));
        let folded = "--x y\r\nContent-Disposition: form-data;\r\n name=a;\r\n\tfilename=b\r\n\r\n1\r\n--x y--";
        assert_eq!(parts(folded, TYPE), Ok(vec![(some("a"), "1".to_owned())]));
        let odd = parts("--x y\r\nContent-Disposition: form-data; name=\"a\x01b\"\r\n\r\n1\r\n--x y--", TYPE);
        assert_eq!(odd, Ok(vec![(some("a\u{1}b"), "1".to_owned())]), "names may hold control characters");
    }

    #[test]
    fn what_is_malformed_is_told() {
        let told = |body: &str| parts(body, TYPE).unwrap_err();
        assert_eq!(parts("", "multipart/form-data").unwrap_err().expected, "a media type with a `boundary`");
        assert_eq!(told("").expected, "a part after \"--x y\"");
        assert_eq!(told("--x y\r\n\r\nabc").expected, "a last line \"--x y--\"");
        assert_eq!(told("--x yz\r\n\r\n--x y--").expected, "a line end after the boundary");
        assert_eq!(told("--x y\r\nabc\r\n--x y--").expected, "an empty line after the headers of a part");
        assert_eq!(told("--x y\r\nabc\r\n\r\n1\r\n--x y--").expected, "a header of a part, such as `Content-Type: text/plain`");
    }
}
