//! Coverage for programs: JSON, LCOV tracefiles and JUnit's XML.

use std::{collections::BTreeMap, fmt::Write as _};

use serde_json::json;
use standin::{Coverage, CoverageElement, CoverageFolder, CoverageKind};

use super::Limits;

pub(super) fn json(folder: &CoverageFolder, _: &Limits) -> String {
    let skipped: Vec<_> = folder.skipped().iter().map(|(file, why)| json!({"file": file, "why": why})).collect();
    format!("{:#}\n", json!({"contracts": folder.contracts(), "skipped": skipped}))
}

/// What is declared in one file.
#[derive(Default)]
struct File<'c> {
    /// How often what a line declares was reached, all together.
    lines: BTreeMap<usize, u64>,
    operations: BTreeMap<&'c str, (usize, u64)>,
}

/// A tracefile of LCOV (geninfo(1), FILES) over the files of the contracts: a line counts that declares something, an
/// operation is a function. What has no line, in contracts that are no texts, is not in it.
pub(super) fn lcov(contracts: &[Coverage]) -> String {
    let mut files: BTreeMap<&str, File<'_>> = BTreeMap::new();
    for (element, hits) in contracts.iter().flat_map(Coverage::elements) {
        let Some(line) = element.line() else { continue };
        let file = files.entry(element.document()).or_default();
        let reached = file.lines.entry(line).or_default();
        *reached = reached.saturating_add(hits);
        if element.kind() == CoverageKind::Operation {
            file.operations.entry(element.name()).or_insert((line, 0)).1 += hits;
        }
    }
    files.iter().map(|(name, file)| record(name, file)).collect()
}

fn record(name: &str, file: &File<'_>) -> String {
    let mut text = format!("TN:\nSF:{}\n", name.replace(['\n', '\r'], " "));
    // Writing to a `String` cannot fail.
    for (name, (line, _)) in &file.operations {
        let _ = writeln!(text, "FN:{line},{name}");
    }
    for (name, (_, hits)) in &file.operations {
        let _ = writeln!(text, "FNDA:{hits},{name}");
    }
    let reached = file.operations.values().filter(|(_, hits)| *hits > 0).count();
    let _ = writeln!(text, "FNF:{}\nFNH:{reached}", file.operations.len());
    for (line, hits) in &file.lines {
        let _ = writeln!(text, "DA:{line},{hits}");
    }
    let reached = file.lines.values().filter(|hits| **hits > 0).count();
    let _ = writeln!(text, "LF:{}\nLH:{reached}\nend_of_record", file.lines.len());
    text
}

/// A suite for each kind, a case for each thing. One that was not reached is skipped, or has failed if its kind falls short.
pub(super) fn junit(contracts: &[Coverage], limits: &Limits) -> String {
    let suites: String = contracts.iter().flat_map(|coverage| CoverageKind::ALL.map(|kind| suite(coverage, kind, limits))).collect();
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"standin coverage\">\n{suites}</testsuites>\n")
}

fn suite(coverage: &Coverage, kind: CoverageKind, limits: &Limits) -> String {
    let (reached, all) = coverage.count(kind);
    if all == 0 {
        return String::new();
    }
    let fails = limits.fails(coverage, kind);
    let (failures, skipped) = if fails { (all - reached, 0) } else { (0, all - reached) };
    let name = xml(&format!("{}: {}", coverage.title(), kind.name()));
    let cases: String =
        coverage.elements().filter(|(element, _)| element.kind() == kind).map(|(element, hits)| case(element, hits, fails)).collect();
    format!(
        "  <testsuite name=\"{name}\" tests=\"{all}\" failures=\"{failures}\" errors=\"0\" skipped=\"{skipped}\">\n{cases}  </testsuite>\n"
    )
}

fn case(element: &CoverageElement, hits: u64, fails: bool) -> String {
    let line = element.line().map(|line| format!(" line=\"{line}\"")).unwrap_or_default();
    let (kind, name, file) = (element.kind().name(), xml(element.name()), xml(element.document()));
    let start = format!("    <testcase classname=\"{kind}\" name=\"{name}\" file=\"{file}\"{line}");
    match (hits, fails) {
        (1.., _) => format!("{start}/>\n"),
        (0, true) => format!("{start}><failure message=\"not reached\"/></testcase>\n"),
        (0, false) => format!("{start}><skipped message=\"not reached\"/></testcase>\n"),
    }
}

/// Text for an attribute. What XML 1.0 (section 2.2) has no way to write is replaced.
fn xml(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' | '\t' | '\r' => escaped.push_str(&format!("&#{};", u32::from(char))),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use standin::{Contract, MockServer, Request};

    use super::*;

    fn coverage() -> Coverage {
        let text = "openapi: 3.1.0\ninfo: {title: 'Pets & more', version: '1'}\npaths:\n  /a:\n    get:\n      responses:\n        '200':\n          \
                    description: d\n        '404': {description: d}\n    post: {responses: {'200': {description: d}}}\n";
        let api = MockServer::builder(&Contract::from_text("pets.yaml", text).unwrap()).lenient(true).start();
        api.handle(Request::get("/a"));
        api.coverage()
    }

    #[test]
    fn lcov_reads_well() {
        insta::assert_snapshot!(lcov(&[coverage()]));
    }

    #[test]
    fn junit_reads_well() {
        insta::assert_snapshot!(junit(&[coverage()], &"operations=100".parse().unwrap()));
    }

    #[test]
    fn what_xml_cannot_say_is_replaced() {
        assert_eq!(xml("a<b> & \"c\"\n\u{1}"), "a&lt;b&gt; &amp; &quot;c&quot;&#10;\u{fffd}");
    }
}
