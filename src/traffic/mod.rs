//! Traffic that was recorded elsewhere, judged as a server would have judged it: requests by their operation, answers by the
//! response that is declared for their status.
//!
//! - `har`, `ndjson`: recordings as messages, however browsers and proxies have left them.
//! - `judge`: one exchange, by the contract.

mod har;
mod judge;
mod ndjson;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    io::Read,
};

use crate::{
    contract::Contract,
    error::{DefectKind, Error},
    journal::exchange_name,
    message::{Request, Response},
    source::Source,
    violation::{Step, Violation},
};

/// How many bytes a recording may have.
const LARGEST: u64 = 512 << 20;

/// Judges recorded traffic by a contract: a HAR of a browser or a proxy, or the lines of JSON that standin writes.
///
/// What a recording does not have is not judged: bodies that were left out, credentials where no request has any (browsers
/// leave them out of HARs), values that are masked. Exchanges with hosts that have nothing of this API are skipped; see
/// [`TrafficCheck`] to choose the hosts.
///
/// ```
/// use standin::{check_traffic, kayle};
///
/// let recording = r#"{"request": {"method": "GET", "target": "/v1/events?limit=500", "headers": {"authorization": ["Bearer k"]}},
///                     "response": {"status": 418}}"#.replace('\n', "");
/// let traffic = check_traffic(&kayle::contract(), recording.as_bytes())?;
/// let exchange = &traffic.exchanges()[0];
/// assert_eq!(exchange.request_violations()[0].place().to_string(), "query limit");
/// assert_eq!(exchange.response_violations()[0].code(), "answer.status");
/// # Ok::<(), standin::Error>(())
/// ```
///
/// # Errors
///
/// If the recording cannot be read, or is neither: the error says in which line.
pub fn check_traffic(contract: &Contract, reader: impl Read) -> Result<Traffic, Error> {
    TrafficCheck::new(contract).read("the recording", reader)
}

/// How recorded traffic is judged: see [`check_traffic`].
#[derive(Debug, Clone)]
pub struct TrafficCheck {
    contract: Contract,
    hosts: BTreeSet<String>,
    policy: crate::check::Policy,
}

impl TrafficCheck {
    /// By this contract, as a server with default settings would.
    pub fn new(contract: &Contract) -> Self {
        Self { contract: contract.clone(), hosts: BTreeSet::new(), policy: crate::check::Policy::default() }
    }

    /// Judges the exchanges with this host, and with others named so: `api.example.com`, with a port or for all ports.
    /// Default: every host that has something of the API.
    #[must_use]
    pub fn host(mut self, host: &str) -> Self {
        self.hosts.insert(host.to_ascii_lowercase());
        self
    }

    /// With `true`, what the contract does not declare is a violation: see
    /// [`MockServerBuilder::strict`](crate::MockServerBuilder::strict). Default: `false`.
    #[must_use]
    pub fn strict(mut self, strict: bool) -> Self {
        self.policy.strict = strict;
        self
    }

    /// Reads a recording and judges it. `name` is what errors call it.
    ///
    /// # Errors
    ///
    /// If it cannot be read, or is neither a HAR nor lines of JSON: the error says in which line.
    pub fn read(&self, name: &str, reader: impl Read) -> Result<Traffic, Error> {
        let mut bytes = Vec::new();
        reader.take(LARGEST + 1).read_to_end(&mut bytes).map_err(|error| Error::read(name, error))?;
        if bytes.len() as u64 > LARGEST {
            let expected = format!("at most {LARGEST} bytes");
            return Err(Source::of_value(name).defect(DefectKind::Syntax, crate::pointer::Pointer::root(), expected, "more"));
        }
        // Some tools write a byte order mark.
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
        let recorded = if ndjson::is_it(bytes) { ndjson::read(name, bytes)? } else { har::read(name, bytes)? };
        Ok(self.judge(recorded))
    }

    fn judge(&self, recorded: Vec<Recorded>) -> Traffic {
        let mut traffic = Traffic::default();
        let has_credentials = recorded.iter().any(|recorded| judge::has_credentials(&self.contract, recorded));
        let chosen = |recorded: &Recorded| self.hosts.is_empty() || self.hosts.iter().any(|host| is_host(&recorded.host, host));
        let (chosen, others): (Vec<_>, Vec<_>) = recorded.into_iter().partition(chosen);
        traffic.skip(others.iter().map(|recorded| recorded.host.as_str()), "not among the hosts that were asked for");
        let mut judged: Vec<(String, Exchange)> = Vec::new();
        for recorded in chosen {
            match judge::exchange(&self.contract, &self.policy, &recorded) {
                Some(exchange) => judged.push((recorded.host, exchange)),
                None => traffic.skip([recorded.host.as_str()], "they ask which methods there are"),
            }
        }
        let ours: BTreeSet<String> =
            judged.iter().filter(|(_, exchange)| exchange.operation.is_some()).map(|(host, _)| host.clone()).collect();
        for (host, mut exchange) in judged {
            if self.hosts.is_empty() && !ours.is_empty() && !ours.contains(&host) {
                traffic.skip([host.as_str()], "nothing of this API; --host has them judged all the same");
                continue;
            }
            if !has_credentials && self.forget_credentials(&mut exchange) {
                traffic.notes.insert("no request has credentials, as in what browsers export: they are not judged".into());
            }
            traffic.exchanges.push(exchange);
        }
        traffic
    }

