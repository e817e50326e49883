//! Cross-origin requests of browsers (WHATWG Fetch, section 3.2): every origin may do what the document declares.

use crate::message::{HeaderName, HeaderValue, Method, Request, Response, StatusCode, header};

/// How long a browser may remember the answer to a preflight, in seconds.
const MAX_AGE: &str = "600";

/// The answer to a preflight; `None` if the request is none.
pub(super) fn preflight(request: &Request, allowed: &[Method]) -> Option<Response> {
    request.header("origin")?;
    request.header("access-control-request-method")?;
    let methods = allowed.iter().map(Method::as_str).collect::<Vec<_>>().join(", ");
    let mut response =
        Response::new(StatusCode::NO_CONTENT).with_header(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_str(&methods).ok()?);
    if let Some(wanted) = request.headers().get("access-control-request-headers") {
        response = response.with_header(header::ACCESS_CONTROL_ALLOW_HEADERS, wanted.clone());
    }
    Some(response.with_header(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static(MAX_AGE)))
}

/// The answer to a request from another origin, for that origin to read. What the document says of these headers stays.
pub(super) fn allow(request: &Request, response: Response) -> Response {
    let Some(origin) = request.headers().get("origin") else { return response };
    let exposed: Vec<&str> = response.headers().iter().map(|(name, _)| name.as_str()).filter(|name| *name != "vary").collect();
    let exposed = HeaderValue::from_str(&exposed.join(", ")).ok().filter(|exposed| !exposed.is_empty());
    let more: [(HeaderName, Option<HeaderValue>); 4] = [
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, Some(origin.clone())),
        (header::ACCESS_CONTROL_ALLOW_CREDENTIALS, Some(HeaderValue::from_static("true"))),
        (header::ACCESS_CONTROL_EXPOSE_HEADERS, exposed),
        (header::VARY, Some(HeaderValue::from_static("origin"))),
    ];
    more.into_iter().fold(response, |response, (name, value)| match value {
        Some(value) if response.headers().get(name.as_str()).is_none() => response.with_header(name, value),
        _ => response,
    })
}
