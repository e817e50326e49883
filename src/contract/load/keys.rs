//! `x-standin-keys`: the keys that every server of the contract knows, as a security scheme lists them.

use serde_json::{Map, Value};

use crate::{contract::ApiKey, source::describe};

/// A keyword that is not as it must be: its place from there on, innermost token first, what was expected, and what was found.
pub(super) type Misuse = (Vec<String>, &'static str, String);

/// The types of security schemes whose credentials are judged (`basic` is Swagger's).
const JUDGED: [&str; 5] = ["http", "basic", "apiKey", "oauth2", "openIdConnect"];

/// What is wrong with the keys of an object, if anything is.
pub(super) fn misused(holder: &Map<String, Value>, keys: &Value) -> Option<Misuse> {
    let kind = holder.get("type").and_then(Value::as_str).unwrap_or_default();
    if !JUDGED.contains(&kind.trim()) {
        return Some((Vec::new(), "it in a security scheme whose credentials are judged", "it elsewhere".into()));
    }
    read(keys).err()
}

/// The keys of a list.
pub(super) fn read(keys: &Value) -> Result<Vec<ApiKey>, Misuse> {
    let Value::Array(items) = keys else { return Err((Vec::new(), "a list of keys", describe(keys))) };
    let mut read: Vec<ApiKey> = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let twice = |key: &ApiKey| read.iter().any(|other| other.credential() == key.credential());
        let key = match one(item) {
            Ok(key) if twice(&key) => Err((vec!["key".into()], "a key of its own", "one that is listed before".into())),
            other => other,
        };
        read.push(key.map_err(|mut misuse: Misuse| {
            misuse.0.push(index.to_string());
            misuse
        })?);
    }
    Ok(read)
}

fn one(item: &Value) -> Result<ApiKey, Misuse> {
    const MEMBERS: &str = "a key: an object with `key`, and if need be `description`, `tenant`, `scopes`, `refused`";
    const KEY: &str = "the key itself, as a text that is not empty";
    let Value::Object(members) = item else { return Err((Vec::new(), MEMBERS, describe(item))) };
    let mut key = match members.get("key") {
        Some(Value::String(text)) if !text.is_empty() => ApiKey::new(text),
        Some(other) => return Err((vec!["key".into()], KEY, describe(other))),
        None => return Err((Vec::new(), MEMBERS, "no `key`".into())),
    };
    for (name, value) in members.iter().filter(|(name, _)| *name != "key") {
        let given = match name.as_str() {
            "description" => value.is_string().then_some(key).ok_or("a text"),
            "tenant" => value.as_str().map(|tenant| key.with_tenant(tenant)).ok_or("the tenant's name, as a text"),
            "scopes" => scopes(value).map(|scopes| key.with_scopes(scopes)).ok_or("a list of scopes, as texts"),
            "refused" => refused(key, value).ok_or("the status that the key is refused with: 401, 403 or 410"),
            _ => return Err((vec![name.clone()], MEMBERS, format!("`{name}`"))),
        };
        key = given.map_err(|expected| (vec![name.clone()], expected, describe(value)))?;
    }
    Ok(key)
}

fn scopes(value: &Value) -> Option<Vec<String>> {
    value.as_array()?.iter().map(|scope| scope.as_str().map(str::to_owned)).collect()
}

fn refused(key: ApiKey, status: &Value) -> Option<ApiKey> {
    key.try_refused(u16::try_from(status.as_u64()?).ok()?)
}

#[cfg(test)]
mod tests {
    use crate::Contract;

    #[test]
    fn keys_that_are_not_understood_stop_the_load() {
        let members = "a key: an object with `key`, and if need be `description`, `tenant`, `scopes`, `refused`";
        let table = [
            ("5", "", "a list of keys, found the number 5"),
            ("[canary]", "/0", &*format!("{members}, found \"canary\"")),
            ("[{key: a}, {tenant: t}]", "/1", &format!("{members}, found no `key`")),
            ("[{key: ''}]", "/0/key", "the key itself, as a text that is not empty, found \"\""),
            ("[{key: 1}]", "/0/key", "the key itself, as a text that is not empty, found the number 1"),
            ("[{key: a, scope: [b]}]", "/0/scope", &format!("{members}, found `scope`")),
            ("[{key: a, description: [b]}]", "/0/description", "a text, found an array of 1"),
            ("[{key: a, tenant: 5}]", "/0/tenant", "the tenant's name, as a text, found the number 5"),
            ("[{key: a, scopes: b}]", "/0/scopes", "a list of scopes, as texts, found \"b\""),
            ("[{key: a, scopes: [b, 1]}]", "/0/scopes", "a list of scopes, as texts, found an array of 2"),
            ("[{key: a, refused: 404}]", "/0/refused", "the status that the key is refused with: 401, 403 or 410, found the number 404"),
            ("[{key: a}, {key: a}]", "/1/key", "a key of its own, found one that is listed before"),
        ];
        for (keys, place, said) in table {
            let text =
                format!("openapi: 3.1.0\ncomponents:\n  securitySchemes:\n    b: {{type: http, scheme: bearer, x-standin-keys: {keys}}}\n");
            let error = Contract::from_text("api.yaml", &text).unwrap_err().to_string();
            let (position, told) = error.split_once(": at ").unwrap();
            assert_eq!(told, format!("/components/securitySchemes/b/x-standin-keys{place}: expected {said}"));
            assert!(position.starts_with("api.yaml:4:"), "{error}");
        }
    }

    #[test]
    fn keys_stand_where_credentials_are_judged() {
        let said = "/x-standin-keys: expected it in a security scheme whose credentials are judged, found it elsewhere";
        for (text, place) in [
            ("openapi: 3.1.0\nx-standin-keys: []\n", "api.yaml:2:1: at "),
            (
                "openapi: 3.1.0\ncomponents:\n  securitySchemes:\n    tls: {type: mutualTLS, x-standin-keys: []}\n",
                "api.yaml:4:28: at /components/securitySchemes/tls",
            ),
        ] {
            assert_eq!(Contract::from_text("api.yaml", text).unwrap_err().to_string(), format!("{place}{said}"));
        }
    }
}
