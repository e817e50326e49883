//! What large documents cost: the time from the start of a process to its first answer, and the memory that it takes.
//!
//! `cargo bench --bench documents` takes the largest files of `../shared/specs`, or those that are named behind `--`, and
//! one of 13 MB made of copies of the largest. Each runs in a process of its own, several times; the medians are printed.
//! Routing is measured beside it: a lookup among 1 operation and among 1,000.

#![allow(clippy::print_stdout)]

use std::{
    env, fs,
    hint::black_box,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::{Map, Value, json};
use standin::{Contract, Method, MockServer, Request};

/// Names the document in the processes that are measured.
const DOCUMENT: &str = "STANDIN_BENCH_DOCUMENT";
const RUNS: usize = 5;
/// How many of the documents are measured.
const LARGEST: usize = 6;

fn main() {
    if let Some(document) = env::var_os(DOCUMENT) {
        return answer(Path::new(&document));
    }
    routing();
    let named: Vec<PathBuf> = env::args().skip(1).filter(|argument| !argument.starts_with('-')).map(PathBuf::from).collect();
    let documents = if named.is_empty() { largest() } else { named };
    if documents.is_empty() {
        return println!("no documents in ../shared/specs: name some behind `--`");
    }
    let small =
        written("small", &fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/library.yaml")).expect("a fixture"));
    // What a process has in memory whatever its document.
    let floor = run(&small).peak;
    println!("{:<36} {:>10} {:>16} {:>8} {:>10} {:>8}", "document", "size", "first answer", "peak", "peak/size", "- floor");
    measure(&small, floor);
    let made = documents.iter().find(|path| path.extension().is_some_and(|end| end == "json")).map(|path| several(path, 13_000_000));
    documents.iter().chain(&made).for_each(|document| measure(document, floor));
    made.iter().chain([&small]).for_each(|path| fs::remove_file(path).expect("a file of this run can be removed"));
}

/// In a process of its own: loads the document, answers one request, and tells what that took.
fn answer(document: &Path) {
    let contract = Contract::from_path(document).expect("a document that loads");
    let api = MockServer::builder(&contract).lenient(true).start();
    let get = contract.operations().iter().find(|operation| operation.method() == Method::GET && !operation.path().contains('{'));
    let operation = get.or_else(|| contract.operations().first()).expect("a document with operations");
    let path = operation.path().split(['?', '#']).next().unwrap_or_default().replace(['{', '}'], "");
    let ask = |credentials| api.handle(Request::with_method(operation.method().clone(), &path).with_header("authorization", credentials));
    let status = ["Bearer x", "Basic dTpw", "x"].map(|credentials| ask(credentials).status()).into_iter().min().expect("some were asked");
    // The parent's clock stops at this line.
    println!("{} {}", status.as_u16(), peak_memory());
}

/// Bytes of memory that this process had at most. Linux alone tells.
fn peak_memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok()).unwrap_or_default() * 1024
}

/// What one process needed.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Run {
    first_answer: Duration,
    /// The status of that answer.
    status: String,
    peak: u64,
}

fn run(document: &Path) -> Run {
    let start = Instant::now();
    let program = env::current_exe().expect("a program knows its own path");
    let mut child = Command::new(program).env(DOCUMENT, document).stdout(Stdio::piped()).spawn().expect("a program can be run");
    let mut said = String::new();
    BufReader::new(child.stdout.take().expect("the output is piped")).read_line(&mut said).expect("the process says one line");
    let first_answer = start.elapsed();
    child.wait().expect("the process ends");
    let (status, peak) = said.trim().split_once(' ').expect("a status and a number of bytes");
    Run { first_answer, status: status.to_owned(), peak: peak.parse().expect("a number of bytes") }
}

fn measure(document: &Path, floor: u64) {
    let mut runs: Vec<Run> = (0..RUNS).map(|_| run(document)).collect();
    runs.sort();
    let Run { first_answer, status, peak } = &runs[RUNS / 2];
    let size = fs::metadata(document).expect("a file that is there").len();
    println!(
        "{:<36} {:>7.1} MB {:>6.0} ms ({status}) {:>6} MB {:>10.1} {:>8.1}",
        document.file_name().unwrap_or_default().to_string_lossy(),
        size as f64 / 1e6,
        first_answer.as_secs_f64() * 1e3,
        peak / 1_000_000,
        *peak as f64 / size as f64,
        peak.saturating_sub(floor) as f64 / size as f64,
    );
}

