//! Scripted answers, without a socket: which script answers, how often, with what, and what is told of it.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, LazyLock, Mutex},
    thread,
    time::Duration,
};

use serde_json::{Value, json};
use standin::{Because, Contract, Delay, Fault, Match, MockServer, Request, Response, StatusCode};

const DOCUMENT: &str = r##"
openapi: 3.1.0
info: {title: Things, version: "1"}
paths:
  /things:
    get:
      operationId: listThings
      parameters: [{name: limit, in: query, schema: {type: integer, maximum: 10}}]
      responses:
        '200':
          description: some
          headers: {X-Left: {schema: {type: integer, minimum: 0}}}
          content: {application/json: {schema: {type: array, items: {$ref: '#/components/schemas/Thing'}}}}
        '429': {description: too many}
        5XX:
          description: failed
          content: {application/json: {schema: {$ref: '#/components/schemas/Problem'}}}
    post:
      operationId: createThing
      requestBody:
        content: {application/json: {schema: {type: object, required: [name], properties: {name: {type: string}}}}}
      responses:
        '201':
          description: made
          content:
            application/json:
              schema: {$ref: '#/components/schemas/Thing'}
              examples:
                small: {value: {id: t_1, name: small, tags: [], size: {w: 1, h: 1}}}
                large: {value: {id: t_2, name: large, tags: [x], size: {w: 9, h: 9}}}
                wrong: {value: {id: 5}}
            text/plain: {schema: {type: string, maxLength: 5}}
        '409':
          description: there
          content:
            application/json:
              schema: {$ref: '#/components/schemas/Problem'}
              examples: {taken: {value: {error: taken}}}
        '422':
          description: not understood
          content: {application/json: {schema: {$ref: '#/components/schemas/Problem'}}}
  /things/{id}:
    get:
      operationId: readThing
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses:
        '200':
          description: it
          content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}
        default:
          description: anything else
          content: {application/json: {schema: {$ref: '#/components/schemas/Problem'}}}
    delete:
      operationId: deleteThing
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses: {'204': {description: gone}}
components:
  schemas:
    Thing:
      type: object
      required: [id, name]
      additionalProperties: false
      properties:
        id: {type: string, pattern: '^t_[0-9a-z]+$'}
        name: {type: string}
        tags: {type: array, items: {type: string}}
        size: {type: object, properties: {w: {type: integer, maximum: 9}, h: {type: integer}}}
    Problem:
      type: object
      required: [error]
      properties: {error: {type: string, minLength: 2}, more: {type: string}}
"##;

static THINGS: LazyLock<Contract> = LazyLock::new(|| Contract::from_text("things.yaml", DOCUMENT).unwrap());

fn server() -> MockServer {
    MockServer::builder(&THINGS).seed(1).start()
}

/// A server for what fails the test that it is in.
fn lenient() -> MockServer {
    MockServer::builder(&THINGS).seed(1).lenient(true).start()
}

fn list() -> Request {
    Request::get("/things")
}

fn read(id: &str) -> Request {
    Request::get(&format!("/things/{id}"))
}

fn create(name: &str) -> Request {
    Request::post("/things").with_json(&json!({"name": name}))
}

fn status(api: &MockServer, request: Request) -> u16 {
    api.handle(request).status().as_u16()
}

fn statuses(api: &MockServer, request: &Request, times: usize) -> Vec<u16> {
    (0..times).map(|_| status(api, request.clone())).collect()
}

/// The text of a panic, in which the line that scripts is called so, if it is right.
fn panic_of(line: u32, act: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(act)).expect_err("a panic was expected");
    let text = panic.downcast_ref::<String>().cloned().or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
    text.unwrap_or_default().replace(&format!("tests/scripts.rs:{line} "), "tests/scripts.rs:LINE ")
}

/// What verifying says, with the lines of this file made stable.
fn verdict(api: &MockServer, lines: &[u32]) -> String {
    let mut text = without_start(&panic_of(0, || api.verify()).replace(&api.addr().to_string(), "127.0.0.1:PORT"));
    for (number, line) in lines.iter().enumerate() {
        text = text.replace(&format!("tests/scripts.rs:{line}"), &format!("tests/scripts.rs:LINE{}", number + 1));
    }
    text
}

// What is answered.

