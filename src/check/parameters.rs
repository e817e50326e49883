//! Parameters: which there are, which are missing, which nobody declared. How their texts are read is for `codec`; what
//! their values must be is for their schemas (OpenAPI 3.1, section 4.8.12).

use std::borrow::Cow;

use serde_json::Value;

use super::{Findings, prefer, whole};
use crate::{
    codec::{self, Claim, Given, claim, pairs, style_readings},
    contract::{Location, MediaType, Operation, Parameter, Rules, SchemeKind},
    media,
    message::{Request, header_text, is_secret_header},
    pointer::Pointer,
    source::{parse_json, quote},
    text::{either, nearest, percent_decode, percent_encode},
    violation::{Place, Step, Violation},
};

/// Pairs of a query or of cookies: decoded names with texts that are still encoded.
type Pairs<'r> = Vec<(Cow<'r, str>, &'r str)>;

/// Why a parameter could not be read: the code of its violation, and what was wrong.
type Refused = (&'static str, codec::Unreadable);

/// Decodes and judges all parameters; what could not be decoded is left out.
pub(super) fn judge(
    rules: &Rules,
    operation: &Operation,
    (captured, request): (&[String], &Request),
    findings: &mut Findings,
) -> Vec<(String, Value)> {
    let text = prepared(rules, operation, request.query().unwrap_or_default());
    let query = pairs(&text);
    let cookies = cookies(request);
    let mut decoded = Vec::new();
    for parameter in &operation.parameters {
        match read(operation, parameter, captured, request, (&query, &cookies)) {
            Ok(Some(Read { value, fits })) => {
                if parameter.deprecated {
                    let place = place(parameter);
                    let odd = Violation::new(Step::Parameters, "parameter.deprecated", place, "no deprecated parameter", "one");
                    findings.remarks.push(odd.with_rule(operation.place(&parameter.pointer)));
                }
                if !fits {
                    judge_value(parameter, &value, findings);
                }
                decoded.push((parameter.name.clone(), value));
            }
            Ok(None) if parameter.required => {
                let missing = Violation::new(Step::Parameters, "parameter.missing", place(parameter), "this required parameter", "none");
                findings.violations.push(missing.with_rule(operation.place(&parameter.pointer)));
            }
            Ok(None) => {}
            Err((code, unreadable)) => {
                let violation = Violation::new(Step::Parameters, code, place(parameter), unreadable.expected, unreadable.found);
                let violation = if is_secret(parameter) { violation.masked() } else { violation };
                findings.violations.push(violation.with_rule(operation.place(&parameter.pointer)));
            }
        }
    }
    // Path parameters that are in the template and not declared still name something.
    for (name, text) in operation.path_parameters().zip(captured) {
        if !decoded.iter().any(|(known, _)| known == name) {
            decoded.push((name.to_owned(), percent_decode(text).into()));
        }
    }
    fixed_query(operation, &query, findings);
    undeclared(operation, request, &query, &cookies, findings);
    decoded
}

/// The query, with each parameter's text as the rules read it.
fn prepared<'r>(rules: &Rules, operation: &Operation, query: &'r str) -> Cow<'r, str> {
    if query.is_empty() || rules.of(operation).next().is_none() {
        return query.into();
    }
    let reading = |name: &str, text: &str| {
        let (name, text) = (codec::decode(name), codec::decode(text));
        rules.of(operation).find_map(|rule| rule.prepare_parameter(&name, &text))
    };
    let mut changed = false;
    let mut whole = |pair: &'r str| -> Cow<'r, str> {
        let Some((name, text)) = pair.split_once('=') else { return pair.into() };
        let Some(read) = reading(name, text) else { return pair.into() };
        changed = true;
        format!("{name}={}", percent_encode(&read)).into()
    };
    let pairs: Vec<Cow<'_, str>> = query.split('&').map(&mut whole).collect();
    if changed { pairs.join("&").into() } else { query.into() }
}

