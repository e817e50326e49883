//! What is secret, and what stands in its place in every text that standin writes.
//!
//! By name: headers, parameters, members and fields whose names say so. By shape: texts that look like nothing else. What a
//! contract declares to be secret is known further up; it comes here as values, by [`Secrets`]. Messages that are handed to
//! a test stay whole.

use std::{borrow::Cow, ops::Range};

/// What stands in for a secret whose shape tells nothing.
pub(crate) const MASK: &str = "***";

/// How the tokens of well-known issuers begin. What follows must be long enough to be one.
const PREFIXES: [&str; 14] = [
    "whsec_",
    "sk_live_",
    "sk_test_",
    "rk_live_",
    "rk_test_",
    "ghp_",
    "gho_",
    "ghu_",
    "ghs_",
    "github_pat_",
    "glpat-",
    "xoxb-",
    "xoxp-",
    "eyJ",
];
/// The shortest token after such a beginning.
const SHORTEST: usize = 8;

/// A secret, masked: of a telling shape the beginning stays readable, as in `whsec_…(38 chars)` and `Bearer ***`.
pub(crate) fn secret(text: &str) -> String {
    if text.is_empty() || is_masked(text) {
        return text.to_owned();
    }
    if let Some((scheme, credential)) = text.split_once(' ').filter(|(scheme, _)| is_scheme(scheme)) {
        return format!("{scheme} {}", secret(credential.trim()));
    }
    let long = text.chars().count();
    match PREFIXES.iter().find(|prefix| text.strip_prefix(**prefix).is_some_and(|rest| rest.len() >= SHORTEST)) {
        Some(prefix) => format!("{prefix}…({long} chars)"),
        None if text.starts_with("-----BEGIN ") => private_key(text),
        None => MASK.into(),
    }
}

/// Whether a text is what [`secret`] makes of one: nothing can be said about what it was.
pub(crate) fn is_masked(text: &str) -> bool {
    let text = text.split_once(' ').filter(|(scheme, _)| is_scheme(scheme)).map_or(text, |(_, rest)| rest);
    text.contains(MASK) || text.contains("…(") && text.contains(" chars)")
}

/// The schemes of HTTP authentication that carry a secret as it is.
fn is_scheme(word: &str) -> bool {
    ["bearer", "basic", "digest", "token", "apikey", "dpop"].iter().any(|scheme| word.eq_ignore_ascii_case(scheme))
}

/// Whether the name of a member, of a form's field, or of a parameter says that its value is a secret.
pub(crate) fn is_telling(name: &str) -> bool {
    const ANYWHERE: [&str; 12] = [
        "password",
        "passwd",
        "passphrase",
        "passcode",
        "secret",
        "apikey",
        "privatekey",
        "accesskey",
        "signingkey",
        "credential",
        "authorization",
        "cookie",
    ];
    /// `password_changed_at` and `token_type` are about a secret, and none.
    const ABOUT: [&str; 14] =
        ["at", "type", "count", "length", "expires", "in", "policy", "required", "enabled", "rotation", "hint", "strength", "url", "uri"];
    /// `next_page_token` says where a list goes on.
    const PLACES: [&str; 6] = ["page", "next", "previous", "continuation", "sync", "cursor"];
    // Most names are short words that need no closer look.
    let letters: String = name.chars().filter(|char| char.is_ascii_alphanumeric()).map(|char| char.to_ascii_lowercase()).collect();
    let whole = letters.as_str();
    let token = whole.ends_with("token") || matches!(whole, "pwd" | "jwt" | "otp" | "auth");
    if !token && !ANYWHERE.iter().any(|word| whole.contains(word)) {
        return false;
    }
    let words = words(name);
    let about = words.len() > 1 && words.last().is_some_and(|last| ABOUT.contains(&last.as_str()));
    !about && !words.iter().any(|word| PLACES.contains(&word.as_str()))
}

/// As [`is_telling`], for query parameters and cookies: short names that are nothing but credentials there.
pub(crate) fn is_telling_parameter(name: &str) -> bool {
    const SHORT: [&str; 9] = ["key", "sig", "signature", "sid", "session", "session_id", "sessionid", "hmac", "auth"];
    is_telling(name) || SHORT.iter().any(|short| name.eq_ignore_ascii_case(short))
}

/// As [`is_telling`], for headers: the names that HTTP reserves for credentials, and every name that says so itself.
pub(crate) fn is_telling_header(name: &str) -> bool {
    const TELLING: [&str; 8] = ["auth", "token", "secret", "key", "password", "session", "signature", "cookie"];
    let name = name.to_ascii_lowercase();
    // The key of `Idempotency-Key` is a number that the client makes up, and tells two calls apart.
    !name.contains("idempotency") && TELLING.iter().any(|word| name.contains(word))
}

