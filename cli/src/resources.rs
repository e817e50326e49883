//! `standin resources`: what an API keeps, as its documents tell it.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use standin::Contract;

use crate::{
    args::{Format, Resources},
    load,
};

pub(crate) fn resources(args: &Resources) -> ExitCode {
    match load::contract(&args.documents) {
        Ok(contract) => match writeln!(io::stdout(), "{}", listed(&contract, args.format)) {
            // A reader that has seen enough is no failure.
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => fail(&format!("cannot write to standard output: {error}")),
            _ => ExitCode::SUCCESS,
        },
        Err(error) => fail(&error.to_string()),
    }
}

fn fail(text: &str) -> ExitCode {
    // Nobody is left to tell if this cannot be written.
    let _ = writeln!(io::stderr(), "standin: {text}");
    ExitCode::from(2)
}

fn listed(contract: &Contract, format: Format) -> String {
    let table = contract.resource_table();
    match format {
        Format::Text => table.to_string(),
        Format::Json => format!("{:#}", table.facts()),
    }
}
