//! Members: the declared ones, those that a map is made of, and those that must be there although nobody named them.
//!
//! An object with an id is an entity: its other members are a function of the id, so that it looks the same wherever it is
//! shown.

use serde_json::{Map, Value};

use super::{AGAIN, Maker, Occasion, Place};
use crate::{
    schema::{
        names::Name,
        plan::{Demand, Kind, NodeId, Object, Property},
        random::Random,
    },
    seed::Seed,
};

/// Keys that people give to members which nobody declared.
const KEYS: &[&str] = &[
    "campaign",
    "category",
    "channel",
    "department",
    "environment",
    "level",
    "origin",
    "owner",
    "plan",
    "priority",
    "project",
    "reference",
    "region",
    "segment",
    "source",
    "stage",
    "team",
    "tier",
    "topic",
    "variant",
];
/// Ids of this many characters are taken to be of one entity only, of whatever kind it is.
const TELLING: usize = 8;

impl<'p> Maker<'p> {
    pub(super) fn object(&mut self, object: &'p Object, place: Place<'p>) -> Option<Value> {
        let mut members = Map::new();
        let place = Place { shown: place.shown.within(place.note), ..place };
        let place = match object.identity {
            Some(index) => self.entity(object, index, place, &mut members)?,
            None => place,
        };
        let required = object.properties.iter().filter(|property| property.required && !members.contains_key(&property.name)).count();
        let mut room = object.max.saturating_sub(required + members.len() + object.demands.len());
        for property in &object.properties {
            if members.contains_key(&property.name) || !(property.required || (room > 0 && self.wants(property, place))) {
                continue;
            }
            match self.member(property, place) {
                Some(value) => {
                    room -= usize::from(!property.required);
                    members.insert(property.name.clone(), value);
                }
                None if property.required => return None,
                None => {}
            }
        }
        // As many as there must be, of those that need not be there, before names are made up.
        for property in &object.properties {
            if members.len() + object.demands.len() >= object.min {
                break;
            }
            if !members.contains_key(&property.name)
                && self.finite(property.node)
                && let Some(value) = self.member(property, place)
            {
                members.insert(property.name.clone(), value);
            }
        }
        self.undeclared(object, &mut members, place)?;
        Some(Value::Object(members))
    }

    /// Whether a member is wanted that need not be there.
    pub(super) fn wants(&self, property: &Property, place: Place<'p>) -> bool {
        // Where all went well there is nothing to tell of errors.
        if !self.setting.failure && property.reading.is_error() && place.depth <= 1 {
            return false;
        }
        let drawn = || place.seed.with(property.name.as_bytes()).with(b"\0there").bits() % 100 < u64::from(self.setting.optional);
        !self.sparing(place.depth) && self.finite(property.node) && (self.setting.optional >= 100 || drawn())
    }

    fn member(&mut self, property: &'p Property, place: Place<'p>) -> Option<Value> {
        if self.given.has(&property.name) {
            return Some(Value::Null);
        }
        let back = self.enter(&property.name);
        let made = self.make(property.node, self.member_place(&property.name, property.reading, place));
        self.leave(back);
        made
    }

    pub(super) fn member_place(&self, name: &str, reading: Name, place: Place<'p>) -> Place<'p> {
        let on_way = |way: usize| self.plan.entity().is_some_and(|entity| entity.get(way).is_some_and(|next| next == name));
        let note = place.note.and_then(|note| self.annotations.member(note, name));
        // The component says more than the property: `owner` may be a user or a company.
        let component = place.note.and_then(|note| note.reading).filter(|reading| reading.holds());
        Place {
            seed: place.seed.with(name.as_bytes()),
            name: reading.within(component.unwrap_or(place.name)),
            note,
            depth: place.depth + 1,
            shown: place.shown.member(name),
            way: place.way.filter(|way| on_way(*way)).map(|way| way + 1),
            ..place
        }
    }

    /// Makes the id, and takes everything else from it.
    fn entity(&mut self, object: &'p Object, index: usize, place: Place<'p>, members: &mut Map<String, Value>) -> Option<Place<'p>> {
        let property = &object.properties[index];
        if !property.required && !self.wants(property, place) {
            return Some(place);
        }
        let is_meant = place.way.is_some() && place.way == self.plan.entity().map(<[String]>::len);
        let given = self.given.identity.filter(|id| is_meant && self.plan.admits(property.node, id));
        let id = match given {
            Some(id) => id.clone(),
            None => match self.member(property, self.fresh(place, is_meant)) {
                Some(id) => id,
                None if property.required => return None,
                None => return Some(place),
            },
        };
        let own = self.shows(property, place, &id);
        let place = match &id {
            Value::Null => place,
            id => {
                let seed = self.seed_of(id, place);
                Place { seed, shown: if own { place.shown } else { place.shown.other() }, times: self.times(seed, place.in_list), ..place }
            }
        };
        members.insert(property.name.clone(), id);
        Some(self.mended(place))
    }

