//! What a property's name says about its value: realistic data where the schema asks for any.
//!
//! Nothing here decides whether a value is valid; the caller keeps what fits. What a name stands for is looked up in tables:
//! texts in `texts.rs`, numbers and flags in `figures.rs`, what depends on the holder in `holders.rs`.

pub(super) mod codes;
mod figures;
mod holders;
mod locale;
pub(super) mod people;
pub(super) mod prose;
#[cfg(test)]
mod samples;
mod tense;
mod texts;
pub(super) mod web;
mod words;

use std::sync::LazyLock;

pub use self::locale::Locale;
pub(super) use self::tense::Tense;
pub(crate) use self::tense::tells_change;
use self::{figures::Figure, holders::Holder};
use super::random::Random;
use crate::clock::Timestamp;

/// What a property's name tells, read once for each property of a plan.
#[derive(Debug, Clone, Copy)]
pub(super) struct Name {
    /// The words of the table that end the name.
    phrase: &'static str,
    text: Option<&'static Make>,
    /// What is made where that is too long.
    short: &'static Make,
    figure: Option<Figure>,
    /// In how many of eight cases a flag of this name is set.
    odds: u8,
    pub(super) tense: Tense,
    holder: Option<Holder>,
    /// The name itself says what holds it, as in `customer_name`.
    settled: bool,
    /// It holds what its own holder holds.
    transparent: bool,
    /// One of several.
    many: bool,
}

/// How a text is made.
#[derive(Debug)]
enum Make {
    OneOf(&'static [&'static str]),
    By(fn(&mut Random, Context) -> String),
    /// `#` is a digit, `@` an upper case letter, `*` a hexadecimal digit.
    Shape(&'static str),
}

/// What values may depend on beside the name.
#[derive(Debug, Clone, Copy)]
pub(super) struct Background {
    /// The time on the server's clock.
    pub(super) now: Timestamp,
    /// When the entity that the value belongs to came to be.
    pub(super) created: Timestamp,
    /// When that entity last changed.
    pub(super) updated: Timestamp,
    pub(super) locale: Locale,
}

impl Background {
    /// Of something that comes to be at this moment.
    pub(super) const fn at(now: Timestamp) -> Self {
        Self { now, created: now, updated: now, locale: Locale::En }
    }
}

/// What makers know.
#[derive(Clone, Copy)]
pub(super) struct Context {
    pub(super) background: Background,
    pub(super) name: Name,
}

/// Whether a member of this name tells of what went wrong.
pub(crate) fn tells_of_errors(name: &str) -> bool {
    Name::read(name).is_error()
}

impl Name {
    pub(super) fn read(property: &str) -> Self {
        let text = words::words(property);
        let row = texts::INDEX.find(&text);
        let phrase = row.as_ref().map_or("", |found| found.phrase);
        let before = text.strip_suffix(phrase).unwrap_or_default();
        let member = Holder::of(before).and_then(|holder| holder.member(phrase));
        let holder = Holder::of(&text);
        let made = row.as_ref().map(|found| &found.row.make);
        Self {
            phrase,
            // What only holds something has that thing's name: `owner`, `product`.
            text: member.or(made).or_else(|| holder.and_then(|holder| holder.member("name"))),
            short: row.as_ref().map_or(&texts::UNKNOWN.short, |found| &found.row.short),
            figure: figures::figure(&text),
            odds: figures::odds(&text),
            tense: Tense::of(&text),
            holder,
            settled: member.is_some(),
            transparent: holders::is_transparent(&text),
            many: false,
        }
    }

    /// What no name tells.
    pub(super) fn none() -> Self {
        static NONE: LazyLock<Name> = LazyLock::new(|| Name::read(""));
        *NONE
    }

    /// Whether the value tells of what went wrong.
    pub(super) fn is_error(self) -> bool {
        self.holder == Some(Holder::Error) && matches!(self.phrase, "error" | "warning")
    }

    /// Whether the name says what the text is.
    pub(super) fn is_telling(self) -> bool {
        self.text.is_some()
    }

    /// Whether it is known what its value holds.
    pub(super) fn holds(self) -> bool {
        self.holder.is_some()
    }

    /// The name of an item of an array that has this name.
    #[must_use]
    pub(super) fn item(self) -> Self {
        Self { many: true, ..self }
    }

    /// The name as one of the members of a holder: the `name` of a `user` is that of a person.
    #[must_use]
    pub(super) fn within(self, holder: Self) -> Self {
        let inherited = holder.holder.filter(|_| self.transparent);
        let member = holder.holder.filter(|_| !self.settled).and_then(|holder| holder.member(self.phrase));
        Self { text: member.or(self.text), holder: inherited.or(self.holder), ..self }
    }

    /// Text for a property of this name, of at most `max` characters.
    pub(super) fn text(self, random: &mut Random, background: Background, max: usize) -> String {
        let context = self.context(background);
        let mut by_figure = || self.figure.filter(|_| self.text.is_none() && !self.many).map(|figure| figure.text(random, context));
        if let Some(text) = by_figure().filter(|text| text.len() <= max) {
            return text;
        }
        let makes = [self.text.unwrap_or(&texts::UNKNOWN.make), self.short, &Make::OneOf(prose::TAGS), &Make::OneOf(prose::SHORT)];
        makes.into_iter().find_map(|make| make.fitting(random, context, max)).unwrap_or_default()
    }

    /// An integer for a property of this name, if the name tells which.
    pub(super) fn integer(self, random: &mut Random, background: Background) -> Option<i64> {
        self.figure.map(|figure| figure.integer(random, self.context(background)))
    }

    /// A number for a property of this name, if the name tells which.
    pub(super) fn number(self, random: &mut Random, background: Background) -> Option<f64> {
        self.figure.map(|figure| figure.number(random, self.context(background)))
    }

    pub(super) fn boolean(self, random: &mut Random) -> bool {
        random.within(1..=8) <= u64::from(self.odds)
    }

    pub(super) fn context(self, background: Background) -> Context {
        Context { background, name: self }
    }
}

/// How often a maker may try to keep within the length.
const TRIES: usize = 6;

impl Make {
    fn fitting(&self, random: &mut Random, context: Context, max: usize) -> Option<String> {
        let fits = |text: &str| text.len() <= max || text.chars().count() <= max;
        match self {
            // From a place by chance on, the first that fits.
            Self::OneOf(list) => {
                let start = random.index(list.len());
                let turned = list.iter().cycle().skip(start).take(list.len());
                turned.copied().find(|text| fits(text)).map(str::to_owned)
            }
            Self::By(make) => (0..TRIES).map(|_| make(random, context)).find(|text| fits(text)),
            Self::Shape(pattern) => Some(shape(random, pattern)).filter(|text| fits(text)),
        }
    }
}

pub(super) fn shape(random: &mut Random, pattern: &str) -> String {
    let mut character = |char: char| match char {
        '#' => char::from(b'0' + random.index(10) as u8),
        '@' => char::from(b'A' + random.index(26) as u8),
        '*' => char::from(b"0123456789abcdef"[random.index(16)]),
        other => other,
    };
    pattern.chars().map(&mut character).collect()
}
