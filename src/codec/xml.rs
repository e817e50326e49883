//! XML bodies by the `xml` keywords of their schema (OpenAPI 3.1, section 4.8.26), both ways.
//!
//! Names are compared without their prefixes. Entities of a document type declaration are never expanded: a body with one
//! is refused. With the feature `xml`; without it no XML is read or written.

#[cfg(feature = "xml")]
use std::borrow::Cow;

use serde_json::{Map, Value};

use super::{
    Unreadable,
    nested::{Noted, items, member},
};
use crate::schema::{Schema, Types};

/// The value that a body stands for, with texts at its leaves.
#[cfg(not(feature = "xml"))]
pub(crate) fn read(_body: &[u8], _charset: Option<&str>, _noted: Noted<'_>) -> Result<Value, Unreadable> {
    Err(Unreadable::new("a build with the feature `xml`", "none"))
}

/// The value that a body stands for, with texts at its leaves.
#[cfg(feature = "xml")]
pub(crate) fn read(body: &[u8], charset: Option<&str>, noted: Noted<'_>) -> Result<Value, Unreadable> {
    let root = parse::parse(&decoded(body, charset)?)?;
    if let Some(name) = noted.and_then(|(_, note)| note.xml.name.as_deref()).filter(|name| *name != root.name) {
        return Err(Unreadable::new(format!("the element <{name}>"), format!("<{}>", root.name)));
    }
    value(&root, noted)
}

/// The text of a document: in UTF-16 or UTF-8 if it begins with their mark, else in the charset of its media type, else in
/// the one that it declares (RFC 7303, section 3).
#[cfg(feature = "xml")]
fn decoded<'b>(body: &'b [u8], charset: Option<&str>) -> Result<Cow<'b, str>, Unreadable> {
    let wide = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes.chunks(2).map(|pair| unit([pair[0], pair.get(1).copied().unwrap_or_default()])).collect();
        String::from_utf16(&units).map(Cow::Owned).map_err(|_| Unreadable::new("UTF-16 text", "half a character"))
    };
    match body {
        [0xFE, 0xFF, rest @ ..] => return wide(rest, u16::from_be_bytes),
        [0xFF, 0xFE, rest @ ..] => return wide(rest, u16::from_le_bytes),
        [b'<', 0, ..] => return wide(body, u16::from_le_bytes),
        [0, b'<', ..] => return wide(body, u16::from_be_bytes),
        _ => {}
    }
    let charset = charset.map(str::to_owned).or_else(|| declared_encoding(body)).unwrap_or_default().to_ascii_lowercase();
    match charset.as_str() {
        "" | "utf-8" | "utf8" | "us-ascii" | "ascii" => std::str::from_utf8(body).map(Cow::Borrowed).map_err(|error| {
            let at = error.valid_up_to();
            Unreadable::new("UTF-8 text", format!("the byte 0x{:02X} at offset {at}", body[at]))
        }),
        "iso-8859-1" | "latin1" => Ok(body.iter().map(|byte| char::from(*byte)).collect()),
        other => Err(Unreadable::new("XML in UTF-8, UTF-16 or ISO-8859-1", crate::source::quote(other))),
    }
}

/// `encoding` of the XML declaration (XML 1.0, section 4.3.3), which is ASCII in all that may follow it.
#[cfg(feature = "xml")]
fn declared_encoding(body: &[u8]) -> Option<String> {
    let end = body.windows(2).position(|pair| pair == b"?>").filter(|_| body.starts_with(b"<?xml"))?;
    let declaration = String::from_utf8_lossy(&body[..end]);
    let after = declaration.split_once("encoding")?.1.trim_start().strip_prefix('=')?.trim_start().to_owned();
    let quote = after.chars().next().filter(|quote| *quote == '"' || *quote == '\'')?;
    Some(after[1..].split(quote).next()?.to_owned())
}

/// An element, as it was sent.
#[derive(Debug, Default)]
struct Element {
    name: String,
    attributes: Vec<(String, String)>,
    children: Vec<Element>,
    text: String,
}

