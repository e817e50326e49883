//! The formats: for each its name in messages, a maker, and a check where `jsonschema` has none.
//!
//! JSON Schema 2020-12 validation, section 7.3, the OpenAPI format registry, and what documents use beside those.

mod checks;
mod make;

use super::{
    names::{Background, Context, Name, codes, people, prose, web},
    random::Random,
};

/// One row: format, how it is called in a message, how a value is made, how one is checked.
struct Format {
    name: &'static str,
    noun: &'static str,
    make: fn(&mut Random, Context) -> String,
    check: Check,
}

/// Who checks values of a format.
enum Check {
    /// `jsonschema` does.
    Engine,
    /// There is nothing to check: any text is of the format.
    Any,
    Own(fn(&str) -> bool),
    /// Nobody: documents do not agree on what the name means. Values are made, and the survey says that none is checked.
    Unsure,
}

use Check::{Any, Engine, Own, Unsure};

const fn row(name: &'static str, noun: &'static str, make: fn(&mut Random, Context) -> String, check: Check) -> Format {
    Format { name, noun, make, check }
}

/// Adding a format is adding a row.
const FORMATS: &[Format] = &[
    row("date-time", "a date and time such as 2026-01-31T12:00:00Z", codes::date_time, Engine),
    row("date", "a date such as 2026-01-31", codes::date, Engine),
    row("time", "a time such as 12:00:00Z", make::time, Engine),
    row("duration", "an ISO 8601 duration such as PT15M", codes::duration, Engine),
    row("email", "an email address", people::email, Engine),
    row("idn-email", "an email address", people::email, Engine),
    row("hostname", "a host name", make::host, Engine),
    row("idn-hostname", "a host name", make::host, Engine),
    row("ipv4", "an IPv4 address", web::ipv4, Engine),
    row("ipv6", "an IPv6 address", web::ipv6, Engine),
    row("uri", "an absolute URI such as https://example.com/a", make::uri, Engine),
    row("url", "an absolute URL such as https://example.com/a", make::uri, Any),
    row("iri", "an absolute IRI such as https://example.com/a", make::uri, Engine),
    row("uri-reference", "a URI reference", make::uri_reference, Engine),
    row("iri-reference", "an IRI reference", make::uri_reference, Engine),
    row("uri-template", "a URI template", make::uri_template, Engine),
    row("uuid", "a UUID", codes::uuid, Engine),
    row("json-pointer", "a JSON Pointer", make::json_pointer, Engine),
    row("relative-json-pointer", "a relative JSON Pointer", make::relative_json_pointer, Engine),
    row("regex", "a regular expression", make::regex, Engine),
    row("byte", "base64 text", make::base64, Own(checks::is_base64)),
    row("binary", "bytes", make::base64, Any),
    row("password", "a password", make::password, Any),
    row("base64url", "base64 text for URLs", make::base64, Own(checks::is_base64_of_urls)),
    row("char", "one character", make::letter, Own(|text| text.chars().count() == 1)),
    row("commonmark", "CommonMark text", make::commonmark, Any),
    row("html", "HTML", prose::html, Any),
    row("date-time-local", "a date and time without a zone such as 2026-01-31T12:00:00", make::local, Own(checks::is_local)),
    row("time-local", "a time without a zone such as 12:00:00", make::local_time, Own(checks::is_local_time)),
    row("http-date", "a date such as Sat, 31 Jan 2026 12:00:00 GMT", make::http_date, Own(checks::is_http_date)),
    row("media-range", "a media range such as text/*", make::media_range, Own(checks::is_media_range)),
    row("decimal", "a decimal number such as 12.50", make::decimal, Own(checks::is_decimal)),
    row("decimal128", "a decimal number such as 12.50", make::decimal, Own(checks::is_decimal128)),
    // RFC 9651, section 3.3.
    row("sf-integer", "a structured integer", make::integer, Own(checks::is_sf_integer)),
    row("sf-decimal", "a structured decimal such as 4.5", make::decimal, Own(checks::is_sf_decimal)),
    row("sf-boolean", "`?0` or `?1`", make::sf_boolean, Own(|text| matches!(text, "?0" | "?1"))),
    row("sf-string", "a structured string, in quotes", make::sf_string, Own(checks::is_sf_string)),
    row("sf-token", "a structured token", prose::slug, Own(checks::is_sf_token)),
    row("sf-binary", "base64 text in colons", make::sf_binary, Own(checks::is_sf_binary)),
    // In no registry, and plain all the same.
    row("e164", "a phone number such as +12025550143", people::phone, Own(checks::is_e164)),
    row("semver", "a version such as 1.4.2", codes::version, Own(checks::is_semver)),
    row("ulid", "a ULID", make::ulid, Own(checks::is_ulid)),
    row("mac", "a MAC address such as 00:00:5e:00:53:01", web::mac, Own(checks::is_mac)),
    // In no registry, and read in several ways.
    row("base64", "base64 text", make::base64, Unsure),
    row("bigint", "an integer", make::digits, Unsure),
    row("color", "a colour such as #1a2b3c", codes::colour, Unsure),
    row("country", "a country code such as US", people::country_code, Unsure),
    row("country-code", "a country code such as US", people::country_code, Unsure),
    row("credit-card", "the number of a card", codes::card_number, Unsure),
    row("currency", "a currency code such as EUR", people::currency, Unsure),
    row("currency-code", "a currency code such as EUR", people::currency, Unsure),
    row("date-time-rfc-2822", "a date such as Sat, 31 Jan 2026 12:00:00 +0000", make::mail_date, Unsure),
    row("date-time-rfc1123", "a date such as Sat, 31 Jan 2026 12:00:00 GMT", make::http_date, Unsure),
    row("datetime", "a date and time such as 2026-01-31T12:00:00Z", codes::date_time, Unsure),
    row("domain", "a host name", make::host, Unsure),
    row("fqdn", "a host name", make::host, Unsure),
    row("guid", "a UUID", codes::uuid, Unsure),
    row("hex-color", "a colour such as #1a2b3c", codes::colour, Unsure),
    row("http-method", "an HTTP method", make::http_method, Unsure),
    row("host", "a host name", make::host, Unsure),
    row("ip", "an IP address", web::ipv4, Unsure),
    row("ip-address", "an IP address", web::ipv4, Unsure),
    row("iso-country-code", "a country code such as US", people::country_code, Unsure),
    row("jwt", "a JSON Web Token", make::jwt, Unsure),
    row("locale", "a language tag such as en-US", people::locale_tag, Unsure),
    row("mac-address", "a MAC address such as 00:00:5e:00:53:01", web::mac, Unsure),
    row("markdown", "Markdown text", make::commonmark, Unsure),
    row("objectid", "an identifier of 24 hexadecimal digits", make::object_id, Unsure),
    row("phone", "a phone number", people::phone, Unsure),
    row("phone-number", "a phone number", people::phone, Unsure),
    row("rfc2822", "a date such as Sat, 31 Jan 2026 12:00:00 +0000", make::mail_date, Unsure),
    row("slug", "a slug such as quiet-harbor", prose::slug, Unsure),
    row("timezone", "a time zone such as Europe/Berlin", people::time_zone, Unsure),
    row("unix-time", "seconds since 1970", make::unix_time, Unsure),
    row("unixtime", "seconds since 1970", make::unix_time, Unsure),
    row("urn", "a URN", make::urn, Unsure),
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

fn row_of(name: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|format| format.name == name)
}

