//! The styles of parameters: how values are written in path, query, headers and cookies (OpenAPI 3.1, section 4.8.12.3).
//!
//! A style says how a text is cut, never which type it has, so a text is read in each way that its schema may want, and
//! the caller takes the first that the schema accepts. Texts are cut before they are percent-decoded: a delimiter that was
//! encoded is data. Only if nothing else gives a list, one that was encoded is taken for the delimiter that it most likely
//! is: many clients encode them all.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::{
    Unreadable,
    nested::{Key, Nested, Noted, keys},
};
use crate::{
    contract::{Location, Parameter, Style},
    document::{Document, Version},
    pointer::Pointer,
    schema::Types,
    source::{describe, quote},
    text::{percent_decode, percent_encode},
};

/// What was sent for a parameter, still encoded.
#[derive(Debug)]
pub(crate) enum Given<'r> {
    /// One text: a segment of the path, a header.
    Text(&'r str),
    /// Pairs of a query, or of cookies, with decoded names.
    Pairs(&'r [(Cow<'r, str>, &'r str)]),
}

/// The values that a text may stand for, the likeliest first, with texts at their leaves. None: nothing was sent.
pub(crate) type Reading = Vec<Value>;

/// Reads a parameter. An error is about the style alone.
pub(crate) fn readings(parameter: &Parameter, given: &Given<'_>) -> Result<Reading, Unreadable> {
    let noted = noted(parameter);
    let wants = Wants::of(parameter);
    if let Some(text) = only_text(parameter, given, wants) {
        return Ok(vec![decoded(parameter.location, text)]);
    }
    let cut = match given {
        Given::Text(text) => cut(parameter, text, wants)?,
        Given::Pairs(pairs) => {
            if let Some(members) = spread(parameter, pairs, noted)? {
                return Ok(vec![members]);
            }
            // Arrays and objects come with brackets whatever a document says.
            if parameter.style == Style::DeepObject || pairs.iter().any(|(name, _)| wants.nests(parameter, name)) {
                return deep(parameter, pairs, noted, wants);
            }
            match cut_pairs(parameter, pairs, wants)? {
                Some(cut) => cut,
                None => return Ok(Vec::new()),
            }
        }
    };
    let decode = |text: &str| decoded(parameter.location, text);
    let list = |texts: &[Cow<'_, str>]| Value::Array(texts.iter().map(|text| decode(text)).collect());
    // What has nothing in it is sent by its name alone, unless it is sent by the names of what is in it.
    let named = !parameter.explode || parameter.location == Location::Header;
    let empty = named && cut.scalar.as_deref() == Some("");
    let mut readings = Vec::new();
    if wants.members {
        readings.extend(match &cut.members {
            Some(members) => Some(members.iter().map(|(name, text)| (decoded_text(parameter.location, name), decode(text))).collect()),
            None if empty => Some(Value::Object(Map::new())),
            None => cut_when_decoded(parameter, &cut).and_then(by_turns).map(Value::Object),
        });
    }
    if wants.list && (!wants.scalar || cut.list.len() > 1) {
        readings.push(list(&cut.list));
        readings.extend(cut_when_decoded(parameter, &cut).map(|pieces| pieces.into_iter().map(Value::String).collect()));
        readings.extend(empty.then(|| Value::Array(Vec::new())));
    }
    if wants.scalar {
        readings.extend(cut.scalar.as_ref().map(|text| decode(text)));
    }
    if wants.list && wants.scalar && cut.list.len() == 1 {
        readings.push(list(&cut.list));
    }
    // What fits no wish is judged as what it looks like.
    if readings.is_empty() || cut.scalar.is_none() && !wants.list {
        readings.push(cut.scalar.as_ref().map_or_else(|| list(&cut.list), |text| decode(text)));
    }
    Ok(readings)
}

/// The text of what is one text however it is written, as most parameters are.
fn only_text<'r>(parameter: &Parameter, given: &'r Given<'_>, wants: Wants) -> Option<&'r str> {
    if wants.list || wants.members || wants.brackets {
        return None;
    }
    match (given, parameter.style) {
        (Given::Text(text), Style::Simple) => Some(text),
        (Given::Pairs(pairs), Style::Form) => {
            let mut own = pairs.iter().filter(|(name, _)| *name == parameter.name);
            own.next().filter(|_| own.next().is_none()).map(|(_, text)| *text)
        }
        _ => None,
    }
}

/// What is said about a parameter's value.
fn noted(parameter: &Parameter) -> Noted<'_> {
    parameter.schema.as_ref().map(|schema| (schema.annotations(), schema.annotations().root()))
}

/// What kinds of value a parameter takes.
#[derive(Debug, Clone, Copy)]
struct Wants {
    scalar: bool,
    list: bool,
    members: bool,
    /// Whether its names may have brackets.
    brackets: bool,
}

impl Wants {
    fn of(parameter: &Parameter) -> Self {
        const SCALAR: Types = Types::STRING.and(Types::NUMBER).and(Types::INTEGER).and(Types::BOOLEAN);
        let types = noted(parameter).map(|(_, note)| note.types).unwrap_or_default();
        let (list, members) = (types.has(Types::ARRAY), types.has(Types::OBJECT));
        let brackets = parameter.content.is_none() && (list || members || types.is_empty());
        Self { scalar: types.has(SCALAR) || !(list || members), list, members, brackets }
    }

    /// Whether a pair of this name is a part of the parameter by what is in its brackets. Empty ones are a list's own.
    fn nests(self, parameter: &Parameter, name: &str) -> bool {
        let keys = bracketed_keys(parameter, name).filter(|_| self.brackets);
        keys.is_some_and(|keys| !(self.list && keys.as_slice() == [None]))
    }
}

/// The keys in the brackets after a parameter's own name.
fn bracketed_keys(parameter: &Parameter, name: &str) -> Option<Vec<Key>> {
    // Most names are others, and are not looked at any closer.
    let rest = name.strip_prefix(parameter.name.as_str()).filter(|rest| rest.starts_with('['))?;
    let (stem, keys) = keys(name)?;
    (stem.len() + rest.len() == name.len()).then_some(keys)
}

/// How a parameter takes a pair of a query, or a cookie; the later, the surer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Claim {
    /// As a member beside those that its schema declares, which says nothing about others: a misspelt one, most likely.
    Undeclared,
    /// As a member that its schema has no name for, and asks for all the same.
    Open,
    /// As a member that its schema declares.
    Member,
    /// By its own name.
    Own,
}

