//! The calls as a test looks at them: filter, pick, count. What does not hold panics at the test's line, with a report.

use std::{
    fmt,
    ops::{Bound, Range, RangeBounds, RangeFrom, RangeFull, RangeInclusive, RangeTo, RangeToInclusive},
    sync::Arc,
};

use super::{Entry, Exchange, Snapshot, report};
use crate::{
    contract::{Contract, Operation},
    message::{Request, Response},
    respond::Because,
    violation::Violation,
};

/// One call: a request, its answer, and what standin made of them.
#[derive(Clone)]
pub struct Call {
    pub(super) exchange: Arc<Exchange>,
    pub(super) contract: Contract,
}

impl Call {
    pub(crate) fn new(exchange: Arc<Exchange>, contract: Contract) -> Self {
        Self { exchange, contract }
    }

    /// Its number, counted from 1 since the server's start or last reset.
    pub fn number(&self) -> u64 {
        self.exchange.number
    }

    pub(crate) fn entry(&self) -> &Entry {
        &self.exchange.entry
    }

    /// The request.
    pub fn request(&self) -> &Request {
        &self.exchange.entry.request
    }

    /// The answer.
    pub fn response(&self) -> &Response {
        &self.exchange.entry.response
    }

    /// The operation that it was for, if there is one.
    pub fn operation(&self) -> Option<&Operation> {
        self.exchange.entry.operation.map(|number| &self.contract.operations()[number])
    }

    /// Everything in which it breaks the contract, in the order of judgement.
    pub fn violations(&self) -> &[Violation] {
        &self.exchange.entry.violations
    }

    /// What is odd about it and breaks nothing: parameters, headers and cookies that the contract does not declare, what it
    /// calls deprecated, members that only the server sets.
    pub fn remarks(&self) -> &[Violation] {
        &self.exchange.entry.remarks
    }

    /// A line for the shell that sends the request again, to the server at this address; secrets are masked.
    ///
    /// ```
    /// use standin::{Request, kayle};
    ///
    /// let api = kayle::start();
    /// api.handle(Request::get("/v1/webhooks/endpoints").with_header("authorization", "Bearer a-secret"));
    /// let line = api.calls().last().curl("http://127.0.0.1:8787");
    /// assert_eq!(line, "curl --request GET 'http://127.0.0.1:8787/v1/webhooks/endpoints' --header 'authorization: ***'");
    /// ```
    pub fn curl(&self, base: &str) -> String {
        super::report::curl(self, base)
    }

    /// Why it was answered as it was.
    pub fn because(&self) -> &Because {
        &self.exchange.entry.because
    }
}

/// One line: `call #1  POST /v1/things -> 200`.
impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        report::line(self, f)
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Call({self})")
    }
}

/// Calls of a server, oldest first: all of them, or those that filters have left.
///
/// It is a copy of the list, not of the messages: later calls do not appear in it.
#[derive(Clone)]
pub struct Calls {
    contract: Contract,
    /// Everything that the server remembers, for reports.
    seen: Arc<[Arc<Exchange>]>,
    /// Which of them are left.
    chosen: Vec<usize>,
    /// What was chosen, in words.
    what: String,
    dropped: u64,
}

impl Calls {
    pub(super) fn all(contract: Contract, seen: Arc<[Arc<Exchange>]>, dropped: u64) -> Self {
        let chosen = (0..seen.len()).collect();
        Self { contract, seen, chosen, what: String::new(), dropped }
    }

    /// Those to one operation, by method and path (`POST /v1/things`) or `operationId`.
    ///
    /// # Panics
    ///
    /// If the contract has no such operation; the message names the nearest.
    #[must_use]
    #[track_caller]
    pub fn to(mut self, operation: &str) -> Self {
        let wanted = self.contract.operation(operation);
        let (number, name) = (wanted.number, wanted.name().to_owned());
        self.retain(|exchange| exchange.entry.operation == Some(number));
        self.what += &format!(" to {name}");
        self
    }

    /// Those that break the contract.
    #[must_use]
    pub fn violating(mut self) -> Self {
        self.retain(|exchange| !exchange.entry.violations.is_empty());
        self.what += " with violations";
        self
    }

    fn retain(&mut self, keep: impl Fn(&Exchange) -> bool) {
        let seen = &self.seen;
        self.chosen.retain(|at| keep(&seen[*at]));
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.chosen.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.chosen.is_empty()
    }

