//! The declared answer that a script asks for: of this status, this example, with these members.
//!
//! Everything that a script leaves open is as it would be without it. Whether the whole conforms is for the script to judge.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::{Scene, accept, body, headers, seed, write};
use crate::{
    contract::{DeclaredResponse, MediaType, for_status, success},
    media::is_json,
    message::{Bytes, HeaderName, HeaderValue, Response, StatusCode},
    pointer::Pointer,
    source::quote,
    text::{either, nearest},
    violation::{Place, Step, Violation},
};

/// What a script says about an answer.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reply {
    /// `None` is the one that the contract has for a request that is in order.
    pub(crate) status: Option<StatusCode>,
    /// The example of this name.
    pub(crate) example: Option<String>,
    /// What is merged into the body.
    pub(crate) patch: Option<Value>,
    pub(crate) body: Option<Written>,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
}

impl Reply {
    /// Gives the whole body, whatever was said of it before.
    pub(crate) fn write(&mut self, body: Written) {
        (self.body, self.patch, self.example) = (Some(body), None, None);
    }
}

/// A body that a script gives whole.
#[derive(Debug, Clone)]
pub(crate) enum Written {
    Json(Value),
    Bytes(HeaderValue, Bytes),
}

/// The answer that a script asks for. What cannot be had, an example that there is not say, is told.
pub(crate) fn scripted(scene: &Scene<'_>, reply: &Reply) -> Result<Response, Vec<Violation>> {
    let responses = &scene.operation.responses;
    let (declared, status) = match reply.status {
        Some(status) => (for_status(responses, status.as_u16()), status),
        None => success(responses).map_or((None, StatusCode::OK), |(declared, status)| (Some(declared), status)),
    };
    let response = match declared {
        Some(declared) => {
            let response = with_body(scene, declared, status, reply)?;
            headers::write(scene, &without_given(declared, reply), seed(scene, status), response).map_err(|violation| vec![violation])?
        }
        None => undeclared(status, reply),
    };
    Ok(reply.headers.iter().fold(response, |response, (name, value)| response.with_only_header(name.clone(), value.clone())))
}

/// A declared response without the headers that the script gives: nobody needs to make those.
fn without_given<'d>(declared: &'d DeclaredResponse, reply: &Reply) -> Cow<'d, DeclaredResponse> {
    let given = |name: &str| reply.headers.iter().any(|(known, _)| known.as_str().eq_ignore_ascii_case(name));
    if !declared.headers.iter().any(|header| given(&header.name)) {
        return Cow::Borrowed(declared);
    }
    let mut left = declared.clone();
    left.headers.retain(|header| !given(&header.name));
    Cow::Owned(left)
}

/// An answer that the contract knows nothing of is what the script says of it.
fn undeclared(status: StatusCode, reply: &Reply) -> Response {
    let response = Response::new(status);
    match (&reply.body, &reply.patch) {
        (Some(Written::Bytes(content_type, bytes)), _) => response.with_body(content_type.clone(), bytes.clone()),
        (Some(Written::Json(body)), _) | (None, Some(body)) => response.with_json(body),
        (None, None) => response,
    }
}

fn with_body(scene: &Scene<'_>, declared: &DeclaredResponse, status: StatusCode, reply: &Reply) -> Result<Response, Vec<Violation>> {
    if let Some(Written::Bytes(content_type, bytes)) = &reply.body {
        return Ok(Response::new(status).with_body(content_type.clone(), bytes.clone()));
    }
    let named_body =
        reply.example.as_deref().map(|name| named(scene, declared, status, name)).transpose().map_err(|violation| vec![violation])?;
    let chosen = match &named_body {
        Some((media_type, _)) => Some((*media_type, None)),
        None => media_type(scene, declared, reply),
    };
    let bodiless = status == StatusCode::NO_CONTENT || status == StatusCode::NOT_MODIFIED;
    let Some((media_type, named_type)) = chosen.filter(|_| !bodiless) else { return Ok(undeclared(status, reply)) };
    let whole = match (&reply.body, named_body) {
        (Some(Written::Json(body)), _) => body.clone(),
        (_, Some((_, example))) => example.into_owned(),
        _ => body::make(scene, media_type, status)?.0,
    };
    let whole = match &reply.patch {
        Some(patch) => merged(whole, patch),
        None => whole,
    };
    write::body(media_type, named_type.as_deref(), status, &whole).map_err(|violation| vec![violation])
}

