//! Bodies that are sequences: JSON values line by line, JSON text sequences (RFC 7464), and server-sent events.

use serde_json::{Map, Value};

use super::{Unreadable, nested::Noted};
use crate::{schema::Types, source::parse_json};

/// The fields of an event.
const FIELDS: [&str; 4] = ["event", "id", "retry", "data"];

/// The values of a sequence of JSON texts: each on a line of its own, or each after a record separator, where line ends are
/// blanks like others (RFC 7464, section 2.1).
pub(crate) fn read(body: &[u8], media_type: &str) -> Result<Vec<Value>, Unreadable> {
    let (separator, before) = if is_separated(media_type) { (0x1E, "record") } else { (b'\n', "line") };
    let mut texts: Vec<(usize, &[u8])> = body.split(|byte| *byte == separator).enumerate().collect();
    if separator == 0x1E && !texts.is_empty() {
        let (_, first) = texts.remove(0);
        if !first.trim_ascii().is_empty() {
            return Err(Unreadable::new("a record separator (0x1E) before each JSON text", "none before the first"));
        }
    }
    let mut values = Vec::new();
    for (number, text) in texts.into_iter().filter(|(_, text)| !text.trim_ascii().is_empty()) {
        let number = if separator == b'\n' { number + 1 } else { number };
        let (value, _) = parse_json(text).map_err(|defect| {
            let line = if defect.position.line > 1 { format!("line {}, ", defect.position.line) } else { String::new() };
            let found = format!("{} on {before} {number}, {line}column {}", defect.found, defect.position.column);
            Unreadable { expected: defect.expected, found }
        })?;
        values.push(value);
    }
    Ok(values)
}

fn is_separated(media_type: &str) -> bool {
    crate::media::essence(media_type).ends_with("json-seq")
}

/// Server-sent events (WHATWG HTML, section 9.2.6) as the items that a schema speaks of (OpenAPI 3.2, section 4.14.4): the
/// fields of each event, or what its data is where the schema knows no member `data`.
pub(crate) fn read_events(text: &str, item: Noted<'_>) -> Vec<Value> {
    let data = member_declared(item, "data");
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text).replace("\r\n", "\n").replace('\r', "\n");
    let events = text.split("\n\n").map(fields).filter(|fields| fields.contains_key("data"));
    let item = |mut fields: Map<String, Value>| match data {
        Some(_) => {
            if let Some(text) = fields.get_mut("data") {
                *text = json_where_wanted(text.take(), data);
            }
            Value::Object(fields)
        }
        None => json_where_wanted(fields.remove("data").unwrap_or_default(), item),
    };
    events.map(item).collect()
}

fn member_declared<'a>(noted: Noted<'a>, name: &str) -> Noted<'a> {
    let (annotations, note) = noted?;
    annotations.members(note).find(|(known, _)| *known == name).map(|(_, note)| (annotations, note))
}

/// The JSON that a text is, unless a text is what the schema wants.
fn json_where_wanted(text: Value, noted: Noted<'_>) -> Value {
    let takes_text = noted.is_some_and(|(_, note)| note.types.has(Types::STRING));
    let parsed = text.as_str().filter(|_| !takes_text).and_then(|text| parse_json(text.as_bytes()).ok());
    parsed.map_or(text, |(value, _)| value)
}

/// The fields of one event; several lines of `data` are one text, of others the last counts.
fn fields(event: &str) -> Map<String, Value> {
    let mut fields = Map::new();
    for line in event.split('\n').filter(|line| !line.is_empty() && !line.starts_with(':')) {
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match fields.get_mut(name) {
            Some(Value::String(before)) if name == "data" => *before += &format!("\n{value}"),
            _ if FIELDS.contains(&name) => {
                fields.insert(name.to_owned(), value.into());
            }
            _ => {}
        }
    }
    fields
}

/// A sequence as its media type has it.
pub(crate) fn write(items: &[Value], media_type: &str) -> Vec<u8> {
    let separated = is_separated(media_type);
    let mut body = Vec::new();
    for item in items {
        if separated {
            body.push(0x1E);
        }
        body.extend_from_slice(item.to_string().as_bytes());
        body.push(b'\n');
    }
    body
}

/// Values as server-sent events (WHATWG HTML, section 9.2.5): those that have the members of an event are written as one,
/// others are the data of one.
pub(crate) fn events(items: &[Value]) -> Vec<u8> {
    let mut body = String::new();
    for item in items {
        let is_event =
            |members: &&Map<String, Value>| members.contains_key("data") && members.keys().all(|name| FIELDS.contains(&name.as_str()));
        match item.as_object().filter(is_event) {
            Some(members) => {
                FIELDS.iter().filter_map(|name| Some((name, members.get(*name)?))).for_each(|(name, value)| field(&mut body, name, value))
            }
            None => field(&mut body, "data", item),
        }
        body.push('\n');
    }
    body.into_bytes()
}

fn field(body: &mut String, name: &str, value: &Value) {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    for line in text.split(['\n', '\r']) {
        body.push_str(name);
        body.push_str(": ");
        body.push_str(line);
        body.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn sequences_are_read_and_written() {
        let items = [json!({"a": 1}), json!("x\ny")];
        assert_eq!(write(&items, "application/x-ndjson"), b"{\"a\":1}\n\"x\\ny\"\n");
        assert_eq!(write(&items, "application/json-seq"), b"\x1e{\"a\":1}\n\x1e\"x\\ny\"\n");
        for media_type in ["application/x-ndjson", "application/json-seq"] {
            assert_eq!(read(&write(&items, media_type), media_type), Ok(items.to_vec()));
        }
        assert_eq!(read(b"1\r\n\n2", "application/jsonl"), Ok(vec![json!(1), json!(2)]));
        assert_eq!(read(b"1\n{\n", "application/jsonl").unwrap_err().found, "the end of the text on line 2, column 2");
    }

    /// RFC 7464, section 2.1.
    #[test]
    fn records_are_cut_at_their_separators_alone() {
        let read = |body: &[u8]| read(body, "application/geo+json-seq");
        assert_eq!(read(b"\x1e{\n\"a\":2}\n\x1e\x1e[1,\r\n2]"), Ok(vec![json!({"a": 2}), json!([1, 2])]));
        assert_eq!(read(b""), Ok(Vec::new()));
        assert_eq!(read(b"{}\n").unwrap_err().found, "none before the first");
        assert_eq!(read(b"\x1e1\n\x1e{\n").unwrap_err().found, "the end of the text on record 2, line 2, column 1");
        assert!(read(b"\x1e1\n2\n").is_err());
    }

    #[test]
    fn events_have_fields() {
        let items = [json!({"event": "e", "data": {"a": 1}}), json!({"data": "x\ny", "other": 1})];
        assert_eq!(String::from_utf8(events(&items)).unwrap(), "event: e\ndata: {\"a\":1}\n\ndata: {\"data\":\"x\\ny\",\"other\":1}\n\n");
    }
}
