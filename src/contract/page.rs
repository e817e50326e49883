//! Pages of a list: which query parameters ask for one, and which members of an answer speak of it.
//!
//! OpenAPI has no word for any of this. The names are those that public APIs use; a name that may as well mean something
//! else counts only beside one that can mean nothing else.

use std::{cell::OnceCell, collections::VecDeque};

use serde_json::Value;

use crate::{
    clock::Timestamp,
    schema::{Annotations, Given, Note, Schema, Setting, Types, tells_of_errors},
    seed::Seed,
};

/// What a query parameter asks of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asks {
    /// This many items at most.
    Limit,
    /// The page of this number.
    Number,
    /// What comes after this many items.
    Offset,
    /// What comes after, or before, a place that an earlier page told.
    Cursor,
    /// How items are ordered or shown, or something about them that is not the value of one member.
    Form,
    /// Items with this value.
    Filter,
}

impl Asks {
    pub(crate) fn read(name: &str) -> Self {
        match normal(name).as_str() {
            "limit" | "perpage" | "pagesize" | "size" | "count" | "pagelimit" | "maxresults" | "maxitems" | "maxkeys" | "maxpagesize"
            | "top" | "take" | "resultsperpage" | "itemsperpage" => Self::Limit,
            "page" | "pagenumber" | "pageno" | "pagenum" | "pageindex" | "currentpage" => Self::Number,
            "offset" | "skip" | "start" | "startindex" | "pageoffset" => Self::Offset,
            "cursor" | "after" | "before" | "startingafter" | "endingbefore" | "startafter" | "pagetoken" | "nexttoken"
            | "continuationtoken" | "marker" | "pagecursor" | "nextcursor" | "pageafter" | "pagebefore" => Self::Cursor,
            "sort" | "sortby" | "sortorder" | "sortdir" | "order" | "orderby" | "direction" | "fields" | "select" | "include"
            | "expand" | "embed" | "q" | "query" | "search" | "filter" | "filters" | "format" => Self::Form,
            _ => Self::Filter,
        }
    }
}

/// What a member of an answer says about the page that the answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Limit,
    /// How many items there are on this page.
    Shown,
    /// How many there are, on this page or on all: the name does not say.
    Count,
    /// How many there are on all pages.
    Total,
    Pages,
    Number,
    Offset,
    /// Whether there is a page after this one.
    More,
    /// Whether there is one before it.
    Back,
    IsFirst,
    IsLast,
    /// How to ask for the page after this one.
    Next,
    Previous,
}

/// What stands in the place of the next page where there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    Null,
    Absent,
    Empty,
}

/// A member with a role.
#[derive(Debug, Clone)]
pub(crate) struct Member {
    /// The names that lead to it.
    pub(crate) path: Vec<String>,
    pub(crate) role: Role,
    /// Whether its name may as well mean something else.
    weak: bool,
    pub(crate) types: Types,
    pub(crate) ending: Ending,
}

impl Member {
    /// Whether it is what the page makes of it, whatever it was before.
    pub(super) fn is_settled(&self) -> bool {
        match self.role {
            // Of some pages nobody can say how to ask for them.
            Role::Previous => self.ending == Ending::Null,
            Role::Next => self.ending != Ending::Empty || self.types.has(Types::STRING),
            _ => true,
        }
    }
}

/// Where an answer has its list, and what speaks of it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Layout {
    /// The names that lead to the list; none if the whole answer is the list.
    pub(crate) list: Vec<String>,
    members: Vec<Member>,
    /// Whether the answer can be nothing but a page.
    sure: bool,
}

/// Members of these names hold what an answer is about, the likeliest first.
const LISTS: [&str; 16] = [
    "data",
    "items",
    "results",
    "records",
    "entries",
    "values",
    "value",
    "list",
    "content",
    "edges",
    "nodes",
    "elements",
    "resources",
    "objects",
    "rows",
    "hits",
];
/// Members of these names hold what is to be said about a page.
const HOLDERS: [&str; 13] = [
    "meta",
    "metadata",
    "pagination",
    "paging",
    "pageinfo",
    "page",
    "pager",
    "cursor",
    "cursors",
    "resultinfo",
    "responsemetadata",
    "listmeta",
    "paginationinfo",
];
/// No answer is looked at further than this.
const MOST_NOTES: usize = 400;
const DEEPEST: usize = 3;

