//! The bundled document: complete, and the same in both of its spellings.

use std::{fs, path::Path};

use standin::{Contract, kayle};

fn spec(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("spec").join(name)
}

/// `spec/kayle.openapi.json` is made from the YAML: `UPDATE_SPEC=1 cargo test --test kayle_spec` makes it anew.
#[test]
fn the_json_is_the_yaml() {
    let yaml = Contract::from_path(spec("kayle.openapi.yaml")).unwrap();
    let made = yaml.document().to_string();
    if std::env::var_os("UPDATE_SPEC").is_some() {
        fs::write(spec("kayle.openapi.json"), format!("{made}\n")).unwrap();
    }
    let kept = fs::read_to_string(spec("kayle.openapi.json")).unwrap_or_default();
    assert_eq!(kept.trim_end(), made, "spec/kayle.openapi.json is not what the YAML says; make it anew with UPDATE_SPEC=1");
}

#[test]
fn all_public_operations_are_there_and_nothing_in_them_is_left_out() {
    let contract = kayle::contract();
    assert_eq!((contract.title(), contract.version()), ("Kayle ID API", "1.2.1"));
    assert_eq!(contract.operations().len(), 24);
    assert!(contract.operations().iter().all(|operation| operation.id().is_some()));
    let warnings: Vec<String> = contract.warnings().iter().map(ToString::to_string).collect();
    assert_eq!(warnings, [""; 0]);
    assert_eq!(contract.document()["webhooks"].as_object().unwrap().len(), 4);
}
