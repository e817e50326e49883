//! Cutting a page out of a list: by cursor, offset, or number, as the operation's parameters have it.
//!
//! A cursor is the id of a thing in the list, and what comes after it is in the order of the list. Where a document says
//! that a cursor is compared with a member (`after`), any text is one.

use std::{cmp::Ordering, sync::Arc};

use serde_json::Value;

use super::Site;
use crate::{
    clock::Timestamp,
    contract::{Asks, Parameter},
    message::Uri,
    respond::page::{self, Asked},
    state::{Entity, Kind, List, Rank, Wanted, World},
    text::percent_encode,
};

/// How many are shown where nobody says.
const USUAL: usize = 100;

/// What is true of the page that is shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Facts {
    /// How many there are on all pages.
    pub(crate) total: u64,
    /// How many a page has at most.
    pub(crate) limit: u64,
    pub(crate) more: bool,
    pub(crate) back: bool,
    /// How to ask for the next page.
    pub(crate) next: Option<Way>,
    pub(crate) previous: Option<Way>,
    /// What was asked for.
    pub(crate) asked: Uri,
}

/// How to ask for a page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Way {
    /// The value of the parameter that asks for it.
    pub(crate) value: String,
    parameter: String,
}

impl Way {
    /// Path and query of the request that asks for it: as this one asked, but for that parameter.
    pub(crate) fn target(&self, asked: &Uri) -> String {
        with_parameter(asked.path(), asked.query().unwrap_or_default(), &self.parameter, &self.value)
    }
}

/// A page, cut out.
pub(super) struct Cut {
    pub(super) items: Vec<Arc<Entity>>,
    pub(super) asked: Asked,
    total: usize,
    limit: usize,
    skipped: usize,
    more: bool,
    back: bool,
}

/// The list that a page is cut out of.
pub(super) struct Listing<'l> {
    pub(super) site: &'l Site<'l>,
    pub(super) world: &'l World,
    pub(super) kinds: &'l [Kind],
    pub(super) wanted: &'l Wanted<'l>,
    pub(super) list: List<'l>,
    /// What filters let through; `None` where there are none.
    pub(super) lets_through: Option<&'l dyn Fn(&Entity) -> bool>,
}

impl<'l> Listing<'l> {
    /// Cuts the page that is asked for.
    pub(super) fn cut(&self) -> Cut {
        let asked = Asked::of(self.site.scene);
        let limit = limit(self.site, asked);
        let total = if self.site.tells_total() { self.count() } else { 0 };
        let page = |mut items: Vec<_>, skipped: usize, back: bool| {
            let more = items.len() > limit;
            items.truncate(limit);
            Cut { items, asked, total, limit, skipped, more, back }
        };
        match cursor(self.site) {
            Some((text, true)) => {
                let mut items: Vec<_> = self.before(&text).cloned().collect();
                let skipped = items.len().saturating_sub(limit);
                Cut { more: true, ..page(items.split_off(skipped), skipped, skipped > 0) }
            }
            Some((text, false)) => page(self.after(&text, limit.saturating_add(1)), 0, true),
            None => {
                let skipped = usize::try_from(asked.passed_over(limit as u64)).unwrap_or(usize::MAX);
                page(self.from(None).skip(skipped).take(limit.saturating_add(1)).cloned().collect(), skipped, skipped > 0)
            }
        }
    }

    /// What is in the list, from a place on.
    fn from(&self, place: Option<Rank>) -> impl Iterator<Item = &'l Arc<Entity>> {
        let lets_through = self.lets_through;
        self.list.after(place).filter(move |entity| lets_through.is_none_or(|lets_through| lets_through(entity)))
    }

    /// How many there are; they are counted one by one only where filters are in the way.
    fn count(&self) -> usize {
        if self.lets_through.is_some() { self.from(None).count() } else { self.list.len() }
    }

    /// What comes before a cursor: nothing, if that is not there.
    fn before(&self, cursor: &str) -> impl Iterator<Item = &'l Arc<Entity>> {
        let end = self.find(cursor).map(|entity| entity.serial);
        self.from(None).take_while(move |entity| end.is_some_and(|end| entity.serial != end))
    }

    /// What comes after a cursor: nothing, if that is the id of a thing that is not there.
    fn after(&self, cursor: &str, most: usize) -> Vec<Arc<Entity>> {
        let kind = self.site.kind;
        match &kind.after {
            None => {
                let place = self.find(cursor).map(|entity| World::rank(kind, entity));
                place.map(|place| self.from(Some(place)).take(most).cloned().collect()).unwrap_or_default()
            }
            // In the order of the member that is compared, the place is known.
            member if *member == kind.order => self.from(Some(World::after_text(cursor))).take(most).cloned().collect(),
            Some(member) => {
                let is_later = |entity: &&Arc<Entity>| entity.members.get(member).is_some_and(|value| Kind::text(value).as_str() > cursor);
                self.from(None).filter(is_later).take(most).cloned().collect()
            }
        }
    }

    /// The thing that a cursor names.
    fn find(&self, cursor: &str) -> Option<&'l Arc<Entity>> {
        self.world.find(self.kinds, self.wanted, cursor)
    }
}

