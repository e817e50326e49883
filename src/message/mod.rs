//! HTTP messages as plain, owned, fully read values: what every later stage looks at without awaiting anything.
//!
//! Bodies are [`Bytes`], shared and never copied. Nothing here prints a credential: see [`is_secret_header`].

mod json;

use std::{
    fmt,
    sync::{Arc, OnceLock},
    time::Duration,
};

pub use bytes::Bytes;
pub(crate) use http::header;
pub use http::{HeaderName, HeaderValue, Method, StatusCode, Uri};
use serde::de::DeserializeOwned;
use serde_json::Value;

pub(crate) use self::json::Context;
pub use self::json::JsonError;
use crate::{diff::Extent, mask};

/// The headers of a message, in the order in which they were sent. Names do not depend on case.
///
/// A plain list: messages have few headers and are remembered for long, so a table to look them up in would cost more than
/// it saves.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Headers(Vec<(HeaderName, HeaderValue)>);

impl Headers {
    /// The first value of a header.
    pub fn get(&self, name: &str) -> Option<&HeaderValue> {
        self.0.iter().find(|(known, _)| known.as_str().eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// All values of a header, in their order.
    pub fn get_all<'h>(&'h self, name: &str) -> impl Iterator<Item = &'h HeaderValue> {
        self.0.iter().filter(|(known, _)| known.as_str().eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// All headers, one after the other.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&HeaderName, &HeaderValue)> {
        self.0.iter().map(|(name, value)| (name, value))
    }

    /// How many there are; a name that is given twice counts twice.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn append(&mut self, name: HeaderName, value: HeaderValue) {
        // Most messages have few headers, and all are remembered: room for more would be most of what a call takes.
        self.0.reserve_exact(1);
        self.0.push((name, value));
    }

    /// Puts a value in the place of all values of that name.
    fn insert(&mut self, name: HeaderName, value: HeaderValue) {
        self.0.retain(|(known, _)| *known != name);
        self.append(name, value);
    }
}

impl FromIterator<(HeaderName, HeaderValue)> for Headers {
    fn from_iter<I: IntoIterator<Item = (HeaderName, HeaderValue)>>(headers: I) -> Self {
        Self(headers.into_iter().collect())
    }
}

impl IntoIterator for Headers {
    type Item = (HeaderName, HeaderValue);
    type IntoIter = std::vec::IntoIter<Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// A request, fully read.
///
/// ```
/// use standin::Request;
///
/// let request = Request::post("/v1/things?dry_run=true").with_json(&serde_json::json!({"name": "a"}));
/// assert_eq!(request.path(), "/v1/things");
/// assert_eq!(request.query(), Some("dry_run=true"));
/// assert_eq!(request.json()["name"], "a");
/// ```
#[derive(Clone)]
pub struct Request {
    method: Method,
    uri: Uri,
    headers: Headers,
    body: Bytes,
    context: OnceLock<Arc<Context>>,
}

impl Request {
    /// A request from its parts.
    pub fn new(method: Method, uri: Uri, headers: Headers, body: Bytes) -> Self {
        Self { method, uri, headers, body, context: OnceLock::new() }
    }

    /// A request of any method, without headers and body.
    ///
    /// # Panics
    ///
    /// If `target` is no request target (a path, with or without a query).
    #[track_caller]
    pub fn with_method(method: Method, target: &str) -> Self {
        match target.parse() {
            Ok(uri) => Self::new(method, uri, Headers::default(), Bytes::new()),
            Err(error) => panic!("standin: {target:?} is no request target: {error}"),
        }
    }

    /// A `GET` request.
    ///
    /// # Panics
    ///
    /// If `target` is no request target.
    #[track_caller]
    pub fn get(target: &str) -> Self {
        Self::with_method(Method::GET, target)
    }

    /// A `POST` request, still without a body.
    ///
    /// # Panics
    ///
    /// If `target` is no request target.
    #[track_caller]
    pub fn post(target: &str) -> Self {
        Self::with_method(Method::POST, target)
    }

    /// The same request with one more header.
    ///
    /// # Panics
    ///
    /// If name or value are not allowed in a header.
    #[must_use]
    #[track_caller]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        let parsed = (name.parse::<HeaderName>(), HeaderValue::from_str(value));
        match parsed {
            (Ok(name), Ok(value)) => self.headers.append(name, value),
            (Err(error), _) => panic!("standin: {name:?} is no header name: {error}"),
            (_, Err(error)) => panic!("standin: the value for header {name:?} is not allowed: {error}"),
        };
        self
    }

    /// The same request with this body.
    #[must_use]
    pub fn with_body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    /// The same request with a JSON body and its content type.
    #[must_use]
    #[track_caller]
    pub fn with_json(self, body: &Value) -> Self {
        self.with_header("content-type", "application/json").with_body(body.to_string())
    }

    /// The method.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// The path as it was sent: percent-encoded, without the query.
    pub fn path(&self) -> &str {
        self.uri.path()
    }

    pub(crate) fn uri(&self) -> &Uri {
        &self.uri
    }