fn judge_value(parameter: &Parameter, value: &Value, findings: &mut Findings) {
    let Some(schema) = parameter.any_schema() else { return };
    // OpenAPI 3.1, section 4.8.12.2.1, `allowEmptyValue`: the schema has no say.
    if parameter.allow_empty && *value == "" {
        return;
    }
    let found = schema.check(value, Step::Parameters, |inner| within(&place(parameter), inner));
    if found.is_empty() {
        return;
    }
    let secret = is_secret(parameter);
    findings.violations.extend(found.into_iter().map(|violation| if secret { violation.masked() } else { violation }));
}

/// The name of a parameter may say that it is a secret, where its schema does not.
fn is_secret(parameter: &Parameter) -> bool {
    parameter.name.parse().is_ok_and(|name| is_secret_header(&name))
}

/// The value of a parameter, as it was read.
struct Read {
    value: Value,
    /// Whether its schema is known to accept it.
    fits: bool,
}

impl From<Value> for Read {
    fn from(value: Value) -> Self {
        Self { value, fits: false }
    }
}

/// The value of a parameter; `None` if it was not sent.
fn read(
    operation: &Operation,
    parameter: &Parameter,
    captured: &[String],
    request: &Request,
    (query, cookies): (&Pairs<'_>, &Pairs<'_>),
) -> Result<Option<Read>, Refused> {
    let (header, left);
    let given = match parameter.location {
        Location::Path => {
            let at = operation.path_parameters().position(|name| name == parameter.name);
            match at.and_then(|at| captured.get(at)) {
                Some(text) => Given::Text(text),
                None => return Ok(None),
            }
        }
        Location::Header => {
            header = joined_header(request, &parameter.name);
            match &header {
                Some(text) => Given::Text(text),
                None => return Ok(None),
            }
        }
        Location::Query if codec::spreads(parameter) || query.iter().any(|(name, _)| name.contains('[')) => {
            left = query.iter().filter(|(name, _)| !belongs_to_another(operation, parameter, name)).cloned().collect::<Pairs<'_>>();
            Given::Pairs(&left)
        }
        Location::Query => Given::Pairs(query),
        Location::Cookie => Given::Pairs(cookies),
        Location::QueryString => return Ok(whole_query(parameter, request)?.map(Read::from)),
    };
    // OpenAPI 3.1, section 4.8.12.2.1, `allowEmptyValue`: what is sent empty is not read as anything else.
    if parameter.allow_empty && matches!(&given, Given::Pairs(pairs) if own_texts(parameter, pairs) == [""]) {
        return Ok(Some(Value::from("").into()));
    }
    if let Some(content) = &parameter.content {
        let text = match given {
            Given::Text(text) if parameter.location == Location::Header => Some(Cow::Borrowed(text)),
            Given::Text(text) => Some(percent_decode(text)),
            Given::Pairs(pairs) => single(parameter, pairs)?,
        };
        return Ok(text.map(|text| content_value(&text, content)).transpose()?.map(Read::from));
    }
    let readings = style_readings(parameter, &given).map_err(|unreadable| ("parameter.style", unreadable))?;
    let Some(schema) = &parameter.schema else { return Ok(readings.into_iter().next().map(Read::from)) };
    let mut first = None;
    for reading in readings {
        let (value, fits) = codec::settled(schema, &codec::cut_items(schema.document(), schema.pointer(), reading));
        if fits {
            return Ok(Some(Read { value, fits }));
        }
        first.get_or_insert(value);
    }
    Ok(first.map(Read::from))
}

/// What was sent by a parameter's own name, still encoded.
fn own_texts<'r>(parameter: &Parameter, pairs: &[(Cow<'_, str>, &'r str)]) -> Vec<&'r str> {
    pairs.iter().filter(|(name, _)| *name == parameter.name).map(|(_, text)| *text).collect()
}

