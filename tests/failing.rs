//! What a test says that fails: twelve mistakes that tests are there to find, each told by a snapshot of what stands on the
//! terminal. The tests that make them are in `failing/cases.rs`.

use std::{env, fs, process::Command};

#[path = "failing/cases.rs"]
mod cases;

const FILE: &str = "tests/failing/cases.rs";
/// How many lines a text may have, and how many columns; a line to be copied into a shell has as many as it needs.
const LINES: usize = 25;
const COLUMNS: usize = 100;

/// The cases that `docs/failures.md` shows beside the same mistakes with other libraries.
const COMPARED: [&str; 4] = ["wrong_path", "misspelt_member", "called_twice", "never_called"];

/// What a case prints when it fails: where, and what.
fn text_of(case: &str) -> String {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--exact", &format!("cases::{case}")]).env(cases::ASKED, "1").env("RUST_BACKTRACE", "0");
    command.env_remove("STANDIN_REPORT").env_remove("STANDIN_COVERAGE");
    let output = command.output().unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(!output.status.success(), "{case} did not fail: {printed}");
    let (_, told) = printed.split_once(" panicked at ").unwrap_or_else(|| panic!("{case} did not panic: {printed}"));
    let (told, _) = told.split_once("\nnote: run with").unwrap_or_else(|| panic!("{case} told no end: {printed}"));
    stable(told)
}

/// The text without what is another in every run, or after every change of the library.
fn stable(text: &str) -> String {
    let text = after_each(text, "127.0.0.1:", "PORT", |c| c.is_ascii_digit());
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/");
    after_each(&text.replace(root, ""), "src/server/mod.rs:", "LINE:", |c| c.is_ascii_digit() || c == ':')
}

/// Puts something in the place of what stands behind each mark.
fn after_each(text: &str, mark: &str, instead: &str, goes: impl Fn(char) -> bool) -> String {
    let mut parts = text.split(mark);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + mark + instead + part.trim_start_matches(&goes))
}

/// The lines of the failing test that a text names, as they are.
fn lines_named(text: &str) -> String {
    let source = fs::read_to_string(FILE).unwrap();
    let number = |rest: &str| rest.trim_start_matches(':').split(|c: char| !c.is_ascii_digit()).next().unwrap().parse::<usize>().unwrap();
    let mut numbers: Vec<usize> = text.split(FILE).skip(1).map(number).collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers.iter().map(|number| format!("{number:>4} | {}\n", source.lines().nth(number - 1).unwrap().trim_start())).collect()
}

fn assert_fits(case: &str, text: &str) {
    assert!(text.lines().count() <= LINES, "{case} has {} lines", text.lines().count());
    // A body is never broken: it would be another.
    let mut others = text.lines().filter(|line| !line.trim_start().starts_with("--data "));
    let too_wide = others.find(|line| line.chars().count() > COLUMNS);
    assert_eq!(too_wide, None, "{case}");
}

#[test]
fn what_fails_says_why() {
    let cases = [
        "wrong_path",
        "misspelt_member",
        "missing_header",
        "wrong_type_in_a_one_of",
        "called_twice",
        "never_called",
        "wrong_order",
        "script_off_the_contract",
        "unused_script",
        "timeout_waiting",
        "violation_in_a_background_task",
        "two_servers_mixed_up",
    ];
    let shown = fs::read_to_string("docs/failures.md").unwrap();
    for case in cases {
        let text = text_of(case);
        assert_fits(case, &text);
        assert!(!COMPARED.contains(&case) || shown.contains(text.trim_end()), "docs/failures.md shows another text of {case}:\n{text}");
        insta::assert_snapshot!(case, format!("{text}\n---\n{}", lines_named(&text)));
    }
}
