//! Method and path to an operation: OpenAPI path templating (OpenAPI 3.1, section 4.8.8.2).
//!
//! - Concrete segments win over templated ones, segment by segment, and text around a parameter wins over a bare one.
//! - A segment may hold several parameters and text: `/{id}.json`, `/{from}-{to}`.
//! - The path is split before it is decoded, and decoded once: `%2F` never ends a segment.
//! - A trailing slash counts.
//! - Some documents declare several operations for one method and path, told apart by what follows `?` or `#` in the
//!   template. All of them are found, and the caller decides.
//!
//! It knows templates and numbers, not contracts, so that a contract can own its router: thousands of servers share it.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
};

use crate::{
    message::Method,
    text::{distance, either, percent_decode, percent_encode},
};

/// Where a request goes. Built once per contract.
#[derive(Debug)]
pub(crate) struct Router {
    nodes: Vec<Node>,
    /// The root of all operations, for paths without a base.
    bare: usize,
    /// A root for each base path of a server, without the slash at the end: the longest first.
    bases: Vec<(String, usize)>,
    templates: Vec<(Method, String)>,
    /// The operations whose servers have a base path.
    based: HashSet<usize>,
}

#[derive(Debug, Default)]
struct Node {
    concrete: HashMap<String, usize>,
    /// Templated segments, the most text first.
    templated: Vec<(Segment, usize)>,
    methods: Vec<(Method, Vec<usize>)>,
}

/// The operations that a request may mean, and the values of the path parameters in the order of the template: as they
/// were sent, because how they are decoded depends on their style.
#[derive(Debug, PartialEq)]
pub(crate) struct Found<'r> {
    pub(crate) numbers: &'r [usize],
    pub(crate) values: Vec<String>,
}

/// One way to read a path: below a base path of a server or as it is, by one of the templates that match it.
#[derive(Debug, PartialEq)]
pub(crate) struct Reading<'r> {
    /// Nothing for the path as it is.
    pub(crate) base: &'r str,
    /// Whether this is the first of its base path: the only one that [`Router::find`] looks at.
    pub(crate) first: bool,
    /// The operations for the method that was asked for, `GET` for `HEAD`.
    pub(crate) numbers: &'r [usize],
    /// The operations for other methods.
    pub(crate) others: Vec<usize>,
    pub(crate) values: Vec<String>,
}

/// Why a request's method and path lead to no operation.
#[derive(Debug, PartialEq)]
pub(crate) enum Missed {
    /// The path is known, the method is not; these are.
    OtherMethods(Vec<Method>),
    /// No template matches.
    Nothing,
}

/// Which paths lead to an operation, where its server has a base path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum BasePath {
    /// With the base path, and without it.
    #[default]
    Optional,
    Required,
}

impl Router {
    pub(crate) fn new() -> Self {
        Self { nodes: vec![Node::default()], bare: 0, bases: Vec::new(), templates: Vec::new(), based: HashSet::new() }
    }

    /// Adds an operation by its number.
    pub(crate) fn add(&mut self, method: &Method, template: &str, bases: &[String], number: usize) {
        let template = path_of(template);
        self.add_below(self.bare, method, template, number);
        for base in bases {
            self.based.insert(number);
            let root = self.base(base);
            self.add_below(root, method, template, number);
        }
        self.templates.push((method.clone(), template.to_owned()));
    }

    fn base(&mut self, base: &str) -> usize {
        if let Some((_, root)) = self.bases.iter().find(|(known, _)| known == base) {
            return *root;
        }
        let root = self.nodes.len();
        self.nodes.push(Node::default());
        let at = self.bases.partition_point(|(known, _)| known.len() >= base.len());
        self.bases.insert(at, (base.to_owned(), root));
        root
    }

    fn add_below(&mut self, root: usize, method: &Method, template: &str, number: usize) {
        let mut here = root;
        for text in segments(template) {
            here = self.child(here, Segment::read(text));
        }
        let methods = &mut self.nodes[here].methods;
        match methods.iter_mut().find(|(known, _)| known == method) {
            Some((_, numbers)) => numbers.push(number),
            None => methods.push((method.clone(), vec![number])),
        }
    }

