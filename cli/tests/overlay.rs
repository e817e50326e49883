//! `--overlay` of the commands that load a document, and what is said when it cannot be done.

use std::{fs, path::PathBuf, process::Command};

const DOCUMENT: &str = "openapi: 3.1.0\ninfo: {title: t, version: v}\npaths:\n  /a: {get: {responses: {'200': {description: d}}}}\n";

const OVERLAY: &str = "overlay: 1.0.0
info: {title: t, version: v}
actions:
  - target: $.paths
    update:
      /b:
        get: {responses: {'200': {description: d, content: {application/json: {schema: {type: strin}}}}}}
";

/// A folder of a test's own, removed again.
struct Folder(PathBuf);

impl Folder {
    fn of(name: &str, files: &[(&str, &str)]) -> Self {
        let folder = std::env::temp_dir().join(format!("standin-overlays-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        files.iter().for_each(|(name, text)| fs::write(folder.join(name), text).unwrap());
        Self(folder)
    }

    /// The exit code, and what was said on both outputs.
    fn run(&self, arguments: &[&str]) -> (Option<i32>, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_standin")).args(arguments).current_dir(&self.0).output().unwrap();
        (output.status.code(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn commands_see_the_document_as_overlays_make_it() {
    let second = OVERLAY.replace("$.paths\n", "$.path\n");
    let folder = Folder::of("commands", &[("api.yaml", DOCUMENT), ("first.yaml", OVERLAY), ("second.yaml", &second)]);
    let (code, said) = folder.run(&["lint", "api.yaml", "--overlay", "first.yaml", "--overlay", "second.yaml"]);
    let broken = said.lines().find(|line| line.contains("strin")).unwrap_or_else(|| panic!("{said}"));
    assert!(broken.starts_with("first.yaml:7:89: error: "), "{said}");
    assert!(said.contains("second.yaml:4:5: warning: $.path selects nothing in api.yaml [overlay.no-target]"), "{said}");
    assert_eq!(code, Some(1));
    let (code, said) = folder.run(&["routes", "api.yaml", "--overlay", "first.yaml", "--match", "/b"]);
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(folder.run(&["routes", "api.yaml", "--match", "/b"]).0, Some(1));
    let har = r#"{"log": {"version": "1.2", "creator": {"name": "c", "version": "v"}, "entries": []}}"#;
    fs::write(folder.0.join("calls.har"), har).unwrap();
    let (code, said) = folder.run(&["check", "calls.har", "--contract", "api.yaml", "--overlay", "nowhere.yaml"]);
    assert_eq!((code, said.as_str()), (Some(2), "standin: cannot read nowhere.yaml: No such file or directory (os error 2)\n"));
}

#[test]
fn an_overlay_that_fits_nowhere_is_an_error_if_warnings_are() {
    let folder = Folder::of("strict", &[("other.yaml", &OVERLAY.replace("$.paths\n", "$.path\n"))]);
    let (code, said) = folder.run(&["--strict", "--port", "0", "--overlay", "other.yaml"]);
    let warning = "warning: other.yaml:4:5 /actions/0/target: $.path selects nothing in kayle.openapi.yaml [overlay.no-target]";
    assert_eq!(code, Some(2), "{said}");
    assert!(said.lines().any(|line| line == warning) && said.contains("by --strict"), "{said}");
}

#[test]
fn what_cannot_be_done_is_told() {
    let wrong = OVERLAY.replace("$.paths", "$.paths[");
    let folder = Folder::of("wrong", &[("api.yaml", DOCUMENT), ("wrong.yaml", &wrong)]);
    let expected = "wrong.yaml:4:5: at /actions/0/target: expected a JSONPath (RFC 9535), such as $.paths['/things'].get, found \
                    \"$.paths[\", which is none from its character 8 on, \"[\"";
    for command in [&["api.yaml", "--port", "0"][..], &["routes", "api.yaml"], &["routes"]] {
        let (code, said) = folder.run(&[command, &["--overlay", "wrong.yaml"]].concat());
        assert_eq!((code, said), (Some(2), format!("standin: {expected}\n")));
    }
    let (code, said) = folder.run(&["coverage", ".", "--overlay", "wrong.yaml"]);
    assert!(code == Some(2) && said.contains("--contract"), "{said}");
    let (code, said) = folder.run(&["--now", "soon"]);
    assert!(code == Some(2) && said.contains("expected a date such as 2026-03-01, or a time such as"), "{said}");
}
