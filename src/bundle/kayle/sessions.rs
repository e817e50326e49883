//! Verification sessions: what is asked of them, how they come to be, and how they end.

use serde_json::{Value, json};

use super::{
    attempts, declared, events, media, refused_url, share_fields,
    thing::{self, Members, failed, members, named, not_found, now, served, text},
    url,
};
use crate::{Alters, Incoming, Place, Pointer, Response, Rule, Served, StatusCode, Step, Timestamp, Transaction, Violation};

pub(super) const RESOURCE: &str = "sessions";
/// Where a person is sent to be verified, in the development environment.
const VERIFICATION: &str = "http://localhost:2999";
/// What cancels a session is told once, in the answer to creating it, and not kept: no operation asks for it.
const CANCEL_TOKEN: &str = "cancel_token";
const LIFETIME_MS: i64 = 60 * 60 * 1000;
/// The note of the reminder that a session's time is over.
const EXPIRES: &str = "expires";

/// Creating a session.
#[derive(Clone, Copy)]
pub(super) struct Create;

impl Rule for Create {
    fn check(&self, call: &Incoming<'_>) -> Vec<Violation> {
        let Some(body) = body(call) else { return Vec::new() };
        let url = body.get("redirect_url").and_then(Value::as_str);
        let url = url.and_then(|text| refused_url(call, "redirect_url", text, url::Hosts::Any));
        let problem = problem(call).filter(|problem| !problem.is_in_schema).map(|problem| {
            let place = problem.at.iter().fold(Pointer::root().join("share_fields"), |place, name| place.join(name));
            let violation = Violation::new(Step::Body, "kayle.share-fields", Place::Body(place), problem.expected, problem.found);
            declared(violation, call, "share_fields")
        });
        url.into_iter().chain(problem).collect()
    }

    fn remarks(&self, call: &Incoming<'_>) -> Vec<Violation> {
        if call.request().body().is_empty() || media::is_read(call) {
            return Vec::new();
        }
        let place = Place::Header("content-type".into(), Pointer::root());
        let found = call.request().header("content-type").map_or_else(|| "none".to_owned(), |given| format!("{given:?}"));
        vec![Violation::new(Step::MediaType, "kayle.body-not-read", place, "application/json, so that the body is read", found)]
    }

    fn refuse(&self, call: &Incoming<'_>, violations: &[Violation]) -> Option<Response> {
        let problem = deciding(call, violations)?;
        let message: Vec<String> = violations.iter().map(ToString::to_string).collect();
        let error = json!({
            "code": problem.code,
            "message": message.join("; "),
            "hint": "Compare the list of claims with the documentation of this operation.",
            "docs": "https://kayle.id/docs/api/sessions#create",
        });
        Some(Response::new(StatusCode::BAD_REQUEST).with_json(&json!({"data": null, "error": error})))
    }

    fn serve(&self, call: &Incoming<'_>, tx: &mut Transaction<'_>) -> Option<Served> {
        let body = body(call);
        let member = |name: &str| body.and_then(|body| body.get(name));
        let fields = share_fields::kept(member("share_fields").and_then(Value::as_object));
        Some(match create(tx, &fields, member("redirect_url").unwrap_or(&Value::Null)) {
            Err(why) => failed(why),
            Ok((id, token)) => {
                let mut session = tx.find(RESOURCE, &id).cloned().unwrap_or_default();
                let with_token = format!("{}?{CANCEL_TOKEN}={token}", text(&session, "verification_url"));
                session.insert("verification_url".into(), with_token.into());
                session.insert(CANCEL_TOKEN.into(), token.into());
                served(session)
            }
        })
    }
}

/// The body as the server reads it: not at all, unless it is called JSON.
fn body<'c>(call: &Incoming<'c>) -> Option<&'c Value> {
    call.body().filter(|_| media::is_read(call))
}

/// The problem of the list of claims that is told by a code of its own.
fn problem(call: &Incoming<'_>) -> Option<share_fields::Problem> {
    let fields = body(call)?.get("share_fields")?;
    share_fields::problem(fields, || share_fields::sent_order(call.request().body()))
}

/// The problem that decides how a broken request is answered, if it is one of the list of claims. What is wrong with types
/// and lengths anywhere comes before what claims mean.
pub(super) fn deciding(call: &Incoming<'_>, violations: &[Violation]) -> Option<share_fields::Problem> {
    let is_of = |violation: &Violation, name: &str| match violation.place() {
        Place::Body(place) => place.tokens().next().as_deref() == Some(name),
        _ => false,
    };
    if violations.first()?.step() != Step::Body || !violations.iter().any(|violation| is_of(violation, "share_fields")) {
        return None;
    }
    let problem = problem(call)?;
    (problem.is_of_shape || !violations.iter().any(|violation| is_of(violation, "redirect_url"))).then_some(problem)
}

