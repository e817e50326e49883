//! What a request prefers of its answer: the header `Prefer` (RFC 7240), and for clients that cannot set a header its twins
//! in the query: `__code`, `__example`, `__dynamic`, `__seed`, `__wait`.
//!
//! The header comes first, and of a preference that is given twice the first counts. Preferences that nobody here knows
//! are for somebody else, and ignored, as section 2 of the RFC asks for; one that is known and cannot be met is a mistake,
//! and told.

use std::time::Duration;

use super::{Findings, whole};
use crate::{
    codec::pairs,
    contract::{Location, Operation},
    message::{HeaderValue, Request, header_text},
    source::quote,
    text::percent_decode,
    violation::{Place, Step, Violation},
};

/// No answer is held back for longer than this.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// The names of the preferences; in a query each has two underscores before it.
const NAMES: [&str; 5] = ["code", "example", "dynamic", "seed", "wait"];

/// What is preferred. Nothing, for most requests.
#[derive(Debug, Clone, Default)]
pub(crate) struct Preferences {
    /// This status.
    pub(crate) code: Option<u16>,
    /// The example of this name.
    pub(crate) example: Option<String>,
    /// Whether the body is generated even where there are examples.
    pub(crate) dynamic: Option<bool>,
    /// The seed of what is made up.
    pub(crate) seed: Option<String>,
    /// How long to wait before the answer is sent.
    pub(crate) wait: Option<Duration>,
    /// Whether they came in the header, as far as one is to be named.
    in_header: bool,
}

/// Whether a query parameter is a preference, and not one that the operation declares.
pub(super) fn is_twin(operation: &Operation, name: &str) -> bool {
    let declared = || operation.parameters.iter().any(|parameter| parameter.location == Location::Query && parameter.name == name);
    name.strip_prefix("__").is_some_and(|name| NAMES.contains(&name)) && !declared()
}

impl Preferences {
    /// Reads the preferences of a request; those that make no sense are told.
    pub(super) fn read(operation: &Operation, request: &Request, findings: &mut Findings) -> Self {
        let mut read = Self::default();
        // Where the API itself has preferences, they are the API's.
        let own = operation.parameters.iter().any(|known| known.location == Location::Header && known.name.eq_ignore_ascii_case("prefer"));
        let headers = request.headers().get_all("prefer").filter(|_| !own).filter_map(header_text);
        for (name, value) in headers.flat_map(preferences) {
            read.in_header = true;
            read.set(&name, &value, Place::Header("prefer".into(), whole()), findings);
        }
        let query = request.query().filter(|query| query.contains("__")).unwrap_or_default();
        for (name, value) in pairs(query).into_iter().filter(|(name, _)| is_twin(operation, name)) {
            let value = percent_decode(&value.replace('+', " ")).into_owned();
            read.set(&name[2..], &value, Place::Query(name.to_string(), whole()), findings);
        }
        read
    }

    fn set(&mut self, name: &str, value: &str, place: Place, findings: &mut Findings) {
        let in_header = matches!(place, Place::Header(..));
        let wrong = |expected: &str| findings.violations.push(refused(name, place, expected, quote(value)));
        match name {
            "code" if self.code.is_none() => match value.parse() {
                // RFC 9110, section 15.2: what is below 200 answers nothing.
                Ok(code @ 200..=599) if value.len() == 3 => self.code = Some(code),
                _ => wrong("a status from 200 to 599"),
            },
            "example" if self.example.is_none() => self.example = Some(value.to_owned()),
            "dynamic" if self.dynamic.is_none() => match value {
                "" | "true" => self.dynamic = Some(true),
                "false" => self.dynamic = Some(false),
                _ => wrong("`true` or `false`"),
            },
            "seed" if self.seed.is_none() => self.seed = Some(value.to_owned()),
            "wait" if self.wait.is_none() => match value.parse().map(Duration::try_from_secs_f64) {
                Ok(Ok(wait)) if wait <= LONGEST_WAIT => self.wait = Some(wait),
                // RFC 7240, section 4.3: in the header it is how long a client would wait, which may be longer.
                _ if in_header => {}
                _ => wrong("a number of seconds, at most 60"),
            },
            _ => {}
        }
    }

    /// Where a preference stands.
    pub(crate) fn place(&self, name: &str) -> Place {
        if self.in_header { Place::Header("prefer".into(), whole()) } else { Place::Query(format!("__{name}"), whole()) }
    }

