//! Between text and values: how parameters and bodies are written, apart from what they must be.
//!
//! - `style`: the styles of parameters, both ways.
//! - `nested`: names with brackets, `a[b][0]=c`, as values.
//! - `typed`: texts to what their schema asks for.
//! - `form`, `multipart`, `xml`, `lines`: bodies that are not JSON.
//! - `compress`: content codings.
//! - `transfer`: bytes that were written as text.
//!
//! Nothing here judges; what cannot be read is an [`Unreadable`], which says what was expected and what was found.

mod compress;
mod form;
mod lines;
mod multipart;
mod nested;
mod style;
mod transfer;
mod typed;
mod xml;

pub(crate) use self::{
    compress::{SUPPORTED as CODINGS, Undecoded, decode as decompress},
    form::{decode, delimiting, inner_lists, pairs, read as read_form},
    lines::{events, read as read_lines, read_events, write as write_lines},
    multipart::{Part, read as read_parts},
    nested::{Key, Nested, Noted, below, cut as cut_name},
    style::{Claim, Given, claim, cut_items, readings as style_readings, split_text, spreads, write_simple},
    transfer::decode_base64,
    typed::{settle, settled},
    xml::{read as read_xml, write as write_xml},
};
#[cfg(test)]
pub(crate) use self::{form::write as write_form, style::write as write_style};

/// A text that is not as its way of writing asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unreadable {
    pub(crate) expected: String,
    pub(crate) found: String,
}

impl Unreadable {
    fn new(expected: impl Into<String>, found: impl Into<String>) -> Self {
        Self { expected: expected.into(), found: found.into() }
    }
}
