//! Shapes as lines: short ones on one, longer ones with a line for each part. What is used in several places and is not
//! short has a name, and stands at the foot.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::shape::{Id, Kind, Shape, Shapes};

/// How many characters a shape may have on one line.
const WIDTH: usize = 60;

/// A shape in several places is repeated up to so many characters: a name would say less.
const SHORT: usize = 40;

/// How deep shapes are shown in one another before one of them gets a name of its own.
const DEEP: usize = 12;

/// What is told: a line, or lines that belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Text {
    Line(String),
    /// Facts by their labels.
    Section(Vec<(String, Text)>),
    /// A shape of several lines.
    Block {
        kind: Kind,
        parts: Vec<(String, Text)>,
        after: String,
    },
}

/// Which shapes have names, and how the others are shown.
pub(super) struct Writer<'s> {
    shapes: &'s Shapes,
    named: BTreeMap<Id, String>,
    circles: BTreeSet<usize>,
}

impl<'s> Writer<'s> {
    pub(super) fn new(shapes: &'s Shapes, roots: impl Iterator<Item = Id>) -> Self {
        let mut uses = vec![0; shapes.len()];
        roots.for_each(|id| uses[id] += 1);
        let circles = circles(shapes, &uses);
        let bodies = circles.iter().map(|number| &shapes.circles()[*number]);
        let named = bodies.map(|(name, id)| (*id, name.clone())).collect();
        let mut writer = Self { shapes, named, circles };
        writer.name_shared(uses);
        writer.name_deep();
        writer
    }

    /// Names what is shown more than once, and is not short. `uses` are those from outside.
    fn name_shared(&mut self, mut uses: Vec<usize>) {
        let widths = widths(self.shapes);
        self.named.keys().for_each(|id| uses[*id] += 1);
        // Parts have lower numbers than what they are parts of: whatever shows a shape is looked at before it.
        for id in (0..self.shapes.len()).rev() {
            if uses[id] > 1
                && widths[id] > SHORT
                && let Some(name) = self.shapes.names().get(&id)
            {
                self.named.entry(id).or_insert_with(|| name.clone());
            }
            let shown = if self.named.contains_key(&id) { uses[id].min(1) } else { uses[id] };
            if let Shape::Group { parts, .. } = self.shapes.get(id) {
                parts.iter().for_each(|(_, id)| uses[*id] = uses[*id].saturating_add(shown));
            }
        }
        // What is nowhere shown needs no name.
        self.named.retain(|id, _| uses[*id] > 0);
    }

    /// Names what would be shown too deep in something else.
    fn name_deep(&mut self) {
        let mut depths: Vec<usize> = Vec::new();
        for id in 0..self.shapes.len() {
            let Shape::Group { parts, .. } = self.shapes.get(id) else {
                depths.push(0);
                continue;
            };
            let depth = 1 + parts.iter().map(|(_, id)| depths[*id]).max().unwrap_or_default();
            if depth > DEEP
                && let Some(name) = self.shapes.names().get(&id)
            {
                self.named.entry(id).or_insert_with(|| name.clone());
            }
            depths.push(if self.named.contains_key(&id) { 0 } else { depth });
        }
    }

    /// The shapes that have names, in the order of these.
    pub(super) fn named(&self) -> Vec<(String, Text)> {
        let shared = self.named.iter().map(|(id, name)| (name.clone(), self.body(*id)));
        let circles = self.circles.iter().map(|number| &self.shapes.circles()[*number]);
        let mut named: Vec<(String, Text)> = shared.chain(circles.map(|(name, id)| (name.clone(), self.body(*id)))).collect();
        named.sort_by(|a, b| a.0.cmp(&b.0));
        named.dedup_by(|a, b| a.0 == b.0);
        named
    }

    /// A shape where it is used.
    pub(super) fn text(&self, id: Id) -> Text {
        self.named.get(&id).map_or_else(|| self.body(id), |name| Text::Line(name.clone()))
    }

