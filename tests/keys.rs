//! Keys that the document lists, through a server.

use standin::{ApiKey, Contract, MockServer, Request};

const DOCUMENT: &str = r"
openapi: 3.1.0
info: {title: t, version: v}
components:
  securitySchemes:
    token:
      type: http
      scheme: bearer
      x-standin-keys:
      - {key: listed, scopes: [read]}
      - {key: disabled-key, refused: 401}
      - {key: frozen-owner, refused: 410}
paths:
  /things:
    get:
      security: [{token: [read]}]
      responses: &responses
        '200': {description: d, content: {application/json: {schema: {const: {}}}}}
        '401': {description: d}
        '403': {description: d}
        '410': {description: d}
    post: {security: [{token: [write]}], responses: *responses}
";

fn status(api: &MockServer, request: Request, key: &str) -> u16 {
    api.handle(request.with_header("authorization", &format!("Bearer {key}"))).status().as_u16()
}

#[test]
fn every_server_knows_them_and_refuses_others_once_it_was_given_one() {
    let contract = Contract::from_text("api.yaml", DOCUMENT).unwrap();
    let open = MockServer::builder(&contract).lenient(true).start();
    let closed = MockServer::builder(&contract).api_key("given").api_key(ApiKey::new("suspended").refused(403)).lenient(true).start();
    // The key; reading and writing, with any other key allowed; the same, with other keys refused.
    let table = [
        ("listed", [200, 403], [200, 403]),
        ("disabled-key", [401, 401], [401, 401]),
        ("frozen-owner", [410, 410], [410, 410]),
        ("given", [200, 200], [200, 200]),
        ("suspended", [200, 200], [403, 403]),
        ("never-heard-of", [200, 200], [401, 401]),
    ];
    for (key, of_open, of_closed) in table {
        let both = |api: &MockServer| [status(api, Request::get("/things"), key), status(api, Request::post("/things"), key)];
        assert_eq!((both(&open), both(&closed)), (of_open, of_closed), "{key}");
    }
    let texts = format!("{}\n{:?}", closed.violations().iter().map(ToString::to_string).collect::<String>(), closed.calls());
    for (key, ..) in table.iter().filter(|(key, ..)| *key != "given" && *key != "listed") {
        assert!(!texts.contains(key), "a text shows {key}");
    }
}
