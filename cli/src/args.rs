//! The command line. One field, one flag, one text.

use std::{net::IpAddr, path::PathBuf};

use clap::{ArgAction, ColorChoice, Parser, Subcommand, ValueEnum};
use standin::{Level, Locale, Timestamp};

use crate::coverage::Limits;

/// Serves a stand-in for an HTTP API that has an OpenAPI document.
///
/// Every request is checked against the document. A valid one is answered with made-up data that conforms, an invalid
/// one with the document's own error. One line per request goes to standard error; standard output gets one line, with the
/// address. Ctrl-C or SIGTERM stops it: exit code 0, or 1 if a request broke the contract, or 2 if it could not run.
#[derive(Debug, Parser)]
#[command(name = "standin", version, max_term_width = 100, color = ColorChoice::Auto, args_conflicts_with_subcommands = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,

    #[command(flatten)]
    pub(crate) serve: Serve,
}

/// What else the program does. A document of the same name is `./lint`.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Coverage(Coverage),
    Lint(Lint),
    Routes(Routes),
    Resources(Resources),
    Check(Check),
}

/// Shows what of a contract the tests of a run have reached
///
/// Every server writes what was reached to the folder that the environment variable STANDIN_COVERAGE names, when it stops. A
/// relative name is one in the folder that the test runs in. Remove the folder before a run: what it holds is added up. Exit
/// codes: 0, or 1 if less was reached than --fail-under asks for, or 2 if it could not run.
#[derive(Debug, clap::Args)]
pub(crate) struct Coverage {
    /// The folder that STANDIN_COVERAGE named
    #[arg(value_name = "FOLDER")]
    pub(crate) folder: PathBuf,

    /// Tell this contract alone, even if nobody called it. Several are taken as one API. Without it: every contract that was
    /// called
    #[arg(long = "contract", value_name = "FILE")]
    pub(crate) contracts: Vec<String>,

    /// Write counts, and what was not reached, as JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,

    /// Write which lines of the contract's files were reached, as an LCOV tracefile
    #[arg(long, value_name = "FILE")]
    pub(crate) lcov: Option<PathBuf>,

    /// Write a test case for each thing that can be reached, as JUnit's XML
    #[arg(long, value_name = "FILE")]
    pub(crate) junit: Option<PathBuf>,

    /// The least that must be reached, in per cent: `operations=100,statuses=60`. Kinds: operations, parameters, statuses,
    /// media-types, members, values, security, webhooks
    #[arg(long, value_name = "LIMITS")]
    pub(crate) fail_under: Option<Limits>,

    /// Lay an OpenAPI overlay (1.0; JSON or YAML) over each document before it is read. May be given again: they are applied in
    /// this order
    #[arg(long = "overlay", value_name = "FILE", requires = "contracts")]
    pub(crate) overlays: Vec<PathBuf>,

    /// Read files that the contract refers to outside its folder
    #[arg(long)]
    pub(crate) allow_outside: bool,

    /// Fetch http(s) addresses that the contract refers to. Needs curl
    #[arg(long)]
    pub(crate) allow_remote: bool,
}

/// Tells what is wrong with documents, and what standin does not enforce of them
///
/// Exit code: 0 if there are no findings of the chosen level, 1 if there are, 2 if a document could not be read.
#[derive(Debug, clap::Args)]
pub(crate) struct Lint {
    #[command(flatten)]
    pub(crate) documents: Documents,

    /// How findings are written to standard output
    #[arg(long, value_enum, default_value_t = Findings::Text)]
    pub(crate) format: Findings,

    /// The least level at which a finding makes the exit code 1. All findings are told, whatever their level
    #[arg(long, value_enum, default_value_t = Least::Error)]
    pub(crate) level: Least,

    /// Leave out findings of this kind. May be given again
    #[arg(long, value_name = "CODE")]
    pub(crate) allow: Vec<String>,
}

/// How findings are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Findings {
    /// A line for each, for people and editors
    Text,
    /// One JSON object, for programs
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Annotations of GitHub's workflows
    Github,
}

/// A level of findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Least {
    /// The document cannot be right there
    Error,
    /// It is read as it seems to be meant
    Warning,
    /// It is in order, and standin does not enforce it
    Note,
}

impl Least {
    pub(crate) fn level(self) -> Level {
        match self {
            Self::Error => Level::Error,
            Self::Warning => Level::Warning,
            Self::Note => Level::Note,
        }
    }
}

/// Lists the operations of documents
///
/// Exit codes: 0, or 1 if no operation takes the request of --match, or 2 if it could not run.
#[derive(Debug, clap::Args)]
pub(crate) struct Routes {
    #[command(flatten)]
    pub(crate) documents: Documents,

