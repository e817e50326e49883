//! Patterns as terms of an algebra: what is left of a pattern after one more character is a term again.
//!
//! These are Brzozowski's derivatives, with "and" and "not", so that several patterns, excluded patterns and look-around
//! become one term. Assertions that look at their neighbours (`^`, `\b`, look-behind) hold or not by where a text stands
//! ([`Here`]); a look-ahead is an "and" with all that follows it.

use std::collections::HashMap;

use super::{
    class::{self, Class},
    part::{ENDLESS, Kind, Part},
    walk::{Taste, walk},
};
use crate::{schema::random::Random, seed::Seed};

/// A term, by its place among the terms.
pub(super) type Id = usize;

/// The set of all characters, by its place among the sets.
const ANY: usize = 0;

/// The most terms that patterns may be read into; recursion over terms is no deeper.
const MOST_READ: usize = 2_000;

/// How often a repetition that holds a look-ahead is written out beyond its least.
const WRITTEN_OUT: usize = 24;

/// The longest text that a group is held to.
const LONGEST_HELD: usize = 100;

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Term {
    /// No text.
    Never,
    /// The empty text.
    Empty,
    Class(usize),
    Sequence(Id, Id),
    Or(Vec<Id>),
    And(Vec<Id>),
    Not(Id),
    Repeat(Id, usize, usize),
    Start,
    End,
    Boundary(bool),
    /// A look-behind, by its place among them, and whether it is negated.
    Behind(usize, bool),
}

/// The terms of some patterns, each once, and their sets of characters.
#[derive(Debug)]
pub(super) struct Terms {
    terms: Vec<Term>,
    /// Only ever asked for one term: its order is of no matter.
    known: HashMap<Term, Id>,
    pub(super) classes: Vec<Class>,
    /// Of each look-behind: anything, then what it asks for.
    pub(super) behind: Vec<Id>,
    pub(super) asks_for_words: bool,
    /// The one text that a group is held to in the pattern that is read, where the pattern refers back to it.
    held: Vec<(usize, String)>,
    /// What was found at the present place, by term: terms share parts, and each is to be looked at once.
    found: Vec<Found>,
    place: usize,
}

/// What was found out about a term at a place: good for that place only.
#[derive(Debug, Clone, Copy, Default)]
struct Found {
    has_empty: Option<(usize, bool)>,
    after: Option<(usize, Id)>,
}

/// Where in a text an assertion is asked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Here<'a> {
    pub(super) at_start: bool,
    pub(super) after_word: bool,
    /// The sets that the next character belongs to, as bits; `None` at the end of the text.
    pub(super) next: Option<u128>,
    /// Which look-behinds hold.
    pub(super) behind: &'a [bool],
}

/// The set of the characters of words, by its place among the sets.
const WORD: usize = 1;

/// A text for each group of a pattern that the pattern refers back to.
fn held(pattern: &Part) -> Vec<(usize, String)> {
    let texts = pattern.groups().into_iter().filter(|(number, _)| pattern.any(&|kind| matches!(kind, Kind::Back(back) if back == number)));
    texts
        .map(|(number, body)| (number, walk(body, body.min.max(3), LONGEST_HELD, Taste::Readable, &mut Random::new(Seed::new(0))).text))
        .collect()
}

impl Here<'_> {
    fn before_word(&self) -> bool {
        self.next.is_some_and(is_word)
    }
}

pub(super) fn is_word(sets: u128) -> bool {
    sets & (1 << WORD) != 0
}

impl Terms {
    /// The terms, and the one whose texts match all `patterns` and none of `excluded`; `None` for what is too large,
    /// or for a look-ahead within a look-behind. A group that is referred back to is held to one text, since no automaton
    /// remembers what it has matched.
    pub(super) fn read(patterns: &[&Part], excluded: &[&Part]) -> Option<(Self, Id)> {
        let mut terms = Self {
            terms: Vec::new(),
            known: HashMap::new(),
            classes: vec![class::any(), class::word()],
            behind: Vec::new(),
            asks_for_words: false,
            held: Vec::new(),
            found: Vec::new(),
            place: 0,
        };
        let mut all = Vec::new();
        for part in patterns {
            all.push(terms.search(part)?);
        }
        for part in excluded {
            let found = terms.search(part)?;
            all.push(terms.not(found));
        }
        let all = terms.and(all);
        Some((terms, all))
    }

    pub(super) fn len(&self) -> usize {
        self.terms.len()
    }

    fn add(&mut self, term: Term) -> Id {
        if let Some(id) = self.known.get(&term) {
            return *id;
        }
        self.terms.push(term.clone());
        self.known.insert(term, self.terms.len() - 1);
        self.terms.len() - 1
    }

    fn is(&self, id: Id, term: &Term) -> bool {
        self.terms[id] == *term
    }

    pub(super) fn is_never(&self, id: Id) -> bool {
        self.is(id, &Term::Never)
    }