    /// The query as it was sent: percent-encoded, without the `?`.
    pub fn query(&self) -> Option<&str> {
        self.uri.query()
    }

    /// All headers.
    pub fn headers(&self) -> &Headers {
        &self.headers
    }

    /// The first value of a header, if it is there and is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        header_text(self.headers.get(name)?)
    }

    /// The body's bytes, as they were sent.
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// The body as JSON.
    ///
    /// # Panics
    ///
    /// If the body is not JSON; the message shows its beginning.
    #[track_caller]
    pub fn json(&self) -> Value {
        self.read().value()
    }

    /// The body as a value of a test's own type.
    ///
    /// # Panics
    ///
    /// If it is none; the message says where and why, and shows the body without its secrets.
    #[track_caller]
    pub fn json_as<T: DeserializeOwned>(&self) -> T {
        self.read().typed()
    }

    /// The body as a value of a test's own type.
    ///
    /// # Errors
    ///
    /// If it is none: where and why.
    pub fn try_json_as<T: DeserializeOwned>(&self) -> Result<T, JsonError> {
        self.read().parse()
    }

    /// Asserts that the body is this JSON. The order of members does not matter, and `1` is `1.0`.
    ///
    /// # Panics
    ///
    /// If it is not; the message tells what differs, and nothing else.
    #[track_caller]
    pub fn assert_json(&self, expected: &Value) {
        self.read().compare(expected, Extent::Whole);
    }

    /// Asserts that the body is JSON that has at least these members, with these values. Arrays must have as many items, each
    /// with at least the members that are expected of it.
    ///
    /// # Panics
    ///
    /// If it has not; the message tells what differs, and nothing else.
    ///
    /// ```
    /// use standin::Request;
    /// use serde_json::json;
    ///
    /// let request = Request::post("/things").with_json(&json!({"name": "a", "size": {"width": 1, "height": 2}}));
    /// request.assert_json_subset(&json!({"size": {"width": 1}}));
    /// ```
    #[track_caller]
    pub fn assert_json_subset(&self, expected: &Value) {
        self.read().compare(expected, Extent::Subset);
    }

    fn read(&self) -> json::Body<'_> {
        json::Body { whose: "request", bytes: &self.body, context: self.context.get() }
    }

    /// Says which call it is part of, once that is known.
    pub(crate) fn within(&self, context: impl FnOnce() -> Context) -> &Self {
        self.context.get_or_init(|| Arc::new(context()));
        self
    }
}

impl Request {
    /// Whether another says the same, byte for byte.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.method == other.method && self.uri == other.uri && self.headers == other.headers && self.body == other.body
    }
}

/// A response, complete.
#[derive(Clone)]
pub struct Response {
    status: StatusCode,
    headers: Headers,
    body: Bytes,
    delay: Duration,
    context: OnceLock<Arc<Context>>,
}

impl Default for Response {
    /// 200, with nothing.
    fn default() -> Self {
        Self::new(StatusCode::OK)
    }
}

impl Response {
    /// A response without headers and body.
    pub fn new(status: StatusCode) -> Self {
        Self { status, headers: Headers::default(), body: Bytes::new(), delay: Duration::ZERO, context: OnceLock::new() }
    }

    /// A response from its parts.
    pub(crate) fn from_parts(status: StatusCode, headers: Headers, body: Bytes) -> Self {
        Self { headers, body, ..Self::new(status) }
    }

    /// The same response, sent so much later.
    #[must_use]
    pub(crate) fn with_delay(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// How long it is held back before it is sent. Nothing waits where there is no socket.
    pub fn delay(&self) -> Duration {
        self.delay
    }

    /// The same response with this content type and body.
    #[must_use]
    pub fn with_body(mut self, content_type: HeaderValue, body: impl Into<Bytes>) -> Self {
        self.headers.insert(header::CONTENT_TYPE, content_type);
        self.body = body.into();
        self
    }

    /// The same response with a JSON body.
    #[must_use]
    pub fn with_json(self, body: &Value) -> Self {
        self.with_body(HeaderValue::from_static("application/json"), body.to_string())
    }

    /// The same response with one more header.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.append(name, value);
        self
    }

    /// The same response with this header in the place of all of its name.
    #[must_use]
    pub(crate) fn with_only_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// The same response without its body, as an answer to `HEAD` is.
    #[must_use]
    pub(crate) fn without_body(mut self) -> Self {
        self.body = Bytes::new();
        self
    }

    /// The status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// All headers.
    pub fn headers(&self) -> &Headers {
        &self.headers
    }

