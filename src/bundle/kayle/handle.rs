//! What a test does with a Kayle server from behind: putting things there, and letting people go through their sessions.

use std::panic::Location;

use serde_json::{Map, Value, json};

use super::{
    EVENT_TYPES, attempts, deliveries, encryption, endpoints, events, sessions, share_fields,
    thing::{self, members, now, unknown},
    url,
};
use crate::{MockServer, Transaction, source::quote, text::either};

/// A Kayle server from behind: what happens there that no request asks for.
///
/// Things that are put there are as if requests had made them, and what happens to sessions writes events and deliveries.
/// Whatever does not work panics at the line of the test, and says what there is.
///
/// ```
/// use standin::kayle;
///
/// let api = kayle::start();
/// let kayle = kayle::handle(&api);
/// let hook = kayle.seed_endpoint("https://example.com/webhooks/kayle");
///
/// let session = kayle.seed_session();
/// session.fail("selfie_face_mismatch");
/// session.succeed();
///
/// assert_eq!(session.read()["status"], "completed");
/// let events = kayle.events();
/// let types: Vec<&str> = events.iter().filter_map(|event| event["type"].as_str()).collect();
/// assert_eq!(types, ["verification.attempt.failed", "verification.attempt.succeeded", "verification.session.completed"]);
/// assert_eq!(events[0]["deliveries"][0]["webhook_endpoint_id"], hook.id());
/// ```
#[derive(Debug, Clone)]
pub struct Handle<'a> {
    api: &'a MockServer,
    organization: String,
}

/// A handle on a server for [the contract](super::contract), as the organization that its keys belong to.
pub fn handle(api: &MockServer) -> Handle<'_> {
    Handle { api, organization: super::ORGANIZATION.to_owned() }
}

/// An endpoint that is to be there, as creating one takes it.
#[derive(Debug, Clone)]
pub struct NewEndpoint {
    url: String,
    name: Option<String>,
    enabled: bool,
    event_types: Vec<String>,
}

impl NewEndpoint {
    /// One for this URL: enabled, without a name, with all types of events.
    pub fn to(url: impl Into<String>) -> Self {
        Self { url: url.into(), name: None, enabled: true, event_types: EVENT_TYPES.map(str::to_owned).into() }
    }

    /// Gives it a name, without the blanks around it.
    #[must_use]
    pub fn named(mut self, name: impl AsRef<str>) -> Self {
        self.name = Some(endpoints::trimmed(name.as_ref()).to_owned());
        self
    }

    /// Disables it from the start.
    #[must_use]
    pub fn disabled(mut self) -> Self {
        self.enabled = false;
        self
    }

    /// Subscribes it to these types of events. Without any it is shown with all, and gets none.
    #[must_use]
    pub fn subscribed_to<'t>(mut self, event_types: impl IntoIterator<Item = &'t str>) -> Self {
        self.event_types = event_types.into_iter().map(str::to_owned).collect();
        self
    }

    /// What is wrong with it, if creating it would be refused: the first of what the API would tell.
    fn defect(&self) -> Option<String> {
        let told = |place: &str, expected: &str, found: &str| Some(format!("{place}: expected {expected}, found {found}"));
        if let Some((expected, found)) = self.name.as_deref().and_then(endpoints::name_defect) {
            return told("name", &expected, &found);
        }
        if let Err(refusal) = url::judge(&self.url, url::Hosts::NamesOnly) {
            return told("url", refusal.expected(), &url::shown(&self.url));
        }
        let (place, unknown) = self.event_types.iter().enumerate().find(|(_, known)| !EVENT_TYPES.contains(&known.as_str()))?;
        told(&format!("subscribed_event_types/{place}"), &either(&EVENT_TYPES.map(str::to_owned)), &quote(unknown))
    }
}

impl From<&str> for NewEndpoint {
    fn from(url: &str) -> Self {
        Self::to(url)
    }
}

impl From<String> for NewEndpoint {
    fn from(url: String) -> Self {
        Self::to(url)
    }
}

/// An endpoint that was put there.
#[derive(Debug, Clone)]
pub struct SeededEndpoint {
    id: String,
    signing_secret: String,
}

impl SeededEndpoint {
    /// Its id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What deliveries to it are signed with.
    pub fn signing_secret(&self) -> &str {
        &self.signing_secret
    }
}

impl<'a> Handle<'a> {
    /// The same server, as another organization.
    #[must_use]
    pub fn of_organization(mut self, organization: impl Into<String>) -> Self {
        self.organization = organization.into();
        self
    }

