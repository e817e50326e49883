//! What of a contract the calls have reached.
//!
//! - `catalogue`: everything of a contract that can be reached, each with its place.
//! - `tree`: the members and values of bodies among it, and which of them a value has.
//! - `record`: calls, looked at when somebody asks, not while they wait for an answer.
//! - `files`: what several processes have reached, put together by way of a folder.
//! - `table`: coverage as text.

mod catalogue;
mod files;
mod record;
mod table;
mod tree;

use std::sync::Arc;

use serde::ser::{Serialize, SerializeMap, Serializer};

use self::catalogue::Place;
pub use self::files::CoverageFolder;
pub(crate) use self::record::Recorder;
use crate::contract::Contract;

/// The environment variable that names a folder for the coverage of all servers of all processes.
pub(crate) const VARIABLE: &str = "STANDIN_COVERAGE";

/// A kind of thing that a test run can reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum CoverageKind {
    /// An operation: it was called.
    Operation,
    /// A parameter of an operation: it was sent.
    Parameter,
    /// A declared status of an operation: it was answered.
    Status,
    /// A media type of a body: it was sent, or answered.
    MediaType,
    /// A member of a body: it was there. One that several bodies have by reference counts once for requests, once for answers.
    Member,
    /// A value of an `enum`: it was there.
    Value,
    /// A security scheme: a credential of that kind was accepted.
    Security,
    /// A webhook: it was sent.
    Webhook,
}

impl CoverageKind {
    /// All kinds, in the order of tables.
    pub const ALL: [Self; 8] =
        [Self::Operation, Self::Parameter, Self::Status, Self::MediaType, Self::Member, Self::Value, Self::Security, Self::Webhook];

    /// What things of this kind are called in tables, files and limits: `operations`, `media-types`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Operation => "operations",
            Self::Parameter => "parameters",
            Self::Status => "statuses",
            Self::MediaType => "media-types",
            Self::Member => "members",
            Self::Value => "values",
            Self::Security => "security",
            Self::Webhook => "webhooks",
        }
    }

    /// The kind of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// Something of a contract that a test run can reach.
#[derive(Debug, Clone)]
pub struct CoverageElement {
    kind: CoverageKind,
    name: String,
    place: Place,
}

impl CoverageElement {
    /// What kind of thing it is.
    pub fn kind(&self) -> CoverageKind {
        self.kind
    }

    /// What it is called: `GET /pets`, `GET /pets query limit`, `GET /pets 200`, `Pet.name (request)`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The name of the document that declares it: usually its path.
    pub fn document(&self) -> &str {
        self.place.document()
    }

    /// Where in the document, as a JSON Pointer.
    pub fn pointer(&self) -> &str {
        self.place.pointer()
    }

    /// The line in the document, counted from 1. `None` where the contract did not come as text.
    pub fn line(&self) -> Option<usize> {
        self.place.line()
    }
}

/// What of a contract calls have reached, and how often: see [`MockServer::coverage`](crate::MockServer::coverage).
///
/// ```
/// use standin::{Contract, CoverageKind, MockServer, Request};
///
/// let contract = Contract::from_text("pets.yaml", r#"
/// openapi: 3.1.0
/// paths:
///   /pets:
///     get:
///       parameters: [{name: limit, in: query, schema: {type: integer}}]
///       responses:
///         "200": {description: pets}
///         "429": {description: too many requests}
/// "#)?;
/// let api = MockServer::start(&contract);
/// api.handle(Request::get("/pets?limit=1"));
///
/// let coverage = api.coverage();
/// assert_eq!(coverage.count(CoverageKind::Operation), (1, 1));
/// assert_eq!(coverage.count(CoverageKind::Status), (1, 2));
/// let missing: Vec<_> = coverage.missing().map(|element| element.name()).collect();
/// assert_eq!(missing, ["GET /pets 429"]);
/// # Ok::<(), standin::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Coverage {
    contract: Arc<Listed>,
    hits: Vec<u64>,
}

/// What is known of a contract where only its coverage is asked for.
#[derive(Debug)]
struct Listed {
    /// Its title, or the name of its document.
    title: String,
    /// The same for all contracts with the same things in it.
    fingerprint: String,
    elements: Vec<CoverageElement>,
}

impl Coverage {
    /// That of a contract which nobody has called.
    pub fn none(contract: &Contract) -> Self {
        Self::of(&catalogue::of(contract).listed)
    }

    fn of(listed: &Arc<Listed>) -> Self {
        Self { contract: Arc::clone(listed), hits: vec![0; listed.elements.len()] }
    }

    /// The title of the contract, or the name of its document.
    pub fn title(&self) -> &str {
        &self.contract.title
    }

    /// What tells contracts apart: another list of things that can be reached has another fingerprint.
    pub fn fingerprint(&self) -> &str {
        &self.contract.fingerprint
    }

    /// Everything that can be reached, each with how often it was.
    pub fn elements(&self) -> impl Iterator<Item = (&CoverageElement, u64)> {
        self.contract.elements.iter().zip(self.hits.iter().copied())
    }

    /// What was not reached.
    pub fn missing(&self) -> impl Iterator<Item = &CoverageElement> {
        self.elements().filter(|(_, hits)| *hits == 0).map(|(element, _)| element)
    }

    /// How many of a kind were reached, and how many there are.
    pub fn count(&self, kind: CoverageKind) -> (usize, usize) {
        let of_kind = self.elements().filter(|(element, _)| element.kind == kind);
        of_kind.fold((0, 0), |(reached, all), (_, hits)| (reached + usize::from(hits > 0), all + 1))
    }

    /// The same in per cent; 100 if there are none.
    pub fn percent(&self, kind: CoverageKind) -> f64 {
        percent(self.count(kind))
    }

    /// Adds what other calls have reached. Whether it was of the same contract; nothing is added if it was not.
    pub fn merge(&mut self, other: &Self) -> bool {
        let same = self.fingerprint() == other.fingerprint() && self.hits.len() == other.hits.len();
        if same {
            self.hits.iter_mut().zip(&other.hits).for_each(|(own, more)| *own = own.saturating_add(*more));
        }
        same
    }

    fn is_empty(&self) -> bool {
        self.hits.iter().all(|hits| *hits == 0)
    }
}

fn percent((reached, all): (usize, usize)) -> f64 {
    if all == 0 { 100.0 } else { 100.0 * reached as f64 / all as f64 }
}

/// Counts by kind, and what was not reached.
impl Serialize for Coverage {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let count = |kind: CoverageKind| {
            let (reached, all) = self.count(kind);
            serde_json::json!({"reached": reached, "all": all, "percent": (self.percent(kind) * 10.0).round() / 10.0})
        };
        let counts: serde_json::Map<String, serde_json::Value> =
            CoverageKind::ALL.into_iter().map(|kind| (kind.name().to_owned(), count(kind))).collect();
        let missing: Vec<serde_json::Value> = self.missing().map(element).collect();
        let mut map = serializer.serialize_map(Some(4))?;
        map.serialize_entry("title", self.title())?;
        map.serialize_entry("fingerprint", self.fingerprint())?;
        map.serialize_entry("counts", &counts)?;
        map.serialize_entry("missing", &missing)?;
        map.end()
    }
}

fn element(element: &CoverageElement) -> serde_json::Value {
    serde_json::json!({
        "kind": element.kind.name(),
        "name": element.name,
        "document": element.document(),
        "pointer": element.pointer(),
        "line": element.line(),
    })
}
