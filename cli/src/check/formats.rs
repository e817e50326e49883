//! Judged traffic as text, JSON, JUnit, SARIF and annotations of GitHub: the same facts in the same order.

use std::{collections::BTreeSet, fmt::Write};

use serde_json::{Value, json};
use standin::{Exchange, Violation};

use super::Recording;
use crate::lint::formats::{data, pretty, property, uri};

/// One violation, and where it was found.
struct Finding<'r> {
    recording: &'r Recording,
    exchange: &'r Exchange,
    side: &'static str,
    violation: &'r Violation,
}

impl Finding<'_> {
    fn message(&self) -> String {
        format!("{} {}: {}", self.exchange, self.side, self.violation.brief())
    }
}

fn findings(judged: &[Recording]) -> Vec<Finding<'_>> {
    let exchanges = judged.iter().flat_map(|recording| recording.traffic.exchanges().iter().map(move |exchange| (recording, exchange)));
    exchanges.flat_map(|(recording, exchange)| of(recording, exchange)).collect()
}

fn of<'r>(recording: &'r Recording, exchange: &'r Exchange) -> Vec<Finding<'r>> {
    let sides = [("request", exchange.request_violations()), ("response", exchange.response_violations())];
    let one = |(side, violations): (&'static str, &'r [Violation])| {
        violations.iter().map(move |violation| Finding { recording, exchange, side, violation })
    };
    sides.into_iter().flat_map(one).collect()
}

pub(super) fn text(judged: &[Recording]) -> String {
    let mut text = String::new();
    for recording in judged {
        // Writing to a `String` cannot fail.
        let _ = match judged.len() {
            1 => writeln!(text, "{}", recording.traffic),
            _ => writeln!(text, "{}:\n{}", recording.name, recording.traffic),
        };
    }
    text
}

pub(super) fn json(judged: &[Recording]) -> String {
    let one = |exchange: &Exchange| {
        json!({
            "number": exchange.number(),
            "line": exchange.line(),
            "title": exchange.title(),
            "operation": exchange.operation(),
            "request": exchange.request_violations(),
            "response": exchange.response_violations(),
        })
    };
    let recording = |recording: &Recording| {
        let traffic = &recording.traffic;
        json!({
            "name": recording.name,
            "exchanges": traffic.exchanges().iter().map(one).collect::<Vec<_>>(),
            "skipped": traffic.skipped(),
            "notes": traffic.notes(),
        })
    };
    let conforming = judged.iter().all(|recording| recording.traffic.is_conforming());
    pretty(&json!({"conforming": conforming, "recordings": judged.iter().map(recording).collect::<Vec<_>>()}))
}

/// As Jenkins, GitLab and others read it: a suite for each recording, a case for each exchange.
pub(super) fn junit(judged: &[Recording]) -> String {
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    for recording in judged {
        let exchanges = recording.traffic.exchanges();
        let failures = exchanges.iter().filter(|exchange| !exchange.is_conforming()).count();
        let name = escaped(&recording.name);
        // Writing to a `String` cannot fail.
        let _ = writeln!(text, "  <testsuite name=\"{name}\" tests=\"{}\" failures=\"{failures}\">", exchanges.len());
        for exchange in exchanges {
            let (class, case) = (escaped(exchange.operation().unwrap_or("no operation")), escaped(&exchange.to_string()));
            let found = of(recording, exchange);
            let Some(first) = found.first() else {
                let _ = writeln!(text, "    <testcase classname=\"{class}\" name=\"{case}\"/>");
                continue;
            };
            let _ = writeln!(text, "    <testcase classname=\"{class}\" name=\"{case}\">");
            let lines: Vec<String> = found.iter().map(|finding| escaped(&format!("{}: {}", finding.side, finding.violation))).collect();
            let (kind, message) = (escaped(first.violation.code()), escaped(&first.violation.brief().to_string()));
            let _ = writeln!(text, "      <failure type=\"{kind}\" message=\"{message}\">{}</failure>", lines.join("\n"));
            text += "    </testcase>\n";
        }
        text += "  </testsuite>\n";
    }
    text + "</testsuites>\n"
}

