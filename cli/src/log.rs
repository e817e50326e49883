//! One line per request, on standard error. Colours on a terminal only, and not if `NO_COLOR` is set.

use std::io::{self, IsTerminal, Write};

use serde_json::json;
use standin::{Because, Call};

use crate::args::Format;

/// How calls are reported.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Log {
    format: Format,
    colours: bool,
}

impl Log {
    pub(crate) fn new(format: Format) -> Self {
        // https://no-color.org: set and not empty.
        let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self { format, colours: io::stderr().is_terminal() && !refused }
    }

    /// Reports a call. One that cannot be reported, because the terminal is gone say, is served all the same.
    pub(crate) fn call(self, call: &Call) {
        let text = match self.format {
            Format::Text => self.text(call),
            Format::Json => format!("{}\n", self.json(call)),
        };
        let _ = io::stderr().write_all(text.as_bytes());
    }

    fn text(self, call: &Call) -> String {
        let status = call.response().status().as_u16();
        let colour = match status {
            200..=399 => "32",
            400..=499 => "33",
            _ => "31",
        };
        let name = call.operation().map_or_else(
            || format!("{} {} (no operation)", call.request().method(), call.target()),
            |operation| match operation.id() {
                Some(id) => format!("{} ({id})", operation.name()),
                None => operation.name().to_owned(),
            },
        );
        let mut text = format!("{} {name}\n", self.painted(&status.to_string(), colour));
        if let Because::Fault { fault, .. } = call.because() {
            text += &format!("    fault: {fault}\n");
        }
        for violation in call.violations() {
            text += &format!("    {violation}\n");
        }
        for remark in call.remarks() {
            text += &format!("    note: {remark}\n");
        }
        text
    }

    fn json(self, call: &Call) -> serde_json::Value {
        let target = call.target();
        json!({
            "event": "call",
            "number": call.number(),
            "method": call.request().method().as_str(),
            "path": target.split('?').next(),
            "operation": call.operation().map(|operation| operation.name()),
            "operationId": call.operation().and_then(|operation| operation.id()),
            "status": call.response().status().as_u16(),
            "because": call.because().to_string(),
            "violations": call.violations(),
            "remarks": call.remarks(),
        })
    }

    fn painted(self, text: &str, colour: &str) -> String {
        if self.colours { format!("\x1b[{colour}m{text}\x1b[0m") } else { text.to_owned() }
    }
}
