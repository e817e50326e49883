//! Method and path to an operation: OpenAPI path templating (OpenAPI 3.1, section 4.8.8.2).
//!
//! - Concrete segments win over templated ones, segment by segment, and text around a parameter wins over a bare one.
//! - A segment may hold several parameters and text: `/{id}.json`, `/{from}-{to}`.
//! - The path is split before it is decoded, and decoded once: `%2F` never ends a segment.
//! - A trailing slash counts.
//!
//! It knows templates and numbers, not contracts, so that a contract can own its router: thousands of servers share it.

use std::{borrow::Cow, collections::HashMap};

use crate::{
    message::Method,
    text::{nearest, percent_decode},
};

/// Where a request goes. Built once per contract.
#[derive(Debug, Default)]
pub(crate) struct Router {
    nodes: Vec<Node>,
    templates: Vec<String>,
    /// Base paths of the declared servers, without the slash at the end. A path is tried as it is first.
    bases: Vec<String>,
}

#[derive(Debug, Default)]
struct Node {
    concrete: HashMap<String, usize>,
    /// Templated segments, the most text first.
    templated: Vec<(Segment, usize)>,
    methods: Vec<(Method, usize)>,
}

/// The operation's number, and the decoded values of its path parameters in the order of the template.
pub(crate) type Found = (usize, Vec<String>);

/// Why a request's method and path lead to no operation.
#[derive(Debug, PartialEq)]
pub(crate) enum Missed {
    /// The path is known, the method is not; these are.
    OtherMethods(Vec<Method>),
    /// No template matches; the one that is most like the path, if any is.
    Nothing { near: Option<String> },
}

impl Router {
    pub(crate) fn new(bases: Vec<String>) -> Self {
        Self { nodes: vec![Node::default()], templates: Vec::new(), bases }
    }

    /// Adds an operation by its number. The first of two with the same method and shape of path stays.
    pub(crate) fn add(&mut self, method: &Method, template: &str, number: usize) {
        let mut here = 0;
        for text in segments(template) {
            here = self.child(here, Segment::read(text));
        }
        let methods = &mut self.nodes[here].methods;
        if !methods.iter().any(|(known, _)| known == method) {
            methods.push((method.clone(), number));
        }
        self.templates.push(template.to_owned());
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

    /// Finds the operation for a path as it was sent. `HEAD` is answered by `GET` (RFC 9110, section 9.3.2).
    ///
    /// The path decides, then the method: a concrete path without the method is no reason to look at a templated one.
    pub(crate) fn find(&self, method: &Method, path: &str) -> Result<Found, Missed> {
        let based = self.bases.iter().filter_map(|base| path.strip_prefix(base.as_str()));
        let mut values = Vec::new();
        let mut known = std::iter::once(path).chain(based.filter(|rest| rest.starts_with('/'))).filter_map(|path| {
            let decoded: Vec<Cow<'_, str>> = segments(path).map(percent_decode).collect();
            values.clear();
            self.walk(0, &decoded, &mut values)
        });
        let Some(node) = known.next() else {
            return Err(Missed::Nothing { near: self.near(path) });
        };
        drop(known);
        match node.number(method) {
            Some(number) => Ok((number, values)),
            None => {
                let mut others: Vec<Method> = node.methods.iter().map(|(method, _)| method.clone()).collect();
                others.sort_by(|a, b| a.as_str().cmp(b.as_str()));
                Err(Missed::OtherMethods(others))
            }
        }
    }

    /// The node of the template that fits, depth first, the concrete before the templated.
    fn walk(&self, here: usize, path: &[Cow<'_, str>], values: &mut Vec<String>) -> Option<&Node> {
        let node = &self.nodes[here];
        let Some((segment, rest)) = path.split_first() else {
            return (!node.methods.is_empty()).then_some(node);
        };
        if let Some(child) = node.concrete.get(segment.as_ref())
            && let Some(found) = self.walk(*child, rest, values)
        {
            return Some(found);
        }
        for (template, child) in &node.templated {
            let before = values.len();
            if template.matches(segment, values)
                && let Some(found) = self.walk(*child, rest, values)
            {
                return Some(found);
            }
            values.truncate(before);
        }
        None
    }

    fn near(&self, path: &str) -> Option<String> {
        nearest(path, self.templates.iter().map(String::as_str)).map(str::to_owned)
    }
}

impl Node {
    fn number(&self, method: &Method) -> Option<usize> {
        let of = |method: &Method| self.methods.iter().find(|(known, _)| known == method).map(|(_, number)| *number);
        of(method).or_else(|| if method == Method::HEAD { of(&Method::GET) } else { None })
    }
}

fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.strip_prefix('/').unwrap_or(path).split('/')
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

    /// Whether a decoded segment fits; appends the values of the parameters. A parameter takes as little as it can, the
    /// last one all that is left; none is empty.
    fn matches(&self, segment: &str, values: &mut Vec<String>) -> bool {
        let (Some(first), Some(last)) = (self.texts.first(), self.texts.last()) else { return false };
        let inner = segment.strip_prefix(first.as_str()).and_then(|rest| rest.strip_suffix(last.as_str()));
        let Some(mut rest) = inner else { return false };
        for text in &self.texts[1..self.texts.len() - 1] {
            let first_char = rest.chars().next().map_or(0, char::len_utf8);
            let Some(at) = rest.get(first_char..).and_then(|after| after.find(text.as_str())) else { return false };
            values.push(rest[..first_char + at].to_owned());
            rest = &rest[first_char + at + text.len()..];
        }
        values.push(rest.to_owned());
        !rest.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn router(templates: &[&str]) -> Router {
        let mut router = Router::new(vec!["/api".into()]);
        for (number, template) in templates.iter().enumerate() {
            router.add(&Method::GET, template, number);
        }
        router
    }

    fn found(router: &Router, path: &str) -> Option<(usize, Vec<String>)> {
        router.find(&Method::GET, path).ok()
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
        assert_eq!(found(&router, "/range/1-2-3"), Some((5, values(&["1", "2-3"]))));
        assert_eq!(found(&router, "/things/7:cancel"), Some((6, values(&["7"]))));
        assert_eq!(found(&router, "/slash/"), Some((7, values(&[]))));
        assert_eq!(found(&router, "/slash"), None);
        assert_eq!(found(&router, "/things/"), None, "no parameter is empty");
        assert_eq!(found(&router, "/things/a%2Fb%2520"), Some((0, values(&["a/b%20"]))));
        assert_eq!(found(&router, "/a%20b/é"), Some((8, values(&["é"]))));
        assert_eq!(found(&router, "/api/things/7"), Some((0, values(&["7"]))));
        assert_eq!(found(&router, "/apithings/7"), None);
    }

    #[test]
    fn methods_and_misses_are_told_apart() {
        let mut router = router(&["/things/mine", "/things/{id}"]);
        router.add(&Method::DELETE, "/things/{id}", 2);
        assert_eq!(router.find(&Method::DELETE, "/things/7"), Ok((2, vec!["7".into()])));
        assert_eq!(router.find(&Method::DELETE, "/things/mine"), Err(Missed::OtherMethods(vec![Method::GET])));
        assert_eq!(router.find(&Method::HEAD, "/things/mine"), Ok((0, vec![])));
        assert_eq!(router.find(&Method::POST, "/things/7"), Err(Missed::OtherMethods(vec![Method::DELETE, Method::GET])));
        assert_eq!(router.find(&Method::GET, "/thing/mine"), Err(Missed::Nothing { near: Some("/things/mine".into()) }));
        assert_eq!(router.find(&Method::GET, "/"), Err(Missed::Nothing { near: None }));
    }
}
