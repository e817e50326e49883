//! Echo: what was sent comes back, where the answer has a member of the same name that takes the value, at any depth.
//!
//! Only what the request's schema declares is taken over: unknown members are dropped, as a server drops them. A member
//! that the client could have set and did not takes its declared default, or null where the answer allows null. A path that
//! ends in a parameter names one entity, so the parameter is that entity's `id`. Parameters of the query come back beside a
//! list, and those that name a member of its items are a filter: they come back in each item.

use std::borrow::Cow;

use serde_json::Value;

use super::{Scene, page};
use crate::{
    check::Judgement,
    contract::{Asks, Layout, MediaType, Operation, at, at_mut},
    pointer::Pointer,
    schema::{Annotations, Note, Types},
};

/// A member to take over.
#[derive(Clone, Copy)]
pub(super) struct Echo<'a> {
    name: &'a str,
    value: &'a Value,
    kind: Kind,
    /// Whether the client sent it, and did not leave it to a default.
    sent: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A member of the body.
    Sent,
    /// A path parameter: it names what is answered with, also where the client may not set it.
    Path,
    /// A parameter of the query that asks for one page of a list, or for its order.
    Page,
    /// Another parameter of the query.
    Filter,
    /// Not sent: null, but only where the answer's schema speaks of null.
    Absent,
    /// The id of the entity that the path names: for the outermost id alone.
    Identity,
}

/// What the request gives to take over: members of its body first, then path parameters, then those of the query.
pub(super) fn echoes<'a>(scene: &Scene<'a>) -> Vec<Echo<'a>> {
    let judgement: &'a Judgement = scene.judgement;
    let mut echoes = Vec::new();
    sent(scene, &mut echoes);
    for (name, value) in &judgement.parameters {
        let in_path = scene.operation.path_parameters().any(|parameter| parameter == name);
        // An `id` is that of one entity, see below, and of none of its parts.
        if in_path && name != "id" && !echoes.iter().any(|echo| echo.name == name) {
            echoes.push(Echo { name, value, kind: Kind::Path, sent: true });
        }
    }
    for echo in of_query(scene) {
        if !echoes.iter().any(|known| known.name == echo.name) {
            echoes.push(echo);
        }
    }
    let identity = identity(scene.operation).and_then(|last| judgement.parameters.iter().find(|(name, _)| name == last));
    echoes.extend(identity.map(|(name, value)| Echo { name, value, kind: Kind::Identity, sent: true }));
    echoes
}

/// What parameters give that ask for a page, for what stands around what is kept.
pub(super) fn echoes_of_page<'a>(scene: &Scene<'a>) -> Vec<Echo<'a>> {
    of_query(scene).filter(|echo| echo.kind == Kind::Page).collect()
}

/// What the parameters of the query give.
fn of_query<'a>(scene: &Scene<'a>) -> impl Iterator<Item = Echo<'a>> {
    scene.operation.parameters.iter().filter_map(|parameter| {
        let kind = if parameter.asks? == Asks::Filter { Kind::Filter } else { Kind::Page };
        let value = page::value(scene, parameter)?;
        let sent = scene.judgement.parameters.iter().any(|(name, _)| *name == parameter.name);
        Some(Echo { name: &parameter.name, value, kind, sent })
    })
}

/// What the body of the request gives.
fn sent<'a>(scene: &Scene<'a>, echoes: &mut Vec<Echo<'a>>) {
    let judgement: &'a Judgement = scene.judgement;
    let sent = |name: &'a str, value: &'a Value| Echo { name, value, kind: Kind::Sent, sent: true };
    let Some(Value::Object(body)) = &judgement.body else { return };
    match declared(scene) {
        Some((annotations, note)) => {
            for (name, member) in annotations.members(note).filter(|(_, member)| !member.read_only) {
                echoes.push(match (body.get(name), &member.default) {
                    (Some(value), _) | (None, Some(value)) => sent(name, value),
                    (None, None) => Echo { name, value: &Value::Null, kind: Kind::Absent, sent: true },
                });
            }
        }
        None => echoes.extend(body.iter().map(|(name, value)| sent(name, value))),
    }
}

