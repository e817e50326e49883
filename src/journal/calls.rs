//! The calls as a test looks at them: filter, pick, count. What does not hold panics at the test's line, with a report.

use std::{fmt, ops::Range, sync::Arc};

use super::{Call, Count, Exchange, Journal, Seen, Snapshot, Wait, count::number_of_calls, report, sequence, transcript, wait::Waiter};
use crate::{
    contract::{Contract, Incoming},
    matcher::Match,
};

/// Calls of a server, oldest first: all of them, or those that filters have left.
///
/// It is a view: later calls do not appear in it, and no message is copied for it.
///
/// ```
/// use standin::{Request, kayle};
/// use serde_json::json;
///
/// let api = kayle::start();
/// let create = |name: &str| {
///     let body = json!({"url": "https://example.com/hook", "name": name});
///     api.handle(Request::post("/v1/webhooks/endpoints").with_header("authorization", "Bearer any").with_json(&body));
/// };
/// create("a");
/// create("b");
/// let created = api.calls().to("createWebhookEndpoint");
/// created.assert_count(2);
/// created.first().request().assert_json_subset(&json!({"name": "a"}));
/// assert_eq!(created.matching(|call| call.request().json()["name"] == "b").only().number(), 2);
/// api.calls().to("GET /v1/events").assert_none();
/// ```
#[derive(Clone)]
pub struct Calls {
    contract: Contract,
    journal: Journal,
    /// Everything that the server remembered, for reports.
    seen: Seen,
    filters: Vec<Filter>,
    /// Which of them are left; `None` is all.
    chosen: Option<Vec<usize>>,
    /// What was chosen, in words.
    what: String,
}

type Condition = dyn Fn(&Call) -> bool + Send + Sync;

#[derive(Clone)]
enum Filter {
    /// To the operation of this number.
    To(usize),
    Violating,
    Matching(Arc<Condition>),
}

impl Filter {
    fn keeps(&self, exchange: &Arc<Exchange>, contract: &Contract) -> bool {
        match self {
            Self::To(number) => exchange.entry.operation == Some(*number),
            Self::Violating => !exchange.entry.violations.is_empty(),
            Self::Matching(condition) => condition(&Call::new(Arc::clone(exchange), contract.clone())),
        }
    }
}

impl Calls {
    pub(super) fn all(contract: Contract, journal: Journal, seen: Seen) -> Self {
        Self { contract, journal, seen, filters: Vec::new(), chosen: None, what: String::new() }
    }

    /// The same filters over what the server remembers now. Whoever waits is told of the next call after that.
    pub(super) fn again(&self, waiter: Option<&Arc<Waiter>>) -> Self {
        let mut calls = Self::all(self.contract.clone(), self.journal.clone(), self.journal.seen(waiter));
        self.filters.iter().for_each(|filter| calls.keep(filter.clone()));
        calls.what.clone_from(&self.what);
        calls
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
        self.keep(Filter::To(number));
        self.what += &format!(" to {name}");
        self
    }

    /// Those that break the contract.
    #[must_use]
    pub fn violating(mut self) -> Self {
        self.keep(Filter::Violating);
        self.what += " with violations";
        self
    }

    /// Those for which a condition holds.
    #[must_use]
    pub fn matching(mut self, condition: impl Fn(&Call) -> bool + Send + Sync + 'static) -> Self {
        self.keep(Filter::Matching(Arc::new(condition)));
        self.what += " that match";
        self
    }

    /// Those that a [`Match`] is for, as in [`Script::when`](crate::Script::when). Calls that lead to no operation match none.
    ///
    /// ```
    /// use standin::{Match, Request, kayle};
    ///
    /// let api = kayle::start();
    /// api.handle(Request::get("/v1/webhooks/endpoints?limit=5").with_header("authorization", "Bearer any"));
    /// api.calls().when(Match::query("limit", 5)).assert_count(1);
    /// api.calls().when(!Match::query("limit", 5)).assert_none();
    /// ```
    #[must_use]
    pub fn when(mut self, matcher: Match) -> Self {
        self.what += &format!(" with {matcher}");
        self.keep(Filter::Matching(Arc::new(move |call: &Call| {
            let entry = call.entry();
            let incoming = |operation| Incoming { request: &entry.request, operation, parameters: &entry.parameters, body: None };
            call.operation().is_some_and(|operation| matcher.accepts(&incoming(operation)))
        })));
        self
    }