    fn child(&mut self, here: usize, segment: Segment) -> usize {
        let new = self.nodes.len();
        let node = &mut self.nodes[here];
        let child = match segment.concrete() {
            Some(text) => *node.concrete.entry(text).or_insert(new),
            None => match node.templated.iter().find(|(known, _)| *known == segment) {
                Some((_, child)) => *child,
                None => {
                    let at = node.templated.partition_point(|(known, _)| known.text_len() >= segment.text_len());
                    node.templated.insert(at, (segment, new));
                    new
                }
            },
        };
        if child == new {
            self.nodes.push(Node::default());
        }
        child
    }

    /// Finds the operations for a path as it was sent. `HEAD` is answered by `GET` (RFC 9110, section 9.3.2).
    ///
    /// The path decides, then the method: a concrete path without the method is no reason to look at a templated one. But
    /// of several readings of a path, with and without a base path, one that has the method comes first.
    pub(crate) fn find(&self, method: &Method, path: &str, base_path: BasePath) -> Result<Found<'_>, Missed> {
        let based = self.bases.iter().filter_map(|(base, root)| Some((path.strip_prefix(base.as_str())?, *root)));
        let based = based.filter(|(rest, _)| rest.starts_with('/') || rest.is_empty());
        let mut others = Vec::new();
        for (path, root) in std::iter::once((path, self.bare)).chain(based) {
            let declared = root != self.bare || base_path == BasePath::Optional;
            let reached = |numbers: &[usize]| declared || numbers.iter().any(|number| !self.based.contains(number));
            let mut values = Vec::new();
            let pieces: Vec<Piece<'_>> = segments(path).map(Piece::new).collect();
            let Some(node) = self.walk(root, &pieces, &mut values) else { continue };
            match node.numbers(method) {
                Some(numbers) if reached(numbers) => return Ok(Found { numbers, values }),
                _ if others.is_empty() => others = node.allowed(reached),
                _ => {}
            }
        }
        Err(if others.is_empty() { Missed::Nothing } else { Missed::OtherMethods(others) })
    }

    /// The node of the template that fits, depth first, the concrete before the templated.
    fn walk(&self, here: usize, path: &[Piece<'_>], values: &mut Vec<String>) -> Option<&Node> {
        let node = &self.nodes[here];
        let Some((piece, rest)) = path.split_first() else {
            return (!node.methods.is_empty()).then_some(node);
        };
        if let Some(child) = node.concrete.get(piece.decoded.as_ref())
            && let Some(found) = self.walk(*child, rest, values)
        {
            return Some(found);
        }
        for (template, child) in &node.templated {
            let before = values.len();
            if template.matches(piece, values)
                && let Some(found) = self.walk(*child, rest, values)
            {
                return Some(found);
            }
            values.truncate(before);
        }
        None
    }

    /// Every reading of a path, in the order in which [`find`](Self::find) prefers them: to explain what it found.
    pub(crate) fn readings(&self, method: &Method, path: &str) -> Vec<Reading<'_>> {
        let based = self.bases.iter().filter_map(|(base, root)| Some((base.as_str(), path.strip_prefix(base.as_str())?, *root)));
        let based = based.filter(|(_, rest, _)| rest.starts_with('/') || rest.is_empty());
        let mut readings = Vec::new();
        for (base, path, root) in std::iter::once(("", path, self.bare)).chain(based) {
            let pieces: Vec<Piece<'_>> = segments(path).map(Piece::new).collect();
            let mut matching = Vec::new();
            self.walk_all(root, &pieces, &mut Vec::new(), &mut matching);
            readings.extend(matching.into_iter().enumerate().map(|(at, (node, values))| {
                let numbers = node.numbers(method).unwrap_or_default();
                let all = node.methods.iter().flat_map(|(_, numbers)| numbers).copied();
                let others = all.filter(|number| !numbers.contains(number)).collect();
                Reading { base, first: at == 0, numbers, others, values }
            }));
        }
        readings
    }

    /// All nodes that [`walk`](Self::walk) would come to, in its order, each with the values of the parameters.
    fn walk_all<'r>(&'r self, here: usize, path: &[Piece<'_>], values: &mut Vec<String>, found: &mut Vec<(&'r Node, Vec<String>)>) {
        let node = &self.nodes[here];
        let Some((piece, rest)) = path.split_first() else {
            if !node.methods.is_empty() {
                found.push((node, values.clone()));
            }
            return;
        };
        if let Some(child) = node.concrete.get(piece.decoded.as_ref()) {
            self.walk_all(*child, rest, values, found);
        }
        for (template, child) in &node.templated {
            let before = values.len();
            if template.matches(piece, values) {
                self.walk_all(*child, rest, values, found);
            }
            values.truncate(before);
        }
    }

    /// The operations whose paths are most like this one, the nearest first, each with what differs.
    pub(crate) fn near(&self, method: &Method, path: &str, base_path: BasePath) -> Vec<String> {
        const TOLD: usize = 2;
        // Long paths are no typing slips, and the distance costs the product of both lengths.
        if path.len() > 200 {
            return Vec::new();
        }
        if base_path == BasePath::Required
            && let Some(base) = self.missing_base(method, path)
        {
            return vec![format!("{method} {base}{path} (the base path `{base}` before it)")];
        }
        let bases = self.bases.iter().filter_map(|(base, _)| path.strip_prefix(base.as_str())).filter(|rest| rest.starts_with('/'));
        let given = bases.min_by_key(|rest| rest.len()).unwrap_or(path);
        let allowed = (given.chars().count() / 3).max(1);
        let scored = self.templates.iter().filter(|(_, template)| template.len() <= 200).map(|(known, template)| {
            let far = distance(given, &filled(template, given));
            (far, known != method, known, template)
        });
        let mut scored: Vec<_> = scored.filter(|(far, ..)| *far <= allowed).collect();
        scored.sort_by_key(|(far, other, ..)| (*far, *other));
        // What is much farther than the nearest was not meant.
        let nearest = scored.first().map_or(0, |(far, ..)| *far);
        scored.retain(|(far, ..)| *far <= nearest + 2);
        // The other methods of a path differ in the same.
        let mut told = HashSet::new();
        scored.retain(|(_, _, _, template)| told.insert(template.as_str()));
        let told =
            scored.into_iter().take(TOLD).map(|(_, _, known, template)| format!("{known} {template} ({})", differs(given, template)));
        told.collect()
    }

    /// The base path that would make a path right.
    fn missing_base(&self, method: &Method, path: &str) -> Option<&str> {
        let pieces: Vec<Piece<'_>> = segments(path).map(Piece::new).collect();
        let leads = |root: usize| self.walk(root, &pieces, &mut Vec::new()).is_some_and(|node| node.numbers(method).is_some());
        self.bases.iter().find(|(_, root)| leads(*root)).map(|(base, _)| base.as_str())
    }
}