    /// `Preference-Applied` (RFC 7240, section 3); `None` if there was nothing to apply.
    pub(crate) fn applied(&self) -> Option<HeaderValue> {
        let word = |text: &String| {
            if text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte)) { text.clone() } else { format!("{text:?}") }
        };
        let applied = [
            self.code.map(|code| format!("code={code}")),
            self.example.as_ref().map(|name| format!("example={}", word(name))),
            self.dynamic.map(|dynamic| format!("dynamic={dynamic}")),
            self.seed.as_ref().map(|seed| format!("seed={}", word(seed))),
            self.wait.map(|wait| format!("wait={}", wait.as_secs_f64())),
        ];
        let applied: Vec<String> = applied.into_iter().flatten().collect();
        if applied.is_empty() { None } else { HeaderValue::from_str(&applied.join(", ")).ok() }
    }
}

/// A preference that cannot be met.
pub(crate) fn refused(name: &str, place: Place, expected: impl Into<String>, found: impl Into<String>) -> Violation {
    Violation::new(Step::Parameters, format!("prefer.{name}"), place, expected, found)
}

/// The preferences of one header, with lower-case names and without their parameters.
fn preferences(header: &str) -> Vec<(String, String)> {
    let read = |text: &str| {
        let preference = split(text, ';').into_iter().next().unwrap_or_default();
        let (name, value) = preference.split_once('=').unwrap_or((&preference, ""));
        (name.trim().to_ascii_lowercase(), unquoted(value.trim()))
    };
    split(header, ',').iter().map(|text| read(text)).collect()
}

/// Cuts a text at a delimiter, except inside of quotes.
fn split(text: &str, delimiter: char) -> Vec<String> {
    let mut pieces = vec![String::new()];
    let (mut quoted, mut escaped) = (false, false);
    for character in text.chars() {
        if character == delimiter && !quoted {
            pieces.push(String::new());
            continue;
        }
        quoted ^= character == '"' && !escaped;
        escaped = quoted && character == '\\' && !escaped;
        if let Some(piece) = pieces.last_mut() {
            piece.push(character);
        }
    }
    pieces
}

/// A word: a token, or a quoted string (RFC 9110, section 5.6.4).
fn unquoted(word: &str) -> String {
    let Some(inner) = word.strip_prefix('"').and_then(|word| word.strip_suffix('"')) else { return word.to_owned() };
    let mut text = String::with_capacity(inner.len());
    let mut characters = inner.chars();
    while let Some(character) = characters.next() {
        text.extend(if character == '\\' { characters.next() } else { Some(character) });
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::Contract;

    fn applied(query: &str, headers: &[&str]) -> String {
        let document = "openapi: 3.1.0\npaths: {/a: {get: {parameters: [{name: __seed, in: query, schema: {type: string}}]}}}";
        let contract = Contract::from_text("api.yaml", document).unwrap();
        let request = headers.iter().fold(Request::get(&format!("/a{query}")), |request, value| request.with_header("Prefer", value));
        let mut findings = Findings::new(false);
        let read = Preferences::read(contract.operation("GET /a"), &request, &mut findings);
        let told = findings.violations.first().map(ToString::to_string);
        told.unwrap_or_else(|| read.applied().map_or_else(String::new, |value| value.to_str().unwrap().to_owned()))
    }

    #[test]
    fn each_form_is_read_and_told_back() {
        let cases: [(&str, &[&str], &str); 16] = [
            ("", &["code=404"], "code=404"),
            ("", &["Code = 404; x=y, EXAMPLE=\"two, \\\"words\\\"\""], "code=404, example=\"two, \\\"words\\\"\""),
            ("", &["dynamic", "seed=7"], "dynamic=true, seed=7"),
            ("", &["dynamic=false"], "dynamic=false"),
            ("", &["wait=0.25"], "wait=0.25"),
            ("", &["code=404, code=500"], "code=404"),
            ("", &["respond-async, return=minimal"], ""),
            ("?__code=404&__example=a+b", &[], "code=404, example=\"a b\""),
            ("?__dynamic=true&__wait=1", &[], "dynamic=true, wait=1"),
            ("?__code=404", &["code=500"], "code=500"),
            ("?__seed=1", &[], ""),
            ("", &["code=abc"], "header prefer: expected a status from 200 to 599, found \"abc\""),
            ("", &["code=0404"], "header prefer: expected a status from 200 to 599, found \"0404\""),
            ("?__dynamic=yes", &[], "query __dynamic: expected `true` or `false`, found \"yes\""),
            ("", &["wait=100, code=404"], "code=404"),
            ("?__wait=61", &[], "query __wait: expected a number of seconds, at most 60, found \"61\""),
        ];
        for (query, headers, expected) in cases {
            assert_eq!(applied(query, headers), expected, "{query} {headers:?}");
        }
    }
}
