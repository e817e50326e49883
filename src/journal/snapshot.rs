//! Calls as values that are the same in every run: ids, times and secrets have stable names in them.
//!
//! What is an id, a time or a secret is read from the contract's schemas, not from a list of names. Equal values have
//! equal names, so that relations stay visible: the id of an answer and the same id in a later path.

use std::fmt;

use serde::ser::{Serialize, Serializer};
use serde_json::{Map, Value, json};

use super::{
    Call,
    names::{Names, body, parameters},
    shown::{Side, name},
};

/// Calls in a form for snapshot tests, to be handed to `insta::assert_yaml_snapshot!` or `insta::assert_json_snapshot!`.
///
/// Credentials are not in it: of the request's headers it holds those that the contract declares, and the content type.
#[derive(Debug, Clone, PartialEq)]
pub struct Snapshot(Vec<Value>);

impl Snapshot {
    pub(super) fn of(calls: &[Call]) -> Self {
        let mut names = Names::default();
        Self(calls.iter().map(|call| entry(call, &mut names)).collect())
    }
}

impl Serialize for Snapshot {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

/// As indented JSON.
impl fmt::Display for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#}", json!(self.0))
    }
}

fn entry(call: &Call, names: &mut Names) -> Value {
    // The answer first: what it calls an id is one in the request's path, too.
    let response = body(call, Side::Response, names);
    let request = body(call, Side::Request, names);
    let mut view = Map::new();
    let mut put = |name: &str, value: Value| {
        if !value.is_null() {
            view.insert(name.into(), value);
        }
    };
    put("call", name(call).into());
    put("parameters", parameters(call, names));
    put("request", request);
    put("status", call.response().status().as_u16().into());
    put("response", response);
    if !call.violations().is_empty() {
        put("violations", call.violations().iter().map(|violation| violation.brief().to_string()).collect());
    }
    Value::Object(view)
}