#[test]
fn a_status_is_answered_as_it_is_declared() {
    let api = server();
    api.on("listThings").reply(429);
    api.on("createThing").reply(409);
    api.on("readThing").reply(404);
    assert_eq!(status(&api, list()), 429);
    assert_eq!(api.handle(create("a")).json(), json!({"error": "taken"}), "its example");
    let answer = api.handle(read("t_1"));
    assert_eq!(answer.status(), 404, "by default");
    assert!(answer.json()["error"].is_string());
}

#[test]
fn a_range_declares_its_codes() {
    let api = server();
    api.on("listThings").reply(503).times(1).then().reply(500);
    assert_eq!(statuses(&api, &list(), 2), [503, 500]);
}

#[test]
fn an_operation_is_named_by_method_and_path_or_by_its_id() {
    for name in ["GET /things", "listThings"] {
        let api = server();
        api.on(name).reply(429);
        assert_eq!(status(&api, list()), 429);
    }
}

#[test]
fn an_example_is_answered_by_its_name() {
    let api = server();
    api.on("createThing").example("large");
    assert_eq!(api.handle(create("a")).json()["id"], "t_2");
    api.on("createThing").reply(409).example("taken");
    assert_eq!(api.handle(create("a")).json()["error"], "taken");
}

#[test]
fn a_part_is_merged_into_what_is_answered_otherwise() {
    let api = server();
    api.on("createThing").example("large").with(json!({"size": {"w": 2}, "tags": null}));
    assert_eq!(api.handle(create("a")).json(), json!({"id": "t_2", "name": "large", "size": {"w": 2, "h": 9}}));
}

#[test]
fn parts_add_up() {
    let api = server();
    api.on("createThing").with(json!({"id": "t_7", "size": {"w": 2, "h": 2}})).with(json!({"size": {"w": 3}}));
    let body = api.handle(create("mine")).json();
    assert_eq!((&body["id"], &body["size"]), (&json!("t_7"), &json!({"w": 3, "h": 2})));
}

#[test]
fn what_was_sent_still_comes_back() {
    for dynamic in [false, true] {
        let api = MockServer::builder(&THINGS).dynamic(dynamic).start();
        api.on("createThing").with(json!({"id": "t_7"}));
        let body = api.handle(create("mine")).json();
        assert_eq!((&body["id"], &body["name"]), (&json!("t_7"), &json!("mine")));
    }
}

#[test]
fn a_whole_body_is_answered() {
    let api = server();
    api.on("readThing").reply(200).body(json!({"id": "t_9", "name": "nine"}));
    let answer = api.handle(read("t_1"));
    assert_eq!((answer.json(), answer.header("content-type")), (json!({"id": "t_9", "name": "nine"}), Some("application/json")));
}

#[test]
fn bytes_are_answered_with_their_media_type() {
    let api = server();
    api.on("createThing").body_bytes("text/plain", "made");
    let answer = api.handle(create("a"));
    assert_eq!((answer.status().as_u16(), &answer.body()[..], answer.header("content-type")), (201, &b"made"[..], Some("text/plain")));
}

#[test]
fn headers_are_answered_declared_or_not() {
    let api = server();
    api.on("listThings").header("X-Left", "5").header("x-other", "a").header("x-other", "b");
    let answer = api.handle(list());
    assert_eq!((answer.status().as_u16(), answer.header("x-left"), answer.header("x-other")), (200, Some("5"), Some("b")));
    assert_eq!(answer.headers().get_all("x-left").count(), 1);
}

#[test]
fn a_function_answers() {
    let api = server();
    api.on("readThing").respond_with(|call| {
        let id = call.parameter("id").cloned().unwrap_or_default();
        Response::new(StatusCode::OK).with_json(&json!({"id": id, "name": "made"}))
    });
    assert_eq!(api.handle(read("t_5")).json()["id"], "t_5");
}

#[test]
fn a_function_sees_the_decoded_body() {
    let api = server();
    api.on("createThing").respond_with(|call| {
        let name = &call.body().unwrap()["name"];
        Response::new(StatusCode::CREATED).with_json(&json!({"id": "t_1", "name": name}))
    });
    assert_eq!(api.handle(create("sent")).json()["name"], "sent");
}