/// Text as XML 1.0 has it: characters that it cannot have become a question mark.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '"' => escaped += "&quot;",
            '\n' | '\t' | '\r' => escaped.push(char),
            char if char.is_control() || matches!(char, '\u{fffe}' | '\u{ffff}') => escaped.push('?'),
            char => escaped.push(char),
        }
    }
    escaped
}

/// SARIF 2.1.0 with what GitHub's code scanning reads of it.
pub(super) fn sarif(judged: &[Recording]) -> String {
    let findings = findings(judged);
    let used: BTreeSet<&str> = findings.iter().map(|finding| finding.violation.code()).collect();
    pretty(&json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "standin",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": used.iter().map(|code| json!({"id": code})).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "results": findings.iter().map(result).collect::<Vec<_>>(),
        }],
    }))
}

fn result(finding: &Finding<'_>) -> Value {
    let mut result = json!({
        "ruleId": finding.violation.code(),
        "level": "error",
        "message": {"text": finding.message()},
        "locations": [{
            "physicalLocation": {
                "artifactLocation": {"uri": uri(&finding.recording.name)},
                "region": {"startLine": finding.exchange.line().unwrap_or(1)},
            },
            "logicalLocations": [{"fullyQualifiedName": format!("/log/entries/{}", finding.exchange.number() - 1)}],
        }],
    });
    if let Some(rule) = finding.violation.rule() {
        let mut location = json!({"artifactLocation": {"uri": uri(rule.document())}});
        if let Some(position) = rule.position() {
            location["region"] = json!({"startLine": position.line, "startColumn": position.column});
        }
        result["relatedLocations"] = json!([{"physicalLocation": location, "message": {"text": "the rule"}}]);
    }
    result
}

/// Workflow commands of GitHub Actions, at the rule where there is one: the recording is seldom part of the repository.
pub(super) fn github(judged: &[Recording]) -> String {
    let mut text = String::new();
    for finding in findings(judged) {
        let rule = finding.violation.rule();
        let file = rule.map_or(finding.recording.name.as_str(), |rule| rule.document());
        let position = rule.and_then(|rule| rule.position());
        let position = position.map(|position| format!(",line={},col={}", position.line, position.column)).unwrap_or_default();
        let message = format!("{}: {}", finding.recording.name, finding.message());
        let (file, title) = (property(file), property(finding.violation.code()));
        // Writing to a `String` cannot fail.
        let _ = writeln!(text, "::error file={file}{position},title={title}::{}", data(&message));
    }
    text
}

#[cfg(test)]
mod tests {
    use standin::{Contract, check_traffic};

    use super::*;

    const DOCUMENT: &str = "openapi: 3.1.0
paths:
  /a:
    get:
      parameters: [{name: q, in: query, schema: {type: integer}}]
      responses: {'200': {description: d, content: {application/json: {schema: {type: array}}}}}
";

    fn judged() -> Vec<Recording> {
        let contract = Contract::from_text("api docs/a.yaml", DOCUMENT).unwrap();
        let lines = [
            r#"{"request": {"method": "GET", "target": "/a?q=1"}, "response": {"status": 200, "headers": {"content-type": "application/json"}, "body": {"json": []}}}"#,
            r#"{"request": {"method": "GET", "target": "/a?q=<b>&token=canary"}, "response": {"status": 200, "headers": {"content-type": "application/json"}, "body": {"json": {}}}}"#,
            r#"{"request": {"method": "GET", "target": "/b"}, "response": {"status": 404}}"#,
        ];
        vec![Recording { name: "calls.ndjson".into(), traffic: check_traffic(&contract, lines.join("\n").as_bytes()).unwrap() }]
    }

    #[test]
    fn every_format_reads_well() {
        let judged = judged();
        let all =
            [text(&judged), json(&judged), junit(&judged), sarif(&judged).replace(env!("CARGO_PKG_VERSION"), "VERSION"), github(&judged)];
        let all = all.join("---\n");
        assert!(!all.contains("canary"), "{all}");
        insta::assert_snapshot!(all);
    }

    #[test]
    fn text_is_escaped() {
        assert_eq!(escaped("<a b=\"c\">&\u{1}\n"), "&lt;a b=&quot;c&quot;&gt;&amp;?\n");
    }
}