/// A value of an answer that lies in no array.
struct Found<'a> {
    path: Vec<&'a str>,
    note: &'a Note,
}

impl Layout {
    /// The layout of answers of a schema; `None` if they are no list.
    pub(super) fn of(schema: &Schema) -> Option<Self> {
        let annotations = schema.annotations();
        if annotations.root().types.has(Types::ARRAY) {
            return Some(Self { sure: true, ..Self::default() });
        }
        let found = walk(annotations);
        let list = list(&found)?;
        let holds_list = |holder: &[&str]| list.path.starts_with(holder);
        let least = OnceCell::new();
        let mut members: Vec<Member> = Vec::new();
        for Found { path, note } in &found {
            let Some((name, holder)) = path.split_last() else { continue };
            let own = holder.last().is_some_and(|holder| HOLDERS.contains(&normal(holder).as_str()));
            if !own && !holds_list(holder) {
                continue;
            }
            let Some((role, weak)) = role(&normal(name), note.types) else { continue };
            let path: Vec<String> = path.iter().map(|&name| name.to_owned()).collect();
            let ending = if note.nullable || note.types.is_empty() {
                Ending::Null
            } else if matches!(role, Role::Next | Role::Previous) && at(least.get_or_init(|| least_of(schema)), &path).is_none() {
                Ending::Absent
            } else {
                Ending::Empty
            };
            members.push(Member { path, role, weak: weak && !own, types: note.types, ending });
        }
        let sure = members.iter().any(|member| !member.weak);
        let envelope = list.path.split_last().map_or(list.path.as_slice(), |(_, envelope)| envelope);
        let of_entity = found.iter().any(|found| found.path.split_last() == Some((&"id", envelope)));
        let of_items = annotations.items(list.note).is_some_and(|item| item.declares_members);
        let named = list.path.last().is_some_and(|name| rank(name) < LISTS.len());
        // The tags of a thing are a list as well, and no answer of its own.
        (sure || !of_entity && (of_items || named)).then(|| Self {
            list: list.path.iter().map(|&name| name.to_owned()).collect(),
            members,
            sure,
        })
    }

    /// The members that speak of the page. Those that may mean something else count where a page was asked for.
    pub(crate) fn members(&self, asked: bool) -> impl Iterator<Item = &Member> {
        self.members.iter().filter(move |member| asked || self.sure || !member.weak)
    }
}

/// The values of an answer that lie in no array, level by level.
fn walk(annotations: &Annotations) -> Vec<Found<'_>> {
    let mut found = Vec::new();
    let mut waiting = VecDeque::from([Found { path: Vec::new(), note: annotations.root() }]);
    while let Some(Found { path, note }) = waiting.pop_front() {
        let links = path.last().is_some_and(|name| normal(name).ends_with("links"));
        if path.len() < DEEPEST && !links {
            for (name, note) in annotations.members(note) {
                if found.len() + waiting.len() < MOST_NOTES {
                    waiting.push_back(Found { path: [path.as_slice(), &[name]].concat(), note });
                }
            }
        }
        found.push(Found { path, note });
    }
    found
}

/// The list that an answer is about: of the outermost, the only one, or the one with the likeliest name. A list of errors is
/// what it is about only where there is no other.
fn list<'f, 'a>(found: &'f [Found<'a>]) -> Option<&'f Found<'a>> {
    let lists = || found.iter().filter(|found| found.note.types.has(Types::ARRAY));
    let is_meant = |found: &&Found<'_>| !found.path.last().is_some_and(|name| tells_of_errors(name));
    let level = lists().find(is_meant).or_else(|| lists().next())?.path.len();
    let at_level = || lists().filter(|found| found.path.len() == level);
    let meant: Vec<_> = at_level().filter(is_meant).collect();
    let outermost = if meant.is_empty() { at_level().collect() } else { meant };
    let rank = |found: &&Found<'_>| found.path.last().map_or(0, |name| rank(name));
    let best = outermost.iter().copied().min_by_key(rank)?;
    (outermost.len() == 1 || rank(&best) < LISTS.len()).then_some(best)
}

