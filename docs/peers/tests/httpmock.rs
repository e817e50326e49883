//! Four mistakes, with httpmock.

use httpmock::prelude::*;
use serde_json::json;

#[test]
fn wrong_path() {
    let api = MockServer::start();
    let read = api.mock(|when, then| {
        when.method(GET).path("/v1/orders/o_1");
        then.status(200);
    });
    peers::get(&api.base_url(), "/v1/order/o_1");
    read.assert();
}

#[test]
fn misspelt_member() {
    let api = MockServer::start();
    let create = api.mock(|when, then| {
        when.method(POST).path("/v1/orders").json_body(json!({"article": "chair", "quantity": 2}));
        then.status(201);
    });
    peers::post(&api.base_url(), "/v1/orders", &json!({"article": "chair", "quantiy": 2}));
    create.assert();
}

#[test]
fn called_twice() {
    let api = MockServer::start();
    let create = api.mock(|when, then| {
        when.method(POST).path("/v1/orders");
        then.status(201);
    });
    (0..2).for_each(|_| peers::post(&api.base_url(), "/v1/orders", &peers::order()));
    create.assert();
}

#[test]
fn never_called() {
    let api = MockServer::start();
    api.mock(|when, then| {
        when.method(POST).path("/v1/orders");
        then.status(201);
    });
    let pay = api.mock(|when, then| {
        when.method(POST).path("/v1/orders/o_1/payment");
        then.status(204);
    });
    peers::post(&api.base_url(), "/v1/orders", &peers::order());
    pay.assert();
}
