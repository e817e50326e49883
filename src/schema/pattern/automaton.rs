//! Makes texts for patterns that constrain one another: a finite automaton whose every way can still lead to a match.
//!
//! Its states are what is left of the patterns ([`Terms`]). For each state and each length it is known whether a match of
//! exactly that many more characters exists, so a text is made without trying and failing.

use std::{borrow::Cow, collections::HashMap, ops::RangeInclusive};

use super::{
    class::{self, Alphabet, Class, Rank},
    part::Part,
    term::{Here, Id, Terms, is_word},
};
use crate::schema::random::Random;

/// The most steps from state to state that are found out. States beyond are taken as dead ends.
const MOST_STEPS: usize = 20_000;

/// The most terms that may arise on the way.
const MOST_TERMS: usize = 40_000;

/// The most parts of all patterns together.
const MOST_PARTS: usize = 1_000;

/// The lengths for which is known beforehand which states can reach a match.
const KNOWN_LENGTHS: usize = 64;

/// How many lengths from the shortest on are chosen from.
const LENGTHS: usize = 10;

/// How many lengths are looked at for a possible one.
const WINDOW: usize = 64;

/// The most work that one text may take to find out which states can reach a match of greater length.
const MOST_WORK: usize = 20_000_000;

const DEAD: usize = usize::MAX;

#[derive(Debug)]
pub(super) struct Automaton {
    /// Sets of characters that the patterns do not tell apart.
    alphabets: Vec<Alphabet>,
    /// Of each state: the next state by alphabet, or [`DEAD`].
    next: Vec<Vec<usize>>,
    /// By length, then by state: whether a match of exactly that many more characters exists.
    reach: Vec<Vec<bool>>,
    /// The length of the shortest match.
    shortest: usize,
}

impl Automaton {
    /// `None` for what is too large or has no match.
    pub(super) fn read(patterns: &[&Part], excluded: &[&Part]) -> Option<Self> {
        if patterns.iter().chain(excluded).map(|part| part.count()).sum::<usize>() > MOST_PARTS {
            return None;
        }
        let (terms, all) = Terms::read(patterns, excluded)?;
        let (sets, alphabets) = alphabets(&terms.classes);
        let mut explorer = Explorer { terms, sets, next: Vec::new(), accepts: Vec::new(), states: HashMap::new(), queue: Vec::new() };
        explorer.explore(all);
        let shortest = shortest(&explorer.next, &explorer.accepts)?;
        let mut found = Self { alphabets, next: explorer.next, reach: vec![explorer.accepts], shortest };
        found.reach = found.reach_up_to(KNOWN_LENGTHS)?.into_owned();
        Some(found)
    }

    /// A match with a length in the range. `stretched`: rather not one of the shortest.
    pub(super) fn make(&self, random: &mut Random, length: RangeInclusive<usize>, stretched: bool) -> Option<String> {
        let (min, max) = (self.shortest.max(*length.start()), *length.end());
        let last = max.min(min.saturating_add(WINDOW));
        let reach = self.reach_up_to(last)?;
        let lengths: Vec<usize> = (min..=last).filter(|length| reach[*length][0]).take(LENGTHS).collect();
        let chosen = if stretched { random.within(lengths.len() as u64 / 3..=lengths.len().saturating_sub(1) as u64) } else { 0 };
        let length = *lengths.get(chosen as usize)?;
        let mut text = String::with_capacity(length);
        let mut state = 0;
        for left in (0..length).rev() {
            let live = |alphabet: usize| self.next[state].get(alphabet).is_some_and(|next| *next != DEAD && reach[left][*next]);
            let (alphabet, char) = self.draw(random, live)?;
            text.push(char);
            state = self.next[state][alphabet];
        }
        Some(text)
    }

    /// A character that leads on: mostly of the most readable ones, each as likely as the others.
    fn draw(&self, random: &mut Random, live: impl Fn(usize) -> bool) -> Option<(usize, char)> {
        let all = || self.alphabets.iter().enumerate().filter(|(at, _)| live(*at));
        let best = all().map(|(_, alphabet)| alphabet.rank).min()?;
        let worst = if random.within(0..=11) == 0 { best.max(Rank::Printable) } else { best };
        let total = all().filter(|(_, alphabet)| alphabet.rank <= worst).map(|(_, alphabet)| alphabet.chars.len()).sum();
        let mut drawn = random.index(total);
        for (at, alphabet) in all().filter(|(_, alphabet)| alphabet.rank <= worst) {
            match alphabet.chars.get(drawn) {
                Some(char) => return Some((at, *char)),
                None => drawn -= alphabet.chars.len(),
            }
        }
        None
    }