/// Whether a pair of this name is read as a part of a parameter. What no parameter reads must be told: it is lost.
pub(crate) fn claim(parameter: &Parameter, name: &str) -> Option<Claim> {
    let brackets = || Wants::of(parameter).brackets && bracketed_keys(parameter, name).is_some();
    if parameter.name == name || brackets() { Some(Claim::Own) } else { claim_of_member(parameter, name) }
}

/// Whether a name is that of a member of an object whose members are parameters of their own.
fn claim_of_member(parameter: &Parameter, name: &str) -> Option<Claim> {
    let (annotations, note) = noted(parameter).filter(|_| spreads(parameter))?;
    let (stem, _) = super::nested::cut(name, Some((annotations, note)));
    if stem == parameter.name || stem.is_empty() {
        return None;
    }
    if annotations.members(note).any(|(known, _)| known == stem) {
        return Some(Claim::Member);
    }
    if annotations.member(note, stem).is_some() {
        return Some(Claim::Open);
    }
    let schema = parameter.schema.as_ref().filter(|_| takes_any_member(parameter))?;
    let (_, said) = schema.document().follow(schema.pointer()).ok()?;
    let required = said.get("required").and_then(Value::as_array).is_some_and(|names| names.iter().any(|name| name == stem));
    let asked = !note.declares_members || required || said.get("additionalProperties") == Some(&Value::Bool(true));
    Some(if asked { Claim::Open } else { Claim::Undeclared })
}

/// Whether the members of an object are parameters of their own.
pub(crate) fn spreads(parameter: &Parameter) -> bool {
    parameter.style == Style::Form && parameter.explode && Wants::of(parameter).members
}

/// Whether an object takes members that it does not declare, as it does unless its schema forbids them (JSON Schema Core,
/// section 10.3.2.3). Where a text would do as well, and in cookies, which browsers send of their own accord, it is not
/// taken for what nobody declared.
fn takes_any_member(parameter: &Parameter) -> bool {
    let asks = parameter.location == Location::Query && !Wants::of(parameter).scalar;
    asks && parameter.schema.as_ref().is_some_and(|schema| is_open(schema.document(), schema.pointer(), 0))
}

fn is_open(document: &Document, place: &Pointer, depth: usize) -> bool {
    /// Schemas may lie in circles.
    const DEEPEST: usize = 16;
    let Ok((place, schema)) = document.follow(place) else { return false };
    let forbids = |keyword: &str| schema.get(keyword) == Some(&Value::Bool(false));
    if depth > DEEPEST || forbids("additionalProperties") || forbids("unevaluatedProperties") {
        return false;
    }
    let branches = |keyword: &str| schema.get(keyword).and_then(Value::as_array).map_or(0, Vec::len);
    let opens = |keyword: &str, index: usize| is_open(document, &place.join(keyword).join(index), depth + 1);
    let any = |keyword: &str| branches(keyword) == 0 || (0..branches(keyword)).any(|index| opens(keyword, index));
    (0..branches("allOf")).all(|index| opens("allOf", index)) && any("anyOf") && any("oneOf")
}

