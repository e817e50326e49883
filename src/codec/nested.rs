//! Names with brackets as values: `a[b][c]`, `a[]`, `a[0][b]` and `a[][b]`, as deepObject and forms are used in practice.
//!
//! OpenAPI (3.1, section 4.8.12.2) defines one level of `deepObject` for objects; what lies deeper, and arrays, are as the
//! common libraries write them.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Unreadable;
use crate::{
    schema::{Annotations, Note, Types},
    source::parse_json,
};

/// How deep names may nest.
const DEEPEST: usize = 64;

/// Values by name, as they are put together: texts, and what parts of a body hold.
#[derive(Debug, Default)]
pub(crate) struct Nested(BTreeMap<String, Node>);

#[derive(Debug)]
enum Node {
    Leaf(Value),
    List(Vec<Node>),
    Members(Members),
}

/// Nodes by key, and the index after the last of those that are indices: counted along, because clients send thousands.
#[derive(Debug, Default)]
struct Members {
    by_key: BTreeMap<String, Node>,
    next: usize,
}

impl Members {
    fn add(&mut self, key: &str, rest: &[Key], value: Value) -> Option<()> {
        if let Some(node) = self.by_key.get_mut(key) {
            return node.add(rest, value);
        }
        self.insert(key, Node::of(rest, value));
        Some(())
    }

    fn insert(&mut self, key: &str, node: Node) {
        self.next = key.parse::<usize>().map_or(self.next, |index| self.next.max(index.saturating_add(1)));
        self.by_key.insert(key.to_owned(), node);
    }
}

impl FromIterator<(String, Node)> for Members {
    fn from_iter<I: IntoIterator<Item = (String, Node)>>(nodes: I) -> Self {
        let mut members = Self::default();
        nodes.into_iter().for_each(|(key, node)| members.insert(&key, node));
        members
    }
}

impl Nested {
    /// Adds a value below a member, at a path of keys; `None` is the empty brackets, which append.
    pub(crate) fn add(&mut self, name: &str, keys: &[Key], value: impl Into<Value>) -> Result<(), Unreadable> {
        if keys.len() > DEEPEST {
            return Err(Unreadable::new(format!("at most {DEEPEST} pairs of brackets"), keys.len().to_string()));
        }
        let clash = || Unreadable::new(format!("`{name}` either with brackets or without"), "both");
        match self.0.get_mut(name) {
            None => {
                self.0.insert(name.to_owned(), Node::of(keys, value.into()));
                Ok(())
            }
            Some(node) => node.add(keys, value.into()).ok_or_else(clash),
        }
    }

    /// The value of one member.
    pub(crate) fn take(&mut self, name: &str, noted: Noted<'_>) -> Option<Value> {
        self.0.remove(name).map(|node| node.into_value(noted))
    }

    /// Each member with its value, by what is said about the whole.
    pub(crate) fn into_members<'n>(self, whole: Noted<'n>) -> impl Iterator<Item = (String, Value)> + use<'n> {
        self.0.into_iter().map(move |(name, node)| {
            let value = node.into_value(member(whole, &name));
            (name, value)
        })
    }
}

/// What is in one pair of brackets; `None` if nothing is.
pub(crate) type Key = Option<String>;

/// What is said about a value, if anything is.
pub(crate) type Noted<'a> = Option<(&'a Annotations, &'a Note)>;

/// What is said about a member of an object.
pub(crate) fn member<'a>(noted: Noted<'a>, name: &str) -> Noted<'a> {
    noted.and_then(|(annotations, note)| Some((annotations, annotations.member(note, name)?)))
}

/// What is said about the value at a path of keys: numbers, and empty brackets, are those of items.
pub(crate) fn below<'a>(noted: Noted<'a>, keys: &[Key]) -> Noted<'a> {
    keys.iter().fold(noted, |noted, key| match key {
        Some(key) => member(noted, key).or_else(|| items(noted).filter(|_| key.parse::<usize>().is_ok())),
        None => items(noted),
    })
}

