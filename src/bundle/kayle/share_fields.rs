//! What a session asks a person to share: which claims there are, what is wrong with a list of them, and how it is kept.

use std::{collections::HashMap, fmt};

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::{Value, json};

use super::{is_blank, thing::Members};

/// The claims that a session without a list of its own offers, and the names that people read.
const CLAIMS: [(&str, &str); 13] = [
    ("document_type_code", "Document Type Code"),
    ("issuing_country_code", "Issuing Country Code"),
    ("family_name", "Family Name"),
    ("given_names", "Given Names"),
    ("document_number", "Document Number"),
    ("nationality_code", "Nationality Code"),
    ("date_of_birth", "Date Of Birth"),
    ("sex_marker", "Sex Marker"),
    ("document_expiry_date", "Document Expiry Date"),
    ("mrz_optional_data", "MRZ Optional Data"),
    ("document_photo", "Document Photo"),
    (DOCUMENT_ID, "Kayle Document ID"),
    ("kayle_human_id", "Kayle Human ID"),
];

/// The claim that is always asked for.
pub(super) const DOCUMENT_ID: &str = "kayle_document_id";
const AGE_GATE: &str = "age_over_";
const MOST_FIELDS: usize = 32;
/// In UTF-16 code units.
const LONGEST_REASON: usize = 200;

/// What is wrong with a list: the first problem decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Problem {
    pub(super) code: &'static str,
    /// The entry, and the member of it, if it is about one.
    pub(super) at: Vec<String>,
    pub(super) expected: &'static str,
    pub(super) found: String,
    /// Whether it is one of types and lengths, which come before what claims mean.
    pub(super) is_of_shape: bool,
    /// Whether the schema says so too.
    pub(super) is_in_schema: bool,
}

impl Problem {
    fn new(code: &'static str, at: &[&str], expected: &'static str, found: impl Into<String>) -> Self {
        let at = at.iter().map(|name| (*name).to_owned()).collect();
        Self { code, at, expected, found: found.into(), is_of_shape: false, is_in_schema: true }
    }

    fn of_shape(self) -> Self {
        Self { is_of_shape: true, ..self }
    }

    fn beyond_schema(self) -> Self {
        Self { is_in_schema: false, ..self }
    }
}

/// The first problem of a list. Which one that is depends on the order of the names as they were sent, which is asked for only
/// if it decides: not where nothing is wrong, or something with the list as a whole.
pub(super) fn problem(fields: &Value, sent: impl FnOnce() -> Vec<String>) -> Option<Problem> {
    let found = first(fields, &[])?;
    let is_of_one = !found.at.is_empty() && fields.as_object().is_some_and(|fields| fields.len() > 1);
    if is_of_one { first(fields, &sent()) } else { Some(found) }
}

/// The first problem of a list whose names were sent in this order. Types and lengths come before meanings.
fn first(fields: &Value, sent: &[String]) -> Option<Problem> {
    let Value::Object(fields) = fields else { return Some(no_object(&[]).of_shape()) };
    let entries = entries(fields, sent);
    let shape = entries.iter().find_map(|(key, entry)| match entry {
        Value::Object(entry) => entry_shape(key, entry),
        _ => Some(no_object(&[key])),
    });
    shape.map(Problem::of_shape).or_else(|| meaning(&entries))
}

/// The entries of a list, in the order in which they were sent where that is known.
fn entries<'v>(fields: &'v Members, sent: &[String]) -> Vec<(&'v str, &'v Value)> {
    let mut places: HashMap<&str, usize> = HashMap::with_capacity(sent.len());
    for (place, name) in sent.iter().enumerate() {
        // What is given twice keeps its first place.
        places.entry(name).or_insert(place);
    }
    let mut entries: Vec<_> = fields.iter().map(|(key, entry)| (key.as_str(), entry)).collect();
    entries.sort_by_key(|(key, _)| places.get(key).copied().unwrap_or(usize::MAX));
    entries
}

fn no_object(at: &[&str]) -> Problem {
    Problem::new("INVALID_SHARE_FIELDS", at, "an object", "something else")
}

fn entry_shape(key: &str, entry: &Members) -> Option<Problem> {
    if !entry.get("required").is_some_and(Value::is_boolean) {
        return Some(Problem::new("INVALID_SHARE_FIELDS", &[key, "required"], "true or false", "something else"));
    }
    let Some(reason) = entry.get("reason").and_then(Value::as_str).filter(|reason| !reason.is_empty()) else {
        return Some(Problem::new("REASON_REQUIRED", &[key, "reason"], "a reason", "none"));
    };
    let units = reason.encode_utf16().count();
    if units <= LONGEST_REASON {
        return None;
    }
    let problem = Problem::new("REASON_TOO_LONG", &[key, "reason"], "at most 200 UTF-16 code units", units.to_string());
    // The schema counts characters.
    Some(if reason.chars().count() > LONGEST_REASON { problem } else { problem.beyond_schema() })
}

