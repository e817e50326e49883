//! The words of a property's name: `givenNames`, `given_names`, `Given-Names` and `GIVEN NAMES` are the same.

/// The words in lower case, with one blank between them. Digits are words of their own.
pub(super) fn words(property: &str) -> String {
    let mut text = String::with_capacity(property.len() + 4);
    let bytes = property.as_bytes();
    for (at, byte) in bytes.iter().enumerate() {
        if !byte.is_ascii_alphanumeric() {
            continue;
        }
        if at > 0 && starts_word(bytes, at) && !text.is_empty() {
            text.push(' ');
        }
        text.push(char::from(byte.to_ascii_lowercase()));
    }
    text
}

fn starts_word(bytes: &[u8], at: usize) -> bool {
    let (before, this) = (bytes[at - 1], bytes[at]);
    if !before.is_ascii_alphanumeric() || before.is_ascii_digit() != this.is_ascii_digit() {
        return true;
    }
    let ends_run = || match bytes.get(at + 1..).unwrap_or_default() {
        // The plural of a run of capitals, as in `userIDs`.
        [b's'] => false,
        [b's', after, ..] if !after.is_ascii_lowercase() => false,
        [next, ..] => next.is_ascii_lowercase(),
        [] => false,
    };
    this.is_ascii_uppercase() && (before.is_ascii_lowercase() || (before.is_ascii_uppercase() && ends_run()))
}

/// Whether a text ends with these words, rather than with a part of a longer word.
pub(super) fn ends_with(text: &str, phrase: &str) -> bool {
    text.strip_suffix(phrase).is_some_and(|rest| rest.is_empty() || rest.ends_with(' '))
}

/// A table, ordered by how its phrases end: names are read once for each property, of which documents have thousands.
pub(super) struct Index<R: 'static> {
    buckets: Vec<Vec<Found<R>>>,
}

pub(super) struct Found<R: 'static> {
    pub(super) row: &'static R,
    /// The phrase of the row that ends the name.
    pub(super) phrase: &'static str,
}

const BUCKETS: usize = 128;

/// By the last two letters.
fn bucket(text: &str) -> usize {
    let (before, last) = match text.as_bytes() {
        [.., before, last] => (*before, *last),
        [last] => (b' ', *last),
        [] => (b' ', b' '),
    };
    (usize::from(before) * 31 + usize::from(last)) % BUCKETS
}

impl<R> Index<R> {
    pub(super) fn new(rows: &'static [R], phrases: impl Fn(&'static R) -> &'static [&'static str]) -> Self {
        let mut buckets: Vec<Vec<Found<R>>> = (0..BUCKETS).map(|_| Vec::new()).collect();
        for row in rows {
            for phrase in phrases(row) {
                buckets[bucket(phrase)].push(Found { row, phrase });
            }
        }
        Self { buckets }
    }

    /// The row whose phrase ends the name, the longest if there are several.
    ///
    /// What is not found as it stands is looked for without numbers, then in the singular, then without what comes after
    /// the thing itself: `address_line_1`, `emails`, `country_of_birth`.
    pub(super) fn find(&self, text: &str) -> Option<&Found<R>> {
        self.longest(text).or_else(|| {
            let bare = without_numbers(text);
            let mut rest = bare.as_str();
            loop {
                if let Some(found) = self.longest(rest).or_else(|| self.longest(&singular(rest))) {
                    return Some(found);
                }
                let (before, last) = rest.rsplit_once(' ')?;
                if !AFTERTHOUGHTS.contains(&last) {
                    return None;
                }
                rest = before;
            }
        })
    }

    fn longest(&self, text: &str) -> Option<&Found<R>> {
        let ending = self.buckets[bucket(text)].iter().filter(|found| ends_with(text, found.phrase));
        ending.max_by_key(|found| found.phrase.len())
    }
}

/// What may follow the word that tells: `email_primary`, `country_of_birth`, `date_created`.
const AFTERTHOUGHTS: &[&str] = &[
    "birth",
    "created",
    "encoded",
    "home",
    "identifier",
    "iso",
    "localized",
    "mobile",
    "of",
    "origin",
    "primary",
    "raw",
    "residence",
    "secondary",
    "str",
    "string",
    "text",
    "updated",
    "utc",
    "value",
    "work",
];

fn without_numbers(text: &str) -> String {
    let mut bare = String::with_capacity(text.len());
    for word in text.split(' ').filter(|word| !word.starts_with(|first: char| first.is_ascii_digit())) {
        if !bare.is_empty() {
            bare.push(' ');
        }
        bare.push_str(word);
    }
    bare
}

/// The singular of the last word, by the rules that cover nearly all names of properties.
pub(super) fn singular(text: &str) -> String {
    let with = |stem: &str, end: &str| format!("{stem}{end}");
    if let Some(stem) = text.strip_suffix("ies") {
        return with(stem, "y");
    }
    let sibilant = ["sses", "xes", "ches", "shes"].iter().any(|end| text.ends_with(end));
    match text.strip_suffix("es").filter(|_| sibilant).or_else(|| text.strip_suffix('s').filter(|_| is_plural(text))) {
        Some(stem) => stem.to_owned(),
        None if ends_with(text, "people") => with(&text[..text.len() - "people".len()], "person"),
        None if ends_with(text, "children") => with(&text[..text.len() - "ren".len()], ""),
        None => text.to_owned(),
    }
}

/// Whether the last word looks like a plural.
pub(super) fn is_plural(text: &str) -> bool {
    let by_letter = text.ends_with('s') && !["ss", "us", "is", "as"].iter().any(|end| text.ends_with(end));
    by_letter || ["people", "children"].iter().any(|word| ends_with(text, word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_in_every_spelling() {
        let cases = [
            ("first_name", "first name"),
            ("firstName", "first name"),
            ("First-Name", "first name"),
            ("FIRST NAME", "first name"),
            ("userID", "user id"),
            ("userIDs", "user ids"),
            ("UserIDsOfTeam", "user ids of team"),
            ("HTMLUrl", "html url"),
            ("address_line_1", "address line 1"),
            ("addressLine1", "address line 1"),
            ("sha256", "sha 256"),
            ("x-request-id", "x request id"),
            ("__v", "v"),
            ("größe", "gr e"),
            ("", ""),
        ];
        for (property, read) in cases {
            assert_eq!(words(property), read, "{property}");
        }
    }

    #[test]
    fn the_singular_of_a_plural() {
        let cases = [
            ("user names", "user name"),
            ("categories", "category"),
            ("addresses", "address"),
            ("boxes", "box"),
            ("status", "status"),
            ("people", "person"),
            ("name", "name"),
        ];
        for (plural, one) in cases {
            assert_eq!(singular(plural), one, "{plural}");
        }
        assert!(is_plural("tags") && is_plural("people") && !is_plural("address") && !is_plural("status"));
    }
}
