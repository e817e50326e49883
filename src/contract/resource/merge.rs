//! Which paths are views of the same things.

use super::{
    Action,
    draft::Draft,
    identity::link_member,
    paths::{Step, Way},
    words::same_noun,
};

/// Joins drafts that are about the same things; what is left of those that cannot be is refused.
pub(super) fn merge(mut drafts: Vec<Draft<'_>>) -> Vec<Draft<'_>> {
    // Aliases first: what has no item path of its own then finds one place that its things are in.
    while let Some((main, other)) = aliases(&drafts) {
        join(&mut drafts, main, other, "is the same list under another path");
    }
    let mut at = 0;
    while at < drafts.len() {
        match home(&drafts, at) {
            Home::In(main, why) => join(&mut drafts, main, at, why),
            Home::Nowhere(why) => {
                let draft = &mut drafts[at];
                let uses = std::mem::take(&mut draft.uses);
                draft.refused.extend(uses.into_iter().map(|draws| (draws.call, why.clone())));
                at += 1;
            }
            Home::Own => at += 1,
        }
    }
    drafts
}

fn is_kin(one: &Draft<'_>, other: &Draft<'_>) -> bool {
    let kin = matches!((&one.thing, &other.thing), (Some(one), Some(other)) if one.is_kin(other));
    kin && one.scope == other.scope && !one.is_single && !other.is_single
}

/// Whether a path leads to one of them.
fn has_items(draft: &Draft<'_>) -> bool {
    draft.uses.iter().any(|draws| draws.identity.is_some())
}

fn has(draft: &Draft<'_>, action: Action) -> bool {
    draft.uses.iter().any(|draws| draws.action == action)
}

/// Two collections with items, one of which is evidently the other: the one to keep, and the other.
fn aliases(drafts: &[Draft<'_>]) -> Option<(usize, usize)> {
    for (one, first) in drafts.iter().enumerate().filter(|(_, draft)| has_items(draft)) {
        for (other, second) in drafts.iter().enumerate().skip(one + 1).filter(|(_, draft)| has_items(draft)) {
            let flat = |draft: &Draft<'_>| !draft.way.has_parameters();
            if same_noun(first.way.noun(), second.way.noun())
                && parameter(first) == parameter(second)
                && (flat(first) || flat(second))
                && is_kin(first, second)
                && leads_to_same(drafts, &first.way, &second.way)
                && tells_wholes(first, second)
            {
                let first_is_main = (!flat(first), first.way.steps.len()) <= (!flat(second), second.way.steps.len());
                return Some(if first_is_main { (one, other) } else { (other, one) });
            }
        }
    }
    None
}

/// What the paths of a draft call the id of one.
fn parameter<'d>(draft: &'d Draft<'_>) -> Option<&'d str> {
    draft.uses.iter().find_map(|draws| draws.identity.as_deref())
}

/// Where the things of a draft without items are kept.
enum Home {
    Own,
    In(usize, &'static str),
    Nowhere(String),
}

fn home(drafts: &[Draft<'_>], at: usize) -> Home {
    let draft = &drafts[at];
    if draft.is_single || has_items(draft) || draft.uses.is_empty() {
        return Home::Own;
    }
    let mut others: Vec<usize> =
        (0..drafts.len()).filter(|other| *other != at && has_items(&drafts[*other]) && is_kin(&drafts[*other], draft)).collect();
    let same: Vec<usize> = others.iter().copied().filter(|other| same_noun(drafts[*other].way.noun(), draft.way.noun())).collect();
    if same.len() == 1 {
        others.clone_from(&same);
    }
    match others.as_slice() {
        [] => Home::Own,
        [main] => {
            let named = same_noun(drafts[*main].way.noun(), draft.way.noun());
            if named || has(draft, Action::Create) && draft.way.has_parameters() || is_linked(draft) {
                Home::In(*main, "shows some of the same")
            } else {
                Home::Nowhere(format!("nothing says which of {} are in it", drafts[*main].way))
            }
        }
        [one, other, ..] => Home::Nowhere(format!("it may be about what {} keeps, or {}", drafts[*one].way, drafts[*other].way)),
    }
}

/// Whether things have a member that says what the path says they are part of.
fn is_linked(draft: &Draft<'_>) -> bool {
    let Some((parameter, way)) = draft.way.parameters().last() else { return false };
    draft.thing.as_ref().is_some_and(|thing| link_member(thing, parameter, way.noun(), draft.id.as_deref()).is_some())
}

/// Makes one draft of two. It is called as the one that has more of a collection.
pub(super) fn join(drafts: &mut Vec<Draft<'_>>, main: usize, other: usize, why: &str) {
    let other_way = drafts[other].way.clone();
    let taken = drafts.remove(other);
    let main = &mut drafts[if other < main { main - 1 } else { main }];
    let collects = |draft: &Draft<'_>| draft.uses.iter().filter(|draws| draws.identity.is_none()).count().min(1);
    let renamed = collects(main) == 0 && collects(&taken) == 1;
    if renamed {
        main.joined.push(format!("{} {why}", main.way));
        main.way = taken.way.clone();
    } else {
        main.joined.push(format!("{other_way} {why}"));
    }
    main.joined.extend(taken.joined);
    main.id = main.id.take().or(taken.id);
    main.thing = main.thing.take().or(taken.thing);
    main.is_said |= taken.is_said;
    main.facts.extend(taken.facts);
    main.uses.extend(taken.uses);
    main.refused.extend(taken.refused);
    main.items.extend(taken.items);
}

/// Whether things that are made at either of two paths tell what they are part of, if one of the paths does.
fn tells_wholes(one: &Draft<'_>, other: &Draft<'_>) -> bool {
    let both = has(one, Action::Create) && has(other, Action::Create);
    let tells = |draft: &Draft<'_>| !draft.way.has_parameters() || is_linked(draft);
    !both || tells(one) && tells(other)
}

/// Whether the paths of two collections are ways to one: one has all steps of the other, and what else it has names no
/// collection of its own, unless it names the one thing that these are part of.
fn leads_to_same(drafts: &[Draft<'_>], one: &Way, other: &Way) -> bool {
    let (short, long) = if one.steps.len() <= other.steps.len() { (one, other) } else { (other, one) };
    let mut rest = short.steps.iter().peekable();
    let mut more = Vec::new();
    for (at, step) in long.steps.iter().enumerate() {
        match rest.peek() {
            Some(next) if same_step(next, step) => {
                rest.next();
            }
            _ => more.push(at),
        }
    }
    let is_collection = |at: &usize| {
        let way = long.first(at + 1);
        matches!(long.steps[*at], Step::Text(_)) && drafts.iter().any(|draft| draft.way.shape() == way.shape())
    };
    let names_whole = |at: &usize| matches!(long.steps.get(at + 1), Some(Step::Parameter(_)));
    rest.peek().is_none() && more.iter().all(|at| !is_collection(at) || names_whole(at))
}

fn same_step(one: &Step, other: &Step) -> bool {
    match (one, other) {
        (Step::Text(one), Step::Text(other)) => same_noun(one, other),
        (Step::Parameter(_), Step::Parameter(_)) => true,
        _ => false,
    }
}