/// What else is wrong with a list whose shape is in order.
fn meaning(entries: &[(&str, &Value)]) -> Option<Problem> {
    if entries.len() > MOST_FIELDS {
        return Some(Problem::new("TOO_MANY_SHARE_FIELDS", &[], "at most 32 claims", entries.len().to_string()));
    }
    let mut gate: Option<&str> = None;
    for &(key, entry) in entries {
        let is_gate = key.starts_with(AGE_GATE);
        if is_gate && !is_age_gate(key) {
            return Some(Problem::new("INVALID_AGE_GATE_KEY", &[key], "`age_over_` and a number from 12 to 130", format!("{key:?}")));
        }
        if !is_gate && !CLAIMS.iter().any(|(known, _)| *known == key) {
            return Some(Problem::new("UNKNOWN_CLAIM_KEY", &[key], "a claim that there is", format!("{key:?}")));
        }
        if normal(entry["reason"].as_str().unwrap_or_default()).is_empty() {
            return Some(Problem::new("REASON_REQUIRED", &[key, "reason"], "a reason", "blanks").beyond_schema());
        }
        if let Some(first) = gate.filter(|_| is_gate) {
            let found = format!("{first:?} and {key:?}");
            return Some(Problem::new("MULTIPLE_AGE_GATES_NOT_ALLOWED", &[key], "one age gate at most", found).beyond_schema());
        }
        gate = gate.or(is_gate.then_some(key));
    }
    let gate = gate.filter(|_| entries.iter().any(|(key, _)| *key == "date_of_birth"))?;
    let found = format!("`date_of_birth` and {gate:?}");
    Some(Problem::new("DOB_AND_AGE_GATE_CONFLICT", &[gate], "a date of birth or an age gate", found).beyond_schema())
}

fn is_age_gate(key: &str) -> bool {
    let number = key.strip_prefix(AGE_GATE).unwrap_or_default();
    let is_plain = number.bytes().all(|byte| byte.is_ascii_digit()) && !number.starts_with('0');
    is_plain && number.parse::<u32>().is_ok_and(|age| (12..=130).contains(&age))
}