/// How likely a list of this name is what an answer is about: the lower, the likelier.
pub(super) fn rank(name: &str) -> usize {
    let name = normal(name);
    LISTS.iter().position(|known| *known == name).unwrap_or(LISTS.len())
}

/// Whether a rank is that of a name that lists usually have.
pub(super) const fn is_usual(rank: usize) -> bool {
    rank < LISTS.len()
}

/// Whether a member of this name speaks of a page.
pub(super) fn speaks_of_page(name: &str) -> bool {
    let name = normal(name);
    HOLDERS.contains(&name.as_str()) || role(&name, Types::default()).is_some()
}

/// The role of a member by its name and types, and whether the name may as well mean something else.
fn role(name: &str, types: Types) -> Option<(Role, bool)> {
    let is = |wanted: Types| types.is_empty() || types.has(wanted);
    let number = is(Types::INTEGER) || (types.has(Types::STRING) && !types.has(Types::NUMBER));
    Some(match name {
        "limit" | "pagesize" | "perpage" if number => (Role::Limit, true),
        "size" | "length" | "count" if number => (Role::Count, true),
        "numresults" | "itemcount" | "resultcount" | "resultsize" | "numitems" if number => (Role::Count, true),
        "returned" | "numberofelements" if number => (Role::Shown, true),
        "total" if number || types.has(Types::NUMBER) => (Role::Total, true),
        "totalcount" | "totalitems" | "totalresults" | "totalelements" | "totalrecords" | "totalsize" | "totalhits" | "fullcount"
            if number || types.has(Types::NUMBER) =>
        {
            (Role::Total, false)
        }
        "pages" if number => (Role::Pages, true),
        "totalpages" | "pagecount" | "numpages" if number || types.has(Types::NUMBER) => (Role::Pages, false),
        "lastpage" if is(Types::INTEGER) => (Role::Pages, false),
        "page" | "currentpage" | "pagenumber" if is(Types::INTEGER.and(Types::NUMBER)) => (Role::Number, true),
        "offset" | "skip" if is(Types::INTEGER) => (Role::Offset, true),
        "hasmore" | "hasnext" | "hasnextpage" | "hasmoreitems" | "hasmoreresults" | "istruncated" if is(Types::BOOLEAN) => {
            (Role::More, false)
        }
        "more" | "truncated" if types.has(Types::BOOLEAN) => (Role::More, true),
        "hasprevious" | "hasprev" | "haspreviouspage" | "hasprevpage" if is(Types::BOOLEAN) => (Role::Back, false),
        "first" | "isfirst" | "isfirstpage" if types.has(Types::BOOLEAN) => (Role::IsFirst, true),
        "last" | "islast" | "islastpage" if types.has(Types::BOOLEAN) => (Role::IsLast, true),
        "nextpage" if types.has(Types::OBJECT) => (Role::Next, false),
        _ if types.has(Types::OBJECT.and(Types::ARRAY).and(Types::BOOLEAN)) => return None,
        "nextcursor" | "nextpage" | "nextpagetoken" | "nextpageurl" | "nextpageuri" | "nexturl" | "nexttoken" | "nextmarker"
        | "nextoffset" | "nextlink" | "nexthref" | "odatanextlink" | "continuationtoken" | "nextpageid" | "nextpagecursor" => {
            (Role::Next, false)
        }
        "next" | "cursor" => (Role::Next, true),
        "prevcursor" | "previouscursor" | "prevpage" | "previouspage" | "prevpageurl" | "previouspageurl" | "prevurl" | "previousurl"
        | "previouspagetoken" | "prevpagetoken" | "previousoffset" => (Role::Previous, false),
        "previous" | "prev" => (Role::Previous, true),
        _ => return None,
    })
}

/// A value that has what it must have and nothing else.
fn least_of(schema: &Schema) -> Value {
    let setting = Setting { optional: 0, ..Setting::at(Timestamp::FIXED) };
    schema.draft(Given::default(), Seed::new(0), setting).unwrap_or_default()
}

/// The value at the end of a path of members.
pub(crate) fn at<'v>(value: &'v Value, path: &[String]) -> Option<&'v Value> {
    path.iter().try_fold(value, |value, name| value.get(name))
}

