//! Which member of a thing a path parameter means: the one that names it, or the one that names what it is part of.

use super::{
    view::View,
    words::{alike, is_id, is_naming, singulars, words},
};

/// Members that name a thing whatever the parameter is called, the likeliest first.
const USUAL: [&str; 7] = ["id", "_id", "uuid", "guid", "uid", "gid", "sid"];
/// Members that may name a thing where nothing else does.
const WEAK: [&str; 7] = ["key", "slug", "code", "name", "handle", "username", "login"];

/// How sure it is that a member names the thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fit {
    Weak,
    Sure,
}

/// The member of a thing that a parameter of its path means: `id` for `{customer_id}`, `sid` for `{AccountSid}`. `noun` is
/// what the path calls the things.
pub(super) fn id_member(view: &View<'_>, parameter: &str, noun: &str) -> Option<(String, Fit)> {
    let plain: Vec<&str> = view.names().filter(|name| view.member(name).is_some_and(|member| member.is_plain())).collect();
    let sure = |name: &str| Some((name.to_owned(), Fit::Sure));
    if let Some(name) = plain.iter().find(|name| **name == parameter).or_else(|| plain.iter().find(|name| alike(name, parameter))) {
        return sure(name);
    }
    let (asked, thing) = (words(parameter), singulars(noun));
    if let Some(name) = by_end(&plain, &asked).or_else(|| by_noun(&plain, &asked, &thing)) {
        return sure(name);
    }
    let last = asked.last().map(String::as_str).unwrap_or_default();
    let calls_thing = singulars(parameter) == thing || !is_naming(last);
    if is_id(last) || calls_thing {
        let usual = USUAL.iter().find_map(|usual| plain.iter().find(|name| *name == usual || alike(name, usual)));
        if let Some(name) = usual {
            return sure(name);
        }
    }
    let weak = WEAK.iter().find_map(|weak| plain.iter().find(|name| alike(name, weak)));
    weak.filter(|_| calls_thing).map(|name| ((*name).to_owned(), Fit::Weak))
}

/// The member whose words end the parameter's: `gid` for `{task_gid}`.
fn by_end<'n>(plain: &[&'n str], asked: &[String]) -> Option<&'n str> {
    let ends = |name: &&&str| {
        let name = words(name);
        !name.is_empty() && asked.len() > name.len() && asked.ends_with(&name) && name.last().is_some_and(|last| is_naming(last))
    };
    let longest = plain.iter().filter(ends).max_by_key(|name| words(name).len());
    // Letters that run together: `{indexuid}`, `{petid}`.
    let glued = || {
        let text = asked.concat();
        USUAL.iter().find_map(|usual| plain.iter().find(|name| **name == *usual && text.len() > usual.len() && text.ends_with(*usual)))
    };
    longest.or_else(|| if asked.len() == 1 { glued() } else { None }).copied()
}

/// The member that has the noun before what the parameter says: `user_id` for `/users/{id}`.
fn by_noun<'n>(plain: &[&'n str], asked: &[String], thing: &[String]) -> Option<&'n str> {
    plain.iter().copied().find(|name| {
        let name = words(name);
        let named = name.last().is_some_and(|last| is_id(last)) && name.len() > 1 && thing.ends_with(&name[..name.len() - 1]);
        named && (asked == thing || asked.last() == name.last())
    })
}

/// The member with the same value as a parameter that names what the thing is part of: `webhook_endpoint_id` for
/// `{endpoint_id}`, `userId` for `/users/{id}/…`. `noun` is what the path calls the others, `id` the thing's own id.
pub(super) fn link_member(view: &View<'_>, parameter: &str, noun: &str, id: Option<&str>) -> Option<String> {
    let plain: Vec<&str> =
        view.names().filter(|name| Some(*name) != id && view.member(name).is_some_and(|member| member.is_plain())).collect();
    let (asked, other) = (words(parameter), singulars(noun));
    let last = asked.last().cloned().unwrap_or_default();
    let bare = asked.len() == 1 && is_naming(&last);
    let mut wanted = Vec::new();
    if !bare {
        wanted.push(asked.clone());
    }
    if is_naming(&last) {
        wanted.push([other.as_slice(), std::slice::from_ref(&last)].concat());
    } else {
        wanted.extend(["id", "gid", "uuid", "sid"].map(|id| [asked.as_slice(), &[id.to_owned()]].concat()));
    }
    if is_id(&last) {
        wanted.push(other);
    }
    let exact = wanted.iter().find_map(|wanted| plain.iter().find(|name| words(name).concat() == wanted.concat()));
    let found = exact.copied().or_else(|| wanted.iter().filter(|wanted| wanted.len() > 1).find_map(|wanted| only_end(&plain, wanted)));
    found.map(str::to_owned)
}

