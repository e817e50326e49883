//! What generated answers cost: the Kayle create answer, each operation of real documents for the first time, and the slowest.
//!
//! `cargo bench --bench generate` takes the documents of `../shared/specs`. Without a socket; compare within a run, not between
//! machines. A first answer reads, compiles and plans what it needs; loading the document is not part of it.

#![allow(clippy::print_stdout)]

use std::{
    fs,
    hint::black_box,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use standin::{Contract, MockServer, Request, kayle};

const BATCH: u32 = 200;
const BATCHES: usize = 200;
/// How many of the slowest are printed.
const SHOWN: usize = 10;
/// What a first answer should take at most.
const AIM: Duration = Duration::from_millis(50);

/// A first answer, and how long it and later ones took.
struct First {
    took: Duration,
    again: Duration,
    bytes: usize,
    name: String,
}

fn main() {
    let create = kayle_create();
    println!("Kayle create: {create:.1?} for request, judgement, answer and memory; {:.0} answers/s", 1.0 / create.as_secs_f64());
    let mut firsts: Vec<First> = documents().iter().flat_map(|path| first_answers(path)).collect();
    if firsts.is_empty() {
        return println!("no documents in ../shared/specs");
    }
    firsts.sort_by_key(|first| std::cmp::Reverse(first.took));
    let late = firsts.iter().filter(|first| first.took > AIM).count();
    let median = firsts[firsts.len() / 2].took;
    println!("{} first answers, median {median:.1?}, {late} of them over {AIM:?}; the slowest:", firsts.len());
    firsts.iter().take(SHOWN).for_each(|first| print(first, create));
    if let Some(largest) = firsts.iter().max_by_key(|first| first.bytes) {
        println!("the largest answer:");
        print(largest, create);
    }
}

fn print(first: &First, create: Duration) {
    let ratio = first.again.as_secs_f64() / create.as_secs_f64();
    let rate = 1.0 / first.again.as_secs_f64();
    let First { took, again, bytes, name } = first;
    println!("{took:>10.1?} first, {again:>9.1?} again ({ratio:>6.1} x create, {rate:>7.0}/s) {bytes:>8} B  {name}");
}

/// The median time of a create that is in order.
fn kayle_create() -> Duration {
    let api = kayle::builder().seed(1).lenient(true).start();
    let request = Request::post("/v1/webhooks/endpoints").with_header("authorization", "Bearer x");
    let request = request.with_json(&serde_json::json!({"url": "https://example.com/webhooks"}));
    let mut batches: Vec<Duration> = (0..BATCHES)
        .map(|_| {
            let start = Instant::now();
            (0..BATCH).for_each(|_| _ = black_box(api.handle(request.clone())));
            start.elapsed() / BATCH
        })
        .collect();
    batches.sort();
    batches[BATCHES / 2]
}

fn documents() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/specs");
    let mut documents: Vec<PathBuf> = fs::read_dir(folder).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path())).collect();
    documents.retain(|path| path.extension().is_some_and(|end| end != "md"));
    documents.sort();
    documents
}

/// Each operation of a document asked for the first time, in the order of their paths.
fn first_answers(path: &Path) -> Vec<First> {
    let contract = Contract::from_path(path).expect("a document that loads");
    let api = MockServer::builder(&contract).seed(1).dynamic(true).errors(false).lenient(true).start();
    // The first validator of a process, and the router, are paid for once and by nobody in particular.
    api.handle(Request::get("/"));
    let file = path.file_name().unwrap_or_default().to_string_lossy();
    let mut firsts = Vec::new();
    for operation in contract.operations() {
        let target = operation.path().split(['?', '#']).next().unwrap_or_default().replace(['{', '}', ' '], "");
        let ask = || api.handle(Request::with_method(operation.method().clone(), &target));
        let start = Instant::now();
        let bytes = ask().body().len();
        let took = start.elapsed();
        let start = Instant::now();
        (0..5).for_each(|_| _ = black_box(ask()));
        firsts.push(First { took, again: start.elapsed() / 5, bytes, name: format!("{file} {}", operation.name()) });
        api.reset();
    }
    firsts
}