/// A text, cut in every way that its style knows.
#[derive(Debug, Default)]
struct Cut<'r> {
    scalar: Option<Cow<'r, str>>,
    list: Vec<Cow<'r, str>>,
    members: Option<Vec<(Cow<'r, str>, Cow<'r, str>)>>,
}

impl<'r> Cut<'r> {
    /// A text whose items are separated, and whose members are names and values by turns or joined by `=`.
    fn new(scalar: &'r str, pieces: Vec<&'r str>, joined: bool) -> Self {
        let members = if joined {
            pieces.iter().map(|piece| piece.split_once('=')).collect::<Option<Vec<_>>>()
        } else {
            let pairs = pieces.chunks(2).map(|pair| if let [name, value] = pair { Some((*name, *value)) } else { None });
            pairs.collect()
        };
        let members = members.map(|members| members.into_iter().map(|(name, value)| (name.into(), value.into())).collect());
        Self { scalar: Some(scalar.into()), list: pieces.into_iter().map(Cow::Borrowed).collect(), members }
    }
}

/// `simple`, `label` and `matrix`.
fn cut<'r>(parameter: &Parameter, text: &'r str, wants: Wants) -> Result<Cut<'r>, Unreadable> {
    let explode = parameter.explode;
    let name = parameter.name.as_str();
    match parameter.style {
        Style::Label => {
            let rest = text.strip_prefix('.').ok_or_else(|| Unreadable::new("text that begins with `.` (style `label`)", quote(text)))?;
            // OpenAPI 3.0 separates by dots either way.
            let comma = !explode && rest.contains(',');
            let pieces = rest.split(if comma { ',' } else { '.' }).collect();
            let members = explode.then(|| dotted_members(rest)).flatten();
            let cut = Cut::new(rest, pieces, explode);
            Ok(Cut { members: if explode { members } else { cut.members }, ..cut })
        }
        Style::Matrix => {
            let wrong = || Unreadable::new(format!("text that begins with `;{name}=` (style `matrix`)"), quote(text));
            let rest = text.strip_prefix(';').ok_or_else(wrong)?;
            let own = |piece: &'r str| {
                let value = piece.strip_prefix(name)?;
                if value.is_empty() { Some("") } else { value.strip_prefix('=') }
            };
            if let Some(pieces) = rest.split(';').map(own).collect::<Option<Vec<_>>>() {
                return Ok(match pieces.as_slice() {
                    [only] if !explode => Cut::new(only, only.split(',').collect(), false),
                    [only] => Cut { members: None, ..Cut::new(only, vec![only], false) },
                    _ => Cut { scalar: None, members: None, list: pieces.into_iter().map(Cow::Borrowed).collect() },
                });
            }
            let members: Option<Vec<_>> = rest.split(';').map(|piece| piece.split_once('=')).collect();
            let members = members.filter(|_| explode && wants.members).ok_or_else(wrong)?;
            let members = members.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
            Ok(Cut { scalar: None, list: Vec::new(), members: Some(members) })
        }
        _ => Ok(Cut::new(text, delimited(parameter, text), explode)),
    }
}

/// `name=value.name=value`, where a value may have dots of its own: no encoder writes a dot as `%2E`.
fn dotted_members(text: &str) -> Option<Vec<(Cow<'_, str>, Cow<'_, str>)>> {
    let mut members: Vec<(Cow<'_, str>, Cow<'_, str>)> = Vec::new();
    for piece in text.split('.') {
        match piece.split_once('=') {
            Some((name, value)) => members.push((name.into(), value.into())),
            None => *members.last_mut()?.1.to_mut() += &format!(".{piece}"),
        }
    }
    Some(members)
}

/// `form` and the styles that differ from it in the delimiter.
///
/// `Ok(None)`: nothing was sent.
fn cut_pairs<'r>(parameter: &Parameter, pairs: &'r [(Cow<'r, str>, &'r str)], wants: Wants) -> Result<Option<Cut<'r>>, Unreadable> {
    let name = parameter.name.as_str();
    let own = |known: &str| known == name || (wants.list && !name.ends_with("[]") && known.strip_suffix("[]") == Some(name));
    let mut values: Vec<&str> = pairs.iter().filter(|(known, _)| own(known)).map(|(_, value)| *value).collect();
    if parameter.location == Location::Cookie && parameter.explode && wants.list {
        // `color=blue&color=black` in one cookie.
        let prefix = format!("{name}=");
        values = values.iter().flat_map(|value| value.split('&')).map(|piece| piece.strip_prefix(&prefix).unwrap_or(piece)).collect();
    }
    match values.as_slice() {
        [] => Ok(None),
        [only] if parameter.explode => Ok(Some(Cut { members: None, ..Cut::new(only, vec![only], false) })),
        [only] => Ok(Some(Cut::new(only, delimited(parameter, only), false))),
        _ if parameter.explode || !wants.list => {
            Ok(Some(Cut { scalar: None, list: values.into_iter().map(Cow::Borrowed).collect(), members: None }))
        }
        several => {
            let expected = format!("`{name}` once, with its items separated by {}", delimiter(parameter.style).1);
            Err(Unreadable::new(expected, format!("it {} times", several.len())))
        }
    }
}