#[test]
fn a_delay_alone_leaves_the_answer_as_it_is() {
    let (api, plain) = (server(), server());
    api.on("listThings").delay(Duration::from_millis(30));
    let answer = api.handle(list());
    assert_eq!(answer.delay(), Duration::from_millis(30));
    assert_eq!(answer.body(), plain.handle(list()).body());
}

#[test]
fn drawn_delays_are_the_same_in_every_run() {
    let run = || {
        let api = server();
        api.on("listThings").delay(Delay::log_normal(Duration::from_millis(100), 0.5));
        (0..20).map(|_| api.handle(list()).delay()).collect::<Vec<_>>()
    };
    let first = run();
    assert_eq!(first, run());
    assert!(first.windows(2).any(|pair| pair[0] != pair[1]), "{first:?}");
}

#[test]
fn a_request_that_breaks_the_contract_is_answered_and_still_fails_the_test() {
    let api = lenient();
    api.on("createThing").reply(201);
    assert_eq!(status(&api, Request::post("/things").with_json(&json!({}))), 201);
    let call = api.calls().last();
    assert_eq!(call.violations()[0].place().to_string(), "body /name");
    assert!(matches!(call.because(), Because::Script { .. }));
    assert!(catch_unwind(AssertUnwindSafe(|| api.verify())).is_err());
}

#[test]
fn a_call_tells_which_script_has_answered_it() {
    let api = server();
    let line = line!() + 1;
    api.on("listThings").reply(429);
    api.handle(list());
    assert_eq!(api.calls().last().because().to_string(), format!("scripted at tests/scripts.rs:{line}"));
}

#[test]
fn scripted_answers_are_the_same_in_every_run() {
    let run = || {
        let api = MockServer::builder(&THINGS).seed(3).start();
        api.on("readThing").reply(500).times(1).then().reply(200);
        [api.handle(read("t_1")).body().clone(), api.handle(read("t_1")).body().clone()]
    };
    assert_eq!(run(), run());
}

// How often.

#[test]
fn steps_follow_each_other() {
    let api = server();
    api.on("listThings").reply(503).times(2).then().reply(429).then().reply(200);
    assert_eq!(statuses(&api, &list(), 6), [503, 503, 429, 200, 200, 200]);
}

#[test]
fn what_is_spent_lets_the_server_answer() {
    let api = server();
    api.on("listThings").reply(503).times(2);
    assert_eq!(statuses(&api, &list(), 4), [503, 503, 200, 200]);
}

#[test]
fn what_is_spent_lets_the_script_before_it_answer() {
    let api = server();
    api.on("listThings").reply(429);
    api.on("listThings").reply(503).times(1);
    assert_eq!(statuses(&api, &list(), 3), [503, 429, 429]);
}

#[test]
fn the_last_step_may_be_spent_too() {
    let api = server();
    api.on("listThings").reply(503).then().reply(429).times(2);
    assert_eq!(statuses(&api, &list(), 5), [503, 429, 429, 200, 200]);
}

#[test]
fn a_step_that_says_nothing_yet_changes_nothing() {
    let api = server();
    let script = api.on("listThings").reply(503).then();
    assert_eq!(statuses(&api, &list(), 2), [503, 503]);
    script.reply(429);
    assert_eq!(status(&api, list()), 429);
}

#[test]
fn a_script_that_says_nothing_yet_answers_nothing() {
    let api = lenient();
    let script = api.on("listThings").when(Match::query("limit", 1));
    assert_eq!(status(&api, Request::get("/things?limit=1")), 200);
    script.reply(429);
    assert_eq!(status(&api, Request::get("/things?limit=1")), 429);
}

#[test]
fn a_script_is_refined_while_it_is_in_force() {
    let api = server();
    let script = api.on("listThings").reply(503);
    assert_eq!(status(&api, list()), 503);
    let script = script.reply(429);
    assert_eq!(status(&api, list()), 429);
    script.times(3);
    assert_eq!(statuses(&api, &list(), 2), [429, 200]);
}

#[test]
fn chance_is_the_seeds() {
    let run = |seed: u64| {
        let api = MockServer::builder(&THINGS).seed(seed).start();
        api.on("listThings").reply(503).chance(0.3);
        statuses(&api, &list(), 1_000)
    };
    let first = run(1);
    let met = first.iter().filter(|status| **status == 503).count();
    assert!((250..350).contains(&met), "{met}");
    assert_eq!(first, run(1));
    assert_ne!(first, run(2));
}

