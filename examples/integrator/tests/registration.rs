//! The program registers its webhook: what it sends, and what it finds there.

mod common;

use std::{collections::BTreeMap, time::Duration};

use integrator::{App, Config};
use serde_json::json;
use standin::{CoverageKind, Match, kayle};

use common::{CREATE, HOOK, LIST, REVEAL, config, start};

#[tokio::test]
async fn the_webhook_is_registered_once() {
    let api = kayle::start();

    start(&api).await.registered().await.unwrap();

    let call = api.calls().to("POST /v1/webhooks/endpoints").only();
    call.request().assert_json(&json!({
        "url": "https://shop.example/webhooks/kayle",
        "subscribed_event_types": ["verification.attempt.succeeded", "verification.attempt.failed"],
    }));
    assert_eq!(call.request().header("authorization"), Some(&*format!("Bearer {}", kayle::API_KEY)));
    assert_eq!(call.response().json()["data"]["endpoint"]["enabled"], true);
}

#[tokio::test]
async fn the_conversation_stays_as_it_is() {
    let api = kayle::builder().seed(1).start();
    start(&api).await.registered().await.unwrap();
    insta::assert_yaml_snapshot!(api.calls().snapshot());
}

/// The program starts at once, and registers while it runs already.
#[tokio::test]
async fn registration_runs_in_the_background() {
    let api = kayle::start();
    let _app = start(&api).await;
    let calls = api.calls().to(CREATE).wait_for(1).within(Duration::from_secs(5)).await;
    calls.only().request().assert_json_subset(&json!({"url": HOOK}));
}

#[tokio::test]
async fn what_is_registered_is_not_registered_again() {
    let api = kayle::start();
    let kayle = kayle::handle(&api);
    kayle.seed_endpoint("https://elsewhere.example/");
    let ours = kayle.seed_endpoint(HOOK);

    start(&api).await.registered().await.unwrap();

    api.calls().assert_sequence([LIST, REVEAL]);
    assert!(api.calls().last().request().path().contains(ours.id()));
    assert_eq!(api.calls().last().response().json()["data"]["signing_secret"], ours.signing_secret());
}

#[tokio::test]
async fn it_is_found_on_a_later_page_too() {
    let api = kayle::start();
    let kayle = kayle::handle(&api);
    // Pages have 100, in the order of ids.
    let mut seeded: Vec<_> = (0..101).map(|number| kayle.seed_endpoint(format!("https://elsewhere.example/{number}"))).collect();
    seeded.sort_by(|one, other| one.id().cmp(other.id()));
    let last = seeded[100].id().to_owned();
    api.change(|state| state.update("endpoints", &last, |endpoint| drop(endpoint.insert("url".into(), HOOK.into()))));

    start(&api).await.registered().await.unwrap();

    api.calls().assert_sequence([LIST, LIST, REVEAL]);
    api.calls().to(LIST).when(Match::query("starting_after", seeded[99].id())).assert_count(1);
    assert!(api.calls().last().request().path().contains(&last));
}

/// Kayle takes `http` for this machine only. The program hands the refusal on, and does not try again.
#[tokio::test]
async fn a_url_that_kayle_does_not_take_is_refused() {
    let api = kayle::start();
    api.expect_violation("body /url");

    let mut app = App::start(Config { hook: "http://shop.example/".into(), ..config(&api) }).await.unwrap();
    let error = app.registered().await.unwrap_err();

    assert!(error.to_string().contains("400 Bad Request: BAD_REQUEST: body /url: expected an https URL"), "{error}");
    api.calls().to(CREATE).assert_count(1);
}

/// The same mistake, if no test has thought of it.
#[tokio::test]
#[should_panic(expected = "1 call broke the contract")]
async fn a_mistake_that_nobody_expects_fails_the_test() {
    let api = kayle::start();
    let mut app = App::start(Config { hook: "http://shop.example/".into(), ..config(&api) }).await.unwrap();
    let _ = app.registered().await;
}

#[tokio::test]
async fn the_program_uses_three_operations() {
    let api = kayle::builder().coverage(true).start();
    start(&api).await.registered().await.unwrap();
    start(&api).await.registered().await.unwrap();

    let coverage = api.coverage();
    let reached = coverage.elements().filter(|(element, calls)| element.kind() == CoverageKind::Operation && *calls > 0);
    assert_eq!(reached.map(|(element, _)| element.name()).collect::<Vec<_>>(), [LIST, CREATE, REVEAL]);
}

/// What the program relies on. When Kayle publishes another version, the difference is to be read here.
#[test]
fn what_kayle_promises_of_these_operations() {
    let promised = serde_json::to_value(kayle::contract().snapshot()).unwrap();
    let operations = [LIST, CREATE, REVEAL].map(|name| (name, &promised["operations"][name]));
    let shapes = ["Pagination", "WebhookEndpoint", "WebhookSigningSecret"].map(|name| (name, &promised["shapes"][name]));
    let used: BTreeMap<_, _> = operations.into_iter().chain(shapes).collect();
    insta::assert_yaml_snapshot!(used);
}
