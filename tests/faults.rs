//! Faults as clients see them that nobody here wrote: each gives the error that the real fault gives.

#![allow(clippy::print_stdout, reason = "a skipped client is told")]

use std::{
    error::Error,
    io::{ErrorKind, Read, Write},
    net::TcpStream,
    process::Command,
    sync::LazyLock,
    thread,
    time::{Duration, Instant},
};

use serde_json::json;
use standin::{Because, Contract, Fault, Match, MockServer};

/// A JSON answer of a hundred bytes and a bit.
static API: LazyLock<Contract> = LazyLock::new(|| {
    let text = "x".repeat(100);
    let document = json!({"openapi": "3.1.0", "paths": {"/text": {"get": {"responses": {
        "200": {"description": "d", "content": {"application/json": {"example": {"text": text}}}},
        "503": {"description": "d", "content": {"application/json": {"example": {"error": "full"}}}},
    }}}}});
    Contract::from_value("text", document).unwrap()
});

/// How long a client waits. Slow answers take longer, all others far less.
const PATIENCE: Duration = Duration::from_millis(2_500);

fn server(fault: Fault) -> MockServer {
    let api = MockServer::start(&API);
    api.on("GET /text").fault(fault);
    api
}

/// What a plain socket gets: how many bytes, and how it ends.
fn raw(api: &MockServer) -> (usize, &'static str) {
    let mut client = match TcpStream::connect(api.addr()) {
        Ok(client) => client,
        Err(error) if error.kind() == ErrorKind::ConnectionRefused => return (0, "refused"),
        Err(error) => panic!("{error}"),
    };
    client.set_read_timeout(Some(PATIENCE)).unwrap();
    client.write_all(b"GET /text HTTP/1.1\r\nHost: api\r\nConnection: close\r\n\r\n").unwrap();
    let (mut got, mut buffer, start) = (0, [0; 1_024], Instant::now());
    loop {
        match client.read(&mut buffer) {
            Ok(0) => return (got, "end"),
            Ok(read) => got += read,
            Err(error) if error.kind() == ErrorKind::ConnectionReset => return (got, "reset"),
            Err(error) if [ErrorKind::WouldBlock, ErrorKind::TimedOut].contains(&error.kind()) => return (got, "timeout"),
            Err(error) => panic!("{error}"),
        }
        if start.elapsed() > PATIENCE {
            return (got, "timeout");
        }
    }
}

/// What reqwest, which is hyper's client, makes of it.
fn hyper(api: &MockServer) -> String {
    let client = reqwest::blocking::Client::builder().timeout(PATIENCE).build().unwrap();
    let sent = client.get(format!("{}/text", api.url())).send();
    match sent.and_then(|response| Ok((response.status().as_u16(), response.json::<serde_json::Value>()?))) {
        Ok((status, _)) => format!("{status}"),
        Err(error) if error.is_timeout() => "timeout".to_owned(),
        Err(error) => chain(&error),
    }
}

/// An error and all that are behind it.
fn chain(error: &dyn Error) -> String {
    let mut texts = vec![error.to_string()];
    let mut source = error.source();
    while let Some(error) = source {
        texts.push(error.to_string());
        source = error.source();
    }
    texts.join(": ")
}

/// curl's exit code and the status that it saw; `None` if there is no curl.
fn curl(api: &MockServer) -> Option<(i32, String)> {
    let patience = format!("{}", PATIENCE.as_secs_f64());
    let arguments = ["--silent", "--http1.1", "--output", "/dev/null", "--write-out", "%{http_code}", "--max-time", &patience];
    match Command::new("curl").args(arguments).arg(format!("{}/text", api.url())).output() {
        Ok(output) => Some((output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())),
        Err(_) => {
            println!("skipped: there is no curl");
            None
        }
    }
}

