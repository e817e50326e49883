//! What a person shares: the claims of a successful attempt.

use serde_json::{Value, json};

use super::{
    sessions, share_fields,
    thing::{Members, text},
};
use crate::Transaction;

/// What the event of a success tells: every claim of the session, null where the person did not choose it.
///
/// Without a choice the person chooses all. What is required is chosen in any case.
pub(super) fn shared(tx: &Transaction<'_>, session: &str, chosen: Option<&Members>) -> Result<Value, String> {
    let session = tx.find(sessions::RESOURCE, session);
    let fields = session.and_then(|session| session.get("share_fields")?.as_object()).cloned().unwrap_or_default();
    if let Some(unknown) = chosen.into_iter().flat_map(Members::keys).find(|key| !fields.contains_key(*key)) {
        let asked: Vec<&str> = fields.keys().map(String::as_str).collect();
        return Err(format!("the session does not ask for {unknown:?}, but for {}", asked.join(", ")));
    }
    let mut person = PERSON.iter().map(|(key, value)| ((*key).to_owned(), Value::from(*value))).collect::<Members>();
    person.insert("document_photo".into(), json!({"dataBase64": "/9j/2Q==", "format": "jpeg", "height": 1, "width": 1}));
    person.extend(chosen.into_iter().flatten().map(|(key, value)| (key.clone(), value.clone())));
    let document = format!("{}/{}", tx.tenant(), text(&person, "document_number"));
    person.entry(share_fields::DOCUMENT_ID).or_insert_with(|| digits(&document).into());

    let is_chosen = |key: &str, field: &Value| chosen.is_none_or(|chosen| chosen.contains_key(key)) || field["required"] == true;
    let value = |key: &str| match person.get(key) {
        Some(value) => value.clone(),
        None if key.starts_with("age_over_") => true.into(),
        None => Value::Null,
    };
    let mut claims = Members::new();
    let mut selected = Vec::new();
    for (key, field) in &fields {
        let is_chosen = is_chosen(key, field);
        claims.insert(key.clone(), if is_chosen { value(key) } else { Value::Null });
        if is_chosen {
            selected.push(key.as_str());
        }
    }
    Ok(json!({"claims": claims, "selected_field_keys": selected}))
}

/// Who is verified unless a test says otherwise; the API never tells a human id.
const PERSON: [(&str, &str); 10] = [
    ("document_type_code", "P"),
    ("issuing_country_code", "UTO"),
    ("family_name", "ERIKSSON"),
    ("given_names", "ANNA MARIA"),
    ("document_number", "L898902C3"),
    ("nationality_code", "UTO"),
    ("date_of_birth", "1974-08-12"),
    ("sex_marker", "F"),
    ("document_expiry_date", "2032-04-15"),
    ("mrz_optional_data", "ZE184226B"),
];

/// 64 hexadecimal digits that stand for a text (FNV-1a, four times over).
fn digits(text: &str) -> String {
    const PRIME: u64 = 0x0100_0000_01b3;
    let hash = |round: u8| {
        let bytes = [round].into_iter().chain(text.bytes());
        bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(PRIME))
    };
    (0..4).map(|round| format!("{:016x}", hash(round))).collect()
}

#[cfg(test)]
mod tests {
    use super::digits;

    #[test]
    fn a_document_has_an_id_of_its_own() {
        assert_eq!(digits("a/L898902C3").len(), 64);
        assert_eq!(digits("a/L898902C3"), digits("a/L898902C3"));
        assert_ne!(digits("a/L898902C3"), digits("b/L898902C3"));
    }
}