/// A template with the segments of a path in the place of its parameters.
fn filled(template: &str, path: &str) -> String {
    let given: Vec<&str> = segments(path).collect();
    let fill = |(at, segment): (usize, &str)| match given.get(at) {
        Some(given) if segment.contains('{') && Segment::read(segment).matches(&Piece::new(given), &mut Vec::new()) => (*given).to_owned(),
        _ => segment.to_owned(),
    };
    format!("/{}", segments(template).enumerate().map(fill).collect::<Vec<_>>().join("/"))
}

/// What is different about a path that a template does not match, in words.
fn differs(path: &str, template: &str) -> String {
    let (given, given_slash) = without_slash(path);
    let (wanted, wanted_slash) = without_slash(template);
    let fits = |given: &str, wanted: &str| {
        let segment = Segment::read(wanted);
        segment.concrete().map_or_else(|| segment.matches(&Piece::new(given), &mut Vec::new()), |text| text == percent_decode(given))
    };
    let wrong = given.iter().zip(&wanted).filter(|(given, wanted)| !fits(given, wanted));
    let mut told: Vec<String> = wrong.map(|(given, wanted)| format!("`{wanted}` in the place of `{given}`")).collect();
    if given.len() != wanted.len() {
        told.truncate(1);
        told.push(format!("{} segments in the place of {}", wanted.len(), given.len()));
    }
    match (given_slash, wanted_slash) {
        (true, false) => told.push("no slash at its end".into()),
        (false, true) => told.push("a slash at its end".into()),
        _ => {}
    }
    if told.is_empty() { "another method".into() } else { either(&told).replace(" or ", " and ") }
}

/// The segments of a path, and whether it has a slash at its end.
fn without_slash(path: &str) -> (Vec<&str>, bool) {
    let mut segments: Vec<&str> = segments(path).collect();
    let slash = segments.len() > 1 && segments.last() == Some(&"");
    if slash {
        segments.pop();
    }
    (segments, slash)
}