#[test]
fn chance_spends_only_what_it_answers() {
    let api = server();
    api.on("listThings").reply(503).chance(0.5).times(10);
    assert_eq!(statuses(&api, &list(), 200).iter().filter(|status| **status == 503).count(), 10);
}

#[test]
fn a_hundred_threads_get_exactly_as_many_as_there_are() {
    let api = Arc::new(server());
    api.on("listThings").reply(503).times(50);
    let threads: Vec<_> = (0..100)
        .map(|_| {
            let api = Arc::clone(&api);
            thread::spawn(move || status(&api, list()))
        })
        .collect();
    let answers: Vec<u16> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
    assert_eq!(answers.iter().filter(|status| **status == 503).count(), 50);
    assert_eq!(answers.iter().filter(|status| **status == 200).count(), 50);
}

#[test]
fn a_guard_ends_its_script() {
    let api = server();
    {
        let _guard = api.on("listThings").reply(503).scoped();
        assert_eq!(status(&api, list()), 503);
    }
    assert_eq!(status(&api, list()), 200);
}

#[test]
fn a_guard_ends_no_other_script() {
    let api = server();
    api.on("listThings").reply(429);
    let guard = api.on("listThings").reply(503).scoped();
    assert_eq!(status(&api, list()), 503);
    drop(guard);
    assert_eq!(status(&api, list()), 429);
}

#[test]
fn a_reset_ends_all() {
    let api = server();
    let guard = api.on("listThings").reply(503).scoped();
    api.on("createThing").reply(409);
    api.reset();
    assert_eq!((status(&api, list()), status(&api, create("a"))), (200, 201));
    drop(guard);
    api.on("listThings").reply(429);
    assert_eq!(status(&api, list()), 429);
}

#[test]
fn one_server_knows_nothing_of_the_scripts_of_another() {
    let (one, other) = (server(), server());
    one.on("listThings").reply(503);
    assert_eq!((status(&one, list()), status(&other, list())), (503, 200));
}

// Which one.

#[test]
fn the_later_of_two_alike_answers() {
    let api = MockServer::builder(&THINGS).unused_scripts(false).start();
    api.on("listThings").reply(429);
    api.on("listThings").reply(503);
    assert_eq!(status(&api, list()), 503);
}

#[test]
fn the_one_that_asks_for_more_answers_whatever_the_order() {
    for first in [true, false] {
        let api = server();
        let general = || api.on("readThing").reply(500);
        let special = || api.on("readThing").when(Match::path("id", "t_1")).reply(404);
        if first {
            (special(), general())
        } else {
            (general(), special())
        };
        assert_eq!((status(&api, read("t_1")), status(&api, read("t_2"))), (404, 500));
    }
}

#[test]
fn two_values_are_more_than_one() {
    let api = server();
    api.on("listThings").when(Match::query("limit", 1)).when(Match::header("x-mode", "fast")).reply(503);
    api.on("listThings").when(Match::query("limit", 1)).reply(429);
    assert_eq!(status(&api, Request::get("/things?limit=1").with_header("x-mode", "fast")), 503);
    assert_eq!(status(&api, Request::get("/things?limit=1").with_header("x-mode", "slow")), 429);
}

#[test]
fn a_value_is_more_than_a_text_and_a_text_more_than_a_function() {
    let api = MockServer::builder(&THINGS).unused_scripts(false).start();
    api.on("createThing").when(Match::json(json!({"name": "abc"}))).reply(409);
    api.on("createThing").when(Match::body_contains("b")).reply(422);
    api.on("createThing").when(Match::by("any", |_| true)).reply(201);
    assert_eq!((status(&api, create("abc")), status(&api, create("b")), status(&api, create("c"))), (409, 422, 201));
}

#[test]
fn all_matchers_must_accept() {
    let api = lenient();
    api.on("createThing").when(Match::json_at("/name", "a")).when(Match::header("x-a", "1")).reply(409);
    assert_eq!(status(&api, create("a")), 201);
    assert_eq!(status(&api, create("b").with_header("x-a", "1")), 201);
    assert_eq!(status(&api, create("a").with_header("x-a", "1")), 409);
}

