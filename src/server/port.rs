//! The port of a server: who listens on it, when nobody does, and how many connections are open.
//!
//! One background runtime per process carries every server as a task.

use std::{
    net::{SocketAddr, TcpListener as StdListener},
    sync::{
        Arc, Condvar, Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::{
    net::{TcpListener, TcpSocket},
    runtime::{Builder, Runtime},
    sync::watch,
};

use super::wire::{Shared, accept};
use crate::{engine::Engine, error::Error};

/// How long to wait for the listener to be gone, which is a matter of waking a task.
const CLOSING: Duration = Duration::from_secs(5);
/// How many connections the kernel keeps for a listener that was closed and is opened again; the same as at first.
const BACKLOG: u32 = 1_024;

/// A server's port. Dropping it stops the server.
pub(super) struct Port {
    engine: Arc<Engine>,
    addr: SocketAddr,
    body_limit: usize,
    open: Arc<Open>,
    state: Mutex<State>,
}

/// Whether anybody listens.
enum State {
    Listening(Period),
    /// Nobody does, and the port is kept, so that nobody else gets it; if that could not be done, it is not.
    Paused(Option<TcpSocket>),
}

/// The time between a start and a stop.
struct Period {
    stop: watch::Sender<bool>,
    stopping: Arc<AtomicBool>,
    /// Counts the listener.
    listening: Arc<Open>,
}

impl Period {
    /// The flag first: whoever is woken must find it set.
    fn end(&self) {
        self.stopping.store(true, Ordering::Release);
        self.stop.send_replace(true);
    }
}

impl Port {
    /// Binds, spawns and returns: the kernel queues early connections, so nobody needs to wait.
    pub(super) fn listen(engine: Arc<Engine>, addr: SocketAddr, body_limit: usize) -> Result<Self, Error> {
        let failed = |error| Error::start(format!("listen on {addr}"), error);
        let (listener, addr) = bind(addr).map_err(failed)?;
        let open = Arc::new(Open::default());
        let port = Self { engine, addr, body_limit, open, state: Mutex::new(State::Paused(None)) };
        port.begin(listener).map_err(failed)?;
        Ok(port)
    }

    pub(super) fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Closes the listener, keeps its port, and lets the connections that are open finish what is under way.
    pub(super) fn pause(&self) {
        let mut state = self.state();
        let State::Listening(period) = &*state else { return };
        period.end();
        period.listening.wait(CLOSING);
        *state = State::Paused(keep(self.addr).ok());
    }

    /// Listens again, on the same port.
    pub(super) fn resume(&self) -> Result<(), Error> {
        let mut state = self.state();
        let State::Paused(kept) = &mut *state else { return Ok(()) };
        let listener = match kept.take() {
            Some(socket) => listen_on(socket),
            None => bind(self.addr).map(|(listener, _)| listener),
        };
        drop(state);
        listener.and_then(|listener| self.begin(listener)).map_err(|error| Error::start(format!("listen again on {}", self.addr), error))
    }

    fn begin(&self, listener: TcpListener) -> std::io::Result<()> {
        let (stop, stopped) = watch::channel(false);
        let period = Period { stop, stopping: Arc::default(), listening: Arc::default() };
        let shared = Shared {
            engine: Arc::clone(&self.engine),
            body_limit: self.body_limit,
            stopped,
            stopping: Arc::clone(&period.stopping),
            open: Arc::clone(&self.open),
        };
        runtime()?.spawn(accept(listener, shared, Open::enter(&period.listening)));
        *self.state() = State::Listening(period);
        Ok(())
    }

    /// Stops accepting, and waits until the connections are done. Blocks the thread, and needs no runtime of its own.
    pub(super) fn stop(&self, within: Duration) -> bool {
        self.signal();
        self.open.wait(within)
    }

    fn signal(&self) {
        if let State::Listening(period) = &*self.state() {
            period.end();
        }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        // Each change is one assignment.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Port {
    fn drop(&mut self) {
        self.signal();
    }
}

fn bind(addr: SocketAddr) -> std::io::Result<(TcpListener, SocketAddr)> {
    let listener = StdListener::bind(addr)?;
    listener.set_nonblocking(true)?;
    let addr = listener.local_addr()?;
    let _context = runtime()?.enter();
    Ok((TcpListener::from_std(listener)?, addr))
}

/// A socket that has a port and does not listen: who connects is refused.
fn keep(addr: SocketAddr) -> std::io::Result<TcpSocket> {
    let socket = if addr.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // Connections of before may still be closing. Elsewhere the option means something else.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(addr)?;
    Ok(socket)
}

fn listen_on(socket: TcpSocket) -> std::io::Result<TcpListener> {
    let _context = runtime()?.enter();
    socket.listen(BACKLOG)
}

/// The process's runtime, started with the first server.
fn runtime() -> std::io::Result<&'static Runtime> {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    static STARTING: Mutex<()> = Mutex::new(());
    if let Some(runtime) = RUNTIME.get() {
        return Ok(runtime);
    }
    // Two first servers may race, and a second runtime could not be dropped: tokio forbids that inside a runtime, where
    // the servers of a `#[tokio::test]` are started.
    let _starting = STARTING.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(runtime) = RUNTIME.get() {
        return Ok(runtime);
    }
    let threads = std::thread::available_parallelism().map_or(2, |cores| cores.get().min(4));
    let runtime = Builder::new_multi_thread().worker_threads(threads).thread_name("standin").enable_all().build()?;
    Ok(RUNTIME.get_or_init(|| runtime))
}

/// Counts open connections, so that a stop can wait for them.
#[derive(Default)]
pub(super) struct Open {
    count: Mutex<usize>,
    changed: Condvar,
}

pub(super) struct OpenGuard(Arc<Open>);

impl Open {
    pub(super) fn enter(open: &Arc<Self>) -> OpenGuard {
        *open.count.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        OpenGuard(Arc::clone(open))
    }

    fn wait(&self, within: Duration) -> bool {
        let count = self.count.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.changed.wait_timeout_while(count, within, |count| *count > 0);
        let (count, _) = waited.unwrap_or_else(PoisonError::into_inner);
        *count == 0
    }
}

impl Drop for OpenGuard {
    fn drop(&mut self) {
        *self.0.count.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
        self.0.changed.notify_all();
    }
}
