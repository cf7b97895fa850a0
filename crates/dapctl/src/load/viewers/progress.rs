//! What the viewers of one thread saw.

use std::collections::BTreeMap;

use crate::load::latency::Latencies;

/// What a worker saw since it last told.
#[derive(Debug, Default)]
pub(super) struct Progress {
    /// Which worker.
    pub(super) worker: usize,
    /// Its viewers that play now.
    pub(super) playing: usize,
    /// Got their first keyframe.
    pub(super) joined: u64,
    /// Ended before that.
    pub(super) failed: u64,
    /// Ended after that.
    pub(super) lost: u64,
    /// From the beginning of the connection to the first byte of a keyframe.
    pub(super) join: Latencies,
    pub(super) frames: u64,
    pub(super) bytes: u64,
    /// Of all frames that were sent after their viewer had come.
    pub(super) recent_delay: Latencies,
    /// Of each viewer, the longest time between two frames within the window. Told once, at the end.
    pub(super) gaps: Latencies,
    pub(super) steady: Steady,
    pub(super) errors: Errors,
}

/// What counts: within the window in which all viewers are there.
#[derive(Debug, Default)]
pub(super) struct Steady {
    pub(super) frames: u64,
    pub(super) bytes: u64,
    /// Frames that were sent and never came.
    pub(super) missing: u64,
    pub(super) delay: Latencies,
    /// For so long, at most, the kernel had a viewer's data ready until they were read: the load's own fault.
    pub(super) loader_lag: Latencies,
}

impl Progress {
    pub(super) fn of(worker: usize) -> Self {
        Self {
            worker,
            ..Self::default()
        }
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.joined += other.joined;
        self.failed += other.failed;
        self.lost += other.lost;
        self.join.add(&other.join);
        self.frames += other.frames;
        self.bytes += other.bytes;
        self.recent_delay.add(&other.recent_delay);
        self.gaps.add(&other.gaps);
        self.steady.frames += other.steady.frames;
        self.steady.bytes += other.steady.bytes;
        self.steady.missing += other.steady.missing;
        self.steady.delay.add(&other.steady.delay);
        self.steady.loader_lag.add(&other.steady.loader_lag);
        for (problem, times) in &other.errors.0 {
            self.errors.add_many(problem.clone(), *times);
        }
    }
}

/// What went wrong, and how often.
#[derive(Debug, Default)]
pub(super) struct Errors(pub(super) BTreeMap<String, u64>);

impl Errors {
    /// More kinds than this are counted as one.
    const MAX_KINDS: usize = 50;

    pub(super) fn add(&mut self, problem: String) {
        self.add_many(problem, 1);
    }

    fn add_many(&mut self, problem: String, times: u64) {
        let is_known = self.0.contains_key(&problem) || self.0.len() < Self::MAX_KINDS;
        *self
            .0
            .entry(if is_known { problem } else { "other".into() })
            .or_default() += times;
    }
}