    /// Leaves out what is said about credentials, and whether there was anything.
    fn forget_credentials(&self, exchange: &mut Exchange) -> bool {
        let before = exchange.request.len();
        exchange.request.retain(|violation| !matches!(violation.step(), Step::Credentials | Step::Permission));
        exchange.request.len() < before
    }
}

/// Whether a host is one that was asked for; without a port, all are meant.
fn is_host(host: &str, wanted: &str) -> bool {
    host == wanted || host.rsplit_once(':').is_some_and(|(name, _)| name == wanted)
}

/// An exchange as it was recorded.
#[derive(Debug)]
struct Recorded {
    /// Counted from 1 in its recording.
    number: usize,
    /// The line that it begins in, where each has its own.
    line: Option<usize>,
    /// In lower case, with the port if one is named.
    host: String,
    request: Request,
    /// `None` if the request was never answered.
    response: Option<Response>,
    /// Whether the recording has the body, if there was one.
    has_request_body: bool,
    has_response_body: bool,
}

/// Recorded traffic, judged.
#[derive(Debug, Clone, Default)]
pub struct Traffic {
    exchanges: Vec<Exchange>,
    skipped: BTreeMap<(String, String), usize>,
    notes: BTreeSet<String>,
}

impl Traffic {
    /// What was judged, in the order of the recording.
    pub fn exchanges(&self) -> &[Exchange] {
        &self.exchanges
    }

    /// How many exchanges were not judged; [`notes`](Self::notes) says why.
    pub fn skipped(&self) -> usize {
        self.skipped.values().sum()
    }

    /// What was not judged, and why: a sentence for each reason.
    pub fn notes(&self) -> Vec<String> {
        let skipped = self.skipped.iter().map(|((host, why), count)| {
            let exchanges = if *count == 1 { "1 exchange".to_owned() } else { format!("{count} exchanges") };
            format!("skipped {exchanges} with {host}: {why}")
        });
        skipped.chain(self.notes.iter().cloned()).collect()
    }

    /// Whether nothing breaks the contract.
    pub fn is_conforming(&self) -> bool {
        self.exchanges.iter().all(|exchange| exchange.request.is_empty() && exchange.response.is_empty())
    }

    fn skip<'h>(&mut self, hosts: impl IntoIterator<Item = &'h str>, why: &str) {
        for host in hosts {
            *self.skipped.entry((host.to_owned(), why.to_owned())).or_default() += 1;
        }
    }
}

/// For people: each exchange that breaks the contract with what is wrong, and a line with the totals.
impl fmt::Display for Traffic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for exchange in self.exchanges.iter().filter(|exchange| !exchange.is_conforming()) {
            writeln!(f, "{exchange}")?;
            let sides = [("request", &exchange.request), ("response", &exchange.response)];
            for (side, violation) in sides.iter().flat_map(|(side, violations)| violations.iter().map(move |violation| (side, violation))) {
                writeln!(f, "    {side}: {}", violation.brief())?;
                if let Some(rule) = violation.rule() {
                    writeln!(f, "      rule: {rule}")?;
                }
            }
        }
        self.notes().iter().try_for_each(|note| writeln!(f, "note: {note}"))?;
        let broken = self.exchanges.iter().filter(|exchange| !exchange.is_conforming()).count();
        let exchanges = if self.exchanges.len() == 1 { "1 exchange".to_owned() } else { format!("{} exchanges", self.exchanges.len()) };
        write!(f, "{exchanges} judged, {broken} broke the contract")
    }
}

/// One exchange of recorded traffic.
#[derive(Debug, Clone)]
pub struct Exchange {
    number: usize,
    line: Option<usize>,
    operation: Option<String>,
    title: String,
    request: Vec<Violation>,
    response: Vec<Violation>,
}

impl Exchange {
    /// Its number in the recording, counted from 1.
    pub fn number(&self) -> usize {
        self.number
    }

    /// The line of the recording that it is on, where each has its own.
    pub fn line(&self) -> Option<usize> {
        self.line
    }

    /// The operation that it is for, if there is one: `GET /v1/things/{id}`.
    pub fn operation(&self) -> Option<&str> {
        self.operation.as_deref()
    }

    /// What was asked and with which status it was answered: `GET /v1/things/1 -> 200`. Secrets are masked.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// Everything in which the request breaks the contract.
    pub fn request_violations(&self) -> &[Violation] {
        &self.request
    }

    /// Everything in which the answer breaks the contract.
    pub fn response_violations(&self) -> &[Violation] {
        &self.response
    }

    /// Whether neither breaks it.
    pub fn is_conforming(&self) -> bool {
        self.request.is_empty() && self.response.is_empty()
    }
}

/// `#3 GET /v1/things/1 -> 200`
impl fmt::Display for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{} {}", self.number, self.title)
    }
}

/// What was asked, without secrets, and the status of the answer.
fn title(contract: &Contract, recorded: &Recorded) -> String {
    let status = recorded.response.as_ref().map_or("no answer".to_owned(), |response| response.status().as_u16().to_string());
    format!("{} -> {status}", exchange_name(contract, &recorded.request))
}
