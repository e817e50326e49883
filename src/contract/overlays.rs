//! The overlays of a loader: which there are, in their order, and what they have to say for themselves.

use std::{
    fmt, fs,
    path::{Path, PathBuf},
};

use super::Warning;
use crate::{
    error::Error,
    overlay::{self, Remark, Text},
    source::Source,
    violation::RulePlace,
};

#[derive(Clone, Default)]
pub(super) struct Overlays(Vec<Overlay>);

#[derive(Clone)]
enum Overlay {
    File(PathBuf),
    Text { name: String, text: String },
}

impl Overlays {
    pub(super) fn file(&mut self, path: &Path) {
        self.0.push(Overlay::File(path.to_owned()));
    }

    pub(super) fn text(&mut self, name: String, text: String) {
        self.0.push(Overlay::Text { name, text });
    }

    /// The document as they make it.
    pub(super) fn lay(&self, document: Text) -> Result<(Text, Vec<Warning>), Error> {
        if self.0.is_empty() {
            return Ok((document, Vec::new()));
        }
        let overlays = self.0.iter().map(Overlay::read).collect::<Result<_, _>>()?;
        let (document, remarks) = overlay::lay(document, overlays)?;
        Ok((document, remarks.into_iter().map(warning).collect()))
    }
}

fn warning(Remark { code, source, place, text }: Remark) -> Warning {
    Warning { code, text, place: RulePlace::new(&source, place) }
}

impl Overlay {
    fn read(&self) -> Result<Text, Error> {
        match self {
            Self::File(path) => {
                let bytes = fs::read(path).map_err(|error| Error::read(path, error))?;
                Source::read_bytes(&path.display().to_string(), bytes)
            }
            Self::Text { name, text } => Source::read(name, text.clone()),
        }
    }
}

/// The names alone: texts are long.
impl fmt::Debug for Overlays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.0.iter().map(|overlay| match overlay {
            Overlay::File(path) => path.display().to_string(),
            Overlay::Text { name, .. } => name.clone(),
        });
        f.debug_list().entries(names).finish()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::{Contract, Loader, MockServer, Request};

    /// A document of somebody else: it does not say that `placed` is the time, nor how long a note may be.
    const SHOP: &str = r##"openapi: 3.0.3
info: {title: Shop, version: "1"}
paths:
  /orders:
    post:
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Order"}}}}
      responses: {"200": {description: d, content: {application/json: {schema: {$ref: "#/components/schemas/Order"}}}}}
  /beta: {get: {responses: {"200": {description: d}}}}
components:
  schemas:
    Order:
      type: object
      required: [placed]
      properties: {placed: {type: string, readOnly: true}, note: {type: string}}
"##;

    const OVERLAY: &str = "overlay: 1.0.0
info: {title: t, version: v}
actions:
  - target: $.components.schemas.Order.properties
    update:
      placed: {format: date-time, x-standin-value: now}
      note: {maxLength: 3}
  - target: $.paths['/beta']
    remove: true
  - target: $.paths['/gone']
    remove: true
";

    fn loaded() -> Contract {
        Loader::new().overlay_text("tests/shop.overlay.yaml", OVERLAY).load_text("shop.yaml", SHOP).unwrap()
    }

    #[test]
    fn an_overlay_changes_what_is_answered_and_what_is_refused() {
        let order = Request::post("/orders").with_json(&json!({"note": "long"}));
        let published = Contract::from_text("shop.yaml", SHOP).unwrap();
        let api = MockServer::builder(&published).seed(1).start();
        assert_ne!(api.handle(order.clone()).json()["placed"], "2026-01-01T00:00:00.000Z");

        let api = MockServer::builder(&loaded()).seed(1).lenient(true).errors(false).start();
        let first = api.handle(order.clone());
        assert_eq!(first.json()["placed"], "2026-01-01T00:00:00.000Z");
        api.clock().freeze_at("2030-01-01".parse().unwrap());
        assert_eq!(api.handle(order).json()["placed"], "2030-01-01T00:00:00.000Z");
        let said = api.violations()[0].to_string();
        let rule = "(rule: tests/shop.overlay.yaml:7:14 /components/schemas/Order/properties/note/maxLength)";
        assert!(said.starts_with("body /note: ") && said.ends_with(rule), "{said}");
        assert_eq!(api.handle(Request::get("/beta")).status(), 404);
    }

    #[test]
    fn warnings_of_overlays_come_first_and_name_their_place() {
        let told: Vec<String> = loaded().lint().iter().map(ToString::to_string).collect();
        let expected = "tests/shop.overlay.yaml:10:5 /actions/2/target: $.paths['/gone'] selects nothing in shop.yaml [overlay.no-target]";
        assert_eq!(told, [expected]);
        assert_eq!(loaded().and(&loaded()).warnings().len(), 2);
        assert_eq!(loaded().name(), "shop.yaml");
    }

    #[test]
    fn rules_that_stayed_name_the_document() {
        let api = MockServer::builder(&loaded()).lenient(true).start();
        api.handle(Request::post("/orders").with_json(&json!({"note": 5})));
        let said = api.violations()[0].to_string();
        assert!(said.contains("(rule: shop.yaml:14:"), "{said}");
    }

    #[test]
    fn files_are_read_when_a_document_is_loaded() {
        let folder = std::env::temp_dir().join(format!("standin-overlay-files-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let write = |name: &str, text: &str| std::fs::write(folder.join(name), text).unwrap();
        write("shop.yaml", SHOP);
        write("order.json", r#"{"type": "integer", "const": 5}"#);
        let loader = Loader::new().overlay(folder.join("first.yaml")).overlay(folder.join("second.yaml"));
        let missing = loader.load(folder.join("shop.yaml")).unwrap_err();
        assert!(missing.is_read() && missing.to_string().contains("first.yaml"), "{missing}");
        let actions = |actions: &str| format!("overlay: 1.0.0\ninfo: {{title: t, version: v}}\nactions: [{actions}]\n");
        write("first.yaml", &actions("{target: $.components.schemas.Order, remove: true}"));
        write("second.yaml", &actions("{target: $.components.schemas, update: {Order: {$ref: order.json}}}"));
        let contract = loader.load(folder.join("shop.yaml")).unwrap();
        std::fs::remove_dir_all(&folder).unwrap();
        let api = MockServer::start(&contract);
        assert_eq!(api.handle(Request::post("/orders").with_json(&json!(5))).json(), 5);
        let shown = format!("{loader:?}");
        assert!(shown.contains("first.yaml") && shown.contains("second.yaml"), "{shown}");
    }

    #[test]
    fn what_is_no_document_any_more_is_told_where_the_overlay_made_it_so() {
        let overlay = "overlay: 1.0.0\ninfo: {title: t, version: v}\nactions:\n  - {target: $, update: {openapi: 4.0.0}}\n";
        let error = Loader::new().overlay_text("o.yaml", overlay).load_text("shop.yaml", SHOP).unwrap_err();
        assert!(error.is_version() && error.to_string().starts_with("o.yaml:4:26: at /openapi: "), "{error}");
    }
}