/// The path parameter that names what the path leads to: the one that it ends in, or the `id` of what something is done with.
fn identity(operation: &Operation) -> Option<&str> {
    let end = operation.path().rsplit('/').next()?.strip_prefix('{').and_then(|end| end.strip_suffix('}'));
    end.or_else(|| operation.path_parameters().last().filter(|name| *name == "id"))
}

/// The id of the entity that the path names. A parameter that is called otherwise may be another of its members.
pub(super) fn entity<'a>(operation: &Operation, judgement: &'a Judgement) -> Option<&'a Value> {
    let last = identity(operation).filter(|name| name.to_ascii_lowercase().ends_with("id"))?;
    judgement.parameters.iter().find(|(name, _)| name == last).map(|(_, value)| value)
}

/// What the request's schema declares; `None` if it declares nothing, and any member is as good as another.
fn declared<'a>(scene: &Scene<'a>) -> Option<(&'a Annotations, &'a Note)> {
    let body = scene.operation.request_body.as_ref()?;
    let schema = body.content.iter().find_map(|media_type| media_type.schema.as_ref())?;
    let annotations = schema.annotations();
    annotations.root().declares_members.then(|| (annotations, annotations.root()))
}

impl<'a> Echo<'a> {
    /// The name, if there is a value that takes the place of whatever the answer has there.
    pub(super) fn given(&self) -> Option<&'a str> {
        (self.kind == Kind::Sent).then_some(self.name)
    }

    /// Whether the client sent it.
    pub(super) fn was_sent(&self) -> bool {
        self.sent
    }

    /// Whether it is for a member of this name. A body says exactly what it means; parameters are often written otherwise.
    fn is_for(&self, name: &str) -> bool {
        match self.kind {
            Kind::Identity => false,
            Kind::Sent | Kind::Absent => self.name == name,
            Kind::Path | Kind::Page | Kind::Filter => alike(self.name, name),
        }
    }
}

/// Takes over all that the answer has a member for. Items of arrays are other entities, and stay as they are; but for the
/// items of the list that was asked for, which have what they were asked for by.
///
/// The flag says whether every member that was sent and has its name in the answer was taken over.
pub(super) fn apply(body: &mut Value, media_type: &MediaType, echoes: &[Echo<'_>]) -> bool {
    if echoes.is_empty() {
        return true;
    }
    let annotations = media_type.schema.as_ref().map(|schema| schema.annotations());
    if let Some(echo) = echoes.iter().find(|echo| echo.kind == Kind::Identity) {
        identify(body, annotations, echo);
    }
    let concerned = echoes.iter().any(|echo| matches!(echo.kind, Kind::Filter | Kind::Path));
    let layout = if concerned { media_type.layout() } else { None };
    let items = layout.zip(annotations).and_then(|(layout, annotations)| Items::of(layout, annotations));
    if let Some(items) = &items {
        items.apply(body, echoes);
    }
    let noted = annotations.map(|annotations| (annotations, annotations.root()));
    apply_at(body, noted, echoes, items.as_ref())
}

/// The items of the list that an answer is about.
struct Items<'a> {
    layout: &'a Layout,
    annotations: &'a Annotations,
    note: &'a Note,
}

impl<'a> Items<'a> {
    fn of(layout: &'a Layout, annotations: &'a Annotations) -> Option<Self> {
        let list = layout.list.iter().try_fold(annotations.root(), |note, name| annotations.member(note, name))?;
        Some(Self { layout, annotations, note: annotations.items(list)? })
    }

    /// The member that a filter or an ancestor's path parameter is for.
    fn member(&self, echo: &Echo<'_>) -> Option<(&'a str, &'a Note)> {
        let mut members = self.annotations.members(self.note);
        if matches!(echo.kind, Kind::Filter | Kind::Path) { members.find(|(name, _)| alike(name, echo.name)) } else { None }
    }

