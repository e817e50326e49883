//! Request bodies: presence, media type, content coding, syntax. How each kind is read is for `codec`; what a decoded body
//! must look like is for its schema (OpenAPI 3.1, sections 4.8.13 to 4.8.15).

use std::{borrow::Cow, collections::HashMap};

use serde_json::Value;

use super::{Findings, parameters::joined_header, whole};
use crate::{
    codec::{self, Key, Nested, Noted, Part, Undecoded, Unreadable},
    contract::{Encoding, MediaType, Operation, RequestBody},
    media::{self, Kind},
    message::{Bytes, Request, header_text},
    pointer::Pointer,
    schema::{Annotations, Note, Schema, Types},
    source::{parse_json, quote},
    text::{either, nearest},
    violation::{Place, RulePlace, Step, Violation},
};

/// A body that was decoded, and what describes it.
pub(super) struct Decoded<'c> {
    pub(super) value: Value,
    pub(super) media_type: &'c MediaType,
    /// Whether it is a sequence, and the schema is that of each item.
    pub(super) by_item: bool,
}

/// Decodes the body of a request; a compressed one may have so many bytes.
///
/// `None` if there is none, or it cannot be decoded, which is then among the violations.
pub(super) fn decode<'c>(operation: &'c Operation, request: &Request, limit: usize, findings: &mut Findings) -> Option<Decoded<'c>> {
    let Some(declared) = operation.request_body.as_ref() else {
        if !request.body().is_empty() {
            let found = format!("one of {} bytes", request.body().len());
            let odd = Violation::new(Step::Body, "body.undeclared", Place::BODY, "no body", found);
            findings.odd(odd.with_rule(operation.place(&operation.pointer)));
        }
        return None;
    };
    decode_as(operation, declared, request, limit, findings)
}

/// Decodes the body of a message as what is declared for it.
pub(super) fn decode_as<'c>(
    operation: &Operation,
    declared: &'c RequestBody,
    request: &Request,
    limit: usize,
    findings: &mut Findings,
) -> Option<Decoded<'c>> {
    let content_type = request.headers().get("content-type").map(|value| String::from_utf8_lossy(value.as_bytes()));
    if request.body().is_empty() && (content_type.is_none() || !declared.required) {
        if declared.required {
            findings.violations.push(missing(operation, declared));
        }
        return None;
    }
    let several = request.headers().get_all("content-type").count();
    if several > 1 {
        // RFC 9110, section 8.3: which of them is meant is anybody's guess, and a way to get past those who guess otherwise.
        let place = Place::Header("content-type".into(), whole());
        let violation = Violation::new(Step::MediaType, "body.content-type", place, "one media type", format!("{several} of them"));
        findings.violations.push(violation.with_rule(content_rule(operation, declared)));
        return None;
    }
    let given = content_type.as_deref();
    // RFC 9110, section 8.3: what nothing is said about is bytes.
    let content_type = given.unwrap_or("application/octet-stream");
    let Some(media_type) = find(&declared.content, content_type) else {
        // A declared body without any media type says nothing about bodies.
        if !declared.content.is_empty() {
            findings.violations.push(other_type(operation, declared, given));
        }
        return None;
    };
    findings.remarks.extend(other_json(operation, declared, media_type, content_type));
    let kind = media::kind(content_type);
    if request.body().is_empty() && matches!(kind, Kind::Json | Kind::Xml | Kind::Multipart) {
        findings.violations.push(missing(operation, declared));
        return None;
    }
    let body = uncompressed(operation, declared, request, limit, findings)?;
    let sent = Sent { operation, declared, media_type, kind, content_type, body: &body };
    match sent.read(findings) {
        Ok(value) => value.map(|value| Decoded { value: sent.settle(value), media_type, by_item: sent.is_by_item() }),
        Err(violation) => {
            findings.violations.push(violation);
            None
        }
    }
}

/// A body that was sent, and what is declared for it.
struct Sent<'c, 'r> {
    operation: &'r Operation,
    declared: &'c RequestBody,
    media_type: &'c MediaType,
    kind: Kind,
    content_type: &'r str,
    body: &'r Bytes,
}

impl Sent<'_, '_> {
    /// The value; `None` if there is nothing to judge, or nobody who could.
    fn read(&self, findings: &mut Findings) -> Result<Option<Value>, Violation> {
        let Self { operation, declared, media_type, kind, content_type, body } = *self;
        let value = match kind {
            Kind::Json => json(body, findings)?,
            Kind::Form => codec::read_form(body, media_type).map_err(syntax)?,
            Kind::Multipart => multipart(operation, media_type, body, content_type, findings)?,
            Kind::Xml if cfg!(feature = "xml") => {
                let charset = media::parameter(content_type, "charset");
                let value = codec::read_xml(body, charset.as_deref(), noted(media_type.schema.as_ref())).map_err(syntax)?;
                return Ok(media_type.schema.as_ref().map(|_| value));
            }
            Kind::Xml => return Ok(self.unjudged(findings)),
            Kind::JsonLines => codec::read_lines(body, content_type).map(Value::Array).map_err(syntax)?,
            Kind::Text | Kind::Events => {
                let text = text(body, content_type).map_err(|violation| violation.with_rule(content_rule(operation, declared)))?;
                let are_items = kind == Kind::Events && (self.is_by_item() || says(media_type, Types::ARRAY));
                if are_items { Value::Array(codec::read_events(&text, items_of(media_type))) } else { Value::String(text) }
            }
            Kind::Binary => return Ok(bytes(body, media_type).or_else(|| self.unjudged(findings))),
        };
        Ok(Some(value))
    }

