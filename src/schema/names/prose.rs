//! Words, titles and sentences in plain English, of a small vocabulary of our own.

use super::Context;
use crate::schema::random::Random;

pub(in crate::schema) const ADJECTIVES: &[&str] = &[
    "amber", "blue", "bold", "bright", "calm", "clear", "copper", "early", "gentle", "golden", "green", "grand", "hidden", "little",
    "lively", "modern", "northern", "open", "plain", "quiet", "rapid", "red", "silver", "small", "steady", "sunny", "swift", "warm",
    "western", "white",
];

pub(in crate::schema) const NOUNS: &[&str] = &[
    "anchor", "bridge", "brook", "canyon", "castle", "cedar", "cloud", "compass", "field", "forest", "garden", "harbor", "harvest",
    "island", "lantern", "meadow", "mirror", "morning", "mountain", "ocean", "orchard", "paper", "pine", "river", "road", "sail", "stone",
    "summit", "valley", "window",
];

/// Words of few letters come first where there is little room.
pub(in crate::schema) const SHORT: &[&str] = &["red", "oak", "sun", "sky", "ice", "go", "up", "on", "a", "b", "c"];

pub(in crate::schema) const TAGS: &[&str] = &[
    "beta",
    "design",
    "education",
    "featured",
    "finance",
    "garden",
    "health",
    "home",
    "internal",
    "kitchen",
    "music",
    "new",
    "office",
    "outdoor",
    "popular",
    "priority",
    "sale",
    "sports",
    "summer",
    "travel",
];

pub(in crate::schema) const NOTES: &[&str] = &[
    "As agreed by phone.",
    "Call before delivery.",
    "Checked twice, all in order.",
    "Handle with care.",
    "Leave at the front desk.",
    "Please reply by Friday.",
    "Ready for review.",
    "See the attached file.",
    "Thanks for the quick help!",
    "To be discussed on Monday.",
    "Waiting for a second opinion.",
    "Works well so far.",
];

pub(in crate::schema) const ERROR_MESSAGES: &[&str] = &[
    "A required field is missing.",
    "Not found.",
    "The connection timed out.",
    "The request could not be completed.",
    "The request is not valid.",
    "The resource was not found.",
    "The value is out of range.",
    "Too many requests.",
    "You do not have access to this resource.",
];

const SUBJECTS: &[&str] = &[
    "The budget",
    "The catalogue",
    "The new version",
    "The order",
    "The package",
    "The plan",
    "The proposal",
    "The report",
    "The schedule",
    "The summary",
    "The survey",
    "This list",
    "This page",
    "This release",
    "This update",
];

const PREDICATES: &[&str] = &[
    "covers the first quarter",
    "has been approved",
    "has moved to the new office",
    "includes everything that was asked for",
    "is ready for review",
    "is shared with the whole team",
    "needs one more signature",
    "replaces the one from last year",
    "was discussed on Monday",
    "was finished ahead of time",
    "was sent to all customers",
    "will be ready by Friday",
];

const TITLES: (&[&str], &[&str]) = (
    &["Annual", "Autumn", "Final", "First", "Monthly", "New", "Open", "Quarterly", "Spring", "Summer", "Team", "Weekly", "Winter"],
    &[
        "budget",
        "catalogue",
        "checklist",
        "guide",
        "newsletter",
        "overview",
        "plan",
        "report",
        "review",
        "roadmap",
        "schedule",
        "summary",
        "survey",
        "workshop",
    ],
);

const PRODUCTS: (&[&str], &[&str], &[&str]) = (
    &["Classic", "Compact", "Everyday", "Handmade", "Light", "Recycled", "Soft", "Sturdy", "Travel"],
    &["Bamboo", "Canvas", "Ceramic", "Copper", "Cotton", "Leather", "Oak", "Steel", "Wool"],
    &["Backpack", "Blanket", "Bottle", "Chair", "Cup", "Desk", "Lamp", "Notebook", "Shelf", "Table"],
);

pub(in crate::schema) fn one(random: &mut Random, list: &[&'static str]) -> &'static str {
    random.pick(list).copied().unwrap_or_default()
}

/// `quiet harbor`.
pub(in crate::schema) fn pair(random: &mut Random, _: Context) -> String {
    format!("{} {}", one(random, ADJECTIVES), one(random, NOUNS))
}

/// `quiet-harbor`.
pub(in crate::schema) fn slug(random: &mut Random, _: Context) -> String {
    format!("{}-{}", one(random, ADJECTIVES), one(random, NOUNS))
}

/// `quiet_harbor`.
pub(in crate::schema) fn identifier(random: &mut Random, _: Context) -> String {
    format!("{}_{}", one(random, ADJECTIVES), one(random, NOUNS))
}

/// `Quiet Harbor`: the name of something that has a name of its own.
pub(in crate::schema) fn proper_name(random: &mut Random, _: Context) -> String {
    format!("{} {}", capitalised(one(random, ADJECTIVES)), capitalised(one(random, NOUNS)))
}

/// `The Quiet Harbor`: a book, a film, a song.
pub(in crate::schema) fn work(random: &mut Random, context: Context) -> String {
    format!("The {}", proper_name(random, context))
}

/// `Quarterly report`.
pub(in crate::schema) fn title(random: &mut Random, _: Context) -> String {
    format!("{} {}", one(random, TITLES.0), one(random, TITLES.1))
}

pub(in crate::schema) fn product(random: &mut Random, _: Context) -> String {
    format!("{} {} {}", one(random, PRODUCTS.0), one(random, PRODUCTS.1), one(random, PRODUCTS.2))
}

pub(in crate::schema) fn short_product(random: &mut Random, _: Context) -> String {
    one(random, PRODUCTS.2).to_owned()
}

pub(in crate::schema) fn material(random: &mut Random, _: Context) -> String {
    one(random, PRODUCTS.1).to_owned()
}

pub(in crate::schema) fn product_description(random: &mut Random, _: Context) -> String {
    let (kind, material, thing) = (one(random, PRODUCTS.0), one(random, PRODUCTS.1), one(random, PRODUCTS.2));
    format!("A {} {} made of {}, built to last.", kind.to_lowercase(), thing.to_lowercase(), material.to_lowercase())
}

pub(in crate::schema) fn sentence(random: &mut Random, _: Context) -> String {
    format!("{} {}.", one(random, SUBJECTS), one(random, PREDICATES))
}

/// Sentences that say different things.
pub(in crate::schema) fn paragraph(random: &mut Random, _: Context) -> String {
    let (subject, predicate) = (random.index(SUBJECTS.len()), random.index(PREDICATES.len()));
    let sentence = |number: usize| {
        // The steps share no divisor with the lengths of the lists, so that none comes twice.
        let subject = SUBJECTS[(subject + 4 * number) % SUBJECTS.len()];
        format!("{subject} {}.", PREDICATES[(predicate + 5 * number) % PREDICATES.len()])
    };
    let sentences: Vec<String> = (0..random.within(2..=4) as usize).map(sentence).collect();
    sentences.join(" ")
}

pub(in crate::schema) fn html(random: &mut Random, context: Context) -> String {
    format!("<p>{}</p>", sentence(random, context))
}

pub(in crate::schema) fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