impl Node {
    fn numbers(&self, method: &Method) -> Option<&[usize]> {
        let of = |method: &Method| self.methods.iter().find(|(known, _)| known == method).map(|(_, numbers)| numbers.as_slice());
        of(method).or_else(|| if method == Method::HEAD { of(&Method::GET) } else { None })
    }

    /// The methods of the operations that are reached: `HEAD` with `GET`.
    fn allowed(&self, reached: impl Fn(&[usize]) -> bool) -> Vec<Method> {
        let reached = self.methods.iter().filter(|(_, numbers)| reached(numbers));
        let mut allowed: Vec<Method> = reached.map(|(method, _)| method.clone()).collect();
        if allowed.contains(&Method::GET) && !allowed.contains(&Method::HEAD) {
            allowed.push(Method::HEAD);
        }
        allowed.sort_by(|a, b| a.as_str().cmp(b.as_str()));
        allowed
    }
}

/// The path of a template, without what tells operations apart.
pub(crate) fn path_of(template: &str) -> &str {
    template.split(['?', '#']).next().unwrap_or_default()
}

/// The names of a template's parameters, in their order.
pub(crate) fn parameters(template: &str) -> impl Iterator<Item = &str> {
    path_of(template).split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name)
}

/// Whether each brace of a template is one of a pair around a name.
pub(crate) fn is_template(template: &str) -> bool {
    let mut pieces = path_of(template).split('{');
    let before = pieces.next().unwrap_or_default();
    !before.contains('}') && pieces.all(|piece| piece.find('}').is_some_and(|end| end > 0 && !piece[end + 1..].contains('}')))
}

fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.strip_prefix('/').unwrap_or(path).split('/')
}

/// One segment of a path, as it was sent and as it is meant.
struct Piece<'p> {
    raw: &'p str,
    decoded: Cow<'p, str>,
}

impl<'p> Piece<'p> {
    fn new(raw: &'p str) -> Self {
        Self { raw, decoded: percent_decode(raw) }
    }
}

/// One segment of a template: text with parameters between.
#[derive(Debug, PartialEq)]
struct Segment {
    /// The text before each parameter, and the text after the last: always one more than there are parameters.
    texts: Vec<String>,
}

impl Segment {
    fn read(template: &str) -> Self {
        let mut texts = Vec::new();
        let mut rest = template;
        while let Some((text, after)) = rest.split_once('{') {
            let Some((_, after)) = after.split_once('}') else { break };
            texts.push(percent_decode(text).into_owned());
            rest = after;
        }
        texts.push(percent_decode(rest).into_owned());
        Self { texts }
    }

    fn concrete(&self) -> Option<String> {
        match self.texts.as_slice() {
            [text] => Some(text.clone()),
            _ => None,
        }
    }

    fn text_len(&self) -> usize {
        self.texts.iter().map(String::len).sum()
    }

    /// Whether a segment fits; appends the values of the parameters. A parameter takes as little as it can, the last one all
    /// that is left; none is empty.
    fn matches(&self, piece: &Piece<'_>, values: &mut Vec<String>) -> bool {
        if let [first, last] = self.texts.as_slice()
            && first.is_empty()
            && last.is_empty()
        {
            values.push(piece.raw.to_owned());
            return !piece.raw.is_empty();
        }
        let before = values.len();
        if self.captures(piece.raw, values, str::to_owned) {
            return true;
        }
        values.truncate(before);
        // Text of the template may have been sent percent-encoded. What is cut out of decoded text is encoded again, so that
        // a delimiter which was encoded stays one.
        piece.raw != piece.decoded && self.captures(&piece.decoded, values, percent_encode)
    }

