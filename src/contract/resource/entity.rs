//! Where answers and bodies have the thing, or the list of things: in whatever envelope, by schema.

use super::{
    identity::{Fit, id_member},
    view::View,
    words::{same_noun, words},
};
use crate::{
    contract::{DeclaredResponse, DeclaredStatus, MediaType, Operation, page},
    media,
    schema::Schema,
};

/// What an operation answers where all is well.
pub(super) enum Answer<'d> {
    /// No body, or one that nothing is said of.
    Nothing,
    Json(View<'d>),
    /// A body that is no JSON.
    Other,
}

/// Where a body has the thing, or the list, which `view` is then an item of.
#[derive(Clone)]
pub(super) struct Spot<'d> {
    pub(super) path: Vec<String>,
    pub(super) in_list: bool,
    pub(super) view: View<'d>,
}

/// What is known of the thing that is looked for.
#[derive(Clone, Copy)]
pub(super) struct Wanted<'w, 'd> {
    /// What the path calls such things.
    pub(super) noun: &'w str,
    /// The path parameter that names one.
    pub(super) parameter: Option<&'w str>,
    /// One of its kind.
    pub(super) kin: Option<&'w View<'d>>,
}

/// Members that hold what an answer is about, and nothing else.
const ENVELOPES: [&str; 8] = ["data", "result", "response", "item", "payload", "resource", "object", "record"];
/// Members that no thing stands in.
const ASIDE: [&str; 13] = [
    "error",
    "errors",
    "warnings",
    "meta",
    "metadata",
    "links",
    "_links",
    "pagination",
    "paging",
    "included",
    "page",
    "pageinfo",
    "response_metadata",
];
const DEEPEST: usize = 3;

/// The response for a request that is in order: as `respond` chooses it.
pub(super) fn success(operation: &Operation) -> Option<(u16, &DeclaredResponse)> {
    let declared = &operation.responses;
    let by = |fits: &dyn Fn(DeclaredStatus) -> bool| declared.iter().find(|response| fits(response.status));
    let chosen = by(&|status| matches!(status, DeclaredStatus::Code(200..=299)))
        .or_else(|| by(&|status| status == DeclaredStatus::Range(2)))
        .or_else(|| by(&|status| status == DeclaredStatus::Default))?;
    let status = if let DeclaredStatus::Code(code) = chosen.status { code } else { 200 };
    Some((status, chosen))
}

/// What an operation answers where all is well.
pub(super) fn answer(operation: &Operation) -> Answer<'_> {
    let Some((_, response)) = success(operation) else { return Answer::Nothing };
    if response.content.is_empty() {
        return Answer::Nothing;
    }
    match json(&response.content) {
        Some(schema) => {
            let view = View::of(schema);
            if view.is_thing() || view.is_array() { Answer::Json(view) } else { Answer::Nothing }
        }
        None if response.content.iter().any(|media_type| media::is_json(&media_type.range)) => Answer::Nothing,
        None => Answer::Other,
    }
}

/// The schema of bodies of JSON.
fn json(content: &[MediaType]) -> Option<&Schema> {
    let json = content.iter().find(|media_type| media::is_json(&media_type.range) || media_type.range.starts_with("*/*"));
    json.and_then(|media_type| media_type.schema.as_ref())
}

/// What a client sends: JSON if it can be, else whatever has a schema.
pub(super) fn body(operation: &Operation) -> Option<View<'_>> {
    let content = &operation.request_body.as_ref()?.content;
    let any = || content.iter().find_map(|media_type| media_type.schema.as_ref());
    json(content).or_else(any).map(View::of)
}

fn is_aside(name: &str) -> bool {
    ASIDE.contains(&name.to_ascii_lowercase().as_str())
}

/// The objects in a value that may be the thing, level by level.
fn objects<'d>(view: &View<'d>) -> Vec<(Vec<String>, View<'d>)> {
    let mut found = vec![(Vec::new(), view.clone())];
    let mut at = 0;
    while at < found.len() && found.len() < 100 {
        let (path, view) = found[at].clone();
        at += 1;
        if path.len() + 1 >= DEEPEST {
            continue;
        }
        for name in view.names().filter(|name| !is_aside(name)) {
            if let Some(member) = view.member(name).filter(View::is_thing) {
                found.push(([path.as_slice(), &[name.to_owned()]].concat(), member));
            }
        }
    }
    found
}

