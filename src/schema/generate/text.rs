//! Texts: by format, by pattern, by name, in this order.

use serde_json::Value;

use super::{AGAIN, LONGEST, Maker, Place};
use crate::schema::{formats, names::Tense, plan::Text, random::Random};

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
        if let Some(format) = by_format {
            if format == "date-time" {
                return self.moment(random, place);
            }
            if let Some(made) = formats::make(format, random, self.setting) {
                return made;
            }
        }
        if let Some(pattern) = random.pick(&text.patterns) {
            let stretch = [4, 0, 16, 64][attempt as usize / 2 % 4].max(u32::try_from(text.min).unwrap_or(0));
            let made = pattern.make(random, stretch.min(100_000));
            return if pattern.open_end() { padded(made, text.min, || "abcdefghij".into()) } else { made };
        }
        cut(padded(place.name.text(random), text.min, || place.name.text(random)), text.max)
    }

    /// A moment in the life of the entity round it.
    fn moment(&self, random: &mut Random, place: Place<'p>) -> String {
        let now = self.setting.now;
        match place.name.tense {
            Tense::Now => place.times.created.to_string(),
            Tense::Past => {
                let age = now.as_millis().saturating_sub(place.times.created.as_millis()).max(0);
                place.times.created.plus_millis(random.within(0..=age as u64 / 1000) as i64 * 1000).to_string()
            }
            Tense::Future => now.plus_millis(random.within(3_600..=30 * 24 * 3_600) as i64 * 1000).to_string(),
        }
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
