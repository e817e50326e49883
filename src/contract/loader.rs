//! Loading with other settings than the defaults: where references may lead, and what is laid over the document before.

use std::{fmt, fs, io, path::Path, sync::Arc};

use serde_json::Value;

#[cfg(feature = "overlay")]
use super::overlays::Overlays;
use super::{Contract, load};
use crate::{
    document::Reach,
    error::Error,
    source::{Remarks, Source},
};

/// Loads documents with other settings than those of [`Contract::from_path`]: references may lead further than into the folder
/// of the document, and, with the feature `overlay`, overlays may change it.
///
/// By default a document may refer to files in its own folder and below. A reference that leads to a place which is not
/// allowed, or which cannot be read, is a warning: only what needs it is affected.
///
/// ```no_run
/// use standin::Loader;
///
/// let contract = Loader::new()
///     .allow_outside(true)                                      // `$ref: ../common/errors.yaml`
///     .fetch_with(|url| std::fs::read_to_string(format!("mirror/{}", url.replace('/', "_"))))
///     .load("api/openapi.yaml")?;
/// # Ok::<(), standin::Error>(())
/// ```
#[derive(Clone, Default)]
#[must_use = "a loader does nothing until it loads"]
pub struct Loader {
    reach: Reach,
    #[cfg(feature = "overlay")]
    overlays: Overlays,
}

impl Loader {
    /// A loader with the defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether references may lead to files outside the folder of the document. Default: no.
    pub fn allow_outside(mut self, allow: bool) -> Self {
        self.reach.outside = allow;
        self
    }

    /// How to get the text of an `http` or `https` reference. Default: not at all.
    ///
    /// Called while loading, once for each address; an error is a warning of the contract.
    pub fn fetch_with(mut self, fetch: impl Fn(&str) -> io::Result<String> + Send + Sync + 'static) -> Self {
        self.reach.fetch = Some(Arc::new(fetch));
        self
    }

    /// Lays an OpenAPI overlay over the document before it is read. May be given again: overlays are applied in this order.
    /// With the feature `overlay`.
    ///
    /// An overlay (Overlay Specification 1.0, JSON or YAML) changes a document that is not yours to change: it adds what the
    /// stand-in needs to know, corrects what is wrong, or takes away what is not served. Its actions change the root file, not
    /// what that refers to; references in it are relative to the root file. Messages about what came from an overlay name its
    /// file, line and column. A target that selects nothing, and whatever else of an overlay has no effect, is among
    /// [`Contract::warnings`].
    ///
    /// Objects are merged member by member, arrays get new items at their end, and anything else is replaced. An object or an
    /// array is never replaced by something else unless an action removes it first.
    ///
    /// ```no_run
    /// use standin::Loader;
    ///
    /// let contract = Loader::new().overlay("tests/stand-in.overlay.yaml").load("vendor/openapi.yaml")?;
    /// # Ok::<(), standin::Error>(())
    /// ```
    ///
    /// The file is read when a document is loaded. One that cannot be read, or is no overlay, is an error of that.
    #[cfg(feature = "overlay")]
    pub fn overlay(mut self, path: impl AsRef<Path>) -> Self {
        self.overlays.file(path.as_ref());
        self
    }

    /// The same with an overlay's text; `name` stands for it in messages. With the feature `overlay`.
    ///
    /// ```
    /// use standin::{Loader, MockServer, Request};
    ///
    /// let overlay = r#"
    /// overlay: 1.0.0
    /// info: {title: Times are those of the server, version: "1"}
    /// actions:
    ///   - target: $.components.schemas.Pet.properties.seen
    ///     update: {x-standin-value: now}
    /// "#;
    /// let contract = Loader::new().overlay_text("times.overlay.yaml", overlay).load_text("pets.yaml", r##"
    /// openapi: 3.1.0
    /// info: {title: Pets, version: "1"}
    /// paths:
    ///   /pet: {get: {responses: {"200": {description: a pet, content: {application/json: {schema: {$ref: "#/components/schemas/Pet"}}}}}}}
    /// components:
    ///   schemas:
    ///     Pet: {type: object, required: [seen], properties: {seen: {type: string, format: date-time}}}
    /// "##)?;
    /// let api = MockServer::builder(&contract).seed(1).start();
    /// assert_eq!(api.handle(Request::get("/pet")).json()["seen"], "2026-01-01T00:00:00.000Z");
    /// # Ok::<(), standin::Error>(())
    /// ```
    #[cfg(feature = "overlay")]
    pub fn overlay_text(mut self, name: impl Into<String>, text: impl Into<String>) -> Self {
        self.overlays.text(name.into(), text.into());
        self
    }