/// Attempts are part of an answer only if they are asked for, by any text that is not empty.
#[derive(Clone, Copy)]
pub(super) struct Shown;

impl Rule for Shown {
    fn answer(&self, call: &Incoming<'_>, body: &mut Value) {
        if wants_attempts(call) {
            return;
        }
        let strip = |session: &mut Value| {
            if let Value::Object(session) = session {
                session.remove("attempts");
            }
        };
        match body.get_mut("data") {
            Some(Value::Array(sessions)) => sessions.iter_mut().for_each(strip),
            Some(session) => strip(session),
            None => {}
        }
    }
}

fn wants_attempts(call: &Incoming<'_>) -> bool {
    call.parameter("include_attempts").and_then(Value::as_str).is_some_and(|text| !text.is_empty())
}

/// Cancelling a session; one that has ended stays as it is.
#[derive(Clone, Copy)]
pub(super) struct Cancel;

impl Rule for Cancel {
    fn serve(&self, call: &Incoming<'_>, tx: &mut Transaction<'_>) -> Option<Served> {
        let id = named(call, "id");
        Some(match end(tx, id, Ending::Cancelled) {
            None => not_found("session", id),
            Some(Ok(_)) => Served::empty(),
            Some(Err(why)) => failed(why),
        })
    }
}

/// Sessions whose time is over expire.
pub(super) struct Expiry;

impl Rule for Expiry {
    fn alters(&self) -> Alters {
        Alters::Nothing
    }

    fn due(&self, resource: &str, id: &str, note: &str, tx: &mut Transaction<'_>) {
        if (resource, note) == (RESOURCE, EXPIRES) {
            // What can be kept no more is not kept; whoever creates something next is told so.
            let _ = end(tx, id, Ending::Expired);
        }
    }
}

/// A new session, and the token that cancels it.
pub(super) fn create(tx: &mut Transaction<'_>, fields: &Members, redirect_url: &Value) -> Result<(String, String), String> {
    let (id, token) = (tx.draw("vs_", 64), tx.draw("", 48));
    let (at, expires) = (now(tx), Timestamp::from_millis(tx.now().as_millis() + LIFETIME_MS));
    let session = members(json!({
        "id": id,
        "status": "created",
        "contract_version": 1,
        "share_fields": fields,
        "redirect_url": redirect_url,
        "verification_url": format!("{VERIFICATION}/{id}"),
        "expires_at": expires.to_string(),
        "completed_at": null,
        "created_at": at,
        "updated_at": at,
        "attempts": [],
    }));
    tx.insert(RESOURCE, session)?;
    // What a thing lacks is made up when it comes to be; this is no part of it.
    tx.update(RESOURCE, &id, |session| drop(session.remove(CANCEL_TOKEN)));
    tx.remind(expires, RESOURCE, &id, EXPIRES);
    Ok((id, token))
}

/// How a session ends without a result.
#[derive(Debug, Clone, Copy)]
pub(super) enum Ending {
    Cancelled,
    Expired,
}

/// Ends a session that has not ended: whether it had not. `None` if there is none with this id.
pub(super) fn end(tx: &mut Transaction<'_>, id: &str, ending: Ending) -> Option<Result<bool, String>> {
    let session = tx.find(RESOURCE, id)?;
    if !matches!(text(session, "status"), "created" | "in_progress") {
        return Some(Ok(false));
    }
    let (status, failure, event) = match ending {
        Ending::Cancelled => ("cancelled", "session_cancelled", "verification.session.cancelled"),
        Ending::Expired => ("expired", "session_expired", "verification.session.expired"),
    };
    for attempt in attempts::open(tx, id) {
        attempts::close(tx, &attempt, "failed", Some(failure));
    }
    complete(tx, id, status);
    let trigger = events::Trigger { session: id, attempt: None };
    Some(events::happen(tx, event, &trigger, &json!({})).map(|_| true))
}

/// Gives a session a status that is not its last.
pub(super) fn set_status(tx: &mut Transaction<'_>, id: &str, status: &str) {
    thing::change(tx, RESOURCE, id, |session| drop(session.insert("status".into(), status.into())));
}

/// Gives a session its final status.
pub(super) fn complete(tx: &mut Transaction<'_>, id: &str, status: &str) {
    let at = now(tx);
    thing::change(tx, RESOURCE, id, |session| {
        session.insert("status".into(), status.into());
        session.insert("completed_at".into(), at);
    });
}
