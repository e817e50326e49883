//! Attempts: how a person's tries to be verified go, and how they are listed.

use serde_json::{Value, json};

use super::{
    claims, events, sessions,
    thing::{self, Members, members, now, text},
};
use crate::{Incoming, Place, Pointer, Rule, Served, Step, Transaction, Violation, codec::pairs};

pub(super) const RESOURCE: &str = "attempts";

/// Why an attempt may fail, other than with its session.
pub(super) const FAILURES: [&str; 4] = [
    "passport_authenticity_failed",
    "passport_active_authentication_failed",
    "passport_chip_authentication_failed",
    "selfie_face_mismatch",
];

/// After so many failures a session is over.
const MOST_FAILURES: usize = 3;

/// How many a page holds.
const PAGE: usize = 10;

/// The list takes no page size, and must be told what to list.
#[derive(Clone, Copy)]
pub(super) struct List;

/// The code of the violation of asking for all attempts.
pub(super) const UNFILTERED: &str = "kayle.attempts.filter";
/// The code of the violation of asking for a page size.
pub(super) const LIMITED: &str = "kayle.attempts.limit";

impl Rule for List {
    fn check(&self, call: &Incoming<'_>) -> Vec<Violation> {
        let query = pairs(call.request().query().unwrap_or_default());
        let limited = query.iter().find(|(name, _)| name == "limit").map(|(_, text)| {
            let place = Place::Query("limit".into(), Pointer::root());
            Violation::new(Step::Parameters, LIMITED, place, "no `limit`: pages hold 10 attempts", format!("{text:?}"))
        });
        let is_given = |name: &str| call.parameter(name).is_some_and(|value| value != "");
        let unfiltered = (!is_given("session_id") && !is_given("status")).then(|| {
            let place = Place::Query("session_id".into(), Pointer::root());
            Violation::new(Step::Parameters, UNFILTERED, place, "`session_id` or `status`", "neither")
        });
        limited.into_iter().chain(unfiltered).collect()
    }

    fn serve(&self, call: &Incoming<'_>, tx: &mut Transaction<'_>) -> Option<Served> {
        let given = |name: &str| call.parameter(name).and_then(Value::as_str).unwrap_or_default();
        let has = |attempt: &Members, member: &str, wanted: &str| wanted.is_empty() || text(attempt, member) == wanted;
        let wanted = |attempt: &&Members| {
            has(attempt, "session_id", given("session_id"))
                && has(attempt, "status", given("status"))
                && text(attempt, "id") > given("starting_after")
        };
        let mut page: Vec<Value> = tx.list(RESOURCE).filter(wanted).take(PAGE + 1).cloned().map(Value::Object).collect();
        let has_more = page.len() > PAGE;
        page.truncate(PAGE);
        let next = page.last().filter(|_| has_more).map(|last| last["id"].clone());
        let pagination = json!({"limit": PAGE, "has_more": has_more, "next_cursor": next});
        Some(Served::body(json!({"data": page, "error": null, "pagination": pagination})))
    }
}

/// Begins an attempt, and gives its id.
pub(super) fn start(tx: &mut Transaction<'_>, session: &str) -> Result<String, String> {
    let status = tx.find(sessions::RESOURCE, session).map(|session| text(session, "status").to_owned()).unwrap_or_default();
    match status.as_str() {
        "created" => {}
        "in_progress" => return Err(format!("the session {session:?} has an attempt in progress")),
        status => return Err(format!("the session {session:?} is {status}: no attempt can begin")),
    }
    let (id, at) = (tx.draw("va_", 64), now(tx));
    let attempt = members(json!({
        "id": id,
        "session_id": session,
        "status": "in_progress",
        "failure_code": null,
        "completed_at": null,
        "created_at": at,
        "updated_at": at,
    }));
    tx.insert(RESOURCE, attempt)?;
    show(tx, &id);
    sessions::set_status(tx, session, "in_progress");
    Ok(id)
}

/// Lets the open attempt of a session succeed; one begins if there is none.
pub(super) fn succeed(tx: &mut Transaction<'_>, session: &str, chosen: Option<&Members>) -> Result<(), String> {
    let attempt = current(tx, session)?;
    let data = claims::shared(tx, session, chosen)?;
    close(tx, &attempt, "succeeded", None);
    sessions::complete(tx, session, "completed");
    let trigger = events::Trigger { session, attempt: Some(&attempt) };
    events::happen(tx, "verification.attempt.succeeded", &trigger, &data)?;
    session_completed(tx, session)
}

/// Lets the open attempt of a session fail; one begins if there is none. The third failure ends the session.
pub(super) fn fail(tx: &mut Transaction<'_>, session: &str, code: &str) -> Result<(), String> {
    if !FAILURES.contains(&code) {
        return Err(format!("an attempt cannot fail with {code:?}, but with {}", FAILURES.join(", ")));
    }
    let attempt = current(tx, session)?;
    close(tx, &attempt, "failed", Some(code));
    let is_last = of(tx, session).filter(|attempt| text(attempt, "status") == "failed").count() >= MOST_FAILURES;
    match is_last {
        true => sessions::complete(tx, session, "completed"),
        false => sessions::set_status(tx, session, "created"),
    }
    let trigger = events::Trigger { session, attempt: Some(&attempt) };
    events::happen(tx, "verification.attempt.failed", &trigger, &json!({"failure_code": code}))?;
    if is_last { session_completed(tx, session) } else { Ok(()) }
}

fn session_completed(tx: &mut Transaction<'_>, session: &str) -> Result<(), String> {
    let trigger = events::Trigger { session, attempt: None };
    events::happen(tx, events::SESSION_COMPLETED, &trigger, &json!({})).map(drop)
}

/// The open attempt, else a new one.
fn current(tx: &mut Transaction<'_>, session: &str) -> Result<String, String> {
    match open(tx, session).pop() {
        Some(attempt) => Ok(attempt),
        None => start(tx, session),
    }
}

/// The ids of a session's attempts that have not ended.
pub(super) fn open(tx: &Transaction<'_>, session: &str) -> Vec<String> {
    of(tx, session).filter(|attempt| text(attempt, "status") == "in_progress").map(|attempt| text(attempt, "id").to_owned()).collect()
}

/// The attempts of a session, which knows their ids.
fn of<'t>(tx: &'t Transaction<'_>, session: &str) -> impl Iterator<Item = &'t Members> {
    let known = tx.find(sessions::RESOURCE, session).and_then(|session| session.get("attempts")?.as_array());
    known.into_iter().flatten().filter_map(|attempt| tx.find(RESOURCE, attempt.get("id")?.as_str()?))
}

/// Ends an attempt.
pub(super) fn close(tx: &mut Transaction<'_>, id: &str, status: &str, failure: Option<&str>) {
    let at = now(tx);
    thing::change(tx, RESOURCE, id, |attempt| {
        attempt.insert("status".into(), status.into());
        attempt.insert("failure_code".into(), failure.into());
        attempt.insert("completed_at".into(), at);
    });
    show(tx, id);
}

/// Lets the session show an attempt as it is now.
fn show(tx: &mut Transaction<'_>, id: &str) {
    let Some(attempt) = tx.find(RESOURCE, id) else { return };
    let (session, shown) = (text(attempt, "session_id").to_owned(), Value::Object(attempt.clone()));
    tx.update(sessions::RESOURCE, &session, |session| thing::put(session, "attempts", vec![shown]));
}
