//! Where on the time axis a segment is placed. Devices' clocks jump, go wrong or were never set; what is known for certain
//! is when a segment was announced here, which is soon after its end unless the device could not reach us for a while; and
//! that where there is footage already, there is no other.

use super::spans::Span;
use crate::clock::UnixMs;
use crate::db::{CLOCK_DOUBTED, DISCONTINUOUS};
use std::cmp::Reverse;
use std::collections::VecDeque;

/// A device's clock may be ahead of ours by so much.
const AHEAD_MS: i64 = 15_000;
/// What a session's first segment may begin before it: footage from before an alarm, and a clock that is a little off.
const BEFORE_SESSION_MS: i64 = 120_000;
/// A segment comes so much later than a full memory of the device explains.
const LATE_MS: i64 = 120_000;
/// No segment is longer.
const LONGEST_MS: i64 = 600_000;
/// Times of two segments are the same, or of one that follows the other adjacent, if they differ by no more.
const SAME_MS: u64 = 50;
const ADJACENT_MS: i64 = 1_000;
/// Where a clock was set right, segments are moved to where they belong by so much each: the one still follows the other.
const STEP_MS: i64 = 900;
/// Segments of a session that are remembered one by one, to know them again: of more than are promised at once.
const REMEMBERED: usize = 64;
/// Spans of footage that are remembered. They go as far back as a segment may be placed; should there be more than so many
/// gaps in that time, the earliest are forgotten.
const SPANS: usize = 1_024;

/// What a device says of a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Announced {
    /// When it begins, by its clock.
    pub start: UnixMs,
    /// How long it is.
    pub duration_ms: u32,
    /// The same in bytes.
    pub bytes: u64,
    /// Whether its timestamps continue those of the one before; `None`: not said.
    pub continues: Option<bool>,
}

/// Where a segment is placed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placed {
    /// When it begins.
    pub start: UnixMs,
    /// [`DISCONTINUOUS`], [`CLOCK_DOUBTED`].
    pub flags: u8,
}

/// A segment whose place is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// When its device says it begins.
    pub device_start: UnixMs,
    /// Where it is placed.
    pub start: UnixMs,
    /// How long it is.
    pub duration_ms: u32,
    /// The same in bytes.
    pub bytes: u64,
}

impl Known {
    fn span(&self) -> Span {
        span(self.start.0, self.duration_ms)
    }
}

fn span(start: i64, duration_ms: u32) -> Span {
    Span::new(start, start.saturating_add(duration_ms.into()))
}

/// What is known of the times of a session.
#[derive(Debug, Clone)]
pub struct Timeline {
    began_at: UnixMs,
    /// How long a device may hold a segment back, with all its memory full.
    held_ms: i64,
    /// What is added to the device's clock; 0: it is believed.
    offset_ms: i64,
    /// The one that is placed last.
    last: Option<Known>,
    /// Those of late, stored or not.
    recent: VecDeque<Known>,
    /// Where footage is stored: in order, what abuts as one.
    footage: Vec<Span>,
}

impl Timeline {
    /// Of a session that began then, whose device holds back footage of so long.
    pub fn new(began_at: UnixMs, held_ms: i64) -> Self {
        Self {
            began_at,
            held_ms,
            offset_ms: 0,
            last: None,
            recent: VecDeque::new(),
            footage: Vec::new(),
        }
    }

    /// From when on footage has to be known for a segment that is announced now: an earlier one is not believed.
    pub fn looks_back_to(&self, now: UnixMs) -> UnixMs {
        UnixMs(now.0.saturating_sub(LONGEST_MS).saturating_sub(self.late_ms()))
    }

    /// How late a segment may come.
    fn late_ms(&self) -> i64 {
        self.held_ms.saturating_mul(2).saturating_add(LATE_MS)
    }

    /// There is footage.
    pub fn there(&mut self, footage: Span) {
        let first = self
            .footage
            .partition_point(|before| before.to.saturating_add(ADJACENT_MS) < footage.from);
        let after = self
            .footage
            .partition_point(|other| other.from.saturating_sub(ADJACENT_MS) <= footage.to);
        let joined = self.footage.drain(first..after.max(first)).fold(footage, |all, part| {
            Span::new(all.from.min(part.from), all.to.max(part.to))
        });
        self.footage.insert(first, joined);
        if self.footage.len() > SPANS {
            self.footage.remove(0);
        }
    }

    /// A segment is stored. Of a session that goes on after a restart: the earliest first.
    pub fn saved(&mut self, segment: Known) {
        self.there(segment.span());
        if self.recent.contains(&segment) {
            return;
        }
        if self.last.is_none_or(|last| last.start <= segment.start) {
            self.offset_ms = segment.start.0.saturating_sub(segment.device_start.0);
        }
        self.remember(segment);
    }

    fn remember(&mut self, segment: Known) {
        if self.last.is_none_or(|last| last.start <= segment.start) {
            self.last = Some(segment);
        }
        if self.recent.len() == REMEMBERED {
            self.recent.pop_front();
        }
        self.recent.push_back(segment);
    }