    fn keep(&mut self, filter: Filter) {
        let (seen, contract) = (&self.seen, &self.contract);
        let keeps = |at: &usize| seen.get(*at).is_some_and(|exchange| filter.keeps(exchange, contract));
        self.chosen = Some(match self.chosen.take() {
            Some(mut chosen) => {
                chosen.retain(keeps);
                chosen
            }
            None => {
                let numbered = seen.iter().enumerate();
                numbered.filter(|(_, exchange)| filter.keeps(exchange, contract)).map(|(at, _)| at).collect()
            }
        });
        self.filters.push(filter);
    }

    /// Waits until there are at least so many: `.await` it, or `.block()` on it.
    ///
    /// ```
    /// use std::{thread, time::Duration};
    /// use standin::{Request, kayle};
    ///
    /// let api = kayle::start();
    /// thread::scope(|scope| {
    ///     scope.spawn(|| api.handle(Request::get("/v1/events").with_header("authorization", "Bearer any")));
    ///     let calls = api.calls().to("GET /v1/events").wait_for(1).within(Duration::from_secs(5)).block();
    ///     assert_eq!(calls.only().response().status(), 200);
    /// });
    /// ```
    ///
    /// # Panics
    ///
    /// Once it is awaited or blocked on: if too few calls come in time. The message shows what came instead.
    #[track_caller]
    pub fn wait_for(&self, least: usize) -> Wait {
        Wait::new(self.clone(), least)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.chosen.as_ref().map_or(self.seen.len(), Vec::len)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many older calls the server has let go, to stay within its bounds: see
    /// [`MockServerBuilder::remember`](crate::MockServerBuilder::remember).
    pub fn dropped(&self) -> u64 {
        self.seen.let_go.calls
    }

    /// How many of those that were let go had broken the contract.
    pub(crate) fn dropped_violating(&self) -> u64 {
        self.seen.let_go.violating
    }

    /// One after the other.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Call> + '_ {
        Iter { calls: self, places: 0..self.len() }
    }

    fn at(&self, place: usize) -> Option<Call> {
        let at = self.chosen.as_ref().map_or(Some(place), |chosen| chosen.get(place).copied())?;
        Some(Call::new(Arc::clone(self.seen.get(at)?), self.contract.clone()))
    }

    /// The only one.
    ///
    /// # Panics
    ///
    /// Unless there is exactly one; the message shows what was seen instead.
    #[track_caller]
    pub fn only(&self) -> Call {
        self.assert_count(1);
        self.nth(0)
    }