    /// What comes to be now is not what is documented.
    fn fresh(&self, place: Place<'p>, is_meant: bool) -> Place<'p> {
        let comes_to_be = self.setting.occasion == Occasion::Create && !place.in_list && (is_meant || place.depth <= 1);
        if comes_to_be { Place { shown: place.shown.other(), ..place } } else { place }
    }

    /// What an entity's members are drawn from. A short id is one of many kinds of entities: the schema's name tells them apart.
    fn seed_of(&self, id: &Value, place: Place<'p>) -> Seed {
        let component = || place.note.and_then(|note| note.component.as_deref()).unwrap_or_default();
        let world = self.setting.world.with(b"\0entity");
        match id {
            Value::String(text) if text.len() >= TELLING => world.with(text.as_bytes()),
            Value::String(text) => world.with(component().as_bytes()).with(text.as_bytes()),
            other => world.with(component().as_bytes()).with(other.to_string().as_bytes()),
        }
    }

    /// Members without a declared name: what a map is made of, what must break a rule, and what the least number of members
    /// asks for.
    fn undeclared(&mut self, object: &'p Object, members: &mut Map<String, Value>, place: Place<'p>) -> Option<()> {
        for demand in &object.demands {
            self.demanded(object, demand, members, place)?;
        }
        let typed = !matches!(self.plan.nodes[self.plan.resolve(object.additional)].kind, Kind::Any | Kind::Never);
        let is_map = object.properties.is_empty() && (typed || !object.patterns.is_empty()) && object.unevaluated.is_none();
        let wanted = if is_map && !self.sparing(place.depth) { 2 } else { 0 }.max(object.min).min(object.max);
        // Long maps are asked for seldom, and then no name must be found twice.
        let attempts = AGAIN.max(4 * wanted as u64);
        for attempt in 0..attempts {
            if members.len() >= wanted {
                return Some(());
            }
            let place = Place { seed: place.seed.with(b"\0undeclared").with_number(attempt), ..place };
            let Some(name) = self.undeclared_name(object, place, attempt) else { continue };
            if !members.contains_key(&name)
                && object.properties.iter().all(|property| property.name != name)
                && let Some(value) = self.undeclared_value(object, &name, place)
            {
                members.insert(name, value);
            }
        }
        (members.len() >= object.min).then_some(())
    }

    fn demanded(&mut self, object: &'p Object, demand: &Demand, members: &mut Map<String, Value>, place: Place<'p>) -> Option<()> {
        (0..AGAIN).find_map(|attempt| {
            let seed = place.seed.with(b"\0demanded").with_number(attempt);
            let name = Place { seed, name: Name::read("key"), note: None, shown: place.shown.nothing(), depth: place.depth + 1, ..place };
            let name = self.make(demand.name, name)?.as_str()?.to_owned();
            let free = !members.contains_key(&name) && object.properties.iter().all(|property| property.name != name);
            let value = free.then(|| self.make(demand.value, self.member_place(&name, Name::read(&name), Place { seed, ..place })))??;
            members.insert(name, value);
            Some(())
        })
    }

    fn undeclared_name(&mut self, object: &'p Object, place: Place<'p>, attempt: u64) -> Option<String> {
        let mut random = Random::new(place.seed);
        // Of a closed object only the patterns' names are left.
        let open = !matches!(self.plan.nodes[self.plan.resolve(object.additional)].kind, Kind::Never);
        if !object.patterns.is_empty() && (!open || attempt % 4 < 3) {
            let matching = random.pick(&object.patterns)?;
            return matching.text.make(&mut random, 0, usize::MAX);
        }
        match object.names {
            Some(names) => {
                let shown = place.shown.nothing();
                let place =
                    Place { seed: place.seed.with(b"\0name"), name: Name::read("key"), note: None, shown, depth: place.depth + 1, ..place };
                Some(self.make(names, place)?.as_str()?.to_owned())
            }
            None if attempt < AGAIN / 2 => random.pick(KEYS).map(|key| (*key).to_owned()),
            None => Some(random.text(b"abcdefghijklmnopqrstuvwxyz", 6)),
        }
    }

    fn undeclared_value(&mut self, object: &'p Object, name: &str, place: Place<'p>) -> Option<Value> {
        if let Some(names) = object.names
            && !self.plan.admits(names, &Value::String(name.to_owned()))
        {
            return None;
        }
        let nodes: Vec<NodeId> = self.plan.undeclared(object, name);
        let (first, others) = nodes.split_first()?;
        let inner = Place { seed: place.seed, ..self.member_place(name, Name::read(name), place) };
        let back = self.enter(name);
        let value = self.make(*first, inner);
        self.leave(back);
        value.filter(|value| others.iter().all(|other| self.plan.admits(*other, value)))
    }
}
