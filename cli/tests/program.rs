//! The real program, asked by real curl.

// Signals and the shell: what the program itself does on Windows is the same, but nobody asks it this way there.
#![cfg(unix)]

use std::{
    io::{BufRead, BufReader, Read, Write},
    process::{Child, Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

/// The command of the API's documentation, to the letter.
const CURL: &str = r#"curl --request POST \
  --url http://127.0.0.1:8787/v1/webhooks/endpoints \
  --header 'Authorization: Bearer <token>' \
  --header 'Content-Type: application/json' \
  --data '
{
  "url": "https://example.com/webhooks/kayle",
  "name": "<string>",
  "enabled": true,
  "subscribed_event_types": [
    "verification.attempt.succeeded"
  ]
}
'"#;

/// A running program; killed if a test ends before it does.
struct Program {
    child: Child,
    url: String,
}

impl Program {
    fn start(arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_standin"))
            .args(["--port", "0"])
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.split(['"', ' ']).find(|word| word.starts_with("http://")).unwrap_or_else(|| panic!("no address in {line:?}"));
        Self { url: url.to_owned(), child }
    }

    /// Runs a command of a shell, with the address that the program has now.
    fn shell(&self, command: &str) -> String {
        let command = command.replace("http://127.0.0.1:8787", &self.url);
        let output = Command::new("sh").args(["-c", &command]).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    }

    /// Stops it as a supervisor does, and gives what it said.
    fn stop(mut self) -> (ExitStatus, String) {
        let killed = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(killed.success());
        let start = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(start.elapsed() < Duration::from_secs(20), "the program did not stop");
            std::thread::sleep(Duration::from_millis(10));
        };
        let mut said = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        (status, said)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn the_documented_curl_command_creates_an_endpoint() {
    let program = Program::start(&["--seed", "1"]);
    let answer = program.shell(&format!("{CURL} --silent --write-out '\n%{{http_code}}'"));
    insta::assert_snapshot!(answer);
    let readme = include_str!("../../README.md");
    let shown = readme.split("```json").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let shown: serde_json::Value = serde_json::from_str(shown).unwrap();
    assert_eq!(answer.lines().next(), Some(shown.to_string().as_str()), "the README shows another answer");
    assert!(readme.contains(CURL), "the README shows another command");
    let (status, said) = program.stop();
    assert_eq!(status.code(), Some(0), "{said}");
    assert_eq!(said, "200 POST /v1/webhooks/endpoints (createWebhookEndpoint)\n1 requests, 0 of them broke the contract\n");
}

#[test]
fn broken_requests_are_told_line_by_line_and_in_the_exit_code() {
    let program = Program::start(&[]);
    let answer = program.shell(&CURL.replace("https://example.com", "http://example.com").replace("curl", "curl --silent"));
    assert!(answer.contains(r#""code":"BAD_REQUEST""#), "{answer}");
    program.shell("curl --silent http://127.0.0.1:8787/v1/nowhere");
    let (status, said) = program.stop();
    assert_eq!(status.code(), Some(1), "{said}");
    assert!(!said.contains('\x1b'), "colours are for terminals: {said:?}");
    let place = said.split("rule: ").nth(1).and_then(|rest| rest.split(' ').next()).unwrap();
    assert_eq!(include_str!("../../README.md").matches(place).count(), 2, "the README shows another place than {place}");
    insta::assert_snapshot!(said);
}

#[test]
fn programs_get_json_lines() {
    let program = Program::start(&["--format", "json", "--seed", "1"]);
    program.shell("curl --silent http://127.0.0.1:8787/v1/webhooks/endpoints?limit=0");
    let (_, said) = program.stop();
    let line: serde_json::Value = serde_json::from_str(said.trim()).unwrap();
    assert_eq!((&line["status"], &line["operationId"]), (&401.into(), &"listWebhookEndpoints".into()));
    assert_eq!(line["violations"][1]["place"], "query limit");
}

#[test]
fn two_processes_with_one_seed_send_the_same_bytes() {
    let answers = [(); 2].map(|()| {
        let program = Program::start(&["--seed", "7"]);
        let create = program.shell(&CURL.replace("curl", "curl --silent"));
        create + &program.shell("curl --silent --header 'Authorization: Bearer x' http://127.0.0.1:8787/v1/webhooks/endpoints")
    });
    assert!(answers[0].contains("whsec_"), "{}", answers[0]);
    assert_eq!(answers[0], answers[1]);
}

#[test]
fn keys_are_restricted_to_those_given() {
    let program = Program::start(&["--api-key", "kk_one", "--api-key", "kk_two"]);
    let status = |key: &str| {
        let command = CURL.replace("<token>", key).replace("curl", "curl --silent --output /dev/null");
        program.shell(&format!("{command} --write-out '%{{http_code}}'"))
    };
    assert_eq!((status("kk_one"), status("kk_two"), status("kk_three")), ("200".into(), "200".into(), "401".into()));
    let (_, said) = program.stop();
    assert!(!said.contains("kk_"), "{said}");
}

#[test]
fn any_document_can_be_served_and_one_that_cannot_says_why() {
    let folder = std::env::temp_dir().join(format!("standin-program-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.join(name);
        std::fs::File::create(&path).unwrap().write_all(text.as_bytes()).unwrap();
        path.display().to_string()
    };
    let good = write(
        "pets.yaml",
        "openapi: 3.0.3\npaths:\n  /pets:\n    get:\n      responses: {'200': {description: d, content: {application/json: {schema: {type: array, maxItems: 0}}}}}\n",
    );
    let program = Program::start(&[&good]);
    assert_eq!(program.shell("curl --silent http://127.0.0.1:8787/pets"), "[]");
    drop(program);

    let failing = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_standin")).args(arguments).stdin(Stdio::null()).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        String::from_utf8(output.stderr).unwrap().replace(&folder.display().to_string(), "FOLDER")
    };
    let broken = write("broken.yaml", "openapi: 3.1.0\npaths:\n  /a: [\n");
    let other = write("other.json", r#"{"swagger": "1.2"}"#);
    assert!(failing(&[&broken]).starts_with("standin: FOLDER/broken.yaml:"), "{}", failing(&[&broken]));
    assert_eq!(
        failing(&[&other]),
        "standin: FOLDER/other.json:1:2: at /swagger: expected OpenAPI 3.0, 3.1 or 3.2, or Swagger 2.0, found Swagger 1.2\n"
    );
    assert!(failing(&["missing.yaml"]).starts_with("standin: cannot read missing.yaml:"));
    assert!(failing(&["--port", "99999"]).contains("99999"));
    assert!(failing(&["--sede", "1"]).contains("--seed"));
    std::fs::remove_dir_all(&folder).unwrap();
}