    /// Whether a body is a sequence and what is declared is about each item: by `itemSchema` (OpenAPI 3.2, section 4.14), or
    /// by a schema that takes no sequence.
    fn is_by_item(&self) -> bool {
        let by_items = self.media_type.item_schema.is_some();
        match self.kind {
            Kind::JsonLines => by_items || !self.media_type.schema.as_ref().is_some_and(|schema| types(schema).has(Types::ARRAY)),
            Kind::Events => by_items || says(self.media_type, Types::OBJECT) && !says(self.media_type, Types::ARRAY),
            Kind::Multipart => by_items && !is_form(self.content_type),
            _ => false,
        }
    }

    /// What has texts at its leaves takes the types that its schema asks for.
    fn settle(&self, value: Value) -> Value {
        if !matches!(self.kind, Kind::Form | Kind::Multipart | Kind::Xml | Kind::Text | Kind::Events) {
            return value;
        }
        let item_schema = self.media_type.item_schema.as_ref().or(self.media_type.schema.as_ref()).filter(|_| self.is_by_item());
        match (value, item_schema, &self.media_type.schema) {
            (Value::Array(items), Some(schema), _) => items.iter().map(|item| codec::settle(schema, item)).collect(),
            (value, None, Some(schema)) => codec::settle(schema, &value),
            (value, ..) => value,
        }
    }

    /// Remarks that a body with a schema is of a kind that nobody here reads: YAML, say.
    fn unjudged(&self, findings: &mut Findings) -> Option<Value> {
        let schema = self.media_type.schema.as_ref().or(self.media_type.item_schema.as_ref())?;
        let wanted = types(schema);
        if !wanted.is_empty() && !wanted.has(Types::STRING) {
            let expected = "a media type whose bodies can be judged by their schema";
            let odd = Violation::new(Step::Body, "body.not-judged", Place::BODY, expected, quote(self.content_type));
            findings.remarks.push(odd.with_rule(self.operation.place(schema.pointer())));
        }
        None
    }
}

fn types(schema: &Schema) -> Types {
    schema.annotations().root().types
}

/// Whether the schema of a body takes values of these types, and no text.
fn says(media_type: &MediaType, wanted: Types) -> bool {
    let types = media_type.schema.as_ref().map(types).unwrap_or_default();
    types.has(wanted) && !types.has(Types::STRING)
}

/// What is said about each item of a sequence.
fn items_of(media_type: &MediaType) -> Noted<'_> {
    let whole = noted(media_type.schema.as_ref());
    noted(media_type.item_schema.as_ref()).or_else(|| codec::below(whole, &[None])).or(whole)
}

fn noted(schema: Option<&Schema>) -> Noted<'_> {
    schema.map(|schema| (schema.annotations(), schema.annotations().root()))
}

fn is_form(content_type: &str) -> bool {
    media::essence(content_type).ends_with("/form-data")
}

/// Whether a place is a form field of Swagger 2.0 that was sent empty and may be: `allowEmptyValue` stands beside its type
/// (Parameter Object), and the type has no say then.
pub(super) fn may_be_empty(schema: &Schema, body: &Value, place: &Place) -> bool {
    let Place::Body(place) = place else { return false };
    let mut tokens = place.tokens();
    let (Some(field), None) = (tokens.next(), tokens.next()) else { return false };
    let declared = || schema.document().follow(&schema.pointer().join("properties").join(field)).ok();
    let allows = || declared().is_some_and(|(_, field)| field.get("allowEmptyValue") == Some(&Value::Bool(true)));
    schema.document().root().get("swagger").is_some() && place.resolve(body).is_some_and(|value| value == "") && allows()
}

fn syntax(unreadable: Unreadable) -> Violation {
    Violation::new(Step::Body, "body.syntax", Place::BODY, unreadable.expected, unreadable.found)
}

fn json(body: &[u8], findings: &mut Findings) -> Result<Value, Violation> {
    match parse_json(body) {
        Ok((value, duplicates)) => {
            // RFC 8259, section 4: what repeated names mean differs from reader to reader, so none is let through.
            findings.violations.extend(duplicates.into_iter().map(|pointer| {
                Violation::new(Step::Body, "body.duplicate-member", Place::Body(pointer), "this member once", "it several times")
            }));
            Ok(value)
        }
        Err(defect) => {
            let found = format!("{} at line {}, column {}", defect.found, defect.position.line, defect.position.column);
            Err(Violation::new(Step::Body, "body.syntax", Place::Body(defect.pointer), defect.expected, found))
        }
    }
}

/// The body without its content codings.
fn uncompressed<'r>(
    operation: &Operation,
    declared: &RequestBody,
    request: &'r Request,
    limit: usize,
    findings: &mut Findings,
) -> Option<Cow<'r, Bytes>> {
    let Some(encoding) = joined_header(request, "content-encoding").filter(|_| !request.body().is_empty()) else {
        return Some(Cow::Borrowed(request.body()));
    };
    let encoding = encoding.as_str();
    let place = Place::Header("content-encoding".into(), whole());
    let violation = match codec::decompress(request.body(), encoding, limit) {
        Ok(body) => return Some(Cow::Owned(body)),
        Err(Undecoded::Unknown(coding)) => {
            let known: Vec<String> = codec::CODINGS.iter().map(|name| format!("`{name}`")).collect();
            Violation::new(Step::MediaType, "body.content-encoding", place, either(&known), quote(&coding))
        }
        Err(Undecoded::Malformed(why)) => {
            Violation::new(Step::Body, "body.syntax", Place::BODY, format!("a body that is encoded as {}", quote(encoding)), why)
        }
        Err(Undecoded::TooLarge) => {
            Violation::new(Step::Body, "body.too-large", Place::BODY, format!("at most {limit} bytes"), "more, once it is decoded")
        }
    };
    findings.violations.push(violation.with_rule(operation.place(&declared.pointer)));
    None
}

