//! Why a request goes where it goes: the decisions of the router and of `choose`, as facts and in words. Nothing is decided
//! here.

use std::fmt;

use super::{choose, contradiction, missing, shortened};
use crate::{
    check::{self, Policy},
    contract::{Contract, Operation},
    message::{Method, Request},
    router::{BasePath, Found, Missed, Reading},
    source::quote,
    text::{either, percent_decode},
    violation::Violation,
};

/// Which operation takes a request, and why no other does: see [`Contract::explain_route`].
///
/// The facts are for programs; the text, of several lines, is for people.
#[derive(Debug)]
pub struct RouteReport<'c> {
    method: Method,
    path: String,
    taken: Result<Taken<'c>, Violation>,
    passed: Vec<Passed<'c>>,
}

#[derive(Debug)]
struct Taken<'c> {
    operation: &'c Operation,
    base_path: &'c str,
    parameters: Vec<(&'c str, String)>,
}

/// An operation whose path matches a request that it does not take.
#[derive(Debug)]
pub struct Passed<'c> {
    operation: &'c Operation,
    why: Why<'c>,
}

/// Why an operation does not take a request, though its path matches.
#[derive(Debug)]
#[non_exhaustive]
pub enum Why<'c> {
    /// It is for another method.
    Method,
    /// The path of this operation matches too and is more concrete (OpenAPI 3.1, section 4.8.8.2).
    LessConcrete(&'c Operation),
    /// It matches below this base path of its servers, and another operation takes the path as it is, or below a longer one.
    BasePath(&'c str),
    /// Its template fixes a query that the request does not have.
    FixedQuery(Violation),
    /// It has the same path as the one that takes the request, and the request breaks it in this.
    Broken(Violation),
    /// It has the same path as the one that takes the request, and comes later.
    Later,
}

impl Contract {
    /// Explains which operation a server hands a request to, and why the others whose paths match do not get it.
    ///
    /// It is decided as a server with default settings does: base paths may be left out. Where several operations share
    /// method and path, headers and body count too.
    ///
    /// ```
    /// use standin::{Request, kayle};
    ///
    /// let contract = kayle::contract();
    /// let report = contract.explain_route(&Request::get("/v1/webhooks/endpoints/whe_1"));
    /// assert_eq!(report.operation().unwrap().name(), "GET /v1/webhooks/endpoints/{endpoint_id}");
    /// assert_eq!(report.path_parameters().next(), Some(("endpoint_id", "whe_1")));
    /// assert!(report.passed().iter().all(|passed| passed.why().to_string() == "another method"));
    /// ```
    pub fn explain_route(&self, request: &Request) -> RouteReport<'_> {
        let (method, path) = (request.method().clone(), request.path().to_owned());
        let readings = self.router().readings(&method, &path);
        let (taken, passed) = match self.router().find(&method, &path, BasePath::Optional) {
            Ok(found) => {
                let (operation, _) = choose(self, &Policy::default(), &found, request);
                let taken = taken(operation, &found, &readings);
                let siblings = siblings(self, operation, &found, request);
                (Ok(taken), siblings.into_iter().chain(others(self, &readings)).collect())
            }
            Err(missed) => (Err(unmet(self, request, &missed)), others(self, &readings).collect()),
        };
        RouteReport { method, path, passed: once_each(passed, taken.as_ref().ok()), taken }
    }
}

fn taken<'c>(operation: &'c Operation, found: &Found<'_>, readings: &[Reading<'c>]) -> Taken<'c> {
    let reading = readings.iter().find(|reading| reading.first && !reading.numbers.is_empty());
    // How a value is decoded depends on its style; what stands in a path is percent-encoded once, in each.
    let values = found.values.iter().map(|value| percent_decode(value).into_owned());
    let parameters = operation.path_parameters().zip(values).collect();
    Taken { operation, base_path: reading.map_or("", |reading| reading.base), parameters }
}

/// The other operations of the same method and path.
fn siblings<'c>(contract: &'c Contract, taken: &Operation, found: &Found<'_>, request: &Request) -> Vec<Passed<'c>> {
    let operations = found.numbers.iter().map(|number| &contract.operations()[*number]);
    let others = operations.filter(|operation| operation.number != taken.number);
    let why = |operation: &Operation| {
        let judged = check::request(contract, operation, &found.values, request, &Policy::default());
        match (contradiction(&judged), judged.violations.first()) {
            (Some(violation), _) => Why::FixedQuery(violation.clone()),
            (None, Some(violation)) => Why::Broken(violation.clone()),
            (None, None) => Why::Later,
        }
    };
    others.map(|operation| Passed { operation, why: why(operation) }).collect()
}

