//! Encryption keys: which one is used, and which could never be.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use super::thing::{self, Members, is_for, text};
use crate::{Incoming, Place, Pointer, Rule, Step, Transaction, Violation, codec::decode_base64, source::describe};

pub(super) const RESOURCE: &str = "keys";

/// Members that only a private key has.
const PRIVATE: [&str; 7] = ["d", "dp", "dq", "oth", "p", "q", "qi"];
/// The shortest modulus, in bits.
const LEAST_BITS: usize = 2048;

/// Registering a key takes all others of its endpoint out of use. A key that cannot encrypt is taken, and told of.
#[derive(Clone, Copy)]
pub(super) struct Registered;

impl Rule for Registered {
    fn remarks(&self, call: &Incoming<'_>) -> Vec<Violation> {
        let jwk = call.body().and_then(|body| body.get("jwk")).filter(|jwk| jwk.is_object());
        jwk.and_then(defect).map(|defect| defect.told("kayle.jwk.unusable")).into_iter().collect()
    }

    fn answer(&self, _: &Incoming<'_>, body: &mut Value) {
        if let Some(Value::Object(key)) = body.get_mut("data") {
            key.insert("is_active".into(), true.into());
        }
    }

    fn after(&self, _: &Incoming<'_>, answer: &Value, tx: &mut Transaction<'_>) {
        let key = &answer["data"];
        if let (Some(endpoint), Some(id)) = (key["webhook_endpoint_id"].as_str(), key["id"].as_str()) {
            retire_others(tx, endpoint, id);
        }
    }
}

/// Takes all keys of an endpoint out of use but one; those that are out of it already, once more.
pub(super) fn retire_others(tx: &mut Transaction<'_>, endpoint: &str, id: &str) {
    let now = thing::now(tx);
    let others = tx.list(RESOURCE).filter(|key| text(key, "webhook_endpoint_id") == endpoint && text(key, "id") != id);
    let others: Vec<String> = others.map(|key| text(key, "id").to_owned()).collect();
    for other in others {
        thing::change(tx, RESOURCE, &other, |key| {
            key.insert("is_active".into(), false.into());
            key.insert("disabled_at".into(), now.clone());
        });
    }
}

/// A key that events are encrypted with.
pub(super) struct InUse {
    pub(super) id: String,
    pub(super) can_encrypt: bool,
}

/// The key that an event for each endpoint is encrypted with, by the endpoints' ids. Of several, the last in the order of
/// ids: the API leaves that open.
pub(super) fn in_use(tx: &Transaction<'_>) -> HashMap<String, InUse> {
    let active = tx.list(RESOURCE).filter(|key| key.get("is_active") == Some(&Value::Bool(true)));
    let by_endpoint: HashMap<&str, &Members> = active.map(|key| (text(key, "webhook_endpoint_id"), key)).collect();
    let in_use =
        |key: &Members| InUse { id: text(key, "id").to_owned(), can_encrypt: key.get("jwk").is_some_and(|jwk| defect(jwk).is_none()) };
    by_endpoint.into_iter().map(|(endpoint, key)| (endpoint.to_owned(), in_use(key))).collect()
}

/// Judges keys when they are registered, as the API does from 9 May 2026 on; version 1.2.1 takes any object.
///
/// A key that breaks the rules is answered with 400 `BAD_REQUEST`. Of one that keeps them only `alg`, `e`, `key_ops`, `kty`
/// and `n` are kept.
///
/// ```
/// use standin::{MockServer, kayle};
///
/// let contract = kayle::contract().with_rule("registerWebhookKey", kayle::StrictKeys);
/// let api = MockServer::start(&contract);
/// ```
#[derive(Debug, Clone, Copy)]
pub struct StrictKeys;

const REGISTER: &[&str] = &["registerWebhookKey"];

impl Rule for StrictKeys {
    fn check(&self, call: &Incoming<'_>) -> Vec<Violation> {
        let jwk = call.body().and_then(|body| body.get("jwk")).filter(|jwk| jwk.is_object() && is_for(call, REGISTER));
        let found = jwk.and_then(|jwk| defect(jwk).or_else(|| strict_defect(jwk)));
        found.map(|defect| defect.told("kayle.jwk")).into_iter().collect()
    }

    fn answer(&self, call: &Incoming<'_>, body: &mut Value) {
        if let Some(jwk) = body.pointer_mut("/data/jwk").filter(|_| is_for(call, REGISTER)) {
            *jwk = reduced(jwk);
        }
    }

    fn after(&self, call: &Incoming<'_>, answer: &Value, tx: &mut Transaction<'_>) {
        if let Some(id) = answer["data"]["id"].as_str().filter(|_| is_for(call, REGISTER)) {
            tx.update(RESOURCE, id, |key| {
                if let Some(jwk) = key.get_mut("jwk") {
                    *jwk = reduced(jwk);
                }
            });
        }
    }
}

fn reduced(jwk: &Value) -> Value {
    let kept = |name: &str| Some((name.to_owned(), jwk.get(name)?.clone()));
    let mut reduced: Map<String, Value> = ["alg", "e", "kty", "n"].into_iter().filter_map(kept).collect();
    reduced.insert("key_ops".into(), json!(["encrypt"]));
    reduced.into()
}

/// Why a JWK cannot encrypt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Defect {
    member: &'static str,
    expected: &'static str,
    found: String,
}

impl Defect {
    fn new(member: &'static str, expected: &'static str, found: impl Into<String>) -> Self {
        Self { member, expected, found: found.into() }
    }

