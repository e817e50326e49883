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
    contract::{Alters, Rule, thing_at_mut},
    media::{self, Kind},
    message::Response,
    respond::write,
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
pub(super) fn body<'c>(
    site: &Site<'_>,
    chosen: &Chosen<'_>,
    view: &View<'_>,
    cut: &'c Cut,
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
    let ruled = |item: Value| if ruled_by.is_none() { Some(item) } else { ruled(site, view, around, item) };
    let item = |entity: &'c Arc<Entity>| {
        entity.written.get(&form).map(Cow::Borrowed).or_else(|| {
            let (members, is_whole) = view.project(entity);
            let item = ruled(Value::Object(members))?;
            let text = (is_whole && schema.accepts(&item)).then(|| write::json(&item).into_boxed_slice())?;
            Some(entity.written.keep(&form, text).map_or_else(|text| Cow::Owned(text.into_vec()), Cow::Borrowed))
        })
    };
    let items: Vec<_> = cut.items.iter().map(item).collect::<Option<_>>()?;
    let text = Written { around, path, items: &items }.to_bytes();
    Some(write::written(content_type, chosen.status, text))
}

/// A thing as rules let it be shown, which look at nothing else.
fn ruled(site: &Site<'_>, view: &View<'_>, around: &Value, item: Value) -> Option<Value> {
    let mut body = around.clone();
    view.put(&mut body, item);
    site.scene.rules().for_each(|rule| rule.answer(&site.scene.incoming(), &mut body));
    thing_at_mut(&mut body, &site.used.shown.as_ref()?.path, true).map(Value::take)
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
