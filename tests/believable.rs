//! Made-up answers as a person reads them: would you believe them?
//!
//! Each is a snapshot of what is generated although the document has examples. Where the public documents are missing, theirs
//! are skipped.

#![allow(clippy::print_stdout, reason = "what is skipped is told")]

use std::path::Path;

use standin::{Contract, MockServer, Request, kayle};

fn body(api: &MockServer, target: &str) -> serde_json::Value {
    let answer = api.handle(Request::get(target).with_header("authorization", "Bearer x"));
    assert_eq!(answer.status(), 200, "{}", String::from_utf8_lossy(answer.body()));
    answer.json()
}

/// What an operation of a public document answers; `None` if the document is not there.
fn of_public(document: &str, target: &str) -> Option<serde_json::Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/specs").join(document);
    if !path.is_file() {
        println!("skipped: no ../shared/specs/{document}");
        return None;
    }
    let api = MockServer::builder(&Contract::from_path(path).unwrap()).seed(11).dynamic(true).lenient(true).start();
    Some(body(&api, target))
}

#[test]
fn endpoints_of_kayle() {
    let api = kayle::builder().stateful(false).seed(11).dynamic(true).start();
    insta::assert_json_snapshot!(body(&api, "/v1/webhooks/endpoints?limit=2"));
}

#[test]
fn applications_of_a_webhook_service() {
    of_public("svix-openapi.json", "/api/v1/app").into_iter().for_each(|body| insta::assert_json_snapshot!(body));
}

#[test]
fn a_customer_of_a_shop() {
    of_public("square-api.json", "/v2/customers/JDKYHBWT1D4F8MFH63DBMEN8Y4")
        .into_iter()
        .for_each(|body| insta::assert_json_snapshot!(body));
}

#[test]
fn guilds_of_a_chat() {
    of_public("discord-openapi.json", "/users/@me/guilds").into_iter().for_each(|body| insta::assert_json_snapshot!(body));
}

#[test]
fn a_comment_on_a_file() {
    of_public("box-openapi.json", "/comments/12345").into_iter().for_each(|body| insta::assert_json_snapshot!(body));
}
