//! Where answers and bodies have the thing, or the list of things: in whatever envelope, by schema.

use std::collections::HashSet;

use super::{
    identity::{Fit, id_member},
    view::View,
    words::{same_noun, singulars, words},
};
use crate::{
    contract::{MediaType, Operation, page, success},
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
const MOST_FOUND: usize = 100;
/// So many members are few.
const FEW: usize = 4;

/// What an operation answers where all is well.
pub(super) fn answer(operation: &Operation) -> Answer<'_> {
    let well = success(&operation.responses).filter(|(_, status)| status.is_success());
    let Some((response, _)) = well else { return Answer::Nothing };
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
fn json<'d>(content: impl IntoIterator<Item = &'d MediaType>) -> Option<&'d Schema> {
    let json = content.into_iter().find(|media_type| media::is_json(&media_type.range) || media_type.range.starts_with("*/*"));
    json.and_then(|media_type| media_type.schema.as_ref())
}

/// What a client sends: JSON if it can be, else whatever has a schema.
pub(super) fn body(operation: &Operation) -> Option<View<'_>> {
    let content = &operation.request_body.as_ref()?.content;
    // A list of operations on the thing (RFC 6902) is not the thing.
    let things = || content.iter().filter(|media_type| media::essence(&media_type.range) != "application/json-patch+json");
    let any = || things().find_map(|media_type| media_type.schema.as_ref());
    json(things()).or_else(any).map(View::of)
}

fn is_aside(name: &str) -> bool {
    ASIDE.contains(&name.to_ascii_lowercase().as_str())
}

/// An object in a value.
struct Found<'d> {
    path: Vec<String>,
    view: View<'d>,
    /// Whether envelopes alone lead to it.
    direct: bool,
}

/// The objects in a value that may be the thing, level by level.
fn objects<'d>(view: &View<'d>, noun: &str) -> Vec<Found<'d>> {
    if !view.is_thing() {
        return Vec::new();
    }
    let mut found = vec![Found { path: Vec::new(), view: view.clone(), direct: true }];
    let mut at = 0;
    while at < found.len() && found.len() < MOST_FOUND {
        if found[at].path.len() + 1 < DEEPEST {
            let inner = inner(&found[at], noun);
            found.extend(inner);
        }
        at += 1;
    }
    found
}

/// The objects right in one.
fn inner<'d>(holder: &Found<'d>, noun: &str) -> Vec<Found<'d>> {
    let names: Vec<&str> = holder.view.names().filter(|name| !is_aside(name)).collect();
    let member = |name: &&str| {
        let view = holder.view.member(name).filter(View::is_thing)?;
        // A thing that is called so beside an id is what another thing refers to.
        let called = is_called(name, noun) && !is_named(&holder.view);
        let direct = holder.direct && (names.len() == 1 || is_envelope(name) || called);
        Some(Found { path: [holder.path.as_slice(), &[(*name).to_owned()]].concat(), view, direct })
    };
    names.iter().filter_map(member).collect()
}

/// The lists in a value, level by level, each with its items.
fn lists<'d>(view: &View<'d>, noun: &str) -> Vec<(Vec<String>, View<'d>)> {
    if view.is_array() {
        return view.items().map(|items| (Vec::new(), items)).into_iter().collect();
    }
    let mut found = Vec::new();
    for object in objects(view, noun) {
        for name in object.view.names().filter(|name| !is_aside(name)) {
            let items = object.view.member(name).filter(View::is_array).and_then(|list| list.items());
            found.extend(items.map(|items| ([object.path.as_slice(), &[name.to_owned()]].concat(), items)));
        }
    }
    found
}

/// Whether a member is named as what holds the thing: by a word for that, or as the things are called.
fn holds(name: &str, noun: &str) -> bool {
    is_envelope(name) || is_called(name, noun)
}

fn is_envelope(name: &str) -> bool {
    ENVELOPES.contains(&name.to_ascii_lowercase().as_str())
}

