//! Scripts: what a test wants answered, held to the contract.
//!
//! - `builder`: how a test writes a script, and the panics for what the contract does not allow.
//! - `entry`, `step`: a script as it is kept, and which of its steps is next.
//! - `perform`: the answer of a step. `judge`: whether an answer is one that the contract declares.
//! - `delay`, `fault`, `chaos`: what goes wrong with answers. What bytes a fault is made of is for `server`.
//!
//! This file keeps the scripts of one server and finds the one for a call: the one that asks for most, of those the latest.

mod builder;
mod chaos;
mod delay;
mod entry;
mod fault;
mod judge;
mod perform;
mod step;

use std::{
    collections::HashMap,
    fmt,
    panic::Location,
    sync::{
        Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard,
        atomic::{AtomicBool, Ordering},
    },
};

use self::step::Step;
pub use self::{
    builder::{Scoped, Script},
    delay::Delay,
    fault::Fault,
};
pub(crate) use self::{
    chaos::{asked, draw},
    entry::{Cue, Entry, Unused},
    perform::{Performed, can_fail, perform},
};
use crate::{
    clock::{Clock, Timestamp},
    contract::{Contract, Incoming},
    matcher,
    respond::Answers,
    seed::Seed,
};

/// What an answer depends on besides the request.
#[derive(Debug, Clone)]
pub(crate) struct Stage {
    pub(crate) contract: Contract,
    pub(crate) seed: Seed,
    pub(crate) clock: Clock,
    pub(crate) since: Timestamp,
    pub(crate) answers: Answers,
}

/// The scripts of one server.
pub(crate) struct Scripts {
    stage: Stage,
    /// Whether there are any: all that a call costs where there are none.
    any: AtomicBool,
    table: RwLock<Table>,
}

#[derive(Default)]
struct Table {
    /// In the order in which they are asked.
    by_operation: HashMap<usize, Arc<[Arc<Entry>]>>,
    /// In the order in which they were begun, those that have ended too.
    all: Vec<Arc<Entry>>,
}

impl Scripts {
    pub(crate) fn new(stage: Stage) -> Self {
        Self { stage, any: AtomicBool::new(false), table: RwLock::default() }
    }

    /// Begins a script for an operation, which is named as in [`Contract::operation`].
    #[track_caller]
    pub(crate) fn begin(self: &Arc<Self>, operation: &str) -> Script {
        let operation = self.stage.contract.operation(operation).number;
        let mut table = self.write();
        let entry = Arc::new(Entry::new(table.all.len() as u64 + 1, operation, Location::caller()));
        table.all.push(Arc::clone(&entry));
        drop(table);
        self.arrange(operation, Some(Arc::clone(&entry)));
        self.any.store(true, Ordering::Release);
        Script::new(Arc::clone(self), entry)
    }

    /// Puts the scripts of an operation in their order, after one has come, gone or been given a matcher.
    fn arrange(&self, operation: usize, added: Option<Arc<Entry>>) {
        let mut table = self.write();
        let known = table.by_operation.get(&operation).map(|entries| &**entries).unwrap_or_default();
        let mut entries: Vec<_> = known.iter().cloned().chain(added).filter(|entry| !entry.has_ended()).collect();
        entries.sort_by_key(|entry| std::cmp::Reverse((entry.weight(), entry.number)));
        table.by_operation.insert(operation, entries.into());
    }

    /// The step that answers a call, which it is counted for; `None` if no script has one.
    pub(crate) fn cue(&self, call: &Incoming<'_>) -> Option<Cue> {
        let entries = self.of(call.operation().number)?;
        entries.iter().find_map(|entry| {
            let matchers = entry.matchers();
            if matchers.iter().all(|matcher| matcher.accepts(call)) { entry.claim(self.stage.seed) } else { None }
        })
    }

    fn of(&self, operation: usize) -> Option<Arc<[Arc<Entry>]>> {
        if !self.any.load(Ordering::Acquire) {
            return None;
        }
        self.read().by_operation.get(&operation).cloned()
    }

    /// Why no script was for a call: of those of its operation, the one that was nearest to it, and its reasons.
    pub(crate) fn nearest(&self, call: &Incoming<'_>) -> Option<(Arc<str>, Vec<String>)> {
        let entries = self.of(call.operation().number)?;
        let reasons = entries.iter().map(|entry| (entry.at(), matcher::reasons(&entry.matchers(), call)));
        reasons.min_by_key(|(_, reasons)| reasons.len())
    }

    /// All of them, in the order in which they were begun.
    pub(crate) fn all(&self) -> Vec<Arc<Entry>> {
        if self.any.load(Ordering::Acquire) { self.read().all.clone() } else { Vec::new() }
    }

    /// Ends all.
    pub(crate) fn clear(&self) {
        let ended = std::mem::take(&mut *self.write());
        ended.all.iter().for_each(|entry| entry.end());
        self.any.store(false, Ordering::Release);
    }

    fn read(&self) -> RwLockReadGuard<'_, Table> {
        // Nothing that runs under the lock can leave it half changed.
        self.table.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Table> {
        self.table.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Scripts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scripts").field("all", &self.all().len()).finish_non_exhaustive()
    }
}
