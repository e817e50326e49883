//! Texts: by format, by pattern, by name, in this order.

use serde_json::Value;

use super::{AGAIN, LONGEST, Maker, Place};
use crate::schema::{
    formats,
    plan::Text,
    random::Random,
};

impl<'p> Maker<'p> {
    pub(super) fn text(&mut self, text: &Text, place: Place<'p>) -> Option<Value> {
        if text.min > LONGEST {
            return None;
        }
        let made = (0..AGAIN).find_map(|attempt| {
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

    /// A text that may fit: by format, by pattern, by name, then mixed as attempts go on.
    fn candidate(&self, text: &Text, random: &mut Random, place: Place<'p>, attempt: u64) -> String {
        let format_now = text.patterns.is_empty() || attempt.is_multiple_of(2) != text.pattern_first;
        let by_format = text.formats.first().filter(|_| format_now);
        if let Some(made) = by_format.and_then(|format| formats::make(format, random, self.background(place), place.name)) {
            return made;
        }
        if let Some(pattern) = random.pick(&text.patterns) {
            let stretch = [4, 0, 16, 64][attempt as usize / 2 % 4].max(u32::try_from(text.min).unwrap_or(0));
            let made = pattern.make(random, stretch.min(100_000));
            return if pattern.open_end() { padded(made, text.min, || "abcdefghij".into()) } else { made };
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