#[cfg(feature = "xml")]
mod parse {
    use quick_xml::{
        Reader,
        events::{BytesStart, Event},
    };

    use super::{Element, Unreadable};

    /// How deep elements may nest.
    const DEEPEST: usize = 128;

    /// Reads the one element that a text is.
    pub(super) fn parse(text: &str) -> Result<Element, Unreadable> {
        let mut reader = Reader::from_str(text);
        // The innermost open element is the last; the first holds the document.
        let mut open = vec![Element::default()];
        loop {
            let before = reader.buffer_position();
            let event = reader.read_event().map_err(|error| malformed(text, reader.error_position(), &error.to_string()))?;
            match event {
                Event::Start(start) => {
                    if open.len() > DEEPEST {
                        return Err(Unreadable::new(format!("at most {DEEPEST} levels of elements"), "more"));
                    }
                    open.push(element(&start).map_err(|why| malformed(text, before, &why))?);
                }
                Event::Empty(start) => {
                    let element = element(&start).map_err(|why| malformed(text, before, &why))?;
                    if let Some(holder) = open.last_mut() {
                        holder.children.push(element);
                    }
                }
                Event::End(_) => {
                    if let (Some(element), Some(holder)) = (open.pop(), open.last_mut()) {
                        holder.children.push(element);
                    }
                }
                // XML 1.0, section 2.1: beside the root there are comments, instructions and blanks alone.
                Event::Text(piece) if open.len() == 1 && !is_blank(&piece) => return Err(malformed(text, before, "text beside the root")),
                Event::CData(_) | Event::GeneralRef(_) if open.len() == 1 => return Err(malformed(text, before, "text beside the root")),
                Event::Text(piece) => push(&mut open, &piece),
                Event::CData(piece) => push(&mut open, &piece),
                Event::GeneralRef(reference) => {
                    let char = match reference.resolve_char_ref() {
                        Ok(Some(char)) => char.to_string(),
                        _ => predefined(&reference).ok_or_else(|| malformed(text, before, "an entity that is not known"))?.to_owned(),
                    };
                    push(&mut open, &char);
                }
                Event::DocType(_) => return Err(malformed(text, before, "a document type declaration, which is never read")),
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
                Event::Eof => break,
            }
        }
        let mut document =
            open.pop().filter(|_| open.is_empty()).ok_or_else(|| malformed(text, text.len() as u64, "the end of the text"))?;
        if document.children.len() != 1 {
            return Err(Unreadable::new("one XML element", if document.children.is_empty() { "none" } else { "several" }));
        }
        Ok(document.children.remove(0))
    }

    fn push(open: &mut [Element], text: &str) {
        if let Some(element) = open.last_mut() {
            element.text.push_str(text);
        }
    }

    fn is_blank(text: &str) -> bool {
        text.trim_start_matches('\u{FEFF}').chars().all(|char| matches!(char, ' ' | '\t' | '\r' | '\n'))
    }

    fn predefined(name: &str) -> Option<&'static str> {
        Some(match name {
            "lt" => "<",
            "gt" => ">",
            "amp" => "&",
            "apos" => "'",
            "quot" => "\"",
            _ => return None,
        })
    }

    fn element(start: &BytesStart<'_>) -> Result<Element, String> {
        let mut element = Element { name: local(start.name().as_ref()), ..Element::default() };
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|error| error.to_string())?;
            let value = attribute.normalized_value(quick_xml::XmlVersion::Explicit1_0).map_err(|error| error.to_string())?;
            element.attributes.push((local(attribute.key.as_ref()), value.into_owned()));
        }
        Ok(element)
    }

    fn local(name: &str) -> String {
        name.rsplit(':').next().unwrap_or_default().to_owned()
    }

    fn malformed(text: &str, at: u64, why: &str) -> Unreadable {
        let at = usize::try_from(at).unwrap_or(text.len()).min(text.len());
        let before = text.get(..at).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        Unreadable::new("well-formed XML", format!("{why} at line {line}, column {column}"))
    }
}

