//! What keeping things costs: a read of one among 100,000, a page of them, a change, a create, and the memory of each.
//!
//! `cargo bench --bench state`. Medians over batches of one run; compare within a run, not between machines.

#![allow(clippy::print_stdout)]

use std::{
    fs,
    hint::black_box,
    time::{Duration, Instant},
};

use serde_json::json;
use standin::{Method, MockServer, Remember, Request, kayle};

const BATCH: usize = 200;
const BATCHES: usize = 50;
const THINGS: usize = 100_000;

/// The median time of one run of `act`.
fn median(mut act: impl FnMut()) -> Duration {
    (0..BATCH).for_each(|_| act());
    let mut batches: Vec<Duration> = (0..BATCHES)
        .map(|_| {
            let start = Instant::now();
            (0..BATCH).for_each(|_| act());
            start.elapsed() / BATCH as u32
        })
        .collect();
    batches.sort();
    batches[BATCHES / 2]
}

/// The memory of this process, in kilobytes.
fn memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or_default()
}

fn request(method: Method, target: &str) -> Request {
    Request::with_method(method, target).with_header("authorization", "Bearer kk")
}

fn create(number: usize) -> Request {
    request(Method::POST, "/v1/webhooks/endpoints").with_json(&json!({
        "url": format!("https://example.com/webhooks/{number}"),
        "name": "Main",
        "enabled": true,
        "subscribed_event_types": ["verification.attempt.succeeded"],
    }))
}

/// Creates endpoints; their ids.
fn fill(api: &MockServer, things: usize) -> Vec<String> {
    let id = |number| api.handle(create(number)).json()["data"]["endpoint"]["id"].as_str().unwrap_or_default().to_owned();
    (0..things).map(id).collect()
}

fn measure(things: usize) {
    let api = kayle::builder().lenient(true).remember(Remember::new().calls(1)).start();
    fill(&api, 10);
    let before = memory();
    let ids = fill(&api, things);
    let each = (memory().saturating_sub(before)) * 1024 / things as u64;
    println!("{things} endpoints, about {each} bytes each");
    let mut at = 0;
    let mut next = || {
        at = (at + 7_919) % ids.len();
        ids[at].clone()
    };
    let read = median(|| drop(black_box(api.handle(request(Method::GET, &format!("/v1/webhooks/endpoints/{}", next()))))));
    println!("  read one                {read:>12.1?}");
    let page =
        median(|| drop(black_box(api.handle(request(Method::GET, &format!("/v1/webhooks/endpoints?limit=10&starting_after={}", next()))))));
    println!("  a page of 10            {page:>12.1?}");
    let page =
        median(|| drop(black_box(api.handle(request(Method::GET, &format!("/v1/webhooks/endpoints?limit=1&starting_after={}", next()))))));
    println!("  a page of 1             {page:>12.1?}");
    let missing = median(|| drop(black_box(api.handle(request(Method::GET, "/v1/webhooks/endpoints/whe_nobody")))));
    println!("  read one that is not    {missing:>12.1?}");
    let patch = median(|| {
        let path = format!("/v1/webhooks/endpoints/{}", next());
        drop(black_box(api.handle(request(Method::PATCH, &path).with_json(&json!({"name": "Other"})))));
    });
    println!("  change one              {patch:>12.1?}");
    let mut number = things;
    let created = median(|| {
        number += 1;
        drop(black_box(api.handle(create(number))));
    });
    println!("  create one              {created:>12.1?}");
    let start = Instant::now();
    api.reset();
    println!("  forget all              {:>12.1?}", start.elapsed());
}

fn main() {
    measure(1_000);
    measure(THINGS);
    let api = kayle::builder().stateful(false).lenient(true).remember(Remember::new().calls(1)).start();
    let read = median(|| drop(black_box(api.handle(request(Method::GET, "/v1/webhooks/endpoints/whe_1")))));
    println!("without state\n  read one                {read:>12.1?}");
    let mut number = 0;
    let created = median(|| {
        number += 1;
        drop(black_box(api.handle(create(number))));
    });
    println!("  create one              {created:>12.1?}");
}