/// Fault, how a socket sees it end, what hyper says of it, and curl's exit code with the status that it saw.
#[test]
fn every_fault_is_to_every_client_what_the_real_one_is() {
    let (reset, cut) = ("reset by peer", "end of file before message length reached");
    let table = [
        (Fault::ResetBeforeHeaders, "reset", reset, 56, "000"),
        (Fault::ResetInHeaders, "reset", reset, 56, "200"),
        (Fault::ResetInBody, "reset", reset, 56, "200"),
        (Fault::EndBeforeHeaders, "end", "connection closed before message completed", 52, "000"),
        (Fault::EndInBody, "end", cut, 18, "200"),
        (Fault::MalformedChunk, "end", "invalid chunk size", 56, "200"),
        (Fault::SlowHeaders(20), "timeout", "timeout", 28, "200"),
        (Fault::SlowBody(20), "timeout", "timeout", 28, "200"),
        (Fault::Hang, "timeout", "timeout", 28, "000"),
        (Fault::LengthTooLong, "end", cut, 18, "200"),
        (Fault::LengthTooShort, "end", "EOF while parsing", 0, "200"),
        (Fault::DeclaredError, "end", "503", 0, "503"),
    ];
    let judge = |(fault, ending, said, exit, status): (Fault, &str, &str, i32, &str)| {
        let api = server(fault);
        assert_eq!(raw(&api).1, ending, "{fault}");
        let heard = hyper(&api);
        assert!(heard.to_lowercase().contains(&said.to_lowercase()), "{fault}: {heard:?}");
        if let Some(seen) = curl(&api) {
            assert_eq!(seen, (exit, status.to_owned()), "{fault}");
        }
        let because = api.calls().last().because().clone();
        assert!(matches!(&because, Because::Fault { fault: told, .. } if **told == *fault.to_string()), "{because:?}");
    };
    // All at once: most of the time is the clients' patience.
    thread::scope(|scope| table.into_iter().for_each(|row| drop(scope.spawn(move || judge(row)))));
}

#[test]
fn so_much_arrives_before_the_fault() {
    let body = r#"{"text":""}"#.len() + 100;
    let got = |fault: Fault| raw(&server(fault)).0;
    assert_eq!((got(Fault::ResetBeforeHeaders), got(Fault::EndBeforeHeaders), got(Fault::Hang)), (0, 0, 0));
    let head = got(Fault::LengthTooShort) - body;
    assert_eq!(got(Fault::ResetInHeaders), (head + 1).div_ceil(2), "the length has one digit more");
    assert_eq!(got(Fault::ResetInBody), head + 1 + body.div_ceil(2));
    assert_eq!(got(Fault::EndInBody), got(Fault::ResetInBody));
    let slow = got(Fault::SlowBody(20));
    assert!((head + 5..head + body).contains(&slow), "{slow} of {head} and {body}");
}

#[test]
fn who_is_patient_gets_a_slow_answer_whole() {
    for fault in [Fault::SlowBody(400), Fault::SlowHeaders(400)] {
        let start = Instant::now();
        assert_eq!(hyper(&server(fault)), "200", "{fault}");
        assert!(start.elapsed() > Duration::from_millis(150), "{fault}: {:?}", start.elapsed());
    }
}

#[test]
fn a_server_that_is_paused_refuses_and_one_that_resumes_answers() {
    let api = MockServer::start(&API);
    assert_eq!(raw(&api).1, "end");
    for _ in 0..3 {
        api.pause();
        api.pause();
        assert_eq!(raw(&api), (0, "refused"));
        assert!(hyper(&api).contains("refused"), "{}", hyper(&api));
        if let Some(seen) = curl(&api) {
            assert_eq!(seen, (7, "000".to_owned()));
        }
        api.resume();
        api.resume();
        assert_eq!(hyper(&api), "200");
    }
}

#[test]
fn a_pause_closes_connections_that_are_kept_alive() {
    let api = MockServer::start(&API);
    let client = reqwest::blocking::Client::builder().timeout(PATIENCE).build().unwrap();
    let get = || client.get(format!("{}/text", api.url())).send();
    assert_eq!(get().unwrap().status(), 200);
    api.pause();
    // The connection that the client has kept goes with its task, a moment later.
    let refused = (0..100).any(|_| {
        thread::sleep(Duration::from_millis(10));
        get().is_err()
    });
    assert!(refused);
    api.resume();
    assert_eq!(get().unwrap().status(), 200);
}

#[test]
fn a_paused_server_stops_as_any_other() {
    let api = MockServer::start(&API);
    let addr = api.addr();
    api.pause();
    assert!(api.shutdown(Duration::from_secs(5)));
    assert!(MockServer::builder(&API).bind(addr).try_start().is_ok(), "the port is still taken");
}

