//! State, on real documents: everything that can be created is created, read, listed, changed and deleted, and what is read
//! is held against what was created.
//!
//! `cargo test --release round_trips -- --nocapture` prints what was inferred of each document and what holds.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{Draft, documents};
use crate::{
    contract::{Action, Contract, Location, Operation, Resource, Use, at, thing_at},
    journal::Call,
    message::Response,
    respond::Because,
    server::MockServer,
    state::Kind,
    text::percent_encode,
};

/// Documents whose resources are those of REST.
const REST: [&str; 10] = ["asana", "box", "square", "lob", "resend", "petstore", "svix", "openai", "discord", "twilio"];

/// How one part of a round trip went.
#[derive(Default)]
struct Count {
    held: usize,
    all: usize,
}

/// What was tried on one document.
#[derive(Default)]
struct Trips {
    resources: usize,
    refused: usize,
    creatable: usize,
    counts: BTreeMap<&'static str, Count>,
    failures: Vec<String>,
}

impl Trips {
    fn note(&mut self, part: &'static str, what: &str, outcome: Result<(), String>) -> bool {
        let count = self.counts.entry(part).or_default();
        count.all += 1;
        count.held += usize::from(outcome.is_ok());
        if let Err(why) = &outcome {
            self.failures.push(format!("{part} {what}: {}", why.chars().take(400).collect::<String>()));
        }
        outcome.is_ok()
    }

    fn pairs(&self) -> (usize, usize) {
        self.counts.get("read").map_or((0, 0), |count| (count.held, count.all))
    }
}

/// A thing that was created, and how paths name it and what it is part of.
struct Created {
    id: String,
    members: Map<String, Value>,
    links: Vec<(String, String)>,
}

struct Trip<'t> {
    api: &'t MockServer,
    contract: &'t Contract,
}