/// Whether a name ends as the things are called: `loyalty_account` for `accounts`.
fn is_called(name: &str, noun: &str) -> bool {
    let noun = singulars(noun);
    same_noun(name, &noun.concat()) || !noun.is_empty() && singulars(name).ends_with(&noun)
}

/// Whether it has a member that only things have.
fn is_named(view: &View<'_>) -> bool {
    ["id", "_id", "uuid", "gid", "sid"].iter().any(|id| view.has(id))
}

/// Where an answer shows the one thing that is wanted.
pub(super) fn thing<'d>(view: &View<'d>, wanted: Wanted<'_, '_>) -> Option<Spot<'d>> {
    let objects = objects(view, wanted.noun);
    match wanted.kin {
        Some(kin) => known(view, &objects, kin, wanted),
        None => unknown(view, &objects, wanted),
    }
}

/// Where something of a known kind is.
fn known<'d>(view: &View<'d>, objects: &[Found<'d>], kin: &View<'_>, wanted: Wanted<'_, '_>) -> Option<Spot<'d>> {
    // What a thing refers to may be of the same kind: the parent of a task is another task.
    let of_other = |found: &Found<'_>| {
        let holder = found.path.split_last().and_then(|(_, holder)| objects.iter().find(|other| other.path == holder));
        !found.direct && holder.is_some_and(|holder| is_named(&holder.view))
    };
    let kindred = objects.iter().find(|found| found.view.is_kin(kin) && !of_other(found));
    if let Some(found) = kindred {
        return Some(found.spot());
    }
    if wanted.parameter.is_some() || view.is_array() || !is_named(view) {
        let listed = lists(view, wanted.noun).into_iter().find(|(_, items)| items.is_kin(kin));
        if let Some((path, view)) = listed {
            return Some(Spot { path, in_list: true, view });
        }
    }
    objects.iter().find(|found| found.direct && found.view.resembles(kin)).map(Found::spot)
}

/// Where something is that nothing is known of but what it is called, and what names it.
fn unknown<'d>(view: &View<'d>, objects: &[Found<'d>], wanted: Wanted<'_, '_>) -> Option<Spot<'d>> {
    let fit = |view: &View<'_>| wanted.parameter.and_then(|parameter| id_member(view, parameter, wanted.noun)).map(|(_, fit)| fit);
    let direct = |least: Fit| objects.iter().find(|found| found.direct && fit(&found.view) >= Some(least)).map(Found::spot);
    let listed = |sure: bool| {
        let called = |path: &[String]| path.last().is_none_or(|name| is_called(name, wanted.noun));
        let fits = |items: &View<'_>| !sure || fit(items) == Some(Fit::Sure);
        let mut lists = if wanted.parameter.is_some() { lists(view, wanted.noun) } else { Vec::new() }.into_iter();
        lists.find(|(path, items)| items.is_thing() && called(path) && fits(items)).map(|(path, view)| Spot { path, in_list: true, view })
    };
    direct(Fit::Sure).or_else(|| listed(true)).or_else(|| direct(Fit::Weak)).or_else(|| listed(false)).or_else(|| {
        let opened = objects.iter().filter(|found| found.direct).max_by_key(|found| found.path.len())?;
        let alone = objects.iter().filter(|found| found.direct && found.path.len() == opened.path.len()).count() == 1;
        if alone { Some(opened.spot()) } else { objects.first().map(Found::spot) }
    })
}

impl<'d> Found<'d> {
    fn spot(&self) -> Spot<'d> {
        Spot { path: self.path.clone(), in_list: false, view: self.view.clone() }
    }
}

/// Where an answer to what was made or changed tells no more than what names it.
pub(super) fn mention<'d>(view: &View<'d>, id: &str, noun: &str) -> Option<Spot<'d>> {
    let few = |found: &&Found<'_>| found.direct && found.view.has(id) && found.view.names().count() <= FEW;
    objects(view, noun).iter().find(few).map(Found::spot)
}

