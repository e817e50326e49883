//! What is kept, as a value: to be written, read, and started from.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What a server keeps, as JSON: resources by their names, each a list of its things.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct State(pub(crate) Map<String, Value>);
