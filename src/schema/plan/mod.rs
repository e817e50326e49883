//! A schema as a plan for making values: what there is to choose, worked out once.
//!
//! `canonical` plans what `jsonschema::canonical` can bring to its normal form: `allOf`, `$ref`, `not`, bounds and types
//! arrive folded. `written` plans the rest from the keywords as they stand. `meet` lays what must hold at once together.
//! A plan may promise more than the schema allows (`not`, `oneOf`, `unevaluated…`): every value is checked in the end.

mod admit;
mod canonical;
mod hazard;
mod meet;
mod written;

use std::sync::{Arc, OnceLock};

pub(super) use self::{hazard::is_hazardous, written::canonical_options};

use jsonschema::canonical::CanonicalSchema;
use serde_json::Value;

use super::{SchemaDefect, annotations::NamePattern, check, formats, names::Name, pattern::Patterns, random::Random};
use crate::pointer::Pointer;

pub(super) type NodeId = usize;

/// How values of one schema are made.
pub(super) struct Plan {
    pub(super) nodes: Vec<Node>,
    pub(super) root: NodeId,
    /// The way from the root to the outermost object that has an id, if there is one.
    entity: OnceLock<Option<Vec<String>>>,
}

pub(super) struct Node {
    pub(super) kind: Kind,
    /// How deep its smallest value is; `UNBOUNDED` if it has no finite one that this plan knows.
    pub(super) height: u32,
}

pub(super) const UNBOUNDED: u32 = u32::MAX;

#[derive(Clone)]
pub(super) enum Kind {
    Null,
    Boolean,
    /// Nothing is said: any value will do.
    Any,
    /// Something is said that has no structure to build on: values of every type are tried.
    Open(Arc<Judge>),
    Never,
    OneOf(Vec<Value>),
    String(Box<Text>),
    Integer(Box<Whole>),
    Number(Box<Real>),
    Array(Box<Array>),
    Object(Box<Object>),
    /// A value of one of these; whether it fits the whole is checked afterwards.
    Choice(Vec<Branch>),
    /// A value of all of these that `meet` could not lay together: one is made, the others judge it.
    Both(Vec<NodeId>),
    Reference(NodeId),
}

#[derive(Clone, Copy)]
pub(super) struct Branch {
    pub(super) node: NodeId,
    /// What the branch is called by: the same whatever stands beside it, so that a new branch seldom changes which is taken.
    pub(super) key: u64,
}

/// A schema that judges one part, compiled when somebody first asks.
pub(super) struct Judge {
    schemas: Vec<CanonicalSchema>,
    compiled: OnceLock<Vec<jsonschema::Validator>>,
}

impl Judge {
    fn of(schema: &CanonicalSchema) -> Arc<Self> {
        Arc::new(Self { schemas: vec![schema.clone()], compiled: OnceLock::new() })
    }

    /// Whether a value fits; one that nobody can judge fits.
    pub(super) fn accepts(&self, value: &Value) -> bool {
        let compile = |schema: &CanonicalSchema| check::options().build(&schema.to_json_schema()).ok();
        let compiled = self.compiled.get_or_init(|| self.schemas.iter().filter_map(compile).collect());
        compiled.iter().all(|judge| judge.is_valid(value))
    }

    fn and(&self, other: &Self) -> Arc<Self> {
        Arc::new(Self { schemas: self.schemas.iter().chain(&other.schemas).cloned().collect(), compiled: OnceLock::new() })
    }
}

#[derive(Clone)]
pub(super) struct Text {
    /// In code points.
    pub(super) min: usize,
    pub(super) max: usize,
    pub(super) formats: Vec<String>,
    pub(super) asked: Option<Arc<Asked>>,
    /// Whether the pattern is the better guide where there is a format as well: `password` says less than its pattern.
    pub(super) pattern_first: bool,
    /// Where construction alone cannot promise that a candidate fits.
    pub(super) judge: Option<Arc<Judge>>,
    /// The patterns with that of the format.
    shaped: OnceLock<Option<Arc<Asked>>>,
    /// Whether a trial found no such text.
    pub(super) barren: OnceLock<bool>,
}

impl Text {
    /// What is asked of the text, with what its format looks like.
    pub(super) fn shaped(&self) -> Option<&Asked> {
        let shape = || formats::shape(self.formats.first()?).map(str::to_owned);
        let shaped = self.shaped.get_or_init(|| {
            let shape = Asked::of(vec![shape()?], Vec::new())?;
            self.asked.as_ref().map_or(Some(Arc::clone(&shape)), |asked| asked.and(&shape))
        });
        shaped.as_deref()
    }
}

/// The patterns that one text must match, and those that it must not; read when somebody first asks for a text.
pub(super) struct Asked {
    patterns: Vec<String>,
    excluded: Vec<String>,
    read: OnceLock<Patterns>,
}

impl Asked {
    /// `None` if nothing is asked.
    fn of(patterns: Vec<String>, excluded: Vec<String>) -> Option<Arc<Self>> {
        let asks = !patterns.is_empty() || !excluded.is_empty();
        asks.then(|| Arc::new(Self { patterns, excluded, read: OnceLock::new() }))
    }

