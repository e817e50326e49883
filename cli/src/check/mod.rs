//! `standin check`: recorded traffic, judged by documents.

mod formats;

use std::{fs::File, io, process::ExitCode};

use standin::{Contract, Traffic, TrafficCheck};

use crate::{
    args::{Check, Documents, Judged},
    load,
    output::{fail, print},
};

pub(crate) fn check(args: &Check) -> ExitCode {
    match run(args) {
        Ok(conforming) => ExitCode::from(u8::from(!conforming)),
        Err(why) => fail(&why),
    }
}

/// A recording, and what came of it.
struct Recording {
    name: String,
    traffic: Traffic,
}

fn run(args: &Check) -> Result<bool, String> {
    let documents = Documents {
        documents: args.contracts.clone(),
        overlays: args.overlays.clone(),
        allow_outside: args.allow_outside,
        allow_remote: args.allow_remote,
    };
    let contract = load::contract(&documents).map_err(|error| error.to_string())?;
    let judged: Vec<Recording> = args.recordings.iter().map(|name| judge(args, &contract, name)).collect::<Result<_, _>>()?;
    let text = match args.format {
        Judged::Text => formats::text(&judged),
        Judged::Json => formats::json(&judged),
        Judged::Junit => formats::junit(&judged),
        Judged::Sarif => formats::sarif(&judged),
        Judged::Github => formats::github(&judged),
    };
    print(&text)?;
    Ok(judged.iter().all(|recording| recording.traffic.is_conforming()))
}

fn judge(args: &Check, contract: &Contract, name: &str) -> Result<Recording, String> {
    let check = TrafficCheck::new(contract).strict(args.strict);
    let check = args.hosts.iter().fold(check, |check, host| check.host(host));
    let (name, traffic) = match name {
        "-" => ("standard input", check.read("standard input", io::stdin().lock())),
        name => {
            let file = File::open(name).map_err(|error| format!("cannot read {name}: {error}"))?;
            (name, check.read(name, file))
        }
    };
    Ok(Recording { name: name.to_owned(), traffic: traffic.map_err(|error| error.to_string())? })
}