    /// Any text.
    fn anything(&mut self) -> Id {
        let any = self.add(Term::Class(ANY));
        self.add(Term::Repeat(any, 0, ENDLESS))
    }

    fn sequence(&mut self, first: Id, then: Id) -> Id {
        match self.terms[first] {
            Term::Never => first,
            Term::Empty => then,
            Term::Sequence(one, two) => {
                let then = self.sequence(two, then);
                self.sequence(one, then)
            }
            _ if self.is_never(then) => then,
            _ if self.is(then, &Term::Empty) => first,
            _ => self.add(Term::Sequence(first, then)),
        }
    }

    fn or(&mut self, parts: Vec<Id>) -> Id {
        let anything = self.anything();
        let mut flat = Vec::with_capacity(parts.len());
        for part in parts {
            match &self.terms[part] {
                Term::Or(inner) => flat.extend_from_slice(inner),
                Term::Never => {}
                _ => flat.push(part),
            }
        }
        flat.sort_unstable();
        flat.dedup();
        match flat.as_slice() {
            [] => self.add(Term::Never),
            [only] => *only,
            _ if flat.contains(&anything) => anything,
            _ => self.add(Term::Or(flat)),
        }
    }

    fn and(&mut self, parts: Vec<Id>) -> Id {
        let anything = self.anything();
        let mut flat = Vec::with_capacity(parts.len());
        for part in parts {
            match &self.terms[part] {
                Term::And(inner) => flat.extend_from_slice(inner),
                Term::Never => return part,
                _ if part == anything => {}
                _ => flat.push(part),
            }
        }
        flat.sort_unstable();
        flat.dedup();
        match flat.as_slice() {
            [] => anything,
            [only] => *only,
            _ => self.add(Term::And(flat)),
        }
    }

    fn not(&mut self, part: Id) -> Id {
        let anything = self.anything();
        match self.terms[part] {
            Term::Not(inner) => inner,
            Term::Never => anything,
            _ if part == anything => self.add(Term::Never),
            _ => self.add(Term::Not(part)),
        }
    }

    fn repeat(&mut self, part: Id, least: usize, most: usize) -> Id {
        match &self.terms[part] {
            _ if most == 0 => self.add(Term::Empty),
            Term::Empty => part,
            Term::Never if least == 0 => self.add(Term::Empty),
            Term::Never => part,
            _ if (least, most) == (1, 1) => part,
            _ => self.add(Term::Repeat(part, least, most)),
        }
    }

    /// The texts in which a pattern is found.
    fn search(&mut self, part: &Part) -> Option<Id> {
        self.held = held(part);
        let anything = self.anything();
        let found = self.then(part, anything)?;
        Some(self.sequence(anything, found))
    }

    fn literal(&mut self, text: &str, rest: Id) -> Option<Id> {
        text.chars().rev().try_fold(rest, |rest, char| {
            let char = self.class(&class::one(char))?;
            Some(self.sequence(char, rest))
        })
    }

    fn held(&self, group: usize) -> Option<String> {
        self.held.iter().find(|(number, _)| *number == group).map(|(_, text)| text.clone())
    }

    /// The texts of a part followed by those of `rest`.
    fn then(&mut self, part: &Part, rest: Id) -> Option<Id> {
        if self.terms.len() > MOST_READ {
            return None;
        }
        let own = match &part.kind {
            Kind::Class(class, _) => self.class(class)?,
            Kind::Repeat(body, least, most) if !body.any(&|kind| matches!(kind, Kind::Look { behind: false, .. })) => {
                let empty = self.add(Term::Empty);
                let body = self.then(body, empty)?;
                self.repeat(body, *least, *most)
            }
            Kind::Repeat(body, least, most) => return self.written_out(body, *least, *most, rest),
            Kind::Sequence(parts) => return parts.iter().rev().try_fold(rest, |rest, (part, _)| self.then(part, rest)),
            Kind::Choice(parts) => {
                let parts = parts.iter().map(|part| self.then(part, rest)).collect::<Option<_>>()?;
                return Some(self.or(parts));
            }
            Kind::Group(number, body) => match self.held(*number) {
                Some(text) => return self.literal(&text, rest),
                None => return self.then(body, rest),
            },
            Kind::Back(number) => {
                let text = self.held(*number)?;
                return self.literal(&text, rest);
            }
            Kind::Start => self.add(Term::Start),
            Kind::End => self.add(Term::End),
            Kind::Boundary { negated } => {
                self.asks_for_words = true;
                self.add(Term::Boundary(*negated))
            }
            Kind::Look { behind: true, negated, body } => self.look_behind(body, *negated)?,
            Kind::Look { behind: false, negated, body } => {
                let anything = self.anything();
                let ahead = self.then(body, anything)?;
                let ahead = if *negated { self.not(ahead) } else { ahead };
                return Some(self.and(vec![ahead, rest]));
            }
        };
        Some(self.sequence(own, rest))
    }

