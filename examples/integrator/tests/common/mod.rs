//! What the tests start from: plain functions, as fixtures.

#![allow(dead_code, reason = "no test file needs all of it")]

use std::time::Duration;

use integrator::{App, Config};
use standin::{MockServer, kayle};

pub(crate) const LIST: &str = "GET /v1/webhooks/endpoints";
pub(crate) const CREATE: &str = "POST /v1/webhooks/endpoints";
pub(crate) const REVEAL: &str = "POST /v1/webhooks/endpoints/{endpoint_id}/signing-secret/reveal";

/// Where Kayle is to send events.
pub(crate) const HOOK: &str = "https://shop.example/webhooks/kayle";

/// The settings of production, but with the stand-in in the place of Kayle, and in more of a hurry.
pub(crate) fn config(api: &MockServer) -> Config {
    Config {
        kayle: api.url().into(),
        key: kayle::API_KEY.into(),
        hook: HOOK.into(),
        listen: ([127, 0, 0, 1], 0).into(),
        timeout: Duration::from_secs(5),
        pause: Duration::from_millis(10),
    }
}

/// The running program.
pub(crate) async fn start(api: &MockServer) -> App {
    App::start(config(api)).await.unwrap()
}
