//! Violations: what is wrong with a message, as facts. Their `Display` is the only wording, in HTTP, panic and program alike.

use std::{borrow::Cow, fmt, sync::Arc};

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;

use crate::{
    error::Position,
    mask::{self, MASK, Secrets},
    pointer::Pointer,
    source::Source,
    text::either,
};

/// One way in which a message breaks the contract.
///
/// The facts are for programs: [`code`](Self::code), [`place`](Self::place), [`rule`](Self::rule). The text, in one
/// line, is for people:
///
/// ```
/// use standin::{Place, Pointer, Step, Violation};
///
/// let place = Place::Body(Pointer::parse("/name").unwrap());
/// let violation = Violation::new(Step::Body, "name.reserved", place, "any name but `admin`", "\"admin\"");
/// assert_eq!(violation.to_string(), r#"body /name: expected any name but `admin`, found "admin""#);
/// ```
#[derive(Clone)]
pub struct Violation {
    step: Step,
    code: Cow<'static, str>,
    place: Place,
    expected: String,
    found: String,
    rule: Option<RulePlace>,
    hint: Option<String>,
    edit: Option<Edit>,
}

/// The smallest change at the place of a violation that would mend it.
///
/// It is told where it is cheap to know, so most values in it are examples: right in kind, and not necessarily meant.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Edit {
    /// Put this there.
    Add(Value),
    /// Put one of these in the place of what is there.
    Replace(Vec<Value>),
    /// Give a member another name.
    Rename {
        /// Its name.
        from: String,
        /// The name that was meant.
        to: String,
    },
    /// Leave it out.
    Remove,
}

/// `rename "nam" to "name"`
impl fmt::Display for Edit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Add(value) => write!(f, "add it, as {value} for example"),
            Self::Replace(values) => {
                let values: Vec<String> = values.iter().map(ToString::to_string).collect();
                write!(f, "use {}", either(&values))
            }
            Self::Rename { from, to } => write!(f, "rename {from:?} to {to:?}"),
            Self::Remove => f.write_str("leave it out"),
        }
    }
}

/// The step of judgement that found a violation, in the order in which the steps are taken.
///
/// A request that breaks rules of several steps gets the answer of the earliest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Step {
    /// Path and method.
    Route,
    /// Who is asking.
    Credentials,
    /// What they may do.
    Permission,
    /// Path, query, header and cookie parameters.
    Parameters,
    /// Whether there is a body of a media type that the operation takes.
    MediaType,
    /// The body.
    Body,
    /// What the server keeps: whether it allows what is asked for. Such a refusal is an answer, and breaks no contract.
    State,
    /// Our own answer: the mock would have lied.
    Answer,
}

/// How many characters of a place are shown.
const MOST_SHOWN: usize = 1_000;

/// The place in a message that a violation is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Place {
    /// Method and path.
    Route,
    /// A path parameter, and the place in its value.
    Path(String, Pointer),
    /// A query parameter, and the place in its value.
    Query(String, Pointer),
    /// A header, and the place in its value.
    Header(String, Pointer),
    /// A cookie, and the place in its value.
    Cookie(String, Pointer),
    /// A place in the request's body; the root is the whole body.
    Body(Pointer),
    /// A place in our own answer's body.
    Answer(Pointer),
}

impl Place {
    /// The whole body.
    pub const BODY: Self = Self::Body(Pointer::root());
}

/// `body /name`, `query limit`, `header authorization`: how a place is named in texts and in `expect_violation`.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (word, name, pointer) = match self {
            Self::Route => return f.write_str("route"),
            Self::Path(name, pointer) => ("path", name.as_str(), pointer),
            Self::Query(name, pointer) => ("query", name.as_str(), pointer),
            Self::Header(name, pointer) => ("header", name.as_str(), pointer),
            Self::Cookie(name, pointer) => ("cookie", name.as_str(), pointer),
            Self::Body(pointer) => ("body", "", pointer),
            Self::Answer(pointer) => ("answer", "", pointer),
        };
        f.write_str(word)?;
        for part in [name, pointer.as_str()].into_iter().filter(|part| !part.is_empty()) {
            let part = &*mask::text(part);
            // A message must not carry megabytes of somebody's names.
            match part.char_indices().nth(MOST_SHOWN) {
                None => write!(f, " {part}")?,
                Some((cut, _)) => write!(f, " {}… ({} bytes)", &part[..cut], part.len())?,
            }
        }
        Ok(())
    }
}

