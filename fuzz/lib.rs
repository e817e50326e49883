//! What the fuzz targets share: a server for a document that has every way of sending something, and what an answer must be.

use std::sync::LazyLock;

use standin::{Contract, MockServer, Request};

/// The document of `fixtures/wide.yaml`, served.
static WIDE: LazyLock<MockServer> = LazyLock::new(|| {
    let contract = Contract::from_text("wide.yaml", include_str!("../fixtures/wide.yaml")).expect("the fixture loads");
    MockServer::builder(&contract).seed(1).lenient(true).start()
});

/// Sends a request, and checks that standin judged it: whatever the client sent, it is no error of the server's.
pub fn ask(request: Request) {
    let status = WIDE.handle(request).status().as_u16();
    assert!((200..500).contains(&status), "{status}: {:?}", WIDE.calls().last().violations());
    // The memory of calls is bounded, but not so much that a fuzzer's own limit would not be reached first.
    if WIDE.calls().len() > 100 {
        WIDE.reset();
    }
}

/// Loads a text, looks at all of it, and calls each operation of what it may be.
pub fn load(name: &str, text: &str) {
    let contract = match Contract::from_text(name, text) {
        Ok(contract) => contract,
        Err(error) => {
            let position = error.position().expect("a broken document is broken somewhere");
            return assert!(position.line >= 1 && position.column >= 1);
        }
    };
    contract.warnings().iter().for_each(|warning| assert!(!warning.text().is_empty()));
    let server = MockServer::builder(&contract).seed(1).lenient(true).start();
    for operation in contract.operations().iter().take(20) {
        let path = operation.path().replace(['{', '}'], "");
        if path.parse::<http::Uri>().is_ok_and(|uri| uri.authority().is_none()) {
            let request = Request::with_method(operation.method().clone(), &path).with_header("content-type", "application/json");
            server.handle(request.with_body("{}"));
        }
    }
}
