//! The store of one server: one world behind one lock, which is held for no longer than an operation computes.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
};

use super::{kind::Kind, transaction::Transaction, world::World};
use crate::{clock::Timestamp, schema::Setting, seed::Seed};

/// The kinds of things that a contract has, by their numbers.
pub(crate) type Kinds = Arc<[Kind]>;

/// From here on a world is dropped elsewhere: a reset must not wait for it.
const MANY: usize = 1_000;

pub(crate) struct Store {
    pub(super) kinds: Kinds,
    /// Whose things are those of whom nobody says.
    pub(super) tenant: Arc<str>,
    /// How many things it keeps at most.
    pub(super) limit: usize,
    /// What made-up members are made by.
    pub(super) setting: Setting,
    /// What it starts with, and comes back to.
    initial: Arc<World>,
    world: Mutex<Arc<World>>,
}

/// Who does something, when, and what is made up for it.
#[derive(Debug, Clone)]
pub(crate) struct Occasion {
    pub(crate) now: Timestamp,
    pub(crate) tenant: Arc<str>,
    pub(crate) seed: Seed,
}

impl Store {
    pub(crate) fn new(kinds: Kinds, tenant: Arc<str>, limit: usize, setting: Setting) -> Self {
        let initial = Arc::new(World::new(&kinds));
        Self { world: Mutex::new(Arc::clone(&initial)), initial, kinds, tenant, limit, setting }
    }

    /// Takes what is kept now for what it starts with.
    pub(crate) fn begin_here(&mut self) {
        let now = self.now();
        self.initial = now;
    }

    /// Looks at what is kept. Nothing that takes time is done meanwhile.
    pub(crate) fn look<R>(&self, look: impl FnOnce(&World, &[Kind]) -> R) -> R {
        look(&self.lock(), &self.kinds)
    }

    /// Does something as a whole: all of it, or, where it gives an error, none of it.
    pub(crate) fn transact<R, E>(&self, occasion: Occasion, act: impl FnOnce(&mut Transaction<'_>) -> Result<R, E>) -> Result<R, E> {
        let mut world = self.lock();
        let mut transaction = Transaction::new(Arc::make_mut(&mut world), &self.kinds, self.limit, occasion, self.setting);
        let done = act(&mut transaction)?;
        transaction.commit();
        Ok(done)
    }

    /// Goes back to what it started with, at once, however much is kept.
    pub(crate) fn reset(&self) {
        let old = std::mem::replace(&mut *self.lock(), Arc::clone(&self.initial));
        if old.count > MANY {
            // Where no thread is to be had, it is dropped here.
            let _ = thread::Builder::new().spawn(move || drop(old));
        }
    }

    /// How much was written, ever.
    pub(crate) fn serial(&self) -> u64 {
        self.lock().serial
    }

    /// The world as it is.
    pub(super) fn now(&self) -> Arc<World> {
        Arc::clone(&self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, Arc<World>> {
        // A panic in the middle is a rule's, and what it had changed by then is undone.
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
