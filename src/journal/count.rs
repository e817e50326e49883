//! How many calls are expected, as numbers and ranges say it.

use std::ops::{Bound, Range, RangeBounds, RangeFrom, RangeFull, RangeInclusive, RangeTo, RangeToInclusive};

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
