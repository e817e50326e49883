//! Four mistakes, with mockito.

use mockito::{Matcher, Server};
use serde_json::json;

#[test]
fn wrong_path() {
    let mut api = Server::new();
    let read = api.mock("GET", "/v1/orders/o_1").create();
    peers::get(&api.url(), "/v1/order/o_1");
    read.assert();
}

#[test]
fn misspelt_member() {
    let mut api = Server::new();
    let create = api.mock("POST", "/v1/orders").match_body(Matcher::Json(json!({"article": "chair", "quantity": 2}))).create();
    peers::post(&api.url(), "/v1/orders", &json!({"article": "chair", "quantiy": 2}));
    create.assert();
}

#[test]
fn called_twice() {
    let mut api = Server::new();
    let create = api.mock("POST", "/v1/orders").create();
    (0..2).for_each(|_| peers::post(&api.url(), "/v1/orders", &peers::order()));
    create.assert();
}

#[test]
fn never_called() {
    let mut api = Server::new();
    api.mock("POST", "/v1/orders").create();
    let pay = api.mock("POST", "/v1/orders/o_1/payment").create();
    peers::post(&api.url(), "/v1/orders", &peers::order());
    pay.assert();
}