    fn told(self, code: &'static str) -> Violation {
        let jwk = Pointer::root().join("jwk");
        let place = if self.member.is_empty() { jwk } else { jwk.join(self.member) };
        Violation::new(Step::Body, code, Place::Body(place), self.expected, self.found)
    }
}

/// What keeps a JWK from encrypting an event; `use`, `alg` and `kid` in it do not matter.
pub(super) fn defect(jwk: &Value) -> Option<Defect> {
    let member = |name: &str| jwk.get(name).and_then(Value::as_str);
    if member("kty") != Some("RSA") {
        return Some(Defect::new("kty", "\"RSA\"", shown(jwk.get("kty"))));
    }
    if let Some(private) = PRIVATE.into_iter().find(|name| jwk.get(name).is_some()) {
        return Some(Defect::new("", "a public key", format!("`{private}`, which only a private key has")));
    }
    let bits = member("n").and_then(bits);
    if bits.is_none_or(|bits| bits < LEAST_BITS) {
        let found = bits.map_or_else(|| shown(jwk.get("n")), |bits| format!("{bits} bits"));
        return Some(Defect::new("n", "a modulus of 2048 bits or more, as base64url", found));
    }
    if member("e").and_then(self::bits).is_none_or(|bits| bits < 2) {
        return Some(Defect::new("e", "an exponent, as base64url", shown(jwk.get("e"))));
    }
    let operations = jwk.get("key_ops")?;
    match operations.as_array() {
        Some(operations) if operations.iter().any(|operation| operation == "encrypt") => None,
        _ => Some(Defect::new("key_ops", "a list with \"encrypt\", or none", shown(Some(operations)))),
    }
}

/// What the strict rules refuse beside what cannot encrypt.
fn strict_defect(jwk: &Value) -> Option<Defect> {
    const FORBIDDEN: [&str; 5] = ["decrypt", "deriveBits", "deriveKey", "sign", "unwrapKey"];
    for (member, only, expected) in [("alg", "RSA-OAEP-256", "\"RSA-OAEP-256\", or none"), ("use", "enc", "\"enc\", or none")] {
        if let Some(other) = jwk.get(member).filter(|value| *value != only) {
            return Some(Defect::new(member, expected, shown(Some(other))));
        }
    }
    let mut operations = jwk.get("key_ops").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let forbidden = operations.find(|operation| FORBIDDEN.contains(operation))?;
    Some(Defect::new("key_ops", "none but \"encrypt\"", format!("{forbidden:?}")))
}

fn shown(value: Option<&Value>) -> String {
    value.map_or_else(|| "nothing".into(), describe)
}

/// How many bits the number has that base64url text stands for (RFC 4648, section 5); `None` if it is none.
fn bits(text: &str) -> Option<usize> {
    if text.is_empty() || text.len() % 4 == 1 || text.contains(['+', '/', '=']) {
        return None;
    }
    let bytes = decode_base64(&text.replace('-', "+").replace('_', "/"))?;
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    let leading = bytes.get(zeros).map_or(0, |byte| byte.leading_zeros() as usize);
    Some((bytes.len() - zeros) * 8 - leading)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bits_of_a_number_are_counted() {
        for (text, expected) in [
            ("AQAB", Some(17)),
            ("Aw", Some(2)),
            ("AA", Some(0)),
            ("_w", Some(8)),
            ("", None),
            ("A", None),
            ("A=", None),
            ("+w", None),
            ("é", None),
        ] {
            assert_eq!(bits(text), expected, "{text}");
        }
        // 256 bytes, the first of them 0x80.
        assert_eq!(bits(&format!("g{}", "A".repeat(341))), Some(2048));
        assert_eq!(bits(&format!("AIA{}", "A".repeat(340))), Some(2048));
        assert_eq!(bits(&format!("f{}", "A".repeat(341))), Some(2047));
    }

    #[test]
    fn keys_that_cannot_encrypt_are_known() {
        let good = json!({"kty": "RSA", "n": format!("w{}", "x".repeat(341)), "e": "AQAB"});
        let with = |name: &str, value: Value| {
            let mut jwk = good.clone();
            jwk[name] = value;
            jwk
        };
        let member = |jwk: &Value| defect(jwk).map(|defect| defect.member);
        let strict = |jwk: &Value| strict_defect(jwk).map(|defect| defect.member);
        let cases = [
            (good.clone(), None, None),
            (json!({}), Some("kty"), None),
            (json!({"kty": "EC", "crv": "P-256"}), Some("kty"), None),
            (json!({"kty": "oct", "k": "x"}), Some("kty"), None),
            (json!({"kty": "RSA", "e": "AQAB"}), Some("n"), None),
            (with("n", json!("w".repeat(171))), Some("n"), None),
            (with("n", json!("not base64url!")), Some("n"), None),
            (with("e", json!("")), Some("e"), None),
            (with("d", json!("secret")), Some(""), None),
            (with("key_ops", json!(["decrypt"])), Some("key_ops"), Some("key_ops")),
            (with("key_ops", json!(["encrypt", "sign"])), None, Some("key_ops")),
            (with("key_ops", json!(["encrypt"])), None, None),
            (with("use", json!("sig")), None, Some("use")),
            (with("alg", json!("RS256")), None, Some("alg")),
            (with("kid", json!("any")), None, None),
        ];
        for (jwk, unusable, refused) in cases {
            assert_eq!((member(&jwk), strict(&jwk)), (unusable, refused), "{jwk}");
        }
        let told = defect(&with("d", json!("secret"))).unwrap().told("x").to_string();
        assert!(!told.contains("secret"), "{told}");
    }
}
