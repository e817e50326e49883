//! The formats: for each its name in messages, a generator, and a check where `jsonschema` has none.
//!
//! JSON Schema 2020-12 validation, section 7.3, and the OpenAPI format registry.

use std::sync::LazyLock;

use fake::{Fake, faker::internet::en as internet};

use super::{generate::Setting, random::Random};
use crate::clock::Timestamp;

/// One row: format, how it is called in a message, how a value is made, how one is checked.
struct Format {
    name: &'static str,
    noun: &'static str,
    make: fn(&mut Random, Setting) -> String,
    /// `None` where `jsonschema` checks it, or where nothing can be checked.
    check: Option<fn(&str) -> bool>,
}

const LOWER: &[u8] = b"abcdefghijklmnopqrstuvwxyz";
const HEX: &[u8] = b"0123456789abcdef";
const SIXTY_FOUR: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// Adding a format is adding a row.
const FORMATS: &[Format] = &[
    Format { name: "date-time", noun: "a date and time such as 2026-01-31T12:00:00Z", make: date_time, check: None },
    Format { name: "date", noun: "a date such as 2026-01-31", make: |r, s| date_time(r, s)[..10].to_owned(), check: None },
    Format { name: "time", noun: "a time such as 12:00:00Z", make: |r, s| date_time(r, s)[11..].to_owned(), check: None },
    Format { name: "duration", noun: "an ISO 8601 duration such as PT15M", make: |r, _| format!("PT{}M", r.within(1..=59)), check: None },
    Format { name: "email", noun: "an email address", make: email, check: None },
    Format { name: "idn-email", noun: "an email address", make: email, check: None },
    Format { name: "hostname", noun: "a host name", make: host, check: None },
    Format { name: "idn-hostname", noun: "a host name", make: host, check: None },
    // Documentation ranges: RFC 5737 and RFC 3849.
    Format { name: "ipv4", noun: "an IPv4 address", make: |r, _| format!("192.0.2.{}", r.within(1..=254)), check: None },
    Format { name: "ipv6", noun: "an IPv6 address", make: |r, _| format!("2001:db8::{:x}", r.within(1..=0xffff)), check: None },
    Format { name: "uri", noun: "an absolute URI such as https://example.com/a", make: uri, check: None },
    Format { name: "url", noun: "an absolute URL such as https://example.com/a", make: uri, check: None },
    Format { name: "iri", noun: "an absolute IRI such as https://example.com/a", make: uri, check: None },
    Format { name: "uri-reference", noun: "a URI reference", make: |r, _| format!("/{}", r.text(LOWER, 8)), check: None },
    Format { name: "iri-reference", noun: "an IRI reference", make: |r, _| format!("/{}", r.text(LOWER, 8)), check: None },
    Format { name: "uri-template", noun: "a URI template", make: |r, _| format!("/{}/{{id}}", r.text(LOWER, 8)), check: None },
    Format { name: "uuid", noun: "a UUID", make: uuid, check: None },
    Format { name: "json-pointer", noun: "a JSON Pointer", make: |r, _| format!("/{}", r.text(LOWER, 8)), check: None },
    Format { name: "relative-json-pointer", noun: "a relative JSON Pointer", make: |r, _| format!("1/{}", r.text(LOWER, 8)), check: None },
    Format { name: "regex", noun: "a regular expression", make: |r, _| format!("^{}$", r.text(LOWER, 8)), check: None },
    Format { name: "byte", noun: "base64 text", make: |r, _| r.text(SIXTY_FOUR, 24), check: Some(is_base64) },
    Format { name: "binary", noun: "bytes", make: |r, _| r.text(SIXTY_FOUR, 24), check: None },
    Format { name: "password", noun: "a password", make: |r, _| r.text(SIXTY_FOUR, 20), check: None },
    Format { name: "base64url", noun: "base64 text for URLs", make: |r, _| r.text(SIXTY_FOUR, 24), check: Some(is_base64_of_urls) },
    Format { name: "char", noun: "one character", make: |r, _| r.text(LOWER, 1), check: Some(|text| text.chars().count() == 1) },
    Format { name: "commonmark", noun: "CommonMark text", make: |r, _| format!("*{}*", r.text(LOWER, 8)), check: None },
    Format { name: "html", noun: "HTML", make: |r, _| format!("<p>{}</p>", r.text(LOWER, 8)), check: None },
    Format {
        name: "date-time-local",
        noun: "a date and time without a zone such as 2026-01-31T12:00:00",
        make: local,
        check: Some(is_local),
    },
    Format {
        name: "time-local",
        noun: "a time without a zone such as 12:00:00",
        make: |r, s| local(r, s)[11..].to_owned(),
        check: Some(is_local_time),
    },
    Format { name: "http-date", noun: "a date such as Sat, 31 Jan 2026 12:00:00 GMT", make: http_date, check: Some(is_http_date) },
    Format {
        name: "media-range",
        noun: "a media range such as text/*",
        make: |_, _| "application/json".into(),
        check: Some(is_media_range),
    },
    Format { name: "decimal", noun: "a decimal number such as 12.50", make: decimal, check: Some(is_decimal) },
    Format { name: "decimal128", noun: "a decimal number such as 12.50", make: decimal, check: Some(is_decimal128) },
    // RFC 9651, section 3.3.
    Format { name: "sf-integer", noun: "a structured integer", make: |r, _| r.within(0..=999).to_string(), check: Some(is_sf_integer) },
    Format { name: "sf-decimal", noun: "a structured decimal such as 4.5", make: decimal, check: Some(is_sf_decimal) },
    Format { name: "sf-boolean", noun: "`?0` or `?1`", make: |_, _| "?1".into(), check: Some(|text| matches!(text, "?0" | "?1")) },
    Format {
        name: "sf-string",
        noun: "a structured string, in quotes",
        make: |r, _| format!("{:?}", r.text(LOWER, 8)),
        check: Some(is_sf_string),
    },
    Format { name: "sf-token", noun: "a structured token", make: |r, _| r.text(LOWER, 8), check: Some(is_sf_token) },
    Format {
        name: "sf-binary",
        noun: "base64 text in colons",
        make: |r, _| format!(":{}:", r.text(SIXTY_FOUR, 24)),
        check: Some(is_sf_binary),
    },
];

