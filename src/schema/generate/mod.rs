//! Making values from a plan. A value is a function of its seed and its place; what leaves is always valid.
//!
//! What is documented comes first (`example`, `examples`, `default`, `x-faker`), then what the format, the pattern and the name
//! say. An object that has an id is an entity: all else in it is a function of that id, wherever it is shown.

mod array;
mod documented;
mod frame;
mod number;
mod object;
mod text;

use std::collections::HashMap;

use serde_json::Value;

use self::documented::Shown;
pub(crate) use self::documented::says_nothing;
pub(super) use self::frame::frame;
use super::{
    annotations::{Annotations, Note, Types},
    names::{Background, Locale, Name},
    plan::{Branch, Kind, NodeId, Plan, UNBOUNDED},
    random::Random,
};
use crate::{clock::Timestamp, pointer::Pointer, seed::Seed};

/// What a value may depend on beside its seed and place.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Setting {
    /// The time on the server's clock.
    pub(crate) now: Timestamp,
    /// What was there before the first call is older than this: the start of the server.
    pub(crate) since: Timestamp,
    pub(crate) occasion: Occasion,
    /// What entities are drawn from, whichever operation shows them.
    pub(crate) world: Seed,
    /// How many of a hundred members that need not be there are, and whether lists have items that they need not have.
    pub(crate) optional: u8,
    /// How many items lists have, where the schema leaves it open.
    pub(crate) items: Option<u32>,
    /// Whether the answer tells of something that went wrong.
    pub(crate) failure: bool,
    /// Whether examples and defaults that schemas document come before what can be made up.
    pub(crate) documented: bool,
    /// Where names of people and places are from.
    pub(crate) locale: Locale,
}

impl Setting {
    /// Whether all that may be there is: by other settings, members are left out by chance, or because something went wrong.
    pub(crate) const fn has_all(&self) -> bool {
        self.optional >= 100 && !self.failure
    }

    /// The defaults, at a moment.
    pub(crate) const fn at(now: Timestamp) -> Self {
        Self {
            now,
            since: now,
            occasion: Occasion::Read,
            world: Seed::new(0),
            optional: 100,
            items: None,
            failure: false,
            documented: true,
            locale: Locale::En,
        }
    }
}

/// What happens to what is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Occasion {
    /// It was there before.
    Read,
    /// It comes to be now.
    Create,
    /// It was there before, and changes now.
    Change,
}

/// What the caller knows of the value that it asks for.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Given<'g> {
    /// Members that the caller puts its own values into: they are null, wherever they stand but in arrays.
    pub(crate) members: &'g [&'g str],
    /// The id of the entity that is asked for.
    pub(crate) identity: Option<&'g Value>,
}

/// How many whole values are tried before it is said that none was found.
pub(super) const TRIES: u64 = 50;
/// How many of these mend the value before.
const MENDED: u64 = 30;
/// From this depth on, only what must be there is made.
const DEEP: u32 = 6;
/// No value is deeper than this.
const DEEPEST: u32 = 64;
/// No value has more parts than this.
const MOST_NODES: usize = 10_000;
/// No value is longer than this, in bytes of its texts.
const LONGEST: usize = 1 << 20;
/// These bounds, in words.
pub(super) const LARGEST: &str = "what is made: 10,000 parts, 64 levels, 1 MiB of text";
/// How much is tried for one value in all, in parts and in candidates for texts: what is not found until then is not found.
const MOST_EFFORT: u64 = 100_000;
/// How often one part is tried.
const AGAIN: u64 = 40;
/// How many parts are mended at once.
const MOST_MENDED: usize = 50;

/// What values of one schema are made from.
pub(super) struct Source<'p> {
    pub(super) plan: &'p Plan,
    pub(super) annotations: &'p Annotations,
    pub(super) given: Given<'p>,
    pub(super) setting: Setting,
}

/// The first try: most often valid, and cheap. Nothing in it is judged on the way.
pub(super) fn draft(source: &Source<'_>, seed: Seed) -> Option<Value> {
    Maker::new(source, false).whole(seed)
}

/// Why no value was found.
#[derive(Debug)]
pub(super) enum NotFound {
    /// There is none, as far as the plan can tell: it is excluded, or every one holds another of its kind.
    None,
    /// Even the smallest is larger than what is made.
    TooLarge,
    /// The last one was refused at these places.
    Refused(Vec<Pointer>),
}

