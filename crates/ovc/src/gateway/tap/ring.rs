use super::{Passed, Seen};
use std::collections::VecDeque;
use std::sync::Arc;

/// How much is kept for who looks and is behind. What is older is dropped.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    items: usize,
    bytes: usize,
}

impl Limits {
    /// While somebody looks: several messages of the largest kind have room.
    pub(super) const WATCHED: Self = Self {
        items: 2048,
        bytes: 8 << 20,
    };
    /// Of many devices that nobody may ever look at.
    pub(super) const KEPT: Self = Self {
        items: 1024,
        bytes: 2 << 20,
    };
}

/// The last things that passed. Their numbers follow each other, from 0.
#[derive(Debug)]
pub(super) struct Ring {
    limits: Limits,
    items: VecDeque<Arc<Passed>>,
    bytes: usize,
    next: u64,
}

impl Ring {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            limits,
            items: VecDeque::new(),
            bytes: 0,
            next: 0,
        }
    }

    /// The number of what comes next.
    pub(super) fn next(&self) -> u64 {
        self.next
    }

    /// The number of the oldest that is there.
    pub(super) fn first(&self) -> u64 {
        self.next - self.items.len() as u64
    }

    pub(super) fn push(&mut self, passed: Arc<Passed>) {
        self.next += 1;
        self.bytes += cost(&passed);
        self.items.push_back(passed);
        while self.items.len() > self.limits.items || self.bytes > self.limits.bytes {
            let Some(oldest) = self.items.pop_front() else { return };
            self.bytes -= cost(&oldest);
        }
    }

    /// At most `max` from the one numbered `from` on, which is set to the one behind them.
    pub(super) fn take(&self, from: &mut u64, max: usize) -> Seen {
        let first = self.first();
        let dropped = first.saturating_sub(*from);
        let start = (*from).max(first);
        let skip = usize::try_from(start - first).unwrap_or(usize::MAX);
        let passed: Vec<_> = self.items.iter().skip(skip).take(max).cloned().collect();
        *from = start + passed.len() as u64;
        Seen { dropped, passed }
    }
}

fn cost(passed: &Passed) -> usize {
    size_of::<Passed>() + passed.what.bytes()
}
