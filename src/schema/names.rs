//! What a property's name says about its value: realistic text where the schema asks for any text.
//!
//! Nothing here decides whether a value is valid; the caller keeps what fits.

use fake::{
    Fake,
    faker::{
        address::en as address, company::en as company, internet::en as internet, lorem::en as lorem, name::en as name,
        phone_number::en as phone,
    },
};

use super::random::Random;

/// Text for a property of this name.
pub(super) fn text(property: &str, random: &mut Random) -> String {
    match words(property).as_slice() {
        [.., "first", "name"] | [.., "given", "name" | "names"] => name::FirstName().fake_with_rng(random),
        [.., "last", "name"] | [.., "family", "name"] | [.., "surname"] => name::LastName().fake_with_rng(random),
        [.., "full", "name"] | [.., "customer" | "person" | "author", "name"] => name::Name().fake_with_rng(random),
        [.., "user", "name"] | [.., "username" | "login"] => internet::Username().fake_with_rng(random),
        [.., "company" | "organization" | "organisation"] | [.., "company" | "organization", "name"] => {
            company::CompanyName().fake_with_rng(random)
        }
        [.., "city"] => address::CityName().fake_with_rng(random),
        [.., "country"] => address::CountryName().fake_with_rng(random),
        [.., "country", "code"] => address::CountryCode().fake_with_rng(random),
        [.., "street"] | [.., "address"] => address::StreetName().fake_with_rng(random),
        [.., "zip" | "postcode"] | [.., "zip" | "postal", "code"] => address::PostCode().fake_with_rng(random),
        [.., "phone"] | [.., "phone", "number"] => phone::PhoneNumber().fake_with_rng(random),
        [.., "email"] => format!("{}@example.com", random.text(b"abcdefghijklmnopqrstuvwxyz", 8)),
        [.., "url" | "uri" | "href" | "link" | "website"] => {
            format!("https://example.com/{}", random.text(b"abcdefghijklmnopqrstuvwxyz", 8))
        }
        [.., "currency"] => "EUR".into(),
        [.., "id"] | [.., "token"] | [.., "key"] => random.text(b"abcdefghijklmnopqrstuvwxyz0123456789", 16),
        [.., "description" | "message" | "text" | "comment" | "note" | "hint" | "detail" | "summary"] => {
            lorem::Sentence(4..9).fake_with_rng(random)
        }
        [.., "name" | "title" | "label"] => capitalised(&words_of_lorem(random)),
        _ => words_of_lorem(random),
    }
}

fn words_of_lorem(random: &mut Random) -> String {
    let words: Vec<String> = lorem::Words(2..4).fake_with_rng(random);
    words.join(" ")
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// What a time property of this name tells: when something happened that has just happened, or will, or did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tense {
    Now,
    Past,
    Future,
}

pub(super) fn tense(property: &str) -> Tense {
    match words(property).as_slice() {
        [.., "created" | "updated" | "modified", "at" | "on" | "date" | "time"] | ["created" | "updated" | "modified"] => Tense::Now,
        words if words.iter().any(|word| matches!(*word, "expires" | "expiry" | "expiration" | "next" | "until" | "due" | "end")) => {
            Tense::Future
        }
        _ => Tense::Past,
    }
}

/// `givenNames`, `given_names` and `Given-Names` are the same words. Lower case is borrowed from a table of what is
/// looked for, so that nothing is allocated.
fn words(property: &str) -> Vec<&'static str> {
    let mut words = Vec::new();
    let mut start = 0;
    let bytes = property.as_bytes();
    for at in 1..=bytes.len() {
        let ends = at == bytes.len()
            || !bytes[at].is_ascii_alphanumeric()
            || (bytes[at].is_ascii_uppercase() && bytes[at - 1].is_ascii_lowercase());
        if ends {
            let word = property.get(start..at).unwrap_or_default().trim_matches(|char: char| !char.is_ascii_alphanumeric());
            words.extend(KNOWN.iter().find(|known| known.eq_ignore_ascii_case(word)).copied().or((!word.is_empty()).then_some("")));
            start = at;
        }
    }
    words
}

/// Every word that the rules above look for.
const KNOWN: &[&str] = &[
    "address",
    "at",
    "author",
    "city",
    "code",
    "comment",
    "company",
    "country",
    "created",
    "currency",
    "customer",
    "date",
    "description",
    "detail",
    "due",
    "email",
    "end",
    "expiration",
    "expires",
    "expiry",
    "family",
    "first",
    "full",
    "given",
    "hint",
    "href",
    "id",
    "key",
    "label",
    "last",
    "link",
    "login",
    "message",
    "modified",
    "name",
    "names",
    "next",
    "note",
    "number",
    "on",
    "organisation",
    "organization",
    "person",
    "phone",
    "postal",
    "postcode",
    "street",
    "summary",
    "surname",
    "text",
    "time",
    "title",
    "token",
    "until",
    "updated",
    "uri",
    "url",
    "user",
    "username",
    "website",
    "zip",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::Seed;

    #[test]
    fn names_are_read_in_every_spelling() {
        assert_eq!(words("first_name"), ["first", "name"]);
        assert_eq!(words("firstName"), ["first", "name"]);
        assert_eq!(words("First-Name"), ["first", "name"]);
        assert_eq!(words("organization_id"), ["organization", "id"]);
        assert_eq!(words("webhook_url"), ["", "url"]);
        assert_eq!(tense("createdAt"), Tense::Now);
        assert_eq!(tense("expires_at"), Tense::Future);
        assert_eq!(tense("last_attempt_at"), Tense::Past);
    }

    #[test]
    fn the_same_seed_gives_the_same_text() {
        for property in ["first_name", "city", "email", "title", "whatever", ""] {
            let made = |seed| text(property, &mut Random::new(Seed::new(seed)));
            assert_eq!(made(1), made(1), "{property}");
            assert!(!made(1).is_empty(), "{property}");
        }
    }
}
