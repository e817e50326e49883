//! Showing a thing: its members where the answer's schema has a place for them, and whatever of the answer is not the thing.
//!
//! A thing that was created by one operation may lack what another shows. That is made up once, from the thing's id, and kept
//! with it, so that it never changes by itself.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::{Chosen, Site, Told, chosen, finish, refuse, tags, unabled};
use crate::{
    check,
    contract::{Action, MediaType, at, at_mut, thing_at_mut},
    message::StatusCode,
    respond::{Answer, Scene, echo, seed},
    schema::{Annotations, Given, Note, Occasion, Setting},
    state::{Entity, Kind, Wanted},
};

/// Answers with one thing.
pub(super) fn read(site: &Site<'_>) -> Answer {
    read_one(site).unwrap_or_else(|answer| *answer)
}

fn read_one(site: &Site<'_>) -> Result<Answer, Box<Answer>> {
    let found = find(site)?;
    if let Some(answer) = tags::unchanged(site.scene, &found) {
        return Ok(answer);
    }
    let chosen = chosen(site.scene)?;
    let (body, made) = shown(site, &chosen, &found)?;
    if let Some(made) = made {
        keep(site, &found, made);
    }
    finish(site.scene, &chosen, &Told { tag: Some(tags::of(&found)), ..Told::default() }, &body)
}

/// The thing that the path names. What there is once is there from the beginning.
pub(super) fn find(site: &Site<'_>) -> Result<Arc<Entity>, Box<Answer>> {
    let id = site.id();
    let find = || site.store.look(|world, kinds| world.find(kinds, &site.wanted(), &id).cloned());
    if let Some(found) = find() {
        return Ok(found);
    }
    if site.is_always_there() {
        let added = site.store.transact(site.occasion(), |state| state.add(site.number, single(site)));
        // Another call may have been quicker.
        return added.or_else(|_| find().ok_or_else(|| refuse::missing(site)));
    }
    Err(refuse::missing(site))
}

/// What there is once, as nobody has changed it yet: all that the path does not say is made up when it is shown.
pub(super) fn single(site: &Site<'_>) -> Entity {
    Entity {
        id: Value::String(String::new()),
        tenant: Arc::clone(&site.scene.judgement.tenant),
        links: site.links.to_vec(),
        members: site.said_by_path().map(|(name, value)| (name.to_owned(), value.clone())).collect(),
        ..Entity::default()
    }
}

/// What was made up for a thing, to be kept with it.
pub(super) struct Made {
    members: Map<String, Value>,
    absent: Vec<String>,
}

/// The body of an answer that shows a thing, and what had to be made up for it.
pub(super) fn shown(site: &Site<'_>, chosen: &Chosen<'_>, entity: &Entity) -> Result<(Value, Option<Made>), Box<Answer>> {
    let Some((media_type, _)) = chosen.form else { return Ok((Value::Null, None)) };
    let view = View::of(site, media_type);
    let (members, made) = match view.project(entity) {
        (members, true) => (members, None),
        (members, false) => view.completed(site.scene, chosen.status, entity, members),
    };
    let mut body = view.around(site.scene, chosen.status, &entity.id);
    view.put(&mut body, Value::Object(members));
    let body = judged(site.scene, media_type, chosen.status, body, &view, entity)?;
    Ok((body, made))
}

/// The body after the rules had their say, if it conforms; else what can be shown of the thing in one that does.
fn judged(
    scene: &Scene<'_>,
    media_type: &MediaType,
    status: StatusCode,
    body: Value,
    view: &View<'_>,
    entity: &Entity,
) -> Result<Value, Box<Answer>> {
    let ruled = |mut body: Value| {
        scene.rules().for_each(|rule| rule.answer(&scene.incoming(), &mut body));
        body
    };
    let body = ruled(body);
    if check::answer(media_type, &body).is_empty() {
        return Ok(body);
    }
    let fitting = ruled(view.fitting(scene, status, entity));
    let violations = check::answer(media_type, &fitting);
    if violations.is_empty() { Ok(fitting) } else { Err(unabled(violations)) }
}

