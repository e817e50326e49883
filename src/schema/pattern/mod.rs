//! Text for the regular expressions of `pattern`: ECMA-262, found anywhere in a text unless anchored.
//!
//! One pattern without look-around is made by one walk over it ([`walk`]), and is right by construction. Where patterns
//! constrain one another or themselves (several at once, excluded ones, look-around), walks are tried and judged if a trial
//! shows that they mostly fit; else an [`automaton`] of all patterns together is built once and makes the text.
//!
//! The search is bounded: at most [`WALKS`] walks, then [`RIDES`] ways through the automaton, then [`LAST_WALKS`] walks.

mod automaton;
mod class;
mod parse;
mod part;
mod term;
#[cfg(test)]
mod tests;
mod walk;

use std::{ops::RangeInclusive, sync::OnceLock};

use serde_json::{Value, json};

use self::{
    automaton::Automaton,
    part::{Kind, Part},
    walk::{Made, Taste},
};
use super::{check, random::Random};
use crate::seed::Seed;

/// No text is longer, whatever is asked for.
const LONGEST: usize = 1 << 20;

/// How many walks are tried first.
const WALKS: usize = 12;

/// How many ways through the automaton are tried: more than one only where it is not exact.
const RIDES: usize = 6;

/// How many walks are tried where the automaton gave nothing, or is none.
const LAST_WALKS: usize = 48;

/// How many walks the trial takes, and how many of them must fit.
const TRIAL: (usize, usize) = (16, 6);

/// One or several patterns that one text must all match, and those that it must not match.
#[derive(Debug)]
pub(super) struct Patterns {
    /// The most restrictive first.
    patterns: Vec<Pattern>,
    excluded: Vec<Pattern>,
    /// Whether every text that is walked matches.
    free: bool,
    walks_fit: OnceLock<bool>,
    automaton: OnceLock<Option<Automaton>>,
}

#[derive(Debug)]
struct Pattern {
    /// As the judge reads it.
    text: String,
    /// `None` for what this folder cannot read.
    part: Option<Part>,
    odd: bool,
    open_start: bool,
    open_end: bool,
    judge: OnceLock<Option<jsonschema::Validator>>,
}

impl Pattern {
    fn read(text: &str) -> Self {
        let read = parse::read(text);
        let odd = read.as_ref().is_none_or(|read| read.odd);
        let (part, text) = read.map_or((None, text.to_owned()), |read| (Some(read.part), read.numbered));
        let open = |anchor: fn(&Kind) -> bool| part.as_ref().is_none_or(|part| !part.any(&anchor));
        Self {
            open_start: open(|kind| matches!(kind, Kind::Start)),
            open_end: open(|kind| matches!(kind, Kind::End)),
            text,
            part,
            odd,
            judge: OnceLock::new(),
        }
    }

    /// `None` for a pattern that the judge cannot read.
    fn matches(&self, text: &Value) -> Option<bool> {
        let judge = self.judge.get_or_init(|| check::options().build(&json!({ "pattern": self.text })).ok());
        Some(judge.as_ref()?.is_valid(text))
    }

    fn is_free(&self) -> bool {
        !self.odd && self.part.as_ref().is_some_and(|part| part.is_free(true, true))
    }

    /// A text as the pattern describes it, about as long as wanted.
    fn walk(&self, random: &mut Random, length: &RangeInclusive<usize>, taste: Taste) -> Option<Made> {
        let part = self.part.as_ref().filter(|part| part.min <= *length.end())?;
        let mut made = walk::walk(part, wanted(part, random, length), LONGEST, taste, random);
        let missing = length.start().saturating_sub(made.length);
        if missing > 0 && (self.open_end || self.open_start) {
            let more = letters(random, missing);
            made.text.insert_str(if self.open_end { made.text.len() } else { 0 }, &more);
            made.length += missing;
        }
        Some(made)
    }
}

/// The length of a text for a part: somewhat above its shortest, so that a name has more than one letter.
fn wanted(part: &Part, random: &mut Random, length: &RangeInclusive<usize>) -> usize {
    let low = part.min.max(*length.start());
    let high = part.max.min(*length.end());
    if low >= high {
        return high;
    }
    let stretch = match part.open_repetitions().min(6) as u64 {
        0 => random.within(0..=16),
        open => random.within(2 * open..=8 * open),
    };
    low.saturating_add(stretch as usize).min(high)
}

fn letters(random: &mut Random, count: usize) -> String {
    random.text(b"abcdefghijklmnopqrstuvwxyz", count)
}

