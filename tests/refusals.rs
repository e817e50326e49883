//! Refusals over real documents, read as the author of a client reads them: is it clear what to change?
//!
//! The documents lie in `../shared/specs`; without them nothing is asserted, and the test says so.

use std::{fmt::Write as _, fs, io::Write as _, path::Path};

use serde_json::json;
use standin::{Contract, MockServer, Request};

/// The servers of documents that are there.
struct Documents(String);

impl Documents {
    fn open() -> Option<Self> {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/specs").is_dir().then(|| Self(String::new()))
    }

    /// Sends requests to the API of a document, and writes down what is said of them.
    fn say(&mut self, file: &str, requests: Vec<(&str, Request)>) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/specs").join(file);
        let contract = Contract::from_text(file, &fs::read_to_string(path).unwrap()).unwrap();
        let api = MockServer::builder(&contract).seed(1).lenient(true).start();
        for (what, request) in requests {
            let line = format!("{} {}", request.method(), request.path());
            let status = api.handle(request).status();
            let _ = writeln!(self.0, "{what}\n  {line} -> {}", status.as_u16());
            for violation in api.calls().last().violations() {
                let _ = writeln!(self.0, "    {violation}");
                if let Some(edit) = violation.edit() {
                    let _ = writeln!(self.0, "      mend: {edit}");
                }
            }
            self.0.push('\n');
        }
    }
}

fn bearer(request: Request) -> Request {
    request.with_header("authorization", "Bearer x")
}

fn post(path: &str, body: &serde_json::Value) -> Request {
    bearer(Request::post(path).with_json(body))
}

#[test]
fn refusals_say_what_to_change() {
    let Some(mut documents) = Documents::open() else {
        let _ = std::io::stderr().write_all(b"skipped: there are no documents in ../shared/specs\n");
        return;
    };
    let pet = |body: &str| {
        bearer(Request::post("/pets"))
            .with_header("api_key", "k")
            .with_header("content-type", "application/json")
            .with_body(body.to_owned())
    };
    documents.say(
        "stoplightio-petstore.oas3.yaml",
        vec![
            ("a misspelt member", pet(r#"{"nam": "x", "photoUrls": []}"#)),
            ("a wrong enum value", pet(r#"{"name": "x", "photoUrls": [], "status": "availabel"}"#)),
            ("malformed JSON", pet("{\n  \"name\": \"x\",\n  \"photoUrls\": [1,}")),
            (
                "a wrong content type",
                bearer(Request::post("/pets"))
                    .with_header("api_key", "k")
                    .with_header("content-type", "application/yaml")
                    .with_body("name: x"),
            ),
            ("an unknown path with a near one", Request::get("/pet/findByStatus?status=sold")),
            ("a wrong method", Request::with_method("PATCH".parse().unwrap(), "/pets")),
        ],
    );
    documents.say(
        "openai-openapi.yaml",
        vec![
            (
                "a wrong branch of an undiscriminated union",
                post("/responses", &json!({"model": "gpt-4", "input": [{"role": "user", "content": [{"type": "input_text"}]}]})),
            ),
            (
                "an unknown name in a discriminated union, inside of an undiscriminated one",
                post(
                    "/responses",
                    &json!({"model": "gpt-4", "input": [{"role": "user", "content": [{"type": "input_txt", "text": "a"}]}]}),
                ),
            ),
            (
                "a branch that a member names, with members missing",
                post("/responses", &json!({"model": "gpt-4", "input": "x", "tools": [{"type": "function", "name": "f"}]})),
            ),
            (
                "a name that none of many branches has",
                post("/chat/completions", &json!({"model": "gpt-4", "messages": [{"role": "usr", "content": "x"}]})),
            ),
            (
                "a union of types, given a third",
                post("/chat/completions", &json!({"model": "gpt-4", "messages": [{"role": "user", "content": 5}]})),
            ),
            ("a missing credential", Request::get("/models")),
            ("a missing body", bearer(Request::post("/embeddings"))),
        ],
    );
    documents.say(
        "square-api.json",
        vec![(
            "a text in the place of a number, and a missing member",
            post("/v2/payments", &json!({"source_id": "s", "amount_money": {"amount": "5", "currency": "USD"}})),
        )],
    );
    documents.say(
        "xeroapi-xero_accounting.yaml",
        vec![
            ("a missing header", bearer(Request::get("/Accounts"))),
            (
                "one of many values, misspelt",
                bearer(Request::with_method("PUT".parse().unwrap(), "/Accounts"))
                    .with_header("xero-tenant-id", "x")
                    .with_json(&json!({"Type": "BANKS"})),
            ),
        ],
    );
    documents.say(
        "adyen-CheckoutService-v72.json",
        vec![(
            "a member of the branch that a discriminator names",
            Request::post("/payments").with_header("x-api-key", "k").with_json(&json!({
                "amount": {"currency": "EUR", "value": 10}, "merchantAccount": "m", "reference": "r", "returnUrl": "u",
                "paymentMethod": {"type": "scheme", "number": 4111}
            })),
        )],
    );
    documents.say(
        "qdrant-openapi.json",
        vec![(
            "an object or a map of objects",
            bearer(Request::with_method("PUT".parse().unwrap(), "/collections/a"))
                .with_header("api-key", "k")
                .with_json(&json!({"vectors": {"size": 0, "distance": "Cosin"}})),
        )],
    );
    documents.say(
        "twilio-twilio_api_v2010.json",
        vec![(
            "a form",
            Request::post("/2010-04-01/Accounts/AC00000000000000000000000000000000/Messages.json")
                .with_header("authorization", "Basic dTpw")
                .with_header("content-type", "application/x-www-form-urlencoded")
                .with_body("To=%2B1&StatusCallback=nope&MaxPrice=x&MediaUrl=a"),
        )],
    );
    documents.say(
        "readmeio-parameters-style.json",
        vec![
            ("a deepObject without brackets", Request::get("/anything/query/deepObject?object=a")),
            ("a list in the path without its prefix", Request::get("/anything/path/label/a/b/c")),
        ],
    );
    insta::assert_snapshot!(documents.0);
}
