//! The calls that are kept: as many as the bounds allow, the oldest go first. Whoever looks at them gets a view that later
//! calls do not change, and that costs a pointer for each 256 of them.

use std::{
    collections::VecDeque,
    sync::{Arc, Weak},
};

use super::{Entry, Exchange, wait::Waiter};

/// How many calls a piece of the ring holds.
const PIECE: usize = 256;
/// From how many waiters on those that nobody waits with any more are looked for.
const MANY: usize = 64;

/// How much a server remembers: whichever bound is met first. The oldest calls are let go then, and counted.
///
/// ```
/// use standin::{Contract, MockServer, Remember, Request};
///
/// let contract = Contract::from_text("api.yaml", "openapi: 3.1.0\npaths: {/a: {get: {responses: {'204': {description: d}}}}}")?;
/// let api = MockServer::builder(&contract).remember(Remember::new().calls(2)).start();
/// (0..3).for_each(|_| drop(api.handle(Request::get("/a"))));
/// assert_eq!((api.calls().len(), api.calls().dropped()), (2, 1));
/// # Ok::<(), standin::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Remember {
    calls: usize,
    bytes: usize,
}

impl Default for Remember {
    fn default() -> Self {
        Self::new()
    }
}

impl Remember {
    /// 10,000 calls, and 64 MiB of messages.
    pub const fn new() -> Self {
        Self { calls: 10_000, bytes: 64 << 20 }
    }

    /// So many calls. The last one is always kept. Default: 10,000.
    #[must_use]
    pub const fn calls(mut self, calls: usize) -> Self {
        self.calls = calls;
        self
    }

    /// So many bytes of messages: request targets, headers and bodies. Default: 64 MiB.
    #[must_use]
    pub const fn bytes(mut self, bytes: usize) -> Self {
        self.bytes = bytes;
        self
    }
}

type Piece = Arc<VecDeque<Arc<Exchange>>>;

/// What is kept, and who waits for more of it.
#[derive(Debug, Default)]
pub(super) struct Ring {
    bounds: Remember,
    /// All but the first and the last are full.
    pieces: VecDeque<Piece>,
    length: usize,
    bytes: usize,
    /// The number of the last call.
    last: u64,
    let_go: LetGo,
    pub(super) waiters: Vec<Weak<Waiter>>,
}

/// What was let go to stay within the bounds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct LetGo {
    pub(super) calls: u64,
    /// Those of them that broke the contract.
    pub(super) violating: u64,
}

impl Ring {
    pub(super) fn new(bounds: Remember) -> Self {
        Self { bounds, ..Self::default() }
    }

    /// Keeps one more call. What had to go for it is handed out, so that it is freed after the lock is.
    pub(super) fn add(&mut self, entry: Entry, bytes: usize) -> (Arc<Exchange>, Vec<Arc<Exchange>>) {
        self.last += 1;
        let exchange = Arc::new(Exchange { number: self.last, entry, bytes });
        self.bytes += bytes;
        self.length += 1;
        match self.pieces.back_mut().filter(|piece| piece.len() < PIECE) {
            // Views of it stay as they are: they get a copy of their own.
            Some(piece) => Arc::make_mut(piece).push_back(Arc::clone(&exchange)),
            None => self.pieces.push_back(Arc::new(VecDeque::from([Arc::clone(&exchange)]))),
        }
        let mut gone = Vec::new();
        while self.length > 1 && (self.length > self.bounds.calls || self.bytes > self.bounds.bytes) {
            let Some(oldest) = self.oldest() else { break };
            self.let_go.calls += 1;
            self.let_go.violating += u64::from(!oldest.entry.violations.is_empty());
            gone.push(oldest);
        }
        (exchange, gone)
    }

    fn oldest(&mut self) -> Option<Arc<Exchange>> {
        let first = self.pieces.front_mut()?;
        let oldest = Arc::make_mut(first).pop_front()?;
        if first.is_empty() {
            self.pieces.pop_front();
        }
        self.length -= 1;
        self.bytes -= oldest.bytes;
        Some(oldest)
    }

    /// What is kept now.
    pub(super) fn view(&self) -> Seen {
        Seen { pieces: self.pieces.iter().cloned().collect(), length: self.length, let_go: self.let_go }
    }

    /// Forgets all calls, not who waits.
    pub(super) fn clear(&mut self) -> Self {
        let waiters = std::mem::take(&mut self.waiters);
        std::mem::replace(self, Self { waiters, ..Self::new(self.bounds) })
    }

    /// Notes who is to be told of the next call.
    pub(super) fn register(&mut self, waiter: &Arc<Waiter>) {
        if self.waiters.len() >= MANY {
            self.waiters.retain(|waiter| waiter.strong_count() > 0);
        }
        self.waiters.push(Arc::downgrade(waiter));
    }
}

/// The calls that were kept at one time, oldest first.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pieces: Arc<[Piece]>,
    length: usize,
    pub(super) let_go: LetGo,
}

impl Seen {
    pub(super) fn len(&self) -> usize {
        self.length
    }

    pub(super) fn get(&self, at: usize) -> Option<&Arc<Exchange>> {
        let first = self.pieces.first()?;
        match at.checked_sub(first.len()) {
            None => first.get(at),
            Some(at) => self.pieces.get(1 + at / PIECE)?.get(at % PIECE),
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Arc<Exchange>> {
        self.pieces.iter().flat_map(|piece| piece.iter())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        message::{Request, Response, StatusCode},
        respond::Because,
    };

    fn entry() -> Entry {
        Entry::new(Request::post("/x"), Response::new(StatusCode::OK), Because::Empty)
    }

    fn numbers(seen: &Seen) -> Vec<u64> {
        seen.iter().map(|exchange| exchange.number).collect()
    }

    #[test]
    fn every_call_is_found_by_its_place_whatever_went_before() {
        for (bound, added) in [(1, 3), (10, 9), (PIECE, PIECE + 1), (PIECE + 1, 3 * PIECE + 7), (1_000, 1_000), (1_000, 5_000)] {
            let mut ring = Ring::new(Remember::new().calls(bound));
            (0..added).for_each(|_| drop(ring.add(entry(), 1)));
            let seen = ring.view();
            let kept = bound.min(added);
            assert_eq!((seen.len(), seen.let_go.calls), (kept, (added - kept) as u64), "{bound} {added}");
            let expected: Vec<u64> = ((added - kept) as u64 + 1..=added as u64).collect();
            assert_eq!(numbers(&seen), expected);
            let by_place: Vec<u64> = (0..kept).map(|at| seen.get(at).unwrap().number).collect();
            assert_eq!(by_place, expected);
            assert!(seen.get(kept).is_none());
        }
    }

    #[test]
    fn a_view_stays_as_it_was() {
        let mut ring = Ring::new(Remember::new().calls(3));
        (0..3).for_each(|_| drop(ring.add(entry(), 1)));
        let before = ring.view();
        (0..600).for_each(|_| drop(ring.add(entry(), 1)));
        ring.clear();
        assert_eq!(numbers(&before), [1, 2, 3]);
        assert_eq!(ring.view().len(), 0);
    }

    #[test]
    fn bytes_are_bounded_too_and_the_last_call_always_stays() {
        let mut ring = Ring::new(Remember::new().bytes(100));
        (0..3).for_each(|_| drop(ring.add(entry(), 40)));
        assert_eq!(numbers(&ring.view()), [2, 3]);
        drop(ring.add(entry(), 1_000));
        assert_eq!(numbers(&ring.view()), [4]);
    }
}
