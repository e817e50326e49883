//! Generated answers of whole documents, one JSON object per line: for independent validators.
//!
//! `cargo run --release --example corpus -- DIR SEEDS` asks each operation of each document in a folder for every status that
//! it declares, with so many seeds. A line has the document, the operation's place in it, the status as it is declared, and
//! the answer's media type and value, or why there is none.

use std::{
    fs,
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use serde_json::{Value, json};
use standin::{Because, Contract, MockServer, Operation, Request};

fn main() -> io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().unwrap_or_else(|| "../shared/specs".to_owned());
    let seeds = arguments.next().and_then(|number| number.parse().ok()).unwrap_or(5);
    let mut out = BufWriter::new(io::stdout().lock());
    for path in documents(Path::new(&folder))? {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        match Contract::from_path(&path) {
            Ok(contract) => write_answers(&name, &contract, seeds, &mut out)?,
            Err(error) => writeln!(out, "{}", json!({"document": name, "refused": format!("it does not load: {error}")}))?,
        }
    }
    out.flush()
}

fn documents(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let is_document = |path: &PathBuf| path.extension().is_some_and(|end| ["json", "yaml", "yml"].iter().any(|known| end == *known));
    let mut documents = Vec::new();
    for entry in fs::read_dir(folder)? {
        documents.extend(Some(entry?.path()).filter(is_document));
    }
    documents.sort();
    Ok(documents)
}

fn write_answers(name: &str, contract: &Contract, seeds: u64, out: &mut impl Write) -> io::Result<()> {
    // Broken requests are answered as if they were in order: what is asked for here is answers alone.
    let api = MockServer::builder(contract).seed(0).dynamic(true).errors(false).lenient(true).start();
    for operation in contract.operations() {
        for status in operation.statuses() {
            for seed in 0..seeds {
                let mut line = answer(&api, operation, &status, seed);
                line["document"] = name.into();
                line["operation"] = operation.pointer().to_string().into();
                line["status"] = status.clone().into();
                writeln!(out, "{line}")?;
            }
        }
        api.reset();
    }
    Ok(())
}

fn answer(api: &MockServer, operation: &Operation, status: &str, seed: u64) -> Value {
    let Some(code) = code(operation, status) else { return json!({"refused": "no status can be asked for"}) };
    let target = target(operation.path());
    if target.parse::<standin::Uri>().is_err() {
        return json!({"refused": "no target can be written"});
    }
    let request = Request::with_method(operation.method().clone(), &target).with_header("prefer", &format!("code={code}, seed={seed}"));
    let response = api.handle(request);
    let call = api.calls().last();
    if call.operation().map(Operation::name) != Some(operation.name()) {
        return json!({"refused": "another operation takes the request"});
    }
    if *call.because() == Because::Unable {
        let why: Vec<String> = call.violations().iter().map(ToString::to_string).collect();
        return json!({"refused": why.join("; ")});
    }
    let media_type = response.header("content-type").unwrap_or_default();
    match serde_json::from_slice::<Value>(response.body()) {
        Ok(value) if response.status().as_u16() == code => json!({"media_type": media_type, "value": value}),
        _ if response.status().as_u16() != code => json!({"refused": format!("answered {}: {}", response.status(), call.because())}),
        _ => json!({"media_type": media_type}),
    }
}

/// A status that a declared one stands for, and none of the others does.
fn code(operation: &Operation, status: &str) -> Option<u16> {
    let declared: Vec<String> = operation.statuses().collect();
    let range = |code: u16| format!("{}XX", code / 100);
    let stands_for = |code: &u16| match status {
        "default" => !declared.contains(&code.to_string()) && !declared.contains(&range(*code)),
        _ => status == code.to_string() || (status == range(*code) && !declared.contains(&code.to_string())),
    };
    [500, 200].into_iter().chain(200..600).find(stands_for)
}

/// A path that fits a template.
fn target(template: &str) -> String {
    let mut target = String::new();
    let mut rest = template.split('#').next().unwrap_or_default();
    while let Some((before, after)) = rest.split_once('{') {
        target += before;
        target.push('1');
        rest = after.split_once('}').map_or("", |(_, rest)| rest);
    }
    (target + rest).replace(' ', "%20")
}
