//! What the time of a property is relative to the present.

use crate::{clock::Timestamp, schema::random::Random};

/// When what a time tells happened, or will.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::schema) enum Tense {
    /// Just now: the thing was created by the request that is answered.
    Created,
    /// Just now as well: nothing is older than its last change.
    Updated,
    /// Before what is merely past: a start lies before its end.
    Begun,
    Past,
    Future,
    /// Years ago: somebody's birth.
    Birth,
}

const DAY: u64 = 86_400;

impl Tense {
    /// Reads the words of a name; those that come later say more.
    pub(super) fn of(words: &str) -> Self {
        let is_time = |last: &str| matches!(last, "at" | "on" | "date" | "time" | "timestamp" | "utc" | "ms" | "millis" | "seconds");
        let mut told = words.split(' ').filter(|word| !is_time(word));
        told.next_back().and_then(word).or_else(|| words.split(' ').rev().find_map(word)).unwrap_or(Self::Past)
    }

    /// A moment of this tense, in whole seconds where it is not the present itself.
    pub(in crate::schema) fn moment(self, now: Timestamp, random: &mut Random) -> Timestamp {
        let (low, high, sign) = match self {
            Self::Created | Self::Updated => return now,
            Self::Begun => (15 * DAY, 30 * DAY, -1),
            Self::Past => (0, 15 * DAY, -1),
            Self::Future => (60, 30 * DAY, 1),
            Self::Birth => (19 * 365 * DAY, 75 * 365 * DAY, -1),
        };
        let distance = i64::try_from(random.within(low..=high)).unwrap_or(0) * 1000;
        let seconds = now.as_millis().div_euclid(1000) * 1000;
        Timestamp::from_millis(seconds.saturating_add(sign * distance))
    }
}

fn word(word: &str) -> Option<Tense> {
    Some(match word {
        "created" | "creation" | "inserted" => Tense::Created,
        "updated" | "modified" | "changed" | "edited" | "update" | "modification" => Tense::Updated,
        "start" | "started" | "starts" | "begin" | "begins" | "began" | "begun" | "opened" | "from" | "since" | "first" | "submitted"
        | "ordered" | "joined" | "registered" | "requested" | "issued" | "scheduled" => Tense::Begun,
        "expires" | "expire" | "expiry" | "expiration" | "next" | "until" | "due" | "end" | "ends" | "upcoming" | "deadline"
        | "renewal" | "renews" | "estimated" | "expected" | "arrival" | "departure" => Tense::Future,
        "birth" | "birthday" | "birthdate" | "dob" | "born" => Tense::Birth,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::Seed;

    #[test]
    fn tenses_by_name() {
        let cases = [
            ("created at", Tense::Created),
            ("date created", Tense::Created),
            ("updated", Tense::Updated),
            ("last updated", Tense::Updated),
            ("updated date utc", Tense::Updated),
            ("expires at", Tense::Future),
            ("current period end", Tense::Future),
            ("current period start", Tense::Begun),
            ("started at", Tense::Begun),
            ("last attempt at", Tense::Past),
            ("date of birth", Tense::Birth),
            ("next attempt at", Tense::Future),
            ("seen", Tense::Past),
        ];
        for (words, tense) in cases {
            assert_eq!(Tense::of(words), tense, "{words}");
        }
    }

    #[test]
    fn a_start_lies_before_an_end() {
        for number in 0..100 {
            let moment = |tense: Tense| tense.moment(Timestamp::FIXED, &mut Random::new(Seed::new(number)));
            assert!(moment(Tense::Birth) < moment(Tense::Begun));
            assert!(moment(Tense::Begun) <= moment(Tense::Past));
            assert!(moment(Tense::Past) <= moment(Tense::Created));
            assert!(moment(Tense::Created) < moment(Tense::Future));
        }
    }
}