    fn reach_up_to(&self, length: usize) -> Option<Cow<'_, [Vec<bool>]>> {
        if length < self.reach.len() {
            return Some(Cow::Borrowed(&self.reach));
        }
        let steps = self.next.len() * self.alphabets.len().max(1);
        if length.saturating_mul(steps) > MOST_WORK {
            return None;
        }
        let mut reach = self.reach.clone();
        while reach.len() <= length {
            let before = &reach[reach.len() - 1];
            let reaches = |next: &Vec<usize>| next.iter().any(|state| *state != DEAD && before[*state]);
            reach.push(self.next.iter().map(reaches).collect());
        }
        Some(Cow::Owned(reach))
    }
}

/// The length of the shortest match: breadth first from the first state.
fn shortest(next: &[Vec<usize>], accepts: &[bool]) -> Option<usize> {
    let mut seen = vec![false; next.len()];
    let mut front = vec![0];
    for length in 0..next.len() {
        if front.iter().any(|state| accepts[*state]) {
            return Some(length);
        }
        let mut behind = Vec::new();
        for state in front.iter().flat_map(|state| &next[*state]).copied().filter(|state| *state != DEAD) {
            if !std::mem::replace(&mut seen[state], true) {
                behind.push(state);
            }
        }
        front = behind;
    }
    None
}

/// Cuts the characters into sets that no class tells apart: for each the classes it belongs to, as bits, and its alphabet.
fn alphabets(classes: &[Class]) -> (Vec<u128>, Vec<Alphabet>) {
    let mut cuts: Vec<u32> = vec![0, 0xD800, 0xE000, 0x11_0000];
    for range in classes.iter().flat_map(Class::iter) {
        cuts.extend([u32::from(range.start()), u32::from(range.end()) + 1]);
    }
    cuts.sort_unstable();
    cuts.dedup();
    let mut ranges: Vec<(u128, (char, char))> = Vec::new();
    for pair in cuts.windows(2) {
        let (Some(start), Some(end)) = (char::from_u32(pair[0]), char::from_u32(pair[1] - 1)) else { continue };
        let holding = classes.iter().enumerate().filter(|(_, class)| class::holds(class, start));
        ranges.push((holding.map(|(at, _)| 1 << at).sum(), (start, end)));
    }
    ranges.sort_unstable();
    ranges
        .chunk_by(|one, other| one.0 == other.0)
        .filter_map(|same| {
            let ranges: Vec<(char, char)> = same.iter().map(|(_, range)| *range).collect();
            Some((same[0].0, class::readable(&class::of(&ranges))?))
        })
        .unzip()
}

/// What tells one state from another.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct State {
    left: Id,
    /// What is left of each look-behind.
    behind: Vec<Id>,
    at_start: bool,
    after_word: bool,
}

struct Explorer {
    terms: Terms,
    sets: Vec<u128>,
    next: Vec<Vec<usize>>,
    accepts: Vec<bool>,
    /// Only ever asked for one state: its order is of no matter.
    states: HashMap<State, usize>,
    queue: Vec<State>,
}

impl Explorer {
    /// Finds the states, the nearest first, until they or the work are at an end.
    fn explore(&mut self, all: Id) {
        let behind = self.terms.behind.clone();
        self.state(State { left: all, behind, at_start: true, after_word: false });
        let mut at = 0;
        while let Some(state) = self.queue.get(at).cloned() {
            let within = (at + 1) * self.sets.len() <= MOST_STEPS && self.terms.len() <= MOST_TERMS;
            let accepts = self.has_empty(&state);
            let next = if within { (0..self.sets.len()).map(|set| self.step(&state, set)).collect() } else { Vec::new() };
            self.accepts.push(accepts);
            self.next.push(next);
            at += 1;
        }
    }

    fn state(&mut self, state: State) -> usize {
        if self.terms.is_never(state.left) {
            return DEAD;
        }
        let new = self.queue.len();
        let known = *self.states.entry(state.clone()).or_insert(new);
        if known == new {
            self.queue.push(state);
        }
        known
    }

    /// Which look-behinds hold before the next character; an inner one is read before the one around it.
    fn behind(&mut self, state: &State, next: Option<u128>) -> Vec<bool> {
        self.terms.go_on();
        let mut holds = Vec::with_capacity(state.behind.len());
        for left in &state.behind {
            let here = Here { at_start: state.at_start, after_word: state.after_word, next, behind: &holds };
            let held = self.terms.has_empty(*left, here);
            holds.push(held);
        }
        holds
    }

    fn has_empty(&mut self, state: &State) -> bool {
        let holds = self.behind(state, None);
        let here = Here { at_start: state.at_start, after_word: state.after_word, next: None, behind: &holds };
        self.terms.has_empty(state.left, here)
    }

    fn step(&mut self, state: &State, set: usize) -> usize {
        let sets = self.sets[set];
        let holds = self.behind(state, Some(sets));
        let here = Here { at_start: state.at_start, after_word: state.after_word, next: Some(sets), behind: &holds };
        let left = self.terms.after(state.left, sets, here);
        let behind = state.behind.iter().map(|left| self.terms.after(*left, sets, here)).collect();
        let after_word = self.terms.asks_for_words && is_word(sets);
        self.state(State { left, behind, at_start: false, after_word })
    }
}
