//! Base paths: the paths of the servers that an operation has (OpenAPI 3.1, section 4.8.5).

use std::sync::Arc;

use serde_json::{Map, Value};

/// How many base paths the values of one server's variables may make.
const MOST: usize = 200;

/// The base paths of a `servers` list, without the slash at the end. One that is empty stands beside others, as it makes a path
/// without them right; alone it is none.
///
/// A variable stands for each of its `enum` values, else for its default.
pub(super) fn bases(servers: &Value) -> Arc<[String]> {
    let mut bases: Vec<String> = servers.as_array().into_iter().flatten().flat_map(expanded).filter_map(|url| path(&url)).collect();
    bases.sort();
    bases.dedup();
    if bases == [""] { Arc::default() } else { bases.into() }
}

/// The base path of Swagger 2.0.
pub(super) fn base_path(path: Option<&Value>) -> Arc<[String]> {
    let path = path.and_then(Value::as_str).unwrap_or_default().trim_end_matches('/');
    let slash = if path.starts_with('/') { "" } else { "/" };
    if path.is_empty() { Arc::default() } else { [format!("{slash}{path}")].into() }
}

fn expanded(server: &Value) -> Vec<String> {
    let Some(url) = server.get("url").and_then(Value::as_str) else { return Vec::new() };
    let mut urls = vec![url.trim().to_owned()];
    for (name, variable) in server.get("variables").and_then(Value::as_object).into_iter().flatten() {
        let hole = format!("{{{name}}}");
        let values = values(variable);
        // Most variables stand in the host, which does not matter here.
        if values.len() * urls.len() <= MOST && urls.iter().any(|url| path(url).is_some_and(|path| path.contains(&hole))) {
            urls = urls.iter().flat_map(|url| values.iter().map(|value| url.replace(&hole, value))).collect();
        } else {
            urls.iter_mut().for_each(|url| *url = url.replace(&hole, &values[0]));
        }
    }
    urls
}

/// The default first; never empty.
fn values(variable: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let members: Option<&Map<String, Value>> = variable.as_object();
    let default = members.and_then(|variable| variable.get("default")).map(text).unwrap_or_default();
    let others = members.and_then(|variable| variable.get("enum")?.as_array()).into_iter().flatten().map(text);
    let others: Vec<String> = others.filter(|other| *other != default).collect();
    std::iter::once(default).chain(others).collect()
}

/// The path of a server's URL; `None` for what is neither absolute nor a path.
fn path(url: &str) -> Option<String> {
    let path = match url.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("", |slash| &rest[slash..]),
        None => url.strip_prefix("//").map_or(url, |rest| rest.find('/').map_or("", |slash| &rest[slash..])),
    };
    let path = path.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
    // A relative URL is relative to where the document is served, which is nowhere here.
    let path = path.strip_prefix("./").map_or_else(|| path.to_owned(), |rest| format!("/{rest}"));
    Some(path).filter(|path| path.is_empty() || path.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn servers_give_base_paths() {
        let servers = json!([
            {"url": "https://api.example.com/v2/"},
            {"url": "/v2"},
            {"url": "https://{host}/{base}/x", "variables": {"host": {"default": "h", "enum": ["h", "i"]}, "base": {"default": "b", "enum": ["b", "c"]}}},
            {"url": "http://127.0.0.1:8787"},
            {"url": "//example.com/scheme-less"},
            {"url": "/"},
            {"description": "none"}
        ]);
        assert_eq!(*bases(&servers), ["", "/b/x", "/c/x", "/scheme-less", "/v2"]);
        assert_eq!(*bases(&json!([{"url": "https://h"}, {"url": "/"}])), [""; 0]);
        assert_eq!(*bases(&json!([{"url": "api.example.com/v1"}, {"url": "/v1"}])), ["/v1"]);
        assert_eq!(*bases(&Value::Null), [""; 0]);
        assert_eq!(*base_path(Some(&json!("v1/"))), ["/v1"]);
        assert_eq!(*base_path(Some(&json!("/"))), [""; 0]);
    }
}
