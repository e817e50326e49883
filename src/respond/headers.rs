//! The headers that a response declares (OpenAPI 3.1, section 4.8.21), and those that tell of a deprecated operation.
//!
//! A header is a text, and its value is what that text reads as. So every candidate is written, read back as a client reads
//! it, and judged by the header's schema. What follows from the call comes first: the place of what was created, the number
//! of items. Then come what the document shows, what headers of that name usually are, and what is generated.

use serde_json::Value;

use super::{
    Scene, echo,
    kept::{Facts, Way},
    page::{Asked, Page},
    problem,
};
use crate::{
    clock::http_date,
    codec::{self, Given},
    contract::{Asks, DeclaredResponse, Parameter, documented},
    media::is_json,
    message::{HeaderName, HeaderValue, Method, Response, StatusCode, header},
    pointer::Pointer,
    seed::Seed,
    source::parse_json,
    text::percent_encode,
    violation::{Place, Step, Violation},
};

/// How many generated values are tried for one header.
const TRIES: u64 = 8;

/// The response with the headers that are declared for it.
pub(super) fn write(scene: &Scene<'_>, declared: &DeclaredResponse, seed: Seed, mut response: Response) -> Result<Response, Violation> {
    for parameter in &declared.headers {
        let Ok(name) = parameter.name.parse::<HeaderName>() else { continue };
        if is_ours(&name) {
            continue;
        }
        let wanted = Wanted { scene, declared, parameter, name: name.as_str(), response: &response };
        match wanted.value(seed.with(parameter.name.as_bytes())) {
            Some(value) => response = response.with_header(name, value),
            None if parameter.required => {
                let place = Place::Header(parameter.name.to_ascii_lowercase(), Pointer::root());
                let violation = Violation::new(Step::Answer, "answer.header", place, "a value for this required header", "none");
                return Err(violation.with_rule(scene.operation.place(&parameter.pointer)));
            }
            None => {}
        }
    }
    Ok(deprecated(scene, response))
}

/// Headers that say how a message is sent: a document has no say in them.
fn is_ours(name: &HeaderName) -> bool {
    [header::CONTENT_TYPE, header::CONTENT_LENGTH, header::CONTENT_ENCODING, header::TRANSFER_ENCODING, header::CONNECTION].contains(name)
}

/// A header that is wanted for a response.
struct Wanted<'a> {
    scene: &'a Scene<'a>,
    declared: &'a DeclaredResponse,
    parameter: &'a Parameter,
    /// In lower case.
    name: &'a str,
    response: &'a Response,
}

