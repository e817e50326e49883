//! Names, word by word: what `userId`, `user_id` and `/users` have in common.

/// Words that end the name of something that names a thing.
const NAMING: [&str; 19] = [
    "id",
    "uuid",
    "guid",
    "uid",
    "gid",
    "sid",
    "pk",
    "identifier",
    "ref",
    "reference",
    "key",
    "slug",
    "name",
    "code",
    "handle",
    "login",
    "username",
    "number",
    "token",
];
/// So many of them mean an id and nothing else.
const IDS: usize = 10;

/// The words of a name in lower case: `webhookEndpoint_ID` has three.
pub(super) fn words(name: &str) -> Vec<String> {
    let letters: Vec<char> = name.chars().collect();
    let mut words = vec![String::new()];
    for (at, letter) in letters.iter().enumerate() {
        let before = at.checked_sub(1).map(|at| letters[at]);
        let after = letters.get(at + 1);
        let begins = letter.is_uppercase()
            && before.is_some_and(|before| {
                before.is_lowercase() || before.is_ascii_digit() || before.is_uppercase() && after.is_some_and(|after| after.is_lowercase())
            });
        if !letter.is_alphanumeric() || begins {
            words.push(String::new());
        }
        if letter.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(letter.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Whether two names differ in the style of writing alone.
pub(super) fn alike(one: &str, other: &str) -> bool {
    let letters = |name: &str| name.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>();
    letters(one) == letters(other)
}

/// Words of APIs that no rule makes one of.
const IRREGULAR: [(&str, &str); 14] = [
    ("analyses", "analysis"),
    ("calories", "calorie"),
    ("children", "child"),
    ("cookies", "cookie"),
    ("criteria", "criterion"),
    ("indices", "index"),
    ("matrices", "matrix"),
    ("media", "medium"),
    ("movies", "movie"),
    ("people", "person"),
    ("selfies", "selfie"),
    ("series", "series"),
    ("species", "species"),
    ("vertices", "vertex"),
];

/// `things`, `thing`; `entries`, `entry`; `addresses`, `address`.
pub(super) fn singular(word: &str) -> String {
    if let Some((_, one)) = IRREGULAR.iter().find(|(many, _)| *many == word) {
        return (*one).to_owned();
    }
    let without = |end: &str| word.strip_suffix(end).filter(|rest| rest.len() > 1);
    if let Some(rest) = without("ies") {
        return format!("{rest}y");
    }
    for end in ["sses", "xes", "ches", "shes", "uses"] {
        if word.ends_with(end) && !word.ends_with("auses") && !word.ends_with("ouses") {
            return word[..word.len() - 2].to_owned();
        }
    }
    match without("s") {
        Some(rest) if !rest.ends_with(['s', 'u', 'i']) => rest.to_owned(),
        _ => word.to_owned(),
    }
}

/// The words of a name, the last of them in the singular.
pub(super) fn singulars(name: &str) -> Vec<String> {
    let mut words = words(name);
    if let Some(last) = words.last_mut() {
        *last = singular(last);
    }
    words
}

/// Whether two names call the same, be it one or many.
pub(super) fn same_noun(one: &str, other: &str) -> bool {
    singulars(one).concat() == singulars(other).concat()
}

/// Whether a word ends names of what names a thing.
pub(super) fn is_naming(word: &str) -> bool {
    NAMING.contains(&word)
}

/// Whether a word can only mean an id.
pub(super) fn is_id(word: &str) -> bool {
    NAMING[..IDS].contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cut_into_words() {
        for (name, expected) in [
            ("webhook_endpoint_id", "webhook endpoint id"),
            ("petId", "pet id"),
            ("InvoiceID", "invoice id"),
            ("AccountSid", "account sid"),
            ("HTMLParser2Go", "html parser2 go"),
            ("created[gte]", "created gte"),
            ("_id", "id"),
        ] {
            assert_eq!(words(name).join(" "), expected, "{name}");
        }
    }

    #[test]
    fn one_and_many_are_the_same_noun() {
        for (many, one) in [
            ("things", "thing"),
            ("entries", "entry"),
            ("addresses", "address"),
            ("statuses", "status"),
            ("boxes", "box"),
            ("branches", "branch"),
            ("databases", "database"),
            ("houses", "house"),
            ("webhook-endpoints", "WebhookEndpoint"),
            ("news", "news"),
            ("people", "person"),
            ("movies", "movie"),
            ("time-series", "time-series"),
            ("bus", "bus"),
        ] {
            assert!(same_noun(many, one), "{many} {one}: {:?} {:?}", singulars(many), singulars(one));
        }
        assert!(!same_noun("things", "parts"));
    }
}
