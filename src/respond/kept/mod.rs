//! Answering from what the server keeps: which operation does what with which thing, the contract knows
//! (`contract::resource`); how things are kept, `state`.
//!
//! Reading takes the lock for as long as finding takes. What changes things does so in one transaction, which is undone if
//! no conforming answer can be made of it. A [`Rule`](crate::Rule) that serves an operation comes before what is inferred.

mod change;
mod create;
mod json_patch;
mod list;
mod merge;
mod page;
mod refuse;
mod repeat;
mod show;
mod tags;
mod written;

use std::sync::Arc;

use serde_json::{Map, Value};

pub(crate) use self::page::{Facts, Way};
use super::{Answer, Because, Chosen, Scene, chosen, scripted::merged, unable, with_headers, write};
use crate::{
    check,
    clock::Timestamp,
    contract::{Action, Contract, Location, Role, Served, Use, at, thing_at},
    message::Response,
    schema::Schema,
    seed::Seed,
    state::{Kind, Occasion, Store, Transaction, Wanted},
    violation::Violation,
};

/// What is known of an answer beside its body.
#[derive(Debug, Clone, Default)]
pub(crate) struct Told {
    /// The id of what was created.
    pub(crate) id: Option<String>,
    pub(crate) page: Option<Facts>,
    /// The mark of what is shown, as it is now (RFC 9110, section 8.8.3).
    pub(crate) tag: Option<String>,
}

/// An operation that does something with what is kept, called.
#[derive(Clone, Copy)]
struct Site<'s> {
    scene: &'s Scene<'s>,
    store: &'s Store,
    /// The number of the kind of things.
    number: usize,
    kind: &'s Kind,
    used: &'s Use,
    /// What the path says that the thing is part of.
    links: &'s [(String, String)],
}

/// The answer, if the operation does something with what is kept.
pub(super) fn serve(scene: &Scene<'_>) -> Option<Answer> {
    let store = scene.store?;
    // Who asks for one answer in particular gets that.
    if scene.preferences().code.is_some() || scene.preferences().example.is_some() {
        return None;
    }
    if let Some(answer) = ruled(scene, store) {
        return Some(answer);
    }
    let (number, resource, used) = scene.contract.kept().of_operation(scene.operation.number)?;
    let links = links(scene, used);
    let site = Site { scene, store, number, kind: &resource.kind, used, links: &links };
    if used.action != Action::Create && site.sent_list().is_some_and(|items| items.len() != 1) {
        // Which of several the one is that the path names, nothing says: if it is there, the answer is as without state.
        return used.identity.is_some().then(|| show::find(&site).err()).flatten().map(|missing| *missing);
    }
    match used.action {
        Action::List => list::list(&site),
        Action::Read => Some(show::read(&site)),
        _ => Some(write_one(&site)),
    }
}

/// Everything that changes things: as a whole, or not at all.
fn write_one(site: &Site<'_>) -> Answer {
    let done = site.store.transact(site.occasion(), |state| {
        if let Some(answer) = repeat::answered(site, state) {
            return answer;
        }
        let answer = match site.used.action {
            Action::Create => create::create(site, state)?,
            Action::Delete => change::delete(site, state)?,
            _ => change::change(site, state)?,
        };
        repeat::remember(site, state, &answer)?;
        Ok(answer)
    });
    done.unwrap_or_else(|answer| *answer)
}

/// What a rule answers.
fn ruled(scene: &Scene<'_>, store: &Store) -> Option<Answer> {
    let incoming = scene.incoming();
    scene.rules().next()?;
    let done = store.transact(occasion(scene), |state| {
        let served = scene.rules().find_map(|rule| rule.serve(&incoming, state));
        match served {
            Some(served) => told_by(scene, served).map(Some),
            None => Ok(None),
        }
    });
    done.unwrap_or_else(|answer| Some(*answer))
}

/// The answer that a rule gives; an error undoes what it has done.
fn told_by(scene: &Scene<'_>, served: Served) -> Result<Answer, Box<Answer>> {
    let Served { status, body, why, patch } = served;
    if let (Some(status), Some(why)) = (status, why) {
        return Err(Box::new(refuse::as_status(scene, status, &why, patch.as_ref())));
    }
    let chosen = chosen(scene)?;
    let mut body = body.unwrap_or_default();
    if let Some(patch) = patch {
        body = merged(body, &patch);
    }
    if let Some((media_type, _)) = &chosen.form {
        scene.rules().for_each(|rule| rule.answer(&scene.incoming(), &mut body));
        let violations = check::answer(media_type, &body);
        if !violations.is_empty() {
            return Err(unabled(violations));
        }
    }
    finish(scene, &chosen, &Told::default(), &body)
}

/// Lets the rules do what is due by now.
pub(crate) fn run_due(contract: &Contract, store: &Store, now: Timestamp, world: Seed) {
    if !store.look(|world, _| world.is_due(now)) {
        return;
    }
    let occasion = Occasion { now, tenant: Arc::from(""), seed: world.with(b"due") };
    let done: Result<(), ()> = store.transact(occasion, |state| {
        while let Some((at, reminder)) = state.due(now) {
            state.act_as(at, Arc::clone(&reminder.tenant));
            let resource = state.kinds()[reminder.kind].name.clone();
            contract.rules().general().for_each(|rule| rule.due(&resource, &reminder.id, &reminder.note, state));
        }
        Ok(())
    });
    debug_assert!(done.is_ok(), "nothing refuses");
}