impl Wanted<'_> {
    fn value(&self, seed: Seed) -> Option<HeaderValue> {
        // Without a schema nothing is known that could be made, and what is declared to have none is left out.
        let first_of = |texts: Vec<String>| texts.into_iter().find_map(|text| self.conforming(&text));
        first_of(self.facts())
            .or_else(|| self.documented())
            .or_else(|| self.parameter.any_schema().and_then(|_| first_of(self.usual())))
            .or_else(|| self.generated(seed))
    }

    /// The text as a header, if what is read from it is valid.
    fn conforming(&self, text: &str) -> Option<HeaderValue> {
        // RFC 9110, section 5.5: blanks around a value are not part of it.
        let value = if text.trim() == text { HeaderValue::from_str(text).ok()? } else { return None };
        reads_well(self.parameter, text).then_some(value)
    }

    fn written(&self, value: &Value) -> String {
        match &self.parameter.content {
            Some(content) if is_json(&content.range) => value.to_string(),
            _ => codec::write_simple(value, self.parameter.explode),
        }
    }

    /// The first value that the document shows for it and that conforms; found once.
    fn documented(&self) -> Option<HeaderValue> {
        if !self.scene.wants_examples() {
            return None;
        }
        let find = || {
            let examples = documented(&self.scene.operation.document, self.parameter);
            let texts = examples.iter().map(|value| value.as_str().map_or_else(|| self.written(value), str::to_owned));
            texts.into_iter().find(|text| self.conforming(text).is_some())
        };
        let text = self.parameter.documented.get_or_init(find).as_ref()?;
        HeaderValue::from_str(text).ok()
    }

    fn generated(&self, seed: Seed) -> Option<HeaderValue> {
        let schema = self.parameter.any_schema()?;
        (0..TRIES).find_map(|attempt| {
            let seed = if attempt == 0 { seed } else { seed.with_number(attempt) };
            let made = schema.generate(seed, self.scene.setting()).ok()?;
            self.conforming(&self.written(&made))
        })
    }

    /// What the header must be if it is to be true of this call.
    fn facts(&self) -> Vec<String> {
        let request = self.scene.request;
        match self.name {
            "location" if self.response.status() == StatusCode::CREATED => self.places(),
            "content-location" => vec![request.path().to_owned(), self.absolute(request.path())],
            "link" if self.page_facts().is_some() => self.page_facts().map(links).unwrap_or_default(),
            "etag" => {
                let of_the_body = || format!("\"{:016x}\"", Seed::new(0).with(self.response.body()).bits());
                let mark = self.scene.told.and_then(|told| told.tag.clone()).unwrap_or_else(of_the_body);
                vec![mark.clone(), format!("W/{mark}"), mark.trim_matches('"').to_owned()]
            }
            "x-request-id" | "request-id" | "x-correlation-id" | "x-client-request-id" | "x-trace-id" | "idempotency-key" => {
                request.header(self.name).map(str::to_owned).into_iter().collect()
            }
            "www-authenticate" | "accept" | "accept-encoding" => {
                let way_out = problem::way_out(self.scene, self.response.status()).filter(|(name, _)| name.as_str() == self.name);
                way_out.and_then(|(_, value)| value.to_str().ok().map(str::to_owned)).into_iter().collect()
            }
            name => self.of_the_page(name).map(|number| number.to_string()).into_iter().collect(),
        }
    }

    /// Where what was created is: the path that reads it, without or with the server before it.
    fn places(&self) -> Vec<String> {
        let contract = self.scene.contract;
        let path = self.scene.request.path().trim_end_matches('/');
        let reads = |path: &str| contract.operation_for(&Method::GET, path).is_some();
        let id = parse_json(self.response.body()).ok().and_then(|(body, _)| {
            let place =
                echo::outermost(&body, &|name| name == "id").or_else(|| echo::outermost(&body, &|name| echo::IDS.contains(&name)))?;
            match place.resolve(&body)? {
                Value::String(id) if !id.is_empty() => Some(percent_encode(id)),
                Value::Number(id) => Some(id.to_string()),
                _ => None,
            }
        });
        let kept = self.scene.told.and_then(|told| told.id.as_deref()).map(percent_encode);
        let below = kept.or(id).map(|id| format!("{path}/{id}"));
        // What a PUT creates is where it was put.
        let itself = (*self.scene.request.method() == Method::PUT).then(|| path.to_owned());
        let place = itself.into_iter().chain(below).find(|place| reads(place));
        place.map(|place| vec![place.clone(), self.absolute(&place)]).unwrap_or_default()
    }

    fn page_facts(&self) -> Option<&Facts> {
        self.scene.told?.page.as_ref()
    }

    fn absolute(&self, path: &str) -> String {
        format!("http://{}{path}", self.scene.request.header("host").unwrap_or("localhost"))
    }

    /// `X-Total-Count`, `X-Per-Page` and their like.
    fn of_the_page(&self, name: &str) -> Option<u64> {
        let name = name.strip_prefix("x-").unwrap_or(name);
        let name = name.strip_prefix("pagination-").unwrap_or(name);
        let asked = Asked::of(self.scene);
        let shown = || {
            let layout = self.declared.content.iter().find_map(|content| content.layout())?;
            let (body, _) = parse_json(self.response.body()).ok()?;
            Page::new(layout, asked).with_facts(self.page_facts()).total(&body)
        };
        match name {
            "total-count" | "total" | "total-items" | "total-results" => shown().map(|(total, _)| total),
            "total-pages" | "page-count" => shown().map(|(_, pages)| pages),
            "page" | "current-page" | "page-number" => asked.number_of(Asks::Number),
            "per-page" | "page-size" | "limit" => asked.number_of(Asks::Limit),
            "offset" => asked.number_of(Asks::Offset),
            _ => None,
        }
    }

    /// What a header of this name is in most answers.
    fn usual(&self) -> Vec<String> {
        let now = self.scene.now;
        let date = |seconds: i64| http_date(&now.plus_millis(seconds * 1000).to_string());
        let text = |text: &str| vec![text.to_owned()];
        let refused = self.response.status() == StatusCode::TOO_MANY_REQUESTS;
        match self.name {
            "retry-after" => text("30").into_iter().chain(date(30)).collect(),
            "last-modified" | "date" => date(0).into_iter().collect(),
            "expires" => date(3600).into_iter().collect(),
            "link" => vec![format!("<{}>; rel=\"self\"", self.scene.request.path())],
            "cache-control" => text("no-cache"),
            "vary" => text("Accept"),
            "content-language" => text("en"),
            "accept-ranges" => text("bytes"),
            "content-disposition" => text("attachment; filename=\"file\""),
            "set-cookie" => text("session=standin; Path=/; HttpOnly"),
            name if name.contains("ratelimit") || name.contains("rate-limit") => {
                let reset = (now.as_millis() / 1000 + 3600).to_string();
                match name.rsplit('-').next().unwrap_or_default() {
                    "remaining" => text(if refused { "0" } else { "999" }),
                    "used" => text(if refused { "1000" } else { "1" }),
                    // The standard's own header counts seconds, those before it tell a time.
                    "reset" if name.starts_with("x-") => vec![reset, now.plus_millis(3_600_000).to_string()],
                    "reset" | "window" => text("3600"),
                    "limit" | "ratelimit" => text("1000"),
                    _ => Vec::new(),
                }
            }
            _ => Vec::new(),
        }
    }
}

