//! What a broken request is answered: the contract's own error where it declares one, else a problem document.

use serde_json::{Map, Value, json};

use super::{Scene, scripted::merged};
use crate::{
    codec::CODINGS,
    contract::{self, DeclaredStatus, Location, MediaType, Operation, SchemeKind, for_status},
    media::is_json,
    message::{HeaderName, HeaderValue, Response, StatusCode, header},
    pointer::Pointer,
    violation::{Step, Violation},
};

/// Members that hold an explanation for people, the most telling name first.
const EXPLAINING: [&str; 8] = ["message", "detail", "error_description", "description", "reason", "msg", "title", "error"];

/// The status for a broken request where the contract declares no answer.
pub(super) fn status(violation: &Violation) -> StatusCode {
    match violation.step() {
        Step::Route => StatusCode::NOT_FOUND,
        _ if violation.code() == "body.too-large" => StatusCode::PAYLOAD_TOO_LARGE,
        Step::Credentials => refusing(violation).unwrap_or(StatusCode::UNAUTHORIZED),
        Step::Permission => StatusCode::FORBIDDEN,
        Step::MediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Step::Body if violation.code() == "body.syntax" => StatusCode::BAD_REQUEST,
        Step::Parameters | Step::Body => StatusCode::UNPROCESSABLE_ENTITY,
        Step::State => StatusCode::CONFLICT,
        Step::Answer => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// The codes that may answer a broken request, the fittest first.
fn candidates(violation: &Violation) -> &'static [u16] {
    match violation.step() {
        Step::Credentials => match refusing(violation) {
            Some(StatusCode::FORBIDDEN) => &[403, 401],
            Some(StatusCode::GONE) => &[410],
            _ => &[401],
        },
        Step::Permission => &[403, 401],
        Step::MediaType => &[415, 400, 422],
        Step::Body if violation.code() == "body.syntax" => &[400, 422],
        Step::Parameters | Step::Body => &[422, 400],
        Step::Route | Step::State | Step::Answer => &[],
    }
}

/// The status that a known key is refused with, if that is what is wrong.
fn refusing(violation: &Violation) -> Option<StatusCode> {
    StatusCode::from_u16(contract::refusing_status(violation.code())?).ok()
}

/// What a client that looks at headers can find where the contract has no place for an explanation.
const EXPLANATION: HeaderName = HeaderName::from_static("standin-explanation");

/// The contract's own answer to the earliest violation, with the explanation where its schema takes it, else in a header.
pub(super) fn declared(scene: &Scene<'_>) -> Option<Response> {
    let violations = &scene.judgement.violations;
    declared_as(scene, candidates(violations.first()?), &explanation(violations), None)
}

/// The contract's own answer of the fittest status that it declares, with an explanation in it, and with what `patch` says.
pub(super) fn declared_as(scene: &Scene<'_>, candidates: &[u16], explanation: &str, patch: Option<&Value>) -> Option<Response> {
    let responses = &scene.operation.responses;
    let exact = |code: &u16| responses.iter().any(|response| response.status == DeclaredStatus::Code(*code));
    let code = candidates.iter().find(|code| exact(code)).or(candidates.first()).copied()?;
    let response_of = for_status(responses, code)?;
    let status = StatusCode::from_u16(code).ok()?;
    if response_of.content.is_empty() {
        let response = with_explanation(Response::new(status), explanation);
        return super::headers::write(scene, response_of, super::seed(scene, status), response).ok();
    }
    let media_type = response_of.content.iter().find(|media_type| is_json(&media_type.range))?;
    let body = body(scene, media_type, status)?;
    let body = match patch {
        Some(patch) => merged(body, patch),
        None => body,
    };
    let told = explained(&body, explanation, |body| media_type.schema.as_ref().is_none_or(|schema| schema.accepts(body)));
    let response = super::write::body(media_type, None, status, told.as_ref().unwrap_or(&body)).ok()?;
    let response = if told.is_some() { response } else { with_explanation(response, explanation) };
    super::headers::write(scene, response_of, super::seed(scene, status), response).ok()
}

/// The declared error's example, else a value of its schema; `None` if neither conforms.
fn body(scene: &Scene<'_>, media_type: &MediaType, status: StatusCode) -> Option<Value> {
    let (seed, setting) = (super::seed(scene, status), scene.setting_for(status));
    if let Some(example) = media_type.first_example(seed, setting) {
        return Some(example.into_owned());
    }
    media_type.schema.as_ref()?.generate(seed, setting).ok()
}

/// All violations in one text, each as it is worded everywhere.
fn explanation(violations: &[Violation]) -> String {
    violations.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

pub(super) fn with_explanation(response: Response, explanation: &str) -> Response {
    const LONGEST: usize = 2_000;
    let shown: String = explanation.chars().take(LONGEST).map(|character| if character.is_control() { ' ' } else { character }).collect();
    match HeaderValue::from_bytes(shown.as_bytes()) {
        Ok(value) => response.with_header(EXPLANATION, value),
        Err(_) => response,
    }
}

/// The body with the explanation in the first member that takes it; `None` if none does.
fn explained(body: &Value, explanation: &str, accepts: impl Fn(&Value) -> bool) -> Option<Value> {
    let mut places = Vec::new();
    explaining(body, &mut Pointer::root(), &mut places);
    places.sort_by_key(|(rank, place)| (*rank, place.as_str().len()));
    places.into_iter().find_map(|(_, place)| {
        let mut told = body.clone();
        *told.pointer_mut(place.as_str())? = explanation.into();
        accepts(&told).then_some(told)
    })
}

fn explaining(value: &Value, place: &mut Pointer, places: &mut Vec<(usize, Pointer)>) {
    let members: &Map<String, Value> = match value {
        Value::Object(members) => members,
        _ => return,
    };
    for (name, member) in members {
        place.push(name);
        if let (true, Some(rank)) = (member.is_string(), EXPLAINING.iter().position(|known| known.eq_ignore_ascii_case(name))) {
            places.push((rank, place.clone()));
        }
        explaining(member, place, places);
        place.pop();
    }
}

/// A problem document (RFC 9457) that carries the violations as facts beside their text.
pub(super) fn document(status: StatusCode, violations: &[Violation]) -> Response {
    let body = json!({
        "type": "about:blank",
        "title": status.canonical_reason().unwrap_or("Error"),
        "status": status.as_u16(),
        "detail": explanation(violations),
        "errors": violations,
    });
    Response::new(status).with_body(HeaderValue::from_static("application/problem+json"), body.to_string())
}

/// The header in which HTTP says what would have been right.
pub(super) fn way_out(scene: &Scene<'_>, status: StatusCode) -> Option<(HeaderName, HeaderValue)> {
    let first = scene.judgement.violations.first()?;
    let (name, text) = match (first.step(), first.code()) {
        (Step::Credentials, _) if status == StatusCode::UNAUTHORIZED => (header::WWW_AUTHENTICATE, challenges(scene.operation)),
        (Step::Permission, _) => (header::WWW_AUTHENTICATE, more_scope(scene.operation)?),
        // RFC 9110, section 15.5.16: which of both depends on what the server cannot take.
        (_, "body.content-type") if status == StatusCode::UNSUPPORTED_MEDIA_TYPE => (header::ACCEPT, accepted(scene.operation)?),
        (_, "body.content-encoding") if status == StatusCode::UNSUPPORTED_MEDIA_TYPE => (header::ACCEPT_ENCODING, CODINGS.join(", ")),
        _ => return None,
    };
    HeaderValue::from_str(&text).ok().filter(|value| !value.is_empty()).map(|value| (name, value))
}

/// How to show who is asking: a 401 must say so (RFC 9110, section 11.6.1). There is no registered scheme for API keys, so
/// theirs has a name that says what it is.
fn challenges(operation: &Operation) -> String {
    let kinds = operation.security.iter().flatten().map(|requirement| &requirement.scheme.kind);
    let mut challenges: Vec<String> = kinds
        .filter_map(|kind| match kind {
            SchemeKind::Bearer => Some("Bearer".to_owned()),
            SchemeKind::Basic => Some("Basic realm=\"standin\"".to_owned()),
            // RFC 7616, section 3.3: a challenge needs a nonce.
            SchemeKind::Http(name) if name == "digest" => Some("Digest realm=\"standin\", nonce=\"standin\", qop=\"auth\"".to_owned()),
            SchemeKind::Http(name) => Some(name.clone()),
            SchemeKind::ApiKey(location, name) => {
                Some(format!("ApiKey realm=\"standin\", name={}, in=\"{}\"", quoted_string(name), place_of_key(*location)))
            }
            SchemeKind::Other => None,
        })
        .collect();
    challenges.dedup();
    challenges.join(", ")
}

fn place_of_key(location: Location) -> &'static str {
    match location {
        Location::Query | Location::QueryString => "query",
        Location::Cookie => "cookie",
        Location::Header | Location::Path => "header",
    }
}

/// What a token lacks (RFC 6750, section 3.1), for the first alternative that is one.
fn more_scope(operation: &Operation) -> Option<String> {
    let mut requirements = operation.security.iter().flatten();
    let bearer = requirements.find(|requirement| requirement.scheme.kind == SchemeKind::Bearer && !requirement.scopes.is_empty())?;
    Some(format!("Bearer error=\"insufficient_scope\", scope={}", quoted_string(&bearer.scopes.join(" "))))
}

/// The media types that an operation takes (RFC 9110, section 12.5.1: `Accept` in a response).
fn accepted(operation: &Operation) -> Option<String> {
    let content = &operation.request_body.as_ref()?.content;
    Some(content.iter().map(|media_type| media_type.range.as_str()).collect::<Vec<_>>().join(", "))
}

/// RFC 9110, section 5.6.4.
fn quoted_string(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        check::{self, Policy},
        clock::Timestamp,
        contract::{ApiKey, Contract},
        message::{Method, Request},
        seed::Seed,
    };

    #[test]
    fn the_explanation_goes_where_the_schema_takes_it() {
        let body = json!({"data": null, "error": {"code": "BAD_REQUEST", "hint": "h", "message": "m"}, "title": "t"});
        let anywhere = explained(&body, "why", |_| true).unwrap();
        assert_eq!(anywhere["error"]["message"], "why");
        assert_eq!(anywhere["title"], "t");
        let not_there = explained(&body, "why", |body| body["error"]["message"] == "m").unwrap();
        assert_eq!(not_there["title"], "why");
        assert_eq!(explained(&body, "why", |_| false), None);
        assert_eq!(explained(&json!({"Message": "m"}), "why", |_| true), Some(json!({"Message": "why"})));
        let header = with_explanation(Response::new(StatusCode::BAD_REQUEST), "caf\u{e9}\n1");
        assert_eq!(header.headers().get("standin-explanation").map(HeaderValue::as_bytes), Some("café 1".as_bytes()));
    }

    const DOCUMENT: &str = r#"
openapi: 3.1.0
components:
  securitySchemes:
    bearer: {type: http, scheme: bearer}
    key: {type: apiKey, in: header, name: X-"Key}
    sid: {type: apiKey, in: cookie, name: sid}
paths:
  /keys: {get: {security: [{key: []}, {sid: []}], responses: {200: {}}}}
  /bearer: {get: {security: [{bearer: [read, more]}], responses: {200: {}}}}
  /declared: {get: {security: [{bearer: [read, more]}], responses: {200: {}, 401: {}, 403: {}, 410: {}}}}
  /some: {get: {security: [{bearer: [read, more]}], responses: {200: {}, 401: {}, 4XX: {}}}}
  /body:
    post: {requestBody: {content: {application/json: {}, text/*: {}}}, responses: {200: {}}}
    put: {requestBody: {content: {application/json: {}}}, responses: {200: {}, 400: {}}}
"#;

    fn header_of(request: Request, name: &str) -> (u16, Option<String>) {
        let contract = Contract::from_text("api.yaml", DOCUMENT).unwrap();
        let operation = contract.operation(&format!("{} {}", request.method(), request.path()));
        let mut policy = Policy::default();
        policy.access.keys.push(ApiKey::new("k").with_scopes(["read"]));
        policy.access.keys.extend([401, 403, 410].map(|status| ApiKey::new(status.to_string()).refused(status)));
        let judgement = check::request(&contract, operation, &[], &request, &policy);
        let (seed, now) = (Seed::new(1), Timestamp::FIXED);
        let answer = crate::respond::respond(&Scene {
            contract: &contract,
            operation,
            request: &request,
            judgement: &judgement,
            seed,
            world: seed,
            since: now,
            now,
            answers: crate::respond::Answers::default(),
            store: None,
            told: None,
        });
        (answer.response.status().as_u16(), answer.response.header(name).map(str::to_owned))
    }

    #[test]
    fn refusals_say_what_would_have_been_right() {
        let told = header_of;
        let some = |status: u16, text: &str| (status, Some(text.to_owned()));
        let keys = r#"ApiKey realm="standin", name="X-\"Key", in="header", ApiKey realm="standin", name="sid", in="cookie""#;
        assert_eq!(told(Request::get("/keys"), "www-authenticate"), some(401, keys));
        assert_eq!(told(Request::get("/bearer"), "www-authenticate"), some(401, "Bearer"));
        let reader = Request::get("/bearer").with_header("authorization", "Bearer k");
        assert_eq!(told(reader, "www-authenticate"), some(403, "Bearer error=\"insufficient_scope\", scope=\"read more\""));
        let refused = |path: &str, key: u16| {
            let request = Request::get(path).with_header("authorization", &format!("Bearer {key}"));
            (told(request.clone(), "www-authenticate"), told(request, "standin-explanation").1.is_some())
        };
        for (path, explained) in [("/declared", true), ("/bearer", false)] {
            assert_eq!(refused(path, 401), (some(401, "Bearer"), explained));
            assert_eq!(refused(path, 403), ((403, None), explained));
            assert_eq!(refused(path, 410), ((410, None), explained));
        }
        assert_eq!((refused("/some", 403).0.0, refused("/some", 410).0.0), (401, 410));
        let xml = |request: Request| request.with_header("content-type", "application/xml").with_body("<a/>");
        assert_eq!(told(xml(Request::post("/body")), "accept"), some(415, "application/json, text/*"));
        assert_eq!(told(xml(Request::with_method(Method::PUT, "/body")), "accept"), (400, None));
        let coded = Request::post("/body").with_json(&json!(1)).with_header("content-encoding", "lzma");
        assert_eq!(told(coded, "accept-encoding"), some(415, &CODINGS.join(", ")));
    }
}