impl Site<'_> {
    /// The schemas of the path parameters that name such a thing.
    fn names(&self) -> impl Iterator<Item = &Schema> {
        let contract = self.scene.contract;
        let uses = contract.kept().all[self.number].uses.iter();
        uses.filter_map(|used| {
            let name = used.identity.as_ref()?;
            let operation = &contract.operations()[used.operation];
            operation.parameters.iter().find(|parameter| parameter.location == Location::Path && parameter.name == *name)?.any_schema()
        })
    }

    /// Whether what there is once is there from the beginning: it is not, if it can be made and taken away.
    fn is_always_there(&self) -> bool {
        self.kind.is_single && !self.scene.contract.kept().comes_and_goes(self.number)
    }

    /// The thing as the body of the request has it.
    fn sent(&self) -> Option<&Map<String, Value>> {
        thing_at(self.scene.judgement.body.as_ref()?, &self.used.sent, self.used.sent_in_list)?.as_object()
    }

    /// What is sent, where a list of things is taken.
    fn sent_list(&self) -> Option<&[Value]> {
        let body = self.scene.judgement.body.as_ref().filter(|_| self.used.sent_in_list)?;
        at(body, &self.used.sent)?.as_array().map(Vec::as_slice)
    }

    /// Whether what was sent under this name was taken over by that name already, or turned down.
    fn was_echoed(&self, name: &str) -> bool {
        self.sent().is_some_and(|sent| sent.contains_key(name))
    }

    /// Whether the answer says how many there are on all pages.
    fn tells_total(&self) -> bool {
        let contents = self.scene.operation.responses.iter().flat_map(|response| &response.content);
        let told = contents
            .filter_map(|content| content.layout())
            .any(|layout| layout.members(true).any(|member| matches!(member.role, Role::Total | Role::Count | Role::Pages)));
        told || self.scene.operation.responses.iter().any(|response| !response.headers.is_empty())
    }

    fn occasion(&self) -> Occasion {
        occasion(self.scene)
    }

    /// Where the things of the path are looked for.
    fn wanted(&self) -> Wanted<'_> {
        Wanted { kind: self.number, tenant: &self.scene.judgement.tenant, links: self.links }
    }

    /// The members that name what the thing is part of, with the values that the path has.
    fn wholes(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.used.within.iter().filter_map(|within| Some((within.member.as_deref()?, parameter(self.scene, &within.parameter)?)))
    }

    /// Those of them that a thing has.
    fn said_by_path(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.wholes().filter(|(member, _)| self.kind.declares(member))
    }

    /// The value of the path parameter that names the thing; nothing for what there is once.
    fn id(&self) -> String {
        let named = self.used.identity.as_ref().and_then(|name| parameter(self.scene, name));
        named.map(Kind::text).unwrap_or_default()
    }
}

fn occasion(scene: &Scene<'_>) -> Occasion {
    Occasion { now: scene.now, tenant: Arc::clone(&scene.judgement.tenant), seed: scene.seed }
}

fn parameter<'a>(scene: &Scene<'a>, name: &str) -> Option<&'a Value> {
    scene.judgement.parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value)
}

fn links(scene: &Scene<'_>, used: &Use) -> Vec<(String, String)> {
    let value = |name: &str| parameter(scene, name).map(Kind::text);
    used.within.iter().filter_map(|within| Some((within.name.clone(), value(&within.parameter)?))).collect()
}

/// The chosen answer, with this body where it has one.
fn finish(scene: &Scene<'_>, chosen: &Chosen<'_>, told: &Told, body: &Value) -> Result<Answer, Box<Answer>> {
    let written = match &chosen.form {
        None => Ok(Response::new(chosen.status)),
        Some((media_type, named)) => write::body(media_type, named.as_deref(), chosen.status, body),
    };
    headed(scene, chosen, told, written)
}

/// The chosen answer, written, with the headers that the contract declares.
fn headed(scene: &Scene<'_>, chosen: &Chosen<'_>, told: &Told, written: Result<Response, Violation>) -> Result<Answer, Box<Answer>> {
    let response = written.map_err(|violation| unabled(vec![violation]))?;
    let scene = Scene { told: Some(told), ..*scene };
    let answer = with_headers(&scene, chosen.declared, chosen.status, response, Because::Kept);
    if answer.violations.is_empty() { Ok(answer) } else { Err(Box::new(answer)) }
}

fn unabled(violations: Vec<Violation>) -> Box<Answer> {
    Box::new(unable(violations))
}

/// Lets the rules do what else there is to do.
fn afterwards(scene: &Scene<'_>, body: &Value, state: &mut Transaction<'_>) {
    let incoming = scene.incoming();
    scene.rules().for_each(|rule| rule.after(&incoming, body, state));
}
