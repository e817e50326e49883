//! How long an answer is held back.

use std::{ops::Range, time::Duration};

use crate::seed::Seed;

/// No answer is held back for longer than this, whatever was drawn. A stop of the server ends every wait.
const LONGEST: Duration = Duration::from_secs(3_600);

/// How long an answer is held back: always the same, or drawn anew for each call.
///
/// What is drawn depends on the server's seed, on the script, and on how many calls the script has had: a test that is run
/// again waits as long again. Nothing waits in [`MockServer::handle`](crate::MockServer::handle), which has no socket;
/// [`Response::delay`](crate::Response::delay) tells what was drawn.
///
/// ```
/// use std::time::Duration;
/// use standin::{Delay, Request, kayle};
///
/// let api = kayle::start();
/// let (low, high) = (Duration::from_millis(10), Duration::from_millis(20));
/// api.on("listWebhookEndpoints").delay(Delay::uniform(low..high));
/// let list = Request::get("/v1/webhooks/endpoints").with_header("authorization", "Bearer any");
/// assert!((low..high).contains(&api.handle(list).delay()));
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Delay(Kind);

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Exactly(Duration),
    Uniform(Duration, Duration),
    LogNormal { median: Duration, sigma: f64 },
}

impl From<Duration> for Delay {
    fn from(exactly: Duration) -> Self {
        Self(Kind::Exactly(exactly))
    }
}

impl Delay {
    /// Every time of a range with the same chance.
    ///
    /// # Panics
    ///
    /// If the range is empty.
    #[track_caller]
    pub fn uniform(range: Range<Duration>) -> Self {
        assert!(range.start < range.end, "standin: no delay is in the range {:?}..{:?}: it is empty", range.start, range.end);
        Self(Kind::Uniform(range.start, range.end))
    }

    /// As the answers of real servers are: half of them sooner than the median, and few of them much later.
    ///
    /// `sigma` says how much later: with 0.5, one of a hundred takes more than 3.2 times the median, with 1.0 more than ten
    /// times.
    ///
    /// # Panics
    ///
    /// If `sigma` is negative or no number.
    #[track_caller]
    pub fn log_normal(median: Duration, sigma: f64) -> Self {
        assert!(sigma.is_finite() && sigma >= 0.0, "standin: the sigma of a delay must be a number from 0, found {sigma}");
        Self(Kind::LogNormal { median, sigma })
    }

    pub(super) fn draw(self, seed: Seed) -> Duration {
        let drawn = match self.0 {
            Kind::Exactly(exactly) => exactly,
            Kind::Uniform(low, high) => low + (high - low).mul_f64(share(seed)),
            Kind::LogNormal { median, sigma } => {
                let factor = (sigma * normal(seed)).exp();
                Duration::try_from_secs_f64(median.as_secs_f64() * factor).unwrap_or(LONGEST)
            }
        };
        drawn.min(LONGEST)
    }
}

/// A number from 0 to below 1.
pub(super) fn share(seed: Seed) -> f64 {
    // As many bits as a float is exact for.
    (seed.with(b"share").bits() >> 11) as f64 / (1_u64 << 53) as f64
}

/// A number of the standard normal distribution (Box and Muller, 1958).
fn normal(seed: Seed) -> f64 {
    let (radius, angle) = (share(seed.with_number(1)), share(seed.with_number(2)));
    // 1 is out of reach for a share, so this is no logarithm of 0.
    (-2.0 * (1.0 - radius).ln()).sqrt() * (std::f64::consts::TAU * angle).cos()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(delay: Delay) -> Vec<Duration> {
        let mut drawn: Vec<Duration> = (0..2_000).map(|number| delay.draw(Seed::new(1).with_number(number))).collect();
        drawn.sort();
        drawn
    }

    #[test]
    fn draws_are_spread_as_they_are_named() {
        let ms = Duration::from_millis;
        assert_eq!(Delay::from(ms(5)).draw(Seed::new(1)), ms(5));
        let uniform = drawn(Delay::uniform(ms(100)..ms(200)));
        assert!(uniform[0] >= ms(100) && uniform[1_999] < ms(200));
        assert!((ms(145)..ms(155)).contains(&uniform[1_000]), "{:?}", uniform[1_000]);
        let natural = drawn(Delay::log_normal(ms(100), 0.5));
        assert!((ms(95)..ms(105)).contains(&natural[1_000]), "{:?}", natural[1_000]);
        assert!((ms(280)..ms(360)).contains(&natural[1_980]), "{:?}", natural[1_980]);
        let wild = drawn(Delay::log_normal(ms(100), 1e300));
        assert!(wild[1_999] <= LONGEST);
        assert_eq!(drawn(Delay::uniform(ms(100)..ms(200))), uniform);
    }

    #[test]
    #[should_panic(expected = "it is empty")]
    fn an_empty_range_is_refused() {
        Delay::uniform(Duration::from_secs(1)..Duration::from_secs(1));
    }
}
