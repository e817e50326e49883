//! Time: the clock that answers read, moments, and how they are read and written.

mod read;
mod timestamp;

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

pub(crate) use self::timestamp::http_date;
pub use self::{read::TimestampError, timestamp::Timestamp};

/// The clock that a server reads for every time in its answers. Clones show the same time.
///
/// It runs with the machine's, or stands still; a test may stop it, move it and let it run again at any time, also while
/// requests are under way. It shows the years 0 to 9999 and stops at their ends.
///
/// ```
/// use std::time::Duration;
/// use standin::{Clock, Timestamp};
///
/// let clock = Clock::fixed(Timestamp::FIXED);
/// clock.advance(Duration::from_secs(90));
/// assert_eq!(clock.now().to_string(), "2026-01-01T00:01:30.000Z");
///
/// let leap_day: Timestamp = "2028-02-29T23:59:59Z".parse()?;
/// clock.set(leap_day);
/// assert_eq!(clock.now(), leap_day);          // it still stands
/// clock.resume();
/// assert!(clock.now() >= leap_day);           // it runs on from there
/// # Ok::<(), standin::TimestampError>(())
/// ```
///
/// That of a server is [`MockServer::clock`](crate::MockServer::clock):
///
/// ```
/// use std::time::Duration;
/// use standin::kayle;
///
/// let api = kayle::start();
/// let opened = api.clock().freeze();
/// api.clock().advance(Duration::from_secs(3600));
/// assert_eq!(api.clock().now(), opened.plus(Duration::from_secs(3600)));
/// ```
#[derive(Clone)]
pub struct Clock(Arc<AtomicI64>);

/// What a clock shows, in one word, so that whoever reads it sees no half of a change. The last bit is whether it runs, those
/// before it are milliseconds: ahead of the machine's time if it runs, else since 1970.
#[derive(Clone, Copy)]
enum Hands {
    Running { ahead: i64 },
    Standing { at: Timestamp },
}

impl Hands {
    fn of(word: i64) -> Self {
        match word & 1 {
            0 => Self::Standing { at: Timestamp::from_millis(word >> 1) },
            _ => Self::Running { ahead: word >> 1 },
        }
    }

    /// Neither number has more than 50 bits.
    fn word(self) -> i64 {
        match self {
            Self::Standing { at } => at.as_millis() << 1,
            Self::Running { ahead } => ahead << 1 | 1,
        }
    }

    /// What it shows.
    fn now(self, machine: impl FnOnce() -> Timestamp) -> Timestamp {
        match self {
            Self::Standing { at } => at,
            Self::Running { ahead } => machine().plus_millis(ahead),
        }
    }

    /// The same, showing another time.
    fn set(self, at: Timestamp, machine: Timestamp) -> Self {
        match self {
            Self::Standing { .. } => Self::Standing { at },
            Self::Running { .. } => Self::running(at, machine),
        }
    }

    fn running(at: Timestamp, machine: Timestamp) -> Self {
        Self::Running { ahead: at.as_millis() - machine.as_millis() }
    }
}

impl Clock {
    fn showing(hands: Hands) -> Self {
        Self(Arc::new(AtomicI64::new(hands.word())))
    }

    /// The machine's time.
    pub fn system() -> Self {
        Self::showing(Hands::Running { ahead: 0 })
    }

    /// A clock that stands still until it is moved, or [runs](Self::resume).
    pub fn fixed(at: Timestamp) -> Self {
        Self::showing(Hands::Standing { at })
    }

    /// The time it shows.
    pub fn now(&self) -> Timestamp {
        self.hands().now(Timestamp::now)
    }

    /// Whether it stands still.
    pub fn is_frozen(&self) -> bool {
        matches!(self.hands(), Hands::Standing { .. })
    }

    /// Moves the clock forward.
    pub fn advance(&self, by: Duration) {
        self.change(|hands, machine| hands.set(hands.now(|| machine).plus(by), machine));
    }

    /// Makes it show another time, earlier or later: a clock that runs goes on from there, one that stands still stands there.
    pub fn set(&self, at: Timestamp) {
        self.change(|hands, machine| hands.set(at, machine));
    }

    /// Stops it at the time that it shows, which is given back.
    ///
    /// ```
    /// use standin::Clock;
    ///
    /// let clock = Clock::system();
    /// let stopped = clock.freeze();
    /// assert_eq!(clock.now(), stopped);
    /// ```
    pub fn freeze(&self) -> Timestamp {
        self.change(|hands, machine| Hands::Standing { at: hands.now(|| machine) })
    }

    /// Stops it at a time.
    ///
    /// ```
    /// use standin::{Clock, Timestamp};
    ///
    /// let clock = Clock::system();
    /// clock.freeze_at("2026-03-01T12:00:00Z".parse()?);
    /// assert_eq!(clock.now().to_string(), "2026-03-01T12:00:00.000Z");
    /// # Ok::<(), standin::TimestampError>(())
    /// ```
    pub fn freeze_at(&self, at: Timestamp) {
        self.0.store(Hands::Standing { at }.word(), Ordering::Relaxed);
    }

    /// Lets it run on from the time that it shows; one that runs already is left as it is.
    pub fn resume(&self) {
        self.change(|hands, machine| match hands {
            Hands::Standing { at } => Hands::running(at, machine),
            running @ Hands::Running { .. } => running,
        });
    }