/// Trimmed, with one space where there were several blanks.
fn normal(reason: &str) -> String {
    reason.split(is_blank).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// A list as a session keeps it: what was asked for, and what always is.
pub(super) fn kept(requested: Option<&Members>) -> Members {
    let all = || CLAIMS.iter().map(|(key, label)| ((*key).to_owned(), by_default(key, label))).collect();
    let Some(requested) = requested else { return all() };
    let mut kept: Members = requested
        .iter()
        .map(|(key, entry)| {
            let required = key == DOCUMENT_ID || entry["required"] == true;
            let reason = normal(entry["reason"].as_str().unwrap_or_default());
            (key.clone(), json!({"required": required, "reason": reason, "source": "rc"}))
        })
        .collect();
    kept.entry(DOCUMENT_ID).or_insert_with(|| by_default(DOCUMENT_ID, "Kayle Document ID"));
    kept
}

fn by_default(key: &str, label: &str) -> Value {
    json!({"required": key == DOCUMENT_ID, "reason": format!("Sharing \"{label}\""), "source": "default"})
}

/// The names in `share_fields` of a body, in the order in which they were sent: a JSON object as such has none.
pub(super) fn sent_order(body: &[u8]) -> Vec<String> {
    let names = Names { of: Some("share_fields") };
    names.deserialize(&mut serde_json::Deserializer::from_slice(body)).unwrap_or_default()
}

/// Reads the names of an object, or of the object that is one of its members.
struct Names {
    of: Option<&'static str>,
}

impl<'de> DeserializeSeed<'de> for Names {
    type Value = Vec<String>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Vec<String>, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Names {
    type Value = Vec<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Vec<String>, A::Error> {
        let mut names = Vec::new();
        while let Some(name) = map.next_key::<String>()? {
            if self.of == Some(&*name) {
                names = map.next_value_seed(Self { of: None })?;
                continue;
            }
            map.next_value::<IgnoredAny>()?;
            if self.of.is_none() {
                names.push(name);
            }
        }
        Ok(names)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> Option<&'static str> {
        let body = format!(r#"{{"redirect_url": [1], "share_fields": {text}}}"#);
        let fields: Value = serde_json::from_str(text).unwrap();
        problem(&fields, || sent_order(body.as_bytes())).map(|problem| problem.code)
    }

    #[test]
    fn the_order_is_asked_for_only_if_it_decides() {
        let unasked = || -> Vec<String> { panic!("nobody needs to know") };
        let fine = json!({"required": true, "reason": "r"});
        assert_eq!(problem(&json!({"family_name": fine, "given_names": fine}), unasked), None);
        assert_eq!(problem(&json!({"shoe_size": fine}), unasked).map(|problem| problem.code), Some("UNKNOWN_CLAIM_KEY"));
        let many: Members = (0..33).map(|number| (number.to_string(), fine.clone())).collect();
        assert_eq!(problem(&many.into(), unasked).map(|problem| problem.code), Some("TOO_MANY_SHARE_FIELDS"));
        assert_eq!(problem(&json!([]), unasked).map(|problem| problem.code), Some("INVALID_SHARE_FIELDS"));
    }

    #[test]
    fn very_many_names_are_judged_in_their_order() {
        let fine = r#"{"required": true, "reason": "r"}"#;
        let names = |count: usize| (0..count).rev().map(|number| format!(r#""k{number}": {fine}"#)).collect::<Vec<_>>().join(",");
        assert_eq!(code(&format!("{{{}}}", names(50_000))), Some("TOO_MANY_SHARE_FIELDS"));
        let broken = format!(r#"{{{}, "b": {{"required": true}}, "a": 1}}"#, names(50_000));
        assert_eq!(code(&broken), Some("REASON_REQUIRED"));
    }

    #[test]
    fn the_first_problem_decides() {
        let fine = r#"{"required": true, "reason": "r"}"#;
        let long = "x".repeat(201);
        let many: Vec<String> = (0..33).map(|number| format!(r#""k{number}": {fine}"#)).collect();
        let cases = [
            ("{}".to_owned(), None),
            (format!(r#"{{"family_name": {fine}, "age_over_18": {fine}}}"#), None),
            ("[]".to_owned(), Some("INVALID_SHARE_FIELDS")),
            (r#"{"family_name": 1}"#.to_owned(), Some("INVALID_SHARE_FIELDS")),
            (r#"{"family_name": {"reason": "r"}}"#.to_owned(), Some("INVALID_SHARE_FIELDS")),
            (r#"{"family_name": {"required": 1, "reason": ""}}"#.to_owned(), Some("INVALID_SHARE_FIELDS")),
            (r#"{"family_name": {"required": true}}"#.to_owned(), Some("REASON_REQUIRED")),
            (r#"{"family_name": {"required": true, "reason": ""}}"#.to_owned(), Some("REASON_REQUIRED")),
            (r#"{"family_name": {"required": true, "reason": " \t"}}"#.to_owned(), Some("REASON_REQUIRED")),
            (format!(r#"{{"family_name": {{"required": true, "reason": "{long}"}}}}"#), Some("REASON_TOO_LONG")),
            (format!(r#"{{"age_over_11": {fine}}}"#), Some("INVALID_AGE_GATE_KEY")),
            (format!(r#"{{"age_over_": {fine}}}"#), Some("INVALID_AGE_GATE_KEY")),
            (format!(r#"{{"age_over_1x": {fine}}}"#), Some("INVALID_AGE_GATE_KEY")),
            (format!(r#"{{"age_over_131": {fine}}}"#), Some("INVALID_AGE_GATE_KEY")),
            (format!(r#"{{"shoe_size": {fine}}}"#), Some("UNKNOWN_CLAIM_KEY")),
            (format!("{{{}}}", many.join(",")), Some("TOO_MANY_SHARE_FIELDS")),
            (format!(r#"{{"age_over_18": {fine}, "age_over_21": {fine}}}"#), Some("MULTIPLE_AGE_GATES_NOT_ALLOWED")),
            (format!(r#"{{"date_of_birth": {fine}, "age_over_18": {fine}}}"#), Some("DOB_AND_AGE_GATE_CONFLICT")),
            // The order in which they were sent, not that of their names.
            (format!(r#"{{"zzz": {fine}, "age_over_11": {fine}}}"#), Some("UNKNOWN_CLAIM_KEY")),
            (format!(r#"{{"age_over_11": {fine}, "aaa": {fine}}}"#), Some("INVALID_AGE_GATE_KEY")),
            // The shape of all comes before the meaning of any.
            (format!(r#"{{"zzz": {fine}, "family_name": 1}}"#), Some("INVALID_SHARE_FIELDS")),
        ];
        for (text, expected) in cases {
            assert_eq!(code(&text), expected, "{text}");
        }
    }

    #[test]
    fn a_list_is_kept_with_what_is_always_asked_for() {
        let all = kept(None);
        assert_eq!(all.len(), 13);
        assert_eq!(all["mrz_optional_data"], json!({"required": false, "reason": "Sharing \"MRZ Optional Data\"", "source": "default"}));
        assert_eq!(all[DOCUMENT_ID]["required"], true);
        let requested = json!({
            "family_name": {"required": true, "reason": "  to \n greet   you "}, "kayle_document_id": {"required": false, "reason": "id"}
        });
        let kept = kept(requested.as_object());
        assert_eq!(kept["family_name"], json!({"required": true, "reason": "to greet you", "source": "rc"}));
        assert_eq!(kept[DOCUMENT_ID], json!({"required": true, "reason": "id", "source": "rc"}));
    }
}
