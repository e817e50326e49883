//! What stops a load or a start: one opaque error that says where, what was expected, and what was found.

use std::{fmt, path::PathBuf, sync::Arc};

use crate::pointer::Pointer;

/// What stops a contract from being loaded or a server from being started.
///
/// The text is for people and no promise; programs ask the `is_…` questions. Where the error lies in a document,
/// [`Error::position`] and [`Error::pointer`] say where.
#[derive(Debug)]
pub struct Error(Box<Kind>);

#[derive(Debug)]
enum Kind {
    Read { path: PathBuf, source: std::io::Error },
    Document(Defect),
    Start { what: String, source: std::io::Error },
}

/// A defect of a document: facts first, worded by [`Error`]'s `Display` alone.
#[derive(Debug, Clone)]
pub(crate) struct Defect {
    pub(crate) kind: DefectKind,
    /// The document's name, as it was given: usually a path.
    pub(crate) document: Arc<str>,
    pub(crate) position: Option<Position>,
    pub(crate) pointer: Option<Pointer>,
    pub(crate) expected: String,
    pub(crate) found: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DefectKind {
    /// The text is neither JSON nor YAML, or is over a limit of the reader.
    Syntax,
    /// The text is read, but is no OpenAPI document.
    Structure,
    /// A version of OpenAPI that is not supported.
    Version,
}

/// A place in a text file, both counted from 1; columns count characters, not bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Position {
    /// The line, counted from 1.
    pub line: usize,
    /// The column in characters, counted from 1.
    pub column: usize,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

impl Error {
    pub(crate) fn read(path: impl Into<PathBuf>, source: std::io::Error) -> Self {
        let path = path.into();
        Self(Box::new(Kind::Read { path, source }))
    }

    pub(crate) fn start(what: impl Into<String>, source: std::io::Error) -> Self {
        let what = what.into();
        Self(Box::new(Kind::Start { what, source }))
    }

    /// Whether a file could not be read.
    pub fn is_read(&self) -> bool {
        matches!(*self.0, Kind::Read { .. })
    }

    /// Whether the text is neither JSON nor YAML, or is over a limit of the reader.
    pub fn is_syntax(&self) -> bool {
        self.is_defect(DefectKind::Syntax)
    }

    /// Whether the document was read, but is no OpenAPI document.
    pub fn is_structure(&self) -> bool {
        self.is_defect(DefectKind::Structure)
    }

    /// Whether the document is of a version of OpenAPI that is not supported.
    pub fn is_version(&self) -> bool {
        self.is_defect(DefectKind::Version)
    }

    /// Whether the server could not be started: the address is taken, say.
    pub fn is_start(&self) -> bool {
        matches!(*self.0, Kind::Start { .. })
    }

    /// Line and column of the defect, where it lies in a document's text.
    pub fn position(&self) -> Option<Position> {
        self.defect().and_then(|defect| defect.position)
    }

    /// The place of the defect in the document, where it is known.
    pub fn pointer(&self) -> Option<&Pointer> {
        self.defect().and_then(|defect| defect.pointer.as_ref())
    }

    fn is_defect(&self, kind: DefectKind) -> bool {
        self.defect().is_some_and(|defect| defect.kind == kind)
    }

    fn defect(&self) -> Option<&Defect> {
        match &*self.0 {
            Kind::Document(defect) => Some(defect),
            Kind::Read { .. } | Kind::Start { .. } => None,
        }
    }
}

impl From<Defect> for Error {
    fn from(defect: Defect) -> Self {
        Self(Box::new(Kind::Document(defect)))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.0 {
            Kind::Read { path, source } => write!(f, "cannot read {}: {source}", path.display()),
            Kind::Start { what, source } => write!(f, "cannot {what}: {source}"),
            Kind::Document(defect) => defect.fmt(f),
        }
    }
}

impl fmt::Display for Defect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.document)?;
        if let Some(position) = self.position {
            write!(f, ":{position}")?;
        }
        f.write_str(": ")?;
        match &self.pointer {
            Some(pointer) if pointer.is_root() => f.write_str("at the top level: ")?,
            Some(pointer) => write!(f, "at {pointer}: ")?,
            None => {}
        }
        write!(f, "expected {}, found {}", self.expected, self.found)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &*self.0 {
            Kind::Read { source, .. } | Kind::Start { source, .. } => Some(source),
            Kind::Document(_) => None,
        }
    }
}
