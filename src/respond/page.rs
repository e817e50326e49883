//! Pages agree: what an answer says about its list is true of the list that it has.
//!
//! What is shown is all that there is, unless the request asks for a later page: there is no page after it, and the counts
//! are those of the items that are shown and of those that were passed over.

use serde_json::Value;

use super::{
    Scene,
    kept::{Facts, Way},
};
use crate::{
    contract::{Asks, Ending, Layout, Member, Parameter, Role, at, at_mut},
    message::Uri,
    schema::Types,
};

/// The page that a request asks for.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Asked {
    /// Whether the operation has pages at all.
    pages: bool,
    limit: Option<u64>,
    /// Counted from 0.
    index: u64,
    /// The number of the first page.
    base: u64,
    offset: u64,
    cursor: bool,
}

/// A list answer, and the page that it should be.
pub(super) struct Page<'a> {
    layout: &'a Layout,
    asked: Asked,
    /// What is known of the page, where it is one of what the server keeps.
    facts: Option<&'a Facts>,
}

impl Asked {
    pub(super) fn of(scene: &Scene<'_>) -> Self {
        let mut asked = Self { base: 1, ..Self::default() };
        for (parameter, asks) in scene.operation.parameters.iter().filter_map(|parameter| Some((parameter, parameter.asks?))) {
            let number = value(scene, parameter).and_then(as_number);
            match asks {
                Asks::Limit => asked.limit = asked.limit.or(number),
                Asks::Number => {
                    let zero = default(parameter).and_then(as_number) == Some(0) || number == Some(0);
                    asked.base = u64::from(!zero);
                    asked.index = number.unwrap_or_default().saturating_sub(asked.base);
                }
                Asks::Offset => asked.offset = number.unwrap_or_default(),
                Asks::Cursor => asked.cursor |= value(scene, parameter).is_some_and(|value| *value != ""),
                Asks::Form | Asks::Filter => continue,
            }
            asked.pages = true;
        }
        asked
    }

    /// What was asked for, in the request's own way of counting.
    pub(super) fn number_of(self, asks: Asks) -> Option<u64> {
        match asks {
            Asks::Limit => self.limit,
            Asks::Number => self.pages.then_some(self.index.saturating_add(self.base)),
            Asks::Offset => self.pages.then_some(self.offset),
            Asks::Cursor | Asks::Form | Asks::Filter => None,
        }
    }

    /// How many items come before the page.
    pub(super) fn passed_over(self, limit: u64) -> u64 {
        self.offset.max(self.index.saturating_mul(limit))
    }

    /// The number of the page after this one, or before it.
    pub(super) fn page_number(self, forward: bool) -> u64 {
        let index = if forward { self.index.saturating_add(1) } else { self.index.saturating_sub(1) };
        index.saturating_add(self.base)
    }

    fn is_first(self) -> bool {
        self.index == 0 && self.offset == 0 && !self.cursor
    }

    /// How many items were passed over.
    fn before(self, shown: u64) -> u64 {
        self.offset.max(self.index.saturating_mul(self.limit.unwrap_or(shown)))
    }

    /// How many items there are, and how many pages.
    fn total(self, shown: u64) -> (u64, u64) {
        let total = self.before(shown).saturating_add(shown);
        let pages = self.limit.filter(|limit| *limit > 0).map_or(1, |limit| total.div_ceil(limit));
        (total, pages.max(self.index.saturating_add(1)))
    }
}

/// What was sent for a parameter, else what it is if nothing is sent.
pub(super) fn value<'a>(scene: &Scene<'a>, parameter: &'a Parameter) -> Option<&'a Value> {
    let sent = scene.judgement.parameters.iter().find(|(name, _)| *name == parameter.name).map(|(_, value)| value);
    sent.or_else(|| default(parameter))
}

fn default(parameter: &Parameter) -> Option<&Value> {
    parameter.any_schema()?.annotations().root().default.as_ref()
}

impl<'a> Page<'a> {
    pub(super) fn new(layout: &'a Layout, asked: Asked) -> Self {
        Self { layout, asked, facts: None }
    }

    pub(super) fn with_facts(self, facts: Option<&'a Facts>) -> Self {
        Self { facts, ..self }
    }

    /// How many items there are if these are shown, and how many pages.
    pub(super) fn total(&self, body: &Value) -> Option<(u64, u64)> {
        self.shown(body).map(|shown| self.counts(shown))
    }

    /// Makes all agree at once.
    pub(super) fn settle(&self, body: &mut Value) {
        self.cut(body);
        let Some(shown) = self.shown(body) else { return };
        self.members().for_each(|member| self.agree(body, member, member.ending, shown));
    }

    /// Makes agree what can, one after the other, without breaking the schema.
    pub(super) fn settle_each(&self, mut body: Value, is_valid: impl Fn(&Value) -> bool) -> Value {
        let keep = |body: &mut Value, change: &dyn Fn(&mut Value)| {
            let mut next = body.clone();
            change(&mut next);
            let kept = next == *body || is_valid(&next);
            if kept {
                *body = next;
            }
            kept
        };
        keep(&mut body, &|body| self.cut(body));
        let Some(shown) = self.shown(&body) else { return body };
        for member in self.members() {
            let endings = [member.ending, Ending::Absent, Ending::Empty];
            // A last page is told in the likeliest way that the schema takes.
            let _ = endings.iter().any(|ending| keep(&mut body, &|body| self.agree(body, member, *ending, shown)));
        }
        body
    }