/// What is said about the items of an array.
pub(crate) fn items(noted: Noted<'_>) -> Noted<'_> {
    noted.and_then(|(annotations, note)| Some((annotations, annotations.items(note)?)))
}

/// A name cut at its brackets, unless it has none that are closed, or a member is declared by the name as it stands.
pub(crate) fn cut<'n>(name: &'n str, whole: Noted<'_>) -> (&'n str, Vec<Key>) {
    let declared = whole.is_some_and(|(annotations, note)| annotations.members(note).any(|(known, _)| known == name));
    keys(name).filter(|_| !declared).unwrap_or((name, Vec::new()))
}

/// A name and the keys in its brackets: `a[b][]` is `a` with `b` and nothing. `None` if brackets are not closed.
pub(crate) fn keys(name: &str) -> Option<(&str, Vec<Key>)> {
    let (stem, mut rest) = match name.find('[') {
        None | Some(0) => return Some((name, Vec::new())),
        Some(at) => name.split_at(at),
    };
    let mut keys = Vec::new();
    while let Some(inner) = rest.strip_prefix('[') {
        let (key, after) = inner.split_once(']')?;
        keys.push(Some(key.to_owned()).filter(|key| !key.is_empty()));
        rest = after;
    }
    rest.is_empty().then_some((stem, keys))
}

impl Node {
    fn of(keys: &[Key], value: Value) -> Self {
        match keys.split_first() {
            None => Self::Leaf(value),
            Some((None, rest)) => Self::List(vec![Self::of(rest, value)]),
            Some((Some(key), rest)) => Self::Members(Members::from_iter([(key.clone(), Self::of(rest, value))])),
        }
    }

    /// `None` if a text would have to have members.
    fn add(&mut self, keys: &[Key], value: Value) -> Option<()> {
        match (&mut *self, keys.split_first()) {
            // A name that is repeated is a list.
            (Self::Leaf(first), None) => *self = Self::List(vec![Self::Leaf(first.take()), Self::Leaf(value)]),
            (Self::List(items), None) => items.push(Self::Leaf(value)),
            (Self::List(items), Some((None, rest))) => match items.last_mut() {
                // `a[][b]`: a key that the last one has already begins the next.
                Some(last) if !rest.is_empty() && last.lacks(rest) => last.add(rest, value)?,
                _ => items.push(Self::of(rest, value)),
            },
            (Self::Members(members), Some((Some(key), rest))) => members.add(key, rest, value)?,
            // `a[0]` and `a[]` mixed: the index after the last.
            (Self::Members(members), Some((None, rest))) => members.add(&members.next.to_string(), rest, value)?,
            // `a[]` and `a[0]` mixed: what was appended has the first indices.
            (Self::List(items), Some((Some(key), _))) if key.parse::<usize>().is_ok() => {
                let items = std::mem::take(items).into_iter().enumerate();
                *self = Self::Members(items.map(|(index, item)| (index.to_string(), item)).collect());
                self.add(keys, value)?;
            }
            _ => return None,
        }
        Some(())
    }

    fn lacks(&self, keys: &[Option<String>]) -> bool {
        match (self, keys.split_first()) {
            (Self::Members(members), Some((Some(key), rest))) => members.by_key.get(key).is_none_or(|node| node.lacks(rest)),
            (Self::List(_), Some((None, _))) => true,
            _ => false,
        }
    }

    /// Integer keys are an array's where the schema has one there; a single value is one item of it.
    fn into_value(self, noted: Noted<'_>) -> Value {
        let types = noted.map(|(_, note)| note.types).unwrap_or_default();
        let list = types.has(Types::ARRAY);
        match self {
            Self::Leaf(value) if list && !types.has(Types::STRING) && !value.is_array() => listed(value),
            Self::Leaf(value) => value,
            Self::List(nodes) => nodes.into_iter().map(|node| node.into_value(items(noted))).collect(),
            Self::Members(Members { by_key: members, .. }) => {
                let indices: Option<BTreeMap<usize, &String>> =
                    members.keys().map(|key| key.parse().ok().map(|index: usize| (index, key))).collect();
                if list && !types.has(Types::OBJECT) && indices.as_ref().is_some_and(|indices| indices.len() == members.len()) {
                    let order: Vec<String> = indices.into_iter().flatten().map(|(_, key)| key.clone()).collect();
                    let mut members = members;
                    return order.iter().filter_map(|key| members.remove(key)).map(|node| node.into_value(items(noted))).collect();
                }
                let value = |(name, node): (String, Self)| {
                    let value = node.into_value(member(noted, &name));
                    (name, value)
                };
                Value::Object(members.into_iter().map(value).collect())
            }
        }
    }
}

