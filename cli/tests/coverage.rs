//! Coverage of several processes: each serves, is called and stopped, and the program puts together what they reached.

// Signals: how the program is stopped elsewhere is no matter of coverage.
#![cfg(unix)]
#![allow(clippy::print_stdout, reason = "what is skipped, for people")]

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{self, Command, Output, Stdio},
};

const PROGRAM: &str = env!("CARGO_BIN_EXE_standin");

const PETS: &str = "openapi: 3.1.0
info: {title: Pets, version: '1'}
paths:
  /pets:
    get:
      parameters:
      - name: limit
        in: query
        schema: {type: integer}
      responses:
        '200':
          description: Pets.
          content:
            application/json:
              schema: {type: array, items: {type: string}}
        '429':
          description: Too many requests.
    post:
      requestBody:
        content:
          application/json:
            schema:
              type: object
              properties:
                name: {type: string}
                kind:
                  enum:
                  - cat
                  - dog
      responses:
        '201':
          description: A pet.
";

/// A folder with a document, that is gone when the test ends.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("standin-cli-{name}-{}", process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("pets.yaml"), PETS).unwrap();
        Self(folder)
    }

    /// Serves, sends requests, stops.
    fn serve(&self, requests: &[&str]) {
        let mut child = self.program(&["--port", "0", "pets.yaml"]).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.split("http://").nth(1).and_then(|rest| rest.split_whitespace().next()).unwrap();
        for request in requests {
            let (method, rest) = request.split_once(' ').unwrap();
            let (target, body) = rest.split_once(' ').unwrap_or((rest, ""));
            let head = format!("{method} {target} HTTP/1.1");
            let mut client = TcpStream::connect(address).unwrap();
            let length = body.len();
            write!(
                client,
                "{head}\r\nHost: a\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
            )
            .unwrap();
            client.read_to_end(&mut Vec::new()).unwrap();
        }
        assert!(Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap().success());
        child.wait().unwrap();
    }

    fn program(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(PROGRAM);
        command.args(arguments).current_dir(&self.0).env("STANDIN_COVERAGE", "reached").stdin(Stdio::null()).stderr(Stdio::piped());
        command
    }

    fn coverage(&self, arguments: &[&str]) -> (Option<i32>, String, String) {
        let Output { status, stdout, stderr } = self.program(&[&["coverage"], arguments].concat()).output().unwrap();
        (status.code(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Left behind in a temporary folder, it would harm nobody.
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn what_several_processes_reached_is_put_together() {
    let folder = Folder::new("several");
    folder.serve(&["GET /pets"]);
    folder.serve(&["GET /pets?limit=5", "POST /pets {\"kind\":\"cat\"}"]);
    fs::write(folder.0.join("reached/notes.txt"), "hello").unwrap();

    let (code, table, said) = folder.coverage(&["reached"]);
    assert_eq!(
        (code, said.as_str()),
        (
            Some(0),
            "standin: skipped reached/notes.txt: expected a name that ends in .contract.json or .calls.json: it is no file of standin's\n"
        )
    );
    insta::assert_snapshot!(table);
    fs::remove_file(folder.0.join("reached/notes.txt")).unwrap();
    assert_eq!(folder.coverage(&["reached", "--contract", "pets.yaml"]), (Some(0), table, String::new()));
}

#[test]
fn what_falls_short_is_told_in_the_exit_code() {
    let folder = Folder::new("short");
    folder.serve(&["GET /pets"]);
    assert_eq!(folder.coverage(&["reached", "--fail-under", "operations=50,webhooks=100"]).0, Some(0));
    let (code, _, said) = folder.coverage(&["reached", "--fail-under", "operations=100,statuses=60"]);
    assert_eq!(code, Some(1));
    insta::assert_snapshot!(said);
}

#[test]
fn what_cannot_be_done_is_told() {
    let folder = Folder::new("cannot");
    let empty = "standin: expected what servers write if STANDIN_COVERAGE names the folder, found none of it in .\n";
    fs::write(folder.0.join("empty.yaml"), "openapi: 3.1.0").unwrap();
    let (code, _, said) = folder.coverage(&["."]);
    assert_eq!(code, Some(2));
    assert!(said.ends_with(empty), "{said}");
    for arguments in [&["nowhere"][..], &[".", "--contract", "nowhere.yaml"], &[".", "--fail-under", "operation=1"]] {
        assert_eq!(folder.coverage(arguments).0, Some(2), "{arguments:?}");
    }
    let (code, table, _) = folder.coverage(&[".", "--contract", "pets.yaml"]);
    assert_eq!((code, table.lines().nth(1)), (Some(0), Some("  operations       0 of 2        0.0%")));
}

#[test]
fn files_for_programs_are_read_by_others() {
    let folder = Folder::new("files");
    folder.serve(&["GET /pets?limit=5"]);
    let (code, ..) = folder.coverage(&["reached", "--json", "c.json", "--lcov", "c.info", "--junit", "c.xml"]);
    assert_eq!(code, Some(0));
    let json: serde_json::Value = serde_json::from_slice(&fs::read(folder.0.join("c.json")).unwrap()).unwrap();
    assert_eq!(json["contracts"][0]["counts"]["operations"], serde_json::json!({"reached": 1, "all": 2, "percent": 50.0}));

    let reader = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/independent/lcov.py");
    if let Some(said) = folder.other("python3", &[reader.to_str().unwrap(), "c.info"]) {
        assert_eq!(said, "files: 1\nlines: 12\nlines hit: 4\nfunctions: 2\nfunctions hit: 1\n");
    }
    let count = "import sys, xml.etree.ElementTree as e; print(len(e.parse(sys.argv[1]).findall('.//testcase')), len(e.parse(sys.argv[1]).findall('.//skipped')))";
    if let Some(said) = folder.other("python3", &["-c", count, "c.xml"]) {
        assert_eq!(said, "12 8\n");
    }
    if let Some(said) = folder.other("lcov", &["--summary", "c.info"]) {
        assert!(said.contains("(4 of 12 lines)") && said.contains("(1 of 2 functions)"), "{said}");
    }
}

impl Folder {
    /// What another program says; `None` if it is not installed.
    fn other(&self, program: &str, arguments: &[&str]) -> Option<String> {
        let Ok(output) = Command::new(program).args(arguments).current_dir(&self.0).output() else {
            println!("skipped: {program} is not installed");
            return None;
        };
        let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");
        Some(said)
    }
}
