//! Any client and any runtime will do: the same call with some of them.

use std::thread;

use http_body_util::{BodyExt, Full};
use hyper::{Request, body::Bytes};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use standin::{MockServer, kayle};

const PATH: &str = "/v1/webhooks/endpoints";

fn body() -> Value {
    json!({"url": "https://shop.example/webhooks/kayle"})
}

/// The client has got what the stand-in remembers.
fn check(api: &MockServer, answer: &Value) {
    let call = api.calls().to("createWebhookEndpoint").only();
    call.request().assert_json(&body());
    call.response().assert_json(answer);
}

async fn with_reqwest(api: &MockServer) -> Value {
    let request = reqwest::Client::new().post(format!("{}{PATH}", api.url())).bearer_auth(kayle::API_KEY).json(&body());
    request.send().await.unwrap().json().await.unwrap()
}

fn with_ureq(api: &MockServer) -> Value {
    let request = ureq::post(format!("{}{PATH}", api.url())).header("authorization", format!("Bearer {}", kayle::API_KEY));
    request.send_json(body()).unwrap().body_mut().read_json().unwrap()
}

/// Without any pool: one connection, one request.
async fn with_hyper(api: &MockServer) -> Value {
    let stream = tokio::net::TcpStream::connect(api.addr()).await.unwrap();
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let request = Request::post(PATH)
        .header("host", api.addr().to_string())
        .header("authorization", format!("Bearer {}", kayle::API_KEY))
        .header("content-type", "application/json")
        .body(Full::new(Bytes::from(body().to_string())))
        .unwrap();
    let answer = sender.send_request(request).await.unwrap().into_body().collect().await.unwrap();
    serde_json::from_slice(&answer.to_bytes()).unwrap()
}

#[tokio::test]
async fn reqwest_on_one_thread() {
    let api = kayle::start();
    check(&api, &with_reqwest(&api).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reqwest_on_several_threads() {
    let api = kayle::start();
    check(&api, &with_reqwest(&api).await);
}

#[tokio::test]
async fn hyper_on_one_thread() {
    let api = kayle::start();
    check(&api, &with_hyper(&api).await);
}

#[test]
fn ureq_without_any_runtime() {
    let api = kayle::start();
    check(&api, &with_ureq(&api));
}

/// A client that blocks holds up the only thread of this runtime. The stand-in does not need it.
#[tokio::test]
async fn ureq_inside_a_runtime() {
    let api = kayle::start();
    check(&api, &with_ureq(&api));
}

#[test]
fn calls_are_waited_for_in_a_thread() {
    let api = kayle::start();
    thread::scope(|scope| {
        let client = scope.spawn(|| with_ureq(&api));
        let calls = api.calls().to("createWebhookEndpoint").wait_for(1).block();
        calls.only().response().assert_json(&client.join().unwrap());
    });
}

/// What is awaited of the stand-in needs no tokio.
#[test]
fn calls_are_awaited_in_another_executor() {
    let api = kayle::start();
    thread::scope(|scope| {
        let client = scope.spawn(|| with_ureq(&api));
        let calls = pollster::block_on(api.calls().to("createWebhookEndpoint").wait_for(1));
        calls.only().response().assert_json(&client.join().unwrap());
    });
}