/// The formats of integers, with the least and the greatest of each.
///
/// `uint64` has no greatest: beyond 64 bits the canonical form folds no bounds, and nothing could be generated.
const INTEGERS: &[(&str, i64, Option<i64>)] = &[
    ("int8", i8::MIN as i64, Some(i8::MAX as i64)),
    ("int16", i16::MIN as i64, Some(i16::MAX as i64)),
    ("int32", i32::MIN as i64, Some(i32::MAX as i64)),
    ("int64", i64::MIN, Some(i64::MAX)),
    ("uint8", 0, Some(u8::MAX as i64)),
    ("uint16", 0, Some(u16::MAX as i64)),
    ("uint32", 0, Some(u32::MAX as i64)),
    ("uint64", 0, None),
    // The integers that a double holds exactly.
    ("double-int", -9_007_199_254_740_991, Some(9_007_199_254_740_991)),
];

/// The least and the greatest integer of a format.
pub(super) fn range(name: &str) -> Option<(i64, Option<i64>)> {
    INTEGERS.iter().find(|(known, ..)| *known == name).map(|(_, least, greatest)| (*least, *greatest))
}

fn row(name: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|format| format.name == name)
}

/// Whether a format is in the table, or checked by `jsonschema`.
pub(crate) fn is_known(name: &str) -> bool {
    row(name).is_some() || range(name).is_some() || matches!(name, "float" | "double")
}

/// What a message calls a value of this format.
pub(super) fn noun(name: &str) -> String {
    match row(name) {
        Some(format) => format!("{} (format `{name}`)", format.noun),
        None => format!("a value of the format `{name}`"),
    }
}

/// Makes a value of this format; `None` for formats that are not known.
pub(super) fn make(name: &str, random: &mut Random, setting: Setting) -> Option<String> {
    row(name).map(|format| (format.make)(random, setting))
}

/// Checks to add to those that `jsonschema` has.
pub(super) fn extra_checks() -> impl Iterator<Item = (&'static str, fn(&str) -> bool)> {
    FORMATS.iter().filter_map(|format| Some((format.name, format.check?)))
}

/// A moment of the last thirty days, in whole seconds.
fn date_time(random: &mut Random, setting: Setting) -> String {
    moment(random, setting).to_string()
}

pub(super) fn moment(random: &mut Random, setting: Setting) -> Timestamp {
    let seconds = random.within(0..=30 * 24 * 3600);
    setting.now.plus_millis(-(seconds as i64) * 1000)
}