    fn and(&self, other: &Self) -> Option<Arc<Self>> {
        let both = |a: &[String], b: &[String]| a.iter().chain(b.iter().filter(|pattern| !a.contains(pattern))).cloned().collect();
        Self::of(both(&self.patterns, &other.patterns), both(&self.excluded, &other.excluded))
    }

    /// Whether a pattern says what the text is like, rather than what it is not.
    pub(super) fn tells(&self) -> bool {
        !self.patterns.is_empty()
    }

    /// A text of between so many and so many code points.
    pub(super) fn make(&self, random: &mut Random, min: usize, max: usize) -> Option<String> {
        let read = self.read.get_or_init(|| Patterns::read(&self.patterns, &self.excluded));
        if min > max { None } else { read.make(random, min..=max) }
    }
}

/// Integers.
#[derive(Clone, Default)]
pub(super) struct Whole {
    pub(super) low: Option<i64>,
    pub(super) high: Option<i64>,
    pub(super) steps: Vec<i64>,
    /// No value is a multiple of one of these.
    pub(super) barred: Vec<i64>,
}

/// Numbers, with and without a fraction.
#[derive(Clone, Default)]
pub(super) struct Real {
    pub(super) low: Option<Bound>,
    pub(super) high: Option<Bound>,
    pub(super) steps: Vec<f64>,
    pub(super) barred: Vec<f64>,
}

#[derive(Clone, Copy)]
pub(super) struct Bound {
    pub(super) limit: f64,
    /// Whether the limit itself is out of bounds.
    pub(super) exclusive: bool,
}

#[derive(Clone)]
pub(super) struct Array {
    pub(super) min: usize,
    pub(super) max: usize,
    pub(super) unique: bool,
    /// Whether two items must be the same value.
    pub(super) repeated: bool,
    pub(super) prefix: Vec<NodeId>,
    pub(super) items: NodeId,
    /// What is said of items that no part of the schema declares (`unevaluatedItems`).
    pub(super) unevaluated: Option<NodeId>,
    pub(super) contains: Vec<Contains>,
}

#[derive(Clone, Copy)]
pub(super) struct Contains {
    pub(super) min: usize,
    pub(super) max: usize,
    pub(super) node: NodeId,
}

#[derive(Clone)]
pub(super) struct Object {
    pub(super) min: usize,
    pub(super) max: usize,
    pub(super) properties: Vec<Property>,
    /// The schema of names that are not declared.
    pub(super) names: Option<NodeId>,
    pub(super) patterns: Vec<Matching>,
    /// The schema of members that are not declared; `Never` closes the object.
    pub(super) additional: NodeId,
    /// What else is said of members that no part of the schema declares (`unevaluatedProperties`).
    pub(super) unevaluated: Option<NodeId>,
    /// Members that must be there beside the required ones.
    pub(super) demands: Vec<Demand>,
    /// The property that tells one such object from another.
    pub(super) identity: Option<usize>,
}

/// Members whose names match a pattern.
#[derive(Clone)]
pub(super) struct Matching {
    pub(super) pattern: Option<Arc<NamePattern>>,
    /// Makes such names.
    pub(super) text: Arc<Asked>,
    pub(super) node: NodeId,
}

/// The nodes of the patterns that a name matches.
fn matching(patterns: &[Matching], name: &str) -> Vec<NodeId> {
    let matches = |matching: &&Matching| matching.pattern.as_ref().is_some_and(|pattern| pattern.matches(name));
    patterns.iter().filter(matches).map(|matching| matching.node).collect()
}

/// A member of a name that is made up, and of this value.
#[derive(Clone, Copy)]
pub(super) struct Demand {
    pub(super) name: NodeId,
    pub(super) value: NodeId,
}

#[derive(Clone)]
pub(super) struct Property {
    pub(super) name: String,
    /// What the name tells.
    pub(super) reading: Name,
    pub(super) required: bool,
    pub(super) node: NodeId,
}

impl Property {
    pub(super) fn new(name: &str, required: bool, node: NodeId) -> Self {
        Self { name: name.to_owned(), reading: Name::read(name), required, node }
    }
}

impl Object {
    /// Members in the order of their names, which is that of every other object that standin writes.
    fn sorted(mut self) -> Self {
        self.properties.sort_by(|a, b| a.name.cmp(&b.name));
        let named = |name: &str| self.properties.iter().position(|property| property.name == name);
        self.identity = IDENTITIES.iter().find_map(|name| named(name));
        self
    }

    /// What is said of members of a name by patterns.
    fn matching(&self, name: &str) -> Vec<NodeId> {
        matching(&self.patterns, name)
    }

    fn property(&self, name: &str) -> Option<&Property> {
        self.properties.binary_search_by(|property| property.name.as_str().cmp(name)).ok().map(|index| &self.properties[index])
    }
}

/// The names of members that tell one entity from another, the most telling first.
const IDENTITIES: &[&str] = &["id", "_id", "uuid", "guid", "uid", "sid", "ID", "Id", "gid"];

