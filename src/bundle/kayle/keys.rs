//! The test keys that every server of the contract knows, and whose they are. The document lists the same ones.
//!
//! They are made up and open no door: they may stand in tests and in logs.

/// A key that may do everything, of [`ORGANIZATION`].
///
/// A server accepts any other key as well, until [`MockServerBuilder::api_key`](crate::MockServerBuilder::api_key) gives it one.
pub const API_KEY: &str = "kk_standin0test0keystandin0test0key";

/// A key that may do everything, of [`OTHER_ORGANIZATION`]: it sees nothing of what [`API_KEY`] has made.
pub const OTHER_API_KEY: &str = "kk_standin0test0key0other0tenant000";

/// A key of [`ORGANIZATION`] with the scope `webhooks:read` alone.
pub const WEBHOOKS_READ_KEY: &str = "kk_standin0test0key0webhooks0read00";

/// A key of [`ORGANIZATION`] with the scope `webhooks:write` alone, which includes reading.
pub const WEBHOOKS_WRITE_KEY: &str = "kk_standin0test0key0webhooks0write0";

/// A key of [`ORGANIZATION`] with the scope `sessions:read` alone.
pub const SESSIONS_READ_KEY: &str = "kk_standin0test0key0sessions0read00";

/// A key of [`ORGANIZATION`] with the scope `sessions:write` alone, which includes reading.
pub const SESSIONS_WRITE_KEY: &str = "kk_standin0test0key0sessions0write0";

/// A key of [`ORGANIZATION`] with the scope `analytics:read` alone: no public operation is for it.
pub const ANALYTICS_READ_KEY: &str = "kk_standin0test0key0analytics0read0";

/// A key of [`ORGANIZATION`] that is disabled: 401.
pub const DISABLED_KEY: &str = "kk_standin0test0key0disabled0000000";

/// A key of [`FROZEN_ORGANIZATION`]: 410.
pub const FROZEN_KEY: &str = "kk_standin0test0key0frozen000000000";

/// The id of the organization that the keys belong to.
pub const ORGANIZATION: &str = "0a0a0a0a-0001-4000-8000-000000000001";

/// The id of another organization.
pub const OTHER_ORGANIZATION: &str = "0a0a0a0a-0002-4000-8000-000000000002";

/// The id of an organization that is about to be deleted.
pub const FROZEN_ORGANIZATION: &str = "0a0a0a0a-0003-4000-8000-000000000003";

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn the_document_lists_the_same_keys() {
        let scoped = |key: &str, scope: &str| json!({"key": key, "tenant": ORGANIZATION, "scopes": [scope]});
        let expected = [
            json!({"key": API_KEY, "tenant": ORGANIZATION}),
            scoped(WEBHOOKS_READ_KEY, "webhooks:read"),
            scoped(WEBHOOKS_WRITE_KEY, "webhooks:write"),
            scoped(SESSIONS_READ_KEY, "sessions:read"),
            scoped(SESSIONS_WRITE_KEY, "sessions:write"),
            scoped(ANALYTICS_READ_KEY, "analytics:read"),
            json!({"key": DISABLED_KEY, "tenant": ORGANIZATION, "refused": 401}),
            json!({"key": OTHER_API_KEY, "tenant": OTHER_ORGANIZATION}),
            json!({"key": FROZEN_KEY, "tenant": FROZEN_ORGANIZATION, "refused": 410}),
        ];
        let contract = crate::kayle::contract();
        let mut listed = contract.document()["components"]["securitySchemes"]["bearerAuth"]["x-standin-keys"].clone();
        for key in listed.as_array_mut().unwrap() {
            assert!(key.as_object_mut().unwrap().remove("description").is_some_and(|text| text.is_string()), "{key}");
        }
        assert_eq!(listed, Value::from(expected.to_vec()));
    }

    #[test]
    fn keys_have_the_documented_format() {
        for key in [
            API_KEY,
            OTHER_API_KEY,
            WEBHOOKS_READ_KEY,
            WEBHOOKS_WRITE_KEY,
            SESSIONS_READ_KEY,
            SESSIONS_WRITE_KEY,
            ANALYTICS_READ_KEY,
            DISABLED_KEY,
            FROZEN_KEY,
        ] {
            let random = key.strip_prefix("kk_").unwrap();
            assert_eq!(random.len(), 32, "{key}");
            assert!(random.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()), "{key}");
        }
    }
}