    fn hands(&self) -> Hands {
        Hands::of(self.0.load(Ordering::Relaxed))
    }

    /// Changes what it shows, and gives that back. Of changes at the same time none is lost.
    fn change(&self, change: impl Fn(Hands, Timestamp) -> Hands) -> Timestamp {
        let mut before = self.0.load(Ordering::Relaxed);
        loop {
            let machine = Timestamp::now();
            let hands = change(Hands::of(before), machine);
            match self.0.compare_exchange_weak(before, hands.word(), Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => return hands.now(|| machine),
                Err(other) => before = other,
            }
        }
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::system()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Clock({})", self.now())
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    /// How far it is from a time. The machine is slow sometimes, and its time goes on.
    fn shows(clock: &Clock, time: Timestamp) -> bool {
        (time..time.plus(Duration::from_secs(60))).contains(&clock.now())
    }

    #[test]
    fn what_stands_is_moved_and_runs_on_from_where_it_stands() {
        let clock = Clock::fixed(at("2026-01-01"));
        let other = clock.clone();
        assert!(clock.is_frozen());
        other.advance(Duration::from_secs(1));
        assert_eq!(clock.now(), at("2026-01-01T00:00:01Z"));
        clock.set(at("1999-12-31"));
        assert_eq!((other.now(), other.is_frozen()), (at("1999-12-31"), true));
        other.resume();
        assert!(!clock.is_frozen() && shows(&clock, at("1999-12-31")));
    }

    #[test]
    fn what_runs_is_moved_and_stops() {
        let clock = Clock::system();
        clock.resume();
        assert!(shows(&clock, clock.now()) && !clock.is_frozen());
        clock.set(at("0000-01-01"));
        assert!(shows(&clock, at("0000-01-01")) && !clock.is_frozen());
        clock.advance(Duration::from_secs(86_400));
        assert!(shows(&clock, at("0000-01-02")));
        let stopped = clock.freeze();
        assert_eq!((clock.now(), clock.freeze(), clock.is_frozen()), (stopped, stopped, true));
        clock.freeze_at(at("2026-03-01"));
        assert_eq!(clock.now(), at("2026-03-01"));
    }

    #[test]
    fn the_ends_of_time_are_ends() {
        for clock in [Clock::fixed(Timestamp::FIXED), Clock::system()] {
            clock.advance(Duration::MAX);
            clock.advance(Duration::MAX);
            assert_eq!(clock.now(), at("9999-12-31T23:59:59.999Z"));
            clock.set(at("0000-01-01"));
            assert!(shows(&clock, at("0000-01-01")));
            clock.set(at("9999-12-31T23:59:59.999Z"));
            clock.resume();
            assert_eq!((clock.now(), clock.freeze()), (at("9999-12-31T23:59:59.999Z"), at("9999-12-31T23:59:59.999Z")));
        }
    }

    #[test]
    fn of_changes_at_the_same_time_none_is_lost() {
        let clock = Clock::fixed(at("2026-01-01"));
        let done = thread::scope(|scope| {
            let readers = [(); 2].map(|()| {
                scope.spawn(|| {
                    let mut last = clock.now();
                    for _ in 0..10_000 {
                        let now = clock.now();
                        assert!(now >= last, "{last} then {now}");
                        last = now;
                    }
                })
            });
            for _ in 0..4 {
                scope.spawn(|| (0..10_000).for_each(|_| clock.advance(Duration::from_millis(1))));
            }
            readers.map(|reader| reader.join().is_ok())
        });
        assert_eq!((done, clock.now()), ([true; 2], at("2026-01-01T00:00:40Z")));
    }

    #[derive(Debug, Clone)]
    enum Turn {
        Advance(Duration),
        Set(i64),
        Freeze,
        FreezeAt(i64),
        Resume,
    }

    fn turn() -> impl Strategy<Value = Turn> {
        prop_oneof![
            (any::<u64>(), 0..1_000_000_000_u32).prop_map(|(seconds, nanos)| Turn::Advance(Duration::new(seconds, nanos))),
            (0..100_000_u64).prop_map(|millis| Turn::Advance(Duration::from_millis(millis))),
            any::<i64>().prop_map(Turn::Set),
            Just(Turn::Freeze),
            any::<i64>().prop_map(Turn::FreezeAt),
            Just(Turn::Resume),
        ]
    }

    proptest! {
        #[test]
        fn whatever_is_done_it_shows_what_a_wrist_watch_would(turns in prop::collection::vec(turn(), 0..20)) {
            let clock = Clock::fixed(Timestamp::FIXED);
            let (mut shown, mut stands) = (Timestamp::FIXED, true);
            for turn in turns {
                match turn {
                    Turn::Advance(by) => { clock.advance(by); shown = shown.plus(by); }
                    Turn::Set(millis) => { shown = Timestamp::from_millis(millis); clock.set(shown); }
                    Turn::Freeze => { clock.freeze(); stands = true; }
                    Turn::FreezeAt(millis) => { shown = Timestamp::from_millis(millis); clock.freeze_at(shown); stands = true; }
                    Turn::Resume => { clock.resume(); stands = false; }
                }
                prop_assert_eq!(clock.is_frozen(), stands);
                let now = clock.now();
                prop_assert!(shown <= now && now <= shown.plus(Duration::from_secs(60)), "{} for {}", now, shown);
                shown = now;
            }
        }
    }
}
