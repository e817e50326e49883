//! Four mistakes, with wiremock.

use serde_json::json;
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{body_json, method, path},
};

/// The client is not async; wiremock is.
async fn client(work: impl FnOnce() + Send + 'static) {
    tokio::task::spawn_blocking(work).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_path() {
    let api = MockServer::start().await;
    Mock::given(method("GET")).and(path("/v1/orders/o_1")).respond_with(ResponseTemplate::new(200)).expect(1).mount(&api).await;
    let url = api.uri();
    client(move || peers::get(&url, "/v1/order/o_1")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn misspelt_member() {
    let api = MockServer::start().await;
    let given = Mock::given(method("POST")).and(path("/v1/orders")).and(body_json(json!({"article": "chair", "quantity": 2})));
    given.respond_with(ResponseTemplate::new(201)).expect(1).mount(&api).await;
    let url = api.uri();
    client(move || peers::post(&url, "/v1/orders", &json!({"article": "chair", "quantiy": 2}))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn called_twice() {
    let api = MockServer::start().await;
    Mock::given(method("POST")).and(path("/v1/orders")).respond_with(ResponseTemplate::new(201)).expect(1).mount(&api).await;
    let url = api.uri();
    client(move || (0..2).for_each(|_| peers::post(&url, "/v1/orders", &peers::order()))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn never_called() {
    let api = MockServer::start().await;
    Mock::given(method("POST")).and(path("/v1/orders")).respond_with(ResponseTemplate::new(201)).mount(&api).await;
    Mock::given(method("POST")).and(path("/v1/orders/o_1/payment")).respond_with(ResponseTemplate::new(204)).expect(1).mount(&api).await;
    let url = api.uri();
    client(move || peers::post(&url, "/v1/orders", &peers::order())).await;
}