/// Text in the charset that its media type names (RFC 6657): UTF-8, unless it says otherwise.
fn text(body: &[u8], content_type: &str) -> Result<String, Violation> {
    let charset = media::parameter(content_type, "charset").map(|charset| charset.to_ascii_lowercase());
    match charset.as_deref().unwrap_or("utf-8") {
        "utf-8" | "utf8" | "us-ascii" | "ascii" => std::str::from_utf8(body).map(str::to_owned).map_err(|error| {
            let at = error.valid_up_to();
            syntax(Unreadable { expected: "UTF-8 text".into(), found: format!("the byte 0x{:02X} at offset {at}", body[at]) })
        }),
        "iso-8859-1" | "latin1" => Ok(latin(body)),
        other => {
            let place = Place::Header("content-type".into(), whole());
            Err(Violation::new(Step::MediaType, "body.charset", place, "the charset `utf-8` or `iso-8859-1`", quote(other)))
        }
    }
}

/// A character for each byte.
fn latin(body: &[u8]) -> String {
    body.iter().map(|byte| char::from(*byte)).collect()
}

/// Bytes as a text of as many characters, where the schema says something about that.
fn bytes(body: &[u8], media_type: &MediaType) -> Option<Value> {
    let schema = media_type.schema.as_ref()?;
    let (_, value) = schema.document().follow(schema.pointer()).ok()?;
    let judges = ["minLength", "maxLength", "pattern", "enum", "const"].iter().any(|keyword| value.get(keyword).is_some());
    judges.then(|| Value::String(latin(body)))
}

/// The parts of a body: by name in a form, else one after the other.
fn multipart(
    operation: &Operation,
    media_type: &MediaType,
    body: &Bytes,
    content_type: &str,
    findings: &mut Findings,
) -> Result<Value, Violation> {
    let parts = codec::read_parts(body, content_type).map_err(syntax)?;
    let whole = noted(media_type.schema.as_ref());
    let is_sequence = media_type.item_schema.is_some() || parts.iter().all(|part| part.name.is_none());
    if is_sequence && !is_form(content_type) {
        let items = items_of(media_type);
        let value = |(index, part): (usize, Part)| Ok(part_value(&part.decoded()?, None, items, &Pointer::root().join(index), findings));
        return parts.into_iter().enumerate().map(value).collect::<Result<_, _>>().map_err(syntax);
    }
    let mut nested = Nested::default();
    let mut times: HashMap<String, usize> = HashMap::new();
    parts.iter().filter_map(|part| part.name.clone()).for_each(|name| *times.entry(name).or_default() += 1);
    for part in parts {
        let Some(name) = part.name.clone() else {
            let found = "one without it";
            return Err(Violation::new(Step::Body, "body.syntax", Place::BODY, "parts with a `name` in their Content-Disposition", found));
        };
        // What libraries write for arrays and objects of files: `files[]`, `a[b]`.
        let (stem, keys) = codec::cut_name(&name, whole);
        let place = part_place(stem, &keys);
        let encoding = media_type.encoding_of(&name).or_else(|| media_type.encoding_of(stem));
        let part = if stays_encoded(media_type, stem) { part } else { part.decoded().map_err(syntax)? };
        if let Some(encoding) = encoding {
            judge_part(operation, &part, &place, encoding, findings);
        }
        let path: Vec<Key> = std::iter::once(Some(stem.to_owned())).chain(keys.iter().cloned()).collect();
        let below = codec::below(whole, &path);
        let value = part_value(&part, encoding, below, &place, findings);
        // Items in parts of their own are whole.
        let value = if times.get(&name) == Some(&1) { items_of_part(&part, encoding, below, value) } else { value };
        nested.add(stem, &keys, value).map_err(syntax)?;
    }
    let members = nested.into_members(whole).map(|(name, value)| {
        let value = codec::inner_lists(media_type, &name, value);
        (name, value)
    });
    Ok(Value::Object(members.collect()))
}

/// The place of a part's value, as far as its name tells it.
fn part_place(stem: &str, keys: &[Key]) -> Pointer {
    keys.iter().map_while(Option::as_deref).fold(Pointer::root().join(stem), |place, key| place.join(key))
}

/// Whether a member is, by its schema, the text that its bytes were written as: `contentEncoding` speaks of that text (JSON
/// Schema Validation, section 8.3), and so does `format: byte`.
fn stays_encoded(media_type: &MediaType, name: &str) -> bool {
    media_type.schema.as_ref().is_some_and(|schema| {
        let member = schema.document().follow(schema.pointer()).ok().map(|(place, _)| place.join("properties").join(name));
        let member = member.and_then(|place| schema.document().follow(&place).ok());
        member.is_some_and(|(_, said)| said.get("contentEncoding").is_some() || said.get("format").is_some_and(|format| format == "byte"))
    })
}

