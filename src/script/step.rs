//! One step of a script: what is answered, how often, how late, and what goes wrong with it.

use std::{fmt, sync::Arc};

use serde_json::Value;

use super::{Delay, Fault};
use crate::{
    contract::Incoming,
    message::Response,
    respond::{Reply, Written},
};

/// What is said of a step that is to answer by a function and by itself.
const TWO_ANSWERS: &str = "standin: a function answers all of a step: what else is to be answered belongs into it, or behind then()";

/// What a step answers with: a function of the test's author.
pub(super) type Answering = dyn Fn(&Incoming<'_>) -> Response + Send + Sync;

/// What a step answers with.
#[derive(Clone, Default)]
pub(super) enum Say {
    /// What would be answered without a script.
    #[default]
    AsEver,
    Reply(Reply),
    Function(Arc<Answering>),
}

impl fmt::Debug for Say {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AsEver => f.write_str("AsEver"),
            Self::Reply(reply) => reply.fmt(f),
            Self::Function(_) => f.write_str("Function"),
        }
    }
}

/// One step of a script, or what chaos makes of a call.
#[derive(Debug, Clone)]
pub(super) struct Step {
    /// What asked for it: file and line of a script.
    pub(super) by: Arc<str>,
    pub(super) say: Say,
    pub(super) delay: Option<Delay>,
    pub(super) fault: Option<Fault>,
    /// How many calls it answers. Without it: one, and the last step all that come.
    pub(super) times: Option<u64>,
    /// The share of calls that it answers.
    pub(super) chance: Option<f64>,
    /// Whether the contract has no say.
    pub(super) off_contract: bool,
    /// An answer that conforms, as it was made when this was scripted: for requests with which it would not.
    pub(super) conforming: Option<Response>,
    /// What of it cannot be meant: for the panic at the line that says it.
    pub(super) mistake: Option<&'static str>,
}

impl Step {
    pub(super) fn new(by: Arc<str>, off_contract: bool) -> Self {
        Self { by, say: Say::AsEver, delay: None, fault: None, times: None, chance: None, off_contract, conforming: None, mistake: None }
    }

    /// Whether it changes anything. One that does not is still being written.
    pub(super) fn says_something(&self) -> bool {
        !matches!(self.say, Say::AsEver) || self.delay.is_some() || self.fault.is_some()
    }

    /// What is replied, to be refined.
    pub(super) fn reply(&mut self) -> &mut Reply {
        if matches!(self.say, Say::Function(_)) {
            self.mistake = Some(TWO_ANSWERS);
        }
        if !matches!(self.say, Say::Reply(_)) {
            self.say = Say::Reply(Reply::default());
        }
        match &mut self.say {
            Say::Reply(reply) => reply,
            Say::AsEver | Say::Function(_) => unreachable!("it is a reply since the line above"),
        }
    }

    pub(super) fn merge(&mut self, part: Value) {
        if matches!(self.reply().body, Some(Written::Bytes(..))) {
            self.mistake = Some("standin: nothing can be merged into bytes: give the whole with body_bytes");
        }
        let reply = self.reply();
        reply.patch = Some(both(reply.patch.take(), part));
    }

    pub(super) fn answer_by(&mut self, function: Arc<Answering>) {
        if matches!(self.say, Say::Reply(_)) {
            self.mistake = Some(TWO_ANSWERS);
        }
        self.say = Say::Function(function);
    }
}

/// A part with another merged into it, as `with` after `with` does.
fn both(before: Option<Value>, after: Value) -> Value {
    match (before, after) {
        (Some(Value::Object(mut before)), Value::Object(after)) => {
            for (name, change) in after {
                let merged = both(before.remove(&name), change);
                before.insert(name, merged);
            }
            Value::Object(before)
        }
        (_, after) => after,
    }
}
