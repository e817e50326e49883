//! `standin lint`: what is wrong with documents.

pub(crate) mod formats;
mod progress;

use std::process::ExitCode;

use standin::{Level, Warning, WarningCode};

use self::progress::Progress;
use crate::{
    args::{Findings, Lint},
    load,
    output::{self, fail},
};

pub(crate) fn lint(args: &Lint) -> ExitCode {
    match findings(args).and_then(|findings| print(&findings, args.format).map(|()| findings)) {
        Ok(findings) => ExitCode::from(u8::from(findings.iter().any(|finding| finding.level() >= args.level.level()))),
        Err(why) => fail(&why),
    }
}

fn findings(args: &Lint) -> Result<Vec<Warning>, String> {
    args.allow.iter().try_for_each(|code| known(code))?;
    let _progress = Progress::start();
    let contract = load::contract(&args.documents).map_err(|error| error.to_string())?;
    let mut findings = contract.lint();
    findings.retain(|finding| !args.allow.iter().any(|code| code == finding.code()));
    Ok(findings)
}

/// A code that is misspelt must not leave the findings in that it was to leave out.
fn known(code: &str) -> Result<(), String> {
    let names = || WarningCode::all().iter().map(WarningCode::name);
    if names().any(|name| name == code) {
        return Ok(());
    }
    let near = names().min_by_key(|name| differences(code, name)).filter(|name| differences(code, name) <= code.len() / 3 + 1);
    let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
    Err(format!("expected the code of a kind of findings after --allow, found {code:?}{near}"))
}

/// How many letters must be put in, taken out or replaced.
fn differences(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (number, letter) in left.chars().enumerate() {
        let mut corner = row[0];
        row[0] = number + 1;
        for (at, other) in right.iter().enumerate() {
            let replaced = corner + usize::from(letter != *other);
            corner = row[at + 1];
            row[at + 1] = replaced.min(corner + 1).min(row[at] + 1);
        }
    }
    row[right.len()]
}

fn print(findings: &[Warning], format: Findings) -> Result<(), String> {
    let text = match format {
        Findings::Text => formats::text(findings),
        Findings::Json => formats::json(findings),
        Findings::Sarif => formats::sarif(findings),
        Findings::Github => formats::github(findings),
    };
    output::print(&text)
}

/// How many findings there are of each level, the heaviest first.
fn totals(findings: &[Warning]) -> [(Level, usize); 3] {
    Level::ALL.map(|level| (level, findings.iter().filter(|finding| finding.level() == level).count()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_codes_are_answered_with_the_nearest() {
        assert_eq!(known("path.same"), Ok(()));
        let found = "expected the code of a kind of findings after --allow, found";
        assert_eq!(known("path.sam").unwrap_err(), format!("{found} \"path.sam\"; did you mean `path.same`?"));
        assert_eq!(known("everything-else").unwrap_err(), format!("{found} \"everything-else\""));
    }
}