#[test]
fn a_client_that_tries_again_gets_through() {
    let api = MockServer::start(&API);
    api.on("GET /text").fault(Fault::ResetBeforeHeaders).times(2).then().fault(Fault::EndInBody).then().reply(200);
    let tries: Vec<String> = (0..5).map(|_| hyper(&api)).collect();
    assert!(tries[..3].iter().all(|heard| heard.len() > 3), "{tries:?}");
    assert_eq!(tries[3..], ["200", "200"]);
    assert_eq!(api.calls().len(), 5);
}

#[test]
fn a_fault_ends_its_own_connection_alone() {
    let api = MockServer::start(&API);
    api.on("GET /text").when(Match::header("x-fail", "yes")).fault(Fault::ResetInBody);
    let client = reqwest::blocking::Client::builder().timeout(PATIENCE).build().unwrap();
    let get = |fail: &str| client.get(format!("{}/text", api.url())).header("x-fail", fail).send().and_then(|answer| answer.text());
    for _ in 0..5 {
        assert!(get("no").is_ok());
        assert!(get("yes").is_err());
    }
}

/// Frames of HTTP/2 cannot be broken one by one: the connection is.
#[tokio::test]
async fn over_http_2_every_fault_is_a_reset() {
    for fault in [Fault::ResetBeforeHeaders, Fault::EndInBody, Fault::MalformedChunk, Fault::Hang] {
        let api = server(fault);
        let client = reqwest::Client::builder().http2_prior_knowledge().timeout(PATIENCE).build().unwrap();
        let error = client.get(format!("{}/text", api.url())).send().await.unwrap_err();
        assert!(!error.is_timeout(), "{fault}: {error:?}");
    }
}

#[test]
fn a_stop_ends_what_hangs_and_what_is_slow() {
    for fault in [Fault::Hang, Fault::SlowBody(1)] {
        let api = server(fault);
        let url = format!("{}/text", api.url());
        let client = thread::spawn(move || reqwest::blocking::get(url).and_then(|answer| answer.text()));
        while api.calls().is_empty() {
            thread::sleep(Duration::from_millis(5));
        }
        let start = Instant::now();
        assert!(api.shutdown(Duration::from_secs(5)), "{fault}");
        assert!(client.join().unwrap().is_err());
        assert!(start.elapsed() < Duration::from_secs(2), "{fault}: {:?}", start.elapsed());
    }
}

#[test]
fn a_hanging_call_ends_with_its_client() {
    let api = server(Fault::Hang);
    assert_eq!(raw(&api).1, "timeout");
    assert!(api.shutdown(Duration::from_secs(5)), "the connection is still open");
}

#[test]
fn delays_are_waited_for() {
    let api = MockServer::start(&API);
    api.on("GET /text").delay(Duration::from_millis(120)).times(1);
    let time = || {
        let start = Instant::now();
        assert_eq!(hyper(&api), "200");
        start.elapsed()
    };
    assert!(time() >= Duration::from_millis(120));
    assert_eq!(api.calls().len(), 1);
}

#[test]
fn chaos_comes_over_the_wire() {
    let run = || {
        let api = MockServer::builder(&API).seed(3).chaos(0.3).start();
        let seen: Vec<String> = (0..30).map(|_| hyper(&api)).collect();
        assert_eq!(api.calls().len(), 30);
        seen.into_iter().map(|heard| heard.replace(&api.addr().to_string(), "")).collect::<Vec<_>>()
    };
    let again = thread::spawn(run);
    let seen = run();
    assert!(seen.iter().filter(|heard| *heard == "200").count() > 15, "{seen:?}");
    assert!(seen.iter().any(|heard| heard == "503") && seen.iter().any(|heard| heard.len() > 10), "{seen:?}");
    assert_eq!(again.join().unwrap(), seen);
}

#[test]
fn a_request_asks_for_its_fault() {
    let api = MockServer::builder(&API).fault_headers(true).start();
    let client = reqwest::blocking::Client::new();
    let get = |fault: &str| client.get(format!("{}/text", api.url())).header("standin-fault", fault).send();
    assert!(chain(&get("end-before-headers").unwrap_err()).contains("connection closed before message completed"));
    assert_eq!(get("declared-error").unwrap().status(), 503);
}
