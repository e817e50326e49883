//! A script as the server keeps it: which calls it is for, its steps, and how far it has come.

use std::{
    panic::Location,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::{delay::share, step::Step};
use crate::{matcher::Match, seed::Seed};

/// One script. Its lock is held for counting and copying only: nothing is matched, answered or waited for under it.
#[derive(Debug)]
pub(crate) struct Entry {
    /// Counted from 1 in the order in which scripts are begun.
    pub(super) number: u64,
    /// The operation's number in the contract.
    pub(crate) operation: usize,
    /// Where it was begun.
    at: &'static Location<'static>,
    state: Mutex<State>,
}

#[derive(Debug)]
pub(super) struct State {
    pub(super) matchers: Arc<[Match]>,
    pub(super) steps: Vec<Arc<Step>>,
    /// How many calls each step has answered.
    used: Vec<u64>,
    /// The step that is next.
    next: usize,
    /// How many calls it was asked for.
    asked: u64,
    pub(super) optional: bool,
    pub(super) off_contract: bool,
    ended: bool,
    /// Whether it was told that it is not used.
    told: bool,
}

/// A step that answers a call.
#[derive(Debug)]
pub(crate) struct Cue {
    pub(super) step: Arc<Step>,
    /// What is drawn for this call.
    pub(super) seed: Seed,
}

/// What of a script was never used.
#[derive(Debug)]
pub(crate) enum Unused {
    /// There was nothing to use: it says neither what is answered, nor how late, nor what goes wrong.
    Silent,
    /// All of it.
    Whole,
    /// Its steps from this one on, counted from 1; with the line of that one, and how many calls the others had.
    From { step: usize, by: Arc<str>, used: u64 },
}

impl Entry {
    pub(super) fn new(number: u64, operation: usize, at: &'static Location<'static>) -> Self {
        let first = Arc::new(Step::new(line(at), false));
        let state = State {
            matchers: Arc::new([]),
            steps: vec![first],
            used: vec![0],
            next: 0,
            asked: 0,
            optional: false,
            off_contract: false,
            ended: false,
            told: false,
        };
        Self { number, operation, at, state: Mutex::new(state) }
    }

    /// File and line.
    pub(crate) fn at(&self) -> Arc<str> {
        line(self.at)
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        // Nothing that runs under the lock can leave it half changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn matchers(&self) -> Arc<[Match]> {
        Arc::clone(&self.state().matchers)
    }

    /// How much it asks for of a call, for the order of scripts.
    pub(super) fn weight(&self) -> u32 {
        self.state().matchers.iter().map(Match::weight).fold(0, u32::saturating_add)
    }

    /// The step for one more call, which is counted; `None` if there is none left, or if chance has it so.
    pub(super) fn claim(&self, seed: Seed) -> Option<Cue> {
        let mut state = self.state();
        if state.ended {
            return None;
        }
        let said = state.said();
        loop {
            let at = state.next;
            let step = state.steps[..said].get(at)?;
            let last = at + 1 == said;
            let most = step.times.or(if last { None } else { Some(1) });
            if most.is_some_and(|most| state.used[at] >= most) {
                // The last one stays the last, so that a step that is added later is the next.
                if last {
                    return None;
                }
                state.next += 1;
                continue;
            }
            let step = Arc::clone(step);
            state.asked += 1;
            let seed = seed.with(b"script").with_number(self.number).with_number(state.asked);
            if step.chance.is_some_and(|chance| share(seed.with(b"chance")) >= chance) {
                return None;
            }
            state.used[at] += 1;
            return Some(Cue { step, seed });
        }
    }

    /// Adds a step after the others.
    pub(super) fn push(&self, step: Step) {
        let mut state = self.state();
        state.steps.push(Arc::new(step));
        state.used.push(0);
    }

    /// Answers no call from now on.
    pub(super) fn end(&self) {
        self.state().ended = true;
    }

    /// Is not missed if it says nothing.
    pub(super) fn forgive(&self) {
        let mut state = self.state();
        state.optional |= state.said() == 0;
    }

    pub(super) fn has_ended(&self) -> bool {
        self.state().ended
    }

    /// What of it was never used, unless that is meant, or was told before.
    pub(crate) fn unused(&self) -> Option<Unused> {
        let state = self.state();
        if state.optional || state.told {
            return None;
        }
        let said = state.said();
        let used: u64 = state.used.iter().sum();
        if said == 0 {
            return Some(Unused::Silent);
        }
        if used == 0 {
            return Some(Unused::Whole);
        }
        let step = state.used[..said].iter().position(|used| *used == 0)?;
        Some(Unused::From { step: step + 1, by: Arc::clone(&state.steps[step].by), used })
    }

    /// Notes that it was told.
    pub(crate) fn tell(&self) {
        self.state().told = true;
    }
}

impl State {
    /// How many steps there are. The last one may be still without a word.
    fn said(&self) -> usize {
        self.steps.iter().rposition(|step| step.says_something()).map_or(0, |last| last + 1)
    }
}

/// `tests/hooks.rs:12`
pub(super) fn line(at: &Location<'_>) -> Arc<str> {
    format!("{}:{}", at.file(), at.line()).into()
}
