//! A document that is not bundled, of the older kind: judged and answered by the same rules.

use std::path::Path;

use serde_json::json;
use standin::{Because, Contract, MockServer, Request, Response};

fn server() -> MockServer {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/library.yaml");
    MockServer::builder(&Contract::from_path(path).unwrap()).seed(1).lenient(true).start()
}

fn ask(api: &MockServer, request: Request) -> Response {
    api.handle(request.with_header("X-Api-Key", "k"))
}

fn told(api: &MockServer) -> Vec<String> {
    api.calls().last().violations().iter().map(|violation| violation.brief().to_string()).collect()
}

#[test]
fn nullable_and_inherited_members_are_understood() {
    let api = server();
    let sent = json!({"title": "Poems", "subtitle": null, "pages": 12});
    let created = ask(&api, Request::post("/books").with_json(&sent));
    assert_eq!(created.status(), 201);
    let book = created.json();
    assert_eq!((&book["title"], &book["subtitle"], &book["pages"]), (&sent["title"], &sent["subtitle"], &sent["pages"]));
    assert_eq!(book["isbn"].as_str().unwrap().len(), 13);
    assert!(book.get("secret_note").is_none(), "writeOnly members are no part of an answer: {book}");

    let refused = ask(&api, Request::post("/books").with_json(&json!({"title": 1, "pages": 0})));
    assert_eq!(told(&api), ["body /pages: expected more than 0, found the number 0", "body /title: expected a string, found the number 1"]);
    // Only `default` is declared, and its member takes 40 characters: the explanation does not fit there.
    assert_eq!((refused.status().as_u16(), refused.header("content-type")), (422, Some("application/vnd.error+json")));
    assert!(refused.json()["reason"].as_str().unwrap().len() <= 40);
}

#[test]
fn examples_are_answers_if_they_conform() {
    let api = server();
    let book = ask(&api, Request::get("/books/9781234567897"));
    assert_eq!(*api.calls().last().because(), Because::Example);
    assert_eq!(book.json(), json!({"isbn": "9781234567897", "title": "An example", "subtitle": null}));
    let text = ask(&api, Request::get("/books/9781234567897").with_header("Accept", "text/plain"));
    assert_eq!((text.header("content-type"), text.body().as_ref()), (Some("text/plain"), &b"A book."[..]));
    let neither = ask(&api, Request::get("/books/9781234567897").with_header("Accept", "image/png"));
    assert_eq!(neither.status(), 406);
    assert!(api.violations().is_empty(), "to ask for another media type breaks no contract");
}

#[test]
fn the_documents_own_error_is_told_why() {
    let api = server();
    let refused = ask(&api, Request::get("/books?shelf=prosa").with_header("X-Trace", "far too long"));
    assert_eq!(refused.status(), 422);
    let title = refused.json()["title"].as_str().unwrap().to_owned();
    assert!(title.contains(r#"query shelf: expected "poetry" or "prose", found "prosa"; did you mean "prose"?"#), "{title}");
    assert!(title.contains("header x-trace: expected at most 8 characters, found 12 characters"), "{title}");
}

#[test]
fn what_declares_no_error_is_answered_with_a_problem_document() {
    let api = server();
    let refused = ask(&api, Request::get("/books/12"));
    assert_eq!((refused.status().as_u16(), refused.header("content-type")), (422, Some("application/problem+json")));
    insta::assert_snapshot!(format!("{:#}", refused.json()).replace(env!("CARGO_MANIFEST_DIR"), "."));
    let unauthorised = api.handle(Request::get("/books/9781234567897"));
    assert_eq!(unauthorised.status(), 401);
    assert_eq!(told(&api), ["header x-api-key: expected the API key `apiKey`, found none"]);
}

#[test]
fn base_paths_of_servers_are_accepted() {
    let api = server();
    assert_eq!(ask(&api, Request::get("/api/books/9781234567897")).status(), 200);
    assert_eq!(api.calls().to("getBook").only().violations().len(), 0);
    assert_eq!(api.handle(Request::with_method(standin::Method::DELETE, "/api/books/9781234567897")).status(), 204);
}

#[test]
fn recursive_schemas_are_answered() {
    let api = server();
    let shelf = api.handle(Request::get("/shelves"));
    assert_eq!(shelf.status(), 200);
    assert!(shelf.json()["holds"].is_array());
    assert!(shelf.body().len() < 100_000);
}

#[test]
fn what_cannot_be_answered_is_our_fault_and_says_so() {
    let api = server();
    let answer = api.handle(Request::get("/broken"));
    assert_eq!((answer.status().as_u16(), api.calls().last().because()), (500, &Because::Unable));
    assert!(told(&api)[0].contains("one without any: no value satisfies the schema"), "{:?}", told(&api));
}
