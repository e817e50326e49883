//! Faults below HTTP: a stream that sends something else than what hyper writes, once it is told to.
//!
//! Until then it hands everything through; all that costs is to look at a flag. Then it takes the socket away from hyper,
//! sends the bytes that the fault is made of, and ends the connection.

use std::{
    fmt::Write,
    io,
    pin::{Pin, pin},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    sync::watch,
    time::sleep,
};

use super::wire::first;
use crate::{
    message::{Bytes, Response},
    script::Fault,
};

/// How long before a reset: the bytes before it are to arrive, and a reset overtakes what is still on its way.
const BEFORE_RESET: Duration = Duration::from_millis(20);
/// How often a slow line sends.
const SENDS_PER_SECOND: u32 = 20;
/// How much longer than the body `Content-Length` is, where it is too long.
const MISSING: usize = 10;

/// What is done with the socket.
#[derive(Debug, PartialEq)]
pub(super) enum Act {
    Send(Bytes),
    /// So many bytes in a second.
    Trickle(Bytes, u32),
    Reset,
    /// Until the client is gone.
    Hang,
}

/// Where a connection is told of its fault.
pub(super) struct Line {
    rigged: AtomicBool,
    acts: Mutex<Vec<Act>>,
}

impl Line {
    pub(super) fn new() -> Self {
        Self { rigged: AtomicBool::new(false), acts: Mutex::default() }
    }

    pub(super) fn rig(&self, acts: Vec<Act>) {
        *self.acts.lock().unwrap_or_else(PoisonError::into_inner) = acts;
        self.rigged.store(true, Ordering::Release);
    }

    fn take(&self) -> Option<Vec<Act>> {
        let rigged = self.rigged.load(Ordering::Acquire);
        rigged.then(|| std::mem::take(&mut *self.acts.lock().unwrap_or_else(PoisonError::into_inner)))
    }
}

/// What a fault does instead of sending an answer. At its end the connection is closed.
pub(super) fn acts(fault: Fault, response: &Response, is_http_1: bool) -> Vec<Act> {
    if !is_http_1 {
        return vec![Act::Reset];
    }
    let length = response.body().len();
    let whole = Message::new(response, Framing::Length(length));
    let send = |bytes: &[u8]| Act::Send(Bytes::copy_from_slice(bytes));
    match fault {
        Fault::ResetBeforeHeaders => vec![Act::Reset],
        Fault::ResetInHeaders => vec![send(half(whole.head())), Act::Reset],
        Fault::ResetInBody => vec![send(whole.head()), send(half(whole.body())), Act::Reset],
        Fault::EndInBody if length == 0 => vec![send(half(whole.head()))],
        Fault::EndInBody => vec![send(whole.head()), send(half(whole.body()))],
        Fault::MalformedChunk => {
            let chunked = Message::new(response, Framing::Chunked);
            let piece = half(whole.body());
            let chunk = [format!("{:x}\r\n", piece.len()).as_bytes(), piece, b"\r\nno number\r\n"].concat();
            vec![send(chunked.head()), send(&chunk)]
        }
        Fault::SlowHeaders(speed) => vec![Act::Trickle(Bytes::copy_from_slice(whole.head()), speed), send(whole.body())],
        Fault::SlowBody(speed) => vec![send(whole.head()), Act::Trickle(Bytes::copy_from_slice(whole.body()), speed)],
        Fault::Hang => vec![Act::Hang],
        Fault::LengthTooLong => vec![send(&Message::new(response, Framing::Length(length + MISSING)).0)],
        Fault::LengthTooShort => vec![send(&Message::new(response, Framing::Length(length / 2)).0)],
        // A declared error is an answer as any other, and has no fault by the time that it is here.
        Fault::EndBeforeHeaders | Fault::DeclaredError => Vec::new(),
    }
}

/// The first half, of one byte the byte itself.
fn half(bytes: &[u8]) -> &[u8] {
    &bytes[..bytes.len().div_ceil(2)]
}

/// An answer as the bytes of HTTP/1.1, and where its body begins.
struct Message(Vec<u8>, usize);

#[derive(Clone, Copy)]
enum Framing {
    Length(usize),
    Chunked,
}

impl Message {
    fn new(response: &Response, framing: Framing) -> Self {
        let status = response.status();
        let mut head = format!("HTTP/1.1 {} {}\r\n", status.as_u16(), status.canonical_reason().unwrap_or_default()).into_bytes();
        for (name, value) in response.headers().iter().filter(|(name, _)| *name != "content-length") {
            head.extend_from_slice(name.as_str().as_bytes());
            head.extend_from_slice(b": ");
            head.extend_from_slice(value.as_bytes());
            head.extend_from_slice(b"\r\n");
        }
        let mut last = String::from("connection: close\r\n");
        // Writing to a `String` cannot fail.
        let _ = match framing {
            Framing::Length(length) => write!(last, "content-length: {length}\r\n\r\n"),
            Framing::Chunked => write!(last, "transfer-encoding: chunked\r\n\r\n"),
        };
        head.extend_from_slice(last.as_bytes());
        let body = head.len();
        head.extend_from_slice(response.body());
        Self(head, body)
    }

    fn head(&self) -> &[u8] {
        &self.0[..self.1]
    }

    fn body(&self) -> &[u8] {
        &self.0[self.1..]
    }
}

/// A stream for hyper that can be rigged.
pub(super) struct Rigged {
    line: Arc<Line>,
    stopped: watch::Receiver<bool>,
    state: State,
}

enum State {
    Plain(TcpStream),
    Acting(Pin<Box<dyn Future<Output = ()> + Send>>),
    Over,
}

