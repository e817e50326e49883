//! Bytes that were written as text: base64 (RFC 4648), and what parts of mail, and of old forms, are encoded with (RFC 2045,
//! section 6).

use std::borrow::Cow;

use super::Unreadable;
use crate::{message::Bytes, source::quote, text::hex};

/// RFC 4648, section 4; padding may be missing.
pub(crate) fn decode_base64(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut held) = (0_u32, 0);
    for digit in text.trim_end_matches('=').bytes() {
        let value = match digit {
            b'A'..=b'Z' => digit - b'A',
            b'a'..=b'z' => digit - b'a' + 26,
            b'0'..=b'9' => digit - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held) as u8);
        }
    }
    Some(bytes)
}

/// Undoes the `Content-Transfer-Encoding` of a part. RFC 7578 (section 4.7) has done away with it, and senders have not.
pub(super) fn undo(body: &Bytes, encoding: &str) -> Result<Bytes, Unreadable> {
    let unreadable = || Unreadable::new(format!("a part that is encoded as {}", quote(encoding)), "something else");
    match encoding.to_ascii_lowercase().as_str() {
        "7bit" | "8bit" | "binary" => Ok(body.clone()),
        "base64" => {
            // RFC 2045, section 6.8: line ends are no data.
            let digits: Vec<u8> = body.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
            let decoded = std::str::from_utf8(&digits).ok().and_then(decode_base64);
            decoded.map(Bytes::from).ok_or_else(unreadable)
        }
        "quoted-printable" => quoted_printable(body).map(Bytes::from).ok_or_else(unreadable),
        _ => {
            let known = "the Content-Transfer-Encoding `base64`, `quoted-printable`, `7bit`, `8bit` or `binary`";
            Err(Unreadable::new(known, quote(encoding)))
        }
    }
}

/// RFC 2045, section 6.7: `=` and two digits are a byte, `=` at the end of a line is nothing.
fn quoted_printable(body: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(body.len());
    let mut rest = body;
    while let [first, after @ ..] = rest {
        rest = match (first, after) {
            (b'=', [b'\r', b'\n', after @ ..] | [b'\n', after @ ..]) => after,
            (b'=', [high, low, after @ ..]) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                bytes.push(hex(*high) * 16 + hex(*low));
                after
            }
            (b'=', _) => return None,
            (byte, after) => {
                bytes.push(*byte);
                after
            }
        };
    }
    Some(bytes)
}

/// A header's value whose folded lines are one again (RFC 5322, section 2.2.3; RFC 2046, section 5.1, for parts).
pub(super) fn unfold(head: &[u8]) -> Cow<'_, [u8]> {
    let folds = |pair: &[u8]| pair[0] == b'\n' && matches!(pair[1], b' ' | b'\t');
    if !head.windows(2).any(folds) {
        return Cow::Borrowed(head);
    }
    let mut unfolded = Vec::with_capacity(head.len());
    for (at, byte) in head.iter().enumerate() {
        let folded = |at: usize| head.get(at..at + 2).is_some_and(folds);
        if !(folded(at) || *byte == b'\r' && folded(at + 1)) {
            unfolded.push(*byte);
        }
    }
    Cow::Owned(unfolded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_of_parts_are_undone() {
        let read = |body: &'static str, encoding: &str| undo(&Bytes::from(body), encoding).map(|body| body.to_vec());
        let table =
            [("aGVs\r\nbG8=\r\n", "BASE64", "hello"), ("a=3D=C3=A9=\r\nb\r\n", "quoted-printable", "a=éb\r\n"), ("a=3D", "8bit", "a=3D")];
        for (body, encoding, text) in table {
            assert_eq!(read(body, encoding), Ok(text.as_bytes().to_vec()), "{encoding}");
        }
        assert_eq!(read("a=3", "quoted-printable").unwrap_err().expected, "a part that is encoded as \"quoted-printable\"");
        assert_eq!(read("!", "base64").unwrap_err().found, "something else");
        assert_eq!(read("!", "x-uuencode").unwrap_err().found, "\"x-uuencode\"");
    }

    #[test]
    fn folded_lines_are_one() {
        assert_eq!(&*unfold(b"a: b;\r\n c\r\nd: e\n\tf"), b"a: b; c\r\nd: e\tf");
    }
}