pub(super) fn keep(site: &Site<'_>, seen: &Entity, made: Made) {
    let done: Result<(), ()> = site.store.transact(site.occasion(), |state| {
        let wanted = Wanted { kind: site.number, tenant: &seen.tenant, links: site.links };
        let Some(entity) = state.world().find(state.kinds(), &wanted, &Kind::text(&seen.id)).cloned() else { return Ok(()) };
        if entity.version == seen.version {
            state.complete(site.number, made.into(&entity));
        }
        Ok(())
    });
    debug_assert!(done.is_ok(), "nothing refuses");
}

impl Made {
    /// The thing with what was made up for it.
    pub(super) fn into(self, entity: &Entity) -> Entity {
        let mut entity = entity.clone();
        for (name, value) in self.members {
            entity.members.entry(name).or_insert(value);
        }
        entity.absent.extend(self.absent);
        entity
    }
}

/// How answers of one media type show things of a kind.
pub(super) struct View<'v> {
    media_type: &'v MediaType,
    kind: &'v Kind,
    /// The names that lead to the thing, or to the list of them.
    path: &'v [String],
    in_list: bool,
    noted: Option<(&'v Annotations, &'v Note)>,
}

impl<'v> View<'v> {
    pub(super) fn of(site: &Site<'v>, media_type: &'v MediaType) -> Self {
        let shown = site.used.shown.as_ref();
        let path = shown.map(|shown| shown.path.as_slice()).unwrap_or_default();
        let in_list = site.used.action == Action::List || shown.is_some_and(|shown| shown.in_list);
        Self { noted: noted(media_type, path, in_list), media_type, kind: site.kind, path, in_list }
    }

    /// The members of a thing that this shows, and whether those are all that it shows.
    pub(super) fn project(&self, entity: &Entity) -> (Map<String, Value>, bool) {
        let Some((annotations, note)) = self.noted.filter(|(_, note)| note.declares_members) else { return (entity.members.clone(), true) };
        let is_needless = |(name, member): (&str, &Note)| member.write_only || entity.absent.iter().any(|absent| absent == name);
        // Both go by their names in order, so that one walk tells all.
        let mut declared = annotations.members(note).peekable();
        let (mut is_whole, mut hidden) = (true, Vec::new());
        for name in entity.members.keys() {
            while let Some(lacking) = declared.next_if(|(known, _)| *known < name.as_str()) {
                is_whole &= is_needless(lacking);
            }
            let member = declared.next_if(|(known, _)| known == name).map(|(_, member)| member);
            if member.or_else(|| annotations.member(note, name)).is_none_or(|member| member.write_only) {
                hidden.push(name);
            }
        }
        is_whole &= declared.all(is_needless);
        let mut members = entity.members.clone();
        hidden.into_iter().for_each(|name| drop(members.remove(name)));
        (members, is_whole)
    }

    /// The members that are shown, those that the thing lacks made up.
    pub(super) fn completed(
        &self,
        scene: &Scene<'_>,
        status: StatusCode,
        entity: &Entity,
        mut members: Map<String, Value>,
    ) -> (Map<String, Value>, Option<Made>) {
        let Some((annotations, note)) = self.noted else { return (members, None) };
        let draft = self.draft(scene, status, entity);
        let mut made = Made { members: Map::new(), absent: Vec::new() };
        let lacks = |name: &str| !entity.members.contains_key(name) && !entity.absent.iter().any(|absent| absent == name);
        for (name, _) in annotations.members(note).filter(|(name, member)| !member.write_only && lacks(name)) {
            match draft.get(name) {
                Some(value) => {
                    members.insert(name.to_owned(), value.clone());
                    made.members.insert(name.to_owned(), value.clone());
                }
                None => made.absent.push(name.to_owned()),
            }
        }
        (members, Some(made))
    }

