//! How the benches measure.

#![allow(dead_code, reason = "no bench needs all of it")]

use std::time::{Duration, Instant};

const BATCH: usize = 200;

/// The median time of one run of `act`, over so many batches.
pub(crate) fn median_over(batches: usize, mut act: impl FnMut()) -> Duration {
    (0..BATCH).for_each(|_| act());
    let mut times: Vec<Duration> = (0..batches)
        .map(|_| {
            let start = Instant::now();
            (0..BATCH).for_each(|_| act());
            start.elapsed() / BATCH as u32
        })
        .collect();
    times.sort();
    times[batches / 2]
}

/// The bytes of memory that this process has, where the system tells.
pub(crate) fn resident() -> Option<usize> {
    let text = std::fs::read_to_string("/proc/self/statm").ok()?;
    let pages: usize = text.split(' ').nth(1)?.parse().ok()?;
    Some(pages * 4096)
}
