//! A few things over real sockets, with clients that nobody here wrote.

use std::{
    io::{Read, Write},
    net::TcpStream,
    panic::{AssertUnwindSafe, catch_unwind},
    thread,
    time::Duration,
};

use serde_json::{Value, json};
use standin::{Contract, MockServer, kayle};

const PATH: &str = "/v1/webhooks/endpoints";

fn body(number: usize) -> Value {
    json!({"url": format!("https://example.com/hooks/{number}")})
}

async fn create(client: &reqwest::Client, api: &MockServer, number: usize) -> Value {
    let request = client.post(format!("{}{PATH}", api.url())).bearer_auth(kayle::API_KEY).json(&body(number));
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 200);
    response.json().await.unwrap()
}

fn assert_created(api: &MockServer, number: usize, answer: &Value) {
    let call = api.calls().to("POST /v1/webhooks/endpoints").only();
    assert_eq!(call.request().json(), body(number));
    assert_eq!(call.response().json(), *answer);
    assert_eq!(answer["data"]["endpoint"]["url"], body(number)["url"]);
}

#[tokio::test]
async fn reqwest_on_one_thread() {
    let api = kayle::start();
    let answer = create(&reqwest::Client::new(), &api, 1).await;
    assert_created(&api, 1, &answer);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reqwest_on_several_threads() {
    let api = kayle::start();
    let answer = create(&reqwest::Client::new(), &api, 2).await;
    assert_created(&api, 2, &answer);
}

#[tokio::test]
async fn http_2_without_tls() {
    let api = kayle::start();
    let client = reqwest::Client::builder().http2_prior_knowledge().build().unwrap();
    let answer = create(&client, &api, 3).await;
    assert_created(&api, 3, &answer);
}

#[test]
fn reqwest_blocking() {
    let api = kayle::start();
    let client = reqwest::blocking::Client::new();
    let response = client.post(format!("{}{PATH}", api.url())).bearer_auth(kayle::API_KEY).json(&body(4)).send().unwrap();
    assert_created(&api, 4, &response.json().unwrap());
}

#[test]
fn ureq_blocking() {
    let api = kayle::start();
    let request = ureq::post(format!("{}{PATH}", api.url())).header("Authorization", "Bearer any");
    let answer: Value = request.send_json(body(5)).unwrap().body_mut().read_json().unwrap();
    assert_created(&api, 5, &answer);
}

#[test]
fn a_hundred_tests_at_once_share_nothing() {
    let tests: Vec<_> = (0..100)
        .map(|number| {
            thread::spawn(move || {
                let api = kayle::start();
                let request = ureq::post(format!("{}{PATH}", api.url())).header("Authorization", "Bearer any");
                let answer: Value = request.send_json(body(number)).unwrap().body_mut().read_json().unwrap();
                assert_created(&api, number, &answer);
            })
        })
        .collect();
    tests.into_iter().for_each(|test| test.join().unwrap());
}

fn raw(api: &MockServer, request: &str) -> String {
    let mut client = TcpStream::connect(api.addr()).unwrap();
    client.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    client.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    // A reset after the answer is an end, too: the rest of a refused body was never read.
    let _ = client.read_to_end(&mut answer);
    String::from_utf8(answer).unwrap()
}

fn get(target: &str) -> String {
    format!("GET {target} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer x\r\nConnection: close\r\n\r\n")
}

#[test]
fn a_connection_is_kept_alive() {
    let api = kayle::start();
    let mut client = TcpStream::connect(api.addr()).unwrap();
    let mut buffer = [0; 4096];
    for number in 1..=3 {
        client.write_all(format!("GET {PATH} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {number}\r\n\r\n").as_bytes()).unwrap();
        let read = client.read(&mut buffer).unwrap();
        assert!(buffer[..read].starts_with(b"HTTP/1.1 200"));
        assert_eq!(api.calls().len(), number);
    }
}

#[test]
fn a_client_that_closes_its_side_is_answered() {
    let api = kayle::start();
    let mut client = TcpStream::connect(api.addr()).unwrap();
    client.write_all(get(PATH).as_bytes()).unwrap();
    client.shutdown(std::net::Shutdown::Write).unwrap();
    let mut answer = String::new();
    client.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer:?}");
}

#[test]
fn head_is_get_without_its_body() {
    let api = kayle::start();
    let answer = raw(&api, &get(PATH).replacen("GET", "HEAD", 1));
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert_eq!(body, "");
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
    assert!(length.parse::<usize>().unwrap() > 50, "{head}");
}

#[test]
fn unknown_paths_and_methods_name_what_there_is() {
    let api = kayle::builder().lenient(true).start();
    let missed = raw(&api, &get("/v1/webhook/endpoints"));
    assert!(
        missed.starts_with("HTTP/1.1 404")
            && missed.contains("did you mean GET /v1/webhooks/endpoints (`webhooks` in the place of `webhook`)"),
        "{missed}"
    );
    let other = raw(&api, &get(PATH).replacen("GET", "PUT", 1));
    assert!(other.starts_with("HTTP/1.1 404") && other.contains("expected GET, HEAD or POST for /v1/webhooks/endpoints"), "{other}");
    // Kayle never uses 405; what no rule answers does.
    let any = Contract::from_text("api.yaml", "openapi: 3.1.0\npaths: {/a: {get: {responses: {}}, post: {responses: {}}}}").unwrap();
    let any = MockServer::builder(&any).lenient(true).start();
    let other = raw(&any, &get("/a").replacen("GET", "PUT", 1));
    assert!(other.starts_with("HTTP/1.1 405") && other.contains("allow: GET, HEAD, POST"), "{other}");
}

