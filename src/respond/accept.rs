//! Which of the media types of a response: what `Accept` asks for (RFC 9110, section 12.5.1).
//!
//! What the most specific range says of a media type counts for it, and the one that is wished for most is taken; where that
//! leaves a choice, JSON, then the first in the document. If nothing is acceptable by the letter, parameters do not matter,
//! and a type stands for those that are built on it: `application/json` for `application/hal+json` (RFC 6839, section 3).

use crate::{
    contract::MediaType,
    media::{essence, is_json, parameters},
    message::{Request, header_text},
};

/// A media type, and the type of the body that is sent.
#[derive(Debug)]
pub(super) struct Chosen<'c> {
    pub(super) media_type: &'c MediaType,
    /// Where a range is declared and the client names one type of it.
    pub(super) named: Option<String>,
}

/// The media type to answer with. `None` if none is acceptable.
pub(super) fn choose<'c>(content: &'c [MediaType], request: &Request) -> Option<Chosen<'c>> {
    let lines: Vec<&str> = request.headers().get_all("accept").filter_map(header_text).collect();
    let wishes: Vec<Wish> =
        lines.iter().flat_map(|line| line.split(',')).filter(|range| !range.trim().is_empty()).map(Wish::read).collect();
    if wishes.is_empty() {
        return first(content, |_| true).map(|media_type| Chosen { media_type, named: None });
    }
    [Reading::Letter, Reading::Sense].into_iter().find_map(|reading| {
        let quality = |media_type: &MediaType| Wish::best(&wishes, &media_type.range, reading).map_or(0.0, |wish| wish.quality);
        let most = content.iter().map(quality).fold(0.0, f32::max);
        let media_type = first(content, |media_type| most > 0.0 && quality(media_type) >= most)?;
        let named =
            || Wish::best(&wishes, &media_type.range, reading).filter(|wish| !wish.range.contains('*')).map(|wish| wish.range.clone());
        Some(Chosen { media_type, named: if media_type.range.contains('*') { named() } else { None } })
    })
}

/// JSON first, then the order of the document.
fn first(content: &[MediaType], fits: impl Fn(&MediaType) -> bool) -> Option<&MediaType> {
    let json = content.iter().find(|media_type| is_json(&media_type.range) && fits(media_type));
    json.or_else(|| content.iter().find(|media_type| fits(media_type)))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    Letter,
    Sense,
}

/// One range of an `Accept` header.
struct Wish {
    /// Without parameters, in lower case.
    range: String,
    parameters: Vec<(String, String)>,
    quality: f32,
}

impl Wish {
    /// `*` alone, which some clients send, is `*/*`. A weight that is no number counts as none.
    fn read(text: &str) -> Self {
        let range = match &*essence(text) {
            "*" => "*/*".to_owned(),
            range => range.to_owned(),
        };
        let (weights, parameters): (Vec<_>, Vec<_>) =
            parameters(text).into_iter().map(|(name, value)| (name.to_ascii_lowercase(), value)).partition(|(name, _)| name == "q");
        let quality = weights.first().and_then(|(_, weight)| weight.parse::<f32>().ok()).unwrap_or(1.0);
        Self { range, parameters, quality: quality.clamp(0.0, 1.0) }
    }

