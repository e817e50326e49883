//! The wire: HTTP/1.1 and h2c. hyper is named here alone, tokio here, in `port` and in `rigged`.
//!
//! Every limit is explicit: without a timer hyper would wait for half a request for ever.

use std::{
    convert::Infallible,
    future::poll_fn,
    pin::{Pin, pin},
    sync::{
        Arc,
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
    net::{TcpListener, TcpStream},
    sync::watch,
    time::{sleep, timeout},
};

use super::{
    port::{Open, OpenGuard},
    rigged::{Line, Rigged, acts},
};
use crate::{
    engine::{Engine, Sent},
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

/// What all tasks of a server share.
#[derive(Clone)]
pub(super) struct Shared {
    pub(super) engine: Arc<Engine>,
    pub(super) body_limit: usize,
    pub(super) stopped: watch::Receiver<bool>,
    pub(super) stopping: Arc<AtomicBool>,
    pub(super) open: Arc<Open>,
}

pub(super) async fn accept(listener: TcpListener, shared: Shared, _listening: OpenGuard) {
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
