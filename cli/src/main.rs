//! `standin`: a stand-in for an HTTP API that has an OpenAPI document, as a program.

mod args;
mod check;
mod coverage;
mod export;
mod lint;
mod load;
mod log;
mod output;
mod resources;
mod routes;
mod serve;

use std::process::ExitCode;

use clap::Parser;

/// Exit codes: 0 clean, 1 findings, 2 could not run.
fn main() -> ExitCode {
    let args = match args::Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            let code = if error.use_stderr() { 2 } else { 0 };
            // Nobody is left to tell if even this cannot be printed.
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    match &args.command {
        None => serve::serve(&args.serve),
        Some(args::Command::Coverage(args)) => coverage::coverage(args),
        Some(args::Command::Lint(args)) => lint::lint(args),
        Some(args::Command::Routes(args)) => routes::routes(args),
        Some(args::Command::Resources(args)) => resources::resources(args),
        Some(args::Command::Check(args)) => check::check(args),
    }
}