    fn class(&mut self, class: &Class) -> Option<Id> {
        if class.ranges().is_empty() {
            return Some(self.add(Term::Never));
        }
        let place = self.classes.iter().position(|known| known == class).unwrap_or(self.classes.len());
        if place == self.classes.len() {
            self.classes.push(class.clone());
        }
        // The sets that a character belongs to are kept as bits of one number.
        (place < u128::BITS as usize).then(|| self.add(Term::Class(place)))
    }

    fn look_behind(&mut self, body: &Part, negated: bool) -> Option<Id> {
        // Such a look-ahead would look beyond the place where the look-behind ends.
        if body.any(&|kind| matches!(kind, Kind::Look { behind: false, .. })) {
            return None;
        }
        let (anything, empty) = (self.anything(), self.add(Term::Empty));
        let body = self.then(body, empty)?;
        let before = self.sequence(anything, body);
        self.behind.push(before);
        Some(self.add(Term::Behind(self.behind.len() - 1, negated)))
    }

    /// A repetition round by round, since each look-ahead in it looks at the rounds that follow.
    fn written_out(&mut self, body: &Part, least: usize, most: usize, rest: Id) -> Option<Id> {
        let mut all = rest;
        for _ in least..most.min(least.saturating_add(WRITTEN_OUT)) {
            let more = self.then(body, all)?;
            all = self.or(vec![rest, more]);
        }
        for _ in 0..least {
            all = self.then(body, all)?;
        }
        Some(all)
    }

    /// Goes to another place: what is asked from now on is asked there.
    pub(super) fn go_on(&mut self) {
        self.place += 1;
    }

    /// The notes about a term.
    fn found(&mut self, id: Id) -> &mut Found {
        if self.found.len() <= id {
            self.found.resize(self.terms.len(), Found::default());
        }
        &mut self.found[id]
    }

    /// Whether a term has the empty text, at the present place.
    pub(super) fn has_empty(&mut self, id: Id, here: Here<'_>) -> bool {
        let place = self.place;
        match self.found(id).has_empty {
            Some((known, has_empty)) if known == place => has_empty,
            _ => {
                let has_empty = self.find_empty(id, here);
                self.found(id).has_empty = Some((place, has_empty));
                has_empty
            }
        }
    }

    fn find_empty(&mut self, id: Id, here: Here<'_>) -> bool {
        match self.terms[id].clone() {
            Term::Never | Term::Class(_) => false,
            Term::Empty => true,
            Term::Sequence(first, then) => self.has_empty(first, here) && self.has_empty(then, here),
            Term::Or(parts) => parts.into_iter().any(|part| self.has_empty(part, here)),
            Term::And(parts) => parts.into_iter().all(|part| self.has_empty(part, here)),
            Term::Not(part) => !self.has_empty(part, here),
            Term::Repeat(part, least, _) => least == 0 || self.has_empty(part, here),
            Term::Start => here.at_start,
            Term::End => here.next.is_none(),
            Term::Boundary(negated) => (here.after_word != here.before_word()) != negated,
            Term::Behind(place, negated) => here.behind.get(place).is_some_and(|holds| *holds != negated),
        }
    }

    /// What is left of a term after the next character, which belongs to `sets`.
    pub(super) fn after(&mut self, id: Id, sets: u128, here: Here<'_>) -> Id {
        let place = self.place;
        match self.found(id).after {
            Some((known, after)) if known == place => after,
            _ => {
                let after = self.find_after(id, sets, here);
                self.found(id).after = Some((place, after));
                after
            }
        }
    }

    fn find_after(&mut self, id: Id, sets: u128, here: Here<'_>) -> Id {
        match self.terms[id].clone() {
            Term::Class(place) => {
                let taken = sets & (1 << place) != 0;
                self.add(if taken { Term::Empty } else { Term::Never })
            }
            Term::Sequence(first, then) => {
                let left = self.after(first, sets, here);
                let left = self.sequence(left, then);
                if !self.has_empty(first, here) {
                    return left;
                }
                let passed = self.after(then, sets, here);
                self.or(vec![left, passed])
            }
            Term::Or(parts) => {
                let parts = parts.into_iter().map(|part| self.after(part, sets, here)).collect();
                self.or(parts)
            }
            Term::And(parts) => {
                let parts = parts.into_iter().map(|part| self.after(part, sets, here)).collect();
                self.and(parts)
            }
            Term::Not(part) => {
                let part = self.after(part, sets, here);
                self.not(part)
            }
            Term::Repeat(part, least, most) => {
                let left = self.after(part, sets, here);
                let most = if most == ENDLESS { ENDLESS } else { most - 1 };
                let again = self.repeat(part, least.saturating_sub(1), most);
                self.sequence(left, again)
            }
            Term::Never | Term::Empty | Term::Start | Term::End | Term::Boundary(_) | Term::Behind(..) => self.add(Term::Never),
        }
    }
}