    /// Puts an endpoint there.
    ///
    /// # Panics
    ///
    /// If the API would refuse it.
    #[track_caller]
    pub fn seed_endpoint(&self, endpoint: impl Into<NewEndpoint>) -> SeededEndpoint {
        let endpoint = endpoint.into();
        self.act(|tx| match endpoint.defect() {
            Some(defect) => Err(defect),
            None => seed_endpoint(tx, &endpoint),
        })
    }

    /// Registers a key at an endpoint, and gives its id (`whk_…`). It is the one in use from now on.
    ///
    /// # Panics
    ///
    /// If there is no such endpoint.
    #[track_caller]
    pub fn register_key(&self, endpoint: &str, key_id: &str, jwk: &Value) -> String {
        self.act(|tx| register_key(tx, endpoint, key_id, jwk))
    }

    /// The secret in force of an endpoint.
    ///
    /// # Panics
    ///
    /// If there is no such endpoint.
    #[track_caller]
    pub fn signing_secret(&self, endpoint: &str) -> String {
        self.act(|tx| match endpoints::secret(tx, endpoint) {
            Some(secret) => Ok(secret),
            None => Err(unknown(tx, endpoints::RESOURCE, "endpoint", endpoint)),
        })
    }

    /// Creates a session that offers all claims.
    #[track_caller]
    pub fn seed_session(&self) -> Session<'a> {
        self.session_with(None)
    }

    /// Creates a session that asks for these claims: `{"family_name": {"required": true, "reason": "to greet you"}}`.
    ///
    /// # Panics
    ///
    /// If the API would refuse them.
    #[track_caller]
    pub fn seed_session_for(&self, share_fields: &Value) -> Session<'a> {
        self.session_with(Some(share_fields))
    }

    #[track_caller]
    fn session_with(&self, share_fields: Option<&Value>) -> Session<'a> {
        let id = self.act(|tx| {
            let problem = share_fields.and_then(|fields| share_fields::problem(fields, Vec::new));
            if let Some(share_fields::Problem { code, at, expected, found, .. }) = problem {
                return Err(format!("{code}: /{}: expected {expected}, found {found}", at.join("/")));
            }
            let fields = share_fields::kept(share_fields.and_then(Value::as_object));
            sessions::create(tx, &fields, &Value::Null).map(|(id, _)| id)
        });
        Session { handle: self.clone(), id }
    }

    /// A session that there is.
    ///
    /// # Panics
    ///
    /// If there is none with this id.
    #[track_caller]
    pub fn session(&self, id: impl Into<String>) -> Session<'a> {
        let session = Session { handle: self.clone(), id: id.into() };
        session.act(|_, _| Ok(()));
        session
    }

    /// All events, the first to happen first, each as the API shows it.
    #[track_caller]
    pub fn events(&self) -> Vec<Value> {
        self.all(events::RESOURCE)
    }

    /// All deliveries, in the order of their ids, each as the API shows it.
    #[track_caller]
    pub fn deliveries(&self) -> Vec<Value> {
        self.all(deliveries::RESOURCE)
    }

    /// What is sent of an event, before it is encrypted: `type`, `metadata` and `data`. There is nothing of an event that
    /// is sent to nobody, as `verification.session.completed` is.
    ///
    /// # Panics
    ///
    /// If there is no such event.
    #[track_caller]
    pub fn payload(&self, event: &str) -> Option<Value> {
        self.act(|tx| match tx.find(events::RESOURCE, event) {
            Some(_) => Ok(events::payload(tx, event).cloned()),
            None => Err(unknown(tx, events::RESOURCE, "event", event)),
        })
    }

    /// Changes a delivery, as sending it does, and what its event shows of it.
    ///
    /// # Panics
    ///
    /// If there is no such delivery.
    #[track_caller]
    pub fn change_delivery(&self, id: &str, change: impl FnOnce(&mut Map<String, Value>)) {
        self.act(|tx| match deliveries::change(tx, id, change) {
            true => Ok(()),
            false => Err(unknown(tx, deliveries::RESOURCE, "delivery", id)),
        });
    }

    #[track_caller]
    fn all(&self, resource: &str) -> Vec<Value> {
        self.act(|tx| Ok(tx.list(resource).cloned().map(Value::Object).collect()))
    }

    #[track_caller]
    fn act<R>(&self, act: impl FnOnce(&mut Transaction<'_>) -> Result<R, String>) -> R {
        let caller = Location::caller();
        let done = self.api.change_as(&self.organization, act);
        done.unwrap_or_else(|why| panic!("standin: at {caller}: {why}"))
    }
}

