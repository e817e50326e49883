//! Texts: by format, by pattern, by name, in this order.

use serde_json::Value;

use super::{AGAIN, LONGEST, Maker, Place};
use crate::{
    schema::{formats, plan::Text, random::Random},
    seed::Seed,
};

/// How much more it takes to try a text of a pattern again.
const DEAR: u64 = 20;

/// How often a name is asked before patterns are that say what a text is not.
const FEW: u64 = 8;

impl<'p> Maker<'p> {
    pub(super) fn text(&mut self, text: &Text, place: Place<'p>) -> Option<Value> {
        if text.min > LONGEST {
            self.too_large = true;
            return None;
        }
        if self.judging && *text.barren.get_or_init(|| self.is_barren(text)) {
            return None;
        }
        let made = (0..AGAIN).find_map(|attempt| {
            self.effort += 1 + u64::from(attempt > 0 && text.asked.is_some()) * DEAR;
            let mut random = Random::new(place.seed.with_number(attempt));
            let candidate = self.candidate(text, &mut random, place, attempt);
            let fits = text.fits(&candidate);
            let candidate = Value::String(candidate);
            let judged = !self.judging || text.judge.as_ref().is_none_or(|judge| judge.accepts(&candidate));
            (fits && judged).then_some(candidate)
        })?;
        self.bytes += made.as_str().map_or(0, str::len);
        Some(made)
    }

    /// Whether a node's texts are not to be had, by a few tries whose seeds are always the same.
    fn is_barren(&self, text: &Text) -> bool {
        const TRIALS: u64 = 60;
        let place = self.root(Seed::new(0));
        let fits = |attempt: u64| {
            let candidate = self.candidate(text, &mut Random::new(Seed::new(attempt)), place, attempt);
            text.admits(&candidate, &Value::String(candidate.clone()))
        };
        text.judge.is_some() && !(0..TRIALS).any(fits)
    }

    /// A text that may fit: by format, by pattern, by name, then mixed as attempts go on.
    fn candidate(&self, text: &Text, random: &mut Random, place: Place<'p>, attempt: u64) -> String {
        let tells = text.asked.as_ref().is_some_and(|asked| asked.tells());
        let format_now = !tells || attempt.is_multiple_of(2) != text.pattern_first;
        // What the format makes as a rule may be too long, or not match: then what looks like it.
        let looks = attempt >= 2 && !attempt.is_multiple_of(3);
        let by_format = text.formats.first().filter(|_| format_now && !looks);
        if let Some(made) = by_format.and_then(|format| formats::make(format, random, self.background(place), place.name)) {
            return made;
        }
        if let Some(shaped) = text.shaped().filter(|_| looks)
            && let Some(made) = shaped.make(random, text.min, text.max)
        {
            return made;
        }
        // A text that is only not to match some is told by its name, unless that does not help.
        let by_pattern = text.asked.as_ref().filter(|_| tells || attempt > FEW);
        if let Some(made) = by_pattern.and_then(|asked| asked.make(random, text.min, text.max)) {
            return made;
        }
        let mut told = || place.name.text(random, self.background(place), text.max);
        cut(padded(told(), text.min, told), text.max)
    }
}

/// A text of at least so many characters: more and more of the same kind.
fn padded(mut text: String, min: usize, mut more: impl FnMut() -> String) -> String {
    let mut len = text.chars().count();
    while len < min.min(LONGEST) {
        let next = more();
        len += next.chars().count() + 1;
        text.push(' ');
        text.push_str(&next);
    }
    text
}

fn cut(text: String, max: usize) -> String {
    match text.char_indices().nth(max) {
        Some((end, _)) => text[..end].trim_end().to_owned(),
        None => text,
    }
}