/// The place of a rule in the contract.
#[derive(Clone)]
pub struct RulePlace {
    source: Arc<Source>,
    pointer: Pointer,
}

impl RulePlace {
    pub(crate) fn new(source: &Arc<Source>, pointer: Pointer) -> Self {
        Self { source: Arc::clone(source), pointer }
    }

    /// Whether this is a place in a text.
    pub(crate) fn is_of(&self, source: &Arc<Source>) -> bool {
        Arc::ptr_eq(&self.source, source)
    }

    /// The rule's place in the contract.
    pub fn pointer(&self) -> &Pointer {
        &self.pointer
    }

    /// The name of the contract's document: usually its path. For what an overlay brought: the overlay's name.
    pub fn document(&self) -> &str {
        self.source.name_at(&self.pointer)
    }

    /// Line and column of the rule, or of what would hold it if it is not in the text: a member that is missing, or one that
    /// came by an alias of YAML. `None` where the contract did not come as text. Looked up when asked for.
    pub fn position(&self) -> Option<Position> {
        self.source.locate(&self.pointer)
    }
}

/// `spec/api.yaml:12:7 /components/schemas/Name/maxLength`
impl fmt::Display for RulePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.document())?;
        if let Some(position) = self.position() {
            write!(f, ":{position}")?;
        }
        write!(f, " {}", self.pointer)
    }
}

impl fmt::Debug for RulePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.document(), self.pointer)
    }
}

impl Violation {
    /// A violation from its facts.
    ///
    /// `code` is short and stable, with a dot between area and rule. `expected` and `found` finish the sentence
    /// "expected …, found …". What looks like a secret in `found` is masked.
    pub fn new(
        step: Step,
        code: impl Into<Cow<'static, str>>,
        place: Place,
        expected: impl Into<String>,
        found: impl Into<String>,
    ) -> Self {
        let found = masked(found.into());
        Self { step, code: code.into(), place, expected: expected.into(), found, rule: None, hint: None, edit: None }
    }

    /// The same violation with the place of its rule.
    #[must_use]
    pub fn with_rule(mut self, rule: RulePlace) -> Self {
        self.rule = Some(rule);
        self
    }

    /// The same violation with a word of advice: what would have been right.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(masked(hint.into()));
        self
    }

    /// The same violation with the change that would mend it.
    #[must_use]
    pub fn with_edit(mut self, edit: Edit) -> Self {
        self.edit = Some(edit);
        self
    }

    /// The same violation without what was found, because that is a secret.
    #[must_use]
    pub fn masked(mut self) -> Self {
        self.found = MASK.into();
        self
    }

    /// The same violation, of an answer: what reads bodies takes them for those of requests.
    #[must_use]
    pub(crate) fn of_answer(mut self) -> Self {
        self.step = Step::Answer;
        if let Place::Body(pointer) = self.place {
            self.place = Place::Answer(pointer);
        }
        self
    }

    /// The same violation without any of these secrets.
    #[must_use]
    pub(crate) fn scrubbed(mut self, secrets: &Secrets) -> Self {
        self.expected = secrets.scrub(&self.expected).into_owned();
        self.found = secrets.scrub(&self.found).into_owned();
        self.hint = self.hint.map(|hint| secrets.scrub(&hint).into_owned());
        if let Some(Edit::Add(value)) = &mut self.edit {
            scrub(value, secrets);
        }
        if let Some(Edit::Replace(values)) = &mut self.edit {
            values.iter_mut().for_each(|value| scrub(value, secrets));
        }
        self
    }

    /// The step of judgement that found it.
    pub fn step(&self) -> Step {
        self.step
    }

    /// A short, stable name of the kind of violation: `schema.maxLength`, `security.missing`, `body.syntax`.
    ///
    /// Violations of a schema are called `schema.` and the keyword.
    pub fn code(&self) -> &str {
        &self.code
    }

    /// The place in the message.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// What the rule asks for.
    pub fn expected(&self) -> &str {
        &self.expected
    }

    /// What was there instead; cut if it is long, masked if it is secret.
    pub fn found(&self) -> &str {
        &self.found
    }

    /// The place of the rule in the contract, if the contract states it.
    pub fn rule(&self) -> Option<&RulePlace> {
        self.rule.as_ref()
    }

    /// What would have been right, where that is known.
    pub fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    /// The smallest change that would mend it, where that is cheap to know.
    ///
    /// ```
    /// use standin::{Edit, Request, kayle};
    /// use serde_json::json;
    ///
    /// let api = kayle::builder().lenient(true).start();
    /// api.handle(
    ///     Request::post("/v1/webhooks/endpoints").with_header("authorization", "Bearer any").with_json(&json!({"ulr": "https://example.com"})),
    /// );
    /// assert_eq!(api.violations()[0].edit(), Some(&Edit::Rename { from: "ulr".into(), to: "url".into() }));
    /// ```
    pub fn edit(&self) -> Option<&Edit> {
        self.edit.as_ref()
    }

    /// The change that would mend it, in words, unless it says no more than what was expected.
    pub(crate) fn mend(&self) -> Option<String> {
        let edit = self.edit.as_ref()?.to_string();
        (edit.strip_prefix("use ") != Some(self.expected.as_str())).then(|| format!("mend: {edit}"))
    }

    /// The text without the rule's place: for answers whose readers do not have the contract at hand.
    pub fn brief(&self) -> impl fmt::Display + '_ {
        Brief(self)
    }
}

