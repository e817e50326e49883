//! The kinds of warnings, in one table: what each is called, how much it weighs, and what it is about.

use std::fmt;

/// How much a warning weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Level {
    /// The document is in order, and standin does not enforce all of it.
    Note,
    /// The document is read as it seems to be meant: something in it is odd, or missing.
    Warning,
    /// The document cannot be right there: it contradicts itself, or what it needs is not there.
    Error,
}

impl Level {
    /// All levels, the heaviest first.
    pub const ALL: [Self; 3] = [Self::Error, Self::Warning, Self::Note];

    /// `error`, `warning` or `note`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A kind of warning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WarningCode {
    name: &'static str,
    level: Level,
    meaning: &'static str,
}

impl WarningCode {
    /// A short, stable name: `path.unreachable`.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// How much warnings of this kind weigh.
    pub fn level(&self) -> Level {
        self.level
    }

    /// What warnings of this kind are about.
    pub fn meaning(&self) -> &'static str {
        self.meaning
    }

    /// All kinds, in the order of their names.
    ///
    /// ```
    /// use standin::{Level, WarningCode};
    ///
    /// let broken = WarningCode::all().iter().find(|code| code.name() == "example.invalid").unwrap();
    /// assert_eq!(broken.level(), Level::Error);
    /// ```
    pub fn all() -> &'static [Self] {
        &ALL
    }

    /// The kind of a name.
    pub(super) fn named(name: &str) -> Option<&'static Self> {
        ALL.binary_search_by(|code| code.name.cmp(name)).ok().map(|at| &ALL[at])
    }
}

const fn code(name: &'static str, level: Level, meaning: &'static str) -> WarningCode {
    WarningCode { name, level, meaning }
}

use Level::{Error, Note, Warning};

const ALL: [WarningCode; 47] = [
    code("blank", Warning, "a name has blanks around it"),
    code("body.no-content", Warning, "a request body has no media types"),
    code("default.invalid", Error, "a default breaks its own schema"),
    code("duplicate-member", Error, "an object has two members of one name"),
    code("example.invalid", Error, "an example breaks its schema"),
    code("faker.unknown", Warning, "`x-faker` names no method that standin knows"),
    code("info.missing", Warning, "`info`, or a required member of it, is missing"),
    code("malformed", Error, "something has another form than the specification gives it"),
    code("media-type.malformed", Error, "the name of a media type is none"),
    code("not-enforced.callbacks", Note, "callbacks are not sent"),
    code("not-enforced.dialect", Note, "a dialect of JSON Schema is not known"),
    code("not-enforced.dynamic-reference", Note, "a dynamic reference is followed as a plain one"),
    code("not-enforced.encoding", Note, "a way to encode parts of bodies is not applied"),
    code("not-enforced.format", Note, "a format is not known, and not checked"),
    code("not-enforced.links", Note, "links say how a client may go on; no answer is made to follow from them"),
    code("not-enforced.pattern", Error, "a pattern cannot be compiled, and is not checked"),
    code("not-enforced.security-scheme", Note, "a kind of security scheme is not enforced"),
    code("operation-id.duplicate", Error, "two operations have one `operationId`"),
    code("overlay.no-effect", Warning, "something in an overlay changes nothing"),
    code("overlay.no-target", Warning, "the target of an overlay's action selects nothing"),
    code("overlay.unknown-member", Warning, "a member of an overlay is none that the specification has"),
    code("parameter.duplicate", Error, "a parameter is declared twice"),
    code("parameter.no-schema", Warning, "a parameter has no schema"),
    code("parameter.not-in-path", Error, "a path parameter is not in the template of the path"),
    code("parameter.path-not-required", Warning, "a path parameter does not say that it is required"),
    code("parameter.undeclared", Error, "a parameter of the template of the path is not declared"),
    code("path.braces", Error, "braces of a path enclose no name"),
    code("path.no-slash", Warning, "a path does not begin with a slash"),
    code("path.parameter-twice", Error, "a path has a parameter twice"),
    code("path.same", Error, "two paths differ in the names of parameters alone"),
    code("path.unreachable", Error, "every request for an operation is taken by another one"),
    code("paths.missing", Warning, "there are no paths"),
    code("reference.unread", Error, "a reference leads to what cannot be read, or may not be"),
    code("reference.unresolved", Error, "a reference leads nowhere"),
    code("response.duplicate", Error, "two responses are for one status"),
    code("response.no-description", Warning, "a response has no description"),
    code("response.status", Error, "the key of a response is no status"),
    code("responses.missing", Warning, "an operation has no responses"),
    code("schema.malformed", Error, "a keyword of a schema has a value that it cannot have"),
    code("schema.no-effect", Warning, "a keyword of a schema says nothing where it stands"),
    code("schema.nullable", Warning, "`nullable` in a version of OpenAPI that does not have it"),
    code("schema.old-keyword", Warning, "a keyword of a schema is written as older versions have it"),
    code("schema.ref-siblings", Warning, "keywords beside a `$ref`, where the version tells to ignore them"),
    code("schema.unknown-keyword", Warning, "a member of a schema is no keyword"),
    code("schema.unsatisfiable", Error, "no value satisfies a schema"),
    code("security.unknown-scheme", Error, "a security scheme does not exist"),
    code("status.numeric", Warning, "a status is written as a number"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order_and_finds_its_own() {
        assert!(ALL.windows(2).all(|pair| pair[0].name < pair[1].name));
        assert!(ALL.iter().all(|code| WarningCode::named(code.name) == Some(code)));
        assert_eq!(WarningCode::named("path.unreachabel"), None);
        assert!(Level::Error > Level::Warning && Level::Warning > Level::Note);
    }
}
