//! What people and programs read: results on standard output, everything else on standard error.

use std::{
    io::{self, Write},
    process::ExitCode,
};

/// Writes a result to standard output. Who reads only the head of it has what they wanted.
pub(crate) fn print(text: &str) -> Result<(), String> {
    match io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(format!("cannot write to standard output: {error}")),
        _ => Ok(()),
    }
}

/// Tells why the program could not run: exit code 2.
pub(crate) fn fail(why: &str) -> ExitCode {
    say(&format!("standin: {why}"));
    ExitCode::from(2)
}

/// Writes a line to standard error. If that cannot be written, nobody is left to tell.
pub(crate) fn say(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}