    fn body(&self, id: Id) -> Text {
        match self.shapes.get(id) {
            Shape::Plain(text) => Text::Line(text.clone()),
            Shape::Circle(number) => Text::Line(self.shapes.circles()[*number].0.clone()),
            Shape::Group { kind, parts, after } => {
                let mut parts = self.parts(*kind, parts);
                if !matches!(kind, Kind::Object | Kind::Array) {
                    parts.sort_by_cached_key(|(label, text)| {
                        (*text == Text::Line("null".into()), !label.is_empty(), text.labelled(label, 0))
                    });
                }
                one_line(*kind, &parts, after).map_or_else(|| Text::Block { kind: *kind, parts, after: after.clone() }, Text::Line)
            }
        }
    }

    /// The parts; those of a union in a union are parts of the outer one.
    fn parts(&self, kind: Kind, parts: &[(String, Id)]) -> Vec<(String, Text)> {
        let mut texts = Vec::new();
        let siblings = parts.len() > 1 || parts.iter().any(|(label, _)| !label.is_empty());
        for (label, id) in parts {
            match self.shapes.get(*id) {
                Shape::Group { kind: Kind::AnyOf, parts, after }
                    if kind == Kind::AnyOf && after.is_empty() && !self.named.contains_key(id) =>
                {
                    texts.extend(self.parts(kind, parts));
                }
                Shape::Group { kind: Kind::AnyOf | Kind::OneOf | Kind::AllOf, parts, .. }
                    if !matches!(kind, Kind::Object | Kind::Array) =>
                {
                    let several = parts.len() > 1;
                    let text = match self.text(*id) {
                        Text::Line(line) if several && siblings && line.contains(' ') => Text::Line(format!("({line})")),
                        text => text,
                    };
                    texts.push((label.clone(), text));
                }
                _ => texts.push((label.clone(), self.text(*id))),
            }
        }
        texts
    }
}

/// The circles among what is used.
fn circles(shapes: &Shapes, uses: &[usize]) -> BTreeSet<usize> {
    let mut found = BTreeSet::new();
    let mut seen: BTreeSet<Id> = BTreeSet::new();
    let mut wanted: Vec<Id> = (0..uses.len()).filter(|id| uses[*id] > 0).collect();
    while let Some(id) = wanted.pop() {
        if !seen.insert(id) {
            continue;
        }
        match shapes.get(id) {
            Shape::Plain(_) => {}
            Shape::Circle(number) => {
                found.insert(*number);
                wanted.push(shapes.circles()[*number].1);
            }
            Shape::Group { parts, .. } => wanted.extend(parts.iter().map(|(_, id)| *id)),
        }
    }
    found
}

/// How many characters each shape would have, about, if nothing in it had a name.
fn widths(shapes: &Shapes) -> Vec<usize> {
    let mut widths: Vec<usize> = Vec::new();
    for id in 0..shapes.len() {
        widths.push(match shapes.get(id) {
            Shape::Plain(text) => text.len(),
            Shape::Circle(_) => SHORT,
            Shape::Group { parts, after, .. } => {
                parts.iter().fold(after.len(), |sum, (label, id)| sum.saturating_add(label.len() + 2).saturating_add(widths[*id]))
            }
        });
    }
    widths
}

/// All of it on one line, if that is short enough.
fn one_line(kind: Kind, parts: &[(String, Text)], after: &str) -> Option<String> {
    let mut words = Vec::new();
    for (label, text) in parts {
        let Text::Line(line) = text else { return None };
        let between = if kind == Kind::AllOf { " " } else { ": " };
        words.push(if label.is_empty() { line.clone() } else { format!("{label}{between}{line}") });
    }
    let line = match (kind, words.as_slice()) {
        (Kind::Object, []) => format!("{{}}{after}"),
        (Kind::Object, words) => format!("{{ {} }}{after}", words.join(", ")),
        (Kind::Array, words) => format!("[{}]{after}", words.join(", ")),
        (Kind::OneOf, words) => format!("one of ({}){after}", words.join(" | ")),
        (Kind::AnyOf | Kind::AllOf, [only]) if after.starts_with(" = ") && only.contains(" | ") => format!("({only}){after}"),
        (Kind::AnyOf, words) => format!("{}{after}", words.join(" | ")),
        (Kind::AllOf, words) => format!("{}{after}", words.join(" & ")),
    };
    // A default may be long, and is a fact of its own.
    let shown = line.len() - if after.starts_with(" = ") { after.len() } else { 0 };
    (line.chars().take(shown).count() <= WIDTH || words.is_empty()).then_some(line)
}

