//! Calls to what they have reached. A call costs a push; it is looked at when coverage is asked for, or when many wait.

use std::{
    fmt,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use serde_json::Value;

use super::{
    Coverage,
    catalogue::{self, Catalogue, Content, ElementId, OperationElements, ParameterElements},
    files,
};
use crate::{
    check::{self, Policy},
    contract::{Contract, Location, SchemeKind, for_status},
    journal::{Calls, Entry, Exchange},
    media,
    message::{Headers, Request, header_text},
    respond::Because,
    router::BasePath,
    source::parse_json,
    violation::Step,
};

/// How many calls may wait. Their messages stay in memory meanwhile.
const MOST_WAITING: usize = 1_000;

/// Keeps what the calls of a server have reached, over resets and whatever its journal forgets.
pub(crate) struct Recorder {
    state: Mutex<State>,
    /// Where it is written when the server stops.
    folder: Option<PathBuf>,
}

#[derive(Default)]
struct State {
    waiting: Vec<Arc<Exchange>>,
    counted: Option<Coverage>,
}

impl Recorder {
    pub(crate) fn new(folder: Option<PathBuf>) -> Self {
        Self { state: Mutex::default(), folder }
    }

    /// For a server whose builder did not say: if the environment asks for it.
    pub(crate) fn from_environment(wanted: Option<bool>) -> Option<Self> {
        let folder = std::env::var_os(super::VARIABLE).filter(|folder| !folder.is_empty()).map(PathBuf::from);
        let records = wanted.unwrap_or(folder.is_some());
        records.then(|| Self::new(folder))
    }

    pub(crate) fn add(&self, contract: &Contract, exchange: &Arc<Exchange>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.waiting.push(Arc::clone(exchange));
        if state.waiting.len() >= MOST_WAITING {
            state.count(contract);
        }
    }

    pub(crate) fn coverage(&self, contract: &Contract) -> Coverage {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).count(contract).clone()
    }

    /// Writes what was reached, if there is a folder for it, and begins anew.
    pub(crate) fn save(&self, contract: &Contract) -> std::io::Result<()> {
        let Some(folder) = &self.folder else { return Ok(()) };
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.waiting.is_empty() && state.counted.is_none() {
            return Ok(());
        }
        state.count(contract);
        match state.counted.take() {
            Some(coverage) if !coverage.is_empty() => files::write(&coverage, folder),
            _ => Ok(()),
        }
    }
}

impl State {
    fn count(&mut self, contract: &Contract) -> &Coverage {
        let coverage = self.counted.get_or_insert_with(|| Coverage::none(contract));
        let waiting = std::mem::take(&mut self.waiting);
        count(contract, waiting.iter().map(|exchange| &exchange.entry), coverage);
        coverage
    }
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder").field("folder", &self.folder).finish_non_exhaustive()
    }
}

impl Coverage {
    /// What some calls have reached.
    pub(crate) fn of_calls(contract: &Contract, calls: &Calls) -> Self {
        let mut coverage = Self::none(contract);
        calls.iter().for_each(|call| count(contract, std::iter::once(call.entry()), &mut coverage));
        coverage
    }
}

fn count<'e>(contract: &Contract, calls: impl Iterator<Item = &'e Entry>, coverage: &mut Coverage) {
    let catalogue = catalogue::of(contract);
    let mut reached = Vec::new();
    for entry in calls {
        let Some(number) = entry.operation else { continue };
        let Some(elements) = catalogue.operations.get(number) else { continue };
        reached.clear();
        Look { contract, catalogue: &catalogue, elements, number, entry }.all(&mut |id| reached.push(id));
        // A call reaches a thing or does not, however often it has it.
        reached.sort_unstable();
        reached.dedup();
        for id in &reached {
            if let Some(hits) = coverage.hits.get_mut(*id) {
                *hits += 1;
            }
        }
    }
}

/// A call while it is looked at.
struct Look<'c> {
    contract: &'c Contract,
    catalogue: &'c Catalogue,
    elements: &'c OperationElements,
    number: usize,
    entry: &'c Entry,
}

