//! Lists whose items are written once: what a list shows of a thing is the same until the thing changes, and then there is
//! another thing in its place. So it is made, judged and written when it is first listed, and kept with it.
//!
//! Where that is not so, because a rule may change it, or the contract says something of the list as a whole, nothing is
//! done here, and the list is made and judged as any other answer.

use std::{borrow::Cow, sync::Arc};

use serde_json::{Map, Value};

use super::{Chosen, Site, page::Cut, show::View};
use crate::{
    check,
    contract::{Alters, Rule, at_mut},
    media::{self, Kind},
    message::Response,
    respond::write,
    schema::Schema,
    state::{Entity, Form},
    violation::Violation,
};

/// A body: what stands around the list, and the list.
struct Written<'w> {
    around: &'w Value,
    path: &'w [String],
    items: &'w [Cow<'w, [u8]>],
}

/// The list as it was written; `None` where it must be made as any other.
///
/// `around` is what stands around it, with an empty list in its place.
pub(super) fn body(
    site: &Site<'_>,
    chosen: &Chosen<'_>,
    view: &View<'_>,
    cut: &Cut,
    around: &Value,
) -> Option<Result<Response, Violation>> {
    let (media_type, named) = chosen.form.as_ref()?;
    let content_type = named.as_deref().unwrap_or(&media_type.range);
    let is_json = media::kind(content_type) == Kind::Json && !content_type.contains('*');
    let path = &site.used.shown.as_ref()?.path;
    let schema = media_type.items_of(path).filter(|_| is_json)?;
    let alters = site.scene.rules().map(Rule::alters).max().unwrap_or(Alters::Nothing);
    if alters == Alters::Anything {
        return None;
    }
    let ruled_by = (alters != Alters::Nothing).then_some(site.scene.operation.number);
    let form = Form { schema: schema.clone(), ruled_by };
    if !check::answer(media_type, around).is_empty() {
        return None;
    }
    let made = |entities: &[&Arc<Entity>]| made(site, view, around, entities, ruled_by.is_some());
    let items = texts(cut, &form, schema, made)?;
    let text = Written { around, path, items: &items }.to_bytes();
    Some(write::written(content_type, chosen.status, text))
}

/// The texts of all items: those that were written before, and those that are written now, which are kept.
fn texts<'c>(
    cut: &'c Cut,
    form: &Form,
    schema: &Schema,
    made: impl FnOnce(&[&Arc<Entity>]) -> Option<Vec<Value>>,
) -> Option<Vec<Cow<'c, [u8]>>> {
    let mut texts: Vec<_> = cut.items.iter().map(|entity| entity.written.get(form).map(Cow::Borrowed)).collect();
    let (slots, entities): (Vec<_>, Vec<_>) = texts.iter_mut().zip(&cut.items).filter(|(text, _)| text.is_none()).unzip();
    if !entities.is_empty() {
        let made = made(&entities)?;
        let mut buffer = Vec::with_capacity(1024);
        for ((slot, entity), item) in slots.into_iter().zip(entities).zip(made) {
            if !schema.accepts(&item) {
                return None;
            }
            buffer.clear();
            write::json_into(&item, &mut buffer);
            let kept = entity.written.keep(form, buffer.as_slice().into());
            *slot = Some(kept.map_or_else(|text| Cow::Owned(text.into_vec()), Cow::Borrowed));
        }
    }
    texts.into_iter().collect()
}

/// Things as the list shows them; `None` if one lacks something. Rules see all of them at once, and look at nothing else.
fn made(site: &Site<'_>, view: &View<'_>, around: &Value, entities: &[&Arc<Entity>], ruled: bool) -> Option<Vec<Value>> {
    let shown = |entity: &&Arc<Entity>| {
        let (members, is_whole) = view.project(entity);
        is_whole.then_some(Value::Object(members))
    };
    let items: Vec<Value> = entities.iter().map(shown).collect::<Option<_>>()?;
    if !ruled {
        return Some(items);
    }
    let mut body = around.clone();
    view.put_value(&mut body, Value::Array(items));
    site.scene.rules().for_each(|rule| rule.answer(&site.scene.incoming(), &mut body));
    match at_mut(&mut body, &site.used.shown.as_ref()?.path).map(Value::take) {
        Some(Value::Array(items)) if items.len() == entities.len() => Some(items),
        _ => None,
    }
}

impl Written<'_> {
    fn to_bytes(&self) -> Vec<u8> {
        let mut text = Vec::with_capacity(256 + self.items.iter().map(|item| item.len() + 1).sum::<usize>());
        self.write(self.around, self.path, &mut text);
        text
    }

    fn write(&self, value: &Value, path: &[String], text: &mut Vec<u8>) {
        match (path.split_first(), value) {
            (Some((next, rest)), Value::Object(members)) => self.write_members(members, next, rest, text),
            _ => self.write_list(text),
        }
    }

    fn write_members(&self, members: &Map<String, Value>, next: &str, rest: &[String], text: &mut Vec<u8>) {
        text.push(b'{');
        for (at, (name, value)) in members.iter().enumerate() {
            if at > 0 {
                text.push(b',');
            }
            write::json_into(name, text);
            text.push(b':');
            if name == next { self.write(value, rest, text) } else { write::json_into(value, text) }
        }
        text.push(b'}');
    }

    fn write_list(&self, text: &mut Vec<u8>) {
        text.push(b'[');
        for (at, item) in self.items.iter().enumerate() {
            if at > 0 {
                text.push(b',');
            }
            text.extend_from_slice(item);
        }
        text.push(b']');
    }
}
