//! How much a source delivers.

use std::time::{Duration, Instant};

/// Long enough to even out keyframes.
const WINDOW: Duration = Duration::from_secs(10);
/// Less than this says nothing yet.
const ENOUGH: Duration = Duration::from_secs(4);

/// Bytes per window, the last complete one and the one under way.
#[derive(Default)]
pub(super) struct Meter {
    started: Option<Instant>,
    bytes: u64,
    last_bits_per_second: Option<u64>,
}

impl Meter {
    pub(super) fn add(&mut self, now: Instant, bytes: usize) {
        let started = *self.started.get_or_insert(now);
        let past = now.saturating_duration_since(started);
        if past >= WINDOW {
            // A source that paused starts a new measurement instead of one that is far too low.
            self.last_bits_per_second = (past < 2 * WINDOW).then(|| rate(self.bytes, past));
            self.started = Some(now);
            self.bytes = 0;
        }
        self.bytes += bytes as u64;
    }

    pub(super) fn bits_per_second(&self, now: Instant) -> Option<u64> {
        let past = now.saturating_duration_since(self.started?);
        let current = (ENOUGH..2 * WINDOW).contains(&past).then(|| rate(self.bytes, past));
        self.last_bits_per_second.or(current)
    }
}

fn rate(bytes: u64, time: Duration) -> u64 {
    (bytes as f64 * 8.0 / time.as_secs_f64().max(0.001)) as u64
}
