//! A program as an integrator of Kayle ID writes it: it registers its webhook when it starts, and hands on the events that
//! Kayle sends to it. Its tests, in `tests/`, show how standin takes the place of Kayle.
//!
//! - `kayle`: what the program asks of the API, and when it asks again.
//! - `hook`: the server that receives events, and the check of their signatures.
//!
//! Two things are left out. Kayle encrypts events with a key that the integrator has uploaded; here they are handed on as they
//! came, and neither is a key uploaded nor an event decrypted. And a real program would remember the names of deliveries: one
//! whose answer was lost comes again.

mod hook;
mod kayle;

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use tokio::{
    net::TcpListener,
    sync::mpsc,
    task::{JoinError, JoinHandle},
};

pub use self::{hook::Event, kayle::Error};
use self::{hook::Hook, kayle::Kayle};

/// How many events may wait to be taken. Kayle is told to come back later while there are more.
const WAITING: usize = 100;

/// What the program has to know.
#[derive(Clone)]
#[allow(missing_debug_implementations, reason = "it holds the key")]
pub struct Config {
    /// Where Kayle is: `https://api.kayle.id`, without a slash at the end.
    pub kayle: String,
    /// The API key.
    pub key: String,
    /// The address under which Kayle reaches this program.
    pub hook: String,
    /// The address to listen on.
    pub listen: SocketAddr,
    /// How long an answer of Kayle may take.
    pub timeout: Duration,
    /// How long to wait before Kayle is asked again; twice as long each time.
    pub pause: Duration,
}

/// The running program. It stops when it is dropped.
#[derive(Debug)]
pub struct App {
    addr: SocketAddr,
    events: mpsc::Receiver<Event>,
    registration: JoinHandle<Result<(), Error>>,
    server: JoinHandle<()>,
}

impl App {
    /// Listens for events, and registers the webhook in the background.
    ///
    /// # Errors
    ///
    /// If it cannot listen on the address.
    pub async fn start(config: Config) -> io::Result<Self> {
        let listener = TcpListener::bind(config.listen).await?;
        let addr = listener.local_addr()?;
        let (sender, events) = mpsc::channel(WAITING);
        let hook = Arc::new(Hook::new(sender));
        let server = tokio::spawn(hook::serve(listener, Arc::clone(&hook)));
        let registration = tokio::spawn(async move {
            let secret = Kayle::new(&config).register(&config.hook).await?;
            hook.trust(secret);
            Ok(())
        });
        Ok(Self { addr, events, registration, server })
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Waits until the webhook is registered; asked a second time, it panics.
    ///
    /// # Errors
    ///
    /// If Kayle refused, or could not be reached.
    pub async fn registered(&mut self) -> Result<(), Error> {
        (&mut self.registration).await.unwrap_or_else(|error: JoinError| std::panic::resume_unwind(error.into_panic()))
    }

    /// The next event that Kayle has sent.
    pub async fn next_event(&mut self) -> Option<Event> {
        self.events.recv().await
    }
}

impl Drop for App {
    fn drop(&mut self) {
        self.registration.abort();
        self.server.abort();
    }
}
