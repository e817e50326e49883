//! A line on a terminal, so that nobody thinks the program hangs: after a second, and gone at the end.

use std::{
    io::{self, IsTerminal, Write},
    sync::mpsc::{self, RecvTimeoutError, Sender},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

/// How long nothing is said.
const PATIENCE: Duration = Duration::from_secs(1);
const BEAT: Duration = Duration::from_millis(200);

/// Says that the program is at work until it is dropped.
pub(super) struct Progress(Option<(Sender<()>, JoinHandle<()>)>);

impl Progress {
    pub(super) fn start() -> Self {
        if !io::stderr().is_terminal() {
            return Self(None);
        }
        let (stop, stopped) = mpsc::channel();
        let worker = thread::spawn(move || {
            let begun = Instant::now();
            let mut wait = PATIENCE;
            while stopped.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
                wait = BEAT;
                // A terminal that is gone needs no line.
                let _ = write!(io::stderr(), "\rlooking at all schemas and examples, {:.1} s", begun.elapsed().as_secs_f32());
            }
            if wait == BEAT {
                let _ = write!(io::stderr(), "\r\x1b[K");
            }
        });
        Self(Some((stop, worker)))
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some((stop, worker)) = self.0.take() {
            drop(stop);
            // A line that could not be written is no reason to fail.
            let _ = worker.join();
        }
    }
}
