//! The real program: what it writes when it stops, and what it says of it afterwards.

// Signals and the shell: what the program itself does on Windows is the same, but nobody asks it this way there.
#![cfg(unix)]

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::PathBuf,
    process::{Command, Output, Stdio},
};

fn standin(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_standin")).args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// A folder that is gone when the test is over.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("standin-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Starts the program, sends it these requests, stops it, and gives what it said on standard error.
fn serve(arguments: &[&str], requests: &[&str]) -> String {
    let mut child = Command::new(env!("CARGO_BIN_EXE_standin"))
        .args(["--port", "0"])
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let address = line.split(['"', ' ']).find_map(|word| word.strip_prefix("http://")).unwrap().to_owned();
    for request in requests {
        let mut client = TcpStream::connect(&address).unwrap();
        client.write_all(request.replace('\n', "\r\n").as_bytes()).unwrap();
        let mut answer = String::new();
        client.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 "), "{answer}");
        assert!(!answer.contains("canary"), "{answer}");
    }
    assert!(Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap().success());
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    child.wait().unwrap();
    said
}

const CONFORMING: &str = "GET /v1/events?limit=3 HTTP/1.1\nHost: x\nAuthorization: Bearer canary-1\nConnection: close\n\n";
const BROKEN: &str = "GET /v1/events?limit=500&api_key=canary-2 HTTP/1.1\nHost: x\nAuthorization: Bearer canary-3\nCookie: sid=canary-4\nConnection: close\n\n";
const NOWHERE: &str = "GET /v1/nowhere?token=canary-5 HTTP/1.1\nHost: x\nConnection: close\n\n";

#[test]
fn calls_are_written_when_the_program_stops_and_can_be_judged() {
    let folder = Folder::new("exports");
    let (har, ndjson) = (folder.path("calls.har"), folder.path("calls.ndjson"));
    serve(&["--har", &har, "--ndjson", &ndjson], &[CONFORMING, BROKEN]);
    assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 2, "nothing is left beside them");
    for file in [&har, &ndjson] {
        let written = fs::read_to_string(file).unwrap();
        assert!(!written.contains("canary"), "{written}");
        let output = standin(&["check", file]);
        assert_eq!(output.status.code(), Some(1), "{}", text(&output.stdout));
        let said = text(&output.stdout);
        assert!(
            said.contains("query limit: expected at most 100") && said.ends_with("2 exchanges judged, 1 broke the contract\n"),
            "{said}"
        );
    }
    serve(&["--ndjson", &ndjson], &[CONFORMING]);
    let output = standin(&["check", &ndjson, "--format", "json"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stdout));
    let piped = Command::new("sh").args(["-c", &format!("'{}' check - < '{ndjson}'", env!("CARGO_BIN_EXE_standin"))]).output().unwrap();
    assert_eq!(text(&piped.stdout), "1 exchange judged, 0 broke the contract\n");
}

#[test]
fn trouble_is_told_and_is_another_exit_code() {
    let folder = Folder::new("trouble");
    let file = folder.path("broken.har");
    fs::write(&file, "{\n  \"log\": {\n").unwrap();
    let broken = standin(&["check", &file]);
    assert_eq!(broken.status.code(), Some(2));
    assert!(text(&broken.stderr).starts_with(&format!("standin: {file}:3:1: ")), "{}", text(&broken.stderr));
    let missing = standin(&["check", "/nowhere.har"]);
    assert_eq!(missing.status.code(), Some(2));
    assert!(text(&missing.stderr).starts_with("standin: cannot read /nowhere.har: "), "{}", text(&missing.stderr));
    assert_eq!(standin(&["check", &file, "--contract", "/nowhere.yaml"]).status.code(), Some(2));
}

#[test]
fn the_log_tells_no_secret() {
    for format in ["text", "json"] {
        let said = serve(&["--format", format], &[CONFORMING, BROKEN, NOWHERE]);
        assert!(said.contains("/v1/nowhere") && !said.contains("canary"), "{said}");
    }
}
