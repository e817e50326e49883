//! `standin routes`: the operations of documents, and which of them takes a request.

use std::process::ExitCode;

use serde_json::{Value, json};
use standin::{Contract, Headers, Method, Operation, Request, RouteReport, Uri};
use terminal_size::{Width, terminal_size};

use crate::{
    args::{Format, Routes},
    load,
    output::{fail, print},
};

/// How wide a table may be where there is no terminal.
const WIDTH: usize = 120;

pub(crate) fn routes(args: &Routes) -> ExitCode {
    match run(args).and_then(|(text, found)| print(&format!("{text}\n")).map(|()| found)) {
        Ok(found) => ExitCode::from(u8::from(!found)),
        Err(text) => fail(&text),
    }
}

/// What to print, and whether an operation was found.
fn run(args: &Routes) -> Result<(String, bool), String> {
    let request = args.request.as_deref().map(request).transpose()?;
    let contract = load::contract(&args.documents).map_err(|error| error.to_string())?;
    let Some(request) = request else {
        let width = terminal_size().map_or(WIDTH, |(Width(width), _)| usize::from(width));
        return Ok((listed(&contract, args.format, width), true));
    };
    let report = contract.explain_route(&request);
    let text = match args.format {
        Format::Text => report.to_string(),
        Format::Json => format!("{:#}", explained(&report)),
    };
    Ok((text, report.operation().is_some()))
}

/// `POST /v1/things?x=1`, or a target alone.
fn request(text: &str) -> Result<Request, String> {
    let expected = || format!("--match: expected a method and a path, such as \"GET /v1/things?limit=1\", found {text:?}");
    let words: Vec<&str> = text.split_whitespace().collect();
    let (method, target) = match words.as_slice() {
        [target] => ("GET", *target),
        [method, target] => (*method, *target),
        _ => return Err(expected()),
    };
    let method: Method = method.to_uppercase().parse().map_err(|_| expected())?;
    let uri: Uri = target.parse().map_err(|_| expected())?;
    // An authority alone (RFC 9112, section 3.2.3) has no path.
    if !uri.path().starts_with('/') {
        return Err(expected());
    }
    Ok(Request::new(method, uri, Headers::default(), Default::default()))
}

fn listed(contract: &Contract, format: Format, width: usize) -> String {
    match format {
        Format::Text => table(contract, width),
        Format::Json => format!("{:#}", contract.operations().iter().map(facts).collect::<Value>()),
    }
}

fn facts(operation: &Operation) -> Value {
    let place = operation.declared_at();
    let alternative =
        |schemes: Vec<(&str, &[String])>| schemes.into_iter().map(|(name, scopes)| (name.to_owned(), json!(scopes))).collect();
    json!({
        "method": operation.method().as_str(),
        "path": operation.path(),
        "operationId": operation.id(),
        "deprecated": operation.is_deprecated(),
        "security": operation.security().map(alternative).collect::<Vec<Value>>(),
        "statuses": operation.statuses().collect::<Vec<_>>(),
        "requestMediaTypes": operation.request_media_types().collect::<Vec<_>>(),
        "responseMediaTypes": operation.response_media_types().collect::<Vec<_>>(),
        "basePaths": operation.base_paths(),
        "document": place.document(),
        "pointer": place.pointer().as_str(),
        "line": place.position().map(|position| position.line),
    })
}

fn explained(report: &RouteReport<'_>) -> Value {
    let passed = |passed: &standin::Passed<'_>| json!({"operation": passed.operation().name(), "code": passed.why().code(), "why": passed.why().to_string()});
    json!({
        "operation": report.operation().map(facts),
        "basePath": report.base_path(),
        "pathParameters": report.path_parameters().map(|(name, value)| (name.to_owned(), json!(value))).collect::<Value>(),
        "passed": report.passed().iter().map(passed).collect::<Vec<_>>(),
        "violation": report.violation(),
    })
}