/// An object whose members are parameters of their own, those with its own name in front of them among them; `None` if it
/// was not sent in this way.
fn spread(parameter: &Parameter, pairs: &[(Cow<'_, str>, &str)], noted: Noted<'_>) -> Result<Option<Value>, Unreadable> {
    if !spreads(parameter) || pairs.iter().any(|(name, _)| *name == parameter.name) {
        return Ok(None);
    }
    let (mut nested, mut is_spread) = (Nested::default(), false);
    for (name, text) in pairs {
        match (claim_of_member(parameter, name), bracketed_keys(parameter, name).as_deref()) {
            (Some(claim), _) => {
                is_spread |= claim > Claim::Undeclared;
                for (name, text) in cookie_pieces(parameter, name, text) {
                    let (stem, keys) = super::nested::cut(name, noted);
                    let text = decoded(parameter.location, text);
                    // Brackets that make no sense are a part of the name, where any name will do.
                    match nested.add(stem, &keys, text.clone()) {
                        Err(_) if claim < Claim::Member => nested.add(name, &[], text)?,
                        added => added?,
                    }
                }
            }
            (None, Some([Some(member), keys @ ..])) => nested.add(member, keys, decoded(parameter.location, text))?,
            (None, Some([None, ..])) => nested.add("", &[], decoded(parameter.location, text))?,
            (None, _) => {}
        }
    }
    Ok(is_spread.then(|| Value::Object(nested.into_members(noted).collect())))
}

/// The pairs that one pair is: `R=100&G=200` may come in one cookie.
fn cookie_pieces<'r>(parameter: &Parameter, name: &'r str, text: &'r str) -> Vec<(&'r str, &'r str)> {
    if parameter.location != Location::Cookie {
        return vec![(name, text)];
    }
    let mut pieces = text.split('&');
    let first = pieces.next().map(|first| (name, first));
    first.into_iter().chain(pieces.filter_map(|piece| piece.split_once('='))).collect()
}

/// `deepObject`, and arrays and objects that come like it.
fn deep(parameter: &Parameter, pairs: &[(Cow<'_, str>, &str)], noted: Noted<'_>, wants: Wants) -> Result<Reading, Unreadable> {
    if let Some(text) = text_without_brackets(parameter, pairs, wants) {
        let expected = format!("each member as `{}[member]=value` (style `deepObject`)", parameter.name);
        return Err(Unreadable::new(expected, describe(&decoded(parameter.location, text))));
    }
    let mut nested = Nested::default();
    for (name, value) in pairs {
        let keys = match bracketed_keys(parameter, name) {
            Some(keys) => keys,
            // Beside items with brackets, one without is an item too.
            None if *name == parameter.name && wants.list && !wants.members => vec![None],
            None if *name == parameter.name => Vec::new(),
            None => continue,
        };
        nested.add(&parameter.name, &keys, decoded(parameter.location, value))?;
    }
    Ok(nested.take(&parameter.name, noted).into_iter().collect())
}

/// What was sent for an object of the style `deepObject` by its name alone, which is no way to write one.
fn text_without_brackets<'r>(parameter: &Parameter, pairs: &[(Cow<'_, str>, &'r str)], wants: Wants) -> Option<&'r str> {
    let object = parameter.style == Style::DeepObject && wants.members && !wants.scalar && !wants.list;
    let bracketed = || pairs.iter().any(|(name, _)| bracketed_keys(parameter, name).is_some());
    let (_, text) = pairs.iter().find(|(name, text)| *name == parameter.name && !text.is_empty())?;
    (object && !bracketed()).then_some(text)
}

/// The pieces of a text whose delimiters were encoded too.
fn cut_when_decoded(parameter: &Parameter, cut: &Cut<'_>) -> Option<Vec<String>> {
    let [only] = cut.list.as_slice() else { return None };
    if parameter.explode || parameter.location == Location::Header {
        return None;
    }
    let text = decoded(parameter.location, only);
    let delimiter = delimiter(parameter.style).0;
    let pieces: Vec<String> = text.as_str()?.split(delimiter).map(str::to_owned).collect();
    (pieces.len() > 1).then_some(pieces)
}

/// Names and values by turns.
fn by_turns(pieces: Vec<String>) -> Option<Map<String, Value>> {
    let mut members = Map::new();
    let mut pieces = pieces.into_iter();
    while let Some(name) = pieces.next() {
        members.insert(name, pieces.next()?.into());
    }
    Some(members)
}

fn delimiter(style: Style) -> (char, &'static str) {
    match style {
        Style::SpaceDelimited => (' ', "`%20`"),
        Style::PipeDelimited => ('|', "`|`"),
        Style::TabDelimited => ('\t', "`%09`"),
        _ => (',', "`,`"),
    }
}

/// A text, which is not percent-encoded, as the items of a list.
pub(crate) fn split_text(text: &str, style: Style) -> Vec<String> {
    text.split(delimiter(style).0).map(str::to_owned).collect()
}

/// Lists in a list of Swagger 2.0, each cut as its own `collectionFormat` says (Items Object).
pub(crate) fn cut_items(document: &Document, place: &Pointer, mut value: Value) -> Value {
    if document.version == Version::V2
        && let Value::Array(items) = &mut value
        && let Ok((place, schema)) = document.follow(place)
        && let Some(inner) = schema.get("items").filter(|inner| inner.get("type").is_some_and(|kind| kind == "array"))
    {
        let style = collection_style(inner.get("collectionFormat").and_then(Value::as_str));
        for item in items {
            let text = match &*item {
                // One text where a list is wanted was taken for its only item.
                Value::Array(only) if only.len() == 1 => only[0].as_str(),
                item => item.as_str(),
            };
            let pieces = text.map(|text| split_text(text, style).into_iter().map(Value::String).collect());
            let list = pieces.unwrap_or_else(|| item.take());
            *item = cut_items(document, &place.join("items"), list);
        }
    }
    value
}

fn collection_style(format: Option<&str>) -> Style {
    match format {
        Some("ssv") => Style::SpaceDelimited,
        Some("tsv") => Style::TabDelimited,
        Some("pipes") => Style::PipeDelimited,
        _ => Style::Form,
    }
}

/// The items of a list in one text. Blanks, tabs and bars cannot stand in a URL as they are.
fn delimited<'r>(parameter: &Parameter, text: &'r str) -> Vec<&'r str> {
    match parameter.style {
        Style::SpaceDelimited => split_any(text, &["%20", "+", " "]),
        Style::PipeDelimited => split_any(text, &["|", "%7C", "%7c"]),
        Style::TabDelimited => split_any(text, &["%09", "\t"]),
        _ => text.split(',').collect(),
    }
}

fn split_any<'r>(text: &'r str, delimiters: &[&str]) -> Vec<&'r str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((at, delimiter)) = delimiters.iter().filter_map(|delimiter| Some((rest.find(delimiter)?, delimiter))).min() {
        pieces.push(&rest[..at]);
        rest = &rest[at + delimiter.len()..];
    }
    pieces.push(rest);
    pieces
}