/// The decoded text of a parameter that is one document.
fn single<'r>(parameter: &Parameter, pairs: &[(Cow<'_, str>, &'r str)]) -> Result<Option<Cow<'r, str>>, Refused> {
    match (own_texts(parameter, pairs).as_slice(), parameter.location) {
        ([], _) => Ok(None),
        ([text], Location::Query) => Ok(Some(Cow::Owned(percent_decode(&text.replace('+', " ")).into_owned()))),
        ([text], _) => Ok(Some(percent_decode(text))),
        (several, _) => {
            let (expected, found) = (format!("`{}` once", parameter.name), format!("it {} times", several.len()));
            Err(("parameter.style", codec::Unreadable { expected, found }))
        }
    }
}

/// A parameter with `content`: its text is a document of that media type, and read as a body of it is.
fn content_value(text: &str, content: &MediaType) -> Result<Value, Refused> {
    let value = match media::kind(&content.range) {
        media::Kind::Json => {
            let unreadable = |defect: crate::source::JsonDefect| codec::Unreadable {
                expected: format!("JSON: {}", defect.expected),
                found: format!("{} at column {}", defect.found, defect.position.column),
            };
            return parse_json(text.as_bytes()).map(|(value, _)| value).map_err(|defect| ("parameter.syntax", unreadable(defect)));
        }
        media::Kind::Form => codec::read_form(text.as_bytes(), content).map_err(|unreadable| ("parameter.syntax", unreadable))?,
        _ => text.into(),
    };
    Ok(match &content.schema {
        Some(schema) => codec::settle(schema, &value),
        None => value,
    })
}

/// The whole query as one value (OpenAPI 3.2, section 4.12.1). A form's escapes are those of its own.
fn whole_query(parameter: &Parameter, request: &Request) -> Result<Option<Value>, Refused> {
    let (Some(query), Some(content)) = (request.query().filter(|query| !query.is_empty()), &parameter.content) else { return Ok(None) };
    let text = if media::kind(&content.range) == media::Kind::Form { Cow::Borrowed(query) } else { percent_decode(query) };
    content_value(&text, content).map(Some)
}

/// Several headers of one name are one list (RFC 9110, section 5.3).
pub(super) fn joined_header(request: &Request, name: &str) -> Option<String> {
    // Bytes that are no UTF-8 are Latin-1, which HTTP once was.
    let latin = |bytes: &[u8]| Cow::Owned(bytes.iter().map(|byte| char::from(*byte)).collect());
    let text = |value| header_text(value).map_or_else(|| latin(value.as_bytes()), Cow::Borrowed);
    let values: Vec<Cow<'_, str>> = request.headers().get_all(name).map(text).collect();
    (!values.is_empty()).then(|| values.join(", "))
}

/// The pairs of all `Cookie` headers (RFC 6265, section 4.2.1).
pub(super) fn cookies(request: &Request) -> Pairs<'_> {
    let texts = request.headers().get_all("cookie").filter_map(header_text);
    let pairs = texts.flat_map(|text| text.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.map(|(name, value)| (Cow::Borrowed(name), value)).collect()
}

/// What a template has after `?` besides parameters: one of the ways in which documents tell operations apart.
fn fixed_query(operation: &Operation, query: &Pairs<'_>, findings: &mut Findings) {
    let Some((_, fixed)) = operation.path().split_once('?') else { return };
    for (name, wanted) in fixed.split(['&', '#']).filter_map(|pair| pair.split_once('=')).filter(|(_, value)| !value.contains('{')) {
        let given = query.iter().find(|(known, _)| known == name).map(|(_, value)| percent_decode(value));
        if given.as_deref() != Some(wanted) {
            let place = Place::Query(name.to_owned(), whole());
            let found = given.map_or_else(|| "none".to_owned(), |given| quote(&given));
            let violation = Violation::new(Step::Parameters, "parameter.fixed", place, quote(wanted), found);
            findings.violations.push(violation.with_rule(operation.place(&operation.pointer)));
        }
    }
}