    /// Explain which operation takes a request, and why no other does: `POST /v1/things?dry_run=true`. Without a method: GET
    #[arg(long = "match", value_name = "METHOD TARGET")]
    pub(crate) request: Option<String>,

    /// How operations are listed
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

/// Lists what an API keeps, as its documents tell it: what is created, read, listed, changed and deleted
///
/// The resources as a table, each with its operations, then why each of them is one, then the operations that nothing is kept
/// of and why. `x-standin-resource` in a document, or in an overlay, corrects it. Exit codes: 0, or 2 if it could not run.
#[derive(Debug, clap::Args)]
pub(crate) struct Resources {
    #[command(flatten)]
    pub(crate) documents: Documents,

    /// How resources are listed
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

/// Judges recorded traffic by documents: HARs of browsers and proxies, and the lines of JSON of --ndjson
///
/// Requests are judged as the server judges them, answers by what is declared for their status. What a recording does not have
/// is not judged: bodies that were left out, credentials that no request has, masked values. Exit code: 0 if everything
/// conforms, 1 if something does not, 2 if a file could not be read.
#[derive(Debug, clap::Args)]
pub(crate) struct Check {
    /// The recordings; `-` is standard input
    #[arg(value_name = "FILE", required = true)]
    pub(crate) recordings: Vec<String>,

    /// The document: a file, or an http(s) address. May be given again; several are taken as one API. Without it: the bundled
    /// Kayle ID webhooks API
    #[arg(long = "contract", value_name = "FILE")]
    pub(crate) contracts: Vec<String>,

    /// Judge the exchanges with this host, and skip all others: `api.example.com`. May be given again. Without it: all hosts
    /// that have something of the API
    #[arg(long = "host", value_name = "HOST")]
    pub(crate) hosts: Vec<String>,

    /// Query parameters, headers and cookies that the document does not declare are violations
    #[arg(long)]
    pub(crate) strict: bool,

    /// How violations are written to standard output
    #[arg(long, value_enum, default_value_t = Judged::Text)]
    pub(crate) format: Judged,

    /// Lay an OpenAPI overlay (1.0; JSON or YAML) over each document before it is read. May be given again: they are applied in
    /// this order
    #[arg(long = "overlay", value_name = "FILE")]
    pub(crate) overlays: Vec<PathBuf>,

    /// Read files that the document refers to outside its folder
    #[arg(long)]
    pub(crate) allow_outside: bool,

    /// Fetch http(s) addresses that the document refers to. Needs curl
    #[arg(long)]
    pub(crate) allow_remote: bool,
}

/// How violations are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Judged {
    /// For people
    Text,
    /// One JSON object, for programs
    Json,
    /// A test case for each exchange, for CI servers
    Junit,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Annotations of GitHub's workflows
    Github,
}

/// Which documents, and where they may lead.
#[derive(Debug, clap::Args)]
pub(crate) struct Documents {
    /// The document: OpenAPI 3.0, 3.1 or 3.2, or Swagger 2.0; JSON or YAML; a file, or an http(s) address. Several are
    /// taken as one API. Without it: the bundled Kayle ID webhooks API
    #[arg(value_name = "FILE")]
    pub(crate) documents: Vec<String>,

    /// Lay an OpenAPI overlay (1.0; JSON or YAML) over each document before it is read. May be given again: they are applied in
    /// this order
    #[arg(long = "overlay", value_name = "FILE")]
    pub(crate) overlays: Vec<PathBuf>,

    /// Read files that the document refers to outside its folder
    #[arg(long)]
    pub(crate) allow_outside: bool,