impl Plan {
    /// Plans the schema that an extract refers to.
    ///
    /// Where the branches of a `oneOf` overlap, `exclusive` plans each without what the others allow: dear, and seldom asked
    /// for, because values that read well are most often of one branch only.
    pub(super) fn of(extract: &Value, pointer: &Pointer, exclusive: bool) -> Result<Self, SchemaDefect> {
        let mut builder = written::plan(extract, pointer, exclusive)?;
        meet::settle(&mut builder.nodes);
        let mut plan = Self { nodes: builder.nodes, root: builder.root, entity: OnceLock::new() };
        plan.measure();
        Ok(plan)
    }

    /// Whether there is no value: what it asks for is excluded, or every value holds another of its kind, without end.
    pub(super) fn is_empty(&self) -> bool {
        self.nodes[self.root].height == UNBOUNDED
    }

    /// What a node is, once its references are followed.
    pub(super) fn resolve(&self, id: NodeId) -> NodeId {
        resolve(&self.nodes, id)
    }

    /// The way from the root to the outermost object that has an id: level by level, so that an entity's comes before
    /// those of its parts. Items of arrays are entities of their own.
    pub(super) fn entity(&self) -> Option<&[String]> {
        self.entity.get_or_init(|| self.find_entity()).as_deref()
    }

    fn find_entity(&self) -> Option<Vec<String>> {
        const LEVELS: usize = 5;
        let mut level = vec![(Vec::new(), self.root)];
        for _ in 0..LEVELS {
            let mut below = Vec::new();
            for (way, id) in level {
                for object in self.objects(id, 0) {
                    if object.identity.is_some() {
                        return Some(way);
                    }
                    below.extend(object.properties.iter().map(|property| {
                        let further: Vec<String> = way.iter().chain([&property.name]).cloned().collect();
                        (further, property.node)
                    }));
                }
            }
            level = below;
        }
        None
    }

    /// The objects that a node may be.
    fn objects(&self, id: NodeId, depth: u32) -> Vec<&Object> {
        match &self.nodes[self.resolve(id)].kind {
            Kind::Object(object) => vec![object],
            Kind::Choice(branches) if depth < 4 => branches.iter().flat_map(|branch| self.objects(branch.node, depth + 1)).collect(),
            _ => Vec::new(),
        }
    }

    /// Heights by fixed point: each round settles at least one more level.
    fn measure(&mut self) {
        loop {
            let mut changed = false;
            for id in 0..self.nodes.len() {
                let height = self.height(&self.nodes[id].kind);
                changed |= height < self.nodes[id].height;
                self.nodes[id].height = height;
            }
            if !changed {
                return;
            }
        }
    }

    fn height(&self, kind: &Kind) -> u32 {
        let of = |id: &NodeId| self.nodes[*id].height;
        let above = |height: u32| if height == UNBOUNDED { UNBOUNDED } else { height + 1 };
        match kind {
            Kind::Never => UNBOUNDED,
            Kind::OneOf(values) if values.is_empty() => UNBOUNDED,
            Kind::Array(array) => {
                let prefix = array.prefix.iter().take(array.min).map(of).max().unwrap_or(0);
                let contains = array.contains.iter().filter(|contains| contains.min > 0).map(|contains| of(&contains.node));
                let items = if array.min > array.prefix.len() { of(&array.items) } else { 0 };
                above(prefix.max(contains.max().unwrap_or(0)).max(items))
            }
            Kind::Object(object) => {
                let required = object.properties.iter().filter(|property| property.required).map(|property| of(&property.node));
                let demands = object.demands.iter().map(|demand| of(&demand.value));
                // What must be there beyond what can be of the declared members is undeclared.
                let possible = object.properties.iter().filter(|property| property.required || of(&property.node) != UNBOUNDED).count();
                let undeclared = (object.min > possible)
                    .then(|| object.patterns.iter().map(|matching| of(&matching.node)).chain([of(&object.additional)]).min().unwrap_or(0));
                above(required.chain(demands).chain(undeclared).max().unwrap_or(0))
            }
            Kind::Choice(branches) => branches.iter().map(|branch| of(&branch.node)).min().unwrap_or(UNBOUNDED),
            Kind::Both(branches) => branches.iter().map(of).max().unwrap_or(0),
            Kind::Reference(target) => of(target),
            _ => 0,
        }
    }
}

/// Follows references, as far as they lead anywhere.
fn resolve(nodes: &[Node], mut id: NodeId) -> NodeId {
    // A chain longer than there are nodes is a circle.
    for _ in 0..nodes.len() {
        match nodes[id].kind {
            Kind::Reference(target) if target != id => id = target,
            _ => break,
        }
    }
    id
}

/// A plan on its way.
#[derive(Default)]
struct Builder {
    nodes: Vec<Node>,
    root: NodeId,
    exclusive: bool,
}

impl Builder {
    fn push(&mut self, kind: Kind) -> NodeId {
        push(&mut self.nodes, kind)
    }
}

fn push(nodes: &mut Vec<Node>, kind: Kind) -> NodeId {
    nodes.push(Node { kind, height: UNBOUNDED });
    nodes.len() - 1
}