/// RFC 2606 keeps `example.com` for examples.
fn email(random: &mut Random, _: Setting) -> String {
    let name: String = internet::Username().fake_with_rng(random);
    let safe: String = name.to_lowercase().chars().filter(|char| char.is_ascii_alphanumeric() || *char == '_').collect();
    format!("{safe}@example.com")
}

fn host(random: &mut Random, _: Setting) -> String {
    format!("{}.example.com", random.text(LOWER, 6))
}

fn uri(random: &mut Random, _: Setting) -> String {
    format!("https://example.com/{}", random.text(LOWER, 8))
}

/// RFC 9562, section 5.4: version 4.
fn uuid(random: &mut Random, _: Setting) -> String {
    let mut text = random.text(HEX, 32);
    text.replace_range(12..13, "4");
    text.replace_range(16..17, ["8", "9", "a", "b"][random.index(4)]);
    for at in [20, 16, 12, 8] {
        text.insert(at, '-');
    }
    text
}

/// A date and time without its `Z`.
fn local(random: &mut Random, setting: Setting) -> String {
    date_time(random, setting)[..19].to_owned()
}

fn http_date(random: &mut Random, setting: Setting) -> String {
    crate::clock::http_date(&date_time(random, setting)).unwrap_or_default()
}

fn decimal(random: &mut Random, _: Setting) -> String {
    format!("{}.{:02}", random.within(0..=999), random.within(0..=99))
}

/// Judges by a format that `jsonschema` knows.
fn by(format: &str) -> jsonschema::Validator {
    let schema = serde_json::json!({ "format": format });
    jsonschema::options().should_validate_formats(true).build(&schema).expect("a schema with one keyword compiles")
}

fn is_local(text: &str) -> bool {
    static DATE_TIME: LazyLock<jsonschema::Validator> = LazyLock::new(|| by("date-time"));
    DATE_TIME.is_valid(&format!("{text}Z").into())
}

fn is_local_time(text: &str) -> bool {
    static TIME: LazyLock<jsonschema::Validator> = LazyLock::new(|| by("time"));
    TIME.is_valid(&format!("{text}Z").into())
}

/// RFC 9110, section 5.6.7, in the form that is written today: `Sun, 06 Nov 1994 08:49:37 GMT`.
fn is_http_date(text: &str) -> bool {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let parts: Vec<&str> = text.split(' ').collect();
    let [weekday, day, month, year, time, "GMT"] = parts.as_slice() else { return false };
    let Some(month) = MONTHS.iter().position(|known| known == month) else { return false };
    // Only the right day of the week comes back.
    weekday.ends_with(',') && crate::clock::http_date(&format!("{year}-{:02}-{day}T{time}Z", month + 1)).as_deref() == Some(text)
}

/// RFC 9110, section 12.5.1, without a weight.
fn is_media_range(text: &str) -> bool {
    let mut parts = text.split(';').map(str::trim);
    let range = parts.next().and_then(|range| range.split_once('/'));
    let is_range = range.is_some_and(|(kind, subtype)| match (kind, subtype) {
        ("*", subtype) => subtype == "*",
        (kind, "*") => is_token(kind),
        (kind, subtype) => is_token(kind) && is_token(subtype),
    });
    is_range && parts.all(|parameter| parameter.split_once('=').is_some_and(|(name, value)| is_token(name) && !value.is_empty()))
}

/// RFC 9110, section 5.6.2.
fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

