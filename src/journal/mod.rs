//! Memory: what was asked, what was answered and why. Bounded; bodies are shared, never copied.
//!
//! - `ring`: the calls that are kept, and views of them.
//! - `call`, `calls`, `count`, `sequence`: the calls as a test looks at them, and its assertions.
//! - `origin`: which server the calls are of, and which others the same test has.
//! - `wait`: waiting for calls that are still to come.
//! - `shown`: messages without their secrets; everything below tells a call by it.
//! - `report`: calls as text, the same in panics and in the program; `curl`: the line that sends one again.
//! - `snapshot`, `transcript`: calls in which ids, times and secrets have stable `names`.
//! - `har`, `ndjson`: calls for other programs.

mod call;
mod calls;
mod count;
mod curl;
mod har;
mod names;
mod ndjson;
mod origin;
mod report;
mod ring;
mod sequence;
mod shown;
mod snapshot;
mod transcript;
mod wait;

use std::sync::{Arc, MutexGuard, PoisonError};

pub use self::{
    call::Call,
    calls::Calls,
    count::Count,
    ring::Remember,
    snapshot::Snapshot,
    wait::{Wait, Waiting},
};
use self::{
    origin::Shared,
    ring::{Ring, Seen},
    shown::Shown,
    wait::Waiter,
};
pub(crate) use self::{
    report::{forgotten, unexpected},
    shown::exchange_name,
};
use crate::{
    clock::Timestamp,
    contract::Contract,
    message::{Headers, Request, Response},
    respond::Because,
    violation::Violation,
};

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
    /// When it was answered, by the server's clock.
    pub(crate) at: Timestamp,
}

impl Entry {
    /// Two messages of which nothing else is known.
    #[cfg(test)]
    pub(crate) fn new(request: Request, response: Response, because: Because) -> Self {
        let (parameters, violations, remarks) = (Vec::new(), Vec::new(), Vec::new());
        Self { request, response, operation: None, parameters, violations, remarks, because, at: Timestamp::FIXED }
    }

    fn bytes(&self) -> usize {
        let headers = |headers: &Headers| headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum::<usize>();
        let target = self.request.path().len() + self.request.query().map_or(0, str::len);
        target + headers(self.request.headers()) + self.request.body().len() + headers(self.response.headers()) + self.response.body().len()
    }
}

/// The calls of one server, the newest last. The lock is held for moving pointers only, and by nobody who waits.
#[derive(Debug, Clone, Default)]
pub(crate) struct Journal(Arc<Shared>);

impl Journal {
    pub(crate) fn new(bounds: Remember) -> Self {
        Self(Arc::new(Shared::new(Ring::new(bounds))))
    }

    pub(crate) fn add(&self, entry: Entry) -> Arc<Exchange> {
        let bytes = entry.bytes();
        let mut ring = self.ring();
        let (exchange, gone) = ring.add(entry, bytes);
        let waiters = std::mem::take(&mut ring.waiters);
        drop(ring);
        drop(gone);
        waiters.iter().filter_map(std::sync::Weak::upgrade).for_each(|waiter| waiter.tell());
        exchange
    }

    /// The calls so far.
    pub(crate) fn calls(&self, contract: &Contract) -> Calls {
        Calls::all(contract.clone(), self.clone(), self.seen(None))
    }

    /// What is kept now; whoever waits is told of the next call after that.
    fn seen(&self, waiter: Option<&Arc<Waiter>>) -> Seen {
        let mut ring = self.ring();
        if let Some(waiter) = waiter {
            ring.register(waiter);
        }
        ring.view()
    }

    pub(crate) fn clear(&self) {
        let gone = self.ring().clear();
        drop(gone);
    }

    fn ring(&self) -> MutexGuard<'_, Ring> {
        // Nothing that runs under the lock can leave it half changed.
        self.0.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