/// The only member whose words end so.
fn only_end<'n>(plain: &[&'n str], wanted: &[String]) -> Option<&'n str> {
    let mut ending = plain.iter().filter(|name| words(name).ends_with(wanted));
    ending.next().filter(|_| ending.next().is_none()).copied()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::{Value, json};

    use super::*;
    use crate::{document::Document, pointer::Pointer};

    /// A thing with members of these names and types.
    fn thing(members: &str) -> Arc<Document> {
        let properties: serde_json::Map<String, Value> = members
            .split_whitespace()
            .map(|member| member.split_once(':').unwrap_or((member, "string")))
            .map(|(name, kind)| (name.to_owned(), json!({"type": kind})))
            .collect();
        Arc::new(Document::of_value(json!({"openapi": "3.1.0", "s": {"type": "object", "properties": properties}})))
    }

    #[test]
    fn the_member_that_names_a_thing_is_found_by_the_parameter() {
        for (noun, parameter, members, expected) in [
            ("things", "id", "id name", "id"),
            ("customers", "customer_id", "id name", "id"),
            ("Accounts", "AccountSid", "friendly_name sid", "sid"),
            ("tasks", "task_gid", "gid name", "gid"),
            ("indexes", "indexUid", "uid primaryKey", "uid"),
            ("indexes", "index_uid", "uid", "uid"),
            ("invoices", "InvoiceID", "Type InvoiceID ContactID", "InvoiceID"),
            ("pet", "petId", "id:integer name", "id"),
            ("users", "username", "id:integer username", "username"),
            ("users", "id", "user_id name", "user_id"),
            ("users", "user", "id name", "id"),
            ("docs", "_id", "_id", "_id"),
            ("plans", "slug", "slug id", "slug"),
            ("plans", "code", "id title", ""),
            ("tags", "tag", "name color", "name"),
            ("collections", "collection_name", "name status", "name"),
            ("collections", "collection_name", "id status", ""),
            ("things", "thing_id", "name", ""),
            ("things", "thing_id", "id:object name", ""),
            ("files", "fileid", "id name", "id"),
            ("orders", "order_number", "id number", "number"),
            ("endpoint", "endpoint_id", "id uid url", "id"),
        ] {
            let document = thing(members);
            let view = View::at(&document, &Pointer::parse("/s").unwrap());
            let found = id_member(&view, parameter, noun).map(|(name, _)| name).unwrap_or_default();
            assert_eq!(found, expected, "/{noun}/{{{parameter}}}: {members}");
        }
    }

    #[test]
    fn the_member_that_names_what_a_thing_is_part_of_is_found_by_the_parameter() {
        for (noun, parameter, members, expected) in [
            ("endpoints", "endpoint_id", "id webhook_endpoint_id", "webhook_endpoint_id"),
            ("users", "id", "id userId", "userId"),
            ("users", "user_id", "id user", "user"),
            ("users", "user", "id user_id", "user_id"),
            ("Accounts", "AccountSid", "sid account_sid parent_account_sid", "account_sid"),
            ("accounts", "account_id", "id source_account_id target_account_id", ""),
            ("users", "id", "id name", ""),
            ("projects", "project_gid", "gid project:object", ""),
        ] {
            let document = thing(members);
            let view = View::at(&document, &Pointer::parse("/s").unwrap());
            let found = link_member(&view, parameter, noun, Some("id")).unwrap_or_default();
            assert_eq!(found, expected, "/{noun}/{{{parameter}}}/…: {members}");
        }
    }
}