    /// Fetch http(s) addresses that the document refers to. Needs curl
    #[arg(long)]
    pub(crate) allow_remote: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Serve {
    #[command(flatten)]
    pub(crate) documents: Documents,

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

    /// Let the clock stand still at this time: 2026-03-01T12:00:00Z, or with an offset, or a date, which is its midnight in UTC.
    /// Without it the clock is the machine's, or, with --seed, stands at 2026-01-01T00:00:00Z
    #[arg(long, value_name = "TIME")]
    pub(crate) now: Option<Timestamp>,

    /// Accept this credential, and no other than those given so: a token, a key, or user:password. May be given again.
    /// Without it any credential of the right form is accepted
    #[arg(long = "api-key", value_name = "KEY")]
    pub(crate) api_keys: Vec<String>,

    /// Warnings about the document are errors, and query parameters, headers and cookies that it does not declare are
    /// violations
    #[arg(long)]
    pub(crate) strict: bool,

    /// Body members that the document does not declare are violations, even where its schemas are open
    #[arg(long)]
    pub(crate) strict_bodies: bool,

    /// Paths need the base path of a server of the document; by default they are known with it and without
    #[arg(long)]
    pub(crate) require_base_path: bool,

    /// Answer browsers' preflight requests, and allow every origin to read the answers
    #[arg(long, value_name = "BOOL", default_value_t = true, action = ArgAction::Set, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub(crate) cors: bool,

    /// Generate bodies even where the document has examples. A request that prefers otherwise is answered so
    #[arg(short, long)]
    pub(crate) dynamic: bool,

    /// Generate no more members and items than there must be
    #[arg(long, conflicts_with = "optional_members")]
    pub(crate) required_only: bool,

    /// How many of a hundred members that need not be there are generated
    #[arg(long, value_name = "PERCENT", default_value_t = 100, value_parser = clap::value_parser!(u8).range(0..=100))]
    pub(crate) optional_members: u8,

    /// The language that names of people, addresses and companies are made in: en, de, fr, it, nl, pt, tr, ja or zh
    #[arg(long, value_name = "LANGUAGE", default_value = "en")]
    pub(crate) locale: Locale,

    /// How many items generated lists have, as far as their schemas allow; by default two or three
    #[arg(long, value_name = "COUNT")]
    pub(crate) list_items: Option<u32>,

    /// Answer broken requests with errors; with `--errors=false` they are reported, and answered as if they were in order
    #[arg(long, value_name = "BOOL", default_value_t = true, action = ArgAction::Set, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub(crate) errors: bool,

    /// Let such a share of all requests meet a declared error, a delay or a fault of the connection: `5%` or `0.05`. The
    /// start tells the seed that repeats them
    #[arg(long, value_name = "SHARE", value_parser = share)]
    pub(crate) chaos: Option<f64>,

    /// Let requests ask for faults by the header `standin-fault`: `reset-before-headers`, `reset-in-headers`,
    /// `reset-in-body`, `end-before-headers`, `end-in-body`, `malformed-chunk`, `slow-headers=100` or `slow-body=100` (bytes
    /// per second), `hang`, `length-too-long`, `length-too-short`, `declared-error`. With --chaos they may anyway
    #[arg(long)]
    pub(crate) faults: bool,

    /// The largest request body, in bytes
    #[arg(long, value_name = "BYTES", default_value_t = 10 << 20)]
    pub(crate) body_limit: usize,

    /// How requests are reported
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,

    /// Write the calls to this file when the program stops, as HAR 1.2; secrets are masked
    #[arg(long, value_name = "FILE")]
    pub(crate) har: Option<PathBuf>,

    /// Write the calls to this file when the program stops, as lines of JSON; secrets are masked
    #[arg(long, value_name = "FILE")]
    pub(crate) ndjson: Option<PathBuf>,

    /// Whether what is created is kept, to be read, listed, changed and deleted; without it, what the document asks for, as
    /// Kayle's does
    #[arg(long, num_args = 0..=1, default_missing_value = "true", require_equals = true, value_name = "BOOL")]
    pub(crate) stateful: Option<bool>,

    /// Starts with what this JSON file has: resources by their names, each a list of things; turns state on
    #[arg(long, value_name = "FILE")]
    pub(crate) state: Option<PathBuf>,

    /// When the program stops, writes what is kept to this file, for --state
    #[arg(long, value_name = "FILE")]
    pub(crate) save_state: Option<PathBuf>,

    /// Answer the bundled API's broken requests as its real server does, where that differs from its document
    #[arg(long, conflicts_with = "documents")]
    pub(crate) server_errors: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// A line for people
    Text,
    /// A JSON object on a line, for programs
    Json,
}

/// `5%` or `0.05`.
fn share(text: &str) -> Result<f64, String> {
    let (number, whole) = match text.strip_suffix('%') {
        Some(number) => (number, 100.0),
        None => (text, 1.0),
    };
    let share = number.trim().parse::<f64>().map(|number| number / whole);
    share.ok().filter(|share| (0.0..=1.0).contains(share)).ok_or_else(|| "expected a share from 0% to 100%, or from 0 to 1".to_owned())
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
    fn shares_are_read() {
        assert_eq!(["5%", "0.05", "100%", "0", "1"].map(|text| share(text).unwrap()), [0.05, 0.05, 1.0, 0.0, 1.0]);
        for wrong in ["5", "101%", "-1%", "x", "", "%", "NaN"] {
            assert!(share(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_help_names_every_fault() {
        let help = Args::command().term_width(10_000).render_long_help().to_string();
        for name in standin::Fault::names() {
            assert!(help.contains(&format!("`{name}")), "{name}");
        }
    }

    #[test]
    fn help_reads_well() {
        insta::assert_snapshot!(Args::command().term_width(100).render_long_help());
    }
}
