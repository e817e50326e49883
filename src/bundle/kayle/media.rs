//! Which bodies the server reads: those that are called JSON in its own, exact way.

use crate::{Incoming, Place, Pointer, Rule, Step, Violation};

/// The code of the violation of calling JSON otherwise than the server does.
pub(super) const INEXACT: &str = "kayle.content-type";

/// Media types are the same in any case (RFC 9110, section 8.3.1), but not to the server: it would not read the body.
#[derive(Clone, Copy)]
pub(super) struct ExactJson;

impl Rule for ExactJson {
    fn check(&self, call: &Incoming<'_>) -> Vec<Violation> {
        let Some(given) = content_type(call).filter(|given| !is_exact(given) && is_exact(&given.to_ascii_lowercase())) else {
            return Vec::new();
        };
        let place = Place::Header("content-type".into(), Pointer::root());
        let expected = "application/json in lower case, so that the body is read";
        vec![Violation::new(Step::MediaType, INEXACT, place, expected, format!("{given:?}"))]
    }
}

/// Whether the server reads the body.
pub(super) fn is_read(call: &Incoming<'_>) -> bool {
    content_type(call).is_some_and(is_exact)
}

fn content_type<'c>(call: &Incoming<'c>) -> Option<&'c str> {
    call.request().header("content-type")
}

fn is_exact(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    let is_lower = !essence.bytes().any(|byte| byte.is_ascii_uppercase());
    is_lower && (essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json")))
}

#[cfg(test)]
mod tests {
    use super::is_exact;

    #[test]
    fn json_is_called_so_in_lower_case() {
        for (content_type, expected) in [
            ("application/json", true),
            ("application/json; charset=utf-8", true),
            ("application/json;charset=UTF-8", true),
            ("application/merge-patch+json", true),
            ("Application/JSON", false),
            ("application/JSON; charset=utf-8", false),
            ("application/vnd.Kayle+json", false),
            ("text/json", false),
            ("text/plain", false),
            ("", false),
        ] {
            assert_eq!(is_exact(content_type), expected, "{content_type:?}");
        }
    }
}
