//! Broken documents and broken requests: whatever comes, it is refused at a place or judged, and nothing panics.

use std::{fs, path::PathBuf};

use rand::{RngExt, SeedableRng, rngs::StdRng};
use standin::{Contract, MockServer, Request};

/// How many bytes are changed, over all documents. Where nothing is optimised, five times as many take minutes.
const FLIPS: usize = if cfg!(debug_assertions) { 2_000 } else { 10_000 };

fn file(path: &str) -> String {
    fs::read_to_string(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// Each small document, as YAML and as JSON.
fn small() -> Vec<(&'static str, String)> {
    let mut documents = Vec::new();
    for (yaml, json) in [("library.yaml", "library.json"), ("wide.yaml", "wide.json")] {
        let text = file(&format!("fixtures/{yaml}"));
        let contract = Contract::from_text(yaml, &text).unwrap();
        documents.push((json, serde_json::to_string_pretty(contract.document()).unwrap()));
        documents.push((yaml, text));
    }
    documents
}

/// What a document does once it has loaded: it is looked at as a whole, and each operation is called.
fn use_all_of(contract: &Contract) {
    for warning in contract.warnings() {
        assert!(!warning.text().is_empty() && !warning.code().is_empty());
    }
    let server = MockServer::builder(contract).seed(1).lenient(true).start();
    for operation in contract.operations() {
        let response = server.handle(Request::with_method(operation.method().clone(), "/"));
        assert!(response.status().as_u16() >= 200);
        let Ok(target) = operation.path().replace(['{', '}'], "").parse::<http::Uri>() else { continue };
        let request = Request::with_method(operation.method().clone(), &target.to_string());
        server.handle(request.with_header("content-type", "application/json").with_body("{}"));
    }
    drop(contract.snapshot().to_string());
    drop(server.coverage().to_string());
}

/// Loads a text that may be broken: an error has a line and a column within the text.
fn load(name: &str, text: &[u8]) {
    let loaded = match str::from_utf8(text) {
        Ok(text) => Contract::from_text(name, text),
        Err(_) => {
            let path = std::env::temp_dir().join(format!("standin-corrupted-{}-{name}", std::process::id()));
            fs::write(&path, text).unwrap();
            let loaded = Contract::from_path(&path);
            fs::remove_file(&path).unwrap();
            loaded
        }
    };
    match loaded {
        Ok(contract) => use_all_of(&contract),
        Err(error) => {
            let position = error.position().unwrap_or_else(|| panic!("no position: {error}"));
            let lines = text.split(|byte| *byte == b'\n').count();
            assert!((1..=lines).contains(&position.line) && position.column >= 1, "{error}");
        }
    }
}

#[test]
fn documents_cut_off_at_each_percent() {
    let bundled = [("kayle.yaml", file("spec/kayle.openapi.yaml")), ("kayle.json", file("spec/kayle.openapi.json"))];
    for (name, text) in small().into_iter().chain(bundled) {
        for percent in 0..100 {
            load(name, &text.as_bytes()[..text.len() * percent / 100]);
        }
    }
}

#[test]
fn documents_with_bytes_flipped() {
    let documents = small();
    let mut random = StdRng::seed_from_u64(1);
    for (name, text) in &documents {
        for _ in 0..FLIPS / documents.len() {
            let mut bytes = text.clone().into_bytes();
            let at = random.random_range(0..bytes.len());
            bytes[at] = random.random();
            load(name, &bytes);
        }
    }
}

/// Bytes that mean something in some place of a request, and a few that should not be there.
const TELLING: &[u8] = b"&=[]{}%;,.|+ \"'/\\:?#<>!-_0129azAZ~\0\r\n\x7f\xff\xc3\xa9";

fn noise(random: &mut StdRng, most: usize) -> Vec<u8> {
    (0..random.random_range(0..most)).map(|_| TELLING[random.random_range(0..TELLING.len())]).collect()
}

/// A request as a client would send it, with some of its bytes changed.
fn spoilt(random: &mut StdRng, text: &str) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..random.random_range(0..4) {
        let at = random.random_range(0..=bytes.len());
        let end = (at + random.random_range(0..3)).min(bytes.len());
        let inserted = noise(random, 4);
        bytes.splice(at..end, inserted);
    }
    bytes
}

#[test]
fn requests_of_any_bytes_are_answered() {
    let contract = Contract::from_text("wide.yaml", &file("fixtures/wide.yaml")).unwrap();
    let server = MockServer::builder(&contract).seed(1).lenient(true).start();
    let targets = [
        "/things/a-1?deep[id]=a&deep[next][id]=b&deep[tags][]=x&pipes=1|2&spaces=a%20b&flat=a,1&r=1&g=&json={\"id\":\"a\"}&any=7",
        "/files/a.b.png",
        "/label/.1.2/matrix/;m=a,b",
        "/things:latest",
        "/api/v1/tree",
    ];
    let bodies = [
        ("application/json", r#"{"id":"a-1","count":5,"tags":["a","b"],"next":{"id":"b"}}"#),
        ("application/x-www-form-urlencoded", "id=a-1&count=5&tags=a,b&next[id]=b&next[tags][0]=x"),
        (
            "multipart/form-data; boundary=b",
            "--b\r\nContent-Disposition: form-data; name=\"id\"\r\n\r\na-1\r\n--b\r\nContent-Disposition: form-data; name=\"next\"\r\nContent-Type: application/json\r\n\r\n{\"id\":\"b\"}\r\n--b--\r\n",
        ),
        ("application/xml", "<Thing count=\"5\"><id>a-1</id><tagList><tags>a</tags></tagList><next><id>b</id></next></Thing>"),
        ("application/x-ndjson", "{\"id\":\"a\"}\n{\"id\":\"b\"}\n"),
        ("text/event-stream", "event: a\ndata: {\"x\":1}\n\n"),
        ("text/plain; charset=utf-16", "text"),
        ("image/png", "text"),
    ];
    let mut random = StdRng::seed_from_u64(2);
    let mut accepted = 0;
    for _ in 0..3_000 {
        let target = targets[random.random_range(0..targets.len())];
        let target = String::from_utf8_lossy(&spoilt(&mut random, target)).into_owned();
        if let Ok(uri) = target.parse::<http::Uri>() {
            let mut request = Request::get(&uri.to_string());
            for (name, value) in [("x-head", "1,2"), ("x-map", "a=1,b=2"), ("cookie", "biscuit=abc"), ("accept", "text/plain;q=0.5, */*")] {
                let value = spoilt(&mut random, value);
                if let Ok(value) = str::from_utf8(&value).map_err(drop).and_then(|text| http::HeaderValue::from_str(text).map_err(drop)) {
                    request = request.with_header(name, value.to_str().unwrap_or("é"));
                }
            }
            accepted += usize::from(server.handle(request).status().is_success());
        }
        let (media_type, body) = bodies[random.random_range(0..bodies.len())];
        let body = spoilt(&mut random, body);
        let coding = ["identity", "identity", "identity", "gzip", "br", "deflate", "zstd"][random.random_range(0..7)];
        let request = Request::post("/things/a-1").with_header("content-type", media_type).with_header("content-encoding", coding);
        let status = server.handle(request.with_body(body)).status();
        assert!(matches!(status.as_u16(), 200..=299 | 400..=499), "{status}");
        accepted += usize::from(status.is_success());
    }
    assert!(accepted > 300, "most of what was sent never came far: {accepted} accepted");
}
