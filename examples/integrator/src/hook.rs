//! The server that receives events, and the check of their signatures.

use std::{
    convert::Infallible,
    sync::{Arc, OnceLock},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use hmac::{Hmac, KeyInit, Mac};
use http_body_util::{BodyExt, Empty, Limited};
use hyper::{
    HeaderMap, Request, Response, StatusCode,
    body::{Bytes, Incoming},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use sha2::Sha256;
use tokio::{net::TcpListener, sync::mpsc, task::JoinSet};

/// The largest event in bytes.
const MOST: usize = 1 << 20;
/// How many seconds the time of a signature may be away from the clock.
const TOLERANCE: u64 = 300;

/// An event as Kayle has sent it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// What happened: `verification.attempt.succeeded`.
    pub kind: String,
    /// The name of the delivery. The same one may come twice.
    pub delivery: String,
    /// The payload, encrypted.
    pub body: Bytes,
}

/// What takes events in.
pub(crate) struct Hook {
    /// Not there until the webhook is registered.
    secret: OnceLock<String>,
    events: mpsc::Sender<Event>,
}

impl Hook {
    pub(crate) fn new(events: mpsc::Sender<Event>) -> Self {
        Self { secret: OnceLock::new(), events }
    }

    /// From now on, what is signed with this secret is from Kayle.
    pub(crate) fn trust(&self, secret: String) {
        let _ = self.secret.set(secret);
    }

    /// Takes an event, if it is from Kayle. Any status but a success has it sent again.
    fn take(&self, headers: &HeaderMap, body: Bytes, now: u64) -> StatusCode {
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
        let Some(secret) = self.secret.get() else { return StatusCode::SERVICE_UNAVAILABLE };
        if !is_signed(secret, &header("x-kayle-signature"), &body, now) {
            return StatusCode::UNAUTHORIZED;
        }
        let event = Event { kind: header("x-kayle-event"), delivery: header("x-kayle-delivery-id"), body };
        match self.events.try_send(event) {
            Ok(()) => StatusCode::NO_CONTENT,
            Err(_) => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    async fn answer(&self, request: Request<Incoming>) -> StatusCode {
        let (head, body) = request.into_parts();
        match Limited::new(body, MOST).collect().await {
            Ok(body) => self.take(&head.headers, body.to_bytes(), unix_seconds()),
            Err(_) => StatusCode::BAD_REQUEST,
        }
    }
}

fn unix_seconds() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

/// Whether `t=<unix seconds>,v1=<hex>` is the HMAC-SHA256 of those seconds, a full stop and the body, and not an old one.
fn is_signed(secret: &str, signature: &str, body: &[u8], now: u64) -> bool {
    let Some((time, code)) = signature.strip_prefix("t=").and_then(|rest| rest.split_once(",v1=")) else { return false };
    let is_recent = time.parse().is_ok_and(|time: u64| now.abs_diff(time) <= TOLERANCE);
    let (Some(code), Ok(mac)) = (from_hex(code), Hmac::<Sha256>::new_from_slice(secret.as_bytes())) else { return false };
    is_recent && mac.chain_update(time).chain_update(".").chain_update(body).verify_slice(&code).is_ok()
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16);
    text.as_bytes().chunks(2).map(|pair| u8::try_from(digit(pair.first()?)? * 16 + digit(pair.get(1)?)?).ok()).collect()
}

/// Serves until it is dropped, and its connections with it.
pub(crate) async fn serve(listener: TcpListener, hook: Arc<Hook>) {
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        let Ok((stream, _)) = listener.accept().await else {
            // Most often there are too many connections, and one will end soon.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let hook = Arc::clone(&hook);
        connections.spawn(async move {
            let answer = |request| async {
                let mut response = Response::new(Empty::<Bytes>::new());
                *response.status_mut() = hook.answer(request).await;
                Ok::<_, Infallible>(response)
            };
            http1::Builder::new().serve_connection(TokioIo::new(stream), service_fn(answer)).await
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `printf '1700000000.a.b.c.d.e' | openssl dgst -sha256 -hmac whsec_secret`
    const CODE: &str = "a95ce5582aec7c3533b12ec75e1e5b45e6d540c557ff3af1a26180f03bcf3024";

    #[test]
    fn only_what_kayle_signed_just_now_is_signed() {
        let good = format!("t=1700000000,v1={CODE}");
        let is = |signature: &str, body: &str, now| is_signed("whsec_secret", signature, body.as_bytes(), now);
        assert!(is(&good, "a.b.c.d.e", 1_700_000_000));
        assert!(is(&good, "a.b.c.d.e", 1_700_000_300));
        assert!(!is(&good, "a.b.c.d.e", 1_700_000_301), "too old");
        assert!(!is(&good, "a.b.c.d.f", 1_700_000_000), "another body");
        assert!(!is_signed("whsec_other", &good, b"a.b.c.d.e", 1_700_000_000), "another secret");
        assert!(!is(&good.replace("t=17", "t=16"), "a.b.c.d.e", 1_600_000_000), "another time");
        for wrong in ["", "t=1700000000", "t=1700000000,v1=", &good[..good.len() - 1], &good[..good.len() - 2], &good.replace("v1", "v0")] {
            assert!(!is(wrong, "a.b.c.d.e", 1_700_000_000), "{wrong}");
        }
    }
}
