//! Any text as the schema of an answer: what is answered is made from it, the same each time, or it is said that none can be.
#![no_main]

use standin::{Because, Contract, MockServer, Request};

libfuzzer_sys::fuzz_target!(|schema: &str| {
    let content = format!(r#"{{"application/json": {{"schema": {schema}}}}}"#);
    let responses = format!(r#"{{"200": {{"description": "made", "content": {content}}}}}"#);
    let text = format!(r#"{{"openapi": "3.1.0", "paths": {{"/made": {{"get": {{"responses": {responses}}}}}}}}}"#);
    let Ok(contract) = Contract::from_text("fuzzed.json", &text) else { return };
    // A text that closes what it stands in makes another document.
    if contract.find_operation("GET /made").is_none() {
        return;
    }
    let api = MockServer::builder(&contract).seed(1).dynamic(true).lenient(true).start();
    for seed in ["1", "2", "3"] {
        let ask = || api.handle(Request::get("/made").with_header("prefer", &format!("seed={seed}")));
        let answer = ask();
        let call = api.calls().last();
        // The answer was checked against the schema; what would have broken it is a 500 that says why.
        let is_honest = match call.because() {
            Because::Unable => answer.status() == 500 && !call.violations().is_empty(),
            _ => call.violations().is_empty(),
        };
        assert!(is_honest, "{}: {}: {:?}", answer.status(), call.because(), call.violations());
        assert_eq!(answer.body(), ask().body(), "the same seed gives the same bytes");
    }
});
