//! The parts of a pattern, each with the lengths that its texts can have: found once, so that making can steer by them.
//!
//! Lengths are counted in code points, as `minLength` counts.

use super::class::{self, Alphabet, Class};

/// No upper bound.
pub(super) const ENDLESS: usize = usize::MAX;

/// A part of a pattern.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) kind: Kind,
    /// The length of its shortest text.
    pub(super) min: usize,
    /// The length of its longest text, or [`ENDLESS`].
    pub(super) max: usize,
}

#[derive(Debug)]
pub(super) enum Kind {
    /// One character of a set; no alphabet where the set is empty and nothing can match.
    Class(Class, Option<Alphabet>),
    /// A repetition of between so many and so many times.
    Repeat(Box<Part>, usize, usize),
    /// Parts one after the other, each with what those behind it can take up.
    Sequence(Vec<(Part, Tail)>),
    Choice(Vec<Part>),
    /// A group, by its number.
    Group(usize, Box<Part>),
    /// What the group of this number has matched.
    Back(usize),
    Start,
    End,
    /// Whether one of the two neighbours is a letter, and the other is not; or the opposite.
    Boundary {
        negated: bool,
    },
    Look {
        behind: bool,
        negated: bool,
        body: Box<Part>,
    },
}

/// What stands behind a part of a sequence.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tail {
    /// How many characters it can take beyond its shortest text.
    pub(super) slack: usize,
    /// How many parts have such slack.
    pub(super) flexible: usize,
}

impl Part {
    /// How many characters the longest text has more than the shortest.
    pub(super) fn slack(&self) -> usize {
        if self.max == ENDLESS { ENDLESS } else { self.max - self.min }
    }

    pub(super) fn class(class: Class) -> Self {
        let alphabet = class::readable(&class);
        Self { kind: Kind::Class(class, alphabet), min: 1, max: 1 }
    }

    pub(super) fn back(group: usize, min: usize, max: usize) -> Self {
        Self { kind: Kind::Back(group), min, max }
    }

    /// What matches a place, and no text.
    pub(super) fn place(kind: Kind) -> Self {
        Self { kind, min: 0, max: 0 }
    }

    pub(super) fn group(number: usize, body: Self) -> Self {
        Self { min: body.min, max: body.max, kind: Kind::Group(number, Box::new(body)) }
    }

    pub(super) fn repeat(body: Self, least: usize, most: usize) -> Self {
        let most = most.max(least);
        let max = if body.max == 0 || most == 0 { 0 } else { body.max.saturating_mul(most) };
        Self { min: body.min.saturating_mul(least), max, kind: Kind::Repeat(Box::new(body), least, most) }
    }

    pub(super) fn sequence(mut parts: Vec<Self>) -> Self {
        if parts.len() == 1 {
            return parts.remove(0);
        }
        let mut tail = Tail::default();
        let (mut min, mut max) = (0_usize, 0_usize);
        let mut measured: Vec<(Self, Tail)> = Vec::with_capacity(parts.len());
        for part in parts.into_iter().rev() {
            let behind = tail;
            tail.slack = tail.slack.saturating_add(part.slack());
            tail.flexible += usize::from(part.slack() > 0);
            (min, max) = (min.saturating_add(part.min), max.saturating_add(part.max));
            measured.push((part, behind));
        }
        measured.reverse();
        Self { kind: Kind::Sequence(measured), min, max }
    }

    pub(super) fn choice(mut parts: Vec<Self>) -> Self {
        if parts.len() == 1 {
            return parts.remove(0);
        }
        let min = parts.iter().map(|part| part.min).min().unwrap_or(0);
        let max = parts.iter().map(|part| part.max).max().unwrap_or(0);
        Self { kind: Kind::Choice(parts), min, max }
    }

    /// The parts right below this one.
    pub(super) fn parts(&self) -> Vec<&Self> {
        match &self.kind {
            Kind::Repeat(body, ..) | Kind::Group(_, body) | Kind::Look { body, .. } => vec![body],
            Kind::Sequence(parts) => parts.iter().map(|(part, _)| part).collect(),
            Kind::Choice(parts) => parts.iter().collect(),
            Kind::Class(..) | Kind::Back(_) | Kind::Start | Kind::End | Kind::Boundary { .. } => Vec::new(),
        }
    }

    /// Whether this part or one below it is of a kind.
    pub(super) fn any(&self, is: &impl Fn(&Kind) -> bool) -> bool {
        is(&self.kind) || self.parts().into_iter().any(|part| part.any(is))
    }

    /// The groups, with their numbers.
    pub(super) fn groups(&self) -> Vec<(usize, &Self)> {
        let own = if let Kind::Group(number, body) = &self.kind { Some((*number, &**body)) } else { None };
        own.into_iter().chain(self.parts().into_iter().flat_map(Self::groups)).collect()
    }

    /// How many parts there are.
    pub(super) fn count(&self) -> usize {
        1 + self.parts().into_iter().map(Self::count).sum::<usize>()
    }

    /// How many repetitions leave the length open.
    pub(super) fn open_repetitions(&self) -> usize {
        match &self.kind {
            Kind::Repeat(body, ..) if body.min == body.max && self.slack() > 3 => 1,
            Kind::Look { .. } => 0,
            _ => self.parts().into_iter().map(Self::open_repetitions).sum(),
        }
    }

    /// How many characters of the shortest text are drawn from a set, not written in the pattern.
    pub(super) fn freedom(&self) -> usize {
        match &self.kind {
            Kind::Class(class, _) => usize::from(class.literal().is_none()),
            Kind::Repeat(body, least, _) => body.freedom().saturating_mul(*least),
            Kind::Choice(parts) => parts.iter().map(Self::freedom).min().unwrap_or(0),
            Kind::Look { .. } => 0,
            _ => self.parts().into_iter().map(Self::freedom).fold(0, usize::saturating_add),
        }
    }

    /// Whether any text made part by part matches: no part asks for something of its surroundings, except that `^` has
    /// nothing before it and `$` nothing behind.
    pub(super) fn is_free(&self, first: bool, last: bool) -> bool {
        match &self.kind {
            Kind::Class(_, alphabet) => alphabet.is_some(),
            Kind::Start => first,
            Kind::End => last,
            Kind::Back(_) | Kind::Boundary { .. } | Kind::Look { .. } => false,
            Kind::Group(_, body) => body.is_free(first, last),
            // In a repetition a part has itself as a neighbour.
            Kind::Repeat(body, _, most) => body.is_free(first && *most < 2, last && *most < 2),
            Kind::Choice(parts) => parts.iter().all(|part| part.is_free(first, last)),
            Kind::Sequence(parts) => {
                let mut first = first;
                parts.iter().enumerate().all(|(at, (part, _))| {
                    let ends = last && parts[at + 1..].iter().all(|(behind, _)| behind.max == 0);
                    let free = part.is_free(first, ends);
                    first &= part.max == 0;
                    free
                })
            }
        }
    }
}
