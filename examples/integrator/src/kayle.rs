//! What the program asks of Kayle, and when it asks again.

use std::{fmt, time::Duration};

use reqwest::{Client, RequestBuilder, StatusCode};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::Config;

/// How often all is tried before the program gives up.
const ATTEMPTS: u32 = 4;
/// As many pages of endpoints are looked at, of a hundred each.
const PAGES: usize = 100;
const EVENTS: [&str; 2] = ["verification.attempt.succeeded", "verification.attempt.failed"];

/// Why the webhook could not be registered.
#[derive(Debug)]
pub enum Error {
    /// Kayle refused: with this status, and this code and message if it gave any.
    Refused(StatusCode, String, String),
    /// No answer came, or only a part of one.
    NoAnswer(reqwest::Error),
    /// An answer that is not as it is documented.
    Unreadable(serde_json::Error),
}

impl Error {
    /// Whether it may go better in a moment.
    fn is_temporary(&self) -> bool {
        matches!(self, Self::Refused(StatusCode::SERVICE_UNAVAILABLE, ..) | Self::NoAnswer(_))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(status, code, _) if code.is_empty() => write!(f, "Kayle refused with {status}"),
            Self::Refused(status, code, message) => write!(f, "Kayle refused with {status}: {code}: {message}"),
            Self::NoAnswer(error) => write!(f, "no answer from Kayle: {error}"),
            Self::Unreadable(error) => write!(f, "an answer of Kayle cannot be read: {error}"),
        }
    }
}

impl std::error::Error for Error {}

#[derive(Deserialize)]
struct Data<T> {
    data: T,
}

#[derive(Deserialize)]
struct Page {
    data: Vec<Endpoint>,
    pagination: Pagination,
}

#[derive(Deserialize)]
struct Endpoint {
    id: String,
    url: String,
}

#[derive(Deserialize)]
struct Pagination {
    next_cursor: Option<String>,
}

#[derive(Deserialize)]
struct Signing {
    signing_secret: String,
}

pub(crate) struct Kayle {
    http: Client,
    endpoints: String,
    key: String,
    timeout: Duration,
    pause: Duration,
}

impl Kayle {
    pub(crate) fn new(config: &Config) -> Self {
        let endpoints = format!("{}/v1/webhooks/endpoints", config.kayle);
        Self { http: Client::new(), endpoints, key: config.key.clone(), timeout: config.timeout, pause: config.pause }
    }

    /// Makes sure that Kayle sends events to this URL. Gives the secret that they are signed with.
    pub(crate) async fn register(&self, hook: &str) -> Result<String, Error> {
        let mut pause = self.pause;
        for _ in 1..ATTEMPTS {
            match self.try_register(hook).await {
                Err(error) if error.is_temporary() => tokio::time::sleep(pause).await,
                done => return done,
            }
            pause *= 2;
        }
        self.try_register(hook).await
    }

    /// Looks first: where the answer to a creation was lost, the endpoint is there, and a second one would get all events
    /// twice.
    async fn try_register(&self, hook: &str) -> Result<String, Error> {
        let request = match self.find(hook).await? {
            Some(id) => self.http.post(format!("{}/{id}/signing-secret/reveal", self.endpoints)),
            None => self.http.post(&self.endpoints).json(&json!({"url": hook, "subscribed_event_types": EVENTS})),
        };
        let Data { data: Signing { signing_secret } } = self.send(request).await?;
        Ok(signing_secret)
    }

    async fn find(&self, hook: &str) -> Result<Option<String>, Error> {
        let mut query = vec![("limit", "100".to_owned())];
        for _ in 0..PAGES {
            let page: Page = self.send(self.http.get(&self.endpoints).query(&query)).await?;
            if let Some(endpoint) = page.data.into_iter().find(|endpoint| endpoint.url == hook) {
                return Ok(Some(endpoint.id));
            }
            let Some(cursor) = page.pagination.next_cursor else { break };
            query.truncate(1);
            query.push(("starting_after", cursor));
        }
        Ok(None)
    }

    async fn send<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T, Error> {
        let answer = request.bearer_auth(&self.key).timeout(self.timeout).send().await.map_err(Error::NoAnswer)?;
        let status = answer.status();
        let body = answer.bytes().await.map_err(Error::NoAnswer)?;
        if status.is_success() {
            return serde_json::from_slice(&body).map_err(Error::Unreadable);
        }
        // Whatever stands between here and Kayle may answer without JSON.
        let body: Value = serde_json::from_slice(&body).unwrap_or_default();
        let said = |name: &str| body["error"][name].as_str().unwrap_or_default().to_owned();
        Err(Error::Refused(status, said("code"), said("message")))
    }
}