/// The words of a name, in lower case: those of `signing_secret`, `signing-secret` and `signingSecret` are the same.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for char in name.chars() {
        if !char.is_alphanumeric() || (char.is_uppercase() && before.is_lowercase()) {
            words.push(String::new());
        }
        if let (true, Some(word)) = (char.is_alphanumeric(), words.last_mut()) {
            word.extend(char.to_lowercase());
        }
        before = char;
    }
    words.retain(|word| !word.is_empty());
    words
}

/// A text of any kind, in which everything is masked that looks like a secret or stands after a name that says so.
pub(crate) fn text(text: &str) -> Cow<'_, str> {
    text_but(text, &is_telling_parameter)
}

/// As [`text`], where more names are known to be those of secrets.
pub(crate) fn text_but<'t>(text: &'t str, hides: &dyn Fn(&str) -> bool) -> Cow<'t, str> {
    let spans = spans(text, hides);
    if spans.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut masked = String::with_capacity(text.len());
    let mut at = 0;
    for span in spans {
        masked += &text[at..span.start];
        masked += &secret(&text[span.clone()]);
        at = span.end;
    }
    Cow::Owned(masked + &text[at..])
}

/// Where the secrets of a text are, in order, without overlaps.
fn spans(text: &str, hides: &dyn Fn(&str) -> bool) -> Vec<Range<usize>> {
    let mut spans = Vec::new();
    private_keys(text, &mut spans);
    users(text, &mut spans);
    tokens(text, &mut spans);
    named(text, hides, &mut spans);
    spans.retain(|span| !span.is_empty() && !is_masked(&text[span.clone()]));
    spans.sort_by_key(|span| (span.start, usize::MAX - span.end));
    let mut end = 0;
    spans.retain(|span| {
        let apart = span.start >= end;
        end = end.max(span.end);
        apart
    });
    spans
}

/// `-----BEGIN … PRIVATE KEY-----` to its end, or to the end of the text if that was cut.
fn private_keys(text: &str, spans: &mut Vec<Range<usize>>) {
    let mut from = 0;
    while let Some(start) = text[from..].find("-----BEGIN ").map(|at| from + at) {
        from = start + "-----BEGIN ".len();
        let label = text[from..].find("-----").map(|at| &text[from..from + at]);
        if label.is_some_and(|label| !label.contains("PRIVATE KEY")) {
            continue;
        }
        let last = text[from..].find("-----END ").map(|at| from + at + "-----END ".len());
        let end = last.and_then(|last| text[last..].find("-----").map(|at| last + at + 5));
        spans.push(start..end.unwrap_or(text.len()));
        from = end.unwrap_or(text.len());
    }
}

fn private_key(text: &str) -> String {
    let head = text["-----BEGIN ".len()..].split("-----").next().unwrap_or_default();
    let head = if head.len() <= 40 { head } else { "PRIVATE KEY" };
    format!("-----BEGIN {head}-----…({} chars)", text.chars().count())
}

/// The user information of URLs (RFC 3986, section 3.2.1).
fn users(text: &str, spans: &mut Vec<Range<usize>>) {
    for (at, mark) in text.match_indices("://") {
        let start = at + mark.len();
        let authority = text[start..].find(|char: char| char.is_whitespace() || "/?#\"'\\<>`".contains(char)).unwrap_or(text.len() - start);
        if let Some(user) = text[start..start + authority].rfind('@') {
            spans.push(start..start + user);
        }
    }
}

/// Tokens of well-known issuers, JSON Web Tokens, and what follows the name of an authentication scheme.
fn tokens(text: &str, spans: &mut Vec<Range<usize>>) {
    for prefix in PREFIXES {
        for (at, _) in text.match_indices(prefix) {
            let joined = text[..at].ends_with(|char: char| char.is_alphanumeric() || char == '_');
            let length = token_length(&text[at..]);
            if !joined && length >= prefix.len() + SHORTEST {
                spans.push(at..at + length);
            }
        }
    }
    for scheme in ["Bearer ", "bearer ", "Basic ", "basic "] {
        for (at, _) in text.match_indices(scheme) {
            let start = at + scheme.len();
            let length = token_length(&text[start..]);
            let token = &text[start..start + length];
            let is_word = token.chars().all(|char| char.is_ascii_lowercase());
            if length >= SHORTEST && !is_word {
                spans.push(start..start + length);
            }
        }
    }
}

