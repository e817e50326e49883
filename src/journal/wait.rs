//! Waiting for calls that are still to come: in a thread that blocks, or in a task of any runtime. Nobody polls: whoever
//! adds a call tells those who wait.

use std::{
    fmt,
    future::Future,
    panic::Location,
    pin::Pin,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
    thread,
    time::{Duration, Instant},
};

use super::{Calls, calls::in_words, count::number_of_calls, report};

/// How long is waited unless a test says otherwise.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long is waited at most.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// Waiting for calls: `.await` it, or [`block`](Self::block) on it. See [`Calls::wait_for`].
#[must_use = "nothing waits until this is awaited, or until block() is called"]
pub struct Wait {
    calls: Calls,
    least: usize,
    within: Duration,
    at: &'static Location<'static>,
}

impl Wait {
    #[track_caller]
    pub(super) fn new(calls: Calls, least: usize) -> Self {
        Self { calls, least, within: PATIENCE, at: Location::caller() }
    }

    /// How long to wait. Default: 5 seconds; at most a day.
    pub fn within(mut self, duration: Duration) -> Self {
        self.within = duration.min(LONGEST);
        self
    }

    /// Waits on this thread. For tests that are not async; in async ones, `.await` it.
    ///
    /// # Panics
    ///
    /// If too few calls come in time; the message shows what came instead.
    #[track_caller]
    pub fn block(self) -> Calls {
        let deadline = Instant::now() + self.within;
        let waiter = Arc::new(Waiter::default());
        loop {
            let late = Instant::now() >= deadline;
            if let Some(calls) = self.look(&waiter, None) {
                return calls;
            }
            if late {
                panic!("{}", self.report());
            }
            waiter.sleep(deadline, |state| !state.told);
        }
    }

    /// The calls, if there are enough of them by now; else `waiter` is told of the next.
    fn look(&self, waiter: &Arc<Waiter>, waker: Option<&Waker>) -> Option<Calls> {
        // Before the calls are looked at, so that one that comes meanwhile is told.
        let mut state = waiter.state();
        state.told = false;
        state.waker = waker.cloned();
        drop(state);
        let calls = self.calls.again(Some(waiter));
        (calls.len() >= self.least).then_some(calls)
    }

    fn report(&self) -> String {
        let calls = self.calls.again(None);
        let (least, within) = (number_of_calls(self.least), self.within);
        let head = format!("waited {within:?} for at least {least}{}, saw {} (at {})", calls.what(), in_words(calls.len()), self.at);
        report::miscounted(&head, &calls)
    }
}

impl fmt::Debug for Wait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wait").field("least", &self.least).field("within", &self.within).finish_non_exhaustive()
    }
}

impl IntoFuture for Wait {
    type Output = Calls;
    type IntoFuture = Waiting;

    fn into_future(self) -> Waiting {
        Waiting { deadline: Instant::now() + self.within, wait: self, waiter: Arc::default(), has_alarm: false }
    }
}

/// The future that a [`Wait`] becomes when it is awaited. It works in every runtime.
///
/// # Panics
///
/// If too few calls come in time; the message names the line that built the [`Wait`], and shows what came instead.
#[must_use = "futures do nothing unless they are awaited"]
pub struct Waiting {
    wait: Wait,
    deadline: Instant,
    waiter: Arc<Waiter>,
    has_alarm: bool,
}

impl Waiting {
    /// Wakes the task when its time is over. A thread of its own: the runtime's timer is unknown here.
    fn set_alarm(&mut self) {
        if std::mem::replace(&mut self.has_alarm, true) {
            return;
        }
        let (waiter, deadline) = (Arc::clone(&self.waiter), self.deadline);
        let alarm = move || {
            waiter.sleep(deadline, |state| !state.over);
            waiter.tell();
        };
        if let Err(error) = thread::Builder::new().name("standin-wait".into()).spawn(alarm) {
            panic!("standin: cannot wait for calls: {error}");
        }
    }
}

impl Future for Waiting {
    type Output = Calls;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Calls> {
        let late = Instant::now() >= self.deadline;
        if let Some(calls) = self.wait.look(&self.waiter, Some(context.waker())) {
            return Poll::Ready(calls);
        }
        if late {
            panic!("{}", self.wait.report());
        }
        self.set_alarm();
        Poll::Pending
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.waiter.state().over = true;
        self.waiter.changed.notify_all();
    }
}

impl fmt::Debug for Waiting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.wait.fmt(f)
    }
}

/// One who waits.
#[derive(Debug, Default)]
pub(super) struct Waiter {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// Whether something came since the calls were last looked at.
    told: bool,
    /// Whether nobody waits any more.
    over: bool,
    waker: Option<Waker>,
}

impl Waiter {
    /// Tells that something came.
    pub(super) fn tell(&self) {
        let mut state = self.state();
        state.told = true;
        let waker = state.waker.take();
        drop(state);
        self.changed.notify_all();
        // After the lock is gone: a runtime may poll at once.
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Sleeps as long as this holds, until the deadline at most.
    fn sleep(&self, deadline: Instant, holds: impl Fn(&State) -> bool) {
        let left = deadline.saturating_duration_since(Instant::now());
        let slept = self.changed.wait_timeout_while(self.state(), left, |state| holds(state));
        drop(slept);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing that runs under the lock can leave it half changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
