//! Matchers: what a call must be like for a script to answer it, or for a test to count it.
//!
//! A matcher that does not accept a call says why not: which part of the request, what was expected there, what was found.
//! Each is one function below; there is no list of kinds, so that a test's own functions are worth as much as ours.

mod part;

use std::{borrow::Cow, fmt, ops::Not, sync::Arc};

use serde_json::Value;

use self::part::{Difference, difference, kind, leaves, same, shown};
use crate::{
    codec::pairs,
    contract::{Incoming, Operation},
    mask::MASK,
    message::{HeaderName, header_text, is_secret_header},
    pointer::Pointer,
    source::{parse_json, quote},
    text::{either, nearest, percent_decode},
};

/// How much an exact value says about a call, a part of a text, and a function of which nobody knows what it asks.
const EXACT: u32 = 3;
const PART: u32 = 2;
const ANYTHING: u32 = 1;

type Judge = dyn Fn(&Incoming<'_>) -> Result<(), String> + Send + Sync;

/// What a call must be like.
///
/// The same matchers choose the calls that a script answers ([`Script::when`](crate::Script::when)) and explain why one
/// did not.
///
/// ```
/// use serde_json::json;
/// use standin::{Match, Request, kayle};
///
/// let api = kayle::builder().lenient(true).start();
/// let create = |name: &str| {
///     Request::post("/v1/webhooks/endpoints")
///         .with_header("authorization", "Bearer any")
///         .with_json(&json!({"url": "https://example.com/hook", "name": name}))
/// };
/// api.on("POST /v1/webhooks/endpoints").when(Match::json_at("/name", "taken")).reply(400);
/// assert_eq!(api.handle(create("free")).status(), 200);
/// assert_eq!(api.handle(create("taken")).status(), 400);
/// ```
#[derive(Clone)]
pub struct Match(Arc<Inner>);

struct Inner {
    words: String,
    weight: u32,
    /// The path parameter that it looks at.
    parameter: Option<String>,
    judge: Box<Judge>,
}

impl Match {
    fn new(words: impl Into<String>, weight: u32, judge: impl Fn(&Incoming<'_>) -> Result<(), String> + Send + Sync + 'static) -> Self {
        Self(Arc::new(Inner { words: words.into(), weight, parameter: None, judge: Box::new(judge) }))
    }

    /// A header of this value, among others perhaps. Names do not depend on case.
    pub fn header(name: &str, value: &str) -> Self {
        let (name, value) = (name.to_ascii_lowercase(), value.to_owned());
        let place = format!("header {name}");
        let secret = is_secret_name(&name);
        Self::new(format!("{place}: {}", shown_text(&value, secret)), EXACT, move |call| {
            let found: Vec<Cow<'_, str>> = call.request().headers().get_all(&name).filter_map(header_text).map(Cow::Borrowed).collect();
            one_of(&place, &value, &found, secret)
        })
    }

    /// A query parameter of this value, among others perhaps; both are decoded.
    ///
    /// ```
    /// # use standin::{Match, Request, kayle};
    /// # let api = kayle::builder().lenient(true).start();
    /// api.on("listWebhookEndpoints").when(Match::query("limit", 1)).reply(410);
    /// let list = |query: &str| Request::get(&format!("/v1/webhooks/endpoints?{query}")).with_header("authorization", "Bearer any");
    /// assert_eq!(api.handle(list("limit=1")).status(), 410);
    /// assert_eq!(api.handle(list("limit=2")).status(), 200);
    /// ```
    pub fn query(name: &str, value: impl fmt::Display) -> Self {
        let (name, value) = (name.to_owned(), value.to_string());
        let place = format!("query {name}");
        let secret = is_secret_name(&name);
        Self::new(format!("{place}: {}", shown_text(&value, secret)), EXACT, move |call| {
            let sent = pairs(call.request().query().unwrap_or_default());
            let decoded = |text: &str| Cow::Owned(percent_decode(&text.replace('+', " ")).into_owned());
            let found: Vec<Cow<'_, str>> = sent.iter().filter(|(known, _)| *known == name).map(|(_, text)| decoded(text)).collect();
            one_of(&place, &value, &found, secret)
        })
    }

    /// A path parameter of this value.
    pub fn path(name: &str, value: impl fmt::Display) -> Self {
        let (name, value) = (name.to_owned(), value.to_string());
        let place = format!("path {name}");
        let wanted = name.clone();
        let judge = move |call: &Incoming<'_>| {
            let known = call.operation().path_parameters().any(|parameter| parameter == wanted);
            let found = call.parameters.iter().find(|(parameter, _)| known && *parameter == wanted);
            let found: Vec<Cow<'_, str>> = found.map(|(_, value)| text_of(value)).into_iter().collect();
            one_of(&place, &value, &found, false)
        };
        let words = format!("path {name}");
        Self(Arc::new(Inner { words, weight: EXACT, parameter: Some(name), judge: Box::new(judge) }))
    }

    /// A body that holds at least this: objects may have more members, arrays must have the same items.
    ///
    /// ```
    /// # use serde_json::json;
    /// # use standin::{Match, Request, kayle};
    /// # let api = kayle::start();
    /// api.on("createWebhookEndpoint").when(Match::json(json!({"enabled": false}))).reply(400);
    /// let create = Request::post("/v1/webhooks/endpoints").with_header("authorization", "Bearer any");
    /// let disabled = json!({"url": "https://example.com/hook", "enabled": false});
    /// assert_eq!(api.handle(create.with_json(&disabled)).status(), 400);
    /// ```
    pub fn json(part: Value) -> Self {
        let weight = EXACT.saturating_mul(leaves(&part));
        Self::new(format!("body: {}", shown(&part)), weight, move |call| {
            let body = body(call)?;
            match difference(&part, &body, &Pointer::root()) {
                None => Ok(()),
                Some(Difference { place, expected, found }) => Err(at_place(call, &place, &expected, &found)),
            }
        })
    }

    /// A body with this value at a place, which is a JSON Pointer.
    ///
    /// # Panics
    ///
    /// If it is no JSON Pointer.
    #[track_caller]
    pub fn json_at(pointer: &str, value: impl Into<Value>) -> Self {
        let Some(place) = Pointer::parse(pointer) else { panic!("standin: {pointer:?} is no JSON Pointer: it must begin with a slash") };
        let value = value.into();
        Self::new(format!("body {place}: {}", shown(&value)), EXACT, move |call| {
            let body = body(call)?;
            match place.resolve(&body) {
                Some(found) if same(&value, found) => Ok(()),
                Some(found) => Err(at_place(call, &place, &shown(&value), &kind(found))),
                None => Err(at_place(call, &place, &shown(&value), "none")),
            }
        })
    }

    /// A body, of any kind, in which this text occurs.
    pub fn body_contains(text: &str) -> Self {
        let text = text.to_owned();
        Self::new(format!("body with {}", quote(&text)), PART, move |call| {
            let body = String::from_utf8_lossy(call.request().body());
            if body.contains(&text) {
                return Ok(());
            }
            // What a body holds may be secret, so its size must do.
            Err(format!("body: expected one that contains {}, found {} bytes without it", quote(&text), call.request().body().len()))
        })
    }

    /// What a function says. `words` tell what it asks for, to finish the sentence "expected …".
    ///
    /// It may be called again for a call that has gone by, to explain why a script was not used.
    ///
    /// ```
    /// # use standin::{Match, Request, kayle};
    /// # let api = kayle::builder().unused_scripts(false).start();
    /// let short = Match::by("a short name", |call| call.body().is_some_and(|body| body["name"].as_str().is_some_and(|name| name.len() < 3)));
    /// api.on("createWebhookEndpoint").when(short).reply(400);
    /// ```
    pub fn by(words: &str, accepts: impl Fn(&Incoming<'_>) -> bool + Send + Sync + 'static) -> Self {
        let expected = words.to_owned();
        Self::new(words, ANYTHING, move |call| if accepts(call) { Ok(()) } else { Err(format!("expected {expected}, found another call")) })
    }

    /// Calls that at least one of several matchers accepts.
    #[must_use]
    pub fn any(others: impl IntoIterator<Item = Self>) -> Self {
        let others: Vec<Self> = others.into_iter().collect();
        let words = either(&others.iter().map(ToString::to_string).collect::<Vec<_>>());
        // It says as much as the one of them that says least.
        let weight = others.iter().map(Self::weight).min().unwrap_or_default();
        Self::new(words, weight, move |call| {
            let mut reasons = Vec::new();
            for other in &others {
                match other.explain(call) {
                    Ok(()) => return Ok(()),
                    Err(reason) => reasons.push(reason),
                }
            }
            Err(reasons.join(", and "))
        })
    }

    /// Whether it accepts a call.
    pub fn accepts(&self, call: &Incoming<'_>) -> bool {
        self.explain(call).is_ok()
    }

    /// Why it does not accept a call.
    ///
    /// # Errors
    ///
    /// If it does not: the reason, `header x-mode: expected "fast", found "slow"`. Secrets are masked in it.
    pub fn explain(&self, call: &Incoming<'_>) -> Result<(), String> {
        (self.0.judge)(call)
    }

    /// How much it asks for: the more, the sooner its script answers.
    pub(crate) fn weight(&self) -> u32 {
        self.0.weight
    }

    /// Why no call to an operation can be like this, if it is so.
    pub(crate) fn misfit(&self, operation: &Operation) -> Option<String> {
        let wanted = self.0.parameter.as_deref()?;
        let known: Vec<&str> = operation.path_parameters().collect();
        if known.contains(&wanted) {
            return None;
        }
        let hint = nearest(wanted, known.iter().copied()).map(|near| format!("; did you mean {near:?}?"));
        Some(format!("{} has no path parameter {wanted:?}{}", operation.name(), hint.unwrap_or_default()))
    }
}

/// Calls that the matcher does not accept.
///
/// ```
/// # use standin::{Match, Request, kayle};
/// # let api = kayle::builder().stateful(false).start();
/// api.on("getWebhookEndpoint").when(!Match::path("endpoint_id", "whe_1")).reply(404);
/// let read = |id: &str| Request::get(&format!("/v1/webhooks/endpoints/{id}")).with_header("authorization", "Bearer any");
/// assert_eq!(api.handle(read("whe_1")).status(), 200);
/// assert_eq!(api.handle(read("whe_2")).status(), 404);
/// ```
impl Not for Match {
    type Output = Self;

    fn not(self) -> Self {
        let words = format!("not {self}");
        Self::new(words.clone(), self.weight(), move |call| match self.explain(call) {
            Ok(()) => Err(format!("expected {words}, found just that")),
            Err(_) => Ok(()),
        })
    }
}

/// `header x-mode: "fast"`
impl fmt::Display for Match {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.words)
    }
}

