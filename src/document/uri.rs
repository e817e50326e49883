//! References relative to where they stand (RFC 3986, section 5). The only folder that names `fluent-uri`.

use std::{fmt::Write, path::Path};

use fluent_uri::UriRef;

use crate::text::percent_decode;

/// The absolute URI, without a fragment, that a reference means; `None` if it is none.
pub(super) fn resolve(base: &str, reference: &str) -> Option<String> {
    let base = fluent_uri::Uri::parse(base).ok()?;
    let reference = reference.split('#').next().unwrap_or_default();
    let encoded = encode(&reference.replace('\\', "/"), true);
    let resolved = UriRef::parse(encoded.as_str()).ok()?.resolve_against(&base).ok()?;
    Some(resolved.as_str().to_owned())
}

/// The URI of a file. References to it have no dot segments, so that it must have none either.
pub(super) fn of_path(path: &Path) -> Option<String> {
    let text = path.to_string_lossy().replace('\\', "/");
    let uri = format!("file://{}{}", if text.starts_with('/') { "" } else { "/" }, encode(&text, false));
    resolve(&uri, &uri)
}

/// The path of a file's URI.
pub(super) fn to_path(uri: &str) -> Option<String> {
    let path = uri.strip_prefix("file://")?;
    Some(percent_decode(path).into_owned())
}

pub(super) fn is_remote(uri: &str) -> bool {
    uri.starts_with("http://") || uri.starts_with("https://")
}

/// Blanks and letters of other scripts, which people write raw. What is percent-encoded already stays so in a reference.
fn encode(text: &str, escapes: bool) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        let plain = byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/".contains(&byte);
        if plain || (escapes && b"%?".contains(&byte)) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a `String` cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_relative_to_where_they_stand() {
        let resolved = |reference: &str| resolve("file:///a/b/api.yaml", reference).unwrap();
        assert_eq!(resolved("common/x.yaml#/a"), "file:///a/b/common/x.yaml");
        assert_eq!(resolved("../x y.json"), "file:///a/x%20y.json");
        assert_eq!(resolved("./x%20y.json"), "file:///a/b/x%20y.json");
        assert_eq!(resolved(r"sub\x.json"), "file:///a/b/sub/x.json");
        assert_eq!(resolved("https://example.com/s.json"), "https://example.com/s.json");
        assert_eq!(resolve("https://example.com/a/s.json", "t.json").unwrap(), "https://example.com/a/t.json");
        assert_eq!(resolve("no uri", "x"), None);
    }

    #[test]
    fn paths_and_uris_belong_together() {
        let uri = of_path(Path::new("/a/./../a b/ü%.yaml")).unwrap();
        assert_eq!(uri, "file:///a%20b/%C3%BC%25.yaml");
        assert_eq!(to_path(&uri).unwrap(), "/a b/ü%.yaml");
    }
}