fn has(noted: Noted<'_>, types: Types) -> bool {
    noted.is_some_and(|(_, note)| note.types.has(types))
}

#[cfg_attr(not(feature = "xml"), allow(dead_code))]
fn value(element: &Element, noted: Noted<'_>) -> Result<Value, Unreadable> {
    if element.attributes.iter().any(|(name, value)| name == "nil" && value == "true") {
        return Ok(Value::Null);
    }
    if has(noted, Types::ARRAY) && !has(noted, Types::OBJECT) {
        return list(element, noted, None);
    }
    let says_object = has(noted, Types::OBJECT);
    if !says_object && element.children.is_empty() {
        return Ok(element.text.clone().into());
    }
    members(element, noted).map(Value::Object)
}

/// The items in an element that is an array's own; what they are called, if that is not said by their schema.
#[cfg_attr(not(feature = "xml"), allow(dead_code))]
fn list(element: &Element, noted: Noted<'_>, name: Option<&str>) -> Result<Value, Unreadable> {
    let name = items(noted).and_then(|(_, note)| note.xml.name.as_deref()).or(name);
    let item = |child: &Element| match name.filter(|name| *name != child.name) {
        Some(name) => Err(Unreadable::new(format!("the element <{name}> in <{}>", element.name), format!("<{}>", child.name))),
        None => value(child, items(noted)),
    };
    element.children.iter().map(item).collect()
}

#[cfg_attr(not(feature = "xml"), allow(dead_code))]
fn members(element: &Element, noted: Noted<'_>) -> Result<Map<String, Value>, Unreadable> {
    let mut members = Map::new();
    let mut used = vec![false; element.children.len()];
    let mut take = |wanted: &str| -> Vec<&Element> {
        let fitting = element.children.iter().zip(&mut used).filter(|(child, used)| child.name == wanted && !**used);
        fitting
            .map(|(child, used)| {
                *used = true;
                child
            })
            .collect()
    };
    // Members whose elements, or attributes, are called otherwise than they are.
    let mut renamed: Vec<(&str, String)> = Vec::new();
    if let Some((annotations, note)) = noted {
        for (name, below) in annotations.members(note) {
            let own = below.xml.name.as_deref().unwrap_or(name);
            let noted = Some((annotations, below));
            if below.xml.attribute {
                renamed.push((name, format!("the attribute `{own}`")));
                let attribute = element.attributes.iter().find(|(known, _)| known == own);
                members.extend(attribute.map(|(_, value)| (name.to_owned(), value.as_str().into())));
                continue;
            }
            let called = if below.types.has(Types::ARRAY) && !below.xml.wrapped { item_name(noted, own) } else { own };
            if called != name {
                renamed.push((name, format!("the element <{called}>")));
            }
            let found = take(called);
            let value = match found.as_slice() {
                [] => continue,
                [wrapper, ..] if below.types.has(Types::ARRAY) && below.xml.wrapped => list(wrapper, noted, Some(own))?,
                several if below.types.has(Types::ARRAY) => {
                    several.iter().map(|child| value(child, items(noted))).collect::<Result<_, _>>()?
                }
                [only] => value(only, noted)?,
                several => several.iter().map(|child| value(child, noted)).collect::<Result<_, _>>()?,
            };
            members.insert(name.to_owned(), value);
        }
    }
    // What is not declared is there all the same, unless it would pass for what is declared by another name.
    for child in element.children.iter().zip(used).filter(|(_, used)| !used).map(|(child, _)| child) {
        if let Some((_, expected)) = renamed.iter().find(|(name, _)| *name == child.name) {
            return Err(Unreadable::new(expected, format!("<{}>", child.name)));
        }
        let found = value(child, member(noted, &child.name))?;
        match members.remove(&child.name) {
            None => members.insert(child.name.clone(), found),
            Some(Value::Array(mut several)) => {
                several.push(found);
                members.insert(child.name.clone(), Value::Array(several))
            }
            Some(one) => members.insert(child.name.clone(), Value::Array(vec![one, found])),
        };
    }
    Ok(members)
}

