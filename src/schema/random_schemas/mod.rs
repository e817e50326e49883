//! Random schemas: whatever keywords meet, a value that is made is valid, and where none is made there is believably none.
//!
//! `cargo test --release --lib random_schemas -- --nocapture` judges many, and prints the totals and the smallest misses.

#![allow(clippy::print_stdout, reason = "the totals are for people")]

mod grammar;
mod search;

use std::{
    cell::RefCell,
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use jsonschema::{Draft, Validator, canonical};
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};
use serde_json::{Value, json};

use super::{Direction, Schema, Setting};
use crate::{
    clock::Timestamp,
    document,
    pointer::Pointer,
    seed::Seed,
    source::{Remarks, Source},
};

/// How many schemas are judged; `STANDIN_RANDOM_SCHEMAS` overrides it.
const CASES: u32 = if cfg!(debug_assertions) { 2_000 } else { 100_000 };
/// The stack that they are judged on: that of a server's threads.
const STACK: usize = 2 << 20;
/// How many values are made for each schema; every third has no more than it must have.
const VALUES: u64 = 3;
/// Planning, judging and making all these values takes no longer, on a busy machine either; a quiet one needs a tenth.
const LONGEST: Duration = Duration::from_secs(if cfg!(debug_assertions) { 40 } else { 10 });
/// After this time the whole run ends: what has not ended by then may never do.
const HANGS: Duration = Duration::from_secs(60);
/// How many values are tried before it is believed that there is none.
const TRIES: u64 = 2_000;
/// The same where the canonical form has said that there is none: it is seldom wrong.
const FEWER_TRIES: u64 = 200;
/// How many schemas of a thousand may be refused although they have a value: what was measured, to be lowered and never raised.
const MISSES_PER_THOUSAND: usize = 10;
/// How many misses are printed.
const SHOWN: usize = 20;

#[derive(Default)]
struct Totals {
    schemas: usize,
    values: usize,
    refused: usize,
    slowest: (Duration, String),
    /// The schemas that were refused and have a value, with that value.
    misses: Vec<(Value, Value)>,
}

/// What became of one schema.
enum Outcome {
    /// So many values, all valid.
    Made(usize),
    Refused,
    /// Refused, although this value is valid.
    Missed(Value),
}

#[test]
fn random_schemas_get_valid_values_or_have_none() {
    let judging = std::thread::Builder::new().stack_size(STACK).spawn(judge_all).unwrap();
    if let Err(panic) = judging.join() {
        std::panic::resume_unwind(panic);
    }
}

fn judge_all() {
    let cases = std::env::var("STANDIN_RANDOM_SCHEMAS").ok().and_then(|count| count.parse().ok()).unwrap_or(CASES);
    let totals = RefCell::new(Totals::default());
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 4_000, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]));
    let watch = Watch::start();
    let start = Instant::now();
    let result = runner.run(&grammar::documents(), |written| {
        watch.begin(&written);
        let (outcome, took) = judged(&written)?;
        totals.borrow_mut().add(written, outcome, took);
        Ok(())
    });
    watch.end();
    let totals = totals.into_inner();
    totals.print(start.elapsed());
    if let Err(problem) = result {
        panic!("{problem}");
    }
    assert!(totals.misses.len() * 1_000 <= totals.schemas * MISSES_PER_THOUSAND, "{} misses", totals.misses.len());
}

impl Totals {
    fn add(&mut self, written: Value, outcome: Outcome, took: Duration) {
        self.schemas += 1;
        if took > self.slowest.0 {
            self.slowest = (took, written.to_string());
        }
        match outcome {
            Outcome::Made(count) => self.values += count,
            Outcome::Refused => self.refused += 1,
            Outcome::Missed(value) => self.misses.push((written, value)),
        }
    }

    fn print(&self, took: Duration) {
        let Self { schemas, values, refused, slowest, misses } = self;
        println!("{schemas} schemas, {values} values, {refused} refused, {} misses; {took:.1?}", misses.len());
        println!("slowest: {:.1?} {}", slowest.0, slowest.1);
        let mut misses: Vec<_> = misses.iter().collect();
        misses.sort_by_key(|(schema, _)| schema.to_string().len());
        let smaller: BTreeSet<(usize, String)> = misses.iter().take(10 * SHOWN).map(|(schema, value)| shrunk(schema, value)).collect();
        smaller.iter().take(SHOWN).for_each(|(_, miss)| println!("miss: {miss}"));
    }
}

/// The schema as one of an OpenAPI document, a resource of its own.
fn schema(mut written: Value) -> Schema {
    if let Value::Object(members) = &mut written {
        members.insert("$id".to_owned(), "https://example.com/schema".into());
    }
    let root = json!({"openapi": "3.1.0", "components": {"schemas": {"S": written}}});
    let (document, _) = document::read(Source::of_value("random"), root, &Remarks::default(), &document::Reach::default()).unwrap();
    Schema::new(&Arc::new(document), Pointer::parse("/components/schemas/S").unwrap(), Direction::Response)
}

