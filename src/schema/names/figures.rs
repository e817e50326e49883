//! What a name says about numbers and about yes and no.

use std::sync::LazyLock;

use super::{
    Context, Tense,
    words::{self, Index},
};
use crate::schema::random::Random;

/// What kind of number a name stands for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Figure {
    /// Any of a range, alike.
    Whole(i64, i64),
    /// Small ones more often: the thousands are as frequent as the tens.
    Spread(i64, i64),
    /// Hundredths in a range.
    Decimal(f64, f64),
    /// 0 to 1; as an integer, 0 to 100.
    Share,
    /// As an integer in minor units: 1999 is 19.99.
    Money,
    /// An amount where there are cents, else a count.
    Total,
    Degrees(f64),
    Seconds,
    Millis,
    Year,
}

use Figure::{Decimal, Degrees, Millis, Money, Seconds, Share, Spread, Total, Whole, Year};

struct Row {
    phrases: &'static [&'static str],
    figure: Figure,
}

const fn row(phrases: &'static [&'static str], figure: Figure) -> Row {
    Row { phrases, figure }
}

/// Adding a name is adding a row. The longest phrase that ends a name counts.
#[rustfmt::skip]
static ROWS: &[Row] = &[
    row(&["attempt", "attempts", "attempt count", "retry", "retries", "retry count", "attempt number", "failure count", "error count", "failures", "max retries", "tries"], Whole(0, 5)),
    row(&["count", "number of items", "size of list", "views", "likes", "downloads", "hits", "visits", "followers", "following", "usage", "used", "total count", "total items",
          "total results", "total elements", "forks", "stars", "watchers", "open issues", "points", "credits"], Spread(0, 500)),
    row(&["input tokens", "output tokens", "total tokens", "tokens", "prompt tokens", "max tokens"], Spread(8, 4000)),
    row(&["total"], Total),
    row(&["total pages", "page count", "pages"], Whole(1, 20)),
    row(&["quantity", "qty", "units", "seats", "guests", "copies", "items", "passengers", "adults"], Whole(1, 9)),
    row(&["stock", "inventory", "in stock", "capacity", "available"], Whole(0, 250)),
    row(&["age", "age years"], Whole(18, 80)),
    row(&["year", "exp year", "expiry year"], Year),
    row(&["month", "exp month", "expiry month", "months"], Whole(1, 12)),
    row(&["day", "day of month"], Whole(1, 28)),
    row(&["days", "trial days", "days left"], Whole(1, 30)),
    row(&["weekday", "day of week"], Whole(1, 7)),
    row(&["week", "week number", "weeks"], Whole(1, 52)),
    row(&["hour", "hours"], Whole(0, 23)),
    row(&["minute", "minutes"], Whole(0, 59)),
    row(&["second"], Whole(0, 59)),
    row(&["seconds", "duration", "elapsed", "runtime", "duration seconds", "duration sec", "length seconds", "uptime"], Spread(1, 3600)),
    row(&["ttl", "timeout", "expires in", "max age", "timeout seconds", "retry after", "cache ttl", "interval seconds", "lifetime"], Whole(30, 3600)),
    row(&["ms", "millis", "milliseconds", "latency", "duration ms", "response time", "elapsed ms", "timeout ms"], Spread(5, 5000)),
    row(&["price", "amount", "cost", "fee", "balance", "subtotal", "tax", "discount", "salary", "total price", "total amount", "grand total", "amount due",
          "amount paid", "tip", "shipping cost", "unit price", "revenue", "budget", "money", "unit amount", "refund", "cents", "price cents", "amount cents", "wage", "credit limit",
          "payment", "value amount"], Money),
    row(&["percent", "percentage", "pct", "progress", "completion", "humidity", "battery", "battery level", "cpu", "volume", "discount percent", "tax percent", "utilization"], Whole(0, 100)),
    row(&["rate", "ratio", "probability", "confidence", "share", "similarity", "opacity", "alpha", "accuracy", "fraction", "tax rate", "top p", "probability score",
          "conversion rate", "weighting", "likelihood", "relevance"], Share),
    row(&["hourly rate"], Money),
    row(&["exchange rate"], Decimal(0.5, 1.5)),
    row(&["temperature"], Decimal(0.0, 30.0)),
    row(&["score"], Share),
    row(&["rating", "stars given", "average rating"], Decimal(1.0, 5.0)),
    row(&["latitude", "lat"], Degrees(60.0)),
    row(&["longitude", "lng", "lon", "long"], Degrees(180.0)),
    row(&["altitude", "elevation"], Spread(1, 3000)),
    row(&["distance", "radius"], Decimal(0.5, 50.0)),
    row(&["speed"], Whole(10, 130)),
    row(&["weight", "mass"], Decimal(0.1, 40.0)),
    row(&["width", "image width", "height", "image height", "pixel width"], Whole(64, 1920)),
    row(&["depth", "thickness"], Whole(1, 60)),
    row(&["x", "y", "z"], Whole(0, 1000)),
    row(&["size", "bytes", "file size", "content length", "size bytes", "byte size", "length bytes", "disk usage", "memory"], Spread(512, 5_000_000)),
    row(&["length"], Spread(1, 500)),
    row(&["port", "port number"], Whole(1024, 49_151)),
    row(&["position", "index", "rank", "sort order", "order", "ordinal", "display order", "sequence", "priority", "line", "line number", "sequence number", "step", "row", "column"], Whole(0, 20)),
    row(&["page", "page number", "current page"], Whole(1, 9)),
    row(&["limit", "page size", "per page", "max results", "items per page"], OF_A_PAGE),
    row(&["offset", "skip", "start index"], Whole(0, 100)),
    row(&["version", "revision", "major", "minor", "patch", "v", "lock version", "schema version", "build"], Whole(1, 12)),
    row(&["status code", "http status", "http status code", "response status", "response code"], Whole(200, 204)),
    row(&["code", "error code"], Whole(100, 999)),
    row(&["status"], Whole(200, 204)),
    row(&["id", "number", "order number", "invoice number", "issue number", "ticket number"], Spread(1000, 9_999_999)),
    row(&["floor", "level"], Whole(1, 12)),
    row(&["bedrooms", "bathrooms", "rooms", "doors"], Whole(1, 5)),
    row(&["calories"], Whole(50, 800)),
    row(&["seed"], Spread(1, 1_000_000)),
    row(&["at", "on", "created", "updated", "modified", "timestamp", "time", "expires", "expiry", "expiration", "date", "deleted", "last seen", "iat", "exp", "nbf",
          "epoch", "unix", "unix time", "start time", "end time", "birthday", "started", "finished", "completed", "ended", "since", "until", "period start", "period end",
          "start", "end", "canceled", "trial end", "trial start", "reset"], Seconds),
    row(&["at ms", "at millis", "timestamp ms", "timestamp millis", "time ms", "time millis", "created ms", "updated ms", "epoch ms", "epoch millis", "date ms"], Millis),
];