/// Where an answer has its list, if it is one.
pub(super) fn list<'d>(view: &View<'d>, wanted: Wanted<'_, '_>) -> Option<Spot<'d>> {
    let lists = lists(view, wanted.noun);
    let spot = |(path, items): &(Vec<String>, View<'d>)| Spot { path: path.clone(), in_list: false, view: items.clone() };
    if view.is_array() {
        return lists.first().map(spot);
    }
    let level = |found: &&(Vec<String>, View<'_>)| lists.first().is_some_and(|first| found.0.len() == first.0.len());
    let outermost: Vec<_> = lists.iter().filter(level).collect();
    if let Some(kin) = wanted.kin
        && let Some(found) = outermost.iter().copied().chain(&lists).find(|(_, items)| items.is_kin(kin))
        && !is_of_thing(view, found, wanted)
    {
        return Some(spot(found));
    }
    let named = |(path, _): &&(Vec<String>, View<'_>)| path.last().is_some_and(|name| is_called(name, wanted.noun));
    let usual = |(path, _): &(Vec<String>, View<'_>)| path.last().map_or(usize::MAX, |name| page::rank(name));
    let only = || if outermost.len() == 1 { outermost.first().copied() } else { None };
    let best = outermost.iter().copied().min_by_key(|found| usual(found)).filter(|found| page::is_usual(usual(found)));
    let found = lists.iter().find(named).or(best).or_else(only)?;
    (!is_of_thing(view, found, wanted)).then(|| spot(found))
}

/// Whether a list is one member of a thing among others, and not what the answer is about.
fn is_of_thing(view: &View<'_>, (path, items): &(Vec<String>, View<'_>), wanted: Wanted<'_, '_>) -> bool {
    let Some((name, holder)) = path.split_last() else { return false };
    let holders = (0..=holder.len()).map(|count| view.reach(&holder[..count]));
    if holders.into_iter().any(|holder| holder.is_none_or(|holder| is_named(&holder))) {
        return true;
    }
    let Some(holder) = view.reach(holder) else { return true };
    let silent = holder.names().filter(|other| other != name && !is_aside(other) && !speaks_of_list(other)).count();
    let kin = wanted.kin.is_some_and(|kin| items.is_kin(kin));
    let named = page::is_usual(page::rank(name)) || holds(name, wanted.noun) || kin;
    !named && (silent > 0 || !items.is_thing())
}

/// Whether a member speaks of the list beside it.
fn speaks_of_list(name: &str) -> bool {
    const WORDS: [&str; 16] = [
        "page", "uri", "url", "start", "end", "count", "total", "limit", "offset", "cursor", "next", "previous", "object", "success",
        "status", "time",
    ];
    page::speaks_of_page(name) || words(name).iter().any(|word| WORDS.contains(&word.as_str()))
}

/// Where a body has what the client sends of the thing.
pub(super) fn sent<'d>(body: &View<'d>, thing: &View<'_>, noun: &str) -> Spot<'d> {
    let known: HashSet<Vec<String>> = thing.names().map(words).collect();
    let agreeing = |view: &View<'_>| view.names().filter(|name| known.contains(&words(name))).count();
    if body.is_array() {
        return Spot { path: Vec::new(), in_list: true, view: body.items().unwrap_or_else(|| body.clone()) };
    }
    let objects = objects(body, noun);
    let whole = agreeing(body);
    let foreign = |path: &[String]| path.first().is_some_and(|name| !thing.has(name));
    let inner = objects
        .iter()
        .skip(1)
        .filter(|found| foreign(&found.path))
        .find(|found| found.view.is_kin(thing) && !body.is_kin(thing) || found.direct && agreeing(&found.view) > whole);
    if let Some(found) = inner {
        return found.spot();
    }
    let mut lists = lists(body, noun).into_iter();
    let listed = lists.find(|(path, items)| items.is_kin(thing) && !body.is_kin(thing) && foreign(path));
    match listed {
        Some((path, view)) => Spot { path, in_list: true, view },
        None => Spot { path: Vec::new(), in_list: false, view: body.clone() },
    }
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
    let objects = objects(view, "");
    // One in the other, and nothing beside it.
    let chain = objects.iter().enumerate().all(|(at, found)| found.path.len() == at);
    chain && objects.last().is_some_and(|found| plain(&found.view))
}
