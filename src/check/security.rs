//! Security schemes: who asks, and what they may do (OpenAPI 3.1, sections 4.8.27 and 4.8.30).
//!
//! Alternatives are tried one by one; the request passes if one of them is met in all its parts. What was sent as a
//! credential is never part of a violation.

use std::{borrow::Cow, sync::Arc};

use serde_json::Value;

use super::{parameters::cookies, whole};
use crate::{
    codec,
    contract::{self, ApiKey, Location, Operation, Requirement, SchemeKind, SecurityScheme, Standing},
    media::unquoted,
    message::{Request, StatusCode},
    text::{either, percent_decode},
    violation::{Place, Step, Violation},
};

/// Which credentials a server accepts: those that the document lists, and any others until keys are named.
#[derive(Debug, Clone, Default)]
pub(crate) struct Access {
    pub(crate) keys: Vec<ApiKey>,
}

impl Access {
    /// What is known of a credential. A key that the server was given is that one, whatever the document says of it.
    fn key<'a>(&'a self, scheme: &'a SecurityScheme, credential: &str) -> Option<&'a ApiKey> {
        // A digest tells nothing but the user's name; the password that is in it stays unchecked.
        let by_name = matches!(&scheme.kind, SchemeKind::Http(name) if name == "digest");
        let fits = |known: &str| if by_name { known.split(':').next() == Some(credential) } else { known == credential };
        self.keys.iter().chain(&scheme.keys).find(|key| fits(key.credential()))
    }
}

/// What a server makes of a request's credential, whatever the request asks for.
pub(crate) fn standing(scheme: &SecurityScheme, request: &Request, access: &Access) -> Standing {
    let credential = match credential(scheme, request) {
        Ok(Some(credential)) => credential,
        Ok(None) => return Standing::Good,
        Err(Refusal::Missing) => return Standing::Missing,
        Err(_) => return Standing::Malformed,
    };
    match access.key(scheme, &credential) {
        Some(key) => match key.refusal() {
            Some(status) => Standing::Refused(StatusCode::from_u16(status).unwrap_or(StatusCode::UNAUTHORIZED)),
            None => Standing::Good,
        },
        None if access.keys.is_empty() => Standing::Good,
        None => Standing::Unknown,
    }
}

/// Who asks.
pub(super) struct Asked {
    /// Whose things the key sees; `""` if nothing says.
    pub(super) tenant: Arc<str>,
    pub(super) violations: Vec<Violation>,
}

/// Why one scheme is not met; the later, the nearer the request came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Refusal {
    Missing,
    Malformed,
    UnknownKey,
    /// The key is known, and refused with this status.
    Refused(u16),
    Scope,
}

/// A scheme that is not met, and the key if it is a known one.
struct Unmet<'a> {
    refusal: Refusal,
    requirement: &'a Requirement,
    key: Option<&'a ApiKey>,
}

pub(super) fn judge(operation: &Operation, request: &Request, access: &Access) -> Asked {
    let mut nearest: Option<Unmet<'_>> = None;
    for alternative in &operation.security {
        match all(alternative, request, access) {
            Ok(tenant) => return Asked { tenant, violations: Vec::new() },
            Err(unmet) if nearest.as_ref().is_none_or(|nearest| unmet.refusal > nearest.refusal) => nearest = Some(unmet),
            Err(_) => {}
        }
    }
    let Some(Unmet { refusal, requirement, key }) = nearest else { return Asked { tenant: Arc::default(), violations: Vec::new() } };
    // Servers that answer in spite of violations must not mix what belongs to different tenants.
    let tenant = key.map(|key| Arc::clone(key.tenant())).unwrap_or_default();
    Asked { tenant, violations: vec![violation(operation, refusal, requirement)] }
}

