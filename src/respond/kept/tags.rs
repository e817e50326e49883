//! Marks of a thing's state: `ETag`, `If-Match`, `If-None-Match` (RFC 9110, sections 8.8.3 and 13.1).

use super::{Answer, Because, refuse};
use crate::{
    contract::for_status,
    message::{HeaderName, HeaderValue, Response, StatusCode},
    respond::Scene,
    state::Entity,
};

/// The mark of a thing, which changes whenever it is changed.
pub(super) fn of(entity: &Entity) -> String {
    format!("\"{:x}\"", entity.version)
}

/// 304, if the client has the thing as it is and the contract declares that answer.
pub(super) fn unchanged(scene: &Scene<'_>, entity: &Entity) -> Option<Answer> {
    let known = scene.request.header("if-none-match")?;
    for_status(&scene.operation.responses, 304).filter(|declared| declared.status.to_string() == "304")?;
    if !is_among(known, &of(entity)) {
        return None;
    }
    let tag = HeaderValue::from_str(&of(entity)).ok()?;
    let response = Response::new(StatusCode::NOT_MODIFIED).with_header(HeaderName::from_static("etag"), tag);
    Some(Answer { response, because: Because::Kept, violations: Vec::new() })
}

/// Refuses what was meant for another state of the thing.
pub(super) fn check(scene: &Scene<'_>, entity: &Entity) -> Result<(), Box<Answer>> {
    match scene.request.header("if-match") {
        Some(wanted) if !is_among(wanted, &of(entity)) => Err(refuse::changed(scene, wanted, &of(entity))),
        _ => Ok(()),
    }
}

/// Whether a mark is in a list of them; `*` is any. Weak ones count as they are: nothing here differs in bytes alone.
fn is_among(list: &str, mark: &str) -> bool {
    let bare = |text: &str| text.trim().trim_start_matches("W/").trim_matches('"').to_owned();
    list.trim() == "*" || list.split(',').any(|known| bare(known) == bare(mark))
}

#[cfg(test)]
mod tests {
    use super::is_among;

    #[test]
    fn marks_are_compared_as_http_has_it() {
        for (list, expected) in
            [("\"1f\"", true), ("W/\"1f\"", true), ("1f", true), ("\"a\", \"1f\"", true), ("*", true), ("\"1\"", false), ("", false)]
        {
            assert_eq!(is_among(list, "\"1f\""), expected, "{list}");
        }
    }
}