/// What was sent and nobody declared.
fn undeclared(operation: &Operation, request: &Request, query: &Pairs<'_>, cookies: &Pairs<'_>, findings: &mut Findings) {
    let has = |location: Location| operation.parameters.iter().filter(move |parameter| parameter.location == location);
    let key = |location: Location, name: &str| is_key(operation, location, name);
    let tell = |location: Location, name: &str, place: Place, findings: &mut Findings| {
        let known: Vec<&str> = has(location).map(|parameter| parameter.name.as_str()).collect();
        let expected = if known.is_empty() || known.len() > 10 {
            "only what is declared".to_owned()
        } else {
            format!("only {}", either(&known.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>()))
        };
        let mut violation = Violation::new(Step::Parameters, "parameter.undeclared", place, expected, format!("`{name}`"));
        if let Some(meant) = nearest(name, known) {
            violation = violation.with_hint(format!("did you mean `{meant}`?"));
        }
        findings.odd(violation.with_rule(operation.place(&operation.pointer)));
    };
    if has(Location::QueryString).next().is_none() {
        for (name, _) in query {
            let claimed = has(Location::Query).any(|parameter| claim(parameter, name) > Some(Claim::Undeclared));
            if !claimed && !prefer::is_twin(operation, name) && !key(Location::Query, name) && !is_fixed(operation, name) {
                tell(Location::Query, name, Place::Query(name.to_string(), whole()), findings);
            }
        }
    }
    for (name, _) in cookies {
        if !has(Location::Cookie).any(|parameter| claim(parameter, name).is_some()) && !key(Location::Cookie, name) {
            tell(Location::Cookie, name, Place::Cookie(name.to_string(), whole()), findings);
        }
    }
    for (name, _) in request.headers().iter() {
        let name = name.as_str();
        let declared = is_everyday(name) || has(Location::Header).any(|parameter| parameter.name.eq_ignore_ascii_case(name));
        if !declared && !key(Location::Header, name) {
            tell(Location::Header, name, Place::Header(name.to_owned(), whole()), findings);
        }
    }
}

fn is_key(operation: &Operation, location: Location, name: &str) -> bool {
    operation.security.iter().flatten().any(|requirement| match &requirement.scheme.kind {
        SchemeKind::ApiKey(at, known) => *at == location && known.eq_ignore_ascii_case(name),
        _ => false,
    })
}

/// Whether a template has a query of this name.
fn is_fixed(operation: &Operation, name: &str) -> bool {
    let fixed = operation.path().split_once('?').map(|(_, fixed)| fixed);
    fixed.is_some_and(|fixed| fixed.split(['&', '#']).any(|pair| pair.split('=').next() == Some(name)))
}

/// Whether a name is that of another parameter or of a key: it is then no member of this one, even if this one has a member
/// of that name. What an object takes without having a name for it, it takes only if nobody else does.
fn belongs_to_another(operation: &Operation, parameter: &Parameter, name: &str) -> bool {
    let Some(own) = claim(parameter, name).filter(|_| name != parameter.name) else { return false };
    let keyed = || is_key(operation, parameter.location, name) || is_fixed(operation, name);
    let others = operation.parameters.iter().filter(|other| other.location == parameter.location && other.name != parameter.name);
    let other = others.filter_map(|other| claim(other, name)).max();
    match own {
        Claim::Own => operation.parameters.iter().any(|other| other.location == parameter.location && other.name == name),
        Claim::Member => other == Some(Claim::Own) || keyed(),
        Claim::Open | Claim::Undeclared => other >= Some(Claim::Member) || keyed(),
    }
}