/// The tenant, if all schemes of an alternative are met: that of the first key that has one.
fn all<'a>(alternative: &'a [Requirement], request: &Request, access: &'a Access) -> Result<Arc<str>, Unmet<'a>> {
    let mut tenant = Arc::default();
    for requirement in alternative {
        let key = meet(requirement, request, access)?;
        if let (Some(key), true) = (key, tenant == Arc::default()) {
            tenant = Arc::clone(key.tenant());
        }
    }
    Ok(tenant)
}

/// The known key that meets a requirement; `None` is something else that does.
fn meet<'a>(requirement: &'a Requirement, request: &Request, access: &'a Access) -> Result<Option<&'a ApiKey>, Unmet<'a>> {
    let Requirement { scheme, scopes } = requirement;
    let unmet = |refusal, key| Unmet { refusal, requirement, key };
    let Some(credential) = credential(scheme, request).map_err(|refusal| unmet(refusal, None))? else { return Ok(None) };
    let Some(key) = access.key(scheme, &credential) else {
        let told = if scheme.kind == SchemeKind::Bearer { jwt_scopes(&credential) } else { None };
        let may = told.is_none_or(|told| scopes.iter().all(|scope| told.contains(scope)));
        return match (access.keys.is_empty(), may) {
            (true, true) => Ok(None),
            (true, false) => Err(unmet(Refusal::Scope, None)),
            (false, _) => Err(unmet(Refusal::UnknownKey, None)),
        };
    };
    match key.refusal() {
        Some(status) => Err(unmet(Refusal::Refused(status), Some(key))),
        None if key.may(scopes) => Ok(Some(key)),
        None => Err(unmet(Refusal::Scope, Some(key))),
    }
}

/// What was sent as a credential; `None` where nobody judges it.
fn credential<'r>(scheme: &SecurityScheme, request: &'r Request) -> Result<Option<Cow<'r, str>>, Refusal> {
    Ok(Some(match &scheme.kind {
        SchemeKind::Bearer => Cow::Borrowed(authorization(request, "bearer")?),
        SchemeKind::Basic => Cow::Owned(basic(authorization(request, "basic")?)?),
        SchemeKind::Http(name) if name == "digest" => Cow::Owned(digest(other_http(request, name)?)?),
        SchemeKind::Http(name) => Cow::Borrowed(other_http(request, name)?),
        SchemeKind::ApiKey(location, name) => Cow::Owned(api_key(request, *location, name)?),
        SchemeKind::Other => return Ok(None),
    }))
}

/// The credentials of an `Authorization` header; the scheme's name is case-insensitive (RFC 9110, section 11.1), and any
/// number of blanks may follow it (section 11.4). What follows a bearer token after a blank is left aside.
fn authorization<'r>(request: &'r Request, scheme: &str) -> Result<&'r str, Refusal> {
    let mut values = request.headers().get_all("authorization");
    let value = values.next().ok_or(Refusal::Missing)?.to_str().map_err(|_| Refusal::Malformed)?;
    let (given, credential) = value.split_once(' ').unwrap_or((value, ""));
    let credential = credential.trim_start_matches(' ').split(' ').next().unwrap_or_default();
    if !given.eq_ignore_ascii_case(scheme) || credential.is_empty() || values.next().is_some() {
        return Err(Refusal::Malformed);
    }
    Ok(credential)
}

/// What follows the name of another scheme.
fn other_http<'r>(request: &'r Request, scheme: &str) -> Result<&'r str, Refusal> {
    let value = request.headers().get("authorization").ok_or(Refusal::Missing)?.to_str().map_err(|_| Refusal::Malformed)?;
    let (given, credential) = value.split_once(' ').unwrap_or((value, ""));
    if !given.eq_ignore_ascii_case(scheme) || credential.trim().is_empty() {
        return Err(Refusal::Malformed);
    }
    Ok(credential.trim())
}

