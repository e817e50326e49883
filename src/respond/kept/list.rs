//! Showing a list: the page that was asked for of those that the filters let through.

use std::sync::Arc;

use serde_json::Value;

use super::{
    Site, Told, chosen, finish, headed,
    page::{self, Cut, Listing},
    show::View,
    unabled, written,
};
use crate::{
    check,
    contract::{Comparison, Filter, MediaType},
    message::StatusCode,
    respond::{Answer, page::Page},
    state::{Entity, Kind},
};

/// The answer; `None` where it shows no list.
pub(super) fn list(site: &Site<'_>) -> Option<Answer> {
    site.used.shown.as_ref()?;
    Some(page_of(site).unwrap_or_else(|answer| *answer))
}

fn page_of(site: &Site<'_>) -> Result<Answer, Box<Answer>> {
    if let Some(missing) = super::refuse::missing_whole(site) {
        return Err(missing);
    }
    let chosen = chosen(site.scene)?;
    let Some((media_type, _)) = &chosen.form else { return finish(site.scene, &chosen, &Told::default(), &Value::Null) };
    let filters = filters(site);
    let lets_through = |entity: &Entity| filters.iter().all(|filter| filter.lets_through(entity));
    let lets_through: Option<&dyn Fn(&Entity) -> bool> = if filters.is_empty() { None } else { Some(&lets_through) };
    let wanted = &site.wanted();
    let cut = site.store.look(|world, kinds| Listing { site, world, kinds, wanted, list: world.list(kinds, wanted), lets_through }.cut());
    let told = Told { page: Some(cut.facts(site)), ..Told::default() };
    let view = View::of(site, media_type);
    let around = around(site, media_type, chosen.status, &view, &cut, &told);
    if let Some(written) = written::body(site, &chosen, &view, &cut, &around) {
        return headed(site.scene, &chosen, &told, written);
    }
    let body = body(site, media_type, chosen.status, &view, &cut, &told, around)?;
    finish(site.scene, &chosen, &told, &body)
}

/// What stands around the list, which is empty there.
fn around(site: &Site<'_>, media_type: &MediaType, status: StatusCode, view: &View<'_>, cut: &Cut, told: &Told) -> Value {
    let mut around = view.around_list(site.scene, status);
    if let Some(layout) = media_type.layout() {
        // How many there are is a part of what is said about the page.
        view.put_value(&mut around, Value::Array(vec![Value::Null; cut.items.len()]));
        Page::new(layout, cut.asked).with_facts(told.page.as_ref()).settle(&mut around);
    }
    view.put_value(&mut around, Value::Array(Vec::new()));
    around
}

fn body(
    site: &Site<'_>,
    media_type: &MediaType,
    status: StatusCode,
    view: &View<'_>,
    cut: &Cut,
    told: &Told,
    around: Value,
) -> Result<Value, Box<Answer>> {
    let scene = site.scene;
    let item = |entity: &Arc<Entity>| match view.project(entity) {
        (members, true) => Value::Object(members),
        (members, false) => {
            let (members, made) = view.completed(scene, status, entity, members);
            made.into_iter().for_each(|made| super::show::keep(site, entity, made));
            Value::Object(members)
        }
    };
    let items: Vec<Value> = cut.items.iter().map(item).collect();
    let mut body = around;
    view.put_value(&mut body, Value::Array(items));
    scene.rules().for_each(|rule| rule.answer(&scene.incoming(), &mut body));
    let violations = check::answer(media_type, &body);
    if violations.is_empty() {
        return Ok(body);
    }
    mended(site, media_type, status, view, cut, told).ok_or_else(|| unabled(violations))
}

/// The same list where something in it, or around it, did not fit: each thing as far as it can be shown, in an envelope that
/// conforms.
fn mended(site: &Site<'_>, media_type: &MediaType, status: StatusCode, view: &View<'_>, cut: &Cut, told: &Told) -> Option<Value> {
    let is_valid = |body: &Value| check::answer(media_type, body).is_empty();
    let mut base = media_type.schema.as_ref()?.generate(site.scene.seed, site.scene.setting()).ok()?;
    let mut items = Vec::new();
    for entity in &cut.items {
        let mut alone = base.clone();
        view.put(&mut alone, Value::Object(view.project(entity).0));
        let shown = if is_valid(&alone) { alone } else { view.fitting(site.scene, status, entity) };
        items.push(view.value(&shown)?.get(0)?.clone());
    }
    view.put_value(&mut base, Value::Array(items));
    if !is_valid(&base) {
        return None;
    }
    let Some(layout) = media_type.layout() else { return Some(base) };
    Some(Page::new(layout, cut.asked).with_facts(told.page.as_ref()).settle_each(base, is_valid))
}

/// A filter that was asked for.
struct Wish<'w> {
    filter: &'w Filter,
    value: &'w Value,
}

fn filters<'s>(site: &Site<'s>) -> Vec<Wish<'s>> {
    let sent = |filter: &'s Filter| {
        let value = super::parameter(site.scene, &filter.parameter)?;
        (*value != "" && !value.is_null()).then_some(Wish { filter, value })
    };
    site.used.filters.iter().filter_map(sent).collect()
}

impl Wish<'_> {
    fn lets_through(&self, entity: &Entity) -> bool {
        let mut names = self.filter.member.iter();
        let first = names.next().and_then(|name| entity.members.get(name));
        let found = names.try_fold(first.unwrap_or(&Value::Null), |value, name| value.get(name)).unwrap_or(&Value::Null);
        match self.value {
            // `created[gte]=…`: bounds by their names.
            Value::Object(bounds) if !found.is_object() => bounds.iter().all(|(name, bound)| keeps_bound(name, bound, found)),
            // Several values are alternatives.
            Value::Array(values) if self.filter.comparison == Comparison::Equal && !found.is_array() => {
                values.iter().any(|value| same(value, found))
            }
            value => self.compares(value, found),
        }
    }

    fn compares(&self, wanted: &Value, found: &Value) -> bool {
        match (self.filter.comparison, found) {
            (Comparison::Equal, Value::Array(items)) => items.iter().any(|item| same(wanted, item)),
            (Comparison::Equal, found) => same(wanted, found),
            (comparison, found) => holds(comparison, wanted, found),
        }
    }
}

/// Whether a value stands so to another.
fn holds(comparison: Comparison, wanted: &Value, found: &Value) -> bool {
    page::order(found, wanted).is_some_and(|order| match comparison {
        Comparison::From => order.is_ge(),
        Comparison::To => order.is_le(),
        Comparison::After => order.is_gt(),
        Comparison::Before => order.is_lt(),
        Comparison::Equal => order.is_eq(),
    })
}

/// Whether a value keeps a bound; one of a name that nobody knows lets everything through.
fn keeps_bound(name: &str, bound: &Value, found: &Value) -> bool {
    let comparison = if name == "eq" { Some(Comparison::Equal) } else { Comparison::of_word(name) };
    comparison.is_none_or(|comparison| holds(comparison, bound, found))
}

/// Parameters are texts, whatever they stand for.
fn same(one: &Value, other: &Value) -> bool {
    one == other || !other.is_null() && Kind::text(one) == Kind::text(other)
}