impl Patterns {
    pub(super) fn read(patterns: &[String], excluded: &[String]) -> Self {
        let mut patterns: Vec<Pattern> = patterns.iter().map(|pattern| Pattern::read(pattern)).collect();
        let excluded: Vec<Pattern> = excluded.iter().map(|pattern| Pattern::read(pattern)).collect();
        let room = |part: &Part| (std::cmp::Reverse(part.min), part.max);
        patterns.sort_by_key(|pattern| (pattern.open_start || pattern.open_end, pattern.part.as_ref().map(room)));
        let free = excluded.is_empty() && patterns.len() == 1 && patterns.iter().all(Pattern::is_free);
        Self { patterns, excluded, free, walks_fit: OnceLock::new(), automaton: OnceLock::new() }
    }

    /// A candidate of between so many and so many code points that matches all patterns and none of the excluded; `None` if
    /// a bounded search found none.
    pub(super) fn make(&self, random: &mut Random, length: RangeInclusive<usize>) -> Option<String> {
        let length = *length.start()..=(*length.end()).min(LONGEST);
        let shortest = |pattern: &Pattern| pattern.part.as_ref().map_or(0, |part| part.min);
        if length.is_empty() || self.patterns.iter().map(shortest).any(|shortest| shortest > *length.end()) {
            return None;
        }
        if self.walks_fit()
            && let Some(text) = self.walked(random, &length, WALKS, Taste::Readable)
        {
            return Some(text);
        }
        self.ridden(random, &length).or_else(|| self.walked(random, &length, LAST_WALKS, Taste::Wide))
    }

    /// Whether walks mostly give what matches. Found by a trial with seeds of its own, so that it is the same every time.
    fn walks_fit(&self) -> bool {
        let (trials, enough) = TRIAL;
        let fits = |seed| self.walked(&mut Random::new(Seed::new(seed)), &(0..=LONGEST), 1, Taste::Readable).is_some();
        self.free || *self.walks_fit.get_or_init(|| (0..trials as u64).filter(|seed| fits(*seed)).count() >= enough)
    }

    fn walked(&self, random: &mut Random, length: &RangeInclusive<usize>, tries: usize, taste: Taste) -> Option<String> {
        (0..tries).find_map(|attempt| {
            let made = self.candidate(random, length, attempt, taste)?;
            if !length.contains(&made.length) {
                return None;
            }
            if self.free { Some(made.text) } else { self.judged(made.text) }
        })
    }

    /// One pattern's text, in turn; where there are several, their texts one after the other as well.
    fn candidate(&self, random: &mut Random, length: &RangeInclusive<usize>, attempt: usize, taste: Taste) -> Option<Made> {
        let count = self.patterns.len();
        match self.patterns.get(attempt % (count + 1)) {
            Some(pattern) => pattern.walk(random, length, taste),
            None if count == 1 => self.patterns[0].walk(random, length, taste),
            None if count == 0 => {
                let high = length.start().saturating_add(8).min(*length.end());
                let count = random.within(*length.start() as u64..=high as u64) as usize;
                Some(Made { text: letters(random, count), length: count })
            }
            None => {
                let mut whole = Made { text: String::new(), length: 0 };
                for pattern in &self.patterns {
                    let made = pattern.walk(random, &(0..=length.end().saturating_sub(whole.length)), taste)?;
                    whole.text += &made.text;
                    whole.length += made.length;
                }
                Some(whole)
            }
        }
    }

    fn ridden(&self, random: &mut Random, length: &RangeInclusive<usize>) -> Option<String> {
        let automaton = self.automaton.get_or_init(|| self.automaton()).as_ref()?;
        let stretched = self.patterns.iter().all(|pattern| !pattern.open_start && !pattern.open_end);
        (0..RIDES).find_map(|_| self.judged(automaton.make(random, length.clone(), stretched)?))
    }

    fn automaton(&self) -> Option<Automaton> {
        Automaton::read(&parts(&self.patterns)?, &parts(&self.excluded)?)
    }

    fn judged(&self, text: String) -> Option<String> {
        let text = Value::String(text);
        let fits = self.patterns.iter().all(|pattern| pattern.matches(&text) == Some(true))
            && self.excluded.iter().all(|pattern| pattern.matches(&text) == Some(false));
        match text {
            Value::String(text) if fits => Some(text),
            _ => None,
        }
    }
}

/// `None` if one of them could not be read.
fn parts(patterns: &[Pattern]) -> Option<Vec<&Part>> {
    patterns.iter().map(|pattern| pattern.part.as_ref()).collect()
}

/// How many characters of the shortest text are free: drawn from a set, not written in the pattern.
pub(super) fn freedom(pattern: &str) -> usize {
    parse::read(pattern).map_or(0, |read| read.part.freedom())
}
