//! Requests that no operation takes, as a rule sees them: what a server has beside the operations of its document.

use std::fmt;

use super::{Contract, SecurityScheme, Standing};
use crate::message::{Method, Request, Response};

/// A request that no operation takes, as a [`Rule`](crate::Rule) sees it.
#[derive(Clone, Copy)]
pub struct Outside<'a> {
    pub(crate) contract: &'a Contract,
    pub(crate) request: &'a Request,
    pub(crate) allowed: &'a [Method],
    pub(crate) judge: &'a dyn Fn(&SecurityScheme) -> Standing,
}

impl<'a> Outside<'a> {
    /// The request as it was sent.
    pub fn request(&self) -> &'a Request {
        self.request
    }

    /// The contract whose operations do not take it.
    pub fn contract(&self) -> &'a Contract {
        self.contract
    }

    /// The methods that its path has; none if no operation has such a path.
    pub fn allowed(&self) -> &'a [Method] {
        self.allowed
    }

    /// What the server makes of its credential, by the security scheme of this name.
    ///
    /// # Panics
    ///
    /// If no operation asks for such a scheme.
    #[track_caller]
    pub fn standing(&self, scheme: &str) -> Standing {
        let mut requirements = self.contract.operations().iter().flat_map(|operation| operation.security.iter().flatten());
        match requirements.find(|requirement| requirement.scheme.name == scheme) {
            Some(requirement) => (self.judge)(&requirement.scheme),
            None => panic!("standin: no operation of {} asks for a security scheme {scheme:?}", self.contract.names()),
        }
    }
}

impl fmt::Debug for Outside<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outside").field("request", &self.request).field("allowed", &self.allowed).finish_non_exhaustive()
    }
}

/// What a [`Rule`](crate::Rule) answers a request that no operation takes.
#[derive(Debug, Clone)]
pub struct Aside {
    pub(crate) response: Response,
    /// Whether the request breaks the contract all the same.
    pub(crate) is_broken: bool,
}

impl Aside {
    /// The request is in order: the server has this, and the document does not tell of it.
    pub fn served(response: Response) -> Self {
        Self { response, is_broken: false }
    }

    /// The request is a mistake, and fails the test; this is how the real server answers it. What was wrong with it is told in
    /// the header `standin-explanation`.
    pub fn refused(response: Response) -> Self {
        Self { response, is_broken: true }
    }
}
