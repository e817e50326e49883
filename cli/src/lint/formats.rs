//! Findings as text, JSON, SARIF and annotations of GitHub: the same facts in the same order.

use std::{collections::BTreeSet, fmt::Write};

use serde_json::{Value, json};
use standin::{Level, Warning, WarningCode};

use super::totals;

/// `file:line:column: level: text [code]`, which editors know, and a line with the totals.
pub(super) fn text(findings: &[Warning]) -> String {
    let mut text = String::new();
    for finding in findings {
        let place = finding.place();
        let position = place.position().map(|position| format!(":{position}")).unwrap_or_default();
        let (document, level, code) = (place.document(), finding.level(), finding.code());
        // Writing to a `String` cannot fail.
        let _ = writeln!(text, "{document}{position}: {level}: {} [{code}]", finding.text());
    }
    let counted = totals(findings).map(|(level, count)| format!("{count} {level}{}", if count == 1 { "" } else { "s" }));
    text + &counted.join(", ") + "\n"
}

pub(super) fn json(findings: &[Warning]) -> String {
    let one = |finding: &Warning| {
        let place = finding.place();
        let position = place.position();
        json!({
            "level": finding.level().name(),
            "code": finding.code(),
            "text": finding.text(),
            "document": place.document(),
            "pointer": place.pointer().as_str(),
            "line": position.map(|position| position.line),
            "column": position.map(|position| position.column),
        })
    };
    let totals: serde_json::Map<String, Value> =
        totals(findings).into_iter().map(|(level, count)| (level.name().to_owned(), count.into())).collect();
    pretty(&json!({"findings": findings.iter().map(one).collect::<Vec<_>>(), "totals": totals}))
}

/// SARIF 2.1.0 with what GitHub's code scanning reads of it. The names of its levels are ours.
pub(super) fn sarif(findings: &[Warning]) -> String {
    let used: BTreeSet<&str> = findings.iter().map(Warning::code).collect();
    let rules: Vec<Value> = WarningCode::all().iter().filter(|code| used.contains(code.name())).map(rule).collect();
    pretty(&json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {"name": "standin", "version": env!("CARGO_PKG_VERSION"), "rules": rules}},
            "columnKind": "unicodeCodePoints",
            "results": findings.iter().map(result).collect::<Vec<_>>(),
        }],
    }))
}

fn rule(code: &WarningCode) -> Value {
    json!({
        "id": code.name(),
        "shortDescription": {"text": code.meaning()},
        "defaultConfiguration": {"level": code.level().name()},
    })
}

fn result(finding: &Warning) -> Value {
    let place = finding.place();
    let mut location = json!({"artifactLocation": {"uri": uri(place.document())}});
    if let Some(position) = place.position() {
        location["region"] = json!({"startLine": position.line, "startColumn": position.column});
    }
    json!({
        "ruleId": finding.code(),
        "level": finding.level().name(),
        "message": {"text": finding.text()},
        "locations": [{
            "physicalLocation": location,
            "logicalLocations": [{"fullyQualifiedName": place.pointer().as_str()}],
        }],
    })
}

/// A path as a URI reference (RFC 3986, section 3.3): what may not stand in one is percent-encoded.
pub(crate) fn uri(document: &str) -> String {
    if document.starts_with("http://") || document.starts_with("https://") {
        return document.to_owned();
    }
    let mut uri = String::new();
    for byte in document.trim_start_matches("./").bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/!$&'()*+,;=@".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}

/// Workflow commands of GitHub Actions. A note is a `notice` there.
pub(super) fn github(findings: &[Warning]) -> String {
    let mut text = String::new();
    for finding in findings {
        let place = finding.place();
        let level = match finding.level() {
            Level::Error => "error",
            Level::Warning => "warning",
            _ => "notice",
        };
        let position = place.position().map(|position| format!(",line={},col={}", position.line, position.column)).unwrap_or_default();
        let (file, title) = (property(place.document()), property(finding.code()));
        let _ = writeln!(text, "::{level} file={file}{position},title={title}::{}", data(finding.text()));
    }
    text
}

/// A value of a property of a workflow command, as `@actions/core` escapes it.
pub(crate) fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

pub(crate) fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

pub(crate) fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}

#[cfg(test)]
mod tests {
    use standin::Contract;

    use super::*;

    const DOCUMENT: &str = include_str!("sample.yaml");

    fn findings() -> Vec<Warning> {
        Contract::from_text("api docs/pets.yaml", DOCUMENT).unwrap().lint()
    }

    #[test]
    fn text_reads_well() {
        insta::assert_snapshot!(text(&findings()));
    }

    #[test]
    fn json_reads_well() {
        insta::assert_snapshot!(json(&findings()[..2]));
    }

    #[test]
    fn sarif_reads_well() {
        insta::assert_snapshot!(sarif(&findings()[..2]).replace(env!("CARGO_PKG_VERSION"), "VERSION"));
    }

    #[test]
    fn annotations_read_well() {
        insta::assert_snapshot!(github(&findings()));
    }

    #[test]
    fn annotations_are_escaped() {
        assert_eq!(property("a:b,c%\n"), "a%3Ab%2Cc%25%0A");
        assert_eq!(data("a:b,c%\r\n"), "a:b,c%25%0D%0A");
    }
}