/// Headers that clients send of their own accord, and no document declares: those of HTTP, of browsers, of proxies and of
/// tracing. The document says nothing about them, and means nothing by it.
fn is_everyday(name: &str) -> bool {
    const PREFIXES: [&str; 7] = ["sec-", "access-control-", "x-forwarded-", "cf-", "x-amzn-", "x-b3-", "proxy-"];
    matches!(
        name,
        "accept"
            | "accept-charset"
            | "accept-encoding"
            | "accept-language"
            | "alt-used"
            | "authorization"
            | "cache-control"
            | "connection"
            | "content-encoding"
            | "content-language"
            | "content-length"
            | "content-location"
            | "content-type"
            | "cookie"
            | "date"
            | "dnt"
            | "expect"
            | "forwarded"
            | "from"
            | "host"
            | "if-match"
            | "if-modified-since"
            | "if-none-match"
            | "if-range"
            | "if-unmodified-since"
            | "keep-alive"
            | "last-event-id"
            | "max-forwards"
            | "origin"
            | "pragma"
            | "prefer"
            | "priority"
            | "range"
            | "referer"
            | "te"
            | "trailer"
            | "transfer-encoding"
            | "upgrade"
            | "upgrade-insecure-requests"
            | "user-agent"
            | "via"
            | "warning"
            | "traceparent"
            | "tracestate"
            | "baggage"
            | "x-request-id"
            | "x-correlation-id"
            | "x-real-ip"
            | "x-requested-with"
            | "idempotency-key"
            | "http2-settings"
    ) || PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

fn place(parameter: &Parameter) -> Place {
    let name = parameter.name.clone();
    match parameter.location {
        Location::Path => Place::Path(name, whole()),
        Location::Query | Location::QueryString => Place::Query(name, whole()),
        Location::Header => Place::Header(name.to_ascii_lowercase(), whole()),
        Location::Cookie => Place::Cookie(name, whole()),
    }
}

fn within(place: &Place, inner: Pointer) -> Place {
    match place {
        Place::Path(name, _) => Place::Path(name.clone(), inner),
        Place::Query(name, _) => Place::Query(name.clone(), inner),
        Place::Header(name, _) => Place::Header(name.clone(), inner),
        Place::Cookie(name, _) => Place::Cookie(name.clone(), inner),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::contract::Contract;

    const DOCUMENT: &str = r#"
openapi: 3.1.0
paths:
  /x/{id}:
    get:
      parameters:
        - {name: id, in: path, required: true, schema: {type: string}}
        - {name: limit, in: query, schema: {type: integer, minimum: 1, maximum: 100}}
        - {name: enabled, in: query, schema: {type: boolean}}
        - {name: tags, in: query, schema: {type: array, items: {type: string}}}
        - {name: ids, in: query, explode: false, schema: {type: array, items: {type: integer}}}
        - {name: code, in: query, schema: {anyOf: [{type: string, maxLength: 3}, {type: integer, minimum: 5000}]}}
        - {name: big, in: query, schema: {type: integer, format: int64}}
        - {name: X-Version, in: header, required: true, schema: {type: string, pattern: '^\d+$'}}
        - {name: old, in: query, deprecated: true, schema: {type: string}}
        - {name: flag, in: query, allowEmptyValue: true, schema: {type: integer}}
        - {name: 'filter[x]', in: query, schema: {type: integer}}
        - {name: where, in: query, content: {application/json: {schema: {type: object, required: [a]}}}}
        - {name: sid, in: cookie, schema: {type: string, minLength: 3}}
        - {name: sort, in: query, schema: {type: object, properties: {by: {type: string}, limit: {enum: [asc, desc]}, on: {}}}}
        - {name: 'on', in: query, style: deepObject, schema: {type: object}}
  /things?kind=a: {get: {}}
  /free:
    get:
      security: [{key: []}]
      parameters:
        - {name: p, in: query, required: true, schema: {type: object}}
        - {name: limit, in: query, schema: {type: integer}}
        - {name: filter, in: query, style: deepObject, schema: {type: object}}
        - {name: range, in: query, schema: {type: object, properties: {from: {type: integer}}, additionalProperties: false}}
  /lost:
    get:
      parameters:
        - {name: limit, in: query, schema: {type: integer}}
        - {name: tags, in: query, schema: {type: array}}
        - {name: filter, in: query, style: deepObject, schema: {type: object}}
        - {name: where, in: query, content: {application/json: {schema: {type: object}}}}
  /content:
    get:
      parameters:
        - {name: n, in: query, content: {text/plain: {schema: {type: integer}}}}
        - {name: f, in: query, content: {application/x-www-form-urlencoded: {schema: {properties: {a: {type: integer}}}}}}
        - {name: j, in: query, content: {application/json: {}}}
        - {name: l, in: query, allowEmptyValue: true, schema: {type: array, items: {type: integer}}}
components: {securitySchemes: {key: {type: apiKey, in: query, name: key}}}
"#;

    fn judged(target: &str, headers: &[(&str, &str)]) -> (Value, Vec<String>, Vec<String>) {
        let contract = Contract::from_text("api.yaml", DOCUMENT).unwrap();
        let operation = contract.operation(match target.split('?').next() {
            Some("/things") => "GET /things?kind=a",
            Some("/free") => "GET /free",
            Some("/lost") => "GET /lost",
            Some("/content") => "GET /content",
            _ => "GET /x/{id}",
        });
        let request = headers.iter().fold(Request::get(target), |request, (name, value)| request.with_header(name, value));
        let mut findings = Findings::new(false);
        let decoded = judge(&Rules::default(), operation, (&["7%2F".to_owned()], &request), &mut findings);
        let told = |violations: &[Violation]| violations.iter().map(|violation| violation.brief().to_string()).collect();
        (Value::Object(decoded.into_iter().collect()), told(&findings.violations), told(&findings.remarks))
    }

    #[test]
    fn texts_become_what_the_schema_asks_for() {
        let target = "/x/7%2F?limit=5&enabled=true&tags=a+b&tags=%32&ids=1,2&code=9000&flag=&filter%5Bx%5D=3&where=%7B%22a%22:1%7D";
        let (decoded, violations, remarks) = judged(target, &[("x-version", "007"), ("cookie", "sid=abc%20; other=1")]);
        assert_eq!(violations, [""; 0]);
        assert_eq!(remarks, ["cookie other: expected only `sid`, found `other`"]);
        let expected = json!({
            "id": "7/", "limit": 5, "enabled": true, "tags": ["a b", "2"], "ids": [1, 2], "code": 9000, "X-Version": "007",
            "flag": "", "filter[x]": 3, "where": {"a": 1}, "sid": "abc "
        });
        assert_eq!(decoded, expected);
        assert_eq!(judged("/x/7?code=abc&tags=one", &[("x-version", "1")]).0["tags"], json!(["one"]));
    }

    #[test]
    fn a_member_with_the_name_of_a_parameter_needs_brackets() {
        let sort = |query: &str| judged(&format!("/x/7?{query}"), &[("x-version", "1")]).0["sort"].clone();
        assert_eq!(sort("by=x"), json!({"by": "x"}));
        assert_eq!(sort("limit=5"), Value::Null);
        assert_eq!(sort("on%5Bx%5D=5"), Value::Null);
        assert_eq!(sort("sort%5Blimit%5D=asc&limit=5"), json!({"limit": "asc"}));
    }

    #[test]
    fn an_object_of_any_shape_takes_what_nobody_else_does() {
        let (decoded, violations, remarks) = judged("/free?a=1&b=2&limit=3&key=k&filter%5Bc%5D=4&from=5", &[]);
        assert_eq!((violations, remarks), (Vec::new(), Vec::new()));
        assert_eq!(decoded, json!({"p": {"a": "1", "b": "2"}, "limit": 3, "filter": {"c": "4"}, "range": {"from": 5}}));
        assert_eq!(judged("/free?limit=3&key=k", &[]).1, ["query p: expected this required parameter, found none"]);
    }

    #[test]
    fn documents_in_parameters_are_read_as_bodies_are() {
        let (decoded, violations, _) = judged("/content?n=12&f=a%3D1%26b%3D2&j=%5B1%5D&l=", &[]);
        assert_eq!(violations, [""; 0]);
        assert_eq!(decoded, json!({"n": 12, "f": {"a": 1, "b": "2"}, "j": [1], "l": ""}));
        let told = |query: &str| judged(&format!("/content?{query}"), &[]).1;
        assert_eq!(told("n=x"), ["query n: expected an integer, found \"x\""]);
        assert_eq!(told("j=1&j=2"), ["query j: expected `j` once, found it 2 times"]);
        assert_eq!(told("l=&l="), ["query l /0: expected an integer, found \"\"", "query l /1: expected an integer, found \"\""]);
    }

    #[test]
    fn what_no_parameter_reads_is_never_lost() {
        let lost = ["limit%5Bx%5D", "limit%5B%5D", "filter%5Bb", "filter%5Bb%5Dx", "where%5Ba%5D", "", "tags%5B1"];
        for name in lost {
            let (_, violations, remarks) = judged(&format!("/lost?{name}=1"), &[]);
            assert_eq!((violations.len(), remarks.len()), (0, 1), "{name}: {remarks:?}");
        }
        for name in ["tags%5B1%5D", "tags%5B%5D", "filter%5Bb%5D"] {
            assert_eq!(judged(&format!("/lost?{name}=1"), &[]).2, [""; 0], "{name}");
        }
        assert_eq!(judged("/lost?tags=a&tags%5B1%5D=b", &[]).0, json!({"tags": ["a", "b"]}));
    }

    #[test]
    fn what_does_not_fit_is_told() {
        let told = |target: &str| judged(target, &[("x-version", "1")]).1;
        assert_eq!(told("/x/7?limit=101"), ["query limit: expected at most 100, found the number 101"]);
        for (number, told_of) in
            [("9223372036854775807", 0), ("-9223372036854775808", 0), ("9223372036854775808", 1), ("-9223372036854775809", 1)]
        {
            assert_eq!(told(&format!("/x/7?big={number}")).len(), told_of, "{number}");
        }
        for version in ["\u{a7}", "\u{e9}1"] {
            assert_eq!(judged("/x/7", &[("x-version", version)]).1.len(), 1, "no header is passed over");
        }
        assert_eq!(told("/x/7?limit=abc"), ["query limit: expected an integer, found \"abc\""]);
        assert_eq!(told("/x/7?limit="), ["query limit: expected an integer, found \"\""]);
        assert_eq!(told("/x/7?limit=1&limit=2"), ["query limit: expected an integer, found an array of 2"]);
        assert_eq!(told("/x/7?enabled=TRUE"), ["query enabled: expected true or false, found \"TRUE\""]);
        assert_eq!(told("/x/7?ids=1,x"), ["query ids /1: expected an integer, found \"x\""]);
        assert_eq!(told("/x/7?where=%7B"), ["query where: expected JSON: the rest of an object, found the end of the text at column 2"]);
        assert_eq!(told("/x/7?where=%7B%7D"), ["query where /a: expected this required member, found no such member"]);
        assert_eq!(judged("/x/7", &[]).1, ["header x-version: expected this required parameter, found none"]);
        assert_eq!(
            judged("/x/7", &[("x-version", "1"), ("cookie", "sid=ab")]).1,
            ["cookie sid: expected at least 3 characters, found 2 characters"]
        );
    }

    #[test]
    fn what_nobody_declared_is_remarked() {
        let remarks = |target: &str, headers: &[(&str, &str)]| judged(target, &[headers, &[("x-version", "1")]].concat()).2;
        assert_eq!(remarks("/x/7?limt=1", &[]).len(), 1);
        assert!(remarks("/x/7?limt=1", &[])[0].ends_with("found `limt`; did you mean `limit`?"));
        assert_eq!(remarks("/x/7?old=1", &[]), ["query old: expected no deprecated parameter, found one"]);
        assert_eq!(remarks("/x/7", &[("last-event-id", "1"), ("alt-used", "a")]), [""; 0]);
        assert_eq!(remarks("/x/7", &[("user-agent", "x"), ("x-verson", "1")]).len(), 1);
    }

    #[test]
    fn what_a_template_fixes_must_be_there() {
        assert_eq!(judged("/things?kind=a", &[]).1, [""; 0]);
        assert_eq!(judged("/things", &[]).1, ["query kind: expected \"a\", found none"]);
    }
}