    /// A thing with this id, made up whole.
    fn draft(&self, scene: &Scene<'_>, status: StatusCode, entity: &Entity) -> Map<String, Value> {
        let Some(schema) = &self.media_type.schema else { return Map::new() };
        let identity = self.kind.id.as_ref().map(|_| &entity.id);
        let setting = Setting { occasion: Occasion::Create, items: scene.answers.items, ..scene.setting_for(status) };
        let setting = if self.in_list { Setting { items: Some(1), ..setting } } else { setting };
        // Of something without an id, the server's seed and what is known of the thing decide.
        let own = scene.world.with(self.kind.name.as_bytes()).with(Kind::text(&entity.id).as_bytes());
        let mut draft = schema.draft(Given { members: &[], identity }, own, setting).unwrap_or_default();
        match thing_at_mut(&mut draft, self.path, self.in_list).map(Value::take) {
            Some(Value::Object(members)) => members,
            _ => Map::new(),
        }
    }

    /// All of an answer that is not the thing.
    pub(super) fn around(&self, scene: &Scene<'_>, status: StatusCode, id: &Value) -> Value {
        // What the page of a list settles, nothing settles here.
        self.begun(scene, status, id, !self.in_list)
    }

    /// The same around a list, before it is said which page of it this is.
    pub(super) fn around_list(&self, scene: &Scene<'_>, status: StatusCode) -> Value {
        self.begun(scene, status, &Value::Null, true)
    }

    /// What stands around: what is known of all answers, if that may be taken, else what is made up for this one.
    fn begun(&self, scene: &Scene<'_>, status: StatusCode, id: &Value, may_be_known: bool) -> Value {
        let Some(last) = self.path.last() else { return Value::Null };
        let Some(schema) = &self.media_type.schema else { return Value::Object(Map::new()) };
        let setting = scene.setting_for(status);
        let known = if may_be_known && setting.has_all() { self.media_type.frame_of(self.path) } else { None };
        let mut body = known.cloned().unwrap_or_else(|| {
            // What stands beside the thing on the way to it is made up; what is in its place need not be.
            let given = Given { members: &[last], identity: Some(id) };
            schema.draft(given, seed(scene, status), setting).unwrap_or_default()
        });
        echo::apply(&mut body, self.media_type, &echo::echoes_of_page(scene));
        body
    }

    /// What an answer has in the place of the thing.
    pub(super) fn value<'b>(&self, body: &'b Value) -> Option<&'b Value> {
        at(body, self.path)
    }

    /// Puts a thing in its place; on the way, what is no object becomes one.
    pub(super) fn put(&self, body: &mut Value, thing: Value) {
        let thing = if self.in_list { Value::Array(vec![thing]) } else { thing };
        self.put_value(body, thing);
    }

    pub(super) fn put_value(&self, body: &mut Value, value: Value) {
        let mut place = body;
        for name in self.path {
            if !place.is_object() {
                *place = Value::Object(Map::new());
            }
            let Value::Object(members) = place else { return };
            place = members.entry(name.clone()).or_insert(Value::Null);
        }
        *place = value;
    }

    /// A whole answer that conforms, with those members of the thing that fit, each beside those before it.
    pub(super) fn fitting(&self, scene: &Scene<'_>, status: StatusCode, entity: &Entity) -> Value {
        let Some(schema) = &self.media_type.schema else { return Value::Object(entity.members.clone()) };
        let setting = scene.setting_for(status);
        let setting = if self.in_list { Setting { items: Some(1), ..setting } } else { setting };
        let Ok(mut body) = schema.generate_for(Some(&entity.id), seed(scene, status), setting) else { return Value::Null };
        if self.in_list
            && let Some(Value::Array(items)) = at_mut(&mut body, self.path)
        {
            items.truncate(1);
        }
        let (members, _) = self.project(entity);
        for (name, value) in members {
            let mut next = body.clone();
            let Some(Value::Object(thing)) = thing_at_mut(&mut next, self.path, self.in_list) else { continue };
            thing.insert(name, value);
            if next != body && check::answer(self.media_type, &next).is_empty() {
                body = next;
            }
        }
        body
    }
}

/// What is said about the thing in an answer.
fn noted<'v>(media_type: &'v MediaType, path: &[String], in_list: bool) -> Option<(&'v Annotations, &'v Note)> {
    let annotations = media_type.schema.as_ref()?.annotations();
    let place = path.iter().try_fold(annotations.root(), |note, name| annotations.member(note, name))?;
    Some((annotations, if in_list { annotations.items(place)? } else { place }))
}
