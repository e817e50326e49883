//! The calls, and what is kept, as files, written when the program stops.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use standin::{Calls, MockServer};

use crate::args::Serve;

/// Writes what was asked for; the error says what could not be.
pub(crate) fn write(args: &Serve, calls: &Calls) -> Result<(), String> {
    let failed = |path: &Path, error: io::Error| format!("cannot write {}: {error}", path.display());
    if let Some(path) = &args.har {
        replace(path, format!("{:#}\n", calls.to_har()).as_bytes()).map_err(|error| failed(path, error))?;
    }
    if let Some(path) = &args.ndjson {
        replace(path, calls.to_ndjson().as_bytes()).map_err(|error| failed(path, error))?;
    }
    if (args.har.is_some() || args.ndjson.is_some()) && calls.dropped() > 0 {
        // Nobody is left to tell if this cannot be written.
        let _ = writeln!(io::stderr(), "standin: {} older calls were let go and are in no file", calls.dropped());
    }
    Ok(())
}

/// Writes what the server keeps, if that was asked for.
pub(crate) fn save_state(args: &Serve, server: &MockServer) -> Result<(), String> {
    let Some(path) = &args.save_state else { return Ok(()) };
    let text = serde_json::to_string_pretty(&server.state()).map_err(|error| error.to_string())?;
    replace(path, format!("{text}\n").as_bytes()).map_err(|error| format!("cannot write {}: {error}", path.display()))
}

/// Puts a file in the place of another at once: whoever reads it has the old one or the new one, never half of it.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let beside = beside(path);
    let mut file = fs::File::create(&beside)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all()).and_then(|()| fs::rename(&beside, path));
    if written.is_err() {
        // What could not be finished is of no use to anybody.
        let _ = fs::remove_file(&beside);
    }
    written
}

/// A name in the same folder: a file can only be renamed within one file system.
fn beside(path: &Path) -> PathBuf {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    path.with_file_name(format!(".{name}.{}", std::process::id()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_at_once_and_nothing_is_left_beside_it() {
        let folder = std::env::temp_dir().join(format!("standin-export-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let path = folder.join("calls.har");
        for text in ["first", "second"] {
            replace(&path, text.as_bytes()).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
        assert!(replace(&folder.join("no/such/folder"), b"x").is_err());
        fs::remove_dir_all(&folder).unwrap();
    }
}
