//! Which server calls are of, and which other servers the same test has started: it may have taken one for another.
//!
//! A test starts its servers on its own thread, so that those of other tests are not among them. Nothing but the text of a
//! failure depends on this.

use std::{
    cell::RefCell,
    panic::Location,
    sync::{Arc, Mutex, OnceLock, Weak},
};

use super::{Calls, Journal, ring::Ring};
use crate::contract::Contract;

/// How many servers of a thread are known: the latest.
const MOST_SERVERS: usize = 16;

thread_local! {
    static STARTED: RefCell<Vec<Weak<Shared>>> = const { RefCell::new(Vec::new()) };
}

/// What the views of a journal have in common.
#[derive(Debug, Default)]
pub(super) struct Shared {
    pub(super) ring: Mutex<Ring>,
    origin: OnceLock<Origin>,
}

#[derive(Debug)]
struct Origin {
    url: String,
    at: &'static Location<'static>,
    contract: Contract,
}

impl Shared {
    pub(super) fn new(ring: Ring) -> Self {
        Self { ring: Mutex::new(ring), origin: OnceLock::new() }
    }
}

impl Journal {
    /// Notes where the server listens, and where the test has started it.
    pub(crate) fn started_at(&self, url: &str, at: &'static Location<'static>, contract: &Contract) {
        let origin = Origin { url: url.to_owned(), at, contract: contract.clone() };
        if self.0.origin.set(origin).is_err() {
            return;
        }
        STARTED.with_borrow_mut(|started| {
            started.retain(|journal| journal.strong_count() > 0);
            if started.len() == MOST_SERVERS {
                started.remove(0);
            }
            started.push(Arc::downgrade(&self.0));
        });
    }

    /// Where the server listens; nothing if it does not.
    pub(super) fn url(&self) -> &str {
        self.0.origin.get().map_or("", |origin| &origin.url)
    }

    /// Where the test has started the server.
    pub(super) fn started(&self) -> Option<&'static Location<'static>> {
        self.0.origin.get().map(|origin| origin.at)
    }

    /// The calls of each of the other servers that this thread has started, and that still run.
    pub(super) fn siblings(&self) -> Vec<Calls> {
        let running: Vec<Arc<Shared>> = STARTED.with_borrow(|started| started.iter().filter_map(Weak::upgrade).collect());
        let others = running.into_iter().filter(|other| !Arc::ptr_eq(other, &self.0)).map(Self);
        others.filter_map(|other| Some(other.calls(&other.0.origin.get()?.contract))).collect()
    }
}
