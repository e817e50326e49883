//! Media types as texts (RFC 9110, section 8.3.1): what they are, and which of several a document means.

use std::borrow::Cow;

/// How bodies of a media type are read and written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Json,
    /// `application/x-www-form-urlencoded`.
    Form,
    Multipart,
    Xml,
    /// JSON values one after the other: a line each, or each after a record separator (RFC 7464).
    JsonLines,
    /// `text/event-stream`.
    Events,
    Text,
    Binary,
}

/// The media type without its parameters, in lower case.
pub(crate) fn essence(media_type: &str) -> Cow<'_, str> {
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    if essence.bytes().any(|byte| byte.is_ascii_uppercase()) { Cow::Owned(essence.to_ascii_lowercase()) } else { Cow::Borrowed(essence) }
}

/// A parameter's value, without quotes.
pub(crate) fn parameter(media_type: &str, name: &str) -> Option<String> {
    parameters(media_type).into_iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

/// The parameters, as far as they are well-formed: names, and values without quotes (RFC 9110, section 5.6.6).
pub(crate) fn parameters(media_type: &str) -> Vec<(&str, String)> {
    let mut rest = media_type.split_once(';').map_or("", |(_, rest)| rest);
    let mut parameters = Vec::new();
    // A quoted value may hold a semicolon.
    while let Some((name, after)) = rest.split_once('=') {
        let after = after.trim_start();
        let (value, next) = match after.strip_prefix('"') {
            Some(quoted) => unquoted(quoted),
            None => {
                let (value, next) = after.split_once(';').unwrap_or((after, ""));
                (value.trim().to_owned(), next)
            }
        };
        parameters.push((name.trim(), value));
        rest = next.trim_start().trim_start_matches(';');
    }
    parameters
}

/// The text up to the closing quote, and what follows it.
pub(crate) fn unquoted(text: &str) -> (String, &str) {
    let mut value = String::new();
    let mut chars = text.char_indices();
    while let Some((at, char)) = chars.next() {
        match char {
            '"' => return (value, &text[at + 1..]),
            '\\' => value.extend(chars.next().map(|(_, char)| char)),
            other => value.push(other),
        }
    }
    (value, "")
}

/// Whether a media type is JSON: itself, or by its suffix (RFC 6839, section 3.1).
pub(crate) fn is_json(media_type: &str) -> bool {
    kind(media_type) == Kind::Json
}

/// How bodies of a media type are read and written.
pub(crate) fn kind(media_type: &str) -> Kind {
    let essence = essence(media_type);
    match &*essence {
        "application/json" | "text/json" => Kind::Json,
        "application/x-www-form-urlencoded" => Kind::Form,
        "application/xml" | "text/xml" => Kind::Xml,
        "application/x-ndjson"
        | "application/ndjson"
        | "application/jsonl"
        | "application/x-jsonlines"
        | "application/jsonlines"
        | "application/json-seq"
        | "application/geo+json-seq" => Kind::JsonLines,
        "text/event-stream" => Kind::Events,
        other if other.ends_with("+json") => Kind::Json,
        other if other.ends_with("+json-seq") => Kind::JsonLines,
        other if other.ends_with("+xml") => Kind::Xml,
        other if other.starts_with("multipart/") => Kind::Multipart,
        other if other.starts_with("text/") => Kind::Text,
        _ => Kind::Binary,
    }
}

/// How well a declared range describes a media type; the higher, the more specific; `None` if it does not.
///
/// The same one with all parameters of the range, the more of them the better, else the same with others, else
/// `application/json` for any JSON, else `text/*`, else `*/*` (OpenAPI 3.1, section 4.8.13.1: "the most specific key").
pub(crate) fn fit(range: &str, media_type: &str) -> Option<usize> {
    let (wanted, given) = (essence(range), essence(media_type));
    if wanted == given {
        return Some(same_parameters(range, media_type).map_or(4, |number| 5 + number));
    }
    if wanted == "application/json" && is_json(media_type) {
        return Some(3);
    }
    let kind = |text: &str| text.split('/').next().map(str::to_owned);
    match wanted.strip_suffix("/*") {
        Some("*") => Some(1),
        Some(wanted) if kind(&given).as_deref() == Some(wanted) => Some(2),
        _ if wanted == "*" => Some(1),
        _ => None,
    }
}

/// How many parameters a range has, if the media type has each of them with the same value. Blanks, quotes and order do not
/// matter (RFC 9110, sections 5.6.6 and 8.3.1); case matters in values, but in names of character sets (section 8.3.2).
fn same_parameters(range: &str, media_type: &str) -> Option<usize> {
    let (wanted, given) = (parameters(range), parameters(media_type));
    let same = |(name, value): &(&str, String)| {
        given.iter().any(|(known, given)| {
            let is_charset = name.eq_ignore_ascii_case("charset");
            known.eq_ignore_ascii_case(name) && (given == value || (is_charset && given.eq_ignore_ascii_case(value)))
        })
    };
    wanted.iter().all(same).then_some(wanted.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_told_apart() {
        assert!(is_json("Application/JSON; charset=utf-8") && is_json("application/vnd.x+json") && !is_json("application/jsonp"));
        assert_eq!(kind("application/soap+xml"), Kind::Xml);
        assert_eq!(kind("multipart/form-data; boundary=x"), Kind::Multipart);
        assert_eq!(kind("application/x-ndjson"), Kind::JsonLines);
        assert_eq!(kind("image/png"), Kind::Binary);
    }

    #[test]
    fn parameters_may_be_quoted() {
        assert_eq!(parameter("text/plain; charset=UTF-8", "charset").as_deref(), Some("UTF-8"));
        assert_eq!(parameter(r#"multipart/form-data; x="a;b\"c"; boundary="--y z""#, "Boundary").as_deref(), Some("--y z"));
        assert_eq!(parameter(r#"a/b; x="a;b\"c""#, "x").as_deref(), Some("a;b\"c"));
        assert_eq!(parameter("text/plain", "charset"), None);
        assert_eq!(parameter("text/plain; charset", "charset"), None);
    }

    #[test]
    fn the_most_specific_range_fits_best() {
        let ranges = ["*/*", "application/json", "application/vnd.x+json", "text/*", "text/html;level=1"];
        let best = |given: &str| ranges.iter().filter_map(|range| Some((fit(range, given)?, *range))).max().map(|(_, range)| range);
        assert_eq!(best("application/vnd.x+json; v=1"), Some("application/vnd.x+json"));
        assert_eq!(best("application/vnd.y+json"), Some("application/json"));
        assert_eq!(best("text/css"), Some("text/*"));
        assert_eq!(best("text/html;level=1"), Some("text/html;level=1"));
        assert_eq!(best("image/png"), Some("*/*"));
    }

    #[test]
    fn parameters_of_a_range_are_compared_as_parameters() {
        let ranges = ["a/b", "a/b; version=2", "a/b; version=2; charset=UTF-8", "a/b; profile=\"x;y\""];
        let best = |given: &str| ranges.iter().filter_map(|range| Some((fit(range, given)?, *range))).max().map(|(_, range)| range);
        for given in ["a/b;version=2", "A/B ; Version=\"2\"", "a/b;charset=latin1;version=2", "a/b;x=\"a;b\";version=2"] {
            assert_eq!(best(given), Some("a/b; version=2"), "{given}");
        }
        assert_eq!(best("a/b;charset=utf-8;version=2"), Some("a/b; version=2; charset=UTF-8"));
        assert_eq!(best("a/b;profile=\"x;y\""), Some("a/b; profile=\"x;y\""));
        for given in ["a/b", "a/b;version=3", "a/b;charset=utf-8", "a/b;profile=\"X;Y\""] {
            assert_eq!(best(given), Some("a/b"), "{given}");
        }
        assert_eq!(fit("a/b;version=2", "a/b"), Some(4), "what is declared alone is meant");
    }
}
