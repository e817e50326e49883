//! `standin coverage`: what of a contract the tests of a run have reached, put together from what their processes wrote.

mod formats;
mod limits;

use std::{
    fs,
    io::{self, Write},
    path::Path,
    process::ExitCode,
};

use standin::{Coverage, CoverageFolder};

pub(crate) use self::limits::Limits;
use crate::{args, load};

/// How many files that were skipped are named.
const MOST_SKIPPED: usize = 10;

pub(crate) fn coverage(args: &args::Coverage) -> ExitCode {
    match run(args) {
        Ok(unmet) if unmet.is_empty() => ExitCode::SUCCESS,
        Ok(unmet) => {
            say(&unmet);
            ExitCode::from(1)
        }
        Err(why) => {
            say(&format!("standin: {why}\n"));
            ExitCode::from(2)
        }
    }
}

fn say(text: &str) {
    // Nobody is left to tell if this cannot be written.
    let _ = io::stderr().write_all(text.as_bytes());
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
        say(&format!("standin: skipped {}: {why}\n", args.folder.join(name).display()));
    }
    if folder.skipped().len() > MOST_SKIPPED {
        say(&format!("standin: skipped {} more files\n", folder.skipped().len() - MOST_SKIPPED));
    }
    let found = folder.contracts();
    if found.is_empty() {
        let folder = args.folder.display();
        return Err(format!("expected what servers write if STANDIN_COVERAGE names the folder, found none of it in {folder}"));
    }
    print(found)?;
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

fn print(found: &[Coverage]) -> Result<(), String> {
    let tables: Vec<String> = found.iter().map(ToString::to_string).collect();
    match io::stdout().write_all(tables.join("\n").as_bytes()) {
        // Who reads only the head has what they wanted.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(format!("cannot write to standard output: {error}")),
        _ => Ok(()),
    }
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    fs::write(path, text).map_err(|error| format!("cannot write {}: {error}", path.display()))
}
