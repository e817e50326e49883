//! One call.

use std::{fmt, sync::Arc};

use super::{Entry, Exchange, curl, report, shown};
use crate::{
    contract::{Contract, Operation},
    message::{Request, Response},
    respond::Because,
    violation::Violation,
};

/// One call: a request, its answer, and what standin made of them.
///
/// What it prints of them is without secrets; [`request`](Self::request) and [`response`](Self::response) are whole.
#[derive(Clone)]
pub struct Call {
    pub(super) exchange: Arc<Exchange>,
    pub(super) contract: Contract,
}

impl Call {
    pub(crate) fn new(exchange: Arc<Exchange>, contract: Contract) -> Self {
        Self { exchange, contract }
    }

    /// Its number, counted from 1 since the server's start or last reset.
    pub fn number(&self) -> u64 {
        self.exchange.number
    }

    pub(crate) fn entry(&self) -> &Entry {
        &self.exchange.entry
    }

    /// The request.
    pub fn request(&self) -> &Request {
        self.exchange.entry.request.within(|| shown::context(self, shown::Side::Request))
    }

    /// The answer.
    pub fn response(&self) -> &Response {
        self.exchange.entry.response.within(|| shown::context(self, shown::Side::Response))
    }

    /// The operation that it was for, if there is one.
    pub fn operation(&self) -> Option<&Operation> {
        self.exchange.entry.operation.map(|number| &self.contract.operations()[number])
    }

    /// Everything in which it breaks the contract, in the order of judgement.
    pub fn violations(&self) -> &[Violation] {
        &self.exchange.entry.violations
    }

    /// What is odd about it and breaks nothing: parameters, headers and cookies that the contract does not declare, what it
    /// calls deprecated, members that only the server sets.
    pub fn remarks(&self) -> &[Violation] {
        &self.exchange.entry.remarks
    }

    /// A line for the shell that sends the request again, to the server at this address; secrets are masked.
    ///
    /// ```
    /// use standin::{Request, kayle};
    ///
    /// let api = kayle::start();
    /// api.handle(Request::get("/v1/webhooks/endpoints").with_header("authorization", "Bearer a-secret"));
    /// let line = api.calls().last().curl("http://127.0.0.1:8787");
    /// assert_eq!(line, "curl --request GET 'http://127.0.0.1:8787/v1/webhooks/endpoints' --header 'authorization: Bearer ***'");
    /// ```
    pub fn curl(&self, base: &str) -> String {
        curl::line(self, base, usize::MAX)
    }

    /// Path and query of the request as they were sent, without secrets: for texts. Whole, they are the
    /// [request](Self::request)'s.
    ///
    /// ```
    /// use standin::{Request, kayle};
    ///
    /// let api = kayle::builder().lenient(true).start();
    /// api.handle(Request::get("/v1/events?limit=3&token=secret"));
    /// assert_eq!(api.calls().last().target(), "/v1/events?limit=3&token=***");
    /// ```
    pub fn target(&self) -> String {
        shown::Shown::of(&self.contract).target(self)
    }

    /// Why it was answered as it was.
    pub fn because(&self) -> &Because {
        &self.exchange.entry.because
    }
}

/// One line: `call #1  POST /v1/things -> 200`.
impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        report::line(self, f)
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Call({self})")
    }
}
