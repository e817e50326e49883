//! Paths as steps: texts and parameters, without what only says how an answer is written.

use crate::router;

/// A part of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    Text(String),
    Parameter(String),
}

/// A path, step by step.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Way {
    pub(super) steps: Vec<Step>,
}

/// Ends of paths that say how an answer is written: `/Messages.json`.
const ENDS: [&str; 2] = [".json", ".xml"];

impl Way {
    /// `None` for a path that is not made of texts and parameters, one by one: `/{from}-{to}`.
    pub(super) fn read(path: &str) -> Option<Self> {
        let path = router::path_of(path).trim_matches('/');
        let mut steps = Vec::new();
        for segment in path.split('/').filter(|segment| !segment.is_empty()) {
            read(segment, &mut steps)?;
        }
        Some(Self { steps })
    }

    /// The same of a path without its end that says how an answer is written, if it has one.
    pub(super) fn read_bare(path: &str) -> Option<Self> {
        let path = router::path_of(path).trim_matches('/');
        ENDS.iter().find_map(|end| path.strip_suffix(end)).and_then(Self::read)
    }

    /// What paths have in common that differ in the names of parameters alone.
    pub(super) fn shape(&self) -> String {
        self.steps
            .iter()
            .map(|step| match step {
                Step::Text(text) => format!("/{text}"),
                Step::Parameter(_) => "/{}".to_owned(),
            })
            .collect()
    }

    /// The first steps of it.
    pub(super) fn first(&self, count: usize) -> Self {
        Self { steps: self.steps[..count.min(self.steps.len())].to_vec() }
    }

    /// All but the last step.
    pub(super) fn parent(&self) -> Self {
        self.first(self.steps.len().saturating_sub(1))
    }

    /// The parameter at its end.
    pub(super) fn last_parameter(&self) -> Option<&str> {
        match self.steps.last()? {
            Step::Parameter(name) => Some(name),
            Step::Text(_) => None,
        }
    }

    /// The last text in it: what the things are called.
    pub(super) fn noun(&self) -> &str {
        let text = self.steps.iter().rev().find_map(|step| match step {
            Step::Text(text) => Some(text.as_str()),
            Step::Parameter(_) => None,
        });
        text.unwrap_or_default()
    }

    /// The way up to its last parameter.
    pub(super) fn to_parameter(&self) -> Option<Self> {
        let at = self.steps.iter().rposition(|step| matches!(step, Step::Parameter(_)))?;
        Some(self.first(at + 1))
    }

    /// Its parameters, each with the way that ends with it.
    pub(super) fn parameters(&self) -> impl Iterator<Item = (&str, Self)> {
        self.steps.iter().enumerate().filter_map(|(at, step)| match step {
            Step::Parameter(name) => Some((name.as_str(), self.first(at + 1))),
            Step::Text(_) => None,
        })
    }

    pub(super) fn has_parameters(&self) -> bool {
        self.steps.iter().any(|step| matches!(step, Step::Parameter(_)))
    }
}

/// As a document would write it.
impl std::fmt::Display for Way {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for step in &self.steps {
            match step {
                Step::Text(text) => write!(f, "/{text}")?,
                Step::Parameter(name) => write!(f, "/{{{name}}}")?,
            }
        }
        Ok(())
    }
}

/// One segment: a text, a parameter, or both as they are used: `{id}:cancel`, `things({id})`.
fn read(segment: &str, steps: &mut Vec<Step>) -> Option<()> {
    let Some((before, rest)) = segment.split_once('{') else {
        steps.push(Step::Text(segment.to_owned()));
        return Some(());
    };
    let (name, after) = rest.split_once('}')?;
    let parameter = Step::Parameter(name.to_owned());
    match (before, after) {
        ("", "") => steps.push(parameter),
        ("", action) if action.starts_with(':') && !action.contains('{') => steps.extend([parameter, Step::Text(action.to_owned())]),
        (noun, ")" | "')") if noun.ends_with(['(', '\'']) => {
            steps.extend([Step::Text(noun.trim_end_matches(['(', '\'']).to_owned()), parameter]);
        }
        _ => return None,
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_read_step_by_step() {
        for (path, expected) in [
            ("/api/v1/app/{app_id}/", Some("/api/v1/app/{}")),
            ("/Accounts/{Sid}/Messages.json", Some("/Accounts/{}/Messages")),
            ("/Accounts/{Sid}.json", Some("/Accounts/{}")),
            ("/things/{id}:cancel", Some("/things/{}/:cancel")),
            ("/things('{id}')/parts", Some("/things/{}/parts")),
            ("/things?kind=a", Some("/things")),
            ("/range/{from}-{to}", None),
            ("/", Some("")),
        ] {
            let way = Way::read_bare(path).or_else(|| Way::read(path));
            assert_eq!(way.map(|way| way.shape()).as_deref(), expected, "{path}");
        }
        let way = Way::read("/users/{user}/keys/{key}/rotate").unwrap();
        assert_eq!((way.noun(), way.to_parameter().unwrap().to_string()), ("rotate", "/users/{user}/keys/{key}".to_owned()));
    }
}