/// A page holds tens.
const OF_A_PAGE: Figure = Whole(10, 100);

static INDEX: LazyLock<Index<Row>> = LazyLock::new(|| Index::new(ROWS, |row| row.phrases));

pub(super) fn figure(text: &str) -> Option<Figure> {
    let found = INDEX.find(text).map(|found| found.row.figure);
    // How many there are, where there is a plural of something else.
    found.or_else(|| words::is_plural(text).then_some(Spread(0, 200)))
}

impl Figure {
    pub(super) fn integer(self, random: &mut Random, context: Context) -> i64 {
        match self {
            Whole(low, high) => whole(random, low, high),
            Spread(low, high) => spread(random, low, high),
            Decimal(low, high) => whole(random, low.ceil() as i64, high as i64),
            Share => whole(random, 0, 100),
            Money => whole(random, 1, 500) * 100 - [0, 1, 5, 50][random.index(4)],
            Total => spread(random, 1, 500),
            Degrees(limit) => whole(random, -(limit as i64), limit as i64),
            Seconds => moment(random, context) / 1000,
            Millis => moment(random, context),
            Year => year(random, context),
        }
    }

    pub(super) fn number(self, random: &mut Random, context: Context) -> f64 {
        match self {
            Decimal(low, high) => hundredths(random, low, high),
            Share => hundredths(random, 0.01, 0.99),
            Money | Total => self.cents(random, context) as f64 / 100.0,
            Degrees(limit) => whole(random, -(limit as i64) * 10_000, limit as i64 * 10_000) as f64 / 10_000.0,
            _ => self.integer(random, context) as f64,
        }
    }