/// The media type that the client accepts; one that can be written as it is, where the script says what is in it.
fn media_type<'a>(scene: &Scene<'_>, declared: &'a DeclaredResponse, reply: &Reply) -> Option<(&'a MediaType, Option<String>)> {
    let json = || declared.content.iter().find(|media_type| is_json(&media_type.range));
    let first = || json().or_else(|| declared.content.first()).map(|media_type| (media_type, None));
    if reply.body.is_some() || reply.patch.is_some() {
        return first();
    }
    accept::choose(&declared.content, scene.request).map(|chosen| (chosen.media_type, chosen.named)).or_else(first)
}

/// The example of a name, in whichever media type it is, as it stands or mended.
fn named<'a>(
    scene: &Scene<'_>,
    declared: &'a DeclaredResponse,
    status: StatusCode,
    name: &str,
) -> Result<(&'a MediaType, Cow<'a, Value>), Violation> {
    let all = || declared.content.iter().flat_map(|media_type| media_type.examples().iter().map(move |example| (media_type, example)));
    let found = all().find(|(_, example)| example.name.as_deref() == Some(name));
    if let Some((media_type, example)) = found {
        let mended = media_type.conforming(example, seed(scene, status), scene.setting());
        if let Some(value) = mended.or_else(|| media_type.value_of(example).map(Cow::Borrowed)) {
            return Ok((media_type, value));
        }
    }
    let names = || all().filter_map(|(_, example)| example.name.as_deref());
    let mut quoted: Vec<String> = names().map(quote).collect();
    quoted.dedup();
    let expected = match quoted.is_empty() {
        true => "no example by name: there is none for this status".to_owned(),
        false => format!("the name of an example: {}", either(&quoted)),
    };
    let violation = Violation::new(Step::Answer, "script.example", Place::Answer(Pointer::root()), expected, quote(name));
    let violation = match nearest(name, names()) {
        Some(near) => violation.with_hint(format!("did you mean {near:?}?")),
        None => violation,
    };
    Err(violation.with_rule(scene.operation.place(&declared.pointer)))
}

/// JSON Merge Patch (RFC 7396, section 2): members of objects are merged, null takes one out, all else is put in its place.
pub(crate) fn merged(target: Value, patch: &Value) -> Value {
    let Value::Object(changes) = patch else { return patch.clone() };
    let mut members = match target {
        Value::Object(members) => members,
        _ => Map::new(),
    };
    for (name, change) in changes {
        match change {
            Value::Null => {
                members.remove(name);
            }
            change => {
                let before = members.remove(name).unwrap_or_default();
                members.insert(name.clone(), merged(before, change));
            }
        }
    }
    Value::Object(members)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn patches_are_merged_as_rfc_7396_has_it() {
        // The table of its appendix A.
        let cases = [
            (json!({"a": "b"}), json!({"a": "c"}), json!({"a": "c"})),
            (json!({"a": "b"}), json!({"b": "c"}), json!({"a": "b", "b": "c"})),
            (json!({"a": "b"}), json!({"a": null}), json!({})),
            (json!({"a": "b", "b": "c"}), json!({"a": null}), json!({"b": "c"})),
            (json!({"a": ["b"]}), json!({"a": "c"}), json!({"a": "c"})),
            (json!({"a": "c"}), json!({"a": ["b"]}), json!({"a": ["b"]})),
            (json!({"a": {"b": "c"}}), json!({"a": {"b": "d", "c": null}}), json!({"a": {"b": "d"}})),
            (json!({"a": [{"b": "c"}]}), json!({"a": [1]}), json!({"a": [1]})),
            (json!(["a", "b"]), json!(["c", "d"]), json!(["c", "d"])),
            (json!({"a": "b"}), json!(["c"]), json!(["c"])),
            (json!({"a": "foo"}), json!(null), json!(null)),
            (json!({"a": "foo"}), json!("bar"), json!("bar")),
            (json!({"e": null}), json!({"a": 1}), json!({"e": null, "a": 1})),
            (json!([1, 2]), json!({"a": "b", "c": null}), json!({"a": "b"})),
            (json!({}), json!({"a": {"bb": {"ccc": null}}}), json!({"a": {"bb": {}}})),
        ];
        for (target, patch, expected) in cases {
            assert_eq!(merged(target.clone(), &patch), expected, "{target} {patch}");
        }
    }
}
