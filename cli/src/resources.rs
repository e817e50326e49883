//! `standin resources`: what an API keeps, as its documents tell it.

use std::process::ExitCode;

use standin::Contract;

use crate::{
    args::{Format, Resources},
    load,
    output::{fail, print},
};

pub(crate) fn resources(args: &Resources) -> ExitCode {
    let contract = load::contract(&args.documents).map_err(|error| error.to_string());
    match contract.and_then(|contract| print(&format!("{}\n", listed(&contract, args.format)))) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => fail(&why),
    }
}

fn listed(contract: &Contract, format: Format) -> String {
    let table = contract.resource_table();
    match format {
        Format::Text => table.to_string(),
        Format::Json => format!("{:#}", table.facts()),
    }
}