/// The lists in a value, level by level, each with its items.
fn lists<'d>(view: &View<'d>) -> Vec<(Vec<String>, View<'d>)> {
    if view.is_array() {
        return view.items().map(|items| (Vec::new(), items)).into_iter().collect();
    }
    let mut found = Vec::new();
    for (path, object) in objects(view) {
        for name in object.names().filter(|name| !is_aside(name)) {
            let items = object.member(name).filter(View::is_array).and_then(|list| list.items());
            found.extend(items.map(|items| ([path.as_slice(), &[name.to_owned()]].concat(), items)));
        }
    }
    found
}

/// Whether a member is named as what holds the thing.
fn holds(name: &str, noun: &str) -> bool {
    ENVELOPES.contains(&name.to_ascii_lowercase().as_str()) || same_noun(name, noun)
}

/// Where an answer shows the one thing that is wanted.
pub(super) fn thing<'d>(view: &View<'d>, wanted: Wanted<'_, '_>) -> Option<Spot<'d>> {
    let spot = |path: &[String], in_list: bool, view: &View<'d>| Some(Spot { path: path.to_vec(), in_list, view: view.clone() });
    let objects = if view.is_thing() { objects(view) } else { Vec::new() };
    if let Some(kin) = wanted.kin {
        if let Some((path, view)) = objects.iter().find(|(_, view)| view.is_kin(kin)) {
            return spot(path, false, view);
        }
        if let Some((path, items)) = lists(view).iter().find(|(_, items)| items.is_kin(kin)) {
            return spot(path, true, items);
        }
        let alike = |(path, view): &&(Vec<String>, View<'_>)| enveloped(path, wanted.noun) && view.resembles(kin);
        return objects.iter().find(alike).and_then(|(path, view)| spot(path, false, view));
    }
    let fits = |fit: Fit| {
        move |(path, view): &&(Vec<String>, View<'_>)| {
            let named = wanted.parameter.and_then(|parameter| id_member(view, parameter, wanted.noun));
            enveloped(path, wanted.noun) && named.is_some_and(|(_, found)| found >= fit)
        }
    };
    let lists = lists(view);
    let listed = |(path, items): &&(Vec<String>, View<'_>)| {
        items.is_thing() && (path.is_empty() || path.last().is_some_and(|name| same_noun(name, wanted.noun)))
    };
    if let Some((path, view)) = objects.iter().find(fits(Fit::Sure)) {
        return spot(path, false, view);
    }
    if let Some((path, items)) = lists.iter().filter(listed).find(fits(Fit::Sure)) {
        return spot(path, true, items);
    }
    if let Some((path, view)) = objects.iter().find(fits(Fit::Weak)) {
        return spot(path, false, view);
    }
    if let Some((path, items)) = lists.iter().find(listed) {
        return spot(path, true, items);
    }
    let (path, view) = opened(&objects, wanted.noun)?;
    spot(path, false, view)
}

/// Whether names lead through envelopes alone.
fn enveloped(path: &[String], noun: &str) -> bool {
    path.iter().all(|name| holds(name, noun))
}

