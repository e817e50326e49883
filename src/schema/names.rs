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

/// What a property's name tells, read once for each property of a plan.
#[derive(Debug, Clone, Copy)]
pub(super) struct Name {
    make: fn(&mut Random) -> String,
    item: fn(&mut Random) -> String,
    pub(super) tense: Tense,
    telling: bool,
    error: bool,
}

impl Name {
    pub(super) fn read(property: &str) -> Self {
        // The items of `names` are each a name.
        let singular = property.strip_suffix('s').filter(|name| !name.ends_with('s')).unwrap_or(property);
        Self {
            make: maker(&words(property)),
            item: maker(&words(singular)),
            tense: tense(&words(property)),
            error: matches!(property, "error" | "errors" | "Error" | "Errors" | "warnings"),
            telling: words(property).last().is_some_and(|last| !last.is_empty()),
        }
    }

    /// Text for a property of this name.
    pub(super) fn text(self, random: &mut Random) -> String {
        (self.make)(random)
    }

    /// Whether the value tells of what went wrong.
    pub(super) fn is_error(self) -> bool {
        self.error
    }

    /// Whether the name says what the text is.
    pub(super) fn is_telling(self) -> bool {
        self.telling
    }

    /// The name of an item of an array that has this name.
    #[must_use]
    pub(super) fn item(self) -> Self {
        Self { make: self.item, ..self }
    }
}

const LOWER: &[u8] = b"abcdefghijklmnopqrstuvwxyz";

fn maker(words: &[&str]) -> fn(&mut Random) -> String {
    match words {
        [.., "first", "name"] | [.., "given", "name" | "names"] => |random| name::FirstName().fake_with_rng(random),
        [.., "last", "name"] | [.., "family", "name"] | [.., "surname"] => |random| name::LastName().fake_with_rng(random),
        [.., "full", "name"] | [.., "customer" | "person" | "author", "name"] => |random| name::Name().fake_with_rng(random),
        [.., "user", "name"] | [.., "username" | "login"] => |random| internet::Username().fake_with_rng(random),
        [.., "company" | "organization" | "organisation"] | [.., "company" | "organization", "name"] => {
            |random| company::CompanyName().fake_with_rng(random)
        }
        [.., "city"] => |random| address::CityName().fake_with_rng(random),
        [.., "country"] => |random| address::CountryName().fake_with_rng(random),
        [.., "country", "code"] => |random| address::CountryCode().fake_with_rng(random),
        [.., "street"] | [.., "address"] => |random| address::StreetName().fake_with_rng(random),
        [.., "zip" | "postcode"] | [.., "zip" | "postal", "code"] => |random| address::PostCode().fake_with_rng(random),
        [.., "phone"] | [.., "phone", "number"] => |random| phone::PhoneNumber().fake_with_rng(random),
        // RFC 2606 keeps `example.com` for examples.
        [.., "email"] => |random| format!("{}@example.com", random.text(LOWER, 8)),
        [.., "url" | "uri" | "href" | "link" | "website"] => |random| format!("https://example.com/{}", random.text(LOWER, 8)),
        [.., "currency"] => |_| "EUR".into(),
        [.., "id" | "token" | "key"] => |random| random.text(b"abcdefghijklmnopqrstuvwxyz0123456789", 16),
        [.., "description" | "message" | "text" | "comment" | "note" | "hint" | "detail" | "summary"] => {
            |random| lorem::Sentence(4..9).fake_with_rng(random)
        }
        [.., "name" | "title" | "label"] => |random| capitalised(&words_of_lorem(random)),
        _ => words_of_lorem,
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

fn tense(words: &[&str]) -> Tense {
    match words {
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
        assert_eq!(Name::read("createdAt").tense, Tense::Now);
        assert_eq!(Name::read("expires_at").tense, Tense::Future);
        assert_eq!(Name::read("last_attempt_at").tense, Tense::Past);
    }

    #[test]
    fn the_same_seed_gives_the_same_text() {
        for property in ["first_name", "city", "email", "title", "whatever", ""] {
            let made = |seed| Name::read(property).text(&mut Random::new(Seed::new(seed)));
            assert_eq!(made(1), made(1), "{property}");
            assert!(!made(1).is_empty(), "{property}");
        }
    }
}