/// The operations of the other readings, and those of other methods.
fn others<'c>(contract: &'c Contract, readings: &[Reading<'c>]) -> impl Iterator<Item = Passed<'c>> {
    let operation = |number: usize| &contract.operations()[number];
    let first_of = |base: &str| readings.iter().find(|reading| reading.base == base);
    readings.iter().flat_map(move |reading| {
        let first = first_of(reading.base).and_then(|first| first.numbers.first().or(first.others.first()));
        let why = move || match first {
            Some(first) if !reading.first => Why::LessConcrete(operation(*first)),
            _ => Why::BasePath(reading.base),
        };
        let same = reading.numbers.iter().map(move |number| Passed { operation: operation(*number), why: why() });
        let others = reading.others.iter().map(move |number| Passed { operation: operation(*number), why: Why::Method });
        same.chain(others)
    })
}

/// Each operation with the first reason, but for the one that takes the request.
fn once_each<'c>(passed: Vec<Passed<'c>>, taken: Option<&Taken<'_>>) -> Vec<Passed<'c>> {
    let mut told: Vec<usize> = taken.iter().map(|taken| taken.operation.number).collect();
    let mut is_new = |passed: &Passed<'_>| {
        let number = passed.operation.number;
        let known = told.contains(&number);
        told.push(number);
        !known
    };
    passed.into_iter().filter(|passed| is_new(passed)).collect()
}

fn unmet(contract: &Contract, request: &Request, missed: &Missed) -> Violation {
    let violation = missing(contract, request, missed, BasePath::Optional);
    match missed {
        Missed::OtherMethods(_) if request.method() == Method::OPTIONS => {
            violation.with_hint("a server answers OPTIONS itself, with the methods that are allowed")
        }
        _ => violation,
    }
}

impl<'c> RouteReport<'c> {
    /// The operation that takes the request.
    pub fn operation(&self) -> Option<&'c Operation> {
        self.taken.as_ref().ok().map(|taken| taken.operation)
    }

    /// The names and values of the path parameters, in the order of the template, percent-decoded once.
    pub fn path_parameters(&self) -> impl Iterator<Item = (&str, &str)> {
        self.taken.iter().flat_map(|taken| &taken.parameters).map(|(name, value)| (*name, value.as_str()))
    }

    /// The base path that stands before the operation's path; nothing if there is none.
    pub fn base_path(&self) -> &'c str {
        self.taken.as_ref().map_or("", |taken| taken.base_path)
    }

    /// The operations whose paths match as well, or that have another method, each with the reason why it was passed over.
    pub fn passed(&self) -> &[Passed<'c>] {
        &self.passed
    }

    /// What a server would object to where no operation takes the request: the same fact in the same words, with the
    /// operations that are nearest.
    pub fn violation(&self) -> Option<&Violation> {
        self.taken.as_ref().err()
    }
}

impl<'c> Passed<'c> {
    /// The operation.
    pub fn operation(&self) -> &'c Operation {
        self.operation
    }

    /// Why it does not take the request.
    pub fn why(&self) -> &Why<'c> {
        &self.why
    }
}

impl Why<'_> {
    /// A short, stable name of the kind of reason: `another-method`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Method => "another-method",
            Self::LessConcrete(_) => "less-concrete",
            Self::BasePath(_) => "base-path",
            Self::FixedQuery(_) => "fixed-query",
            Self::Broken(_) => "broken",
            Self::Later => "later",
        }
    }
}

impl fmt::Display for Why<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Method => f.write_str("another method"),
            Self::LessConcrete(first) => write!(f, "{} matches too, and is more concrete", first.path()),
            Self::BasePath(base) => write!(f, "it would be below the base path `{base}`, which is looked at later"),
            Self::FixedQuery(violation) => write!(f, "{}", violation.brief()),
            Self::Broken(violation) => write!(f, "the same path, and further from the whole request: {}", violation.brief()),
            Self::Later => f.write_str("the same path, and the request fits both: the first takes it"),
        }
    }
}

/// Several lines, without a line break at the end.
impl fmt::Display for RouteReport<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.taken {
            Ok(taken) => {
                write!(f, "{} {} goes to {}", self.method, shortened(&self.path), Named(taken.operation))?;
                taken.fmt(f)?;
            }
            Err(violation) => write!(f, "{violation}")?,
        }
        if !self.passed.is_empty() {
            f.write_str("\nand not to")?;
        }
        for Passed { operation, why } in &self.passed {
            write!(f, "\n  {}: {why}", Named(operation))?;
        }
        Ok(())
    }
}