/// What a part holds: JSON or XML where it, the document or its schema says so (OpenAPI 3.1, section 4.8.15.1), else text.
fn part_value(part: &Part, encoding: Option<&Encoding>, noted: Noted<'_>, place: &Pointer, findings: &mut Findings) -> Value {
    let own = part.headers.get("content-type").and_then(header_text);
    let declared = encoding.and_then(|encoding| encoding.content_type.as_deref());
    let structured = noted.is_some_and(|(_, note)| note.types.has(Types::OBJECT) && !note.types.has(Types::STRING));
    let mut broken = |expected: String, found: String| {
        findings.violations.push(Violation::new(Step::Body, "body.syntax", Place::Body(place.clone()), expected, found));
    };
    let says_json = own.is_some_and(media::is_json);
    if says_json || (own.is_none() && (declared.is_some_and(media::is_json) || structured)) {
        match parse_json(&part.body) {
            Ok((value, _)) => return value,
            Err(defect) if says_json => {
                let found = format!("{} at line {}, column {}", defect.found, defect.position.line, defect.position.column);
                broken(defect.expected, found);
            }
            Err(_) => {}
        }
    }
    if structured && cfg!(feature = "xml") && own.or(declared).is_some_and(|of| media::kind(of) == Kind::Xml) {
        let charset = own.and_then(|own| media::parameter(own, "charset"));
        match codec::read_xml(&part.body, charset.as_deref(), noted) {
            Ok(value) => return value,
            Err(Unreadable { expected, found }) => broken(expected, found),
        }
    }
    std::str::from_utf8(&part.body).map_or_else(|_| latin(&part.body), str::to_owned).into()
}

/// A part without a type of its own that holds all items of an array: `style` and `explode` are for parts too (OpenAPI 3.1,
/// section 4.8.15.1), and so is `collectionFormat` of Swagger 2.0.
fn items_of_part(part: &Part, encoding: Option<&Encoding>, noted: Noted<'_>, value: Value) -> Value {
    let is_list = noted.is_some_and(|(_, note)| note.types.has(Types::ARRAY)) && part.headers.get("content-type").is_none();
    match (encoding.and_then(codec::delimiting).filter(|_| is_list), &value) {
        (Some(style), Value::String(text)) if !text.starts_with('[') => {
            codec::split_text(text, style).into_iter().map(Value::String).collect()
        }
        _ => value,
    }
}

/// What `encoding` says about a part: its media type and its headers.
fn judge_part(operation: &Operation, part: &Part, place: &Pointer, encoding: &Encoding, findings: &mut Findings) {
    let place = Place::Body(place.clone());
    let rule = || operation.place(&operation.pointer.join("requestBody"));
    let own = part.headers.get("content-type").and_then(header_text);
    if let (Some(own), Some(declared)) = (own, encoding.content_type.as_deref())
        && !declared.split(',').any(|range| media::fit(range.trim(), own).is_some())
    {
        let expected =
            format!("a part of the type {}", either(&declared.split(',').map(|range| format!("`{}`", range.trim())).collect::<Vec<_>>()));
        findings.violations.push(Violation::new(Step::Body, "body.part-type", place.clone(), expected, quote(own)).with_rule(rule()));
    }
    for header in &encoding.headers {
        let given = part.headers.get(&header.name).and_then(header_text);
        let rule = operation.place(&header.pointer);
        match (given, &header.schema) {
            (None, _) if header.required => {
                let expected = format!("a part with the header `{}`", header.name);
                findings.violations.push(Violation::new(Step::Body, "body.part-header", place.clone(), expected, "none").with_rule(rule));
            }
            (Some(text), Some(schema)) => {
                let value = codec::settle(schema, &text.into());
                findings.violations.extend(schema.check(&value, Step::Body, |_| place.clone()));
            }
            _ => {}
        }
    }
}

/// What is odd about a body and breaks no schema: members that only the server sets, deprecated ones, and, if bodies are
/// held to what is declared, others.
pub(super) fn remark(operation: &Operation, decoded: &Decoded<'_>, findings: &mut Findings) {
    let Some(schema) = &decoded.media_type.schema else { return };
    let annotations = schema.annotations();
    if annotations.is_remarkable() || findings.strict_bodies {
        let rule = &operation.place(schema.pointer());
        walk(&decoded.value, annotations, annotations.root(), &mut Pointer::root(), &mut |code, place, expected, found, hint| {
            let violation = Violation::new(Step::Body, code, Place::Body(place.clone()), expected, found).with_rule(rule.clone());
            let violation = match hint {
                Some(hint) => violation.with_hint(hint),
                None => violation,
            };
            match code {
                "body.undeclared-member" if findings.strict_bodies => findings.violations.push(violation),
                "body.undeclared-member" => {}
                _ => findings.remarks.push(violation),
            }
        });
    }
}

type Tell<'t> = dyn FnMut(&'static str, &Pointer, &'static str, String, Option<String>) + 't;

fn walk(value: &Value, annotations: &Annotations, note: &Note, place: &mut Pointer, tell: &mut Tell<'_>) {
    match value {
        Value::Array(items) => {
            if let Some(note) = annotations.items(note) {
                for (index, item) in items.iter().enumerate() {
                    place.push(index);
                    walk(item, annotations, note, place, tell);
                    place.pop();
                }
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                place.push(name);
                match annotations.member(note, name) {
                    Some(below) => {
                        if below.read_only {
                            tell("body.read-only", place, "no member that only the server sets (`readOnly`)", "one".into(), None);
                        }
                        if below.deprecated {
                            tell("body.deprecated", place, "no deprecated member", "one".into(), None);
                        }
                        walk(member, annotations, below, place, tell);
                    }
                    None if note.declares_members => {
                        let known = annotations.members(note).map(|(name, _)| name);
                        let hint = nearest(name, known).map(|meant| format!("did you mean {meant:?}?"));
                        tell("body.undeclared-member", place, "only members that are declared", "another".into(), hint);
                    }
                    None => {}
                }
                place.pop();
            }
        }
        _ => {}
    }
}