    /// Places a segment that is announced now.
    pub fn place(&mut self, announced: Announced, now: UnixMs) -> Placed {
        let forgotten = self.looks_back_to(now);
        self.footage.retain(|footage| footage.to > forgotten.0);
        let (start, doubted) = self.start(announced, now);
        let known = Known {
            device_start: announced.start,
            start: UnixMs(start),
            duration_ms: announced.duration_ms,
            bytes: announced.bytes,
        };
        // Not said is taken as "they do not": a player that expects a break and finds none plays on.
        let continues = announced.continues == Some(true) && self.follows(start);
        if !self.recent.contains(&known) {
            self.remember(known);
        }
        Placed {
            start: known.start,
            flags: if continues { 0 } else { DISCONTINUOUS } | if doubted { CLOCK_DOUBTED } else { 0 },
        }
    }

    fn start(&mut self, announced: Announced, now: UnixMs) -> (i64, bool) {
        let said = announced.start.0;
        let duration = i64::from(announced.duration_ms);
        // Announced once more, because an answer was lost: it stays where it is. A clock that was set back to the very time
        // of another segment is told from that by its length.
        let again = |known: &&Known| {
            known.start == known.device_start
                && known.start.0.abs_diff(said) <= SAME_MS
                && (known.duration_ms, known.bytes) == (announced.duration_ms, announced.bytes)
        };
        if let Some(known) = self.recent.iter().rev().find(again) {
            return (known.start.0, false);
        }
        let by_arrival = now.0.saturating_sub(duration);
        let latest = by_arrival.saturating_add(AHEAD_MS);
        let earliest =
            (self.began_at.0.saturating_sub(BEFORE_SESSION_MS)).max(by_arrival.saturating_sub(self.late_ms()));
        let free = |start: i64| !self.covers(span(start, announced.duration_ms));
        let likely = |start: i64| (earliest..=latest).contains(&start) && free(start);
        // A clock that was wrong is most likely wrong by the same, until it is set.
        let shifted = said.saturating_add(self.offset_ms);
        let off = |start: i64| start.abs_diff(by_arrival);
        let is_right_again = off(said) <= AHEAD_MS.unsigned_abs() && off(said) < off(shifted);
        let offsets = match self.follows(shifted) {
            // At once, it would lie on what was placed by the wrong clock.
            true if is_right_again => [nearer(self.offset_ms, duration), self.offset_ms, 0],
            false if is_right_again || self.follows(said) => [0, self.offset_ms, self.offset_ms],
            _ => [self.offset_ms, self.offset_ms, 0],
        };
        if let Some(offset) = offsets.into_iter().find(|offset| likely(said.saturating_add(*offset))) {
            self.offset_ms = offset;
            return (said.saturating_add(offset), offset != 0);
        }
        let end = self.last.map(|last| last.span().to);
        // Its clock jumped, the footage goes on.
        let goes_on = end.filter(|_| announced.continues == Some(true));
        // It was set back a little, and tells the same time twice.
        let twice = self
            .footage
            .iter()
            .find(|footage| footage.to > said)
            .map(|footage| footage.to);
        let twice = twice.filter(|end| end.saturating_sub(said) <= duration.saturating_add(AHEAD_MS));
        // Nothing is known but when it came, and that it came after the one before.
        let after = end.filter(|end| *end > by_arrival).map(|end| end.min(latest));
        let known = [goes_on, twice, after]
            .into_iter()
            .flatten()
            .find(|start| likely(*start));
        let arrived = Some(by_arrival).filter(|start| free(*start));
        let start = known.or(arrived).unwrap_or_else(|| {
            // More comes at once than was recorded since: it was held back. It goes where the last gap begins in which there
            // is room for it, or for most of it.
            let ends = self.footage.iter().map(|footage| footage.to);
            let begins = ends
                .chain([self.began_at.0, earliest])
                .filter(|begin| (earliest..=latest).contains(begin));
            let over = |start: i64| (self.covered(span(start, announced.duration_ms)), Reverse(start));
            begins.min_by_key(|begin| over(*begin)).unwrap_or(by_arrival)
        });
        self.offset_ms = start.saturating_sub(said);
        (start, true)
    }

    /// Whether another ends there.
    fn follows(&self, start: i64) -> bool {
        let ends = self.recent.iter().map(Known::span).chain(self.footage.iter().copied());
        let mut ends = ends.map(|other| other.to);
        ends.any(|end| start.abs_diff(end) <= ADJACENT_MS.unsigned_abs())
    }

    /// Whether most of that time is there already, or much of it.
    fn covers(&self, time: Span) -> bool {
        self.covered(time) > (time.len() / 2).min(AHEAD_MS)
    }

    /// How much of that time is there already.
    fn covered(&self, time: Span) -> i64 {
        let covered = self.footage.iter().map(|footage| footage.within(time).len());
        covered.fold(0, i64::saturating_add)
    }
}

/// An offset a little nearer to none, for a segment of this length.
fn nearer(offset: i64, duration: i64) -> i64 {
    let step = (duration / 4).clamp(1, STEP_MS);
    offset
        .signum()
        .saturating_mul(offset.saturating_abs().saturating_sub(step).max(0))
}

#[cfg(test)]
#[path = "placement_tests.rs"]
mod tests;
