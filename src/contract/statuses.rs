//! Which declared response.

use crate::{
    contract::{DeclaredResponse, DeclaredStatus},
    message::StatusCode,
};

/// The response for a request that is in order: the lowest 2xx code, else `2XX` as 200, else `default` as 200, else the
/// lowest 3xx code. Where errors alone are declared, any success would be one that the contract does not know: it is then the
/// first of them, a range by its lowest code.
pub(crate) fn success(declared: &[DeclaredResponse]) -> Option<(&DeclaredResponse, StatusCode)> {
    // They are sorted: codes, then ranges, then `default`.
    let by = |fits: &dyn Fn(DeclaredStatus) -> bool| declared.iter().find(|response| fits(response.status));
    let code = |hundreds: u16| by(&|status| matches!(status, DeclaredStatus::Code(code) if code / 100 == hundreds));
    let chosen = code(2)
        .or_else(|| by(&|status| status == DeclaredStatus::Range(2)))
        .or_else(|| by(&|status| status == DeclaredStatus::Default))
        .or_else(|| code(3))
        .or_else(|| declared.first())?;
    let status = match chosen.status {
        DeclaredStatus::Code(code) => StatusCode::from_u16(code).ok()?,
        DeclaredStatus::Range(hundreds) => StatusCode::from_u16(hundreds * 100).ok()?,
        DeclaredStatus::Default => StatusCode::OK,
    };
    Some((chosen, status))
}

/// The response for one status: the code itself, else its range, else `default` (OpenAPI 3.1, section 4.8.16.1).
pub(crate) fn for_status(declared: &[DeclaredResponse], code: u16) -> Option<&DeclaredResponse> {
    let by = |wanted: DeclaredStatus| declared.iter().find(|response| response.status == wanted);
    by(DeclaredStatus::Code(code)).or_else(|| by(DeclaredStatus::Range(code / 100))).or_else(|| by(DeclaredStatus::Default))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pointer::Pointer;

    fn responses(statuses: &[DeclaredStatus]) -> Vec<DeclaredResponse> {
        let mut responses: Vec<_> = statuses
            .iter()
            .map(|status| DeclaredResponse { status: *status, headers: Vec::new(), content: Vec::new(), pointer: Pointer::root() })
            .collect();
        responses.sort_by_key(|response| response.status);
        responses
    }

    #[test]
    fn success_is_the_lowest() {
        use DeclaredStatus::{Code, Default, Range};
        let status = |statuses: &[DeclaredStatus]| success(&responses(statuses)).map(|(_, status)| status.as_u16());
        assert_eq!(status(&[Code(202), Code(201), Code(400), Default]), Some(201));
        assert_eq!(status(&[Range(2), Code(404)]), Some(200));
        assert_eq!(status(&[Default, Code(404)]), Some(200));
        assert_eq!(status(&[Code(302), Code(404)]), Some(302));
        assert_eq!(status(&[Code(404), Code(400)]), Some(400));
        assert_eq!(status(&[Range(4)]), Some(400));
        assert_eq!(status(&[]), None);
        let declared = responses(&[Code(404), Range(4), Default]);
        let for_status = |code| for_status(&declared, code).map(|response| response.status);
        assert_eq!((for_status(404), for_status(409), for_status(500)), (Some(Code(404)), Some(Range(4)), Some(Default)));
    }
}