/// A single value as a list: the one that its text is in JSON, as many clients write it, else itself as the only item.
fn listed(value: Value) -> Value {
    let json = value.as_str().filter(|text| text.starts_with('[')).and_then(|text| parse_json(text.as_bytes()).ok());
    json.map_or_else(|| Value::Array(vec![value]), |(list, _)| list)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        document::Document,
        pointer::Pointer,
        schema::{Direction, Schema},
    };

    fn read(pairs: &[(&str, &str)]) -> Result<Value, Unreadable> {
        let schema =
            json!({"properties": {"list": {"type": "array", "items": {"type": "object", "properties": {"b": {"type": "array"}}}}}});
        let document = std::sync::Arc::new(Document::of_value(json!({"s": schema})));
        let schema = Schema::new(&document, Pointer::parse("/s").unwrap(), Direction::Request);
        let mut nested = Nested::default();
        for (name, text) in pairs {
            let (stem, keys) = keys(name).unwrap();
            nested.add(stem, &keys, (*text).to_owned())?;
        }
        Ok(Value::Object(nested.into_members(Some((schema.annotations(), schema.annotations().root()))).collect()))
    }

    #[test]
    fn brackets_are_members_and_items() {
        assert_eq!(read(&[("a[b][c]", "1"), ("a[b][d]", "2"), ("a[e]", "3")]), Ok(json!({"a": {"b": {"c": "1", "d": "2"}, "e": "3"}})));
        assert_eq!(read(&[("a[]", "1"), ("a[]", "2")]), Ok(json!({"a": ["1", "2"]})));
        assert_eq!(read(&[("a", "1"), ("a", "2")]), Ok(json!({"a": ["1", "2"]})));
        assert_eq!(read(&[("a[][b]", "1"), ("a[][c]", "2"), ("a[][b]", "3")]), Ok(json!({"a": [{"b": "1", "c": "2"}, {"b": "3"}]})));
        assert_eq!(read(&[("list[10][x]", "2"), ("list[9][x]", "1")]), Ok(json!({"list": [{"x": "1"}, {"x": "2"}]})));
        assert_eq!(read(&[("list[]", "1"), ("list[1]", "2"), ("list[]", "3")]), Ok(json!({"list": ["1", "2", "3"]})));
        assert_eq!(read(&[("list", "[1]")]), Ok(json!({"list": [1]})));
        assert_eq!(read(&[("a[0]", "1")]), Ok(json!({"a": {"0": "1"}})), "the schema says no array");
        assert_eq!(read(&[("list[0][b]", "1")]), Ok(json!({"list": [{"b": ["1"]}]})));
    }

    #[test]
    fn many_items_take_no_longer_each() {
        let pairs: Vec<(&str, &str)> = [("list[0]", "1")].into_iter().chain(std::iter::repeat_n(("list[]", "1"), 30_000)).collect();
        let start = std::time::Instant::now();
        assert_eq!(read(&pairs).unwrap()["list"].as_array().map(Vec::len), Some(30_001));
        assert!(start.elapsed().as_secs() < 2, "{:?}", start.elapsed());
        let last = format!("list[{}]", usize::MAX);
        assert_eq!(read(&[(&last, "1"), ("list[]", "2")]), Ok(json!({"list": [["1", "2"]]})), "there is no index after it");
    }

    #[test]
    fn what_makes_no_sense_is_told() {
        assert_eq!(read(&[("a", "1"), ("a[b]", "2")]).unwrap_err().expected, "`a` either with brackets or without");
        assert_eq!(keys("a[b"), None);
        assert_eq!(keys("a[b]c"), None);
        assert_eq!(keys("[a]"), Some(("[a]", Vec::new())));
        let deep = format!("a{}", "[x]".repeat(100));
        assert!(read(&[(&deep, "1")]).is_err());
    }
}