impl fmt::Debug for Match {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Match({self})")
    }
}

/// Why a call is not as several matchers ask: the reasons of those that do not accept it, in their order.
pub(crate) fn reasons(matchers: &[Match], call: &Incoming<'_>) -> Vec<String> {
    matchers.iter().filter_map(|matcher| matcher.explain(call).err()).collect()
}

fn one_of(place: &str, expected: &str, found: &[Cow<'_, str>], secret: bool) -> Result<(), String> {
    if found.iter().any(|found| found == expected) {
        return Ok(());
    }
    let found = match found {
        [] => "none".to_owned(),
        found => found.iter().map(|text| shown_text(text, secret)).collect::<Vec<_>>().join(" and "),
    };
    let expected = if secret { "another value".to_owned() } else { quote(expected) };
    Err(format!("{place}: expected {expected}, found {found}"))
}

fn shown_text(text: &str, secret: bool) -> String {
    if secret { MASK.to_owned() } else { quote(text) }
}

fn is_secret_name(name: &str) -> bool {
    name.parse::<HeaderName>().is_ok_and(|name| is_secret_header(&name))
}

/// A decoded parameter as text.
fn text_of(value: &Value) -> Cow<'_, str> {
    match value {
        Value::String(text) => Cow::Borrowed(text),
        other => Cow::Owned(other.to_string()),
    }
}