/// The text as it is, or with its secrets masked.
fn masked(text: String) -> String {
    match mask::text(&text) {
        Cow::Borrowed(_) => text,
        Cow::Owned(masked) => masked,
    }
}

fn scrub(value: &mut Value, secrets: &Secrets) {
    match value {
        Value::String(text) => *text = secrets.scrub(text).into_owned(),
        Value::Array(items) => items.iter_mut().for_each(|item| scrub(item, secrets)),
        Value::Object(members) => members.values_mut().for_each(|member| scrub(member, secrets)),
        _ => {}
    }
}

struct Brief<'v>(&'v Violation);

impl fmt::Display for Brief<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Violation { place, expected, found, hint, .. } = self.0;
        write!(f, "{place}: expected {expected}, found {found}")?;
        match hint {
            Some(hint) => write!(f, "; {hint}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.brief())?;
        match &self.rule {
            Some(rule) => write!(f, " (rule: {rule})"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Violation({}: {self})", self.code)
    }
}

impl Serialize for Violation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("code", &self.code)?;
        map.serialize_entry("place", &self.place.to_string())?;
        map.serialize_entry("expected", &self.expected)?;
        map.serialize_entry("found", &self.found)?;
        if let Some(hint) = &self.hint {
            map.serialize_entry("hint", hint)?;
        }
        if let Some(edit) = &self.edit {
            map.serialize_entry("edit", edit)?;
        }
        if let Some(rule) = &self.rule {
            map.serialize_entry("rule", &rule.to_string())?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_ordered_as_they_are_taken() {
        let mut steps = [Step::Body, Step::Credentials, Step::Parameters, Step::Route, Step::MediaType];
        steps.sort();
        assert_eq!(steps, [Step::Route, Step::Credentials, Step::Parameters, Step::MediaType, Step::Body]);
    }

    #[test]
    fn the_text_names_place_rule_and_hint() {
        let (source, ..) = Source::read("api.yaml", "a:\n  b: 1\n".into()).unwrap();
        let rule = RulePlace::new(&Arc::new(source), Pointer::parse("/a/b").unwrap());
        let place = Place::Query("limit".into(), Pointer::root());
        let violation = Violation::new(Step::Parameters, "schema.maximum", place, "at most 100", "250")
            .with_rule(rule)
            .with_hint("ask for a page of 100");
        assert_eq!(violation.to_string(), "query limit: expected at most 100, found 250; ask for a page of 100 (rule: api.yaml:2:3 /a/b)");
        assert_eq!(violation.masked().found(), "***");
    }
}