    fn apply(&self, body: &mut Value, echoes: &[Echo<'_>]) {
        for echo in echoes {
            let Some((name, note)) = self.member(echo) else { continue };
            let Some(Value::Array(items)) = at_mut(body, &self.layout.list) else { return };
            for (number, item) in items.iter_mut().enumerate() {
                let Some(member) = item.get_mut(name) else { continue };
                if let Some(value) = taken(one_of(echo.value, note, number), note).filter(|_| note.value.is_none()) {
                    *member = value.into_owned();
                }
            }
        }
    }
}

/// Of several values to filter by, the one for an item; each in turn.
fn one_of<'v>(value: &'v Value, note: &Note, number: usize) -> &'v Value {
    match value {
        Value::Array(values) if !values.is_empty() && !note.types.has(Types::ARRAY) => &values[number % values.len()],
        value => value,
    }
}

/// Names of members that name an entity, where it has no `id`.
pub(super) const IDS: [&str; 9] = ["_id", "uuid", "guid", "uid", "sid", "key", "slug", "login", "identifier"];

/// Gives the entity the id that the path names it by.
fn identify(body: &mut Value, annotations: Option<&Annotations>, echo: &Echo<'_>) {
    let Some(place) = outermost(body, &|name| name == "id").or_else(|| other_id(body, echo)) else { return };
    // Beside a member of the parameter's own name, an id is another one: `/users/{login}`.
    let beside = place.parent().resolve(body).and_then(Value::as_object);
    let named = beside.is_some_and(|members| members.keys().any(|name| name != "id" && alike(name, echo.name)));
    if named && !echo.name.to_ascii_lowercase().ends_with("id") {
        return;
    }
    let value = match annotations.and_then(|annotations| annotations.at(&place)) {
        Some(note) => taken(echo.value, note),
        None => Some(Cow::Borrowed(echo.value)),
    };
    if let (Some(id), Some(value)) = (body.pointer_mut(place.as_str()), value) {
        *id = value.into_owned();
    }
}

/// The only member that names the entity, where it has neither an `id` nor a member of the parameter's own name.
fn other_id(body: &Value, echo: &Echo<'_>) -> Option<Pointer> {
    if outermost(body, &|name| alike(name, echo.name)).is_some() {
        return None;
    }
    let place = outermost(body, &|name| IDS.contains(&name))?;
    let beside = place.parent();
    let members = beside.resolve(body)?.as_object()?;
    (members.keys().filter(|name| IDS.contains(&name.as_str())).count() == 1).then_some(place)
}

/// How much of what was sent an example says already: the members of the same name and value, at its outermost or in the
/// first item of its list.
pub(super) fn agreement(example: &Value, media_type: &MediaType, echoes: &[Echo<'_>]) -> usize {
    let first = media_type.layout().and_then(|layout| at(example, &layout.list)?.get(0));
    let says = |echo: &&Echo<'_>| {
        let name = if echo.kind == Kind::Identity { "id" } else { echo.name };
        let place = outermost(example, &|known| known == name);
        let said = place.and_then(|place| place.resolve(example)).or_else(|| first?.get(name));
        echo.kind != Kind::Absent && echo.sent && said.is_some_and(|value| value == echo.value)
    };
    echoes.iter().filter(says).count()
}

/// The place of the outermost member of such a name: level by level, so that the entity's comes before those of its parts.
pub(super) fn outermost(body: &Value, is_meant: &dyn Fn(&str) -> bool) -> Option<Pointer> {
    let mut level = vec![(Pointer::root(), body)];
    while !level.is_empty() {
        let objects = || level.iter().filter_map(|(place, value)| Some((place, value.as_object()?)));
        let mut named = objects().filter_map(|(place, members)| Some((place, members.keys().find(|name| is_meant(name))?)));
        if let Some((place, name)) = named.next() {
            return Some(place.join(name));
        }
        let below = objects().flat_map(|(place, members)| members.iter().map(move |(name, value)| (place.join(name), value)));
        level = below.collect();
    }
    None
}

type Noted<'a> = Option<(&'a Annotations, &'a Note)>;

