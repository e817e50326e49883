//! Every method of a generated client, against a stand-in of the document that it was generated from.

use std::{num::NonZeroU32, sync::LazyLock};

use futures::TryStreamExt;
use progenitor_client::Error;
use serde_json::json;
use standin::{Contract, CoverageKind, MockServer};
use standin_generated::{
    Client,
    types::{self, BookChange, ErrorCode, Genre, Medium, NewBook},
};
use uuid::Uuid;

static BOOKS: LazyLock<Contract> = LazyLock::new(|| Contract::from_path(concat!(env!("CARGO_MANIFEST_DIR"), "/books.yaml")).unwrap());
const ID: Uuid = Uuid::from_u128(0x67e5_5044_10b1_426f_9247_bb68_0e5f_e0c8);

fn library(seed: u64) -> (MockServer, Client) {
    let api = MockServer::builder(&BOOKS).seed(seed).start();
    let client = Client::new(api.url());
    (api, client)
}

fn new_book() -> NewBook {
    let medium = Medium::Audio { minutes: NonZeroU32::new(540).unwrap(), narrator: "Ada".parse().unwrap() };
    let published_at = Some("1998-10-01T08:30:00Z".parse().unwrap());
    NewBook { title: "Rivers".parse().unwrap(), genre: Genre::Travel, medium, published_at }
}

#[tokio::test]
async fn every_method_is_answered_with_what_its_type_reads() {
    let (api, client) = library(1);
    let sent = new_book();

    let created = client.create_book(&sent).await.unwrap();
    assert_eq!(created.status(), 201);
    assert_eq!((&created.title, created.genre, &created.medium), (&sent.title, sent.genre, &sent.medium));
    assert_eq!(created.published_at, sent.published_at);
    assert_eq!(client.read_book(&created.id).await.unwrap().id, created.id);

    let change = BookChange { title: Some("Lakes".parse().unwrap()), genre: None };
    let changed = client.change_book(&created.id, &change).await.unwrap();
    assert_eq!((changed.id, Some(&changed.title)), (created.id, change.title.as_ref()));

    let poems = client.list_books(Some(Genre::Poetry), NonZeroU32::new(3), None).await.unwrap();
    assert!(!poems.items.is_empty() && poems.items.len() <= 3);
    assert!(poems.items.iter().all(|book| book.genre == Genre::Poetry));

    assert_eq!(client.delete_book(&created.id).await.unwrap().status(), 204);

    api.calls().assert_sequence(["create_book", "read_book", "change_book", "list_books", "delete_book"]);
    assert_eq!(api.calls().to("create_book").only().request().json_as::<NewBook>(), sent);
    let coverage = api.coverage();
    assert_eq!(coverage.percent(CoverageKind::Operation), 100.0, "{coverage}");
}

/// The seeds reach both branches of the `oneOf`, every genre, and books with and without their optional members.
#[tokio::test]
async fn whatever_the_seed_the_types_read_it() {
    let mut books = Vec::new();
    for seed in 0..40 {
        let (_api, client) = library(seed);
        books.extend(client.list_books(None, None, None).await.unwrap().into_inner().items);
    }
    for genre in [Genre::Novel, Genre::Poetry, Genre::Science, Genre::Travel] {
        assert!(books.iter().any(|book| book.genre == genre), "no {genre}");
    }
    let audio = |book: &types::Book| matches!(book.medium, Medium::Audio { .. });
    assert!(books.iter().any(audio) && !books.iter().all(audio));
    assert!(books.iter().any(|book| book.published_at.is_some()) && books.iter().any(|book| book.published_at.is_none()));
}

#[tokio::test]
async fn pages_follow_each_other() {
    let (api, client) = library(1);
    api.on("list_books").reply(200).with(json!({"next_page": "second"})).then().reply(200).with(json!({"next_page": null}));

    let books: Vec<_> = client.list_books_stream(Some(Genre::Science), NonZeroU32::new(2)).try_collect().await.unwrap();

    let pages: usize = api.calls().iter().map(|call| call.response().json()["items"].as_array().unwrap().len()).sum();
    assert!(!books.is_empty() && books.len() == pages, "{} of {pages}", books.len());
    api.calls().assert_sequence(["list_books", "list_books"]);
    assert_eq!(api.calls().last().target(), "/books?limit=2&page_token=second");
}

#[tokio::test]
async fn a_declared_error_has_its_type() {
    let (api, client) = library(1);
    api.on("read_book").reply(404).with(json!({"code": "not_found", "message": "there is no such book"}));

    let Err(Error::ErrorResponse(error)) = client.read_book(&ID).await else { panic!("an error was scripted") };

    assert_eq!((error.status().as_u16(), error.code), (404, ErrorCode::NotFound));
    assert_eq!(error.message, "there is no such book");
}

/// The generated types cannot say what is wrong here, so it is said by hand; the answer is one that they read all the same.
#[tokio::test]
async fn a_wrong_request_is_told() {
    let (api, _client) = library(1);
    api.expect_violation("body /genre");

    let wrong = json!({"title": "Rivers", "genre": "opera", "medium": {"kind": "paper", "pages": 90}});
    let answer = reqwest::Client::new().post(format!("{}/books", api.url())).json(&wrong).send().await.unwrap();

    assert_eq!(answer.status(), 400);
    let error: types::Error = answer.json().await.unwrap();
    let told = r#"body /genre: expected "novel", "poetry", "science" or "travel", found "opera""#;
    assert!(error.message.starts_with(told), "{}", error.message);
    api.calls().violating().assert_count(1);
}