/// A file of this run, with this text.
fn written(name: &str, text: &str) -> PathBuf {
    let path = env::temp_dir().join(format!("standin-bench-{}-{name}.json", std::process::id()));
    fs::write(&path, text).expect("a file that can be written");
    path
}

fn largest() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/specs");
    let entries = fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    let sized = entries.filter_map(|entry| Some((entry.metadata().ok()?.len(), entry.path())));
    let mut sized: Vec<_> = sized.filter(|(_, path)| path.extension().is_some_and(|end| end != "md")).collect();
    sized.sort_by_key(|(size, _)| std::cmp::Reverse(*size));
    sized.into_iter().take(LARGEST).map(|(_, path)| path).collect()
}

/// A document as large as asked for: the paths and components of another, again and again under other names.
fn several(document: &Path, size: usize) -> PathBuf {
    let text = fs::read_to_string(document).expect("a file that can be read");
    let mut whole: Value = serde_json::from_str(&text).expect("a JSON document");
    for copy in 1..size.div_ceil(text.len()) {
        let renamed = renamed(&text, copy);
        for (section, members) in sections(&renamed) {
            let own = whole.pointer_mut(&section).and_then(Value::as_object_mut).expect("the copied document has it");
            own.extend(members);
        }
    }
    written("13-mb", &serde_json::to_string_pretty(&whole).expect("a value can be written"))
}

fn renamed(text: &str, copy: usize) -> Value {
    let document: Value = serde_json::from_str(text).expect("a JSON document");
    let mut text = text.to_owned();
    let kinds = document["components"].as_object().into_iter().flatten();
    for kind in kinds.map(|(kind, _)| kind) {
        text = text.replace(&format!("\"#/components/{kind}/"), &format!("\"#/components/{kind}/copy{copy}."));
    }
    let mut renamed: Value = serde_json::from_str(&text).expect("names were changed inside of strings");
    if let Some(paths) = renamed["paths"].as_object_mut() {
        *paths = std::mem::take(paths).into_iter().map(|(path, item)| (format!("/copy{copy}{path}"), item)).collect();
    }
    for (_, members) in renamed["components"].as_object_mut().into_iter().flatten() {
        if let Some(members) = members.as_object_mut() {
            *members = std::mem::take(members).into_iter().map(|(name, value)| (format!("copy{copy}.{name}"), value)).collect();
        }
    }
    renamed
}

fn sections(document: &Value) -> Vec<(String, Map<String, Value>)> {
    let components = document["components"].as_object().into_iter().flatten();
    let components = components.filter_map(|(kind, members)| Some((format!("/components/{kind}"), members.as_object()?.clone())));
    components.chain(document["paths"].as_object().map(|paths| ("/paths".to_owned(), paths.clone()))).collect()
}

/// A lookup among few operations and among many.
fn routing() {
    for count in [1, 1_000] {
        let item = |number: usize| {
            let path = format!("/v1/area{}/things{number}/{{id}}/parts/{{part}}", number % 20);
            (path, json!({"get": {"responses": {"204": {"description": "nothing"}}}}))
        };
        let paths: Map<String, Value> = (0..count).map(item).collect();
        let contract = Contract::from_value("made", json!({"openapi": "3.1.0", "paths": paths})).expect("a document that loads");
        let path = format!("/v1/area{}/things{}/abc123/parts/7", (count - 1) % 20, count - 1);
        assert!(contract.operation_for(&Method::GET, &path).is_some());
        const LOOKUPS: u32 = 200_000;
        let mut times: Vec<Duration> = (0..9)
            .map(|_| {
                let start = Instant::now();
                (0..LOOKUPS).for_each(|_| _ = black_box(contract.operation_for(&Method::GET, black_box(&path))));
                start.elapsed() / LOOKUPS
            })
            .collect();
        times.sort();
        println!("route lookup among {count:>5} operations {:>10.0?}", times[4]);
    }
}