impl Trip<'_> {
    fn run(&self, number: usize, trips: &mut Trips) {
        let resource = &self.contract.kept().all[number];
        let creates = resource.uses.iter().filter(|used| is_create(used)).min_by_key(|used| used.within.len());
        let Some(used) = creates else { return };
        trips.creatable += 1;
        let name = resource.name();
        let created = match self.create(number, used, 0) {
            Ok(created) => created,
            Err(why) => {
                trips.note("create", name, Err(why));
                if resource.uses.iter().any(|used| used.action == Action::Read) {
                    trips.note("read", name, Err("it was not created".into()));
                }
                return;
            }
        };
        trips.note("create", name, Ok(()));
        let of = |action: &dyn Fn(&Use) -> bool| resource.uses.iter().filter(|used| action(used)).collect::<Vec<_>>();
        for used in of(&|used| used.action == Action::Read) {
            trips.note("read", name, self.read(used, resource, &created, &created.members));
        }
        for used in of(&|used| used.action == Action::List) {
            trips.note("list", name, self.list(used, resource, &created));
        }
        for used in of(&|used| matches!(used.action, Action::Patch | Action::Replace { .. }) && used.identity.is_some()) {
            trips.note("change", name, self.change(used, &created));
        }
        let deletes = resource.uses.iter().find(|used| used.action == Action::Delete);
        if deletes.is_some_and(|used| trips.note("delete", name, self.call(used, &created, None).map(drop))) {
            trips.note("gone", name, self.gone(resource, &created));
        }
    }

    /// Creates a thing, and before it whatever it is part of.
    fn create(&self, number: usize, used: &Use, depth: usize) -> Result<Created, String> {
        let resources = self.contract.kept();
        let kind = &resources.all[number].kind;
        let mut links = Vec::new();
        for within in &used.within {
            let parent = kind.parents.iter().find(|link| link.name == within.name).map(|link| link.kind);
            let create = parent.and_then(|parent| Some((parent, resources.all[parent].uses.iter().find(|used| is_create(used))?)));
            let id = match create {
                Some((parent, create)) if depth < 4 && parent != number => {
                    let whole = self.create(parent, create, depth + 1)?;
                    let outer = whole.links;
                    links.retain(|(name, _): &(String, String)| !outer.iter().any(|(known, _)| known == name));
                    links.extend(outer);
                    Some(whole.id)
                }
                _ => None,
            };
            if let Some(id) = id {
                links.retain(|(name, _)| *name != within.name);
                links.push((within.name.clone(), id));
            }
        }
        let (response, sent) = self.send(used, &links, None, &Map::new())?;
        let state = self.api.state();
        let things = state.as_json()[&kind.name].as_array().cloned().unwrap_or_default();
        let _ = response;
        let Some(Value::Object(mut members)) = things.last().cloned() else { return Err(format!("nothing is kept of {sent}")) };
        let aside = members.remove("$standin").unwrap_or_default();
        let id = aside.get("id").or_else(|| kind.id_of(&members)).map(Kind::text).unwrap_or_default();
        let within = aside["within"].as_object().cloned().unwrap_or_default();
        let links = within.into_iter().map(|(name, value)| (name, Kind::text(&value))).collect();
        Ok(Created { id, members, links })
    }

    /// Sends a request that is in order; what it is answered with, and the body that was sent.
    fn send(
        &self,
        used: &Use,
        links: &[(String, String)],
        id: Option<&str>,
        thing: &Map<String, Value>,
    ) -> Result<(Response, Value), String> {
        let operation = &self.contract.operations()[used.operation];
        let mut draft = Draft::of(operation).ok_or("no request can be made")?;
        draft.path = path(operation, used, links, id, &draft.path);
        // Filters and pages of a made-up value would show nothing.
        draft.query.retain(|(name, _)| {
            operation.parameters.iter().any(|known| known.name == *name && known.location == Location::Query && known.required)
        });
        // What must be filtered by is what the thing has there.
        for filter in used.filters.iter().filter(|filter| thing.get(&filter.member[0]).is_some_and(Value::is_string)) {
            let text = thing[&filter.member[0]].as_str().unwrap_or_default();
            draft
                .query
                .iter_mut()
                .filter(|(name, _)| *name == filter.parameter)
                .for_each(|(name, pair)| *pair = format!("{name}={}", percent_encode(text)));
        }
        draft.headers.retain(|(name, _)| operation.parameters.iter().any(|known| known.name == *name && known.required));
        let request = draft.request(operation.method()).ok_or("no request can be written")?;
        let sent = serde_json::from_slice(request.body()).unwrap_or_default();
        let response = self.api.handle(request);
        let call = self.api.calls().last();
        conforms(&call)?;
        Ok((response, sent))
    }

    fn call(&self, used: &Use, created: &Created, _: Option<()>) -> Result<(Response, Value), String> {
        let (response, sent) = self.send(used, &created.links, Some(&created.id), &created.members)?;
        let has_success = has_success(&self.contract.operations()[used.operation]);
        if !response.status().is_success() && has_success {
            return Err(format!("{} {}", response.status(), String::from_utf8_lossy(response.body())));
        }
        Ok((response, sent))
    }

    fn read(&self, used: &Use, resource: &Resource, created: &Created, expected: &Map<String, Value>) -> Result<(), String> {
        let (response, _) = self.call(used, created, None)?;
        let Some(shown) = &used.shown else { return Ok(()) };
        let body = response.json();
        let thing = thing_at(&body, &shown.path, shown.in_list).and_then(Value::as_object).ok_or_else(|| format!("no thing in {body}"))?;
        if let Some(id) = resource.kind.id_of(thing) {
            same("id", id, &created.id.clone().into())?;
        }
        thing.iter().try_for_each(|(name, value)| expected.get(name).map_or(Ok(()), |expected| same(name, value, expected)))
    }

    fn list(&self, used: &Use, resource: &Resource, created: &Created) -> Result<(), String> {
        let (response, _) = self.call(used, created, None)?;
        let Some(shown) = &used.shown else { return Ok(()) };
        let body = response.json();
        let items = at(&body, &shown.path).and_then(Value::as_array).ok_or_else(|| format!("no list in {body}"))?;
        let is_it =
            |item: &Value| item.as_object().and_then(|item| resource.kind.id_of(item)).map(Kind::text).as_ref() == Some(&created.id);
        if resource.kind.id.is_none() && !items.is_empty() || items.iter().any(is_it) {
            return Ok(());
        }
        Err(format!("{} is not among {}", created.id, body))
    }

    fn change(&self, used: &Use, created: &Created) -> Result<(), String> {
        self.call(used, created, None).map(drop)
    }

    fn gone(&self, resource: &Resource, created: &Created) -> Result<(), String> {
        let Some(read) = resource.uses.iter().find(|used| used.action == Action::Read) else { return Ok(()) };
        let (response, _) = self.send(read, &created.links, Some(&created.id), &created.members)?;
        match response.status().as_u16() {
            404 | 410 => Ok(()),
            status => Err(format!("{status} after it was deleted")),
        }
    }
}