impl Text {
    /// It and its label, as lines that begin so many levels in.
    pub(super) fn labelled(&self, label: &str, level: usize) -> String {
        let mut out = String::new();
        self.put(label, level, &mut out);
        out
    }

    fn put(&self, label: &str, level: usize, out: &mut String) {
        let indent = "  ".repeat(level);
        let colon = if label.is_empty() || label.ends_with(' ') { "" } else { ": " };
        // Writing to a `String` cannot fail.
        let _ = match self {
            Self::Line(line) if line.is_empty() => writeln!(out, "{indent}{label}"),
            Self::Line(line) => writeln!(out, "{indent}{label}{colon}{line}"),
            Self::Section(facts) => {
                let _ = writeln!(out, "{indent}{label}");
                facts.iter().for_each(|(label, text)| text.put(label, level + 1, out));
                Ok(())
            }
            Self::Block { .. } => {
                let (open, inner, close) = self.opened();
                let _ = writeln!(out, "{indent}{label}{colon}{open}");
                if let Self::Block { kind, parts, .. } = inner {
                    let sign = match kind {
                        Kind::OneOf | Kind::AnyOf => "| ",
                        Kind::AllOf => "& ",
                        Kind::Object | Kind::Array => "",
                    };
                    parts.iter().for_each(|(label, text)| text.put(&format!("{sign}{label}"), level + 1, out));
                }
                writeln!(out, "{indent}{close}")
            }
        };
    }

    /// What opens and closes a shape, and the shape whose parts stand between: `[{`, the object, `}] 1..=10`.
    fn opened(&self) -> (String, &Self, String) {
        let Self::Block { kind, parts, after } = self else { return (String::new(), self, String::new()) };
        let is_block = |text: &Self| matches!(text, Self::Block { .. });
        match (kind, parts.as_slice()) {
            (Kind::Array | Kind::AllOf, [(label, only)]) if is_block(only) => {
                let (open, inner, close) = only.opened();
                let space = if label.is_empty() { "" } else { " " };
                match kind {
                    Kind::Array => (format!("[{label}{space}{open}"), inner, format!("{close}]{after}")),
                    _ => (format!("{label}{space}{open}"), inner, format!("{close}{after}")),
                }
            }
            (Kind::AnyOf, [(_, only), rest @ ..]) if is_block(only) && !rest.is_empty() && rest.iter().all(|(_, text)| !is_block(text)) => {
                let (open, inner, close) = only.opened();
                let rest: Vec<&str> =
                    rest.iter().filter_map(|(_, text)| if let Self::Line(line) = text { Some(line.as_str()) } else { None }).collect();
                (open, inner, format!("{close} | {}{after}", rest.join(" | ")))
            }
            (Kind::Object, _) => ("{".into(), self, format!("}}{after}")),
            (Kind::Array, _) => ("[".into(), self, format!("]{after}")),
            (Kind::OneOf, _) => ("one of (".into(), self, format!("){after}")),
            (Kind::AnyOf | Kind::AllOf, _) => ("(".into(), self, format!("){after}")),
        }
    }
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Line(line) => serializer.serialize_str(line),
            Self::Section(facts) => serializer.collect_map(facts.iter().map(|(label, text)| (label, text))),
            Self::Block { kind, parts, after } => {
                let mut map = serializer.serialize_map(None)?;
                let (word, listed) = match kind {
                    Kind::Object => ("", false),
                    Kind::Array => ("[]", true),
                    Kind::OneOf => ("one of", true),
                    Kind::AnyOf => ("any of", true),
                    Kind::AllOf => ("all of", true),
                };
                let plain: Vec<&Self> = parts.iter().filter(|(label, _)| listed && label.is_empty()).map(|(_, text)| text).collect();
                match (kind, plain.as_slice()) {
                    (_, []) => {}
                    (Kind::Array, [only]) => map.serialize_entry(word, only)?,
                    (_, plain) => map.serialize_entry(word, plain)?,
                }
                for (label, text) in parts.iter().filter(|(label, _)| !listed || !label.is_empty()) {
                    map.serialize_entry(label, text)?;
                }
                if !after.is_empty() {
                    map.serialize_entry("(whole)", after.trim_start())?;
                }
                map.end()
            }
        }
    }
}