/// RFC 7235, section 2.1, `token68`.
fn token_length(text: &str) -> usize {
    text.find(|char: char| !char.is_ascii_alphanumeric() && !"-._~+/=".contains(char)).unwrap_or(text.len())
}

/// Values that stand after a telling name: `token=…`, `"password": "…"`, `<secret>…</secret>`, `Authorization: Bearer …`.
fn named(text: &str, hides: &dyn Fn(&str) -> bool, spans: &mut Vec<Range<usize>>) {
    for (at, separator) in text.match_indices(['=', ':', '>']) {
        let before = text[..at].trim_end_matches([' ', '"', '\'', '\\']);
        let is_part = |char: char| char.is_ascii_alphanumeric() || "_-.[]".contains(char);
        let name =
            &before[before.rfind(|char| !is_part(char)).map_or(0, |cut| cut + text[cut..].chars().next().map_or(1, char::len_utf8))..];
        let after = &text[at + 1..];
        let quoted = before.len() < at && !text[before.len()..at].trim().is_empty();
        // `things/token:refresh` is a path, and `query token: expected …` is a sentence; a line of YAML or a header begins so.
        let begins =
            || text[..before.len() - name.len()].rsplit('\n').next().is_some_and(|line| line.trim_matches([' ', '-', '<', '>']).is_empty());
        let apart = separator != ":" || quoted || (after.starts_with([' ', '"', '\'', '\\']) && begins());
        if apart && hides(name) && (separator != ">" || before.len() == at) {
            spans.push(value_after(text, at + 1));
        }
    }
}

fn value_after(text: &str, from: usize) -> Range<usize> {
    let rest = &text[from..];
    let blanks = rest.len() - rest.trim_start_matches(' ').len();
    let start = from + blanks;
    let opening = &text[start..start + text[start..].len() - text[start..].trim_start_matches('\\').len()];
    let quote = text[start + opening.len()..].chars().next().filter(|char| matches!(char, '"' | '\''));
    if let Some(quote) = quote {
        let inner = start + opening.len() + 1;
        let closing = format!("{opening}{quote}");
        let closes = |at: &usize| !text[inner..inner + at].ends_with('\\');
        let end = text[inner..].match_indices(&closing).map(|(at, _)| at).find(closes).unwrap_or(text.len() - inner);
        return inner..inner + end;
    }
    let word = |from: usize| {
        text[from..].find(|char: char| char.is_whitespace() || "&,;<>\"'`(){}[]|".contains(char)).map_or(text.len(), |at| from + at)
    };
    let end = word(start);
    match &text[start..end] {
        "null" | "true" | "false" => start..start,
        scheme if is_scheme(scheme) && text[end..].starts_with(' ') => start..word(end + 1),
        _ => start..end,
    }
}

/// Secrets of one message, known by their values: none of them is told, wherever it turns up.
#[derive(Default)]
pub(crate) struct Secrets(Vec<String>);

impl Secrets {
    pub(crate) fn add(&mut self, secret: &str) {
        let secret = secret.trim();
        if !secret.is_empty() && !is_masked(secret) && !self.0.iter().any(|known| known == secret) {
            self.0.push(secret.to_owned());
        }
    }

    /// Adds what looks like a secret in a text of any kind.
    pub(crate) fn add_from(&mut self, text: &str) {
        self.add_from_but(text, &is_telling_parameter);
    }

    /// As [`add_from`](Self::add_from), where more names are known to be those of secrets.
    pub(crate) fn add_from_but(&mut self, text: &str, hides: &dyn Fn(&str) -> bool) {
        spans(text, hides).into_iter().for_each(|span| self.add(&text[span]));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A text without them. One that was cut is known by its beginning.
    pub(crate) fn scrub<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.0.iter().fold(Cow::Borrowed(text), |text, secret| match scrubbed(&text, secret) {
            Some(scrubbed) => Cow::Owned(scrubbed),
            None => text,
        })
    }
}

/// How much of a secret is looked for: texts quote the beginning of long values only.
const LOOKED_FOR: usize = 12;
/// The shortest secret that is looked for everywhere; a shorter one would be found in words that have nothing to do with it.
const SHORTEST_ANYWHERE: usize = 4;

