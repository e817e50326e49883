//! Query parameters that choose from a list by what a member of its items is.

use super::{
    Comparison, Filter,
    view::View,
    words::{is_id, singulars, words},
};
use crate::{
    contract::{Asks, Location, Operation, Parameter},
    schema::Types,
};

/// Words for the time at which a thing came to be, the likeliest first.
const CREATED: [&str; 14] = [
    "created_at",
    "created",
    "create_time",
    "created_time",
    "creation_time",
    "created_on",
    "created_date",
    "creation_date",
    "date_created",
    "created_date_time",
    "created_date_utc",
    "inserted_at",
    "timestamp",
    "time",
];
/// Words that follow the name of a time.
const OF_TIME: [&str; 7] = ["at", "on", "time", "date", "utc", "timestamp", "datetime"];

/// The filters of a list.
pub(super) fn filters(operation: &Operation, item: &View<'_>) -> Vec<Filter> {
    let asked = operation.parameters.iter().filter(|parameter| parameter.location == Location::Query);
    asked.filter_map(|parameter| filter(parameter, item)).collect()
}

fn filter(parameter: &Parameter, item: &View<'_>) -> Option<Filter> {
    let asks = parameter.asks?;
    if let Some(bounds) = parameter.any_schema().map(View::of).filter(|schema| schema.types().has(Types::OBJECT)) {
        return bounded(parameter, &bounds, item);
    }
    let made = |member: Vec<String>, comparison| Some(Filter { parameter: parameter.name.clone(), member, comparison });
    if asks == Asks::Filter
        && let Some(member) = equal(&parameter.name, item)
    {
        return made(member, Comparison::Equal);
    }
    let (base, comparison) = compared(&parameter.name)?;
    // `before` alone is a place in a list.
    if base.is_empty() && asks != Asks::Filter {
        return None;
    }
    let member = if base.is_empty() { created(item) } else { range(&base, item) }?;
    made(vec![member], comparison)
}

/// A parameter whose members are bounds: `created[gte]=…&created[lt]=…`.
fn bounded(parameter: &Parameter, bounds: &View<'_>, item: &View<'_>) -> Option<Filter> {
    let mut names = bounds.names().peekable();
    names.peek()?;
    if !names.all(|name| name == "eq" || Comparison::of_word(name).is_some()) {
        return None;
    }
    let member = equal(&parameter.name, item).or_else(|| Some(vec![range(&words(&parameter.name), item)?]))?;
    Some(Filter { parameter: parameter.name.clone(), member, comparison: Comparison::Equal })
}

/// The member that must have the value: of the same name, or the one that the name ends.
fn equal(name: &str, item: &View<'_>) -> Option<Vec<String>> {
    let asked = words(name);
    let asked = if asked.first().is_some_and(|word| word == "filter") { &asked[1..] } else { &asked };
    if asked.is_empty() {
        return None;
    }
    let other = Types::OBJECT.and(Types::ARRAY);
    let plain = |name: &&str| item.member(name).is_some_and(|member| !member.is_thing() && !member.types().has(other));
    let same = item.names().filter(plain).find(|name| words(name).concat() == asked.concat());
    let of_noun = || {
        let mut ending = item.names().filter(plain).filter(|name| asked.len() > 1 && words(name).ends_with(asked));
        ending.next().filter(|_| ending.next().is_none())
    };
    let id_of = || {
        let names_it = |name: &&str| words(name).split_last().is_some_and(|(last, noun)| is_id(last) && noun == asked);
        item.names().filter(plain).find(names_it)
    };
    if let Some(found) = same.or_else(of_noun).or_else(id_of) {
        return Some(vec![found.to_owned()]);
    }
    // `customer_id` for `{customer: {id}}`.
    let (last, noun) = asked.split_last()?;
    let holder = item.names().find(|name| words(name) == noun || words(name) == asked)?;
    let inner = item.member(holder).filter(View::is_thing)?;
    let id = inner.names().find(|name| *name == last || words(name) == asked && words(holder) == noun);
    let id = id.or_else(|| inner.names().find(|name| *name == "id" && words(holder) == asked))?;
    Some(vec![holder.to_owned(), id.to_owned()])
}