/// Some documents declare errors alone.
fn has_success(operation: &Operation) -> bool {
    operation.statuses().any(|status| status.starts_with('2') || status == "default")
}

fn is_create(used: &Use) -> bool {
    matches!(used.action, Action::Create | Action::Replace { creates: true })
}

/// The path with what it names; what nobody knows stays as it was made up.
fn path(operation: &Operation, used: &Use, links: &[(String, String)], id: Option<&str>, made: &str) -> String {
    let value = |parameter: &str| {
        let within = used.within.iter().find(|within| within.parameter == parameter);
        let link = within.and_then(|within| links.iter().find(|(name, _)| *name == within.name)).map(|(_, value)| value.as_str());
        link.or_else(|| id.filter(|_| used.identity.as_deref() == Some(parameter)))
    };
    let template = crate::router::path_of(operation.path()).split('/');
    let segments = template.zip(made.split('/')).map(|(segment, made)| {
        let mut written = segment.to_owned();
        let mut is_known = true;
        for parameter in crate::router::parameters(segment) {
            match value(parameter) {
                Some(value) => written = written.replace(&format!("{{{parameter}}}"), &percent_encode(value)),
                None => is_known = false,
            }
        }
        if is_known { written } else { made.to_owned() }
    });
    segments.collect::<Vec<_>>().join("/")
}

fn conforms(call: &Call) -> Result<(), String> {
    match (call.violations().first(), call.because()) {
        (Some(violation), _) => Err(violation.to_string()),
        (None, Because::Unable) => Err("no answer".into()),
        (None, _) => Ok(()),
    }
}

fn same(name: &str, value: &Value, expected: &Value) -> Result<(), String> {
    let is_same = value == expected || Kind::text(value) == Kind::text(expected);
    if is_same { Ok(()) } else { Err(format!("{name}: expected {expected}, found {value}")) }
}

#[test]
#[cfg_attr(debug_assertions, ignore = "takes minutes where nothing is optimised: run it with --release")]
fn round_trips_hold_on_real_documents() {
    let say = |text: &str| drop(std::io::Write::write_all(&mut std::io::stderr(), text.as_bytes()));
    let Some(documents) = documents() else {
        say("skipped: there are no documents in ../shared/specs\n");
        return;
    };
    let chosen = std::env::var("STANDIN_DOCUMENT").unwrap_or_default();
    let (mut held, mut all) = (0, 0);
    for file in documents.iter().filter(|path| path.to_string_lossy().contains(&chosen)) {
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let contract = Contract::from_path(file).unwrap_or_else(|error| panic!("{error}"));
        let api = MockServer::builder(&contract).stateful(true).lenient(true).start();
        let kept = contract.kept();
        let mut trips = Trips { resources: kept.all.len(), refused: kept.refused.len(), ..Trips::default() };
        (0..kept.all.len()).for_each(|number| Trip { api: &api, contract: &contract }.run(number, &mut trips));
        let counts = trips.counts.iter().map(|(part, count)| format!("{part} {}/{}", count.held, count.all)).collect::<Vec<_>>().join(", ");
        say(&format!(
            "{name}: {} resources ({} can be created), {} operations refused; {counts}\n",
            trips.resources, trips.creatable, trips.refused
        ));
        trips.failures.iter().for_each(|failure| say(&format!("    {failure}\n")));
        if std::env::var("STANDIN_REFUSED").is_ok() {
            kept.refused
                .iter()
                .for_each(|refused| say(&format!("    refused {}: {}\n", contract.operations()[refused.operation].name(), refused.why)));
        }
        if REST.iter().any(|known| name.contains(known)) {
            let (held_here, all_here) = trips.pairs();
            held += held_here;
            all += all_here;
        }
    }
    say(&format!("the ten: {held} of {all} pairs of create and read hold\n"));
    assert!(chosen.is_empty() && held * 10 >= all * 9 && all > 100 || !chosen.is_empty(), "{held} of {all} pairs of create and read hold");
}
