//! What each operation of a group does with the thing that the group is about.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{
    Action, Filter, Shown,
    entity::{self, Answer, Spot, Wanted, can_be, is_small, mention, pointer, sent, thing},
    filters::filters,
    groups::{Call, Group},
    identity::id_member,
    paths::{Step, Way},
    view::View,
    words::words,
};
use crate::{media, message::Method, pointer::Pointer};

/// A resource before it has a name.
pub(super) struct Draft<'c> {
    pub(super) scope: usize,
    /// The path of the collection, or of the single thing.
    pub(super) way: Way,
    pub(super) is_single: bool,
    /// What describes a thing.
    pub(super) thing: Option<View<'c>>,
    pub(super) id: Option<String>,
    pub(super) uses: Vec<Draws<'c>>,
    pub(super) refused: Vec<(Call<'c>, String)>,
    /// All paths that lead to one of them by its id.
    pub(super) items: Vec<Way>,
    /// Why paths that look like others are views of the same.
    pub(super) joined: Vec<String>,
    /// What the document calls it.
    pub(super) name: Option<String>,
    /// What the document says of it, and where.
    pub(super) facts: BTreeMap<&'static str, (Value, Pointer)>,
    /// Whether the document says anything of it: then it is one.
    pub(super) is_said: bool,
}

/// What an operation does, before its parameters have names.
pub(super) struct Draws<'c> {
    pub(super) call: Call<'c>,
    pub(super) action: Action,
    pub(super) identity: Option<String>,
    pub(super) sent: Vec<String>,
    pub(super) sent_in_list: bool,
    pub(super) shown: Option<Shown>,
    pub(super) set: Map<String, Value>,
    /// What items of its list look like.
    pub(super) item: Option<View<'c>>,
    pub(super) why: String,
    /// Whether the document says what it does.
    pub(super) is_said: bool,
    /// What the document says of the parameters of the path, and of the query.
    pub(super) within: BTreeMap<String, Option<String>>,
    pub(super) filters: BTreeMap<String, Option<Filter>>,
}

impl Draws<'_> {
    pub(super) fn is_one(&self) -> bool {
        !matches!(self.action, Action::List | Action::Create)
    }
}

/// Words for what makes another thing of the same kind.
const COPIES: [&str; 6] = ["copy", "clone", "duplicate", "fork", "copies", "remix"];
/// Words for a list of whatever was asked for.
const SEARCHES: [&str; 6] = ["search", "list", "all", "find", "query", "filter"];

impl<'c> Draft<'c> {
    /// Reads a group.
    pub(super) fn of(group: Group<'c>) -> Self {
        let mut draft = Self { is_single: group.is_single, ..Self::at(group.scope, group.way.clone()) };
        if group.is_single {
            draft.single(&group);
        } else {
            draft.collection(group);
        }
        draft
    }

    /// One about which nothing is known.
    fn at(scope: usize, way: Way) -> Self {
        let item = Way { steps: [way.steps.as_slice(), &[Step::Parameter(String::new())]].concat() };
        Self {
            scope,
            way,
            is_single: false,
            thing: None,
            id: None,
            uses: Vec::new(),
            refused: Vec::new(),
            items: vec![item],
            joined: Vec::new(),
            name: None,
            facts: BTreeMap::new(),
            is_said: false,
        }
    }

    /// The same, for an operation that the document says something of.
    pub(super) fn empty(call: &Call<'c>) -> Self {
        let way = if call.way.last_parameter().is_some() { call.way.parent() } else { Way::clone(&call.way) };
        Self::at(call.scope, way)
    }

    fn noun(&self) -> String {
        self.way.noun().to_owned()
    }

    fn refuse(&mut self, call: &Call<'c>, why: impl Into<String>) {
        self.refused.push((call.clone(), why.into()));
    }