/// Whether it is known what a format means, so that values of it are checked where there is something to check.
pub(crate) fn is_known(name: &str) -> bool {
    let in_table = row_of(name).is_some_and(|format| !matches!(format.check, Unsure));
    in_table || range(name).is_some() || matches!(name, "float" | "double")
}

/// What a message calls a value of this format.
pub(super) fn noun(name: &str) -> String {
    match row_of(name) {
        Some(format) => format!("{} (format `{name}`)", format.noun),
        None => format!("a value of the format `{name}`"),
    }
}

/// Makes a value of this format for a property of this name; `None` for formats that are not in the table.
pub(super) fn make(format: &str, random: &mut Random, background: Background, name: Name) -> Option<String> {
    row_of(format).map(|format| (format.make)(random, name.context(background)))
}

/// A pattern of values of a format, for those that must be shorter than usual, or match another pattern as well.
pub(super) fn shape(format: &str) -> Option<&'static str> {
    Some(match format {
        "date-time" => {
            "^20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,6})?(Z|[+-]0[0-9]:00)$"
        }
        "date" => "^20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])$",
        "time" => "^([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,6})?(Z|[+-]0[0-9]:00)$",
        "duration" => "^P([1-9][0-9]{0,2}D|T[1-9][0-9]{0,2}[HMS]|[1-9][0-9]?Y[1-9]M)$",
        "email" | "idn-email" => "^[a-z][a-z0-9._]{0,40}[a-z0-9]@[a-z]([a-z0-9-]{0,40}[a-z0-9])?\\.(com|org|io|example)$",
        "hostname" | "idn-hostname" => "^[a-z0-9]([a-z0-9-]{0,60}[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]{0,60}[a-z0-9])?){0,3}$",
        "ipv4" => "^(192\\.0\\.2|198\\.51\\.100|10\\.0\\.0|1\\.1\\.1)\\.([1-9]|[1-9][0-9]|1[0-9]{2})$",
        "ipv6" => "^(::[1-9a-f]|2001:db8:(:[1-9a-f][0-9a-f]{0,3}|([1-9a-f][0-9a-f]{0,3}:){5}[1-9a-f]))$",
        "uri" | "url" | "iri" => "^[a-z]{1,8}:(//[a-z0-9.]{1,40})?[a-z0-9/_.-]{1,200}$",
        "uri-reference" | "iri-reference" => "^[a-z0-9/_.-]{0,200}$",
        "uri-template" => "^[a-z0-9/_.-]{0,100}(\\{[a-z]{1,10}\\})?$",
        "json-pointer" => "^(/[a-z0-9_]{1,20}){0,10}$",
        "relative-json-pointer" => "^[1-9]?[0-9](/[a-z0-9_]{1,20}){0,10}$",
        "regex" => "^\\^?[a-z0-9]{0,100}\\$?$",
        _ => return None,
    })
}