#[test]
fn matchers_can_be_turned_round_and_joined() {
    let api = server();
    api.on("readThing").when(!Match::path("id", "t_1")).reply(404);
    api.on("deleteThing").when(Match::any([Match::path("id", "a"), Match::path("id", "b")])).off_contract().reply(409);
    assert_eq!((status(&api, read("t_1")), status(&api, read("t_2"))), (200, 404));
    let delete = |id: &str| Request::with_method(standin::Method::DELETE, &format!("/things/{id}"));
    assert_eq!((status(&api, delete("a")), status(&api, delete("b")), status(&api, delete("c"))), (409, 409, 204));
}

#[test]
fn a_script_is_for_its_operation_alone() {
    let api = server();
    api.on("readThing").reply(404);
    assert_eq!((status(&api, list()), status(&api, read("t_1"))), (200, 404));
}

// Held to the contract.

#[test]
fn what_the_contract_does_not_allow_panics_at_its_line() {
    let api = lenient();
    let mut told = Vec::new();
    let mut tell = |what: &str, line: u32, act: &dyn Fn()| told.push(format!("== {what}\n{}", panic_of(line, act)));
    tell("status", line!(), &|| drop(api.on("createThing").reply(410)));
    tell("no status near", line!(), &|| drop(api.on("createThing").reply(503)));
    tell("part", line!(), &|| drop(api.on("createThing").with(json!({"size": {"w": 10}, "colour": "red"}))));
    tell("body", line!(), &|| drop(api.on("createThing").reply(409).body(json!({"error": 5}))));
    tell("no body", line!(), &|| drop(api.on("listThings").reply(429).body(json!({}))));
    tell("media type", line!(), &|| drop(api.on("createThing").body_bytes("image/png", "x")));
    tell("syntax", line!(), &|| drop(api.on("createThing").body_bytes("application/json", "{\"id\": }")));
    tell("text", line!(), &|| drop(api.on("createThing").body_bytes("text/plain", "too long")));
    tell("example", line!(), &|| drop(api.on("createThing").example("lage")));
    tell("no example", line!(), &|| drop(api.on("listThings").reply(500).example("large")));
    tell("example that is wrong", line!(), &|| drop(api.on("createThing").example("wrong")));
    tell("header", line!(), &|| drop(api.on("listThings").header("x-left", "-5")));
    tell("no error", line!(), &|| drop(api.on("deleteThing").fault(Fault::DeclaredError)));
    tell("operation", line!(), &|| drop(api.on("createThings")));
    tell("path parameter", line!(), &|| drop(api.on("readThing").when(Match::path("ids", 1))));
    tell("impossible status", line!(), &|| drop(api.on("readThing").reply(42)));
    tell("header that is none", line!(), &|| drop(api.on("readThing").header("x y", "z")));
    tell("times", line!(), &|| drop(api.on("readThing").reply(404).times(0)));
    tell("chance", line!(), &|| drop(api.on("readThing").reply(404).chance(1.5)));
    tell("pointer", line!(), &|| drop(Match::json_at("name", 1)));
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn a_word_that_panics_leaves_the_script_as_it_was() {
    let api = server();
    let script = api.on("createThing").reply(409);
    assert!(catch_unwind(AssertUnwindSafe(|| script.clone().with(json!({"error": 5})))).is_err());
    assert_eq!(api.handle(create("a")).json(), json!({"error": "taken"}));
}

#[test]
#[rustfmt::skip]
fn panics_carry_the_line_of_the_test() {
    let place: Arc<Mutex<Option<(String, u32)>>> = Arc::default();
    let seen = Arc::clone(&place);
    let before = std::panic::take_hook();
    // The hook is the whole process's: other tests panic meanwhile, on threads of their own.
    let here = thread::current().id();
    std::panic::set_hook(Box::new(move |info| {
        if thread::current().id() == here {
            *seen.lock().unwrap() = info.location().map(|place| (place.file().to_owned(), place.line()));
        }
    }));
    let api = lenient();
    let line = line!() + 4;
    let result = catch_unwind(AssertUnwindSafe(|| {
        api.on("createThing")
            .reply(409)
            .with(json!({"error": 5}))
    }));
    std::panic::set_hook(before);
    assert!(result.is_err());
    let (file, at) = place.lock().unwrap().clone().unwrap();
    assert!(file.ends_with("scripts.rs"), "{file}");
    assert_eq!(at, line);
}

#[test]
fn off_the_contract_anything_goes() {
    let api = server();
    api.on("createThing").off_contract().reply(418).body(json!({"tea": true})).header("x-left", "many");
    let answer = api.handle(create("a"));
    assert_eq!((answer.status().as_u16(), answer.json()), (418, json!({"tea": true})));
    api.on("createThing").off_contract().with(json!({"size": "huge"}));
    assert_eq!(api.handle(create("a")).json()["size"], "huge");
    api.on("listThings").off_contract().reply(200).then().respond_with(|_| Response::new(StatusCode::IM_A_TEAPOT));
    assert_eq!(statuses(&api, &list(), 2), [200, 418], "later steps are off it, too");
}

#[test]
fn a_function_is_checked_when_it_answers() {
    let api = lenient();
    let line = line!() + 1;
    api.on("readThing").respond_with(|_| Response::new(StatusCode::OK).with_json(&json!({"id": 5, "name": "x"})));
    let answer = api.handle(read("t_1"));
    assert_eq!(answer.status(), 500, "what breaks the contract is not sent");
    assert_eq!(*api.calls().last().because(), Because::Unable);
    insta::assert_snapshot!(verdict(&api, &[line]));
}

#[test]
fn a_function_that_panics_fails_its_call() {
    let api = lenient();
    api.on("readThing").respond_with(|_| panic!("careless"));
    assert_eq!(status(&api, read("t_1")), 500);
    assert!(api.violations()[0].to_string().contains("careless"));
}

#[test]
fn a_part_that_does_not_fit_what_was_sent_is_answered_as_it_was_scripted() {
    let document = json!({"openapi": "3.1.0", "paths": {"/a": {"post": {
        "requestBody": {"content": {"application/json": {"schema": {"properties": {"kind": {"type": "string"}}}}}},
        "responses": {"200": {"description": "d", "content": {"application/json": {"schema": {
            "type": "object", "required": ["kind", "n"], "properties": {"kind": {"enum": ["a", "b"]}, "n": {"type": "integer"}},
            "if": {"properties": {"kind": {"const": "a"}}}, "then": {"properties": {"n": {"maximum": 5}}}, "else": {"properties": {"n": {"minimum": 6}}},
        }}}}},
    }}}});
    let contract = Contract::from_value("a", document).unwrap();
    let api = MockServer::builder(&contract).seed(1).start();
    api.on("POST /a").with(json!({"n": 3, "kind": "a"}));
    let sent = Request::post("/a").with_json(&json!({"kind": "b"}));
    assert_eq!(api.handle(sent.clone()).json(), json!({"kind": "a", "n": 3}));
    // With what was sent, this would be b and 3.
    let api = MockServer::builder(&contract).seed(1).start();
    let scripted = catch_unwind(AssertUnwindSafe(|| api.on("POST /a").with(json!({"n": 3}))));
    if let Ok(script) = scripted {
        let answer = api.handle(sent).json();
        assert_eq!(answer, json!({"kind": "a", "n": 3}), "{script:?}");
    }
}

// Unused and unexpected.

#[test]
fn what_was_never_used_fails_the_test_and_says_why() {
    let api = lenient();
    let first = line!();
    api.on("listThings").reply(429);
    api.on("createThing").when(Match::json_at("/name", "b")).when(Match::header("x-mode", "fast")).reply(409);
    api.on("readThing").when(Match::path("id", "t_9")).reply(404);
    api.on("readThing").when(Match::path("id", "t_9")).when(Match::header("x-a", "1")).reply(500);
    api.on("deleteThing").delay(Duration::from_millis(1)).times(1).then().delay(Duration::from_millis(2));
    api.handle(create("a"));
    api.handle(create("b").with_header("x-mode", "slow"));
    api.handle(create("c"));
    api.handle(read("t_9").with_header("x-a", "1"));
    api.handle(Request::with_method(standin::Method::DELETE, "/things/t_1"));
    let lines: Vec<u32> = (first + 1..first + 6).collect();
    insta::assert_snapshot!(verdict(&api, &lines));
    api.verify();
}

#[test]
fn what_may_stay_unused_says_so() {
    let api = server();
    api.on("listThings").reply(429).optional();
    api.verify();
    let api = MockServer::builder(&THINGS).unused_scripts(false).start();
    api.on("listThings").reply(429);
}

#[test]
fn dropping_a_server_tells_of_unused_scripts() {
    let silent = catch_unwind(|| drop(server().on("listThings"))).unwrap_err();
    let silent = silent.downcast_ref::<String>().cloned().unwrap_or_default();
    assert!(silent.contains("for GET /things: it says nothing to answer with"), "{silent}");
    let dropped = catch_unwind(|| drop(server().on("listThings").reply(429)));
    let text = dropped.unwrap_err().downcast_ref::<String>().cloned().unwrap_or_default();
    assert!(text.contains("1 script was not used") && text.contains("no call reached the operation"), "{text}");
}

#[test]
fn a_script_whose_guard_is_gone_must_have_been_used_too() {
    let api = lenient();
    drop(api.on("listThings").reply(429).scoped());
    assert!(catch_unwind(AssertUnwindSafe(|| api.verify())).is_err());
}

#[test]
fn calls_that_no_script_is_for_are_told_where_that_is_asked_for() {
    let api = MockServer::builder(&THINGS).only_scripted(true).lenient(true).start();
    let first = line!();
    api.on("readThing").when(Match::path("id", "t_1")).reply(200);
    api.on("createThing").reply(409).times(1);
    assert_eq!((status(&api, list()), status(&api, read("t_1")), status(&api, read("t_2"))), (200, 200, 200));
    assert_eq!(statuses(&api, &create("a"), 2), [409, 201]);
    insta::assert_snapshot!(verdict(&api, &[first + 1, first + 2]));
}

// Faults, as far as they need no socket.

#[test]
fn a_declared_error_is_drawn_from_those_that_there_are() {
    let api = server();
    api.on("createThing").fault(Fault::DeclaredError);
    let answers = statuses(&api, &create("a"), 40);
    assert!(answers.iter().all(|status| [409, 422].contains(status)), "{answers:?}");
    assert!(answers.contains(&409) && answers.contains(&422), "{answers:?}");
    api.on("readThing").fault(Fault::DeclaredError);
    assert_eq!(status(&api, read("t_1")), 500, "where `default` is all there is");
}

#[test]
fn a_fault_is_told_of_its_call() {
    let api = server();
    let line = line!() + 1;
    api.on("listThings").fault(Fault::ResetInBody).times(1);
    assert_eq!(status(&api, list()), 200, "there is no connection to reset");
    let because = api.calls().last().because().clone();
    assert_eq!(because.to_string(), format!("the fault reset-in-body, by tests/scripts.rs:{line}"));
    assert_eq!(*api.calls().last().because(), because);
}

#[test]
fn chaos_is_the_seeds_and_breaks_no_contract() {
    let run = || {
        let api = MockServer::builder(&THINGS).seed(5).chaos(0.5).start();
        (0..100).for_each(|_| drop(api.handle(list())));
        api.calls().iter().map(|call| call.because().to_string()).collect::<Vec<_>>()
    };
    let first = run();
    assert_eq!(first, run());
    let met = first.iter().filter(|because| because.contains("chaos")).count();
    assert!((30..70).contains(&met), "{first:?}");
}

#[test]
fn requests_ask_for_faults_only_where_they_may() {
    let faulty = |name: &str| list().with_header("standin-fault", name);
    let api = MockServer::builder(&THINGS).strict(true).lenient(true).start();
    api.handle(faulty("reset-in-body"));
    assert_eq!(api.violations()[0].code(), "parameter.undeclared");
    let api = MockServer::builder(&THINGS).strict(true).fault_headers(true).lenient(true).start();
    api.handle(faulty("reset-in-body"));
    assert_eq!(api.calls().last().because().to_string(), "the fault reset-in-body, by the request's header standin-fault");
    assert!(api.violations().is_empty(), "{:?}", api.violations());
    assert!([500, 429].contains(&status(&api, faulty("declared-error"))));
    assert_eq!(status(&api, faulty("reset-in-bdy")), 422);
    let told = api.violations()[0].to_string();
    assert!(told.starts_with("header standin-fault: expected the name of a fault: `reset-before-headers`"), "{told}");
    assert!(told.ends_with("found \"reset-in-bdy\"; did you mean `reset-in-body`?"), "{told}");
}

#[test]
fn what_is_answered_by_scripts_is_whatever_the_client_prefers() {
    let api = server();
    api.on("listThings").reply(429);
    assert_eq!(status(&api, list().with_header("prefer", "code=200")), 429);
    let body: Value = json!({"error": "preferred"});
    api.on("createThing").reply(409).body(body.clone());
    assert_eq!(api.handle(create("a").with_header("accept", "text/plain")).json(), body);
}

#[test]
fn the_later_word_about_a_body_counts() {
    let api = server();
    api.on("createThing").example("large").with(json!({"tags": []})).body(json!({"id": "t_3", "name": "three"}));
    assert_eq!(api.handle(create("a")).json(), json!({"id": "t_3", "name": "three"}));
    api.on("createThing").body(json!({"id": "t_3", "name": "three"})).with(json!({"name": "four"}));
    assert_eq!(api.handle(create("a")).json()["name"], "four");
    api.on("createThing").body_bytes("text/plain", "made").example("large");
    assert_eq!(api.handle(create("a")).json()["id"], "t_2");
}

#[test]
fn a_step_has_one_answer() {
    let api = lenient();
    let by = || api.on("createThing").respond_with(|_| Response::new(StatusCode::CREATED));
    let two = "standin: a function answers all of a step";
    assert!(panic_of(0, || drop(by().header("x", "y"))).starts_with(two));
    assert!(panic_of(0, || drop(by().with(json!({})))).starts_with(two));
    assert!(panic_of(0, || drop(by().reply(409))).starts_with(two));
    assert!(panic_of(0, || drop(api.on("createThing").reply(409).respond_with(|_| Response::default()))).starts_with(two));
    let bytes = panic_of(0, || drop(api.on("createThing").body_bytes("text/plain", "x").with(json!({}))));
    assert!(bytes.starts_with("standin: nothing can be merged into bytes"), "{bytes}");
    by().then().reply(409);
}

#[test]
fn a_contract_that_promises_nothing_is_broken_by_nothing() {
    let contract = Contract::from_value("a", json!({"openapi": "3.1.0", "paths": {"/a": {"get": {}}}})).unwrap();
    let api = MockServer::start(&contract);
    api.on("GET /a").reply(418).body(json!({"tea": true}));
    assert_eq!(api.handle(Request::get("/a")).json(), json!({"tea": true}));
}

#[test]
fn a_header_that_the_script_gives_need_not_be_made() {
    let document = json!({"openapi": "3.1.0", "paths": {"/a": {"get": {"responses": {"200": {"description": "d", "headers": {
        "X-Made": {"required": true, "schema": {"type": "string", "pattern": "^(?=a)b|c$"}},
    }}}}}}});
    let contract = Contract::from_value("a", document).unwrap();
    let api = MockServer::start(&contract);
    api.on("GET /a").header("X-Made", "c");
    assert_eq!(api.handle(Request::get("/a")).header("x-made"), Some("c"));
}

#[test]
fn a_loop_of_guards_leaves_nothing_behind() {
    let api = MockServer::builder(&THINGS).unused_scripts(false).start();
    for _ in 0..1_000 {
        let _guard = api.on("listThings").when(Match::by("never", |_| panic!("asked after its end"))).reply(503).scoped();
    }
    assert_eq!(status(&api, list()), 200);
}

/// The README shows what these say.
#[test]
fn the_bundled_contract_holds_scripts_too() {
    let api = standin::kayle::builder().lenient(true).start();
    let told = panic_of(line!(), || drop(api.on("POST /v1/webhooks/endpoints").reply(409)));
    let line = line!() + 1;
    api.on("POST /v1/webhooks/endpoints").when(Match::header("x-mode", "fast")).reply(500);
    let create = Request::post("/v1/webhooks/endpoints").with_header("authorization", "Bearer any");
    let create = create.with_json(&json!({"url": "https://example.com/hook"}));
    api.handle(create.clone());
    api.handle(create.with_header("x-mode", "slow"));
    insta::assert_snapshot!(format!("{told}\n{}", verdict(&api, &[line])));
}

/// The text without the line of this file that starts the server.
fn without_start(text: &str) -> String {
    let mut parts = text.split("started at tests/scripts.rs:");
    let first = parts.next().unwrap_or_default().to_owned();
    let is_number = |c: char| c.is_ascii_digit() || c == ':';
    parts.fold(first, |text, part| text + "started at tests/scripts.rs:START" + part.trim_start_matches(is_number))
}
