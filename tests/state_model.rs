//! State against a model that could not be simpler: a map, changed one call after the other.
//!
//! A sequence of calls must be answered as the model says. Calls of several threads at once must leave what some order of
//! them would have left: each thread works on things of its own, which therefore follow its model, and on one that all share,
//! which has what one of the last calls said.

use std::{
    collections::{BTreeMap, BTreeSet},
    thread,
};

use proptest::prelude::*;
use serde_json::{Value, json};
use standin::{Contract, Method, MockServer, Request};

const DOCUMENT: &str = r##"
openapi: 3.1.0
paths:
  /notes:
    post:
      requestBody: {required: true, content: {application/json: {schema: {$ref: "#/components/schemas/Note"}}}}
      responses: {"201": {content: {application/json: {schema: {$ref: "#/components/schemas/Note"}}}}}
    get:
      parameters: [{name: limit, in: query, schema: {type: integer}}]
      responses: {"200": {content: {application/json: {schema: {type: array, items: {$ref: "#/components/schemas/Note"}}}}}}
  /notes/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    get: {responses: {"200": {content: {application/json: {schema: {$ref: "#/components/schemas/Note"}}}}, "404": {description: none}}}
    patch:
      requestBody: {content: {application/json: {schema: {type: object, properties: {text: {type: string}, rank: {type: integer}}}}}}
      responses: {"200": {content: {application/json: {schema: {$ref: "#/components/schemas/Note"}}}}, "404": {description: none}}
    put:
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Note"}}}}
      responses: {"200": {content: {application/json: {schema: {$ref: "#/components/schemas/Note"}}}}, "404": {description: none}}
    delete: {responses: {"204": {description: gone}, "404": {description: none}}}
components:
  schemas:
    Note:
      type: object
      required: [id, text]
      properties: {id: {type: string, readOnly: true, pattern: "^[a-z]{12}$"}, text: {type: string}, rank: {type: integer, default: 0}}
"##;

/// A call. Numbers name one of the things that were created, in their order.
#[derive(Debug, Clone)]
enum Step {
    Create(String),
    Read(usize),
    Patch(usize, i64),
    Replace(usize, String),
    Delete(usize),
    List,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        3 => "[a-c]{1,3}".prop_map(Step::Create),
        2 => (0..8_usize).prop_map(Step::Read),
        2 => (0..8_usize, -3..3_i64).prop_map(|(which, rank)| Step::Patch(which, rank)),
        1 => (0..8_usize, "[x-z]{1,3}").prop_map(|(which, text)| Step::Replace(which, text)),
        1 => (0..8_usize).prop_map(Step::Delete),
        1 => Just(Step::List),
    ];
    prop::collection::vec(step, 1..40)
}

/// What there is, by ids, and all ids that there ever were.
#[derive(Default)]
struct Model {
    notes: BTreeMap<String, Value>,
    order: Vec<String>,
}

impl Model {
    fn id(&self, which: usize) -> String {
        self.order.get(which).cloned().unwrap_or_else(|| "nobody".to_owned())
    }