    /// The most specific of the wishes that hold a media type, which may be a range itself.
    fn best<'w>(wishes: &'w [Self], media_type: &str, reading: Reading) -> Option<&'w Self> {
        let fitting = wishes.iter().filter_map(|wish| Some((wish.fit(media_type, reading)?, wish)));
        fitting.reduce(|best, next| if next.0 > best.0 { next } else { best }).map(|(_, wish)| wish)
    }

    /// How specific it is about a media type; `None` if it does not hold it.
    fn fit(&self, media_type: &str, reading: Reading) -> Option<usize> {
        let given = essence(media_type);
        let (kind, subtype) = given.split_once('/').unwrap_or((&given, "*"));
        let (wanted_kind, wanted) = self.range.split_once('/').unwrap_or((&self.range, "*"));
        let same_kind = wanted_kind == kind || kind == "*";
        if same_kind && (wanted == subtype || subtype == "*") {
            let known = parameters(media_type);
            let has =
                |(name, value): &&(String, String)| known.iter().any(|(known, given)| known.eq_ignore_ascii_case(name) && given == value);
            let all = self.parameters.iter().filter(has).count() == self.parameters.len();
            return (all || reading == Reading::Sense).then_some(4 + if all { self.parameters.len() } else { 0 });
        }
        match wanted {
            "*" if wanted_kind == kind => Some(2),
            "*" if wanted_kind == "*" => Some(1),
            _ if same_kind && reading == Reading::Sense && subtype.rsplit_once('+').is_some_and(|(_, suffix)| suffix == wanted) => Some(3),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(ranges: &[&str], accept: &[&str]) -> String {
        let document = std::sync::Arc::new(crate::document::Document::of_value(serde_json::Value::Null));
        let content: Vec<_> = ranges.iter().map(|range| MediaType::new(*range, &document)).collect();
        let request = accept.iter().fold(Request::get("/"), |request, accept| request.with_header("accept", accept));
        choose(&content, &request).map_or_else(|| "406".into(), |chosen| chosen.named.unwrap_or_else(|| chosen.media_type.range.clone()))
    }

    #[test]
    fn every_rule_of_accept() {
        const PLAIN: [&str; 3] = ["text/plain", "application/json", "text/html;level=1"];
        const AUDIO: [&str; 2] = ["audio/basic", "audio/mp4"];
        const TEXTS: [&str; 4] = ["text/plain", "text/plain;format=flowed", "text/html", "image/jpeg"];
        let cases: [(&[&str], &[&str], &str); 27] = [
            // JSON, if it does not matter.
            (&PLAIN, &[], "application/json"),
            (&PLAIN, &[" "], "application/json"),
            (&PLAIN, &["*/*"], "application/json"),
            (&PLAIN, &["*"], "application/json"),
            (&["text/css", "image/png"], &[], "text/css"),
            // Ranges and weights.
            (&PLAIN, &["text/*"], "text/plain"),
            (&PLAIN, &["text/*;q=0.5, text/html"], "text/html;level=1"),
            (&PLAIN, &["application/json;q=0.1, text/plain;q=0.9"], "text/plain"),
            (&PLAIN, &["application/json;q=0, */*"], "text/plain"),
            (&PLAIN, &["application/json;q=0.1", "text/plain"], "text/plain"),
            (&PLAIN, &["TEXT/Plain"], "text/plain"),
            (&PLAIN, &["image/png"], "406"),
            (&PLAIN, &["text/plain;q=0"], "406"),
            // RFC 9110, section 12.5.1: "audio/*; q=0.2, audio/basic".
            (&AUDIO, &["audio/*; q=0.2, audio/basic"], "audio/basic"),
            (&["audio/mp4"], &["audio/*; q=0.2, audio/basic"], "audio/mp4"),
            // "text/plain; q=0.5, text/html, text/x-dvi; q=0.8, text/x-c".
            (&["text/plain", "text/x-dvi"], &["text/plain; q=0.5, text/html, text/x-dvi; q=0.8, text/x-c"], "text/x-dvi"),
            (&TEXTS, &["text/plain; q=0.5, text/html, text/x-dvi; q=0.8, text/x-c"], "text/html"),
            // "text/*;q=0.3, text/plain;q=0.7, text/plain;format=flowed, text/plain;format=fixed;q=0.4, */*;q=0.5", and its table.
            (&TEXTS, &["text/*;q=0.3, text/plain;q=0.7, text/plain;format=flowed, */*;q=0.5"], "text/plain;format=flowed"),
            (
                &["text/plain", "text/html", "image/jpeg"],
                &["text/*;q=0.3, text/plain;q=0.7, text/plain;format=flowed, */*;q=0.5"],
                "text/plain",
            ),
            (&["text/html", "image/jpeg"], &["text/*;q=0.3, text/plain;q=0.7, text/plain;format=flowed, */*;q=0.5"], "image/jpeg"),
            // Parameters and suffixes, where nothing fits by the letter.
            (&["application/hal+json"], &["application/json"], "application/hal+json"),
            (&["application/hal+json", "application/json"], &["application/json"], "application/json"),
            (&["application/json"], &["application/json;version=2"], "application/json"),
            (&["application/soap+xml"], &["application/json"], "406"),
            // A declared range is answered with the type that is named.
            (&["image/*"], &["image/webp, */*;q=0.1"], "image/webp"),
            (&["image/*"], &["*/*"], "image/*"),
            (&["*/*"], &["text/csv"], "text/csv"),
        ];
        for (ranges, accept, expected) in cases {
            assert_eq!(chosen(ranges, accept), expected, "{ranges:?} {accept:?}");
        }
    }
}