/// The operations as a table: everything if that fits the width, else the first of each list and how many more.
fn table(contract: &Contract, width: usize) -> String {
    let operations = contract.operations();
    let rows = |shown: usize| operations.iter().map(|operation| row(operation, shown)).collect::<Vec<_>>();
    let fits = |text: &String| text.lines().all(|line| line.chars().count() <= width);
    let texts = [usize::MAX, 3, 1].map(|shown| aligned(&rows(shown)));
    let text = texts.iter().find(|text| fits(text)).unwrap_or(&texts[2]);
    format!("{text}{}", counted(operations))
}

const HEAD: [&str; 8] = ["METHOD", "PATH", "OPERATION ID", "SECURITY", "STATUSES", "REQUEST", "RESPONSE", ""];

fn row(operation: &Operation, shown: usize) -> [String; HEAD.len()] {
    let scheme = |(name, scopes): (&str, &[String])| match scopes {
        [] => name.to_owned(),
        scopes => format!("{name}({})", list(scopes, " ", shown)),
    };
    let alternative = |schemes: Vec<(&str, &[String])>| match schemes.is_empty() {
        true => "none".to_owned(),
        false => schemes.into_iter().map(scheme).collect::<Vec<_>>().join("+"),
    };
    let words = |words: Vec<&str>| list(&words.into_iter().map(str::to_owned).collect::<Vec<_>>(), " ", shown);
    [
        operation.method().to_string(),
        operation.path().to_owned(),
        operation.id().unwrap_or("-").to_owned(),
        list(&operation.security().map(alternative).collect::<Vec<_>>(), " | ", shown),
        list(&operation.statuses().collect::<Vec<_>>(), " ", shown.max(3)),
        words(operation.request_media_types().collect()),
        words(operation.response_media_types().collect()),
        if operation.is_deprecated() { "deprecated".to_owned() } else { String::new() },
    ]
}

/// `application/json +2`
fn list(words: &[String], between: &str, shown: usize) -> String {
    match words.len() {
        0 => "-".to_owned(),
        count if count > shown => format!("{} +{}", words[..shown].join(between), count - shown),
        _ => words.join(between),
    }
}

fn aligned(rows: &[[String; HEAD.len()]]) -> String {
    let head = HEAD.map(str::to_owned);
    let mut widths = [0; HEAD.len()];
    for row in rows.iter().chain([&head]) {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    let line = |row: &[String; HEAD.len()]| {
        let cells: Vec<String> = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        format!("{}\n", cells.join("  ").trim_end())
    };
    [&head].into_iter().chain(rows).map(line).collect()
}

fn counted(operations: &[Operation]) -> String {
    let deprecated = operations.iter().filter(|operation| operation.is_deprecated()).count();
    let mut text = format!("{} operation{}", operations.len(), if operations.len() == 1 { "" } else { "s" });
    if deprecated > 0 {
        text += &format!(", {deprecated} deprecated");
    }
    match operations.split_first() {
        Some((first, others)) if others.iter().all(|other| other.base_paths() == first.base_paths()) && !first.base_paths().is_empty() => {
            let bases: Vec<&str> = first.base_paths().iter().map(|base| if base.is_empty() { "/" } else { base }).collect();
            text + &format!("; base paths: {}", bases.join(", "))
        }
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_the_bundled_api_reads_well() {
        insta::assert_snapshot!(table(&standin::kayle::contract(), WIDTH));
    }

    #[test]
    fn requests_are_read() {
        for (text, method, path, query) in [
            ("GET /a?b=c", "GET", "/a", Some("b=c")),
            (" post  /a ", "POST", "/a", None),
            ("/a", "GET", "/a", None),
            ("PUT https://example.com/v1/a?b=c", "PUT", "/v1/a", Some("b=c")),
            ("https://example.com", "GET", "/", None),
        ] {
            let request = request(text).unwrap();
            assert_eq!((request.method().as_str(), request.path(), request.query()), (method, path, query), "{text}");
        }
        for text in ["", "GET", "GET /a b", "G{T /a", "example.com:80"] {
            let expected = format!("--match: expected a method and a path, such as \"GET /v1/things?limit=1\", found {text:?}");
            assert_eq!(request(text).unwrap_err(), expected);
        }
    }
}
