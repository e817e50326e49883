//! Small things about text that several layers need.

use std::borrow::Cow;

/// Percent-decoding (RFC 3986, section 2.1), exactly once. What is no valid escape stays as it is, and so does what
/// would not be UTF-8 afterwards.
pub(crate) fn percent_decode(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        match (first, after) {
            (b'%', [high, low, after @ ..]) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                decoded.push(hex(*high) * 16 + hex(*low));
                rest = after;
            }
            _ => decoded.push(*first),
        }
    }
    String::from_utf8(decoded).map_or(Cow::Borrowed(text), Cow::Owned)
}

/// Percent-encodes all but the unreserved characters of RFC 3986, section 2.3.
pub(crate) fn percent_encode(text: &str) -> String {
    percent_encode_but(text, b"-._~")
}

/// Percent-encodes what may not stand in a fragment (RFC 3986, section 3.5), for a JSON Pointer in one.
pub(crate) fn percent_encode_pointer(text: &str) -> String {
    percent_encode_but(text, b"-._~!$&'()*+,;=:@/?")
}

/// Percent-encodes all but ASCII letters, digits and some others.
fn percent_encode_but(text: &str, plain: &[u8]) -> String {
    use std::fmt::Write;
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || plain.contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a `String` cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

/// The value of a hexadecimal digit.
pub(crate) const fn hex(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        b'a'..=b'f' => digit - b'a' + 10,
        _ => digit - b'A' + 10,
    }
}

/// The candidate that is most like `given`, if any is like enough to be what was meant.
pub(crate) fn nearest<'c>(given: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    // Long texts are no typing slips, and the distance costs the product of both lengths.
    if given.len() > 200 {
        return None;
    }
    let length = given.chars().count();
    let allowed = (length / 3).max(1);
    // What has nothing in common is not alike, however short it is.
    let alike = |distance: usize, candidate: &str| distance <= allowed && distance < length.max(candidate.chars().count());
    let scored = candidates.into_iter().filter(|candidate| candidate.len() <= 200).map(|candidate| (distance(given, candidate), candidate));
    scored
        .filter(|(distance, candidate)| *distance == 0 || alike(*distance, candidate))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// How many characters must be put in, taken out or replaced, or neighbours swapped; case does not count.
pub(crate) fn distance(left: &str, right: &str) -> usize {
    let left: Vec<char> = left.to_lowercase().chars().collect();
    let right: Vec<char> = right.to_lowercase().chars().collect();
    let mut before = vec![0; right.len() + 1];
    let mut last: Vec<usize> = (0..=right.len()).collect();
    for (row, a) in left.iter().enumerate() {
        let mut next = vec![row + 1; right.len() + 1];
        for (column, b) in right.iter().enumerate() {
            let replaced = last[column] + usize::from(a != b);
            let mut best = replaced.min(last[column + 1] + 1).min(next[column] + 1);
            if row > 0 && column > 0 && *a == right[column - 1] && left[row - 1] == *b {
                best = best.min(before[column - 1] + 1);
            }
            next[column + 1] = best;
        }
        before = last;
        last = next;
    }
    last[right.len()]
}

/// The words of a text; those that are read in one go, `GET /things`, are one.
fn words(text: &str) -> Vec<String> {
    let is_method = |word: &str| word.len() > 2 && word.bytes().all(|byte| byte.is_ascii_uppercase());
    let mut words: Vec<String> = Vec::new();
    let mut goes_on = false;
    for word in text.split(' ') {
        match words.last_mut().filter(|_| goes_on) {
            Some(last) => *last = format!("{last} {word}"),
            None => words.push(word.to_owned()),
        }
        goes_on = is_method(word) || word == "(at";
    }
    words
}

/// `a`, `a or b`, `a, b or c`.
pub(crate) fn either(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

/// How wide a report is, in characters.
pub(crate) const WIDTH: usize = 100;

/// Text in lines that are not too wide, broken between words.
pub(crate) fn wrapped(text: &str, first: &str, others: &str) -> String {
    let mut lines = String::from(first);
    let mut width = first.chars().count();
    let mut is_first = true;
    for word in words(text) {
        let length = word.chars().count();
        if !is_first && width + 1 + length > WIDTH {
            lines += "\n";
            lines += others;
            width = others.chars().count();
            is_first = true;
        }
        if !is_first {
            lines += " ";
            width += 1;
        }
        lines += &word;
        width += length;
        is_first = false;
    }
    lines + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_exactly_once_and_leaves_what_is_no_escape() {
        assert_eq!(percent_decode("a%20b%2Fc"), "a b/c");
        assert_eq!(percent_decode("%2520"), "%20");
        assert_eq!(percent_decode("100%"), "100%");
        assert_eq!(percent_decode("%zz%4"), "%zz%4");
        assert_eq!(percent_decode("%C3%A9"), "é");
        assert_eq!(percent_decode("%FF"), "%FF");
    }

    #[test]
    fn finds_what_was_meant() {
        assert_eq!(nearest("enabld", ["name", "enabled", "url"]), Some("enabled"));
        assert_eq!(nearest("URL", ["name", "enabled", "url"]), Some("url"));
        assert_eq!(nearest("emial", ["email", "mail"]), Some("email"));
        assert_eq!(nearest("colour", ["name", "enabled", "url"]), None);
        assert_eq!(nearest("x", ["y", "t"]), None);
        assert_eq!(nearest("x", ["y", "xy"]), Some("xy"));
        assert_eq!(nearest(&"x".repeat(1_000_000), ["x"]), None);
    }

    #[test]
    fn joins_words() {
        let words = ["a", "b", "c"].map(String::from);
        assert_eq!(either(&words), "a, b or c");
        assert_eq!(either(&words[..1]), "a");
        assert_eq!(either(&[]), "");
    }

    #[test]
    fn lines_are_broken_between_words() {
        let long = "word ".repeat(30);
        let text = wrapped(long.trim_end(), "  ", "    ");
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH), "{text}");
        assert_eq!(text.lines().count(), 2);
        assert!(text.lines().nth(1).unwrap().starts_with("    word"));
        let unbroken = "x".repeat(300);
        assert_eq!(wrapped(&unbroken, "  ", "    "), format!("  {unbroken}\n"));
        assert_eq!(wrapped("a  b", "", ""), "a  b\n");
        let method = format!("{} GET /things", "x".repeat(94));
        assert!(wrapped(&method, "", "").ends_with("x\nGET /things\n"));
    }
}