/// The body: as it was decoded, else as JSON, which it may be for all that its content type says something else.
fn body<'c>(call: &Incoming<'c>) -> Result<Cow<'c, Value>, String> {
    if let Some(body) = call.body() {
        return Ok(Cow::Borrowed(body));
    }
    match parse_json(call.request().body()) {
        Ok((value, _)) => Ok(Cow::Owned(value)),
        Err(_) if call.request().body().is_empty() => Err("body: expected one, found none".to_owned()),
        Err(_) => Err("body: expected JSON, found something else".to_owned()),
    }
}

/// The sentence about a place in the body; what is secret there is masked.
fn at_place(call: &Incoming<'_>, place: &Pointer, expected: &str, found: &str) -> String {
    let content = call.operation().request_body.iter().flat_map(|body| &body.content);
    let declared = content.filter_map(|media_type| media_type.schema.as_ref()).any(|schema| schema.annotations().is_secret(place));
    let named = place.tokens().any(|token| is_secret_name(&token.to_ascii_lowercase()));
    let at = if place.is_root() { String::new() } else { format!(" {place}") };
    match declared || named {
        true => format!("body{at}: expected another value, found {}", if found == "none" { found } else { MASK }),
        false => format!("body{at}: expected {expected}, found {found}"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{contract::Contract, message::Request};

    const DOCUMENT: &str = r#"
openapi: 3.1.0
paths:
  /things/{id}:
    post:
      parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
      requestBody:
        content:
          application/json:
            schema: {type: object, properties: {pin: {type: string, format: password}}}
"#;

    fn explained(matcher: &Match, request: &Request) -> String {
        let contract = Contract::from_text("things.yaml", DOCUMENT).unwrap();
        let operation = contract.operation("POST /things/{id}");
        let parameters = [("id".to_owned(), json!(7))];
        matcher.explain(&Incoming { request, operation, parameters: &parameters, body: None }).err().unwrap_or_default()
    }

    #[test]
    fn each_matcher_says_why_it_does_not_accept() {
        let request = Request::post("/things/7?a=x+y&a=%C3%A9&token=canary")
            .with_header("X-Mode", "slow")
            .with_header("Authorization", "Bearer canary")
            .with_json(&json!({"n": 1, "o": {"b": [1, {"c": 2.0}], "more": null}, "pin": "canary", "api_key": "canary"}));
        let cases: Vec<(Match, &str)> = vec![
            (Match::header("x-mode", "slow"), ""),
            (Match::header("X-MODE", "fast"), r#"header x-mode: expected "fast", found "slow""#),
            (Match::header("x-none", "fast"), r#"header x-none: expected "fast", found none"#),
            (Match::header("authorization", "Bearer other"), "header authorization: expected another value, found ***"),
            (Match::query("a", "x y"), ""),
            (Match::query("a", "é"), ""),
            (Match::query("a", 5), r#"query a: expected "5", found "x y" and "é""#),
            (Match::query("token", "other"), "query token: expected another value, found ***"),
            (Match::path("id", 7), ""),
            (Match::path("id", "8"), r#"path id: expected "8", found "7""#),
            (Match::json(json!({"n": 1.0, "o": {"b": [1, {"c": 2}]}})), ""),
            (Match::json(json!({})), ""),
            (Match::json(json!({"o": {"b": [1, {"c": 3}]}})), "body /o/b/1/c: expected 3, found 2.0"),
            (Match::json(json!({"o": {"b": [1]}})), "body /o/b: expected 1 item, found 2"),
            (Match::json(json!({"o": {"d": 1}})), "body /o/d: expected 1, found none"),
            (Match::json(json!([])), "body: expected [], found an object with 4 members"),
            (Match::json(json!({"pin": "1"})), "body /pin: expected another value, found ***"),
            (Match::json_at("/n", 1), ""),
            (Match::json_at("/n", "1"), r#"body /n: expected "1", found 1"#),
            (Match::json_at("/o/b/9", 1), "body /o/b/9: expected 1, found none"),
            (Match::json_at("/api_key", "x"), "body /api_key: expected another value, found ***"),
            (Match::body_contains("\"n\":1"), ""),
            (Match::by("a call by night", |call| call.request().query().is_none()), "expected a call by night, found another call"),
            (!Match::path("id", 7), "expected not path id, found just that"),
            (Match::any([Match::path("id", 8), Match::path("id", 7)]), ""),
            (
                Match::any([Match::path("id", 8), Match::json_at("/n", 2)]),
                r#"path id: expected "8", found "7", and body /n: expected 2, found 1"#,
            ),
        ];
        for (matcher, expected) in cases {
            let said = explained(&matcher, &request);
            assert_eq!(said, expected, "{matcher}");
        }
        let bytes = Request::post("/things/7").with_body("plain");
        assert_eq!(explained(&Match::json(json!({"a": 1})), &bytes), "body: expected JSON, found something else");
        assert_eq!(explained(&Match::json_at("/a", 1), &Request::post("/things/7")), "body: expected one, found none");
        assert_eq!(explained(&Match::body_contains("x"), &bytes), r#"body: expected one that contains "x", found 5 bytes without it"#);
    }

    #[test]
    fn exact_values_weigh_more_than_parts_and_functions() {
        let weights = [
            Match::by("x", |_| true).weight(),
            Match::body_contains("x").weight(),
            Match::header("x", "y").weight(),
            Match::json(json!({"a": 1, "b": {"c": 2}})).weight(),
        ];
        assert_eq!(weights, [1, 2, 3, 6]);
        assert_eq!(Match::any([Match::json(json!({"a": 1, "b": 2})), Match::body_contains("x")]).weight(), 2);
    }
}
