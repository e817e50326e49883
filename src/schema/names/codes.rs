//! Identifiers, hashes, tokens and other texts that machines read. What looks like a secret says that it is none.

use super::{Context, prose::one};
use crate::schema::random::Random;

pub(in crate::schema) const LOWER_AND_DIGITS: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";
const UPPER: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const UPPER_AND_DIGITS: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
const LETTERS_AND_DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const HEX: &[u8] = b"0123456789abcdef";

pub(in crate::schema) fn id(random: &mut Random, _: Context) -> String {
    random.text(LOWER_AND_DIGITS, 16)
}

/// RFC 9562, section 5.4: version 4.
pub(in crate::schema) fn uuid(random: &mut Random, _: Context) -> String {
    let mut text = random.text(HEX, 32);
    text.replace_range(12..13, "4");
    text.replace_range(16..17, ["8", "9", "a", "b"][random.index(4)]);
    for at in [20, 16, 12, 8] {
        text.insert(at, '-');
    }
    text
}

pub(in crate::schema) fn short_code(random: &mut Random, _: Context) -> String {
    random.text(UPPER_AND_DIGITS, 6)
}

pub(in crate::schema) fn upper_letter(random: &mut Random, _: Context) -> String {
    random.text(UPPER, 1)
}

pub(in crate::schema) fn hex_8(random: &mut Random, _: Context) -> String {
    random.text(HEX, 8)
}

pub(in crate::schema) fn hex_7(random: &mut Random, _: Context) -> String {
    random.text(HEX, 7)
}

pub(in crate::schema) fn hex_32(random: &mut Random, _: Context) -> String {
    random.text(HEX, 32)
}

pub(in crate::schema) fn hex_40(random: &mut Random, _: Context) -> String {
    random.text(HEX, 40)
}

pub(in crate::schema) fn hex_64(random: &mut Random, _: Context) -> String {
    random.text(HEX, 64)
}

pub(in crate::schema) fn hex_128(random: &mut Random, _: Context) -> String {
    random.text(HEX, 128)
}

pub(in crate::schema) fn token(random: &mut Random, _: Context) -> String {
    format!("test_token_{}", random.text(LOWER_AND_DIGITS, 20))
}

pub(in crate::schema) fn secret(random: &mut Random, _: Context) -> String {
    format!("test_secret_{}", random.text(LOWER_AND_DIGITS, 20))
}

pub(in crate::schema) fn api_key(random: &mut Random, _: Context) -> String {
    format!("test_key_{}", random.text(LOWER_AND_DIGITS, 20))
}

pub(in crate::schema) fn password(random: &mut Random, _: Context) -> String {
    format!("not-a-secret-{}", random.text(LOWER_AND_DIGITS, 6))
}

/// What a caller hands back without reading it, such as a place in a list.
pub(in crate::schema) fn opaque(random: &mut Random, _: Context) -> String {
    random.text(LETTERS_AND_DIGITS, 24)
}

pub(in crate::schema) fn base64(random: &mut Random, _: Context) -> String {
    random.text(LETTERS_AND_DIGITS, 32)
}

pub(in crate::schema) fn version(random: &mut Random, _: Context) -> String {
    format!("{}.{}.{}", random.within(0..=5), random.within(0..=12), random.within(0..=9))
}

pub(in crate::schema) fn colour(random: &mut Random, _: Context) -> String {
    format!("#{}", random.text(HEX, 6))
}

pub(in crate::schema) fn branch(random: &mut Random, context: Context) -> String {
    format!("{}/{}", one(random, &["feature", "fix", "docs"]), super::prose::slug(random, context))
}

/// An order, an invoice, a ticket.
pub(in crate::schema) fn reference(random: &mut Random, _: Context) -> String {
    format!("{}-{:05}", random.text(UPPER, 3), random.within(1..=99_999))
}

/// An ISO 8601 duration.
pub(in crate::schema) fn duration(random: &mut Random, _: Context) -> String {
    format!("PT{}M", random.within(1..=59))
}

/// RFC 3339.
pub(in crate::schema) fn date_time(random: &mut Random, context: Context) -> String {
    context.name.tense.moment(context.background, random).to_string()
}

pub(in crate::schema) fn date(random: &mut Random, context: Context) -> String {
    date_time(random, context)[..10].to_owned()
}

/// Hours and minutes, at a quarter.
pub(in crate::schema) fn clock_time(random: &mut Random, _: Context) -> String {
    format!("{:02}:{:02}", random.within(6..=21), random.within(0..=3) * 15)
}

/// An amount with cents, as text.
pub(in crate::schema) fn amount(random: &mut Random, _: Context) -> String {
    format!("{}.{:02}", random.within(1..=499), [0, 25, 49, 50, 75, 95, 99][random.index(7)])
}

/// A number that payment processors keep for tests.
pub(in crate::schema) fn card_number(random: &mut Random, _: Context) -> String {
    one(random, &["4242424242424242", "5555555555554444", "4111111111111111", "378282246310005"]).to_owned()
}