/// The same, to be changed.
pub(crate) fn at_mut<'v>(value: &'v mut Value, path: &[String]) -> Option<&'v mut Value> {
    path.iter().try_fold(value, |value, name| value.get_mut(name))
}

/// The thing at the end of a path, or the first of the list that is there.
pub(crate) fn thing_at<'v>(value: &'v Value, path: &[String], in_list: bool) -> Option<&'v Value> {
    let place = at(value, path)?;
    if in_list { place.get(0) } else { Some(place) }
}

/// The same, to be changed.
pub(crate) fn thing_at_mut<'v>(value: &'v mut Value, path: &[String], in_list: bool) -> Option<&'v mut Value> {
    let place = at_mut(value, path)?;
    if in_list { place.get_mut(0) } else { Some(place) }
}

/// A name without what styles of writing differ in.
fn normal(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{document::Document, pointer::Pointer, schema::Direction};

    /// The place of a list, and the members with roles.
    type Told = (String, Vec<(String, Role, Ending)>);

    /// What is found of an answer with these members.
    fn layout(properties: Value) -> Option<Told> {
        let schema = json!({"type": "object", "properties": properties, "required": ["next_page_token"]});
        let document = std::sync::Arc::new(Document::of_value(json!({"openapi": "3.1.0", "schema": schema})));
        let layout = Layout::of(&Schema::new(&document, Pointer::parse("/schema").unwrap(), Direction::Response))?;
        let members = layout.members(false).map(|member| (member.path.join("."), member.role, member.ending)).collect();
        Some((layout.list.join("."), members))
    }

    #[test]
    fn answers_that_are_lists_are_known_by_their_members() {
        let list = json!({"type": "array", "items": {"type": "object", "properties": {"id": {}}}});
        let tags = json!({"type": "array", "items": {"type": "string"}});
        let (count, flag, text) = (json!({"type": "integer"}), json!({"type": "boolean"}), json!({"type": "string"}));
        let nullable = json!({"type": ["string", "null"]});
        let meta = |members: Value| json!({"type": "object", "properties": members});
        let cases = [
            (json!({"id": text, "tags": tags}), None),
            (json!({"id": text, "items": list, "total": count}), None),
            (json!({"name": text, "tags": tags}), None),
            (json!({"a": list, "b": list}), None),
            (json!({"errors": list, "things": list}), Some(("things", vec![]))),
            (json!({"errors": list, "data": meta(json!({"items": list}))}), Some(("data.items", vec![]))),
            (json!({"errors": list}), Some(("errors", vec![]))),
            (json!({"items": list, "total": count}), Some(("items", vec![]))),
            (json!({"a": list, "results": list}), Some(("results", vec![]))),
            (
                json!({"things": list, "total_count": count, "links": meta(json!({"next": nullable}))}),
                Some(("things", vec![("total_count", Role::Total, Ending::Empty)])),
            ),
            (
                json!({"data": list, "meta": meta(json!({"total": count, "next": nullable}))}),
                Some(("data", vec![("meta.next", Role::Next, Ending::Null), ("meta.total", Role::Total, Ending::Empty)])),
            ),
            (
                json!({"data": meta(json!({"items": list, "hasMore": flag})), "next_page_token": text, "stats": meta(json!({"count": count}))}),
                Some(("data.items", vec![("next_page_token", Role::Next, Ending::Empty), ("data.hasMore", Role::More, Ending::Empty)])),
            ),
        ];
        for (properties, expected) in cases {
            let expected = expected.map(|(list, members)| {
                (list.to_owned(), members.into_iter().map(|(path, role, ending)| (path.to_owned(), role, ending)).collect::<Vec<_>>())
            });
            assert_eq!(layout(properties.clone()), expected, "{properties}");
        }
    }

    #[test]
    fn parameters_ask_by_their_names() {
        let cases = [
            ("limit", Asks::Limit),
            ("page[size]", Asks::Limit),
            ("$top", Asks::Limit),
            ("pageNumber", Asks::Number),
            ("offset", Asks::Offset),
            ("starting_after", Asks::Cursor),
            ("sort_by", Asks::Form),
            ("status", Asks::Filter),
        ];
        for (name, expected) in cases {
            assert_eq!(Asks::read(name), expected, "{name}");
        }
    }
}
