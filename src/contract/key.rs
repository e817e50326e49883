//! Keys: what a server knows about those who may ask it. How they are sent is for `check` to say.

use std::{fmt, sync::Arc};

use crate::message::StatusCode;

/// The ways in which a known key is refused, whatever it asks for: the status, the violation's code, and what was found.
const REFUSALS: [(u16, &str, &str); 3] = [
    (401, "security.disabled", "a key that is disabled"),
    (403, "security.blocked", "a key whose owner is blocked"),
    (410, "security.gone", "a key whose owner is gone"),
];

/// A credential that a server knows, and what it may do.
///
/// ```
/// use standin::ApiKey;
///
/// let all = ApiKey::new("kk_all");
/// let reader = ApiKey::new("kk_reader").with_scopes(["webhooks:read"]);
/// let others = ApiKey::new("kk_others").with_tenant("another organization");
/// let disabled = ApiKey::new("kk_disabled").refused(401);
/// ```
#[derive(Clone)]
pub struct ApiKey {
    credential: String,
    /// `None`: everything.
    scopes: Option<Vec<String>>,
    tenant: Arc<str>,
    /// One of `REFUSALS`.
    refusal: Option<u16>,
}

impl ApiKey {
    /// A credential that may do everything: a bearer token, an API key, or `user:password` for basic authentication.
    pub fn new(credential: impl Into<String>) -> Self {
        Self { credential: credential.into(), scopes: None, tenant: Arc::default(), refusal: None }
    }

    /// The same credential, allowed only what needs one of these scopes (or roles).
    #[must_use]
    pub fn with_scopes<S: Into<String>>(mut self, scopes: impl IntoIterator<Item = S>) -> Self {
        self.scopes = Some(scopes.into_iter().map(Into::into).collect());
        self
    }

    /// The same credential, as one of a customer's: it sees what was made with keys of the same tenant, and nothing else.
    ///
    /// Default: `""`, as of credentials that nothing is known of.
    #[must_use]
    pub fn with_tenant(mut self, name: impl Into<Arc<str>>) -> Self {
        self.tenant = name.into();
        self
    }

    /// The same credential, known and refused, before anybody looks at its scopes: with 401 it is disabled, with 403 its owner
    /// is blocked, with 410 its owner is gone.
    ///
    /// # Panics
    ///
    /// If it is another status.
    #[must_use]
    #[track_caller]
    pub fn refused(self, status: u16) -> Self {
        match self.try_refused(status) {
            Some(key) => key,
            None => panic!("standin: expected 401, 403 or 410 as the status that refuses a key, found {status}"),
        }
    }

    pub(crate) fn try_refused(mut self, status: u16) -> Option<Self> {
        self.refusal = Some(REFUSALS.iter().find(|(known, ..)| *known == status)?.0);
        Some(self)
    }

    pub(crate) fn credential(&self) -> &str {
        &self.credential
    }

    pub(crate) fn tenant(&self) -> &Arc<str> {
        &self.tenant
    }

    pub(crate) fn refusal(&self) -> Option<u16> {
        self.refusal
    }

    pub(crate) fn may(&self, wanted: &[String]) -> bool {
        self.scopes.as_ref().is_none_or(|scopes| wanted.iter().all(|scope| scopes.contains(scope)))
    }
}

/// What a server makes of the credential that a request has, whatever it asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Standing {
    /// There is none.
    Missing,
    /// It has not the form that its scheme asks for.
    Malformed,
    /// The server was not given it, and accepts no others.
    Unknown,
    /// It is known, and refused with this status.
    Refused(StatusCode),
    /// It is good, for whatever its scopes allow.
    Good,
}

/// Code and words for a key that is refused with a status.
pub(crate) fn refusal(status: u16) -> (&'static str, &'static str) {
    let known = REFUSALS.iter().find(|(known, ..)| *known == status);
    known.map_or(("security.refused", "a key that is refused"), |(_, code, found)| (*code, *found))
}

/// The status of a violation that says that a known key is refused.
pub(crate) fn refusing_status(code: &str) -> Option<u16> {
    REFUSALS.iter().find(|(_, known, _)| *known == code).map(|(status, ..)| *status)
}

// The credential is a secret, in tests too: logs of tests are public more often than not.
impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { credential: _, scopes, tenant, refusal } = self;
        let mut shown = f.debug_struct("ApiKey");
        shown.field("scopes", scopes).field("tenant", tenant).field("refusal", refusal).finish_non_exhaustive()
    }
}

impl<S: Into<String>> From<S> for ApiKey {
    fn from(credential: S) -> Self {
        Self::new(credential)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_of_a_key_shows_it() {
        let key = ApiKey::new("canary").with_scopes(["a"]).with_tenant("t").refused(410);
        assert_eq!(format!("{key:?}"), "ApiKey { scopes: Some([\"a\"]), tenant: \"t\", refusal: Some(410), .. }");
    }

    #[test]
    #[should_panic(expected = "expected 401, 403 or 410 as the status that refuses a key, found 404")]
    fn a_key_is_refused_with_a_status_that_says_so() {
        let _ = ApiKey::new("k").refused(404);
    }
}