/// Where the pages before and after are (RFC 8288).
fn links(facts: &Facts) -> Vec<String> {
    let link = |way: &Option<Way>, relation: &str| way.as_ref().map(|way| format!("<{}>; rel=\"{relation}\"", way.target(&facts.asked)));
    let links: Vec<String> = link(&facts.previous, "prev").into_iter().chain(link(&facts.next, "next")).collect();
    if links.is_empty() { Vec::new() } else { vec![links.join(", ")] }
}

/// Whether a client that reads the text by the header's declaration reads a valid value.
fn reads_well(parameter: &Parameter, text: &str) -> bool {
    if let Some(content) = &parameter.content {
        let read = if is_json(&content.range) { parse_json(text.as_bytes()).ok().map(|(value, _)| value) } else { Some(text.into()) };
        return read.is_some_and(|value| content.schema.as_ref().is_none_or(|schema| schema.accepts(&value)));
    }
    let Some(schema) = &parameter.schema else { return true };
    let readings = codec::style_readings(parameter, &Given::Text(text)).unwrap_or_default();
    readings.into_iter().any(|reading| {
        let reading = codec::cut_items(schema.document(), schema.pointer(), reading);
        codec::settled(schema, &reading).1
    })
}

/// `Deprecation` (RFC 9745) and `Sunset` (RFC 8594). OpenAPI has no date for either: without `x-sunset` only the first is
/// sent, as of the beginning of time.
fn deprecated(scene: &Scene<'_>, mut response: Response) -> Response {
    if !scene.operation.is_deprecated() {
        return response;
    }
    let has = |response: &Response, name: &str| response.headers().get(name).is_some();
    if !has(&response, "deprecation") {
        response = response.with_header(HeaderName::from_static("deprecation"), HeaderValue::from_static("@0"));
    }
    let sunset = scene.operation.document.resolve(&scene.operation.pointer.join("x-sunset")).and_then(Value::as_str);
    let date = sunset.and_then(crate::clock::http_date).and_then(|date| HeaderValue::from_str(&date).ok());
    match date {
        Some(date) if !has(&response, "sunset") => response.with_header(HeaderName::from_static("sunset"), date),
        _ => response,
    }
}
