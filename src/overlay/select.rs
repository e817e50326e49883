//! Targets: JSONPath (RFC 9535) to the places that it selects. The only file that names the reader of JSONPath.

use std::collections::BTreeSet;

use serde_json::Value;
use serde_json_path::{JsonPath, PathElement};

use crate::source::quote;

/// How long an expression may be, and how deep it may nest: its reader takes twice as long for each filter in a filter.
const MAX_LENGTH: usize = 4_096;
const MAX_NESTING: usize = 12;

/// A step from a value to one that it holds. Ordered, so that places are in the order of the document.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    Index(usize),
    Name(String),
}

pub(super) struct Selector(JsonPath);

impl Selector {
    /// Reads an expression. The error finishes the sentence "found …," and names the character, counted from 1.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        if text.len() > MAX_LENGTH {
            return Err(format!("of {} bytes, where {MAX_LENGTH} are the most", text.len()));
        }
        if let Some(at) = too_deep(text) {
            return Err(format!("with more than {MAX_NESTING} brackets and parentheses in each other at its character {at}"));
        }
        JsonPath::parse(text).map(Self).map_err(|error| {
            let mut place = error.position().min(text.len());
            while !text.is_char_boundary(place) {
                place -= 1;
            }
            let (before, rest) = text.split_at(place);
            let found = if rest.is_empty() { "its end".to_owned() } else { quote(rest) };
            format!("which is none from its character {} on, {found}{}", before.chars().count() + 1, said(error.message()))
        })
    }

    /// The places that it selects, each once, in the order of the document.
    pub(super) fn select(&self, document: &Value) -> BTreeSet<Vec<Step>> {
        let step = |element: &PathElement<'_>| match element {
            PathElement::Name(name) => Step::Name((*name).to_owned()),
            PathElement::Index(index) => Step::Index(*index),
        };
        let found = self.0.query_located(document);
        found.locations().map(|location| location.iter().map(step).collect()).collect()
    }
}

/// What the reader says beside the place, if it says anything.
fn said(message: &str) -> String {
    match message.trim() {
        "" | "parser error" => String::new(),
        message => format!(": {}", message.trim_start_matches("in long-hand segment, ")),
    }
}

/// Where brackets and parentheses nest too deep; those in texts do not count.
fn too_deep(text: &str) -> Option<usize> {
    let (mut depth, mut quote, mut escaped) = (0_usize, None, false);
    for (number, char) in text.chars().enumerate() {
        match (quote, char) {
            (Some(_), _) if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(open), char) if open == char => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(char),
            (None, '[' | '(') => depth += 1,
            (None, ']' | ')') => depth = depth.saturating_sub(1),
            (None, _) => {}
        }
        if depth > MAX_NESTING {
            return Some(number + 1);
        }
    }
    None
}