/// The user's name in a digest that has the fields of RFC 7616, section 3.4; a name beyond ASCII is in `username*`.
fn digest(credential: &str) -> Result<String, Refusal> {
    let fields = auth_params(credential);
    let field = |name: &str| fields.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str());
    let extended = || Some(percent_decode(field("username*")?.rsplit('\'').next()?).into_owned());
    let name = field("username").map(str::to_owned).or_else(extended);
    let whole = ["realm", "nonce", "uri", "response"].iter().all(|name| field(name).is_some());
    name.filter(|_| whole).ok_or(Refusal::Malformed)
}

/// Names and values without quotes, separated by commas (RFC 9110, section 11.2).
fn auth_params(text: &str) -> Vec<(&str, String)> {
    let mut rest = text;
    let mut params = Vec::new();
    while let Some((name, after)) = rest.split_once('=') {
        let after = after.trim_start();
        let (value, next) = match after.strip_prefix('"') {
            Some(quoted) => unquoted(quoted),
            None => {
                let (value, next) = after.split_once(',').unwrap_or((after, ""));
                (value.trim().to_owned(), next)
            }
        };
        params.push((name.trim_matches([' ', '\t', ',']), value));
        rest = next;
    }
    params
}

/// The scopes that a token states, if it is a JSON Web Token that does (RFC 7519; `scope` of RFC 8693, section 4.2, and what
/// common servers call it). Its signature is nobody's business here.
fn jwt_scopes(token: &str) -> Option<Vec<String>> {
    let mut parts = token.split('.');
    let (_, payload, _, None) = (parts.next()?, parts.next()?, parts.next()?, parts.next()) else { return None };
    let payload = codec::decode_base64(&payload.replace('-', "+").replace('_', "/"))?;
    let claims: Value = serde_json::from_slice(&payload).ok()?;
    let said = ["scope", "scp", "scopes", "permissions"].iter().find_map(|name| claims.get(name))?;
    match said {
        Value::String(text) => Some(text.split(' ').map(str::to_owned).collect()),
        Value::Array(items) => Some(items.iter().filter_map(Value::as_str).map(str::to_owned).collect()),
        _ => None,
    }
}

/// `user:password` of RFC 7617, section 2. No charset is agreed on: bytes that are no UTF-8 are Latin-1 (section 2.1).
fn basic(encoded: &str) -> Result<String, Refusal> {
    let latin = |bytes: &[u8]| bytes.iter().map(|byte| char::from(*byte)).collect();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap_or_else(|error| latin(error.as_bytes()));
    let decoded = codec::decode_base64(encoded).map(text);
    decoded.filter(|text| text.contains(':')).ok_or(Refusal::Malformed)
}

fn api_key(request: &Request, location: Location, name: &str) -> Result<String, Refusal> {
    let key = match location {
        Location::Header => request.header(name).map(str::to_owned),
        Location::Query => {
            let pairs = codec::pairs(request.query().unwrap_or_default());
            let found = pairs.into_iter().find(|(known, _)| known == name);
            found.map(|(_, key)| percent_decode(&key.replace('+', " ")).into_owned())
        }
        Location::Cookie => {
            let found = cookies(request).into_iter().find(|(known, _)| known == name);
            found.map(|(_, key)| percent_decode(key).into_owned())
        }
        Location::Path | Location::QueryString => None,
    };
    key.filter(|key| !key.is_empty()).ok_or(Refusal::Missing)
}

fn violation(operation: &Operation, refusal: Refusal, nearest: &Requirement) -> Violation {
    let scheme = &nearest.scheme;
    let expected = match refusal {
        Refusal::Scope => format!("a key with the scope {}", scopes(operation)),
        Refusal::Refused(_) => "a key that is in force".to_owned(),
        _ => either(&wanted(operation)),
    };
    let (code, step, found) = match refusal {
        Refusal::Missing => ("security.missing", Step::Credentials, "none"),
        Refusal::Malformed => ("security.malformed", Step::Credentials, "something else"),
        Refusal::UnknownKey => ("security.unknown-key", Step::Credentials, "a key that this server was not given"),
        Refusal::Refused(status) => {
            let (code, found) = contract::refusal(status);
            (code, Step::Credentials, found)
        }
        Refusal::Scope => ("security.scope", Step::Permission, "a key without it"),
    };
    let rule = scheme.document.place(&scheme.pointer);
    Violation::new(step, code, place(&scheme.kind), expected, found).with_rule(rule)
}