fn scrubbed(text: &str, secret: &str) -> Option<String> {
    if secret.chars().count() < SHORTEST_ANYWHERE {
        let quoted = format!("\"{secret}\"");
        return text.contains(&quoted).then(|| text.replace(&quoted, &format!("\"{MASK}\"")));
    }
    let beginning = secret.char_indices().nth(LOOKED_FOR).map_or(secret, |(cut, _)| &secret[..cut]);
    if !text.contains(beginning) {
        return None;
    }
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(beginning) {
        clean += &rest[..at];
        clean += &self::secret(secret);
        let same = rest[at..]
            .chars()
            .zip(secret.chars())
            .take_while(|(left, right)| left == right)
            .map(|(char, _)| char.len_utf8())
            .sum::<usize>();
        rest = &rest[at + same..];
    }
    Some(clean + rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_stay_readable() {
        let pem = "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\n-----END RSA PRIVATE KEY-----";
        let table = [
            ("whsec_abcdefghijklmnopqrstuvwxyz012345", "whsec_…(38 chars)"),
            ("Bearer canary", "Bearer ***"),
            ("Bearer eyJhbGciOiJub25lIn0.e30.", "Bearer eyJ…(24 chars)"),
            ("hunter2", "***"),
            ("", ""),
            (pem, "-----BEGIN RSA PRIVATE KEY-----…(78 chars)"),
        ];
        for (given, shown) in table {
            assert_eq!(secret(given), shown);
            assert_eq!(secret(&secret(given)), shown, "masking twice changes nothing");
        }
    }

    #[test]
    fn names_tell() {
        for name in ["password", "client_secret", "accessToken", "X-Api-Key", "cancel_token", "signingSecret", "user[password]", "token"] {
            assert!(is_telling(name), "{name}");
        }
        for name in ["name", "token_type", "next_page_token", "password_changed_at", "key", "session_id", "tokens", "keyboard"] {
            assert!(!is_telling(name), "{name}");
        }
        assert!(is_telling_parameter("key") && is_telling_parameter("sid") && !is_telling_parameter("limit"));
        assert!(is_telling_header("X-Kayle-Signature") && is_telling_header("Cookie") && !is_telling_header("accept"));
        assert!(!is_telling_header("Idempotency-Key") && !is_telling("idempotency_key"));
    }

    #[test]
    fn texts_are_told_without_their_secrets() {
        let table = [
            ("https://user:canary@example.com/@x", "https://***@example.com/@x"),
            ("http://example.com?token=canary&a=1", "http://example.com?token=***&a=1"),
            (r#"{"password": "can\"ary", "name":"n"}"#, r#"{"password": "***", "name":"n"}"#),
            (r#"{"password":null,"token":12345}"#, r#"{"password":null,"token":***}"#),
            (r#""{\"password\":\"canary\",\"a\":1}""#, r#""{\"password\":\"***\",\"a\":1}""#),
            ("<a><password>canary</password></a>", "<a><password>***</password></a>"),
            ("Authorization: Bearer canary.1", "Authorization: Bearer ***"),
            ("grant_type=x&client_secret=canary", "grant_type=x&client_secret=***"),
            ("a whsec_canarycanary here", "a whsec_…(18 chars) here"),
            ("cut: eyJhbGciOiJIUzI1NiIsInR5", "cut: eyJ…(24 chars)"),
            ("-----BEGIN PRIVATE KEY-----\\ncanary", "-----BEGIN PRIVATE KEY-----…(35 chars)"),
            ("-----BEGIN CERTIFICATE-----\nabc", "-----BEGIN CERTIFICATE-----\nabc"),
            ("a: 1\n  token: canary\n", "a: 1\n  token: ***\n"),
            ("query token: expected one, body /password: expected none", "query token: expected one, body /password: expected none"),
            ("GET /things/token:refresh, limit=3", "GET /things/token:refresh, limit=3"),
            ("expected `Bearer` and a token, found none", "expected `Bearer` and a token, found none"),
            ("^whsec_[A-Za-z0-9+/=]+$", "^whsec_[A-Za-z0-9+/=]+$"),
            ("naïve é=1: ü", "naïve é=1: ü"),
        ];
        for (given, shown) in table {
            assert_eq!(text(given), shown);
            assert_eq!(text(&text(given)), shown, "masking twice changes nothing");
        }
    }

    #[test]
    fn known_secrets_are_found_wherever_they_are_even_if_cut() {
        let mut secrets = Secrets::default();
        secrets.add("a-very-long-canary-that-is-cut");
        secrets.add("abc");
        assert_eq!(secrets.scrub("found \"a-very-long-canary-t\"… (30 characters)"), "found \"***\"… (30 characters)");
        assert_eq!(secrets.scrub("found \"abc\", abcd"), "found \"***\", abcd");
        assert_eq!(secrets.scrub("nothing"), "nothing");
    }
}
