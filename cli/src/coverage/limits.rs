//! `--fail-under`: how much of each kind must be reached.

use std::{collections::BTreeMap, str::FromStr};

use standin::{Coverage, CoverageKind};

/// The least per cent of some kinds.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Limits(BTreeMap<CoverageKind, f64>);

impl FromStr for Limits {
    type Err = String;

    /// `operations=100,statuses=60`
    fn from_str(text: &str) -> Result<Self, String> {
        let limits = text.split(',').map(|part| limit(part.trim()));
        Ok(Self(limits.collect::<Result<_, _>>()?))
    }
}

fn limit(part: &str) -> Result<(CoverageKind, f64), String> {
    let names = || CoverageKind::ALL.map(CoverageKind::name).join(", ");
    let (name, percent) =
        part.split_once('=').ok_or_else(|| format!("expected a kind and its per cent, operations=100, found {part:?}"))?;
    let kind = CoverageKind::named(name.trim()).ok_or_else(|| format!("expected one of {}, found {name:?}", names()))?;
    let percent = percent.trim().trim_end_matches('%');
    let least = percent.parse().ok().filter(|least| (0.0..=100.0).contains(least));
    Ok((kind, least.ok_or_else(|| format!("expected a number from 0 to 100 for {name}, found {percent:?}"))?))
}

impl Limits {
    /// Whether a kind falls short.
    pub(crate) fn fails(&self, coverage: &Coverage, kind: CoverageKind) -> bool {
        self.0.get(&kind).is_some_and(|least| coverage.percent(kind) < *least)
    }

    /// What falls short, and all that is missing for it; nothing if all is well.
    pub(crate) fn unmet(&self, coverage: &Coverage) -> String {
        let mut text = String::new();
        for (kind, least) in self.0.iter().filter(|(kind, _)| self.fails(coverage, **kind)) {
            let (reached, all) = coverage.count(*kind);
            let percent = (coverage.percent(*kind) * 10.0).floor() / 10.0;
            let name = kind.name();
            let title = coverage.title();
            text +=
                &format!("standin: {title}: {name}: expected at least {least}%, found {percent:.1}% ({reached} of {all}); not reached:\n");
            for element in coverage.missing().filter(|element| element.kind() == *kind) {
                let line = element.line().map(|line| format!(":{line}")).unwrap_or_default();
                text += &format!("  {}  {}{line}\n", element.name(), element.document());
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_read_and_what_is_none_is_told() {
        let limits: Limits = "operations=100, statuses=62.5%".parse().unwrap();
        assert_eq!(limits, Limits(BTreeMap::from([(CoverageKind::Operation, 100.0), (CoverageKind::Status, 62.5)])));
        let kinds = "operations, parameters, statuses, media-types, members, values, security, webhooks";
        let cases = [
            ("operations", "expected a kind and its per cent, operations=100, found \"operations\"".to_owned()),
            ("", "expected a kind and its per cent, operations=100, found \"\"".to_owned()),
            ("operation=1", format!("expected one of {kinds}, found \"operation\"")),
            ("statuses=101", "expected a number from 0 to 100 for statuses, found \"101\"".to_owned()),
            ("statuses=NaN", "expected a number from 0 to 100 for statuses, found \"NaN\"".to_owned()),
        ];
        for (text, expected) in cases {
            assert_eq!(text.parse::<Limits>(), Err(expected));
        }
    }

    #[test]
    fn what_falls_short_is_told_with_all_that_is_missing() {
        let text = "openapi: 3.1.0\npaths:\n  /a:\n    get: {responses: {'200': {description: d}}}\n";
        let coverage = Coverage::none(&standin::Contract::from_text("a.yaml", text).unwrap());
        let limits: Limits = "operations=50,webhooks=100".parse().unwrap();
        let expected = "standin: a.yaml: operations: expected at least 50%, found 0.0% (0 of 1); not reached:\n  GET /a  a.yaml:4\n";
        assert_eq!(limits.unmet(&coverage), expected);
    }
}
