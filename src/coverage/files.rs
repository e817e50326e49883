//! Coverage of many processes, by way of a folder. Two kinds of files in it: a contract with all that can be reached,
//! written once, and what the calls of one server have reached, written when it stops, under a name that nobody else has.
//! A file has its name once it is whole, and none is ever changed: readers and writers need not know of each other.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    hash::{BuildHasher, Hasher, RandomState},
    io::{self, Write},
    path::Path,
    process,
    sync::Arc,
};

use serde_json::{Value, json};

use super::{Coverage, CoverageElement, CoverageKind, Listed, catalogue::Place, element};
use crate::{contract::Contract, error::Error, source::parse_json};

/// What the files say that they are. The number changes when what is in them does.
const CONTRACT: &str = "standin coverage contract 1";
const CALLS: &str = "standin coverage calls 1";

const CONTRACT_END: &str = ".contract.json";
const CALLS_END: &str = ".calls.json";

/// A larger file is none of standin's.
const MOST_BYTES: u64 = 256 << 20;

/// Writes what was reached. The folder is made if it is not there.
pub(super) fn write(coverage: &Coverage, folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let fingerprint = coverage.fingerprint();
    let contract = format!("{fingerprint}{CONTRACT_END}");
    if !folder.join(&contract).exists() {
        let elements: Vec<Value> = coverage.contract.elements.iter().map(element).collect();
        let text = json!({"standin": CONTRACT, "fingerprint": fingerprint, "title": coverage.title(), "elements": elements});
        put(folder, &contract, &text)?;
    }
    let hits: Vec<(usize, u64)> = coverage.hits.iter().copied().enumerate().filter(|(_, hits)| *hits > 0).collect();
    let name = format!("{fingerprint}.{}-{:016x}{CALLS_END}", process::id(), unique());
    put(folder, &name, &json!({"standin": CALLS, "fingerprint": fingerprint, "hits": hits}))
}

fn put(folder: &Path, name: &str, text: &Value) -> io::Result<()> {
    let unfinished = folder.join(format!("{name}.{}-{:016x}.tmp", process::id(), unique()));
    let written = fs::File::create_new(&unfinished).and_then(|mut file| file.write_all(text.to_string().as_bytes()));
    let renamed = written.and_then(|()| fs::rename(&unfinished, folder.join(name)));
    if renamed.is_err() {
        // The first error is the one to tell.
        let _ = fs::remove_file(&unfinished);
    }
    renamed
}

/// A number that is another each time, in all processes: numbers of processes are used again, and by every container.
/// It names files and is in none, so what is read does not depend on it.
fn unique() -> u64 {
    RandomState::new().build_hasher().finish()
}

/// What all servers have reached that wrote to a folder: those of all tests of a run, in however many processes.
///
/// Servers write to the folder that the environment variable `STANDIN_COVERAGE` names. The program shows it:
/// `standin coverage FOLDER`.
///
/// ```
/// use standin::{CoverageFolder, CoverageKind, kayle};
///
/// # let folder = std::env::temp_dir().join(format!("standin-coverage-doc-{}", std::process::id()));
/// # std::fs::create_dir_all(&folder).unwrap();
/// let found = CoverageFolder::read(&folder, &[kayle::contract()])?;
/// for coverage in found.contracts() {
///     println!("{coverage}");
///     assert!(coverage.count(CoverageKind::Operation).1 > 0);
/// }
/// assert!(found.skipped().is_empty());
/// # std::fs::remove_dir(&folder).unwrap();
/// # Ok::<(), standin::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct CoverageFolder {
    contracts: Vec<Coverage>,
    skipped: Vec<(String, String)>,
}

impl CoverageFolder {
    /// Reads all that is in a folder. With contracts, those are told even if nobody called them, and no others; without,
    /// all that somebody called.
    ///
    /// # Errors
    ///
    /// If the folder cannot be read. A file in it that is broken, or of another kind, is [skipped](Self::skipped).
    pub fn read(folder: impl AsRef<Path>, contracts: &[Contract]) -> Result<Self, Error> {
        let folder = folder.as_ref();
        let mut reading = Reading { only: !contracts.is_empty(), ..Reading::default() };
        for contract in contracts {
            let coverage = Coverage::none(contract);
            reading.found.insert(coverage.fingerprint().to_owned(), coverage);
        }
        let names = names(folder).map_err(|error| Error::read(folder, error))?;
        // Contracts first: without them, what was reached is numbers.
        let (known, others): (Vec<&String>, Vec<&String>) = names.iter().partition(|name| name.ends_with(CONTRACT_END));
        for name in known.into_iter().chain(others) {
            if let Err(why) = reading.file(folder, name) {
                reading.skipped.push((name.clone(), why));
            }
        }
        reading.skipped.sort();
        Ok(Self { contracts: reading.found.into_values().collect(), skipped: reading.skipped })
    }

