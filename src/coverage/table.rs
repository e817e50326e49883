//! Coverage as text: a line for each kind, and then what was not reached.

use std::fmt;

use super::{Coverage, CoverageKind};

/// How many names of a kind are told.
const MOST_TOLD: usize = 20;

/// A table of the kinds that the contract has, and below it what was not reached: of each kind the first twenty.
impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.title())?;
        let kinds = CoverageKind::ALL.into_iter().filter(|kind| self.count(*kind).1 > 0);
        for kind in kinds.clone() {
            let (reached, all) = self.count(kind);
            writeln!(f, "  {:11} {reached:6} of {all:<6} {:>6}", kind.name(), shown(self, kind))?;
        }
        for kind in kinds {
            let missing: Vec<&str> = self.missing().filter(|element| element.kind() == kind).map(|element| element.name()).collect();
            if missing.is_empty() {
                continue;
            }
            writeln!(f, "{} not reached:", kind.name())?;
            for name in missing.iter().take(MOST_TOLD) {
                writeln!(f, "  {name}")?;
            }
            if missing.len() > MOST_TOLD {
                writeln!(f, "  ... and {} more", missing.len() - MOST_TOLD)?;
            }
        }
        Ok(())
    }
}

/// Per cent, rounded down: 100 % is said of nothing less.
fn shown(coverage: &Coverage, kind: CoverageKind) -> String {
    format!("{:.1}%", (coverage.percent(kind) * 10.0).floor() / 10.0)
}