fn missing(operation: &Operation, declared: &RequestBody) -> Violation {
    let members = required_members(operation, declared);
    let expected = if members.is_empty() {
        "a body".to_owned()
    } else {
        format!("a body with the required {}", either(&members).replace(" or ", " and "))
    };
    Violation::new(Step::Body, "body.missing", Place::BODY, expected, "none").with_rule(operation.place(&declared.pointer))
}

/// What a body needs at least, so that the answer to a missing one names it.
fn required_members(operation: &Operation, declared: &RequestBody) -> Vec<String> {
    let schema = declared.content.iter().find_map(|media_type| media_type.schema.as_ref());
    let schema = schema.and_then(|schema| operation.document.follow(schema.pointer()).ok());
    let required = schema.and_then(|(_, schema)| schema.get("required"));
    let names = required.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    names.map(|name| format!("`{name}`")).collect()
}

fn other_type(operation: &Operation, declared: &RequestBody, given: Option<&str>) -> Violation {
    let known: Vec<String> = declared.content.iter().map(|media_type| format!("`{}`", media_type.range)).collect();
    let place = Place::Header("content-type".into(), whole());
    let found = given.map_or_else(|| "none".to_owned(), quote);
    Violation::new(Step::MediaType, "body.content-type", place, either(&known), found).with_rule(content_rule(operation, declared))
}

/// A body of another JSON type than the one that is declared: read as that one, because most servers do, and a remark,
/// because some do not. `text/json` is nobody's type at all.
fn other_json(operation: &Operation, declared: &RequestBody, media_type: &MediaType, given: &str) -> Option<Violation> {
    if media::essence(&media_type.range) != "application/json" || media::essence(given) == "application/json" {
        return None;
    }
    let place = Place::Header("content-type".into(), whole());
    let odd = Violation::new(Step::MediaType, "body.other-json", place, format!("`{}`", media_type.range), quote(given));
    Some(odd.with_rule(content_rule(operation, declared)))
}

/// Where the media types of a body are declared: with it, else, in Swagger 2.0, with its operation or for all.
fn content_rule(operation: &Operation, declared: &RequestBody) -> RulePlace {
    let consumes = [operation.pointer.join("consumes"), Pointer::root().join("consumes")];
    let mut places = [declared.pointer.join("content")].into_iter().chain(consumes).chain([declared.pointer.clone()]);
    let place = places.find(|place| operation.document.resolve(place).is_some());
    operation.place(place.as_ref().unwrap_or(&operation.pointer))
}

/// The media type that describes a body best; of several that do, the first.
fn find<'c>(content: &'c [MediaType], given: &str) -> Option<&'c MediaType> {
    let fitting = content.iter().rev().filter_map(|media_type| Some((media::fit(&media_type.range, given)?, media_type)));
    fitting.max_by_key(|(fit, _)| *fit).map(|(_, media_type)| media_type)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::Contract;

    const DOCUMENT: &str = r#"
openapi: 3.1.0
paths:
  /x:
    post:
      requestBody:
        required: true
        content:
          application/json: {schema: {type: object, required: [url, name]}}
          text/*: {schema: {type: integer}}
    put: {requestBody: {content: {application/json: {}}}}
    patch: {}
  /bytes: {post: {requestBody: {content: {application/octet-stream: {schema: {maxLength: 3}}, text/plain: {}}}}}
  /application: {post: {requestBody: {content: {'application/*': {schema: {maxLength: 3}}}}}}
  /encoded:
    post:
      requestBody:
        content:
          application/x-www-form-urlencoded:
            schema:
              properties:
                o: {type: object, properties: {x: {type: integer}}}
                f: {type: object, properties: {fx: {type: integer}, x: {}, fl: {type: array, items: {type: integer}}}}
                c: {type: array, items: {type: integer}}
                s: {type: array, items: {type: string}}
                p: {type: array, items: {type: integer}}
                x: {type: string}
            encoding:
              o: {style: form, explode: false}
              f: {explode: true}
              c: {explode: false}
              s: {explode: false}
              p: {style: pipeDelimited}
  /any: {post: {requestBody: {content: {'*/*': {schema: {maxLength: 3}}}}}}
  /form:
    post:
      requestBody:
        content:
          application/x-www-form-urlencoded:
            schema:
              type: object
              properties: {n: {type: integer}, l: {type: array, items: {type: integer}}, o: {type: object, properties: {b: {type: boolean}}}, c: {type: array, items: {type: string}}}
            encoding: {c: {explode: false}}
          multipart/form-data:
            schema:
              type: object
              properties: {n: {type: integer}, t: {type: string, contentEncoding: base64}, f: {type: string, format: binary}, o: {type: object}, l: {type: array, items: {type: string}}}
            encoding: {f: {contentType: 'image/png, image/*', headers: {X-Part: {required: true, schema: {type: integer}}}}}
          application/x-ndjson: {schema: {type: object}}
          multipart/mixed: {schema: {type: array, items: {type: string}}}
          application/octet-stream: {schema: {type: string, maxLength: 3}}
          application/xml: {schema: {type: object, xml: {name: x}, properties: {n: {type: integer}}}}
          text/xml: {}
