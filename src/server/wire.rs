//! The wire: sockets, HTTP/1.1 and h2c. hyper and tokio are named here and in `rigged` alone.
//!
//! One background runtime per process carries every server as a task. Every limit is explicit: without a timer hyper
//! would wait for half a request for ever.

use std::{
    convert::Infallible,
    future::poll_fn,
    net::{SocketAddr, TcpListener as StdListener},
    pin::{Pin, pin},
    sync::{
        Arc, Condvar, Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use hyper::http::request::Parts;
use hyper::{
    Version,
    body::{Body, Frame, Incoming, SizeHint},
    service::service_fn,
};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto,
};
use tokio::{
    net::{TcpListener, TcpSocket, TcpStream},
    runtime::{Builder, Runtime},
    sync::watch,
    time::{sleep, timeout},
};

use super::rigged::{Line, Rigged, acts};
use crate::{
    engine::{Engine, Sent},
    error::Error,
    message::{Bytes, HeaderValue, Request, StatusCode, Uri, header},
    violation::{Place, Step, Violation},
};

/// How long the head of a request may take, and its body.
const READ_TIMEOUT: Duration = Duration::from_secs(30);
/// How long a connection may take to finish once the server has stopped.
const GRACE: Duration = Duration::from_secs(5);
/// How long to wait after a failed accept: out of file descriptors, say.
const ACCEPT_PAUSE: Duration = Duration::from_millis(10);
const MOST_STREAMS: u32 = 256;
/// How much of a body that is too large is read after the answer, and for how long.
const MOST_DROPPED: usize = 32 << 20;
const DROP_TIMEOUT: Duration = Duration::from_secs(2);

/// How long to wait for the listener to be gone, which is a matter of waking a task.
const CLOSING: Duration = Duration::from_secs(5);
/// How many connections the kernel keeps for a listener that was closed and is opened again; the same as at first.
const BACKLOG: u32 = 1_024;

/// A server's port. Dropping it stops the server.
pub(super) struct Wire {
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

impl Wire {
    /// Binds, spawns and returns: the kernel queues early connections, so nobody needs to wait.
    pub(super) fn listen(engine: Arc<Engine>, addr: SocketAddr, body_limit: usize) -> Result<Self, Error> {
        let failed = |error| Error::start(format!("listen on {addr}"), error);
        let (listener, addr) = bind(addr).map_err(failed)?;
        let open = Arc::new(Open::default());
        let wire = Self { engine, addr, body_limit, open, state: Mutex::new(State::Paused(None)) };
        wire.begin(listener).map_err(failed)?;
        Ok(wire)
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

impl Drop for Wire {
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

/// What all tasks of a server share.
#[derive(Clone)]
struct Shared {
    engine: Arc<Engine>,
    body_limit: usize,
    stopped: watch::Receiver<bool>,
    stopping: Arc<AtomicBool>,
    open: Arc<Open>,
}

async fn accept(listener: TcpListener, shared: Shared, _listening: OpenGuard) {
    // Closed before it is counted as gone: what is declared last is dropped first.
    let listener = listener;
    let mut stopped = shared.stopped.clone();
    loop {
        match first(pin!(listener.accept()), pin!(stopped.changed())).await {
            First::Left(Ok((stream, _))) => {
                let guard = Open::enter(&shared.open);
                tokio::spawn(connection(stream, shared.clone(), guard));
            }
            First::Left(Err(_)) => sleep(ACCEPT_PAUSE).await,
            First::Right(_) => return,
        }
    }
}

async fn connection(stream: TcpStream, shared: Shared, _guard: OpenGuard) {
    // Answers are small and whole: waiting to fill a packet only costs time.
    let _ = stream.set_nodelay(true);
    let mut stopped = shared.stopped.clone();
    let mut builder = auto::Builder::new(TokioExecutor::new());
    // A client that has said all it wants to say may close its side and still be answered.
    builder.http1().timer(TokioTimer::new()).header_read_timeout(READ_TIMEOUT).half_close(true);
    builder.http2().timer(TokioTimer::new()).max_concurrent_streams(MOST_STREAMS);
    let line = Arc::new(Line::new());
    let rigged = Rigged::new(stream, Arc::clone(&line), shared.stopped.clone());
    let serving = Arc::new((shared.clone(), line));
    let service = service_fn(move |request| {
        let serving = Arc::clone(&serving);
        async move { Ok::<_, Infallible>(serve(request, &serving.0, &serving.1).await) }
    });
    let mut connection = pin!(builder.serve_connection(TokioIo::new(rigged), service));
    // What goes wrong on a connection is the client's business: it hung up, or sent no HTTP.
    let until_stopped = Once { future: pin!(stopped.changed()), polled: false, flag: &shared.stopping };
    if let First::Right(()) = first(connection.as_mut(), pin!(until_stopped)).await {
        connection.as_mut().graceful_shutdown();
        let _ = timeout(GRACE, connection).await;
    }
}

/// Waits for the stop, which wakes the task; polled again and again beside a busy connection, it looks at a flag only.
struct Once<'f, F> {
    future: Pin<&'f mut F>,
    polled: bool,
    flag: &'f AtomicBool,
}

impl<F: Future> Future for Once<'_, F> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let first = !std::mem::replace(&mut self.polled, true);
        if first && self.future.as_mut().poll(context).is_ready() || self.flag.load(Ordering::Acquire) {
            return Poll::Ready(());
        }
        Poll::Pending
    }
}

pub(super) enum First<L, R> {
    Left(L),
    Right(R),
}

/// Whichever is ready first; the left one if both are. (`tokio::select!` would cost a crate of macros.)
pub(super) async fn first<L: Future, R: Future>(mut left: Pin<&mut L>, mut right: Pin<&mut R>) -> First<L::Output, R::Output> {
    poll_fn(|context| match left.as_mut().poll(context) {
        Poll::Ready(left) => Poll::Ready(First::Left(left)),
        Poll::Pending => right.as_mut().poll(context).map(First::Right),
    })
    .await
}

async fn serve(request: hyper::Request<Incoming>, shared: &Shared, line: &Line) -> hyper::Response<Whole> {
    let is_http_1 = request.version() < Version::HTTP_2;
    let (parts, mut body) = request.into_parts();
    let read = {
        let mut reading = pin!(read(&mut body, shared.body_limit));
        // Most bodies have come with their head: no timer for those.
        match poll_fn(|context| Poll::Ready(reading.as_mut().poll(context))).await {
            Poll::Ready(read) => read,
            Poll::Pending => timeout(READ_TIMEOUT, reading).await.unwrap_or(Err(Unread::Slow)),
        }
    };
    let Sent { response, fault } = match read {
        Ok(body) => shared.engine.handle(detached(parts, body)),
        Err(unread) => {
            // Who waits to be told to continue sends nothing, and reading would tell it.
            if matches!(unread, Unread::TooLarge) && !parts.headers.contains_key(header::EXPECT) {
                tokio::spawn(timeout(DROP_TIMEOUT, drop_rest(body)));
            }
            let (status, violation) = unread.explain(shared.body_limit);
            Sent { response: shared.engine.refuse(detached(parts, Bytes::new()), status, violation), fault: None }
        }
    };
    if !response.delay().is_zero() {
        // Nothing is held meanwhile: the call is judged and remembered.
        sleep(response.delay()).await;
    }
    if let Some(fault) = fault {
        // What hyper writes from now on is thrown away: the line has its own bytes to send.
        line.rig(acts(fault, &response, is_http_1));
    }
    let (status, headers, body) = response.into_parts();
    let mut response = hyper::Response::new(Whole(Some(body)));
    *response.status_mut() = status;
    for (name, value) in headers {
        response.headers_mut().append(name, value);
    }
    if status == StatusCode::PAYLOAD_TOO_LARGE || status == StatusCode::REQUEST_TIMEOUT {
        // The rest of the body is not read to its end, so the connection cannot be used again.
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// Bodies up to this size are taken out of hyper's read buffer, which is larger than they are.
const SMALL: usize = 16 << 10;

/// The request in memory of its own, which is one piece.
///
/// Target, header values and body come as slices of hyper's read buffer. A call is remembered for long: it would keep the
/// whole buffer, and hyper would need a new one for each request.
fn detached(parts: Parts, body: Bytes) -> Request {
    let Parts { method, uri, headers, .. } = parts;
    let target = uri.path_and_query().map_or("/", |target| target.as_str());
    let small = body.len() <= SMALL;
    let values: usize = headers.values().map(|value| value.len()).sum();
    let mut memory = Vec::with_capacity(target.len() + values + if small { body.len() } else { 0 });
    memory.extend_from_slice(target.as_bytes());
    headers.values().for_each(|value| memory.extend_from_slice(value.as_bytes()));
    let after_values = memory.len();
    if small {
        memory.extend_from_slice(&body);
    }
    let memory = Bytes::from(memory);

    let mut at = target.len();
    let headers = headers.iter().map(|(name, value)| {
        let piece = memory.slice(at..at + value.len());
        at += value.len();
        // What was a value is one again: nothing but its memory has changed.
        (name.clone(), HeaderValue::from_maybe_shared(piece).unwrap_or_else(|_| value.clone()))
    });
    let headers = headers.collect();
    let uri = Uri::from_maybe_shared(memory.slice(..target.len())).unwrap_or(uri);
    Request::new(method, uri, headers, if small { memory.slice(after_values..) } else { body })
}

/// Why a body was not read to its end.
enum Unread {
    TooLarge,
    Slow,
    Broken,
}

impl Unread {
    fn explain(&self, limit: usize) -> (StatusCode, Violation) {
        let (status, code, expected, found) = match self {
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "body.too-large", format!("at most {limit} bytes"), "more"),
            Self::Slow => {
                let expected = format!("the whole body within {} seconds", READ_TIMEOUT.as_secs());
                (StatusCode::REQUEST_TIMEOUT, "body.too-slow", expected, "a part of it")
            }
            Self::Broken => (StatusCode::BAD_REQUEST, "body.broken", "a whole body".into(), "a part of it"),
        };
        (status, Violation::new(Step::Body, code, Place::BODY, expected, found))
    }
}

/// Reads a body under a limit. One that came in one piece is not copied.
async fn read(body: &mut Incoming, limit: usize) -> Result<Bytes, Unread> {
    if body.size_hint().lower() > limit as u64 {
        return Err(Unread::TooLarge);
    }
    let mut body = pin!(body);
    let mut first = Bytes::new();
    let mut whole: Vec<u8> = Vec::new();
    while let Some(frame) = poll_fn(|context| body.as_mut().poll_frame(context)).await {
        let Ok(piece) = frame.map_err(|_| Unread::Broken)?.into_data() else { continue };
        if first.len() + whole.len() + piece.len() > limit {
            return Err(Unread::TooLarge);
        }
        if first.is_empty() && whole.is_empty() {
            first = piece;
        } else {
            if whole.is_empty() {
                whole = Vec::from(std::mem::take(&mut first));
            }
            whole.extend_from_slice(&piece);
        }
    }
    Ok(if whole.is_empty() { first } else { whole.into() })
}

/// Reads on for a while, while the answer is sent: were the connection closed with bytes unread, the client would be told of a
/// reset, and might never see the answer (RFC 9112, section 9.6).
async fn drop_rest(mut body: Incoming) {
    let mut dropped = 0;
    while dropped < MOST_DROPPED
        && let Some(Ok(frame)) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await
    {
        dropped += frame.data_ref().map_or(0, Bytes::len);
    }
}

/// A body that is there already.
struct Whole(Option<Bytes>);

impl Body for Whole {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.take().filter(|bytes| !bytes.is_empty()).map(|bytes| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.0.as_ref().is_none_or(Bytes::is_empty)
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.0.as_ref().map_or(0, |bytes| bytes.len() as u64))
    }
}

/// Counts open connections, so that a stop can wait for them.
#[derive(Default)]
struct Open {
    count: Mutex<usize>,
    changed: Condvar,
}

struct OpenGuard(Arc<Open>);

impl Open {
    fn enter(open: &Arc<Self>) -> OpenGuard {
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
