//! What a call costs without a socket: routed, checked, generated, answer checked, recorded.
//!
//! `cargo bench --bench engine`. Medians over batches of one run; compare within a run, not between machines.

#![allow(clippy::print_stdout)]

mod common;

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use serde_json::json;
use standin::{Contract, MockServer, Remember, Request, kayle};

use common::{median_over, resident};

/// The median time of one run of `act`.
fn median(act: impl FnMut()) -> Duration {
    median_over(200, act)
}

fn create(number: usize) -> Request {
    Request::post("/v1/webhooks/endpoints").with_header("authorization", "Bearer kk").with_header("host", "127.0.0.1").with_json(&json!({
        "url": format!("https://example.com/webhooks/{number}"),
        "name": "Main",
        "enabled": true,
        "subscribed_event_types": ["verification.attempt.succeeded"],
    }))
}

fn main() {
    let first = Instant::now();
    let api = kayle::builder().lenient(true).start();
    let loaded = first.elapsed();
    assert_eq!(api.handle(create(0)).status(), 200);
    println!("Kayle contract loaded and server started      {loaded:>12.1?}");
    println!("… and the first create answered               {:>12.1?}", first.elapsed());

    let mut number = 0;
    let request = median(|| {
        number += 1;
        black_box(create(number));
    });
    let valid = median(|| {
        number += 1;
        black_box(api.handle(create(number)));
    });
    println!("valid create                                  {:>12.1?}", valid.saturating_sub(request));
    let refused = median(|| {
        black_box(api.handle(create(0).with_body(r#"{"url": "http://example.com", "name": ""}"#)));
    });
    println!("refused create                                {:>12.1?}", refused.saturating_sub(request));
    let list = median(|| {
        number += 1;
        let target = format!("/v1/webhooks/endpoints?limit=10&starting_after=whe_{number}");
        black_box(api.handle(Request::get(&target).with_header("authorization", "Bearer kk")));
    });
    println!("list                                          {list:>12.1?}");

    let text = include_str!("../spec/kayle.openapi.yaml");
    let load = median_of_few(|| drop(black_box(Contract::from_text("kayle", text))));
    println!("loading the contract ({} kB of YAML)          {load:>12.1?}", text.len() / 1000);
    drop(MockServer::start(&kayle::contract()));
    remembered();
}

/// What it costs to remember calls, and to look at many of them.
fn remembered() {
    const CALLS: usize = 100_000;
    let text = "openapi: 3.1.0\npaths: {/a: {get: {responses: {'204': {description: d}}}}, /b: {get: {}}}";
    let contract = Contract::from_text("small.yaml", text).expect("it is in order");
    let api = MockServer::builder(&contract).remember(Remember::new().calls(2 * CALLS).bytes(1 << 30)).start();
    let get = || Request::get("/a").with_header("host", "127.0.0.1");
    let (built, handled) = (median(|| drop(black_box(get()))), median(|| drop(black_box(api.handle(get())))));
    println!("smallest call, recording included             {:>12.1?}", handled.saturating_sub(built));
    api.reset();
    let before = resident();
    (0..CALLS).for_each(|_| drop(api.handle(get())));
    if let (Some(before), Some(after)) = (before, resident()) {
        println!("memory of one of {CALLS} calls (17 B of text)   {:>10} B", (after.saturating_sub(before)) / CALLS);
    }
    let all = median(|| drop(black_box(api.calls())));
    println!("calls() of {CALLS}                             {all:>12.1?}");
    let after_one = median(|| {
        api.handle(get());
        black_box(api.calls());
    });
    println!("a call, and then calls() of {CALLS}            {:>12.1?}", after_one.saturating_sub(built));
    let chosen = median_of_few(|| drop(black_box(api.calls().to("GET /b"))));
    println!("calls().to(…) of {CALLS}                       {chosen:>12.1?}");
}

fn median_of_few(mut act: impl FnMut()) -> Duration {
    let mut times: Vec<Duration> = (0..21)
        .map(|_| {
            let start = Instant::now();
            act();
            start.elapsed()
        })
        .collect();
    times.sort();
    times[10]
}