    /// The first one.
    ///
    /// # Panics
    ///
    /// If there is none, or if older calls were let go: it may have been one of them.
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
        self.pick(self.len().saturating_sub(1))
    }

    /// One by its place among these, counted from 0.
    ///
    /// # Panics
    ///
    /// If there are not so many, or if older calls were let go: nobody can tell then which was the how-manieth.
    #[track_caller]
    pub fn nth(&self, place: usize) -> Call {
        self.claim(&format!("number {} of the calls{}", place + 1, self.what));
        self.pick(place)
    }

    #[track_caller]
    fn pick(&self, place: usize) -> Call {
        self.at(place).unwrap_or_else(|| {
            let head = format!("expected at least {}{}, saw {}", number_of_calls(place + 1), self.what, in_words(self.len()));
            panic!("{}", report::miscounted(&head, self))
        })
    }

    /// Asserts how many there are: a number, or a range of numbers.
    ///
    /// # Panics
    ///
    /// If there are not so many; the message shows what was seen instead. Also if older calls were let go, and those might
    /// make it too many: nobody can tell then.
    #[track_caller]
    #[allow(clippy::needless_pass_by_value, reason = "a number or a range is what a test has at hand")]
    pub fn assert_count(&self, expected: impl Count) {
        let holds = expected.holds(self.len());
        // However many there were: more do not matter.
        if !(holds && expected.holds(usize::MAX)) {
            self.claim(&format!("{}{}", expected.in_words(), self.what));
        }
        if !holds {
            let head = format!("expected {}{}, saw {}", expected.in_words(), self.what, in_words(self.len()));
            panic!("{}", report::miscounted(&head, self));
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

    /// Asserts that these are the calls, in this order, and no others: operations by method and path, or by `operationId`.
    ///
    /// ```
    /// use standin::{Request, kayle};
    ///
    /// let api = kayle::start();
    /// for target in ["/v1/events", "/v1/webhooks/endpoints"] {
    ///     api.handle(Request::get(target).with_header("authorization", "Bearer any"));
    /// }
    /// api.calls().assert_sequence(["GET /v1/events", "GET /v1/webhooks/endpoints"]);
    /// ```
    ///
    /// # Panics
    ///
    /// If other calls came, or in another order; the message has both side by side. Also if the contract has no such
    /// operation, and if older calls were let go.
    #[track_caller]
    pub fn assert_sequence<N: AsRef<str>>(&self, expected: impl IntoIterator<Item = N>) {
        self.claim(&format!("the order of the calls{}", self.what));
        let expected: Vec<String> = expected.into_iter().map(|name| self.contract.operation(name.as_ref()).name().to_owned()).collect();
        if let Some(report) = sequence::difference(&expected, &self.iter().collect::<Vec<_>>(), &self.what) {
            panic!("{report}");
        }
    }

    /// Nothing is claimed about calls that were let go.
    #[track_caller]
    fn claim(&self, what: &str) {
        let dropped = self.dropped();
        if dropped > 0 {
            let were = if dropped == 1 { "an older call was".into() } else { format!("{dropped} older calls were") };
            let kept = number_of_calls(self.seen.len());
            panic!("standin: cannot claim {what:?}: {were} let go, {kept} remembered\n{}\n", report::MORE);
        }
    }

    /// A view for snapshot tests: the same in every run, with ids, times and secrets replaced by stable names.
    ///
    /// ```no_run
    /// # let api = standin::kayle::start();
    /// insta::assert_yaml_snapshot!(api.calls().snapshot());
    /// ```
    pub fn snapshot(&self) -> Snapshot {
        Snapshot::of(&self.iter().collect::<Vec<_>>())
    }

    /// The conversation as text, for people and for snapshot tests: requests after `>`, answers after `<`, with the headers
    /// that matter, and ids, times and secrets replaced by the same stable names as in [`snapshot`](Self::snapshot).
    ///
    /// ```
    /// use standin::{Request, kayle};
    ///
    /// let api = kayle::builder().stateful(false).start();
    /// let read = Request::get("/v1/webhooks/endpoints/whe_00000000000000000000000000000001");
    /// api.handle(read.with_header("authorization", "Bearer any"));
    /// let text = api.calls().transcript();
    /// assert!(text.starts_with("#1\n> GET /v1/webhooks/endpoints/[endpoint#1]\n> authorization: Bearer [secret]\n< 200 OK\n"), "{text}");
    /// ```
    pub fn transcript(&self) -> String {
        transcript::text(self.iter())
    }

    /// All as HAR 1.2, for browsers and other tools; secrets are masked.
    pub fn to_har(&self) -> serde_json::Value {
        super::har::value(&self.contract, self.iter())
    }

    /// All as lines of JSON, one for each call; secrets are masked.
    pub fn to_ndjson(&self) -> String {
        super::ndjson::text(&self.contract, self.iter())
    }

    pub(super) fn journal(&self) -> &Journal {
        &self.journal
    }

    pub(super) fn what(&self) -> &str {
        &self.what
    }

    /// The others that the server remembers.
    pub(super) fn others(&self) -> impl Iterator<Item = Call> + '_ {
        let is_other = |at: &usize| self.chosen.as_ref().is_some_and(|chosen| chosen.binary_search(at).is_err());
        let call = |at: usize| Some(Call::new(Arc::clone(self.seen.get(at)?), self.contract.clone()));
        (0..self.seen.len()).filter(is_other).filter_map(call)
    }
}

struct Iter<'c> {
    calls: &'c Calls,
    places: Range<usize>,
}

impl Iterator for Iter<'_> {
    type Item = Call;

    fn next(&mut self) -> Option<Call> {
        self.calls.at(self.places.next()?)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.places.size_hint()
    }
}

impl ExactSizeIterator for Iter<'_> {}

pub(super) fn in_words(count: usize) -> String {
    if count == 0 { "none".into() } else { count.to_string() }
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