    /// The first value of a header, if it is there and is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        header_text(self.headers.get(name)?)
    }

    /// The body's bytes.
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// The body as JSON.
    ///
    /// # Panics
    ///
    /// If the body is not JSON; the message shows its beginning.
    #[track_caller]
    pub fn json(&self) -> Value {
        self.read().value()
    }

    /// The body as a value of a test's own type.
    ///
    /// # Panics
    ///
    /// If it is none; the message says where and why, and shows the body without its secrets.
    #[track_caller]
    pub fn json_as<T: DeserializeOwned>(&self) -> T {
        self.read().typed()
    }

    /// The body as a value of a test's own type.
    ///
    /// # Errors
    ///
    /// If it is none: where and why.
    pub fn try_json_as<T: DeserializeOwned>(&self) -> Result<T, JsonError> {
        self.read().parse()
    }

    /// Asserts that the body is this JSON. The order of members does not matter, and `1` is `1.0`.
    ///
    /// # Panics
    ///
    /// If it is not; the message tells what differs, and nothing else.
    #[track_caller]
    pub fn assert_json(&self, expected: &Value) {
        self.read().compare(expected, Extent::Whole);
    }

    /// Asserts that the body is JSON that has at least these members, with these values. Arrays must have as many items, each
    /// with at least the members that are expected of it.
    ///
    /// # Panics
    ///
    /// If it has not; the message tells what differs, and nothing else.
    #[track_caller]
    pub fn assert_json_subset(&self, expected: &Value) {
        self.read().compare(expected, Extent::Subset);
    }

    fn read(&self) -> json::Body<'_> {
        json::Body { whose: "response", bytes: &self.body, context: self.context.get() }
    }

    /// Says which call it is part of, once that is known.
    pub(crate) fn within(&self, context: impl FnOnce() -> Context) -> &Self {
        self.context.get_or_init(|| Arc::new(context()));
        self
    }

    pub(crate) fn into_parts(self) -> (StatusCode, Headers, Bytes) {
        (self.status, self.headers, self.body)
    }
}

/// The text of a header. HTTP has ASCII only (RFC 9110, section 5.5), and many clients send UTF-8.
pub(crate) fn header_text(value: &HeaderValue) -> Option<&str> {
    std::str::from_utf8(value.as_bytes()).ok()
}

/// Whether a header of this name carries a credential, so that its value is never printed.
pub(crate) fn is_secret_header(name: &HeaderName) -> bool {
    mask::is_telling_header(name.as_str())
}

/// The value of a header as it may be shown.
pub(crate) fn shown_header(name: &str, value: &HeaderValue) -> String {
    match header_text(value) {
        Some(text) if mask::is_telling_header(name) => mask::secret(text),
        Some(text) => mask::text(text).into_owned(),
        None => "(not text)".into(),
    }
}

/// Whether a header of this name is one that HTTP and its clients have for everybody: no contract has its key in it.
fn is_well_known(name: &HeaderName) -> bool {
    const KNOWN: [HeaderName; 16] = [
        header::ACCEPT,
        header::ACCEPT_ENCODING,
        header::ACCEPT_LANGUAGE,
        header::ALLOW,
        header::CACHE_CONTROL,
        header::CONNECTION,
        header::CONTENT_ENCODING,
        header::CONTENT_LENGTH,
        header::CONTENT_TYPE,
        header::DATE,
        header::HOST,
        header::LOCATION,
        header::RETRY_AFTER,
        header::TRANSFER_ENCODING,
        header::USER_AGENT,
        header::VARY,
    ];
    KNOWN.contains(name)
}

/// Secrets are masked, and so is every header of an API's own: which of them has its key, the message does not know.
impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = |name: &HeaderName, value: &HeaderValue| match is_well_known(name) || is_secret_header(name) {
            true => shown_header(name.as_str(), value),
            false => format!("…({} chars)", value.len()),
        };
        let shown = self.iter().map(|(name, text)| (name.as_str(), value(name, text)));
        f.debug_map().entries(shown).finish()
    }
}

/// A path as it may be shown where nobody knows what it means: a long segment may be a token.
fn shown_path(path: &str) -> String {
    const LONG: usize = 16;
    let segment = |segment: &str| match segment.len() < LONG {
        true => mask::text(segment).into_owned(),
        false => format!("…({} chars)", segment.chars().count()),
    };
    path.split('/').map(segment).collect::<Vec<_>>().join("/")
}

// Queries and bodies may hold secrets too, so `Debug` shows their sizes only.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("path", &shown_path(self.path()))
            .field("query_len", &self.query().map_or(0, str::len))
            .field("headers", &self.headers)
            .field("body_len", &self.body.len())
            .finish()
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status.as_u16())
            .field("headers", &self.headers)
            .field("body_len", &self.body.len())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_secret() {
        let request = Request::post("/x?api_key=canary-1")
            .with_header("Authorization", "Bearer canary-2")
            .with_header("Cookie", "sid=canary-3")
            .with_header("X-Api-Key", "canary-4")
            .with_header("X-Kayle-Signature", "canary-5")
            .with_header("Accept", "text/plain")
            .with_body("canary-6");
        let text = format!("{request:?}");
        assert!(!text.contains("canary"), "{text}");
        assert!(text.contains("text/plain"), "{text}");
    }

    #[test]
    #[should_panic(expected = "the request's body is not JSON")]
    fn json_of_another_body_panics_with_its_beginning() {
        Request::post("/x").with_body("<xml/>").json();
    }
}