    /// The coverage of each contract.
    pub fn contracts(&self) -> &[Coverage] {
        &self.contracts
    }

    /// The files that were not read, each with the reason.
    pub fn skipped(&self) -> &[(String, String)] {
        &self.skipped
    }
}

fn names(folder: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

#[derive(Default)]
struct Reading {
    /// Whether only the contracts that are asked for are told.
    only: bool,
    found: BTreeMap<String, Coverage>,
    /// Contracts that nobody asked for: what was reached of them is not told file by file.
    others: BTreeSet<String>,
    skipped: Vec<(String, String)>,
}

impl Reading {
    /// Reads one file; the error says why it was not.
    fn file(&mut self, folder: &Path, name: &str) -> Result<(), String> {
        let is = |end: &str| name.ends_with(end);
        if is(".tmp") {
            return Err("it was not finished".into());
        }
        if !is(CONTRACT_END) && !is(CALLS_END) {
            return Err(format!("expected a name that ends in {CONTRACT_END} or {CALLS_END}: it is no file of standin's"));
        }
        let value = read(&folder.join(name))?;
        let expected = if is(CONTRACT_END) { CONTRACT } else { CALLS };
        if value["standin"] != expected {
            return Err(format!("expected a member `standin` with {expected:?}, found {}", value["standin"]));
        }
        let fingerprint = value["fingerprint"].as_str().ok_or("expected a member `fingerprint`, a string")?;
        if !name.starts_with(fingerprint) {
            return Err(format!("it is of the contract {fingerprint}, and its name says otherwise"));
        }
        if is(CONTRACT_END) { self.contract(fingerprint, &value) } else { self.calls(fingerprint, &value) }
    }

    fn contract(&mut self, fingerprint: &str, value: &Value) -> Result<(), String> {
        if self.only {
            if self.found.contains_key(fingerprint) {
                return Ok(());
            }
            self.others.insert(fingerprint.to_owned());
            return Err(format!("it is {}, another contract than those asked for", value["title"]));
        }
        let elements = value["elements"].as_array().ok_or("expected a member `elements`, an array")?;
        let elements: Option<Vec<CoverageElement>> = elements.iter().map(read_element).collect();
        let elements = elements.ok_or("expected elements with `kind`, `name`, `document` and `pointer`")?;
        let title = value["title"].as_str().unwrap_or_default().to_owned();
        let listed = Arc::new(Listed { title, fingerprint: fingerprint.to_owned(), elements });
        self.found.insert(fingerprint.to_owned(), Coverage::of(&listed));
        Ok(())
    }

    fn calls(&mut self, fingerprint: &str, value: &Value) -> Result<(), String> {
        let Some(coverage) = self.found.get_mut(fingerprint) else {
            if self.others.contains(fingerprint) {
                return Ok(());
            }
            return Err(format!("its contract is not known: there is no {fingerprint}{CONTRACT_END}"));
        };
        let mut hits = coverage.hits.clone();
        for hit in value["hits"].as_array().ok_or("expected a member `hits`, an array")? {
            let number = hit[0].as_u64().and_then(|number| hits.get_mut(usize::try_from(number).ok()?));
            let (Some(known), Some(more)) = (number, hit[1].as_u64()) else {
                return Err(format!("expected pairs of an element's number and a count, found {hit}"));
            };
            *known = known.saturating_add(more);
        }
        coverage.hits = hits;
        Ok(())
    }
}

fn read(path: &Path) -> Result<Value, String> {
    let cannot = |error: io::Error| format!("it cannot be read: {error}");
    let facts = fs::metadata(path).map_err(cannot)?;
    if !facts.is_file() {
        return Err("it is no file".into());
    }
    if facts.len() > MOST_BYTES {
        return Err(format!("expected at most {MOST_BYTES} bytes, found {}", facts.len()));
    }
    let (value, _) = parse_json(&fs::read(path).map_err(cannot)?).map_err(|_| "expected JSON, and it is none".to_owned())?;
    Ok(value)
}

fn read_element(value: &Value) -> Option<CoverageElement> {
    let text = |name: &str| value[name].as_str().map(str::to_owned);
    let line = value["line"].as_u64().and_then(|line| usize::try_from(line).ok());
    let place = Place::Told { document: text("document")?, pointer: text("pointer")?, line };
    Some(CoverageElement { kind: CoverageKind::named(value["kind"].as_str()?)?, name: text("name")?, place })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{MockServer, Request, kayle};

    struct Folder(std::path::PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let folder = std::env::temp_dir().join(format!("standin-{name}-{}-{:x}", process::id(), unique()));
            fs::create_dir_all(&folder).unwrap();
            Self(folder)
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            // Left behind in a temporary folder, it would harm nobody.
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn called(target: &str) -> Coverage {
        let api = MockServer::builder(&kayle::contract()).lenient(true).start();
        api.handle(Request::get(target).with_header("authorization", "Bearer x"));
        api.coverage()
    }

    #[test]
    fn what_many_have_written_is_put_together() {
        let folder = Folder::new("many");
        write(&called("/v1/events"), &folder.0).unwrap();
        write(&called("/v1/events"), &folder.0).unwrap();
        write(&called("/v1/sessions"), &folder.0).unwrap();
        for contracts in [vec![], vec![kayle::contract()]] {
            let found = CoverageFolder::read(&folder.0, &contracts).unwrap();
            assert_eq!(found.skipped(), []);
            let [coverage] = found.contracts() else { panic!("{found:?}") };
            assert_eq!(coverage.count(CoverageKind::Operation), (2, 24));
            let events = coverage.elements().find(|(element, _)| element.name() == "GET /v1/events").unwrap();
            assert_eq!(
                (events.1, events.0.line()),
                (2, called("/v1/events").elements().find(|(e, _)| e.name() == "GET /v1/events").unwrap().0.line())
            );
        }
    }

    #[test]
    fn other_contracts_are_told_once_each() {
        let folder = Folder::new("others");
        write(&called("/v1/events"), &folder.0).unwrap();
        write(&called("/v1/sessions"), &folder.0).unwrap();
        let other = Contract::from_text("other", "openapi: 3.1.0\npaths: {/a: {get: {}}}").unwrap();
        let found = CoverageFolder::read(&folder.0, &[other]).unwrap();
        assert_eq!(found.contracts()[0].count(CoverageKind::Operation), (0, 1));
        let [(_, why)] = found.skipped() else { panic!("{found:?}") };
        assert_eq!(why, "it is \"Kayle ID API\", another contract than those asked for");
    }

    #[test]
    fn what_is_broken_or_of_another_kind_is_named_and_skipped() {
        let folder = Folder::new("broken");
        let coverage = called("/v1/events");
        write(&coverage, &folder.0).unwrap();
        let fingerprint = coverage.fingerprint();
        let calls = |text: &str| {
            json!({"standin": CALLS, "fingerprint": fingerprint, "hits": serde_json::from_str::<Value>(text).unwrap()}).to_string()
        };
        let files = [
            ("notes.txt".to_owned(), "hello".to_owned()),
            (format!("{fingerprint}.1.calls.json"), "{".to_owned()),
            (format!("{fingerprint}.2.calls.json"), "[]".to_owned()),
            (format!("{fingerprint}.3.calls.json"), calls("[[1000000, 1]]")),
            (format!("{fingerprint}.4.calls.json"), calls("[[0, -1]]")),
            (format!("{fingerprint}.5.calls.json.tmp"), "{".to_owned()),
            (
                "0000000000000000.6.calls.json".to_owned(),
                json!({"standin": CALLS, "fingerprint": "0000000000000000", "hits": []}).to_string(),
            ),
            ("7.calls.json".to_owned(), calls("[]")),
        ];
        for (name, text) in &files {
            fs::write(folder.0.join(name), text).unwrap();
        }
        fs::create_dir(folder.0.join("8.calls.json")).unwrap();
        let found = CoverageFolder::read(&folder.0, &[]).unwrap();
        assert_eq!(found.contracts()[0].count(CoverageKind::Operation), (1, 24));
        let told: Vec<String> =
            found.skipped().iter().map(|(name, why)| format!("{}: {why}", name.replace(fingerprint, "FINGERPRINT"))).collect();
        insta::assert_snapshot!(told.join("\n").replace(fingerprint, "FINGERPRINT"));
        assert!(CoverageFolder::read(folder.0.join("nowhere"), &[]).is_err());
    }
}