fn apply_at(body: &mut Value, noted: Noted<'_>, echoes: &[Echo<'_>], items: Option<&Items<'_>>) -> bool {
    let Value::Object(members) = body else { return true };
    let mut all_taken = true;
    for (name, member) in members {
        let below = noted.and_then(|(annotations, note)| Some((annotations, annotations.member(note, name)?)));
        let Some(echo) = echoes.iter().find(|echo| echo.is_for(name)) else {
            all_taken &= apply_at(member, below, echoes, items);
            continue;
        };
        // What a list is filtered by says nothing about the answer around it.
        let filters = items.is_some_and(|items| echo.kind == Kind::Filter && items.member(echo).is_some());
        match value_for(echo, below.map(|(_, note)| note)).filter(|_| !filters) {
            Some(value) => *member = value.into_owned(),
            None if echo.kind == Kind::Sent => all_taken = false,
            None => all_taken &= echo.kind == Kind::Absent || apply_at(member, below, echoes, items),
        }
    }
    all_taken
}

/// The value that a member takes over, if it may be taken over at all; whether it fits is for the check of the whole.
fn value_for<'a>(echo: &Echo<'a>, note: Option<&Note>) -> Option<Cow<'a, Value>> {
    if note.is_some_and(|note| note.value.is_some()) {
        return None;
    }
    let read_only = note.is_some_and(|note| note.read_only);
    match echo.kind {
        Kind::Sent => (!read_only).then_some(Cow::Borrowed(echo.value)),
        Kind::Absent => (!read_only && note.is_some_and(|note| note.nullable)).then_some(Cow::Borrowed(echo.value)),
        Kind::Path | Kind::Filter | Kind::Page => note.map_or(Some(Cow::Borrowed(echo.value)), |note| taken(echo.value, note)),
        Kind::Identity => None,
    }
}

/// The value as a member of these types has it: parameters are texts, whatever their schema makes of them.
fn taken<'v>(value: &'v Value, note: &Note) -> Option<Cow<'v, Value>> {
    let has = |types: Types| note.types.is_empty() || note.types.has(types);
    let numbers = Types::INTEGER.and(Types::NUMBER);
    match value {
        Value::String(_) if has(Types::STRING) => Some(Cow::Borrowed(value)),
        Value::String(text) if has(numbers) => text.parse::<i64>().ok().map(|number| Cow::Owned(number.into())),
        Value::Number(_) if has(numbers) => Some(Cow::Borrowed(value)),
        Value::Number(number) if has(Types::STRING) => Some(Cow::Owned(number.to_string().into())),
        Value::Bool(_) if has(Types::BOOLEAN) => Some(Cow::Borrowed(value)),
        Value::Array(_) if has(Types::ARRAY) => Some(Cow::Borrowed(value)),
        Value::Object(_) if has(Types::OBJECT) => Some(Cow::Borrowed(value)),
        Value::Null if has(Types::NULL) => Some(Cow::Borrowed(value)),
        _ => None,
    }
}

fn letters(name: &str) -> impl Iterator<Item = u8> {
    name.bytes().filter(u8::is_ascii_alphanumeric).map(|byte| byte.to_ascii_lowercase())
}

/// Whether two names differ in the style of writing alone: `app_id` and `appId`.
pub(super) fn alike(one: &str, other: &str) -> bool {
    let same_start = one.as_bytes().first().map(u8::to_ascii_lowercase) == other.as_bytes().first().map(u8::to_ascii_lowercase);
    one == other || same_start && one.is_ascii() && other.is_ascii() && letters(one).eq(letters(other))
}

/// The base with those members taken over that can be, each beside those before it, without breaking the schema.
pub(super) fn fitting(base: Value, echoes: &[Echo<'_>], media_type: &MediaType, is_valid: impl Fn(&Value) -> bool) -> Value {
    let mut body = base;
    for echo in echoes {
        let mut next = body.clone();
        apply(&mut next, media_type, std::slice::from_ref(echo));
        if next != body && is_valid(&next) {
            body = next;
        }
    }
    body
}