#[test]
fn a_body_over_the_limit_is_refused_unread() {
    let api = kayle::builder().body_limit(1000).lenient(true).start();
    let head = |length: &str| {
        format!("POST {PATH} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer x\r\nContent-Type: application/json\r\n{length}\r\n\r\n")
    };
    let announced = raw(&api, &head("Content-Length: 1001"));
    assert!(announced.starts_with("HTTP/1.1 413") && announced.contains("expected at most 1000 bytes"), "{announced}");
    let chunked = raw(&api, &format!("{}3e9\r\n{}\r\n0\r\n\r\n", head("Transfer-Encoding: chunked"), "x".repeat(1001)));
    assert!(chunked.starts_with("HTTP/1.1 413"), "{chunked}");
    assert_eq!(api.calls().violating().len(), 2);
}

/// Most clients write all they have before they read: they must get the answer nevertheless.
#[test]
fn a_client_that_writes_on_gets_the_answer_to_a_body_over_the_limit() {
    let api = kayle::builder().lenient(true).start();
    let body = vec![b'x'; 12 << 20];
    let (length, chunk) = (format!("Content-Length: {}", body.len()), format!("{:x}\r\n", body.len()));
    for (header, before, after) in [(length.as_str(), "", ""), ("Transfer-Encoding: chunked", chunk.as_str(), "\r\n0\r\n\r\n")] {
        let mut client = TcpStream::connect(api.addr()).unwrap();
        write!(client, "POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n{header}\r\n\r\n{before}").unwrap();
        client.write_all(&body).unwrap();
        client.write_all(after.as_bytes()).unwrap();
        thread::sleep(Duration::from_millis(50));
        let mut answer = String::new();
        client.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 413"), "{header}: {answer}");
    }
}

#[test]
fn what_is_no_http_ends_the_connection_and_nothing_else() {
    let api = kayle::start();
    let answer = raw(&api, "\x16\x03\x01 this is no HTTP\r\n\r\n");
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 400"), "{answer}");
    assert!(raw(&api, &get(PATH)).starts_with("HTTP/1.1 200"));
}

#[test]
fn dropping_a_server_fails_the_test_once() {
    let broken = || {
        let api = kayle::start();
        raw(&api, &get("/v1/webhooks/endpoints?limit=0"));
        api
    };
    let dropped = catch_unwind(AssertUnwindSafe(|| drop(broken()))).unwrap_err();
    let report = dropped.downcast_ref::<String>().unwrap();
    assert!(report.contains("1 call broke the contract") && report.contains("query limit"), "{report}");

    // A test that is failing already is not failed a second time, which would end the process.
    let failing = catch_unwind(AssertUnwindSafe(|| {
        let _api = broken();
        panic!("the first panic");
    }));
    assert_eq!(failing.unwrap_err().downcast_ref::<&str>(), Some(&"the first panic"));

    // Told once, by verify, is enough.
    let api = broken();
    assert!(catch_unwind(AssertUnwindSafe(|| api.verify())).is_err());
    drop(api);
}

#[test]
fn expected_violations_fail_nothing() {
    for what in ["query limit", "schema.minimum", "GET /v1/webhooks/endpoints", "listWebhookEndpoints"] {
        let api = kayle::start();
        api.expect_violation(what);
        raw(&api, &get("/v1/webhooks/endpoints?limit=0"));
        assert_eq!(api.violations().len(), 1);
        api.verify();
    }
    let api = kayle::start();
    api.expect_violation("query limit");
    let never = catch_unwind(AssertUnwindSafe(|| api.verify())).unwrap_err();
    assert!(never.downcast_ref::<String>().unwrap().contains(r#"expect_violation("query limit") was never met"#));
}

#[test]
fn a_reset_server_is_as_new() {
    let api = kayle::start();
    let first = raw(&api, &get(PATH));
    raw(&api, &get("/nowhere"));
    api.reset();
    assert!(api.calls().is_empty());
    let ids = |answer: &str| answer.split("\r\n\r\n").nth(1).unwrap().matches("whe_").count();
    assert_eq!(ids(&raw(&api, &get(PATH))), ids(&first));
    assert_eq!(api.calls().only().number(), 1);
}

#[test]
fn a_stop_waits_for_what_is_under_way_and_frees_the_port() {
    let api = kayle::start();
    let addr = api.addr();
    assert!(raw(&api, &get(PATH)).starts_with("HTTP/1.1 200"));
    assert!(api.shutdown(Duration::from_secs(10)));
    // The listener goes with its task, a moment later.
    let again = (0..100).find_map(|_| {
        thread::sleep(Duration::from_millis(10));
        MockServer::builder(&kayle::contract()).bind(addr).try_start().ok()
    });
    assert!(again.is_some(), "the port is still taken");
}

#[test]
fn a_port_that_is_taken_is_an_error_that_names_it() {
    let api = kayle::start();
    let error = kayle::builder().bind(api.addr()).try_start().unwrap_err();
    assert!(error.is_start());
    assert!(error.to_string().contains(&api.addr().to_string()), "{error}");
}

#[test]
fn a_panic_in_a_rule_is_an_answer_and_a_violation() {
    struct Careless;
    impl standin::Rule for Careless {
        fn prepare(&self, _: &mut Value) {
            panic!("careless");
        }
    }
    let contract: Contract = kayle::contract().with_rule("createWebhookEndpoint", Careless);
    let api = MockServer::builder(&contract).lenient(true).start();
    let request = ureq::post(format!("{}{PATH}", api.url())).header("Authorization", "Bearer any");
    let answer = request.config().http_status_as_error(false).build().send_json(body(1)).unwrap();
    assert_eq!(answer.status(), 500);
    assert!(api.violations()[0].to_string().contains("careless"));
}