impl fmt::Display for Taken<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\n  declared at {}", self.operation.declared_at())?;
        let bases = self.operation.base_paths();
        if !self.base_path.is_empty() {
            write!(f, "\n  base path {}", self.base_path)?;
        } else if !bases.is_empty() && !bases.contains(&String::new()) {
            write!(f, "\n  base path {} is left out, as it may be unless it is required", either(bases))?;
        }
        self.parameters.iter().try_for_each(|(name, value)| write!(f, "\n  path {name} is {}", quote(value)))
    }
}

/// `GET /v1/things (listThings)`
struct Named<'c>(&'c Operation);

impl fmt::Display for Named<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.name())?;
        self.0.id().map_or(Ok(()), |id| write!(f, " ({id})"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const API: &str = "\
openapi: 3.1.0
servers: [{url: 'https://example.com/v1'}]
paths:
  /things/mine: {get: {operationId: mine, responses: {'200': {description: d}}}}
  /things/{id}:
    get: {operationId: thing, responses: {'200': {description: d}}}
    delete: {responses: {'204': {description: d}}}
  /v1/{any}/mine: {get: {responses: {'200': {description: d}}}}
  /runs: {post: {responses: {'200': {description: d}}}}
  /runs?beta=true: {post: {responses: {'200': {description: d}}}}
  /runs#strict: {post: {requestBody: {required: true, content: {text/plain: {}}}, responses: {'200': {description: d}}}}
";

    fn explain(method: Method, target: &str) -> String {
        let contract = Contract::from_text("api.yaml", API).unwrap();
        contract.explain_route(&Request::with_method(method, target)).to_string()
    }

    #[test]
    fn each_outcome_reads_well() {
        let texts = [
            (Method::GET, "/things/a%252Fb"),
            (Method::HEAD, "/v1/things/7"),
            (Method::GET, "/things/mine"),
            (Method::DELETE, "/things/mine"),
            (Method::GET, "/v1/things/mine"),
            (Method::POST, "/runs?beta=false"),
            (Method::POST, "/runs?beta=true"),
            (Method::PUT, "/runs"),
            (Method::OPTIONS, "/runs"),
            (Method::GET, "/thing/7"),
            (Method::GET, "/something/else/altogether"),
        ]
        .map(|(method, target)| format!("> {method} {target}\n{}\n", explain(method.clone(), target)));
        insta::assert_snapshot!(texts.join("\n"));
    }

    #[test]
    fn it_goes_where_a_server_hands_it_to() {
        let contract = Contract::from_text("api.yaml", API).unwrap();
        let api = crate::MockServer::builder(&contract).lenient(true).start();
        for method in [Method::GET, Method::HEAD, Method::POST, Method::DELETE] {
            for path in ["/things/mine", "/things/7", "/v1/things/mine", "/v1/things/7", "/runs", "/runs?beta=true", "/runs?beta=x", "/x"] {
                let request = Request::with_method(method.clone(), path);
                let report = contract.explain_route(&request);
                api.handle(request);
                let call = api.calls().last();
                assert_eq!(report.operation().map(Operation::name), call.operation().map(Operation::name), "{method} {path}");
                let said = call.violations().first().filter(|_| call.operation().is_none()).map(ToString::to_string);
                assert_eq!(report.violation().map(ToString::to_string), said, "{method} {path}");
            }
        }
    }

    #[test]
    fn the_facts_are_those_of_the_text() {
        let contract = Contract::from_text("api.yaml", API).unwrap();
        let report = contract.explain_route(&Request::get("/v1/things/a%2520b"));
        assert_eq!((report.base_path(), report.path_parameters().collect::<Vec<_>>()), ("/v1", vec![("id", "a%20b")]));
        let codes = |method: Method, target: &str| {
            let report = contract.explain_route(&Request::with_method(method, target));
            report.passed().iter().map(|passed| passed.why().code()).collect::<Vec<_>>()
        };
        assert_eq!(codes(Method::GET, "/things/mine"), ["less-concrete", "another-method"]);
        assert_eq!(codes(Method::GET, "/v1/things/mine"), ["base-path", "less-concrete", "another-method"]);
        assert_eq!(codes(Method::POST, "/runs"), ["broken", "fixed-query"]);
        assert_eq!(codes(Method::GET, "/nowhere/at/all"), [""; 0]);
    }
}
