//! What the server has beside its documented operations: three routes for everybody, and its way to say that there is nothing.

use serde_json::{Value, json};

use super::inexact_bearer;
use crate::{Alters, Aside, Bytes, Contract, HeaderName, HeaderValue, Method, Outside, Response, Rule, Standing, StatusCode};

const REFERENCE: &str = "<!doctype html>
<html lang=\"en\">
<meta charset=\"utf-8\">
<title>Kayle ID API</title>
<h1>Kayle ID API</h1>
<p>This is a stand-in. What it serves is told by <a href=\"/openapi\">its OpenAPI document</a>.</p>
</html>
";

/// Unknown paths and methods are 404 without a word, but nobody learns that below `/v1` without a key.
pub(super) struct Beside {
    /// What `GET /openapi` shows the document of: itself, and not what it may be joined with.
    pub(super) contract: Contract,
}

impl Rule for Beside {
    fn alters(&self) -> Alters {
        Alters::Nothing
    }

    fn outside(&self, visit: &Outside<'_>) -> Option<Aside> {
        let path = visit.request().path();
        let is_read = [Method::GET, Method::HEAD].contains(visit.request().method());
        Some(match self.open(path).filter(|_| is_read) {
            Some(response) => Aside::served(response),
            None => Aside::refused(keyless(visit, path).unwrap_or_else(nothing)),
        })
    }
}

impl Beside {
    /// The routes that need no key.
    fn open(&self, path: &str) -> Option<Response> {
        Some(match path {
            "/" => Response::default().with_json(&health()),
            "/openapi" => Response::default().with_json(self.contract.document()),
            "/reference" => text(StatusCode::OK, "text/html; charset=UTF-8", REFERENCE),
            _ => return None,
        })
    }
}

fn health() -> Value {
    let data = json!({"message": "This is a stand-in for the Kayle ID API.", "docs": "https://docs.kayle.id", "status": "healthy"});
    json!({"data": data, "error": null})
}

/// The answer to a request that has no good key where it needs one.
fn keyless(visit: &Outside<'_>, path: &str) -> Option<Response> {
    if path != "/v1" && !path.starts_with("/v1/") {
        return None;
    }
    // A token that is given inexactly is none to the server.
    let standing = if inexact_bearer(visit.request()).is_some() { Standing::Malformed } else { visit.standing("bearerAuth") };
    match standing {
        Standing::Good => None,
        Standing::Refused(StatusCode::GONE) => {
            let message = "This organization is about to be deleted.";
            Some(Response::new(StatusCode::GONE).with_json(&json!({"error": {"code": "ORGANIZATION_FROZEN", "message": message}})))
        }
        _ => {
            let body = json!({"error": {"code": "UNAUTHORIZED", "message": "Unauthorized"}});
            let challenge = (HeaderName::from_static("www-authenticate"), HeaderValue::from_static("Bearer"));
            Some(Response::new(StatusCode::UNAUTHORIZED).with_json(&body).with_header(challenge.0, challenge.1))
        }
    }
}

fn nothing() -> Response {
    text(StatusCode::NOT_FOUND, "text/plain; charset=UTF-8", "404 Not Found")
}

fn text(status: StatusCode, media_type: &'static str, body: &'static str) -> Response {
    Response::new(status).with_body(HeaderValue::from_static(media_type), Bytes::from_static(body.as_bytes()))
}
