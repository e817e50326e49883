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

/// The bundled document gets an operation that tells the time.
const TIME: &str = r#"{"overlay": "1.0.0", "info": {"title": "t", "version": "v"}, "actions": [
    {"target": "$.paths", "update": {"/time": {"get": {"security": [], "responses": {"200": {"description": "d", "content": {
        "application/json": {"schema": {"type": "object", "required": ["now"], "properties": {"now": {"type": "string"}}}}}}}}}}},
    {"target": "$.paths['/time']..now", "update": {"format": "date-time", "x-standin-value": "now"}}]}"#;

#[test]
fn what_is_kept_is_written_at_the_end_and_begun_with() {
    let folder = Folder::new("state");
    let file = folder.write("state.json", r#"{"endpoints": [{"url": "https://example.com/seeded"}]}"#);
    let saved = folder.path("saved.json");
    let list = "curl -s http://127.0.0.1:8787/v1/webhooks/endpoints -H 'Authorization: Bearer key' | grep -o 'https://[a-z./]*' | sort";

    let first = Program::start(&["--state", &file, "--save-state", &saved]);
    assert_eq!(first.shell(list), "https://example.com/seeded\n");
    first.shell(CURL);
    let listed = first.shell(list);
    assert_eq!(listed, "https://example.com/seeded\nhttps://example.com/webhooks/kayle\n");
    assert!(first.stop().0.success());

    let second = Program::start(&["--state", &saved]);
    assert_eq!(second.shell(list), listed);
    assert!(second.stop().0.success());

    let off = Program::start(&["--stateful=false"]);
    assert_ne!(off.shell(list), "", "without state answers are made up");
    let wrong = folder.write("wrong.json", r#"{"endpoint": []}"#);
    let failure = folder.failure(&["--state", &wrong]);
    assert!(
        failure
            .contains(r#"FOLDER/wrong.json: at /endpoint: expected the name of a resource, found "endpoint"; did you mean "endpoints"?"#),
        "{failure}"
    );
    assert!(folder.failure(&["--state", &folder.path("nothing.json")]).contains("cannot read"));
}

#[test]
fn the_clock_stands_and_an_overlay_shows_it() {
    let path = std::env::temp_dir().join(format!("standin-overlay-{}.json", std::process::id()));
    std::fs::write(&path, TIME).unwrap();
    let overlay = path.to_str().unwrap();
    let program = Program::start(&["--overlay", overlay, "--now", "2026-03-01T13:00:00+01:00", "--seed", "1"]);
    let answers = program.shell("for i in 1 2; do curl --silent http://127.0.0.1:8787/time; done");
    assert_eq!(answers, r#"{"now":"2026-03-01T12:00:00.000Z"}"#.repeat(2));
    let (status, said) = program.stop();
    std::fs::remove_file(&path).unwrap();
    assert_eq!(status.code(), Some(0), "{said}");
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

/// A folder of files that is removed again.
struct Folder(std::path::PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("standin-program-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).display().to_string()
    }

    fn write(&self, name: &str, text: &str) -> String {
        std::fs::write(self.0.join(name), text).unwrap();
        self.path(name)
    }

    /// Runs the program to its end, which must be a failure to start.
    fn failure(&self, arguments: &[&str]) -> String {
        let output = Command::new(env!("CARGO_BIN_EXE_standin")).args(arguments).stdin(Stdio::null()).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        String::from_utf8(output.stderr).unwrap().replace(&self.0.display().to_string(), "FOLDER")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

const PETS: &str = "\
openapi: 3.1.0
info: {title: Pets, version: '1'}
servers: [{url: 'https://example.com/api/v1'}]
paths:
  /pets:
    get:
      parameters: [{name: limit, in: query, schema: {type: integer}}]
      responses: {'200': {description: d, content: {application/json: {schema: {type: array, maxItems: 0}}}}}
";

/// Runs the program to its end: its exit code, and what it wrote to standard output and standard error.
fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_standin")).args(arguments).stdin(Stdio::null()).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn operations_are_listed_and_routes_explained() {
    let folder = Folder::new("routes");
    let pets = folder.write("pets.yaml", PETS);
    let (code, table, _) = run(&["routes", &pets]);
    assert_eq!(code, Some(0));
    assert_eq!(
        table,
        "METHOD  PATH   OPERATION ID  SECURITY  STATUSES  REQUEST  RESPONSE\n\
         GET     /pets  -             -         200       -        application/json\n\
         1 operation; base paths: /api/v1\n"
    );
    let (_, listed, _) = run(&["routes", "--format", "json", &pets]);
    let listed: serde_json::Value = serde_json::from_str(&listed).unwrap();
    assert_eq!((&listed[0]["pointer"], &listed[0]["line"]), (&"/paths/~1pets/get".into(), &6.into()));
    assert_eq!(listed[0]["responseMediaTypes"], serde_json::json!(["application/json"]));

    let (code, taken, _) = run(&["routes", "--match", "/api/v1/pets?limit=1", &pets]);
    assert!(code == Some(0) && taken.contains("goes to GET /pets\n") && taken.contains("base path /api/v1"), "{taken}");
    let (code, missed, _) = run(&["routes", "--match", "GET /pet", "--format", "json", &pets]);
    let missed: serde_json::Value = serde_json::from_str(&missed).unwrap();
    assert_eq!((code, &missed["operation"]), (Some(1), &serde_json::Value::Null));
    assert_eq!(missed["violation"]["hint"], "did you mean GET /pets (`pets` in the place of `pet`)?");
    let (code, _, said) = run(&["routes", "--match", "GET", &pets]);
    assert!(code == Some(2) && said.starts_with("standin: --match: expected a method and a path"), "{said}");
    assert!(folder.failure(&["routes", "missing.yaml"]).starts_with("standin: cannot read missing.yaml:"));
}

#[test]
fn several_documents_are_one_api() {
    let folder = Folder::new("several");
    let (pets, toys) = (folder.write("pets.yaml", PETS), folder.write("toys.yaml", &PETS.replace("pets", "toys").replace("v1", "v2")));
    let status = |program: &Program, path: &str| {
        program.shell(&format!("curl --silent --output /dev/null --write-out '%{{http_code}}' 'http://127.0.0.1:8787{path}'"))
    };
    let program = Program::start(&[&pets, &toys]);
    for path in ["/pets", "/api/v1/pets", "/toys", "/api/v2/toys"] {
        assert_eq!(status(&program, path), "200", "{path}");
    }
    assert_eq!(status(&program, "/api/v1/toys"), "404");
    let (_, said) = Program::start(&["--require-base-path", &pets]).stop();
    assert_eq!(said, "0 requests, 0 of them broke the contract\n");
    let program = Program::start(&["--require-base-path", &pets]);
    assert_eq!((status(&program, "/pets"), status(&program, "/api/v1/pets")), ("404".into(), "200".into()));
}

#[test]
fn browsers_may_ask_unless_that_is_switched_off() {
    let folder = Folder::new("cors");
    let pets = folder.write("pets.yaml", PETS);
    let ask = |arguments: &[&str]| {
        let program = Program::start(arguments);
        program.shell("curl --silent --include --request OPTIONS --header 'Origin: https://app.example' --header 'Access-Control-Request-Method: GET' http://127.0.0.1:8787/pets")
    };
    let allowed = ask(&[&pets]);
    assert!(allowed.starts_with("HTTP/1.1 204") && allowed.contains("access-control-allow-origin: "), "{allowed}");
    let plain = ask(&["--cors=false", &pets]);
    assert!(plain.contains("allow: GET, HEAD") && !plain.contains("access-control"), "{plain}");
}

#[test]
fn what_is_undeclared_is_noted_and_refused_where_that_is_strict() {
    let folder = Folder::new("strict");
    let pets = folder.write("pets.yaml", PETS);
    let program = Program::start(&[&pets]);
    program.shell("curl --silent 'http://127.0.0.1:8787/pets?limt=1'");
    let (status, said) = program.stop();
    assert_eq!(status.code(), Some(0));
    assert!(said.contains("200 GET /pets\n    note: query limt: expected only `limit`, found `limt`; did you mean `limit`?"), "{said}");
    let program = Program::start(&["--strict", &pets]);
    let answer = program.shell("curl --silent 'http://127.0.0.1:8787/pets?limt=1'");
    assert!(answer.contains("parameter.undeclared"), "{answer}");
    assert_eq!(program.stop().0.code(), Some(1));
    let sloppy = folder.write("sloppy.yaml", &PETS.replace("description: d, ", ""));
    assert_eq!(
        folder.failure(&["--strict", &sloppy]),
        "warning: FOLDER/sloppy.yaml:8:19 /paths/~1pets/get/responses/200: expected a member `description`, found none [response.no-description]\n\
         standin: 1 warning, made an error by --strict\n"
    );
}

#[test]
fn warnings_follow_the_start() {
    let folder = Folder::new("warnings");
    let responses: String = (200..210).map(|code| format!("        '{code}': {{}}\n")).collect();
    let sloppy = format!("openapi: 3.1.0\ninfo: {{title: t, version: v}}\npaths:\n  /a:\n    get:\n      responses:\n{responses}");
    let mut program = Program::start(&[&folder.write("sloppy.yaml", &sloppy)]);
    let mut lines = BufReader::new(program.child.stderr.take().unwrap()).lines().map(Result::unwrap);
    let told: Vec<String> = lines.by_ref().take(4).map(|line| line.replace(&folder.0.display().to_string(), "FOLDER")).collect();
    assert_eq!(
        told[2..],
        [
            "warning: FOLDER/sloppy.yaml:9:9 /paths/~1a/get/responses/202: expected a member `description`, found none [response.no-description]",
            "warning: ... and 7 more [response.no-description]",
        ]
    );
}

#[test]
fn documents_come_from_addresses_too() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            // To its end: what is closed with something unread in it is reset.
            let request: Vec<String> = BufReader::new(&stream).lines().map(Result::unwrap).take_while(|line| !line.is_empty()).collect();
            let text = if request[0].starts_with("GET /api.yaml ") {
                "openapi: 3.1.0\npaths: {/a: {$ref: 'b.json#/b'}}"
            } else {
                r#"{"b": {"get": {"responses": {"204": {"description": "d"}}}}}"#
            };
            write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{text}", text.len()).unwrap();
        }
    });
    let status = "curl --silent --output /dev/null --write-out '%{http_code}' http://127.0.0.1:8787/a";
    let address = format!("{url}/api.yaml");
    assert_eq!(Program::start(&["--allow-remote", &address]).shell(status), "204");
    assert_eq!(Program::start(&[&address]).shell(status), "404", "what it refers to was not asked for");
    let folder = Folder::new("remote");
    let failure = folder.failure(&["http://127.0.0.1:1/api.yaml"]);
    assert!(failure.starts_with("standin: cannot read http://127.0.0.1:1/api.yaml: curl: (7)"), "{failure}");
}

#[test]
fn any_document_can_be_served_and_one_that_cannot_says_why() {
    let folder = Folder::new("any");
    let good = folder.write(
        "pets.yaml",
        "openapi: 3.0.3\npaths:\n  /pets:\n    get:\n      responses: {'200': {description: d, content: {application/json: {schema: {type: array, maxItems: 0}}}}}\n",
    );
    let program = Program::start(&[&good]);
    assert_eq!(program.shell("curl --silent http://127.0.0.1:8787/pets"), "[]");
    drop(program);

    let failing = |arguments: &[&str]| folder.failure(arguments);
    let broken = folder.write("broken.yaml", "openapi: 3.1.0\npaths:\n  /a: [\n");
    let other = folder.write("other.json", r#"{"swagger": "1.2"}"#);
    assert!(failing(&[&broken]).starts_with("standin: FOLDER/broken.yaml:"), "{}", failing(&[&broken]));
    assert_eq!(
        failing(&[&other]),
        "standin: FOLDER/other.json:1:2: at /swagger: expected OpenAPI 3.0, 3.1 or 3.2, or Swagger 2.0, found Swagger 1.2\n"
    );
    assert!(failing(&["missing.yaml"]).starts_with("standin: cannot read missing.yaml:"));
    assert!(failing(&["--port", "99999"]).contains("99999"));
    assert!(failing(&["--sede", "1"]).contains("--seed"));
}

#[test]
fn lint_tells_what_it_finds_in_its_exit_code() {
    let folder = Folder::new("lint");
    let bad =
        folder.write("bad.yaml", "openapi: 3.0.3\ninfo: {title: t, version: v}\npaths:\n  /a/{b}:\n    get: {responses: {'200': {}}}\n");
    let lint = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_standin")).arg("lint").args(arguments).stdin(Stdio::null()).output().unwrap();
        let said = String::from_utf8(if output.status.code() == Some(2) { output.stderr } else { output.stdout }).unwrap();
        (output.status.code(), said.replace(&folder.0.display().to_string(), "FOLDER"))
    };
    let (code, said) = lint(&[&bad]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.starts_with("FOLDER/bad.yaml:5:5: error: the path's parameter `b` is not declared"), "{said}");
    assert!(said.ends_with("\n1 error, 1 warning, 0 notes\n"), "{said}");
    let allowed = ["--allow", "parameter.undeclared", bad.as_str()];
    assert_eq!(lint(&allowed).0, Some(0));
    assert_eq!(lint(&[&allowed[..], &["--level", "warning"]].concat()).0, Some(1));
    let misspelt = lint(&["--allow", "parameter.undeclard", &bad]);
    assert_eq!(misspelt.0, Some(2));
    assert!(misspelt.1.ends_with("did you mean `parameter.undeclared`?\n"), "{}", misspelt.1);
    assert_eq!(lint(&["nowhere.yaml"]).0, Some(2));
    assert_eq!(lint(&["--format", "json"]).0, Some(0), "the bundled document is in order");
}

#[test]
fn chaos_tells_its_seed_and_repeats_itself_by_it() {
    let folder = Folder::new("chaos");
    let pets = folder.write("pets.yaml", PETS);
    let codes = |arguments: &[&str]| {
        let program = Program::start(&[arguments, &[pets.as_str()]].concat());
        let ask = "curl --silent --max-time 10 --output /dev/null --write-out '%{http_code} %{exitcode} ' http://127.0.0.1:8787/pets; ";
        (program.shell(&ask.repeat(12)), program.stop().1)
    };
    let (first, said) = codes(&["--chaos", "60%"]);
    let seed = said.split("--seed ").nth(1).and_then(|rest| rest.split(' ').next()).unwrap_or_else(|| panic!("{said}"));
    assert!(said.starts_with("chaos: 60% of all requests; --seed"), "{said}");
    assert!(said.contains("    fault: "), "{said}");
    assert_eq!(codes(&["--chaos", "0.6", "--seed", seed]).0, first);
}

#[test]
fn requests_ask_for_faults_where_they_may() {
    let ask = |arguments: &[&str]| {
        let program = Program::start(arguments);
        let fault = "curl --silent --output /dev/null --write-out '%{http_code} %{exitcode}' --header 'Authorization: Bearer x'";
        let answer =
            program.shell(&format!("{fault} --header 'standin-fault: end-before-headers' http://127.0.0.1:8787/v1/webhooks/endpoints"));
        (answer, program.stop().1)
    };
    let (answer, said) = ask(&["--faults"]);
    assert_eq!(answer, "000 52");
    assert!(said.contains("    fault: end-before-headers\n"), "{said}");
    assert_eq!(ask(&[]).0, "200 0");
}
