//! Twelve tests that fail, as tests of a program do that has such a mistake. They fail where `../failing.rs` asks them to, and
//! pass otherwise. Its snapshots name lines of this file.

use std::{sync::LazyLock, thread, time::Duration};

use serde_json::{Value, json};
use standin::{Contract, MockServer};

/// The environment variable that asks them to fail.
pub(crate) const ASKED: &str = "STANDIN_TEST_FAILING";

static SHOP: LazyLock<Contract> = LazyLock::new(|| Contract::from_path("tests/failing/shop.yaml").unwrap());

fn asked() -> bool {
    std::env::var_os(ASKED).is_some()
}

// The program under test: a client of the shop, right in everything that it is not told to do wrong.

fn order() -> Value {
    json!({"article": "chair", "quantity": 2})
}

fn get(api: &MockServer, path: &str) {
    ureq::get(format!("{}{path}", api.url())).config().http_status_as_error(false).build().call().unwrap();
}

fn post(api: &MockServer, path: &str, body: &Value) {
    let request = ureq::post(format!("{}{path}", api.url())).config().http_status_as_error(false).build();
    request.header("idempotency-key", "7b0a9a3e-6d0c-4a52-9d5a-3f6d5a3c1b11").send_json(body).unwrap();
}

fn create(api: &MockServer) {
    post(api, "/v1/orders", &order());
}

#[test]
fn wrong_path() {
    if asked() {
        let api = MockServer::start(&SHOP);
        get(&api, "/v1/order/o_1");
    }
}

#[test]
fn misspelt_member() {
    if asked() {
        let api = MockServer::start(&SHOP);
        post(&api, "/v1/orders", &json!({"article": "chair", "quantiy": 2}));
    }
}

#[test]
fn missing_header() {
    if asked() {
        let api = MockServer::start(&SHOP);
        let url = format!("{}/v1/orders", api.url());
        ureq::post(url).config().http_status_as_error(false).build().send_json(order()).unwrap();
    }
}

#[test]
fn wrong_type_in_a_one_of() {
    if asked() {
        let api = MockServer::start(&SHOP);
        post(&api, "/v1/orders/o_1/payment", &json!({"card": "4242", "amount": "12.50"}));
    }
}

#[test]
fn called_twice() {
    if asked() {
        let api = MockServer::start(&SHOP);
        create(&api);
        create(&api);
        api.calls().to("createOrder").only();
    }
}

#[test]
fn never_called() {
    if asked() {
        let api = MockServer::start(&SHOP);
        create(&api);
        api.calls().to("payOrder").assert_count(1);
    }
}

#[test]
fn wrong_order() {
    if asked() {
        let api = MockServer::start(&SHOP);
        post(&api, "/v1/orders/o_1/payment", &json!({"card": "4242", "amount": 1250}));
        create(&api);
        get(&api, "/v1/orders/o_1");
        api.calls().assert_sequence(["createOrder", "payOrder", "readOrder"]);
    }
}

#[test]
fn script_off_the_contract() {
    if asked() {
        let api = MockServer::start(&SHOP);
        api.on("readOrder").reply(200).with(json!({"status": "payed"}));
    }
}

#[test]
fn unused_script() {
    if asked() {
        let api = MockServer::start(&SHOP);
        api.on("readOrder").when(standin::Match::path("id", "o_2")).reply(404);
        get(&api, "/v1/orders/o_1");
    }
}

#[test]
fn timeout_waiting() {
    if asked() {
        let api = MockServer::start(&SHOP);
        create(&api);
        api.calls().to("payOrder").wait_for(1).within(Duration::from_millis(50)).block();
    }
}

#[tokio::test]
async fn violation_in_a_background_task() {
    if asked() {
        let api = MockServer::start(&SHOP);
        let url = format!("{}/v1/orders/o_1/payment", api.url());
        tokio::spawn(async move {
            let request = reqwest::Client::new().post(url).json(&json!({"card": 4242, "amount": 1250}));
            // Whoever started this looks at nothing that comes of it.
            let _ = request.send().await;
        });
        api.calls().wait_for(1).await;
    }
}

#[test]
fn two_servers_mixed_up() {
    if asked() {
        let shop = MockServer::start(&SHOP);
        let warehouse = MockServer::start(&SHOP);
        thread::scope(|scope| scope.spawn(|| create(&shop)).join().unwrap());
        warehouse.calls().to("createOrder").only();
    }
}