"#;

    fn says(operation: &str, request: Request) -> String {
        let contract = Contract::from_text("api.yaml", DOCUMENT).unwrap();
        let mut findings = Findings::new(false);
        let decoded = decode(contract.operation(operation), &request, 1000, &mut findings);
        let said: Vec<String> = findings.violations.iter().map(|violation| format!("{} {}", violation.code(), violation.brief())).collect();
        decoded.map(|decoded| decoded.value.to_string()).into_iter().chain(said).collect::<Vec<_>>().join("; ")
    }

    fn remarks(operation: &str, request: Request) -> Vec<String> {
        let contract = Contract::from_text("api.yaml", DOCUMENT).unwrap();
        let mut findings = Findings::new(false);
        decode(contract.operation(operation), &request, 1000, &mut findings);
        findings.remarks.iter().map(|violation| format!("{} {}", violation.code(), violation.brief())).collect()
    }

    fn post(content_type: &str, body: &'static [u8]) -> String {
        says("POST /x", Request::post("/x").with_header("content-type", content_type).with_body(body))
    }

    fn form(content_type: &str, body: &str) -> String {
        says("POST /form", Request::post("/form").with_header("content-type", content_type).with_body(body.to_owned()))
    }

    #[test]
    fn bodies_are_decoded_by_media_type() {
        assert_eq!(post("application/json", b"[1]"), "[1]");
        assert_eq!(post("Application/JSON; charset=utf-8", b"[1]"), "[1]");
        assert_eq!(post("application/vnd.x+json", b"[1]"), "[1]");
        assert_eq!(post("text/csv", b"a,b"), "\"a,b\"");
        assert_eq!(post("text/plain", b"12"), "12");
        assert_eq!(post("text/plain; charset=ISO-8859-1", b"\xe9"), "\"é\"");
        assert_eq!(
            post("text/plain; charset=koi8-r", b"\xe9"),
            "body.charset header content-type: expected the charset `utf-8` or `iso-8859-1`, found \"koi8-r\""
        );
        assert_eq!(
            post("application/xml", b"<a/>"),
            "body.content-type header content-type: expected `application/json` or `text/*`, found \"application/xml\""
        );
        assert_eq!(
            says("POST /x", Request::post("/x").with_body("[1]")),
            "body.content-type header content-type: expected `application/json` or `text/*`, found none"
        );
        for any in ["bytes", "application", "any"] {
            assert_eq!(says(&format!("POST /{any}"), Request::post("/x").with_body("abcd")), "\"abcd\"", "{any}");
        }
    }

    #[test]
    fn other_json_is_read_and_remarked() {
        let told = |given: &str| remarks("POST /x", Request::post("/x").with_header("content-type", given).with_body("[1]"));
        for given in ["application/vnd.x+json", "application/problem+json", "text/json"] {
            let expected = format!("body.other-json header content-type: expected `application/json`, found \"{given}\"");
            assert_eq!(told(given), [expected]);
        }
        for given in ["application/json", "Application/JSON; charset=utf-8", "text/plain"] {
            assert_eq!(told(given), [""; 0], "{given}");
        }
    }

    #[test]
    fn missing_and_malformed_bodies_are_told_apart() {
        let missing = "body.missing body: expected a body with the required `url` and `name`, found none";
        assert_eq!(says("POST /x", Request::post("/x")), missing);
        assert_eq!(post("application/json", b""), missing);
        assert_eq!(says("PUT /x", Request::post("/x")), "");
        assert_eq!(
            post("application/json", b"{"),
            "body.syntax body: expected the rest of an object, found the end of the text at line 1, column 2"
        );
        assert_eq!(
            post("application/json", b"\xff"),
            "body.syntax body: expected UTF-8 text, found the byte 0xFF at offset 0 at line 1, column 1"
        );
        assert_eq!(
            post("application/json", br#"{"a":1,"a":2}"#),
            r#"{"a":2}; body.duplicate-member body /a: expected this member once, found it several times"#
        );
    }

    #[test]
    fn forms_are_read_by_their_encoding() {
        const FORM: &str = "application/x-www-form-urlencoded";
        assert_eq!(form(FORM, "n=5&l=1&l=2&o[b]=true&c=a,b&x=y"), r#"{"c":["a","b"],"l":[1,2],"n":5,"o":{"b":true},"x":"y"}"#);
        assert_eq!(form(FORM, "l[]=1&o=%7B%22b%22%3Afalse%7D"), r#"{"l":[1],"o":{"b":false}}"#);
        assert_eq!(form(FORM, "l[0]=3&l[1]=4"), r#"{"l":[3,4]}"#);
        assert_eq!(form(FORM, "o=1&o[b]=2"), "body.syntax body: expected `o` either with brackets or without, found both");
    }

    /// OpenAPI 3.1, section 4.8.15.1: as parameters of the query are.
    #[test]
    fn objects_and_lists_of_forms_are_cut_by_their_style() {
        let table = [
            ("o=x,1,y%3D,2", r#"{"o":{"x":1,"y=":"2"}}"#),
            ("o=", r#"{"o":{}}"#),
            ("o=x,1,y", r#"{"o":"x,1,y"}"#),
            ("o[x]=1", r#"{"o":{"x":1}}"#),
            ("o=%7B%22x%22:1,%22y%22:2%7D", r#"{"o":{"x":1,"y":2}}"#),
            ("fx=1&x=2&fl=3&fl=4&other=5", r#"{"f":{"fl":[3,4],"fx":1},"other":"5","x":"2"}"#),
            ("f[fx]=1", r#"{"f":{"fx":1}}"#),
            ("c=1,2", r#"{"c":[1,2]}"#),
            ("c=[1,2]", r#"{"c":[1,2]}"#),
            ("c=", r#"{"c":[]}"#),
            ("s=", r#"{"s":[""]}"#),
            ("p=1|2", r#"{"p":[1,2]}"#),
        ];
        for (body, value) in table {
            let request = Request::post("/encoded").with_header("content-type", "application/x-www-form-urlencoded").with_body(body);
            assert_eq!(says("POST /encoded", request), value, "{body}");
        }
    }

    #[test]
    fn parts_are_read_by_their_type() {
        const TYPE: &str = "multipart/form-data; boundary=b";
        let part = |head: &str, body: &str| format!("--b\r\nContent-Disposition: form-data; {head}\r\n\r\n{body}\r\n");
        let whole = |parts: &[String]| format!("{}--b--\r\n", parts.concat());
        let n = part("name=n", "5");
        let o = part("name=o", r#"{"a":1}"#);
        let l = part("name=l", "x");
        assert_eq!(form(TYPE, &whole(&[n, o, l])), r#"{"l":["x"],"n":5,"o":{"a":1}}"#);
        let several =
            [("l[]", "x"), ("l[]", "y"), ("o[a][b]", "1"), ("odd[", "2")].map(|(name, text)| part(&format!("name=\"{name}\""), text));
        assert_eq!(form(TYPE, &whole(&several)), r#"{"l":["x","y"],"o":{"a":{"b":"1"}},"odd[":"2"}"#);
        let indexed = [("l[1]", "y"), ("l[0]", "x")].map(|(name, text)| part(&format!("name=\"{name}\""), text));
        assert_eq!(form(TYPE, &whole(&indexed)), r#"{"l":["x","y"]}"#);
        let clash = [part("name=o", "{}"), part("name=\"o[a]\"", "1")];
        assert!(form(TYPE, &whole(&clash)).contains("expected `o` either with brackets or without, found both"));
        let png = part("name=\"f[]\"; filename=a.gif\r\nContent-Type: text/plain\r\nX-Part: 1", "GIF");
        assert!(form(TYPE, &whole(&[png])).contains("body.part-type body /f: "), "the encoding of `f` is that of `f[]`");
        #[cfg(feature = "xml")]
        {
            let xml = part("name=o\r\nContent-Type: application/xml", "<o><a>1</a></o>");
            assert_eq!(form(TYPE, &whole(&[xml])), r#"{"o":{"a":"1"}}"#);
        }
        let coded = part("name=n\r\nContent-Transfer-Encoding: base64", "NQ==");
        let text = part("name=t\r\nContent-Transfer-Encoding: base64", "NQ==");
        assert_eq!(form(TYPE, &whole(&[coded, text])), r#"{"n":5,"t":"NQ=="}"#);
        let file = part("name=f; filename=a.gif\r\nContent-Type: text/plain", "GIF");
        let said = form(TYPE, &whole(&[file]));
        assert!(
            said.contains("body.part-type body /f: expected a part of the type `image/png` or `image/*`, found \"text/plain\""),
            "{said}"
        );
        assert!(said.contains("body.part-header body /f: expected a part with the header `X-Part`, found none"), "{said}");
        let broken = part("name=o\r\nContent-Type: application/json", "{");
        assert!(form(TYPE, &whole(&[broken])).contains("body.syntax body /o: expected the rest of an object"));
        assert_eq!(form("multipart/mixed; boundary=b", "--b\r\n\r\n1\r\n--b\r\n\r\n2\r\n--b--"), r#"["1","2"]"#);
        assert!(form("multipart/form-data", "x").contains("a media type with a `boundary`"));
    }

    #[test]
    fn forms_of_swagger_are_read_by_their_formats() {
        const SWAGGER: &str = r#"
swagger: '2.0'
consumes: [multipart/form-data]
paths:
  /f:
    post:
      consumes: [application/x-www-form-urlencoded, multipart/form-data]
      parameters:
        - {name: e, in: formData, type: integer, allowEmptyValue: true}
        - {name: l, in: formData, type: array, items: {type: integer}}
        - {name: p, in: formData, type: array, collectionFormat: pipes, items: {type: array, items: {type: integer}}}
        - {name: nest, in: formData, type: array, items: {type: array, collectionFormat: pipes, items: {type: integer}}}
  /g: {post: {parameters: [{name: n, in: formData, type: integer}]}}
  /h: {post: {consumes: [application/json], parameters: [{name: b, in: body, schema: {type: object}}]}}
  /q: {get: {parameters: [{name: nest, in: query, type: array, items: {type: array, collectionFormat: pipes, items: {type: integer}}}]}}
"#;
        let contract = Contract::from_text("api.yaml", SWAGGER).unwrap();
        let judged = |operation: &str, content_type: &str, body: &str| {
            let request = Request::post("/f").with_header("content-type", content_type).with_body(body.to_owned());
            let judgement = crate::check::request(&contract, contract.operation(operation), &[], &request, &Default::default());
            let told = judgement.violations.iter().map(ToString::to_string);
            judgement.body.iter().map(Value::to_string).chain(told).collect::<Vec<_>>().join("; ")
        };
        const FORM: &str = "application/x-www-form-urlencoded";
        assert_eq!(judged("POST /f", FORM, "e=&l=1,2&nest=1|2,3|4"), r#"{"e":"","l":[1,2],"nest":[[1,2],[3,4]]}"#);
        assert_eq!(judged("POST /f", FORM, "e=5&p=1,2|3"), r#"{"e":5,"p":[[1,2],[3]]}"#);
        let wrong = r#"{"e":"x"}; body /e: expected an integer, found "x" (rule: api.yaml:9:35 /paths/~1f/post/parameters/0/type)"#;
        assert_eq!(judged("POST /f", FORM, "e=x"), wrong);
        let part = |name: &str, text: &str| format!("--b\r\nContent-Disposition: form-data; name={name}\r\n\r\n{text}\r\n");
        let parts = format!("{}{}--b--\r\n", part("l", "1,2"), part("nest", "1|2,3"));
        assert_eq!(judged("POST /f", "multipart/form-data; boundary=b", &parts), r#"{"l":[1,2],"nest":[[1,2],[3]]}"#);
        let query = Request::get("/q?nest=1%7C2,3");
        let judgement = crate::check::request(&contract, contract.operation("GET /q"), &[], &query, &Default::default());
        assert_eq!(judgement.parameters, [("nest".to_owned(), serde_json::json!([[1, 2], [3]]))]);
        let parts = format!("{}{}--b--\r\n", part("l", "1,2"), part("l", "3"));
        assert!(judged("POST /f", "multipart/form-data; boundary=b", &parts).contains("body /l/0: expected an integer, found \"1,2\""));
        for (operation, rule) in
            [("POST /f", "7:7 /paths/~1f/post/consumes"), ("POST /g", "3:1 /consumes"), ("POST /h", "14:15 /paths/~1h/post/consumes")]
        {
            let said = judged(operation, "text/csv", "x");
            assert!(said.ends_with(&format!("(rule: api.yaml:{rule})")), "{said}");
        }
    }

    #[test]
    fn sequences_are_read_item_by_item() {
        const DOCUMENT: &str = r#"
openapi: 3.2.0
paths:
  /x:
    post:
      requestBody:
        content:
          text/event-stream; v=1: {itemSchema: {properties: {data: {type: object, properties: {n: {type: integer}}}, retry: {type: integer}}}}
          text/event-stream; v=2: {schema: {type: array, items: {type: object, properties: {n: {type: integer}}}}}
          text/event-stream; v=3: {schema: {type: object, properties: {n: {type: integer}}}}
          text/event-stream; v=4: {schema: {type: string}}
          multipart/mixed: {itemSchema: {type: object, properties: {n: {type: integer}}}}
          application/yaml: {schema: {type: object}}
          application/pdf: {schema: {type: string}}
"#;
        let contract = Contract::from_text("api.yaml", DOCUMENT).unwrap();
        let judged = |content_type: &str, body: &'static str| {
            let request = Request::post("/x").with_header("content-type", content_type).with_body(body);
            let judgement = crate::check::request(&contract, contract.operation("POST /x"), &[], &request, &Default::default());
            let told = judgement.violations.iter().map(|violation| violation.brief().to_string());
            let remarks = judgement.remarks.iter().map(|violation| violation.code().to_owned());
            judgement.body.iter().map(Value::to_string).chain(told).chain(remarks).collect::<Vec<_>>().join("; ")
        };
        let events = ": hi\r\ndata: {\r\ndata:\"n\":1}\r\nretry: 5\r\nx: y\r\n\r\nid: 7\r\n\r\ndata: {\"n\":\"x\"}";
        let wrong = |place: &str| format!("body {place}: expected an integer, found \"x\"");
        let plain = r#"[{"n":1},{"n":"x"}]"#;
        let table = [
            (
                "text/event-stream; v=1",
                events,
                format!(r#"[{{"data":{{"n":1}},"retry":5}},{{"data":{{"n":"x"}}}}]; {}"#, wrong("/1/data/n")),
            ),
            ("text/event-stream; v=2", events, format!("{plain}; {}", wrong("/1/n"))),
            ("text/event-stream; v=3", events, format!("{plain}; {}", wrong("/1/n"))),
            ("text/event-stream; v=4", "data: 1", "\"data: 1\"".to_owned()),
            (
                "multipart/mixed; boundary=b",
                "--b\r\n\r\n{\"n\":1}\r\n--b\r\n\r\n{\"n\":\"x\"}\r\n--b--",
                format!("{plain}; {}", wrong("/1/n")),
            ),
            ("application/yaml", "a: 1", "body.not-judged".to_owned()),
            ("application/pdf", "x", String::new()),
        ];
        for (content_type, body, said) in table {
            assert_eq!(judged(content_type, body), said, "{content_type}");
        }
    }

    #[test]
    fn other_kinds_are_read_too() {
        assert_eq!(form("application/x-ndjson", "{\"a\":1}\n{\"a\":2}\n"), r#"[{"a":1},{"a":2}]"#);
        assert_eq!(form("application/octet-stream", "abcd"), "\"abcd\"");
        #[cfg(feature = "xml")]
        {
            assert_eq!(form("application/xml", "<x><n>5</n></x>"), r#"{"n":5}"#);
            assert!(form("text/xml", "<a").starts_with("body.syntax body: expected well-formed XML"), "also without a schema");
            assert_eq!(form("text/xml", "<a/>"), "");
        }
    }

    #[test]
    fn content_codings_that_are_not_known_are_told() {
        let request =
            Request::post("/x").with_header("content-type", "application/json").with_header("content-encoding", "lzma").with_body("x");
        let said = says("POST /x", request);
        assert!(said.starts_with("body.content-encoding header content-encoding: expected "), "{said}");
        assert!(said.ends_with("found \"lzma\""), "{said}");
        let coded = |coding: &str| Request::post("/x").with_json(&Value::Null).with_header("content-encoding", coding);
        assert_eq!(says("POST /x", coded("identity").with_header("content-encoding", "identity")), "null");
        let said = says("POST /x", coded("identity").with_header("content-encoding", "lzma"));
        assert!(said.ends_with("found \"lzma\""), "{said}");
    }

    #[test]
    fn there_is_one_media_type() {
        let request = Request::post("/x").with_json(&Value::Null).with_header("content-type", "text/plain");
        assert_eq!(says("POST /x", request), "body.content-type header content-type: expected one media type, found 2 of them");
    }
}