    /// Loads a document from text, JSON or YAML; `name` stands for it in messages. It can refer to no file.
    ///
    /// # Errors
    ///
    /// If the text is neither JSON nor YAML, or no OpenAPI document. The error says where.
    pub fn load_text(&self, name: &str, text: &str) -> Result<Contract, Error> {
        self.contract(Source::read(name, text.to_owned())?, &self.reach)
    }

    /// Loads a document from an `http` or `https` address, JSON or YAML, with what [`fetch_with`](Self::fetch_with) was given.
    ///
    /// Its relative references are relative to that address.
    ///
    /// # Errors
    ///
    /// If nothing says how to fetch, fetching fails, or the text is neither JSON nor YAML, or no OpenAPI document.
    pub fn load_url(&self, url: &str) -> Result<Contract, Error> {
        let failed = |error: io::Error| Error::read(url, error);
        let no_way = || io::Error::new(io::ErrorKind::Unsupported, "no way to fetch was given");
        let fetch = self.reach.fetch.as_ref().ok_or_else(no_way).map_err(failed)?;
        let text = fetch(url).map_err(failed)?;
        self.contract(Source::read(url, text)?, &Reach { url: Some(url.to_owned()), ..self.reach.clone() })
    }

    /// Loads a document from a file, JSON or YAML.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, is neither JSON nor YAML, or is no OpenAPI document. The error says where.
    pub fn load(&self, path: impl AsRef<Path>) -> Result<Contract, Error> {
        let path = path.as_ref();
        let bytes = fs::read(path).map_err(|error| Error::read(path, error))?;
        let read = Source::read_bytes(&path.display().to_string(), bytes)?;
        self.contract(read, &Reach { path: Some(path.to_owned()), ..self.reach.clone() })
    }

    #[cfg(feature = "overlay")]
    fn contract(&self, read: (Source, Value, Remarks), reach: &Reach) -> Result<Contract, Error> {
        let ((source, value, remarks), told) = self.overlays.lay(read)?;
        Ok(load::load(source, value, &remarks, reach)?.with_warnings(told))
    }

    #[cfg(not(feature = "overlay"))]
    fn contract(&self, (source, value, remarks): (Source, Value, Remarks), reach: &Reach) -> Result<Contract, Error> {
        load::load(source, value, &remarks, reach)
    }
}

/// For programs that hold their document as the crate `openapiv3` models it (OpenAPI 3.0). With the feature `openapiv3`.
///
/// What that model does not know, it dropped when it read the document: a document that is there as a file or a text is
/// better loaded from that.
#[cfg(feature = "openapiv3")]
impl TryFrom<openapiv3::OpenAPI> for Contract {
    type Error = Error;

    fn try_from(document: openapiv3::OpenAPI) -> Result<Self, Error> {
        let unwritable = |error: serde_json::Error| Error::read("openapiv3::OpenAPI", io::Error::new(io::ErrorKind::InvalidData, error));
        Self::from_value("openapiv3::OpenAPI", serde_json::to_value(document).map_err(unwritable)?)
    }
}