/// What the items of an array are called: what they say themselves, else what the array is called.
fn item_name<'a>(noted: Noted<'a>, array: &'a str) -> &'a str {
    items(noted).and_then(|(_, note)| note.xml.name.as_deref()).unwrap_or(array)
}

/// A value as XML; the root element is called as the schema says, else as its component.
pub(crate) fn write(value: &Value, schema: Option<&Schema>) -> String {
    let noted = schema.map(|schema| (schema.annotations(), schema.annotations().root()));
    let name = noted.and_then(|(_, note)| note.xml.name.clone().or_else(|| note.component.clone())).unwrap_or_else(|| "root".to_owned());
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
    match value {
        // An array at the root is its own wrapper.
        Value::Array(list) => {
            open(&mut out, &name, noted, &[]);
            let inner = item_name(noted, "item").to_owned();
            list.iter().for_each(|item| element(&mut out, &inner, item, items(noted)));
            close(&mut out, &name, noted);
        }
        value => element(&mut out, &name, value, noted),
    }
    out
}

fn prefixed(name: &str, noted: Noted<'_>) -> String {
    match noted.and_then(|(_, note)| note.xml.prefix.as_deref()) {
        Some(prefix) => format!("{}:{}", sound(prefix), sound(name)),
        None => sound(name),
    }
}

/// A name that XML allows: others cannot be written.
fn sound(name: &str) -> String {
    let mut sound: String = name.chars().map(|char| if char.is_alphanumeric() || "-_.".contains(char) { char } else { '_' }).collect();
    if !sound.starts_with(|first: char| first.is_alphabetic() || first == '_') {
        sound.insert(0, '_');
    }
    sound
}

fn open(out: &mut String, name: &str, noted: Noted<'_>, attributes: &[(String, String)]) {
    out.push('<');
    out.push_str(&prefixed(name, noted));
    if let Some(namespace) = noted.and_then(|(_, note)| note.xml.namespace.as_deref()) {
        let prefix = noted.and_then(|(_, note)| note.xml.prefix.as_deref()).map(|prefix| format!(":{}", sound(prefix))).unwrap_or_default();
        out.push_str(&format!(" xmlns{prefix}=\"{}\"", escaped(namespace)));
    }
    for (name, value) in attributes {
        out.push_str(&format!(" {}=\"{}\"", sound(name), escaped(value)));
    }
    out.push('>');
}

fn close(out: &mut String, name: &str, noted: Noted<'_>) {
    out.push_str(&format!("</{}>", prefixed(name, noted)));
}