/// Checks to add to those that `jsonschema` has.
pub(super) fn extra_checks() -> impl Iterator<Item = (&'static str, fn(&str) -> bool)> {
    FORMATS.iter().filter_map(|format| match format.check {
        Own(check) => Some((format.name, check)),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{clock::Timestamp, pointer::Pointer, seed::Seed};

    #[test]
    fn every_format_makes_values_that_its_own_check_accepts() {
        for format in FORMATS {
            let document = std::sync::Arc::new(super::super::Document::of_value(json!({"s": {"type": "string", "format": format.name}})));
            let schema = super::super::Schema::new(&document, Pointer::parse("/s").unwrap(), super::super::Direction::Response);
            for (number, property) in (0..60).zip(["", "avatar_url", "created_at", "birthday", "domain", "client_secret"].iter().cycle()) {
                let background = Background::at(Timestamp::FIXED);
                let made = (format.make)(&mut Random::new(Seed::new(number)), Name::read(property).context(background));
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
            ("e164", "+0123"),
            ("e164", "555-0100"),
            ("semver", "1.2"),
            ("semver", "1.02.3"),
            ("semver", "1.2.3-01"),
            ("ulid", "81K00000000000000000000000"),
            ("mac", "00:00:5e:00:53"),
        ];
        for (name, wrong) in cases {
            let document = std::sync::Arc::new(super::super::Document::of_value(json!({"s": {"format": name}})));
            let schema = super::super::Schema::new(&document, Pointer::parse("/s").unwrap(), super::super::Direction::Request);
            assert!(!schema.accepts(&json!(wrong)), "{name}: {wrong}");
        }
        assert!(checks::is_http_date("Sun, 06 Nov 1994 08:49:37 GMT"));
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
            let made = schema.generate(Seed::new(1), super::super::Setting::at(Timestamp::FIXED));
            assert!(made.is_ok_and(|made| made.is_number()), "{name}");
        }
    }
}
