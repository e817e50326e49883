//! JSON Pointer (RFC 6901): how every place in a document, a message or a schema is named.

use std::fmt;

use serde_json::Value;

/// A JSON Pointer (RFC 6901), kept in its escaped text form.
///
/// The empty pointer names the whole document.
///
/// ```
/// use standin::Pointer;
///
/// let place = Pointer::root().join("paths").join("/v1/things").join("0");
/// assert_eq!(place.as_str(), "/paths/~1v1~1things/0");
/// assert_eq!(place.last().as_deref(), Some("0"));
/// ```
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pointer(String);

impl Pointer {
    /// The pointer to the whole document.
    pub const fn root() -> Self {
        Self(String::new())
    }

    /// Takes text that already is a pointer: empty, or beginning with `/`.
    ///
    /// Returns `None` for any other text.
    pub fn parse(text: &str) -> Option<Self> {
        (text.is_empty() || text.starts_with('/')).then(|| Self(text.to_owned()))
    }

    /// This pointer with one more reference token, which is escaped here.
    #[must_use]
    pub fn join(&self, token: impl fmt::Display) -> Self {
        let mut joined = self.clone();
        joined.push(token);
        joined
    }

    /// Appends one reference token, which is escaped here.
    pub fn push(&mut self, token: impl fmt::Display) {
        use fmt::Write;
        self.0.push('/');
        // Writing to a `String` cannot fail.
        let _ = write!(Escape(&mut self.0), "{token}");
    }

    /// This pointer followed by another one.
    #[must_use]
    pub fn concat(&self, tail: &Pointer) -> Self {
        Self(format!("{}{}", self.0, tail.0))
    }

    /// Removes the last reference token; the root stays the root.
    pub fn pop(&mut self) {
        let end = self.0.rfind('/').unwrap_or(0);
        self.0.truncate(end);
    }

    /// The pointer to the value that holds this one.
    #[must_use]
    pub fn parent(&self) -> Self {
        let mut parent = self.clone();
        parent.pop();
        parent
    }

    /// The escaped text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this names the whole document.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// The reference tokens, unescaped, from the root down.
    pub fn tokens(&self) -> impl Iterator<Item = String> + '_ {
        self.0.split('/').skip(1).map(unescape)
    }

    /// The last reference token, unescaped.
    pub fn last(&self) -> Option<String> {
        self.0.rsplit_once('/').map(|(_, token)| unescape(token))
    }

    /// The value that this pointer names in `document`.
    pub fn resolve<'v>(&self, document: &'v Value) -> Option<&'v Value> {
        resolve(&self.0, document)
    }
}

/// The value that the text of a pointer names in `document`.
pub(crate) fn resolve<'v>(pointer: &str, document: &'v Value) -> Option<&'v Value> {
    // `Value::pointer` makes two strings of each token; documents are walked by pointer all day.
    pointer.split('/').skip(1).try_fold(document, |value, token| match value {
        Value::Object(members) if token.contains('~') => members.get(&unescape(token)),
        Value::Object(members) => members.get(token),
        Value::Array(items) => index(token).and_then(|index| items.get(index)),
        _ => None,
    })
}

/// `~` and `/` are written `~0` and `~1` (RFC 6901, section 3).
struct Escape<'a>(&'a mut String);

impl fmt::Write for Escape<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if !text.contains(['~', '/']) {
            self.0.push_str(text);
            return Ok(());
        }
        for char in text.chars() {
            match char {
                '~' => self.0.push_str("~0"),
                '/' => self.0.push_str("~1"),
                other => self.0.push(other),
            }
        }
        Ok(())
    }
}

/// An index without leading zeros (RFC 6901, section 4).
fn index(token: &str) -> Option<usize> {
    let canonical = token == "0" || token.starts_with(|char: char| ('1'..='9').contains(&char));
    token.parse().ok().filter(|_| canonical)
}

fn unescape(token: &str) -> String {
    if token.contains('~') { token.replace("~1", "/").replace("~0", "~") } else { token.to_owned() }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pointer({:?})", self.0)
    }
}

impl serde::Serialize for Pointer {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_and_unescapes_tokens() {
        let pointer = Pointer::root().join("a/b").join("m~n").join("~1").join("");
        assert_eq!(pointer.as_str(), "/a~1b/m~0n/~01/");
        let tokens: Vec<_> = pointer.tokens().collect();
        assert_eq!(tokens, ["a/b", "m~n", "~1", ""]);
    }

    #[test]
    fn parents_end_at_the_root() {
        let pointer = Pointer::parse("/a/b").unwrap();
        assert_eq!(pointer.parent().as_str(), "/a");
        assert!(pointer.parent().parent().is_root());
        assert!(Pointer::root().parent().is_root());
        assert_eq!(Pointer::root().last(), None);
        assert_eq!(Pointer::parse("no slash"), None);
    }

    #[test]
    fn resolves_through_objects_and_arrays() {
        let value = serde_json::json!({"a/b": [{"c": 1}]});
        let pointer = Pointer::root().join("a/b").join(0).join("c");
        assert_eq!(pointer.resolve(&value), Some(&serde_json::json!(1)));
        assert_eq!(pointer.join("d").resolve(&value), None);
        for (text, found) in [("", true), ("/a~1b/0", true), ("/a~1b/00", false), ("/a~1b/+0", false), ("/a~1b/-", false), ("/a", false)] {
            let pointer = Pointer::parse(text).unwrap();
            assert_eq!(pointer.resolve(&value).is_some(), found, "{text}");
            assert_eq!(pointer.resolve(&value), value.pointer(text), "{text}");
        }
    }
}