fn seed_endpoint(tx: &mut Transaction<'_>, endpoint: &NewEndpoint) -> Result<SeededEndpoint, String> {
    let at = now(tx);
    let seeded = members(json!({
        "id": tx.draw("whe_", 32),
        "name": endpoint.name,
        "url": endpoint.url,
        "enabled": endpoint.enabled,
        "subscribed_event_types": endpoint.event_types,
        "created_at": at,
        "updated_at": at,
        "disabled_at": (!endpoint.enabled).then_some(&at),
    }));
    let id = tx.insert(endpoints::RESOURCE, seeded)?;
    let signing_secret = endpoints::keep_secret(tx, &id);
    Ok(SeededEndpoint { id, signing_secret })
}

fn register_key(tx: &mut Transaction<'_>, endpoint: &str, key_id: &str, jwk: &Value) -> Result<String, String> {
    if tx.find(endpoints::RESOURCE, endpoint).is_none() {
        return Err(unknown(tx, endpoints::RESOURCE, "endpoint", endpoint));
    }
    let at = now(tx);
    let key = members(json!({
        "id": tx.draw("whk_", 32),
        "webhook_endpoint_id": endpoint,
        "key_id": key_id,
        "algorithm": "RSA-OAEP-256",
        "key_type": "RSA",
        "jwk": jwk,
        "is_active": true,
        "created_at": at,
        "updated_at": at,
        "disabled_at": null,
    }));
    let id = tx.insert(encryption::RESOURCE, key)?;
    encryption::retire_others(tx, endpoint, &id);
    Ok(id)
}

/// A session from behind: what the person does who is verified.
#[derive(Debug, Clone)]
pub struct Session<'a> {
    handle: Handle<'a>,
    id: String,
}

impl Session<'_> {
    /// Its id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The session as it is now, with its attempts.
    #[track_caller]
    pub fn read(&self) -> Value {
        self.act(|tx, id| Ok(tx.find(sessions::RESOURCE, id).cloned().unwrap_or_default().into()))
    }

    /// Begins an attempt, and gives its id.
    ///
    /// # Panics
    ///
    /// If the session has ended, or has an attempt in progress.
    #[track_caller]
    pub fn start_attempt(&self) -> String {
        self.act(attempts::start)
    }

    /// Lets the attempt succeed, with all claims shared: those of a made-up person. One begins if none is in progress.
    ///
    /// # Panics
    ///
    /// If the session has ended.
    #[track_caller]
    pub fn succeed(&self) {
        self.act(|tx, id| attempts::succeed(tx, id, None));
    }

    /// Lets the attempt succeed, with these claims shared beside those that are required.
    ///
    /// # Panics
    ///
    /// If the session has ended, or asks for none of these.
    #[track_caller]
    pub fn succeed_with(&self, claims: &Value) {
        self.act(|tx, id| match claims.as_object() {
            Some(claims) => attempts::succeed(tx, id, Some(claims)),
            None => Err(format!("expected an object of claims, found {claims}")),
        });
    }

    /// Lets the attempt fail. One begins if none is in progress; the third that fails ends the session.
    ///
    /// # Panics
    ///
    /// If the session has ended, or if attempts do not fail with this code.
    #[track_caller]
    pub fn fail(&self, code: &str) {
        self.act(|tx, id| attempts::fail(tx, id, code));
    }

    /// Lets its time be over now.
    ///
    /// # Panics
    ///
    /// If it has ended.
    #[track_caller]
    pub fn expire(&self) {
        self.end(sessions::Ending::Expired);
    }

    /// Cancels it.
    ///
    /// # Panics
    ///
    /// If it has ended.
    #[track_caller]
    pub fn cancel(&self) {
        self.end(sessions::Ending::Cancelled);
    }

    #[track_caller]
    fn end(&self, ending: sessions::Ending) {
        self.act(|tx, id| match sessions::end(tx, id, ending) {
            Some(Ok(false)) => {
                let session = tx.find(sessions::RESOURCE, id).cloned().unwrap_or_default();
                Err(format!("the session {id:?} is {} already", thing::text(&session, "status")))
            }
            Some(Err(why)) => Err(why),
            _ => Ok(()),
        });
    }

    #[track_caller]
    fn act<R>(&self, act: impl FnOnce(&mut Transaction<'_>, &str) -> Result<R, String>) -> R {
        self.handle.act(|tx| match tx.find(sessions::RESOURCE, &self.id) {
            Some(_) => act(tx, &self.id),
            None => Err(unknown(tx, sessions::RESOURCE, "session", &self.id)),
        })
    }
}