fn is_digits(text: &str, most: usize) -> bool {
    (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_decimal(text: &str) -> bool {
    let text = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    is_digits(whole, usize::MAX) && is_digits(fraction, usize::MAX)
}

/// IEEE 754 decimal128, which has exponents.
fn is_decimal128(text: &str) -> bool {
    let (number, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    is_decimal(number) && is_digits(exponent.strip_prefix(['-', '+']).unwrap_or(exponent), 4)
}

fn is_sf_integer(text: &str) -> bool {
    is_digits(text.strip_prefix('-').unwrap_or(text), 15)
}

fn is_sf_decimal(text: &str) -> bool {
    let parts = text.strip_prefix('-').unwrap_or(text).split_once('.');
    parts.is_some_and(|(whole, fraction)| is_digits(whole, 12) && is_digits(fraction, 3))
}

fn is_sf_string(text: &str) -> bool {
    let inner = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    let Some(inner) = inner.filter(|inner| inner.bytes().all(|byte| (0x20..0x7F).contains(&byte))) else { return false };
    let mut characters = inner.chars();
    while let Some(character) = characters.next() {
        let escaped = character != '\\' || matches!(characters.next(), Some('"' | '\\'));
        if character == '"' || !escaped {
            return false;
        }
    }
    true
}

fn is_sf_token(text: &str) -> bool {
    let rest = text.strip_prefix(|first: char| first.is_ascii_alphabetic() || first == '*');
    rest.is_some_and(|rest| rest.split([':', '/']).all(|piece| piece.is_empty() || is_token(piece)))
}

fn is_sf_binary(text: &str) -> bool {
    text.strip_prefix(':').and_then(|text| text.strip_suffix(':')).is_some_and(is_base64)
}

/// RFC 4648, section 5; padding may be missing.
fn is_base64_of_urls(text: &str) -> bool {
    let data = text.trim_end_matches('=');
    let padding = text.len() - data.len();
    let whole = padding == 0 || text.len().is_multiple_of(4) && padding <= 2;
    whole && data.len() % 4 != 1 && data.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// RFC 4648, section 4.
fn is_base64(text: &str) -> bool {
    let data = text.trim_end_matches('=');
    let padding = text.len() - data.len();
    text.len().is_multiple_of(4) && padding <= 2 && data.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{pointer::Pointer, seed::Seed};

    #[test]
    fn every_format_makes_values_that_its_own_check_accepts() {
        for format in FORMATS {
            let document = std::sync::Arc::new(super::super::Document::of_value(json!({"s": {"type": "string", "format": format.name}})));
            let schema = super::super::Schema::new(&document, Pointer::parse("/s").unwrap(), super::super::Direction::Response);
            for number in 0..50 {
                let setting = Setting::at(Timestamp::FIXED);
                let made = (format.make)(&mut Random::new(Seed::new(number)), setting);
                assert!(schema.accepts(&json!(made)), "{}: {made}", format.name);
            }
        }
    }

    #[test]
    fn formats_are_asserted() {
        let cases = [
            ("date-time", "2026-01-31"),
            ("uuid", "x"),
            ("byte", "a"),
            ("uri", "example.com"),
            ("email", "a"),
            ("base64url", "a+b="),
            ("char", "ab"),
            ("char", ""),
            ("date-time-local", "2026-01-31T12:00:00Z"),
            ("time-local", "25:00:00"),
            ("http-date", "Mon, 06 Nov 1994 08:49:37 GMT"),
            ("http-date", "Sunday, 06-Nov-94 08:49:37 GMT"),
            ("media-range", "*/json"),
            ("decimal", "1e5"),
            ("decimal128", "1e"),
            ("sf-integer", "1234567890123456"),
            ("sf-decimal", "1"),
            ("sf-string", "\"a\\b\""),
            ("sf-string", "a"),
            ("sf-token", "1a"),
            ("sf-binary", ":a:"),
        ];
        for (name, wrong) in cases {
            let document = std::sync::Arc::new(super::super::Document::of_value(json!({"s": {"format": name}})));
            let schema = super::super::Schema::new(&document, Pointer::parse("/s").unwrap(), super::super::Direction::Request);
            assert!(!schema.accepts(&json!(wrong)), "{name}: {wrong}");
        }
        assert!(is_http_date("Sun, 06 Nov 1994 08:49:37 GMT"));
    }

    #[test]
    fn numbers_keep_within_their_format() {
        let cases = [
            ("int8", json!(127), json!(128)),
            ("uint8", json!(255), json!(256)),
            ("uint16", json!(0), json!(-1)),
            ("int32", json!(-2_147_483_648_i64), json!(-2_147_483_649_i64)),
            ("uint32", json!(4_294_967_295_u64), json!(4_294_967_296_u64)),
            ("int64", json!(i64::MAX), json!(i64::MAX as u64 + 1)),
            ("uint64", json!(u64::MAX), json!(-1)),
            ("double-int", json!(9_007_199_254_740_991_u64), json!(9_007_199_254_740_992_u64)),
        ];
        for (name, right, wrong) in cases {
            let document = std::sync::Arc::new(super::super::Document::of_value(json!({"s": {"type": "number", "format": name}})));
            let schema = super::super::Schema::new(&document, Pointer::parse("/s").unwrap(), super::super::Direction::Request);
            assert!(schema.accepts(&right) && !schema.accepts(&wrong), "{name}");
            let made = schema.generate(Seed::new(1), Setting::at(Timestamp::FIXED));
            assert!(made.is_ok_and(|made| made.is_number()), "{name}");
        }
    }
}
