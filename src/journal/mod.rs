//! Memory: what was asked, what was answered and why. Bounded; bodies are shared, never copied.
//!
//! - `calls`: the calls as a test looks at them, and its assertions.
//! - `report`: calls as text, the same in panics and in the program.
//! - `snapshot`: calls as values in which ids, times and secrets have stable names.

mod calls;
mod report;
mod snapshot;

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

pub(crate) use self::report::unexpected;
pub use self::{
    calls::{Call, Calls, Count},
    snapshot::Snapshot,
};
use crate::{
    contract::Contract,
    message::{Request, Response},
    respond::Because,
    violation::Violation,
};

/// How many calls a server remembers.
const MOST_CALLS: usize = 10_000;
/// How many bytes of messages a server remembers.
const MOST_BYTES: usize = 64 << 20;

/// One call, as it is kept.
#[derive(Debug)]
pub(crate) struct Exchange {
    /// Counted from 1, over the life of the server or since its last reset.
    pub(crate) number: u64,
    pub(crate) entry: Entry,
    /// The size of both messages.
    bytes: usize,
}

/// What a call is made of.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) request: Request,
    pub(crate) response: Response,
    /// The operation's number in the contract.
    pub(crate) operation: Option<usize>,
    pub(crate) parameters: Vec<(String, serde_json::Value)>,
    pub(crate) violations: Vec<Violation>,
    pub(crate) remarks: Vec<Violation>,
    pub(crate) because: Because,
}

impl Entry {
    fn bytes(&self) -> usize {
        let headers =
            |headers: &crate::message::Headers| headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum::<usize>();
        let target = self.request.path().len() + self.request.query().map_or(0, str::len);
        target + headers(self.request.headers()) + self.request.body().len() + headers(self.response.headers()) + self.response.body().len()
    }
}

/// The calls of one server, the newest last. The lock is held for moving pointers only.
#[derive(Debug, Default)]
pub(crate) struct Journal(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    calls: VecDeque<Arc<Exchange>>,
    bytes: usize,
    last: u64,
    dropped: u64,
}

impl Journal {
    pub(crate) fn add(&self, entry: Entry) -> Arc<Exchange> {
        let bytes = entry.bytes();
        let mut exchange = Exchange { number: 0, entry, bytes };
        // Freed after the lock is.
        let mut gone = Vec::new();
        let mut kept = self.kept();
        kept.last += 1;
        exchange.number = kept.last;
        let exchange = Arc::new(exchange);
        kept.bytes += bytes;
        kept.calls.push_back(Arc::clone(&exchange));
        while kept.calls.len() > MOST_CALLS || (kept.bytes > MOST_BYTES && kept.calls.len() > 1) {
            let Some(oldest) = kept.calls.pop_front() else { break };
            kept.bytes -= oldest.bytes;
            kept.dropped += 1;
            gone.push(oldest);
        }
        drop(kept);
        exchange
    }

    /// The calls so far.
    pub(crate) fn calls(&self, contract: &Contract) -> Calls {
        let kept = self.kept();
        Calls::all(contract.clone(), kept.calls.iter().cloned().collect(), kept.dropped)
    }

    pub(crate) fn clear(&self) {
        *self.kept() = Kept::default();
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        // Nothing that runs under the lock can leave it half changed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::StatusCode;

    fn entry(body: Vec<u8>) -> Entry {
        Entry {
            request: Request::post("/x").with_body(body),
            response: Response::new(StatusCode::OK),
            operation: None,
            parameters: Vec::new(),
            violations: Vec::new(),
            remarks: Vec::new(),
            because: Because::Empty,
        }
    }

    #[test]
    fn the_oldest_calls_go_first_and_are_counted() {
        let journal = Journal::default();
        for _ in 0..MOST_CALLS + 7 {
            journal.add(entry(Vec::new()));
        }
        let contract = Contract::from_text("x", "openapi: 3.1.0").unwrap();
        let calls = journal.calls(&contract);
        assert_eq!((calls.len(), calls.dropped()), (MOST_CALLS, 7));
        assert_eq!(calls.first().number(), 8);

        journal.clear();
        for _ in 0..3 {
            journal.add(entry(vec![b'x'; MOST_BYTES / 2]));
        }
        assert_eq!((journal.calls(&contract).len(), journal.calls(&contract).dropped()), (1, 2));
    }
}