    /// Where the answer of an operation shows one of them.
    fn shown(&self, call: &Call<'c>) -> Option<Spot<'c>> {
        let Answer::Json(view) = call.answer() else { return None };
        let parameter = (!self.is_single).then_some("id");
        let found = thing(view, Wanted { noun: self.way.noun(), parameter, kin: self.thing.as_ref() });
        match *call.operation.method() {
            // What it answers in the place of a thing that is gone is no thing.
            Method::DELETE => found.filter(|spot| self.thing.as_ref().is_some_and(|thing| spot.view.is_kin(thing))),
            Method::GET => found,
            _ => found.or_else(|| mention(view, self.id.as_deref()?, self.way.noun())),
        }
    }

    /// What an operation is sent of the thing.
    fn sent(&self, call: &Call<'c>) -> Option<Spot<'c>> {
        Some(sent(call.body()?, self.thing.as_ref()?, self.way.noun()))
    }

    fn single(&mut self, group: &Group<'c>) {
        let reads = |call: &&Call<'c>| *call.operation.method() == Method::GET;
        let noun = self.noun();
        let wanted = Wanted { noun: &noun, parameter: None, kin: None };
        let read = group.on_collection.iter().find(reads);
        self.thing = read.and_then(|call| match call.answer() {
            Answer::Json(view) => thing(view, wanted).map(|spot| spot.view),
            _ => None,
        });
        let puts = |call: &Call<'c>| *call.operation.method() == Method::PUT && replace(call) != Action::JsonPatch;
        let changed = group
            .on_collection
            .iter()
            .any(|call| *call.operation.method() == Method::PATCH || puts(call) || replace(call) == Action::JsonPatch);
        let put = group.on_collection.iter().any(puts);
        for call in &group.on_collection {
            let fits = || self.thing.as_ref().is_some_and(|thing| self.sent(call).is_some_and(|sent| can_be(&sent.view, thing)));
            let (action, why) = match call.operation.method().as_str() {
                "GET" if self.shown(call).is_none() => {
                    self.refuse(call, "its answer does not show the thing");
                    continue;
                }
                "GET" => (Action::Read, "answers one thing on a path that nothing is listed at"),
                "PUT" => (replace(call), "replaces it"),
                "PATCH" => (patch(call), "changes it"),
                "POST" if !changed && fits() => (Action::Patch, "changes it: there is no PUT or PATCH"),
                "POST" if !put && fits() => (Action::Replace { creates: true }, "sets it"),
                "DELETE" => (Action::Delete, "takes it away"),
                _ => {
                    self.refuse(call, "what is sent is not the thing that is read there, or there is a PUT for it");
                    continue;
                }
            };
            self.add(call, action, None, why);
        }
        for draws in &mut self.uses {
            if let Action::Replace { creates } = &mut draws.action {
                *creates = true;
            }
        }
        for call in group.below_collection.iter().chain(&group.on_item).chain(&group.below_item) {
            self.refuse(call, "it belongs to a single thing, which has no parts that are kept");
        }
    }

    fn collection(&mut self, group: Group<'c>) {
        let parameter =
            group.on_item.iter().chain(&group.below_item).find_map(|call| call.way.to_parameter()?.last_parameter().map(str::to_owned));
        self.refer(&group, parameter.as_deref());
        if self.thing.is_none() {
            for call in [group.on_collection, group.on_item, group.below_item, group.below_collection].concat() {
                self.refuse(&call, "no answer shows one of what its path names");
            }
            return;
        }
        group.on_collection.iter().for_each(|call| self.on_collection(call));
        let has = |method: Method| group.on_item.iter().any(|call| *call.operation.method() == method);
        let changes = has(Method::PUT) || has(Method::PATCH);
        group.on_item.iter().for_each(|call| self.on_item(call, changes));
        group.below_item.iter().for_each(|call| self.below_item(call));
        group.below_collection.iter().for_each(|call| self.below_collection(call));
    }

    /// Decides whether what replaces a thing makes it, too: where nothing else does, and the document does not say that it
    /// must be there (404). What that takes is known once all that is about the same is together.
    pub(super) fn settle(&mut self) {
        let made = self.uses.iter().any(|draws| draws.action == Action::Create);
        for draws in &mut self.uses {
            if !draws.is_said
                && let Action::Replace { creates } = &mut draws.action
            {
                let declares = |status: &str| draws.call.operation.statuses().any(|declared| declared == status);
                *creates = declares("201") || !made && !declares("404");
            }
        }
    }

    /// Finds what a thing looks like, and the member that names it: by what reads one, else by the list, else by what makes
    /// or changes one.
    fn refer(&mut self, group: &Group<'c>, parameter: Option<&str>) {
        let noun = self.noun();
        let wanted = Wanted { noun: &noun, parameter, kin: None };
        let is = |method: &'static str| move |call: &&Call<'c>| call.operation.method().as_str() == method;
        let one = |call: &Call<'c>| match call.answer() {
            Answer::Json(view) => thing(view, wanted).map(|spot| spot.view),
            _ => None,
        };
        let read = group.on_item.iter().find(is("GET")).and_then(one);
        let listed = group.on_collection.iter().find(is("GET")).and_then(|call| match call.answer() {
            Answer::Json(view) => entity::list(view, Wanted { kin: read.as_ref(), ..wanted }).map(|spot| spot.view).filter(View::is_thing),
            _ => None,
        });
        let changed = || group.on_item.iter().filter(|call| *call.operation.method() != Method::DELETE).find_map(one);
        let created = || group.on_collection.iter().find(is("POST")).and_then(one);
        let named = |view: &View<'c>| id_member(view, parameter.unwrap_or("id"), &noun).map(|(name, _)| name);
        let acted = || group.below_item.iter().find_map(one).filter(|view| named(view).is_some());
        self.id = read.as_ref().and_then(named).or_else(|| listed.as_ref().and_then(named));
        self.thing = read.or(listed).or_else(changed).or_else(created).or_else(acted);
        self.id = self.id.take().or_else(|| self.thing.as_ref().and_then(named));
    }

    fn on_collection(&mut self, call: &Call<'c>) {
        match call.operation.method().as_str() {
            "GET" => match self.listed(call) {
                Ok(spot) => self.add_list(call, spot, "answers the list of them"),
                Err(why) => self.refuse(call, why),
            },
            "POST" => match self.created(call) {
                Ok((shown, why)) => self.add_create(call, shown, why),
                Err(why) => self.refuse(call, why),
            },
            // Some make by PUT what is sent in a list, and answer the list of what was made.
            "PUT" if self.sent(call).is_some_and(|sent| sent.in_list && !sent.path.is_empty()) => match self.created(call) {
                Ok((shown, why)) => self.add_create(call, shown, why),
                Err(why) => self.refuse(call, why),
            },
            "PUT" | "PATCH" | "DELETE" => self.refuse(call, "its path names no thing: it changes several, or one that the body names"),
            _ => {}
        }
    }

    /// Where the answer of the collection itself has the list. What has the member that names one is one of them, however
    /// little else a list shows of it.
    fn listed(&self, call: &Call<'c>) -> Result<Spot<'c>, String> {
        let spot = self.list(call)?;
        let named = self.id.as_ref().is_some_and(|id| spot.view.has(id));
        if named || self.is_alike(&spot) { Ok(spot) } else { Err("it lists things of another kind".into()) }
    }

    /// Where an answer has a list of things.
    fn list(&self, call: &Call<'c>) -> Result<Spot<'c>, String> {
        let Answer::Json(view) = call.answer() else { return Err("its answer is no JSON with a list".into()) };
        let wanted = Wanted { noun: self.way.noun(), parameter: None, kin: self.thing.as_ref() };
        let spot = entity::list(view, wanted).ok_or("it answers no list")?;
        if spot.view.is_thing() { Ok(spot) } else { Err("it lists texts or numbers, not things".into()) }
    }

    /// Whether what is found is described as these things are.
    fn is_alike(&self, spot: &Spot<'_>) -> bool {
        self.thing.as_ref().is_some_and(|thing| spot.view.is_kin(thing) || spot.view.resembles(thing))
    }

    /// Where the answer shows what was created, if it does.
    fn created(&self, call: &Call<'c>) -> Result<(Option<Spot<'c>>, &'static str), String> {
        let Some(thing) = &self.thing else { return Err("nothing shows one of them".into()) };
        let sent = self.sent(call);
        let several = sent.as_ref().is_some_and(|sent| sent.in_list);
        let fits = sent.is_some_and(|sent| can_be(&sent.view, thing));
        match call.answer() {
            Answer::Nothing if several => Err("several are sent at once".into()),
            Answer::Nothing if fits => Ok((None, "takes what can be one of them, and answers nothing of it")),
            Answer::Nothing => Err("it answers nothing, and what is sent is not one of them".into()),
            Answer::Other => Err("its answer is no JSON".into()),
            Answer::Json(_) => match self.shown(call) {
                Some(spot) if spot.in_list != several && several => Err("several are sent at once".into()),
                Some(spot) if spot.in_list && !several => Err("it answers a list of them".into()),
                Some(spot) => Ok((Some(spot), "answers one of them")),
                None if several => Err("several are sent at once".into()),
                None if fits => Ok((None, "takes what can be one of them, and answers something else")),
                None => Err("it answers something else, and what is sent is not one of them either".into()),
            },
        }
    }

    fn on_item(&mut self, call: &Call<'c>, changes: bool) {
        let identity = call.way.last_parameter().map(str::to_owned);
        let (action, why) = match call.operation.method().as_str() {
            "GET" if self.shown(call).is_none() => return self.refuse(call, "its answer does not show the thing"),
            "GET" => (Action::Read, "answers the one that the path names"),
            // Several operations share method and path: each does a part of what there is to do.
            "PUT" if is_partial(call) => (Action::Patch, "changes something of the one that the path names"),
            "PUT" => (replace(call), "replaces the one that the path names"),
            "PATCH" => (patch(call), "changes the one that the path names"),
            "POST" if !changes => (Action::Patch, "changes the one that the path names: there is no PUT or PATCH"),
            "DELETE" => (Action::Delete, "takes away the one that the path names"),
            "POST" => return self.refuse(call, "there are PUT or PATCH to change it"),
            _ => return,
        };
        self.add(call, action, identity, why);
    }

    fn below_item(&mut self, call: &Call<'c>) {
        let method = call.operation.method();
        if *method == Method::GET || *method == Method::HEAD || *method == Method::OPTIONS {
            return;
        }
        let copies = COPIES.contains(&call.way.noun().trim_start_matches(':').to_lowercase().as_str());
        let identity = call.way.to_parameter().and_then(|way| way.last_parameter().map(str::to_owned));
        let shows = self.shown(call).filter(|spot| self.thing.as_ref().is_some_and(|thing| spot.view.is_kin(thing)));
        if copies {
            return self.refuse(call, "it makes another one of them");
        }
        let why = match call.answer() {
            _ if shows.is_some() => "does something with one of them, and shows it",
            Answer::Nothing if *method == Method::POST => "does something with one of them, and answers nothing",
            Answer::Json(view) if *method == Method::POST && is_small(view) => "does something with one of them, and answers little",
            _ => return self.refuse(call, "it is no part of the thing, and its answer does not show the thing"),
        };
        self.add(call, Action::Act, identity, why);
        if shows.is_none()
            && let Some(draws) = self.uses.last_mut()
        {
            draws.shown = None;
        }
    }

    fn below_collection(&mut self, call: &Call<'c>) {
        if *call.operation.method() != Method::GET {
            if call.operation.method() != Method::HEAD && call.operation.method() != Method::OPTIONS {
                self.refuse(call, "its path names no thing, and no list of things");
            }
            return;
        }
        // Every API's things have an `id`: here, where the path says something else, that is too little.
        let Ok(spot) = self.list(call) else { return };
        if !self.is_alike(&spot) {
            return self.refuse(call, "it lists things of another kind");
        }
        let searches = words(call.way.noun()).first().is_some_and(|first| SEARCHES.contains(&first.as_str()));
        match searches || !filters(call.operation, &spot.view).is_empty() {
            true => self.add_list(call, spot, "answers a list of them"),
            false => self.refuse(call, "nothing says which of them it lists"),
        }
    }

    fn add(&mut self, call: &Call<'c>, action: Action, identity: Option<String>, why: &str) {
        let mut draws = self.drawn(call, action);
        draws.why = told(call, why, draws.shown.as_ref());
        draws.identity = identity;
        self.uses.push(draws);
    }

    /// What an operation does, as far as its bodies tell it.
    pub(super) fn drawn(&self, call: &Call<'c>, action: Action) -> Draws<'c> {
        let sent = self.sent(call).filter(|_| action != Action::JsonPatch);
        let listed = if action == Action::List { self.listed(call).ok() } else { None };
        let shown = if action == Action::List { listed.clone() } else { self.shown(call) };
        Draws {
            call: call.clone(),
            action,
            identity: None,
            sent_in_list: sent.as_ref().is_some_and(|sent| sent.in_list),
            sent: sent.map(|sent| sent.path).unwrap_or_default(),
            shown: shown.map(|spot| Shown { path: spot.path, in_list: spot.in_list }),
            set: Map::new(),
            item: listed.map(|spot| spot.view),
            why: String::new(),
            is_said: false,
            within: BTreeMap::new(),
            filters: BTreeMap::new(),
        }
    }

    fn add_list(&mut self, call: &Call<'c>, spot: Spot<'c>, why: &str) {
        let shown = Some(Shown { path: spot.path, in_list: false });
        let why = told(call, why, shown.as_ref());
        let draws = self.drawn(call, Action::List);
        self.uses.push(Draws { sent: Vec::new(), sent_in_list: false, shown, item: Some(spot.view), why, ..draws });
    }

    fn add_create(&mut self, call: &Call<'c>, shown: Option<Spot<'c>>, why: &str) {
        let shown = shown.map(|spot| Shown { path: spot.path, in_list: spot.in_list });
        let why = told(call, why, shown.as_ref());
        let draws = self.drawn(call, Action::Create);
        self.uses.push(Draws { shown, why, ..draws });
    }
}

/// `POST /things answers one of them, at /data`
fn told(call: &Call<'_>, why: &str, shown: Option<&Shown>) -> String {
    let place =
        shown.filter(|spot| spot.in_list || !spot.path.is_empty()).map(|spot| format!(", at {}", pointer(&spot.path, spot.in_list)));
    format!("{} {why}{}", call.operation.name(), place.unwrap_or_default())
}

/// Whether more than its path tells an operation: `/files/{id}#add_shared_link`.
fn is_partial(call: &Call<'_>) -> bool {
    call.operation.path().contains(['#', '?'])
}

fn replace(call: &Call<'_>) -> Action {
    if patch(call) == Action::JsonPatch { Action::JsonPatch } else { Action::Replace { creates: false } }
}

/// How a PATCH says what is to be changed: by operations if there is no other way. Where there are both, the media type that
/// is sent tells them apart, which is the business of who reads it.
fn patch(call: &Call<'_>) -> Action {
    let mut ranges = call.operation.request_media_types().map(media::essence).peekable();
    let only = ranges.peek().is_some() && ranges.all(|range| range == "application/json-patch+json");
    if only { Action::JsonPatch } else { Action::Patch }
}