fn element(out: &mut String, name: &str, value: &Value, noted: Noted<'_>) {
    let Value::Object(members) = value else {
        if value.is_null() {
            out.push_str(&format!("<{} xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:nil=\"true\"/>", prefixed(name, noted)));
            return;
        }
        open(out, name, noted, &[]);
        match value {
            Value::Array(list) => {
                let inner = item_name(noted, name).to_owned();
                list.iter().for_each(|item| element(out, &inner, item, items(noted)));
            }
            scalar => out.push_str(&escaped(&text(scalar))),
        }
        return close(out, name, noted);
    };
    let own = |name: &str, below: Noted<'_>| below.and_then(|(_, note)| note.xml.name.clone()).unwrap_or_else(|| name.to_owned());
    let is_attribute = |below: Noted<'_>| below.is_some_and(|(_, note)| note.xml.attribute);
    let attributes = members.iter().filter(|(name, value)| is_attribute(member(noted, name)) && !value.is_null());
    let attributes: Vec<(String, String)> = attributes.map(|(name, value)| (own(name, member(noted, name)), text(value))).collect();
    open(out, name, noted, &attributes);
    for (name, value) in members.iter().filter(|(name, _)| !is_attribute(member(noted, name))) {
        let below = member(noted, name);
        let own = own(name, below);
        match value {
            Value::Array(list) if !below.is_some_and(|(_, note)| note.xml.wrapped) => {
                let inner = item_name(below, &own).to_owned();
                list.iter().for_each(|item| element(out, &inner, item, items(below)));
            }
            value => element(out, &own, value, below),
        }
    }
    close(out, name, noted);
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '"' => escaped.push_str("&quot;"),
            '\r' => escaped.push_str("&#13;"),
            // XML 1.0 has no other control characters, not even as references.
            char if char < ' ' && char != '\n' && char != '\t' => escaped.push('\u{FFFD}'),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(all(test, feature = "xml"))]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;
    use crate::{document::Document, pointer::Pointer, schema::Direction};

    fn read(body: &[u8], schema: &Schema) -> Result<Value, Unreadable> {
        super::read(body, None, Some((schema.annotations(), schema.annotations().root())))
    }

    fn pet() -> Schema {
        let document = json!({"components": {"schemas": {
            "Pet": {"type": "object", "xml": {"name": "pet", "namespace": "https://example.com/pets", "prefix": "p"}, "properties": {
                "id": {"type": "integer", "xml": {"attribute": true}},
                "name": {"type": "string", "xml": {"name": "called"}},
                "photos": {"type": "array", "xml": {"wrapped": true, "name": "photos"}, "items": {"type": "string", "xml": {"name": "photo"}}},
                "tags": {"type": "array", "items": {"$ref": "#/components/schemas/Tag"}},
                "gone": {"type": ["string", "null"]}
            }},
            "Tag": {"type": "object", "xml": {"name": "tag"}, "properties": {"label": {"type": "string"}}}
        }}});
        let document = Arc::new(Document::of_value(document));
        Schema::new(&document, Pointer::parse("/components/schemas/Pet").unwrap(), Direction::Request)
    }

    #[test]
    fn values_survive_the_way_there_and_back() {
        let value = json!({"id": 7, "name": "a<b & \"c\"", "photos": ["x", "y"], "tags": [{"label": "l"}, {"label": ""}], "gone": null});
        let text = write(&value, Some(&pet()));
        assert!(text.contains("<p:pet xmlns:p=\"https://example.com/pets\" id=\"7\"><gone "), "{text}");
        assert!(text.contains("<photos><photo>x</photo><photo>y</photo></photos><tag><label>l</label></tag>"), "{text}");
        let back = super::super::settle(&pet(), &read(text.as_bytes(), &pet()).unwrap());
        assert_eq!(back, value);
    }

    #[test]
    fn what_is_not_declared_is_not_lost() {
        let read = |text: &str| read(text.as_bytes(), &pet());
        assert_eq!(
            read("<pet><other>1</other><other>2</other><deep><x>&#65;&amp;<![CDATA[<]]></x></deep></pet>"),
            Ok(json!({"other": ["1", "2"], "deep": {"x": "A&<"}}))
        );
        assert_eq!(read("<pet><called/></pet>"), Ok(json!({"name": ""})));
    }

    /// RFC 7303, section 3; XML 1.0, section 4.3.3.
    #[test]
    fn documents_may_be_in_other_charsets() {
        let wide =
            |text: &str, mark: &[u8], bytes: fn(u16) -> [u8; 2]| [mark, &text.encode_utf16().flat_map(bytes).collect::<Vec<_>>()].concat();
        let table: [(Option<&str>, Vec<u8>); 7] = [
            (None, "\u{FEFF}<a>é</a>".into()),
            (None, b"<?xml version='1.0' encoding=\"ISO-8859-1\"?><a>\xe9</a>".into()),
            (Some("latin1"), b"<a>\xe9</a>".into()),
            (Some("utf-8"), "<?xml version='1.0' encoding='ISO-8859-1'?><a>é</a>".into()),
            (None, wide("<a>é</a>", &[0xFE, 0xFF], u16::to_be_bytes)),
            (None, wide("<a>é</a>", &[0xFF, 0xFE], u16::to_le_bytes)),
            (Some("utf-16"), wide("<?xml version='1.0' encoding='utf-16'?><a>é</a>", &[], u16::to_le_bytes)),
        ];
        for (charset, body) in table {
            assert_eq!(super::read(&body, charset, None), Ok(json!("é")), "{charset:?} {body:?}");
        }
        let told = |body: &[u8]| super::read(body, None, None).unwrap_err().found;
        assert_eq!(told(b"<?xml version='1.0' encoding='koi8-r'?><a/>"), "\"koi8-r\"");
        assert_eq!(told(&[0xFE, 0xFF, 0xD8, 0x00]), "half a character");
        assert_eq!(told(b"<a>\xe9</a>"), "the byte 0xE9 at offset 3");
    }

    #[test]
    fn names_are_those_that_the_schema_gives() {
        let told = |text: &str| read(text.as_bytes(), &pet()).map_err(|told| (told.expected, told.found));
        let refused = |expected: &str, found: &str| Err((expected.to_owned(), found.to_owned()));
        assert_eq!(told("<pet><name>a</name></pet>"), refused("the element <called>", "<name>"));
        assert_eq!(told("<pet><id>7</id></pet>"), refused("the attribute `id`", "<id>"));
        assert_eq!(told("<pet><tags><label>l</label></tags></pet>"), refused("the element <tag>", "<tags>"));
        assert_eq!(told("<pet><photos><item>x</item></photos></pet>"), refused("the element <photo> in <photos>", "<item>"));
        let document = json!({"s": {"type": "object", "properties": {"l": {"type": "array", "xml": {"wrapped": true}, "items": {}}}}});
        let schema = Schema::new(&Arc::new(Document::of_value(document)), Pointer::parse("/s").unwrap(), Direction::Request);
        assert!(write(&json!({"l": [1, 2]}), Some(&schema)).ends_with("<l><l>1</l><l>2</l></l></root>"));
        assert_eq!(read(b"<s><l><l>1</l></l></s>", &schema), Ok(json!({"l": ["1"]})));
        assert!(read(b"<s><l><item>1</item></l></s>", &schema).is_err());
    }

    #[test]
    fn what_is_malformed_or_dangerous_is_told() {
        let told = |text: &str| read(text.as_bytes(), &pet()).unwrap_err();
        assert_eq!(told("<dog/>"), Unreadable::new("the element <pet>", "<dog>"));
        assert!(told("<pet>\n <a></b></pet>").found.contains("at line 2"), "{:?}", told("<pet>\n <a></b></pet>"));
        assert!(told("<pet>").found.contains("the end"), "{:?}", told("<pet>"));
        assert!(told("<!DOCTYPE pet [<!ENTITY a \"b\">]><pet>&a;</pet>").found.starts_with("a document type declaration"));
        assert!(told("<pet>&a;</pet>").found.starts_with("an entity that is not known"));
        for beside in ["x<pet/>", "<pet/>x", "<pet/>&amp;", "<pet/>\n<![CDATA[x]]>"] {
            assert!(told(beside).found.starts_with("text beside the root at line "), "{beside} {:?}", told(beside));
        }
        assert!(read(b"\n<!-- a --><?b c?>\n<pet/>\n<!-- d -->\n", &pet()).is_ok());
        for (text, place) in [
            ("<pet>\n <a x=1/></pet>", "line 2, column 2"),
            ("<pet>\n <a", "line 2, column"),
            ("<pet>\n <a x='1' x='2'/></pet>", "line 2, column 2"),
            ("<pet>\n <!-- a", "line 2, column"),
            ("<pet>\n\n&x", "line 3, column"),
        ] {
            assert!(told(text).found.contains(place), "{text} {:?}", told(text));
        }
        assert_eq!(told("").expected, "one XML element");
        assert!(told(&"<pet>".repeat(1000)).expected.starts_with("at most 128"));
    }
}