/// What is compared, and how: `created_from`, `created[gte]`, `min_price`, `DateCreated<`, `since`.
fn compared(name: &str) -> Option<(Vec<String>, Comparison)> {
    match name.as_bytes().last() {
        Some(b'<') => return Some((words(name), Comparison::To)),
        Some(b'>') => return Some((words(name), Comparison::From)),
        _ => {}
    }
    let mut words = words(name);
    if words.first().is_some_and(|word| word == "filter") {
        words.remove(0);
    }
    let last = words.last().and_then(|word| Comparison::of_word(word));
    if let Some(comparison) = last {
        words.pop();
        return Some((words, comparison));
    }
    let comparison = words.first().and_then(|word| Comparison::of_word(word))?;
    words.remove(0);
    // `start_date`, `min_time`: of the thing itself.
    if words.len() == 1 && OF_TIME.contains(&words[0].as_str()) {
        words.clear();
    }
    Some((words, comparison))
}

/// The member that is compared: of the same name, or the time that is called so.
fn range(base: &[String], item: &View<'_>) -> Option<String> {
    let plain = |name: &&str| item.member(name).is_some_and(|member| member.is_plain());
    let fits = |name: &&str| {
        let name = words(name);
        let rest = name.strip_prefix(base);
        name.concat() == base.concat() || rest.is_some_and(|rest| rest.iter().all(|word| OF_TIME.contains(&word.as_str())))
    };
    // `date_created` and `created_date` are the same.
    let sorted = |words: &[String]| {
        let mut words = words.to_vec();
        words.sort();
        words
    };
    let turned = |name: &&str| sorted(&words(name)) == sorted(base);
    let found = item.names().filter(plain).find(fits).or_else(|| item.names().filter(plain).find(turned));
    let of_creation = || if singulars(&base.join("_")) == ["created"] || base == ["creation"] { created(item) } else { None };
    found.map(str::to_owned).or_else(of_creation)
}

/// The member that holds the time at which a thing came to be.
fn created(item: &View<'_>) -> Option<String> {
    let same = |wanted: &&&str| item.names().find(|name| words(name).concat() == words(wanted).concat());
    CREATED.iter().find_map(|wanted| same(&wanted)).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;
    use crate::{contract::Contract, document::Document, pointer::Pointer};

    fn filtered(parameter: &str) -> String {
        let document = Arc::new(Document::of_value(json!({"openapi": "3.1.0", "s": {"type": "object", "properties": {
            "id": {"type": "string"}, "status": {"type": "string"}, "created_at": {"type": "string", "format": "date-time"},
            "due_date": {"type": "string", "format": "date"}, "price": {"type": "number"}, "webhook_endpoint_id": {"type": "string"},
            "tags": {"type": "array"}, "customer": {"type": "object", "properties": {"id": {"type": "string"}}}
        }}})));
        let contract = Contract::from_value(
            "a",
            json!({"openapi": "3.1.0", "paths": {"/a": {"get": {
            "parameters": [{"name": parameter, "in": "query", "schema": {"type": "string"}}], "responses": {"200": {"description": "d"}}}}}}),
        );
        let view = View::at(&document, &Pointer::parse("/s").unwrap());
        let found = filters(&contract.unwrap().operations()[0], &view);
        found.first().map(|found| format!("{} {:?}", found.member.join("."), found.comparison)).unwrap_or_default()
    }

    #[test]
    fn parameters_choose_by_the_member_that_their_name_means() {
        for (parameter, expected) in [
            ("status", "status Equal"),
            ("Status", "status Equal"),
            ("filter[status]", "status Equal"),
            ("endpoint_id", "webhook_endpoint_id Equal"),
            ("customer_id", "customer.id Equal"),
            ("customer", "customer.id Equal"),
            ("created_from", "created_at From"),
            ("created_to", "created_at To"),
            ("created_at_after", "created_at After"),
            ("created_before", "created_at Before"),
            ("created[gte]", "created_at From"),
            ("created_at.lt", "created_at Before"),
            ("createdAfter", "created_at After"),
            ("since", "created_at From"),
            ("until", "created_at To"),
            ("start_date", "created_at From"),
            ("due_date_lte", "due_date To"),
            ("due_before", "due_date Before"),
            ("min_price", "price From"),
            ("priceMax", "price To"),
            ("before", ""),
            ("starting_after", ""),
            ("limit", ""),
            ("sort", ""),
            ("tags", ""),
            ("color", ""),
        ] {
            assert_eq!(filtered(parameter), expected, "{parameter}");
        }
    }
}