    fn captures(&self, segment: &str, values: &mut Vec<String>, keep: impl Fn(&str) -> String) -> bool {
        let (Some(first), Some(last)) = (self.texts.first(), self.texts.last()) else { return false };
        let inner = segment.strip_prefix(first.as_str()).and_then(|rest| rest.strip_suffix(last.as_str()));
        let Some(mut rest) = inner else { return false };
        for text in &self.texts[1..self.texts.len() - 1] {
            let first_char = rest.chars().next().map_or(0, char::len_utf8);
            let Some(at) = rest.get(first_char..).and_then(|after| after.find(text.as_str())) else { return false };
            values.push(keep(&rest[..first_char + at]));
            rest = &rest[first_char + at + text.len()..];
        }
        values.push(keep(rest));
        !rest.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn router(templates: &[&str]) -> Router {
        let mut router = Router::new();
        for (number, template) in templates.iter().enumerate() {
            router.add(&Method::GET, template, &["/api".to_owned()], number);
        }
        router
    }

    fn find(router: &Router, method: &Method, path: &str) -> Result<(Vec<usize>, Vec<String>), Missed> {
        router.find(method, path, BasePath::Optional).map(|found| (found.numbers.to_vec(), found.values))
    }

    fn found(router: &Router, path: &str) -> Option<(usize, Vec<String>)> {
        find(router, &Method::GET, path).ok().map(|(numbers, values)| (numbers[0], values))
    }

    #[test]
    fn rules_of_templates() {
        let router = router(&[
            "/things/{id}",
            "/things/mine",
            "/things/{id}/parts/{part}",
            "/things/mine/parts",
            "/things/{id}.json",
            "/range/{from}-{to}",
            "/things/{id}:cancel",
            "/slash/",
            "/a b/{x}",
        ]);
        let values = |values: &[&str]| values.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(found(&router, "/things/7"), Some((0, values(&["7"]))));
        assert_eq!(found(&router, "/things/mine"), Some((1, values(&[]))));
        assert_eq!(found(&router, "/things/mine/parts/3"), Some((2, values(&["mine", "3"]))));
        assert_eq!(found(&router, "/things/7.json"), Some((4, values(&["7"]))));
        assert_eq!(found(&router, "/things/a%2Cb.json"), Some((4, values(&["a%2Cb"]))));
        assert_eq!(found(&router, "/things/a%2Cb%2Ejson"), Some((4, values(&["a%2Cb"]))));
        assert_eq!(found(&router, "/range/1-2-3"), Some((5, values(&["1", "2-3"]))));
        assert_eq!(found(&router, "/things/7:cancel"), Some((6, values(&["7"]))));
        assert_eq!(found(&router, "/slash/"), Some((7, values(&[]))));
        assert_eq!(found(&router, "/slash"), None);
        assert_eq!(found(&router, "/things/"), None, "no parameter is empty");
        assert_eq!(found(&router, "/things/a%2Fb%2520"), Some((0, values(&["a%2Fb%2520"]))), "a value is as it was sent");
        assert_eq!(found(&router, "/a%20b/é"), Some((8, values(&["é"]))));
        assert_eq!(found(&router, "/api/things/7"), Some((0, values(&["7"]))));
        assert_eq!(found(&router, "/apithings/7"), None);
    }

    #[test]
    fn methods_and_misses_are_told_apart() {
        let mut router = router(&["/things/mine", "/things/{id}"]);
        router.add(&Method::DELETE, "/things/{id}", &[], 2);
        assert_eq!(find(&router, &Method::DELETE, "/things/7"), Ok((vec![2], vec!["7".into()])));
        assert_eq!(find(&router, &Method::DELETE, "/things/mine"), Err(Missed::OtherMethods(vec![Method::GET, Method::HEAD])));
        assert_eq!(find(&router, &Method::HEAD, "/things/mine"), Ok((vec![0], vec![])));
        let allowed = vec![Method::DELETE, Method::GET, Method::HEAD];
        assert_eq!(find(&router, &Method::POST, "/things/7"), Err(Missed::OtherMethods(allowed)));
        assert_eq!(find(&router, &Method::GET, "/thing/mine"), Err(Missed::Nothing));
    }

    #[test]
    fn a_base_path_may_be_required() {
        let mut router = router(&["/things"]);
        router.add(&Method::GET, "/open", &[], 1);
        let find = |path: &str| router.find(&Method::GET, path, BasePath::Required).is_ok();
        assert!(find("/api/things"));
        assert!(!find("/things"));
        assert!(find("/open"));
        router.add(&Method::PUT, "/things", &[String::new(), "/api".to_owned()], 2);
        router.add(&Method::PUT, "/open", &["/api".to_owned()], 3);
        let find = |method: Method, path: &str| router.find(&method, path, BasePath::Required).map(|found| found.numbers.to_vec());
        assert_eq!(find(Method::PUT, "/things"), Ok(vec![2]), "a server without a base path is one, too");
        assert_eq!(find(Method::GET, "/things"), Err(Missed::OtherMethods(vec![Method::PUT])));
        assert_eq!(find(Method::PUT, "/open"), Err(Missed::OtherMethods(vec![Method::GET, Method::HEAD])));
        let near = router.near(&Method::GET, "/things", BasePath::Required);
        assert_eq!(near, ["GET /api/things (the base path `/api` before it)"]);
    }

    #[test]
    fn servers_tell_operations_apart() {
        let mut router = Router::new();
        router.add(&Method::GET, "/x", &["/v1".to_owned()], 0);
        router.add(&Method::GET, "/x", &["/v2".to_owned(), String::new()], 1);
        assert_eq!(found(&router, "/v1/x").unwrap().0, 0);
        assert_eq!(found(&router, "/v2/x").unwrap().0, 1);
        assert_eq!(find(&router, &Method::GET, "/x").unwrap().0, [0, 1]);
    }

    #[test]
    fn the_first_of_all_readings_is_what_is_found() {
        let mut router = router(&["/things/{id}", "/things/mine", "/things/{id}.json", "/{any}/mine", "/api/things/{id}"]);
        router.add(&Method::PUT, "/things/mine", &[], 5);
        let read = |path: &str| -> Vec<_> {
            let readings = router.readings(&Method::HEAD, path);
            readings.into_iter().map(|reading| (reading.base, reading.first, reading.numbers.to_vec(), reading.others)).collect()
        };
        let bare = [("", true, vec![1], vec![5]), ("", false, vec![0], vec![]), ("", false, vec![3], vec![])];
        assert_eq!(read("/things/mine"), bare);
        let based = [("/api", true, vec![1], vec![]), ("/api", false, vec![0], vec![]), ("/api", false, vec![3], vec![])];
        assert_eq!(read("/api/things/mine")[0], ("", true, vec![4], vec![]));
        assert_eq!(read("/api/things/mine")[1..], based);
        assert_eq!(read("/nowhere"), []);
        for path in ["/things/7", "/things/mine", "/things/7.json", "/api/things/a", "/api/x/mine"] {
            let readings = router.readings(&Method::GET, path);
            let first = readings.iter().find(|reading| reading.first && !reading.numbers.is_empty()).unwrap();
            let found = router.find(&Method::GET, path, BasePath::Optional).unwrap();
            assert_eq!((first.numbers, &first.values), (found.numbers, &found.values), "{path}");
        }
    }

    #[test]
    fn operations_of_one_path_are_all_found() {
        let router = router(&["/files?kind=a", "/files#b", "/files"]);
        assert_eq!(find(&router, &Method::GET, "/files").unwrap().0, [0, 1, 2]);
        assert_eq!(parameters("/a/{b}-{c}?d={e}").collect::<Vec<_>>(), ["b", "c"]);
    }

    #[test]
    fn a_miss_names_the_nearest_and_what_differs() {
        let router = router(&["/v1/webhooks/endpoints", "/v1/webhooks/endpoints/{id}", "/v1/slash/", "/v1/events"]);
        let near = |path: &str| router.near(&Method::GET, path, BasePath::Optional).first().cloned();
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(near("/v1/webhooks/endpoint"), some("GET /v1/webhooks/endpoints (`endpoints` in the place of `endpoint`)"));
        assert_eq!(near("/v1/webhook/endpoints/7"), some("GET /v1/webhooks/endpoints/{id} (`webhooks` in the place of `webhook`)"));
        assert_eq!(near("/api/v1/event"), some("GET /v1/events (`events` in the place of `event`)"));
        assert_eq!(near("/v1/events/"), some("GET /v1/events (no slash at its end)"));
        assert_eq!(near("/v1/event/"), some("GET /v1/events (`events` in the place of `event` and no slash at its end)"));
        assert_eq!(near("/v1/slash"), some("GET /v1/slash/ (a slash at its end)"));
        assert_eq!(
            near("/webhooks/endpoints"),
            some("GET /v1/webhooks/endpoints (`v1` in the place of `webhooks` and 3 segments in the place of 2)")
        );
        assert_eq!(near("/"), None);
    }
}
