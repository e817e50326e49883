//! Makes a text for a part: one walk over it, which hands the wanted length out among what can be repeated.
//!
//! Assertions are passed by; whether the text meets them is for the caller to judge.

use super::{
    class::Alphabet,
    part::{Kind, Part, Tail},
};
use crate::schema::random::Random;

/// The longest text that is made of syllables.
const LONGEST_NAME: usize = 16;

/// A text of about the wanted length: exactly that long where the lengths between a part's shortest and longest text all
/// occur. `most` bounds it.
pub(super) fn walk(part: &Part, wanted: usize, most: usize, taste: Taste, random: &mut Random) -> Made {
    let mut walk =
        Walk { random, made: Made { text: String::with_capacity(wanted.min(most)), length: 0 }, groups: Vec::new(), most, taste };
    walk.part(part, wanted.clamp(part.min, part.max));
    walk.made
}

/// Which characters of a set are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Taste {
    Readable,
    /// All that are printable, where a readable text was none that fits.
    Wide,
}

/// A text and its length in code points.
pub(super) struct Made {
    pub(super) text: String,
    pub(super) length: usize,
}

struct Walk<'r> {
    random: &'r mut Random,
    made: Made,
    /// What each group has matched last, as a range of bytes.
    groups: Vec<(usize, std::ops::Range<usize>)>,
    most: usize,
    taste: Taste,
}

impl Walk<'_> {
    fn part(&mut self, part: &Part, wanted: usize) {
        match &part.kind {
            Kind::Class(_, alphabet) => alphabet.iter().for_each(|alphabet| self.chars(alphabet, 1)),
            Kind::Repeat(body, least, most) => self.repeat(body, *least, *most, wanted),
            Kind::Sequence(parts) => {
                let mut spare = wanted.saturating_sub(part.min);
                for (part, tail) in parts {
                    let share = share(self.random, spare, part.slack(), *tail);
                    spare -= self.counted(part, part.min.saturating_add(share)).saturating_sub(part.min).min(spare);
                }
            }
            Kind::Choice(parts) => self.choice(parts, wanted),
            Kind::Group(number, body) => {
                let start = self.made.text.len();
                self.part(body, wanted);
                self.groups.retain(|(known, _)| known != number);
                self.groups.push((*number, start..self.made.text.len()));
            }
            Kind::Back(number) => self.back(*number),
            Kind::Start | Kind::End | Kind::Boundary { .. } | Kind::Look { .. } => {}
        }
    }

    /// Makes a part and says how long it became.
    fn counted(&mut self, part: &Part, wanted: usize) -> usize {
        let before = self.made.length;
        self.part(part, wanted);
        self.made.length - before
    }

    fn chars(&mut self, alphabet: &Alphabet, count: usize) {
        let count = count.min(self.most.saturating_sub(self.made.length));
        let wide = self.taste == Taste::Wide && !alphabet.wide.is_empty();
        match if wide { &*alphabet.wide } else { &*alphabet.chars } {
            // Nothing is drawn where there is no choice.
            [char] => self.made.text.extend(std::iter::repeat_n(*char, count)),
            chars => self.made.text.extend((0..count).filter_map(|_| self.random.pick(chars))),
        }
        self.made.length += count;
    }

    /// Letters that can be spoken: consonants and vowels in turn.
    fn syllables(&mut self, letters: [&[u8]; 2], count: usize) {
        let count = count.min(self.most.saturating_sub(self.made.length));
        let first = usize::from(self.random.within(0..=4) == 0);
        let drawn = (0..count).filter_map(|at| self.random.pick(letters[(first + at) % 2]));
        self.made.text.extend(drawn.map(|letter| char::from(*letter)));
        self.made.length += count;
    }

    /// One of the alternatives that can have the length, else one of those that come nearest.
    fn choice(&mut self, parts: &[Part], wanted: usize) {
        let distance = |part: &Part| wanted.clamp(part.min, part.max).abs_diff(wanted);
        let least = parts.iter().map(distance).min().unwrap_or(0);
        let count = parts.iter().filter(|part| distance(part) == least).count();
        let chosen = self.random.index(count);
        if let Some(part) = parts.iter().filter(|part| distance(part) == least).nth(chosen) {
            self.part(part, wanted.clamp(part.min, part.max));
        }
    }

    fn repeat(&mut self, body: &Part, least: usize, most: usize, wanted: usize) {
        if wanted == 0 {
            return;
        }
        if let Kind::Class(_, Some(alphabet)) = &body.kind {
            return match alphabet.syllables {
                // A name of some length, not a secret or an identifier of a fixed one.
                Some(letters) if least < most && wanted <= LONGEST_NAME && self.taste == Taste::Readable => self.syllables(letters, wanted),
                _ => self.chars(alphabet, wanted),
            };
        }
        // A round that adds nothing is left out, so that there are no more rounds than characters. That is why a part that
        // may be empty may take part as seldom as one likes, and why it is not empty when it does.
        let (least, shortest) = if body.min == 0 { (0, 1) } else { (least, body.min) };
        let slack = body.max.saturating_sub(shortest);
        let rounds = self.rounds(shortest, body.max, least..=most, wanted);
        let mut spare = wanted.saturating_sub(rounds.saturating_mul(shortest));
        for round in 0..rounds {
            let behind = rounds - round - 1;
            let tail = Tail { slack: slack.saturating_mul(behind), flexible: if slack > 0 { behind } else { 0 } };
            let share = share(self.random, spare, slack, tail);
            spare -= self.counted(body, shortest.saturating_add(share)).saturating_sub(shortest).min(spare);
            if self.made.length >= self.most {
                return;
            }
        }
    }

    /// How often a part of these lengths is repeated to fill a length: rather some longer rounds than many short ones.
    fn rounds(&mut self, shortest: usize, longest: usize, times: std::ops::RangeInclusive<usize>, wanted: usize) -> usize {
        let (least, most) = times.into_inner();
        let low = wanted.div_ceil(longest.max(1)).max(least).min(most);
        let filled = if longest > shortest { wanted / (shortest + 2) } else { wanted / shortest };
        let high = filled.min(wanted / shortest).clamp(low, most);
        self.random.within(low as u64..=high as u64) as usize
    }

    fn back(&mut self, number: usize) {
        let Some((_, range)) = self.groups.iter().find(|(known, _)| *known == number) else { return };
        let again = self.made.text[range.clone()].to_owned();
        let length = again.chars().count();
        if self.made.length + length <= self.most {
            self.made.text += &again;
            self.made.length += length;
        }
    }
}

/// How much of the spare length a part takes, so that those behind can take the rest; about the same share for each.
fn share(random: &mut Random, spare: usize, slack: usize, tail: Tail) -> usize {
    let low = spare.saturating_sub(tail.slack).min(slack);
    let high = slack.min(spare);
    if low >= high {
        return low;
    }
    let fair = (spare / (tail.flexible + 1)).saturating_mul(2).max(1);
    random.within(low as u64..=high.min(fair.max(low)) as u64) as usize
}
