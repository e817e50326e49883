//! Guards the map of `src/`: a file imports only lower layers and its own folder, and a crate is named in one folder only.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// The layers, the lowest first. A module may use those below it and itself; those of one layer do not know each other
/// unless the order here lets the later use the earlier.
const LAYERS: [&[&str]; 12] = [
    &["pointer", "seed", "clock", "text", "media", "mask", "diff"],
    &["error", "message"],
    &["source"],
    &["overlay", "violation", "router"],
    &["document"],
    &["schema", "state", "contract"],
    &["codec"],
    &["check", "respond"],
    &["matcher", "script"],
    &["journal", "coverage", "engine"],
    &["traffic", "server", "bundle"],
    // Tests of the whole crate from the inside.
    &["conformance"],
];

/// Which folder (or file) may name which crate.
const CRATES: [(&str, &str); 18] = [
    ("bytes", "message"),
    ("http", "message"),
    ("hyper", "server"),
    ("hyper_util", "server"),
    ("tokio", "server"),
    ("json_patch", "respond"),
    ("jsonschema", "schema"),
    ("fake", "schema"),
    ("rand", "schema"),
    ("regex_syntax", "schema"),
    ("saphyr_parser", "source"),
    ("serde_json_path", "overlay"),
    ("fluent_uri", "document"),
    ("quick_xml", "codec"),
    ("flate2", "codec"),
    ("brotli_decompressor", "codec"),
    ("ruzstd", "codec"),
    ("openapiv3", "contract"),
];

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let found = entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] });
    found.filter(|path| path.extension().is_some_and(|extension| extension == "rs")).collect()
}

/// Module (the name right below `src/`) and text of each file, without its tests.
fn modules() -> Vec<(String, PathBuf, String)> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let of = |path: PathBuf| {
        let inner = path.strip_prefix(&src).unwrap();
        let module = inner.components().next().unwrap().as_os_str().to_str().unwrap().trim_end_matches(".rs").to_owned();
        let text = fs::read_to_string(&path).unwrap();
        let code = text.split("#[cfg(test)]\nmod tests").next().unwrap().to_owned();
        (module, path, code)
    };
    files(&src).into_iter().map(of).filter(|(module, ..)| module != "lib").collect()
}

/// The names that follow `crate::`, those in braces one by one.
fn imports(code: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let comment = |line: &str| line.trim_start().starts_with("//");
    let code: String = code.lines().filter(|line| !comment(line)).collect::<Vec<_>>().join("\n");
    for after in code.split("crate::").skip(1) {
        let Some(list) = after.strip_prefix('{') else {
            names.insert(after.split(|char: char| !char.is_alphanumeric() && char != '_').next().unwrap().to_owned());
            continue;
        };
        let (mut depth, mut name) = (0, String::new());
        for char in list.chars() {
            match char {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => names.extend([std::mem::take(&mut name)]),
                _ if depth == 0 => name.push(char),
                _ => {}
            }
        }
        names.insert(name);
    }
    names.iter().map(|name| name.trim().split("::").next().unwrap().to_owned()).filter(|name| !name.is_empty()).collect()
}

#[test]
fn files_import_lower_layers_only() {
    let order: BTreeMap<&str, usize> =
        LAYERS.iter().flat_map(|layer| layer.iter()).enumerate().map(|(place, name)| (*name, place)).collect();
    let mut checked = 0;
    for (module, path, code) in modules() {
        let own = *order.get(module.as_str()).unwrap_or_else(|| panic!("{} belongs to no layer", path.display()));
        for import in imports(&code) {
            checked += 1;
            // The bundle is built on the public interface: names at the crate's root.
            if module == "bundle" && (import.starts_with(char::is_uppercase) || import == "kayle") {
                continue;
            }
            let allowed = module == import || order.get(import.as_str()).is_some_and(|used| *used < own);
            assert!(allowed, "{}: the layer of `{module}` may not import `{import}`", path.display());
        }
    }
    assert!(checked > 100, "only {checked} imports were found: the test reads too little");
}

#[test]
fn a_crate_is_named_in_one_folder() {
    let mut named = BTreeSet::new();
    for (module, path, code) in modules() {
        for (name, home) in CRATES {
            let uses = |line: &str| !line.trim_start().starts_with("//") && names_crate(line, name);
            if let Some(line) = code.lines().find(|line| uses(line)) {
                assert_eq!(module, home, "{}: {line}: `{name}` is for `{home}` alone", path.display());
                named.insert(name);
            }
        }
    }
    assert_eq!(named.len(), CRATES.len(), "some of the crates are not used at all: only {named:?}");
}

/// Whether a line uses something of a crate: its name, alone, before `::` or `{`.
fn names_crate(line: &str, name: &str) -> bool {
    let starts_word = |at: usize| !line[..at].ends_with(|char: char| char.is_alphanumeric() || char == '_' || char == ':');
    line.match_indices(&format!("{name}::")).any(|(at, _)| starts_word(at))
}
