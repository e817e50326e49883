//! Bodies that are sequences: JSON values line by line, JSON text sequences (RFC 7464), and server-sent events.

use serde_json::{Map, Value};

use super::Unreadable;
use crate::source::parse_json;

/// The values of a sequence of JSON texts, each on a line of its own or after a record separator.
pub(crate) fn read(body: &[u8]) -> Result<Vec<Value>, Unreadable> {
    let is_end = |byte: &u8| *byte == b'\n' || *byte == 0x1E;
    let texts = body.split(is_end).enumerate().filter(|(_, text)| !text.trim_ascii().is_empty());
    let mut values = Vec::new();
    for (number, text) in texts {
        let (value, _) = parse_json(text).map_err(|defect| {
            let found = format!("{} on line {}, column {}", defect.found, number + 1, defect.position.column);
            Unreadable { expected: defect.expected, found }
        })?;
        values.push(value);
    }
    Ok(values)
}

/// A sequence as its media type has it.
pub(crate) fn write(items: &[Value], media_type: &str) -> Vec<u8> {
    let separated = crate::media::essence(media_type).ends_with("json-seq");
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
    const FIELDS: [&str; 4] = ["event", "id", "retry", "data"];
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
            assert_eq!(read(&write(&items, media_type)), Ok(items.to_vec()));
        }
        assert_eq!(read(b"1\r\n\n2"), Ok(vec![json!(1), json!(2)]));
        assert_eq!(read(b"1\n{\n").unwrap_err().found, "the end of the text on line 2, column 2");
    }

    #[test]
    fn events_have_fields() {
        let items = [json!({"event": "e", "data": {"a": 1}}), json!({"data": "x\ny", "other": 1})];
        assert_eq!(String::from_utf8(events(&items)).unwrap(), "event: e\ndata: {\"a\":1}\n\ndata: {\"data\":\"x\\ny\",\"other\":1}\n\n");
    }
}