impl Rigged {
    pub(super) fn new(stream: TcpStream, line: Arc<Line>, stopped: watch::Receiver<bool>) -> Self {
        Self { line, stopped, state: State::Plain(stream) }
    }

    /// The stream, as long as nothing is wrong with it; then it acts, and when it is done there is an error that ends the
    /// connection.
    fn stream(&mut self, context: &mut Context<'_>) -> Poll<io::Result<Pin<&mut TcpStream>>> {
        if matches!(self.state, State::Plain(_))
            && let Some(acts) = self.line.take()
            && let State::Plain(stream) = std::mem::replace(&mut self.state, State::Over)
        {
            self.state = State::Acting(Box::pin(play(stream, acts, self.stopped.clone())));
        }
        if let State::Acting(acting) = &mut self.state {
            ready!(acting.as_mut().poll(context));
            self.state = State::Over;
        }
        match &mut self.state {
            State::Plain(stream) => Poll::Ready(Ok(Pin::new(stream))),
            State::Acting(_) | State::Over => Poll::Ready(Err(io::ErrorKind::ConnectionReset.into())),
        }
    }
}

impl AsyncRead for Rigged {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match &mut self.state {
            State::Plain(stream) => Pin::new(stream).poll_read(context, buffer),
            // Whoever writes wakes the task.
            State::Acting(_) | State::Over => Poll::Pending,
        }
    }
}

impl AsyncWrite for Rigged {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        ready!(self.stream(context))?.poll_write(context, bytes)
    }

    fn poll_write_vectored(mut self: Pin<&mut Self>, context: &mut Context<'_>, slices: &[io::IoSlice<'_>]) -> Poll<io::Result<usize>> {
        ready!(self.stream(context))?.poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.stream(context))?.poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.state {
            State::Over => Poll::Ready(Ok(())),
            _ => ready!(self.stream(context))?.poll_shutdown(context),
        }
    }
}

/// Does what a fault does, and closes the connection; a stop of the server ends it.
async fn play(stream: TcpStream, acts: Vec<Act>, mut stopped: watch::Receiver<bool>) {
    let acting = async {
        for act in acts {
            // A client that is gone has seen the fault already, or does not care.
            if do_one(&stream, act).await.is_err() {
                return;
            }
        }
    };
    // Whichever is first: nothing else is left to do.
    first(pin!(acting), pin!(stopped.changed())).await;
}

async fn do_one(stream: &TcpStream, act: Act) -> io::Result<()> {
    match act {
        Act::Send(bytes) => send(stream, &bytes).await,
        Act::Trickle(bytes, speed) => {
            let at_once = (speed / SENDS_PER_SECOND).max(1) as usize;
            let pause = Duration::from_secs_f64(at_once as f64 / f64::from(speed.max(1)));
            for piece in bytes.chunks(at_once) {
                send(stream, piece).await?;
                sleep(pause).await;
            }
            Ok(())
        }
        Act::Reset => {
            sleep(BEFORE_RESET).await;
            stream.set_zero_linger()
        }
        Act::Hang => hang(stream).await,
    }
}

async fn send(stream: &TcpStream, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        stream.writable().await?;
        match stream.try_write(bytes) {
            Ok(sent) => bytes = &bytes[sent..],
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Reads until there is nothing more to come: the client has given up.
async fn hang(stream: &TcpStream) -> io::Result<()> {
    let mut buffer = [0; 1_024];
    loop {
        stream.readable().await?;
        match stream.try_read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::StatusCode;

    fn sent(fault: Fault, response: &Response) -> String {
        let shown = |act: &Act| match act {
            Act::Send(bytes) => String::from_utf8_lossy(bytes).into_owned(),
            Act::Trickle(bytes, speed) => format!("[{} bytes, {speed}/s]", bytes.len()),
            Act::Reset => "[reset]".to_owned(),
            Act::Hang => "[hang]".to_owned(),
        };
        acts(fault, response, true).iter().map(shown).collect::<String>().replace("\r\n", "|")
    }

    #[test]
    fn each_fault_is_its_bytes() {
        let response = Response::new(StatusCode::OK).with_body("text/plain".parse().unwrap(), "abcdef");
        let head = "HTTP/1.1 200 OK|content-type: text/plain|connection: close|content-length: ";
        let cases = [
            (Fault::ResetBeforeHeaders, "[reset]".to_owned()),
            (Fault::ResetInHeaders, "HTTP/1.1 200 OK|content-type: text/plain\r[reset]".to_owned()),
            (Fault::ResetInBody, format!("{head}6||abc[reset]")),
            (Fault::EndBeforeHeaders, String::new()),
            (Fault::EndInBody, format!("{head}6||abc")),
            (Fault::MalformedChunk, head.replace("content-length: ", "transfer-encoding: chunked||3|abc|no number|")),
            (Fault::SlowHeaders(7), "[83 bytes, 7/s]abcdef".to_owned()),
            (Fault::SlowBody(7), format!("{head}6||[6 bytes, 7/s]")),
            (Fault::Hang, "[hang]".to_owned()),
            (Fault::LengthTooLong, format!("{head}16||abcdef")),
            (Fault::LengthTooShort, format!("{head}3||abcdef")),
        ];
        for (fault, expected) in cases {
            assert_eq!(sent(fault, &response), expected, "{fault}");
        }
        let bodiless = Response::new(StatusCode::NO_CONTENT);
        assert_eq!(sent(Fault::EndInBody, &bodiless), "HTTP/1.1 204 No Content|connecti");
        assert_eq!(acts(Fault::EndInBody, &response, false), [Act::Reset]);
    }
}
