//! How the server reads queries: numbers and times as JavaScript does.

use super::is_blank;
use crate::{Alters, Rule, Timestamp};

/// The page size is whatever JavaScript takes for a number: `1e1`, `0x10`. Times may lack seconds.
pub(super) struct Reading;

impl Rule for Reading {
    fn alters(&self) -> Alters {
        Alters::Nothing
    }

    fn prepare_parameter(&self, name: &str, text: &str) -> Option<String> {
        match name {
            "limit" => number(text),
            "created_from" | "created_to" => moment(text),
            _ => None,
        }
    }
}

/// A time that lacks its seconds, with them; `None` for what lacks none, or is no time.
fn moment(text: &str) -> Option<String> {
    let minutes = text.strip_suffix('Z').filter(|minutes| minutes.len() == "2026-01-01T00:00".len())?;
    let whole = format!("{minutes}:00Z");
    whole.parse::<Timestamp>().is_ok().then_some(whole)
}

/// The integer that JavaScript's `Number` makes of a text, in decimal; `None` for anything else, which is no limit either
/// way.
fn number(text: &str) -> Option<String> {
    let text = text.trim_matches(is_blank);
    if text.is_empty() {
        return Some("0".into());
    }
    let based = [("0x", 16), ("0o", 8), ("0b", 2)].into_iter().find_map(|(prefix, base)| {
        let digits = text.get(..2).filter(|start| start.eq_ignore_ascii_case(prefix)).map(|_| &text[2..])?;
        digits.bytes().all(|byte| byte.is_ascii_alphanumeric()).then(|| u64::from_str_radix(digits, base).ok()).flatten()
    });
    let decimal = || {
        // Rust reads `inf` and `nan` as well.
        let plain = text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
        let number = plain.then(|| text.parse::<f64>().ok()).flatten()?;
        (number.fract() == 0.0 && number.abs() < 1e15).then_some(number as i64)
    };
    based.map(|number| number.to_string()).or_else(|| decimal().map(|number| number.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_javascript_does() {
        let cases = [
            ("5", Some("5")),
            ("1e1", Some("10")),
            ("0x10", Some("16")),
            ("0X1f", Some("31")),
            ("0b11", Some("3")),
            ("0o17", Some("15")),
            (" 7\n", Some("7")),
            ("+7", Some("7")),
            ("7.", Some("7")),
            ("007", Some("7")),
            ("", Some("0")),
            (" ", Some("0")),
            ("-1", Some("-1")),
            ("1.5", None),
            ("abc", None),
            ("Infinity", None),
            ("nan", None),
            ("0x", None),
            ("0x-1", None),
            ("1_0", None),
            ("1e400", None),
        ];
        for (text, expected) in cases {
            assert_eq!(number(text).as_deref(), expected, "{text:?}");
        }
        assert_eq!(Reading.prepare_parameter("type", "1e1"), None);
    }

    #[test]
    fn times_have_seconds() {
        let cases = [
            ("2026-01-01T00:01Z", Some("2026-01-01T00:01:00Z")),
            ("2026-01-01T00:01:02Z", None),
            ("2026-01-01T00:01:02.5Z", None),
            ("2026-01-01T24:00Z", None),
            ("2026-02-29T00:00Z", None),
            ("2026-01-01T00:0éZ", None),
            ("2026-01-01T00:01", None),
            ("2026-01-01", None),
            ("Z", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(moment(text).as_deref(), expected, "{text:?}");
        }
    }
}
