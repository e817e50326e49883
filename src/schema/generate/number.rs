//! Numbers: near what their name tells, within their bounds, multiples of what they must be.

use serde_json::{Number, Value};

use super::Place;
use crate::schema::{
    names::Background,
    plan::{Bound, Real, Whole},
    random::Random,
};

/// How far from its only bound, or from zero, a number is drawn.
const SPAN: i64 = 1000;
/// How often a number is drawn that must not be a multiple of another.
const DRAWS: u64 = 20;

pub(super) fn integer(whole: &Whole, place: Place<'_>, background: Background) -> Option<Value> {
    let told = place.name.integer(&mut Random::new(place.seed), background);
    if let Some(told) = told.filter(|told| whole.admits(*told)) {
        return Some(told.into());
    }
    let (low, high) = window(whole.low, whole.high);
    if high < low {
        return None;
    }
    let step = match whole.steps.iter().copied().try_fold(1, common_multiple) {
        Some(step) => step,
        // Beyond 64 bits only zero is left.
        None => return whole.admits(0).then(|| 0.into()),
    };
    // The multiples in the window; a step may be wider than that, and then there are those up to the bounds.
    let first = low.div_euclid(step) + i64::from(low.rem_euclid(step) != 0);
    let last = high.div_euclid(step);
    let (first, last) = match (first <= last, whole.high) {
        (true, _) => (first, last),
        // None in the window: the next one above it, or below where there is a bound above.
        (false, Some(_)) => (last, last),
        (false, None) => (first, first),
    };
    (0..DRAWS).find_map(|attempt| {
        let mut random = Random::new(place.seed.with_number(attempt));
        let times = first.wrapping_add_unsigned(random.within(0..=last.abs_diff(first)));
        let drawn = times.checked_mul(step)?;
        whole.admits(drawn).then(|| drawn.into())
    })
}

/// Where integers are drawn from: a range as wide as a format is no wish for numbers of that size.
fn window(low: Option<i64>, high: Option<i64>) -> (i64, i64) {
    match (low, high) {
        (Some(low), Some(high)) if low < 0 && high > SPAN => (0, high.min(SPAN)),
        (Some(low), Some(high)) if low < 0 && high >= 0 && low < -SPAN => (0, high),
        (Some(low), Some(high)) => (low, high.min(low.saturating_add(SPAN))),
        (Some(low), None) => (low, low.saturating_add(SPAN)),
        (None, Some(high)) if high >= 1 => (1, high.min(SPAN)),
        (None, Some(high)) => (high.saturating_sub(SPAN), high),
        (None, None) => (1, SPAN),
    }
}

fn common_multiple(a: i64, b: i64) -> Option<i64> {
    let (mut x, mut y) = (a.unsigned_abs(), b.unsigned_abs());
    while y != 0 {
        (x, y) = (y, x % y);
    }
    let multiple = (a.unsigned_abs() / x.max(1)).checked_mul(b.unsigned_abs())?;
    i64::try_from(multiple).ok()
}

pub(super) fn number(real: &Real, place: Place<'_>, background: Background) -> Option<Value> {
    let told = place.name.number(&mut Random::new(place.seed), background);
    if let Some(told) = told.filter(|told| real.admits(*told)) {
        return Number::from_f64(told).map(Value::Number);
    }
    let candidates = (0..DRAWS).filter_map(|attempt| {
        let mut random = Random::new(place.seed.with_number(attempt));
        if real.steps.is_empty() { Some(between(real, &mut random, attempt)) } else { multiple(real, &mut random) }
    });
    let fitting = candidates.into_iter().find(|number| real.admits(*number))?;
    Number::from_f64(fitting).map(Value::Number)
}

/// The range that is drawn from.
fn range(real: &Real) -> (f64, f64) {
    let span = SPAN as f64;
    let limit = |bound: Option<Bound>| bound.map(|bound| bound.limit);
    match (limit(real.low), limit(real.high)) {
        (Some(low), Some(high)) if low < 0.0 && high > span => (0.0, span),
        (Some(low), Some(high)) if low < -span && high >= 0.0 => (0.0, high),
        (Some(low), Some(high)) => (low, high.min(low + span)),
        (Some(low), None) => (low, low + span),
        (None, Some(high)) if high > 0.0 => (0.0, high.min(span)),
        (None, Some(high)) => (high - span, high),
        (None, None) => (0.0, span),
    }
}

fn between(real: &Real, random: &mut Random, attempt: u64) -> f64 {
    let (low, high) = range(real);
    let share = random.within(1..=9_999) as f64 / 10_000.0;
    let drawn = low + (high - low) * share;
    // Two decimals where they fit: amounts read better than noise.
    let rounded = (drawn * 100.0).round() / 100.0;
    match attempt {
        _ if rounded > low && rounded < high && attempt < 4 => rounded,
        // Where the bounds lie next to each other, they themselves are all there is.
        17 => low,
        18 => high,
        _ => drawn,
    }
}

/// A multiple of all steps, worked out on whole numbers: a tenth three times is no three tenths.
fn multiple(real: &Real, random: &mut Random) -> Option<f64> {
    const MOST_DECIMALS: i32 = 12;
    let (low, high) = range(real);
    let whole = |decimals: i32| {
        let scale = 10_f64.powi(decimals);
        let scaled: Option<Vec<i64>> = real
            .steps
            .iter()
            .map(|step| {
                let scaled = step * scale;
                ((scaled - scaled.round()).abs() < 1e-6 && scaled.abs() < 9e15 && scaled.round() != 0.0).then(|| scaled.round() as i64)
            })
            .collect();
        scaled
    };
    let Some((decimals, steps)) = (0..=MOST_DECIMALS).find_map(|decimals| Some((decimals, whole(decimals)?))) else {
        let step = real.steps.first()?.abs();
        let (first, last) = ((low / step).ceil(), (high / step).floor().max((low / step).ceil()));
        return Some((first + (random.within(0..=1000) as f64).min(last - first)) * step);
    };
    let step = steps.into_iter().try_fold(1, common_multiple)?;
    let scale = 10_f64.powi(decimals);
    let first = (low * scale / step as f64).ceil() as i64;
    let last = ((high * scale / step as f64).floor() as i64).max(first);
    let times = first.wrapping_add_unsigned(random.within(0..=last.abs_diff(first)));
    let scaled = times.checked_mul(step)?;
    // Through its text, which is exact.
    format!("{scaled}e-{decimals}").parse().ok()
}
