//! What a server costs beside plain hyper, in one run: start + one call + drop, and requests per second on loopback.
//!
//! `cargo bench --bench server`. Rounds are interleaved, because machines are shared and noisy; read the ratios.

#![allow(clippy::print_stdout)]

use std::{
    convert::Infallible,
    io::{Read, Write},
    net::{SocketAddr, TcpListener as StdListener, TcpStream as StdStream},
    pin::Pin,
    sync::OnceLock,
    task::{Context, Poll},
    time::{Duration, Instant},
};

use hyper::{
    body::{Body, Bytes, Frame, Incoming, SizeHint},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use standin::kayle;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    runtime::{Builder, Runtime},
    task::JoinHandle,
};

const CONNECTIONS: usize = 32;
const REQUESTS: usize = 2_000;
const ROUNDS: usize = 7;

fn request() -> Vec<u8> {
    let body = r#"{"url":"https://example.com/webhooks/kayle","name":"Main","enabled":true,"subscribed_event_types":["verification.attempt.succeeded"]}"#;
    format!(
        "POST /v1/webhooks/endpoints HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer kk\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// A body that is there already, as standin's are.
struct Whole(Option<Bytes>);

impl Body for Whole {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.take().map(|bytes| Ok(Frame::data(bytes))))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.0.as_ref().map_or(0, |bytes| bytes.len() as u64))
    }
}

fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap())
}

/// The plain server: the same answer to everything, as soon as the request is read.
struct Plain {
    addr: SocketAddr,
    task: JoinHandle<()>,
}

impl Plain {
    fn start(answer: Bytes) -> Self {
        let listener = StdListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let addr = listener.local_addr().unwrap();
        let _context = runtime().enter();
        let listener = TcpListener::from_std(listener).unwrap();
        let task = runtime().spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                stream.set_nodelay(true).unwrap();
                let answer = answer.clone();
                tokio::spawn(async move {
                    let service = service_fn(move |request: hyper::Request<Incoming>| {
                        let answer = answer.clone();
                        async move {
                            let mut body = request.into_body();
                            while std::future::poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await.is_some() {}
                            let response = hyper::Response::builder().header("content-type", "application/json");
                            response.body(Whole(Some(answer)))
                        }
                    });
                    let _ = http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service).await;
                });
            }
        });
        Self { addr, task }
    }
}

impl Drop for Plain {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn call_once(addr: SocketAddr) -> usize {
    let mut client = StdStream::connect(addr).unwrap();
    client.set_nodelay(true).unwrap();
    client.write_all(&request()).unwrap();
    let mut buffer = [0; 4096];
    client.read(&mut buffer).unwrap()
}

/// Requests per second over all connections, kept alive.
fn throughput(addr: SocketAddr) -> f64 {
    static CLIENTS: OnceLock<Runtime> = OnceLock::new();
    let clients = CLIENTS.get_or_init(|| Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap());
    let start = Instant::now();
    clients.block_on(async {
        let tasks: Vec<_> = (0..CONNECTIONS).map(|_| tokio::spawn(client(addr))).collect();
        for task in tasks {
            task.await.unwrap();
        }
    });
    (CONNECTIONS * REQUESTS) as f64 / start.elapsed().as_secs_f64()
}

async fn client(addr: SocketAddr) {
    let mut stream = TcpStream::connect(addr).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let (request, mut buffer) = (request(), vec![0; 8192]);
    for _ in 0..REQUESTS {
        stream.write_all(&request).await.unwrap();
        // Answers are whole in one packet; what is not begins like one all the same.
        let read = stream.read(&mut buffer).await.unwrap();
        assert!(buffer[..read].starts_with(b"HTTP/1.1 200"));
    }
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

fn main() {
    let first = Instant::now();
    let api = kayle::builder().lenient(true).start();
    call_once(api.addr());
    println!("standin, first start + call, cold process     {:>10.0} µs", micros(first.elapsed()));

    let answer = api.calls().last().response().body().clone();
    let plain = Plain::start(answer.clone());
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..2_000 {
        let start = Instant::now();
        let server = Plain::start(answer.clone());
        call_once(server.addr);
        drop(server);
        theirs.push(micros(start.elapsed()));
        let start = Instant::now();
        let server = kayle::start();
        call_once(server.addr());
        drop(server);
        ours.push(micros(start.elapsed()));
    }
    let (ours, theirs) = (median(ours), median(theirs));
    println!("start + call + drop: hyper {theirs:.0} µs, standin {ours:.0} µs, ratio {:.2}", ours / theirs);

    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        theirs.push(throughput(plain.addr));
        ours.push(throughput(api.addr()));
    }
    let (ours, theirs) = (median(ours), median(theirs));
    println!("requests/s, {CONNECTIONS} connections: hyper {theirs:.0}, standin {ours:.0}, ratio {:.2}", ours / theirs);
}