/// A text as it is meant. Headers are not percent-encoded.
fn decoded(location: Location, text: &str) -> Value {
    decoded_text(location, text).into()
}

fn decoded_text(location: Location, text: &str) -> String {
    match location {
        Location::Header => text.trim().to_owned(),
        Location::Query | Location::QueryString => percent_decode(&text.replace('+', " ")).into_owned(),
        Location::Path | Location::Cookie => percent_decode(text).into_owned(),
    }
}

/// A value as a header, in the style `simple`.
pub(crate) fn write_simple(value: &Value, explode: bool) -> String {
    match value {
        Value::Array(items) => items.iter().map(text_of).collect::<Vec<_>>().join(","),
        Value::Object(members) => {
            let between = if explode { '=' } else { ',' };
            members.iter().map(|(name, value)| format!("{name}{between}{}", text_of(value))).collect::<Vec<_>>().join(",")
        }
        other => text_of(other),
    }
}

fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// A parameter as a client writes it: a path segment, a header, or pairs of a query or a cookie joined by `&`.
#[cfg_attr(not(test), allow(dead_code, reason = "the client of the tests"))]
pub(crate) fn write(style: Style, explode: bool, location: Location, name: &str, value: &Value) -> String {
    let encode = |text: &str| if location == Location::Header { text.to_owned() } else { percent_encode(text) };
    let text = |value: &Value| encode(&text_of(value));
    let (delimiter, between) = match style {
        Style::SpaceDelimited => ("%20", "%20"),
        Style::PipeDelimited => ("%7C", "%7C"),
        Style::TabDelimited => ("%09", "%09"),
        _ => (",", ","),
    };
    let by_turns = |members: &Map<String, Value>| {
        members.iter().map(|(name, value)| format!("{}{between}{}", encode(name), text(value))).collect::<Vec<_>>().join(delimiter)
    };
    let joined = |members: &Map<String, Value>, delimiter: &str| {
        members.iter().map(|(name, value)| format!("{}={}", encode(name), text(value))).collect::<Vec<_>>().join(delimiter)
    };
    let listed = |items: &[Value], delimiter: &str| items.iter().map(text).collect::<Vec<_>>().join(delimiter);
    let named = |items: &[Value], delimiter: &str| {
        items.iter().map(|item| format!("{}={}", encode(name), text(item))).collect::<Vec<_>>().join(delimiter)
    };
    match (style, value) {
        (Style::Simple, Value::Array(items)) => listed(items, ","),
        (Style::Simple, Value::Object(members)) => {
            if explode {
                joined(members, ",")
            } else {
                by_turns(members)
            }
        }
        (Style::Simple, scalar) => text(scalar),
        (Style::Label, Value::Array(items)) => format!(".{}", listed(items, if explode { "." } else { "," })),
        (Style::Label, Value::Object(members)) => format!(".{}", if explode { joined(members, ".") } else { by_turns(members) }),
        (Style::Label, scalar) => format!(".{}", text(scalar)),
        (Style::Matrix, Value::Array(items)) if explode => format!(";{}", named(items, ";")),
        (Style::Matrix, Value::Array(items)) => format!(";{name}={}", listed(items, ",")),
        (Style::Matrix, Value::Object(members)) if explode => format!(";{}", joined(members, ";")),
        (Style::Matrix, Value::Object(members)) => format!(";{name}={}", by_turns(members)),
        (Style::Matrix, scalar) => {
            let text = text(scalar);
            if text.is_empty() { format!(";{name}") } else { format!(";{name}={text}") }
        }
        (Style::DeepObject, value) => bracketed(&encode(name), value),
        (_, Value::Array(items)) if explode => named(items, "&"),
        (_, Value::Array(items)) => format!("{}={}", encode(name), listed(items, delimiter)),
        (_, Value::Object(members)) if explode => joined(members, "&"),
        (_, Value::Object(members)) => format!("{}={}", encode(name), by_turns(members)),
        (_, scalar) => format!("{}={}", encode(name), text(scalar)),
    }
}

