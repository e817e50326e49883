//! Makers of formats that names have none for. Where a property's name says more than its format, the name is followed.

use super::super::{
    names::{
        Context,
        codes::{date_time, password as any_password, uuid},
        prose,
        web::{host as any_host, page, path},
    },
    random::Random,
};

const LOWER: &[u8] = b"abcdefghijklmnopqrstuvwxyz";
const DIGITS: &[u8] = b"0123456789";
const HEX: &[u8] = b"0123456789abcdef";
const SIXTY_FOUR: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const CROCKFORD: &[u8] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// What the name itself says, if that is of the kind that the format asks for; else what any property of the kind has.
fn named(random: &mut Random, context: Context, is_kind: impl Fn(&str) -> bool, any: fn(&mut Random, Context) -> String) -> String {
    let text = context.name.text(random, context.background, usize::MAX);
    if is_kind(&text) { text } else { any(random, context) }
}

pub(super) fn time(random: &mut Random, context: Context) -> String {
    format!("{}Z", local_time(random, context))
}

pub(super) fn local(random: &mut Random, context: Context) -> String {
    date_time(random, context)[..19].to_owned()
}

pub(super) fn local_time(random: &mut Random, _: Context) -> String {
    format!("{:02}:{:02}:00", random.within(6..=21), random.within(0..=11) * 5)
}

pub(super) fn http_date(random: &mut Random, context: Context) -> String {
    crate::clock::http_date(&date_time(random, context)).unwrap_or_default()
}

/// RFC 5322, with the offset in numbers.
pub(super) fn mail_date(random: &mut Random, context: Context) -> String {
    http_date(random, context).replace("GMT", "+0000")
}

pub(super) fn unix_time(random: &mut Random, context: Context) -> String {
    (context.name.tense.moment(context.background, random).as_millis() / 1000).to_string()
}

pub(super) fn host(random: &mut Random, context: Context) -> String {
    let is_host = |text: &str| text.contains('.') && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'.');
    named(random, context, is_host, any_host)
}

pub(super) fn uri(random: &mut Random, context: Context) -> String {
    named(random, context, |text| text.starts_with("https://"), page)
}

/// What comes after the host.
pub(super) fn uri_reference(random: &mut Random, context: Context) -> String {
    let text = uri(random, context);
    let after = text.split_once("example.com/").map(|(_, after)| format!("/{after}"));
    after.unwrap_or_else(|| path(random, context))
}

pub(super) fn uri_template(random: &mut Random, context: Context) -> String {
    format!("{}/{{id}}", page(random, context))
}

pub(super) fn urn(random: &mut Random, context: Context) -> String {
    format!("urn:uuid:{}", uuid(random, context))
}

/// The time comes first in it: those of these years begin with `01K`.
pub(super) fn ulid(random: &mut Random, _: Context) -> String {
    format!("01K{}", random.text(CROCKFORD, 23))
}

pub(super) fn object_id(random: &mut Random, _: Context) -> String {
    format!("6{}", random.text(HEX, 23))
}

pub(super) fn json_pointer(random: &mut Random, context: Context) -> String {
    format!("/{}", prose::identifier(random, context))
}

pub(super) fn relative_json_pointer(random: &mut Random, context: Context) -> String {
    format!("1/{}", prose::identifier(random, context))
}

pub(super) fn regex(random: &mut Random, _: Context) -> String {
    format!("^{}[0-9]+$", random.text(LOWER, 4))
}

pub(super) fn base64(random: &mut Random, _: Context) -> String {
    random.text(SIXTY_FOUR, 24)
}

/// Three parts, of which the first says that nothing is signed.
pub(super) fn jwt(random: &mut Random, _: Context) -> String {
    format!("eyJhbGciOiJub25lIn0.eyJzdWIiOiJ0ZXN0In0.{}", random.text(SIXTY_FOUR, 43))
}

/// Keys and tokens are declared as passwords as well.
pub(super) fn password(random: &mut Random, context: Context) -> String {
    named(random, context, |text| text.starts_with("test_"), any_password)
}

pub(super) fn letter(random: &mut Random, _: Context) -> String {
    random.text(LOWER, 1)
}

pub(super) fn commonmark(random: &mut Random, context: Context) -> String {
    format!("**{}**: {}", prose::title(random, context), prose::sentence(random, context))
}

pub(super) fn media_range(random: &mut Random, _: Context) -> String {
    prose::one(random, &["application/json", "application/pdf", "image/*", "text/plain"]).to_owned()
}

pub(super) fn decimal(random: &mut Random, _: Context) -> String {
    format!("{}.{:02}", random.within(0..=999), random.within(0..=99))
}

pub(super) fn integer(random: &mut Random, _: Context) -> String {
    random.within(0..=999).to_string()
}

pub(super) fn digits(random: &mut Random, _: Context) -> String {
    format!("1{}", random.text(DIGITS, 8))
}

pub(super) fn sf_boolean(random: &mut Random, context: Context) -> String {
    if context.name.boolean(random) { "?1" } else { "?0" }.to_owned()
}

pub(super) fn sf_string(random: &mut Random, context: Context) -> String {
    format!("\"{}\"", prose::title(random, context))
}

pub(super) fn sf_binary(random: &mut Random, context: Context) -> String {
    format!(":{}:", base64(random, context))
}

pub(super) fn http_method(random: &mut Random, _: Context) -> String {
    prose::one(random, &["GET", "POST", "PUT", "PATCH", "DELETE"]).to_owned()
}