/// The first value made from the plan that is valid.
///
/// `refused` gives the places in a value that are refused; none for a value that is valid.
pub(super) fn valid_value(source: &Source<'_>, seed: Seed, refused: impl Fn(&Value) -> Vec<Pointer>) -> Result<Value, NotFound> {
    let mut why = NotFound::Refused(Vec::new());
    let (mut effort, mut too_much) = (0, false);
    let mut mended: HashMap<String, u64> = HashMap::new();
    for attempt in 0..=TRIES {
        let mut maker = Maker::new(source, attempt > 0);
        maker.effort = effort;
        // What was refused is made anew and the rest stays; if that leads nowhere, all is, with less and less in it.
        if attempt <= MENDED {
            maker.mended.clone_from(&mended);
        }
        maker.lean = too_much || attempt > MENDED + (TRIES - MENDED) / 2;
        let seed = if attempt <= MENDED { seed } else { seed.with_number(attempt) };
        let made = maker.whole(seed);
        effort = maker.effort;
        // What grows too large, or takes too long, is tried with as little in it as there must be.
        too_much |= maker.too_large || effort > MOST_EFFORT / 2;
        let Some(value) = made else {
            if maker.too_large {
                why = NotFound::TooLarge;
            }
            if effort > MOST_EFFORT {
                break;
            }
            // Something in it cannot be made so: everything is tried otherwise.
            *mended.entry(String::new()).or_default() += 1;
            continue;
        };
        let places = refused(&value);
        if places.is_empty() {
            return Ok(value);
        }
        for place in places.iter().take(MOST_MENDED) {
            mend(&mut mended, place);
        }
        why = NotFound::Refused(places);
    }
    Err(if source.plan.is_empty() { NotFound::None } else { why })
}

/// A place is made anew; one that was so several times, with what lies round it.
fn mend(mended: &mut HashMap<String, u64>, place: &Pointer) {
    const PATIENCE: u64 = 4;
    let mut place = place.clone();
    loop {
        let count = mended.entry(place.to_string()).or_default();
        *count += 1;
        if !count.is_multiple_of(PATIENCE) || place.is_root() {
            return;
        }
        place.pop();
    }
}

struct Maker<'p> {
    plan: &'p Plan,
    annotations: &'p Annotations,
    given: Given<'p>,
    setting: Setting,
    nodes: usize,
    bytes: usize,
    /// Whether something was not made because of its size.
    too_large: bool,
    /// How much was tried, also for the values before.
    effort: u64,
    /// Leave out whatever may be left out.
    lean: bool,
    /// Judge each text on its own, where its schema asks for more than construction can promise.
    judging: bool,
    /// How often a place was made before, by its pointer.
    mended: HashMap<String, u64>,
    /// The place that is being made; only kept if something is mended.
    path: String,
}

/// Where a value goes, and what is known about it.
#[derive(Clone, Copy)]
struct Place<'p> {
    seed: Seed,
    /// What its property's name tells.
    name: Name,
    /// What its schema says beyond what is valid.
    note: Option<&'p Note>,
    depth: u32,
    /// What is documented for it.
    shown: Shown<'p>,
    times: Times,
    /// How much of the way to the entity that has the given id lies behind, if the place is on it.
    way: Option<usize>,
    in_list: bool,
    /// Whether a value of another type than the usual may help.
    varied: bool,
}

/// When the entity round a value came to be, and last changed.
#[derive(Clone, Copy)]
struct Times {
    created: Timestamp,
    updated: Timestamp,
}

impl<'p> Maker<'p> {
    fn new(source: &Source<'p>, judging: bool) -> Self {
        Self {
            plan: source.plan,
            annotations: source.annotations,
            given: source.given,
            setting: source.setting,
            nodes: 0,
            bytes: 0,
            effort: 0,
            too_large: false,
            lean: false,
            judging,
            mended: HashMap::new(),
            path: String::new(),
        }
    }

    fn whole(&mut self, seed: Seed) -> Option<Value> {
        self.make(self.plan.root, self.root(seed))
    }

