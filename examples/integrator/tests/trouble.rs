//! What the program does when Kayle refuses, fails, is slow, or is not there.

mod common;

use std::time::Duration;

use integrator::{App, Config, Error};
use standin::{Fault, kayle};

use common::{CREATE, LIST, REVEAL, config, start};

#[tokio::test]
async fn a_refused_key_is_told_and_not_tried_again() {
    for (status, expected) in [
        (401, "Kayle refused with 401 Unauthorized: UNAUTHORIZED: Unauthorized"),
        (403, "Kayle refused with 403 Forbidden: FORBIDDEN: Forbidden"),
    ] {
        let api = kayle::start();
        api.on(LIST).reply(status);
        let error = start(&api).await.registered().await.unwrap_err();
        assert_eq!(error.to_string(), expected);
        api.calls().assert_count(1);
    }
}

/// No script is needed for a wrong key: the stand-in knows keys.
#[tokio::test]
async fn another_key_is_refused() {
    let api = kayle::builder().api_key("kk_of_production").start();
    api.expect_violation("header authorization");
    let mut app = App::start(Config { key: "kk_of_staging".into(), ..config(&api) }).await.unwrap();
    let error = app.registered().await.unwrap_err();
    assert!(matches!(error, Error::Refused(status, code, _) if status == 401 && code == "UNAUTHORIZED"));
}

/// The documentation of Kayle has no 503: what stands before it has.
#[tokio::test]
async fn the_program_tries_again_while_kayle_is_overloaded() {
    let api = kayle::start();
    api.on(LIST).off_contract().reply(503).times(2).then().reply(200);

    start(&api).await.registered().await.unwrap();

    api.calls().assert_sequence([LIST, LIST, LIST, CREATE]);
}

#[tokio::test]
async fn at_some_time_it_gives_up() {
    let api = kayle::start();
    api.on(LIST).off_contract().reply(503);
    let error = start(&api).await.registered().await.unwrap_err();
    assert_eq!(error.to_string(), "Kayle refused with 503 Service Unavailable");
    api.calls().assert_count(4);
}

#[tokio::test]
async fn a_slow_answer_is_not_waited_for() {
    let api = kayle::start();
    api.on(LIST).delay(Duration::from_secs(30)).times(1);

    let mut app = App::start(Config { timeout: Duration::from_millis(500), ..config(&api) }).await.unwrap();
    app.registered().await.unwrap();

    api.calls().assert_sequence([LIST, LIST, CREATE]);
}

#[tokio::test]
async fn no_answer_at_all_is_a_timeout() {
    let api = kayle::start();
    api.on(LIST).fault(Fault::Hang);
    let mut app = App::start(Config { timeout: Duration::from_millis(50), ..config(&api) }).await.unwrap();
    let Err(Error::NoAnswer(error)) = app.registered().await else { panic!("an answer came") };
    assert!(error.is_timeout(), "{error}");
}

#[tokio::test]
async fn broken_connections_are_made_anew() {
    for fault in [Fault::ResetBeforeHeaders, Fault::ResetInBody, Fault::EndInBody, Fault::MalformedChunk] {
        let api = kayle::start();
        api.on(LIST).fault(fault).times(1);
        start(&api).await.registered().await.unwrap();
        api.calls().assert_sequence([LIST, LIST, CREATE]);
    }
}

/// Kayle has created the endpoint, but the program has not heard of it: a second one would get all events twice.
#[tokio::test]
async fn a_lost_answer_creates_no_second_endpoint() {
    let api = kayle::start();
    api.on(CREATE).fault(Fault::ResetBeforeHeaders);

    start(&api).await.registered().await.unwrap();

    api.calls().assert_sequence([LIST, CREATE, LIST, REVEAL]);
}

#[tokio::test]
async fn a_server_that_is_down_for_a_moment_does_not_matter() {
    let api = kayle::start();
    api.pause();
    let mut app = App::start(Config { pause: Duration::from_millis(200), ..config(&api) }).await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    api.resume();
    app.registered().await.unwrap();
    api.calls().assert_sequence([LIST, CREATE]);
}

/// Whatever goes wrong: it ends, and every call of the program is in order.
#[tokio::test]
async fn any_trouble_ends() {
    let runs = (0..20).map(|seed| {
        tokio::spawn(async move {
            let api = kayle::builder().chaos(0.5).seed(seed).start();
            let mut app = App::start(Config { timeout: Duration::from_millis(300), ..config(&api) }).await.unwrap();
            app.registered().await.is_ok()
        })
    });
    let mut registered = 0;
    for run in runs.collect::<Vec<_>>() {
        registered += usize::from(run.await.unwrap());
    }
    assert!((1..20).contains(&registered), "{registered} of 20");
}
