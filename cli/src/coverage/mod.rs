//! `standin coverage`: what of a contract the tests of a run have reached, put together from what their processes wrote.

mod formats;
mod limits;

use std::{fs, path::Path, process::ExitCode};

use standin::{Coverage, CoverageFolder};

pub(crate) use self::limits::Limits;
use crate::{
    args, load,
    output::{self, fail, say},
};

/// How many files that were skipped are named.
const MOST_SKIPPED: usize = 10;

pub(crate) fn coverage(args: &args::Coverage) -> ExitCode {
    match run(args) {
        Ok(unmet) if unmet.is_empty() => ExitCode::SUCCESS,
        Ok(unmet) => {
            say(unmet.trim_end());
            ExitCode::from(1)
        }
        Err(why) => fail(&why),
    }
}

/// Prints and writes what was asked for; what is left is what fell short of the limits.
fn run(args: &args::Coverage) -> Result<String, String> {
    let contracts = match args.contracts.as_slice() {
        [] => Vec::new(),
        documents => {
            let documents = args::Documents {
                documents: documents.to_vec(),
                overlays: args.overlays.clone(),
                allow_outside: args.allow_outside,
                allow_remote: args.allow_remote,
            };
            vec![load::contract(&documents).map_err(|error| error.to_string())?]
        }
    };
    let folder = CoverageFolder::read(&args.folder, &contracts).map_err(|error| error.to_string())?;
    for (name, why) in folder.skipped().iter().take(MOST_SKIPPED) {
        say(&format!("standin: skipped {}: {why}", args.folder.join(name).display()));
    }
    if folder.skipped().len() > MOST_SKIPPED {
        say(&format!("standin: skipped {} more files", folder.skipped().len() - MOST_SKIPPED));
    }
    let found = folder.contracts();
    if found.is_empty() {
        let folder = args.folder.display();
        return Err(format!("expected what servers write if STANDIN_COVERAGE names the folder, found none of it in {folder}"));
    }
    output::print(&tables(found))?;
    let limits = args.fail_under.clone().unwrap_or_default();
    let files = [
        (&args.json, formats::json as fn(&CoverageFolder, &Limits) -> String),
        (&args.lcov, |folder, _| formats::lcov(folder.contracts())),
        (&args.junit, |folder, limits| formats::junit(folder.contracts(), limits)),
    ];
    for (path, format) in files {
        if let Some(path) = path {
            write(path, &format(&folder, &limits))?;
        }
    }
    Ok(found.iter().map(|coverage| limits.unmet(coverage)).collect())
}

fn tables(found: &[Coverage]) -> String {
    found.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    fs::write(path, text).map_err(|error| format!("cannot write {}: {error}", path.display()))
}