impl Look<'_> {
    fn all(&self, reach: &mut dyn FnMut(ElementId)) {
        let request = &self.entry.request;
        reach(self.elements.own);
        self.parameters(reach);
        self.security(reach);
        if let Some(content) = content_of(&self.elements.body, request.headers()).filter(|_| !request.body().is_empty()) {
            reach(content.own);
            if content.node.is_some() || content.item.is_some() {
                self.body(content, reach);
            }
        }
        // A problem document of standin's own is no declared answer.
        if !matches!(self.entry.because, Because::Problem | Because::Unable | Because::Undeclared) {
            self.answer(reach);
        }
    }

    fn parameters(&self, reach: &mut dyn FnMut(ElementId)) {
        for (name, value) in &self.entry.parameters {
            let named = |elements: &&ParameterElements| elements.name == *name;
            let several = self.elements.parameters.iter().filter(named).count() > 1;
            let sent = |elements: &&ParameterElements| !several || has(&self.entry.request, elements.location, name);
            for elements in self.elements.parameters.iter().filter(named).filter(sent) {
                reach(elements.own);
                elements.node.iter().for_each(|node| self.catalogue.tree.walk(*node, value, reach));
            }
        }
    }

    fn security(&self, reach: &mut dyn FnMut(ElementId)) {
        if self.entry.violations.iter().any(|violation| violation.step() == Step::Credentials) {
            return;
        }
        let carries = |kind: &SchemeKind| carries(&self.entry.request, kind);
        self.elements.schemes.iter().filter(|(kind, _)| carries(kind)).for_each(|(_, element)| reach(*element));
    }

    fn body(&self, content: &Content, reach: &mut dyn FnMut(ElementId)) {
        let request = &self.entry.request;
        let is_json = request.headers().get("content-type").and_then(header_text).is_some_and(media::is_json);
        let plain = is_json && request.headers().get("content-encoding").is_none();
        let value = if plain { parse_json(request.body()).ok().map(|(value, _)| value) } else { self.decoded() };
        if let Some(value) = value {
            self.walk(content, &value, reach);
        }
    }

    /// The body of a request that is not plain JSON, read as it was when it was judged.
    fn decoded(&self) -> Option<Value> {
        let request = &self.entry.request;
        let found = self.contract.router().find(request.method(), request.path(), BasePath::Optional).ok()?;
        let operation = self.contract.operations().get(self.number)?;
        check::request(self.contract, operation, &found.values, request, &Policy::default()).body
    }

    fn answer(&self, reach: &mut dyn FnMut(ElementId)) {
        let Some(operation) = self.contract.operations().get(self.number) else { return };
        let response = &self.entry.response;
        let Some(declared) = for_status(&operation.responses, response.status().as_u16()) else { return };
        let number = operation.responses.iter().position(|other| std::ptr::eq(other, declared));
        let Some((own, content)) = number.and_then(|number| self.elements.responses.get(number)) else { return };
        reach(*own);
        let Some(content) = content_of(content, response.headers()).filter(|_| !response.body().is_empty()) else { return };
        reach(content.own);
        let is_json = response.headers().get("content-type").and_then(header_text).is_some_and(media::is_json);
        if let Some((value, _)) = is_json.then(|| parse_json(response.body()).ok()).flatten() {
            self.walk(content, &value, reach);
        }
    }

    fn walk(&self, content: &Content, value: &Value, reach: &mut dyn FnMut(ElementId)) {
        content.node.iter().for_each(|node| self.catalogue.tree.walk(*node, value, reach));
        if let (Some(node), Value::Array(items)) = (content.item, value) {
            items.iter().for_each(|item| self.catalogue.tree.walk(node, item, reach));
        }
    }
}

/// The declared media type that a message has.
fn content_of<'c>(content: &'c [Content], headers: &Headers) -> Option<&'c Content> {
    let given = headers.get("content-type").and_then(header_text)?;
    let fitting = content.iter().filter_map(|content| Some((media::fit(&content.range, given)?, content)));
    fitting.max_by_key(|(fit, _)| *fit).map(|(_, content)| content)
}

/// Whether a request has something of a name in a place.
fn has(request: &Request, location: Location, name: &str) -> bool {
    match location {
        Location::Path => true,
        Location::Header => request.headers().get(name).is_some(),
        Location::Query | Location::QueryString => request.query().is_some_and(|query| query.contains(name)),
        Location::Cookie => cookies(request).any(|pair| pair.split('=').next() == Some(name)),
    }
}

fn cookies(request: &Request) -> impl Iterator<Item = &str> {
    let headers = request.headers().get_all("cookie").filter_map(header_text);
    headers.flat_map(|header| header.split(';')).map(str::trim)
}

/// Whether a request carries a credential of a kind.
fn carries(request: &Request, kind: &SchemeKind) -> bool {
    let scheme = request.headers().get("authorization").and_then(header_text).and_then(|value| value.split(' ').next());
    let is = |wanted: &str| scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case(wanted));
    match kind {
        SchemeKind::Bearer => is("bearer"),
        SchemeKind::Basic => is("basic"),
        SchemeKind::Http(name) => is(name),
        SchemeKind::ApiKey(location, name) => has(request, *location, name),
        SchemeKind::Other => false,
    }
}