/// The innermost envelope: what is in it is the thing, whatever names it.
fn opened<'o, 'd>(objects: &'o [(Vec<String>, View<'d>)], noun: &str) -> Option<&'o (Vec<String>, View<'d>)> {
    let mut here = objects.first()?;
    loop {
        let below = |(path, _): &&(Vec<String>, View<'_>)| path.len() == here.0.len() + 1 && path.starts_with(&here.0);
        let mut inside = objects.iter().filter(below).filter(|(path, _)| path.last().is_some_and(|name| holds(name, noun)));
        match (inside.next(), inside.next()) {
            (Some(one), None) => here = one,
            _ => return Some(here),
        }
    }
}

/// Where an answer has its list, if it is one.
pub(super) fn list<'d>(view: &View<'d>, wanted: Wanted<'_, '_>) -> Option<Spot<'d>> {
    let lists = lists(view);
    let spot = |(path, items): &(Vec<String>, View<'d>)| Spot { path: path.clone(), in_list: false, view: items.clone() };
    if view.is_array() {
        return lists.first().map(spot);
    }
    let level = |found: &&(Vec<String>, View<'_>)| found.0.len() == lists[0].0.len();
    let outermost: Vec<_> = lists.iter().filter(level).collect();
    if let Some(kin) = wanted.kin
        && let Some(found) = outermost.iter().copied().chain(&lists).find(|(_, items)| items.is_kin(kin))
        && !is_of_thing(view, found, wanted)
    {
        return Some(spot(found));
    }
    let named = |(path, _): &&(Vec<String>, View<'_>)| path.last().is_some_and(|name| same_noun(name, wanted.noun));
    let usual = |(path, _): &(Vec<String>, View<'_>)| path.last().map_or(usize::MAX, |name| page::rank(name));
    let only = || if outermost.len() == 1 { outermost.first().copied() } else { None };
    let best = outermost.iter().copied().min_by_key(|found| usual(found)).filter(|found| page::is_usual(usual(found)));
    let found = lists.iter().find(named).or(best).or_else(only)?;
    (!is_of_thing(view, found, wanted)).then(|| spot(found))
}

/// Whether a list is one member of a thing among others, and not what the answer is about.
fn is_of_thing(view: &View<'_>, (path, items): &(Vec<String>, View<'_>), wanted: Wanted<'_, '_>) -> bool {
    let Some((name, holder)) = path.split_last() else { return false };
    let Some(holder) = view.reach(holder) else { return true };
    let others: Vec<&str> = holder.names().filter(|other| other != name && !is_aside(other)).collect();
    let speaks =
        |name: &&str| page::speaks_of_page(name) || ["object", "error", "first_id", "last_id", "success", "status", "url"].contains(name);
    let silent = others.iter().filter(|name| !speaks(name)).count();
    let names_it = others.iter().any(|name| ["id", "_id", "uuid", "gid", "sid"].contains(name));
    let named = page::is_usual(page::rank(name)) || same_noun(name, wanted.noun) || wanted.kin.is_some_and(|kin| items.is_kin(kin));
    names_it || !named && (silent > 0 || !items.is_thing())
}

/// Where a body has what the client sends of the thing.
pub(super) fn sent<'d>(body: &View<'d>, thing: &View<'_>, noun: &str) -> Spot<'d> {
    let agreeing =
        |view: &View<'_>| view.names().filter(|name| thing.has(name) || thing.names().any(|known| same_words(known, name))).count();
    if body.is_array() {
        return Spot { path: Vec::new(), in_list: true, view: body.items().unwrap_or_else(|| body.clone()) };
    }
    let objects = objects(body);
    let whole = agreeing(body);
    let inner = objects.iter().skip(1).find(|(path, view)| {
        let kin = view.is_kin(thing) && !body.is_kin(thing) && !thing.has(&path[0]);
        kin || enveloped(path, noun) && !thing.has(&path[0]) && agreeing(view) > whole
    });
    let listed = || lists(body).into_iter().find(|(path, items)| items.is_kin(thing) && !body.is_kin(thing) && !thing.has(&path[0]));
    match inner {
        Some((path, view)) => Spot { path: path.clone(), in_list: false, view: view.clone() },
        None => match listed() {
            Some((path, view)) => Spot { path, in_list: true, view },
            None => Spot { path: Vec::new(), in_list: false, view: body.clone() },
        },
    }
}

fn same_words(one: &str, other: &str) -> bool {
    words(one) == words(other)
}

/// Whether what a client sends can be a thing: its members are for the greater part those of the thing.
pub(super) fn can_be(sent: &View<'_>, thing: &View<'_>) -> bool {
    let count = sent.names().count();
    count > 0 && sent.names().filter(|name| thing.has(name)).count() * 2 > count
}

/// `/data/endpoint`, for people.
pub(super) fn pointer(path: &[String], in_list: bool) -> String {
    let path: String = path.iter().map(|name| format!("/{name}")).collect();
    match (path.is_empty(), in_list) {
        (_, true) => format!("{path}/0"),
        (true, false) => "the whole".to_owned(),
        (false, false) => path,
    }
}

/// Whether an answer is small: a word or two about what was done.
pub(super) fn is_small(view: &View<'_>) -> bool {
    let plain = |view: &View<'_>| {
        view.names().filter(|name| !is_aside(name)).count() <= 4
            && view
                .names()
                .filter(|name| !is_aside(name))
                .all(|name| view.member(name).is_some_and(|member| !member.is_thing() && !member.is_array()))
    };
    if !view.is_thing() {
        return false;
    }
    let objects = objects(view);
    objects.last().is_some_and(|(path, inner)| path.len() + 1 == objects.len() && plain(inner)) && !view.is_array()
}
