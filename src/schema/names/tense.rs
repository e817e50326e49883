//! What the time of a property is relative to the present.

use super::Background;
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

/// In seconds.
const DAY: u64 = 86_400;
/// In milliseconds.
const YEAR: i64 = 365 * 86_400_000;

impl Tense {
    /// Reads the words of a name; those that come later say more.
    pub(super) fn of(words: &str) -> Self {
        let is_time = |last: &str| matches!(last, "at" | "on" | "date" | "time" | "timestamp" | "utc" | "ms" | "millis" | "seconds");
        let mut told = words.split(' ').filter(|word| !is_time(word));
        told.next_back().and_then(word).or_else(|| words.split(' ').rev().find_map(word)).unwrap_or(Self::Past)
    }

    /// A moment of this tense: in the life of the entity that the value belongs to, ahead of now, or long ago.
    pub(in crate::schema) fn moment(self, background: Background, random: &mut Random) -> Timestamp {
        let Background { now, created, updated, .. } = background;
        let age = u64::try_from(now.as_millis().saturating_sub(created.as_millis()) / 1000).unwrap_or(0);
        let mut after = |from: Timestamp, least: u64, most: u64| from.plus_millis(random.within(least..=most) as i64 * 1000);
        match self {
            Self::Created => created,
            Self::Updated => updated,
            Self::Begun => after(created, 0, age / 2),
            Self::Past => after(created, age / 2, age),
            Self::Future => after(now, 3_600, 30 * DAY),
            Self::Birth => after(now.plus_millis(-75 * YEAR), 0, 56 * YEAR as u64 / 1000),
        }
    }
}

/// Whether a member of this name tells when something was changed last: `updated_at`, `dateModified`.
pub(crate) fn tells_change(name: &str) -> bool {
    let words = super::words::words(name);
    let told: Vec<&str> = words.split(' ').collect();
    let is_time = told.iter().any(|word| matches!(*word, "at" | "on" | "date" | "time" | "timestamp" | "utc" | "last")) || told.len() == 1;
    is_time && Tense::of(&words) == Tense::Updated
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
            let created = Timestamp::FIXED.plus_millis(-90 * 86_400_000);
            let background = Background { created, ..Background::at(Timestamp::FIXED) };
            let moment = |tense: Tense| tense.moment(background, &mut Random::new(Seed::new(number)));
            assert!(moment(Tense::Birth) < created);
            assert!(moment(Tense::Begun) <= moment(Tense::Past));
            assert!(created == moment(Tense::Created) && created <= moment(Tense::Begun));
            assert!(moment(Tense::Past) <= moment(Tense::Updated));
            assert!(moment(Tense::Updated) < moment(Tense::Future));
        }
    }
}
