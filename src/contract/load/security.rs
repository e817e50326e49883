//! Security schemes and requirements (OpenAPI 3.1, sections 4.8.27 and 4.8.30; Swagger 2.0, `securityDefinitions`).

use std::sync::Arc;

use serde_json::{Map, Value};

use super::{Found, Loader, keys};
use crate::{
    contract::{Location, Requirement, SchemeKind, SecurityScheme},
    document::Version,
    pointer::Pointer,
    source::quote,
    text::nearest,
};

impl<'d> Loader<'d> {
    /// All schemes that the document declares.
    pub(super) fn schemes(&mut self) -> Vec<Arc<SecurityScheme>> {
        let at = match self.document.version {
            Version::V2 => Pointer::root().join("securityDefinitions"),
            _ => Pointer::root().join("components").join("securitySchemes"),
        };
        let names = self.names_at(&at, "security schemes");
        names
            .into_iter()
            .filter_map(|name| {
                let at = at.join(&name);
                self.scheme(&at, name)
            })
            .map(Arc::new)
            .collect()
    }

    fn scheme(&mut self, at: &Pointer, name: String) -> Option<SecurityScheme> {
        let found = self.object(at, "a security scheme")?;
        let kind = self.scheme_kind(&found);
        let kind = kind.unwrap_or_else(|| {
            let text = format!("the security scheme `{name}` is of a kind that is not enforced: every request passes it");
            self.warn("not-enforced.security-scheme", &found.place, text);
            SchemeKind::Other
        });
        let keys = found.members.get("x-standin-keys").and_then(|keys| keys::read(keys).ok()).unwrap_or_default();
        Some(SecurityScheme { name, kind, keys, document: Arc::clone(self.document), pointer: found.place })
    }

    /// `None` for kinds that are not enforced.
    fn scheme_kind(&mut self, found: &Found<'d>) -> Option<SchemeKind> {
        let text = |key: &str| found.members.get(key).and_then(Value::as_str).map(str::trim);
        match text("type")? {
            "http" => Some(match text("scheme")?.to_ascii_lowercase().as_str() {
                "bearer" => SchemeKind::Bearer,
                "basic" => SchemeKind::Basic,
                other => SchemeKind::Http(other.to_owned()),
            }),
            "basic" => Some(SchemeKind::Basic),
            "apiKey" => {
                let location = match text("in")? {
                    "query" => Location::Query,
                    "header" => Location::Header,
                    "cookie" => Location::Cookie,
                    _ => return None,
                };
                Some(SchemeKind::ApiKey(location, text("name")?.to_owned()))
            }
            "oauth2" | "openIdConnect" => Some(SchemeKind::Bearer),
            _ => None,
        }
    }

    /// An operation's own requirements, else the document's (OpenAPI 3.1, section 4.8.10.1).
    pub(super) fn security(&mut self, place: &Pointer, operation: &Map<String, Value>) -> Vec<Vec<Requirement>> {
        let at = if operation.contains_key("security") { place.join("security") } else { Pointer::root().join("security") };
        let count = self.count_at(&at, "security requirements");
        (0..count).filter_map(|index| self.alternative(&at.join(index))).collect()
    }

    fn alternative(&mut self, at: &Pointer) -> Option<Vec<Requirement>> {
        let found = self.object(at, "a security requirement")?;
        let mut requirements = Vec::new();
        for (name, scopes) in found.members {
            match self.requirement(name, scopes) {
                Some(requirement) => requirements.push(requirement),
                None => self.unknown_scheme(&found.place.join(name), name),
            }
        }
        // An alternative of unknown schemes alone would be met by everybody; that is said, and what else is to be done?
        Some(requirements)
    }

    fn requirement(&self, name: &str, scopes: &Value) -> Option<Requirement> {
        let scheme = self.schemes.iter().find(|scheme| scheme.name == name)?;
        let scopes = scopes.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
        Some(Requirement { scheme: Arc::clone(scheme), scopes })
    }

    fn unknown_scheme(&mut self, at: &Pointer, name: &str) {
        let near = nearest(name, self.schemes.iter().map(|scheme| scheme.name.as_str()));
        let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        let text = format!("expected the name of a security scheme, found {}: every request passes it{near}", quote(name));
        self.warn("security.unknown-scheme", at, text);
    }
}