    /// How many older calls the server has let go, to stay within 10,000 calls and 64 MiB.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// One after the other.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Call> + '_ {
        self.chosen.iter().map(|at| self.call(*at))
    }

    fn call(&self, at: usize) -> Call {
        Call::new(Arc::clone(&self.seen[at]), self.contract.clone())
    }

    /// The only one.
    ///
    /// # Panics
    ///
    /// Unless there is exactly one; the message shows what was seen instead.
    #[track_caller]
    pub fn only(&self) -> Call {
        self.assert_count(1);
        self.call(self.chosen[0])
    }

    /// The first one.
    ///
    /// # Panics
    ///
    /// If there is none.
    #[track_caller]
    pub fn first(&self) -> Call {
        self.nth(0)
    }

    /// The last one.
    ///
    /// # Panics
    ///
    /// If there is none.
    #[track_caller]
    pub fn last(&self) -> Call {
        self.nth(self.len().saturating_sub(1))
    }

    /// One by its place among these, counted from 0.
    ///
    /// # Panics
    ///
    /// If there are not so many.
    #[track_caller]
    pub fn nth(&self, place: usize) -> Call {
        match self.chosen.get(place) {
            Some(at) => self.call(*at),
            None => panic!("{}", self.report(&format!("at least {}", number_of_calls(place + 1)))),
        }
    }

    /// Asserts how many there are: a number, or a range of numbers.
    ///
    /// # Panics
    ///
    /// If there are not so many; the message shows what was seen instead. Also if fewer than asked for are remembered
    /// because older calls were let go: nobody can tell then.
    #[track_caller]
    #[allow(clippy::needless_pass_by_value, reason = "a number or a range is what a test has at hand")]
    pub fn assert_count(&self, expected: impl Count) {
        if self.dropped > 0 {
            let dropped = self.dropped;
            panic!("standin: cannot count calls{}: {dropped} older ones were let go (see Calls::dropped)", self.what);
        }
        if !expected.holds(self.len()) {
            panic!("{}", self.report(&expected.in_words()));
        }
    }

    /// Asserts that there are none.
    ///
    /// # Panics
    ///
    /// If there is one, as [`Calls::assert_count`] does.
    #[track_caller]
    pub fn assert_none(&self) {
        self.assert_count(0);
    }

    /// A view for snapshot tests: the same in every run, with ids, times and secrets replaced by stable names.
    ///
    /// ```no_run
    /// # let api = standin::kayle::start();
    /// insta::assert_yaml_snapshot!(api.calls().snapshot());
    /// ```
    pub fn snapshot(&self) -> Snapshot {
        Snapshot::of(&self.iter().collect::<Vec<_>>(), &self.contract)
    }

    fn report(&self, expected: &str) -> String {
        let others = (0..self.seen.len()).filter(|at| self.chosen.binary_search(at).is_err()).map(|at| self.call(at)).collect::<Vec<_>>();
        report::miscounted(expected, &self.what, &self.iter().collect::<Vec<_>>(), &others)
    }
}

impl fmt::Debug for Calls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl IntoIterator for Calls {
    type Item = Call;
    type IntoIter = std::vec::IntoIter<Call>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter().collect::<Vec<_>>().into_iter()
    }
}

/// How many calls are expected: a number (`2`) or a range (`1..=3`, `2..`).
pub trait Count {
    /// Whether so many are as expected.
    fn holds(&self, count: usize) -> bool;

    /// The expectation in words: `exactly 1 call`.
    fn in_words(&self) -> String;
}

impl Count for usize {
    fn holds(&self, count: usize) -> bool {
        count == *self
    }

    fn in_words(&self) -> String {
        match self {
            0 => "no call".into(),
            count => format!("exactly {}", number_of_calls(*count)),
        }
    }
}

macro_rules! count_by_range {
    ($($range:ty),+) => {$(
        impl Count for $range {
            fn holds(&self, count: usize) -> bool {
                self.contains(&count)
            }

            fn in_words(&self) -> String {
                range_in_words(self.start_bound().cloned(), self.end_bound().cloned())
            }
        }
    )+};
}

count_by_range!(Range<usize>, RangeFrom<usize>, RangeFull, RangeInclusive<usize>, RangeTo<usize>, RangeToInclusive<usize>);

fn range_in_words(start: Bound<usize>, end: Bound<usize>) -> String {
    let low = match start {
        Bound::Included(low) => Some(low),
        Bound::Excluded(low) => Some(low + 1),
        Bound::Unbounded => None,
    };
    match (low, end) {
        (None | Some(0), Bound::Unbounded) => "any number of calls".into(),
        (Some(low), Bound::Unbounded) => format!("at least {}", number_of_calls(low)),
        (None | Some(0), Bound::Included(high)) => format!("at most {}", number_of_calls(high)),
        (None | Some(0), Bound::Excluded(high)) => format!("fewer than {}", number_of_calls(high)),
        (Some(low), Bound::Included(high)) => format!("{low} to {}", number_of_calls(high)),
        (Some(low), Bound::Excluded(high)) => format!("{low} to {}", number_of_calls(high.saturating_sub(1))),
    }
}

pub(super) fn number_of_calls(count: usize) -> String {
    if count == 1 { "1 call".into() } else { format!("{count} calls") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_read_as_they_are_meant() {
        assert_eq!(1.in_words(), "exactly 1 call");
        assert_eq!(0.in_words(), "no call");
        assert_eq!((2..).in_words(), "at least 2 calls");
        assert_eq!((1..=3).in_words(), "1 to 3 calls");
        assert_eq!((1..3).in_words(), "1 to 2 calls");
        assert_eq!((..=1).in_words(), "at most 1 call");
        assert_eq!((..3).in_words(), "fewer than 3 calls");
        assert_eq!((..).in_words(), "any number of calls");
        assert!((1..=3).holds(3) && !(1..3).holds(3) && (..).holds(0));
    }
}