    fn members(&self) -> impl Iterator<Item = &'a Member> {
        self.layout.members(self.asked.pages)
    }

    /// Leaves no more items than were asked for.
    fn cut(&self, body: &mut Value) {
        let limit = self.asked.limit.and_then(|limit| usize::try_from(limit).ok());
        if let (Some(limit), Some(Value::Array(items))) = (limit, at_mut(body, &self.layout.list)) {
            items.truncate(limit);
        }
    }

    fn shown(&self, body: &Value) -> Option<u64> {
        Some(at(body, &self.layout.list)?.as_array()?.len() as u64)
    }

    fn agree(&self, body: &mut Value, member: &Member, ending: Ending, shown: u64) {
        let Some((name, holder)) = member.path.split_last() else { return };
        let Some(Value::Object(holder)) = at_mut(body, holder) else { return };
        let Some(value) = holder.get_mut(name) else { return };
        if let Some(number) = self.number(member.role, value, shown) {
            *value = written(number, member.types);
        } else if let Some(truth) = self.truth(member.role) {
            *value = truth.into();
        } else if let Some((way, asked)) = self.way(member.role) {
            way.write(value, name, member.types, asked);
        } else if member.role == Role::Next || member.role == Role::Previous && !self.has_before() {
            match ending {
                Ending::Null => *value = Value::Null,
                Ending::Empty if value.is_string() => *value = "".into(),
                Ending::Empty => {}
                Ending::Absent => {
                    holder.remove(name);
                }
            }
        }
    }

    fn number(&self, role: Role, value: &Value, shown: u64) -> Option<u64> {
        let (total, pages) = self.counts(shown);
        Some(match role {
            // What is asked for was taken over before; where nothing is, any limit is right that is not passed.
            Role::Limit if self.facts.is_some() => self.facts.map_or(shown, |facts| facts.limit),
            Role::Limit => self.asked.limit.or(as_number(value)).unwrap_or(shown).max(shown),
            Role::Count if self.counts_all() => total,
            Role::Count | Role::Shown => shown,
            Role::Total => total,
            Role::Pages => pages,
            Role::Number => self.asked.index.saturating_add(self.asked.base),
            Role::Offset => self.asked.before(shown),
            _ => return None,
        })
    }

    /// How many there are, and how many pages.
    fn counts(&self, shown: u64) -> (u64, u64) {
        match self.facts {
            Some(facts) => (facts.total, facts.total.div_ceil(facts.limit.max(1)).max(1)),
            None => self.asked.total(shown),
        }
    }

    fn has_before(&self) -> bool {
        self.facts.map_or(!self.asked.is_first(), |facts| facts.back)
    }

    /// How to ask for the page that a role speaks of, and what was asked for.
    fn way(&self, role: Role) -> Option<(&Way, &Uri)> {
        let facts = self.facts?;
        let way = match role {
            Role::Next => facts.next.as_ref(),
            Role::Previous => facts.previous.as_ref(),
            _ => None,
        };
        Some((way?, &facts.asked))
    }

    /// Whether a member that is called a count is the only one that could tell how many there are.
    fn counts_all(&self) -> bool {
        !self.members().any(|member| member.role == Role::Total)
    }

    fn truth(&self, role: Role) -> Option<bool> {
        Some(match role {
            Role::More => self.facts.is_some_and(|facts| facts.more),
            Role::IsLast => !self.facts.is_some_and(|facts| facts.more),
            Role::IsFirst => !self.has_before(),
            Role::Back => self.has_before(),
            _ => return None,
        })
    }
}

impl Way {
    /// Tells it by a member; by those of an object, where it is one.
    fn write(&self, value: &mut Value, name: &str, types: Types, asked: &Uri) {
        match value {
            Value::Object(members) => members.iter_mut().filter(|(_, value)| value.is_string()).for_each(|(name, value)| {
                let is_way = name == "offset" || is_address(name) || name.contains("cursor") || name.contains("token");
                if is_way {
                    *value = self.written(name, Types::STRING, asked);
                }
            }),
            value => *value = self.written(name, types, asked),
        }
    }

    /// As a member of this name and types tells it.
    fn written(&self, name: &str, types: Types, asked: &Uri) -> Value {
        match self.value.parse::<u64>() {
            Ok(number) if !types.is_empty() && !types.has(Types::STRING) => number.into(),
            _ if is_address(name) => self.target(asked).into(),
            _ => self.value.clone().into(),
        }
    }
}

/// Whether a member of this name has the address of a page.
fn is_address(name: &str) -> bool {
    let is = |word: &&str| name.eq_ignore_ascii_case(word);
    ["url", "uri", "link", "href"].iter().any(|word| has_word(name, word)) || ["next", "previous", "prev", "path"].iter().any(is)
}

/// Whether a cursor of this name asks for what comes before it.
pub(super) fn goes_back(name: &str) -> bool {
    has_word(name, "before") || has_word(name, "prev")
}

/// Whether a name has a word in it, in whatever letters it is written.
fn has_word(name: &str, word: &str) -> bool {
    name.as_bytes().windows(word.len()).any(|part| part.eq_ignore_ascii_case(word.as_bytes()))
}

/// A number that may be written as text.
fn as_number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

fn written(number: u64, types: Types) -> Value {
    let text = types.has(Types::STRING) && !types.has(Types::INTEGER.and(Types::NUMBER));
    if text { number.to_string().into() } else { number.into() }
}