    fn root(&self, seed: Seed) -> Place<'p> {
        Place {
            seed,
            name: Name::none(),
            note: Some(self.annotations.root()),
            depth: 0,
            shown: Shown::by(self.setting.documented),
            times: self.times(seed, false),
            way: self.given.identity.and_then(|_| self.plan.entity()).map(|_| 0),
            in_list: false,
            varied: false,
        }
    }

    /// Makes a value for a place.
    fn make(&mut self, id: NodeId, place: Place<'p>) -> Option<Value> {
        self.nodes += 1;
        self.effort += 1;
        let too_large = place.depth > DEEPEST || self.nodes > MOST_NODES || self.bytes > LONGEST;
        self.too_large |= too_large;
        if too_large || self.effort > MOST_EFFORT {
            return None;
        }
        let place = self.mended(place);
        let id = self.plan.resolve(id);
        if let Some(value) = self.documented(id, place).or_else(|| self.faked(id, place)) {
            return Some(value);
        }
        let plan = self.plan;
        match &plan.nodes[id].kind {
            Kind::Null => Some(Value::Null),
            Kind::Boolean => Some(Value::Bool(place.name.boolean(&mut Random::new(place.seed)))),
            Kind::Any => self.any(place),
            Kind::Open(judge) => self.open(place, |value| judge.accepts(value)),
            Kind::Never => None,
            Kind::OneOf(values) => Random::new(place.seed).pick(values).cloned(),
            Kind::String(text) => self.text(text, place),
            Kind::Integer(whole) => number::integer(whole, place, self.background(place)),
            Kind::Number(real) => number::number(real, place, self.background(place)),
            Kind::Array(array) => self.array(array, place),
            Kind::Object(object) => self.object(object, place),
            Kind::Choice(branches) => self.choice(branches, place),
            Kind::Both(branches) => self.both(branches, place),
            // It leads in a circle, and says nothing.
            Kind::Reference(_) => self.any(place),
        }
    }

    /// A place that was refused before gets another seed.
    fn mended(&self, place: Place<'p>) -> Place<'p> {
        match self.mended.get(&self.path) {
            Some(count) if !self.mended.is_empty() => Place { seed: place.seed.with(b"\0again").with_number(*count), ..place },
            _ => place,
        }
    }

    /// Enters a part; gives what to go back to.
    fn enter(&mut self, token: impl std::fmt::Display) -> usize {
        let back = self.path.len();
        if !self.mended.is_empty() {
            self.path = Pointer::parse(&self.path).unwrap_or_default().join(token).to_string();
        }
        back
    }

    fn leave(&mut self, back: usize) {
        self.path.truncate(back);
    }

    fn finite(&self, id: NodeId) -> bool {
        self.plan.nodes[id].height != UNBOUNDED
    }

    fn sparing(&self, depth: u32) -> bool {
        self.lean || self.setting.optional == 0 || depth >= DEEP
    }

    /// Any value: what the keywords beside speak of, else a text.
    fn any(&mut self, place: Place<'p>) -> Option<Value> {
        let types = place.note.map(|note| note.types).unwrap_or_default();
        let mut random = Random::new(place.seed);
        // What was refused before may have to be of another type.
        if place.varied || (self.judging && self.mended.contains_key(&self.path)) {
            return self.open(place, |_| true);
        }
        Some(match types {
            _ if types.has(Types::STRING) || types.is_empty() => {
                Value::String(place.name.text(&mut random, self.background(place), usize::MAX))
            }
            _ if types.has(Types::OBJECT) => Value::Object(serde_json::Map::new()),
            _ if types.has(Types::ARRAY) => Value::Array(Vec::new()),
            _ if types.has(Types::NUMBER.and(Types::INTEGER)) => {
                place.name.integer(&mut random, self.background(place)).unwrap_or(1).into()
            }
            _ if types.has(Types::BOOLEAN) => place.name.boolean(&mut random).into(),
            _ => Value::Null,
        })
    }

    /// Values of every type, until one fits.
    fn open(&mut self, place: Place<'p>, fits: impl Fn(&Value) -> bool) -> Option<Value> {
        let background = self.background(place);
        let text = |seed: Seed| Value::String(place.name.text(&mut Random::new(seed), background, usize::MAX));
        (0..AGAIN).find_map(|attempt| {
            let seed = place.seed.with_number(attempt);
            let turn = if self.judging || place.varied { Random::new(place.seed).within(0..=7) + attempt } else { attempt };
            let candidate = match turn % 8 {
                0 => text(seed),
                1 => serde_json::json!({ "key": text(seed) }),
                2 => Random::new(seed).within(0..=100).into(),
                3 => serde_json::json!([text(seed), 1]),
                4 => true.into(),
                5 => serde_json::json!({}),
                6 => serde_json::json!([]),
                _ => Value::Null,
            };
            fits(&candidate).then_some(candidate)
        })
    }

    /// One branch: any that is finite, the shallowest when deep, `null` seldom, and of the types that the schema speaks of.
    fn choice(&mut self, branches: &[Branch], place: Place<'p>) -> Option<Value> {
        let finite = || branches.iter().filter(|branch| self.finite(branch.node));
        let types = place.note.map(|note| note.types).unwrap_or_default();
        let mut random = Random::new(place.seed.with(b"\0choice"));
        // Whoever asks wants to see something: the whole is null only if it must be.
        let null = random.within(0..=7) == 0 && place.depth > 0;
        // What was refused again and again may have to be of a type that nothing speaks of.
        let insistent = self.mended.get(&self.path).is_some_and(|count| *count >= 3);
        // The order in which they are tried: by how little speaks against them, then by chance.
        let rank = |branch: &Branch| {
            let height = if self.sparing(place.depth) { self.plan.nodes[branch.node].height } else { 0 };
            let spoken = types.is_empty() || insistent || self.types(branch.node, 0).is_none_or(|of| types.has(of));
            let is_null = self.is_null(branch.node) != null;
            (!spoken, is_null, height, place.seed.with_number(branch.key).bits())
        };
        let mut ranked: Vec<_> = finite().map(|branch| (rank(branch), branch.node)).collect();
        ranked.sort_unstable();
        ranked.into_iter().find_map(|(_, node)| self.make(node, place))
    }

    /// The types of a node's values, if it is of some only.
    fn types(&self, id: NodeId, depth: u32) -> Option<Types> {
        Some(match &self.plan.nodes[self.plan.resolve(id)].kind {
            Kind::Null => Types::NULL,
            Kind::Boolean => Types::BOOLEAN,
            Kind::String(_) => Types::STRING,
            Kind::Integer(_) | Kind::Number(_) => Types::NUMBER.and(Types::INTEGER),
            Kind::Array(_) => Types::ARRAY,
            Kind::Object(_) => Types::OBJECT,
            Kind::Choice(branches) if depth < 4 => {
                let all: Option<Vec<Types>> = branches.iter().map(|branch| self.types(branch.node, depth + 1)).collect();
                all?.into_iter().fold(Types::default(), Types::and)
            }
            _ => return None,
        })
    }

    fn is_null(&self, id: NodeId) -> bool {
        match &self.plan.nodes[id].kind {
            Kind::Null => true,
            Kind::OneOf(values) => values.as_slice() == [Value::Null],
            Kind::Choice(branches) => branches.iter().all(|branch| self.is_null(branch.node)),
            _ => false,
        }
    }

    /// What could not be laid together: one is made, and the others judge it.
    fn both(&mut self, branches: &[NodeId], place: Place<'p>) -> Option<Value> {
        (0..AGAIN).find_map(|attempt| {
            let maker = branches[attempt as usize % branches.len()];
            let seed = if attempt == 0 { place.seed } else { place.seed.with(b"\0both").with_number(attempt) };
            let value = self.make(maker, Place { seed, ..place })?;
            branches.iter().all(|branch| *branch == maker || self.plan.admits(*branch, &value)).then_some(value)
        })
    }

    fn background(&self, place: Place<'p>) -> Background {
        let Times { created, updated } = place.times;
        Background { now: self.setting.now, created, updated, locale: self.setting.locale }
    }

    /// When an entity of this seed came to be and last changed.
    fn times(&self, seed: Seed, in_list: bool) -> Times {
        let Setting { now, since, occasion, .. } = self.setting;
        if occasion == Occasion::Create && !in_list {
            return Times { created: now, updated: now };
        }
        const HOUR: u64 = 3_600_000;
        let mut random = Random::new(seed.with(b"\0times"));
        let age = random.within(HOUR / 1000..=90 * 24 * HOUR / 1000);
        let created = since.plus_millis(-(age as i64) * 1000);
        let changed = random.within(0..=age);
        let updated = if occasion == Occasion::Change && !in_list { now } else { created.plus_millis(changed as i64 * 1000) };
        Times { created, updated }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::super::{Direction, Document, Schema};
    use super::*;
    use crate::pointer::Pointer;

    fn schema(value: Value) -> Schema {
        let document = Arc::new(Document::of_value(json!({"s": value})));
        Schema::new(&document, Pointer::parse("/s").unwrap(), Direction::Response)
    }

    const SETTING: Setting = Setting::at(Timestamp::FIXED);

    #[test]
    fn every_kind_of_schema_gives_valid_values() {
        let schemas = [
            json!(true),
            json!({"type": "string", "minLength": 50}),
            json!({"type": "string", "maxLength": 3}),
            json!({"type": "string", "pattern": "^[A-Z]{3}-[0-9]+$", "minLength": 12, "maxLength": 12}),
            json!({"type": "string", "format": "date-time", "pattern": "Z$"}),
            json!({"type": "string", "not": {"enum": ["a", "b"]}}),
            json!({"type": "integer", "minimum": -7, "exclusiveMaximum": 0, "multipleOf": 3}),
            json!({"type": "integer", "multipleOf": 5000}),
            json!({"type": "number", "exclusiveMinimum": 0, "maximum": 0.001}),
            json!({"type": "array", "minItems": 2, "uniqueItems": true, "items": {"enum": [1, 2, 3]}}),
            json!({"type": "array", "contains": {"const": "x"}, "minContains": 2, "prefixItems": [{"type": "null"}]}),
            json!({"type": "object", "minProperties": 3, "additionalProperties": {"type": "boolean"}}),
            json!({"type": "object", "propertyNames": {"pattern": "^k[0-9]$"}, "minProperties": 2}),
            json!({"type": "object", "patternProperties": {"^x-": {"type": "integer"}}, "additionalProperties": false}),
            json!({"oneOf": [{"type": "integer"}, {"type": "string", "maxLength": 2}, {"type": "null"}]}),
            json!({"allOf": [{"required": ["a"]}, {"properties": {"a": {"const": 1}, "b": {"type": "string"}}}], "type": "object"}),
            json!({"not": {"type": "string"}}),
            json!({"if": {"required": ["a"]}, "then": {"required": ["b"]}, "type": "object", "properties": {"a": {}, "b": {"type": "integer"}}}),
            json!({"type": ["string", "null"], "format": "uuid"}),
            json!({"type": "integer", "format": "int32"}),
        ];
        for value in schemas {
            let schema = schema(value.clone());
            for seed in 0..50 {
                if let Err(violation) = schema.generate(Seed::new(seed), SETTING) {
                    panic!("{value}: {violation}");
                }
            }
        }
    }

    #[test]
    fn recursion_ends() {
        let tree = json!({"type": "object", "required": ["kids", "next"], "properties": {
            "kids": {"type": "array", "items": {"$ref": "#/s"}},
            "next": {"anyOf": [{"$ref": "#/s"}, {"type": "null"}]}
        }});
        let made = schema(tree).generate(Seed::new(1), SETTING).unwrap();
        assert!(made["kids"].is_array(), "{made}");
    }

    #[test]
    fn an_impossible_schema_is_an_honest_error() {
        let violation = schema(json!({"type": "string", "pattern": "^a$", "minLength": 5})).generate(Seed::new(1), SETTING).unwrap_err();
        assert!(violation.to_string().contains("one that no value was found for"), "{violation}");
        let why = |written: Value| schema(written).generate(Seed::new(1), SETTING).unwrap_err().to_string();
        let endless = why(json!({"type": "object", "required": ["next"], "properties": {"next": {"$ref": "#/s"}}}));
        assert!(endless.contains("requires itself again without end"), "{endless}");
        let long = why(json!({"type": "string", "minLength": 2_000_000}));
        assert!(long.contains("larger than what is made: 10,000 parts"), "{long}");
        let many = why(json!({"type": "array", "minItems": 20_000, "items": {"type": "string"}}));
        assert!(many.contains("larger than what is made"), "{many}");
        let violation = schema(json!({"type": "integer", "minimum": 2, "maximum": 1})).generate(Seed::new(1), SETTING).unwrap_err();
        assert!(violation.to_string().contains("rule: test /s"), "{violation}");
    }

    #[test]
    fn a_new_property_changes_no_other_value() {
        let before = schema(json!({"type": "object", "properties": {"b": {"type": "string"}, "c": {"type": "integer"}}}));
        let after =
            schema(json!({"type": "object", "properties": {"a": {"type": "string"}, "c": {"type": "integer"}, "b": {"type": "string"}}}));
        let (before, after) = (before.generate(Seed::new(9), SETTING).unwrap(), after.generate(Seed::new(9), SETTING).unwrap());
        assert_eq!((&before["b"], &before["c"]), (&after["b"], &after["c"]));
    }

    #[test]
    fn times_follow_the_clock() {
        let time = json!({"type": "string", "format": "date-time"});
        let names = ["created_at", "updated_at", "expires_at", "seen_at"];
        let schema = schema(json!({"type": "object", "properties": names.map(|name| (name, time.clone())).into_iter().collect::<Value>()}));
        let now = SETTING.now.to_string();
        for seed in 0..50 {
            let made = |occasion| schema.generate(Seed::new(seed), Setting { occasion, ..SETTING }).unwrap();
            let [create, change, read] = [Occasion::Create, Occasion::Change, Occasion::Read].map(made);
            let of = |made: &Value| names.map(|name| made[name].as_str().unwrap().to_owned());
            let ([created, updated, expires, seen], [old, changed, ..], [before, then, later, since]) =
                (of(&create), of(&change), of(&read));
            assert!(created == now && updated == now && expires > now && seen == now, "{create}");
            assert!(old < now && changed == now, "{change}");
            assert!(before < now && before <= then && then <= now && later > now && before <= since && since <= now, "{read}");
        }
    }
}
