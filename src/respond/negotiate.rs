//! Which declared response, and which of its media types.

use crate::{
    contract::{DeclaredResponse, DeclaredStatus, MediaType},
    media::is_json,
    message::StatusCode,
};

/// The response for a request that is in order: the lowest 2xx code, else `2XX` as 200, else `default` as 200, else the
/// lowest 3xx code. Where errors alone are declared, any success would be one that the contract does not know: it is then the
/// first of them, a range by its lowest code.
pub(super) fn success(declared: &[DeclaredResponse]) -> Option<(&DeclaredResponse, StatusCode)> {
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

/// The media type that `Accept` asks for most (RFC 9110, section 12.5.1); JSON, if it does not matter.
///
/// `None` if none of them is acceptable.
pub(super) fn media_type<'c>(content: &'c [MediaType], accept: Option<&str>) -> Option<&'c MediaType> {
    let json_first = || content.iter().find(|media_type| is_json(&media_type.range)).or_else(|| content.first());
    let Some(accept) = accept.filter(|accept| !accept.trim().is_empty()) else { return json_first() };
    let wishes: Vec<Wish> = accept.split(',').map(Wish::read).collect();
    let quality = |media_type: &MediaType| Wish::quality(&wishes, &media_type.range);
    let best = content.iter().map(quality).fold(0.0, f32::max);
    if best <= 0.0 {
        return None;
    }
    json_first().filter(|media_type| quality(media_type) >= best).or_else(|| content.iter().find(|media_type| quality(media_type) >= best))
}

/// One range of an `Accept` header.
struct Wish {
    kind: String,
    subtype: String,
    quality: f32,
}

impl Wish {
    fn read(text: &str) -> Self {
        let mut parts = text.split(';').map(str::trim);
        let range = parts.next().unwrap_or_default().to_ascii_lowercase();
        let (kind, subtype) = range.split_once('/').unwrap_or((&range, "*"));
        let quality = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
        Self {
            kind: kind.to_owned(),
            subtype: subtype.to_owned(),
            quality: quality.map_or(1.0, |quality| quality.trim().parse().unwrap_or(0.0)),
        }
    }

    /// How much a media type is wished for: what the most specific range that holds it says.
    fn quality(wishes: &[Self], media_type: &str) -> f32 {
        let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let (kind, subtype) = essence.split_once('/').unwrap_or((&essence, "*"));
        let specific = |wish: &Self| {
            let same_kind = wish.kind == kind || kind == "*";
            match (wish.kind.as_str(), wish.subtype.as_str()) {
                (_, wished) if same_kind && (wished == subtype || subtype == "*") => Some(3),
                (_, "*") if same_kind => Some(2),
                ("*", "*") => Some(1),
                _ => None,
            }
        };
        let fitting = wishes.iter().filter_map(|wish| specific(wish).map(|specific| (specific, wish.quality)));
        fitting.max_by_key(|(specific, _)| *specific).map_or(0.0, |(_, quality)| quality)
    }
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

    #[test]
    fn the_media_type_is_the_one_that_is_wished_for() {
        let document = std::sync::Arc::new(crate::document::Document::of_value(serde_json::Value::Null));
        let content: Vec<_> = ["text/plain", "application/json", "text/html;level=1"].map(|range| MediaType::new(range, &document)).into();
        let chosen = |accept: Option<&str>| media_type(&content, accept).map(|media_type| media_type.range.as_str());
        assert_eq!(chosen(None), Some("application/json"));
        assert_eq!(chosen(Some("*/*")), Some("application/json"));
        assert_eq!(chosen(Some("text/*")), Some("text/plain"));
        assert_eq!(chosen(Some("text/*;q=0.5, text/html")), Some("text/html;level=1"));
        assert_eq!(chosen(Some("application/json;q=0.1, text/plain;q=0.9")), Some("text/plain"));
        assert_eq!(chosen(Some("image/png")), None);
        assert_eq!(chosen(Some("application/json;q=0, */*")), Some("text/plain"));
        assert_eq!(chosen(Some(" ")), Some("application/json"));
    }
}
