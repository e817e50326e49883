//! Arguments to a contract, and what its documents have to say for themselves.

use std::{
    collections::BTreeMap,
    io,
    process::{Command, Stdio},
};

use serde_json::json;
use standin::{Contract, Error, Loader, Warning, kayle};

use crate::args::{Documents, Format};

/// How many warnings of a kind are told. Some documents have thousands of one.
const TOLD: usize = 3;

/// Loads the documents as one contract.
pub(crate) fn contract(args: &Documents) -> Result<Contract, Error> {
    let mut loaded = args.documents.iter().map(|document| load(document, args));
    let Some(first) = loaded.next() else { return bundled(args) };
    loaded.try_fold(first?, |all, next| Ok(all.and(&next?)))
}

/// The bundled contract. That without overlays is read faster.
fn bundled(args: &Documents) -> Result<Contract, Error> {
    if args.overlays.is_empty() { Ok(kayle::contract()) } else { kayle::contract_with(&loader(args)) }
}

fn loader(args: &Documents) -> Loader {
    args.overlays.iter().fold(Loader::new().allow_outside(args.allow_outside), Loader::overlay)
}

fn load(document: &str, args: &Documents) -> Result<Contract, Error> {
    let loader = loader(args);
    let is_address = document.starts_with("http://") || document.starts_with("https://");
    let loader = if args.allow_remote { loader.fetch_with(fetch) } else { loader };
    match is_address {
        // The address itself was asked for; what else it refers to was not.
        true if !args.allow_remote => {
            let root = document.to_owned();
            let only = move |url: &str| if url == root { fetch(url) } else { Err(io::Error::other("--allow-remote is not given")) };
            loader.fetch_with(only).load_url(document)
        }
        true => loader.load_url(document),
        false => loader.load(document),
    }
}

/// A text by HTTP. By curl: it is nearly everywhere, it knows the proxies and certificates of the machine it is on, and few
/// need this at all.
fn fetch(url: &str) -> io::Result<String> {
    const OPTIONS: [&str; 10] = [
        "--fail",
        "--silent",
        "--show-error",
        "--location",
        "--compressed",
        "--max-time=60",
        "--max-filesize=100000000",
        "--proto==http,https",
        "--proto-redir==http,https",
        "--",
    ];
    let options = OPTIONS.iter().flat_map(|option| match option.split_once('=') {
        Some((name, value)) => vec![name, value],
        None => vec![*option],
    });
    let output = Command::new("curl").args(options).arg(url).stdin(Stdio::null()).output();
    let output = output.map_err(|error| io::Error::new(error.kind(), format!("curl cannot be run: {error}")))?;
    if !output.status.success() {
        return Err(io::Error::other(String::from_utf8_lossy(&output.stderr).trim().to_owned()));
    }
    String::from_utf8(output.stdout).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error.utf8_error()))
}

/// The warnings as lines: all of them for programs, the first few of each kind for people.
pub(crate) fn lines(warnings: &[Warning], format: Format) -> Vec<String> {
    if format == Format::Json {
        return warnings.iter().map(|warning| json(warning).to_string()).collect();
    }
    let mut kinds: BTreeMap<&str, Vec<&Warning>> = BTreeMap::new();
    for warning in warnings {
        kinds.entry(warning.code()).or_default().push(warning);
    }
    let mut lines = Vec::new();
    for (code, warnings) in kinds {
        lines.extend(warnings.iter().take(TOLD).map(|warning| format!("warning: {warning}")));
        if warnings.len() > TOLD {
            lines.push(format!("warning: ... and {} more [{code}]", warnings.len() - TOLD));
        }
    }
    lines
}

fn json(warning: &Warning) -> serde_json::Value {
    let place = warning.place();
    let position = place.position();
    json!({
        "event": "warning",
        "code": warning.code(),
        "text": warning.text(),
        "document": place.document(),
        "pointer": place.pointer().as_str(),
        "line": position.map(|position| position.line),
        "column": position.map(|position| position.column),
    })
}