    /// Makes a call, and holds the answer against what the model says.
    fn take(&mut self, api: &MockServer, step: &Step, alone: bool) {
        let send =
            |method: Method, id: &str, body: &Value| api.handle(Request::with_method(method, &format!("/notes/{id}")).with_json(body));
        match step {
            Step::Create(text) => {
                let created = api.handle(Request::post("/notes").with_json(&json!({"text": text})));
                let note = created.json();
                let id = note["id"].as_str().unwrap().to_owned();
                assert_eq!((created.status().as_u16(), &note), (201, &json!({"id": id, "text": text, "rank": 0})));
                assert!(self.notes.insert(id.clone(), note).is_none(), "{id} was given twice");
                self.order.push(id);
            }
            Step::Read(which) => {
                let answer = api.handle(Request::get(&format!("/notes/{}", self.id(*which))));
                self.same(&self.id(*which), answer.status().as_u16(), || answer.json());
            }
            Step::Patch(which, rank) => {
                let id = self.id(*which);
                let answer = send(Method::PATCH, &id, &json!({"rank": rank}));
                if let Some(note) = self.notes.get_mut(&id) {
                    note["rank"] = (*rank).into();
                }
                self.same(&id, answer.status().as_u16(), || answer.json());
            }
            Step::Replace(which, text) => {
                let id = self.id(*which);
                let answer = send(Method::PUT, &id, &json!({"text": text}));
                if let Some(note) = self.notes.get_mut(&id) {
                    *note = json!({"id": id, "text": text, "rank": 0});
                }
                self.same(&id, answer.status().as_u16(), || answer.json());
            }
            Step::Delete(which) => {
                let id = self.id(*which);
                let expected = if self.notes.remove(&id).is_some() { 204 } else { 404 };
                assert_eq!(api.handle(Request::with_method(Method::DELETE, &format!("/notes/{id}"))).status(), expected);
            }
            Step::List => {
                let listed = api.handle(Request::get("/notes?limit=1000")).json();
                let own: Vec<&Value> = listed.as_array().unwrap().iter().filter(|note| self.knows(&note["id"])).collect();
                let expected: Vec<&Value> = self.order.iter().filter_map(|id| self.notes.get(id)).collect();
                assert_eq!(own, expected);
                assert!(!alone || listed.as_array().unwrap().len() == own.len());
            }
        }
    }

    fn knows(&self, id: &Value) -> bool {
        self.order.iter().any(|known| id == known)
    }

    fn same(&self, id: &str, status: u16, body: impl FnOnce() -> Value) {
        match self.notes.get(id) {
            Some(note) => assert_eq!((status, &body()), (200, note)),
            None => assert_eq!(status, 404),
        }
    }
}

fn start() -> MockServer {
    let contract = Contract::from_text("notes.yaml", DOCUMENT).unwrap();
    MockServer::builder(&contract).stateful(true).start()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn one_call_after_the_other_does_what_the_model_does(steps in steps()) {
        let api = start();
        let mut model = Model::default();
        for step in &steps {
            model.take(&api, step, true);
        }
        model.take(&api, &Step::List, true);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn calls_at_once_leave_what_some_order_of_them_leaves(all in prop::collection::vec(steps(), 4)) {
        let api = start();
        let shared = api.handle(Request::post("/notes").with_json(&json!({"text": "shared"}))).json()["id"].as_str().unwrap().to_owned();
        let path = format!("/notes/{shared}");
        let models: Vec<Model> = thread::scope(|scope| {
            let run = |(number, steps): (usize, &Vec<Step>)| {
                let (api, path, steps) = (&api, path.clone(), steps.clone());
                scope.spawn(move || {
                    let mut model = Model::default();
                    for step in &steps {
                        model.take(api, step, false);
                        // Two members by two calls: neither may undo the other.
                        api.handle(Request::with_method(Method::PATCH, &path).with_json(&json!({"rank": number})));
                        api.handle(Request::with_method(Method::PATCH, &path).with_json(&json!({"text": format!("by {number}")})));
                    }
                    model
                })
            };
            let threads: Vec<_> = all.iter().enumerate().map(run).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let ids: BTreeSet<&String> = models.iter().flat_map(|model| &model.order).collect();
        prop_assert_eq!(ids.len(), models.iter().map(|model| model.order.len()).sum::<usize>(), "an id was given twice");
        let left: usize = models.iter().map(|model| model.notes.len()).sum();
        let listed = api.handle(Request::get("/notes?limit=1000")).json();
        prop_assert_eq!(listed.as_array().unwrap().len(), left + 1);
        let note = api.handle(Request::get(&path)).json();
        prop_assert!((0..4).any(|number| note["rank"] == number), "{}", note);
        prop_assert!((0..4).any(|number| note["text"] == format!("by {number}")), "{}", note);
    }
}
