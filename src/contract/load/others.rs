//! Operations that are no paths of the API: what it sends. Webhooks (OpenAPI 3.1, section 4.8.1) and callbacks (4.8.18).
//!
//! No request is for them, so they are read only when somebody asks, and their warnings are for the documents' survey.

use std::sync::Arc;

use serde_json::Value;

use super::Loader;
use crate::{contract::Operation, document::Document, pointer::Pointer};

/// The webhooks of a document, in the order of their names. An operation is called `POST name`.
pub(in crate::contract) fn webhooks(document: &Arc<Document>) -> Vec<Operation> {
    let at = Pointer::root().join("webhooks");
    let mut loader = Loader::new(document, Vec::new());
    loader.schemes = loader.schemes();
    let mut operations = Vec::new();
    for name in names(document, &at) {
        loader.other(&name, &at.join(&name), &mut operations);
    }
    operations
}

/// The callbacks of an operation, each with its name; an operation is called by its method and the expression for its URL.
pub(in crate::contract) fn callbacks(operation: &Operation) -> Vec<(String, Operation)> {
    let at = operation.pointer.join("callbacks");
    let document = &operation.document;
    let names = names(document, &at);
    if names.is_empty() {
        return Vec::new();
    }
    let mut loader = Loader::new(document, Vec::new());
    loader.schemes = loader.schemes();
    let mut found = Vec::new();
    for name in names {
        let Ok((place, Value::Object(expressions))) = document.follow(&at.join(&name)) else { continue };
        for expression in expressions.keys().filter(|expression| !expression.starts_with("x-")) {
            let mut operations = Vec::new();
            loader.other(expression, &place.join(expression), &mut operations);
            found.extend(operations.into_iter().map(|operation| (name.clone(), operation)));
        }
    }
    found
}

fn names(document: &Document, at: &Pointer) -> Vec<String> {
    document.resolve(at).and_then(Value::as_object).into_iter().flat_map(|members| members.keys().cloned()).collect()
}

impl Loader<'_> {
    fn other(&mut self, name: &str, at: &Pointer, operations: &mut Vec<Operation>) {
        if let Some(item) = self.object(at, "a path item") {
            self.path_item(name, &item, operations);
        }
    }
}
