//! Where on the time axis a segment is placed. Devices' clocks jump, go wrong or were never set; what is known for certain
//! is when a segment was announced here, which is soon after its end unless the device could not reach us for a while.

use crate::clock::UnixMs;
use crate::db::{CLOCK_DOUBTED, DISCONTINUOUS};
use std::collections::VecDeque;

/// A device's clock may be ahead of ours by so much.
const AHEAD_MS: i64 = 15_000;
/// What a session's first segment may begin before it: footage from before an alarm, and a clock that is a little off.
const BEFORE_SESSION_MS: i64 = 120_000;
/// A segment comes so much later than a full memory of the device explains.
const LATE_MS: i64 = 120_000;
/// Times of two segments are the same, or of one that follows the other adjacent, if they differ by no more.
const SAME_MS: u64 = 50;
const ADJACENT_MS: u64 = 1_000;
/// Segments of a session that are remembered: of more than a device holds back at once.
const REMEMBERED: usize = 64;

/// What a device says of a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Announced {
    /// When it begins, by its clock.
    pub start: UnixMs,
    /// How long it is.
    pub duration_ms: u32,
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
}

impl Known {
    fn end(&self) -> i64 {
        self.start.0.saturating_add(i64::from(self.duration_ms))
    }
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
    /// Those of late, and whether they are stored.
    recent: VecDeque<(Known, bool)>,
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
        }
    }

    /// A segment is stored. Of a session that goes on after a restart: the earliest first.
    pub fn saved(&mut self, segment: Known) {
        if let Some((_, saved)) = self.recent.iter_mut().rev().find(|(known, _)| *known == segment) {
            *saved = true;
            return;
        }
        if self.last.is_none_or(|last| last.start <= segment.start) {
            self.offset_ms = segment.start.0.saturating_sub(segment.device_start.0);
        }
        self.remember(segment, true);
    }

    fn remember(&mut self, segment: Known, saved: bool) {
        if self.last.is_none_or(|last| last.start <= segment.start) {
            self.last = Some(segment);
        }
        if self.recent.len() == REMEMBERED {
            self.recent.pop_front();
        }
        self.recent.push_back((segment, saved));
    }

    /// Places a segment that is announced now.
    pub fn place(&mut self, announced: Announced, now: UnixMs) -> Placed {
        let (start, doubted) = self.start(announced, now);
        let known = Known {
            device_start: announced.start,
            start: UnixMs(start),
            duration_ms: announced.duration_ms,
        };
        let mut recent = self.recent.iter();
        let follows = recent.any(|(other, _)| start.abs_diff(other.end()) <= ADJACENT_MS);
        // Not said is taken as "they do not": a player that expects a break and finds none plays on.
        let continues = announced.continues == Some(true) && follows;
        if !self.recent.iter().any(|(other, _)| *other == known) {
            self.remember(known, false);
        }
        Placed {
            start: known.start,
            flags: if continues { 0 } else { DISCONTINUOUS } | if doubted { CLOCK_DOUBTED } else { 0 },
        }
    }

    fn start(&mut self, announced: Announced, now: UnixMs) -> (i64, bool) {
        let said = announced.start.0;
        let duration = i64::from(announced.duration_ms);
        // Announced once more, because an answer was lost: it stays where it is.
        let again = |known: &Known| {
            known.start == known.device_start
                && known.start.0.abs_diff(said) <= SAME_MS
                && known.duration_ms == announced.duration_ms
        };
        if let Some((known, _)) = self.recent.iter().rev().find(|(known, _)| again(known)) {
            return (known.start.0, false);
        }
        let by_arrival = now.0.saturating_sub(duration);
        let latest = by_arrival.saturating_add(AHEAD_MS);
        let earliest = (self.began_at.0.saturating_sub(BEFORE_SESSION_MS))
            .max(by_arrival.saturating_sub(self.held_ms.saturating_mul(2).saturating_add(LATE_MS)));
        let likely = |start: i64| (earliest..=latest).contains(&start) && !self.covers(start, duration);
        // A clock that was wrong is most likely wrong by the same, until it is set.
        let shifted = said.saturating_add(self.offset_ms);
        if self.offset_ms != 0 && likely(shifted) {
            return (shifted, true);
        }
        if likely(said) {
            self.offset_ms = 0;
            return (said, false);
        }
        let start = match self.last.map(|last| last.end()) {
            // Its clock jumped, the footage goes on.
            Some(end) if announced.continues == Some(true) && likely(end) => end,
            // Nothing is known but when it came, and that it came after the one before.
            Some(end) if end > by_arrival && end <= latest => end,
            _ => by_arrival,
        };
        self.offset_ms = start.saturating_sub(said);
        (start, true)
    }

    /// Whether most of that time is there already.
    fn covers(&self, start: i64, duration: i64) -> bool {
        let end = start.saturating_add(duration);
        let saved = self.recent.iter().filter(|(_, saved)| *saved);
        let covered = saved.map(|(known, _)| (known.end().min(end)).saturating_sub(known.start.0.max(start)).max(0));
        covered.fold(0, i64::saturating_add).saturating_mul(2) > duration
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const S: i64 = 1_000;
    const T0: i64 = 1_800_000_000_000;
    const HOUR: i64 = 3_600 * S;

    /// A device that records segments of 10 s from the session's beginning on, and announces each when it is over.
    struct Camera {
        timeline: Timeline,
        /// What its clock is off by.
        clock_off: i64,
    }

    impl Camera {
        fn new() -> Self {
            Self {
                timeline: Timeline::new(UnixMs(T0), 300 * S),
                clock_off: 0,
            }
        }

        /// The segment that begins `at` after the session's beginning, announced so long after its end, and stored.
        fn segment(&mut self, at: i64, late: i64, continues: Option<bool>) -> (i64, u8) {
            let announced = Announced {
                start: UnixMs(T0 + at + self.clock_off),
                duration_ms: 10_000,
                continues,
            };
            let placed = self.timeline.place(announced, UnixMs(T0 + at + 10 * S + late));
            self.timeline.saved(Known {
                device_start: announced.start,
                start: placed.start,
                duration_ms: announced.duration_ms,
            });
            (placed.start.0 - T0, placed.flags)
        }
    }

    #[test]
    fn a_good_clock_is_believed() {
        let mut camera = Camera::new();
        assert_eq!(camera.segment(0, 200, None), (0, DISCONTINUOUS));
        assert_eq!(camera.segment(10 * S, 200, Some(true)), (10 * S, 0));
        assert_eq!(camera.segment(20 * S, 200, Some(false)), (20 * S, DISCONTINUOUS));
        assert_eq!(camera.segment(30 * S, 200, None), (30 * S, DISCONTINUOUS));
        // Something is missing in between, whatever it says.
        assert_eq!(camera.segment(50 * S, 200, Some(true)), (50 * S, DISCONTINUOUS));
        // A few seconds off are none of our business.
        camera.clock_off = 12 * S;
        assert_eq!(camera.segment(60 * S, 200, Some(false)), (72 * S, DISCONTINUOUS));
    }

    #[test]
    fn footage_from_before_an_alarm_lies_before_the_session() {
        let mut camera = Camera::new();
        assert_eq!(camera.segment(-30 * S, 31 * S, None), (-30 * S, DISCONTINUOUS));
        assert_eq!(camera.segment(-20 * S, 22 * S, Some(true)), (-20 * S, 0));
    }

    #[test]
    fn what_was_held_back_comes_to_its_place_while_new_ones_go_on() {
        let mut camera = Camera::new();
        for at in 0..6 {
            camera.segment(at * 10 * S, 100, Some(true));
        }
        // Nothing passes for five minutes, then the oldest and new ones take turns.
        for at in 0..15 {
            let old = 60 * S + at * 10 * S;
            let now = 360 * S + at * 5 * S;
            assert_eq!(camera.segment(old, now - old, Some(true)), (old, 0), "{at}");
            if at % 2 == 0 {
                let new = 350 * S + at * 5 * S;
                assert_eq!(camera.segment(new, 100, Some(true)).0, new, "{at}");
            }
        }
    }

    #[test]
    fn a_clock_that_jumps_and_comes_back_moves_nothing() {
        for jump in [HOUR, -HOUR, 20 * S, -25 * S, 10 * 365 * 24 * HOUR] {
            let mut camera = Camera::new();
            for at in 0..10 {
                assert_eq!(camera.segment(at * 10 * S, 200, Some(true)).0, at * 10 * S);
            }
            camera.clock_off = jump;
            for at in 10..30 {
                let placed = camera.segment(at * 10 * S, 200, Some(true));
                assert_eq!(placed, (at * 10 * S, CLOCK_DOUBTED), "{jump} {at}");
            }
            camera.clock_off = 0;
            for at in 30..40 {
                let (start, _) = camera.segment(at * 10 * S, 200, Some(true));
                assert_eq!(start, at * 10 * S, "{jump} {at}");
            }
        }
    }

    #[test]
    fn a_clock_that_was_never_set_is_replaced_by_ours() {
        for wrong in [-T0, -HOUR, 8 * HOUR, i64::MAX - 2 * T0, i64::MIN + T0] {
            let mut camera = Camera::new();
            camera.clock_off = wrong;
            assert_eq!(camera.segment(0, 300, None), (300, DISCONTINUOUS | CLOCK_DOUBTED));
            // By the same from then on, however late they come.
            for at in 1..9 {
                let (start, flags) = camera.segment(at * 10 * S, at * 700, Some(true));
                assert_eq!((start, flags), (at * 10 * S + 300, CLOCK_DOUBTED), "{wrong} {at}");
            }
        }
        // One that stands still.
        let mut timeline = Timeline::new(UnixMs(T0), 300 * S);
        for at in 0..50 {
            let announced = Announced {
                start: UnixMs(0),
                duration_ms: 10_000,
                continues: None,
            };
            let placed = timeline.place(announced, UnixMs(T0 + at * 10 * S + 10 * S));
            timeline.saved(Known {
                device_start: announced.start,
                start: placed.start,
                duration_ms: 10_000,
            });
            assert_eq!(placed.start.0, T0 + at * 10 * S, "{at}");
        }
    }

    #[test]
    fn announced_once_more_a_segment_stays_where_it_is() {
        let mut camera = Camera::new();
        camera.segment(0, 100, Some(true));
        let first = camera.segment(10 * S, 100, Some(true));
        assert_eq!(camera.segment(10 * S, 5 * S, Some(true)), first);
        assert_eq!(camera.segment(20 * S, 100, Some(true)), (20 * S, 0));
    }

    proptest! {
        #[test]
        fn nothing_is_placed_in_the_future_or_long_before_the_session(
            segments in prop::collection::vec(
                (any::<i64>(), -400 * S..400 * S, 1..600_000_u32, any::<Option<bool>>(), 0..60_000_i64, any::<[bool; 2]>()),
                1..100,
            ),
        ) {
            let mut timeline = Timeline::new(UnixMs(T0), 300 * S);
            let mut now = T0;
            for (anything, near, duration_ms, continues, later, [wild, saved]) in segments {
                now += later;
                let start = if wild { anything } else { now + near };
                let announced = Announced { start: UnixMs(start), duration_ms, continues };
                let placed = timeline.place(announced, UnixMs(now));
                let duration = i64::from(duration_ms);
                prop_assert!(placed.start.0 + duration <= now + AHEAD_MS);
                prop_assert!(placed.start.0 >= T0 - BEFORE_SESSION_MS - duration);
                prop_assert!(placed.flags & CLOCK_DOUBTED != 0 || placed.start.0.abs_diff(start) <= SAME_MS);
                if saved {
                    timeline.saved(Known { device_start: announced.start, start: placed.start, duration_ms });
                }
            }
        }
    }

    #[test]
    fn after_a_restart_it_goes_on_as_before() {
        let mut camera = Camera::new();
        camera.clock_off = -HOUR;
        camera.segment(0, 0, None);
        camera.segment(10 * S, 0, Some(true));
        let known = camera.timeline.recent.clone();
        camera.timeline = Timeline::new(UnixMs(T0), 300 * S);
        for (known, _) in known {
            camera.timeline.saved(known);
        }
        assert_eq!(camera.segment(20 * S, 40 * S, Some(true)), (20 * S, CLOCK_DOUBTED));
    }
}