/// `a[b][0]=c&…`
pub(super) fn bracketed(name: &str, value: &Value) -> String {
    let below = |key: &str, value: &Value| bracketed(&format!("{name}%5B{}%5D", percent_encode(key)), value);
    let parts: Vec<String> = match value {
        Value::Object(members) => members.iter().map(|(key, value)| below(key, value)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(index, value)| below(&index.to_string(), value)).collect(),
        scalar => vec![format!("{name}={}", percent_encode(&text_of(scalar)))],
    };
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;
    use crate::schema::{Direction, Schema};

    fn parameter(style: Style, explode: bool, location: Location, schema: Value) -> Parameter {
        let document = Arc::new(Document::of_value(json!({"s": schema})));
        let schema = Schema::new(&document, Pointer::parse("/s").unwrap(), Direction::Request);
        Parameter {
            asks: None,
            documented: std::sync::OnceLock::new(),
            name: "color".into(),
            location,
            required: false,
            deprecated: false,
            allow_empty: false,
            style,
            explode,
            schema: Some(schema),
            content: None,
            pointer: Pointer::root(),
        }
    }

    fn read(parameter: &Parameter, text: &str) -> Result<Value, Unreadable> {
        let pairs: Vec<(Cow<'_, str>, &str)>;
        let given = match parameter.location {
            Location::Path | Location::Header => Given::Text(text),
            _ => {
                pairs = text
                    .split('&')
                    .filter_map(|pair| pair.split_once('=').or(Some((pair, ""))))
                    .map(|(name, value)| (percent_decode(name), value))
                    .collect();
                Given::Pairs(&pairs)
            }
        };
        let schema = parameter.schema.as_ref().unwrap();
        let readings = readings(parameter, &given)?;
        let settled: Vec<Value> = readings.into_iter().map(|reading| super::super::settle(schema, &reading)).collect();
        Ok(settled.iter().find(|value| schema.accepts(value)).or(settled.first()).cloned().unwrap_or_default())
    }

    /// The table of OpenAPI 3.1.1, section 4.8.12.4, for `color` as the empty string, a string, an array and an object; rows
    /// are style, explode, where, and the four texts. `-` is what the style does not define.
    #[test]
    fn the_table_of_the_specification() {
        use Location::{Cookie, Header, Path, Query};
        use Style::*;
        let table: [(Style, bool, Location, [&str; 4]); 19] = [
            (Matrix, false, Path, [";color", ";color=blue", ";color=blue,black,brown", ";color=B,150,G,200,R,100"]),
            (Matrix, true, Path, [";color", ";color=blue", ";color=blue;color=black;color=brown", ";B=150;G=200;R=100"]),
            (Label, false, Path, [".", ".blue", ".blue,black,brown", ".B,150,G,200,R,100"]),
            (Label, true, Path, [".", ".blue", ".blue.black.brown", ".B=150.G=200.R=100"]),
            (Simple, false, Path, ["", "blue", "blue,black,brown", "B,150,G,200,R,100"]),
            (Simple, true, Path, ["", "blue", "blue,black,brown", "B=150,G=200,R=100"]),
            (Simple, false, Header, ["", "blue", "blue,black,brown", "B,150,G,200,R,100"]),
            (Simple, true, Header, ["", "blue", "blue,black,brown", "B=150,G=200,R=100"]),
            (Form, false, Query, ["color=", "color=blue", "color=blue,black,brown", "color=B,150,G,200,R,100"]),
            (Form, true, Query, ["color=", "color=blue", "color=blue&color=black&color=brown", "B=150&G=200&R=100"]),
            (Form, false, Cookie, ["color=", "color=blue", "color=blue,black,brown", "color=B,150,G,200,R,100"]),
            (Form, true, Cookie, ["color=", "color=blue", "color=blue&color=black&color=brown", "B=150&G=200&R=100"]),
            (SpaceDelimited, false, Query, ["-", "-", "color=blue%20black%20brown", "color=B%20150%20G%20200%20R%20100"]),
            (SpaceDelimited, true, Query, ["-", "-", "color=blue&color=black&color=brown", "-"]),
            (PipeDelimited, false, Query, ["-", "-", "color=blue%7Cblack%7Cbrown", "color=B%7C150%7CG%7C200%7CR%7C100"]),
            (PipeDelimited, true, Query, ["-", "-", "color=blue&color=black&color=brown", "-"]),
            (TabDelimited, false, Query, ["-", "-", "color=blue%09black%09brown", "-"]),
            (DeepObject, true, Query, ["-", "-", "-", "color%5BB%5D=150&color%5BG%5D=200&color%5BR%5D=100"]),
            (DeepObject, false, Query, ["-", "-", "-", "color%5BB%5D=150&color%5BG%5D=200&color%5BR%5D=100"]),
        ];
        let object =
            json!({"type": "object", "properties": {"R": {"type": "integer"}, "G": {"type": "integer"}, "B": {"type": "integer"}}});
        let columns = [
            (json!({"type": "string"}), json!("")),
            (json!({"type": "string"}), json!("blue")),
            (json!({"type": "array", "items": {"type": "string"}}), json!(["blue", "black", "brown"])),
            (object, json!({"R": 100, "G": 200, "B": 150})),
        ];
        for (style, explode, location, texts) in table {
            for ((schema, value), text) in columns.iter().zip(texts).filter(|(_, text)| *text != "-") {
                let parameter = parameter(style, explode, location, schema.clone());
                let row = format!("{style:?} explode={explode} {location:?} {text:?}");
                assert_eq!(read(&parameter, text).as_ref(), Ok(value), "decode {row}");
                assert_eq!(write(style, explode, location, "color", value), text, "encode {row}");
            }
        }
    }

    #[test]
    fn delimiters_that_were_encoded_are_data_unless_only_a_list_fits() {
        let strings = parameter(Style::Form, false, Location::Query, json!({"type": "array", "items": {"type": "string"}}));
        assert_eq!(read(&strings, "color=a%2Cb,c"), Ok(json!(["a,b", "c"])));
        assert_eq!(read(&strings, "color=a%2Cb"), Ok(json!(["a,b"])));
        let numbers = parameter(Style::Form, false, Location::Query, json!({"type": "array", "items": {"type": "integer"}}));
        assert_eq!(read(&numbers, "color=1%2C2"), Ok(json!([1, 2])));
        assert_eq!(read(&numbers, "color="), Ok(json!([])), "an empty text is an item only where it may be one");
        assert_eq!(read(&strings, "color="), Ok(json!([""])));
        let exploded = parameter(Style::Form, true, Location::Query, json!({"type": "array", "items": {"type": "integer"}}));
        assert_eq!(read(&exploded, "color="), Ok(json!([""])), "which is no list of integers");
        let object = parameter(Style::Form, false, Location::Query, json!({"type": "object", "properties": {"n": {"type": "integer"}}}));
        assert_eq!(read(&object, "color=n%2C5%2Cx%2C"), Ok(json!({"n": 5, "x": ""})));
        assert_eq!(read(&object, "color="), Ok(json!({})));
        let pipes = parameter(Style::PipeDelimited, false, Location::Query, json!({"type": "array", "items": {"type": "string"}}));
        assert_eq!(read(&pipes, "color=a|b%7Cc"), Ok(json!(["a", "b", "c"])));
        let spaces = parameter(Style::SpaceDelimited, false, Location::Query, json!({"type": "array", "items": {"type": "integer"}}));
        assert_eq!(read(&spaces, "color=1+2%203"), Ok(json!([1, 2, 3])));
    }

    #[test]
    fn objects_and_arrays_come_with_brackets_whatever_the_style() {
        let schema =
            json!({"type": "object", "properties": {"a": {"type": "array", "items": {"type": "integer"}}, "b": {"type": "object"}}});
        let deep = parameter(Style::DeepObject, true, Location::Query, schema.clone());
        assert_eq!(read(&deep, "color[a][]=1&color[a][]=2&color[b][c]=x"), Ok(json!({"a": [1, 2], "b": {"c": "x"}})));
        assert_eq!(read(&deep, "color[a][0]=1&color[a][1]=2"), Ok(json!({"a": [1, 2]})));
        assert_eq!(read(&deep, "color[a]=1"), Ok(json!({"a": [1]})));
        let list = parameter(Style::Form, true, Location::Query, json!({"type": "array", "items": {"type": "integer"}}));
        assert_eq!(read(&list, "color[]=1&color[]=2"), Ok(json!([1, 2])));
        assert_eq!(read(&list, "color[0]=1&color[1]=2"), Ok(json!([1, 2])));
        let form = parameter(Style::Form, true, Location::Query, schema);
        assert_eq!(read(&form, "color[b][c]=x"), Ok(json!({"b": {"c": "x"}})));
    }

    #[test]
    fn items_with_and_without_brackets_are_one_array() {
        let list = parameter(Style::Form, true, Location::Query, json!({"type": "array", "items": {"type": "integer"}}));
        assert_eq!(read(&list, "color=1&color[1]=2&color[]=3"), Ok(json!([1, 2, 3])));
        assert_eq!(read(&list, "color[1]=2&color=1"), Ok(json!([2, 1])));
        let object = parameter(Style::DeepObject, true, Location::Query, json!({"type": "object"}));
        assert_eq!(read(&object, "color=1&color[a]=2").unwrap_err().found, "both");
        let any = parameter(Style::Form, true, Location::Query, json!({}));
        assert_eq!(read(&any, "color[a]=1"), Ok(json!({"a": "1"})));
    }

    /// OpenAPI 3.1, section 4.8.12.3, `explode`: the members of the map are parameters of their own.
    #[test]
    fn members_that_are_parameters_are_those_that_the_object_may_have() {
        let read = |schema: Value, text: &str| read(&parameter(Style::Form, true, Location::Query, schema), text);
        let table = [
            (json!({"type": "object"}), json!({"a": "1", "b": {"c": "2"}})),
            (json!({"type": "object", "additionalProperties": true}), json!({"a": "1", "b": {"c": "2"}})),
            (json!({"type": "object", "properties": {"a": {"type": "integer"}}}), json!({"a": 1, "b": {"c": "2"}})),
            (json!({"type": "object", "properties": {"a": {"type": "array"}}, "additionalProperties": false}), json!({"a": ["1"]})),
            (json!({"allOf": [{"properties": {"a": {}}}, {"additionalProperties": false}]}), json!({"a": "1"})),
            (json!({"type": ["object", "string"], "properties": {"a": {}}}), json!({"a": "1"})),
            (json!({"oneOf": [{"properties": {"b": {}}, "additionalProperties": false}]}), json!({"b": {"c": "2"}})),
        ];
        for (schema, value) in table {
            assert_eq!(read(schema.clone(), "a=1&b[c]=2"), Ok(value), "{schema}");
        }
        let required = json!({"type": "object", "properties": {"c": {}}, "required": ["a", "b"]});
        assert_eq!(read(required, "a=1&b=2"), Ok(json!({"a": "1", "b": "2"})));
        let open = json!({"type": "object", "properties": {"c": {}}});
        assert_eq!(read(open, "a=1&b=2"), Ok(Value::Null), "what is not declared makes no object");
        assert_eq!(read(json!({"type": "object"}), "a[]=1&a[b]=2"), Ok(json!({"a": ["1"], "a[b]": "2"})));
        let both = json!({"type": "object", "properties": {"a": {"type": "array"}}});
        assert_eq!(read(both, "a=1&color[b]=2&a=3"), Ok(json!({"a": ["1", "3"], "b": "2"})));
    }

    #[test]
    fn what_the_style_does_not_allow_is_told() {
        let matrix = parameter(Style::Matrix, false, Location::Path, json!({"type": "string"}));
        let exploded = parameter(Style::Matrix, true, Location::Path, json!({"type": "string"}));
        for (matrix, text) in [(&matrix, "blue"), (&matrix, ";colour=blue"), (&exploded, ";colour=blue")] {
            let told = read(matrix, text).unwrap_err();
            assert_eq!((told.expected.as_str(), told.found), ("text that begins with `;color=` (style `matrix`)", format!("{text:?}")));
        }
        let label = parameter(Style::Label, false, Location::Path, json!({"type": "string"}));
        assert_eq!(read(&label, "blue").unwrap_err().expected, "text that begins with `.` (style `label`)");
        let list = parameter(Style::Form, false, Location::Query, json!({"type": "array"}));
        let twice = read(&list, "color=1&color=2").unwrap_err();
        assert_eq!((twice.expected.as_str(), twice.found.as_str()), ("`color` once, with its items separated by `,`", "it 2 times"));
        let one = parameter(Style::Form, true, Location::Query, json!({"type": "integer"}));
        assert_eq!(read(&one, "color=1&color=2"), Ok(json!(["1", "2"])), "which is no integer");
    }
}