fn place(kind: &SchemeKind) -> Place {
    match kind {
        SchemeKind::ApiKey(Location::Query, name) => Place::Query(name.clone(), whole()),
        SchemeKind::ApiKey(Location::Cookie, name) => Place::Cookie(name.clone(), whole()),
        SchemeKind::ApiKey(_, name) => Place::Header(name.to_ascii_lowercase(), whole()),
        SchemeKind::Bearer | SchemeKind::Basic | SchemeKind::Http(_) | SchemeKind::Other => Place::Header("authorization".into(), whole()),
    }
}

/// What each alternative asks for, in words.
fn wanted(operation: &Operation) -> Vec<String> {
    let of = |requirement: &Requirement| match &requirement.scheme.kind {
        SchemeKind::Bearer => "`Bearer` and a token".to_owned(),
        SchemeKind::Basic => "`Basic` and base64 of `user:password`".to_owned(),
        SchemeKind::Http(name) => format!("`{name}` and what it asks for"),
        SchemeKind::ApiKey(..) => format!("the API key `{}`", requirement.scheme.name),
        SchemeKind::Other => format!("what `{}` asks for", requirement.scheme.name),
    };
    let mut wanted: Vec<String> = operation.security.iter().map(|all| all.iter().map(of).collect::<Vec<_>>().join(" and ")).collect();
    wanted.dedup();
    wanted
}

