//! The checks of formats that `jsonschema` does not have.

use std::sync::LazyLock;

/// Judges by a format that `jsonschema` knows.
fn by(format: &str) -> jsonschema::Validator {
    let schema = serde_json::json!({ "format": format });
    jsonschema::options().should_validate_formats(true).build(&schema).expect("a schema with one keyword compiles")
}

pub(super) fn is_local(text: &str) -> bool {
    static DATE_TIME: LazyLock<jsonschema::Validator> = LazyLock::new(|| by("date-time"));
    DATE_TIME.is_valid(&format!("{text}Z").into())
}

pub(super) fn is_local_time(text: &str) -> bool {
    static TIME: LazyLock<jsonschema::Validator> = LazyLock::new(|| by("time"));
    TIME.is_valid(&format!("{text}Z").into())
}

/// RFC 9110, section 5.6.7, in the form that is written today: `Sun, 06 Nov 1994 08:49:37 GMT`.
pub(super) fn is_http_date(text: &str) -> bool {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let parts: Vec<&str> = text.split(' ').collect();
    let [weekday, day, month, year, time, "GMT"] = parts.as_slice() else { return false };
    let Some(month) = MONTHS.iter().position(|known| known == month) else { return false };
    // Only the right day of the week comes back.
    weekday.ends_with(',') && crate::clock::http_date(&format!("{year}-{:02}-{day}T{time}Z", month + 1)).as_deref() == Some(text)
}

/// RFC 9110, section 12.5.1, without a weight.
pub(super) fn is_media_range(text: &str) -> bool {
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

pub(super) fn is_decimal(text: &str) -> bool {
    let text = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    is_digits(whole, usize::MAX) && is_digits(fraction, usize::MAX)
}

/// IEEE 754 decimal128, which has exponents.
pub(super) fn is_decimal128(text: &str) -> bool {
    let (number, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    is_decimal(number) && is_digits(exponent.strip_prefix(['-', '+']).unwrap_or(exponent), 4)
}

pub(super) fn is_sf_integer(text: &str) -> bool {
    is_digits(text.strip_prefix('-').unwrap_or(text), 15)
}

pub(super) fn is_sf_decimal(text: &str) -> bool {
    let parts = text.strip_prefix('-').unwrap_or(text).split_once('.');
    parts.is_some_and(|(whole, fraction)| is_digits(whole, 12) && is_digits(fraction, 3))
}

pub(super) fn is_sf_string(text: &str) -> bool {
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

pub(super) fn is_sf_token(text: &str) -> bool {
    let rest = text.strip_prefix(|first: char| first.is_ascii_alphabetic() || first == '*');
    rest.is_some_and(|rest| rest.split([':', '/']).all(|piece| piece.is_empty() || is_token(piece)))
}

pub(super) fn is_sf_binary(text: &str) -> bool {
    text.strip_prefix(':').and_then(|text| text.strip_suffix(':')).is_some_and(is_base64)
}

/// RFC 4648, section 5; padding may be missing.
pub(super) fn is_base64_of_urls(text: &str) -> bool {
    let data = text.trim_end_matches('=');
    let padding = text.len() - data.len();
    let whole = padding == 0 || text.len().is_multiple_of(4) && padding <= 2;
    whole && data.len() % 4 != 1 && data.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// RFC 4648, section 4.
pub(super) fn is_base64(text: &str) -> bool {
    let data = text.trim_end_matches('=');
    let padding = text.len() - data.len();
    text.len().is_multiple_of(4) && padding <= 2 && data.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'))
}

/// ITU-T E.164: a plus, then up to fifteen digits, the first of which is not 0.
pub(super) fn is_e164(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(|digits| is_digits(digits, 15) && !digits.starts_with('0'))
}

/// Semantic Versioning 2.0.0: three numbers, then perhaps a pre-release and a build.
pub(super) fn is_semver(text: &str) -> bool {
    let is_number = |text: &str| is_digits(text, usize::MAX) && (text == "0" || !text.starts_with('0'));
    let is_identifier = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let is_pre_release = |text: &str| is_identifier(text) && (!text.bytes().all(|byte| byte.is_ascii_digit()) || is_number(text));
    let (text, build) = text.split_once('+').map_or((text, None), |(text, build)| (text, Some(build)));
    let (core, pre_release) = text.split_once('-').map_or((text, None), |(core, rest)| (core, Some(rest)));
    core.split('.').count() == 3
        && core.split('.').all(is_number)
        && pre_release.is_none_or(|text| text.split('.').all(is_pre_release))
        && build.is_none_or(|text| text.split('.').all(is_identifier))
}

/// A ULID: 26 digits of Crockford's base 32, of which the first is at most 7.
pub(super) fn is_ulid(text: &str) -> bool {
    let is_digit = |byte: u8| byte.is_ascii_alphanumeric() && !b"ILOU".contains(&byte.to_ascii_uppercase());
    text.len() == 26 && text.bytes().all(is_digit) && text.as_bytes()[0] <= b'7'
}

/// IEEE 802: six pairs of hexadecimal digits, between colons or hyphens.
pub(super) fn is_mac(text: &str) -> bool {
    let is_pair = |pair: &str| pair.len() == 2 && pair.bytes().all(|byte| byte.is_ascii_hexdigit());
    [':', '-'].iter().any(|between| text.split(*between).count() == 6 && text.split(*between).all(is_pair))
}
