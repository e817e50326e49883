//! One recorded exchange, judged by the contract.

use super::{Exchange, Recorded, title};
use crate::{
    check::{self, Policy, secrets},
    codec,
    contract::{Contract, DeclaredResponse, Location, Operation, for_status},
    engine, mask,
    message::{Headers, Method, Response, header_text},
    pointer::Pointer,
    source::parse_json,
    text::{either, percent_decode},
    violation::{Place, Step, Violation},
};

/// The exchange with all that is wrong with it; `None` if it asks what methods a path has.
pub(super) fn exchange(contract: &Contract, policy: &Policy, recorded: &Recorded) -> Option<Exchange> {
    let judged = engine::judge(contract, policy, &recorded.request)?;
    let (operation, request) = match judged {
        Ok((operation, judgement)) => (Some(operation), judgement.violations),
        Err(violation) => (None, vec![violation]),
    };
    let known = |violation: &Violation| recorded.has_request_body || !matches!(violation.step(), Step::Body | Step::MediaType);
    let secrets = secrets::of_request(contract, operation, &recorded.request, &[], None);
    let request = request.into_iter().filter(known).filter(|violation| !is_masked(recorded, violation));
    let response = match (operation, &recorded.response) {
        (Some(operation), Some(answer)) => response(operation, recorded, answer),
        _ => Vec::new(),
    };
    Some(Exchange {
        number: recorded.number,
        line: recorded.line,
        operation: operation.map(|operation| operation.name().to_owned()),
        title: title(contract, recorded),
        request: request.map(|violation| secrets::without(&secrets, violation)).collect(),
        response: response.into_iter().map(|violation| secrets::without(&secrets, violation)).collect(),
    })
}

/// Whether a request says who is asking.
pub(super) fn has_credentials(contract: &Contract, recorded: &Recorded) -> bool {
    let headers = recorded.request.headers();
    let named = |name: &str| ["authorization", "cookie"].contains(&name) || contract.declares_key(Location::Header, name);
    let query = codec::pairs(recorded.request.query().unwrap_or_default());
    headers.iter().any(|(name, _)| named(name.as_str())) || query.iter().any(|(name, _)| contract.declares_key(Location::Query, name))
}

fn response(operation: &Operation, recorded: &Recorded, answer: &Response) -> Vec<Violation> {
    // Nothing is promised, so nothing is broken; loading the document has warned of it.
    if operation.responses.is_empty() {
        return Vec::new();
    }
    let declared = match declared(operation, answer) {
        Ok(declared) => declared,
        Err(violation) => return vec![violation],
    };
    // RFC 9110, section 9.3.2: the answer to HEAD has no body.
    let bodiless = !recorded.has_response_body || recorded.request.method() == Method::HEAD;
    let violations = check::response(operation, declared, answer, bodiless);
    violations.into_iter().filter(|violation| !is_masked(recorded, violation)).collect()
}

fn declared<'c>(operation: &'c Operation, answer: &Response) -> Result<&'c DeclaredResponse, Violation> {
    let status = answer.status().as_u16();
    for_status(&operation.responses, status).ok_or_else(|| {
        let declared: Vec<String> = operation.responses.iter().map(|response| response.status.to_string()).collect();
        let expected = format!("a status that is declared: {}", either(&declared));
        let violation = Violation::new(Step::Answer, "answer.status", Place::Answer(Pointer::root()), expected, status.to_string());
        violation.with_rule(operation.place(&operation.pointer.join("responses")))
    })
}

/// Whether the value at the place of a violation was masked when it was recorded: nobody knows what it was.
fn is_masked(recorded: &Recorded, violation: &Violation) -> bool {
    let request = &recorded.request;
    match violation.place() {
        Place::Body(place) => is_masked_at(request.body(), place),
        Place::Answer(place) => recorded.response.as_ref().is_some_and(|answer| is_masked_at(answer.body(), place)),
        Place::Header(name, _) if violation.step() == Step::Answer => {
            recorded.response.as_ref().is_some_and(|answer| is_masked_header(answer.headers(), name))
        }
        Place::Header(name, _) => is_masked_header(request.headers(), name),
        Place::Query(name, _) => {
            let pairs = codec::pairs(request.query().unwrap_or_default());
            pairs.iter().any(|(known, value)| known == name && mask::is_masked(&percent_decode(value)))
        }
        Place::Path(..) => mask::is_masked(&percent_decode(request.path())),
        Place::Cookie(..) => is_masked_header(request.headers(), "cookie"),
        Place::Route => false,
    }
}

fn is_masked_header(headers: &Headers, name: &str) -> bool {
    headers.get_all(name).filter_map(header_text).any(mask::is_masked)
}

fn is_masked_at(body: &[u8], place: &Pointer) -> bool {
    let Ok((value, _)) = parse_json(body) else { return false };
    place.resolve(&value).and_then(serde_json::Value::as_str).is_some_and(mask::is_masked)
}
