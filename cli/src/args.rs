//! The command line. One field, one flag, one text.

use std::{net::IpAddr, path::PathBuf};

use clap::{ColorChoice, Parser, ValueEnum};

/// Serves a stand-in for an HTTP API that has an OpenAPI document.
///
/// Every request is checked against the document. A valid one is answered with made-up data that conforms, an invalid
/// one with the document's own error. One line per request goes to standard error; standard output gets one line, with the
/// address. Ctrl-C or SIGTERM stops it: exit code 0, or 1 if a request broke the contract, or 2 if it could not run.
#[derive(Debug, Parser)]
#[command(name = "standin", version, max_term_width = 100, color = ColorChoice::Auto)]
pub(crate) struct Args {
    /// The OpenAPI document (3.0 or 3.1, JSON or YAML). Without it: the bundled Kayle ID webhooks API
    #[arg(value_name = "FILE")]
    pub(crate) document: Option<PathBuf>,

    /// The port to listen on; 0 takes any that is free
    #[arg(short, long, default_value_t = 8787)]
    pub(crate) port: u16,

    /// The address to listen on
    #[arg(long, default_value = "127.0.0.1")]
    pub(crate) host: IpAddr,

    /// The seed of everything that is made up. With it, times stand still too: the same seed, document and requests give
    /// the same bytes
    #[arg(long)]
    pub(crate) seed: Option<u64>,

    /// Accept this credential, and no other than those given so: a token, a key, or user:password. May be given again.
    /// Without it any credential of the right form is accepted
    #[arg(long = "api-key", value_name = "KEY")]
    pub(crate) api_keys: Vec<String>,

    /// The largest request body, in bytes
    #[arg(long, value_name = "BYTES", default_value_t = 10 << 20)]
    pub(crate) body_limit: usize,

    /// How requests are reported
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,

    /// Answer the bundled API's broken requests as its real server does, where that differs from its document
    #[arg(long, conflicts_with = "document")]
    pub(crate) server_errors: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// A line for people
    Text,
    /// A JSON object on a line, for programs
    Json,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_definition_is_sound() {
        Args::command().debug_assert();
    }

    #[test]
    fn help_reads_well() {
        insta::assert_snapshot!(Args::command().term_width(100).render_long_help());
    }
}