    fn cents(self, random: &mut Random, context: Context) -> i64 {
        Money.integer(random, context)
    }

    /// As text, where a schema asks for the number in one.
    pub(super) fn text(self, random: &mut Random, context: Context) -> String {
        match self {
            Money | Total => format!("{:.2}", self.number(random, context)),
            Decimal(..) | Share | Degrees(_) => self.number(random, context).to_string(),
            _ => self.integer(random, context).to_string(),
        }
    }
}

fn whole(random: &mut Random, low: i64, high: i64) -> i64 {
    low.saturating_add_unsigned(random.within(0..=high.abs_diff(low)))
}

/// Draws the number of bits first, then the number.
fn spread(random: &mut Random, low: i64, high: i64) -> i64 {
    let span = high.abs_diff(low);
    let bits = random.within(2..=u64::from(u64::BITS - span.leading_zeros()).max(2));
    let most = span.min((1_u64 << bits.min(62)) - 1);
    low.saturating_add_unsigned(random.within(0..=most))
}

fn hundredths(random: &mut Random, low: f64, high: f64) -> f64 {
    whole(random, (low * 100.0).round() as i64, (high * 100.0).round() as i64) as f64 / 100.0
}

fn moment(random: &mut Random, context: Context) -> i64 {
    context.name.tense.moment(context.background, random).as_millis()
}

/// Of this year, the next few or the last few: cards expire later, cars were built before.
fn year(random: &mut Random, context: Context) -> i64 {
    let year = context.background.now.date().0;
    match context.name.tense {
        Tense::Future => year + whole(random, 1, 5),
        Tense::Birth => year - whole(random, 19, 75),
        _ => year - whole(random, 0, 8),
    }
}

/// Words that are true of most things, and those that are true of few.
const USUAL: &[&str] = &[
    "enabled",
    "active",
    "verified",
    "valid",
    "success",
    "successful",
    "succeeded",
    "ok",
    "visible",
    "available",
    "allowed",
    "accepted",
    "confirmed",
    "public",
    "published",
    "paid",
    "shippable",
    "online",
    "subscribed",
    "completed",
    "up",
    "healthy",
    "reachable",
    "alive",
    "captured",
    "supported",
];
const RARE: &[&str] = &[
    "deleted",
    "archived",
    "error",
    "errors",
    "failed",
    "failure",
    "disabled",
    "hidden",
    "locked",
    "blocked",
    "banned",
    "suspended",
    "expired",
    "revoked",
    "cancelled",
    "canceled",
    "spam",
    "deprecated",
    "truncated",
    "more",
    "fork",
    "sandbox",
    "trashed",
    "removed",
    "draft",
    "inactive",
    "invalid",
    "refunded",
    "disputed",
    "muted",
    "nsfw",
    "test",
    "trial",
    "overdue",
    "flagged",
    "rejected",
    "bot",
    "admin",
    "readonly",
    "anonymous",
];

/// In how many of eight cases a flag of this name is set.
pub(super) fn odds(text: &str) -> u8 {
    let told = text.split(' ').rev().find_map(|word| match word {
        word if USUAL.contains(&word) => Some(7),
        word if RARE.contains(&word) => Some(1),
        _ => None,
    });
    let denied = text.split(' ').any(|word| matches!(word, "not" | "no" | "non" | "un"));
    match told {
        Some(odds) if denied => 8 - odds,
        Some(odds) => odds,
        None => 4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::Seed;

    #[test]
    fn spread_reaches_both_ends_and_keeps_between() {
        let drawn: Vec<i64> = (0..5000).map(|number| spread(&mut Random::new(Seed::new(number)), 0, 500)).collect();
        assert!(drawn.iter().all(|number| (0..=500).contains(number)));
        assert!(drawn.iter().any(|number| *number > 400) && drawn.iter().filter(|number| **number < 50).count() > 1000);
        assert_eq!(spread(&mut Random::new(Seed::new(1)), 3, 3), 3);
    }

    #[test]
    fn flags_have_their_usual_value() {
        let cases = [("enabled", 7), ("is active", 7), ("deleted", 1), ("is not deleted", 7), ("has more", 1), ("gift", 4)];
        for (words, of_eight) in cases {
            assert_eq!(odds(words), of_eight, "{words}");
        }
    }
}
