//! What keeping things costs: a read of one among 100,000, a page of them, a change, a create, and the memory of each.
//!
//! `cargo bench --bench state`. Medians over batches of one run; compare within a run, not between machines.

#![allow(clippy::print_stdout)]

mod common;

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use serde_json::json;
use standin::{Method, MockServer, Remember, Request, kayle};

use common::{median_over, resident};

const THINGS: usize = 100_000;

/// The median time of one run of `act`.
fn median(act: impl FnMut()) -> Duration {
    median_over(50, act)
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
    let before = resident();
    let ids = fill(&api, things);
    let each = before.zip(resident()).map(|(before, after)| format!(", about {} bytes each", after.saturating_sub(before) / things));
    println!("{things} endpoints{}", each.unwrap_or_default());
    let mut at = 0;
    let mut next = || {
        at = (at + 7_919) % ids.len();
        ids[at].clone()
    };
    let read = median(|| drop(black_box(api.handle(request(Method::GET, &format!("/v1/webhooks/endpoints/{}", next()))))));
    println!("  read one                {read:>12.1?}");
    let page_after = |id: &str, limit: usize| request(Method::GET, &format!("/v1/webhooks/endpoints?limit={limit}&starting_after={id}"));
    let few: Vec<&String> = ids.iter().step_by(1 + ids.len() / 100).collect();
    let mut turn = 0;
    let mut known = || {
        turn += 1;
        few[turn % few.len()]
    };
    let first = median(|| drop(black_box(api.handle(page_after(&next(), 10)))));
    println!("  a page of 10 first time {first:>12.1?}");
    few.iter().for_each(|id| drop(api.handle(page_after(id, 10))));
    let page = median(|| drop(black_box(api.handle(page_after(known(), 10)))));
    println!("  a page of 10 again      {page:>12.1?}");
    let page = median(|| drop(black_box(api.handle(page_after(known(), 1)))));
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