/// The cursor that was sent, and whether what comes before it is asked for.
fn cursor(site: &Site<'_>) -> Option<(String, bool)> {
    let of = |parameter: &Parameter| {
        let sent = super::parameter(site.scene, &parameter.name).filter(|_| parameter.asks == Some(Asks::Cursor))?;
        let text = Kind::text(sent);
        (!text.is_empty()).then(|| (text, page::goes_back(&parameter.name)))
    };
    site.scene.operation.parameters.iter().find_map(of)
}

fn limit(site: &Site<'_>, asked: Asked) -> usize {
    let asked_for = asked.number_of(Asks::Limit).and_then(|limit| usize::try_from(limit).ok());
    let has_pages = site
        .scene
        .operation
        .parameters
        .iter()
        .any(|parameter| matches!(parameter.asks, Some(Asks::Limit | Asks::Number | Asks::Offset | Asks::Cursor)));
    asked_for.unwrap_or(if has_pages { USUAL } else { usize::MAX - 1 })
}

impl Cut {
    pub(super) fn facts(&self, site: &Site<'_>) -> Facts {
        Facts {
            total: self.total as u64,
            limit: if self.limit >= usize::MAX - 1 { self.items.len() as u64 } else { self.limit as u64 },
            more: self.more,
            back: self.back,
            next: self.more.then(|| self.way(site, true)).flatten(),
            previous: self.back.then(|| self.way(site, false)).flatten(),
            asked: site.scene.request.uri().clone(),
        }
    }

    /// How to ask for the page after this one, or before it, by the operation's own parameters.
    fn way(&self, site: &Site<'_>, forward: bool) -> Option<Way> {
        let parameters = &site.scene.operation.parameters;
        let of = |asks: Asks| parameters.iter().find(move |parameter| parameter.asks == Some(asks));
        let cursor =
            parameters.iter().find(|parameter| parameter.asks == Some(Asks::Cursor) && page::goes_back(&parameter.name) != forward);
        let number = of(Asks::Number).map(|parameter| (parameter, self.asked.page_number(forward)));
        let offset = of(Asks::Offset).map(|parameter| {
            let offset = if forward { self.skipped.saturating_add(self.limit) } else { self.skipped.saturating_sub(self.limit) };
            (parameter, offset as u64)
        });
        let edge = if forward { self.items.last() } else { self.items.first() };
        let (parameter, value) = match (cursor, edge) {
            (Some(parameter), Some(edge)) => (parameter, Kind::text(&edge.id)),
            _ => number.or(offset).map(|(parameter, number)| (parameter, number.to_string()))?,
        };
        Some(Way { value, parameter: parameter.name.clone() })
    }
}

/// The path with the query, in which one parameter has this value.
fn with_parameter(path: &str, query: &str, name: &str, value: &str) -> String {
    let name = percent_encode(name);
    let others = query.split('&').filter(|pair| !pair.is_empty() && pair.split('=').next() != Some(name.as_str()));
    let pairs: Vec<String> = others.map(str::to_owned).chain([format!("{name}={}", percent_encode(value))]).collect();
    format!("{path}?{}", pairs.join("&"))
}

/// How two values compare: numbers as numbers, times as times, all else as text. `None` if they do not.
pub(super) fn order(one: &Value, other: &Value) -> Option<Ordering> {
    let number = |value: &Value| value.as_f64().or_else(|| value.as_str()?.parse().ok());
    if let (true, Some(one), Some(other)) = (one.is_number(), number(one), number(other)) {
        return one.partial_cmp(&other);
    }
    let (one, other) = (one.as_str()?, other.as_str()?);
    let time = |text: &str| text.parse::<Timestamp>().ok();
    match (time(one), time(other)) {
        (Some(one), Some(other)) => Some(one.cmp(&other)),
        _ => Some(one.cmp(other)),
    }
}
