//! The program receives events. The test plays Kayle here: it signs with the secret that the stand-in has given out.

mod common;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hmac::{Hmac, KeyInit, Mac};
use integrator::App;
use sha2::Sha256;
use standin::{MockServer, kayle};

use common::{CREATE, LIST, start};

/// As Kayle sends them: five parts, encrypted.
const BODY: &str = "eyJhbGciOiJSU0EtT0FFUC0yNTYifQ.a2V5.aXY.dGV4dA.dGFn";
const DELIVERY: &str = "whd_0000000000000000000000000000000000000000000000000000000000000001";

/// The secret that was given out when the webhook was registered.
fn secret(api: &MockServer) -> String {
    let answer = api.calls().to(CREATE).only().response().json();
    answer["data"]["signing_secret"].as_str().unwrap().to_owned()
}

fn signature(secret: &str, body: &str) -> String {
    let time = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap().chain_update(format!("{time}.{body}"));
    let code: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("t={time},v1={code}")
}

/// Sends an event to the program, and gives the status of its answer.
async fn deliver(app: &App, signature: &str) -> u16 {
    let event = reqwest::Client::new().post(format!("http://{}/", app.addr())).body(BODY);
    let headers =
        [("X-Kayle-Event", "verification.attempt.succeeded"), ("X-Kayle-Delivery-Id", DELIVERY), ("X-Kayle-Signature", signature)];
    let event = headers.iter().fold(event, |event, (name, value)| event.header(*name, *value));
    event.send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn a_signed_event_arrives() {
    let api = kayle::start();
    let mut app = start(&api).await;
    app.registered().await.unwrap();

    assert_eq!(deliver(&app, &signature(&secret(&api), BODY)).await, 204);

    let event = app.next_event().await.unwrap();
    assert_eq!((event.kind.as_str(), event.delivery.as_str()), ("verification.attempt.succeeded", DELIVERY));
    assert_eq!(event.body, BODY);
}

#[tokio::test]
async fn an_event_of_somebody_else_is_refused() {
    let api = kayle::start();
    let mut app = start(&api).await;
    app.registered().await.unwrap();
    for signature in [signature("whsec_guessed", BODY), signature(&secret(&api), "another body"), String::new()] {
        assert_eq!(deliver(&app, &signature).await, 401);
    }
}

#[tokio::test]
async fn events_that_come_too_early_are_to_come_again() {
    let api = kayle::start();
    api.on(LIST).delay(Duration::from_secs(30)).optional();
    let app = start(&api).await;
    assert_eq!(deliver(&app, &signature("whsec_unknown", BODY)).await, 503);
}
