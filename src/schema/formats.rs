//! The formats: for each its name in messages, a generator, and a check where `jsonschema` has none.
//!
//! JSON Schema 2020-12 validation, section 7.3, and the OpenAPI format registry.

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
];

fn row(name: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|format| format.name == name)
}

/// Whether a format is in the table, or checked by `jsonschema`.
pub(crate) fn is_known(name: &str) -> bool {
    row(name).is_some() || matches!(name, "int32" | "int64" | "float" | "double")
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
                let setting = Setting { now: Timestamp::FIXED };
                let made = (format.make)(&mut Random::new(Seed::new(number)), setting);
                assert!(schema.accepts(&json!(made)), "{}: {made}", format.name);
            }
        }
    }

    #[test]
    fn formats_are_asserted() {
        for (name, wrong) in [("date-time", "2026-01-31"), ("uuid", "x"), ("byte", "a"), ("uri", "example.com"), ("email", "a")] {
            let document = std::sync::Arc::new(super::super::Document::of_value(json!({"s": {"format": name}})));
            let schema = super::super::Schema::new(&document, Pointer::parse("/s").unwrap(), super::super::Direction::Request);
            assert!(!schema.accepts(&json!(wrong)), "{name}: {wrong}");
        }
    }
}