impl fmt::Debug for Loader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Loader");
        shown.field("outside", &self.reach.outside).field("fetches", &self.reach.fetch.is_some());
        #[cfg(feature = "overlay")]
        shown.field("overlays", &self.overlays);
        shown.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Request;
    use crate::server::MockServer;

    /// A folder of files that is removed again.
    struct Folder(std::path::PathBuf);

    impl Folder {
        fn of(name: &str, files: &[(&str, &str)]) -> Self {
            let folder = std::env::temp_dir().join(format!("standin-loader-{name}-{}", std::process::id()));
            for (name, text) in files {
                let path = folder.join(name);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, text).unwrap();
            }
            Self(folder)
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    const ROOT: &str = r#"
openapi: 3.1.0
info: {title: t, version: v}
paths:
  /things: {$ref: 'paths/things.json'}
  /other:
    get:
      responses: {'200': {description: d, content: {application/json: {schema: {$ref: 'https://example.com/other.json#/Other'}}}}}
  /above:
    get:
      responses: {'200': {description: d, content: {application/json: {schema: {$ref: '../above.yaml#/Above'}}}}}
"#;
    const THINGS: &str = r#"{"post": {
        "requestBody": {"required": true, "content": {"application/json": {"schema": {"$ref": "../schemas.yaml#/Thing"}}}},
        "responses": {"201": {"description": "d", "content": {"application/json": {"schema": {"$ref": "../schemas.yaml#thing"}}}}}
    }}"#;
    const SCHEMAS: &str = "Thing:\n  $anchor: thing\n  type: object\n  required: [name]\n  properties:\n    name: {type: string}\n    parts: {type: array, items: {$ref: '#/Thing'}}\n";

    /// What it says of itself is said of another API.
    #[test]
    fn a_file_of_which_a_schema_is_used_may_be_a_document_of_its_own() {
        let root = "openapi: 3.1.0\ninfo: {title: t, version: v}\npaths:\n  /pets:\n    get:\n      responses: {'200': {description: d, content: {application/json: {schema: {$ref: 'pets.yaml#/components/schemas/Pet'}}}}}\n";
        let pets = "openapi: 3.1.0\ninfo: {title: t, version: v}\nx-standin-stateful: true\nx-standin-tenant: acme\npaths:\n  /cats:\n    get:\n      x-standin-resource: false\n      responses: {'200': {description: d}}\ncomponents: {schemas: {Pet: {type: object}}}\n";
        let folder = Folder::of("own", &[("root.yaml", root), ("pets.yaml", pets)]);
        let contract = Contract::from_path(folder.0.join("root.yaml")).unwrap();
        assert!(!contract.is_stateful());
        assert!(Contract::from_path(folder.0.join("pets.yaml")).unwrap().is_stateful());
    }

    #[test]
    fn files_refer_to_each_other_and_rules_name_theirs() {
        let folder = Folder::of(
            "files",
            &[
                ("api/root.yaml", ROOT),
                ("api/paths/things.json", THINGS),
                ("api/schemas.yaml", SCHEMAS),
                ("above.yaml", "Above: {const: 1}"),
            ],
        );
        let root = folder.0.join("api/root.yaml");
        let contract = Contract::from_path(&root).unwrap();
        let api = MockServer::builder(&contract).lenient(true).start();
        let good = serde_json::json!({"name": "a", "parts": [{"name": "b"}]});
        assert_eq!(api.handle(Request::post("/things").with_json(&good)).status(), 201);
        api.handle(Request::post("/things").with_json(&serde_json::json!({"parts": [{}]})));
        let said: Vec<String> =
            api.violations().iter().map(|violation| violation.to_string().replace(&folder.0.display().to_string(), ".")).collect();
        let missing = "expected this required member, found no such member (rule: ./api/schemas.yaml:4:3 /Thing/required)";
        assert_eq!(said, [format!("body /name: {missing}"), format!("body /parts/0/name: {missing}")]);
        let codes = |contract: &Contract| contract.warnings().iter().filter(|warning| warning.code() == "reference.unread").count();
        assert_eq!(codes(&contract), 2, "{:?}", contract.warnings());

        let more = Loader::new().allow_outside(true).fetch_with(|url| match url {
            "https://example.com/other.json" => Ok(r#"{"Other": {"const": "far"}}"#.to_owned()),
            _ => Err(io::ErrorKind::NotFound.into()),
        });
        let contract = more.load(&root).unwrap();
        assert_eq!(codes(&contract), 0, "{:?}", contract.warnings());
        let api = MockServer::start(&contract);
        assert_eq!(api.handle(Request::get("/other")).json(), "far");
        assert_eq!(api.handle(Request::get("/above")).json(), 1);
    }

    #[test]
    fn names_that_are_keywords_elsewhere_hold_references_and_data_holds_none() {
        let responses = "{default: {$ref: 'parts.yaml#/default'}, x-a: {$ref: nowhere.yaml}}";
        let root = format!(
            "openapi: 3.1.0\ninfo: {{title: t, version: v}}\npaths: {{/a: {{get: {{responses: {responses}}}}}}}\n\
             components:\n  schemas:\n    default: {{$anchor: d, const: {{$ref: nowhere.yaml}}, examples: [{{$ref: nowhere.yaml}}]}}\n    \
             enum: {{properties: {{const: {{$ref: 'parts.yaml#/Part'}}, x-a: {{$ref: '#d'}}}}, x-b: {{$ref: nowhere.yaml}}}}\n  \
             examples:\n    example: {{value: {{$ref: nowhere.yaml}}}}\n"
        );
        let parts =
            "default: {description: d, content: {application/json: {schema: {const: far}}}}\nPart: {properties: {default: {type: 5}}}\n";
        let folder = Folder::of("names", &[("root.yaml", &root), ("parts.yaml", parts)]);
        let contract = Contract::from_path(folder.0.join("root.yaml")).unwrap();
        let said: Vec<String> =
            contract.warnings().iter().map(|warning| format!("{} {}", warning.code(), warning.place().pointer())).collect();
        assert_eq!(said, [""; 0]);
        assert_eq!(MockServer::start(&contract).handle(Request::get("/a")).json(), "far");
    }

    #[test]
    fn places_in_other_files_are_named_as_people_know_them() {
        let root = "openapi: 3.1.0\ninfo: {title: t, version: v}\npaths: {/a: {$ref: a.yaml}, /b: {$ref: b.yaml}}\n";
        let item = "get: {operationId: same, responses: {'200': {description: d}}}\n";
        let folder = Folder::of("places", &[("root.yaml", root), ("a.yaml", item), ("b.yaml", item)]);
        let contract = Contract::from_path(folder.0.join("root.yaml")).unwrap();
        let said: Vec<String> =
            contract.warnings().iter().map(|warning| warning.to_string().replace(&folder.0.display().to_string(), ".")).collect();
        let text = "expected an `operationId` of its own, found \"same\", which is that of ./a.yaml /get";
        assert_eq!(said, [format!("./b.yaml:1:7 /get/operationId: {text} [operation-id.duplicate]")]);
    }

    #[cfg(unix)]
    #[test]
    fn references_are_relative_to_the_name_that_a_link_has() {
        let root = "openapi: 3.1.0\ninfo: {title: t, version: v}\npaths: {/a: {$ref: a.yaml}, /b: {$ref: b.yaml}, /c: {$ref: c.yaml}}\n";
        let item = "get: {responses: {'200': {description: d}}}";
        let folder =
            Folder::of("links", &[("real/root.yaml", root), ("real/b.yaml", item), ("links/a.yaml", item), ("other/c.yaml", item)]);
        for (name, target) in [("root.yaml", "real/root.yaml"), ("b.yaml", "real/b.yaml"), ("c.yaml", "other/c.yaml")] {
            std::os::unix::fs::symlink(folder.0.join(target), folder.0.join("links").join(name)).unwrap();
        }
        let contract = Contract::from_path(folder.0.join("links/root.yaml")).unwrap();
        let names: Vec<&str> = contract.operations().iter().map(crate::Operation::name).collect();
        assert_eq!(names, ["GET /a", "GET /b"]);
        assert!(contract.warnings()[0].text().contains("outside the folder"), "{:?}", contract.warnings());
        assert_eq!(contract.warnings().len(), 1, "{:?}", contract.warnings());
    }

    #[test]
    fn a_document_at_an_address_refers_to_its_neighbours_and_to_no_file() {
        let other = "/other: {get: {responses: {'200': {description: d}}}}";
        let root = "openapi: 3.1.0\npaths: {/a: {$ref: 'paths.yaml#/~1other'}, /b: {$ref: 'file:///etc/hostname'}}";
        let loader = Loader::new().allow_outside(true).fetch_with(move |url| match url {
            "https://example.com/v1/api.yaml" => Ok(root.to_owned()),
            "https://example.com/v1/paths.yaml" => Ok(other.to_owned()),
            _ => Err(io::ErrorKind::NotFound.into()),
        });
        let contract = loader.load_url("https://example.com/v1/api.yaml").unwrap();
        assert_eq!(MockServer::start(&contract).handle(Request::get("/a")).status(), 200);
        assert!(contract.warnings().iter().any(|warning| warning.text().contains("file:///etc/hostname")), "{:?}", contract.warnings());
        let missing = loader.load_url("https://example.com/v2.yaml").unwrap_err().to_string();
        assert_eq!(missing, "cannot read https://example.com/v2.yaml: entity not found");
        assert!(Loader::new().load_url("https://example.com/").unwrap_err().to_string().ends_with("no way to fetch was given"));
    }

    #[cfg(feature = "openapiv3")]
    #[test]
    fn documents_come_in_the_types_of_another_crate() {
        let document =
            serde_json::json!({"openapi": "3.0.3", "info": {"title": "t", "version": "v"}, "paths": {"/a": {"get": {"responses": {}}}}});
        let document: openapiv3::OpenAPI = serde_json::from_value(document).unwrap();
        assert_eq!(Contract::try_from(document).unwrap().operation("GET /a").name(), "GET /a");
    }
}
