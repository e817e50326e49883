//! What an engine keeps: whether it does, from when on, and how a test looks at it and changes it.

use std::sync::Arc;

use super::Engine;
use crate::{
    error::Error,
    respond,
    schema::Setting,
    seed::Seed,
    state::{Occasion, State, Store, Transaction},
};

impl Engine {
    /// The store, if things are kept.
    pub(crate) fn store(&self) -> Option<&Store> {
        self.store.get_or_init(|| self.keeps().then(|| self.new_store())).as_ref()
    }

    fn keeps(&self) -> bool {
        self.settings.stateful.unwrap_or_else(|| self.contract.is_stateful())
    }

    fn new_store(&self) -> Store {
        let settings = &self.settings;
        let setting = Setting {
            since: self.since,
            world: Seed::new(settings.seed),
            documented: !settings.answers.dynamic,
            locale: settings.answers.locale,
            optional: settings.answers.optional,
            items: settings.answers.items,
            ..Setting::at(self.since)
        };
        Store::new(Arc::clone(&self.contract.kept().kinds), Arc::clone(self.contract.tenant()), settings.state_limit, setting)
    }

    /// Takes a state for what it starts with.
    pub(crate) fn begin_with(&mut self, state: &State) -> Result<(), Error> {
        self.settings.stateful = Some(true);
        let mut store = self.new_store();
        store.load(state, self.since)?;
        store.begin_here();
        self.store = std::sync::OnceLock::from(Some(store));
        Ok(())
    }

    /// What is kept now.
    pub(crate) fn state(&self) -> State {
        self.run_due();
        self.store().map(Store::save).unwrap_or_default()
    }

    /// Lets a test change what is kept.
    pub(crate) fn change<R>(&self, tenant: Option<&str>, change: impl FnOnce(&mut Transaction<'_>) -> R) -> Option<R> {
        self.run_due();
        let seed = Seed::new(self.settings.seed).with(b"change");
        let store = self.store()?;
        let tenant = tenant.map_or_else(|| Arc::clone(self.contract.tenant()), Arc::from);
        let occasion = Occasion { now: self.settings.clock.now(), tenant, seed: seed.with_number(store.serial()) };
        let done: Result<R, ()> = store.transact(occasion, |state| Ok(change(state)));
        done.ok()
    }

    /// Does what was put off until now.
    pub(super) fn run_due(&self) {
        if let Some(store) = self.store() {
            respond::run_due(&self.contract, store, self.settings.clock.now(), Seed::new(self.settings.seed));
        }
    }
}