/// A validator of the schema as it is written.
fn judge(written: &Value) -> Result<Validator, TestCaseError> {
    let options = jsonschema::options().with_draft(Draft::Draft202012).should_validate_formats(true).offline();
    options.build(written).map_err(|error| TestCaseError::fail(format!("the grammar makes a schema that is none: {error}")))
}

/// Makes values and judges them; an error is an invalid value, or that it took too long.
fn judged(written: &Value) -> Result<(Outcome, Duration), TestCaseError> {
    let judge = judge(written)?;
    let start = Instant::now();
    let schema = schema(written.clone());
    let mut made = Vec::new();
    for number in 0..VALUES {
        let setting = Setting { optional: if number == VALUES - 1 { 0 } else { 100 }, ..Setting::at(Timestamp::FIXED) };
        made.push(schema.generate(Seed::new(number), setting));
    }
    let took = start.elapsed();
    if took > LONGEST {
        return Err(TestCaseError::fail(format!("took {took:?}")));
    }
    let (values, refusals): (Vec<_>, Vec<_>) = made.into_iter().partition(Result::is_ok);
    let values: Vec<Value> = values.into_iter().flatten().collect();
    if let Some(invalid) = values.iter().find(|value| !judge.is_valid(value)) {
        return Err(TestCaseError::fail(format!("{invalid} is invalid")));
    }
    let outcome = match (refusals.is_empty(), values.into_iter().next()) {
        (true, _) => Outcome::Made(VALUES as usize),
        (false, Some(value)) => Outcome::Missed(value),
        (false, None) => witness(&judge, written, TRIES).map_or(Outcome::Refused, Outcome::Missed),
    };
    Ok((outcome, took))
}

/// A valid value that is found without the generator.
fn witness(judge: &Validator, written: &Value, tries: u64) -> Option<Value> {
    // The canonical form of these may take all of the stack.
    let harmless = !written.to_string().contains("unevaluated");
    let canonical = harmless
        .then(|| canonical::options().with_draft(Draft::Draft202012).should_validate_formats(true).offline().canonicalize(written))
        .and_then(Result::ok);
    let none = canonical.is_some_and(|canonical| matches!(canonical.satisfiability(), canonical::Satisfiability::No));
    search::witness(judge, written, if none { tries.min(FEWER_TRIES) } else { tries })
}

/// A miss without what it does not need, with its size first.
fn shrunk(written: &Value, value: &Value) -> (usize, String) {
    let (mut written, mut value) = (written.clone(), value.clone());
    let deadline = Instant::now() + LONGEST;
    while let Some((smaller, witness)) = smaller(&written).into_iter().find_map(|smaller| {
        let missed = Instant::now() < deadline;
        let outcome = missed.then(|| judged(&smaller).ok()).flatten();
        outcome.and_then(|(outcome, _)| if let Outcome::Missed(value) = outcome { Some((smaller, value)) } else { None })
    }) {
        (written, value) = (smaller, witness);
    }
    let text = format!("{written} has {value}");
    (text.len(), text)
}

/// The same with one member or item less, anywhere, largest first.
fn smaller(value: &Value) -> Vec<Value> {
    fn parts(value: &Value, rebuilt: &dyn Fn(Value) -> Value, found: &mut Vec<Value>) {
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    let mut fewer = members.clone();
                    fewer.remove(name);
                    found.push(rebuilt(fewer.into()));
                    let with = |member: Value| {
                        let mut changed = members.clone();
                        changed.insert(name.clone(), member);
                        rebuilt(changed.into())
                    };
                    parts(member, &with, found);
                }
            }
            Value::Array(items) => {
                for (number, item) in items.iter().enumerate() {
                    let mut fewer = items.clone();
                    fewer.remove(number);
                    found.push(rebuilt(fewer.into()));
                    let with = |item: Value| {
                        let mut changed = items.clone();
                        changed[number] = item;
                        rebuilt(changed.into())
                    };
                    parts(item, &with, found);
                }
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    parts(value, &|value| value, &mut found);
    found.sort_by_cached_key(|value| value.to_string().len());
    found
}

/// Ends the process, with the schema, if one does not end: a thread that hangs cannot be stopped otherwise.
struct Watch(Arc<Mutex<Option<(Instant, String)>>>);

impl Watch {
    fn start() -> Self {
        let shared = Arc::new(Mutex::new(Some((Instant::now(), String::new()))));
        let watched = Arc::clone(&shared);
        std::thread::spawn(move || {
            // The lock is held for a copy alone: the run waits for it at each schema.
            let read = || watched.lock().unwrap_or_else(PoisonError::into_inner).clone();
            while let Some((began, schema)) = read() {
                if began.elapsed() > HANGS {
                    println!("hangs: {schema}");
                    std::process::exit(101);
                }
                std::thread::sleep(Duration::from_millis(500));
            }
        });
        Self(shared)
    }

    /// The schema is in a file as well: a stack that overflows ends the process before anything can be told.
    fn begin(&self, written: &Value) {
        _ = std::fs::write(std::env::temp_dir().join("standin-random-schema.json"), written.to_string());
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), written.to_string()));
    }

    fn end(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}