fn scopes(operation: &Operation) -> String {
    let alternatives = operation.security.iter().flatten();
    let mut scopes: Vec<String> = alternatives.map(|requirement| format!("`{}`", requirement.scopes.join("` and `"))).collect();
    scopes.dedup();
    either(&scopes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::Contract;

    const DOCUMENT: &str = r#"
openapi: 3.1.0
components:
  securitySchemes:
    bearer: {type: http, scheme: bearer}
    basic: {type: http, scheme: basic}
    digest: {type: http, scheme: Digest}
    query: {type: apiKey, in: query, name: api_key}
    cookie: {type: apiKey, in: cookie, name: sid}
    listed:
      type: http
      scheme: bearer
      x-standin-keys:
      - {key: all, description: It may do everything., tenant: one}
      - {key: reader, tenant: one, scopes: [read]}
      - {key: nothing, scopes: []}
      - {key: disabled, refused: 401}
      - {key: blocked, refused: 403}
      - {key: gone, tenant: two, refused: 410, scopes: []}
paths:
  /bearer: {get: {security: [{bearer: ["read"]}, {bearer: ["write"]}]}}
  /basic: {get: {security: [{basic: []}]}}
  /both: {get: {security: [{query: [], cookie: []}]}}
  /either: {get: {security: [{query: []}, {bearer: []}]}}
  /optional: {get: {security: [{bearer: []}, {}]}}
  /scopes: {get: {security: [{bearer: [a, b, c]}, {bearer: [d]}]}}
  /open: {get: {}}
  /digest: {get: {security: [{digest: []}]}}
  /listed: {get: {security: [{listed: ["read"]}, {listed: ["write"]}]}}
  /two: {get: {security: [{query: [], listed: []}]}}
"#;

    fn asked(path: &str, headers: &[(&str, &str)], keys: &[ApiKey]) -> Asked {
        let contract = Contract::from_text("api.yaml", DOCUMENT).unwrap();
        let request = headers.iter().fold(Request::get(path), |request, (name, value)| request.with_header(name, value));
        let operation = contract.operation(&format!("GET {}", request.path()));
        let access = Access { keys: keys.to_vec() };
        judge(operation, &request, &access)
    }

    fn says(path: &str, headers: &[(&str, &str)], keys: &[ApiKey]) -> String {
        asked(path, headers, keys).violations.iter().map(|violation| format!("{} {}", violation.code(), violation.brief())).collect()
    }

    #[test]
    fn any_token_is_accepted_until_keys_are_named() {
        assert_eq!(says("/bearer", &[("Authorization", "Bearer <token>")], &[]), "");
        assert_eq!(says("/bearer", &[("Authorization", "bearer x")], &[]), "");
        assert_eq!(says("/bearer", &[("Authorization", "Bearer  x")], &["x".into()]), "");
        assert_eq!(says("/open", &[], &[]), "");
        assert_eq!(says("/optional", &[], &[]), "");
    }

    #[test]
    fn what_is_wrong_is_told_without_the_credential() {
        assert_eq!(says("/bearer", &[], &[]), "security.missing header authorization: expected `Bearer` and a token, found none");
        for malformed in ["Bearer", "Bearer ", "Basic eDp5", "Bearercanary", "canary"] {
            let said = says("/bearer", &[("Authorization", malformed)], &[]);
            assert_eq!(said, "security.malformed header authorization: expected `Bearer` and a token, found something else");
        }
        let said = says("/bearer", &[("Authorization", "Bearer canary")], &[ApiKey::new("other")]);
        assert_eq!(
            said,
            "security.unknown-key header authorization: expected `Bearer` and a token, found a key that this server was not given"
        );
    }

    #[test]
    fn scopes_are_what_the_key_was_given() {
        let key = |scopes: &[&str]| [ApiKey::new("k").with_scopes(scopes.iter().copied())];
        let authorization = [("Authorization", "Bearer k")];
        assert_eq!(says("/bearer", &authorization, &key(&["read"])), "");
        assert_eq!(says("/bearer", &authorization, &key(&["write"])), "");
        assert_eq!(
            says("/bearer", &authorization, &key(&[])),
            "security.scope header authorization: expected a key with the scope `read` or `write`, found a key without it"
        );
        let several =
            "security.scope header authorization: expected a key with the scope `a` and `b` and `c` or `d`, found a key without it";
        assert_eq!(says("/scopes", &authorization, &key(&[])), several);
        assert_eq!(says("/bearer", &authorization, &["k".into()]), "");
    }

    #[test]
    fn keys_that_the_document_lists_are_known_beside_those_of_the_server() {
        let scope = "security.scope header authorization: expected a key with the scope `read` or `write`, found a key without it";
        let refused =
            |code: &str, found: &str| format!("{code} header authorization: expected a key that is in force, found a key {found}");
        let (disabled, blocked) = (refused("security.disabled", "that is disabled"), refused("security.blocked", "whose owner is blocked"));
        let gone = refused("security.gone", "whose owner is gone");
        let unknown =
            "security.unknown-key header authorization: expected `Bearer` and a token, found a key that this server was not given";
        // The key, what is said, whose it is; what is said once the server was given a key.
        let table = [
            ("all", "", "one", ""),
            ("reader", "", "one", ""),
            ("nothing", scope, "", scope),
            ("disabled", &disabled, "", &disabled),
            ("blocked", &blocked, "", &blocked),
            ("gone", &gone, "two", &gone),
            ("another", "", "", unknown),
            ("mine", "", "", ""),
        ];
        for (key, said, tenant, said_then) in table {
            let headers = [("authorization", &*format!("Bearer {key}"))];
            assert_eq!((&*says("/listed", &headers, &[]), &*asked("/listed", &headers, &[]).tenant), (said, tenant), "{key}");
            assert_eq!(says("/listed", &headers, &["mine".into()]), said_then, "{key}");
        }
        let unlisted = says("/bearer", &[("authorization", "Bearer all")], &["mine".into()]);
        assert!(unlisted.starts_with("security.unknown-key"), "a key is known to the scheme that lists it");
        let given = [ApiKey::new("gone").with_tenant("three")];
        let asked = asked("/listed", &[("authorization", "Bearer gone")], &given);
        assert_eq!((asked.violations.len(), &*asked.tenant), (0, "three"), "what the server was given comes first");
    }

    #[test]
    fn of_several_keys_the_first_that_has_a_tenant_says_whose_things_are_seen() {
        let keys = [ApiKey::new("q"), ApiKey::new("other").with_tenant("o")];
        let tenant = |query: &str, bearer: &str| {
            asked(&format!("/two?api_key={query}"), &[("authorization", &format!("Bearer {bearer}"))], &keys).tenant
        };
        assert_eq!([&*tenant("q", "all"), &*tenant("q", "q"), &*tenant("other", "other")], ["one", "", "o"]);
    }

    #[test]
    fn all_parts_of_one_alternative_are_enough() {
        assert_eq!(says("/both?api_key=a", &[("Cookie", "x=1; sid=b")], &[]), "");
        assert_eq!(
            says("/both?api_key=a", &[], &[]),
            "security.missing cookie sid: expected the API key `query` and the API key `cookie`, found none"
                .replace("`query` and the API key `cookie`", "`cookie` and the API key `query`")
        );
        assert_eq!(says("/either?api_key=a", &[], &[]), "");
        assert_eq!(says("/either", &[("Authorization", "Bearer x")], &[]), "");
        assert_eq!(
            says("/either?api_key=", &[], &[]),
            "security.missing query api_key: expected the API key `query` or `Bearer` and a token, found none"
        );
    }

    #[test]
    fn scopes_are_what_a_token_says() {
        // {"scope":"read x"} and {"sub":"y"}
        let told = "Bearer e30.eyJzY29wZSI6InJlYWQgeCJ9.sig";
        assert_eq!(says("/bearer", &[("Authorization", told)], &[]), "");
        let other = "Bearer e30.eyJzY29wZSI6IngifQ.sig";
        assert!(says("/bearer", &[("Authorization", other)], &[]).starts_with("security.scope"));
        assert_eq!(says("/bearer", &[("Authorization", "Bearer e30.eyJzdWIiOiJ5In0.sig")], &[]), "");
    }

    #[test]
    fn other_http_schemes_are_told_by_name() {
        let whole = "Digest username=\"u\", realm=r, nonce=n, uri=\"/\", response=x";
        assert_eq!(says("/digest", &[("Authorization", whole)], &[]), "");
        assert!(says("/digest", &[("Authorization", "Digest username=u")], &[]).starts_with("security.malformed"));
        let keys = [ApiKey::new("u:p")];
        assert_eq!(says("/digest", &[("Authorization", whole)], &keys), "");
        assert!(says("/digest", &[("Authorization", &whole.replace("\"u\"", "v"))], &keys).starts_with("security.unknown-key"));
        let extended = "Digest uri=\"/a,b=c\", username*=UTF-8''%C3%BC, realm=r, nonce=n, response=x";
        assert_eq!(says("/digest", &[("Authorization", extended)], &[ApiKey::new("ü:p")]), "");
        assert_eq!(says("/digest", &[], &[]), "security.missing header authorization: expected `digest` and what it asks for, found none");
    }

    #[test]
    fn basic_credentials_are_decoded() {
        let keys = [ApiKey::new("user:pass word")];
        assert_eq!(says("/basic", &[("Authorization", "Basic dXNlcjpwYXNzIHdvcmQ=")], &keys), "");
        assert_eq!(says("/basic", &[("Authorization", "basic dXNlcjpwYXNzIHdvcmQ")], &keys), "");
        assert_eq!(says("/basic", &[("Authorization", "Basic dTr8")], &[ApiKey::new("u:ü")]), "", "Latin-1");
        assert_eq!(says("/basic", &[("Authorization", "Basic dTrDvA==")], &[ApiKey::new("u:ü")]), "", "UTF-8");
        assert!(says("/basic", &[("Authorization", "Basic dXNlcg==")], &keys).starts_with("security.malformed"));
    }
}
