//! Text for a regular expression: `regex-syntax` reads it, this file walks it and prefers readable characters.
//!
//! Patterns of OpenAPI are ECMA-262. What `regex-syntax` cannot read (look-around, back-references) gives no text here.

use regex_syntax::{
    ParserBuilder,
    hir::{Class, Hir, HirKind, Look},
};

use super::random::Random;

/// A pattern, ready to make texts.
#[derive(Debug)]
pub(super) struct Pattern {
    node: Node,
    /// Whether text may follow what the pattern describes: `pattern` is a search, not a match of the whole.
    open_end: bool,
}

#[derive(Debug)]
enum Node {
    Text(String),
    Class(Box<[char]>),
    Repeat { min: u32, max: Option<u32>, node: Box<Node> },
    Sequence(Vec<Node>),
    Choice(Vec<Node>),
}

/// The longest text that is made for a pattern, in repetitions of one part.
const MOST: u32 = 10_000;

impl Pattern {
    pub(super) fn read(pattern: &str) -> Option<Self> {
        // Anchors are read as those of one line: `^` and `$` of ECMA-262 without the `m` flag.
        let hir = ParserBuilder::new().utf8(false).build().parse(pattern).ok()?;
        let open_end = !hir.properties().look_set_suffix().contains(Look::End);
        Some(Self { node: node(&hir)?, open_end })
    }

    /// Makes a text. `stretch` says how often an unbounded repetition may repeat beyond its minimum.
    pub(super) fn make(&self, random: &mut Random, stretch: u32) -> String {
        let mut text = String::new();
        self.node.make(random, stretch, &mut text);
        text
    }

    /// Whether the text may be made longer by adding to its end.
    pub(super) fn open_end(&self) -> bool {
        self.open_end
    }
}

/// How many characters of the shortest text are free: drawn from a class, not written in the pattern.
pub(super) fn freedom(pattern: &str) -> usize {
    fn free(hir: &Hir) -> usize {
        match hir.kind() {
            HirKind::Class(_) => 1,
            HirKind::Repetition(repetition) => free(&repetition.sub).saturating_mul(repetition.min as usize),
            HirKind::Capture(capture) => free(&capture.sub),
            HirKind::Concat(parts) => parts.iter().map(free).fold(0, usize::saturating_add),
            HirKind::Alternation(parts) => parts.iter().map(free).min().unwrap_or(0),
            HirKind::Empty | HirKind::Look(_) | HirKind::Literal(_) => 0,
        }
    }
    ParserBuilder::new().utf8(false).build().parse(pattern).map_or(0, |hir| free(&hir))
}

fn node(hir: &Hir) -> Option<Node> {
    Some(match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Node::Sequence(Vec::new()),
        HirKind::Literal(literal) => Node::Text(String::from_utf8(literal.0.to_vec()).ok()?),
        HirKind::Class(class) => Node::Class(readable(class)?),
        HirKind::Repetition(repetition) => {
            Node::Repeat { min: repetition.min.min(MOST), max: repetition.max, node: Box::new(node(&repetition.sub)?) }
        }
        HirKind::Capture(capture) => node(&capture.sub)?,
        HirKind::Concat(parts) => Node::Sequence(parts.iter().map(node).collect::<Option<_>>()?),
        HirKind::Alternation(parts) => Node::Choice(parts.iter().map(node).collect::<Option<_>>()?),
    })
}

impl Node {
    fn make(&self, random: &mut Random, stretch: u32, text: &mut String) {
        match self {
            Self::Text(literal) => text.push_str(literal),
            Self::Class(chars) => text.extend(random.pick(chars)),
            Self::Repeat { min, max, node } => {
                let most = min.saturating_add(stretch).min(max.unwrap_or(u32::MAX)).max(*min);
                for _ in 0..random.within(u64::from(*min)..=u64::from(most)) {
                    node.make(random, stretch, text);
                }
            }
            Self::Sequence(parts) => parts.iter().for_each(|part| part.make(random, stretch, text)),
            Self::Choice(parts) => {
                if let Some(part) = random.pick(parts) {
                    part.make(random, stretch, text);
                }
            }
        }
    }
}

/// The characters of a class that are drawn: letters and digits of a large class, else what is printable.
fn readable(class: &Class) -> Option<Box<[char]>> {
    const LARGE: usize = 100;
    let ranges: Vec<(u32, u32)> = match class {
        Class::Unicode(class) => class.ranges().iter().map(|range| (range.start().into(), range.end().into())).collect(),
        Class::Bytes(class) => class.ranges().iter().map(|range| (range.start().into(), range.end().min(127).into())).collect(),
    };
    let holds = |char: char| ranges.iter().any(|&(start, end)| (start..=end).contains(&u32::from(char)));
    let size: usize = ranges.iter().map(|&(start, end)| (end.saturating_sub(start) + 1) as usize).sum();
    let plain = || ('a'..='z').chain('0'..='9');
    let chosen: Vec<char> = if size > LARGE && plain().any(holds) {
        plain().filter(|char| holds(*char)).collect()
    } else {
        let printable: Vec<char> = (' '..='~').filter(|char| holds(*char)).collect();
        if printable.is_empty() {
            ranges.iter().flat_map(|&(start, end)| start..=end).filter_map(char::from_u32).take(64).collect()
        } else {
            printable
        }
    };
    (!chosen.is_empty()).then(|| chosen.into_boxed_slice())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::Seed;

    #[test]
    fn makes_what_the_pattern_describes() {
        let made = |pattern: &str| Pattern::read(pattern).unwrap().make(&mut Random::new(Seed::new(3)), 4);
        let id = made("^whe_[a-z0-9]{32}$");
        assert!(id.starts_with("whe_") && id.len() == 36, "{id}");
        assert!(made(r"^\d{4}-\d{2}$").bytes().all(|byte| byte.is_ascii_digit() || byte == b'-'));
        assert!(["ab", "cd"].contains(&made("^(ab|cd)$").as_str()));
        assert!(made("^[^,]+$").bytes().all(|byte| byte.is_ascii_alphanumeric()));
        assert_eq!(made(r"^\/\-$"), "/-");
    }

    #[test]
    fn freedom_is_what_the_pattern_leaves_open() {
        assert_eq!(freedom("^whe_[a-z0-9]{32}$"), 32);
        assert_eq!(freedom("^(a|[bc])x*$"), 0);
        assert_eq!(freedom("("), 0);
    }

    #[test]
    fn what_cannot_be_read_gives_nothing() {
        assert!(Pattern::read("(?!x)a").is_none());
        assert!(Pattern::read("(").is_none());
    }

    #[test]
    fn knows_where_text_may_follow() {
        assert!(!Pattern::read("^a$").unwrap().open_end());
        assert!(Pattern::read("^a").unwrap().open_end());
    }
}
